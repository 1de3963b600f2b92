"""Words made from figures: numbers, particles, direction words and whole sentences, ko and en.

Nothing here reads a file. Every function takes values and returns text, so that a sentence of the
bulletin can never say something that its figures do not. What cannot be said (a suppressed or
missing value, growth from a zero base, no quarter to compare with) is said to be so.

Units are the canonical ones of the marts: 억원 (KRW 100 million) and million US dollars.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from collections.abc import Set as AbstractSet
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


def _round_half_up(value: float, decimals: int) -> float:
    """Round half away from zero, as printed statistics do (Python rounds half to even).

    The tiny nudge keeps 0.285 (stored as 0.28499…) from being rounded down.
    """
    scale = 10.0**decimals
    return math.copysign(math.floor(abs(value) * scale + 0.5 + 1e-9), value) / scale


def number(value: float, decimals: int = 0) -> str:
    """`1234.5` -> `1,234.5`: thousands separators, a true minus sign, no negative zero.

    A value that is not zero but would print as zero prints as `<0.1` (or `<1`): zero means zero.
    """
    rounded = _round_half_up(value, decimals)
    if rounded == 0 and value != 0:
        return ("<" if value > 0 else f">{MINUS}") + f"{10.0**-decimals:.{decimals}f}"
    if rounded == 0:
        rounded = 0.0
    return f"{rounded:,.{decimals}f}".replace("-", MINUS)


def percent(value: float) -> str:
    """A share or rate with one decimal: `82.7%`."""
    return f"{_round_half_up(value, 1) + 0.0:.1f}%".replace("-", MINUS)


def signed(value: float, decimals: int = 1, suffix: str = "%") -> str:
    """A change with its sign: `+5.7%`, `−1.3%p`; `0.0%` carries none."""
    rounded = _round_half_up(value, decimals)
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
    whole = int(_round_half_up(abs(value_100m), 0))
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


# --- change --------------------------------------------------------------------------------


def compare(current: Obs, base: Obs, *, points: bool = False) -> Change:
    """How `current` moved against `base`; only when both have status A.

    With `points` the movement of a rate is given in percentage points (`diff`), and what rounds to
    0.0 points is flat. Otherwise growth is 100 × (current − base) / base, flat when it rounds to
    0.0 %. A base of zero has no growth rate: `from_zero`, or `flat` where nothing stayed nothing.
    """
    now, then = current.ok, base.ok
    if now is None or then is None:
        return NO_CHANGE_KNOWN
    diff = now - then
    if points:
        rounded = _round_half_up(diff, 1)
        direction: Direction = "flat" if rounded == 0 else ("up" if rounded > 0 else "down")
        return Change(direction, None, diff)
    if then == 0:
        return Change("flat", None, 0.0) if now == 0 else Change("from_zero", None, diff)
    pct = 100.0 * diff / abs(then)
    rounded = _round_half_up(pct, 1)
    return Change("flat" if rounded == 0 else ("up" if rounded > 0 else "down"), pct, diff)


def growth_cell(change: Change, *, points: bool = False, lang: Lang = "ko") -> str:
    """A change for a table or tile: `+5.7%`, `−1.3%p`, `0.0%`, or the mark of a missing value."""
    if points:
        if change.diff is None or change.direction == "none":
            return MISSING
        return signed(change.diff, 1, "%p" if lang == "ko" else " pp")
    if change.pct is None:
        return "0.0%" if change.direction == "flat" else MISSING
    return signed(change.pct)


@dataclass(frozen=True)
class Subject:
    """What a sentence is about: names, the verbs of its direction, and how to print its amounts."""

    ko: str
    en: str
    money: Literal["krw", "usd", "count", "rate"]
    counter_ko: str = ""
    counter_en: str = ""
    plural: bool = False

    def amount(self, value: float, lang: Lang) -> str:
        """The value as words of a sentence."""
        if self.money == "krw":
            return krw_text(value, lang)
        if self.money == "usd":
            return usd_text(value, lang)
        if self.money == "rate":
            return percent(value)
        if lang == "ko":
            return count_text(value, self.counter_ko)
        return count_text(value, f" {self.counter_en}" if self.counter_en else "")

    def verb_ko(self, direction: Direction) -> str:
        """The stem of the Korean direction word: 증가/감소, for rates 상승/하락."""
        if self.money == "rate":
            return "상승" if direction == "up" else "하락"
        return "증가" if direction == "up" else "감소"


PRODUCTION = Subject("생산액", "Production", "krw")
EXPORTS = Subject("수출액", "Exports", "usd", plural=True)
EMPLOYMENT = Subject("고용", "Employment", "count", "명")
UTILIZATION = Subject("가동률", "The operating rate", "rate")
TENANTS = Subject("입주업체", "Tenant firms", "count", "개사", "", plural=True)


def _moved(direction: Direction) -> bool:
    return direction in ("up", "down")


def _size(subject: Subject, change: Change, lang: Lang) -> str:
    """The size of a movement without its sign: `5.7%` or `1.3%p` / `1.3 percentage points`."""
    if subject.money == "rate":
        points = abs(change.diff or 0.0)
        text = number(_round_half_up(points, 1), 1)
        if lang == "ko":
            return f"{text}%p"
        return f"{text} percentage point" + ("" if text == "1.0" else "s")
    return percent(abs(change.pct or 0.0))


def _by_amount(subject: Subject, change: Change, lang: Lang) -> str:
    """The movement in the subject's own unit, in brackets; nothing for rates."""
    if subject.money == "rate" or not change.diff:
        return ""
    text = subject.amount(abs(change.diff), lang)
    return f"({text})" if lang == "ko" else f" ({text})"


def _level_ko(subject: Subject, current: Obs, quarter: Change, year: Change) -> str:
    assert current.value is not None
    head = f"{josa(subject.ko, '은')} {josa(subject.amount(current.value, 'ko'), '으로')}"
    q_moved, y_moved = _moved(quarter.direction), _moved(year.direction)
    q_text = f"전분기보다 {_size(subject, quarter, 'ko')}{_by_amount(subject, quarter, 'ko')}"
    y_text = f"전년 동기보다 {_size(subject, year, 'ko')}"
    q_verb, y_verb = subject.verb_ko(quarter.direction), subject.verb_ko(year.direction)
    if quarter.direction == "from_zero":
        return f"{head} 나타났다. 전분기에는 실적이 없어 증감률을 산출하지 않았다."
    if q_moved and y_moved:
        if quarter.direction == year.direction:
            return f"{head} {q_text}, {y_text} {q_verb}하였다."
        return f"{head} {q_text} {q_verb}하였으나, {y_text} {y_verb}하였다."
    if q_moved and year.direction == "flat":
        return f"{head} {q_text} {q_verb}하였고, 전년 동기와는 같은 수준이다."
    if q_moved:
        return f"{head} {q_text} {q_verb}하였다."
    if quarter.direction == "flat" and y_moved:
        return f"{head} 전분기 수준을 유지하였고, {y_text} {y_verb}하였다."
    if quarter.direction == "flat" and year.direction == "flat":
        return f"{head} 전분기와 전년 동기 수준을 유지하였다."
    if quarter.direction == "flat":
        return f"{head} 전분기 수준을 유지하였다."
    if y_moved:
        return f"{head} {y_text} {y_verb}하였다."
    return f"{head} 나타났다."


def _level_en(subject: Subject, current: Obs, quarter: Change, year: Change) -> str:
    assert current.value is not None
    was = "were" if subject.plural else "was"
    if subject.money == "count" and subject.plural:
        was = "numbered"
    head = f"{subject.en} {was} {subject.amount(current.value, 'en')}"

    def phrase(change: Change, base: str, with_amount: bool) -> str:
        if change.direction == "flat":
            return f"unchanged from {base}" if base.startswith("a") else f"unchanged on {base}"
        amount = _by_amount(subject, change, "en") if with_amount else ""
        return f"{change.direction} {_size(subject, change, 'en')}{amount} on {base}"

    if quarter.direction == "from_zero":
        return f"{head}; there was none in the previous quarter, so no growth rate is given."
    known = [
        phrase(change, base, first)
        for change, base, first in (
            (quarter, "the previous quarter", True),
            (year, "a year earlier", False),
        )
        if change.direction in ("up", "down", "flat")
    ]
    if not known:
        return f"{head}."
    joint = " but " if {quarter.direction, year.direction} == {"up", "down"} else " and "
    return f"{head}, {joint.join(known)}."


def level_sentence(
    subject: Subject, current: Obs, quarter: Change, year: Change, lang: Lang
) -> str:
    """One sentence on a level and its two movements; truthful where any of them is missing."""
    if current.ok is None:
        if lang == "ko":
            if current.status == "Q":
                return f"{josa(subject.ko, '은')} 비공개(X)로 처리되었다."
            if current.status == "M":
                return f"{josa(subject.ko, '은')} 해당 사항이 없다."
            return f"{josa(subject.ko, '은')} 공표되지 않았다."
        was = "were" if subject.plural else "was"
        if current.status == "Q":
            return f"{subject.en} {was} suppressed (X) by the publisher."
        if current.status == "M":
            return f"{subject.en} cannot exist for this quarter."
        return f"{subject.en} {was} not published."
    render = _level_ko if lang == "ko" else _level_en
    return render(subject, current, quarter, year)


def headline(
    period: str, production: Obs, production_q: Change, exports: Obs, exports_q: Change, lang: Lang
) -> str:
    """The one sentence under the title: production and exports with their quarterly movement."""
    if production.ok is None and exports.ok is None:
        if lang == "ko":
            return f"{period_text(period, lang)} 국가산업단지의 생산과 수출 합계는 공표되지 않았다."
        return (
            f"No totals of production and exports were published for {period_text(period, lang)}."
        )
    parts: list[str] = []
    for subject, obs, change in (
        (PRODUCTION, production, production_q),
        (EXPORTS, exports, exports_q),
    ):
        if obs.ok is None:
            continue
        if lang == "ko":
            amount, unit = (krw if subject.money == "krw" else usd)(obs.ok, "ko")
            name = subject.ko.removesuffix("액")
            if _moved(change.direction):
                how = "" if parts and "전분기보다" in parts[0] else "전분기보다 "
                how += f"{_size(subject, change, lang)} {subject.verb_ko(change.direction)}한 "
            elif change.direction == "flat":
                how = "전분기와 같은 수준인 "
            else:
                how = ""
            parts.append(f"{josa(name, '은')} {how}{amount}{unit}")
        else:
            amount = subject.amount(obs.ok, "en")
            name = subject.en if not parts else subject.en.lower()
            if parts:
                where = ""
            else:
                where = " at Korea’s national industrial complexes"
            if _moved(change.direction):
                verb = "rose" if change.direction == "up" else "fell"
                on = "" if parts and " on the quarter" in parts[0] else " on the quarter"
                parts.append(f"{name}{where} {verb} {_size(subject, change, lang)}{on} to {amount}")
            elif change.direction == "flat":
                parts.append(f"{name}{where} held at {amount}")
            else:
                was = "were" if subject.plural else "was"
                parts.append(f"{name}{where} {was} {amount}")
    if lang == "ko":
        body = ", ".join(parts)
        return f"국가산업단지 {josa(body, '으로')} 나타났다."
    return "; ".join(parts) + "."


def no_comparison(missing: Sequence[tuple[str, str]], lang: Lang) -> str:
    """Why growth is not given. `missing`: (which, period) with which in {'quarter', 'year'}."""
    if not missing:
        return ""
    if lang == "ko":
        which = {"quarter": "전분기", "year": "전년 동기"}
        named = [f"{which[kind]}({period_text(period, 'ko')})" for kind, period in missing]
        joined = josa(named[0], "과") + " " + named[1] if len(named) > 1 else named[0]
        return f"{joined} 값이 이 배포판에 없어 그에 대한 증감률은 싣지 않았다."
    named = [period_short(period, "en") for _, period in missing]
    kinds = {"quarter": "on the quarter", "year": "on the year"}
    grown = join_words([kinds[kind] for kind, _ in missing], "en")
    return f"No growth {grown} is given: this release holds no figures for {' or '.join(named)}."


def women_sentence(women: Obs, total: Obs, lang: Lang) -> str:
    """Share of women in employment, '' unless both are known."""
    if women.ok is None or not total.ok:
        return ""
    share = percent(100.0 * women.ok / total.ok)
    if lang == "ko":
        return f"여성은 {josa(count_text(women.ok, '명'), '으로')} {share}를 차지하였다."
    return f"Women held {number(women.ok)} of the jobs ({share})."


def tenants_sentence(
    tenants: Obs, operating: Obs, quarter: Change, year: Change, lang: Lang
) -> str:
    """Tenants and how many of them operate."""
    text = level_sentence(TENANTS, tenants, quarter, year, lang)
    if tenants.ok is None or operating.ok is None:
        return text
    if lang == "ko":
        return f"{text} 이 가운데 가동업체는 {number(operating.ok)}개사이다."
    return f"{text} Of these, {number(operating.ok)} were operating."


def industries_sentence(
    subject: Subject, ranked: Sequence[tuple[str, float, float]], lang: Lang
) -> str:
    """The largest industries: (name, value, share of the total in %), in order."""
    if not ranked:
        return ""
    name, value, share = ranked[0]
    if lang == "ko":
        rest = [f"{other}({percent(part)})" for other, _, part in ranked[1:]]
        first = f"업종별로는 {josa(name, '이')} {subject.amount(value, 'ko')}({percent(share)})"
        if not rest:
            return f"{josa(first, '으로')} 가장 많다."
        return f"{josa(first, '으로')} 가장 많고, {join_words(rest, 'ko')} 순이다."
    text = f"{name} led with {subject.amount(value, 'en')} ({percent(share)})"
    if len(ranked) > 1:
        words = [f"{other.lower()} ({percent(part)})" for other, _, part in ranked[1:]]
        text += f", ahead of {join_words(words, 'en')}"
    return f"{text}."


def concentration_sentence(names: Sequence[str], share: float, lang: Lang) -> str:
    """How much of production the largest complexes make up."""
    if not names:
        return ""
    if lang == "ko":
        return (
            f"생산 상위 {len(names)}개 단지({join_words(names, 'ko')})가 "
            f"전체 생산의 {percent(share)}를 차지하였다."
        )
    return (
        f"The {_small_number(len(names))} largest complexes ({join_words(names, 'en')}) made up "
        f"{percent(share)} of production."
    )


def _small_number(count: int) -> str:
    words = ["no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"]
    return words[count] if count < len(words) else str(count)


def movers_sentence(
    up: Sequence[tuple[str, float]], down: Sequence[tuple[str, float]], lang: Lang
) -> str:
    """What moved the total: (name, contribution in percentage points), largest first."""
    if not up and not down:
        return ""
    if lang == "en":
        ups = join_words([f"{name} ({signed(points, 2, ' pp')})" for name, points in up], "en")
        downs = join_words([f"{name} ({signed(points, 2, ' pp')})" for name, points in down], "en")
        if not up:
            return f"{downs} took most from total production on the quarter."
        text = f"{ups} added most to total production on the quarter"
        return f"{text}; {downs} took most from it." if down else f"{text}."
    ups = join_words([f"{name}({signed(points, 2, '%p')})" for name, points in up], "ko")
    downs = join_words([f"{name}({signed(points, 2, '%p')})" for name, points in down], "ko")
    if not up:
        return f"단지별로는 {josa(downs, '이')} 전체 생산을 끌어내렸다."
    if not down:
        return f"단지별로는 {josa(ups, '이')} 전체 생산을 끌어올렸다."
    return f"단지별로는 {josa(ups, '이')} 전체 생산을 끌어올렸고, {josa(downs, '은')} 끌어내렸다."


# --- the claims ----------------------------------------------------------------------------


@dataclass(frozen=True)
class ClaimRow:
    """One line of claim_check, reduced to what is printed."""

    period: str
    definition: str
    verdict: str
    measured_pct: float | None
    coverage: str
    reason_ko: str = ""
    reason_en: str = ""


@dataclass(frozen=True)
class Claim:
    """A claim and everything measured against it."""

    claim_id: str
    metric: str
    stated_pct: float
    tolerance_pp: float
    source: str
    claim_date: str
    text: str
    rows: tuple[ClaimRow, ...]


METRIC_NAMES: dict[str, tuple[str, str]] = {
    "national_production_share_pct": ("전국 생산", "national production"),
    "national_export_share_pct": ("전국 수출", "national exports"),
    "national_employment_share_pct": ("전국 고용", "national employment"),
}


def metric_name(metric: str, lang: Lang) -> str:
    """What the share is a share of."""
    names = METRIC_NAMES.get(metric, (metric, metric))
    return names[0] if lang == "ko" else names[1]


def stated(value: float) -> str:
    """A stated share without needless decimals: `30%`, `44.7%`."""
    return f"{value:g}%"


def _measured_text(rows: Sequence[ClaimRow], edge: tuple[float, float] | None) -> str:
    """The measured share of one period; where definitions differ, the range of their results.

    30.516 misses 30 ± 0.5 but prints as 30.5: where one decimal would make a verdict look wrong
    (`edge` is the stated share and its tolerance), two are printed.
    """
    raw = sorted(row.measured_pct for row in rows if row.measured_pct is not None)

    def inside(value: float) -> bool:
        return edge is not None and abs(value - edge[0]) <= edge[1] + 1e-9

    decimals = 2 if any(inside(v) != inside(_round_half_up(v, 1)) for v in raw) else 1
    low, high = (f"{_round_half_up(v, decimals):.{decimals}f}" for v in (raw[0], raw[-1]))
    return f"{low}%" if low == high else f"{low}{EN_DASH}{high}%"


def _by_period(rows: Sequence[ClaimRow]) -> dict[str, list[ClaimRow]]:
    found: dict[str, list[ClaimRow]] = {}
    for row in sorted(rows, key=lambda r: r.period):
        if row.measured_pct is not None:
            found.setdefault(row.period, []).append(row)
    return found


@dataclass(frozen=True)
class VerdictCell:
    """One cell of the table of verdicts: what a claim is worth for one period."""

    verdict: str
    measured: str
    coverage: str
    disputed: bool


def verdict_cell(claim: Claim, period: str, preferred: Sequence[str]) -> VerdictCell:
    """The verdict of the first definition of `preferred` that has one, else of any.

    `disputed` where another definition leads to another verdict for the same period.
    """
    rows = [r for r in claim.rows if r.period == period and r.measured_pct is not None]
    if not rows:
        return VerdictCell("not_evaluable", "", "", False)
    order = {definition: i for i, definition in enumerate(preferred)}
    rows.sort(key=lambda r: (order.get(r.definition, len(order)), r.definition))
    first = rows[0]
    text = _measured_text([first], (claim.stated_pct, claim.tolerance_pp)).removesuffix("%")
    return VerdictCell(
        first.verdict,
        text,
        "" if _is_full(first) else first.coverage,
        any(r.verdict != first.verdict for r in rows),
    )


def evaluable_periods(
    claims: Sequence[Claim], keep: int, shown: AbstractSet[str] | None = None
) -> tuple[list[str], int]:
    """Periods in which any claim could be measured, at most `keep`, and how many were left out.

    `shown` names the periods to choose from (those in which a claim held are never left out).

    Where there are more, the least covered go first, then the oldest, but not the year of the
    claim, nor the year before it, of which it may speak.
    """
    rows = [r for claim in claims for r in claim.rows if r.measured_pct is not None]
    held = {r.period for r in rows if r.verdict == "supported"}
    known = {r.period for r in rows}
    periods = known if shown is None else known & (shown | held)
    covered = {p: max(_coverage(r) for r in rows if r.period == p) for p in periods}
    own = {str(int(c.claim_date[:4]) - back) for c in claims if c.claim_date for back in (0, 1)}
    spare = sorted(periods - held - own, key=lambda p: (covered[p], p))
    kept = periods - set(spare[: max(0, len(periods) - keep)])
    return sorted(kept), len(known) - len(kept)


def _coverage(row: ClaimRow) -> float:
    parts = row.coverage.split("/")
    try:
        return int(parts[0]) / int(parts[1])
    except (IndexError, ValueError, ZeroDivisionError):
        return 0.0


def _is_full(row: ClaimRow) -> bool:
    return _coverage(row) >= 1.0


def joint_sentence(claims: Sequence[Claim], lang: Lang) -> str:
    """In which periods every one of the claims held at once; '' with fewer than two claims."""
    if len(claims) < 2:
        return ""
    held = [{row.period for row in claim.rows if row.verdict == "supported"} for claim in claims]
    periods = sorted(set.intersection(*held))
    figures = join_words([stated(claim.stated_pct) for claim in claims], "en")
    if not periods:
        if lang == "ko":
            return "평가할 수 있는 기간 가운데 두 수치가 함께 부합한 때는 없다."
        return "In no period that could be evaluated did both figures hold."
    if lang == "ko":
        when = join_words([period_text(p, "ko") for p in periods], "ko")
        return f"평가할 수 있는 기간 가운데 두 수치가 함께 부합한 때는 {when}뿐이다."
    when = join_words([period_text(p, "en") for p in periods], "en")
    return f"The two figures, {figures}, held together only in {when}."


def claim_sentence(claim: Claim, release_period: str, lang: Lang) -> str:
    """When a claim held, and the latest share for a whole period if that came later."""
    edge = (claim.stated_pct, claim.tolerance_pp)
    supported = _by_period([r for r in claim.rows if r.verdict == "supported"])
    full = _by_period([r for r in claim.rows if _is_full(r) and r.period != release_period])
    name = metric_name(claim.metric, lang)
    ko = lang == "ko"
    what = (
        f"‘{name}의 {stated(claim.stated_pct)}’"
        if ko
        else f"“{stated(claim.stated_pct)} of {name}”"
    )
    space = "" if ko else " "
    against = _by_period([r for r in claim.rows if r.verdict == "contradicted"])

    def held(period: str) -> str:
        share = _measured_text(supported[period], edge)
        if period in against:  # other definitions, or an other print, lead to another verdict
            other = _measured_text(against[period], edge)
            share += f", 정의에 따라 {other}" if ko else f", but {other} by another definition"
        return f"{period_text(period, lang)}{space}({share})"

    listed = join_words([held(period) for period in supported], lang)
    if not supported:
        text = (
            f"{josa(what, '은')} 평가한 어느 기간에도 부합하지 않는다."
            if ko
            else f"{what} holds in no period that could be evaluated."
        )
    elif ko:
        text = f"{josa(what, '은')} {listed}{'에만' if len(supported) == 1 else '에'} 부합한다."
    else:
        text = f"{what} holds {'only in' if len(supported) == 1 else 'in'} {listed}."
    now_known = any(r.period == release_period and r.measured_pct is not None for r in claim.rows)
    if full and not now_known:  # the release's own period is told in a sentence of its own
        last = max(full)
        if last not in supported:
            share = _measured_text(full[last], edge)
            text += (
                f" 가장 최근에 평가할 수 있는 비중은 {period_text(last, 'ko')}의 {share}이다."
                if ko
                else f" The latest share on record is {share}, for {period_text(last, 'en')}."
            )
    return text


def _lacks_denominator(claim: Claim, period: str) -> bool:
    rows = [r for r in claim.rows if r.period == period]
    return bool(rows) and all("denominator" in r.reason_en for r in rows)


def now_sentence(claims: Sequence[Claim], release_period: str, lang: Lang) -> str:
    """What is known of the shares in the release's own period, told plainly."""
    when = period_text(release_period, lang)
    measured: list[str] = []
    unknown: list[Claim] = []
    for claim in claims:
        rows = [r for r in claim.rows if r.period == release_period and r.measured_pct is not None]
        if not rows:
            unknown.append(claim)
            continue
        share = _measured_text(rows, (claim.stated_pct, claim.tolerance_pp))
        verdicts = list(dict.fromkeys(verdict_word(r.verdict, lang) for r in rows))
        partial = "" if _is_full(rows[0]) else f", {rows[0].coverage}"
        judged = f"({' · '.join(verdicts)}{partial})"
        name = metric_name(claim.metric, lang)
        measured.append(
            f"{name}의 {share}{judged}" if lang == "ko" else f"{share} of {name} {judged}"
        )
    sentences = []
    if measured:
        sentences.append(
            f"{when}의 비중은 {join_words(measured, 'ko')}이다."
            if lang == "ko"
            else f"In {when} the shares were {join_words(measured, 'en')}."
        )
    no_denominator = [c for c in unknown if _lacks_denominator(c, release_period)]
    if no_denominator:
        names = [metric_name(c.metric, lang) for c in no_denominator]
        if lang == "ko":
            sentences.append(
                f"{when}에는 분모가 되는 {join_words(names, 'ko')} 수치가 이 배포판에 없어 "
                "비중을 평가할 수 없다."
            )
        else:
            sentences.append(
                f"For {when} the shares are not evaluable: the release holds no figure for "
                f"{join_words(names, 'en').replace(' and ', ' or ')} to divide by."
            )
    for claim in unknown:
        if claim in no_denominator:
            continue
        name = metric_name(claim.metric, lang)
        reasons = {
            r.reason_ko if lang == "ko" else r.reason_en
            for r in claim.rows
            if r.period == release_period
        } - {""}
        if lang == "ko":
            why = f": {sorted(reasons)[0]}" if reasons else ""
            sentences.append(f"{when}의 {name} 비중은 평가할 수 없다{why}.")
        else:
            why = f": {sorted(reasons)[0]}" if reasons else ""
            sentences.append(f"For {when} the share of {name} is not evaluable{why}.")
    return " ".join(sentences)


_VERDICTS = {
    "supported": ("일치", "supported"),
    "contradicted": ("불일치", "contradicted"),
    "indicative": ("참고", "indicative"),
    "not_evaluable": ("평가 불가", "not evaluable"),
}


def verdict_word(verdict: str, lang: Lang) -> str:
    """A verdict of claim_check in words."""
    pair = _VERDICTS.get(verdict, (verdict, verdict))
    return pair[0] if lang == "ko" else pair[1]


# --- notes ---------------------------------------------------------------------------------


def _folded(words: Sequence[str], limit: int, lang: Lang) -> str:
    """A list of at most `limit` items that says how many more there are."""
    more = len(words) - limit
    if more <= 0:
        return join_words(words, lang)
    shown = ", ".join(words[:limit])
    return f"{shown} 외 {more}개" if lang == "ko" else f"{shown} and {more} more"


def suppression_sentence(names: Sequence[str], lang: Lang, limit: int = 8) -> str:
    """Which complexes are suppressed and by which rule (the publisher's survey notes)."""
    if not names:
        if lang == "ko":
            return "이번 기간에 비공개(X)로 처리된 단지는 없다."
        return "No complex is suppressed in this period."
    listed = _folded(names, limit, lang)
    if lang == "ko":
        return (
            f"{len(names)}개 단지({listed})는 조사 대상 업체가 5개 이하인 단지의 업체 정보를 "
            "보호하는 발행 기관의 기준에 따라 비공개(X)이다. 합계에는 포함되어 있다."
        )
    noun = "complex is" if len(names) == 1 else "complexes are"
    return (
        f"{len(names)} {noun} suppressed (X): {listed}. The publisher withholds complexes with "
        "five or fewer surveyed firms; the totals include them."
    )


def coverage_break(
    entered: Sequence[tuple[str, str]], left: Sequence[str], lang: Lang, limit: int = 8
) -> str:
    """Complexes that came in (with the period) or went out between the base and this period."""
    texts = []
    if entered:
        if lang == "ko":
            words = [f"{name}({period_short(period, 'ko')}부터)" for name, period in entered]
        else:
            words = [f"{name} (from {period_short(period, 'en')})" for name, period in entered]
        head = "새로 포함" if lang == "ko" else "Brought in"
        texts.append(f"{head}: {_folded(words, limit, lang)}.")
    if left:
        texts.append(f"{'제외' if lang == 'ko' else 'Left'}: {_folded(left, limit, lang)}.")
    return " ".join(texts)
