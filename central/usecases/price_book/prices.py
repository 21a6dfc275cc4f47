"""Publishes what a price book's items cost: one price, or a file of them; what is wrong with a line
of it is told by the line, and the others go in."""

from collections.abc import Iterable

from sqlalchemy.ext.asyncio import AsyncConnection

from central.db.engine import driver_of
from central.domain.importing.sheet import Fault, Sheet
from central.domain.price_book import (
    COLUMNS,
    Known,
    Planned,
    Typed,
    Wanted,
    place_of,
    plan,
    read_typed,
    wanted_of,
)
from central.reports.company import company_money
from central.usecases.feed.publish_reference import publish_rows
from central.usecases.feed.read_published import lock_published, published_rows
from central.usecases.price.look_up import clock_of_stores, clock_of_zone
from central.usecases.price_book.look_up import prices_of_book
from central.usecases.price_book.set import book_of_company
from sync.protocol.errors import InvalidField
from sync.protocol.identity import CompanyId
from sync.protocol.price_books import PriceBook
from sync.protocol.reference import DataSet

_ITEMS = "SELECT item_id FROM listed_item WHERE company_id = $1 AND item_id = ANY($2::text[])"


async def set_book_price(
    db: AsyncConnection, company_id: CompanyId, book: str, typed: Typed, now_ms: int
) -> Planned:
    """Raises NotFound for a book that is none, InvalidField for what cannot be."""
    await lock_published(db, company_id)
    of = await book_of_company(db, company_id, book)
    known = await _known(db, company_id, of, [typed])
    return await _publish(db, company_id, of, [wanted_of(typed, known)], (), now_ms)


async def import_book_prices(
    db: AsyncConnection, company_id: CompanyId, book: str, sheet: Sheet, now_ms: int
) -> Planned:
    """All lines without a fault, together. Raises NotFound for a book that is none, FileRefused."""
    lines = read_typed(sheet)
    await lock_published(db, company_id)
    of = await book_of_company(db, company_id, book)
    known = await _known(db, company_id, of, [typed for _, typed in lines])
    wanted, faults = [], []
    for line, typed in lines:
        try:
            wanted.append(wanted_of(typed, known))
        except InvalidField as refused:
            value = dict(zip(COLUMNS, typed, strict=True)).get(refused.field or "", "")
            _, _, reason = refused.detail.partition(": ")
            faults.append(Fault(line, refused.field or "", value, reason.removesuffix(".")))
    return await _publish(db, company_id, of, wanted, faults, now_ms)


async def _publish(
    db: AsyncConnection,
    company_id: CompanyId,
    book: PriceBook,
    wanted: Iterable[Wanted],
    faults: Iterable[Fault],
    now_ms: int,
) -> Planned:
    planned = plan(book.book, await prices_of_book(db, company_id, book), wanted, now_ms)
    if planned.rows:
        place = place_of(book)
        await publish_rows(db, company_id, DataSet.BOOK_PRICES, planned.rows, place)
    return planned._replace(faults=tuple(faults))


async def _known(
    db: AsyncConnection, company_id: CompanyId, book: PriceBook, typed: Iterable[Typed]
) -> Known:
    named = sorted({each.item_id.strip() for each in typed})
    rows = await (await driver_of(db)).fetch(_ITEMS, company_id, named)
    packs = await published_rows(db, company_id, DataSet.PACKS)
    zone = book.zone
    clock = await (clock_of_zone(db, company_id, zone) if zone else clock_of_stores(db, company_id))
    return Known(
        frozenset(row["item_id"] for row in rows),
        {code: str(pack.item_id) for code, pack in packs.items()},
        (await company_money(db, company_id)).decimals,
        clock,
    )
