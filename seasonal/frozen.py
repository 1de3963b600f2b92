"""Frozen models: ARIMA orders, transformation, regressors and outliers as data, for a year.

A file of `seasonal/models/` is one model. It holds for the series that `applies_to` names, one by
one or by a pattern (`*.exports_usd_m.M`); a name goes before a pattern, a longer pattern before a
shorter one.

    applies_to: ["_T.production_krw_100m.M"]
    holds_for: 2026               # the year; later data are adjusted with a warning
    basis_en: Identified on 2011-01 to 2024-03
    basis_ko: 2011-01~2024-03 자료로 식별
    transformation: log           # log: multiplicative; none: additive
    arima: (0 1 1)(0 1 1)
    regressors: [working_days, seollal_before, …]     # seasonal.calendars.REGRESSORS
    outliers: [AO2020-04, LS2008-11]                  # kind and period
    span_from: 2011-01            # may be left out
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any, Literal

import yaml

from seasonal.calendars import REGRESSORS, index_of

Transformation = Literal["log", "none"]

_ARIMA = re.compile(r"\([0-4] [0-2] [0-4]\)\([0-2] [0-1] [0-2]\)")
_OUTLIER = re.compile(r"(AO|LS|TC)(\d{4}-(?:Q[1-4]|\d{2}))")


class ModelError(ValueError):
    """A frozen model cannot be used; the message names file, field and what is expected."""


@dataclass(frozen=True)
class Model:
    """One frozen model. `name` is its file's stem; it is no part of the file."""

    name: str
    applies_to: list[str]
    holds_for: int
    transformation: Transformation
    arima: str
    regressors: list[str] = field(default_factory=list)
    outliers: list[str] = field(default_factory=list)
    span_from: str | None = None
    basis_en: str = ""
    basis_ko: str = ""

    def __post_init__(self) -> None:
        self._check(bool(self.applies_to), "applies_to", self.applies_to, "series or patterns")
        self._check(
            type(self.holds_for) is int and 1990 < self.holds_for < 2100,
            "holds_for",
            self.holds_for,
            "a year such as 2026",
        )
        self._check(
            self.transformation in ("log", "none"),
            "transformation",
            self.transformation,
            "log or none",
        )
        self._check(
            isinstance(self.arima, str) and bool(_ARIMA.fullmatch(self.arima)),
            "arima",
            self.arima,
            "orders such as (0 1 1)(0 1 1)",
        )
        unknown = [r for r in self.regressors if r not in REGRESSORS]
        self._check(not unknown, "regressors", unknown, f"some of {', '.join(REGRESSORS)}")
        for outlier in self.outliers:
            self._check(
                isinstance(outlier, str) and bool(_OUTLIER.fullmatch(outlier)),
                "outliers",
                outlier,
                "AO, LS or TC and a period, such as AO2020-04",
            )
        if self.span_from is not None:
            try:
                index_of(self.span_from, "Q" if "Q" in self.span_from else "M")
            except (ValueError, TypeError):
                self._check(False, "span_from", self.span_from, "a period such as 2011-01")

    def _check(self, holds: bool, name: str, found: object, expected: str) -> None:
        if not holds:
            raise ModelError(
                f"seasonal model {self.name}: {name} is {found!r}; expected {expected}. "
                f"계절조정 모형 {self.name}의 {name} 값을 확인하십시오."
            )


class ModelStore:
    """Frozen models, found by series."""

    def __init__(self, models: Iterable[Model]) -> None:
        """Keep the models; two that name the same series or pattern are refused (ModelError)."""
        self._by_pattern: dict[str, Model] = {}
        for model in models:
            for pattern in model.applies_to:
                if pattern in self._by_pattern:
                    raise ModelError(
                        f"{pattern} stands in two seasonal models: "
                        f"{self._by_pattern[pattern].name} and {model.name}. "
                        f"{pattern}이(가) 두 모형에 있습니다."
                    )
                self._by_pattern[pattern] = model

    def get(self, series_id: str) -> Model | None:
        """The model of a series, or None."""
        if series_id in self._by_pattern:
            return self._by_pattern[series_id]
        fitting = [p for p in self._by_pattern if fnmatchcase(series_id, p)]
        return self._by_pattern[max(fitting, key=lambda p: (len(p), p))] if fitting else None


def load_models(folder: Path) -> ModelStore:
    """The models of a folder (`*.yml`).

    Raises:
        ModelError: a file is no model; the message says which field and what is expected.
    """
    return ModelStore(load_model(path) for path in sorted(folder.glob("*.yml")))


def load_model(path: Path) -> Model:
    """One model of a file.

    Raises:
        ModelError: the file is no model.
    """
    try:
        content: Any = yaml.safe_load(path.read_text(encoding="utf-8"))
    except yaml.YAMLError as error:
        raise ModelError(f"{path.name} is not YAML: {error}") from error
    if not isinstance(content, dict):
        raise ModelError(f"{path.name}: expected a mapping, see seasonal/frozen.py")
    known = {name for name in Model.__dataclass_fields__ if name != "name"}
    needed = {"applies_to", "holds_for", "transformation", "arima"}
    if set(content) - known or needed - set(content):
        raise ModelError(
            f"{path.name}: unknown fields {sorted(set(content) - known)}, "
            f"missing fields {sorted(needed - set(content))}"
        )
    for name in ("applies_to", "regressors", "outliers"):
        if not isinstance(content.get(name, []), list):
            raise ModelError(f"{path.name}: {name} must be a list")
    return Model(name=path.stem, **content)


def save_model(model: Model, folder: Path) -> Path:
    """Write a model as `<name>.yml`; returns the file. What stood there is replaced."""
    content = {k: v for k, v in asdict(model).items() if k != "name" and v is not None}
    path = folder / f"{model.name}.yml"
    folder.mkdir(parents=True, exist_ok=True)
    path.write_text(yaml.safe_dump(content, allow_unicode=True, sort_keys=False), encoding="utf-8")
    return path


def split_outlier(outlier: str) -> tuple[str, str]:
    """'AO2020-04' → ('AO', '2020-04')."""
    match = _OUTLIER.fullmatch(outlier)
    if match is None:
        raise ModelError(f"outlier {outlier!r}: expected AO, LS or TC and a period")
    return match[1], match[2]
