"""KPIs of tables that are out already: known to whoever audits one of them, and to whoever reads the next."""

from __future__ import annotations

import csv

import pytest

from .test_own_tables import FLAT, hidden, protect, run, units

ONE = """
dimensions: [{name: region}]
figure: turnover
respondent: firm
rules: [{kind: min_respondents, n: 3}]
minimum_level: 1
"""
PER = "kpis: [{kind: per, per: workers}]\n"
HHI = "kpis: [{kind: hhi, dimension: region, decimals: 8}]\n"
SHARE = "kpis: [{kind: share, dimension: region}]\n"
EARLIER = "earlier: [{table: out.csv%s}]\n"
#: Two firms in a and in b, more in c and d: 30, 25, 60, 85 of 200.
FIRMS = [("a1", "a", 20), ("a2", "a", 10), ("b1", "b", 15), ("b2", "b", 10)]
FIRMS += [(f"c{i}", "c", 15) for i in range(4)] + [(f"d{i}", "d", 17) for i in range(5)]
COLUMNS = ("firm", "region", "turnover")
#: 900 + 625 + 3600 + 7225 of 40,000
INDEX = "0.30875000"


def audit(folder, config, table, *more, code=0):
    (folder / "own.yml").write_text(config, encoding="utf-8")
    (folder / "t.csv").write_text(table, encoding="utf-8")
    (folder / "i.csv").unlink(missing_ok=True)
    result = run(
        *("audit", "--config", folder / "own.yml", "--table", folder / "t.csv"),
        *("--out", folder / "i.csv", *more),
    )
    assert result.exit_code == code, result.output
    assert (folder / "i.csv").stat().st_mode & 0o077 == 0
    rows = csv.DictReader((folder / "i.csv").open(encoding="utf-8"))
    return result.output, {r["region"]: r for r in rows}


def test_an_index_gives_two_hidden_parts_away(tmp_path):
    table = f"region,turnover,turnover_hhi_region\na,X,\nb,X,\nc,60,\nd,85,\n_T,200,{INDEX}\n"
    told, rows = audit(tmp_path, ONE + HHI, table, code=1)
    assert "2 can be worked out exactly: a, b" in told
    assert sorted(float(r["low"]) for r in rows.values()) == pytest.approx([25, 30], abs=1e-3)
    # without the index they share 55
    _, rows = audit(tmp_path, ONE + HHI, table.replace(INDEX, ""))
    assert {r["exact"] for r in rows.values()} == {"False"}
    assert [float(rows["a"][k]) for k in ("low", "high")] == pytest.approx([0, 55])


def test_an_index_narrows_what_three_hidden_parts_leave(tmp_path):
    table = f"region,turnover,turnover_hhi_region\na,X,\nb,X,\nc,,\nd,85,\n_T,200,{INDEX}\n"
    told, rows = audit(tmp_path, ONE + HHI, table)
    assert "0 can be worked out exactly" in told
    # x + y + z = 115, squares 5125: each lies on a circle about 115 / 3, of radius sqrt(5125 - 115² / 3)
    radius = (5125 - 115**2 / 3) ** 0.5 * (2 / 3) ** 0.5
    for row in rows.values():
        low, high = float(row["low"]), float(row["high"])
        assert 115 / 3 - radius - 0.01 <= low < high <= 115 / 3 + radius + 0.01
        assert high - low > 0.8 * 2 * radius  # most of it is found


def test_output_per_worker_gives_a_figure_away(tmp_path):
    table = (
        "region,turnover,workers,turnover_per_workers\na,X,3,10\nb,X,5,5\nc,60,4,15\n_T,115,12,\n"
    )
    told, rows = audit(tmp_path, ONE + PER, table, code=1)
    assert "turnover|a" in told and rows["a"]["figure"] == "turnover"
    assert float(rows["a"]["low"]) == pytest.approx(30)
    assert float(rows["b"]["high"]) == pytest.approx(25)


def test_with_units_every_respondent_is_held_against_it(tmp_path):
    units(tmp_path, FIRMS, columns=COLUMNS)
    table = "region,turnover\na,X\nb,X\nc,60\nd,85\n_T,200\n"
    told, rows = audit(tmp_path, ONE, table, "--units", tmp_path / "units.csv")
    assert "2 sensitive cells, 0 not hidden far enough, held against the outsider and 4" in told
    # One firm alone in a and in b knows both sums; with another behind b it still knows a, and so b.
    alone = [("a1", "a", 30), ("a1", "b", 10), ("b2", "b", 15), *FIRMS[4:]]
    units(tmp_path, alone, columns=COLUMNS)
    told, rows = audit(tmp_path, ONE, table, "--units", tmp_path / "units.csv", code=1)
    assert "1 not hidden far enough: b (respondent)" in told
    assert rows["b"]["too_close_for"] == "respondent" and rows["a"]["too_close_for"] == ""
    # An index that stands beside it is known to everybody.
    units(tmp_path, FIRMS, columns=COLUMNS)
    with_index = f"region,turnover,turnover_hhi_region\na,X,\nb,X,\nc,60,\nd,85,\n_T,200,{INDEX}\n"
    told, _ = audit(tmp_path, ONE + HHI, with_index, "--units", tmp_path / "units.csv", code=1)
    assert "2 not hidden far enough: a (outsider" in told
    # and a sensitive figure that is simply printed
    told, _ = audit(
        tmp_path, ONE, table.replace("a,X", "a,30"), "--units", tmp_path / "units.csv", code=1
    )
    assert "a (outsider)" in told


def test_what_an_earlier_table_printed_is_held_against_the_audited_one(tmp_path):
    units(tmp_path, FIRMS, columns=COLUMNS)
    (tmp_path / "out.csv").write_text("region,turnover\na,30\nb,X\nc,60\nd,85\n_T,200\n")
    table = "region,turnover\na,X\nb,X\nc,60\nd,85\n_T,200\n"
    config = ONE + EARLIER % ""
    told, _ = audit(tmp_path, config, table, "--units", tmp_path / "units.csv", code=1)
    assert "a (outsider)" in told and "b (outsider" in told


KPIS = [
    (SHARE, "turnover_share_region_pct", {"a": "15"}),
    (HHI, "turnover_hhi_region", {"_T": INDEX}),
]


def out(folder, column, texts, **changes):
    """An earlier table that withheld a and b, with a KPI beside it."""
    figures = {"a": "", "b": "", "c": "60", "d": "85", "_T": "200"} | changes
    lines = [f"{r},{v},{texts.get(r, '')}" for r, v in figures.items()]
    text = "\n".join([f"region,turnover,{column}", *lines])
    (folder / "out.csv").write_text(text + "\n", encoding="utf-8")


@pytest.mark.parametrize("edition", ["", ", units: units.csv"])
@pytest.mark.parametrize(("kpi", "column", "texts"), KPIS)
def test_kpis_of_an_earlier_table_are_part_of_the_proof(tmp_path, kpi, column, texts, edition):
    units(tmp_path, FIRMS, columns=COLUMNS)
    out(tmp_path, column, {})
    assert hidden(protect(tmp_path, ONE + kpi + EARLIER % edition, out="now.csv")) == {
        ("a",),
        ("b",),
    }
    out(tmp_path, column, texts)  # this one gave both away
    told = protect(tmp_path, ONE + kpi + EARLIER % edition, out="never.csv", code=2)
    assert "cannot be protected" in told and "a (" in told


@pytest.mark.parametrize(("kpi", "column", "texts"), KPIS)
def test_kpis_that_fit_no_withheld_figure_of_today_ask_for_the_units(tmp_path, kpi, column, texts):
    units(tmp_path, FIRMS, columns=COLUMNS)
    wrong = {key: text.replace("15", "99").replace("0.30", "0.40") for key, text in texts.items()}
    out(tmp_path, column, wrong)
    told = protect(tmp_path, ONE + kpi + EARLIER % "", out="never.csv", code=2)
    assert "do not follow from what is withheld now" in told and "(`units`)" in told
    told = protect(tmp_path, ONE + kpi + EARLIER % ", units: units.csv", out="never.csv", code=2)
    assert "but the units give" in told


def test_an_earlier_share_that_was_rounded_leaves_what_it_leaves(tmp_path):
    """Of 200 a share of 15.0 says 29.9 to 30.1, which is too near; one of 15 says 29 to 31."""
    units(tmp_path, FIRMS, columns=COLUMNS)
    for decimals, text, code in ((1, "15.0", 2), (0, "15", 0)):
        kpi = SHARE.replace("}", f", decimals: {decimals}}}")
        out(tmp_path, "turnover_share_region_pct", {"a": text})
        config = ONE.replace("level: 1", "level: 0.5").replace("n: 3", "n: 3, safety_range_pct: 1")
        config += kpi + EARLIER % ""
        protect(tmp_path, config, out=f"{decimals}.csv", code=code)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"e": "12"}, "e is not in the table of today: name all codes"),
        ({"a": "many"}, "'many' is no number"),
    ],
)
def test_an_earlier_table_that_cannot_be_held_against_it_is_told(tmp_path, changes, message):
    units(tmp_path, FIRMS, columns=COLUMNS)
    out(tmp_path, "turnover_share_region_pct", {}, **changes)
    assert message in protect(tmp_path, ONE + SHARE + EARLIER % "", out="never.csv", code=2)


def test_figures_that_nobody_told_of_are_not_passed_over(tmp_path):
    units(tmp_path, FIRMS, columns=COLUMNS)
    out(tmp_path, "turnover_share_region_pct", {"a": "15"})
    told = protect(tmp_path, ONE + EARLIER % "", out="never.csv", code=2)
    assert "turnover_share_region_pct holds figures" in told and "enter it under `kpis`" in told
    out(tmp_path, "note", {"a": "revised"})
    protect(tmp_path, ONE + EARLIER % "", out="now.csv")


def test_growth_in_an_earlier_edition_binds_the_next_one(tmp_path):
    """Last quarter's table printed growth on the quarter before, of a figure that it withheld: where the
    figure of the quarter before is printed now, that gives last quarter's away."""
    columns = ("firm", "quarter", "branch", "turnover")
    config = FLAT.replace("{name: region}", "{name: quarter, with_total: false}")
    config += "kpis: [{kind: growth, dimension: quarter, decimals: 1}]\n"
    sizes = {"food": 1, "cloth": 5, "steel": 5, "wood": 5}

    def rows(quarters):
        return [
            (f"{b}{i}", q, b, 60 + 11 * i + 3 * int(q[-1]))
            for q in quarters
            for b, n in sizes.items()
            for i in range(n if q == "2025-Q2" else 5)
        ]

    units(tmp_path, rows(["2025-Q1", "2025-Q2"]), name="then.csv", columns=columns)
    first = protect(tmp_path, config, units="then.csv", out="first.csv")
    assert ("2025-Q2", "food") in hidden(first)
    lines = (tmp_path / "first.csv").read_text(encoding="utf-8").splitlines()
    assert lines[0].endswith("turnover_growth_quarter_pct")
    grown = [f"{line}-80.2" if line.startswith("2025-Q2,food,") else line for line in lines]
    units(tmp_path, rows(["2025-Q1", "2025-Q2", "2025-Q3"]), columns=columns)
    earlier = "earlier: [{table: first.csv, units: then.csv}]\n"
    protect(tmp_path, config + earlier, out="second.csv")
    (tmp_path / "first.csv").write_text("\n".join(grown) + "\n", encoding="utf-8")
    told = protect(tmp_path, config + earlier, out="third.csv", code=2)
    assert "2025-Q2|food" in told


def test_an_earlier_share_of_a_total_that_is_printed_only_now(tmp_path):
    """10 % of a total that nobody knew then: printed today it would give the part away."""
    firms = [*FIRMS[:2], *((f"b{i}", "b", 30) for i in range(4))]
    units(tmp_path, firms + [(f"c{i}", "c", 30) for i in range(5)], columns=COLUMNS)
    table = "region,turnover,turnover_share_region_pct\na,,10\nb,,\nc,150,\n"
    (tmp_path / "out.csv").write_text(table, encoding="utf-8")
    found = hidden(protect(tmp_path, ONE + SHARE + EARLIER % "", out="now.csv"))
    assert found == {("a",), ("b",), ("_T",)}


def test_a_share_of_a_total_that_the_table_lacks_cannot_be_audited(tmp_path):
    """a is 12/40 of c: what a share tells without its total is not passed over."""
    (tmp_path / "own.yml").write_text(ONE + SHARE, encoding="utf-8")
    table = "region,turnover,turnover_share_region_pct\na,X,12\nb,X,48\nc,100,40\n"
    (tmp_path / "t.csv").write_text(table, encoding="utf-8")
    result = run("audit", "--config", tmp_path / "own.yml", "--table", tmp_path / "t.csv")
    assert result.exit_code == 2
    assert "turnover_share_region_pct of a is printed, but the table lacks cells" in result.output
    # the total's own share says nothing, and a withheld total is a cell
    _, rows = audit(tmp_path, ONE + SHARE, table + "_T,X,100\n", code=1)
    assert float(rows["a"]["low"]) == pytest.approx(30)


def test_noughts_at_the_end_that_a_spreadsheet_left_out_are_digits(tmp_path):
    share = SHARE.replace("}", ", decimals: 1}")
    table = "region,turnover,turnover_share_region_pct\na,X,%s\nb,X,24.9\nc,45,45.1\n_T,100,\n"
    _, with_nought = audit(tmp_path, ONE + share, table % "30.0", code=1)
    _, without = audit(tmp_path, ONE + share, table % "30", code=1)
    assert without == with_nought
    assert float(without["a"]["high"]) == pytest.approx(30.05)


def test_figures_without_an_end_are_not_given_away_by_an_index(tmp_path):
    table = f"region,turnover,turnover_hhi_region\na,X,\nb,X,\nc,X,\nd,X,\n_T,X,{INDEX}\n"
    told, rows = audit(tmp_path, ONE + HHI, table)
    assert "0 can be worked out exactly" in told and {r["high"] for r in rows.values()} == {""}
