"""What is known of a workbook while it is read: its tables, their columns and rows, its faults."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from ingestion.contract import Column, Contract, Table
from ingestion.parsers.cells import contract_file
from ingestion.problems import Problem, RejectedFile, problem
from ingestion.registry import Registry, name_key
from ingestion.sniff import Content, Sheet

SlotKey = tuple[str, str, str]


@dataclass
class Slot:
    """A column of figures that is understood; `unit` may be set right by the list."""

    index: int
    letters: str
    column: Column
    #: The header as published.
    raw: str
    unit: str
    unit_cell: str

    @cached_property
    def key(self) -> SlotKey:
        """What the column measures: measure, relation, sex."""
        return slot_key(self.column)


@dataclass
class Row:
    """A row that is understood: what it is about, where it stands, and its figures.

    `cells` holds value, status and raw cell for each slot of its block.
    """

    row: int
    kind: str
    name_cell: str
    attributes: dict[str, Any]
    cells: list[tuple[float | None, str, Any]] = field(default_factory=list)


@dataclass
class Block:
    """A header with the rows below it."""

    table: Table
    sheet: Sheet
    slots: list[Slot]
    rows: list[Row] = field(default_factory=list)

    @property
    def complexes(self) -> list[Row]:
        """The rows that are complexes, not sums."""
        return [row for row in self.rows if row.kind == "complex"]


@dataclass
class Book:
    """One workbook being read."""

    content: Content
    contract: Contract
    registry: Registry
    problems: list[Problem] = field(default_factory=list)
    #: Texts beside the tables: sheet, row, column, text.
    notes: list[tuple[Sheet, int, int, str]] = field(default_factory=list)
    blocks: list[Block] = field(default_factory=list)
    #: The rows of the list of all complexes by identifier.
    listed: dict[str, tuple[Row, Block]] = field(default_factory=dict)
    #: Province, city and folded name → identifiers.
    by_place: dict[tuple[str, str, str], list[str]] = field(default_factory=dict)

    @property
    def main(self) -> Table:
        """The list of all complexes."""
        return self.contract.tables[0]

    @property
    def main_sheet(self) -> str:
        """The sheet that the list of all complexes stands in."""
        return next((b.sheet.name for b in self.blocks if b.table is self.main), self.main.title[0])

    @property
    def file(self) -> str:
        """Where the contract stands."""
        return contract_file(self.contract)

    def tell(
        self, code: str, sheet: Sheet | None = None, cell: str | None = None, **detail: Any
    ) -> None:
        """Note a fault."""
        self.problems.append(
            problem(code, sheet=sheet.name if sheet else None, cell=cell, **detail)
        )

    def stop_on_errors(self) -> None:
        """Raise RejectedFile where a fault is no mere warning."""
        if any(p.severity == "error" for p in self.problems):
            raise RejectedFile(self.problems)

    def factor(self, unit: str) -> float:
        """From a unit to the canonical one of its dimension."""
        return self.registry.units[name_key(unit)].factor_to_canonical


def slot_key(column: Column) -> SlotKey:
    """What a column measures: measure, relation, sex."""
    return column.measure, column.relation, column.sex
