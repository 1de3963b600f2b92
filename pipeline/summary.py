"""What a person wants to know at the end of a run, and what stands where."""

from __future__ import annotations

import json
from typing import Any

from rich.console import Console

from ingestion.outcomes import read_outcomes
from pipeline.inputs import collect_inputs
from pipeline.settings import Settings

_CLAIMS = (
    ("korea_it_times_2005_production_30", "national_production_share_pct", "production"),
    ("korea_it_times_2005_exports_43", "national_export_share_pct", "exports"),
)


def print_summary(settings: Settings, console: Console) -> None:
    """Where release, bulletin and quality report lie; when the claim held; the shares now."""
    from publication.releases import current_release

    manifest = current_release(settings.releases)
    if manifest is None:
        console.print("no release yet. 아직 배포판이 없습니다.")
        return
    folder = settings.releases / "current"
    console.print()
    mark = "  [bold yellow]SIMULATED · 모의자료[/]" if manifest["is_simulated"] else ""
    console.print(f"[bold]{manifest['release_id']}[/]{mark}")
    console.print(f"release         {folder}")
    for path in sorted((folder / "bulletin").glob("*.pdf")):
        console.print(f"bulletin        {path}")
    console.print(f"quality report  {folder / 'quality_report.html'}")
    if (folder / "site" / "index.html").is_file():
        console.print(f"site            {folder / 'site'} (make site)")
    for warning in manifest["warnings"]:
        if warning.get("source") == "site":
            console.print(f"site            {warning['message_en']} · {warning['message_ko']}")
    console.print(f"warnings        {len(manifest['warnings'])} (RELEASE_NOTES.md)")
    console.print()
    for line in claim_lines(manifest["headline"]):
        console.print(line)


def claim_lines(headline: dict[str, Any]) -> list[str]:
    """When "30 percent of production and 43 percent of exports" held, and what it is now."""
    lines: list[str] = []
    for claim_id, metric, en in _CLAIMS:
        held = [h for h in headline["held"] if h["claim_id"] == claim_id]
        stated = held[0]["stated_pct"] if held else None
        by_period: dict[str, set[str]] = {}
        for h in held:
            by_period.setdefault(h["period"], set()).add(f"{h['measured_pct']:.1f} %")
        when = "; ".join(
            f"{period}: {', '.join(sorted(values))}" for period, values in sorted(by_period.items())
        )
        title = (
            f"{stated:g} % of national {en}" if stated is not None else f"share of national {en}"
        )
        lines.append(f"{title}: {'held in ' + when if when else 'held in no period with figures'}")
        now = [s for s in headline["shares_now"] if s["metric"] == metric]
        given = [s for s in now if s["share_pct"] is not None]
        if given:
            lines += [
                f"  now ({s['period']}, {s['definition']}, {s['coverage']}): {s['share_pct']:.1f} %"
                for s in given
            ]
        elif now:
            lines.append(f"  now ({now[0]['period']}): not evaluable: {now[0]['reason_en']}")
            last = [s for s in headline["last"] if s["metric"] == metric]
            if last:
                newest = max(last, key=lambda s: s["period"])
                lines.append(
                    f"  last ({newest['period']}, {newest['definition']}, {newest['coverage']}): "
                    f"{newest['share_pct']:.1f} %"
                )
    return lines


def status_of(settings: Settings, newest: int = 20) -> dict[str, Any]:
    """Releases, what would be built, the newest outcomes and the quarantine, as plain data."""
    from publication.releases import current_release, list_releases

    current = current_release(settings.releases)
    inputs = collect_inputs(settings)
    outcomes = list(read_outcomes(settings.home / "outcomes"))
    quarantine = []
    for path in sorted((settings.home / "quarantine").glob("*/reason.json")):
        reason = json.loads(path.read_text(encoding="utf-8"))
        quarantine.append(
            {
                "file_name": reason["file_name"],
                "at": reason["at"],
                "line": reason["lines_en"][0],
                "line_ko": reason["lines_ko"][0],
            }
        )
    return {
        "home": str(settings.home),
        "current": {
            k: current[k] for k in ("release_id", "published_at", "is_simulated", "build_id")
        }
        if current
        else None,
        "releases": [m["release_id"] for m in list_releases(settings.releases)],
        "to_build": inputs.build_id
        if inputs and (current is None or current["build_id"] != inputs.build_id)
        else None,
        "outcomes": outcomes[-newest:],
        "quarantine": quarantine,
    }
