"""The quality report: one offline page that tells a reader everything the gate found."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from publication.quality_report import render_quality_report

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


def render(tmp_path: Path, outcome: Row, **context: Any) -> tuple[str, str, Page]:
    path = render_quality_report(outcome, context, tmp_path / "sub" / "quality_report.html")
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
    assert "url(" not in source and "@import" not in source and "http://" not in source
    assert "https://" not in source


def test_headings_descend_by_steps_and_headers_have_a_scope(tmp_path: Path) -> None:
    _, _, page = render(
        tmp_path,
        verdict("pass_with_warnings", check(), failed()),
        lock=lock(snapshot()),
        survey_notes=[{"item": "response_rate_pct", "value": 75.0, "sheet": "조사 개요"}],
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


def test_themes_are_all_there_and_strange_ones_are_not_lost(tmp_path: Path) -> None:
    _, en, _ = render(tmp_path, verdict("pass", check(), check(id="z", theme="astrology")))
    for theme in ("Accuracy", "Coherence", "Completeness", "Comparability", "Timeliness"):
        assert theme in en
    assert "astrology 1 of 1 passed" in en and "Accuracy no checks" in en


def test_a_check_that_saw_nothing_does_not_claim_to_have_passed(tmp_path: Path) -> None:
    _, en, _ = render(tmp_path, verdict("pass", check(checked_count=0)))
    assert "nothing to check" in en


def test_warnings_of_the_files_are_told_once_with_their_places(tmp_path: Path) -> None:
    same = [WARNING, WARNING | {"sheet": "표6"}]
    ko, en, _ = render(tmp_path, verdict("pass", check()), lock=lock(snapshot(warnings=same)))
    assert ko.count("머리글은 2025입니다.") == 1
    assert "a.xlsx › 표4 › E3; a.xlsx › 표6 › E3" in en and "Nothing to do." in en


def test_suppression_survey_and_inputs(tmp_path: Path) -> None:
    ko, en, _ = render(
        tmp_path,
        verdict("pass", check()),
        lock=lock(snapshot(), snapshot(period="all", file_name="b.csv", published_at=None)),
        suppressed=[{"name_ko": "진해", "name_en": "Jinhae"}],
        survey_notes=[
            {"item": "response_rate_pct", "value": 75.0, "sheet": "조사 개요", "cell": "A17"},
            {"item": "unknown", "value": 1.0},
        ],
    )
    assert "진해" in ko and "the 1 complex below" in en
    assert "Response rate 75.0%" in en and "회수율 75.0%" in ko
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
    first = render_quality_report(outcome, {}, tmp_path / "a.html").read_bytes()
    assert render_quality_report(outcome, {}, tmp_path / "b.html").read_bytes() == first
