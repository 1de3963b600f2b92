"""`releases.yml`: who has to sign, when releases are due, and what is kept. Owned by people.

Announced times are local times (Asia/Seoul unless the file says otherwise). A past announcement is
history: punctuality is measured against it, so what the log has seen before its time cannot be
changed after it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import yaml

from publication.releases.layout import PublishError
from publication.releases.log import Event, ReleaseLog

_PERIOD = re.compile(r"^([12]\d{3})-Q([1-4])$")
_TIME = re.compile(r"^\d{4}-\d{2}-\d{2}[ T]\d{2}:\d{2}(:\d{2})?([+-]\d{2}:\d{2})?$")


class CalendarError(PublishError):
    """The calendar or policy cannot be read; the message names file, entry, and what to write."""


@dataclass(frozen=True)
class Announcement:
    """One entry: version `version` of a quarter is due at `at` (with time zone)."""

    period: str
    version: int
    at: datetime

    @property
    def release_id(self) -> str:
        """The name of the release that it announces."""
        return f"{self.period}_v{self.version}"


@dataclass(frozen=True)
class Retention:
    """What garbage collection leaves: the newest `versions` releases of each of the newest `quarters`
    quarters, the newest `builds` builds, and withdrawn bytes for so many days."""

    quarters: int = 12
    versions: int = 2
    builds: int = 3
    withdrawn_days: int = 365


@dataclass(frozen=True)
class Policy:
    """Sign-off, retention and calendar of one installation."""

    sign_off_required: bool = False
    #: Roles that may sign off, withdraw and roll back; empty: any that is given.
    roles: tuple[str, ...] = ()
    keep: Retention = field(default_factory=Retention)
    zone: ZoneInfo = field(default_factory=lambda: ZoneInfo("Asia/Seoul"))
    announced: tuple[Announcement, ...] = ()

    def due(self, release_id: str) -> datetime | None:
        """When a release is announced for, or None where it is not."""
        return next((a.at for a in self.announced if a.release_id == release_id), None)

    def check_role(self, role: str) -> None:
        """Refuse a role that the policy does not name.

        Raises:
            PublishError: it is none of those that may decide.
        """
        if not role.strip():
            raise PublishError("say in which role: --as ROLE", "역할을 --as로 지정하십시오")
        if self.roles and role not in self.roles:
            raise PublishError(
                f"{role!r} may not decide on releases; releases.yml names {', '.join(self.roles)}",
                f"{role!r} 역할은 결정 권한이 없습니다(releases.yml: {', '.join(self.roles)})",
            )


def load_policy(path: Path, sign_off: str = "") -> Policy:
    """Read and check `releases.yml`.

    `sign_off` (SANDAN_SIGN_OFF), required or not_required, holds before what the file says.

    Raises:
        CalendarError: it is missing or wrong: an unknown field or period, a time that does not exist
            or exists twice, two releases at one time, one release twice.
    """
    reader = _Reader(path.name)
    try:
        # Every scalar as it is written: YAML would turn some times into other things.
        content = yaml.load(path.read_text(encoding="utf-8"), Loader=_Strict)
    except FileNotFoundError:
        raise CalendarError(
            f"the release calendar {path} is missing", f"공표 일정 {path}이(가) 없습니다"
        ) from None
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise reader.wrong(
            "", f"not YAML: {' '.join(str(error).split())}", "YAML이 아닙니다"
        ) from None
    content = content or {}
    reader.fields("", content, {"timezone", "sign_off", "keep", "releases"})
    name = content.get("timezone", "Asia/Seoul")
    try:
        zone = ZoneInfo(name)
    # A list is no name; a folder of zones (`Asia`) is read as a file that it is not.
    except (ZoneInfoNotFoundError, ValueError, TypeError, AttributeError, OSError):
        raise reader.wrong(
            "timezone", f"{name!r} is no time zone: write Asia/Seoul", "없는 시간대입니다"
        ) from None
    signing = content.get("sign_off") or {}
    reader.fields("sign_off", signing, {"required", "roles"})
    keep = content.get("keep") or {}
    reader.fields("keep", keep, set(Retention.__dataclass_fields__))
    announced = tuple(
        reader.announcement(f"releases[{number}]", entry, zone)
        for number, entry in enumerate(reader.entries("releases", content.get("releases")))
    )
    reader.check(announced)
    return Policy(
        sign_off_required=_sign_off(
            reader.flag("sign_off.required", signing.get("required", "false")), sign_off
        ),
        roles=reader.names("sign_off.roles", signing.get("roles")),
        keep=Retention(**{key: reader.count(f"keep.{key}", keep[key]) for key in keep}),
        zone=zone,
        announced=announced,
    )


def _sign_off(in_file: bool, said: str) -> bool:
    word = said.strip().lower()
    if word in ("required", "not_required"):
        return word == "required"
    if word:
        raise CalendarError(
            f"SANDAN_SIGN_OFF={word}: write required or not_required",
            "SANDAN_SIGN_OFF는 required 또는 not_required입니다",
        )
    return in_file


class _Strict(yaml.BaseLoader):
    """Scalars as texts; a key that stands twice is an error, not the last one's word."""


def _mapping(loader: _Strict, node: yaml.MappingNode) -> dict[Any, Any]:
    seen: set[Any] = set()
    for key_node, _ in node.value:
        key = loader.construct_object(key_node)
        if key in seen:
            raise yaml.constructor.ConstructorError(
                None, None, f"{key!r} stands twice", key_node.start_mark
            )
        seen.add(key)
    return loader.construct_mapping(node, deep=True)


_Strict.add_constructor(yaml.resolver.BaseResolver.DEFAULT_MAPPING_TAG, _mapping)


class _Reader:
    def __init__(self, file: str) -> None:
        self.file = file

    def wrong(self, where: str, en: str, ko: str) -> CalendarError:
        place = f"{self.file}{': ' + where if where else ''}"
        return CalendarError(f"{place}: {en}", f"{place}: {ko}")

    def fields(self, where: str, content: Any, known: set[str]) -> None:
        if not isinstance(content, dict):
            raise self.wrong(where, "fields are expected here", "항목 이름과 값이 필요합니다")
        for key in content:
            if key not in known:
                raise self.wrong(
                    where, f"unknown field {key!r}; there are {', '.join(sorted(known))}",
                    f"알 수 없는 항목 {key!r}. 가능한 항목: {', '.join(sorted(known))}",
                )  # fmt: skip

    def entries(self, where: str, content: Any) -> list[Any]:
        """A list, which may be left empty."""
        if not content:
            return []
        if not isinstance(content, list):
            raise self.wrong(where, f"{content!r}: a list is expected here", "목록으로 적으십시오")
        return content

    def names(self, where: str, content: Any) -> tuple[str, ...]:
        """A list of names. One name without a list would be read as its letters."""
        names = self.entries(where, content)
        for name in names:
            if not isinstance(name, str) or not name.strip():
                raise self.wrong(where, f"{name!r} is no name", "이름을 적으십시오")
        return tuple(names)

    def flag(self, where: str, text: str) -> bool:
        if text not in ("true", "false"):
            raise self.wrong(
                where, f"{text!r}: write true or false", "true 또는 false로 적으십시오"
            )
        return text == "true"

    def count(self, where: str, text: Any) -> int:
        if not isinstance(text, str) or not text.isdecimal() or int(text) < 1:
            raise self.wrong(
                where, f"{text!r}: a whole number of 1 or more", "1 이상의 정수여야 합니다"
            )
        return int(text)

    def announcement(self, where: str, entry: Any, zone: ZoneInfo) -> Announcement:
        self.fields(where, entry, {"period", "version", "at", "note"})
        for key in ("period", "at"):
            if not entry.get(key):
                raise self.wrong(where, f"`{key}` is missing", f"`{key}` 항목이 없습니다")
        period = str(entry["period"])
        found = _PERIOD.match(period)
        if not found:
            raise self.wrong(
                where, f"unknown period {period!r}: releases are of quarters, such as 2026-Q2",
                f"알 수 없는 기간 {period!r}. 2026-Q2와 같은 분기여야 합니다",
            )  # fmt: skip
        at = self.time(where, str(entry["at"]), zone)
        year, quarter = int(found[1]), int(found[2])
        first_day_after = date(year + quarter // 4, quarter % 4 * 3 + 1, 1)
        if at.astimezone(zone).date() < first_day_after:
            raise self.wrong(
                where, f"{period} is announced for {at:%Y-%m-%d}, before the quarter has ended",
                f"{period} 공표 시각({at:%Y-%m-%d})이 분기가 끝나기 전입니다",
            )  # fmt: skip
        version = self.count(f"{where}.version", entry.get("version", "1"))
        return Announcement(period, version, at)

    def time(self, where: str, text: str, zone: ZoneInfo) -> datetime:
        """A moment that exists exactly once in the zone."""
        if not _TIME.match(text):
            raise self.wrong(
                where, f"{text!r} is no time: write 2026-08-28 12:00",
                f"{text!r}은(는) 시각이 아닙니다. 2026-08-28 12:00과 같이 적으십시오",
            )  # fmt: skip
        try:
            at = datetime.fromisoformat(text)
            if not 1900 <= at.year < 9999:  # the ends of what a clock can be moved over
                raise ValueError("write a year from 1900 to 9998")
        except ValueError as error:
            raise self.wrong(
                where, f"there is no {text!r}: {error}", f"{text!r}은(는) 없는 시각입니다"
            ) from None
        if at.tzinfo is not None:
            return at
        local = at.replace(tzinfo=zone)
        if local.astimezone(UTC).astimezone(zone).replace(tzinfo=None) != at:
            raise self.wrong(
                where, f"there is no {text!r} in {zone.key}: the clock is put forward over it",
                f"{zone.key}에는 {text!r}이(가) 없습니다(시계가 앞당겨짐)",
            )  # fmt: skip
        if local.utcoffset() != local.replace(fold=1).utcoffset():
            raise self.wrong(
                where, f"{text!r} is there twice in {zone.key}: write its offset, such as "
                f"{text}{_offset(local)}",
                f"{zone.key}에는 {text!r}이(가) 두 번 있습니다. 시차를 함께 적으십시오"
                f"({text}{_offset(local)})",
            )  # fmt: skip
        return local

    def check(self, announced: tuple[Announcement, ...]) -> None:
        times: dict[datetime, Announcement] = {}
        names: set[str] = set()
        for entry in announced:
            moment = entry.at.astimezone(UTC)
            if entry.release_id in names:
                raise self.wrong(
                    "releases", f"{entry.release_id} is announced twice",
                    f"{entry.release_id}이(가) 두 번 있습니다",
                )  # fmt: skip
            names.add(entry.release_id)
            if moment in times:
                other = times[moment].release_id
                raise self.wrong(
                    "releases", f"{other} and {entry.release_id} are announced for one time, "
                    f"{entry.at:%Y-%m-%d %H:%M}: one switch is one release",
                    f"{other}와(과) {entry.release_id}의 공표 시각이 같습니다"
                    f"({entry.at:%Y-%m-%d %H:%M})",
                )  # fmt: skip
            times[moment] = entry


def _offset(moment: datetime) -> str:
    return moment.isoformat()[-6:]


def record_announcements(policy: Policy, log: ReleaseLog, now: datetime) -> list[Event]:
    """Hold the calendar against what was announced before, and log what is new or was moved.

    Raises:
        CalendarError: an entry whose time has passed was changed or removed.
    """
    known: dict[str, Event] = {}
    for event in log.read():
        if event.event == "announced" and event.details.get("for"):
            known[event.details["for"]] = event
    planned = {a.release_id: a.at.astimezone(UTC) for a in policy.announced}
    recorded = []
    for name, event in known.items():
        text = event.details["due"]
        if text is None:
            continue
        before = datetime.fromisoformat(text)
        if planned.get(name) == before:
            continue
        if before <= now:
            local = f"{before.astimezone(policy.zone):%Y-%m-%d %H:%M}"
            raise CalendarError(
                f"releases.yml: {name} was announced for {local}, which has passed: punctuality is "
                "measured against it, so put the entry back as it was",
                f"releases.yml: {name} 공표 예정 시각({local})이 이미 지났습니다. "
                "정시성의 기준이므로 항목을 되돌려 놓으십시오",
            )
        if name not in planned:
            recorded.append(log.append("announced", at=now, **{"for": name}, due=None))
    for name, moment in planned.items():
        told = known[name].details["due"] if name in known else None
        if told is None or datetime.fromisoformat(told) != moment:
            recorded.append(
                log.append(
                    "announced",
                    at=now,
                    **{"for": name},
                    due=moment.isoformat(timespec="seconds"),
                    # An announcement nobody could have read before its time proves no punctuality.
                    in_time=moment > now,
                )
            )
    return recorded


def punctuality(log: ReleaseLog) -> list[dict[str, Any]]:
    """Announced against actual time of every release that was announced, in order of publication.

    Each row: release_id, period, announced_at and published_at (ISO 8601, UTC), delay_seconds
    (negative: early), and is_measured: False where the entry was first read after its own time.
    """
    events = log.read()
    rows = []
    for event in events:
        if event.event != "published" or not event.details.get("due"):
            continue
        due = datetime.fromisoformat(event.details["due"])
        told = [
            e
            for e in events
            if e.event == "announced"
            and e.details["for"] == event.release_id
            and e.details["due"] == event.details["due"]
        ]
        delay = datetime.fromisoformat(event.at) - due
        rows.append(
            {
                "release_id": event.release_id,
                "period": str(event.release_id).split("_")[0],
                "announced_at": due.isoformat(timespec="seconds"),
                "published_at": event.at,
                "delay_seconds": int(delay / timedelta(seconds=1)),
                "is_measured": bool(told and told[-1].details.get("in_time")),
            }
        )
    return rows
