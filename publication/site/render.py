"""The site of a release: the shell, a page for each complex, and the data the pages read."""

from __future__ import annotations

import json
import shutil
from html import escape
from pathlib import Path
from typing import Any

from publication.geo import province_outlines
from publication.releases.layout import MANIFEST, write_json
from publication.site.data.common import site as common
from publication.site.data.complexes import complexes
from publication.site.data.desk import claims, downloads, quality, revisions, status
from publication.site.data.overview import on_map, overview
from publication.site.data.reader import Marts, write
from publication.site.data.tables import dictionary
from publication.site.shell import ShellMissing, shell

_TEMPLATE = "_.html"
LANGUAGES = ("ko", "en")


def render_site(release: Path, target: Path) -> list[Path]:
    """Write the site of a staged release into `target`; returns its files, in order.

    Reads the release folder (marts, kicox.duckdb, release.json, verdict.json, dictionary.json) and the
    shell; the same both give the same bytes. Where there is no shell, nothing is written, and the
    draft manifest gets a warning that says why.
    """
    manifest: dict[str, Any] = json.loads((release / MANIFEST).read_text(encoding="utf-8"))
    try:
        source = shell()
    except ShellMissing as error:
        _warn(release / MANIFEST, manifest, str(error))
        return []
    shutil.rmtree(target, ignore_errors=True)
    shutil.copytree(source, target, copy_function=shutil.copyfile)
    release_id, period = str(manifest["release_id"]), str(manifest["period"])
    data = target / "data"
    with Marts(release) as marts:
        everything = common(release, marts, manifest)
        write(data, "site", everything, release_id)
        write(data, "overview", overview(marts, period), release_id)
        write(data, "map", on_map(marts, period), release_id)
        write(data, "outlines", {"outlines": province_outlines()}, release_id)
        for complex_id, content in complexes(marts, period):
            write(data / "complex", complex_id, content, release_id)
        write(data, "claims", claims(marts), release_id)
        write(data, "revisions", revisions(marts, period), release_id)
        write(data, "quality", quality(release), release_id)
        write(data, "status", status(marts), release_id)
        write(data, "dictionary", dictionary(release), release_id)
        write(data, "downloads", downloads(release, marts), release_id)
    known = everything["complex"]
    _stamp(
        target, release_id, [dict(zip(known["columns"], row, strict=True)) for row in known["rows"]]
    )
    return sorted(path for path in target.rglob("*") if path.is_file())


def _stamp(target: Path, release_id: str, known: list[dict[str, Any]]) -> None:
    """Name the release in every page, and give each complex its page."""
    mark = '<meta name="sandan-release" content="'
    for page in target.rglob("*.html"):
        text = page.read_text(encoding="utf-8")
        page.write_text(text.replace(mark, mark + escape(release_id), 1), encoding="utf-8")
    for language in LANGUAGES:
        template = target / language / "complex" / _TEMPLATE
        text = template.read_text(encoding="utf-8")
        template.unlink()
        head, _, rest = text.partition("<title>")
        _, _, rest = rest.partition("</title>")
        for row in known:
            complex_id = row["complex_id"]
            name = escape(str(row[f"name_{language}"]))
            other = "en" if language == "ko" else "ko"
            filled = f"{head}<title>{name} | sandan</title>{rest}".replace(
                f"{other}/complex/_.html", f"{other}/complex/{complex_id}.html"
            )
            (template.parent / f"{complex_id}.html").write_text(filled, encoding="utf-8")


def _warn(path: Path, manifest: dict[str, Any], why: str) -> None:
    """Say in the draft manifest that the release has no site; said once however often it is tried."""
    warning = {
        "source": "site",
        "check": "site_not_built",
        "period": manifest["period"],
        "message_ko": f"이 배포판에는 사이트가 없음: {why}",
        "message_en": f"this release has no site: {why}",
    }
    others = [w for w in manifest.get("warnings") or [] if w.get("check") != warning["check"]]
    manifest["warnings"] = [*others, warning]
    write_json(path, manifest)
