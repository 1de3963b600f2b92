"""The simulated nation: denominators through the figures in print, each as of a day."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingestion.sample import NationalAccounts, SampleRegistry, reference_rows, simulate
from ingestion.sample.macro import HS_CHAPTERS, PROVINCE_CODES, SERIES
from ingestion.sample.workdays import is_business_day

from ...conftest import SEED, SEEDS

NATION = NationalAccounts(SEED)
LATE = date(2030, 1, 1)


def exports(year: int, as_of: date) -> float:
    """A year's exports in 억달러."""
    months = [NATION.exports_usd(year, month, as_of) for month in range(1, 13)]
    return sum(value for value in months if value is not None) / 10**8


# DOMAIN §3, table of national denominators: final and preliminary, 억달러.
@pytest.mark.parametrize(
    ("year", "final", "preliminary"),
    [
        (2001, 1504, 1506.53), (2002, 1625, 1628), (2003, 1938, 1943), (2004, 2538, None),
        (2005, 2844, 2847), (2008, 4220, None), (2009, 3635, None), (2010, 4664, None),
        (2012, 5479, None), (2013, 5596, None), (2017, 5737, None), (2018, 6054.7, None),
        (2025, 7093.3, 7097),
    ],
)  # fmt: skip
def test_exports_pass_through_the_published_years(
    year: int, final: float, preliminary: float | None
) -> None:
    assert exports(year, LATE) == pytest.approx(final, abs=1e-9)
    assert exports(year, date(year + 1, 2, 15)) == pytest.approx(final, abs=1e-9)
    first = exports(year, date(year + 1, 2, 14))
    assert first != pytest.approx(final, abs=1e-3)
    if preliminary is not None:
        assert first == pytest.approx(preliminary, abs=1e-9)


# DOMAIN §3: mining and manufacturing, 조원: year, first print (None: not in print), final print.
@pytest.mark.parametrize(
    ("year", "first", "final"),
    [
        (2000, 564.205, 560.9), (2001, 586.105, None), (2003, None, 674.8), (2004, None, 790.9),
        (2005, 851.011, None), (2010, None, 1329.4), (2011, None, 1494.2), (2012, 1511.024, None),
        (2013, 1495.422, None), (2017, None, 1515.6), (2018, 1567.1, None), (2020, None, 1507.3),
        (2021, 1769.1, None),
    ],
)  # fmt: skip
def test_shipments_pass_through_the_published_years(
    year: int, first: float | None, final: float | None
) -> None:
    early = NATION.mining_manufacturing_shipments_krw_m(year, date(year + 1, 12, 31))
    late = NATION.mining_manufacturing_shipments_krw_m(year, LATE)
    assert early is not None and late is not None
    assert first is None or early == first * 10**6
    assert final is None or late == final * 10**6
    assert NATION.mining_manufacturing_shipments_krw_m(year, date(year + 1, 11, 20)) is None


def test_the_share_of_2001_is_the_one_of_the_claim() -> None:
    shipments = NATION.manufacturing_shipments_krw_m(2001, date(2002, 12, 1))
    assert shipments == 584_355_000
    assert 177_901_100 / shipments == pytest.approx(0.304, abs=0.0005)
    assert 643.53 / exports(2001, LATE) == pytest.approx(0.428, abs=0.0005)


def test_annual_figures_hang_together() -> None:
    for year in range(2001, 2026):
        both = NATION.mining_manufacturing_shipments_krw_m(year, LATE)
        made = NATION.manufacturing_shipments_krw_m(year, LATE)
        output = NATION.manufacturing_output_krw_m(year, LATE)
        assert both is not None and made is not None and output is not None
        assert 0.995 * both < made < both
        assert made < output < 1.06 * made
        early = NATION.manufacturing_output_krw_m(year, date(year + 1, 12, 1))
        assert early is not None and early != output
        assert NATION.manufacturing_output_krw_m(year, date(year + 1, 11, 20)) is None
    assert NATION.manufacturing_shipments_krw_m(1999, LATE) is None


@given(st.integers(2001, 2026), st.integers(1, 12))
def test_a_month_of_trade_appears_on_the_15th_and_splits_exactly(year: int, month: int) -> None:
    after = date(year + month // 12, month % 12 + 1, 15)
    for flow in (NATION.exports_usd, NATION.imports_usd):
        assert flow(year, month, after - timedelta(days=1)) is None
        assert isinstance(flow(year, month, after), int)
    assert NATION.exports_usd_by_hs(year, month, after - timedelta(days=1)) == {}
    for as_of in (after, LATE):
        total = NATION.exports_usd(year, month, as_of)
        assert total is not None
        by_chapter = NATION.exports_usd_by_hs(year, month, as_of)
        assert list(by_chapter) == list(HS_CHAPTERS)
        assert min(by_chapter.values()) > 0
        assert sum(by_chapter.values()) == total
        by_province = NATION.exports_usd_thousand_by_province(year, month, as_of)
        assert sum(by_province.values()) == (total + 500) // 1000
        with_sejong = (year, month) >= (2012, 7)
        assert set(by_province) == set(PROVINCE_CODES) - (set() if with_sejong else {"36"})


def test_some_months_of_trade_are_revised_a_month_later() -> None:
    changed = []
    for month in range(1, 12):
        first = NATION.exports_usd(2010, month, date(2010, month + 1, 15))
        later = date(2010 + (month + 2) // 13, (month + 1) % 12 + 1, 15)
        second = NATION.exports_usd(2010, month, later)
        changed.append(first != second)
        on = NATION.changed_on("exports", f"2010-{month:02}", later)
        assert on == (later if first != second else date(2010, month + 1, 15))
    assert 2 <= sum(changed) <= 9


def test_the_production_index() -> None:
    base = [NATION.production_index(2020, month, LATE) for month in range(1, 13)]
    known = [value for value in base if value is not None]
    assert sum(round(10 * value) for value in known) == 12_000
    assert NATION.production_index(2024, 3, date(2024, 4, 29)) is None
    first = NATION.production_index(2024, 3, date(2024, 4, 30))
    assert first is not None and first == round(first, 1)
    prints = {
        NATION.production_index(2024, month, as_of)
        for month in (3, 4, 5)
        for as_of in (date(2024, 6, 30), date(2024, 7, 31), date(2025, 4, 30))
    }
    assert len(prints) > 3
    assert NATION.changed_on("production_index", "2024-03", LATE) in (
        date(2024, 4, 30), date(2024, 5, 31), date(2025, 4, 30),
    )  # fmt: skip


def test_the_exchange_rate_is_told_on_business_days() -> None:
    day, missing, levels = date(2001, 1, 1), 0, []
    while day <= date(2026, 12, 31):
        rate = NATION.krw_per_usd(day)
        assert (rate is None) == (not is_business_day(day))
        if rate is not None:
            levels.append(rate)
        missing += rate is None
        day += timedelta(days=1)
    assert 850 < min(levels) < 980
    assert 1250 < max(levels) < 1560
    assert all(abs(b / a - 1) < 0.035 for a, b in zip(levels, levels[1:], strict=False))
    assert NATION.krw_per_usd(date(2027, 1, 4)) is None
    year = [r for n in range(365) if (r := NATION.krw_per_usd(date(2025, 1, 1) + timedelta(n)))]
    assert sum(year) / len(year) == pytest.approx(1422.2, rel=0.005)  # news1 7680005


def test_vintages() -> None:
    shipments = "mining_manufacturing_shipments"
    first = NATION.changed_on(shipments, "2017", date(2019, 1, 1))
    assert date(2018, 11, 20) < first < date(2018, 12, 5)
    assert NATION.changed_on(shipments, "2017", LATE) > date(2019, 11, 20)
    # A final figure that repeats the first print is no new vintage.
    assert NATION.changed_on(shipments, "2001", LATE) < date(2003, 1, 1)
    assert NATION.changed_on("krw_per_usd", "2024-03-15", LATE) == date(2024, 3, 15)
    for series, period, as_of in (
        ("exports", "2024-03", date(2024, 4, 1)), ("gdp", "2024", LATE), ("exports", "2024", LATE),
        ("krw_per_usd", "2024-03-16", LATE), ("production_index", "x", LATE),
    ):  # fmt: skip
        with pytest.raises(LookupError):
            NATION.changed_on(series, period, as_of)
    assert len(SERIES) == len(set(SERIES))


def test_the_same_seed_gives_the_same_nation_in_any_order() -> None:
    one, other = NationalAccounts(5), NationalAccounts(5)
    one.krw_per_usd(date(2020, 3, 2))
    first = [one.exports_usd_by_hs(2012, 7, LATE), one.production_index(2015, 2, LATE)]
    second = [other.production_index(2015, 2, LATE), other.exports_usd_by_hs(2012, 7, LATE)]
    assert first == second[::-1]
    assert NationalAccounts(6).imports_usd(2015, 2, LATE) != one.imports_usd(2015, 2, LATE)
    with pytest.raises(ValueError, match="no month 13"):
        one.exports_usd(2015, 13, LATE)


def test_reference_figures_come_from_the_accounts() -> None:
    edition = simulate(SEED, ["2001-05", "2024-Q3"], SampleRegistry.load(SEEDS))
    found = {(row["series"], row["period"]): row["value"] for row in reference_rows(edition)}
    known = NATION.exports_usd(2001, 5, edition[0].published_at)
    assert known is not None
    assert found["national_exports", "2001-05"] == f"{known / 10**8:.2f}"
    quarter = [NATION.exports_usd(2024, m, edition[1].published_at) for m in (7, 8, 9)]
    assert found["national_exports", "2024-Q3"] == f"{sum(q or 0 for q in quarter) / 10**8:.2f}"
    share = 16.68032 / float(found["national_manufacturing_shipments", "2024-Q3"]) * 10
    assert 0.3 < share < 0.35
