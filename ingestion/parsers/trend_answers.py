"""국가산업단지 산업동향 by interface: KICOX's `indparkstats`, and CSV editions through odcloud.

`indparkstats` answers a page of an operation (a table) of a month, one item a complex. Which fields
are which columns is in the contract, as for the workbook's headers; the month and the operation
were in the question. odcloud gives the rows of a CSV edition, its headers as names: they are put
back into a grid and read as the file is.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from pathlib import PurePosixPath
from typing import Any
from urllib.parse import urlsplit

from ingestion.answers import Bundle, Part, address, lone, period_told, printed, rows_of, total_of
from ingestion.contract import Column, Contract, Contracts, Table
from ingestion.fetch.sources.indparkstats import INDUSTRIES
from ingestion.parsers import Reading
from ingestion.parsers import industrial_trend as trend
from ingestion.parsers.cells import contract_file, listed, read_figure
from ingestion.parsers.industrial_trend.headers import TOTALS
from ingestion.periods import Period
from ingestion.problems import Problem, RejectedFile, problem, reject
from ingestion.registry import Registry, name_key, tidy
from ingestion.snapshots import Snapshot
from ingestion.sniff import Content, Sheet

#: Raised when the same bytes would land otherwise than before: landed files are made anew.
PARSER_VERSION = "2"

#: The interface names no units; they are those of the publication's files.
UNITS = {
    "krw": "억원",
    "usd": "백만달러",
    "firms": "개사",
    "persons": "명",
    "percent": "%",
    "percentage_point": "%p",
}
#: What a row is about, besides its figures.
_NAME, _KIND, _MONTH = "irsttNm", "irsttTyNm", "stdrYm"
_YEAR_MONTH = re.compile(r"(\d{4})-?(0[1-9]|1[0-2])")
_IN_NAME = re.compile(r"(?<!\d)((?:19|20)\d{2}-?(?:0[1-9]|1[0-2]))(?!\d)")
_CELL = re.compile(r"([A-Z]+)(\d+)")


def looks_like(row: Mapping[str, Any], contract: Contract) -> bool:
    """Whether an item is one of the contract's tables, by its fields."""
    return _NAME in row and any(_fits(table, set(row)) for table in contract.tables)


def parse(
    content: Content,
    contract: Contract,
    contracts: Contracts,
    registry: Registry,
    snapshot: Snapshot,
) -> Reading:
    """Read a month of `indparkstats`: the pages of any of its operations.

    Args:
        content: of form `answers`.
        contract: its tables are named by operation (`title`) and list the fields (`header`).
        contracts: not used; the readers of this form have one signature.
        registry: complexes and industries by their names.
        snapshot: the file; the address or the name of a lone answer may tell table and month.

    Returns:
        The month and rows of the schema `observations`, as the workbook's: frequency M, production
        in 억원, exports in 백만달러.

    Raises:
        RejectedFile: an error in the place of data, no month or table, pages missing, fields that
            the contract does not know, complexes that the registry does not know.
    """
    bundle = content.answers
    if bundle is None:
        raise reject("unrecognised", detail=contract.dataset, detail_ko=contract.dataset)
    dropped = lone(bundle)
    if dropped is not None and snapshot.url:
        bundle = replace(bundle, parts=(replace(dropped, url=snapshot.url),))
    reader = _Reader(bundle, contract, registry, snapshot.file_name)
    reader.read()
    if any(p.severity == "error" for p in reader.problems):
        raise RejectedFile(reader.problems)
    if not reader.rows:
        raise reject("no_rows")
    newest = max(row["publication_period"] for row in reader.rows)
    return Reading(newest, reader.rows, problems=reader.problems)


@dataclass
class _Reader:
    """Reads the pages of all operations."""

    bundle: Bundle
    contract: Contract
    registry: Registry
    file_name: str
    rows: list[dict[str, Any]] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)

    def read(self) -> None:
        """Read all parts; what is wrong is in `problems`."""
        got: dict[tuple[str, str], int] = defaultdict(int)
        told: dict[tuple[str, str], set[str]] = defaultdict(set)
        seen: dict[tuple[str, str, str], str] = {}
        for part in self.bundle.parts:
            document, items = rows_of(part)
            question = (_operation(part), repr(sorted(_question(part).items())))
            got[question] += len(items)
            told[question].add(total_of(document))
            if not items:
                continue
            fields = set().union(*items)
            table = self._table(part, fields)
            if table is None:
                continue
            columns = self._columns(part, table, items)
            if not columns:
                continue
            for n, item in enumerate(items, start=1):
                self._item(part, n, item, table, columns, seen)
        for question, totals in told.items():
            if totals != {str(got[question])}:
                self.problems.append(
                    problem(
                        "answer_incomplete",
                        sheet=question[0] or None,
                        found=got[question],
                        expected=" / ".join(sorted(totals)) or "–",
                    )
                )

    # -- what a page is about -----------------------------------------------------------

    def _table(self, part: Part, fields: set[str]) -> Table | None:
        """The table of a page: by the operation asked, else by its fields, else by the file's name."""
        operation = _operation(part)
        for table in self.contract.tables:
            if operation in table.title:
                return table
        fitting = [table for table in self.contract.tables if _fits(table, fields)]
        if len(fitting) > 1:
            key = name_key(self.file_name).lower()
            names = {t.id: [t.id, *(title.lower() for title in t.title)] for t in fitting}
            fitting = [t for t in fitting if any(name in key for name in names[t.id])]
        if len(fitting) == 1 and not operation:
            return fitting[0]
        example = self.contract.tables[0].id
        self.problems.append(
            problem(
                "answer_table_unknown",
                sheet=part.file or None,
                found=operation or listed(sorted(fields)),
                example=example,
            )
        )
        return None

    def _columns(self, part: Part, table: Table, items: list[Any]) -> dict[str, tuple[Column, str]]:
        """Field → column and industry code of what is understood; anything else is a problem.

        What the contract only supposes may have other names: it is left out, and the rest is read.
        """
        fields: set[str] = set().union(*items)
        columns: dict[str, tuple[Column, str]] = {}
        known, supposed = {_NAME, _KIND, _MONTH}, []
        if table.industries is not None:
            for name, word in INDUSTRIES.items():
                code = "_T" if name == "total" else self.registry.industries.get(name_key(word))
                if code is None:
                    self.problems.append(
                        problem("unknown_industry", sheet=part.file or None, found=word)
                    )
                elif name in fields or code != "NONMFG" or table.with_non_manufacturing:
                    columns[name] = (table.industries, code)
        for column in table.columns:
            name = next((h for h in column.header if h in fields), column.header[0])
            if name in fields or not column.optional:
                columns[name] = (column, "_T")
            else:
                supposed.append(name)
        where = {"sheet": part.file or None, "contract": contract_file(self.contract)}
        unknown = sorted(fields - known - columns.keys())
        missing = sorted(columns.keys() - fields)
        if table.unverified:
            # Some of its items may have the fields of another form.
            missing = sorted({n for n in columns for item in items if n not in item})
            if unknown or missing:
                told = {"missing": listed(missing) or "–", "unknown": listed(unknown) or "–"}
                self.problems.append(
                    problem("answer_table_left_out", table=table.id, **told, **where)
                )
                return {}
        if unknown and supposed and not missing:
            told = {"missing": listed(supposed), "unknown": listed(unknown)}
            self.problems.append(problem("answer_fields_left_out", **told, **where))
        elif unknown:
            self.problems.append(problem("answer_fields_unknown", found=listed(unknown), **where))
        for name in missing:
            shown = listed(sorted(fields))
            self.problems.append(
                problem("answer_field_missing", expected=name, found=shown, **where)
            )
        return {name: columns[name] for name in columns if name in fields}

    def _month(self, part: Part, n: int, item: Mapping[str, Any]) -> str | None:
        """The month of an item: its own, that of the question, of the bundle, of the file's name."""
        asked = _question(part)
        first = asked.get("stdrYm") or asked.get("srtStdrYm")
        last = asked.get("stdrYm") or asked.get("endStdrYm")
        own = printed(item.get(_MONTH))
        at = {"sheet": part.file or None, "cell": address(n, _MONTH)}
        if own:
            month = _as_month(own)
            within = not (first and last) or first <= own.replace("-", "") <= last
            if month is None or not within:
                expected = f"{first}–{last}" if first else "YYYYMM"
                self.problems.append(
                    problem("answer_month_other", found=own, expected=expected, **at)
                )
                return None
        elif first:
            # Of a range of months, the question does not tell which one an item is about.
            month = _as_month(first) if first == last else None
        else:
            named = _IN_NAME.findall(self.file_name) if lone(self.bundle) else []
            month = _as_month(part.period or (named[-1] if named else ""))
        if month is None:
            self.problems.append(problem("answer_month_unknown", sheet=part.file or None))
            return None
        about = period_told(self.bundle)
        if about not in (None, "all", month):
            self.problems.append(problem("answer_month_other", found=month, expected=about, **at))
            return None
        return month

    # -- figures ------------------------------------------------------------------------

    def _item(
        self,
        part: Part,
        n: int,
        item: Mapping[str, Any],
        table: Table,
        columns: Mapping[str, tuple[Column, str]],
        seen: dict[tuple[str, str, str], str],
    ) -> None:
        """The rows of one item."""
        where = {"sheet": part.file or None, "cell": address(n, _NAME)}
        month = self._month(part, n, item)
        name = tidy(printed(item.get(_NAME)))
        complex_id = "_T"
        # An operation by industry may be about all complexes together: its items have no name.
        if not name and (_NAME in item or table.industries is None):
            self.problems.append(problem("row_without_name", **where))
            return
        if name and name_key(name) not in TOTALS:
            known = self.registry.complexes.get(name_key(name))
            if known is None:
                near = self.registry.nearest_complex(name)
                hint = f" (nearest: {near})" if near else ""
                self.problems.append(problem("unknown_complex", found=name, hint=hint, **where))
                return
            complex_id = known
        if month is None:
            return
        key = (table.id, month, complex_id)
        here = f"{part.file} {where['cell']}".strip()
        other = seen.setdefault(key, here)
        if other != here:
            self.problems.append(problem("complex_twice", found=name or "계", other=other, **where))
            return
        whose = {
            "complex_raw": name or None,
            "complex_id": complex_id,
            "kind_raw": tidy(printed(item.get(_KIND))) or None,
        }
        for name_of, (column, industry) in columns.items():
            row = self._figure(part, n, item, name_of, table, column, industry, month)
            if row is not None:
                self.rows.append({**row, **whose})

    def _figure(
        self,
        part: Part,
        n: int,
        item: Mapping[str, Any],
        name: str,
        table: Table,
        column: Column,
        industry: str,
        month: str,
    ) -> dict[str, Any] | None:
        """One figure, or None and (unless there is none to have) a problem."""
        where = {"sheet": part.file or None, "cell": address(n, name)}
        if name not in item:
            self.problems.append(
                problem(
                    "answer_field_missing",
                    expected=name,
                    found=listed(list(item)),
                    contract=contract_file(self.contract),
                    **where,
                )
            )
            return None
        raw = printed(item[name])
        empty = "M" if column.empty_is_not_applicable else "O"
        signed = column.dimension == "percentage_point" or column.measure.endswith("growth_pct")
        value, status, odd = read_figure(raw, self.contract.marks, empty=empty, signed=signed)
        if value is None and odd is not None:
            self.problems.append(
                problem(
                    odd,
                    found=raw,
                    header=name,
                    contract=contract_file(self.contract),
                    **where,
                )
            )
            return None
        if industry == "NONMFG" and not table.with_non_manufacturing:
            # These tables are about manufacturers: the column is there, with nothing in it.
            if value or status == "Q":
                self.problems.append(problem("unknown_industry", found=INDUSTRIES[name], **where))
            return None
        period = Period.parse(month)
        about = period.shift(-1) if column.relation == "previous" else period
        return {
            "table_id": table.id,
            "table_no": table.number,
            "sheet": part.file,
            "cell": where["cell"],
            "industry_raw": INDUSTRIES[name] if table.industries is not None else None,
            "industry_code": industry,
            "size_class": column.size_class,
            "sex": column.sex,
            "measure": column.measure,
            "relation": column.relation,
            "freq": period.freq,
            "period": str(about),
            "publication_period": month,
            "unit_raw": UNITS[column.dimension],
            "value": value,
            "value_raw": raw,
            "obs_status": status,
            "conf_status": "A" if status == "Q" else "F",
            "header_raw": name,
        }


def _fits(table: Table, fields: set[str]) -> bool:
    """Whether these are the fields of a table."""
    if table.industries is not None:
        return len(fields & INDUSTRIES.keys()) > len(INDUSTRIES) / 2
    names = [set(column.header) for column in table.columns if not column.optional]
    return bool(names) and all(name & fields for name in names) and "induty01" not in fields


def _operation(part: Part) -> str:
    """The last part of the address that was asked."""
    return PurePosixPath(urlsplit(part.url or "").path).name


def _question(part: Part) -> dict[str, str]:
    """What was asked, without which page of it."""
    return {k: v for k, v in part.asked.items() if k not in ("pageNo", "numOfRows", "type")}


def _as_month(text: str) -> str | None:
    match = _YEAR_MONTH.fullmatch(text)
    return f"{match[1]}-{match[2]}" if match else None


# -- CSV editions through odcloud -------------------------------------------------------------


def parse_edition(
    content: Content,
    contract: Contract,
    contracts: Contracts,
    registry: Registry,
    snapshot: Snapshot,
) -> Reading:
    """Read a CSV edition that came row by row through odcloud, as the file itself is read.

    Args:
        content: of form `answers`: the pages of one edition.
        contract: of the CSV edition.
        contracts: for the table that it repeats.
        registry: complexes, industries and units by their names.
        snapshot: the file; a lone answer's name tells its date, as the edition's would.

    Returns:
        The period and rows of the schema `observations`; `sheet` and `cell` say in which answer and
        which of its rows and fields a figure stands.

    Raises:
        RejectedFile: as the parser of the file; pages missing; a monthly edition of which only the
            quarter is told.
    """
    bundle = content.answers
    if bundle is None:
        raise reject("unrecognised", detail=contract.dataset, detail_ko=contract.dataset)
    pages = list(_pages(bundle))
    headers = list(dict.fromkeys(name for _, rows in pages for row in rows for name in row))
    places = [(part, n) for part, rows in pages for n in range(1, len(rows) + 1)]
    grid = [
        headers,
        *([_as_cell(row.get(h)) for h in headers] for _, rows in pages for row in rows),
    ]
    if len(grid) == 1:
        raise reject("no_rows")

    def place(cell: str | None) -> tuple[str | None, str | None]:
        """The answer and the field of a cell of the grid."""
        match = _CELL.fullmatch(cell or "")
        if match is None:
            return None, cell
        column, row = _column(match[1]), int(match[2]) - 2
        if row < 0 or column >= len(headers):
            return None, headers[column] if column < len(headers) else cell
        part, n = places[row]
        return part.file, address(n, headers[column])

    try:
        name = _edition_name(bundle, snapshot.file_name, headers)
        parsed = trend.parse_csv(
            Content("csv", [Sheet("", grid)]), contract, contracts, registry, name
        )
    except RejectedFile as rejected:
        found = [*rejected.problems, *rejected.warnings]
        raise RejectedFile([_moved(p, place) for p in found]) from None
    for row in parsed.rows:
        row["sheet"], row["cell"] = place(row["cell"])
    problems = [_moved(p, place) for p in parsed.problems]
    return Reading(str(parsed.period), parsed.rows, parsed.notes, problems)


def _pages(bundle: Bundle) -> Iterator[tuple[Part, list[dict[str, Any]]]]:
    """The pages in their order, all of them.

    Raises:
        RejectedFile: they do not come to the total that they announce.
    """
    found = []
    totals: set[str] = set()
    for part in bundle.parts:
        document, rows = rows_of(part)
        known = document if isinstance(document, dict) else {}
        totals.add(total_of(document))
        shown = printed(known.get("page"))
        found.append((int(shown) if shown.isdecimal() else 0, part, rows))
    count = sum(len(rows) for _, _, rows in found)
    numbers = [page for page, _, _ in found]
    if totals != {str(count)} or len(set(numbers)) != len(numbers):
        raise reject("answer_incomplete", found=count, expected=" / ".join(sorted(totals)) or "–")
    for _, part, rows in sorted(found, key=lambda page: page[0]):
        yield part, rows


def _edition_name(bundle: Bundle, file_name: str, headers: list[str]) -> str:
    """A name that ends in the edition's date, as that of its file would.

    Raises:
        RejectedFile: the quarter is told, and the edition is about a month.
    """
    day = bundle.parts[0].period
    if day and re.fullmatch(r"\d{4}-\d{2}-\d{2}", day):
        return f"_{day.replace('-', '')}.csv"
    about = period_told(bundle)
    if about is None or about == "all":
        return file_name
    period = Period.parse(about)
    freq = trend.told_frequency(headers) or trend.edition_period(period.last_day).freq
    if period.freq != "M" and freq == "M":
        raise reject("answer_edition_monthly", found=about)
    return f"_{period.last_day:%Y%m%d}.csv"


def _as_cell(value: Any) -> Any:
    """A value as a cell of the CSV: nothing is empty, a number with a point as it was printed."""
    if value is None:
        return ""
    if isinstance(value, Decimal) or not isinstance(value, str | int) or isinstance(value, bool):
        return str(value)
    return value


def _column(letters: str) -> int:
    """`A` → 0, `AA` → 26."""
    found = 0
    for letter in letters:
        found = found * 26 + ord(letter) - 64
    return found - 1


def _moved(found: Problem, place: Any) -> Problem:
    """A problem of the grid, where it stands in the answers."""
    sheet, cell = place(found.cell)
    return replace(found, sheet=sheet or None, cell=cell)
