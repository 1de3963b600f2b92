"""Numbers, amounts, periods and Korean particles as words, ko and en.

Units are the canonical ones of the marts: 억원 (KRW 100 million) and million US dollars.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

Lang = Literal["ko", "en"]
Direction = Literal["up", "down", "flat", "from_zero", "none"]

MINUS = "\u2212"
EN_DASH = "\u2013"
#: Marks of a table cell: suppressed, and missing or not computable. A zero is printed as 0.
SUPPRESSED = "X"
MISSING = EN_DASH


@dataclass(frozen=True)
class Obs:
    """A published value with its SDMX observation status (A, Q, M, O); None when not A."""

    value: float | None
    status: str = "A"

    @property
    def ok(self) -> float | None:
        """The value if it may be used in a computation, otherwise None."""
        return self.value if self.status == "A" else None


ABSENT = Obs(None, "O")


@dataclass(frozen=True)
class Change:
    """How a value moved against a base. `pct` in per cent, `diff` in the value's own unit."""

    direction: Direction
    pct: float | None = None
    diff: float | None = None


NO_CHANGE_KNOWN = Change("none")


def round_half_up(value: float, decimals: int) -> float:
    """Round half away from zero, as printed statistics do (Python rounds half to even).

    The tiny nudge keeps 0.285 (stored as 0.28499…) from being rounded down.
    """
    scale = 10.0**decimals
    return math.copysign(math.floor(abs(value) * scale + 0.5 + 1e-9), value) / scale


def number(value: float, decimals: int = 0) -> str:
    """`1234.5` -> `1,234.5`: thousands separators, a true minus sign, no negative zero.

    A value that is not zero but would print as zero prints as `<0.1` (or `<1`): zero means zero.
    """
    rounded = round_half_up(value, decimals)
    if rounded == 0 and value != 0:
        return ("<" if value > 0 else f">{MINUS}") + f"{10.0**-decimals:.{decimals}f}"
    if rounded == 0:
        rounded = 0.0
    return f"{rounded:,.{decimals}f}".replace("-", MINUS)


def percent(value: float) -> str:
    """A share or rate with one decimal: `82.7%`."""
    return f"{round_half_up(value, 1) + 0.0:.1f}%".replace("-", MINUS)


def signed(value: float, decimals: int = 1, suffix: str = "%") -> str:
    """A change with its sign: `+5.7%`, `−1.3%p`; `0.0%` carries none."""
    rounded = round_half_up(value, decimals)
    if rounded == 0:
        return f"{0:.{decimals}f}{suffix}"
    sign = "+" if rounded > 0 else MINUS
    return f"{sign}{abs(rounded):,.{decimals}f}{suffix}"


def krw(value_100m: float, lang: Lang) -> tuple[str, str]:
    """Money in 억원 as (number, unit) in the largest unit that keeps it readable.

    1 조원 = 10,000 억원 = KRW 1 trillion; 10 억원 = KRW 1 billion.
    """
    size = abs(value_100m)
    if lang == "ko":
        if size >= 10_000:
            return number(value_100m / 10_000, 1), "조원"
        return number(value_100m, 0 if size >= 100 else 1), "억원"
    if size >= 10_000:
        return number(value_100m / 10_000, 1), "KRW trillion"
    if size >= 10:
        return number(value_100m / 10, 1), "KRW billion"
    return number(value_100m * 100, 0), "KRW million"


def usd(value_m: float, lang: Lang) -> tuple[str, str]:
    """Million US dollars as (number, unit). 1 억달러 = 100 million; 1 US$ bn = 1,000 million."""
    size = abs(value_m)
    if lang == "ko":
        if size >= 100:
            return number(value_m / 100, 1), "억달러"
        return number(value_m, 1), "백만달러"
    if size >= 1_000:
        return number(value_m / 1_000, 2), "US$ billion"
    return number(value_m, 1), "US$ million"


def krw_text(value_100m: float, lang: Lang) -> str:
    """Money in 억원 as words of a sentence: `176조 7,986억원`, `KRW 176.8 trillion`."""
    if lang == "en":
        amount, unit = krw(value_100m, "en")
        return f"KRW {amount} {unit.removeprefix('KRW ')}"
    whole = int(round_half_up(abs(value_100m), 0))
    if whole < 100:
        amount, unit = krw(value_100m, "ko")
        return f"{amount}{unit}"
    trillions, rest = divmod(whole, 10_000)
    sign = MINUS if value_100m < 0 else ""
    parts = [f"{trillions:,}조"] if trillions else []
    if rest:
        parts.append(f"{rest:,}억")
    return sign + " ".join(parts) + "원"


def usd_text(value_m: float, lang: Lang) -> str:
    """Million US dollars as words of a sentence: `506.6억달러`, `US$ 50.66 billion`."""
    amount, unit = usd(value_m, lang)
    if lang == "en":
        return f"US$ {amount} {unit.removeprefix('US$ ')}"
    return f"{amount}{unit}"


def count_text(value: float, unit: str) -> str:
    """A count with its Korean counter, or bare when `unit` is empty."""
    return f"{number(value)}{unit}"


# --- periods -------------------------------------------------------------------------------

_QUARTER = re.compile(r"^(\d{4})-Q([1-4])$")
_MONTH = re.compile(r"^(\d{4})-(0[1-9]|1[0-2])$")
_ORDINALS = ("first", "second", "third", "fourth")
_MONTHS = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
]


def period_text(period: str, lang: Lang) -> str:
    """`2026-Q1` -> `2026년 1분기` / `the first quarter of 2026`. Unknown grammars stay as given."""
    if found := _QUARTER.match(period):
        year, quarter = found.group(1), int(found.group(2))
        if lang == "ko":
            return f"{year}년 {quarter}분기"
        return f"the {_ORDINALS[quarter - 1]} quarter of {year}"
    if found := _MONTH.match(period):
        year, month = found.group(1), int(found.group(2))
        return f"{year}년 {month}월" if lang == "ko" else f"{_MONTHS[month - 1]} {year}"
    if period.isdigit() and len(period) == 4:
        return f"{period}년" if lang == "ko" else period
    return period


def period_short(period: str, lang: Lang) -> str:
    """A period for labels and table heads: `2026년 1분기` / `2026 Q1`; a year stays bare."""
    if found := _QUARTER.match(period):
        if lang == "ko":
            return period_text(period, "ko")
        return f"{found.group(1)} Q{found.group(2)}"
    if period.isdigit() and len(period) == 4:
        return period
    return period_text(period, lang)


def previous_period(period: str) -> str | None:
    """The quarter (month, year) before; None for a grammar that is not known."""
    if found := _QUARTER.match(period):
        year, quarter = int(found.group(1)), int(found.group(2))
        return f"{year}-Q{quarter - 1}" if quarter > 1 else f"{year - 1}-Q4"
    if found := _MONTH.match(period):
        year, month = int(found.group(1)), int(found.group(2))
        return f"{year}-{month - 1:02d}" if month > 1 else f"{year - 1}-12"
    if period.isdigit() and len(period) == 4:
        return str(int(period) - 1)
    return None


def year_ago_period(period: str) -> str | None:
    """The same quarter (month) of the year before; None for a grammar that is not known."""
    if _QUARTER.match(period) or _MONTH.match(period):
        return f"{int(period[:4]) - 1}{period[4:]}"
    return previous_period(period) if period.isdigit() and len(period) == 4 else None


# --- Korean particles ----------------------------------------------------------------------

# Final consonant of the reading of a digit (영 일 이 삼 사 오 육 칠 팔 구) and of a Latin letter.
_DIGIT_FINAL = {"0": "ㅇ", "1": "ㄹ", "3": "ㅁ", "6": "ㄱ", "7": "ㄹ", "8": "ㄹ"}
_LETTER_FINAL = {"L": "ㄹ", "M": "ㅁ", "N": "ㄴ", "R": "ㄹ"}
_TRAILING_BRACKETS = re.compile(r"(\s*[(\[][^()\[\]]*[)\]])+$")
_PAIRS = {
    "은": ("은", "는"),
    "이": ("이", "가"),
    "을": ("을", "를"),
    "과": ("과", "와"),
    "으로": ("으로", "로"),
}


def _final_consonant(word: str) -> str:
    """The final consonant with which a word is read aloud, '' for an open syllable.

    What stands in brackets at the end does not count: 남동(+0.1%p)은, 구미(외)는.
    """
    bare = _TRAILING_BRACKETS.sub("", word) or word
    for char in reversed(bare):
        code = ord(char) - 0xAC00
        if 0 <= code < 11172:
            final = code % 28
            return "" if final == 0 else ("ㄹ" if final == 8 else "ㅇ")
        if char.isdigit():
            return _DIGIT_FINAL.get(char, "")
        if char.isascii() and char.isalpha():
            return _LETTER_FINAL.get(char.upper(), "")
        if char == "%":  # 퍼센트
            return ""
        # Brackets, quotes and points are not read aloud: look at what stands before them.
    return ""


def josa(word: str, particle: str) -> str:
    """`word` with the right form of 은/는, 이/가, 을/를, 과/와 or 으로/로 after it.

    `particle` names the pair by the form after a consonant: 은, 이, 을, 과, 으로.
    """
    closed, open_ = _PAIRS[particle]
    final = _final_consonant(word)
    if particle == "으로" and final == "ㄹ":
        return word + open_
    return word + (closed if final else open_)


def join_words(words: Sequence[str], lang: Lang) -> str:
    """A list in running text: `가, 나, 다` / `a, b and c`."""
    if lang == "ko" or len(words) < 2:
        return ", ".join(words)
    return ", ".join(words[:-1]) + " and " + words[-1]
