"""What a company sells now, whole: items, prices, stores, as published last."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, tzinfo
from typing import NamedTuple
from zoneinfo import ZoneInfo

from sqlalchemy.ext.asyncio import AsyncConnection

from central.archive.postgres import plain_uuid
from central.db.engine import driver_of
from central.domain.importing.columns import by_folded
from central.domain.importing.item_changes import Goods
from central.usecases.feed.read_published import published_rows
from central.usecases.tax.look_up import list_rates
from sync.protocol.codec import decode
from sync.protocol.facts import TaxClass
from sync.protocol.identity import CompanyId, ItemId, StoreId
from sync.protocol.reference import DataSet, Item, OpeningStock, Price, TaxRate

_ITEMS = "SELECT item_id, body FROM listed_item WHERE company_id = $1"
_PRICES = """
SELECT zone, item_id, effective_from_ms, unit_price_minor FROM listed_price
WHERE company_id = $1 ORDER BY item_id, zone, effective_from_ms
"""
_STORES = "SELECT store_id, code, name, zone FROM store WHERE company_id = $1 ORDER BY code"


class StoreNamed(NamedTuple):
    """A store, as files name it. ``zone``: its time zone."""

    store_id: StoreId
    code: str
    name: str
    zone: str


async def read_goods(
    db: AsyncConnection,
    company_id: CompanyId,
    zones: Sequence[str],
    stores: Sequence[StoreNamed],
    decimals: int,
) -> Goods:
    """All items, prices of all zones, opening stock of all stores."""
    connection = await driver_of(db)
    items = {row[0]: decode(Item, row[1]) for row in await connection.fetch(_ITEMS, company_id)}
    prices: dict[str, defaultdict[str, list[Price]]] = {zone: defaultdict(list) for zone in zones}
    for zone, item_id, from_ms, minor in await connection.fetch(_PRICES, company_id):
        if zone in prices:
            prices[zone][item_id].append(Price(ItemId(item_id), from_ms, minor))
    opened = {}
    for store in stores:
        found = await published_rows(db, company_id, DataSet.OPENING_STOCK, str(store.store_id))
        openings: Iterable[OpeningStock] = found.values()
        opened[store.code] = {
            str(line.item_id): line.quantity_milli for each in openings for line in each.lines
        }
    packs = await published_rows(db, company_id, DataSet.PACKS)
    return Goods(items, prices, opened, decimals, {key: one.name for key, one in packs.items()})


async def read_stores(db: AsyncConnection, company_id: CompanyId) -> tuple[StoreNamed, ...]:
    """By code."""
    rows = await (await driver_of(db)).fetch(_STORES, company_id)
    return tuple(StoreNamed(StoreId(plain_uuid(row[0])), *row[1:]) for row in rows)


def names_of(stores: Sequence[StoreNamed]) -> dict[str, str]:
    """Codes by how a file may call a store: by code or name."""
    called = [(store.code, store.code) for store in stores]
    return by_folded([*called, *((store.name, store.code) for store in stores)])


def clock_of(stores: Sequence[StoreNamed]) -> tzinfo:
    """In whose days a file's dates are: those of the first store."""
    return ZoneInfo(stores[0].zone) if stores else UTC


async def classes_by_rate(
    db: AsyncConnection, company_id: CompanyId, today: date
) -> Mapping[int, TaxClass]:
    """Rates in hundredths of a percent that are one class's today; 0 is the zero rate's, if that
    is one."""
    newest: dict[TaxClass, TaxRate] = {}
    for rate in await list_rates(db, company_id):
        if rate.effective_from <= today:
            newest[rate.tax_class] = rate
    classes: defaultdict[int, list[TaxClass]] = defaultdict(list)
    for rate in newest.values():
        classes[rate.rate_bp].append(rate.tax_class)
    return {
        rate: TaxClass.ZERO if TaxClass.ZERO in named else named[0]
        for rate, named in classes.items()
        if len(named) == 1 or TaxClass.ZERO in named
    }


def day_of(now_ms: int, clock: tzinfo) -> date:
    """By that clock."""
    return datetime.fromtimestamp(now_ms // 1_000, clock).date()
