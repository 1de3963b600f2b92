"""The register of breaks against what the publisher's own survey notes say."""

from __future__ import annotations

import csv
import re
from collections import Counter
from pathlib import Path

from openpyxl import load_workbook

from ..conftest import SEEDS

#: A change in the notes: a month or quarter with its year, "'16년 8월", "‘17년 10월", "'25.4분기".
_DATED = re.compile(r"[‘’'](?P<y>\d\d)(?:년\s*|\.)(?P<n>\d{1,2})(?P<what>월|분기)")


def register() -> list[dict[str, str]]:
    with (SEEDS / "complex_breaks.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_the_breaks_that_the_notes_name_are_all_there() -> None:
    """By period: complexes that come in and go out, and changes of sample, classes and method."""
    found = Counter((row["effective"], row["kind"]) for row in register())
    assert found == {
        ("2014-10", "method"): 1,  # landlords
        ("2016-08", "coverage_in"): 7,
        ("2016-10", "coverage_in"): 5,
        ("2016-10", "coverage_out"): 5,
        ("2017-10", "coverage_in"): 2,
        ("2017-10", "coverage_out"): 5,
        ("2018-10", "sample"): 1,
        ("2018-10", "reclassification"): 2,  # firms in general, and 창원's 기계 → 철강
        ("2020-09", "sample"): 1,
        ("2020-09", "reclassification"): 2,
        ("2020-10", "coverage_out"): 1,
        ("2021-06", "coverage_out"): 1,
        ("2021-10", "coverage_in"): 1,
        ("2022-06", "coverage_in"): 1,
        ("2024-Q2", "frequency"): 1,
        ("2025-Q1", "coverage_in"): 1,
        ("2025-Q4", "coverage_in"): 1,
    }


def test_every_change_in_the_real_notes_leads_to_an_entry(real_workbook: Path) -> None:
    book = load_workbook(real_workbook, read_only=True)
    named: set[tuple[str, int]] = set()
    for number, cells in enumerate(book["조사 개요"].iter_rows(values_only=True), 1):
        text = " ".join(str(cell) for cell in cells if cell)
        for match in _DATED.finditer(text):
            year, part = f"20{match['y']}", int(match["n"])
            named.add(
                (f"{year}-Q{part}" if match["what"] == "분기" else f"{year}-{part:02d}", number)
            )
    assert len(named) >= 12
    entered = {
        (row["effective"], int(found[1]))
        for row in register()
        if (found := re.search(r"조사 개요 row (\d+)$", row["source"]))
    }
    assert named <= entered, sorted(named - entered)
    # and nothing stands there with a row of the notes that does not name its period
    assert entered <= named, sorted(entered - named)
