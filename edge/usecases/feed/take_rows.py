"""Rows of one feed into what sales read: of each key the newest publication that this version can
take. One that it cannot take is set aside by the row, with its bytes."""

import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any
from uuid import UUID

from edge.db.published import Settled, put_in_force, settle
from edge.db.reference import Feed, PublishedRow, beside, write_rows
from edge.usecases.customer.erase import erase_customers
from edge.usecases.customer.take import take_customers
from edge.usecases.feed.still_held import Away, away
from edge.usecases.stock.open_stock import open_stock
from sync.engine.journal import Moment
from sync.protocol.feeds import RowUnreadable, read_row, uuid_of_key
from sync.protocol.identity import CustomerId
from sync.protocol.reference import DataSet, ErasedCustomer, FeedRow, OpeningStock
from sync.protocol.shared import CustomerRecord, PersonalKey


def take_rows(
    db: sqlite3.Connection,
    feed: Feed,
    rows: Iterable[FeedRow],
    keys: Sequence[PersonalKey],
    moment: Moment,
) -> tuple[str, ...]:
    """The rows as published, oldest first, and what sales read of them; the keys that are set
    aside. ``keys`` belong to customers among them."""
    by_key = _by_key(rows)
    settled = _settled(feed, by_key)
    if feed.data_set is DataSet.CUSTOMERS:
        _take_customers(db, by_key, keys, moment)
    elif feed.data_set is DataSet.ERASED_CUSTOMERS:
        erase_customers(db, _erased(by_key.values()), moment)
    elif feed.data_set is DataSet.OPENING_STOCK:
        open_stock(db, _openings(by_key.values()), moment)
    else:
        left = away(db, feed, beside(db, feed), _gone(settled))
        _put_in_force(db, feed, settled, left, moment.wall_ms)
    return _write(db, feed, settled)


def put_rows_in_force(
    db: sqlite3.Connection,
    feed: Feed,
    rows: Iterable[FeedRow],
    others: Mapping[Feed, int],
    now_ms: int,
) -> None:
    """What sales read of them, and nothing else: of a set that is laid ready (edge/db/ready.py).
    ``others``: the other feeds of the set, and through which publications they come into force."""
    settled = _settled(feed, _by_key(rows))
    left = away(db, feed, others, _gone(settled), others)
    _put_in_force(db, feed, settled, left, now_ms)


def write_as_published(
    db: sqlite3.Connection, feed: Feed, rows: Iterable[FeedRow]
) -> tuple[str, ...]:
    """Rows that are in force already, as published; the keys that are set aside."""
    return _write(db, feed, _settled(feed, _by_key(rows)))


def _by_key(rows: Iterable[FeedRow]) -> dict[str, list[FeedRow]]:
    by_key: dict[str, list[FeedRow]] = {}
    for row in rows:
        by_key.setdefault(row.key, []).append(row)
    return by_key


def _settled(feed: Feed, by_key: Mapping[str, Sequence[FeedRow]]) -> list[Settled]:
    return [settle(feed.data_set, of_one) for of_one in by_key.values()]


def _put_in_force(
    db: sqlite3.Connection,
    feed: Feed,
    settled: Sequence[Settled],
    left: Away,
    now_ms: int,
) -> None:
    read = sorted(one.read for one in settled if one.read is not None) + left.instead
    put_in_force(db, feed.data_set, [one.row.key for one in settled], read, left.gone, now_ms)


def _gone(settled: Iterable[Settled]) -> list[str]:
    return [one.row.key for one in settled if one.gone]


def _write(db: sqlite3.Connection, feed: Feed, settled: Sequence[Settled]) -> tuple[str, ...]:
    write_rows(db, feed, (PublishedRow(one.row, one.aside) for one in settled))
    return tuple(one.row.key for one in settled if one.aside is not None)


def _take_customers(
    db: sqlite3.Connection,
    by_key: Mapping[str, Sequence[FeedRow]],
    keys: Sequence[PersonalKey],
    moment: Moment,
) -> None:
    """All publications of each customer are merged, but for those before an erasure. A key of
    somebody who was erased in this page stays outside."""
    records: list[CustomerRecord] = []
    erased: list[CustomerId] = []
    gone: set[UUID | None] = set()
    for key, publications in by_key.items():
        since = _since_erasure(publications)
        if len(since) < len(publications) and (customer_id := uuid_of_key(key)) is not None:
            erased.append(CustomerId(customer_id))
            if not since:
                gone.add(customer_id)
        records += _readable(DataSet.CUSTOMERS, since)
    kept = [key for key in keys if key.customer_id not in gone]
    take_customers(db, records, erased, kept, moment)


def _erased(by_key: Iterable[Sequence[FeedRow]]) -> Iterator[ErasedCustomer]:
    """Who was erased stays so, whatever is published of the id later."""
    for publications in by_key:
        yield from _readable(DataSet.ERASED_CUSTOMERS, publications)


def _openings(by_key: Iterable[Sequence[FeedRow]]) -> Iterator[OpeningStock]:
    """What was booked stays booked, so of each key the first that can be taken counts, however the
    feed is cut into pages."""
    for publications in by_key:
        yield from islice(_readable(DataSet.OPENING_STOCK, publications), 1)


def _since_erasure(publications: Sequence[FeedRow]) -> Sequence[FeedRow]:
    last = max((n for n, row in enumerate(publications) if row.body is None), default=-1)
    return publications[last + 1 :]


def _readable(data_set: DataSet, publications: Sequence[FeedRow]) -> Iterator[Any]:
    for row in publications:
        if row.body is None:
            continue
        try:
            yield read_row(data_set, row.key, row.body)
        except RowUnreadable:
            continue
