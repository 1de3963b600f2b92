"""Every fault that a file may have: one code, one sentence in each language, what to do.

A parser collects problems instead of stopping at the first one, so that a person sees all of
them at once. `error` problems quarantine the file, `warning` problems ship with the release.

In Korean an error speaks to a person (합니다체); a warning is printed in the bulletin, the site and the
reports, and is written as they are (한다체).
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, Literal

Severity = Literal["error", "warning"]


@dataclass(frozen=True)
class _Entry:
    severity: Severity
    en: str
    ko: str
    action_en: str
    action_ko: str


_DAY_IS_KEPT_EN = (
    "What was read keeps its day: releases rest on it. If it is wrong, put published_at into "
    "<file name>.meta.json beside every file whose day you know and build a new home from the files "
    "(sandan run with another SANDAN_HOME). For files to come, put it there before they are read."
)
_DAY_IS_KEPT_KO = (
    "한번 읽은 파일의 공표일은 바뀌지 않습니다. 공표본이 그 날짜에 근거하기 때문입니다. 날짜가 틀렸으면 "
    "공표일을 아는 파일마다 <파일 이름>.meta.json에 published_at을 적고, 다른 SANDAN_HOME에서 sandan run으로 "
    "새로 쌓으십시오. 앞으로 받을 파일은 읽히기 전에 적어 두십시오."
)
_REDOWNLOAD_EN = "Download the file again and drop it into the inbox."
_REDOWNLOAD_KO = "파일을 다시 내려받아 수신 폴더에 넣으십시오."
_CONTRACT_EN = (
    "If the publisher changed the form, extend {contract}; otherwise fetch the file again."
)
_CONTRACT_KO = "발행 양식이 바뀌었으면 {contract}을(를) 고치고, 아니면 파일을 다시 받으십시오."

CATALOG: dict[str, _Entry] = {
    "empty_file": _Entry(
        "error",
        "the file is empty (0 bytes)",
        "파일이 비어 있습니다(0바이트)",
        _REDOWNLOAD_EN,
        _REDOWNLOAD_KO,
    ),
    "too_large": _Entry(
        "error",
        "the file unpacks to {size} bytes, more than the limit of {limit}",
        "파일의 압축을 풀면 {size}바이트로 한도 {limit}바이트를 넘습니다",
        "Check that this is the publisher's file; it is not opened.",
        "발행 기관의 파일이 맞는지 확인하십시오. 파일을 열지 않았습니다.",
    ),
    "damaged_archive": _Entry(
        "error",
        "the workbook is truncated or damaged ({detail})",
        "통합 문서가 잘렸거나 손상되었습니다({detail})",
        _REDOWNLOAD_EN,
        _REDOWNLOAD_KO,
    ),
    "encrypted": _Entry(
        "error",
        "the workbook is encrypted or protected by a password",
        "통합 문서가 암호로 보호되어 있습니다",
        "Save it without a password, or ask the publisher for an open copy.",
        "암호를 풀어 저장하거나 발행 기관에 공개본을 요청하십시오.",
    ),
    "not_a_table": _Entry(
        "error",
        "the file is {kind}, not a workbook or CSV",
        "파일의 내용이 통합 문서나 CSV가 아니라 {kind}입니다",
        "The publisher may have answered with an error page. " + _REDOWNLOAD_EN,
        "발행 기관이 오류 화면을 보냈을 수 있습니다. " + _REDOWNLOAD_KO,
    ),
    "archive_contents": _Entry(
        "error",
        "the archive holds {count} workbooks or CSV files, not one: {found}",
        "압축 파일에 통합 문서나 CSV가 하나가 아니라 {count}개 있습니다: {found}",
        "Unpack it and drop the files (xlsx, xls, csv) into the inbox one by one.",
        "압축을 풀어 파일(xlsx, xls, csv)을 하나씩 수신 폴더에 넣으십시오.",
    ),
    "damaged_text": _Entry(
        "error",
        "the text was damaged before it came here: {count} replacement characters (U+FFFD), first "
        "in line {line}; most likely CP949 was read as UTF-8 and saved again",
        "받기 전에 글자가 깨졌습니다. 대체 문자(U+FFFD) {count}개, 첫 위치 {line}행. CP949를 UTF-8로 "
        "읽어 다시 저장한 것으로 보입니다",
        "Take the publisher's original bytes; do not open and save the file on the way.",
        "발행 기관의 원본을 그대로 쓰고, 중간에 열어 저장하지 마십시오.",
    ),
    "mojibake": _Entry(
        "error",
        "the text was damaged before it came here: {right} was read as {wrong} and saved again",
        "받기 전에 글자가 깨졌습니다. {right} 글자를 {wrong}(으)로 읽어 다시 저장했습니다",
        "Take the publisher's original bytes; do not open and save the file on the way.",
        "발행 기관의 원본을 그대로 쓰고, 중간에 열어 저장하지 마십시오.",
    ),
    "undecodable_text": _Entry(
        "error",
        "the text is neither UTF-8 nor CP949 (byte {position})",
        "글자가 UTF-8도 CP949도 아닙니다({position}번째 바이트)",
        _REDOWNLOAD_EN,
        _REDOWNLOAD_KO,
    ),
    "unrecognised": _Entry(
        "error",
        "no contract recognises this file: {detail}",
        "이 파일을 알아보는 계약이 없습니다: {detail}",
        "If it is a dataset that sandan should read, add a contract for it; if not, remove it.",
        "읽어야 할 자료라면 계약을 추가하고, 아니라면 폴더에서 빼십시오.",
    ),
    "bad_sidecar": _Entry(
        "error",
        "the sidecar {name} is not valid: {detail}",
        "부속 파일 {name}이(가) 올바르지 않습니다: {detail}",
        "Mend or remove the sidecar; it may hold published_at, url, simulated.",
        "부속 파일을 고치거나 지우십시오. published_at, url, simulated만 둘 수 있습니다.",
    ),
    "period_unknown": _Entry(
        "error",
        "the period is nowhere to be found: a CSV edition does not carry it inside, and its name "
        "does not end in a date such as _20260331",
        "기간을 알 수 없습니다. CSV판은 안에 기간이 없고, 파일 이름도 _20260331 같은 날짜로 끝나지 "
        "않습니다",
        "Restore the publisher's file name.",
        "발행 기관의 파일 이름을 되살리십시오.",
    ),
    "period_no_quarter": _Entry(
        "error",
        "the headers do not say month or quarter, and {found} is not the last day of a quarter; "
        "editions after {last} are quarterly",
        "머리글에 월·분기 표시가 없고 {found}은(는) 분기 마지막 날이 아닙니다. {last} 뒤의 자료는 "
        "분기 자료입니다",
        "Restore the publisher's file name; its date is the last day of the quarter (_20260331).",
        "발행 기관의 파일 이름을 되살리십시오. 이름의 날짜는 분기 마지막 날입니다(_20260331).",
    ),
    "period_disagrees": _Entry(
        "error",
        "the title says {found}, the other tables of the workbook say {expected}",
        "제목은 {found}인데 같은 문서의 다른 표는 {expected}입니다",
        "A sheet of another edition seems to have been left in. Ask the publisher for a mended file.",
        "다른 회차의 시트가 남은 것으로 보입니다. 발행 기관에 고친 파일을 요청하십시오.",
    ),
    "table_missing": _Entry(
        "error",
        "[표{number}] {title} is missing: no sheet carries this title",
        "[표{number}] {title}이(가) 없습니다. 이 제목을 가진 시트가 없습니다",
        _CONTRACT_EN,
        _CONTRACT_KO,
    ),
    "table_not_there": _Entry(
        "warning",
        "[표{number}] {title} is not in this edition",
        "[표{number}] {title}이(가) 이 회차에 없다",
        "Nothing to do if the publisher left it out; otherwise look for its title in the file.",
        "발행 기관이 뺀 것이면 조치할 것이 없습니다. 아니면 파일에서 표 제목을 찾아보십시오.",
    ),
    "table_twice": _Entry(
        "error",
        "[표{number}] {title} stands twice, here and in sheet '{other}'",
        "[표{number}] {title}이(가) 이 시트와 '{other}' 시트에 두 번 있습니다",
        "Ask the publisher which one holds.",
        "어느 것이 맞는지 발행 기관에 확인하십시오.",
    ),
    "title_unknown": _Entry(
        "error",
        "the title '{found}' is not one of this publication's tables",
        "제목 '{found}'은(는) 이 통계의 표 제목이 아닙니다",
        _CONTRACT_EN,
        _CONTRACT_KO,
    ),
    "header_missing": _Entry(
        "error",
        "the header '{expected}' was not found; the headers here are: {found}",
        "머리글 '{expected}'을(를) 찾지 못했습니다. 있는 머리글: {found}",
        _CONTRACT_EN,
        _CONTRACT_KO,
    ),
    "header_unknown": _Entry(
        "error",
        "the header '{found}' is not known for this table; expected one of: {expected}",
        "머리글 '{found}'은(는) 이 표에서 알 수 없습니다. 가능한 머리글: {expected}",
        _CONTRACT_EN,
        _CONTRACT_KO,
    ),
    "header_twice": _Entry(
        "error",
        "the header '{found}' stands twice (also in {other})",
        "머리글 '{found}'이(가) 두 번 있습니다({other}에도 있음)",
        _CONTRACT_EN,
        _CONTRACT_KO,
    ),
    "unknown_industry": _Entry(
        "error",
        "the industry '{found}' is not in the registry",
        "업종 '{found}'이(가) 등록부에 없습니다",
        "Add the spelling to dbt_project/seeds/industries.csv if it is one of the publisher's groups.",
        "발행 기관의 업종이 맞으면 dbt_project/seeds/industries.csv에 표기를 추가하십시오.",
    ),
    "unknown_complex": _Entry(
        "error",
        "the complex '{found}' is not in the registry{hint}",
        "산업단지 '{found}'이(가) 등록부에 없습니다{hint}",
        "Add it to dbt_project/seeds/complexes.csv, or its spelling to complex_spellings.csv; the "
        "file is read again by itself.",
        "dbt_project/seeds/complexes.csv에 단지를, 또는 complex_spellings.csv에 표기를 추가하십시오. "
        "파일은 저절로 다시 읽습니다.",
    ),
    "complex_twice": _Entry(
        "error",
        "the complex '{found}' stands twice in this table (also in {other})",
        "산업단지 '{found}'이(가) 이 표에 두 번 있습니다({other}에도 있음)",
        "Ask the publisher which row holds.",
        "어느 행이 맞는지 발행 기관에 확인하십시오.",
    ),
    "row_without_name": _Entry(
        "error",
        "the row has figures but no complex in its first column",
        "행에 수치가 있는데 산업단지 이름이 없습니다",
        "Ask the publisher for a mended file.",
        "발행 기관에 고친 파일을 요청하십시오.",
    ),
    "row_after_total": _Entry(
        "error",
        "the row '{found}' stands below the total row",
        "'{found}' 행이 계 행 아래에 있습니다",
        "Ask the publisher for a mended file.",
        "발행 기관에 고친 파일을 요청하십시오.",
    ),
    "total_missing": _Entry(
        "error",
        "the total row (계) is missing",
        "계 행이 없습니다",
        "The table may be cut off. " + _REDOWNLOAD_EN,
        "표가 잘렸을 수 있습니다. " + _REDOWNLOAD_KO,
    ),
    "no_rows": _Entry(
        "error",
        "the table has a header and no row",
        "표에 머리글만 있고 행이 없습니다",
        _REDOWNLOAD_EN,
        _REDOWNLOAD_KO,
    ),
    "unit_unknown": _Entry(
        "error",
        "the unit '{found}' is not known",
        "단위 '{found}'을(를) 알 수 없습니다",
        "Add it to dbt_project/seeds/units.csv with its factor if the publisher changed the unit.",
        "발행 기관이 단위를 바꿨다면 dbt_project/seeds/units.csv에 환산 계수와 함께 추가하십시오.",
    ),
    "unit_missing": _Entry(
        "error",
        "no unit for '{found}': neither the header nor the (단위 : …) cell tells one for {dimension}",
        "'{found}'의 단위가 없습니다. 머리글에도 (단위 : …) 칸에도 {dimension} 단위가 없습니다",
        "Ask the publisher; a figure without its unit is not used.",
        "발행 기관에 확인하십시오. 단위 없는 수치는 쓰지 않습니다.",
    ),
    "not_a_number": _Entry(
        "error",
        "'{found}' stands where a number is expected ({header})",
        "숫자가 올 자리에 '{found}'이(가) 있습니다({header})",
        "Ask the publisher; if it is a mark with a meaning, add it to `marks` in {contract}.",
        "발행 기관에 확인하십시오. 뜻이 있는 기호라면 {contract}의 marks에 추가하십시오.",
    ),
    "negative_number": _Entry(
        "error",
        "{found} is negative where only zero or more is possible ({header})",
        "0 이상이어야 할 자리에 음수 {found}이(가) 있습니다({header})",
        "Ask the publisher for a mended file.",
        "발행 기관에 고친 파일을 요청하십시오.",
    ),
    "bad_value": _Entry(
        "error",
        "'{found}' is not valid for {header}: {detail}",
        "{header}에 '{found}'은(는) 올바르지 않습니다: {detail}",
        "Mend the file.",
        "파일을 고치십시오.",
    ),
    "internal": _Entry(
        "error",
        "the parser failed on this file: {detail}",
        "파일을 읽는 중 오류가 났습니다: {detail}",
        "Keep the file and report it; nothing was published from it.",
        "파일을 보관하고 알려 주십시오. 이 파일에서 공표된 것은 없습니다.",
    ),
    "list_missing": _Entry(
        "error",
        "the table '{title}' is missing: no sheet carries this title above a header",
        "'{title}' 표가 없습니다. 머리글 위에 이 제목을 가진 시트가 없습니다",
        _CONTRACT_EN,
        _CONTRACT_KO,
    ),
    "sheet_unknown": _Entry(
        "error",
        "a table starts here that has no title of this publication above it (first header: '{found}')",
        "이 통계의 제목이 없는 표가 여기서 시작합니다(첫 머리글: '{found}')",
        "If it is a new table, add it to {contract}; if it was left in by mistake, ask the publisher.",
        "새 표라면 {contract}에 추가하고, 잘못 남은 것이면 발행 기관에 알리십시오.",
    ),
    "unknown_complex_type": _Entry(
        "error",
        "the type of complex '{found}' is not known; known are: {expected}",
        "단지 유형 '{found}'을(를) 알 수 없습니다. 아는 유형: {expected}",
        "If there is a new type, add it to `complex_types` in {contract} and to the docs.",
        "새 유형이 생겼으면 {contract}의 complex_types에 추가하십시오.",
    ),
    "unknown_province": _Entry(
        "error",
        "the province '{found}' is not known",
        "시도 '{found}'을(를) 알 수 없습니다",
        "Add the spelling to dbt_project/seeds/provinces.csv; the file is read again by itself.",
        "dbt_project/seeds/provinces.csv에 표기를 추가하십시오. 파일은 저절로 다시 읽습니다.",
    ),
    "unknown_development": _Entry(
        "error",
        "the state of development '{found}' is not known; known are: {expected}",
        "조성상태 '{found}'을(를) 알 수 없습니다. 아는 상태: {expected}",
        "If the publisher added one, add it to `development_statuses` in {contract}.",
        "발행 기관이 추가했다면 {contract}의 development_statuses에 추가하십시오.",
    ),
    "hierarchy_unclear": _Entry(
        "error",
        "which complex '{found}' belongs to is not clear: {detail}",
        "'{found}'의 상하위 관계가 분명하지 않습니다: {detail}",
        "Compare indents and circled digits with the publisher's file; ask for a mended one.",
        "들여쓰기와 원문자(①②)를 발행 파일과 대조하고 고친 파일을 요청하십시오.",
    ),
    "unit_off": _Entry(
        "error",
        "the published total is {found} ({header}), the list adds up to {expected}: a unit or a "
        "figure is wrong by a factor (unit of the list in {other})",
        "발행 총합은 {found}({header})인데 목록의 합은 {expected}입니다. 단위나 수치가 배수로 "
        "틀렸습니다(목록의 단위는 {other})",
        "Compare the (단위 : …) cells of both sheets, and ask the publisher for a mended file.",
        "두 시트의 (단위 : …) 칸을 견주고 발행 기관에 고친 파일을 요청하십시오.",
    ),
    "column_without_header": _Entry(
        "error",
        "'{found}' stands in a column that has no header",
        "머리글이 없는 열에 '{found}'이(가) 있습니다",
        _CONTRACT_EN,
        _CONTRACT_KO,
    ),
    "same_answers_other_period": _Entry(
        "error",
        "publisher's fault: the same answers as {other}, now offered as {found}",
        "발행 오류: {other} 응답과 내용이 똑같은데 {found} 자료로 나왔습니다",
        "Nothing is read from it. Fetch {found} again later, and ask the publisher if it stays.",
        "이 응답은 읽지 않았습니다. 나중에 {found} 자료를 다시 받고, 그대로이면 발행 기관에 문의하십시오.",
    ),
    "period_not_over": _Entry(
        "error",
        "the file says that it is about {found}, which was not over on {received}, the day it came",
        "파일이 {found}에 관한 것이라고 하지만, 받은 날({received})에는 그 시점이 끝나지 않았습니다",
        "Look at the titles of its tables and its name. If they are the publisher's slip, ask for a mended "
        "file; nothing was changed.",
        "표 제목과 파일 이름을 확인하십시오. 발행 기관의 오기이면 고친 파일을 요청하십시오. 바뀐 것은 없습니다.",
    ),
    "published_in_future": _Entry(
        "error",
        "published on {found}, says its sidecar, and received on {received}: until that day no later "
        "edition would hold",
        "부속 파일의 공표일 {found}이(가) 받은 날({received})보다 훨씬 뒤입니다. 그날까지 뒤의 회차가 "
        "유효해지지 않습니다",
        "Mend published_at in <file name>.meta.json and offer the file again.",
        "<파일 이름>.meta.json의 published_at을 고쳐 다시 넣으십시오.",
    ),
    # Warnings: the file is read, the fault is told.
    "list_not_there": _Entry(
        "warning",
        "the table '{title}' is not in this edition",
        "'{title}' 표가 이 회차에 없다",
        "Nothing to do; the list of all complexes holds the figures.",
        "조치할 것은 없습니다. 전체 목록에 수치가 있습니다.",
    ),
    "count_contradicts": _Entry(
        "warning",
        "publisher's contradiction: the text says {found} ({what}), the list counts {expected}",
        "발행 파일의 모순: 글은 {what} {found}개라 하고, 목록을 세면 {expected}개이다",
        "Nothing to do; the list is believed. Told to the publisher's attention.",
        "조치할 것은 없습니다. 목록을 따르고 발행 기관의 오기로 기록합니다.",
    ),
    "unit_contradicted": _Entry(
        "warning",
        "publisher's contradiction: the sheet says {found}, its figures are in {expected} (seen by "
        "{count} complexes that stand in the list of all complexes); landed in {expected}",
        "발행 파일의 모순: 시트는 {found}라 하지만 수치는 {expected}이다(전체 목록과 {count}개 단지 "
        "대조). {expected}로 적재한다",
        "Nothing to do; told to the publisher's attention.",
        "조치할 것은 없습니다. 발행 기관의 오기로 기록합니다.",
    ),
    "unit_unverified": _Entry(
        "warning",
        "the unit {found} of this table could not be held against the list of all complexes: none "
        "of its complexes stands there. In 2025-Q3 this table said 천㎡ and held ㎡",
        "이 표의 단위 {found}를 전체 목록과 대조할 수 없다. 2025년 3분기에는 천㎡라 적고 ㎡를 "
        "실었다",
        "Do not use its areas before a person has looked at them.",
        "면적은 사람이 확인하기 전에는 쓰지 마십시오.",
    ),
    "disagrees_with_list": _Entry(
        "warning",
        "publisher's contradiction: {found} here ({header}), {expected} in '{other}', for {name}",
        "발행 파일의 모순: {name}의 {header}이(가) 여기서는 {found}, '{other}'에서는 {expected}이다",
        "Nothing to do; the list of all complexes is believed.",
        "조치할 것은 없습니다. 전체 목록을 따릅니다.",
    ),
    "rows_differ_from_list": _Entry(
        "warning",
        "publisher's contradiction: {extra} rows here are not in '{other}' and {missing} of its rows "
        "are not here (first: {name})",
        "발행 파일의 모순: 이 표에만 있는 행 {extra}개, '{other}'에만 있는 행 {missing}개(첫 행: {name})",
        "Nothing to do; the list of all complexes is believed.",
        "조치할 것은 없습니다. 전체 목록을 따릅니다.",
    ),
    "names_not_in_list": _Entry(
        "warning",
        "{count} complexes of this table are not found in '{other}' by name and place (first here: "
        "{name}); their figures are landed without an identifier",
        "이 표의 단지 {count}개를 '{other}'에서 이름과 지역으로 찾지 못했다(첫 단지: {name}). "
        "식별자 없이 적재한다",
        "Nothing to do.",
        "조치할 것은 없습니다.",
    ),
    "stale_header_year": _Entry(
        "warning",
        "the header says '{found}' in an edition of {period}; the title is believed",
        "{period} 회차인데 머리글은 '{found}'이다. 제목을 따른다",
        "Nothing to do; told to the publisher's attention.",
        "조치할 것은 없습니다. 발행 기관의 오기로 기록합니다.",
    ),
    "name_disagrees": _Entry(
        "warning",
        "the file name tells {found}, its content {expected}; the content is believed",
        "파일 이름은 {found}, 내용은 {expected}이다. 내용을 따른다",
        "Check that the right file was dropped.",
        "맞는 파일을 넣었는지 확인하십시오.",
    ),
    "number_disagrees": _Entry(
        "warning",
        "the title is numbered [표{found}], this table is usually [표{expected}]",
        "제목의 번호가 [표{found}]이나 이 표는 보통 [표{expected}]이다",
        "Nothing to do.",
        "조치할 것은 없습니다.",
    ),
    "moved_table": _Entry(
        "warning",
        "the table does not start in A1 but here; it was found by its title",
        "표가 A1이 아니라 여기서 시작한다. 제목으로 찾았다",
        "Nothing to do.",
        "조치할 것은 없습니다.",
    ),
    "unusual_unit": _Entry(
        "warning",
        "the unit is {found}, usually {expected}; the figures are converted",
        "단위가 {found}이다(보통 {expected}). 환산하여 쓴다",
        "Check one figure against the publisher's text.",
        "수치 하나를 발행 기관의 설명과 견주어 보십시오.",
    ),
    "number_as_text": _Entry(
        "warning",
        "{count} cells hold numbers as text (first here)",
        "숫자가 글자로 저장된 칸이 {count}개 있다(첫 칸)",
        "Nothing to do.",
        "조치할 것은 없습니다.",
    ),
    "kind_missing": _Entry(
        "warning",
        "{count} rows in {sheets} tables have no 구분 (first: {found})",
        "표 {sheets}개에서 구분이 빈 행이 {count}개 있다(첫 행: {found})",
        "Nothing to do.",
        "조치할 것은 없습니다.",
    ),
    "no_total_row": _Entry(
        "warning",
        "this CSV edition carries no total row (계): its sums cannot be checked, and it does not "
        "tell suppressed from missing cells",
        "이 CSV판에는 계 행이 없어 합계를 검증할 수 없고, 비공개와 결측을 구별할 수 없다",
        "Drop the workbook of the same period into the inbox as well.",
        "같은 기간의 통합 문서도 수신 폴더에 넣으십시오.",
    ),
    "same_bytes_other_period": _Entry(
        "warning",
        "publisher's fault: the same bytes as {other}, now offered as {found}",
        "발행 오류: {other} 파일과 내용이 똑같은데 {found} 자료로 나왔다",
        "Ask the publisher for the file of {found}.",
        "발행 기관에 {found} 파일을 요청하십시오.",
    ),
    "vintage_is_older": _Entry(
        "warning",
        "published on {found}, before what is loaded already of {period} ({other}, {newer}): it takes "
        "its place among the vintages by its day, and what holds stays",
        "공표일 {found}이(가) 이미 적재된 {period} 회차({other}, {newer})보다 앞선다. 판의 차례는 공표일을 "
        "따르며 지금 유효한 값은 그대로이다",
        _DAY_IS_KEPT_EN,
        _DAY_IS_KEPT_KO,
    ),
    "vintage_of_one_day": _Entry(
        "warning",
        "another edition of {period} bears the same day of publication, {found} ({other}): this one, "
        "received last, holds, and the other stays as a vintage",
        "{period}의 다른 회차({other})와 공표일이 {found}로 같다. 나중에 받은 이 파일이 유효하며 다른 "
        "것은 판으로 남는다",
        _DAY_IS_KEPT_EN,
        _DAY_IS_KEPT_KO,
    ),
    "published_at_unknown": _Entry(
        "warning",
        "neither the file nor a sidecar tells when it was published; the day it was first seen "
        "stands in",
        "파일에도 부속 파일에도 공표일이 없어 처음 받은 날을 대신 쓴다",
        _DAY_IS_KEPT_EN,
        _DAY_IS_KEPT_KO,
    ),
    # Registries (lists of factories and centres). None of these quotes a value: a cell may hold
    # what concerns a person.
    "csv_broken": _Entry(
        "error",
        "the text cannot be cut into rows and fields ({detail})",
        "글을 행과 칸으로 나눌 수 없습니다({detail})",
        _REDOWNLOAD_EN,
        _REDOWNLOAD_KO,
    ),
    "registry_fields": _Entry(
        "error",
        "row {row} (line {line}) has {found} fields, the header has {expected}; {count} such rows",
        "{row}행({line}번째 줄)의 칸은 {found}개, 머리글은 {expected}개입니다. 그런 행 {count}개",
        "The file may be cut off, or a comma stands outside of quotes. " + _REDOWNLOAD_EN,
        "파일이 잘렸거나 따옴표 밖에 쉼표가 있습니다. " + _REDOWNLOAD_KO,
    ),
    "registry_quotes": _Entry(
        "error",
        "a quotation mark is left open or stands in the wrong place, in or after row {row} (line {line})",
        "따옴표가 닫히지 않았거나 잘못된 자리에 있습니다({row}행, {line}번째 줄이나 그 뒤)",
        _REDOWNLOAD_EN,
        _REDOWNLOAD_KO,
    ),
    "registry_unread": _Entry(
        "error",
        "the list could not be read ({detail}); what stands in it is not shown",
        "목록을 읽지 못했습니다({detail}). 내용은 보이지 않습니다",
        "Keep the file and report it; nothing was published from it.",
        "파일을 보관하고 알려 주십시오. 이 파일에서 공표된 것은 없습니다.",
    ),
    "registry_headers_unknown": _Entry(
        "error",
        "{count} columns of the first row are not known, and the first row is not as long as the second: a "
        "line break may be lost; they are not shown",
        "첫 행의 열 {count}개를 알 수 없고 첫 행과 둘째 행의 길이가 다릅니다. 줄바꿈이 빠졌을 수 "
        "있습니다. 내용은 보이지 않습니다",
        _REDOWNLOAD_EN,
        _REDOWNLOAD_KO,
    ),
    "registry_period_unknown": _Entry(
        "error",
        "the edition is not known: the file name has no date such as _20241231, no sidecar tells when it "
        "was published, and no bundle says its month",
        "회차를 알 수 없습니다. 파일 이름에 _20241231 같은 날짜가 없고, 부속 파일에 공표일이 없으며, "
        "묶음에 달이 없습니다",
        "Restore the publisher's file name, or give published_at in <file name>.meta.json.",
        "발행 기관의 파일 이름을 되살리거나 <파일 이름>.meta.json에 published_at을 적으십시오.",
    ),
    "registry_values": _Entry(
        "error",
        "{count} of {total} values of '{header}' are no {kind} (first in row {row}; not shown)",
        "'{header}'의 값 {total}개 중 {count}개가 {kind_ko} 아닙니다(첫 행 {row}, 값은 보이지 않음)",
        "So many mean that the column holds something else. " + _CONTRACT_EN,
        "이렇게 많으면 다른 내용의 열입니다. " + _CONTRACT_KO,
    ),
    "registry_employees": _Entry(
        "error",
        "half of the factories have more than {found} employees: the figures are in another unit",
        "공장의 절반이 종업원 {found}명을 넘습니다. 단위가 다른 값입니다",
        "Compare the column with the publisher's page; {contract} says what is expected.",
        "발행 기관의 설명과 대조하십시오. 기대하는 것은 {contract}에 있습니다.",
    ),
    "registry_places_unknown": _Entry(
        "error",
        "{count} of {total} addresses name no known province (first in row {row}; not shown)",
        "주소 {total}개 중 {count}개에서 시도를 알 수 없습니다(첫 행 {row}, 값은 보이지 않음)",
        "If provinces were renamed, add the spelling to dbt_project/seeds/provinces.csv; the file is read "
        "again by itself.",
        "시도 이름이 바뀌었으면 dbt_project/seeds/provinces.csv에 표기를 추가하십시오. 파일은 저절로 "
        "다시 읽습니다.",
    ),
    "registry_numbers_shared": _Entry(
        "error",
        "{count} registry numbers stand with different names or addresses (first in row {row}), more than "
        "a slip",
        "공장관리번호 {count}개가 이름이나 주소가 다른 행에 거듭 있습니다(첫 행 {row}). 실수로 보기에 "
        "많습니다",
        "Ask the publisher which rows hold.",
        "어느 행이 맞는지 발행 기관에 확인하십시오.",
    ),
    "registry_number_bad": _Entry(
        "error",
        "{count} registry numbers are not made of digits and letters (first in row {row}; not shown)",
        "공장관리번호 {count}개가 숫자와 글자로 된 번호가 아닙니다(첫 행 {row}, 값은 보이지 않음)",
        "Columns may have shifted. " + _REDOWNLOAD_EN,
        "열이 밀렸을 수 있습니다. " + _REDOWNLOAD_KO,
    ),
    "answers_incomplete": _Entry(
        "error",
        "{found} factories of '{what}' came where the answer announces {expected}",
        "'{what}'의 공장 {expected}건 중 {found}건만 왔습니다",
        "Fetch the dataset again; the loop over the pages resumes.",
        "자료를 다시 받으십시오. 받은 쪽부터 이어집니다.",
    ),
    "answers_unreadable": _Entry(
        "error",
        "the answer {part} is not a page of factories ({detail})",
        "응답 {part}이(가) 공장 목록의 한 쪽이 아닙니다({detail})",
        "Fetch the dataset again.",
        "자료를 다시 받으십시오.",
    ),
    "answers_place_other": _Entry(
        "warning",
        "{count} factories lie in a complex that was not asked for: {found}",
        "묻지 않은 단지의 공장이 {count}개 있다: {found}",
        "They are kept under the name that they bear. Ask the publisher if it stays.",
        "적힌 이름대로 두었습니다. 계속되면 발행 기관에 문의하십시오.",
    ),
    "answers_field_unknown": _Entry(
        "warning",
        "the answers have fields that are not known and were not read: {found}",
        "모르는 항목이 있어 읽지 않았다: {found}",
        "If one of them is needed and concerns no person, add it to {contract}.",
        "필요하고 개인에 관한 것이 아니면 {contract}에 추가하십시오.",
    ),
    "registry_values_left_out": _Entry(
        "warning",
        "{count} of {total} values of '{header}' are no {kind} and were left empty (first in row {row})",
        "'{header}'의 값 {total}개 중 {count}개가 {kind_ko} 아니어서 비웠다(첫 행 {row})",
        "Nothing to do; told to the publisher's attention.",
        "조치할 것은 없습니다. 발행 기관의 오기로 기록합니다.",
    ),
    "registry_places_left_out": _Entry(
        "warning",
        "{count} of {total} addresses name no known province; landed without one (first in row {row})",
        "주소 {total}개 중 {count}개에서 시도를 알 수 없어 비운 채 적재한다(첫 행 {row})",
        "Look at the rows; a new spelling belongs into dbt_project/seeds/provinces.csv.",
        "해당 행을 보고, 새 표기이면 dbt_project/seeds/provinces.csv에 추가하십시오.",
    ),
    "registry_unnamed": _Entry(
        "warning",
        "{count} rows have no name or no address (first: row {row}); landed as they are",
        "이름이나 주소가 없는 행이 {count}개 있다(첫 행 {row}). 그대로 적재한다",
        "Nothing to do; told to the publisher's attention.",
        "조치할 것은 없습니다. 발행 기관의 오기로 기록합니다.",
    ),
    "registry_rows_empty": _Entry(
        "warning",
        "{count} rows say nothing and were left out (first: row {row})",
        "빈 행 {count}개를 뺐다(첫 행 {row})",
        "Nothing to do.",
        "조치할 것은 없습니다.",
    ),
    "registry_twice": _Entry(
        "warning",
        "{count} rows repeat a factory of the edition word for word (first: row {row}); each has a key of "
        "its own",
        "같은 회차에서 글자까지 같은 행이 {count}개 더 있다(첫 행 {row}). 키를 따로 준다",
        "Nothing to do; told to the publisher's attention.",
        "조치할 것은 없습니다. 발행 기관의 오기로 기록합니다.",
    ),
    "registry_key_shared": _Entry(
        "warning",
        "{count} rows share name and address, or number, with another one and differ otherwise (first: row "
        "{row}); each has a key of its own",
        "이름과 주소(또는 번호)가 같고 나머지가 다른 행이 {count}개 더 있다(첫 행 {row}). 키를 따로 "
        "준다",
        "Nothing to do; told to the publisher's attention.",
        "조치할 것은 없습니다. 발행 기관의 오기로 기록합니다.",
    ),
    "registry_rows_merged": _Entry(
        "warning",
        "{count} rows belong to a factory that has one already, a row an industry; the row of the main "
        "industry is landed (first: row {row})",
        "업종마다 한 행씩 거듭 나온 공장의 행이 {count}개 있다. 대표업종의 행을 적재한다(첫 행 "
        "{row})",
        "Nothing to do.",
        "조치할 것은 없습니다.",
    ),
    "registry_sequence": _Entry(
        "warning",
        "the running numbers are not whole: {found} rows, numbered from {first} to {last}",
        "순번이 이어지지 않는다. {found}행에 {first}부터 {last}까지이다",
        "Rows may be missing: compare the count with the publisher's page.",
        "빠진 행이 있을 수 있습니다. 발행 기관이 밝힌 건수와 견주십시오.",
    ),
    "registry_persons_withheld": _Entry(
        "warning",
        "persons: {names} names of firms that hold their representative's name were left empty, {masked} "
        "cells had a name, telephone number or address of e-mail masked",
        "개인정보: 대표자 이름이 든 회사명 {names}건을 비우고, 이름·전화번호·이메일이 든 칸 {masked}개를 "
        "가렸다",
        "Nothing to do; the publisher's bytes in raw/ are as they came.",
        "조치할 것은 없습니다. raw/의 원본은 그대로입니다.",
    ),
    # -- interfaces' answers -------------------------------------------------------------------
    "answer_error": _Entry(
        "error",
        "this {form} answer is no data. {what}",
        "{form} 응답에 자료가 없습니다. {what}",
        "{todo}",
        "{todo}",
    ),
    "answer_unrecognised": _Entry(
        "error",
        "no contract asks for this answer: {found}",
        "이 응답을 쓰는 계약이 없습니다: {found}",
        "If it is a dataset that sandan should read, add a contract for it; if not, remove it.",
        "읽어야 할 자료라면 계약을 추가하고, 아니라면 폴더에서 빼십시오.",
    ),
    "answer_month_unknown": _Entry(
        "error",
        "the answer does not say which month it is about",
        "응답에 어느 달의 자료인지가 없습니다",
        "The month was in the question: give the file a name that ends in it (…_202403.json), put the "
        "address that was asked into its sidecar (url), or fetch it with sandan.",
        "달은 질문에만 있습니다. 파일 이름을 그 달로 끝내거나(…_202403.json), 부속 파일의 url에 요청한 "
        "주소를 적거나, sandan으로 받으십시오.",
    ),
    "answer_month_other": _Entry(
        "error",
        "the answer is about {found}, {expected} was expected",
        "응답은 {found}의 자료인데 {expected}이어야 합니다",
        "Fetch it again.",
        "다시 받으십시오.",
    ),
    "answer_table_unknown": _Entry(
        "error",
        "the answer does not say which table it is: {found}",
        "응답이 어느 표인지 알 수 없습니다: {found}",
        "The table was in the question: put the address that was asked into the sidecar (url), name the "
        "file after the service (…{example}…), or fetch it with sandan.",
        "표는 질문에만 있습니다. 부속 파일의 url에 요청한 주소를 적거나, 파일 이름에 서비스 이름을 넣거나"
        "(…{example}…), sandan으로 받으십시오.",
    ),
    "answer_fields_unknown": _Entry(
        "error",
        "the answer has fields that the contract does not know: {found}",
        "계약에 없는 항목이 응답에 있습니다: {found}",
        "Find out what they are and add them to {contract}.",
        "무슨 항목인지 확인해 {contract}에 추가하십시오.",
    ),
    "answer_field_missing": _Entry(
        "error",
        "the field '{expected}' is not in the answer; it has: {found}",
        "응답에 '{expected}' 항목이 없습니다. 있는 항목: {found}",
        _CONTRACT_EN,
        _CONTRACT_KO,
    ),
    "answer_table_left_out": _Entry(
        "warning",
        "the table {table} is left out: of its fields, which the contract only supposes, "
        "{missing} are not there, and {unknown} are there instead",
        "표 {table}을(를) 뺐다. 계약이 추정한 항목 중 {missing}이(가) 없고, {unknown}이(가) 있다",
        "Find out what they are, correct the table in {contract} and remove its `unverified`; the next run "
        "reads the file again.",
        "무슨 항목인지 확인해 {contract}의 표를 고치고 `unverified`를 지우십시오. 다음 실행이 파일을 다시 "
        "읽습니다.",
    ),
    "answer_fields_left_out": _Entry(
        "warning",
        "these fields are left out, {unknown}: the contract supposes others ({missing})",
        "항목 {unknown}을(를) 뺐다. 계약이 추정한 항목({missing})은 없다",
        "Find out what they are and correct the names of the optional columns in {contract}; the next run "
        "reads the file again.",
        "무슨 항목인지 확인해 {contract}에서 선택 열의 이름을 고치십시오. 다음 실행이 파일을 다시 읽습니다.",
    ),
    "answer_incomplete": _Entry(
        "error",
        "{found} rows are here, the answer announces {expected}",
        "{found}행이 있는데 응답이 알린 것은 {expected}행입니다",
        "Pages are missing (or stand twice): fetch all of them; a part of an answer is not used.",
        "빠지거나 겹친 쪽이 있습니다. 모두 받으십시오. 응답의 일부는 쓰지 않습니다.",
    ),
    "answer_edition_monthly": _Entry(
        "error",
        "the edition is about a month, and only {found} is told",
        "월간 자료인데 알 수 있는 기간은 {found}뿐입니다",
        "Download the file of this edition and drop it under its own name (…_20240131.csv).",
        "이 회차의 파일을 내려받아 원래 이름(…_20240131.csv)으로 넣으십시오.",
    ),
    "series_rows_unknown": _Entry(
        "error",
        "{count} rows are no series of the contract: {found}",
        "계약의 어느 계열도 아닌 행이 {count}개 있습니다: {found}",
        "If they are wanted, add a series to {contract}; if not, add them to its `ignored`.",
        "쓸 것이면 {contract}에 계열을, 아니면 그 `ignored`에 추가하십시오.",
    ),
    "series_table_other": _Entry(
        "error",
        "a row is of {found}, the contract is about {expected}",
        "{found}의 행이 있습니다. 계약은 {expected}에 관한 것입니다",
        "Another table came under this name. Fetch it again.",
        "다른 표가 이 이름으로 왔습니다. 다시 받으십시오.",
    ),
    "series_unit": _Entry(
        "error",
        "the unit is '{found}', the contract says '{expected}'",
        "단위가 '{found}'인데 계약에는 '{expected}'입니다",
        "If the publisher changed the unit (or the base year), change {contract}.",
        "발행 기관이 단위(또는 기준년)를 바꿨다면 {contract}을(를) 고치십시오.",
    ),
    "series_period": _Entry(
        "error",
        "'{found}' is no period that this answer can be about ({expected})",
        "'{found}'은(는) 이 응답에 있을 수 없는 기간입니다({expected})",
        "Fetch it again; if it stays, the publisher changed the form.",
        "다시 받으십시오. 계속되면 발행 기관이 형식을 바꾼 것입니다.",
    ),
    "series_twice": _Entry(
        "error",
        "{what} stands twice with different values: {found} here, {other} at {where}",
        "{what}이(가) 서로 다른 값으로 두 번 있습니다. 여기 {found}, {where}에 {other}",
        "Parts of different vintages were put together. Fetch all of it again.",
        "서로 다른 시점의 응답이 섞였습니다. 모두 다시 받으십시오.",
    ),
    "series_total": _Entry(
        "error",
        "총계 says {expected}, the rows come to {found} ({header})",
        "총계는 {expected}인데 행의 합은 {found}입니다({header})",
        "Rows are missing or damaged. Fetch it again.",
        "빠지거나 손상된 행이 있습니다. 다시 받으십시오.",
    ),
    "series_years_only": _Entry(
        "error",
        "the answer sums up {found} and has no months",
        "응답이 {found} 전체의 합이고 월별 값이 없습니다",
        "This table tells no months: ask month by month (strtYymm and endYymm alike).",
        "이 표에는 달이 없습니다. 한 달씩(strtYymm과 endYymm을 같게) 요청하십시오.",
    ),
    "series_items_missing": _Entry(
        "error",
        "{what} lacks {count} of the items that make up the total: {found}",
        "{what}에 합계를 이루는 품목 {count}개가 없습니다: {found}",
        "Fetch all of them; a part is never taken for the total.",
        "모두 받으십시오. 일부를 합계로 쓰지 않습니다.",
    ),
    "series_no_total": _Entry(
        "warning",
        "the answer has no 총계 row, so its rows could not be checked against it",
        "응답에 총계 행이 없어 합계를 확인하지 못했다",
        "Nothing to do.",
        "조치할 것은 없습니다.",
    ),
    "series_not_determined": _Entry(
        "warning",
        "the total of {found} is 0: not determined yet, landed as missing",
        "{found}의 합계가 0이다. 아직 집계되지 않은 것으로 보아 결측으로 적재한다",
        "Nothing to do: it comes with the next fetch.",
        "조치할 것은 없습니다. 다음에 받을 때 채워집니다.",
    ),
    "series_repeated": _Entry(
        "warning",
        "{count} figures stand twice with the same value; landed once",
        "같은 값이 두 번 있는 수치가 {count}개 있어 한 번만 적재한다",
        "Nothing to do.",
        "조치할 것은 없습니다.",
    ),
    # Workbooks and CSV editions of figures.
    "sheet_too_large": _Entry(
        "error",
        "this part of the workbook reaches over {size:,} cells, more than the limit of {limit:,}: a cell "
        "stands far away from the others, or its address is damaged",
        "통합 문서의 이 부분이 {size:,}칸에 걸쳐 있어 한도 {limit:,}칸을 넘습니다. 멀리 떨어진 칸이 있거나 "
        "칸의 주소가 손상되었습니다",
        _REDOWNLOAD_EN,
        _REDOWNLOAD_KO,
    ),
    "workbook_markup": _Entry(
        "error",
        "this part of the workbook holds {what}, which no spreadsheet program writes there: figures would "
        "be lost in reading it",
        "통합 문서의 이 부분에 표 계산 프로그램이 쓰지 않는 내용({what})이 있어 읽는 동안 값이 빠질 수 "
        "있습니다",
        "Ask the publisher for the file as their program saved it. Nothing was read.",
        "프로그램에서 저장한 원본 파일을 발행 기관에 요청하십시오. 아무것도 읽지 않았습니다.",
    ),
    "cell_error": _Entry(
        "error",
        "the cell holds an error of the spreadsheet, {found}, in the place of a value ({count} such cells here)",
        "값이 있을 자리에 표 계산 오류 {found}이(가) 있습니다(이 시트에 {count}칸)",
        "Ask the publisher for a mended file: what stood there is lost. Nothing was read.",
        "원래 값을 알 수 없으므로 고친 파일을 발행 기관에 요청하십시오. 아무것도 읽지 않았습니다.",
    ),
    "formula_without_value": _Entry(
        "error",
        "the cell holds a formula without its result ({count} such cells here)",
        "수식만 있고 계산한 값이 저장되지 않았습니다(이 시트에 {count}칸)",
        "Open the file in a spreadsheet program, save it so that it calculates, and drop it anew; or ask the "
        "publisher for it. Nothing was read.",
        "표 계산 프로그램에서 열어 계산하고 저장한 뒤 다시 넣거나, 발행 기관에 요청하십시오. 아무것도 읽지 "
        "않았습니다.",
    ),
    "row_fields": _Entry(
        "error",
        "the row has {found} fields, the header has {expected} ({count} such rows)",
        "행의 칸은 {found}개, 머리글은 {expected}개입니다(그런 행 {count}개)",
        "The file may be cut off, or a comma stands outside of quotes. " + _REDOWNLOAD_EN,
        "파일이 잘렸거나 따옴표 밖에 쉼표가 있습니다. " + _REDOWNLOAD_KO,
    ),
    "figure_for_word": _Entry(
        "error",
        "the figure {found} stands where a word is expected ({header}); the row may be shifted",
        "글이 올 자리({header})에 수치 {found}이(가) 있습니다. 행이 밀렸을 수 있습니다",
        "Ask the publisher for a mended file.",
        "발행 기관에 고친 파일을 요청하십시오.",
    ),
    "csv_unended": _Entry(
        "warning",
        "the last line does not end in a line break: the file may be cut off, and its last figure too",
        "마지막 줄이 줄바꿈으로 끝나지 않는다. 파일이, 또 마지막 수치가 잘렸을 수 있다",
        "Compare the last line with the publisher's file.",
        "마지막 줄을 발행 파일과 견주십시오.",
    ),
    "date_unclear": _Entry(
        "warning",
        "'{found}' is not a date ({header}); landed as it stands",
        "'{found}'은(는) 날짜가 아니다({header}). 있는 그대로 적재한다",
        "Nothing to do; told to the publisher's attention.",
        "조치할 것은 없습니다. 발행 기관의 오기로 기록합니다.",
    ),
    "row_repeated": _Entry(
        "warning",
        "{count} rows are about what has a row in this table already (first here: {name}, also in "
        "{other})",
        "이 표에 같은 행이 {count}개 더 있다(첫 행: {name}, {other}에도 있음)",
        "Ask the publisher which row holds; the list of all complexes is believed.",
        "어느 행이 맞는지 발행 기관에 확인하십시오. 전체 목록을 따릅니다.",
    ),
    "parent_not_in_list": _Entry(
        "warning",
        "'{found}', said to lie in two provinces, does not stand in two provinces in '{other}'",
        "두 시도에 걸친다는 '{found}'이(가) '{other}'에는 두 시도로 있지 않다",
        "Its rows are counted as complexes of their own; ask the publisher.",
        "각 행을 따로 셉니다. 발행 기관에 확인하십시오.",
    ),
    # -- claims
    "claim_metric_unknown": _Entry(
        "error",
        "no metric '{found}'; there are: {known}",
        "'{found}' 지표가 없습니다. 있는 지표: {known}",
        "Use one of these, or name the metric once in dbt_project/seeds/claim_metrics.csv.",
        "이 가운데 하나를 쓰거나 dbt_project/seeds/claim_metrics.csv에 지표를 한 번 정의하십시오.",
    ),
    "claim_period_unknown": _Entry(
        "error",
        "'{found}' is not a period: 2005, 2005-Q3, 2005-06, or null where the text names none",
        "'{found}'은(는) 기간이 아닙니다. 2005, 2005-Q3, 2005-06, 원문에 기간이 없으면 null",
        "Write the period so, with quotation marks around a year.",
        "연도는 따옴표로 감싸 이와 같이 적으십시오.",
    ),
    "claim_unit_unfit": _Entry(
        "error",
        "the unit '{found}' does not measure {metric}, which is in {unit}",
        "'{found}' 단위로는 {metric}을(를) 잴 수 없습니다. 이 지표의 단위는 {unit}입니다",
        "Write the unit of the print as units.csv spells it, or the metric's own; where print has the "
        "wrong unit, the right one, and the print in printed_as.",
        "units.csv의 표기대로 적거나 지표의 단위를 쓰십시오. 인쇄된 단위가 틀렸으면 옳은 단위를 쓰고 "
        "인쇄된 대로를 printed_as에 적으십시오.",
    ),
    "claim_scope_unfit": _Entry(
        "error",
        "{metric} is not measured for the scope '{found}'; it is for: {known}",
        "{metric}은(는) '{found}' 범위로 잴 수 없습니다. 잴 수 있는 범위: {known}",
        "Write one of these as scope if the text speaks of it. One complex is measured by the metrics whose "
        "names begin with complex_; a claim about anything else cannot be checked: take the file out of the inbox.",
        "원문이 이 가운데 하나를 말하면 scope에 그대로 적으십시오. 단지 하나에 대한 주장은 complex_로 시작하는 지표로 "
        "재고, 그 밖의 범위를 말하는 주장은 검증할 수 없으니 파일을 받은 자료 폴더에서 빼십시오.",
    ),
    "claim_complex_unknown": _Entry(
        "error",
        "the scope '{found}' is no complex of the trend statistic; the nearest: {known}",
        "범위 '{found}'은(는) 산업동향에 실리는 단지가 아닙니다. 가까운 이름: {known}",
        "Write the complex as it is registered (complexes.csv, complex_spellings.csv), with or without 국가산업단지.",
        "등록된 단지 이름(complexes.csv, complex_spellings.csv)을 적으십시오. 국가산업단지는 붙여도 되고 떼어도 됩니다.",
    ),
    "claim_complex_ambiguous": _Entry(
        "error",
        "the scope '{found}' may be any of several complexes: {known}",
        "범위 '{found}'은(는) 여러 단지일 수 있습니다: {known}",
        "Write the one that is meant with its whole name.",
        "뜻하는 단지의 이름을 온전히 적으십시오.",
    ),
    "claim_undated": _Entry(
        "error",
        "the claim names no period and nobody says when it was made",
        "주장에 기간이 없고 주장한 날도 없습니다",
        "Write period or claim_date: a claim without a period is read as one about its year.",
        "period나 claim_date를 적으십시오. 기간이 없는 주장은 주장한 해로 읽습니다.",
    ),
    "claim_key_unknown": _Entry(
        "error",
        "a claim has no key '{found}'; its keys are: {known}",
        "주장에 '{found}' 항목은 없습니다. 있는 항목: {known}",
        "Remove the key or mend its spelling.",
        "항목을 지우거나 표기를 고치십시오.",
    ),
}


@dataclass(frozen=True)
class Problem:
    """One fault of one file: where, what, and what to do, in both languages."""

    code: str
    severity: Severity
    sheet: str | None
    cell: str | None
    message_en: str
    message_ko: str
    action_en: str
    action_ko: str

    def line(self, file_name: str, language: Literal["en", "ko"] = "en") -> str:
        """One line for a person: file, sheet, cell, what is wrong, what to do."""
        where = file_name
        if self.sheet:
            where += f" › {self.sheet}"
        if self.cell:
            where += f" › {self.cell}"
        message = self.message_en if language == "en" else self.message_ko
        action = self.action_en if language == "en" else self.action_ko
        return f"{where}: {message}. → {action}"

    def as_dict(self) -> dict[str, Any]:
        """All fields, for outcome rows, quarantine reasons and the lock."""
        return asdict(self)


def problem(
    code: str, *, sheet: str | None = None, cell: str | None = None, **detail: Any
) -> Problem:
    """Make a problem from the catalog; `detail` fills the places in its sentences.

    A detail that reads differently in Korean is given twice: `detail` and `detail_ko`.
    """
    entry = CATALOG[code]
    if "contract" in entry.action_en + entry.en and "contract" not in detail:
        detail["contract"] = "its contract in ingestion/contracts/"
    korean = {name: detail.get(f"{name}_ko", value) for name, value in detail.items()}
    if korean.get("contract") == "its contract in ingestion/contracts/":
        korean["contract"] = "ingestion/contracts/의 계약"
    return Problem(
        code=code,
        severity=entry.severity,
        sheet=sheet,
        cell=cell,
        message_en=entry.en.format(**detail),
        message_ko=entry.ko.format(**korean),
        action_en=entry.action_en.format(**detail),
        action_ko=entry.action_ko.format(**korean),
    )


class RejectedFile(Exception):
    """A file that cannot be used, with every problem found in it."""

    def __init__(self, problems: list[Problem]) -> None:
        self.problems = [p for p in problems if p.severity == "error"]
        self.warnings = [p for p in problems if p.severity == "warning"]
        super().__init__("; ".join(p.message_en for p in self.problems))

    @property
    def all(self) -> list[Problem]:
        """Errors and then warnings."""
        return [*self.problems, *self.warnings]


def reject(code: str, **where: Any) -> RejectedFile:
    """A rejection for one fault that makes reading on pointless."""
    return RejectedFile([problem(code, **where)])
