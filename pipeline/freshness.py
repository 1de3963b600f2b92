"""Freshness: for every dataset that is fetched, what should be there, what was seen, how late.

The table lies in `<home>/freshness/freshness.parquet` and the page beside it. It is about a day and
so is no part of a release, which has no clock.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Literal
from zoneinfo import ZoneInfo

from ingestion.contract import Contract, load_contracts
from ingestion.landing import landed_path
from ingestion.periods import Period
from ingestion.snapshots import Snapshot, SnapshotStore, replace_file
from pipeline.inputs import of_another_world
from pipeline.schedules import awaited, expected, overdue
from pipeline.settings import Settings

SEOUL = ZoneInfo("Asia/Seoul")
State = Literal["on_time", "due", "late", "never_seen", "irregular", "ended"]


@dataclass(frozen=True)
class Freshness:
    """One dataset on one day.

    `expected_period` is the newest that should be out, `seen_period` the newest that has landed.
    `expected_by` is the last day of the window of the oldest edition that is missing. `due`: that
    window is over and its grace is not; `late`: the grace is over too. `days_late` counts from the
    window's last day. Of a daily publication periods are working days: that of each ends the day after.
    """

    as_of: date
    dataset: str
    title_ko: str
    title_en: str
    frequency: str
    status: State
    expected_period: str | None
    expected_by: date | None
    late_after: date | None
    seen_period: str | None
    seen_published_at: date | None
    seen_loaded_at: str | None
    days_late: int | None
    next_period: str | None
    next_from: date | None
    next_by: date | None
    is_simulated: bool

    @property
    def told(self) -> str:
        """What is late, for whoever is woken by it: one line in English and Korean."""
        seen = self.seen_period or "–"
        return (
            f"{self.dataset}: expected up to {self.expected_period}, seen up to {seen}; the first "
            f"missing was due by {self.expected_by}, {self.days_late} days ago / {self.title_ko}: "
            f"{self.expected_period}까지 나왔어야 하나 {seen}까지 들어옴. 처음 빠진 판의 기한 "
            f"{self.expected_by}, {self.days_late}일 지연"
        )


def freshness(settings: Settings, today: date | None = None) -> list[Freshness]:
    """One row a dataset that says how it is fetched, in the order of the datasets.

    Args:
        settings: the home.
        today: the day (Korean time); default: today, and in a home of simulated data the day of the
            newest simulated publication, because a simulated publisher has stopped its clock.
    """
    landed, contracts = settings.home / "landed", load_contracts().by_dataset
    every = [
        snapshot
        for snapshot in SnapshotStore(settings.home / "raw")
        if snapshot.dataset in contracts
        and snapshot.publisher != "sandan"
        # What could not be read has not been seen.
        and landed_path(landed, snapshot).exists()
    ]
    # What a release leaves out says nothing of what its publishers have brought out. The trend decides,
    # and where there is none yet, whether anything real is here.
    trend = [s for s in every if contracts[s.dataset].landed == "observations"]
    simulated = bool(every) and all(s.is_simulated for s in trend or every)
    real = not simulated
    every = [s for s in every if of_another_world(s, contracts[s.dataset], real=real) is None]
    seen: dict[str, list[Snapshot]] = {}
    for snapshot in every:
        seen.setdefault(snapshot.dataset, []).append(snapshot)
    today = today or settings.today
    if today is None:
        today = datetime.now(UTC).astimezone(SEOUL).date()
        if simulated:
            today = max(date.fromisoformat(s.published_at) for s in every)
    return [
        _row(contract, seen.get(contract.dataset, []), landed, today, simulated)
        for contract in contracts.values()
        if contract.source.fetch
    ]


def write_freshness(settings: Settings, today: date | None = None) -> tuple[list[Freshness], Path]:
    """Write table and page below `<home>/freshness`; returns the rows and the page's path."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    from publication.freshness import render_freshness

    rows = freshness(settings, today)
    folder = settings.home / "freshness"
    table = pa.Table.from_pylist([asdict(row) for row in rows], schema=_schema())
    sink = pa.BufferOutputStream()
    pq.write_table(table, sink)
    replace_file(folder / "freshness.parquet", sink.getvalue().to_pybytes())
    told = [{k: _text(v) for k, v in asdict(row).items()} for row in rows]
    replace_file(
        folder / "freshness.json", (json.dumps(told, ensure_ascii=False, indent=1) + "\n").encode()
    )
    page = render_freshness(
        [asdict(row) for row in rows],
        str(rows[0].as_of) if rows else "",
        folder / "index.html",
        simulated=any(row.is_simulated for row in rows),
    )
    return rows, page


def _row(
    contract: Contract, found: list[Snapshot], landed: Path, today: date, simulated: bool
) -> Freshness:
    cadence = contract.cadence
    newest, last, seen_period = _newest(contract, found, landed)
    should, coming = expected(cadence, today), awaited(cadence, today)
    missing = overdue(cadence, today, last)
    status: State
    days_late = None
    expected_by = late_after = None
    if cadence.frequency == "irregular":
        status = "irregular" if newest else "never_seen"
    elif missing is not None:
        expected_by, late_after = missing.closes, missing.late
        status = "late" if today > missing.late else "due"
        days_late = (today - missing.closes).days
        if newest is None:
            status = "never_seen"
    elif newest is None:
        status = "never_seen"
    else:
        status = "ended" if coming is None and cadence.ended else "on_time"
        expected_by = should.closes if should else None
        late_after = should.late if should else None
    return Freshness(
        as_of=today,
        dataset=contract.dataset,
        title_ko=contract.title.ko,
        title_en=contract.title.en,
        frequency=cadence.frequency,
        status=status,
        expected_period=str(should.period) if should else None,
        expected_by=expected_by,
        late_after=late_after,
        seen_period=seen_period,
        seen_published_at=date.fromisoformat(newest.published_at) if newest else None,
        seen_loaded_at=newest.loaded_at if newest else None,
        days_late=days_late,
        next_period=str(coming.period) if coming else None,
        next_from=coming.opens if coming else None,
        next_by=coming.closes if coming else None,
        is_simulated=simulated,
    )


def _newest(
    contract: Contract, found: list[Snapshot], landed: Path
) -> tuple[Snapshot | None, date | None, str | None]:
    """The newest snapshot of a dataset, the last day its figures tell about, and their period."""
    if not found:
        return None, None, None
    if contract.landed == "national_series":
        # Such a file is about a year or everything: how far it goes stands in its rows.
        newest = max(found, key=lambda s: (s.period, s.vintage, s.loaded_at))
        periods = _periods_with_figures(landed_path(landed, newest))
        if not periods:
            return newest, None, None
        last = max(periods, key=_last_day)
        return newest, _last_day(last), last
    newest = max(found, key=lambda s: (Period.parse(s.period).last_day, s.vintage, s.loaded_at))
    return newest, Period.parse(newest.period).last_day, newest.period


def _periods_with_figures(path: Path) -> list[str]:
    import pyarrow.compute as pc
    import pyarrow.parquet as pq

    table = pq.read_table(path, columns=["period", "value"])
    return list(set(table.filter(pc.is_valid(table["value"]))["period"].to_pylist()))


def _last_day(period: str) -> date:
    """The last day of a period, or the day itself (`2026-05-28`)."""
    return date.fromisoformat(period) if len(period) == 10 else Period.parse(period).last_day


def _text(value: object) -> object:
    return value.isoformat() if isinstance(value, date) else value


def _schema() -> object:
    import pyarrow as pa

    kinds = {"days_late": pa.int32(), "is_simulated": pa.bool_()}
    days = {"as_of", "expected_by", "late_after", "seen_published_at", "next_from", "next_by"}
    return pa.schema(
        [
            (name, pa.date32() if name in days else kinds.get(name, pa.string()))
            for name in Freshness.__dataclass_fields__
        ]
    )
