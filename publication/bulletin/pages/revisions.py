"""Revisions: of the quarter before, the triangle of prints, and statistics with a test of bias."""

from __future__ import annotations

from publication.bulletin import reading as rd
from publication.bulletin import texts as tx
from publication.bulletin import words as s
from publication.bulletin.model import Block, Cell, Column, Line, Section, Table
from publication.bulletin.pages.common import MONEY, TOTALS, decimals, line, note, said, titled
from publication.bulletin.reading import Release, Row
from publication.bulletin.words import Lang

HORIZONS = ("90d", "180d", "365d", "latest")
#: Complexes listed, quarters of a triangle.
_COMPLEXES, _TRIANGLE = 12, 8


def prints(data: Release) -> dict[tuple[str, str, str], list[Row]]:
    """Changes of a figure by (complex, measure, period), oldest first."""
    found: dict[tuple[str, str, str], list[Row]] = {}
    for row in data.marts["revision"]:
        found.setdefault((row["complex_id"], row["measure"], row["period"]), []).append(row)
    for rows in found.values():
        rows.sort(key=lambda row: row["vintage_no"])
    return found


def _last(rows: list[Row]) -> Row:
    return rows[-1]


def _figures(row: Row, places: int) -> list[Cell]:
    """First print, present value, revision and its per cent of a row of `revision`."""

    def cell(value: float | None, status: str) -> Cell:
        if status == "A" and value is not None:
            return Cell(s.number(value, places))
        return Cell(s.SUPPRESSED if status == "Q" else s.MISSING)

    change, pct = row.get("revision"), row.get("revision_pct")
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
            (data.measure(m, lang), float(rows[-1]["revision_pct"]))
            for m in TOTALS
            if (rows := found.get(("_T", m, before))) and rows[-1].get("revision_pct") is not None
        ]
        blocks += said("revised", s.revised_sentence(before, changed, lang))
    latest = {
        row["measure"]: row
        for row in data.marts["revision_summary"]
        if row["horizon"] == "latest" and row["measure"] in TOTALS
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
    return Section("revisions", heading, aside, (*blocks, *_summary(data, lang)), False)


def _of_totals(
    data: Release, found: dict[tuple[str, str, str], list[Row]], lang: Lang
) -> list[Table]:
    lines = []
    for measure in TOTALS:
        rows = found.get(("_T", measure, data.previous or ""))
        if not rows:
            continue
        cells = _figures(_last(rows), decimals(data, measure) + (measure == "utilization_pct"))
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
        cells = _figures(row, decimals(data, measure) + (measure == "utilization_pct"))
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
    data: Release, found: dict[tuple[str, str, str], list[Row]], measure: str
) -> dict[str, list[float | None]]:
    """Prints of a total by quarter: the first one, then every later one that changed it."""
    series: dict[str, list[float | None]] = {}
    for period in [p for p in sorted(data.totals) if p <= data.period][-_TRIANGLE:]:
        rows = found.get(("_T", measure, period), [])
        first = rows[0].get("first_value") if rows else rd.total(data, period, measure).ok
        series[period] = [first, *(row.get("value") for row in rows)]
    return series


def _triangle(
    data: Release, found: dict[tuple[str, str, str], list[Row]], lang: Lang
) -> list[Table]:
    """One line a quarter; for each measure one column a print."""
    all_prints = {m: triangle(data, found, m) for m in (*MONEY, "employment_count")}
    widths = {m: max((len(v) for v in s_.values()), default=0) for m, s_ in all_prints.items()}
    if max(widths.values()) < 2:
        return []
    columns = [Column(tx.t("c_period", lang), align="text")]
    for measure, width in widths.items():
        for i in range(1, width + 1):
            word = tx.t("c_print", lang)
            head = f"{i}{word}" if lang == "ko" else f"{word} {i}"
            columns.append(Column(head, titled(data, measure, lang)))
    lines = []
    for period in all_prints[MONEY[0]]:
        cells = []
        for measure, width in widths.items():
            values = all_prints[measure][period]
            places = decimals(data, measure)
            for i in range(width):
                value = values[i] if i < len(values) else None
                cells.append(Cell(s.MISSING if value is None else s.number(value, places)))
        lines.append(line(s.period_short(period, lang), cells))
    notes = (tx.t("n_triangle", lang),)
    return [Table("triangle", tx.t("t_triangle", lang), tuple(columns), tuple(lines), notes)]


def _summary(data: Release, lang: Lang) -> list[Table]:
    """Statistics by measure and horizon."""
    rows = {(r["measure"], r["horizon"]): r for r in data.marts["revision_summary"]}
    lines = []
    for measure in TOTALS:
        places = decimals(data, measure) + 2 * (measure == "utilization_pct")
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
