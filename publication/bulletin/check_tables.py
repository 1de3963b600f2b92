"""Tiles and tables of the bulletin, held against the cells of the marts."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from publication.bulletin.check_cells import KIND, NUMBER, Cells, amount_fits, cell_value, fits
from publication.bulletin.reading import Row
from publication.bulletin.sentences import Lang


def _text(cell: Any) -> str:
    return str(cell["text"] if isinstance(cell, dict) and "text" in cell else cell)


def _growth_fault(text: str, now: float | None, then: float | None, *, points: bool) -> bool:
    """Is a printed growth figure (`+5.7%`, `−1.3%p`, `0.0%`) other than the cells say?"""
    match = re.fullmatch(rf"(?P<value>[+−]?{NUMBER})(?P<unit>%p| pp|%)", text)
    if match is None:
        return text not in ("–", "X")
    if now is None or then is None or (match["unit"] != "%") != points:
        return True
    if then == 0 and not points:
        return not (now == 0 and match["value"] == "0.0")
    change = now - then if points else 100.0 * (now - then) / abs(then)
    return not fits(match["value"].replace("+", ""), change)


def tile_faults(cells: Cells, measure: str, tile: Row, lang: Lang) -> Iterator[str]:
    """What a headline tile says other than its cells."""
    value = cells.total(measure)
    said = f"{tile['value']} {tile['unit']}".strip()
    if value is None:
        if re.search(r"\d", said):
            yield f"tile: ‘{said}’ stands for {measure}, which has no figure"
    elif not amount_fits(said, value, KIND[measure]):
        yield f"tile: ‘{said}’ is not {measure} of {cells.data.period}"
    for key, base in zip(("quarter", "year"), cells.bases(), strict=True):
        then = cells.total(measure, base) if base else None
        if _growth_fault(_text(tile[key]), value, then, points=KIND[measure] == "percent"):
            yield f"tile: ‘{_text(tile[key])}’ is not the change of {measure} on {base}"


#: Columns of the table of complexes: (measure, base or None for the level, scale in ko, in en).
_COLUMNS: tuple[tuple[str, int | None, float, float], ...] = (
    ("production_krw_100m", None, 1.0, 10.0),
    ("production_krw_100m", 0, 1.0, 1.0),
    ("production_krw_100m", 1, 1.0, 1.0),
    ("exports_usd_m", None, 1.0, 1.0),
    ("exports_usd_m", 0, 1.0, 1.0),
    ("employment_count", None, 1.0, 1.0),
    ("employment_count", 0, 1.0, 1.0),
    ("utilization_pct", None, 1.0, 1.0),
)


def table_faults(cells: Cells, rows: list[Row], lang: Lang) -> Iterator[str]:
    """What the table of complexes says other than its cells."""
    names = cells.names(lang)
    for row in rows:
        name = str(row["cells"][0])
        ids: list[str | None] = [
            c for n, found in names.items() for c in found if n == name or _cut(name, n)
        ]
        if name == ("계" if lang == "ko" else "Total"):
            ids.append(None)
        if not any(not list(_row_faults(cells, i, row["cells"][1:], lang)) for i in ids):
            faults = (
                list(_row_faults(cells, ids[0], row["cells"][1:], lang)) if ids else ["unknown"]
            )
            yield f"complexes/{name}: {faults[0]}"


def _cut(short: str, name: str) -> bool:
    return short.endswith("…") and name.startswith(short[:-1])


def _row_faults(
    cells: Cells, complex_id: str | None, printed: list[Any], lang: Lang
) -> Iterator[str]:
    def at(measure: str, period: str | None) -> float | None:
        if complex_id is None:
            return cells.total(measure, period) if period else None
        return cell_value(cells.data.complexes.get(period or "", {}).get(complex_id), measure)

    for (measure, base, ko, en), cell in zip(_COLUMNS, printed, strict=True):
        said, now = _text(cell), at(measure, cells.data.period)
        if base is not None:
            if _growth_fault(said, now, at(measure, cells.bases()[base]), points=False):
                yield f"‘{said}’ is not the change of {measure} on {cells.bases()[base]}"
        elif re.search(r"\d", said):
            if not fits(said, now, ko if lang == "ko" else en):
                yield f"‘{said}’ is not {measure}"
        elif now is not None:
            yield f"‘{said}’ stands for {measure}, which has a figure"


def matrix_faults(cells: Cells, matrix: Row, lang: Lang) -> Iterator[str]:
    """What the table of verdicts says other than claim_check."""
    heads = [re.sub(r"(\d)분기", r"Q\1", str(h)).replace("\n", "-") for h in matrix["header"][1:]]
    for row in matrix["rows"]:
        stated = re.search(rf"({NUMBER})%", str(row[0]))
        for period, cell in zip(heads, row[1:], strict=True):
            said = str(cell["value"]).rstrip("*")
            known = [
                r
                for r in cells.data.marts["claim_check"]
                if r["period"] == period
                and r.get("measured_pct") is not None
                and stated is not None
                and r.get("stated_pct") == float(stated[1])
            ]
            if said and not any(
                fits(said, r["measured_pct"]) and r["verdict"] == cell["verdict"] for r in known
            ):
                yield f"share table: ‘{said}’ ({cell['verdict']}) was not measured for {period}"
