"""The publisher's form, as seen in the real 2026-Q1 workbook: sheets, headers, merges, traps.

Nothing here is a figure. Header texts are templates: `{cur}`, `{prev}`, `{vs}` and `{ytd}` are
당분기, 전분기, 전분기대비 and `2025 누계` in a quarterly edition; 당월, 전월, 전월대비 and 누계
in a monthly one.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from .periods import LAST_MONTHLY, Period
from .structure import LANDLORDS_REMOVED, SAMPLE_REPLACED, SPANS

TOTAL = "계"
NBSP = "\u00a0"

#: The publisher's industries in the publisher's order: code of the registry and header.
INDUSTRIES: tuple[tuple[str, str], ...] = (
    ("FOOD", "음식료"),
    ("TEXTILE", "섬유의복"),
    ("WOOD_PAPER", "목재종이"),
    ("PETROCHEM", "석유화학"),
    ("NONMETAL", "비금속"),
    ("STEEL", "철강"),
    ("MACHINERY", "기계"),
    ("ELECTRIC", "전기전자"),
    ("TRANSPORT", "운송장비"),
    ("OTHER_MFG", "기타"),
    ("NONMFG", "비제조"),
)
MANUFACTURING: tuple[str, ...] = tuple(code for code, _ in INDUSTRIES if code != "NONMFG")
ALL_INDUSTRIES: tuple[str, ...] = tuple(code for code, _ in INDUSTRIES)
SIZE_CLASSES: tuple[str, ...] = ("LT50", "50_299", "GE300")

#: Rows whose 구분 the real file leaves empty; 표3 differs from the other tables.
KIND_MISSING = frozenset({"용인첨단시스템반도체", "송산그린시티", "동두천"})
KIND_MISSING_BY_TABLE: dict[int, frozenset[str]] = {
    3: frozenset({"반월", "송산그린시티", "동두천"}),
}

#: Editions whose 누계 header still tells the year before (the real 2026-Q1 file does).
STALE_YTD_HEADER: dict[str, int] = {"2026-Q1": 2025}


class Column(NamedTuple):
    """What one column of figures measures; `style` is the number format."""

    measure: str
    unit: str
    relation: str = "current"
    industry: str = "_T"
    size_class: str = "_T"
    sex: str = "_T"
    style: str = "count"


@dataclass(frozen=True)
class Table:
    """The form of one table; rows and columns are zero-based, as in XlsxWriter."""

    number: int
    table_id: str
    sheet: str
    title: str
    #: The title's last characters: some titles of the real file end in a blank.
    title_tail: str
    columns: tuple[Column, ...]
    header: tuple[tuple[str | None, ...], ...]
    merges: tuple[str, ...]
    header_row: int = 2
    unit_cell: tuple[int, str] | None = None
    footnotes: tuple[str, ...] = ()
    #: The footnote under 계 is merged over A:C.
    footnote_merged: bool = False
    #: Columns that the real sheet spans, empty formatted ones included.
    width: int = 0
    #: Width of each column from A; B (구분) is hidden in the real file, everywhere.
    widths: tuple[float, ...] = ()


def _across(measure: str, unit: str, style: str, codes: tuple[str, ...]) -> tuple[Column, ...]:
    by_industry = tuple(Column(measure, unit, industry=code, style=style) for code in codes)
    return (*by_industry, Column(measure, unit, style=style))


def _names(codes: tuple[str, ...], last: str) -> tuple[str, ...]:
    return (*(name for code, name in INDUSTRIES if code in codes), last)


def _flow(measure: str, unit: str) -> tuple[Column, ...]:
    return (
        Column(measure, unit, style="amount_bold"),
        Column(measure, unit, "previous", style="amount"),
        Column(f"{measure}_ytd", unit, "ytd", style="amount"),
        Column(f"{measure}_growth_pct", "%", style="rate"),
    )


_FLOW_HEADER = (("산업단지", "구분", "{cur}", "{prev}", "{ytd}", "증감률\n({vs})"),)
_SIZES = ("50인 미만\n기업", "50인 이상~\n300인 미만\n기업", "300인 \n이상 기업", "계")
_FIRMS_NOTE = "* 가동업체 : 입주계약을 체결하여 조사 시점에 정상적인 생산활동을 영위하는 업체 "
_TENANTS_NOTE = "* 입주업체 : 산업단지 관리기관과 입주계약을 체결한 기업"
_OUTPUT_NOTE = "* 생산액 : 생산량*생산단가"
_RATE_NOTE = " * 가동률 : 100 * (생산액/최대생산능력)"

TABLES: tuple[Table, ...] = (
    Table(
        1,
        "tenants_by_complex",
        "표1 단지별 입주",
        "단지별 입주업체 현황",
        "",
        (
            Column("tenant_count", "개사"),
            Column("tenant_count", "개사", "previous"),
            Column("operating_count", "개사"),
            Column("operating_count", "개사", "previous"),
            Column("lessee_count", "개사"),
        ),
        (
            ("산업단지", "구분", "입주", None, "가동", None, "임차"),
            (None, None, "{cur}", "{prev}", "{cur}", "{prev}", None),
        ),
        ("A1:G1", "A3:A4", "B3:B4", "C3:D3", "E3:F3", "G3:G4"),
        unit_cell=(6, "(단위 : 개사)"),
        footnotes=(_TENANTS_NOTE, _FIRMS_NOTE, "* 임차업체는 입주업체에 포함"),
        widths=(27.29, 18.71, *[20.71] * 5),
    ),
    Table(
        2,
        "tenants_by_industry",
        "표2 업종별 입주",
        "업종별 입주업체 현황",
        "",
        _across("tenant_count", "개사", "count", ALL_INDUSTRIES),
        (("산업단지", "구분", *_names(ALL_INDUSTRIES, "총계")),),
        ("A1:N1",),
        unit_cell=(13, "(단위 : 개사)"),
        footnotes=(_TENANTS_NOTE,),
        widths=(29.71, 17.29, *[12.71] * 12),
    ),
    Table(
        3,
        "operating_by_industry",
        "표3 업종별 가동",
        "업종별 가동업체 현황",
        "",
        _across("operating_count", "개사", "count", ALL_INDUSTRIES),
        (("산업단지", "구분", *_names(ALL_INDUSTRIES, "총계")),),
        ("A1:N1",),
        unit_cell=(13, "(단위 : 개사)"),
        footnotes=(_FIRMS_NOTE,),
        widths=(29.71, 18.43, *[12.57] * 12),
    ),
    Table(
        4,
        "production_by_complex",
        "표4 단지별 생산",
        "단지별 생산실적",
        " ",
        _flow("production", "억원"),
        _FLOW_HEADER,
        ("A1:F1",),
        unit_cell=(5, " (단위 : 억원, %)"),
        footnotes=(_OUTPUT_NOTE,),
        widths=(29.71, 14.57, *[18.71] * 4),
    ),
    Table(
        5,
        "production_by_industry",
        "표5 업종별 생산",
        "업종별 생산실적",
        " ",
        _across("production", "억원", "amount", MANUFACTURING),
        (("산업단지", "구분", *_names(MANUFACTURING, "계")),),
        ("A1:M1", "L2:M2"),
        unit_cell=(11, "(단위 : 억원)"),
        footnotes=(_OUTPUT_NOTE,),
        widths=(29.71, 16.86, *[11.71] * 11),
    ),
    Table(
        6,
        "exports_by_complex",
        "표6 단지별 수출",
        "단지별 수출실적",
        " ",
        _flow("exports", "백만달러"),
        _FLOW_HEADER,
        ("A1:F1",),
        unit_cell=(5, "(단위 : 백만달러, %)"),
        widths=(29.71, 13.71, *[18.71] * 4),
    ),
    Table(
        7,
        "exports_by_industry",
        "표7 업종별 수출",
        "업종별 수출실적",
        "",
        _across("exports", "백만달러", "amount", MANUFACTURING),
        (("산업단지", "구분", *_names(MANUFACTURING, "계")),),
        ("A1:M1", "L2:M2"),
        unit_cell=(11, " (단위 : 백만달러)"),
        widths=(29.71, 19.86, *[11.43] * 11),
    ),
    Table(
        8,
        "employment_by_complex",
        "표8 단지별 고용",
        "단지별 고용현황",
        " ",
        (
            Column("employment_count", "명"),
            Column("employment_count", "명", sex="M"),
            Column("employment_count", "명", sex="F"),
            Column("employment_count", "명", "previous"),
            Column("employment_growth_pct", "%", style="rate"),
        ),
        (
            ("산업단지", None, "{cur}", None, None, "{prev}", "{vs}"),
            (None, "구분", "계", "남", "여", None, None),
        ),
        ("A1:G1", "A3:A4", "C3:E3", "F3:F4", "G3:G4"),
        unit_cell=(6, "(단위 : 명, %)"),
        widths=(29.71, 21.57, *[16.71] * 5),
    ),
    Table(
        9,
        "employment_by_industry",
        "표9 업종별 고용",
        "업종별 고용현황",
        " ",
        _across("employment_count", "명", "count", ALL_INDUSTRIES),
        (("산업단지", "구분", *_names(ALL_INDUSTRIES, "계")),),
        ("A1:N1",),
        unit_cell=(13, "(단위 : 명)"),
        widths=(29.71, 29.71, *[13.57] * 12),
    ),
    Table(
        10,
        "operating_rate_by_complex",
        "표10 단지별 가동률",
        "단지별 가동률",
        "",
        (
            Column("manufacturing_operating_count", "개사"),
            Column("capacity", "백만원", style="amount"),
            Column("output", "백만원", style="amount"),
            Column("utilization_pct", "%", style="rate"),
            Column("utilization_pct", "%", "previous", style="rate"),
            Column("utilization_change_pp", "%p", style="rate"),
        ),
        (
            (
                "산업단지",
                None,
                "제조업\n가동업체수(개사)",
                "생산(백만원)",
                None,
                "가동률(%)",
                None,
                None,
            ),
            (
                None,
                "구분",
                None,
                "최대생산능력(a)",
                "{cur}생산액(b)",
                "{cur}(b/a)*100",
                "{prev}",
                "{vs}(%p)",
            ),
        ),
        ("A1:H1", "A2:A3", "C2:C3", "D2:E2", "F2:H2"),
        header_row=1,
        footnotes=(_RATE_NOTE,),
        footnote_merged=True,
        width=12,
        widths=(29.71, 23.0, 16.0, 19.43, 19.43, 19.43, 17.14, 17.14),
    ),
    Table(
        11,
        "operating_rate_by_size",
        "표11 가동률 세부내역",
        "가동률 세부내역",
        "",
        (
            *(
                Column("utilization_pct", "%", size_class=size, style="rate")
                for size in (*SIZE_CLASSES, "_T")
            ),
            *(
                Column("manufacturing_operating_count", "개사", size_class=size)
                for size in (*SIZE_CLASSES, "_T")
            ),
        ),
        (
            ("산업단지", None, "가동률(%)", None, None, None, "가동업체수(개사)", None, None, None),
            (None, "구분", *_SIZES, *_SIZES),
        ),
        ("A1:J1", "A2:A3", "C2:F2", "G2:J2"),
        header_row=1,
        footnotes=(_RATE_NOTE,),
        footnote_merged=True,
        width=13,
        widths=(29.71, 18.71, *[12.71] * 8),
    ),
    Table(
        12,
        "operating_rate_by_industry",
        "표12 업종별 가동률",
        "업종별 가동률",
        "",
        _across("utilization_pct", "%", "rate", MANUFACTURING),
        (("산업단지", "구분", *_names(MANUFACTURING, "계")),),
        ("A1:M1",),
        unit_cell=(12, "(단위 : %)"),
        widths=(29.71, 17.14, *[9.14] * 11),
    ),
)
TABLE: dict[str, Table] = {table.table_id: table for table in TABLES}

NOTES_SHEET = "조사 개요"


class CsvEdition(NamedTuple):
    """How one table is published as CSV: the name's last part and the headers, units inside."""

    file_part: str
    headers: tuple[str, ...]


#: CP949, CRLF, no 계 row, `X` as an empty string, 구분 filled in every row. The headers after
#: `산업단지,구분`, in the order of the workbook's columns. Those of production_by_complex stand in
#: the real file of 2026-Q1; the form `음식료(억원)` of the tables by industry is the publisher's
#: too (as users of the real files quote it); the others are formed by the same rule, because no
#: real file of them was at hand: the workbook's two header rows joined by a blank, unit behind.
CSV_EDITIONS: dict[str, CsvEdition] = {
    "production_by_complex": CsvEdition(
        "생산실적",
        ("{cur}(억원)", "{prev}(억원)", "{ytd_csv}(억원)", "증감률({vs})(퍼센트)"),
    ),
    "exports_by_complex": CsvEdition(
        "수출실적",
        ("{cur}(백만달러)", "{prev}(백만달러)", "{ytd_csv}(백만달러)", "증감률({vs})(퍼센트)"),
    ),
    "employment_by_complex": CsvEdition(
        "고용현황",
        ("{cur} 계(명)", "{cur} 남(명)", "{cur} 여(명)", "{prev}(명)", "{vs}(퍼센트)"),
    ),
    "operating_rate_by_complex": CsvEdition(
        "가동률",
        (
            "제조업 가동업체수(개사)",
            "최대생산능력(백만원)",
            "{cur}생산액(백만원)",
            "가동률 {cur}(퍼센트)",
            "가동률 {prev}(퍼센트)",
            "가동률 {vs}(퍼센트포인트)",
        ),
    ),
    "tenants_by_complex": CsvEdition(
        "입주업체",
        (
            "입주 {cur}(개사)",
            "입주 {prev}(개사)",
            "가동 {cur}(개사)",
            "가동 {prev}(개사)",
            "임차(개사)",
        ),
    ),
    "production_by_industry": CsvEdition(
        "업종별생산실적",
        tuple(f"{name}(억원)" for name in _names(MANUFACTURING, "계")),
    ),
}


def words(period: Period) -> dict[str, str]:
    """The words that stand for the templates' places in an edition of this period."""
    if period.freq == "M":
        return {
            "cur": "당월",
            "prev": "전월",
            "vs": "전월대비",
            "ytd": "누계",
            "ytd_csv": f"{period.year}누계",
        }
    year = STALE_YTD_HEADER.get(str(period), period.year)
    return {
        "cur": "당분기",
        "prev": "전분기",
        "vs": "전분기대비",
        "ytd": f"{year} 누계",
        "ytd_csv": f"{year}누계",
    }


def title_of(table: Table, period: Period) -> str:
    """The title as printed, such as `[표4] 2026년 1분기 단지별 생산실적 ` (with its blank)."""
    return f"[표{table.number}] {period.label} {table.title}{table.title_tail}"


def file_name(period: Period, part: str = "", *, suffix: str = "", extension: str = "xlsx") -> str:
    """The publisher's file name for an edition; `part` names a CSV edition's table.

    The last monthly and the first quarterly edition end on one day: the former's name ends in 월간.
    """
    middle = f"_{part}" if part else ""
    both = (*(["월간"] if period.freq == "M" and period.last_month == LAST_MONTHLY else []), suffix)
    tail = "".join(f"_{word}" for word in both if word)
    return (
        f"한국산업단지공단_국가산업단지 산업동향정보{middle}_{period.end:%Y%m%d}{tail}.{extension}"
    )


def survey_notes(
    period: Period, *, surveyed: int, answered: int, cv: tuple[float, float], revised: bool
) -> list[str | None]:
    """The lines of the sheet 조사 개요 from row 2, in the order and the form of the real one.

    Args:
        surveyed: firms asked.
        answered: firms that answered.
        cv: coefficient of variation of production and of exports, percent.
        revised: whether this is the re-issue after the annual revision.
    """
    word = words(period)["cur"]
    span = "3개월" if period.freq == "Q" else "1개월"
    lines: list[str | None] = [
        SIMULATED_NOTE,
        "1. 조사목적",
        "ㅇ 모의자료(SIMULATED): 자료 처리 절차를 시험하기 위해 만든 수치이며 실제 통계가 아님\n"
        "    All figures in this file are simulated; they are not the publisher's statistics.",
        f"{NBSP} ",
        "2. 조사근거",
        "ㅇ 해당 없음 (실제 통계: 국가산업단지산업동향, 승인번호 제399004호)",
        f"{NBSP} ",
        "3. 조사대상 및 방법",
        f"ㅇ 조사대상 : 관할 산업단지 내 입주기업을 대표하는 기업체(표본) 약 {surveyed + 7:,}개사",
        "   표본조사를 실시하여 표본가중치를 적용. 단, 업체수가 적은 일부단지의 경우 전수조사 실시",
        " * 업종분류 : 표준산업분류코드 중분류를 토대로 산업단지 특성에 맞게 재분류",
        "  음식료, 섬유의복, 목재종이, 석유화학, 비금속, 철강, 기계, 전기전자, 운송장비(자동차, "
        "조선 등), 기타, 비제조",
        f"  회수율 : {100 * answered / surveyed:.1f}%(조사대상업체 {surveyed:,}개사 중 "
        f"{answered:,}개사 응답), 변동계수 생산 : {cv[0]:.1f}, 수출 : {cv[1]:.1f}",
        "ㅇ 조사방법 : 이메일, 팩스, 전화, 웹기반 조사 병행",
        f"{NBSP} ",
        "4. 조사항목",
        f"ㅇ 업 체 수 : 단지ㆍ업종별 {word}말 기준 입주, 가동, 임차업체수 등",
        f"ㅇ 생산활동 : 단지ㆍ업종별 {word}({span}) 기준 산업생산 및 수출, 가동률"
        "(생산․수출․가동률은 제조업 가동업체만을 조사 대상으로 함)",
        f"ㅇ 고용인원 : 단지ㆍ업종별 {word}말 기준 고용인원 ",
        f"{NBSP} ",
        "5. 용어정의 ",
        "ㅇ 입주업체 : 산업단지 관리기관과 입주계약을 체결한 기업",
        f"ㅇ {_FIRMS_NOTE.removeprefix('* ')}",
        "ㅇ 생 산 액 : 생산량 * 생산단가 / 가동률 : 100 * (생산액/최대생산능력)",
        None,
        "6. 주의사항",
        "ㅇ 조사 대상 업체 5개 이하 단지의 경우 업체정보 보호를 위해 X 표시를 함",
        "ㅇ 생산ㆍ수출 실적 및 증감률ㆍ비중 등은 반올림하였으므로, 세부항목의 합(차)이 전체와 "
        "일치하지 않을 수 있음",
        "ㅇ 생산, 수출, 가동률은 제조업 가동업체만을 조사 대상으로 하는 반면, 입주업체수, "
        "가동업체수, 고용은 비제조 포함 ",
    ]
    lines += _breaks(period)
    if revised:
        lines.append(
            f"ㅇ 연간보정 : {period.year}년 각 분기의 생산, 수출, 고용, 가동률을 보정하여 재공표"
        )
    return lines


def _breaks(period: Period) -> list[str]:
    """The breaks up to a period, oldest first; dates that no source gives are marked 모의."""
    events: list[tuple[int, str, str]] = [
        (LANDLORDS_REMOVED.last_month, "", "비제조업 중 임대사업자를 입주, 가동업체에서 제외"),
        *(
            (
                replaced.last_month,
                "",
                "표본업체 교체 및 일부 표본업체의 업종 재분류로 실적 변동 발생",
            )
            for replaced in SAMPLE_REPLACED
        ),
    ]
    labels = {p.last_month: p.short_label for p in (LANDLORDS_REMOVED, *SAMPLE_REPLACED)}
    for span in SPANS:
        for entry, change, simulated in (
            (span.first, "추가", span.first_simulated),
            (span.last.next() if span.last else None, "제외", span.last_simulated),
        ):
            if entry is not None:
                month = entry.months[0]
                labels[month] = entry.short_label
                events.append((month, change + (" (모의 시점)" if simulated else ""), span.name))
    lines: dict[tuple[int, str], list[str]] = {}
    for month, change, text in sorted(events):
        if month <= period.last_month:
            lines.setdefault((month, change), []).append(text)
    found: list[str] = []
    for (month, change), texts in lines.items():
        if not change:
            found += [f"ㅇ {text}({labels[month]})" for text in texts]
            continue
        word, _, mark = change.partition(" ")
        tail = f" {mark}" if mark else ""
        found.append(f"ㅇ 관할단지 변경에 따라 {', '.join(texts)} {word}({labels[month]}){tail}")
    return found


#: What every workbook says of itself, in the survey notes and in its document properties.
SIMULATED_NOTE = "※ 모의자료(simulated): sandan 표본 발행기가 만든 파일"
SIMULATED_MARK = "SIMULATED by sandan sample publisher"
#: 구분 in CSV editions and in answers: `국가` alone in the real ones.
SIMULATED_KIND = "국가(모의)"
