"""What measures, indicators, dimensions, tables and columns are called, in which unit, by which
formula: read from a release folder, in Korean and English.

The seeds and models of dbt are the one place where these are written. A release carries them as
`dim_…` marts and as comments of tables and columns, and every output (bulletin, workbook, site, SDMX,
data package, Superset) takes them from here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import duckdb

Lang = Literal["ko", "en"]
DATABASE = "kicox.duckdb"
#: What separates the languages in descriptions of dbt and in comments: `한국어 / English`.
SEPARATOR = " / "


class DefinitionsError(Exception):
    """A release lacks a definition, or has one in one language only; the message names it."""


@dataclass(frozen=True)
class Text:
    """The same words in Korean and in English."""

    ko: str
    en: str

    def of(self, lang: Lang) -> str:
        """The words in one language."""
        return self.ko if lang == "ko" else self.en

    def as_dict(self) -> dict[str, str]:
        """`{"ko": …, "en": …}`."""
        return {"ko": self.ko, "en": self.en}


NOTHING = Text("", "")
#: Units of columns whose names tell none: they are no measure, indicator or series.
_UNITS_BY_COLUMN = {
    "longitude": "degrees", "latitude": "degrees", "bytes": "bytes", "months_covered": "months",
    "months_in_period": "months", "horizon_days": "days", "index_value": "index_100",
    "growth_pairs": "count", "sign_changes": "count", "observations": "count", "revised": "count",
    "complexes_covered": "complexes", "matched_complexes": "complexes", "complex_count": "complexes",
    "tenant_capacity": "firms", "bias_t": "number", "exchange_rate_krw_per_usd": "krw_per_usd",
}  # fmt: skip


@dataclass(frozen=True)
class Unit:
    """A unit of the marts. A figure × 10**`unit_mult` is in `unit_measure` (SDMX: UNIT_MULT,
    UNIT_MEASURE); `decimals` is how many are shown (SDMX: DECIMALS), figures are not rounded to it."""

    code: str
    name: Text
    description: Text
    dimension: str
    unit_measure: str
    unit_mult: int
    decimals: int


@dataclass(frozen=True)
class Measure:
    """A measure of the trend or the status statistic (`dim_measure`); `kind`: flow, stock, rate."""

    code: str
    name: Text
    definition: Text
    unit: Unit
    kind: str
    source: str


@dataclass(frozen=True)
class Kpi:
    """An indicator of a complex (`dim_kpi`) and its formula."""

    code: str
    name: Text
    formula: Text
    unit: Unit
    source: str


@dataclass(frozen=True)
class Series:
    """A national series (`dim_series`); `aggregation`: sum or mean of its months."""

    code: str
    name: Text
    note: Text
    unit: Unit
    aggregation: str
    source: str


@dataclass(frozen=True)
class ShareDefinition:
    """One definition of a share of the nation (`dim_share_definition`), e.g. of customs exports."""

    metric: str
    definition: str
    name: Text
    note: Text
    numerator: str
    denominator: str | None


@dataclass(frozen=True)
class Code:
    """A code of a dimension or status; `sdmx_codelist` is the cross-domain list that has it."""

    code: str
    name: Text
    description: Text = NOTHING
    sdmx_codelist: str | None = None


@dataclass(frozen=True)
class Industry:
    """An industry of the statistic with its counterparts in KSIC and ISIC Rev. 4."""

    code: str
    name: Text
    ksic_divisions: str | None
    isic_sections: str | None
    isic_divisions: str | None
    is_manufacturing: bool | None
    source: str


@dataclass(frozen=True)
class Complex:
    """An industrial complex of the trend statistic."""

    code: str
    name: Text
    complex_type: str
    province_code: str
    published_from: str | None
    published_until: str | None
    note: Text


@dataclass(frozen=True)
class Column:
    """A column of a mart: type of DuckDB, description."""

    name: str
    type: str
    description: Text
    is_nullable: bool


@dataclass(frozen=True)
class Table:
    """A mart: description, columns in order."""

    name: str
    description: Text
    columns: tuple[Column, ...]

    def column(self, name: str) -> Column:
        """The column of that name.

        Raises:
            DefinitionsError: there is none.
        """
        for column in self.columns:
            if column.name == name:
                return column
        raise DefinitionsError(f"{self.name} has no column {name}")


@dataclass(frozen=True)
class Definitions:
    """All definitions of a release, by code, in the order in which they are shown."""

    units: Mapping[str, Unit]
    measures: Mapping[str, Measure]
    kpis: Mapping[str, Kpi]
    series: Mapping[str, Series]
    shares: Mapping[tuple[str, str], ShareDefinition]
    metrics: Mapping[str, Code]
    industries: Mapping[str, Industry]
    complexes: Mapping[str, Complex]
    provinces: Mapping[str, Code]
    codelists: Mapping[str, Mapping[str, Code]]
    tables: Mapping[str, Table] = field(repr=False)

    def unit_of(self, code: str) -> Unit:
        """The unit of a measure, indicator or national series.

        Raises:
            DefinitionsError: nothing is called so.
        """
        for found in (self.measures, self.kpis, self.series):
            if code in found:
                unit: Unit = found[code].unit
                return unit
        raise DefinitionsError(f"{code} is neither a measure, an indicator nor a national series")

    def unit_of_column(self, table: str, column: str) -> Unit | None:
        """The unit of a mart's column: of the measure, indicator or series that it is named by, else the
        one that its name ends in. None where it has none, or where a column beside it tells it
        (`unit_column`)."""
        for found in (self.measures, self.kpis, self.series):
            if column in found:
                unit: Unit = found[column].unit
                return unit
        if column in _UNITS_BY_COLUMN:
            return self.units[_UNITS_BY_COLUMN[column]]
        if column.endswith("_count"):
            # employment_men_count counts what employment_count counts
            of_measure = self.measures.get(f"{column.split('_')[0]}_count")
            return of_measure.unit if of_measure else self.units["count"]
        for code in sorted(self.units, key=len, reverse=True):
            if column == code or column.endswith(f"_{code}"):
                return self.units[code]
        if self.unit_column(table, column):
            return None
        return self.units["number"] if self.tables[table].column(column).type == "DOUBLE" else None

    def unit_column(self, table: str, column: str) -> str | None:
        """The column that tells the unit of another one row by row; None where none does."""
        names = [c.name for c in self.tables[table].columns]
        own = f"{column}_unit"
        if own in names:
            return own
        if self.tables[table].column(column).type != "DOUBLE":
            return None
        return next((n for n in ("unit", "measure", "metric", "dimension") if n in names), None)

    def name_of(self, code: str, lang: Lang) -> str:
        """The name of a measure, indicator, national series or metric.

        Raises:
            DefinitionsError: nothing is called so.
        """
        for found in (self.measures, self.kpis, self.series, self.metrics):
            if code in found:
                name: Text = found[code].name
                return name.of(lang)
        raise DefinitionsError(f"{code} is not defined in this release")

    def definition_of(self, metric: str, code: str) -> Text:
        """What a definition of a metric is called (`definition_name`)."""
        return definition_name(
            metric,
            code,
            {key: share.name for key, share in self.shares.items()},
            {key: found.name for key, found in self.codelists.get("definition", {}).items()},
        )

    def code_name(self, codelist: str, code: str, lang: Lang) -> str:
        """The name of a code, such as `obs_status` Q.

        Raises:
            DefinitionsError: the list has no such code.
        """
        try:
            return self.codelists[codelist][code].name.of(lang)
        except KeyError as error:
            raise DefinitionsError(f"code list {codelist} has no code {code}") from error


def definition_name(
    metric: str,
    code: str,
    shares: Mapping[tuple[str, str], Text],
    codes: Mapping[str, Text],
) -> Text:
    """What a definition of a metric is called: `customs_exports__first_print`, `as_published__2`.

    Args:
        metric: the metric of claims or of a share.
        code: the definition; behind `__` stands which print, or which of several sources.
        shares: names of definitions of shares, by metric and definition (`dim_share_definition`).
        codes: names of the definitions of other metrics (`dim_code`, list `definition`).

    Returns: the name; the code itself where nobody has named it.
    """
    base, _, which = code.partition("__")
    name = shares.get((metric, base)) or codes.get(base)
    if name is None:
        return Text(code, code)
    if which == "first_print":
        return Text(f"{name.ko}(첫 공표)", f"{name.en} (first print)")
    return Text(f"{name.ko}(출처 {which})", f"{name.en} (source {which})") if which else name


def read_definitions(folder: Path, *, with_tables: bool = True) -> Definitions:
    """The definitions of a release folder, from its `kicox.duckdb`.

    Args:
        folder: the release.
        with_tables: also read what tables and columns are; a thousand of them cost as much as all else.

    Raises:
        DefinitionsError: the database is not there, lacks a `dim_` mart, or a definition lacks a
            language.
    """
    path = folder / DATABASE
    if not path.is_file():
        raise DefinitionsError(f"{folder} is no release: it has no {DATABASE}")
    with duckdb.connect(str(path), read_only=True) as connection:
        try:
            return _read(connection, with_tables)
        except (duckdb.CatalogException, KeyError) as error:
            raise DefinitionsError(f"{path} lacks definitions; build it anew: {error}") from error


def _read(connection: duckdb.DuckDBPyConnection, with_tables: bool) -> Definitions:
    def rows(table: str, order: str) -> list[dict[str, Any]]:
        cursor = connection.execute(f"SELECT * FROM {table} ORDER BY {order}")
        names = [d[0] for d in cursor.description or []]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]

    units = {
        r["unit_code"]: Unit(
            r["unit_code"], _text(r, "name"), _text(r, "description"), r["dimension"],
            r["unit_measure"], r["unit_mult"], r["decimals"],
        )
        for r in rows("dim_unit", "sort_order")
    }  # fmt: skip

    def unit(row: Mapping[str, Any], key: str) -> Unit:
        if row["unit_code"] not in units:
            raise DefinitionsError(f"{row[key]}: unit {row['unit_code']} is not in dim_unit")
        return units[row["unit_code"]]

    codelists: dict[str, dict[str, Code]] = {}
    for r in rows("dim_code", "sort_order"):
        codelists.setdefault(r["codelist"], {})[r["code"]] = Code(
            r["code"], _text(r, "name"), _text(r, "description"), r["sdmx_codelist"]
        )
    return Definitions(
        units=units,
        measures={
            r["measure"]: Measure(
                r["measure"], _text(r, "name"), _text(r, "definition"), unit(r, "measure"),
                r["kind"], r["source"],
            )
            for r in rows("dim_measure", "measure")
        },
        kpis={
            r["kpi"]: Kpi(
                r["kpi"], _text(r, "name"), _text(r, "formula"), unit(r, "kpi"), r["source"]
            )
            for r in rows("dim_kpi", "sort_order")
        },
        series={
            r["series"]: Series(
                r["series"], _text(r, "name"), _text(r, "note", optional=True), unit(r, "series"),
                r["aggregation"], r["source"],
            )
            for r in rows("dim_series", "series")
        },
        shares={
            (r["metric"], r["definition"]): ShareDefinition(
                r["metric"], r["definition"], _text(r, "name"), _text(r, "note"),
                r["numerator_series"], r["denominator_series"],
            )
            for r in rows("dim_share_definition", "sort_order")
        },
        metrics={
            r["metric"]: Code(r["metric"], _text(r, "name"), _text(r, "definition"))
            for r in rows("dim_claim_metric", "sort_order")
        },
        industries={
            r["industry_code"]: Industry(
                r["industry_code"], _text(r, "name"), r["ksic_divisions"], r["isic_sections"], r["isic_divisions"],
                r["is_manufacturing"], r["mapping_source"],
            )
            for r in rows("dim_industry", "sort_order")
        },
        complexes={
            r["complex_id"]: Complex(
                r["complex_id"], _text(r, "name"), r["complex_type"], r["province_code"],
                r["published_from"], r["published_until"], _text(r, "note", optional=True),
            )
            for r in rows("dim_complex", "complex_id")
        },
        provinces={
            r["province_code"]: Code(r["province_code"], _text(r, "name"))
            for r in rows("dim_province", "sort_order")
        },
        codelists=codelists,
        tables=_tables(connection) if with_tables else {},
    )  # fmt: skip


def _tables(connection: duckdb.DuckDBPyConnection) -> dict[str, Table]:
    columns: dict[str, list[Column]] = {}
    for table, name, kind, nullable, comment in connection.execute(
        "SELECT table_name, column_name, data_type, is_nullable, comment FROM duckdb_columns() "
        "WHERE NOT internal AND database_name = current_database() ORDER BY table_name, column_index"
    ).fetchall():
        columns.setdefault(table, []).append(
            Column(name, kind, split(comment, f"{table}.{name}"), bool(nullable))
        )
    return {
        table: Table(table, split(comment, table), tuple(columns[table]))
        for table, comment in connection.execute(
            "SELECT table_name, comment FROM duckdb_tables() "
            "WHERE NOT internal AND database_name = current_database() ORDER BY table_name"
        ).fetchall()
    }


def split(description: str | None, what: str) -> Text:
    """`한국어 / English` as a Text.

    Raises:
        DefinitionsError: there is no description, or it has one language only.
    """
    korean, _, english = (description or "").partition(SEPARATOR)
    if not korean.strip() or not english.strip():
        raise DefinitionsError(
            f"{what} is not described in both languages ('한국어 / English'): {description!r}"
        )
    return Text(korean.strip(), english.strip())


def _text(row: Mapping[str, Any], stem: str, *, optional: bool = False) -> Text:
    korean, english = row[f"{stem}_ko"], row[f"{stem}_en"]
    if optional and not korean and not english:
        return NOTHING
    if not korean or not english:
        raise DefinitionsError(f"{stem} is not given in both languages: {dict(row)}")
    return Text(korean, english)
