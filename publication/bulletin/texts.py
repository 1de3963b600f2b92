"""The fixed words of the bulletin, and how long texts are cut."""

from __future__ import annotations

from publication.bulletin import sentences as s
from publication.bulletin.sentences import Lang

_T: dict[str, tuple[str, str]] = {
    "series": ("sandan · 분기 통계", "sandan · Quarterly statistics"),
    "title": ("국가산업단지 ", "National Industrial Complexes, "),
    "doc": ("국가산업단지 분기 통계", "National Industrial Complexes: Quarterly Bulletin"),
    "release": ("배포판", "Release"),
    "simulated": (
        "모의자료: 이 자료의 수치는 프로그램 점검을 위해 만든 것으로 실제 통계가 아니다. "
        "인용하거나 이용하지 않는다.",
        "Simulated data: the figures were made to exercise the programme and are not statistics. "
        "Do not quote or use them.",
    ),
    "production": ("생산", "Production"),
    "exports": ("수출", "Exports"),
    "employment": ("고용", "Employment"),
    "utilization": ("가동률", "Operating rate"),
    "tenants": ("입주업체", "Tenant firms"),
    "on_quarter": ("전분기 대비", "on quarter"),
    "on_year": ("전년 동기 대비", "on year"),
    "developments": ("동향", "Developments"),
    "developments_aside": (
        "생산액과 수출액은 물가와 계절 요인을 조정하지 않은 금액이며, 제조업 가동업체만을 "
        "대상으로 한다. 입주업체와 고용은 비제조업을 포함한다.",
        "Amounts at current prices, not seasonally adjusted. Production, exports and operating "
        "rates cover operating manufacturers; firms and employment include non-manufacturing.",
    ),
    "flag_aside": (
        " b: 비교하는 두 시점 사이에 범위가 바뀌었거나 단절이 있다(2쪽).",
        " b: coverage changed, or the series broke, between the two periods (page 2).",
    ),
    "shares": ("비중 검증", "Share check"),
    "panel": ("{name}에서 차지하는 비중", "Share of {name}"),
    "reference": ("보도된 {stated}", "as reported: {stated}"),
    "complexes": ("주요 단지", "Largest complexes"),
    "movers": ("생산 증감 기여도", "What moved production"),
    "movers_aside": (
        "전체 생산의 전분기 대비 증감률에 대한 단지별 기여도, %p",
        "Contributions to quarterly growth of the total, percentage points",
    ),
    "movers_empty": (
        "전분기와 비교할 수 있는 단지별 생산액이 없어 기여도를 산출하지 않았다.",
        "No complex has production for both quarters, so no contributions are given.",
    ),
    "warnings": ("검증 경고", "Warnings of the quality gate"),
    "suppression": ("비공개 처리", "Suppression"),
    "breaks": ("범위 변동과 단절", "Coverage and breaks"),
    "sources": ("자료(공표일, SHA-256 앞 8자리)", "Sources (published, SHA-256)"),
    "trace": ("수치의 근거", "Tracing a figure"),
    "cite": ("인용", "How to cite"),
    "trace_text": (
        "이 자료의 수치는 같은 배포판의 kicox.duckdb와 marts/에 있으며, 각각 발행 파일의 "
        "칸까지 거슬러 찾을 수 있다.",
        "Every figure is in kicox.duckdb and marts/ of the same release, and can be followed back "
        "to a cell of the publisher’s file.",
    ),
}


def t(key: str, lang: Lang) -> str:
    """A fixed text in the language."""
    return _T[key][0 if lang == "ko" else 1]


def shorten(text: str, limit: int) -> str:
    """Cut at a word where possible; the ellipsis says that something was cut."""
    if len(text) <= limit:
        return text
    cut = text[: limit - 1]
    space = cut.rfind(" ")
    return (cut[:space] if space > limit * 0.6 else cut).rstrip(" ,;:") + "…"


def flag(change_text: str, broken: bool) -> dict[str, str] | str:
    """A growth figure, with the flag `b` (break in series) where the two ends are not alike."""
    if broken and change_text != s.MISSING:
        return {"text": change_text, "flag": "b"}
    return change_text
