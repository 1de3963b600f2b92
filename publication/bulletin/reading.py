"""Reading a release folder: the marts, the totals, who is suppressed, where series break."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

from publication.bulletin import sentences as s
from publication.bulletin.sentences import Lang, Obs

Row = dict[str, Any]

_KST = timezone(timedelta(hours=9))

#: Marts the bulletin cannot do without, and those without which it says less.
_REQUIRED = ("national_total_quarterly", "complex_quarterly", "dim_complex")
_OPTIONAL = ("industry_quarterly", "dim_industry", "national_share", "claim_check", "dim_snapshot")


class BulletinError(RuntimeError):
    """The release folder cannot be turned into a bulletin; the message says what is wrong."""


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


def as_date(value: Any) -> date | None:
    """A date out of a DATE, TIMESTAMP or ISO string; times with a zone are read in Korea's."""
    if isinstance(value, datetime):
        return (value.astimezone(_KST) if value.tzinfo else value).date()
    if isinstance(value, date):
        return value
    if isinstance(value, str) and value:
        try:
            return as_date(datetime.fromisoformat(value))
        except ValueError:
            return None
    return None


def epoch(release: Mapping[str, Any], snapshots: Sequence[Row]) -> int:
    """Seconds of the latest publication date among the inputs, for the PDF's timestamp."""
    inputs = release.get("inputs")
    rows: list[Any] = list(inputs) if isinstance(inputs, list) else []
    dates = [
        found
        for row in [*rows, *snapshots]
        if isinstance(row, dict) and (found := as_date(row.get("published_at")))
    ]
    if not dates:
        return 0
    latest = max(dates)
    return int(datetime(latest.year, latest.month, latest.day, tzinfo=UTC).timestamp())


def obs(row: Row | None, measure: str) -> Obs:
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


def load(release_dir: Path) -> Release:
    """Read a release folder; BulletinError where a part is missing."""
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


def total(data: Release, period: str | None, measure: str) -> Obs:
    """A measure of the publisher's total for a period."""
    return obs(data.totals.get(period or ""), measure)


def changes(data: Release, measure: str, *, points: bool = False) -> tuple[s.Change, s.Change]:
    """Movement of a total on the quarter and on the year, each only from two normal values."""
    now = total(data, data.period, measure)
    return (
        s.compare(now, total(data, data.previous, measure), points=points),
        s.compare(now, total(data, data.year_ago, measure), points=points),
    )


# --- coverage and breaks -------------------------------------------------------------------

_PERIOD_IN_TEXT = re.compile(r"\b(\d{4})-(Q[1-4]|0[1-9]|1[0-2])\b")


def quarter_of(period: str) -> str:
    """A month's quarter, so that breaks dated by month compare with quarters."""
    found = re.fullmatch(r"(\d{4})-(\d{2})", period)
    if not found:
        return period
    return f"{found.group(1)}-Q{(int(found.group(2)) + 2) // 3}"


def within(period: Any, after: str | None, until: str) -> bool:
    """Is a break at `period` inside the comparison of `after` with `until`?"""
    if not isinstance(period, str) or not period or after is None:
        return False
    return after < quarter_of(period) <= until


def breaks_of(row: Row, lang: Lang) -> list[tuple[str, str]]:
    """The breaks of a complex as (quarter, words); breaks_ko and breaks_en hold dated items."""
    text = row.get(f"breaks_{lang}") or row.get("breaks_ko")
    if not isinstance(text, str):
        return []
    items = []
    for item in re.split(r"\s*\|\s*", text):
        if found := _PERIOD_IN_TEXT.search(item):
            items.append((quarter_of(found.group(0)), item.strip()))
    return items


def entered(data: Release, after: str | None, lang: Lang) -> list[tuple[str, str]]:
    """Complexes first published inside the comparison window, as (name, period)."""
    return [
        (data.name(cid, lang), row["published_from"])
        for cid, row in sorted(data.names.items())
        if within(row.get("published_from"), after, data.period)
    ]


def left(data: Release, base: str | None, lang: Lang) -> list[str]:
    """Complexes with figures for the base but none now, whose publication has ended."""
    now, then = data.complexes.get(data.period, {}), data.complexes.get(base or "", {})
    return [
        data.name(cid, lang)
        for cid, row in sorted(data.names.items())
        if row.get("published_until") and cid in then and cid not in now
    ]


def total_is_broken(data: Release, base: str | None) -> bool:
    """Did the coverage of the total change between `base` and the period?"""
    return bool(entered(data, base, "ko") or left(data, base, "ko")) or any(
        within(when, base, data.period) for when, _ in breaks_of(data.names.get("_T", {}), "ko")
    )


def complex_is_broken(data: Release, complex_id: str, base: str | None) -> bool:
    """Does a break of the complex lie between `base` and the period?"""
    row = data.names.get(complex_id, {})
    return within(row.get("published_from"), base, data.period) or any(
        within(when, base, data.period) for when, _ in breaks_of(row, "ko")
    )


# --- complexes compared ---------------------------------------------------------------------


def ranked(data: Release) -> list[str]:
    """Complexes of the period by production; those without a value follow, by tenants."""
    rows = data.complexes.get(data.period, {})

    def key(complex_id: str) -> tuple[bool, float, float, str]:
        production = obs(rows[complex_id], "production_krw_100m").ok
        tenants = obs(rows[complex_id], "tenant_count").ok
        return (production is None, -(production or 0.0), -(tenants or 0.0), complex_id)

    return sorted(rows, key=key)


def contributions(data: Release) -> list[tuple[str, float]]:
    """Contribution of each complex to growth of total production on the quarter, % points.

    100 × (production − production of the quarter before) / total of the quarter before, for
    complexes with status A in both quarters; largest first.
    """
    base = total(data, data.previous, "production_krw_100m").ok
    if not base or total(data, data.period, "production_krw_100m").ok is None:
        return []
    now = data.complexes.get(data.period, {})
    then = data.complexes.get(data.previous or "", {})
    found = []
    for complex_id, row in now.items():
        current = obs(row, "production_krw_100m").ok
        before = obs(then.get(complex_id), "production_krw_100m").ok
        if current is not None and before is not None:
            found.append((complex_id, 100.0 * (current - before) / base))
    return sorted(found, key=lambda item: (-item[1], item[0]))
