"""Registries: factories (등록공장현황) and knowledge-industry centres (지식산업센터현황).

A list of 200,000 rows is read column by column and never as Python objects: the text is decoded
block by block while other threads cut the blocks before it into columns (Arrow) and map, check and
key them (DuckDB). What concerns a natural person is left behind on the way: columns about persons
are not converted at all, but for the representative's name, which is compared with the firm's and
dropped; telephone numbers and addresses of e-mail inside of other text are masked.

Form of the files: CP949, one header row. Editions differ in their columns (five in the annual file
of data.go.kr 15105482, some thirty-five in the monthly one of factoryON, where a factory may have
one row an industry); the contract lists all that are known. The interface `fctryRegistInfo`
answers page by page, one series of pages a complex.
"""

from __future__ import annotations

import csv
import io
import os
import re
import threading
from collections import Counter
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pa_csv

from ingestion.answers import Bundle
from ingestion.contract import Contract, Contracts, ListColumn
from ingestion.csv_text import CsvText
from ingestion.fetch.errors import FetchError
from ingestion.fetch.sources.datagokr import page_of
from ingestion.landing import SCHEMAS, constant
from ingestion.parsers import Reading
from ingestion.periods import Period, date_in_name, period_of_date
from ingestion.persons import MASK, has_contacts, mask_contacts
from ingestion.problems import Problem, RejectedFile, problem, reject
from ingestion.registry import Registry, name_key, tidy
from ingestion.snapshots import Snapshot
from ingestion.sniff import Content

PARSER_VERSION = "1"

#: Hexadecimal digits of a key made from name and address: 64 bits, so that two of a million
#: factories share one by chance once in 37 million editions.
KEY_DIGITS = 16
#: A block of text that is decoded, cut and mapped at once (bytes); a long list has larger ones.
BLOCK_BYTES = 2 * 1024 * 1024
#: What is odd in no more rows than this share (or `FEW` rows) is left empty and told; more of it
#: means that the file is not what it seems.
SMALL_SHARE, FEW = 0.02, 3
#: A cell with more line breaks than this is not a cell but what an open quotation mark swallowed.
MAX_LINE_BREAKS = 20

_QUOTE, _COMMA, _LINE_FEED, _RETURN, _BLANK, _AT = (ord(c) for c in '",\n\r @')
_MONTH_IN_NAME = re.compile(r"(?<!\d)(20\d{2})(0[1-9]|1[0-2])(?!\d)")
_SUFFIX = "국가산업단지"
#: What is read to land something else with; the rest of a contract's fields are landed columns.
_HELPERS = ("complex_raw", "address", "address_lot", "province_raw", "sigungu_raw", "ksic_codes")
_DOTS = str.maketrans("", "", "·ㆍ‧・∙")
_KINDS_KO = {"number": "숫자가", "area": "면적이", "date": "날짜가", "industry code": "업종 코드가"}


def looks_like(first: Sequence[str], contracts: Contracts) -> Contract | None:
    """The registry whose header a first row is, or None.

    A row is a header where most of its cells are known to a contract, among them most of those
    that must be there: one unknown or missing column is for the parser to name.
    """
    keys = [_key(cell) for cell in first]
    if keys and not keys[-1]:
        keys.pop()  # a comma at the end of each line
    best: tuple[float, int, Contract] | None = None
    for contract in contracts.by_dataset.values():
        if contract.parser != "registry_list" or contract.form != "csv":
            continue
        names = _names(contract)
        known = [names[key] for key in keys if key in names]
        required = [c for c in contract.list_columns if not c.optional]
        there = sum(1 for column in required if column in known)
        if len(known) < 3 or len(known) < 0.5 * len(keys) or there < 0.5 * len(required):
            continue
        score = (len(known) / len(keys) + there / len(required), len(known), contract)
        if best is None or score[:2] > best[:2]:
            best = score
    return None if best is None else best[2]


def parse(content: Content, contract: Contract, registry: Registry, snapshot: Snapshot) -> Reading:
    """Read one edition of a registry, from its CSV or from a bundle of answers.

    Returns:
        Its month (`YYYY-MM`), its rows as a table in the landed schema without the common columns,
        and what was odd. Nothing in it, problems included, is a person's.

    Raises:
        RejectedFile: unknown or missing columns, rows that are not rows, pages that do not add up,
            no edition, or so many odd values that a column must be another one.
    """
    failure = "unknown"
    problems: list[Problem] = []
    try:
        if content.csv_text is not None:
            period = _edition(snapshot, None)
            rows = _read_csv(content.csv_text, contract, registry)
        elif content.answers is not None:
            period = _edition(snapshot, content.answers.period)
            rows, problems = _read_answers(content.answers, contract, registry)
        else:
            raise reject("unrecognised", detail=contract.dataset, detail_ko=contract.dataset)
        table, more = _finish(rows, contract, period)
        return Reading(period, table, problems=[*problems, *more])
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


# ---------------------------------------------------------------- columns


def _key(header: str) -> str:
    """A header without blanks, brackets and joining marks."""
    return re.sub(r"[()\[\]_\-./·]", "", name_key(header)).lower()


def _names(contract: Contract) -> dict[str, ListColumn]:
    return {_key(word): column for column in contract.list_columns for word in column.header}


@dataclass(frozen=True)
class _Plan:
    """Which column of the file is read as what."""

    contract: Contract
    #: Number of columns of the file.
    width: int
    #: Field → the columns it is read from, in the contract's order.
    columns: Mapping[str, tuple[int, ...]]
    #: Columns that hold persons' names, to be compared and dropped.
    names: tuple[int, ...]
    headers: Mapping[str, str]
    kinds: Mapping[str, str]

    @property
    def read(self) -> list[int]:
        """All columns that are converted."""
        return sorted({i for found in self.columns.values() for i in found} | set(self.names))


def _plan(header: Sequence[str], contract: Contract, second: int | None) -> _Plan:
    """Match a header with the contract.

    Args:
        second: the number of fields of the row below, where it is known.

    Raises:
        RejectedFile: columns that are unknown, missing or there twice.
    """
    names = _names(contract)
    problems: list[Problem] = []
    found: dict[int, ListColumn] = {}
    unknown: list[int] = []
    for i, cell in enumerate(header):
        column = names.get(_key(cell))
        if column is None:
            if cell.strip() or i < len(header) - 1:
                unknown.append(i)
        elif column in found.values():
            other = next(j for j, c in found.items() if c == column)
            problems.append(
                problem("header_twice", found=_shown(cell), other=_cell(other), cell=_cell(i))
            )
        else:
            found[i] = column
    where = f"ingestion/contracts/{contract.dataset}.yml"
    if unknown and second is not None and second != len(header):
        problems.append(
            problem("registry_headers_unknown", cell="A1", count=len(unknown), contract=where)
        )
    elif unknown:
        known = ", ".join(c.header[0] for c in contract.list_columns if not c.person)
        problems += [
            problem(
                "header_unknown",
                cell=_cell(i),
                found=_shown(header[i]),
                expected=known,
                contract=where,
            )
            for i in unknown
        ]
    there = ", ".join(column.header[0] for column in found.values())
    problems += [
        problem("header_missing", expected=column.header[0], found=there, contract=where)
        for column in contract.list_columns
        if not column.optional and column not in found.values()
    ]
    if problems:
        raise RejectedFile(problems)
    fields: dict[str, tuple[int, ...]] = {}
    for column in contract.list_columns:
        if column.field is not None:
            columns = [i for i, c in found.items() if c == column]
            fields[column.field] = (*fields.get(column.field, ()), *columns)
    return _Plan(
        contract,
        len(header),
        {name: columns for name, columns in fields.items() if columns},
        tuple(i for i, c in found.items() if c.kind == "name"),
        {c.field: c.header[0] for c in reversed(contract.list_columns) if c.field},
        {c.field: c.kind for c in contract.list_columns if c.field},
    )


def _shown(header: str) -> str:
    """A header for a message: short, and without anything that could be a value."""
    return mask_contacts(tidy(header))[:40]


def _cell(column: int, row: int = 1) -> str:
    letters = ""
    while column >= 0:
        letters = chr(ord("A") + column % 26) + letters
        column = column // 26 - 1
    return f"{letters}{row}"


# ---------------------------------------------------------------- CSV


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
    mapped: _Mapped | None = None
    faults: list[_Fault] = field(default_factory=list)


def _read_csv(text: CsvText, contract: Contract, registry: Registry) -> _Mapped:
    spans = list(text.spans(max(BLOCK_BYTES, len(text.data) // 12)))
    plan = _plan(text.header, contract, _width(text.utf8(*spans[0])) if spans else None)
    mapper = _Mapper(plan, registry)

    def read_span(span: tuple[int, int]) -> _Block:
        return _read_block(text.utf8(*span), plan, mapper)

    # Decoding takes Python's lock, the rest hardly ever: one thread decodes while others work.
    with ThreadPoolExecutor(min(4, os.cpu_count() or 1)) as pool:
        read = list(pool.map(read_span, spans))
    row, line = 2, text.header_lines + 1
    parts: list[_Mapped] = []
    faults: list[tuple[int, int, int | None]] = []
    for block in read:
        faults += [(row + f.row, line + f.line, f.found) for f in block.faults]
        if block.mapped is not None:
            parts.append(block.mapped.moved(row))
        row, line = row + block.records, line + block.lines
    if faults:
        raise RejectedFile(_fault_problems(faults, plan.width))
    if not parts:
        raise reject("no_rows")
    return _Mapped(
        pa.concat_tables([part.table for part in parts]),
        sum(part.withheld for part in parts),
        sum(part.masked for part in parts),
    )


def _width(block: bytes) -> int | None:
    """The number of fields of the first record of a block, where it has one."""
    head = io.StringIO(block[:65536].decode(errors="ignore"), newline="")
    try:
        return len(next(csv.reader(head), [])) or None
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


def _read_block(block: bytes, plan: _Plan, mapper: _Mapper) -> _Block:
    lines = block.count(b"\n") + (not block.endswith(b"\n") and block != b"")
    texts = _cut(block, plan, lines)
    if texts is not None:
        positions = pa.array(np.arange(texts.num_rows, dtype=np.int32))
        mapped = mapper.map(texts.append_column("i", positions)) if texts.num_rows else None
        return _Block(texts.num_rows, lines, mapped)
    return _read_carefully(block, plan, mapper)


def _cut(block: bytes, plan: _Plan, lines: int) -> pa.Table | None:
    """The columns of a block whose rows and quotation marks are all as they should be; else None.

    Arrow cuts fast and lets odd quoting pass, so what it gives counts only where every mark opens
    or closes a field and every line break ends a record or stands inside of a cell.
    """
    if not _quotes_fit(block):
        return None
    texts = _arrow(block, plan, plan.read)
    if texts is None or texts.num_rows == lines:
        return texts
    whole = _arrow(block, plan, range(plan.width))
    if whole is None:
        return None
    inside = 0
    for column in whole.columns:
        breaks = pc.count_substring(column, "\n")
        if (pc.max(breaks).as_py() or 0) > MAX_LINE_BREAKS:
            return None
        inside += pc.sum(breaks).as_py() or 0
    return texts if texts.num_rows + inside == lines else None


def _arrow(block: bytes, plan: _Plan, columns: Sequence[int]) -> pa.Table | None:
    names = [f"c{i}" for i in range(plan.width)]
    wanted = [names[i] for i in columns]
    try:
        table = pa_csv.read_csv(
            pa.py_buffer(block),
            pa_csv.ReadOptions(use_threads=False, block_size=len(block) + 1, column_names=names),
            pa_csv.ParseOptions(),
            pa_csv.ConvertOptions(
                check_utf8=False,
                column_types=dict.fromkeys(wanted, pa.string()),
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
    before = np.concatenate(([_LINE_FEED], data[marks[1:] - 1]))
    if marks[0]:
        before[0] = data[marks[0] - 1]
    after = np.concatenate((data[marks[:-1] + 1], [_LINE_FEED]))
    if marks[-1] + 1 < len(data):
        after[-1] = data[marks[-1] + 1]
    opening = int(np.isin(before, (_COMMA, _LINE_FEED)).sum())
    closing = int(np.isin(after, (_COMMA, _LINE_FEED, _RETURN)).sum())
    return opening == closing and opening + closing == len(marks)


def _read_carefully(block: bytes, plan: _Plan, mapper: _Mapper) -> _Block:
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


# ---------------------------------------------------------------- answers


def _read_answers(
    bundle: Bundle, contract: Contract, registry: Registry
) -> tuple[_Mapped, list[Problem]]:
    """The factories of a bundle: every page of every complex, each complete."""
    names = _names(contract)
    items: list[dict[str, Any]] = []
    sheets: list[str] = []
    rows: list[int] = []
    found: Counter[str] = Counter()
    announced: dict[str, set[int]] = {}
    problems: list[Problem] = []
    for part in bundle.parts:
        about = tidy(part.params.get("irsttNm", "")) or part.file
        try:
            page = page_of(part.data)
            total = int(str(page.total))
        except (FetchError, ValueError) as error:
            kind = f"{error.publisher} {error.code}" if isinstance(error, FetchError) else "total"
            problems.append(
                problem("answers_unreadable", sheet=part.file, part=part.file, detail=kind)
            )
            continue
        found[about] += len(page.rows)
        announced.setdefault(about, set()).add(total)
        items += page.rows
        sheets += [part.file] * len(page.rows)
        rows += range(1, len(page.rows) + 1)
    for about, totals in announced.items():
        if totals != {found[about]}:
            told = " / ".join(f"{total:,}" for total in sorted(totals))
            problems.append(
                problem("answers_incomplete", what=about, found=f"{found[about]:,}", expected=told)
            )
    if problems:
        raise RejectedFile(problems)
    if not items:
        raise reject("no_rows")
    counts = Counter(name for item in items for name in item)
    unknown = sorted(name for name in counts if _key(name) not in names)
    if unknown:
        shown = ", ".join(n if re.fullmatch(r"[A-Za-z]\w{0,40}", n) else "…" for n in unknown[:12])
        where = f"ingestion/contracts/{contract.dataset}.yml"
        problems.append(problem("answers_field_unknown", found=shown, contract=where))
    header = [name for name in counts if _key(name) in names]
    plan = _plan(header, contract, None)
    table = pa.table(
        {
            **{
                f"c{i}": pa.array([_plain(item.get(header[i])) for item in items], pa.string())
                for i in plan.read
            },
            "i": pa.array(np.arange(len(items), dtype=np.int32)),
        }
    )
    mapped = _Mapper(plan, registry).map(table)
    places = pa.array([f"item[{row}]" for row in rows]).take(mapped.table["i"])
    kept = mapped.table.append_column("cell", places)
    kept = kept.append_column("sheet", pa.array(sheets).take(mapped.table["i"]))
    return _Mapped(kept, mapped.withheld, mapped.masked), problems


def _plain(value: Any) -> str | None:
    return None if value is None or isinstance(value, dict | list) else str(value) or None


# ---------------------------------------------------------------- mapping


@dataclass(frozen=True)
class _Mapped:
    """Rows with their codes and keys; `i` is the row, `bad_<field>` tells what was no value."""

    table: pa.Table
    #: Names of firms left empty and cells masked, for the sake of persons.
    withheld: int
    masked: int

    def moved(self, rows: int) -> _Mapped:
        """The same, counted from another row."""
        numbers = pc.add(self.table["i"], pa.scalar(rows, pa.int32()))
        position = self.table.schema.get_field_index("i")
        return _Mapped(self.table.set_column(position, "i", numbers), self.withheld, self.masked)


class _Mapper:
    """Maps columns of text to landed columns; may be used by several threads at once."""

    def __init__(self, plan: _Plan, registry: Registry) -> None:
        self._plan = plan
        # One thread a query: the blocks are what runs in parallel.
        self._database = duckdb.connect(config={"threads": 1})
        self._local = threading.local()
        self._provinces = registry.provinces
        #: The first spelling of each province: the one that keys are made with.
        self._spelling = {code: name for name, code in reversed(registry.provinces.items())}
        self._complexes = {key.translate(_DOTS): id_ for key, id_ in registry.complexes.items()}
        self._known: dict[str | None, str | None] = {None: None}
        fields = SCHEMAS[plan.contract.landed].names
        self._title = "name_ko" if "name_ko" in fields else "company_name"
        self._marks = pa.array(list(plan.contract.marks), pa.string())
        #: Text in anybody's words; numbers and codes have a form of their own, which is checked.
        self._prose = {name for name, kind in plan.kinds.items() if kind == "text"} - {
            *("factory_no", "ksic_code", "ksic_codes", "province_raw")
        }

    def map(self, texts: pa.Table) -> _Mapped:
        """Map columns `c<n>` of text, and `i`, the number of each row."""
        count, masked, withheld = texts.num_rows, 0, 0
        cells: dict[int, pa.Array] = {}
        values = {
            i
            for name, columns in self._plan.columns.items()
            for i in columns
            if self._plan.kinds[name] != "text"
        }
        prose = {
            i
            for name, columns in self._plan.columns.items()
            for i in columns
            if name in self._prose
        }
        for i in self._plan.read:
            column = _whole(texts[f"c{i}"])
            if i in values:
                cells[i] = column
                continue
            if _untidy(column):
                column = self._ask(f"SELECT {_TIDY} AS v FROM given", v=column)["v"]
            if i in prose:
                column, hits = _masked(column, _suspects(column))
                masked += hits
            cells[i] = column
        found: dict[str, pa.Array] = {"i": _whole(texts["i"])}
        for name, kind in self._plan.kinds.items():
            columns = [cells[i] for i in self._plan.columns.get(name, ())]
            column = pc.coalesce(*columns) if columns else pa.nulls(count, pa.string())
            if kind == "text":
                found[name] = column
            else:
                found[name], found[f"bad_{name}"] = self._values(column, kind)
        for name in _HELPERS:
            found.setdefault(name, pa.nulls(count, pa.string()))
        found["address"] = pc.coalesce(found["address"], found.pop("address_lot"))
        if self._plan.names:
            withheld, named = self._without_persons(found, [cells[i] for i in self._plan.names])
            masked += named
        self._place(found)
        found["complex_id"] = self._complex_ids(found["complex_raw"])
        for name in ("complex_raw", "product", "industry_name"):
            if name in found:
                found[name] = found[name].dictionary_encode()
        return _Mapped(pa.table(found), withheld, masked)

    def _ask(self, query: str, **columns: pa.Array) -> dict[str, pa.Array]:
        """Answer a query about columns of equal length (`given`), row for row in their order."""
        if not hasattr(self._local, "connection"):
            self._local.connection = self._database.cursor()
        connection: duckdb.DuckDBPyConnection = self._local.connection
        connection.register("given", pa.table(columns))
        answer = connection.sql(query).to_arrow_table()
        connection.unregister("given")
        return {name: _whole(answer[name]) for name in answer.column_names}

    def _values(self, column: pa.Array, kind: str) -> tuple[pa.Array, pa.Array]:
        """The values of a column of figures or dates, and where there is text that is none."""
        if len(self._marks) and column.null_count < len(column):
            marked = pc.is_in(column, self._marks)
            if pc.any(marked).as_py():
                column = pc.if_else(marked, pa.scalar(None, pa.string()), column)
        if column.null_count == len(column):
            none = pa.repeat(pa.scalar(False), len(column))
            return pa.nulls(len(column), _VALUES[kind][0]), none
        type_, expression = _VALUES[kind]
        if kind != "area":
            try:
                values = column.cast(type_)
            except pa.ArrowInvalid:  # thousands separated, another form of date, or no value
                values = None
            if values is not None and (kind == "date" or pc.min(values).as_py() >= 0):
                return values, pa.repeat(pa.scalar(False), len(column))
        answer = self._ask(
            f"SELECT value, v IS NOT NULL AND value IS NULL AS bad"
            f" FROM (SELECT v, {expression} AS value FROM (SELECT {_TIDY} AS v FROM given))",
            v=column,
        )
        return answer["value"].cast(type_), answer["bad"]

    def _without_persons(
        self, found: dict[str, pa.Array], names: list[pa.Array]
    ) -> tuple[int, int]:
        """Take the names of a row's persons out of its texts; the firm's name is left empty.

        Returns:
            How many firms' names were left empty, and how many other cells masked.
        """
        texts = [
            name
            for name in self._plan.kinds
            if name in self._prose and name in found and found[name].null_count < len(found[name])
        ]
        persons = names[0]
        if len(names) > 1:
            filled = [pc.fill_null(column, "") for column in names]
            persons = pc.binary_join_element_wise(*filled, ",")
        given = {"persons": persons} | {name: found[name] for name in texts}
        # Nearly all rows have one plain name, which may stand in the firm's; the rest, names that
        # are several or stand in other cells, are looked at closely.
        title = self._title if self._title in texts else "NULL"
        others = [f"contains({name}, p)" for name in texts if name != self._title]
        odd = " OR ".join([*others, f"regexp_matches(p, {_NOT_PLAIN})"])
        answer = self._ask(
            f"SELECT coalesce(contains(replace({title}, ' ', ''), p), FALSE) AS own,"
            f" coalesce({odd}, FALSE) AS odd FROM (SELECT *,"
            " CASE WHEN length(persons) > 1 THEN replace(persons, ' ', '') END AS p FROM given)",
            **given,
        )
        own, close = answer["own"], answer["odd"]
        masked = 0
        if pc.any(close).as_py():
            some = {name: column.filter(close) for name, column in given.items()}
            out = [
                f"CASE WHEN {_holds(n)} THEN {_without(n)} ELSE {n} END AS {n}"
                for n in texts
                if n != self._title
            ]
            split = f"SELECT * EXCLUDE persons, {_NAMES_IN} AS persons FROM given"
            query = f"SELECT {', '.join([f'{_holds(title)} AS own', *out])} FROM ({split})"
            for name, column in self._ask(query, **some).items():
                if name == "own":
                    own = pc.or_(own, pc.replace_with_mask(own, close, column))
                    continue
                same = pc.fill_null(pc.equal(column, some[name]), some[name].is_null())
                masked += pc.sum(pc.invert(same)).as_py() or 0
                found[name] = pc.replace_with_mask(found[name], close, column)
        found["withheld"] = own
        count = pc.sum(own).as_py() or 0
        if count:
            none = pa.scalar(None, pa.string())
            found[self._title] = pc.if_else(own, none, found[self._title])
        return count, masked

    def _place(self, found: dict[str, pa.Array]) -> None:
        """Province, city or county, and the key of name and address."""
        address = found["address"]
        words = pc.split_pattern(address, " ", max_splits=3)
        starts = pc.list_slice(words, 0, 3, return_fixed_size_list=True)
        # Words of an address repeat: they are told apart once.
        encoded = pc.fill_null(starts, [None] * 3).flatten().dictionary_encode()
        spelled, some = encoded.dictionary, len(encoded.dictionary)
        first, second, third = encoded.indices.fill_null(some).to_numpy().reshape(-1, 3).transpose()
        codes: list[str | None] = [None] * (some + 1)
        for index in np.unique(first):
            if index < some:
                codes[index] = self._provinces.get(spelled[index].as_py())
        known = np.array([code is not None for code in codes])[first]
        city, county, ward = (
            np.append(pc.ends_with(spelled, end).to_numpy(zero_copy_only=False), False)
            for end in "시군구"
        )
        both = known & city[second] & ward[third]
        one = known & (city[second] | county[second] | ward[second]) & ~both
        # One number a place: the word, or the two words, by their places among the words.
        number = np.where(both, (second + 1) * (some + 1) + third, np.where(one, second, -1))
        places = pa.array(number, mask=number < 0).dictionary_encode()
        names = []
        for place in places.dictionary.to_pylist():
            city_number, ward_number = divmod(place, some + 1)
            if city_number:
                names.append(f"{spelled[city_number - 1]} {spelled[ward_number]}")
            else:
                names.append(str(spelled[place]))
        sigungu = _worded(places.indices, names)
        province = _worded(pa.array(first), codes)
        told, given = found.pop("province_raw"), found.pop("sigungu_raw")
        if told.null_count < len(told):
            its = told.dictionary_encode()
            by_column = [self._provinces.get(name_key(t)) for t in its.dictionary.to_pylist()]
            province = pc.coalesce(province.cast(pa.string()), _plain_words(its.indices, by_column))
        if given.null_count < len(given):
            sigungu = pc.coalesce(given, sigungu.cast(pa.string()))
        found["province_code"], found["sigungu_ko"] = province, sigungu
        # A province that was renamed (강원도, 전라북도) is the same place: one spelling in keys.
        for index in np.unique(first):
            code = codes[index]
            if code is not None and self._spelling[code] != spelled[index].as_py():
                rows = pa.array(first == index)
                renamed = pc.replace_substring(
                    address.filter(rows),
                    spelled[index].as_py(),
                    self._spelling[code],
                    max_replacements=1,
                )
                address = pc.replace_with_mask(address, rows, renamed)
        title = pc.fill_null(found[self._title], "")
        for long in ("주식회사", "㈜"):
            title = pc.replace_substring(title, long, "(주)")
        text = pc.binary_join_element_wise(title, pc.fill_null(address, ""), "\x1f")
        digest = self._ask("SELECT md5(replace(v, ' ', '')) AS v FROM given", v=text)["v"]
        short = pc.binary_slice(digest.cast(pa.binary()), 0, KEY_DIGITS)
        found["hashed"] = short.cast(pa.string())

    def _complex_ids(self, raw: pa.Array) -> pa.Array:
        """The complexes that the registry knows by exactly this name; nothing is guessed."""
        encoded = raw.dictionary_encode()
        ids = [self._complex_id(text) for text in encoded.dictionary.to_pylist()]
        return _worded(encoded.indices, ids)

    def _complex_id(self, raw: str) -> str | None:
        if raw not in self._known:
            key = name_key(raw).translate(_DOTS)
            # A name alone may be that of a general complex too (동두천, 안정): it must say 국가.
            named = "국가" in key
            self._known[raw] = (
                self._complexes.get(key) or self._complexes.get(key.removesuffix(_SUFFIX))
                if named
                else None
            )
        return self._known[raw]


def _plain_words(indices: pa.Array, words: Sequence[str | None]) -> pa.Array:
    return pa.array(words, pa.string()).take(indices)


def _worded(indices: pa.Array, words: Sequence[str | None]) -> pa.DictionaryArray:
    """A column that says `words[index]` in each row; several indices may mean the same."""
    whole = pa.array(words, pa.string()).dictionary_encode()
    return pa.DictionaryArray.from_arrays(
        whole.indices.take(indices).cast(pa.int32()), whole.dictionary
    )


def _whole(column: pa.ChunkedArray) -> pa.Array:
    return column.chunk(0) if column.num_chunks == 1 else pa.concat_arrays(column.chunks)


def _bytes_of(column: pa.Array) -> tuple[np.ndarray, np.ndarray]:
    """The offsets and the UTF-8 bytes of a column of text."""
    _, offsets, data = column.buffers()
    places = np.frombuffer(offsets, np.int32)[column.offset : column.offset + len(column) + 1]
    if data is None:
        return places, np.empty(0, np.uint8)
    return places, np.frombuffer(data, np.uint8)[: places[-1]]


def _untidy(column: pa.Array) -> bool:
    """Whether any cell has blanks that do not belong there, told by the bytes of all of them."""
    places, data = _bytes_of(column)
    if not len(data):
        return False
    filled = places[1:] > places[:-1]
    blank = data == _BLANK
    if (
        (data < _BLANK).any()
        or blank[places[:-1][filled]].any()
        or blank[places[1:][filled] - 1].any()
        or (blank[1:] & blank[:-1]).any()
    ):
        return True
    # Hangul starts with EA to ED. Below are NBSP (C2 A0), parts of Hangul letters, which are not
    # NFC (E1 84 to 87), and blanks of other widths (E2 80, E3 80 80).
    others = np.flatnonzero((data > 0xC1) & (data < 0xE4))
    lead, next_ = data[others], data[others + 1]
    third = data[np.minimum(others + 2, len(data) - 1)]
    return bool(
        ((lead == 0xC2) & (next_ == 0xA0)).any()
        or ((lead == 0xE1) & (next_ > 0x83) & (next_ < 0x88)).any()
        or ((lead == 0xE2) & (next_ == 0x80)).any()
        or ((lead == 0xE3) & (next_ == 0x80) & (third == 0x80)).any()
    )


def _suspects(column: pa.Array) -> np.ndarray:
    """The rows that may hold a contact: it has four digits in a row, an @, or wide signs (EF)."""
    places, data = _bytes_of(column)
    if len(data) < 4:
        return np.empty(0, np.int64)
    digit = (data - ord("0")) < 10
    pairs = digit[1:] & digit[:-1]
    hit = (data == _AT) | (data == 0xEF)
    hit[:-3] |= pairs[2:] & pairs[:-2]
    hits = np.flatnonzero(hit)
    return np.unique(np.searchsorted(places, hits, side="right") - 1)


#: What every contact holds; the exact forms are in `persons`.
_MAYBE = r"[0-9]{3,4}[^0-9]{0,4}[0-9]{4}|[0-9]{6}-|-[0-9]{5}|@|[０-９＠]"


def _masked(column: pa.Array, suspects: np.ndarray) -> tuple[pa.Array, int]:
    """The column with contacts masked, and in how many cells."""
    if not len(suspects):
        return column, 0
    chosen = column.take(pa.array(suspects))
    likely = np.flatnonzero(pc.match_substring_regex(chosen, _MAYBE).to_numpy(zero_copy_only=False))
    hits: list[int] = []
    texts: list[str] = []
    for row, text in zip(suspects[likely], chosen.take(pa.array(likely)).to_pylist(), strict=True):
        if text is not None and has_contacts(text):
            hits.append(int(row))
            texts.append(mask_contacts(text))
    if not hits:
        return column, 0
    mask = np.zeros(len(column), bool)
    mask[hits] = True
    return pc.replace_with_mask(column, pa.array(mask), pa.array(texts, pa.string())), len(hits)


#: As `registry.tidy`: NFC, every run of blanks of any kind one space, none at the ends.
_TIDY = r"nullif(trim(regexp_replace(replace(nfc_normalize(v), chr(8203), ''), '[\s\pZ]+', ' ', 'g')), '')"
#: Type and value of a field that is no text, from `v`, a text that says something.
_VALUES = {
    "count": (
        pa.int32(),
        r"try_cast(replace(nullif(regexp_extract(v, '^([0-9][0-9,]*)(\.0+)?$', 1), ''), ',', '') AS INTEGER)",
    ),
    "area": (
        pa.float64(),
        r"try_cast(replace(nullif(regexp_extract(v, '^[0-9][0-9,]*(\.[0-9]+)?$'), ''), ',', '') AS DOUBLE)",
    ),
    "date": (
        pa.date32(),
        r"try_cast(regexp_replace(nullif(regexp_extract(v, '^([0-9]{4}[-./]?[0-9]{2}[-./]?[0-9]{2})\.?([ T][0-9:.]+)?$', 1), ''),"
        r" '^(....)[-./]?(..)[-./]?(..)$', '\1-\2-\3') AS DATE)",
    ),
}
_VALUE_NAMES = {"count": "number", "area": "area", "date": "date"}
_KSIC = r"^[A-U]?[0-9]{2,5}$"
#: A registry number, and what is a telephone number instead.
_NUMBER, _NO_NUMBER = "^[0-9A-Za-z]{1,30}$", "^0[0-9]{8,10}$"


_TITLES = "공동대표이사|공동대표|각자대표|대표이사|대표자?:|외[0-9]+[인명]|외$"
#: The persons' names of a row as a list: several in one cell, titles and counts left out.
_NAMES_IN = (
    "list_filter(regexp_split_to_array(replace(persons, ' ', ''), "
    f"'[,./·ㆍ;&()]|{_TITLES}'), lambda n: length(n) > 1)"
)
#: What makes names more than one plain one; letters of the alphabet come in two cases.
_NOT_PLAIN = f"'[,./·ㆍ;&()A-Za-z]|{_TITLES}'"


def _holds(text: str) -> str:
    """Whether a text holds one of the row's persons, whatever its blanks and case."""
    seen = f"lower(replace({text}, ' ', ''))"
    return f"coalesce(len(list_filter(persons, lambda n: contains({seen}, lower(n)))) > 0, FALSE)"


def _without(text: str) -> str:
    """A text that holds persons' names, without them; masked whole where blanks part a name."""
    less = f"list_reduce(persons, lambda t, n: replace(t, n, '{MASK}'), {text})"
    left = f"lower(replace({less}, ' ', ''))"
    return f"CASE WHEN len(list_filter(persons, lambda n: contains({left}, lower(n)))) > 0 THEN '{MASK}' ELSE {less} END"


# ---------------------------------------------------------------- the edition as a whole


def _many(count: int, total: int) -> bool:
    """More than slips of the publisher's pen."""
    return count > max(FEW, SMALL_SHARE * total) or (count == total and total > 1)


def _finish(rows: _Mapped, contract: Contract, period: str) -> tuple[pa.Table, list[Problem]]:
    """Checks that need all rows, keys that are unique, and the landed columns."""
    checks = _Checks(rows.table, contract)
    checks.leave_out_empty_rows()
    checks.values()
    checks.places()
    checks.sequence()
    checks.keys()
    problems = checks.problems
    if rows.withheld or rows.masked:
        problems.append(
            problem("registry_persons_withheld", names=rows.withheld, masked=rows.masked)
        )
    if any(p.severity == "error" for p in problems):
        raise RejectedFile(problems)
    table = checks.table
    table = table.unify_dictionaries()
    count = table.num_rows
    columns: dict[str, Any] = {"period": constant(period, count)}
    if "sheet" not in table.column_names:
        columns["sheet"] = constant("", count)
        columns["cell"] = pc.binary_join_element_wise(
            pa.scalar("A"), table["i"].cast(pa.string()), pa.scalar("")
        )
    for name in SCHEMAS[contract.landed].names:
        if name in table.column_names:
            columns[name] = table[name]
    return pa.table(columns), problems


class _Checks:
    """What is odd in an edition, told in words without values."""

    def __init__(self, table: pa.Table, contract: Contract) -> None:
        self.table = table
        self.problems: list[Problem] = []
        self._contract = contract
        self._title = "name_ko" if contract.landed == "knowledge_centres" else "company_name"
        self._where = f"ingestion/contracts/{contract.dataset}.yml"

    def _first(self, flags: pa.ChunkedArray) -> int:
        found = pc.index(flags, pa.scalar(True)).as_py()
        return int(self.table["i"][found].as_py())

    def _tell(self, code: str, flags: pa.ChunkedArray, count: int, **detail: Any) -> None:
        row = self._first(flags)
        self.problems.append(problem(code, cell=f"A{row}", row=row, count=count, **detail))

    def leave_out_empty_rows(self) -> None:
        """Rows without anything are left out; those without a name or an address are told."""
        title, address = self.table[self._title], self.table["address"]
        if not title.null_count and not address.null_count:
            return
        empty = None
        skip = {"hashed", "i", "seq_no", "sheet", "cell", "withheld"}
        for name, column in zip(self.table.column_names, self.table.columns, strict=True):
            if name in skip or name.startswith("bad_"):
                continue
            empty = column.is_null() if empty is None else pc.and_(empty, column.is_null())
        count = pc.sum(empty).as_py() or 0
        if count:
            self._tell("registry_rows_empty", empty, count)
            self.table = self.table.filter(pc.invert(empty))
            title, address = self.table[self._title], self.table["address"]
        if not self.table.num_rows:
            raise reject("no_rows")
        unnamed = pc.or_(title.is_null(), address.is_null())
        if "withheld" in self.table.column_names:
            unnamed = pc.and_not(unnamed, self.table["withheld"])
        count = pc.sum(unnamed).as_py() or 0
        if count:
            self._tell("registry_unnamed", unnamed, count)

    def values(self) -> None:
        """Numbers, areas and dates that are none; registry numbers and industry codes likewise."""
        headers = {c.field: c for c in reversed(self._contract.list_columns) if c.field}
        for name in [n for n in self.table.column_names if n.startswith("bad_")]:
            column = headers[name.removeprefix("bad_")]
            self._odd(self.table[name], column.header[0], _VALUE_NAMES[column.kind])
        if "ksic_code" in headers and self._has("ksic_code", "ksic_codes"):
            single = pc.if_else(
                pc.match_substring_regex(self.table["ksic_codes"], "^[A-U]?[0-9]+$"),
                self.table["ksic_codes"],
                pa.scalar(None, pa.string()),
            )
            code = pc.coalesce(self.table["ksic_code"], single)
            bad = pc.fill_null(pc.invert(pc.match_substring_regex(code, _KSIC)), False)
            self._odd(bad, headers["ksic_code"].header[0], "industry code")
            code = pc.if_else(bad, pa.scalar(None, pa.string()), code)
            self._set("ksic_code", code)
        if "factory_no" in headers and self._has("factory_no"):
            numbers = self.table["factory_no"]
            right = pc.and_not(
                pc.match_substring_regex(numbers, _NUMBER),
                pc.match_substring_regex(numbers, _NO_NUMBER),
            )
            bad = pc.fill_null(pc.invert(right), False)
            count = pc.sum(bad).as_py() or 0
            if count:
                self._tell("registry_number_bad", bad, count)

    def _has(self, *fields: str) -> bool:
        """Whether any of these fields says anything."""
        return any(self.table[name].null_count < self.table.num_rows for name in fields)

    def _odd(self, bad: pa.ChunkedArray, header: str, kind: str) -> None:
        count = pc.sum(bad).as_py() or 0
        if not count:
            return
        total = self.table.num_rows
        code = "registry_values" if _many(count, total) else "registry_values_left_out"
        self._tell(
            code,
            bad,
            count,
            total=total,
            header=header,
            kind=kind,
            kind_ko=_KINDS_KO[kind],
            contract=self._where,
        )

    def _set(self, name: str, column: pa.Array | pa.ChunkedArray) -> None:
        position = self.table.schema.get_field_index(name)
        self.table = self.table.set_column(position, name, column)

    def places(self) -> None:
        """Addresses that name no province."""
        count = self.table["province_code"].null_count
        if count:
            total = self.table.num_rows
            code = "registry_places_unknown" if _many(count, total) else "registry_places_left_out"
            self._tell(code, self.table["province_code"].is_null(), count, total=total)

    def sequence(self) -> None:
        """Running numbers with gaps: rows may have been lost."""
        if "seq_no" not in self.table.column_names:
            return
        numbers = pc.drop_null(self.table["seq_no"])
        if not len(numbers):
            return
        bounds = pc.min_max(numbers)
        first, last = bounds["min"].as_py(), bounds["max"].as_py()
        if last - first + 1 != self.table.num_rows:
            found = f"{self.table.num_rows:,}"
            self.problems.append(problem("registry_sequence", found=found, first=first, last=last))

    def keys(self) -> None:
        """One key a row: the registry's number, or a hash of name and address."""
        if self._contract.landed == "knowledge_centres":
            self.table = self.table.append_column("centre_key", self.table["hashed"])
            self._unique("centre_key")
            return
        numbers, key = self.table["factory_no"], self.table["hashed"]
        count = self.table.num_rows
        if numbers.null_count == count:
            basis: Any = constant("name_and_address", count)
        elif not numbers.null_count:
            basis, key = constant("registry_number", count), numbers
        else:
            basis = pc.if_else(numbers.is_valid(), "registry_number", "name_and_address")
            key = pc.coalesce(numbers, key)
        self.table = self.table.append_column("factory_key", key)
        self.table = self.table.append_column("key_basis", basis)
        self._unique("factory_key")

    def _unique(self, key: str) -> None:
        total = self.table.num_rows
        if pc.count_distinct(self.table[key]).as_py() == total:
            return
        # Places of the rows that share a key, what becomes of each, and its ordinal.
        database = duckdb.connect()
        database.register("list", self.table.append_column("place", pa.array(np.arange(total))))
        found = database.sql(_shared_keys(key, self._contract)).to_arrow_table()
        database.close()
        columns = {name: found[name].to_pylist() for name in found.column_names}
        gone = [
            p for p, fate in zip(columns["place"], columns["fate"], strict=True) if fate == "merged"
        ]
        for fate, code in (
            ("merged", "registry_rows_merged"),
            ("twice", "registry_twice"),
            ("shared", "registry_key_shared"),
        ):
            places = [
                p for p, f in zip(columns["place"], columns["fate"], strict=True) if f == fate
            ]
            if not places:
                continue
            if fate == "shared" and _many(len(places), total) and self._numbered():
                code = "registry_numbers_shared"
            row = self.table["i"][min(places)].as_py()
            self.problems.append(problem(code, cell=f"A{row}", row=row, count=len(places)))
        mask = np.zeros(total, bool)
        renamed = {
            place: ordinal
            for place, ordinal, fate in zip(
                columns["place"], columns["ordinal"], columns["fate"], strict=True
            )
            if fate in ("twice", "shared")
        }
        places = sorted(renamed)
        mask[places] = True
        old = self.table[key].take(pa.array(places, pa.int64())).to_pylist()
        new = [f"{k}-{renamed[p]}" for p, k in zip(places, old, strict=True)]
        changed = pc.replace_with_mask(
            _whole(self.table[key]), pa.array(mask), pa.array(new, pa.string())
        )
        self._set(key, changed)
        if gone:
            keep = np.ones(total, bool)
            keep[gone] = False
            self.table = self.table.filter(pa.array(keep))

    def _numbered(self) -> bool:
        names = self.table.column_names
        return "factory_no" in names and self.table["factory_no"].null_count == 0


def _shared_keys(key: str, contract: Contract) -> str:
    """The query for rows that share a key: place, fate and ordinal of each but the first.

    Under one registry number, rows that differ in their industry alone are one factory (the row of
    its main industry holds), and so are rows that are alike. Otherwise each row is kept and gets an
    ordinal, in the order of what it says, so that the next edition counts alike.
    """
    if contract.landed == "knowledge_centres":
        numbered, same = "FALSE", ["name_ko", "address", "location_type", "sale_type", "status"]
        fine = [*same, "land_area_m2", "building_area_m2", "floor_area_m2"]
        first = "NULL"
    else:
        numbered, same = "factory_no IS NOT NULL", ["company_name", "address", "complex_raw"]
        fine = [*same, "product", "industry_name", "ksic_code", "employee_count", "registered_on"]
        first = "ksic_codes IS NOT DISTINCT FROM ksic_code"
    order = ", ".join(f"{name} NULLS LAST" for name in fine)
    return f"""
        WITH counted AS (
            SELECT *, {numbered} AS numbered, {first} AS main, count(*) OVER (PARTITION BY {key}) AS n,
                hash({", ".join(same)}) AS same, hash({", ".join(fine)}) AS fine
            FROM list
        ),
        shared AS (
            SELECT *,
                CASE WHEN numbered THEN row_number() OVER (
                    PARTITION BY {key}, same ORDER BY main DESC NULLS LAST, place) ELSE 1 END AS nth,
                row_number() OVER (PARTITION BY {key}, fine ORDER BY place) AS copy
            FROM counted WHERE n > 1
        ),
        kept AS (
            SELECT place, copy, row_number() OVER (
                PARTITION BY {key} ORDER BY {order}, place) AS ordinal
            FROM shared WHERE nth = 1
        )
        SELECT place, CASE WHEN copy > 1 THEN 'twice' ELSE 'shared' END AS fate, ordinal
        FROM kept WHERE ordinal > 1
        UNION ALL
        SELECT place, 'merged', 0 FROM shared WHERE nth > 1
        ORDER BY place
    """
