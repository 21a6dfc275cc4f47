"""What suppliers bring and when stores want more of it: one row, or a file of them; what is
wrong with a line of it is told by the line, and the others go in."""

from collections.abc import Iterable

from sqlalchemy.ext.asyncio import AsyncConnection

from central.db.engine import driver_of
from central.domain.buying import (
    ITEM_COLUMNS,
    POINT_COLUMNS,
    Known,
    Planned,
    TypedItem,
    TypedPoint,
    item_of,
    plan,
    point_of,
    read_all,
    read_lines,
)
from central.domain.importing.sheet import Sheet
from central.reports.company import company_money
from central.usecases.feed.publish import PublishedRow, publish
from central.usecases.feed.publish_reference import publish_rows
from central.usecases.feed.read_published import lock_published, published_rows
from sync.protocol.buying import ReorderPoint, SupplierItem, supplier_item_key
from sync.protocol.errors import NotFound
from sync.protocol.feeds import SHARED
from sync.protocol.identity import CompanyId, StoreId
from sync.protocol.reference import DataSet

_ITEMS = "SELECT item_id FROM listed_item WHERE company_id = $1 AND item_id = ANY($2::text[])"


async def list_supplier_items(
    db: AsyncConnection, company_id: CompanyId, supplier_id: str | None = None
) -> tuple[SupplierItem, ...]:
    """By supplier and item."""
    found = await published_rows(db, company_id, DataSet.SUPPLIER_ITEMS)
    return tuple(one for one in found.values() if supplier_id in (None, one.supplier_id))


async def list_reorder_points(
    db: AsyncConnection, company_id: CompanyId, store_id: StoreId
) -> tuple[ReorderPoint, ...]:
    """Of a store, by item."""
    found = await published_rows(db, company_id, DataSet.REORDER_POINTS, str(store_id))
    return tuple(found.values())


async def set_supplier_item(
    db: AsyncConnection, company_id: CompanyId, typed: TypedItem
) -> Planned:
    """Raises InvalidField."""
    known = await _known(db, company_id, [typed.item_id])
    return await _bring_items(db, company_id, [item_of(typed, known)])


async def import_supplier_items(
    db: AsyncConnection, company_id: CompanyId, sheet: Sheet, *, dry_run: bool = False
) -> Planned:
    """All lines without a fault, together; of a ``dry_run`` none. Raises FileRefused."""
    lines = list(read_lines(sheet, ITEM_COLUMNS, 2))
    known = await _known(db, company_id, [cells[1] for _, cells in lines])
    wanted, faults = read_all(lines, ITEM_COLUMNS, lambda cells: item_of(TypedItem(*cells), known))
    planned = await _bring_items(db, company_id, wanted, dry_run=dry_run)
    return planned._replace(faults=faults)


async def set_reorder_point(
    db: AsyncConnection, company_id: CompanyId, store_id: StoreId, typed: TypedPoint
) -> Planned:
    """Raises InvalidField."""
    known = await _known(db, company_id, [typed.item_id])
    return await _bring_points(db, company_id, store_id, [point_of(typed, known)])


async def import_reorder_points(
    db: AsyncConnection,
    company_id: CompanyId,
    store_id: StoreId,
    sheet: Sheet,
    *,
    dry_run: bool = False,
) -> Planned:
    """All lines without a fault, together; of a ``dry_run`` none. Raises FileRefused."""
    lines = list(read_lines(sheet, POINT_COLUMNS, 2))
    known = await _known(db, company_id, [cells[0] for _, cells in lines])
    wanted, faults = read_all(
        lines, POINT_COLUMNS, lambda cells: point_of(TypedPoint(*cells), known)
    )
    planned = await _bring_points(db, company_id, store_id, wanted, dry_run=dry_run)
    return planned._replace(faults=faults)


async def retire_supplier_item(
    db: AsyncConnection, company_id: CompanyId, supplier_id: str, item_id: str
) -> None:
    """They bring it no more. Raises NotFound."""
    await _retire(db, company_id, DataSet.SUPPLIER_ITEMS, SHARED, f"{supplier_id}>{item_id}")


async def retire_reorder_point(
    db: AsyncConnection, company_id: CompanyId, store_id: StoreId, item_id: str
) -> None:
    """Nothing of it is proposed any more. Raises NotFound."""
    await _retire(db, company_id, DataSet.REORDER_POINTS, str(store_id), item_id)


async def _retire(
    db: AsyncConnection, company_id: CompanyId, data_set: DataSet, scope: str, key: str
) -> None:
    await lock_published(db, company_id)
    if key not in await published_rows(db, company_id, data_set, scope, [key]):
        raise NotFound(
            f"Nothing is said of {key}.",
            field="item",
            remedy="See what there is with `central supplier items` and `central supplier points`.",
        )
    await publish(db, company_id, data_set, scope, [PublishedRow(key, None)])


async def _bring_items(
    db: AsyncConnection,
    company_id: CompanyId,
    wanted: Iterable[SupplierItem],
    *,
    dry_run: bool = False,
) -> Planned:
    if not dry_run:
        await lock_published(db, company_id)
    rows, data_set = list(wanted), DataSet.SUPPLIER_ITEMS
    keys = sorted({supplier_item_key(row) for row in rows})
    held = await published_rows(db, company_id, data_set, keys=keys)
    planned = plan(rows, held, supplier_item_key)
    if planned.rows and not dry_run:
        await publish_rows(db, company_id, data_set, planned.rows)
    return planned


async def _bring_points(
    db: AsyncConnection,
    company_id: CompanyId,
    store_id: StoreId,
    wanted: Iterable[ReorderPoint],
    *,
    dry_run: bool = False,
) -> Planned:
    if not dry_run:
        await lock_published(db, company_id)
    rows, data_set, scope = list(wanted), DataSet.REORDER_POINTS, str(store_id)
    keys = sorted({str(row.item_id) for row in rows})
    held = await published_rows(db, company_id, data_set, scope, keys)
    planned = plan(rows, held, lambda row: str(row.item_id))
    if planned.rows and not dry_run:
        await publish_rows(db, company_id, data_set, planned.rows, scope)
    return planned


async def _known(db: AsyncConnection, company_id: CompanyId, items: Iterable[str]) -> Known:
    named = sorted({each.strip() for each in items})
    rows = await (await driver_of(db)).fetch(_ITEMS, company_id, named)
    return Known(
        frozenset(row["item_id"] for row in rows),
        frozenset(await published_rows(db, company_id, DataSet.SUPPLIERS)),
        (await company_money(db, company_id)).decimals,
    )
