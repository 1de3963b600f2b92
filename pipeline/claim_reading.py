"""From a sentence in Korean or English to what it claims; what cannot be read whole is refused.

A sentence is read by crossing out what is understood (period, number with unit, metric, comparator,
words that say nothing) until nothing is left. A word that remains may change the meaning (a complex,
a direction, "not"), so it is named and the sentence is refused: nothing is guessed.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from ingestion.registry import Unit, name_key


class Unreadable(Exception):
    """No rule can read the text; the message says what was understood and what was not."""


@dataclass(frozen=True)
class Statement:
    """What is claimed: a metric, a value as printed (its digits count), a unit, a comparator."""

    metric: str
    value: Decimal
    unit: str
    comparator: str = "approx"
    period: str | None = None


_ORDINAL = {"first": 1, "second": 2, "third": 3, "fourth": 4}
_MONTH_NAMES = (
    "january february march april may june july august september october november december"
)
_MONTHS = _MONTH_NAMES.split()
_PERIODS: tuple[tuple[str, str], ...] = (
    (r"(?P<y>(?:19|20)\d\d)\s*년\s*(?P<q>[1-4])\s*/?\s*분기", "Q"),
    (r"(?P<y>(?:19|20)\d\d)\s*년\s*(?P<m>1[0-2]|0?[1-9])\s*월", "M"),
    (r"\b(?P<y>(?:19|20)\d\d)[\s-]*q(?P<q>[1-4])\b", "Q"),
    (r"\bq(?P<q>[1-4])\s*(?P<y>(?:19|20)\d\d)\b", "Q"),
    (r"\bthe\s+(?P<o>first|second|third|fourth)\s+quarter\s+of\s+(?P<y>(?:19|20)\d\d)\b", "Q"),
    (r"\b(?P<n>" + "|".join(_MONTHS) + r")\s+(?P<y>(?:19|20)\d\d)\b", "M"),
    (r"\b(?P<y>(?:19|20)\d\d)-(?P<m>1[0-2]|0[1-9])\b(?!-)", "M"),
    (r"(?P<y>(?:19|20)\d\d)\s*년(?:도)?", "A"),
    (r"(?<![\d.,$])(?P<y>(?:19|20)\d\d)(?![\d.,]*\d|\s*(?:%|조|억|만|천|백|명|개|건|회|퍼센트|percent))", "A"),
)  # fmt: skip
_AMOUNT = r"(?<![\d.,])(?P<v>\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?)"
#: Units as sentences write them → as dbt_project/seeds/units.csv does.
_UNITS: tuple[tuple[str, str], ...] = (
    (r"%p|%\s*포인트|퍼센트\s*포인트|percentage\s+points?|pp\b", "%p"),
    (r"%|퍼센트|프로|per\s?cent\b", "%"),
    (r"trillion\s+(?:korean\s+)?won|krw\s+trillion", "조원"),
    (r"billion\s+(?:korean\s+)?won|krw\s+billion", "십억원"),
    (r"billion\s+(?:us\s+)?dollars|us\$\s+billion|usd\s+billion", "십억달러"),
    (r"million\s+(?:us\s+)?dollars|us\$\s+million|usd\s+million", "백만달러"),
    (r"조\s*원|조(?=\s|$)", "조원"),
    (r"억\s*달러|억\s*불", "억달러"),
    (r"백만\s*달러", "백만달러"),
    (r"억\s*원", "억원"),
    (r"만\s*명", "만명"),
    (r"명|persons\b|people\b", "명"),
)
_COUNTERS = r"\s*(?:개소|개사|개|건|회|곳|차례)"
_COMPARATORS: tuple[tuple[str, str], ...] = (
    (r"이상|at\s+least|no\s+less\s+than|or\s+more", "at_least"),
    (r"이하|at\s+most|no\s+more\s+than|up\s+to|or\s+less", "at_most"),
    (r"약\s|대략|정도|about|around|roughly|approximately|some(?=\s)", "approx"),
)
#: Words that change nothing of what a claim about all the complexes says.
_SILENT_WORDS = """산업단지 국가산업단지 국가산단 산단 단지 한국산업단지공단 공단 관할 우리나라 한국 전국 국내 전체 총
    대비 차지 차지하는 차지한다 차지했다 차지하였다 비중 기준 이다 였다 이었다 한다 했다 하였다 있다 달한다 달했다
    the a an of in for by was were is are be made make makes up account accounts accounted for that
    korea korean korea's kicox kicox's national industrial complexes complex complexes' its their share
    it manage manages managed says there total all us usd krw won dollars
"""
_SILENT = frozenset(_SILENT_WORDS.split())
_PARTICLE = re.compile(r"(?:에서|까지|으로|이다|였다|이었다|은|는|이|가|의|을|를|에|로|과|와|도)$")


def read_statement(
    text: str, metrics: Sequence[Mapping[str, Any]], units: Mapping[str, Unit]
) -> Statement:
    """Read one claim.

    Args:
        text: the sentence.
        metrics: rows of dim_claim_metric (`metric`, `dimension`, `unit`, `words` separated by |).
        units: units by their spelling without blanks.

    Raises:
        Unreadable: with what was understood so far.
    """
    rest = (
        " " + " ".join(unicodedata.normalize("NFC", text).replace("−", "-").split()).lower() + " "
    )
    understood: list[str] = []
    rest, period = _period(rest, understood)
    rest, value, unit = _number(rest, understood)
    if unit == "%p":
        raise _refusal(text, understood, "a change in percentage points is no level to check")
    dimension = units[name_key(unit)].dimension if unit else "count"
    rest, metric = _metric(text, rest, dimension, metrics, understood)
    rest, comparator = _comparator(text, rest, understood)
    unknown = [
        word
        for word in re.findall(r"[^\W\d_]+(?:'s)?", rest)
        if word not in _SILENT
        and _PARTICLE.sub("", word) not in _SILENT
        and not _PARTICLE.fullmatch(word)
    ]
    if unknown:
        raise _refusal(
            text, understood, "these words may change what it says: " + ", ".join(unknown)
        )
    return Statement(metric["metric"], value, unit or metric["unit"], comparator, period)


def _refusal(text: str, understood: Sequence[str], why: str) -> Unreadable:
    known = "; ".join(understood) or "nothing"
    return Unreadable(
        f"cannot read '{text}': {why}. Understood: {known}. "
        "Say it with --metric, --value, --period (and --unit, --comparator, --tolerance)"
    )


def _period(rest: str, understood: list[str]) -> tuple[str, str | None]:
    found: list[str] = []
    for pattern, freq in _PERIODS:
        for match in re.finditer(pattern, rest):
            parts = match.groupdict()
            year = parts["y"]
            if freq == "Q":
                found.append(f"{year}-Q{parts.get('q') or _ORDINAL[parts['o']]}")
            elif freq == "M":
                month = parts.get("m") or str(_MONTHS.index(parts["n"]) + 1)
                found.append(f"{year}-{int(month):02d}")
            else:
                found.append(year)
        rest = re.sub(pattern, " ", rest)
    if len(set(found)) > 1:
        raise _refusal(
            rest.strip(), [f"periods {', '.join(found)}"], "it names more than one period"
        )
    if found:
        understood.append(f"period {found[0]}")
    return rest, found[0] if found else None


def _number(rest: str, understood: list[str]) -> tuple[str, Decimal, str | None]:
    """The one number of the sentence and its unit; None for a bare number or a counter."""
    compound = re.search(r"(\d[\d,]*)\s*조\s*(\d[\d,]*)\s*억\s*원", rest)
    if compound:
        whole, part = (int(group.replace(",", "")) for group in compound.groups())
        value, unit = Decimal(whole * 10_000 + part), "억원"
        rest = rest[: compound.start()] + " " + rest[compound.end() :]
        if re.search(_AMOUNT, rest):
            raise _refusal(rest.strip(), understood, "it holds more than one number")
        understood.append(f"value {value:,} {unit}")
        return rest, value, unit
    numbers = list(re.finditer(_AMOUNT, rest))
    if len(numbers) != 1:
        said = ", ".join(m["v"] for m in numbers)
        why = f"it holds more than one number ({said})" if numbers else "it holds no number"
        raise _refusal(rest.strip(), understood, why)
    match = numbers[0]
    if rest[: match.start()].rstrip().endswith("-"):
        raise _refusal(rest.strip(), understood, "a negative value is no level to check")
    value = Decimal(match["v"].replace(",", ""))
    before, after = rest[: match.start()], rest[match.end() :]
    money = re.search(r"(us\$|usd|krw)\s*$", before)
    for pattern, unit in _UNITS:
        tail = re.match(rf"\s*(?:{pattern})", after)
        if tail:
            understood.append(f"value {value:,} {unit}")
            return before + " " + after[tail.end() :], value, unit
    scale = re.match(r"\s*(trillion|billion|million)\b", after)
    if money and scale:
        names = {
            ("krw", "trillion"): "조원",
            ("krw", "billion"): "십억원",
            ("usd", "billion"): "십억달러",
            ("usd", "million"): "백만달러",
        }
        named = names.get(("krw" if money[1] == "krw" else "usd", scale[1]))
        if named:
            understood.append(f"value {value:,} {named}")
            return before[: money.start()] + " " + after[scale.end() :], value, named
    counter = re.match(_COUNTERS, after)
    understood.append(f"value {value:,}")
    # the counter stays where it is: '개 단지' is among the words of a metric
    if counter and not after[counter.end() :].startswith((" ", "단", "국")):
        after = after[counter.end() :]
    return before + " # " + after, value, None


def _metric(
    text: str,
    rest: str,
    dimension: str,
    metrics: Sequence[Mapping[str, Any]],
    understood: list[str],
) -> tuple[str, Mapping[str, Any]]:
    """The one metric of the dimension whose words stand in the sentence."""
    # '43% of exports': the sign was crossed out with the number
    sign = {"percent": "%", "count": ""}.get(dimension, "")
    haystack = " ".join(rest.split())
    hits: list[tuple[int, str, Mapping[str, Any]]] = []
    for row in metrics:
        if row["dimension"] != dimension:
            continue
        for word in str(row["words"] or "").lower().split("|"):
            bare = word.removeprefix("% ").removeprefix("percent ").strip() if sign else word
            if bare and re.search(rf"(?<![a-z]){re.escape(bare)}(?![a-z])", haystack):
                hits.append((len(bare), bare, row))
    if not hits:
        raise _refusal(
            text,
            understood,
            "no metric of that unit stands in it; there are: "
            + "; ".join(
                f"{m['metric']} ({m['name_ko']}, {m['name_en']}, {m['unit']})" for m in metrics
            ),
        )
    longest = max(hits, key=lambda hit: hit[0])
    others = {
        hit[2]["metric"]
        for hit in hits
        if hit[2]["metric"] != longest[2]["metric"] and hit[1] not in longest[1]
    }
    if others:
        names = ", ".join(sorted(others | {longest[2]["metric"]}))
        raise _refusal(text, understood, f"it may speak of more than one metric: {names}")
    understood.append(f"metric {longest[2]['metric']} ('{longest[1]}')")
    for _, word, row in sorted(hits, key=lambda hit: -hit[0]):
        if row["metric"] == longest[2]["metric"]:
            haystack = re.sub(rf"(?<![a-z]){re.escape(word)}(?![a-z])", " ", haystack)
    # what is left of a counter that belonged to the number
    haystack = re.sub(rf"#{_COUNTERS}", " ", haystack).replace("#", " ")
    return f" {haystack} ", longest[2]


def _comparator(text: str, rest: str, understood: list[str]) -> tuple[str, str]:
    found: list[str] = []
    for pattern, name in _COMPARATORS:
        if re.search(pattern, rest):
            found.append(name)
            rest = re.sub(pattern, " ", rest)
    sided = [name for name in found if name != "approx"]
    if len(sided) > 1:
        raise _refusal(text, understood, "it sets a bound on both sides")
    if sided:
        understood.append(f"comparator {sided[0]}")
    return rest, sided[0] if sided else "approx"
