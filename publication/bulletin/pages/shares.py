"""Shares of the nation: when the reported 30 and 43 per cent held, and what they are now."""

from __future__ import annotations

import math
from collections.abc import Sequence

from publication.bulletin import charts
from publication.bulletin import reading as rd
from publication.bulletin import texts as tx
from publication.bulletin import words as s
from publication.bulletin.model import Beside, Block, Cell, Column, Figure, Section, Table
from publication.bulletin.pages.common import line, note, said
from publication.bulletin.reading import Release
from publication.bulletin.words import Claim, ClaimRow, Lang

#: Periods in the table; where there are more, the least covered go first, then the oldest.
_PERIODS = 20


def headline_claims(data: Release) -> list[Claim]:
    """The two headline claims with everything measured against them, in printing order."""
    claims: list[Claim] = []
    for metric, stated_pct in rd.HEADLINE_CLAIMS:
        rows = [
            row
            for row in data.marts["claim_check"]
            if row["metric"] == metric and abs(row["stated_pct"] - stated_pct) < 1e-9
        ]
        if not rows:
            continue
        first = min(rows, key=lambda row: (str(row.get("claim_date") or ""), row["claim_id"]))
        own = [row for row in rows if row["claim_id"] == first["claim_id"]]
        own.sort(key=lambda row: (row["period"], row["definition"]))
        preliminary = {
            (row["definition"], row["period"])
            for row in data.marts["national_share"]
            if row["metric"] == metric and row.get("is_preliminary")
        }
        claims.append(
            Claim(
                claim_id=first["claim_id"],
                metric=metric,
                stated_pct=stated_pct,
                tolerance_pp=float(first.get("tolerance_pp") or 0.0),
                source=str(first.get("source") or ""),
                claim_date=str(rd.as_date(first.get("claim_date")) or ""),
                text=str(first.get("text") or ""),
                of_ko=data.share_of(metric, "ko"),
                of_en=data.share_of(metric, "en"),
                rows=tuple(
                    ClaimRow(
                        period=row["period"],
                        definition=row["definition"],
                        verdict=row["verdict"],
                        measured_pct=row.get("measured_pct"),
                        coverage=str(row.get("coverage") or ""),
                        reason_ko=str(row.get("reason_ko") or ""),
                        reason_en=str(row.get("reason") or ""),
                        is_preliminary=(row["definition"], row["period"]) in preliminary,
                    )
                    for row in own
                ),
            )
        )
    return claims


def preferred_definitions(data: Release, metric: str) -> list[str]:
    """Definitions of a metric in the order in which they are shown.

    Computed ones first, those that cover most years before others; then shares as printed, the
    newest print (as_published__3 before as_published__2) first.
    """
    counts: dict[str, int] = {}
    for row in data.marts["national_share"]:
        if row["metric"] == metric and row.get("share_pct") is not None:
            # Whole years decide: quarters of the last years would outweigh the history.
            years = int(len(row["period"]) == 4)
            counts[row["definition"]] = counts.get(row["definition"], 0) + years

    def key(definition: str) -> tuple[bool, int, str]:
        if definition.startswith("as_published"):
            variant = definition.rpartition("__")[2]
            return (True, -int(variant) if variant.isdigit() else -1, definition)
        return (False, -counts[definition], definition)

    return sorted(counts, key=key)


def shown_periods(data: Release) -> set[str]:
    """Periods of the share chart and table: years, the latest quarter, and the release's own."""
    periods = {
        row["period"]
        for row in data.marts["national_share"]
        if row["metric"] in dict(rd.HEADLINE_CLAIMS) and row.get("share_pct") is not None
    }
    years = {period for period in periods if len(period) == 4}
    parts = periods - years
    latest = {max(parts)} if parts else set()
    return years | latest | (periods & {data.period})


def _share_points(data: Release, metric: str) -> tuple[charts.SharePoint, ...]:
    """Measured shares of one metric, by time.

    For each period the preferred computed definition is `main`, further ones are `other`; shares
    that somebody printed are `published`.
    """
    preferred = preferred_definitions(data, metric)
    shown = shown_periods(data)
    rank = {definition: i for i, definition in enumerate(preferred)}
    rows = [
        row
        for row in data.marts["national_share"]
        if row["metric"] == metric
        and row.get("share_pct") is not None
        and row["period"] in shown
        and charts.year_of(row["period"]) is not None
    ]
    rows.sort(key=lambda row: (row["period"], rank[row["definition"]]))
    points: list[charts.SharePoint] = []
    computed: set[str] = set()
    for row in rows:
        kind: charts.PointKind = "published"
        if not row["definition"].startswith("as_published"):
            kind = "other" if row["period"] in computed else "main"
            computed.add(row["period"])
        points.append(
            charts.SharePoint(
                period=row["period"],
                x=charts.year_of(row["period"]) or 0.0,
                share_pct=float(row["share_pct"]),
                full=row.get("months_covered") == row.get("months_in_period"),
                coverage=str(row.get("coverage") or ""),
                kind=kind,
                joined=row["definition"] == preferred[0],
            )
        )
    return tuple(sorted(points, key=lambda p: (p.x, p.kind, p.share_pct)))


def _panels(data: Release, claims: Sequence[Claim], lang: Lang) -> list[Figure]:
    """One dot chart a metric, both on the same scale."""
    references = {claim.metric: claim for claim in claims}
    series = {metric: _share_points(data, metric) for metric, _ in rd.HEADLINE_CLAIMS}
    everything = [p for points in series.values() for p in points]
    if not everything:
        return []
    levels = [p.share_pct for p in everything] + [c.stated_pct for c in claims]
    low, high = 5.0 * math.floor((min(levels) - 1.2) / 5), 5.0 * math.ceil((max(levels) + 2.5) / 5)
    now = charts.year_of(data.period)
    years = [p.x for p in everything] + ([now] if now else [])
    panels = []
    for metric, _ in rd.HEADLINE_CLAIMS:
        points, claim = series[metric], references.get(metric)
        known = any(p.period == data.period for p in points)
        label: tuple[str, ...] = ()
        if not known:
            word = data.verdict_word("not_evaluable", lang)
            label = (s.period_short(data.period, lang), word)
        stated = s.stated(claim.stated_pct) if claim else ""
        chart = charts.ShareChart(
            points=points,
            reference_pct=claim.stated_pct if claim else None,
            reference_label=stated,
            now_x=now if not known else None,
            now_label=label,
            x_domain=(math.floor(min(years)) - 0.8, math.ceil(max(years)) + 0.4),
            y_domain=(max(0.0, low), high),
            simulated=data.simulated,
        )
        name = data.measure(metric, lang)
        listed = [
            (p.period, p.share_pct, "" if p.full else p.coverage)
            for p in points
            if p.kind != "other"
        ]
        panels.append(
            Figure(
                f"share/{metric}",
                name,
                charts.share_chart(chart, width=218, height=150),
                (s.shares_alt(name, listed, stated, lang),),
                width=244,
            )
        )
    return panels


def shares(data: Release, lang: Lang) -> Section:
    """Sentences on when the claim held, the two charts, the table of verdicts."""
    claims = headline_claims(data)
    words = {v: data.verdict_word(v, lang) for v in data.definitions.codelists["verdict"]}
    blocks: list[Block] = []
    if not claims:
        blocks.append(note("n_no_shares", lang))
    blocks += said("shares", s.joint_sentence(claims, lang))
    for claim in claims:
        blocks += said("shares", *s.claim_sentences(claim, data.period, lang))
    blocks += said("shares", *(s.now_sentences(claims, data.period, words, lang) if claims else ()))
    panels = _panels(data, claims, lang)
    if panels:
        blocks += [Beside(tuple(panels)), note("n_shares_key", lang)]
    if claims:
        blocks.append(_table(data, claims, words, lang))
    return Section("shares", tx.t("h_shares", lang), (), tuple(blocks))


def _table(data: Release, claims: Sequence[Claim], words: dict[str, str], lang: Lang) -> Table:
    """One line a period: what each claim measured, its coverage and verdict."""
    shown = shown_periods(data) | {data.period}
    periods, _ = s.evaluable_periods(claims, _PERIODS, shown)
    periods = sorted({*periods, data.period})
    columns = [Column(tx.t("c_period", lang), align="text", weight=1.2)]
    for claim in claims:
        group = f"{claim.of(lang)}: {s.stated(claim.stated_pct)}"
        columns += [
            Column(tx.t("c_share", lang), group),
            Column(tx.t("c_coverage", lang), group),
            Column(tx.t("c_verdict", lang), group, "text", 1.6),
        ]
    lines = []
    for period in periods:
        cells = []
        for claim in claims:
            found = s.verdict_cell(claim, period, preferred_definitions(data, claim.metric))
            cells += [
                Cell(found.measured or s.MISSING),
                Cell(found.coverage or s.MISSING),
                Cell(words.get(found.verdict, found.verdict)),
            ]
        name = s.period_short(period, lang)
        lines.append(line(name, cells, strong=period == data.period))
    return Table(
        "shares",
        tx.t("t_shares", lang),
        tuple(columns),
        tuple(lines),
        (tx.t("n_shares", lang), tx.t("marks", lang)),
    )
