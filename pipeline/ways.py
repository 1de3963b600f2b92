"""The ways to a publisher: what each kind of source is asked for, edition by edition, into the inbox."""

from __future__ import annotations

import contextlib
import io
import zipfile
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date
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
from ingestion.fetch.client import Answer, Fetcher
from ingestion.fetch.errors import FetchError, NoData, PersonNeeded, fault
from ingestion.fetch.sources import customs, ecos, factories, indparkstats, kosis, odcloud, portal
from ingestion.ingest import Ingestion
from ingestion.parsers import industrial_trend
from ingestion.periods import Period, period_of_date
from ingestion.problems import RejectedFile
from ingestion.recognise import recognise
from ingestion.snapshots import Snapshot
from ingestion.sniff import may_name_persons, read_content
from pipeline.editions import Editions
from pipeline.schedules import FREQ
from pipeline.tries import OF_ONE, Tries

#: An operation of the trend interface that could not be had for so many months is left for this run.
_MONTHS_OF_NOTHING = 2


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
    #: What there is to tell of what came, in English and Korean.
    notes: list[tuple[str, str]] = field(default_factory=list)

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
            period_of=partial(period_of, self.contract),
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


def _portal(errand: Errand, way: PortalFetch) -> Iterator[Path]:
    """Every edition from `first` on that was not fetched before, the newest, and what may have been
    mended since; the newest first, and last what could not be had before.

    Where a captcha is in the way, a person is asked once for an edition: what somebody dropped since
    then is not asked for again.
    """
    request = portal.PortalRequest(errand.dataset, way.dataset_id)
    memory, first = errand.editions, Period.parse(way.first) if way.first else None
    offered = portal.editions(errand.fetcher, request)
    due = memory.in_turn(memory.due(offered, first, errand.since))
    tries = Tries()

    def ask(edition: portal.Edition) -> None:
        memory.ask(edition, errand.fetcher.now().astimezone(UTC))
        tries.want(edition.title)

    for edition in due:
        if errand.since is None and memory.was_asked(edition) and memory.is_here(edition):
            memory.add(edition.uddi, edition.changed_on)
            continue
        if tries.are_over:
            # Whoever opens the page finds the others there, too: they are wanted at the same time.
            if tries.met_captchas and not memory.is_here(edition):
                ask(edition)
            continue
        try:
            check = partial(must_be, errand, edition.title)
            answer = portal.download(errand.fetcher, request, edition, check)
        except FetchError as failure:
            if isinstance(failure, PersonNeeded):
                if errand.since is None and memory.is_here(edition):
                    memory.add(edition.uddi, edition.changed_on)
                    continue
                ask(edition)
            tries.failed(failure, edition.title)
            memory.failed(edition)
            continue
        tries.came()
        path = answer.drop(errand.drops)
        memory.add(edition.uddi, edition.changed_on, path)
        yield path
    tries.tell()


def must_be(errand: Errand, title: str, data: bytes) -> None:
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
    tries = Tries()
    for edition in memory.in_turn(memory.due(offered, None, errand.since)):
        if tries.are_over:
            break
        request = odcloud.OdcloudRequest(
            errand.dataset, way.dataset_id, edition.uddi, day=edition.day
        )
        try:
            answers = odcloud.fetch(errand.fetcher, request)
        except FetchError as failure:
            # What stands in the list has rows: without them it is not merely nothing new.
            is_empty = isinstance(failure, NoData)
            found_none = fault("empty", publisher="odcloud")
            tries.failed(found_none if is_empty else failure, str(edition.day))
            memory.failed(edition)
            continue
        tries.came()
        path = errand.drop(answers, str(period_of(errand.contract, edition.day or errand.today)))
        errand.forget(answers)
        memory.add(edition.uddi, path=path)
        yield path
    tries.tell()


def _trend(errand: Errand, way: TrendFetch) -> Iterator[Path]:
    """Every operation of every month that has not landed or may have been revised since, and what of a
    month could not be had before; oldest first, a bundle a month.

    An operation that cannot be had keeps no other back.
    """
    month = Period.parse(way.first)
    last = Period.parse(way.last) if way.last else period_of_date(errand.today, "M").shift(-1)
    memory = errand.editions
    tries = {operation: Tries(_MONTHS_OF_NOTHING) for operation in indparkstats.OPERATIONS}
    # Where half of them in a row cannot be had, it is the interface that is at fault.
    all_tries = Tries(len(tries) // 2)
    while month <= last:
        about = str(month)
        is_here = about in errand.landed
        again = errand.since is not None and month >= _month(errand.since)
        revised = memory.may_change(month.last_day) and memory.is_long_ago(about)
        is_whole = again or revised or not is_here
        answers: list[Answer] = []
        lacking: list[str] = []
        for operation, (_, takes) in indparkstats.OPERATIONS.items():
            if not is_whole and operation not in memory.lacking(about):
                continue
            if tries[operation].are_over or all_tries.are_over:
                lacking.append(operation)
                continue
            request = indparkstats.TrendRequest(
                operation, about, about if takes == "range" else None
            )
            try:
                answers += indparkstats.fetch(errand.fetcher, request)
            except NoData:
                pass
            except OF_ONE as failure:
                for told in (tries[operation], all_tries):
                    told.failed(failure)
                lacking.append(operation)
                continue
            for told in (tries[operation], all_tries):
                told.came()
        if answers:
            # The interface tells no day, and the answers are dated as a first print. What says
            # something else than the print that is here appeared since then.
            path = errand.drop(answers, about, errand.today if is_whole and is_here else None)
            errand.forget(answers)
            memory.add(about, path=path)
            yield path
        if answers or is_here:
            memory.lack(about, lacking)
        month = month.shift(1)
    failed = [operation for operation, of_one in tries.items() if of_one.failures]
    if failed:
        first = all_tries.failures[0]
        names = ", ".join(indparkstats.OPERATIONS[operation][0] for operation in failed)
        first.action_en += f" Could not be had: {names}; no other operation was kept back."
        first.action_ko += f" 받지 못한 조회: {names}. 다른 조회는 그대로 진행했습니다."
        raise first


def _factories(errand: Errand, way: FactoriesFetch) -> Iterator[Path]:
    """All pages of all complexes, as one edition of this month: whole or not at all, because totals are
    made of it. Complexes of which there is nothing are told."""
    period = str(period_of_date(errand.today, "M"))
    if period in errand.landed and errand.since is None:
        return
    answers: list[Answer] = []
    without: list[str] = []
    for name in way.complexes:
        try:
            answers += factories.fetch(errand.fetcher, factories.FactoriesRequest(name))
        except NoData:
            without.append(name)
    if without:
        count, shown = f"{len(without)}/{len(way.complexes)}", ", ".join(without)
        errand.notes.append(
            (f"complexes without data ({count}): {shown}", f"자료 없는 단지({count}): {shown}")
        )
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
    """A bundle a calendar year: the years that have not landed, the newest two, and those still revised."""

    def fetch(first: str, last: str) -> list[Answer]:
        answers: list[Answer] = []
        for hs in way.hs or (None,):
            for sido in way.sido or (None,):
                request = customs.TradeRequest(
                    hs=hs, start=first, end=last, area=way.area, sido=sido
                )
                with contextlib.suppress(NoData):
                    answers += customs.fetch(errand.fetcher, request)
        return answers

    spans = {
        first[:4]: (first, last) for first, last in customs.windows(*_span(way.first, errand.today))
    }
    return _years(errand, spans, lambda year: fetch(*spans[year]))


def _ecos(errand: Errand, way: EcosFetch) -> Iterator[Path]:
    """A bundle a calendar year: the years that have not landed, the newest two, and those still revised."""

    def fetch(year: str) -> list[Answer]:
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
            return ecos.fetch(errand.fetcher, request)
        return []

    years = [str(year) for year in range(int(way.first[:4]), errand.today.year + 1)]
    return _years(errand, years, fetch)


def _years(
    errand: Errand, years: Iterable[str], fetch: Callable[[str], list[Answer]]
) -> Iterator[Path]:
    """The years that are due, the newest first: one that cannot be had keeps no other back."""
    tries = Tries()
    for year in sorted(years, reverse=True):
        if tries.are_over:
            break
        if not _due_year(errand, year):
            continue
        try:
            answers = fetch(year)
        except FetchError as failure:
            tries.failed(failure, year)
            continue
        tries.came()
        if answers:
            yield errand.drop(answers, year)
    tries.tell()


WAYS: dict[type, Callable[[Errand, Any], Iterator[Path]]] = {
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
    # A year that runs, or has just ended, is not whole when it is first fetched.
    return (
        year not in errand.landed
        or int(year) >= errand.today.year - 1
        or errand.editions.may_change(date(int(year), 12, 31))
    )


def _span(first: str, today: date) -> tuple[str, str]:
    """From the first month to the last that is over."""
    return first, str(period_of_date(today, "M").shift(-1))


def _month(period: Period) -> Period:
    """The first month of a period."""
    number = {"A": 1, "Q": period.number * 3 - 2, "M": period.number}[period.freq]
    return Period(period.year, "M", number)


def period_of(contract: Contract, day: date) -> Period:
    """What an edition of a day is about."""
    if contract.parser == "industrial_trend":
        return industrial_trend.edition_period(day)
    return period_of_date(day, FREQ.get(contract.cadence.frequency, "M"))


def _kosis_period(today: date, frequency: str) -> str:
    if frequency == "Y":
        return str(today.year)
    return f"{today.year}{(today.month + 2) // 3 if frequency == 'Q' else today.month:02d}"
