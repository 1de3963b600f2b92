"""The pages on connecting: every block of the Python page runs, and what the pages name is there."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from ..conftest import ROOT

PAGES = ROOT / "docs" / "connect"


def blocks(page: str, language: str) -> list[str]:
    text = (PAGES / page).read_text(encoding="utf-8")
    return re.findall(rf"```{language}\n(.*?)```", text, re.DOTALL)


def test_every_block_of_the_python_page_runs(
    sample_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SANDAN_RELEASES", str(sample_home / "releases"))
    cells: dict[str, Any] = {}
    found = blocks("python.md", "python")
    assert len(found) >= 6
    for block in found:
        exec(compile(block, "python.md", "exec"), cells)
    assert len(cells["frame"]) == 10
    assert cells["frame"]["name_ko"].notna().all() and cells["frame"]["name_en"].notna().all()
    assert "진해" in set(cells["suppressed"]["name_ko"])
    assert isinstance(cells["before"], pd.DataFrame) and len(cells["before"])
    assert len(cells["shares"])
    assert len(cells["structures"].get_dataflows()) == 4


def test_what_the_pages_name_is_in_a_release(sample_home: Path) -> None:
    release = sample_home / "releases" / "current"
    for page in PAGES.glob("*.md"):
        text = page.read_text(encoding="utf-8").replace("\\", "/")
        for name in re.findall(r"(?:current|marts|csv)/((?:marts|csv|sdmx)/\w[\w.]*\w)", text):
            assert (release / name).exists(), f"{page.name}: {name}"
        for target in re.findall(r"\]\(([\w./-]+\.md)\)", text):
            assert (page.parent / target).is_file(), f"{page.name}: {target}"
        for name in re.findall(r"`(dim_\w+|complex_\w+|national_\w+)(?:\.parquet)?`", text):
            if not name.endswith("_as_of") and name != "dim_":
                assert (release / "marts" / f"{name}.parquet").exists(), f"{page.name}: {name}"


def test_each_tool_has_its_page_and_says_whether_it_was_tried() -> None:
    pages = {page.stem for page in PAGES.glob("*.md")}
    assert pages >= {"dbeaver", "power-bi", "tableau", "excel", "r", "python"}
    for name in ("dbeaver", "power-bi", "tableau", "excel", "r"):
        assert "tried by us" in (PAGES / f"{name}.md").read_text(encoding="utf-8")
