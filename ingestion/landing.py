"""Landed Parquet: what a snapshot says, cell by cell, one schema a kind of dataset."""

from __future__ import annotations

import io
from collections.abc import Sequence
from operator import itemgetter
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from ingestion.snapshots import Snapshot, replace_file

_COMMON_END = [
    ("published_at", pa.date32()),
    ("published_at_basis", pa.string()),
    ("loaded_at", pa.timestamp("us")),
    ("is_simulated", pa.bool_()),
]
_COMMON_START = [
    ("dataset", pa.string()),
    ("snapshot_id", pa.string()),
    ("sha256", pa.string()),
]

SCHEMAS: dict[str, pa.Schema] = {
    "observations": pa.schema(
        [
            *_COMMON_START,
            ("table_id", pa.string()),
            ("table_no", pa.int32()),
            ("sheet", pa.string()),
            ("cell", pa.string()),
            ("complex_raw", pa.string()),
            ("complex_id", pa.string()),
            ("kind_raw", pa.string()),
            ("industry_raw", pa.string()),
            ("industry_code", pa.string()),
            ("size_class", pa.string()),
            ("sex", pa.string()),
            ("measure", pa.string()),
            ("relation", pa.string()),
            ("freq", pa.string()),
            ("period", pa.string()),
            ("publication_period", pa.string()),
            ("unit_raw", pa.string()),
            ("value", pa.float64()),
            ("value_raw", pa.string()),
            ("obs_status", pa.string()),
            ("conf_status", pa.string()),
            ("header_raw", pa.string()),
            *_COMMON_END,
        ]
    ),
    "complex_status": pa.schema(
        [
            *_COMMON_START,
            ("table_id", pa.string()),
            ("table_no", pa.int32()),
            ("sheet", pa.string()),
            ("cell", pa.string()),
            # row of the sheet, and the cell that names the row
            ("sheet_row", pa.int32()),
            ("name_cell", pa.string()),
            # complex: a row of a list; total: a sum of the publisher's
            ("row_kind", pa.string()),
            ("seq", pa.int32()),
            ("status_complex_id", pa.string()),
            ("parent_id", pa.string()),
            ("whole_id", pa.string()),
            ("is_straddling", pa.bool_()),
            ("level", pa.int32()),
            ("mark", pa.string()),
            ("name_raw", pa.string()),
            ("name_ko", pa.string()),
            ("former_name_ko", pa.string()),
            ("renewal", pa.string()),
            ("complex_type_raw", pa.string()),
            ("complex_type", pa.string()),
            ("province_raw", pa.string()),
            ("province_code", pa.string()),
            ("sigungu_ko", pa.string()),
            ("development_raw", pa.string()),
            ("development_status", pa.string()),
            ("parent_name", pa.string()),
            ("designated_on", pa.string()),
            ("cancelled_on", pa.string()),
            ("smart_green_on", pa.string()),
            ("note", pa.string()),
            ("sex", pa.string()),
            ("measure", pa.string()),
            ("relation", pa.string()),
            ("freq", pa.string()),
            ("period", pa.string()),
            ("publication_period", pa.string()),
            ("unit_raw", pa.string()),
            ("value", pa.float64()),
            ("value_raw", pa.string()),
            ("obs_status", pa.string()),
            ("conf_status", pa.string()),
            ("header_raw", pa.string()),
            *_COMMON_END,
        ]
    ),
    "published_figures": pa.schema(
        [
            *_COMMON_START,
            ("sheet", pa.string()),
            ("cell", pa.string()),
            ("series", pa.string()),
            ("period", pa.string()),
            ("value", pa.float64()),
            ("unit", pa.string()),
            ("print", pa.string()),
            ("derivation", pa.string()),
            ("months_covered", pa.int32()),
            ("complexes_covered", pa.int32()),
            ("scope_ko", pa.string()),
            ("scope_en", pa.string()),
            ("source", pa.string()),
            *_COMMON_END,
        ]
    ),
    "claims": pa.schema(
        [
            *_COMMON_START,
            ("cell", pa.string()),
            ("claim_id", pa.string()),
            ("text", pa.string()),
            ("language", pa.string()),
            ("source", pa.string()),
            ("claim_date", pa.date32()),
            ("metric", pa.string()),
            ("scope", pa.string()),
            ("period", pa.string()),
            ("comparator", pa.string()),
            ("stated_value", pa.float64()),
            ("unit", pa.string()),
            ("tolerance", pa.float64()),
            ("definition", pa.string()),
            ("note_ko", pa.string()),
            ("note_en", pa.string()),
            *_COMMON_END,
        ]
    ),
    # One row a figure of a national series, as an interface answered it.
    "national_series": pa.schema(
        [
            *_COMMON_START,
            # the answer in the bundle, and the row and field in it
            ("sheet", pa.string()),
            ("cell", pa.string()),
            ("series", pa.string()),
            ("area", pa.string()),
            ("item_code", pa.string()),
            ("item_raw", pa.string()),
            ("freq", pa.string()),
            ("period", pa.string()),
            ("unit_raw", pa.string()),
            ("value", pa.float64()),
            ("value_raw", pa.string()),
            ("obs_status", pa.string()),
            # the publisher's own day of the last change of this figure, where it tells one
            ("changed_on", pa.date32()),
            ("scope_ko", pa.string()),
            ("scope_en", pa.string()),
            ("source", pa.string()),
            *_COMMON_END,
        ]
    ),
    # One row a factory of an edition of the registry; nothing of any natural person.
    "factories": pa.schema(
        [
            *_COMMON_START,
            ("sheet", pa.string()),
            ("cell", pa.string()),
            ("period", pa.string()),
            ("factory_key", pa.string()),
            # registry_number, or name_and_address where the edition has no number
            ("key_basis", pa.string()),
            ("factory_no", pa.string()),
            ("company_name", pa.string()),
            ("complex_raw", pa.string()),
            ("complex_id", pa.string()),
            ("province_code", pa.string()),
            ("sigungu_ko", pa.string()),
            ("address", pa.string()),
            ("ksic_code", pa.string()),
            ("industry_name", pa.string()),
            ("product", pa.string()),
            ("employee_count", pa.int32()),
            ("registered_on", pa.date32()),
            *_COMMON_END,
        ]
    ),
    # One row an apartment-type factory (지식산업센터) of an edition.
    "knowledge_centres": pa.schema(
        [
            *_COMMON_START,
            ("sheet", pa.string()),
            ("cell", pa.string()),
            ("period", pa.string()),
            ("centre_key", pa.string()),
            ("name_ko", pa.string()),
            ("complex_raw", pa.string()),
            ("complex_id", pa.string()),
            ("province_code", pa.string()),
            ("sigungu_ko", pa.string()),
            ("address", pa.string()),
            ("location_type", pa.string()),
            ("sale_type", pa.string()),
            # where its approval stands (신설승인, 변경승인, 완료신고), and its building
            ("status", pa.string()),
            ("building_status", pa.string()),
            ("land_area_m2", pa.float64()),
            # 건축면적 as the publisher prints it, and 건축연면적 where an edition has that instead
            ("building_area_m2", pa.float64()),
            ("floor_area_m2", pa.float64()),
            ("tenant_capacity", pa.int32()),
            ("approved_on", pa.date32()),
            ("completed_on", pa.date32()),
            *_COMMON_END,
        ]
    ),
    "survey_notes": pa.schema(
        [
            *_COMMON_START,
            ("sheet", pa.string()),
            ("cell", pa.string()),
            ("publication_period", pa.string()),
            ("item", pa.string()),
            ("value", pa.float64()),
            ("text", pa.string()),
            *_COMMON_END,
        ]
    ),
}

_FINGERPRINT = b"sandan.fingerprint"


def landed_path(landed: Path, snapshot: Snapshot, kind: str | None = None) -> Path:
    """`landed/<dataset>/period=<period>/<vintage>_<sha8>.parquet`.

    `kind` names a second product of the same snapshot (the survey notes of a workbook).
    """
    dataset = snapshot.dataset if kind is None else f"{snapshot.dataset}_{kind}"
    return landed / dataset / f"period={snapshot.period}" / f"{snapshot.stem}.parquet"


def write_landed(
    path: Path,
    schema: str,
    rows: Sequence[dict[str, Any]] | pa.Table,
    snapshot: Snapshot,
    fingerprint: str,
) -> None:
    """Write rows as one Parquet file, in their order; the common columns are filled in.

    Rows are dicts by column or, where they are many, a table. A column that the rows lack is
    empty; one that the schema lacks is an error.

    The fingerprint of contract, parser and registry lies in the file's metadata: a file with
    another one is parsed again.
    """
    fields = SCHEMAS[schema]
    common: dict[str, Any] = {
        "dataset": snapshot.dataset,
        "snapshot_id": snapshot.snapshot_id,
        "sha256": snapshot.sha256,
        "published_at": _date(snapshot.published_at),
        "published_at_basis": snapshot.published_at_basis,
        "loaded_at": _timestamp(snapshot.loaded_at),
        "is_simulated": snapshot.is_simulated,
    }
    metadata = {_FINGERPRINT: fingerprint.encode()}
    buffer = pa.BufferOutputStream()
    if isinstance(rows, pa.Table):
        table, varied = _landed_table(rows, fields, common)
        # Light compression and no statistics: a large list is read whole, once a build, and
        # writing it would otherwise take half of the time of reading it in.
        options = {"compression": "lz4", "write_statistics": False, "use_dictionary": varied}
        with pq.ParquetWriter(
            buffer, table.schema, store_schema=False, write_batch_size=65536, **options
        ) as writer:
            writer.write_table(table)
            writer.add_key_value_metadata(metadata)
    else:
        columns: dict[str, pa.Array] = {}
        for field in fields:
            if field.name in common and not (rows and field.name in rows[0]):
                columns[field.name] = pa.array([common[field.name]] * len(rows), field.type)
            else:
                columns[field.name] = pa.array(_values(rows, field.name), field.type)
        table = pa.table(columns, schema=fields.with_metadata(metadata))
        pq.write_table(table, buffer, compression="zstd")
    replace_file(path, buffer.getvalue().to_pybytes())


def _landed_table(
    rows: pa.Table, fields: pa.Schema, common: dict[str, Any]
) -> tuple[pa.Table, list[str]]:
    """A table in the landed columns, and those of them worth a dictionary in the file.

    What is one value all over is given as a dictionary of one: Arrow's own schema stays out of
    the file, so a reader sees plain values, and writing does not hash a value 200,000 times.

    Raises:
        ValueError: the rows have a column that the schema has not.
    """
    extra = set(rows.column_names) - set(fields.names)
    if extra:
        raise ValueError(f"columns that no landed file has: {', '.join(sorted(extra))}")
    count = rows.num_rows
    columns: list[pa.Array | pa.ChunkedArray] = []
    varied = []
    for field in fields:
        if field.name in rows.column_names:
            column = rows[field.name]
            if not pa.types.is_dictionary(column.type):
                column = column.cast(field.type)
                if field.name not in _UNIQUE:
                    varied.append(field.name)
            columns.append(column)
            continue
        value = common.get(field.name)
        if value is None or not pa.types.is_string(field.type):
            columns.append(pa.repeat(pa.scalar(value, field.type), count))
            varied.append(field.name)
        else:
            columns.append(constant(value, count))
    return pa.table(columns, names=fields.names), varied


#: Columns in which nearly every value stands once: a dictionary of them would be wasted work.
_UNIQUE = {"cell", "factory_key", "factory_no", "centre_key", "company_name", "address"}


def constant(value: str, count: int) -> pa.Array:
    """A column of text that holds one value all over."""
    indices = pa.repeat(pa.scalar(0, pa.int32()), count)
    return pa.DictionaryArray.from_arrays(indices, pa.array([value], pa.string()))


def _values(rows: Sequence[dict[str, Any]], name: str) -> list[Any]:
    """One column of rows; a row that lacks it holds nothing there."""
    try:
        return list(map(itemgetter(name), rows))  # twice as fast as asking each row
    except KeyError:
        return [row.get(name) for row in rows]


def landed_fingerprint(path: Path) -> str | None:
    """The fingerprint a landed file was made with, or None where there is no whole file."""
    try:
        metadata = pq.read_schema(path).metadata or {}
    except (FileNotFoundError, pa.ArrowInvalid):
        return None
    return metadata.get(_FINGERPRINT, b"").decode() or None


def write_empty(landed: Path, dataset: str, schema: str) -> Path:
    """A file of no rows, so that a dataset without snapshots still has its columns."""
    path = landed / dataset / "schema.parquet"
    if not path.exists():
        buffer = io.BytesIO()
        pq.write_table(SCHEMAS[schema].empty_table(), buffer)
        replace_file(path, buffer.getvalue())
    return path


def _date(text: str) -> Any:
    from datetime import date

    return date.fromisoformat(text)


def _timestamp(text: str) -> Any:
    from datetime import UTC, datetime

    return datetime.fromisoformat(text).astimezone(UTC).replace(tzinfo=None)
