"""Sentences about growth like for like, KPIs, adjusted series, revisions, claims, the gate; alts."""

from __future__ import annotations

from collections.abc import Sequence

from publication.bulletin.words.wording import (
    Lang,
    join_words,
    josa,
    number,
    period_text,
    signed,
)


def comparable_sentence(quarter: float | None, year: float | None, lang: Lang) -> str:
    """Growth like for like on the quarter and on the year, per cent; '' where neither is known."""
    if quarter is None and year is None:
        return ""
    said = []
    if quarter is not None:
        said.append(
            f"전분기 대비 {signed(quarter)}"
            if lang == "ko"
            else f"{signed(quarter)} on the quarter"
        )
    if year is not None:
        said.append(
            f"전년 동기 대비 {signed(year)}" if lang == "ko" else f"{signed(year)} on the year"
        )
    if lang == "ko":
        return f"동일 기준으로는 {josa(', '.join(said), '으로')} 나타났다."
    return f"Like for like: {', '.join(said)}."


def highest_sentence(
    kpi: str, unit: str, ranked: Sequence[tuple[str, float]], decimals: int, lang: Lang
) -> str:
    """The complexes with the highest value of a KPI, in order; '' where there is none."""
    if not ranked:
        return ""
    listed = [f"{name}({number(v, decimals)})" for name, v in ranked]
    if lang == "ko":
        return f"{kpi}({unit}) 상위: {join_words(listed, 'ko')}."
    listed = [f"{name} ({number(v, decimals)})" for name, v in ranked]
    return f"{kpi} ({unit}) is highest in {join_words(listed, 'en')}."


def adjusted_sentence(
    name: str, period: str, adjusted: float, original: float, *, monthly: bool, lang: Lang
) -> str:
    """Growth of a seasonally adjusted series on its period before, beside that of the original."""
    when = period_text(period, lang)
    if lang == "ko":
        base = "전월" if monthly else "전분기"
        return (
            f"{name}, {when}: {base} 대비 계절조정 {signed(adjusted)}, 원계열 {signed(original)}."
        )
    base = "month" if monthly else "quarter"
    return (
        f"{name}, {when}: {signed(adjusted)} on the {base} seasonally adjusted, "
        f"{signed(original)} unadjusted."
    )


def not_adjusted_sentence(published: int, tested: int, reason: str, lang: Lang) -> str:
    """How many series are published adjusted, and the most frequent reason why others are not."""
    if lang == "ko":
        text = f"검토한 {tested}개 계열 가운데 {published}개를 계절조정하여 공표한다."
        return f"{text} 싣지 않은 계열의 가장 많은 사유: {reason}." if reason else text
    verb = "is" if published == 1 else "are"
    text = f"Of {tested} series examined, {published} {verb} published seasonally adjusted."
    return f"{text} Most frequent reason for leaving one out: {reason}." if reason else text


def no_first_print_sentence(period: str, lang: Lang) -> str:
    """The quarter's own edition is not held, so that nothing is known of revisions."""
    when = period_text(period, lang)
    if lang == "ko":
        return f"이 배포판에는 {when}의 첫 공표가 없어 합계가 수정되었는지 알 수 없다."
    return (
        f"This release does not hold the first print of the totals for {when}, "
        "so whether they were revised is not known."
    )


def revised_sentences(
    period: str,
    changes: Sequence[tuple[str, float, bool]],
    unknown: Sequence[str],
    lang: Lang,
) -> list[str]:
    """What later vintages made of the totals of a quarter: (measure, change, whether it is in points).

    A change is in % of the first print; that of a rate in percentage points. `unknown` names the
    measures whose first print is not held.
    """
    when = period_text(period, lang)
    if unknown:
        names = ", ".join(unknown)
        first = (
            f"이 배포판에는 {when}의 일부 합계의 첫 공표가 없다: {names}."
            if lang == "ko"
            else f"This release does not hold the first print of some totals for {when}: {names}."
        )
        return [first, _revised(period, changes, lang, other=True)]
    return [_revised(period, changes, lang)]


def _revised(
    period: str, changes: Sequence[tuple[str, float, bool]], lang: Lang, *, other: bool = False
) -> str:
    when = period_text(period, lang)
    if not changes:
        if lang == "ko":
            return f"{when}의 {'나머지 ' * other}합계는 첫 공표 뒤 수정되지 않았다."
        whose = "other totals" if other else "totals"
        return f"The {whose} for {when} have not been revised since their first print."
    points = "%p" if lang == "ko" else " pp"
    listed = [f"{name} {signed(by, 2, points if rate else '%')}" for name, by, rate in changes]
    if lang == "ko":
        return f"{when}의 합계는 첫 공표 뒤 수정되었다: {', '.join(listed)}."
    return f"The totals for {when} have been revised since their first print: {', '.join(listed)}."


def bias_sentence(biased: Sequence[str], measured: int, lang: Lang) -> str:
    """Measures whose mean revision differs from zero by more than two robust standard errors."""
    if not measured:
        return (
            "편향을 검정할 만큼 수정된 합계가 없다."
            if lang == "ko"
            else "No total has been revised often enough to test for bias."
        )
    if not biased:
        return (
            "현재값과 첫 공표값의 차이에서 편향(|t| > 2)이 보이는 합계는 없다."
            if lang == "ko"
            else "No total shows a bias between first print and present value (|t| > 2)."
        )
    if lang == "ko":
        return f"현재값과 첫 공표값의 차이에 편향(|t| > 2)이 보이는 합계: {', '.join(biased)}."
    return (
        f"Totals with a bias between first print and present value (|t| > 2): {', '.join(biased)}."
    )


def verdict_counts_sentence(counts: Sequence[tuple[str, int]], lang: Lang) -> str:
    """How many claims were checked, by verdict."""
    whole = sum(count for _, count in counts)
    if lang == "ko":
        listed = ", ".join(f"{word} {count}건" for word, count in counts)
        return f"주장 {whole}건을 검증하였다: {listed}."
    listed = ", ".join(f"{count} {word}" for word, count in counts)
    return f"{whole} claims were checked: {listed}."


def gate_sentence(checks: int, failed: int, lang: Lang) -> str:
    """How the quality gate judged the release."""
    if not checks:
        return (
            "이 배포판의 검증 기록에 점검 항목이 없다."
            if lang == "ko"
            else "The verdict of this release lists no checks."
        )
    if not failed:
        return (
            f"점검 {checks}건을 모두 통과하였다."
            if lang == "ko"
            else f"All {checks} checks of the quality gate passed."
        )
    return (
        f"점검 {checks}건 중 {failed}건이 어긋났다."
        if lang == "ko"
        else f"{failed} of {checks} checks of the quality gate failed."
    )


# --- alternative texts ------------------------------------------------------------------------


def line_alt(
    name: str, unit: str, points: Sequence[tuple[str, float]], decimals: int, lang: Lang
) -> str:
    """A line chart in words: where it begins and ends, its lowest and highest point."""
    low = min(points, key=lambda p: (p[1], p[0]))
    high = max(points, key=lambda p: (p[1], p[0]))

    def at(point: tuple[str, float]) -> str:
        when = period_text(point[0], lang)
        value = number(point[1], decimals)
        return f"{when} {value}" if lang == "ko" else f"{value} in {when}"

    first, last = points[0], points[-1]
    if lang == "ko":
        return (
            f"꺾은선 그림, {name}({unit}). 처음 {at(first)}, 끝 {at(last)}, "
            f"최저 {at(low)}, 최고 {at(high)}."
        )
    return (
        f"Line chart of {name} ({unit}): first {at(first)}, last {at(last)}, "
        f"lowest {at(low)}, highest {at(high)}."
    )


def bars_alt(title: str, bars: Sequence[tuple[str, float]], unit: str, lang: Lang) -> str:
    """A bar chart in words: every bar with its signed value."""
    listed = "; ".join(f"{name} {signed(value, 2, unit)}" for name, value in bars)
    return f"막대 그림, {title}: {listed}." if lang == "ko" else f"Bar chart, {title}: {listed}."


#: How a circle's colour reads: (Korean, English).
_TURNED = {
    "up": ("증가", "up"),
    "down": ("감소", "down"),
    "flat": ("보합", "unchanged"),
    "unknown": ("비교 불가", "not comparable"),
}


def map_alt(measure: str, unit: str, ranked: Sequence[tuple[str, float, str]], lang: Lang) -> str:
    """A map in words: what the circles show, and the largest of them: (name, value, `up`, `down`, `flat`
    or `unknown` on the quarter)."""
    listed = "; ".join(
        f"{name} {number(value)}({_TURNED[turned][0]})"
        if lang == "ko"
        else f"{name} {number(value)} ({_TURNED[turned][1]})"
        for name, value, turned in ranked
    )
    if lang == "ko":
        return f"지도, 원의 넓이는 {measure}({unit}). 큰 순서: {listed}."
    return f"Map; the area of a circle is {measure} ({unit}). Largest: {listed}."


def unmapped_sentence(names: Sequence[str], lang: Lang) -> str:
    """Which complexes are not on the map; '' where all are."""
    if not names:
        return ""
    if lang == "ko":
        return f"위치를 알 수 없어 지도에 없는 단지: {', '.join(names)}."
    return f"Not on the map, for want of a reference point: {', '.join(names)}."


def shares_alt(name: str, points: Sequence[tuple[str, float, str]], stated: str, lang: Lang) -> str:
    """The chart of a share in words: every measured share by period (with `1/12` where it rests on a part
    of it, else ''), and the share reported."""
    listed = "; ".join(
        f"{period} {number(value, 1)}%" + (f" ({part})" if part else "")
        for period, value, part in points
    )
    if lang == "ko":
        text = f"점 그림, {name}: {listed}." if points else f"점 그림, {name}: 값 없음."
        return text + (f" 보도된 비중 {stated}." if stated else "")
    text = f"Dot chart, {name}: {listed}." if points else f"Dot chart, {name}: no figures."
    return text + (f" Share reported: {stated}." if stated else "")
