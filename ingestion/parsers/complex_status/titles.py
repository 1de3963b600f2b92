"""Where the tables of a workbook stand: titles, headers below them, and which period they tell."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any

from ingestion.contract import Contract, Table
from ingestion.parsers import cells
from ingestion.parsers.cells import Title, a1
from ingestion.periods import Period
from ingestion.registry import tidy
from ingestion.sniff import Content

from .book import Book

_TITLE = re.compile(
    r"^(?P<year>\d{4})\s*년도?\s*(?P<quarter>[1-4])\s*(?:/\s*4)?\s*분기\s*(?P<rest>\S.*)$"
)
_JOINTS = re.compile(r"[\s()（）/_*~∼\-·ㆍ]+")
_YEAR_BEFORE = re.compile(r"^\d{4}년?")
#: A longer text is not looked at as a header of names (which may stand in single letters, NFD).
_LONGEST = 36
_NAME_WORDS = {"단지명", "산업단지명", "단지유형"}


@lru_cache(maxsize=4096)
def header_key(text: str) -> str:
    """A header for comparison: no blanks, brackets or joints, no year before it."""
    return _YEAR_BEFORE.sub("", _JOINTS.sub("", tidy(text)))


def find_titles(content: Content) -> list[Title]:
    """Every text of the form `2025년 3분기 …`, in the order of sheets and rows."""
    return cells.find_titles(content, _TITLE, "분기")


def match_table(title: str, contract: Contract) -> Table | None:
    """The contract's table that bears this title (without its period)."""
    return cells.match_table(title, contract.tables, header_key)


def looks_like(content: Content, contract: Contract) -> bool:
    """Whether a workbook is this publication: by a title, else by the words of its list's header."""
    if any(match_table(title.rest, contract) for title in find_titles(content)):
        return True
    main = contract.tables[0]
    wanted = {header_key(item.header[0]) for item in main.attributes}
    wanted |= {header_key(column.header[0]) for column in main.columns[:2]}
    for sheet in content.sheets:
        for row in sheet.rows[:20]:
            keys = {header_key(cell) for cell in row if isinstance(cell, str)}
            if wanted <= keys:
                return True
    return False


def known_titles(book: Book) -> list[Title]:
    """Titles of tables: known ones, and texts of that form with a header close below."""
    found = []
    for title in find_titles(book.content):
        below = title.sheet.rows[title.row + 1 : title.row + 9]
        if match_table(title.rest, book.contract) is not None or any(
            is_header(row, _NAME_WORDS) for row in below
        ):
            found.append(title)
    return found


def place(book: Book, titles: list[Title]) -> dict[str, Title]:
    """The title of each table; unknown and repeated ones are told."""
    placed: dict[str, Title] = {}
    for title in titles:
        table = match_table(title.rest, book.contract)
        if table is None:
            book.tell(
                "title_unknown", title.sheet, title.cell, found=title.rest, contract=book.file
            )
        elif table.id in placed:
            book.tell(
                "table_twice",
                title.sheet,
                title.cell,
                number=table.number,
                title=table.title[0],
                other=placed[table.id].sheet.name,
            )
        else:
            placed[table.id] = title
    return placed


def tell_missing(book: Book, placed: dict[str, Title], period: Period | None) -> None:
    """Tell which tables are not there, but for those that the publisher added after this edition."""
    for table in book.contract.tables:
        if table.id in placed or (period is not None and table.is_before(period)):
            continue
        code = "list_missing" if table.required else "list_not_there"
        book.tell(code, title=table.title[0], contract=book.file)


def tell_untitled(book: Book, titles: list[Title]) -> None:
    """Tables above which no title stands are not passed over in silence."""
    for sheet in book.content.sheets:
        first = min((t.row for t in titles if t.sheet is sheet), default=len(sheet.rows))
        for r in range(first):
            if is_header(sheet.rows[r], _NAME_WORDS):
                c, text = next(
                    (i, v) for i, v in enumerate(sheet.rows[r]) if isinstance(v, str) and v
                )
                book.tell("sheet_unknown", sheet, a1(r, c), found=tidy(text), contract=book.file)
                break


def row_words(table: Table) -> set[str]:
    """The words by which the header of a table is found: those of its column of names."""
    return {
        header_key(word)
        for item in table.attributes
        if item.attribute in ("name", "group")
        for word in item.header
    }


def is_word(value: Any, words: set[str]) -> bool:
    """Whether a cell is one of these words."""
    return type(value) is str and header_key(value) in words


def is_header(row: list[Any], words: set[str]) -> bool:
    """A row of words, one of which is the name of the column of names."""
    if not any(
        type(value) is str and len(value) < _LONGEST and header_key(value) in words for value in row
    ):
        return False
    texts = [value for value in row if type(value) is str and tidy(value)]
    return len(texts) > 1 and not any(type(value) is float for value in row)
