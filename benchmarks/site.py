"""`python -m benchmarks.site`: the site of 25 years of 1,350 complexes, and what a browser does with it.

    built     the whole site of a release with 100 quarters of every complex (figures by industry,
              indicators, a source cell for each figure), against DuckDB writing the same marts to JSON
    overview  bytes transferred and time until the figures stand, against the same page without data
    query     in the browser on a million rows, against DuckDB itself on the same file

Needs the site's shell (`make setup`) and Debian's chromium.
"""

from __future__ import annotations

import statistics
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import duckdb

from benchmarks.limits import exit_code, held
from publication.site.render import render_site
from publication.site.shell import prepare
from tests.integration.browser import CHROMIUM, FLAGS, file_server
from tests.unit.small_release import contracts, make_release

COMPLEXES, QUARTERS, PERIOD = 1350, 100, "2026-Q1"
ROUNDS = 9
_QUERY = (
    "SELECT complex_id, measure, count(*) AS n, sum(value) AS total FROM fct_observation "
    "WHERE industry_code = '_T' GROUP BY ALL ORDER BY total DESC NULLS LAST LIMIT 20"
)
_INDUSTRIES = (
    "FOOD TEXTILE WOOD_PAPER PETROCHEM NONMETAL STEEL MACHINERY ELECTRIC TRANSPORT OTHER_MFG NONMFG"
)


def large_release(folder: Path) -> Path:
    """A release of 1,350 complexes over 100 quarters, in the shape of the marts' contracts."""
    make_release(folder, is_simulated=True, period=PERIOD)
    marts = contracts()
    with duckdb.connect(str(folder / "kicox.duckdb")) as connection:
        run = connection.execute
        run("CREATE TEMP TABLE q AS SELECT printf('%d-Q%d', 2001 + (i + 1) // 4, 1 + (i + 1) % 4) AS period "
            f"FROM range({QUARTERS}) t(i)")  # fmt: skip
        run("DELETE FROM dim_complex")
        run("INSERT INTO dim_complex BY NAME SELECT printf('complex_%04d', i) AS complex_id, "
            "printf('단지 %d', i) AS name_ko, printf('Complex %d', i) AS name_en, 'national' AS complex_type, "
            "'KR-41' AS province_code, '경기도' AS province_ko, 'Gyeonggi-do' AS province_en, "
            "126.5 + (i % 37) / 15 AS longitude, 34.8 + (i % 41) / 16 AS latitude, true AS is_current "
            f"FROM range({COMPLEXES}) t(i)")  # fmt: skip
        run("CREATE TEMP TABLE grid AS SELECT complex_id, period, 100 + hash(complex_id || period) % 99999 / 7 AS v "
            "FROM dim_complex, q")  # fmt: skip

        def fill(mart: str, keys: str, source: str) -> None:
            columns = [c["name"] for c in marts[mart]["columns"]]
            values = ", ".join(
                f"v AS {c}, 'A' AS {c}_status" for c in columns if f"{c}_status" in columns
            )
            run(
                f"INSERT INTO {mart} BY NAME SELECT {keys}, {values}, true AS is_simulated FROM {source}"
            )

        fill("complex_quarterly", "complex_id, period", "grid")
        fill(
            "national_total_quarterly",
            "period",
            "(SELECT period, sum(v) AS v FROM grid GROUP BY ALL)",
        )
        industries = f"unnest(string_split('{_INDUSTRIES}', ' '))"
        fill("complex_industry_quarterly", "complex_id, industry_code, period",
             f"(SELECT *, {industries} AS industry_code FROM grid)")  # fmt: skip
        run("INSERT INTO cluster_kpi BY NAME SELECT complex_id, '_T' AS industry_code, '_T' AS size_class, period, "
            "k.kpi, v AS value, '%' AS unit, 'A' AS obs_status, true AS is_simulated FROM grid, dim_kpi k")  # fmt: skip
        run("INSERT INTO fct_observation BY NAME SELECT 'snap' AS snapshot_id, 't' AS table_id, '표4 단지별 생산' AS sheet, "
            "printf('C%d', hash(complex_id) % 99) AS cell, complex_id, '_T' AS industry_code, '_T' AS size_class, "
            "'_T' AS sex, m.measure, period, 'Q' AS freq, v AS value, 'krw_100m' AS unit, 'A' AS obs_status, "
            "true AS begins_vintage, true AS is_latest, 1 AS vintage_no, true AS is_simulated FROM grid, "
            "(SELECT unnest(['production_krw_100m','exports_usd_m','employment_count','utilization_pct',"
            "'tenant_count','operating_count','lessee_count','capacity_krw_100m']) AS measure) m")  # fmt: skip
        run("INSERT INTO dim_snapshot BY NAME SELECT 'snap' AS snapshot_id, 'file.xlsx' AS file_name, "
            "DATE '2026-05-28' AS published_at")  # fmt: skip
        for name, model in marts.items():
            order = ", ".join(f'"{c}"' for c in model["config"]["meta"]["order_by"])
            run(f"COPY (FROM \"{name}\" ORDER BY {order}) TO '{folder}/marts/{name}.parquet'")
    _as_published(folder)
    return folder


def _as_published(folder: Path) -> None:
    """Rewrite the database in the form of a release, which clients from 1.2 on can read."""
    old = (folder / "kicox.duckdb").rename(folder / "old.duckdb")
    with duckdb.connect() as connection:
        connection.execute(f"ATTACH '{old}' AS old (READ_ONLY)")
        connection.execute(
            f"ATTACH '{folder}/kicox.duckdb' AS new (STORAGE_VERSION 'v1.2.0', BLOCK_SIZE 16384)"
        )
        connection.execute("COPY FROM DATABASE old TO new")
    old.unlink()


def bench_built(folder: Path) -> None:
    """Rendered once, after DuckDB alone has written the same marts as JSON."""
    prepare()
    start = time.perf_counter()
    with duckdb.connect() as connection:
        for name in (
            "complex_quarterly",
            "complex_industry_quarterly",
            "cluster_kpi",
            "fct_observation",
        ):
            connection.execute(
                f"COPY (FROM '{folder}/marts/{name}.parquet') TO '{folder.parent}/{name}.json'"
            )
    plain = time.perf_counter() - start
    start = time.perf_counter()
    files = render_site(folder, folder / "site")
    seconds = time.perf_counter() - start
    megabytes = sum(p.stat().st_size for p in files) / 1e6
    print(
        f"site of {COMPLEXES} complexes × {QUARTERS} quarters: {seconds:.1f} s, {len(files)} files, "
        f"{megabytes:.0f} MB; DuckDB writing the marts as JSON {plain:.1f} s; ratio {seconds / plain:.2f}"
    )
    held("site of a release", seconds, 30.0, "s")


def bench_browser(folder: Path) -> None:
    """The overview and the query, in Debian's chromium over Python's file server."""
    from playwright.sync_api import sync_playwright

    with file_server(folder) as address_of, sync_playwright() as playwright:
        site = f"{address_of}/site"
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        times, bare, sizes = [], [], []
        for _ in range(ROUNDS):
            for address, taken in ((f"{site}/ko/index.html", times), (f"{site}/index.html", bare)):
                page = browser.new_context().new_page()
                bodies: list[Any] = []
                page.on("requestfinished", lambda request, to=bodies: to.append(request))
                start = time.perf_counter()
                if taken is times:
                    page.goto(address)
                    page.wait_for_selector("[data-measure=production_krw_100m] .value")
                    taken.append(time.perf_counter() - start)
                    page.wait_for_load_state("networkidle")
                    sizes.append(
                        sum(
                            r.sizes()["responseBodySize"] + r.sizes()["responseHeadersSize"]
                            for r in bodies
                        )
                    )
                else:
                    # the same browser and server with the shell's smallest page
                    page.route("**/*.js", lambda route: route.abort())
                    page.goto(address, wait_until="commit")
                    taken.append(time.perf_counter() - start)
                page.context.close()
        now, base = statistics.median(times), statistics.median(bare)
        print(
            f"overview: figures after {now:.2f} s, {statistics.median(sizes) / 1e6:.2f} MB transferred; "
            f"an empty page {base:.2f} s; ratio {now / base:.1f}"
        )
        page = browser.new_page()
        page.goto(f"{site}/en/sql.html")
        page.wait_for_selector("html[data-queried]", timeout=180_000)
        asked = []
        for _ in range(ROUNDS):
            done = int(page.get_attribute("html", "data-queried") or 0) + 1
            page.fill("#query", _QUERY)
            page.click("button.first")
            page.wait_for_selector(f"html[data-queried='{done}']", timeout=180_000)
            asked.append(
                int(page.inner_text("[role=status]").split(", ")[1].split()[0].replace(",", ""))
                / 1e3
            )
        browser.close()
    with duckdb.connect(str(folder / "kicox.duckdb"), read_only=True) as connection:
        rows = connection.execute("SELECT count(*) FROM fct_observation").fetchall()[0][0]
        connection.execute(_QUERY).fetchall()
        native = []
        for _ in range(ROUNDS):
            start = time.perf_counter()
            connection.execute(_QUERY).fetchall()
            native.append(time.perf_counter() - start)
    held("overview: figures shown", now, 2.0, "s")
    held("overview: transferred", statistics.median(sizes) / 1e6, 1.5, "MB")
    here, there = statistics.median(asked), statistics.median(native)
    held(f"query in the browser on {rows:,} rows", here, 0.5, "s")
    print(
        f"query in the browser on {rows:,} rows: first {asked[0]:.3f} s, median {here:.3f} s; "
        f"DuckDB itself {there:.3f} s; ratio {here / there:.1f}"
    )


def main() -> None:
    """Everything, one after the other."""
    with tempfile.TemporaryDirectory() as folder:
        release = large_release(Path(folder) / "release")
        bench_built(release)
        bench_browser(release)


if __name__ == "__main__":
    main()
    sys.exit(exit_code())
