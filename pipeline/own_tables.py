"""Disclosure control of a user's own tables: a CSV and a YAML configuration in, a CSV out."""

from __future__ import annotations

import csv
import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

import numpy as np
import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from disclosure import Dimension, DisclosureError, Rule, primary, revealed, tabulate
from disclosure import protect as protect_table
from ingestion.contract import DisclosureRule


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class OwnDimension(_Strict):
    """A column of the data. `codes` in the order of the table, by default those that occur; `parents`:
    code → the code above it, below the total `_T`."""

    name: str
    codes: tuple[str, ...] = ()
    parents: Mapping[str, str] = {}
    with_total: bool = True


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
    names = [d.name for d in config.dimensions]
    rows = _read(units, [*names, config.figure, config.respondent])
    for line, row in enumerate(rows, start=2):
        if not row[config.respondent]:
            raise DisclosureError(
                f"{units.name} line {line}: no respondent; units of nobody cannot be counted",
                f"{units.name} {line}행: 응답자가 없다",
            )
    tabulation = tabulate(
        {name: [row[name] for row in rows] for name in names},
        [_number(row[config.figure], units, i) for i, row in enumerate(rows, start=2)],
        [row[config.respondent] for row in rows],
        _dimensions(config, rows),
        tables=config.tables or None,
    )
    table = tabulation.table.with_weight(config.weight)
    sensitive = primary(
        table,
        [Rule(**rule.model_dump()) for rule in config.rules],
        minimum_level=config.minimum_level,
        sliding_pct=config.sliding_pct,
    )
    found = protect_table(table, sensitive, method=config.method)
    with out.open("x", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow([*names, config.figure, "conf_status", "conf_rule"])
        for i, key in enumerate(tabulation.keys):
            hidden = bool(found.suppressed[i])
            status = "F" if not hidden else "C" if sensitive.sensitive[i] else "D"
            rule = "" if not hidden else sensitive.rule[i] or "secondary"
            figure = "" if hidden else f"{table.value[i]:.15g}"
            writer.writerow([*key, figure, status, rule])
    count = int(sensitive.sensitive.sum())
    more = int(found.suppressed.sum()) - count
    how = "the least possible loss" if found.is_optimal else f"loss at least {found.bound:.6g}"
    return [
        f"{table.size} cells, {count} sensitive, {more} suppressed besides ({found.method}; loss {found.loss:.6g}, {how})",
        f"{table.size}칸, 1차 비공개 {count}칸, 2차 비공개 {more}칸",
        f"proven against the outsider and {found.audit.attackers} respondents, each alone / 외부인과 응답자 {found.audit.attackers}명에 대하여 증명됨",
        str(out),
    ], False


def audit_csv(config_path: Path, path: Path, out: Path | None) -> tuple[list[str], bool]:
    """What a published table (blank or X: suppressed) gives away; returns lines, and whether some cell
    can be worked out exactly.

    Raises:
        DisclosureError: input that cannot be used, or printed sums that contradict each other.
    """
    config = _configuration(config_path)
    names = [d.name for d in config.dimensions]
    rows = _read(path, [*names, config.figure])
    keys = [tuple(row[n] for n in names) for row in rows]
    if len(set(keys)) != len(keys):
        raise DisclosureError(
            f"{path.name}: a cell stands twice", f"{path.name}: 같은 칸이 두 번 있다"
        )
    figures = np.array(
        [
            math.nan
            if row[config.figure] in ("", "X", "x")
            else _number(row[config.figure], path, i)
            for i, row in enumerate(rows, start=2)
        ]
    )
    system = _sums(_dimensions(config, rows), keys)
    found = revealed(figures, np.zeros(len(keys)), np.full(len(keys), np.inf), system)
    exact = [i for i, e in enumerate(found.exact) if e]
    if out is not None:
        with out.open("x", encoding="utf-8", newline="") as file:
            writer = csv.writer(file)
            writer.writerow([*names, "low", "high", "exact"])
            for cell, low, high, is_exact in zip(
                found.cell, found.low, found.high, found.exact, strict=True
            ):
                end = "" if np.isinf(high) else f"{high:.10g}"
                writer.writerow([*keys[int(cell)], f"{low:.10g}", end, bool(is_exact)])
        out.chmod(0o600)
    shown = ", ".join("|".join(keys[int(found.cell[i])]) for i in exact[:10])
    lines = [
        f"{len(found.cell)} suppressed cells, {len(exact)} can be worked out exactly"
        + (f": {shown}" if exact else ""),
        f"비공개 {len(found.cell)}칸 가운데 {len(exact)}칸을 정확히 알 수 있다",
    ]
    return lines + ([str(out)] if out else []), bool(exact)


def _sums(dimensions: list[Dimension], keys: list[tuple[str, ...]]) -> Any:
    """Every parent less its children, for the cells that are there."""
    from disclosure import relations

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
