"""What needs all rows of an edition: odd values and gaps told, keys made unique."""

from __future__ import annotations

from typing import Any

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from ingestion.contract import Contract
from ingestion.problems import Problem, RejectedFile, problem, reject

from .mapping import Rows
from .text import unique_count, whole

#: What is odd in no more rows than this share (or `FEW` rows) is left empty and told; more of it
#: means that the file is not what it seems.
SMALL_SHARE, FEW = 0.02, 3

#: Persons in the middle factory of an edition, at most (some ten in truth), judged from so many on.
MOST_USUAL, ENOUGH = 1000, 10

_KINDS_KO = {"number": "숫자가", "area": "면적이", "date": "날짜가", "industry code": "업종 코드가"}
_VALUE_NAMES = {"count": "number", "area": "area", "date": "date", "text": "industry code"}
#: A registry number, and what is a telephone number instead.
_NUMBER, _NO_NUMBER = "^[0-9A-Za-z]{1,30}$", "^0[0-9]{8,10}$"


def _many(count: int, total: int) -> bool:
    """More than slips of the publisher's pen."""
    return count > max(FEW, SMALL_SHARE * total) or (count == total and total > 1)


def finish(rows: Rows, contract: Contract) -> tuple[pa.Table, bool, list[Problem]]:
    """Checks that need all rows, and keys that are unique.

    Returns:
        The rows, whether any of them was changed or left out, and what was odd.

    Raises:
        RejectedFile: no rows, or so many odd values that a column must be another one.
    """
    checks = _Checks(rows.table, contract)
    checks.leave_out_empty_rows()
    checks.values()
    checks.employees()
    checks.places()
    checks.sequence()
    checks.unique_keys()
    problems = checks.problems
    if rows.withheld or rows.masked:
        problems.append(
            problem("registry_persons_withheld", names=rows.withheld, masked=rows.masked)
        )
    if any(p.severity == "error" for p in problems):
        raise RejectedFile(problems)
    return checks.table, checks.table is not rows.table, problems


class _Checks:
    """What is odd in an edition, told in words without values."""

    def __init__(self, table: pa.Table, contract: Contract) -> None:
        self.table = table
        self.problems: list[Problem] = []
        self._contract = contract
        self._title = "name_ko" if contract.landed == "knowledge_centres" else "company_name"
        self._key = "centre_key" if contract.landed == "knowledge_centres" else "factory_key"
        self._where = f"ingestion/contracts/{contract.dataset}.yml"

    def _first(self, flags: pa.ChunkedArray) -> int:
        found = pc.index(flags, pa.scalar(True)).as_py()
        return int(self.table["i"][found].as_py())

    def _tell(self, code: str, flags: pa.ChunkedArray, count: int, **detail: Any) -> None:
        row = self._first(flags)
        self.problems.append(problem(code, cell=f"A{row}", row=row, count=count, **detail))

    def leave_out_empty_rows(self) -> None:
        """Rows without anything are left out; those without a name or an address are told."""
        title, address = self.table[self._title], self.table["address"]
        if not title.null_count and not address.null_count:
            return
        empty = None
        skip = {self._key, "key_basis", "i", "seq_no", "sheet", "cell", "withheld"}
        for name, column in zip(self.table.column_names, self.table.columns, strict=True):
            if name in skip or name.startswith("bad_"):
                continue
            empty = column.is_null() if empty is None else pc.and_(empty, column.is_null())
        count = pc.sum(empty).as_py() or 0
        if count:
            self._tell("registry_rows_empty", empty, count)
            self.table = self.table.filter(pc.invert(empty))
            title, address = self.table[self._title], self.table["address"]
        if not self.table.num_rows:
            raise reject("no_rows")
        unnamed = pc.or_(title.is_null(), address.is_null())
        if "withheld" in self.table.column_names:
            unnamed = pc.and_not(unnamed, self.table["withheld"])
        count = pc.sum(unnamed).as_py() or 0
        if count:
            self._tell("registry_unnamed", unnamed, count)

    def employees(self) -> None:
        """Whether half of the factories are larger than any but a few hundred in the country."""
        if "employee_count" not in self.table.column_names:
            return
        counts = pc.drop_null(self.table["employee_count"])
        if len(counts) < ENOUGH:
            return
        middle = pc.quantile(counts, 0.5)[0].as_py()
        if middle > MOST_USUAL:
            self.problems.append(
                problem("registry_employees", found=f"{middle:,.0f}", contract=self._where)
            )

    def values(self) -> None:
        """Numbers, areas and dates that are none; registry numbers and industry codes likewise."""
        headers = {c.field: c for c in reversed(self._contract.list_columns) if c.field}
        for name in [n for n in self.table.column_names if n.startswith("bad_")]:
            column = headers[name.removeprefix("bad_")]
            bad = self.table[name]
            odd = self._odd(bad, column.header[0], _VALUE_NAMES[column.kind])
            if odd and column.field == "ksic_code":  # a value of another kind is none already
                codes = self.table["ksic_code"].cast(pa.string())
                self._set("ksic_code", pc.if_else(bad, pa.scalar(None, pa.string()), codes))
        if "factory_no" in headers and self.table["factory_no"].null_count < self.table.num_rows:
            numbers = self.table["factory_no"]
            right = pc.and_not(
                pc.match_substring_regex(numbers, _NUMBER),
                pc.match_substring_regex(numbers, _NO_NUMBER),
            )
            bad = pc.fill_null(pc.invert(right), False)
            count = pc.sum(bad).as_py() or 0
            if count:
                self._tell("registry_number_bad", bad, count)

    def _odd(self, bad: pa.ChunkedArray, header: str, kind: str) -> int:
        """Tell of odd values; how many there are."""
        count = int(pc.sum(bad).as_py() or 0)
        if not count:
            return 0
        total = self.table.num_rows
        code = "registry_values" if _many(count, total) else "registry_values_left_out"
        self._tell(
            code,
            bad,
            count,
            total=total,
            header=header,
            kind=kind,
            kind_ko=_KINDS_KO[kind],
            contract=self._where,
        )
        return count

    def _set(self, name: str, column: pa.Array | pa.ChunkedArray) -> None:
        position = self.table.schema.get_field_index(name)
        self.table = self.table.set_column(position, name, column)

    def places(self) -> None:
        """Addresses that name no province."""
        count = self.table["province_code"].null_count
        if count:
            total = self.table.num_rows
            code = "registry_places_unknown" if _many(count, total) else "registry_places_left_out"
            self._tell(code, self.table["province_code"].is_null(), count, total=total)

    def sequence(self) -> None:
        """Running numbers with gaps: rows may have been lost."""
        if "seq_no" not in self.table.column_names:
            return
        numbers = pc.drop_null(self.table["seq_no"])
        if not len(numbers):
            return
        bounds = pc.min_max(numbers)
        first, last = bounds["min"].as_py(), bounds["max"].as_py()
        if last - first + 1 != self.table.num_rows:
            found = f"{self.table.num_rows:,}"
            self.problems.append(problem("registry_sequence", found=found, first=first, last=last))

    def unique_keys(self) -> None:
        """One key a row: rows that share one are merged, or get an ordinal each."""
        key, total = self._key, self.table.num_rows
        if unique_count(self.table[key]) == total:
            return
        # Places of the rows that share a key, what becomes of each, and its ordinal.
        database = duckdb.connect()
        database.register("list", self.table.append_column("place", pa.array(np.arange(total))))
        found = database.sql(_shared_keys(key, self._contract)).to_arrow_table()
        database.close()
        columns = {name: found[name].to_pylist() for name in found.column_names}
        gone = [
            p for p, fate in zip(columns["place"], columns["fate"], strict=True) if fate == "merged"
        ]
        for fate, code in (
            ("merged", "registry_rows_merged"),
            ("twice", "registry_twice"),
            ("shared", "registry_key_shared"),
        ):
            places = [
                p for p, f in zip(columns["place"], columns["fate"], strict=True) if f == fate
            ]
            if not places:
                continue
            if fate == "shared" and _many(len(places), total) and self._numbered():
                code = "registry_numbers_shared"
            row = self.table["i"][min(places)].as_py()
            self.problems.append(problem(code, cell=f"A{row}", row=row, count=len(places)))
        mask = np.zeros(total, bool)
        renamed = {
            place: ordinal
            for place, ordinal, fate in zip(
                columns["place"], columns["ordinal"], columns["fate"], strict=True
            )
            if fate in ("twice", "shared")
        }
        places = sorted(renamed)
        mask[places] = True
        old = self.table[key].take(pa.array(places, pa.int64())).to_pylist()
        new = [f"{k}-{renamed[p]}" for p, k in zip(places, old, strict=True)]
        changed = pc.replace_with_mask(
            whole(self.table[key]), pa.array(mask), pa.array(new, pa.string())
        )
        self._set(key, changed)
        if gone:
            keep = np.ones(total, bool)
            keep[gone] = False
            self.table = self.table.filter(pa.array(keep))

    def _numbered(self) -> bool:
        names = self.table.column_names
        return "factory_no" in names and self.table["factory_no"].null_count == 0


def _shared_keys(key: str, contract: Contract) -> str:
    """The query for rows that share a key: place, fate and ordinal of each but the first.

    Under one registry number, rows that differ in their industry alone are one factory (the row of
    its main industry holds), and so are rows that are alike. Otherwise each row is kept and gets an
    ordinal, in the order of what it says, so that the next edition counts alike.
    """
    if contract.landed == "knowledge_centres":
        numbered, same = "FALSE", ["name_ko", "address", "location_type", "sale_type", "status"]
        fine = [*same, "land_area_m2", "building_area_m2", "floor_area_m2"]
        first = "NULL"
    else:
        numbered, same = "factory_no IS NOT NULL", ["company_name", "address", "complex_raw"]
        fine = [*same, "product", "industry_name", "ksic_code", "employee_count", "registered_on"]
        first = "ksic_codes IS NOT DISTINCT FROM ksic_code"
    order = ", ".join(f"{name} NULLS LAST" for name in fine)
    return f"""
        WITH counted AS (
            SELECT *, {numbered} AS numbered, {first} AS main, count(*) OVER (PARTITION BY {key}) AS n,
                hash({", ".join(same)}) AS same, hash({", ".join(fine)}) AS fine
            FROM list
        ),
        shared AS (
            SELECT *,
                CASE WHEN numbered THEN row_number() OVER (
                    PARTITION BY {key}, same ORDER BY main DESC NULLS LAST, place) ELSE 1 END AS nth,
                row_number() OVER (PARTITION BY {key}, fine ORDER BY place) AS copy
            FROM counted WHERE n > 1
        ),
        kept AS (
            SELECT place, copy, row_number() OVER (
                PARTITION BY {key} ORDER BY {order}, place) AS ordinal
            FROM shared WHERE nth = 1
        )
        SELECT place, CASE WHEN copy > 1 THEN 'twice' ELSE 'shared' END AS fate, ordinal
        FROM kept WHERE ordinal > 1
        UNION ALL
        SELECT place, 'merged', 0 FROM shared WHERE nth > 1
        ORDER BY place
    """
