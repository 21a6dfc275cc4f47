"""Rows of the journals as the values that head office works with."""

from collections.abc import Collection, Iterable
from typing import Any
from uuid import UUID

from asyncpg.pgproto import pgproto

from central.archive.port import Standing, StreamKey
from central.domain.epoch import EpochState
from central.domain.hole import read_holes
from central.projections.arrival import Geneses
from central.projections.event import RawEvent
from sync.protocol.change import Envelope, Epoch
from sync.protocol.clock import ClockState, Hlc
from sync.protocol.identity import BootId, CompanyId, CustomerId, DeviceId, EventId, StoreId
from sync.protocol.shared import CustomerField, CustomerRecord, FieldChange

EVENT = """r.epoch_number, r.epoch_fingerprint, r.seq, r.event_id, coalesce(c.kind, r.kind),
    coalesce(c.kind_version, r.kind_version), r.occurred_at_ms, coalesce(c.body, r.body),
    r.received_at_ms, r.hlc, r.damaged AND c.seq IS NULL"""
"""What ``raw_events`` reads, of raw_event as r beside ``CORRECTED``: what counts of an event."""

ARRIVED = """r.epoch_number, r.epoch_fingerprint, r.seq, r.event_id, r.kind, r.kind_version,
    r.occurred_at_ms, r.body, r.received_at_ms, r.hlc, r.damaged"""
"""The same of the event as it came."""

ENVELOPE = """seq, event_id, kind, kind_version, occurred_at_ms, utc_offset_s, boot_id, hlc,
    clock_state, body"""
"""What ``envelope_of`` reads, of raw_event."""

CORRECTED = """LEFT JOIN correction AS c ON c.store_id = r.store_id
    AND c.epoch_number = r.epoch_number AND c.epoch_fingerprint = r.epoch_fingerprint
    AND c.seq = r.seq"""
"""What a person put in an event's place stands beside it."""

_STREAM = """
SELECT company_id, device_id, genesis, watermark, head_hash, alarm, sender_seq,
    last_contact_ms, health, applied_through, ended_seq, sealed_through, state, holes,
    health_at_ms
FROM stream WHERE store_id = $1 AND epoch_number = $2 AND epoch_fingerprint = $3
"""

_GENESES = "SELECT epoch_number, epoch_fingerprint, genesis FROM stream WHERE store_id = $1"

_CUSTOMERS = """
SELECT customer_id, field, hlc, source, value, sealed FROM customer_field
WHERE company_id = $1 AND customer_id = ANY($2) ORDER BY customer_id, field COLLATE "C"
"""


def plain_uuid(found: UUID) -> UUID:
    """The standard library's UUID of asyncpg's subclass: msgspec encodes only that one."""
    return UUID(bytes=found.bytes)


def driver_uuid(given: UUID) -> UUID:
    """asyncpg's UUID of the standard library's."""
    made: UUID = pgproto.UUID(given.bytes)
    return made


def place_of(key: StreamKey) -> tuple[StoreId, int, bytes]:
    """As columns of a statement."""
    return key.store_id, key.epoch.number, key.epoch.fingerprint


def raw_events(store_id: StoreId, rows: Iterable[Any]) -> tuple[RawEvent, ...]:
    """Of ``EVENT``'s columns. Their ids are asyncpg's UUIDs: equal to the standard library's, and
    several times faster to hash and to send back to the database in every row."""
    store = StoreId(driver_uuid(store_id))
    epochs: dict[tuple[int, bytes], Epoch] = {}
    found = []
    for number, fingerprint, seq, event_id, *others in rows:
        epoch = epochs.get((number, fingerprint))
        if epoch is None:
            epoch = epochs[number, fingerprint] = Epoch(number, fingerprint)
        found.append(RawEvent(store, epoch, seq, EventId(event_id), *others))
    return tuple(found)


def envelope_of(row: Any) -> Envelope:
    """An event as it travelled. Raises ValueError for a word that no envelope can have."""
    return Envelope(
        row["seq"],
        EventId(plain_uuid(row["event_id"])),
        row["kind"],
        row["kind_version"],
        row["occurred_at_ms"],
        row["utc_offset_s"],
        BootId(plain_uuid(row["boot_id"])),
        Hlc(row["hlc"]),
        ClockState(row["clock_state"]),
        row["body"],
    )


async def read_customers(
    connection: Any, company_id: CompanyId, customer_ids: Collection[CustomerId]
) -> tuple[CustomerRecord, ...]:
    """Whole records as they stand, by id; ``connection`` is asyncpg's."""
    rows = await connection.fetch(_CUSTOMERS, company_id, list(customer_ids))
    fields: dict[CustomerId, list[FieldChange]] = {}
    for row in rows:
        change = FieldChange(
            CustomerField(row["field"]),
            Hlc(row["hlc"]),
            plain_uuid(row["source"]),
            row["value"],
            row["sealed"],
        )
        fields.setdefault(CustomerId(plain_uuid(row["customer_id"])), []).append(change)
    return tuple(CustomerRecord(customer_id, tuple(held)) for customer_id, held in fields.items())


async def read_geneses(connection: Any, epochs: Collection[tuple[StoreId, Epoch]]) -> Geneses:
    """Of all epochs with the numbers of these, as they were signed; ``connection`` is asyncpg's."""
    found = {}
    for store_id in {store_id for store_id, _ in epochs}:
        for number, fingerprint, genesis in await connection.fetch(_GENESES, store_id):
            found[store_id, Epoch(number, fingerprint)] = genesis
    wanted = {(store_id, epoch.number) for store_id, epoch in epochs}
    return {of: one for of, one in found.items() if (of[0], of[1].number) in wanted}


async def read_standing(connection: Any, key: StreamKey, lock: str = "") -> Standing | None:
    """Where a stream stands; ``lock``: a clause that holds its row."""
    row = await connection.fetchrow(_STREAM + lock, *place_of(key))
    if row is None:
        return None
    company_id, device_id, *others = row
    standing = Standing(CompanyId(plain_uuid(company_id)), DeviceId(plain_uuid(device_id)), *others)
    return standing._replace(state=EpochState(row["state"]), holes=read_holes(row["holes"]))
