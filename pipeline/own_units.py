"""A table of one's own: its configuration (YAML), its unit data (CSV), and the sums of these."""

from __future__ import annotations

import csv
import math
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Literal

import numpy as np
import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from disclosure import (
    Contributions,
    Dimension,
    DisclosureError,
    Primary,
    Rule,
    Table,
    Tabulation,
    joined,
    primary,
    tabulate,
)
from ingestion.contract import DisclosureRule
from pipeline.own_kpis import OwnKpi


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class OwnDimension(_Strict):
    """A column of the data. `codes` in the order of the table, by default those that occur; `parents`:
    code → the code above it, below the total `_T`."""

    name: str
    codes: tuple[str, ...] = ()
    parents: Mapping[str, str] = {}
    with_total: bool = True


class OwnEarlier(_Strict):
    """A table that is out already, as this command wrote it; paths are relative to the configuration.

    Without `units` it is an earlier release of this very table: what it said is known, what it withheld
    stays withheld. With the unit data that it was made of, it may be another edition (last quarter's):
    figures that have not changed are cells of both.
    """

    table: str
    units: str | None = None


class OwnTable(_Strict):
    """The configuration: what is summed, by what, who answers for a unit, and by which rules."""

    dimensions: tuple[OwnDimension, ...] = Field(min_length=1)
    figure: str
    respondent: str | None = None
    #: The linked tables by their dimensions; by default one table of all of them.
    tables: tuple[tuple[str, ...], ...] = ()
    rules: tuple[DisclosureRule, ...] = ()
    minimum_level: float = Field(default=0, ge=0)
    sliding_pct: float = Field(default=0, ge=0)
    weight: Literal["cells", "value", "log", "respondents"] = "log"
    method: Literal["auto", "exact", "heuristic"] = "auto"
    #: What is printed beside the table, and what was printed before.
    kpis: tuple[OwnKpi, ...] = ()
    earlier: tuple[OwnEarlier, ...] = ()

    @property
    def figures(self) -> list[str]:
        """The figure, and those that KPIs are per."""
        return list(dict.fromkeys([self.figure, *(k.per for k in self.kpis if k.per)]))


def configuration(path: Path) -> OwnTable:
    """Read the YAML of a table.

    Raises:
        DisclosureError: it is none.
    """
    try:
        return OwnTable.model_validate(yaml.safe_load(path.read_text(encoding="utf-8")))
    except (yaml.YAMLError, ValidationError) as error:
        raise DisclosureError(
            f"{path.name}: no configuration of a table: {error}",
            f"{path.name}: 표의 설정이 아니다",
        ) from error


def read(path: Path, columns: list[str]) -> list[dict[str, str]]:
    """The rows of a CSV, all columns, stripped.

    Raises:
        DisclosureError: one of `columns` is not there.
    """
    with path.open(encoding="utf-8-sig", newline="") as file:
        reader = csv.DictReader(file)
        missing = [c for c in columns if c not in (reader.fieldnames or [])]
        if missing:
            raise DisclosureError(
                f"{path.name}: no column {', '.join(missing)}; it has {', '.join(reader.fieldnames or [])}",
                f"{path.name}: {', '.join(missing)} 열이 없다",
            )
        return [{c: (row[c] or "").strip() for c in reader.fieldnames or []} for row in reader]


def number(text: str, path: Path, line: int) -> float:
    """A finite number in a CSV; `line` is for the message."""
    try:
        value = float(text.replace(",", ""))
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        raise DisclosureError(
            f"{path.name} line {line}: {text!r} is no number",
            f"{path.name} {line}행: {text!r}은(는) 수가 아니다",
        )
    return value


def dimensions_of(config: OwnTable, rows: list[dict[str, str]]) -> list[Dimension]:
    """The classifications, with the codes that occur where none are given."""
    return [
        Dimension(
            d.name,
            d.codes or tuple(sorted({row[d.name] for row in rows} - {"_T", *d.parents.values()})),
            d.parents,
            d.with_total,
        )
        for d in config.dimensions
    ]


def tabulated(config: OwnTable, units: Path) -> tuple[Tabulation, list[Dimension]]:
    """The table of unit data; keys begin with the figure's name. With KPIs per another figure, its sums
    are cells, too.

    Raises:
        DisclosureError: the file cannot be used; the message names the line.
    """
    names = [d.name for d in config.dimensions]
    respondent = config.respondent or ""
    figures = config.figures
    rows = read(units, [*names, *figures, respondent])
    for line, row in enumerate(rows, start=2):
        if not row[respondent]:
            raise DisclosureError(
                f"{units.name} line {line}: no respondent; units of nobody cannot be counted",
                f"{units.name} {line}행: 응답자가 없다",
            )
    dimensions = dimensions_of(config, rows)
    parts = [
        tabulate(
            {name: [row[name] for row in rows] for name in names},
            [number(row[figure], units, i) for i, row in enumerate(rows, start=2)],
            [row[respondent] for row in rows],
            dimensions,
            tables=config.tables or None,
        )
        for figure in figures
    ]
    return stacked(dict(zip(figures, parts, strict=True)), config.weight), dimensions


def stacked(parts: Mapping[str, Tabulation], weight: str) -> Tabulation:
    """Tables of several figures of the same units as one; keys begin with the figure's name."""
    first = next(iter(parts.values()))
    tables = [part.table.with_weight(weight) for part in parts.values()]
    n = first.table.size
    starts = [n * i for i in range(len(tables))]
    several = len(parts) > 1

    def along(name: str) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
        return np.concatenate([getattr(t, name) for t in tables])

    table = Table(
        names=tuple(
            f"{figure}: {name}" if several else name
            for figure, t in zip(parts, tables, strict=True)
            for name in t.names
        ),
        value=along("value"),
        lower=along("lower"),
        upper=along("upper"),
        weight=along("weight"),
        relations=joined(
            *(
                replace(t.relations, cell=t.relations.cell + start)
                for t, start in zip(tables, starts, strict=True)
            )
        ),
        contributions=Contributions(
            *(
                np.concatenate(
                    [
                        getattr(t.contributions, name) + (start if name == "cell" else 0)
                        for t, start in zip(tables, starts, strict=True)
                    ]
                )
                for name in ("cell", "respondent", "amount")
            )
        ),
        respondents=first.table.respondents,
        fixed=np.concatenate([t.fixed for t in tables]),
    )
    return Tabulation(
        table,
        ("figure", *first.dimensions),
        tuple((figure, *key) for figure in parts for key in first.keys),
        np.concatenate([part.unit_count for part in parts.values()]),
        first.who,
    )


def sensitive_of(config: OwnTable, table: Table) -> Primary:
    """The sensitive cells of a table by the rules of its configuration."""
    return primary(
        table,
        [Rule(**rule.model_dump()) for rule in config.rules],
        minimum_level=config.minimum_level,
        sliding_pct=config.sliding_pct,
    )
