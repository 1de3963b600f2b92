"""Methods and quality: definitions, formulas, sources, how to cite."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

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


def citation(release: Mapping[str, Any], lang: Lang) -> tuple[str, ...]:
    """How to cite a release and its sources (`release.json`), or that a simulated one is not to be cited."""
    if release.get("is_simulated"):
        return (tx.t("m_cite_simulated", lang),)
    period, release_id = str(release["period"]), str(release["release_id"])
    when = s.period_short(period, lang)
    title = tx.t("title", lang)
    own = (
        f"sandan, 「{title}: {when}」, 배포판 {release_id}."
        if lang == "ko"
        else f"sandan, {title}, {when}, release {release_id}."
    )
    sources = _source_data(release, lang)
    return tuple(text for text in (own, sources, tx.t("m_cite_source", lang)) if text)


def _source_data(release: Mapping[str, Any], lang: Lang) -> str:
    """Who published what the release's quarter was made from; KICOX first, '' where it is not on record."""
    inputs = [row for row in release.get("inputs") or [] if is_about(row, str(release["period"]))]
    used = {
        name: dataset
        for name, dataset in (release.get("datasets") or {}).items()
        # What was collected in print names its sources figure by figure.
        if not name.startswith("sandan__") and any(row["dataset"] == name for row in inputs)
    }
    titles: dict[str, list[str]] = {}
    for _, dataset in sorted(
        used.items(), key=lambda item: (not item[0].startswith("kicox"), item[0])
    ):
        known, own = titles.setdefault(dataset["publisher"][lang], []), dataset["title"]
        # An edition of one table of a publication is no publication of its own.
        if not any(own["ko"].startswith(f"{other['title']['ko']}, ") for other in used.values()):
            known.append(own[lang])
    quoted = "「{}」" if lang == "ko" else "“{}”"
    listed = "; ".join(
        f"{publisher}, {', '.join(quoted.format(title) for title in found)}"
        for publisher, found in titles.items()
        if found
    )
    if not listed:
        return ""
    return f"원자료: {listed}." if lang == "ko" else f"Source data: {listed}."


def is_about(row: Mapping[str, Any], period: str) -> bool:
    """Whether an input is about a quarter: an edition of it or of its months, of its year, or a list of
    all periods. (Claims, a file each, are cited in their own table.)"""
    if row.get("dataset") == "sandan__claims":
        return False
    year, _, quarter = period.partition("-Q")
    first = 3 * int(quarter or 1) - 2
    months = {f"{year}-{month:02d}" for month in range(first, first + 3)}
    return str(row.get("period")) in {period, "all", year, *months}


def source_rows(data: Release) -> list[Row]:
    """The inputs from which the release's quarter was made."""
    kept = [row for row in data.marts["dim_snapshot"] if is_about(row, data.period)]
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
    about = {"release_id": data.release_id, "period": data.period, "is_simulated": data.simulated}
    cite = citation({**data.release, **about}, lang)
    blocks.append(Prose("citation", cite, tx.t("m_cite", lang)))
    blocks += [_definitions(data, lang), _formulas(data, lang), _sources(data, lang)]
    return Section("methods", tx.t("h_methods", lang), (), tuple(blocks))
