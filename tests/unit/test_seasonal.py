"""Seasonal adjustment of planted series: what is known must come back, what is unfit must say so."""

import math
import os
import random
import stat
import tempfile
import time
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from seasonal import Model, ModelError, ModelStore, adjust, identify, load_models, save_model
from seasonal.adjustment import _judge, _NotAdjusted
from seasonal.calendars import REGRESSORS, index_of, period_at, regressor
from seasonal.x13 import Result, Spec, write_spec

WORKING_DAYS, SEOLLAL, CHUSEOK, SHIFT = 0.006, -0.08, -0.05, -0.2
MODELS = ModelStore([Model("all", ["*.M", "*.Q"], 2030, "log", "(0 1 1)(0 1 1)", list(REGRESSORS))])


def planted(series_id="a.M", first="2009-01", count=180, *, noise=0.006, shift_at=108, seed=1):
    """Rows of a series with known parts, and its adjusted truth: level and noise."""
    freq = series_id[-1]
    year = 12 if freq == "M" else 4
    calendar = {name: regressor(name, first, count, freq) for name in REGRESSORS}
    rnd = random.Random(seed)
    level, rows, truth = 100.0, [], []
    for i in range(count):
        level *= math.exp(0.002 + rnd.gauss(0, 0.004))
        season = 0.06 * math.sin(2 * math.pi * i / year) + 0.03 * math.cos(4 * math.pi * i / year)
        holidays = (
            WORKING_DAYS * calendar["working_days"][i]
            + SEOLLAL * calendar["seollal_during"][i]
            + CHUSEOK * calendar["chuseok_during"][i]
        )
        adjusted = level * math.exp((SHIFT if i >= shift_at else 0) + rnd.gauss(0, noise))
        truth.append(adjusted)
        rows.append(
            {
                "series_id": series_id,
                "freq": freq,
                "period": period_at(index_of(first, freq) + i, freq),
                "value": adjusted * math.exp(season + holidays),
                "obs_status": "A",
            }
        )
    return rows, truth


def noise_rows(series_id="white.M", count=150):
    rnd = random.Random(4)
    return [
        {
            "series_id": series_id,
            "freq": "M",
            "period": period_at(2010 * 12 + i, "M"),
            "value": 100 + rnd.gauss(0, 3),
            "obs_status": "A",
        }
        for i in range(count)
    ]


def table(*rows):
    return pa.Table.from_pylist([row for part in rows for row in part])


def status_of(result, series_id="a.M"):
    return next(r for r in result.status.to_pylist() if r["series_id"] == series_id)


def coefficients(result):
    return {r["regressor"]: r for r in result.regressors.to_pylist()}


@pytest.fixture
def left_over(tmp_path, monkeypatch):
    """What runs of the binary leave in a folder for temporary files that is this test's alone."""
    folder = tmp_path / "tmp"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    return lambda: list(folder.iterdir())


def monthly_error(values, truth):
    """Mean absolute error of month-on-month growth, in percentage points."""
    pairs = zip(pairwise(values), pairwise(truth), strict=True)
    errors = [abs(math.log(b / a) - math.log(d / c)) for (a, b), (c, d) in pairs]
    return 100 * sum(errors) / len(errors)


def test_planted_parts_come_back():
    rows, truth = planted()
    result = adjust(table(rows), MODELS, breaks={"a.M": ["2018-01"]})
    status = status_of(result)
    assert (status["status"], status["reason"]) == ("adjusted", None)
    found = coefficients(result)
    assert abs(found["working_days"]["estimate"] - WORKING_DAYS) < 0.001
    assert abs(found["seollal_during"]["estimate"] - SEOLLAL) < 0.03
    assert abs(found["chuseok_during"]["estimate"] - CHUSEOK) < 0.03
    assert found["seollal_during"]["t_value"] < -5
    assert found["chuseok_during"]["t_value"] < -3
    assert found["LS2018-01"]["kind"] == "break"
    assert abs(found["LS2018-01"]["estimate"] - SHIFT) < 0.03
    (diagnostics,) = result.diagnostics.to_pylist()
    assert diagnostics["q"] < 0.5
    assert diagnostics["qs_adjusted_p"] > 0.1
    assert diagnostics["seollal_during_t_value"] == found["seollal_during"]["t_value"]
    adjusted = result.adjusted.column("seasonally_adjusted").to_pylist()
    assert monthly_error(adjusted, truth) < 0.6


def test_without_the_holidays_the_months_are_far_off():
    rows, truth = planted()
    bare = ModelStore([Model("bare", ["*.M"], 2030, "log", "(0 1 1)(0 1 1)", ["working_days"])])
    errors = []
    for models in (MODELS, bare):
        result = adjust(table(rows), models, breaks={"a.M": ["2018-01"]})
        assert status_of(result)["status"] == "adjusted"
        errors.append(
            monthly_error(result.adjusted.column("seasonally_adjusted").to_pylist(), truth)
        )
    assert errors[0] < 0.5 * errors[1]


def test_quarters_have_chuseok_and_no_seollal():
    rows, _ = planted("a.Q", "2005-Q1", 80, shift_at=48, noise=0.004)
    result = adjust(table(rows), MODELS, breaks={"a.Q": ["2017-Q1"]})
    assert status_of(result, "a.Q")["status"] == "adjusted"
    found = coefficients(result)
    assert not [name for name in found if name.startswith("seollal")]
    assert found["chuseok_during"]["t_value"] < -2
    assert abs(found["LS2017-Q1"]["estimate"] - SHIFT) < 0.03


def test_parts_multiply_to_the_original():
    rows, _ = planted()
    for row in adjust(table(rows), MODELS, breaks={"a.M": ["2018-01"]}).adjusted.to_pylist():
        product = row["seasonally_adjusted"] * row["seasonal"] * row["calendar_effect"]
        assert product == pytest.approx(row["original"], rel=1e-9)
        assert row["trend"] * row["irregular"] == pytest.approx(
            row["seasonally_adjusted"], rel=1e-9
        )


def test_parts_add_up_to_the_original():
    rows, _ = planted()
    additive = ModelStore([Model("add", ["*.M"], 2030, "none", "(0 1 1)(0 1 1)", list(REGRESSORS))])
    result = adjust(table(rows), additive, breaks={"a.M": ["2018-01"]})
    assert status_of(result)["status"] == "adjusted"
    for row in result.adjusted.to_pylist():
        parts = row["seasonally_adjusted"] + row["seasonal"] + row["calendar_effect"]
        assert parts == pytest.approx(row["original"], abs=1e-8)


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(scale=st.floats(1e-3, 1e7), seed=st.integers(0, 1000))
def test_scale_is_no_matter(scale, seed):
    rows, _ = planted(seed=seed)
    scaled = [{**r, "value": r["value"] * scale} for r in rows]
    one, other = (
        adjust(table(part), MODELS, breaks={"a.M": ["2018-01"]}, workers=1)
        for part in (rows, scaled)
    )
    assert status_of(one)["status"] == status_of(other)["status"] == "adjusted"
    for a, b in zip(one.adjusted.to_pylist(), other.adjusted.to_pylist(), strict=True):
        assert b["seasonally_adjusted"] == pytest.approx(a["seasonally_adjusted"] * scale, rel=1e-3)
        product = b["seasonally_adjusted"] * b["seasonal"] * b["calendar_effect"]
        assert product == pytest.approx(b["original"], rel=1e-9)


def test_white_noise_is_not_adjusted():
    result = adjust(table(noise_rows()), MODELS)
    status = status_of(result, "white.M")
    assert (status["status"], status["reason"]) == ("not_adjusted", "not_seasonal")
    assert "계절성" in status["reason_ko"]
    assert result.diagnostics.num_rows == 1  # what failed shows its diagnostics
    assert "no visually significant seasonal peaks" in status["warnings_en"]
    for row in result.adjusted.to_pylist():
        assert row["seasonally_adjusted"] is None
        assert row["original"] is not None
        assert row["status"] == "not_adjusted"


def changed(rows, at, **values):
    return [{**row, **values} if i == at else row for i, row in enumerate(rows)]


@pytest.mark.parametrize(
    ("spoil", "reason", "said"),
    [
        (lambda r: changed(r, 60, value=None, obs_status="Q"), "suppressed", "2014-01"),
        (lambda r: changed(r, 179, value=None, obs_status="Q"), "suppressed", "2023-12"),
        (lambda r: changed(r, 60, value=None, obs_status="O"), "missing", "2014-01"),
        (lambda r: changed(r, 60, value=math.nan), "missing", "2014-01"),
        (lambda r: r[:60] + r[61:], "missing", "2014-01"),
        (lambda r: changed(r, 60, value=0.0), "not_positive", "2014-01"),
        (lambda r: changed(r, 60, value=-1.0), "not_positive", "2014-01"),
        (lambda r: r + [r[60]], "duplicate", "2014-01"),
        (lambda r: changed(r, 60, period="2014-Q1"), "not_a_period", "2014-Q1"),
        (lambda r: r[:59], "too_short", "59"),
        (lambda r: [{**row, "value": 5.0} for row in r], "constant", ""),
        (lambda r: [{**row, "value": None} for row in r], "too_short", "0"),
        (
            lambda r: [
                {**row, "period": f"{int(row['period'][:4]) - 50}{row['period'][4:]}"} for row in r
            ],
            "years_unknown",
            "1985",
        ),
    ],
)
def test_what_stands_in_the_way_is_said(spoil, reason, said):
    rows, _ = planted()
    good, _ = planted("good.M")
    result = adjust(table(spoil(rows), good), MODELS)
    status = status_of(result)
    assert (status["status"], status["reason"]) == ("not_adjusted", reason)
    assert said in status["reason_en"]
    assert status["reason_ko"]
    assert status_of(result, "good.M")["status"] == "adjusted"  # the others go on


def test_what_comes_before_the_first_figure_is_no_gap():
    rows, _ = planted()
    empty = [{**row, "value": None, "obs_status": "O"} for row in rows[:24]]
    result = adjust(table(empty, rows[24:]), MODELS, breaks={"a.M": ["2018-01"]})
    assert status_of(result)["status"] == "adjusted"
    first = result.adjusted.to_pylist()
    assert first[0]["seasonally_adjusted"] is None
    assert first[0]["status"] == "not_adjusted"
    assert first[24]["seasonally_adjusted"] is not None


def test_no_model_no_adjustment():
    rows, _ = planted()
    assert status_of(adjust(table(rows), ModelStore([])))["reason"] == "no_model"


def test_an_old_model_is_used_with_a_warning():
    rows, _ = planted()
    model = MODELS.get("a.M")
    assert model is not None
    old = ModelStore([replace(model, holds_for=2022)])
    status = status_of(adjust(table(rows), old, breaks={"a.M": ["2018-01"]}))
    assert status["status"] == "adjusted"
    assert "model_out_of_date" in status["warnings"]
    assert "2022" in status["warnings_ko"]


def test_a_break_at_the_end_is_told_and_left_out():
    rows, _ = planted()
    result = adjust(table(rows), MODELS, breaks={"a.M": ["2018-01", "2023-10", "1990-01"]})
    assert "2023-10" in status_of(result)["warnings_en"]
    assert {n for n in coefficients(result) if n.startswith("LS")} == {"LS2018-01"}


def test_same_bytes_again_and_in_parallel():
    parts = [planted(f"s{i}.M", seed=i)[0] for i in range(6)] + [noise_rows()]
    one, again, serial = (adjust(table(*parts), MODELS, workers=w) for w in (4, 4, 1))
    shuffled = adjust(table(*[list(reversed(p)) for p in reversed(parts)]), MODELS, workers=2)
    for name in ("adjusted", "diagnostics", "regressors", "status"):
        expected = getattr(one, name)
        assert expected.equals(getattr(again, name))
        assert expected.equals(getattr(serial, name))
        assert expected.equals(getattr(shuffled, name))


def fake_binary(folder, script):
    path = folder / "x13as"
    path.write_text("#!/bin/sh\n" + script)
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return path


@pytest.mark.parametrize(
    ("script", "reason"),
    [
        ("exit 3\n", "x13_crash"),
        ("kill -SEGV $$\n", "x13_crash"),
        ("exit 0\n", "x13_crash"),
        ("printf ' ERROR: it is full.\\n        Really.\\n' > s.err\nexit 1\n", "x13_error"),
    ],
)
def test_a_crash_is_the_status_of_one_series(tmp_path, left_over, script, reason):
    rows, _ = planted()
    result = adjust(table(rows), MODELS, binary=fake_binary(tmp_path, script))
    status = status_of(result)
    assert (status["status"], status["reason"]) == ("not_adjusted", reason)
    assert "sandan-x13" not in status["reason_en"]  # no path of this machine, the same every time
    if reason == "x13_error":
        assert "it is full. Really." in status["reason_en"]
    assert left_over() == []


FIT = {
    "identifiable_seasonality": "yes", "m7": 0.4, "q": 0.6, "qs_adjusted": 0.1, "qs_adjusted_p": 0.9,
    "residual_f": 0.3, "residual_f_p": 0.8,
}  # fmt: skip


@pytest.mark.parametrize(
    ("changed", "converged", "reason"),
    [
        ({}, "no", "not_converged"),
        ({"identifiable_seasonality": "no"}, "yes", "not_seasonal"),
        ({"m7": 1.01}, "yes", "not_seasonal"),
        ({"q": 1.01}, "yes", "quality"),
        ({"q": None}, "yes", "quality"),
        ({"qs_adjusted_p": 0.001}, "yes", "residual_seasonality"),
        ({"residual_f_p": 0.001}, "yes", "residual_seasonality"),
        ({}, "yes", None),
        ({"qs_adjusted_p": None, "residual_f_p": None}, "yes", None),
    ],
)
def test_a_result_that_is_not_fit_says_why(changed, converged, reason):
    result = Result({}, [], {"converged": converged})
    if reason is None:
        _judge(result, FIT | changed)
        return
    with pytest.raises(_NotAdjusted) as refused:
        _judge(result, FIT | changed)
    assert refused.value.code == reason


def ended(pid: str) -> bool:
    """Whether a process that was killed is gone, or a corpse that init has not yet taken away."""
    end = time.monotonic() + 10
    while time.monotonic() < end:  # the kernel takes its time where the cores are busy
        try:
            if Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] == "Z":
                return True
        except (FileNotFoundError, ProcessLookupError):
            return True
        time.sleep(0.02)
    return False


def test_out_of_time_leaves_no_process_and_no_folder(tmp_path, left_over):
    rows, _ = planted()
    pids = tmp_path / "pids"
    binary = fake_binary(tmp_path, f"sleep 300 &\necho $! $$ > {pids}\nwait\n")
    result = adjust(table(rows), MODELS, binary=binary, timeout_seconds=1.0)
    assert status_of(result)["reason"] == "x13_timeout"
    assert left_over() == []
    assert all(ended(pid) for pid in pids.read_text().split())


def test_lines_stay_below_the_binary_s_limit():
    values = [1234567.890123456 * (1 + i / 7) for i in range(400)]
    events = [("LS", f"20{y:02d}-{m:02d}") for y in range(10, 20) for m in (1, 5, 9)]
    text = write_spec(Spec("M", "2001-01", values, "log", "(0 1 1)(0 1 1)", REGRESSORS, events))
    assert max(map(len, text.splitlines())) < 133


def test_identified_models_are_data_and_adjust(tmp_path):
    rows, _ = planted()
    white = noise_rows()
    models, why_not = identify(
        table(rows, white, planted("short.M", count=40)[0]),
        holds_for=2027,
        breaks={"a.M": ["2018-01"]},
    )
    assert "40" in why_not["short.M"]
    model = next(m for m in models if m.name == "a.M")
    assert model.holds_for == 2027
    assert {"working_days", "seollal_during", "chuseok_during"} <= set(model.regressors)
    assert "LS2018-01" not in model.outliers  # the register has it
    path = save_model(model, tmp_path)
    before = path.read_bytes()
    store = load_models(tmp_path)
    assert store.get("a.M") == model
    first, second = (adjust(table(rows), store, breaks={"a.M": ["2018-01"]}) for _ in range(2))
    assert status_of(first)["status"] == "adjusted"
    assert first.adjusted.equals(second.adjusted)
    assert path.read_bytes() == before  # adjusting changes no model


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("arima: (0 1 1)", "arima"),
        ("arima: (0 1 1)(0 1 1)} x11{", "arima"),
        ("regressors: [ramadan]", "ramadan"),
        ("regressors: working_days", "regressors"),
        ("outliers: [LS2018.10]", "LS2018.10"),
        ("transformation: sqrt", "sqrt"),
        ("holds_for: soon", "holds_for"),
        ("applies_to: []", "applies_to"),
        ("span_from: '2011'", "span_from"),
        ("colour: red", "colour"),
        ("arima: [", "YAML"),
    ],
)
def test_a_wrong_model_says_where(tmp_path, line, said):
    content = {
        "applies_to": 'applies_to: ["a.M"]',
        "holds_for": "holds_for: 2026",
        "transformation": "transformation: log",
        "arima": "arima: (0 1 1)(0 1 1)",
    }
    content[line.partition(":")[0]] = line
    (tmp_path / "wrong.yml").write_text("\n".join(content.values()))
    with pytest.raises(ModelError, match="wrong") as error:
        load_models(tmp_path)
    assert said in str(error.value)


def test_a_name_goes_before_a_pattern_and_two_owners_are_refused():
    def model(name, *applies_to):
        return Model(name, list(applies_to), 2026, "log", "(0 1 1)(0 1 1)")

    store = ModelStore([model("set", "*.M"), model("longer", "_T.*.M"), model("own", "_T.x.M")])
    found = [store.get(s) for s in ("_T.x.M", "_T.y.M", "z.y.M", "z.y.Q")]
    assert [m.name if m else None for m in found] == ["own", "longer", "set", None]
    with pytest.raises(ModelError, match="two seasonal models"):
        ModelStore([model("one", "a.M"), model("two", "a.M")])


def test_a_table_without_a_column_is_refused():
    with pytest.raises(ValueError, match="no column value"):
        adjust(pa.table({"series_id": ["a"], "freq": ["M"], "period": ["2020-01"]}), MODELS)
    rows, _ = planted(count=2)
    rows[0]["freq"] = "Q"
    with pytest.raises(ValueError, match="one frequency"):
        adjust(table(rows), MODELS)


def test_pandas_is_taken_too():
    rows, _ = planted()
    frame = table(rows).to_pandas()
    expected = adjust(table(rows), MODELS)
    assert adjust(frame, MODELS).adjusted.equals(expected.adjusted)


def test_the_frozen_models_of_the_project_can_be_read():
    folder = Path(__file__).parents[2] / "seasonal" / "models"
    store = load_models(folder)
    assert os.listdir(folder)
    for series_id in ("_T.exports_usd_m.M", "changwon.utilization_pct.Q", "KR.national_exports.M"):
        assert store.get(series_id) is not None
    stock = store.get("_T.employment_count.Q")
    assert stock is not None and stock.regressors == []
