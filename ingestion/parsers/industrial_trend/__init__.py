"""국가산업단지 산업동향: the workbook's twelve tables and survey notes, and its CSV editions.

Nothing is found by its position. A table is found by its title (`[표4] 2026년 1분기 단지별
생산실적`), its columns by the words of their headers, its unit by the header or the
`(단위 : …)` cell, its end by the total row. Sources: the publisher's 2026-Q1 workbook and CSV.

`headers` → `columns` → `rows`; `notes` reads the survey notes.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date
from typing import Any

from ingestion.contract import Contract, Contracts, Table
from ingestion.parsers.cells import Parsed, Title, a1, agreed_period, contract_file
from ingestion.periods import Period, date_in_name, period_of_date
from ingestion.problems import Problem, RejectedFile, problem, reject
from ingestion.registry import Registry, tidy
from ingestion.sniff import Content, Sheet

from .columns import Reading
from .headers import (
    NAME_HEADERS,
    csv_headers,
    find_titles,
    header_dimensions,
    header_match,
    match_table,
)
from .notes import survey_notes
from .rows import Kindless, read_table

__all__ = [
    "LAST_MONTH",
    "NAME_HEADERS",
    "PARSER_VERSION",
    "Parsed",
    "a1",
    "csv_headers",
    "csv_period",
    "edition_period",
    "find_titles",
    "header_dimensions",
    "header_match",
    "match_table",
    "parse_csv",
    "parse_workbook",
    "told_frequency",
]

#: Raised when the same bytes would land otherwise than before: landed files are made anew.
PARSER_VERSION = "4"

#: The statistic is monthly up to here and quarterly from 2024-Q2 on (its contract: `cadence`).
LAST_MONTH = Period(2024, "M", 3)


def parse_workbook(
    content: Content, contract: Contract, registry: Registry, file_name: str
) -> Parsed:
    """Read all tables and the survey notes of a workbook.

    Returns the rows of every table; `problems` holds warnings only.

    Raises:
        RejectedFile: with every fault found, each with its sheet and cell.
    """
    problems: list[Problem] = []
    titles = find_titles(content)
    placed = _place(titles, contract, problems)
    if not placed:
        _tell_missing(placed, None, content, contract, problems)
        raise RejectedFile(problems)
    period = agreed_period(list(placed.values()), problems)
    _tell_missing(placed, period, content, contract, problems)
    parsed = Parsed(period, problems=problems)
    named = date_in_name(file_name)
    if named is not None and period_of_date(named, period.freq) != period:
        problems.append(
            problem("name_disagrees", found=period_of_date(named, period.freq), expected=period)
        )
    kindless: list[Kindless] = []
    for table in contract.tables:
        if table.id not in placed:
            continue
        title = placed[table.id]
        where = {"sheet": title.sheet.name, "cell": title.cell}
        if title.number != table.number:
            problems.append(
                problem("number_disagrees", found=title.number, expected=table.number, **where)
            )
        if (title.row, title.column) != (0, 0):
            problems.append(problem("moved_table", **where))
        later = [t.row for t in titles if t.sheet is title.sheet and t.row > title.row]
        last = min(later) if later else len(title.sheet.rows)
        on = Reading(title.sheet, table, contract, registry, parsed)
        kindless += read_table(on, title.row + 1, last)
    parsed.notes = list(survey_notes(content, period))
    if kindless:
        sheet, cell, name = kindless[0]
        sheets = len({place[0] for place in kindless})
        problems.append(
            problem(
                "kind_missing",
                sheet=sheet,
                cell=cell,
                count=len(kindless),
                sheets=sheets,
                found=name,
            )
        )
    if any(p.severity == "error" for p in problems):
        raise RejectedFile(problems)
    return parsed


def parse_csv(
    content: Content, contract: Contract, contracts: Contracts, registry: Registry, file_name: str
) -> Parsed:
    """Read a CSV edition: one table, its header in the first row, its period in its name only.

    Raises:
        RejectedFile: with every fault found.
    """
    sheet = content.sheets[0]
    parsed = Parsed(csv_period(sheet, file_name))
    on = Reading(sheet, contracts.table_of(contract), contract, registry, parsed)
    _hold_fields(on)
    read_table(on, 0, len(sheet.rows))
    if content.csv_text is not None and not content.csv_text.data.endswith((b"\n", b"\r")):
        on.tell("csv_unended", a1(len(sheet.rows) - 1, 0))
    if any(p.severity == "error" for p in parsed.problems):
        raise RejectedFile(parsed.problems)
    return parsed


def _hold_fields(on: Reading) -> None:
    """Every row of a CSV has as many fields as its header: 157,499 without quotes has one more."""
    rows = on.sheet.rows
    expected = len(rows[0])
    odd = [
        r
        for r, row in enumerate(rows)
        if len(row) != expected and any(cell.strip() for cell in row)
    ]
    if odd:
        on.tell(
            "row_fields",
            a1(odd[0], 0),
            found=len(rows[odd[0]]),
            expected=expected,
            count=len(odd),
        )


def csv_period(sheet: Sheet, file_name: str) -> Period:
    """The period of a CSV edition: the month or quarter of the date in its name.

    Which of the two the headers say (당월, 당분기); where they do not, as by industry, the date does.

    Raises:
        RejectedFile: the name carries no date, or one that is no quarter's end where it must be.
    """
    day = date_in_name(file_name)
    if day is None:
        raise reject("period_unknown")
    freq = told_frequency(str(cell) for row in sheet.rows[:3] for cell in row)
    if freq is not None:
        return period_of_date(day, freq)
    period = edition_period(day)
    if period.freq == "Q" and day != period.last_day:
        raise reject("period_no_quarter", found=day, last=LAST_MONTH)
    return period


def told_frequency(headers: Iterable[str]) -> str | None:
    """M or Q, as the headers of a CSV edition say; None where they do not."""
    words = [tidy(header) for header in headers]
    if any("당월" in word for word in words):
        return "M"
    return "Q" if any("당분기" in word for word in words) else None


def edition_period(day: date) -> Period:
    """What an edition of a day is about: its month until 2024-03, its quarter since."""
    return period_of_date(day, "M" if day <= LAST_MONTH.last_day else "Q")


def _place(titles: list[Title], contract: Contract, problems: list[Problem]) -> dict[str, Title]:
    """The title of each table; unknown and repeated ones are told."""
    placed: dict[str, Title] = {}
    for title in titles:
        table = match_table(title.rest, contract.tables)
        where = {"sheet": title.sheet.name, "cell": title.cell}
        if table is None:
            problems.append(
                problem(
                    "title_unknown", found=title.rest, contract=contract_file(contract), **where
                )
            )
        elif table.id in placed:
            problems.append(
                problem(
                    "table_twice",
                    number=table.number,
                    title=table.title[0],
                    other=placed[table.id].sheet.name,
                    **where,
                )
            )
        else:
            placed[table.id] = title
    return placed


def _tell_missing(
    placed: dict[str, Title],
    period: Period | None,
    content: Content,
    contract: Contract,
    problems: list[Problem],
) -> None:
    """Tell which tables are not there, but for those that the publisher added after this edition."""
    for table in contract.tables:
        if table.id in placed or (period is not None and table.is_before(period)):
            continue
        if table.required:
            where = {"contract": contract_file(contract), **_likely_sheet(content, table)}
            code = "table_missing"
        else:
            where, code = {}, "table_not_there"
        problems.append(problem(code, number=table.number, title=table.title[0], **where))


def _likely_sheet(content: Content, table: Table) -> dict[str, Any]:
    """The sheet whose name begins with the table's number, for the message only."""
    for sheet in content.sheets:
        if re.match(rf"^표\s*{table.number}(?!\d)", tidy(sheet.name)):
            return {"sheet": sheet.name, "cell": "A1"}
    return {}
