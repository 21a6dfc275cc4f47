"""One event of a store's journal as it arrived; of one that came home what was wrapped."""

from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from central.archive.postgres import plain_uuid
from central.db.engine import driver_of
from sync.protocol.batch import EVENTS_MAX
from sync.protocol.change import Epoch
from sync.protocol.codec import decode_fact, is_known
from sync.protocol.errors import NotFound, Undecodable
from sync.protocol.facts import AnyFact, EventRecovered, RetailTransaction
from sync.protocol.identity import StoreId

_EVENT = """
SELECT seq, event_id, kind, kind_version, occurred_at_ms, hash, body, received_at_ms,
    EXISTS (SELECT FROM quarantine AS q WHERE q.store_id = r.store_id
        AND q.epoch_number = r.epoch_number AND q.epoch_fingerprint = r.epoch_fingerprint
        AND q.seq = r.seq)
    OR EXISTS (SELECT FROM correction AS c WHERE c.store_id = r.store_id
        AND c.epoch_number = r.epoch_number AND c.epoch_fingerprint = r.epoch_fingerprint
        AND c.seq = r.seq) AS looked_at,
    (SELECT ARRAY[min(b.seq), max(b.seq)] FROM raw_event AS b WHERE b.store_id = r.store_id
        AND b.epoch_number = r.epoch_number AND b.epoch_fingerprint = r.epoch_fingerprint
        AND b.seq BETWEEN r.seq - $5 AND r.seq + $5 AND b.received_at_ms = r.received_at_ms)
    AS batch
FROM raw_event AS r
WHERE store_id = $1 AND epoch_number = $2 AND epoch_fingerprint = $3 AND seq = $4
"""


class JournalEvent(NamedTuple):
    """An event as it was written, at ``seq`` of ``epoch``; ``arrived_epoch`` and ``arrived_seq``:
    where it arrived, which is another place of an event that came home, from ``recovered_from``
    (``W2``, or ``journal``). ``batch``: the first and the last event that arrived there with it.
    ``fact`` is None where it is no receipt that can be read; ``looked_at``: it is set aside, or a
    person put it right or let it go."""

    epoch: Epoch
    seq: int
    event_id: UUID
    kind: str
    occurred_at_ms: int
    received_at_ms: int
    hash: bytes
    body_bytes: int
    fact: RetailTransaction | None
    looked_at: bool
    arrived_epoch: Epoch
    arrived_seq: int
    batch: tuple[int, int]
    recovered_from: str | None = None


async def journal_event(
    db: AsyncConnection, store_id: StoreId, epoch: Epoch, seq: int
) -> JournalEvent:
    """An event by the place where it arrived. Raises NotFound."""
    found = await find_event(await driver_of(db), store_id, epoch, seq)
    if found is None:
        raise NotFound(
            f"Head office holds no event {seq} of epoch {epoch} of this store.",
            field="seq",
            remedy="Check the place that is printed at the receipt's foot.",
        )
    return found


async def find_event(
    connection: Any, store_id: StoreId, epoch: Epoch, seq: int
) -> JournalEvent | None:
    """The same of asyncpg's connection, or None."""
    row = await connection.fetchrow(
        _EVENT, store_id, epoch.number, epoch.fingerprint, seq, EVENTS_MAX
    )
    if row is None:
        return None
    fact = _fact(row["kind"], row["kind_version"], row["body"])
    event = JournalEvent(
        epoch=epoch,
        seq=seq,
        event_id=plain_uuid(row["event_id"]),
        kind=row["kind"],
        occurred_at_ms=row["occurred_at_ms"],
        received_at_ms=row["received_at_ms"],
        hash=row["hash"],
        body_bytes=len(row["body"]),
        fact=fact if isinstance(fact, RetailTransaction) else None,
        looked_at=row["looked_at"],
        arrived_epoch=epoch,
        arrived_seq=seq,
        batch=tuple(row["batch"]),
    )
    return _unwrapped(event, fact) if isinstance(fact, EventRecovered) else event


def _unwrapped(event: JournalEvent, recovered: EventRecovered) -> JournalEvent:
    sent = recovered.envelope
    fact = _fact(sent.kind, sent.kind_version, sent.body)
    return event._replace(
        epoch=recovered.epoch,
        seq=sent.seq,
        event_id=sent.event_id,
        kind=sent.kind,
        occurred_at_ms=sent.occurred_at_ms,
        hash=recovered.hash,
        body_bytes=len(sent.body),
        fact=fact if isinstance(fact, RetailTransaction) else None,
        recovered_from=recovered.workstation_id or recovered.source,
    )


def _fact(kind: str, version: int, body: bytes) -> AnyFact | None:
    """None where it cannot be read: the page says so."""
    if not is_known(kind, version):
        return None
    try:
        return decode_fact(kind, version, body)
    except Undecodable:
        return None
