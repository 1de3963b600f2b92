"""Seasonally adjusted series, where they are published, and why others are not."""

from __future__ import annotations

from collections import Counter

from publication.bulletin import charts
from publication.bulletin import texts as tx
from publication.bulletin import words as s
from publication.bulletin.model import Beside, Block, Cell, Column, Figure, Section, Table
from publication.bulletin.pages.common import decimals, line, note, said
from publication.bulletin.reading import Release, Row
from publication.bulletin.words import Lang

#: Series shown at most (totals of the complexes first), years drawn, periods in the table.
_SERIES, _YEARS, _ROWS = 3, 6, 6


def adjusted_series(data: Release) -> list[list[Row]]:
    """The published series, each in order of time; totals of the complexes before the nation's."""
    found: dict[str, list[Row]] = {}
    for row in data.marts["seasonal_adjusted"]:
        if row.get("seasonally_adjusted") is not None and row.get("original") is not None:
            found.setdefault(row["series_id"], []).append(row)
    named = [sorted(rows, key=lambda r: r["period"]) for rows in found.values() if len(rows) > 1]
    known = [rows for rows in named if rows[-1]["measure"] in _names(data)]
    known.sort(key=lambda rows: (rows[0]["complex_id"] != "_T", rows[0]["series_id"]))
    return known[:_SERIES]


def _names(data: Release) -> set[str]:
    return {*data.definitions.measures, *data.definitions.series}


def title_of(data: Release, row: Row, lang: Lang) -> str:
    """What a series is called: the measure, and the complex where it is one."""
    name = data.measure(row["measure"], lang)
    complex_id = row.get("complex_id")
    return f"{data.name(complex_id, lang)}, {name}" if complex_id in data.names else name


def growth_of(rows: list[Row], column: str) -> float:
    """Growth of the last period on the one before, per cent."""
    now, then = float(rows[-1][column]), float(rows[-2][column])
    return 100.0 * (now - then) / abs(then) if then else 0.0


def _drawn(data: Release, rows: list[Row], lang: Lang) -> Figure:
    per_year = 12 if rows[0]["freq"] == "M" else 4
    shown = rows[-_YEARS * per_year :]
    measure = rows[0]["measure"]
    places = decimals(data, measure)

    def points(column: str) -> tuple[tuple[float, float], ...]:
        return tuple((charts.year_of(r["period"]) or 0.0, float(r[column])) for r in shown)

    chart = charts.LineChart(
        points("seasonally_adjusted"),
        "",
        places,
        data.simulated,
        behind=points("original"),
        names=(tx.t("c_adjusted", lang), tx.t("c_original", lang)),
    )
    name, unit = title_of(data, rows[0], lang), data.unit(measure, lang)
    listed = [(r["period"], float(r["seasonally_adjusted"])) for r in shown]
    return Figure(
        f"adjusted/{rows[0]['series_id']}",
        f"{name}, {unit}",
        charts.draw(charts.line_spec(chart, width=162, height=104)),
        (s.line_alt(name, unit, listed, places, lang),),
        width=162,
    )


def seasonal(data: Release, lang: Lang) -> Section:
    """Adjusted growth in sentences, the lines, the last periods, and what was left out."""
    tested = data.marts["seasonal_diagnostics"]
    heading = tx.t("h_seasonal", lang)
    if not tested:
        return Section("seasonal", heading, (), (note("n_no_seasonal", lang),), new_page=False)
    series = adjusted_series(data)
    reasons = Counter(
        str(row.get(f"reason_{lang}")) for row in tested if row["status"] != "adjusted"
    )
    most = min(reasons.items(), key=lambda item: (-item[1], item[0]))[0] if reasons else ""
    published = sum(row["status"] == "adjusted" for row in tested)
    sentence = s.not_adjusted_sentence(published, len(tested), most, lang)
    blocks: list[Block] = []
    for rows in series:
        last = rows[-1]
        blocks += said(
            f"adjusted/{last['series_id']}",
            s.adjusted_sentence(
                title_of(data, last, lang),
                last["period"],
                growth_of(rows, "seasonally_adjusted"),
                growth_of(rows, "original"),
                monthly=last["freq"] == "M",
                lang=lang,
            ),
        )
    blocks += said("not_adjusted", sentence)
    figures = [_drawn(data, rows, lang) for rows in series]
    if figures:
        blocks.append(Beside(tuple(figures), columns=3))
    if series:
        blocks.append(_table(data, series, lang))
    return Section(
        "seasonal", heading, (tx.t("m_seasonal_text", lang),), tuple(blocks), new_page=False
    )


def _table(data: Release, series: list[list[Row]], lang: Lang) -> Table:
    columns = [Column(tx.t("c_period", lang), align="text", weight=1.2)]
    by_period: list[dict[str, tuple[Row, Row | None]]] = []
    for rows in series:
        group = f"{title_of(data, rows[0], lang)}, {data.unit(rows[0]['measure'], lang)}"
        columns += [
            Column(tx.t("c_original", lang), group, weight=1.2),
            Column(tx.t("c_adjusted", lang), group, weight=1.2),
            Column(tx.t("c_adjusted_growth", lang), group),
        ]
        before: list[Row | None] = [None, *rows[:-1]]
        by_period.append({r["period"]: (r, b) for r, b in zip(rows, before, strict=True)})
    periods = sorted({period for found in by_period for period in found})[-_ROWS:]
    lines = []
    for period in periods:
        cells = []
        for found in by_period:
            row, before_row = found.get(period, (None, None))
            if row is None:
                cells += [Cell(s.MISSING)] * 3
                continue
            places = decimals(data, row["measure"])
            growth = s.MISSING
            if before_row is not None:
                growth = s.signed(growth_of([before_row, row], "seasonally_adjusted"), 1, "")
            cells += [
                Cell(s.number(float(row["original"]), places)),
                Cell(s.number(float(row["seasonally_adjusted"]), places)),
                Cell(growth),
            ]
        lines.append(line(s.period_short(period, lang), cells))
    return Table("seasonal", tx.t("t_seasonal", lang), tuple(columns), tuple(lines))
