"""Levels and growth: all complexes over time, by complex, by industry."""

from __future__ import annotations

from publication.bulletin import charts
from publication.bulletin import reading as rd
from publication.bulletin import texts as tx
from publication.bulletin import words as s
from publication.bulletin.model import Beside, Block, Cell, Column, Figure, Section, Table
from publication.bulletin.pages.common import (
    MONEY,
    PEOPLE,
    RATE,
    TOTALS,
    decimals,
    growth_cell,
    growth_cells,
    growth_columns,
    line,
    note,
    rate_cells,
    rate_columns,
    titled,
    value_cell,
)
from publication.bulletin.reading import Release
from publication.bulletin.words import Lang

#: Quarters in the table of totals, and at most in the charts.
_QUARTERS, _DRAWN = 9, 40


def history(data: Release, measure: str) -> list[tuple[str, float]]:
    """The quarters without a gap that end with the release's own: (period, total)."""
    found: list[tuple[str, float]] = []
    period: str | None = data.period
    while period is not None and len(found) < _DRAWN:
        value = rd.total(data, period, measure).ok
        if value is None:
            break
        found.append((period, value))
        period = s.previous_period(period)
    return found[::-1]


#: Units of charts that keep axis labels short: (measure ending, Korean, English).
_SCALES = (
    ("_krw_100m", (1e4, "조원", 1), (1e4, "KRW trillion", 1)),
    ("_usd_m", (100.0, "억달러", 1), (1e3, "US$ billion", 2)),
)


def chart_unit(data: Release, measure: str, lang: Lang) -> tuple[float, str, int]:
    """How a measure is drawn: (what one unit is in the mart's unit, its name, decimals)."""
    for ending, ko, en in _SCALES:
        if measure.endswith(ending):
            return ko if lang == "ko" else en
    return 1.0, data.unit(measure, lang), decimals(data, measure)


def _drawn(data: Release, measure: str, lang: Lang) -> Figure | None:
    points = history(data, measure)
    if len(points) < 5:
        return None
    scale, unit, places = chart_unit(data, measure, lang)
    scaled = [(period, value / scale) for period, value in points]
    name = data.measure(measure, lang)
    chart = charts.LineChart(
        tuple((charts.year_of(period) or 0.0, value) for period, value in scaled),
        s.number(scaled[-1][1], places),
        places,
        data.simulated,
    )
    return Figure(
        f"line/{measure}",
        f"{name}, {unit}",
        charts.line_chart(chart, width=162, height=92),
        (s.line_alt(name, unit, scaled, places, lang),),
        width=162,
    )


def national(data: Release, lang: Lang) -> Section:
    """All complexes: series drawn, the last quarters as a table, growth of both kinds."""
    drawn = [figure for m in TOTALS if (figure := _drawn(data, m, lang)) is not None]
    blocks: list[Block] = []
    if drawn:
        blocks.append(Beside(tuple(drawn), columns=3))
    if not drawn:
        blocks.append(note("n_no_history", lang))
    columns = [Column(tx.t("c_period", lang), align="text", weight=1.2)]
    for measure in MONEY:
        columns.append(Column(tx.t("c_level", lang), titled(data, measure, lang), weight=1.3))
        for head in ("c_qoq", "c_yoy"):
            columns.append(Column(tx.t(head, lang), titled(data, measure, lang)))
    for measure in (*PEOPLE, RATE):
        columns.append(Column(tx.t("c_level", lang), titled(data, measure, lang), weight=1.1))
    periods = [p for p in sorted(data.totals) if p <= data.period][-_QUARTERS:]
    lines = []
    for period in periods:
        row = data.totals[period]
        cells = []
        for measure in MONEY:
            cells.append(value_cell(rd.obs(row, measure), decimals(data, measure)))
            cells += [
                growth_cell(data.growth(measure, comparison, period=period), "growth_pct")
                for comparison in ("qoq", "yoy")
            ]
        cells += [value_cell(rd.obs(row, m), decimals(data, m)) for m in (*PEOPLE, RATE)]
        lines.append(line(s.period_short(period, lang), cells, strong=period == data.period))
    marks = (tx.t("marks", lang),)
    blocks.append(Table("totals", tx.t("t_totals", lang), tuple(columns), tuple(lines), marks))
    blocks.append(_both_kinds(data, lang))
    return Section("national", tx.t("h_national", lang), (tx.t("a_growth", lang),), tuple(blocks))


def _both_kinds(data: Release, lang: Lang) -> Table:
    """Growth of the totals: as published and like for like, and how many complexes that is."""
    heads = ("c_qoq", "c_lfl_qoq", "c_matched_qoq", "c_yoy", "c_lfl_yoy", "c_matched_yoy")
    columns = (
        Column(tx.t("c_measure", lang), align="text", weight=1.6),
        *(Column(tx.t(head, lang)) for head in heads),
    )
    lines = []
    for measure in (*MONEY, *PEOPLE):
        cells = []
        for comparison in ("qoq", "yoy"):
            row = data.growth(measure, comparison)
            like = growth_cell(row, "growth_lfl_pct")
            known = rd.obs(row or None, "growth_lfl_pct").ok is not None
            matched = row.get("matched_complexes") if known else None
            cells += [
                growth_cell(row, "growth_pct"),
                like,
                Cell(s.MISSING if matched is None else s.number(matched)),
            ]
        lines.append(line(data.measure(measure, lang), cells))
    notes = (tx.t("n_matched", lang), tx.t("n_utilization", lang))
    return Table("growth", tx.t("t_growth", lang), columns, tuple(lines), notes)


def complexes(data: Release, lang: Lang) -> Section:
    """Every complex under the total, in order of production."""
    now = data.complexes.get(data.period, {})
    then, ago = (data.complexes.get(p or "", {}) for p in (data.previous, data.year_ago))
    total = data.totals.get(data.period)
    if not now and total is None:
        return Section("complexes", tx.t("h_complexes", lang), (), (note("n_no_complexes", lang),))
    first = Column(tx.t("c_complex", lang), align="text", weight=2.3)
    money, people = [], []
    if total is not None:
        bases = [data.totals.get(p or "") for p in (data.previous, data.year_ago)]
        word = tx.t("total", lang)
        money.append(line(word, growth_cells(data, total, MONEY, "_T", "_T"), strong=True))
        cells = growth_cells(data, total, PEOPLE, "_T", "_T") + rate_cells(total, *bases)
        people.append(line(word, cells, strong=True))
    for complex_id in rd.ranked(data):
        row, name = now[complex_id], data.name(complex_id, lang)
        money.append(line(name, growth_cells(data, row, MONEY, complex_id, "_T")))
        cells = growth_cells(data, row, PEOPLE, complex_id, "_T")
        cells += rate_cells(row, then.get(complex_id), ago.get(complex_id))
        people.append(line(name, cells))
    marks = tx.t("marks", lang)
    return Section(
        "complexes",
        tx.t("h_complexes", lang),
        (tx.t("a_growth", lang),),
        (
            Table(
                "complexes/money",
                tx.t("t_complex_money", lang),
                (first, *growth_columns(data, MONEY, lang)),
                tuple(money),
                (marks,),
            ),
            Table(
                "complexes/people",
                tx.t("t_complex_people", lang),
                (first, *growth_columns(data, PEOPLE, lang), *rate_columns(data, lang)),
                tuple(people),
                (marks, tx.t("n_utilization", lang)),
            ),
        ),
    )


def industries(data: Release, lang: Lang) -> Section:
    """Every industry under the total, and what each contributed to growth of production."""
    rows: dict[str, dict[str, rd.Row]] = {}
    for row in data.marts["industry_quarterly"]:
        rows.setdefault(row["period"], {})[row["industry_code"]] = row
    now = rows.get(data.period, {})
    if not now:
        return Section(
            "industries", tx.t("h_industries", lang), (), (note("n_no_industries", lang),)
        )
    codes = [c for c in data.definitions.industries if c in now and c != "_T"]
    total = data.totals.get(data.period)
    bases = [data.totals.get(p or "") for p in (data.previous, data.year_ago)]
    first = Column(tx.t("c_industry", lang), align="text", weight=2.3)
    money, people = [], []
    if total is not None:
        word = tx.t("total", lang)
        money.append(line(word, growth_cells(data, total, MONEY, "_T", "_T"), strong=True))
        cells = growth_cells(data, total, PEOPLE, "_T", "_T") + rate_cells(total, *bases)
        people.append(line(word, cells, strong=True))
    for code in codes:
        name = data.industry(code, lang)
        if code != "NONMFG":
            money.append(line(name, growth_cells(data, now[code], MONEY, "_T", code)))
        then, ago = (rows.get(p or "", {}).get(code) for p in (data.previous, data.year_ago))
        cells = growth_cells(data, now[code], PEOPLE, "_T", code) + rate_cells(now[code], then, ago)
        people.append(line(name, cells))
    marks = tx.t("marks", lang)
    blocks: list[Block] = [
        Table(
            "industries/money",
            tx.t("t_industry_money", lang),
            (first, *growth_columns(data, MONEY, lang)),
            tuple(money),
            (marks,),
        ),
        Table(
            "industries/people",
            tx.t("t_industry_people", lang),
            (first, *growth_columns(data, PEOPLE, lang), *rate_columns(data, lang)),
            tuple(people),
            (marks, tx.t("n_utilization", lang)),
        ),
    ]
    blocks.append(_industry_bars(data, codes, lang) or note("n_no_industry_growth", lang))
    return Section(
        "industries", tx.t("h_industries", lang), (tx.t("a_growth", lang),), tuple(blocks)
    )


def _industry_bars(data: Release, codes: list[str], lang: Lang) -> Figure | None:
    """Contributions of industries, on the year where there is one, else on the quarter."""
    for comparison, title in (("yoy", "t_industry_movers"), ("qoq", "t_industry_movers_q")):
        found = [
            (data.industry(code, lang), float(points))
            for code in codes
            if (points := data.growth(MONEY[0], comparison, industry=code).get("contribution_pp"))
            is not None
        ]
        if found:
            found.sort(key=lambda item: (-item[1], item[0]))
            words = tx.t(title, lang)
            drawn = charts.bars_chart(
                found, width=500, row_height=13, name_width=130, simulated=data.simulated
            )
            unit = "%p" if lang == "ko" else " pp"
            alt = s.bars_alt(words, found, unit, lang)
            return Figure(f"industry_bars/{comparison}", words, drawn, (alt,), width=500)
    return None
