"""Figures published in print (our own CSV form): one row a figure, each with its source."""

from __future__ import annotations

from datetime import date
from typing import Any

from ingestion.contract import Contract
from ingestion.parsers.cells import a1
from ingestion.periods import Period
from ingestion.problems import Problem, RejectedFile, problem
from ingestion.registry import Registry, name_key
from ingestion.sniff import Content

PARSER_VERSION = "1"
_PRINTS = {"final", "preliminary", "first_print", "revised", "stated"}
_DERIVATIONS = {"stated", "derived"}


def parse_published_figures(
    content: Content, contract: Contract, registry: Registry
) -> list[dict[str, Any]]:
    """Read the list; every row must be whole.

    Raises:
        RejectedFile: a column is missing or unknown, or a value is not valid, with its cell.
    """
    sheet = content.sheets[0]
    header = [str(cell).strip() for cell in sheet.rows[0]]
    problems: list[Problem] = []
    for name in contract.columns:
        if name not in header:
            problems.append(
                problem("header_missing", cell="A1", expected=name, found=", ".join(header))
            )
    if problems:
        raise RejectedFile(problems)
    rows: list[dict[str, Any]] = []
    for r, cells in enumerate(sheet.rows[1:], start=1):
        if not any(str(cell).strip() for cell in cells):
            continue
        record = dict(zip(header, [str(cell).strip() for cell in cells], strict=False))

        def bad(name: str, detail: str, r: int = r, record: dict[str, str] = record) -> None:
            cell = a1(r, header.index(name))
            problems.append(
                problem(
                    "bad_value", cell=cell, found=record.get(name, ""), header=name, detail=detail
                )
            )

        try:
            value: float | None = float(record["value"])
        except ValueError:
            bad("value", "not a number")
            value = None
        try:
            Period.parse(record["period"])
        except ValueError as error:
            bad("period", str(error))
        if name_key(record["unit"]) not in registry.units:
            bad("unit", "not in dbt_project/seeds/units.csv")
        if record["print"] not in _PRINTS:
            bad("print", f"one of {sorted(_PRINTS)}")
        if record["derivation"] not in _DERIVATIONS:
            bad("derivation", f"one of {sorted(_DERIVATIONS)}")
        if not record["source"]:
            bad("source", "every figure names its source")
        published: date | None = None
        if record["published_at"]:
            try:
                published = date.fromisoformat(record["published_at"])
            except ValueError:
                bad("published_at", "not a date (2026-05-27)")
        row: dict[str, Any] = {
            "sheet": "",
            "cell": a1(r, header.index("value")),
            **{k: record[k] or None for k in ("series", "period", "unit", "print", "derivation")},
            **{k: record[k] or None for k in ("scope_ko", "scope_en", "source")},
            "value": value,
            "published_at": published,
        }
        for name in ("months_covered", "complexes_covered"):
            try:
                row[name] = int(record[name]) if record[name] else None
            except ValueError:
                bad(name, "not a whole number")
        rows.append(row)
    if problems:
        raise RejectedFile(problems)
    return rows
