"""Landed Parquet: what a snapshot says, cell by cell, one schema a kind of dataset."""

from __future__ import annotations

import io
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from operator import itemgetter
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from ingestion.snapshots import ReplacingFile, Snapshot, replace_file

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
            ("source_ko", pa.string()),
            ("claim_date", pa.date32()),
            ("metric", pa.string()),
            ("scope", pa.string()),
            ("complex_id", pa.string()),
            ("period", pa.string()),
            ("comparator", pa.string()),
            ("stated_value", pa.float64()),
            ("unit", pa.string()),
            ("tolerance", pa.float64()),
            ("definition", pa.string()),
            ("note_ko", pa.string()),
            ("note_en", pa.string()),
            ("printed_as", pa.string()),
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
    if isinstance(rows, pa.Table):
        with LandedDraft(path, schema, snapshot, fingerprint) as draft:
            draft.add(rows)
            draft.save()
        return
    fields, common = SCHEMAS[schema], _common(snapshot)
    columns: dict[str, pa.Array] = {}
    for field in fields:
        if field.name in common and not (rows and field.name in rows[0]):
            columns[field.name] = pa.array([common[field.name]] * len(rows), field.type)
        else:
            columns[field.name] = pa.array(_values(rows, field.name), field.type)
    table = pa.table(columns, schema=fields.with_metadata({_FINGERPRINT: fingerprint.encode()}))
    buffer = pa.BufferOutputStream()
    pq.write_table(table, buffer, compression="zstd")
    replace_file(path, buffer.getvalue().to_pybytes())


class LandedDraft:
    """A landed file that is written while the rows behind are still being read.

    It lies beside its place under a name of its own until it is saved; leaving the `with` unsaved
    takes it away. Each table added is a row group. Compression is light and there are no
    statistics: a large list is read whole, once a build. Columns that come as dictionaries are
    written as such, which takes a fifth of the time, as does what is one value all over; Arrow's
    own schema stays out of the file, so a reader sees plain values.
    """

    def __init__(self, path: Path, schema: str, snapshot: Snapshot, fingerprint: str) -> None:
        self._path = path
        self._file: ReplacingFile | None = None
        self._thread = ThreadPoolExecutor(1)
        self._added: list[Future[None]] = []
        self._fields = SCHEMAS[schema]
        self._common = _common(snapshot)
        self._metadata = {_FINGERPRINT: fingerprint.encode()}
        self._writer: pq.ParquetWriter | None = None

    def __enter__(self) -> LandedDraft:
        return self

    def __exit__(self, *_: object) -> None:
        self._thread.shutdown(cancel_futures=True)
        if self._writer is not None:
            self._writer.close()
        if self._file is not None:
            self._file.discard()

    def add(self, rows: pa.Table) -> None:
        """Let a table of some of the landed columns be written; the common ones are filled in.

        A thread of the draft's own writes one table after the other; what goes wrong there is
        raised by `save`.
        """
        self._added.append(self._thread.submit(self._add, rows))

    def _add(self, rows: pa.Table) -> None:
        table = self._landed(rows.unify_dictionaries())
        if self._writer is None:
            self._file = ReplacingFile(self._path)
            self._writer = pq.ParquetWriter(
                str(self._file.part),
                table.schema,
                store_schema=False,
                write_batch_size=65536,
                compression={
                    name: "none" if name in _KEYS else "lz4" for name in self._fields.names
                },
                write_statistics=False,
                use_dictionary=[name for name in self._fields.names if name not in _UNIQUE],
            )
        self._writer.write_table(table.cast(self._writer.schema))

    def save(self) -> None:
        """Finish the file and put it into its place.

        Raises:
            ValueError: rows have a column that the schema has not.
        """
        for added in self._added:
            added.result()
        assert self._writer is not None and self._file is not None, "nothing was added"
        self._writer.add_key_value_metadata(self._metadata)
        self._writer.close()
        self._file.replace()

    def _landed(self, rows: pa.Table) -> pa.Table:
        extra = set(rows.column_names) - set(self._fields.names)
        if extra:
            raise ValueError(f"columns that no landed file has: {', '.join(sorted(extra))}")
        columns: list[pa.Array | pa.ChunkedArray] = []
        for field in self._fields:
            if field.name in rows.column_names:
                column = rows[field.name]
                columns.append(
                    column if pa.types.is_dictionary(column.type) else column.cast(field.type)
                )
                continue
            value = self._common.get(field.name)
            if value is None or not pa.types.is_string(field.type):
                columns.append(pa.repeat(pa.scalar(value, field.type), rows.num_rows))
            else:
                columns.append(constant(value, rows.num_rows))
        return pa.table(columns, names=self._fields.names)


def _common(snapshot: Snapshot) -> dict[str, Any]:
    """What every row of a snapshot says of it."""
    return {
        "dataset": snapshot.dataset,
        "snapshot_id": snapshot.snapshot_id,
        "sha256": snapshot.sha256,
        "published_at": _date(snapshot.published_at),
        "published_at_basis": snapshot.published_at_basis,
        "loaded_at": _timestamp(snapshot.loaded_at),
        "is_simulated": snapshot.is_simulated,
    }


#: Columns in which nearly every value stands once: a dictionary of them would be wasted work.
_UNIQUE = {"cell", "factory_key", "factory_no", "centre_key", "company_name", "address"}
#: Of these the short ones, of which compression would save little.
_KEYS = {"cell", "factory_key", "factory_no", "centre_key"}


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
