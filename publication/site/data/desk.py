"""Claims, revisions, quality, all complexes of the country, downloads."""

from __future__ import annotations

import json
from collections import defaultdict
from pathlib import Path
from typing import Any

from publication.definitions import DATABASE
from publication.site.data.reader import Marts, Row

#: Revisions named one by one: the largest of the newest vintage day.
LARGEST = 60


def claims(marts: Marts) -> Row:
    """The content of `data/claims.json`: every claim, and what each definition measures when."""
    if "claim_verdict" not in marts:
        return {"claims": []}
    measured: dict[str, list[Any]] = defaultdict(list)
    for claim, *row in marts.tuples(
        "SELECT claim_id, definition, period, measured_value, coverage, verdict, measured_source, "
        "period_relation, is_simulated FROM claim_check WHERE measured_value IS NOT NULL "
        "ORDER BY claim_id, definition, period, measured_source"
    ):
        measured[claim].append(row)
    found = marts.rows(
        "SELECT v.* EXCLUDE (snapshot_id, file_count) FROM claim_verdict v "
        "LEFT JOIN dim_claim_metric m USING (metric) ORDER BY m.sort_order, v.claim_date, v.claim_id"
    )
    return {
        "columns": ["definition", "period", "value", "coverage", "verdict", "source", "relation", "is_simulated"],
        "claims": [{**claim, "measured": measured[claim["claim_id"]]} for claim in found],
    }  # fmt: skip


def revisions(marts: Marts, period: str) -> Row:
    """The content of `data/revisions.json`: summary statistics, the totals' path, the newest ones."""
    if "revision" not in marts:
        return {"summary": [], "totals": [], "largest": [], "breaks": []}
    # Against a first print alone: where that is not held, a later print is not passed off as one.
    only = "industry_code = '_T' AND size_class = '_T' AND sex = '_T' AND is_from_first_print"
    return {
        "summary": marts.rows(
            "SELECT r.* EXCLUDE (complex_id, freq, is_simulated) FROM revision_summary r "
            "JOIN dim_code k ON k.codelist = 'horizon' AND k.code = r.horizon "
            "WHERE complex_id = '_T' AND freq = 'Q' ORDER BY measure, k.sort_order"
        ),
        "totals": marts.rows(
            "SELECT measure, period, vintage, first_value, value, obs_status, revision_pct, cause "
            f"FROM revision WHERE complex_id = '_T' AND {only} AND period <= $1 "
            "ORDER BY measure, period, vintage",
            [period],
        ),
        "largest": marts.rows(
            "SELECT complex_id, measure, period, vintage, first_value, first_value_status, value, "
            "obs_status, revision, revision_pct, cause FROM revision "
            f"WHERE {only} AND vintage = (SELECT max(vintage) FROM revision WHERE {only}) "
            "ORDER BY abs(revision_pct) DESC NULLS LAST, complex_id, measure, period "
            f"LIMIT {LARGEST}"
        ),
        "breaks": marts.rows("SELECT * FROM series_break ORDER BY effective DESC, break_id")
        if "series_break" in marts
        else [],
    }


def quality(release: Path) -> Row:
    """The content of `data/quality.json`: the verdict of the gate, check by check."""
    verdict: Row = json.loads((release / "verdict.json").read_text(encoding="utf-8"))
    manifest: Row = json.loads((release / "release.json").read_text(encoding="utf-8"))
    keys = (
        "id", "suite_ko", "suite_en", "theme", "severity", "title_ko", "title_en", "reason_ko",
        "reason_en", "action_ko", "action_en", "owner", "expected", "observed", "checked_count",
        "accepted_count", "unexpected_count", "success",
    )  # fmt: skip
    return {
        "verdict": verdict["verdict"],
        "counts": verdict["counts"],
        "checks": [{k: check.get(k) for k in keys} for check in verdict["checks"]],
        "warnings": [
            {language: str(w.get(f"message_{language}") or "") for language in ("ko", "en")}
            for w in manifest.get("warnings") or []
        ],
        "has_report": (release / "quality_report.html").is_file(),
    }


def status(marts: Marts) -> Row:
    """The content of `data/status.json`: every complex of the country in the newest edition."""
    if "complex_status_quarterly" not in marts:
        return {"period": None, "columns": [], "rows": [], "totals": []}
    newest = marts.tuples("SELECT max(period) FROM complex_status_quarterly")[0][0]
    return {
        "period": newest,
        **marts.table(
            "SELECT status_complex_id, name_ko, complex_type, province_ko, province_en, sigungu_ko, "
            "level, is_top_level, complex_id, development_status, designated_area_k_m2, "
            "designated_area_k_m2_status, sold_pct, sold_pct_status, tenant_count, "
            "tenant_count_status, operating_count, operating_count_status, sheet, name_cell "
            "FROM complex_status_quarterly WHERE period = $1 ORDER BY seq, status_complex_id",
            [newest],
        ),
        "totals": marts.rows(
            "SELECT * EXCLUDE (snapshot_id, is_simulated) FROM complex_status_total_quarterly "
            "WHERE period = $1 AND province_code = '_T' ORDER BY complex_type",
            [newest],
        )
        if "complex_status_total_quarterly" in marts
        else [],
    }


def downloads(release: Path, marts: Marts) -> Row:
    """The content of `data/downloads.json`: every file of the release but the site's own.

    Marts carry their row counts. Files written after the site (checksums, signature) are not known
    here; the page says where they lie.
    """
    files = []
    for path in sorted(p for p in release.rglob("*") if p.is_file()):
        name = path.relative_to(release).as_posix()
        if name.startswith("site/"):
            continue
        files.append({"path": name, "bytes": path.stat().st_size})
    manifest = json.loads((release / "release.json").read_text(encoding="utf-8"))
    # The draft manifest is finished after this page is made, and DuckDB lays the same tables out in
    # files of different sizes: of both the page asks the server.
    for file in files:
        if file["path"] in ("release.json", DATABASE):
            file["bytes"] = None
    return {"files": files, "row_counts": manifest.get("row_counts") or {}}
