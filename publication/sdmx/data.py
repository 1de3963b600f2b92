"""The data of a flow as SDMX-CSV 2.0 and as SDMX-ML 3.0, streamed out of DuckDB.

SDMX-CSV 2.0: https://github.com/sdmx-twg/sdmx-csv (a row an observation, `STRUCTURE`, `STRUCTURE_ID`,
`ACTION`, then the components). A value that is not there is `NaN`, as both formats say "intentionally
missing" of a number; OBS_STATUS says why. An attribute that is not there is empty.

Nothing here grows with the number of rows: DuckDB writes the CSV itself, and of the XML a batch of
lines at a time is in memory.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path

import duckdb
from pysdmx.model import Codelist

from publication.definitions import Definitions
from publication.sdmx.codelists import AGENCY, NATION, TOTAL
from publication.sdmx.flows import Component, Flow
from publication.sdmx.model import SdmxError

_BATCH = 20_000
_MESSAGE = "http://www.sdmx.org/resources/sdmxml/schemas/v3_0/message"
_COMMON = "http://www.sdmx.org/resources/sdmxml/schemas/v3_0/common"
_SPECIFIC = "http://www.sdmx.org/resources/sdmxml/schemas/v3_0/data/structurespecific"


def write_csv(connection: duckdb.DuckDBPyConnection, flow: Flow, version: str, path: Path) -> None:
    """Write a flow as SDMX-CSV 2.0; a path that ends in `.gz` is compressed."""
    columns = ", ".join(f'{_as_text(c)} AS "{c.id}"' for c in _in_order(flow))
    compression = ", COMPRESSION gzip" if path.suffix == ".gz" else ""
    connection.execute(
        f"""COPY (
            SELECT 'dataflow' AS "STRUCTURE", '{_structure_id(flow, version)}' AS "STRUCTURE_ID",
                'I' AS "ACTION", {columns}
            FROM {flow.source}
        ) TO '{_quoted(path)}' (FORMAT csv, HEADER{compression})"""
    )


def write_xml(
    connection: duckdb.DuckDBPyConnection,
    flow: Flow,
    version: str,
    path: Path,
    *,
    message_id: str,
    prepared: datetime,
    is_simulated: bool,
) -> None:
    """Write a flow as structure-specific data of SDMX-ML 3.0, series by series."""
    series = [
        c for c in flow.components if c.role == "dimension" or (c.is_attribute and c.role is None)
    ]
    observed = [c for c in flow.components if c.role in ("time", "value", "observation")]
    keys = [c for c in flow.components if c.role == "dimension"]
    # An empty window is the order in which the rows are stored, and is streamed.
    order = "" if flow.is_stored_by_series else f"ORDER BY {_order(flow)}"
    same = " AND ".join(f"lag({c.sql}) OVER ({order}) IS NOT DISTINCT FROM {c.sql}" for c in keys)
    cursor = connection.execute(
        f"""SELECT
            CASE WHEN {same} THEN '' ELSE '<Series {_attributes(series)}>' END,
            '<Obs {_attributes(observed)}/>'
        FROM {flow.source} {order}"""
    )
    with path.open("w", encoding="utf-8", newline="\n") as file:
        file.write(_head(flow, version, message_id, prepared, is_simulated))
        is_open = False
        while rows := cursor.fetchmany(_BATCH):
            lines = []
            for head, observation in rows:
                if head:
                    if is_open:
                        lines.append("</Series>\n")
                    is_open = True
                    lines.append(head + "\n")
                lines.append(observation + "\n")
            file.write("".join(lines))
        file.write(("</Series>\n" if is_open else "") + "</mes:DataSet>\n")
        file.write("</mes:StructureSpecificData>\n")


def define_lookups(connection: duckdb.DuckDBPyConnection, d: Definitions) -> None:
    """Temporary macros of the flows: from a unit's code to its attributes, from a complex to its
    province. Lists and enumerations rather than joins: a join may not keep the order of rows.
    """
    units = list(d.units.values())
    areas = {complex_.code: complex_.province_code for complex_ in d.complexes.values()}
    for name, known in {
        "unit_measure": {unit.code: unit.unit_measure for unit in units},
        "unit_named": {unit.name.ko: unit.code for unit in units},
        "unit_mult": {unit.code: str(unit.unit_mult) for unit in units},
        "unit_decimals": {unit.code: str(unit.decimals) for unit in units},
        "kpi_unit": {kpi.code: kpi.unit.code for kpi in d.kpis.values()},
        "ref_area": {**areas, TOTAL: NATION},
    }.items():
        keys = ", ".join(_literal(key) for key in known)
        values = ", ".join(_literal(value) for value in known.values())
        connection.execute(f"CREATE OR REPLACE TEMP TYPE key_of_{name} AS ENUM ({keys})")
        connection.execute(
            f"CREATE OR REPLACE TEMP MACRO {name}(code) AS "
            f"([{values}])[enum_code(try_cast(code AS key_of_{name})) + 1]"
        )
    connection.execute(
        "CREATE OR REPLACE TEMP MACRO period_freq(period) AS CASE WHEN period LIKE '____-Q_' THEN 'Q' "
        "WHEN period LIKE '____-__' THEN 'M' WHEN length(period) = 4 THEN 'A' END"
    )


def check_codes(
    connection: duckdb.DuckDBPyConnection, flow: Flow, lists: Mapping[str, Codelist]
) -> None:
    """Every coded value is in its code list, dimensions are whole, observations are unique.

    Raises:
        SdmxError: one is not; the message names flow, component and value.
    """
    for c in flow.components:
        if c.codelist is None and not (c.required and c.role in ("dimension", "time", None)):
            continue
        found = connection.execute(
            f"SELECT DISTINCT CAST({c.sql} AS VARCHAR) FROM {flow.source}"
        ).fetchall()
        values = {value for (value,) in found}
        if c.required and None in values:
            raise SdmxError(f"{flow.id}: an observation has no {c.id}")
        if c.codelist:
            unknown = values - {None} - {code.id for code in lists[c.codelist].items}
            if unknown:
                raise SdmxError(
                    f"{flow.id}: {c.id} {', '.join(sorted(unknown))} not in {c.codelist}: "
                    "add it to the seed that defines it (dbt_project/seeds)"
                )
    keys = ", ".join(c.sql for c in flow.dimensions)
    twice = connection.execute(
        f"SELECT {keys} FROM {flow.source} GROUP BY {keys} HAVING count(*) > 1 LIMIT 1"
    ).fetchone()
    if twice:
        raise SdmxError(f"{flow.id}: two observations of one key: {twice}")


def count(connection: duckdb.DuckDBPyConnection, flow: Flow) -> int:
    """How many observations a flow has."""
    row = connection.execute(f"SELECT count(*) FROM {flow.source}").fetchone()
    return int(row[0]) if row else 0


def _in_order(flow: Flow) -> list[Component]:
    """Dimensions, measure, attributes: the order of SDMX-CSV."""
    value = [c for c in flow.components if c.role == "value"]
    return [*flow.dimensions, *value, *flow.attributes]


def _order(flow: Flow) -> str:
    """Series by series, in time."""
    return ", ".join(c.sql for c in flow.dimensions if not c.sql.startswith("'"))


def _as_text(c: Component) -> str:
    """The expression of a component as it is written in CSV."""
    if c.role == "value":
        return f"CASE WHEN {c.sql} IS NULL THEN 'NaN' ELSE CAST({c.sql} AS VARCHAR) END"
    return c.sql


def _attributes(components: Sequence[Component]) -> str:
    """The inside of an XML tag as part of a SQL string literal: `A="' || … || '" B=…`."""
    parts = []
    for c in components:
        text = f"CAST({c.sql} AS VARCHAR)"
        if c.kind == "text":
            text = (
                f"replace(replace(replace(replace({text}, '&', '&amp;'), '<', '&lt;'), "
                "'>', '&gt;'), '\"', '&quot;')"
            )
        if c.role == "value":
            text = f"coalesce({text}, 'NaN')"
        whole = f"'{c.id}=\"' || {text} || '\" '"
        parts.append(f"' || {whole} || '" if c.required or c.role == "value" else
                     f"' || coalesce({whole}, '') || '")  # fmt: skip
    return "".join(parts)


def _head(flow: Flow, version: str, message_id: str, prepared: datetime, is_simulated: bool) -> str:
    urn = f"urn:sdmx:org.sdmx.infomodel.datastructure.Dataflow={_structure_id(flow, version)}"
    structure = (
        "urn:sdmx:org.sdmx.infomodel.datastructure.DataStructure="
        f"{AGENCY}:{flow.structure}({version})"
    )
    simulated = "true" if is_simulated else "false"
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<mes:StructureSpecificData xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" \
xmlns:mes="{_MESSAGE}" xmlns:com="{_COMMON}" xmlns:ss="{_SPECIFIC}" \
xmlns:ns1="{structure}:ObsLevelDim:TIME_PERIOD" \
xsi:schemaLocation="{_MESSAGE} https://registry.sdmx.org/schemas/v3_0/SDMXMessage.xsd">
<mes:Header>
<mes:ID>{message_id}</mes:ID>
<mes:Test>{simulated}</mes:Test>
<mes:Prepared>{prepared:%Y-%m-%dT%H:%M:%SZ}</mes:Prepared>
<mes:Sender id="{AGENCY}"/>
<mes:Structure structureID="{flow.id}" namespace="{structure}:ObsLevelDim:TIME_PERIOD" \
dimensionAtObservation="TIME_PERIOD">
<com:StructureUsage>{urn}</com:StructureUsage>
</mes:Structure>
</mes:Header>
<mes:DataSet ss:structureRef="{flow.id}" \
xsi:type="ns1:DataSetType" action="Information">
"""


def _structure_id(flow: Flow, version: str) -> str:
    return f"{AGENCY}:{flow.id}({version})"


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _quoted(path: Path) -> str:
    return str(path).replace("'", "''")
