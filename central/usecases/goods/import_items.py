"""Imports a file of goods: all good lines in one unit of work, or none.

``plan_items`` reads and compares, and changes nothing; ``import_items`` publishes what comes out. A
file that says what is so already publishes nothing.
"""

from collections.abc import Callable, Sequence
from typing import NamedTuple
from uuid import uuid4

from sqlalchemy.ext.asyncio import AsyncConnection

from central.domain.importing.columns import Header
from central.domain.importing.item_changes import ItemChanges, item_changes
from central.domain.importing.item_questions import Known
from central.domain.importing.item_rows import items_header, read_items
from central.domain.importing.openings import openings
from central.domain.importing.said import NOTHING_SAID, Said, fingerprint
from central.domain.importing.sheet import Fault, FileRefused, Sheet
from central.domain.importing.words import folded
from central.reports.company import company_money
from central.usecases.feed.price_zones import price_zones
from central.usecases.feed.publish_reference import publish_items, publish_rows
from central.usecases.feed.read_published import lock_published
from central.usecases.goods.file_layouts import find_said, remember_said
from central.usecases.goods.read_goods import (
    StoreNamed,
    classes_by_rate,
    clock_of,
    day_of,
    names_of,
    read_goods,
    read_stores,
)
from central.usecases.people.note_act import note_act
from sync.protocol.identity import CompanyId
from sync.protocol.reference import DataSet

ABOUT = "items"
Progress = Callable[[int], None]


class ItemsWanted(NamedTuple):
    """``said``: by the person, now. ``store``: whose stock it is where the file does not say.
    ``whole``: nothing goes in if one line is faulty."""

    said: Said = NOTHING_SAID
    store: str | None = None
    whole: bool = False


class ItemsPlanned(NamedTuple):
    """``said``: what the file was read by; ``remembered``: it was said of an earlier one.
    ``no_rows``: rows that are none, such as pictures. ``faults``: in the order of lines."""

    header: Header
    header_row: bytes
    said: Said
    remembered: bool
    changes: ItemChanges
    faults: tuple[Fault, ...]
    no_rows: int


async def plan_items(
    db: AsyncConnection,
    company_id: CompanyId,
    sheet: Sheet,
    wanted: ItemsWanted,
    now_ms: int,
    progress: Progress,
) -> ItemsPlanned:
    """What the file would change. Raises FileRefused."""
    found = None
    if wanted.said == NOTHING_SAID:
        found = await find_said(db, company_id, ABOUT, sheet)
    said = found or wanted.said
    stores = await read_stores(db, company_id)
    known = await _known(db, company_id, said, stores, wanted.store, now_ms)
    header = items_header(sheet, said, known)
    read = read_items(sheet, header, known, progress)
    goods = await read_goods(db, company_id, known.zones, stores, known.decimals)
    changes = item_changes(read.drafts, goods, now_ms)
    return ItemsPlanned(
        header,
        fingerprint(sheet.rows[header.at].cells),
        said,
        found is not None,
        changes,
        tuple(sorted((*read.faults, *changes.faults))),
        read.no_items,
    )


async def _known(
    db: AsyncConnection,
    company_id: CompanyId,
    said: Said,
    stores: Sequence[StoreNamed],
    store: str | None,
    now_ms: int,
) -> Known:
    """``store``: as the person named it; without it a company's only store is meant. Raises
    FileRefused."""
    clock, names = clock_of(stores), names_of(stores)
    if store is not None and folded(store) not in names:
        raise FileRefused(
            f"There is no store {store}.", f"Name one of {', '.join(one.code for one in stores)}."
        )
    only = stores[0].code if len(stores) == 1 else None
    return Known(
        (await company_money(db, company_id)).decimals,
        await classes_by_rate(db, company_id, day_of(now_ms, clock)),
        await price_zones(db, company_id),
        names,
        only if store is None else names[folded(store)],
        clock,
        said.sign,
        said.order,
    )


async def import_items(
    db: AsyncConnection,
    company_id: CompanyId,
    sheet: Sheet,
    wanted: ItemsWanted,
    who: str,
    now_ms: int,
    progress: Progress,
) -> ItemsPlanned:
    """Publish what the file changes, and keep what was said of it. Raises FileRefused, CodeHeld."""
    await lock_published(db, company_id)
    planned = await plan_items(db, company_id, sheet, wanted, now_ms, progress)
    if wanted.whole and planned.faults:
        return planned
    changes, together = planned.changes, uuid4()
    if changes.items:
        await publish_items(db, company_id, changes.items, together)
    for zone, prices in changes.prices.items():
        await publish_rows(db, company_id, DataSet.PRICES, prices, zone, together)
    for store in await read_stores(db, company_id):
        if opened := changes.stock.get(store.code):
            rows = openings(store.store_id, opened, changes.costs)
            where = str(store.store_id)
            await publish_rows(db, company_id, DataSet.OPENING_STOCK, rows, where, together)
    if wanted.said != NOTHING_SAID:
        await remember_said(db, company_id, ABOUT, planned.header_row, wanted.said)
    if changes.rows:
        detail = f"{changes.new} new, {changes.changed} changed, {changes.same} the same"
        await note_act(
            db, company_id, who, "items_imported", planned.header.layout.name, detail, now_ms
        )
    return planned
