"""Disclosure control of a user's own tables: a CSV and a YAML configuration in, a CSV out."""

from __future__ import annotations

import csv
import math
import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Literal

import numpy as np
import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from disclosure import (
    Dimension,
    DisclosureError,
    Earlier,
    Primary,
    Protection,
    Relations,
    Rule,
    Table,
    Tabulation,
    joined,
    link,
    primary,
    relations,
    revealed,
    tabulate,
    with_released,
)
from disclosure import protect as protect_table
from ingestion.contract import DisclosureRule
from pipeline.own_kpis import (
    HIDDEN,
    LINEAR,
    Kpi,
    OwnKpi,
    attached,
    column_of,
    computed,
    printable,
    printed_quotients,
    stacked,
)


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


def _configuration(path: Path) -> OwnTable:
    try:
        return OwnTable.model_validate(yaml.safe_load(path.read_text(encoding="utf-8")))
    except (yaml.YAMLError, ValidationError) as error:
        raise DisclosureError(
            f"{path.name}: no configuration of a table: {error}",
            f"{path.name}: 표의 설정이 아니다",
        ) from error


def _read(path: Path, columns: list[str]) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        reader = csv.DictReader(file)
        missing = [c for c in columns if c not in (reader.fieldnames or [])]
        if missing:
            raise DisclosureError(
                f"{path.name}: no column {', '.join(missing)}; it has {', '.join(reader.fieldnames or [])}",
                f"{path.name}: {', '.join(missing)} 열이 없다",
            )
        return [{c: (row[c] or "").strip() for c in columns} for row in reader]


def _number(text: str, path: Path, line: int) -> float:
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


def _dimensions(config: OwnTable, rows: list[dict[str, str]]) -> list[Dimension]:
    return [
        Dimension(
            d.name,
            d.codes or tuple(sorted({row[d.name] for row in rows} - {"_T", *d.parents.values()})),
            d.parents,
            d.with_total,
        )
        for d in config.dimensions
    ]


def protect_csv(config_path: Path, units: Path, out: Path) -> tuple[list[str], bool]:
    """Protect unit data and write the table; returns lines for the user.

    Raises:
        DisclosureError: input that cannot be used, or cells that cannot be protected: nothing is written.
        FileExistsError: there is a file of that name.
    """
    config = _configuration(config_path)
    if config.respondent is None or not config.rules:
        raise DisclosureError(
            f"{config_path.name}: protection needs `respondent` and `rules`",
            f"{config_path.name}: 보호에는 respondent와 rules가 필요하다",
        )
    if out.exists():
        raise FileExistsError(f"{out} is there already; it is not overwritten / 이미 있는 파일이다")
    now, dimensions = _tabulated(config, units)
    linked = link(now, _sensitive(config, now.table), _editions(config, config_path))
    for edition in config.earlier:
        if edition.units is None:
            path = config_path.parent / edition.table
            linked = with_released(linked, now.keys, _published(config, path), edition.table)
    kpis = [k for kpi in config.kpis for k in computed(kpi, config.figure, now, dimensions)]
    table, beside = attached(linked.table, kpis)
    found = protect_table(table, linked.primary, method=config.method, beside=beside)
    shown = printable(kpis, found.suppressed, found.withheld)
    with out.open("x", encoding="utf-8", newline="") as file:
        _write(csv.writer(file), config, now, found, kpis, shown)
    return _told(config, now, found, kpis, shown, out), False


def _tabulated(config: OwnTable, units: Path) -> tuple[Tabulation, list[Dimension]]:
    """The table of unit data; keys begin with the figure's name. With KPIs per another figure, its sums
    are cells, too."""
    names = [d.name for d in config.dimensions]
    respondent = config.respondent or ""
    figures = config.figures
    rows = _read(units, [*names, *figures, respondent])
    for line, row in enumerate(rows, start=2):
        if not row[respondent]:
            raise DisclosureError(
                f"{units.name} line {line}: no respondent; units of nobody cannot be counted",
                f"{units.name} {line}행: 응답자가 없다",
            )
    dimensions = _dimensions(config, rows)
    parts = [
        tabulate(
            {name: [row[name] for row in rows] for name in names},
            [_number(row[figure], units, i) for i, row in enumerate(rows, start=2)],
            [row[respondent] for row in rows],
            dimensions,
            tables=config.tables or None,
        )
        for figure in figures
    ]
    return stacked(dict(zip(figures, parts, strict=True)), config.weight), dimensions


def _sensitive(config: OwnTable, table: Table) -> Primary:
    return primary(
        table,
        [Rule(**rule.model_dump()) for rule in config.rules],
        minimum_level=config.minimum_level,
        sliding_pct=config.sliding_pct,
    )


def _published(config: OwnTable, path: Path) -> dict[tuple[str, ...], float | None]:
    """What a table that this command wrote said: by key its figure, None where it was withheld."""
    names = [d.name for d in config.dimensions]
    said: dict[tuple[str, ...], float | None] = {}
    for i, row in enumerate(_read(path, [*names, *config.figures]), start=2):
        for figure in config.figures:
            key = (figure, *(row[n] for n in names))
            if key in said:
                raise DisclosureError(
                    f"{path.name} line {i}: a cell stands twice",
                    f"{path.name} {i}행: 같은 칸이 두 번 있다",
                )
            hidden = row[figure] in HIDDEN
            said[key] = None if hidden else _number(row[figure], path, i)
    return said


def _editions(config: OwnTable, config_path: Path) -> list[Earlier]:
    """Earlier editions with their unit data: figures that have not changed are cells of both."""
    editions = []
    for edition in config.earlier:
        if edition.units is None:
            continue
        path = config_path.parent / edition.table
        then, _ = _tabulated(config, config_path.parent / edition.units)
        said = _published(config, path)
        value = then.table.value
        for i, key in enumerate(then.keys):
            figure = said.get(key)
            if figure is not None and abs(figure - value[i]) > 1e-9 * max(1.0, abs(value[i])):
                raise DisclosureError(
                    f"{path.name}: {'|'.join(key[1:])} is {figure:.10g}, but its units sum to {value[i]:.10g}",
                    f"{path.name}: {'|'.join(key[1:])}이(가) 단위 자료의 합과 다르다",
                )
        hidden = np.array([said.get(key) is None for key in then.keys]) & ~then.table.fixed
        editions.append(Earlier(edition.table, then, hidden, _sensitive(config, then.table)))
    return editions


def _write(
    writer: Any,
    config: OwnTable,
    now: Tabulation,
    found: Protection,
    kpis: list[Kpi],
    shown: list[bool],
) -> None:
    """One row a key: every figure with its status and rule, and the KPIs that may be printed."""
    printed = {(k.column, k.key): k.text for k, may in zip(kpis, shown, strict=True) if may}
    columns = list(dict.fromkeys(k.column for k in kpis))
    heads = [
        column if figure == config.figure or column == figure else f"{figure}_{column}"
        for figure in config.figures
        for column in (figure, "conf_status", "conf_rule")
    ]
    writer.writerow([*(d.name for d in config.dimensions), *heads, *columns])
    n = len(now.keys) // len(config.figures)
    status = found.status()
    for i in range(n):
        row: list[str] = []
        for f in range(len(config.figures)):
            cell = f * n + i
            hidden = bool(found.suppressed[cell])
            rule = found.primary.rule[cell] or "secondary" if hidden else ""
            row += ["" if hidden else f"{now.table.value[cell]:.15g}", status[cell], rule]
        key = now.keys[i][1:]
        writer.writerow([*key, *row, *(printed.get((c, key), "") for c in columns)])


def _told(
    config: OwnTable,
    now: Tabulation,
    found: Protection,
    kpis: list[Kpi],
    shown: list[bool],
    out: Path,
) -> list[str]:
    size = now.table.size
    count = int(found.primary.sensitive[:size].sum())
    more = int(found.suppressed[:size].sum()) - count
    how = "the least possible loss" if found.is_optimal else f"loss at least {found.bound:.6g}"
    lines = [
        f"{size} cells, {count} sensitive, {more} suppressed besides ({found.method}; loss {found.loss:.6g}, {how})",
        f"{size}칸, 1차 비공개 {count}칸, 2차 비공개 {more}칸",
    ]
    if kpis:
        gone = len(shown) - sum(shown)
        lines.append(
            f"{len(kpis)} KPI values beside it, {gone} withheld / 함께 싣는 지표값 {len(kpis)}개 가운데 {gone}개 비공개"
        )
    if config.earlier:
        lines.append(
            f"held against {len(config.earlier)} earlier tables / 앞서 공표한 표 {len(config.earlier)}개와 대조함"
        )
    lines.append(
        f"proven against the outsider and {found.audit.attackers} respondents, each alone / 외부인과 응답자 {found.audit.attackers}명에 대하여 증명됨"
    )
    return [*lines, str(out)]


def audit_csv(config_path: Path, path: Path, out: Path | None) -> tuple[list[str], bool]:
    """What a published table (blank or X: suppressed) gives away; returns lines, and whether some cell
    can be worked out exactly.

    Raises:
        DisclosureError: input that cannot be used, or printed sums that contradict each other.
    """
    config = _configuration(config_path)
    names = [d.name for d in config.dimensions]
    columns = {column_of(k, config.figure): k for k in config.kpis if k.kind in LINEAR}
    rows = _read(path, [*names, config.figure, *columns])
    keys = [tuple(row[n] for n in names) for row in rows]
    if len(set(keys)) != len(keys):
        raise DisclosureError(
            f"{path.name}: a cell stands twice", f"{path.name}: 같은 칸이 두 번 있다"
        )
    figures = np.array(
        [
            math.nan if row[config.figure] in HIDDEN else _number(row[config.figure], path, i)
            for i, row in enumerate(rows, start=2)
        ]
    )
    dimensions = _dimensions(config, rows)
    told = printed_quotients(columns, rows, keys, dimensions, _number_of(path))
    system = joined(_sums(dimensions, keys), told)
    found = revealed(figures, np.zeros(len(keys)), np.full(len(keys), np.inf), system)
    exact = [i for i, e in enumerate(found.exact) if e]
    if out is not None:
        with open(
            out, "x", encoding="utf-8", newline="", opener=lambda p, f: os.open(p, f, 0o600)
        ) as file:
            writer = csv.writer(file)
            writer.writerow([*names, "low", "high", "exact"])
            for cell, low, high, is_exact in zip(
                found.cell, found.low, found.high, found.exact, strict=True
            ):
                end = "" if np.isinf(high) else f"{high:.10g}"
                writer.writerow([*keys[int(cell)], f"{low:.10g}", end, bool(is_exact)])
    shown = ", ".join("|".join(keys[int(found.cell[i])]) for i in exact[:10])
    lines = [
        f"{len(found.cell)} suppressed cells, {len(exact)} can be worked out exactly"
        + (f": {shown}" if exact else ""),
        f"비공개 {len(found.cell)}칸 가운데 {len(exact)}칸을 정확히 알 수 있다",
    ]
    unused = [k.kind for k in config.kpis if k.kind not in LINEAR]
    if unused:
        lines.append(
            f"not held against it: {', '.join(unused)} (shares and growth are) / "
            f"대조하지 않은 지표: {', '.join(unused)}"
        )
    return lines + ([str(out)] if out else []), bool(exact)


def _number_of(path: Path) -> Callable[[str, int], float]:
    return lambda text, line: _number(text, path, line)


def _sums(dimensions: list[Dimension], keys: list[tuple[str, ...]]) -> Relations:
    """Every parent less its children, for the cells that are there."""
    place = {key: i for i, key in enumerate(keys)}
    rows = []
    for position, dimension in enumerate(dimensions):
        children = dimension.children()
        for key in keys:
            below = children.get(key[position], [])
            parts = [place.get((*key[:position], c, *key[position + 1 :])) for c in below]
            if below and all(p is not None for p in parts):
                rows.append({place[key]: 1.0, **{int(p or 0): -1.0 for p in parts}})
    if not rows:
        raise DisclosureError(
            "no sum was found: total rows carry the code _T",
            "합계를 찾지 못했다. 합계 행의 코드는 _T이다",
        )
    return relations(rows)
