"""Superset on a release, for real: provisioned from the repository's YAML, read in a browser."""

from __future__ import annotations

import importlib.util
import json
import os
import shlex
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import duckdb
import httpx
import pytest
import yaml

from publication.definitions import read_definitions
from tests.unit.small_release import make_release

ROOT = Path(__file__).resolve().parents[2]
PYTHON = Path(os.environ.get("BI_VENV") or ROOT / ".venv-superset") / "bin" / "python"
CHROMIUM = Path("/usr/bin/chromium")
FLAGS = [
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
]

pytestmark = pytest.mark.timeout(400)


@pytest.fixture(scope="module")
def assets() -> ModuleType:
    spec = importlib.util.spec_from_file_location("superset_assets", ROOT / "superset/assets.py")
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def home(sample_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("superset") / "home"
    shutil.copytree(sample_home / "releases", folder / "releases", symlinks=True)
    return folder


# -- the assets ------------------------------------------------------------------------------


def test_assets_take_names_and_descriptions_from_the_release(
    assets: ModuleType, home: Path
) -> None:
    release = home / "releases" / "current"
    files = {k: yaml.safe_load(v) for k, v in assets.render(release / "kicox.duckdb").items()}
    definitions = read_definitions(release)
    for lang in ("ko", "en"):
        chart = files[f"sandan/charts/total_production_{lang}.yaml"]
        assert definitions.name_of("production_krw_100m", lang) in chart["slice_name"]
    for path, file in files.items():
        if path.startswith("sandan/datasets/"):
            assert file["description"], path
            assert all(c["description"] for c in file["columns"]), path
    latest = files["sandan/datasets/sandan/complex_latest.yaml"]
    table = definitions.tables["complex_latest"]
    assert [c["column_name"] for c in latest["columns"]] == [c.name for c in table.columns]
    assert all(c["description"] for c in latest["columns"])
    database = files["sandan/databases/sandan.yaml"]["extra"]["engine_params"]["connect_args"]
    assert database == {
        "read_only": True,
        "config": {"enable_external_access": "false", "lock_configuration": "true"},
    }
    identities = [f["uuid"] for f in files.values() if "uuid" in f]
    assert len(set(identities)) == len(identities)
    assert assets.render(release / "kicox.duckdb") == assets.render(release / "kicox.duckdb")


def test_every_dataset_answers_on_a_release_without_a_figure(
    assets: ModuleType, tmp_path: Path
) -> None:
    """One period, everything suppressed, no denominator, no claim: charts are empty, none is broken."""
    row = {"period": "2026-Q1", "complex_id": "changwon", "production_krw_100m_status": "Q"}
    folder = make_release(tmp_path / "r", {"complex_quarterly": [row]})
    files = {k: yaml.safe_load(v) for k, v in assets.render(folder / "kicox.duckdb").items()}
    datasets = [f for k, f in files.items() if k.startswith("sandan/datasets/")]
    assert len(datasets) > 3
    named = {d["table_name"]: {c["column_name"] for c in d["columns"]} for d in datasets}
    held = {"first_published_at", "is_latest", "superseded_at"}
    assert held | {"vintage"} <= named["vintages"] and held <= named["national_vintages"]
    with duckdb.connect(str(folder / "kicox.duckdb"), read_only=True) as connection:
        for dataset in datasets:
            query = dataset.get("sql") or f"FROM {dataset['table_name']}"
            columns = connection.execute(f"SELECT * FROM ({query})").description
            assert {c["column_name"] for c in dataset["columns"]} <= {c[0] for c in columns}
            for metric in dataset["metrics"]:
                connection.execute(f"SELECT {metric['expression']} FROM ({query})").fetchall()


def test_growth_gaps_years_and_verdicts_are_those_of_the_marts(
    assets: ModuleType, tmp_path: Path
) -> None:
    """A missing quarter, a break, a part of a year and a verdict, as the dashboards have them."""
    quarters = {
        "2024-Q3": 100.0,
        "2024-Q4": 105.0,
        "2025-Q1": 106.0,
        "2025-Q4": 103.0,
        "2026-Q1": 111.3,
    }
    figures = [
        {"period": p, "exports_usd_m": v, "exports_usd_m_status": "A"} for p, v in quarters.items()
    ]
    total = {
        "complex_id": "_T",
        "industry_code": "_T",
        "comparison": "yoy",
        "period": "2026-Q1",
        "base_period": "2025-Q1",
    }
    folder = make_release(
        tmp_path / "r",
        {
            "dim_period": [
                {"period": f"{y}-Q{q}", "freq": "Q", "year": y, "quarter": q, "start_date": f"{y}-{3 * q - 2:02}-01"}
                for y in (2024, 2025, 2026) for q in (1, 2, 3, 4)
            ] + [{"period": f"{y}", "freq": "A", "year": y, "start_date": f"{y}-01-01"} for y in (2003, 2010)],
            "national_total_quarterly": figures,
            "complex_quarterly": [{"complex_id": "gumi", **row} for row in figures[1:4]],
            "growth_quarterly": [
                {**total, "measure": "exports_usd_m", "growth_pct": 5.0, "growth_pct_status": "A", "break_ids": "b1;b2"},
                {**total, "measure": "employment_count", "growth_pct": None, "growth_pct_status": "Q", "break_ids": "b1"},
            ],
            "series_break": [
                {"break_id": b, "effective": "2025-10", "what_ko": f"까닭 {b}", "what_en": f"reason {b}"}
                for b in ("b1", "b2", "b12")
            ],
            "national_share": [
                {
                    "metric": "national_export_share_pct", "definition": "customs_exports", "period": year,
                    "share_pct": 43.0, "months_covered": months, "months_in_period": 12,
                }
                for year, months in (("2003", 1), ("2010", 12))
            ],
            "claim_verdict": [{"claim_id": "c", "verdict": "not_evaluable"}],
        },
    )  # fmt: skip
    files = {k: yaml.safe_load(v) for k, v in assets.render(folder / "kicox.duckdb").items()}
    with duckdb.connect(str(folder / "kicox.duckdb"), read_only=True) as connection:

        def ask(dataset: str, columns: str, order: str = "1") -> list[tuple[Any, ...]]:
            query = files[f"sandan/datasets/sandan/{dataset}.yaml"]["sql"]
            return connection.execute(
                f"SELECT {columns} FROM ({query}) ORDER BY {order}"
            ).fetchall()

        totals = ask("national_totals", "period, exports_usd_m")
        assert [p for p, _ in totals] == [
            "2024-Q3", "2024-Q4", "2025-Q1", "2025-Q2", "2025-Q3", "2025-Q4", "2026-Q1",
        ]  # fmt: skip
        assert {p: v for p, v in totals if v is not None} == quarters
        assert ask("complexes_over_time", "complex_id, period, exports_usd_m, name_en", "2") == [
            ("gumi", p, quarters.get(p), "Gumi")
            for p in ("2024-Q4", "2025-Q1", "2025-Q2", "2025-Q3", "2025-Q4")
        ]
        assert ask("growth_latest", "measure_en, base_period, growth_pct, note_ko, note_en") == [
            ("Employment", "2025-Q1", None, "비공개", "Missing value; suppressed"),
            ("Exports", "2025-Q1", 5.0, "단절: 까닭 b1; 까닭 b2", "break: reason b1; reason b2"),
        ]
        assert ask("national_shares", "period") == [("2010",)]
        assert ask("claim_verdict", "verdict_ko, verdict_en") == [
            ("판정할 수 없음", "Not evaluable")
        ]
    for lang in ("ko", "en"):
        shown = files[f"sandan/charts/claims_{lang}.yaml"]["params"]["all_columns"]
        assert f"verdict_{lang}" in shown and "verdict" not in shown
        assert {"ko": "source_ko", "en": "source"}[lang] in shown
        # A lone quarter between unpublished ones is a point or a bar, not a line of no length.
        drawn = files[f"sandan/charts/production_over_time_{lang}.yaml"]["params"]
        assert drawn["markerEnabled"]
        on_it = files[f"sandan/dashboards/sandan_{lang}.yaml"]["position"]
        assert "CHART-growth" in on_it and "CHART-total_over_time" in on_it
    # It drops what has no figure before it draws a trend.
    trends = [f["params"] for f in files.values() if f.get("viz_type") == "big_number"]
    assert len(trends) == 8 and {f.get("resample_rule") for f in trends} == {"QS"}
    # Superset compares by counting rows; growth is what the mart says.
    assert not [p for p, f in files.items() if "compare_lag" in f.get("params", {})]


@pytest.mark.parametrize(
    ("path", "old", "new", "message"),
    [
        ("datasets/complex_latest.yaml", "complex_latest", "complex_newest", "complex_newest"),
        ("charts/total_exports.yaml", "exports_usd_m')", "exports_eur_m')", "exports_eur_m"),
        ("charts/claims.yaml", "dataset: claim_verdict", "dataset: claims", "no dataset 'claims'"),
        ("dashboards/sandan.yaml", "chart: claims", "chart: opinions", "no chart 'opinions'"),
        ("datasets/release.yaml", "FROM dim_snapshot", "FROM dim_snapshots", "dim_snapshots"),
        ("datasets/release.yaml", "AS files", "AS inputs", "what inputs is"),
    ],
)
def test_an_asset_that_the_release_does_not_bear_out_is_named(
    assets: ModuleType, home: Path, tmp_path: Path, path: str, old: str, new: str, message: str
) -> None:
    folder = Path(shutil.copytree(ROOT / "superset/assets", tmp_path / "assets"))
    text = (folder / path).read_text(encoding="utf-8")
    assert old in text
    (folder / path).write_text(text.replace(old, new), encoding="utf-8")
    with pytest.raises(assets.AssetError, match=message):
        assets.render(home / "releases/current/kicox.duckdb", folder)


# -- the server ------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def server(home: Path) -> Iterator[str]:
    for path, how in ((PYTHON, "make bi-setup"), (CHROMIUM, "apt-get install chromium")):
        if not path.exists():
            print(f"skipped: {path.name} is not here ({how})")
            pytest.skip(f"{path} is not here: {how}")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    log = (home / "superset.log").open("wb")
    # What `make bi` runs once the environment is there.
    recipe = subprocess.run(
        ["make", "-n", "--no-print-directory", "bi", f"BI_PORT={port}"],
        cwd=ROOT, check=True, capture_output=True, text=True,
    ).stdout.splitlines()[-1]  # fmt: skip
    assert recipe.split()[1:] == ["superset/serve.py", "--port", str(port)], recipe
    process = subprocess.Popen(
        shlex.split(recipe),
        cwd=ROOT,
        env={**os.environ, "SANDAN_HOME": str(home)},
        stdout=log,
        stderr=subprocess.STDOUT,
    )
    url = f"http://127.0.0.1:{port}"
    try:
        deadline = time.monotonic() + 240
        while True:
            try:
                if httpx.get(f"{url}/health", trust_env=False).status_code == 200:
                    break
            except httpx.TransportError:
                pass
            assert process.poll() is None and time.monotonic() < deadline, (
                home / "superset.log"
            ).read_text()[-3000:]
            time.sleep(0.5)
        yield url
    finally:
        process.terminate()
        process.wait(30)


@pytest.fixture(scope="module")
def browser(server: str) -> Iterator[Any]:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=str(CHROMIUM), args=FLAGS)
        yield chromium
        chromium.close()


def production(home: Path) -> float:
    with duckdb.connect(str(home / "releases/current/kicox.duckdb"), read_only=True) as connection:
        row = connection.execute(
            "SELECT production_krw_100m FROM national_total_quarterly ORDER BY period DESC LIMIT 1"
        ).fetchone()
    assert row
    return float(row[0])


@pytest.mark.parametrize(
    ("language", "words"), [("ko", ["생산액 (억원)", "창원"]), ("en", ["Production", "Changwon"])]
)
def test_a_reader_without_an_account_sees_the_figures_of_the_mart(
    server: str, browser: Any, home: Path, language: str, words: list[str]
) -> None:
    page = browser.new_page(viewport={"width": 1400, "height": 2600})
    answered: list[str] = []
    page.on("response", lambda r: answered.append(r.url))
    page.goto(f"{server}/superset/dashboard/sandan-{language}/")
    page.get_by_text(f"{production(home):,.0f}", exact=True).first.wait_for(timeout=60_000)
    page.get_by_text("SIMULATED").first.wait_for(timeout=60_000)
    for word in words:
        page.get_by_text(word).first.wait_for(timeout=60_000)
    page.wait_for_load_state("networkidle")
    assert page.get_by_text("Data error").count() == 0
    # Nobody else was reached; Superset's counting pixel is refused by the page's own rules.
    outside = [u for u in answered if not u.startswith((server, "data:", "blob:"))]
    assert outside == []
    page.close()


def test_a_publication_is_seen_at_once_and_nothing_can_be_written(
    server: str, browser: Any, home: Path
) -> None:
    releases = home / "releases"
    before, shown = production(home), os.readlink(releases / "current")
    shutil.copytree(releases / shown, releases / "next")
    database = releases / "next" / "kicox.duckdb"
    database.parent.chmod(0o755)
    database.chmod(0o644)
    with duckdb.connect(str(database)) as connection:
        connection.execute("UPDATE national_total_quarterly SET production_krw_100m = 1234567.4")
    (releases / ".current").symlink_to("next")
    os.replace(releases / ".current", releases / "current")
    page = browser.new_page(viewport={"width": 1400, "height": 2600})
    page.goto(f"{server}/superset/dashboard/sandan-en/")
    page.get_by_text("1,234,567", exact=True).first.wait_for(timeout=60_000)
    assert page.get_by_text(f"{before:,.0f}", exact=True).count() == 0
    page.close()

    with httpx.Client(base_url=server, trust_env=False, timeout=60) as client:
        assert client.get("/api/v1/sqllab/").status_code in (401, 403)  # no account, no SQL
        password = (home / "superset/admin_password").read_text().strip()
        login = {"username": "admin", "password": password, "provider": "db"}
        token = client.post("/api/v1/security/login", json=login).json()["access_token"]
        client.headers["Authorization"] = f"Bearer {token}"
        csrf = client.get("/api/v1/security/csrf_token/").json()["result"]
        client.headers.update({"X-CSRFToken": csrf, "Referer": server})
        databases = client.get("/api/v1/database/").json()["result"]
        number = next(d["id"] for d in databases if d["database_name"] == "sandan")

        def ask(sql: str) -> httpx.Response:
            return client.post(
                "/api/v1/sqllab/execute/",
                json={"database_id": number, "sql": sql, "schema": "main", "runAsync": False},
            )

        good = ask("SELECT count(*) AS n FROM dim_complex")
        assert good.status_code == 200 and good.json()["data"][0]["n"] > 40
        for bad in (
            "UPDATE dim_complex SET name_ko = 'x'",
            f"ATTACH '{home}/other.duckdb'",
            "SELECT * FROM read_text('/etc/hostname')",
            "SET enable_external_access = true",
            f"COPY dim_complex TO '{home}/out.csv'",
        ):
            answer = ask(bad)
            assert answer.status_code >= 400, (bad, answer.text[:300])
        assert not list(home.glob("out.csv")) and not list(home.glob("other.duckdb"))
    secrets = [home / "superset" / name for name in ("secret_key", "admin_password")]
    assert all(path.stat().st_mode & 0o077 == 0 for path in secrets)


def test_without_a_release_it_says_what_to_do(tmp_path: Path) -> None:
    if not PYTHON.exists():
        print("skipped: Superset's environment is not here (make bi-setup)")
        pytest.skip("Superset's environment is not here: make bi-setup")
    result = subprocess.run(
        [str(PYTHON), str(ROOT / "superset/serve.py")],
        env={**os.environ, "SANDAN_HOME": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode == 1 and "make run" in result.stderr
    assert json.dumps(sorted(p.name for p in tmp_path.iterdir())) == "[]"
