"""What a published table of one's own gives away: to the outsider who has the table alone, or, with the unit
data at hand, to everybody that the gate knows of."""

from __future__ import annotations

import csv
import math
import os
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from disclosure import (
    Dimension,
    DisclosureError,
    Relations,
    joined,
    relations,
    revealed,
)
from disclosure import audit as audit_table
from pipeline.own_kpis import Key, column_of, stated, without_place
from pipeline.own_stated import check_sums, stated_by, with_earlier, withheld_in
from pipeline.own_units import OwnTable, configuration, dimensions_of, read, tabulated


def audit_csv(
    config_path: Path, path: Path, out: Path | None, units: Path | None = None
) -> tuple[list[str], bool]:
    """What a published table (blank or X: suppressed) gives away, the KPIs beside it included; returns lines,
    and whether some cell can be worked out: exactly, or with `units`, to within its protection level.

    Raises:
        DisclosureError: input that cannot be used, or printed figures that contradict each other.
    """
    config = configuration(config_path)
    if units is not None:
        return _with_units(config, config_path, path, out, units)
    names = [d.name for d in config.dimensions]
    said = stated_by(config, path)
    keys = list(said.figures)
    dimensions = dimensions_of(config, read(path, names))
    figures = np.array([math.nan if f is None else f for f in said.figures.values()])
    hidden = np.isnan(figures)
    lost = without_place(config.kpis, config.figure, keys, dimensions, said.texts)
    if lost:
        column, key = lost[0]
        where = "|".join(key)
        raise DisclosureError(
            f"{path.name}: {column} of {where} is printed, but the table lacks cells that it is of: give them, "
            "withheld ones blank or X",
            f"{path.name}: {where}의 {column}이(가) 실려 있으나 그 계산에 든 칸이 표에 없다. "
            "비공개 칸도 빈칸이나 X로 넣는다",
        )
    told = stated(config.kpis, config.figure, keys, dimensions, said.texts, hidden)
    system = joined(_sums(dimensions, keys), told.quotients)
    everything = (np.zeros(len(keys)), np.full(len(keys), np.inf))
    found = revealed(figures, *everything, system, beside=told.indices)
    exact = [i for i, e in enumerate(found.exact) if e]
    if out is not None:
        ends = zip(found.cell, found.low, found.high, found.exact, strict=True)
        rows = ((*_of(config, keys[int(c)]), *_interval(lo, hi), bool(e)) for c, lo, hi, e in ends)
        _write(out, [*_heads(config), "low", "high", "exact"], rows)
    shown = ", ".join("|".join(_of(config, keys[int(found.cell[i])])) for i in exact[:10])
    lines = [
        f"{len(found.cell)} suppressed cells, {len(exact)} can be worked out exactly"
        + (f": {shown}" if exact else ""),
        f"비공개 {len(found.cell)}칸 가운데 {len(exact)}칸을 정확히 알 수 있다",
        *_not_printed(config, said.texts),
        "held against the outsider alone; with --units also against every respondent, by the rules / "
        "외부인만 대조함. --units를 주면 규칙에 따라 모든 응답자와도 대조한다",
    ]
    if config.earlier:
        n = len(config.earlier)
        lines.append(
            f"{n} earlier tables were not held against it: give --units / "
            f"앞서 공표한 표 {n}개와는 대조하지 않았다. --units를 준다"
        )
    return lines + ([str(out)] if out else []), bool(exact)


def _with_units(
    config: OwnTable, config_path: Path, path: Path, out: Path | None, units: Path
) -> tuple[list[str], bool]:
    """The proof that `protect` makes, of a table as it was published."""
    if config.respondent is None or not config.rules:
        raise DisclosureError(
            f"{config_path.name}: an audit with units needs `respondent` and `rules`",
            f"{config_path.name}: 단위 자료로 감사하려면 respondent와 rules가 필요하다",
        )
    now, dimensions = tabulated(config, units)
    said = stated_by(config, path)
    check_sums(path, said, now)
    hidden = withheld_in(said, now)
    told = stated(
        config.kpis, config.figure, now.keys, dimensions, said.texts, hidden, now.table.value
    )
    linked = with_earlier(config, config_path, now, dimensions)
    table = replace(linked.table, relations=joined(linked.table.relations, told.quotients))
    pattern = ~table.fixed
    pattern[: len(hidden)] &= hidden
    found = audit_table(table, pattern, linked.primary, beside=[*told.indices, *linked.beside])
    by_cell: dict[int, set[str]] = {}
    for finding in found.findings:
        who = "outsider" if finding.respondent is None else "respondent"
        by_cell.setdefault(finding.cell, set()).add(who)
    names = [*(_of(config, key) for key in now.keys)]
    names += [(name,) for name in table.names[len(names) :]]
    if out is not None:
        width = len(_heads(config))
        ends = zip(found.sensitive, found.low, found.high, strict=True)
        rows = (
            (
                *(*names[int(c)], *[""] * width)[:width],
                *_interval(lo, hi),
                " ".join(sorted(by_cell.get(int(c), ()))),
            )
            for c, lo, hi in ends
        )
        _write(out, [*_heads(config), "low", "high", "too_close_for"], rows)
    shown = ", ".join(
        f"{'|'.join(names[c])} ({', '.join(sorted(w))})" for c, w in sorted(by_cell.items())[:10]
    )
    lines = [
        f"{len(found.sensitive)} sensitive cells, {len(by_cell)} not hidden far enough"
        + (
            f": {shown}"
            if by_cell
            else f", held against the outsider and {found.attackers} respondents"
        ),
        f"민감한 칸 {len(found.sensitive)}개 가운데 {len(by_cell)}칸이 충분히 보호되지 않는다",
        *_not_printed(config, said.texts),
    ]
    return lines + ([str(out)] if out else []), bool(by_cell)


def _of(config: OwnTable, key: Key) -> Key:
    """A key without its figure's name, where there is but one figure."""
    return key if len(config.figures) > 1 else key[1:]


def _heads(config: OwnTable) -> list[str]:
    return [*(["figure"] if len(config.figures) > 1 else []), *(d.name for d in config.dimensions)]


def _interval(low: float, high: float) -> tuple[str, str]:
    return f"{low:.10g}", "" if math.isinf(high) else f"{high:.10g}"


def _not_printed(config: OwnTable, texts: dict[tuple[str, Key], str]) -> list[str]:
    """KPIs of the configuration that the table does not print: nothing was held against them."""
    there = {column for column, _ in texts}
    gone = [
        c for c in dict.fromkeys(column_of(k, config.figure) for k in config.kpis) if c not in there
    ]
    return (
        [f"not printed in it: {', '.join(gone)} / 표에 없는 지표: {', '.join(gone)}"]
        if gone
        else []
    )


def _write(path: Path, heads: list[str], rows: Iterable[Sequence[Any]]) -> None:
    """A CSV that its owner alone can read."""
    with open(
        path, "x", encoding="utf-8", newline="", opener=lambda p, f: os.open(p, f, 0o600)
    ) as file:
        csv.writer(file).writerows([heads, *rows])


def _sums(dimensions: list[Dimension], keys: list[Key]) -> Relations:
    """Every parent less its children, for the cells that are there; keys begin with the figure's name."""
    place = {key: i for i, key in enumerate(keys)}
    rows = []
    for position, dimension in enumerate(dimensions, start=1):
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
