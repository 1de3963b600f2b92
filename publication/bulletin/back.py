"""What page 2 says: the table of complexes, contributions, warnings, notes and sources."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from publication.bulletin import charts
from publication.bulletin import reading as rd
from publication.bulletin import sentences as s
from publication.bulletin import texts as tx
from publication.bulletin.front import FONTS
from publication.bulletin.reading import Release, Row
from publication.bulletin.sentences import Lang, Obs


@dataclass(frozen=True)
class Density:
    """How much page 2 may print; the fullest that fits is taken."""

    complexes: int
    movers: int
    warnings: int
    failures: int
    message: int
    snapshots: int
    row_inset: float
    named: int = 8
    name: int = 60


def _cell(obs: Obs, decimals: int, scale: float = 1.0) -> str:
    if obs.ok is not None:
        return s.number(obs.ok * scale, decimals)
    return s.SUPPRESSED if obs.status == "Q" else s.MISSING


def complexes(data: Release, lang: Lang, density: Density) -> Row:
    """The table of the largest complexes under the total: X suppressed, – missing, 0 zero."""
    ko = lang == "ko"
    now = data.complexes.get(data.period, {})
    then = data.complexes.get(data.previous or "", {})
    last_year = data.complexes.get(data.year_ago or "", {})
    # Amounts are printed in 억원 in Korean and in KRW billion in English (1 bn = 10 억원).
    scale, decimals = (1.0, 0) if ko else (0.1, 1)

    def growth(row: Row | None, base: Row | None, measure: str) -> str:
        current, before = rd.obs(row, measure), rd.obs(base, measure)
        if "Q" in (current.status, before.status):
            return s.SUPPRESSED
        return s.growth_cell(s.compare(current, before), lang=lang)

    def cells(
        name: str, row: Row, prev: Row | None, ago: Row | None, broken: tuple[bool, bool]
    ) -> list[Any]:
        production, exports = "production_krw_100m", "exports_usd_m"
        return [
            name,
            _cell(rd.obs(row, production), decimals, scale),
            tx.flag(growth(row, prev, production), broken[0]),
            tx.flag(growth(row, ago, production), broken[1]),
            _cell(rd.obs(row, exports), 1),
            tx.flag(growth(row, prev, exports), broken[0]),
            _cell(rd.obs(row, "employment_count"), 0),
            tx.flag(growth(row, prev, "employment_count"), broken[0]),
            _cell(rd.obs(row, "utilization_pct"), 1),
        ]

    rows: list[Row] = []
    total = data.totals.get(data.period)
    if total is not None:
        broken = (rd.total_is_broken(data, data.previous), rd.total_is_broken(data, data.year_ago))
        rows.append(
            {
                "cells": cells(
                    "계" if ko else "Total",
                    total,
                    data.totals.get(data.previous or ""),
                    data.totals.get(data.year_ago or ""),
                    broken,
                ),
                "bar": None,
            }
        )
    ranked = rd.ranked(data)[: density.complexes]
    top = max((rd.obs(now[c], "production_krw_100m").ok or 0.0 for c in ranked), default=0.0)
    for complex_id in ranked:
        row = now[complex_id]
        value = rd.obs(row, "production_krw_100m").ok
        broken = (
            rd.complex_is_broken(data, complex_id, data.previous),
            rd.complex_is_broken(data, complex_id, data.year_ago),
        )
        rows.append(
            {
                "cells": cells(
                    tx.shorten(data.name(complex_id, lang), density.name),
                    row,
                    then.get(complex_id),
                    last_year.get(complex_id),
                    broken,
                ),
                "bar": value / top if value and value > 0 and top > 0 else None,
            }
        )
    if not rows:
        return {
            "heading": tx.t("complexes", lang),
            "aside": "",
            "header": [],
            "rows": [],
            "has_total": False,
            "note": f"{s.period_text(data.period, 'ko')} 값이 있는 단지가 없다."
            if ko
            else f"No complex has figures for {s.period_text(data.period, 'en')}.",
        }
    flagged = any(isinstance(c, dict) for row in rows for c in row["cells"])
    if ko:
        header = [
            "단지",
            "생산\n억원",
            "",
            "전분기\n대비",
            "전년 동기\n대비",
            "수출\n백만달러",
            "전분기\n대비",
            "고용\n명",
            "전분기\n대비",
            "가동률\n%",
        ]
        aside = f"생산액 순 · {len(now)}개 단지 중 {len(ranked)}개"
        note = (
            "X 비공개   – 값이 없거나 산출할 수 없음   "
            "0 실적 없음(발행 기관이 단위 미만을 0으로 적은 경우 포함)"
        )
        note += "   b 범위 변동 또는 단절" if flagged else ""
    else:
        header = [
            "Complex",
            "Production\nKRW bn",
            "",
            "on\nquarter",
            "on\nyear",
            "Exports\nUS$ m",
            "on\nquarter",
            "Employ-\nment",
            "on\nquarter",
            "Operating\nrate, %",
        ]
        aside = f"By production, {len(ranked)} of {len(now)} complexes"
        note = (
            "X suppressed   – missing or not computable   "
            "0 nothing (or below the unit the publisher prints)"
        )
        note += "   b break in series" if flagged else ""
    return {
        "heading": tx.t("complexes", lang),
        "aside": aside,
        "header": header,
        "rows": rows,
        "has_total": total is not None,
        "note": note,
    }


def movers(data: Release, lang: Lang, density: Density) -> Row:
    """The chart of contributions: the largest rises and the deepest falls."""
    contributions = [(c, p) for c, p in rd.contributions(data) if abs(p) >= 0.005]
    up = [item for item in contributions if item[1] > 0][: density.movers]
    down = [item for item in contributions if item[1] < 0][-density.movers :]
    svg, alt = "", ""
    if up or down:
        named = [(tx.shorten(data.name(c, lang), 40), p) for c, p in [*up, *down]]
        # A name that occurs twice would fall onto one bar.
        seen: dict[str, int] = {}
        unique = []
        for name, value in named:
            seen[name] = seen.get(name, 0) + 1
            unique.append((name if seen[name] == 1 else f"{name} ({seen[name]})", value))
        spec = charts.bars_spec(
            unique,
            width=232,
            row_height=14,
            name_width=78 if lang == "ko" else 92,
            simulated=data.simulated,
        )
        svg = charts.draw(spec, FONTS)
        unit = "%p" if lang == "ko" else " pp"
        alt = f"{tx.t('movers_aside', lang)}: " + ", ".join(
            f"{name} {s.signed(value, 2, unit)}" for name, value in unique
        )
    return {
        "heading": tx.t("movers", lang),
        "aside": tx.t("movers_aside", lang),
        "svg": svg,
        "alt": alt,
        "empty": tx.t("movers_empty", lang),
    }


def _failure_text(data: Release, failure: Mapping[str, Any], lang: Lang) -> str:
    """A failing cell in words: the gate's own message, else built from its parts."""
    message = failure.get(f"message_{lang}")
    if message:
        return str(message).strip().rstrip(".")
    name = data.name(failure.get("complex_id"), lang)
    value, expected = failure.get("value"), failure.get("expected")
    parts = [name, str(failure.get("measure") or ""), str(failure.get("period") or "")]
    text = " ".join(part for part in parts if part)
    if value is not None:
        text += f" = {value}"
    if expected is not None and expected != "":
        text += f" ({'기대' if lang == 'ko' else 'expected'}: {expected})"
    return text


def _file_notes(data: Release, lang: Lang) -> list[str]:
    """What was noted while the publisher's files were read, each note once, with its table."""
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
        f"{message} ({', '.join(sheets)})" if sheets else message
        for message, sheets in places.items()
        if message
    ]


def warnings(data: Release, lang: Lang, density: Density) -> Row:
    """Every failed check of the gate, then the notes on the publisher's files, folded to fit."""
    ko = lang == "ko"
    checks = [c for c in data.verdict.get("checks") or [] if isinstance(c, dict)]
    failed = [c for c in checks if not c.get("success")]
    # Critical ones first: a release should carry none, but if it does they must be read.
    failed.sort(key=lambda c: c.get("severity") != "critical")
    items = []
    for check in failed[: density.warnings]:
        failures = [f for f in check.get("failures") or [] if isinstance(f, dict)]
        shown = [_failure_text(data, f, lang) for f in failures[: density.failures]]
        rest = max(len(failures), int(check.get("unexpected_count") or 0)) - len(shown)
        body = "; ".join(shown)
        if not shown:
            body = str(check.get(f"reason_{lang}") or "")
        elif rest > 0:
            body += f" 외 {rest}건" if ko else f"; and {rest} more"
        body = tx.shorten(body, density.message)
        title = str(check.get(f"title_{lang}") or check.get("title_ko") or check.get("id") or "")
        if check.get("severity") == "critical":
            title = ("[중대] " if ko else "[critical] ") + title
        # Closing marks in one place, so that no sentence ends twice or not at all.
        title = title.rstrip(".:")
        items.append(
            {
                "title": title + (":" if body else "."),
                "body": body if not body or body.endswith(("…", ".")) else body + ".",
            }
        )
    more = len(failed) - len(items)
    notes = _file_notes(data, lang)
    if notes:
        limit = min(density.failures, 4)
        body = "; ".join(notes[:limit])
        if len(notes) > limit:
            rest = len(notes) - limit
            body += f" 외 {rest}건" if ko else f"; and {rest} more"
        body = tx.shorten(body, density.message)
        items.append(
            {
                "title": "발행 파일:" if ko else "The publisher’s files:",
                "body": body if body.endswith(("…", ".")) else body + ".",
            }
        )
    if not checks:
        aside = (
            "이 배포판의 검증 기록에 점검 항목이 없다."
            if ko
            else "The verdict of this release lists no checks."
        )
    elif not failed:
        aside = (
            f"점검 {len(checks)}건을 모두 통과하였다."
            if ko
            else f"All {len(checks)} checks passed."
        )
    else:
        aside = (
            f"점검 {len(checks)}건 중 {len(failed)}건이 어긋났다. 규칙과 그에 어긋난 칸을 적는다. "
            "값은 공표된 그대로이다."
            if ko
            else f"{len(failed)} of {len(checks)} checks failed: the rule, then the cells that "
            "break it. Figures stand as published."
        )
    return {
        "heading": tx.t("warnings", lang),
        "aside": aside,
        "items": items,
        "more": ""
        if more <= 0
        else (
            f"외 {more}건은 품질보고서(quality_report.html)에 있다."
            if ko
            else f"And {more} more: see quality_report.html."
        ),
    }


def suppressed(data: Release, lang: Lang) -> list[str]:
    """Complexes with any suppressed measure in the period, by tenants."""
    now = data.complexes.get(data.period, {})
    return [
        data.name(complex_id, lang)
        for complex_id in rd.ranked(data)
        if any(k.endswith("_status") and v == "Q" for k, v in now[complex_id].items())
    ]


def break_notes(data: Release, lang: Lang, density: Density) -> list[str]:
    """What changed in coverage or method since the farthest base this release compares with."""
    ko = lang == "ko"
    # The farthest base that this release really compares with.
    base = next((p for p in (data.year_ago, data.previous) if p in data.totals), None)
    if base is None:
        return [
            "이 배포판에는 견줄 앞선 기간이 없다."
            if ko
            else "This release holds no earlier period to compare with."
        ]
    notes = [
        s.coverage_break(
            [(tx.shorten(name, density.name), when) for name, when in rd.entered(data, base, lang)],
            [tx.shorten(name, density.name) for name in rd.left(data, base, lang)],
            lang,
            density.named,
        )
    ]
    told = {
        (complex_id, rd.quarter_of(row["published_from"]))
        for complex_id, row in data.names.items()
        if isinstance(row.get("published_from"), str)
    }
    # A break of every complex stands in the text of each of them: say it once.
    dated: dict[tuple[str, str], list[str]] = {}
    for complex_id, row in sorted(data.names.items()):
        for when, text in rd.breaks_of(row, lang):
            if rd.within(when, base, data.period) and (complex_id, when) not in told:
                dated.setdefault((when, text), []).append(complex_id)
    for (_, text), ids in sorted(dated.items())[:4]:
        name = data.name(ids[0], lang)
        prefix = "" if len(ids) > 1 or ids[0] == "_T" or name in text else f"{name}: "
        notes.append(tx.shorten(prefix + text, density.message))
    if len(dated) > 4:
        notes.append(
            f"외 {len(dated) - 4}건: dim_complex의 breaks_ko"
            if ko
            else f"And {len(dated) - 4} more: breaks_en in dim_complex"
        )
    notes = [note for note in notes if note]
    if not notes:
        return [
            f"{s.period_short(base, 'ko')} 이후 알려진 범위 변동이나 단절은 없다."
            if ko
            else f"No change of coverage and no break is on record since {s.period_short(base, 'en')}."
        ]
    notes.append(
        "이 시점을 사이에 둔 증감률(b)은 같은 범위의 비교가 아니다."
        if ko
        else "Growth across such a date (b) does not compare like with like."
    )
    return notes


_DATASETS: tuple[tuple[str, str, str], ...] = (
    (
        r"kicox__industrial_trend",
        "한국산업단지공단, 「국가산업단지 산업동향」",
        "KICOX, National Industrial Complexes, Industrial Trends",
    ),
    (
        r"kicox__industrial_trend_.*_csv",
        "한국산업단지공단, 「국가산업단지 산업동향」 CSV",
        "KICOX, Industrial Trends, CSV edition",
    ),
    (
        r"kicox__complex_status",
        "한국산업단지공단, 「전국산업단지현황통계」",
        "KICOX, Status of All Industrial Complexes",
    ),
    (
        r"sandan__published_figures",
        "공표 수치 모음(보도·통계, 출처별)",
        "Published figures, collected with their sources",
    ),
    (r"sandan__claims", "비중에 관한 주장 모음", "Claims on shares, collected with their sources"),
)


def _dataset_name(dataset: str, lang: Lang) -> str:
    for pattern, ko, en in _DATASETS:
        if re.fullmatch(pattern, dataset):
            return ko if lang == "ko" else en
    return dataset


#: Datasets in the order in which the bulletin names them; others follow.
_SOURCE_ORDER = (
    "kicox__industrial_trend",
    "sandan__published_figures",
    "sandan__claims",
    "kicox__industrial_trend_production_by_complex_csv",
)


def _source_date(row: Row, lang: Lang) -> str:
    """Period and day of publication of an input, in words."""
    ko = lang == "ko"
    period = str(row.get("period") or "")
    when = rd.as_date(row.get("published_at"))
    parts = [] if period in ("", "all") else [s.period_short(period, lang)]
    if when is None:
        parts.append("공표일 미상" if ko else "undated")
    elif row.get("published_at_basis") == "first_seen":
        # Nobody said when it was published: the day it came stands in, and says so.
        parts.append(f"{when} 수신" if ko else f"received {when}")
    else:
        parts.append(str(when))
    return ", ".join(parts)


def sources(data: Release, lang: Lang, density: Density) -> list[Row]:
    """The inputs by publication: period, day of publication, first eight digits of the hash."""
    ko = lang == "ko"
    rows = data.marts["dim_snapshot"]
    if not rows:
        inputs = data.release.get("inputs")
        rows = [r for r in (inputs if isinstance(inputs, list) else []) if isinstance(r, dict)]

    def order(row: Row) -> tuple[int, int, str, str]:
        period = str(row.get("period") or "")
        rank = 0 if period == data.period else (1 if period == "all" else 2)
        # Later periods first among the older ones.
        digits = -int(re.sub(r"\D", "", period) or 0)
        return (rank, digits, str(row.get("dataset")), str(row.get("snapshot_id")))

    # By publication, in the order in which a reader looks for them; the release's period first.
    groups: dict[str, list[Row]] = {_dataset_name(d, lang): [] for d in _SOURCE_ORDER}
    for row in sorted(rows, key=order):
        groups.setdefault(_dataset_name(str(row.get("dataset") or ""), lang), []).append(row)
    out: list[Row] = []
    for name, members in groups.items():
        dated: dict[str, list[str]] = {}
        for row in members[: density.snapshots]:
            dated.setdefault(_source_date(row, lang), []).append(str(row.get("sha256") or "")[:8])
        text = "; ".join(f"{when}, {', '.join(hashes)}" for when, hashes in dated.items())
        more = len(members) - density.snapshots
        if more > 0:
            text += f" 외 {more}개(inputs.lock.json)" if ko else f"; {more} more: inputs.lock.json"
        if members:
            out.append({"lead": name, "text": text})
    if not out:
        out.append(
            {"lead": "입력 파일의 기록이 없다." if ko else "No inputs are on record.", "text": ""}
        )
    return out


def cite(data: Release, lang: Lang) -> list[str]:
    """How to cite the release, or that a simulated one is not to be cited."""
    ko = lang == "ko"
    if data.simulated:
        return ["모의자료이므로 인용하지 않는다." if ko else "Simulated data: do not cite."]
    if ko:
        return [
            f"sandan, 「국가산업단지 분기 통계: {s.period_short(data.period, 'ko')}」, "
            f"배포판 {data.release_id}.",
            "원자료: 한국산업단지공단, 「국가산업단지 산업동향」, 국가승인통계 제399004호. "
            "가공에 따른 책임은 발행 기관에 있지 않다.",
        ]
    return [
        f"sandan, National Industrial Complexes: Quarterly Bulletin, "
        f"{s.period_short(data.period, 'en')}, release {data.release_id}.",
        "Source data: Korea Industrial Complex Corporation (KICOX), approved statistic no. 399004. "
        "KICOX is not responsible for what was made from them.",
    ]
