"""The verdict on a day over the archive in memory: production's rules, statements answered here.

``open_claims`` and ``reconcile_day`` run as they are; what they ask of PostgreSQL is looked up in
the archive's tables. Where the statements themselves are wrong, tests/integration shows it.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date
from functools import cache
from typing import Any, cast
from unittest.mock import patch
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from central.archive.port import StreamKey
from central.projections.event import RawEvent
from central.projections.fact_id import SALE_KIND, fact_id
from central.reports import claims, reconciliation
from central.reports.claims import OpenClaim, open_claims
from central.reports.reconciliation import DayVerdict, reconcile_day
from central.reports.totals import StoreAccount
from sync.protocol.change import Epoch
from sync.protocol.codec import decode_fact, is_known
from sync.protocol.errors import Undecodable
from sync.protocol.facts import AnyFact
from sync.protocol.identity import StoreId, WorkstationId
from sync.protocol.manifest import WorkstationTotals
from tests.doubles.archive_memory import MemoryArchive
from tests.shop_sales import tally


class Found(tuple[Any, ...]):
    """A row, by place and by name."""

    names: tuple[str, ...]

    def __new__(cls, **named: Any) -> "Found":
        """Columns in their order."""
        row = super().__new__(cls, named.values())
        row.names = tuple(named)
        return row

    def __getitem__(self, at: Any) -> Any:
        return tuple(self)[self.names.index(at) if isinstance(at, str) else at]


def _named(key: StreamKey) -> dict[str, Any]:
    return {
        "store_id": key.store_id,
        "epoch_number": key.epoch.number,
        "epoch_fingerprint": key.epoch.fingerprint,
    }


class Answers:
    """Stands in for a connection: each statement that verdicts ask, answered from the archive."""

    def __init__(self, archive: MemoryArchive) -> None:
        self.archive = archive
        self._answers: Mapping[str, Callable[..., list[Found]]] = {
            claims._CLAIMS: self._claims,
            claims._STREAMS: self._streams,
            claims._TOLD_MORE: self._told_more,
            claims._DAYS: self._places,
            reconciliation._DAYS: self._days,
            reconciliation._EPOCHS_WITH_RECEIPTS: self._epochs,
            reconciliation._QUARANTINED: self._set_aside,
        }

    async def fetch(self, statement: str, *arguments: Any) -> list[Found]:
        """The rows."""
        return self._answers[statement](*arguments)

    async def fetchval(self, statement: str, *place: Any) -> Any:
        """The hash of an event that is here."""
        assert statement == reconciliation._HASH_AT
        store_id, number, fingerprint, seq = place
        held = self.archive.raw[StreamKey(store_id, Epoch(number, fingerprint))]
        return held[seq][1] if seq in held else None

    def _through(self, *place: Any) -> int:
        off = self.archive.tables["written_off"].get(place)
        return off.through if off else 0

    def _claims(self, stores: Sequence[UUID], _limit: int) -> list[Found]:
        by_epoch: dict[StreamKey, list[tuple[int, int]]] = {}
        for (store_id, epoch, seq, _), claim in self.archive.claims.items():
            if store_id in stores and seq > self._through(
                store_id, epoch.number, epoch.fingerprint
            ):
                key = StreamKey(store_id, epoch)
                by_epoch.setdefault(key, []).append((seq, claim.heard_at_ms))
        return [
            Found(
                **_named(key),
                seq=max(seq for seq, _ in heads),
                lowest=min(seq for seq, _ in heads),
                heard_at_ms=min(heard for _, heard in heads),
            )
            for key, heads in by_epoch.items()
        ]

    def _streams(self, stores: Sequence[UUID], _limit: int) -> list[Found]:
        return [
            Found(
                **_named(key),
                watermark=standing.watermark,
                applied_through=standing.applied_through,
                sender_seq=standing.sender_seq,
                genesis=standing.genesis,
                last_contact_ms=standing.last_contact_ms,
                through=self._through(key.store_id, key.epoch.number, key.epoch.fingerprint),
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
            Found(
                store_id=row.store_id,
                epoch_number=row.epoch_number,
                epoch_fingerprint=row.epoch_fingerprint,
                business_date=row.business_date,
                opened_seq=row.opened_seq,
                closed_seq=row.closed_seq,
                reopened_seq=row.reopened_seq,
            )
            for row in self.archive.tables["business_day"].values()
            if (row.store_id, row.epoch_number, row.epoch_fingerprint) in wanted
        ]

    def _days(self, store_id: UUID, business_date: date) -> list[Found]:
        found = []
        for row in self.archive.tables["business_day"].values():
            if (row.store_id, row.business_date) != (store_id, business_date):
                continue
            epoch = Epoch(row.epoch_number, row.epoch_fingerprint)
            standing = self.archive.standings[StreamKey(StoreId(store_id), epoch)]
            found.append(
                Found(
                    epoch_number=row.epoch_number,
                    epoch_fingerprint=row.epoch_fingerprint,
                    manifest=row.manifest,
                    opened_seq=row.opened_seq,
                    closed_seq=row.closed_seq,
                    alarm=standing.alarm,
                    watermark=standing.watermark,
                    applied_through=standing.applied_through,
                )
            )
        return found

    def _epochs(self, store_id: UUID, business_date: date) -> list[Found]:
        epochs = {
            (row.epoch_number, row.epoch_fingerprint)
            for row in self.archive.tables["sale"].values()
            if (row.store_id, row.business_date) == (store_id, business_date)
        }
        return [Found(epoch_number=number, epoch_fingerprint=mark) for number, mark in epochs]

    def _set_aside(self, store_id: UUID, _day: date, _limit: int) -> list[Found]:
        """Of whatever day: no world here looks for the day of what is in quarantine."""
        return [
            Found(
                epoch_number=row.epoch_number,
                epoch_fingerprint=row.epoch_fingerprint,
                seq=row.seq,
                state=row.state,
                error=row.error,
                kind="",
            )
            for row in self.archive.tables["quarantine"].values()
            if row.store_id == store_id
        ]

    def account(self, store_id: StoreId, business_date: date | None) -> StoreAccount:
        """What is counted of the day, from the events that count."""
        facts = []
        for key, standing in self.archive.standings.items():
            if key.store_id != store_id:
                continue
            aside = self.archive.tables["quarantine"]
            for seq, (event, _) in self.archive.raw[key].items():
                place = (store_id, key.epoch.number, key.epoch.fingerprint, seq)
                if seq > standing.applied_through or place in aside:
                    continue
                fact = fact_of(event.kind, event.kind_version, event.body)
                if fact is not None and self._counts(key, event, fact):
                    facts.append(fact)
        names = sorted({name for fact in facts if (name := getattr(fact, "workstation_id", None))})
        parts = (
            WorkstationTotals(WorkstationId(name), tally(facts, business_date, name).totals())
            for name in names
        )
        told = tuple(part for part in parts if part.totals != tally((), None).totals())
        return StoreAccount(tally(facts, business_date).totals(), told)

    def _counts(self, key: StreamKey, event: RawEvent, fact: AnyFact) -> bool:
        """A fact counts where its row says, wherever else the same one stands."""
        own, tables = fact_id(fact, event.event_id), self.archive.tables
        row = (
            tables["sale"].get((key.store_id, own.id))
            if own.kind == SALE_KIND
            else tables["counted_fact"].get((key.store_id, *own))
        )
        place = (key.epoch.number, key.epoch.fingerprint, event.seq)
        return row is not None and (row.epoch_number, row.epoch_fingerprint, row.seq) == place


@cache
def fact_of(kind: str, version: int, body: bytes) -> AnyFact | None:
    """What an event says, if it says anything here."""
    if not is_known(kind, version):
        return None
    try:
        return decode_fact(kind, version, body)
    except Undecodable:
        return None


@contextmanager
def verdicts_of(archive: MemoryArchive) -> Iterator[AsyncConnection]:
    """Inside the block, verdicts are asked of the archive."""
    answers = Answers(archive)

    async def raw(_db: object) -> Answers:
        return answers

    async def account(_db: object, store_id: StoreId, day: date | None) -> StoreAccount:
        return answers.account(store_id, day)

    with (
        patch.object(claims, "raw", raw),
        patch.object(reconciliation, "raw", raw),
        patch.object(reconciliation, "store_account", account),
    ):
        yield cast("AsyncConnection", answers)


async def verdict(
    db: AsyncConnection,
    store_id: StoreId,
    day: date,
    open_: Sequence[OpenClaim] | None = None,
) -> DayVerdict:
    """As the board asks it."""
    return await reconcile_day(db, store_id, day, open_)


async def claims_of(db: AsyncConnection, store_id: StoreId) -> Sequence[OpenClaim]:
    """What may be missing of a store."""
    return (await open_claims(db, [store_id])).get(store_id, ())
