"""What is withheld is nowhere in a release: every file of it is opened, whatever its kind, and every
number in it looked at; temporary files and statistics in Parquet footers included.
"""

from __future__ import annotations

import gzip
import json
import re
import zipfile
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

import duckdb
import pyarrow.parquet as pq
import pytest
from pypdf import PdfReader

from ingestion.sample import SampleRegistry, simulate

from ..conftest import SEED, SEEDS

NUMBER = re.compile(rb"\d[\d,]*\.\d+")
#: Kinds of files that hold no figures of the release.
FONTS_AND_CODE = {".woff2", ".otf", ".css", ".js", ".wasm"}


@lru_cache(maxsize=1)
def hidden() -> dict[float, str]:
    """What stands behind every X of the simulated quarter, and what the visible complexes leave of each
    total: figures that no publication of the sample holds."""
    publication = simulate(SEED, ["2026-Q1"], SampleRegistry.load(SEEDS))[0]
    figures = {
        float(c.true_value): f"{c.measure} of {c.complex_id}"
        for c in publication.cells()
        if c.status == "Q"
        and c.true_value
        and abs(float(c.true_value)) > 1
        and c.measure in ("production", "exports")
    }
    # (employment is left out: a whole number may stand elsewhere by chance)
    for table in ("production_by_complex", "exports_by_complex"):
        rows = list(publication.rows(table))
        visible = sum(
            float(f[0].value) for c, f in rows if c.complex_id != "_T" and f[0].value is not None
        )
        figures[float(rows[-1][1][0].value or 0) - visible] = f"the rest of {table}"
    assert len(figures) > 12
    return figures


@lru_cache(maxsize=1)
def printed_forms() -> dict[str, str]:
    """How a hidden figure may be printed: rounded or cut after one to six decimals, with five digits or
    more, because fewer stand elsewhere by chance."""
    forms = {}
    for figure, what in hidden().items():
        exact = f"{figure:.8f}"
        for decimals in range(1, 7):
            for text in (f"{figure:.{decimals}f}", exact[: len(exact) - 8 + decimals]):
                if len(text.replace(".", "").lstrip("0")) >= 5:
                    forms[text] = what
    return forms


def told(text: bytes) -> set[str]:
    """Which hidden figures a text tells, however they are cut."""
    forms, found = printed_forms(), set()
    for number in set(NUMBER.findall(text)):
        whole, _, behind = number.replace(b",", b"").decode().partition(".")
        if (form := f"{whole}.{behind[:6]}") in forms:
            found.add(forms[form])
    return found


def database_texts(path: Path) -> Iterator[tuple[str, bytes]]:
    """Every value of every table, as text."""
    with duckdb.connect(str(path), read_only=True) as c:
        for (table,) in c.execute("SELECT table_name FROM duckdb_tables() ORDER BY 1").fetchall():
            yield table, _values(c, f'"{table}"')


def _values(c: duckdb.DuckDBPyConnection, source: str) -> bytes:
    columns = [
        name
        for name, kind, *_ in c.execute(f"DESCRIBE FROM {source}").fetchall()
        if kind not in ("DATE", "BOOLEAN", "TIMESTAMP", "BIGINT", "INTEGER")
    ]
    parts = []
    for column in columns:
        values = c.execute(
            f'SELECT string_agg(DISTINCT "{column}"::VARCHAR, chr(10)) FROM {source}'
        ).fetchone()
        parts.append(str((values or ("",))[0] or ""))
    return "\n".join(parts).encode()


def texts(path: Path) -> Iterator[tuple[str, bytes]]:
    """What a file says, in pieces with a name."""
    if path.suffix == ".duckdb":
        yield from database_texts(path)
    elif path.suffix == ".parquet":
        with duckdb.connect() as c:
            yield "values", _values(c, f"read_parquet('{path}')")
        yield "footer", str(pq.ParquetFile(path).metadata.to_dict()).encode()
    elif path.suffix == ".gz":
        yield "unpacked", gzip.decompress(path.read_bytes())
    elif path.suffix == ".xlsx":
        with zipfile.ZipFile(path) as file:
            for name in file.namelist():
                yield name, file.read(name)
    elif path.suffix == ".pdf":
        for number, page in enumerate(PdfReader(path).pages, start=1):
            yield f"page {number}", page.extract_text().encode()
    elif path.suffix not in FONTS_AND_CODE:
        yield "text", path.read_bytes()


def test_the_search_finds_a_figure_however_it_is_printed() -> None:
    figure = max(hidden())
    assert figure > 100
    for text in (
        f"{figure:.2f}",
        f"{figure:,.2f}",
        f"{figure:.6f}",
        repr(figure),
        f"<v>{figure}</v>",
    ):
        assert told(text.encode()), text
    assert not told(f"{figure + 1:.2f} {figure:.0f}".encode())


def test_no_file_of_a_release_tells_what_is_hidden(sample_home: Path, tmp_path: Path) -> None:
    release = (sample_home / "releases/current").resolve()
    seen: dict[str, int] = {}
    for path in sorted(release.rglob("*")):
        if not path.is_file():
            continue
        for part, text in texts(path):
            assert not told(text), (path.relative_to(release), part, told(text))
            seen[path.suffix] = seen.get(path.suffix, 0) + 1
    # every kind was read, and gave something to read
    kinds = {".duckdb", ".parquet", ".csv", ".gz", ".xlsx", ".pdf", ".json", ".html", ".xml", ".md"}
    assert kinds <= set(seen) and seen[".duckdb"] > 20 and seen[".xlsx"] > 10
    # one planted in each kind that is packed is found
    with duckdb.connect(str(tmp_path / "x.duckdb")) as c:
        c.execute("CREATE TABLE t AS SELECT $1::DOUBLE AS v", [max(hidden())])
        c.execute(f"COPY t TO '{tmp_path / 'x.parquet'}' (FORMAT parquet)")
    for name in ("x.duckdb", "x.parquet"):
        assert all(told(text) for _, text in texts(tmp_path / name)), name


@lru_cache(maxsize=1)
def hidden_counts() -> dict[str, set[float]]:
    """By complex the numbers of persons behind an X of the simulated quarter: whole, so that they are looked
    for beside their complex alone."""
    publication = simulate(SEED, ["2026-Q1"], SampleRegistry.load(SEEDS))[0]
    found: dict[str, set[float]] = {}
    for c in publication.cells():
        known = c.status == "Q" and c.measure == "employment_count" and c.relation == "current"
        if known and c.true_value and float(c.true_value) > 20:
            found.setdefault(c.complex_id, set()).add(float(c.true_value))
    assert len(found) > 3
    return found


def tables_with(c: duckdb.DuckDBPyConnection, counts: dict[str, set[float]]) -> Iterator[str]:
    """Tables in which a number stands in a row of its complex and quarter, as a figure of any type."""
    wanted = [(name, value) for name, values in counts.items() for value in values]
    c.execute("CREATE OR REPLACE TEMP TABLE hidden (complex_id VARCHAR, figure DOUBLE)")
    c.executemany("INSERT INTO hidden VALUES (?, ?)", wanted)
    tables = c.execute(
        "SELECT database_name || '.\"' || table_name || '\"', list(column_name), "
        "list(column_name) FILTER (regexp_matches(data_type, '^(U?(TINY|SMALL|BIG|HUGE)?INT|U?INTEGER|DOUBLE|FLOAT|DECIMAL)')) "
        "FROM duckdb_columns() WHERE NOT internal AND table_name <> 'hidden' GROUP BY ALL ORDER BY 1"
    ).fetchall()
    assert tables
    for table, columns, numbers in tables:
        # how many pairs of periods were compared is no figure of anybody's, and may be any small number
        figures = [name for name in numbers or () if name != "growth_pairs"]
        if "complex_id" not in columns or not figures:
            continue
        any_of = ", ".join(f't."{column}"::DOUBLE' for column in figures)
        quarter = "t.period = '2026-Q1'" if "period" in columns else "true"
        found = c.execute(
            f"SELECT count(*) FROM {table} t JOIN hidden h USING (complex_id) "
            f"WHERE {quarter} AND h.figure IN ({any_of})"
        ).fetchone()
        if found and found[0]:
            yield table


def test_no_number_of_persons_behind_an_x_stands_in_a_mart(sample_home: Path) -> None:
    with duckdb.connect() as c:
        c.execute(f"ATTACH '{sample_home}/releases/current/kicox.duckdb' AS d (READ_ONLY)")
        assert list(tables_with(c, hidden_counts())) == []
        # those of complexes that are shown are found, so that the search sees what is there
        shown = c.execute(
            "SELECT complex_id, employment_count FROM d.complex_quarterly "
            "WHERE period = '2026-Q1' AND employment_count > 20 LIMIT 5"
        ).fetchall()
        found = set(tables_with(c, {name: {float(value)} for name, value in shown}))
        assert {'d."complex_quarterly"', 'd."fct_observation"'} <= found


@pytest.mark.parametrize("kind", ["duckdb", "parquet"])
def test_withheld_cells_of_the_registry_hold_nothing_in_any_form(
    sample_home: Path, kind: str
) -> None:
    release = sample_home / "releases/current"
    source = {
        "duckdb": "d.registry_employment",
        "parquet": f"read_parquet('{release}/marts/registry_employment.parquet')",
    }[kind]
    with duckdb.connect() as c:
        c.execute(f"ATTACH '{release}/kicox.duckdb' AS d (READ_ONLY)")
        rows = c.execute(
            "SELECT conf_status = 'F', count(*), count(employment_count), count(employment_share_pct), "
            f"count(conf_rule) FROM {source} GROUP BY ALL ORDER BY ALL"
        ).fetchall()
        (withheld, *held, ruled), (_, shown_count, *_) = [r[1:] for r in rows]
        assert [r[0] for r in rows] == [False, True] and shown_count > withheld > 20
        assert held == [0, 0] and ruled == withheld  # no figure, no share, and the rule is named
        statuses = c.execute(
            f"SELECT DISTINCT conf_status, employment_count_status FROM {source}"
        ).fetchall()
        assert {s for s, _ in statuses} <= {"F", "A", "C", "D"}
        assert {(s, q) for s, q in statuses if s != "F"} == {
            (s, "Q") for s, _ in statuses if s != "F"
        }
        # what the release says of it is what is in it
        (told_of,) = json.loads((release / "release.json").read_text(encoding="utf-8"))[
            "disclosure"
        ]
        assert (told_of["cells"], told_of["withheld"]) == (withheld + shown_count, withheld)
        assert told_of["is_safe"] and told_of["mart"] == "registry_employment"
        rules = c.execute(
            f"SELECT DISTINCT unnest(string_split(conf_rule, '|')) FROM {source} WHERE conf_rule IS NOT NULL"
        ).fetchall()
        assert {r for (r,) in rules} - {"secondary"} <= set(told_of["rules"])
    if kind == "parquet":  # the least and the greatest figure that a footer tells are shown ones
        metadata = pq.ParquetFile(release / "marts/registry_employment.parquet").metadata
        with duckdb.connect() as c:
            shown = c.execute(
                f"SELECT min(employment_count), max(employment_count) FROM {source} WHERE conf_status = 'F'"
            ).fetchone()
        column = metadata.schema.names.index("employment_count")
        groups = [
            metadata.row_group(g).column(column).statistics for g in range(metadata.num_row_groups)
        ]
        assert shown == (min(s.min for s in groups), max(s.max for s in groups))
