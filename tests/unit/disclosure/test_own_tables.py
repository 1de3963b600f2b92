"""`sandan disclosure`: a user's own unit data and tables."""

from __future__ import annotations

import csv

import pytest
from typer.testing import CliRunner

from pipeline.disclosure_cli import disclosure_app

CONFIG = """
dimensions:
  - {name: region}
  - {name: branch, parents: {food: consumer, cloth: consumer}}
figure: turnover
respondent: firm
rules:
  - {kind: min_respondents, n: 3}
  - {kind: p_percent, p: 10}
weight: value
"""
FLAT = CONFIG.replace(", parents: {food: consumer, cloth: consumer}", "")  # branches without groups


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "config.yml").write_text(CONFIG, encoding="utf-8")
    with (tmp_path / "units.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["firm", "region", "branch", "turnover"])
        number = 0
        for region in ("north", "south", "west"):
            for branch in ("food", "cloth", "steel"):
                for _ in range(1 if (region, branch) == ("north", "food") else 5):
                    number += 1
                    writer.writerow([f"firm {number}", region, branch, 100 + 13 * number % 57])
    return tmp_path


def run(*arguments):
    return CliRunner().invoke(disclosure_app, [str(a) for a in arguments])


def test_protect_and_then_audit(folder):
    result = run(
        *("protect", "--config", folder / "config.yml", "--units", folder / "units.csv"),
        *("--out", folder / "table.csv"),
    )
    assert result.exit_code == 0, result.output
    rows = list(csv.DictReader((folder / "table.csv").open(encoding="utf-8")))
    assert len(rows) == 4 * 5
    status = {(r["region"], r["branch"]): r for r in rows}
    assert status["north", "food"]["conf_status"] == "C"
    assert status["north", "food"]["turnover"] == ""
    assert status["north", "food"]["conf_rule"] == "n<3|p10%"
    assert {r["conf_rule"] for r in rows if r["conf_status"] == "D"} == {"secondary"}
    result = run(
        *("audit", "--config", folder / "config.yml", "--table", folder / "table.csv"),
        *("--out", folder / "intervals.csv"),
    )
    assert result.exit_code == 0, result.output
    intervals = list(csv.DictReader((folder / "intervals.csv").open(encoding="utf-8")))
    assert {r["exact"] for r in intervals} == {"False"}


def test_what_is_not_proven_to_be_the_least_loss_says_so(folder, monkeypatch):
    arguments = ("--config", folder / "config.yml", "--units", folder / "units.csv", "--out")
    result = run("protect", *arguments, folder / "one.csv")
    assert "the least possible loss" in result.output and "가능한 최소 손실" in result.output
    monkeypatch.setattr("disclosure.exact.PROGRAMS", 0)
    result = run("protect", *arguments, folder / "two.csv")
    assert result.exit_code == 0, result.output
    assert "not proven to be the least" in result.output and "증명되지 않음" in result.output


def test_a_zero_needs_a_level_of_its_own(folder):
    """15 % of nothing is nothing: the only firm's zero would be called protected whatever is published."""
    with (folder / "units.csv").open("a", encoding="utf-8", newline="") as file:
        csv.writer(file).writerow(["alone", "east", "steel", 0])
    arguments = ("--config", folder / "config.yml", "--units", folder / "units.csv", "--out")
    result = run("protect", *arguments, folder / "one.csv")
    assert result.exit_code == 2 and not (folder / "one.csv").exists()
    assert "east|steel" in result.output and "minimum_level" in result.output
    (folder / "config.yml").write_text(CONFIG + "minimum_level: 10\n", encoding="utf-8")
    assert run("protect", *arguments, folder / "one.csv").exit_code == 0
    result = run("audit", *arguments[:4], "--table", folder / "one.csv")
    assert result.exit_code == 0, result.output


def written(path):
    """The rows of a table that was written, by their codes."""
    rows = list(csv.DictReader(path.open(encoding="utf-8")))
    names = list(rows[0])
    codes = names[: names.index("turnover")]
    return {tuple(r[c] for c in codes): r for r in rows}


def protect(folder, config, units="units.csv", out="table.csv", code=0):
    (folder / "own.yml").write_text(config, encoding="utf-8")
    result = run(
        *("protect", "--config", folder / "own.yml", "--units", folder / units),
        *("--out", folder / out),
    )
    assert result.exit_code == code, result.output
    if code:
        assert not (folder / out).exists()
        return result.output
    return written(folder / out)


def units(folder, rows, name="units.csv", columns=("firm", "region", "branch", "turnover")):
    with (folder / name).open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([columns, *rows])


def hidden(table):
    return {key for key, row in table.items() if row["conf_status"] != "F"}


def test_linked_tables_are_protected_together(folder):
    config = FLAT
    rows = list(csv.DictReader((folder / "units.csv").open(encoding="utf-8")))
    units(
        folder,
        [(*r.values(), ("small", "large")[i % 2]) for i, r in enumerate(rows)],
        columns=("firm", "region", "branch", "turnover", "size"),
    )
    config = config.replace("figure:", "  - {name: size}\nfigure:")
    table = protect(folder, config + "tables: [[region, branch], [region, size]]\n")
    assert len(table) == 4 * 4 + 4 * 3 - 4  # the margin by region is one
    assert table["north", "food", "_T"]["conf_status"] == "C"
    assert ("north", "food", "small") not in table
    with_third = protect(folder, config, out="whole.csv")
    assert len(with_third) == 4 * 4 * 3


def test_quarters_and_their_year(folder):
    rows = []
    for quarter in ("2025-Q1", "2025-Q2", "2025-Q3", "2025-Q4"):
        for branch in ("food", "cloth", "steel"):
            few = 1 if (quarter, branch) == ("2025-Q2", "food") else 4
            rows += [(f"{branch}{i}", quarter, branch, 90 + 7 * i) for i in range(few)]
    units(folder, rows, columns=("firm", "quarter", "branch", "turnover"))
    config = FLAT.replace("region", "quarter")
    gone = hidden(protect(folder, config))
    assert ("2025-Q2", "food") in gone
    # by its quarter, and by its year: a square at least
    assert len({k for k in gone if k[0] == "2025-Q2"}) > 1
    assert len({k for k in gone if k[1] == "food"}) > 1


def test_what_cannot_be_protected_is_named_with_the_reason_and_nothing_is_written(folder):
    # The north has one firm and nothing else; branches have codes that nobody is in.
    units(folder, [("a", "north", "food", 90), *((f"b{i}", "south", "food", 50) for i in range(4))])
    earlier = "earlier:\n  - {table: out.csv}\n"
    (folder / "out.csv").write_text(
        "region,branch,turnover\nsouth,_T,200\n_T,_T,290\n_T,food,290\nsouth,food,200\n"
    )
    told = protect(folder, FLAT + earlier, code=2)
    assert "cannot be protected" in told and "Join categories" in told
    for cell in ("north|food", "north|_T"):
        lines = [line for line in told.splitlines() if line.startswith(f"  {cell} (")]
        assert lines and all(" / " in line for line in lines), told
    assert "known or empty" in told and "알려져 있거나 비어 있다" in told


def test_kpis_of_withheld_figures_are_left_out(folder):
    kpis = """
kpis:
  - {kind: share, dimension: region, decimals: 1}
  - {kind: hhi, dimension: region, decimals: 4}
"""
    table = protect(folder, FLAT + kpis)
    plain = protect(folder, FLAT, out="plain.csv")
    assert hidden(table) == hidden(plain)  # KPIs give way
    for key, row in table.items():
        if key[0] == "_T":
            continue
        whole = table["_T", key[1]]
        known = row["turnover"] and whole["turnover"]
        assert bool(row["turnover_share_region_pct"]) == bool(known)
        if known:
            share = 100 * float(row["turnover"]) / float(whole["turnover"])
            assert float(row["turnover_share_region_pct"]) == pytest.approx(share, abs=0.05)
    open_ = {k[1] for k, row in table.items() if row["turnover_hhi_region"]}
    safe = {
        b for b in ("food", "cloth", "steel", "_T") if not any(k[1] == b for k in hidden(table))
    }
    assert safe and safe <= open_ and "food" not in open_
    for branch in safe:
        parts = [float(table[r, branch]["turnover"]) for r in ("north", "south", "west")]
        index = sum((p / sum(parts)) ** 2 for p in parts)
        assert float(table["_T", branch]["turnover_hhi_region"]) == pytest.approx(index, abs=5e-5)


@pytest.mark.parametrize(("kind", "digits"), [("share", 1), ("hhi", 6)])
def test_cells_give_way_to_a_kpi_that_is_kept(folder, kind, digits):
    # Regions and branches of different size, so that an index of three leaves some room.
    size = {"north": 2, "south": 3, "west": 5, "food": 30, "cloth": 50, "steel": 20}
    cells = [(r, b) for r in ("north", "south", "west") for b in ("food", "cloth", "steel")]
    units(
        folder,
        [
            (f"{r}{b}{i}", r, b, size[r] * size[b] + 17 * i)
            for r, b in cells
            for i in range(1 if (r, b) == ("north", "food") else 5)
        ],
    )
    plain = protect(folder, FLAT, out="plain.csv")
    kept = protect(
        folder,
        f"{FLAT}kpis:\n  - {{kind: {kind}, dimension: region, decimals: {digits}, keep: true}}\nmethod: heuristic\n",
    )
    assert len(hidden(plain)) < len(hidden(kept))
    column = "turnover_share_region_pct" if kind == "share" else "turnover_hhi_region"
    printed = {k for k, row in kept.items() if row[column]}
    assert printed == {k for k in kept if (k[0] == "_T") is (kind == "hhi")}


def test_growth_beside_last_years_level(folder):
    rows = []
    for year, factor in (("2024", 1.0), ("2025", 1.1)):
        for branch in ("food", "cloth", "steel", "wood"):
            for i in range(1 if branch == "food" and year == "2025" else 5):
                rows.append((f"{branch}{i}", year, branch, round((60 + 11 * i) * factor)))
    units(folder, rows, columns=("firm", "year", "branch", "turnover"))
    config = FLAT.replace("{name: region}", "{name: year, with_total: false}")
    growth = "kpis:\n  - {kind: growth, dimension: year, decimals: 1"
    loose = protect(folder, config + growth + "}\n", out="loose.csv")
    assert hidden(loose) == {k for k in hidden(loose) if k[0] == "2025"}
    assert not loose["2025", "food"]["turnover_growth_year_pct"]
    assert loose["2025", "_T"]["turnover_growth_year_pct"]
    assert not any(r["turnover_growth_year_pct"] for k, r in loose.items() if k[0] == "2024")
    # Printed for every cell, growth gives a level away beside the one of last year, so that goes, too.
    kept = protect(folder, config + growth + ", keep: true}\n")
    assert ("2024", "food") in hidden(kept)
    assert all(r["turnover_growth_year_pct"] for k, r in kept.items() if k[0] == "2025")


def test_output_per_worker_ties_two_figures(folder):
    rows = list(csv.DictReader((folder / "units.csv").open(encoding="utf-8")))
    units(
        folder,
        [(*r.values(), 3 + i % 4) for i, r in enumerate(rows)],
        columns=("firm", "region", "branch", "turnover", "workers"),
    )
    dominant = FLAT.replace("{kind: p_percent, p: 10}", "{kind: dominance, n: 1, k: 95}")
    per = "kpis:\n  - {kind: per, per: workers, decimals: 2"
    loose = protect(folder, dominant + per + "}\n", out="loose.csv")
    for row in loose.values():
        known = row["turnover"] and row["workers"]
        assert bool(row["turnover_per_workers"]) == bool(known)
    assert {r["workers_conf_status"] for r in loose.values()} >= {"F", "C"}
    kept = protect(folder, dominant + per + ", keep: true}\nmethod: heuristic\n")
    assert all(r["turnover_per_workers"] for r in kept.values())
    # A figure that is out gives the other away: so where one is sensitive, both are gone.
    for row in kept.values():
        if "C" in (row["conf_status"], row["workers_conf_status"]):
            assert not row["turnover"] and not row["workers"]


def test_a_table_that_is_out_already_binds_its_next_release(folder):
    first = protect(folder, FLAT, out="first.csv")
    # then the south's cloth loses firms: the pattern would be another one
    rows = list(csv.reader((folder / "units.csv").open(encoding="utf-8")))[1:]
    losing = [r for r in rows if r[1:3] == ["south", "cloth"]]
    units(folder, [r for r in rows if r not in losing[2:]], name="later.csv")
    second = protect(
        folder, FLAT + "earlier:\n  - {table: first.csv}\n", units="later.csv", out="second.csv"
    )
    assert hidden(first) <= hidden(second) and ("south", "cloth") in hidden(second)
    for key, row in first.items():
        if row["turnover"] and key[0] != "south" and key[1] not in ("cloth", "_T"):
            assert second[key]["turnover"] == row["turnover"], key
    # and what was out of a cell that has become sensitive cannot be taken back
    (folder / "said.csv").write_text("region,branch,turnover\nnorth,food,113\n", encoding="utf-8")
    told = protect(folder, FLAT + "earlier:\n  - {table: said.csv}\n", out="third.csv", code=2)
    assert "north|food" in told and "known already" in told and "이미 알려져 있다" in told


def test_earlier_tables_may_bear_one_file_name(folder):
    """Both said another figure of one cell: each is a figure of its own."""
    rows = list(csv.reader((folder / "units.csv").open(encoding="utf-8")))[1:]
    first = protect(folder, FLAT, out="first.csv")
    shown = next(key for key, row in first.items() if row["turnover"] and "_T" not in key)
    at = next(i for i, row in enumerate(rows) if tuple(row[1:3]) == shown)
    for name, more in (("x", 5), ("y", 9)):
        (folder / name).mkdir()
        changed = [*rows[at][:3], int(rows[at][3]) + more]
        units(folder, [*rows[:at], changed, *rows[at + 1 :]], name=f"{name}.csv")
        then = protect(folder, FLAT, units=f"{name}.csv", out=f"{name}/out.csv")
        assert then[shown]["turnover"] != first[shown]["turnover"]
    earlier = "earlier:\n  - {table: x/out.csv}\n  - {table: y/out.csv}\n"
    assert hidden(first) <= hidden(protect(folder, FLAT + earlier, out="second.csv"))


def test_an_edition_with_its_units_is_protected_as_one_with_the_new_one(folder):
    first = protect(folder, FLAT, out="first.csv")
    rows = list(csv.reader((folder / "units.csv").open(encoding="utf-8")))[1:]
    changed = [[r[0], r[1], r[2], r[3] if r[1] != "west" else str(int(r[3]) + 5)] for r in rows]
    units(folder, changed, name="later.csv")
    earlier = "earlier:\n  - {table: first.csv, units: units.csv}\n"
    second = protect(folder, FLAT + earlier, units="later.csv", out="second.csv")
    for key, row in second.items():
        if key[0] in ("north", "south"):  # unchanged: published in both or in none
            assert bool(row["turnover"]) == bool(first[key]["turnover"]), key
    told = protect(
        folder,
        FLAT + "earlier:\n  - {table: first.csv, units: later.csv}\n",
        units="later.csv",
        out="third.csv",
        code=2,
    )
    assert "but its units sum to" in told


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("kpis:\n  - {kind: share}\n", "needs `dimension`"),
        ("kpis:\n  - {kind: per, dimension: region}\n", "needs `per`"),
        ("kpis:\n  - {kind: per, per: workers}\n", "no column workers"),
        ("kpis:\n  - {kind: hhi, dimension: colour}\n", "there is no dimension colour"),
        ("kpis:\n  - {kind: median, dimension: region}\n", "kind"),
        ("earlier:\n  - {table: nowhere.csv}\n", "nowhere.csv"),
    ],
)
def test_a_configuration_that_cannot_be_is_told(folder, text, message):
    assert message in protect(folder, CONFIG + text, code=2)


def test_a_table_is_not_overwritten(folder):
    protect(folder, CONFIG)
    before = (folder / "table.csv").read_bytes()
    result = run(
        *("protect", "--config", folder / "own.yml", "--units", folder / "units.csv"),
        *("--out", folder / "table.csv"),
    )
    assert result.exit_code == 2 and "not overwritten" in result.output
    assert (folder / "table.csv").read_bytes() == before


def test_audit_finds_a_table_that_hides_one_cell_alone(folder):
    (folder / "table.csv").write_text(
        "region,branch,turnover\nnorth,_T,10\nnorth,steel,4\nnorth,food,X\n", encoding="utf-8"
    )
    (folder / "flat.yml").write_text(FLAT)
    result = run("audit", "--config", folder / "flat.yml", "--table", folder / "table.csv")
    assert result.exit_code == 1
    assert "north|food" in result.output


SHARES = """
dimensions: [{name: region}]
figure: turnover
kpis:
  - {kind: share, dimension: region%s}
  - {kind: hhi, dimension: region}
"""


@pytest.mark.parametrize(
    ("share", "decimals", "expected"),
    [
        ("", "", (0.0, 55.0, "False")),  # no share printed: what is left of the sum
        ("X", "", (0.0, 55.0, "False")),  # withheld, as a publisher writes it
        ("30.0", ", decimals: 1", (29.95, 30.05, "False")),
        ("30", "", (30.0, 30.0, "True")),
    ],
)
def test_audit_takes_the_shares_that_are_printed_beside(tmp_path, share, decimals, expected):
    (tmp_path / "c.yml").write_text(SHARES % decimals, encoding="utf-8")
    (tmp_path / "t.csv").write_text(
        f"region,turnover,turnover_share_region_pct\na,X,{share}\nb,,\nc,45,45\n_T,100,\n",
        encoding="utf-8",
    )
    result = run(
        *("audit", "--config", tmp_path / "c.yml", "--table", tmp_path / "t.csv"),
        *("--out", tmp_path / "i.csv"),
    )
    low, high, exact = expected
    assert result.exit_code == (1 if exact == "True" else 0), result.output
    assert "not printed in it: turnover_hhi_region" in result.output
    rows = {r["region"]: r for r in csv.DictReader((tmp_path / "i.csv").open(encoding="utf-8"))}
    assert float(rows["a"]["low"]) == pytest.approx(low, abs=1e-6)
    assert float(rows["a"]["high"]) == pytest.approx(high, abs=1e-6)
    assert rows["a"]["exact"] == exact
    assert (tmp_path / "i.csv").stat().st_mode & 0o077 == 0


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("firm,region,branch\n", "no column turnover"),
        ("firm,region,branch,turnover\nx,north,food,many\n", "line 2: 'many' is no number"),
        ("firm,region,branch,turnover\n,north,food,1\n", "line 2: no respondent"),
        ("firm,region,branch,turnover\nx,north,food,-3\n", "negative"),
        ("firm,region,branch,turnover\n", "no units"),
    ],
)
def test_bad_input_is_told_and_nothing_written(folder, text, message):
    (folder / "units.csv").write_text(text, encoding="utf-8")
    result = run(
        *("protect", "--config", folder / "config.yml", "--units", folder / "units.csv"),
        *("--out", folder / "table.csv"),
    )
    assert result.exit_code == 2
    assert message in result.output
    assert not (folder / "table.csv").exists()
