"""Cells of the marts by what a text calls them, and printed numbers held against them."""

from __future__ import annotations

import math
import re

from publication.bulletin.reading import Release, Row
from publication.bulletin.sentences import Lang

NUMBER = r"[<>]?[−-]?\d[\d,]*(?:\.\d+)?"
AMOUNT = {
    "ko": rf"(?:[\d,]+조 [\d,]+억원|{NUMBER}\s?(?:조원|억원|억달러|백만달러|명|개사))",
    "en": rf"(?:KRW {NUMBER} (?:trillion|billion|million)|US\$ {NUMBER} (?:billion|million)"
    rf"|{NUMBER} (?:KRW|US\$) (?:trillion|billion|million)|{NUMBER})",
}
#: Unit → (kind of measure, canonical units in one of it).
UNITS = {
    "조원": ("krw", 1e4),
    "억원": ("krw", 1.0),
    "억달러": ("usd", 100.0),
    "백만달러": ("usd", 1.0),
    "명": ("persons", 1.0),
    "persons": ("persons", 1.0),
    "개사": ("firms", 1.0),
    "KRW trillion": ("krw", 1e4),
    "KRW billion": ("krw", 10.0),
    "KRW million": ("krw", 0.01),
    "US$ billion": ("usd", 1e3),
    "US$ million": ("usd", 1.0),
    "": ("count", 1.0),
    "%": ("percent", 1.0),
}
KIND = {
    "production_krw_100m": "krw",
    "exports_usd_m": "usd",
    "employment_count": "persons",
    "employment_women_count": "persons",
    "utilization_pct": "percent",
    "tenant_count": "firms",
    "operating_count": "firms",
}
UP = {"증가", "상승", "up", "rose", "끌어올"}
DOWN = {"감소", "하락", "down", "fell", "끌어내"}


class Cells:
    """The cells of the marts by what a sentence calls them."""

    def __init__(self, data: Release) -> None:
        self.data = data

    def total(self, measure: str, period: str | None = None) -> float | None:
        """The publisher's total; None where it is not a figure."""
        return cell_value(self.data.totals.get(period or self.data.period), measure)

    def bases(self) -> tuple[str | None, str | None]:
        """The quarter before and the quarter a year before."""
        return self.data.previous, self.data.year_ago

    def names(self, lang: Lang) -> dict[str, list[str]]:
        """Every name a complex is printed under → its identifiers."""
        found: dict[str, list[str]] = {}
        for complex_id in self.data.complexes.get(self.data.period, {}):
            found.setdefault(self.data.name(complex_id, lang), []).append(complex_id)
        return found

    def industries(self, lang: Lang) -> dict[str, str]:
        """Names of industries in small letters → their codes."""
        found = {}
        for row in self.data.marts["dim_industry"]:
            name = (row.get("name_en") if lang == "en" else None) or row.get("name_ko")
            if name:
                found[str(name).lower()] = row["industry_code"]
        return found

    def industry(self, code: str, measure: str) -> float | None:
        """A measure of an industry in the period."""
        for row in self.data.marts["industry_quarterly"]:
            if row["period"] == self.data.period and row["industry_code"] == code:
                return cell_value(row, measure)
        return None

    def contribution(self, complex_id: str) -> float | None:
        """Percentage points that a complex adds to the quarterly growth of production."""
        now = self.data.complexes.get(self.data.period, {}).get(complex_id)
        then = self.data.complexes.get(self.data.previous or "", {}).get(complex_id)
        base = self.total("production_krw_100m", self.data.previous) if self.data.previous else None
        a, b = cell_value(now, "production_krw_100m"), cell_value(then, "production_krw_100m")
        return None if a is None or b is None or not base else 100.0 * (a - b) / base

    def stated(self) -> list[float]:
        """Every share that was claimed, per cent."""
        return [
            float(row["stated_pct"])
            for row in self.data.marts["claim_check"]
            if row.get("stated_pct") is not None
        ]


def cell_value(row: Row | None, measure: str) -> float | None:
    """A measure of a mart's row; None unless its status is A."""
    if row is None or row.get(measure) is None or row.get(f"{measure}_status", "A") != "A":
        return None
    return float(row[measure])


def fits(printed: str, value: float | None, scale: float = 1.0) -> bool:
    """Does a cell's value, rounded to the printed places, read as printed?"""
    if value is None:
        return False
    text = printed.replace(",", "").replace("−", "-")
    bound = text[0] if text[0] in "<>" else ""
    number = float(text.lstrip("<>"))
    if bound:
        return 0 < value / scale < number if bound == "<" else number < value / scale < 0
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
    if known is None or not (known[0] == kind or (known[0] == "count" and kind in COUNTED)):
        return False
    return fits(number.group(), value, known[1])


COUNTS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
COUNTED = ("persons", "firms")


def direction(now: float | None, then: float | None, *, points: bool) -> str | None:
    """up, down or flat, as it prints with one decimal; None where it cannot be told."""
    if now is None or then is None or (then == 0 and not points):
        return None
    change = now - then if points else 100.0 * (now - then) / abs(then)
    if math.floor(abs(change) * 10 + 0.5 + 1e-8) == 0:
        return "flat"
    return "up" if change > 0 else "down"
