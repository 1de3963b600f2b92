"""The difference of two releases as a page: offline, both languages, no script."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import duckdb

from publication.page import page_environment
from publication.releases.marts import quoted

#: Reasons beside the causes of revisions, which the code list `cause` names.
REASONS = {
    "derived": ("다른 수치에서 계산", "computed from others"),
    "code": ("산출 방식 변경", "code changed"),
    "derived_or_code": ("계산 또는 산출 방식 변경", "computed, or code changed"),
}
CHANGES = {
    "revised": ("수정", "revised"),
    "suppressed": ("비공개 전환", "now suppressed"),
    "shown": ("새로 공개", "now shown"),
    "gone": ("없어짐", "gone"),
}
_SHOWN = 40


def render_diff(difference: Mapping[str, Any], folder: Path, target: Path) -> Path:
    """Write the page of a difference.

    Args:
        difference: what `diff` returned.
        folder: the later release; names of complexes, industries and measures come from its marts.
        target: the file to write.
    """
    names = _names(folder)
    marts = [
        {
            "name": mart,
            "is_added": bool(change.get("added_mart")),
            "is_removed": bool(change.get("removed_mart")),
            "rows_added": change.get("rows_added", 0),
            "rows_removed": change.get("rows_removed", 0),
            "changed": sum(v["changed"] for v in change.get("values", {}).values()),
            "schema": change.get("schema"),
            "note": change.get("note"),
        }
        for mart, change in difference["marts"].items()
    ]
    reasons = difference.get("reasons", [])
    page = page_environment().get_template("releases/diff.html.j2")
    text = page.render(
        simulated=bool(difference.get("is_simulated")),
        before=difference["before"],
        after=difference["after"],
        note=(difference["note_ko"], difference["note"]) if difference.get("note") else None,
        inputs=difference.get("inputs", {"added": [], "removed": []}),
        code=difference.get("code"),
        marts=marts,
        reasons=reasons,
        total=sum(r["changed"] for r in reasons),
        most=max((r["changed"] for r in reasons), default=1),
        groups=difference.get("by_complex_and_measure", []),
        largest=difference.get("largest", [])[:_SHOWN],
        reason_names=names["cause"] | REASONS,
        change_names=CHANGES,
        name=lambda kind, code: names[kind].get(code, (code, code)),
        unit=lambda measure: names["unit"].get(measure, ("", "")),
        figure=_figure,
        signed=_signed,
    )
    target.write_text(text, encoding="utf-8")
    return target


def _names(folder: Path) -> dict[str, dict[str, tuple[str, str]]]:
    found: dict[str, dict[str, tuple[str, str]]] = {"unit": {}}
    with duckdb.connect() as connection:
        for kind, key in (
            ("complex", "complex_id"),
            ("industry", "industry_code"),
            ("measure", "measure"),
        ):
            path = folder / "marts" / f"dim_{kind}.parquet"
            found[kind] = {}
            if not path.exists():
                continue
            rows = connection.execute(
                f"SELECT {key}, name_ko, name_en FROM read_parquet('{quoted(path)}')"
            ).fetchall()
            found[kind] = {code: (ko, en) for code, ko, en in rows}
            if kind == "measure":
                units = connection.execute(
                    f"SELECT measure, unit_ko, unit_en FROM read_parquet('{quoted(path)}')"
                ).fetchall()
                found["unit"] = {code: (ko, en) for code, ko, en in units}
        codes = folder / "marts" / "dim_code.parquet"
        rows = []
        if codes.exists():
            rows = connection.execute(
                f"SELECT code, name_ko, name_en FROM read_parquet('{quoted(codes)}') "
                "WHERE codelist = 'cause'"
            ).fetchall()
        found["cause"] = {code: (ko, en) for code, ko, en in rows}
    found["complex"]["_T"] = ("계", "Total")
    return found


def _figure(value: float | None, status: str | None) -> str:
    """A value as printed, or the mark of why there is none."""
    if value is None:
        return {"Q": "X", "O": "…", "M": "–"}.get(status or "", "–")
    return f"{value:,.0f}" if value == round(value) and abs(value) >= 100 else f"{value:,.2f}"


def _signed(value: float | None) -> str:
    return "" if value is None else f"{value:+,.2f} %".replace("-", "−")
