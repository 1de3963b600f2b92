"""The bulletin is read again: one digit, unit or direction changed anywhere, and it is refused."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import fields, is_dataclass, replace
from typing import Any

import pytest

from publication.bulletin import texts as tx
from publication.bulletin.check import check_document
from publication.bulletin.check.alts import numbers_in, svg_texts
from publication.bulletin.check.cells import Cells, amount_fits, fits, period_of
from publication.bulletin.check.document import block_faults, document_faults
from publication.bulletin.model import Beside, Document, Figure, Prose, Tiles
from publication.bulletin.reading import BulletinError, Release
from publication.bulletin.words import Lang

LANGS: tuple[Lang, ...] = ("ko", "en")
#: What no reader sees: the drawing is mutated in a test of its own.
UNSEEN = {"key", "kind", "svg", "measure", "align", "weight", "width", "columns_", "lang"}

SWAPS: dict[str, tuple[tuple[str, str], ...]] = {
    "ko": (
        ("증가", "감소"), ("감소", "증가"), ("상승", "하락"), ("하락", "상승"), ("조원", "억원"), ("억원", "조원"),
        ("억달러", "백만달러"), ("백만달러", "억달러"), ("명", "개사"), ("개사", "명"), ("%p", "%"),
        ("부합한다", "부합하지 않는다"), ("끌어올", "끌어내"), ("끌어내", "끌어올"), ("+", "−"), ("−", "+"),
        ("전분기", "전년 동기"), ("전년 동기", "전분기"), ("최저", "최고"), ("최고", "최저"), ("처음", "끝"),
        ("어긋남", "맞음"), ("참고", "맞음"), ("정정", "재분류"), ("생산", "수출"), ("수출", "생산"),
    ),
    "en": (
        ("rose", "fell"), ("fell", "rose"), ("up ", "down "), ("down ", "up "), ("trillion", "billion"),
        ("billion", "million"), ("million", "billion"), ("US$", "KRW"), ("KRW", "US$"), ("+", "−"),
        ("−", "+"), ("the previous quarter", "a year earlier"), ("a year earlier", "the previous quarter"),
        ("quarter", "year"), ("percentage points", "%"), ("took most from", "added most to"),
        ("lowest", "highest"), ("highest", "lowest"), ("first", "last"), ("persons", "firms"),
        ("contradicted", "supported"), ("indicative", "supported"), ("correction", "reclassification"),
        ("Production", "Exports"), ("Exports", "Production"), ("pp", "%"),
    ),
}  # fmt: skip


def strings(value: Any, way: tuple[Any, ...] = ()) -> Iterator[tuple[tuple[Any, ...], str]]:
    """Every text of a part of the content, with the way to it."""
    if isinstance(value, str):
        yield way, value
    elif isinstance(value, tuple):
        for i, item in enumerate(value):
            yield from strings(item, (*way, i))
    elif is_dataclass(value):
        for field in fields(value):
            if field.name not in UNSEEN:
                yield from strings(getattr(value, field.name), (*way, field.name))


def put(value: Any, way: tuple[Any, ...], text: str) -> Any:
    """The same content with another text at one place."""
    if not way:
        return text
    head, rest = way[0], way[1:]
    if isinstance(value, tuple):
        return (*value[:head], put(value[head], rest, text), *value[head + 1 :])
    return replace(value, **{head: put(getattr(value, head), rest, text)})


def digits(text: str) -> Iterator[str]:
    for at, char in enumerate(text):
        if char in "0123456789":
            for step in (1, 5):
                yield text[:at] + str((int(char) + step) % 10) + text[at + 1 :]


def swaps(text: str, lang: Lang) -> Iterator[str]:
    for old, new in SWAPS[lang]:
        at = text.find(old)
        while at >= 0:
            yield text[:at] + new + text[at + len(old) :]
            at = text.find(old, at + 1)


@pytest.mark.parametrize("lang", LANGS)
def test_what_is_written_follows_from_the_figures(
    data: Release, documents: dict[Lang, Document], lang: Lang
) -> None:
    assert list(document_faults(data, documents[lang])) == []
    check_document(data, documents[lang])


def let_pass(
    data: Release, document: Document, lang: Lang, changes: Callable[[str], Iterable[str]]
) -> tuple[int, list[tuple[Any, str, str]]]:
    """How many changed texts were tried, one at a time, and those to which nobody objects."""
    cells = Cells(data, lang)
    tried, passed = 0, []
    for block in document.blocks():
        for way, text in strings(block):
            if way == ("number",):  # of a figure or table: no cell says it
                continue
            for wrong in changes(text):
                tried += 1
                if next(iter(block_faults(cells, put(block, way, wrong))), None) is None:
                    passed.append((way, text, wrong))
    return tried, passed


@pytest.mark.parametrize("lang", LANGS)
def test_any_changed_digit_is_refused(
    data: Release, documents: dict[Lang, Document], lang: Lang
) -> None:
    """Every digit of every sentence, tile, cell, head, note and alternative text, one at a time."""
    tried, passed = let_pass(data, documents[lang], lang, digits)
    assert tried > 3000 and passed == []


@pytest.mark.parametrize("lang", LANGS)
def test_any_changed_direction_unit_name_or_verdict_is_refused(
    data: Release, documents: dict[Lang, Document], lang: Lang
) -> None:
    tried, passed = let_pass(data, documents[lang], lang, lambda text: swaps(text, lang))
    fixed = tx.fixed(lang)
    # (a heading of another table has no figure in it)
    passed = [p for p in passed if not (p[1] in fixed and p[2] in fixed)]
    assert tried > 500 and passed == []


@pytest.mark.parametrize("lang", LANGS)
def test_a_sign_or_a_bound_before_any_number_is_a_fault(
    data: Release, documents: dict[Lang, Document], lang: Lang
) -> None:
    """`−30%`, `<43%`: numbers by their form, which no cell says; a fault each, never an exception."""

    def signed(text: str) -> Iterator[str]:
        for number in re.finditer(r"(?<![\d.,+−<>])\d", text):
            for sign in "−<":
                yield text[: number.start()] + sign + text[number.start() :]

    tried, passed = let_pass(data, documents[lang], lang, signed)
    assert tried > 1000 and passed == []


@pytest.mark.parametrize("lang", LANGS)
def test_a_tile_without_its_unit_is_refused(
    data: Release, documents: dict[Lang, Document], lang: Lang
) -> None:
    cells = Cells(data, lang)
    tiles = [b for b in documents[lang].blocks() if isinstance(b, Tiles)]
    tried = 0
    for block in tiles:
        for at, tile in enumerate(block.items):
            tried += bool(tile.unit)
            wrong = put(block, ("items", at, "unit"), "")
            assert not tile.unit or list(block_faults(cells, wrong)), tile.name
    assert tried > 3


@pytest.mark.parametrize("lang", LANGS)
def test_title_headline_release_and_asides_are_read_too(
    data: Release, documents: dict[Lang, Document], lang: Lang
) -> None:
    document = documents[lang]
    bare = replace(document, sections=tuple(replace(part, blocks=()) for part in document.sections))
    assert list(document_faults(data, bare)) == []
    changed = 0
    for way, text in strings(bare):
        for wrong in (*digits(text), *swaps(text, lang), text + "."):
            if wrong in tx.fixed(lang):
                continue
            changed += 1
            assert list(document_faults(data, put(bare, way, wrong))), (way, wrong)
    assert changed > 60


@pytest.mark.parametrize("lang", LANGS)
def test_a_sentence_that_no_rule_reads_is_refused(data: Release, lang: Lang) -> None:
    words = {"ko": "생산액은 앞으로 늘어날 것이다.", "en": "Production will grow."}[lang]
    assert list(block_faults(Cells(data, lang), Prose("x", (words,))))


@pytest.mark.parametrize("lang", LANGS)
def test_labels_inside_charts_are_read(
    data: Release, documents: dict[Lang, Document], lang: Lang
) -> None:
    """Every number written beside a point or a bar, changed in the drawing itself."""
    cells, tried, names = Cells(data, lang), 0, 0
    for block in documents[lang].blocks():
        if not isinstance(block, Figure):
            continue
        for label in {t for t in svg_texts(block.svg)[1] if any(c.isdigit() for c in t)}:
            at = next(i for i, c in enumerate(label) if c.isdigit())
            wrong = f"{label[:at]}7{label[at:]}"
            svg = block.svg.replace(f">{label}<", f">{wrong}<")
            if svg != block.svg:
                tried += 1
                assert list(block_faults(cells, replace(block, svg=svg))), (block.key, wrong)
        named = next((t for t in svg_texts(block.svg)[1] if t in cells.names), None)
        if named:  # a label without a number is a name
            svg = block.svg.replace(f">{named}<", ">Atlantis<")
            assert list(block_faults(cells, replace(block, svg=svg))), block.key
            names += 1
    assert tried > 10 and names == 2


def test_a_comma_of_the_sentence_is_no_part_of_a_number() -> None:
    assert numbers_in("끝 2026년 2분기 984,109, 최저 2024년 −1,234.5%, 최고 12.") == {
        *("2026", "2", "984,109", "2024", "−1,234.5", "12"),
    }


def test_axes_must_be_even(data: Release, documents: dict[Lang, Document]) -> None:
    figure = next(
        f for f in documents["en"].blocks() if isinstance(f, Figure) and f.key.startswith("line/")
    )
    label = next(axis[0] for axis in svg_texts(figure.svg)[0] if len(axis) > 2)
    wrong = replace(figure, svg=figure.svg.replace(f">{label}<", ">1<", 1))
    assert any("not even" in fault for fault in block_faults(Cells(data, "en"), wrong))


def test_tables_and_figures_are_numbered_in_order(
    data: Release, documents: dict[Lang, Document]
) -> None:
    document = documents["en"]
    numbers = [b.number for b in document.blocks() if b.kind == "table"]
    assert numbers == [str(i + 1) for i in range(len(numbers))]
    sections = []
    for section in document.sections:
        blocks = [
            replace(b, number="99")
            if not isinstance(b, Prose | Beside) and b.kind == "table"
            else b
            for b in section.blocks
        ]
        sections.append(replace(section, blocks=tuple(blocks)))
    with pytest.raises(BulletinError, match="is number 1, not 99"):
        check_document(data, replace(document, sections=tuple(sections)))


def test_fixed_texts_hold_no_figures() -> None:
    """Digits belong to figures of a release; what stands fixed may hold those of names and marks."""
    allowed = ("0 실적", "0으로", "0 nothing", "X-13", "SHA-256")
    for lang in LANGS:
        for text in tx.fixed(lang):
            rest = text
            for word in allowed:
                rest = rest.replace(word, "")
            if not text.startswith(("90", "180", "365")):  # days of a horizon
                assert not any(c.isdigit() for c in rest), text


@pytest.mark.parametrize(
    ("words", "period"),
    [
        ("2026년 1분기", "2026-Q1"),
        ("the fourth quarter of 2025", "2025-Q4"),
        ("2025 Q4", "2025-Q4"),
        ("April 2026", "2026-04"),
        ("2026년 4월", "2026-04"),
        ("2001년", "2001"),
        ("spring 2026", None),
    ],
)
def test_periods_are_read(words: str, period: str | None) -> None:
    assert period_of(words) == period


@pytest.mark.parametrize(
    ("printed", "value", "ok"),
    [
        ("1,234.5", 1234.45, True),
        ("1,234.5", 1234.44, False),
        ("+0.3", 0.25, True),
        ("+0.3", -0.3, False),
        ("−0.3", -0.3, True),
        ("<0.1", 0.04, True),
        ("<0.2", 0.04, False),
        ("<0.1", 0.0, False),
        ("0.0", 0.0, True),
        ("12,34", 1234.0, False),
        ("5", None, False),
    ],
)
def test_a_printed_number_is_its_cell_rounded(printed: str, value: float | None, ok: bool) -> None:
    assert fits(printed, value) is ok


def test_amounts_are_read_with_their_units() -> None:
    assert amount_fits("176조 7,986억원", 1_767_986.24, "krw")
    assert not amount_fits("176조 7,986억원", 1_767_986.24, "usd")
    assert amount_fits("KRW 176.8 trillion", 1_767_986.24, "krw")
    assert not amount_fits("KRW 176.8 billion", 1_767_986.24, "krw")
    assert amount_fits("US$ 50.66 billion", 50_664.0, "usd")
    assert amount_fits("65,209", 65_209.0, "firms") and not amount_fits(
        "65,209명", 65_209.0, "firms"
    )
