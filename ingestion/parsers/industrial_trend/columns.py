"""What the columns of a table measure, and in which unit."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from ingestion.contract import Column, Contract, Table
from ingestion.parsers.cells import (
    Parsed,
    a1,
    column_letters,
    contract_file,
    header_texts,
    listed,
    text_at,
    units_in,
)
from ingestion.problems import problem
from ingestion.registry import Registry, name_key
from ingestion.sniff import Sheet

from .headers import KIND_HEADERS, TOTALS, Header, header_key, make_header

#: What a column measures: measure, relation, sex, size class, industry.
_Meaning = tuple[str, str, str, str, str]


@dataclass(frozen=True)
class Reading:
    """One table on one sheet, and the file's result that its rows and faults go to."""

    sheet: Sheet
    table: Table
    contract: Contract
    registry: Registry
    parsed: Parsed

    @property
    def is_csv(self) -> bool:
        """Whether it is a CSV edition: no totals, and fewer columns must be there."""
        return self.contract.form == "csv"

    def tell(self, code: str, cell: str | None, **detail: Any) -> None:
        """Note a fault."""
        sheet = self.sheet.name or None
        self.parsed.problems.append(problem(code, sheet=sheet, cell=cell, **detail))


@dataclass(frozen=True)
class Slot:
    """A column that is understood: its meaning, and what all its rows have in common."""

    header: Header
    column: Column
    letters: str
    signed: bool
    common: dict[str, Any]


def read_headers(on: Reading, top: int, body: int, name_column: int) -> list[Header]:
    """Headers of all columns but the names, over one or more header rows."""
    found = header_texts(on.sheet, top, body, names=name_column, alone=KIND_HEADERS)
    return [make_header(lowest, column, texts, on.registry) for column, lowest, texts in found]


def sheet_units(on: Reading, first: int, last: int) -> list[tuple[str, str]]:
    """Units named by the first `(단위 : …)` of some rows: (unit text, cell)."""
    for row in range(first, last):
        for column in range(len(on.sheet.rows[row])):
            units = units_in(text_at(on.sheet, row, column), ",，·/")
            if units is not None:
                return [(unit, a1(row, column)) for unit in units]
    return []


def understand(
    on: Reading, headers: Sequence[Header], header_row: int, units: list[tuple[str, str]]
) -> list[Slot]:
    """The columns that are understood; every other one is a fault."""
    for unit, cell in units:
        if name_key(unit) not in on.registry.units:
            on.tell("unit_unknown", cell, found=unit)
            return []
    slots: list[Slot] = []
    used: dict[_Meaning, Header] = {}
    for header in headers:
        cell = a1(header.row, header.column)
        match = _match(on, header.key)
        if match is None and header.odd_brackets:
            match = _match(on, header.key_without_brackets)
            if match is not None and not header.is_wording:
                on.tell("unit_unknown", cell, found=header.odd_brackets[-1])
                continue
        if match is None:
            _tell_unknown(on, header, cell)
            continue
        column, industry = match
        meaning = _meaning(column, industry)
        if meaning in used:
            other = a1(used[meaning].row, used[meaning].column)
            on.tell(
                "header_twice",
                cell,
                found=header.raw,
                other=other,
                contract=contract_file(on.contract),
            )
            continue
        used[meaning] = header
        period = on.parsed.period
        if header.year is not None and header.year != period.year:
            on.tell("stale_header_year", cell, found=header.raw, period=str(period))
        unit_name = _unit(on, header, column, units)
        if unit_name is None:
            on.tell("unit_missing", cell, found=header.raw, dimension=column.dimension)
        else:
            slots.append(_slot(on, header, column, industry, unit_name))
    for needed, text in _needed(on):
        if needed not in used:
            on.tell(
                "header_missing",
                a1(header_row, 0),
                expected=text,
                found=listed([h.raw for h in headers]),
                contract=contract_file(on.contract),
            )
    return slots


def _meaning(column: Column, industry: str) -> _Meaning:
    return column.measure, column.relation, column.sex, column.size_class, industry


def _slot(on: Reading, header: Header, column: Column, industry: str, unit: str) -> Slot:
    period = on.parsed.period
    about = period.shift(-1) if column.relation == "previous" else period
    return Slot(
        header=header,
        column=column,
        letters=column_letters(header.column),
        signed=column.dimension == "percentage_point" or column.measure.endswith("growth_pct"),
        common={
            "table_id": on.table.id,
            "table_no": on.table.number,
            "sheet": on.sheet.name,
            "industry_raw": header.raw if on.table.industries is not None else None,
            "industry_code": industry,
            "size_class": column.size_class,
            "sex": column.sex,
            "measure": column.measure,
            "relation": column.relation,
            "freq": period.freq,
            "period": str(about),
            "publication_period": str(period),
            "unit_raw": unit,
            "header_raw": header.raw,
        },
    )


def _match(on: Reading, key: str) -> tuple[Column, str] | None:
    """The meaning of a header: the contract's column and an industry code."""
    table = on.table
    if table.industries is not None:
        if key in TOTALS:
            return table.industries, "_T"
        code = on.registry.industries.get(name_key(key))
        if code is None or (code == "NONMFG" and not table.with_non_manufacturing):
            return None
        return table.industries, code
    for column in table.columns:
        if key in {header_key(text) for text in column.header}:
            return column, "_T"
    return None


def _tell_unknown(on: Reading, header: Header, cell: str) -> None:
    if on.table.industries is not None:
        on.tell("unknown_industry", cell, found=header.raw)
        return
    on.tell(
        "header_unknown",
        cell,
        found=header.raw,
        expected=listed([column.header[0] for column in on.table.columns]),
        contract=contract_file(on.contract),
    )


def _needed(on: Reading) -> Iterator[tuple[_Meaning, str]]:
    """Columns that must be there: all in a workbook, the figures themselves in a CSV."""
    table = on.table
    if table.industries is not None:
        names: dict[str, str] = {"_T": "계"}
        for name, code in on.registry.industries.items():
            names.setdefault(code, name)
        for code, name in names.items():
            if code != "NONMFG" or table.with_non_manufacturing:
                yield _meaning(table.industries, code), name
        return
    for column in table.columns:
        if on.is_csv and (column.relation != "current" or column.dimension.startswith("percent")):
            continue
        yield _meaning(column, "_T"), column.header[0]


def _unit(on: Reading, header: Header, column: Column, units: list[tuple[str, str]]) -> str | None:
    """The unit of a column: its own, else the sheet's unit of the same dimension."""
    for unit in [header.unit] if header.unit else [unit for unit, _ in units]:
        known = on.registry.units[name_key(unit)]
        if known.dimension == column.dimension:
            return known.name
        if header.unit and column.measure.endswith("_pp") and known.dimension == "percent":
            return known.name
    if column.dimension == "percentage_point" and not header.unit:
        # 전분기대비 of a rate under one heading (가동률(%)) is a difference of rates.
        return "%p"
    return None
