"""Small releases for the bulletin and the workbook: four complexes, two industries, some history."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from tests.unit.small_release import make_release

Row = dict[str, Any]

PERIOD = "2026-Q1"
MEASURES = (
    "tenant_count",
    "operating_count",
    "production_krw_100m",
    "exports_usd_m",
    "employment_count",
    "employment_women_count",
    "utilization_pct",
)
GROWN = ("production_krw_100m", "exports_usd_m", "employment_count", "tenant_count")
METRICS = {"national_production_share_pct": 30.0, "national_export_share_pct": 43.0}
QUARTERS = ("2024-Q4", "2025-Q1", "2025-Q2", "2025-Q3", "2025-Q4", PERIOD)
SUPPRESSED = ("production_krw_100m", "exports_usd_m", "employment_count", "utilization_pct")


def row(period: str, complex_id: str | None = None, **values: float | str | None) -> Row:
    """A line of a quarterly mart: a number, 'X' for suppressed, None for missing."""
    out: Row = {"period": period}
    if complex_id is not None:
        out["complex_id"] = complex_id
    for measure in MEASURES:
        value = values.get(measure)
        out[measure] = None if isinstance(value, str) else value
        out[f"{measure}_status"] = "Q" if value == "X" else ("O" if value is None else "A")
    return out


def line(scale: float, **other: float | str | None) -> dict[str, float | str | None]:
    """Plausible values of every measure; 100 is the total of 2026-Q1."""
    values: dict[str, float | str | None] = {
        "tenant_count": round(652.09 * scale),
        "operating_count": round(600.74 * scale),
        "production_krw_100m": 17_679.8624 * scale,
        "exports_usd_m": 506.6401 * scale,
        "employment_count": round(9_848.29 * scale),
        "employment_women_count": round(1_977.08 * scale),
        "utilization_pct": 82.7495,
    }
    return values | other


def hidden() -> dict[str, float | str | None]:
    """A suppressed complex: firms are counted, everything else is X."""
    return {"tenant_count": 3.0, "operating_count": 3.0} | dict.fromkeys(SUPPRESSED, "X")


def totals() -> list[Row]:
    """Six quarters of the publisher's totals."""
    scales = (93.0, 97.0, 96.1, 99.2, 94.65, 100.0)
    rates = (84.2, 84.0, 83.1, 81.9, 81.4, 82.7495)
    return [
        # Each measure moves in its own way, so that none passes for another.
        row(
            period,
            **line(
                scale,
                utilization_pct=rate,
                exports_usd_m=506.6401 * scale * (1 - 0.011 * (5 - i)),
                employment_count=round(9_848.29 * (scale + 300) / 4),
                tenant_count=round(652.09 * (scale + 900) / 10),
            ),
        )
        for i, (period, scale, rate) in enumerate(zip(QUARTERS, scales, rates, strict=True))
    ]


def complexes() -> list[Row]:
    """Onsan rises, Changwon falls, Jinhae is suppressed, Anjeong exports nothing."""
    found = []
    for period, onsan, changwon in (
        ("2025-Q1", 10.0, 8.5),
        ("2025-Q4", 11.0, 9.0),
        (PERIOD, 12.0, 8.0),
    ):
        found += [
            row(period, "onsan", **line(onsan)),
            row(period, "changwon", **line(changwon, utilization_pct=onsan + 70)),
            row(period, "jinhae", **hidden()),
            row(period, "anjeong", **line(0.1, exports_usd_m=0.0)),
        ]
    return found


def industries() -> list[Row]:
    """Steel and machinery of two quarters, and the firms and jobs of non-manufacturing."""
    found = []
    for period, steel, machinery in (("2025-Q1", 58.0, 39.0), ("2025-Q4", 55.0, 39.65), (PERIOD, 60.0, 40.0)):  # fmt: skip
        found += [
            row(period, **line(steel, utilization_pct=80.0)) | {"industry_code": "STEEL"},
            row(period, **line(machinery, utilization_pct=85.5)) | {"industry_code": "MACHINERY"},
            row(period, tenant_count=9.0, employment_count=77.0) | {"industry_code": "NONMFG"},
        ]
    for entry in found:
        entry.pop("employment_women_count")
        entry.pop("employment_women_count_status")
    return found


def growth(
    totals: list[Row], complexes: list[Row], industries: list[Row], period: str = PERIOD
) -> list[Row]:
    """`growth_quarterly` of the totals of every quarter, and of the rest for the period."""
    found = []
    by_period = {r["period"]: r for r in totals}

    def add(
        now: Row, then: Row | None, measure: str, comparison: str, whole: Row | None, key: Row
    ) -> None:
        a, b = now.get(measure), (then or {}).get(measure)
        status = "Q" if now.get(f"{measure}_status") == "Q" else "O"
        known = a is not None and b not in (None, 0.0)
        pct = 100.0 * (a - b) / abs(b) if known else None  # type: ignore[operator]
        base = (whole or {}).get(measure)
        total = key.get("complex_id", "_T") == "_T" and key.get("industry_code", "_T") == "_T"
        found.append(
            key
            | {
                "measure": measure,
                "period": now["period"],
                "comparison": comparison,
                "growth_pct": pct,
                "growth_pct_status": "A" if known else status,
                "growth_lfl_pct": pct - 0.3 if known and total else pct,  # type: ignore[operator]
                "growth_lfl_pct_status": "A" if known else status,
                "matched_complexes": 3 if total else 1,
                "break_ids": "2025-q4-anjeong" if total and comparison == "yoy" else None,
                "contribution_pp": None
                if a is None or b is None or not base
                else 100.0 * (a - b) / base,
            }
        )

    for now in totals:
        for comparison, base in (("qoq", before(now["period"])), ("yoy", year_ago(now["period"]))):
            then = by_period.get(base)
            for measure in GROWN:
                add(
                    now,
                    then,
                    measure,
                    comparison,
                    then,
                    {"complex_id": "_T", "industry_code": "_T"},
                )
    for rows, name, other in (
        (complexes, "complex_id", "industry_code"),
        (industries, "industry_code", "complex_id"),
    ):
        known = {(r[name], r["period"]): r for r in rows}
        for now in rows:
            if now["period"] != period:
                continue
            for comparison, base in (("qoq", before(period)), ("yoy", year_ago(period))):
                for measure in GROWN:
                    then = known.get((now[name], base))
                    key = {name: now[name], other: "_T"}
                    add(now, then, measure, comparison, by_period.get(base), key)
    return found


def before(period: str) -> str:
    year, quarter = int(period[:4]), int(period[-1])
    return f"{year}-Q{quarter - 1}" if quarter > 1 else f"{year - 1}-Q4"


def year_ago(period: str) -> str:
    return f"{int(period[:4]) - 1}{period[4:]}"


def share(metric: str, period: str, pct: float | None, months: int = 12) -> tuple[Row, Row]:
    """A line of `national_share` and its line of `claim_check`."""
    whole = 12 if len(period) == 4 else 3
    stated = METRICS[metric]
    if pct is None:
        verdict = "not_evaluable"
    elif months < whole:
        verdict = "indicative"
    else:
        verdict = "supported" if abs(pct - stated) <= 0.5 else "contradicted"
    common = {
        "metric": metric,
        "definition": "d1",
        "period": period,
        "coverage": f"{months}/{whole}",
    }
    national = common | {
        "share_pct": pct,
        "numerator": None if pct is None else 10.0 * pct,
        "numerator_unit": "백만달러" if "export" in metric else "억원",
        "denominator_unit": "백만달러" if "export" in metric else "억원",
        "months_covered": months,
        "months_in_period": whole,
        "is_preliminary": (metric, period) == ("national_export_share_pct", PERIOD),
    }
    check = common | {
        "claim_id": metric,
        "text": "t",
        "source": "Korea IT Times, 2005-08-01",
        "claim_date": date(2005, 8, 1),
        "stated_pct": stated,
        "tolerance_pp": 0.5,
        "measured_pct": pct,
        "verdict": verdict,
        "reason": None if pct is not None else f"no national denominator for {period}: x",
        "reason_ko": None if pct is not None else f"{period}의 전국 분모 없음",
    }
    return national, check


def shares(period: str = PERIOD) -> tuple[list[Row], list[Row]]:
    """Both shares held in 2001; for the period there is a denominator of exports alone."""
    production, exports = METRICS
    pairs = [
        share(production, "2001", 30.44),
        share(exports, "2001", 42.79),
        share(production, "2005", 34.41, 2),
        share(exports, "2005", 45.72, 2),
        share(production, "2010", 36.94),
        share(exports, "2010", 38.68),
        share(production, "2020", 30.516),
        share(exports, "2022", 27.74),
        share(production, period, None, 3),
        share(exports, period, 24.77, 3),
    ]
    return [a for a, _ in pairs], [b for _, b in pairs]


def snapshot(dataset: str = "kicox__industrial_trend", **other: Any) -> Row:
    return {
        "snapshot_id": f"{dataset}/{PERIOD}/20260529_9f8a31c2",
        "dataset": dataset,
        "period": PERIOD,
        "sha256": "9f8a31c2" + "0" * 56,
        "file_name": "국가산업단지 산업동향.xlsx",
        "published_at": date(2026, 5, 29),
        "published_at_basis": "page",
    } | other


def dataset(publisher: tuple[str, str], title: tuple[str, str], url: str | None = None) -> Row:
    """What a contract says of a dataset, as `release.json` has it."""
    return {
        "publisher": dict(zip(("ko", "en"), publisher, strict=True)),
        "title": dict(zip(("ko", "en"), title, strict=True)),
        "page": url,
        "licence": {"name": "이용허락범위 제한 없음", "url": url},
    }


KICOX = ("한국산업단지공단", "Korea Industrial Complex Corporation")
DATASETS = {
    "customs__exports": dataset(
        ("관세청", "Korea Customs Service"),
        ("수출입총괄", "Exports and imports of the nation"),
        "https://www.data.go.kr/data/15102108/openapi.do",
    ),
    "ecos__exchange_rate": dataset(("한국은행", "Bank of Korea"), ("환율", "Exchange rate")),
    "kicox__industrial_trend": dataset(KICOX, ("산업동향", "Industrial trends")),
    "kicox__industrial_trend_csv": dataset(KICOX, ("산업동향, 단지별 생산", "By complex (CSV)")),
}


def check(title: str, failures: list[Row] | None = None, **other: Any) -> Row:
    return {
        "id": title,
        "suite": "accuracy",
        "severity": "warning",
        "success": failures is None,
        "title_ko": f"{title} 점검",
        "title_en": f"{title} check",
        "unexpected_count": len(failures or []),
        "failures": failures or [],
    } | other


def kpis() -> list[Row]:
    """Indicators of the four complexes; Jinhae's are suppressed."""
    found = []
    for complex_id, scale in (("onsan", 1.0), ("changwon", 0.61), ("anjeong", 0.013)):
        for i, kpi in enumerate(
            ("production_share_pct", "output_per_worker_krw_m", "export_intensity_pct", "hhi_production",
             "krugman_specialisation", "women_share_pct")
        ):  # fmt: skip
            found.append(_kpi(complex_id, kpi, round(12.3456 * scale * (i + 1) ** 2, 4)))
        for code, quotient in (("STEEL", 2.5 * scale), ("MACHINERY", 1.25)):
            found.append(_kpi(complex_id, "location_quotient_employment", quotient, code))
    for kpi in ("production_share_pct", "hhi_production"):
        found.append(_kpi("jinhae", kpi, None))
    found.append(_kpi("jinhae", "location_quotient_employment", None, "STEEL"))
    return found


def _kpi(complex_id: str, kpi: str, value: float | None, industry: str = "_T") -> Row:
    return {
        "complex_id": complex_id,
        "industry_code": industry,
        "size_class": "_T",
        "period": PERIOD,
        "kpi": kpi,
        "value": value,
        "obs_status": "Q" if value is None else "A",
    }


def revisions() -> list[Row]:
    """The quarter before was revised once in total and for Onsan; 2025-Q3 twice."""

    def one(complex_id: str, measure: str, period: str, no: int, first: float, value: float) -> Row:
        return {
            "complex_id": complex_id,
            "measure": measure,
            "period": period,
            "freq": "Q",
            "vintage_no": no,
            "vintage_step": no - 1,
            "first_value": first,
            "first_value_status": "A",
            "value": value,
            "obs_status": "A",
            "revision": value - first,
            "revision_pct": 100.0 * (value - first) / first,
            "cause": "annual_revision" if no > 2 else "correction",
            "is_from_first_print": True,
        }  # fmt: skip

    production = {r["period"]: r["production_krw_100m"] for r in totals()}
    rate = {r["period"]: r["utilization_pct"] for r in totals()}
    return [
        one("_T", "production_krw_100m", "2025-Q3", 2, 1_750_000.0, 1_751_234.5),
        one("_T", "production_krw_100m", "2025-Q3", 3, 1_750_000.0, production["2025-Q3"]),
        one("_T", "production_krw_100m", "2025-Q4", 2, 1_671_111.1, production["2025-Q4"]),
        one("_T", "employment_count", "2025-Q4", 2, 931_000.0, 932_141.0),
        one("_T", "utilization_pct", "2025-Q4", 2, 82.0, rate["2025-Q4"]),
        one("onsan", "exports_usd_m", "2025-Q4", 2, 5_600.25, 5_573.04),
        one("changwon", "production_krw_100m", "2025-Q4", 2, 161_234.5, 159_118.76),
        # shown first, suppressed when it was issued again
        one("jinhae", "production_krw_100m", "2025-Q4", 2, 812.25, 0.0)
        | {"value": None, "obs_status": "Q", "revision": None, "revision_pct": None}
        | {"cause": "suppression"},
    ]


def first_prints(own: list[Row]) -> list[Row]:
    """Rows of `revision_triangle`: the first print of every total in `own` and of the complexes revised."""
    measures = ("production_krw_100m", "exports_usd_m", "employment_count", "tenant_count", "utilization_pct")  # fmt: skip
    keys = {("_T", m, r["period"]) for r in own for m in measures}
    keys |= {(r["complex_id"], m, r["period"]) for r in revisions() for m in measures}
    return [
        dict(zip(("complex_id", "measure", "period"), key, strict=True)) | {"freq": "Q"}
        for key in sorted(keys)
    ]


def statistics() -> list[Row]:
    """Revision statistics of two totals; production is biased."""

    def one(measure: str, horizon: str, mean: float, t: float | None) -> Row:
        return {
            "complex_id": "_T",
            "measure": measure,
            "freq": "Q",
            "horizon": horizon,
            "observations": 9,
            "revised": 7,
            "mean_revision": mean,
            "mean_absolute_revision": abs(mean) * 1.5,
            "relative_mar_pct": 0.123,
            "bias_t": t,
            "growth_pairs": 8,
            "sign_changes": 2,
        }  # fmt: skip

    return [
        one("production_krw_100m", "90d", -1035.6, -1.73),
        one("production_krw_100m", "latest", -2102.7, -2.61),
        one("employment_count", "latest", 65.25, 0.74),
        one("production_krw_100m", "latest", -211.5, 0.3)
        | {"complex_id": "changwon", "relative_mar_pct": 1.31},
        one("production_krw_100m", "latest", 11.5, 0.3)
        | {"complex_id": "jinhae", "relative_mar_pct": 2.31},
        one("production_krw_100m", "latest", 211.5, 0.3)
        | {"complex_id": "onsan", "relative_mar_pct": 0.42},
    ]


def seasonal() -> tuple[list[Row], list[Row]]:
    """The nation's exports by month; production of the total by quarter and by month, as one name
    may have both; of the large complexes one adjusted, one not."""

    def adjusted(complex_id: str, measure: str, periods: list[str], level: float) -> list[Row]:
        return [
            {
                "series_id": f"{complex_id}.{measure}.{'Q' if 'Q' in period else 'M'}",
                "complex_id": complex_id,
                "measure": measure,
                "freq": "Q" if "Q" in period else "M",
                "period": period,
                "original": level + 0.0053 * level * i + (i % 3) * 0.021 * level,
                "seasonally_adjusted": 1.016 * level + 0.0055 * level * i,
                "status": "adjusted",
            }
            for i, period in enumerate(periods)
        ]

    months = [f"{2023 + (i + 6) // 12}-{(i + 6) % 12 + 1:02d}" for i in range(33)]
    series = [
        *adjusted("KR", "national_exports", months, 55_000.0),
        *adjusted("_T", "production_krw_100m", list(QUARTERS), 1_650_000.0),
        *adjusted("_T", "production_krw_100m", months[:9], 540_000.0),
        *adjusted("onsan", "production_krw_100m", list(QUARTERS), 190_000.0),
    ]
    keys = sorted({(r["series_id"], r["complex_id"], r["measure"], r["freq"]) for r in series})
    names = ("series_id", "complex_id", "measure", "freq")
    tested: list[Row] = [
        dict(zip(names, key, strict=True)) | {"status": "adjusted"} for key in keys
    ]
    for complex_id, measure, reason, ko, en in (
        ("changwon", "production_krw_100m", "not_seasonal", "계절성이 없음(M7 = 1.3)", "none (M7 = 1.3)"),
        ("changwon", "exports_usd_m", "not_seasonal", "계절성이 없음(M7 = 2.1)", "none (M7 = 2.1)"),
        ("onsan", "exports_usd_m", "too_short", "6개 시점, 최소 20개 필요", "6 periods; at least 20"),
    ):  # fmt: skip
        tested.append(
            {
                "series_id": f"{complex_id}.{measure}.Q",
                "complex_id": complex_id,
                "measure": measure,
                "freq": "Q",
                "status": "not_adjusted",
                "reason": reason,
                "reason_ko": ko,
                "reason_en": en,
            }
        )
    return series, tested


def facts(**other: Any) -> dict[str, list[Row]]:
    """Every mart of the default release; `other` replaces whole marts."""
    own_totals = other.get("national_total_quarterly", totals())
    own_complexes = other.get("complex_quarterly", complexes())
    own_industries = other.get("industry_quarterly", industries())
    national, claims = shares()
    series, tested = seasonal()
    found: dict[str, list[Row]] = {
        "national_total_quarterly": own_totals,
        "complex_quarterly": own_complexes,
        "industry_quarterly": own_industries,
        "growth_quarterly": growth(own_totals, own_complexes, own_industries),
        "national_share": national,
        "claim_check": claims,
        "claim_verdict": [
            {
                "claim_id": "a",
                "text": "30 percent of national production",
                "source": "Korea IT Times",
                "claim_date": date(2005, 8, 1),
                "verdict": "indicative",
                "verdict_period": "2005",
                "last_held_period": "2020",
                "metric": "national_production_share_pct",
                "last_held_definition": "manufacturing_output",
            },
            {
                "claim_id": "b",
                "text": "2020년 국가산업단지 고용 969,712명",
                "source": "parliamentary audit data of 2021",
                "source_ko": "국정감사 자료, 2021",
                "claim_date": date(2021, 9, 30),
                "verdict": "disputed",
                "verdict_period": "2020",
                "last_held_period": None,
                "metric": "kicox_employment_count",
            },
        ],
        "dim_snapshot": [
            snapshot(),
            snapshot("kicox__industrial_trend_csv", file_name="단지별 생산.csv"),
            snapshot("customs__exports", period="2026", file_name="customs_2026.zip"),
            snapshot("customs__exports", period="2025", snapshot_id="e/2025", file_name="old.zip"),
            snapshot("ecos__exchange_rate", period="2025", file_name="rate_2025.zip"),
        ],
        "cluster_kpi": kpis(),
        "revision": revisions(),
        "revision_summary": statistics(),
        "revision_triangle": first_prints(totals()),
        "seasonal_adjusted": series,
        "seasonal_diagnostics": tested,
        "series_break": [
            {
                "break_id": "2025-q4-anjeong",
                "effective": "2025-Q4",
                "quarter": "2025-Q4",
                "complex_id": "anjeong",
                "what_ko": "안정 추가",
                "what_en": "Anjeong added",
                "kind": "coverage_in",
                "source": "Survey notes, row 44",
                "source_ko": "조사 개요 44행",
            }
        ],
    }
    return found | other


def build(
    folder: Path,
    *,
    simulated: bool = False,
    checks: list[Row] | None = None,
    names: Mapping[str, tuple[str, str | None]] | None = None,
    warnings: list[Row] | None = None,
    published_at: str | None = None,
    marts: Mapping[str, list[Row]] | None = None,
) -> Path:
    """A release folder; `names` renames complexes, `marts` replaces whole marts."""
    given = facts(**(marts or {}))
    # These two marts are made by the seasonal step, not by dbt.
    seasonal_marts = {
        name: given.pop(name) for name in ("seasonal_adjusted", "seasonal_diagnostics")
    }
    root = make_release(folder, given, is_simulated=simulated)
    for name, rows in seasonal_marts.items():
        if rows:
            columns = list(dict.fromkeys(key for row in rows for key in row))
            full = [{key: row.get(key) for key in columns} for row in rows]
            pq.write_table(pa.Table.from_pylist(full), root / "marts" / f"{name}.parquet")
    if names:
        _rename(root, names)
    verdict = json.loads((root / "verdict.json").read_text(encoding="utf-8"))
    verdict["checks"] = [check("A")] if checks is None else checks
    (root / "verdict.json").write_text(json.dumps(verdict, ensure_ascii=False), encoding="utf-8")
    release = json.loads((root / "release.json").read_text(encoding="utf-8"))
    release |= {"warnings": warnings or [], "published_at": published_at}
    release |= {"datasets": DATASETS, "inputs": [
        {key: row[key] for key in ("dataset", "period", "file_name")} for row in given["dim_snapshot"]
    ]}  # fmt: skip
    (root / "release.json").write_text(json.dumps(release, ensure_ascii=False), encoding="utf-8")
    return root


def _rename(root: Path, names: Mapping[str, tuple[str, str | None]]) -> None:
    path = root / "marts" / "dim_complex.parquet"
    with duckdb.connect(":memory:") as connection:
        connection.execute(f"CREATE TABLE dim AS FROM '{path}'")
        for complex_id, (ko, en) in names.items():
            connection.execute(
                "UPDATE dim SET name_ko = ?, name_en = ? WHERE complex_id = ?", [ko, en, complex_id]
            )
        connection.execute(f"COPY (FROM dim ORDER BY complex_id) TO '{path}'")
