"""What concerns a natural person is told apart here, and goes no further than the raw snapshot.

Registers name representatives and print telephone numbers in columns that are known (contracts
mark them `person: true`) and, now and then, in the middle of other text. The second kind is found
by its form.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

#: What stands in the place of a number, an address of e-mail or a name.
MASK = "[…]"

_D = "[0-9０-９]"
_SEPARATOR = r"[\s.\-–—·~)/∙ㆍ－]"
#: Forms of contacts; none is preceded or followed by a digit.
_FORMS = (
    # 010-1234-5678, 02)123-4567, 0312345678, +82 10 1234 5678
    rf"(?:\+?[8８][2２]{_SEPARATOR}{{0,3}}\(?[0０]?|\(?[0０]){_D}{{1,3}}{_SEPARATOR}{{0,3}}{_D}{{3,4}}{_SEPARATOR}{{0,3}}{_D}{{4}}",
    # TEL 123-4567: without an area code only behind its word
    rf"(?i:tel|fax|phone|h\.?p|전화|팩스|연락처|핸드폰|휴대폰){_SEPARATOR}{{0,3}}[:：]?\s{{0,3}}{_D}{{3,4}}{_SEPARATOR}{{1,3}}{_D}{{4}}",
    # resident's number; registration number of a business (a sole trader's is a person's)
    rf"{_D}{{6}}-[1-8]{_D}{{6}}",
    rf"{_D}{{3}}-{_D}{{2}}-{_D}{{5}}",
)
_MAIL = r"[A-Za-z0-9._%+\-]+\s?[@＠]\s?[A-Za-z0-9\-]+(?:\.[A-Za-z0-9\-]+)+"
_NUMBERS = "|".join(_FORMS)
# Nor are the decimals of a figure a number to call (0.015049904).
_CONTACT = re.compile(rf"(?<!{_D})(?<!{_D}\.)(?:{_NUMBERS})(?!{_D})|{_MAIL}")

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
    return _CONTACT.sub(MASK, text)


def has_contacts(text: str) -> bool:
    """Whether a telephone, fax or registration number or an e-mail address stands in a text."""
    return _CONTACT.search(text) is not None


def has_person_words(cells: Iterable[object]) -> bool:
    """Whether headers announce a column about a person."""
    words = "\n".join(str(cell) for cell in cells).replace(" ", "").lower()
    return any(word in words for word in PERSON_WORDS)
