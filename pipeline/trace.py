"""From a number back to the cell in the publisher's file it came from."""

from __future__ import annotations

import csv
import json
import re
from pathlib import Path
from typing import Any

import duckdb

from ingestion.answers import value_at
from ingestion.periods import Period
from ingestion.registry import name_key
from ingestion.snapshots import SnapshotStore
from ingestion.sniff import read_content
from pipeline.settings import Settings

#: What each KPI is computed from: (measure, what of it). `total` is the publisher's 계 row.
KPI_INPUTS: dict[str, tuple[tuple[str, str], ...]] = {
    "production_growth_qoq_pct": (
        ("production_krw_100m", "own"),
        ("production_krw_100m", "previous"),
    ),
    "production_growth_yoy_pct": (
        ("production_krw_100m", "own"),
        ("production_krw_100m", "year_ago"),
    ),
    "exports_growth_qoq_pct": (("exports_usd_m", "own"), ("exports_usd_m", "previous")),
    "exports_growth_yoy_pct": (("exports_usd_m", "own"), ("exports_usd_m", "year_ago")),
    "employment_growth_qoq_pct": (("employment_count", "own"), ("employment_count", "previous")),
    "employment_growth_yoy_pct": (("employment_count", "own"), ("employment_count", "year_ago")),
    "production_share_pct": (("production_krw_100m", "own"), ("production_krw_100m", "total")),
    "exports_share_pct": (("exports_usd_m", "own"), ("exports_usd_m", "total")),
    "employment_share_pct": (("employment_count", "own"), ("employment_count", "total")),
    "export_intensity_pct": (("exports_usd_m", "own"), ("production_krw_100m", "own")),
    "output_per_worker_krw_m": (("production_krw_100m", "own"), ("employment_count", "industries")),
    "tenant_count": (("tenant_count", "own"),),
    "operating_count": (("operating_count", "own"),),
    "operating_ratio_pct": (("operating_count", "own"), ("tenant_count", "own")),
    "utilization_pct": (("utilization_pct", "own"),),
    "utilization_lt50_pct": (("utilization_pct", "LT50"),),
    "utilization_50_299_pct": (("utilization_pct", "50_299"),),
    "utilization_ge300_pct": (("utilization_pct", "GE300"),),
    "location_quotient_employment": (
        ("employment_count", "industries"),
        ("employment_count", "total_industries"),
    ),
    "location_quotient_production": (
        ("production_krw_100m", "industries"),
        ("production_krw_100m", "total_industries"),
    ),
    "hhi_production": (("production_krw_100m", "industries"),),
    "hhi_employment": (("employment_count", "industries"),),
    "krugman_specialisation": (
        ("employment_count", "industries"),
        ("employment_count", "total_industries"),
    ),
    "women_share_pct": (("employment_count", "women"), ("employment_count", "own")),
}

#: Words for the whole country in the place of a complex.
_NATION = {"nation", "national", "전국"}
#: The canonical unit of each dimension of a national series.
_UNIT_OF = {
    "krw": "억원",
    "usd": "백만달러",
    "persons": "명",
    "krw_per_usd": "원/달러",
    "index_2020": "2020=100",
}
#: Units in which texts write amounts: factor from the canonical unit, and the measure's kind.
_TEXT_UNITS: dict[str, tuple[str, float]] = {
    "조원": ("krw", 1e-4),
    "조": ("krw", 1e-4),
    "억원": ("krw", 1.0),
    "억": ("krw", 1.0),
    "백만원": ("krw", 100.0),
    "trillionwon": ("krw", 1e-4),
    "krwtrillion": ("krw", 1e-4),
    "trillion": ("krw", 1e-4),
    "billionwon": ("krw", 0.1),
    "억달러": ("usd", 0.01),
    "백만달러": ("usd", 1.0),
    "usdbillion": ("usd", 0.001),
    "us$billion": ("usd", 0.001),
    "us$bn": ("usd", 0.001),
    "billion": ("usd", 0.001),
    "bn": ("usd", 0.001),
    "us$million": ("usd", 1.0),
    "usdmillion": ("usd", 1.0),
    "만명": ("persons", 1e-4),
    "천명": ("persons", 1e-3),
    "명": ("persons", 1.0),
    "개사": ("firms", 1.0),
    "%": ("percent", 1.0),
    "퍼센트": ("percent", 1.0),
    "percent": ("percent", 1.0),
}

_DIMENSION = {
    "krw": (
        "production_krw_100m",
        "production_ytd_krw_100m",
        "capacity_krw_100m",
        "output_krw_100m",
    ),
    "usd": ("exports_usd_m", "exports_ytd_usd_m"),
    "persons": ("employment_count",),
    "firms": ("tenant_count", "operating_count", "lessee_count", "manufacturing_operating_count"),
    "percent": (
        "utilization_pct",
        "production_growth_pct",
        "exports_growth_pct",
        "employment_growth_pct",
    ),
}

_OBSERVATION = """
SELECT f.complex_id, coalesce(c.name_ko, '계') AS complex_ko, coalesce(c.name_en, 'total') AS complex_en,
       f.industry_code, f.size_class, f.sex, f.measure, f.period, f.value, f.unit, f.obs_status,
       f.value_raw, f.unit_raw, f.relation, f.vintage_no, f.is_latest,
       f.published_at::VARCHAR AS published_at, f.sheet, f.cell,
       s.file_name, s.sha256, s.snapshot_id, f.is_simulated
FROM fct_observation f JOIN dim_snapshot s USING (snapshot_id)
LEFT JOIN dim_complex c USING (complex_id)
"""
_ORDER = " ORDER BY f.period, f.complex_id, f.measure, f.industry_code, f.size_class, f.sex, f.vintage_no, f.published_at, s.dataset, f.sheet, f.cell"


class NotFound(Exception):
    """What was asked for is not in the release; the message says what is."""


class Tracer:
    """Answers where figures of one release come from."""

    def __init__(self, settings: Settings, release: str = "current") -> None:
        self.settings = settings
        self.folder = settings.releases / release
        database = self.folder / "kicox.duckdb"
        if not database.exists():
            raise NotFound(f"no release {release} in {settings.releases}: run `sandan run` first")
        self.connection = duckdb.connect(str(database), read_only=True)
        manifest = json.loads((self.folder / "release.json").read_text(encoding="utf-8"))
        self.release_id: str = manifest["release_id"]

    def trace(self, complex_name: str, measure: str, period: str) -> dict[str, Any]:
        """Every published cell behind one figure, all vintages; a KPI is traced to its inputs.

        Args:
            complex_name: id, name or any spelling of a complex; `_T`, `계` or `total` for all;
                `nation` or `전국` for a national series.
            measure: a measure, KPI or national series by its code or its Korean or English name.
            period: such as 2026-Q1.

        Raises:
            NotFound: naming what is not known, or that there is no such observation.
        """
        if complex_name.strip().lower() in _NATION:
            return self._series(measure, period)
        complex_id = self._complex(complex_name)
        code, is_kpi = self._measure(measure)
        result: dict[str, Any] = {
            "release": self.release_id,
            "complex_id": complex_id,
            "measure": code,
            "period": period,
        }
        if is_kpi:
            result["kpi"] = self._rows(
                "SELECT kpi, industry_code, size_class, value, unit, obs_status, reason, "
                "exchange_rate_krw_per_usd FROM cluster_kpi WHERE complex_id = $1 AND kpi = $2 "
                "AND period = $3 ORDER BY ALL",
                [complex_id, code, period],
            )
            result["cells"] = self._kpi_cells(complex_id, code, period)
        else:
            result["cells"] = self._cells(
                "f.complex_id = $1 AND f.measure = $2 AND f.period = $3 AND f.industry_code = '_T' "
                "AND f.size_class = '_T'",
                [complex_id, code, period],
            )
        if not result["cells"]:
            known = [
                r["period"]
                for r in self._rows(
                    "SELECT DISTINCT period FROM fct_observation WHERE complex_id = $1 ORDER BY 1",
                    [complex_id],
                )
            ]
            raise NotFound(
                f"no observation of {code} for {complex_id} in {period}; "
                f"the release has {', '.join(known) or 'no period'} for it"
            )
        return result

    def number(self, text: str) -> dict[str, Any]:
        """Where a number as printed may come from: `176.8조원`, `984,829`, `30.4 %`.

        The number matches a cell if the cell, rounded to as many places, reads the same.
        Cells of the newest period come first.

        Raises:
            NotFound: the text holds no number, or nothing in the release reads like it.
        """
        match = re.search(r"([+\-−]?\d[\d,]*(?:\.\d+)?)\s*([^\d\s].*)?$", text.strip())
        if match is None:
            raise NotFound(f"'{text}' holds no number")
        digits = match[1].replace(",", "").replace("−", "-")
        value = float(digits)
        half = 0.5 * 10.0 ** -(len(digits.split(".")[1]) if "." in digits else 0) * (1 + 1e-9)
        unit = (match[2] or "").strip().lower().replace(" ", "")
        if match.start(1) > 0 and not unit:
            unit = text[: match.start(1)].strip().lower().replace(" ", "")
        candidates = (
            [_TEXT_UNITS[unit]]
            if unit in _TEXT_UNITS
            else list(dict.fromkeys(_TEXT_UNITS.values()))
        )
        cells: list[dict[str, Any]] = []
        for dimension, factor in candidates:
            measures = ", ".join(f"'{m}'" for m in _DIMENSION[dimension])
            cells += self._cells(
                f"f.measure IN ({measures}) AND f.is_latest AND abs(f.value * {factor!r} - $1) <= $2",
                [value, half],
            )
        newest = max((c["period"] for c in cells), default="")
        cells.sort(key=lambda c: (c["period"] != newest, c["complex_id"] != "_T"))
        shares: list[dict[str, Any]] = []
        if not unit or _TEXT_UNITS.get(unit, ("percent", 1.0))[0] == "percent":
            shares = self._rows(
                "SELECT metric, definition, period, share_pct, numerator, numerator_unit, "
                "numerator_source, denominator, denominator_unit, denominator_source, coverage "
                "FROM national_share WHERE abs(share_pct - $1) <= $2 ORDER BY ALL",
                [value, half],
            )
            behind = self._denominators()
            for share in shares:
                definition = str(share["definition"]).split("__")[0]
                share["denominator_series"] = behind.get((share["metric"], definition))
        kpis = self._rows(
            "SELECT complex_id, kpi, industry_code, size_class, period, value, unit FROM cluster_kpi "
            "WHERE period = (SELECT max(period) FROM cluster_kpi) AND abs(value - $1) <= $2 "
            "ORDER BY ALL LIMIT 20",
            [value, half],
        )
        figures = self._rows(
            "SELECT p.series, p.period, p.value, p.unit, p.print, p.source, p.cell, s.file_name, "
            "s.sha256 FROM published_figure p JOIN dim_snapshot s USING (snapshot_id) "
            "WHERE abs(p.value - $1) <= $2 ORDER BY ALL LIMIT 20",
            [value, half],
        )
        if not (cells or shares or kpis or figures):
            raise NotFound(f"nothing in {self.release_id} reads {text}")
        return {
            "release": self.release_id,
            "number": text,
            "cells": cells[:20],
            "shares": shares,
            "kpis": kpis,
            "published_figures": figures,
        }

    def _denominators(self) -> dict[tuple[str, str], str]:
        """The series that each definition of a share divides by."""
        path = self.settings.seeds / "share_definitions.csv"
        with path.open(encoding="utf-8", newline="") as file:
            return {
                (row["metric"], row["definition"]): row["denominator_series"]
                for row in csv.DictReader(file)
            }

    def verify(self, cell: dict[str, Any]) -> bool | None:
        """Read the publisher's bytes again: does the cell say what was landed?

        Returns None where the bytes are not on this machine.
        """
        store = SnapshotStore(self.settings.home / "raw")
        for snapshot in store:
            if snapshot.snapshot_id == cell["snapshot_id"]:
                break
        else:
            return None
        content = read_content(store.read(snapshot))
        if content.answers is not None:
            try:
                found = value_at(content.answers, cell["sheet"], cell["cell"])
            except KeyError:
                return None if cell["cell"].startswith("sum of") else False
            return _same(found, cell["value_raw"])
        match = re.match(r"^([A-Z]+)(\d+)$", cell["cell"])
        if match is None:
            return None
        column = 0
        for letter in match[1]:
            column = column * 26 + ord(letter) - 64
        for sheet in content.sheets:
            if sheet.name == (cell["sheet"] or ""):
                raw = sheet.rows[int(match[2]) - 1][column - 1]
                return _same(raw, cell["value_raw"])
        return False

    # -- inside --------------------------------------------------------------------------

    def _series(self, series: str, period: str) -> dict[str, Any]:
        """The answers behind a national series: its own period, or the shorter ones in it."""
        wanted = series.strip()
        known = self._rows("SELECT DISTINCT series, name_ko, name_en FROM national_series", [])
        found = {
            row["series"]
            for row in known
            if wanted.lower() in (row["series"], row["name_ko"], str(row["name_en"]).lower())
        }
        if not found:
            names = ", ".join(sorted({row["series"] for row in known}))
            raise NotFound(f"no national series '{wanted}'; the release has {names or 'none'}")
        inside, start = [period], period
        if len(period) < 10:  # not a day
            try:
                about = Period.parse(period)
            except ValueError as error:
                raise NotFound(str(error)) from None
            start = f"{about.year}-" if about.freq == "A" else period
            if about.freq == "Q":
                months = [about.number * 3 - n for n in (2, 1, 0)]
                inside += [str(Period(about.year, "M", month)) for month in months]
        cells = self._rows(
            "SELECT 'nation' AS complex_id, n.area AS complex_ko, n.area AS complex_en, "
            "n.series AS measure, '_T' AS industry_code, '_T' AS size_class, '_T' AS sex, "
            "n.period, n.dimension AS unit, n.value, n.obs_status, n.vintage_no, n.is_latest, "
            "'current' AS relation, n.stated_on AS published_at, s.file_name, s.sha256, "
            "n.snapshot_id, n.sheet, n.cell, n.value_raw, n.unit_raw, n.is_simulated "
            "FROM national_series n JOIN dim_snapshot s USING (snapshot_id) "
            "WHERE n.series = $1 AND n.is_latest AND (list_contains($2, n.period) "
            "OR (n.freq <> 'A' AND starts_with(n.period, $3))) ORDER BY n.area, n.period",
            [min(found), inside, start],
        )
        for cell in cells:
            cell["unit"] = _UNIT_OF.get(cell["unit"], cell["unit"])
        if not cells:
            raise NotFound(f"no figure of {min(found)} in {period}")
        return {
            "release": self.release_id,
            "complex_id": "nation",
            "measure": min(found),
            "period": period,
            "cells": cells,
        }

    def _cells(self, where: str, parameters: list[Any]) -> list[dict[str, Any]]:
        return self._rows(f"{_OBSERVATION} WHERE {where} {_ORDER}", parameters)

    def _kpi_cells(self, complex_id: str, kpi: str, period: str) -> list[dict[str, Any]]:
        around = self._rows(
            "SELECT previous_period, year_ago_period FROM dim_period WHERE period = $1", [period]
        )
        periods = around[0] if around else {"previous_period": None, "year_ago_period": None}
        cells: list[dict[str, Any]] = []
        for measure, part in KPI_INPUTS.get(kpi, ()):
            about = {
                "previous": periods["previous_period"],
                "year_ago": periods["year_ago_period"],
            }.get(part, period)
            whose = "_T" if part.startswith("total") else complex_id
            size = part if part in ("LT50", "50_299", "GE300") else "_T"
            industry = (
                "f.industry_code <> '_T'"
                if part.endswith("industries")
                else "f.industry_code = '_T'"
            )
            sex = "F" if part == "women" else "_T"
            cells += self._cells(
                f"f.complex_id = $1 AND f.measure = $2 AND f.period = $3 AND f.size_class = $4 "
                f"AND f.sex = $5 AND {industry} AND f.is_latest",
                [whose, measure, about, size, sex],
            )
        return cells

    def _complex(self, name: str) -> str:
        if name_key(name).lower() in ("_t", "계", "total", "전체", "all"):
            return "_T"
        wanted = name_key(name).lower()
        for row in self._rows(
            "SELECT complex_id, name_ko, name_en, spellings FROM dim_complex", []
        ):
            names = [row["complex_id"], row["name_ko"], row["name_en"]]
            names += (row["spellings"] or "").split(" | ")
            if wanted in {name_key(str(n)).lower() for n in names}:
                return str(row["complex_id"])
        raise NotFound(f"no complex is called '{name}'; see dim_complex for ids and names")

    def _measure(self, name: str) -> tuple[str, bool]:
        wanted = name_key(name).lower()
        measures = self._rows(
            "SELECT measure, name_ko, name_en, landed_measure FROM dim_measure", []
        )
        kpis = self._rows("SELECT kpi, name_ko, name_en FROM dim_kpi", [])
        for row in measures:
            if wanted in {name_key(str(v)).lower() for v in row.values() if v}:
                return str(row["measure"]), False
        for row in kpis:
            if wanted in {name_key(str(v)).lower() for v in row.values() if v}:
                return str(row["kpi"]), True
        close = [str(m["measure"]) for m in measures if str(m["name_ko"]).startswith(name)]
        if len(close) == 1:
            return close[0], False
        known = ", ".join(sorted(str(m["measure"]) for m in measures))
        raise NotFound(f"no measure is called '{name}'; there are {known}, and the KPIs of dim_kpi")

    def _rows(self, query: str, parameters: list[Any]) -> list[dict[str, Any]]:
        cursor = self.connection.execute(query, parameters)
        names = [d[0] for d in cursor.description or []]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def _same(raw: Any, landed: str | None) -> bool:
    if isinstance(raw, bool):
        return False
    if isinstance(raw, int | float):
        try:
            return float(landed or "nan") == float(raw)
        except ValueError:
            return False
    return ("" if raw is None else str(raw)) == (landed or "")


def raw_path(settings: Settings, snapshot_id: str) -> Path | None:
    """Where the bytes of a snapshot lie."""
    store = SnapshotStore(settings.home / "raw")
    for snapshot in store:
        if snapshot.snapshot_id == snapshot_id:
            return store.path(snapshot)
    return None
