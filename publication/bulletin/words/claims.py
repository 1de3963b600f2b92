"""Sentences about claims: when one held, and what the shares are now, ko and en."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

from publication.bulletin.words.wording import (
    EN_DASH,
    Lang,
    join_words,
    josa,
    period_text,
    round_half_up,
)


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
    is_preliminary: bool = False


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
    #: What the share is a share of: 전국 생산, national production.
    of_ko: str = ""
    of_en: str = ""

    def of(self, lang: Lang) -> str:
        """What the share is a share of."""
        return (self.of_ko if lang == "ko" else self.of_en) or self.metric


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

    decimals = 2 if any(inside(v) != inside(round_half_up(v, 1)) for v in raw) else 1
    low, high = (f"{round_half_up(v, decimals):.{decimals}f}" for v in (raw[0], raw[-1]))
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
    figures = join_words([stated(claim.stated_pct) for claim in claims], lang)
    if not periods:
        if lang == "ko":
            return "평가할 수 있는 기간 가운데 보도된 두 비중이 함께 부합한 때는 없다."
        return "In no period that could be evaluated did both figures hold."
    if lang == "ko":
        when = join_words([period_text(p, "ko") for p in periods], "ko")
        return (
            f"보도된 두 비중({figures})이 함께 부합한 때는 평가할 수 있는 기간 가운데 {when}뿐이다."
        )
    when = join_words([period_text(p, "en") for p in periods], "en")
    return f"The two figures, {figures}, held together only in {when}."


def claim_sentences(claim: Claim, release_period: str, lang: Lang) -> list[str]:
    """When a claim held, and the latest share for a whole period if that came later."""
    edge = (claim.stated_pct, claim.tolerance_pp)
    supported = _by_period([r for r in claim.rows if r.verdict == "supported"])
    full = _by_period([r for r in claim.rows if _is_full(r) and r.period != release_period])
    name = claim.of(lang)
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
    latest = ""
    now_known = any(r.period == release_period and r.measured_pct is not None for r in claim.rows)
    if full and not now_known:  # the release's own period is told in a sentence of its own
        last = max(full)
        if last not in supported:
            share = _measured_text(full[last], edge)
            latest = (
                f"가장 최근에 평가할 수 있는 비중은 {period_text(last, 'ko')}의 {share}이다."
                if ko
                else f"The latest share on record is {share}, for {period_text(last, 'en')}."
            )
    return [text, latest] if latest else [text]


def _preliminary(rows: Sequence[ClaimRow], lang: Lang) -> str:
    """A word before the verdict where the share rests on preliminary figures, or some of the shares do."""
    count = sum(row.is_preliminary for row in rows)
    if not count:
        return ""
    if lang == "ko":
        return "잠정, " if count == len(rows) else "일부 잠정, "
    return "preliminary, " if count == len(rows) else "partly preliminary, "


def _lacks_denominator(claim: Claim, period: str) -> bool:
    rows = [r for r in claim.rows if r.period == period]
    return bool(rows) and all("denominator" in r.reason_en for r in rows)


def now_sentences(
    claims: Sequence[Claim], release_period: str, words: Mapping[str, str], lang: Lang
) -> list[str]:
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
        verdicts = list(dict.fromkeys(words.get(r.verdict, r.verdict) for r in rows))
        first = _preliminary(rows, lang)
        partial = "" if _is_full(rows[0]) else f", {rows[0].coverage}"
        judged = f"({first}{' · '.join(verdicts)}{partial})"
        name = claim.of(lang)
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
        names = [c.of(lang) for c in no_denominator]
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
        name = claim.of(lang)
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
    return sentences
