"""Which data are sent: the dataflows, their components, and the query that gives their rows.

A component says what it is in SDMX and which expression of the mart fills it; from these the data
structure, the CSV and the XML are made, so that the three cannot disagree.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from publication.definitions import Text

#: What a component is: a dimension, the time, the measured value, or an attribute of an observation.
#: None: an attribute of a dimension.
Role = Literal["dimension", "time", "value", "observation"]
Kind = Literal["code", "text", "integer", "number", "boolean", "day", "period"]


@dataclass(frozen=True)
class Component:
    """A dimension, measure or attribute.

    `sql`: the expression over the flow's mart. `codelist`: its code list. `of`: the dimension that an
    attribute belongs to. `scheme`: `cross` for SDMX's cross-domain concepts, else our own.
    """

    id: str
    name: Text
    sql: str
    role: Role | None = None
    kind: Kind = "text"
    codelist: str | None = None
    of: str | None = None
    scheme: Literal["cross", "own"] = "own"
    required: bool = True
    description: Text | None = None

    @property
    def is_attribute(self) -> bool:
        """Whether it is an attribute (of whatever)."""
        return self.role in ("observation", None)


@dataclass(frozen=True)
class Flow:
    """A dataflow: `file` names its files, `source` is the FROM clause of its rows: one mart `f`, and no
    join, so that DuckDB keeps the order in which the mart is stored and sorts nothing.

    `is_stored_by_series`: the rows of a series stand together in the mart, in time.
    """

    id: str
    structure: str
    file: str
    name: Text
    description: Text
    components: tuple[Component, ...]
    source: str
    is_stored_by_series: bool = False

    @property
    def dimensions(self) -> tuple[Component, ...]:
        """The dimensions in their order, the time last."""
        return tuple(c for c in self.components if c.role in ("dimension", "time"))

    @property
    def attributes(self) -> tuple[Component, ...]:
        """The attributes in their order."""
        return tuple(c for c in self.components if c.is_attribute)


def _dimension(
    id: str, ko: str, en: str, sql: str, codelist: str, scheme: str = "own"
) -> Component:
    return Component(
        id, Text(ko, en), sql, "dimension", "code", codelist,
        scheme="cross" if scheme == "cross" else "own",
    )  # fmt: skip


FREQ = _dimension("FREQ", "주기", "Frequency", "f.freq", "CL_FREQ", "cross")
COMPLEX = _dimension("COMPLEX", "산업단지", "Industrial complex", "f.complex_id", "CL_COMPLEX")
INDUSTRY = _dimension("INDUSTRY", "업종", "Industry", "f.industry_code", "CL_INDUSTRY")
SIZE_CLASS = _dimension("SIZE_CLASS", "기업 규모", "Size class", "f.size_class", "CL_SIZE_CLASS")
SEX = _dimension("SEX", "성별", "Sex", "f.sex", "CL_SEX", "cross")
MEASURE = _dimension("MEASURE", "측정값", "Measure", "f.measure", "CL_MEASURE")
TIME_PERIOD = Component(
    "TIME_PERIOD", Text("기간", "Time period"), "f.period", "time", "period", scheme="cross"
)
OBS_VALUE = Component(
    "OBS_VALUE", Text("관측값", "Observation value"), "f.value", "value", "number",
    scheme="cross", required=False,
)  # fmt: skip
IS_SIMULATED = Component(
    "IS_SIMULATED", Text("모의 자료", "Simulated data"), "f.is_simulated", "observation", "boolean",
    required=False,
    description=Text("참이면 통계가 아니라 모의 자료", "True: simulated data, not a statistic"),
)  # fmt: skip
REF_AREA = Component(
    "REF_AREA", Text("지역", "Reference area"), "ref_area(f.complex_id)", None, "code",
    "CL_AREA", of="COMPLEX", scheme="cross",
)  # fmt: skip


def _unit_attributes(of: str, unit: str) -> tuple[Component, ...]:
    """`unit`: the expression of the unit's code in dim_unit."""
    return (
        Component("UNIT_MEASURE", Text("측정 단위", "Unit of measure"), f"unit_measure({unit})", None,
                  "code", "CL_UNIT_MEASURE", of=of, scheme="cross"),
        Component("UNIT_MULT", Text("단위 승수", "Unit multiplier"), f"unit_mult({unit})", None,
                  "code", "CL_UNIT_MULT", of=of, scheme="cross"),
        Component("DECIMALS", Text("소수 자릿수", "Decimals"), f"unit_decimals({unit})", None,
                  "code", "CL_DECIMALS", of=of, scheme="cross"),
    )  # fmt: skip


def _observation(id: str, ko: str, en: str, sql: str, kind: Kind = "text") -> Component:
    return Component(id, Text(ko, en), sql, "observation", kind, required=False)


def _unit_of(id: str, ko: str, en: str, name: str) -> Component:
    """A unit of `dim_unit`, of which the mart has the Korean name; one that is not there is told as
    unknown, not left out."""
    return Component(id, Text(ko, en), f"coalesce(unit_named({name}), {name})", "observation",
                     "code", "CL_UNIT", required=False)  # fmt: skip


OBS_STATUS = Component(
    "OBS_STATUS", Text("관측 상태", "Observation status"), "f.sdmx_obs_status", "observation",
    "code", "CL_OBS_STATUS", scheme="cross",
)  # fmt: skip
CONF_STATUS = Component(
    "CONF_STATUS", Text("비밀 보호 상태", "Confidentiality status"), "f.conf_status",
    "observation", "code", "CL_CONF_STATUS", scheme="cross",
)  # fmt: skip
BREAKS = _observation("BREAKS", "시계열 단절", "Breaks in the series", "f.break_ids")
VINTAGE_DATE = _observation(
    "VINTAGE_DATE",
    "값이 공표된 날",
    "Day on which the value was first published",
    "f.vintage",
    "day",
)
SUPERSEDED_DATE = _observation(
    "SUPERSEDED_DATE", "다음 값이 공표된 날", "Day on which the next value was published",
    "f.superseded_at", "day",
)  # fmt: skip
REASON_KO = _observation("COMMENT_KO", "비고", "Comment in Korean", "f.reason_ko")
REASON_EN = _observation("COMMENT_EN", "비고(영문)", "Comment in English", "f.reason")
VINTAGE = Component(
    "VINTAGE", Text("판", "Vintage"), "f.vintage_no", "dimension", "integer",
    description=Text("같은 관측의 몇 번째 값인가. 1은 첫 공표",
                     "Which value of the observation it is; 1 is the first print"),
)  # fmt: skip

#: A figure of a KPI or share that is suppressed is so because an input is confidential.
_DERIVED_CONF = "CASE f.obs_status WHEN 'Q' THEN 'C' ELSE 'F' END"
_SERIES = (FREQ, COMPLEX, INDUSTRY, SIZE_CLASS, SEX, MEASURE)
_OBSERVED = (
    TIME_PERIOD, OBS_VALUE, IS_SIMULATED, REF_AREA, *_unit_attributes("MEASURE", "f.unit"), OBS_STATUS,
    CONF_STATUS, BREAKS, VINTAGE_DATE,
)  # fmt: skip
TREND = Flow(
    "DF_TREND",
    "DSD_TREND",
    "trend",
    Text("국가산업단지 산업동향", "National industrial complexes: trends"),
    Text(
        "단지, 업종, 규모, 성별 관측값. 개정이 있었으면 지금 유효한 값(최신판)",
        "Observations by complex, industry, size class and sex; where a figure was revised, the "
        "one that holds now (latest vintage)",
    ),
    (*_SERIES, *_OBSERVED),
    "fct_observation AS f WHERE f.is_latest",
    is_stored_by_series=True,
)

TREND_VINTAGES = Flow(
    "DF_TREND_VINTAGES",
    "DSD_TREND_VINTAGES",
    "trend_vintages",
    Text("국가산업단지 산업동향, 모든 판", "National industrial complexes: trends, all vintages"),
    Text(
        "첫 공표와 모든 개정. 어느 날에 공표되어 있던 값은 VINTAGE_DATE와 SUPERSEDED_DATE로 앎",
        "First prints and every revision; what stood published on a day follows from VINTAGE_DATE "
        "and SUPERSEDED_DATE",
    ),
    (*_SERIES, VINTAGE, *_OBSERVED, SUPERSEDED_DATE),
    "fct_observation AS f WHERE f.begins_vintage",
)

KPI = Flow(
    "DF_KPI",
    "DSD_KPI",
    "kpi",
    Text("산업단지 지표", "Indicators of industrial complexes"),
    Text(
        "단지와 분기마다 모든 지표. 계산할 수 없으면 값이 없고 이유가 적혀 있음",
        "Every indicator of every complex and quarter; where it cannot be had there is no value, "
        "and the reason is given",
    ),
    (
        Component("FREQ", FREQ.name, "'Q'", "dimension", "code", "CL_FREQ", scheme="cross"),
        COMPLEX, INDUSTRY, SIZE_CLASS,
        _dimension("KPI", "지표", "Indicator", "f.kpi", "CL_KPI"),
        TIME_PERIOD, OBS_VALUE, IS_SIMULATED, REF_AREA, *_unit_attributes("KPI", "kpi_unit(f.kpi)"),
        OBS_STATUS,
        Component("CONF_STATUS", CONF_STATUS.name, _DERIVED_CONF, "observation", "code",
                  "CL_CONF_STATUS", scheme="cross"),
        BREAKS, REASON_KO, REASON_EN,
    ),
    "cluster_kpi AS f",
)  # fmt: skip

SHARE = Flow(
    "DF_NATIONAL_SHARE",
    "DSD_NATIONAL_SHARE",
    "national_share",
    Text("국가산업단지가 전국에서 차지하는 비중", "Shares of the national industrial complexes in the nation"),
    Text(
        "지표와 정의마다 비중(%). 분자·분모의 기간이 다르면 덮는 개월 수를 적음",
        "Share in per cent by metric and definition; the months covered where numerator and "
        "denominator cover a part of the period",
    ),
    (
        Component("FREQ", FREQ.name, "period_freq(f.period)", "dimension", "code", "CL_FREQ", scheme="cross"),
        Component("REF_AREA", REF_AREA.name, "'KR'", "dimension", "code", "CL_AREA",
                  scheme="cross"),
        _dimension("SHARE_METRIC", "비중의 지표", "Metric of the share", "f.metric",
                   "CL_SHARE_METRIC"),
        _dimension("SHARE_DEFINITION", "비중의 정의", "Definition of the share", "f.definition",
                   "CL_SHARE_DEFINITION"),
        TIME_PERIOD,
        Component("OBS_VALUE", OBS_VALUE.name, "f.share_pct", "value", "number", scheme="cross",
                  required=False),
        IS_SIMULATED, *_unit_attributes("SHARE_METRIC", "'pct'"),
        OBS_STATUS,
        Component("CONF_STATUS", CONF_STATUS.name, _DERIVED_CONF, "observation", "code",
                  "CL_CONF_STATUS", scheme="cross"),
        BREAKS,
        _observation("MONTHS_COVERED", "덮는 개월 수", "Months covered", "f.months_covered",
                     "integer"),
        _observation("MONTHS_IN_PERIOD", "기간의 개월 수", "Months in the period",
                     "f.months_in_period", "integer"),
        _observation("NUMERATOR", "분자", "Numerator", "f.numerator", "number"),
        _unit_of("NUMERATOR_UNIT", "분자의 단위", "Unit of the numerator", "f.numerator_unit"),
        _observation("NUMERATOR_SOURCE", "분자의 출처", "Source of the numerator",
                     "f.numerator_source"),
        _observation("DENOMINATOR", "분모", "Denominator", "f.denominator", "number"),
        _unit_of("DENOMINATOR_UNIT", "분모의 단위", "Unit of the denominator", "f.denominator_unit"),
        _observation("DENOMINATOR_SOURCE", "분모의 출처", "Source of the denominator",
                     "f.denominator_source"),
        _observation("COMMENT_KO", "비고", "Comment in Korean", "f.reason_ko"),
        _observation("COMMENT_EN", "비고(영문)", "Comment in English", "f.reason_en"),
    ),
    "national_share AS f",
)  # fmt: skip

FLOWS = (TREND, TREND_VINTAGES, KPI, SHARE)
