"""Disclosure control of a candidate: what is computed from units is published only where it is safe.

dbt sums the registry's employees to a table that stays in the candidate. Here it is protected, and the
mart `registry_employment` is written anew from what may be published; a withheld figure is never given
to DuckDB in that table, so that it cannot remain below a null. The audit is written beside the candidate
as `disclosure_audit.json`, for the gate: no figure stands in it.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa

from ingestion.contract import Contract, Contracts, Disclosure
from pipeline.disclosure_released import (
    DIMENSIONS,
    MART,
    Edition,
    Said,
    of_no_edition,
    said_in,
)
from pipeline.disclosure_solve import held_against

AUDIT = "disclosure_audit.json"
SIZES = {"LT50": (0.0, 49.0), "50_299": (50.0, 299.0), "GE300": (300.0, float("inf"))}
SIZES_AND_TOTAL = {*SIZES, "_T"}

#: The fingerprint of an edition's rows in the mart; the gate computes it again.
CONTENT = """md5(string_agg(complex_id || '|' || industry_code || '|' || size_class || '|'
    || coalesce(employment_count::VARCHAR, '') || '|' || coalesce(employment_share_pct::VARCHAR, '') || '|'
    || coalesce(factory_count::VARCHAR, '') || '|' || conf_status || '|' || coalesce(conf_rule, ''),
    chr(10) ORDER BY complex_id, industry_code, size_class))"""


@dataclass(frozen=True)
class _Units:
    """The factories of one edition, column by column."""

    columns: dict[str, list[str]]
    amount: list[float]
    respondent: list[str]
    is_simulated: bool

    def digest(self) -> str:
        whole = [self.columns, self.amount, self.respondent]
        return hashlib.sha256(json.dumps(whole, ensure_ascii=False).encode()).hexdigest()


def protect_candidate(
    candidate: Path,
    contracts: Contracts,
    *,
    cache: Path,
    code: str,
    released: Iterable[Path] = (),
) -> dict[str, Any]:
    """Protect what the candidate holds from unit data, and write the audit beside it.

    Args:
        candidate: the database that dbt built; nobody else has it open.
        contracts: which datasets are protected, and by which rules.
        cache: folder of patterns found before; the same units, rules and code give the same one.
        code: a fingerprint of the code that protects.
        released: folders of earlier releases, oldest first.

    Returns: the content of the audit.

    Raises:
        ValueError: what is summed here and what dbt summed differ.
    """
    released = list(released)
    before = said_in(released)
    tables: list[dict[str, Any]] = []
    with duckdb.connect(str(candidate)) as connection:
        rows: list[dict[str, Any]] = []
        protected = []
        for dataset, contract in sorted(contracts.by_dataset.items()):
            if contract.disclosure.policy == "protect":
                protected.append(contract)
            elif _has_rows(connection, dataset):
                raise ValueError(f"{dataset}: units are summed, but its contract protects none")
        for entry, found in _editions(connection, protected, before, cache, code):
            tables.append(entry)
            rows += found
        _write(connection, rows)
        contents = {
            (dataset, period): content
            for dataset, period, content in connection.execute(
                f"SELECT dataset, period, {CONTENT} FROM main.{MART} GROUP BY ALL"
            ).fetchall()
        }
    for entry in tables:
        entry["content"] = contents[entry["dataset"], entry["period"]]
    from disclosure import DisclosureError
    from pipeline.disclosure_revealed import reveal

    try:
        inherit = reveal(candidate)
    except DisclosureError as error:
        # Figures that contradict each other are for the gate to stop, with the cells and in its words;
        # nothing can be concluded from them, so there is no audit and the gate says that, too.
        inherit = {"isolated": [], "contradiction": str(error)}
    audit = {
        "form": 1,
        "held_against": sorted(folder.name for folder in released),
        "tables": tables,
        "inherit": inherit,
    }
    text = json.dumps(audit, ensure_ascii=False, indent=1) + "\n"
    temporary = candidate.with_name(f"{AUDIT}.part")
    temporary.write_text(text, encoding="utf-8")
    temporary.replace(candidate.with_name(AUDIT))
    return audit


def read_audit(build: Path) -> dict[str, Any] | None:
    """The audit beside a candidate; None where there is none."""
    try:
        audit: dict[str, Any] = json.loads((build / AUDIT).read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    return audit


def is_held_against(build: Path, released: Iterable[Path]) -> bool:
    """Whether what is protected in a candidate was held against these releases, or there is nothing."""
    audit = read_audit(build)
    if audit is None or not audit["tables"]:
        return True
    return {folder.name for folder in released} <= set(audit.get("held_against", []))


def room_fingerprint(project: Path) -> str:
    """A hash over the code that finds and proves patterns."""
    digest = hashlib.sha256(Path(__file__).read_bytes())
    beside = [Path(__file__).with_name(f"disclosure_{n}.py") for n in ("released", "solve")]
    for path in (*beside, *sorted((project / "disclosure").glob("*.py"))):
        digest.update(path.name.encode() + path.read_bytes())
    return digest.hexdigest()


def _has_rows(connection: duckdb.DuckDBPyConnection, dataset: str) -> bool:
    found = connection.execute(
        "SELECT count(*) FROM intermediate.int_registry_units_gathered WHERE dataset = ?", [dataset]
    ).fetchall()
    return bool(found[0][0])


def _units(connection: duckdb.DuckDBPyConnection, dataset: str) -> dict[str, _Units]:
    """By edition the factories of a dataset, in an order of their own."""
    found = connection.sql(
        f"SELECT period, {', '.join(DIMENSIONS)}, employee_count, respondent, is_simulated "
        "FROM intermediate.int_registry_units_gathered WHERE dataset = ? "
        "ORDER BY period, complex_id, industry_code, size_class, respondent, registry_key",
        params=[dataset],
    ).to_arrow_table()
    editions: dict[str, _Units] = {}
    periods = found.column("period").to_pylist()
    starts = [0, *(i for i in range(1, len(periods)) if periods[i] != periods[i - 1])]
    for start, end in zip(starts, [*starts[1:], len(periods)], strict=True):
        part = found.slice(start, end - start)
        if part.num_rows:
            editions[periods[start]] = _Units(
                {d: part.column(d).to_pylist() for d in DIMENSIONS},
                [float(v) for v in part.column("employee_count").to_pylist()],
                part.column("respondent").to_pylist(),
                any(part.column("is_simulated").to_pylist()),
            )
    return editions


def _editions(
    connection: duckdb.DuckDBPyConnection,
    contracts: Sequence[Contract],
    before: Mapping[Edition, list[Said]],
    cache: Path,
    code: str,
) -> Iterable[tuple[dict[str, Any], list[dict[str, Any]]]]:
    """Every edition of the mart's datasets: its entry in the audit, and its rows in the mart.

    All are held against each other, whatever dataset they are of: a file and an interface list the same
    firms, and a figure that one withholds must not stand in the other. What readers have already comes
    first, so that a late edition is held against it, too.
    """
    from disclosure import Earlier

    policies = {contract.dataset: contract.disclosure for contract in contracts}
    editions = {
        (dataset, period): units
        for dataset in policies
        for period, units in _units(connection, dataset).items()
    }
    done: dict[tuple[str, str], Earlier] = {}
    digests: dict[tuple[str, str], str] = {}
    built = [(*name, units.is_simulated) for name, units in editions.items()]
    said_of = {name[:2]: before.get(name, []) for name in built}
    elsewhere = {flag: of_no_edition(before, built, flag) for flag in (False, True)}
    for name in sorted(editions, key=lambda name: (not said_of[name], name[1], name[0])):
        dataset, period = name
        units, policy, said = editions[name], policies[dataset], said_of[name]
        others = sorted(done)
        identity = [
            code,
            policy.model_dump(),
            units.digest(),
            [(*other, digests[other]) for other in others],
            [release.identity() for release in said],
            [(other, release.identity()) for other, release in elsewhere[units.is_simulated]],
        ]
        digest = hashlib.sha256(
            json.dumps(identity, ensure_ascii=False, default=str).encode()
        ).hexdigest()
        edition, entry = _protect(
            units,
            policy,
            f"{dataset} {period}",
            [done[other] for other in others],
            [
                *((f"release {n}", release, True) for n, release in enumerate(said, start=1)),
                *((other, release, False) for other, release in elsewhere[units.is_simulated]),
            ],
            cache / f"{digest}.json",
        )
        _agrees(connection, dataset, period, edition)
        done[name], digests[name] = edition, digest
        entry = {"mart": MART, "policy": "protect", "dataset": dataset, "period": period, **entry}
        rows = _rows(dataset, period, edition, entry, units.is_simulated)
        yield {**entry, "cells": len(rows)}, rows  # (not those of earlier releases alone)


def _protect(
    units: _Units,
    policy: Disclosure,
    name: str,
    others: Sequence[Any],
    said: Sequence[tuple[str, Said, bool]],
    cached: Path,
) -> tuple[Any, dict[str, Any]]:
    """Protect one edition, or take up what was found for the same one before.

    `said`: what earlier releases said, each with a name, and whether it was of this very edition.
    """
    import disclosure as dc

    # Codes that a release had and the units have no more: cells without units, of which something was said.
    codes = [{key[d] for _, r, _ in said for key in r.figures} - {"_T"} for d in range(3)]
    dimensions = [
        dc.Dimension("complex_id", tuple(sorted({*units.columns["complex_id"], *codes[0]}))),
        dc.Dimension("industry_code", tuple(sorted({*units.columns["industry_code"], *codes[1]}))),
        dc.Dimension("size_class", (*SIZES, *sorted(codes[2] - SIZES.keys()))),
    ]
    ends = [SIZES[s] for s in units.columns["size_class"]]
    tabulation = dc.tabulate(
        units.columns,
        units.amount,
        units.respondent,
        dimensions,
        bounds=([e[0] for e in ends], [e[1] for e in ends]),
    )
    table = tabulation.table.with_weight(policy.weight)
    tabulation = dc.Tabulation(
        table, tabulation.dimensions, tabulation.keys, tabulation.unit_count, tabulation.who
    )
    rules = [dc.Rule(**rule.model_dump()) for rule in policy.rules]
    sensitive = dc.primary(table, rules, minimum_level=policy.minimum_level)
    entry = _cached(cached)
    if entry is None:
        entry = held_against(tabulation, sensitive, others, said, policy)
        cached.parent.mkdir(parents=True, exist_ok=True)
        temporary = cached.with_suffix(".part")
        temporary.write_text(json.dumps(entry), encoding="utf-8")
        temporary.replace(cached)
    suppressed = np.zeros(table.size, dtype=np.bool_)
    suppressed[np.array(entry.pop("suppressed"), dtype=np.int64)] = True
    entry = {
        "rules": [rule.code for rule in rules],
        "cells": table.size,
        "withheld": int(suppressed.sum()),
        "primary": int(sensitive.sensitive.sum()),
        **entry,
    }
    return dc.Earlier(name, tabulation, suppressed, sensitive), entry


def _cached(path: Path) -> dict[str, Any] | None:
    try:
        found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    except (FileNotFoundError, ValueError):
        return None
    return found


def _agrees(connection: duckdb.DuckDBPyConnection, dataset: str, period: str, edition: Any) -> None:
    """What is summed here is what dbt summed: two ways, one table."""
    found = connection.execute(
        f"SELECT {', '.join(DIMENSIONS)}, employment_count, factory_count, respondent_count "
        "FROM intermediate.int_registry_employment_tabulated WHERE dataset = ? AND period = ?",
        [dataset, period],
    ).fetchall()
    tabulation = edition.tabulation
    place = {key: i for i, key in enumerate(tabulation.keys)}
    here = int((tabulation.unit_count > 0).sum())
    if here != len(found):
        raise ValueError(
            f"{dataset} {period}: {here} cells with factories here, {len(found)} in dbt"
        )
    for *key, value, units, respondents in found:
        i = place[tuple(key)]
        mine = (
            float(tabulation.table.value[i]),
            int(tabulation.unit_count[i]),
            int(tabulation.table.respondent_count[i]),
        )
        if mine != (float(value), units, respondents):
            raise ValueError(f"{dataset} {period} {'|'.join(key)}: the sums of dbt are others")


def _rows(
    dataset: str, period: str, edition: Any, entry: Mapping[str, Any], is_simulated: bool
) -> list[dict[str, Any]]:
    tabulation, hidden = edition.tabulation, edition.suppressed
    place = {key: i for i, key in enumerate(tabulation.keys)}
    used = [
        {key[d] for i, key in enumerate(tabulation.keys) if tabulation.unit_count[i]}
        for d in range(3)
    ]
    rows = []
    for i, key in enumerate(tabulation.keys):
        complex_id, industry_code, size_class = key
        if (
            complex_id not in used[0]
            or industry_code not in used[1]
            or size_class not in SIZES_AND_TOTAL
        ):
            continue  # of an earlier release alone
        whole = place[complex_id, "_T", "_T"]
        open_ = not hidden[i]
        value = float(tabulation.table.value[i]) if open_ else None
        total = None if hidden[whole] else float(tabulation.table.value[whole])
        rule = edition.primary.rule[i]
        rows.append(
            {
                "dataset": dataset,
                "period": period,
                "complex_id": complex_id,
                "industry_code": industry_code,
                "size_class": size_class,
                "employment_count": None if value is None else int(value),
                "employment_count_status": "A" if open_ else "Q",
                "employment_share_pct": 100 * value / total
                if value is not None and total
                else None,
                "factory_count": int(tabulation.unit_count[i]) if size_class == "_T" else None,
                "conf_status": "F" if open_ else "D" if not rule else "A" if "n<" in rule else "C",
                "conf_rule": None
                if open_
                else "unprotected"
                if not entry["is_safe"]
                else rule or "secondary",
                "is_simulated": is_simulated,
            }
        )
    return rows


_SCHEMA = pa.schema(
    [
        *((name, pa.string()) for name in ("dataset", "period", *DIMENSIONS)),
        ("employment_count", pa.int64()),
        ("employment_count_status", pa.string()),
        ("employment_share_pct", pa.float64()),
        ("factory_count", pa.int64()),
        ("conf_status", pa.string()),
        ("conf_rule", pa.string()),
        ("is_simulated", pa.bool_()),
    ]
)


def _write(connection: duckdb.DuckDBPyConnection, rows: list[dict[str, Any]]) -> None:
    """The mart, from rows that hold no withheld figure."""
    connection.register("protected", pa.Table.from_pylist(rows, schema=_SCHEMA))
    names = ", ".join(_SCHEMA.names)
    connection.execute("BEGIN")
    connection.execute(f"DELETE FROM main.{MART}")
    connection.execute(f"INSERT INTO main.{MART} ({names}) SELECT {names} FROM protected")
    connection.execute("COMMIT")
    connection.unregister("protected")
