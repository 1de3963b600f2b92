"""Cells of the marts by what a text calls them, and printed numbers held against them."""

from __future__ import annotations

import math
import re
from functools import cached_property

from publication.bulletin import texts as tx
from publication.bulletin.reading import Release, Row
from publication.bulletin.words import Lang

_DIGITS = r"(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?"
NUMBER = rf"[<>]?[−-]?{_DIGITS}"
SIGNED = rf"[+−]?{_DIGITS}"
AMOUNT = {
    "ko": rf"(?:[\d,]+조 [\d,]+억원|{NUMBER}\s?(?:조원|억원|억달러|백만달러|명|개사|%))",
    "en": rf"(?:KRW {NUMBER} (?:trillion|billion|million)|US\$ {NUMBER} (?:billion|million)"
    rf"|{NUMBER} (?:KRW|US\$) (?:trillion|billion|million)|{NUMBER}%|{NUMBER})",
}
#: Unit in words → (what it measures, canonical units of the marts in one of it).
UNITS = {
    "조원": ("krw", 1e4),
    "억원": ("krw", 1.0),
    "KRW 100 million": ("krw", 1.0),
    "억달러": ("usd", 100.0),
    "백만달러": ("usd", 1.0),
    "명": ("persons", 1.0),
    "persons": ("persons", 1.0),
    "개사": ("firms", 1.0),
    "firms": ("firms", 1.0),
    "KRW trillion": ("krw", 1e4),
    "KRW billion": ("krw", 10.0),
    "KRW million": ("krw", 0.01),
    "US$ billion": ("usd", 1e3),
    "US$ million": ("usd", 1.0),
    "": ("count", 1.0),
    "%": ("percent", 1.0),
}
_COUNTED = ("persons", "firms")
UP = {"증가", "상승", "up", "rose"}
DOWN = {"감소", "하락", "down", "fell"}
MARKS = ("X", "–")

_MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)
_ORDINALS = ("first", "second", "third", "fourth")
PERIOD = {
    "ko": r"(?:\d{4}년 [1-4]분기|\d{4}년 \d{1,2}월|\d{4}년?)",
    "en": rf"(?:the (?:{'|'.join(_ORDINALS)}) quarter of \d{{4}}|\d{{4}} Q[1-4]"
    rf"|(?:{'|'.join(_MONTHS)}) \d{{4}}|\d{{4}})",
}


def period_of(words: str) -> str | None:
    """A period in words as the marts write it: `2026년 1분기`, `2026 Q1` → `2026-Q1`."""
    if m := re.fullmatch(r"(\d{4})년 ([1-4])분기", words):
        return f"{m[1]}-Q{m[2]}"
    if m := re.fullmatch(r"(\d{4})년 (\d{1,2})월", words):
        return f"{m[1]}-{int(m[2]):02d}"
    if m := re.fullmatch(r"the (\w+) quarter of (\d{4})", words):
        return f"{m[2]}-Q{_ORDINALS.index(m[1]) + 1}"
    if m := re.fullmatch(r"(\d{4}) Q([1-4])", words):
        return f"{m[1]}-Q{m[2]}"
    if m := re.fullmatch(rf"({'|'.join(_MONTHS)}) (\d{{4}})", words):
        return f"{m[2]}-{_MONTHS.index(m[1]) + 1:02d}"
    if m := re.fullmatch(r"(\d{4})년?", words):
        return m[1]
    return None


class Cells:
    """The cells of the marts by what a sentence calls them, in one language."""

    def __init__(self, data: Release, lang: Lang) -> None:
        self.data, self.lang = data, lang
        self.defined = data.definitions

    def total(self, measure: str, period: str | None = None) -> float | None:
        """The publisher's total; None where it is not a figure."""
        return cell_value(self.data.totals.get(period or self.data.period), measure)

    def base(self, comparison: str) -> str | None:
        """The period that `qoq` or `yoy` compares with."""
        return self.data.previous if comparison == "qoq" else self.data.year_ago

    @cached_property
    def names(self) -> dict[str, list[str]]:
        """Every name a complex of the period is printed under → its identifiers."""
        found: dict[str, list[str]] = {}
        for complex_id in self.data.complexes.get(self.data.period, {}):
            found.setdefault(self.data.name(complex_id, self.lang), []).append(complex_id)
        return found

    @cached_property
    def industries(self) -> dict[str, str]:
        """Names of industries in small letters → their codes."""
        return {i.name.of(self.lang).lower(): c for c, i in self.defined.industries.items()}

    @cached_property
    def measures(self) -> dict[str, str]:
        """Names of measures → their codes."""
        return {m.name.of(self.lang): c for c, m in self.defined.measures.items()}

    @cached_property
    def titles(self) -> dict[str, str]:
        """`name, unit` of measures, indicators and national series → their codes."""
        known = (self.defined.series, self.defined.kpis, self.defined.measures)
        return {
            f"{d.name.of(self.lang)}, {d.unit.name.of(self.lang)}": code
            for group in known
            for code, d in group.items()
        }

    @cached_property
    def verdicts(self) -> dict[str, str]:
        """Verdicts in words, small letters → their codes."""
        return {
            v.name.of(self.lang).lower(): c for c, v in self.defined.codelists["verdict"].items()
        }

    @cached_property
    def kpis(self) -> dict[tuple[str, str, str], Row]:
        """Indicators of the period by (complex, industry, code)."""
        return {
            (r["complex_id"], r["industry_code"], r["kpi"]): r
            for r in self.data.marts["cluster_kpi"]
        }

    @cached_property
    def revisions(self) -> dict[tuple[str, str, str], list[Row]]:
        """Changes of a figure by (complex, measure, period), in order of vintages."""
        found: dict[tuple[str, str, str], list[Row]] = {}
        for row in sorted(self.data.marts["revision"], key=lambda r: r["vintage_no"]):
            found.setdefault((row["complex_id"], row["measure"], row["period"]), []).append(row)
        return found

    @cached_property
    def adjusted(self) -> dict[tuple[str, str], list[Row]]:
        """Published adjusted series by (what they are called, frequency), in order of time."""
        found: dict[tuple[str, str], list[Row]] = {}
        for row in sorted(self.data.marts["seasonal_adjusted"], key=lambda r: r["period"]):
            code, complex_id = row["measure"], row.get("complex_id")
            if code in self.defined.measures or code in self.defined.series:
                name = self.data.measure(code, self.lang)
                if complex_id == "_T":
                    name = f"{tx.t('seasonal_total', self.lang)}, {name}"
                elif complex_id in self.data.names:
                    name = f"{self.data.name(complex_id, self.lang)}, {name}"
                found.setdefault((name, row["freq"]), []).append(row)
        return found

    def industry(self, code: str, measure: str, period: str | None = None) -> Row | None:
        """The row of an industry in a period."""
        for row in self.data.marts["industry_quarterly"]:
            if row["period"] == (period or self.data.period) and row["industry_code"] == code:
                return row
        return None

    def contribution(
        self, comparison: str, complex_id: str = "_T", industry: str = "_T"
    ) -> float | None:
        """Percentage points added to the growth of production."""
        row = self.data.growth(
            "production_krw_100m", comparison, complex_id=complex_id, industry=industry
        )
        value = row.get("contribution_pp")
        return None if value is None else float(value)

    def claim_rows(self, stated: float | None = None) -> list[Row]:
        """What the headline claims (or the one that states a share) were measured as."""
        return [
            row
            for row in self.data.marts["claim_check"]
            if row.get("stated_pct") is not None and stated in (None, row["stated_pct"])
        ]

    def definitions_of(self, metric: str) -> list[str]:
        """Definitions of a share: computed ones before printed ones, most years first."""
        years: dict[str, int] = {}
        for row in self.data.marts["national_share"]:
            if row["metric"] == metric and row.get("share_pct") is not None:
                whole_year = len(row["period"]) == 4
                years[row["definition"]] = years.get(row["definition"], 0) + whole_year

        def rank(definition: str) -> tuple[bool, int, str]:
            printed = definition.startswith("as_published")
            tail = definition.rpartition("__")[2]
            newest = -int(tail) if tail.isdigit() else -1
            return (printed, newest if printed else -years[definition], definition)

        return sorted(years, key=rank)

    def held(self, stated: float) -> set[str]:
        """Periods in which the reported share held."""
        return {str(r["period"]) for r in self.claim_rows(stated) if r["verdict"] == "supported"}


def cell_value(row: Row | None, measure: str) -> float | None:
    """A measure of a mart's row; None unless its status is A."""
    if row is None or row.get(measure) is None or row.get(f"{measure}_status", "A") != "A":
        return None
    return float(row[measure])


def status_of(row: Row | None, measure: str) -> str:
    """The status of a measure in a mart's row; O where the row is not there."""
    if row is None:
        return "O"
    return str(row.get(f"{measure}_status") or ("A" if row.get(measure) is not None else "O"))


def number_of(printed: str) -> float | None:
    """A printed number; None for a bound (`<0.1`) and for what is no number."""
    if not re.fullmatch(rf"\+?{NUMBER}", printed) or printed[0] in "<>":
        return None
    return float(printed.replace(",", "").replace("−", "-"))


def fits(printed: str, value: float | None, scale: float = 1.0) -> bool:
    """Does a cell's value, rounded to the printed places, read as printed?"""
    if value is None or not re.fullmatch(rf"\+?{NUMBER}", printed):
        return False
    text = printed.replace(",", "").replace("−", "-").lstrip("+")
    bound = text[0] if text[0] in "<>" else ""
    number = float(text.lstrip("<>"))
    if bound:
        # `<0.1`: not nothing, but less than the last place that is printed
        if not re.fullmatch(r"[<>]-?(?:1|0\.0*1)", text):
            return False
        return 0 < value / scale < number if bound == "<" else number < value / scale < 0
    if (printed[0] == "+" and value < 0) or (text[0] == "-" and value >= 0):
        return False
    places = len(text.partition(".")[2])
    half = 0.5 * 10.0**-places
    return abs(value / scale - number) <= half * (1 + 1e-6) + 1e-9


def amount_fits(printed: str, value: float | None, kind: str) -> bool:
    """Does an amount with its unit say the value (canonical units of its kind)?"""
    if value is None:
        return False
    compound = re.fullmatch(r"([\d,]+)조 ([\d,]+)억원", printed)
    if compound:
        whole, rest = (int(part.replace(",", "")) for part in compound.groups())
        return kind == "krw" and rest < 10_000 and abs(whole * 10_000 + rest - value) <= 0.5 + 1e-6
    number = re.search(NUMBER, printed)
    if number is None:
        return False
    unit = " ".join((printed[: number.start()] + " " + printed[number.end() :]).split())
    known = UNITS.get(unit)
    if known is None or not (known[0] == kind or (known[0] == "count" and kind in _COUNTED)):
        return False
    return fits(number.group(), value, known[1])


def kind_of(cells: Cells, measure: str) -> str:
    """What a measure measures: krw, usd, persons, firms, percent."""
    return cells.defined.unit_of(measure).dimension


def direction(now: float | None, then: float | None, *, points: bool) -> str | None:
    """up, down or flat, as it prints with one decimal; None where it cannot be told."""
    if now is None or then is None:
        return None
    if then == 0 and not points:
        return "flat" if now == 0 else None
    change = now - then if points else 100.0 * (now - then) / abs(then)
    if math.floor(abs(change) * 10 + 0.5 + 1e-8) == 0:
        return "flat"
    return "up" if change > 0 else "down"


def growth_at(rows: list[Row], at: int, column: str) -> float | None:
    """Growth on the row before, per cent; None where there is none."""
    if at < 1 or rows[at].get(column) is None or not rows[at - 1].get(column):
        return None
    now, then = float(rows[at][column]), float(rows[at - 1][column])
    return 100.0 * (now - then) / abs(then)
