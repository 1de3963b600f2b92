"""Sentences about suppression, ko and en."""

from __future__ import annotations

from collections.abc import Sequence

from publication.bulletin.words.wording import Lang, join_words


def suppression_sentence(names: Sequence[str], lang: Lang) -> str:
    """Which complexes are suppressed and by which rule (the publisher's survey notes)."""
    if not names:
        if lang == "ko":
            return "이번 기간에 비공개(X)로 처리된 단지는 없다."
        return "No complex is suppressed in this period."
    listed = join_words(names, lang)
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
