"""Methods and quality: definitions, formulas, sources, how to cite."""

from __future__ import annotations

from publication.bulletin import reading as rd
from publication.bulletin import texts as tx
from publication.bulletin import words as s
from publication.bulletin.model import Block, Cell, Column, Line, Prose, Section, Table
from publication.bulletin.pages.clusters import KPIS, SPECIAL
from publication.bulletin.pages.common import TOTALS, note
from publication.bulletin.reading import Release, Row
from publication.bulletin.words import Lang

#: What the last chapter explains: keys of fixed texts (`m_…` its head, `m_…_text` its words).
METHODS = ("coverage", "growth", "revision", "seasonal", "reading", "trace")


def citation(period: str, release_id: str, lang: Lang, *, simulated: bool) -> tuple[str, ...]:
    """How to cite the release, or that a simulated one is not to be cited."""
    if simulated:
        return (tx.t("m_cite_simulated", lang),)
    when = s.period_short(period, lang)
    title = tx.t("title", lang)
    own = (
        f"sandan, 「{title}: {when}」, 배포판 {release_id}."
        if lang == "ko"
        else f"sandan, {title}, {when}, release {release_id}."
    )
    return (own, tx.t("m_cite_source", lang))


def source_rows(data: Release) -> list[Row]:
    """The inputs that are about the release's period, and the collection of printed figures."""
    kept = [
        row
        for row in data.marts["dim_snapshot"]
        if str(row.get("period")) == data.period
        # Claims, a file each, are cited in their own table.
        or (str(row.get("period")) == "all" and row.get("dataset") != "sandan__claims")
    ]
    return sorted(kept, key=lambda r: (str(r.get("dataset")), str(r["snapshot_id"])))


def _definitions(data: Release, lang: Lang) -> Table:
    columns = (
        Column(tx.t("c_name", lang), align="text", weight=1.3),
        Column(tx.t("c_unit", lang), align="text", weight=1.0),
        Column(tx.t("c_definition", lang), align="prose", weight=4.4),
    )
    lines = [
        Line(
            (
                Cell(data.measure(measure, lang)),
                Cell(data.unit(measure, lang)),
                Cell(data.definitions.measures[measure].definition.of(lang)),
            )
        )
        for measure in (*TOTALS, "operating_count")
    ]
    return Table("measures", tx.t("t_measures", lang), columns, tuple(lines))


def _formulas(data: Release, lang: Lang) -> Table:
    columns = (
        Column(tx.t("c_name", lang), align="text", weight=1.5),
        Column(tx.t("c_unit", lang), align="text", weight=1.0),
        Column(tx.t("c_formula", lang), align="prose", weight=4.2),
    )
    lines = [
        Line(
            (
                Cell(data.measure(kpi, lang)),
                Cell(data.unit(kpi, lang)),
                Cell(data.definitions.kpis[kpi].formula.of(lang)),
            )
        )
        for kpi in (*KPIS, SPECIAL)
        if kpi in data.definitions.kpis
    ]
    return Table("kpi_formulas", tx.t("t_kpi_formulas", lang), columns, tuple(lines))


def _sources(data: Release, lang: Lang) -> Block:
    rows = source_rows(data)
    if not rows:
        return note("n_no_sources", lang)
    columns = (
        Column(tx.t("c_file", lang), align="prose", weight=4.0),
        Column(tx.t("c_date", lang), align="text", weight=1.0),
        Column(tx.t("c_hash", lang), align="text", weight=1.2),
    )
    lines = []
    for row in rows:
        when = rd.as_date(row.get("published_at"))
        # Nobody said when it was published: a day of receipt is not passed off as one.
        unknown = when is None or row.get("published_at_basis") == "first_seen"
        lines.append(
            Line(
                (
                    Cell(str(row.get("file_name") or row["snapshot_id"])),
                    Cell(s.MISSING if unknown else str(when)),
                    Cell(str(row.get("sha256") or "")[:8]),
                )
            )
        )
    return Table("sources", tx.t("t_sources", lang), columns, tuple(lines))


def methods(data: Release, lang: Lang) -> Section:
    """The last chapter."""
    blocks: list[Block] = [
        Prose("fixed", (tx.t(f"m_{key}_text", lang),), tx.t(f"m_{key}", lang)) for key in METHODS
    ]
    cite = citation(data.period, data.release_id, lang, simulated=data.simulated)
    blocks.append(Prose("citation", cite, tx.t("m_cite", lang)))
    blocks += [_definitions(data, lang), _formulas(data, lang), _sources(data, lang)]
    return Section("methods", tx.t("h_methods", lang), (), tuple(blocks))
