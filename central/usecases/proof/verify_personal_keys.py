"""Opens every sealed field of a customer, and every buyer of an invoice, with the customer's key: a
key that was changed or lost leaves a name that nobody can read any more, neither head office nor
the shops. Of who was erased there is no key."""

from typing import Any
from uuid import UUID

from central.archive.rows import plain_uuid
from central.usecases.proof.verify_journal import Finding
from sync.engine.sealed_buyer import open_buyer
from sync.engine.sealing import KEY_BYTES, open_sealed
from sync.protocol.errors import Undecodable
from sync.protocol.identity import CustomerId, SaleId
from sync.protocol.shared import CustomerField

PAGE_CUSTOMERS = 1_000
PAGES_MAX = 10_000_000

_PAGE = """
SELECT f.company_id, f.customer_id, f.field, f.sealed, k.key FROM (
    SELECT DISTINCT company_id, customer_id FROM customer_field
    WHERE sealed IS NOT NULL AND (company_id, customer_id) > ($1, $2)
    ORDER BY company_id, customer_id LIMIT $3
) AS c JOIN customer_field AS f USING (company_id, customer_id)
LEFT JOIN personal_key AS k USING (company_id, customer_id)
WHERE f.sealed IS NOT NULL ORDER BY f.company_id, f.customer_id, f.field
"""
_KEPT = """
SELECT k.customer_id FROM customer_erasure AS e
JOIN personal_key AS k USING (company_id, customer_id)
ORDER BY 1 LIMIT $1
"""
_BUYERS = """
SELECT i.sale_id, i.customer_id, i.sealed, k.key
FROM invoice AS i JOIN store AS s ON s.store_id = i.store_id
LEFT JOIN personal_key AS k ON k.company_id = s.company_id AND k.customer_id = i.customer_id
WHERE i.sale_id > $1 AND NOT EXISTS (SELECT FROM customer_erasure AS e
    WHERE e.company_id = s.company_id AND e.customer_id = i.customer_id)
ORDER BY i.sale_id LIMIT $2
"""
_NOBODY = UUID(int=0)


async def verify_personal_keys(connection: Any) -> tuple[Finding, ...]:
    """``connection`` is asyncpg's, inside a snapshot of the database."""
    said: list[str] = []
    after = (_NOBODY, _NOBODY)
    for _ in range(PAGES_MAX):
        page = await connection.fetch(_PAGE, *after, PAGE_CUSTOMERS)
        if not page:
            break
        after = tuple(page[-1])[:2]
        closed = {row["customer_id"]: why for row in page if (why := _why_closed(row))}
        said += [f"Customer {customer_id}: {why}." for customer_id, why in closed.items()]
    said += await _closed_buyers(connection)
    for (customer_id,) in await connection.fetch(_KEPT, PAGE_CUSTOMERS):
        said.append(f"Customer {customer_id}: they were erased, and their key is here.")
    return tuple(Finding("", what) for what in said)


async def _closed_buyers(connection: Any) -> list[str]:
    said, after = [], _NOBODY
    for _ in range(PAGES_MAX):
        page = await connection.fetch(_BUYERS, after, PAGE_CUSTOMERS)
        if not page:
            break
        after = page[-1]["sale_id"]
        for row in page:
            customer_id = CustomerId(plain_uuid(row["customer_id"]))
            sale_id = SaleId(plain_uuid(row["sale_id"]))
            try:
                open_buyer(row["key"] or b"", customer_id, sale_id, row["sealed"])
            except (Undecodable, ValueError):
                said.append(f"Invoice {sale_id}: no key here opens to whom it was made out.")
    return said


def _why_closed(row: Any) -> str | None:
    if row["key"] is None:
        return "there is no key for what is sealed of them"
    if len(row["key"]) != KEY_BYTES:
        return f"their key has {len(row['key'])} bytes, and a key has {KEY_BYTES}"
    customer_id = CustomerId(UUID(bytes=row["customer_id"].bytes))
    try:
        open_sealed(row["key"], customer_id, CustomerField(row["field"]), row["sealed"])
    except (Undecodable, ValueError):
        return f"their key does not open what is sealed as {row['field']}"
    return None
