"""Releases that the tests of bulletin and workbook share, made once."""

from __future__ import annotations

from pathlib import Path

import pytest

from publication.bulletin import reading as rd
from publication.bulletin.model import Document
from publication.bulletin.pages.document import document
from publication.bulletin.reading import Release
from publication.bulletin.words import Lang
from tests.unit.bulletin.releases import build, check

WARNED = [
    check("A"),
    check(
        "B",
        [
            {"complex_id": "onsan", "message_ko": "온산: 고용 15.5% 증가", "message_en": "Onsan: employment up 15.5%"},
            {"complex_id": "changwon", "measure": "exports_usd_m", "value": 3, "expected": "0..1"},
        ],
    ),
]  # fmt: skip
NOTED = [
    {
        "source": "file",
        "period": "2026-Q1",
        "message_ko": f"a.xlsx › {sheet} › E3: 머리글이 2025라 함",
        "message_en": f"a.xlsx › {sheet} › E3: header says 2025",
    }
    for sheet in ("표4", "표6")
]


@pytest.fixture(scope="session")
def release(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The release with everything in it: history, breaks, revisions, a warning, a suppression."""
    folder = tmp_path_factory.mktemp("bulletin") / "release"
    return build(folder, checks=WARNED, warnings=NOTED)


@pytest.fixture(scope="session")
def data(release: Path) -> Release:
    return rd.load(release)


@pytest.fixture(scope="session")
def documents(data: Release) -> dict[Lang, Document]:
    return {"ko": document(data, "ko"), "en": document(data, "en")}
