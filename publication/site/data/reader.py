"""Reading the marts of a release folder, and writing what the pages read."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from pathlib import Path
from types import TracebackType
from typing import Any

import duckdb

Row = dict[str, Any]

#: Decimals kept in the pages' files; figures are shown with at most one.
DECIMALS = 6


class Json(str):
    """JSON text that a query has made: it goes into a file as it is."""


class Marts:
    """The marts of a release, each under its own name; every query goes to `marts/*.parquet`."""

    def __init__(self, release: Path) -> None:
        self.folder = release
        self.names = {path.stem for path in (release / "marts").glob("*.parquet")}
        self.connection = duckdb.connect()
        # One order whatever the machine: the same folder gives the same bytes.
        self.connection.execute("SET preserve_insertion_order = true")
        for name in sorted(self.names):
            path = str(release / "marts" / f"{name}.parquet").replace("'", "''")
            self.connection.execute(f"CREATE VIEW \"{name}\" AS FROM read_parquet('{path}')")

    def __enter__(self) -> Marts:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.connection.close()

    def __contains__(self, name: str) -> bool:
        return name in self.names

    def columns(self, name: str) -> list[str]:
        """The columns of a mart, in order; none where the release has no such mart."""
        if name not in self.names:
            return []
        return [str(r[0]) for r in self.connection.execute(f'DESCRIBE "{name}"').fetchall()]

    def rows(self, query: str, values: Sequence[Any] = ()) -> list[Row]:
        """The rows of a query as dictionaries."""
        cursor = self.connection.execute(query, list(values))
        names = [d[0] for d in cursor.description or []]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]

    def tuples(self, query: str, values: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """The rows of a query as tuples."""
        return self.connection.execute(query, list(values)).fetchall()

    def table(self, query: str, values: Sequence[Any] = ()) -> dict[str, Any]:
        """The rows of a query by column: {"columns": [...], "rows": [[...]]}."""
        cursor = self.connection.execute(query, list(values))
        columns = [d[0] for d in cursor.description or []]
        return {"columns": columns, "rows": [list(row) for row in cursor.fetchall()]}


def measured(columns: Iterable[str]) -> list[str]:
    """The measures among the columns of a mart: those that have a status beside them."""
    known = list(columns)
    return [name for name in known if f"{name}_status" in known]


def write(folder: Path, name: str, content: Row, release_id: str) -> Path:
    """Write `<folder>/<name>.json`, naming the release it belongs to.

    Figures are rounded to `DECIMALS` decimals; whole numbers lose their decimal point. The same
    content gives the same bytes.
    """
    path = folder / f"{name}.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    text = _text({"release_id": release_id, **content})
    path.write_text(text + "\n", encoding="utf-8")
    return path


def _text(value: Any) -> str:
    """A value as compact JSON: numbers without noise, dates as text, `Json` as it is."""
    if isinstance(value, Json):
        return value
    if isinstance(value, dict):
        return "{" + ",".join(f"{_text(str(k))}:{_text(v)}" for k, v in value.items()) + "}"
    if isinstance(value, list | tuple):
        return "[" + ",".join(map(_text, value)) + "]"
    if isinstance(value, float):
        if not math.isfinite(value):
            return "null"
        rounded = round(value, DECIMALS)
        return repr(int(rounded) if rounded == int(rounded) else rounded)
    if isinstance(value, datetime | date):
        value = value.isoformat()
    return json.dumps(value, ensure_ascii=False)
