"""From grids to the publisher's file formats: xlsx, CP949 CSV, and the sidecar of each."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

import xlsxwriter

from .grid import SheetGrid, WorkbookGrid, build_grid
from .layout import CSV_EDITIONS, SIMULATED_KIND, SIMULATED_MARK, TABLE, words
from .publication import Figure, SimulatedPublication

#: Alters a grid in place, before it is written (see `mutate`).
Mutation = Callable[[WorkbookGrid], None]

# Formats as in the real workbook: fonts, number formats, the headers' shade.
_COUNT, _RATE = "#,##0", "#,##0.0_ "
_NUMBER = {"font_name": "돋움", "font_size": 11, "align": "right", "border": 1}
_STYLES: dict[str, dict[str, Any]] = {
    "plain": {"font_name": "Arial", "font_size": 10},
    "title": {"font_name": "Gulim", "font_size": 14, "bold": True, "align": "center"},
    "unit": {"font_name": "Arial", "font_size": 10, "align": "center"},
    "header": {
        "font_name": "돋움",
        "font_size": 11,
        "bold": True,
        "align": "center",
        "valign": "vcenter",
        "bg_color": "#E6E0ED",
        "border": 1,
        "text_wrap": True,
    },
    "name": {
        "font_name": "돋움",
        "font_size": 11,
        "bold": True,
        "align": "left",
        "bg_color": "#E6E0ED",
        "border": 1,
    },
    "kind": {"font_name": "Gulim", "font_size": 9, "align": "center"},
    "count": {**_NUMBER, "num_format": _COUNT},
    "count_bold": {**_NUMBER, "num_format": _COUNT, "bold": True},
    "amount": {**_NUMBER, "num_format": _COUNT},
    "amount_bold": {**_NUMBER, "num_format": _COUNT, "bold": True},
    "rate": {**_NUMBER, "num_format": _RATE},
    "rate_bold": {**_NUMBER, "num_format": _RATE, "bold": True},
    "footnote": {"font_name": "Arial", "font_size": 10},
    "notes_title": {"font_name": "HY견고딕", "font_size": 20},
    "note_heading": {"font_name": "맑은 고딕", "font_size": 12, "bold": True, "text_wrap": True},
    "note": {"font_name": "맑은 고딕", "font_size": 12, "text_wrap": True},
}


def write_workbook(publication: SimulatedPublication, path: Path, *mutations: Mutation) -> Path:
    """Write one edition as the publisher's workbook, altered by the mutations given.

    The bytes depend on the publication and the mutations alone. The file carries its mark:
    document properties `comments` and `keywords`, the custom property `sandan_simulated`, and a
    line in the survey notes; its date of modification is the simulated day of publication.
    """
    grid = build_grid(publication)
    for mutation in mutations:
        mutation(grid)
    return write_grid(grid, path)


def write_grid(grid: WorkbookGrid, path: Path) -> Path:
    """Write a grid as xlsx; byte-identical for equal grids."""
    # XlsxWriter sets every member's date in the archive to 1980-01-01 when it works in memory,
    # and writes `created` as the date of modification too.
    book = xlsxwriter.Workbook(str(path), {"in_memory": True})
    formats = {name: book.add_format(properties) for name, properties in _STYLES.items()}
    book.set_properties(
        {
            "title": grid.title,
            "author": "sandan sample publisher",
            "comments": SIMULATED_MARK,
            "keywords": SIMULATED_MARK,
            # Morning in UTC: the same calendar day in Korea, where the publisher sits.
            "created": datetime.combine(grid.published_at, time(2, 0)),
        }
    )
    book.set_custom_property("sandan_simulated", True)
    for sheet in grid.sheets:
        _write_sheet(book.add_worksheet(sheet.title), sheet, formats)
    book.close()
    return path


def _write_sheet(target: Any, sheet: SheetGrid, formats: dict[str, Any]) -> None:
    for column, width in enumerate(sheet.widths):
        options = {"hidden": True} if column == sheet.hidden else None
        target.set_column(column, column, width, None, options)
    merged: set[tuple[int, int]] = set()
    for top, left, bottom, right in sheet.merges:
        style = formats[_style_at(sheet, top, left)]
        target.merge_range(top, left, bottom, right, "", style)
        inside = ((r, c) for r in range(top, bottom + 1) for c in range(left, right + 1))
        merged |= set(inside) - {(top, left)}
    for r, row in enumerate(sheet.rows):
        for c, value in enumerate(row):
            style = formats[_style_at(sheet, r, c)]
            if value is None:
                if (r, c) not in merged:
                    target.write_blank(r, c, None, style)
            elif isinstance(value, str):
                target.write_string(r, c, value, style)
            else:
                target.write_number(r, c, value, style)


def _style_at(sheet: SheetGrid, row: int, column: int) -> str:
    if row < len(sheet.styles) and column < len(sheet.styles[row]):
        return sheet.styles[row][column]
    return "plain"


def csv_rows(publication: SimulatedPublication, table_id: str) -> list[list[str]]:
    """The header and the rows of a CSV edition: no 계, `X` and empty alike as an empty string.

    구분 says in every row that it is simulated.

    Raises:
        KeyError: the table has no CSV edition (see `CSV_EDITIONS`).
    """
    place = words(publication.when)
    headers = [header.format(**place) for header in CSV_EDITIONS[table_id].headers]
    assert len(headers) == len(TABLE[table_id].columns)
    rows = [["산업단지", "구분", *headers]]
    for row, figures in publication.rows(table_id):
        if row.complex_id != "_T":
            rows.append([row.name, SIMULATED_KIND, *(_text(figure) for figure in figures)])
    return rows


def write_csv_edition(publication: SimulatedPublication, table_id: str, path: Path) -> Path:
    """Write one table as the publisher's CSV: CP949, CRLF, at most ten significant digits."""
    return write_csv_rows(csv_rows(publication, table_id), path)


def write_csv_rows(rows: list[list[str]], path: Path) -> Path:
    """Write rows of text as CP949 with CRLF."""
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator="\r\n").writerows(rows)
    path.write_bytes(text.getvalue().encode("cp949"))
    return path


def _text(figure: Figure) -> str:
    if figure.value is None:
        return ""
    return general(figure.value)


def general(value: float | int) -> str:
    """A number as Excel's format `General` shows it, which is what the real CSV holds.

    Ten digits, the zero before the point counted: 43189.48017, 4.486364241, 0.015049904.
    """
    if isinstance(value, int):
        return str(value)
    whole_digits = len(str(int(abs(value))))
    text = f"{value:.{max(0, 10 - whole_digits)}f}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return "0" if text in ("", "-0") else text


def write_meta(path: Path, published_at: date) -> Path:
    """Write the sidecar `<file name>.meta.json`: publication date, no URL, simulated."""
    meta = {"published_at": published_at.isoformat(), "url": None, "simulated": True}
    sidecar = path.with_name(f"{path.name}.meta.json")
    sidecar.write_bytes((json.dumps(meta, ensure_ascii=False, indent=2) + "\n").encode())
    return sidecar
