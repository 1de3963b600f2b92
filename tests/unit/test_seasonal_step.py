"""The seasonal marts of a candidate: series, breaks and tables; a small candidate made here."""

import math
import shutil
from pathlib import Path

import duckdb
import pytest
from typer.testing import CliRunner

from pipeline import cli, seasonal_step, terminal
from publication.releases import export_marts
from seasonal import ModelError, load_models, save_model
from seasonal.calendars import index_of, period_at, regressor
from seasonal.frozen import Model


def seasonal_value(i, freq, size, calendar):
    year = 12 if freq == "M" else 4
    wobble = 0.004 * math.sin(i * i)
    effect = 0.006 * calendar["working_days"][i] - 0.05 * calendar["chuseok_during"][i]
    return size * math.exp(
        0.002 * i + 0.07 * math.sin(2 * math.pi * i / year + 0.3) + wobble + effect
    )


def months(first, count, freq="M"):
    start = index_of(first, freq)
    return [period_at(start + i, freq) for i in range(count)]


@pytest.fixture
def candidate(built, tmp_path):
    return shutil.copyfile(built, tmp_path / "candidate.duckdb")


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    """Twelve complexes with 24 years of quarters, months until 2024-03, simulated."""
    path = tmp_path_factory.mktemp("built") / "candidate.duckdb"
    quarters, by_month = months("2002-Q1", 97, "Q"), months("2012-01", 147)
    measures = seasonal_step.MEASURES
    columns = ", ".join(f"{m} double, {m}_status varchar" for m in measures)
    calendars = {
        freq: {n: regressor(n, p[0], len(p), freq) for n in ("working_days", "chuseok_during")}
        for freq, p in (("Q", quarters), ("M", by_month))
    }
    with duckdb.connect(str(path)) as c:
        c.execute(
            f"create table national_total_quarterly (period varchar, {columns}, is_simulated boolean)"
        )
        c.execute(
            f"create table complex_quarterly (complex_id varchar, period varchar, {columns}, is_simulated boolean)"
        )
        c.execute(
            "create table fct_observation (complex_id varchar, industry_code varchar, size_class varchar, "
            "sex varchar, measure varchar, period varchar, freq varchar, value double, obs_status varchar, "
            "is_latest boolean, is_simulated boolean)"
        )
        c.execute(
            "create table national_series (series varchar, area varchar, freq varchar, period varchar, "
            "value double, obs_status varchar, is_latest boolean, is_simulated boolean)"
        )
        c.execute("create schema seeds")
        c.execute(
            "create table seeds.complex_breaks (break_id varchar, effective varchar, complex_id varchar, "
            "measures varchar, kind varchar)"
        )
        c.execute(
            "insert into seeds.complex_breaks values "
            "('in', '2016-10', 'c05', 'all', 'coverage_in'), "
            "('firms', '2016-08', 'c05', 'tenant_count', 'coverage_in'), "
            "('sample', '2018-11', '_T', 'all', 'sample'), "
            "('moved', '2020-09', 'c05', 'all', 'reclassification'), "
            "('quarters', '2024-Q2', '_T', 'all', 'frequency')"
        )
        c.execute("create schema intermediate")
        c.execute(
            "create table intermediate.int_breaks_listed as select * from (values "
            "('_T', false, 'exports_usd_m', '2018-11', 'sample'), "
            "('_T', false, 'exports_usd_m', '2018-Q4', 'sample'), "
            "('_T', true, 'exports_usd_m', '2020-Q3', 'moved'), "
            "('c11', false, 'production_krw_100m', '2014-Q3', 'hidden;sample')) "
            "as listed(complex_id, is_industry, measure, period, break_ids)"
        )
        c.execute("begin")
        marks = ", ".join("?, 'A'" for _ in measures)
        for i, period in enumerate(quarters):
            total = seasonal_value(i, "Q", 1000, calendars["Q"])
            c.execute(
                f"insert into national_total_quarterly values (?, {marks}, true)",
                [period, *[total] * 4],
            )
            for n in range(12):
                value = seasonal_value(i, "Q", 100 + n, calendars["Q"])
                suppressed = n == 11 and i == 50
                c.execute(
                    f"insert into complex_quarterly values (?, ?, {marks}, true)",
                    [f"c{n:02d}", period, None if suppressed else value, *[value] * 3],
                )
        c.execute(
            f"update complex_quarterly set {measures[0]}_status = 'Q' where {measures[0]} is null"
        )
        for i, period in enumerate(by_month):
            value = seasonal_value(i, "M", 300, calendars["M"])
            c.execute(
                "insert into fct_observation values "
                "('_T', '_T', '_T', '_T', 'exports_usd_m', $p, 'M', $v, 'A', true, true), "
                "('_T', '_T', '_T', '_T', 'exports_usd_m', $p, 'M', 1.0, 'A', false, true), "
                "('_T', '01', '_T', '_T', 'exports_usd_m', $p, 'M', 2.0, 'A', true, true)",
                {"p": period, "v": value},
            )
            c.execute(
                "insert into national_series values ('national_exports', 'KR', 'M', ?, ?, 'A', true, true)",
                [period, value],
            )
        c.execute("commit")
    return path


MODELS = Path(__file__).parents[2] / "seasonal" / "models"


def rows(path, query):
    with duckdb.connect(str(path), read_only=True) as c:
        cursor = c.execute(query)
        names = [d[0] for d in cursor.description]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def test_a_series_begins_where_its_complex_is_covered(candidate):
    with duckdb.connect(str(candidate), read_only=True) as c:
        every = seasonal_step.read_candidate(c)
        series = seasonal_step.since_coverage(c, every).to_pylist()
    first = {r["series_id"]: r["period"] for r in reversed(series)}
    assert first["c05.production_krw_100m.Q"] == "2016-Q4"
    assert first["c06.production_krw_100m.Q"] == first["_T.production_krw_100m.Q"] == "2002-Q1"
    assert len(every) - len(series) == 4 * 59


@pytest.mark.parametrize(
    ("since", "quarter", "month"),
    [
        ("2016-10", "2016-Q4", "2016-10"), ("2016-08", "2016-Q4", "2016-08"), ("2016-04", "2016-Q2", "2016-04"),
        ("2016-12", "2017-Q1", "2016-12"), ("2016-01", "2016-Q1", "2016-01"), ("2025-Q4", "2025-Q4", "2025-10"),
    ],
)  # fmt: skip
def test_a_quarter_counts_once_covered_from_its_first_month(since, quarter, month):
    assert seasonal_step._whole(since, "Q") == quarter
    assert seasonal_step._whole(since, "M") == month


def test_marts_are_written_commented_and_exported(candidate, tmp_path):
    counts = seasonal_step.add_seasonal(candidate, MODELS)
    assert counts["adjusted"] > 20
    status = {r["series_id"]: r for r in rows(candidate, "from seasonal_diagnostics")}
    assert sum(counts.values()) == len(status) == 4 + 10 * 4 + 1 + 1
    # the ten largest, of twelve
    assert {r["complex_id"] for r in status.values()} == {
        "_T", "KR", *(f"c{n:02d}" for n in range(2, 12)),
    }  # fmt: skip
    hidden = status["c11.production_krw_100m.Q"]
    assert (hidden["status"], hidden["reason"]) == ("not_adjusted", "suppressed")
    assert status["_T.exports_usd_m.M"]["last_period"] == "2024-03"
    assert status["_T.exports_usd_m.M"]["period_count"] == 147
    adjusted = rows(
        candidate, "from seasonal_adjusted where series_id = 'c11.production_krw_100m.Q'"
    )
    assert {r["seasonally_adjusted"] for r in adjusted} == {None}
    assert [r["original_status"] for r in adjusted].count("Q") == 1
    marked = rows(
        candidate,
        "select series_id, period, sdmx_obs_status, break_ids from seasonal_adjusted "
        "where break_ids is not null or sdmx_obs_status <> original_status order by all",
    )
    assert [tuple(r.values()) for r in marked] == [
        ("_T.exports_usd_m.M", "2018-11", "B", "sample"),
        ("_T.exports_usd_m.Q", "2018-Q4", "B", "sample"),
        # a figure that is withheld stays so
        ("c11.production_krw_100m.Q", "2014-Q3", "Q", "hidden;sample"),
    ]
    tables = set(seasonal_step.ORDER_BY)
    comments = rows(
        candidate,
        "select table_name, comment from duckdb_columns() where table_name like 'seasonal%'",
    )
    assert {c["table_name"] for c in comments} == tables
    assert all(c["comment"] and " / " in c["comment"] for c in comments)
    for table, keys in seasonal_step.ORDER_BY.items():
        double = rows(
            candidate, f"select 1 from {table} group by {', '.join(keys)} having count(*) > 1"
        )
        assert not double
    with duckdb.connect(str(candidate)) as c:
        for table in (
            "national_total_quarterly",
            "complex_quarterly",
            "fct_observation",
            "national_series",
        ):
            c.execute(f"drop table {table}")
    (tmp_path / "out" / "marts").mkdir(parents=True)
    exported = export_marts(candidate, tmp_path / "out", seasonal_step.ORDER_BY)
    assert set(exported) == tables and all(exported.values())


def test_a_second_time_gives_the_same(candidate):
    found = []
    for _ in range(2):
        seasonal_step.add_seasonal(candidate, MODELS, workers=2)
        found.append(
            [rows(candidate, f"from {t} order by all") for t in sorted(seasonal_step.ORDER_BY)]
        )
    assert repr(found[0]) == repr(found[1])


def test_breaks_of_the_register_are_level_shifts_of_what_they_shift(candidate):
    with duckdb.connect(str(candidate), read_only=True) as c:
        series = seasonal_step.read_candidate(c)
        shifts = seasonal_step.level_shifts(c, series)
    assert shifts["_T.exports_usd_m.M"] == ["2016-10", "2018-11"]
    assert shifts["_T.exports_usd_m.Q"] == ["2016-Q4", "2018-Q4"]
    # whoever comes in shifts the total, not itself; the sample shifts everybody
    assert shifts["c05.exports_usd_m.Q"] == shifts["c06.exports_usd_m.Q"] == ["2018-Q4"]
    assert "KR.national_exports.M" not in shifts


def test_proposed_models_stay_for_their_year(candidate, tmp_path):
    folder = tmp_path / "models"
    with pytest.raises(ValueError, match="simulated"):
        seasonal_step.propose_models(candidate, folder, holds_for=2026, only="_T.*.M")
    assert not folder.exists()

    def propose(**options):
        return seasonal_step.propose_models(
            candidate, folder, holds_for=2026, only="_T.*.M", allow_simulated=True, **options
        )

    (line,) = propose()
    assert line.startswith("_T.exports_usd_m.M: (")
    proposed = load_models(folder).get("_T.exports_usd_m.M")
    # the model says what it rests on, and that this is no real data
    assert proposed is not None and proposed.basis_en.startswith("SIMULATED data. Identified on ")
    assert proposed.basis_ko.startswith("모의자료. ")
    own = Model("_T.exports_usd_m.M", ["_T.exports_usd_m.M"], 2026, "log", "(2 1 0)(0 1 1)")
    save_model(own, folder)
    (line,) = propose()
    assert "kept" in line
    assert load_models(folder).get("_T.exports_usd_m.M") == own
    propose(replace_models=True)
    assert load_models(folder).get("_T.exports_usd_m.M") != own


def test_the_command_says_what_is_missing(tmp_path, monkeypatch):
    monkeypatch.setenv("SANDAN_HOME", str(tmp_path))
    result = CliRunner().invoke(cli.app, ["seasonal", "identify", "--year", "2027"])
    assert result.exit_code == terminal.FAILED
    assert "nothing to build" in result.stderr


def test_a_model_that_cannot_be_read_changes_nothing(candidate, tmp_path):
    (tmp_path / "models").mkdir()
    (tmp_path / "models" / "broken.yml").write_text("arima: 5")
    before = candidate.read_bytes()
    with pytest.raises(ModelError, match="broken"):
        seasonal_step.add_seasonal(candidate, tmp_path / "models")
    assert candidate.read_bytes() == before
