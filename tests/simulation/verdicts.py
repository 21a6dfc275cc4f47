"""The verdict on a day over the archive in memory: production's rules, statements answered here.

``open_claims`` and ``reconcile_day`` run as they are; what they ask of PostgreSQL is looked up in
the archive's tables. Where the statements themselves are wrong, tests/integration shows it.
"""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date
from functools import cache
from typing import Any, cast
from unittest.mock import patch
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from central.archive.port import StreamKey
from central.domain.epoch import EpochState
from central.domain.hole import holes_stored
from central.projections.arrival import RECOVERED_KIND, read_event
from central.projections.event import RawEvent
from central.projections.fact_id import SALE_KIND, FactId, fact_id
from central.projections.line_up import Read, Reason
from central.reports import claims, evidence, held_day, reconciliation, statements, streams
from central.reports.claims import OpenClaim, open_claims
from central.reports.reconciled_day import ReconciledDay
from central.reports.reconciliation import reconcile_day
from central.reports.store_day import StoreDay
from central.reports.totals import Span, StoreAccount
from sync.protocol.change import Epoch, ProvisionalGenesis
from sync.protocol.codec import decode
from sync.protocol.errors import Undecodable
from sync.protocol.facts import AnyFact, RetailTransaction
from sync.protocol.identity import StoreId, WorkstationId
from sync.protocol.manifest import WorkstationTotals
from tests.doubles.archive_memory import MemoryArchive
from tests.shop_sales import tally
from tests.simulation.found_rows import Found, named, picked, place_of
from tests.simulation.home_answers import carried_home, home_answers

_OF_DAY = ("store_id", "business_date", "epoch_number", "epoch_fingerprint")


class Answers:
    """Stands in for a connection: each statement that verdicts ask, answered from the archive."""

    def __init__(self, archive: MemoryArchive) -> None:
        self.archive = archive
        self._answers: Mapping[str, Callable[..., list[Found]]] = {
            claims._CLAIMS: self._claims,
            claims._TOLD_MORE: self._told_more,
            claims._DAYS: self._places,
            claims._HASHES: self._told_and_held,
            streams.STREAMS: self._streams,
            statements.DAYS: self._days,
            statements.GIVEN: self._given,
            statements.HASHES: self._hashes,
            **home_answers(archive),
            evidence._WITH_RECEIPTS: self._epochs,
            evidence._SET_ASIDE: self._set_aside,
        }

    async def fetch(self, statement: str, *arguments: Any) -> list[Found]:
        """The rows."""
        return self._answers[statement](*arguments)

    def _through(self, *place: Any) -> int:
        off = self.archive.tables["written_off"].get(place)
        return off.through if off else 0

    def _home(self, key: StreamKey) -> int:
        """Through where what a box said it holds came home from its own journal."""
        home = carried_home(self.archive, key)
        stated = (
            seq
            for (store_id, epoch, seq, own) in self.archive.claims
            if (store_id, epoch) == (key.store_id, key.epoch) and own in home
        )
        return max(stated, default=0)

    def _claims(self, stores: Sequence[UUID], _limit: int) -> list[Found]:
        by_epoch: dict[StreamKey, list[tuple[int, int]]] = {}
        for (store_id, epoch, seq, _), claim in self.archive.claims.items():
            key = StreamKey(store_id, epoch)
            if store_id in stores and seq > self._through(*place_of(key)):
                by_epoch.setdefault(key, []).append((seq, claim.heard_at_ms))
        return [
            Found(
                **named(key),
                seq=max(seq for seq, _ in heads),
                lowest=min(seq for seq, _ in heads),
                heard_at_ms=min(heard for _, heard in heads),
            )
            for key, heads in by_epoch.items()
        ]

    def _streams(self, stores: Sequence[UUID], _limit: int) -> list[Found]:
        tails = self.archive.tables["tail_closed"]
        return [
            Found(
                **named(key),
                watermark=standing.watermark,
                applied_through=standing.applied_through,
                sender_seq=standing.sender_seq,
                genesis=standing.genesis,
                provisional=is_provisional(standing.genesis),
                last_contact_ms=standing.last_contact_ms,
                holes=holes_stored(standing.holes),
                alarm=standing.alarm,
                is_off=standing.state is EpochState.WRITTEN_OFF,
                **{
                    column: getattr(tails.get(place_of(key)), column, None)
                    for column in ("reason", "decided_by", "unheard")
                },
                through=max(self._through(*place_of(key)), self._home(key)),
                given_up=self._through(*place_of(key)),
            )
            for key, standing in self.archive.standings.items()
            if key.store_id in stores
        ]

    def _told_more(self, stores: Sequence[UUID], _limit: int, kind: str) -> list[Found]:
        cleared = self.archive.tables["alarm_clearing"]
        return [
            Found(
                store_id=row.store_id,
                epoch_number=row.epoch_number,
                epoch_fingerprint=row.epoch_fingerprint,
                seq=row.seq,
                subject=row.subject,
                detail=row.detail,
                given_up=self._through(row.store_id, row.epoch_number, row.epoch_fingerprint),
            )
            for row in self.archive.tables["store_alarm"].values()
            if row.store_id in stores
            and row.kind == kind
            and (row.store_id, row.alarm_id) not in cleared
        ]

    def _places(self, *epochs: Sequence[Any]) -> list[Found]:
        wanted = set(zip(*epochs, strict=True))
        return [
            picked(
                row,
                "store_id",
                "epoch_number",
                "epoch_fingerprint",
                "business_date",
                "opened_seq",
                "closed_seq",
                "reopened_seq",
            )
            for row in self.archive.tables["business_day"].values()
            if (row.store_id, row.epoch_number, row.epoch_fingerprint) in wanted
        ]

    def _days(self, stores: Sequence[UUID], dates: Sequence[date]) -> list[Found]:
        asked = set(zip(stores, dates, strict=True))
        return [
            picked(row, *_OF_DAY, "manifest", "closed_seq")
            for row in self.archive.tables["business_day"].values()
            if (row.store_id, row.business_date) in asked
        ]

    def _given(self, stores: Sequence[UUID], dates: Sequence[date], _limit: int) -> list[Found]:
        asked = set(zip(stores, dates, strict=True))
        return [
            picked(row, *_OF_DAY, "manifest", "seq", "cause")
            for row in self.archive.tables["manifest_given"].values()
            if (row.store_id, row.business_date) in asked
        ]

    def _hashes(self, *places: Sequence[Any]) -> list[Found]:
        """Of events that are here."""
        found = []
        for store_id, number, fingerprint, seq in zip(*places, strict=True):
            held = self.archive.raw.get(StreamKey(store_id, Epoch(number, fingerprint)), {})
            if seq in held:
                place = named(StreamKey(store_id, Epoch(number, fingerprint)))
                found.append(Found(**place, seq=seq, hash=held[seq][1]))
        return found

    def _told_and_held(self, *places: Sequence[Any]) -> list[Found]:
        """Of these, through the watermark."""
        return [
            row
            for row in self._hashes(*places)
            if row["seq"]
            <= self.archive.standings[
                StreamKey(row["store_id"], Epoch(row["epoch_number"], row["epoch_fingerprint"]))
            ].watermark
        ]

    def _epochs(self, *asked: Sequence[Any]) -> list[Found]:
        wanted = set(zip(*asked, strict=True))
        rows = {
            (row.store_id, row.business_date, row.epoch_number, row.epoch_fingerprint)
            for row in self.archive.tables["sale"].values()
        }
        names = ("store_id", "business_date", "epoch_number", "epoch_fingerprint")
        return [Found(**dict(zip(names, row, strict=True))) for row in rows & wanted]

    def _set_aside(self, stores: Sequence[UUID], dates: Sequence[date], _limit: int) -> list[Found]:
        """Of whatever day: no world here looks for the day of what is in quarantine."""
        return [
            Found(
                store_id=store_id,
                business_date=day,
                epoch_number=row.epoch_number,
                epoch_fingerprint=row.epoch_fingerprint,
                seq=row.seq,
                state=row.state,
                error=row.error,
                kind="",
            )
            for store_id, day in zip(stores, dates, strict=True)
            for row in self.archive.tables["quarantine"].values()
            if row.store_id == store_id
        ]

    def account(
        self, store_id: StoreId, business_date: date | None, spans: Collection[Span] | None = None
    ) -> StoreAccount:
        """What is counted of the day, from the events that count; of these spans alone."""
        counted = [
            (read.raw.epoch, fact)
            for read, fact in self.counted_there(store_id)
            if spans is None or any(_within(span, read) for span in spans)
        ]
        facts = [fact for _, fact in counted]
        names = sorted({name for fact in facts if (name := getattr(fact, "workstation_id", None))})
        parts = (
            WorkstationTotals(WorkstationId(name), tally(facts, business_date, name).totals())
            for name in names
        )
        told = tuple(part for part in parts if part.totals != tally((), None).totals())
        brought = frozenset(
            epoch
            for epoch, fact in counted
            if isinstance(fact, RetailTransaction)
            and not fact.training
            and business_date in (None, fact.business_date)
        )
        return StoreAccount(tally(facts, business_date).totals(), told, brought)

    def counted(self, store_id: StoreId) -> list[tuple[Epoch, AnyFact]]:
        """Facts that count, each once, with the epoch that wrote it."""
        return [(read.raw.epoch, fact) for read, fact in self.counted_there(store_id)]

    def counted_there(self, store_id: StoreId) -> list[tuple[Read, AnyFact]]:
        """Facts that count, each once, with how they arrived."""
        found: dict[FactId, tuple[Read, AnyFact]] = {}
        standings, aside = self.archive.standings, self.archive.tables["quarantine"]
        geneses = {(*key,): standing.genesis for key, standing in standings.items()}
        for key, standing in standings.items():
            if key.store_id != store_id:
                continue
            for seq, (event, _) in self.archive.raw[key].items():
                if seq > standing.applied_through or (*place_of(key), seq) in aside:
                    continue
                read = _read(event) if event.kind != RECOVERED_KIND else read_event(event, geneses)
                if isinstance(read.fact, Reason | None):
                    continue
                own = fact_id(read.fact, read.raw.event_id)
                if self._counts(store_id, own, read.raw):
                    before = found.get(own)
                    if before is None or read.rank < before[0].rank:
                        found[own] = (read, read.fact)
        return list(found.values())

    def _counts(self, store_id: StoreId, own: FactId, event: RawEvent) -> bool:
        """A fact counts where its row says, wherever else the same one stands."""
        tables = self.archive.tables
        row = (
            tables["sale"].get((store_id, own.id))
            if own.kind == SALE_KIND
            else tables["counted_fact"].get((store_id, *own))
        )
        place = (event.epoch.number, event.epoch.fingerprint, event.seq)
        return row is not None and (row.epoch_number, row.epoch_fingerprint, row.seq) == place


def _within(span: Span, read: Read) -> bool:
    """As the statements of head office say it."""
    if span.came_home is not None:
        return span.came_home == read.raw.event_id
    is_own = read.recovered is None or span.in_any_way
    is_there = span.first_seq <= read.raw.seq <= span.last_seq
    return read.raw.epoch == span.epoch and is_there and is_own


@cache
def _read(event: RawEvent) -> Read:
    """Of an event that wraps no other: it means the same whatever else is known."""
    return read_event(event, {})


@cache
def is_provisional(genesis: bytes) -> bool:
    """Its box opened the epoch by itself."""
    try:
        decode(ProvisionalGenesis, genesis)
    except Undecodable:
        return False
    return True


@contextmanager
def verdicts_of(archive: MemoryArchive) -> Iterator[AsyncConnection]:
    """Inside the block, verdicts are asked of the archive."""
    answers = Answers(archive)

    async def driver_of(_db: object) -> Answers:
        return answers

    async def accounts(_db: object, asked: Sequence[StoreDay]) -> Mapping[StoreDay, StoreAccount]:
        return {day: answers.account(*day) for day in asked}

    async def of_spans(_db: object, asked: Sequence[Span]) -> Mapping[int, StoreAccount]:
        parts = {(one.part, one.day) for one in asked}
        return {
            part: answers.account(*day, [one for one in asked if one.part == part])
            for part, day in parts
        }

    with (
        patch.object(claims, "driver_of", driver_of),
        patch.object(streams, "driver_of", driver_of),
        patch.object(evidence, "driver_of", driver_of),
        patch.object(held_day, "driver_of", driver_of),
        patch.object(reconciliation, "store_accounts", accounts),
        patch.object(held_day, "span_accounts", of_spans),
    ):
        yield cast("AsyncConnection", answers)


async def verdict(
    db: AsyncConnection,
    store_id: StoreId,
    day: date,
    open_: Sequence[OpenClaim] | None = None,
) -> ReconciledDay:
    """As the board asks it."""
    return await reconcile_day(db, store_id, day, open_)


async def claims_of(db: AsyncConnection, store_id: StoreId) -> Sequence[OpenClaim]:
    """What may be missing of a store."""
    return (await open_claims(db, [store_id])).get(store_id, ())
