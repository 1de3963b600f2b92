"""The rows and notes of a workbook as they are landed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ingestion.parsers.cells import a1, as_published
from ingestion.periods import Period
from ingestion.persons import mask_notes

from .book import Book
from .names import Name

#: Of use while the tables are held against each other, and not landed.
_INNER = {"name", "chain", "group"}
#: Columns that most tables fill: rows of one shape are landed faster.
_SAID_NOTHING: dict[str, Any] = dict.fromkeys(
    (
        *("seq", "status_complex_id", "parent_id", "level", "complex_type_raw", "complex_type"),
        *("province_raw", "province_code", "sigungu_ko", "development_raw", "development_status"),
    )
)


def landed_rows(book: Book, period: Period, straddling: dict[str, str]) -> Iterator[dict[str, Any]]:
    """One row a figure, in the landed schema `complex_status`."""
    about_period = {"freq": "Q", "period": str(period), "publication_period": str(period)}
    for block in book.blocks:
        whose = {
            "table_id": block.table.id,
            "table_no": block.table.number,
            "sheet": block.sheet.name,
            **about_period,
        }
        heads = [
            (
                slot.letters,
                {
                    "sex": slot.column.sex,
                    "measure": slot.column.measure,
                    "relation": slot.column.relation,
                    "unit_raw": slot.unit,
                    "header_raw": slot.raw,
                },
            )
            for slot in block.slots
        ]
        for row in block.rows:
            name: Name = row.attributes["name"]
            identity = row.attributes.get("status_complex_id")
            about = {
                **_SAID_NOTHING,
                **whose,
                **{k: v for k, v in row.attributes.items() if k not in _INNER},
                "sheet_row": row.row + 1,
                "name_cell": row.name_cell,
                "row_kind": row.kind,
                "whole_id": straddling.get(identity, identity) if identity else None,
                "is_straddling": identity in straddling if identity else None,
                "mark": name.mark or "+".join(name.parts) or None,
                "name_raw": name.raw,
                "name_ko": name.name,
                "former_name_ko": name.former,
                "renewal": name.renewal,
            }
            number = str(row.row + 1)
            for (letters, head), (value, status, raw) in zip(heads, row.cells, strict=True):
                yield {
                    **about,
                    **head,
                    "cell": letters + number,
                    "value": value,
                    "value_raw": as_published(raw),
                    "obs_status": status,
                    "conf_status": "A" if status == "Q" else "F",
                }


def landed_notes(book: Book, period: Period) -> list[dict[str, Any]]:
    """The texts beside the tables, in the landed schema `survey_notes`; nobody is named there."""
    texts: dict[str, dict[tuple[int, int], str]] = {}
    for sheet, r, c, text in book.notes:
        texts.setdefault(sheet.name, {})[r, c] = text
    masked = {name: mask_notes(cells) for name, cells in texts.items()}
    return [
        {
            "sheet": sheet.name,
            "cell": a1(r, c),
            "publication_period": str(period),
            "item": "text",
            "value": None,
            "text": masked[sheet.name][r, c],
        }
        for sheet, r, c, _ in book.notes
    ]
