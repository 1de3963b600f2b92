"""Faults to build into a workbook before it is written, one call each.

Every function returns a `Mutation` for `write_workbook(publication, path, *mutations)`; it works
in place on the grid. Tables are named by their `table_id`, rows by the first cell (`창원`, `계`),
columns by number: 0 is the first column of figures after 구분.

    write_workbook(edition, path, drop_digit("production_by_complex", "창원"))
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from .grid import SheetGrid, Value, WorkbookGrid
from .layout import NBSP, TABLES, TOTAL
from .writer import Mutation


def locate(grid: WorkbookGrid, table_id: str, row: str, column: int = 0) -> tuple[int, int]:
    """Row and column (zero-based) of a figure, also in a table that has been moved.

    Raises:
        LookupError: the table has no such row.
    """
    r, c = _find(grid.sheet(table_id), row)
    return r, c + 2 + column


def apply(grid: WorkbookGrid, *mutations: Mutation) -> WorkbookGrid:
    """Alter a grid and return it."""
    for mutation in mutations:
        mutation(grid)
    return grid


# --- single cells ---------------------------------------------------------------------------


def alter(table_id: str, row: str, column: int, change: Callable[[Value], Value]) -> Mutation:
    """Replace one figure by a function of it."""

    def mutation(grid: WorkbookGrid) -> None:
        r, c = locate(grid, table_id, row, column)
        sheet = grid.sheet(table_id)
        sheet.rows[r][c] = change(sheet.rows[r][c])

    return mutation


def set_value(table_id: str, row: str, column: int, value: Value) -> Mutation:
    """Put any value (a text, None for an empty cell) in a figure's place."""
    return alter(table_id, row, column, lambda _: value)


def scale(table_id: str, row: str, column: int, factor: float) -> Mutation:
    """Multiply one figure: a wrong unit in one cell, or an identity that no longer holds."""
    return alter(table_id, row, column, lambda value: _number(value) * factor)


def drop_digit(table_id: str, row: str, column: int = 0) -> Mutation:
    """Lose the second digit of the whole part: 157499.02 becomes 17499.02."""

    def change(value: Value) -> Value:
        number = _number(value)
        whole = str(int(number))
        if len(whole) < 2:
            raise ValueError(f"{table_id}, {row}: {number} has no digit to lose")
        shorter = int(whole[0] + whole[2:])
        return shorter if isinstance(value, int) else shorter + (number - int(number))

    return alter(table_id, row, column, change)


def suppress(table_id: str, row: str, column: int = 0) -> Mutation:
    """Put an X in one cell."""
    return set_value(table_id, row, column, "X")


def text_for_number(table_id: str, row: str, column: int = 0, text: str | None = None) -> Mutation:
    """Store a figure as text: the number itself with thousands commas, or the text given."""
    return alter(
        table_id, row, column, lambda value: text if text is not None else f"{_number(value):,}"
    )


# --- rows -----------------------------------------------------------------------------------


def suppress_complex(name: str) -> Mutation:
    """Put an X in every cell of a complex that the publisher would suppress (not in counts)."""

    def mutation(grid: WorkbookGrid) -> None:
        for table in TABLES:
            for column, form in enumerate(table.columns):
                if form.unit != "개사":
                    suppress(table.table_id, name, column)(grid)

    return mutation


def blank_complex(name: str) -> Mutation:
    """Leave a complex's rows and empty all its figures (a fault seen in a real file)."""

    def mutation(grid: WorkbookGrid) -> None:
        for table in TABLES:
            for column in range(len(table.columns)):
                set_value(table.table_id, name, column, None)(grid)

    return mutation


def insert_complex(name: str, *, before: str = "창원", value: Value = 0) -> Mutation:
    """Insert a row for a complex nobody knows, in every table."""

    def mutation(grid: WorkbookGrid) -> None:
        for sheet in _tables(grid):
            r, c = _find(sheet, before)
            figures = [None if old is None else value for old in sheet.rows[r][c + 2 :]]
            row: list[Value] = [*sheet.rows[r][:c], name, "국가", *figures]
            sheet.rows.insert(r, row)
            sheet.styles.insert(r, list(sheet.styles[r]))
            _push_merges(sheet, r, 1)

    return mutation


def remove_row(name: str, table_id: str | None = None) -> Mutation:
    """Remove a row (a complex, or 계) from one table or from all."""

    def mutation(grid: WorkbookGrid) -> None:
        for sheet in _tables(grid, table_id):
            r, _ = _find(sheet, name)
            del sheet.rows[r], sheet.styles[r]
            _push_merges(sheet, r, -1)

    return mutation


def duplicate_row(table_id: str, name: str) -> Mutation:
    """Print a complex's row twice."""

    def mutation(grid: WorkbookGrid) -> None:
        sheet = grid.sheet(table_id)
        r, _ = _find(sheet, name)
        sheet.rows.insert(r, list(sheet.rows[r]))
        sheet.styles.insert(r, list(sheet.styles[r]))
        _push_merges(sheet, r, 1)

    return mutation


def rename_complex(old: str, new: str, table_id: str | None = None) -> Mutation:
    """Spell a complex otherwise, in one table or in all."""

    def mutation(grid: WorkbookGrid) -> None:
        for sheet in _tables(grid, table_id):
            r, c = _find(sheet, old)
            sheet.rows[r][c] = new

    return mutation


def pad_names(padding: str = NBSP) -> Mutation:
    """Put a blank (NBSP) before and behind every complex's name."""

    def mutation(grid: WorkbookGrid) -> None:
        for sheet in _tables(grid):
            first, (last, c) = _first_row(sheet), _find(sheet, TOTAL)
            for row in sheet.rows[first : last + 1]:
                row[c] = f"{padding}{row[c]}{padding}"

    return mutation


def sort_rows(table_id: str) -> Mutation:
    """Print the complexes in another order (by name)."""

    def mutation(grid: WorkbookGrid) -> None:
        sheet = grid.sheet(table_id)
        first, (last, c) = _first_row(sheet), _find(sheet, TOTAL)

        def by_name(row: list[Value]) -> str:
            return str(row[c])

        sheet.rows[first:last] = sorted(sheet.rows[first:last], key=by_name)

    return mutation


# --- columns, headers, units ----------------------------------------------------------------


def reword_header(table_id: str, old: str, new: str | None) -> Mutation:
    """Word a header otherwise; `old` is the cell's whole text (the first such cell is changed)."""

    def mutation(grid: WorkbookGrid) -> None:
        sheet = grid.sheet(table_id)
        for row in sheet.rows[: _first_row(sheet)]:
            for c, value in enumerate(row):
                if value == old:
                    row[c] = new
                    return
        raise LookupError(f"{table_id} has no header {old!r}")

    return mutation


def insert_column(table_id: str, header: str, *, at: int = 0, value: Value = 0) -> Mutation:
    """Insert a column of figures: for a table by industry, an industry nobody knows."""

    def mutation(grid: WorkbookGrid) -> None:
        sheet = grid.sheet(table_id)
        first, (last, c) = _first_row(sheet), _find(sheet, TOTAL)
        place = c + 2 + at
        for r, row in enumerate(sheet.rows):
            inside = first <= r <= last
            row.insert(place, value if inside else header if r == first - 1 else None)
            style = sheet.styles[r][min(place, len(sheet.styles[r]) - 1)]
            sheet.styles[r].insert(place, style)
        sheet.merges = [
            (top, left + (left >= place), bottom, right + (right >= place))
            for top, left, bottom, right in sheet.merges
        ]

    return mutation


def remove_column(table_id: str, at: int) -> Mutation:
    """Remove a column of figures with its header (merges over it are dropped)."""

    def mutation(grid: WorkbookGrid) -> None:
        sheet = grid.sheet(table_id)
        place = _find(sheet, TOTAL)[1] + 2 + at
        for row, styles in zip(sheet.rows, sheet.styles, strict=True):
            del row[place], styles[place]
        sheet.merges = [m for m in sheet.merges if m[3] < place]

    return mutation


def swap_columns(table_id: str, one: int, other: int) -> Mutation:
    """Print two columns of figures in the other order, the lowest row of headers included."""

    def mutation(grid: WorkbookGrid) -> None:
        sheet = grid.sheet(table_id)
        c = _find(sheet, TOTAL)[1] + 2
        first, last = _first_row(sheet), _find(sheet, TOTAL)[0]
        for row in sheet.rows[first - 1 : last + 1]:
            row[c + one], row[c + other] = row[c + other], row[c + one]

    return mutation


def set_unit(table_id: str, text: str | None) -> Mutation:
    """Replace the cell `(단위 : …)`; None removes it."""

    def mutation(grid: WorkbookGrid) -> None:
        sheet = grid.sheet(table_id)
        for row in sheet.rows[: _first_row(sheet)]:
            for c, value in enumerate(row):
                if isinstance(value, str) and "단위" in value:
                    row[c] = text
                    return
        raise LookupError(f"{table_id} has no unit cell")

    return mutation


# --- sheets ---------------------------------------------------------------------------------


def remove_sheet(table_id: str | None) -> Mutation:
    """Remove a table's sheet; None removes the survey notes."""

    def mutation(grid: WorkbookGrid) -> None:
        kept = [sheet for sheet in grid.sheets if sheet.table_id != table_id]
        if len(kept) == len(grid.sheets):
            raise LookupError(f"no sheet of {table_id}")
        grid.sheets = kept

    return mutation


def rename_sheet(table_id: str, title: str) -> Mutation:
    """Give a sheet another name; its title line stays."""

    def mutation(grid: WorkbookGrid) -> None:
        grid.sheet(table_id).title = title

    return mutation


def reverse_sheets() -> Mutation:
    """Turn the order of the sheets round."""

    def mutation(grid: WorkbookGrid) -> None:
        grid.sheets.reverse()

    return mutation


def shift_table(table_id: str, rows: int = 0, columns: int = 0) -> Mutation:
    """Move a whole table down and to the right."""

    def mutation(grid: WorkbookGrid) -> None:
        sheet = grid.sheet(table_id)
        # New lists for every row: two that are one list would be altered together later.
        above: list[list[Value]] = [[None] for _ in range(rows)]
        sheet.rows = above + [[None] * columns + row for row in sheet.rows]
        sheet.styles = [["plain"] for _ in range(rows)] + [
            ["plain"] * columns + row for row in sheet.styles
        ]
        sheet.merges = [
            (top + rows, left + columns, bottom + rows, right + columns)
            for top, left, bottom, right in sheet.merges
        ]
        sheet.widths = [9.0] * columns + sheet.widths
        if sheet.hidden is not None:
            sheet.hidden += columns

    return mutation


def unmerge(table_id: str) -> Mutation:
    """Dissolve all merged ranges of a sheet (values stay in their first cell)."""

    def mutation(grid: WorkbookGrid) -> None:
        grid.sheet(table_id).merges = []

    return mutation


def retitle(table_id: str, old: str, new: str) -> Mutation:
    """Change part of one sheet's title, such as its period: `2026년 1분기` to `2025년 4분기`."""

    def mutation(grid: WorkbookGrid) -> None:
        sheet = grid.sheet(table_id)
        for row in sheet.rows[: _first_row(sheet)]:
            for c, value in enumerate(row):
                if isinstance(value, str) and value.startswith("[표"):
                    if old not in value:
                        raise LookupError(f"{table_id}: {old!r} is not in {value!r}")
                    row[c] = value.replace(old, new)
                    return
        raise LookupError(f"{table_id} has no title")

    return mutation


def retitle_all(old: str, new: str) -> Mutation:
    """Change part of every sheet's title."""

    def mutation(grid: WorkbookGrid) -> None:
        for sheet in _tables(grid):
            retitle(str(sheet.table_id), old, new)(grid)

    return mutation


def add_footnote(table_id: str, text: str) -> Mutation:
    """Add a line below the table."""

    def mutation(grid: WorkbookGrid) -> None:
        sheet = grid.sheet(table_id)
        row: list[Value] = [None] * _find(sheet, TOTAL)[1]
        sheet.add([*row, text], ["footnote"] * (len(row) + 1))

    return mutation


# --- inside ---------------------------------------------------------------------------------


def _tables(grid: WorkbookGrid, table_id: str | None = None) -> Iterable[SheetGrid]:
    if table_id is not None:
        return [grid.sheet(table_id)]
    return [sheet for sheet in grid.sheets if sheet.table_id is not None]


def _find(sheet: SheetGrid, name: str) -> tuple[int, int]:
    """The cell with a row's name; blanks around names do not count."""
    c = _name_column(sheet)
    for r, row in enumerate(sheet.rows):
        value = row[c] if c < len(row) else None
        if isinstance(value, str) and value.strip() == name:
            return r, c
    raise LookupError(f"{sheet.title} has no row {name!r}")


def _name_column(sheet: SheetGrid) -> int:
    """Left edge of the table: where its title stands, for the header may have been reworded."""
    for row in sheet.rows:
        for c, value in enumerate(row):
            if isinstance(value, str) and value.startswith("[표"):
                return c
    raise LookupError(f"{sheet.title} has no title")


def _first_row(sheet: SheetGrid) -> int:
    """The first row of figures: the first complex of every edition is 서울."""
    c = _name_column(sheet)
    for r, row in enumerate(sheet.rows):
        figure = c + 2 < len(row) and isinstance(row[c + 2], int | float)
        if figure or (c < len(row) and row[c] == "서울"):
            return r
    raise LookupError(f"{sheet.title} has no figures")


def _push_merges(sheet: SheetGrid, at: int, by: int) -> None:
    """Move merged ranges below a row that was inserted (+1) or removed (-1)."""
    sheet.merges = [
        (top + by, left, bottom + by, right) if top >= at else (top, left, bottom, right)
        for top, left, bottom, right in sheet.merges
        if by > 0 or not top <= at <= bottom
    ]


def _number(value: Value) -> float | int:
    if not isinstance(value, int | float):
        raise ValueError(f"{value!r} is no number")
    return value
