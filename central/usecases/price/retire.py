"""Takes a price away that was published: the one before it holds again."""

from sqlalchemy.ext.asyncio import AsyncConnection

from central.domain.typed import local_time
from central.usecases.feed.publish_reference import take_away_prices
from central.usecases.feed.read_published import lock_published
from central.usecases.item.look_up import item_of_company
from central.usecases.price.look_up import PriceAt, clock_of_zone, prices_of_item
from sync.protocol.errors import NotFound
from sync.protocol.identity import CompanyId
from sync.protocol.reference import Price


async def retire_price(
    db: AsyncConnection,
    company_id: CompanyId,
    item_id: str,
    zone: str,
    effective_from_ms: int | None,
    now_ms: int,
) -> PriceAt:
    """``effective_from_ms`` None: the only one there is. Raises NotFound with those that there
    are."""
    await lock_published(db, company_id)
    item = await item_of_company(db, company_id, item_id)
    prices = await prices_of_item(db, company_id, item_id, now_ms)
    there = [one for one in prices if one.zone == zone]
    found = [one for one in there if effective_from_ms in (None, one.effective_from_ms)]
    if len(found) != 1:
        clock = await clock_of_zone(db, company_id, zone)
        said = ", ".join(local_time(one.effective_from_ms, clock) for one in there) or "none"
        raise NotFound(
            f"Which price of {item_id} in the zone {zone}? There are: {said}.",
            field="from",
            remedy="Name one of them with --from, and its zone with --zone.",
        )
    gone = found[0]
    row = Price(item.item_id, gone.effective_from_ms, gone.unit_price_minor)
    await take_away_prices(db, company_id, [row], zone)
    return gone
