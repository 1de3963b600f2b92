"""Sentences about levels and how they moved, ko and en."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from publication.bulletin.words.wording import (
    MISSING,
    NO_CHANGE_KNOWN,
    Change,
    Direction,
    Lang,
    Obs,
    count_text,
    join_words,
    josa,
    krw,
    krw_text,
    number,
    percent,
    period_short,
    period_text,
    round_half_up,
    signed,
    usd,
    usd_text,
)


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
        rounded = round_half_up(diff, 1)
        direction: Direction = "flat" if rounded == 0 else ("up" if rounded > 0 else "down")
        return Change(direction, None, diff)
    if then == 0:
        return Change("flat", None, 0.0) if now == 0 else Change("from_zero", None, diff)
    pct = 100.0 * diff / abs(then)
    rounded = round_half_up(pct, 1)
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


def subject(measure: str, name_ko: str, name_en: str, unit_ko: str) -> Subject:
    """The subject of sentences about a measure, from its names and unit in `dim_measure`."""
    if measure.endswith("_krw_100m"):
        return Subject(name_ko, name_en, "krw")
    if measure.endswith("_usd_m"):
        return Subject(name_ko, name_en, "usd", plural=True)
    if measure.endswith("_pct"):
        return Subject(name_ko, f"The {name_en[:1].lower()}{name_en[1:]}", "rate")
    return Subject(name_ko, name_en, "count", unit_ko, "", plural=name_en.endswith("s"))


def _moved(direction: Direction) -> bool:
    return direction in ("up", "down")


def _size(subject: Subject, change: Change, lang: Lang) -> str:
    """The size of a movement without its sign: `5.7%` or `1.3%p` / `1.3 percentage points`."""
    if subject.money == "rate":
        points = abs(change.diff or 0.0)
        text = number(round_half_up(points, 1), 1)
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
    period: str,
    production: tuple[Subject, Obs, Change],
    exports: tuple[Subject, Obs, Change],
    lang: Lang,
) -> str:
    """The one sentence under the title: production and exports with their quarterly movement."""
    if production[1].ok is None and exports[1].ok is None:
        if lang == "ko":
            return f"{period_text(period, lang)} 국가산업단지의 생산과 수출 합계는 공표되지 않았다."
        return (
            f"No totals of production and exports were published for {period_text(period, lang)}."
        )
    parts: list[str] = []
    for subject, obs, change in (production, exports):
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


def operating_sentence(tenants: Obs, operating: Obs, lang: Lang) -> str:
    """How many of the tenants operate, '' unless both are known."""
    if tenants.ok is None or operating.ok is None:
        return ""
    if lang == "ko":
        return f"이 가운데 가동업체는 {number(operating.ok)}개사이다."
    return f"Of these, {number(operating.ok)} were operating."


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
