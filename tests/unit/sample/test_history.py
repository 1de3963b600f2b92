"""Twenty-five years of simulated editions: read by the real parser, consistent, with their breaks."""

from __future__ import annotations

import math
import random
from collections.abc import Callable
from pathlib import Path

import pytest

from ingestion.contract import Contracts
from ingestion.parsers import industrial_trend as trend
from ingestion.recognise import recognise
from ingestion.registry import Registry
from ingestion.sample import (
    MOST_COMPLEXES,
    SUPPRESSED_UP_TO,
    TABLES,
    Period,
    SampleRegistry,
    SimulatedPublication,
    build_grid,
    file_name,
    period_range,
    simulate,
    simulate_annual_revision,
    simulate_status,
    write_sample,
    write_status_workbook,
    write_workbook,
)
from ingestion.sniff import read_content

from ...conftest import SEED, SEEDS

pytestmark = pytest.mark.slow

ALL = period_range("2001-01", "2026-Q1")
#: Months around every change, and some of all the others (the draw is the same in every run).
AROUND = [
    "2001-01", "2001-12", "2003-04", "2005-11", "2006-03", "2008-01", "2010-01", "2010-03",
    "2014-10", "2016-08", "2016-10", "2017-10", "2018-10", "2019-01", "2020-09", "2020-10",
    "2021-06", "2022-06", "2024-03", "2024-Q1",
]  # fmt: skip
CHOSEN = sorted({*AROUND, *random.Random(20260331).sample(ALL, 22)})


@pytest.fixture(scope="module")
def names() -> SampleRegistry:
    return SampleRegistry.load(SEEDS)


@pytest.fixture(scope="module")
def edition(names: SampleRegistry) -> Callable[[str], SimulatedPublication]:
    made: dict[str, SimulatedPublication] = {}

    def of(period: str) -> SimulatedPublication:
        if period not in made:
            made[period] = simulate(SEED, [period], names)[0]
        return made[period]

    return of


def value(edition: SimulatedPublication, table: str, name: str, *args: str, **about: str) -> float:
    found = edition.figure(table, name, *args, **about).true_value
    assert found is not None
    return found


def test_editions_change_from_months_to_quarters() -> None:
    assert len(ALL) == 279 + 9
    assert ALL[:2] == ["2001-01", "2001-02"]
    assert ALL[277:281] == ["2024-02", "2024-03", "2024-Q1", "2024-Q2"]
    for first, last in (("2024-Q1", "2024-05"), ("2024-05", "2025-Q1"), ("2020-01", "2023-Q4")):
        with pytest.raises(ValueError, match="no range of periods"):
            period_range(first, last)


@pytest.mark.parametrize("period", CHOSEN)
def test_the_real_parser_reads_every_edition(
    edition: Callable[[str], SimulatedPublication],
    contracts: Contracts,
    registry: Registry,
    tmp_path: Path,
    period: str,
) -> None:
    made = edition(period)
    path = write_workbook(made, tmp_path / file_name(made.when))
    content = read_content(path.read_bytes())
    contract = recognise(content, contracts, registry, path.name)
    parsed = trend.parse_workbook(content, contract, registry, path.name)
    assert str(parsed.period) == period
    expected = {"kind_missing"} | ({"stale_header_year"} if period == "2026-Q1" else set())
    assert {p.code for p in parsed.problems} <= expected
    cells = list(made.cells())
    assert len(parsed.rows) == len(cells)
    assert {r["complex_id"] for r in parsed.rows} == {c.complex_id for c in cells}
    suppressed = sum(cell.status == "Q" for cell in cells)
    assert sum(row["obs_status"] == "Q" for row in parsed.rows) == suppressed


@pytest.mark.parametrize("period", CHOSEN)
def test_identities_hold_in_every_edition(
    edition: Callable[[str], SimulatedPublication], period: str
) -> None:
    made = edition(period)
    everywhere = [name.name for name in made.complexes] + ["계"]
    for name in everywhere:
        for one, other in (
            ("production_by_complex", "production_by_industry"),
            ("exports_by_complex", "exports_by_industry"),
            ("employment_by_complex", "employment_by_industry"),
        ):
            measure = next(t for t in TABLES if t.table_id == one).columns[0].measure
            assert math.isclose(
                value(made, one, name, measure), value(made, other, name, measure), rel_tol=1e-11
            )
        people = [value(made, "employment_by_complex", name, sex=s) for s in ("_T", "M", "F")]
        assert people[0] == people[1] + people[2]
        output = value(made, "operating_rate_by_complex", name, "output")
        assert math.isclose(output, 100 * value(made, "production_by_complex", name), rel_tol=1e-11)
    # 계 is the sum of all rows in every column that can be added, suppressed ones included.
    for table in TABLES:
        rows = [figures for _, figures in made.rows(table.table_id)]
        for place, column in enumerate(table.columns):
            if column.unit in ("%", "%p"):
                continue
            parts = [row[place].true_value or 0 for row in rows[:-1]]
            assert math.isclose(math.fsum(parts), rows[-1][place].true_value or 0, rel_tol=1e-11)


@pytest.mark.parametrize("period", CHOSEN)
def test_five_or_fewer_surveyed_firms_are_suppressed(
    edition: Callable[[str], SimulatedPublication], period: str
) -> None:
    made = edition(period)
    for name, figures in made.rows("operating_rate_by_complex"):
        if name.name != "계":
            few = (figures[0].value or 0) <= SUPPRESSED_UP_TO
            shown = made.figure("production_by_complex", name.name)
            assert (shown.status == "Q") == few, name


def test_suppression_changes_from_month_to_month(
    edition: Callable[[str], SimulatedPublication],
) -> None:
    status = [
        edition(f"2010-{n:02}").figure("production_by_complex", "안정").status for n in range(1, 8)
    ]
    assert "".join(status) == "AAQQQAA"


def test_landlords_leave_in_october_2014(edition: Callable[[str], SimulatedPublication]) -> None:
    def tenants(period: str, industry: str) -> float:
        return value(edition(period), "tenants_by_industry", "계", industry=industry)

    for period, low, high in (("2014-08", 0.99, 1.01), ("2014-10", 0.5, 0.97)):
        before = str(Period.parse(period).previous())
        assert low < tenants(period, "_T") / tenants(before, "_T") < high
        assert 0.99 < tenants(period, "MACHINERY") / tenants(before, "MACHINERY") < 1.01
    october = edition("2014-10")
    now = value(october, "tenants_by_complex", "계", "tenant_count")
    assert now < 0.97 * value(
        october, "tenants_by_complex", "계", "tenant_count", relation="previous"
    )


def test_the_new_samples_move_changwons_machines_to_steel(
    edition: Callable[[str], SimulatedPublication],
) -> None:
    def share(period: str, industry: str) -> float:
        made = value(edition(period), "production_by_industry", "창원", industry=industry)
        return made / value(edition(period), "production_by_complex", "창원")

    for before, after, step in (("2018-09", "2018-10", 0.03), ("2020-08", "2020-09", 0.01)):
        assert share(after, "STEEL") > share(before, "STEEL") + step
        assert share(after, "MACHINERY") < share(before, "MACHINERY")
    quiet = [share(f"2019-{n:02}", "STEEL") for n in range(3, 9)]
    assert max(quiet) - min(quiet) < 0.02


def test_a_new_sample_shifts_the_figures_of_most_complexes(
    edition: Callable[[str], SimulatedPublication],
) -> None:
    def moved(before: str, after: str) -> float:
        """The mean change of a complex's share in the nation's employment."""
        one, other = edition(before), edition(after)
        both = {c.name for c in one.complexes} & {c.name for c in other.complexes}
        shares = [
            [
                value(e, "employment_by_complex", n) / value(e, "employment_by_complex", "계")
                for n in sorted(both)
            ]
            for e in (one, other)
        ]
        changes = [abs(b / a - 1) for a, b in zip(*shares, strict=True)]
        return math.fsum(changes) / len(changes)

    assert moved("2018-09", "2018-10") > 1.5 * moved("2018-06", "2018-07")
    assert moved("2020-08", "2020-09") > 1.5 * moved("2020-03", "2020-04")


def test_complexes_come_and_go(edition: Callable[[str], SimulatedPublication]) -> None:
    def there(period: str) -> set[str]:
        return {row.name for row in edition(period).complexes}

    assert there("2016-10") - there("2016-09") == {
        "광양",
        "포항",
        "진해",
        "강서보고(일)",
        "천안5(외)",
    }
    assert there("2016-09") - there("2016-10") == {
        "기룡(일)", "기룡2(일)", "정관(일)", "정관(농)", "장안(일)",
    }  # fmt: skip
    assert there("2020-09") - there("2020-10") == {"파주출판"}
    assert there("2022-06") - there("2022-05") == {"동두천"}
    entered = edition("2016-10")
    assert value(entered, "production_by_complex", "광양", relation="previous") == 0
    assert entered.figure("tenants_by_complex", "광양", relation="previous").status == "O"
    # The nation jumps with what comes in: a rate across the break is not like for like.
    here = {row.name for row in entered.complexes} & there("2016-09")
    now = math.fsum(value(entered, "production_by_complex", n) for n in here)
    assert value(entered, "production_by_complex", "계") > 1.03 * now


def test_the_notes_tell_the_breaks_and_which_dates_are_simulated(
    edition: Callable[[str], SimulatedPublication],
) -> None:
    def notes(period: str) -> list[str]:
        return [str(row[0]) for row in build_grid(edition(period)).sheets[0].rows if row[0]]

    newest = notes("2026-Q1")
    assert "ㅇ 비제조업 중 임대사업자를 입주, 가동업체에서 제외('14.10월)" in newest
    assert "ㅇ 관할단지 변경에 따라 파주출판 제외('20.10월)" in newest
    assert (
        "ㅇ 관할단지 변경에 따라 석문, 시화MTV, 오송생명과학, 화전 추가('08.1월) (모의 시점)"
        in newest
    )
    assert not any("'14.10월" in line for line in notes("2014-09"))


def test_the_order_of_generation_does_not_matter(names: SampleRegistry, tmp_path: Path) -> None:
    periods = ["2004-02", "2016-10", "2020-12", "2024-Q4"]
    forwards = {e.period: e for e in simulate(SEED, periods, names)}
    backwards = {e.period: e for e in simulate(SEED, periods[::-1], names)}
    assert forwards == backwards
    for period in periods:
        alone = simulate(SEED, [period], names)[0]
        paths = [tmp_path / f"{n}_{period}.xlsx" for n in range(2)]
        write_workbook(forwards[period], paths[0])
        write_workbook(alone, paths[1])
        assert paths[0].read_bytes() == paths[1].read_bytes()
    again = simulate_annual_revision(SEED, "2020-12", names)
    assert again == simulate_annual_revision(SEED, "2020-12", names)


def test_a_sample_across_the_change_of_frequency(tmp_path: Path, names: SampleRegistry) -> None:
    paths = write_sample(
        tmp_path, registry_dir=SEEDS, first="2023-11", last="2024-Q4", with_faults=False
    )
    ends = [path.stem.split("_", 2)[-1] for path in paths if "산업동향정보_2" in path.name]
    assert ends == [
        "20231130", "20231231", "20240131", "20240229", "20240331", "20240331_월간", "20240630",
        "20231231_연간보정", "20240930", "20241231",
    ]  # fmt: skip
    assert all(path.exists() for path in paths)
    assert len({path.name for path in paths}) == len(paths)


def test_the_status_of_1350_complexes(
    names: SampleRegistry, contracts: Contracts, registry: Registry, tmp_path: Path
) -> None:
    from ingestion.parsers import complex_status

    status = simulate_status(SEED, "2025-Q3", names, complexes=MOST_COMPLEXES)
    path = write_status_workbook(status, tmp_path / "status.xlsx")
    content = read_content(path.read_bytes())
    contract = recognise(content, contracts, registry, path.name)
    parsed = complex_status.parse_workbook(content, contract, registry, path.name)
    assert len(status.tops) == MOST_COMPLEXES
    listed = [row for row in parsed.rows if row["measure"] == "tenant_count"]
    listed = [row for row in listed if row["table_id"] == "all_complexes" and row["level"] == 0]
    assert len(listed) == MOST_COMPLEXES
    assert sum(row["value"] for row in listed) == sum(row.figures[7] for row in status.tops)
