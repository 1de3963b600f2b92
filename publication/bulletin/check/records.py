"""Tables that list rows of a mart: each printed row must be one of them, cell by cell."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from publication.bulletin import texts as tx
from publication.bulletin.check.cells import Cells, cell_value, kind_of, period_of, status_of
from publication.bulletin.check.seasonal import (
    adjusted_faults,
    adjusted_growth_faults,
    adjusted_titles,
    status_faults,
)
from publication.bulletin.check.statements import TOTALS
from publication.bulletin.check.tables import figure_fault
from publication.bulletin.model import Cell, Line, Table
from publication.bulletin.reading import Row, as_date, source


def record_faults(cells: Cells, table: Table) -> Iterator[str]:
    """What a table of records says other than the marts."""
    readers: dict[str, Callable[[Cells, Table], Iterator[str]]] = {
        "revised": _revised,
        "revised/complexes": _revised,
        "triangle": _triangle,
        "triangle/complexes": _triangle,
        "revision_summary": _summary,
        "seasonal/Q": adjusted_faults,
        "seasonal/M": adjusted_faults,
        "seasonal/complexes": adjusted_growth_faults,
        "seasonal/status": status_faults,
        "claims": _claims,
        "suppressed": _suppressed,
        "breaks": _breaks,
        "measures": _definitions,
        "kpi_formulas": _definitions,
        "sources": _sources,
    }
    yield from _heads(cells, table)
    read = readers.get(table.key)
    if read is None:
        yield f"{table.key}: no rule reads this table"
        return
    yield from (f"{table.key}: {fault}" for fault in read(cells, table))


def _heads(cells: Cells, table: Table) -> Iterator[str]:
    fixed = tx.fixed(cells.lang)
    groups = {*fixed, *cells.titles, *adjusted_titles(cells, table.key.rpartition("/")[2])}
    for column in table.columns:
        if column.group and column.group not in groups:
            yield f"{table.key}: ‘{column.group}’ is no measure"
        if column.head not in fixed and _print_number(cells, column.head) is None:
            yield f"{table.key}: ‘{column.head}’ is no fixed text"


def _texts(line: Line) -> tuple[str, ...]:
    return tuple(cell.text for cell in line.cells)


def _cause(cells: Cells, row: Row) -> str:
    return cells.data.code_word("cause", str(row.get("cause") or "unexplained"), cells.lang)


def _revised(cells: Cells, table: Table) -> Iterator[str]:
    """First print, present value, revision, per cent and cause of the quarter before."""
    for line in table.lines:
        texts = list(line.cells)
        ids = ["_T"]
        if table.key == "revised/complexes":
            name = texts.pop(0).text
            ids = [c for c in cells.data.names if cells.data.name(c, cells.lang) == name]
        measure = cells.titles.get(texts[0].text, "")
        ok = False
        for complex_id in ids:
            rows = cells.revisions.get((complex_id, measure, cells.data.previous or ""))
            ok = ok or (rows is not None and _revision_fits(cells, rows[-1], texts[1:]))
        if not ok:
            yield f"‘{' '.join(_texts(line))}’ is no revision of {cells.data.previous}"


def _revision_fits(cells: Cells, row: Row, found: list[Cell]) -> bool:
    first, now, change, pct, cause = found
    of_rate = kind_of(cells, row["measure"]) == "percent"  # changed by points alone
    values = (
        (first, row.get("first_value"), str(row.get("first_value_status")), False),
        (now, row.get("value"), str(row.get("obs_status")), False),
        (change, row.get("revision"), "O", True),
        (pct, None if of_rate else row.get("revision_pct"), "O", True),
    )
    fine = all(
        not figure_fault(cell, value if status in ("A", "O") else None, status, signed=signed)
        for cell, value, status, signed in values
    )
    return fine and cause.text == _cause(cells, row)


def _print_number(cells: Cells, head: str) -> int | None:
    word = tx.t("c_print", cells.lang)
    pattern = rf"(\d+){word}" if cells.lang == "ko" else rf"{word} (\d+)"
    match = re.fullmatch(pattern, head)
    return int(match[1]) if match else None


def _triangle(cells: Cells, table: Table) -> Iterator[str]:
    """Prints by quarter: of the total, or of the complex that the line names."""
    of_complexes = table.key == "triangle/complexes"
    names = 2 if of_complexes else 1
    for line in table.lines:
        period = period_of(line.cells[names - 1].text) or ""
        here = cells.data.complexes.get(period, {})
        ids = ["_T"]
        if of_complexes:
            ids = [c for c in cells.data.names if cells.data.name(c, cells.lang) == _texts(line)[0]]
        for column, cell in zip(table.columns[names:], line.cells[names:], strict=True):
            measure, number = cells.titles.get(column.group, ""), _print_number(cells, column.head)
            fault = number is None or period not in cells.data.totals
            found = [_print(cells, c, measure, period, number or 0, here) for c in ids]
            fault = fault or all(figure_fault(cell, value, status) for value, status in found)
            if fault:
                yield f"‘{cell.text}’ under {column.group}, {column.head}, {' '.join(_texts(line)[:names])}"
    if of_complexes:
        yield from _most_revised(cells, table)


def _print(
    cells: Cells, complex_id: str, measure: str, period: str, number: int, here: dict[str, Row]
) -> tuple[float | None, str]:
    """The n-th print of a figure and its status; None where there is none, or no figure."""
    if (complex_id, measure, period) not in cells.data.first_prints:
        return None, "O"
    rows = cells.revisions.get((complex_id, measure, period), [])
    now = cells.data.totals.get(period) if complex_id == "_T" else here.get(complex_id)
    values = [(cell_value(now, measure), status_of(now, measure))]
    if rows:
        values = [(rows[0].get("first_value"), str(rows[0].get("first_value_status")))]
    values += [(row.get("value"), str(row.get("obs_status"))) for row in rows]
    value, status = values[number - 1] if 0 < number <= len(values) else (None, "O")
    return (value if status == "A" else None), status


def _most_revised(cells: Cells, table: Table) -> Iterator[str]:
    """The complexes come in the order of their relative mean absolute revision of production."""
    size: dict[str, float] = {}
    for row in cells.data.marts["revision_summary"]:
        key = (row["measure"], row["horizon"])
        if row["complex_id"] != "_T" and key == ("production_krw_100m", "latest"):
            name = cells.data.name(row["complex_id"], cells.lang)
            size[name] = max(size.get(name, 0.0), float(row.get("relative_mar_pct") or 0.0))
    printed = list(dict.fromkeys(_texts(line)[0] for line in table.lines))
    sizes = [size.get(name, 0.0) for name in printed]
    if sizes != sorted(sizes, reverse=True) or 0.0 in sizes:
        yield f"{', '.join(printed)} are not in the order of their revisions"


def _summary(cells: Cells, table: Table) -> Iterator[str]:
    horizons = {
        cells.data.code_word("horizon", h, cells.lang): h for h in ("90d", "180d", "365d", "latest")
    }
    rows = {
        (r["measure"], r["horizon"]): r
        for r in cells.data.marts["revision_summary"]
        if r["complex_id"] == "_T"
    }
    names = (
        ("c_observations", "observations"),
        ("c_revised", "revised"),
        ("c_mean_revision", "mean_revision"),
        ("c_mar", "mean_absolute_revision"),
        ("c_rmar", "relative_mar_pct"),
        ("c_t", "bias_t"),
    )
    heads = {tx.t(key, cells.lang): column for key, column in names}
    for line in table.lines:
        measure = cells.titles.get(line.cells[0].text, "")
        row = rows.get((measure, horizons.get(line.cells[1].text, "")))
        if row is None or measure not in TOTALS:
            yield f"‘{' '.join(_texts(line)[:2])}’ is no statistic"
            continue
        for column, cell in zip(table.columns[2:], line.cells[2:], strict=True):
            if column.head == tx.t("c_signs", cells.lang):
                fault = cell.text != f"{row['sign_changes']}/{row['growth_pairs']}"
            elif column.head in heads:
                name = heads[column.head]
                fault = figure_fault(cell, row.get(name), "O", signed=name == "mean_revision")
            else:
                fault = True
            if fault:
                yield f"‘{cell.text}’ under {column.head} of {measure}, {row['horizon']}"


def _claims(cells: Cells, table: Table) -> Iterator[str]:
    rows = cells.data.marts["claim_verdict"]
    if len(table.lines) != len(rows):
        yield f"{len(table.lines)} claims are printed, there are {len(rows)}"
    for line in table.lines:
        text, cited, about, verdict, held = _texts(line)
        if not any(
            row["text"] == text
            and cited
            in (
                source(row, cells.lang),
                f"{source(row, cells.lang)}, {as_date(row.get('claim_date'))}",
            )
            and cells.verdicts.get(verdict.lower()) == row["verdict"]
            and _period_is(about, row.get("verdict_period"))
            and _period_is(held, row.get("last_held_period"))
            for row in rows
        ):
            yield f"‘{' · '.join(_texts(line))}’ is no claim with its verdict"


def _period_is(said: str, period: str | None) -> bool:
    if not period or period == "none":
        return said == "–"
    return said == period or period_of(said) == period


def _suppressed(cells: Cells, table: Table) -> Iterator[str]:
    now = cells.data.complexes.get(cells.data.period, {})
    hidden = {
        c: [m for m in TOTALS if row.get(f"{m}_status") == "Q"]
        for c, row in now.items()
        if any(key.endswith("_status") and value == "Q" for key, value in row.items())
    }
    if len(table.lines) != len(hidden):
        yield f"{len(table.lines)} complexes are printed, {len(hidden)} are suppressed"
    for line in table.lines:
        name, listed = _texts(line)
        if not any(
            cells.data.name(c, cells.lang) == name
            and listed == (", ".join(cells.data.measure(m, cells.lang) for m in measures) or "X")
            for c, measures in hidden.items()
        ):
            yield f"‘{name}: {listed}’ is not what is suppressed"


def _breaks(cells: Cells, table: Table) -> Iterator[str]:
    rows = cells.data.marts["series_break"]
    for line in table.lines:
        when, what, cited = _texts(line)
        if not any(
            _period_is(when, str(row["effective"]))
            and row[f"what_{cells.lang}"] == what
            and source(row, cells.lang) == cited
            for row in rows
        ):
            yield f"‘{when}: {what}’ is no entry of the register"


def _definitions(cells: Cells, table: Table) -> Iterator[str]:
    measures, kpis = cells.defined.measures.values(), cells.defined.kpis.values()
    known = {
        (d.name.of(cells.lang), d.unit.name.of(cells.lang), d.definition.of(cells.lang))
        for d in measures
    } | {
        (k.name.of(cells.lang), k.unit.name.of(cells.lang), k.formula.of(cells.lang)) for k in kpis
    }
    for line in table.lines:
        if _texts(line) not in known:
            yield f"‘{' · '.join(_texts(line))}’ is no definition"


def _sources(cells: Cells, table: Table) -> Iterator[str]:
    known = set()
    for row in cells.data.marts["dim_snapshot"]:
        when = as_date(row.get("published_at"))
        undated = when is None or row.get("published_at_basis") == "first_seen"
        name = str(row.get("file_name") or row["snapshot_id"])
        known.add((name, "–" if undated else str(when), str(row.get("sha256") or "")[:8]))
    for line in table.lines:
        if _texts(line) not in known:
            yield f"‘{' · '.join(_texts(line))}’ is no input"
