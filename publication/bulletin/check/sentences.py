"""Sentences, read whole: what is said must be all of the sentence, and each figure that of its cell."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from publication.bulletin.check.cells import (
    AMOUNT,
    DOWN,
    NUMBER,
    PERIOD,
    SIGNED,
    UP,
    Cells,
    amount_fits,
    cell_value,
    direction,
    fits,
    kind_of,
    period_of,
)
from publication.bulletin.check.shares import SHARE_RULES
from publication.bulletin.check.statements import STATEMENT_RULES
from publication.bulletin.model import Prose

#: A rule: what a sentence must look like from end to end, and what is wrong with one that does.
Rule = tuple[str, Callable[[Cells, re.Match[str]], Iterator[str]]]

_COUNT = {"ko": r"(?:이|가|은|는)", "en": ""}


class Reader:
    """Reads the sentences of one language."""

    def __init__(self, cells: Cells) -> None:
        self.cells, self.lang = cells, cells.lang
        self.measure: str | None = None

    def paragraph(self, block: Prose, fixed: frozenset[str]) -> Iterator[str]:
        """What a paragraph says other than its cells; what cannot be read is a fault."""
        self.measure = None
        leads = {*fixed, *self.cells.measures}
        if block.lead and block.lead not in leads:
            yield f"{block.key}: ‘{block.lead}’ is neither a fixed text nor a measure"
        for sentence in block.sentences:
            yield from (f"{block.key}: {fault}" for fault in self.sentence(sentence, fixed))
        if block.lead in self.cells.measures and self.measure not in (
            None,
            self.cells.measures[block.lead],
        ):
            yield f"{block.key}: stands under ‘{block.lead}’ and speaks of {self.measure}"

    def sentence(self, text: str, fixed: frozenset[str]) -> Iterator[str]:
        """The faults of one sentence."""
        if text in fixed:
            return
        if (found := self._level(text)) is not None:
            yield from found
            return
        for read in (self._comparable, self._movers, self._industries, self._parts, self._absent):
            if (own := read(text)) is not None:
                yield from (f"‘{text}’ {fault}" for fault in own)
                return
        for pattern, rule in (*SHARE_RULES[self.lang], *STATEMENT_RULES[self.lang]):
            if match := re.fullmatch(pattern, text):
                yield from (f"‘{text}’ {fault}" for fault in rule(self.cells, match))
                return
        yield f"‘{text}’ can be read by no rule"

    # -- levels and their movements ---------------------------------------------------------

    def _subject(self, text: str) -> tuple[str, str] | None:
        """The measure that a sentence begins with, and the rest of it."""
        for name, code in sorted(self.cells.measures.items(), key=lambda i: -len(i[0])):
            if self.lang == "ko":
                found = re.match(rf"{re.escape(name)}(?:은|는) ", text)
            else:
                plain = rf"{re.escape(name)} (?:was|were|numbered|cannot) "
                rate = rf"The {re.escape(name[:1].lower() + name[1:])} (?:was|were|cannot) "
                found = re.match(rate if kind_of(self.cells, code) == "percent" else plain, text)
            if found:
                return code, text[found.end() :]
        return None

    def _level(self, text: str) -> list[str] | None:
        found = self._subject(text)
        if found is None:
            return None
        self.measure, rest = found
        measure, value = self.measure, self.cells.total(self.measure)
        silent = {
            "ko": r"(?:비공개\(X\)로 처리되었다|해당 사항이 없다|공표되지 않았다)\.",
            "en": r"(?:suppressed \(X\) by the publisher|exist for this quarter|not published)\.",
        }[self.lang]
        if re.fullmatch(silent, rest):
            return [f"‘{text}’: {measure} has a figure"] if value is not None else []
        amount = AMOUNT[self.lang]
        end = r"(?:으로|로) (?P<tail>.*)" if self.lang == "ko" else r"(?P<tail>[,;. ].*|\.)"
        match = re.fullmatch(rf"(?P<amount>{amount}){end}", rest)
        if match is None:
            return [f"‘{text}’ can be read by no rule"]
        faults = []
        if not amount_fits(match["amount"], value, kind_of(self.cells, measure)):
            faults.append(f"‘{text}’: {match['amount']} is not {measure}")
        told = (self._tail_ko if self.lang == "ko" else self._tail_en)(match["tail"])
        if told is None:
            return [*faults, f"‘{text}’ can be read by no rule"]
        faults += [f"‘{text}’ {fault}" for fault in self._moves(measure, told)]
        return faults

    def _moves(self, measure: str, told: dict[str, tuple[str, str]]) -> Iterator[str]:
        """Movements by comparison: (word, size); every one that is known must be told, and right."""
        points = kind_of(self.cells, measure) == "percent"
        now = self.cells.total(measure)
        for comparison in ("qoq", "yoy"):
            base = self.cells.base(comparison)
            then = self.cells.total(measure, base) if base else None
            expected = direction(now, then, points=points)
            word, size = told.get(comparison, ("", ""))
            if word == "zero":
                if then != 0 or now in (None, 0):
                    yield f"tells of a base of zero ({comparison})"
                continue
            said = "up" if word in UP else "down" if word in DOWN else word or None
            if said != expected:
                if not (told.get("qoq", ("",))[0] == "zero" and comparison == "yoy"):
                    yield f"has the wrong direction: {measure} {base}: {expected}, not {said}"
                continue
            if said in (None, "flat") or now is None or then is None:
                continue
            if self.lang == "ko" and (word in ("상승", "하락")) != points:
                yield f"says {word} of {measure}"
            moved = abs(now - then) if points else abs(100.0 * (now - then) / then)
            match = re.fullmatch(
                rf"(?P<n>{NUMBER})(?P<unit>%p|%| percentage points?)(?: ?\((?P<amount>.+)\))?", size
            )
            in_points = match is not None and match["unit"] != "%"
            if match is None or in_points != points or not fits(match["n"], moved):
                yield f"does not give the change of {measure} on {base}"
            elif match["amount"] and not amount_fits(
                match["amount"], abs(now - then), kind_of(self.cells, measure)
            ):
                yield f"does not give the change of {measure} on {base} in its unit"

    def _tail_ko(self, tail: str) -> dict[str, tuple[str, str]] | None:
        size = rf"{NUMBER}%p?(?:\({AMOUNT['ko']}\))?"
        verb = "(증가|감소|상승|하락)"
        rules: tuple[tuple[str, tuple[str, ...]], ...] = (
            (r"나타났다\.", ()),
            (r"나타났다\. 전분기에는 실적이 없어 증감률을 산출하지 않았다\.", ("zero",)),
            (rf"전분기보다 ({size}), 전년 동기보다 ({size}) {verb}하였다\.", ("q", "y", "both")),
            (rf"전분기보다 ({size}) {verb}하였으나, 전년 동기보다 ({size}) {verb}하였다\.", ("q", "qv", "y", "yv")),
            (rf"전분기보다 ({size}) {verb}하였고, 전년 동기와는 같은 수준이다\.", ("q", "qv", "yflat")),
            (rf"전분기보다 ({size}) {verb}하였다\.", ("q", "qv")),
            (rf"전분기 수준을 유지하였고, 전년 동기보다 ({size}) {verb}하였다\.", ("y", "yv", "qflat")),
            (r"전분기와 전년 동기 수준을 유지하였다\.", ("qflat", "yflat")),
            (r"전분기 수준을 유지하였다\.", ("qflat",)),
            (rf"전년 동기보다 ({size}) {verb}하였다\.", ("y", "yv")),
        )  # fmt: skip
        for pattern, names in rules:
            if match := re.fullmatch(pattern, tail):
                found = dict(zip(names, match.groups(), strict=False))
                told: dict[str, tuple[str, str]] = {}
                if "zero" in names:
                    told["qoq"] = ("zero", "")
                for key, letter in (("qoq", "q"), ("yoy", "y")):
                    if letter in found:
                        told[key] = (found.get("both") or found[f"{letter}v"], found[letter])
                    elif f"{letter}flat" in names:
                        told[key] = ("flat", "")
                return told
        return None

    def _tail_en(self, tail: str) -> dict[str, tuple[str, str]] | None:
        if tail == ".":
            return {}
        if tail == "; there was none in the previous quarter, so no growth rate is given.":
            return {"qoq": ("zero", "")}
        size = rf"{NUMBER}(?:%| percentage points?)(?: \({AMOUNT['en']}\))?"
        base = "(the previous quarter|a year earlier)"
        one = rf"(?:(up|down) ({size}) on {base}|unchanged (?:on|from) {base})"
        match = re.fullmatch(rf", {one}(?: (but|and) {one})?\.", tail)
        if match is None:
            return None
        told: dict[str, tuple[str, str]] = {}
        groups = match.groups()
        for word, amount, moved, flat in (groups[0:4], groups[5:9]):
            if moved or flat:
                key = "qoq" if "quarter" in (moved or flat or "") else "yoy"
                if key in told:
                    return None
                told[key] = (word, amount) if moved else ("flat", "")
        words = {word for word, _ in told.values()}
        if (groups[4] == "but") != (words == {"up", "down"}):
            return None
        return told

    # -- the headline -----------------------------------------------------------------------

    def headline(self, text: str) -> Iterator[str]:
        """The faults of the sentence under the title."""
        amount = AMOUNT[self.lang]
        known = [
            m for m in ("production_krw_100m", "exports_usd_m") if self.cells.total(m) is not None
        ]
        if not known:
            pattern = (
                rf"({PERIOD['ko']}) 국가산업단지의 생산과 수출 합계는 공표되지 않았다\."
                if self.lang == "ko"
                else rf"No totals of production and exports were published for ({PERIOD['en']})\."
            )
            match = re.fullmatch(pattern, text)
            if match is None or period_of(match[1]) != self.cells.data.period:
                yield f"headline: ‘{text}’ is not about {self.cells.data.period}"
            return
        if self.lang == "ko":
            part = (
                rf"(\w+?)(?:은|는) (?:(?:전분기보다 )?({NUMBER}%) (증가|감소)한 "
                rf"|(전분기와 같은 수준인) )?({amount})"
            )
            match = re.fullmatch(rf"국가산업단지 {part}(?:, {part})?(?:으로|로) 나타났다\.", text)
        else:
            move = rf"(?:(rose|fell) ({NUMBER}%)(?: on the quarter)? to|(held at)|was|were)"
            part = rf"(\w+)(?: at Korea’s national industrial complexes)? {move} ({amount})"
            match = re.fullmatch(rf"{part}(?:; {part})?\.", text)
        if match is None:
            yield f"headline: ‘{text}’ can be read by no rule"
            return
        said = []
        for at in (0, 5):
            name, a, b, flat, level = match.groups()[at : at + 5]
            if name is None:
                continue
            size, word = (a, b) if self.lang == "ko" else (b, a)
            full = f"{name}액" if self.lang == "ko" else name.capitalize()
            measure = self.cells.measures.get(full)
            if measure is None:
                yield f"headline: ‘{name}’ is no measure"
                continue
            said.append(measure)
            if not amount_fits(level, self.cells.total(measure), kind_of(self.cells, measure)):
                yield f"headline: {level} is not {measure}"
            told = ("flat", "") if flat else (word or "", size or "")
            base = self.cells.base("qoq")
            then = self.cells.total(measure, base) if base else None
            expected = direction(self.cells.total(measure), then, points=False)
            if not told[0] and expected is not None:
                yield f"headline: does not tell that {measure} went {expected}"
            elif told[0]:
                for fault in self._moves(measure, {"qoq": told}):
                    if "yoy" not in fault and str(self.cells.base("yoy")) not in fault:
                        yield f"headline: ‘{text}’ {fault}"
        if said != known:
            yield f"headline: speaks of {said}, the totals are {known}"

    # -- what follows a level ---------------------------------------------------------------

    def _comparable(self, text: str) -> Iterator[str] | None:
        pattern = (
            rf"동일 기준으로는 (?:전분기 대비 ({SIGNED})%)?(?:, )?(?:전년 동기 대비 ({SIGNED})%)?"
            r"(?:으로|로) 나타났다\."
            if self.lang == "ko"
            else rf"Like for like: (?:({SIGNED})% on the quarter)?(?:, )?(?:({SIGNED})% on the year)?\."
        )
        match = re.fullmatch(pattern, text)
        return None if match is None else self._comparable_faults(match)

    def _comparable_faults(self, match: re.Match[str]) -> Iterator[str]:
        for comparison, said in zip(("qoq", "yoy"), match.groups(), strict=True):
            row = self.cells.data.growth(self.measure or "", comparison)
            value = cell_value(row or None, "growth_lfl_pct")
            if said is None:
                if value is not None:
                    yield f"leaves out {comparison}"
            elif not fits(said, value) or (said[0] in "+−") != bool(re.search("[1-9]", said)):
                yield f"does not give like-for-like growth of {self.measure} ({comparison})"

    def _movers(self, text: str) -> Iterator[str] | None:
        rules = {
            "ko": (
                (r"단지별로는 (.+)[이가] 전체 생산을 끌어올렸고, (.+)[은는] 끌어내렸다\.", "+−"),
                (r"단지별로는 (.+)[이가] 전체 생산을 끌어올렸다\.", "+"),
                (r"단지별로는 (.+)[이가] 전체 생산을 끌어내렸다\.", "−"),
            ),
            "en": (
                (
                    r"(.+) added most to total production on the quarter; (.+) took most from it\.",
                    "+−",
                ),
                (r"(.+) added most to total production on the quarter\.", "+"),
                (r"(.+) took most from total production on the quarter\.", "−"),
            ),
        }[self.lang]
        for pattern, signs in rules:
            if match := re.fullmatch(pattern, text):
                return self._mover_faults(match, signs)
        return None

    def _mover_faults(self, match: re.Match[str], signs: str) -> Iterator[str]:
        for group, sign in zip(match.groups(), signs, strict=True):
            items = named_figures(group, r" pp|%p")
            if items is None:
                yield f"‘{group}’ can be read by no rule"
                continue
            values = []
            for name, said in items:
                known = [self.cells.contribution("qoq", c) for c in self.cells.names.get(name, [])]
                if said[0] != sign or not any(fits(said, value) for value in known):
                    yield f"‘{name} ({said})’ is not its contribution to growth"
                values.append(abs(float(said.strip("+−").replace(",", ""))))
            if values != sorted(values, reverse=True):
                yield "does not go from the largest down"

    def _industries(self, text: str) -> Iterator[str] | None:
        amount = AMOUNT[self.lang]
        if self.lang == "ko":
            match = re.fullmatch(
                rf"업종별로는 (.+?)[이가] ({amount})\(({NUMBER})%\)(?:으로|로) 가장 많(?:다|고, (.+) 순이다)\.",
                text,
            )
        else:
            match = re.fullmatch(
                rf"(.+) led with ({amount}) \(({NUMBER})%\)(?:, ahead of (.+))?\.", text
            )
        return None if match is None else self._industry_faults(match)

    def _industry_faults(self, match: re.Match[str]) -> Iterator[str]:
        cells, measure = self.cells, self.measure or ""
        rest = named_figures(match[4], "%") if match[4] else []
        if rest is None:
            yield f"‘{match[4]}’ can be read by no rule"
            return
        whole = cells.total(measure)
        shares: list[float] = []
        for name, said in [(match[1], match[3]), *rest]:
            code = cells.industries.get(name.lower(), "")
            value = cell_value(cells.industry(code, measure), measure)
            if value is None or not whole or not fits(said, 100.0 * value / whole):
                yield f"‘{name} ({said}%)’ is not its share of {measure}"
                continue
            if not shares and not amount_fits(match[2], value, kind_of(cells, measure)):
                yield f"‘{match[2]}’ is not {measure} of {name}"
            shares.append(value)
        others = [
            cell_value(cells.industry(c, measure), measure) or 0.0
            for c in cells.defined.industries
            if c not in ("_T", "NONMFG")
        ]
        if shares != sorted(others, reverse=True)[: len(shares)]:
            yield "does not name the largest industries in order"

    def _parts(self, text: str) -> Iterator[str] | None:
        """Women among the employed, operating firms among the tenants."""
        women = re.fullmatch(
            rf"여성은 ({NUMBER})명으?로 ({NUMBER})%를 차지하였다\."
            if self.lang == "ko"
            else rf"Women held ({NUMBER}) of the jobs \(({NUMBER})%\)\.",
            text,
        )
        if women:
            return self._women_faults(women)
        operating = re.fullmatch(
            rf"이 가운데 가동업체는 ({NUMBER})개사이다\."
            if self.lang == "ko"
            else rf"Of these, ({NUMBER}) were operating\.",
            text,
        )
        if operating:
            ok = fits(operating[1], self.cells.total("operating_count"))
            return iter([] if ok else ["does not give operating_count"])
        return None

    def _women_faults(self, match: re.Match[str]) -> Iterator[str]:
        women, jobs = (self.cells.total(m) for m in ("employment_women_count", "employment_count"))
        if not fits(match[1], women):
            yield "does not give employment_women_count"
        if women is None or not jobs or not fits(match[2], 100.0 * women / jobs):
            yield "does not give the share of women"

    def _absent(self, text: str) -> Iterator[str] | None:
        """Why growth is not given."""
        if self.lang == "ko":
            one = rf"(전분기|전년 동기)\(({PERIOD['ko']})\)"
            match = re.fullmatch(
                rf"{one}(?:[과와] {one})? 값이 이 배포판에 없어 그에 대한 증감률은 싣지 않았다\.",
                text,
            )
            if match is None:
                return None
            said = [(match[i], match[i + 1]) for i in (1, 3) if match[i]]
        else:
            match = re.fullmatch(
                r"No growth (on the quarter|on the year|on the quarter and on the year) is given: "
                rf"this release holds no figures for ({PERIOD['en']})(?: or ({PERIOD['en']}))?\.",
                text,
            )
            if match is None:
                return None
            kinds = match[1].split(" and ")
            whens = [w for w in match.groups()[1:] if w]
            if len(kinds) != len(whens):
                return iter(["names other periods than comparisons"])
            said = list(zip(kinds, whens, strict=True))
        faults = []
        for kind, when in said:
            comparison = "qoq" if kind in ("전분기", "on the quarter") else "yoy"
            period = period_of(when)
            if period != self.cells.base(comparison) or period in self.cells.data.totals:
                faults.append(f"‘{when}’ is not a missing base ({comparison})")
        return iter(faults)


def named_figures(text: str, unit: str) -> list[tuple[str, str]] | None:
    """`Onsan (+0.15 pp), Gumi (foreign zone) (+0.02 pp) and …`: names with figures, or None."""
    one = rf"(?P<name>.+?) ?\((?P<figure>{SIGNED})(?:{unit})\)(?:, | and |$)"
    found, at = [], 0
    while at < len(text):
        match = re.compile(one).match(text, at)
        if match is None:
            return None
        found.append((match["name"], match["figure"]))
        at = match.end()
    return found
