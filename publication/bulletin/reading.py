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

from publication.bulletin import words as s
from publication.bulletin.words import Lang, Obs
from publication.definitions import Definitions, DefinitionsError, read_definitions

Row = dict[str, Any]

_KST = timezone(timedelta(hours=9))

#: The claim of 2005 (Korea IT Times, 2005-08-01): (metric, stated per cent).
HEADLINE_CLAIMS: tuple[tuple[str, float], ...] = (
    ("national_production_share_pct", 30.0),
    ("national_export_share_pct", 43.0),
)
#: Marts the bulletin cannot do without.
_REQUIRED = ("national_total_quarterly", "complex_quarterly", "dim_complex")
#: Marts without which it says less, with what is read of them (`$period`: the release's own).
_OPTIONAL: dict[str, str] = {
    "industry_quarterly": "",
    "dim_snapshot": "",
    "national_share": "",
    # The two shares that were reported in 2005; every claim has its verdict in `claim_verdict`.
    "claim_check": f"WHERE stated_pct IN ({', '.join(str(pct) for _, pct in HEADLINE_CLAIMS)})",
    "claim_verdict": "",
    "series_break": "",
    "revision_summary": "WHERE freq = 'Q' AND (complex_id = '_T' OR horizon = 'latest')",
    "growth_quarterly": "WHERE period = $period OR (complex_id = '_T' AND industry_code = '_T')",
    "cluster_kpi": "WHERE period = $period AND size_class = '_T'",
    # Only against a first print that is held; which are, the triangle tells (three years are shown).
    "revision": "WHERE freq = 'Q' AND industry_code = '_T' AND size_class = '_T' AND sex = '_T' "
    "AND is_from_first_print",
    "revision_triangle": "WHERE freq = 'Q' AND left(period, 4)::INT >= left($period, 4)::INT - 2",
    "seasonal_adjusted": "WHERE status = 'adjusted'",
    "seasonal_diagnostics": "",
}

#: Of marts with many rows, what is read.
_COLUMNS = {"revision_triangle": "complex_id, measure, period"}


class BulletinError(RuntimeError):
    """The release folder cannot be turned into a bulletin; the message says what is wrong."""


def _rows(cursor: Any) -> list[Row]:
    """What a query found, NaN as None: neither is a figure."""
    names = [column[0] for column in cursor.description or []]
    floats = [
        column[0] for column in cursor.description or [] if str(column[1]) in ("DOUBLE", "FLOAT")
    ]
    rows = [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
    for name in floats:
        for row in rows:
            if row[name] is not None and math.isnan(row[name]):
                row[name] = None
    return rows


def _read_marts(release_dir: Path, period: str) -> dict[str, list[Row]]:
    import duckdb

    marts: dict[str, list[Row]] = {}
    # A few thousand rows: more threads than one cost more than they save.
    with duckdb.connect(":memory:", config={"threads": 1}) as connection:
        for name in (*_REQUIRED, *_OPTIONAL):
            path = release_dir / "marts" / f"{name}.parquet"
            if not path.is_file():
                if name in _REQUIRED:
                    raise BulletinError(f"{path}: the release has no mart {name}")
                marts[name] = []
                continue
            columns = _COLUMNS.get(name, "*")
            query = f"SELECT {columns} FROM read_parquet($path) {_OPTIONAL.get(name, '')}"
            values = {"path": str(path)} | ({"period": period} if "$period" in query else {})
            marts[name] = _rows(connection.execute(query, values))
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


def source(row: Row, lang: Lang) -> str:
    """Where a register has it from, in the language; a title is the same in both."""
    return str((row.get("source_ko") if lang == "ko" else None) or row.get("source") or "")


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


_SHARE_OF = {
    "ko": re.compile(r"국가산업단지가 (.+)에서 차지하는 비중"),
    "en": re.compile(r"Share of the complexes in (.+)"),
}


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
    definitions: Definitions
    growths: dict[tuple[str, str, str, str, str], Row]
    #: (complex, measure, quarter) whose first print is held: one of the quarter's own edition.
    first_prints: frozenset[tuple[str, str, str]]

    def name(self, complex_id: str | None, lang: Lang) -> str:
        """A complex's name in the language, else the Korean one, else its id."""
        row = self.names.get(complex_id or "", {})
        own = row.get("name_en") if lang == "en" else None
        return str(own or row.get("name_ko") or complex_id or "")

    def measure(self, measure: str, lang: Lang) -> str:
        """A measure's, indicator's or national series' name in the release's definitions."""
        return self.definitions.name_of(measure, lang)

    def unit(self, measure: str, lang: Lang) -> str:
        """The name of the unit in which the marts hold it."""
        return self.definitions.unit_of(measure).name.of(lang)

    def industry(self, code: str, lang: Lang) -> str:
        """An industry's name, else its code."""
        known = self.definitions.industries.get(code)
        return known.name.of(lang) if known else code

    def code_word(self, codelist: str, code: str, lang: Lang) -> str:
        """A code in the words of its list, as they stand within a sentence or a row."""
        word = self.definitions.code_name(codelist, code, lang)
        # A letter that is a name by itself (Q, X-13) keeps its case.
        return word if lang == "ko" or not word[1:2].islower() else word[0].lower() + word[1:]

    def verdict_word(self, verdict: str, lang: Lang) -> str:
        """A verdict on a claim in words, as the code list has it."""
        return self.code_word("verdict", verdict, lang)

    def share_of(self, metric: str, lang: Lang) -> str:
        """What a metric of claims is a share of, out of its name in `dim_claim_metric`."""
        known = self.definitions.metrics.get(metric)
        name = known.name.of(lang) if known else metric
        found = _SHARE_OF[lang].fullmatch(name)
        return found.group(1) if found else name

    def growth(
        self,
        measure: str,
        comparison: str,
        *,
        complex_id: str = "_T",
        industry: str = "_T",
        period: str | None = None,
    ) -> Row:
        """A row of `growth_quarterly` (`comparison`: qoq, yoy); empty where there is none."""
        key = (complex_id, industry, measure, comparison, period or self.period)
        return self.growths.get(key, {})


def load(release_dir: Path) -> Release:
    """Read a release folder; BulletinError where a part is missing."""
    release = _read_json(release_dir / "release.json")
    verdict = _read_json(release_dir / "verdict.json")
    period = release.get("period")
    if not isinstance(period, str):
        raise BulletinError(f"{release_dir / 'release.json'}: no period")
    marts = _read_marts(release_dir, period)
    try:
        definitions = read_definitions(release_dir, with_tables=False)
    except DefinitionsError as error:
        raise BulletinError(str(error)) from error
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
        definitions=definitions,
        growths={
            (
                row["complex_id"],
                row["industry_code"],
                row["measure"],
                row["comparison"],
                row["period"],
            ): row
            for row in marts["growth_quarterly"]
        },
        first_prints=frozenset(
            (row["complex_id"], row["measure"], row["period"]) for row in marts["revision_triangle"]
        ),
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
    """Contribution of each complex to quarterly growth of total production, % points.

    From `growth_quarterly`: 100 × (production − production of the quarter before) / total of the
    quarter before; a complex that joined counts from zero, one that left to zero. Largest first.
    """
    found = [
        (complex_id, float(row["contribution_pp"]))
        for (complex_id, industry, measure, comparison, period), row in data.growths.items()
        if complex_id != "_T"
        and (industry, measure, comparison, period)
        == ("_T", "production_krw_100m", "qoq", data.period)
        and row["contribution_pp"] is not None
    ]
    return sorted(found, key=lambda item: (-item[1], item[0]))
