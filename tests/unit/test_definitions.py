"""Definitions are written once, in the dbt project, and read from the release by every output."""

from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path

import duckdb
import pytest

from publication.definitions import DefinitionsError, Text, read_definitions, split

from .small_release import contracts, make_release, read_seed

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_release(tmp_path_factory.mktemp("definitions") / "release")


def test_every_seed_is_read_whole(folder: Path) -> None:
    d = read_definitions(folder)
    for found, seed, key in (
        (d.measures, "measures", "measure"),
        (d.kpis, "kpis", "kpi"),
        (d.series, "series", "series"),
        (d.units, "canonical_units", "unit_code"),
        (d.complexes, "complexes", "complex_id"),
        (d.industries, "industries", "industry_code"),
        (d.provinces, "provinces", "province_code"),
        (d.metrics, "claim_metrics", "metric"),
    ):
        assert set(found) == {row[key] for row in read_seed(seed)}
        for row in read_seed(seed):
            assert found[row[key]].name == Text(row["name_ko"], row["name_en"])
    assert set(d.shares) == {(r["metric"], r["definition"]) for r in read_seed("share_definitions")}
    assert {(k, c) for k, codes in d.codelists.items() for c in codes} == {
        (row["codelist"], row["code"]) for row in read_seed("codes")
    }


def test_a_definition_knows_its_unit(folder: Path) -> None:
    d = read_definitions(folder)
    exports = d.measures["exports_usd_m"]
    assert (exports.unit.unit_measure, exports.unit.unit_mult) == ("USD", 6)
    assert exports.unit.name == Text("백만달러", "US$ million")
    assert d.unit_of("location_quotient_employment").name.ko == "배"
    assert d.unit_of("national_exports").code == "usd_m"
    assert d.name_of("production_krw_100m", "ko") == "생산액"
    assert d.code_name("obs_status", "Q", "ko") == "비공개"


def test_what_is_not_defined_is_an_error(folder: Path) -> None:
    d = read_definitions(folder)
    with pytest.raises(DefinitionsError, match="nothing_of_the_kind"):
        d.name_of("nothing_of_the_kind", "en")
    with pytest.raises(DefinitionsError, match="nothing_of_the_kind"):
        d.unit_of("nothing_of_the_kind")
    with pytest.raises(DefinitionsError, match="has no code Z"):
        d.code_name("obs_status", "Z", "en")


def test_a_definition_of_a_claim_is_named_with_its_print_or_source(folder: Path) -> None:
    d = read_definitions(folder)
    share = "national_export_share_pct"
    named = d.shares[share, "customs_exports"].name
    assert d.definition_of(share, "customs_exports") == named
    assert d.definition_of(share, "customs_exports__first_print").ko == f"{named.ko}(첫 공표)"
    assert d.definition_of(share, "as_published__2").en.endswith("as published (source 2)")
    assert d.definition_of("kicox_exports_usd_m", "trend_total").ko == "산업동향의 계"
    assert d.definition_of("kicox_exports_usd_m", "as_published").en == "As published"
    assert d.definition_of("kicox_exports_usd_m", "by_nobody").en == "by_nobody"


def test_every_column_of_every_mart_is_described(folder: Path) -> None:
    d = read_definitions(folder)
    marts = contracts()
    assert set(d.tables) == set(marts)
    for name, table in d.tables.items():
        assert table.description.ko and table.description.en
        assert [c.name for c in table.columns] == [c["name"] for c in marts[name]["columns"]]
        assert all(c.description.ko and c.description.en for c in table.columns)
    with pytest.raises(DefinitionsError, match="no column"):
        d.tables["dim_unit"].column("colour")


@pytest.mark.parametrize("words", [None, "", "한국어뿐", " / English only", "한국어 / "])
def test_a_description_in_one_language_is_an_error(words: str | None) -> None:
    with pytest.raises(DefinitionsError, match="dim_x is not described in both languages"):
        split(words, "dim_x")


def test_a_folder_without_definitions_is_told(tmp_path: Path) -> None:
    with pytest.raises(DefinitionsError, match="is no release"):
        read_definitions(tmp_path)
    duckdb.connect(str(tmp_path / "kicox.duckdb")).close()
    with pytest.raises(DefinitionsError, match="lacks definitions"):
        read_definitions(tmp_path)


# ------------------------------------------------------------- one place, and no second


def test_a_name_means_one_thing() -> None:
    """Where a measure, an indicator or a metric of claims share a code, name and unit agree."""
    units = {row["unit_code"]: row for row in read_seed("canonical_units")}
    seen: dict[str, tuple[str, str, str]] = {}
    for seed, key in (("measures", "measure"), ("kpis", "kpi"), ("series", "series")):
        for row in read_seed(seed):
            meaning = (row["name_ko"], row["name_en"], row["unit_code"])
            assert seen.setdefault(row[key], meaning) == meaning, row[key]
    by_dimension = {row["dimension"]: row for row in units.values()}
    for row in read_seed("claim_metrics"):
        if row["dimension"] not in ("count", "percent"):
            unit = by_dimension[row["dimension"]]
            assert (row["unit"], row["unit_en"]) == (unit["name_ko"], unit["name_en"])


def test_the_code_of_a_measure_names_its_unit() -> None:
    """`_krw_100m`, `_usd_m`, `_pct` … : the unit in the name is the unit of the definition."""
    endings = {
        "_krw_100m": {"krw_100m"}, "_usd_m": {"usd_m"}, "_k_m2": {"k_m2"}, "_pct": {"pct"},
        "_pp": {"pp"}, "_count": {"firms", "persons"}, "_krw_m": {"krw_m_per_person"},
    }  # fmt: skip
    for seed, key in (("measures", "measure"), ("kpis", "kpi")):
        for row in read_seed(seed):
            for ending, codes in endings.items():
                if row[key].endswith(ending):
                    assert row["unit_code"] in codes, row[key]


#: Columns whose closed set of codes is named by a list that does not bear the column's name.
LISTS = {("series_break", "kind"): "break_kind"}


def test_codes_of_closed_columns_are_named_in_both_languages() -> None:
    """What a contract allows (`x in (…)`) or a test accepts has a name for readers."""
    named = {(row["codelist"], row["code"]) for row in read_seed("codes")}
    seen = set()
    for model in contracts().values():
        for column in model["columns"]:
            allowed = [
                code
                for test in column.get("data_tests", [])
                if isinstance(test, dict) and "accepted_values" in test
                for code in test["accepted_values"]["arguments"]["values"]
            ]
            for constraint in column.get("constraints", []):
                found = re.fullmatch(r"(\w+) in \((.*)\)", constraint.get("expression", ""))
                if found:
                    allowed += re.findall(r"'([^']+)'", found[2])
            codelist = LISTS.get((model["name"], column["name"]), column["name"])
            for ending in ("obs_status", "conf_status"):
                if column["name"].endswith(ending):
                    codelist = ending
            if column["name"].endswith("_status") and set(allowed) <= set("AQMO"):
                codelist = "obs_status"
            for code in allowed:
                assert (codelist, code) in named, (model["name"], column["name"], code)
            seen |= {codelist} if allowed else set()
    assert {
        "cause", "break_kind", "conf_status", "development_status", "horizon", "lfl_method", "obs_status",
        "verdict",
    } <= seen  # fmt: skip


def test_no_output_words_a_code_by_itself() -> None:
    """A code of two words (`annual_revision`) that stands in an output's source with words beside it."""
    codes = {row["code"] for row in read_seed("codes") if "_" in row["code"].strip("_")}
    beside = re.compile(
        r"[\"'`]?(\w+)[\"'`]?\s*(?:[:,?]|=>)\s*(?:return\s+)?(?:\w+\()?[(\[{]?\s*(?:ko:\s*)?[\"'`][^\"'`\n]*[가-힣]"
    )
    found = {
        (str(path.relative_to(ROOT)), code)
        for path in sources()
        for code in beside.findall(path.read_text(encoding="utf-8"))
        if code in codes
    }
    for written in (
        'X = {annual_revision: ["연간", "a"]}', '{"annual_revision": "연간"}', '("annual_revision", "연간 보정", "a")',
        "annual_revision: t('연간', 'a')", 'code === "annual_revision" ? "연간" : ""',
        'case "annual_revision": return "연간"', "annual_revision: {ko: `연간`}", 'annual_revision => "연간"',
    ):  # fmt: skip
        assert beside.findall(written) == ["annual_revision"], written
    # What is measured, within a sentence that gives both: no name of the code.
    sentence = {
        ("publication/quality/chapters.py", f"cv_{of}_pct") for of in ("production", "exports")
    }
    assert found == sentence, "take these from the code lists (dim_code)"


#: Files that hold a unit's name because they must not read it from where it is printed from: the check
#: of the bulletin, which shares nothing with what wrote it, and the words of scaled amounts (조원, 억달러).
MAY_NAME_UNITS = {"publication/bulletin/check/cells.py", "publication/bulletin/words/wording.py"}


def copies(path: Path) -> set[str]:
    """String literals of a source file that are, word for word, a definition's name or formula."""
    text = path.read_text(encoding="utf-8")
    if path.suffix == ".py":
        literals = {
            node.value
            for node in ast.walk(ast.parse(text))
            if isinstance(node, ast.Constant) and isinstance(node.value, str)
        }
    else:
        found = re.findall(
            r"\"([^\"\n]+)\"|'([^'\n]+)'|`([^`\n]+)`|:\s*([^\n\"']+)$|>([^<>\n]+)<", text, re.M
        )
        literals = {part.strip() for parts in found for part in parts if part}
    return literals & defined_words()


@cache
def defined_words() -> frozenset[str]:
    """Names, definitions and formulas; plain English words such as `days` are nobody's own."""
    words = set()
    seeds = ("measures", "kpis", "series", "share_definitions", "claim_metrics", "canonical_units")
    for seed in seeds:
        for row in read_seed(seed):
            for key in ("name", "formula", "definition"):
                words |= {row.get(f"{key}_ko") or "", row.get(f"{key}_en") or ""}
    return frozenset(w for w in words if len(w) > 2 and not re.fullmatch(r"[a-z]+( [a-z]+)?", w))


def sources() -> list[Path]:
    kinds = {".py", ".js", ".yaml", ".yml", ".j2", ".typ", ".md"}
    return [
        path
        for room in ("publication", "superset")
        for path in sorted((ROOT / room).rglob("*"))
        if path.suffix in kinds and not {"node_modules", "dist", ".observablehq"} & set(path.parts)
    ]


def test_no_output_has_a_copy_of_a_definition() -> None:
    found = {str(path.relative_to(ROOT)): copies(path) for path in sources()}
    assert len(found) > 40
    hard_coded = {
        name: sorted(words) for name, words in found.items() if words and name not in MAY_NAME_UNITS
    }
    assert hard_coded == {}, "take these from publication.definitions"


def test_a_copy_would_be_found(tmp_path: Path) -> None:
    (tmp_path / "page.py").write_text('HEAD = {"ko": "생산액 누계"}\n', encoding="utf-8")
    (tmp_path / "page.js").write_text('const t = "Share of exports";\n', encoding="utf-8")
    (tmp_path / "chart.yaml").write_text(
        "title: Location quotient (production)\n", encoding="utf-8"
    )
    assert [copies(path) for path in sorted(tmp_path.iterdir())] == [
        {"Location quotient (production)"}, {"Share of exports"}, {"생산액 누계"},
    ]  # fmt: skip


def test_every_reason_for_not_adjusting_has_words() -> None:
    """The bulletin prints them by their code."""
    from seasonal.adjustment import REASONS

    named = {r["code"] for r in read_seed("codes") if r["codelist"] == "adjustment_reason"}
    assert named == set(REASONS)
