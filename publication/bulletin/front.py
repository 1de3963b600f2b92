"""What page 1 says: headline tiles, developments, the share check."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from publication.bulletin import charts
from publication.bulletin import reading as rd
from publication.bulletin import sentences as s
from publication.bulletin import texts as tx
from publication.bulletin.reading import Release, Row
from publication.bulletin.sentences import Claim, ClaimRow, Lang, Obs

FONTS = Path(__file__).resolve().parents[1] / "fonts"

#: The claim the share check is about: Korea IT Times, 2005-08-01 (metric, stated per cent).
HEADLINE_CLAIMS: tuple[tuple[str, float], ...] = (
    ("national_production_share_pct", 30.0),
    ("national_export_share_pct", 43.0),
)

_TILES: tuple[tuple[str, str], ...] = (
    ("production", "production_krw_100m"),
    ("exports", "exports_usd_m"),
    ("employment", "employment_count"),
    ("utilization", "utilization_pct"),
    ("tenants", "tenant_count"),
)


def _tile_value(measure: str, obs: Obs, lang: Lang) -> tuple[str, str]:
    if obs.ok is None:
        return (s.SUPPRESSED if obs.status == "Q" else s.MISSING), ""
    if measure == "production_krw_100m":
        return s.krw(obs.ok, lang)
    if measure == "exports_usd_m":
        return s.usd(obs.ok, lang)
    if measure == "utilization_pct":
        return s.number(obs.ok, 1), "%"
    units = {"employment_count": ("명", "persons"), "tenant_count": ("개사", "")}
    return s.number(obs.ok), units[measure][0 if lang == "ko" else 1]


def _history(data: Release, measure: str) -> list[float]:
    """Up to thirteen quarters without a gap that end with the release's period."""
    values: list[float] = []
    period: str | None = data.period
    while period is not None and len(values) < 13:
        value = rd.total(data, period, measure).ok
        if value is None:
            break
        values.append(value)
        period = s.previous_period(period)
    return values[::-1]


def tiles(data: Release, lang: Lang) -> tuple[list[Row], bool]:
    """The five headline figures with their growth, and whether there is history to draw."""
    histories = {measure: _history(data, measure) for _, measure in _TILES}
    sparks = max(len(history) for history in histories.values()) >= 5
    broken_q = rd.total_is_broken(data, data.previous)
    broken_y = rd.total_is_broken(data, data.year_ago)
    tiles: list[Row] = []
    for key, measure in _TILES:
        points = measure == "utilization_pct"
        quarter, year = rd.changes(data, measure, points=points)
        value, unit = _tile_value(measure, rd.total(data, data.period, measure), lang)
        history = histories[measure] if len(histories[measure]) >= 5 else []
        alt = ""
        if history:
            low = " ".join(_tile_value(measure, Obs(min(history)), lang))
            high = " ".join(_tile_value(measure, Obs(max(history)), lang))
            alt = (
                f"{tx.t(key, lang)}, 최근 {len(history)}분기 추이. 최소 {low}, 최대 {high}."
                if lang == "ko"
                else f"{tx.t(key, lang)} over {len(history)} quarters, from {low} to {high}."
            )
        tiles.append(
            {
                "name": tx.t(key, lang),
                "value": value,
                "unit": unit,
                "spark": history,
                "spark_alt": alt,
                "quarter": tx.flag(s.growth_cell(quarter, points=points, lang=lang), broken_q),
                "year": tx.flag(s.growth_cell(year, points=points, lang=lang), broken_y),
            }
        )
    return tiles, sparks


def _industries(data: Release, measure: str, lang: Lang) -> list[tuple[str, float, float]]:
    """The three largest industries by a measure: (name, value, % of the total)."""
    total = rd.total(data, data.period, measure).ok
    if not total:
        return []
    names = {row["industry_code"]: row for row in data.marts["dim_industry"]}
    found = []
    for row in data.marts["industry_quarterly"]:
        if row["period"] != data.period or row["industry_code"] in ("_T", "NONMFG"):
            continue
        value = rd.obs(row, measure).ok
        name = names.get(row["industry_code"], {})
        label = (name.get("name_en") if lang == "en" else None) or name.get("name_ko")
        if value and label:
            found.append((str(label), value, 100.0 * value / total, str(row["industry_code"])))
    found.sort(key=lambda item: (-item[1], item[3]))
    return [(name, value, share) for name, value, share, _ in found[:3]]


def developments(data: Release, lang: Lang, detail: int, names: int) -> list[Row]:
    """The sentences of page 1 by topic; `detail` says how much beyond the levels."""
    period = data.period

    def topic(key: str, *texts: str) -> Row:
        return {"topic": tx.t(key, lang), "text": " ".join(text for text in texts if text)}

    def level(subject: s.Subject, measure: str, *, points: bool = False) -> str:
        quarter, year = rd.changes(data, measure, points=points)
        return s.level_sentence(subject, rd.total(data, period, measure), quarter, year, lang)

    rows = data.complexes.get(period, {})
    leaders = [
        (complex_id, value)
        for complex_id in rd.ranked(data)[:5]
        if (value := rd.obs(rows[complex_id], "production_krw_100m").ok)
    ]
    total = rd.total(data, period, "production_krw_100m").ok
    concentration = ""
    if total and len(leaders) == 5 and len(rows) > 5:
        concentration = s.concentration_sentence(
            [tx.shorten(data.name(c, lang), names) for c, _ in leaders],
            100.0 * sum(value for _, value in leaders) / total,
            lang,
        )
    contributions = rd.contributions(data)
    up = [(c, p) for c, p in contributions[:3] if p >= 0.005]
    down = [(c, p) for c, p in contributions[::-1][:3] if p <= -0.005]
    movers = s.movers_sentence(
        [(tx.shorten(data.name(c, lang), names), p) for c, p in up],
        [(tx.shorten(data.name(c, lang), names), p) for c, p in down],
        lang,
    )
    quarter, year = rd.changes(data, "tenant_count")
    out = [
        topic(
            "production",
            level(s.PRODUCTION, "production_krw_100m"),
            movers if detail >= 1 else "",
            s.industries_sentence(
                s.PRODUCTION, _industries(data, "production_krw_100m", lang), lang
            )
            if detail >= 2
            else "",
            concentration if detail >= 4 else "",
        ),
        topic(
            "exports",
            level(s.EXPORTS, "exports_usd_m"),
            s.industries_sentence(s.EXPORTS, _industries(data, "exports_usd_m", lang), lang)
            if detail >= 3
            else "",
        ),
        topic("utilization", level(s.UTILIZATION, "utilization_pct", points=True)),
        topic(
            "employment",
            level(s.EMPLOYMENT, "employment_count"),
            s.women_sentence(
                rd.total(data, period, "employment_women_count"),
                rd.total(data, period, "employment_count"),
                lang,
            ),
        ),
        topic(
            "tenants",
            s.tenants_sentence(
                rd.total(data, period, "tenant_count"),
                rd.total(data, period, "operating_count"),
                quarter,
                year,
                lang,
            ),
        ),
    ]
    missing = [
        (kind, base)
        for kind, base in (("quarter", data.previous), ("year", data.year_ago))
        if base is not None and base not in data.totals
    ]
    if missing:
        out.append({"topic": "", "text": s.no_comparison(missing, lang)})
    return out


def _claims(data: Release) -> list[Claim]:
    """The two headline claims with everything measured against them, in printing order."""
    claims: list[Claim] = []
    for metric, stated_pct in HEADLINE_CLAIMS:
        rows = [
            row
            for row in data.marts["claim_check"]
            if row["metric"] == metric
            and row.get("stated_pct") is not None
            and abs(row["stated_pct"] - stated_pct) < 1e-9
        ]
        if not rows:
            continue
        first = min(rows, key=lambda row: (str(row.get("claim_date") or ""), row["claim_id"]))
        own = [row for row in rows if row["claim_id"] == first["claim_id"]]
        own.sort(key=lambda row: (row["period"], row["definition"]))
        claims.append(
            Claim(
                claim_id=first["claim_id"],
                metric=metric,
                stated_pct=stated_pct,
                tolerance_pp=float(first.get("tolerance_pp") or 0.0),
                source=str(first.get("source") or ""),
                claim_date=str(rd.as_date(first.get("claim_date")) or ""),
                text=str(first.get("text") or ""),
                rows=tuple(
                    ClaimRow(
                        period=row["period"],
                        definition=row["definition"],
                        verdict=row["verdict"],
                        measured_pct=row.get("measured_pct"),
                        coverage=str(row.get("coverage") or ""),
                        reason_ko=str(row.get("reason_ko") or ""),
                        reason_en=str(row.get("reason") or ""),
                    )
                    for row in own
                ),
            )
        )
    return claims


def _preferred_definitions(data: Release, metric: str) -> list[str]:
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


def _shown_periods(data: Release) -> set[str]:
    """Periods of the share chart and table: years, the latest quarter, and the release's own."""
    periods = {
        row["period"]
        for row in data.marts["national_share"]
        if row["metric"] in dict(HEADLINE_CLAIMS) and row.get("share_pct") is not None
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
    preferred = _preferred_definitions(data, metric)
    shown = _shown_periods(data)
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


def _panels(
    data: Release, claims: Sequence[Claim], lang: Lang
) -> tuple[list[Row], list[charts.SharePoint]]:
    """The share chart's panels, and the points they show."""
    references = {claim.metric: claim for claim in claims}
    series = {metric: _share_points(data, metric) for metric, _ in HEADLINE_CLAIMS}
    everything = [p for points in series.values() for p in points]
    if not everything:
        return [], []
    levels = [p.share_pct for p in everything] + [c.stated_pct for c in claims]
    y_domain = (
        5.0 * math.floor((min(levels) - 1.2) / 5),
        5.0 * math.ceil((max(levels) + 2.5) / 5),
    )
    y_domain = (max(0.0, y_domain[0]), y_domain[1])
    now = charts.year_of(data.period)
    years = [p.x for p in everything] + ([now] if now else [])
    x_domain = (math.floor(min(years)) - 0.8, math.ceil(max(years)) + 0.4)
    panels: list[Row] = []
    for metric, _ in HEADLINE_CLAIMS:
        points = series[metric]
        claim = references.get(metric)
        known = any(p.period == data.period for p in points)
        label: tuple[str, ...] = ()
        if not known:
            label = (s.period_short(data.period, lang), s.verdict_word("not_evaluable", lang))
        name = s.metric_name(metric, lang)
        spec = charts.share_spec(
            charts.ShareChart(
                points=points,
                reference_pct=claim.stated_pct if claim else None,
                reference_label=tx.t("reference", lang).format(stated=s.stated(claim.stated_pct))
                if claim
                else "",
                now_x=now if not known else None,
                now_label=label,
                x_domain=x_domain,
                y_domain=y_domain,
                simulated=data.simulated,
            ),
            width=159,
            height=118,
        )
        listed = ", ".join(
            f"{p.period} {p.share_pct:.1f}%" + ("" if p.full else f" ({p.coverage})")
            for p in points
            if p.kind != "other"
        )
        title = tx.t("panel", lang).format(name=name)
        if lang == "ko":
            alt = f"{title}, 연도별: {listed or '없음'}."
            alt += f" 보도된 수치는 {s.stated(claim.stated_pct)}." if claim else ""
        else:
            alt = f"{title} by year: {listed or 'none'}."
            alt += f" Reported figure: {s.stated(claim.stated_pct)}." if claim else ""
        panels.append({"title": title, "svg": charts.draw(spec, FONTS), "alt": alt})
    return panels, everything


def shares(data: Release, lang: Lang) -> Row:
    """The share check: sentences, chart panels and the table of verdicts."""
    claims = _claims(data)
    panels, points = _panels(data, claims, lang)
    ko = lang == "ko"
    if claims:
        source, when = claims[0].source, claims[0].claim_date
        cited = source if when in source else f"{source}, {when}"
        if ko:
            quoted = ", ".join(
                f"{s.metric_name(c.metric, lang)}의 {s.stated(c.stated_pct)}" for c in claims
            )
            aside = (
                f"국가산업단지가 {s.josa(quoted, '을')} 차지한다는 보도({cited})를 공표 수치로 "
                f"다시 계산하였다. 허용 오차 ±{claims[0].tolerance_pp:g}%p."
            )
        else:
            quoted = s.join_words(
                [f"{s.stated(c.stated_pct)} of {s.metric_name(c.metric, lang)}" for c in claims],
                lang,
            )
            aside = (
                f"The reported {quoted} ({cited}), computed again from published figures. "
                f"Tolerance ±{claims[0].tolerance_pp:g} pp."
            )
        body = [s.joint_sentence(claims, lang)]
        body[0] = " ".join(
            [body[0], *(s.claim_sentence(claim, data.period, lang) for claim in claims)]
        ).strip()
        body.append(s.now_sentence(claims, data.period, lang))
    else:
        aside = ""
        body = [
            "이 배포판에는 전국 비중에 관한 주장의 검증 결과가 없다."
            if ko
            else "This release holds no check of the claims on national shares."
        ]
    keys = ["● 기간 전체" if ko else "● whole period"]
    if any(not p.full for p in points):
        keys.append(
            "○ 일부 월의 참고값(2/12: 12개월 중 2개월)"
            if ko
            else "○ indicative, some months only (2/12: two of twelve)"
        )
    if any(p.kind == "published" for p in points):
        keys.append("◆ 비중으로 발표된 값" if ko else "◆ printed as a share")
    if any(p.kind == "other" for p in points):
        keys.append("• 다른 분모" if ko else "• another denominator")
    return {
        "heading": tx.t("shares", lang),
        "aside": aside,
        "sentences": [text for text in body if text],
        "panels": panels,
        "key": "\u2003".join(keys),
        "matrix": _matrix(data, claims, lang),
    }


_VERDICT_MARKS = {"supported": "●", "contradicted": "×", "indicative": "○", "disputed": "◇"}


def _matrix(data: Release, claims: Sequence[Claim], lang: Lang) -> Row:
    """The table of verdicts: one row a claim, one column a period, the release's own last."""
    ko = lang == "ko"
    periods, left_out = s.evaluable_periods(claims, 17, _shown_periods(data))
    if claims and data.period not in periods:
        periods = sorted([*periods, data.period])
    rows: list[list[Any]] = []
    disputed = False
    for claim in claims:
        preferred = _preferred_definitions(data, claim.metric)
        cells: list[Any] = [
            f"{s.metric_name(claim.metric, lang)} {s.stated(claim.stated_pct)}"
            if ko
            else f"{s.stated(claim.stated_pct)} of {s.metric_name(claim.metric, lang)}"
        ]
        for period in periods:
            cell = s.verdict_cell(claim, period, preferred)
            disputed = disputed or cell.disputed
            cells.append(
                {
                    "verdict": cell.verdict,
                    "mark": _VERDICT_MARKS.get(cell.verdict, s.MISSING),
                    "value": cell.measured + ("*" if cell.disputed else ""),
                    "coverage": cell.coverage,
                }
            )
        rows.append(cells)
    words = [f"{mark} {s.verdict_word(verdict, lang)}" for verdict, mark in _VERDICT_MARKS.items()]
    words.append(f"{s.MISSING} {s.verdict_word('not_evaluable', lang)}")
    if disputed:
        words.append(
            "* 다른 정의로는 판정이 다름" if ko else "* another definition, another verdict"
        )
    if left_out:
        words.append(
            f"외 {left_out}개 기간은 claim_check" if ko else f"{left_out} more periods: claim_check"
        )
    return {
        "header": ["보도된 비중, %" if ko else "As reported, %"]
        + [period.replace("-", "\n") if not ko else _ko_column(period) for period in periods],
        "rows": rows,
        "key": "\u2003".join(words),
    }


def _ko_column(period: str) -> str:
    """A period as a narrow Korean column head."""
    if found := re.fullmatch(r"(\d{4})-Q(\d)", period):
        return f"{found.group(1)}\n{found.group(2)}분기"
    return period.replace("-", "\n")
