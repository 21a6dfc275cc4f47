"""Changes PostgreSQL behind head office's back: a cent on one receipt, another receipt gone.

The table must turn red and name both: a table that can only say "equal" proves nothing.
"""

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from central.db.engine import unit_of_work
from central.demo.errors import DemoCannotRun
from sync.protocol.identity import StoreId

RECEIPT_TABLES = ("sale_line", "sale_tax", "sale_tender", "sale")
_TWO_RECEIPTS = text(
    "SELECT sale_id, receipt_number FROM sale AS s "
    "WHERE store_id = :store_id AND total_minor > 0 AND NOT training AND NOT EXISTS ("
    "SELECT FROM sale_line AS l WHERE l.store_id = s.store_id AND l.sale_id = s.sale_id "
    "AND l.quantity_milli < 0) ORDER BY seq DESC LIMIT 2"
)
_ONE_CENT = text(
    "UPDATE sale_line SET amount_minor = amount_minor + 1 "
    "WHERE store_id = :store_id AND sale_id = :sale_id AND line_no = 1"
)


async def raise_a_cent(engine: AsyncEngine, store_id: StoreId) -> str:
    """The number of the receipt that was changed by a cent."""
    async with unit_of_work(engine) as db:
        found = (await db.execute(_TWO_RECEIPTS, {"store_id": store_id})).first()
        if found is None:
            raise DemoCannotRun("There is no receipt to tamper with.")
        await db.execute(_ONE_CENT, {"store_id": store_id, "sale_id": found.sale_id})
    return str(found.receipt_number)


async def tamper(engine: AsyncEngine, store_id: StoreId) -> tuple[str, str]:
    """The numbers of the receipt that was changed by a cent and of the one that was deleted."""
    async with unit_of_work(engine) as db:
        found = (await db.execute(_TWO_RECEIPTS, {"store_id": store_id})).all()
        if len(found) != 2:
            raise DemoCannotRun("There are no two receipts to tamper with.")
        changed, deleted = found
        await db.execute(_ONE_CENT, {"store_id": store_id, "sale_id": changed.sale_id})
        for name in RECEIPT_TABLES:
            await db.execute(
                text(f"DELETE FROM {name} WHERE store_id = :store_id AND sale_id = :sale_id"),  # noqa: S608  names of ours
                {"store_id": store_id, "sale_id": deleted.sale_id},
            )
    return changed.receipt_number, deleted.receipt_number
