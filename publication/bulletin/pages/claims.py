"""Claims found in print, each with its verdict."""

from __future__ import annotations

import re
from collections import Counter

from publication.bulletin import reading as rd
from publication.bulletin import texts as tx
from publication.bulletin import words as s
from publication.bulletin.model import Cell, Column, Line, Section, Table
from publication.bulletin.pages.common import note, said
from publication.bulletin.reading import Release, Row
from publication.bulletin.words import Lang


def cited(row: Row, lang: Lang) -> str:
    """Where a claim stands: its source, with the day where the source does not say when."""
    source, when = rd.source(row, lang), rd.as_date(row.get("claim_date"))
    # A source of a month or year whose day nobody knows is not given one.
    said = when is not None and re.search(rf"(?<!\d){when.year}(?!\d)", source)
    return source if when is None or said else f"{source}, {when}"


def period_cell(period: str | None, lang: Lang) -> Cell:
    """A period in words, or the mark of none."""
    if not period or period == "none":
        return Cell(s.MISSING)
    return Cell(s.period_short(str(period), lang))


def claims(data: Release, lang: Lang) -> Section:
    """How many hold, and every claim with its verdict."""
    rows = sorted(data.marts["claim_verdict"], key=lambda r: r["claim_id"])
    heading = tx.t("h_claims", lang)
    if not rows:
        return Section("claims", heading, (), (note("n_no_claims", lang),))
    counts = Counter(str(row["verdict"]) for row in rows)
    told = [
        (data.verdict_word(v, lang), counts[v])
        for v in data.definitions.codelists["verdict"]
        if counts[v]
    ]
    columns = (
        Column(tx.t("c_claim", lang), align="prose", weight=3.4),
        Column(tx.t("c_source", lang), align="prose", weight=2.8),
        Column(tx.t("c_about", lang), align="text", weight=1.2),
        Column(tx.t("c_verdict", lang), align="text", weight=1.4),
        Column(tx.t("c_last_held", lang), align="text", weight=1.2),
    )
    lines = [
        Line(
            (
                Cell(str(row["text"])),
                Cell(cited(row, lang)),
                period_cell(row.get("verdict_period"), lang),
                Cell(data.verdict_word(str(row["verdict"]), lang)),
                period_cell(row.get("last_held_period"), lang),
            )
        )
        for row in rows
    ]
    return Section(
        "claims",
        heading,
        (tx.t("a_claims", lang),),
        (
            *said("verdict_counts", s.verdict_counts_sentence(told, lang)),
            Table("claims", tx.t("t_claims", lang), columns, tuple(lines)),
        ),
    )
