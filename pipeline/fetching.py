"""Fetching: each contract's ways to its publisher, from the interface into the inbox.

A dataset is fetched in the ways its contract names, in their order, until one gives something.
What comes is dropped into the inbox as a person would: a file as the publisher named it, or the
answers of one period in a bundle (`ingestion/answers.py`). From there on it is like any other
file. What was fetched and landed before is not asked for again, except where the publisher is
known to revise it.
"""

from __future__ import annotations

import contextlib
import hashlib
import io
import zipfile
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cached_property, partial
from pathlib import Path
from typing import Any

import olefile

from ingestion.answers import bundle_of, pack
from ingestion.contract import (
    Contract,
    CustomsFetch,
    EcosFetch,
    FactoriesFetch,
    KosisFetch,
    OdcloudFetch,
    PortalFetch,
    TrendFetch,
)
from ingestion.fetch.client import Answer, Fetcher, status_of
from ingestion.fetch.errors import FetchError, NoData, NotData, PersonNeeded, fault
from ingestion.fetch.quota import Now, now_utc
from ingestion.fetch.sources import customs, ecos, factories, indparkstats, kosis, odcloud, portal
from ingestion.ingest import Ingestion, in_quarantine
from ingestion.parsers import industrial_trend
from ingestion.periods import Period, period_of_date
from ingestion.problems import RejectedFile
from ingestion.recognise import recognise
from ingestion.snapshots import Snapshot
from ingestion.sniff import may_name_persons, read_content
from pipeline.editions import Editions
from pipeline.inputs import ingestion_room
from pipeline.settings import Settings, close_home
from pipeline.steps import inbox_files, is_fetched, new_run_id

#: So many editions that cannot be had are enough to know that the portal is at fault today.
_NO_MORE_AFTER = 3
#: Pages of an unfinished edition are kept so long (the longest `keep_days` of a source).
_KEPT_DAYS = 7


@dataclass(frozen=True)
class Errand:
    """What a way needs to know: who asks, for what, what is known already, where it goes."""

    fetcher: Fetcher
    contract: Contract
    #: Knows what every file looks like.
    room: Ingestion
    #: Where it goes.
    drops: Path
    #: The periods that have landed.
    landed: Collection[str]
    today: date
    #: Fetch from this period on, whatever is known; None: only what is new.
    since: Period | None = None
    #: What has landed of the dataset, and when the files that people dropped came, by hash.
    snapshots: tuple[Snapshot, ...] = ()
    dropped: Callable[[], Mapping[str, str]] = dict

    @property
    def dataset(self) -> str:
        """The dataset's name."""
        return self.contract.dataset

    @cached_property
    def editions(self) -> Editions:
        """What is known of the editions that the publisher offered."""
        return Editions(
            self.fetcher.home,
            self.dataset,
            is_simulated=self.fetcher.rerouted,
            snapshots=self.snapshots,
            dropped=self.dropped,
            period_of=partial(_period, self.contract),
            today=self.today,
            revised_for_months=self.contract.cadence.revised_for_months,
        )

    def forget(self, answers: Sequence[Answer]) -> None:
        """Keep no pages of what is one file now: asked for again, the publisher is asked again."""
        for dataset in {answer.dataset for answer in answers}:
            self.fetcher.forget_dataset(dataset)

    def drop(
        self, answers: Sequence[Answer], period: str, published_at: date | None = None
    ) -> Path:
        """Drop the answers of one period as a bundle; its day of publication is what they tell."""
        bundle = bundle_of(
            [(a.data, a.url, a.params, a.period) for a in answers],
            dataset=self.dataset,
            period=period,
        )
        published = [a.published_at for a in answers if a.published_at is not None]
        return Answer(
            data=pack(bundle),
            file_name=f"{self.dataset}_{period}.zip",
            dataset=self.dataset,
            url=answers[0].url,
            media_type="application/zip",
            published_at=published_at or max(published, default=self.today),
            is_simulated=any(a.is_simulated for a in answers),
        ).drop(self.drops)


def fetch(
    settings: Settings,
    datasets: list[str] | None = None,
    *,
    run_id: str,
    since: Period | None = None,
    transport: Any = None,
    now: Now = now_utc,
    tell: Callable[[dict[str, Any]], None] = lambda result: None,
) -> list[dict[str, Any]]:
    """Fetch what is new of the datasets, for the next ingestion.

    Args:
        settings: files go into its `drops`; `publishers` may name a sample publisher on this machine.
        datasets: which; default: every contract that says how it is fetched.
        run_id: the run whose outcome file gets a row for every request.
        since: fetch every edition from this period on, known or not.
        transport: an httpx transport, for tests; now: the clock, for tests.
        tell: hears of every result as it comes.

    Returns one result a dataset: {"dataset", "status": "fetched" | "no_data" | "person_needed" |
    "stopped" | "failed", "files", "message", "message_ko"}. What fails does not keep the others
    back. `stopped` is for want of a key or of calls left today: the next run goes on from there.

    Raises:
        KeyError: a dataset that no contract names, or that says nothing on how it is fetched.
    """
    room = ingestion_room(settings)
    offered = {d: c for d, c in room.contracts.by_dataset.items() if c.source.fetch}
    unknown = set(datasets or []) - offered.keys()
    if unknown:
        raise KeyError(f"{', '.join(sorted(unknown))}: fetched are {', '.join(sorted(offered))}")
    close_home(settings)
    settings.drops.mkdir(parents=True, exist_ok=True)
    landed: dict[str, list[Snapshot]] = {}
    for snapshot in room.store:
        # What is simulated says nothing about what the publisher has, and the other way round. What
        # is in quarantine is asked for again: the publisher may have mended it.
        if snapshot.is_simulated == (settings.publishers is not None) and not in_quarantine(
            settings.home, snapshot.sha256
        ):
            landed.setdefault(snapshot.dataset, []).append(snapshot)
    results: list[dict[str, Any]] = []
    with Fetcher(
        settings.home,
        run_id,
        # A real key is never sent to the sample publisher.
        keys=None if settings.publishers else settings.keys,
        inbox=settings.inbox or settings.drops,
        publishers=settings.publishers,
        transport=transport,
        now=now,
    ) as fetcher:
        today = settings.today or fetcher.meter.today()
        for dataset in datasets or sorted(offered):
            here = tuple(landed.get(dataset, ()))
            errand = Errand(
                fetcher,
                offered[dataset],
                room,
                settings.drops,
                {snapshot.period for snapshot in here},
                today,
                since,
                here,
                partial(dropped, settings),
            )
            results.append(_fetch_one(errand))
            tell(results[-1])
        fetcher.clear(before=fetcher.meter.today() - timedelta(days=_KEPT_DAYS))
    return results


def _fetch_one(errand: Errand) -> dict[str, Any]:
    """Try the ways of a contract in their order; the first that gives something is enough."""
    files: list[Path] = []
    failure: FetchError | None = None
    for way in errand.contract.source.fetch:
        try:
            for path in _WAYS[type(way)](errand, way):
                files.append(path)
        except FetchError as error:
            # Where no way gives it, a person can: whatever else went wrong, that is what to do. And
            # that one way has nothing does not make up for another that failed.
            if failure is None or not (
                isinstance(failure, PersonNeeded) or isinstance(error, NoData)
            ):
                failure = error
            if not files:
                continue
        else:
            failure = None if files else failure
        break
    result: dict[str, Any] = {
        "dataset": errand.dataset,
        "files": [str(path) for path in files],
        "awaited": errand.editions.awaited,
    }
    if failure is None:
        names = ", ".join(path.name for path in files[:3]) + (" …" if len(files) > 3 else "")
        return {
            **result,
            "status": "fetched" if files else "no_data",
            "message": f"{len(files)} files: {names}" if files else "nothing new",
            "message_ko": f"파일 {len(files)}개: {names}" if files else "새 자료 없음",
        }
    return {
        **result,
        "status": status_of(failure),
        "code": f"{failure.publisher}/{failure.code}",
        "retriable": failure.retriable,
        "message": f"{failure.message_en} → {failure.action_en}",
        "message_ko": f"{failure.message_ko} → {failure.action_ko}",
    }


# -- the ways -------------------------------------------------------------------------------


def _portal(errand: Errand, way: PortalFetch) -> Iterator[Path]:
    """Every edition from `first` on that was not fetched before, oldest first, the newest, and what
    may have been mended since.

    Where a captcha is in the way, a person is asked once for an edition: what somebody dropped since
    then is not asked for again.
    """
    request = portal.PortalRequest(errand.dataset, way.dataset_id)
    memory, first = errand.editions, Period.parse(way.first) if way.first else None
    due = memory.due(portal.editions(errand.fetcher, request), first, errand.since)
    failures: list[FetchError] = []
    for number, edition in enumerate(due):
        if errand.since is None and memory.was_asked(edition) and memory.is_here(edition):
            memory.add(edition.uddi, edition.changed_on)
            continue
        try:
            check = partial(_must_be, errand, edition.title)
            answer = portal.download(errand.fetcher, request, edition, check)
        except PersonNeeded as needed:
            if errand.since is None and memory.is_here(edition):
                memory.add(edition.uddi, edition.changed_on)
                continue
            # Whoever opens the page finds the others there, too: they are wanted at the same time.
            others = [e for e in due[number + 1 :] if not memory.is_here(e)]
            for wanted in (edition, *others):
                memory.ask(wanted, errand.fetcher.now().astimezone(UTC))
            if others:
                titles = ", ".join(f"'{e.title}'" for e in others)
                needed.action_en += f" Wanted as well: {titles}."
                needed.action_ko += f" 함께 필요한 파일: {titles}."
            raise
        except NotData as failure:
            # One edition that cannot be had keeps no other back; where none can, the portal is at fault.
            failures.append(failure)
            if len(failures) == _NO_MORE_AFTER:
                raise
            continue
        path = answer.drop(errand.drops)
        memory.add(edition.uddi, edition.changed_on, path)
        yield path
    if failures:
        raise failures[0]


def _must_be(errand: Errand, title: str, data: bytes) -> None:
    """A downloaded file must be what its contract says, or at least a file and no message.

    An office document or archive that is whole is the publisher's own: if nobody can read it, it goes
    into quarantine when it is taken in. A text that no contract answers to may be anything.

    Raises:
        NotData: half an archive, a text of another form, or one that no contract answers to.
    """
    contract = errand.contract
    if data.startswith(b"PK\x03\x04"):
        if not zipfile.is_zipfile(io.BytesIO(data)):
            raise fault("truncated", publisher="portal")
        return
    if data.startswith(olefile.MAGIC):
        return
    what, what_ko = f"no {contract.form}", f"{contract.form} 형식이 아님"
    try:
        content = read_content(data)
        if content.form == contract.form:
            recognise(content, errand.room.contracts, errand.room.registry, title)
            return
    except RejectedFile as rejected:
        # What may name persons is not quoted.
        if not (contract.names_persons or may_name_persons(data)):
            what, what_ko = rejected.problems[0].message_en, rejected.problems[0].message_ko
    raise fault("not_the_file", publisher="portal", what=what, what_ko=what_ko)


def _odcloud(errand: Errand, way: OdcloudFetch) -> Iterator[Path]:
    """The newest edition and what may have been mended since; every edition from `since` on."""
    memory = errand.editions
    found = odcloud.editions(errand.fetcher, way.dataset_id)
    offered = [edition for edition in found if edition.day is not None]
    if found and not offered:  # what its rows are about nobody could tell
        raise fault("shape", publisher="odcloud", detail="summary …_YYYYMMDD")
    offered.sort(key=lambda e: e.day or date.min)
    for edition in memory.due(offered, None, errand.since):
        request = odcloud.OdcloudRequest(
            errand.dataset, way.dataset_id, edition.uddi, day=edition.day
        )
        answers = odcloud.fetch(errand.fetcher, request)
        path = errand.drop(answers, str(_period(errand.contract, edition.day or errand.today)))
        errand.forget(answers)
        memory.add(edition.uddi, path=path)
        yield path


def _trend(errand: Errand, way: TrendFetch) -> Iterator[Path]:
    """Every operation of every month that has not landed or may have been revised since; oldest
    first, a bundle a month."""
    month = Period.parse(way.first)
    last = Period.parse(way.last) if way.last else period_of_date(errand.today, "M").shift(-1)
    memory = errand.editions
    while month <= last:
        about = str(month)
        again = errand.since is not None and month >= _month(errand.since)
        revised = memory.may_change(month.last_day) and memory.is_long_ago(about)
        if again or revised or about not in errand.landed:
            answers: list[Answer] = []
            for operation, (_, takes) in indparkstats.OPERATIONS.items():
                request = indparkstats.TrendRequest(
                    operation, about, about if takes == "range" else None
                )
                with contextlib.suppress(NoData):
                    answers += indparkstats.fetch(errand.fetcher, request)
            if answers:
                # The interface tells no day, and the answers are dated as a first print. What says
                # something else than the print that is here appeared since then.
                path = errand.drop(answers, about, errand.today if about in errand.landed else None)
                errand.forget(answers)
                memory.add(about, path=path)
                yield path
        month = month.shift(1)


def _factories(errand: Errand, way: FactoriesFetch) -> Iterator[Path]:
    """All pages of all complexes, as one edition of this month."""
    period = str(period_of_date(errand.today, "M"))
    if period in errand.landed and errand.since is None:
        return
    answers: list[Answer] = []
    for name in way.complexes:
        with contextlib.suppress(NoData):
            answers += factories.fetch(errand.fetcher, factories.FactoriesRequest(name))
    if answers:
        yield errand.drop(answers, period)
        # The pages name persons: once they are one file, no second copy is kept.
        errand.forget(answers)


def _kosis(errand: Errand, way: KosisFetch) -> Iterator[Path]:
    """The whole table from `first` on: one request (split where it is too much), one vintage."""
    request = kosis.KosisRequest(
        dataset=errand.dataset,
        org=way.org,
        table=way.table,
        items=way.items,
        classes=way.classes,
        frequency=way.frequency,
        start=way.first,
        end=_kosis_period(errand.today, way.frequency),
    )
    yield errand.drop(kosis.fetch(errand.fetcher, request), "all")


def _customs(errand: Errand, way: CustomsFetch) -> Iterator[Path]:
    """A bundle a calendar year: the years that have not landed, and those still revised."""
    for first, last in customs.windows(*_span(way.first, errand.today)):
        year = first[:4]
        if not _due_year(errand, year):
            continue
        requests = [
            customs.TradeRequest(hs=hs, start=first, end=last, area=way.area, sido=sido)
            for hs in (way.hs or (None,))
            for sido in (way.sido or (None,))
        ]
        answers: list[Answer] = []
        for request in requests:
            with contextlib.suppress(NoData):
                answers += customs.fetch(errand.fetcher, request)
        if answers:
            yield errand.drop(answers, year)


def _ecos(errand: Errand, way: EcosFetch) -> Iterator[Path]:
    """A bundle a calendar year: the years that have not landed, and the newest two."""
    for year in range(int(way.first[:4]), errand.today.year + 1):
        if not _due_year(errand, str(year)):
            continue
        start, end = {
            "A": (f"{year}", f"{year}"),
            "Q": (f"{year}Q1", f"{year}Q4"),
            "M": (f"{year}01", f"{year}12"),
            "D": (f"{year}0101", f"{year}1231"),
        }[way.cycle]
        request = ecos.EcosRequest(
            stat=way.stat, items=way.items, cycle=way.cycle, start=start, end=end
        )
        with contextlib.suppress(NoData):
            yield errand.drop(ecos.fetch(errand.fetcher, request), str(year))


_WAYS: dict[type, Callable[[Errand, Any], Iterator[Path]]] = {
    PortalFetch: _portal,
    OdcloudFetch: _odcloud,
    TrendFetch: _trend,
    FactoriesFetch: _factories,
    KosisFetch: _kosis,
    CustomsFetch: _customs,
    EcosFetch: _ecos,
}


# -- periods --------------------------------------------------------------------------------


def _due_year(errand: Errand, year: str) -> bool:
    if errand.since is not None:
        return int(year) >= errand.since.year
    return year not in errand.landed or errand.editions.may_change(date(int(year), 12, 31))


def _span(first: str, today: date) -> tuple[str, str]:
    """From the first month to the last that is over."""
    return first, str(period_of_date(today, "M").shift(-1))


def _month(period: Period) -> Period:
    """The first month of a period."""
    number = {"A": 1, "Q": period.number * 3 - 2, "M": period.number}[period.freq]
    return Period(period.year, "M", number)


def _period(contract: Contract, day: date) -> Period:
    """What an edition of a day is about."""
    if contract.parser == "industrial_trend":
        return industrial_trend.edition_period(day)
    frequency = {"monthly": "M", "quarterly": "Q", "annual": "A"}.get(
        contract.cadence.frequency, "M"
    )
    return period_of_date(day, frequency)


def _kosis_period(today: date, frequency: str) -> str:
    if frequency == "Y":
        return str(today.year)
    return f"{today.year}{(today.month + 2) // 3 if frequency == 'Q' else today.month:02d}"


# -- for the scheduler ----------------------------------------------------------------------


def fetch_for_run(settings: Settings, dataset: str, *, since: str | None) -> dict[str, Any]:
    """One dataset, for a task: the result with the moment it was asked (`at`, UTC).

    `status` may also be `no_key`: without the key there is nothing to try again.
    """
    at = datetime.now(UTC).isoformat(timespec="seconds")
    period = Period.parse(since) if since else None
    (result,) = fetch(settings, [dataset], run_id=new_run_id(), since=period)
    if str(result.get("code", "")).endswith("/no_key"):
        result["status"] = "no_key"
    return {**result, "at": at}


def dropped(settings: Settings) -> dict[str, str]:
    """When each file that a person dropped came into its folder (UTC), by the hash of its content."""
    found: dict[str, str] = {}
    for path in _by_people(settings):
        at = datetime.fromtimestamp(path.stat().st_ctime, UTC).isoformat(timespec="seconds")
        found[hashlib.sha256(path.read_bytes()).hexdigest()] = at
    return found


def _by_people(settings: Settings) -> list[Path]:
    """The files of the inboxes but for those that were fetched."""
    folders = {f for f in (settings.inbox, settings.drops) if f is not None and f.is_dir()}
    return [
        path
        for folder in sorted(folders)
        for path in inbox_files(folder)
        if not (settings.drops in path.parents and is_fetched(path))
    ]


def arrived(
    settings: Settings, dataset: str, *, since: str, awaited: Sequence[str] = ()
) -> str | None:
    """The file of a dataset that somebody has dropped, or None while there is none.

    A file counts that lies in the inbox and is not known yet, or that was taken in after `since`
    (the daily ingestion may come first). Files are known by their content, not by their name. What was
    fetched is nobody's: it may be all that came before the captcha.

    Args:
        settings: where the inboxes are; dataset: the dataset's name.
        since: when it was asked for (UTC).
        awaited: the editions that a person was asked for; fetched since then, all is well, too.
    """
    memory = Editions(settings.home, dataset, is_simulated=settings.publishers is not None)
    if awaited and not set(awaited) & set(memory.awaited):
        return f"{dataset}: fetched meanwhile"
    room = ingestion_room(settings)
    known = room.store.by_sha256()
    for snapshot in room.store:
        if (
            snapshot.dataset == dataset
            and snapshot.loaded_at >= since
            and snapshot.sha256 not in memory.ours
        ):
            return snapshot.file_name
    came = dropped(settings)
    for path in _by_people(settings):
        data = path.read_bytes()
        sha256 = hashlib.sha256(data).hexdigest()
        if sha256 in known:
            # Fetched before, under another name perhaps: brought since then, it is what was asked for.
            if known[sha256].dataset == dataset and came.get(sha256, "") >= since:
                return path.name
            continue
        try:
            contract = recognise(read_content(data), room.contracts, room.registry, path.name)
        except RejectedFile:
            continue  # what it is will be told when it is taken in
        if contract.dataset == dataset:
            return path.name
    return None
