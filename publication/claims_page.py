"""The page of claims: what was said, what is measured, when it last held, and who disagrees."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import duckdb
from markupsafe import Markup, escape

from publication.definitions import Text, definition_name
from publication.page import both, page_environment

TEMPLATE = "claims.html.j2"

#: How a verdict looks; what it is called is in the code list.
_MARKS = {
    "supported": "ok", "contradicted": "critical", "disputed": "warning", "indicative": "warning",
    "not_evaluable": "none",
}  # fmt: skip
_COMPARATORS = {
    "approx": ("", ""),
    "at_least": (" 이상", "at least "),
    "at_most": (" 이하", "at most "),
    "more_than": (" 초과", "more than "),
    "less_than": (" 미만", "less than "),
}
_WIDTH, _HEIGHT, _LEFT, _RIGHT, _TOP, _BOTTOM = 640, 150, 52, 12, 12, 24


def render_claims(release: Path, out: Path) -> Path | None:
    """Write the page of claims of a release folder and return its path.

    Reads `marts/claim_*.parquet`, `marts/dim_claim_metric.parquet`, `marts/dim_code.parquet`,
    `marts/dim_complex.parquet`, `marts/dim_share_definition.parquet` and `release.json`; returns None
    where the release has no desk of claims. The same folder gives the same bytes.

    Args:
        release: the folder of the release, published or staged.
        out: the file to write.
    """
    marts = release / "marts"
    if not (marts / "claim_verdict.parquet").is_file():
        return None
    manifest = json.loads((release / "release.json").read_text(encoding="utf-8"))
    with duckdb.connect() as connection:

        def rows(query: str) -> list[dict[str, Any]]:
            cursor = connection.execute(query)
            names = [d[0] for d in cursor.description or []]
            return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]

        claims = rows(
            "SELECT v.*, m.name_ko, m.name_en, m.definition_ko, m.definition_en, m.dimension, "
            "c.name_ko AS complex_ko, c.name_en AS complex_en "
            f"FROM read_parquet('{marts}/claim_verdict.parquet') v "
            f"LEFT JOIN read_parquet('{marts}/dim_claim_metric.parquet') m USING (metric) "
            f"LEFT JOIN read_parquet('{marts}/dim_complex.parquet') c USING (complex_id) "
            "ORDER BY m.sort_order, v.claim_date, v.claim_id"
        )
        checks: dict[str, list[dict[str, Any]]] = {}
        for row in rows(
            f"SELECT * FROM read_parquet('{marts}/claim_check.parquet') "
            "WHERE measured_value IS NOT NULL ORDER BY claim_id, period, definition"
        ):
            checks.setdefault(row["claim_id"], []).append(row)
        codes = {
            r["code"]: Text(r["name_ko"], r["name_en"])
            for r in rows(
                f"SELECT * FROM read_parquet('{marts}/dim_code.parquet') WHERE codelist = 'definition'"
            )
        }
        shares = {
            (r["metric"], r["definition"]): Text(r["name_ko"], r["name_en"])
            for r in rows(f"SELECT * FROM read_parquet('{marts}/dim_share_definition.parquet')")
        }
        for claim in claims:
            for row in (claim, *checks.get(claim["claim_id"], [])):
                key = "definition" if "definition" in row else "last_held_definition"
                if row[key]:
                    name = definition_name(claim["metric"], row[key], shares, codes)
                    row["definition_name"] = both(name.ko, name.en)
                    row["definition_title"] = " / ".join(dict.fromkeys((name.ko, name.en)))
        verdicts = rows(
            f"SELECT code, name_ko, name_en FROM read_parquet('{marts}/dim_code.parquet') "
            "WHERE codelist = 'verdict' ORDER BY sort_order"
        )
    counts = {v["code"]: sum(c["verdict"] == v["code"] for c in claims) for v in verdicts}
    page = (
        page_environment()
        .get_template(TEMPLATE)
        .render(
            release_id=manifest["release_id"],
            simulated=manifest["is_simulated"],
            claims=[_entry(claim, checks.get(claim["claim_id"], [])) for claim in claims],
            counts=counts,
            verdicts={
                v["code"]: {"name": both(v["name_ko"], v["name_en"]), "mark": _MARKS[v["code"]]}
                for v in verdicts
            },
        )
    )
    out.write_text(page, encoding="utf-8")
    return out


def _entry(claim: dict[str, Any], checks: list[dict[str, Any]]) -> dict[str, Any]:
    """One claim as the template needs it."""
    after_ko, before_en = _COMPARATORS[claim["comparator"]]
    unit, unit_en = claim["unit"], claim["unit_en"]
    amount = f"{claim['stated_value']:,.10g}"
    # 0.00005, not 5e-05
    tolerance = (
        f" ± {claim['tolerance']:.12f}".rstrip("0").rstrip(".") if claim["tolerance"] else ""
    )
    sided = [c for c in checks if c["verdict"] == "disputed"]
    own = [
        c
        for c in checks
        if c["period"] == claim["verdict_period"]
        or (claim["verdict_period_is_assumed"] and c["period"][:4] == claim["verdict_period"])
    ]
    shown = {(c["period"], c["definition"]): c for c in [*own, *sided]}
    return {
        **claim,
        "stated": both(
            f"{amount}{tolerance} {unit}{after_ko}", f"{before_en}{amount}{tolerance} {unit_en}"
        ),
        "metric_name": both(
            _of_complex(claim, "ko") + (claim["name_ko"] or claim["metric"]),
            _of_complex(claim, "en") + (claim["name_en"] or claim["metric"]),
        ),
        "misprint": both(
            f"‘{claim.get('printed_as')}’(으)로 인쇄됨. 그 단위로는 이 지표를 잴 수 없어 {amount} {unit}(으)로 읽음",
            f"Printed as “{claim.get('printed_as')}”, a unit that does not measure this; read as {amount} {unit_en}",
        ),
        "said_in": both(claim.get("source_ko") or claim["source"], claim["source"]),
        "note": both(claim["note_ko"] or "", claim["note_en"] or ""),
        "own": [_measured(c) for _, c in sorted(shown.items())],
        "contradicts": (claim["contradicts"] or "").split(", ") if claim["contradicts"] else [],
        "chart": _chart(claim, checks),
        "why": both(claim["reason_ko"], claim["reason"]) if not shown else None,
    }


def _of_complex(claim: dict[str, Any], language: str) -> str:
    """The complex that a claim is about, before what is measured of it."""
    name = claim[f"complex_{language}"]
    return f"{name}, " if name else ""


def _measured(check: dict[str, Any]) -> dict[str, Any]:
    value = check["measured_value"]
    amount = f"{value:,.6g}" if abs(value) < 100_000 else f"{value:,.0f}"
    return {
        "period": check["period"],
        "definition_name": check["definition_name"],
        "value": both(f"{amount} {check['unit']}", f"{amount} {check['unit_en']}"),
        "coverage": check["coverage"],
        "verdict": check["verdict"],
        "holds": check["holds"],
        "source": check["measured_source"] or "",
        "breaks": (check["break_ids"] or "").replace(";", ", "),
        "simulated": check["is_simulated"],
    }


def _time(period: str) -> float:
    """The middle of a period, in years."""
    year = int(period[:4])
    if "Q" in period:
        return year + (int(period[6]) - 0.5) / 4
    return year + (int(period[5:7]) - 0.5) / 12 if len(period) > 4 else year + 0.5


def _chart(claim: dict[str, Any], checks: list[dict[str, Any]]) -> Markup | None:
    """Measured values by time against the stated one and its tolerance, as inline SVG.

    Only periods as long as the claim's (years where it names none and there are some): a quarter's
    total beside a year's would say nothing.
    """
    length = len(claim["stated_period"] or "")
    if not length:
        length = (
            4
            if any(len(c["period"]) == 4 for c in checks) and claim["dimension"] == "percent"
            else 0
        )
    points = [c for c in checks if not length or len(c["period"]) == length]
    if len(points) < 2:
        return None
    stated, tolerance = float(claim["stated_value"]), float(claim["tolerance"])
    values = [float(c["measured_value"]) for c in points] + [stated - tolerance, stated + tolerance]
    low, high = min(values), max(values)
    margin = (high - low) * 0.08 or 1.0
    low, high = low - margin, high + margin
    times = [_time(c["period"]) for c in points]
    first, last = min(times) - 0.5, max(times) + 0.5

    def x(time: float) -> float:
        return round(_LEFT + (time - first) / (last - first) * (_WIDTH - _LEFT - _RIGHT), 1)

    def y(value: float) -> float:
        return round(_TOP + (high - value) / (high - low) * (_HEIGHT - _TOP - _BOTTOM), 1)

    def label(value: float) -> str:
        return f"{value:,.4g}" if abs(value) < 10_000 else f"{value:,.0f}"

    parts: list[str] = []
    band_top, band_bottom = y(stated + tolerance), y(stated - tolerance)
    if claim["comparator"] in ("at_least", "more_than"):
        band_top = _TOP
    elif claim["comparator"] in ("at_most", "less_than"):
        band_bottom = _HEIGHT - _BOTTOM
    right = _WIDTH - _RIGHT
    parts.append(
        f'<rect class="band" x="{_LEFT}" y="{band_top}" width="{right - _LEFT}" '
        f'height="{max(band_bottom - band_top, 1.5):.1f}"/>'
        f'<line class="stated" x1="{_LEFT}" x2="{right}" y1="{y(stated)}" y2="{y(stated)}"/>'
        f'<text x="{_LEFT - 6}" y="{y(stated) + 4}" text-anchor="end" class="strong">{label(stated)}</text>'
    )
    for value in (max(values), min(values)):
        if abs(y(value) - y(stated)) > 14:
            parts.append(
                f'<text x="{_LEFT - 6}" y="{y(value) + 4}" text-anchor="end">{label(value)}</text>'
            )
    years = range(int(first) + 1, int(last))
    step = max(1, -(-len(years) // 9))
    for year in years[::step]:
        parts.append(
            f'<text x="{x(year + 0.5)}" y="{_HEIGHT - 6}" text-anchor="middle">{year}</text>'
        )
    for check, time in zip(points, times, strict=True):
        kind = check["verdict"] if check["verdict"] in _MARKS else "indicative"
        title = escape(
            f"{check['period']} {check['definition_title']}: {label(check['measured_value'])} "
            f"({check['coverage']})"
        )
        parts.append(
            f'<circle class="{kind}" cx="{x(time)}" cy="{y(check["measured_value"])}" r="4">'
            f"<title>{title}</title></circle>"
        )
    name = escape(f"{claim['name_ko']} / {claim['name_en']}: {label(stated)} {claim['unit']}")
    # every part is made of numbers and escaped text above
    return Markup(
        f'<svg class="history" viewBox="0 0 {_WIDTH} {_HEIGHT}" role="img" aria-label="{name}">'
        + "".join(parts)
        + "</svg>"
    )
