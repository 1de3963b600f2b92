"""The step that protects a candidate, on a small one made by hand: what is withheld is nowhere."""

from __future__ import annotations

import json
import struct
from pathlib import Path

import duckdb
import numpy as np
import pyarrow.parquet as pq
import pytest

from disclosure import relations, revealed
from expectations.accepted import Accepted
from ingestion.contract import load_contracts
from pipeline import disclosure_revealed
from pipeline.disclosure_revealed import reveal
from pipeline.disclosure_step import AUDIT, MART, protect_candidate
from publication.releases.marts import export_marts
from tests.unit.gates import DIMENSIONS, READ, judge_checks, skeleton

PROJECT = Path(__file__).resolve().parents[2]
ORDER = {MART: ["dataset", "period", "complex_id", "industry_code", "size_class"]}
DATASET = "kicox__factory_registry_api"


def units(period: str, changes: dict[tuple[int, int], int] | None = None) -> list[tuple]:
    """Five complexes by four industries, seven firms a cell, two in some; figures of nine digits, which
    do not occur by chance."""
    rows = []
    number = 0
    for c in range(5):
        for i in range(4):
            few = {(0, 0): 2, (3, 2): 1, **(changes or {})}.get((c, i), 7)
            for f in range(few):
                number += 1
                figure = 100_000_019 + (c * 7919 + i * 104_729 + f * 1_299_709) * 97 % 89_999_999
                rows.append(
                    (
                        DATASET,
                        period,
                        f"k{c}{i}{f}",
                        f"firm {c}{i}{f}",
                        f"c{c}",
                        f"I{i}",
                        "GE300",
                        figure,
                    )
                )
    return rows


def make(path: Path, rows: list[tuple]) -> Path:
    """A candidate as dbt leaves it: units, tabulated, and the mart with everything withheld."""
    path.parent.mkdir(parents=True, exist_ok=True)
    models = PROJECT / "dbt_project" / "models"
    with duckdb.connect(str(path)) as connection:
        connection.execute("CREATE SCHEMA intermediate")
        connection.execute(
            "CREATE TABLE intermediate.int_registry_units_gathered (dataset VARCHAR, period VARCHAR, "
            "registry_key VARCHAR, respondent VARCHAR, complex_id VARCHAR, industry_code VARCHAR, "
            "size_class VARCHAR, employee_count BIGINT, is_simulated BOOLEAN)"
        )
        connection.executemany(
            "INSERT INTO intermediate.int_registry_units_gathered VALUES (?, ?, ?, ?, ?, ?, ?, ?, true)",
            rows,
        )
        for name, schema in (
            ("intermediate/int_registry_employment_tabulated", "intermediate"),
            (f"marts/{MART}", "main"),
        ):
            sql = (models / f"{name}.sql").read_text(encoding="utf-8")
            for table in ("int_registry_units_gathered", "int_registry_employment_tabulated"):
                sql = sql.replace("{{ ref('" + table + "') }}", f"intermediate.{table}")
            connection.execute(f"CREATE TABLE {schema}.{Path(name).name} AS {sql}")
        skeleton(connection)
    return path


def protect(candidate: Path, tmp_path: Path, released=()) -> dict:
    return protect_candidate(
        candidate, load_contracts(), cache=tmp_path / "cache", code="test", released=released
    )


def release(candidate: Path, folder: Path) -> Path:
    (folder / "marts").mkdir(parents=True)
    with duckdb.connect(str(candidate)) as connection:
        for table in (*DIMENSIONS, *READ):
            connection.execute(f"DROP TABLE {table}")
    export_marts(candidate, folder, ORDER)
    return folder


def figures(candidate: Path, hidden: bool) -> dict[tuple, int]:
    """The true figures of what is withheld (or shown), by key."""
    with duckdb.connect(str(candidate), read_only=True) as connection:
        rows = connection.execute(
            f"SELECT m.period, complex_id, industry_code, size_class, t.employment_count FROM main.{MART} m "
            "JOIN intermediate.int_registry_employment_tabulated t "
            "USING (dataset, period, complex_id, industry_code, size_class) "
            f"WHERE m.employment_count IS {'' if hidden else 'NOT'} NULL AND t.employment_count > 0"
        ).fetchall()
    return {tuple(r[:4]): r[4] for r in rows}


def patterns(figure: int) -> list[bytes]:
    return [
        struct.pack("<q", figure),
        struct.pack("<i", figure),
        struct.pack("<d", float(figure)),
        struct.pack("<f", float(figure)),
        str(figure).encode(),
        f"{figure:,}".encode(),
    ]


def everything(folder: Path, files: str = "*") -> bytes:
    """The bytes of all files (or those of one kind) below a folder, and the texts of all values that DuckDB (every table) and
    Parquet give, footers and statistics included: compressed pages hold no byte patterns."""
    parts = []
    for path in sorted(folder.rglob(files)):
        if not path.is_file():
            continue
        parts.append(path.read_bytes())
        if path.suffix == ".duckdb":
            with duckdb.connect(str(path), read_only=True) as c:
                tables = c.execute("SELECT schema_name, table_name FROM duckdb_tables()").fetchall()
                assert tables
                for schema, table in tables:
                    rows = c.execute(f'FROM "{schema}"."{table}"').fetchall()
                    parts.append(str(rows).encode())
                    stored = c.execute(f"FROM pragma_storage_info('{schema}.{table}')").fetchall()
                    parts.append(str(stored).encode())  # statistics of its segments
        if path.suffix == ".parquet":
            file = pq.ParquetFile(path)
            parts.append(str(file.metadata.to_dict()).encode())
            table = file.read()
            for column in table.columns:
                for chunk in column.chunks:
                    parts += [bytes(b) for b in chunk.buffers() if b is not None]
                parts.append(str(column.to_pylist()).encode())
    return b"\x00".join(parts)


def test_what_is_withheld_is_nowhere_in_the_release(tmp_path):
    candidate = make(tmp_path / "build" / "candidate.duckdb", units("2026-05"))
    audit = protect(candidate, tmp_path)
    hidden, shown = figures(candidate, True), figures(candidate, False)
    assert len(hidden) >= 6 and len(shown) >= 20
    assert audit["tables"][0]["is_safe"]
    folder = release(candidate, tmp_path / "release")
    text = everything(folder) + (candidate.parent / AUDIT).read_bytes()
    public = set(shown.values())
    # the search finds what is there, in each kind of file
    for kind in ("*.duckdb", "*.parquet"):
        part = everything(folder, kind)
        assert all(str(v).encode() in part for v in public), kind
    for key, figure in hidden.items():
        if figure in public:
            continue
        for pattern in patterns(figure):
            assert pattern not in text, key
    # nor are temporary files left that hold one
    assert sorted(p.name for p in candidate.parent.iterdir()) == [
        *("candidate.duckdb", AUDIT, "disclosure_revealed.html", "disclosure_revealed.json"),
    ]


def test_every_withheld_cell_says_by_which_rule(tmp_path):
    candidate = make(tmp_path / "build" / "candidate.duckdb", units("2026-05"))
    protect(candidate, tmp_path)
    with duckdb.connect(str(candidate), read_only=True) as connection:
        rows = connection.execute(
            f"SELECT complex_id, industry_code, conf_status, conf_rule, employment_share_pct FROM {MART} "
            "WHERE size_class = 'GE300' AND conf_status <> 'F'"
        ).fetchall()
    status = {(r[0], r[1]): r[2:] for r in rows}
    assert status["c0", "I0"] == ("A", "n<6|p10%", None)
    assert status["c3", "I2"] == ("A", "n<6|p10%", None)
    assert {s[:2] for k, s in status.items() if k not in {("c0", "I0"), ("c3", "I2")}} == {
        ("D", "secondary")
    }


def test_the_same_units_give_the_same_pattern_and_the_second_time_from_the_cache(tmp_path):
    one = make(tmp_path / "one" / "candidate.duckdb", units("2026-05"))
    two = make(tmp_path / "two" / "candidate.duckdb", units("2026-05"))
    three = make(tmp_path / "three" / "candidate.duckdb", units("2026-05"))
    first = protect(one, tmp_path)
    assert protect(two, tmp_path) == first
    assert protect(three, tmp_path / "elsewhere") == first
    assert len(list((tmp_path / "cache").iterdir())) == 1


def test_later_editions_keep_to_what_is_out(tmp_path):
    candidate = make(tmp_path / "build" / "candidate.duckdb", units("2026-05"))
    protect(candidate, tmp_path)
    then = figures(candidate, False)
    out = release(candidate, tmp_path / "release")
    # one firm more becomes sensitive; all other figures of the edition are as they were
    both = [*units("2026-05"), *units("2026-06", {(1, 1): 3})]
    again = make(tmp_path / "again" / "candidate.duckdb", both)
    audit = protect(again, tmp_path, [out])
    assert [t["is_safe"] for t in audit["tables"]] == [True, True]
    now = figures(again, False)
    assert {k: v for k, v in now.items() if k[0] == "2026-05"} == then
    hidden = figures(again, True)
    for (_, *key), figure in then.items():
        # an unchanged figure that is out is not hidden in the next edition either
        assert hidden.get(("2026-06", *key)) != figure


def said_of(candidate: Path) -> dict[tuple, float | None]:
    with duckdb.connect(str(candidate), read_only=True) as connection:
        rows = connection.execute(
            f"SELECT complex_id, industry_code, size_class, employment_count FROM {MART}"
        ).fetchall()
    return {tuple(r[:3]): r[3] for r in rows}


def worked_out(releases: list[dict], changed: set[tuple]) -> dict[tuple, tuple[float, float]]:
    """What two releases of one edition tell together of each cell withheld in the last, whoever knows
    which withheld cells have not changed between them."""
    names = [(0, k) for k in releases[0]]
    names += [(1, k) for k in releases[1] if k in changed or releases[0][k] is not None]
    place = {name: i for i, name in enumerate(names)}

    def at(release: int, key: tuple) -> int:
        return place.get((release, key), place[0, key])

    rows = []
    for release, said in enumerate(releases):
        for key in said:
            for d in range(3):
                parts = [
                    k
                    for k in said
                    if k[d] != "_T" and all(k[e] == key[e] for e in range(3) if e != d)
                ]
                if key[d] == "_T":
                    rows.append(
                        {at(release, key): 1.0, **{at(release, part): -1.0 for part in parts}}
                    )
    figures = np.array(
        [np.nan if releases[r][k] is None else float(releases[r][k]) for r, k in names]
    )
    found = revealed(figures, np.zeros(len(names)), np.full(len(names), np.inf), relations(rows))
    return {
        names[int(c)][1]: (low, high)
        for c, low, high in zip(found.cell, found.low, found.high, strict=True)
        if names[int(c)][0] == 1 or (1, names[int(c)][1]) not in place
    }


def test_an_edition_issued_again_with_other_units_is_held_against_what_is_out(tmp_path):
    candidate = make(tmp_path / "build" / "candidate.duckdb", units("2026-05"))
    protect(candidate, tmp_path)
    first = said_of(candidate)
    out = release(candidate, tmp_path / "release")
    # the same edition, but of a cell that is out, beside withheld ones, only two firms are left
    i = next(i for i in range(4) if first["c0", f"I{i}", "GE300"] is not None)
    cell = ("c0", f"I{i}", "GE300")
    again = make(tmp_path / "again" / "candidate.duckdb", units("2026-05", {(0, i): 2}))
    audit = protect(again, tmp_path, [out])
    assert audit["tables"][0]["is_safe"]
    second = said_of(again)
    true = {k[1:]: v for k, v in {**figures(again, True), **figures(again, False)}.items()}
    before = {k: v for k, v in first.items() if v is not None}
    # what is out and has not changed is not taken back, what was withheld is not given
    assert all(second[k] == v for k, v in before.items() if true.get(k, 0) == v)
    assert all(second[k] is None for k, v in first.items() if v is None)
    assert second[cell] is None
    changed = {k for k in second if k[0] in ("c0", "_T") and k[1] in (f"I{i}", "_T")}
    low, high = worked_out([first, second], changed)[cell]
    figure = true[cell]
    assert low <= figure * 0.86 and high >= figure * 1.14  # 15 %


def test_what_cannot_be_protected_is_withheld_whole_and_stops_the_gate(tmp_path):
    candidate = make(tmp_path / "build" / "candidate.duckdb", units("2026-05"))
    protect(candidate, tmp_path)
    with duckdb.connect(str(candidate)) as connection:  # a release that published a sensitive cell
        connection.execute(
            f"UPDATE {MART} m SET conf_status = 'F', conf_rule = NULL, employment_count = "
            "(SELECT employment_count FROM intermediate.int_registry_employment_tabulated t WHERE "
            "t.complex_id = 'c0' AND t.industry_code = 'I0' AND t.size_class = '_T') "
            "WHERE complex_id = 'c0' AND industry_code = 'I0' AND size_class = '_T'"
        )
    out = release(candidate, tmp_path / "release")
    again = make(tmp_path / "again" / "candidate.duckdb", units("2026-05"))
    audit = protect(again, tmp_path, [out])
    assert not audit["tables"][0]["is_safe"]
    assert {c["cell"] for c in audit["tables"][0]["open"]} == {"c0|I0|_T"}
    with duckdb.connect(str(again), read_only=True) as connection:
        shown = connection.execute(
            f"SELECT count(*) FROM {MART} WHERE conf_rule = 'unprotected'"
        ).fetchall()
    assert shown[0][0] > 10


def test_where_the_proof_cannot_be_made_everything_is_withheld(tmp_path, monkeypatch):
    def fails(*arguments, **options):
        raise RuntimeError("the attacker's program has no optimum")

    monkeypatch.setattr("disclosure.protect", fails)
    candidate = make(tmp_path / "build" / "candidate.duckdb", units("2026-05"))
    (table,) = protect(candidate, tmp_path)["tables"]
    assert not table["is_safe"] and table["method"] == "none"
    assert [c["cell"] for c in table["open"]] == ["*"]
    assert "proof could not be made" in table["open"][0]["reason_en"]
    assert figures(candidate, False) == {}
    assert "protected_tables_are_proven_safe" in {k for k, ok in gate(candidate).items() if not ok}


def gate(candidate: Path) -> dict[str, bool]:
    wanted = {
        "protected_tables_are_proven_safe",
        "audit_is_of_this_candidate",
        "withheld_cells_hold_nothing",
    }
    _, found = judge_checks(candidate, wanted)
    return {name: check["success"] for name, check in found.items()}


@pytest.mark.parametrize(
    ("spoil", "failing"),
    [
        ("nothing", set()),
        ("no audit", {"protected_tables_are_proven_safe", "audit_is_of_this_candidate"}),
        ("unsafe", {"protected_tables_are_proven_safe"}),
        ("changed", {"audit_is_of_this_candidate"}),
        ("share", {"audit_is_of_this_candidate", "withheld_cells_hold_nothing"}),
    ],
)
def test_the_gate(tmp_path, spoil, failing):
    candidate = make(tmp_path / "build" / "candidate.duckdb", units("2026-05"))
    protect(candidate, tmp_path)
    path = candidate.with_name(AUDIT)
    if spoil == "no audit":
        path.unlink()
    if spoil == "unsafe":
        audit = json.loads(path.read_text(encoding="utf-8"))
        audit["tables"][0]["is_safe"] = False
        path.write_text(json.dumps(audit), encoding="utf-8")
    with duckdb.connect(str(candidate)) as connection:
        if spoil == "changed":
            connection.execute(
                f"UPDATE {MART} SET employment_count = 1 WHERE employment_count IS NOT NULL"
            )
        if spoil == "share":
            connection.execute(
                f"UPDATE {MART} SET employment_share_pct = 5 WHERE conf_status = 'D'"
            )
    assert {k for k, ok in gate(candidate).items() if not ok} == failing


def test_no_exception_waives_what_guards_confidentiality(tmp_path):
    """A withheld figure, printed after the audit, with an entry for it in accepted.yml: the gate stops."""
    candidate = make(tmp_path / "build" / "candidate.duckdb", units("2026-05"))
    protect(candidate, tmp_path)
    with duckdb.connect(str(candidate)) as connection:
        connection.execute(
            f"UPDATE {MART} SET employment_count = 7, conf_status = 'F', conf_rule = NULL "
            "WHERE complex_id = 'c0' AND industry_code = 'I0'"
        )
    entry = Accepted(
        check="audit_is_of_this_candidate",
        complex_id="_T",
        measure="employment_count",
        period="2026-05",
        reason="r",
        owner="statistics",
        expect=0,
        simulated=True,
    )
    wanted = {entry.check, "accepted_exceptions_are_needed"}
    verdict, found = judge_checks(candidate, wanted, accepted=[entry])
    assert verdict == "stop"
    assert not found[entry.check]["success"]
    (told,) = found["accepted_exceptions_are_needed"]["failures"]
    assert entry.check in told["message_en"] and "takes no exceptions" in told["message_en"]
    assert "예외를 둘 수 없다" in told["message_ko"]


@pytest.mark.parametrize(
    ("total", "found"),
    [
        (100.0, (40.0, "another_publication")),  # as it was printed before
        (110.0, (50.0, "sums")),  # revised since: what was printed before does not fit any more
    ],
)
def test_what_was_printed_before_counts_as_long_as_it_fits(tmp_path, total, found):
    """Gumi's figure of the first quarter stood in the first edition and is hidden in the next."""
    candidate = tmp_path / "candidate.duckdb"
    with duckdb.connect(str(candidate)) as connection:
        connection.execute(
            "CREATE TABLE dim_snapshot AS FROM (VALUES "
            "('one', 'kicox__industrial_trend', '2026-Q1', DATE '2026-05-28', TIMESTAMP '2026-06-01'), "
            "('two', 'kicox__industrial_trend', '2026-Q2', DATE '2026-08-28', TIMESTAMP '2026-09-01')) "
            "t(snapshot_id, dataset, period, published_at, loaded_at)"
        )
        for table, key in (
            ("dim_complex", "complex_id"),
            ("dim_industry", "industry_code"),
            ("dim_measure", "measure"),
        ):
            connection.execute(
                f"CREATE TABLE {table} AS SELECT 'x' AS {key}, '이름' AS name_ko, 'name' AS name_en"
            )
        connection.execute(
            "CREATE TABLE fct_observation AS SELECT snapshot_id, complex_id, '_T' AS industry_code, "
            "'_T' AS size_class, '_T' AS sex, 'exports_usd_m' AS measure, '2026-Q1' AS period, value, "
            "CASE WHEN value IS NULL THEN 'Q' ELSE 'A' END AS obs_status, 't' AS table_id, "
            "s.published_at, s.loaded_at FROM dim_snapshot s JOIN (VALUES "
            "('one', 'gumi', 40.0), ('one', 'changwon', 60.0), ('one', '_T', 100.0), "
            "('two', 'gumi', NULL), ('two', 'changwon', 60.0), ('two', '_T', $1)) "
            "t(snapshot_id, complex_id, value) USING (snapshot_id)",
            [total],
        )
    reveal(candidate)
    told = json.loads((tmp_path / "disclosure_revealed.json").read_text(encoding="utf-8"))
    (cell,) = told["cells"]
    assert cell["exact"] and (cell["low"], cell["how"]) == (pytest.approx(found[0]), found[1])


def test_a_count_of_persons_that_is_printed_is_no_leak_by_chance(tmp_path):
    """In a long history some count of men is like what suppressed cells hide together; other columns
    of persons must not hold it."""
    findings = {"groups": [{"sum": 137.0, "measure": "employment_count"}]}
    with duckdb.connect(str(tmp_path / "c.duckdb")) as c:
        c.execute("CREATE TABLE dim_measure AS SELECT 'employment_count' AS measure")
        c.execute(
            "CREATE TABLE complex_quarterly AS SELECT 137.0::DOUBLE AS employment_men_count, "
            "137.0::DOUBLE AS employment_women_count, 137.0::DOUBLE AS employment_count, "
            "137.0::DOUBLE AS employment_rest"
        )
        found = disclosure_revealed._isolated(c, findings)
    assert found == [{"mart": "complex_quarterly", "column": "employment_rest"}]


@pytest.mark.parametrize("printed", [False, True])
def test_a_row_of_all_others_must_not_hold_what_is_hidden(tmp_path, printed):
    """Also where its column is a measure's own; what a publication printed itself is no leak."""
    findings = {"groups": [{"sum": 1234.5678, "measure": "production_krw_100m"}]}
    with duckdb.connect(str(tmp_path / "c.duckdb")) as c:
        c.execute("CREATE TABLE dim_measure AS SELECT 'production_krw_100m' AS measure")
        c.execute(
            "CREATE TABLE fct_observation AS SELECT unnest([100.25, $1])::DOUBLE AS value",
            [1234.5678 if printed else 7.0],
        )
        c.execute(
            "CREATE TABLE by_rank AS FROM (VALUES ('gumi', 100.25::DOUBLE), "
            "('other', 1234.5678::DOUBLE)) t(complex_id, production_krw_100m)"
        )
        found = disclosure_revealed._isolated(c, findings)
    assert found == ([] if printed else [{"mart": "by_rank", "column": "production_krw_100m"}])


def test_editions_of_two_datasets_are_held_against_each_other(tmp_path):
    """A file and an interface list the same firms; later, one complex and a part of an industry grew."""
    then = [("kicox__factory_registry", "2025-12", *row[2:]) for row in units("2025-12")]
    grown = [
        (*row[:7], row[7] + 10_000_000 * (row[4] == "c1" or (row[2] < "k225" and row[5] == "I2")))
        for row in units("2026-05")
    ]
    candidate = make(tmp_path / "build" / "candidate.duckdb", [*then, *grown])
    audit = protect(candidate, tmp_path)
    assert [(t["dataset"], t["is_safe"]) for t in audit["tables"]] == [
        ("kicox__factory_registry", True),
        (DATASET, True),
    ]
    shown, hidden = figures(candidate, False), figures(candidate, True)
    same = 0
    for (period, *key), figure in hidden.items():
        other = ("2026-05" if period == "2025-12" else "2025-12", *key)
        same += hidden.get(other) == figure
        # what one withholds does not stand in the other
        assert shown.get(other) != figure, key
    assert same


def test_every_edition_is_held_against_all_others(tmp_path, monkeypatch):
    """A figure may come back after it was another for one edition."""
    import disclosure

    linked = []

    def link(now, sensitive, earlier):
        linked.append([edition.name for edition in earlier])
        return kept(now, sensitive, earlier)

    kept = disclosure.link
    monkeypatch.setattr(disclosure, "link", link)
    rows = [*units("2026-03"), *units("2026-04", {(1, 1): 6}), *units("2026-05")]
    candidate = make(tmp_path / "build" / "candidate.duckdb", rows)
    audit = protect(candidate, tmp_path)
    assert all(table["is_safe"] for table in audit["tables"])
    march, april = f"{DATASET} 2026-03", f"{DATASET} 2026-04"
    assert linked == [[], [march], [march, april]]
    shown_in = {
        period: {key[1:] for key in figures(candidate, False) if key[0] == period}
        for period in ("2026-03", "2026-05")
    }
    assert shown_in["2026-03"] == shown_in["2026-05"]
