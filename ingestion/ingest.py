"""Take in one file: keep its bytes, find out what it is, read it, land it, say what happened.

Every step may be repeated and may run beside others: bytes are kept by their hash, landed
files replace themselves in one rename, outcome rows are appended.
"""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Iterable
from contextlib import ExitStack
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from functools import cached_property
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any, Literal
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict, ValidationError

from ingestion.answers import period_told
from ingestion.contract import Contract, Contracts
from ingestion.landing import LandedDraft, landed_fingerprint, landed_path, write_landed
from ingestion.marks import is_marked
from ingestion.outcomes import Outcome, append_outcome
from ingestion.parsers import (
    Reading,
    claims,
    complex_status,
    industrial_trend,
    published_figures,
    registry_list,
    trend_answers,
)
from ingestion.periods import Period, date_in_name, period_of_date
from ingestion.problems import Problem, RejectedFile, problem, reject
from ingestion.recognise import recognise
from ingestion.registry import Registry
from ingestion.snapshots import (
    UNRECOGNISED,
    Snapshot,
    SnapshotStore,
    clean_file_name,
    replace_file,
    snapshot_id,
    write_once,
)
from ingestion.sniff import Content, may_name_persons, read_content

SEOUL = ZoneInfo("Asia/Seoul")
SIDECAR_SUFFIX = ".meta.json"
#: Problems that mending a sidecar takes away.
_OF_THE_SIDECAR = (["bad_sidecar"], ["published_in_future"])
#: Problems that another name of the file takes away, too: neither it nor the sidecar told what the file is.
_OF_THE_NAME = {"registry_period_unknown", "answer_month_unknown", "answer_table_unknown"}
#: So far a day of publication may lie ahead of the day on which a file came.
_MOST_AHEAD = timedelta(days=100)
#: Changes where what was landed may be simulated after all: everything is looked at once more.
_MARKS_VERSION = "marks 1"


class Sidecar(BaseModel):
    """`<file name>.meta.json`: what whoever fetched a file knows about it."""

    model_config = ConfigDict(extra="forbid")

    published_at: date | None = None
    url: str | None = None
    simulated: bool = False


@dataclass(frozen=True)
class Ingestion:
    """The room's settings: where files lie, what is known of datasets and names."""

    home: Path
    contracts: Contracts
    registry: Registry

    @cached_property
    def store(self) -> SnapshotStore:
        """The snapshot store below the home."""
        return SnapshotStore(self.home / "raw")

    @cached_property
    def fingerprint(self) -> str:
        """Changes whenever the same bytes might be read differently."""
        parts = [
            self.contracts.fingerprint,
            self.registry.fingerprint,
            _MARKS_VERSION,
            *(
                f"{name} {_parser(name).PARSER_VERSION}"
                for name in sorted({c.parser for c in self.contracts.by_dataset.values()})
            ),
        ]
        return hashlib.sha256("/".join(parts).encode()).hexdigest()[:16]

    @property
    def landed(self) -> Path:
        """Folder of landed Parquet."""
        return self.home / "landed"

    def quarantine_folder(self, sha256: str) -> Path:
        """Where a file that could not be used waits, with the reason."""
        return _quarantine_folder(self.home, sha256)


def ingest_file(
    room: Ingestion, path: Path, *, run_id: str, now: datetime | None = None
) -> Outcome:
    """Take in one file and record the outcome; never raises for what is wrong with the file.

    Args:
        room: settings and mappings.
        path: the file; a sidecar `<name>.meta.json` beside it is read if it is there.
        run_id: the run whose outcome file gets the row.
        now: the time of loading (UTC), for tests.
    """
    moment = (now or datetime.now(UTC)).astimezone(UTC)
    data = path.read_bytes()
    outcome = _take(room, path, data, run_id, moment)
    append_outcome(room.home / "outcomes", outcome)
    return outcome


def reparse(room: Ingestion, snapshot: Snapshot, *, run_id: str) -> Outcome | None:
    """Read a snapshot again where contract, registry or parser changed since; else None."""
    if not is_stale(room, snapshot):
        return None
    moment = datetime.now(UTC)
    outcome = _read_and_land(
        room, snapshot, room.store.read(snapshot), run_id, moment, kind="reparsed"
    )
    append_outcome(room.home / "outcomes", outcome)
    return outcome


def is_stale(room: Ingestion, snapshot: Snapshot) -> bool:
    """Whether contract, registry or parser changed since a snapshot was read or rejected."""
    reason = _quarantine_reason(room, snapshot.sha256)
    if reason is not None:
        # Reading it in another way does not mend its sidecar: see `_mended`.
        is_its_own = [p["code"] for p in reason["problems"]] == ["bad_sidecar"]
        return not is_its_own and reason.get("fingerprint") != room.fingerprint
    return landed_fingerprint(landed_path(room.landed, snapshot)) != room.fingerprint


def parse_warnings(room: Ingestion, snapshot: Snapshot) -> list[dict[str, Any]]:
    """The warnings that reading a landed snapshot left (kept beside its landed file)."""
    path = landed_path(room.landed, snapshot).with_suffix(".warnings.json")
    return json.loads(path.read_text(encoding="utf-8")) if path.exists() else []


def _take(room: Ingestion, path: Path, data: bytes, run_id: str, moment: datetime) -> Outcome:
    sha256 = hashlib.sha256(data).hexdigest()
    name = clean_file_name(path.name)
    known = room.store.find(sha256)
    if known is not None:
        mended = _mended(room, known, path)
        if mended is not None:
            return _read_and_land(room, mended, data, run_id, moment, kind="reparsed")
        return _again(room, known, name, data, run_id, moment)
    failure: RejectedFile | None = None
    try:
        sidecar = _sidecar(path)
    except RejectedFile as rejected:
        sidecar, failure = Sidecar(), rejected
    loaded_at = moment.isoformat(timespec="seconds")
    published = sidecar.published_at or moment.astimezone(SEOUL).date()
    snapshot = Snapshot(
        snapshot_id=snapshot_id(UNRECOGNISED, "unknown", published.isoformat(), sha256),
        publisher=UNRECOGNISED,
        dataset=UNRECOGNISED,
        period="unknown",
        vintage=published.isoformat(),
        sha256=sha256,
        bytes=len(data),
        ending="bin",
        file_name=name,
        published_at=published.isoformat(),
        published_at_basis="sidecar" if sidecar.published_at else "first_seen",
        loaded_at=loaded_at,
        url=sidecar.url,
        is_simulated=sidecar.simulated,
    )
    if failure is not None:
        room.store.put(snapshot, data)
        return _quarantine(room, snapshot, data, failure, run_id, moment)
    return _read_and_land(room, snapshot, data, run_id, moment, kind="first")


def _mended(room: Ingestion, known: Snapshot, path: Path) -> Snapshot | None:
    """A file that was refused for its name or sidecar alone, as the name and the sidecar that lies there
    now tell it; None for any other. What was read once keeps its day: releases rest on it."""
    reason = _quarantine_reason(room, known.sha256)
    codes = [p["code"] for p in reason["problems"]] if reason else []
    of_the_name = bool(codes) and set(codes) <= _OF_THE_NAME
    if codes not in _OF_THE_SIDECAR and not of_the_name:
        return None
    try:
        sidecar = _sidecar(path)
    except RejectedFile:
        return None
    # A sidecar that stayed behind when the file was renamed takes nothing back.
    mended = replace(
        known,
        url=sidecar.url or known.url,
        is_simulated=sidecar.simulated or known.is_simulated,
    )
    told = sidecar.published_at
    if told is not None or not of_the_name:
        # Without the day that was refused, it is that on which the file came.
        came = datetime.fromisoformat(known.loaded_at).astimezone(SEOUL).date()
        day = (told or came).isoformat()
        mended = replace(
            mended,
            snapshot_id=snapshot_id(known.dataset, known.period, day, known.sha256),
            vintage=day,
            published_at=day,
            published_at_basis="sidecar" if told else "first_seen",
        )
    if of_the_name:
        mended = replace(mended, file_name=clean_file_name(path.name))
    # (one that could not be read may tell nothing new, and can be read now)
    if mended == known and codes != ["bad_sidecar"]:
        return None
    room.store.refile(known, mended)
    return mended


def _again(
    room: Ingestion, known: Snapshot, name: str, data: bytes, run_id: str, moment: datetime
) -> Outcome:
    """The same bytes as before: nothing to do, unless they could not be read."""
    reason, stale = _quarantine_reason(room, known.sha256), is_stale(room, known)
    if reason is not None and not stale:
        return replace(
            _unchanged(known, name, run_id, moment),
            status="quarantined",
            message="in quarantine already: " + reason["lines_en"][0],
            message_ko="이미 격리됨: " + reason["lines_ko"][0],
            problems=reason["problems"],
        )
    if stale:
        return _read_and_land(room, known, data, run_id, moment, kind="reparsed")
    return _known_again(known, name, run_id, moment)


def _known_again(known: Snapshot, name: str, run_id: str, moment: datetime) -> Outcome:
    """Nothing to do, unless the name claims another period."""
    base = _unchanged(known, name, run_id, moment)
    claimed = _period_in_name(name, known.period)
    if claimed is not None and claimed != known.period and name != known.file_name:
        fault = problem(
            "same_bytes_other_period",
            other=f"{known.file_name} ({known.period})",
            found=claimed,
        )
        return replace(
            base,
            status="fault",
            message=fault.line(name),
            message_ko=fault.line(name, "ko"),
            problems=[fault.as_dict()],
        )
    return base


def _unchanged(known: Snapshot, name: str, run_id: str, moment: datetime) -> Outcome:
    """Nothing to do: what came is here already."""
    return Outcome(
        run_id=run_id,
        at=moment.isoformat(timespec="seconds"),
        status="unchanged",
        file_name=name,
        sha256=known.sha256,
        dataset=known.dataset,
        period=known.period,
        snapshot_id=known.snapshot_id,
        kind="same_bytes",
        message=f"{name}: the same content as {known.snapshot_id}",
        message_ko=f"{name}: {known.snapshot_id}와(과) 같은 내용",
        is_simulated=known.is_simulated,
    )


def _read_and_land(
    room: Ingestion,
    snapshot: Snapshot,
    data: bytes,
    run_id: str,
    moment: datetime,
    *,
    kind: Literal["first", "reparsed"],
) -> Outcome:
    with ExitStack() as drafts:
        return _read(room, snapshot, data, run_id, moment, kind, drafts)


def _read(
    room: Ingestion,
    snapshot: Snapshot,
    data: bytes,
    run_id: str,
    moment: datetime,
    kind: Literal["first", "reparsed"],
    drafts: ExitStack,
) -> Outcome:
    filed = snapshot
    try:
        content = read_content(data)
        if not snapshot.is_simulated and is_marked(content):
            filed = snapshot = replace(snapshot, is_simulated=True)
        named = _as_named(snapshot, content)
        contract = recognise(content, room.contracts, room.registry, named.file_name)
        filed = _file_under(
            snapshot, contract, _period_so_far(content, contract, snapshot), content
        )
        read = _parse(room, content, contract, named, drafts)
        filed = _file_under(snapshot, contract, read.period, content)
        _refuse_future(filed, contract)
        _refuse_repeated(room, filed, contract)
        if kind == "first" and (known := _known_answers(room, filed, content)) is not None:
            return _known_again(known, snapshot.file_name, run_id, moment)
    except RejectedFile as rejected:
        _keep(room, snapshot, filed, data)
        return _quarantine(room, filed, data, rejected, run_id, moment)
    except Exception as error:  # a fault of ours: the file is kept, the rest of the run goes on
        _keep(room, snapshot, filed, data)
        detail = f"{type(error).__name__}: {error}"[:300]
        broken = RejectedFile([problem("internal", detail=detail)])
        return _quarantine(room, filed, data, broken, run_id, moment)
    problems = list(read.problems)
    if filed.published_at_basis == "first_seen" and contract.versioning == "accumulate":
        problems.append(problem("published_at_unknown"))
    earlier = [
        s
        for s in room.store
        if s.dataset == filed.dataset
        and s.period == filed.period
        and s.sha256 != filed.sha256
        # A curated list has many files side by side; only a file of the same name is its vintage.
        and (contract.versioning == "accumulate" or s.file_name == filed.file_name)
    ]
    # Told now; whether a release says so follows from what it is made of (`out_of_order`).
    before = [s for s in earlier if s.loaded_at <= filed.loaded_at]
    order = _order_among(filed, before) if contract.versioning == "accumulate" else []
    _keep(room, snapshot, filed, data)
    path = landed_path(room.landed, filed)
    # Warnings and notes first: the landed file is what makes a snapshot count.
    replace_file(
        path.with_suffix(".warnings.json"),
        json.dumps([p.as_dict() for p in problems], ensure_ascii=False, indent=1).encode(),
    )
    if read.notes:
        write_landed(
            landed_path(room.landed, filed, "notes"),
            "survey_notes",
            read.notes,
            filed,
            room.fingerprint,
        )
    if read.draft is not None:
        read.draft.save()
    else:
        write_landed(path, contract.landed, read.rows, filed, room.fingerprint)
    shutil.rmtree(room.quarantine_folder(filed.sha256), ignore_errors=True)
    what: Literal["first", "new_vintage", "reparsed"] = (
        "new_vintage" if kind == "first" and earlier else kind
    )
    verb = {"first": "landed", "new_vintage": "landed as a new vintage", "reparsed": "read again"}
    verb_ko = {"first": "적재", "new_vintage": "새 빈티지로 적재", "reparsed": "다시 읽음"}
    return Outcome(
        run_id=run_id,
        at=moment.isoformat(timespec="seconds"),
        status="landed",
        file_name=filed.file_name,
        sha256=filed.sha256,
        dataset=filed.dataset,
        period=filed.period,
        snapshot_id=filed.snapshot_id,
        kind=what,
        rows=len(read.rows),
        message=f"{filed.file_name}: {verb[what]}, {filed.dataset} {filed.period}, "
        f"{len(read.rows):,} rows, {len(problems) + len(order)} warnings"
        + "".join(f"; {p.message_en}" for p in order),
        message_ko=f"{filed.file_name}: {verb_ko[what]}, {filed.dataset} {filed.period}, "
        f"{len(read.rows):,}행, 경고 {len(problems) + len(order)}건"
        + "".join(f"; {p.message_ko}" for p in order),
        problems=[p.as_dict() for p in (*problems, *order)],
        is_simulated=filed.is_simulated,
    )


def out_of_order(snapshot: Snapshot, others: Iterable[Snapshot]) -> list[dict[str, Any]]:
    """What is odd about the day of an edition among those of its period that came before it.

    It follows from the snapshots alone, whenever and in whatever order they are read: of two that came
    within one second, the one published first came first.
    """

    def came(s: Snapshot) -> tuple[str, str, str]:
        return s.loaded_at, s.published_at, s.snapshot_id

    known = [
        s
        for s in others
        if (s.dataset, s.period) == (snapshot.dataset, snapshot.period)
        and s.sha256 != snapshot.sha256
        and came(s) < came(snapshot)
    ]
    return [p.as_dict() for p in _order_among(snapshot, known)]


def _order_among(filed: Snapshot, others: list[Snapshot]) -> list[Problem]:
    newest = max(others, key=lambda s: (s.published_at, s.loaded_at), default=None)
    if newest is None or filed.published_at > newest.published_at:
        return []
    code = "vintage_of_one_day" if filed.published_at == newest.published_at else "vintage_is_older"
    return [
        problem(
            code,
            found=filed.published_at,
            period=filed.period,
            other=newest.file_name,
            newer=newest.published_at,
        )
    ]


def _parse(
    room: Ingestion, content: Content, contract: Contract, snapshot: Snapshot, drafts: ExitStack
) -> Reading:
    """Read a file by its contract; what is landed on the way is a draft until it is saved."""
    name = snapshot.file_name
    match contract.parser:
        case "published_figures":
            rows = published_figures.parse_published_figures(content, contract, room.registry)
            return Reading("all", rows)
        case "claims":
            return Reading("all", claims.parse_claim(content, room.registry))
        case "complex_status":
            status = complex_status.parse_workbook(content, contract, room.registry, name)
            return Reading(str(status.period), status.rows, status.notes, status.problems)
        case "registry_list":

            def begin(period: str) -> LandedDraft:
                filed = _file_under(snapshot, contract, period, content)
                path = landed_path(room.landed, filed)
                draft = LandedDraft(path, contract.landed, filed, room.fingerprint)
                return drafts.enter_context(draft)

            return registry_list.parse(content, contract, room.registry, snapshot, begin)
        case "trend_answers":
            return trend_answers.parse(content, contract, room.contracts, room.registry, snapshot)
    if contract.parser != "industrial_trend":
        reading: Reading = _parser(contract.parser).parse(
            content, contract, room.registry, snapshot
        )
        return reading
    if contract.form == "workbook":
        parsed = industrial_trend.parse_workbook(content, contract, room.registry, name)
    elif content.form == "answers":
        return trend_answers.parse_edition(
            content, contract, room.contracts, room.registry, snapshot
        )
    else:
        parsed = industrial_trend.parse_csv(content, contract, room.contracts, room.registry, name)
    return Reading(str(parsed.period), parsed.rows, parsed.notes, parsed.problems)


def _refuse_future(filed: Snapshot, contract: Contract) -> None:
    """What lies ahead of the day on which a file came, and only a slip gives.

    A period that is not over (of a list or of a year that runs: one that has not begun) would be the
    newest until then. A day of publication long after that would overrule every edition until then;
    days reckoned from a cadence may lie some weeks ahead.

    Raises:
        RejectedFile: `period_not_over`, `published_in_future`.
    """
    if filed.is_simulated:
        return
    received = datetime.fromisoformat(filed.loaded_at).astimezone(SEOUL).date()
    if filed.period not in ("unknown", "all"):
        period = Period.parse(filed.period)
        is_survey = contract.landed in ("observations", "complex_status")
        if (period if is_survey else period.shift(-1)).last_day >= received:
            found, day = filed.period, received.isoformat()
            raise reject("period_not_over", found=found, received=day)
    ahead = date.fromisoformat(filed.published_at) - received
    if filed.published_at_basis == "sidecar" and ahead > _MOST_AHEAD:
        raise reject("published_in_future", found=filed.published_at, received=received.isoformat())


def _refuse_repeated(room: Ingestion, filed: Snapshot, contract: Contract) -> None:
    """The answers of another period, offered as this one's.

    A list of things may stay as it was from one month to the next, the figures of a survey never do.

    Raises:
        RejectedFile: `same_answers_other_period`.
    """
    if not filed.answers_sha256 or contract.landed != "observations":
        return
    for other in room.store:
        if (
            other.answers_sha256 == filed.answers_sha256
            and other.dataset == filed.dataset
            and other.period != filed.period
            # The first to come is the one that holds, also when it is read again.
            and (other.loaded_at, other.period) < (filed.loaded_at, filed.period)
            and _quarantine_reason(room, other.sha256) is None
        ):
            raise reject(
                "same_answers_other_period",
                other=f"{other.file_name} ({other.period})",
                found=filed.period,
            )


def _known_answers(room: Ingestion, filed: Snapshot, content: Content) -> Snapshot | None:
    """The newest edition of the same period, if its answers were these, whatever was asked then; the file
    in an archive, if it came as such before.

    (An edition that has moved to another address says nothing new.)
    """
    if content.packed_sha256:
        known = room.store.find(content.packed_sha256)
        is_known = known is not None and not in_quarantine(room.home, known.sha256)
        return known if is_known and known is not None and not is_stale(room, known) else None
    if not filed.answers_sha256:
        return None
    same = [
        s
        for s in room.store
        if (s.dataset, s.period) == (filed.dataset, filed.period)
        # What could not be used says nothing about what is known.
        and not in_quarantine(room.home, s.sha256)
    ]
    newest = max(same, key=lambda s: (s.published_at, s.loaded_at), default=None)
    if newest is None or newest.answers_sha256 != filed.answers_sha256:
        return None
    return newest if not is_stale(room, newest) else None


def _parser(name: str) -> ModuleType:
    return import_module(f"ingestion.parsers.{name}")


def _period_so_far(content: Content, contract: Contract, snapshot: Snapshot) -> str:
    """The period to file a workbook or a bundle under even if it turns out to be unusable."""
    if content.answers is not None:
        return period_told(content.answers) or snapshot.period
    if contract.parser not in ("industrial_trend", "complex_status"):
        return "all"
    if contract.form == "workbook":
        titles = (
            complex_status.find_titles(content)
            if contract.parser == "complex_status"
            else industrial_trend.find_titles(content)
        )
        periods = [title.period for title in titles]
        if periods:
            return str(max(set(periods), key=lambda p: (periods.count(p), p)))
    return snapshot.period


def _as_named(snapshot: Snapshot, content: Content) -> Snapshot:
    """A file out of an archive has two names; of the dates in them the last counts, which is its own."""
    if not content.packed_name:
        return snapshot
    return replace(snapshot, file_name=f"{snapshot.file_name}/{content.packed_name}")


def _file_under(snapshot: Snapshot, contract: Contract, period: str, content: Content) -> Snapshot:
    """The snapshot with its dataset, period and vintage, as its content tells them."""
    published, basis = snapshot.published_at, snapshot.published_at_basis
    changed = content.properties.get("modified")
    if basis == "first_seen" and changed and period not in ("unknown", "all"):
        try:
            day = datetime.fromisoformat(changed.replace("Z", "+00:00")).astimezone(SEOUL).date()
        except ValueError:
            day = None
        # A template's old date says nothing: figures cannot be out before their period ends.
        if day is not None and day > Period.parse(period).last_day:
            published, basis = day.isoformat(), "document"
    return replace(
        snapshot,
        snapshot_id=snapshot_id(contract.dataset, period, published, snapshot.sha256),
        publisher=contract.publisher.id,
        dataset=contract.dataset,
        period=period,
        vintage=published,
        published_at=published,
        published_at_basis=basis,
        ending=content.ending,
        answers_sha256=content.answers.answers_sha256 if content.answers else "",
    )


def _keep(room: Ingestion, before: Snapshot, filed: Snapshot, data: bytes) -> None:
    """Keep the bytes where they belong; a snapshot filed elsewhere before is moved."""
    stored = room.store.path(before).with_suffix(".json").exists()
    if stored and room.store.path(before) != room.store.path(filed):
        room.store.refile(before, filed)
    else:
        room.store.put(filed, data)


def _quarantine(
    room: Ingestion,
    snapshot: Snapshot,
    data: bytes,
    rejected: RejectedFile,
    run_id: str,
    moment: datetime,
) -> Outcome:
    folder = room.quarantine_folder(snapshot.sha256)
    copy = folder / snapshot.file_name
    # What may name persons stays in raw/ alone; the reason says where.
    contract = room.contracts.by_dataset.get(snapshot.dataset)
    if contract.names_persons if contract else may_name_persons(data):
        copy.unlink(missing_ok=True)
        rejected = RejectedFile([_without_content(p) for p in rejected.all])
    else:
        write_once(copy, data)
    problems = rejected.all
    lines_en = [p.line(snapshot.file_name) for p in rejected.problems]
    lines_ko = [p.line(snapshot.file_name, "ko") for p in rejected.problems]
    reason = {
        "file_name": snapshot.file_name,
        "raw": room.store.path(snapshot).relative_to(room.home).as_posix(),
        "sha256": snapshot.sha256,
        "dataset": snapshot.dataset,
        "period": snapshot.period,
        "snapshot_id": snapshot.snapshot_id,
        "at": moment.isoformat(timespec="seconds"),
        "fingerprint": room.fingerprint,
        "lines_en": lines_en,
        "lines_ko": lines_ko,
        "problems": [p.as_dict() for p in problems],
    }
    replace_file(folder / "reason.json", json.dumps(reason, ensure_ascii=False, indent=1).encode())
    # What was landed by an older reading must not be built on any more.
    landed_path(room.landed, snapshot).unlink(missing_ok=True)
    more = len(rejected.problems) - 1
    return Outcome(
        run_id=run_id,
        at=moment.isoformat(timespec="seconds"),
        status="quarantined",
        file_name=snapshot.file_name,
        sha256=snapshot.sha256,
        dataset=None if snapshot.dataset == UNRECOGNISED else snapshot.dataset,
        period=None if snapshot.period == "unknown" else snapshot.period,
        snapshot_id=snapshot.snapshot_id,
        message=lines_en[0] + (f" (and {more} more)" if more else ""),
        message_ko=lines_ko[0] + (f" (외 {more}건)" if more else ""),
        problems=[p.as_dict() for p in problems],
        is_simulated=snapshot.is_simulated,
    )


def _without_content(found: Problem) -> Problem:
    """A problem that quotes what stands in a file nobody could recognise, without the quote."""
    if found.code == "unrecognised":
        detail, detail_ko = "a list that may name persons", "개인정보가 있을 수 있는 목록"
        return problem("unrecognised", detail=detail, detail_ko=detail_ko)
    if found.code == "internal":
        return problem("registry_unread", detail="internal")
    return found


def in_quarantine(home: Path, sha256: str) -> bool:
    """Whether the file with these bytes could not be read, and waits for somebody to look at it."""
    return (_quarantine_folder(home, sha256) / "reason.json").exists()


def _quarantine_folder(home: Path, sha256: str) -> Path:
    return home / "quarantine" / sha256[:16]


def _quarantine_reason(room: Ingestion, sha256: str) -> dict[str, Any] | None:
    path = room.quarantine_folder(sha256) / "reason.json"
    return json.loads(path.read_text(encoding="utf-8")) if path.exists() else None


def _sidecar(path: Path) -> Sidecar:
    beside = path.with_name(path.name + SIDECAR_SUFFIX)
    if not beside.exists():
        return Sidecar()
    try:
        return Sidecar.model_validate_json(beside.read_bytes())
    except ValidationError as error:
        detail = "; ".join(f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors())
        raise RejectedFile([problem("bad_sidecar", name=beside.name, detail=detail)]) from error


def _period_in_name(name: str, like: str) -> str | None:
    """The period a file name claims, in the frequency of `like`."""
    day = date_in_name(name)
    if day is None or like in ("all", "unknown"):
        return None
    return str(period_of_date(day, Period.parse(like).freq))
