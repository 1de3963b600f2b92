"""The cells of a workbook: addresses, figures, units in headers."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest

from ingestion.parsers.cells import (
    a1,
    header_texts,
    listed,
    read_figure,
    split_unit,
    unheaded,
    units_in,
)
from ingestion.registry import Registry
from ingestion.sniff import Sheet


def test_addresses() -> None:
    places = [(0, 0), (42, 2), (9, 25), (0, 26), (0, 701), (1048575, 16383)]
    assert [a1(*p) for p in places] == ["A1", "C43", "Z10", "AA1", "ZZ1", "XFD1048576"]


@pytest.mark.parametrize(
    ("raw", "read"),
    [
        (12.5, (12.5, "A", None)),
        (0.0, (0.0, "A", None)),
        ("1,234.5", (1234.5, "A", "number_as_text")),
        ("\xa0１２\u200b", (12.0, "A", "number_as_text")),
        ("1.5E-05", (1.5e-5, "A", "number_as_text")),
        ("X", (None, "Q", None)),
        ("-", (None, "O", None)),
        ("", (None, "M", None)),
        ("\xa0", (None, "M", None)),
        (None, (None, "M", None)),
        (-1.0, (None, "O", "negative_number")),
        ("-1", (None, "O", "negative_number")),
        *((odd, (None, "O", "not_a_number")) for odd in (
            "12 34", "1,23", "1.2.3", "1e999", float("nan"), float("inf"), "…", "5%", "(5)", True, datetime(2026, 3, 31),
        )),
    ],
)  # fmt: skip
def test_figures(raw: Any, read: tuple[float | None, str, str | None]) -> None:
    assert read_figure(raw, {"X": "suppressed", "-": "missing"}, empty="M") == read


def test_a_signed_figure() -> None:
    assert read_figure("-1.5", {}, signed=True) == (-1.5, "A", "number_as_text")


def test_header_words_over_two_rows() -> None:
    rows: list[list[Any]] = [
        ["산업단지", "", "입주", "", "임차"],
        ["", "구분", "당분기", "전분기", ""],
    ]
    merged = Sheet("s", rows, [((0, 0), (1, 0)), ((0, 2), (0, 3)), ((0, 4), (1, 4))])
    lost = Sheet("s", rows)
    expected = [
        (1, 1, ["구분"]),
        (2, 1, ["입주", "당분기"]),
        (3, 1, ["입주", "전분기"]),
        (4, 0, ["임차"]),
    ]
    for sheet in (merged, lost):
        assert header_texts(sheet, 0, 2, names=0, alone={"구분"}) == expected
    # names in the middle: they are left out, and speak for no column on their right
    turned = Sheet("s", [["입주", "산업단지", "", "임차"], ["당분기", "", "구분", ""]])
    assert header_texts(turned, 0, 2, names=1) == [
        (0, 1, ["입주", "당분기"]), (2, 1, ["구분"]), (3, 0, ["임차"]),
    ]  # fmt: skip


def test_units(registry: Registry) -> None:
    said = split_unit(["가동률(%)", "전분기대비(%p)", "(b/a)"], registry.units)
    assert (said.words, said.bare, said.unit) == ("가동률전분기대비(b/a)", "가동률전분기대비", "%p")
    assert said.other_brackets == ("b/a",)
    assert units_in("(단위 : 억원, %)", ",") == ["억원", "%"] and units_in("억원", ",") is None


def test_cells_without_a_header_are_named_once_a_column() -> None:
    sheet = Sheet("s", [["a", 1.0, "", 5.0], ["b", 2.0, " ", 6.0]])
    assert list(unheaded(sheet, [0, 1], {0})) == [(0, 1, "1"), (0, 3, "5")]


def test_long_lists_are_cut() -> None:
    assert listed([]) == "–" and listed(["a", "a", "b"]) == "a, b"
    assert listed(list("abcd"), most=2) == "a, b …"
