"""Reference metadata on quality: a metadata structure after SIMS and ESMS, and a report for a release.

What is said stands in `quality.yml`; the figures in it come from the release: survey notes, verdict,
revisions, breaks, days from the end of the period to publication. A fact that a release does not have
is said to be unknown, never left out.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Any

import duckdb
import yaml
from pysdmx.model import (
    Annotation,
    Concept,
    ConceptScheme,
    DataType,
    ItemReference,
    MetadataAttribute,
    MetadataComponent,
    Metadataflow,
    MetadataReport,
    MetadataStructure,
)

from publication.definitions import Definitions, Lang, Text
from publication.sdmx.bilingual import both
from publication.sdmx.codelists import AGENCY, TOTAL
from publication.sdmx.flows import FLOWS

STRUCTURE, FLOW, SCHEME = "MSD_QUALITY", "MDF_QUALITY", "CS_QUALITY"
TREND_DATASET = "kicox__industrial_trend"
#: Days after the end of a period within which the publisher usually publishes.
USUAL_DAYS = 60
_NAME = Text("품질 보고", "Quality report")


@cache
def items() -> list[dict[str, Any]]:
    """The tree of `quality.yml`."""
    path = Path(__file__).with_name("quality.yml")
    found: list[dict[str, Any]] = yaml.safe_load(path.read_text(encoding="utf-8"))
    return found


def quality_structures(version: str) -> list[Any]:
    """Concepts, metadata structure and metadataflow of the report."""
    concepts = [
        Concept(
            id=item["id"],
            name=both(Text(**item["title"])),
            annotations=[Annotation(id="SIMS", type="SIMS", text=item["sims"])],
        )
        for item in _flat(items())
    ]
    return [
        ConceptScheme(
            id=SCHEME,
            name=both(Text("품질 개념(SIMS 2.0, ESMS)", "Concepts of quality (SIMS 2.0, ESMS)")),
            agency=AGENCY,
            version=version,
            items=concepts,
        ),
        MetadataStructure(
            id=STRUCTURE,
            name=both(_NAME),
            agency=AGENCY,
            version=version,
            components=[_component(item, version) for item in items()],
        ),
        Metadataflow(
            id=FLOW,
            name=both(_NAME),
            agency=AGENCY,
            version=version,
            structure=_urn("metadatastructure.MetadataStructure", STRUCTURE, version),
            targets=[_urn("datastructure.Dataflow", flow.id, version) for flow in FLOWS],
        ),
    ]


def quality_reports(facts: Mapping[str, Any], version: str, period: str) -> list[MetadataReport]:
    """One report a language about all dataflows of the release."""
    reports = []
    languages: tuple[Lang, ...] = ("en", "ko")
    for lang in languages:
        reports.append(
            MetadataReport(
                id=f"QUALITY_{lang.upper()}",
                name=both(Text(f"{_NAME.ko} {period} ({lang})", f"{_NAME.en} {period} ({lang})")),
                agency=AGENCY,
                version=version,
                metadataflow=_urn("metadatastructure.Metadataflow", FLOW, version),
                targets=[_urn("datastructure.Dataflow", flow.id, version) for flow in FLOWS],
                attributes=[_attribute(item, facts, lang) for item in items()],
            )
        )
    return reports


def _flat(found: Sequence[Mapping[str, Any]]) -> Iterator[Mapping[str, Any]]:
    for item in found:
        yield item
        yield from _flat(item.get("parts", ()))


def _component(item: Mapping[str, Any], version: str) -> MetadataComponent:
    has_text = "text" in item
    return MetadataComponent(
        id=item["id"],
        is_presentational=not has_text,
        concept=ItemReference("Concept", AGENCY, SCHEME, version, item["id"]),
        local_dtype=DataType.STRING if has_text else None,
        components=[_component(part, version) for part in item.get("parts", ())],
    )


def _attribute(item: Mapping[str, Any], facts: Mapping[str, Any], lang: Lang) -> MetadataAttribute:
    value = None
    if "text" in item:
        known = all(facts.get(fact) is not None for fact in item.get("facts", ()))
        value = (item["text"] if known else item["unknown"])[lang].format_map(facts).strip()
    return MetadataAttribute(
        id=item["id"],
        value=value,
        attributes=[_attribute(part, facts, lang) for part in item.get("parts", ())],
    )


def _urn(kind: str, name: str, version: str) -> str:
    return f"urn:sdmx:org.sdmx.infomodel.{kind}={AGENCY}:{name}({version})"


# -- what the release says ------------------------------------------------------------------


def quality_facts(
    folder: Path,
    connection: duckdb.DuckDBPyConnection,
    d: Definitions,
    manifest: Mapping[str, Any],
    prepared: datetime,
) -> dict[str, Any]:
    """Every fact that `quality.yml` names, from a release folder; None where it has none."""
    period = str(manifest["period"])

    def rows(query: str, *values: Any) -> list[Any]:
        return connection.execute(query, list(values)).fetchall()

    first, last = rows(
        "SELECT min(start_date), max(end_date) FROM (SELECT DISTINCT period FROM fct_observation) "
        "JOIN dim_period USING (period)"
    )[0]
    suppressed, in_complexes = rows(
        "SELECT count(*), count(DISTINCT complex_id) FROM fct_observation "
        "WHERE is_latest AND obs_status = 'Q' AND period = ?", period,
    )[0]  # fmt: skip
    breaks = rows(
        "SELECT effective, what_ko, what_en FROM series_break ORDER BY effective, break_id"
    )
    adjusted = dict(rows("SELECT status, count(*) FROM seasonal_diagnostics GROUP BY 1")) if (
        "seasonal_diagnostics" in d.tables
    ) else {}  # fmt: skip
    return {
        "release_id": manifest["release_id"],
        "period": period,
        "received": f"{prepared:%Y-%m-%d}",
        "definitions_ko": " ".join(f"{m.name.ko}: {m.definition.ko}." for m in d.measures.values()),
        "definitions_en": " ".join(f"{m.name.en}: {m.definition.en}." for m in d.measures.values()),
        "units_ko": _units(d, "ko"),
        "units_en": _units(d, "en"),
        "complex_count": rows(
            "SELECT count(*) FROM complex_quarterly WHERE period = ? AND tenant_count_status = 'A'",
            period,
        )[0][0],
        "first_period": first and f"{first:%Y-%m}",
        "last_period": last and f"{last:%Y-%m}",
        "suppressed_count": suppressed,
        "suppressed_complexes": in_complexes,
        "break_count": len(breaks),
        "breaks_ko": " ".join(f"{when}: {ko}." for when, ko, _ in breaks),
        "breaks_en": " ".join(f"{when}: {en}." for when, _, en in breaks),
        "input_count": len(manifest["inputs"]),
        "adjusted_count": adjusted.get("adjusted", 0),
        "unadjusted_count": adjusted.get("not_adjusted", 0),
        **_simulated(bool(manifest["is_simulated"])),
        **_survey_notes(rows, period),
        **_verdict(folder, manifest),
        **_timeliness(rows, period),
        **_revisions(rows, d),
    }


def _units(d: Definitions, lang: Lang) -> str:
    seen = dict.fromkeys(m.unit.name.of(lang) for m in d.measures.values())
    return ", ".join([*seen])


def _simulated(is_simulated: bool) -> dict[str, str]:
    if is_simulated:
        return {
            "simulated_ko": "모의 자료로 만든 판이며 통계가 아니다.",
            "simulated_en": "This release is made of simulated data and is not a statistic.",
        }
    return {
        "simulated_ko": "공표된 자료로 만든 판이다.",
        "simulated_en": "This release is made of published data.",
    }


def _survey_notes(rows: Any, period: str) -> dict[str, Any]:
    """The newest figures of the publisher's own notes, not newer than the release's period."""
    found = rows(
        "SELECT item, value, period FROM survey_note WHERE is_latest AND period <= ? "
        "QUALIFY row_number() OVER (PARTITION BY item ORDER BY period DESC) = 1", period,
    )  # fmt: skip
    facts: dict[str, Any] = {item: f"{value:g}" if value < 1000 else f"{value:,.0f}"
                             for item, value, _ in found}  # fmt: skip
    facts["notes_period"] = max((noted for _, _, noted in found), default=None)
    for item in (
        "suppression_max_respondents", "cv_production_pct", "cv_exports_pct", "response_rate_pct",
        "surveyed_count", "responded_count",
    ):  # fmt: skip
        facts.setdefault(item, None)
    return facts


def _verdict(folder: Path, manifest: Mapping[str, Any]) -> dict[str, Any]:
    counts = json.loads((folder / "verdict.json").read_text(encoding="utf-8"))["counts"]
    warnings = manifest["warnings"]
    return {
        "verdict": manifest["checks"]["verdict"],
        "checks": sum(counts.values()),
        "passed": counts.get("passed", 0),
        "warned": counts.get("warning", 0),
        "warnings_ko": " ".join(f"{w['message_ko'].rstrip('.')}." for w in warnings),
        "warnings_en": " ".join(f"{w['message_en'].rstrip('.')}." for w in warnings),
    }


def _timeliness(rows: Any, period: str) -> dict[str, Any]:
    """Days from the end of the release's period to the first publication about it."""
    found = rows(
        "SELECT min(s.published_at), min(p.end_date) FROM dim_snapshot AS s "
        "JOIN dim_period AS p ON p.period = s.period "
        "WHERE s.dataset = ? AND s.period = ? AND s.published_at_basis <> 'first_seen'",
        TREND_DATASET, period,
    )  # fmt: skip
    published, end = found[0]
    if not isinstance(published, date) or end is None:
        return {"timeliness_days": None, "published_on": None}
    days = (published - end).days
    late = days - USUAL_DAYS
    return {
        "timeliness_days": days,
        "published_on": f"{published:%Y-%m-%d}",
        "punctuality_ko": f"{late}일 늦음" if late > 0 else "늦지 않음",
        "punctuality_en": f"{late} days late" if late > 0 else "not late",
    }


def _revisions(rows: Any, d: Definitions) -> dict[str, Any]:
    found = rows(
        "SELECT measure, relative_mar_pct, observations FROM revision_summary "
        "WHERE complex_id = ? AND freq = 'Q' AND horizon = 'latest' AND relative_mar_pct IS NOT NULL "
        "AND observations > 1 ORDER BY measure", TOTAL,
    )  # fmt: skip
    if not found:
        return {"revisions_ko": None, "revisions_en": None}

    def told(lang: Lang, quarters: str) -> str:
        return ", ".join(
            f"{d.name_of(measure, lang)} {value:.2f} % ({count} {quarters})"
            for measure, value, count in found
        )

    return {"revisions_ko": told("ko", "개 분기"), "revisions_en": told("en", "quarters")}
