"""The simulated levels pass through the published totals, print by print."""

from __future__ import annotations

import csv
import math
from datetime import date
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingestion.sample import (
    TWICE_REVISED,
    Period,
    SampleRegistry,
    SimulatedPublication,
    simulate,
    simulate_annual_revision,
)
from ingestion.sample.levels import FIRST_MONTH, Anchor, Levels, benchmark, shared_out, whole
from ingestion.sample.structure import SPANS, covered
from ingestion.sample.workdays import BUDDHA, CHUSEOK, SEOLLAL, is_business_day, working_days

from ...conftest import SEED, SEEDS


@pytest.fixture(scope="module")
def names() -> SampleRegistry:
    return SampleRegistry.load(SEEDS)


def total(edition: SimulatedPublication, table: str, measure: str, relation: str) -> float:
    value = edition.figure(table, "계", measure, relation=relation).value
    assert value is not None
    return value


def told(edition: SimulatedPublication, year: bool) -> tuple[str, str, int]:
    """Production in 조원 (4 decimals), exports in 억달러 (2 decimals), persons, as a paper would."""
    relation = "ytd" if year else "current"
    tail = "_ytd" if year else ""
    made = total(edition, "production_by_complex", f"production{tail}", relation)
    sold = total(edition, "exports_by_complex", f"exports{tail}", relation)
    people = total(edition, "employment_by_complex", "employment_count", "current")
    return f"{made / 10_000:.4f}", f"{sold / 100:.2f}", int(people)


# Written down by hand from DOMAIN §3 (its sources: etnews 200302020064, sedaily, hankyung
# 2005031597141 and 2006020570671, newsprime 14710, ndsoft 16829, etnews 201103020064, KERI, audit
# data of 2021-09, the publisher's workbook of 2026-Q1). None: not in print.
PUBLISHED = [
    ("2001", "177.9011", "643.53", None),
    ("2002", "190.1164", "712.78", 518_347),
    ("2004-01", "18.9400", "85.30", None),
    ("2004-12", "23.1800", "95.60", None),
    ("2005-01", "23.2400", "107.39", None),
    ("2005-12", "25.5629", "109.30", None),
    ("2006-04", "25.0102", "116.69", 660_525),
    ("2006-06", "25.6539", "120.63", 663_488),
    ("2006-09", "26.9040", "130.09", 670_069),
    ("2008-04", "34.2470", "153.34", 728_467),
    ("2010", "491.0857", "1803.92", 857_450),
    ("2012", "616.0000", "2294.00", None),
    ("2016", "503.1759", "1739.73", 1_032_594),
    ("2017", "539.0000", "1910.00", None),
]


@pytest.mark.parametrize(("period", "production", "exports", "employment"), PUBLISHED)
@pytest.mark.parametrize("revised", [False, True])
def test_editions_print_the_published_totals(
    names: SampleRegistry,
    period: str,
    production: str,
    exports: str,
    employment: int | None,
    revised: bool,
) -> None:
    year = len(period) == 4
    about = f"{period}-12" if year else period
    if revised:
        edition = simulate_annual_revision(SEED, about, names)
    else:
        edition = simulate(SEED, [about], names)[0]
    made, sold, people = told(edition, year)
    assert (made, sold) == (production, exports)
    assert employment in (None, people)


def test_2020_has_two_prints(names: SampleRegistry) -> None:
    first = simulate(SEED, ["2020-12"], names)[0]
    revised = simulate_annual_revision(SEED, "2020-12", names)
    # DOMAIN §3: MBC 2021-02, and the audit data of 2021-09.
    assert told(first, True) == ("451.4799", "1384.00", 968_255)
    assert told(revised, True) == ("459.9640", "1414.60", 969_712)
    assert len(first.complexes) == 38
    assert first.published_at == date(2021, 2, 26)
    assert first.published_at < revised.published_at <= date(2021, 9, 1)


@pytest.mark.parametrize("seed", [SEED, 1, 7])
def test_2026_q1_is_the_real_workbooks(names: SampleRegistry, seed: int) -> None:
    edition = simulate(seed, ["2026-Q1"], names)[0]
    assert told(edition, False) == ("176.7986", "506.64", 984_829)
    # Firms and the operating rate of the same line of DOMAIN §3, in every table that prints them.
    for table, measure, firms in [
        ("tenants_by_complex", "tenant_count", 65_209),
        ("tenants_by_complex", "operating_count", 60_074),
        ("tenants_by_industry", "tenant_count", 65_209),
        ("operating_by_industry", "operating_count", 60_074),
    ]:
        assert total(edition, table, measure, "current") == firms
    for by in ("complex", "size", "industry"):
        rate = total(edition, f"operating_rate_by_{by}", "utilization_pct", "current")
        assert f"{rate:.1f}" == "82.7"


def test_other_published_months_are_hit_in_their_first_print(names: SampleRegistry) -> None:
    # ingestion/reference/published_figures.csv: klnews, hankyung, ulsanpress, etnews 201006290171.
    for period, production in [
        ("2002-08", "16.0351"), ("2003-08", "16.6133"), ("2006-11", "26.5722"),
        ("2010-04", "40.0114"), ("2024-Q3", "166.8032"), ("2024-Q4", "168.2930"),
    ]:  # fmt: skip
        assert told(simulate(SEED, [period], names)[0], False)[0] == production


@pytest.mark.parametrize("seed", [1, 7])
def test_another_seed_hits_them_too_and_is_another_nation(seed: int) -> None:
    one, other = Levels(seed), Levels(seed + 1)
    for year, value in ((2001, 177_901_100), (2010, 491_085_700), (2020, 451_479_900)):
        months = [Period(year, "M", n) for n in range(1, 13)]
        mine = [one.total("production", month, 0) for month in months]
        assert sum(mine) == value
        assert mine != [other.total("production", month, 0) for month in months]


def test_months_add_up_to_the_printed_year_to_date(names: SampleRegistry) -> None:
    """The year to date is the sum of the prints of the day, also after complexes have left."""
    periods = [f"2020-{n:02}" for n in range(1, 13)]
    editions = simulate(SEED, periods, names)
    first = [total(e, "production_by_complex", "production", "current") for e in editions]
    again = [total(e, "production_by_complex", "production", "previous") for e in editions[1:]]
    whole_year = total(editions[-1], "production_by_complex", "production_ytd", "ytd")
    assert math.isclose(sum(again) + first[-1], whole_year, rel_tol=1e-12)
    assert math.isclose(sum(first), whole_year, rel_tol=1e-12)
    assert first[:-1] != again  # months move between the prints, their year does not


def test_every_year_is_revised_and_some_twice(names: SampleRegistry) -> None:
    for year in (2003, 2007, 2011, 2015, 2023):
        about = f"{year}-12"
        first = simulate(SEED, [about], names)[0]
        once = simulate_annual_revision(SEED, about, names)
        twice = simulate_annual_revision(SEED, about, names, years_later=2)
        prints = [told(edition, True)[0] for edition in (first, once, twice)]
        assert prints[0] != prints[1]
        assert abs(float(prints[1]) / float(prints[0]) - 1) < 0.01
        assert (prints[2] != prints[1]) == (year in TWICE_REVISED)
        assert first.published_at < once.published_at < twice.published_at
        assert date(year + 1, 4, 1) < once.published_at < date(year + 1, 9, 1)
        assert once.tables["tenants_by_complex"] == first.tables["tenants_by_complex"]
    quarter = simulate_annual_revision(SEED, "2025-Q4", names)
    # After the first print of 2026-Q1, the last edition there is.
    assert quarter.published_at > simulate(SEED, ["2026-Q1"], names)[0].published_at
    for wrong in ("2026-Q1", "2000-12"):
        with pytest.raises(ValueError, match="never revised"):
            simulate_annual_revision(SEED, wrong, names)


def test_outside_the_simulated_years_there_is_nothing(names: SampleRegistry) -> None:
    for period in ("2000-01", "2027-Q1"):
        with pytest.raises(ValueError, match="2000-10 to 2026-12"):
            simulate(SEED, [period], names)


# --- coverage --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("period", "count"),
    [
        # DOMAIN §3 and published_figures.csv, column complexes_covered.
        ("2001-01", 25), ("2002-12", 25), ("2003-08", 29), ("2004-02", 30), ("2005-01", 30),
        ("2005-12", 29), ("2006-04", 30), ("2006-11", 30), ("2008-04", 36), ("2010-06", 40),
        ("2020-12", 38), ("2024-Q1", 38), ("2025-Q1", 39), ("2026-Q1", 40),
    ],
)  # fmt: skip
def test_as_many_complexes_are_covered_as_is_in_print(period: str, count: int) -> None:
    assert len(covered(Period.parse(period).last_month)) == count


def test_dates_of_the_registry_are_kept(names: SampleRegistry) -> None:
    """A date that is not marked as simulated is the registry's, and none contradicts it."""
    with (SEEDS / "complexes.csv").open(encoding="utf-8", newline="") as file:
        registry = {row["complex_id"]: row for row in csv.DictReader(file)}
    dated = 0
    for span in SPANS:
        row = registry[names.complex_id(span.name)]
        since, until = row["published_from"], row["published_until"]
        if span.first is not None and not span.first_simulated:
            assert str(span.first) == since, span
            dated += 1
        if span.last is not None and not span.last_simulated:
            assert str(span.last) == until, span
            dated += 1
        if since:
            assert span.first is not None
            assert span.first.last_month >= Period.parse(since).months[0], span
        if until:
            assert span.last is not None
            assert span.last.last_month <= Period.parse(until).last_month, span
    assert dated >= 25
    left = {span.name for span in SPANS if span.last is not None and span.name != "안정"}
    assert left == {n for n, i in names.complexes.items() if registry[i]["published_until"]} & left
    now = {names.complex_id(shape.name) for shape in covered(2026 * 12 + 2)}
    assert now == {i for i, row in registry.items() if not row["published_until"]}


# --- holidays --------------------------------------------------------------------------------

# A new moon over Korea: 2000-02-05 22:03 KST; mean length of a lunation in days.
_NEW_MOON, _LUNATION = date(2000, 2, 5).toordinal() + 0.92, 29.530588853


@pytest.mark.parametrize("year", range(2001, 2027))
def test_the_lunar_dates_are_the_moons(year: int) -> None:
    """Seollal is a day of new moon; Chuseok and the Buddha's birthday stand 14 and 7 days later."""
    for day, age in ((SEOLLAL[year], 0), (CHUSEOK[year], 14), (BUDDHA[year], 7)):
        since = day.toordinal() + 0.5 - _NEW_MOON
        moon = (since + 5) % _LUNATION - 5  # true new moons stray up to 14 hours from mean ones
        assert abs(moon - age) < 1.3, (day, moon)
    assert date(year, 1, 21) <= SEOLLAL[year] <= date(year, 2, 20)
    assert date(year, 9, 7) <= CHUSEOK[year] <= date(year, 10, 8)
    # Six months lie between the first and the seventh, one more where a month was put in.
    months = (CHUSEOK[year] - SEOLLAL[year]).days - 14
    assert round(months / _LUNATION) in (7, 8)


def test_banks_are_closed_on_holidays() -> None:
    assert not is_business_day(date(2026, 2, 17))
    assert not is_business_day(date(2026, 2, 16))
    assert not is_business_day(date(2026, 2, 21))
    assert is_business_day(date(2026, 2, 20))
    assert working_days(2026 * 12 + 1) == 17
    assert is_business_day(date(2012, 10, 9)) and not is_business_day(date(2013, 10, 9))
    with pytest.raises(ValueError, match="2031"):
        is_business_day(date(2031, 1, 2))


def test_moving_holidays_show_in_the_months() -> None:
    """January is weak where Seollal falls in it, October where Chuseok does."""
    levels = Levels(SEED)

    def made(year: int, month: int) -> int:
        return levels.total("production", Period(year, "M", month), 0)

    # 2009 and 2020 lie at the edge of slumps, 2005 (January) is an anchor by itself.
    years = [year for year in range(2001, 2026) if year not in (2004, 2005, 2009, 2020)]
    early = [made(y, 1) / made(y, 2) for y in years if SEOLLAL[y].month == 1]
    late = [made(y, 1) / made(y, 2) for y in years if SEOLLAL[y].month == 2]
    assert sum(early) / len(early) < sum(late) / len(late) - 0.03
    years = [year for year in range(2001, 2026) if year not in (2008,)]
    october = [made(y, 10) / made(y, 9) for y in years if CHUSEOK[y].month == 10]
    september = [made(y, 10) / made(y, 9) for y in years if CHUSEOK[y].month == 9]
    assert sum(october) / len(october) < sum(september) / len(september) - 0.02


# --- benchmarking ----------------------------------------------------------------------------


def test_a_path_keeps_the_shape_of_its_indicator() -> None:
    indicator = [1.0, 2.0, 3.0] * 8
    path = benchmark(indicator, [Anchor(FIRST_MONTH, FIRST_MONTH + 23, 48_000)], FIRST_MONTH)
    assert path == [1000, 2000, 3000] * 8


def test_a_path_is_smooth_between_two_points() -> None:
    points = [Anchor(2, 2, 100_000), Anchor(12, 12, 200_000)]
    path = benchmark([1.0] * 16, points, 0)
    assert path[:3] == [100_000] * 3
    assert path[12:] == [200_000] * 4
    assert {b - a for a, b in pairwise(path[2:13])} == {10_000}


@given(
    st.lists(st.floats(0.5, 2.0), min_size=36, max_size=36),
    st.lists(st.integers(10**5, 10**7), min_size=3, max_size=3),
)
def test_totals_are_hit_exactly(indicator: list[float], values: list[int]) -> None:
    month = values[1] // 15
    totals = [
        Anchor(0, 11, values[0]), Anchor(12, 23, values[1]), Anchor(17, 17, month),
        Anchor(30, 32, values[2]),
    ]  # fmt: skip
    path = benchmark(indicator, totals, 0)
    for wanted in totals:
        assert sum(path[wanted.first : wanted.last + 1]) == wanted.value


@given(st.integers(0, 10**12), st.lists(st.floats(0.001, 10**6), min_size=1, max_size=40))
def test_shares_add_up(amount: int, weights: list[float]) -> None:
    parts = shared_out(amount, weights)
    assert sum(parts) == amount
    exact = [amount * weight / math.fsum(weights) for weight in weights]
    assert all(abs(part - share) <= 1 for part, share in zip(parts, exact, strict=True))


def test_decimals_are_read_exactly() -> None:
    assert whole("177.9011", 10**6) == 177_901_100
    assert whole("616", 10**6) == 616_000_000
    with pytest.raises(ValueError, match="more than 0 digits"):
        whole("1.5", 1)
    with pytest.raises(ValueError, match="nothing to share"):
        shared_out(3, [0.0])
