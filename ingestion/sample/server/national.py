"""The nation's figures as KOSIS, ECOS and the customs service publish them.

What is served is what the contracts ask for: a contract says which table, items and codes, and
which of its rows is which series; the figure of a series comes from the simulated nation.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator
from datetime import date, timedelta
from functools import cached_property
from typing import Any

from ingestion.contract import Contract, Contracts, EcosFetch, KosisFetch, Series
from ingestion.sample.server import wire
from ingestion.sample.server.faults import FaultBook, alter_items
from ingestion.sample.server.wire import Item, Question, Reply

MAX_CELLS = 40_000
#: 백만원 in a contract's unit.
#: Provinces whose code changed when they became special self-governing ones (강원, 전북).
_RENUMBERED = {"51": "42", "52": "45", "42": "51", "45": "52"}
_IN_KRW_M = frozenset(
    {"manufacturing_shipments", "manufacturing_output", "mining_manufacturing_shipments"}
)
_KRW_M = {"천원": 1000.0, "백만원": 1.0, "억원": 0.01, "십억원": 0.001, "조원": 0.000001}


class National:
    """The simulated nation, read when first needed."""

    def __init__(self, seed: int, contracts: Contracts, faults: FaultBook) -> None:
        self._seed, self._contracts, self._faults = seed, contracts, faults

    @cached_property
    def accounts(self) -> Any:
        """The simulated national accounts."""
        from ingestion.sample.macro import NationalAccounts

        return NationalAccounts(self._seed)

    # -- trade --------------------------------------------------------------------------------

    def trade_usd(self, month: str, as_of: date) -> tuple[int, int] | None:
        """Exports and imports of a month in US$."""
        year, number = int(month[:4]), int(month[5:])
        exports = self.accounts.exports_usd(year, number, as_of)
        imports = self.accounts.imports_usd(year, number, as_of)
        return None if exports is None or imports is None else (exports, imports)

    def trade_by_hs(self, month: str, as_of: date, hs: str) -> Iterator[tuple[str, int, int]]:
        """HS code, exports and imports in US$; without a code all chapters.

        A code of more than two digits is a fixed share of its chapter.
        """
        chapters = self.accounts.exports_usd_by_hs(int(month[:4]), int(month[5:]), as_of)
        for code, exports in chapters.items():
            if not hs or hs[:2] == code:
                part = exports if len(hs) <= 2 else exports // (7 ** (len(hs) // 2 - 1))
                yield hs or code, part, part * 9 // 10

    def province_usd_thousand(self, month: str, as_of: date, sido: str) -> int | None:
        """Exports of a province in thousand US$."""
        found: dict[str, int] = self.accounts.exports_usd_thousand_by_province(
            int(month[:4]), int(month[5:]), as_of
        )
        return found.get(sido, found.get(_RENUMBERED.get(sido, "")))

    # -- series -------------------------------------------------------------------------------

    def figure(self, series: Series, period: str, as_of: date) -> str | None:
        """A series' figure as printed; None before it is published.

        Args:
            series: of a contract.
            period: `2024`, `2024-03` or `2024-03-15`.
            as_of: the day of asking.

        Raises:
            LookupError: the simulated nation has no such series, or not in this unit.
        """
        kind = _kind(series.series)
        value = self._value(kind, period, as_of)
        if value is None:
            return None
        if kind in _IN_KRW_M:
            if series.unit not in _KRW_M:
                raise LookupError(f"{series.series}: no simulated figure in {series.unit}")
            return f"{value * _KRW_M[series.unit]:.0f}"
        return str(value)

    def changed_on(self, series: Series, period: str, as_of: date) -> date:
        """The day on which the figure that holds was published."""
        found: date = self.accounts.changed_on(_kind(series.series), period, as_of)
        return found

    def _value(self, kind: str, period: str, as_of: date) -> float | int | None:
        accounts = self.accounts
        if kind == "krw_per_usd":
            return self._rate(period, as_of)
        year = int(period[:4])
        if kind in ("production_index", "exports", "imports"):
            if len(period) != 7:
                raise LookupError(f"{kind} is monthly, not {period}")
            name = kind if kind == "production_index" else f"{kind}_usd"
            found: float | int | None = getattr(accounts, name)(year, int(period[5:]), as_of)
            return found
        if len(period) != 4:
            raise LookupError(f"{kind} is annual, not {period}")
        amount: float | None = getattr(accounts, f"{kind}_krw_m")(year, as_of)
        return amount

    def _rate(self, period: str, as_of: date) -> float | None:
        """원/달러 on a day, or the mean of a month's or a year's business days."""
        if len(period) == 10:
            day = date.fromisoformat(period)
            rate: float | None = self.accounts.krw_per_usd(day) if day <= as_of else None
            return rate
        first = date.fromisoformat(f"{period}-01" if len(period) == 7 else f"{period}-01-01")
        last = _last_day(first, months=1 if len(period) == 7 else 12)
        if last > as_of:
            return None
        days = (first + timedelta(n) for n in range((last - first).days + 1))
        rates = [rate for day in days if (rate := self.accounts.krw_per_usd(day)) is not None]
        return round(math.fsum(rates) / len(rates), 2)

    # -- KOSIS --------------------------------------------------------------------------------

    def kosis(self, question: Question, today: date, keys: frozenset[str]) -> Reply:
        """statisticsParameterData.do."""
        given = question.params
        if question.path != "/openapi/Param/statisticsParameterData.do":
            return wire.html_reply("404", "<h1>404</h1>", 404)
        if not given.get("apiKey"):
            return wire.kosis_error("10", "인증KEY값이 누락되었습니다.")
        if given["apiKey"] not in keys:
            return wire.kosis_error("11", "유효하지 않은 인증KEY입니다.")
        missing = wire.kosis_error("20", "필수요청변수값이 누락되었습니다.")
        if not all(given.get(name) for name in ("orgId", "tblId", "itmId", "prdSe")):
            return missing
        found = self._kosis_table(given["orgId"], given["tblId"], given["itmId"])
        if found is None or given.get("method") != "getList":
            return wire.kosis_error("21", "잘못된 요청변수를 호출하였습니다.")
        contract, way = found
        classes = [given.get(f"objL{n}", "") for n in range(1, len(way.classes) + 1)]
        if not all(classes):
            return missing
        periods = _asked_periods(given, way, today)
        if periods is None:
            return missing
        lists = [_codes(given["itmId"], way.items)]
        lists += [_codes(text, known) for text, known in zip(classes, way.classes, strict=True)]
        if len(periods) * math.prod(len(codes) for codes in lists) > MAX_CELLS:
            return wire.kosis_error("31", "조회결과가 4만 셀을 초과하였습니다.")
        subject = question.subject
        rows = self._kosis_rows(contract, way, lists, periods, today)
        if self._faults.take("revision", subject):
            for row in rows:
                row |= {"DT": _raised(row["DT"]), "LST_CHN_DE": today.isoformat()}
        faults = self._faults.content(subject)
        rows = alter_items(rows, faults, name="C1", figures=["DT"])
        if not rows:
            return wire.kosis_error("30", "데이터가 존재하지 않습니다.")
        return wire.json_reply(rows)

    def _kosis_table(self, org: str, table: str, items: str) -> tuple[Contract, KosisFetch] | None:
        """The contract of a table; where several ask for it, the one whose items are asked for."""
        known = [
            (contract, way)
            for contract in self._contracts.by_dataset.values()
            for way in contract.source.fetch
            if isinstance(way, KosisFetch) and (way.org, way.table) == (org, table)
        ]
        asked = [pair for pair in known if set(_codes(items, pair[1].items)) & set(pair[1].items)]
        return next(iter([*asked, *known]), None)

    def _kosis_rows(
        self,
        contract: Contract,
        way: KosisFetch,
        lists: list[list[str]],
        periods: list[str],
        today: date,
    ) -> list[Item]:
        rows: list[Item] = []
        for codes in itertools.product(*lists):
            item, *classes = codes
            key = {"ITM_ID": item, **{f"C{n}": code for n, code in enumerate(classes, 1)}}
            series = next((s for s in contract.series if _is(s, key)), None)
            if series is None or not _is_simulated(series):
                continue
            for period in periods:
                iso = period if way.frequency == "Y" else f"{period[:4]}-{period[4:]}"
                found = self.figure(series, iso, today)
                if found is None:
                    continue
                row: Item = {
                    "ORG_ID": way.org,
                    "TBL_ID": way.table,
                    "TBL_NM": f"{contract.title.ko} (모의)",
                    "ITM_ID": item,
                    "ITM_NM": series.scope.ko,
                    "ITM_NM_ENG": series.scope.en,
                }
                for n, code in enumerate(classes, 1):
                    row |= {f"C{n}": code, f"C{n}_NM": series.scope.ko, f"C{n}_OBJ_NM": "분류"}
                row |= {
                    "PRD_SE": {"Y": "A"}.get(way.frequency, way.frequency),
                    "PRD_DE": period,
                    "UNIT_NM": series.unit,
                    "DT": found,
                    "LST_CHN_DE": self.changed_on(series, iso, today).isoformat(),
                }
                rows.append(row | dict(series.where))
        return rows

    # -- ECOS ---------------------------------------------------------------------------------

    def ecos(self, question: Question, today: date, keys: frozenset[str]) -> Reply:
        """StatisticSearch: everything stands in the path, the key first."""
        parts = question.path.strip("/").split("/")
        if parts[:2] != ["api", "StatisticSearch"]:
            return wire.html_reply("404", "<h1>404</h1>", 404)
        if len(parts) < 3 or parts[2] not in keys:
            return wire.ecos_error("INFO-100", "인증키가 유효하지 않습니다.")
        if len(parts) < 11:
            return wire.ecos_error("ERROR-100", "필수 값이 누락되어 있습니다.")
        form, first, last, stat, cycle, start, end, *items = parts[3], *parts[5:7], *parts[7:]
        if form not in ("json", "xml"):
            return wire.ecos_error("ERROR-200", "파일타입 값이 누락 혹은 유효하지 않습니다.")
        if not (first.isdigit() and last.isdigit() and 0 < int(first) <= int(last)):
            return wire.ecos_error("ERROR-301", "조회건수 값의 타입이 유효하지 않습니다.")
        length = {"A": 4, "M": 6, "D": 8}.get(cycle)
        if length is None or not all(len(t) == length and t.isdigit() for t in (start, end)):
            return wire.ecos_error("ERROR-101", "주기와 다른 형식의 날짜 형식입니다.")
        rows = self._ecos_rows(stat, cycle, start, end, tuple(i for i in items if i), today)
        subject = question.subject
        if self._faults.take("revision", subject):
            for row in rows:
                row["DATA_VALUE"] = _raised(row["DATA_VALUE"])
        faults = self._faults.content(subject)
        rows = alter_items(rows, faults, name="ITEM_CODE1", figures=["DATA_VALUE"])
        page = rows[int(first) - 1 : int(last)]
        if not page:
            return wire.ecos_error("INFO-200", "해당하는 데이터가 없습니다.")
        body = {"list_total_count": len(rows), "row": page}
        if form == "xml":
            return wire.xml_reply(wire.elements(body, "StatisticSearch"))
        return wire.json_reply({"StatisticSearch": body})

    def _ecos_rows(
        self, stat: str, cycle: str, start: str, end: str, items: tuple[str, ...], today: date
    ) -> list[Item]:
        for contract in self._contracts.by_dataset.values():
            for way in contract.source.fetch:
                known = isinstance(way, EcosFetch) and (way.stat, way.cycle) == (stat, cycle)
                if not known or not isinstance(way, EcosFetch) or way.items[: len(items)] != items:
                    continue
                key = {f"ITEM_CODE{n}": code for n, code in enumerate(way.items, 1)}
                series = next((s for s in contract.series if _is(s, key)), None)
                if series is None or not _is_simulated(series):
                    continue
                rows: list[Item] = []
                for time, iso in _times(cycle, start, end):
                    found = self.figure(series, iso, today)
                    if found is None:
                        continue
                    row: Item = {"STAT_CODE": stat, "STAT_NAME": f"{contract.title.ko} (모의)"}
                    for n, code in enumerate(way.items, 1):
                        row |= {f"ITEM_CODE{n}": code, f"ITEM_NAME{n}": series.scope.ko}
                    row |= {"UNIT_NAME": series.unit, "TIME": time, "DATA_VALUE": found}
                    rows.append(row | dict(series.where))
                return rows
        return []


#: A series' name in a contract → the simulated nation's; the first whose words it all has.
_KINDS: tuple[tuple[tuple[str, ...], str], ...] = (
    (("krw", "usd"), "krw_per_usd"),
    (("exchange",), "krw_per_usd"),
    (("mining", "shipments"), "mining_manufacturing_shipments"),
    (("shipments",), "manufacturing_shipments"),
    (("index",), "production_index"),
    (("output",), "manufacturing_output"),
    (("exports",), "exports"),
    (("imports",), "imports"),
)


def _kind(name: str) -> str:
    kind = _kind_of(name)
    if kind is None:
        raise LookupError(f"the simulated nation has no series '{name}'")
    return kind


def _kind_of(name: str) -> str | None:
    parts = set(name.split("_"))
    return next((kind for words, kind in _KINDS if parts.issuperset(words)), None)


def _is_simulated(series: Series) -> bool:
    """Whether the simulated nation has figures of it: of others, of a new contract's, there are no data."""
    return _kind_of(series.series) is not None


def _is(series: Series, key: dict[str, str]) -> bool:
    """Whether a cell is the series: what its `where` says of the cell's own codes."""
    return all(key[name] == value for name, value in series.where.items() if name in key)


def _codes(text: str, known: tuple[str, ...]) -> list[str]:
    """The codes asked for: `A+B+`, or all that the contract knows."""
    asked = [code for code in text.replace(" ", "+").split("+") if code]
    return list(known) if asked == ["ALL"] else asked


def _asked_periods(given: Any, way: KosisFetch, today: date) -> list[str] | None:
    """The periods asked for, as KOSIS writes them; None where neither range nor number is given."""
    if given["prdSe"] != way.frequency:
        return []
    size = {"Y": 1, "Q": 4, "M": 12}[way.frequency]

    def index(text: str) -> int:
        return int(text[:4]) * size + (int(text[4:] or "1") - 1 if size > 1 else 0)

    def period(at: int) -> str:
        return str(at) if size == 1 else f"{at // size}{at % size + 1:02d}"

    start, end, newest = given.get("startPrdDe"), given.get("endPrdDe"), given.get("newEstPrdCnt")
    now = today.year * size + (0 if size == 1 else (today.month - 1) * size // 12)
    if start and end and start.isdigit() and end.isdigit():
        return [period(at) for at in range(index(start), min(index(end), now) + 1)]
    if newest and newest.isdigit():
        return [period(at) for at in range(now - int(newest) + 1, now + 1)]
    return None


def _times(cycle: str, start: str, end: str) -> Iterator[tuple[str, str]]:
    """The times of a cycle as ECOS writes them and as we do."""
    if cycle == "A":
        for year in range(int(start), int(end) + 1):
            yield str(year), str(year)
    elif cycle == "M":
        first, last = (int(t[:4]) * 12 + int(t[4:]) - 1 for t in (start, end))
        for at in range(first, last + 1):
            yield f"{at // 12}{at % 12 + 1:02d}", f"{at // 12}-{at % 12 + 1:02d}"
    else:
        try:
            day, until = (date.fromisoformat(f"{t[:4]}-{t[4:6]}-{t[6:]}") for t in (start, end))
        except ValueError:
            return
        while day <= until:
            yield f"{day:%Y%m%d}", day.isoformat()
            day += timedelta(1)


def _last_day(first: date, *, months: int) -> date:
    at = first.year * 12 + first.month - 1 + months
    return date(at // 12, at % 12 + 1, 1) - timedelta(1)


def _raised(text: str) -> str:
    """A figure half a percent higher, in as many decimals."""
    decimals = len(text.partition(".")[2])
    return f"{float(text) * 1.005:.{decimals}f}"
