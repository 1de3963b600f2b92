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
    data = rd.load(Path(release_dir))
    epoch = source_date_epoch
    if epoch is None:
        epoch = rd.epoch(data.release, data.marts["dim_snapshot"])
    # Pages are set outside of Python: one language is set while the next is written.
    documents: list[Document] = []
    with ThreadPoolExecutor(len(languages) or 1) as beside:
        pages = []
        for lang in languages:
            documents.append(checked_document(data, lang))
            pages.append(beside.submit(typeset, documents[-1], epoch))
        characters = characters_of(documents)
        forms = [
            (content.lang, render_html(content, characters), page.result())
            for content, page in zip(documents, pages, strict=True)
        ]
    out_dir = Path(out_dir)
    out_dir.mkdir(parents=True, exist_ok=True)
    written: list[Path] = []
    for lang, html, pdf in forms:
        for name, content in (
            (f"bulletin_{lang}.pdf", pdf),
            (f"bulletin_{lang}.html", html.encode()),
        ):
            (out_dir / name).write_bytes(content)
            written.append(out_dir / name)
    return written


def checked_document(data: rd.Release, lang: Lang) -> Document:
    """The content in one language, read again and found true.

    Raises:
        BulletinError: as `render_bulletin`.
    """
    content = document(data, lang)
    check_document(data, content)
    return content
