"""전국산업단지현황통계: every complex of the country, its parents and parts, area by area.

Nothing is found by its position. A table is found by its title (`2025년 3분기 전국산업단지 현황`),
its columns by the words of their headers, its unit by the `(단위 : …)` cell or the header. The
hierarchy is read from the indents of the names and held against their circled digits: a parent
`(① + ②)` has the parts ① and ②, or the file is not used. Source: the publisher's 2025-Q3 workbook.

`titles` → `columns` → `rows` → `hierarchy` → `agreement` → `landed`; `book` is what is known so
far, `names` takes a name apart.
"""

from __future__ import annotations

from ingestion.contract import Contract
from ingestion.parsers.cells import Parsed, agreed_period
from ingestion.periods import date_in_name, period_of_date
from ingestion.problems import RejectedFile
from ingestion.registry import Registry
from ingestion.sniff import Content

from . import agreement, hierarchy, titles
from .book import Book
from .landed import landed_notes, landed_rows
from .names import Name, read_name, status_complex_id, whole_id
from .rows import read_table
from .titles import find_titles, looks_like

__all__ = [
    "PARSER_VERSION",
    "Name",
    "Parsed",
    "find_titles",
    "looks_like",
    "parse_workbook",
    "read_name",
    "status_complex_id",
    "whole_id",
]

#: Raised when the same bytes would land otherwise than before: landed files are made anew.
PARSER_VERSION = "3"


def parse_workbook(
    content: Content, contract: Contract, registry: Registry, file_name: str
) -> Parsed:
    """Read every table of a workbook: all tables first, then what they say of each other.

    Returns the rows of every table; `problems` holds warnings only.

    Raises:
        RejectedFile: with every fault found, each with its sheet and cell.
    """
    book = Book(content, contract, registry)
    known = titles.known_titles(book)
    placed = titles.place(book, known)
    if not placed:
        titles.tell_missing(book, placed, None)
        raise RejectedFile(book.problems)
    period = agreed_period(list(placed.values()), book.problems)
    titles.tell_missing(book, placed, period)
    named = date_in_name(file_name)
    if named is not None and period_of_date(named, "Q") != period:
        book.tell("name_disagrees", found=period_of_date(named, "Q"), expected=period)
    titles.tell_untitled(book, known)
    for table in contract.tables:
        if table.id in placed:
            read_table(book, table, placed[table.id], known)
    book.stop_on_errors()
    hierarchy.identify(book)
    book.stop_on_errors()
    straddling = hierarchy.straddling(book)
    agreement.settle_units(book)
    agreement.hold_units_against_totals(book)
    book.stop_on_errors()
    agreement.hold_against_list(book)
    agreement.hold_sums_together(book)
    agreement.count(book, straddling)
    return Parsed(
        period,
        rows=list(landed_rows(book, period, straddling)),
        notes=landed_notes(book, period),
        problems=book.problems,
    )
