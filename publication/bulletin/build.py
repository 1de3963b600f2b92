"""From a release folder to bulletin_ko.pdf and bulletin_en.pdf.

Reads `marts/*.parquet`, `release.json` and `verdict.json` of one release and nothing else. The same
folder gives the same bytes: the time in the PDF comes from the inputs, never from the clock.
"""

from __future__ import annotations

import json
import math
import re
import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, timezone
from functools import cache
from pathlib import Path
from typing import Any

import typst

from publication.bulletin import charts
from publication.bulletin import sentences as s
from publication.bulletin.sentences import Claim, ClaimRow, Lang, Obs

HERE = Path(__file__).resolve().parent
TEMPLATE = HERE / "template.typ"
FONTS = HERE.parent / "fonts"

Row = dict[str, Any]

#: The claim the share check is about: Korea IT Times, 2005-08-01 (metric, stated per cent).
HEADLINE_CLAIMS: tuple[tuple[str, float], ...] = (
    ("national_production_share_pct", 30.0),
    ("national_export_share_pct", 43.0),
)

_KST = timezone(timedelta(hours=9))

#: Marts the bulletin cannot do without, and those without which it says less.
_REQUIRED = ("national_total_quarterly", "complex_quarterly", "dim_complex")
_OPTIONAL = ("industry_quarterly", "dim_industry", "national_share", "claim_check", "dim_snapshot")


class BulletinError(RuntimeError):
    """The release folder cannot be turned into a bulletin; the message says what is wrong."""


@dataclass(frozen=True)
class Density:
    """How much page 2 may print; the fullest that fits is taken."""

    complexes: int
    movers: int
    warnings: int
    failures: int
    message: int
    snapshots: int
    row_inset: float
    named: int = 8
    name: int = 60


_DENSITIES = (
    Density(20, 5, 99, 99, 400, 4, 1.15),
    Density(18, 5, 99, 99, 400, 4, 1.1),
    Density(15, 5, 99, 99, 400, 4, 1.1),
    Density(15, 5, 99, 4, 300, 3, 1.0),
    Density(15, 5, 10, 3, 300, 3, 1.0),
    Density(12, 5, 10, 2, 240, 2, 1.0),
    Density(12, 4, 8, 2, 200, 2, 0.9),
    Density(10, 4, 6, 1, 160, 2, 0.9, named=5),
    Density(8, 3, 5, 1, 120, 1, 0.9, named=4),
    Density(6, 3, 4, 1, 100, 1, 0.8, named=3),
    Density(4, 2, 3, 1, 80, 1, 0.7, named=2, name=20),
)

#: How much page 1 may say: (sentences a topic beyond the level, characters of a name).
_DETAILS = ((4, 60), (3, 60), (2, 60), (1, 60), (1, 24), (0, 24))


# --- reading -------------------------------------------------------------------------------


def _clean(value: Any) -> Any:
    return None if isinstance(value, float) and math.isnan(value) else value


def _read_marts(release_dir: Path) -> dict[str, list[Row]]:
    import duckdb

    marts: dict[str, list[Row]] = {}
    with duckdb.connect(":memory:") as connection:
        for name in (*_REQUIRED, *_OPTIONAL):
            path = release_dir / "marts" / f"{name}.parquet"
            if not path.is_file():
                if name in _REQUIRED:
                    raise BulletinError(f"{path}: the release has no mart {name}")
                marts[name] = []
                continue
            cursor = connection.execute("SELECT * FROM read_parquet(?)", [str(path)])
            columns = [column[0] for column in cursor.description or []]
            marts[name] = [
                {c: _clean(v) for c, v in zip(columns, row, strict=True)}
                for row in cursor.fetchall()
            ]
    return marts


def _read_json(path: Path) -> dict[str, Any]:
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise BulletinError(f"{path}: not there") from error
    except ValueError as error:
        raise BulletinError(f"{path}: not JSON: {error}") from error
    if not isinstance(content, dict):
        raise BulletinError(f"{path}: not a JSON object")
    return content


def _as_date(value: Any) -> date | None:
    """A date out of a DATE, TIMESTAMP or ISO string; times with a zone are read in Korea's."""
    if isinstance(value, datetime):
        return (value.astimezone(_KST) if value.tzinfo else value).date()
    if isinstance(value, date):
        return value
    if isinstance(value, str) and value:
        try:
            return _as_date(datetime.fromisoformat(value))
        except ValueError:
            return None
    return None


def _epoch(release: Mapping[str, Any], snapshots: Sequence[Row]) -> int:
    """Seconds of the latest publication date among the inputs, for the PDF's timestamp."""
    inputs = release.get("inputs")
    rows: list[Any] = list(inputs) if isinstance(inputs, list) else []
    dates = [
        found
        for row in [*rows, *snapshots]
        if isinstance(row, dict) and (found := _as_date(row.get("published_at")))
    ]
    if not dates:
        return 0
    latest = max(dates)
    return int(datetime(latest.year, latest.month, latest.day, tzinfo=UTC).timestamp())


def _obs(row: Row | None, measure: str) -> Obs:
    """A measure of a mart's row; a row or column that is not there is a missing value."""
    if row is None:
        return s.ABSENT
    value = row.get(measure)
    status = row.get(f"{measure}_status") or ("A" if value is not None else "O")
    if status == "A" and value is None:
        status = "O"
    return Obs(float(value) if value is not None and status == "A" else None, str(status))


# --- the release as the bulletin needs it ---------------------------------------------------


@dataclass(frozen=True)
class Release:
    """A release folder read once, shared by both languages."""

    release_id: str
    period: str
    simulated: bool
    previous: str | None
    year_ago: str | None
    marts: dict[str, list[Row]]
    release: dict[str, Any]
    verdict: dict[str, Any]
    totals: dict[str, Row]
    complexes: dict[str, dict[str, Row]]
    names: dict[str, Row]

    def name(self, complex_id: str | None, lang: Lang) -> str:
        """A complex's name in the language, else the Korean one, else its id."""
        row = self.names.get(complex_id or "", {})
        own = row.get("name_en") if lang == "en" else None
        return str(own or row.get("name_ko") or complex_id or "")


def _load(release_dir: Path) -> Release:
    release = _read_json(release_dir / "release.json")
    verdict = _read_json(release_dir / "verdict.json")
    marts = _read_marts(release_dir)
    period = release.get("period")
    if not isinstance(period, str):
        raise BulletinError(f"{release_dir / 'release.json'}: no period")
    by_period: dict[str, dict[str, Row]] = {}
    for row in marts["complex_quarterly"]:
        if row["complex_id"] != "_T":
            by_period.setdefault(row["period"], {})[row["complex_id"]] = row
    return Release(
        release_id=str(release.get("release_id") or release_dir.name),
        period=period,
        simulated=bool(release.get("is_simulated")) or bool(verdict.get("is_simulated")),
        previous=s.previous_period(period),
        year_ago=s.year_ago_period(period),
        marts=marts,
        release=release,
        verdict=verdict,
        totals={row["period"]: row for row in marts["national_total_quarterly"]},
        complexes=by_period,
        names={row["complex_id"]: row for row in marts["dim_complex"]},
    )


def _total(data: Release, period: str | None, measure: str) -> Obs:
    return _obs(data.totals.get(period or ""), measure)


def _changes(data: Release, measure: str, *, points: bool = False) -> tuple[s.Change, s.Change]:
    now = _total(data, data.period, measure)
    return (
        s.compare(now, _total(data, data.previous, measure), points=points),
        s.compare(now, _total(data, data.year_ago, measure), points=points),
    )


# --- coverage and breaks -------------------------------------------------------------------

_PERIOD_IN_TEXT = re.compile(r"\b(\d{4})-(Q[1-4]|0[1-9]|1[0-2])\b")


def _quarter_of(period: str) -> str:
    """A month's quarter, so that breaks dated by month compare with quarters."""
    found = re.fullmatch(r"(\d{4})-(\d{2})", period)
    if not found:
        return period
    return f"{found.group(1)}-Q{(int(found.group(2)) + 2) // 3}"


def _within(period: Any, after: str | None, until: str) -> bool:
    """Is a break at `period` inside the comparison of `after` with `until`?"""
    if not isinstance(period, str) or not period or after is None:
        return False
    return after < _quarter_of(period) <= until


def _breaks_of(row: Row, lang: Lang) -> list[tuple[str, str]]:
    """The breaks of a complex as (quarter, words); breaks_ko and breaks_en hold dated items."""
    text = row.get(f"breaks_{lang}") or row.get("breaks_ko")
    if not isinstance(text, str):
        return []
    items = []
    for item in re.split(r"\s*\|\s*", text):
        if found := _PERIOD_IN_TEXT.search(item):
            items.append((_quarter_of(found.group(0)), item.strip()))
    return items


def _entered(data: Release, after: str | None, lang: Lang) -> list[tuple[str, str]]:
    """Complexes first published inside the comparison window, as (name, period)."""
    return [
        (data.name(cid, lang), row["published_from"])
        for cid, row in sorted(data.names.items())
        if _within(row.get("published_from"), after, data.period)
    ]


def _left(data: Release, base: str | None, lang: Lang) -> list[str]:
    """Complexes with figures for the base but none now, whose publication has ended."""
    now, then = data.complexes.get(data.period, {}), data.complexes.get(base or "", {})
    return [
        data.name(cid, lang)
        for cid, row in sorted(data.names.items())
        if row.get("published_until") and cid in then and cid not in now
    ]


def _total_is_broken(data: Release, base: str | None) -> bool:
    return bool(_entered(data, base, "ko") or _left(data, base, "ko")) or any(
        _within(when, base, data.period) for when, _ in _breaks_of(data.names.get("_T", {}), "ko")
    )


def _complex_is_broken(data: Release, complex_id: str, base: str | None) -> bool:
    row = data.names.get(complex_id, {})
    return _within(row.get("published_from"), base, data.period) or any(
        _within(when, base, data.period) for when, _ in _breaks_of(row, "ko")
    )


# --- texts ---------------------------------------------------------------------------------

_T: dict[str, tuple[str, str]] = {
    "series": ("sandan · 분기 통계", "sandan · Quarterly statistics"),
    "title": ("국가산업단지 ", "National Industrial Complexes, "),
    "doc": ("국가산업단지 분기 통계", "National Industrial Complexes: Quarterly Bulletin"),
    "release": ("배포판", "Release"),
    "simulated": (
        "모의자료: 이 자료의 수치는 프로그램 점검을 위해 만든 것으로 실제 통계가 아니다. "
        "인용하거나 이용하지 않는다.",
        "Simulated data: the figures were made to exercise the programme and are not statistics. "
        "Do not quote or use them.",
    ),
    "production": ("생산", "Production"),
    "exports": ("수출", "Exports"),
    "employment": ("고용", "Employment"),
    "utilization": ("가동률", "Operating rate"),
    "tenants": ("입주업체", "Tenant firms"),
    "on_quarter": ("전분기 대비", "on quarter"),
    "on_year": ("전년 동기 대비", "on year"),
    "developments": ("동향", "Developments"),
    "developments_aside": (
        "생산액과 수출액은 물가와 계절 요인을 조정하지 않은 금액이며, 제조업 가동업체만을 "
        "대상으로 한다. 입주업체와 고용은 비제조업을 포함한다.",
        "Amounts at current prices, not seasonally adjusted. Production, exports and operating "
        "rates cover operating manufacturers; firms and employment include non-manufacturing.",
    ),
    "flag_aside": (
        " b: 비교하는 두 시점 사이에 범위가 바뀌었거나 단절이 있다(2쪽).",
        " b: coverage changed, or the series broke, between the two periods (page 2).",
    ),
    "shares": ("비중 검증", "Share check"),
    "panel": ("{name}에서 차지하는 비중", "Share of {name}"),
    "reference": ("보도된 {stated}", "as reported: {stated}"),
    "complexes": ("주요 단지", "Largest complexes"),
    "movers": ("생산 증감 기여도", "What moved production"),
    "movers_aside": (
        "전체 생산의 전분기 대비 증감률에 대한 단지별 기여도, %p",
        "Contributions to quarterly growth of the total, percentage points",
    ),
    "movers_empty": (
        "전분기와 비교할 수 있는 단지별 생산액이 없어 기여도를 산출하지 않았다.",
        "No complex has production for both quarters, so no contributions are given.",
    ),
    "warnings": ("검증 경고", "Warnings of the quality gate"),
    "suppression": ("비공개 처리", "Suppression"),
    "breaks": ("범위 변동과 단절", "Coverage and breaks"),
    "sources": ("자료(공표일, SHA-256 앞 8자리)", "Sources (published, SHA-256)"),
    "trace": ("수치의 근거", "Tracing a figure"),
    "cite": ("인용", "How to cite"),
    "trace_text": (
        "이 자료의 수치는 같은 배포판의 kicox.duckdb와 marts/에 있으며, 각각 발행 파일의 "
        "칸까지 거슬러 찾을 수 있다.",
        "Every figure is in kicox.duckdb and marts/ of the same release, and can be followed back "
        "to a cell of the publisher’s file.",
    ),
}


def _t(key: str, lang: Lang) -> str:
    return _T[key][0 if lang == "ko" else 1]


def _shorten(text: str, limit: int) -> str:
    """Cut at a word where possible; the ellipsis says that something was cut."""
    if len(text) <= limit:
        return text
    cut = text[: limit - 1]
    space = cut.rfind(" ")
    return (cut[:space] if space > limit * 0.6 else cut).rstrip(" ,;:") + "…"


def _flag(change_text: str, broken: bool) -> dict[str, str] | str:
    """A growth figure, with the flag `b` (break in series) where the two ends are not alike."""
    if broken and change_text != s.MISSING:
        return {"text": change_text, "flag": "b"}
    return change_text


# --- page 1 --------------------------------------------------------------------------------

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
        value = _total(data, period, measure).ok
        if value is None:
            break
        values.append(value)
        period = s.previous_period(period)
    return values[::-1]


def _tiles(data: Release, lang: Lang) -> tuple[list[Row], bool]:
    histories = {measure: _history(data, measure) for _, measure in _TILES}
    sparks = max(len(history) for history in histories.values()) >= 5
    broken_q = _total_is_broken(data, data.previous)
    broken_y = _total_is_broken(data, data.year_ago)
    tiles: list[Row] = []
    for key, measure in _TILES:
        points = measure == "utilization_pct"
        quarter, year = _changes(data, measure, points=points)
        value, unit = _tile_value(measure, _total(data, data.period, measure), lang)
        history = histories[measure] if len(histories[measure]) >= 5 else []
        alt = ""
        if history:
            low = " ".join(_tile_value(measure, Obs(min(history)), lang))
            high = " ".join(_tile_value(measure, Obs(max(history)), lang))
            alt = (
                f"{_t(key, lang)}, 최근 {len(history)}분기 추이. 최소 {low}, 최대 {high}."
                if lang == "ko"
                else f"{_t(key, lang)} over {len(history)} quarters, from {low} to {high}."
            )
        tiles.append(
            {
                "name": _t(key, lang),
                "value": value,
                "unit": unit,
                "spark": history,
                "spark_alt": alt,
                "quarter": _flag(s.growth_cell(quarter, points=points, lang=lang), broken_q),
                "year": _flag(s.growth_cell(year, points=points, lang=lang), broken_y),
            }
        )
    return tiles, sparks


def _industries(data: Release, measure: str, lang: Lang) -> list[tuple[str, float, float]]:
    """The three largest industries by a measure: (name, value, % of the total)."""
    total = _total(data, data.period, measure).ok
    if not total:
        return []
    names = {row["industry_code"]: row for row in data.marts["dim_industry"]}
    found = []
    for row in data.marts["industry_quarterly"]:
        if row["period"] != data.period or row["industry_code"] in ("_T", "NONMFG"):
            continue
        value = _obs(row, measure).ok
        name = names.get(row["industry_code"], {})
        label = (name.get("name_en") if lang == "en" else None) or name.get("name_ko")
        if value and label:
            found.append((str(label), value, 100.0 * value / total, str(row["industry_code"])))
    found.sort(key=lambda item: (-item[1], item[3]))
    return [(name, value, share) for name, value, share, _ in found[:3]]


def _ranked(data: Release) -> list[str]:
    """Complexes of the period by production; those without a value follow, by tenants."""
    rows = data.complexes.get(data.period, {})

    def key(complex_id: str) -> tuple[bool, float, float, str]:
        production = _obs(rows[complex_id], "production_krw_100m").ok
        tenants = _obs(rows[complex_id], "tenant_count").ok
        return (production is None, -(production or 0.0), -(tenants or 0.0), complex_id)

    return sorted(rows, key=key)


def _contributions(data: Release) -> list[tuple[str, float]]:
    """Contribution of each complex to growth of total production on the quarter, % points.

    100 × (production − production of the quarter before) / total of the quarter before, for
    complexes with status A in both quarters; largest first.
    """
    base = _total(data, data.previous, "production_krw_100m").ok
    if not base or _total(data, data.period, "production_krw_100m").ok is None:
        return []
    now = data.complexes.get(data.period, {})
    then = data.complexes.get(data.previous or "", {})
    found = []
    for complex_id, row in now.items():
        current = _obs(row, "production_krw_100m").ok
        before = _obs(then.get(complex_id), "production_krw_100m").ok
        if current is not None and before is not None:
            found.append((complex_id, 100.0 * (current - before) / base))
    return sorted(found, key=lambda item: (-item[1], item[0]))


def _developments(data: Release, lang: Lang, detail: int, names: int) -> list[Row]:
    """The sentences of page 1 by topic; `detail` says how much beyond the levels."""
    period = data.period

    def topic(key: str, *texts: str) -> Row:
        return {"topic": _t(key, lang), "text": " ".join(text for text in texts if text)}

    def level(subject: s.Subject, measure: str, *, points: bool = False) -> str:
        quarter, year = _changes(data, measure, points=points)
        return s.level_sentence(subject, _total(data, period, measure), quarter, year, lang)

    rows = data.complexes.get(period, {})
    leaders = [
        (complex_id, value)
        for complex_id in _ranked(data)[:5]
        if (value := _obs(rows[complex_id], "production_krw_100m").ok)
    ]
    total = _total(data, period, "production_krw_100m").ok
    concentration = ""
    if total and len(leaders) == 5 and len(rows) > 5:
        concentration = s.concentration_sentence(
            [_shorten(data.name(c, lang), names) for c, _ in leaders],
            100.0 * sum(value for _, value in leaders) / total,
            lang,
        )
    contributions = _contributions(data)
    up = [(c, p) for c, p in contributions[:3] if p >= 0.005]
    down = [(c, p) for c, p in contributions[::-1][:3] if p <= -0.005]
    movers = s.movers_sentence(
        [(_shorten(data.name(c, lang), names), p) for c, p in up],
        [(_shorten(data.name(c, lang), names), p) for c, p in down],
        lang,
    )
    quarter, year = _changes(data, "tenant_count")
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
                _total(data, period, "employment_women_count"),
                _total(data, period, "employment_count"),
                lang,
            ),
        ),
        topic(
            "tenants",
            s.tenants_sentence(
                _total(data, period, "tenant_count"),
                _total(data, period, "operating_count"),
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
                claim_date=str(_as_date(first.get("claim_date")) or ""),
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
                reference_label=_t("reference", lang).format(stated=s.stated(claim.stated_pct))
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
        title = _t("panel", lang).format(name=name)
        if lang == "ko":
            alt = f"{title}, 연도별: {listed or '없음'}."
            alt += f" 보도된 수치는 {s.stated(claim.stated_pct)}." if claim else ""
        else:
            alt = f"{title} by year: {listed or 'none'}."
            alt += f" Reported figure: {s.stated(claim.stated_pct)}." if claim else ""
        panels.append({"title": title, "svg": charts.draw(spec, FONTS), "alt": alt})
    return panels, everything


def _shares(data: Release, lang: Lang) -> Row:
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
        "heading": _t("shares", lang),
        "aside": aside,
        "sentences": [text for text in body if text],
        "panels": panels,
        "key": "\u2003".join(keys),
        "matrix": _matrix(data, claims, lang),
    }


_VERDICT_MARKS = {"supported": "●", "contradicted": "×", "indicative": "○"}


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


# --- page 2 --------------------------------------------------------------------------------


def _cell(obs: Obs, decimals: int, scale: float = 1.0) -> str:
    if obs.ok is not None:
        return s.number(obs.ok * scale, decimals)
    return s.SUPPRESSED if obs.status == "Q" else s.MISSING


def _complexes(data: Release, lang: Lang, density: Density) -> Row:
    ko = lang == "ko"
    now = data.complexes.get(data.period, {})
    then = data.complexes.get(data.previous or "", {})
    last_year = data.complexes.get(data.year_ago or "", {})
    # Amounts are printed in 억원 in Korean and in KRW billion in English (1 bn = 10 억원).
    scale, decimals = (1.0, 0) if ko else (0.1, 1)

    def growth(row: Row | None, base: Row | None, measure: str) -> str:
        current, before = _obs(row, measure), _obs(base, measure)
        if "Q" in (current.status, before.status):
            return s.SUPPRESSED
        return s.growth_cell(s.compare(current, before), lang=lang)

    def cells(
        name: str, row: Row, prev: Row | None, ago: Row | None, broken: tuple[bool, bool]
    ) -> list[Any]:
        production, exports = "production_krw_100m", "exports_usd_m"
        return [
            name,
            _cell(_obs(row, production), decimals, scale),
            _flag(growth(row, prev, production), broken[0]),
            _flag(growth(row, ago, production), broken[1]),
            _cell(_obs(row, exports), 1),
            _flag(growth(row, prev, exports), broken[0]),
            _cell(_obs(row, "employment_count"), 0),
            _flag(growth(row, prev, "employment_count"), broken[0]),
            _cell(_obs(row, "utilization_pct"), 1),
        ]

    rows: list[Row] = []
    total = data.totals.get(data.period)
    if total is not None:
        broken = (_total_is_broken(data, data.previous), _total_is_broken(data, data.year_ago))
        rows.append(
            {
                "cells": cells(
                    "계" if ko else "Total",
                    total,
                    data.totals.get(data.previous or ""),
                    data.totals.get(data.year_ago or ""),
                    broken,
                ),
                "bar": None,
            }
        )
    ranked = _ranked(data)[: density.complexes]
    top = max((_obs(now[c], "production_krw_100m").ok or 0.0 for c in ranked), default=0.0)
    for complex_id in ranked:
        row = now[complex_id]
        value = _obs(row, "production_krw_100m").ok
        broken = (
            _complex_is_broken(data, complex_id, data.previous),
            _complex_is_broken(data, complex_id, data.year_ago),
        )
        rows.append(
            {
                "cells": cells(
                    _shorten(data.name(complex_id, lang), density.name),
                    row,
                    then.get(complex_id),
                    last_year.get(complex_id),
                    broken,
                ),
                "bar": value / top if value and value > 0 and top > 0 else None,
            }
        )
    if not rows:
        return {
            "heading": _t("complexes", lang),
            "aside": "",
            "header": [],
            "rows": [],
            "has_total": False,
            "note": f"{s.period_text(data.period, 'ko')} 값이 있는 단지가 없다."
            if ko
            else f"No complex has figures for {s.period_text(data.period, 'en')}.",
        }
    flagged = any(isinstance(c, dict) for row in rows for c in row["cells"])
    if ko:
        header = [
            "단지",
            "생산\n억원",
            "",
            "전분기\n대비",
            "전년 동기\n대비",
            "수출\n백만달러",
            "전분기\n대비",
            "고용\n명",
            "전분기\n대비",
            "가동률\n%",
        ]
        aside = f"생산액 순 · {len(now)}개 단지 중 {len(ranked)}개"
        note = (
            "X 비공개   – 값이 없거나 산출할 수 없음   "
            "0 실적 없음(발행 기관이 단위 미만을 0으로 적은 경우 포함)"
        )
        note += "   b 범위 변동 또는 단절" if flagged else ""
    else:
        header = [
            "Complex",
            "Production\nKRW bn",
            "",
            "on\nquarter",
            "on\nyear",
            "Exports\nUS$ m",
            "on\nquarter",
            "Employ-\nment",
            "on\nquarter",
            "Operating\nrate, %",
        ]
        aside = f"By production, {len(ranked)} of {len(now)} complexes"
        note = (
            "X suppressed   – missing or not computable   "
            "0 nothing (or below the unit the publisher prints)"
        )
        note += "   b break in series" if flagged else ""
    return {
        "heading": _t("complexes", lang),
        "aside": aside,
        "header": header,
        "rows": rows,
        "has_total": total is not None,
        "note": note,
    }


def _movers(data: Release, lang: Lang, density: Density) -> Row:
    contributions = [(c, p) for c, p in _contributions(data) if abs(p) >= 0.005]
    up = [item for item in contributions if item[1] > 0][: density.movers]
    down = [item for item in contributions if item[1] < 0][-density.movers :]
    svg, alt = "", ""
    if up or down:
        named = [(_shorten(data.name(c, lang), 40), p) for c, p in [*up, *down]]
        # A name that occurs twice would fall onto one bar.
        seen: dict[str, int] = {}
        unique = []
        for name, value in named:
            seen[name] = seen.get(name, 0) + 1
            unique.append((name if seen[name] == 1 else f"{name} ({seen[name]})", value))
        spec = charts.bars_spec(
            unique,
            width=232,
            row_height=14,
            name_width=78 if lang == "ko" else 92,
            simulated=data.simulated,
        )
        svg = charts.draw(spec, FONTS)
        unit = "%p" if lang == "ko" else " pp"
        alt = f"{_t('movers_aside', lang)}: " + ", ".join(
            f"{name} {s.signed(value, 2, unit)}" for name, value in unique
        )
    return {
        "heading": _t("movers", lang),
        "aside": _t("movers_aside", lang),
        "svg": svg,
        "alt": alt,
        "empty": _t("movers_empty", lang),
    }


def _failure_text(data: Release, failure: Mapping[str, Any], lang: Lang) -> str:
    """A failing cell in words: the gate's own message, else built from its parts."""
    message = failure.get(f"message_{lang}")
    if message:
        return str(message).strip().rstrip(".")
    name = data.name(failure.get("complex_id"), lang)
    value, expected = failure.get("value"), failure.get("expected")
    parts = [name, str(failure.get("measure") or ""), str(failure.get("period") or "")]
    text = " ".join(part for part in parts if part)
    if value is not None:
        text += f" = {value}"
    if expected is not None and expected != "":
        text += f" ({'기대' if lang == 'ko' else 'expected'}: {expected})"
    return text


def _file_notes(data: Release, lang: Lang) -> list[str]:
    """What was noted while the publisher's files were read, each note once, with its table."""
    places: dict[str, list[str]] = {}
    for warning in data.release.get("warnings") or []:
        if not isinstance(warning, dict) or warning.get("source") != "file":
            continue
        if warning.get("period") not in (data.period, "all", None):
            continue  # an older edition's, told in its own release
        where, _, message = str(warning.get(f"message_{lang}") or "").partition(": ")
        # `file › sheet › cell`: the sheet is what a reader of the publication knows.
        parts = where.split(" › ")
        sheet = parts[1] if len(parts) > 2 else ""
        found = places.setdefault(message.strip().rstrip("."), [])
        if sheet and sheet not in found:
            found.append(sheet)
    return [
        f"{message} ({', '.join(sheets)})" if sheets else message
        for message, sheets in places.items()
        if message
    ]


def _warnings(data: Release, lang: Lang, density: Density) -> Row:
    ko = lang == "ko"
    checks = [c for c in data.verdict.get("checks") or [] if isinstance(c, dict)]
    failed = [c for c in checks if not c.get("success")]
    # Critical ones first: a release should carry none, but if it does they must be read.
    failed.sort(key=lambda c: c.get("severity") != "critical")
    items = []
    for check in failed[: density.warnings]:
        failures = [f for f in check.get("failures") or [] if isinstance(f, dict)]
        shown = [_failure_text(data, f, lang) for f in failures[: density.failures]]
        rest = max(len(failures), int(check.get("unexpected_count") or 0)) - len(shown)
        body = "; ".join(shown)
        if not shown:
            body = str(check.get(f"reason_{lang}") or "")
        elif rest > 0:
            body += f" 외 {rest}건" if ko else f"; and {rest} more"
        body = _shorten(body, density.message)
        title = str(check.get(f"title_{lang}") or check.get("title_ko") or check.get("id") or "")
        if check.get("severity") == "critical":
            title = ("[중대] " if ko else "[critical] ") + title
        # Closing marks in one place, so that no sentence ends twice or not at all.
        title = title.rstrip(".:")
        items.append(
            {
                "title": title + (":" if body else "."),
                "body": body if not body or body.endswith(("…", ".")) else body + ".",
            }
        )
    more = len(failed) - len(items)
    notes = _file_notes(data, lang)
    if notes:
        limit = min(density.failures, 4)
        body = "; ".join(notes[:limit])
        if len(notes) > limit:
            rest = len(notes) - limit
            body += f" 외 {rest}건" if ko else f"; and {rest} more"
        body = _shorten(body, density.message)
        items.append(
            {
                "title": "발행 파일:" if ko else "The publisher’s files:",
                "body": body if body.endswith(("…", ".")) else body + ".",
            }
        )
    if not checks:
        aside = (
            "이 배포판의 검증 기록에 점검 항목이 없다."
            if ko
            else "The verdict of this release lists no checks."
        )
    elif not failed:
        aside = (
            f"점검 {len(checks)}건을 모두 통과하였다."
            if ko
            else f"All {len(checks)} checks passed."
        )
    else:
        aside = (
            f"점검 {len(checks)}건 중 {len(failed)}건이 어긋났다. 규칙과 그에 어긋난 칸을 적는다. "
            "값은 공표된 그대로이다."
            if ko
            else f"{len(failed)} of {len(checks)} checks failed: the rule, then the cells that "
            "break it. Figures stand as published."
        )
    return {
        "heading": _t("warnings", lang),
        "aside": aside,
        "items": items,
        "more": ""
        if more <= 0
        else (
            f"외 {more}건은 품질보고서(quality_report.html)에 있다."
            if ko
            else f"And {more} more: see quality_report.html."
        ),
    }


def _suppressed(data: Release, lang: Lang) -> list[str]:
    """Complexes with any suppressed measure in the period, by tenants."""
    now = data.complexes.get(data.period, {})
    return [
        data.name(complex_id, lang)
        for complex_id in _ranked(data)
        if any(k.endswith("_status") and v == "Q" for k, v in now[complex_id].items())
    ]


def _break_notes(data: Release, lang: Lang, density: Density) -> list[str]:
    ko = lang == "ko"
    # The farthest base that this release really compares with.
    base = next((p for p in (data.year_ago, data.previous) if p in data.totals), None)
    if base is None:
        return [
            "이 배포판에는 견줄 앞선 기간이 없다."
            if ko
            else "This release holds no earlier period to compare with."
        ]
    notes = [
        s.coverage_break(
            [(_shorten(name, density.name), when) for name, when in _entered(data, base, lang)],
            [_shorten(name, density.name) for name in _left(data, base, lang)],
            lang,
            density.named,
        )
    ]
    told = {
        (complex_id, _quarter_of(row["published_from"]))
        for complex_id, row in data.names.items()
        if isinstance(row.get("published_from"), str)
    }
    # A break of every complex stands in the text of each of them: say it once.
    dated: dict[tuple[str, str], list[str]] = {}
    for complex_id, row in sorted(data.names.items()):
        for when, text in _breaks_of(row, lang):
            if _within(when, base, data.period) and (complex_id, when) not in told:
                dated.setdefault((when, text), []).append(complex_id)
    for (_, text), ids in sorted(dated.items())[:4]:
        name = data.name(ids[0], lang)
        prefix = "" if len(ids) > 1 or ids[0] == "_T" or name in text else f"{name}: "
        notes.append(_shorten(prefix + text, density.message))
    if len(dated) > 4:
        notes.append(
            f"외 {len(dated) - 4}건: dim_complex의 breaks_ko"
            if ko
            else f"And {len(dated) - 4} more: breaks_en in dim_complex"
        )
    notes = [note for note in notes if note]
    if not notes:
        return [
            f"{s.period_short(base, 'ko')} 이후 알려진 범위 변동이나 단절은 없다."
            if ko
            else f"No change of coverage and no break is on record since {s.period_short(base, 'en')}."
        ]
    notes.append(
        "이 시점을 사이에 둔 증감률(b)은 같은 범위의 비교가 아니다."
        if ko
        else "Growth across such a date (b) does not compare like with like."
    )
    return notes


_DATASETS: tuple[tuple[str, str, str], ...] = (
    (
        r"kicox__industrial_trend",
        "한국산업단지공단, 「국가산업단지 산업동향」",
        "KICOX, National Industrial Complexes, Industrial Trends",
    ),
    (
        r"kicox__industrial_trend_.*_csv",
        "한국산업단지공단, 「국가산업단지 산업동향」 CSV",
        "KICOX, Industrial Trends, CSV edition",
    ),
    (
        r"sandan__published_figures",
        "공표 수치 모음(보도·통계, 출처별)",
        "Published figures, collected with their sources",
    ),
    (r"sandan__claims", "비중에 관한 주장 모음", "Claims on shares, collected with their sources"),
)


def _dataset_name(dataset: str, lang: Lang) -> str:
    for pattern, ko, en in _DATASETS:
        if re.fullmatch(pattern, dataset):
            return ko if lang == "ko" else en
    return dataset


#: Datasets in the order in which the bulletin names them; others follow.
_SOURCE_ORDER = (
    "kicox__industrial_trend",
    "sandan__published_figures",
    "sandan__claims",
    "kicox__industrial_trend_production_by_complex_csv",
)


def _source_date(row: Row, lang: Lang) -> str:
    """Period and day of publication of an input, in words."""
    ko = lang == "ko"
    period = str(row.get("period") or "")
    when = _as_date(row.get("published_at"))
    parts = [] if period in ("", "all") else [s.period_short(period, lang)]
    if when is None:
        parts.append("공표일 미상" if ko else "undated")
    elif row.get("published_at_basis") == "first_seen":
        # Nobody said when it was published: the day it came stands in, and says so.
        parts.append(f"{when} 수신" if ko else f"received {when}")
    else:
        parts.append(str(when))
    return ", ".join(parts)


def _sources(data: Release, lang: Lang, density: Density) -> list[Row]:
    ko = lang == "ko"
    rows = data.marts["dim_snapshot"]
    if not rows:
        inputs = data.release.get("inputs")
        rows = [r for r in (inputs if isinstance(inputs, list) else []) if isinstance(r, dict)]

    def order(row: Row) -> tuple[int, int, str, str]:
        period = str(row.get("period") or "")
        rank = 0 if period == data.period else (1 if period == "all" else 2)
        # Later periods first among the older ones.
        digits = -int(re.sub(r"\D", "", period) or 0)
        return (rank, digits, str(row.get("dataset")), str(row.get("snapshot_id")))

    # By publication, in the order in which a reader looks for them; the release's period first.
    groups: dict[str, list[Row]] = {_dataset_name(d, lang): [] for d in _SOURCE_ORDER}
    for row in sorted(rows, key=order):
        groups.setdefault(_dataset_name(str(row.get("dataset") or ""), lang), []).append(row)
    out: list[Row] = []
    for name, members in groups.items():
        dated: dict[str, list[str]] = {}
        for row in members[: density.snapshots]:
            dated.setdefault(_source_date(row, lang), []).append(str(row.get("sha256") or "")[:8])
        text = "; ".join(f"{when}, {', '.join(hashes)}" for when, hashes in dated.items())
        more = len(members) - density.snapshots
        if more > 0:
            text += f" 외 {more}개(inputs.lock.json)" if ko else f"; {more} more: inputs.lock.json"
        if members:
            out.append({"lead": name, "text": text})
    if not out:
        out.append(
            {"lead": "입력 파일의 기록이 없다." if ko else "No inputs are on record.", "text": ""}
        )
    return out


def _cite(data: Release, lang: Lang) -> list[str]:
    ko = lang == "ko"
    if data.simulated:
        return ["모의자료이므로 인용하지 않는다." if ko else "Simulated data: do not cite."]
    if ko:
        return [
            f"sandan, 「국가산업단지 분기 통계: {s.period_short(data.period, 'ko')}」, "
            f"배포판 {data.release_id}.",
            "원자료: 한국산업단지공단, 「국가산업단지 산업동향」, 국가승인통계 제399004호. "
            "가공에 따른 책임은 발행 기관에 있지 않다.",
        ]
    return [
        f"sandan, National Industrial Complexes: Quarterly Bulletin, "
        f"{s.period_short(data.period, 'en')}, release {data.release_id}.",
        "Source data: Korea Industrial Complex Corporation (KICOX), approved statistic no. 399004. "
        "KICOX is not responsible for what was made from them.",
    ]


def _content(
    data: Release, lang: Lang, density: Density, detail: tuple[int, int], shares: Row, movers: Row
) -> Row:
    """Everything the template prints, in one language."""
    tiles, has_sparks = _tiles(data, lang)
    production_q, _ = _changes(data, "production_krw_100m")
    exports_q, _ = _changes(data, "exports_usd_m")
    period = s.period_short(data.period, lang)
    doc_title = f"{_t('doc', lang)}, {period}"
    # Not the day of publication: it is not known yet when the bulletin is made, and a bulletin
    # made again from the published folder must come out the same.
    release_line = f"{_t('release', lang)} {data.release_id}"
    suppressed = [_shorten(name, density.name) for name in _suppressed(data, lang)]
    notes = [
        [
            {
                "heading": _t("suppression", lang),
                "paragraphs": [s.suppression_sentence(suppressed, lang, density.named)],
            },
            {
                "heading": _t("breaks", lang),
                "paragraphs": _break_notes(data, lang, density),
            },
        ],
        [{"heading": _t("sources", lang), "paragraphs": _sources(data, lang, density)}],
        [
            {"heading": _t("cite", lang), "paragraphs": _cite(data, lang)},
            {"heading": _t("trace", lang), "paragraphs": [_t("trace_text", lang)]},
        ],
    ]
    return {
        "lang": lang,
        "doc_title": doc_title,
        "author": "sandan",
        "description": s.headline(
            data.period,
            _total(data, data.period, "production_krw_100m"),
            production_q,
            _total(data, data.period, "exports_usd_m"),
            exports_q,
            lang,
        ),
        "keywords": [data.release_id, data.period],
        "simulated": data.simulated,
        "watermark": charts.WATERMARK,
        "simulated_note": _t("simulated", lang),
        "masthead": {
            "series": _t("series", lang),
            "release": release_line,
            "title": f"{_t('title', lang)}{period}",
        },
        "headline": s.headline(
            data.period,
            _total(data, data.period, "production_krw_100m"),
            production_q,
            _total(data, data.period, "exports_usd_m"),
            exports_q,
            lang,
        ),
        "labels": {"quarter": _t("on_quarter", lang), "year": _t("on_year", lang)},
        "tiles": tiles,
        "has_sparks": has_sparks,
        "developments": {
            "heading": _t("developments", lang),
            "aside": _t("developments_aside", lang)
            + (
                _t("flag_aside", lang)
                if any(isinstance(tile[k], dict) for tile in tiles for k in ("quarter", "year"))
                else ""
            ),
            "rows": _developments(data, lang, *detail),
        },
        "shares": shares,
        "complexes": _complexes(data, lang, density),
        "row_inset": density.row_inset,
        "movers": movers,
        "warnings": _warnings(data, lang, density),
        "notes": notes,
        "footer": f"{doc_title} · {release_line}",
    }


# --- setting -------------------------------------------------------------------------------


@cache
def _font_characters() -> frozenset[int]:
    """The characters of the bundled font, from the format 12 table of its `cmap`."""
    raw = (FONTS / "Pretendard-Regular.otf").read_bytes()
    tables = struct.unpack(">H", raw[4:6])[0]
    characters: set[int] = set()
    for i in range(tables):
        tag, _, offset, _ = struct.unpack(">4sIII", raw[12 + 16 * i : 28 + 16 * i])
        if tag != b"cmap":
            continue
        count = struct.unpack(">H", raw[offset + 2 : offset + 4])[0]
        for k in range(count):
            entry = offset + 4 + 8 * k
            start = offset + struct.unpack(">I", raw[entry + 4 : entry + 8])[0]
            if struct.unpack(">H", raw[start : start + 2])[0] != 12:
                continue
            groups = struct.unpack(">I", raw[start + 12 : start + 16])[0]
            for g in range(groups):
                at = start + 16 + 12 * g
                first, last, _ = struct.unpack(">III", raw[at : at + 12])
                characters.update(range(first, last + 1))
    return frozenset(characters)


def _printable(value: Any) -> Any:
    """Replace characters the font lacks by □ (PDF/UA refuses a glyph that is not there)."""
    known = _font_characters()
    if isinstance(value, str):
        return "".join(c if ord(c) in known or c in "\n\u00a0" else "□" for c in value)
    if isinstance(value, list):
        return [_printable(item) for item in value]
    if isinstance(value, dict):
        return {key: _printable(item) for key, item in value.items()}
    return value


@cache
def _fonts() -> typst.Fonts:
    return typst.Fonts(
        include_system_fonts=False, include_embedded_fonts=False, font_paths=[str(FONTS)]
    )


def _compiler(content: Row) -> typst.Compiler:
    return typst.Compiler(
        input=str(TEMPLATE),
        root=str(HERE),
        font_paths=_fonts(),
        ignore_system_fonts=True,
        sys_inputs={"data": json.dumps(content, ensure_ascii=False)},
    )


def _set_in_type(data: Release, lang: Lang, epoch: int) -> bytes:
    """The PDF in one language: the fullest text of each page that fits on it."""
    shares = _shares(data, lang)
    movers: dict[int, Row] = {}
    level, detail = 0, 0
    while True:
        density = _DENSITIES[level]
        if density.movers not in movers:
            movers[density.movers] = _movers(data, lang, density)
        content = _content(data, lang, density, _DETAILS[detail], shares, movers[density.movers])
        compiler = _compiler(content)
        first_end = int(compiler.query("<first-end>", field="value", one=True))
        last_end = int(compiler.query("<last-end>", field="value", one=True))
        if first_end == 1 and last_end == 2:
            break
        # Page 2 begins after a break of its own, so each page is judged by itself.
        grow_first, grow_second = first_end > 1, last_end - first_end > 1
        if (grow_first and detail + 1 == len(_DETAILS)) or (
            grow_second and level + 1 == len(_DENSITIES)
        ):
            raise BulletinError(f"{lang}: the bulletin does not fit two pages however short")
        detail += grow_first
        level += grow_second
    try:
        pdf = compiler.compile(format="pdf", pdf_standards=["ua-1"], timestamp=epoch)
    except typst.TypstError as error:
        if "could not be displayed" not in str(error):
            raise BulletinError(f"{lang}: {error}") from error
        pdf = _compiler(_printable(content)).compile(
            format="pdf", pdf_standards=["ua-1"], timestamp=epoch
        )
    if not isinstance(pdf, bytes):
        raise BulletinError(f"{lang}: typst returned no document")
    return pdf


def render_bulletin(
    release_dir: Path,
    out_dir: Path,
    *,
    languages: Sequence[Lang] = ("ko", "en"),
    source_date_epoch: int | None = None,
) -> list[Path]:
    """Write `bulletin_<language>.pdf` for a release folder and return the paths, in order.

    `release_dir` holds `marts/*.parquet`, `release.json` (without `files` yet) and `verdict.json`.
    Each PDF has exactly two A4 pages, conforms to PDF/UA-1 and is byte-identical when rendered
    again: its timestamp is the latest `published_at` of the inputs, or `source_date_epoch`
    (seconds); the release's own day of publication, set later, is not printed. What does not fit is folded, and the page says how much and where it can be read.

    Raises BulletinError where the folder lacks what is needed.
    """
    data = _load(Path(release_dir))
    epoch = _epoch(data.release, data.marts["dim_snapshot"])
    if source_date_epoch is not None:
        epoch = source_date_epoch
    out_dir = Path(out_dir)
    out_dir.mkdir(parents=True, exist_ok=True)
    written: list[Path] = []
    for lang in languages:
        pdf = _set_in_type(data, lang, epoch)
        path = out_dir / f"bulletin_{lang}.pdf"
        path.write_bytes(pdf)
        written.append(path)
    return written
