"""The registry: complexes, spellings, breaks, industries, measures, units, KPIs, figures, claims.

People write these files by hand, so every rule that a reader relies on is checked here: unique
ids and spellings, valid codes, periods and units, a source in every row.
"""

from __future__ import annotations

import csv
import json
import re
import unicodedata
from collections import Counter
from datetime import date
from pathlib import Path

import pytest
import yaml

from ingestion.contract import load_contracts
from ingestion.parsers.complex_status import status_complex_id

ROOT = Path(__file__).resolve().parents[2]
SEEDS = ROOT / "dbt_project" / "seeds"
FIGURES = ROOT / "ingestion" / "reference" / "published_figures.csv"
CLAIMS = ROOT / "ingestion" / "claims"
SHARED = ROOT.parent / "shared" / "data"
TREND_WORKBOOK = SHARED / "kicox" / "한국산업단지공단_국가산업단지 산업동향정보_20260331.xlsx"
TREND_CSV = SHARED / "kicox" / "한국산업단지공단_국가산업단지 산업동향정보_생산실적_20260331.csv"
STATUS_LIST = SHARED / "reference" / "national_complexes_2025Q3.csv"
POINTS = SHARED / "reference" / "complex_points.json"

COLUMNS = {
    "complexes": "complex_id name_ko name_en complex_type province_code province_ko province_en "
    "sigungu_ko sigungu_en longitude latitude published_from published_until note_ko note_en "
    "source",
    "complex_spellings": "complex_id spelling source",
    "complex_breaks": "break_id effective complex_id measures kind what_ko what_en source source_ko",
    "industries": "industry_code name_ko name_en spellings ksic_divisions isic_sections isic_divisions "
    "publisher_code is_manufacturing sort_order mapping_source",
    "measures": "measure landed_measure unit_code dimension kind name_ko name_en "
    "definition_ko definition_en source",
    "units": "unit dimension factor_to_canonical name_en",
    "kpis": "kpi name_ko name_en unit_code formula_ko formula_en source sort_order input_measures "
    "is_by_industry is_held_against_total comparison",
    "share_definitions": "metric definition name_ko name_en numerator_series denominator_series "
    "denominator_print note_ko note_en sort_order",
    "provinces": "province_code name_ko name_en spellings sort_order",
    "status_complexes": "status_complex_id complex_type province_code sigungu_ko path_ko complex_id "
    "match note_ko note_en source",
    "series": "series dimension unit_code aggregation revision name_ko name_en note_ko note_en source",
    "registries": "dataset registry coverage note_ko note_en source",
    "canonical_units": "unit_code dimension name_ko name_en unit_measure unit_mult decimals "
    "description_ko description_en sort_order",
    "codes": "codelist code name_ko name_en description_ko description_en sdmx_codelist sort_order",
}
KEYS = {
    "complexes": ("complex_id",),
    "complex_spellings": ("spelling",),
    "complex_breaks": ("break_id",),
    "industries": ("industry_code",),
    "measures": ("measure",),
    "units": ("unit",),
    "kpis": ("kpi",),
    "share_definitions": ("metric", "definition"),
    "provinces": ("province_code",),
    "status_complexes": ("status_complex_id",),
    "series": ("series",),
    "registries": ("dataset",),
    "canonical_units": ("unit_code",),
    "codes": ("codelist", "code"),
}
#: Columns that may be empty, because the fact is not known or does not exist.
MAY_BE_EMPTY = {
    "kpis": {"comparison"},  # of growth alone
    "complexes": {
        "longitude",
        "latitude",
        "published_from",
        "published_until",
        "note_ko",
        "note_en",
    },
    "industries": {"ksic_divisions", "isic_sections", "isic_divisions", "is_manufacturing"},
    "share_definitions": {"denominator_series", "denominator_print"},
    "codes": {"sdmx_codelist"},
    "status_complexes": {"note_ko", "note_en"},
}
PROVINCES = {  # ISO 3166-2:KR
    "KR-11", "KR-26", "KR-27", "KR-28", "KR-29", "KR-30", "KR-31", "KR-41", "KR-42", "KR-43",
    "KR-44", "KR-45", "KR-46", "KR-47", "KR-48", "KR-49", "KR-50",
}  # fmt: skip
DIMENSIONS = {
    "krw", "usd", "firms", "persons", "percent", "percentage_point", "krw_per_usd", "area",
    "index_2020",
}  # fmt: skip
SERIES_DIMENSION = {
    "kicox_production": "krw",
    "kicox_exports": "usd",
    "kicox_employment": "persons",
    "kicox_export_share": "percent",
    "kicox_production_share": "percent",
    "national_manufacturing_shipments": "krw",
    "national_mining_manufacturing_shipments": "krw",
    "national_manufacturing_output": "krw",
    "national_exports": "usd",
    "national_manufacturing_employment": "persons",
    "krw_per_usd": "krw_per_usd",
}
FIGURE_COLUMNS = (
    "series period value unit print derivation months_covered complexes_covered scope_ko scope_en "
    "source published_at"
)
CLAIM_KEYS = (
    "claim_id text language source claim_date metric scope period comparator stated_value unit "
    "tolerance definition note_ko note_en"
)
SHARE_METRICS = {
    "national_production_share_pct",
    "national_export_share_pct",
    "national_employment_share_pct",
}
PERIOD = re.compile(r"(19|20)\d\d(-(0[1-9]|1[0-2])|-Q[1-4])?")

Rows = list[dict[str, str]]


def read(path: Path) -> Rows:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def seed(name: str) -> Rows:
    return read(SEEDS / f"{name}.csv")


def key(text: str) -> str:
    """The form in which names are compared: NFC, without blanks of any kind."""
    return "".join(unicodedata.normalize("NFC", text).split())


def names() -> dict[str, str]:
    """Spelling to complex, as the parser builds it."""
    found = {key(row["name_ko"]): row["complex_id"] for row in seed("complexes")}
    for row in seed("complex_spellings"):
        found.setdefault(key(row["spelling"]), row["complex_id"])
    return found


def dimensions() -> dict[str, str]:
    return {row["unit"]: row["dimension"] for row in seed("units")}


def month_span(period: str) -> tuple[int, int]:
    """First and last month of a period, counted from year 0."""
    year = int(period[:4]) * 12
    if len(period) == 4:
        return year, year + 11
    if period[5] == "Q":
        first = year + 3 * (int(period[6]) - 1)
        return first, first + 2
    return year + int(period[5:]) - 1, year + int(period[5:]) - 1


@pytest.mark.parametrize("name", sorted(COLUMNS))
def test_seed_has_its_columns_unique_keys_and_no_gaps(name: str) -> None:
    rows = seed(name)
    assert rows
    assert list(rows[0]) == COLUMNS[name].split()
    counted = Counter(tuple(row[column] for column in KEYS[name]) for row in rows)
    assert [k for k, count in counted.items() if count > 1] == []
    optional = MAY_BE_EMPTY.get(name, set())
    gaps = [
        (tuple(row[c] for c in KEYS[name]), column)
        for row in rows
        for column, value in row.items()
        if column not in optional and not value.strip()
    ]
    assert gaps == []


@pytest.mark.parametrize("path", [*sorted(SEEDS.glob("*.csv")), FIGURES, *CLAIMS.glob("*.yml")])
def test_files_are_plain_utf8_with_lf_in_nfc(path: Path) -> None:
    data = path.read_bytes()
    assert not data.startswith(b"\xef\xbb\xbf") and b"\r" not in data and data.endswith(b"\n")
    text = data.decode("utf-8")
    assert "\u00a0" not in text and "\ufffd" not in text
    # Hangul must be composed, or names would not compare equal.
    assert text == unicodedata.normalize("NFC", text)


@pytest.mark.parametrize("name", sorted(COLUMNS))
def test_sort_order_counts_from_one(name: str) -> None:
    rows = seed(name)
    if "sort_order" in rows[0]:
        assert [int(row["sort_order"]) for row in rows] == list(range(1, len(rows) + 1))


# ---------------------------------------------------------------- complexes


def test_complex_ids_types_and_provinces() -> None:
    for row in seed("complexes"):
        assert re.fullmatch(r"[a-z][a-z0-9_]*", row["complex_id"])
        assert row["complex_type"] in {"national", "general", "agro", "urban_hitech", "foreign"}
        assert row["province_code"] in PROVINCES
    by_code: dict[str, set[tuple[str, str]]] = {}
    for row in seed("complexes"):
        by_code.setdefault(row["province_code"], set()).add(
            (row["province_ko"], row["province_en"])
        )
    assert all(len(pairs) == 1 for pairs in by_code.values())


def test_points_lie_in_korea_and_come_in_pairs() -> None:
    for row in seed("complexes"):
        assert bool(row["longitude"]) == bool(row["latitude"])
        if row["longitude"]:
            assert 124.5 < float(row["longitude"]) < 131.0
            assert 33.0 < float(row["latitude"]) < 38.7
            assert "DAN_ID" in row["source"]


def test_points_are_those_of_the_layer() -> None:
    if not POINTS.is_file():
        pytest.skip("the point layer (shared/data/reference) is not on this machine")
    layer = {p["id"]: p["coord"] for p in json.loads(POINTS.read_text(encoding="utf-8"))}
    for row in seed("complexes"):
        if not row["longitude"]:
            continue
        ids = row["source"].rsplit("DAN_ID ", 1)[1].split()
        for axis, column in enumerate(("longitude", "latitude")):
            mean = sum(layer[i][axis] for i in ids) / len(ids)
            assert float(row[column]) == pytest.approx(mean, abs=1e-6), row["complex_id"]


def test_published_periods_are_valid_and_in_order() -> None:
    for row in seed("complexes"):
        for column in ("published_from", "published_until"):
            assert not row[column] or PERIOD.fullmatch(row[column])
        if row["published_from"] and row["published_until"]:
            assert month_span(row["published_from"]) <= month_span(row["published_until"])


def test_forty_complexes_are_current() -> None:
    assert sum(not row["published_until"] for row in seed("complexes")) == 40


def test_every_spelling_denotes_one_known_complex() -> None:
    known = {row["complex_id"] for row in seed("complexes")}
    mapped: dict[str, set[str]] = {}
    pairs = [(row["name_ko"], row["complex_id"]) for row in seed("complexes")]
    pairs += [(row["spelling"], row["complex_id"]) for row in seed("complex_spellings")]
    for spelling, complex_id in pairs:
        assert complex_id in known
        assert spelling == " ".join(spelling.split())
        mapped.setdefault(key(spelling), set()).add(complex_id)
    assert {s: ids for s, ids in mapped.items() if len(ids) > 1} == {}


def test_no_spelling_is_written_twice() -> None:
    counted = Counter(key(row["spelling"]) for row in seed("complex_spellings"))
    assert [s for s, count in counted.items() if count > 1] == []


@pytest.mark.parametrize(
    "spelling, complex_id",
    [
        ("울산ㆍ미포", "ulsan_mipo"),
        ("울산·미포", "ulsan_mipo"),
        ("울산‧미포", "ulsan_mipo"),
        ("울산미포", "ulsan_mipo"),
        ("서울디지털", "seoul"),
        ("한국수출산업(서울디지털)", "seoul"),
        ("군산2(구 군장지구)", "gunsan2"),
        ("군장", "gunsan2"),
        ("명지·녹산", "noksan"),
        ("용인첨단시스템반도체클러스터", "yongin_semiconductor"),
        ("남동국가산업단지", "namdong"),
        ("사천제1일반산업단지", "sacheon1"),
    ],
)
def test_known_spellings(spelling: str, complex_id: str) -> None:
    assert names()[key(spelling)] == complex_id


@pytest.mark.parametrize(
    "spelling", ["한국수출산업", "반월특수지역", "정관", "장안", "송산2", "탄현"]
)
def test_names_of_several_complexes_are_left_out(spelling: str) -> None:
    assert key(spelling) not in names()


def test_every_name_of_the_real_workbook_maps() -> None:
    if not TREND_WORKBOOK.is_file():
        pytest.skip("the publisher's workbook (shared/data/kicox) is not on this machine")
    openpyxl = pytest.importorskip("openpyxl")
    book = openpyxl.load_workbook(TREND_WORKBOOK, read_only=True, data_only=True)
    mapping = names()
    for sheet in book.worksheets[1:]:
        found = []
        for row in sheet.iter_rows(max_col=1, values_only=True):
            cell = row[0].strip() if isinstance(row[0], str) else ""
            if not cell or cell.startswith(("[", "*")) or cell in {"산업단지", "계"}:
                continue
            found.append(cell)
        assert len(found) == 40, sheet.title
        assert {mapping.get(key(cell)) for cell in found} == {
            row["complex_id"] for row in seed("complexes") if not row["published_until"]
        }, sheet.title


def test_every_name_of_the_real_csv_edition_maps() -> None:
    if not TREND_CSV.is_file():
        pytest.skip("the publisher's CSV edition (shared/data/kicox) is not on this machine")
    with TREND_CSV.open(encoding="cp949", newline="") as file:
        found = [row["산업단지"] for row in csv.DictReader(file)]
    assert len(found) == 40
    assert [name for name in found if key(name) not in names()] == []


def test_spellings_said_to_be_of_the_status_list_stand_in_it() -> None:
    if not STATUS_LIST.is_file():
        pytest.skip("the status list (shared/data/reference) is not on this machine")
    listed: dict[str, set[str]] = {}
    for row in read(STATUS_LIST):
        for column in ("name_raw", "name_clean"):
            listed.setdefault(key(re.sub(r"\([①-⑳ +]*\)|[①-⑳▷]", "", row[column])), set()).add(
                row["sido"]
            )
    national = {row["complex_id"] for row in seed("complexes") if row["complex_type"] == "national"}
    missing = [
        row["spelling"]
        for row in seed("complex_spellings")
        if row["complex_id"] in national
        and row["source"].startswith("KICOX status statistic")
        and "부록" not in row["source"]
        and "notes" not in row["source"]
        and key(row["spelling"]) not in listed
    ]
    assert missing == []


# ---------------------------------------------------------------- breaks


def test_breaks_name_known_complexes_measures_and_periods() -> None:
    known = {row["complex_id"] for row in seed("complexes")} | {"_T"}
    measures = {row["measure"] for row in seed("measures")}
    kinds = {"coverage_in", "coverage_out", "sample", "reclassification", "method", "frequency"}
    for row in seed("complex_breaks"):
        assert row["complex_id"] in known
        assert row["kind"] in kinds
        assert PERIOD.fullmatch(row["effective"])
        assert row["measures"] == "all" or set(row["measures"].split(";")) <= measures
        # the publisher's survey notes name every break; its own editions show their frequency
        notes = r"조사 개요 row (3[6-9]|4[0-7])$"
        assert re.search("data.go.kr" if row["kind"] == "frequency" else notes, row["source"])
        # the same source, told in Korean: the same row of the notes
        assert re.findall(r"\d+", row["source_ko"]) == re.findall(
            r"\d+", row["source"].replace("-Q", " ")
        )


def test_breaks_and_published_periods_agree() -> None:
    complexes = {row["complex_id"]: row for row in seed("complexes")}
    for row in seed("complex_breaks"):
        if row["kind"] == "coverage_in":
            assert complexes[row["complex_id"]]["published_from"] == row["effective"]
        if row["kind"] == "coverage_out":
            last = month_span(complexes[row["complex_id"]]["published_until"])[1]
            assert last + 1 == month_span(row["effective"])[0]
    dated = {row["complex_id"] for row in seed("complex_breaks") if row["kind"] == "coverage_in"}
    assert {i for i, row in complexes.items() if row["published_from"]} == dated


def test_an_upper_bound_of_the_last_period_says_so() -> None:
    left = {row["complex_id"] for row in seed("complex_breaks") if row["kind"] == "coverage_out"}
    for row in seed("complexes"):
        if row["published_until"] and row["complex_id"] not in left:
            assert "상한" in row["note_ko"] and "upper bound" in row["note_en"]


# ---------------------------------------------------------------- industries, measures, units


def test_industries_are_eleven_groups_and_the_total() -> None:
    rows = {row["industry_code"]: row for row in seed("industries")}
    assert list(rows) == [
        "FOOD", "TEXTILE", "WOOD_PAPER", "PETROCHEM", "NONMETAL", "STEEL", "MACHINERY",
        "ELECTRIC", "TRANSPORT", "OTHER_MFG", "NONMFG", "_T",
    ]  # fmt: skip
    spellings = Counter(
        key(s) for row in rows.values() for s in {row["name_ko"], *row["spellings"].split(";")}
    )
    assert [s for s, count in spellings.items() if count > 1] == []
    assert rows["NONMFG"]["publisher_code"] == "induty131415"
    assert rows["OTHER_MFG"]["publisher_code"] == "induty12"


def test_ksic_divisions_of_manufacturing_are_shared_out_once() -> None:
    divisions = [
        int(d)
        for row in seed("industries")
        if row["is_manufacturing"] == "true"
        for d in row["ksic_divisions"].split(";")
    ]
    assert sorted(divisions) == list(range(10, 35))
    for row in seed("industries"):
        sections = set(row["isic_sections"].split(";")) - {""}
        if row["is_manufacturing"] == "true":
            assert sections == {"C"}
        if row["is_manufacturing"] == "false":
            assert sections == set("ABDEFGHIJKLMNOPQRSTU")


def canonical_units() -> dict[str, dict[str, str]]:
    return {row["unit_code"]: row for row in seed("canonical_units")}


@pytest.mark.parametrize("name", ["measures", "kpis", "series"])
def test_a_definition_names_a_canonical_unit(name: str) -> None:
    units = canonical_units()
    for row in seed(name):
        unit = units[row["unit_code"]]
        assert row.get("dimension", unit["dimension"]) == unit["dimension"]
    for row in seed("measures"):
        assert row["kind"] in {"flow", "stock", "rate"}


def test_canonical_units_are_those_that_printed_ones_are_turned_into() -> None:
    """A printed unit of a factor of 1 is the canonical one of its dimension, under the same name."""
    printed = {(row["dimension"], row["unit"]): row for row in seed("units")}
    dimensions_printed = {row["dimension"] for row in seed("units")}
    for unit in seed("canonical_units"):
        assert int(unit["decimals"]) in range(16)
        assert int(unit["unit_mult"]) in (0, 3, 6, 8)
        if unit["dimension"] in dimensions_printed:
            row = printed[unit["dimension"], unit["name_ko"]]
            assert float(row["factor_to_canonical"]) == 1
    assert dimensions_printed <= {unit["dimension"] for unit in seed("canonical_units")}


@pytest.mark.parametrize(
    "unit, dimension, factor",
    [
        ("원", "krw", 1e-8), ("천원", "krw", 1e-5), ("백만원", "krw", 1e-2),
        ("천만원", "krw", 0.1), ("억원", "krw", 1), ("십억원", "krw", 10), ("조원", "krw", 1e4),
        ("달러", "usd", 1e-6), ("천달러", "usd", 1e-3), ("백만달러", "usd", 1),
        ("억달러", "usd", 100), ("US$", "usd", 1e-6), ("US$ million", "usd", 1),
        ("개사", "firms", 1), ("개", "firms", 1), ("업체", "firms", 1),
        ("명", "persons", 1), ("천명", "persons", 1000),
        ("%", "percent", 1), ("퍼센트", "percent", 1),
        ("%p", "percentage_point", 1), ("%포인트", "percentage_point", 1),
        ("원/달러", "krw_per_usd", 1),
        ("㎡", "area", 1e-3), ("천㎡", "area", 1), ("㎢", "area", 1000), ("ha", "area", 10),
    ],
)  # fmt: skip
def test_units(unit: str, dimension: str, factor: float) -> None:
    row = next(row for row in seed("units") if row["unit"] == unit)
    assert row["dimension"] == dimension
    assert float(row["factor_to_canonical"]) == pytest.approx(factor)


def test_units_differ_also_without_blanks() -> None:
    counted = Counter(key(row["unit"]) for row in seed("units"))
    assert [u for u, count in counted.items() if count > 1] == []
    assert {row["dimension"] for row in seed("units")} == DIMENSIONS


# ---------------------------------------------------------------- KPIs and shares


def test_the_agreed_kpis_are_there() -> None:
    growth = {
        f"{flow}_growth_{base}_pct"
        for flow in ("production", "exports", "employment")
        for base in ("qoq", "yoy")
    }
    shares = {f"{flow}_share_pct" for flow in ("production", "exports", "employment", "women")}
    rest = {
        "export_intensity_pct", "output_per_worker_krw_m", "tenant_count", "operating_count",
        "operating_ratio_pct", "utilization_pct", "utilization_lt50_pct",
        "utilization_50_299_pct", "utilization_ge300_pct", "location_quotient_employment",
        "location_quotient_production", "hhi_production", "hhi_employment",
        "krugman_specialisation",
    }  # fmt: skip
    assert {row["kpi"] for row in seed("kpis")} == growth | shares | rest


def test_share_definitions_use_known_series() -> None:
    prints = {"", "final", "preliminary", "first_print", "revised", "stated"}
    for row in seed("share_definitions"):
        assert row["metric"] in SHARE_METRICS
        assert row["numerator_series"] in SERIES_DIMENSION
        assert row["denominator_series"] in {"", *SERIES_DIMENSION}
        assert row["denominator_print"] in prints
        # A share as printed has no denominator of ours, every other has one.
        assert (row["definition"] == "as_published") == (not row["denominator_series"])
    assert {row["metric"] for row in seed("share_definitions")} == SHARE_METRICS


# ---------------------------------------------------------------- national series, registries


def test_national_series_are_told_how_to_add_up() -> None:
    rows = {row["series"]: row for row in seed("series")}
    for name, row in rows.items():
        assert row["dimension"] == SERIES_DIMENSION.get(name, row["dimension"])
        assert row["dimension"] in DIMENSIONS
        # what flows is summed; an index and a rate are averaged
        assert row["aggregation"] == ("sum" if row["dimension"] in {"krw", "usd"} else "mean")
        assert row["revision"] == ("february" if row["dimension"] == "usd" else "stated")
    denominators = {row["denominator_series"] for row in seed("share_definitions")} - {""}
    assert denominators - set(rows) == {"national_manufacturing_employment"}  # in print alone


def test_every_series_and_registry_of_a_contract_is_known() -> None:
    contracts = load_contracts().by_dataset.values()
    series = {row["series"] for row in seed("series")}
    assert {s.series for c in contracts for s in c.series} <= series
    registries = {row["dataset"]: row for row in seed("registries")}
    landed = {c.dataset: c for c in contracts if c.landed in {"factories", "knowledge_centres"}}
    assert set(landed) == set(registries)
    for dataset, row in registries.items():
        assert row["registry"] == landed[dataset].landed
        assert row["coverage"] in {"country", "complex"}


# ---------------------------------------------------------------- published figures


def figures() -> Rows:
    return read(FIGURES)


def test_every_figure_is_complete_and_has_a_source() -> None:
    rows = figures()
    assert list(rows[0]) == FIGURE_COLUMNS.split()
    units = dimensions()
    for row in rows:
        where = (row["series"], row["period"], row["source"])
        assert row["series"] in SERIES_DIMENSION, where
        assert PERIOD.fullmatch(row["period"]), where
        assert float(row["value"]) > 0, where
        assert units[row["unit"]] == SERIES_DIMENSION[row["series"]], where
        assert row["print"] in {"final", "preliminary", "first_print", "revised", "stated"}, where
        assert row["derivation"] in {"stated", "derived"}, where
        assert row["source"].strip() and row["scope_ko"].strip() and row["scope_en"].strip(), where
        assert (row["derivation"] == "derived") == row["source"].startswith("derived"), where
        for column in ("months_covered", "complexes_covered"):
            assert not row[column] or int(row[column]) > 0, where
        if row["published_at"]:
            published = date.fromisoformat(row["published_at"])
            year, month = divmod(month_span(row["period"])[0], 12)
            assert published >= date(year, month + 1, 1), where


def test_a_series_has_one_figure_a_period_and_print() -> None:
    counted = Counter((row["series"], row["period"], row["print"]) for row in figures())
    assert [k for k, count in counted.items() if count > 1] == []


def test_the_workbook_is_not_copied_into_the_figures() -> None:
    assert not [r for r in figures() if r["series"].startswith("kicox") and "2026" in r["period"]]


def value(series: str, period: str, print_: str) -> float:
    return next(
        float(row["value"])
        for row in figures()
        if (row["series"], row["period"], row["print"]) == (series, period, print_)
    )


def test_shares_known_from_print_come_out_of_the_figures() -> None:
    production = value("kicox_production", "2001", "stated") / value(
        "national_manufacturing_shipments", "2001", "preliminary"
    )
    exports = value("kicox_exports", "2001", "stated") / value("national_exports", "2001", "final")
    assert (round(100 * production, 1), round(100 * exports, 1)) == (30.4, 42.8)
    later = value("kicox_production", "2020", "revised") / value(
        "national_mining_manufacturing_shipments", "2020", "revised"
    )
    assert round(100 * later, 1) == 30.5


@pytest.mark.parametrize(
    "series, period, print_, base, rate_pct",
    [
        ("kicox_production", "2004-01", "revised", ("2005-01", "stated"), 22.7),
        ("kicox_exports", "2004-01", "revised", ("2005-01", "stated"), 25.9),
        ("kicox_production", "2004-12", "revised", ("2005-12", "stated"), 10.3),
        ("kicox_exports", "2004-12", "revised", ("2005-12", "stated"), 14.3),
        ("kicox_production", "2009", "revised", ("2010", "stated"), 23.4),
        ("kicox_exports", "2009", "revised", ("2010", "stated"), 15.3),
        ("kicox_employment", "2009", "revised", ("2010", "stated"), 6.5),
        (
            "national_mining_manufacturing_shipments",
            "2004",
            "revised",
            ("2005", "preliminary"),
            7.6,
        ),
        ("national_mining_manufacturing_shipments", "2003", "revised", ("2004", "revised"), 17.2),
        (
            "national_mining_manufacturing_shipments",
            "2017",
            "revised",
            ("2018", "preliminary"),
            3.4,
        ),
    ],
)
def test_derived_figures_follow_from_the_printed_rates(
    series: str, period: str, print_: str, base: tuple[str, str], rate_pct: float
) -> None:
    expected = value(series, *base) / (1 + rate_pct / 100)
    assert value(series, period, print_) == pytest.approx(expected, rel=5e-4)


# ---------------------------------------------------------------- claims


@pytest.mark.parametrize("path", sorted(CLAIMS.glob("*.yml")), ids=lambda p: p.stem)
def test_a_claim_has_exactly_its_keys(path: Path) -> None:
    claim = yaml.safe_load(path.read_text(encoding="utf-8"))
    sourced = (
        CLAIM_KEYS.replace("source", "source source_ko") if "source_ko" in claim else CLAIM_KEYS
    )
    assert list(claim) == sourced.split() + ["printed_as"] * ("printed_as" in claim)
    # A source that is described, not named, is described in Korean, too.
    described = re.search(
        r"\b(data of|in print|workbook|[JFMASOND][a-z]+ \d{4})\b|\(", claim["source"]
    )
    assert bool(described) <= ("source_ko" in claim), claim["source"]
    assert re.search("[가-힣]", claim.get("source_ko", "가"))
    assert claim["claim_id"] == path.stem
    metrics = {row["metric"]: row for row in seed("claim_metrics")}
    assert claim["metric"] in metrics
    assert claim["comparator"] in {"approx", "at_least", "at_most", "more_than", "less_than"}
    assert claim["period"] is None or PERIOD.fullmatch(claim["period"])
    assert isinstance(claim["claim_date"], date) or (claim["period"] and "날짜" in claim["note_ko"])
    dimension = metrics[claim["metric"]]["dimension"]
    assert dimension == "count" or dimensions()[claim["unit"]] == dimension
    assert claim["source"] and claim["note_ko"] and claim["note_en"]
    # The tolerance is half a unit of the last printed digit (a count is exact), and the number
    # stands in the text, if need be in words.
    printed = re.escape(str(claim["stated_value"]))
    digits = len(str(claim["stated_value"]).partition(".")[2])
    exact = dimension in ("count", "persons", "firms")
    assert claim["tolerance"] == pytest.approx(0 if exact else 0.5 * 10**-digits)
    words = {1: "Gwangju|Daebul", 2: "Banwol and Gumi", 7: "[Ss]even", 13: "thirteen"}.get(
        claim["stated_value"], "(?!)"
    )
    if "printed_as" in claim:
        assert claim["printed_as"] in claim["text"]
    else:
        assert re.search(rf"(?<![\d.]){printed}0*(?![\d])|{words}", claim["text"].replace(",", ""))


def test_the_five_claims_of_2005_are_there() -> None:
    assert {path.stem for path in CLAIMS.glob("*.yml")} >= {
        "korea_it_times_2005_production_30",
        "korea_it_times_2005_exports_43",
        "news_world_2005_production_31",
        "news_world_2005_exports_44_7",
        "news_world_2005_employment_13_3",
    }


# ---------------------------------------------------------------- provinces, the status statistic


def test_provinces_are_those_of_the_standard() -> None:
    assert {row["province_code"] for row in seed("provinces")} == PROVINCES
    names = {(r["province_code"], r["name_ko"], r["name_en"]) for r in seed("provinces")}
    for row in seed("complexes"):
        assert (row["province_code"], row["province_ko"], row["province_en"]) in names, row


def test_links_to_the_status_statistic_follow_from_their_key() -> None:
    """An identifier is made from type, province, city and names, and from nothing else."""
    complexes = {row["complex_id"]: row for row in seed("complexes")}
    for row in seed("status_complexes"):
        identity, _ = status_complex_id(
            row["complex_type"],
            row["province_code"],
            row["sigungu_ko"],
            *row["path_ko"].split(" > "),
        )
        assert identity == row["status_complex_id"], row
        assert complexes[row["complex_id"]]["province_code"] == row["province_code"]
        assert row["match"] in {"name", "spelling", "part"}
        assert (" > " in row["path_ko"]) == (row["match"] == "part")
        assert bool(row["note_ko"]) == bool(row["note_en"])


def test_what_is_not_one_to_one_is_not_linked() -> None:
    linked = {row["complex_id"] for row in seed("status_complexes")}
    everything = {row["complex_id"] for row in seed("complexes")}
    assert everything - linked == {"asan", "bitgreen", "gumi", "sacheon1", "busan_science"}
