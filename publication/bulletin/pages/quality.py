"""Warnings of the gate, notes on the publisher's files, suppression and breaks."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from publication.bulletin import reading as rd
from publication.bulletin import texts as tx
from publication.bulletin import words as s
from publication.bulletin.model import Block, Cell, Column, Line, Prose, Section, Table
from publication.bulletin.pages.common import TOTALS, line, note, said
from publication.bulletin.reading import Release
from publication.bulletin.words import Lang


def failure_text(data: Release, failure: Mapping[str, Any], lang: Lang) -> str:
    """A failing cell in words: the gate's own message, else built from its parts."""
    message = failure.get(f"message_{lang}")
    if message:
        return str(message).strip().rstrip(".") + "."
    value, expected = failure.get("value"), failure.get("expected")
    parts = [
        data.name(failure.get("complex_id"), lang),
        str(failure.get("measure") or ""),
        str(failure.get("period") or ""),
    ]
    text = " ".join(part for part in parts if part)
    if value is not None:
        text += f" = {value}"
    if expected is not None and expected != "":
        text += f" (≠ {expected})"
    return text + "."


def file_notes(data: Release, lang: Lang) -> list[str]:
    """What was noted while the publisher's files were read, each note once, with its tables."""
    places: dict[str, list[str]] = {}
    for warning in data.release.get("warnings") or []:
        if not isinstance(warning, dict) or warning.get("source") != "file":
            continue
        if warning.get("period") not in (data.period, "all", None):
            continue  # an older edition's, told in its own release
        where, _, message = str(warning.get(f"message_{lang}") or "").partition(": ")
        # `file › sheet › cell`: the sheet is what a reader of the publication knows.
        parts = where.split(" › ")
        sheet = parts[1] if len(parts) > 2 else ""
        found = places.setdefault(message.strip().rstrip("."), [])
        if sheet and sheet not in found:
            found.append(sheet)
    return [
        f"{message} ({', '.join(sheets)})." if sheets else f"{message}."
        for message, sheets in places.items()
        if message
    ]


def _gate(data: Release, lang: Lang) -> list[Block]:
    checks = [c for c in data.verdict.get("checks") or [] if isinstance(c, dict)]
    failed = [c for c in checks if not c.get("success")]
    failed.sort(key=lambda c: c.get("severity") != "critical")
    blocks: list[Block] = [*said("gate", s.gate_sentence(len(checks), len(failed), lang))]
    if failed:
        blocks.append(note("n_gate", lang))
    for check in failed:
        title = str(check.get(f"title_{lang}") or check.get("title_ko") or check.get("id") or "")
        if check.get("severity") == "critical":
            title = f"[{tx.t('critical', lang)}] {title}"
        failures = [f for f in check.get("failures") or [] if isinstance(f, dict)]
        reason = str(check.get(f"reason_{lang}") or "")
        told = tuple(failure_text(data, f, lang) for f in failures) or (reason,)
        blocks.append(Prose("warning", told, title))
    notes = file_notes(data, lang)
    if notes:
        blocks.append(Prose("file_notes", tuple(notes), tx.t("n_files", lang)))
    return blocks


def suppressed(data: Release) -> list[tuple[str, list[str]]]:
    """Complexes with a suppressed figure, and which measures those are."""
    now = data.complexes.get(data.period, {})
    found = []
    for complex_id in rd.ranked(data):
        hidden = [m for m in TOTALS if rd.obs(now[complex_id], m).status == "Q"]
        if any(k.endswith("_status") and v == "Q" for k, v in now[complex_id].items()):
            found.append((complex_id, hidden))
    return found


def _suppression(data: Release, lang: Lang) -> list[Block]:
    hidden = suppressed(data)
    names = [data.name(complex_id, lang) for complex_id, _ in hidden]
    blocks: list[Block] = [*said("suppression", s.suppression_sentence(names, lang))]
    if not hidden:
        return blocks
    columns = (
        Column(tx.t("c_complex", lang), align="text", weight=1.5),
        Column(tx.t("c_suppressed", lang), align="prose", weight=3.0),
    )
    lines = [
        line(
            data.name(complex_id, lang),
            [Cell(", ".join(data.measure(m, lang) for m in measures) or s.SUPPRESSED)],
        )
        for complex_id, measures in hidden
    ]
    notes = (tx.t("n_suppression", lang),)
    blocks.append(Table("suppressed", tx.t("t_suppressed", lang), columns, tuple(lines), notes))
    return blocks


def recent_breaks(data: Release) -> list[rd.Row]:
    """Entries of the register of the last five years, newest first."""
    since = f"{int(data.period[:4]) - 5}"
    rows = [
        row
        for row in data.marts["series_break"]
        if since <= str(row["quarter"]) and str(row["quarter"]) <= data.period
    ]
    return sorted(rows, key=lambda r: (str(r["effective"]), r["break_id"]), reverse=True)


def _breaks(data: Release, lang: Lang) -> list[Block]:
    rows = recent_breaks(data)
    if not rows:
        return [note("n_no_breaks", lang)]
    columns = (
        Column(tx.t("c_when", lang), align="text", weight=1.0),
        Column(tx.t("c_what", lang), align="prose", weight=3.6),
        Column(tx.t("c_source", lang), align="prose", weight=2.6),
    )
    lines = [
        Line(
            (
                Cell(s.period_short(str(row["effective"]), lang)),
                Cell(str(row[f"what_{lang}"])),
                Cell(rd.source(row, lang)),
            )
        )
        for row in rows
    ]
    return [Table("breaks", tx.t("t_breaks", lang), columns, tuple(lines))]


def quality(data: Release, lang: Lang) -> Section:
    """The chapter of what a reader must know before using a figure."""
    blocks = (*_gate(data, lang), *_suppression(data, lang), *_breaks(data, lang))
    return Section("quality", tx.t("h_quality", lang), (), blocks)
