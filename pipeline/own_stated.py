"""Tables of one's own that are out already, and what they said: figures, and the KPIs beside them."""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from disclosure import (
    Dimension,
    DisclosureError,
    Earlier,
    Linked,
    Tabulation,
    link,
    with_released,
)
from disclosure.table import Bools
from pipeline.own_kpis import Key, column_of, stated
from pipeline.own_units import OwnTable, number, read, sensitive_of, tabulated

#: How a published table writes a figure that was withheld.
HIDDEN = ("", "X", "x")


@dataclass(frozen=True)
class Stated:
    """What a table that is out says: by key (the figure's name first) its figure, None where it was withheld;
    by column and key (without the figure's name) the KPIs beside it, as printed."""

    figures: dict[Key, float | None]
    texts: dict[tuple[str, Key], str]


def stated_by(config: OwnTable, path: Path) -> Stated:
    """Read a table that is out, as `protect_csv` writes it.

    Raises:
        DisclosureError: no such table, a cell stands twice, or it has figures in a column that is neither
            a figure nor a KPI of the configuration: nothing could be held against them.
    """
    names = [d.name for d in config.dimensions]
    columns = {column_of(kpi, config.figure) for kpi in config.kpis}
    notes = {f"{f}_{c}" for f in config.figures for c in ("conf_status", "conf_rule")}
    known = {*names, *config.figures, *columns, *notes, "conf_status", "conf_rule"}
    found = Stated({}, {})
    for i, row in enumerate(read(path, [*names, *config.figures]), start=2):
        key = tuple(row[n] for n in names)
        for figure in config.figures:
            if (figure, *key) in found.figures:
                raise DisclosureError(
                    f"{path.name} line {i}: a cell stands twice",
                    f"{path.name} {i}행: 같은 칸이 두 번 있다",
                )
            text = row[figure]
            found.figures[figure, *key] = None if text in HIDDEN else number(text, path, i)
        for column in sorted(columns & row.keys()):
            if row[column] not in HIDDEN:
                number(row[column], path, i)
                found.texts[column, key] = row[column]
        for column in row.keys() - known:
            if _is_number(row[column]):
                raise DisclosureError(
                    f"{path.name} line {i}: {column} holds figures, and is neither a figure nor a KPI of the "
                    "configuration: enter it under `kpis`, or leave the column out if it says nothing of the table",
                    f"{path.name} {i}행: {column} 열의 수치는 설정에 없다. kpis에 적거나 열을 뺀다",
                )
    return found


def _is_number(text: str) -> bool:
    try:
        return math.isfinite(float(text.replace(",", "")))
    except ValueError:
        return False


def with_earlier(
    config: OwnTable, config_path: Path, now: Tabulation, dimensions: list[Dimension]
) -> Linked:
    """The new table and all that is out already as one, the KPIs beside it included.

    Raises:
        DisclosureError: an earlier table cannot be held against it; the message says why.
    """
    editions, releases = [], []
    for entry in config.earlier:
        path = config_path.parent / entry.table
        out = stated_by(config, path)
        if entry.units is None:
            releases.append((entry.table, path, out))
            continue
        then, its = tabulated(config, config_path.parent / entry.units)
        check_sums(path, out, then)
        hidden = withheld_in(out, then)
        told = (then.keys, its, out.texts, hidden, then.table.value)
        printed = stated(config.kpis, config.figure, *told)
        level = sensitive_of(config, then.table)
        editions.append(Earlier(entry.table, then, hidden, level, printed))
    linked = link(now, sensitive_of(config, now.table), editions)
    place = {key: i for i, key in enumerate(now.keys)}
    for name, path, out in releases:
        lost = next((key for key in out.figures if key not in place), None)
        if lost is not None:
            raise DisclosureError(
                f"{path.name}: {'|'.join(lost[1:])} is not in the table of today: name all codes of the "
                "dimension (`codes`), or give the unit data of that table (`units`)",
                f"{path.name}: {'|'.join(lost[1:])}이(가) 지금의 표에 없다. codes에 모든 코드를 적거나 units를 준다",
            )
        hidden = np.array([out.figures.get(key, 0.0) is None for key in now.keys])
        printed = stated(config.kpis, config.figure, now.keys, dimensions, out.texts, hidden)
        linked = with_released(linked, now.keys, out.figures, name, printed)
    return linked


def check_sums(path: Path, out: Stated, then: Tabulation) -> None:
    """Hold the figures of a table against the units that it was made of.

    Raises:
        DisclosureError: a figure is another, or there is one of no unit.
    """
    place = {key: i for i, key in enumerate(then.keys)}
    for key, figure in out.figures.items():
        is_ = float(then.table.value[place[key]]) if key in place else 0.0
        if figure is not None and abs(figure - is_) > 1e-9 * max(1.0, abs(is_)):
            raise DisclosureError(
                f"{path.name}: {'|'.join(key[1:])} is {figure:.10g}, but its units sum to {is_:.10g}",
                f"{path.name}: {'|'.join(key[1:])}이(가) 단위 자료의 합과 다르다",
            )


def withheld_in(out: Stated, then: Tabulation) -> Bools:
    """By cell whether a table that is out withholds it (what is empty is known)."""
    hidden = np.array([out.figures.get(key) is None for key in then.keys], dtype=np.bool_)
    return hidden & ~then.table.fixed
