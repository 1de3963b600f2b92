"""The quality report: what the gate found, told to a reader, as one offline HTML page.

Both languages lie in the same file; two radio buttons and CSS choose between them, so that the
page needs no script and no request. Every text is escaped.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any

from markupsafe import Markup

from publication.bulletin.html.fonts import FAMILY, font_faces
from publication.bulletin.words.wording import percent
from publication.page import both, page_environment
from publication.quality.chapters import Chapter, chapters
from publication.quality.facts import Facts

TEMPLATE = "quality/report.html.j2"

Row = dict[str, Any]

#: Where a publication date was taken from, in words.
_BASES: dict[str, tuple[str, str]] = {
    "document": ("파일에 적힌 날", "as the file tells"),
    "sidecar": ("부속 파일에 적힌 날", "as its sidecar tells"),
    "first_seen": ("처음 받은 날", "first seen"),
    "simulated": ("모의", "simulated"),
}


def _pair(row: Mapping[str, Any], key: str, default: str = "") -> Markup:
    """`key_ko` and `key_en` of a row; one stands in for the other where it is missing."""
    ko, en = row.get(f"{key}_ko"), row.get(f"{key}_en")
    plain = row.get(key)
    return both(str(ko or plain or en or default), str(en or plain or ko or default))


def _number(value: Any) -> str:
    """A figure with thousands separators and no more digits than a reader can use."""
    if value is None or value == "":
        return "–"
    if isinstance(value, bool) or not isinstance(value, int | float):
        return str(value)
    if value != value:  # NaN
        return "–"
    if float(value).is_integer() and abs(value) < 1e15:
        return f"{int(value):,}".replace("-", "−")
    if abs(value) < 10:
        return f"{value:,.4f}".rstrip("0").replace("-", "−")
    return f"{value:,.2f}".replace("-", "−")


def _day(value: Any) -> str:
    if isinstance(value, datetime):
        return value.date().isoformat()
    if isinstance(value, date):
        return value.isoformat()
    return str(value)[:10] if value else "–"


def _size(value: Any) -> str:
    if not isinstance(value, int):
        return "–"
    return f"{value / 1024:,.1f} KB" if value >= 1024 else f"{value} B"


def _period(period: str) -> Markup:
    if len(period) == 7 and period[4:6] == "-Q":
        return both(f"{period[:4]}년 {period[6]}분기", f"{period[:4]} Q{period[6]}")
    return both(period, period)


def _sentence(verdict: Mapping[str, Any], failed: Sequence[Row]) -> tuple[Markup, Markup]:
    """The verdict in a sentence, and what follows from it."""
    critical = sum(1 for c in failed if c["severity"] == "critical")
    warning = len(failed) - critical
    total = len(verdict.get("checks") or [])
    if verdict.get("verdict") == "stop":
        names_ko, names_en = (
            (
                f"중대 점검 {critical}건이 어긋나",
                f"{critical} critical check{'s' if critical != 1 else ''} failed",
            )
            if critical
            else ("판정이 중단으로 나와", "the verdict is stop")
        )
        return (
            both(
                f"이 자료는 공개할 수 없다: {names_ko} 발행이 중단되었다.",
                f"These data cannot be published: {names_en}.",
            ),
            both(
                "독자가 보는 배포판은 이전 그대로이다. 아래의 칸을 확인하기 전에는 새 배포판이 "
                "나가지 않는다.",
                "Readers keep the release before. Nothing new goes out until the cells below "
                "have been looked into.",
            ),
        )
    if not total:
        return (
            both("점검 기록이 없다.", "No checks are on record."),
            both("판정 파일에 점검 항목이 하나도 없다.", "The verdict lists no check at all."),
        )
    if warning:
        plural = "s" if warning != 1 else ""
        return (
            both(
                f"이 자료는 공개할 수 있으나, 독자가 알아야 할 경고가 {warning}건 있다.",
                f"These data can be published, with {warning} warning{plural} "
                "that readers should know.",
            ),
            both(
                f"점검 {total}건 가운데 중대한 점검은 모두 통과하였다. 값은 발행 기관이 공표한 "
                "그대로이며 고치지 않았다.",
                f"Of {total} checks, every critical one passed. The figures stand as the "
                "publisher printed them; none was altered.",
            ),
        )
    return (
        both(
            "이 자료는 공개할 수 있으며, 경고가 없다.",
            "These data can be published without a warning.",
        ),
        both(f"점검 {total}건을 모두 통과하였다.", f"All {total} checks passed."),
    )


def _failures(check: Mapping[str, Any]) -> list[Row]:
    rows = []
    for failure in check.get("failures") or []:
        if not isinstance(failure, Mapping):
            continue
        where = [str(failure[k]) for k in ("sheet", "cell") if failure.get(k)]
        known = (failure.get("complex_id"), failure.get("measure"), failure.get("period"))
        built = " ".join(str(part) for part in known if part)
        rows.append(
            {
                "message": _pair(failure, "message", built),
                "value": _number(failure.get("value")),
                "expected": _number(failure.get("expected")),
                "where": " ".join(where) or "–",
                "snapshot": str(failure.get("snapshot_id") or ""),
            }
        )
    return rows


def _checks(verdict: Mapping[str, Any]) -> list[Row]:
    """The checks as the page tells them."""
    out = []
    for check in verdict.get("checks") or []:
        failures = _failures(check)
        count = int(check.get("unexpected_count") or 0)
        out.append(
            {
                "id": str(check.get("id") or ""),
                "theme": str(check.get("theme") or check.get("suite") or ""),
                "suite": _pair(check, "suite"),
                "severity": "critical" if check.get("severity") == "critical" else "warning",
                "success": bool(check.get("success")),
                "title": _pair(check, "title", str(check.get("id") or "")),
                "reason": _pair(check, "reason"),
                "has_reason": bool(check.get("reason_ko") or check.get("reason_en")),
                "action": _pair(check, "action"),
                "has_action": bool(check.get("action_ko") or check.get("action_en")),
                "owner": _pair(check, "owner"),
                "has_owner": bool(check.get("owner")),
                "expectation": str(check.get("expectation") or ""),
                "expected": str(check.get("expected") or ""),
                "observed": str(check.get("observed") or ""),
                "checked": check.get("checked_count"),
                "accepted": int(check.get("accepted_count") or 0),
                "count": max(count, len(failures)),
                "failures": failures,
                "more": max(0, count - len(failures)),
                "has_where": any(f["where"] != "–" for f in failures),
                "has_values": any(f["value"] != "–" or f["expected"] != "–" for f in failures),
            }
        )
    return out


#: The phases of the Generic Statistical Business Process Model (UNECE, v5.1) that the gate belongs to.
PHASES: tuple[tuple[str, str, str], ...] = (
    ("4.3", "수집 실행", "Run collection"),
    ("5.1", "자료 통합", "Integrate data"),
    ("5.3", "검토와 타당성 검증", "Review and validate"),
    ("6.2", "산출물 검증", "Validate outputs"),
    ("6.4", "비밀보호 적용", "Apply disclosure control"),
    ("7.1", "공표 체계 갱신", "Update output systems"),
)


def _phases(verdict: Mapping[str, Any]) -> list[Row]:
    """The phases with their checks, and the roles that own them."""
    out = []
    for code, ko, en in PHASES:
        own = [c for c in verdict.get("checks") or [] if c.get("gsbpm") == code]
        if not own:
            continue
        owners = {str(c.get("owner")): _pair(c, "owner") for c in own}
        out.append(
            {
                "code": code,
                "name": both(ko, en),
                "checks": len(own),
                "passed": sum(bool(c.get("success")) for c in own),
                "cells": sum(int(c.get("checked_count") or 0) for c in own),
                "owners": Markup(", ").join(owners[k] for k in sorted(owners)),
            }
        )
    return out


def _told_chapters(facts: Facts, verdict: Mapping[str, Any], checks: Sequence[Row]) -> list[Row]:
    """The chapters with the checks of their themes; a theme that no chapter knows gets its own."""
    out = []
    known: set[str] = set()
    for chapter in chapters(facts, verdict):
        known |= set(chapter.themes)
        own = [c for c in checks if c["theme"] in chapter.themes]
        out.append(_chapter_row(chapter, own))
    for theme in sorted({c["theme"] for c in checks} - known):
        own = [c for c in checks if c["theme"] == theme]
        out.append(_chapter_row(Chapter(theme, both(theme, theme), both("", ""), (theme,)), own))
    return out


def _chapter_row(chapter: Chapter, own: list[Row]) -> Row:
    return {
        "key": chapter.key,
        "name": chapter.name,
        "question": chapter.question,
        "sentences": chapter.sentences,
        "tables": chapter.tables,
        "checks": own,
        "passed": sum(c["success"] for c in own),
        "accepted": any(c["accepted"] for c in own),
    }


def _figures(facts: Facts) -> list[tuple[Markup, Markup]]:
    """The figures that a reader looks for first: label and value."""
    said: list[tuple[Markup, Markup]] = []
    survey = {k: v["value"] for k, v in facts.survey.items() if v.get("value") is not None}
    if "response_rate_pct" in survey:
        said.append((both("회수율", "Response rate"), Markup(percent(survey["response_rate_pct"]))))
    if "cv_production_pct" in survey:
        said.append(
            (both("변동계수, 생산", "CV, production"), Markup(percent(survey["cv_production_pct"])))
        )
    newest = next((r for r in facts.lags if r["period"] == facts.period), None)
    if newest:
        days = int(newest["days"])
        said.append(
            (both("분기 뒤 공표까지", "Published after"), both(f"{days}일", f"{days} days"))
        )
    if facts.complexes:
        said.append((both("단지", "Complexes"), Markup(_number(facts.complexes))))
    if facts.suppressed is not None:
        said.append((both("비공개 단지", "Suppressed"), Markup(_number(len(facts.suppressed)))))
    mar = next(
        (
            r["relative_mar_pct"]
            for r in facts.revisions
            if r["measure"] == "production_krw_100m" and r["horizon"] == "latest" and r["revised"]
        ),
        None,
    )
    if mar is not None:
        said.append(
            (both("평균 절대 수정, 생산", "Mean revision, production"), Markup(f"{mar:.2f}%"))
        )
    return said


def _file_warnings(snapshots: Sequence[Mapping[str, Any]]) -> list[Row]:
    """What the readers of the files noted; the same note in several files is told once."""
    groups: dict[tuple[str, str], Row] = {}
    for snapshot in snapshots:
        for warning in snapshot.get("warnings") or []:
            if not isinstance(warning, Mapping):
                continue
            ko = str(warning.get("message_ko") or warning.get("message") or "")
            en = str(warning.get("message_en") or warning.get("message") or ko)
            group = groups.setdefault(
                (ko or en, en),
                {
                    "message": both(_stop(ko or en), _stop(en)),
                    "action": _pair(warning, "action"),
                    "has_action": bool(warning.get("action_ko") or warning.get("action_en")),
                    "code": str(warning.get("code") or ""),
                    "places": [],
                    "more": 0,
                },
            )
            where = " › ".join(
                str(part)
                for part in (snapshot.get("file_name"), warning.get("sheet"), warning.get("cell"))
                if part
            )
            if len(group["places"]) < 6:
                group["places"].append(where)
            else:
                group["more"] += 1
    return list(groups.values())


def _stop(text: str) -> str:
    """A sentence with its full stop."""
    return text if text.endswith((".", "!", "?", "…")) else f"{text}."


def _inputs(snapshots: Sequence[Mapping[str, Any]]) -> list[Row]:
    rows = []
    for snapshot in snapshots:
        basis = str(snapshot.get("published_at_basis") or "")
        ko, en = _BASES.get(basis, (basis, basis))
        rows.append(
            {
                "dataset": str(snapshot.get("dataset") or ""),
                "period": str(snapshot.get("period") or ""),
                "published": _day(snapshot.get("published_at")),
                "basis": both(ko, en) if basis else "",
                "loaded": _day(snapshot.get("loaded_at")),
                "file_name": str(snapshot.get("file_name") or ""),
                "size": _size(snapshot.get("bytes")),
                "sha256": str(snapshot.get("sha256") or ""),
                "warnings": len(snapshot.get("warnings") or []),
                "simulated": bool(snapshot.get("is_simulated")),
            }
        )
    # The publisher's newest first, then what people have collected.
    rows.sort(key=lambda r: (r["dataset"], r["file_name"]))
    rows.sort(key=lambda r: r["period"], reverse=True)
    rows.sort(key=lambda r: r["period"] == "all")
    return rows


def render_quality_report(
    verdict: dict[str, Any], facts: Facts, lock: Mapping[str, Any], out: Path
) -> Path:
    """Write the quality report and return its path.

    Args:
        verdict: the content of verdict.json.
        facts: the figures it tells; what is not known is left out.
        lock: the content of inputs.lock.json (snapshots with hashes, dates and warnings).
        out: the file to write; its folder is made.

    The page depends on nothing else (no clock, no network): the same input gives the same bytes.
    """
    snapshots = [s for s in lock.get("snapshots") or [] if isinstance(s, Mapping)]
    checks = _checks(verdict)
    failed = sorted(
        (c for c in checks if not c["success"]), key=lambda c: (c["severity"] != "critical",)
    )
    period = str(verdict.get("period") or facts.period or "")
    headline, consequence = _sentence(verdict, failed)
    critical = sum(1 for c in failed if c["severity"] == "critical")
    environment = page_environment()
    environment.globals.update(number=_number)
    parts: dict[str, Any] = {
        "period": _period(period),
        "period_code": period,
        "build_id": str(verdict.get("build_id") or lock.get("build_id") or ""),
        "engine": str(verdict.get("engine") or ""),
        "code": str((lock.get("code") or {}).get("version") or ""),
        "simulated": bool(verdict.get("is_simulated") or facts.is_simulated),
        "outcome": str(verdict.get("verdict") or ""),
        "headline": headline,
        "consequence": consequence,
        "total": len(checks),
        "passed": len(checks) - len(failed),
        "warning": len(failed) - critical,
        "critical": critical,
        "failed": failed,
        "figures": _figures(facts),
        "chapters": _told_chapters(facts, verdict, checks),
        "phases": _phases(verdict),
        "file_warnings": _file_warnings(snapshots),
        "files": len(snapshots),
        "inputs": _inputs(snapshots),
    }
    template = environment.get_template(TEMPLATE)
    # Set once to know its letters, and once more with them.
    bare = template.render(**parts, font_faces="", font_family="")
    letters = frozenset(c for c in bare if c.isprintable())
    page = template.render(
        **parts, font_faces=Markup(font_faces(letters)), font_family=Markup(f'"{FAMILY}", ')
    )
    out = Path(out)
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_text(page, encoding="utf-8")
    return out
