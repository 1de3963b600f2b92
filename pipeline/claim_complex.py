"""The one complex of which a sentence speaks, and what may be said of it.

A place's name is taken for its complex, as those who write of complexes do (구미 수출), unless it is a
province's (서울, 대구); a city, a country or a second complex beside it is refused.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from ingestion.complex_names import ComplexNames
from pipeline import claim_scope

#: A word for complexes behind a name that no register knows: 창언국가산단, 세종산업단지.
_UNKNOWN = re.compile(
    r"(?<![가-힣a-z0-9])(?P<name>[가-힣]+?)(?:(?:국가|일반|도시첨단|농공)?(?:산업단지|산단|공단)|농공단지)"
)
#: Words before 산단 that name no complex.
_ANY = frozenset(
    ("국가", "일반", "전체", "총", "모든", "각", "전국", "관할", "관할하는", "우리나라", "대한민국", "한국", "국내", "주요")
    + ("도시첨단", "농공", "외국인", "나라", "수출", "전국의", "상위")
)  # fmt: skip
_MEASURED = (
    "of one complex its own figures, their growth (수출 5% 증가, exports grew 5%) and its share of the national "
    "complexes' total are measured (국가산업단지 수출의 9%, 9% of the complexes' exports), no share of the country's"
)
OF_WHAT = f"a percentage of what? {_MEASURED[0].upper()}{_MEASURED[1:]}"
_WHOLE_ASKED = re.compile(r"비중|비율|차지|점유율|\bshare\b|account")


def named_complex(rest: str, names: ComplexNames) -> tuple[str, str | None]:
    """The complex in a sentence, and the sentence without it.

    Args:
        rest: the sentence in NFKC and lower case, before anything was read from it.
        names: the register.

    Raises:
        ValueError: two are named, a name is that of two, of none or of a province; the text is the reason.
    """
    found: dict[str, str] = {}
    pieces, last = [], 0
    for start, end, name, has_ending in names.mentions(rest):
        complex_id = names.resolve(name)
        if not has_ending and names.is_province(name):
            raise ValueError(
                f"'{name}' alone is a province; say {name}국가산단 if the complex is meant"
            )
        found[complex_id] = name
        pieces.append(rest[last:start])
        last = end
        if not has_ending and rest[end:].startswith("'s"):
            last += 2
    if len(found) > 1:
        known = "; ".join(names.label(code) for code in found)
        raise ValueError(f"it names more than one complex ({known}): a claim is about one")
    if not found:
        _refuse_unknown(rest, names)
        return rest, None
    return "  ".join([*pieces, rest[last:]]), next(iter(found))


def of_one_complex(metric: Mapping[str, Any]) -> bool:
    """Is a metric measured for one complex?"""
    return str(metric["model"] or "").startswith("one_complex")


def fitting(
    metrics: Sequence[Mapping[str, Any]], complex_id: str | None
) -> list[Mapping[str, Any]]:
    """The metrics that may be meant where a complex is named, or none."""
    return [m for m in metrics if of_one_complex(m) == (complex_id is not None)]


def check_whole(rest: str, metric: Mapping[str, Any]) -> None:
    """Refuse what would be read as a figure of the complex and is about something beside it.

    Args:
        rest: the sentence without complex, period, number and unit.
        metric: the one that was read.

    Raises:
        ValueError: the text is the reason.
    """
    if nation := claim_scope.nation_words(rest):
        raise ValueError(
            f"it speaks of the country ('{nation[0]}') beside the complex; {_MEASURED}"
        )
    if metric["model"] != "one_complex_share" and _WHOLE_ASKED.search(rest):
        raise ValueError(OF_WHAT)


def _refuse_unknown(rest: str, names: ComplexNames) -> None:
    for match in _UNKNOWN.finditer(rest):
        if match["name"] not in _ANY:
            names.resolve(match[0])
