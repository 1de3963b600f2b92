"""Sentences about suppression and coverage, ko and en."""

from __future__ import annotations

from collections.abc import Sequence

from publication.bulletin.wording import Lang, join_words, period_short


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
