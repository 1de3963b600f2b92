"""Registries: factories (등록공장현황) and knowledge-industry centres (지식산업센터현황).

A list of 200,000 rows is read column by column and never as Python objects: the text is decoded
block by block while other threads cut the blocks before it into columns (Arrow), map, check and
key them (DuckDB), and while the rows before those are written already. What concerns a natural
person is left behind on the way: columns about persons are not converted at all, but for the
representative's name, which is compared with the firm's and dropped; telephone numbers and
addresses of e-mail inside of other text are masked.

Form of the files: CP949, one header row. Editions differ in their columns (five in the annual file
of data.go.kr 15105482, some thirty-five in the monthly one of factoryON, where a factory may have
one row an industry); the contract lists all that are known. The interface `fctryRegistInfo`
answers page by page, one series of pages a complex.

`columns` (the header) → `blocks` or `answers` → `mapping` (with `text`, `places`, `persons`) →
`checks` (what needs all rows).
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pyarrow as pa

from ingestion.contract import Contract
from ingestion.landing import SCHEMAS, LandedDraft, constant
from ingestion.parsers import Reading
from ingestion.periods import Period, date_in_name, period_of_date
from ingestion.problems import Problem, RejectedFile, reject
from ingestion.registry import Registry
from ingestion.snapshots import Snapshot
from ingestion.sniff import Content

from .answers import read_answers
from .blocks import read_csv
from .checks import finish
from .columns import header_key, looks_like
from .mapping import Rows
from .text import numbered

__all__ = ["PARSER_VERSION", "header_key", "looks_like", "parse"]

PARSER_VERSION = "2"

_MONTH_IN_NAME = re.compile(r"(?<!\d)(20\d{2})(0[1-9]|1[0-2])(?!\d)")


def parse(
    content: Content,
    contract: Contract,
    registry: Registry,
    snapshot: Snapshot,
    begin: Callable[[str], LandedDraft] | None = None,
) -> Reading:
    """Read one edition of a registry, from its CSV or from a bundle of answers.

    Args:
        begin: begins a landed file for the period it is given. A CSV is written there block by
            block; what the checks of the whole change after that makes the draft void.

    Returns:
        Its month (`YYYY-MM`), its rows as a table in the landed schema without the common columns,
        the same as a draft where it holds, and what was odd. Nothing in it, problems included, is
        a person's.

    Raises:
        RejectedFile: unknown or missing columns, rows that are not rows, pages that do not add up,
            no edition, or so many odd values that a column must be another one.
    """
    failure = "unknown"
    problems: list[Problem] = []
    draft: LandedDraft | None = None
    written: list[pa.Table] = []
    try:
        if content.csv_text is not None:
            period = _edition(snapshot, None)
            draft = begin(period) if begin is not None else None

            def take(rows: Rows) -> None:
                assert draft is not None
                written.append(_landed(rows.table, contract, period))
                draft.add(written[-1])

            rows = read_csv(content.csv_text, contract, registry, take if draft else None)
        elif content.answers is not None:
            period = _edition(snapshot, content.answers.period)
            rows, problems = read_answers(content.answers, contract, registry)
        else:
            raise reject("unrecognised", detail=contract.dataset, detail_ko=contract.dataset)
        table, changed, more = finish(rows, contract)
        if draft is not None and not changed:
            rows_landed = pa.concat_tables(written)
            return Reading(period, rows_landed, problems=[*problems, *more], draft=draft)
        return Reading(period, _landed(table, contract, period), problems=[*problems, *more])
    except RejectedFile:
        raise
    except Exception as error:  # its words may quote a cell, so only its kind is told
        failure = type(error).__name__
    raise reject("registry_unread", detail=failure)


def _edition(snapshot: Snapshot, told: str | None) -> str:
    """The month an edition is of: as the bundle tells, by the file name, or by the sidecar."""
    if told is not None:
        try:
            period = Period.parse(told)
        except ValueError:
            period = None
        if period is not None and period.freq == "M":
            return told
    day = date_in_name(snapshot.file_name)
    if day is not None:
        return str(period_of_date(day, "M"))
    month = _MONTH_IN_NAME.search(snapshot.file_name)
    if month is not None:
        return f"{month[1]}-{month[2]}"
    if snapshot.published_at_basis == "sidecar":
        return snapshot.published_at[:7]
    raise reject("registry_period_unknown")


def _landed(table: pa.Table, contract: Contract, period: str) -> pa.Table:
    """The landed columns of rows."""
    count = table.num_rows
    columns: dict[str, Any] = {"period": constant(period, count)}
    if "sheet" not in table.column_names:
        columns["sheet"] = constant("", count)
        columns["cell"] = numbered("A", table["i"])
    for name in SCHEMAS[contract.landed].names:
        if name in table.column_names:
            columns[name] = table[name]
    return pa.table(columns)
