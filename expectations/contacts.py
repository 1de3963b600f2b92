"""What a telephone number, an e-mail address or a resident's number looks like, for the gate.

The same forms are masked where files are read (`ingestion.persons`); what a room has masked another
looks for anew. DuckDB's regular expressions look neither ahead nor behind, so that the sign before a
number is part of what is found. A test holds the two against each other.
"""

from __future__ import annotations

_JOIN = r"[\s.\-‐‑‒–—―−ㅡ─·∙ㆍ・~∼/()\[\]_]{0,4}"
_DASH = r"\s?[\-‐‑–—−]\s?"
_BEFORE, _BEHIND = "(^|[^0-9])", "([^0-9]|$)"
_END = rf"[0-9]{{3,4}}{_JOIN}[0-9]{{4}}{_BEHIND}"
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
_LABEL = "|".join(
    (
        *(r"\s?".join(word) for word in _WORDS),
        "[☎☏✆℡📞📱📠🖷]\ufe0f?",
        r"(^|[^0-9\s]|[^0-9]\s|^\s)h\.?\s?p",
        r"(^|[^A-Za-z])[TF]\s?[.:)]",
    )
)
_FORMS = (
    rf"(?i:{_LABEL})(\s?번호)?[은는]?(\s?\([가-힣A-Za-z ]{{1,8}}\))?[\s.:,;=+]{{0,4}}{_JOIN}[:+]?\s?"
    rf"([0-9]{{1,4}}{_JOIN}){{0,3}}{_END}",
    # not the decimals of a figure; 1.010-1234-5678 is the first of a list
    rf"(^|[^0-9.]|(^|[^0-9])\.)((\+|00)?82{_JOIN}0?{_JOIN}|0)[0-9]{{1,3}}{_JOIN}{_END}",
    rf"{_BEFORE}0[0-9]{{1,3}}\s?[\-)–]\s?{_END}",
    rf"{_BEFORE}1(5(22|33|44|55|66|77|88|99)|6(44|61|66|70|88)|8(33|55|66|77|99))[\-–][0-9]{{4}}{_BEHIND}",
    rf"{_BEFORE}[0-9]{{6}}{_DASH}[1-8]([0-9]{{6}}{_BEHIND}|[*xX●○]{{6}})",
    r"[A-Za-z0-9._%+\-]{1,64}\s?@\s?[A-Za-z0-9\-]{1,63}(\.[A-Za-z0-9\-]{1,63})+",
)
_WIDE = "".join(map(chr, range(0xFF01, 0xFF5F)))
_NARROW = "".join(chr(ord(sign) - 0xFEE0) for sign in _WIDE).replace("'", "''")

#: SQL of `holds_contact(text)`; nearly every text has neither four digits in a row nor a wide sign.
MACRO = f"""
CREATE TEMP MACRO holds_contact(text) AS
  CASE WHEN regexp_matches(text, '[0-9]{{4}}|@|[０-９＠]')
       THEN regexp_matches(translate(text, '{_WIDE}', '{_NARROW}'), '{"|".join(_FORMS)}')
       ELSE false END;
"""
