"""The boxes of a company's stores: when each was heard, how far behind it is, what it says of
itself, and how old the goods and prices are that it works with.

Constant time per store: heads, watermarks and what was noted with the last request.
"""

from typing import Any, NamedTuple

from sqlalchemy.ext.asyncio import AsyncConnection

from central.archive.rows import plain_uuid
from central.db.engine import driver_of
from central.reports.in_use import IN_USE
from sync.protocol.batch import Health
from sync.protocol.change import Epoch
from sync.protocol.codec import decode
from sync.protocol.errors import Undecodable
from sync.protocol.feeds import ROWS, ZONED
from sync.protocol.identity import CompanyId, StoreId
from sync.protocol.reference import DataSet

STORES_MAX = 10_000

_BOXES = f"""
SELECT o.store_id, o.code, o.name, s.epoch_number, s.epoch_fingerprint, s.provisional, s.beside,
    s.watermark, s.sender_seq, s.last_contact_ms, s.health, s.health_at_ms
FROM store AS o LEFT JOIN ({IN_USE}) AS s ON s.store_id = o.store_id
WHERE o.company_id = $1 AND NOT o.retired AND ($2 = '' OR o.code = $2)
ORDER BY o.code LIMIT $3
"""  # noqa: S608 - constants
_FEEDS = """
SELECT o.store_id, f.data_set, sum(f.head)::bigint AS head, sum(h.through)::bigint AS through,
    max(h.at_ms) AS at_ms FROM store AS o
JOIN feed AS f ON f.company_id = o.company_id AND (f.scope = '' OR f.scope = o.store_id::text
    OR (f.data_set = ANY($3) AND f.scope = o.price_zone))
LEFT JOIN handed_out AS h ON h.store_id = o.store_id AND h.data_set = f.data_set
    AND h.scope = f.scope
WHERE o.company_id = $1 AND NOT o.retired AND ($2 = '' OR o.code = $2) AND f.head > 0
GROUP BY o.store_id, o.code, f.data_set ORDER BY o.code, f.data_set
"""


_OF_ZONES = [one.value for one in DataSet if ROWS[one].scope in ZONED]


class Book(NamedTuple):
    """A data set as a store has it, in all scopes that it follows. ``through``: what was handed out
    last, None: nothing yet."""

    data_set: str
    head: int
    through: int | None
    at_ms: int | None

    @property
    def behind(self) -> int:
        """Publications that the store does not have."""
        return self.head - (self.through or 0)


class StoreBox(NamedTuple):
    """``epoch`` None: no box sells there; ``beside``: in a side branch (``in_use.py``). ``behind``:
    events that the box said it holds and head office does not. ``clock_off_ms``: how far its clock
    is ahead of head office's; ``disk_free``: in bytes. Both None where it never said."""

    store_id: StoreId
    code: str
    name: str
    epoch: Epoch | None
    provisional: bool
    beside: bool
    behind: int
    last_contact_ms: int | None
    software: str | None
    queue: int | None
    disk_free: int | None
    clock_off_ms: int | None
    books: tuple[Book, ...]

    @property
    def stale(self) -> tuple[Book, ...]:
        """Data sets that it lacks something of, the furthest behind first."""
        return tuple(
            sorted((one for one in self.books if one.behind > 0), key=lambda one: -one.behind)
        )


async def store_boxes(
    db: AsyncConnection, company_id: CompanyId, code: str = ""
) -> tuple[StoreBox, ...]:
    """Of all stores that were not given up, or of the one with this code."""
    connection = await driver_of(db)
    books: dict[StoreId, list[Book]] = {}
    for row in await connection.fetch(_FEEDS, company_id, code, _OF_ZONES):
        store_id = StoreId(plain_uuid(row["store_id"]))
        books.setdefault(store_id, []).append(Book(*tuple(row)[1:]))
    rows = await connection.fetch(_BOXES, company_id, code, STORES_MAX)
    return tuple(_box(row, tuple(books.get(StoreId(plain_uuid(row[0])), ()))) for row in rows)


def _box(row: Any, books: tuple[Book, ...]) -> StoreBox:
    number, said = row["epoch_number"], _health(row["health"])
    at_ms = row["health_at_ms"]
    return StoreBox(
        StoreId(plain_uuid(row["store_id"])),
        row["code"],
        row["name"],
        None if number is None else Epoch(number, row["epoch_fingerprint"]),
        bool(row["provisional"]),
        bool(row["beside"]),
        max(0, (row["sender_seq"] or 0) - (row["watermark"] or 0)),
        row["last_contact_ms"],
        None if said is None else said.software,
        None if said is None else said.queue,
        None if said is None else said.disk_free_bytes,
        None if said is None or at_ms is None else said.clock_ms - at_ms,
        books,
    )


def _health(body: bytes | None) -> Health | None:
    """What the box said of itself; None where it never did, or a newer one says it otherwise."""
    try:
        return None if body is None else decode(Health, body)
    except Undecodable:
        return None
