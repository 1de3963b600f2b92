"""Cells, columns and rows that several chapters share."""

from __future__ import annotations

from publication.bulletin import reading as rd
from publication.bulletin import texts as tx
from publication.bulletin import words as s
from publication.bulletin.model import Cell, Column, Line, Prose
from publication.bulletin.reading import Release, Row
from publication.bulletin.words import Lang, Obs

MONEY = ("production_krw_100m", "exports_usd_m")
PEOPLE = ("employment_count", "tenant_count")
RATE = "utilization_pct"
TOTALS = ("production_krw_100m", "exports_usd_m", "employment_count", "tenant_count", RATE)


def subject(data: Release, measure: str) -> s.Subject:
    """A measure as the subject of a sentence."""
    return s.subject(
        measure, data.measure(measure, "ko"), data.measure(measure, "en"), data.unit(measure, "ko")
    )


def decimals(data: Release, measure: str) -> int:
    """How many decimals of a measure or indicator are shown."""
    return data.definitions.unit_of(measure).decimals


def titled(data: Release, measure: str, lang: Lang) -> str:
    """A measure's name with its unit, as it heads a column or a chart."""
    return f"{data.measure(measure, lang)}, {data.unit(measure, lang)}"


def value_cell(value: Obs, places: int) -> Cell:
    """A figure, or the mark of a suppressed or missing one."""
    if value.ok is not None:
        return Cell(s.number(value.ok, places))
    return Cell(s.SUPPRESSED if value.status == "Q" else s.MISSING)


def growth_cell(row: Row, kind: str) -> Cell:
    """Growth in per cent of a row of `growth_quarterly`; `kind`: growth_pct, growth_lfl_pct."""
    value = rd.obs(row or None, kind)
    if value.ok is None:
        return Cell(s.SUPPRESSED if value.status == "Q" else s.MISSING)
    broken = kind == "growth_pct" and bool(row.get("break_ids"))
    return Cell(s.signed(value.ok, 1, ""), "b" if broken else "")


def points_cell(now: Obs, then: Obs) -> Cell:
    """A change of a rate in percentage points."""
    if "Q" in (now.status, then.status):
        return Cell(s.SUPPRESSED)
    change = s.compare(now, then, points=True)
    return Cell(s.MISSING if change.diff is None else s.signed(change.diff, 1, ""))


def growth_columns(data: Release, measures: tuple[str, ...], lang: Lang) -> list[Column]:
    """For each measure its level and growth of both kinds on the quarter and on the year."""
    return [
        Column(tx.t(head, lang), titled(data, measure, lang), weight=weight)
        for measure in measures
        for head, weight in (
            ("c_level", 1.35),
            ("c_qoq", 1.0),
            ("c_yoy", 1.0),
            ("c_lfl_qoq", 1.0),
            ("c_lfl_yoy", 1.0),
        )
    ]


def growth_cells(
    data: Release, row: Row | None, measures: tuple[str, ...], complex_id: str, industry: str
) -> list[Cell]:
    """The cells under `growth_columns` for a complex or an industry."""
    cells = []
    for measure in measures:
        cells.append(value_cell(rd.obs(row, measure), decimals(data, measure)))
        for kind in ("growth_pct", "growth_lfl_pct"):
            for comparison in ("qoq", "yoy"):
                found = data.growth(measure, comparison, complex_id=complex_id, industry=industry)
                cells.append(growth_cell(found, kind))
    return cells


def rate_columns(data: Release, lang: Lang) -> list[Column]:
    """The operating rate and its changes in percentage points."""
    return [
        Column(tx.t(head, lang), titled(data, RATE, lang))
        for head in ("c_level", "c_diff_qoq", "c_diff_yoy")
    ]


def rate_cells(now: Row | None, previous: Row | None, year_ago: Row | None) -> list[Cell]:
    """The cells under `rate_columns`."""
    value = rd.obs(now, RATE)
    return [
        value_cell(value, 1),
        points_cell(value, rd.obs(previous, RATE)),
        points_cell(value, rd.obs(year_ago, RATE)),
    ]


def line(name: str, cells: list[Cell], *, strong: bool = False) -> Line:
    """A row of a table under its name."""
    return Line((Cell(name), *cells), strong)


def note(key: str, lang: Lang) -> Prose:
    """A paragraph of one fixed text."""
    return Prose("fixed", (tx.t(key, lang),))


def said(key: str, *sentences: str, lead: str = "") -> list[Prose]:
    """A paragraph of those sentences that say something; none where all are empty."""
    kept = tuple(sentence for sentence in sentences if sentence)
    return [Prose(key, kept, lead)] if kept else []
