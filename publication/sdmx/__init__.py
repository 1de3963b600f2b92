"""A release for the machines of other statistical offices: SDMX 3.0.

sdmx/structures.xml, .json       agency, code lists, concepts, data and metadata structures, flows
sdmx/<flow>.csv, <flow>.xml      the data: SDMX-CSV 2.0 and SDMX-ML 3.0
"""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb
from pysdmx.model import Codelist, Organisation
from pysdmx.model.message import Header

from publication.definitions import DATABASE, read_definitions
from publication.sdmx.bilingual import reports_xml, structures_json, structures_xml
from publication.sdmx.codelists import AGENCY
from publication.sdmx.data import check_codes, define_lookups, write_csv, write_xml
from publication.sdmx.flows import FLOWS, TREND_VINTAGES
from publication.sdmx.model import SdmxError, structure_version, structures
from publication.sdmx.quality import quality_facts, quality_reports, quality_structures

__all__ = ["SdmxError", "render_sdmx"]


def render_sdmx(folder: Path, target: Path) -> list[Path]:
    """Write structures and data of a release folder into `target`; returns what was written.

    Raises:
        SdmxError: the release holds something that its code lists do not know.
        publication.definitions.DefinitionsError: a definition is not there.
    """
    definitions = read_definitions(folder)
    manifest = json.loads((folder / "release.json").read_text(encoding="utf-8"))
    version = structure_version(manifest)
    prepared = prepared_at(manifest)
    target.mkdir(parents=True, exist_ok=True)
    written: list[Path] = []
    with duckdb.connect(str(folder / DATABASE), read_only=True) as connection:
        connection.execute("SET enable_progress_bar = false")
        define_lookups(connection, definitions)
        used = connection.execute(
            "SELECT DISTINCT metric, definition FROM national_share ORDER BY ALL"
        ).fetchall()
        made = structures(definitions, manifest, used)
        lists = {entry.id: entry for entry in made if isinstance(entry, Codelist)}
        header = Header(
            id=str(manifest["release_id"]),
            test=bool(manifest["is_simulated"]),
            prepared=prepared,
            sender=Organisation(id=AGENCY),
        )
        facts = quality_facts(folder, connection, definitions, manifest, prepared)
        reports = quality_reports(facts, version, str(manifest["period"]))
        made += quality_structures(version)
        for name, content in (
            ("structures.xml", structures_xml(made, header)),
            ("structures.json", structures_json(made, header)),
            ("quality.xml", reports_xml(reports, header)),
        ):
            (target / name).write_bytes(content)
            written.append(target / name)
        for flow in FLOWS:
            check_codes(connection, flow, lists)
            path = target / f"{flow.file}.csv"
            if flow is TREND_VINTAGES:
                # the history is large, and grows with every edition
                path = path.with_suffix(".csv.gz")
            write_csv(connection, flow, version, path)
            written.append(path)
            if flow is not TREND_VINTAGES:
                path = target / f"{flow.file}.xml"
                write_xml(
                    connection, flow, version, path,
                    message_id=f"{manifest['release_id']}_{flow.id}", prepared=prepared,
                    is_simulated=bool(manifest["is_simulated"]),
                )  # fmt: skip
                written.append(path)
    return written


def prepared_at(manifest: dict[str, Any]) -> datetime:
    """When the newest input was received: a release has no clock, and a message wants a time."""
    received = [datetime.fromisoformat(entry["loaded_at"]) for entry in manifest["inputs"]]
    return max(received).astimezone(UTC) if received else datetime(1970, 1, 1, tzinfo=UTC)
