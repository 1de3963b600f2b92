"""Of whom a sentence speaks: of the complexes that KICOX manages, of all complexes, or of the country.

Most metrics have one word for two wholes: 'exports' are the complexes' in one sentence and the country's
in the next. A word for the country is therefore never passed over: it asks for the country's figure,
and where there is none the sentence is refused.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

#: Who manages them: beside the country alone, theirs may be meant or it may be who says so.
_MANAGER = re.compile(
    r"(?:한국)?산업단지공단|산단공|공단|관할(?:하는)?|\bkicox\b|\bmanag(?:e|es|ed|ing)\b"
)
_NATIONAL = re.compile(
    r"국가\s*산업단지|국가\s*산단|\bnational\s+(?:industrial\s+)?complex(?:es)?\b"
)
_COMPLEXES = re.compile(r"산업단지|산단|단지|\bcomplex(?:es)?\b")
#: The country; '전국' is all of it, complexes that KICOX does not manage included.
NATION = frozenset(
    ("우리나라", "나라", "대한민국", "한국", "국내", "korea", "korea's")
    + ("nation", "nation's", "country", "country's", "national", "domestic")
)
EVERYWHERE = "전국"

#: What stands for a metric of the complexes where a sentence speaks of the country.
OF_THE_NATION = {
    "kicox_exports_usd_m": "national_exports_usd_m",
    "kicox_complexes_count": "all_complexes_count",
}

_GDP = re.compile(
    r"(?:국내|국민|지역|전국|국가|우리나라|한국)(?:의)?\s*총\s*생산(?!액)|총\s*생산의|"
    r"\b(?:gdp|gnp|gni|grdp)\b|gross\s+(?:domestic|national|regional)\s+product\b"
)
_IMPORTS = re.compile(r"수출입|수입|\bimport(?:s|ed)?\b")

_NATION_KO = "(?:우리나라|나라|대한민국|한국|국내|전국|국가)"
_WHAT_KO = r"(?:제조업\s*)?(?:수출|생산|고용)"
_WHAT_EN = r"(?:manufacturing\s+)?(?:exports|production|output|employments?)\b"
_COMPLEX_EN = r"(?:national\s+)?(?:industrial\s+)?"
#: '산업단지 수출의 43%', '43% of exports of the complexes': the whole is the complexes' own total.
_OWN_TOTAL = re.compile(
    rf"(?:산업단지|산단|단지|공단)(?:들)?의?\s*(?:총|전체|전)?\s*{_WHAT_KO}\s*(?:액|실적|인원)?\s*(?:의|중|가운데)(?=\s|#|$)"
    # '산업단지 수출의 비중' is its share of the nation
    rf"(?!\s+(?:비중|비율))|"
    rf"(?:#|\bshare)\s*of\s+(?:the\s+|total\s+|all\s+)*{_COMPLEX_EN}(?:complex(?:es)?'?s?|kicox(?:'s)?)\s+(?:total\s+)?{_WHAT_EN}|"
    rf"(?:#|\bshare)\s*of\s+(?:the\s+|total\s+|all\s+|entire\s+)*{_WHAT_EN}\s+(?:of|from|in|at|by)\s+"
    rf"(?:the\s+|all\s+|korea's\s+|#\s+)*{_COMPLEX_EN}(?:complex|kicox)"
)
#: A whole that is the country's, named beside it.
_NATIONAL_WHOLE = re.compile(
    rf"{_NATION_KO}의?\s*(?:총|전체|전)?\s*{_WHAT_KO}|"
    rf"(?:\bnational|\bkorea's|\bkorean|\bnation's|\bcountry's|\bdomestic)\s+{_WHAT_EN}|"
    rf"{_WHAT_EN}\s+of\s+(?:korea|the\s+(?:country|nation))\b"
)


def unmeasured(rest: str) -> str | None:
    """Why a sentence is about something of which no metric tells, though it reads like one."""
    if _GDP.search(rest):
        return (
            "GDP (총생산) is value added; the share of production is of manufacturing output, and no "
            "metric is of GDP"
        )
    if _IMPORTS.search(rest):
        return "no metric is of imports (수입)"
    return None


def metric_of_scope(
    rest: str, word: str, metric: Mapping[str, Any], metrics: Sequence[Mapping[str, Any]]
) -> Mapping[str, Any]:
    """The metric for those of whom the sentence speaks.

    Args:
        rest: the sentence without period, number and unit ('#' stands for them), metric still in it.
        word: by which the metric was read.
        metric: the one that was read.
        metrics: rows of dim_claim_metric.

    Raises:
        ValueError: it cannot be told which is meant, or that is not measured; the text is the reason.
    """
    managed, complexes = _named(rest)
    others = _NATIONAL.sub(" ", _MANAGER.sub(" ", rest))
    country = nation_words(others.replace(word, " "))  # 한국수출
    name = str(metric["metric"])
    if metric["model"] == "national_share":
        if _OWN_TOTAL.search(rest) and not _NATIONAL_WHOLE.search(rest):
            raise ValueError(
                "it tells a share of the complexes' own total; shares of the country's alone are measured "
                "(전국 수출의 43%, 43% of national exports)"
            )
        return metric
    manager = _MANAGER.search(rest) is not None
    if (name.startswith("national_") and (complexes or manager)) or (
        name.startswith("kicox_") and country and manager and not complexes
    ):
        raise ValueError("it speaks of the country and of the complexes: which of the two?")
    if not name.startswith("kicox_"):
        return metric
    counted = name == "kicox_complexes_count"
    if managed and EVERYWHERE not in country:
        return metric
    if country and (not complexes or (counted and not managed)):
        instead = [m for m in metrics if m["metric"] == OF_THE_NATION.get(name)]
        if instead:
            return instead[0]
        raise ValueError(
            f"it speaks of the country ('{country[0]}'), of which this is not measured; {name} is "
            f"that of the complexes ({metric['name_ko']}, {metric['name_en']})"
        )
    if country or counted:
        said = f" ('{country[0]}' are more than those)" if country else ""
        raise ValueError(
            f"say which complexes: the national ones that KICOX manages (국가산업단지){said}, or all of "
            "the country's (전국 산업단지)?"
        )
    return metric


def is_read(word: str, metric: Mapping[str, Any], rest: str) -> bool:
    """Is a word for the country read with the metric, in the sentence `rest`? '전국' is with those of all
    the country alone; with those of the complexes it says nothing where KICOX's are named."""
    name = str(metric["metric"])
    if name.startswith("kicox_") and not _named(rest)[0]:
        return False
    if _bare(word) == EVERYWHERE:
        return metric["model"] != "national_share" and name.startswith(("national_", "all_"))
    return _bare(word) in NATION


def nation_words(rest: str) -> list[str]:
    """The words for the country in a text, in their order."""
    words = map(_bare, re.findall(r"[^\W\d_]+(?:'s)?", rest))
    return [word for word in words if word in NATION or word == EVERYWHERE]


def _named(rest: str) -> tuple[bool, bool]:
    """Are the complexes that KICOX manages named as such; are any complexes?"""
    others = _MANAGER.sub(" ", rest)
    any_complexes = _COMPLEXES.search(others) is not None
    managed = any_complexes and (others != rest or _NATIONAL.search(others) is not None)
    return managed, any_complexes


def _bare(word: str) -> str:
    return re.sub(r"(?:에서는|에서|에는|에|은|는|이|가|의|도)$", "", word)
