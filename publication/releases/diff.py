"""What changed from one release to another: schema, rows and values by mart."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import duckdb

from publication.releases.layout import file_sha256, is_simulated, release_id_of
from publication.releases.marts import quoted

_MAX_EXAMPLES = 20
_FLOAT_TOLERANCE = 1e-9


def diff(before: Path | None, after: Path, order_by: Mapping[str, Sequence[str]]) -> dict[str, Any]:
    """What changed from one release folder to the next: schema, rows and values by mart.

    A simulated release is never compared with a real one. Values that differ by less than
    1e-9 (relative) count as equal.
    """
    result: dict[str, Any] = {"before": None, "after": release_id_of(after), "marts": {}}
    if before is None:
        result["note"] = "first release: nothing to compare with"
        return result
    result["before"] = release_id_of(before)
    if is_simulated(before) != is_simulated(after):
        result["note"] = "one of the two releases is simulated: not compared"
        return result
    with duckdb.connect() as connection:
        for path in sorted((after / "marts").glob("*.parquet")):
            old = before / "marts" / path.name
            if not old.exists():
                result["marts"][path.stem] = {"added_mart": True}
                continue
            if file_sha256(old) == file_sha256(path):
                continue
            result["marts"][path.stem] = _diff_mart(
                connection, old, path, list(order_by[path.stem])
            )
        for old in sorted((before / "marts").glob("*.parquet")):
            if not (after / "marts" / old.name).exists():
                result["marts"][old.stem] = {"removed_mart": True}
    return result


def _diff_mart(
    connection: duckdb.DuckDBPyConnection, before: Path, after: Path, keys: list[str]
) -> dict[str, Any]:
    old, new = (f"read_parquet('{quoted(p)}')" for p in (before, after))
    old_types = dict(
        connection.execute(
            f"SELECT column_name, column_type FROM (DESCRIBE SELECT * FROM {old})"
        ).fetchall()
    )
    new_types = dict(
        connection.execute(
            f"SELECT column_name, column_type FROM (DESCRIBE SELECT * FROM {new})"
        ).fetchall()
    )
    found: dict[str, Any] = {}
    added_columns = [c for c in new_types if c not in old_types]
    removed_columns = [c for c in old_types if c not in new_types]
    retyped = {
        c: [old_types[c], t] for c, t in new_types.items() if c in old_types and old_types[c] != t
    }
    if added_columns or removed_columns or retyped:
        found["schema"] = {
            "added": added_columns,
            "removed": removed_columns,
            "retyped": retyped,
        }
    if any(key not in old_types or key not in new_types for key in keys):
        found["note"] = "its key changed: rows not compared"
        return found
    on = " AND ".join(f'o."{k}" IS NOT DISTINCT FROM n."{k}"' for k in keys)
    one = f'"{keys[0]}"'
    missing_new = f"SELECT count(*) FROM {old} o ANTI JOIN {new} n ON {on}"
    missing_old = f"SELECT count(*) FROM {new} n ANTI JOIN {old} o ON {on}"
    found["rows_removed"] = connection.execute(missing_new).fetchone()[0]  # type: ignore[index]
    found["rows_added"] = connection.execute(missing_old).fetchone()[0]  # type: ignore[index]
    changed: dict[str, Any] = {}
    for column, kind in new_types.items():
        if column in keys or old_types.get(column) != kind:
            continue
        differs = f'o."{column}" IS DISTINCT FROM n."{column}"'
        if kind == "DOUBLE":
            differs = (
                f'(o."{column}" IS NULL) <> (n."{column}" IS NULL) OR abs(o."{column}" - n."{column}")'
                f' > {_FLOAT_TOLERANCE} * greatest(abs(o."{column}"), abs(n."{column}"))'
            )
        count = connection.execute(
            f"SELECT count(*) FROM {old} o JOIN {new} n ON {on} WHERE {differs}"
        ).fetchone()[0]  # type: ignore[index]
        if not count:
            continue
        order = (
            f'abs(n."{column}" / nullif(o."{column}", 0) - 1) DESC NULLS FIRST, o.{one}'
            if kind == "DOUBLE"
            else f"o.{one}"
        )
        selected = ", ".join(f'n."{k}"::VARCHAR AS "{k}"' for k in keys)
        examples = connection.execute(
            f'SELECT {selected}, o."{column}"::VARCHAR AS before, n."{column}"::VARCHAR AS after '
            f"FROM {old} o JOIN {new} n ON {on} WHERE {differs} ORDER BY {order} "
            f"LIMIT {_MAX_EXAMPLES}"
        )
        names = [d[0] for d in examples.description or []]
        changed[column] = {
            "changed": count,
            "examples": [dict(zip(names, row, strict=True)) for row in examples.fetchall()],
        }
    if changed:
        found["values"] = changed
    return found


def diff_text(difference: Mapping[str, Any]) -> str:
    """The diff for a reviewer, as Markdown."""
    lines = [f"# {difference['after']} against {difference['before'] or '–'}", ""]
    if difference.get("note"):
        return "\n".join([*lines, str(difference["note"]), ""])
    if not difference["marts"]:
        lines.append("No mart changed. 바뀐 마트가 없습니다.")
    for mart, change in difference["marts"].items():
        lines.append(f"## {mart}")
        if change.get("added_mart") or change.get("removed_mart"):
            lines += ["", "new mart" if change.get("added_mart") else "mart removed", ""]
            continue
        if "schema" in change:
            lines.append(f"- schema: {json.dumps(change['schema'], ensure_ascii=False)}")
        lines.append(
            f"- rows: {change.get('rows_added', 0):,} added, {change.get('rows_removed', 0):,} removed"
        )
        for column, values in change.get("values", {}).items():
            lines.append(f"- `{column}`: {values['changed']:,} values changed")
            for example in values["examples"][:5]:
                keys = ", ".join(f"{v}" for k, v in example.items() if k not in ("before", "after"))
                lines.append(f"  - {keys}: {example['before']} → {example['after']}")
        lines.append("")
    return "\n".join(lines) + "\n"
