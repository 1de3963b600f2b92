"""Numbers, particles and sentences in Korean and English."""

from __future__ import annotations

import pytest

from publication.bulletin import words as s
from publication.bulletin.words import ABSENT, Claim, ClaimRow, Lang, Obs, compare

PRODUCTION = s.subject("production_krw_100m", "생산액", "Production", "억원")
EXPORTS = s.subject("exports_usd_m", "수출액", "Exports", "백만달러")
UTILIZATION = s.subject("utilization_pct", "가동률", "Operating rate", "%")
TENANTS = s.subject("tenant_count", "입주업체수", "Tenants", "개사")


@pytest.mark.parametrize(
    ("word", "particle", "expected"),
    [
        ("생산액", "은", "생산액은"),
        ("여수", "은", "여수는"),
        ("온산", "이", "온산이"),
        ("여수", "이", "여수가"),
        ("서울", "으로", "서울로"),
        ("창원", "으로", "창원으로"),
        ("82.7%", "으로", "82.7%로"),
        ("군산2", "은", "군산2는"),
        ("군산3", "은", "군산3은"),
        ("시화MTV", "이", "시화MTV가"),
        ("구미(외)", "은", "구미(외)는"),
        ("남동(+0.1%p)", "은", "남동(+0.1%p)은"),
        ("5,189억원(35.9%)", "으로", "5,189억원(35.9%)으로"),
        ("전분기(2025년 4분기)", "과", "전분기(2025년 4분기)와"),
        ("", "은", "는"),
    ],
)
def test_particles_follow_the_sound(word: str, particle: str, expected: str) -> None:
    assert s.josa(word, particle) == expected


@pytest.mark.parametrize(
    ("now", "then", "ko", "en"),
    [
        (110.0, 100.0, "증가하였다", "up 10.0%"),
        (90.0, 100.0, "감소하였다", "down 10.0%"),
        (100.04, 100.0, "전분기 수준을 유지하였다", "unchanged on the previous quarter"),
        (0.0, 100.0, "100.0%(100억원) 감소하였다", "down 100.0%"),
        (0.0, 0.0, "전분기 수준을 유지하였다", "unchanged"),
        (5.0, 0.0, "전분기에는 실적이 없어", "none in the previous quarter"),
        (5.0, None, "나타났다.", "Production was KRW 500 million."),
    ],
)
def test_direction_words(now: float, then: float | None, ko: str, en: str) -> None:
    base = ABSENT if then is None else Obs(then)
    change = compare(Obs(now), base)
    for lang, words in (("ko", ko), ("en", en)):
        text = s.level_sentence(PRODUCTION, Obs(now), change, s.NO_CHANGE_KNOWN, lang)  # type: ignore[arg-type]
        assert words in text


def test_directions_that_differ_are_contrasted() -> None:
    quarter, year = compare(Obs(110.0), Obs(100.0)), compare(Obs(110.0), Obs(120.0))
    assert "증가하였으나, 전년 동기보다 8.3% 감소하였다" in s.level_sentence(
        EXPORTS, Obs(110.0), quarter, year, "ko"
    )
    assert "on the previous quarter but down 8.3% on a year earlier" in s.level_sentence(
        EXPORTS, Obs(110.0), quarter, year, "en"
    )


def test_rates_move_in_points() -> None:
    change = compare(Obs(82.7), Obs(84.0), points=True)
    none = s.NO_CHANGE_KNOWN
    ko = s.level_sentence(UTILIZATION, Obs(82.7), change, none, "ko")
    en = s.level_sentence(UTILIZATION, Obs(82.7), change, none, "en")
    assert ko == "가동률은 82.7%로 전분기보다 1.3%p 하락하였다."
    assert en == "The operating rate was 82.7%, down 1.3 percentage points on the previous quarter."
    assert compare(Obs(82.72), Obs(82.7), points=True).direction == "flat"


def test_suppressed_and_missing_values_are_not_compared() -> None:
    assert compare(Obs(None, "Q"), Obs(1.0)).direction == "none"
    assert compare(Obs(1.0), Obs(5.0, "Q")).direction == "none"
    assert s.growth_cell(compare(Obs(5.0), Obs(0.0))) == s.MISSING


@pytest.mark.parametrize(
    ("value", "ko", "en"),
    [
        (1_767_986.24, "176조 7,986억원", "KRW 176.8 trillion"),
        (10_000.0, "1조원", "KRW 1.0 trillion"),
        (19_999.6, "2조원", "KRW 2.0 trillion"),
        (9_457.5, "9,458억원", "KRW 945.8 billion"),
        (85.04, "85.0억원", "KRW 8.5 billion"),
        (0.3, "0.3억원", "KRW 30 million"),
    ],
)
def test_won(value: float, ko: str, en: str) -> None:
    assert s.krw_text(value, "ko") == ko
    assert s.krw_text(value, "en") == en


@pytest.mark.parametrize(
    ("value", "ko", "en"),
    [(50_664.01, "506.6억달러", "US$ 50.66 billion"), (85.1, "85.1백만달러", "US$ 85.1 million")],
)
def test_dollars(value: float, ko: str, en: str) -> None:
    assert s.usd_text(value, "ko") == ko
    assert s.usd_text(value, "en") == en


def test_numbers() -> None:
    assert s.number(1_234_567.5) == "1,234,568"
    assert s.number(-1234.5, 1) == "\u22121,234.5"
    assert s.number(0.0, 1) == "0.0" and s.number(-0.0) == "0"
    assert s.number(0.04, 1) == "<0.1"  # only nothing prints as nothing
    assert s.number(2.5) == "3" and s.number(0.285, 2) == "0.29"
    assert s.signed(0.04) == "0.0%" and s.signed(-5.65) == "\u22125.7%"


def test_periods() -> None:
    assert s.previous_period("2026-Q1") == "2025-Q4"
    assert s.previous_period("2026-01") == "2025-12"
    assert s.year_ago_period("2026-Q1") == "2025-Q1"
    assert s.previous_period("all") is None and s.period_text("all", "ko") == "all"
    assert s.period_text("2026-Q1", "en") == "the first quarter of 2026"


def test_where_definitions_disagree_the_cell_says_so() -> None:
    claim = Claim(
        "c",
        "national_export_share_pct",
        43.0,
        0.5,
        "s",
        "2005-08-01",
        "t",
        (
            ClaimRow("2002", "b", "supported", 43.4, "12/12"),
            ClaimRow("2002", "a", "contradicted", 43.9, "12/12"),
        ),
    )
    cell = s.verdict_cell(claim, "2002", ["a", "b"])
    assert (cell.verdict, cell.measured, cell.disputed) == ("contradicted", "43.9", True)
    assert s.verdict_cell(claim, "2003", ["a"]).verdict == "not_evaluable"


def test_periods_in_which_a_claim_held_are_never_folded() -> None:
    rows = tuple(
        ClaimRow(str(y), "a", "supported" if y == 1990 else "contradicted", 40.0, "12/12")
        for y in range(1990, 2026)
    )
    claim = Claim("c", "m", 40.0, 0.5, "s", "", "t", rows)
    kept = s.evaluable_periods([claim], 10)
    assert kept[0] == ["1990", *map(str, range(2017, 2026))] and kept[1] == 26


def test_names_of_measures_become_subjects() -> None:
    none = s.NO_CHANGE_KNOWN
    ko = s.level_sentence(TENANTS, Obs(65_209.0), none, none, "ko")
    en = s.level_sentence(TENANTS, Obs(65_209.0), none, none, "en")
    assert (ko, en) == ("입주업체수는 65,209개사로 나타났다.", "Tenants numbered 65,209.")


@pytest.mark.parametrize(
    ("lang", "expected"),
    [
        ("ko", "동일 기준으로는 전년 동기 대비 −2.5%로 나타났다."),
        ("en", "Like for like: −2.5% on the year."),
    ],
)
def test_growth_like_for_like_says_what_is_known(lang: Lang, expected: str) -> None:
    assert s.comparable_sentence(None, -2.5, lang) == expected
    assert s.comparable_sentence(None, None, lang) == ""


def test_a_chart_is_told_by_its_ends_and_extremes() -> None:
    points = [("2025-Q3", 3.0), ("2025-Q4", 1.0), ("2026-Q1", 2.0)]
    assert s.line_alt("Exports", "US$ billion", points, 1, "en") == (
        "Line chart of Exports (US$ billion): first 3.0 in the third quarter of 2025, last 2.0 in "
        "the first quarter of 2026, lowest 1.0 in the fourth quarter of 2025, highest 3.0 in the "
        "third quarter of 2025."
    )
