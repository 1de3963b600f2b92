"""The chapters of the account: sentences with figures, then tables, by the quality dimensions of the
European Statistical System (relevance; accuracy and reliability; timeliness and punctuality; coherence
and comparability; accessibility and clarity) and statistical confidentiality.

A sentence is written only where its figures are known.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from markupsafe import Markup

from publication.bulletin.words.wording import (
    join_words,
    josa,
    number,
    percent,
    period_text,
    signed,
)
from publication.page import both
from publication.quality.facts import Facts

Row = dict[str, Any]
#: What the publisher has kept to (DOMAIN: no calendar is published).
USUAL_DAYS = (30, 60)


@dataclass(frozen=True)
class Table:
    """A table of a chapter; a header is (Korean, English, is it a number)."""

    caption: Markup
    headers: list[tuple[str, str, bool]]
    rows: list[list[Any]]


@dataclass(frozen=True)
class Chapter:
    """One dimension: `themes` are those of the gate's suites that belong to it."""

    key: str
    name: Markup
    question: Markup
    themes: tuple[str, ...]
    sentences: list[Markup] = field(default_factory=list)
    tables: list[Table] = field(default_factory=list)


def chapters(facts: Facts, verdict: Mapping[str, Any]) -> list[Chapter]:
    """The account, chapter by chapter."""
    return [
        _relevance(facts),
        _accuracy(facts, verdict),
        _timeliness(facts),
        _coherence(facts, verdict),
        _confidentiality(facts),
        _accessibility(facts),
    ]


def _plural(n: float, one: str, many: str | None = None) -> str:
    return f"{number(n)} {one if n == 1 else many or one + 's'}"


def _relevance(f: Facts) -> Chapter:
    said: list[Markup] = []
    ko, en = period_text(f.period, "ko"), period_text(f.period, "en")
    if f.complexes:
        said.append(
            both(
                f"이 배포판은 {ko}의 산업단지 {number(f.complexes)}곳({number(f.provinces or 0)}개 시도)에서 "
                "입주·가동 업체, 생산, 수출, 고용, 가동률이 어떠했는지를 말한다.",
                f"This release tells of {_plural(f.complexes, 'industrial complex', 'industrial complexes')} in "
                f"{_plural(f.provinces or 0, 'province')} in {en}: their firms, production, exports, "
                "employment and operating rates.",
            )
        )
    if f.quarters and f.first_period:
        said.append(
            both(
                f"{period_text(f.first_period, 'ko')}부터 {number(f.quarters)}개 분기를 담고 있으며 업종은 {number(f.industries or 0)}개로 나뉜다.",
                f"It holds {_plural(f.quarters, 'quarter')} from {period_text(f.first_period, 'en')}, by {number(f.industries or 0)} industries.",
            )
        )
    if f.claims:
        total = sum(c["n"] for c in f.claims)
        ko_list = ", ".join(f"{c['name_ko']} {number(c['n'])}건" for c in f.claims)
        en_list = join_words([f"{number(c['n'])} {c['name_en'].lower()}" for c in f.claims], "en")
        said.append(
            both(
                f"이 통계를 두고 언론과 기관이 한 주장 {number(total)}건을 함께 점검하였다: {ko_list}.",
                f"{_plural(total, 'claim')} made in print with these statistics {'was' if total == 1 else 'were'} checked: {en_list}.",
            )
        )
    given = sorted({s["metric"] for s in f.shares})
    missing = sorted({s["metric"] for s in f.missing_shares} - set(given))
    if given:
        said.append(
            both(
                f"전국에서 차지하는 비중 {len(given)}가지를 싣는다.",
                f"{_plural(len(given), 'share')} of the nation {'is' if len(given) == 1 else 'are'} given.",
            )
        )
    if missing:
        said.append(
            both(
                f"전국 비중 {len(missing)}가지는 이번 분기의 전국 분모가 아직 나오지 않아 비워 두었다. 추정으로 채우지 않는다.",
                f"{_plural(len(missing), 'share')} of the nation {'is' if len(missing) == 1 else 'are'} left empty, because the national denominator of the quarter is not out yet. Nothing is filled by estimates.",
            )
        )
    return Chapter(
        "relevance",
        both("적합성", "Relevance"),
        both("누구의 어떤 물음에 답하는가", "Whose questions does it answer?"),
        (),
        said,
    )


def _accuracy(f: Facts, verdict: Mapping[str, Any]) -> Chapter:
    said: list[Markup] = []
    s = {k: v["value"] for k, v in f.survey.items() if v.get("value") is not None}
    if {"surveyed_count", "responded_count", "response_rate_pct"} <= set(s):
        said.append(
            both(
                f"생산과 수출은 표본조사이다. 조사 대상 {number(s['surveyed_count'])}개사 가운데 {number(s['responded_count'])}개사가 답하여 회수율은 {percent(s['response_rate_pct'])}이고, 답하지 않은 {number(s['surveyed_count'] - s['responded_count'])}개사의 몫은 발행 기관의 추정에 들어 있다.",
                f"Production and exports come from a sample. Of {number(s['surveyed_count'])} firms surveyed {number(s['responded_count'])} answered, a response rate of {percent(s['response_rate_pct'])}; the part of the other {number(s['surveyed_count'] - s['responded_count'])} is in the publisher's estimate.",
            )
        )
    cv = [
        (ko, en, s[key])
        for key, ko, en in (
            ("cv_production_pct", "생산", "production"),
            ("cv_exports_pct", "수출", "exports"),
        )
        if key in s
    ]
    if cv:
        listed_ko = ", ".join(f"{ko} {percent(v)}" for ko, _, v in cv)
        listed_en = " and ".join(f"{percent(v)} for {en}" for _, en, v in cv)
        low, high = 1.96 * min(v for *_, v in cv), 1.96 * max(v for *_, v in cv)
        said.append(
            both(
                f"변동계수는 {listed_ko}이다. 표본오차만 보아도 전수조사 값이 공표값의 ±{number(low)}–{number(high)}% 안에 있으리라고 95% 믿을 수 있을 뿐이므로, 작은 증감은 변화로 읽지 않는 것이 좋다.",
                f"The coefficient of variation is {listed_en}: from sampling alone the true level lies within ±{number(low)} to {number(high)}% of the printed one with 95% confidence, so small changes should not be read as change.",
            )
        )
    total = [r for r in f.revisions if r["horizon"] == "latest" and r["observations"]]
    if total:
        revised = max(total, key=lambda r: r["relative_mar_pct"] or 0)
        touched = sum(r["revised"] for r in total)
        if touched:
            ko = ", ".join(f"{r['name_ko']} {_rate(r['relative_mar_pct'])}" for r in total)
            en = ", ".join(f"{r['name_en'].lower()} {_rate(r['relative_mar_pct'])}" for r in total)
            said.append(
                both(
                    f"처음 공표한 전국 값은 나중에 평균 이만큼 수정되었다(평균 절대 수정률): {ko}.",
                    f"First prints of the national totals have been revised on average (mean absolute revision) by: {en}.",
                )
            )
            biased = [r for r in total if r["bias_t"] is not None and abs(r["bias_t"]) > 2]
            said.append(
                both(
                    "수정이 한쪽으로 치우친 측정값이 있다: "
                    + ", ".join(f"{r['name_ko']}(t = {number(r['bias_t'], 1)})" for r in biased)
                    + "."
                    if biased
                    else "수정이 한쪽으로 치우쳤다는 증거는 없다(모든 측정값에서 |t| ≤ 2).",
                    "Revisions lean to one side for "
                    + ", ".join(
                        f"{r['name_en'].lower()} (t = {number(r['bias_t'], 1)})" for r in biased
                    )
                    + "."
                    if biased
                    else "Nothing says that revisions lean to one side (|t| ≤ 2 for every measure).",
                )
            )
        else:
            said.append(
                both(
                    f"전국 값 {number(revised['observations'])}개 분기분은 아직 한 번도 수정되지 않았다. 얼마나 수정될지는 아직 말할 수 없다.",
                    f"None of the {_plural(revised['observations'], 'national total')} of a measure has been revised yet, so nothing can be said about the size of revisions.",
                )
            )
    there, hidden = f.cells.get("A", 0), f.cells.get("Q", 0)
    missing = f.cells.get("O", 0)
    if there:
        cells = there + hidden + missing
        said.append(
            both(
                f"이번 통합 문서에서 있어야 할 칸 {number(cells)}개 가운데 {number(there)}개({percent(100 * there / cells)})에 값이 있고 {number(hidden)}개는 비공개, {number(missing)}개는 비어 있다.",
                f"Of {number(cells)} cells due in this workbook {number(there)} ({percent(100 * there / cells)}) hold a figure, {number(hidden)} are suppressed and {number(missing)} are missing.",
            )
        )
    jumps = [
        c
        for c in verdict.get("checks") or []
        if c.get("id") in ("change_is_usual", "growth_is_usual_for_the_series")
    ]
    odd = sum(int(c.get("unexpected_count") or 0) for c in jumps if not c.get("success"))
    if jumps:
        said.append(
            both(
                f"이력에 견주어 크게 움직인 값은 {number(odd)}개이다. 사실일 수 있으므로 고치지 않고 위에 밝힌다."
                if odd
                else "자기 이력에 견주어 크게 벗어난 값은 없다.",
                f"{_plural(odd, 'figure')} moved far against its history; it may be true, so nothing was altered and it is listed above."
                if odd == 1
                else f"{number(odd)} figures moved far against their history; they may be true, so nothing was altered and they are listed above."
                if odd
                else "No figure moved far against its own history.",
            )
        )
    tables = []
    if f.survey:
        tables.append(_survey_table(f))
    if any(r["revised"] for r in f.revisions):
        tables.append(_revision_table(f))
    return Chapter(
        "accuracy",
        both("정확성과 신뢰성", "Accuracy and reliability"),
        both(
            "값이 참값에 얼마나 가까우며 나중에 얼마나 바뀌는가",
            "How near are the figures to the truth, and how much do they change later?",
        ),
        ("accuracy", "completeness"),
        said,
        tables,
    )


def _rate(value: float | None) -> str:
    return "–" if value is None else f"{number(value, 2)}%"


#: Items of the survey notes that are listed, in their order; the code list names them.
_SURVEY_ITEMS = (
    "sample_size", "surveyed_count", "responded_count", "response_rate_pct", "cv_production_pct",
    "cv_exports_pct", "suppression_max_respondents",
)  # fmt: skip


def _survey_table(f: Facts) -> Table:
    rows = []
    for item in _SURVEY_ITEMS:
        found = f.survey.get(item)
        if found is None or found.get("value") is None:
            continue
        shown = number(found["value"], 1 if item.endswith("_pct") else 0)
        where = " ".join(str(found[k]) for k in ("sheet", "cell") if found.get(k))
        rows.append([both(found["name_ko"], found["name_en"]), shown, where])
    return Table(
        both(
            "조사의 품질: 발행 기관의 ‘조사 개요’",
            "The survey itself, by the publisher's survey notes",
        ),
        [
            ("항목", "Item", False),
            ("값", "Value", True),
            ("발행 파일의 칸", "Cell of the file", False),
        ],
        rows,
    )


def _revision_table(f: Facts) -> Table:
    by: dict[str, dict[str, Row]] = {}
    horizons = {r["horizon"]: (r["horizon_ko"], r["horizon_en"]) for r in f.revisions}
    for r in f.revisions:
        by.setdefault(r["measure"], {})[r["horizon"]] = r
    rows = []
    for found in by.values():
        last = found.get("latest") or next(iter(found.values()))
        rows.append(
            [
                both(last["name_ko"], last["name_en"]),
                *(
                    _rate(found[h]["relative_mar_pct"])
                    if h in found and found[h]["observations"]
                    else "–"
                    for h in horizons
                ),
                both(
                    f"{number(last['observations'])}개 중 {number(last['revised'])}개",
                    f"{number(last['revised'])} of {number(last['observations'])}",
                ),
            ]
        )
    return Table(
        both(
            "전국 값의 평균 절대 수정률, 첫 공표에 견주어",
            "Mean absolute revision of the national totals, against their first print",
        ),
        [
            ("측정값", "Measure", False),
            *((ko, en, True) for ko, en in horizons.values()),
            ("수정된 분기", "Quarters revised", True),
        ],
        rows,
    )


def _timeliness(f: Facts) -> Chapter:
    said: list[Markup] = []
    newest = next((r for r in f.lags if r["period"] == f.period), None)
    if newest:
        days = int(newest["days"])
        late = days - USUAL_DAYS[1]
        said.append(
            both(
                f"{josa(period_text(f.period, 'ko'), '은')} 끝난 지 {number(days)}일 만인 {newest['published_at']}에 공표되었다. 발행 기관은 정해진 공표 일정을 두지 않으나 {USUAL_DAYS[0]}–{USUAL_DAYS[1]}일 안에 내 왔으며, "
                + (f"이번에는 {number(late)}일 늦었다." if late > 0 else "이번에도 그 안이다."),
                f"{period_text(f.period, 'en').capitalize()} was published on {newest['published_at']}, {_plural(days, 'day')} after its end. The publisher keeps no calendar but has come out within {USUAL_DAYS[0]} to {USUAL_DAYS[1]} days; "
                + (
                    f"this time it is {_plural(late, 'day')} late."
                    if late > 0
                    else "so it has this time."
                ),
            )
        )
    past = [int(r["days"]) for r in f.lags if r["period"] != f.period]
    if len(past) >= 3:
        middle = sorted(past)[len(past) // 2]
        said.append(
            both(
                f"앞선 {len(past)}개 분기는 {min(past)}–{max(past)}일(중앙값 {middle}일)이 걸렸다.",
                f"The {len(past)} quarters before took {min(past)} to {max(past)} days ({middle} in the middle).",
            )
        )
    measured = [r for r in f.punctuality if r["is_measured"]]
    if measured:
        worst = max(int(r["delay_seconds"]) for r in measured)
        said.append(
            both(
                f"예고한 배포판 {len(measured)}건은 예고한 시각에서 늦어도 {number(worst)}초 안에 나갔다.",
                f"{_plural(len(measured), 'announced release')} went out at most {_plural(worst, 'second')} after the announced time.",
            )
        )
    if f.freshness:
        late_rows = [r for r in f.freshness if r["status"] == "late"]
        on_time = [
            r for r in f.freshness if r["status"] in ("on_time", "due", "ended", "irregular")
        ]
        never = [r for r in f.freshness if r["status"] == "never_seen"]
        said.append(
            both(
                f"함께 쓰는 자료 {len(f.freshness)}가지 가운데 {len(on_time)}가지가 제때 들어와 있고, {len(late_rows)}가지는 늦었으며, {len(never)}가지는 받지 않았다.",
                f"Of {_plural(len(f.freshness), 'source')} that can be used beside it {len(on_time)} {'has' if len(on_time) == 1 else 'have'} come in time, {len(late_rows)} {'is' if len(late_rows) == 1 else 'are'} late and {len(never)} {'was' if len(never) == 1 else 'were'} never received.",
            )
        )
    tables = []
    if len(f.lags) > 1:
        tables.append(
            Table(
                both("기준 분기가 끝나고 공표까지", "From the end of the quarter to publication"),
                [
                    ("분기", "Quarter", False),
                    ("첫 공표일", "First published", False),
                    ("일수", "Days", True),
                ],
                [[r["period"], str(r["published_at"]), number(r["days"])] for r in f.lags],
            )
        )
    return Chapter(
        "timeliness",
        both("시의성과 정시성", "Timeliness and punctuality"),
        both("얼마나 빨리, 그리고 때맞추어 나왔는가", "How soon did it come, and when it was due?"),
        ("timeliness",),
        said,
        tables,
    )


def _coherence(f: Facts, verdict: Mapping[str, Any]) -> Chapter:
    said: list[Markup] = []
    checks = [c for c in verdict.get("checks") or [] if c.get("theme") == "coherence"]
    if checks:
        looked = sum(int(c.get("checked_count") or 0) for c in checks)
        bad = sum(not c.get("success") for c in checks)
        said.append(
            both(
                f"표와 표, 합계와 부분이 서로 맞는지를 {len(checks)}가지 규칙으로 {number(looked)}번 견주었고, "
                + (f"{bad}가지 규칙이 어긋났다." if bad else "어긋난 것은 없다."),
                f"Tables were held against each other and totals against their parts {number(looked)} times, by {_plural(len(checks), 'rule')}; "
                + (f"{_plural(bad, 'rule')} did not hold." if bad else "all held."),
            )
        )
    recent = [r for r in f.breaks if r["quarter"] > _year_before(f.period)]
    said.append(
        both(
            f"최근 1년 안에 등록된 단절은 {len(recent)}건이다: "
            + "; ".join(f"{r['quarter']} {r['what_ko']}" for r in recent[:4])
            + "."
            if recent
            else "최근 1년 안에 등록된 단절이 없으므로 전년 대비 증감은 같은 대상끼리의 비교이다.",
            f"{_plural(len(recent), 'break')} {'is' if len(recent) == 1 else 'are'} registered within the last year: "
            + "; ".join(f"{r['quarter']}, {r['what_en']}" for r in recent[:4])
            + "."
            if recent
            else "No break is registered within the last year, so growth on the year compares like with like.",
        )
    )
    lfl = f.like_for_like
    if lfl.get("growth_pct") is not None and lfl.get("growth_lfl_pct") is not None:
        said.append(
            both(
                f"전국 생산의 전년 동기 대비 증감률은 공표 그대로 {signed(lfl['growth_pct'])}, 두 분기에 모두 있고 사이에 단절이 없는 {number(lfl['matched_complexes'] or 0)}개 단지끼리는 {signed(lfl['growth_lfl_pct'])}이다.",
                f"Production of the nation changed by {signed(lfl['growth_pct'])} on the year as published, and by {signed(lfl['growth_lfl_pct'])} like for like, over the {_plural(lfl['matched_complexes'] or 0, 'complex', 'complexes')} that stand in both quarters without a break between.",
            )
        )
    elif lfl.get("reason_ko"):
        said.append(
            both(
                f"같은 대상끼리의 전년 대비 증감률은 낼 수 없다: {lfl['reason_ko']}.",
                f"Growth on the year like for like cannot be given: {lfl['reason_en']}.",
            )
        )
    if f.seasonal:
        done, not_done = f.seasonal.get("adjusted", 0), f.seasonal.get("not_adjusted", 0)
        said.append(
            both(
                f"계절조정은 진단을 통과한 {number(done)}개 시계열에만 하였고, {number(not_done)}개는 이유를 적고 원계열로 두었다.",
                f"{_plural(done, 'series', 'series')} passed the diagnostics and {'is' if done == 1 else 'are'} seasonally adjusted; {number(not_done)} keep their originals, each with the reason.",
            )
        )
    since = verdict.get("since_last_release") or {}
    if since:
        said.append(
            both(
                f"앞선 배포판({since['release_id']}) 뒤로 간행물 {number(since['new_publications'])}건이 들어왔다. 닫힌 분기의 값 {number(since['compared_cells'])}개 가운데 {number(since['changed_cells'])}개가 수정되었고, 새 간행물 없이 바뀐 값은 {number(since['silent_cells'])}개이다.",
                f"Since the release before ({since['release_id']}) {_plural(since['new_publications'], 'publication')} came. Of {number(since['compared_cells'])} figures of closed quarters {number(since['changed_cells'])} were revised; {number(since['silent_cells'])} changed without a publication.",
            )
        )
    elif verdict.get("checks"):
        said.append(
            both(
                "견줄 앞선 배포판이 없다. 이것이 이 자료의 첫 배포판이다."
                if verdict.get("last_release", "") is None
                else "",
                "There is no release before to hold it against: this is the first."
                if verdict.get("last_release", "") is None
                else "",
            )
        )
    tables = []
    if f.breaks:
        tables.append(
            Table(
                both("등록된 단절(최근 두 해)", "Registered breaks (the last two years)"),
                [
                    ("분기", "Quarter", False),
                    ("내용", "What", False),
                    ("출처", "Source", False),
                ],
                [
                    [
                        r["quarter"],
                        both(r["what_ko"], r["what_en"]),
                        both(r["source_ko"], r["source"]),
                    ]
                    for r in f.breaks
                ],
            )
        )
    return Chapter(
        "coherence",
        both("일관성과 비교성", "Coherence and comparability"),
        both(
            "표끼리 맞는가, 앞선 기간과 견줄 수 있는가",
            "Do the tables agree, and can they be held against earlier periods?",
        ),
        ("coherence", "comparability"),
        [x for x in said if x.striptags().strip()],
        tables,
    )


def _year_before(period: str) -> str:
    return f"{int(period[:4]) - 1}{period[4:]}" if len(period) == 7 else period


def _confidentiality(f: Facts) -> Chapter:
    said: list[Markup] = []
    limit = (f.survey.get("suppression_max_respondents") or {}).get("value")
    if f.suppressed is None:
        said.append(
            both(
                "이 보고서에는 비공개 처리에 관한 기록이 없다.",
                "This report was given no record of suppression.",
            )
        )
    elif not f.suppressed:
        said.append(
            both(
                "이 기간에 비공개(X)로 처리된 단지는 없다.",
                "No complex is suppressed (X) in this period.",
            )
        )
    else:
        n = len(f.suppressed)
        names_ko = ", ".join(str(r["name_ko"]) for r in f.suppressed)
        names_en = ", ".join(str(r["name_en"]) for r in f.suppressed)
        rule_ko = f"조사 대상 업체가 {number(limit)}개 이하인 단지를 가리는 " if limit else ""
        rule_en = (
            f"The publisher withholds complexes with {number(limit)} or fewer surveyed firms"
            if limit
            else "The publisher withholds them"
        )
        said.append(
            both(
                f"{n}개 단지의 생산, 수출, 고용, 가동률이 비공개(X)이다: {names_ko}. {rule_ko}발행 기관의 기준이며, 업체 수는 비공개가 아니다.",
                f"Production, exports, employment and operating rates of {_plural(n, 'complex', 'complexes')} are suppressed (X): {names_en}. {rule_en}; counts of firms are shown.",
            )
        )
        said.append(
            both(
                "발행 기관의 합계(계)에는 이 단지들이 들어 있다. 이 배포판은 합계와 보이는 행의 차이를 어디에도 싣지 않으며, 비공개(X)와 값 없음(빈칸)과 실적 없음(0)을 처음부터 끝까지 따로 둔다.",
                "The publisher's totals include them. This release tells the difference between totals and visible rows nowhere, and keeps suppressed (X), missing (empty) and nothing (0) apart from end to end.",
            )
        )
    return Chapter(
        "hidden",
        both("비밀보호", "Confidentiality"),
        both("무엇을, 누구의 기준으로 가렸는가", "What is withheld, and by whose rule?"),
        ("confidentiality",),
        said,
    )


def _accessibility(f: Facts) -> Chapter:
    said: list[Markup] = []
    if f.marts:
        rows = sum(int(m["row_count"]) for m in f.marts)
        said.append(
            both(
                f"마트 {len(f.marts)}개(약 {number(rows)}행)를 Parquet과 DuckDB 파일로, 같은 내용을 속보(PDF)와 이 보고서로 낸다. 열쇠도 계정도 필요 없다.",
                f"{len(f.marts)} marts (about {number(rows)} rows) come as Parquet and as a DuckDB file, and are told in a bulletin (PDF) and this report. No key and no account is needed.",
            )
        )
    if f.columns and f.columns[1]:
        told, n = f.columns
        said.append(
            both(
                f"열 {number(n)}개 가운데 {number(told)}개({percent(100 * told / n)})에 한국어와 영어 설명이 붙어 있다.",
                f"{number(told)} of {number(n)} columns ({percent(100 * told / n)}) carry a description in Korean and English.",
            )
        )
    if f.traced and f.traced[1]:
        traced, n = f.traced
        said.append(
            both(
                f"관측값 {number(n)}개 가운데 {number(traced)}개({percent(100 * traced / n)})가 발행 파일의 시트와 칸으로 되짚어진다(`sandan trace`).",
                f"{number(traced)} of {number(n)} observations ({percent(100 * traced / n)}) lead back to sheet and cell of the publisher's file (`sandan trace`).",
            )
        )
    return Chapter(
        "accessibility",
        both("접근성과 명확성", "Accessibility and clarity"),
        both("누구나 얻고 알아볼 수 있는가", "Can everybody get it and understand it?"),
        (),
        said,
    )
