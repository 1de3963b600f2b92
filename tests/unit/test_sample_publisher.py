"""The sample publisher: deterministic, consistent, marked, and in the publisher's own form."""

from __future__ import annotations

import csv
import io
import json
import math
import subprocess
import sys
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from python_calamine import CalamineWorkbook

from ingestion.sample import (
    ANNUAL_REVISIONS,
    CSV_EDITIONS,
    FIGURES_FILE,
    SIMULATED_KIND,
    SIMULATED_MARK,
    SIMULATED_NOTE,
    SUPPRESSED_UP_TO,
    TABLES,
    Mutation,
    Period,
    SampleRegistry,
    SimulatedPublication,
    build_grid,
    file_name,
    mutate,
    period_range,
    simulate,
    simulate_annual_revision,
    write_csv_edition,
    write_meta,
    write_sample,
    write_workbook,
)
from ingestion.sample.layout import INDUSTRIES, TABLE
from ingestion.sample.structure import SHAPES, covered
from ingestion.sample.writer import general

SEED = 20260331
ALWAYS_SUPPRESSED = {"동두천", "국가식품클러스터(외)", "경남항공", "진해"}
Rows = dict[str, list[Any]]


@dataclass(frozen=True)
class Book:
    """A workbook read back: per table the figures of every row by its first cell."""

    book: Any
    tables: dict[str, Rows]

    def column(self, table_id: str, index: int) -> dict[str, Any]:
        return {name: row[index] for name, row in self.tables[table_id].items()}


def read(path: Path) -> Book:
    """Read a workbook apart from the code that wrote it: by titles, 계 closes a table."""
    book = openpyxl.load_workbook(path)
    tables: dict[str, Rows] = {}
    for sheet in book.worksheets[1:]:
        rows = [list(row) for row in sheet.iter_rows(values_only=True)]
        number = int(str(rows[0][0]).split("]")[0].removeprefix("[표"))
        table = TABLES[number - 1]
        first = next(i for i, row in enumerate(rows) if row[0] == "서울")
        last = next(i for i, row in enumerate(rows) if row[0] == "계")
        tables[table.table_id] = {
            str(row[0]): row[2 : 2 + len(table.columns)] for row in rows[first : last + 1]
        }
    return Book(book, tables)


def shown(
    edition: SimulatedPublication, table_id: str, name: str, *args: str, **about: str
) -> float:
    """A printed number; fails where there is none."""
    value = edition.figure(table_id, name, *args, **about).value
    assert value is not None
    return value


def truth(
    edition: SimulatedPublication, table_id: str, name: str, *args: str, **about: str
) -> float:
    """What stands behind a printed cell, suppressed or not."""
    value = edition.figure(table_id, name, *args, **about).true_value
    assert value is not None
    return value


@pytest.fixture(scope="module")
def seeds(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A registry with the names of the real workbook and of its survey notes."""
    folder = tmp_path_factory.mktemp("seeds")
    with (folder / "complex_spellings.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["complex_id", "spelling", "source"])
        writer.writerows([f"complex_{i:02}", s.name, "test"] for i, s in enumerate(SHAPES))
    with (folder / "industries.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["industry_code", "name_ko", "spellings"])
        writer.writerows([code, name, name] for code, name in INDUSTRIES)
    return folder


@pytest.fixture(scope="module")
def registry(seeds: Path) -> SampleRegistry:
    return SampleRegistry.load(seeds)


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory, seeds: Path) -> dict[str, Path]:
    """The default sample, by file name without the publisher's common beginning."""
    folder = tmp_path_factory.mktemp("sample")
    paths = write_sample(folder, seed=SEED, registry_dir=seeds)
    return {p.name.removeprefix("한국산업단지공단_국가산업단지 산업동향정보_"): p for p in paths}


@pytest.fixture(scope="module")
def editions(registry: SampleRegistry) -> dict[str, SimulatedPublication]:
    found = simulate(SEED, period_range("2024-Q1", "2026-Q1"), registry)
    return {edition.period: edition for edition in found}


@pytest.fixture(scope="module")
def books(sample: dict[str, Path]) -> dict[str, Book]:
    names = ("20241231", "20241231_연간보정", "20250331", "20250930", "20260331")
    return {name: read(sample[f"{name}.xlsx"]) for name in names}


@pytest.fixture(scope="module")
def newest(books: dict[str, Book]) -> Book:
    return books["20260331"]


# --- files -----------------------------------------------------------------------------------


def test_files_are_named_as_the_publisher_names_them(sample: dict[str, Path]) -> None:
    quarters = ["0331", "0630", "0930", "1231"]
    expected = {f"{y}{q}.xlsx" for y in (2024, 2025) for q in quarters} | {"20260331.xlsx"}
    expected |= {"20241231_연간보정.xlsx", "20251231_재배포.xlsx", FIGURES_FILE}
    expected |= {f"{form.file_part}_20260331.csv" for form in CSV_EDITIONS.values()}
    expected |= {"한국산업단지공단_전국산업단지현황통계_20260331.xlsx"}
    assert set(sample) == expected
    for path in sample.values():
        meta = json.loads(path.with_name(f"{path.name}.meta.json").read_text(encoding="utf-8"))
        assert set(meta) == {"published_at", "url", "simulated"}
        assert meta["simulated"] is True
        assert meta["url"] is None
        assert date.fromisoformat(meta["published_at"]) > date(2024, 5, 1)


def test_the_same_seed_gives_the_same_bytes(
    sample: dict[str, Path], seeds: Path, tmp_path: Path
) -> None:
    again = write_sample(tmp_path / "again", seed=SEED, registry_dir=seeds)
    assert len(again) == len(sample)
    first_folder = next(iter(sample.values())).parent
    names = sorted(path.name for path in first_folder.iterdir())
    assert names == sorted(path.name for path in (tmp_path / "again").iterdir())
    for name in names:
        assert (first_folder / name).read_bytes() == (tmp_path / "again" / name).read_bytes(), name


def test_a_figure_depends_on_its_own_key_alone(
    editions: dict[str, SimulatedPublication], registry: SampleRegistry
) -> None:
    alone = simulate(SEED, ["2025-Q3"], registry)[0]
    assert alone == editions["2025-Q3"]
    other = simulate(SEED + 1, ["2025-Q3"], registry)[0]
    assert other.tables["production_by_complex"] != alone.tables["production_by_complex"]


def test_without_faults_there_is_no_broken_file(seeds: Path, tmp_path: Path) -> None:
    paths = write_sample(
        tmp_path, registry_dir=seeds, first="2025-Q4", last="2026-Q1", with_faults=False
    )
    assert len(paths) == 2 + len(CSV_EDITIONS) + 2  # figures, and the status of all complexes
    assert not [path for path in paths if "재배포" in path.name]


def test_the_broken_file_is_a_truncated_workbook(sample: dict[str, Path]) -> None:
    broken, whole = sample["20251231_재배포.xlsx"], sample["20251231.xlsx"]
    assert whole.read_bytes().startswith(broken.read_bytes())
    with pytest.raises(zipfile.BadZipFile):
        zipfile.ZipFile(broken)


def test_the_command_writes_the_sample(seeds: Path, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "ingestion.sample", "--out", str(tmp_path / "out")]
    command += ["--registry", str(seeds), "--first", "2026-Q1"]
    done = subprocess.run(
        command, capture_output=True, text=True, check=True, cwd=Path(__file__).parents[2]
    )
    assert len(done.stdout.splitlines()) == 1 + len(CSV_EDITIONS) + 1 + 1 + 1


def test_a_registry_that_lacks_a_name_is_refused(seeds: Path, tmp_path: Path) -> None:
    lines = (seeds / "complex_spellings.csv").read_text(encoding="utf-8").splitlines()
    kept = [line for line in lines if "창원" not in line]
    (tmp_path / "complex_spellings.csv").write_text("\n".join(kept), encoding="utf-8")
    (tmp_path / "industries.csv").write_bytes((seeds / "industries.csv").read_bytes())
    with pytest.raises(ValueError, match="창원"):
        SampleRegistry.load(tmp_path)


@pytest.mark.parametrize(
    ("first", "last"), [("2024-Q1", "2024-13"), ("2024-Q4", "2024-Q1"), ("2024-Q1", "2024-05")]
)
def test_a_bad_range_is_refused(first: str, last: str) -> None:
    with pytest.raises(ValueError, match="period"):
        period_range(first, last)


# --- marks -----------------------------------------------------------------------------------


def test_every_workbook_is_marked_as_simulated(sample: dict[str, Path]) -> None:
    readable = [p for p in sample.values() if p.suffix == ".xlsx" and "재배포" not in p.name]
    assert len(readable) == 11
    for path in readable:
        with zipfile.ZipFile(path) as archive:
            core = archive.read("docProps/core.xml").decode()
            custom = archive.read("docProps/custom.xml").decode()
            strings = archive.read("xl/sharedStrings.xml").decode()
        assert f"<dc:description>{SIMULATED_MARK}</dc:description>" in core
        assert f"<cp:keywords>{SIMULATED_MARK}</cp:keywords>" in core
        assert 'name="sandan_simulated"' in custom
        assert "<vt:bool>true</vt:bool>" in custom
        assert SIMULATED_NOTE in strings
        meta = json.loads(path.with_name(f"{path.name}.meta.json").read_text(encoding="utf-8"))
        assert f"{meta['published_at']}T02:00:00Z</dcterms:modified>" in core


def test_the_day_of_publication_is_57_days_after_the_quarter(newest: Book) -> None:
    assert newest.book.properties.modified.date() == date(2026, 5, 27)


def test_the_survey_notes_tell_the_survey_and_the_mark(newest: Book) -> None:
    lines = [row[0] for row in newest.book["조사 개요"].iter_rows(values_only=True) if row[0]]
    assert lines[0] == SIMULATED_NOTE
    answered = next(line for line in lines if "회수율" in line)
    assert "변동계수 생산 : " in answered
    assert "\u00a0 " in lines
    assert any("송산그린시티 추가('25.1분기)" in line for line in lines)


# --- form ------------------------------------------------------------------------------------


def test_titles_headers_and_units_stand_where_the_publisher_puts_them(newest: Book) -> None:
    book = newest.book
    assert book.sheetnames == ["조사 개요", *(table.sheet for table in TABLES)]
    production = book["표4 단지별 생산"]
    assert production["A1"].value == "[표4] 2026년 1분기 단지별 생산실적 "
    assert production["E3"].value == "2025 누계"
    assert production["F2"].value == " (단위 : 억원, %)"
    assert production["C4"].number_format == "#,##0"
    assert production["F4"].number_format == "#,##0.0_ "
    assert production["A45"].value == "* 생산액 : 생산량*생산단가"
    assert production.column_dimensions["B"].hidden
    assert book["표1 단지별 입주"]["A5"].value == "서울"
    assert book["표8 단지별 고용"]["A5"].value == "서울"
    assert book["표8 단지별 고용"]["B4"].value == "구분"
    assert book["표8 단지별 고용"]["B3"].value is None
    rates = book["표10 단지별 가동률"]
    assert rates["A45"].value.startswith(" *")
    assert {"A1:H1", "A45:C45", "F2:H2"} <= {str(r) for r in rates.merged_cells.ranges}
    assert rates.dimensions == "A1:L46"


def test_only_the_newest_edition_has_the_stale_header(books: dict[str, Book]) -> None:
    headers = {name: book.book["표6 단지별 수출"]["E3"].value for name, book in books.items()}
    assert headers["20260331"] == "2025 누계"
    assert headers["20250331"] == "2025 누계"
    assert headers["20241231"] == "2024 누계"


def test_the_kind_is_missing_where_the_real_file_lacks_it(newest: Book) -> None:
    def missing(sheet: str) -> set[str]:
        rows = newest.book[sheet].iter_rows(values_only=True, min_row=4)
        return {row[0] for row in rows if row[0] in NAMES and row[1] is None}

    assert missing("표4 단지별 생산") == {"용인첨단시스템반도체", "송산그린시티", "동두천"}
    assert missing("표3 업종별 가동") == {"반월", "송산그린시티", "동두천"}


NAMES = {shape.name for shape in SHAPES}


def test_names_keep_their_order_and_complexes_enter(books: dict[str, Book]) -> None:
    order = [shape.name for shape in covered(Period.parse("2026-Q1").last_month)]
    assert list(books["20260331"].tables["production_by_complex"]) == [*order, "계"]
    without_yongin = [name for name in order if name != "용인첨단시스템반도체"]
    assert list(books["20250331"].tables["production_by_complex"]) == [*without_yongin, "계"]
    entering = books["20250331"].tables["tenants_by_complex"]["송산그린시티"]
    assert entering[1] is None
    assert entering[0] > 0
    assert "송산그린시티" not in books["20241231"].tables["production_by_complex"]


# --- identities ------------------------------------------------------------------------------


def same(left: Any, right: Any) -> bool:
    if isinstance(left, str) or left is None or isinstance(right, str) or right is None:
        return bool(left == right)
    return math.isclose(left, right, rel_tol=1e-11, abs_tol=1e-9)


@pytest.mark.parametrize(
    ("left", "right"),
    [
        (("production_by_complex", 0), ("production_by_industry", 10)),
        (("exports_by_complex", 0), ("exports_by_industry", 10)),
        (("employment_by_complex", 0), ("employment_by_industry", 11)),
        (("tenants_by_complex", 0), ("tenants_by_industry", 11)),
        (("tenants_by_complex", 2), ("operating_by_industry", 11)),
        (("operating_rate_by_complex", 3), ("operating_rate_by_industry", 10)),
        (("operating_rate_by_complex", 3), ("operating_rate_by_size", 3)),
        (("operating_rate_by_complex", 0), ("operating_rate_by_size", 7)),
    ],
)
def test_tables_agree(
    books: dict[str, Book], left: tuple[str, int], right: tuple[str, int]
) -> None:
    for book in books.values():
        ours, theirs = book.column(*left), book.column(*right)
        assert list(ours) == list(theirs)
        assert [name for name in ours if not same(ours[name], theirs[name])] == []


def test_output_in_the_rates_is_production_in_another_unit(books: dict[str, Book]) -> None:
    for book in books.values():
        for name, row in book.tables["operating_rate_by_complex"].items():
            made = book.tables["production_by_complex"][name][0]
            if made == "X":
                assert row[1:] == ["X"] * 5
                continue
            assert math.isclose(row[2], made * 100, rel_tol=1e-14)
            if row[1] > 0:
                assert math.isclose(row[3], row[2] / row[1] * 100, rel_tol=1e-12)
                assert row[3] <= 100
            if row[4] == "X":
                assert row[5] == "X"
            else:
                assert math.isclose(row[5], row[3] - row[4], abs_tol=1e-9)


def test_rows_add_up_across(books: dict[str, Book]) -> None:
    for book in books.values():
        across = [t for t in TABLES if t.columns[0].industry != "_T" and t.number != 12]
        assert len(across) == 5
        for table in across:
            for row in book.tables[table.table_id].values():
                if row[0] != "X":
                    assert math.isclose(sum(row[:-1]), row[-1], rel_tol=1e-11)
        for row in book.tables["employment_by_complex"].values():
            if row[0] != "X":
                assert row[1] + row[2] == row[0]
        for row in book.tables["operating_rate_by_size"].values():
            assert sum(row[4:7]) == row[7]
        for name, firms in book.tables["operating_by_industry"].items():
            in_rates = book.tables["operating_rate_by_complex"][name][0]
            assert firms[-1] - firms[-2] == in_rates
        for tenants, operating in zip(
            book.tables["tenants_by_industry"].values(),
            book.tables["operating_by_industry"].values(),
            strict=True,
        ):
            assert all(o <= t for t, o in zip(tenants, operating, strict=True))


def test_industry_capacities_add_up_to_the_complex(newest: Book) -> None:
    for name, rates in newest.tables["operating_rate_by_industry"].items():
        made = newest.tables["production_by_industry"][name][:-1]
        if made[0] == "X" or any(rate == 0 for rate in rates):
            continue
        pairs = zip(made, rates[:-1], strict=True)
        able = sum(m * 100 / (r / 100) for m, r in pairs if r is not None)
        assert math.isclose(able, newest.tables["operating_rate_by_complex"][name][1], rel_tol=1e-9)


def test_the_complex_rate_lies_among_its_size_classes(books: dict[str, Book]) -> None:
    for book in books.values():
        for row in book.tables["operating_rate_by_size"].values():
            if row[3] == "X":
                continue
            known = [rate for rate in row[:3] if rate is not None]
            assert min(known) - 1e-9 <= row[3] <= max(known) + 1e-9
            assert max(known) <= 100
            assert [r is None for r in row[:3]] == [n == 0 for n in row[4:7]]


@pytest.mark.parametrize("table_id", ["production_by_complex", "exports_by_complex"])
def test_growth_and_year_to_date(books: dict[str, Book], table_id: str) -> None:
    for book in books.values():
        for row in book.tables[table_id].values():
            now, before, _, growth = row
            if now == "X" or before == "X":
                assert growth == "X"
            elif before == 0:
                assert growth is None
            else:
                assert math.isclose(growth, (now / before - 1) * 100, abs_tol=1e-9)
    first_quarter = books["20250331"].tables[table_id]
    assert all(row[0] == row[2] for row in first_quarter.values())


def test_year_to_date_is_the_sum_of_the_prints_of_the_day(
    editions: dict[str, SimulatedPublication],
) -> None:
    third, second = editions["2025-Q3"], editions["2025-Q2"]
    now = truth(third, "production_by_complex", "계")
    before = truth(third, "production_by_complex", "계", relation="previous")
    first = truth(second, "production_by_complex", "계", relation="previous")
    whole = truth(third, "production_by_complex", "계", "production_ytd", relation="ytd")
    assert math.isclose(now + before + first, whole, rel_tol=1e-12)


def test_a_quarter_is_the_sum_of_its_months(registry: SampleRegistry) -> None:
    # A year whose figures were never revised annually, so that all are first prints.
    months = simulate(SEED, ["2023-04", "2023-05", "2023-06"], registry)
    quarter = simulate(SEED, ["2023-Q2"], registry)[0]
    for name in ("서울", "울산ㆍ미포", "진해"):
        parts = [truth(month, "production_by_complex", name) for month in months]
        whole = truth(quarter, "production_by_complex", name)
        assert math.isclose(sum(parts), whole, rel_tol=1e-4)  # the smallest are rounded


def test_the_total_is_the_sum_of_all_rows_suppressed_ones_too(
    editions: dict[str, SimulatedPublication],
) -> None:
    for edition in editions.values():
        for table_id in ("production_by_complex", "exports_by_complex", "employment_by_complex"):
            rows = [row[0] for complex_, row in edition.rows(table_id) if complex_.name != "계"]
            total = shown(edition, table_id, "계")
            assert math.isclose(sum(f.true_value or 0 for f in rows), total, rel_tol=1e-11)
            # The suppressed ones hide something.
            assert total > sum(f.value for f in rows if f.value is not None)


def test_levels_are_plausible(editions: dict[str, SimulatedPublication]) -> None:
    newest = editions["2026-Q1"]
    assert 1.6e6 < shown(newest, "production_by_complex", "계") < 1.8e6
    assert 4.6e4 < shown(newest, "exports_by_complex", "계") < 5.4e4
    assert 9.4e5 < shown(newest, "employment_by_complex", "계") < 1.0e6
    assert 78 < shown(newest, "operating_rate_by_complex", "계", "utilization_pct") < 86


# --- suppression -----------------------------------------------------------------------------


def test_five_or_fewer_surveyed_firms_are_suppressed(
    editions: dict[str, SimulatedPublication],
) -> None:
    for edition in editions.values():
        few = {
            row.name
            for row, figures in edition.rows("operating_rate_by_complex")
            if (figures[0].value or 0) <= SUPPRESSED_UP_TO
        }
        assert few >= ALWAYS_SUPPRESSED
        for cell in edition.cells():
            if cell.unit == "개사":
                assert cell.status != "Q"
            elif cell.complex_name in few:
                assert cell.status == "Q", cell
            elif cell.complex_name != "밀양나노":
                assert cell.status != "Q", cell


def test_six_complexes_are_suppressed_in_the_newest_edition(newest: Book) -> None:
    hidden = {n for n, row in newest.tables["production_by_complex"].items() if row[0] == "X"}
    assert hidden == ALWAYS_SUPPRESSED | {"용인첨단시스템반도체", "송산그린시티"}
    assert newest.tables["production_by_complex"]["진해"] == ["X"] * 4
    assert newest.tables["operating_rate_by_size"]["진해"][:4] == ["X"] * 4
    assert all(isinstance(v, int) for v in newest.tables["tenants_by_industry"]["진해"])


def test_one_complex_is_suppressed_in_one_quarter_only(
    editions: dict[str, SimulatedPublication],
) -> None:
    shown = {
        period: edition.figure("production_by_complex", "밀양나노").status
        for period, edition in editions.items()
    }
    assert [period for period, status in shown.items() if status == "Q"] == ["2025-Q2"]
    # The next editions do not give the hidden quarter away.
    after = editions["2025-Q3"]
    for measure, relation in [
        ("production", "previous"),
        ("production_ytd", "ytd"),
        ("production_growth_pct", "current"),
    ]:
        figure = after.figure("production_by_complex", "밀양나노", measure, relation=relation)
        assert figure.status == "Q"
    last = editions["2025-Q4"]
    assert last.figure("production_by_complex", "밀양나노", relation="previous").status == "A"
    ytd = last.figure("production_by_complex", "밀양나노", "production_ytd", relation="ytd")
    assert ytd.status == "Q"


def test_zero_empty_and_suppressed_stay_three_things(newest: Book) -> None:
    exports = newest.tables["exports_by_complex"]["안정"]
    assert exports == [0, 0, 0, None]
    rates = newest.tables["operating_rate_by_industry"]["안정"]
    assert rates[0] is None
    assert newest.tables["production_by_industry"]["안정"][0] == 0


# --- revisions -------------------------------------------------------------------------------


def test_later_prints_differ_a_little_for_some(editions: dict[str, SimulatedPublication]) -> None:
    before, after = editions["2025-Q3"], editions["2025-Q4"]
    changes: list[float] = []
    for row in before.complexes:
        first = before.figure("production_by_complex", row.name).value
        second = after.figure("production_by_complex", row.name, relation="previous").value
        if first and second:
            changes.append(abs(second / first - 1))
    revised = [change for change in changes if change > 1e-12]
    assert 5 <= len(revised) < len(changes)
    assert all(change < 0.02 for change in revised)
    # By how much the nation is revised is decided first; the complexes share it out.
    first = shown(before, "production_by_complex", "계")
    second = shown(after, "production_by_complex", "계", relation="previous")
    assert 0 < abs(second / first - 1) < 0.002


def test_the_annual_revision_is_reissued(
    editions: dict[str, SimulatedPublication], registry: SampleRegistry, books: dict[str, Book]
) -> None:
    assert set(range(2001, 2026)) == ANNUAL_REVISIONS
    first = editions["2024-Q4"]
    again = simulate_annual_revision(SEED, "2024-Q4", registry)
    assert again.revised
    assert again.published_at > first.published_at
    assert again.published_at < editions["2025-Q1"].published_at
    total = shown(again, "production_by_complex", "계")
    assert total != shown(first, "production_by_complex", "계")
    assert again.tables["tenants_by_complex"] == first.tables["tenants_by_complex"]
    # What comes after goes on from the revised figures.
    following = editions["2025-Q1"]
    continued = shown(following, "production_by_complex", "계", relation="previous")
    assert math.isclose(continued, total, rel_tol=1e-12)
    sheet = books["20241231_연간보정"].book["조사 개요"]
    assert any("연간보정" in str(row[0]) for row in sheet.iter_rows(values_only=True))


# --- CSV editions ----------------------------------------------------------------------------


def read_csv(path: Path) -> list[dict[str, str]]:
    raw = path.read_bytes()
    assert raw.count(b"\r\n") == raw.count(b"\n")
    return list(csv.DictReader(io.StringIO(raw.decode("cp949"), newline="")))


def test_csv_editions_tell_the_same_as_the_workbook(sample: dict[str, Path], newest: Book) -> None:
    for table_id, form in CSV_EDITIONS.items():
        rows = read_csv(sample[f"{form.file_part}_20260331.csv"])
        assert len(rows) == 40
        for row in rows:
            assert row["구분"] == SIMULATED_KIND == "국가(모의)"
            texts = list(row.values())[2:]
            figures = newest.tables[table_id][row["산업단지"]]
            for text, figure in zip(texts, figures, strict=True):
                if figure in ("X", None):
                    assert text == ""
                else:
                    assert math.isclose(float(text), figure, rel_tol=1e-8, abs_tol=1e-9)
                    assert len(text.lstrip("-").replace(".", "")) <= 10


def test_the_headers_of_the_production_edition_are_the_real_ones(sample: dict[str, Path]) -> None:
    rows = read_csv(sample["생산실적_20260331.csv"])
    assert list(rows[0]) == [
        "산업단지",
        "구분",
        "당분기(억원)",
        "전분기(억원)",
        "2025누계(억원)",
        "증감률(전분기대비)(퍼센트)",
    ]


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (12345.678901234567, "12345.6789"),
        (8.123456789012, "8.123456789"),
        (0.012345678901, "0.012345679"),
        (-0.123456789012, "-0.123456789"),
        (-12.5, "-12.5"),
        (1234567890.6, "1234567891"),
        (0.0, "0"),
        (300.0, "300"),
        (300, "300"),
        (-1e-12, "0"),
    ],
)
def test_numbers_are_written_as_excel_shows_them(value: float, text: str) -> None:
    assert general(value) == text


# --- monthly editions ------------------------------------------------------------------------


def test_a_monthly_edition(registry: SampleRegistry, tmp_path: Path) -> None:
    edition = simulate(SEED, ["2023-05"], registry)[0]
    path = write_workbook(edition, tmp_path / file_name(edition.when))
    assert path.name.endswith("_20230531.xlsx")
    book = read(path)
    sheet = book.book["표4 단지별 생산"]
    assert sheet["A1"].value == "[표4] 2023년 5월 단지별 생산실적 "
    assert [cell.value for cell in sheet[3]][2:] == ["당월", "전월", "누계", "증감률\n(전월대비)"]
    assert book.book["표10 단지별 가동률"]["E3"].value == "당월생산액(b)"
    assert "송산그린시티" not in book.tables["production_by_complex"]
    cells = {(c.measure, c.relation): c.period for c in edition.cells("production_by_complex")}
    assert cells["production", "previous"] == "2023-04"


def test_a_monthly_sample(seeds: Path, tmp_path: Path) -> None:
    paths = write_sample(tmp_path, registry_dir=seeds, first="2023-04", last="2023-05")
    assert len([p for p in paths if p.suffix == ".xlsx"]) == 3


# --- reference figures -----------------------------------------------------------------------


def test_reference_figures_give_plausible_shares(
    sample: dict[str, Path], editions: dict[str, SimulatedPublication]
) -> None:
    with sample[FIGURES_FILE].open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 5 * len(editions)
    assert {row["source"] for row in rows} == {"SIMULATED: sandan sample publisher"}
    value = {(row["series"], row["period"]): float(row["value"]) for row in rows}
    for period, edition in editions.items():
        made = shown(edition, "production_by_complex", "계") / 10_000
        sold = shown(edition, "exports_by_complex", "계") / 100
        assert 0.30 < made / value["national_manufacturing_shipments", period] < 0.35
        assert 0.23 < sold / value["national_exports", period] < 0.30
        output = value["national_manufacturing_output", period]
        assert output > value["national_manufacturing_shipments", period]
        people = shown(edition, "employment_by_complex", "계")
        assert 0.2 < people / value["national_manufacturing_employment", period] < 0.25
        assert 1300 < value["krw_per_usd", period] < 1480


# --- what a parser must find -----------------------------------------------------------------


def test_cells_are_what_the_workbook_holds(
    editions: dict[str, SimulatedPublication], newest: Book
) -> None:
    edition = editions["2026-Q1"]
    cells = list(edition.cells())
    assert len(cells) == 41 * sum(len(table.columns) for table in TABLES)
    keys = {tuple(cell[:1]) + tuple(cell[2:9]) for cell in cells}
    assert len(keys) == len(cells)
    for table in TABLES:
        printed = [
            "X" if cell.status == "Q" else cell.value for cell in edition.cells(table.table_id)
        ]
        held = [value for row in newest.tables[table.table_id].values() for value in row]
        assert printed == held


# --- mutations -------------------------------------------------------------------------------

PRODUCTION = "production_by_complex"


def _cell(address: str, sheet: str = "표4 단지별 생산") -> Callable[[Any], Any]:
    column, row = ord(address[0]) - 65, int(address[1:]) - 1

    def look(book: CalamineWorkbook) -> Any:
        return book.get_sheet_by_name(sheet).to_python(skip_empty_area=False)[row][column]

    return look


def _merges(book: CalamineWorkbook, sheet: str) -> int:
    return len(book.get_sheet_by_name(sheet).merged_cell_ranges or [])


@pytest.mark.parametrize(
    ("mutation", "look", "expected"),
    [
        (mutate.set_value(PRODUCTION, "서울", 0, 43189.5), _cell("C4"), 43189.5),
        (
            mutate.drop_digit(PRODUCTION, "서울"),
            lambda b: _cell("C4")(b) < 9999,
            True,
        ),
        (mutate.suppress(PRODUCTION, "서울"), _cell("C4"), "X"),
        (mutate.text_for_number(PRODUCTION, "서울", text="미집계"), _cell("C4"), "미집계"),
        (
            mutate.text_for_number("tenants_by_complex", "서울"),
            _cell("C5", "표1 단지별 입주"),
            "15,731",
        ),
        (mutate.suppress_complex("서울"), _cell("C5", "표8 단지별 고용"), "X"),
        (mutate.blank_complex("서울"), _cell("C5", "표1 단지별 입주"), ""),
        (mutate.insert_complex("새만금"), _cell("A43"), "새만금"),
        (mutate.remove_row("계", PRODUCTION), _cell("A44"), "* 생산액 : 생산량*생산단가"),
        (mutate.remove_row("서울"), _cell("A5", "표8 단지별 고용"), "녹산"),
        (mutate.duplicate_row(PRODUCTION, "서울"), _cell("A5"), "서울"),
        (mutate.rename_complex("창원", "창원특례시"), _cell("A43"), "창원특례시"),
        (mutate.pad_names(), _cell("A4"), "\u00a0서울\u00a0"),
        (mutate.sort_rows(PRODUCTION), _cell("A4"), "경남항공"),
        (mutate.reword_header(PRODUCTION, "전분기", "지난분기"), _cell("D3"), "지난분기"),
        (
            mutate.insert_column("production_by_industry", "우주항공"),
            _cell("C3", "표5 업종별 생산"),
            "우주항공",
        ),
        (
            mutate.remove_column("production_by_industry", 0),
            _cell("C3", "표5 업종별 생산"),
            "섬유의복",
        ),
        (
            mutate.swap_columns("production_by_industry", 0, 1),
            _cell("C3", "표5 업종별 생산"),
            "섬유의복",
        ),
        (mutate.set_unit(PRODUCTION, "(단위 : 천냥)"), _cell("F2"), "(단위 : 천냥)"),
        (mutate.remove_sheet(PRODUCTION), lambda b: len(b.sheet_names), 12),
        (mutate.remove_sheet(None), lambda b: len(b.sheet_names), 12),
        (mutate.rename_sheet(PRODUCTION, "Sheet4"), lambda b: b.sheet_names[4], "Sheet4"),
        (mutate.reverse_sheets(), lambda b: b.sheet_names[-1], "조사 개요"),
        (mutate.shift_table(PRODUCTION, rows=3, columns=2), _cell("C7"), "서울"),
        (mutate.unmerge(PRODUCTION), lambda b: _merges(b, "표4 단지별 생산"), 0),
        (
            mutate.retitle(PRODUCTION, "2026년 1분기", "2025년 4분기"),
            _cell("A1"),
            "[표4] 2025년 4분기 단지별 생산실적 ",
        ),
        (mutate.add_footnote(PRODUCTION, "* 잠정치"), _cell("A46"), "* 잠정치"),
    ],
)
def test_mutations_build_the_fault_they_name(
    editions: dict[str, SimulatedPublication],
    tmp_path: Path,
    mutation: Mutation,
    look: Callable[[Any], Any],
    expected: Any,
) -> None:
    path = write_workbook(editions["2026-Q1"], tmp_path / "fault.xlsx", mutation)
    assert look(CalamineWorkbook.from_path(str(path))) == expected


def test_mutations_add_up_and_leave_the_publication_alone(
    editions: dict[str, SimulatedPublication], tmp_path: Path
) -> None:
    edition = editions["2026-Q1"]
    grid = mutate.apply(
        build_grid(edition),
        mutate.shift_table(PRODUCTION, rows=2, columns=1),
        mutate.insert_complex("새만금", value=1),
        mutate.scale(PRODUCTION, "창원", 0, 0.1),
        mutate.retitle_all("2026년 1분기", "2026년 2분기"),
    )
    r, c = mutate.locate(grid, PRODUCTION, "창원")
    sheet = grid.sheet(PRODUCTION)
    was = shown(edition, PRODUCTION, "창원")
    assert math.isclose(float(sheet.rows[r][c] or 0), was / 10)
    assert sheet.rows[r - 1][1] == "새만금"
    untouched = build_grid(edition)
    assert untouched.sheet(PRODUCTION).rows[2][4] == "2025 누계"
    assert len(untouched.sheet(PRODUCTION).rows) + 3 == len(sheet.rows)


def test_mutations_refuse_what_is_not_there(editions: dict[str, SimulatedPublication]) -> None:
    grid = build_grid(editions["2026-Q1"])
    for mutation in (
        mutate.remove_row("평양"),
        mutate.reword_header(PRODUCTION, "없는 머리글", "x"),
        mutate.retitle(PRODUCTION, "1999년", "x"),
        mutate.remove_sheet("no_such_table"),
    ):
        with pytest.raises(LookupError):
            mutation(grid)
    with pytest.raises(ValueError, match="no number"):
        mutate.drop_digit(PRODUCTION, "진해")(grid)


def test_single_pieces_write_one_file_each(
    editions: dict[str, SimulatedPublication], tmp_path: Path
) -> None:
    edition = editions["2024-Q1"]
    path = write_csv_edition(edition, "exports_by_complex", tmp_path / "수출.csv")
    assert list(read_csv(path)[0])[4] == "2024누계(백만달러)"
    sidecar = write_meta(path, edition.published_at)
    assert sidecar.name == "수출.csv.meta.json"
    assert json.loads(sidecar.read_text(encoding="utf-8"))["published_at"] == "2024-05-27"
    with pytest.raises(KeyError):
        write_csv_edition(edition, "operating_rate_by_size", tmp_path / "x.csv")


def test_periods() -> None:
    assert Period.parse("2026-Q1").previous() == Period.parse("2025-Q4")
    assert Period.parse("2023-12").next() == Period.parse("2024-01")
    assert Period.parse("2024-Q1").end == date(2024, 3, 31)
    assert period_range("2023-11", "2024-01") == ["2023-11", "2023-12", "2024-01"]
    assert TABLE["production_by_complex"].number == 4
