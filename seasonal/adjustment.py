"""Adjusting many series by their frozen models, and proposing models.

A series is published adjusted only where it can be and the result is good: whole, long enough,
seasonal, Q ≤ 1, no seasonality left. All others keep their original figures and a reason.
"""

from __future__ import annotations

import math
import os
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pyarrow as pa

from seasonal import x13
from seasonal.calendars import (
    FIRST_YEAR,
    LAST_YEAR,
    REGRESSORS,
    index_of,
    per_year,
    period_at,
    useful,
)
from seasonal.frozen import Model, ModelStore, split_outlier

#: M and Q statistics rest on five years at least; so do three years' moving averages with both ends.
MIN_YEARS = 5
#: A level shift needs a year on either side, or it cannot be told from the season.
BREAK_MARGIN_YEARS = 1
#: Seasonality is taken to be left where a test of none is rejected at this level.
RESIDUAL_LEVEL = 0.01

#: Why a series is not adjusted: English, Korean.
REASONS: dict[str, tuple[str, str]] = {
    "no_model": (
        "no frozen model holds for it; propose one with `sandan seasonal identify`",
        "고정된 모형이 없음(`sandan seasonal identify`로 제안)",
    ),
    "not_a_period": (
        "a period is not of its frequency: {detail}",
        "주기에 맞지 않는 시점: {detail}",
    ),
    "duplicate": ("a period stands twice: {detail}", "시점 중복: {detail}"),
    "suppressed": ("a figure is suppressed: {detail}", "비공개(X) 값이 있음: {detail}"),
    "missing": ("a figure is missing: {detail}", "결측이 있음: {detail}"),
    "not_positive": (
        "zero or negative figure, and the model takes logarithms: {detail}",
        "0 이하의 값이 있어 로그를 취할 수 없음: {detail}",
    ),
    "too_short": (
        "{detail} periods; at least {least} are needed",
        "{detail}개 시점뿐임(최소 {least}개 필요)",
    ),
    "constant": ("the figure never changes", "값이 변하지 않음"),
    "years_unknown": (
        f"calendar regressors are known for {FIRST_YEAR} to {LAST_YEAR}: {{detail}}",
        f"역 변수는 {FIRST_YEAR}~{LAST_YEAR}년만 있음: {{detail}}",
    ),
    "not_seasonal": (
        "no identifiable seasonality ({detail})",
        "식별할 수 있는 계절성이 없음({detail})",
    ),
    "quality": ("Q statistic above 1 ({detail})", "Q 통계량이 1을 넘음({detail})"),
    "residual_seasonality": (
        "seasonality is left in the adjusted series ({detail})",
        "조정 후에도 계절성이 남음({detail})",
    ),
    "not_converged": ("the model's estimation did not converge", "모형 추정이 수렴하지 않음"),
    "x13_error": ("X-13ARIMA-SEATS refused it: {detail}", "X-13ARIMA-SEATS 오류: {detail}"),
    "x13_timeout": (
        "X-13ARIMA-SEATS ran out of time: {detail}",
        "X-13ARIMA-SEATS 시간 초과: {detail}",
    ),
    "x13_crash": ("X-13ARIMA-SEATS failed: {detail}", "X-13ARIMA-SEATS 비정상 종료: {detail}"),
}

#: What is wrong with a model though the series is adjusted: English, Korean.
WARNINGS: dict[str, tuple[str, str]] = {
    "model_out_of_date": (
        "the model was frozen for {year}, data reach {last}: identify it again",
        "모형은 {year}년용인데 자료는 {last}까지 있음: 다시 식별할 것",
    ),
    "residuals_autocorrelated": (
        "Ljung-Box rejects white residuals at {detail} lags",
        "잔차의 자기상관이 유의함(시차 {detail}개, Ljung-Box)",
    ),
    "x13_warning": ("X-13ARIMA-SEATS: {detail}", "X-13ARIMA-SEATS: {detail}"),
    "m_statistics": ("above 1: {detail}", "1을 넘는 통계량: {detail}"),
    "break_too_near": (
        "a break within a year of an end is not in the model: {detail}",
        "양 끝 1년 안의 단절은 모형에 넣지 않음: {detail}",
    ),
}

_M = tuple(f"m{i}" for i in range(1, 12))

ADJUSTED_SCHEMA = pa.schema(
    [
        ("series_id", pa.string()),
        ("freq", pa.string()),
        ("period", pa.string()),
        ("original", pa.float64()),
        ("seasonally_adjusted", pa.float64()),
        ("trend", pa.float64()),
        ("seasonal", pa.float64()),
        ("irregular", pa.float64()),
        ("calendar_effect", pa.float64()),
        ("status", pa.string()),
    ]
)
STATUS_SCHEMA = pa.schema(
    [
        ("series_id", pa.string()),
        ("freq", pa.string()),
        ("status", pa.string()),
        ("reason", pa.string()),
        ("reason_en", pa.string()),
        ("reason_ko", pa.string()),
        ("warnings", pa.string()),
        ("warnings_en", pa.string()),
        ("warnings_ko", pa.string()),
    ]
)
DIAGNOSTICS_SCHEMA = pa.schema(
    [
        ("series_id", pa.string()),
        ("freq", pa.string()),
        ("first_period", pa.string()),
        ("last_period", pa.string()),
        ("period_count", pa.int64()),
        ("model", pa.string()),
        ("holds_for", pa.int64()),
        ("transformation", pa.string()),
        ("arima", pa.string()),
        ("aicc", pa.float64()),
        *((m, pa.float64()) for m in _M),
        ("q", pa.float64()),
        ("q2", pa.float64()),
        ("stable_f", pa.float64()),
        ("stable_f_p", pa.float64()),
        ("moving_f", pa.float64()),
        ("moving_f_p", pa.float64()),
        ("kruskal_wallis", pa.float64()),
        ("kruskal_wallis_p", pa.float64()),
        ("identifiable_seasonality", pa.string()),
        ("qs_original", pa.float64()),
        ("qs_original_p", pa.float64()),
        ("qs_adjusted", pa.float64()),
        ("qs_adjusted_p", pa.float64()),
        ("residual_f", pa.float64()),
        ("residual_f_p", pa.float64()),
        *(
            (f"{name}_{figure}", pa.float64())
            for name in REGRESSORS
            for figure in ("estimate", "t_value")
        ),
    ]
)
REGRESSORS_SCHEMA = pa.schema(
    [
        ("series_id", pa.string()),
        ("regressor", pa.string()),
        ("kind", pa.string()),
        ("estimate", pa.float64()),
        ("standard_error", pa.float64()),
        ("t_value", pa.float64()),
    ]
)


@dataclass(frozen=True)
class Adjustment:
    """Four pyarrow tables, ordered by series and period.

    adjusted: one row a figure; without adjustment the original alone. Multiplicatively
        original = seasonally_adjusted × seasonal × calendar_effect, additively their sum.
    diagnostics: one row a series that X-13 could estimate, those that failed included.
    regressors: one row a series and regressor; kind calendar, outlier or break.
    status: one row a series: adjusted, or not_adjusted with reason; warnings about the model.
    """

    adjusted: Any
    diagnostics: Any
    regressors: Any
    status: Any


@dataclass(frozen=True)
class Series:
    """One series as it came: periods, figures (None where there is none), their statuses."""

    series_id: str
    freq: str
    periods: tuple[str, ...]
    values: tuple[float | None, ...]
    statuses: tuple[str | None, ...]


class _NotAdjusted(Exception):
    def __init__(self, code: str, detail: object = "", least: int = 0) -> None:
        super().__init__(code)
        self.code = code
        english, korean = REASONS[code]
        self.english = english.format(detail=detail, least=least)
        self.korean = korean.format(detail=detail, least=least)


def read_series(table: Any) -> list[Series]:
    """The series of a table, by name and in the order of periods.

    Args:
        table: pyarrow or pandas, with series_id, freq (M or Q), period, value and, where known,
            obs_status (SDMX CL_OBS_STATUS; 'Q' is suppressed).

    Raises:
        ValueError: a column is missing, or a series has two frequencies.
    """
    arrow = table if isinstance(table, pa.Table) else pa.Table.from_pandas(table)
    needed = ["series_id", "freq", "period", "value"]
    lacking = [name for name in needed if name not in arrow.column_names]
    if lacking:
        raise ValueError(f"series to adjust: no column {', '.join(lacking)}; need {needed}")
    names = [*needed, "obs_status"] if "obs_status" in arrow.column_names else needed
    found: dict[str, list[tuple[str, str, float | None, str | None]]] = {}
    for row in arrow.select(names).to_pylist():
        value = row["value"]
        if value is not None and not math.isfinite(value):
            value = None
        found.setdefault(row["series_id"], []).append(
            (row["freq"], row["period"], value, row.get("obs_status"))
        )
    result = []
    for series_id, rows in sorted(found.items()):
        freqs = {row[0] for row in rows}
        if len(freqs) > 1 or not freqs <= {"M", "Q"}:
            raise ValueError(
                f"{series_id}: one frequency, M or Q, is needed; found {sorted(freqs)}"
            )
        rows.sort(key=lambda row: row[1])
        _, periods, values, statuses = zip(*rows, strict=True)
        result.append(Series(series_id, rows[0][0], periods, values, statuses))
    return result


def adjust(
    series: Any,
    models: ModelStore,
    *,
    breaks: Mapping[str, Sequence[str]] | None = None,
    workers: int | None = None,
    timeout_seconds: float = 30.0,
    binary: Path | None = None,
) -> Adjustment:
    """Adjust series by their frozen models; nothing is identified or chosen here.

    Args:
        series: see `read_series`.
        models: the frozen models.
        breaks: by series the periods from which its level is another; each becomes a level shift.
        workers: runs at the same time; default: as many as there are processors. The result does
            not depend on it.
        timeout_seconds: of one run.
        binary: another X-13ARIMA-SEATS than the packaged one.

    Returns: see `Adjustment`. What is wrong with one series is that series' status.

    Raises:
        ValueError: the table lacks a column, or a break is no period.
        OSError: there is no binary, or no room for its files.
    """
    every = read_series(series)

    def one(item: Series) -> _Outcome:
        periods = (breaks or {}).get(item.series_id, ())
        return _adjust_one(item, models.get(item.series_id), periods, timeout_seconds, binary)

    with ThreadPoolExecutor(workers or os.cpu_count() or 1) as pool:
        outcomes = list(pool.map(one, every))
    return Adjustment(
        adjusted=_table([row for o in outcomes for row in o.adjusted], ADJUSTED_SCHEMA),
        diagnostics=_table([o.diagnostics for o in outcomes if o.diagnostics], DIAGNOSTICS_SCHEMA),
        regressors=_table([row for o in outcomes for row in o.regressors], REGRESSORS_SCHEMA),
        status=_table([o.status for o in outcomes], STATUS_SCHEMA),
    )


def _table(rows: list[dict[str, Any]], schema: Any) -> Any:
    return pa.Table.from_pylist(rows, schema=schema)


@dataclass
class _Outcome:
    adjusted: list[dict[str, Any]]
    diagnostics: dict[str, Any] | None
    regressors: list[dict[str, Any]]
    status: dict[str, Any]


def _adjust_one(
    series: Series,
    model: Model | None,
    breaks: Sequence[str],
    timeout_seconds: float,
    binary: Path | None,
) -> _Outcome:
    key = {"series_id": series.series_id, "freq": series.freq}
    failed: _NotAdjusted | None = None
    diagnostics: dict[str, Any] | None = None
    regressors: list[dict[str, Any]] = []
    warnings: list[tuple[str, str, str]] = []
    components: dict[str, dict[str, float]] = {}
    try:
        if model is None:
            raise _NotAdjusted("no_model")
        spec, near = _spec(series, model, breaks)
        shifts = {("LS", p) for p in breaks}
        last = period_at(index_of(spec.first, series.freq) + len(spec.values) - 1, series.freq)
        if near:
            warnings.append(_warning("break_too_near", detail=", ".join(near)))
        if int(last[:4]) > model.holds_for:
            warnings.append(_warning("model_out_of_date", year=model.holds_for, last=last))
        try:
            result = x13.run(spec, timeout_seconds=timeout_seconds, binary=binary)
        except x13.X13Error as error:
            raise _NotAdjusted(error.code, error) from error
        regressors = [
            {"series_id": series.series_id, **row} for row in _coefficients(result, series, shifts)
        ]
        diagnostics = {
            **key,
            "first_period": spec.first,
            "last_period": last,
            "period_count": len(spec.values),
            "model": model.name,
            "holds_for": model.holds_for,
            "transformation": model.transformation,
            "arima": model.arima,
            **_diagnostics(result),
        }
        warnings += _misfits(result, diagnostics)
        _judge(result, diagnostics)
        first = index_of(spec.first, series.freq)
        for i in range(len(spec.values)):
            components[period_at(first + i, series.freq)] = {
                name: column[i] for name, column in result.tables.items()
            }
    except _NotAdjusted as reason:
        failed = reason
    empty = dict.fromkeys(x13.TABLES)
    status = "not_adjusted" if failed else "adjusted"
    return _Outcome(
        adjusted=[
            {**key, "period": p, "original": v, **components.get(p, empty)}
            | {"status": status if failed or p in components else "not_adjusted"}
            for p, v in zip(series.periods, series.values, strict=True)
        ],
        diagnostics=diagnostics,
        regressors=regressors,
        status={
            **key,
            "status": status,
            "reason": failed.code if failed else None,
            "reason_en": failed.english if failed else None,
            "reason_ko": failed.korean if failed else None,
            "warnings": ";".join(w[0] for w in warnings) or None,
            "warnings_en": "; ".join(w[1] for w in warnings) or None,
            "warnings_ko": "; ".join(w[2] for w in warnings) or None,
        },
    )


def _warning(code: str, **details: object) -> tuple[str, str, str]:
    english, korean = WARNINGS[code]
    return code, english.format(**details), korean.format(**details)


def _whole(series: Series, span_from: str | None = None) -> tuple[str, list[float]]:
    """First period and figures of a series without gaps; what comes before its first figure is no gap.

    Raises:
        _NotAdjusted: something stands in its way.
    """
    try:
        indices = [index_of(p, series.freq) for p in series.periods]
        since = index_of(span_from, series.freq) if span_from else None
    except ValueError as error:
        raise _NotAdjusted("not_a_period", error) from error
    rows = sorted(zip(indices, series.values, series.statuses, strict=True), key=lambda r: r[0])
    if since is not None:
        rows = [row for row in rows if row[0] >= since]
    while rows and rows[0][1] is None:
        rows.pop(0)
    values: list[float] = []
    for number, (index, value, status) in enumerate(rows):
        expected = rows[0][0] + number
        if index < expected:
            raise _NotAdjusted("duplicate", period_at(index, series.freq))
        if index > expected:
            raise _NotAdjusted("missing", period_at(expected, series.freq))
        if value is None:
            code = "suppressed" if status == "Q" else "missing"
            raise _NotAdjusted(code, period_at(index, series.freq))
        values.append(float(value))
    least = MIN_YEARS * per_year(series.freq)
    if len(values) < least:
        raise _NotAdjusted("too_short", len(values), least)
    if min(values) == max(values):
        raise _NotAdjusted("constant")
    return period_at(rows[0][0], series.freq), values


def _spec(series: Series, model: Model, breaks: Sequence[str]) -> tuple[x13.Spec, list[str]]:
    """What X-13 is asked, and the breaks too near to an end to be in it.

    Raises:
        _NotAdjusted: the series is not fit for the model.
    """
    first, values = _whole(series, model.span_from)
    if model.transformation == "log" and min(values) <= 0:
        at = index_of(first, series.freq) + next(i for i, v in enumerate(values) if v <= 0)
        raise _NotAdjusted("not_positive", period_at(at, series.freq))
    names = _regressors(model.regressors, first, len(values), series.freq)
    start = index_of(first, series.freq)
    end = start + len(values) - 1
    margin = BREAK_MARGIN_YEARS * per_year(series.freq)
    events: list[tuple[str, str]] = []
    for kind, period in map(split_outlier, model.outliers):
        try:
            inside = start < index_of(period, series.freq) <= end
        except ValueError as error:
            raise _NotAdjusted("not_a_period", error) from error
        if inside:
            events.append((kind, period))
    near = []
    for period in sorted(set(breaks)):
        at = index_of(period, series.freq)
        if start + margin <= at <= end - margin + 1:
            events.append(("LS", period))
        elif start < at <= end:
            near.append(period)
    unique = list(dict.fromkeys(events))
    return x13.Spec(
        series.freq, first, values, model.transformation, model.arima, names, unique
    ), near


def _regressors(names: Sequence[str], first: str, count: int, freq: str) -> list[str]:
    try:
        # to the end of the forecasts, as they are in the specification
        return useful(names, first, count + per_year(freq), freq)
    except ValueError as error:
        raise _NotAdjusted("years_unknown", error) from error


def _number(text: str | None) -> float | None:
    try:
        value = float(text) if text is not None else None
    except ValueError:
        return None
    return value if value is not None and math.isfinite(value) else None


def _pair(diagnostics: Mapping[str, str], key: str) -> tuple[float | None, float | None]:
    words = diagnostics.get(key, "").split()
    return (_number(words[0]), _number(words[1])) if len(words) >= 2 else (None, None)


def _percent(pair: tuple[float | None, float | None]) -> tuple[float | None, float | None]:
    return pair[0], None if pair[1] is None else pair[1] / 100


def _diagnostics(result: x13.Result) -> dict[str, Any]:
    """The published diagnostics; levels of significance are probabilities, not percentages."""
    found = result.diagnostics
    pairs = {
        "stable_f": _percent(_pair(found, "f2.fsd8")),
        "moving_f": _percent(_pair(found, "f2.msf")),
        "kruskal_wallis": _percent(_pair(found, "f2.kw")),
        "qs_original": _pair(found, "qsorievadj"),
        "qs_adjusted": _pair(found, "qssadjevadj"),
        "residual_f": _percent(_pair(found, "d11.f")),
    }
    row: dict[str, Any] = {
        "aicc": _number(found.get("aicc")),
        **{m: _number(found.get(f"f3.m{int(m[1:]):02d}")) for m in _M},
        "q": _number(found.get("f3.q")),
        "q2": _number(found.get("f3.qm2")),
        "identifiable_seasonality": found.get("f2.idseasonal"),
    }
    for name, (statistic, probability) in pairs.items():
        row[name] = statistic
        row[f"{name}_p"] = probability
    for estimate in result.estimates:
        if estimate.regressor in REGRESSORS:
            row[f"{estimate.regressor}_estimate"] = estimate.estimate
            row[f"{estimate.regressor}_t_value"] = estimate.t_value
    return row


def _coefficients(
    result: x13.Result, series: Series, shifts: set[tuple[str, str]]
) -> list[dict[str, Any]]:
    rows = []
    for e in result.estimates:
        name, kind = e.regressor, e.kind
        if kind == "outlier":
            name = outlier_name(e.regressor, series.freq)
            kind = "break" if split_outlier(name) in shifts else kind
        rows.append(
            {
                "regressor": name,
                "kind": kind,
                "estimate": e.estimate,
                "standard_error": e.standard_error,
                "t_value": e.t_value,
            }
        )
    return sorted(rows, key=lambda row: str(row["regressor"]))


_MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]


def outlier_name(text: str, freq: str) -> str:
    """X-13's name of an outlier in ours: 'LS2018.Oct' → 'LS2018-10', 'AO2018.4' → 'AO2018-Q4'."""
    kind, year, at = text[:2].upper(), int(text[2:6]), text[7:].strip().lower()
    number = _MONTHS.index(at[:3]) + 1 if at[:3] in _MONTHS else int(at)
    return kind + period_at(year * per_year(freq) + number - 1, freq)


def _misfits(result: x13.Result, row: Mapping[str, Any]) -> list[tuple[str, str, str]]:
    found = []
    lags = int(_number(result.diagnostics.get("nlbq")) or 0)
    if lags:
        found.append(_warning("residuals_autocorrelated", detail=lags))
    found += [_warning("x13_warning", detail=text[:300]) for text in result.warnings]
    above = [name.upper() for name in (*_M, "q2") if (row[name] or 0) > 1]
    if above:
        found.append(_warning("m_statistics", detail=", ".join(above)))
    return found


def _judge(result: x13.Result, row: Mapping[str, Any]) -> None:
    """Raises:
    _NotAdjusted: the result is not fit to be published.
    """
    if result.diagnostics.get("converged", "yes") == "no":
        raise _NotAdjusted("not_converged")
    if row["identifiable_seasonality"] != "yes" or (row["m7"] or 0) > 1:
        raise _NotAdjusted("not_seasonal", f"M7 = {row['m7']}")
    if row["q"] is None or row["q"] > 1:
        raise _NotAdjusted("quality", f"Q = {row['q']}")
    for name, label in (("qs_adjusted", "QS"), ("residual_f", "F")):
        p = row[f"{name}_p"]
        if p is not None and p < RESIDUAL_LEVEL:
            raise _NotAdjusted("residual_seasonality", f"{label} = {row[name]}, p = {p:.4f}")


#: A calendar regressor is proposed where its t value, or one of its holiday's windows, reaches this.
T_LIMIT = 1.96


def identify(
    series: Any,
    *,
    holds_for: int,
    breaks: Mapping[str, Sequence[str]] | None = None,
    regressors: Mapping[str, Sequence[str]] | None = None,
    workers: int | None = None,
    timeout_seconds: float = 60.0,
    binary: Path | None = None,
) -> tuple[list[Model], dict[str, str]]:
    """Propose a model for every series: transformation, orders and outliers by X-13 (automdl,
    outlier), calendar regressors by their t values.

    Args:
        series: see `read_series`.
        holds_for: the year that the models will hold for.
        breaks: as in `adjust`.
        regressors: by series the calendar regressors to try; default: all. None make sense for a
            stock at the end of a period.
        workers: runs at the same time.
        timeout_seconds: of one run.
        binary: another X-13ARIMA-SEATS than the packaged one.

    Returns: the models, and by series why there is none, in both languages.

    Raises:
        ValueError: the table lacks a column.
    """
    every = read_series(series)

    def one(item: Series) -> Model | str:
        tried = (regressors or {}).get(item.series_id, REGRESSORS)
        try:
            return _identify_one(
                item,
                holds_for,
                tuple((breaks or {}).get(item.series_id, ())),
                tried,
                timeout_seconds,
                binary,
            )
        except _NotAdjusted as reason:
            return f"{reason.english}. {reason.korean}."

    with ThreadPoolExecutor(workers or os.cpu_count() or 1) as pool:
        answers = dict(zip((s.series_id for s in every), pool.map(one, every), strict=True))
    models = [a for a in answers.values() if isinstance(a, Model)]
    return models, {name: a for name, a in answers.items() if isinstance(a, str)}


def _identify_one(
    series: Series,
    holds_for: int,
    breaks: Sequence[str],
    regressors: Sequence[str],
    timeout_seconds: float,
    binary: Path | None,
) -> Model:
    draft = Model(
        series.series_id, [series.series_id], holds_for, "none", "(0 1 1)(0 1 1)", list(regressors)
    )
    spec, _ = _spec(series, draft, breaks)
    # Logarithms are tried where they exist.
    transformation = "auto" if min(spec.values) > 0 else "none"
    spec = replace(spec, arima=None, transformation=transformation)
    try:
        result = x13.run(spec, timeout_seconds=timeout_seconds, binary=binary)
        wanted = {
            e.regressor.partition("_")[0]
            for e in result.estimates
            if e.kind == "calendar" and abs(e.t_value) >= T_LIMIT
        }
        kept = [name for name in spec.regressors if name.partition("_")[0] in wanted]
        if kept != list(spec.regressors):
            spec = replace(spec, regressors=kept)
            result = x13.run(spec, timeout_seconds=timeout_seconds, binary=binary)
    except x13.X13Error as error:
        raise _NotAdjusted(error.code, error) from error
    arima = result.diagnostics["arimamdl"]
    if arima.count("(") < 2:
        raise _NotAdjusted("not_seasonal", f"automdl: {arima}")
    last = period_at(index_of(spec.first, series.freq) + len(spec.values) - 1, series.freq)
    named = {
        outlier_name(e.regressor, series.freq) for e in result.estimates if e.kind == "outlier"
    }
    return replace(
        draft,
        transformation="log" if result.diagnostics.get("aictrans") == "Log(y)" else "none",
        arima=arima,
        regressors=kept,
        outliers=sorted(named - {f"LS{period}" for period in breaks}),
        basis_en=f"Identified on {spec.first} to {last} by X-13ARIMA-SEATS (automdl, outlier)",
        basis_ko=f"{spec.first}~{last} 자료로 X-13ARIMA-SEATS(automdl, outlier)가 식별",
    )
