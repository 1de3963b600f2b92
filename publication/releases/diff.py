"""What changed from one release to another: schema, rows and values, by mart, complex and measure,
each value with the reason from the revision that it came from.

`diff.json` counts everything and shows the largest changes; `diff.parquet` holds every changed value
as a row. Simulated and real releases are never compared. Values that differ by less than 1e-9
(relative) count as equal.

Reasons: what the mart `revision` says of a new vintage (annual_revision, correction, suppression, …);
`derived` where a figure is computed from others; `code` where the inputs are the same and only the
code differs; `derived_or_code` where both differ; `unexplained` where none of these holds.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import duckdb

from publication.releases.layout import MANIFEST, file_sha256, read_json
from publication.releases.marts import literal, quoted

EXAMPLES = 20
LARGEST = 200
_TOLERANCE = 1e-9
#: Marts whose figures are the publisher's own, so that a change must come from a revision.
_OBSERVED = (
    "complex_quarterly",
    "complex_industry_quarterly",
    "industry_quarterly",
    "national_total_quarterly",
)
#: Columns that are one sex of another measure.
_BY_SEX = {
    "employment_men_count": ("employment_count", "M"),
    "employment_women_count": ("employment_count", "F"),
}
_DIMENSIONS = ("complex_id", "industry_code", "size_class", "sex", "period")
#: What tells which measure a value is of, where its column does not.
_SUBJECTS = ("measure", "kpi", "metric", "series")


def diff(
    before: Path | None,
    after: Path,
    order_by: Mapping[str, Sequence[str]],
    parquet: Path | None = None,
) -> dict[str, Any]:
    """Compare two release folders.

    Args:
        before: the earlier release, or None for a first one.
        after: the later release.
        order_by: the key columns of each mart.
        parquet: where to write every changed value; None writes none.
    """
    new = read_json(after / MANIFEST)
    result: dict[str, Any] = {"before": None, "after": new["release_id"], "marts": {}}
    if before is None:
        result["note"] = "first release: nothing to compare with"
        result["note_ko"] = "첫 배포판이므로 비교할 대상이 없다"
        return result
    old = read_json(before / MANIFEST)
    result["before"] = old["release_id"]
    result["is_simulated"] = bool(new["is_simulated"])
    if old["is_simulated"] != new["is_simulated"]:
        result["note"] = "one of the two releases is simulated: not compared"
        result["note_ko"] = "한쪽이 모의자료이므로 비교하지 않는다"
        return result
    result["code"] = {"before": old["code"], "after": new["code"]}
    inputs = [{i["snapshot_id"]: i for i in m["inputs"]} for m in (old, new)]
    result["inputs"] = {
        "added": [_input(inputs[1][i]) for i in sorted(inputs[1].keys() - inputs[0].keys())],
        "removed": [_input(inputs[0][i]) for i in sorted(inputs[0].keys() - inputs[1].keys())],
    }
    same_inputs = inputs[0].keys() == inputs[1].keys()
    same_code = old["code"] == new["code"]
    with duckdb.connect() as connection:
        connection.execute(_CHANGES)
        comparison = _Comparison(
            connection, before, after, _causes(connection, before, after), same_inputs, same_code
        )
        for path in sorted((after / "marts").glob("*.parquet")):
            earlier = before / "marts" / path.name
            if not earlier.exists():
                result["marts"][path.stem] = {"added_mart": True}
            elif file_sha256(earlier) != file_sha256(path):
                keys = list(order_by.get(path.stem) or ())
                result["marts"][path.stem] = comparison.mart(path.stem, keys)
        for earlier in sorted((before / "marts").glob("*.parquet")):
            if not (after / "marts" / earlier.name).exists():
                result["marts"][earlier.stem] = {"removed_mart": True}
        comparison.reasons()
        for mart, found in result["marts"].items():
            for column, counted in found.get("values", {}).items():
                counted["examples"] = comparison.examples(mart, column)
        result |= _summed(connection)
        if parquet is not None:
            connection.execute(
                f"COPY (FROM change ORDER BY ALL) TO '{quoted(parquet)}' "
                "(FORMAT parquet, COMPRESSION zstd)"
            )
    return result


_CHANGES = """
SET threads = 1;
CREATE TABLE change (
    mart VARCHAR, measure VARCHAR, complex_id VARCHAR, industry_code VARCHAR, size_class VARCHAR,
    sex VARCHAR, period VARCHAR, key VARCHAR, column_name VARCHAR, is_figure BOOLEAN, change VARCHAR,
    before_value DOUBLE, after_value DOUBLE, difference DOUBLE, difference_pct DOUBLE,
    before_text VARCHAR, after_text VARCHAR, before_status VARCHAR, after_status VARCHAR,
    cause VARCHAR, vintage DATE, snapshot_id VARCHAR
);
"""


def _input(snapshot: dict[str, Any]) -> dict[str, Any]:
    fields = ("snapshot_id", "dataset", "period", "file_name", "published_at")
    return {key: snapshot.get(key) for key in fields}


def _causes(connection: duckdb.DuckDBPyConnection, before: Path, after: Path) -> bool:
    """The new rows of the mart `revision`, folded to quarters, as table `cause`; False without it."""
    new, old = (folder / "marts" / "revision.parquet" for folder in (after, before))
    if not new.exists():
        return False
    known = (
        f"ANTI JOIN read_parquet('{quoted(old)}') o USING "
        "(complex_id, industry_code, size_class, sex, measure, period, freq, vintage_no)"
        if old.exists()
        else ""
    )
    connection.execute(f"""
        CREATE TABLE cause AS
        WITH quarterly AS (
            SELECT complex_id, industry_code, size_class, sex, measure, cause, vintage, snapshot_id,
                CASE WHEN regexp_matches(period, '^\\d{{4}}-\\d{{2}}$')
                    THEN period[:4] || '-Q' || ((period[6:]::INTEGER + 2) // 3)
                    ELSE period END AS period
            FROM read_parquet('{quoted(new)}') n {known})
        SELECT complex_id, industry_code, size_class, sex, measure, period,
            -- of several months, the reason of most; by name where as many
            arg_max(cause, (n, cause)) AS cause, max(vintage) AS vintage,
            arg_max(snapshot_id, (vintage, snapshot_id)) AS snapshot_id
        FROM (
            SELECT *, count(*) OVER (
                PARTITION BY complex_id, industry_code, size_class, sex, measure, period, cause) AS n
            FROM quarterly
        ) GROUP BY ALL
    """)
    return True


class _Comparison:
    def __init__(
        self,
        connection: duckdb.DuckDBPyConnection,
        before: Path,
        after: Path,
        has_causes: bool,
        same_inputs: bool,
        same_code: bool,
    ) -> None:
        self.connection, self.before, self.after = connection, before, after
        self.has_causes = has_causes
        if same_inputs and not same_code:
            self.computed = "code"
        else:
            self.computed = "derived" if same_code else "derived_or_code"

    def mart(self, name: str, keys: list[str]) -> dict[str, Any]:
        """Schema, rows and values of one mart; its changed values go into the table `change`."""
        old, new = (
            f"read_parquet('{quoted(folder / 'marts' / f'{name}.parquet')}')"
            for folder in (self.before, self.after)
        )
        old_types, new_types = self._types(old), self._types(new)
        found: dict[str, Any] = {}
        added = [c for c in new_types if c not in old_types]
        removed = [c for c in old_types if c not in new_types]
        retyped = {
            c: [old_types[c], t]
            for c, t in new_types.items()
            if c in old_types and old_types[c] != t
        }
        if added or removed or retyped:
            found["schema"] = {"added": added, "removed": removed, "retyped": retyped}
        if not keys or any(key not in old_types or key not in new_types for key in keys):
            found["note"] = "its key changed: rows not compared"
            return found
        on = " AND ".join(f'o."{k}" IS NOT DISTINCT FROM n."{k}"' for k in keys)
        for label, side, other in (("rows_added", "n", "o"), ("rows_removed", "o", "n")):
            mine, theirs = (new, old) if side == "n" else (old, new)
            found[label] = self._one(
                f"SELECT count(*) FROM {mine} {side} ANTI JOIN {theirs} {other} ON {on}"
            )
        columns = [c for c, kind in new_types.items() if c not in keys and old_types.get(c) == kind]
        if not columns:
            return found
        differs = {c: _differs(c, new_types[c]) for c in columns}
        # One join for all columns; what it leaves is small.
        pairs = ", ".join(f'o."{c}" AS "o.{c}", n."{c}" AS "n.{c}"' for c in columns)
        kept = ", ".join(f'n."{k}"' for k in keys)
        self.connection.execute(
            f"CREATE OR REPLACE TEMP TABLE pair AS SELECT {kept}, {pairs} FROM {old} o JOIN {new} n "
            f"ON {on} WHERE {' OR '.join(f'({d})' for d in differs.values())}"
        )
        values = {}
        for column in columns:
            count = self._change(name, column, keys, new_types)
            if count:
                values[column] = {"changed": count}
        if values:
            found["values"] = values
        return found

    def _types(self, source: str) -> dict[str, str]:
        return dict(
            self.connection.execute(
                f"SELECT column_name, column_type FROM (DESCRIBE SELECT * FROM {source})"
            ).fetchall()
        )

    def _one(self, query: str) -> int:
        row = self.connection.execute(query).fetchone()
        return int(row[0]) if row else 0

    def _change(self, mart: str, column: str, keys: list[str], types: dict[str, str]) -> int:
        """Write the changed values of one column; returns how many there are."""
        where = _differs(column, types[column], '"o.{}"', '"n.{}"')
        row = self.connection.execute(f"SELECT count(*) FROM pair WHERE {where}").fetchone()
        if not row or not row[0]:
            return 0
        is_figure = types[column] == "DOUBLE"
        before, after = f'"o.{column}"', f'"n.{column}"'
        told = f"CASE WHEN {after} IS NOT NULL THEN {before} END"
        status = f"{column}_status" if f"{column}_status" in types else "obs_status"
        has_status = is_figure and status in types and status not in keys
        statuses = (f'"o.{status}"', f'"n.{status}"') if has_status else ("NULL", "NULL")
        measure, sex = _BY_SEX.get(column, (column, None))
        subject = next((k for k in _SUBJECTS if k in keys), None)
        selected = {
            "mart": literal(mart),
            "measure": f'"{subject}"' if subject else literal(measure),
            **{d: f'"{d}"' if d in keys else "NULL" for d in _DIMENSIONS},
            "key": "to_json({" + ", ".join(f'{literal(k)}: "{k}"::VARCHAR' for k in keys) + "})",
            "column_name": literal(column),
            "is_figure": str(is_figure).lower(),
            "change": f"CASE WHEN {after} IS NULL AND {statuses[1]} = 'Q' THEN 'suppressed' "
            f"WHEN {after} IS NULL THEN 'gone' WHEN {before} IS NULL THEN 'shown' ELSE 'revised' END",
            # What is withheld now is not told by way of what stood there before.
            "before_value": told if is_figure else "NULL",
            "after_value": after if is_figure else "NULL",
            "difference": f"{after} - {before}" if is_figure else "NULL",
            "difference_pct": f"100 * ({after} / nullif({before}, 0) - 1)" if is_figure else "NULL",
            "before_text": f"({told})::VARCHAR",
            "after_text": f"{after}::VARCHAR",
            "before_status": statuses[0],
            "after_status": statuses[1],
            "cause": literal(self.computed),
        }
        if sex:
            selected["sex"] = literal(sex)
        self.connection.execute(
            "INSERT INTO change BY NAME SELECT "
            + ", ".join(f"{value} AS {name}" for name, value in selected.items())
            + f" FROM pair WHERE {where}"
        )
        return int(row[0])

    def reasons(self) -> None:
        """Give the publisher's own figures the reason of the revision that changed them."""
        marts = ", ".join(literal(mart) for mart in _OBSERVED)
        if self.computed == "derived":
            self.connection.execute(
                f"UPDATE change SET cause = 'unexplained' WHERE mart IN ({marts}) AND is_figure"
            )
        if self.has_causes:
            self.connection.execute(f"""
                UPDATE change SET cause = c.cause, vintage = c.vintage, snapshot_id = c.snapshot_id
                FROM cause c WHERE change.mart IN ({marts}) AND c.measure = change.measure
                AND c.complex_id = coalesce(change.complex_id, '_T')
                AND c.industry_code = coalesce(change.industry_code, '_T')
                AND c.size_class = coalesce(change.size_class, '_T')
                AND c.sex = coalesce(change.sex, '_T') AND c.period = change.period
                AND change.is_figure
            """)

    def examples(self, mart: str, column: str) -> list[dict[str, Any]]:
        """The largest changes of one column: its key, before, after, reason."""
        rows = self.connection.execute(
            "SELECT key, before_text, after_text, cause FROM change WHERE mart = $1 "
            "AND column_name = $2 ORDER BY abs(difference_pct) DESC NULLS FIRST, key LIMIT $3",
            [mart, column, EXAMPLES],
        ).fetchall()
        return [
            {**json.loads(key), "before": before, "after": after, "cause": cause}
            for key, before, after, cause in rows
        ]


def _differs(column: str, kind: str, old: str = 'o."{}"', new: str = 'n."{}"') -> str:
    before, after = old.format(column), new.format(column)
    if kind != "DOUBLE":
        return f"{before} IS DISTINCT FROM {after}"
    return (
        f"(({before} IS NULL) <> ({after} IS NULL) OR "
        f"abs({before} - {after}) > {_TOLERANCE} * greatest(abs({before}), abs({after})))"
    )


def _summed(connection: duckdb.DuckDBPyConnection) -> dict[str, Any]:
    """Figures only, of marts that hold the publisher's: counts by reason, by complex and measure,
    and the largest changes (a complex's industries are in `diff.parquet`: they would fill the list)."""
    marts = ", ".join(literal(mart) for mart in _OBSERVED)
    figures = f"FROM change WHERE mart IN ({marts}) AND is_figure"

    def rows(query: str) -> list[dict[str, Any]]:
        cursor = connection.execute(query)
        names = [d[0] for d in cursor.description or []]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]

    return {
        "reasons": rows(
            f"SELECT cause, count(*) AS changed {figures} GROUP BY 1 ORDER BY 2 DESC, 1"
        ),
        "by_complex_and_measure": rows(f"""
            SELECT coalesce(complex_id, '_T') AS complex_id, measure, count(*) AS changed,
                count(*) FILTER (change = 'suppressed') AS suppressed,
                count(*) FILTER (change = 'shown') AS shown,
                min(period) AS first_period, max(period) AS last_period,
                arg_max(difference_pct, abs(difference_pct)) AS largest_pct,
                mode(cause) AS main_cause
            {figures} AND mart IN ('complex_quarterly', 'national_total_quarterly')
            GROUP BY coalesce(complex_id, '_T'), measure
            ORDER BY coalesce(complex_id, '_T') <> '_T', 3 DESC, 1, 2
        """),
        "largest": rows(f"""
            SELECT mart, complex_id, industry_code, sex, measure, period, change, before_value,
                after_value, difference, difference_pct, before_status, after_status, cause,
                vintage::VARCHAR AS vintage, snapshot_id
            {figures} AND mart <> 'complex_industry_quarterly' ORDER BY change = 'revised', abs(difference_pct) DESC NULLS LAST, mart,
                complex_id, industry_code, measure, period LIMIT {LARGEST}
        """),
    }
