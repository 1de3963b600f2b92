"""Parents and parts: levels from the indents, identifiers, complexes in two provinces."""

from __future__ import annotations

import re
from typing import Any

from .book import Block, Book, Row
from .names import Name, first_word, fold, status_complex_id, whole_id

_UNDER = re.compile(r"\s*\([^()]*\s하위단지\)$")


def read_levels(book: Book, block: Block) -> None:
    """Levels from the indents, held against the circled digits where a list has any."""
    rows = block.complexes
    stack: list[Row] = []
    children: dict[int, list[Row]] = {}
    for row in rows:
        name: Name = row.attributes["name"]
        while stack and stack[-1].attributes["name"].indent >= name.indent:
            stack.pop()
        if name.indent and not stack:
            _tell_unclear(
                book,
                block,
                row,
                "it is indented and nothing stands above it",
                "위에 상위단지 없이 들여쓰기됨",
            )
        row.attributes["level"] = len(stack)
        row.attributes["chain"] = [*(s.attributes["name"].name for s in stack), name.name]
        if stack:
            children.setdefault(stack[-1].row, []).append(row)
        stack.append(row)
    if not any(r.attributes["name"].parts or r.attributes["name"].mark for r in rows):
        return
    for row in rows:
        name = row.attributes["name"]
        below = [c.attributes["name"] for c in children.get(row.row, [])]
        marks = [m for n in below for m in (n.parts or ((n.mark,) if n.mark else ("?",)))]
        if sorted(name.parts) != sorted(marks):
            said = "+".join(name.parts) or "–"
            found = "+".join(marks) or "–"
            _tell_unclear(
                book,
                block,
                row,
                f"its name counts the parts {said}, the rows indented below it are {found}",
                f"이름의 하위단지는 {said}인데 아래에 들여쓴 행은 {found}임",
            )
        if row.attributes["level"] == 0 and name.mark:
            _tell_unclear(
                book,
                block,
                row,
                f"it has the digit {name.mark} of a part and is not indented",
                f"하위단지 번호 {name.mark}이(가) 있는데 들여쓰지 않음",
            )


def _tell_unclear(book: Book, block: Block, row: Row, detail: str, detail_ko: str) -> None:
    book.tell(
        "hierarchy_unclear",
        block.sheet,
        row.name_cell,
        found=row.attributes["name"].name,
        detail=detail,
        detail_ko=detail_ko,
    )


def identify(book: Book) -> None:
    """Identifiers from the list of all complexes; the other tables look theirs up there."""
    for block in book.blocks:
        if block.table is book.main:
            _identify_listed(book, block)
    for block in book.blocks:
        if block.table is not book.main:
            _identify_others(book, block)


def _identify_listed(book: Book, block: Block) -> None:
    parents: list[str] = []
    for seq, row in enumerate(block.complexes, start=1):
        about = row.attributes
        identity, key = status_complex_id(
            about["complex_type"], about["province_code"], about["sigungu_ko"], *about["chain"]
        )
        if identity in book.listed:
            book.tell(
                "complex_twice",
                block.sheet,
                row.name_cell,
                found=about["name"].name,
                other=book.listed[identity][0].name_cell,
            )
            continue
        del parents[about["level"] :]
        about["parent_id"] = parents[-1] if parents else None
        parents.append(identity)
        about["status_complex_id"] = identity
        about["seq"] = seq
        book.listed[identity] = (row, block)
        place = (about["province_code"], key[2], key[-1])
        book.by_place.setdefault(place, []).append(identity)


def _identify_others(book: Book, block: Block) -> None:
    unknown: list[Row] = []
    repeated: list[Row] = []
    cells: dict[str, str] = {}
    for seq, row in enumerate(block.complexes, start=1):
        row.attributes["seq"] = seq
        found = _look_up(book, row.attributes)
        if found is None:
            unknown.append(row)
            continue
        if cells.setdefault(found, row.name_cell) != row.name_cell:
            repeated.append(row)
        row.attributes["status_complex_id"] = found
        row.attributes["parent_id"] = book.listed[found][0].attributes["parent_id"]
    if unknown:
        book.tell(
            "names_not_in_list",
            block.sheet,
            unknown[0].name_cell,
            count=len(unknown),
            other=book.main_sheet,
            name=unknown[0].attributes["name"].name,
        )

    if repeated:
        book.tell(
            "row_repeated",
            block.sheet,
            repeated[0].name_cell,
            count=len(repeated),
            name=repeated[0].attributes["name"].name,
            other=cells[repeated[0].attributes["status_complex_id"]],
        )


def _look_up(book: Book, about: dict[str, Any]) -> str | None:
    """A row of another table in the list: by its own key, else the one of its name and place."""
    kind, province = about.get("complex_type"), about.get("province_code")
    sigungu = about.get("sigungu_ko") or ""
    if province is None:
        return None
    if kind is not None:
        identity, _ = status_complex_id(kind, province, sigungu, *about["chain"])
        if identity in book.listed:
            return identity
    name = _UNDER.sub("", about["name"].name)
    found = book.by_place.get((province, first_word(sigungu), fold(name)), [])
    if kind is not None:
        found = [i for i in found if book.listed[i][0].attributes["complex_type"] == kind]
    return found[0] if len(found) == 1 else None


def straddling(book: Book) -> dict[str, str]:
    """Top-level rows of complexes that lie in two provinces: identifier → what they share."""
    parents = {
        fold(row.attributes["parent_name"]): (block, row)
        for block in book.blocks
        if block.table.id == "two_provinces"
        for row in block.rows
        if row.attributes.get("parent_name")
    }
    found: dict[tuple[str, str], list[str]] = {}
    for identity, (row, _) in book.listed.items():
        about = row.attributes
        if about["level"] == 0 and fold(about["name"].name) in parents:
            pair = (about["complex_type"], fold(about["name"].name))
            found.setdefault(pair, []).append(identity)
    two = {
        pair: identities
        for pair, identities in found.items()
        if len({book.listed[i][0].attributes["province_code"] for i in identities}) > 1
    }
    for name in parents.keys() - {name for _, name in two}:
        block, row = parents[name]
        book.tell(
            "parent_not_in_list",
            block.sheet,
            row.name_cell,
            found=row.attributes["parent_name"],
            other=book.main_sheet,
        )
    return {
        identity: whole_id(*pair) for pair, identities in two.items() for identity in identities
    }
