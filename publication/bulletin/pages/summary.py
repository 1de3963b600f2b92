"""Page 1: the headline, the five figures, and what they say in sentences."""

from __future__ import annotations

from publication.bulletin import reading as rd
from publication.bulletin import texts as tx
from publication.bulletin import words as s
from publication.bulletin.model import Block, Cell, Prose, Section, Tile, Tiles
from publication.bulletin.pages.common import MONEY, RATE, TOTALS, said, subject
from publication.bulletin.pages.shares import headline_claims
from publication.bulletin.reading import Release
from publication.bulletin.words import Lang, Obs


def headline(data: Release, lang: Lang) -> str:
    """The one sentence under the title."""
    production, exports = (
        (
            subject(data, measure),
            rd.total(data, data.period, measure),
            rd.changes(data, measure)[0],
        )
        for measure in MONEY
    )
    return s.headline(data.period, production, exports, lang)


def _tile_value(data: Release, measure: str, value: Obs, lang: Lang) -> tuple[str, str]:
    if value.ok is None:
        return (s.SUPPRESSED if value.status == "Q" else s.MISSING), ""
    if measure == "production_krw_100m":
        return s.krw(value.ok, lang)
    if measure == "exports_usd_m":
        return s.usd(value.ok, lang)
    return s.number(value.ok, 1 if measure == RATE else 0), data.unit(measure, lang)


def _tile(data: Release, measure: str, lang: Lang) -> Tile:
    points = measure == RATE
    quarter, year = rd.changes(data, measure, points=points)
    value, unit = _tile_value(data, measure, rd.total(data, data.period, measure), lang)

    def cell(change: s.Change, comparison: str) -> Cell:
        text = s.growth_cell(change, points=points, lang=lang)
        broken = bool(data.growth(measure, comparison).get("break_ids"))
        return Cell(text, "b" if broken and text != s.MISSING else "")

    name = data.measure(measure, lang)
    return Tile(measure, name, value, unit, cell(quarter, "qoq"), cell(year, "yoy"))


def largest_industries(data: Release, measure: str, lang: Lang) -> list[tuple[str, float, float]]:
    """The three largest industries of a measure: (name, value, % of the total), in order."""
    whole = rd.total(data, data.period, measure).ok
    found = [
        (data.industry(row["industry_code"], lang), value, 100.0 * value / whole)
        for row in data.marts["industry_quarterly"]
        if whole and row["period"] == data.period and row["industry_code"] not in ("_T", "NONMFG")
        if (value := rd.obs(row, measure).ok)
    ]
    return sorted(found, key=lambda item: (-item[1], item[0]))[:3]


def _topics(data: Release, lang: Lang) -> list[Prose]:
    topics = []
    for measure in TOTALS:
        points = measure == RATE
        about = subject(data, measure)
        quarter, year = rd.changes(data, measure, points=points)
        value = rd.total(data, data.period, measure)
        sentences = [s.level_sentence(about, value, quarter, year, lang)]
        if not points:
            sentences.append(
                s.comparable_sentence(
                    rd.obs(data.growth(measure, "qoq"), "growth_lfl_pct").ok,
                    rd.obs(data.growth(measure, "yoy"), "growth_lfl_pct").ok,
                    lang,
                )
            )
        if measure == "production_krw_100m":
            moved = rd.contributions(data)
            up = [(data.name(c, lang), p) for c, p in moved[:3] if p >= 0.005]
            down = [(data.name(c, lang), p) for c, p in moved[::-1][:3] if p <= -0.005]
            sentences.append(s.movers_sentence(up, down, lang))
        if measure in MONEY:
            sentences.append(
                s.industries_sentence(about, largest_industries(data, measure, lang), lang)
            )
        if measure == "employment_count":
            women = rd.total(data, data.period, "employment_women_count")
            sentences.append(s.women_sentence(women, value, lang))
        if measure == "tenant_count":
            operating = rd.total(data, data.period, "operating_count")
            sentences.append(s.operating_sentence(value, operating, lang))
        kept = tuple(sentence for sentence in sentences if sentence)
        topics.append(Prose(f"topic/{measure}", kept, data.measure(measure, lang)))
    claims = headline_claims(data)
    words = {v: data.verdict_word(v, lang) for v in data.definitions.codelists["verdict"]}
    if claims:
        topics += said(
            "shares",
            s.joint_sentence(claims, lang),
            *s.now_sentences(claims, data.period, words, lang),
            lead=tx.t("h_shares", lang),
        )
    missing = [
        (kind, base)
        for kind, base in (("quarter", data.previous), ("year", data.year_ago))
        if base is not None and base not in data.totals
    ]
    if missing:
        topics.append(Prose("no_comparison", (s.no_comparison(missing, lang),)))
    return topics


def summary(data: Release, lang: Lang) -> Section:
    """The first chapter."""
    tiles = Tiles(
        tuple(_tile(data, measure, lang) for measure in TOTALS),
        tx.t("on_quarter", lang),
        tx.t("on_year", lang),
    )
    aside = (tx.t("a_summary", lang), tx.t("marks", lang))
    blocks: tuple[Block, ...] = (tiles, *_topics(data, lang))
    return Section("summary", tx.t("h_summary", lang), aside, blocks, new_page=False)
