"""The published copy held against the candidate, through dbt's exposures.

An exposure says which marts a product reads. Every one of them must be in the release, in both of
its forms, with the rows of the candidate: as many, and the same by a sum over the hash of each row
(independent of their order). What an exposure names and the release lacks stops the publication.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import duckdb

from publication.releases.layout import DATABASE, PublishError, read_json
from publication.releases.marts import quoted


def exposures(dbt_manifest: Path) -> dict[str, list[str]]:
    """The marts that each exposure names, from dbt's manifest.json."""
    content = read_json(dbt_manifest)
    nodes = {**content["nodes"], **content.get("sources", {})}
    return {
        exposure["name"]: sorted(
            nodes[unique_id]["name"] if unique_id in nodes else unique_id
            for unique_id in exposure["depends_on"]["nodes"]
        )
        for exposure in content.get("exposures", {}).values()
    }


def reconcile(
    candidate: Path, folder: Path, named: Mapping[str, Sequence[str]]
) -> dict[str, dict[str, Any]]:
    """Hold every mart that is published against the candidate's.

    Args:
        candidate: the audited database.
        folder: the release folder with `marts/` and `kicox.duckdb`.
        named: marts by exposure.

    Returns {mart: {"rows", "row_hash_sum", "exposures"}}.

    Raises:
        PublishError: an exposure names what is not published, or a published mart differs.
    """
    published = {path.stem for path in (folder / "marts").glob("*.parquet")}
    by_mart: dict[str, list[str]] = {mart: [] for mart in sorted(published)}
    for exposure, marts in sorted(named.items()):
        for mart in marts:
            if mart not in published:
                raise PublishError(
                    f"exposure {exposure} names {mart}, which is not published: take it out of "
                    "_exposures.yml or make it a mart",
                    f"exposure {exposure}이(가) 가리키는 {mart}은(는) 공표되지 않습니다. "
                    "_exposures.yml에서 빼거나 마트로 만드십시오",
                )
            by_mart[mart].append(exposure)
    found: dict[str, dict[str, Any]] = {}
    with duckdb.connect() as connection:
        connection.execute(f"ATTACH '{quoted(candidate)}' AS candidate (READ_ONLY)")
        connection.execute(f"ATTACH '{quoted(folder / DATABASE)}' AS kicox (READ_ONLY)")
        for mart, users in by_mart.items():
            path = quoted(folder / "marts" / f"{mart}.parquet")
            sums = {
                where: connection.execute(
                    f"SELECT count(*), sum(hash(m))::VARCHAR FROM {source} AS m"
                ).fetchone()
                for where, source in (
                    ("the candidate", f'candidate.main."{mart}"'),
                    (f"marts/{mart}.parquet", f"read_parquet('{path}')"),
                    (DATABASE, f'kicox.main."{mart}"'),
                )
            }
            expected = sums.pop("the candidate") or (0, None)
            for where, actual in sums.items():
                if actual != expected:
                    raise PublishError(
                        f"{mart} in {where} is not the candidate's: {(actual or (0,))[0]:,} rows "
                        f"against {expected[0]:,}, or other values; nothing is published",
                        f"{where}의 {mart}이(가) 후보와 다릅니다. 공표하지 않습니다",
                    )
            found[mart] = {"rows": expected[0], "row_hash_sum": expected[1], "exposures": users}
    return found
