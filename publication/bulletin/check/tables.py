"""Tables of levels, growth, shares and indicators: each cell by the words over and beside it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from publication.bulletin.check.cells import (
    MARKS,
    Cells,
    cell_value,
    fits,
    period_of,
    status_of,
)
from publication.bulletin.model import Cell, Column, Line, Table
from publication.bulletin.reading import Row

#: Words over a column → what stands in it.
_HEADS: dict[str, tuple[str, str]] = {
    "당분기": ("level", ""),
    "level": ("level", ""),
    "전분기 대비, %": ("growth_pct", "qoq"),
    "on quarter, %": ("growth_pct", "qoq"),
    "전년 동기 대비, %": ("growth_pct", "yoy"),
    "on year, %": ("growth_pct", "yoy"),
    "동일 기준 전분기, %": ("growth_lfl_pct", "qoq"),
    "like for like, quarter, %": ("growth_lfl_pct", "qoq"),
    "동일 기준 전년, %": ("growth_lfl_pct", "yoy"),
    "like for like, year, %": ("growth_lfl_pct", "yoy"),
    "전분기 대비, %p": ("points", "qoq"),
    "on quarter, pp": ("points", "qoq"),
    "전년 동기 대비, %p": ("points", "yoy"),
    "on year, pp": ("points", "yoy"),
    "견준 단지(전분기)": ("matched", "qoq"),
    "complexes matched, quarter": ("matched", "qoq"),
    "견준 단지(전년)": ("matched", "yoy"),
    "complexes matched, year": ("matched", "yoy"),
}
_TOTAL = {"ko": "계", "en": "Total"}
_SPECIAL = "location_quotient_employment"

Entity = tuple[str, str]  # (complex, industry)


def grid_faults(cells: Cells, table: Table) -> Iterator[str] | None:
    """What a table of figures says other than its cells; None for a table of another kind."""
    kinds: dict[str, Callable[[Cells, Table], Iterator[str]]] = {
        "totals": _totals,
        "growth": _growth,
        "movers": _movers,
        "kpis": _kpis,
        "shares": _shares,
    }
    kind = table.key.split("/")[0]
    if kind in ("complexes", "industries"):
        return _entities(cells, table, kind)
    return kinds[kind](cells, table) if kind in kinds else None


def figure_fault(cell: Cell, value: float | None, status: str, *, signed: bool = False) -> bool:
    """Does a cell print other than this value, or than the mark of its status?"""
    if value is None:
        return cell.text != ("X" if status == "Q" else "–")
    if cell.text in MARKS or not fits(cell.text, value):
        return True
    if not signed:
        return False
    zero = not any(char in "123456789" for char in cell.text)
    return (cell.text[0] in "+−") == zero


def _measure(cells: Cells, column: Column) -> str | None:
    return cells.titles.get(column.group)


def _column_fault(
    cells: Cells, column: Column, cell: Cell, row: Row | None, entity: Entity, period: str
) -> bool:
    """Is the cell under a head of measure and kind other than its mart says?"""
    measure, head = _measure(cells, column), _HEADS.get(column.head)
    if measure is None or head is None:
        return True
    kind, comparison = head
    if kind == "level":
        return bool(cell.flag) or figure_fault(
            cell, cell_value(row, measure), status_of(row, measure)
        )
    if kind == "points":
        base = _row(cells, entity, cells.base(comparison))
        now, then = cell_value(row, measure), cell_value(base, measure)
        value = None if now is None or then is None else now - then
        hidden = "Q" in (status_of(row, measure), status_of(base, measure))
        return bool(cell.flag) or figure_fault(cell, value, "Q" if hidden else "O", signed=True)
    if measure not in cells.measures.values() or measure.endswith("_pct"):
        return True  # a rate has no growth rate
    found = cells.data.growth(
        measure, comparison, complex_id=entity[0], industry=entity[1], period=period
    )
    value = cell_value(found or None, kind)
    if figure_fault(cell, value, status_of(found or None, kind), signed=True):
        return True
    broken = kind == "growth_pct" and bool(found.get("break_ids")) and value is not None
    return (cell.flag == "b") != broken


def _row(cells: Cells, entity: Entity, period: str | None) -> Row | None:
    complex_id, industry = entity
    if period is None:
        return None
    if complex_id != "_T":
        return cells.data.complexes.get(period, {}).get(complex_id)
    if industry != "_T":
        return cells.industry(industry, "", period)
    return cells.data.totals.get(period)


def _totals(cells: Cells, table: Table) -> Iterator[str]:
    periods = []
    for line in table.lines:
        period = period_of(line.cells[0].text)
        periods.append(period)
        row = cells.data.totals.get(period or "")
        if row is None:
            yield f"{table.key}: ‘{line.cells[0].text}’ is no period of the totals"
            continue
        for column, cell in zip(table.columns[1:], line.cells[1:], strict=True):
            if _column_fault(cells, column, cell, row, ("_T", "_T"), str(period)):
                yield f"{table.key}/{period}: ‘{cell.text}{cell.flag}’ under {column.group}, {column.head}"
    known = [p for p in sorted(cells.data.totals) if p <= cells.data.period]
    if periods != known[len(known) - len(periods) :]:
        yield f"{table.key}: the periods are not the last ones in order"


def _entities(cells: Cells, table: Table, kind: str) -> Iterator[str]:
    names: dict[str, list[Entity]] = {_TOTAL[cells.lang]: [("_T", "_T")]}
    if kind == "complexes":
        for name, ids in cells.names.items():
            names.setdefault(name, []).extend((c, "_T") for c in ids)
    else:
        for code, industry in cells.defined.industries.items():
            if code != "_T":
                names.setdefault(industry.name.of(cells.lang), []).append(("_T", code))
    seen: list[str] = []
    for line in table.lines:
        name = line.cells[0].text
        seen.append(name)
        faults = []
        for entity in names.get(name, []):
            row = _row(cells, entity, cells.data.period)
            faults = [
                f"‘{cell.text}{cell.flag}’ under {column.group}, {column.head}"
                for column, cell in zip(table.columns[1:], line.cells[1:], strict=True)
                if _column_fault(cells, column, cell, row, entity, cells.data.period)
            ]
            if not faults:
                break
        if name not in names:
            yield f"{table.key}: ‘{name}’ is unknown"
        elif faults:
            yield f"{table.key}/{name}: {faults[0]}"
    if kind == "complexes":
        wanted = sorted(n for n, ids in cells.names.items() for _ in ids)
        if sorted(n for n in seen if n != _TOTAL[cells.lang]) != wanted:
            yield f"{table.key}: not every complex of the period stands in it once"


def _growth(cells: Cells, table: Table) -> Iterator[str]:
    for line in table.lines:
        name = line.cells[0].text
        measure = cells.measures.get(name)
        if measure is None:
            yield f"{table.key}: ‘{name}’ is no measure"
            continue
        for column, cell in zip(table.columns[1:], line.cells[1:], strict=True):
            kind, comparison = _HEADS.get(column.head, ("", ""))
            row = cells.data.growth(measure, comparison)
            if kind == "matched":
                known = cell_value(row or None, "growth_lfl_pct") is not None
                fault = figure_fault(cell, row.get("matched_complexes") if known else None, "O")
            elif kind.startswith("growth"):
                value = cell_value(row or None, kind)
                fault = figure_fault(cell, value, status_of(row or None, kind), signed=True)
                broken = kind == "growth_pct" and bool(row.get("break_ids")) and value is not None
                fault = fault or (cell.flag == "b") != broken
            else:
                fault = True
            if fault:
                yield f"{table.key}/{name}: ‘{cell.text}{cell.flag}’ under {column.head}"


def _movers(cells: Cells, table: Table) -> Iterator[str]:
    for line in table.lines:
        name = line.cells[0].text
        for column, cell in zip(table.columns[1:], line.cells[1:], strict=True):
            kind, comparison = _HEADS.get(column.head, ("", ""))
            values = [cells.contribution(comparison, c) for c in cells.names.get(name, [])]
            if kind != "points" or all(figure_fault(cell, v, "O", signed=True) for v in values):
                yield f"{table.key}/{name}: ‘{cell.text}’ under {column.head}"


def _kpis(cells: Cells, table: Table) -> Iterator[str]:
    for line in table.lines:
        name = line.cells[0].text
        ids = cells.names.get(name, [])
        if not any(not list(_kpi_faults(cells, table, line, c)) for c in ids):
            faults = list(_kpi_faults(cells, table, line, ids[0])) if ids else ["is unknown"]
            yield f"{table.key}/{name}: {faults[0]}"
    if sorted(line.cells[0].text for line in table.lines) != sorted(
        n for n, ids in cells.names.items() for _ in ids
    ):
        yield f"{table.key}: not every complex of the period stands in it once"


def _kpi_faults(cells: Cells, table: Table, line: Line, complex_id: str) -> Iterator[str]:
    for column, cell in zip(table.columns[1:-1], line.cells[1:-1], strict=True):
        code = cells.titles.get(column.head, "")
        row = cells.kpis.get((complex_id, "_T", code), {})
        status = str(row.get("obs_status") or "O")
        value = row.get("value") if status == "A" else None
        if code not in cells.defined.kpis or figure_fault(cell, value, status):
            yield f"‘{cell.text}’ under {column.head}"
    said = line.cells[-1].text
    quotients = {
        code: float(found["value"])
        for code in cells.defined.industries
        if (found := cells.kpis.get((complex_id, code, _SPECIAL))) and found["value"] is not None
    }
    name, _, figure = said.rpartition(" ")
    code = cells.industries.get(name.lower(), "")
    if not quotients:
        if said not in MARKS:
            yield f"‘{said}’ where there is no quotient"
    elif not fits(figure, quotients.get(code)) or not fits(figure, max(quotients.values())):
        yield f"‘{said}’ is not the highest quotient"


def _shares(cells: Cells, table: Table) -> Iterator[str]:
    known = {str(row["period"]) for row in cells.claim_rows()} | {cells.data.period}
    periods = [period_of(line.cells[0].text) or "" for line in table.lines]
    if periods != sorted(set(periods)) or not set(periods) <= known:
        yield f"{table.key}: the periods are not those of the claims, in order"
    for line in table.lines:
        period = period_of(line.cells[0].text)
        for at in range(1, len(table.columns), 3):
            columns, found = table.columns[at : at + 3], line.cells[at : at + 3]
            if not _share_fits(cells, columns, found, period):
                said = ", ".join(cell.text for cell in found)
                yield f"{table.key}/{line.cells[0].text}: ‘{said}’ under {columns[0].group}"


def _share_fits(
    cells: Cells, columns: tuple[Column, ...], found: tuple[Cell, ...], period: str | None
) -> bool:
    """Share, coverage and verdict of one claim in one period."""
    heads = {
        "ko": ("비중, %", "기간 중 월", "판정"),
        "en": ("Share, %", "Months", "Verdict"),
    }[cells.lang]
    of, _, stated = columns[0].group.rpartition(": ")
    if tuple(c.head for c in columns) != heads or len({c.group for c in columns}) != 1:
        return False
    claims: list[dict[str, Any]] = [
        row
        for row in cells.claim_rows()
        if f"{row['stated_pct']:g}%" == stated
        and cells.data.share_of(row["metric"], cells.lang) == of
        and row["period"] == period
        and row.get("measured_pct") is not None
    ]
    share, coverage, verdict = (cell.text for cell in found)
    code = cells.verdicts.get(verdict.lower())
    if not claims:
        return share == "–" and coverage == "–" and code == "not_evaluable"
    order = cells.definitions_of(claims[0]["metric"])
    claims.sort(
        key=lambda r: (
            order.index(r["definition"]) if r["definition"] in order else 99,
            r["definition"],
        )
    )
    row = claims[0]
    return (
        fits(share, row["measured_pct"])
        and row["verdict"] == code
        and coverage == ("–" if len(set(row["coverage"].split("/"))) == 1 else row["coverage"])
    )
