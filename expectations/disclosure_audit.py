"""The audit of disclosure control as tables for the suites: it lies beside the candidate as JSON."""

from __future__ import annotations

import json
from pathlib import Path

import duckdb

AUDIT = "disclosure_audit.json"


def attach_audit(connection: duckdb.DuckDBPyConnection, candidate: Path) -> None:
    """Make `disclosure_audit` (one row a table and edition), `disclosure_open` (one a cell that cannot be
    protected) and `disclosure_isolated` (one a column of ours that isolates a suppressed figure).

    Without the file the tables are empty, and the checks of protected marts fail; where the publisher's
    figures contradict each other, there is no audit of what they reveal, and its check fails.

    Raises:
        ValueError: the file is no audit.
    """
    connection.execute(
        """
        CREATE TEMP TABLE disclosure_audit (mart VARCHAR, dataset VARCHAR, period VARCHAR,
          is_safe BOOLEAN, content VARCHAR, cells BIGINT, withheld BIGINT);
        CREATE TEMP TABLE disclosure_open (mart VARCHAR, dataset VARCHAR, period VARCHAR, cell VARCHAR,
          reason_ko VARCHAR, reason_en VARCHAR);
        CREATE TEMP TABLE disclosure_isolated (mart VARCHAR, column_name VARCHAR);
        CREATE TEMP TABLE disclosure_inherited (is_there BOOLEAN);
        """
    )
    path = candidate.with_name(AUDIT)
    if not path.exists():
        return
    try:
        audit = json.loads(path.read_text(encoding="utf-8"))
        for t in audit["tables"]:
            names = ("mart", "dataset", "period", "is_safe", "content", "cells", "withheld")
            connection.execute(
                "INSERT INTO disclosure_audit VALUES (?, ?, ?, ?, ?, ?, ?)", [t[n] for n in names]
            )
            for cell in t["open"]:
                connection.execute(
                    "INSERT INTO disclosure_open VALUES (?, ?, ?, ?, ?, ?)",
                    [t["mart"], t["dataset"], t["period"], cell["cell"]]
                    + [cell["reason_ko"], cell["reason_en"]],
                )
        for found in audit["inherit"]["isolated"]:
            connection.execute(
                "INSERT INTO disclosure_isolated VALUES (?, ?)", [found["mart"], found["column"]]
            )
        if "contradiction" not in audit["inherit"]:
            connection.execute("INSERT INTO disclosure_inherited VALUES (true)")
    except (ValueError, KeyError, TypeError) as error:
        raise ValueError(f"{path.name} is no audit of disclosure control: {error}") from error
