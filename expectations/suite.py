"""Suites as data: what is checked, how severe a failure is, why, and which role owns it.

A suite is one YAML file in `suites/`. A check is one of

    rows        SQL over the candidate, one row a thing checked with its `deviation`; with a `limit`
    mart        a Great Expectations expectation on a mart
    keys        marts whose key must be unique and whole
    references  columns that must lead to a row of another mart

`rows` may speak of a `profile`, a JSON file that an earlier step left beside the candidate, and may
need the last release (`needs: last_release`).
"""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Any, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, model_validator

HERE = Path(__file__).parent
SUITES = HERE / "suites"
ROLES = HERE / "roles.yml"

Severity = Literal["critical", "warning"]
Theme = Literal[
    "accuracy", "coherence", "comparability", "completeness", "timeliness", "confidentiality"
]


class Strict(BaseModel):
    """Data that people write: an unknown key is an error, never ignored."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Text(Strict):
    """The same text in both languages."""

    ko: str
    en: str


class Role(Strict):
    """A role and what it answers for."""

    title: Text
    answers_for: Text


class Reference(Strict):
    """`mart.column` must be found in `to` (`dim_complex.complex_id`), or be one of `but`, or null."""

    mart: str
    column: str
    to: str = Field(pattern=r"^[a-z_]+\.[a-z_]+$")
    but: tuple[str, ...] = ()


class Check(Strict):
    """One check; `owner` where it is another role than the suite's."""

    id: str = Field(pattern=r"^[a-z0-9_]+$")
    severity: Severity
    title: Text
    reason: Text
    action: Text
    owner: str | None = None
    message: Text | None = None
    limit: float | None = None
    rows: str | None = None
    profile: str | None = Field(default=None, pattern=r"^[a-z0-9_]+\.json$")
    #: Without its profile a check has failed, unless the profile is there only in some homes.
    profile_may_be_absent: bool = False
    needs: Literal["last_release"] | None = None
    mart: str | None = None
    expectation: dict[str, Any] | None = None
    keys: tuple[str, ...] | Literal["all"] | None = None
    references: tuple[Reference, ...] | None = None
    #: What a passing check measured is not told: it would say what suppressed cells hide together.
    confidential: bool = False

    @model_validator(mode="after")
    def _one_kind(self) -> Check:
        kinds = [k for k in ("rows", "mart", "keys", "references") if getattr(self, k) is not None]
        if len(kinds) != 1:
            raise ValueError(
                f"check {self.id}: give one of rows, mart, keys, references (it has "
                f"{', '.join(kinds) or 'none'})"
            )
        if self.rows is not None and (self.limit is None or self.message is None):
            raise ValueError(f"check {self.id}: rows need a limit and a message")
        if self.mart is not None and not (self.expectation or {}).get("type"):
            raise ValueError(f"check {self.id}: a mart needs an expectation with a type")
        if self.rows is None and (self.profile or self.needs):
            raise ValueError(f"check {self.id}: profile and needs belong to rows")
        return self


class Suite(Strict):
    """Checks of one theme (an ESS quality dimension) that one role owns.

    `gsbpm` is the sub-process of the Generic Statistical Business Process Model (UNECE, v5.1) that the
    suite belongs to: 4.3 run collection, 5.1 integrate, 5.3 review and validate, 6.2 validate outputs,
    6.4 apply disclosure control, 7.1 update output systems.
    """

    suite: str
    title: Text
    theme: Theme
    owner: str
    gsbpm: Literal["4.3", "5.1", "5.3", "6.2", "6.4", "7.1"] = "6.2"
    checks: tuple[Check, ...]

    @model_validator(mode="after")
    def _roles_are_known(self) -> Suite:
        for owner in (self.owner, *(c.owner for c in self.checks if c.owner)):
            if owner not in load_roles():
                raise ValueError(
                    f"role {owner!r} is not in roles.yml; there are {', '.join(load_roles())}"
                )
        return self


@lru_cache(maxsize=1)
def load_roles(path: Path = ROLES) -> dict[str, Role]:
    """The roles that may own a check.

    Raises:
        ValueError: the file is not valid.
    """
    content = read_yaml(path)
    return {name: Role.model_validate(role) for name, role in content["roles"].items()}


def load_suites(folder: Path = SUITES) -> list[Suite]:
    """Read the suites.

    Raises:
        ValueError: a suite is not valid (the message names file and key), or a check's id stands twice.
    """
    suites = []
    seen: dict[str, str] = {}
    for path in sorted(folder.glob("*.yml")):
        try:
            suite = Suite.model_validate(read_yaml(path))
        except ValueError as error:
            raise ValueError(f"suite {path.name}: {error}") from error
        for check in suite.checks:
            if check.id in seen:
                raise ValueError(
                    f"suite {path.name}: check {check.id} stands twice (also in {seen[check.id]}); "
                    "give one of them another id"
                )
            seen[check.id] = path.name
        suites.append(suite)
    if not suites:
        raise ValueError(f"no suite in {folder}: a gate without checks would pass everything")
    return suites


def read_yaml(path: Path) -> Any:
    """A YAML file's content.

    Raises:
        ValueError: it is not YAML, a key stands twice in one mapping, or there is no such day.
    """
    try:
        return yaml.load(path.read_text(encoding="utf-8"), _OneOfEachKey)
    except yaml.YAMLError as error:
        raise ValueError(f"{path.name} is not valid YAML: {error}") from error


class _OneOfEachKey(yaml.CSafeLoader):  # libyaml's: ten times as fast as PyYAML's own
    """YAML's later key wins silently; here it is an error, and a wrong value is told with its line."""

    def construct_object(self, node: Any, deep: bool = False) -> Any:
        try:
            return super().construct_object(node, deep)
        except ValueError as error:  # a day that no month has
            raise yaml.constructor.ConstructorError(
                None, None, f"{node.value!r}: {error}", node.start_mark
            ) from error

    def construct_mapping(self, node: Any, deep: bool = False) -> dict[Any, Any]:
        keys = [self.construct_object(key, deep=True) for key, _ in node.value]
        twice = {key for key in keys if keys.count(key) > 1}
        if twice:
            raise yaml.constructor.ConstructorError(
                None, None, f"key {sorted(twice)[0]!r} stands twice", node.start_mark
            )
        found: dict[Any, Any] = super().construct_mapping(node, deep)
        return found
