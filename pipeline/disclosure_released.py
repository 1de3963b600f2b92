"""What earlier releases said of the table that is protected: figures, and the KPIs beside them.

It was read, so it stays known: of a release that was withdrawn, of a KPI whose column is gone by now, of a
complex or industry that has no row any more, of an edition that is not built any more.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import duckdb

MART = "registry_employment"
DIMENSIONS = ("complex_id", "industry_code", "size_class")
FIGURE = "employment_count"
#: KPIs that a release has ever printed beside the figure: each in percent of the complex's total. One stays
#: here when its column is dropped: readers have it.
SHARES = ("employment_share_pct",)
#: Numbers of the mart that say nothing of a withheld figure (how many factories there are counts as known).
OPEN = ("factory_count",)

Key = tuple[str, ...]
#: Dataset, period, and whether it is simulated: what is made up says nothing of what is real.
Edition = tuple[str, str, bool]


@dataclass(frozen=True)
class Said:
    """What a release said of an edition.

    Attributes:
        figures: by key the figure, None where it was withheld.
        shares: by key what a KPI printed beside a withheld figure, as a part of the complex's total.
        sensitive: keys that were withheld for their own sake, not for others'.
        unknown: columns with numbers of which nobody has said here what they are computed from.
        is_whole: it said something of every cell that there was.
    """

    figures: dict[Key, float | None] = field(default_factory=dict)
    shares: dict[Key, float] = field(default_factory=dict)
    sensitive: frozenset[Key] = frozenset()
    unknown: tuple[str, ...] = ()
    is_whole: bool = True

    def identity(self) -> list[Any]:
        """All of it, in an order of its own."""
        return [
            sorted((list(k), v) for k, v in self.figures.items()),
            sorted((list(k), v) for k, v in self.shares.items()),
            sorted(list(k) for k in self.sensitive),
            list(self.unknown),
            self.is_whole,
        ]


def said_in(folders: Iterable[Path]) -> dict[Edition, list[Said]]:
    """By edition what each earlier release said of it, oldest first; what a later one only repeats stands
    once."""
    said: dict[Edition, list[Said]] = {}
    for folder in folders:
        path = folder / "marts" / f"{MART}.parquet"
        if not path.exists():
            continue
        for name, edition in _editions_of(path).items():
            if edition not in said.setdefault(name, []):
                said[name].append(edition)
    return said


def of_no_edition(
    before: Mapping[Edition, Sequence[Said]], built: Iterable[Edition], is_simulated: bool
) -> list[tuple[str, Said]]:
    """What was said of editions that are not built any more, each with a name."""
    known = set(built)
    return [
        (f"{dataset} {period}, release {number}", release)
        for (dataset, period, made_up), releases in sorted(before.items())
        if made_up == is_simulated and (dataset, period, made_up) not in known
        for number, release in enumerate(releases, start=1)
    ]


def _editions_of(path: Path) -> dict[Edition, Said]:
    with duckdb.connect() as connection:
        columns = {
            str(name): str(kind)
            for name, kind, *_ in connection.execute(
                "DESCRIBE FROM read_parquet($1)", [str(path)]
            ).fetchall()
        }
        shares = [c for c in SHARES if c in columns]
        others = [
            c
            for c, kind in columns.items()
            if c not in {FIGURE, *SHARES, *OPEN} and kind.split("(")[0] in _NUMBERS
        ]
        names = [*DIMENSIONS, "conf_status", "conf_rule", FIGURE, *shares, *others]
        found = connection.execute(
            f"SELECT dataset, period, is_simulated, {', '.join(map(_quoted, names))} FROM read_parquet($1)",
            [str(path)],
        ).fetchall()
    of: dict[Edition, Said] = {}
    sensitive: dict[Edition, set[Key]] = {}
    printed: dict[Edition, dict[Key, float]] = {}
    unknown: dict[Edition, set[str]] = {}
    part: set[Edition] = set()
    for dataset, period, is_simulated, *row in found:
        name = (dataset, period, is_simulated)
        key, (status, rule, figure, *kpis) = tuple(row[: len(DIMENSIONS)]), row[len(DIMENSIONS) :]
        if rule == "unprotected":
            part.add(name)
            continue
        of.setdefault(name, Said()).figures[key] = None if figure is None else float(figure)
        if figure is None and status != "D":
            sensitive.setdefault(name, set()).add(key)
        for value in kpis[: len(shares)]:
            if value is not None:
                printed.setdefault(name, {})[key] = float(value) / 100
        there = {c for c, v in zip(others, kpis[len(shares) :], strict=True) if v is not None}
        unknown.setdefault(name, set()).update(there)
    return {
        name: Said(
            said.figures,
            {
                key: share
                for key, share in printed.get(name, {}).items()
                if said.figures[key] is None or said.figures.get(whole_of(key)) is None
            },
            frozenset(sensitive.get(name, ())),
            tuple(sorted(unknown.get(name, ()))),
            name not in part,
        )
        for name, said in of.items()
    }


def whole_of(key: Key) -> Key:
    """The cell that a share is a part of: all employees of the complex."""
    return (key[0], *("_T" for _ in key[1:]))


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


_NUMBERS = {
    *("TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT", "UTINYINT", "USMALLINT", "UINTEGER"),
    *("UBIGINT", "UHUGEINT", "FLOAT", "DOUBLE", "DECIMAL"),
}
