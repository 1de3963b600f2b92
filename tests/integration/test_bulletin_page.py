"""The bulletin's page in a real browser: no request, no error, axe finds nothing, any width, print."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from publication.bulletin import render_bulletin
from publication.site.shell import MODULES
from tests.integration.browser import chromium
from tests.unit.bulletin.releases import build


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The pages of a simulated release: with the watermark over everything."""
    folder = tmp_path_factory.mktemp("bulletin_page")
    written = render_bulletin(build(folder / "release", simulated=True), folder / "out")
    return {path.stem.removeprefix("bulletin_"): path for path in written if path.suffix == ".html"}


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with chromium() as found:
        yield found


def opened(browser: Any, path: Path, **context: Any) -> tuple[Any, list[str]]:
    """A page from its file, and everything it asked for or complained about."""
    page = browser.new_context(bypass_csp=True, offline=True, **context).new_page()
    wrong: list[str] = []
    page.on("console", lambda message: wrong.append(message.text))
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.on(
        "request",
        lambda r: None if r.url.startswith(("file:", "data:")) else wrong.append(r.url),
    )
    page.goto(path.as_uri())
    return page, wrong


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("lang", ["ko", "en"])
def test_the_page_asks_for_nothing_and_axe_finds_nothing(
    browser: Any, pages: dict[str, Path], lang: str, scheme: str
) -> None:
    axe = MODULES / "axe-core" / "axe.min.js"
    page, wrong = opened(browser, pages[lang], color_scheme=scheme)
    assert page.evaluate(
        "document.fonts.ready.then(() => document.fonts.check('16px \"Bulletin Sans\"'))"
    )
    assert wrong == []
    if not axe.is_file():
        pytest.skip("axe-core is not installed (npm); the page itself was opened and is quiet")
    page.evaluate(axe.read_text(encoding="utf-8"))
    found = page.evaluate("axe.run(document, {resultTypes: ['violations']})")["violations"]
    assert [(v["id"], v["nodes"][0]["html"][:120]) for v in found] == []


@pytest.mark.parametrize("width", [320, 390, 1280])
def test_nothing_runs_over_the_side(browser: Any, pages: dict[str, Path], width: int) -> None:
    page, _ = opened(browser, pages["ko"], viewport={"width": width, "height": 800})
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_the_keyboard_reaches_content_contents_and_wide_tables(
    browser: Any, pages: dict[str, Path]
) -> None:
    page, _ = opened(browser, pages["en"])
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.keyboard.press("Enter")
    assert page.url.endswith("#content")
    regions = page.locator("[role=region][tabindex='0']").count()
    assert regions == page.locator("table").count() > 5
    named = page.evaluate(
        "[...document.querySelectorAll('[role=region]')].every("
        "r => document.getElementById(r.getAttribute('aria-labelledby')).textContent.trim())"
    )
    assert named


def test_on_paper_each_sheet_bears_the_mark(
    browser: Any, pages: dict[str, Path], tmp_path: Path
) -> None:
    from pypdf import PdfReader

    page, _ = opened(browser, pages["en"])
    page.pdf(path=str(tmp_path / "print.pdf"), prefer_css_page_size=True)
    sheets = PdfReader(tmp_path / "print.pdf").pages
    assert len(sheets) >= 8
    for sheet in sheets:
        assert "SIMULATED" in "".join(sheet.extract_text().split())
