"""Accepted exceptions: cells that fail a check and are true.

Each stands in `accepted.yml` with its reason and the role that answers for it, and ends by itself: it
holds only for the value it was accepted for (`expect`), or only until a day (`until`). When the cause
is gone, when the value is another, or when no such check exists, the gate stops and says so: an
exception that outlives its cause hides the next fault. One whose check does not look at its period, or
no longer, is a warning. Critical checks of confidentiality take none: what is given away is not taken back.
"""

from __future__ import annotations

import difflib
import math
import re
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
from pydantic import field_validator, model_validator

from expectations.suite import HERE, Strict, load_roles, read_yaml

ACCEPTED = HERE / "accepted.yml"
#: What `expect` says of a cell without a value.
MISSING = "missing"
#: As the marts write them: a year, a quarter, a month or a day.
_PERIOD = re.compile(r"[12]\d{3}(-Q[1-4]|-(0[1-9]|1[0-2])(-(0[1-9]|[12]\d|3[01]))?)?")
_CELL = ("complex_id", "industry_code", "size_class", "sex", "measure", "period", "sheet", "cell")


class Accepted(Strict):
    """One exception.

    The cell is named by `complex_id`, `measure` and `period`, more closely by the other columns of the
    check's rows. `expect` is the value that was accepted, or `missing`.
    """

    check: str
    complex_id: str
    measure: str
    period: str
    industry_code: str | None = None
    size_class: str | None = None
    sex: str | None = None
    sheet: str | None = None
    cell: str | None = None
    reason: str
    owner: str
    expect: float | str | None = None
    until: date | None = None
    #: For a publication of the simulated Korea; real and simulated figures never stand in for each other.
    simulated: bool = False

    @field_validator("period", mode="before")
    @classmethod
    def _as_written(cls, period: object) -> object:
        """YAML reads a day and a year as something else than the text they are."""
        return str(period) if isinstance(period, date | int) else period

    @model_validator(mode="after")
    def _ends_by_itself(self) -> Accepted:
        if self.expect is None and self.until is None:
            raise ValueError("give `expect` (the value it is accepted for) or `until` (a day)")
        if isinstance(self.expect, str) and self.expect != MISSING:
            raise ValueError(f"`expect` is a number or `{MISSING}`, not {self.expect!r}")
        if not _PERIOD.fullmatch(self.period):
            raise ValueError(
                f"`period` is one such as 2026-Q1, 2026-03, 2026-03-31 or 2026, not {self.period!r}"
            )
        if self.owner not in load_roles():
            raise ValueError(f"role {self.owner!r} is not in roles.yml")
        if not self.reason.strip():
            raise ValueError("an exception needs a reason")
        return self

    @property
    def where(self) -> str:
        """Check and cell, for messages."""
        more = [str(getattr(self, c)) for c in ("industry_code", "size_class", "sex", "sheet", "cell") if getattr(self, c)]  # fmt: skip
        return f"{self.check}: {' '.join([self.complex_id, *more, self.measure, self.period])}"


def load_accepted(path: Path = ACCEPTED) -> list[Accepted]:
    """Read the accepted exceptions.

    Raises:
        ValueError: an entry is not whole; the message names it.
    """
    content = read_yaml(path) or {}
    if not isinstance(content, dict) or set(content) - {"accepted"}:
        raise ValueError(f"{path.name}: the file holds one list, `accepted`")
    entries = []
    for number, entry in enumerate(content.get("accepted") or [], start=1):
        try:
            entries.append(Accepted.model_validate(entry))
        except ValueError as error:
            raise ValueError(f"{path.name}, entry {number}: {error}") from error
    return entries


@dataclass
class _State:
    """What became of an exception: `ran` where its check did, `seen` where it looked at its period,
    `failing` where a cell of it fails, `used` where that is accepted."""

    ran: bool = False
    seen: bool = False
    failing: bool = False
    used: bool = False
    other_values: list[Any] = field(default_factory=list)


class Ledger:
    """The exceptions of one run of the gate, and what became of each.

    `period` is the quarter that is judged; an exception of a later one waits for it. Checks that are
    `closed` take no exceptions.
    """

    def __init__(
        self,
        entries: list[Accepted],
        today: date,
        *,
        is_simulated: bool,
        period: str,
        closed: Collection[str] = (),
    ) -> None:
        self.entries = entries
        self._closed = closed
        self.today = today
        self._period = period
        self._is_simulated = is_simulated
        self._states = [_State() for _ in entries]

    def mark(self, connection: duckdb.DuckDBPyConnection, check_id: str, limit: float) -> None:
        """Add `is_accepted` to the table `checked`, as the table `judged`; remember what was seen."""
        columns = {r[0] for r in connection.execute("DESCRIBE checked").fetchall()}
        exempt, parameters = "false", list[Any]()
        for entry, state in zip(self.entries, self._states, strict=True):
            if entry.check != check_id or entry.simulated != self._is_simulated:
                continue
            if check_id in self._closed:
                continue
            state.ran = True
            condition, values = _cell_condition(entry, columns)
            beyond = f"abs(deviation) > {limit!r}"
            looked = connection.execute(
                "SELECT count(*) FROM checked WHERE period = ?", [entry.period]
            ).fetchone()
            state.seen = bool(looked and looked[0])
            found = connection.execute(
                f"SELECT value::DOUBLE FROM checked WHERE {beyond} AND {condition}", values
            ).fetchall()
            state.failing = bool(found)
            state.other_values = [v for (v,) in found if not _as_expected(entry.expect, v)]
            if not found or state.other_values or self._is_over(entry):
                continue
            state.used = True
            exempt += f" OR ({condition})"
            parameters += values
        connection.execute(
            f"CREATE OR REPLACE TEMP TABLE judged AS SELECT *, ({exempt}) AS is_accepted FROM checked",
            parameters,
        )

    def _is_over(self, entry: Accepted) -> bool:
        return entry.until is not None and entry.until < self.today

    def _is_passed_by(self, entry: Accepted, state: _State) -> bool:
        """Whether a check no longer looks at what was accepted, or never could: it would stand for ever."""
        if not state.ran or state.seen:
            return False
        return _months(entry.period)[0] <= _months(self._period)[1]

    def holds_until(self) -> date | None:
        """The last day on which everything accepted here still is; None where no day ends it."""
        return min(
            (
                e.until
                for e, s in zip(self.entries, self._states, strict=True)
                if s.used and e.until
            ),
            default=None,
        )

    def account(self, checks: Collection[str], acceptable: Collection[str]) -> list[dict[str, Any]]:
        """Two results: exceptions that hold no longer (critical), and that are over, by their day or
        because their check does not look at their period (warning).

        Args:
            checks: every check of the suites.
            acceptable: those that tell cells, which alone can be accepted.
        """
        broken, over = [], []
        for entry, state in zip(self.entries, self._states, strict=True):
            applies = entry.simulated == self._is_simulated
            if entry.check not in acceptable:
                broken.append(_unknown(entry, checks))
            elif entry.check in self._closed:
                broken.append(
                    _told(
                        entry,
                        "비밀을 지키는 검사에는 예외를 둘 수 없다. 항목을 지우고 다시 만든다",
                        "a check that guards confidentiality takes no exceptions: remove the entry and "
                        "build again",
                    )
                )
            elif self._is_over(entry):
                ko = (
                    "검사는 다시 실패한다"
                    if state.failing
                    else "더는 실패하지 않으니 항목을 지운다"
                )
                en = (
                    "the check fails again"
                    if state.failing
                    else "it does not fail any more, remove it"
                )
                over.append(
                    _told(
                        entry,
                        f"기한({entry.until})이 지났다. {ko}",
                        f"ended on {entry.until}; {en}",
                    )
                )
            elif applies and state.other_values:
                value = state.other_values[0]
                shown = MISSING if value is None else f"{value:,.15g}"
                broken.append(
                    _told(
                        entry,
                        f"{entry.expect}로 인정했으나 지금은 {shown}이다",
                        f"accepted for {entry.expect}, but it is {shown} now",
                    )
                )
            elif applies and state.seen and not state.failing:
                broken.append(
                    _told(
                        entry,
                        "원인이 없어졌다. 더는 실패하지 않으니 항목을 지운다",
                        "the cause is gone: it does not fail any more, remove the entry",
                    )
                )
            elif applies and self._is_passed_by(entry, state):
                over.append(
                    _told(
                        entry,
                        f"검사가 {entry.period}을(를) 보지 않는다. 기간을 바로잡거나 항목을 지운다",
                        f"its check does not look at {entry.period}: correct the period, or remove "
                        "the entry",
                    )
                )
        return [
            _result(
                "accepted_exceptions_are_needed",
                "critical",
                ("인정된 예외는 인정한 그대로이다", "Accepted exceptions are as they were accepted"),
                ("원인보다 오래 남는 예외는 다음 오류를 가린다", "An exception that outlives its cause hides the next fault."),
                ("expectations/accepted.yml에서 지우거나, 새 값을 확인하고 다시 인정한다", "Remove it from expectations/accepted.yml, or look at the new value and accept that."),
                broken,
                len(self.entries),
            ),
            _result(
                "accepted_exceptions_are_in_time",
                "warning",
                ("인정된 예외는 기한 안에 있고, 검사가 보는 기간의 것이다", "Accepted exceptions are within their time, and of a period that their check looks at"),
                ("기한이 지난 예외는 스스로 효력을 잃고, 검사가 보지 않는 기간의 예외는 아무것도 인정하지 않는다", "An exception whose day has passed holds no longer by itself; one of a period that its check does not look at accepts nothing."),
                ("지우거나, 기한을 새로 정하거나, 기간을 바로잡는다", "Remove it, decide on a new day, or correct its period."),
                over,
                len(self.entries),
            ),
        ]  # fmt: skip


def _months(period: str) -> tuple[str, str]:
    """The first and the last month (YYYY-MM) of a year, quarter, month or day."""
    year, _, part = period.partition("-")
    if part.startswith("Q"):
        last = int(part[1]) * 3
        return f"{year}-{last - 2:02d}", f"{year}-{last:02d}"
    return f"{year}-{part[:2] or '01'}", f"{year}-{part[:2] or '12'}"


def _cell_condition(entry: Accepted, columns: set[str]) -> tuple[str, list[Any]]:
    parts, values = [], []
    for column in _CELL:
        wanted = getattr(entry, column)
        if wanted is None:
            continue
        # A column that the check does not tell cannot be the cell that was meant.
        parts.append(f"{column} = ?" if column in columns else "?::VARCHAR IS NULL")
        values.append(wanted)
    return " AND ".join(parts), values


def _as_expected(expect: float | str | None, value: float | None) -> bool:
    if expect is None:
        return True
    if value is None or isinstance(expect, str):
        return value is None and expect == MISSING
    return math.isclose(value, float(expect), rel_tol=1e-9, abs_tol=1e-12)


def _unknown(entry: Accepted, checks: Collection[str]) -> dict[str, Any]:
    if entry.check in checks:
        return _told(
            entry,
            "이 검사는 칸을 말하지 않으므로 예외를 둘 수 없다",
            "this check tells no cells and takes no exceptions",
        )
    near = difflib.get_close_matches(entry.check, checks, n=1)
    ko = f" {near[0]}을(를) 뜻하는가" if near else ""
    en = f"; is {near[0]} meant?" if near else ""
    return _told(entry, f"그런 검사가 없다.{ko}", f"there is no such check{en}")


def _told(entry: Accepted, ko: str, en: str) -> dict[str, Any]:
    return {
        "complex_id": entry.complex_id,
        "measure": entry.measure,
        "period": entry.period,
        "owner": entry.owner,
        "message_ko": f"{entry.where} – {ko}",
        "message_en": f"{entry.where}: {en}",
    }


def _result(
    identity: str,
    severity: str,
    title: tuple[str, str],
    reason: tuple[str, str],
    action: tuple[str, str],
    failures: list[dict[str, Any]],
    count: int,
) -> dict[str, Any]:
    return {
        "id": identity,
        "suite": "accepted",
        "suite_ko": "인정된 예외",
        "suite_en": "Accepted exceptions",
        "theme": "accuracy",
        "gsbpm": "6.2",
        "severity": severity,
        "title_ko": title[0],
        "title_en": title[1],
        "reason_ko": reason[0],
        "reason_en": reason[1],
        "action_ko": action[0],
        "action_en": action[1],
        "owner": "statistics",
        "expectation": "accepted.yml",
        "expected": "every entry is needed, as it was accepted",
        "observed": f"{len(failures)} of {count}",
        "checked_count": count,
        "accepted_count": 0,
        "unexpected_count": len(failures),
        "success": not failures,
        "failures": failures,
    }
