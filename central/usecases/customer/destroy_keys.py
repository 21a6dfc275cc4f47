"""Destroys what could still say who a customer was, wherever the decision to erase them is made or
made again: a head office that was put back to its past replays it before it answers anybody."""

from collections.abc import Collection

from sqlalchemy.ext.asyncio import AsyncConnection

from central.db.engine import driver_of
from sync.protocol.identity import CompanyId, CustomerId

_OF_CUSTOMER = "company_id = $1 AND customer_id = ANY($2)"
_DESTROY = (
    f"DELETE FROM personal_key WHERE {_OF_CUSTOMER}",  # noqa: S608 - constant
    f"DELETE FROM customer_match WHERE {_OF_CUSTOMER}",  # noqa: S608 - constant
    "DELETE FROM customer_proposal WHERE company_id = $1"
    " AND (alias_id = ANY($2) OR kept_id = ANY($2))",
)
_FORGET_PARTS = (
    "DELETE FROM snapshot WHERE company_id = $1 AND data_set = 'customers'",
    "DELETE FROM snapshot_part WHERE company_id = $1 AND data_set = 'customers'",
)
"""Parts of a snapshot are kept a day: a box that is at them asks for a newer one."""


async def destroy_keys(
    db: AsyncConnection, company_id: CompanyId, customer_ids: Collection[CustomerId]
) -> None:
    """In the caller's unit of work. A key that comes later is not kept (``archive/arriving.py``);
    the mirror's is overwritten with the decision (``db/mirrored.py``)."""
    if not customer_ids:
        return
    connection = await driver_of(db)
    for statement in _DESTROY:
        await connection.execute(statement, company_id, list(customer_ids))
    for statement in _FORGET_PARTS:
        await connection.execute(statement, company_id)
