"""Columns of text become landed columns: values, codes, keys; nothing of any person's."""

from __future__ import annotations

import threading
from dataclasses import dataclass

import duckdb
import pyarrow as pa
import pyarrow.compute as pc

from ingestion.landing import SCHEMAS, constant
from ingestion.registry import Registry

from . import persons
from .columns import UNIQUE, Plan
from .places import Places
from .text import Text, by_value, encoded, masked, plain, untidy, whole, worded

#: Hexadecimal digits of a key made from name and address: 64 bits, so that two of a million
#: factories share one by chance once in 37 million editions.
KEY_DIGITS = 16

_SUFFIX = "국가산업단지"
#: What is read to land something else with; the rest of a contract's fields are landed columns.
_HELPERS = ("complex_raw", "address", "address_lot", "province_raw", "sigungu_raw", "ksic_codes")
_DOTS = str.maketrans("", "", "·ㆍ‧・∙")
_KSIC = r"^[A-U]?[0-9]{2,5}$"

#: As `registry.tidy`: NFC, every run of blanks of any kind one space, none at the ends.
_TIDY = r"nullif(trim(regexp_replace(replace(nfc_normalize(v), chr(8203), ''), '[\s\pZ]+', ' ', 'g')), '')"
#: Type and value of a field that is no text, from `v`, a text that says something.
_VALUES = {
    "count": (
        pa.int32(),
        r"try_cast(replace(nullif(regexp_extract(v, '^([0-9]+|[0-9]{1,3}(?:,[0-9]{3})+)(\.0+)?$', 1), ''), ',', '') AS INTEGER)",
    ),
    "area": (
        pa.float64(),
        r"try_cast(replace(nullif(regexp_extract(v, '^([0-9]+|[0-9]{1,3}(,[0-9]{3})+)(\.[0-9]+)?$'), ''), ',', '') AS DOUBLE)",
    ),
    "date": (
        pa.date32(),
        r"try_cast(regexp_replace(nullif(regexp_extract(v, '^([0-9]{4}[-./]?[0-9]{2}[-./]?[0-9]{2})\.?([ T][0-9:.]+)?$', 1), ''),"
        r" '^(....)[-./]?(..)[-./]?(..)$', '\1-\2-\3') AS DATE)",
    ),
}


@dataclass(frozen=True)
class Rows:
    """Rows with their codes and keys; `i` is the row, `bad_<field>` tells what was no value."""

    table: pa.Table
    #: Names of firms left empty and cells masked, for the sake of persons.
    withheld: int
    masked: int

    def moved(self, rows: int) -> Rows:
        """The same, counted from another row."""
        numbers = pc.add(self.table["i"], pa.scalar(rows, pa.int32()))
        position = self.table.schema.get_field_index("i")
        return Rows(self.table.set_column(position, "i", numbers), self.withheld, self.masked)


class Mapper:
    """Maps columns of text to landed columns; may be used by several threads at once."""

    def __init__(self, plan: Plan, registry: Registry) -> None:
        self._plan = plan
        self._lock = threading.Lock()
        self._database: duckdb.DuckDBPyConnection | None = None
        self._local = threading.local()
        self._places = Places(registry)
        self._complexes = {key.translate(_DOTS): id_ for key, id_ in registry.complexes.items()}
        self._known: dict[str, str | None] = {}
        fields = SCHEMAS[plan.contract.landed].names
        self._title = "name_ko" if "name_ko" in fields else "company_name"
        self._key = "centre_key" if "centre_key" in fields else "factory_key"
        self._marks = pa.array(list(plan.contract.marks), pa.string())
        #: Text in anybody's words; numbers and codes have a form of their own, which is checked.
        self._prose = {name for name, kind in plan.kinds.items() if kind == "text"} - {
            *("factory_no", "ksic_code", "ksic_codes", "province_raw")
        }

    def map(self, texts: pa.Table) -> Rows:
        """Map columns `c<n>` of text, and `i`, the number of each row."""
        count, hidden = texts.num_rows, 0
        cells: dict[int, Text] = {}
        field_of = {i: name for name, columns in self._plan.columns.items() for i in columns}
        for i in self._plan.read:
            column = whole(texts[f"c{i}"])
            name = field_of.get(i)
            if i in self._plan.repeating:
                column = encoded(column)
            if name is None or self._plan.kinds[name] == "text":
                column = self._tidy(column)
            if name in self._prose:
                column, hits = masked(column)
                hidden += hits
            cells[i] = column
        found: dict[str, pa.Array] = {"i": whole(texts["i"])}
        for name, kind in self._plan.kinds.items():
            column = self._first([cells[i] for i in self._plan.columns.get(name, ())], count)
            if kind == "text":
                found[name] = column if name in UNIQUE else encoded(column)
            else:
                found[name], found[f"bad_{name}"] = self._values(column, kind)
        for name in _HELPERS:
            found.setdefault(name, pa.nulls(count, pa.string()))
        found["address"] = self._first([found["address"], found.pop("address_lot")], count)
        withheld = 0
        if self._plan.names:
            names = [cells[i] for i in self._plan.names]
            texts_of = [n for n in self._plan.kinds if n in self._prose and n in found]
            found["withheld"], named = persons.take_out(
                self._ask, found, names, texts_of, self._title
            )
            withheld = pc.sum(found["withheld"]).as_py() or 0
            hidden += named
        found["province_code"], found["sigungu_ko"], address = self._places.of(
            found["address"], found.pop("province_raw"), found.pop("sigungu_raw")
        )
        self._identify(found, address)
        found["complex_raw"] = encoded(found["complex_raw"])
        found["complex_id"] = self._complex_ids(found["complex_raw"])
        if "ksic_code" in found:
            self._industries(found)
        return Rows(pa.table(found), withheld, hidden)

    def _ask(self, query: str, **columns: pa.Array) -> dict[str, pa.Array]:
        """Answer a query about columns of equal length (`given`), row for row in their order."""
        if not hasattr(self._local, "connection"):
            with self._lock:  # opened by the first that asks, while others decode
                if self._database is None:
                    # One thread a query: the blocks are what runs in parallel.
                    self._database = duckdb.connect(config={"threads": 1})
                self._local.connection = self._database.cursor()
        connection: duckdb.DuckDBPyConnection = self._local.connection
        connection.register("given", pa.table(columns))
        answer = connection.sql(query).to_arrow_table()
        connection.unregister("given")
        return {name: whole(answer[name]) for name in answer.column_names}

    @staticmethod
    def _first(columns: list[Text], count: int) -> Text:
        """Of several columns the first that says something, row by row."""
        said = [column for column in columns if column.null_count < count]
        if not said:
            return pa.nulls(count, pa.string())
        if len(said) == 1 or not said[0].null_count:
            return said[0]
        return pc.coalesce(*map(plain, said))

    def _tidy(self, column: Text) -> Text:
        if not pa.types.is_dictionary(column.type):
            if not untidy(column):
                return column
            return self._ask(f"SELECT {_TIDY} AS v FROM given", v=column)["v"]
        if not untidy(column.dictionary):
            return column
        tidied = self._ask(f"SELECT {_TIDY} AS v FROM given", v=column.dictionary)["v"]
        return worded(column.indices, tidied)

    def _values(self, column: Text, kind: str) -> tuple[pa.Array, pa.BooleanArray]:
        """The values of a column of figures or dates, and where there is text that is none."""
        if column.null_count == len(column):
            none = pa.repeat(pa.scalar(False), len(column))
            return pa.nulls(len(column), _VALUES[kind][0]), none
        if pa.types.is_dictionary(column.type):
            values, bad = self._values(column.dictionary, kind)
            bad = pc.fill_null(bad.take(column.indices), False)
            return values.take(column.indices), bad
        if len(self._marks):
            marked = pc.is_in(column, self._marks)
            if pc.any(marked).as_py():
                column = pc.if_else(marked, pa.scalar(None, pa.string()), column)
        type_, expression = _VALUES[kind]
        if kind != "area":
            try:
                values = column.cast(type_)
            except pa.ArrowInvalid:  # thousands separated, another form of date, or no value
                values = None
            if values is not None and (kind == "date" or (pc.min(values).as_py() or 0) >= 0):
                return values, pa.repeat(pa.scalar(False), len(column))
        answer = self._ask(
            f"SELECT value, v IS NOT NULL AND value IS NULL AS bad"
            f" FROM (SELECT v, {expression} AS value FROM (SELECT {_TIDY} AS v FROM given))",
            v=column,
        )
        return answer["value"].cast(type_), answer["bad"]

    def _identify(self, found: dict[str, pa.Array], address: pa.StringArray) -> None:
        """A key for each row: the registry's number, or a hash of name and address."""
        title, count = found[self._title], len(address)
        numbers = found.get("factory_no", pa.nulls(count, pa.string()))
        if not numbers.null_count:
            found[self._key], found["key_basis"] = numbers, constant("registry_number", count)
            return
        if numbers.null_count < count:
            lacking = numbers.is_null()
            hashed = self._hashed(title.filter(lacking), address.filter(lacking))
            found[self._key] = pc.replace_with_mask(numbers, lacking, hashed)
            basis = pc.if_else(lacking, "name_and_address", "registry_number")
            found["key_basis"] = basis.dictionary_encode()
            return
        found[self._key] = self._hashed(title, address)
        if self._key == "factory_key":
            found["key_basis"] = constant("name_and_address", count)

    def _hashed(self, title: pa.StringArray, address: pa.StringArray) -> pa.StringArray:
        """A hash of name and address, whatever their blanks and the spelling of 주식회사."""
        title = pc.fill_null(title, "")
        for long in ("주식회사", "㈜"):
            title = pc.replace_substring(title, long, "(주)")
        text = pc.binary_join_element_wise(title, pc.fill_null(address, ""), "\x1f")
        text = pc.replace_substring(text, " ", "")
        digest = self._ask("SELECT md5(v) AS v FROM given", v=text)["v"]
        return pc.binary_slice(digest.cast(pa.binary()), 0, KEY_DIGITS).cast(pa.string())

    def _industries(self, found: dict[str, pa.Array]) -> None:
        """The code of the main industry: its own column, or the only code of all industries."""
        code, several = found["ksic_code"], found["ksic_codes"]
        if code.null_count and several.null_count < len(several):
            right = by_value(several, lambda v: pc.match_substring_regex(v, "^[A-U]?[0-9]+$"))
            single = pc.if_else(right, plain(several), pa.scalar(None, pa.string()))
            code = encoded(pc.coalesce(plain(code), single))
        bad = by_value(code, lambda v: pc.invert(pc.match_substring_regex(v, _KSIC)))
        found["bad_ksic_code"] = pc.fill_null(bad, False)
        found["ksic_code"] = code

    def _complex_ids(self, raw: pa.DictionaryArray) -> pa.DictionaryArray:
        """The complexes that the registry knows by exactly this name; nothing is guessed."""
        return worded(raw.indices, [self._complex_id(t) for t in raw.dictionary.to_pylist()])

    def _complex_id(self, raw: str) -> str | None:
        if raw not in self._known:
            key = raw.replace(" ", "").translate(_DOTS)  # tidy already
            # A name alone may be that of a general complex too (동두천, 안정): it must say 국가.
            self._known[raw] = (
                self._complexes.get(key) or self._complexes.get(key.removesuffix(_SUFFIX))
                if "국가" in key
                else None
            )
        return self._known[raw]
