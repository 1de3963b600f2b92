"""The bulletin as PDF and HTML: accessible, marked, the same bytes again, true in every corner."""

from __future__ import annotations

import html
import math
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pypdf import PdfReader

from publication.bulletin import BulletinError, charts, render_bulletin
from publication.bulletin import reading as rd
from publication.bulletin import words as s
from publication.bulletin.build import checked_document
from publication.bulletin.check.alts import svg_texts
from publication.bulletin.model import Document
from publication.bulletin.reading import Release
from publication.bulletin.words import Lang
from tests.unit.bulletin.releases import (
    MEASURES,
    PERIOD,
    Row,
    build,
    check,
    complexes,
    first_prints,
    hidden,
    line,
    revisions,
    row,
    share,
    snapshot,
    totals,
)

pytestmark = pytest.mark.slow
KO: Lang = "ko"
EN: Lang = "en"


def pdf_text(path: Path) -> str:
    """The text of a PDF, its line breaks as spaces."""
    return " ".join(" ".join(page.extract_text().split()) for page in PdfReader(path).pages)


def page_text(path: Path) -> str:
    """The words of a page without its style and drawings."""
    text = path.read_text(encoding="utf-8")
    text = re.sub(r"<style>.*?</style>|<svg.*?</svg>", " ", text, flags=re.S)
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", text)).split())


def checked(folder: Path) -> list[Document]:
    """The content of a release in both languages, held against it."""
    data = rd.load(folder)
    return [checked_document(data, lang) for lang in (KO, EN)]


def said(folder: Path) -> tuple[str, str]:
    """Everything that the content of a release says, checked, in Korean and in English."""
    found = []
    for document in checked(folder):
        texts: list[str] = [document.headline]
        for section in document.sections:
            texts += [section.heading, *section.aside]
        for block in document.blocks():
            if block.kind == "prose":
                texts += [block.lead, *block.sentences]
            elif block.kind == "table":
                texts += [block.title, *block.notes]
                texts += [" ".join(cell.text for cell in line_.cells) for line_ in block.lines]
            elif block.kind == "figure":
                texts += [block.title, *block.alt]
        found.append("\n".join(texts))
    return found[0], found[1]


@pytest.fixture(scope="module")
def forms(release: Path, tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """The forms of the default release: PDF and HTML in Korean, then in English."""
    return render_bulletin(release, tmp_path_factory.mktemp("forms"))


# --- the forms ------------------------------------------------------------------------------------


def test_every_form_is_there_in_both_languages(forms: list[Path]) -> None:
    assert [path.name for path in forms] == [
        "bulletin_ko.pdf",
        "bulletin_ko.html",
        "bulletin_en.pdf",
        "bulletin_en.html",
    ]


def test_pdf_is_tagged_has_bookmarks_running_heads_and_page_numbers(
    forms: list[Path], documents: dict[Lang, Document]
) -> None:
    for path, lang in ((forms[0], KO), (forms[2], EN)):
        document = documents[lang]
        reader = PdfReader(path)
        root: Any = reader.trailer["/Root"]
        assert root["/Lang"] == lang and root["/MarkInfo"]["/Marked"]
        assert reader.xmp_metadata is not None
        assert b"<pdfuaid:part>1</pdfuaid:part>" in reader.xmp_metadata.stream.get_data()
        assert reader.metadata is not None and reader.metadata.title == document.title
        marks: list[Any] = []

        def flat(items: list[Any], marks: list[Any] = marks) -> None:
            for item in items:
                flat(item) if isinstance(item, list) else marks.append(item.title)

        flat(reader.outline)
        assert marks == [document.title, *(part.heading for part in document.sections)]
        for number, page in enumerate(reader.pages, start=1):
            assert (round(page.mediabox.width), round(page.mediabox.height)) == (595, 842)
            text = page.extract_text()
            assert f"{number} / {len(reader.pages)}" in text
            assert document.title.split(",")[0] in " ".join(text.split())


def test_the_running_head_names_the_chapter_that_a_page_begins_with(
    forms: list[Path], documents: dict[Lang, Document]
) -> None:
    for path, lang in ((forms[0], KO), (forms[2], EN)):
        document = documents[lang]
        headings = [part.heading for part in document.sections]
        before, carried = headings[0], 0
        for page in PdfReader(path).pages[1:]:
            text = " ".join(page.extract_text().split()).partition(f"{document.title} ")[2]
            now = next(h for h in headings if text.startswith(h))
            if (
                not text.removeprefix(now).lstrip().startswith(now)
            ):  # it goes on from the page before
                assert now == before
                carried += 1
            on_page = [h for h in headings if h in text.removeprefix(now)]
            before = on_page[-1] if on_page else now
        assert carried


def test_every_chart_has_its_alternative_text_in_both_forms(
    forms: list[Path], documents: dict[Lang, Document]
) -> None:
    for pdf, page, lang in ((forms[0], forms[1], KO), (forms[2], forms[3], EN)):
        figures = [b for b in documents[lang].blocks() if b.kind == "figure"]
        assert len(figures) >= 8
        alts = {str(element["/Alt"]) for element in _elements(_tree(pdf)) if "/Alt" in element}
        text = page.read_text(encoding="utf-8")
        assert text.count('role="img"') == len(figures)
        for figure in figures:
            alt = " ".join(figure.alt)
            assert alt in alts
            assert f'<desc id="f{figure.number}-d">{html.escape(alt, quote=True)}</desc>' in text


def _elements(node: Any) -> Iterator[Any]:
    """Every element of the structure tree below a node."""
    stack = [node]
    while stack:
        at = stack.pop()
        at = at if isinstance(at, int) else at.get_object()
        if isinstance(at, list):
            stack += at
        elif isinstance(at, dict):
            if at is not node:
                yield at
            if "/K" in at:
                stack.append(at["/K"])


def _tree(pdf: Path) -> Any:
    return PdfReader(pdf).trailer["/Root"]["/StructTreeRoot"].get_object()


def test_the_heads_of_every_table_are_tagged_with_what_they_head(
    forms: list[Path], documents: dict[Lang, Document]
) -> None:
    """PDF/UA-1, 7.5: a table has heads, and each says whether it heads its column or its row."""
    for path, lang in ((forms[0], KO), (forms[2], EN)):
        tables = [element for element in _elements(_tree(path)) if element.get("/S") == "/Table"]
        own = [b for b in documents[lang].blocks() if b.kind == "table"]
        assert len(tables) >= len(own) > 10
        for table in tables:
            parts = list(_elements(table))
            assert {"/TH", "/TR", "/TD"} <= {part.get("/S") for part in parts}
            scopes = {_scope(part) for part in parts if part.get("/S") == "/TH"}
            assert "/Column" in scopes and scopes <= {"/Column", "/Row", "/Both"}


def test_text_is_tagged_as_paragraphs_and_captions_as_captions(
    forms: list[Path], documents: dict[Lang, Document]
) -> None:
    for path, lang in ((forms[0], KO), (forms[2], EN)):
        kinds = [element.get("/S") for element in _elements(_tree(path))]
        own = [b for b in documents[lang].blocks() if b.kind in ("table", "figure")]
        assert kinds.count("/Caption") == len(own)
        said = [b for b in documents[lang].blocks() if b.kind == "prose"]
        noted = [b for b in own if b.notes]
        assert kinds.count("/P") >= len(said) + len(noted) > 30


def test_page_one_holds_headlines_and_contents_where_names_are_long(tmp_path: Path) -> None:
    """The headlines are set smaller rather than leaving half of the contents to a page of its own."""
    long = {
        "onsan": ("울산미포온산국가산업단지외국인투자지역" * 6, "Ulsan-Mipo and Onsan " * 12 + "Complex"),
        "changwon": ("창원국가산업단지외국인투자지역" * 6, "Changwon and its neighbouring " * 9 + "Complex"),
    }  # fmt: skip
    written = render_bulletin(build(tmp_path / "r", names=long, simulated=True), tmp_path / "out")
    for path in (written[0], written[2]):
        pages = [" ".join(page.extract_text().split()) for page in PdfReader(path).pages[:2]]
        last = "방법과 품질" if path.name.endswith("ko.pdf") else "Methods and quality"
        assert last in pages[0] and last not in pages[1]


def _scope(head: Any) -> str:
    attributes = head["/A"].get_object()
    for one in attributes if isinstance(attributes, list) else [attributes]:
        if "/Scope" in one.get_object():
            return str(one.get_object()["/Scope"])
    return ""


def test_both_forms_say_the_same(forms: list[Path], documents: dict[Lang, Document]) -> None:
    """Every sentence, title, note and cell of the content stands in both."""

    def bare(text: str) -> str:
        return re.sub(r"\s+", "", text)

    for pdf, page, lang in ((forms[0], forms[1], KO), (forms[2], forms[3], EN)):
        document = documents[lang]
        in_pdf, in_page = bare(pdf_text(pdf)), bare(page_text(page))
        wanted = [document.headline, *(text for part in document.sections for text in part.aside)]
        for block in document.blocks():
            if block.kind == "prose":
                wanted += block.sentences
            elif block.kind == "table":
                wanted += [block.title, *(cell.text for ln in block.lines for cell in ln.cells)]
            elif block.kind == "figure":
                wanted.append(block.title)
        for text in wanted:
            assert bare(text) in in_page, text
            if len(text) < 40:  # longer ones may run over a page, with head and foot between
                assert bare(text) in in_pdf, text


def test_page_asks_for_nothing_and_is_well_formed(forms: list[Path]) -> None:
    for path in (forms[1], forms[3]):
        text = path.read_text(encoding="utf-8")
        assert "default-src 'none'" in text and "<script" not in text
        assert not re.search(r"(?:src|href)=\"(?!#|data:)", re.sub(r"xmlns[^ >]*", "", text))
        ids = re.findall(r'\bid="([^"]+)"', text)
        assert len(ids) == len(set(ids))
        for target in re.findall(r'href="#([^"]+)"|url\(#([^)]+)\)', text):
            assert next(filter(None, target)) in ids
        assert text.count("<table>") == text.count("<caption") == text.count("</table>")


def test_same_release_gives_the_same_bytes(
    release: Path, forms: list[Path], tmp_path: Path
) -> None:
    again = render_bulletin(release, tmp_path / "b")
    assert [p.read_bytes() for p in forms] == [p.read_bytes() for p in again]
    meta = PdfReader(forms[0]).metadata or {}
    assert str(meta["/CreationDate"]).startswith("D:20260529")


def test_publication_changes_nothing(tmp_path: Path, documents: dict[Lang, Document]) -> None:
    folder = build(tmp_path / "r", published_at="2026-11-24T00:00:00+00:00")
    plain = build(tmp_path / "s")
    assert checked(folder) == checked(plain)
    published, unpublished = rd.load(folder), rd.load(plain)
    assert rd.epoch(published.release, published.marts["dim_snapshot"]) == rd.epoch(
        unpublished.release, unpublished.marts["dim_snapshot"]
    )


def test_watermark_on_every_page_and_chart_of_a_simulated_release_only(
    tmp_path: Path, forms: list[Path]
) -> None:
    written = render_bulletin(build(tmp_path / "r", simulated=True), tmp_path / "out")
    for path in (written[0], written[2]):
        pages = PdfReader(path).pages
        counts = ["".join(page.extract_text().split()).count("SIMULATED") for page in pages]
        assert min(counts) >= 1 and sum(counts) > len(pages)
    for path in (written[1], written[3]):
        text = path.read_text(encoding="utf-8")
        assert f'data-mark="{charts.WATERMARK}"' in text
        assert text.count("<svg") == len(
            re.findall(rf"<svg(?:(?!</svg>).)*{charts.WATERMARK}", text, re.S)
        )
    for path in forms:
        text = pdf_text(path) if path.suffix == ".pdf" else path.read_text(encoding="utf-8")
        assert "SIMULATED" not in text


# --- what it says ---------------------------------------------------------------------------------


def test_headline_figures_stand_in_both_languages(forms: list[Path]) -> None:
    for path in forms:
        text = pdf_text(path) if path.suffix == ".pdf" else page_text(path)
        assert "2026-Q1_v1" in text and "984,829" in text and "+5.7%" in text
        assert "9f8a31c2" in text and "2026-05-29" in text
    assert "176조 7,986억원" in page_text(forms[1])
    assert "KRW 176.8 trillion" in page_text(forms[3])


def test_every_chapter_says_what_it_is_for(release: Path) -> None:
    ko, en = said(release)
    assert "Onsan: employment up 15.5%." in en and "1 of 2 checks" in en
    assert "Changwon exports_usd_m = 3 (≠ 0..1)." in en
    assert "header says 2025 (표4, 표6)." in en
    assert "held together only in 2001" in en and "30.52%, for 2020" in en
    assert "1개 단지(진해)" in ko and "2025년 4분기의 합계는 첫 공표 뒤 수정되었다" in ko
    assert "Totals with a bias between first print and present value (|t| > 2): Production." in en
    assert "Anjeong added" in en and "안정 추가" in ko


def test_no_growth_where_the_base_is_not_published_as_normal(tmp_path: Path) -> None:
    own = [*totals()[:-2], row("2025-Q4", **line(94.65, production_krw_100m="X")), totals()[-1]]
    _, en = said(build(tmp_path / "r", marts={"national_total_quarterly": own}))
    assert "Production was KRW 176.8 trillion, up 3.1% on a year earlier." in en


def test_an_unpublished_day_is_not_passed_off_as_one(tmp_path: Path) -> None:
    came = snapshot(published_at_basis="first_seen")
    ko, _ = said(build(tmp_path / "r", marts={"dim_snapshot": [came]}))
    assert "산업동향.xlsx – 9f8a31c2" in ko


def test_each_edition_names_the_sources_of_registers_in_its_language(release: Path) -> None:
    ko, en = said(release)
    described = {
        "국정감사 자료, 2021": "parliamentary audit data of 2021",
        "조사 개요 44행": "Survey notes, row 44",
    }
    for korean, english in described.items():
        assert korean in ko and english not in ko
        assert english in en and korean not in en
    # A title stays what it is, and has its day; a source of a year is given none.
    assert "Korea IT Times, 2005-08-01" in ko and "Korea IT Times, 2005-08-01" in en
    assert "2021-09-30" not in ko + en


def test_sources_of_the_quarter_are_those_of_its_year_too(release: Path) -> None:
    """Exports of the nation and exchange rates come in files of a year."""
    for content in checked(release):
        (sources,) = [b for b in content.blocks() if b.kind == "table" and b.key == "sources"]
        files = {printed.cells[0].text for printed in sources.lines}
        assert files == {"국가산업단지 산업동향.xlsx", "단지별 생산.csv", "customs_2026.zip"}
    ko, en = said(release)
    assert "원자료: 한국산업단지공단, 「산업동향」; 관세청, 「수출입총괄」." in ko
    assert (
        "Source data: Korea Industrial Complex Corporation, “Industrial trends”; "
        "Korea Customs Service, “Exports and imports of the nation”." in en
    )
    assert "The publishers of the source data are not responsible" in en
    assert "한국은행" not in ko  # its file is of the year before


def test_a_share_of_preliminary_figures_says_so(release: Path) -> None:
    ko, en = said(release)
    assert "전국 수출의 24.8%(잠정, 어긋남)" in ko
    assert "24.8% of national exports (preliminary, contradicted)" in en


def test_charts_in_words_say_directions_and_parts_of_years(release: Path) -> None:
    ko, en = said(release)
    assert "온산 212,158(증가); 창원 141,439(감소); 안정 1,768(보합)" in ko
    assert "Onsan 212,158 (up); Changwon 141,439 (down); Anjeong 1,768 (unchanged)" in en
    for text in (ko, en):  # two months are not passed off as a year
        assert "2005 34.4% (2/12)" in text and "2010 36.9%; " in text
    assert "증가한 단지는 파란색, 감소한 단지는 주황색" in ko and "blue where it rose" in en


def test_the_map_names_whom_it_leaves_out(tmp_path: Path) -> None:
    own = [*complexes(), row(PERIOD, "sihwa_mtv", **line(3.0))]
    notes = [
        text
        for content in checked(build(tmp_path / "r", marts={"complex_quarterly": own}))
        for block in content.blocks()
        if block.kind == "figure" and block.key == "map"
        for text in block.notes
    ]
    assert "위치를 알 수 없어 지도에 없는 단지: 시화MTV." in notes
    assert "Not on the map, for want of a reference point: Sihwa MTV." in notes


def test_marks_of_suppressed_missing_and_zero(release: Path) -> None:
    ko, _ = said(release)
    assert "진해 X X X X X X X X X X" in ko
    assert "안정 1,768 0.0 0.0 0.0 0.0 0.0 – – – –" in ko  # no growth from a base of zero


# --- corners --------------------------------------------------------------------------------------


def test_release_of_one_period(tmp_path: Path) -> None:
    marts: dict[str, list[Row]] = {
        "national_total_quarterly": [row(PERIOD, **line(100.0))],
        "complex_quarterly": [row(PERIOD, "onsan", **line(12.0))],
        "industry_quarterly": [],
        "revision": [],
        "revision_summary": [],
        "series_break": [],
    }
    folder = build(tmp_path / "r", marts=marts)
    ko, en = said(folder)
    assert "전분기(2025년 4분기)와 전년 동기(2025년 1분기) 값이 이 배포판에 없어" in ko
    assert "holds no figures for 2025 Q4 or 2025 Q1" in en
    assert "no contributions are given" in en and "no series is drawn" in en
    assert "no figures of earlier quarters" not in en  # there may be: what lacks is five in a row
    assert "no first print that a later one has changed" in en
    assert len(render_bulletin(folder, tmp_path / "out")) == 4


def test_a_first_print_that_is_not_held_is_not_called_unrevised(tmp_path: Path) -> None:
    """The quarter before stands in the release's own edition alone: its first print was another."""
    shown = [r for r in first_prints(totals()) if r["period"] != "2025-Q4"]
    kept = [r for r in revisions() if r["period"] != "2025-Q4"]
    marts = {"revision": kept, "revision_triangle": shown}
    ko, en = said(build(tmp_path / "r", marts=marts))
    assert "이 배포판에는 2025년 4분기의 첫 공표가 없어 합계가 수정되었는지 알 수 없다." in ko
    assert "does not hold the first print of the totals for the fourth quarter of 2025" in en
    assert "have not been revised" not in en and "수정되지 않았다" not in ko
    # nor does the triangle pass it off as a first print
    (content,) = [c for c in checked(tmp_path / "r") if c.lang == KO]
    (triangle,) = [b for b in content.blocks() if b.kind == "table" and b.key == "triangle"]
    quarters = [printed.cells[0].text for printed in triangle.lines]
    assert [q for q in quarters if "2025" in q] == [
        s.period_short(f"2025-Q{q}", KO) for q in (1, 2, 3)
    ]


def test_a_first_print_held_of_some_totals(tmp_path: Path) -> None:
    shown = [
        r
        for r in first_prints(totals())
        if (r["measure"], r["period"]) != ("tenant_count", "2025-Q4")
    ]
    kept = [r for r in revisions() if r["period"] != "2025-Q4"]
    ko, en = said(build(tmp_path / "r", marts={"revision": kept, "revision_triangle": shown}))
    assert "일부 합계의 첫 공표가 없다: 입주업체수." in ko and "나머지 합계는" in ko
    assert "first print of some totals for the fourth quarter of 2025: Tenants." in en
    assert "The other totals for the fourth quarter of 2025 have not been revised" in en


def test_every_complex_suppressed(tmp_path: Path) -> None:
    own = [row(PERIOD, c, **hidden()) for c in ("onsan", "jinhae")]
    folder = build(tmp_path / "r", marts={"complex_quarterly": own, "cluster_kpi": []})
    ko, en = said(folder)
    assert "2개 단지(" in ko and "2 complexes are suppressed" in en
    assert "so there is no map" in en
    assert len(render_bulletin(folder, tmp_path / "out")) == 4


def test_no_national_denominator(tmp_path: Path) -> None:
    pairs = [share(m, PERIOD, None, 3) for m in ("national_production_share_pct", "national_export_share_pct")]  # fmt: skip
    folder = build(
        tmp_path / "r",
        marts={
            "national_share": [a for a, _ in pairs],
            "claim_check": [b for _, b in pairs],
        },
    )
    ko, en = said(folder)
    assert "분모가 되는 전국 생산, 전국 수출 수치가 이 배포판에 없어" in ko
    assert "no figure for national production or national exports to divide by" in en
    assert "“30% of national production” holds in no period" in en


def test_name_of_forty_syllables_and_characters_the_font_lacks(tmp_path: Path) -> None:
    long = "가나다라마바사아자차" * 4
    names = {"onsan": (long, None), "changwon": ("昌原 창원", "Changwon 😀 and (Gumi)")}
    folder = build(tmp_path / "r", names=names)
    written = render_bulletin(folder, tmp_path / "out")
    assert long in pdf_text(written[0]).replace(" ", "")
    assert "□□ 창원" in pdf_text(written[0]) and "Changwon □" in pdf_text(written[2])
    assert long in page_text(written[3]) and "昌原 창원" in page_text(written[1])
    for content in checked(folder):  # in the drawing, too, over several lines
        drawn = next(b for b in content.blocks() if b.kind == "figure" and b.key == "movers")
        texts = ["".join(text.split()) for text in svg_texts(drawn.svg)[1]]
        assert long in texts and not any("…" in text for text in texts)


def test_a_rate_is_revised_by_points(release: Path) -> None:
    """82.0 to 81.4 % is 0.6 points less, not 0.73 %."""
    for text, name, unit in zip(
        said(release), ("가동률", "Operating rate"), ("%p", " pp"), strict=True
    ):
        assert f"{name} −0.60{unit}" in text
        assert f"{name}, % 82.00 81.40 −0.60 – " in text


def test_negative_growth_to_and_from_zero(tmp_path: Path) -> None:
    own = [*totals()[:-2], row("2025-Q4", **line(94.65, exports_usd_m=0.0)), totals()[-1]]
    ko, en = said(build(tmp_path / "r", marts={"national_total_quarterly": own}))
    assert "전분기에는 실적이 없어 증감률을 산출하지 않았다" in ko
    assert "there was none in the previous quarter" in en
    own = [*totals()[:-1], row(PERIOD, **line(100.0, exports_usd_m=0.0))]
    ko, en = said(build(tmp_path / "z", marts={"national_total_quarterly": own}))
    assert "100.0%" in ko and "감소하였다" in ko
    assert "Exports were US$ 0.0 million, down 100.0%" in en


def test_a_base_below_zero(tmp_path: Path) -> None:
    """Production is never negative, but a correction may be: growth is of its size."""
    own = [*totals()[:-2], row("2025-Q4", **line(94.65, exports_usd_m=-50.0)), totals()[-1]]
    _, en = said(build(tmp_path / "r", marts={"national_total_quarterly": own}))
    assert "Exports were US$ 50.66 billion, up" in en


def test_suppressed_totals_are_not_guessed(tmp_path: Path) -> None:
    own = [row(PERIOD, **dict.fromkeys(MEASURES, "X"))]
    folder = build(tmp_path / "r", marts={"national_total_quarterly": own, "complex_quarterly": []})
    ko, en = said(folder)
    assert "생산액은 비공개(X)로 처리되었다" in ko
    assert "Production was suppressed (X) by the publisher" in en
    assert "176" not in ko


def test_nothing_but_a_period(tmp_path: Path) -> None:
    marts: dict[str, list[Row]] = {
        name: []
        for name in [
            "national_share",
            "claim_check",
            "claim_verdict",
            "dim_snapshot",
            "cluster_kpi",
            "revision",
            "revision_summary",
            "seasonal_adjusted",
            "seasonal_diagnostics",
            "series_break",
            "industry_quarterly",
            "growth_quarterly",
        ]
    }
    marts["national_total_quarterly"] = [row("2025-Q4", **line(1.0))]
    marts["complex_quarterly"] = [row("2025-Q4", "onsan", **line(1.0))]
    folder = build(tmp_path / "r", marts=marts, checks=[])
    ko, en = said(folder)
    assert "생산과 수출 합계는 공표되지 않았다" in ko
    assert "This release holds no check of the claims" in en
    assert "No inputs are on record" in en and "lists no checks" in en
    assert len(render_bulletin(folder, tmp_path / "out")) == 4


def test_nan_is_missing(tmp_path: Path) -> None:
    own = totals()
    own[-1]["exports_usd_m"] = math.nan
    _, en = said(build(tmp_path / "r", marts={"national_total_quarterly": own}))
    assert "Exports were not published." in en
    assert "nan" not in en.lower().split()


def test_markup_in_a_name_is_only_text(tmp_path: Path) -> None:
    names = {"onsan": ("#온산 *단지* $x$", '<b>"Onsan"</b> #panic()')}
    written = render_bulletin(build(tmp_path / "r", names=names), tmp_path / "out")
    assert "#온산 *단지* $x$" in pdf_text(written[0])
    assert '<b>"Onsan"</b> #panic()' in pdf_text(written[2])
    assert "&lt;b&gt;&#34;Onsan&#34;&lt;/b&gt; #panic()" in written[3].read_text(encoding="utf-8")


def test_long_warnings_are_printed_whole(tmp_path: Path) -> None:
    words = "words and words " * 12
    failures = [{"message_ko": f"{i} {words}", "message_en": f"{i} {words}"} for i in range(9)]
    folder = build(tmp_path / "r", checks=[check(f"W{i}", failures) for i in range(12)])
    _, en = said(folder)
    assert en.count("8 words and words") == 12
    assert len(render_bulletin(folder, tmp_path / "out", languages=("en",))) == 2


def test_nothing_printed_is_a_sum_over_visible_complexes(data: Release, release: Path) -> None:
    """What the suppressed complex hides is the total less the others: that sum stands nowhere."""
    ko, en = said(release)
    rows = [r for r in complexes() if r["period"] == PERIOD]
    for measure in ("production_krw_100m", "exports_usd_m", "employment_count"):
        visible = sum(r[measure] for r in rows if r[measure] is not None)
        whole = next(r[measure] for r in totals() if r["period"] == PERIOD)
        for value in (visible, whole - visible):
            for places in (0, 1):
                assert s.number(value, places) not in ko.split() + en.split()


def test_missing_parts_are_named(tmp_path: Path) -> None:
    folder = build(tmp_path / "r")
    (folder / "marts" / "dim_complex.parquet").unlink()
    with pytest.raises(BulletinError, match="dim_complex"):
        render_bulletin(folder, tmp_path / "out")
    (folder / "kicox.duckdb").unlink()
    (folder / "verdict.json").unlink()
    with pytest.raises(BulletinError, match=r"verdict\.json"):
        render_bulletin(folder, tmp_path / "out")


def test_a_text_that_lies_is_not_printed(
    release: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The check stands between the words and the page."""
    honest = s.women_sentence
    monkeypatch.setattr(s, "women_sentence", lambda *a: honest(*a).replace("20.1%", "20.2%"))
    with pytest.raises(BulletinError, match="share of women"):
        render_bulletin(release, tmp_path / "out")
    assert not list((tmp_path / "out").glob("*"))
