"""Seasonally adjusted series, where they are published, and why others are not."""

from __future__ import annotations

from collections import Counter

from publication.bulletin import charts
from publication.bulletin import reading as rd
from publication.bulletin import texts as tx
from publication.bulletin import words as s
from publication.bulletin.model import Beside, Block, Cell, Column, Figure, Section, Table
from publication.bulletin.pages.common import (
    MONEY,
    RATE,
    TOTALS,
    decimals,
    line,
    note,
    said,
    titled,
)
from publication.bulletin.reading import Release, Row
from publication.bulletin.words import Lang

#: Series drawn at most (totals of the complexes first), years drawn, periods in a table.
_SERIES, _YEARS, _ROWS = 3, 6, 6
#: Measures of the large complexes whose growth is printed.
_GROWN = (*MONEY, "employment_count")
#: Whose series: text by identifier; every other complex is a large one.
_GROUPS = {"_T": "seasonal_total", "KR": "seasonal_nation"}


def _published(data: Release) -> dict[str, list[Row]]:
    """Every published series in order of time, by its identifier."""
    found: dict[str, list[Row]] = {}
    names = {*data.definitions.measures, *data.definitions.series}
    for row in data.marts["seasonal_adjusted"]:
        if row.get("seasonally_adjusted") is not None and row.get("original") is not None:
            found.setdefault(row["series_id"], []).append(row)
    named = {key: sorted(rows, key=lambda r: r["period"]) for key, rows in found.items()}
    return {
        key: rows for key, rows in named.items() if len(rows) > 1 and rows[-1]["measure"] in names
    }


def adjusted_series(data: Release) -> list[list[Row]]:
    """The series that are drawn: totals of the complexes by quarter, then the nation's by month,
    in so far as they reach the quarter of the release. Rates have no growth rate."""

    def rank(rows: list[Row]) -> tuple[bool, int, str]:
        row = rows[0]
        return (row["complex_id"] != "_T", _place(row["measure"]), row["series_id"])

    known = [
        rows
        for rows in _published(data).values()
        if rows[0]["complex_id"] in ("_T", "KR")
        and rows[0]["measure"] != RATE
        and quarter_of(rows[-1]["period"]) >= data.period
        # months of the complexes' totals say nothing that their quarters do not
        and not (rows[0]["complex_id"] == "_T" and rows[0]["freq"] == "M")
    ]
    return sorted(known, key=rank)[:_SERIES]


def quarter_of(period: str) -> str:
    """The quarter of a month (`2026-04` → `2026-Q2`); a quarter is its own."""
    year, _, part = period.partition("-")
    return period if part.startswith("Q") else f"{year}-Q{(int(part) + 2) // 3}"


def title_of(data: Release, row: Row, lang: Lang) -> str:
    """What a series is called: the measure, and whose it is where it is not the nation's."""
    name = data.measure(row["measure"], lang)
    complex_id = row.get("complex_id")
    if complex_id == "_T":
        return f"{tx.t('seasonal_total', lang)}, {name}"
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
        charts.line_chart(chart, width=162, height=104),
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
    reasons = Counter(_reason(data, row, lang) for row in tested if row["status"] != "adjusted")
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
    for freq in ("Q", "M"):
        if shown := [rows for rows in series if rows[0]["freq"] == freq]:
            blocks.append(_table(data, shown, freq, lang))
    blocks += _of_complexes(data, lang)
    blocks.append(_status(data, tested, lang))
    return Section(
        "seasonal", heading, (tx.t("m_seasonal_text", lang),), tuple(blocks), new_page=False
    )


def _reason(data: Release, row: Row, lang: Lang) -> str:
    return data.code_word("adjustment_reason", str(row["reason"]), lang)


def _of_complexes(data: Release, lang: Lang) -> list[Table]:
    """Growth of the large complexes' series, or in its place why they are not adjusted."""
    tested = {
        (row["complex_id"], row["measure"]): row
        for row in data.marts["seasonal_diagnostics"]
        if row.get("freq") == "Q" and row.get("complex_id") not in (None, *_GROUPS)
    }
    measures = [m for m in _GROWN if any(measure == m for _, measure in tested)]
    examined = {complex_id for complex_id, _ in tested}
    published = _published(data)
    lines = []
    for complex_id in [c for c in rd.ranked(data) if c in examined]:
        cells = []
        for measure in measures:
            row = tested.get((complex_id, measure))
            rows = published.get(row["series_id"], []) if row else []
            if row is not None and row["status"] != "adjusted":
                cells += [Cell(_reason(data, row, lang)), Cell(s.MISSING)]
            elif not rows or rows[-1]["period"] != data.period:
                cells += [Cell(s.MISSING)] * 2
            else:
                cells += [
                    Cell(s.signed(growth_of(rows, column), 1, ""))
                    for column in ("seasonally_adjusted", "original")
                ]
        lines.append(line(data.name(complex_id, lang), cells))
    if not lines:
        return []
    columns = [Column(tx.t("c_complex", lang), align="text", weight=1.4)]
    for measure in measures:
        for head in ("c_adjusted_growth", "c_original_growth"):
            columns.append(Column(tx.t(head, lang), titled(data, measure, lang)))
    title, notes = tx.t("t_seasonal_complexes", lang), (tx.t("n_seasonal_complexes", lang),)
    return [Table("seasonal/complexes", title, tuple(columns), tuple(lines), notes)]


def _status(data: Release, tested: list[Row], lang: Lang) -> Table:
    """By group, frequency and measure: how many were examined and adjusted, and the reasons."""
    groups: dict[tuple[str, str, str], list[Row]] = {}
    for row in tested:
        group = _GROUPS.get(row["complex_id"], "seasonal_large")
        groups.setdefault((group, str(row.get("freq")), row["measure"]), []).append(row)
    places = ("seasonal_total", "seasonal_large", "seasonal_nation")
    ordered = sorted(groups, key=lambda k: (places.index(k[0]), k[1] != "Q", _place(k[2]), k[2]))
    lines = []
    for key in ordered:
        rows = groups[key]
        reasons = Counter(_reason(data, row, lang) for row in rows if row["status"] != "adjusted")
        listed = sorted(reasons.items(), key=lambda item: (-item[1], item[0]))
        cells = [
            Cell(data.code_word("freq", key[1], lang)),
            Cell(data.measure(key[2], lang)),
            Cell(s.number(len(rows))),
            Cell(s.number(sum(row["status"] == "adjusted" for row in rows))),
            Cell(", ".join(f"{reason} {count}" for reason, count in listed) or s.MISSING),
        ]
        lines.append(line(tx.t(key[0], lang), cells))
    columns = (
        Column(tx.t("c_group", lang), align="text", weight=1.2),
        Column(tx.t("c_frequency", lang), align="text", weight=0.8),
        Column(tx.t("c_measure", lang), align="text", weight=1.3),
        Column(tx.t("c_examined", lang), weight=0.7),
        Column(tx.t("c_published_adjusted", lang), weight=0.7),
        Column(tx.t("c_reasons", lang), align="text", weight=2.6),
    )
    return Table("seasonal/status", tx.t("t_seasonal_status", lang), columns, tuple(lines))


def _place(measure: str) -> int:
    return TOTALS.index(measure) if measure in TOTALS else len(TOTALS)


def _table(data: Release, series: list[list[Row]], freq: str, lang: Lang) -> Table:
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
    title = tx.t(f"t_seasonal_{freq.lower()}", lang)
    return Table(f"seasonal/{freq}", title, tuple(columns), tuple(lines))
