"""What a company has, as it goes out by file."""

from typing import NamedTuple

from sqlalchemy.ext.asyncio import AsyncConnection

from central.domain.importing.item_changes import Goods
from central.reports.company import company_money
from central.usecases.feed.price_zones import price_zones
from central.usecases.goods.read_goods import read_goods, read_stores
from sync.protocol.identity import CompanyId


class GoodsOut(NamedTuple):
    """``stores``: those with opening stock, by code."""

    goods: Goods
    stores: tuple[str, ...]


async def export_items(db: AsyncConnection, company_id: CompanyId) -> GoodsOut:
    """All of them, with every price."""
    stores = await read_stores(db, company_id)
    zones = await price_zones(db, company_id)
    money = await company_money(db, company_id)
    goods = await read_goods(db, company_id, zones, stores, money.decimals)
    return GoodsOut(goods, tuple(code for code, opened in goods.opened.items() if opened))
