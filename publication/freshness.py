"""The freshness page: what each publisher should have published by a day, what was seen, how late."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from publication.page import both, page_environment

TEMPLATE = "freshness.html.j2"
#: The order of the page: what somebody must look after comes first.
ORDER = ("late", "due", "never_seen", "on_time", "irregular", "ended")

_STATES = {
    "late": ("지연", "late", "critical"),
    "due": ("공표 예정일 지남", "due", "warning"),
    "never_seen": ("받은 적 없음", "never seen", "warning"),
    "on_time": ("정상", "up to date", "ok"),
    "irregular": ("부정기", "no calendar", "ok"),
    "ended": ("종료", "ended", "ok"),
}


def render_freshness(
    rows: Sequence[Mapping[str, Any]], today: str, out: Path, *, simulated: bool
) -> Path:
    """Write the freshness page and return its path.

    Args:
        rows: one mapping a dataset, as `pipeline.freshness.freshness` gives them.
        today: the day the page is about (ISO, Korean time).
        out: the file to write; its folder is made.
        simulated: whether what was seen is simulated.
    """
    shown = sorted(rows, key=lambda r: (ORDER.index(r["status"]), -(r["days_late"] or 0)))
    counts = {state: sum(r["status"] == state for r in rows) for state in ORDER}
    page = (
        page_environment()
        .get_template(TEMPLATE)
        .render(
            rows=[{**r, "title": both(r["title_ko"], r["title_en"])} for r in shown],
            states={k: {"name": both(ko, en), "mark": m} for k, (ko, en, m) in _STATES.items()},
            counts=counts,
            today=today,
            simulated=simulated,
        )
    )
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_text(page, encoding="utf-8")
    return out
