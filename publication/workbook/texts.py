"""The fixed words of the workbook. Names and units come from the release's definitions."""

from __future__ import annotations

from typing import Literal

Lang = Literal["ko", "en"]

_T: dict[str, tuple[str, str]] = {
    "title": (
        "국가산업단지 분기 통계: 통합 문서",
        "National Industrial Complexes: Quarterly Bulletin, workbook",
    ),
    "simulated": (
        "모의자료 · SIMULATED: 실제 통계가 아니다. 인용하거나 이용하지 않는다.",
        "SIMULATED · 모의자료: not statistics. Do not quote or use.",
    ),
    "release": ("배포판", "Release"),
    "period": ("기간", "Period"),
    "about": (
        "이 통합 문서는 같은 배포판의 marts에서 만들었다. 시트마다 표가 하나이고, 단위는 열 머리에 있다.",
        "This workbook is made from the marts of the same release. There is one table a sheet; units "
        "stand in the heads of columns.",
    ),
    "source": (
        "원자료: 한국산업단지공단, 「국가산업단지 산업동향」, 국가승인통계 제399004호. 가공에 따른 책임은 발행 "
        "기관에 있지 않다.",
        "Source data: Korea Industrial Complex Corporation (KICOX), approved statistic no. 399004. "
        "KICOX is not responsible for what was made from them.",
    ),
    "one_table": (
        "이 시트에는 표가 하나 있다. 표시의 뜻은 주석 시트에 있다.",
        "This sheet holds one table. The marks are explained on the sheet of notes.",
    ),
    "back": ("차례로", "To the contents"),
    # -- names of sheets (31 characters at most)
    "s_cover": ("표지", "Cover"),
    "s_contents": ("차례", "Contents"),
    "s_notes": ("주석", "Notes"),
    "s_totals": ("1 전체", "1 All complexes"),
    "s_growth": ("2 전체 증감률", "2 Growth of all"),
    "s_complexes": ("3 단지", "3 Complexes"),
    "s_complex_growth": ("4 단지 증감률", "4 Growth of complexes"),
    "s_industries": ("5 업종", "5 Industries"),
    "s_industry_growth": ("6 업종 증감률", "6 Growth of industries"),
    "s_shares": ("7 전국 비중", "7 Shares of the nation"),
    "s_kpis": ("8 지표", "8 Indicators"),
    "s_seasonal": ("9 계절조정", "9 Seasonally adjusted"),
    "s_revisions": ("10 수정", "10 Revisions"),
    "s_statistics": ("11 수정 통계", "11 Revision statistics"),
    "s_claims": ("12 주장", "12 Claims"),
    "s_breaks": ("13 단절", "13 Breaks"),
    "s_definitions": ("14 정의", "14 Definitions"),
    "s_sources": ("15 자료", "15 Sources"),
    # -- titles of tables
    "t_contents": ("시트와 표", "Sheets and tables"),
    "t_notes": ("표시와 낱말", "Marks and terms"),
    "t_totals": ("분기별 전체 실적", "All complexes by quarter"),
    "t_growth": ("분기별 전체 증감률", "Growth of all complexes by quarter"),
    "t_complexes": ("단지별 실적, 배포판의 기간", "Results by complex, period of the release"),
    "t_complex_growth": (
        "단지별 증감률과 기여도, 배포판의 기간",
        "Growth and contributions by complex, period of the release",
    ),
    "t_industries": ("분기별 업종 실적", "Results by industry and quarter"),
    "t_industry_growth": (
        "업종별 증감률과 기여도, 배포판의 기간",
        "Growth and contributions by industry, period of the release",
    ),
    "t_shares": ("전국에서 차지하는 비중, 모든 정의", "Shares of the nation, all definitions"),
    "t_kpis": ("단지별 지표, 배포판의 기간", "Indicators by complex, period of the release"),
    "t_seasonal": ("계절조정 계열", "Seasonally adjusted series"),
    "t_revisions": ("합계의 수정", "Revisions of the totals"),
    "t_statistics": ("합계의 수정 통계", "Revision statistics of the totals"),
    "t_claims": ("주장과 판정", "Claims and verdicts"),
    "t_breaks": ("단절 등록부", "Register of breaks"),
    "t_definitions": ("측정값과 지표의 정의", "Definitions of measures and indicators"),
    "t_sources": ("입력 파일", "Inputs"),
    # -- heads
    "sheet": ("시트", "Sheet"),
    "table": ("표", "Table"),
    "rows": ("행 수", "Rows"),
    "mark": ("표시", "Mark"),
    "meaning": ("뜻", "Meaning"),
    "complex": ("단지", "Complex"),
    "code": ("코드", "Code"),
    "industry": ("업종", "Industry"),
    "measure": ("측정값", "Measure"),
    "comparison": ("비교", "Comparison"),
    "base": ("비교 기간", "Base period"),
    "growth": ("공표 증감률 (%)", "Growth as published (%)"),
    "growth_lfl": ("동일 기준 증감률 (%)", "Growth like for like (%)"),
    "contribution": ("기여도 (%p)", "Contribution (percentage points)"),
    "matched": ("견준 단지 수 (개)", "Complexes matched (count)"),
    "break": ("단절", "Breaks"),
    "why": ("동일 기준 값이 없는 이유", "Why there is none like for like"),
    "metric": ("비중", "Share"),
    "definition": ("정의", "Definition"),
    "share": ("값 (%)", "Value (%)"),
    "coverage": ("덮는 달 (개월/개월)", "Months covered (months/months)"),
    "numerator": ("분자", "Numerator"),
    "denominator": ("분모", "Denominator"),
    "unit": ("단위", "Unit"),
    "indicator": ("지표", "Indicator"),
    "value": ("값", "Value"),
    "reason": ("값이 없는 이유", "Why there is no value"),
    "series": ("계열", "Series"),
    "original": ("원계열", "Unadjusted"),
    "adjusted": ("계절조정", "Seasonally adjusted"),
    "trend": ("추세", "Trend"),
    "first": ("첫 공표", "First print"),
    "now": ("이 공표의 값", "Value of this print"),
    "revision": ("수정", "Revision"),
    "revision_pct": ("수정률 (%)", "Revision (%)"),
    "vintage": ("공표일", "Published"),
    "print": ("차례 (번째)", "Print (ordinal)"),
    "cause": ("사유", "Cause"),
    "horizon": ("지평 (일)", "Horizon (days)"),
    "observations": ("분기 수 (개)", "Quarters (count)"),
    "revised": ("수정된 분기 (개)", "Quarters revised (count)"),
    "mean": ("평균 수정", "Mean revision"),
    "mar": ("평균 절대 수정", "Mean absolute revision"),
    "rmar": ("상대 평균 절대 수정 (%)", "Relative mean absolute revision (%)"),
    "se": ("표준오차 (Newey-West)", "Standard error (Newey-West)"),
    "t": ("편향 t", "Bias t"),
    "signs": ("방향이 바뀐 횟수 (번)", "Changes of sign (count)"),
    "claim": ("주장", "Claim"),
    "cited": ("출처", "Source"),
    "when": ("날짜", "Date"),
    "about_period": ("판정 기간", "Judged for"),
    "verdict": ("판정", "Verdict"),
    "last_held": ("마지막 부합", "Last held"),
    "effective": ("시점", "When"),
    "what": ("내용", "What"),
    "name": ("이름", "Name"),
    "formula": ("정의 또는 산식", "Definition or formula"),
    "file": ("자료", "File"),
    "hash": ("SHA-256", "SHA-256"),
    # -- notes
    "suppressed": (
        "비공개. 발행 기관이 조사 대상 업체가 다섯 이하인 단지를 가린 칸",
        "Suppressed: the publisher withholds complexes with five or fewer surveyed firms",
    ),
    "missing": ("값이 공표되지 않았거나 알 수 없음", "No figure was given or is known"),
    "impossible": (
        "값이 있을 수 없음(업종이 없음, 0에서의 증감률)",
        "No figure can exist (the industry is absent, growth from zero)",
    ),
    "empty": ("해당 없음(글이 들어갈 칸)", "Nothing to say (in a cell of words)"),
    "zero": (
        "영도 값이다. 발행 기관이 단위 미만을 영으로 적은 경우를 포함한다",
        "Zero is a figure; it includes what the publisher prints as zero below the unit",
    ),
    "lfl": (
        "두 시점에 모두 있고 그 사이에 단절이 없는 단지만의 비교",
        "Only complexes that are there in both periods with no break between",
    ),
    "rounded": (
        "칸의 수는 반올림하지 않은 값이며 표시 형식만 반올림한다",
        "Figures are not rounded; only their format is",
    ),
    "sums": (
        "보이는 단지를 더해 합계에서 빼면 비공개 값이 좁혀진다. 그런 합은 여기 없다",
        "Adding up the visible complexes narrows what is suppressed; no such sum is given here",
    ),
}


def t(key: str, lang: Lang) -> str:
    """A fixed text in the language."""
    return _T[key][0 if lang == "ko" else 1]


def word(key: str, fallback: str, lang: Lang) -> str:
    """A fixed text for a code, else the code itself."""
    return t(key, lang) if key in _T else fallback
