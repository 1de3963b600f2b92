"""National series in the answers of KOSIS, the customs service and ECOS.

Which rows are which series, in which unit, is in the contract; nothing else is taken. Forms: KOSIS
`statisticsParameterData.do` (a list of rows, `DT` a string), customs `Newtrade`, `Itemtrade`,
`sidotrade` (XML items, the first of them 총계), ECOS `StatisticSearch`.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from typing import Any

from ingestion.answers import Bundle, Part, address, lone, period_told, printed, rows_of, total_of
from ingestion.contract import Contract, CustomsFetch, EcosFetch, KosisFetch, Series
from ingestion.parsers import Reading
from ingestion.parsers.cells import contract_file, listed, read_figure
from ingestion.problems import Problem, RejectedFile, problem, reject
from ingestion.registry import Registry, name_key
from ingestion.snapshots import Snapshot
from ingestion.sniff import Content

#: Raised when the same bytes would land otherwise than before: landed files are made anew.
PARSER_VERSION = "1"

#: The word for a sum of all other rows, in whichever field it stands.
TOTAL = "총계"
#: KOSIS's frequencies: how a period is written, and its SDMX code.
_KOSIS = {
    "Y": (re.compile(r"(\d{4})"), "A"),
    "Q": (re.compile(r"(\d{4})0([1-4])"), "Q"),
    "M": (re.compile(r"(\d{4})(0[1-9]|1[0-2])"), "M"),
}
_ECOS = {
    "A": _KOSIS["Y"],
    "Q": (re.compile(r"(\d{4})Q([1-4])"), "Q"),
    "M": _KOSIS["M"],
    "D": (re.compile(r"(\d{4})(\d{2})(\d{2})"), "D"),
}
#: A month as the customs services write it; a bare year is a sum of months.
_TRADE_MONTH = re.compile(r"(\d{4})[.\-]?(0[1-9]|1[0-2])")
_YEAR = re.compile(r"\d{4}")
_DAY = re.compile(r"(\d{4})[-.]?(\d{2})[-.]?(\d{2})")
_HS_FIELDS = ("hsCode", "hsCd", "hsSgn")


@dataclass(frozen=True)
class _Row:
    """A row of an answer that is about a period; `number` counts from 1.

    A sum of rows has the place of the first and says of how many.
    """

    part: Part
    number: int
    fields: Mapping[str, Any]
    freq: str
    period: str
    summed: int = 1

    def cell(self, field_name: str) -> str:
        """Where one of its fields stands."""
        if self.summed > 1:
            return f"sum of {self.summed} rows, {field_name}"
        return address(self.number, field_name)

    def problem(self, code: str, field_name: str, **detail: Any) -> Problem:
        """A problem at one of its fields."""
        where = {"sheet": self.part.file or None, "cell": self.cell(field_name)}
        return problem(code, **where, **detail)


@dataclass
class _Read:
    """What a way of answering gives: its rows, where they are from, what is wrong with them."""

    source: str
    publisher: str
    rows: list[_Row] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)


def parse(content: Content, contract: Contract, registry: Registry, snapshot: Snapshot) -> Reading:
    """Read the answers of one fetch, or a lone answer.

    Args:
        content: of form `answers`.
        contract: its `series` say which rows are taken, its first way of fetching which form.
        registry: provinces and units by their names.
        snapshot: the file; the address of a lone answer tells what was asked.

    Returns:
        The period of the bundle (`2024` or `all`) and rows of the landed schema, in the units of
        the contract: one row a figure, with the field that it stands in.

    Raises:
        RejectedFile: an error in the place of data, rows that no series claims, another unit or
            table, a figure twice with different values, rows that do not add up to their total,
            missing pages.
    """
    bundle = content.answers
    if bundle is None:
        raise reject("unrecognised", detail=contract.dataset, detail_ko=contract.dataset)
    dropped = lone(bundle)
    if dropped is not None and snapshot.url:
        bundle = replace(bundle, parts=(replace(dropped, url=snapshot.url),))
    way = contract.source.fetch[0]
    if isinstance(way, KosisFetch):
        read = _kosis(bundle, way)
    elif isinstance(way, EcosFetch):
        read = _ecos(bundle, way)
    elif isinstance(way, CustomsFetch):
        read = _customs(bundle, contract, way)
    else:
        raise ValueError(f"{contract.dataset}: {way.way} answers with no national series")
    rows, problems = _figures(read, contract, registry)
    problems = [*read.problems, *problems]
    if any(p.severity == "error" for p in problems):
        raise RejectedFile(problems)
    if not rows:
        raise reject("no_rows")
    return Reading(period_told(bundle) or "all", rows, problems=problems)


# -- the three forms ------------------------------------------------------------------------


def _kosis(bundle: Bundle, way: KosisFetch) -> _Read:
    """The rows of a KOSIS table; `PRD_SE` and `PRD_DE` tell the period."""
    read = _Read(f"KOSIS {way.org} {way.table}", "KOSIS")
    form, freq = _KOSIS[way.frequency]
    for part, n, row in _rows(bundle):
        if (printed(row.get("ORG_ID")), printed(row.get("TBL_ID"))) != (way.org, way.table):
            found = f"{printed(row.get('ORG_ID'))} {printed(row.get('TBL_ID'))}"
            at = _Row(part, n, row, freq, "")
            read.problems.append(
                at.problem(
                    "series_table_other", "TBL_ID", found=found, expected=f"{way.org} {way.table}"
                )
            )
            continue
        told, shown = printed(row.get("PRD_SE")), printed(row.get("PRD_DE"))
        match = form.fullmatch(shown) if told.replace("A", "Y") == way.frequency else None
        _take(read, part, n, row, freq, match, "PRD_DE", f"{told} {shown}")
    return read


def _ecos(bundle: Bundle, way: EcosFetch) -> _Read:
    """The rows of an ECOS statistic, all pages of it; `TIME` is written as the cycle does."""
    read = _Read(f"ECOS {way.stat}", "Bank of Korea (ECOS)")
    form, freq = _ECOS[way.cycle]
    totals: dict[tuple[str, ...], set[str]] = defaultdict(set)
    counts: Counter[tuple[str, ...]] = Counter()
    for part in bundle.parts:
        document, rows = rows_of(part)
        # Pages of one question have all of the path alike but for the rows asked for.
        path = tuple(p for n, p in enumerate((part.url or "").split("/")) if n not in (8, 9))
        totals[path].add(total_of(document))
        counts[path] += len(rows)
        for n, row in enumerate(rows, start=1):
            if printed(row.get("STAT_CODE")) != way.stat:
                at = _Row(part, n, row, freq, "")
                found = printed(row.get("STAT_CODE"))
                read.problems.append(
                    at.problem("series_table_other", "STAT_CODE", found=found, expected=way.stat)
                )
                continue
            shown = printed(row.get("TIME"))
            _take(read, part, n, row, freq, form.fullmatch(shown), "TIME", shown)
    for path, told in totals.items():
        if told != {str(counts[path])}:
            read.problems.append(
                problem("answer_incomplete", found=counts[path], expected=" / ".join(sorted(told)))
            )
    return read


def _customs(bundle: Bundle, contract: Contract, way: CustomsFetch) -> _Read:
    """The months of trade tables. 총계 is checked and left out, and so are sums of years."""
    read = _Read("", "Korea Customs Service")
    fields = {s.value_field for s in contract.series}
    services: set[str] = set()
    for part in bundle.parts:
        _, rows = rows_of(part)
        first, last = (part.asked.get(name) for name in ("strtYymm", "endYymm"))
        asked = (
            f"{first}–{last}" if first and last else "2024.01"
        )  # the form, where the question is not known
        services |= {(part.url or "").split("?")[0].rsplit("/", 1)[-1]} - {""}
        known = len(read.problems)
        totals: list[tuple[int, dict[str, Any]]] = []
        months: list[_Row] = []
        years: list[_Row] = []
        for n, row in enumerate(rows, start=1):
            label = "priodTitle" if "priodTitle" in row else "year"
            shown = printed(row.get(label))
            if TOTAL in shown or any(printed(v) in (TOTAL, "합계") for v in row.values()):
                totals.append((n, row))
                continue
            month = _TRADE_MONTH.fullmatch(shown)
            if month is not None:
                at = _Row(part, n, row, "M", f"{month[1]}-{month[2]}")
                months.append(at)
                if first and last and not first <= at.period.replace("-", "") <= last:
                    read.problems.append(
                        at.problem("series_period", label, found=shown, expected=asked)
                    )
            elif _YEAR.fullmatch(shown):
                years.append(_Row(part, n, row, "A", shown))
            else:
                at = _Row(part, n, row, "M", "")
                read.problems.append(
                    at.problem("series_period", label, found=shown, expected=asked)
                )
        if years and not months:
            months = _one_month(years, first, last, read)
        if len(read.problems) == known:  # else it is known already that rows are missing
            read.problems += _total_problems(part, months, totals, fields)
        read.rows += months
    read.source = " ".join(["Korea Customs Service", *sorted(services)])
    if way.area == "country" and way.hs:
        read.rows = _all_items(read, contract, way.hs)
    return read


def _one_month(years: list[_Row], first: str | None, last: str | None, read: _Read) -> list[_Row]:
    """Rows that name a year only, as the tables by province do whatever was asked: if one month
    was asked for, they are about it."""
    month = _TRADE_MONTH.fullmatch(first or "")
    if month is None or first != last:
        found = ", ".join(sorted({row.period for row in years}))
        where = years[0].part.file or None
        read.problems.append(problem("series_years_only", sheet=where, found=found))
        return []
    for row in years:
        if row.period != month[1]:
            read.problems.append(
                row.problem("series_period", "priodTitle", found=row.period, expected=first)
            )
    return [replace(row, freq="M", period=f"{month[1]}-{month[2]}") for row in years]


def _total_problems(
    part: Part, months: list[_Row], totals: list[tuple[int, dict[str, Any]]], fields: set[str]
) -> Iterator[Problem]:
    """Whether the rows of an answer come to its 총계, in every field that is read."""
    if not totals and months:
        yield problem("series_no_total", sheet=part.file or None)
    for n, row in totals:
        for name in sorted(fields & row.keys()):
            told = _exact(row[name])
            parts = [_exact(r.fields.get(name)) for r in months]
            found = sum((p for p in parts if p is not None), Decimal())
            # In thousand US$ every row is rounded by itself.
            leeway = Decimal(len(months) + 1) / 2 if "UsdAmt" in name else Decimal()
            if told is None or abs(found - told) > leeway:
                yield problem(
                    "series_total",
                    sheet=part.file or None,
                    cell=address(n, name),
                    expected=printed(row[name]) or "–",
                    found=f"{found:,}",
                    header=name,
                )


def _all_items(read: _Read, contract: Contract, wanted: tuple[str, ...]) -> list[_Row]:
    """Items added up to the nation's total, month by month: only if all of them are there.

    A series that names an item in its `where` is left to its own rows.
    """
    if any(name in series.where for series in contract.series for name in _HS_FIELDS):
        return read.rows
    by_month: dict[str, list[_Row]] = defaultdict(list)
    for row in read.rows:
        by_month[row.period].append(row)
    summed: list[_Row] = []
    for period, rows in sorted(by_month.items()):
        codes = [
            next((printed(r.fields[n]) for n in _HS_FIELDS if n in r.fields), "") for r in rows
        ]
        missing = [code for code in wanted if not any(c.startswith(code) for c in codes)]
        if missing:
            found = listed(missing)
            read.problems.append(
                problem("series_items_missing", what=period, count=len(missing), found=found)
            )
            continue
        sums: dict[str, Any] = {}
        for name in {s.value_field for s in contract.series}:
            figures = [_exact(r.fields.get(name)) for r in rows]
            known = [figure for figure in figures if figure is not None]
            sums[name] = sum(known, Decimal()) if len(known) == len(figures) else None
        summed.append(replace(rows[0], fields=sums, summed=len(rows)))
    return summed


def _rows(bundle: Bundle) -> Iterator[tuple[Part, int, dict[str, Any]]]:
    for part in bundle.parts:
        for n, row in enumerate(rows_of(part)[1], start=1):
            yield part, n, row


def _take(
    read: _Read,
    part: Part,
    n: int,
    row: dict[str, Any],
    freq: str,
    match: re.Match[str] | None,
    label: str,
    shown: str,
) -> None:
    """Add a row under its period, or the problem that it has none."""
    period = None
    if match is not None:
        period = {"Q": "{}-Q{}", "M": "{}-{}", "A": "{}", "D": "{}-{}-{}"}[freq].format(
            *match.groups()
        )
        if freq == "D" and _day(period) is None:
            period = None
    if period is None:
        expected = {"A": "2024", "Q": "2024-Q1", "M": "2024-01", "D": "2024-01-02"}[freq]
        at = _Row(part, n, row, freq, "")
        read.problems.append(at.problem("series_period", label, found=shown, expected=expected))
        return
    read.rows.append(_Row(part, n, row, freq, period))


# -- figures --------------------------------------------------------------------------------


def _figures(
    read: _Read, contract: Contract, registry: Registry
) -> tuple[list[dict[str, Any]], list[Problem]]:
    """The landed rows of all series, and what is wrong."""
    problems: list[Problem] = []
    unknown: Counter[str] = Counter()
    found: dict[tuple[Any, ...], dict[str, Any]] = {}
    repeated = 0
    for row in read.rows:
        claimed = [series for series in contract.series if _is(row.fields, series.where)]
        if not claimed:
            if not any(_is(row.fields, known) for known in contract.ignored):
                unknown[_what(row)] += 1
            continue
        for series in claimed:
            landed = _figure(row, series, read, contract, registry, problems)
            if landed is None:
                continue
            key = (landed["series"], landed["area"], landed["period"])
            before = found.setdefault(key, landed)
            if before is landed:
                continue
            same = (before["value"], before["obs_status"]) == (
                landed["value"],
                landed["obs_status"],
            )
            repeated += same
            if not same:
                problems.append(
                    row.problem(
                        "series_twice",
                        series.value_field,
                        what=" ".join(key),
                        found=landed["value_raw"] or "–",
                        other=before["value_raw"] or "–",
                        where=f"{before['sheet']} {before['cell']}".strip(),
                    )
                )
    if unknown:
        problems.append(
            problem(
                "series_rows_unknown",
                count=sum(unknown.values()),
                found=listed([what for what, _ in unknown.most_common()]),
                contract=contract_file(contract),
            )
        )
    if repeated:
        problems.append(problem("series_repeated", count=repeated))
    landed_rows = list(found.values())
    if isinstance(contract.source.fetch[0], CustomsFetch):
        problems += _undetermined(landed_rows)
    return landed_rows, problems


def _figure(
    row: _Row,
    series: Series,
    read: _Read,
    contract: Contract,
    registry: Registry,
    problems: list[Problem],
) -> dict[str, Any] | None:
    """One landed row, or None and a problem."""
    name, before = series.value_field, len(problems)
    if name not in row.fields:
        problems.append(
            row.problem(
                "answer_field_missing",
                name,
                expected=name,
                found=listed(list(row.fields)),
                contract=contract_file(contract),
            )
        )
        return None
    unit = series.unit
    if series.unit_field is not None:
        unit = printed(row.fields.get(series.unit_field))
        if not _same_unit(unit, series.unit, registry):
            problems.append(
                row.problem(
                    "series_unit",
                    series.unit_field,
                    found=unit or "–",
                    expected=series.unit,
                    contract=contract_file(contract),
                )
            )
    area: str | None = "KR"
    if series.area_field is not None:
        place = printed(row.fields.get(series.area_field))
        area = registry.provinces.get(name_key(place))
        if area is None:
            problems.append(row.problem("unknown_province", series.area_field, found=place or "–"))
    raw = printed(row.fields[name])
    value, status, odd = read_figure(raw, contract.marks)
    if value is None and odd is not None:
        problems.append(
            row.problem(odd, name, found=raw, header=name, contract=contract_file(contract))
        )
    changed = printed(row.fields.get("LST_CHN_DE"))
    changed_on = _day(changed)
    if changed and changed_on is None:
        problems.append(
            row.problem("series_period", "LST_CHN_DE", found=changed, expected="2024-01-31")
        )
    if len(problems) > before:
        return None
    codes, words = _item(row.fields)
    return {
        "sheet": row.part.file,
        "cell": row.cell(name),
        "series": series.series,
        "area": area,
        "item_code": codes or None,
        "item_raw": words or None,
        "freq": row.freq,
        "period": row.period,
        "unit_raw": unit,
        "value": value,
        "value_raw": raw,
        "obs_status": status,
        "changed_on": changed_on,
        "scope_ko": series.scope.ko,
        "scope_en": series.scope.en,
        "source": read.source,
    }


def _undetermined(rows: list[dict[str, Any]]) -> Iterator[Problem]:
    """A month whose total is 0 has not been counted yet: its figures are missing, not zero."""
    sums: dict[tuple[str, str], float] = defaultdict(float)
    for row in rows:
        sums[row["series"], row["period"]] += row["value"] or 0.0
    empty = {key for key, total in sums.items() if total == 0}
    for row in rows:
        if (row["series"], row["period"]) in empty and row["obs_status"] == "A":
            row.update(value=None, obs_status="O")
    if empty:
        yield problem(
            "series_not_determined", found=", ".join(sorted({period for _, period in empty}))
        )


def _is(fields: Mapping[str, Any], where: Mapping[str, str]) -> bool:
    return all(printed(fields.get(name)) == value for name, value in where.items())


def _item(fields: Mapping[str, Any]) -> tuple[str, str]:
    """The publisher's codes and words for what a row is about."""
    names = [("ITM_ID", "ITM_NM"), *((f"C{n}", f"C{n}_NM") for n in range(1, 9))]
    names += [(f"ITEM_CODE{n}", f"ITEM_NAME{n}") for n in range(1, 5)]
    names += [("hsCode", "statKor"), ("hsSgn", "korePrlstNm"), ("", "sidoNm"), ("", "sggNm")]
    codes, words = (
        [printed(fields.get(pair[place])) for pair in names if pair[place] in fields]
        for place in (0, 1)
    )
    return "/".join(filter(None, codes)), " / ".join(filter(None, words))


def _what(row: _Row) -> str:
    """A row in a few words, for a message."""
    codes, words = _item(row.fields)
    return " ".join(filter(None, (codes, f"({words})" if words else ""))) or "–"


def _same_unit(found: str, expected: str, registry: Registry) -> bool:
    """The same unit, or another spelling of it."""
    if name_key(found) == name_key(expected):
        return True
    known, wanted = (registry.units.get(name_key(unit)) for unit in (found, expected))
    return (
        known is not None
        and wanted is not None
        and (known.dimension, known.factor_to_canonical)
        == (wanted.dimension, wanted.factor_to_canonical)
    )


def _exact(value: Any) -> Decimal | None:
    """A figure without rounding; None where there is none."""
    text = printed(value)
    return None if read_figure(text, {})[0] is None else Decimal(text.replace(",", ""))


def _day(text: str) -> date | None:
    match = _DAY.fullmatch(text)
    if match is None:
        return None
    try:
        return date(*(int(part) for part in match.groups()))
    except ValueError:
        return None
