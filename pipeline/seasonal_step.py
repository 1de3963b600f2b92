"""Seasonal adjustment of a candidate: which series, from which marts, into which tables.

Months end in March 2024, when the publication became quarterly; monthly series end there. Quarterly
series are those of the marts, where sums, last months and ratios of months are joined with the
editions of quarters. Breaks of the register become level shifts.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb

from ingestion.periods import Period

if TYPE_CHECKING:
    from seasonal import Model

#: Marts that `add_seasonal` makes, and the columns that each is ordered by.
ORDER_BY: dict[str, list[str]] = {
    "seasonal_adjusted": ["series_id", "period"],
    "seasonal_diagnostics": ["series_id"],
    "seasonal_regressor": ["series_id", "regressor"],
}
#: Measures that are adjusted, of the total and of the large complexes.
MEASURES = ("production_krw_100m", "exports_usd_m", "employment_count", "utilization_pct")
#: Stocks at the end of a period: its working days and holidays are not theirs.
STOCKS = ("employment_count",)
#: National series by month.
NATIONAL_SERIES = ("national_exports", "national_imports", "national_production_index")
#: So many complexes count as large: those with the most production in the newest quarter.
LARGE_COMPLEXES = 10

_SERIES = """
with newest as (
    select complex_id, production_krw_100m as production
    from complex_quarterly
    where period = (select max(period) from complex_quarterly)
),

large as (
    select complex_id from newest
    where production is not null
    order by production desc, complex_id
    limit $large
),

quarters as (
    {quarters}
),

months as (
    select complex_id, measure, 'M' as freq, period, value, obs_status, is_simulated
    from fct_observation
    where freq = 'M' and is_latest and industry_code = '_T' and size_class = '_T' and sex = '_T'
        and list_contains($measures, measure)
        and (complex_id = '_T' or complex_id in (select complex_id from large))
),

nation as (
    select area as complex_id, series as measure, 'M' as freq, period, value, obs_status, is_simulated
    from national_series
    where is_latest and area = 'KR' and freq = 'M' and list_contains($national, series)
)

select complex_id || '.' || measure || '.' || freq as series_id, *
from (from quarters union all from months union all from nation)
order by series_id, period
"""


def read_candidate(connection: duckdb.DuckDBPyConnection) -> Any:
    """The series of a candidate as a pyarrow table: series_id (`_T.exports_usd_m.Q`), complex_id (`_T`
    the total, `KR` the nation), measure, freq, period, value, obs_status, is_simulated."""
    quarters = [
        f"select {key} as complex_id, '{measure}' as measure, 'Q' as freq, period, "
        f"{measure} as value, {measure}_status as obs_status, is_simulated from {mart} where {which}"
        for measure in MEASURES
        for mart, key, which in (
            ("national_total_quarterly", "'_T'", "true"),
            ("complex_quarterly", "complex_id", "complex_id in (select complex_id from large)"),
        )
    ]
    parameters = {
        "large": LARGE_COMPLEXES,
        "measures": list(MEASURES),
        "national": list(NATIONAL_SERIES),
    }
    query = _SERIES.format(quarters=" union all ".join(quarters))
    return connection.sql(query, params=parameters).to_arrow_table()


def _register(connection: duckdb.DuckDBPyConnection) -> list[tuple[str, str, str, str]]:
    """The register of breaks in the candidate: (effective, complex_id, measures, kind), oldest first."""
    found = connection.execute(
        "select database_name, schema_name from duckdb_tables() where table_name = 'complex_breaks'"
    ).fetchone()
    if found is None:
        return []
    return connection.execute(
        "select effective, complex_id, measures, kind "
        f'from "{found[0]}"."{found[1]}".complex_breaks order by effective, break_id'
    ).fetchall()


def read_breaks(connection: duckdb.DuckDBPyConnection) -> Any:
    """The breaks of the candidate's series as a pyarrow table: complex_id, measure, period of the first
    figure after the break, break_ids (`;` between several)."""
    found = connection.execute(
        "select database_name, schema_name from duckdb_tables() where table_name = 'int_breaks_listed'"
    ).fetchall()
    rows = (
        f'from "{found[0][0]}"."{found[0][1]}".int_breaks_listed where not is_industry'
        if found
        else "from (select null::varchar complex_id, null measure, null period, null break_ids) where false"
    )
    return connection.sql(f"select complex_id, measure, period, break_ids {rows}").to_arrow_table()


def since_coverage(connection: duckdb.DuckDBPyConnection, series: Any) -> Any:
    """The series without what stands before a complex was covered: the edition in which it came gives
    its period before, too, as zero or as a part. A quarter counts once covered from its first month."""
    since: dict[tuple[str, str], str] = {}
    for effective, complex_id, measures, kind in _register(connection):
        if kind == "coverage_in":
            for measure in MEASURES if measures == "all" else measures.split(";"):
                since[complex_id, measure] = str(effective)
    keys = series.select(["complex_id", "measure", "freq", "period"]).to_pylist()
    keep = [
        (start := since.get((row["complex_id"], row["measure"]))) is None
        or row["period"] >= _whole(start, row["freq"])
        for row in keys
    ]
    return series.filter(keep)


def _whole(period: str, freq: str) -> str:
    """The first month, or quarter that lies wholly at or after a period."""
    if freq == "M" or "Q" in period:
        return _in_frequency(period, freq)
    return str(Period.parse(period).shift(2).quarter)


def level_shifts(connection: duckdb.DuckDBPyConnection, series: Any) -> dict[str, list[str]]:
    """By series the periods of its breaks, from the register in the candidate.

    A complex that comes or goes shifts the total, not itself. A new sample or method shifts the total
    and every complex. A firm that moves to another industry shifts neither; nor does the passage from
    months to quarters. A break within a quarter stands at that quarter.
    """
    rows = _register(connection)
    if not rows:
        return {}
    shifts: dict[str, list[str]] = {}
    keys = {
        (row["series_id"], row["complex_id"], row["measure"], row["freq"])
        for row in series.select(["series_id", "complex_id", "measure", "freq"]).to_pylist()
    }
    for series_id, complex_id, measure, freq in sorted(keys):
        if complex_id == "KR":
            continue
        for effective, broken, measures, kind in rows:
            if measures != "all" and measure not in measures.split(";"):
                continue
            is_total = complex_id == "_T"
            if (kind in ("coverage_in", "coverage_out") and is_total) or (
                kind in ("sample", "method") and broken in ("_T", complex_id)
            ):
                shifts.setdefault(series_id, []).append(_in_frequency(str(effective), freq))
    return {name: sorted(set(periods)) for name, periods in shifts.items()}


def _in_frequency(period: str, freq: str) -> str:
    """A month or quarter as the quarter it is in, or as the (first) month."""
    year, _, rest = period.partition("-")
    if freq == "Q":
        return period if rest.startswith("Q") else f"{year}-Q{(int(rest) + 2) // 3}"
    return f"{year}-{3 * int(rest[1]) - 2:02d}" if rest.startswith("Q") else period


def add_seasonal(
    candidate: Path, models: Path, *, workers: int | None = None, timeout_seconds: float = 30.0
) -> dict[str, int]:
    """Adjust the series of a candidate and write its marts `seasonal_…`; returns counts by status.

    Args:
        candidate: the database that dbt built; nobody else has it open.
        models: folder of the frozen models (`seasonal/models`).
        workers: see `seasonal.adjust`.
        timeout_seconds: of one run of the binary.

    Raises:
        seasonal.ModelError: a frozen model cannot be used.
    """
    from seasonal import adjust, load_models

    store = load_models(models)
    with duckdb.connect(str(candidate)) as connection:
        series = since_coverage(connection, read_candidate(connection))
        result = adjust(
            series,
            store,
            breaks=level_shifts(connection, series),
            workers=workers,
            timeout_seconds=timeout_seconds,
        )
        connection.register("new_breaks", read_breaks(connection))
        connection.execute("begin")
        for name in ("adjusted", "diagnostics", "regressors", "status"):
            connection.register(f"new_{name}", getattr(result, name))
        connection.register("new_series", series)
        for table, query in _TABLES.items():
            connection.execute(f"create or replace table {table} as {query}")
            connection.execute(f"comment on table {table} is {_literal(TABLE_COMMENTS[table])}")
            columns = connection.execute(
                "select column_name from duckdb_columns() where table_name = ? and schema_name = 'main'",
                [table],
            ).fetchall()
            for (column,) in columns:
                comment = _literal(column_comment(column))
                connection.execute(f'comment on column {table}."{column}" is {comment}')
        connection.execute("commit")
    counts: dict[str, int] = {}
    for status in result.status.column("status").to_pylist():
        counts[status] = counts.get(status, 0) + 1
    return counts


_KEYS = "k.complex_id, k.measure, k.freq"
_TABLES = {
    "seasonal_adjusted": f"""
        select a.series_id, {_KEYS}, a.period,
            a.original, coalesce(k.obs_status, 'O') as original_status,
            case when k.obs_status = 'A' and b.break_ids is not null then 'B'
                else coalesce(k.obs_status, 'O') end as sdmx_obs_status,
            b.break_ids,
            a.* exclude (series_id, freq, period, original),
            bool_or(k.is_simulated) over (partition by a.series_id) as is_simulated
        from new_adjusted a
        join new_series k on k.series_id = a.series_id and k.period = a.period
        left join new_breaks b
            on b.complex_id = k.complex_id and b.measure = k.measure and b.period = k.period
        order by a.series_id, a.period""",
    "seasonal_diagnostics": f"""
        select s.series_id, {_KEYS}, s.* exclude (series_id, freq),
            d.* exclude (series_id, freq), k.is_simulated
        from new_status s
        join (
            select series_id, complex_id, measure, freq, bool_or(is_simulated) as is_simulated
            from new_series group by all
        ) k on k.series_id = s.series_id
        left join new_diagnostics d on d.series_id = s.series_id
        order by s.series_id""",
    "seasonal_regressor": f"""
        select r.series_id, {_KEYS}, r.* exclude (series_id), k.is_simulated
        from new_regressors r
        join (
            select series_id, complex_id, measure, freq, bool_or(is_simulated) as is_simulated
            from new_series group by all
        ) k on k.series_id = r.series_id
        order by r.series_id, r.regressor""",
}

TABLE_COMMENTS = {
    "seasonal_adjusted": "계절조정 계열(X-13ARIMA-SEATS, 설·추석·조업일수 조정). 조정하지 않은 계열은 원계열만 있음 / "
    "Seasonally adjusted series (X-13ARIMA-SEATS, Seollal, Chuseok and working days). A series that is not adjusted has its original figures only",
    "seasonal_diagnostics": "계열별 조정 여부와 사유, M·Q 통계량, 잔여 계절성 검정, 명절 변수 / "
    "By series: whether it is adjusted and why not, M and Q statistics, tests of residual seasonality, holiday regressors",
    "seasonal_regressor": "계열별 회귀 변수의 계수와 t값: 달력, 이상치, 단절 / "
    "Coefficients and t values of a series' regressors: calendar, outliers, breaks",
}

_COMMENTS = {
    "series_id": ("계열: 단지.지표.주기", "Series: complex.measure.frequency"),
    "complex_id": (
        "단지 식별자. _T 합계, KR 전국",
        "Identifier of the complex; _T the total, KR the nation",
    ),
    "measure": (
        "지표(dim_measure) 또는 전국 계열(national_series)",
        "Measure (dim_measure) or series (national_series)",
    ),
    "freq": ("주기: M 월, Q 분기", "Frequency: M months, Q quarters"),
    "period": ("시점, 예: 2024-03, 2026-Q1", "Period, such as 2024-03 or 2026-Q1"),
    "original": ("원계열, 지표의 단위", "Original figure, in the unit of the measure"),
    "original_status": (
        "원계열의 관측 상태(SDMX CL_OBS_STATUS)",
        "Status of the original figure (SDMX CL_OBS_STATUS)",
    ),
    "sdmx_obs_status": (
        "SDMX CL_OBS_STATUS의 상태 한 가지: 단절 뒤 첫 값은 B, 그 밖은 original_status와 같음",
        "The one status of SDMX CL_OBS_STATUS: B for the first figure after a break, else as original_status",
    ),
    "break_ids": (
        "이 시점의 단절(series_break): 원계열과 계절조정치가 앞 시점과 같은 기준이 아님",
        "Breaks at the period (series_break): figures, as published and adjusted, are not like those before",
    ),
    "seasonally_adjusted": (
        "계절조정치(X-11 표 D11), 지표의 단위",
        "Seasonally adjusted figure (table D11), in the unit of the measure",
    ),
    "trend": ("추세·순환(표 D12)", "Trend and cycle (table D12)"),
    "seasonal": (
        "계절 요인(표 D10): 로그 변환이면 배수, 아니면 더할 값",
        "Seasonal factor (table D10): a ratio with logarithms, else in units",
    ),
    "irregular": ("불규칙 요인(표 D13)", "Irregular (table D13)"),
    "calendar_effect": (
        "조업일수와 명절의 효과(표 D18), 계절 요인과 같은 형태",
        "Effect of working days and holidays (table D18), in the form of the seasonal factor",
    ),
    "status": ("adjusted 조정함, not_adjusted 조정하지 않음", "adjusted or not_adjusted"),
    "reason": ("조정하지 않은 사유의 코드", "Code of the reason for no adjustment"),
    "reason_en": ("조정하지 않은 사유(영어)", "Reason for no adjustment, in English"),
    "reason_ko": ("조정하지 않은 사유(한국어)", "Reason for no adjustment, in Korean"),
    "warnings": ("모형에 대한 경고의 코드", "Codes of warnings about the model"),
    "warnings_en": ("모형에 대한 경고(영어)", "Warnings about the model, in English"),
    "warnings_ko": ("모형에 대한 경고(한국어)", "Warnings about the model, in Korean"),
    "first_period": ("조정 구간의 첫 시점", "First period of the span"),
    "last_period": ("조정 구간의 끝 시점", "Last period of the span"),
    "period_count": ("조정 구간의 시점 수", "Periods in the span"),
    "model": ("고정 모형(seasonal/models)", "Frozen model (seasonal/models)"),
    "holds_for": ("모형이 유효한 연도", "Year that the model holds for"),
    "transformation": (
        "변환: log 승법, none 가법",
        "Transformation: log multiplicative, none additive",
    ),
    "arima": ("ARIMA 차수", "ARIMA orders"),
    "aicc": ("AICC", "AICC"),
    "q": ("Q: M1~M11의 가중 평균, 1 이하이면 양호", "Q: weighted mean of M1 to M11, good up to 1"),
    "q2": ("M2를 뺀 Q", "Q without M2"),
    "stable_f": ("안정적 계절성의 F(표 D8)", "F of stable seasonality (table D8)"),
    "moving_f": ("이동하는 계절성의 F(표 D8)", "F of moving seasonality (table D8)"),
    "kruskal_wallis": ("Kruskal-Wallis 통계량(표 D8)", "Kruskal-Wallis statistic (table D8)"),
    "identifiable_seasonality": (
        "식별할 수 있는 계절성이 있는지(X-13의 판정, yes 있음)",
        "Whether X-13 identifies seasonality, in its own word (yes)",
    ),
    "qs_original": ("원계열의 QS(극단값 조정)", "QS of the original series, extremes adjusted"),
    "qs_adjusted": (
        "조정 계열의 QS(극단값 조정): 잔여 계절성",
        "QS of the adjusted series, extremes adjusted: residual seasonality",
    ),
    "residual_f": ("조정 계열의 잔여 계절성 F(표 D11)", "F of residual seasonality (table D11)"),
    "regressor": (
        "회귀 변수, 또는 종류와 시점(LS2018-10)",
        "Regressor, or kind and period (LS2018-10)",
    ),
    "kind": (
        "calendar 달력, outlier 이상치, break 단절",
        "calendar, outlier or break (register of breaks)",
    ),
    "estimate": (
        "계수(로그 변환이면 로그 단위)",
        "Coefficient, in logarithms where these are taken",
    ),
    "standard_error": ("표준오차", "Standard error"),
    "t_value": ("t값", "t value"),
    "is_simulated": ("모의 자료에서 온 것이면 참", "True where it comes from simulated data"),
}


def column_comment(column: str) -> str:
    """The comment of a column, Korean / English.

    Raises:
        KeyError: a column has none.
    """
    if column in _COMMENTS:
        return " / ".join(_COMMENTS[column])
    if column[0] == "m" and column[1:].isdigit():
        return (
            f"{column.upper()} 통계량, 1 이하이면 양호 / Statistic {column.upper()}, good up to 1"
        )
    for suffix, korean, english in (
        ("_t_value", "의 t값", ": t value"),
        ("_estimate", "의 계수", ": coefficient"),
        ("_p", "의 유의확률", ": probability"),
    ):
        if column.endswith(suffix):
            name = column.removesuffix(suffix)
            return f"{name}{korean} / {name}{english}"
    raise KeyError(column)


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def identify(
    candidate: Path, *, holds_for: int, only: str | None = None
) -> tuple[list[Model], Mapping[str, str], bool]:
    """Propose models for the series of a candidate.

    Args:
        candidate: a database that dbt built.
        holds_for: the year that the models will hold for.
        only: a pattern of series, such as `_T.*`.

    Returns: the models, by series why there is none, and whether any of it is simulated.
    """
    from fnmatch import fnmatchcase

    import pyarrow as pa

    from seasonal import identify as propose
    from seasonal.calendars import REGRESSORS

    with duckdb.connect(str(candidate), read_only=True) as connection:
        series = since_coverage(connection, read_candidate(connection))
        names = series.column("series_id").to_pylist()
        series = series.filter(pa.array([only is None or fnmatchcase(n, only) for n in names]))
        breaks = level_shifts(connection, series)
    names = set(series.column("series_id").to_pylist())
    models, why_not = propose(
        series,
        holds_for=holds_for,
        breaks=breaks,
        regressors={n: () if n.split(".")[1] in STOCKS else REGRESSORS for n in names},
    )
    return models, why_not, any(series.column("is_simulated").to_pylist())


def propose_models(
    candidate: Path,
    folder: Path,
    *,
    holds_for: int,
    only: str | None = None,
    replace_models: bool = False,
    allow_simulated: bool = False,
) -> list[str]:
    """Identify models and write them as `<series_id>.yml`; returns a line for every series.

    A model that is frozen for the year already stays, unless `replace_models`.

    Raises:
        ValueError: the data are simulated and `allow_simulated` is not given, or a model in the folder
            cannot be read (`seasonal.ModelError`).
    """
    from seasonal import save_model
    from seasonal.frozen import load_model

    models, why_not, is_simulated = identify(candidate, holds_for=holds_for, only=only)
    if is_simulated and not allow_simulated:
        raise ValueError(
            "these data are simulated: their models do not belong among the frozen ones; "
            "give --out FOLDER. 모의자료이므로 고정 모형으로 쓸 수 없음(--out 폴더 지정)."
        )
    if is_simulated:
        models = [
            replace(
                model,
                basis_en=f"SIMULATED data. {model.basis_en}",
                basis_ko=f"모의자료. {model.basis_ko}",
            )
            for model in models
        ]
    lines = []
    for model in models:
        path = folder / f"{model.name}.yml"
        if path.exists() and load_model(path).holds_for >= holds_for and not replace_models:
            lines.append(
                f"{model.name}: frozen for {holds_for} already; kept (--replace to replace)"
            )
            continue
        save_model(model, folder)
        lines.append(f"{model.name}: {model.arima} {model.transformation} -> {path.name}")
    return lines + [f"{name}: no model: {reason}" for name, reason in why_not.items()]
