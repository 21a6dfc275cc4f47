"""Which receipts part a day that differs: the store's own journal held against head office's rows.

A manifest knows figures of the store and its workstations only. But head office also keeps the
journal itself, chained and signed: the store's account receipt by receipt. Its events of the day
are read again by the codec and compared with the rows that were made of them. Costs one reading of
the day's journal, so it is asked for only where figures differ.
"""

import asyncio
from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from central.archive.postgres import plain_uuid
from central.db.engine import driver_of
from central.projections.fact_id import SALE_KIND
from central.reports.totals import RECEIPTS_MAX, store_receipts
from sync.protocol.change import Envelope, Epoch
from sync.protocol.codec import decode, decode_fact, is_known
from sync.protocol.errors import Undecodable
from sync.protocol.facts import EventRecovered, RetailTransaction
from sync.protocol.figures import Tally, owed_minor
from sync.protocol.identity import SaleId, StoreId
from sync.protocol.manifest import Receipt, ReceiptDifference, receipt_differences

PAGE_EVENTS = 1_000
EVENTS_MAX = 50_000
"""Events of a day that are read at most: beyond it the answer says that it is not whole."""
NAMED_MAX = 50

_SPANS = """
SELECT d.epoch_number, d.epoch_fingerprint, coalesce(d.opened_seq, 0) AS first,
    coalesce(d.closed_seq, s.applied_through) AS last
FROM business_day AS d JOIN stream AS s USING (store_id, epoch_number, epoch_fingerprint)
WHERE d.store_id = $1 AND d.business_date = $2
UNION ALL SELECT s.epoch_number, s.epoch_fingerprint, 0, s.applied_through FROM stream AS s
WHERE s.store_id = $1 AND NOT EXISTS (
    SELECT FROM business_day AS d WHERE d.store_id = s.store_id AND d.business_date = $2
        AND d.epoch_number = s.epoch_number AND d.epoch_fingerprint = s.epoch_fingerprint
) AND EXISTS (
    SELECT FROM sale AS r WHERE r.store_id = s.store_id AND r.business_date = $2
        AND r.epoch_number = s.epoch_number AND r.epoch_fingerprint = s.epoch_fingerprint
) ORDER BY 1, 2
"""
"""Of each epoch the day's part: where it was opened and closed, or all of one that went on with the
day and neither opened nor closed it (its box left the one before it, or was given up)."""
_EVENTS = """
SELECT seq, kind, kind_version, body FROM raw_event
WHERE store_id = $1 AND epoch_number = $2 AND epoch_fingerprint = $3 AND seq > $4 AND seq <= $5
ORDER BY seq LIMIT $6
"""


_CAME_HOME = """
SELECT r.epoch_number, r.epoch_fingerprint, r.seq, r.body FROM sale AS s
JOIN recovered_fact AS v ON v.store_id = s.store_id AND v.fact_id = s.sale_id
    AND v.kind = 'retail_transaction'
JOIN raw_event AS r ON r.store_id = v.store_id AND r.epoch_number = v.epoch_number
    AND r.epoch_fingerprint = v.epoch_fingerprint AND r.seq = v.seq
WHERE s.store_id = $1 AND s.business_date = $2
"""


class JournalPlace(NamedTuple):
    """Where an event arrived in a store's journal."""

    epoch: Epoch
    seq: int


class DifferingReceipt(NamedTuple):
    """A receipt that only one side has, or whose figures part. ``tenders``: their ids, of the side
    that has it; ``total_minor`` of each side, None where it has no such receipt; ``place`` in the
    journal, None where it is not there."""

    sale_id: SaleId
    difference: ReceiptDifference
    tenders: tuple[str, ...]
    store_total_minor: int | None
    central_total_minor: int | None
    place: JournalPlace | None


class DifferingReceipts(NamedTuple):
    """``found`` in all, of which at most NAMED_MAX are named. ``whole``: the day's journal was read
    to its end."""

    receipts: tuple[DifferingReceipt, ...]
    found: int
    whole: bool


class _Journal(NamedTuple):
    """What the journal says of a day."""

    receipts: dict[UUID, Receipt]
    places: dict[UUID, JournalPlace]


async def differing_receipts(
    db: AsyncConnection, store_id: StoreId, business_date: date
) -> DifferingReceipts:
    """Call it within one snapshot. Receipts of training count nowhere."""
    journal = _Journal({}, {})
    whole = await _read_journal(await driver_of(db), store_id, business_date, journal)
    counted = await _counted(db, store_id, business_date)
    parted = await asyncio.to_thread(_parted, journal.receipts, counted)
    ids = {
        (one.number, side): sale_id
        for side, held in (("store", journal.receipts), ("central", counted))
        for sale_id, one in held.items()
    }
    named = [
        _named(one, ids[one.number, one.only_at or "store"], journal, counted)
        for one in parted[:NAMED_MAX]
    ]
    return DifferingReceipts(tuple(named), len(parted), whole)


def _parted(
    said: dict[UUID, Receipt], counted: dict[UUID, Receipt]
) -> tuple[ReceiptDifference, ...]:
    """Nearly all receipts are equal as they are: only the others are taken figure by figure."""
    unequal = {key for key in said.keys() | counted.keys() if said.get(key) != counted.get(key)}
    return receipt_differences(
        (one for key, one in said.items() if key in unequal),
        (one for key, one in counted.items() if key in unequal),
    )


async def _read_journal(
    connection: Any, store_id: StoreId, business_date: date, journal: _Journal
) -> bool:
    """The day's receipts, each by its sale's id; False where EVENTS_MAX was not enough."""
    left = EVENTS_MAX
    for number, fingerprint, first, last in await connection.fetch(_SPANS, store_id, business_date):
        epoch, after = Epoch(number, fingerprint), first - 1
        while left > 0:
            size = min(PAGE_EVENTS, left)
            values = (store_id, number, fingerprint, after, last, size)
            page = await connection.fetch(_EVENTS, *values)
            await asyncio.to_thread(_take, page, epoch, business_date, journal)
            left -= len(page)
            if len(page) < size:
                break
            after = page[-1]["seq"]
    for number, fingerprint, seq, body in await connection.fetch(
        _CAME_HOME, store_id, business_date
    ):
        arrived = JournalPlace(Epoch(number, fingerprint), seq)
        _take_home(decode(EventRecovered, body).envelope, arrived, business_date, journal)
    return left > 0


def _take_home(
    sent: Envelope, arrived: JournalPlace, business_date: date, journal: _Journal
) -> None:
    """What was wrapped counts, so whatever else says the same id does not."""
    journal.places.pop(sent.event_id, None)
    journal.receipts.pop(sent.event_id, None)
    row = (arrived.seq, sent.kind, sent.kind_version, sent.body)
    _take([row], arrived.epoch, business_date, journal)


def _take(page: Sequence[Any], epoch: Epoch, business_date: date, journal: _Journal) -> None:
    """A sale that arrived twice counts once, where it stands first."""
    for seq, kind, version, body in page:
        if kind != SALE_KIND or not is_known(kind, version):
            continue
        try:
            fact = decode_fact(kind, version, body)
        except Undecodable:  # set aside by stage 2, which the day's page lists
            continue
        assert isinstance(fact, RetailTransaction)  # noqa: S101  what the kind means
        if fact.training or fact.business_date != business_date:
            continue
        journal.places.setdefault(fact.sale_id, JournalPlace(epoch, seq))
        journal.receipts.setdefault(fact.sale_id, receipt_of(fact))


def receipt_of(fact: RetailTransaction) -> Receipt:
    """A sale's own account."""
    tally = Tally()
    tally.add(fact)
    return Receipt(fact.receipt_number, fact.sale_id, fact.business_date, tally.totals())


async def _counted(
    db: AsyncConnection, store_id: StoreId, business_date: date
) -> dict[UUID, Receipt]:
    found: dict[UUID, Receipt] = {}
    after: SaleId | None = None
    while len(found) < EVENTS_MAX:
        page = await store_receipts(db, store_id, business_date, RECEIPTS_MAX, after)
        found.update((plain_uuid(one.sale_id), one) for one in page)
        if len(page) < RECEIPTS_MAX:
            break
        after = SaleId(page[-1].sale_id)
    return found


def _named(
    difference: ReceiptDifference,
    sale_id: UUID,
    journal: _Journal,
    counted: dict[UUID, Receipt],
) -> DifferingReceipt:
    ours = counted.get(sale_id) if difference.only_at != "store" else None
    theirs = journal.receipts.get(sale_id) if difference.only_at != "central" else None
    shown = theirs or ours
    return DifferingReceipt(
        SaleId(sale_id),
        difference,
        tuple(_tenders(shown)),
        None if theirs is None else owed_minor(theirs.totals),
        None if ours is None else owed_minor(ours.totals),
        journal.places.get(sale_id),
    )


def _tenders(receipt: Receipt | None) -> Iterable[str]:
    return (tender.tender_id for tender in receipt.totals.tenders) if receipt else ()
