"""The bulletin's own sentences are claims: the text that is about to be printed, read again.

Every number of a sentence, tile or table is read out of the final words, with its unit and its
direction, and held against the cell of the mart that it speaks of. Nothing here uses the code that
wrote the words: it has its own reading of units, periods and direction words. A number that no rule
binds to a cell is a fault as well, so that a new sentence cannot be printed unchecked.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from publication.bulletin.check_cells import (
    AMOUNT,
    COUNTS,
    DOWN,
    KIND,
    NUMBER,
    UP,
    Cells,
    amount_fits,
    cell_value,
    direction,
    fits,
)
from publication.bulletin.check_tables import matrix_faults, table_faults, tile_faults
from publication.bulletin.reading import BulletinError, Release, Row
from publication.bulletin.sentences import Lang

#: The tiles of page 1 in their order.
_TILES = (
    "production_krw_100m",
    "exports_usd_m",
    "employment_count",
    "utilization_pct",
    "tenant_count",
)
#: Topics of page 1 in their order, with the mart's column and the words of the subject.
_TOPICS = (
    ("production_krw_100m", {"ko": "생산액은", "en": "Production was"}),
    ("exports_usd_m", {"ko": "수출액은", "en": "Exports were"}),
    ("utilization_pct", {"ko": "가동률은", "en": "The operating rate was"}),
    ("employment_count", {"ko": "고용은", "en": "Employment was"}),
    ("tenant_count", {"ko": "입주업체는", "en": "Tenant firms numbered"}),
)
#: The two shares that the report of 2005 stated, per cent.
_HEADLINE = (30.0, 43.0)
_VERDICT_WORDS = {
    "일치": "supported",
    "불일치": "contradicted",
    "참고": "indicative",
    "엇갈림": "disputed",
    "supported": "supported",
    "contradicted": "contradicted",
    "indicative": "indicative",
    "disputed": "disputed",
}
_MONTH = "January|February|March|April|May|June|July|August|September|October|November|December"
_PERIOD = {
    "ko": r"(\d{4})년(?: (\d)분기| (\d{1,2})월)?",
    "en": rf"(?:the (first|second|third|fourth) quarter of |({_MONTH}) )?\b((?:19|20)\d\d)(?: Q(\d))?\b",
}


def check_content(data: Release, content: Row, lang: Lang) -> None:
    """Hold everything the page says in numbers against the marts.

    Raises:
        BulletinError: a number, unit or direction does not follow from its cell, or is bound to
            none; the message names every place.
    """
    faults = list(_faults(data, content, lang))
    if faults:
        raise BulletinError(
            f"{lang}: the text does not follow from the figures, nothing is published: "
            + "; ".join(faults[:20])
        )


def _faults(data: Release, content: Row, lang: Lang) -> Iterator[str]:
    cells = Cells(data)
    for key in ("headline", "description"):
        yield from _Reader(cells, str(content[key]), key, lang).headline()
    tiles = content["tiles"]
    for measure, tile in zip(_TILES, tiles, strict=True):
        yield from tile_faults(cells, measure, tile, lang)
    for row in content["developments"]["rows"]:
        yield from _Reader(cells, str(row["text"]), f"developments/{row['topic']}", lang).topic()
    for text in content["shares"]["sentences"]:
        yield from _Reader(cells, str(text), "shares", lang).shares()
    yield from matrix_faults(cells, content["shares"]["matrix"], lang)
    yield from table_faults(cells, content["complexes"]["rows"], lang)


class _Reader:
    """One text, read by crossing out what is bound to a cell; numbers that remain are faults."""

    def __init__(self, cells: Cells, text: str, place: str, lang: Lang) -> None:
        self.cells, self.whole, self.rest = cells, text, text
        self.place, self.lang = place, lang
        self.faults: list[str] = []

    def fault(self, said: str, why: str) -> None:
        self.faults.append(f"{self.place}: ‘{said}’ {why}")

    def take(self, pattern: str) -> Iterator[re.Match[str]]:
        """Every place of a pattern, which is then crossed out."""
        found = list(re.finditer(pattern, self.rest))
        self.rest = re.sub(pattern, lambda m: " " * len(m.group()), self.rest)
        yield from found

    def leftovers(self) -> list[str]:
        """The faults, with what no rule has bound."""
        for match in re.finditer(r"[\d,.]*\d[\d,.]*\s?(?:%p|%|pp)?", self.rest):
            self.fault(match.group().strip(), "is bound to no cell")
        return self.faults

    def level(self, measure: str, said: str) -> None:
        if not self._says(said, measure, self.cells.total(measure)):
            self.fault(said, f"is not {measure} of {self.cells.data.period}")

    def _says(self, said: str, measure: str, value: float | None) -> bool:
        if KIND[measure] == "percent":
            return said.endswith("%") and fits(said[:-1], value)
        return amount_fits(said, value, KIND[measure])

    def change(self, measure: str, base: str | None, size: str, word: str, whole: str) -> None:
        """A movement: its size without sign, and a direction word."""
        now = self.cells.total(measure)
        then = self.cells.total(measure, base) if base else None
        points = KIND[measure] == "percent"
        told = "up" if word in UP else "down" if word in DOWN else "flat"
        if told != direction(now, then, points=points):
            self.fault(
                whole, f"has the wrong direction: {measure} {base} → {self.cells.data.period}"
            )
            return
        if told == "flat" or now is None or then is None:
            return
        moved = abs(now - then) if points else abs(100.0 * (now - then) / then)
        in_points = bool(re.search(r"%p|percentage point", size))
        number = re.match(NUMBER, size)
        if number is None or in_points != points or not fits(number.group(), moved):
            self.fault(whole, f"is not the change of {measure} on {base}")

    # -- the texts -----------------------------------------------------------------------

    def headline(self) -> list[str]:
        previous = self.cells.bases()[0]
        self._periods(keep_known=True)
        said: set[str] = set()
        for measure, ko, en in (
            ("production_krw_100m", "생산은", "production"),
            ("exports_usd_m", "수출은", "exports"),
        ):
            amount = AMOUNT[self.lang]
            pattern = (
                rf"{ko} (?:(?:전분기보다 )?(?P<size>{NUMBER}%) (?P<word>\w\w)한 "
                rf"|(?P<flat>전분기와 같은 수준인) )?(?P<amount>{amount})"
                if self.lang == "ko"
                else rf"(?i:{en})(?: at Korea’s national industrial complexes)? (?:(?P<word>\w+) "
                rf"(?P<size>{NUMBER}%)(?: on the quarter)? to|(?P<flat>held at)|was|were) "
                rf"(?P<amount>{amount})"
            )
            for match in self.take(pattern):
                said.add(measure)
                self.level(measure, match["amount"])
                if match["size"]:
                    self.change(measure, previous, match["size"], match["word"], match.group())
                elif match["flat"]:
                    self.change(measure, previous, "", "flat", match.group())
        for measure in ("production_krw_100m", "exports_usd_m"):
            if self.cells.total(measure) is not None and measure not in said:
                self.fault(self.whole, f"does not say {measure} in a form that can be checked")
        return self.leftovers()

    def topic(self) -> list[str]:
        measure = next((m for m, words in _TOPICS if self.rest.startswith(words[self.lang])), None)
        if measure is None:  # nothing published, or no base: no number may stand here
            self._periods(keep_known=True)
            return self.leftovers()
        self._contributions()
        self._concentration()
        self._industries(measure)
        amount = rf"{NUMBER}%" if KIND[measure] == "percent" else AMOUNT[self.lang]
        for words in [w[self.lang] for m, w in _TOPICS if m == measure]:
            for match in self.take(rf"{words} (?P<amount>{amount})"):
                self.level(measure, match["amount"])
        self._movements(measure)
        self._parts()
        return self.leftovers()

    def _movements(self, measure: str) -> None:
        bases = dict(zip(("quarter", "year"), self.cells.bases(), strict=True))
        amount = AMOUNT[self.lang]
        if self.lang == "ko":
            size = rf"(?P<size>{NUMBER}%p?)(?:\((?P<amount>{amount})\))?"
            pattern = rf"(?P<base>전분기|전년 동기)보다 {size}"
            for match in list(re.finditer(pattern, self.rest)):
                # one verb may close two movements: 전분기보다 …, 전년 동기보다 … 증가하였다
                word = re.search(r"증가|감소|상승|하락", self.rest[match.end() :])
                self._movement(measure, match, bases, word.group() if word else "")
            self.rest = re.sub(
                rf"(?:전분기|전년 동기)보다 {NUMBER}%p?(?:\({amount}\))?",
                lambda m: " " * len(m.group()),
                self.rest,
            )
            flats = {
                r"전분기 수준을 유지": ["quarter"],
                r"전분기와 전년 동기 수준을 유지": ["quarter", "year"],
                r"전년 동기와는 같은 수준": ["year"],
            }
        else:
            size = rf"(?P<size>{NUMBER}(?:%| percentage points?))(?: \((?P<amount>{amount})\))?"
            pattern = rf"(?P<word>\w+) {size} on (?P<base>the previous quarter|a year earlier)"
            for match in self.take(pattern):
                self._movement(measure, match, bases, match["word"])
            flats = {
                r"unchanged (?:on|from) the previous quarter": ["quarter"],
                r"unchanged (?:on|from) a year earlier": ["year"],
            }
        for words, which in flats.items():
            for match in self.take(words):
                for name in which:
                    self.change(measure, bases[name], "", "flat", match.group())

    def _movement(
        self, measure: str, match: re.Match[str], bases: dict[str, str | None], word: str
    ) -> None:
        which = "quarter" if "분기" in match["base"] or "quarter" in match["base"] else "year"
        base = bases[which]
        whole = match.group()
        if word not in UP | DOWN:
            self.fault(whole, f"has no direction word that is known (‘{word}’)")
            return
        rates = word in ("상승", "하락")
        if self.lang == "ko" and rates != (KIND[measure] == "percent"):
            self.fault(whole, f"says {word} of {measure}")
        self.change(measure, base, match["size"], word, whole)
        now, then = self.cells.total(measure), self.cells.total(measure, base) if base else None
        if match["amount"] and (
            now is None
            or then is None
            or not amount_fits(match["amount"], abs(now - then), KIND[measure])
        ):
            self.fault(match["amount"], f"is not the change of {measure} on {base}")

    def _contributions(self) -> None:
        """`Onsan (+0.15 pp)`: sign and size, and that the clause says the same direction."""
        suffix = r"%p" if self.lang == "ko" else r" pp"
        for match in re.finditer(rf"\(([+−]){NUMBER}{suffix}\)", self.rest):
            word = re.search(r"끌어올|끌어내|added most|took most", self.rest[match.end() :])
            rising = word is not None and word.group() in ("끌어올", "added most")
            if word is None or rising != (match[1] == "+"):
                self.fault(match.group(), "stands in a clause of the other direction")
        names = self.cells.names(self.lang)
        for name in sorted(names, key=len, reverse=True):
            pattern = rf"{re.escape(name)} ?\((?P<sign>[+−])(?P<size>{NUMBER}){suffix}\)"
            for match in self.take(pattern):
                values = [self.cells.contribution(c) for c in names[name]]
                signed = ("-" if match["sign"] == "−" else "") + match["size"]
                if not any(fits(signed, value) for value in values):
                    self.fault(match.group(), "is not its contribution to growth")
        for match in self.take(
            rf"[^\s,]*…? ?\([+−]{NUMBER}{suffix}\)"
        ):  # a name that was cut short
            points = re.search(rf"[+−]{NUMBER}", match.group())
            text = points.group().replace("+", "").replace("−", "-") if points else ""
            known = [self.cells.contribution(c) for ids in names.values() for c in ids]
            if "…" not in match.group() or not any(fits(text, value) for value in known):
                self.fault(match.group(), "is no complex's contribution to growth")

    def _concentration(self) -> None:
        pattern = (
            rf"생산 상위 (?P<count>\d+)개 단지\([^.]*?\)가 전체 생산의 (?P<share>{NUMBER})%"
            if self.lang == "ko"
            else rf"The (?P<count>\w+) largest complexes \([^.]*?\) made up (?P<share>{NUMBER})% of production"
        )
        for match in self.take(pattern):
            count = (
                int(match["count"]) if match["count"].isdigit() else COUNTS.index(match["count"])
            )
            rows = self.cells.data.complexes.get(self.cells.data.period, {}).values()
            top = sorted((cell_value(r, "production_krw_100m") or 0.0 for r in rows), reverse=True)
            total = self.cells.total("production_krw_100m")
            if not total or not fits(match["share"], 100.0 * sum(top[:count]) / total):
                self.fault(match.group(), f"is not the share of the {count} largest")

    def _industries(self, measure: str) -> None:
        total = self.cells.total(measure)
        for name, code in sorted(
            self.cells.industries(self.lang).items(), key=lambda i: -len(i[0])
        ):
            value = self.cells.industry(code, measure)
            between = (
                rf"[이가]? ?(?P<amount>{AMOUNT['ko']})?"
                if self.lang == "ko"
                else rf"(?: led with (?P<amount>{AMOUNT['en']}))? "
            )
            for match in self.take(rf"(?i:\b{re.escape(name)}){between}\((?P<share>{NUMBER})%\)"):
                if match["amount"] and not amount_fits(match["amount"], value, KIND[measure]):
                    self.fault(match.group(), f"is not {measure} of {code}")
                if value is None or not total or not fits(match["share"], 100.0 * value / total):
                    self.fault(match.group(), f"is not the share of {code} in {measure}")

    def _parts(self) -> None:
        """Women among the employed, operating firms among the tenants."""
        women, jobs = (
            self.cells.total("employment_women_count"),
            self.cells.total("employment_count"),
        )
        pattern = (
            rf"여성은 (?P<n>{NUMBER}명)으?로 (?P<share>{NUMBER})%를 차지"
            if self.lang == "ko"
            else rf"Women held (?P<n>{NUMBER}) of the jobs \((?P<share>{NUMBER})%\)"
        )
        for match in self.take(pattern):
            if not amount_fits(match["n"], women, "persons"):
                self.fault(match.group(), "is not employment_women_count")
            if women is None or not jobs or not fits(match["share"], 100.0 * women / jobs):
                self.fault(match.group(), "is not the share of women")
        pattern = (
            rf"가동업체는 (?P<n>{NUMBER}개사)"
            if self.lang == "ko"
            else rf"Of these, (?P<n>{NUMBER}) were operating"
        )
        for match in self.take(pattern):
            if not amount_fits(match["n"], self.cells.total("operating_count"), "firms"):
                self.fault(match.group(), "is not operating_count")

    # -- shares --------------------------------------------------------------------------

    def _periods(self, *, keep_known: bool = False) -> None:
        """Cross out periods; with `keep_known` one that the release does not speak of is a fault."""
        known = {self.cells.data.period, *(p for p in self.cells.bases() if p)}
        for match in self.take(_PERIOD[self.lang]):
            period = _period_of(match, self.lang)
            if keep_known and period not in known:
                self.fault(match.group(), "is no period of this release")

    def shares(self) -> list[str]:
        """Percentages: those stated in a claim, else measured for the period beside them."""
        stated = self.cells.stated()
        figure = rf"(?P<low>{NUMBER})(?:–(?P<high>{NUMBER}))?%"
        claimed = (
            rf"‘[^’]*?의 (?P<v>{NUMBER})%’"
            if self.lang == "ko"
            else rf"“(?P<v>{NUMBER})% of [^”]*”"
        )
        about: float | None = None
        for sentence in re.split(
            r"(?<=다\.) " if self.lang == "ko" else r"(?<=\.) (?=[“A-Z])", self.rest
        ):
            about = self._sentence(sentence, stated, figure, claimed, about)
        self.rest = ""
        return self.faults

    def _sentence(
        self, sentence: str, stated: list[float], figure: str, claimed: str, about: float | None
    ) -> float | None:
        """Read one sentence; returns the stated value that it, or the one before it, is about."""
        reader = _Reader(self.cells, sentence, self.place, self.lang)
        own: float | None = None
        for match in reader.take(claimed):
            own = float(match["v"].replace(",", ""))
            if own not in stated:
                reader.fault(match.group(), "is no figure that was claimed")
        for match in reader.take(rf"The two figures, ({NUMBER})% and ({NUMBER})%,"):
            if any(float(group) not in stated for group in match.groups()):
                reader.fault(match.group(), "are no figures that were claimed")
        periods = [
            (m.start(), _period_of(m, self.lang))
            for m in re.finditer(_PERIOD[self.lang], reader.rest)
        ]
        reader.rest = re.sub(_PERIOD[self.lang], lambda m: " " * len(m.group()), reader.rest)
        reader._verdict(sentence, own, [period for _, period in periods])
        if own is None and re.search(r"가장 최근에|The latest share", sentence):
            own = about
        for match in reader.take(figure):
            before = [p for at, p in periods if at < match.start()]
            period = before[-1] if before else (periods[0][1] if periods else None)
            word = re.match(r"(?: of national \w+ )?\((\w[\w ]*)", sentence[match.end() :])
            verdict = _VERDICT_WORDS.get(word[1]) if word else None
            measured = reader._of_claim(own, period, verdict)
            for number in filter(None, (match["low"], match["high"])):
                if not any(fits(number, value) for value in measured):
                    reader.fault(match.group(), f"was not measured for {period}")
        for match in reader.take(r"\d+/\d+"):
            covered = {row["coverage"] for row in self.cells.data.marts["claim_check"]}
            if match.group() not in covered:
                reader.fault(match.group(), "is the coverage of no figure")
        self.faults += reader.leftovers()
        return own

    def _of_claim(
        self, stated: float | None, period: str | None, verdict: str | None
    ) -> list[float]:
        return [
            float(row["measured_pct"])
            for row in self.cells.data.marts["claim_check"]
            if row["period"] == period
            and row.get("measured_pct") is not None
            and (stated is None or row.get("stated_pct") == stated)
            and (verdict is None or row["verdict"] == verdict)
        ]

    def _verdict(self, sentence: str, stated: float | None, periods: list[str]) -> None:
        """A period of which a claim is said to hold must be one in which it does."""
        if stated is None:
            now = re.search(r"비중은|비중을 평가|비중은 평가|shares? (?:were|are|of)", sentence)
            latest = re.search(r"가장 최근에|latest share", sentence)
            if now and not latest and set(periods) - {self.cells.data.period}:
                self.fault(sentence, f"is not about {self.cells.data.period}")
            if re.search(r"함께 부합한 때는|held together|did both figures hold", sentence):
                both = set.intersection(*(self._held(value) for value in _HEADLINE))
                if set(periods) != both:
                    self.fault(sentence, f"both held in {', '.join(sorted(both)) or 'no period'}")
            return
        held = self._held(stated)
        denies = bool(re.search(r"부합하지 않|holds in no period", sentence))
        if denies and held:
            self.fault(sentence, f"denies what held in {', '.join(sorted(held))}")
        if not denies and set(periods) != held:
            self.fault(sentence, f"holds in {', '.join(sorted(held)) or 'no period'}")

    def _held(self, stated: float) -> set[str]:
        """Periods in which the reported share held."""
        return {
            str(row["period"])
            for row in self.cells.data.marts["claim_check"]
            if row.get("stated_pct") == stated and row["verdict"] == "supported"
        }


def _period_of(match: re.Match[str], lang: Lang) -> str:
    if lang == "ko":
        year, quarter, month = match.groups()
        if quarter:
            return f"{year}-Q{quarter}"
        return f"{year}-{int(month):02d}" if month else year
    ordinal, month, year, quarter = match.groups()
    if ordinal:
        return f"{year}-Q{('first', 'second', 'third', 'fourth').index(ordinal) + 1}"
    if month:
        return f"{year}-{_MONTH.split('|').index(month) + 1:02d}"
    return f"{year}-Q{quarter}" if quarter else year
