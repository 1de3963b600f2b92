"""Tables of seasonally adjusted series: their figures, and why there are none."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from publication.bulletin import texts as tx
from publication.bulletin.check.cells import Cells, growth_at, period_of
from publication.bulletin.check.tables import figure_fault
from publication.bulletin.model import Table
from publication.bulletin.reading import Row

#: Whose series they are: text by identifier; every other complex is a large one.
_GROUPS = {"_T": "seasonal_total", "KR": "seasonal_nation"}


def adjusted_titles(cells: Cells, freq: str) -> dict[str, list[Row]]:
    """Published adjusted series of a frequency by `name, unit`."""
    return {
        f"{name}, {cells.data.unit(rows[0]['measure'], cells.lang)}": rows
        for (name, own), rows in cells.adjusted.items()
        if own == freq
    }


def adjusted_faults(cells: Cells, table: Table) -> Iterator[str]:
    """The last periods of some series: original, adjusted, growth."""
    titles = adjusted_titles(cells, table.key.rpartition("/")[2])
    kinds = {
        tx.t("c_original", cells.lang): "original",
        tx.t("c_adjusted", cells.lang): "seasonally_adjusted",
        tx.t("c_adjusted_growth", cells.lang): "growth",
    }
    for line in table.lines:
        period = period_of(line.cells[0].text)
        for column, cell in zip(table.columns[1:], line.cells[1:], strict=True):
            rows, kind = titles.get(column.group, []), kinds.get(column.head, "")
            at = next((i for i, row in enumerate(rows) if row["period"] == period), None)
            value: float | None = None
            if at is not None and kind == "growth":
                value = growth_at(rows, at, "seasonally_adjusted")
            elif at is not None and kind:
                value = rows[at].get(kind)
            if not rows or not kind or figure_fault(cell, value, "O", signed=kind == "growth"):
                yield f"‘{cell.text}’ under {column.group}, {column.head}, {period}"


def adjusted_growth_faults(cells: Cells, table: Table) -> Iterator[str]:
    """Large complexes: growth of the quarter, or the reason why it is not adjusted."""
    here = cells.data.complexes.get(cells.data.period, {})
    tested = {
        (r["complex_id"], r["measure"]): r
        for r in cells.data.marts["seasonal_diagnostics"]
        if r.get("freq") == "Q" and r.get("complex_id") in here
    }
    printed = [line.cells[0].text for line in table.lines]
    due = {cells.data.name(complex_id, cells.lang) for complex_id, _ in tested}
    if sorted(printed) != sorted(due):
        yield f"not every complex that was examined stands in it once: {sorted(due - {*printed})}"
    columns_of = {
        tx.t("c_adjusted_growth", cells.lang): "seasonally_adjusted",
        tx.t("c_original_growth", cells.lang): "original",
    }
    for line in table.lines:
        ids = [c for c, _ in tested if cells.data.name(c, cells.lang) == line.cells[0].text]
        for column, cell in zip(table.columns[1:], line.cells[1:], strict=True):
            code, kind = cells.titles.get(column.group, ""), columns_of.get(column.head, "")
            found = next((tested[c, code] for c in ids if (c, code) in tested), None)
            if found is None or not kind:
                yield f"‘{cell.text}’ under {column.group}, {column.head}: no such series"
            elif found["status"] != "adjusted":
                reason = cells.data.code_word("adjustment_reason", str(found["reason"]), cells.lang)
                if cell.text != (reason if kind == "seasonally_adjusted" else "–"):
                    yield f"‘{cell.text}’ is not why {found['series_id']} is not adjusted"
            else:
                name = f"{line.cells[0].text}, {cells.data.measure(code, cells.lang)}"
                rows = cells.adjusted.get((name, "Q"), [])
                is_now = bool(rows) and rows[-1]["period"] == cells.data.period
                value = growth_at(rows, len(rows) - 1, kind) if is_now else None
                if figure_fault(cell, value, "O", signed=True):
                    yield f"‘{cell.text}’ under {column.head} of {found['series_id']}"


def status_faults(cells: Cells, table: Table) -> Iterator[str]:
    """How many series were examined and adjusted, and the reasons of the others."""
    expected = []
    tested = cells.data.marts["seasonal_diagnostics"]
    groups: dict[tuple[str, str, str], list[Row]] = {}
    for row in tested:
        group = _GROUPS.get(str(row["complex_id"]), "seasonal_large")
        groups.setdefault((group, str(row.get("freq")), row["measure"]), []).append(row)
    for (group, freq, measure), rows in groups.items():
        reasons = Counter(
            cells.data.code_word("adjustment_reason", str(r["reason"]), cells.lang)
            for r in rows
            if r["status"] != "adjusted"
        )
        listed = sorted(reasons.items(), key=lambda item: (-item[1], item[0]))
        expected.append(
            (
                tx.t(group, cells.lang),
                cells.data.code_word("freq", freq, cells.lang),
                cells.data.measure(measure, cells.lang),
                str(len(rows)),
                str(sum(r["status"] == "adjusted" for r in rows)),
                ", ".join(f"{reason} {count}" for reason, count in listed) or "–",
            )
        )
    said = [tuple(cell.text for cell in line.cells) for line in table.lines]
    for row_said in said:
        if row_said not in expected:
            yield f"‘{' · '.join(row_said)}’ is not what was examined"
    if len(said) != len(expected):
        yield f"{len(said)} groups of series are printed, {len(expected)} were examined"
