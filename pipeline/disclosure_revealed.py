"""What the publisher's own suppression reveals: for the statistician, beside the build, never in a release.

The newest workbook of the trend statistic is read as one system of linked tables: complexes add up to the
row 계, industries to the complex, men and women to the total; output is production; the first quarter's
cumulated figure is the quarter's; where a rate and an output stand, a capacity stands, too; where no firm
operates, nothing is produced. A figure that another publication showed is known.
"""

from __future__ import annotations

import json
import re
from collections import defaultdict
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Any

import duckdb
import numpy as np

FINDINGS = "disclosure_revealed"
ADDITIVE = ("production_krw_100m", "exports_usd_m", "employment_count", "capacity_krw_100m")
#: Measures that are one figure under two names, in the quarter the workbook is about.
SAME = {"output_krw_100m": "production_krw_100m"}
YEAR_TO_DATE = {
    "production_ytd_krw_100m": "production_krw_100m",
    "exports_ytd_usd_m": "exports_usd_m",
}
#: Hidden figures smaller than this are found by chance in any table of numbers.
TELLING = 100.0

Cell = tuple[str, str, str, str, str]  # complex, industry, sex, measure, period


@dataclass
class _Book:
    """The workbook as figures by cell, and what is suppressed."""

    value: dict[Cell, float]
    hidden: set[Cell]
    period: str


def reveal(candidate: Path) -> dict[str, Any]:
    """Write `disclosure_revealed.json` and `.html` beside the candidate, and return what our own marts
    isolate: `{"suppressed": n, "isolated": [{mart, column}]}` without any figure.

    Raises:
        DisclosureError: the printed figures contradict each other.
    """
    with duckdb.connect(str(candidate), read_only=True) as connection:
        book = _read(connection)
        findings = _findings(connection, book)
        isolated = _isolated(connection, findings)
    page = candidate.with_name(f"{FINDINGS}.html")
    data = candidate.with_name(f"{FINDINGS}.json")
    data.write_text(json.dumps(findings, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    page.write_text(_page(findings), encoding="utf-8")
    for path in (page, data):
        path.chmod(0o600)
    return {
        "period": book.period,
        "suppressed": len(book.hidden),
        "isolated": isolated,
    }


def _read(connection: duckdb.DuckDBPyConnection) -> _Book:
    found = connection.execute(
        "SELECT snapshot_id, period FROM dim_snapshot WHERE dataset = 'kicox__industrial_trend' "
        "ORDER BY CASE WHEN period LIKE '%-Q_' THEN left(period, 5) || lpad((right(period, 1)::INT * 3)::VARCHAR, 2, '0') "
        "ELSE period END DESC, published_at DESC, loaded_at DESC, snapshot_id DESC LIMIT 1"
    ).fetchall()
    if not found:
        return _Book({}, set(), "")
    snapshot, period = found[0]
    book = _Book({}, set(), period)
    rows = connection.execute(
        "SELECT complex_id, industry_code, sex, measure, period, value, obs_status FROM fct_observation "
        "WHERE snapshot_id = ? AND size_class = '_T' ORDER BY ALL",
        [snapshot],
    ).fetchall()
    for complex_id, industry, sex, measure, when, value, status in rows:
        if measure in SAME:
            measure = SAME[measure]
        if measure in YEAR_TO_DATE and when.endswith("-Q1"):
            measure = YEAR_TO_DATE[measure]
        cell = (complex_id, industry, sex, measure, when)
        if status == "A" and value is not None:
            book.value[cell] = float(value)
        elif status == "Q":
            book.hidden.add(cell)
    book.hidden -= book.value.keys()
    return book


def _findings(connection: duckdb.DuckDBPyConnection, book: _Book) -> dict[str, Any]:
    value, hidden = dict(book.value), set(book.hidden)
    _add_capacities(value, hidden)
    idle, doubt = _idle(value, hidden)
    other = _shown_elsewhere(connection, hidden - idle)
    wanted = sorted(
        c for c in {*value, *hidden} if c[3] in ADDITIVE and (c in hidden or c in value)
    )
    place = {cell: i for i, cell in enumerate(wanted)}
    figures = np.array([0.0 if c in idle else other.get(c, value.get(c, np.nan)) for c in wanted])
    rows, names = _sums(wanted, place)
    interval = _intervals(wanted, rows, figures, other)
    cells = []
    for cell in sorted(hidden & set(place)):
        if cell in idle:
            low, high, exact, how = 0.0, 0.0, True, "no_operating_firm"
        elif cell in other:
            low = high = other[cell]
            exact, how = True, "another_publication"
        else:
            low, high, exact = interval[cell]
            how = "sums"
        cells.append(
            {
                **dict(
                    zip(
                        ("complex_id", "industry_code", "sex", "measure", "period"),
                        cell,
                        strict=True,
                    )
                ),
                "low": low,
                "high": high if np.isfinite(high) else None,
                "exact": exact,
                "how": how,
            }
        )
    groups = []
    for terms, name in zip(rows, names, strict=True):
        members = [wanted[i] for i in terms if np.isnan(figures[i])]
        if len(members) < 1 or any(c[0] == "_T" for c in members):
            continue
        sign = next(iter(terms.values()))
        rest = sum(k * figures[i] for i, k in terms.items() if not np.isnan(figures[i])) * sign
        size = max((abs(figures[i]) for i in terms if not np.isnan(figures[i])), default=0.0)
        hidden_sum = 0.0 if abs(rest) <= 1e-9 * size else float(rest)
        groups.append({**name, "members": sorted({c[0] for c in members}), "sum": hidden_sum})
    return {
        "period": book.period,
        "cells": cells,
        "groups": [g for g in groups if g["kind"] == "complexes"],
        "alone": _alone(book, hidden, idle, rows, wanted, figures),
        "doubt": doubt,
        "names": _names(connection),
    }


def _intervals(
    wanted: list[Cell], rows: list[dict[int, float]], figures: Any, other: dict[Cell, float]
) -> dict[Cell, tuple[float, float, bool]]:
    """By hidden cell what it is at least and at most, and whether that is one figure.

    `figures` and `other` lose what another publication printed where it no longer fits: it was revised
    since, and tells nothing of this one.

    Raises:
        DisclosureError: the printed figures contradict each other.
    """
    from disclosure import DisclosureError
    from disclosure.table import relations

    found = {}
    for (measure, when), here in _blocks(wanted).items():
        local = {i: k for k, i in enumerate(here)}
        sums = [
            {local[i]: k for i, k in terms.items()} for terms in rows if next(iter(terms)) in local
        ]
        system = relations(sums)
        older = [i for i in here if wanted[i] in other]
        solved = None
        if _fits(figures[here], sums, {local[i] for i in older}):
            try:
                solved = _solve(figures[here], system, measure, when)
            except DisclosureError:
                if not older:
                    raise
        if solved is None:
            figures[older] = np.nan
            for i in older:
                del other[wanted[i]]
            solved = _solve(figures[here], system, measure, when)
        for i, low, high, exact in zip(
            solved.cell, solved.low, solved.high, solved.exact, strict=True
        ):
            found[wanted[here[int(i)]]] = (float(low), float(high), bool(exact))
    return found


def _blocks(wanted: list[Cell]) -> dict[tuple[str, str], list[int]]:
    """Cells by measure and period: sums never leave one."""
    blocks: dict[tuple[str, str], list[int]] = defaultdict(list)
    for i, cell in enumerate(wanted):
        blocks[cell[3], cell[4]].append(i)
    return blocks


def _fits(figures: Any, sums: list[dict[int, float]], older: set[int]) -> bool:
    """Whether older prints agree with the sums in which everything else is printed, to seven digits."""
    for terms in sums:
        parts = [k * figures[i] for i, k in terms.items()]
        # Not a number where a part is hidden: that sum is for the solver.
        if older & terms.keys() and abs(sum(parts)) > 1e-7 * max(map(abs, parts)):
            return False
    return True


def _solve(figures: Any, system: Any, measure: str, when: str) -> Any:
    """As exactly as the printed sums agree with each other.

    Raises:
        DisclosureError: they do not agree to seven digits; says for which measure and period.
    """
    from disclosure import DisclosureError, revealed

    zero, unbounded = np.zeros(len(figures)), np.full(len(figures), np.inf)
    for tolerance in (1e-10, 1e-9, 1e-8, 1e-7):
        try:
            return revealed(figures, zero, unbounded, system, tolerance=tolerance)
        except DisclosureError as error:
            last = error
    raise DisclosureError(
        f"{measure}, {when}: {last.en}", f"{measure}, {when}: {last.ko}"
    ) from last


def _add_capacities(value: dict[Cell, float], hidden: set[Cell]) -> None:
    """A rate and an output make a capacity: 100 * output / rate, by industry too."""
    for cell in [*value, *hidden]:
        complex_id, industry, sex, measure, when = cell
        if measure != "utilization_pct":
            continue
        capacity = (complex_id, industry, sex, "capacity_krw_100m", when)
        output = (complex_id, industry, sex, "production_krw_100m", when)
        if capacity in value or capacity in hidden:
            continue
        if cell in hidden and output in hidden:
            hidden.add(capacity)
        elif cell in value and value[cell] > 0 and output in value:
            value[capacity] = 100 * value[output] / value[cell]
        elif output in value and value[output] == 0:
            value[capacity] = 0.0


def _idle(value: dict[Cell, float], hidden: set[Cell]) -> tuple[set[Cell], list[str]]:
    """Hidden cells where no firm operates: zero, if it is so wherever both are printed."""
    idle: set[Cell] = set()
    doubt = []
    for measure in ADDITIVE:
        against = 0
        found = set()
        for cell in [*value, *hidden]:
            complex_id, industry, _, name, when = cell
            firms = value.get((complex_id, industry, "_T", "operating_count", when))
            if name != measure or firms != 0:
                continue
            if cell in hidden:
                found.add(cell)
            elif value[cell] > 0:
                against += 1
        if against:
            doubt.append(measure)
        else:
            idle |= found
    return idle, doubt


def _shown_elsewhere(connection: duckdb.DuckDBPyConnection, hidden: set[Cell]) -> dict[Cell, float]:
    """Hidden cells that another publication printed: what was published stays known."""
    rows = connection.execute(
        "SELECT complex_id, industry_code, sex, measure, period, value FROM fct_observation "
        "WHERE obs_status = 'A' AND size_class = '_T' AND complex_id IN "
        "(SELECT complex_id FROM fct_observation WHERE obs_status = 'Q') "
        "ORDER BY published_at, loaded_at, snapshot_id, table_id"
    ).fetchall()
    shown = {(c, i, s, SAME.get(m, m), p): float(v) for c, i, s, m, p, v in rows if v is not None}
    return {cell: shown[cell] for cell in hidden if cell in shown}


def _sums(
    wanted: list[Cell], place: dict[Cell, int]
) -> tuple[list[dict[int, float]], list[dict[str, str]]]:
    """Total minus parts: over complexes, over industries, over men and women."""
    parts: dict[tuple[str, Cell], list[Cell]] = defaultdict(list)
    for cell in wanted:
        complex_id, industry, sex, measure, when = cell
        if complex_id != "_T":
            parts["complexes", ("_T", industry, sex, measure, when)].append(cell)
        if industry != "_T":
            parts["industries", (complex_id, "_T", sex, measure, when)].append(cell)
        if sex != "_T":
            parts["sexes", (complex_id, industry, "_T", measure, when)].append(cell)
    rows, names = [], []
    for (kind, total), found in sorted(parts.items()):
        if total not in place:
            continue
        rows.append({place[total]: 1.0, **{place[c]: -1.0 for c in found}})
        keys = ("complex_id", "industry_code", "sex", "measure", "period")
        names.append({"kind": kind, **dict(zip(keys, total, strict=True))})
    return rows, names


def _alone(
    book: _Book,
    hidden: set[Cell],
    idle: set[Cell],
    rows: list[dict[int, float]],
    wanted: list[Cell],
    figures: np.ndarray[Any, np.dtype[np.float64]],
) -> list[dict[str, str]]:
    """Cells that one firm can work out, because it is the only one in the other hidden cell of a sum."""
    keys = ("complex_id", "industry_code", "sex", "measure", "period")
    found = []
    for terms in rows:
        members = [wanted[i] for i in terms if np.isnan(figures[i])]
        if len(members) != 2:
            continue
        for own, target in (members, members[::-1]):
            firms = book.value.get((own[0], own[1], "_T", "operating_count", own[4]))
            if firms == 1 and own[0] != target[0] and target in hidden - idle:
                found.append(
                    {
                        **dict(zip(keys, target, strict=True)),
                        "by_complex_id": own[0],
                        "by_industry_code": own[1],
                    }
                )
    return [dict(t) for t in sorted({tuple(sorted(f.items())) for f in found})]


def _isolated(
    connection: duckdb.DuckDBPyConnection, findings: dict[str, Any]
) -> list[dict[str, str]]:
    """Columns of our marts in which a figure stands that the publication hides: what several cells hide
    together, or what one is. Compared to nine digits, also as hundred times as much or as little."""
    hidden = {(g["sum"], g["measure"]) for g in findings["groups"] if g["sum"] >= TELLING}
    # A whole number means something only where persons are counted.
    persons = sorted({s for s, measure in hidden if measure == "employment_count"})
    figures = {s for s, measure in hidden if measure != "employment_count"}
    figures = {s for s in figures if abs(s - round(s, 1)) > 1e-6 * s}
    numbers = sorted({s * factor for s in figures for factor in (0.01, 1.0, 100.0)})
    if not hidden:
        return []
    columns = connection.execute(
        "SELECT table_name, column_name FROM duckdb_columns() WHERE schema_name = 'main' "
        "AND data_type IN ('DOUBLE', 'BIGINT', 'INTEGER', 'HUGEINT') "
        "AND table_name NOT IN ('fct_observation', 'registry_employment') ORDER BY ALL"
    ).fetchall()
    # Columns that bear a measure's name, or that of its men or women, hold the printed cells themselves:
    # what was printed anywhere is no leak, and in a long history some count of persons is like a hidden
    # one by chance. Other rows of theirs, such as one of all others, must not hold what is hidden.
    measures = {m for (m,) in connection.execute("SELECT measure FROM main.dim_measure").fetchall()}
    unprinted = _unprinted(connection, numbers)
    found = []
    for mart, column in columns:
        holds_cells = re.sub(r"_(men|women)_count$", "_count", column) in measures
        is_of_persons = "employ" in column or "worker" in column
        rows = connection.execute(
            f'SELECT count(*) FROM (SELECT DISTINCT "{column}"::DOUBLE AS v FROM main."{mart}") t '
            "JOIN (SELECT unnest($1::DOUBLE[]) AS h) x ON abs(t.v - h) <= 1e-9 * h",
            [unprinted if holds_cells else numbers + (persons if is_of_persons else [])],
        ).fetchall()
        if rows[0][0]:
            found.append({"mart": mart, "column": column})
    return found


def _unprinted(connection: duckdb.DuckDBPyConnection, numbers: list[float]) -> list[float]:
    """Those that no printed cell of any publication is like."""
    if not numbers:
        return []
    rows = connection.execute(
        "SELECT h FROM (SELECT unnest($1::DOUBLE[]) AS h) x WHERE NOT EXISTS (SELECT 1 "
        "FROM main.fct_observation t WHERE t.value BETWEEN h - 1e-9 * h AND h + 1e-9 * h) ORDER BY h",
        [numbers],
    ).fetchall()
    return [float(h) for (h,) in rows]


def _names(connection: duckdb.DuckDBPyConnection) -> dict[str, list[str]]:
    names = {"_T": ["계", "Total"]}
    for table, key in (
        ("dim_complex", "complex_id"),
        ("dim_industry", "industry_code"),
        ("dim_measure", "measure"),
    ):
        for code, ko, en in connection.execute(
            f"SELECT {key}, name_ko, name_en FROM {table} ORDER BY 1"
        ).fetchall():
            if code != "_T":
                names[code] = [ko, en]
    return names


_HOW = {
    "sums": ("합계에서 계산됨", "from the sums"),
    "no_operating_firm": ("가동업체가 없음", "no firm operates"),
    "another_publication": ("다른 공표물에 실림", "printed in another publication"),
}


def _page(findings: dict[str, Any]) -> str:
    """The findings as one page that opens offline, Korean and English."""

    def name(code: str) -> str:
        ko, en = findings["names"].get(code, [code, code])
        return f"{escape(ko)}<br><small>{escape(en)}</small>"

    def number(value: float | None) -> str:
        return "∞" if value is None else f"{value:,.2f}"

    def key(row: dict[str, Any]) -> str:
        sex = {"M": "남 / men", "F": "여 / women"}.get(row["sex"], "")
        return (
            f"<td>{name(row['complex_id'])}</td><td>{name(row['industry_code'])}</td>"
            f"<td>{name(row['measure'])}<br><small>{sex}</small></td><td>{row['period']}</td>"
        )

    exact = [c for c in findings["cells"] if c["exact"] and c["high"] >= 0.005]
    zero = [c for c in findings["cells"] if c["exact"] and c["high"] < 0.005]
    wide = [c for c in findings["cells"] if not c["exact"]]
    head = "<th>단지<br><small>Complex</small><th>업종<br><small>Industry</small><th>지표<br><small>Measure</small><th>시점<br><small>Period</small>"
    parts = [
        "<!doctype html><html lang=ko><meta charset=utf-8>",
        "<meta name=viewport content='width=device-width'><title>비공개 검토 · Disclosure audit</title>",
        "<style>body{font:15px/1.5 Pretendard,'Noto Sans CJK KR',sans-serif;max-width:60rem;margin:2rem auto;"
        "padding:0 1rem;color:#1a1a1a}table{border-collapse:collapse;width:100%;margin:.5rem 0 2rem}"
        "th,td{border-bottom:1px solid #ddd;padding:.35rem .6rem;text-align:left;vertical-align:top}"
        "td.n{text-align:right;font-variant-numeric:tabular-nums}small{color:#555}"
        ".warn{background:#fff4e5;border-left:4px solid #c60;padding:.6rem 1rem}</style>",
        f"<h1>공표물이 스스로 드러내는 것 <small>What the publication itself reveals</small></h1>"
        f"<p>{findings['period']}, 비공개 칸 {len(findings['cells'])}개 / suppressed cells</p>",
        "<p class=warn>대외비: 통계 담당자만 본다. 배포판에 싣지 않는다.<br>"
        "Confidential: for the statistician alone. It is part of no release.</p>",
        f"<h2>정확히 알 수 있는 칸 {len(exact)}개 <small>Cells that can be worked out exactly</small></h2>",
    ]

    def table(rows: list[str], more: str) -> None:
        if rows:
            parts.append(f"<table><tr>{head}{more}</tr>{''.join(rows)}</table>")
        else:
            parts.append("<p>없음 / none</p>")

    table(
        [
            f"<tr>{key(c)}<td class=n>{number(c['low'])}</td><td>{' / '.join(_HOW[c['how']])}</td></tr>"
            for c in exact
        ],
        "<th>값<br><small>Figure</small><th>경로<br><small>How</small>",
    )
    parts.append(
        f"<h2>0임이 드러나는 칸 {len(zero)}개 <small>Cells known to be zero</small></h2>"
        "<p>가동업체가 없는 업종이거나, 합계가 남김없이 설명된다. / No firm operates there, or nothing is left of the sum.</p>"
    )
    parts.append(
        f"<h2>한 업체가 알아낼 수 있는 칸 {len(findings['alone'])}개 <small>Cells that one firm can work out</small></h2>"
    )
    table(
        [
            f"<tr>{key(c)}<td>{name(c['by_complex_id'])}</td><td>{name(c['by_industry_code'])}</td></tr>"
            for c in findings["alone"]
        ],
        "<th>유일한 업체의 단지<br><small>whose only firm</small><th>업종<br><small>Industry</small>",
    )
    parts.append("<h2>함께 가린 합 <small>What they hide together</small></h2>")
    table(
        [
            f"<tr>{key(g)}<td class=n>{number(g['sum'])}</td><td>{len(g['members'])}: "
            f"{', '.join(escape(findings['names'].get(m, [m])[0]) for m in g['members'])}</td></tr>"
            for g in findings["groups"]
        ],
        "<th>합<br><small>Sum</small><th>단지<br><small>Complexes</small>",
    )
    parts.append(f"<h2>구간 {len(wide)}개 <small>Intervals</small></h2>")
    table(
        [
            f"<tr>{key(c)}<td class=n>{number(c['low'])}</td><td class=n>{number(c['high'])}</td></tr>"
            for c in wide
        ],
        "<th>하한<br><small>At least</small><th>상한<br><small>At most</small>",
    )
    if findings["doubt"]:
        shown = ", ".join(findings["doubt"])
        parts.append(
            f"<p>가동업체가 0인데 값이 있는 칸이 있어 0으로 보지 않은 지표 / Not taken as zero where no firm operates, "
            f"because printed cells contradict it: {shown}</p>"
        )
    parts.append("</html>")
    return "\n".join(parts) + "\n"
