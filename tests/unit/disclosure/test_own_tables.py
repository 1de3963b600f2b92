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


def test_audit_finds_a_table_that_hides_one_cell_alone(folder):
    (folder / "table.csv").write_text(
        "region,branch,turnover\nnorth,_T,10\nnorth,steel,4\nnorth,food,X\n", encoding="utf-8"
    )
    (folder / "flat.yml").write_text(
        CONFIG.replace(", parents: {food: consumer, cloth: consumer}", "")
    )
    result = run("audit", "--config", folder / "flat.yml", "--table", folder / "table.csv")
    assert result.exit_code == 1
    assert "north|food" in result.output


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
