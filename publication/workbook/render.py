"""Writing the workbook: one table a sheet, no merged cells, the same bytes from the same release.

After the Analysis Function's guidance "Releasing statistics in spreadsheets" (UK Government Analysis
Function): cover, contents and notes first, one table a sheet that begins in column A, marked up as a
table, units in heads, no empty rows or columns inside, marks explained, meaningful sheet names.
"""

from __future__ import annotations

import json
import zipfile
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import xlsxwriter

from publication.bulletin.pages.methods import citation
from publication.definitions import DefinitionsError, read_definitions
from publication.workbook.cells import MARKS, NOTHING, Marts, Sheet
from publication.workbook.tables import sheets
from publication.workbook.texts import Lang, t
from publication.workbook.words import methods, warnings

#: Rows above a table: title, what the sheet is, link to the contents (and the mark of simulated data).
_FIRST = 4


class WorkbookError(RuntimeError):
    """The release folder cannot be turned into a workbook; the message says what is wrong."""


def render_workbook(
    release_dir: Path, out_dir: Path, *, languages: Sequence[Lang] = ("ko", "en")
) -> list[Path]:
    """Write `bulletin_<language>.xlsx` for a release folder; returns the paths, in order.

    Reads `marts/*.parquet`, the definitions in `kicox.duckdb` and `release.json`. Figures are the
    marts' own, unrounded; a cell without one says why by a mark. The same folder gives the same bytes.

    Raises:
        WorkbookError: the folder lacks what is needed.
    """
    folder = Path(release_dir)
    try:
        release: dict[str, Any] = json.loads((folder / "release.json").read_text(encoding="utf-8"))
        definitions = read_definitions(folder, with_tables=False)
    except (OSError, ValueError, DefinitionsError) as error:
        raise WorkbookError(f"{folder}: {error}") from error
    for mart in ("national_total_quarterly", "complex_quarterly", "dim_complex"):
        if not (folder / "marts" / f"{mart}.parquet").is_file():
            raise WorkbookError(f"{folder}: the release has no mart {mart}")
    out_dir = Path(out_dir)
    out_dir.mkdir(parents=True, exist_ok=True)
    written = []
    for lang in languages:
        path = out_dir / f"bulletin_{lang}.xlsx"
        tables = sheets(folder, str(release["period"]), definitions, lang)
        at = [table.key for table in tables].index("suppression")
        tables = [
            methods(release, lang),
            *tables[:at],
            warnings(folder, release, lang),
            *tables[at:],
        ]
        _write(path, release, tables, _day(folder), lang)
        _tell_language(path, lang)
        written.append(path)
    return written


def _tell_language(path: Path, lang: Lang) -> None:
    """Write the language into the document's properties (ISO/IEC 29500-2, `dc:language`), which
    XlsxWriter cannot: a screen reader chooses its voice by it."""
    with zipfile.ZipFile(path) as book:
        parts = [(info, book.read(info)) for info in book.infolist()]
    end = b"</cp:coreProperties>"
    with zipfile.ZipFile(path, "w") as book:
        for info, content in parts:
            if info.filename == "docProps/core.xml":
                content = content.replace(end, f"<dc:language>{lang}</dc:language>".encode() + end)
            book.writestr(info, content)


def _day(folder: Path) -> datetime:
    """The latest day of publication among the inputs: the document's date, not the clock's."""
    days = [
        row["published_at"] for row in Marts(folder).rows("dim_snapshot") if row["published_at"]
    ]
    latest = max(days, default=datetime(1970, 1, 1, tzinfo=UTC).date())
    return datetime(latest.year, latest.month, latest.day)


class _Book:
    """The open file with its formats."""

    def __init__(self, path: Path, release: dict[str, Any], day: datetime, lang: Lang) -> None:
        self.lang, self.simulated = lang, bool(release.get("is_simulated"))
        self.book = xlsxwriter.Workbook(
            str(path),
            {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False},
        )
        title = f"{t('title', lang)}, {release['period']}"
        self.book.set_properties(
            {
                "title": title,
                "subject": f"{t('release', lang)} {release['release_id']}",
                "author": "sandan",
                "company": "",
                "comments": t("simulated", lang) if self.simulated else "",
                "keywords": f"{release['release_id']}, {release['period']}",
                "created": day,
            }
        )
        font = {"font_name": "Arial", "font_size": 11, "valign": "top"}
        self.plain = self.book.add_format(font | {"text_wrap": True})
        self.title = self.book.add_format(font | {"bold": True, "font_size": 14})
        self.warn = self.book.add_format(font | {"bold": True, "font_color": "#B04A00"})
        self.link = self.book.add_format(font | {"font_color": "#005A8E", "underline": 1})
        self.head = self.book.add_format(
            font | {"bold": True, "text_wrap": True, "bottom": 1, "bg_color": "#EEF4F9"}
        )
        self.mark = self.book.add_format(font | {"align": "right"})
        self.numbers = {
            places: self.book.add_format(
                font | {"num_format": "#,##0" + ("." + "0" * places if places else "")}
            )
            for places in range(5)
        }

    def sheet(self, name: str, title: str) -> Any:
        """A sheet with its title in A1 and, of simulated data, the mark on screen and on paper."""
        sheet = self.book.add_worksheet(name)
        sheet.hide_gridlines(2)
        sheet.set_landscape()
        sheet.set_paper(9)
        sheet.fit_to_pages(1, 0)
        sheet.write_string(0, 0, title, self.title)
        if self.simulated:
            sheet.write_string(1, 0, t("simulated", self.lang), self.warn)
            sheet.set_header("&C&B" + t("simulated", self.lang))
            sheet.set_tab_color("#B04A00")
        return sheet


def _write(
    path: Path, release: dict[str, Any], tables: Sequence[Sheet], day: datetime, lang: Lang
) -> None:
    book = _Book(path, release, day, lang)
    shift = int(book.simulated)
    cover = book.sheet(t("s_cover", lang), f"{t('title', lang)}, {release['period']}")
    cover.set_column(0, 0, 110, book.plain)
    cited = citation(release, lang)
    lines = [
        f"{t('release', lang)}: {release['release_id']}",
        f"{t('period', lang)}: {release['period']}",
        t("about", lang),
        " ".join(cited[1:] or cited),
    ]
    for i, text in enumerate(lines, start=1 + shift):
        cover.write_string(i, 0, text, book.plain)
    target = t("s_contents", lang)
    cover.write_url(len(lines) + 1 + shift, 0, f"internal:'{target}'!A1", book.link, target)

    _contents(book, tables, shift)
    _notes(book, shift)
    for table in tables:
        _table(book, table, shift)
    book.book.close()


def _contents(book: _Book, tables: Sequence[Sheet], shift: int) -> None:
    lang = book.lang
    sheet = book.sheet(t("s_contents", lang), t("t_contents", lang))
    entries = [(t("s_notes", lang), t("t_notes", lang), len(_note_rows(lang)))]
    entries += [(t(f"s_{s.key}", lang), t(f"t_{s.key}", lang), len(s.rows)) for s in tables]
    first = 1 + shift
    heads = (t("sheet", lang), t("table", lang), t("rows", lang))
    _frame(book, sheet, "Contents", first, heads, len(entries))
    sheet.set_column(0, 0, 28)
    sheet.set_column(1, 1, 70)
    for i, (name, title, count) in enumerate(entries, start=first + 1):
        sheet.write_url(i, 0, f"internal:'{name}'!A1", book.link, name)
        sheet.write_string(i, 1, title, book.plain)
        sheet.write_number(i, 2, count, book.numbers[0])


def _note_rows(lang: Lang) -> list[tuple[str, str]]:
    return [
        (MARKS["Q"], t("suppressed", lang)),
        (MARKS["O"], t("missing", lang)),
        (MARKS["M"], t("impossible", lang)),
        (NOTHING, t("empty", lang)),
        ("0", t("zero", lang)),
        (t("growth_lfl", lang), t("lfl", lang)),
        ("0.0", t("rounded", lang)),
        ("Σ", t("sums", lang)),
    ]


def _notes(book: _Book, shift: int) -> None:
    lang, first = book.lang, 1 + shift
    sheet = book.sheet(t("s_notes", lang), t("t_notes", lang))
    rows = _note_rows(lang)
    _frame(book, sheet, "Notes", first, (t("mark", lang), t("meaning", lang)), len(rows))
    sheet.set_column(0, 0, 28)
    sheet.set_column(1, 1, 110)
    for i, (mark, meaning) in enumerate(rows, start=first + 1):
        sheet.write_string(i, 0, mark, book.plain)
        sheet.write_string(i, 1, meaning, book.plain)


def _frame(
    book: _Book, sheet: Any, name: str, first: int, heads: Sequence[str], count: int
) -> None:
    """The table object with its heads, frozen above and beside the figures."""
    if len(set(heads)) != len(heads):
        raise WorkbookError(f"{name}: two columns bear one head: {', '.join(heads)}")
    sheet.add_table(
        first,
        0,
        first + max(count, 1),
        len(heads) - 1,
        {
            "name": name,
            "style": "Table Style Light 1",
            "banded_rows": False,
            "columns": [{"header": head, "header_format": book.head} for head in heads],
        },
    )
    sheet.freeze_panes(first + 1, 1)
    sheet.repeat_rows(first)


def _table(book: _Book, table: Sheet, shift: int) -> None:
    lang, first = book.lang, _FIRST - 1 + shift
    sheet = book.sheet(t(f"s_{table.key}", lang), t(f"t_{table.key}", lang))
    sheet.write_string(1 + shift, 0, t("one_table", lang), book.plain)
    contents = t("s_contents", lang)
    sheet.write_url(2 + shift, 0, f"internal:'{contents}'!A1", book.link, t("back", lang))
    name = "".join(part.capitalize() for part in table.key.split("_"))
    _frame(book, sheet, f"T_{name}", first, [c.head for c in table.columns], len(table.rows))
    for j, column in enumerate(table.columns):
        sheet.set_column(j, j, column.width)
        style = book.plain if column.decimals is None else book.numbers[column.decimals]
        for i, row in enumerate(table.rows, start=first + 1):
            value = column.cell(row)
            if isinstance(value, float):
                sheet.write_number(i, j, value, style)
            else:
                sheet.write_string(
                    i, j, value, book.plain if column.decimals is None else book.mark
                )
    if not table.rows:  # a table needs a row: it says that there is nothing
        for j in range(len(table.columns)):
            sheet.write_string(first + 1, j, MARKS["O"], book.plain)
