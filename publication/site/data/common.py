"""What every page needs: the release, its checks, and the names and units of everything."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from publication.definitions import Definitions, Text, read_definitions
from publication.site.data.reader import Marts, Row


def site(release: Path, marts: Marts, manifest: Row) -> Row:
    """The content of `data/site.json`: release, checks, warnings, definitions, complexes.

    Args:
        release: the folder of the release.
        marts: its marts.
        manifest: its (draft) release.json.

    Raises:
        DefinitionsError: a definition is missing or has one language only.
    """
    checks = dict(manifest.get("checks") or {})
    counts = {name: int(checks.get(name) or 0) for name in ("passed", "warning", "critical")}
    complexes = marts.table(
        "SELECT complex_id, name_ko, name_en, complex_type, province_ko, province_en, sigungu_ko, "
        "sigungu_en, longitude, latitude, published_from, published_until, is_current "
        "FROM dim_complex ORDER BY complex_id"
    )
    return {
        "period": manifest["period"],
        "version": manifest["version"],
        "is_simulated": bool(manifest["is_simulated"]),
        "checks": {"verdict": checks.get("verdict"), **counts, "total": sum(counts.values())},
        "warning_count": len(manifest.get("warnings") or []),
        **_definitions(read_definitions(release), marts),
        # by column: every page reads this, and there may be more than a thousand
        "complex": complexes,
    }


def _definitions(found: Definitions, marts: Marts) -> Row:
    """The definitions as the pages read them: each name, unit and text in both languages."""
    used = {(metric, definition) for metric, definition in found.shares}
    if "national_share" in marts:
        used |= set(marts.tuples("SELECT DISTINCT metric, definition FROM national_share"))
    if "claim_check" in marts and "claim_verdict" in marts:
        used |= set(
            marts.tuples(
                "SELECT DISTINCT v.metric, c.definition FROM claim_check c "
                "JOIN claim_verdict v USING (claim_id)"
            )
        )
    measures = {
        code: {
            "measure": code, **_both("name", m.name), **_both("unit", m.unit.name),
            **_both("definition", m.definition), "decimals": m.unit.decimals, "kind": m.kind,
        }
        for code, m in found.measures.items()
    }  # fmt: skip
    kpis = {
        code: {
            "kpi": code, "sort_order": i, **_both("name", k.name), **_both("unit", k.unit.name),
            **_both("formula", k.formula), "decimals": k.unit.decimals,
        }
        for i, (code, k) in enumerate(found.kpis.items())
    }  # fmt: skip
    return {
        "measures": measures,
        "kpis": kpis,
        "industries": {
            code: {"industry_code": code, "sort_order": i, **_both("name", industry.name)}
            for i, (code, industry) in enumerate(found.industries.items())
        },
        "claim_metrics": {code: _both("name", m.name) for code, m in found.metrics.items()},
        "shares": {
            f"{metric} {definition}": {
                **_both("name", found.definition_of(metric, definition)),
                **(_both("note", s.note) if (s := found.shares.get((metric, definition))) else {}),
            }
            for metric, definition in sorted(used)
        },
        "codes": {
            name: {
                code: {**_both("name", c.name), **_both("description", c.description)}
                for code, c in codes.items()
            }
            for name, codes in found.codelists.items()
        },
    }


def _both(stem: str, text: Text) -> dict[str, Any]:
    return {f"{stem}_ko": text.ko, f"{stem}_en": text.en}
