"""What earlier releases said stays known: their KPIs, and rows and editions that are not made any more."""

from __future__ import annotations

from pathlib import Path

import duckdb
import numpy as np
import pytest

from disclosure import relations, revealed
from pipeline.disclosure_step import MART
from tests.unit.test_disclosure_step import (
    DATASET,
    figures,
    make,
    protect,
    release,
    said_of,
    units,
)


def change(folder: Path, statement: str) -> None:
    """Change the table of a release that is out."""
    path = folder / "marts" / f"{MART}.parquet"
    with duckdb.connect() as connection:
        connection.execute(f"CREATE TABLE mart AS FROM read_parquet('{path}')")
        connection.execute(statement)
        connection.execute(f"COPY mart TO '{path}'")


@pytest.fixture(name="first")
def first_release(tmp_path: Path) -> tuple[Path, dict[tuple, float | None], dict[tuple, int]]:
    """A release, what it says by key, and the true figures of what it withholds."""
    candidate = make(tmp_path / "build" / "candidate.duckdb", units("2026-05"))
    protect(candidate, tmp_path)
    said = said_of(candidate)
    hidden = {key[1:]: figure for key, figure in figures(candidate, True).items()}
    return release(candidate, tmp_path / "release"), said, hidden


SENSITIVE = {("c0", "I0"), ("c3", "I2")}


@pytest.mark.parametrize("of", ["a sensitive cell", "a cell that hides one"])
def test_a_share_that_the_release_before_printed_gives_a_cell_away(tmp_path, first, of):
    """The share of a withheld cell stands beside its published total, so the cell is known to all readers:
    itself, or what it was to hide. That cannot be taken back, and nothing is published as if it could."""
    out, said, hidden = first
    key = next(
        k
        for k in sorted(hidden)
        if "_T" not in k
        and said[k[0], "_T", "_T"] is not None
        and (k[:2] in SENSITIVE) == (of == "a sensitive cell")
    )
    share = 100 * hidden[key] / float(said[key[0], "_T", "_T"] or 0)
    change(
        out,
        f"UPDATE mart SET employment_share_pct = {share!r} "
        f"WHERE (complex_id, industry_code, size_class) = {key!r}",
    )
    again = make(tmp_path / "again" / "candidate.duckdb", units("2026-05"))
    (table,) = protect(again, tmp_path / "anew", [out])["tables"]
    assert not table["is_safe"]
    named = {tuple(cell["cell"].split("|"))[:2] for cell in table["open"]}
    assert named and named <= SENSITIVE
    if of == "a sensitive cell":
        assert key[:2] in named


def test_numbers_of_which_nobody_says_what_they_are_prove_nothing(tmp_path, first):
    out, said, _ = first
    change(out, "ALTER TABLE mart ADD COLUMN employees_per_factory DOUBLE DEFAULT 12.5")
    again = make(tmp_path / "again" / "candidate.duckdb", units("2026-05"))
    (table,) = protect(again, tmp_path / "anew", [out])["tables"]
    assert not table["is_safe"]
    assert "employees_per_factory" in table["open"][0]["reason_en"]
    now = said_of(again)
    assert {key: v for key, v in now.items() if v is not None and v != said[key]} == {}
    # a column that is empty says nothing
    change(out, "UPDATE mart SET employees_per_factory = NULL")
    anew = make(tmp_path / "anew" / "candidate.duckdb", units("2026-05"))
    (table,) = protect(anew, tmp_path / "anew", [out])["tables"]
    assert table["is_safe"]


def together(before: dict[tuple, float | None], after: dict[tuple, float | None], names: dict):
    """What two releases tell of each cell: `names` says which cells are one in both."""
    cells: dict[tuple, float | None] = {}
    rows = []
    for n, said in enumerate((before, after)):
        for key, figure in said.items():
            cell = names.get((n, key), (n, key))
            cells[cell] = figure if cells.get(cell) is None else cells[cell]
        for key in said:
            for d in (d for d in range(3) if key[d] == "_T"):
                parts = [
                    k for k in said
                    if k[d] != "_T" and all(k[e] == key[e] for e in range(3) if e != d)
                ]  # fmt: skip
                rows.append(
                    [
                        (names.get((n, k), (n, k)), s)
                        for k, s in [(key, 1.0), *((p, -1.0) for p in parts)]
                    ]
                )
    place = {cell: i for i, cell in enumerate(cells)}
    values = np.array([np.nan if v is None else float(v) for v in cells.values()])
    found = revealed(
        *(values, np.zeros(len(cells)), np.full(len(cells), np.inf)),
        relations([{place[c]: s for c, s in row} for row in rows]),
    )
    ordered = list(cells)
    return {
        ordered[int(c)]: (low, high)
        for c, low, high in zip(found.cell, found.low, found.high, strict=True)
    }


@pytest.mark.parametrize("way", ["gone", "new"])
def test_a_complex_that_comes_or_goes_is_not_the_difference_of_two_totals(tmp_path, way):
    """All else is as it was: what the totals differ by is that complex, of two firms in one industry."""
    few = units("2026-05", {(1, 0): 2})  # (what hides it then may hide the other, too)
    rows = [row for row in few if row[4] != "c0" or row[5] == "I0"]
    rest = [row for row in rows if row[4] != "c0"]
    first, second = (rows, rest) if way == "gone" else (rest, rows)
    candidate = make(tmp_path / "build" / "candidate.duckdb", first)
    protect(candidate, tmp_path)
    before = said_of(candidate)
    true = {k[1:]: v for hidden in (True, False) for k, v in figures(candidate, hidden).items()}
    out = release(candidate, tmp_path / "release")
    again = make(tmp_path / "again" / "candidate.duckdb", second)
    (table,) = protect(again, tmp_path / "anew", [out])["tables"]
    assert table["is_safe"] and table["given_away_before"] == []
    after = said_of(again)
    assert {key[0] for key in after} == {row[4] for row in second} | {"_T"}
    assert table["cells"] == len(after)
    now = {k[1:]: v for hidden in (True, False) for k, v in figures(again, hidden).items()}
    same = {(1, key): (0, key) for key in before if key in now and now[key] == true.get(key)}
    found = together(before, after, same)
    cell, number, figure = ("c0", "I0", "GE300"), *((0, true) if way == "gone" else (1, now))
    low, high = found[number, cell]
    assert low <= figure[cell] * 0.86 and high >= figure[cell] * 1.14


def test_an_edition_that_is_not_built_any_more_stays_known(tmp_path, first):
    """Withdrawn with its file: its readers have it, and the next month lists nearly the same firms."""
    out, said, hidden = first
    later = units("2026-06", {(1, 1): 3})
    again = make(tmp_path / "again" / "candidate.duckdb", later)
    (table,) = protect(again, tmp_path / "anew", [out])["tables"]
    assert table["is_safe"]
    shown = {key[1:]: figure for key, figure in figures(again, False).items()}
    for key, figure in hidden.items():
        assert shown.get(key) != figure, key
    still = {key[1:]: figure for key, figure in figures(again, True).items()}
    assert [key for key, figure in said.items() if figure and still.get(key) == figure] == []


def test_what_is_made_up_says_nothing_of_what_is_real(tmp_path, first):
    out, *_ = first
    change(out, "UPDATE mart SET is_simulated = false, period = '2025-01'")
    again = make(tmp_path / "again" / "candidate.duckdb", units("2026-05"))
    alone = make(tmp_path / "alone" / "candidate.duckdb", units("2026-05"))
    told = [
        protect(path, tmp_path / path.parent.name, released)["tables"]
        for path, released in ((again, [out]), (alone, []))
    ]
    assert told[0] == told[1]
    assert told[0][0]["dataset"] == DATASET
