"""The workbook: read back, it is the marts; accessible; the same bytes again."""

from __future__ import annotations

import zipfile
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from openpyxl import load_workbook

from publication.definitions import read_definitions
from publication.workbook import WorkbookError, render_workbook
from publication.workbook.cells import computed
from publication.workbook.texts import Lang, t
from tests.unit.bulletin.releases import MEASURES, PERIOD, Row, build, check, hidden, line, row

LANGS: tuple[Lang, ...] = ("ko", "en")
Table = list[dict[str, Any]]


@pytest.fixture(scope="module")
def books(release: Path, tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    return render_workbook(release, tmp_path_factory.mktemp("workbook"))


def tables(path: Path) -> dict[str, Table]:
    """Every table of a workbook by the name of its sheet, as rows of head → cell."""
    found: dict[str, Table] = {}
    for sheet in load_workbook(path):
        for table in sheet.tables.values():
            cells = [[cell.value for cell in line_] for line_ in sheet[table.ref]]
            found[sheet.title] = [dict(zip(cells[0], line_, strict=True)) for line_ in cells[1:]]
    return found


def mart(release: Path, name: str) -> list[Row]:
    rows: list[Row] = pq.read_table(release / "marts" / f"{name}.parquet").to_pylist()
    return rows


def same(value: Any) -> Any:
    """Sixteen significant digits are what the format carries."""
    return pytest.approx(value, rel=1e-14) if isinstance(value, float) else value


def expected(value: float | None, status: str) -> Any:
    return value if status == "A" else {"Q": "X", "O": "[n/a]", "M": "[z]"}[status]


@pytest.mark.parametrize("lang", LANGS)
def test_it_says_its_language_and_sources(books: list[Path], lang: Lang) -> None:
    book = load_workbook(books[LANGS.index(lang)])
    assert book.properties.language == lang
    cover = " ".join(str(cell.value) for cell in book.worksheets[0]["A"])
    assert {"ko": "관세청, 「수출입총괄」", "en": "Korea Customs Service, “Exports"}[lang] in cover
    printed = {str(cell.value) for sheet in book for row_ in sheet for cell in row_}
    described = {"ko": "조사 개요 44행", "en": "Survey notes, row 44"}
    assert described.pop(lang) in printed and not printed & set(described.values())


@pytest.mark.parametrize("lang", LANGS)
def test_read_back_it_is_the_mart(release: Path, books: list[Path], lang: Lang) -> None:
    """Every figure of every complex and quarter, unrounded, or the mark of its status."""
    book = tables(books[LANGS.index(lang)])
    defined = read_definitions(release).measures
    heads = {code: f"{m.name.of(lang)} ({m.unit.name.of(lang)})" for code, m in defined.items()}
    pairs = [
        (
            book[t("s_complexes", lang)],
            [r for r in mart(release, "complex_quarterly") if r["period"] == PERIOD],
            lambda line_: line_[t("code", lang)],
            lambda r: r["complex_id"],
        ),
        (
            book[t("s_totals", lang)],
            mart(release, "national_total_quarterly"),
            lambda line_: line_[t("period", lang)],
            lambda r: r["period"],
        ),
    ]
    compared = 0
    for printed, rows, key, own in pairs:
        by_key = {key(line_): line_ for line_ in printed}
        assert len(by_key) == len(printed) == len(rows)
        for r in rows:
            for measure, head in heads.items():
                if measure in r and measure in MEASURES:
                    wanted = expected(r[measure], r[f"{measure}_status"])
                    assert by_key[own(r)][head] == same(wanted), (own(r), measure)
                    compared += 1
    assert compared >= 60


@pytest.mark.parametrize("lang", LANGS)
def test_growth_shares_and_claims_are_the_marts_too(
    release: Path, books: list[Path], lang: Lang
) -> None:
    book = tables(books[LANGS.index(lang)])
    growth = [r for r in mart(release, "growth_quarterly") if r["complex_id"] == r["industry_code"] == "_T"]  # fmt: skip
    printed = {
        (line_[t("period", lang)], line_[t("measure", lang)], line_[t("comparison", lang)]): line_
        for line_ in book[t("s_growth", lang)]
    }
    known = read_definitions(release)
    assert len(printed) == len(growth)
    for r in growth:
        name = known.name_of(r["measure"], lang)
        key = (r["period"], name, known.code_name("comparison", r["comparison"], lang))
        for head, column in (("growth", "growth_pct"), ("growth_lfl", "growth_lfl_pct")):
            wanted = expected(r[column], r[f"{column}_status"])
            assert printed[key][t(head, lang)] == same(wanted)
    shares = mart(release, "national_share")
    assert len(book[t("s_shares", lang)]) == len(shares)
    claims = book[t("s_claims", lang)]
    assert [c[t("claim", lang)] for c in claims] == [
        r["text"] for r in sorted(mart(release, "claim_verdict"), key=lambda r: r["claim_id"])
    ]


def test_suppressed_is_x_and_no_sum_stands_beside_it(books: list[Path]) -> None:
    [jinhae] = [r for r in tables(books[1])[t("s_complexes", "en")] if r["Code"] == "jinhae"]
    assert jinhae["Production (KRW 100 million)"] == "X" and jinhae["Tenants (firms)"] == 3
    names = {r["Code"] for r in tables(books[1])[t("s_complexes", "en")]}
    assert "_T" not in names  # the publisher's total has a sheet of its own


def test_what_is_computed_from_a_suppressed_figure_is_x_too(books: list[Path]) -> None:
    growth = tables(books[1])[t("s_complex_growth", "en")]
    hidden = [r for r in growth if r[t("growth", "en")] == "X"]
    assert hidden and all(r[t("contribution", "en")] == "X" for r in hidden)
    assert computed(None, "A", "Q") == "X" and computed(None, "Q", "O") == "X"
    assert computed(None, "O", "A") == "[n/a]" and computed(None) == "[n/a]"
    assert computed(0.0, "Q") == 0.0


def test_units_of_shares_are_in_the_language_of_the_workbook(books: list[Path]) -> None:
    units = {
        (lang, of): {r[t(of, lang)] for r in tables(book)[t("s_shares", lang)]}
        for lang, book in zip(LANGS, books, strict=True)
        for of in ("numerator_unit", "denominator_unit")
    }
    for of in ("numerator_unit", "denominator_unit"):
        assert units["ko", of] == {"억원", "백만달러"}
        assert units["en", of] == {"KRW 100 million", "US$ million"}


@pytest.mark.parametrize("lang", LANGS)
def test_a_rate_changes_by_points(release: Path, books: list[Path], lang: Lang) -> None:
    """Of the total in every quarter, of complexes and industries in the release's own."""
    book = tables(books[LANGS.index(lang)])
    printed = {
        (r[t("complex", lang)], r[t("industry", lang)], r[t("period", lang)]): r
        for r in book[t("s_rates", lang)]
    }
    known = read_definitions(release)
    every = known.code_name("complex_id", "_T", lang)
    whole = known.industries["_T"].name.of(lang)
    assert len(printed) == len(book[t("s_rates", lang)])
    rate = {r["period"]: r["utilization_pct"] for r in mart(release, "national_total_quarterly")}
    assert {k[2] for k in printed if k[:2] == (every, whole)} == set(rate)
    now = printed[every, whole, PERIOD]
    assert now[t("on_quarter", lang)] == pytest.approx(rate[PERIOD] - rate["2025-Q4"])
    assert now[t("on_year", lang)] == pytest.approx(rate[PERIOD] - rate["2025-Q1"])
    first = printed[every, whole, min(rate)]
    assert first[t("on_quarter", lang)] == first[t("on_year", lang)] == "[n/a]"
    hidden_one = printed[{"ko": "진해", "en": "Jinhae"}[lang], whole, PERIOD]
    assert hidden_one[t("on_quarter", lang)] == "X"
    industries = {r[t("industry", lang)] for r in book[t("s_industries", lang)]}
    assert {k[1] for k in printed} == industries | {whole}
    revised = {r[t("measure", lang)]: r for r in book[t("s_revisions", lang)]}
    rate_name = {"ko": "가동률 (%)", "en": "Operating rate (%)"}[lang]
    assert revised[rate_name][t("revision_pct", lang)] == "[z]"
    # and by hundredths of one, which can be seen
    sheet = load_workbook(books[LANGS.index(lang)])[t("s_revisions", lang)]
    (at,) = (c.coordinate for r in sheet.iter_rows() for c in r if c.value == t("revision", lang))
    column = at.rstrip("0123456789")
    assert sheet[f"{column}{sheet.max_row}"].number_format.endswith(".00")


@pytest.mark.parametrize("lang", LANGS)
def test_every_sheet_is_accessible(books: list[Path], lang: Lang) -> None:
    book = load_workbook(books[LANGS.index(lang)])
    assert book.sheetnames[:3] == [t(f"s_{k}", lang) for k in ("cover", "contents", "notes")]
    listed = {line_[t("sheet", lang)] for line_ in tables(books[LANGS.index(lang)])[t("s_contents", lang)]}  # fmt: skip
    assert listed == set(book.sheetnames[2:])
    for sheet in book:
        assert not sheet.merged_cells.ranges
        assert isinstance(sheet["A1"].value, str) and len(sheet.title) <= 31
        if sheet.title == t("s_cover", lang):
            continue
        [table] = sheet.tables.values()  # one table a sheet
        lines = list(sheet[table.ref])
        heads = [cell.value for cell in lines[0]]
        assert table.ref.startswith("A") and all(heads) and len(set(heads)) == len(heads)
        assert all(
            cell.value is not None for line_ in lines for cell in line_
        )  # nothing left blank
        assert sheet.freeze_panes == f"B{lines[1][0].row}"
        links = [c for line_ in sheet.iter_rows() for c in line_ if c.hyperlink]
        assert links or sheet.title == t("s_notes", lang)


@pytest.mark.parametrize("lang", LANGS)
def test_codes_are_in_words(release: Path, books: list[Path], lang: Lang) -> None:
    """Causes, horizons, kinds of breaks and definitions as the release names them."""
    book, lists = tables(books[LANGS.index(lang)]), read_definitions(release).codelists
    for sheet, head, codelist in (
        ("s_revisions", "cause", "cause"),
        ("s_statistics", "horizon", "horizon"),
        ("s_breaks", "kind", "break_kind"),
    ):
        told = {r[t(head, lang)] for r in book[t(sheet, lang)]} - {"[n/a]"}
        assert told and told <= {code.name.of(lang) for code in lists[codelist].values()}, sheet
    held = {r[t("last_held_by", lang)] for r in book[t("s_claims", lang)]}
    share = ("national_production_share_pct", "manufacturing_output")
    assert held == {"–", read_definitions(release).shares[share].name.of(lang)}
    places = {r[t("complex", lang)] for r in book[t("s_seasonal", lang)]}
    assert {"ko": "전국", "en": "The nation"}[lang] in places and "KR" not in places


@pytest.mark.parametrize("lang", LANGS)
def test_what_a_reader_must_know_has_its_sheets(tmp_path: Path, lang: Lang) -> None:
    """Warnings cell by cell, what is suppressed, what the survey says of itself, how to cite."""
    failures = [{"message_ko": "온산 99 ≠ 100", "message_en": "Onsan 99 ≠ 100"}]
    note = {
        "source": "file", "period": PERIOD, "message_ko": "a.xlsx › 표 › B2: 모순",
        "message_en": "a.xlsx › 표 › B2: contradiction",
    }  # fmt: skip
    older = note | {"period": "2019-Q1", "message_ko": "b.xlsx: 옛것", "message_en": "b.xlsx: old"}
    survey = {
        "snapshot_id": "s", "sheet": "조사 개요", "cell": "A17", "item": "response_rate_pct",
        "period": PERIOD, "value": 75.0, "text": None, "published_at": date(2026, 5, 27),
        "is_latest": True, "is_simulated": False,
    }  # fmt: skip
    folder = build(
        tmp_path / "r",
        checks=[check("A", failures), check("B")],
        warnings=[note, older],
        marts={"survey_note": [survey, survey | {"cell": "A18", "is_latest": False, "value": 1.0}]},
    )
    book = tables(render_workbook(folder, tmp_path / "out", languages=[lang])[0])
    said = [
        (r[t("kind", lang)], r[t("subject", lang)], r[t("said", lang)])
        for r in book[t("s_warnings", lang)]
    ]
    assert said == [
        (
            t("k_gate", lang),
            f"A {'점검' if lang == 'ko' else 'check'}",
            failures[0][f"message_{lang}"],
        ),
        (t("k_file", lang), "a.xlsx › 표 › B2", {"ko": "모순", "en": "contradiction"}[lang]),
    ]
    defined = read_definitions(folder).measures
    assert [
        (r[t("code", lang)], r[t("measure", lang)], r[t("mark_of", lang)])
        for r in book[t("s_suppression", lang)]
    ] == [
        (r["complex_id"], f"{m.name.of(lang)} ({m.unit.name.of(lang)})", "X")
        for r in sorted(mart(folder, "complex_quarterly"), key=lambda r: str(r["complex_id"]))
        for code, m in defined.items()
        if r["period"] == PERIOD and r.get(f"{code}_status") == "Q"
    ]
    item = read_definitions(folder).code_name("survey_note", "response_rate_pct", lang)
    assert [(r[t("item", lang)], r[t("value", lang)]) for r in book[t("s_survey", lang)]] == [
        (item, 75.0)
    ]
    methods = " ".join(str(r[t("text", lang)]) for r in book[t("s_methods", lang)])
    assert "sandan, " in methods and "X-13ARIMA-SEATS" in methods
    simulated = render_workbook(
        build(tmp_path / "s", simulated=True), tmp_path / "o", languages=[lang]
    )
    methods = " ".join(str(r[t("text", lang)]) for r in tables(simulated[0])[t("s_methods", lang)])
    assert "sandan, " not in methods  # nobody is told how to cite simulated data


def test_numbers_are_numbers_with_a_format(books: list[Path]) -> None:
    sheet = load_workbook(books[0])[t("s_totals", "ko")]
    cell = next(
        c for line_ in sheet.iter_rows(min_row=5) for c in line_ if isinstance(c.value, float)
    )
    assert cell.number_format.startswith("#,##0")


def test_marks_are_explained(books: list[Path]) -> None:
    for path, lang in zip(books, LANGS, strict=True):
        notes = tables(path)[t("s_notes", lang)]
        assert {"X", "[n/a]", "[z]"} <= {line_[t("mark", lang)] for line_ in notes}


def test_same_release_gives_the_same_bytes(
    release: Path, books: list[Path], tmp_path: Path
) -> None:
    again = render_workbook(release, tmp_path)
    assert [p.read_bytes() for p in again] == [p.read_bytes() for p in books]
    with zipfile.ZipFile(books[0]) as archive:
        assert b"2026-05-29T00:00:00Z" in archive.read("docProps/core.xml")


def test_simulated_data_are_marked_on_every_sheet(tmp_path: Path, books: list[Path]) -> None:
    for path in render_workbook(build(tmp_path / "r", simulated=True), tmp_path / "out"):
        for sheet in load_workbook(path):
            assert "SIMULATED" in sheet["A2"].value and "모의자료" in sheet["A2"].value
            assert "SIMULATED" in sheet.oddHeader.center.text
    for path in books:
        for sheet in load_workbook(path):
            assert "SIMULATED" not in str(sheet["A2"].value)


def test_growth_from_nothing_is_no_number(tmp_path: Path) -> None:
    """From zero there is no rate, to zero it is −100; a zero is a figure."""
    own = [
        row("2025-Q4", **line(95.0, exports_usd_m=0.0)),
        row(PERIOD, **line(100.0, tenant_count=0.0)),
    ]
    rates: list[Row] = [
        {
            "complex_id": "_T", "industry_code": "_T", "measure": measure, "period": PERIOD,
            "comparison": "qoq", "base_period": "2025-Q4", "growth_pct": value,
            "growth_pct_status": status, "growth_lfl_pct": value, "growth_lfl_pct_status": status,
        }
        for measure, value, status in (("exports_usd_m", None, "M"), ("tenant_count", -100.0, "A"))
    ]  # fmt: skip
    folder = build(
        tmp_path / "r", marts={"national_total_quarterly": own, "growth_quarterly": rates}
    )
    name = read_definitions(folder).measures
    for path, lang in zip(render_workbook(folder, tmp_path / "out"), LANGS, strict=True):
        told = {
            r[t("measure", lang)]: r[t("growth", lang)]
            for r in tables(path)[t("s_growth", lang)]
            if r[t("period", lang)] == PERIOD and r[t("base", lang)] == "2025-Q4"
        }
        assert told[name["exports_usd_m"].name.of(lang)] == "[z]"
        assert told[name["tenant_count"].name.of(lang)] == pytest.approx(-100)
        newest = tables(path)[t("s_totals", lang)][0]
        assert (
            newest[
                f"{name['tenant_count'].name.of(lang)} ({name['tenant_count'].unit.name.of(lang)})"
            ]
            == 0
        )


def test_corners(tmp_path: Path) -> None:
    """One period, every complex suppressed, no denominator, a name of forty syllables, a formula."""
    long = "가나다라마바사아자차" * 4
    marts: dict[str, list[Row]] = {
        "national_total_quarterly": [row(PERIOD, **line(100.0))],
        "complex_quarterly": [row(PERIOD, c, **hidden()) for c in ("onsan", "jinhae")],
        "industry_quarterly": [],
        "national_share": [],
        "claim_check": [],
        "revision": [],
        "cluster_kpi": [],
    }
    folder = build(tmp_path / "r", marts=marts, names={"onsan": (long, '=HYPERLINK("x")')})
    ko, en = render_workbook(folder, tmp_path / "out")
    assert long in {r[t("complex", "ko")] for r in tables(ko)[t("s_complexes", "ko")]}
    sheet = load_workbook(en)[t("s_complexes", "en")]
    cells = {c.value: c.data_type for line_ in sheet.iter_rows() for c in line_}
    assert cells['=HYPERLINK("x")'] in ("s", "inlineStr")  # words, never a formula
    assert set(tables(en)[t("s_shares", "en")][0].values()) == {"[n/a]"}


def test_what_is_missing_is_named(tmp_path: Path, release: Path) -> None:
    with pytest.raises(WorkbookError, match=r"release\.json"):
        render_workbook(tmp_path, tmp_path / "out")
    folder = build(tmp_path / "r")
    (folder / "marts" / "complex_quarterly.parquet").unlink()
    with pytest.raises(WorkbookError, match="complex_quarterly"):
        render_workbook(folder, tmp_path / "out")
