"""The sheets that hold words: methods and how to cite, and the warnings that a reader must know."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from publication.bulletin import texts as bulletin
from publication.bulletin.pages.methods import METHODS, citation
from publication.workbook.cells import Column, Row, Sheet, words
from publication.workbook.texts import Lang, t


def methods(release: Mapping[str, Any], lang: Lang) -> Sheet:
    """Coverage, growth, revisions, seasonal adjustment, and how to cite: the bulletin's own words."""
    rows: list[Row] = [
        {"head": bulletin.t(f"m_{key}", lang), "text": bulletin.t(f"m_{key}_text", lang)}
        for key in METHODS
    ]
    rows += [{"head": bulletin.t("m_cite", lang), "text": text} for text in citation(release, lang)]
    columns = (
        Column(t("subject_of", lang), lambda r: r["head"], width=28),
        Column(t("text", lang), lambda r: r["text"], width=110),
    )
    return Sheet("methods", columns, tuple(rows))


def warnings(folder: Path, release: Mapping[str, Any], lang: Lang) -> Sheet:
    """A row for every cell that broke a check of the gate, and for every note on a publisher's file
    that is about the release's period. The gate's come from `verdict.json`."""
    columns = (
        Column(t("kind", lang), lambda r: t(f"k_{r['kind']}", lang), width=18),
        Column(t("severity", lang), lambda r: t(r["severity"], lang), width=12),
        Column(t("subject", lang), lambda r: words(r["subject"]), width=60),
        Column(t("said", lang), lambda r: words(r["said"]), width=110),
    )
    rows = [*_gate(folder, lang), *_files(release, lang)]
    return Sheet("warnings", columns, tuple(rows))


def _gate(folder: Path, lang: Lang) -> Iterator[Row]:
    path = folder / "verdict.json"
    if not path.is_file():
        return
    checks = json.loads(path.read_text(encoding="utf-8")).get("checks") or []
    failed = [check for check in checks if not check.get("success")]
    for check in sorted(failed, key=lambda c: c.get("severity") != "critical"):
        subject = check.get(f"title_{lang}") or check.get("id")
        reason = check.get(f"reason_{lang}")
        severity = "critical" if check.get("severity") == "critical" else "warning"
        for failure in check.get("failures") or [{}]:
            said = failure.get(f"message_{lang}") or reason
            yield {"kind": "gate", "severity": severity, "subject": subject, "said": said}


def _files(release: Mapping[str, Any], lang: Lang) -> Iterator[Row]:
    for warning in release.get("warnings") or []:
        if warning.get("source") != "file":
            continue  # the gate's stand in the verdict, cell by cell
        if warning.get("period") not in (release["period"], "all", None):
            continue  # an older edition's, told in its own release
        where, _, said = str(warning.get(f"message_{lang}") or "").partition(": ")
        yield {"kind": "file", "severity": "warning", "subject": where, "said": said}
