"""Works an example of a promotion out, of goods that the company sells."""

from sqlalchemy.ext.asyncio import AsyncConnection

from central.domain.feeds import MAIN_ZONE
from central.domain.promotion_example import ExampleLine, Priced, example_of, picks_wanted
from central.usecases.item.look_up import find_item, item_in, list_items
from central.usecases.price.look_up import prices_in_force
from sync.protocol.identity import CompanyId
from sync.protocol.promotions.shape import Pick
from sync.protocol.reference import Item, PublishedPromotion


async def work_example(
    db: AsyncConnection, company_id: CompanyId, promotion: PublishedPromotion, now_ms: int
) -> tuple[ExampleLine, ...]:
    """By prices of the main zone, in force now; nothing where goods have none there."""
    goods: dict[Pick, Priced] = {}
    for pick in picks_wanted(promotion):
        item = await _one_of(db, company_id, pick)
        if item is None:
            continue
        prices = await prices_in_force(db, company_id, [item.item_id], MAIN_ZONE, now_ms)
        if item.item_id in prices:
            goods[pick] = Priced(item, prices[item.item_id])
    return example_of(promotion, goods)


async def _one_of(db: AsyncConnection, company_id: CompanyId, pick: Pick) -> Item | None:
    for item_id in pick.items:
        if item_id not in pick.but:
            return await find_item(db, company_id, item_id)
    for department in pick.departments:
        return await item_in(db, company_id, department)
    page = await list_items(db, company_id, "")
    return next((item for item in page.items if item.item_id not in pick.but), None)
