"""From a release folder to the bulletin in all its forms and languages.

Reads `marts/*.parquet`, `kicox.duckdb` (definitions), `release.json` and `verdict.json` of one release
and nothing else. The same folder gives the same bytes: the time in the PDF comes from the inputs,
never from the clock.
"""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from publication.bulletin import reading as rd
from publication.bulletin.charts.style import start_drawing
from publication.bulletin.check import check_document
from publication.bulletin.html.render import characters_of, render_html
from publication.bulletin.model import Document
from publication.bulletin.pages.document import document
from publication.bulletin.pdf import typeset
from publication.bulletin.words import Lang


def render_bulletin(
    release_dir: Path,
    out_dir: Path,
    *,
    languages: Sequence[Lang] = ("ko", "en"),
    source_date_epoch: int | None = None,
) -> list[Path]:
    """Write `bulletin_<language>.pdf` and `.html` for a release folder; returns the paths, in order.

    Both forms of a language are set from one content, which is held against the release before
    anything is written (`check`). The PDF conforms to PDF/UA-1; the HTML is one file that asks for
    nothing. The same folder gives the same bytes: the PDF's timestamp is the latest `published_at`
    of the inputs, or `source_date_epoch` (seconds); the release's own day of publication, set later,
    is not printed.

    Raises:
        BulletinError: the folder lacks what is needed, or a number, unit, name or direction in a
            text, table or chart does not follow from the marts; nothing is written then.
    """
    epoch, documents = checked_documents(release_dir, languages)
    if source_date_epoch is not None:
        epoch = source_date_epoch
    characters = characters_of(documents)
    out_dir = Path(out_dir)
    out_dir.mkdir(parents=True, exist_ok=True)
    written: list[Path] = []
    with ThreadPoolExecutor(2) as beside:  # typst sets outside of Python
        set_pages = [beside.submit(typeset, content, epoch) for content in documents]
        for content, pages in zip(documents, set_pages, strict=True):
            html = render_html(content, characters)
            pdf = out_dir / f"bulletin_{content.lang}.pdf"
            pdf.write_bytes(pages.result())
            page = out_dir / f"bulletin_{content.lang}.html"
            page.write_text(html, encoding="utf-8")
            written += [pdf, page]
    return written


def checked_documents(
    release_dir: Path, languages: Sequence[Lang] = ("ko", "en")
) -> tuple[int, list[Document]]:
    """The time of the inputs (seconds) and the content in each language, read again and found true.

    Raises:
        BulletinError: as `render_bulletin`.
    """
    start_drawing()
    data = rd.load(Path(release_dir))
    documents = []
    for lang in languages:
        content = document(data, lang)
        check_document(data, content)
        documents.append(content)
    return rd.epoch(data.release, data.marts["dim_snapshot"]), documents
