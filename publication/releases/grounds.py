"""What a candidate rests on, looked at again before it is signed off and before it is published: a verdict
that still holds, and disclosure control that was held against everything that readers have had."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from publication.releases.log import History

#: In both languages.
Words = tuple[str, str]


def verdict_is_over(verdict: Mapping[str, Any], day: date) -> Words | None:
    """Why a verdict does not hold on a day: an accepted exception that it rests on has ended; else None."""
    until = verdict.get("holds_until")
    if until is None or date.fromisoformat(until) >= day:
        return None
    build = verdict["build_id"]
    return (
        f"the gate passed {build} with an accepted exception that holds until {until}, and this is "
        f"{day}: look at it, then run `sandan gate {build}` and publish again",
        f"{build}은(는) {until}까지만 인정되는 예외로 통과했습니다({day} 기준). 예외를 검토하고 "
        f"sandan gate {build}을(를) 다시 실행한 뒤 공표하십시오",
    )


def published_since(held_against: Iterable[str], history: History, build_id: str) -> Words | None:
    """Why disclosure control does not hold: releases that readers have had and that it was not held
    against, also those withdrawn since; None where there are none."""
    known = set(held_against)
    new = sorted(
        s.release_id
        for s in history.states.values()
        if s.was_published and s.release_id not in known
    )
    if not new:
        return None
    names = ", ".join(new)
    return (
        f"disclosure control of {build_id} was not held against {names}, which readers have had since: "
        f"together they may give a respondent away. Run `sandan gate {build_id}`, which protects it "
        "anew, then publish it",
        f"{build_id}의 비밀 보호는 그 뒤 공표된 {names}과(와) 대조되지 않았습니다. "
        f"sandan gate {build_id}을(를) 실행하여 다시 보호한 뒤 공표하십시오",
    )


def lost(
    manifest: Mapping[str, Any], verdict: Mapping[str, Any], history: History, day: date
) -> Words | None:
    """Why a sealed candidate may not be published as it is on a day; None where nothing stands against it."""
    over = verdict_is_over(verdict, day)
    if over is not None or not manifest.get("disclosure"):
        return over
    held_against = manifest.get("held_against", [])
    return published_since(held_against, history, str(manifest["build_id"]))
