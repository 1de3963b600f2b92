"""Sentences about the reported shares of the nation: when they held, and what they are now."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from publication.bulletin.check.cells import NUMBER, PERIOD, Cells, fits, number_of, period_of
from publication.bulletin.reading import Row

_SHARE = rf"{NUMBER}(?:–{NUMBER})?%"
#: The two shares that the report of 2005 stated, per cent.
_HEADLINE = (30.0, 43.0)


def _periods(text: str, lang: str) -> list[str]:
    return [p for m in re.finditer(PERIOD[lang], text) if (p := period_of(m.group()))]


def _measured(cells: Cells, stated: float, period: str | None, verdict: str | None) -> list[float]:
    return [
        float(row["measured_pct"])
        for row in cells.claim_rows(stated)
        if row["period"] == period
        and row.get("measured_pct") is not None
        and verdict in (None, row["verdict"])
    ]


def _share_faults(said: str, values: list[float], when: str | None) -> Iterator[str]:
    """A share or a range of shares: every end of it must have been measured."""
    ends = said.removesuffix("%").split("–")
    low, high = ends[0], ends[-1]
    if not values or not fits(low, min(values)) or not fits(high, max(values)):
        yield f"gives {said}, which was not measured for {when}"
    elif len(ends) > 1 and low == high:
        yield f"gives {said}, which is no range"


def _is_of(cells: Cells, name: str, stated: float) -> bool:
    """Does a metric that was claimed at that share have that short name?"""
    return any(
        cells.data.share_of(row["metric"], cells.lang) == name for row in cells.claim_rows(stated)
    )


def _stated_of(cells: Cells, name: str) -> float | None:
    for stated in _HEADLINE:
        if _is_of(cells, name, stated):
            return stated
    return None


def _joint(cells: Cells, match: re.Match[str]) -> Iterator[str]:
    both = set.intersection(*(cells.held(value) for value in _HEADLINE))
    groups = match.groupdict()
    said = set(_periods(groups.get("when") or "", cells.lang))
    if said != both:
        yield f"both held in {', '.join(sorted(both)) or 'no period'}"
    for figure in ("a", "b"):
        if groups.get(figure) and number_of(groups[figure]) not in _HEADLINE:
            yield f"{groups[figure]}% was not reported"


def _held(cells: Cells, match: re.Match[str]) -> Iterator[str]:
    lang, stated, listed = cells.lang, number_of(match["stated"]), match.groupdict().get("listed")
    if stated is None or not _is_of(cells, match["of"], stated):
        yield "is no claim of this release"
        return
    held = cells.held(stated)
    if listed is None:
        if held:
            yield f"denies what held in {', '.join(sorted(held))}"
        return
    one = (
        rf"(?P<when>{PERIOD['ko']})\((?P<share>{_SHARE})(?:, 정의에 따라 (?P<other>{_SHARE}))?\)(?:, |$)"
        if lang == "ko"
        else rf"(?P<when>{PERIOD['en']}) \((?P<share>{_SHARE})"
        rf"(?:, but (?P<other>{_SHARE}) by another definition)?\)(?:, | and |$)"
    )
    said, at = [], 0
    while at < len(listed):
        found = re.compile(one).match(listed, at)
        if found is None:
            yield f"‘{listed}’ can be read by no rule"
            return
        period = period_of(found["when"])
        said.append(period)
        yield from _share_faults(
            found["share"], _measured(cells, stated, period, "supported"), period
        )
        other = _measured(cells, stated, period, "contradicted")
        if bool(found["other"]) != bool(other):
            yield f"another definition for {period}"
        elif found["other"]:
            yield from _share_faults(found["other"], other, period)
        at = found.end()
    if set(said) != held or len(said) != len(held):
        yield f"holds in {', '.join(sorted(held)) or 'no period'}"
    if bool(match["only"]) != (len(held) == 1):
        yield "‘only’ does not fit the number of periods"


def _latest(cells: Cells, match: re.Match[str]) -> Iterator[str]:
    """The latest whole period on record, of whichever claim it is said."""
    period = period_of(match["when"])
    for stated in _HEADLINE:
        full = [
            row
            for row in cells.claim_rows(stated)
            if row.get("measured_pct") is not None
            and row["period"] != cells.data.period
            and len(set(str(row.get("coverage")).split("/"))) == 1
        ]
        last = max((row["period"] for row in full), default=None)
        values = [float(row["measured_pct"]) for row in full if row["period"] == last]
        if last == period and not list(_share_faults(match["share"], values, last)):
            return
    yield f"{match['share']} is not the latest share, or not that of {period}"


def _now(cells: Cells, match: re.Match[str]) -> Iterator[str]:
    lang = cells.lang
    if period_of(match["when"]) != cells.data.period:
        yield f"is not about {cells.data.period}"
    one = (
        rf"(?P<of>.+?)의 (?P<share>{_SHARE})\((?:(?P<early>(?:일부 )?잠정), )?(?P<verdict>[^,()]+)"
        r"(?:, (?P<part>\d+/\d+))?\)(?:, |$)"
        if lang == "ko"
        else rf"(?P<share>{_SHARE}) of (?P<of>.+?) \((?:(?P<early>(?:partly )?preliminary), )?"
        r"(?P<verdict>[^,()]+)"
        rf"(?:, (?P<part>\d+/\d+))?\)(?:, | and |$)"
    )
    at = 0
    while at < len(match["listed"]):
        found = re.compile(one).match(match["listed"], at)
        stated = _stated_of(cells, found["of"]) if found else None
        if found is None or stated is None:
            yield f"‘{match['listed'][at:]}’ can be read by no rule"
            return
        period = cells.data.period
        yield from _share_faults(found["share"], _measured(cells, stated, period, None), period)
        rows = [
            r
            for r in cells.claim_rows(stated)
            if r["period"] == period and r.get("measured_pct") is not None
        ]
        said = {cells.verdicts.get(word.lower()) for word in found["verdict"].split(" · ")}
        if said != {row["verdict"] for row in rows}:
            yield f"‘{found['verdict']}’ is not the verdict for {period}"
        if (found["early"] or "") != _preliminary(cells, rows):
            yield f"‘{found['early']}’ is not how final the share for {period} is"
        coverage = {str(row.get("coverage")) for row in rows}
        if found["part"] and found["part"] not in coverage:
            yield f"‘{found['part']}’ is not what is covered"
        at = found.end()


def _preliminary(cells: Cells, rows: Sequence[Row]) -> str:
    """The word for shares that rest on preliminary figures, all of them or some."""
    early = {
        (r["metric"], r["definition"], r["period"])
        for r in cells.data.marts["national_share"]
        if r.get("is_preliminary")
    }
    found = [(r["metric"], r["definition"], r["period"]) in early for r in rows]
    if not any(found):
        return ""
    word = "잠정" if cells.lang == "ko" else "preliminary"
    partly = "일부 " if cells.lang == "ko" else "partly "
    return word if all(found) else partly + word


def _nothing(cells: Cells, match: re.Match[str]) -> Iterator[str]:
    """Shares that cannot be evaluated for the release's own period."""
    if period_of(match["when"]) != cells.data.period:
        yield f"is not about {cells.data.period}"
    names = re.split(r", | or " if cells.lang == "en" else r", ", match["names"])
    for name in names:
        stated = _stated_of(cells, name)
        if stated is None or _measured(cells, stated, cells.data.period, None):
            yield f"‘{name}’ is no share that cannot be evaluated"
    reason = match.groupdict().get("reason")
    key = "reason_ko" if cells.lang == "ko" else "reason"
    if reason and reason not in {str(row.get(key)) for row in cells.claim_rows()}:
        yield f"‘{reason}’ is no reason of this release"


_P = PERIOD["ko"]
_E = PERIOD["en"]
Rules = tuple[tuple[str, Callable[[Cells, re.Match[str]], Iterator[str]]], ...]
SHARE_RULES: dict[Any, Rules] = {
    "ko": (
        (r"평가할 수 있는 기간 가운데 보도된 두 비중이 함께 부합한 때는 없다\.", _joint),
        (
            rf"보도된 두 비중\((?P<a>{NUMBER})%, (?P<b>{NUMBER})%\)이 함께 부합한 때는 평가할 수 있는 기간 가운데 "
            rf"(?P<when>{_P}(?:, {_P})*)뿐이다\.",
            _joint,
        ),
        (rf"‘(?P<of>.+)의 (?P<stated>{NUMBER})%’[은는] (?P<listed>.+\))에(?P<only>만)? 부합한다\.", _held),
        (rf"‘(?P<of>.+)의 (?P<stated>{NUMBER})%’[은는] 평가한 어느 기간에도 부합하지 않는다\.", _held),
        (rf"가장 최근에 평가할 수 있는 비중은 (?P<when>{_P})의 (?P<share>{_SHARE})이다\.", _latest),
        (rf"(?P<when>{_P})의 비중은 (?P<listed>.+)이다\.", _now),
        (
            rf"(?P<when>{_P})에는 분모가 되는 (?P<names>.+) 수치가 이 배포판에 없어 비중을 평가할 수 없다\.",
            _nothing,
        ),
        (rf"(?P<when>{_P})의 (?P<names>.+) 비중은 평가할 수 없다(?:: (?P<reason>.+))?\.", _nothing),
    ),
    "en": (
        (r"In no period that could be evaluated did both figures hold\.", _joint),
        (
            rf"The two figures, (?P<a>{NUMBER})% and (?P<b>{NUMBER})%, held together only in "
            rf"(?P<when>{_E}(?:, {_E})*(?: and {_E})?)\.",
            _joint,
        ),
        (rf"“(?P<stated>{NUMBER})% of (?P<of>.+)” holds in no period that could be evaluated\.", _held),
        (rf"“(?P<stated>{NUMBER})% of (?P<of>.+)” holds (?P<only>only )?in (?P<listed>.+\))\.", _held),
        (rf"The latest share on record is (?P<share>{_SHARE}), for (?P<when>{_E})\.", _latest),
        (rf"In (?P<when>{_E}) the shares were (?P<listed>.+)\.", _now),
        (
            rf"For (?P<when>{_E}) the shares are not evaluable: the release holds no figure for "
            r"(?P<names>.+) to divide by\.",
            _nothing,
        ),
        (
            rf"For (?P<when>{_E}) the share of (?P<names>.+?) is not evaluable(?:: (?P<reason>.+))?\.",
            _nothing,
        ),
    ),
}  # fmt: skip
