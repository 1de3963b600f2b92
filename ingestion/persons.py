"""What concerns a natural person is told apart here, and goes no further than the raw snapshot.

Registers name representatives and print telephone numbers in columns that are known (contracts
mark them `person: true`) and, now and then, in the middle of other text. The second kind is found
by its form.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

#: What stands in the place of a number, an address of e-mail or a name.
MASK = "[…]"

#: Wide signs are looked at as the plain ones that they stand for, one for one.
_PLAIN = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}
#: What stands between the groups of a number; ㅡ (a vowel) and ─ (a rule) are typed for a dash.
_JOIN = r"[\s.\-‐‑‒–—―−ㅡ─·∙ㆍ・~∼/()\[\]_]"
_J = f"{_JOIN}{{0,4}}"
_DASH = r"\s?[\-‐‑–—−]\s?"
#: Three or four digits and four: how every number ends; `4567~8` and `4567/4568` are two, of which
#: the second may not be the beginning of another whole one.
_END = rf"[0-9]{{3,4}}{_J}[0-9]{{4}}(?![0-9])(?:\s?[~∼/]\s?[0-9]{{1,4}}(?!{_JOIN}?[0-9]))?"
_GROUPS = rf"(?:[0-9]{{1,4}}{_J}){{0,3}}{_END}"
_WORDS = (
    *("tel", "telephone", "fax", "phone", "mobile"),
    *(
        "전화",
        "팩스",
        "휴대폰",
        "휴대전화",
        "핸드폰",
        "연락처",
        "연락",
        "문의처",
        "문의",
        "직통",
        "대표번호",
    ),
)
#: The words before a number, with or without blanks between their letters.
_LABEL = "|".join(
    (
        *(r"\s?".join(word) for word in _WORDS),
        "[☎☏✆℡📞📱📠🖷]\ufe0f?",
        # 5HP is a motor's power
        r"(?<![0-9])(?<![0-9]\s)h\.?\s?p",
        r"(?<![A-Za-z])[TF]\s?[.:)]",
    )
)
#: TEL 010-1234-5678, 전화번호: 123-4567, 1234: behind its word a number needs no code of an area.
_LABELLED = (
    rf"(?i:{_LABEL})(?:\s?번호)?[은는]?(?:\s?\([가-힣A-Za-z ]{{1,8}}\))?[\s.:,;=+]{{0,4}}{_J}[:+]?\s?{_GROUPS}"
    rf"(?:\s?(?:[,;·&]|및|또는)\s?(?:{_GROUPS}|[0-9]{{4}}(?!{_JOIN}?[0-9])))*"
)
#: Forms of numbers without a word; none is preceded or followed by a digit.
_FORMS = (
    # 010-1234-5678, 02)123-4567, 0312345678, +82 (0)10 1234 5678
    rf"\(?(?:(?:\+|00)?82{_J}0?{_J}|0)[0-9]{{1,3}}{_J}{_END}",
    # numbers for the whole country: 1588-1234 (1600 and 1800 are temperatures as well)
    r"1(?:5(?:22|33|44|55|66|77|88|99)|6(?:44|61|66|70|88)|8(?:33|55|66|77|99))[\-–][0-9]{4}(?![0-9])",
    # resident's number; registration number of a business (a sole trader's is a person's)
    rf"[0-9]{{6}}{_DASH}[1-8](?:[0-9]{{6}}(?![0-9])|[*xX●○]{{6}})",
    rf"[0-9]{{3}}{_DASH}[0-9]{{2}}{_DASH}[0-9]{{5}}(?![0-9])",
)
#: A local part has at most 64 characters, a label of a domain 63 (RFC 5321, RFC 1035).
_MAIL = r"[A-Za-z0-9._%+\-]{1,64}\s?@\s?[A-Za-z0-9\-]{1,63}(?:\.[A-Za-z0-9\-]{1,63})+"
# Nor are the decimals of a figure a number to call (0.015049904), but for what is joined by more
# than a point (1.010-1234-5678, the first of a list).
_CONTACT = re.compile(
    rf"{_LABELLED}|(?<![0-9])(?:(?<![0-9]\.)|(?=[0-9]{{2,4}}\s?[\-)–]))(?:{'|'.join(_FORMS)})|{_MAIL}"
)

#: Words of headers (without blanks) that announce a column about a person.
PERSON_WORDS = (
    *("대표자", "성명", "담당자", "이름", "생년월일", "주민등록", "사업자등록번호", "사업자번호"),
    *("전화번호", "연락처", "휴대폰", "휴대전화", "핸드폰", "팩스", "이메일", "전자우편"),
    *(
        "rprsntvnm",
        "telno",
        "fxnum",
        "representative",
        "telephone",
        "phone",
        "fax",
        "e-mail",
        "email",
    ),
)


def mask_contacts(text: str) -> str:
    """The text with telephone, fax and registration numbers and e-mail addresses masked."""
    left, end = [], 0
    for found in _CONTACT.finditer(text.translate(_PLAIN)):
        left += [text[end : found.start()], MASK]
        end = found.end()
    return "".join([*left, text[end:]])


def has_contacts(text: str) -> bool:
    """Whether a telephone, fax or registration number or an e-mail address stands in a text."""
    return _CONTACT.search(text.translate(_PLAIN)) is not None


_IN_CHARGE = r"(?:담\s?당\s?자|담\s?당\s?관|작\s?성\s?자|책\s?임\s?자|문\s?의\s?처|성\s?명)"
_PERHAPS = r"(?:담당(?:부서|기관)?|작성(?:부서)?|문의|연락처|contact|person in charge|prepared by)"
#: A line about the person in charge: its word at the beginning, or anywhere before a colon; behind it
#: stand no words that go on with a sentence (담당자를, 담당자 및 관리자).
_PERSON_LINE = re.compile(
    rf"(?:^[\W\d_ㅇ]*(?:[가-힣]{{1,8}}\s?)?{_IN_CHARGE}(?![가-힣])(?!\s*(?:및|또는|등|와|과|에게|대상|의견)\b)"
    rf"|(?i:{_IN_CHARGE}|{_PERHAPS})\s*(?=[:：]))[\s:：\-–·(（]*(?P<who>\S.*)"
)
#: A cell that says nothing but what the cells beside or below it hold.
_PERSON_HEAD = re.compile(
    rf"[\W\d_ㅇ]*(?:[가-힣]{{1,8}}\s?)?(?i:{_IN_CHARGE}|{_PERHAPS}|직급|전화(?:번호)?|팩스|e-?mail|이메일)[\W_]*"
)


def mask_notes(cells: Mapping[tuple[int, int], str]) -> dict[tuple[int, int], str]:
    """Texts of a sheet, by row and column, without contacts and without who is in charge.

    Notes may end with who wrote them: `담당자 : …` in one cell, or the word in one cell and the name
    in those to its right or, where there are none, below it.
    """
    heads = {place for place, text in cells.items() if _PERSON_HEAD.fullmatch(text)}
    lines = {place: _PERSON_LINE.search(text) for place, text in cells.items()}
    persons: set[tuple[int, int]] = set()
    for row, column in cells:
        if (row, column) not in heads and lines[row, column] is None:
            continue
        beside = {place for place in cells if place[0] == row and place[1] > column} - heads
        persons |= beside
        below = row + 1
        names_below = (row, column) in heads and not beside
        while names_below and (below, column) in cells.keys() - heads:
            persons.add((below, column))
            below += 1
    masked = {}
    for place, text in cells.items():
        line = lines[place]
        if place in persons:
            text = MASK
        elif line is not None and place not in heads:
            text = text[: line.start("who")] + MASK
        masked[place] = mask_contacts(text)
    return masked


def has_person_words(cells: Iterable[object]) -> bool:
    """Whether headers announce a column about a person."""
    words = "\n".join(str(cell) for cell in cells).replace(" ", "").lower()
    return any(word in words for word in PERSON_WORDS)
