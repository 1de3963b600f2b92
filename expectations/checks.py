"""One check on one candidate: DuckDB folds what it looks at, Great Expectations judges the profile."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from expectations.accepted import Ledger
from expectations.evidence import MOST, Names, failing_cells, number, sentences
from expectations.judge import Judge
from expectations.suite import Check
from expectations.views import read_profile

#: Rows of a mart that Great Expectations sees at once.
SLICE = 50_000
_NO_DEVIATION = {
    "type": "expect_column_values_to_be_between",
    "column": "beyond_count",
    "min_value": 0,
    "max_value": 0,
}
_KEY = ("complex_id", "industry_code", "size_class", "metric", "kpi", "claim_id", "definition", "series", "area", "period")  # fmt: skip


@dataclass(frozen=True)
class Bench:
    """What every check of one run works with."""

    connection: duckdb.DuckDBPyConnection
    judge: Judge
    names: Names
    ledger: Ledger
    #: Columns of each mart's key.
    keys: Mapping[str, Sequence[str]]
    #: Folder of the candidate, where profiles lie.
    folder: Path
    has_last_release: bool
    comparison_error: Exception | None = None

    def run(self, check: Check) -> dict[str, Any]:
        """The result of one check; one that cannot run has failed."""
        try:
            if check.rows is not None:
                return self._rows(check)
            if check.keys is not None:
                return self._keys(check)
            if check.references is not None:
                return self._references(check)
            return self._mart(check)
        except Exception as error:
            return _could_not_run(error)

    def _rows(self, check: Check) -> dict[str, Any]:
        if check.needs == "last_release" and not self.has_last_release:
            return _nothing("first release: nothing to hold it against")
        if check.needs == "last_release" and self.comparison_error is not None:
            raise self.comparison_error
        if check.profile is not None:
            path = self.folder / check.profile
            if check.profile_may_be_absent and not path.exists():
                return _nothing(f"no {check.profile} in this build")
            read_profile(self.connection, path)
        query = (check.rows or "").replace("$period", "getvariable('period')")
        self.connection.execute(f"CREATE OR REPLACE TEMP TABLE checked AS {query}")
        limit = float(check.limit or 0.0)
        self.ledger.mark(self.connection, check.id, limit)
        columns = {r[0] for r in self.connection.execute("DESCRIBE judged").fetchall()}
        group = "coalesce(snapshot_id, '')" if "snapshot_id" in columns else "''"
        # What is no number is beyond every limit; GX would pass over it.
        size = "CASE WHEN isnan(deviation::DOUBLE) THEN 'inf'::DOUBLE ELSE abs(deviation) END"
        profile = self.connection.execute(
            f"SELECT {group} AS snapshot_id, count(*) AS checked_count, "
            "count(*) FILTER (is_accepted) AS accepted_count, "
            f"coalesce(max({size}) FILTER (NOT is_accepted), 0)::DOUBLE AS largest_deviation, "
            f"count(*) FILTER ({size} > {limit!r} AND NOT is_accepted) AS beyond_count "
            "FROM judged GROUP BY ALL ORDER BY ALL"
        ).df()
        expectation = {
            "type": "expect_column_values_to_be_between",
            "column": "largest_deviation",
            "min_value": 0.0,
            "max_value": limit,
        }
        outcome = self.judge.judge(profile, expectation, check.severity, rows=False)
        success = bool(outcome["success"])
        largest = profile["largest_deviation"].max() if len(profile) else 0
        return {
            "expectation": expectation["type"],
            "expected": f"largest deviation <= {limit:g}",
            "observed": "within the limit (not told: it is what suppressed cells hide together)"
            if check.confidential and success
            else f"{largest:.6g}",
            "checked_count": int(profile["checked_count"].sum()) if len(profile) else 0,
            "accepted_count": int(profile["accepted_count"].sum()) if len(profile) else 0,
            "unexpected_count": int(profile["beyond_count"].sum()) if len(profile) else 0,
            "success": success,
            "failures": [] if success else failing_cells(self.connection, check, self.names, limit),
        }

    def _keys(self, check: Check) -> dict[str, Any]:
        """Each mart's key stands once and has no empty part."""
        marts = list(self.keys) if check.keys == "all" else list(check.keys or ())
        rows = []
        for mart in marts:
            if mart not in self.keys:
                raise ValueError(f"mart {mart} names no key (meta.order_by in its model)")
            columns = ", ".join(f'"{c}"' for c in self.keys[mart])
            empty = " OR ".join(f'"{c}" IS NULL' for c in self.keys[mart])
            found = self.connection.execute(
                f"SELECT coalesce(sum(n), 0), coalesce(sum(n - 1), 0), "
                f"coalesce(sum(n) FILTER ({empty}), 0) "
                f'FROM (SELECT {columns}, count(*) AS n FROM "{mart}" GROUP BY ALL)'
            ).fetchone()
            checked, twice, without = found or (0, 0, 0)
            rows.append((mart, ", ".join(self.keys[mart]), int(checked), int(twice), int(without)))
        failures = [
            {
                "measure": mart,
                "value": twice + without,
                "expected": 0,
                "message_ko": f"{mart}({key}): {number(twice)}행의 키가 겹치고 {number(without)}행의 키가 비었다",
                "message_en": f"{mart} ({key}): {number(twice)} rows repeat a key, {number(without)} rows lack a part of it",
            }
            for mart, key, _, twice, without in rows
            if twice + without
        ]
        counts = [(mart, checked, twice + without) for mart, _, checked, twice, without in rows]
        return self._judged(check, counts, failures, "keys stand once and whole")

    def _references(self, check: Check) -> dict[str, Any]:
        """Every value of a column leads to a row of another mart."""
        counts, failures = [], []
        for reference in check.references or ():
            mart, column = reference.mart, reference.column
            target, key = reference.to.split(".")
            found = self.connection.execute(
                f'SELECT m.code, m.n, m.code IN (SELECT "{key}"::VARCHAR FROM "{target}") '
                "OR list_contains(?, m.code) "
                f'FROM (SELECT "{column}"::VARCHAR AS code, count(*) AS n FROM "{mart}" '
                f'WHERE "{column}" IS NOT NULL GROUP BY ALL) m ORDER BY 1',
                [list(reference.but)],
            ).fetchall()
            lost = [(value, count) for value, count, is_there in found if not is_there]
            counts.append((f"{mart}.{column}", sum(n for _, n, _ in found), len(lost)))
            failures += [
                {
                    "measure": f"{mart}.{column}",
                    "value": count,
                    "expected": 0,
                    "message_ko": f"{mart}.{column} = {value}({number(count)}행): {reference.to}에 없다",
                    "message_en": f"{mart}.{column} = {value} ({number(count)} rows): not in {reference.to}",
                }
                for value, count in lost
            ]
        return self._judged(check, counts, failures, "every reference leads somewhere")

    def _judged(
        self,
        check: Check,
        counts: list[tuple[str, int, int]],
        failures: list[dict[str, Any]],
        expected: str,
    ) -> dict[str, Any]:
        import pandas as pd

        frame = pd.DataFrame(counts, columns=["mart", "checked_count", "beyond_count"])
        outcome = self.judge.judge(frame, _NO_DEVIATION, check.severity, rows=False)
        beyond = sum(n for _, _, n in counts)
        return {
            "expectation": _NO_DEVIATION["type"],
            "expected": expected,
            "observed": f"{beyond} beyond, in {len(counts)} profiles",
            "checked_count": sum(n for _, n, _ in counts),
            "accepted_count": 0,
            "unexpected_count": beyond,
            "success": bool(outcome["success"]),
            "failures": failures[:MOST],
        }

    def _mart(self, check: Check) -> dict[str, Any]:
        """An expectation on a mart, slice by slice."""
        expectation = dict(check.expectation or {})
        used = sorted(
            {str(expectation[k]) for k in ("column", "column_A", "column_B") if k in expectation}
            | set(expectation.get("column_list", []))
        )
        present = {r[0] for r in self.connection.execute(f'DESCRIBE "{check.mart}"').fetchall()}
        keys = [k for k in _KEY if k in present and k not in used]
        column = str(expectation.get("column", used[0] if used else ""))
        checked = 0
        bad: list[dict[str, Any]] = []
        count = 0
        success = True
        for frame in self._slices(check, [*keys, *used]):
            outcome = self.judge.judge(frame, expectation, check.severity)
            result = outcome.get("result", {})
            success = success and bool(outcome["success"])
            checked += int(result.get("element_count") or len(frame))
            count += int(result.get("unexpected_count") or 0)
            for index in result.get("unexpected_index_list") or []:
                if len(bad) < SLICE:
                    bad.append({k: _plain(v) for k, v in frame.iloc[int(index)].to_dict().items()})
        accepted = self._accept(check, column, bad) if present & {"period"} else [False] * len(bad)
        left = [row for row, is_accepted in zip(bad, accepted, strict=True) if not is_accepted]
        success = success or (bool(bad) and not left)
        failures = []
        for row in [] if success else left[:MOST]:
            value = row.get(column)
            shown = number(value) if isinstance(value, int | float) else str(value)
            told = sentences(check, row | {"measure": column, "value": value}, self.names)
            if check.message is None:
                ko, en = self.names.complexes.get(str(row.get("complex_id")), ("", ""))
                where = row.get("period", "")
                told = {
                    "message_ko": f"{check.title.ko}: {ko} {where} {column} = {shown}",
                    "message_en": f"{check.title.en}: {en} {where} {column} = {shown}",
                }
            failures.append({**row, "measure": column, "value": value, **told})
        return {
            "expectation": expectation["type"],
            "expected": ", ".join(f"{k} {v}" for k, v in expectation.items() if k != "type"),
            "observed": f"{count} of {checked}",
            "checked_count": checked,
            "accepted_count": sum(accepted),
            "unexpected_count": count - sum(accepted),
            "success": success,
            "failures": failures,
        }

    def _slices(self, check: Check, columns: list[str]) -> Iterator[Any]:
        """A mart's columns as pandas frames of at most `SLICE` rows; at least one, be it empty."""
        chosen = ", ".join(f'"{c}"' for c in dict.fromkeys(columns))
        # A cursor of its own: the connection is needed while it is read.
        with self.connection.cursor() as cursor:
            cursor.execute("USE candidate.main")
            relation = cursor.sql(f'SELECT {chosen} FROM "{check.mart}" ORDER BY ALL')
            reader: Any = relation.to_arrow_reader(SLICE)
            first = True
            waiting: list[Any] = []
            for batch in reader:
                waiting.append(batch)
                if sum(b.num_rows for b in waiting) >= SLICE:
                    yield self._frame(check, reader.schema, waiting, is_first=first)
                    waiting, first = [], False
            if waiting or first:
                yield self._frame(check, reader.schema, waiting, is_first=first)

    def _frame(self, check: Check, schema: Any, batches: list[Any], *, is_first: bool) -> Any:
        if not is_first and "unique" in str((check.expectation or {}).get("type")):
            raise ValueError(f"{check.mart} is too large for this: use `keys`")
        import pyarrow as pa

        return pa.Table.from_batches(batches, schema=schema).to_pandas()

    def _accept(self, check: Check, column: str, bad: list[dict[str, Any]]) -> list[bool]:
        """Which of the failing rows are accepted exceptions (their `measure` is the column's name)."""
        if not any(e.check == check.id for e in self.ledger.entries):
            return [False] * len(bad)
        connection = self.connection
        connection.execute(
            f"CREATE OR REPLACE TEMP TABLE checked AS SELECT DISTINCT '' AS complex_id, "
            f"'_T' AS industry_code, '' AS measure, period, 0::DOUBLE AS value, 0::DOUBLE AS deviation, -1 AS n "
            f'FROM "{check.mart}"'
        )
        if bad:
            connection.executemany(
                "INSERT INTO checked VALUES (?, ?, ?, ?, TRY_CAST(? AS DOUBLE), 1, ?)",
                [
                    [
                        row.get("complex_id") or row.get("metric") or "_T",
                        row.get("industry_code") or "_T",
                        column,
                        row.get("period"),
                        row.get(column),
                        n,
                    ]
                    for n, row in enumerate(bad)
                ],
            )
        self.ledger.mark(connection, check.id, 0.0)
        found = connection.execute("SELECT n FROM judged WHERE is_accepted").fetchall()
        numbers = {n for (n,) in found}
        return [n in numbers for n in range(len(bad))]


def _nothing(why: str) -> dict[str, Any]:
    return {
        "expectation": "nothing to check",
        "expected": "",
        "observed": why,
        "checked_count": 0,
        "accepted_count": 0,
        "unexpected_count": 0,
        "success": True,
        "failures": [],
    }


def _could_not_run(error: Exception) -> dict[str, Any]:
    text = " ".join(str(error).split())
    return {
        "expectation": "the check runs",
        "expected": "the check runs",
        "observed": f"{type(error).__name__}: {text[:300]}",
        "checked_count": 0,
        "accepted_count": 0,
        "unexpected_count": 0,
        "success": False,
        "failures": [
            {
                "message_ko": f"검사를 실행하지 못했다: {text[:200]}",
                "message_en": f"the check could not run: {text[:200]}",
            }
        ],
    }


def _plain(value: Any) -> Any:
    value = value.item() if hasattr(value, "item") else value
    return None if value != value else value
