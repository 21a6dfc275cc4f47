"""Keep what stores' goods are worth, so that whoever asks reads what moved since and no more
(``central/reports/valued``)."""

from typing import Any, NamedTuple

from sqlalchemy.ext.asyncio import AsyncEngine

from central.archive.postgres import plain_uuid
from central.db.engine import driver_of, snapshot, unit_of_work
from central.projections.columns import by_column
from central.reports.valued import BroughtUp, bring_up
from sync.protocol.identity import StoreId

LINES_AT_ONCE = 50_000
"""Read in one go to value items anew from their beginnings."""
LINES_A_ROUND = 200_000
"""Of all stores: on a chain whose goods were never valued a round ends there, and the next one goes
on, so that none holds the machine for an hour."""

_BEHIND = """
SELECT DISTINCT s.store_id FROM stream AS s LEFT JOIN stock_valued AS v ON v.store_id = s.store_id
WHERE s.applied_through > 0 AND (v.store_id IS NULL OR NOT v.whole
    OR (s.epoch_number, s.epoch_fingerprint, s.applied_through)
        > (v.epoch_number, v.epoch_fingerprint, v.seq))
ORDER BY 1
"""
_BEGIN = """
INSERT INTO stock_valued (store_id, epoch_number, epoch_fingerprint, seq, taken_back, whole)
VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING RETURNING true
"""
_GO_ON = """
UPDATE stock_valued SET (epoch_number, epoch_fingerprint, seq, taken_back, whole)
    = ($2, $3, $4, $5, $6)
WHERE store_id = $1 AND (epoch_number, epoch_fingerprint, seq, taken_back, whole)
    = ($7, $8, $9, $10, $11) RETURNING true
"""
_FORGET = (
    "DELETE FROM stock_worth WHERE store_id = $1",
    "DELETE FROM stock_put_right WHERE store_id = $1",
)
_PUT = """
INSERT INTO stock_worth AS held (store_id, item_id, epoch_number, epoch_fingerprint, seq,
    on_hand_milli, worth_minor, unit_mills, came_minor, went_minor, cost_of_sales_minor,
    counted_minor, entries)
SELECT $1::uuid, * FROM unnest($2::text[], $3::int[], $4::bytea[], $5::bigint[], $6::bigint[],
    $7::bigint[], $8::bigint[], $9::bigint[], $10::bigint[], $11::bigint[], $12::bigint[],
    $13::bigint[])
ON CONFLICT (store_id, item_id) DO UPDATE SET epoch_number = excluded.epoch_number,
    epoch_fingerprint = excluded.epoch_fingerprint, seq = excluded.seq,
    on_hand_milli = excluded.on_hand_milli, worth_minor = excluded.worth_minor,
    unit_mills = excluded.unit_mills, came_minor = excluded.came_minor,
    went_minor = excluded.went_minor, cost_of_sales_minor = excluded.cost_of_sales_minor,
    counted_minor = excluded.counted_minor, entries = excluded.entries
"""
_PUT_RIGHT_GONE = "DELETE FROM stock_put_right WHERE store_id = $1 AND item_id = ANY($2)"
_PUT_RIGHT = """
INSERT INTO stock_put_right (store_id, item_id, moved_on, put_right_minor)
SELECT $1::uuid, * FROM unnest($2::text[], $3::date[], $4::bigint[])
"""


class Kept(NamedTuple):
    """Whether all of a store is kept now, as far as it was heard of, or somebody else is at it; and
    how many lines were read for that."""

    whole: bool
    lines: int


async def keep_values(engine: AsyncEngine, lines_max: int = LINES_A_ROUND) -> bool:
    """Of every store whose goods moved since, one after the other, until so many lines were read.
    Whether all are kept now: else another round goes on where this one ended."""
    async with snapshot(engine) as db:
        behind = [plain_uuid(row[0]) for row in await (await driver_of(db)).fetch(_BEHIND)]
    left = lines_max
    for store_id in behind:
        whole = False
        while not whole:
            if left <= 0:
                return False
            whole, lines = await keep_value(engine, StoreId(store_id), min(left, LINES_AT_ONCE))
            left -= lines
    return True


async def keep_value(engine: AsyncEngine, store_id: StoreId, room: int = LINES_AT_ONCE) -> Kept:
    """It is worked out from one snapshot, and kept if what it was worked out from is kept still.
    ``room``: lines that are read for it."""
    async with snapshot(engine) as db:
        found = await bring_up(await driver_of(db), store_id, room=room)
    async with unit_of_work(engine) as db:
        connection = await driver_of(db)
        if found.was is None:
            begun = await connection.fetchval(_BEGIN, store_id, *found.through)
        else:
            begun = await connection.fetchval(_GO_ON, store_id, *found.through, *found.was)
        if not begun:
            return Kept(True, found.lines)
        await _keep(connection, store_id, found)
    return Kept(found.through.whole, found.lines)


async def _keep(connection: Any, store_id: StoreId, found: BroughtUp) -> None:
    if found.anew:
        for statement in _FORGET:
            await connection.execute(statement, store_id)
    rows = [
        (
            *(item, *one.place, *one.held),
            *(one.came, one.went, one.cost_of_sales, one.counted, one.entries),
        )
        for item, one in sorted(found.worth.items())
    ]
    if not rows:
        return
    await connection.execute(_PUT, store_id, *by_column(rows))
    await connection.execute(_PUT_RIGHT_GONE, store_id, list(found.worth))
    rights = [
        (item, on, minor)
        for item, one in found.worth.items()
        for on, minor in one.put_right.items()
    ]
    if rights:
        await connection.execute(_PUT_RIGHT, store_id, *by_column(rights))
