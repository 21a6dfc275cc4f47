"""What stores' goods are worth and what is left of what they sold, store by store, and the names of
items: what head office's pages of stock say, out of what ``stock_value`` says of each store."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import NamedTuple

from sqlalchemy.ext.asyncio import AsyncConnection

from central.archive.postgres import plain_uuid
from central.db.engine import driver_of
from central.reports.sales import Page
from central.reports.stock_value import CostOfSales, StockWorth, cost_of_sales, stock_value
from central.reports.valued import bring_up
from sync.protocol.codec import decode
from sync.protocol.identity import CompanyId, StoreId
from sync.protocol.reference import Item

EVERY_ITEM = Page(1_000_000, 0)
_STORES = """
SELECT store_id, code, name, zone FROM store WHERE company_id = $1
    AND ($2 = '' OR code = $2) ORDER BY code
"""
_KEPT = """
SELECT count(*) FILTER (WHERE on_hand_milli <> 0), count(*) FILTER (WHERE on_hand_milli < 0),
    count(*) FILTER (WHERE on_hand_milli <> 0 AND unit_mills IS NULL),
    coalesce(sum(worth_minor), 0)::bigint
FROM stock_worth WHERE store_id = $1 AND ($2::text[] IS NULL OR item_id = ANY($2))
"""
_NAMES = "SELECT item_id, body FROM listed_item WHERE company_id = $1 AND item_id = ANY($2::text[])"


class OneStore(NamedTuple):
    """``zone``: by the IANA list."""

    store_id: StoreId
    code: str
    name: str
    zone: str


class StoreWorth(NamedTuple):
    """``items``: of which something is there, or below zero (``oversold``); ``unknown``: of these,
    those of which no cost was ever stated, worth nothing here."""

    store: OneStore
    items: int
    oversold: int
    unknown: int
    worth_minor: int


class Sold(NamedTuple):
    """Sums of ``CostOfSales``."""

    net_minor: int
    cost_minor: int
    margin_minor: int
    put_right_minor: int

    @property
    def left_minor(self) -> int:
        """Of the margin, after what later costs put right."""
        return self.margin_minor - self.put_right_minor


class StoreSold(NamedTuple):
    """What a store sold over some dates."""

    store: OneStore
    sold: Sold


async def stores_named(
    db: AsyncConnection, company_id: CompanyId, code: str = ""
) -> tuple[OneStore, ...]:
    """All stores of a company, or the one of this code, where there is one."""
    rows = await (await driver_of(db)).fetch(_STORES, company_id, code)
    return tuple(OneStore(StoreId(plain_uuid(row[0])), *row[1:]) for row in rows)


async def names_of_items(
    db: AsyncConnection, company_id: CompanyId, items: Iterable[str]
) -> Mapping[str, str]:
    """Of those that were published."""
    rows = await (await driver_of(db)).fetch(_NAMES, company_id, sorted(set(items)))
    return {row["item_id"]: decode(Item, row["body"]).name for row in rows}


async def worth_by_store(
    db: AsyncConnection, company_id: CompanyId, code: str = ""
) -> tuple[StoreWorth, ...]:
    """In a snapshot. The sums are of what is kept, less what is kept of items that moved since, and
    with these as they are now."""
    connection = await driver_of(db)
    found = []
    for store in await stores_named(db, company_id, code):
        now = await bring_up(connection, store.store_id)
        sums = [0, 0, 0, 0]
        if not now.anew:
            every = await connection.fetchrow(_KEPT, store.store_id, None)
            moved = await connection.fetchrow(_KEPT, store.store_id, list(now.worth))
            sums = [one - other for one, other in zip(every, moved, strict=True)]
        for one in now.worth.values():
            there, unit = one.held.on_hand_milli, one.held.unit_mills
            sums[0] += there != 0
            sums[1] += there < 0
            sums[2] += there != 0 and unit is None
            sums[3] += one.held.worth_minor
        found.append(StoreWorth(store, *sums))
    return tuple(found)


async def worth_of_items(db: AsyncConnection, store_id: StoreId) -> tuple[StockWorth, ...]:
    """All of a store's, what is worth most first. In a snapshot."""
    rows = await stock_value(db, store_id, EVERY_ITEM)
    return tuple(sorted(rows, key=lambda one: (-one.worth_minor, one.item_id)))


async def sold_by_store(
    db: AsyncConnection, company_id: CompanyId, first: date, last: date
) -> tuple[StoreSold, ...]:
    """In a snapshot."""
    found = []
    for store in await stores_named(db, company_id):
        rows = await cost_of_sales(db, store.store_id, first, last, EVERY_ITEM)
        found.append(StoreSold(store, sum_of_sold(rows)))
    return tuple(found)


async def sold_of_items(
    db: AsyncConnection, store_id: StoreId, first: date, last: date
) -> tuple[CostOfSales, ...]:
    """All that a store sold, and of which costs were put right, the largest margin first. In a
    snapshot."""
    rows = await cost_of_sales(db, store_id, first, last, EVERY_ITEM)
    return tuple(sorted(rows, key=lambda one: (-one.margin_minor, one.item_id)))


def sum_of_sold(rows: Iterable[CostOfSales | Sold]) -> Sold:
    """Of items, or of stores."""
    every = list(rows)
    return Sold(
        sum(one.net_minor for one in every),
        sum(one.cost_minor for one in every),
        sum(one.margin_minor for one in every),
        sum(one.put_right_minor for one in every),
    )
