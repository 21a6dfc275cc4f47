"""Sets what an item costs in a zone, from now on or from an instant on."""

from typing import NamedTuple
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from central.usecases.feed.publish_reference import publish_rows
from central.usecases.feed.put_row import Put, became
from central.usecases.feed.read_published import lock_published
from central.usecases.item.look_up import item_of_company
from central.usecases.price.look_up import PriceAt, price_at, prices_of_item
from sync.protocol.identity import CompanyId
from sync.protocol.reference import DataSet, Item, Price

EVER_MS = 0
MINUTE_MS = 60_000


class PriceWanted(NamedTuple):
    """``effective_from_ms`` None: from now on, and an item's first price for ever before."""

    zone: str
    unit_price_minor: int
    effective_from_ms: int | None = None


class PriceSet(NamedTuple):
    """The price as it stands now."""

    item: Item
    price: PriceAt
    put: Put


async def set_price(
    db: AsyncConnection,
    company_id: CompanyId,
    item_id: str,
    wanted: PriceWanted,
    now_ms: int,
    together: UUID | None = None,
) -> PriceSet:
    """Raises NotFound for an item that is none, ZoneUnknown, RowRefused. A price that is in force
    already is not published again."""
    await lock_published(db, company_id)
    item = await item_of_company(db, company_id, item_id)
    prices = await prices_of_item(db, company_id, item_id, now_ms)
    zone, minor, from_ms = wanted
    if from_ms is None:
        from_ms = begins_at([one for one in prices if one.zone == zone], minor, now_ms)
    before = price_at(prices, zone, from_ms)
    after = PriceAt(zone, from_ms, minor)
    put = became(before and before._replace(in_force=False), after)
    if put is not Put.SAME:
        row = Price(item.item_id, from_ms, minor)
        await publish_rows(db, company_id, DataSet.PRICES, [row], zone, together)
    return PriceSet(item, after, put)


def begins_at(prices: list[PriceAt], unit_price_minor: int, now_ms: int) -> int:
    """When a price that is to hold from now on begins, given the zone's others: one that holds
    already has begun, what never had a price has had this one ever since, and a new one begins
    with the minute, so that it can be named."""
    holding = next((one for one in prices if one.in_force), None)
    if holding is None:
        return EVER_MS
    if holding.unit_price_minor == unit_price_minor:
        return holding.effective_from_ms
    return now_ms // MINUTE_MS * MINUTE_MS
