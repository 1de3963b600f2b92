"""Dataset contracts: what is known of a dataset, in one strict YAML file each.

A contract is read by everything that needs to know a dataset: recognition, the parsers, the
snapshot store, the build and the documentation. Unknown keys are rejected, so that a typing
error cannot silently switch a rule off.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from typing import Annotated, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from ingestion.periods import Period

CONTRACTS_DIR = Path(__file__).parent / "contracts"
#: A parser is a module here, named in the contract.
PARSERS = Path(__file__).parent / "parsers"

Dimension = Literal["krw", "usd", "firms", "persons", "percent", "percentage_point", "area"]
Relation = Literal["current", "previous", "ytd"]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Bilingual(_Strict):
    """A text in Korean and English."""

    ko: str
    en: str


class Publisher(_Strict):
    """Who publishes the dataset; `id` is the folder below `raw/`."""

    id: str = Field(pattern=r"^[a-z][a-z0-9]*$")
    name: Bilingual


class Licence(_Strict):
    """Under which terms the publisher's file may be used."""

    name: str
    url: str | None = None


class Source(_Strict):
    """Where the publisher offers the dataset."""

    page: str | None = None
    #: How it is fetched; several ways are tried in this order until one gives the edition.
    fetch: tuple[Fetch, ...] = ()


class Cadence(_Strict):
    """When the publisher publishes: the schedules and the freshness table come from here.

    An edition about a period appears between `lag_days_from` and `lag_days_to` days after the
    period's last day (or after the day that `as_of_month` names) and is late `late_after_days` days
    after that. Of `daily`, the figure of a working day is there the day after, and late
    `late_after_days` days after its day. `irregular` has no calendar: it is never late.
    """

    frequency: Literal["daily", "monthly", "quarterly", "annual", "irregular"]
    lag_days_from: int | None = Field(default=None, ge=0)
    lag_days_to: int | None = Field(default=None, ge=0)
    late_after_days: int | None = Field(default=None, ge=0)
    #: How many months after its period a figure may still be revised: an edition or month is asked for
    #: again so long (`pipeline/editions.py` says how often). 0: what was published stays. Of years, the
    #: newest two are asked for at every run, whatever stands here, and those so many months old.
    revised_for_months: int = Field(default=0, ge=0, le=120)
    #: An annual edition that is about the last day of this month (6: 30 June), not of December.
    as_of_month: int | None = Field(default=None, ge=1, le=11)
    #: The newest period that will ever appear (`2024-03`): nothing is expected after it.
    ended: str | None = None
    note: Bilingual | None = None

    @model_validator(mode="after")
    def _whole(self) -> Cadence:
        days = (self.lag_days_from, self.lag_days_to, self.late_after_days)
        if self.as_of_month is not None and self.frequency != "annual":
            raise ValueError("as_of_month: for an annual publication")
        if self.frequency in ("irregular", "daily"):
            if any(day is not None for day in days[:2]):
                raise ValueError(f"a publication that is {self.frequency} has no window")
            if (self.frequency == "daily") == (self.late_after_days is None):
                raise ValueError("late_after_days: for a daily publication, and not for irregular")
        elif any(day is None for day in days):
            raise ValueError("give lag_days_from, lag_days_to and late_after_days")
        elif (self.lag_days_to or 0) < (self.lag_days_from or 0):
            raise ValueError("lag_days_to is before lag_days_from")
        return self


class PortalFetch(_Strict):
    """A file dataset of data.go.kr, downloaded in four steps without a key."""

    way: Literal["portal"]
    dataset_id: str = Field(pattern=r"^\d{4,12}$")
    #: Editions about this period and later ones are fetched; without it, the newest alone.
    first: str | None = None


class OdcloudFetch(_Strict):
    """The same file datasets, row by row through odcloud."""

    way: Literal["odcloud"]
    dataset_id: str = Field(pattern=r"^\d{4,12}$")


class TrendFetch(_Strict):
    """KICOX's `indparkstats`: every operation for each month from `first` to `last`."""

    way: Literal["indparkstats"]
    first: str
    last: str | None = None


class FactoriesFetch(_Strict):
    """KICOX's `fctryRegistInfo`: the factories of each complex, by its full name."""

    way: Literal["factories"]
    complexes: tuple[str, ...] = Field(min_length=1)


class KosisFetch(_Strict):
    """One KOSIS table: items, one list of codes for each classification, from a period on."""

    way: Literal["kosis"]
    org: str
    table: str
    items: tuple[str, ...] = Field(min_length=1)
    classes: tuple[tuple[str, ...], ...] = Field(min_length=1)
    frequency: Literal["Y", "Q", "M"]
    first: str


class CustomsFetch(_Strict):
    """Trade statistics of the customs service, one request a calendar year."""

    way: Literal["customs"]
    area: Literal["total", "country", "sido", "sigungu"]
    hs: tuple[str, ...] = ()
    sido: tuple[str, ...] = ()
    first: str


class EcosFetch(_Strict):
    """One series of the Bank of Korea, one request a calendar year."""

    way: Literal["ecos"]
    stat: str
    items: tuple[str, ...] = Field(min_length=1)
    cycle: Literal["A", "Q", "M", "D"]
    first: str


Fetch = Annotated[
    PortalFetch
    | OdcloudFetch
    | TrendFetch
    | FactoriesFetch
    | KosisFetch
    | CustomsFetch
    | EcosFetch,
    Field(discriminator="way"),
]


class Series(_Strict):
    """One national series in an answer: which rows are it, and which field is its figure.

    `where` names fields and the value they must have. The unit is read from `unit_field` and must
    be `unit`; where the answer names none (customs), `unit` alone holds. `area_field` names the
    province, where a row is not about the whole country.
    """

    series: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    where: Mapping[str, str] = {}
    value_field: str
    unit: str
    unit_field: str | None = None
    area_field: str | None = None
    scope: Bilingual


class ListColumn(_Strict):
    """One column of a registry (a plain list of things), by the words of its header.

    Exactly one of three: `field` is what the column is read as; `person: true` marks what concerns
    a natural person (known, and never landed); `unused: true` what is known and not needed.
    A column of the file that is not listed here stops it, and so does a missing one that is not
    optional. `kind: name` marks a person's name: what is landed beside it is searched for it.
    """

    header: tuple[str, ...] = Field(min_length=1)
    field: str | None = None
    kind: Literal["text", "count", "area", "date", "name"] = "text"
    unit: str | None = None
    person: bool = False
    unused: bool = False
    optional: bool = True

    @model_validator(mode="after")
    def _one_use(self) -> ListColumn:
        if [self.field is not None, self.person, self.unused].count(True) != 1:
            raise ValueError(f"{self.header[0]}: either a field, or a person's, or unused")
        if self.kind == "name" and not self.person:
            raise ValueError(f"{self.header[0]}: a name is a person's")
        if (self.kind == "area") != (self.unit is not None):
            raise ValueError(f"{self.header[0]}: an area, and nothing else, has a unit")
        return self


class Column(_Strict):
    """One column of a table: the words of its header and what its cells measure.

    `header` is compared after removing blanks, brackets and joining marks; several spellings
    may be given. `누계` headers may carry a year, which is checked, not believed.
    """

    header: tuple[str, ...]
    measure: str
    dimension: Dimension
    relation: Relation = "current"
    sex: Literal["_T", "M", "F"] = "_T"
    size_class: Literal["_T", "LT50", "50_299", "GE300"] = "_T"
    #: An empty cell means that the figure cannot exist (a growth rate from zero, the rate of an
    #: absent industry); otherwise an empty cell is a missing value.
    empty_is_not_applicable: bool = False
    #: Only some editions have this column (the status list lost several in 2025).
    optional: bool = False


class Attribute(_Strict):
    """A column of text that says what a row is about, by the words of its header."""

    header: tuple[str, ...]
    attribute: Literal[
        "name",
        "complex_type",
        "province",
        "sigungu",
        "parent_name",
        "development_status",
        "designated_on",
        "cancelled_on",
        "smart_green_on",
        "note",
        "group",
    ]


class Table(_Strict):
    """One table of the publication; either by columns or by industries across."""

    id: str = Field(pattern=r"^[a-z][a-z_]*$")
    number: int
    title: tuple[str, ...]
    columns: tuple[Column, ...] = ()
    #: For tables with one column an industry: what those cells measure.
    industries: Column | None = None
    #: Whether services and other non-manufacturing stand among the industries.
    with_non_manufacturing: bool = False
    #: The columns of text, where rows are told by more than a name. With `name` a row is a
    #: complex, with `group` a total (a type, a province, or both).
    attributes: tuple[Attribute, ...] = ()
    #: A file without this table is not used; of another table its absence is told.
    required: bool = True
    #: The first period whose edition has it, for a table that the publisher added later.
    first: str | None = None
    #: No answer of this table was seen: where its fields are others it is left out, and that is told.
    unverified: bool = False
    #: Which rows of the first table this one repeats: all of it, its top level, one type.
    repeats: Literal["all", "top", "national", "general", "urban_hitech", "agro"] | None = None

    @model_validator(mode="after")
    def _one_shape(self) -> Table:
        if bool(self.columns) == bool(self.industries):
            raise ValueError(f"table {self.id}: give either columns or industries")
        if self.first is not None:
            Period.parse(self.first)
        return self

    def is_before(self, period: Period) -> bool:
        """Whether the edition of a period is older than the table."""
        return self.first is not None and period.last_day < Period.parse(self.first).last_day


class DisclosureRule(_Strict):
    """A rule of primary suppression; which fields it has, `disclosure/rules.py` says."""

    kind: Literal["min_respondents", "dominance", "p_percent"]
    n: int = Field(default=0, ge=0)
    k: float = Field(default=0, ge=0)
    p: float = Field(default=0, ge=0)
    safety_range_pct: float = Field(default=15, gt=0, le=100)


class Disclosure(_Strict):
    """What protects the respondents of a dataset.

    `none`: open figures. `inherit`: the publisher has suppressed already, nothing may undo it.
    `protect`: what is summed from its units is published only as the rules allow; `minimum_level` is
    the least protection level in the unit of the figures, `weight` what counts as loss of information.
    """

    policy: Literal["protect", "inherit", "none"]
    rules: tuple[DisclosureRule, ...] = ()
    minimum_level: float = Field(default=0, ge=0)
    weight: Literal["cells", "value", "log", "respondents"] = "log"

    @model_validator(mode="after")
    def _rules_where_needed(self) -> Disclosure:
        if (self.policy == "protect") != bool(self.rules):
            raise ValueError("disclosure: rules for the policy protect, and for no other")
        return self


class Contract(_Strict):
    """What everything else may rely on about one dataset."""

    dataset: str = Field(pattern=r"^[a-z][a-z0-9]*__[a-z][a-z0-9_]*$")
    publisher: Publisher
    title: Bilingual
    description: Bilingual
    statistic_no: str | None = None
    licence: Licence
    source: Source = Source()
    cadence: Cadence
    #: The role (not the person) that answers for the mappings of this dataset.
    mapping_owner: str
    #: A module of `ingestion/parsers/`.
    parser: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    #: The form of the file: a workbook, a CSV edition, a YAML file, or an interface's answers.
    form: Literal["workbook", "csv", "yaml", "answers"]
    #: The schema of the landed rows.
    landed: Literal[
        "observations",
        "complex_status",
        "published_figures",
        "claims",
        "national_series",
        "factories",
        "knowledge_centres",
    ]
    #: `accumulate`: every vintage stays in the warehouse; `replace`: the newest file of a name
    #: stands for all before it (curated lists).
    versioning: Literal["accumulate", "replace"]
    #: The policy alone (`inherit`, `none`), or with rules: `{policy: protect, rules: […]}`.
    disclosure: Disclosure
    keys: tuple[str, ...]
    #: Text marks in the place of a number and what they mean.
    marks: Mapping[str, Literal["suppressed", "missing", "not_applicable"]] = {}
    #: Words of the publisher and the codes they stand for.
    complex_types: Mapping[str, Literal["national", "general", "urban_hitech", "agro"]] = {}
    development_statuses: Mapping[str, Literal["complete", "in_progress", "undeveloped"]] = {}
    #: Tables of the publication; a CSV edition names one table of another contract instead.
    tables: tuple[Table, ...] = ()
    table_of: str | None = None
    table: str | None = None
    #: Words of the file name that tell between editions whose headers are alike.
    name_words: tuple[str, ...] = ()
    #: The columns of a plain list (published figures): all must be there, no other may be.
    columns: tuple[str, ...] = ()
    #: The national series in an interface's answers.
    series: tuple[Series, ...] = ()
    #: Rows of those answers that are known and no series: each names fields and their values.
    ignored: tuple[Mapping[str, str], ...] = ()
    #: The columns of a registry.
    list_columns: tuple[ListColumn, ...] = ()

    @property
    def names_persons(self) -> bool:
        """Whether the publisher's file holds what concerns natural persons."""
        return any(column.person for column in self.list_columns)

    @field_validator("parser")
    @classmethod
    def _parser_is_there(cls, value: str) -> str:
        if not any((PARSERS / name).is_file() for name in (f"{value}.py", f"{value}/__init__.py")):
            raise ValueError(f"no parser ingestion/parsers/{value}.py")
        return value

    @field_validator("disclosure", mode="before")
    @classmethod
    def _policy_alone(cls, value: object) -> object:
        return {"policy": value} if isinstance(value, str) else value

    @model_validator(mode="after")
    def _consistent(self) -> Contract:
        if not self.dataset.startswith(self.publisher.id + "__"):
            raise ValueError(f"{self.dataset}: a dataset is named <publisher>__<name>")
        if (self.table_of is None) != (self.table is None):
            raise ValueError(f"{self.dataset}: table_of and table go together")
        return self


class Contracts(_Strict):
    """All contracts by dataset, with the text they were read from (for the fingerprint)."""

    by_dataset: Mapping[str, Contract]
    text: str

    @cached_property
    def fingerprint(self) -> str:
        """First 16 hex digits of the SHA-256 over all contract files."""
        return hashlib.sha256(self.text.encode()).hexdigest()[:16]

    def __getitem__(self, dataset: str) -> Contract:
        return self.by_dataset[dataset]

    def table_of(self, contract: Contract) -> Table:
        """The one table that a CSV edition carries, from the contract it belongs to."""
        if contract.table_of is None:
            raise KeyError(f"{contract.dataset} is not an edition of one table")
        parent = self.by_dataset[contract.table_of]
        return next(table for table in parent.tables if table.id == contract.table)


#: The same loader in C, where PyYAML has it: reading all contracts is 0.1 s instead of 0.8.
_Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def load_contracts(folder: Path = CONTRACTS_DIR) -> Contracts:
    """Read every contract in a folder.

    Raises:
        ValueError: a file has an unknown key, lacks one, or names a table that is not there.
    """
    loaded: dict[str, Contract] = {}
    texts: list[str] = []
    for path in sorted(folder.glob("*.yml")):
        text = path.read_text(encoding="utf-8")
        texts.append(f"{path.name}\n{text}")
        try:
            contract = Contract.model_validate(yaml.load(text, _Loader))
        except ValueError as error:
            raise ValueError(f"contract {path.name}: {error}") from error
        if contract.dataset != path.stem:
            raise ValueError(f"contract {path.name}: its dataset is {contract.dataset}")
        loaded[contract.dataset] = contract
    for contract in loaded.values():
        if contract.table_of is not None:
            parent = loaded.get(contract.table_of)
            if parent is None or contract.table not in {table.id for table in parent.tables}:
                raise ValueError(
                    f"contract {contract.dataset}: no table {contract.table} in {contract.table_of}"
                )
    return Contracts(by_dataset=loaded, text="\n".join(texts))
