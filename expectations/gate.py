"""The gate: judge a candidate by the suites and write the verdict that publication obeys.

DuckDB gathers what each check looks at and folds it to a small profile; Great Expectations judges the
profile or the mart; the worst cells are kept as evidence. Memory follows the number of publications,
not the number of facts.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any, Literal

import duckdb

from expectations import last_release as against
from expectations import row_counts
from expectations.accepted import Accepted, Ledger, load_accepted
from expectations.checks import Bench
from expectations.disclosure_audit import attach_audit
from expectations.evidence import Names
from expectations.judge import ENGINE, Judge
from expectations.suite import HERE, Check, Suite, load_roles, load_suites
from expectations.views import opened

__all__ = [
    "Accepted",
    "Check",
    "Suite",
    "first_failed",
    "load_accepted",
    "load_suites",
    "rules_fingerprint",
    "run_gate",
    "summary",
    "write_verdict",
]


def run_gate(
    *,
    candidate: Path,
    build_id: str,
    period: str,
    is_simulated: bool,
    today: date,
    suites: list[Suite] | None = None,
    accepted: list[Accepted] | None = None,
    last_release: Path | None = None,
    keys: Mapping[str, Sequence[str]] | None = None,
    counts: Path = row_counts.ROW_COUNTS,
) -> dict[str, Any]:
    """Run every check on a candidate and return the verdict (the content of verdict.json).

    A failed critical check makes the verdict `stop`, a failed warning `pass_with_warnings`.
    A check that cannot run counts as failed with its own severity: it never passes by accident.

    Args:
        candidate: the database to judge, opened read-only; profiles lie beside it.
        build_id: the build it belongs to.
        period: the release's quarter.
        is_simulated: whether the inputs are simulated.
        today: the day that accepted exceptions are held against.
        suites, accepted: other checks and exceptions, for tests.
        last_release: folder of the release that readers see; None for the first, and where one of the
            two is simulated and the other not.
        keys: the columns of each mart's key; default: the primary keys that the candidate enforces.
        counts: the file of row counts.

    Raises:
        ValueError: suites, exceptions, roles, row counts or the audit of disclosure are not valid.
        duckdb.Error: the candidate cannot be opened.
    """
    suites = load_suites() if suites is None else suites
    accepted = load_accepted() if accepted is None else accepted
    judge = Judge()
    ledger = Ledger(
        accepted,
        today,
        is_simulated=is_simulated,
        period=period,
        closed={
            check.id
            for suite in suites
            if suite.theme == "confidentiality"
            for check in suite.checks
            if check.severity == "critical"
        },
    )
    results: list[dict[str, Any]] = []
    with opened(candidate, period, last_release) as connection:
        attach_audit(connection, candidate)
        keys = primary_keys(connection) if keys is None else keys
        row_counts.load(connection, is_simulated=is_simulated, path=counts)
        comparison_error = None
        since: dict[str, Any] | None = None
        if last_release is not None:
            try:
                against.compare(connection, keys)
                since = against.told(connection, last_release.name)
            except duckdb.Error as error:  # the checks that need it fail and say why
                comparison_error = error
        bench = Bench(
            connection=connection,
            judge=judge,
            names=Names.of(connection),
            ledger=ledger,
            keys=keys,
            folder=candidate.parent,
            has_last_release=last_release is not None,
            comparison_error=comparison_error,
        )
        for suite in suites:
            results += [_told(suite, check, bench.run(check)) for check in suite.checks]
    checks = [check for suite in suites for check in suite.checks]
    results += [
        _with_role(result)
        for result in ledger.account(
            {c.id for c in checks},
            {c.id for c in checks if c.rows is not None or c.mart is not None},
        )
    ]
    critical = sum(not r["success"] and r["severity"] == "critical" for r in results)
    warning = sum(not r["success"] and r["severity"] == "warning" for r in results)
    return {
        "build_id": build_id,
        "period": period,
        "verdict": "stop" if critical else "pass_with_warnings" if warning else "pass",
        "is_simulated": is_simulated,
        "engine": f"{ENGINE} {judge.version}",
        "rules": rules_fingerprint(),
        # The day on which the first of the exceptions that it rests on ends.
        "holds_until": holds_until.isoformat() if (holds_until := ledger.holds_until()) else None,
        "last_release": last_release.name if last_release else None,
        "since_last_release": since,
        "counts": {
            "passed": sum(r["success"] for r in results),
            "warning": warning,
            "critical": critical,
        },
        "checks": results,
    }


def rules_fingerprint() -> str:
    """First 12 hex digits over what people decide here: suites, exceptions, roles, row counts.

    A verdict given by other rules is no verdict on a candidate of today.
    """
    digest = hashlib.sha256()
    for path in sorted([*HERE.rglob("*.yml"), row_counts.ROW_COUNTS]):
        if path.exists():
            digest.update(path.name.encode() + path.read_bytes())
    return digest.hexdigest()[:12]


def primary_keys(connection: duckdb.DuckDBPyConnection) -> dict[str, list[str]]:
    """The primary keys that the candidate's marts enforce, by mart."""
    return {
        mart: list(columns)
        for mart, columns in connection.execute(
            "SELECT table_name, constraint_column_names FROM duckdb_constraints() "
            "WHERE database_name = 'candidate' AND schema_name = 'main' "
            "AND constraint_type = 'PRIMARY KEY' ORDER BY 1"
        ).fetchall()
    }


def _told(suite: Suite, check: Check, result: dict[str, Any]) -> dict[str, Any]:
    return _with_role(
        {
            "id": check.id,
            "suite": suite.suite,
            "suite_ko": suite.title.ko,
            "suite_en": suite.title.en,
            "theme": suite.theme,
            "gsbpm": suite.gsbpm,
            "severity": check.severity,
            "title_ko": check.title.ko,
            "title_en": check.title.en,
            "reason_ko": check.reason.ko,
            "reason_en": check.reason.en,
            "action_ko": check.action.ko,
            "action_en": check.action.en,
            "owner": check.owner or suite.owner,
            **result,
        }
    )


def _with_role(result: dict[str, Any]) -> dict[str, Any]:
    role = load_roles()[result["owner"]]
    return {**result, "owner_ko": role.title.ko, "owner_en": role.title.en}


def write_verdict(verdict: dict[str, Any], path: Path) -> None:
    """Write verdict.json."""
    text = json.dumps(verdict, ensure_ascii=False, indent=1, default=str) + "\n"
    path.write_text(text, encoding="utf-8")


def first_failed(verdict: dict[str, Any]) -> dict[str, Any] | None:
    """The first critical check that failed. One that names a cell comes before those that speak of sums,
    because what is wrong in a cell is wrong in its sums; a check that could not run comes last, because it
    may have failed for the same cause."""
    failed = [c for c in verdict["checks"] if not c["success"] and c["severity"] == "critical"]

    def distance(check: dict[str, Any]) -> tuple[bool, bool]:
        names_a_cell = any(f.get("cell") for f in check["failures"] if f)
        return check["expectation"] == "the check runs", not names_a_cell

    return min(failed, key=distance, default=None)


def summary(verdict: dict[str, Any], language: Literal["ko", "en"] = "en") -> list[str]:
    """The three lines that matter: the verdict, the first failed critical check, what to do."""
    counts = verdict["counts"]
    head = {
        "en": f"{verdict['build_id']}: {verdict['verdict']}, {counts['critical']} critical and "
        f"{counts['warning']} warning checks failed, {counts['passed']} passed",
        "ko": f"{verdict['build_id']}: {verdict['verdict']}, 중대 {counts['critical']}건·경고 "
        f"{counts['warning']}건 실패, 통과 {counts['passed']}건",
    }[language]
    first = first_failed(verdict)
    if first is None:
        return [head]
    message = next(
        (f[f"message_{language}"] for f in first["failures"] if f), first[f"title_{language}"]
    )
    action = first[f"action_{language}"]
    if first.get(f"owner_{language}"):
        action = f"{action} ({first[f'owner_{language}']})"
    return [head, message, action]
