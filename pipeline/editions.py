"""Which editions of a dataset are asked for: new ones, and those that the publisher may have mended.

A publisher mends an edition in three ways: under another identifier (uddi) beside or in the place of
the old one, under the old one with another day of change, or under the old one without a word. The
list of editions, which costs one request, shows the first two. For the third, editions that may still
be revised (`cadence.revised_for_months` in the contract) are asked for again every four weeks.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Literal, Protocol, TypeVar

from ingestion.fetch.quota import SEOUL
from ingestion.periods import Period, period_of_date
from ingestion.snapshots import Snapshot, file_sha256, replace_file

#: What may be mended without a word is asked for again after so many days; Mondays are such days.
ASK_AGAIN_DAYS = 28


class Offered(Protocol):
    """An edition in a publisher's list."""

    @property
    def uddi(self) -> str:
        """Names it; another edition of the same period has another one."""

    @property
    def day(self) -> date | None:
        """The day in its title."""

    @property
    def is_newest(self) -> bool:
        """Whether it is the one that the publisher shows first."""

    @property
    def changed_on(self) -> date | None:
        """The publisher's day of its last change, where it is told."""


AnEdition = TypeVar("AnEdition", bound=Offered)


@dataclass
class _Known:
    """What became of an edition: it was fetched, a person was asked for it, or it was only seen.

    `changed_on` is as told when it was fetched; `asked_on` the day on which it was last asked for, `at`
    the moment (UTC) at which a person was asked.
    """

    state: Literal["fetched", "asked", "seen"]
    changed_on: str | None = None
    asked_on: str = ""
    at: str = ""


class Editions:
    """The editions of one dataset, kept in `fetched/<dataset>.editions.json`.

    Lost, they are merely fetched again.

    Args:
        home: the home; dataset: the dataset's name.
        is_simulated: what the sample publisher offers is remembered apart.
        snapshots: what has landed of the dataset.
        dropped: tells when the files that people dropped came (UTC), by hash.
        period_of: what an edition of a day is about.
        today: the day; revised_for_months: how long after its period an edition may be revised.
    """

    def __init__(
        self,
        home: Path,
        dataset: str,
        *,
        is_simulated: bool,
        snapshots: Iterable[Snapshot] = (),
        dropped: Callable[[], Mapping[str, str]] = dict,
        period_of: Callable[[date], Period] | None = None,
        today: date = date.max,
        revised_for_months: int = 0,
    ) -> None:
        name = f"simulated_{dataset}" if is_simulated else dataset
        self._path = home / "fetched" / f"{name}.editions.json"
        self._known: dict[str, _Known] = {}
        #: The day on which an edition could not be had, until it is here.
        self._failed_on: dict[str, str] = {}
        #: What of a period that is here could not be had: the names of its parts.
        self._lacking: dict[str, list[str]] = {}
        #: The hashes of what was fetched: whatever else there is of the dataset, a person brought.
        self.ours: set[str] = set()
        self._read()
        self._is_first = not self._known
        self._snapshots, self._period_of, self._dropped = tuple(snapshots), period_of, dropped
        self._today, self._months = today, revised_for_months

    def due(
        self, offered: Sequence[AnEdition], first: Period | None, since: Period | None
    ) -> list[AnEdition]:
        """Those to be asked for, in the order of the list; those not needed are remembered as seen.

        Args:
            offered: the publisher's list.
            first: everything from this period on is wanted; None: the newest alone.
            since: ask for everything from this period on, known or not.
        """
        # The day of change is told of the newest alone, but whichever was changed, it moves.
        touched = any(e.is_newest and self._was_changed(e) for e in offered)
        chosen = []
        for edition in offered:
            wanted = edition.is_newest or _is_from(since or first, edition.day)
            if wanted if since is not None else self._is_due(edition, wanted, touched):
                chosen.append(edition)
                known = self._known.get(edition.uddi)
                if known is not None and known.state == "fetched":
                    # Until it has come it stays due, also where the day of change that told so is known.
                    known.asked_on = ""
            elif edition.uddi not in self._known:
                self._known[edition.uddi] = _Known("seen")
        self._write()
        return chosen

    def in_turn(self, due: Sequence[AnEdition]) -> list[AnEdition]:
        """The newest first, then what was not tried before, from new to old, and last what could not be
        had: what was not tried for longest comes first there, so that each has its turn."""
        by_day = sorted(due, key=lambda e: e.day or date.min, reverse=True)
        return sorted(by_day, key=lambda e: (not e.is_newest, self._failed_on.get(e.uddi, "")))

    def _is_due(self, edition: Offered, wanted: bool, touched: bool) -> bool:
        known = self._known.get(edition.uddi)
        may_change = edition.day is not None and self.may_change(edition.day)
        if known is None:
            # Of what nobody asked for, a new name is a revision, unless all names are new.
            return wanted or (
                may_change and (not self._is_first or self._landed(edition.day) is not None)
            )
        if known.state == "asked":
            return True
        if known.state == "seen":
            return wanted
        if self._was_changed(edition):
            return True
        return may_change and (touched or self.is_long_ago(edition.uddi))

    def may_change(self, day: date) -> bool:
        """Whether an edition of a day may still be revised."""
        until = period_of_date(day, "M").shift(self._months).last_day
        return self._months > 0 and self._today <= until

    def is_long_ago(self, name: str) -> bool:
        """Whether it is time to ask for an edition again."""
        known = self._known.get(name)
        if known is None or not known.asked_on:
            return True
        return self._today >= date.fromisoformat(known.asked_on) + timedelta(ASK_AGAIN_DAYS)

    def is_here(self, edition: Offered) -> bool:
        """Whether no person needs to be asked for an edition: what there is of its period is it.

        After somebody was asked it is what came since then, or since the publisher changed it, and
        was not fetched.
        """
        known = self._known.get(edition.uddi)
        was_asked = known is not None and known.state == "asked"
        at = self._landed(edition.day, by_hand=was_asked)
        if at is None:
            return False
        if was_asked and known is not None and at >= known.at:
            return True
        if edition.changed_on is not None:
            return datetime.fromisoformat(at).astimezone(SEOUL).date() >= edition.changed_on
        return not was_asked and (self._is_first or known is not None)

    def was_asked(self, edition: Offered) -> bool:
        """Whether a person was asked for this edition, and it was not fetched since."""
        known = self._known.get(edition.uddi)
        return known is not None and known.state == "asked"

    def ask(self, edition: Offered, at: datetime) -> None:
        """Remember that a person was asked for an edition, when first (UTC)."""
        if not self.was_asked(edition):
            moment = at.isoformat(timespec="seconds")
            self._known[edition.uddi] = _Known("asked", at=moment)
            self._write()

    def add(self, name: str, changed_on: date | None = None, path: Path | None = None) -> None:
        """Remember an edition that is here; `path` is the file if it was fetched now."""
        told = changed_on.isoformat() if changed_on else None
        self._known[name] = _Known("fetched", told, self._today.isoformat())
        self._failed_on.pop(name, None)
        if path is not None:
            self.ours.add(file_sha256(path))
        self._write()

    def failed(self, edition: Offered) -> None:
        """Remember that an edition could not be had today."""
        self._failed_on[edition.uddi] = self._today.isoformat()
        self._write()

    def lacking(self, name: str) -> tuple[str, ...]:
        """What of a period could not be had when the rest of it came."""
        return tuple(self._lacking.get(name, ()))

    def lack(self, name: str, parts: Sequence[str]) -> None:
        """Remember what of a period could not be had; nothing: it is whole."""
        if list(parts) == self._lacking.get(name, []):
            return
        if parts:
            self._lacking[name] = [*parts]
        else:
            del self._lacking[name]
        self._write()

    @property
    def awaited(self) -> list[str]:
        """The editions that a person was asked for."""
        return [name for name, known in self._known.items() if known.state == "asked"]

    @property
    def awaited_since(self) -> str | None:
        """When a person was first asked (UTC) for any of those; None where none is awaited."""
        return min(
            (known.at for known in self._known.values() if known.state == "asked"), default=None
        )

    def _was_changed(self, edition: Offered) -> bool:
        """Whether the publisher tells another day of change than when it was fetched."""
        known = self._known.get(edition.uddi)
        if known is None or known.state != "fetched" or edition.changed_on is None:
            return False
        told = edition.changed_on.isoformat()
        # Another way may have fetched it, where no day of change is told: what was changed before is here.
        return told != known.changed_on if known.changed_on else told > known.asked_on

    def _landed(self, day: date | None, *, by_hand: bool = False) -> str | None:
        """When the newest of what there is of an edition's period came (UTC)."""
        if day is None or self._period_of is None:
            return None
        period = str(self._period_of(day))
        here = {s.sha256: s.loaded_at for s in self._snapshots if s.period == period}
        if by_hand:
            # What a person brings may be known: it was fetched, or brought before.
            brought = self._dropped()
            here = {
                sha256: max(brought.get(sha256, ""), "" if sha256 in self.ours else at)
                for sha256, at in here.items()
            }
        return max(here.values(), default="") or None

    def _read(self) -> None:
        try:
            told = json.loads(self._path.read_text(encoding="utf-8"))
            self._known = {name: _Known(**known) for name, known in told["editions"].items()}
            self.ours = set(told["sha256"])
            self._failed_on = dict(told.get("failed_on", {}))
            self._lacking = dict(told.get("lacking", {}))
        except (FileNotFoundError, ValueError, KeyError, TypeError, AttributeError):
            self._known, self.ours, self._failed_on, self._lacking = {}, set(), {}, {}

    def _write(self) -> None:
        editions = {name: asdict(known) for name, known in self._known.items()}
        told = {
            "editions": editions,
            "sha256": sorted(self.ours),
            "failed_on": self._failed_on,
            "lacking": self._lacking,
        }
        replace_file(self._path, json.dumps(told, indent=1, sort_keys=True).encode())


def _is_from(first: Period | None, day: date | None) -> bool:
    return first is not None and day is not None and day > first.shift(-1).last_day
