"""The structures: agency, concepts, data structures, dataflows, from flows and definitions."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from pysdmx.model import (
    Agency,
    AgencyScheme,
    Annotation,
    Component,
    Components,
    Concept,
    ConceptScheme,
    Dataflow,
    DataProvider,
    DataProviderScheme,
    DataStructureDefinition,
    DataType,
    ItemReference,
    Role,
)

from publication.definitions import Definitions, Text
from publication.sdmx.bilingual import both
from publication.sdmx.codelists import AGENCY, SDMX, codelist_urn, codelists
from publication.sdmx.flows import FLOWS, Flow
from publication.sdmx.flows import Component as FlowComponent

CROSS_SCHEME, CROSS_VERSION = "CROSS_DOMAIN_CONCEPTS", "2.0"
OWN_SCHEME = "CS_KICOX"
PROVIDER = "KICOX"
#: How the name of whatever is simulated begins.
SIMULATED = Text("[모의 자료, 통계 아님] ", "[SIMULATED DATA, not a statistic] ")
_PERIOD = re.compile(r"(\d{4})-Q([1-4])")
_TYPES = {
    "text": DataType.STRING,
    "integer": DataType.INTEGER,
    "number": DataType.DOUBLE,
    "boolean": DataType.BOOLEAN,
    "day": DataType.DATE,
    "period": DataType.PERIOD,
}


class SdmxError(Exception):
    """A release cannot be said in SDMX; the message says which part and why."""


def structure_version(manifest: Mapping[str, Any]) -> str:
    """`1.20261.2` for 2026-Q1_v2: every release's structures are artefacts of their own.

    Codes are added every quarter, and what is published never changes; SDMX 3.0 versions are semantic
    (major: breaking, raised by hand; minor: the quarter; patch: the version of the release).

    Raises:
        SdmxError: the release is not about a quarter.
    """
    found = _PERIOD.fullmatch(str(manifest["period"]))
    if not found:
        raise SdmxError(f"a release is about a quarter (2026-Q1), not {manifest['period']!r}")
    return f"1.{found[1]}{found[2]}.{manifest['version']}"


def structures(
    d: Definitions, manifest: Mapping[str, Any], definitions_used: list[tuple[str, str]]
) -> list[Any]:
    """Every artefact of the data, in the order in which a message names them."""
    version = structure_version(manifest)
    simulated = bool(manifest["is_simulated"])
    lists = codelists(d, version, definitions_used)
    found: list[Any] = [_agencies(), _providers(), *lists, *_concepts(version)]
    done: set[str] = set()
    for flow in FLOWS:
        if flow.structure not in done:
            found.append(_data_structure(flow, version))
            done.add(flow.structure)
    found += [_dataflow(flow, version, manifest, simulated) for flow in FLOWS]
    return found


def _agencies() -> AgencyScheme:
    return AgencyScheme(
        id="AGENCIES",
        name=both(Text("기관", "Agencies")),
        agency=SDMX,
        version="1.0",
        is_partial=True,
        items=[
            Agency(
                id=AGENCY,
                name=both(Text("산단(sandan)", "sandan")),
                description=both(
                    Text(
                        "산업단지 통계를 검사하고 판으로 묶어 내는 프로그램. 통계 작성기관이 아님",
                        "The program that checks and releases the statistics; not the publisher",
                    )
                ),
            )
        ],
    )


def _providers() -> DataProviderScheme:
    return DataProviderScheme(
        id="DATA_PROVIDERS",
        name=both(Text("자료 제공 기관", "Data providers")),
        agency=AGENCY,
        version="1.0",
        items=[
            DataProvider(
                id=PROVIDER,
                name=both(Text("한국산업단지공단", "Korea Industrial Complex Corporation")),
            )
        ],
    )


def _concepts(version: str) -> list[ConceptScheme]:
    cross: dict[str, Concept] = {}
    own: dict[str, Concept] = {}
    for flow in FLOWS:
        for c in flow.components:
            (cross if c.scheme == "cross" else own).setdefault(
                c.id,
                Concept(
                    id=c.id,
                    name=both(c.name),
                    description=both(c.description) if c.description else None,
                ),
            )
    return [
        ConceptScheme(
            id=CROSS_SCHEME,
            name=both(Text("SDMX 공통 개념", "SDMX cross-domain concept scheme")),
            agency=SDMX,
            version=CROSS_VERSION,
            is_partial=True,
            items=list(cross.values()),
        ),
        ConceptScheme(
            id=OWN_SCHEME,
            name=both(Text("산업단지 통계의 개념", "Concepts of the statistics")),
            agency=AGENCY,
            version=version,
            items=list(own.values()),
        ),
    ]


def _data_structure(flow: Flow, version: str) -> DataStructureDefinition:
    return DataStructureDefinition(
        id=flow.structure,
        name=both(flow.name),
        # pysdmx writes an Agency object as its repr: a plain string it is
        agency=AGENCY,
        version=version,
        components=Components([_component(c, version) for c in flow.components]),
    )


def _component(c: FlowComponent, version: str) -> Component:
    scheme = (SDMX, CROSS_SCHEME, CROSS_VERSION) if c.scheme == "cross" else (
        AGENCY, OWN_SCHEME, version,
    )  # fmt: skip
    role = {"dimension": Role.DIMENSION, "time": Role.DIMENSION, "value": Role.MEASURE}.get(
        c.role or "", Role.ATTRIBUTE
    )
    attachment = "O" if c.role == "observation" else c.of
    return Component(
        id=c.id,
        required=c.required,
        role=role,
        concept=ItemReference("Concept", scheme[0], scheme[1], scheme[2], c.id),
        local_dtype=None if c.kind == "code" else _TYPES[c.kind],
        local_enum_ref=codelist_urn(c.codelist, version) if c.codelist else None,
        attachment_level=attachment if role is Role.ATTRIBUTE else None,
    )


def _dataflow(flow: Flow, version: str, manifest: Mapping[str, Any], simulated: bool) -> Dataflow:
    name = (
        Text(SIMULATED.ko + flow.name.ko, SIMULATED.en + flow.name.en) if simulated else flow.name
    )
    annotations = [Annotation(id="RELEASE", type="RELEASE", text=str(manifest["release_id"]))]
    if simulated:
        annotations.append(
            Annotation(
                id="SIMULATED", type="SIMULATED",
                text=both(Text(SIMULATED.ko.strip(), SIMULATED.en.strip())),
            )
        )  # fmt: skip
    return Dataflow(
        id=flow.id,
        name=both(name),
        description=both(flow.description),
        agency=AGENCY,
        version=version,
        structure=(
            "urn:sdmx:org.sdmx.infomodel.datastructure.DataStructure="
            f"{AGENCY}:{flow.structure}({version})"
        ),
        annotations=annotations,
    )
