"""apis.data.go.kr: KICOX's trend survey and factory registry, the customs service's trade.

The forms are those of the literal answers; what a service writes into the rows of an operation of
which no answer was seen follows the ones that were.
"""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Callable
from datetime import date

from ingestion.sample.layout import SIMULATED_KIND, SIZE_CLASSES, TABLE
from ingestion.sample.publication import Figure
from ingestion.sample.server import wire
from ingestion.sample.server.editions import LAST_MONTH, Editions
from ingestion.sample.server.faults import FaultBook, alter_items
from ingestion.sample.server.national import National
from ingestion.sample.server.wire import Item, Question, Reply
from ingestion.sample.writer import general

#: The survey's industries by the interface's columns.
INDUSTRY_FIELDS = {
    "FOOD": "induty01",
    "TEXTILE": "induty02",
    "WOOD_PAPER": "induty03",
    "PETROCHEM": "induty04",
    "NONMETAL": "induty05",
    "STEEL": "induty06",
    "MACHINERY": "induty07",
    "ELECTRIC": "induty08",
    "TRANSPORT": "induty09",
    "OTHER_MFG": "induty12",
    "NONMFG": "induty131415",
    "_T": "total",
}
_Cell = tuple[str, str, str]  # measure, relation, sex

#: Operation by complex → its table and its fields in the table's terms. Names that end a word of
#: public clients: monthPrdAmount, monthXportactAmount, monthTotal, monthMaleEmplymNmprCo,
#: monthMvnCmpCnt, monthOpCmpCnt, hireCmpCnt, monthOpRate, totalOpCmpnyCo.
_BY_COMPLEX: dict[str, tuple[str, dict[str, _Cell]]] = {
    "kicoxPrdRecByIrsttStatsService": (
        "production_by_complex",
        {
            "monthPrdAmount": ("production", "current", "_T"),
            "prevMonthPrdAmount": ("production", "previous", "_T"),
            "totalPrdAmount": ("production_ytd", "ytd", "_T"),
            "monIncrs": ("production_growth_pct", "current", "_T"),
        },
    ),
    "kicoxExportRecByIrsttStatsService": (
        "exports_by_complex",
        {
            "monthXportactAmount": ("exports", "current", "_T"),
            "prevMonthXportactAmount": ("exports", "previous", "_T"),
            "totalXportactAmount": ("exports_ytd", "ytd", "_T"),
            "monIncrs": ("exports_growth_pct", "current", "_T"),
        },
    ),
    "kicoxEmpByIrsttStatsService": (
        "employment_by_complex",
        {
            "monthTotal": ("employment_count", "current", "_T"),
            "monthMaleEmplymNmprCo": ("employment_count", "current", "M"),
            "monthFemaleEmplymNmprCo": ("employment_count", "current", "F"),
            "prevMonthTotal": ("employment_count", "previous", "_T"),
            "monIncrs": ("employment_growth_pct", "current", "_T"),
        },
    ),
    "kicoxOpRateByIrsttStatsService": (
        "operating_rate_by_complex",
        {
            "totalOpCmpnyCo": ("manufacturing_operating_count", "current", "_T"),
            "monthOpRate": ("utilization_pct", "current", "_T"),
            "prevMonthOpRate": ("utilization_pct", "previous", "_T"),
            "monIncrs": ("utilization_change_pp", "current", "_T"),
        },
    ),
    "kicoxMvnCmpnyStatsService": (
        "tenants_by_complex",
        {
            "monthMvnCmpCnt": ("tenant_count", "current", "_T"),
            "prevMonthMvnCmpCnt": ("tenant_count", "previous", "_T"),
            "monthOpCmpCnt": ("operating_count", "current", "_T"),
            "prevMonthOpCmpCnt": ("operating_count", "previous", "_T"),
            "hireCmpCnt": ("lessee_count", "current", "_T"),
        },
    ),
}
#: Operation by industry → its table and whether it takes a range of months.
_BY_INDUSTRY: dict[str, tuple[str, bool]] = {
    "kicoxPrdRecByIndustryStatsService": ("production_by_industry", True),
    "kicoxExportRecByIndustryStatsService": ("exports_by_industry", True),
    "kicoxOpRateByIndustryStatsService": ("operating_rate_by_industry", True),
    "kicoxOpCmpnyByIndustryStatsService": ("operating_by_industry", True),
    "kicoxMvnCmpnyByIndustryStatsService": ("tenants_by_industry", False),
    "kicoxEmpByIndustryStatsService": ("employment_by_industry", False),
}
_DETAIL = "kicoxDetailOpRateStatsService"
#: The rates (and firms) by size class; no answer of this operation was seen.
_SIZE_FIELDS = {
    "LT50": ("monthOpRate50Under", "totalOpCmpnyCo50Under"),
    "50_299": ("monthOpRate300Under", "totalOpCmpnyCo300Under"),
    "GE300": ("monthOpRate300Over", "totalOpCmpnyCo300Over"),
    "_T": ("monthOpRate", "totalOpCmpnyCo"),
}
_MAX_ROWS = 1000
#: The customs service's codes of provinces; 42 (강원) and 45 (전북) of old are not taken.
PROVINCES = {
    "11": "서울특별시",
    "26": "부산광역시",
    "27": "대구광역시",
    "28": "인천광역시",
    "29": "광주광역시",
    "30": "대전광역시",
    "31": "울산광역시",
    "36": "세종특별자치시",
    "41": "경기도",
    "43": "충청북도",
    "44": "충청남도",
    "46": "전라남도",
    "47": "경상북도",
    "48": "경상남도",
    "50": "제주특별자치도",
    "51": "강원특별자치도",
    "52": "전북특별자치도",
}


class Gateway:
    """Answers for apis.data.go.kr.

    Args:
        editions: the simulated publication.
        national: the simulated nation's trade.
        faults: what goes wrong.
        keys: the keys that are accepted.
    """

    def __init__(
        self, editions: Editions, national: National, faults: FaultBook, keys: frozenset[str]
    ) -> None:
        self._editions, self._national = editions, national
        self._faults, self._keys = faults, keys
        self._factories: dict[tuple[str, date], list[Item]] = {}
        self._lock = threading.Lock()

    def answer(self, question: Question, today: date) -> Reply:
        """Key first, then the service."""
        if question.params.get("serviceKey", "") not in self._keys:
            words = "SERVICE_KEY_IS_NOT_REGISTERED_ERROR"
            return wire.gateway_error(
                "30", words, 403 if question.params.get("serviceKey") else 401
            )
        parts = question.path.strip("/").split("/")
        if len(parts) == 3 and parts[:2] == ["B550624", "indparkstats"]:
            return self._trend(parts[2], question, today)
        if parts == ["B550624", "fctryRegistInfo", "getFctryListInIrsttService_v2"]:
            return self._factory_page(question, today)
        if len(parts) == 3 and parts[0] == "1220000":
            trade = _TRADE.get(f"{parts[1]}/{parts[2]}")
            if trade is not None:
                return trade(self, question, today)
        return wire.gateway_error("12", "NO_OPENAPI_SERVICE_ERROR")

    # -- trend survey -------------------------------------------------------------------------

    def _trend(self, operation: str, question: Question, today: date) -> Reply:
        given = question.params
        ranged = operation == _DETAIL or _BY_INDUSTRY.get(operation, ("", False))[1]
        if operation not in _BY_COMPLEX and operation not in _BY_INDUSTRY and operation != _DETAIL:
            return wire.gateway_error("12", "NO_OPENAPI_SERVICE_ERROR")
        names = ("srtStdrYm", "endStdrYm") if ranged else ("stdrYm",)
        if not all(given.get(name) for name in names):
            return wire.missing_parameter()
        months = [_month(given[name]) for name in names]
        if None in months:
            return _service(question, "10", "INVALID_REQUEST_PARAMETER_ERROR")
        first, last = str(months[0]), str(months[-1])
        rows: list[Item] = []
        figures: list[str] = []
        for month in _months(first, last):
            if month > LAST_MONTH or date.fromisoformat(f"{month}-28") > today:
                break  # the interface stopped with the monthly publication
            rows += self._trend_rows(operation, month, ranged)
        if rows:
            figures = [k for k in rows[0] if k not in ("irsttTyNm", "irsttNm", "stdrYm")]
        return self._paged(question, rows, name="irsttNm", figures=figures)

    def _trend_rows(self, operation: str, month: str, ranged: bool) -> list[Item]:
        publication = self._editions.publication(month)
        if operation in _BY_COMPLEX:
            table, fields = _BY_COMPLEX[operation]
            return [
                {
                    "irsttTyNm": SIMULATED_KIND if row.complex_id != "_T" else "",
                    "irsttNm": row.name,
                    **{
                        field: _text(publication.figure(table, row.name, m, relation=r, sex=sex))
                        for field, (m, r, sex) in fields.items()
                    },
                }
                for row, _ in publication.rows(table)
            ]
        when = {"stdrYm": month.replace("-", "")} if ranged else {}
        table = "operating_rate_by_size" if operation == _DETAIL else _BY_INDUSTRY[operation][0]
        rows: list[Item] = []
        for row, figures in publication.rows(table):
            item: Item = {
                "irsttTyNm": SIMULATED_KIND if row.complex_id != "_T" else "",
                "irsttNm": row.name,
                **when,
            }
            for column, figure in zip(TABLE[table].columns, figures, strict=True):
                if operation == _DETAIL:
                    which = 0 if column.measure == "utilization_pct" else 1
                    item[_SIZE_FIELDS[column.size_class][which]] = _text(figure)
                else:
                    item[INDUSTRY_FIELDS[column.industry]] = _text(figure)
            rows.append(item)
        return rows

    # -- factory registry ---------------------------------------------------------------------

    def _factory_page(self, question: Question, today: date) -> Reply:
        name = question.params.get("irsttNm", "").strip()
        if not name:
            return wire.missing_parameter()
        key = (name, today)
        with self._lock:
            if key not in self._factories:
                from ingestion.sample.registry import factory_items

                self._factories[key] = factory_items(
                    name, today, seed=self._editions.seed, rows=self._editions.factory_rows
                )
        return self._paged(
            question, self._factories[key], name="irsttNm", figures=["allEmplyCo", "rnAdres"]
        )

    def _paged(
        self, question: Question, rows: list[Item], *, name: str, figures: list[str]
    ) -> Reply:
        """One page of items in the form that was asked for."""
        if not rows:
            return _service(question, "03", "NODATA_ERROR")
        try:
            page = int(question.params.get("pageNo", "1"))
            size = int(question.params.get("numOfRows", "10"))
        except ValueError:
            page = size = 0
        if page < 1 or not 1 <= size <= _MAX_ROWS:
            return _service(question, "10", "INVALID_REQUEST_PARAMETER_ERROR")
        faults = self._faults.content(question.subject)
        rows = alter_items(rows, faults, name=name, figures=figures)
        body: Item = {
            "items": {"item": rows[(page - 1) * size : page * size]},
            "numOfRows": size,
            "pageNo": page,
            "totalCount": len(rows),
        }
        return _service(question, "00", "NORMAL SERVICE.", body)

    # -- customs ------------------------------------------------------------------------------

    def _total_trade(self, question: Question, today: date) -> Reply:
        """수출입총괄: the nation's exports and imports by month."""

        def of(month: str) -> list[Item]:
            both = self._national.trade_usd(month, today)
            if both is None:
                return []
            exports, imports = both
            return [
                {
                    "balPayments": exports - imports,
                    "expCnt": exports // 140_000,
                    "expDlr": exports,
                    "impCnt": imports // 40_000,
                    "impDlr": imports,
                    "year": month.replace("-", "."),
                }
            ]

        return self._trade(question, of, period="year", needed=())

    def _item_trade(self, question: Question, today: date) -> Reply:
        """품목별: by HS code for the country, US$."""
        hs = question.params.get("hsSgn", "")

        def of(month: str) -> list[Item]:
            rows: list[Item] = []
            for code, exports, imports in self._national.trade_by_hs(month, today, hs):
                rows.append(
                    {
                        "balPayments": exports - imports,
                        "expDlr": exports,
                        "expWgt": exports // 9,
                        "hsCode": code,
                        "impDlr": imports,
                        "impWgt": imports // 9,
                        "statKor": f"모의품목 {code}",
                        "year": month.replace("-", "."),
                    }
                )
            return rows

        return self._trade(question, of, period="year", needed=())

    def _province_sums(self, question: Question, today: date) -> Reply:
        """시도별: all goods of one province or of all, thousand US$ labelled 달러."""
        sido = question.params.get("sidoCd", "")
        if sido and sido not in PROVINCES:
            return _customs_error("99", "존재하지 않는 시도코드입니다.")

        def of(month: str) -> list[Item]:
            rows: list[Item] = []
            for code in (sido,) if sido else PROVINCES:
                exports = self._national.province_usd_thousand(month, today, code)
                if exports is not None:
                    rows.append(_amounts(exports, "Cnt", month[:4]) | {"sidoNm": PROVINCES[code]})
            return rows

        return self._trade(question, of, period="priodTitle", needed=())

    def _province_trade(self, question: Question, today: date) -> Reply:
        """시도별 품목별: as 시도별, for an HS code of six digits at most."""
        sido, hs = question.params.get("sidoCd", ""), question.params.get("hsSgn", "")[:6]
        if sido and sido not in PROVINCES:
            return _customs_error("99", "존재하지 않는 시도코드입니다.")

        def of(month: str) -> list[Item]:
            whole = self._national.province_usd_thousand(month, today, sido)
            if whole is None:
                return []
            part = int(whole * _share(f"{sido}|{hs}"))
            return [_amounts(part, "LnCnt", month[:4]) | _goods(hs)]

        return self._trade(question, of, period="priodTitle", needed=("sidoCd",))

    def _city_trade(self, question: Question, today: date) -> Reply:
        """시군구별 품목별: HS codes of six digits only, by month."""
        sido, hs = question.params.get("sidoCd", ""), question.params.get("HsSgn", "")
        if len(hs) not in (0, 6):
            return _customs_error("99", "HS부호는 6자리만 입력 가능합니다.")
        if sido and sido not in PROVINCES:
            return _customs_error("99", "존재하지 않는 시도코드입니다.")

        def of(month: str) -> list[Item]:
            whole = self._national.province_usd_thousand(month, today, sido)
            if whole is None:
                return []
            part, label = int(whole * _share(f"{sido}|{hs}")), month.replace("-", ".")
            return [
                _amounts(amount, "Cnt", label)
                | _goods(hs)
                | {"sggNm": f"{PROVINCES[sido]} 모의시군구{number}"}
                for number, amount in ((1, part * 2 // 3), (2, part // 3))
            ]

        return self._trade(question, of, period="priodTitle", needed=("HsSgn", "sidoCd"))

    def _trade(
        self,
        question: Question,
        of: Callable[[str], list[Item]],
        *,
        period: str,
        needed: tuple[str, ...],
    ) -> Reply:
        """The months of at most a year, the sum of all first; XML whatever was asked.

        Rows that differ in their figures only (those of the provinces name the year, not the month)
        are one row.
        """
        given = question.params
        if not all(given.get(name) for name in ("strtYymm", "endYymm", *needed)):
            return wire.missing_parameter()
        first, last = _month(given["strtYymm"]), _month(given["endYymm"])
        if first is None or last is None or last < first:
            return _customs_error("99", "조회기간을 확인하세요.")
        months = list(_months(first, last))
        if len(months) > 12:
            return _customs_error("99", "조회기간은 1년 이내만 가능합니다.")
        rows = [item for month in months for item in of(month)]
        if not rows:
            return _customs_error("03", "NODATA_ERROR")
        figures = [name for name, value in rows[0].items() if isinstance(value, int)]
        figures.sort(key=lambda name: name not in ("expDlr", "expUsdAmt"))
        faults = self._faults.content(question.subject)
        of_all = [fault for fault in faults if fault == "unit_changed"]
        rows = alter_items(_merged(rows, figures), of_all, name=period, figures=figures)
        total = {
            name: (
                sum(row[name] for row in rows)
                if name in figures
                else ("총계" if name == period else "-")
            )
            for name in rows[0]
        }
        if period == "priodTitle":  # these tables pad their amounts and write commas
            total, *rows = (
                {k: f" {v:,}" if isinstance(v, int) else v for k, v in row.items()}
                for row in (total, *rows)
            )
        rest = [fault for fault in faults if fault not in of_all]
        rows = alter_items(rows, rest, name=period, figures=figures)
        body = {
            "header": {"resultCode": "00", "resultMsg": "정상서비스."},
            "body": {"items": {"item": [total, *rows]}},
        }
        return wire.xml_reply(wire.elements(body, "response"))


_TRADE: dict[str, Callable[[Gateway, Question, date], Reply]] = {
    "Newtrade/getNewtradeList": Gateway._total_trade,
    "Itemtrade/getItemtradeList": Gateway._item_trade,
    "sidotrade/getSidotradeList": Gateway._province_sums,
    "sidoitemtrade/getSidoitemtradeList": Gateway._province_trade,
    "sigunguperprlstperacrs/getSigunguPerPrlstPerAcrs": Gateway._city_trade,
}


def _amounts(exports: int, count: str, period: str) -> Item:
    """Amounts in thousand US$ and numbers of declarations; the fields as the tables name them."""
    imports = exports * 4 // 5
    return {
        "cmtrBlncAmt": exports - imports,
        f"exp{count}": exports // 120,
        "expUsdAmt": exports,
        f"imp{count}": imports // 40,
        "impUsdAmt": imports,
        "priodTitle": period,
    }


def _goods(hs: str) -> Item:
    return {"hsSgn": hs or "-", "korePrlstNm": f"모의품목 {hs}" if hs else "-"}


def _merged(rows: list[Item], figures: list[str]) -> list[Item]:
    merged: dict[tuple[object, ...], Item] = {}
    for row in rows:
        key = tuple(value for name, value in row.items() if name not in figures)
        if key in merged:
            for name in figures:
                merged[key][name] += row[name]
        else:
            merged[key] = dict(row)
    return list(merged.values())


def _service(question: Question, code: str, message: str, body: Item | None = None) -> Reply:
    """A service's own answer, in JSON or XML as asked (XML where nothing was said)."""
    inner: Item = {"header": {"resultCode": code, "resultMsg": message}}
    if body is not None:
        inner["body"] = body
    if question.params.get("type", "xml").lower() == "json":
        return wire.json_reply({"response": inner})
    return wire.xml_reply(wire.elements(inner, "response"))


def _customs_error(code: str, message: str) -> Reply:
    header = {"header": {"resultCode": code, "resultMsg": message}}
    return wire.xml_reply(wire.elements(header, "response"))


def _text(figure: Figure) -> str:
    """A figure as printed: suppressed `X`, empty where there is none."""
    if figure.status == "Q":
        return "X"
    return "" if figure.value is None else general(figure.value)


def _month(text: str) -> str | None:
    """`202403` as `2024-03`."""
    if len(text) != 6 or not text.isdigit() or not 1 <= int(text[4:]) <= 12:
        return None
    return f"{text[:4]}-{text[4:]}"


def _months(first: str, last: str) -> list[str]:
    start, stop = (int(m[:4]) * 12 + int(m[5:]) - 1 for m in (first, last))
    return [f"{at // 12}-{at % 12 + 1:02d}" for at in range(start, stop + 1)]


def _share(key: str) -> float:
    """A small share that belongs to a key."""
    return (1 + hashlib.blake2b(key.encode(), digest_size=2).digest()[0] % 40) / 1000


assert set(SIZE_CLASSES) < set(_SIZE_FIELDS)
