"""What stores have by lot and what that is worth, with the days that are left of each; and where a
serial number was met."""

from collections.abc import Iterable
from datetime import UTC, date, datetime
from typing import Any, NamedTuple
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy.ext.asyncio import AsyncConnection

from central.archive.rows import plain_uuid
from central.db.engine import driver_of
from central.reports.lots import lots_of_store
from central.reports.stock_look import EVERY_ITEM, OneStore, stores_named
from central.reports.valued import bring_up, kept_worth
from sync.protocol.identity import CompanyId
from sync.protocol.moving_cost import share_of

MOVES_MAX = 500
_SERIAL = f"""
SELECT s.sale_id, o.code, m.item_id, m.serial, m.kind, m.quantity_milli, m.lot, m.expires_on,
    coalesce(s.receipt_number, t.number) AS document,
    coalesce(s.tendered_at_ms, r.occurred_at_ms) AS at_ms
FROM store AS o JOIN lot_movement AS m ON m.store_id = o.store_id
LEFT JOIN sale AS s ON s.store_id = m.store_id AND s.sale_id = m.event_id
LEFT JOIN stock_transfer AS t ON t.store_id = m.store_id AND t.event_id = m.event_id
LEFT JOIN raw_event AS r ON r.store_id = m.store_id AND r.epoch_number = m.epoch_number
    AND r.epoch_fingerprint = m.epoch_fingerprint AND r.seq = m.seq
WHERE o.company_id = $1 AND m.serial = $2 AND ($3 = '' OR m.item_id = $3)
ORDER BY at_ms DESC NULLS LAST, o.code, m.event_id, m.line_no LIMIT {MOVES_MAX}
"""  # noqa: S608  a constant


class LotWorth(NamedTuple):
    """A lot of an item. ``lot`` is empty for what has none. ``days_left``: until its last day is
    over, below zero since then; None where it has no last day. ``worth_minor``: its share of the
    item's; None where that is not known."""

    item_id: str
    lot: str
    expires_on: date | None
    quantity_milli: int
    days_left: int | None
    worth_minor: int | None

    def is_within(self, days: int) -> bool:
        """Whether its last day is over in so many days, and something of it is there."""
        return self.days_left is not None and self.days_left <= days and self.quantity_milli > 0

    @property
    def is_over(self) -> bool:
        """Whether its last day was before today."""
        return self.is_within(-1)


class StoreLots(NamedTuple):
    """A store's goods by lot, what expires first first; what has no last day is last."""

    store: OneStore
    lots: tuple[LotWorth, ...]


class SerialMoved(NamedTuple):
    """A movement that named a serial number. ``kind``: a movement's, or ``sale``, ``return``;
    ``document``: the receipt's number, or the transfer's."""

    sale_id: UUID | None
    store_code: str
    item_id: str
    serial: str
    kind: str
    quantity_milli: int
    lot: str | None
    expires_on: date | None
    document: str | None
    at_ms: int | None


async def lots_by_store(
    db: AsyncConnection, company_id: CompanyId, now_ms: int, code: str = ""
) -> tuple[StoreLots, ...]:
    """Of all stores of a company, or of the one of this code. In a snapshot."""
    connection = await driver_of(db)
    found = []
    for store in await stores_named(db, company_id, code):
        rows = await lots_of_store(db, store.store_id, EVERY_ITEM)
        named = sorted({row.item_id for row in rows})
        moved = (await bring_up(connection, store.store_id, named)).worth if named else {}
        still = [item for item in named if item not in moved]
        worth = {**await kept_worth(connection, store.store_id, still), **moved}
        today = datetime.fromtimestamp(now_ms // 1_000, UTC).astimezone(ZoneInfo(store.zone)).date()
        lots = [
            LotWorth(
                *(row.item_id, row.lot, row.expires_on, row.quantity_milli),
                None if row.expires_on is None else (row.expires_on - today).days,
                share_of(worth[row.item_id].held, row.quantity_milli)
                if row.item_id in worth
                else None,
            )
            for row in rows
        ]
        lots.sort(key=lambda one: (one.expires_on or date.max, one.item_id, one.lot))
        found.append(StoreLots(store, tuple(lots)))
    return tuple(found)


def worth_of(lots: Iterable[LotWorth]) -> int:
    """Of those whose worth is known."""
    return sum(one.worth_minor or 0 for one in lots)


async def serial_moves(
    db: AsyncConnection, company_id: CompanyId, serial: str, item_id: str = ""
) -> tuple[SerialMoved, ...]:
    """Where a number was met in all stores, of one item or of every item, the newest first."""
    rows = await (await driver_of(db)).fetch(_SERIAL, company_id, serial, item_id)
    return tuple(_serial(*row) for row in rows)


def _serial(sale_id: UUID | None, *said: Any) -> SerialMoved:
    return SerialMoved(None if sale_id is None else plain_uuid(sale_id), *said)
