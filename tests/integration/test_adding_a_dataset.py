"""docs/adding-a-dataset.md, followed to the letter in a copy of the project."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import SplitResult, parse_qs, urlsplit

import duckdb
import pytest

from ingestion.sample import write_sample

REPOSITORY = Path(__file__).resolve().parents[2]
PAGE = REPOSITORY / "docs" / "adding-a-dataset.md"
#: What a run needs of the project.
ROOMS = ("pipeline", "ingestion", "dbt_project", "expectations", "publication")


def block(name: str) -> str:
    """The fenced block of that name on the page."""
    found = re.search(rf"^```\w+ {name}\n(.*?)^```", PAGE.read_text(encoding="utf-8"), re.S | re.M)
    assert found, f"the page has no block {name}"
    return found[1]


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the project with what the page says put where it says."""
    copy = tmp_path_factory.mktemp("project")
    for room in ROOMS:
        shutil.copytree(
            REPOSITORY / room,
            copy / room,
            ignore=shutil.ignore_patterns(
                "__pycache__", "target", "logs", "node_modules", ".observablehq"
            ),
        )
    page = PAGE.read_text(encoding="utf-8")
    places = re.findall(r"`(ingestion/(?:contracts/\w+\.yml|parsers/\w+\.py))`", page)
    named = dict(zip(("contract", "yearbook-contract", "yearbook-parser"), places, strict=True))
    for name, place in named.items():
        assert not (copy / place).exists(), place
        (copy / place).write_text(block(name), encoding="utf-8")
    seed = copy / "dbt_project/seeds/series.csv"
    known = seed.read_text(encoding="utf-8")
    seed.write_text(known.rstrip("\n") + "\n" + block("series"), encoding="utf-8")
    return copy


def sandan(project: Path, home: Path, *arguments: str, **environment: str) -> str:
    result = subprocess.run(
        [sys.executable, "-m", "pipeline.cli", *arguments],
        cwd=project,
        env={**os.environ, "PYTHONPATH": str(project), "SANDAN_HOME": str(home)} | environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode == 0, result.stdout + result.stderr
    return result.stdout


@pytest.fixture
def publisher() -> Iterator[tuple[str, list[SplitResult]]]:
    """A publisher on this machine that gives the answer of the page, and what it was asked."""
    asked: list[SplitResult] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(urlsplit(self.path))
            self.send_response(200)
            self.end_headers()
            self.wfile.write(block("answer").encode())

        def log_message(self, *arguments: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_address[1]}", asked
        server.shutdown()


def test_the_page_leads_to_a_figure_in_a_release(project: Path, tmp_path: Path) -> None:
    inbox, home = tmp_path / "folder", tmp_path / "home"
    write_sample(inbox, registry_dir=REPOSITORY / "dbt_project/seeds", with_faults=False)
    name = re.search(r"`(\w+\.json)`", PAGE.read_text(encoding="utf-8"))
    assert name
    (inbox / name[1]).write_text(block("answer"), encoding="utf-8")
    (inbox / f"{name[1]}.meta.json").write_text('{"simulated": true}', encoding="utf-8")

    (inbox / "yearbook.csv").write_text(block("yearbook"), encoding="utf-8")
    (inbox / "yearbook.csv.meta.json").write_text('{"simulated": true}', encoding="utf-8")

    told = sandan(project, home, "run", "--inbox", str(inbox))
    assert f"{name[1]}: landed, kosis__labour_force" in told
    assert "yearbook.csv: landed, kosis__yearbook all, 2 rows" in told

    with duckdb.connect(str(home / "releases/current/kicox.duckdb"), read_only=True) as release:
        rows = release.execute(
            "SELECT period, value, sheet, cell FROM national_series "
            "WHERE series = 'national_manufacturing_employment' AND is_latest ORDER BY period"
        ).fetchall()
        # thousand persons in the answer, persons in the mart
        assert [row[:2] for row in rows] == [("2024", 4_453_000.0), ("2025", 4_412_000.0)]
        # what the page's own parser read: a figure with its cell, and a suppressed one that is none
        yearbook = release.execute(
            "SELECT period, value, obs_status, cell FROM national_series "
            "WHERE series = 'national_mining_manufacturing_shipments' AND is_latest ORDER BY period"
        ).fetchall()
        assert yearbook == [("2023", 19_925_000.0, "A", "C2"), ("2024", None, "Q", "D2")]
        shares = release.execute(
            "SELECT period, denominator, share_pct FROM national_share "
            "WHERE definition = 'manufacturing_employment' AND period IN ('2024', '2025') "
            "AND share_pct IS NOT NULL ORDER BY period"
        ).fetchall()
    assert [row[:2] for row in shares] == [("2024", 4_453_000.0), ("2025", 4_412_000.0)]
    assert all(10 < share < 40 for _, _, share in shares)
    listed = subprocess.run(
        [
            sys.executable,
            "-c",
            "from pipeline.schedules import fetch_schedules as f\n"
            "print([s.crons[0] for s in f() if s.dataset == 'kosis__labour_force'])",
        ],
        cwd=project,
        env={**os.environ, "PYTHONPATH": str(project)},
        capture_output=True,
        text=True,
        check=True,
    )
    # 31 December and 10 to 20 days, late 10 days after: 10 to 30 January
    assert listed.stdout.strip() == "['10 8 10-30 1 *']"


def test_the_dataset_of_the_page_is_fetched_and_read(
    project: Path, tmp_path: Path, publisher: tuple[str, list[SplitResult]]
) -> None:
    url, asked = publisher
    page = PAGE.read_text(encoding="utf-8")
    command = re.search(r"^sandan (fetch kosis__labour_force)\b", page, re.M)
    assert command, "the page does not fetch it"
    home, today = tmp_path / "home", {"SANDAN_TODAY": "2026-01-20"}
    told = sandan(project, home, *command[1].split(), SANDAN_PUBLISHERS=url, **today)
    assert "kosis__labour_force_all.zip" in told, told
    (question,) = asked
    assert question.path == "/kosis.kr/openapi/Param/statisticsParameterData.do"
    given = {name: value for name, (value,) in parse_qs(question.query).items()}
    codes = {"orgId": "101", "tblId": "DT_1DA7E34S", "itmId": "T30+", "objL1": "C+"}
    periods = {"prdSe": "Y", "startPrdDe": "2013", "endPrdDe": "2026"}
    assert codes.items() | periods.items() <= given.items()
    told = sandan(project, home, "ingest", **today)
    assert "landed, kosis__labour_force all, 2 rows" in told, told


def test_a_code_that_the_contract_does_not_name_stops_that_dataset(
    project: Path, tmp_path: Path
) -> None:
    inbox, home = tmp_path / "folder", tmp_path / "home"
    inbox.mkdir()
    (inbox / "other.json").write_text(block("answer").replace("천명", "만명", 1), encoding="utf-8")
    told = sandan(project, home, "ingest", "--inbox", str(inbox))
    assert "REJECTED" in told and "만명" in told and "천명" in told


@pytest.mark.parametrize(
    ("old", "new", "problem", "cell"),
    [
        ("십억원", "조원", "series_unit", "B2"),
        ("1992500", "19925OO", "not_a_number", "C2"),
        ("광업·제조업 출하액", "광업 출하액", "series_rows_unknown", "A2"),
        ("1992500", "-5", "negative_number", "C2"),
    ],
)
def test_the_parser_of_the_page_refuses_with_the_cell(
    project: Path, tmp_path: Path, old: str, new: str, problem: str, cell: str
) -> None:
    path = tmp_path / "yearbook.csv"
    path.write_text(block("yearbook").replace(old, new), encoding="utf-8")
    script = (
        "import json, sys\nfrom pathlib import Path\n"
        "from ingestion.ingest import ingest_file\nfrom pipeline.inputs import ingestion_room\n"
        "from pipeline.settings import Settings\n"
        "room = ingestion_room(Settings(Path(sys.argv[1])))\n"
        "o = ingest_file(room, Path(sys.argv[2]), run_id='r')\n"
        "print(json.dumps([o.status, [[p['code'], p['cell']] for p in o.problems]]))"
    )
    result = subprocess.run(
        [sys.executable, "-c", script, str(tmp_path / "home"), str(path)],
        cwd=project,
        env={**os.environ, "PYTHONPATH": str(project)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert json.loads(result.stdout) == ["quarantined", [[problem, cell]]]


@pytest.mark.parametrize("command", [("check",), ("format", "--check")])
def test_the_parser_of_the_page_has_the_style_of_the_rest(
    project: Path, command: tuple[str, ...]
) -> None:
    """It is what a newcomer copies."""
    place = str(project / "ingestion/parsers/column_a_year.py")
    settings = ["--config", str(REPOSITORY / "pyproject.toml"), "--no-cache"]
    result = subprocess.run(
        [sys.executable, "-m", "ruff", *command, *settings, place],
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode == 0, result.stdout + result.stderr
