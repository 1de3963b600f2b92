"""The fixed words of the bulletin: headings, notes, methods. No figure of a release stands here.

Names and units of measures, KPIs, industries and claims are not here either: they come from the
marts (`dim_measure`, `dim_kpi`, …), where they are defined once.
"""

from __future__ import annotations

from publication.bulletin.words import Lang

_T: dict[str, tuple[str, str]] = {
    # -- the whole
    "series": ("sandan · 분기 통계", "sandan · Quarterly statistics"),
    "title": ("국가산업단지 분기 통계", "National Industrial Complexes: Quarterly Bulletin"),
    "release": ("배포판", "Release"),
    "contents": ("차례", "Contents"),
    "skip": ("본문으로 건너뛰기", "Skip to the content"),
    "table": ("표", "Table"),
    "figure": ("그림", "Figure"),
    "simulated": (
        "모의자료: 이 자료의 수치는 프로그램 점검을 위해 만든 것으로 실제 통계가 아니다. "
        "인용하거나 이용하지 않는다.",
        "Simulated data: the figures were made to exercise the programme and are not statistics. "
        "Do not quote or use them.",
    ),
    "on_quarter": ("전분기 대비", "on quarter"),
    "on_year": ("전년 동기 대비", "on year"),
    "total": ("계", "Total"),
    "marks": (
        "X 비공개 · – 값이 없거나 산출할 수 없음 · 0 실적 없음(발행 기관이 단위 미만을 0으로 적은 "
        "경우 포함) · b 비교하는 두 시점 사이에 단절이 있음",
        "X suppressed · – missing or not computable · 0 nothing (or below the unit the publisher "
        "prints) · b break in series between the two periods",
    ),
    # -- headings
    "h_summary": ("주요 결과", "Key results"),
    "h_national": ("전체 추이", "All complexes over time"),
    "h_complexes": ("단지별 실적", "Results by complex"),
    "h_industries": ("업종별 실적", "Results by industry"),
    "h_map": ("어디에서 늘고 줄었나", "Where it rose and fell"),
    "h_shares": ("전국에서 차지하는 비중", "Shares of the nation"),
    "h_kpis": ("단지의 특성", "What the complexes are like"),
    "h_seasonal": ("계절조정", "Seasonal adjustment"),
    "h_revisions": ("앞선 수치의 수정", "Revisions of earlier figures"),
    "h_claims": ("주장 검증", "Claims checked"),
    "h_quality": ("경고, 단절, 비공개", "Warnings, breaks and suppression"),
    "h_methods": ("작성 방법과 품질", "Methods and quality"),
    # -- asides
    "a_summary": (
        "생산액과 수출액은 물가와 계절 요인을 조정하지 않은 금액이며, 제조업 가동업체만을 "
        "대상으로 한다. 입주업체와 고용은 비제조업을 포함한다.",
        "Amounts are at current prices and not seasonally adjusted. Production, exports and "
        "operating rates cover operating manufacturers; firms and employment include "
        "non-manufacturing.",
    ),
    "a_growth": (
        "증감률은 두 가지이다. 공표: 공표된 두 값의 비교. 동일 기준: 두 시점에 모두 있고 그 "
        "사이에 단절이 없는 단지만의 비교.",
        "Growth is given in two kinds. As published: the two published figures. Like for like: "
        "only complexes that are there in both periods with no break between.",
    ),
    "a_map": (
        "원의 넓이는 생산액이다. 전분기보다 증가한 단지는 파란색, 감소한 단지는 주황색, 보합이거나 비교할 수 "
        "없는 단지는 회색이다. 빈 네모는 값이 비공개이거나 없는 단지이다.",
        "The area of a circle is production: blue where it rose on the quarter, orange where it "
        "fell, grey where it did not change or cannot be compared. Hollow squares are complexes "
        "whose figure is suppressed or missing.",
    ),
    "a_kpis": (
        "산식은 끝의 작성 방법에 있다.",
        "Formulas are given under methods at the end.",
    ),
    "a_revisions": (
        "수정은 나중 값에서 앞선 값을 뺀 것이다.",
        "A revision is the later value minus the earlier one.",
    ),
    "a_claims": (
        "공표된 문헌의 주장을 그 주장이 말하는 기간의 값과 견준다. 주장은 원문의 언어로 적는다.",
        "Claims found in print are held against the figures of the period they speak of. They "
        "stand in the language in which they were made.",
    ),
    # -- tables and figures
    "t_totals": ("전체 단지의 분기별 실적", "All complexes by quarter"),
    "t_growth": ("전체 단지의 증감률: 공표와 동일 기준", "Growth of all complexes, both kinds"),
    "t_complex_money": ("단지별 생산과 수출", "Production and exports by complex"),
    "t_complex_people": (
        "단지별 고용, 입주업체, 가동률",
        "Employment, tenants and operating rate by complex",
    ),
    "t_industry_money": ("업종별 생산과 수출", "Production and exports by industry"),
    "t_industry_people": (
        "업종별 고용, 입주업체, 가동률",
        "Employment, tenants and operating rate by industry",
    ),
    "t_movers": (
        "단지별 생산 증감 기여도, %p",
        "Contributions of complexes to growth of production, percentage points",
    ),
    "t_industry_movers": (
        "업종별 생산 증감 기여도(전년 동기 대비), %p",
        "Contributions of industries to growth of production on the year, percentage points",
    ),
    "t_industry_movers_q": (
        "업종별 생산 증감 기여도(전분기 대비), %p",
        "Contributions of industries to growth of production on the quarter, percentage points",
    ),
    "f_movers": (
        "단지별 생산 증감 기여도(전분기 대비), %p",
        "Contributions to growth of production on the quarter, percentage points",
    ),
    "f_map": ("단지별 생산", "Production by complex"),
    "t_shares": ("보도된 비중과 계산한 비중", "Shares as reported and as computed"),
    "t_kpis": ("단지별 핵심 지표", "Key indicators by complex"),
    "t_seasonal_q": ("계절조정 계열, 분기", "Seasonally adjusted series by quarter"),
    "t_seasonal_m": ("계절조정 계열, 월", "Seasonally adjusted series by month"),
    "t_seasonal_complexes": (
        "규모가 큰 단지의 계절조정 증감(전분기 대비)",
        "Large complexes, seasonally adjusted: growth on the quarter",
    ),
    "t_seasonal_status": (
        "검토한 계열과 조정하지 않은 사유",
        "Series examined, and why some are not adjusted",
    ),
    "t_revised": ("전분기 합계의 수정", "Revisions of the totals of the quarter before"),
    "t_revised_complexes": (
        "전분기 단지별 값의 수정(변화율이 큰 순서)",
        "Revisions of complexes, the quarter before (largest first)",
    ),
    "t_triangle": ("전체 합계의 수정 삼각표", "Revision triangle of the totals"),
    "t_triangle_complexes": (
        "가장 많이 수정된 단지의 수정 삼각표",
        "Revision triangle of the most revised complexes",
    ),
    "t_revision_summary": (
        "합계의 수정 통계, 첫 공표 뒤 지난 날수별",
        "Revision statistics of the totals, by days since the first print",
    ),
    "t_claims": ("주장과 판정", "Claims and verdicts"),
    "t_suppressed": ("비공개 단지", "Suppressed complexes"),
    "t_breaks": ("최근 다섯 해의 단절", "Breaks of the last five years"),
    "t_measures": ("측정값의 정의", "Definitions of measures"),
    "t_kpi_formulas": ("지표의 산식", "Formulas of indicators"),
    "t_sources": ("이번 분기의 자료", "Sources of this quarter"),
    # -- column heads
    "c_complex": ("단지", "Complex"),
    "c_industry": ("업종", "Industry"),
    "c_period": ("기간", "Period"),
    "c_measure": ("측정값", "Measure"),
    "c_level": ("당분기", "level"),
    "c_qoq": ("전분기 대비, %", "on quarter, %"),
    "c_yoy": ("전년 동기 대비, %", "on year, %"),
    "c_lfl_qoq": ("동일 기준 전분기, %", "like for like, quarter, %"),
    "c_lfl_yoy": ("동일 기준 전년, %", "like for like, year, %"),
    "c_diff_qoq": ("전분기 대비, %p", "on quarter, pp"),
    "c_diff_yoy": ("전년 동기 대비, %p", "on year, pp"),
    "c_points_qoq": ("전분기 대비, %p", "on quarter, pp"),
    "c_points_yoy": ("전년 동기 대비, %p", "on year, pp"),
    "c_matched_qoq": ("견준 단지(전분기)", "complexes matched, quarter"),
    "c_matched_yoy": ("견준 단지(전년)", "complexes matched, year"),
    "c_share": ("비중, %", "Share, %"),
    "c_coverage": ("기간 중 월", "Months"),
    "c_verdict": ("판정", "Verdict"),
    "c_special": ("가장 특화된 업종(고용 입지계수)", "Most specialised in (employment LQ)"),
    "c_original": ("원계열", "Unadjusted"),
    "c_adjusted": ("계절조정", "Adjusted"),
    "c_adjusted_growth": ("조정 증감, %", "Adjusted growth, %"),
    "c_original_growth": ("원계열 증감, %", "Unadjusted growth, %"),
    "c_group": ("대상", "Of"),
    "c_frequency": ("주기", "Frequency"),
    "c_examined": ("검토", "Examined"),
    "c_published_adjusted": ("조정", "Adjusted"),
    "c_reasons": ("조정하지 않은 사유", "Reasons for not adjusting"),
    "seasonal_total": ("산업단지 전체", "All complexes"),
    "seasonal_large": ("규모가 큰 단지", "Large complexes"),
    "seasonal_nation": ("전국", "The nation"),
    "c_first": ("첫 공표", "First print"),
    "c_now": ("현재", "Now"),
    "c_revision": ("수정", "Revision"),
    "c_revision_pct": ("수정률, %", "Revision, %"),
    "c_cause": ("사유", "Cause"),
    "c_print": ("차 공표", "print"),
    "c_horizon": ("지평", "Horizon"),
    "c_observations": ("분기 수", "Quarters"),
    "c_revised": ("수정됨", "Revised"),
    "c_mean_revision": ("평균 수정", "Mean revision"),
    "c_mar": ("평균 절대 수정", "Mean absolute"),
    "c_rmar": ("상대 평균 절대 수정, %", "Relative mean absolute, %"),
    "c_t": ("편향 t", "Bias t"),
    "c_signs": ("부호 바뀜", "Sign changes"),
    "c_claim": ("주장", "Claim"),
    "c_source": ("출처", "Source"),
    "c_about": ("판정 기간", "Judged for"),
    "c_last_held": ("마지막 부합", "Last held"),
    "c_when": ("시점", "When"),
    "c_what": ("내용", "What"),
    "c_suppressed": ("비공개 항목", "Suppressed"),
    "c_name": ("이름", "Name"),
    "c_unit": ("단위", "Unit"),
    "c_definition": ("정의", "Definition"),
    "c_formula": ("산식", "Formula"),
    "c_file": ("자료", "File"),
    "c_date": ("공표일", "Published"),
    "c_hash": ("SHA-256 앞 여덟 자리", "SHA-256, first eight digits"),
    # -- notes
    "n_utilization": (
        "가동률의 증감은 %p 차이이며, 동일 기준의 증감은 없다.",
        "Changes of the operating rate are differences in percentage points; there is no "
        "like-for-like change of a rate.",
    ),
    "n_matched": (
        "견준 단지: 동일 기준 증감률에 들어간 단지의 수.",
        "Complexes matched: how many complexes the like-for-like rate rests on.",
    ),
    "n_movers": (
        "기여도: 단지의 증감액을 비교하는 기간의 전체 생산으로 나눈 것. 그 사이에 추가된 단지는 "
        "전부 는 것으로, 제외된 단지는 전부 준 것으로 센다. 비공개 단지와 수정의 몫은 싣지 않는다.",
        "Contribution: the change of the complex over total production of the period compared "
        "with; one that joined in between counts in full as a gain, one that left as a loss. What "
        "suppressed complexes and revisions add is not printed.",
    ),
    "n_map": (
        "시도 경계는 Natural Earth(퍼블릭 도메인). 위치는 단지의 대표점이다.",
        "Outlines of the provinces: Natural Earth (public domain). A circle stands at the "
        "complex’s reference point.",
    ),
    "n_shares_key": (
        "● 기간 전체 · ○ 일부 월의 참고값 · ◆ 비중으로 발표된 값 · 작은 점 다른 분모 · "
        "점선은 보도된 비중",
        "● whole period · ○ indicative, some months only · ◆ printed as a share · small dot: "
        "another denominator · dashed line: the share reported",
    ),
    "n_shares": (
        "분모의 정의가 여럿이면 가장 여러 해를 덮는 정의의 값을 적는다. 모든 정의는 통합 "
        "문서와 national_share에 있다.",
        "Where there are several denominators, the one that covers most years is shown. All of "
        "them are in the workbook and in national_share.",
    ),
    "n_kpis": (
        "비중은 발행 기관의 계에 대한 것이다. 환율이 없는 분기에는 수출 집약도가 없다.",
        "Shares are of the publisher’s total. Without an exchange rate for the quarter there is "
        "no export intensity.",
    ),
    "n_triangle_complexes": (
        "생산의 상대 평균 절대 수정률이 큰 단지부터, 수정된 분기만 싣는다. 모든 단지와 측정값의 "
        "삼각표는 마트 revision_triangle에 있다.",
        "Complexes by relative mean absolute revision of production, largest first; only quarters "
        "that were revised. The triangle of every complex and measure is in the mart "
        "revision_triangle.",
    ),
    "n_triangle": (
        "각 칸은 그 차례의 공표에서 처음 나온 값이다. 빈 칸(–)은 아직 다시 공표되지 않았음을 뜻한다. 첫 "
        "공표가 이 배포판에 없는 분기는 싣지 않는다.",
        "Each cell is the value first stated by that print; – means not restated yet. Quarters whose "
        "first print this release does not hold are left out.",
    ),
    "n_revision_summary": (
        "분기를 첫 공표 뒤 정한 날수가 지난 값과 견준다. 수정되지 않은 분기는 영으로 세고, 첫 공표가 "
        "이 배포판에 없는 분기는 세지 않는다. t는 "
        "평균 수정을 Newey-West 표준오차로 나눈 것이다. 부호 바뀜은 전분기 대비 방향이 바뀐 횟수이다.",
        "Each quarter’s first print against its value after so many days; unrevised quarters "
        "count with zero, quarters whose first print is not held do not count. t is the mean revision over its Newey-West standard error. Sign "
        "changes: how often the direction of quarterly growth turned.",
    ),
    "n_no_revision_base": (
        "이 배포판에는 뒤의 공표가 바꾼 첫 공표값이 없다.",
        "This release holds no first print that a later one has changed.",
    ),
    "n_no_industry_growth": (
        "앞선 기간의 업종별 값이 없어 업종별 기여도를 산출하지 않았다.",
        "There are no figures by industry for an earlier period, so no contributions are given.",
    ),
    "n_no_movers": (
        "전분기와 비교할 수 있는 단지별 생산액이 없어 기여도를 산출하지 않았다.",
        "No complex has production for both quarters, so no contributions are given.",
    ),
    "n_no_map": (
        "위치와 생산액이 모두 있는 단지가 없어 지도를 싣지 않았다.",
        "No complex has both a reference point and production, so there is no map.",
    ),
    "n_no_complexes": (
        "이 기간의 값이 있는 단지가 없다.",
        "No complex has figures for this period.",
    ),
    "n_no_industries": (
        "이 기간의 업종별 값이 없다.",
        "There are no figures by industry for this period.",
    ),
    "n_no_history": (
        "끊김 없이 이어진 값이 다섯 분기에 못 미쳐 추이 그림을 싣지 않았다.",
        "Fewer than five quarters follow one another without a gap, so no series is drawn.",
    ),
    "n_no_kpis": (
        "이 기간의 지표가 없다.",
        "There are no indicators for this period.",
    ),
    "n_no_shares": (
        "이 배포판에는 전국 비중에 관한 주장의 검증 결과가 없다.",
        "This release holds no check of the claims on national shares.",
    ),
    "n_no_claims": (
        "이 배포판에는 검증한 주장이 없다.",
        "This release holds no claims.",
    ),
    "n_no_sources": (
        "입력 파일의 기록이 없다.",
        "No inputs are on record.",
    ),
    "n_no_breaks": (
        "최근 다섯 해에 기록된 단절이 없다.",
        "No break is on record for the last five years.",
    ),
    "n_no_seasonal": (
        "계절조정을 검토한 계열이 없다.",
        "No series was examined for seasonal adjustment.",
    ),
    "n_seasonal_complexes": (
        "규모가 큰 단지는 이번 분기 생산이 가장 많은 열 곳이다. 값 대신 적힌 말은 그 계열을 조정하지 "
        "않은 사유이다. 월 계열은 작성 주기가 분기로 바뀌기 전까지이며 마트 "
        "seasonal_adjusted에 있다.",
        "Large are the ten complexes with the most production this quarter. Words in place of a "
        "figure say why that series is not adjusted. Monthly series end where the "
        "publication became quarterly; they are in the mart seasonal_adjusted.",
    ),
    "n_gate": (
        "어긋난 점검은 규칙과 그에 어긋난 칸을 적는다. 값은 공표된 그대로이다.",
        "For a check that failed, the rule and the cells that break it are given. Figures stand "
        "as published.",
    ),
    "n_files": ("발행 파일에 관한 기록", "Notes on the publisher’s files"),
    "n_suppression": (
        "비공개 단지의 업체 수는 비공개가 아니다. 비공개 값을 뺄셈으로 알아낼 수 있는 합은 이 "
        "자료 어디에도 싣지 않는다.",
        "Counts of firms are not suppressed. No sum from which a suppressed figure could be "
        "worked out is printed anywhere in this bulletin.",
    ),
    "critical": ("중대", "critical"),
    # -- methods
    "m_coverage": ("대상", "Coverage"),
    "m_coverage_text": (
        "한국산업단지공단이 관할하는 국가산업단지 등의 입주업체. 생산, 수출, 가동률은 제조업 "
        "가동업체의 표본조사이고, 입주업체와 고용은 비제조업을 포함한다.",
        "Tenants of the national and other complexes that the Korea Industrial Complex Corporation "
        "(KICOX) manages. Production, exports and operating rates come from a sample survey of "
        "operating manufacturers; firms and employment include non-manufacturing.",
    ),
    "m_growth": ("증감률", "Growth"),
    "m_growth_text": (
        "공표 기준은 공표된 두 값으로 계산한다. 동일 기준은 같은 단지를 견주며, 전체는 두 기간에 "
        "모두 값이 있고 그 사이에 단절이 없는 단지의 합으로, 단절을 지나는 한 해는 분기를 이어 "
        "계산한다. 영에서 시작하는 증감률은 없다.",
        "As published: from the two published figures. Like for like: the same complex; for the "
        "total the complexes with a figure in both periods and no break between; a year across "
        "a break by chaining its quarters. There is no growth rate from a base of zero.",
    ),
    "m_revision": ("수정 통계", "Revisions"),
    "m_revision_text": (
        "정의는 OECD·Eurostat의 수정 정책·분석 지침과 McKenzie·Gamba(OECD)를, 평균의 표준오차는 "
        "Newey·West를 따른다. 사유는 자료만으로 판단하며, 알 수 없으면 그렇게 적는다.",
        "Definitions follow the OECD/Eurostat Guidelines on Revisions Policy and Analysis and "
        "McKenzie and Gamba (OECD); standard errors of means follow Newey and West. Causes are "
        "told by the data alone, and unexplained where they do not tell.",
    ),
    "m_seasonal": ("계절조정", "Seasonal adjustment"),
    "m_seasonal_text": (
        "X-13ARIMA-SEATS에 한국의 조업일수와 설·추석 회귀변수를 넣는다. 진단을 통과하지 못한 "
        "계열은 조정값을 싣지 않는다.",
        "X-13ARIMA-SEATS with Korean working days and regressors for Seollal and Chuseok. A series "
        "that fails its diagnostics is not published adjusted.",
    ),
    "m_reading": ("글의 검증", "How this text is checked"),
    "m_reading_text": (
        "인쇄하기 전에 모든 글, 표, 대체 텍스트의 수치, 단위, 방향을 배포판의 값과 다시 견준다. "
        "하나라도 어긋나면 발행하지 않는다.",
        "Before anything is set, every number, unit and direction in text, tables and alternative "
        "texts is read again and held against the release. If one does not follow, nothing is "
        "published.",
    ),
    "m_trace": ("수치의 근거", "Tracing a figure"),
    "m_trace_text": (
        "이 자료의 수치는 같은 배포판의 kicox.duckdb, marts, 통합 문서(xlsx)에 있으며, 각각 발행 "
        "파일의 칸까지 거슬러 찾을 수 있다.",
        "Every figure is in kicox.duckdb, in marts and in the workbook (xlsx) of the same release, "
        "and can be followed back to a cell of the publisher’s file.",
    ),
    "m_cite": ("인용", "How to cite"),
    "m_cite_simulated": ("모의자료이므로 인용하지 않는다.", "Simulated data: do not cite."),
    "m_cite_source": (
        "가공에 따른 책임은 원자료의 발행 기관에 있지 않다.",
        "The publishers of the source data are not responsible for what was made from them.",
    ),
}


def t(key: str, lang: Lang) -> str:
    """A fixed text in the language."""
    return _T[key][0 if lang == "ko" else 1]


def fixed(lang: Lang) -> frozenset[str]:
    """Every fixed text of a language: what may be printed without a figure behind it."""
    return frozenset(pair[0 if lang == "ko" else 1] for pair in _T.values())
