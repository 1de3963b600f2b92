"""Sentences about indicators, adjusted series, revisions, claims, the gate and suppression."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

from publication.bulletin.check.cells import (
    NUMBER,
    PERIOD,
    SIGNED,
    Cells,
    cell_value,
    fits,
    growth_at,
    kind_of,
    period_of,
)

TOTALS = (
    "production_krw_100m",
    "exports_usd_m",
    "employment_count",
    "tenant_count",
    "utilization_pct",
)


def items_of(text: str, figure: str) -> list[tuple[str, str]] | None:
    """Names with a figure in brackets, listed with commas, semicolons and `and`."""
    one = re.compile(rf"(?P<name>.+?) ?\((?P<figure>{figure})\)(?:, | and |$)")
    found, at = [], 0
    while at < len(text):
        match = one.match(text, at)
        if match is None:
            return None
        found.append((match["name"], match["figure"]))
        at = match.end()
    return found


def _highest(cells: Cells, match: re.Match[str]) -> Iterator[str]:
    known = {
        f"{k.name.of(cells.lang)} ({k.unit.name.of(cells.lang)})"
        if cells.lang == "en"
        else f"{k.name.of(cells.lang)}({k.unit.name.of(cells.lang)})": code
        for code, k in cells.defined.kpis.items()
    }
    code = known.get(match["kpi"])
    items = items_of(match["listed"], NUMBER)
    if code is None or items is None:
        yield "names no indicator, or can be read by no rule"
        return
    values = {
        c: float(row["value"])
        for (c, industry, kpi), row in cells.kpis.items()
        if kpi == code and industry == "_T" and c != "_T" and row.get("value") is not None
        and row.get("obs_status") == "A" and c in cells.data.complexes.get(cells.data.period, {})
    }  # fmt: skip
    top = sorted(values.values(), reverse=True)
    for i, (name, said) in enumerate(items):
        own = [values[c] for c in cells.names.get(name, []) if c in values]
        if not any(fits(said, v) for v in own) or not fits(said, top[i]):
            yield f"‘{name} ({said})’ is not rank {i + 1} of {code}"


def _adjusted(cells: Cells, match: re.Match[str]) -> Iterator[str]:
    freq = "M" if match["base"] in ("전월", "month") else "Q"
    rows = cells.adjusted.get((match["name"], freq))
    if not rows:
        yield f"‘{match['name']}’ is no adjusted series of frequency {freq}"
        return
    if period_of(match["when"]) != rows[-1]["period"]:
        yield f"is not about {rows[-1]['period']}"
    for said, column in ((match["a"], "seasonally_adjusted"), (match["o"], "original")):
        if not fits(said, growth_at(rows, len(rows) - 1, column)):
            yield f"‘{said}’ is not the growth of {column}"


def _not_adjusted(cells: Cells, match: re.Match[str]) -> Iterator[str]:
    tested = cells.data.marts["seasonal_diagnostics"]
    published = sum(row["status"] == "adjusted" for row in tested)
    if (int(match["tested"]), int(match["published"])) != (len(tested), published):
        yield f"{published} of {len(tested)} are published"


def _reason(cells: Cells, match: re.Match[str]) -> Iterator[str]:
    yield from _not_adjusted(cells, match)
    counts = Counter(
        cells.data.code_word("adjustment_reason", str(row["reason"]), cells.lang)
        for row in cells.data.marts["seasonal_diagnostics"]
        if row["status"] != "adjusted"
    )
    if counts[match["reason"]] != max(counts.values(), default=0):
        yield f"‘{match['reason']}’ is not the most frequent reason"


def _revisions(cells: Cells) -> dict[str, float]:
    found = {}
    for measure in TOTALS:
        rows = cells.revisions.get(("_T", measure, cells.data.previous or ""))
        by = "revision" if kind_of(cells, measure) == "percent" else "revision_pct"
        if rows and rows[-1].get(by) is not None:
            found[cells.data.measure(measure, cells.lang)] = float(rows[-1][by])
    return found


def _unknown(cells: Cells) -> set[str]:
    """Totals of the quarter before that are printed, and whose first print is not held."""
    before = cells.data.previous or ""
    return {
        cells.data.measure(m, cells.lang)
        for m in _totals_before(cells)
        if ("_T", m, before) not in cells.data.first_prints
    }


def _totals_before(cells: Cells) -> list[str]:
    row = cells.data.totals.get(cells.data.previous or "")
    return [m for m in TOTALS if cell_value(row, m) is not None]


def _no_first_print(cells: Cells, match: re.Match[str]) -> Iterator[str]:
    if period_of(match["when"]) != cells.data.previous:
        yield f"is not about {cells.data.previous}"
    unknown, names = _unknown(cells), match.groupdict().get("names")
    if names is None:
        if len(unknown) != len(_totals_before(cells)):
            yield "denies a first print that is held"
    elif set(names.split(", ")) != unknown:
        yield f"without a first print are {', '.join(sorted(unknown)) or 'none'}"


def _revised(cells: Cells, match: re.Match[str]) -> Iterator[str]:
    if period_of(match["when"]) != cells.data.previous:
        yield f"is not about {cells.data.previous}"
    known, listed = _revisions(cells), match.groupdict().get("listed")
    if listed is None:
        if known:
            yield "denies what was revised"
        if bool(match["other"]) != bool(_unknown(cells)):
            yield "is about totals whose first print is not held, too"
        return
    said = {}
    for item in listed.split(", "):
        name, _, figure = item.removesuffix(" pp").rpartition(" ")
        measure = cells.measures.get(name)
        points = measure is not None and kind_of(cells, measure) == "percent"
        unit = "%" if not points else "%p" if cells.lang == "ko" else " pp"
        said[name] = figure.removesuffix(unit)
        if not item.endswith(figure.removesuffix(unit) + unit) or not fits(
            said[name], known.get(name)
        ):
            yield f"‘{item}’ is not its revision"
    if set(said) != set(known):
        yield f"revised were {', '.join(known)}"


def _bias(cells: Cells, match: re.Match[str]) -> Iterator[str]:
    values = {
        cells.data.measure(row["measure"], cells.lang): float(row["bias_t"])
        for row in cells.data.marts["revision_summary"]
        if (row["complex_id"], row["horizon"]) == ("_T", "latest")
        and row["measure"] in TOTALS
        and row.get("bias_t") is not None
    }
    biased = {name for name, t in values.items() if abs(t) > 2}
    said = match.groupdict().get("names")
    none = "없다" in match.group() or match.group().startswith("No total has")
    if said is not None:
        if set(said.split(", ")) != biased:
            yield f"biased are {', '.join(biased) or 'none'}"
    elif biased or (none and values and "검정할" in match.group()):
        yield "denies a bias"
    elif match.group().startswith("No total has") and values:
        yield "denies that revisions were tested"


def _verdicts(cells: Cells, match: re.Match[str]) -> Iterator[str]:
    counts = Counter(str(row["verdict"]) for row in cells.data.marts["claim_verdict"])
    if int(match["whole"]) != sum(counts.values()):
        yield f"there are {sum(counts.values())} claims"
    said: dict[str, int] = {}
    for item in match["listed"].split(", "):
        found = re.fullmatch(r"(.+) (\d+)건" if cells.lang == "ko" else r"(\d+) (.+)", item)
        if found is None:
            yield f"‘{item}’ can be read by no rule"
            continue
        word, number = found.groups() if cells.lang == "ko" else found.groups()[::-1]
        said[cells.verdicts.get(word.lower(), word)] = int(number)
    if said != {v: n for v, n in counts.items() if n}:
        yield f"the verdicts are {dict(counts)}"


def _gate(cells: Cells, match: re.Match[str]) -> Iterator[str]:
    checks = [c for c in cells.data.verdict.get("checks") or [] if isinstance(c, dict)]
    failed = sum(not check.get("success") for check in checks)
    groups = match.groupdict()
    if int(groups.get("checks") or 0) != len(checks):
        yield f"there are {len(checks)} checks"
    if int(groups.get("failed") or 0) != failed:
        yield f"{failed} checks failed"


def _suppressed(cells: Cells, match: re.Match[str]) -> Iterator[str]:
    now = cells.data.complexes.get(cells.data.period, {})
    hidden = sorted(
        cells.data.name(c, cells.lang)
        for c, row in now.items()
        if any(key.endswith("_status") and value == "Q" for key, value in row.items())
    )
    groups = match.groupdict()
    if groups.get("count") is None:
        if hidden:
            yield f"denies that {', '.join(hidden)} are suppressed"
        return
    if int(groups["count"]) != len(hidden):
        yield f"{len(hidden)} complexes are suppressed"
    rest = groups["names"] or ""
    for name in sorted(hidden, key=len, reverse=True):
        rest = rest.replace(name, "", 1)
    if re.sub(r"[\s,]|\band\b", "", rest):
        yield f"suppressed are {', '.join(hidden)}"


_P, _E = PERIOD["ko"], PERIOD["en"]
Rules = tuple[tuple[str, Callable[[Cells, re.Match[str]], Iterator[str]]], ...]
STATEMENT_RULES: dict[Any, Rules] = {
    "ko": (
        (r"(?P<kpi>.+\)) 상위: (?P<listed>.+)\.", _highest),
        (
            rf"(?P<name>.+), (?P<when>{_P}): (?P<base>전월|전분기) 대비 계절조정 (?P<a>{SIGNED})%, "
            rf"원계열 (?P<o>{SIGNED})%\.",
            _adjusted,
        ),
        (r"검토한 (?P<tested>\d+)개 계열 가운데 (?P<published>\d+)개를 계절조정하여 공표한다\.", _not_adjusted),
        (
            r"검토한 (?P<tested>\d+)개 계열 가운데 (?P<published>\d+)개를 계절조정하여 공표한다\. "
            r"싣지 않은 계열의 가장 많은 사유: (?P<reason>.+)\.",
            _reason,
        ),
        (rf"(?P<when>{_P})의 (?P<other>나머지 )?합계는 첫 공표 뒤 수정되지 않았다\.", _revised),
        (
            rf"이 배포판에는 (?P<when>{_P})의 첫 공표가 없어 합계가 수정되었는지 알 수 없다\.",
            _no_first_print,
        ),
        (
            rf"이 배포판에는 (?P<when>{_P})의 일부 합계의 첫 공표가 없다: (?P<names>.+)\.",
            _no_first_print,
        ),
        (rf"(?P<when>{_P})의 합계는 첫 공표 뒤 수정되었다: (?P<listed>.+)\.", _revised),
        (r"편향을 검정할 만큼 수정된 합계가 없다\.", _bias),
        (r"현재값과 첫 공표값의 차이에서 편향\(\|t\| > 2\)이 보이는 합계는 없다\.", _bias),
        (r"현재값과 첫 공표값의 차이에 편향\(\|t\| > 2\)이 보이는 합계: (?P<names>.+)\.", _bias),
        (r"주장 (?P<whole>\d+)건을 검증하였다: (?P<listed>.+)\.", _verdicts),
        (r"이 배포판의 검증 기록에 점검 항목이 없다\.", _gate),
        (r"점검 (?P<checks>\d+)건을 모두 통과하였다\.", _gate),
        (r"점검 (?P<checks>\d+)건 중 (?P<failed>\d+)건이 어긋났다\.", _gate),
        (r"이번 기간에 비공개\(X\)로 처리된 단지는 없다\.", _suppressed),
        (
            r"(?P<count>\d+)개 단지\((?P<names>.+)\)는 조사 대상 업체가 5개 이하인 단지의 업체 정보를 "
            r"보호하는 발행 기관의 기준에 따라 비공개\(X\)이다\. 합계에는 포함되어 있다\.",
            _suppressed,
        ),
    ),
    "en": (
        (r"(?P<kpi>.+\)) is highest in (?P<listed>.+)\.", _highest),
        (
            rf"(?P<name>.+), (?P<when>{_E}): (?P<a>{SIGNED})% on the (?P<base>month|quarter) "
            rf"seasonally adjusted, (?P<o>{SIGNED})% unadjusted\.",
            _adjusted,
        ),
        (
            r"Of (?P<tested>\d+) series examined, (?P<published>\d+) (?:is|are) published seasonally "
            r"adjusted\.",
            _not_adjusted,
        ),
        (
            r"Of (?P<tested>\d+) series examined, (?P<published>\d+) (?:is|are) published seasonally "
            r"adjusted\. Most frequent reason for leaving one out: (?P<reason>.+)\.",
            _reason,
        ),
        (
            rf"The (?P<other>other )?totals for (?P<when>{_E}) have not been revised since their "
            r"first print\.",
            _revised,
        ),
        (
            rf"This release does not hold the first print of the totals for (?P<when>{_E}), "
            r"so whether they were revised is not known\.",
            _no_first_print,
        ),
        (
            rf"This release does not hold the first print of some totals for (?P<when>{_E}): "
            r"(?P<names>.+)\.",
            _no_first_print,
        ),
        (
            rf"The totals for (?P<when>{_E}) have been revised since their first print: "
            r"(?P<listed>.+)\.",
            _revised,
        ),
        (r"No total has been revised often enough to test for bias\.", _bias),
        (r"No total shows a bias between first print and present value \(\|t\| > 2\)\.", _bias),
        (
            r"Totals with a bias between first print and present value \(\|t\| > 2\): "
            r"(?P<names>.+)\.",
            _bias,
        ),
        (r"(?P<whole>\d+) claims were checked: (?P<listed>.+)\.", _verdicts),
        (r"The verdict of this release lists no checks\.", _gate),
        (r"All (?P<checks>\d+) checks of the quality gate passed\.", _gate),
        (r"(?P<failed>\d+) of (?P<checks>\d+) checks of the quality gate failed\.", _gate),
        (r"No complex is suppressed in this period\.", _suppressed),
        (
            r"(?P<count>\d+) (?:complex is|complexes are) suppressed \(X\): (?P<names>.+)\. The "
            r"publisher withholds complexes with five or fewer surveyed firms; the totals include "
            r"them\.",
            _suppressed,
        ),
    ),
}  # fmt: skip
