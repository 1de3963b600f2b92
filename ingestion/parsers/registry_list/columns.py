"""Which column of a registry is read as what, told by its header."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache

from ingestion.contract import Contract, Contracts, ListColumn
from ingestion.persons import mask_contacts
from ingestion.problems import Problem, RejectedFile, problem
from ingestion.registry import name_key, tidy

#: Fields that say something else in nearly every row.
UNIQUE = frozenset({"seq_no", "factory_no", "company_name", "name_ko", "address", "address_lot"})


def looks_like(first: Sequence[str], contracts: Contracts) -> Contract | None:
    """The registry whose header a first row is, or None.

    A row is a header where most of its cells are known to a contract, among them most of those
    that must be there: one unknown or missing column is for the parser to name.
    """
    keys = [header_key(cell) for cell in first]
    if keys and not keys[-1]:
        keys.pop()  # a comma at the end of each line
    best: tuple[float, int, Contract] | None = None
    for contract in contracts.by_dataset.values():
        if contract.parser != "registry_list" or contract.form != "csv":
            continue
        names = header_words(contract)
        known = [names[key] for key in keys if key in names]
        required = [c for c in contract.list_columns if not c.optional]
        there = sum(1 for column in required if column in known)
        if len(known) < 3 or len(known) < 0.5 * len(keys) or there < 0.5 * len(required):
            continue
        score = (len(known) / len(keys) + there / len(required), len(known), contract)
        if best is None or score[:2] > best[:2]:
            best = score
    return None if best is None else best[2]


@lru_cache(1024)
def header_key(header: str) -> str:
    """A header without blanks, brackets and joining marks."""
    return re.sub(r"[()\[\]_\-./·]", "", name_key(header)).lower()


def header_words(contract: Contract) -> dict[str, ListColumn]:
    """All headers that a contract knows, as keys."""
    return {header_key(word): column for column in contract.list_columns for word in column.header}


@dataclass(frozen=True)
class Plan:
    """Which column of the file is read as what."""

    contract: Contract
    #: Number of columns of the file.
    width: int
    #: Field → the columns it is read from, in the contract's order.
    columns: Mapping[str, tuple[int, ...]]
    #: Columns that hold persons' names, to be compared and dropped.
    names: tuple[int, ...]
    headers: Mapping[str, str]
    kinds: Mapping[str, str]

    @cached_property
    def read(self) -> list[int]:
        """All columns that are converted."""
        return sorted({i for found in self.columns.values() for i in found} | set(self.names))

    @cached_property
    def repeating(self) -> frozenset[int]:
        """Columns whose words repeat from row to row: they are read as dictionaries."""
        return frozenset(
            i for name, found in self.columns.items() if name not in UNIQUE for i in found
        )


def match_header(header: Sequence[str], contract: Contract, second: int | None) -> Plan:
    """Match a header with the contract.

    Args:
        second: the number of fields of the row below, where it is known.

    Raises:
        RejectedFile: columns that are unknown, missing or there twice.
    """
    names = header_words(contract)
    problems: list[Problem] = []
    found: dict[int, ListColumn] = {}
    unknown: list[int] = []
    for i, cell in enumerate(header):
        column = names.get(header_key(cell))
        if column is None:
            if cell.strip() or i < len(header) - 1:
                unknown.append(i)
        elif column in found.values():
            other = next(j for j, c in found.items() if c == column)
            problems.append(
                problem("header_twice", found=_shown(cell), other=_cell(other), cell=_cell(i))
            )
        else:
            found[i] = column
    where = f"ingestion/contracts/{contract.dataset}.yml"
    if unknown and second is not None and second != len(header):
        problems.append(
            problem("registry_headers_unknown", cell="A1", count=len(unknown), contract=where)
        )
    elif unknown:
        known = ", ".join(c.header[0] for c in contract.list_columns if not c.person)
        problems += [
            problem(
                "header_unknown",
                cell=_cell(i),
                found=_shown(header[i]),
                expected=known,
                contract=where,
            )
            for i in unknown
        ]
    there = ", ".join(column.header[0] for column in found.values())
    problems += [
        problem("header_missing", expected=column.header[0], found=there, contract=where)
        for column in contract.list_columns
        if not column.optional and column not in found.values()
    ]
    if problems:
        raise RejectedFile(problems)
    fields: dict[str, tuple[int, ...]] = {}
    for column in contract.list_columns:
        if column.field is not None:
            columns = [i for i, c in found.items() if c == column]
            fields[column.field] = (*fields.get(column.field, ()), *columns)
    return Plan(
        contract,
        len(header),
        {name: columns for name, columns in fields.items() if columns},
        tuple(i for i, c in found.items() if c.kind == "name"),
        {c.field: c.header[0] for c in reversed(contract.list_columns) if c.field},
        {c.field: c.kind for c in contract.list_columns if c.field},
    )


def _shown(header: str) -> str:
    """A header for a message: short, and without anything that could be a value."""
    return mask_contacts(tidy(header))[:40]


def _cell(column: int, row: int = 1) -> str:
    letters = ""
    while column >= 0:
        letters = chr(ord("A") + column % 26) + letters
        column = column // 26 - 1
    return f"{letters}{row}"
