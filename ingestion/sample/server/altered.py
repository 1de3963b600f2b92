"""Faults inside a file: what they change in workbooks, in CSV editions and in lists."""

from __future__ import annotations

from collections.abc import Callable

from ingestion.sample import mutate
from ingestion.sample.grid import WorkbookGrid
from ingestion.sample.server.faults import UNKNOWN_NAME
from ingestion.sample.writer import general

#: What a revision multiplies figures by.
_FACTOR = 1.005


def mutations(faults: tuple[str, ...]) -> list[Callable[[WorkbookGrid], None]]:
    """The faults in the workbook of 산업동향."""
    made: dict[str, Callable[[WorkbookGrid], None]] = {
        "values_gone": mutate.blank_complex("구미"),
        "header_changed": _reword_production,
        "name_unknown": mutate.insert_complex(UNKNOWN_NAME),
        "unit_changed": mutate.set_unit("exports_by_industry", "(단위 : 척)"),
    }
    return [made[fault] for fault in faults]


def _reword_production(grid: WorkbookGrid) -> None:
    for old in ("당분기", "당월"):
        try:
            return mutate.reword_header("production_by_complex", old, "이번 생산")(grid)
        except LookupError:
            continue
    raise LookupError("표4 has neither 당분기 nor 당월")


def revise(grid: WorkbookGrid) -> None:
    """All production half a percent higher, in every table that tells it: identities hold."""
    columns = {
        "production_by_complex": range(3),
        "production_by_industry": range(11),
        "operating_rate_by_complex": range(1, 3),
    }
    for table_id, which in columns.items():
        sheet = grid.sheet(table_id)
        for row in sheet.rows:
            if not (row and isinstance(row[0], str) and len(row) > 2):
                continue
            for column in which:
                place = 2 + column
                value = row[place] if place < len(row) else None
                if isinstance(value, int | float):
                    row[place] = value * _FACTOR


def alter_status(grid: WorkbookGrid, faults: tuple[str, ...], *, reissued: bool) -> None:
    """The faults in the list of all complexes (its main sheet)."""
    sheet = grid.sheet("all_complexes")
    figures = [r for r, row in enumerate(sheet.rows) if len(row) > 10 and _is_number(row[5])]
    if not figures:
        raise LookupError("the list of all complexes has no figures")
    for fault in faults:
        if fault == "values_gone":
            row = sheet.rows[figures[0]]
            row[5:] = [None] * len(row[5:])
        elif fault == "header_changed":
            _reword(sheet.rows, "지정면적", "고시한 넓이")
        elif fault == "unit_changed":
            for row in sheet.rows:
                for c, value in enumerate(row):
                    if isinstance(value, str) and "단위" in value:
                        row[c] = "(단위 : 평)"
        else:  # a complex is new by right here, a province never is
            sheet.rows[figures[0]][1] = UNKNOWN_NAME
    if reissued:
        row = sheet.rows[figures[0]]
        row[-1] = (row[-1] if isinstance(row[-1], int) else 0) + 1


def _reword(rows: list[list[str | int | float | None]], old: str, new: str) -> None:
    for row in rows:
        for c, value in enumerate(row):
            if value == old:
                row[c] = new
                return
    raise LookupError(f"no header {old}")


def _is_number(value: object) -> bool:
    return isinstance(value, int | float)


def alter_rows(
    rows: list[list[str]], faults: tuple[str, ...], *, reissued: bool = False
) -> list[list[str]]:
    """Faults in a CSV: `rows[0]` is the header, a row's first cell says what it is about."""
    rows = [list(row) for row in rows]
    header, body = rows[0], rows[1:]
    last = len(header) - 1
    for fault in faults:
        if fault == "values_gone":
            row = next((r for r in body if r[0] == "구미"), body[0])
            row[2:] = [""] * len(row[2:])
        elif fault == "header_changed":
            header[min(2, last)] = "이번 값"
        elif fault == "name_unknown":
            body[0][0] = UNKNOWN_NAME
        else:
            rows[0] = [h.split("(")[0] + "(척)" if "(" in h else h for h in header]
            header = rows[0]
    if reissued:
        for row in body:
            row[2] = general(float(row[2]) * _FACTOR) if _is_text_number(row[2]) else row[2]
    return rows


def _is_text_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


#: The unit in the headers of a list, and another one.
LIST_UNIT, OTHER_UNIT = "제곱미터", "평"


def alter_list(
    rows: list[list[str]], faults: tuple[str, ...], *, reissued: bool = False
) -> list[list[str]]:
    """Faults in a registry's list, one row a factory or centre; `rows[0]` is the header."""
    rows = [list(row) for row in rows]
    header, body = rows[0], rows[1:]
    for fault in faults:
        if fault == "values_gone":
            body[0][3:] = [""] * len(body[0][3:])
        elif fault == "header_changed":
            header[2] = "이번 값"
        elif fault == "name_unknown":
            at = header.index("단지명")
            next(row for row in body if row[at])[at] = UNKNOWN_NAME
        else:
            header[:] = [name.replace(LIST_UNIT, OTHER_UNIT) for name in header]
    if reissued:
        at = header.index("생산품" if "생산품" in header else f"용지면적({LIST_UNIT})")
        text = body[0][at]
        body[0][at] = str(int(text) + 1) if text.isdigit() else f"{text} 외"
    return rows
