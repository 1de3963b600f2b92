"""The site of a release in a real browser: figures, languages, themes, keyboard, phone, no network."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import duckdb
import pytest

from publication.site.render import render_site
from publication.site.shell import MODULES, ShellMissing, prepare
from tests.integration.browser import chromium, file_server
from tests.unit.small_release import make_release

PAGES = (
    "index", "complexes", "complex/changwon", "map", "compare", "claims", "revisions", "quality",
    "status", "dictionary", "sql", "downloads",
)  # fmt: skip
LANGUAGES = ("ko", "en")


@pytest.fixture(scope="module", autouse=True)
def shell() -> Path:
    """The shell; without npm's packages the site cannot be tested."""
    try:
        return prepare()
    except ShellMissing as error:
        pytest.skip(f"the site's shell cannot be built: {error}")


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with chromium() as found:
        yield found


@pytest.fixture(scope="module")
def release(sample_home: Path) -> Path:
    folder = (sample_home / "releases" / "current").resolve()
    assert (folder / "site" / "index.html").is_file(), "the sample's release has no site"
    return folder


@pytest.fixture(scope="module")
def site(sample_home: Path, release: Path) -> Iterator[str]:
    """The site below a sub-path, as the reader of docker-compose.yml serves it."""
    with file_server(sample_home) as address:
        yield f"{address}/releases/current/site"


class Visit:
    """One page, opened with everything but its own server cut off, and what went wrong on it."""

    def __init__(self, context: Any, address: str) -> None:
        self.page = context.new_page()
        self.wrong: list[str] = []
        self.outside: list[str] = []
        origin = "/".join(address.split("/")[:3]) + "/"

        def route(route: Any, request: Any) -> None:
            if request.url.startswith((origin, "data:", "blob:")):
                route.continue_()
            else:
                self.outside.append(request.url)
                route.abort()

        self.page.route("**/*", route)
        self.page.on(
            "console",
            lambda m: self.wrong.append(m.text) if m.type in ("error", "warning") else None,
        )
        self.page.on("pageerror", lambda error: self.wrong.append(str(error)))
        self.page.on(
            "response",
            lambda r: self.wrong.append(f"{r.status} {r.url}") if r.status >= 400 else None,
        )
        self.page.goto(address)
        self.page.wait_for_selector("html[data-drawn=yes]", timeout=60_000)

    def queried(self) -> None:
        self.page.wait_for_selector("html[data-queried]", timeout=120_000)

    def text(self) -> str:
        return str(self.page.inner_text("main"))

    def is_clean(self) -> None:
        assert not self.outside, f"asked outside: {self.outside}"
        assert not self.wrong, self.wrong
        assert self.page.locator(".problem").count() == 0, self.page.inner_text(".problem")


@pytest.fixture
def context(browser: Any) -> Iterator[Any]:
    found = browser.new_context(viewport={"width": 1280, "height": 900})
    yield found
    found.close()


def query(release: Path, text: str) -> list[tuple[Any, ...]]:
    with duckdb.connect(str(release / "kicox.duckdb"), read_only=True) as connection:
        return connection.execute(text).fetchall()


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", PAGES)
def test_every_page_is_drawn_and_asks_nobody_else(
    context: Any, site: str, language: str, name: str
) -> None:
    visit = Visit(context, f"{site}/{language}/{name}.html")
    if name == "sql":
        visit.queried()
    visit.is_clean()
    assert visit.page.evaluate("document.documentElement.lang") == language
    assert visit.page.locator("h1").count() == 1
    assert "SIMULATED" in visit.page.inner_text("body")


def test_the_front_page_leads_to_a_language(context: Any, site: str) -> None:
    page = context.new_page()
    page.goto(f"{site}/index.html")
    page.wait_for_url("**/en/index.html")


def test_the_cards_show_the_marts_totals(context: Any, site: str, release: Path) -> None:
    visit = Visit(context, f"{site}/en/index.html")
    ((period, production, exports, jobs),) = query(
        release,
        "SELECT period, production_krw_100m, exports_usd_m, employment_count "
        "FROM national_total_quarterly ORDER BY period DESC LIMIT 1",
    )
    manifest = json.loads((release / "release.json").read_text(encoding="utf-8"))
    assert manifest["period"] == period
    for measure, shown in {
        "production_krw_100m": f"{production:,.0f}",
        "exports_usd_m": f"{exports:,.1f}",
        "employment_count": f"{jobs:,.0f}",
    }.items():
        card = visit.page.inner_text(f"[data-measure={measure}] .value")
        assert shown in card, (measure, card)
    said = f"KRW {production / 1e4:,.1f} trillion ({production:,.0f} × KRW 100 million)"
    assert said in visit.page.inner_text("p.say")
    # Figures within a chart would cover its lines: all stand at its right edge.
    edges = visit.page.eval_on_selector_all(
        "#shares ~ .columns svg",
        "all => all.map(s => [...s.querySelectorAll('g[font-weight=\"600\"] text')]"
        ".map(t => t.transform.baseVal[0].matrix.e))",
    )
    assert any(len(edge) > 1 for edge in edges)
    assert all(len(set(edge)) <= 1 for edge in edges), edges
    # Change of a rate is in points; growth across a break bears its mark.
    ((now, then),) = query(
        release,
        "SELECT n.utilization_pct, y.utilization_pct FROM national_total_quarterly n "
        f"JOIN national_total_quarterly y ON y.period = '2025-Q1' WHERE n.period = '{period}'",
    )
    rates = visit.page.inner_text("[data-measure=utilization_pct] dl")
    assert f"{abs(now - then):.1f} pp" in rates
    broken = query(
        release,
        "SELECT count(*) FROM growth_quarterly WHERE complex_id = '_T' AND industry_code = '_T' "
        f"AND period = '{period}' AND growth_pct_status = 'A' AND break_ids IS NOT NULL",
    )
    assert (visit.page.locator(".cards dd abbr", has_text="b").count() > 0) == (broken[0][0] > 0)


def test_every_complex_shows_its_figure_and_a_suppressed_one_an_x(
    context: Any, site: str, release: Path
) -> None:
    visit = Visit(context, f"{site}/en/index.html")
    shown = visit.page.eval_on_selector_all(
        "table:has(button) tbody tr",
        "rows => rows.map(r => [...r.cells].map(c => c.innerText.trim()))",
    )
    table = {row[0]: row for row in shown}
    known = query(
        release,
        "SELECT name_en, production_krw_100m, production_krw_100m_status FROM complex_latest "
        "WHERE period = (SELECT max(period) FROM complex_latest)",
    )
    assert len(known) == len(table)
    assert "Q" in {status for *_, status in known}
    for name, value, status in known:
        cell = table[name][2]
        if status == "A":
            assert cell == f"{value:,.0f}", name
        else:
            assert cell.startswith({"Q": "X"}.get(status, "…")), (name, status, cell)
            assert not re.search(r"\d", cell), (name, cell)


def test_a_complex_shows_the_cell_its_figure_stands_in(
    context: Any, site: str, release: Path
) -> None:
    visit = Visit(context, f"{site}/ko/complex/changwon.html")
    ((value, sheet, cell),) = query(
        release,
        "SELECT value, sheet, cell FROM fct_observation WHERE complex_id = 'changwon' AND "
        "measure = 'production_krw_100m' AND industry_code = '_T' AND is_latest AND begins_vintage "
        "AND freq = 'Q' ORDER BY period DESC LIMIT 1",
    )
    row = visit.page.inner_text("#figures + div tbody tr, #figures ~ div tbody tr >> nth=0")
    assert f"{value:,.0f}" in row
    assert sheet in row and cell in row


def cells(visit: Visit, table: str) -> list[list[str]]:
    """The rows of a table's body as a reader sees them."""
    rows = visit.page.eval_on_selector_all(
        f"{table} tbody tr", "rows => rows.map(r => [...r.cells].map(c => c.innerText.trim()))"
    )
    assert rows, table
    return [[str(cell) for cell in row] for row in rows]


def shown_as(value: float | None, status: str, decimals: int) -> str:
    """How a figure of a mart stands in a cell: rounded, or begun by the mark of its status."""
    return f"{value:,.{decimals}f}" if status == "A" else {"Q": "X", "M": "–"}.get(status, "…")


def test_the_map_s_table_has_every_complex_of_its_quarter(
    context: Any, site: str, release: Path
) -> None:
    measure, period = "employment_count", "2025-Q4"
    visit = Visit(context, f"{site}/en/map.html?measure={measure}&period={period}")
    known = query(
        release,
        f"SELECT name_en, {measure}, {measure}_status FROM complex_quarterly "
        f"JOIN dim_complex USING (complex_id) WHERE period = '{period}' AND complex_id <> '_T'",
    )
    table = {row[0]: row[2] for row in cells(visit, "#table + div")}
    assert set(table) == {name for name, *_ in known}
    for name, value, status in known:
        assert table[name].split("\n")[0] == shown_as(value, status, 0), name
    # Those that no map can show are named.
    nowhere = query(
        release,
        f"SELECT name_en FROM complex_quarterly JOIN dim_complex USING (complex_id) "
        f"WHERE period = '{period}' AND longitude IS NULL ORDER BY 1",
    )
    assert nowhere
    assert visit.page.inner_text("#nowhere").endswith(": " + ", ".join(n for (n,) in nowhere))
    assert visit.page.locator(".map svg .watermark").text_content() == "SIMULATED 모의자료"
    # The largest are named on the map itself, and no name is cut.
    largest = max((row for row in known if row[1] is not None), key=lambda row: row[1])[0]
    drawn = visit.page.eval_on_selector_all(
        ".map svg text:not(.watermark)",
        "all => all.map(t => [...t.childNodes].map(n => n.textContent).join(' '))",
    )
    assert largest in drawn and len(drawn) > 5 and set(drawn) <= set(table)


def test_complexes_side_by_side_have_the_marts_figures(
    context: Any, site: str, release: Path
) -> None:
    chosen = ("changwon", "gumi", "dongducheon")
    visit = Visit(context, f"{site}/en/compare.html?with={','.join(chosen)}")
    measures = {
        "production_krw_100m": 0,
        "exports_usd_m": 1,
        "employment_count": 0,
        "utilization_pct": 1,
    }
    rows = cells(visit, "div[aria-live]")
    assert len(rows) == len(measures)
    for row, (measure, decimals) in zip(rows, measures.items(), strict=True):
        for place, complex_id in enumerate(chosen, start=1):
            ((value, status),) = query(
                release,
                f"SELECT {measure}, {measure}_status FROM complex_latest WHERE complex_id = '{complex_id}'",
            )
            assert row[place].split("\n")[0] == shown_as(value, status, decimals), (
                measure,
                complex_id,
            )


def test_claims_are_told_with_the_marts_verdicts_and_figures(
    context: Any, site: str, release: Path
) -> None:
    visit = Visit(context, f"{site}/ko/claims.html")
    names = dict(query(release, "SELECT code, name_ko FROM dim_code WHERE codelist = 'verdict'"))
    known = query(
        release,
        "SELECT text, stated_value, verdict, last_held_period FROM claim_verdict ORDER BY claim_id",
    )
    glance = {row[0]: row for row in cells(visit, "details:first-of-type")}
    assert len(glance) == len(known)
    for text, stated, verdict, held in known:
        row = glance[text]
        printed = f"{stated:,.6f}".rstrip("0").rstrip(".")  # not rounded: it is somebody's word
        assert row[1].split(" ")[-2:][0].lstrip("≥≤ ") == printed, text
        assert (row[3], row[4]) == (names[verdict], held or ""), text
    # One claim's own measures, each by the name of its definition.
    ((claim, period, value, definition),) = query(
        release,
        "SELECT c.claim_id, c.period, c.measured_value, s.name_ko FROM claim_check c "
        "JOIN claim_verdict v ON v.claim_id = c.claim_id AND v.verdict_period = c.period "
        "JOIN dim_share_definition s ON s.metric = v.metric AND s.definition = c.definition "
        "WHERE c.measured_value IS NOT NULL ORDER BY ALL LIMIT 1",
    )
    visit.page.evaluate(
        f"for (const d of document.querySelectorAll('#{claim} details')) d.open = true"
    )
    own = [row for row in cells(visit, f"article#{claim}") if row[0] == period]
    assert any(row[1] == definition and row[2] == f"{value:,.2f}" for row in own), (claim, own)


@pytest.mark.parametrize("language", LANGUAGES)
def test_revisions_are_the_marts_in_the_reader_s_words(
    context: Any, site: str, release: Path, language: str
) -> None:
    visit = Visit(context, f"{site}/{language}/revisions.html")
    known = query(
        release,
        f"SELECT m.name_{language}, k.name_{language}, observations, revised, relative_mar_pct "
        "FROM revision_summary r JOIN dim_measure m USING (measure) "
        "JOIN dim_code k ON k.codelist = 'horizon' AND k.code = r.horizon "
        "WHERE complex_id = '_T' AND freq = 'Q' ORDER BY measure, k.sort_order",
    )
    summary = cells(visit, "#summary + div")
    assert len(summary) == len(known)
    for row, (measure, horizon, observations, revised, relative) in zip(
        summary, known, strict=True
    ):
        assert row[0].startswith(measure) and row[1:4] == [
            horizon,
            f"{observations:,}",
            f"{revised:,}",
        ]
        assert row[5] == ("…" if relative is None else f"{relative:,.2f}"), row
    ((newest, count),) = query(
        release,
        "SELECT vintage, count(*) FROM revision WHERE industry_code = '_T' AND size_class = '_T' "
        "AND sex = '_T' AND is_from_first_print GROUP BY 1 ORDER BY 1 DESC LIMIT 1",
    )
    changed = cells(visit, "#largest + p + div")
    assert str(newest) in visit.text() and len(changed) == min(count, 60)
    causes = {
        name
        for (name,) in query(
            release, f"SELECT name_{language} FROM dim_code WHERE codelist = 'cause'"
        )
    }
    assert {row[6] for row in changed} <= causes


def test_quality_and_status_count_as_the_release_does(
    context: Any, site: str, release: Path
) -> None:
    verdict = json.loads((release / "verdict.json").read_text(encoding="utf-8"))
    visit = Visit(context, f"{site}/en/quality.html")
    rows = cells(visit, "main")
    assert len(rows) == len(verdict["checks"])
    assert sum(row[3] == "passed" for row in rows) == sum(c["success"] for c in verdict["checks"])
    failed = [c for c in verdict["checks"] if not c["success"]]
    assert failed
    visit = Visit(context, f"{site}/ko/quality.html")
    assert visit.page.locator("article p").all_inner_texts() == [
        " ".join(f"{c[part].rstrip('.')}." for part in ("reason_ko", "action_ko")) for c in failed
    ]
    visit = Visit(context, f"{site}/en/status.html")
    known = query(
        release,
        "SELECT k.name_en, complex_count, tenant_count FROM complex_status_total_quarterly s "
        "LEFT JOIN dim_code k ON k.codelist = 'complex_type' AND k.code = s.complex_type "
        "WHERE province_code = '_T' AND s.period = (SELECT max(period) FROM complex_status_quarterly)",
    )
    totals = {row[0]: row for row in cells(visit, "#totals + div")}
    assert len(totals) == len(known) > 3
    for name, complexes, tenants in known:
        row = totals[name or "All"]
        assert row[1] == f"{complexes:,.0f}" and f"{tenants:,.0f}" in row
    ((top,),) = query(
        release,
        "SELECT count(*) FROM complex_status_quarterly WHERE is_top_level "
        "AND period = (SELECT max(period) FROM complex_status_quarterly)",
    )
    assert visit.page.inner_text("p[role=status]") == f"{top:,} rows"
    states = {name for (name,) in query(release, "SELECT name_en FROM dim_code WHERE codelist = 'development_status'")}  # fmt: skip
    listed = cells(visit, "#list ~ div")
    assert {row[4] for row in listed if len(row) > 6} <= states


def test_every_download_is_there(context: Any, site: str, release: Path) -> None:
    visit = Visit(context, f"{site}/ko/downloads.html")
    links = visit.page.eval_on_selector_all(
        "main table a[download], main table th a", "a => a.map(x => x.href)"
    )
    names = {link.split("/releases/current/")[1] for link in links}
    assert {
        "kicox.duckdb",
        "bulletin/bulletin_ko.pdf",
        "bulletin/bulletin_en.xlsx",
        "datapackage.json",
    } <= names
    assert all((release / name).is_file() for name in names)
    sealed = {"checksums.txt", "release.json", "checksums.txt.sig"}  # written after the site
    there = {p.relative_to(release).as_posix() for p in release.rglob("*") if p.is_file()}
    assert {n for n in there if not n.startswith("site/")} - sealed <= names


@pytest.mark.parametrize("table", ["claim_verdict", "fct_observation"])
def test_the_lineage_of_a_table_is_drawn(
    context: Any, site: str, release: Path, table: str
) -> None:
    """Every step before the table is a node that leads to it; columns of a step on the way are told."""
    content = json.loads((release / "dictionary.json").read_text(encoding="utf-8"))
    parents = {t["name"]: t["parents"] for t in content["tables"]}
    upstream, todo = set(), [table]
    while todo:
        for parent in parents.get(todo.pop(), []):
            if parent not in upstream:
                upstream.add(parent)
                todo.append(parent)
    visit = Visit(context, f"{site}/en/dictionary.html#{table}")
    visit.page.wait_for_selector("#h-table")
    drawn = set(visit.page.eval_on_selector_all("section svg a", "a => a.map(x => x.textContent)"))
    assert drawn == {*upstream, table} and len(drawn) > 5
    step = next(name for name in sorted(upstream) if name.startswith("int_"))
    visit.page.evaluate(f"location.hash = '{step}'")
    visit.page.wait_for_function(f"document.querySelector('#h-table').innerText === '{step}'")


def test_the_badges_tell_release_and_verdict(context: Any, site: str, release: Path) -> None:
    manifest = json.loads((release / "release.json").read_text(encoding="utf-8"))
    visit = Visit(context, f"{site}/en/index.html")
    facts = visit.page.inner_text(".facts")
    passed = manifest["checks"]["passed"]
    total = sum(manifest["checks"][k] for k in ("passed", "warning", "critical"))
    assert manifest["release_id"] in facts and f"{passed}/{total}" in facts
    visit.page.click(".facts a.chip")
    visit.page.wait_for_url("**/en/quality.html")
    # By its own name it is asked for as well, and says so once there is a newer one.
    index = json.loads((release.parent / "index.json").read_text(encoding="utf-8"))
    newer = {**index, "current": "2026-Q2_v1"}
    visit = Visit(context, f"{site}/en/index.html".replace("current", release.name))
    (entry,) = (r for r in index["releases"] if r["release_id"] == release.name)
    assert visit.page.get_attribute(".facts time", "datetime") == entry["published_at"]
    visit.page.route("**/releases/index.json", lambda route: route.fulfill(json=newer))
    visit.page.reload()
    assert "There is a newer release: 2026-Q2_v1" in visit.page.inner_text(".problem")


def answering(body: str) -> Callable[[Any], None]:
    """A route that answers with a text."""
    return lambda route: route.fulfill(body=body)


def test_a_missing_quarter_breaks_every_line(context: Any, site: str, release: Path) -> None:
    """The same release without two quarters between others: a gap, told in words as well."""
    gone = ("2024-Q2", "2024-Q3")
    overview = json.loads((release / "site/data/overview.json").read_text(encoding="utf-8"))
    overview["totals"] = [row for row in overview["totals"] if row["period"] not in gone]
    one = json.loads((release / "site/data/complex/changwon.json").read_text(encoding="utf-8"))
    kept = [i for i, p in enumerate(one["history"]["periods"]) if p not in gone]
    assert len(kept) == len(one["history"]["periods"]) - 2
    one["history"] = {
        "periods": [one["history"]["periods"][i] for i in kept],
        "values": {m: [v[i] for i in kept] for m, v in one["history"]["values"].items()},
        "status": {m: "".join(s[i] for i in kept) for m, s in one["history"]["status"].items()},
    }
    files = {"overview": overview, "complex/changwon": one}
    for name, (page, lines) in {
        "overview": ("index", ".cards .spark g[stroke-width='2'] > path"),
        "complex/changwon": (
            "complex/changwon",
            "#history + * > .columns g[stroke-width='2'] > path",
        ),
    }.items():
        visit = Visit(context, f"{site}/en/{page}.html")
        visit.page.route(f"**/data/{name}.json", answering(json.dumps(files[name])))
        assert "No statement for" not in visit.text()
        visit.page.reload()
        visit.page.wait_for_selector("html[data-drawn=yes]", timeout=60_000)
        drawn = visit.page.eval_on_selector_all(lines, "all => all.map(p => p.getAttribute('d'))")
        pieces = [d.count("M") for d in drawn if "L" in d]
        assert len(pieces) >= 6 and set(pieces) == {2}, (page, pieces)
        if page != "index":
            assert "No statement for: 2024-Q2, 2024-Q3." in visit.text()
        visit.page.close()


def test_make_site_opens_the_current_release(context: Any, sample_home: Path) -> None:
    """`sandan site`, which `make site` calls: loopback, the address told, ended by an interrupt."""
    command = [sys.executable, "-m", "pipeline.cli", "site", "--port", "0"]
    environment = {**os.environ, "SANDAN_HOME": str(sample_home), "PYTHONUNBUFFERED": "1"}
    server = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True)
    try:
        assert server.stdout is not None
        address = next(w for line in server.stdout for w in line.split() if w.startswith("http"))
        assert address.startswith("http://127.0.0.1:")
        page = context.new_page()
        page.goto(address)
        page.wait_for_url("**/en/index.html")
        page.wait_for_selector("html[data-drawn=yes]", timeout=60_000)
        assert "SIMULATED" in page.inner_text("body")
    finally:
        server.send_signal(signal.SIGINT)
        assert server.wait(timeout=30) in (0, 130, -signal.SIGINT)


def test_a_query_in_the_browser_reads_the_releases_own_database(
    context: Any, site: str, release: Path
) -> None:
    visit = Visit(context, f"{site}/en/sql.html")
    visit.queried()
    visit.page.fill("#query", "SELECT count(*) AS n, sum(value) AS total FROM fct_observation")
    visit.page.press("#query", "Control+Enter")
    visit.page.wait_for_selector("html[data-queried='2']", timeout=120_000)
    ((count, total),) = query(release, "SELECT count(*), sum(value) FROM fct_observation")
    answer = visit.page.eval_on_selector_all("tbody td", "cells => cells.map(c => c.innerText)")
    assert answer[0] == str(count)
    assert float(answer[1].replace(",", "")) == pytest.approx(total, rel=1e-9)
    visit.is_clean()
    # Columns of one name keep their places, and no figure is rounded or grows.
    visit.page.fill(
        "#query",
        "SELECT 1 AS a, 2 AS a, 0.0004::DOUBLE AS b, 9007199254740993 AS c, TIME '12:30:00' AS d, DATE '2026-03-31' AS e, [9007199254740993, 1] AS f",
    )
    visit.page.press("#query", "Control+Enter")
    visit.page.wait_for_selector("html[data-queried='3']", timeout=120_000)
    answer = visit.page.eval_on_selector_all("tbody td", "cells => cells.map(c => c.innerText)")
    assert answer == [
        "1",
        "2",
        "0.0004",
        "9007199254740993",
        "12:30:00",
        "2026-03-31",
        "[9007199254740993, 1]",
    ]
    visit.is_clean()
    # Intervals as DuckDB writes them.
    spans = [
        "1 year 2 months 3 days 04:05:06.789",
        "-13 months 1 day",
        "0 days",
        "36 hours",
        "-0.5 seconds",
    ]
    listed = ", ".join(f"(INTERVAL '{span}')" for span in spans)
    visit.page.fill("#query", f"FROM (VALUES {listed}, (NULL)) AS t(i)")
    visit.page.press("#query", "Control+Enter")
    visit.page.wait_for_selector("html[data-queried='4']", timeout=120_000)
    answer = visit.page.eval_on_selector_all("tbody td", "cells => cells.map(c => c.innerText)")
    written = query(release, f"SELECT i::VARCHAR FROM (VALUES {listed}) AS t(i)")
    assert answer == [*(text for (text,) in written), "NULL"]
    visit.is_clean()
    # So is what lies within lists and structures, and the first of many rows come first.
    nested = "{'a': [INTERVAL '3 hours', NULL], 'd': DATE '2026-03-31'} AS s"
    visit.page.fill(
        "#query", f"SELECT {nested}, 'x' AS s, i FROM range(3000) AS t(i) -- to its end"
    )
    visit.page.press("#query", "Control+Enter")
    visit.page.wait_for_selector("html[data-queried='5']", timeout=120_000)
    assert "first 2,000 rows" in visit.page.inner_text("p[role=status]")
    answer = visit.page.eval_on_selector_all("tbody td", "cells => cells.map(c => c.innerText)")
    ((written_out,),) = query(release, f"SELECT s::VARCHAR FROM (SELECT {nested})")
    assert answer[:6] == [written_out, "x", "0", written_out, "x", "1"]
    # An error is told in DuckDB's words, with the place.
    visit.page.fill("#query", "SELECT 1;\nSELEC 2")
    visit.page.press("#query", "Control+Enter")
    visit.page.wait_for_selector("html[data-queried='6']", timeout=120_000)
    assert visit.page.inner_text(".problem").split("\n") == [
        'Parser Error: syntax error at or near "SELEC"',
        "LINE 2: SELEC 2",
        "        ^",
    ]
    # No extension may be fetched, whatever a query asks for.
    visit.page.fill("#query", "LOAD spatial")
    visit.page.press("#query", "Control+Enter")
    visit.page.wait_for_selector("html[data-queried='7']", timeout=120_000)
    assert visit.page.locator(".problem").count() == 1
    assert visit.outside == []


# Contrast follows from the scheme, words from the language: each is seen once.
@pytest.mark.parametrize(("language", "scheme"), [("ko", "light"), ("en", "dark")])
def test_axe_finds_nothing_serious(browser: Any, site: str, language: str, scheme: str) -> None:
    axe = MODULES / "axe-core" / "axe.min.js"
    if not axe.is_file():
        pytest.skip("axe-core is not installed (npm)")
    context = browser.new_context(viewport={"width": 1280, "height": 900}, color_scheme=scheme)
    found: dict[str, Any] = {}
    for name in PAGES:
        visit = Visit(context, f"{site}/{language}/{name}.html")
        if name == "sql":
            visit.queried()
        visit.page.evaluate(axe.read_text(encoding="utf-8"))
        result = visit.page.evaluate("axe.run(document, {resultTypes: ['violations']})")
        for violation in result["violations"]:
            if violation["impact"] in ("serious", "critical"):
                nodes = [node["html"][:160] for node in violation["nodes"][:3]]
                found.setdefault(f"{name}: {violation['id']}", nodes)
        visit.page.close()
    context.close()
    assert not found


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_phone_scrolls_one_way_only(browser: Any, site: str, language: str) -> None:
    context = browser.new_context(
        viewport={"width": 360, "height": 740}, is_mobile=True, has_touch=True
    )
    wide = {}
    for name in PAGES:
        visit = Visit(context, f"{site}/{language}/{name}.html")
        if name == "sql":
            visit.queried()
        width = visit.page.evaluate("document.documentElement.scrollWidth")
        if width > 360:
            wide[name] = width
        visit.page.close()
    context.close()
    assert not wide


def test_the_keyboard_reaches_everything(context: Any, site: str) -> None:
    visit = Visit(context, f"{site}/en/index.html")
    page = visit.page
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    reached = set()
    for _ in range(40):
        page.keyboard.press("Tab")
        reached.add(page.evaluate("(document.activeElement.textContent ?? '').trim()"))
    assert {"한국어", "Complexes", "SQL", "Downloads"} <= reached
    # Sorting by keyboard: the header is a button and tells the order.
    page.focus("th button")
    page.keyboard.press("Enter")
    assert page.get_attribute("th:has(button)", "aria-sort") == "ascending"
    # The slider of the map moves by arrow and says the quarter.
    visit = Visit(context, f"{site}/en/map.html")
    slider = visit.page.locator("input[type=range]")
    before = slider.get_attribute("aria-valuetext")
    slider.focus()
    visit.page.keyboard.press("ArrowLeft")
    assert slider.get_attribute("aria-valuetext") != before
    visit.is_clean()


def test_theme_and_language_are_a_choice_that_stays(context: Any, site: str) -> None:
    visit = Visit(context, f"{site}/en/compare.html?with=changwon,gumi")
    dark = "getComputedStyle(document.body).backgroundColor"
    light = visit.page.evaluate(dark)
    visit.page.click("#theme")
    visit.page.click("#theme")
    assert visit.page.evaluate(dark) != light
    visit.page.click("#language")
    visit.page.wait_for_selector("html[lang=ko][data-drawn=yes]")
    assert "with=changwon" in visit.page.url and "/ko/compare.html" in visit.page.url
    assert visit.page.evaluate(dark) != light
    assert "창원" in visit.text()


def test_a_browser_without_webassembly_gets_tables(context: Any, site: str) -> None:
    context.add_init_script("delete globalThis.WebAssembly")
    for name in PAGES:
        visit = Visit(context, f"{site}/en/{name}.html")
        assert not visit.wrong
        if name == "sql":
            assert "no WebAssembly" in visit.text()
            assert visit.page.locator("tbody tr").count() > 40
        else:
            visit.is_clean()
        visit.page.close()


def test_made_again_the_site_has_the_same_bytes(release: Path, tmp_path: Path) -> None:
    again = render_site(release, tmp_path / "site")
    assert len(again) > 200
    for path in again:
        name = path.relative_to(tmp_path / "site")
        # These two tell of the folder as it was before it was finished.
        if name.as_posix() in ("data/downloads.json",):
            continue
        assert path.read_bytes() == (release / "site" / name).read_bytes(), name


LONG = "가나다라마바사아자차카타파하거너더러머버서어저처커터퍼허고노도로모보소오조초코토"


SHOWN = ("production_krw_100m", "exports_usd_m", "employment_count", "utilization_pct")
MISSING = (
    "tenant_count", "operating_count", "lessee_count", "manufacturing_operating_count",
    "employment_men_count", "employment_women_count", "capacity_krw_100m",
)  # fmt: skip


def one_period(folder: Path, *, value: float | None, status: str) -> Path:
    """A release of one quarter: two complexes whose figures all have one status, no denominator."""
    row = {
        **dict.fromkeys(SHOWN, value),
        **{f"{measure}_status": status for measure in SHOWN},
        **{f"{measure}_status": "O" for measure in MISSING},
        "period": "2026-Q1",
    }
    return make_release(
        folder,
        {
            "complex_quarterly": [{"complex_id": c, **row} for c in ("changwon", "gumi")],
            "national_total_quarterly": [row],
            "national_share": [
                {
                    "metric": "national_export_share_pct",
                    "definition": "customs_exports",
                    "period": "2026-Q1",
                    "obs_status": "O",
                    "reason_ko": "전국 분모 없음",
                    "reason_en": "no national denominator for 2026-Q1",
                    "months_covered": 3,
                    "months_in_period": 3,
                }
            ],
        },
    )


@pytest.mark.parametrize(
    ("value", "status", "language", "width"),
    [(None, "Q", "en", 375), (0.0, "A", "ko", 375), (-3.5, "A", "en", 1280)],
)
def test_a_poor_release_still_renders_truthfully(
    browser: Any, tmp_path: Path, value: float | None, status: str, language: str, width: int
) -> None:
    """Also copied away from its index, on a phone, with a name of forty syllables."""
    context = browser.new_context(viewport={"width": width, "height": 900})
    # Alone in another folder, by its own name or another.
    name = "2026-Q1_v1" if status == "Q" else "copy"
    folder = one_period(tmp_path / name, value=value, status=status)
    with duckdb.connect(str(folder / "kicox.duckdb")) as connection:
        connection.execute(
            "UPDATE dim_complex SET name_ko = $1, name_en = $1 WHERE complex_id = 'changwon'",
            [LONG],
        )
        connection.execute(
            f"COPY (FROM dim_complex ORDER BY complex_id) TO '{folder}/marts/dim_complex.parquet'"
        )
    render_site(folder, folder / "site")
    with file_server(tmp_path) as address:
        for name in PAGES:
            visit = Visit(context, f"{address}/{folder.name}/site/{language}/{name}.html")
            if name == "sql":
                visit.queried()
            assert not visit.outside and not visit.wrong, (name, visit.wrong, visit.outside)
            if name != "sql":
                visit.is_clean()
            text = visit.text()
            if name == "complex/changwon":
                assert LONG in text
                marks = visit.page.locator("#figures ~ div td.num abbr", has_text="X")
                assert (marks.count() > 0) == (status == "Q")
            if name == "index":
                if status == "Q":
                    card = visit.page.inner_text("[data-measure=production_krw_100m] .value")
                    assert card.startswith("X\n")
                visit.page.click("summary")
                reason = {"ko": "전국 분모 없음", "en": "no national denominator"}[language]
                assert reason in visit.text()
            assert visit.page.evaluate("document.documentElement.scrollWidth") <= width, name
            visit.page.close()
    context.close()
