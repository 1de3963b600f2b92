"""The file datasets of the portal: which editions are out on a day, and their bytes.

Nothing is made before it is asked for; what was made is kept.
"""

from __future__ import annotations

import csv
import hashlib
import io
import tempfile
import threading
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import lru_cache
from pathlib import Path

from ingestion.contract import Contracts, OdcloudFetch, PortalFetch
from ingestion.sample import mutate
from ingestion.sample.grid import build_grid
from ingestion.sample.layout import (
    CSV_EDITIONS,
    INDUSTRIES,
    SIMULATED_KIND,
    TABLE,
    TOTAL,
    file_name,
)
from ingestion.sample.levels import TWICE_REVISED
from ingestion.sample.nation import ANNUAL_REVISIONS
from ingestion.sample.periods import Period, period_range
from ingestion.sample.publication import (
    SampleRegistry,
    SimulatedPublication,
    simulate,
    simulate_annual_revision,
)
from ingestion.sample.server.altered import alter_list, alter_rows, alter_status, mutations, revise
from ingestion.sample.status import (
    MOST_COMPLEXES,
    STATUS_LAG,
    build_status_grid,
    simulate_status,
    status_file_name,
)
from ingestion.sample.writer import csv_rows, general, write_grid

WORKBOOK, STATUS, FACTORIES, CENTRES = "3042071", "3041272", "15105482", "15117154"
#: The CSV editions by number. The interface of each lists the same rows (odcloud). Which number is
#: which table: as users of the files tell it (production 15085898, employment 15085897, rate
#: 15085895, tenants 15085901 by industry; 15085894 tenants by complex); exports by the same order.
_CSV_TABLES = {
    "15085894": "tenants_by_complex",
    "15085891": "production_by_complex",
    "15085890": "employment_by_complex",
    "15085889": "operating_rate_by_complex",
    "15085901": "tenants_by_industry",
    "15085896": "operating_by_industry",
    "15085897": "employment_by_industry",
    "15085895": "operating_rate_by_industry",
    "15085898": "production_by_industry",
    "15085899": "exports_by_industry",
}
#: The last words of the name of a CSV edition that `CSV_EDITIONS` does not have.
_FILE_PARTS = {
    "tenants_by_industry": "업종별입주업체",
    "operating_by_industry": "업종별가동업체",
    "employment_by_industry": "업종별고용현황",
    "exports_by_industry": "업종별수출실적",
    "operating_rate_by_industry": "업종별가동률",
}
_UNIT_WORDS = {"%": "퍼센트"}

FIRST_PERIOD, LAST_MONTH = "2001-01", "2024-03"
FIRST_STATUS, OLD_FORM_UNTIL = "2016-Q1", "2025-Q1"
#: The factory registry is about a year's last day, the list of centres about the end of June; the
#: registry's editions up to this year have many columns, persons' among them.
FIRST_REGISTRY, LONG_FORM_UNTIL = 2021, 2022

_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@dataclass(frozen=True)
class Edition:
    """One edition as it is offered on a day.

    Attributes:
        dataset_id: the dataset's number on the portal.
        about: the last day of its period.
        published_at: the day on which these bytes appeared.
        years_later: 0 for the first print, 1 and 2 for the re-issues after the annual revisions.
        reissued: a re-issue that a fault brought about: `published_at` is today.
        salt: changes the uddi.
    """

    dataset_id: str
    period: str
    about: date
    published_at: date
    file_name: str
    years_later: int = 0
    reissued: bool = False
    salt: int = 0

    @property
    def title(self) -> str:
        """The name without its ending, as the portal lists it."""
        return self.file_name.rsplit(".", 1)[0]

    @property
    def media_type(self) -> str:
        """As announced with the file."""
        return _XLSX if self.file_name.endswith(".xlsx") else "text/csv"

    def uddi(self, seed: int) -> str:
        """The edition's identifier: another one for every vintage."""
        text = f"{seed}|{self.dataset_id}|{self.period}|{self.published_at}|{self.salt}"
        digest = hashlib.blake2b(text.encode(), digest_size=16).digest()
        return f"uddi:{uuid.UUID(bytes=digest, version=4)}"


class Editions:
    """All file datasets of the simulated portal.

    Args:
        seed: the same seed gives the same bytes.
        registry_dir: folder with the dbt seeds.
        contracts: say which CSV edition has which number, where they say so.
        factory_rows: rows of the factory registry; status_complexes: complexes of the status list.
    """

    def __init__(
        self,
        seed: int,
        registry_dir: Path,
        contracts: Contracts,
        *,
        factory_rows: int = 200_000,
        status_complexes: int = MOST_COMPLEXES,
    ) -> None:
        self.seed = seed
        self.factory_rows, self.status_complexes = factory_rows, status_complexes
        self._registry_dir = registry_dir
        self._registry: SampleRegistry | None = None
        self._csv_tables = dict(_CSV_TABLES)
        self._names: dict[str, str] = {}
        for contract in contracts.by_dataset.values():
            for way in contract.source.fetch:
                if isinstance(way, PortalFetch | OdcloudFetch):
                    self._names[way.dataset_id] = contract.dataset
                    if contract.table is not None:
                        self._csv_tables[way.dataset_id] = contract.table
        self._made: dict[object, bytes] = {}
        self._locks: dict[object, threading.Lock] = {}
        self._lock = threading.Lock()
        self._simulated = lru_cache(maxsize=64)(self._simulate)

    @property
    def registry(self) -> SampleRegistry:
        """Names and codes, read when first needed."""
        if self._registry is None:
            self._registry = SampleRegistry.load(self._registry_dir)
        return self._registry

    @property
    def dataset_ids(self) -> tuple[str, ...]:
        """The numbers of all file datasets."""
        return (WORKBOOK, STATUS, FACTORIES, CENTRES, *self._csv_tables)

    def table_of(self, dataset_id: str) -> str | None:
        """The table of a CSV edition."""
        return self._csv_tables.get(dataset_id)

    def topic(self, dataset_id: str) -> str:
        """A dataset's number and its name in the contracts: the scope of a fault."""
        return f"{dataset_id} {self._names.get(dataset_id, '')}"

    def offered(self, dataset_id: str, today: date) -> list[Edition]:
        """The editions that are out on a day, oldest first; re-issues behind their first prints.

        Raises:
            KeyError: no such dataset.
        """
        table = self._csv_tables.get(dataset_id)
        if dataset_id == WORKBOOK or table is not None:
            found = [e for p in trend_periods(today) for e in self._trend(dataset_id, table, p)]
            # A workbook issued again (연간보정) stands beside its first print; a CSV replaces it.
            out = {
                (e.period, e.years_later * (table is None)): e
                for e in found
                if e.published_at <= today
            }
            return list(out.values())
        if dataset_id == STATUS:
            periods = period_range(FIRST_STATUS, _quarter(today))
            found = [self._status(Period.parse(p)) for p in periods]
        elif dataset_id in (FACTORIES, CENTRES):
            found = [self._list(dataset_id, y) for y in range(FIRST_REGISTRY, today.year + 1)]
        else:
            raise KeyError(dataset_id)
        return [e for e in found if e.published_at <= today]

    def _trend(self, dataset_id: str, table: str | None, period: Period) -> Iterator[Edition]:
        """The first print of a period and, for the last one of a year, its re-issues."""
        part = _file_part(table) if table else ""
        again = ["연간보정"] * (
            period.year in ANNUAL_REVISIONS and period.next().year > period.year
        ) + ["연간보정_2차"] * (period.year in TWICE_REVISED and period.next().year > period.year)
        for years_later, suffix in enumerate(["", *again]):
            published = period.first_print
            if years_later:
                year = period.year + years_later - 1
                published = Period(year, period.freq, 1).annual_revision
            name = file_name(
                period,
                part,
                suffix=suffix if table is None else "",
                extension="csv" if table else "xlsx",
            )
            yield Edition(dataset_id, str(period), period.end, published, name, years_later)

    def _status(self, period: Period) -> Edition:
        published = period.end + timedelta(days=STATUS_LAG)
        return Edition(STATUS, str(period), period.end, published, status_file_name(period))

    def _list(self, dataset_id: str, year: int) -> Edition:
        from ingestion.sample import registry

        if dataset_id == FACTORIES:
            about, lag, name_of = (
                date(year, 12, 31),
                registry.FACTORY_LAG,
                registry.factory_file_name,
            )
        else:
            about, lag, name_of = date(year, 6, 30), registry.CENTRE_LAG, registry.centre_file_name
        return Edition(dataset_id, str(year), about, about + timedelta(lag), name_of(about))

    # -- bytes ----------------------------------------------------------------------------

    def file(self, edition: Edition, faults: tuple[str, ...] = ()) -> bytes:
        """The bytes of an edition, altered by content faults; made once."""
        key = (replace(edition, salt=0), faults)
        with self._lock:
            lock = self._locks.setdefault(key, threading.Lock())
        with lock:
            if key not in self._made:
                self._made[key] = self._make(edition, faults)
            return self._made[key]

    def _make(self, edition: Edition, faults: tuple[str, ...]) -> bytes:
        table = self._csv_tables.get(edition.dataset_id)
        if table is not None:
            return csv_bytes(self.rows(edition, faults))
        if edition.dataset_id in (FACTORIES, CENTRES):
            data = self._registry_bytes(edition)
            if not faults and not edition.reissued:
                return data
            rows = list(csv.reader(io.StringIO(data.decode("cp949"), newline="")))
            return csv_bytes(alter_list(rows, faults, reissued=edition.reissued))
        if edition.dataset_id == STATUS:
            status = simulate_status(
                self.seed,
                edition.period,
                self.registry,
                complexes=self.status_complexes,
                old_form=edition.period <= OLD_FORM_UNTIL,
            )
            grid = build_status_grid(status)
            alter_status(grid, faults, reissued=edition.reissued)
        else:
            grid = mutate.apply(
                build_grid(self.publication(edition.period, edition.years_later)),
                *mutations(faults),
            )
            if edition.reissued:
                revise(grid)
        if edition.reissued:
            grid.published_at = edition.published_at
        return _bytes_of(lambda path: write_grid(grid, path))

    def _registry_bytes(self, edition: Edition) -> bytes:
        from ingestion.sample import registry

        if edition.dataset_id == CENTRES:
            return _bytes_of(
                lambda path: registry.write_knowledge_centres_csv(
                    path, edition.about, seed=self.seed
                )
            )
        return _bytes_of(
            lambda path: registry.write_factory_csv(
                path,
                edition.about,
                seed=self.seed,
                rows=self.factory_rows,
                detailed=edition.about.year <= LONG_FORM_UNTIL,
            )
        )

    def publication(self, period: str, years_later: int = 0) -> SimulatedPublication:
        """The simulated publication of a period, or its re-issue so many years later."""
        with self._lock:
            return self._simulated(period, years_later)

    def _simulate(self, period: str, years_later: int) -> SimulatedPublication:
        if not years_later:
            return simulate(self.seed, [period], self.registry)[0]
        return simulate_annual_revision(self.seed, period, self.registry, years_later=years_later)

    def rows(self, edition: Edition, faults: tuple[str, ...] = ()) -> list[list[str]]:
        """A CSV edition's header and rows as text.

        Raises:
            KeyError: the dataset is no CSV edition.
        """
        rows = _table_rows(
            self.publication(edition.period, edition.years_later),
            self._csv_tables[edition.dataset_id],
        )
        return alter_rows(rows, faults, reissued=edition.reissued)


def trend_periods(today: date) -> list[Period]:
    """The periods of 산업동향 up to a day: months first, then quarters."""
    until_month = today <= Period.parse(LAST_MONTH).end
    last = f"{today:%Y-%m}" if until_month else _quarter(today)
    return [Period.parse(period) for period in period_range(FIRST_PERIOD, last)]


def _quarter(day: date) -> str:
    return f"{day.year}-Q{(day.month + 2) // 3}"


def _file_part(table: str) -> str:
    return CSV_EDITIONS[table].file_part if table in CSV_EDITIONS else _FILE_PARTS[table]


def _table_rows(publication: SimulatedPublication, table: str) -> list[list[str]]:
    if table in CSV_EDITIONS:
        return csv_rows(publication, table)
    names = {**dict(INDUSTRIES), "_T": TOTAL}
    headers = [
        f"{names[c.industry]}({_UNIT_WORDS.get(c.unit, c.unit)})" for c in TABLE[table].columns
    ]
    rows = [["산업단지", "구분", *headers]]
    for row, figures in publication.rows(table):
        if row.complex_id != "_T":
            texts = ["" if f.value is None else general(f.value) for f in figures]
            rows.append([row.name, SIMULATED_KIND, *texts])
    return rows


def csv_bytes(rows: list[list[str]]) -> bytes:
    """CP949 with CRLF, as the publisher's CSVs are."""
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator="\r\n").writerows(rows)
    return text.getvalue().encode("cp949")


def _bytes_of(write: Callable[[Path], object]) -> bytes:
    with tempfile.TemporaryDirectory(prefix="sandan-sample-") as folder:
        path = Path(folder) / "file"
        write(path)
        return path.read_bytes()
