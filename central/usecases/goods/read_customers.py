"""What head office knows of a company's customers, opened: for files that say it, and hold it."""

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from central.archive.postgres import plain_uuid
from central.db.engine import driver_of
from central.domain.importing.customer_changes import Known
from sync.engine.sealing import open_sealed
from sync.protocol.errors import Undecodable
from sync.protocol.identity import CompanyId, CustomerId
from sync.protocol.shared import CustomerField

_FIELDS = """
SELECT customer_id, field, hlc, value, sealed FROM customer_field AS f
WHERE company_id = $1 AND NOT EXISTS (SELECT FROM customer_erasure AS e
    WHERE e.company_id = f.company_id AND e.customer_id = f.customer_id)
"""
_ERASED = "SELECT customer_id FROM customer_erasure WHERE company_id = $1"
_KEYS = "SELECT customer_id, key FROM personal_key WHERE company_id = $1"
_OPENED = (
    "SELECT account_id, opening FROM right_account"
    " WHERE company_id = $1 AND kind = 'points' AND opening <> 0"
)


async def read_customers(
    db: AsyncConnection, company_id: CompanyId
) -> tuple[list[Known], dict[CustomerId, bytes], dict[CustomerId, int]]:
    """All of them in the order of codes, but for those who were erased; each one's key; and each
    one's newest clock."""
    connection = await driver_of(db)
    keys = {
        CustomerId(plain_uuid(row[0])): row[1] for row in await connection.fetch(_KEYS, company_id)
    }
    opened: dict[UUID, int] = {
        plain_uuid(row[0]): row[1] for row in await connection.fetch(_OPENED, company_id)
    }
    values: dict[CustomerId, dict[CustomerField, str]] = {}
    clocks: dict[CustomerId, int] = {}
    for found, name, hlc, value, sealed in await connection.fetch(_FIELDS, company_id):
        customer_id, field = CustomerId(plain_uuid(found)), CustomerField(name)
        text = (
            value if sealed is None else _opened(keys.get(customer_id), customer_id, field, sealed)
        )
        values.setdefault(customer_id, {})
        if text is not None:
            values[customer_id][field] = text
        clocks[customer_id] = max(clocks.get(customer_id, 0), hlc)
    known = [
        Known(id_, fields, opened.get(UUID(bytes=id_.bytes), 0)) for id_, fields in values.items()
    ]
    known.sort(key=lambda one: (one.values.get(CustomerField.CODE, ""), one.customer_id))
    return known, keys, clocks


async def erased_ids(db: AsyncConnection, company_id: CompanyId) -> frozenset[CustomerId]:
    """Ids that nobody may have again."""
    rows = await (await driver_of(db)).fetch(_ERASED, company_id)
    return frozenset(CustomerId(plain_uuid(row[0])) for row in rows)


def _opened(
    key: bytes | None, customer_id: CustomerId, field: CustomerField, sealed: bytes
) -> str | None:
    """None where the key is gone, or is another one's."""
    try:
        return None if key is None else open_sealed(key, customer_id, field, sealed)
    except Undecodable:
        return None
