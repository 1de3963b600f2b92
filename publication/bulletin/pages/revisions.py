"""Revisions: of the quarter before, the triangle of prints, and statistics with a test of bias."""

from __future__ import annotations

from publication.bulletin import reading as rd
from publication.bulletin import texts as tx
from publication.bulletin import words as s
from publication.bulletin.model import Block, Cell, Column, Line, Section, Table
from publication.bulletin.pages.common import (
    MONEY,
    RATE,
    TOTALS,
    decimals,
    line,
    note,
    said,
    titled,
    value_cell,
)
from publication.bulletin.reading import Release, Row
from publication.bulletin.words import Lang, Obs

HORIZONS = ("90d", "180d", "365d", "latest")
#: Complexes listed, quarters of a triangle, complexes with a triangle of their own.
_COMPLEXES, _TRIANGLE, _MOST_REVISED = 12, 8, 5


def prints(data: Release) -> dict[tuple[str, str, str], list[Row]]:
    """Changes of a figure by (complex, measure, period), oldest first."""
    found: dict[tuple[str, str, str], list[Row]] = {}
    for row in data.marts["revision"]:
        found.setdefault((row["complex_id"], row["measure"], row["period"]), []).append(row)
    for rows in found.values():
        rows.sort(key=lambda row: row["vintage_no"])
    return found


def without_first_print(data: Release, measure: str) -> bool:
    """Whether a total of the quarter before is known from a later edition alone."""
    before = data.previous or ""
    known = rd.total(data, before, measure).ok is not None
    return known and ("_T", measure, before) not in data.first_prints


def _last(rows: list[Row]) -> Row:
    return rows[-1]


def _figures(row: Row, places: int) -> list[Cell]:
    """First print, present value, revision and its per cent of a row of `revision`.

    What a rate was changed by is in points: a per cent of it would only mislead.
    """

    def cell(value: float | None, status: str) -> Cell:
        if status == "A" and value is not None:
            return Cell(s.number(value, places))
        return Cell(s.SUPPRESSED if status == "Q" else s.MISSING)

    change = row.get("revision")
    pct = None if row["measure"] == RATE else row.get("revision_pct")
    return [
        cell(row.get("first_value"), str(row.get("first_value_status"))),
        cell(row.get("value"), str(row.get("obs_status"))),
        Cell(s.MISSING if change is None else s.signed(change, places, "")),
        Cell(s.MISSING if pct is None else s.signed(pct, 2, "")),
    ]


def cause(data: Release, row: Row, lang: Lang) -> Cell:
    """Why a figure was changed, in words."""
    return Cell(data.code_word("cause", str(row.get("cause") or "unexplained"), lang))


def revisions(data: Release, lang: Lang) -> Section:
    """The chapter; where no earlier print is known, it says so."""
    found = prints(data)
    heading = tx.t("h_revisions", lang)
    aside = (tx.t("a_revisions", lang),)
    blocks: list[Block] = []
    before = data.previous or ""
    if before in data.totals:
        changed = [
            (data.measure(m, lang), float(by), m == RATE)
            for m in TOTALS
            if (rows := found.get(("_T", m, before)))
            and (by := rows[-1].get("revision" if m == RATE else "revision_pct")) is not None
        ]
        unknown = [m for m in TOTALS if without_first_print(data, m)]
        if len(unknown) == len([m for m in TOTALS if rd.total(data, before, m).ok is not None]):
            blocks += said("revised", s.no_first_print_sentence(before, lang))
        else:
            names = [data.measure(m, lang) for m in unknown]
            blocks += said("revised", *s.revised_sentences(before, changed, names, lang))
    latest = {
        row["measure"]: row
        for row in data.marts["revision_summary"]
        if row["complex_id"] == "_T" and row["horizon"] == "latest" and row["measure"] in TOTALS
    }
    tested = [m for m in TOTALS if m in latest and latest[m].get("bias_t") is not None]
    biased = [data.measure(m, lang) for m in tested if abs(float(latest[m]["bias_t"])) > 2]
    blocks += said("bias", s.bias_sentence(biased, len(tested), lang))
    if not found:
        blocks.append(note("n_no_revision_base", lang))
        return Section("revisions", heading, aside, (*blocks, *_summary(data, lang)), False)
    blocks += _of_totals(data, found, lang)
    blocks += _of_complexes(data, found, lang)
    blocks += _triangle(data, found, lang)
    blocks += _triangle_of_complexes(data, found, lang)
    return Section("revisions", heading, aside, (*blocks, *_summary(data, lang)), False)


def _of_totals(
    data: Release, found: dict[tuple[str, str, str], list[Row]], lang: Lang
) -> list[Table]:
    lines = []
    for measure in TOTALS:
        rows = found.get(("_T", measure, data.previous or ""))
        if not rows:
            continue
        cells = _figures(_last(rows), decimals(data, measure) + (measure == RATE))
        lines.append(line(titled(data, measure, lang), [*cells, cause(data, _last(rows), lang)]))
    if not lines:
        return []
    columns = (
        Column(tx.t("c_measure", lang), align="text", weight=2.0),
        *(Column(tx.t(c, lang)) for c in ("c_first", "c_now", "c_revision", "c_revision_pct")),
        Column(tx.t("c_cause", lang), align="text", weight=1.6),
    )
    return [Table("revised", tx.t("t_revised", lang), columns, tuple(lines))]


def _of_complexes(
    data: Release, found: dict[tuple[str, str, str], list[Row]], lang: Lang
) -> list[Table]:
    """Complexes whose figures of the quarter before were changed, the largest changes first."""
    rows = [
        _last(changes)
        for (complex_id, measure, period), changes in found.items()
        if complex_id != "_T" and period == data.previous and measure in TOTALS
    ]

    def size(row: Row) -> tuple[bool, float, str, str]:
        pct = row.get("revision_pct")
        return (pct is not None, -abs(pct or 0.0), row["complex_id"], row["measure"])

    rows.sort(key=size)  # a change of status first: it has no size
    lines: list[Line] = []
    for row in rows[:_COMPLEXES]:
        measure = row["measure"]
        cells = _figures(row, decimals(data, measure) + (measure == RATE))
        lines.append(
            line(
                data.name(row["complex_id"], lang),
                [Cell(titled(data, measure, lang)), *cells, cause(data, row, lang)],
            )
        )
    if not lines:
        return []
    columns = (
        Column(tx.t("c_complex", lang), align="text", weight=1.9),
        Column(tx.t("c_measure", lang), align="text", weight=2.0),
        *(Column(tx.t(c, lang)) for c in ("c_first", "c_now", "c_revision", "c_revision_pct")),
        Column(tx.t("c_cause", lang), align="text", weight=1.5),
    )
    return [Table("revised/complexes", tx.t("t_revised_complexes", lang), columns, tuple(lines))]


def triangle(
    data: Release,
    found: dict[tuple[str, str, str], list[Row]],
    measure: str,
    complex_id: str = "_T",
) -> dict[str, list[Obs]]:
    """Prints of a total or of a complex by quarter: the first one, then every later one that changed it.

    None where the first print is not held: what a later edition states of a quarter is not that.
    """
    series: dict[str, list[Obs]] = {}
    for period in [p for p in sorted(data.totals) if p <= data.period][-_TRIANGLE:]:
        if (complex_id, measure, period) not in data.first_prints:
            series[period] = []
            continue
        rows = found.get((complex_id, measure, period), [])
        whole = data.complexes.get(period, {}).get(complex_id)
        now = rd.total(data, period, measure) if complex_id == "_T" else rd.obs(whole, measure)
        first = (
            Obs(rows[0].get("first_value"), str(rows[0].get("first_value_status"))) if rows else now
        )
        series[period] = [first, *(Obs(r.get("value"), str(r.get("obs_status"))) for r in rows)]
    return series


_Prints = dict[str, dict[str, list[Obs]]]


def _print_columns(data: Release, widths: dict[str, int], lang: Lang) -> list[Column]:
    """For each measure one column a print."""
    columns = []
    word = tx.t("c_print", lang)
    for measure, width in widths.items():
        for i in range(1, width + 1):
            head = f"{i}{word}" if lang == "ko" else f"{word} {i}"
            columns.append(Column(head, titled(data, measure, lang)))
    return columns


def _print_cells(
    data: Release, prints_: _Prints, widths: dict[str, int], period: str
) -> list[Cell]:
    cells = []
    for measure, width in widths.items():
        values = prints_[measure][period]
        places = decimals(data, measure)
        for i in range(width):
            cells.append(value_cell(values[i] if i < len(values) else s.ABSENT, places))
    return cells


def _triangle(
    data: Release, found: dict[tuple[str, str, str], list[Row]], lang: Lang
) -> list[Table]:
    """One line a quarter; for each measure one column a print."""
    all_prints = {m: triangle(data, found, m) for m in (*MONEY, "employment_count")}
    widths = {m: max((len(v) for v in s_.values()), default=0) for m, s_ in all_prints.items()}
    if max(widths.values()) < 2:
        return []
    columns = [Column(tx.t("c_period", lang), align="text")]
    columns += _print_columns(data, widths, lang)
    lines = [
        line(s.period_short(period, lang), _print_cells(data, all_prints, widths, period))
        for period in all_prints[MONEY[0]]
        if any(prints_[period] for prints_ in all_prints.values())
    ]
    notes = (tx.t("n_triangle", lang),)
    return [Table("triangle", tx.t("t_triangle", lang), tuple(columns), tuple(lines), notes)]


def most_revised(data: Release) -> list[str]:
    """Complexes by relative mean absolute revision of production, the most revised first."""
    found = [
        (-float(row["relative_mar_pct"]), row["complex_id"])
        for row in data.marts["revision_summary"]
        if row["complex_id"] != "_T"
        and (row["measure"], row["horizon"]) == (MONEY[0], "latest")
        and row.get("relative_mar_pct")
    ]
    return [complex_id for _, complex_id in sorted(found)]


def _triangle_of_complexes(
    data: Release, found: dict[tuple[str, str, str], list[Row]], lang: Lang
) -> list[Table]:
    """The quarters of the most revised complexes in which something was revised."""
    shown: dict[str, _Prints] = {}
    for complex_id in most_revised(data):
        prints_ = {m: triangle(data, found, m, complex_id) for m in MONEY}
        if any(len(values) > 1 for series in prints_.values() for values in series.values()):
            shown[complex_id] = prints_
        if len(shown) == _MOST_REVISED:
            break
    if not shown:
        return []
    widths = {
        m: max(len(values) for prints_ in shown.values() for values in prints_[m].values())
        for m in MONEY
    }
    columns = [
        Column(tx.t("c_complex", lang), align="text", weight=1.4),
        Column(tx.t("c_period", lang), align="text"),
        *_print_columns(data, widths, lang),
    ]
    lines = [
        line(
            data.name(complex_id, lang),
            [
                Cell(s.period_short(period, lang)),
                *_print_cells(data, prints_, widths, period),
            ],
        )
        for complex_id, prints_ in shown.items()
        for period in prints_[MONEY[0]]
        if any(len(prints_[m][period]) > 1 for m in MONEY)
    ]
    title, notes = tx.t("t_triangle_complexes", lang), (tx.t("n_triangle_complexes", lang),)
    return [Table("triangle/complexes", title, tuple(columns), tuple(lines), notes)]


def _summary(data: Release, lang: Lang) -> list[Table]:
    """Statistics by measure and horizon."""
    rows = {
        (r["measure"], r["horizon"]): r
        for r in data.marts["revision_summary"]
        if r["complex_id"] == "_T"
    }
    lines = []
    for measure in TOTALS:
        places = decimals(data, measure) + 2 * (measure == RATE)
        for horizon in HORIZONS:
            row = rows.get((measure, horizon))
            if row is None:
                continue
            t, relative = row.get("bias_t"), row.get("relative_mar_pct")
            lines.append(
                line(
                    titled(data, measure, lang),
                    [
                        Cell(data.code_word("horizon", horizon, lang)),
                        Cell(s.number(row["observations"])),
                        Cell(s.number(row["revised"])),
                        Cell(s.signed(row["mean_revision"], places, "")),
                        Cell(s.number(row["mean_absolute_revision"], places)),
                        Cell(s.MISSING if relative is None else s.number(relative, 2)),
                        Cell(s.MISSING if t is None else s.number(t, 2)),
                        Cell(f"{row['sign_changes']}/{row['growth_pairs']}"),
                    ],
                )
            )
    if not lines:
        return []
    columns = (
        Column(tx.t("c_measure", lang), align="text", weight=2.2),
        Column(tx.t("c_horizon", lang), align="text"),
        *(
            Column(tx.t(c, lang))
            for c in (
                "c_observations",
                "c_revised",
                "c_mean_revision",
                "c_mar",
                "c_rmar",
                "c_t",
                "c_signs",
            )
        ),
    )
    return [
        Table(
            "revision_summary",
            tx.t("t_revision_summary", lang),
            columns,
            tuple(lines),
            (tx.t("n_revision_summary", lang),),
        )
    ]
