"""From a sentence in Korean or English to what it claims; what cannot be read whole is refused.

A sentence is read by crossing out what is understood (period, number with unit, metric, comparator,
words that say nothing) until nothing is left. A word that remains may change the meaning (a complex,
a direction, "not"), so it is named and the sentence is refused: nothing is guessed. The words live
in `claim_words`, those of metrics in the seed claim_metrics.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from ingestion.complex_names import ComplexNames, Elsewhere
from ingestion.registry import Registry, name_key
from pipeline import claim_complex, claim_scope
from pipeline import claim_words as words


class Unreadable(Exception):
    """No rule can read the text; the message says what was understood, what was not, and gives
    sentences that can be read."""


@dataclass(frozen=True)
class Statement:
    """What is claimed: a metric, a value as printed (its digits count), a unit, a comparator; of one
    complex, which."""

    metric: str
    value: Decimal
    unit: str
    comparator: str = "approx"
    period: str | None = None
    complex_id: str | None = None


#: Dimensions of things counted: their unit may be left out, or be a counter.
_COUNTED = ("count", "firms", "persons")


def read_statement(
    text: str,
    metrics: Sequence[Mapping[str, Any]],
    registry: Registry,
    elsewhere: Elsewhere | None = None,
) -> Statement:
    """Read one claim.

    Args:
        text: the sentence.
        metrics: rows of dim_claim_metric (`metric`, `model`, `dimension`, `unit`, `growth_of`, `words`
            separated by |).
        registry: units and names of complexes by their spelling.
        elsewhere: complexes of a name that the trend statistic does not have, for the refusal.

    Raises:
        Unreadable: with what was understood so far, and examples.
    """
    understood: list[str] = []
    rest = _normalised(text)
    names = ComplexNames(registry, elsewhere)
    try:
        # before the number: 군산2, 천안5
        rest, complex_id = claim_complex.named_complex(rest, names)
    except ValueError as reason:
        raise _refusal(text, understood, str(reason)) from None
    if complex_id:
        understood.append(f"complex {names.label(complex_id)}")
    metrics = claim_complex.fitting(metrics, complex_id)
    rest, period = _period(text, rest, understood)
    if why := claim_scope.unmeasured(rest):
        raise _refusal(text, understood, why)
    rest, value, unit, scale = _number(text, rest, understood)
    if unit == "%p":
        raise _refusal(text, understood, "a change in percentage points is no level to check")
    rest, direction = _direction(rest)
    rest, comparator = _comparator(text, rest, understood)
    dimension = registry.units[name_key(unit)].dimension if unit else "count"
    said = rest
    rest, metric = _metric(text, rest, dimension, unit, direction, metrics, understood)
    if scale:
        unit = words.SCALED.get((scale, metric["dimension"]))
        if unit is None:
            why = (
                f"'{scale}' behind the number does not say what is counted, as in 98만 명, 6만 개사"
            )
            raise _refusal(text, understood, why)
    if direction == "down":
        if value < 0:
            raise _refusal(text, understood, "a negative fall is not clear")
        value = -value
    elif value < 0 and direction is None:
        raise _refusal(text, understood, "a negative value is no level to check")
    unknown = [
        word
        for word in re.findall(r"[^\W\d_]+(?:'s)?", rest)
        if word not in words.SILENT
        and not claim_scope.is_read(word, metric, said)
        and words.PARTICLE.sub("", word) not in words.SILENT
        and not words.PARTICLE.fullmatch(word)
    ]
    if unknown:
        raise _refusal(
            text, understood, "these words may change what it says: " + ", ".join(unknown)
        )
    return Statement(
        metric["metric"], value, unit or metric["unit"], comparator, period, complex_id
    )


def _normalised(text: str) -> str:
    rest = " ".join(unicodedata.normalize("NFKC", text).replace("−", "-").split()).lower()
    for pattern, instead in words.SPELLINGS:
        rest = re.sub(pattern, instead, rest)
    rest = words.THOUSANDS.sub(lambda m: m[1] + m[2].zfill(3), rest)
    return f" {rest} "


def _refusal(text: str, understood: Sequence[str], why: str) -> Unreadable:
    known = "; ".join(understood) or "nothing"
    return Unreadable(
        f"cannot read '{text.strip()}': {why}. Understood: {known}. "
        "Say it with --metric, --value, --period (and --unit, --comparator, --tolerance), or as in: "
        + "; ".join(f'"{example}"' for example in words.EXAMPLES)
        + ". 읽을 수 없는 문장입니다. 위의 예처럼 지표, 값, 기간을 밝혀 쓰십시오."
    )


def _period(text: str, rest: str, understood: list[str]) -> tuple[str, str | None]:
    found: list[str] = []
    for pattern, freq in words.PERIODS:
        for match in re.finditer(pattern, rest):
            parts = match.groupdict()
            year = parts["y"]
            if freq == "Q":
                found.append(f"{year}-Q{parts.get('q') or words.ORDINAL[parts['o']]}")
            elif freq == "M":
                month = parts.get("m") or str(words.MONTHS.index(parts["n"][:3]) + 1)
                found.append(f"{year}-{int(month):02d}")
            else:
                found.append(year)
        rest = re.sub(pattern, " ", rest)
    if len(set(found)) > 1:
        raise _refusal(text, [f"periods {', '.join(found)}"], "it names more than one period")
    if found:
        understood.append(f"period {found[0]}")
    return rest, found[0] if found else None


def _number(
    text: str, rest: str, understood: list[str]
) -> tuple[str, Decimal, str | None, str | None]:
    """The one number of the sentence, its unit (None for a bare number or a counter), and a scale
    that stands alone behind it (98만)."""
    for pattern, factor, unit in words.COMPOUNDS:
        compound = re.search(pattern, rest)
        if compound:
            whole, part = (Decimal(group.replace(",", "")) for group in compound.groups())
            value = whole * factor + part
            rest = rest[: compound.start()] + " # " + rest[compound.end() :]
            if re.search(words.AMOUNT, rest):
                raise _refusal(text, understood, "it holds more than one number")
            understood.append(f"value {value:,} {unit}")
            return rest, value, unit, None
    numbers = list(re.finditer(words.AMOUNT, rest))
    if len(numbers) != 1:
        said = ", ".join(m["v"] for m in numbers)
        why = f"it holds more than one number ({said})" if numbers else "it holds no number"
        raise _refusal(text, understood, why)
    match = numbers[0]
    before, after = rest[: match.start()], rest[match.end() :]
    value = Decimal(match["v"].replace(",", ""))
    if re.search(r"(?:^|\s)[-△▲]\s*$", before):
        value, before = -value, re.sub(r"[-△▲]\s*$", " ", before)
    money = re.search(r"(usd|krw)\s*$", before)
    for pattern, unit in words.UNITS:
        tail = re.match(rf"\s*(?:{pattern})", after)
        if tail:
            understood.append(f"value {value:,} {unit}")
            before = before[: money.start()] if money else before
            return before + " # " + after[tail.end() :], value, unit, None
    if money:
        scale = re.match(r"\s*(trillion|billion|million)?\b", after)
        named = words.MONEY[money[1]].get(scale[1] if scale else None)
        if scale and named:
            understood.append(f"value {value:,} {named}")
            return before[: money.start()] + " # " + after[scale.end() :], value, named, None
    alone = re.match(words.SCALE, after)
    if alone:
        understood.append(f"value {value:,}{alone['scale']}")
        return before + " # " + after[alone.end() :], value, None, alone["scale"]
    counter = re.match(words.COUNTERS, after)
    understood.append(f"value {value:,}")
    # the counter stays where it is: '개 단지' is among the words of a metric
    if counter and not after[counter.end() :].startswith((" ", "단", "국")):
        after = after[counter.end() :]
    return before + " # " + after, value, None, None


def _direction(rest: str) -> tuple[str, str | None]:
    """'up', 'down', 'stated' (a rate that says its sign itself), or None: a level."""
    found: str | None = None
    for pattern, name in words.DIRECTIONS:
        if re.search(pattern, rest):
            found = found or name
            rest = re.sub(pattern, " ", rest)
    if found:
        for pattern in words.YEAR_BEFORE:
            rest = re.sub(pattern, " ", rest)
    return rest, found


def _metric(
    text: str,
    rest: str,
    dimension: str,
    unit: str | None,
    direction: str | None,
    metrics: Sequence[Mapping[str, Any]],
    understood: list[str],
) -> tuple[str, Mapping[str, Any]]:
    """The one metric of the dimension whose words stand in the sentence."""
    haystack = " ".join(rest.split())
    fitting = [m for m in metrics if m["dimension"] == dimension]
    if unit is None:
        fitting = [m for m in metrics if m["dimension"] in _COUNTED]
    hits = _hits(haystack, fitting)
    if not hits:
        elsewhere = _hits(haystack, metrics)
        raise _refusal(text, understood, _no_metric(elsewhere, unit, metrics))
    longest = max(hits, key=lambda hit: (len(hit[0]), not hit[1]["growth_of"]))
    if direction and not longest[1]["growth_of"]:
        same = [h for h in hits if h[1]["growth_of"] and h[0] == longest[0]]
        if not same:
            raise _refusal(
                text,
                understood,
                f"it tells a change of {longest[1]['metric']}, and only levels of that can be checked",
            )
        longest = same[0]
    if longest[1]["growth_of"] and not direction:
        if claim_complex.of_one_complex(longest[1]):
            raise _refusal(text, understood, claim_complex.OF_WHAT)
        raise _refusal(
            text,
            understood,
            "of what share, or in which direction? e.g. 수출 비중 43%, 수출 5% 증가",
        )
    others = {
        hit[1]["metric"]
        for hit in hits
        if hit[1]["metric"] != longest[1]["metric"]
        and hit[0] not in longest[0]
        # '우리나라 수출액': what stands for either, the country's name has told apart
        and claim_scope.OF_THE_NATION.get(hit[1]["metric"]) != longest[1]["metric"]
        and bool(hit[1]["growth_of"]) == bool(longest[1]["growth_of"])
    }
    if others:
        names = ", ".join(sorted(others | {longest[1]["metric"]}))
        raise _refusal(text, understood, f"it may speak of more than one metric: {names}")
    try:
        if claim_complex.of_one_complex(longest[1]):
            metric = longest[1]
            claim_complex.check_whole(haystack, metric)
        else:
            metric = claim_scope.metric_of_scope(rest, longest[0], longest[1], metrics)
    except ValueError as reason:
        raise _refusal(text, understood, str(reason)) from None
    understood.append(f"metric {metric['metric']} ('{longest[0]}')")
    for word, row in sorted(hits, key=lambda hit: -len(hit[0])):
        if row["metric"] == longest[1]["metric"]:
            haystack = _word(word).sub(" ", haystack)
    for word in words.NUMERATORS.get(longest[1]["metric"], ()):
        haystack = _word(word).sub(" ", haystack)
    # what is left of a counter that belonged to the number
    haystack = re.sub(rf"#{words.COUNTERS}", " ", haystack).replace("#", " ")
    return f" {haystack} ", metric


def _hits(
    haystack: str, metrics: Sequence[Mapping[str, Any]]
) -> list[tuple[str, Mapping[str, Any]]]:
    found = []
    for row in metrics:
        for word in str(row["words"] or "").lower().split("|"):
            # '43% of exports': the sign was crossed out with the number
            bare = re.sub(r"^(?:%|percent) ", "# " if row["dimension"] == "percent" else "", word)
            for form in {bare, bare.removeprefix("# ")}:
                if form and _word(form).search(haystack):
                    found.append((form, row))
                    break
    return found


def _word(word: str) -> re.Pattern[str]:
    return re.compile(rf"(?<![a-z]){re.escape(word)}(?![a-z])")


def _no_metric(
    elsewhere: Sequence[tuple[str, Mapping[str, Any]]],
    unit: str | None,
    metrics: Sequence[Mapping[str, Any]],
) -> str:
    if elsewhere and unit:
        longest = max(elsewhere, key=lambda hit: (len(hit[0]), not hit[1]["growth_of"]))
        named = longest[1]
        return (
            f"the unit {unit} does not measure {named['metric']} ({named['name_ko']}, "
            f"{named['name_en']}), which is in {named['unit']}: a unit may be misprinted"
        )
    if elsewhere:
        longest = max(elsewhere, key=lambda hit: (len(hit[0]), not hit[1]["growth_of"]))
        return (
            f"no unit is read beside the number; {longest[1]['metric']} is in {longest[1]['unit']}"
        )
    known = "; ".join(
        f"{m['metric']} ({m['name_ko']}, {m['name_en']}, {m['unit']})" for m in metrics
    )
    return f"no metric of that unit stands in it; there are: {known}"


def _comparator(text: str, rest: str, understood: list[str]) -> tuple[str, str]:
    found: list[str] = []
    for pattern, name in words.COMPARATORS:
        if re.search(pattern, rest):
            found.append(name)
            rest = re.sub(pattern, " ", rest)
    sided = [name for name in found if name != "approx"]
    if len(sided) > 1:
        raise _refusal(text, understood, "it sets a bound on both sides")
    if sided:
        understood.append(f"comparator {sided[0]}")
    return rest, sided[0] if sided else "approx"
