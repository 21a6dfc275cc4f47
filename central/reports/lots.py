"""A store's stock by lot: what moved under each name since the count that said the item's lots, by
the store's own rule (``sync/protocol/lots.py``); and serial numbers that were sold twice.

What a count has seen is asked of each movement of the items that were counted by lot, which are
few; of all others sums are read.
"""

from collections import defaultdict
from datetime import date
from typing import Any

import msgspec
from sqlalchemy.ext.asyncio import AsyncConnection

from central.db.engine import driver_of
from central.reports.sales import Page
from sync.protocol.change import Epoch
from sync.protocol.count_seen import Before, CountSeen, has_seen, lines_before
from sync.protocol.identity import CompanyId, ItemId, StoreId
from sync.protocol.lots import Lot, earlier, lots_held

_ITEMS = """
SELECT k.item_id, coalesce(c.counted_milli - c.seen_milli, 0) + k.on_hand_milli AS on_hand_milli
FROM stock_level AS k
LEFT JOIN stock_count AS c ON c.store_id = k.store_id AND c.item_id = k.item_id
WHERE k.store_id = $1 AND k.item_id IN (
    SELECT item_id FROM lot_movement WHERE store_id = $1 AND lot IS NOT NULL
    UNION SELECT item_id FROM lot_count WHERE store_id = $1)
ORDER BY k.item_id LIMIT $2 OFFSET $3
"""
_SUMS = """
SELECT item_id, lot, min(expires_on) AS expires_on, sum(quantity_milli)::bigint AS milli
FROM lot_movement WHERE store_id = $1 AND item_id = ANY($2) AND lot IS NOT NULL GROUP BY 1, 2
"""
_MOVES = """
SELECT item_id, lot, quantity_milli, epoch_number, epoch_fingerprint, seq
FROM lot_movement WHERE store_id = $1 AND item_id = ANY($2) AND lot IS NOT NULL
"""
_COUNTS = """
SELECT item_id, lot, expires_on, counted_milli, epoch_number, epoch_fingerprint, seen_through, seq,
    parent_through
FROM lot_count WHERE store_id = $1 AND item_id = ANY($2)
"""
_GENESES = "SELECT epoch_number, epoch_fingerprint, genesis FROM stream WHERE store_id = $1"
_TWICE = """
SELECT m.item_id, m.serial, string_agg(DISTINCT o.code, ', ' ORDER BY o.code) AS stores,
    count(*) FILTER (WHERE m.kind = 'sale') AS sold,
    count(*) FILTER (WHERE m.kind = 'return') AS back
FROM store AS o JOIN lot_movement AS m USING (store_id)
WHERE o.company_id = $1 AND m.serial IS NOT NULL AND m.kind IN ('sale', 'return')
GROUP BY 1, 2
HAVING count(*) FILTER (WHERE m.kind = 'sale') - count(*) FILTER (WHERE m.kind = 'return') > 1
ORDER BY 1, 2 LIMIT $2 OFFSET $3
"""


class LotOnHand(msgspec.Struct, frozen=True):
    """``lot`` is empty for what has none; below zero more went out than is known to have come."""

    item_id: ItemId
    lot: str
    expires_on: date | None
    quantity_milli: int


class SoldTwice(msgspec.Struct, frozen=True):
    """A serial number that was sold more often than it came back, by more than one. ``stores``:
    their codes."""

    item_id: ItemId
    serial: str
    stores: str
    sold: int
    came_back: int


async def lots_of_store(
    db: AsyncConnection, store_id: StoreId, page: Page
) -> tuple[LotOnHand, ...]:
    """Of a page of the items that ever had a lot, by id, what expires first first: of each item
    its lots come to its level."""
    connection = await driver_of(db)
    held = await connection.fetch(_ITEMS, store_id, *page)
    levels = {row["item_id"]: row["on_hand_milli"] for row in held}
    items = list(levels)
    named: defaultdict[str, dict[str, Lot]] = defaultdict(dict)
    for row in await connection.fetch(_SUMS, store_id, items):
        lot = Lot(row["lot"], row["expires_on"], row["milli"])
        named[row["item_id"]][lot.lot] = lot
    await _with_counts(connection, store_id, items, named)
    return tuple(
        LotOnHand(ItemId(item), *lot)
        for item, level in levels.items()
        for lot in lots_held(level, named[item].values())
    )


async def serials_sold_twice(
    db: AsyncConnection, company_id: CompanyId, page: Page
) -> tuple[SoldTwice, ...]:
    """By item and number, of all stores together."""
    rows = await (await driver_of(db)).fetch(_TWICE, company_id, *page)
    return tuple(SoldTwice(ItemId(row["item_id"]), *list(row)[1:]) for row in rows)


async def _with_counts(
    connection: Any, store_id: StoreId, items: list[str], named: dict[str, dict[str, Lot]]
) -> None:
    """In the place of sums what the highest count of an item said, and what moved unseen by it. A
    last day that was once read of a lot stays known, whoever said it."""
    said = await connection.fetch(_COUNTS, store_id, items)
    counts: dict[str, CountSeen] = {}
    for row in said:
        seen = _seen(row)
        counts[row["item_id"]] = max(seen, counts.get(row["item_id"], seen))
    if not counts:
        return
    known = await connection.fetch(_GENESES, store_id)
    lines = lines_before({Epoch(*row[:2]): row[2] for row in known})
    moved = await connection.fetch(_MOVES, store_id, list(counts))
    for item, count in counts.items():
        of_item = [row for row in said if row["item_id"] == item]
        days = {lot: one.expires_on for lot, one in named[item].items()}
        for row in of_item:
            days[row["lot"]] = earlier(days.get(row["lot"]), row["expires_on"])
        named[item] = _lots(
            [row for row in of_item if _seen(row) == count],
            _unseen(moved, item, count, lines),
            days,
        )


def _seen(row: Any) -> CountSeen:
    """All that ranks a count; what it counted is its lots' alone."""
    place = (row["epoch_number"], row["epoch_fingerprint"], row["seen_through"], row["seq"])
    return CountSeen(*place, row["parent_through"], 0)


def _unseen(
    moved: list[Any], item: str, count: CountSeen, lines: tuple[Before, ...]
) -> dict[str, int]:
    found: defaultdict[str, int] = defaultdict(int)
    for row in moved:
        place = (row["epoch_number"], row["epoch_fingerprint"], row["seq"])
        if row["item_id"] == item and not has_seen(count, *place, lines):
            found[row["lot"]] += row["quantity_milli"]
    return found


def _lots(said: list[Any], unseen: dict[str, int], days: dict[str, date | None]) -> dict[str, Lot]:
    found = {lot: Lot(lot, days.get(lot), milli) for lot, milli in unseen.items()}
    for row in said:
        name = row["lot"]
        if name is not None:
            lot = found.get(name, Lot(name, days[name], 0))
            found[name] = lot._replace(quantity_milli=lot.quantity_milli + row["counted_milli"])
    return found
