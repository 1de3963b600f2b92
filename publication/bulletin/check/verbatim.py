"""Texts that are quoted from the release as they stand: messages, notes on files, the citation."""

from __future__ import annotations

import re
from collections.abc import Iterator

from publication.bulletin import texts as tx
from publication.bulletin.check.cells import Cells, period_of
from publication.bulletin.model import Prose


def verbatim_faults(cells: Cells, block: Prose) -> Iterator[str]:
    """What a quoting paragraph says other than the release."""
    if block.key == "warning":
        yield from _warning(cells, block)
    elif block.key == "file_notes":
        yield from _file_notes(cells, block)
    else:
        yield from _citation(cells, block)


def _warning(cells: Cells, block: Prose) -> Iterator[str]:
    """A failed check: its title, then the messages of its failures (or its reason)."""
    lang = cells.lang
    critical = f"[{tx.t('critical', lang)}] "
    for check in cells.data.verdict.get("checks") or []:
        titles = {str(check.get(key) or "") for key in (f"title_{lang}", "title_ko", "id")}
        if block.lead.removeprefix(critical) not in titles or check.get("success"):
            continue
        if (check.get("severity") == "critical") != block.lead.startswith(critical):
            yield f"warning ‘{block.lead}’: wrong severity"
        known = {str(check.get(f"reason_{lang}") or "")}
        for failure in check.get("failures") or []:
            known.add(str(failure.get(f"message_{lang}") or "").strip().rstrip(".") + ".")
            known.add(_built(cells, failure))
        for sentence in block.sentences:
            if sentence not in known:
                yield f"warning ‘{block.lead}’: ‘{sentence}’ is no message of the gate"
        return
    yield f"warning: ‘{block.lead}’ is no failed check"


def _built(cells: Cells, failure: dict[str, object]) -> str:
    """A failure without a message of its own."""
    name = cells.data.name(str(failure.get("complex_id") or ""), cells.lang)
    parts = (name, failure.get("measure"), failure.get("period"))
    text = " ".join(str(part) for part in parts if part)
    if failure.get("value") is not None:
        text += f" = {failure['value']}"
    if failure.get("expected") not in (None, ""):
        text += f" (≠ {failure['expected']})"
    return f"{text}."


def _file_notes(cells: Cells, block: Prose) -> Iterator[str]:
    if block.lead not in tx.fixed(cells.lang):
        yield f"‘{block.lead}’ is no fixed text"
    messages: dict[str, set[str]] = {}
    for warning in cells.data.release.get("warnings") or []:
        where, _, message = str(warning.get(f"message_{cells.lang}") or "").partition(": ")
        parts = where.split(" › ")
        sheets = messages.setdefault(message.strip().rstrip("."), set())
        if len(parts) > 2:
            sheets.add(parts[1])
    for sentence in block.sentences:
        said = sentence.removesuffix(".")
        ok = any(
            said == message
            or (
                said.startswith(f"{message} (")
                and set(said[len(message) + 2 : -1].split(", ")) <= sheets
            )
            for message, sheets in messages.items()
        )
        if not ok:
            yield f"‘{sentence}’ is no note on a file of this release"


def _publishers(cells: Cells, sentence: str) -> Iterator[str]:
    """Every publisher of an input of the quarter is named, each with titles of its own."""
    titles: dict[str, set[str]] = {}
    for dataset in (cells.data.release.get("datasets") or {}).values():
        titles.setdefault(dataset["publisher"][cells.lang], set()).add(dataset["title"][cells.lang])
    named = set()
    for item in sentence.partition(": ")[2].removesuffix(".").split("; "):
        publisher, _, rest = item.partition(", " + "「“"[cells.lang == "en"])
        named.add(publisher)
        said = re.split("[」”], [「“]", rest.rstrip("」”"))
        if not said or not set(said) <= titles.get(publisher, set()):
            yield f"citation: ‘{item}’ is no source"
    year, datasets = cells.data.period[:4], cells.data.release.get("datasets") or {}
    for row in cells.data.release.get("inputs") or []:
        own = str(row["period"]) in (cells.data.period, year, "all")
        if own and row["dataset"] in datasets and not row["dataset"].startswith("sandan__"):
            publisher = datasets[row["dataset"]]["publisher"][cells.lang]
            if publisher not in named:
                yield f"citation: {publisher} is not named"


def _citation(cells: Cells, block: Prose) -> Iterator[str]:
    fixed = tx.fixed(cells.lang)
    if block.lead not in fixed:
        yield f"‘{block.lead}’ is no fixed text"
    title, end = tx.t("title", cells.lang), f"{cells.data.release_id}."
    for sentence in block.sentences:
        if sentence in fixed:
            continue
        if sentence.startswith(("원자료: ", "Source data: ")):
            yield from _publishers(cells, sentence)
            continue
        before, middle = (
            (f"sandan, 「{title}: ", "」, 배포판 ")
            if cells.lang == "ko"
            else (f"sandan, {title}, ", ", release ")
        )
        when = sentence.removeprefix(before).removesuffix(end).removesuffix(middle)
        if sentence != f"{before}{when}{middle}{end}" or period_of(when) != cells.data.period:
            yield f"citation: ‘{sentence}’ is not that of {cells.data.release_id}"
