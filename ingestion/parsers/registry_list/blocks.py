"""A large CSV, block by block: cut into columns while the blocks behind are still decoded.

Other threads than the one that decodes cut (Arrow) and map (`mapping`) the blocks before. What
Arrow gives counts only where all is as it should be; any other block is read record by record, by
the strict rules, so that what is wrong is told with its row.
"""

from __future__ import annotations

import csv
import io
import os
from collections.abc import Callable, Collection, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pa_csv

from ingestion.contract import Contract
from ingestion.csv_text import CsvText
from ingestion.problems import Problem, RejectedFile, problem, reject
from ingestion.registry import Registry

from .columns import Plan, match_header
from .mapping import Mapper, Rows
from .text import recoded, whole

#: A block of text that is decoded, cut and mapped at once (bytes); a long list has larger ones,
#: as many as this.
BLOCK_BYTES, BLOCKS = 2 * 1024 * 1024, 6
#: A cell with more line breaks than this is not a cell but what an open quotation mark swallowed.
MAX_LINE_BREAKS = 20

_WORDS = pa.dictionary(pa.int32(), pa.string())
_QUOTE, _LINE_FEED = ord('"'), ord("\n")
#: Which bytes stand before and behind a field in quotation marks.
_BEFORE_FIELD = np.isin(np.arange(256), list(b",\n"))
_NO_MARK = np.array([_LINE_FEED], np.uint8)
_BEHIND_FIELD = np.isin(np.arange(256), list(b",\n\r"))


@dataclass(frozen=True)
class _Fault:
    """A record that is none: its row and line within the block, and how many fields it has.

    `found` is None where the quoting is broken, so that nobody can tell where a record ends.
    """

    row: int
    line: int
    found: int | None


@dataclass
class _Block:
    """What one block of a text says."""

    #: Rows of a spreadsheet and lines of text that it takes, empty ones included.
    records: int
    lines: int
    rows: Rows | None = None
    faults: list[_Fault] = field(default_factory=list)


def read_csv(
    text: CsvText,
    contract: Contract,
    registry: Registry,
    take: Callable[[Rows], None] | None = None,
) -> Rows:
    """Read all records below the header.

    Args:
        take: is given the rows of each block, in order, as soon as they are there.

    Raises:
        RejectedFile: unknown or missing columns, or records that are none, with row and line.
    """
    plan = match_header(text.header, contract, _width(text))
    first = text.header_records
    if len(first) > 1:  # the row behind a lone carriage return would be taken for the header's
        fields = sum(len(record) for record in first)
        raise RejectedFile(_fault_problems([(1, 1, fields)], plan.width))
    mapper = Mapper(plan, registry)

    def read_span(span: tuple[int, int]) -> _Block:
        return _read_block(text, span, plan, mapper)

    row, line = 2, text.header_lines + 1
    parts: list[Rows] = []
    faults: list[tuple[int, int, int | None]] = []
    # Decoding takes Python's lock, the rest hardly ever: one thread decodes while others work.
    with ThreadPoolExecutor(min(4, os.cpu_count() or 1)) as pool:
        for block in pool.map(read_span, text.spans(max(BLOCK_BYTES, len(text.data) // BLOCKS))):
            faults += [(row + f.row, line + f.line, f.found) for f in block.faults]
            if block.rows is not None:
                part = block.rows.moved(row)
                parts.append(part)
                if take is not None and not faults:
                    take(part)
            row, line = row + block.records, line + block.lines
    if faults:
        raise RejectedFile(_fault_problems(faults, plan.width))
    if not parts:
        raise reject("no_rows")
    return Rows(
        pa.concat_tables([part.table for part in parts]),
        sum(part.withheld for part in parts),
        sum(part.masked for part in parts),
    )


def _width(text: CsvText) -> int | None:
    """The number of fields of the first record below the header, where there is one."""
    first = next(text.spans(0), None)
    if first is None:
        return None
    head = text.data[first[0] : first[0] + 65536].decode(text.encoding, "ignore")
    try:
        return len(next(csv.reader(io.StringIO(head, newline="")), [])) or None
    except csv.Error:
        return None


def _fault_problems(faults: Sequence[tuple[int, int, int | None]], width: int) -> list[Problem]:
    problems = []
    fields = [fault for fault in faults if fault[2] is not None]
    if fields:
        row, line, found = fields[0]
        problems.append(
            problem(
                "registry_fields",
                cell=f"A{row}",
                row=row,
                line=line,
                found=found,
                expected=width,
                count=len(fields),
            )
        )
    for row, line, found in faults:
        if found is None:
            problems.append(problem("registry_quotes", cell=f"A{row}", row=row, line=line))
            break
    return problems


def _read_block(text: CsvText, span: tuple[int, int], plan: Plan, mapper: Mapper) -> _Block:
    block = text.data[slice(*span)]
    ends = np.frombuffer(block, np.uint8) == _LINE_FEED
    lines = int(np.count_nonzero(ends)) + (not block.endswith(b"\n") and block != b"")
    texts = _cut(block, plan, lines)
    if texts is not None and text.encoding != "utf-8":
        texts = _decoded(texts, block, plan, text.encoding)
    if texts is None:
        return _read_carefully(text.utf8(*span), plan, mapper)
    positions = pa.array(np.arange(texts.num_rows, dtype=np.int32))
    mapped = mapper.map(texts.append_column("i", positions)) if texts.num_rows else None
    return _Block(texts.num_rows, lines, mapped)


def _decoded(texts: pa.Table, block: bytes, plan: Plan, encoding: str) -> pa.Table | None:
    """Columns of CP949 as text, each value of a dictionary once; None where some of it is none.

    Separators and quotation marks are the same bytes in CP949 as in UTF-8 and never part of a
    letter, so a block can be cut before it is decoded.
    """
    try:
        if len(plan.read) < plan.width:
            block.decode(encoding)  # what is not read must be whole, too
        columns = [recoded(whole(column), encoding) for column in texts.columns]
    except UnicodeDecodeError:
        return None
    if any(column is None for column in columns):
        return None
    return pa.table(columns, names=texts.column_names)


def _cut(block: bytes, plan: Plan, lines: int) -> pa.Table | None:
    """The columns of a block whose rows and quotation marks are all as they should be; else None.

    Arrow cuts fast and lets odd quoting pass, so what it gives counts only where every mark opens
    or closes a field and every line break ends a record or stands inside of a cell. Columns are in
    the code of the block.
    """
    if not _quotes_fit(block):
        return None
    texts = _arrow(block, plan, plan.read, plan.repeating)
    if texts is None or texts.num_rows == lines:
        return texts
    every = _arrow(block, plan, range(plan.width))
    if every is None:
        return None
    inside = 0
    for column in every.columns:
        breaks = pc.count_substring(column.cast(pa.binary()), b"\n")
        if (pc.max(breaks).as_py() or 0) > MAX_LINE_BREAKS:
            return None
        inside += pc.sum(breaks).as_py() or 0
    return texts if texts.num_rows + inside == lines else None


def _arrow(
    block: bytes, plan: Plan, columns: Sequence[int], repeating: Collection[int] = ()
) -> pa.Table | None:
    names = [f"c{i}" for i in range(plan.width)]
    wanted = [names[i] for i in columns]
    try:
        table = pa_csv.read_csv(
            pa.py_buffer(block),
            pa_csv.ReadOptions(use_threads=False, block_size=len(block) + 1, column_names=names),
            pa_csv.ParseOptions(),
            pa_csv.ConvertOptions(
                check_utf8=False,
                column_types={names[i]: _WORDS if i in repeating else pa.string() for i in columns},
                null_values=[""],
                strings_can_be_null=True,
                include_columns=wanted,
            ),
        )
    except pa.ArrowInvalid:  # its words quote the row
        return None
    return table.combine_chunks()


def _quotes_fit(block: bytes) -> bool:
    """Whether every quotation mark opens or closes a field or is one of a doubled pair."""
    data = np.frombuffer(block, np.uint8)
    marks = np.flatnonzero(data == _QUOTE)
    if len(marks) > 1 and (np.diff(marks) == 1).any():
        data = np.frombuffer(block.replace(b'""', b""), np.uint8)
        marks = np.flatnonzero(data == _QUOTE)
    if not len(marks):
        return True
    before = np.concatenate((_NO_MARK, data[marks[1:] - 1]))
    if marks[0]:
        before[0] = data[marks[0] - 1]
    after = np.concatenate((data[marks[:-1] + 1], _NO_MARK))
    if marks[-1] + 1 < len(data):
        after[-1] = data[marks[-1] + 1]
    opening = int(np.count_nonzero(_BEFORE_FIELD[before]))
    closing = int(np.count_nonzero(_BEHIND_FIELD[after]))
    return opening == closing and opening + closing == len(marks)


def _read_carefully(block: bytes, plan: Plan, mapper: Mapper) -> _Block:
    """A block record by record, by the strict rules: what is wrong, with row and line, or columns."""
    reader = csv.reader(io.StringIO(block.decode(), newline=""), strict=True)
    columns: dict[int, list[str]] = {i: [] for i in plan.read}
    positions: list[int] = []
    faults: list[_Fault] = []
    row = line = 0
    try:
        for record in reader:
            if len(record) == plan.width:
                if any(cell.count("\n") > MAX_LINE_BREAKS for cell in record):
                    faults.append(_Fault(row, line, None))
                for i, cells in columns.items():
                    cells.append(record[i])
                positions.append(row)
            elif len(record) > 1 or "".join(record).strip(" \t\x1a"):
                faults.append(_Fault(row, line, len(record)))
            row, line = row + 1, reader.line_num
    except csv.Error:
        faults.append(_Fault(row, line, None))
    if faults or not positions:
        return _Block(row, line, faults=faults)
    texts = pa.table(
        {
            **{
                f"c{i}": pa.array([cell or None for cell in cells], pa.string())
                for i, cells in columns.items()
            },
            "i": pa.array(positions, pa.int32()),
        }
    )
    return _Block(row, line, mapper.map(texts))
