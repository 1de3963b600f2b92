"""The gate: judge a candidate by the suites and write the verdict that publication obeys.

DuckDB gathers what each check looks at and folds it to a small profile; Great Expectations
judges the profile or the mart; the worst cells are kept as evidence. Memory follows the number
of publications, not the number of facts.
"""

from __future__ import annotations

import importlib
import json
import math
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Literal

import duckdb
import yaml
from pydantic import BaseModel, ConfigDict, model_validator

from expectations.disclosure_audit import attach_audit

SUITES = Path(__file__).parent / "suites"
ACCEPTED = Path(__file__).parent / "accepted.yml"
ENGINE = "great-expectations"
_MAX_EVIDENCE = 25


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class _Text(_Strict):
    ko: str
    en: str


class Check(_Strict):
    """One check: either `rows` (SQL over the candidate) with a `limit`, or a mart's expectation."""

    id: str
    severity: Literal["critical", "warning"]
    title: _Text
    reason: _Text
    action: _Text
    message: _Text | None = None
    limit: float | None = None
    rows: str | None = None
    mart: str | None = None
    expectation: dict[str, Any] | None = None
    #: What a passing check measured is not told: it would say what suppressed cells hide together.
    confidential: bool = False

    @model_validator(mode="after")
    def _one_kind(self) -> Check:
        if (self.rows is None) == (self.mart is None):
            raise ValueError(f"check {self.id}: give either rows or mart")
        if self.rows is not None and (self.limit is None or self.message is None):
            raise ValueError(f"check {self.id}: rows need a limit and a message")
        if self.mart is not None and self.expectation is None:
            raise ValueError(f"check {self.id}: a mart needs an expectation")
        return self


class Suite(_Strict):
    """Checks of one theme (an ESS quality dimension) that one role owns."""

    suite: str
    title: _Text
    theme: Literal["accuracy", "coherence", "comparability", "completeness", "timeliness"]
    owner: str
    checks: tuple[Check, ...]


class Accepted(_Strict):
    """A cell that fails a check and is true; it fails again by itself after `until`."""

    check: str
    complex_id: str
    measure: str
    period: str
    reason: str
    owner: str
    until: date


@dataclass(frozen=True)
class _Names:
    complexes: dict[str, tuple[str, str]]
    industries: dict[str, tuple[str, str]]
    measures: dict[str, tuple[str, str]]


def load_suites(folder: Path = SUITES) -> list[Suite]:
    """Read the suites.

    Raises:
        ValueError: a suite is not valid or a check's id stands twice.
    """
    suites = []
    seen: set[str] = set()
    for path in sorted(folder.glob("*.yml")):
        try:
            suite = Suite.model_validate(yaml.safe_load(path.read_text(encoding="utf-8")))
        except ValueError as error:
            raise ValueError(f"suite {path.name}: {error}") from error
        for check in suite.checks:
            if check.id in seen:
                raise ValueError(f"suite {path.name}: check {check.id} stands twice")
            seen.add(check.id)
        suites.append(suite)
    return suites


def load_accepted(path: Path = ACCEPTED) -> list[Accepted]:
    """Read the accepted exceptions.

    Raises:
        ValueError: an entry is not whole.
    """
    content = yaml.safe_load(path.read_text(encoding="utf-8")) or {}
    return [Accepted.model_validate(entry) for entry in content.get("accepted") or []]


def run_gate(
    *,
    candidate: Path,
    build_id: str,
    period: str,
    is_simulated: bool,
    today: date,
    suites: list[Suite] | None = None,
    accepted: list[Accepted] | None = None,
) -> dict[str, Any]:
    """Run every check on a candidate and return the verdict (the content of verdict.json).

    A failed critical check makes the verdict `stop`, a failed warning `pass_with_warnings`.
    A check that cannot run counts as failed with its own severity: it never passes by accident.

    Args:
        candidate: the database to judge, opened read-only.
        build_id: the build it belongs to.
        period: the release's quarter.
        is_simulated: whether the inputs are simulated.
        today: the day that accepted exceptions are held against.
        suites, accepted: other checks and exceptions, for tests.
    """
    suites = load_suites() if suites is None else suites
    accepted = load_accepted() if accepted is None else accepted
    judge = _Judge()
    results: list[dict[str, Any]] = []
    used: set[int] = set()
    with duckdb.connect() as connection:
        _prepare(connection, candidate, period)
        names = _names(connection)
        for suite in suites:
            for check in suite.checks:
                try:
                    result = (
                        _check_rows(connection, judge, check, names, accepted, used, today)
                        if check.rows is not None
                        else _check_mart(connection, judge, check, names)
                    )
                except Exception as error:
                    result = {
                        "success": False,
                        "expected": "the check runs",
                        "observed": f"{type(error).__name__}: {str(error)[:300]}",
                        "unexpected_count": 0,
                        "failures": [
                            {
                                "message_ko": f"검사를 실행하지 못했다: {str(error)[:160]}",
                                "message_en": f"the check could not run: {str(error)[:160]}",
                            }
                        ],
                    }
                results.append(
                    {
                        "id": check.id,
                        "suite": suite.suite,
                        "suite_ko": suite.title.ko,
                        "suite_en": suite.title.en,
                        "theme": suite.theme,
                        "severity": check.severity,
                        "title_ko": check.title.ko,
                        "title_en": check.title.en,
                        "reason_ko": check.reason.ko,
                        "reason_en": check.reason.en,
                        "action_ko": check.action.ko,
                        "action_en": check.action.en,
                        "owner": suite.owner,
                        **result,
                    }
                )
    results.append(_accepted_check(accepted, used, today))
    critical = sum(not r["success"] and r["severity"] == "critical" for r in results)
    warning = sum(not r["success"] and r["severity"] == "warning" for r in results)
    return {
        "build_id": build_id,
        "period": period,
        "verdict": "stop" if critical else "pass_with_warnings" if warning else "pass",
        "is_simulated": is_simulated,
        "engine": f"{ENGINE} {judge.version}",
        "counts": {
            "passed": sum(r["success"] for r in results),
            "warning": warning,
            "critical": critical,
        },
        "checks": results,
    }


def write_verdict(verdict: dict[str, Any], path: Path) -> None:
    """Write verdict.json."""
    text = json.dumps(verdict, ensure_ascii=False, indent=1, default=str) + "\n"
    path.write_text(text, encoding="utf-8")


def summary(verdict: dict[str, Any], language: Literal["ko", "en"] = "en") -> list[str]:
    """The three lines that matter: the verdict, the first failed critical check, what to do."""
    counts = verdict["counts"]
    head = {
        "en": f"{verdict['build_id']}: {verdict['verdict']}, {counts['critical']} critical and "
        f"{counts['warning']} warning checks failed, {counts['passed']} passed",
        "ko": f"{verdict['build_id']}: {verdict['verdict']}, 중대 {counts['critical']}건·경고 "
        f"{counts['warning']}건 실패, 통과 {counts['passed']}건",
    }[language]
    failed = [c for c in verdict["checks"] if not c["success"] and c["severity"] == "critical"]
    if not failed:
        return [head]
    first = failed[0]
    message = next(
        (f[f"message_{language}"] for f in first["failures"] if f), first[f"title_{language}"]
    )
    return [head, message, first[f"action_{language}"]]


class _Judge:
    """Great Expectations, in memory and silent: one small frame, one expectation at a time."""

    def __init__(self) -> None:
        gx = importlib.import_module("great_expectations")
        self.version = gx.__version__
        self._expectations = importlib.import_module("great_expectations.expectations")
        self._context = gx.get_context(mode="ephemeral")
        progress = importlib.import_module("great_expectations.data_context.types.base")
        self._context.variables.progress_bars = progress.ProgressBarsConfig(
            globally=False, metric_calculations=False
        )
        source = self._context.data_sources.add_pandas("candidate")
        self._batch = source.add_dataframe_asset("profile").add_batch_definition_whole_dataframe(
            "all"
        )

    def judge(self, frame: Any, expectation: dict[str, Any], severity: str) -> dict[str, Any]:
        """Validate one frame; returns success and GX's result with the failing row indexes."""
        settings = dict(expectation)
        kind = settings.pop("type")
        name = "".join(word.capitalize() for word in kind.split("_"))
        instance = getattr(self._expectations, name)(severity=severity, **settings)
        batch = self._batch.get_batch(batch_parameters={"dataframe": frame})
        outcome: dict[str, Any] = batch.validate(instance, result_format="COMPLETE").to_json_dict()
        if outcome["exception_info"].get("raised_exception"):
            raise RuntimeError(outcome["exception_info"].get("exception_message"))
        return outcome


def _prepare(connection: duckdb.DuckDBPyConnection, candidate: Path, period: str) -> None:
    """Attach the candidate and make the views that the suites speak of."""
    quoted = str(candidate).replace("'", "''")
    connection.execute(f"ATTACH '{quoted}' AS candidate (READ_ONLY); USE candidate.main")
    connection.execute("SET VARIABLE period = $1", [period])
    attach_audit(connection, candidate)
    connection.execute(
        """
        CREATE TEMP MACRO reldev(a, b) AS
          CASE WHEN a IS NULL OR b IS NULL THEN NULL WHEN a = b THEN 0
               ELSE (a - b) / greatest(abs(a), abs(b)) END;
        CREATE TEMP MACRO quarter_of(p) AS
          CASE WHEN p LIKE '%-Q%' THEN p
               WHEN length(p) = 7 THEN left(p, 4) || '-Q' || ((right(p, 2)::INTEGER + 2) // 3)
               ELSE p || '-Q1' END;
        CREATE TEMP VIEW observations AS
          SELECT f.*, s.dataset, s.period AS publication_period, m.table_no
          FROM fct_observation f JOIN dim_snapshot s USING (snapshot_id)
          JOIN (VALUES ('tenants_by_complex', 1), ('tenants_by_industry', 2),
                       ('operating_by_industry', 3), ('production_by_complex', 4),
                       ('production_by_industry', 5), ('exports_by_complex', 6),
                       ('exports_by_industry', 7), ('employment_by_complex', 8),
                       ('employment_by_industry', 9), ('operating_rate_by_complex', 10),
                       ('operating_rate_by_size', 11), ('operating_rate_by_industry', 12))
            AS m(table_id, table_no) USING (table_id);
        -- every cell of the workbooks
        CREATE TEMP VIEW book AS
          SELECT * FROM observations WHERE dataset NOT LIKE '%_csv';
        -- the newest workbook of the newest period
        CREATE TEMP VIEW newest_book AS
          SELECT snapshot_id, period AS publication_period FROM dim_snapshot
          WHERE dataset = 'kicox__industrial_trend'
          ORDER BY quarter_of(period) DESC, period DESC, published_at DESC, loaded_at DESC,
                   snapshot_id DESC LIMIT 1;
        -- what each period's newest workbook said of its own period
        CREATE TEMP VIEW edition AS
          SELECT * FROM book
          WHERE relation = 'current' AND snapshot_id IN (
            SELECT arg_max(snapshot_id, (published_at, loaded_at, snapshot_id)) FROM dim_snapshot
            WHERE dataset = 'kicox__industrial_trend' GROUP BY period);
        -- one row for each change of a cell's value
        CREATE TEMP VIEW vintages AS
          SELECT * FROM observations
          QUALIFY row_number() OVER (
            PARTITION BY complex_id, industry_code, size_class, sex, measure, period, vintage_no
            ORDER BY published_at, loaded_at, table_no, snapshot_id) = 1;
        """
    )


def _names(connection: duckdb.DuckDBPyConnection) -> _Names:
    def pairs(query: str) -> dict[str, tuple[str, str]]:
        return {k: (ko, en) for k, ko, en in connection.execute(query).fetchall()}

    complexes = pairs("SELECT complex_id, name_ko, name_en FROM dim_complex")
    complexes["_T"] = ("전체 단지", "all complexes")
    industries = pairs("SELECT industry_code, name_ko, name_en FROM dim_industry")
    industries.setdefault("_T", ("전체 업종", "all industries"))
    measures = pairs("SELECT measure, name_ko, name_en FROM dim_measure")
    return _Names(complexes, industries, measures)


def _check_rows(
    connection: duckdb.DuckDBPyConnection,
    judge: _Judge,
    check: Check,
    names: _Names,
    accepted: list[Accepted],
    used: set[int],
    today: date,
) -> dict[str, Any]:
    query = (check.rows or "").replace("$period", "getvariable('period')")
    connection.execute(f"CREATE OR REPLACE TEMP TABLE checked AS {query}")
    limit = float(check.limit or 0.0)
    exempt = [(i, a) for i, a in enumerate(accepted) if a.check == check.id and a.until >= today]
    conditions = "false"
    parameters: list[Any] = []
    for index, entry in exempt:
        matching = connection.execute(
            "SELECT count(*) FROM checked WHERE abs(deviation) > $1 AND complex_id = $2 "
            "AND measure = $3 AND period = $4",
            [limit, entry.complex_id, entry.measure, entry.period],
        ).fetchone()
        if matching and matching[0]:
            used.add(index)
        n = len(parameters)
        conditions += f" OR (complex_id = ${n + 1} AND measure = ${n + 2} AND period = ${n + 3})"
        parameters += [entry.complex_id, entry.measure, entry.period]
    connection.execute(
        f"CREATE OR REPLACE TEMP TABLE judged AS SELECT *, ({conditions}) AS is_accepted FROM checked",
        parameters,
    )
    profile = connection.execute(
        "SELECT coalesce(snapshot_id, '') AS snapshot_id, count(*) AS checked_count, "
        "count(*) FILTER (is_accepted) AS accepted_count, "
        "coalesce(max(abs(deviation)) FILTER (NOT is_accepted), 0)::DOUBLE AS largest_deviation, "
        f"count(*) FILTER (abs(deviation) > {limit!r} AND NOT is_accepted) AS beyond_count "
        "FROM judged GROUP BY ALL ORDER BY ALL"
    ).df()
    expectation = {
        "type": "expect_column_values_to_be_between",
        "column": "largest_deviation",
        "min_value": 0.0,
        "max_value": limit,
    }
    outcome = judge.judge(profile, expectation, check.severity)
    success = bool(outcome["success"])
    failures = [] if success else list(_evidence(connection, check, names, limit))
    return {
        "expectation": expectation["type"],
        "expected": f"largest deviation <= {limit:g}",
        "observed": "within the limit (not told: it is what suppressed cells hide together)"
        if check.confidential and success
        else f"{profile['largest_deviation'].max() if len(profile) else 0:.6g}",
        "checked_count": int(profile["checked_count"].sum()) if len(profile) else 0,
        "accepted_count": int(profile["accepted_count"].sum()) if len(profile) else 0,
        "unexpected_count": int(profile["beyond_count"].sum()) if len(profile) else 0,
        "success": success,
        "failures": failures,
    }


def _evidence(
    connection: duckdb.DuckDBPyConnection, check: Check, names: _Names, limit: float
) -> Iterator[dict[str, Any]]:
    """The cells beyond the limit, worst first, each with its sentence in both languages."""
    cursor = connection.execute(
        f"SELECT * FROM judged WHERE abs(deviation) > {limit!r} AND NOT is_accepted "
        f"ORDER BY abs(deviation) DESC, period DESC, complex_id, measure LIMIT {_MAX_EVIDENCE}"
    )
    columns = [d[0] for d in cursor.description or []]
    for values in cursor.fetchall():
        row = dict(zip(columns, values, strict=True))
        row.pop("is_accepted")
        yield {**row, **_sentences(check, row, names)}


def _sentences(check: Check, row: dict[str, Any], names: _Names) -> dict[str, str]:
    if check.message is None:
        return {"message_ko": check.title.ko, "message_en": check.title.en}
    complex_ko, complex_en = names.complexes.get(
        row.get("complex_id") or "", (row.get("complex_id"),) * 2
    )
    industry_ko, industry_en = names.industries.get(
        row.get("industry_code") or "", (row.get("industry_code"),) * 2
    )
    measure_ko, measure_en = names.measures.get(row.get("measure") or "", (row.get("measure"),) * 2)
    if row.get("industry_code") not in (None, "_T"):
        complex_ko, complex_en = f"{complex_ko} {industry_ko}", f"{complex_en} ({industry_en})"
    words = {
        **{k: _number(v) if k in _NUMBERS else v for k, v in row.items()},
        "complex_ko": complex_ko,
        "complex_en": complex_en,
        "industry_ko": industry_ko,
        "industry_en": industry_en,
        "measure_ko": measure_ko,
        "measure_en": measure_en,
    }
    return {
        "message_ko": check.message.ko.format(**words),
        "message_en": check.message.en.format(**words),
    }


_NUMBERS = {"value", "expected", "low", "high"}


def _number(value: Any) -> str:
    """A figure for a sentence: thousands separated, no more digits than a reader can use."""
    if value is None:
        return "–"
    number = float(value)
    if not math.isfinite(number):
        return str(number)
    if number == int(number):
        return f"{int(number):,}"
    return f"{number:,.4f}" if abs(number) < 10 else f"{number:,.2f}"


def _check_mart(
    connection: duckdb.DuckDBPyConnection, judge: _Judge, check: Check, names: _Names
) -> dict[str, Any]:
    expectation = dict(check.expectation or {})
    used = {str(expectation[k]) for k in ("column", "column_A", "column_B") if k in expectation}
    used |= set(expectation.get("column_list", []))
    present = {
        r[0]
        for r in connection.execute(f'SELECT column_name FROM (DESCRIBE "{check.mart}")').fetchall()
    }
    keys = [k for k in ("complex_id", "metric", "claim_id", "definition", "period") if k in present]
    columns = ", ".join(f'"{c}"' for c in dict.fromkeys([*keys, *sorted(used)]))
    frame = connection.execute(f'SELECT {columns} FROM "{check.mart}" ORDER BY ALL').df()
    outcome = judge.judge(frame, expectation, check.severity)
    result = outcome.get("result", {})
    failures = []
    for index in (result.get("unexpected_index_list") or [])[:_MAX_EVIDENCE]:
        row = {k: _plain(v) for k, v in frame.iloc[int(index)].to_dict().items()}
        column = next(iter(sorted(used)), "")
        ko, en = names.complexes.get(str(row.get("complex_id")), (row.get("complex_id"),) * 2)
        value = row.get(str(expectation.get("column", column)))
        shown = _number(value) if isinstance(value, int | float) else str(value)
        where = row.get("period", "")
        failures.append(
            {
                **row,
                "message_ko": f"{check.title.ko}: {ko or ''} {where} {column} = {shown}",
                "message_en": f"{check.title.en}: {en or ''} {where} {column} = {shown}",
            }
        )
    return {
        "expectation": expectation["type"],
        "expected": ", ".join(f"{k} {v}" for k, v in expectation.items() if k != "type"),
        "observed": f"{result.get('unexpected_count', 0)} of {result.get('element_count', len(frame))}",
        "checked_count": int(result.get("element_count", len(frame)) or 0),
        "accepted_count": 0,
        "unexpected_count": int(result.get("unexpected_count", 0) or 0),
        "success": bool(outcome["success"]),
        "failures": failures,
    }


def _plain(value: Any) -> Any:
    return value.item() if hasattr(value, "item") else value


def _accepted_check(accepted: list[Accepted], used: set[int], today: date) -> dict[str, Any]:
    """Exceptions whose cause is gone, or whose time is over, are told until they are removed."""
    failures = []
    for index, entry in enumerate(accepted):
        where = f"{entry.check}: {entry.complex_id} {entry.measure} {entry.period}"
        if entry.until < today:
            failures.append(
                {
                    "message_ko": f"{where} – 기한({entry.until})이 지났다",
                    "message_en": f"{where}: ended on {entry.until}",
                }
            )
        elif index not in used:
            failures.append(
                {
                    "message_ko": f"{where} – 더는 실패하지 않는다. 항목을 지운다",
                    "message_en": f"{where}: does not fail any more, remove it",
                }
            )
    return {
        "id": "accepted_exceptions_are_needed",
        "suite": "accepted",
        "suite_ko": "인정된 예외",
        "suite_en": "Accepted exceptions",
        "theme": "accuracy",
        "severity": "warning",
        "title_ko": "인정된 예외는 아직 필요하다",
        "title_en": "Accepted exceptions are still needed",
        "reason_ko": "원인보다 오래 남는 예외는 없어야 한다",
        "reason_en": "No exception outlives its cause.",
        "action_ko": "expectations/accepted.yml에서 지우거나 기한을 새로 정한다",
        "action_en": "Remove it from expectations/accepted.yml or decide on a new day.",
        "owner": "statistics",
        "expectation": "accepted.yml",
        "expected": "every entry matches a failing cell",
        "observed": f"{len(failures)} of {len(accepted)}",
        "checked_count": len(accepted),
        "accepted_count": 0,
        "unexpected_count": len(failures),
        "success": not failures,
        "failures": failures,
    }
