"""Makes or changes an item, and what it costs, from what a person typed: a command or a page."""

from datetime import UTC, datetime
from typing import NamedTuple
from uuid import uuid4

from sqlalchemy.ext.asyncio import AsyncConnection

from central.domain.feeds import MAIN_ZONE
from central.domain.typed import instant_of, minor_of
from central.reports.company import company_money
from central.usecases.feed.put_row import Put
from central.usecases.item.set import COST_NOT_KNOWN, ItemChanges, set_item
from central.usecases.price.look_up import PriceAt, clock_of_zone, prices_in_force
from central.usecases.price.set import PriceWanted, set_price
from central.usecases.tax.look_up import rate_in_force
from sync.protocol.identity import CompanyId
from sync.protocol.reference import Item


class PriceTyped(NamedTuple):
    """An amount in the currency's decimals, and since when: None is now."""

    amount: str
    zone: str = MAIN_ZONE
    since: str | None = None


class ItemEntered(NamedTuple):
    """The item as it stands now. ``price``: the one that was typed. ``sells_for_minor``: what holds
    now in that zone, None where nothing does. ``taxed``: a rate of its class is in force."""

    item: Item
    item_put: Put
    price: PriceAt | None
    price_put: Put
    zone: str
    sells_for_minor: int | None
    taxed: bool

    @property
    def changed(self) -> bool:
        """Something was published."""
        return (self.item_put, self.price_put) != (Put.SAME, Put.SAME)


async def enter_item(
    db: AsyncConnection,
    company_id: CompanyId,
    item_id: str,
    changes: ItemChanges,
    cost: str | None,
    price: PriceTyped | None,
    now_ms: int,
) -> ItemEntered:
    """``cost``: an amount, empty for not known, None as it is. Item and price take effect together.
    Raises what set_item and set_price do, InvalidField for what is no amount or time."""
    money = await company_money(db, company_id)
    if cost is not None:
        minor = minor_of(cost, money.decimals, "cost") if cost.strip() else COST_NOT_KNOWN
        changes = changes._replace(unit_cost_minor=minor)
    together = uuid4()
    item, item_put = await set_item(db, company_id, item_id, changes, together)
    at, price_put = None, Put.SAME
    if price is not None:
        wanted = await price_wanted(db, company_id, price, money.decimals)
        _, at, price_put = await set_price(db, company_id, item_id, wanted, now_ms, together)
    zone = MAIN_ZONE if price is None else price.zone
    in_force = await prices_in_force(db, company_id, [item_id], zone, now_ms)
    today = datetime.fromtimestamp(now_ms // 1_000, UTC).date()
    rate = await rate_in_force(db, company_id, item.tax_class, today)
    return ItemEntered(
        item, item_put, at, price_put, zone, in_force.get(item_id), taxed=rate is not None
    )


async def price_wanted(
    db: AsyncConnection, company_id: CompanyId, typed: PriceTyped, decimals: int
) -> PriceWanted:
    """Raises InvalidField for what is no amount or no time."""
    since_ms = None
    if typed.since is not None:
        since_ms = instant_of(typed.since, await clock_of_zone(db, company_id, typed.zone), "from")
    return PriceWanted(typed.zone, minor_of(typed.amount, decimals, "price"), since_ms)
