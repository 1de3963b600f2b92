"""Cells, columns and rows of the workbook: what stands in a cell that has no figure, and how marts are read."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import duckdb

from publication.definitions import Definitions
from publication.workbook.texts import Lang

Row = dict[str, Any]
#: Marks of a cell without a figure, by its status (SDMX CL_OBS_STATUS). Suppressed is marked as the
#: publisher marks it; the others after the shorthand of the UK Analysis Function.
MARKS = {"Q": "X", "O": "[n/a]", "M": "[z]"}
NOTHING = "–"


@dataclass(frozen=True)
class Column:
    """A column: its head (unit included), its cell of a row, decimals of a number (None: words)."""

    head: str
    cell: Callable[[Row], Any]
    decimals: int | None = None
    width: float = 14.0


@dataclass(frozen=True)
class Sheet:
    """One sheet with one table. `key` names it in `texts`; `columns` and `rows` make the table."""

    key: str
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]


class Marts:
    """The marts of a release folder, read with DuckDB."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.connection = duckdb.connect(":memory:")

    def rows(self, mart: str, condition: str = "", order: str = "ALL") -> tuple[Row, ...]:
        """Rows of a mart; none where the release does not have it."""
        path = self.folder / "marts" / f"{mart}.parquet"
        if not path.is_file():
            return ()
        cursor = self.connection.execute(
            f"SELECT * FROM read_parquet($path) {condition} ORDER BY {order}", {"path": str(path)}
        )
        names = [d[0] for d in cursor.description or []]
        return tuple(dict(zip(names, row, strict=True)) for row in cursor.fetchall())


def figure(value: Any, status: str | None) -> Any:
    """A number, or the mark that tells why there is none."""
    if value is not None and value == value and status in (None, "A", "B"):
        return float(value)
    return MARKS.get(status or "O", MARKS["O"])


def computed(value: Any, *statuses: str | None) -> Any:
    """A figure made of others: itself, or the mark of what stands in its way, suppressed first."""
    if value is not None and value == value:
        return float(value)
    return figure(None, next((s for s in ("Q", "O", "M") if s in statuses), None))


def words(value: Any) -> str:
    """Words, a day or nothing, as text."""
    if value is None or value == "":
        return NOTHING
    return value.isoformat() if isinstance(value, date) else str(value)


def measured(definitions: Definitions, row: Row | None, lang: Lang) -> Iterator[Column]:
    """A column for every measure that a mart holds, in the mart's order."""
    for name in row or {}:
        known = definitions.measures.get(name)
        if known is None:
            continue
        yield Column(
            f"{known.name.of(lang)} ({known.unit.name.of(lang)})",
            figure_of(name),
            known.unit.decimals,
        )


def figure_of(name: str) -> Callable[[Row], Any]:
    """The cell of a measure with its status beside it (`<name>_status`)."""
    return lambda row: figure(row[name], row.get(f"{name}_status"))
