"""The quality report: one offline page that tells a reader everything the gate found."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from publication.quality import Facts, render_quality_report

Row = dict[str, Any]


def check(**other: Any) -> Row:
    base: Row = {
        "id": "men_and_women_add_up",
        "suite": "marts",
        "theme": "coherence",
        "severity": "critical",
        "success": True,
        "title_ko": "남녀를 더하면 계가 된다",
        "title_en": "Men and women add up",
        "reason_ko": "까닭이다",
        "reason_en": "The reason.",
        "action_ko": "할 일이다",
        "action_en": "The action.",
        "owner": "statistics",
        "expected": "x",
        "observed": "y",
        "checked_count": 35,
        "accepted_count": 0,
        "unexpected_count": 0,
        "failures": [],
    }
    return base | other


def failed(**other: Any) -> Row:
    failure = {
        "complex_id": "namdong",
        "measure": "employment_count",
        "period": "2026-Q1",
        "value": 94056.0,
        "expected": 81417.0,
        "sheet": "표8 단지별 고용",
        "cell": "C8",
        "message_ko": "남동 고용: 81,417 → 94,056",
        "message_en": "Namdong, employment: 81,417 → 94,056",
    }
    return (
        check(
            id="change_is_usual",
            theme="comparability",
            severity="warning",
            success=False,
            unexpected_count=1,
            failures=[failure],
        )
        | other
    )


def verdict(outcome: str, *checks: Row, simulated: bool = False) -> Row:
    return {
        "build_id": "2026-Q1_abc",
        "period": "2026-Q1",
        "verdict": outcome,
        "is_simulated": simulated,
        "engine": "great-expectations 1.24.1",
        "counts": {},
        "checks": list(checks),
    }


def snapshot(**other: Any) -> Row:
    base: Row = {
        "snapshot_id": "kicox__industrial_trend/2026-Q1/x",
        "dataset": "kicox__industrial_trend",
        "period": "2026-Q1",
        "sha256": "9f8a31c2" * 8,
        "file_name": "a.xlsx",
        "bytes": 114511,
        "published_at": "2026-05-27",
        "published_at_basis": "document",
        "loaded_at": "2026-11-23T17:24:52+00:00",
        "is_simulated": False,
        "warnings": [],
    }
    return base | other


WARNING = {
    "code": "header_year",
    "sheet": "표4",
    "cell": "E3",
    "message_ko": "머리글은 2025입니다",
    "message_en": "the header says 2025",
    "action_ko": "조치할 것은 없습니다.",
    "action_en": "Nothing to do.",
}


class Page(HTMLParser):
    """Text by language, and what a page must have or must not."""

    def __init__(self, source: str) -> None:
        super().__init__()
        self.open: list[tuple[str, str]] = []
        self.words: dict[str, list[str]] = {"ko": [], "en": [], "": []}
        self.headings: list[int] = []
        self.headers: list[dict[str, str | None]] = []
        self.requests: list[str] = []
        self.feed(source)
        assert not self.open, self.open

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        if tag in ("script", "link", "img", "iframe", "object"):
            self.requests.append(tag)
        for name in ("src", "href"):
            if not (found.get(name) or "#").startswith("#"):
                self.requests.append(str(found[name]))
        if tag == "th":
            self.headers.append(found)
        if re.fullmatch(r"h[1-6]", tag):
            self.headings.append(int(tag[1]))
        if tag not in ("meta", "input", "br"):
            self.open.append((tag, str(found.get("lang") or "")))

    def handle_endtag(self, tag: str) -> None:
        assert self.open and self.open[-1][0] == tag, (tag, self.open[-3:])
        self.open.pop()

    def handle_data(self, data: str) -> None:
        if any(tag == "style" for tag, _ in self.open):
            return
        own = [lang for tag, lang in self.open if lang and tag != "html"]
        self.words[own[-1] if own else ""].append(data)

    def text(self, lang: str) -> str:
        return " ".join(" ".join(self.words[lang] + self.words[""]).split())


def render(
    tmp_path: Path, outcome: Row, lock: Row | None = None, **facts: Any
) -> tuple[str, str, Page]:
    path = render_quality_report(
        outcome, Facts("2026-Q1", **facts), lock or {}, tmp_path / "sub" / "quality_report.html"
    )
    assert path == tmp_path / "sub" / "quality_report.html"
    page = Page(path.read_text(encoding="utf-8"))
    return page.text("ko"), page.text("en"), page


def lock(*snapshots: Row) -> Row:
    return {"build_id": "2026-Q1_abc", "code": {"version": "0.1.0"}, "snapshots": list(snapshots)}


@pytest.mark.parametrize(
    ("outcome", "ko", "en"),
    [
        (verdict("pass", check()), "경고가 없다", "published without a warning"),
        (verdict("pass_with_warnings", check(), failed()), "경고가 1건", "with 1 warning that"),
        (
            verdict("stop", failed(severity="critical")),
            "공개할 수 없다: 중대 점검 1건이 어긋나",
            "cannot be published: 1 critical check failed",
        ),
        (verdict("pass"), "점검 기록이 없다", "No checks are on record"),
    ],
)
def test_the_verdict_is_a_sentence(tmp_path: Path, outcome: Row, ko: str, en: str) -> None:
    korean, english, _ = render(tmp_path, outcome)
    assert ko in korean and en in english


def test_the_page_asks_for_nothing_and_runs_nothing(tmp_path: Path) -> None:
    _, _, page = render(tmp_path, verdict("pass_with_warnings", failed()), lock=lock(snapshot()))
    assert page.requests == []
    source = (tmp_path / "sub" / "quality_report.html").read_text(encoding="utf-8")
    assert "@import" not in source and "http://" not in source and "https://" not in source
    # its letters are in it
    assert source.count("url(") == source.count("url(data:font/woff2;base64,") == 2
    assert "default-src 'none'" in source


def test_headings_descend_by_steps_and_headers_have_a_scope(tmp_path: Path) -> None:
    _, _, page = render(
        tmp_path,
        verdict("pass_with_warnings", check(), failed()),
        lock=lock(snapshot()),
        survey={"response_rate_pct": item("response_rate_pct", 75.0) | {"sheet": "조사 개요"}},
    )
    assert page.headings[0] == 1 and page.headings.count(1) == 1
    assert all(b - a <= 1 for a, b in zip(page.headings, page.headings[1:], strict=False))
    assert page.headers and all(h.get("scope") in ("col", "row") for h in page.headers)


def test_what_failed_is_told_with_its_cells(tmp_path: Path) -> None:
    ko, en, _ = render(tmp_path, verdict("pass_with_warnings", failed(unexpected_count=30)))
    assert "남동 고용: 81,417 → 94,056" in ko and "표8 단지별 고용 C8" in ko
    assert "Namdong, employment: 81,417 → 94,056" in en and "94,056 81,417" in en
    assert "30 cells beyond the rule" in en and "and 29 more" in en
    assert "The reason." in en and "The action." in en


def test_every_dimension_has_a_chapter_and_strange_themes_are_not_lost(tmp_path: Path) -> None:
    _, en, _ = render(tmp_path, verdict("pass", check(), check(id="z", theme="astrology")))
    for name in (
        "Relevance",
        "Accuracy and reliability",
        "Timeliness and punctuality",
        "Coherence and comparability",
        "Confidentiality",
        "Accessibility and clarity",
    ):
        assert name in en
    assert "astrology 1 of 1 check passed" in en


def item(code: str, value: float) -> Row:
    """A figure of the survey notes with its name, as the code list has it."""
    return {"value": value, "name_ko": f"{code} 이름", "name_en": f"{code} name"}


FULL: Row = {
    "complexes": 40,
    "provinces": 14,
    "industries": 11,
    "quarters": 17,
    "first_period": "2022-Q1",
    "cells": {"A": 900, "Q": 90, "O": 10, "M": 50},
    "survey": {
        "surveyed_count": item("surveyed_count", 4891.0),
        "responded_count": item("responded_count", 3669.0),
        "response_rate_pct": item("response_rate_pct", 75.0) | {"sheet": "조사 개요", "cell": "A17"},
        "cv_production_pct": item("cv_production_pct", 8.9),
        "cv_exports_pct": item("cv_exports_pct", 12.1),
        "suppression_max_respondents": item("suppression_max_respondents", 5.0),
    },
    "suppressed": [{"name_ko": "진해", "name_en": "Jinhae"}],
    "lags": [
        {"period": p, "published_at": "2026-05-27", "days": d}
        for p, d in (("2026-Q1", 67), ("2025-Q4", 50), ("2025-Q3", 40), ("2025-Q2", 60))
    ],
    "revisions": [
        {"measure": "production_krw_100m", "name_ko": "생산액", "name_en": "Production", "horizon": h,
         "horizon_ko": h, "horizon_en": h, "observations": 10, "revised": 8, "relative_mar_pct": 0.156, "bias_t": t}
        for h, t in (("90d", None), ("latest", 2.5))
    ],
    "breaks": [
        {"quarter": "2025-Q4", "kind": "coverage_in", "what_ko": "용인 추가", "what_en": "Yongin added", "source": "s", "source_ko": "출처"}
    ],
    "like_for_like": {"growth_pct": 6.41, "growth_lfl_pct": 6.4, "matched_complexes": 33},
    "seasonal": {"adjusted": 3, "not_adjusted": 88},
    "freshness": [{"status": "on_time"}, {"status": "late"}, {"status": "never_seen"}],
    "punctuality": [{"delay_seconds": 3, "is_measured": True}],
    "claims": [
        {"name_ko": "맞음", "name_en": "Supported", "n": 2},
        {"name_ko": "판정할 수 없음", "name_en": "Not evaluable", "n": 1},
    ],
    "shares": [{"metric": "a"}],
    "missing_shares": [{"metric": "a"}, {"metric": "b"}],
    "marts": [{"mart": "m", "row_count": 1000, "column_count": 2}],
    "columns": (90, 100),
    "traced": (50, 50),
}  # fmt: skip


def test_each_chapter_begins_with_its_figures(tmp_path: Path) -> None:
    outcome = verdict("pass_with_warnings", check(), failed()) | {
        "since_last_release": {
            "release_id": "2025-Q4_v1", "new_publications": 2, "compared_cells": 1000,
            "changed_cells": 40, "silent_cells": 0,
        }
    }  # fmt: skip
    ko, en, page = render(tmp_path, outcome, **FULL)
    for sentence in (
        "40 industrial complexes in 14 provinces in the first quarter of 2026",
        "3 claims made in print with these statistics were checked: 2 supported and 1 not evaluable",
        "1 share of the nation is left empty",
        "Of 4,891 firms surveyed 3,669 answered, a response rate of 75.0%; the part of the other 1,222",
        "8.9% for production and 12.1% for exports",
        "±17 to 24%",
        "(mean absolute revision) by: production 0.16%",
        "lean to one side for production (t = 2.5)",
        "Of 1,000 cells due in this workbook 900 (90.0%) hold a figure, 90 are suppressed and 10 are missing",
        "67 days after its end",
        "this time it is 7 days late",
        "The 3 quarters before took 40 to 60 days (50 in the middle)",
        "Of 3 sources that can be used beside it 1 has come in time, 1 is late and 1 was never received",
        "1 announced release went out at most 3 seconds after the announced time",
        "2025-Q4, Yongin added",
        "by +6.4% on the year as published, and by +6.4% like for like, over the 33 complexes",
        "Since the release before (2025-Q4_v1) 2 publications came",
        "40 were revised; 0 changed without a publication",
        "of 1 complex are suppressed (X): Jinhae. The publisher withholds complexes with 5 or fewer",
        "90 of 100 columns (90.0%)",
        "50 of 50 observations (100.0%)",
    ):
        assert sentence in en, sentence
    for sentence in ("회수율은 75.0%", "7일 늦었다", "진해", "용인 추가", "평균 절대 수정률"):
        assert sentence in ko, sentence
    assert page.headings.count(2) >= 10


def test_what_is_not_known_is_not_told(tmp_path: Path) -> None:
    ko, en, _ = render(tmp_path, verdict("pass", check()))
    for word in ("response rate of", "None", "nan", "coefficient of variation", "days after"):
        assert word not in en and word not in ko
    unrevised = [r | {"revised": 0} for r in FULL["revisions"]]
    _, en, _ = render(tmp_path, verdict("pass", check()), revisions=unrevised)
    assert "has been revised yet" in en


def test_the_process_names_steps_and_owners(tmp_path: Path) -> None:
    row = check(gsbpm="5.3", owner_ko="통계 담당", owner_en="Statistics")
    ko, en, _ = render(tmp_path, verdict("pass", row))
    assert "Review and validate Statistics" in en and "통계 담당" in ko and "5.3 1 1 35" in en


def test_inputs_are_listed(tmp_path: Path) -> None:
    _, en, _ = render(
        tmp_path,
        verdict("pass", check()),
        lock=lock(snapshot(), snapshot(period="all", file_name="b.csv", published_at=None)),
    )
    assert "9f8a31c2" * 8 in en and "2026-05-27" in en and "111.8 KB" in en
    assert "2 files, kept byte for byte" in en


def test_no_record_of_suppression_is_not_told_as_none(tmp_path: Path) -> None:
    _, en, _ = render(tmp_path, verdict("pass", check()))
    assert "given no record of suppression" in en
    _, en, _ = render(tmp_path, verdict("pass", check()), suppressed=[])
    assert "No complex is suppressed" in en


def test_everything_is_escaped(tmp_path: Path) -> None:
    evil = "<script>alert(1)</script>&\"'"
    outcome = verdict(
        "pass_with_warnings",
        failed(
            id=evil,
            title_ko=evil,
            title_en=evil,
            reason_ko=evil,
            action_en=evil,
            owner=evil,
            failures=[{"message_ko": evil, "message_en": evil, "value": evil, "cell": evil}],
        ),
    ) | {"build_id": evil, "period": evil, "engine": evil, "verdict": 'x" onclick="y'}
    bad = snapshot(file_name=evil, dataset=evil, warnings=[WARNING | {"message_ko": evil}])
    _, en, page = render(
        tmp_path, outcome, lock=lock(bad), suppressed=[{"name_ko": evil, "name_en": evil}]
    )
    assert page.requests == []
    assert evil in en


def test_simulated_is_marked_and_real_is_not(tmp_path: Path) -> None:
    ko, en, _ = render(tmp_path, verdict("pass", check(), simulated=True))
    assert "SIMULATED / 모의자료" in ko and "SIMULATED / 모의자료" in en
    ko, en, _ = render(tmp_path, verdict("pass", check()))
    assert "SIMULATED" not in ko + en


def test_the_same_input_gives_the_same_bytes(tmp_path: Path) -> None:
    outcome = verdict("pass", check())
    facts = Facts("2026-Q1", **FULL)
    first = render_quality_report(outcome, facts, {}, tmp_path / "a.html").read_bytes()
    assert render_quality_report(outcome, facts, {}, tmp_path / "b.html").read_bytes() == first
