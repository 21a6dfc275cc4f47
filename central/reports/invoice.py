"""To whom a receipt was made out as a full tax invoice, opened for whoever asks."""

from typing import Any, NamedTuple

from sqlalchemy.ext.asyncio import AsyncConnection

from central.archive.rows import plain_uuid
from central.db.engine import driver_of
from sync.engine.sealed_buyer import open_buyer
from sync.protocol.errors import Undecodable
from sync.protocol.identity import CompanyId, CustomerId, SaleId, StoreId
from sync.protocol.paper.invoice import Buyer

_MADE_OUT = """
SELECT i.customer_id, i.sealed, k.key FROM invoice AS i
LEFT JOIN personal_key AS k ON k.company_id = $1 AND k.customer_id = i.customer_id
WHERE i.store_id = $2 AND i.sale_id = $3
"""
_NAMES_ONE = """
SELECT EXISTS (SELECT FROM invoice AS i JOIN store AS s ON s.store_id = i.store_id
    WHERE s.company_id = $1 AND i.customer_id = $2)
AND NOT EXISTS (SELECT FROM customer_erasure AS e
    WHERE e.company_id = $1 AND e.customer_id = $2)
"""


class MadeOut(NamedTuple):
    """``customer_id``: under whom it is sealed, and erased. ``buyer``: None where no key of theirs
    is here: they were erased, or it has not come yet."""

    customer_id: CustomerId
    buyer: Buyer | None


async def invoice_of(
    db: AsyncConnection, company_id: CompanyId, store_id: StoreId, sale_id: SaleId
) -> MadeOut | None:
    """None: it is a receipt."""
    row = await (await driver_of(db)).fetchrow(_MADE_OUT, company_id, store_id, sale_id)
    if row is None:
        return None
    customer_id = CustomerId(plain_uuid(row["customer_id"]))
    return MadeOut(customer_id, _opened(row, customer_id, sale_id))


async def buyer_of(
    db: AsyncConnection, company_id: CompanyId, store_id: StoreId, sale_id: SaleId
) -> Buyer | None:
    """None: it is a receipt, or nobody can say any more whose invoice it was."""
    found = await invoice_of(db, company_id, store_id, sale_id)
    return None if found is None else found.buyer


async def names_a_buyer(connection: Any, company_id: CompanyId, customer_id: CustomerId) -> bool:
    """Whether an invoice is sealed under this id, which nobody erased. ``connection`` is
    asyncpg's."""
    found: bool = await connection.fetchval(_NAMES_ONE, company_id, customer_id)
    return found


def _opened(row: Any, customer_id: CustomerId, sale_id: SaleId) -> Buyer | None:
    if row["key"] is None:
        return None
    try:
        return open_buyer(row["key"], customer_id, sale_id, row["sealed"])
    except (Undecodable, ValueError):
        return None
