"""A person says that two records of customers are one person, or that they are not."""

from collections.abc import Iterable
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from central.db.decisions import lock_decisions
from central.db.engine import driver_of
from central.domain.customer import NotJoined, same_already, unknown
from central.domain.decisions import CustomersJoined, CustomersParted
from central.domain.fields import plain_text
from central.reports.same_person import kept_ids
from central.usecases.decision.decide import decide
from sync.protocol.errors import InvalidField
from sync.protocol.identity import CompanyId, CustomerId

_KNOWN = """
SELECT DISTINCT customer_id FROM customer_field
WHERE company_id = $1 AND customer_id = ANY($2) AND NOT EXISTS (
    SELECT FROM customer_erasure AS e
    WHERE e.company_id = customer_field.company_id AND e.customer_id = customer_field.customer_id)
"""
_JOINED = """
SELECT count(*) FROM customer_alias
WHERE company_id = $1 AND alias_id = $2 AND kept_id = $3 AND joins > parts
"""
_PROPOSED = """
DELETE FROM customer_proposal WHERE company_id = $1 AND alias_id = $2 AND kept_id = $3
RETURNING true
"""


async def join_customers(
    db: AsyncConnection,
    company_id: CompanyId,
    one: CustomerId,
    other: CustomerId,
    reason: str,
    decided_by: str,
    now_ms: int,
) -> CustomerId:
    """Both are found as the smaller id from now on, and what either has is that person's; the id
    that is kept. Raises InvalidField, NotFound, AlreadyThere."""
    told = plain_text(reason, "reason")
    if one == other:
        raise InvalidField("Two customers are wanted.", field="other", remedy="Name another one.")
    await lock_decisions(db)
    connection = await driver_of(db)
    await refuse_unknown(connection, company_id, (one, other))
    kept = await kept_ids(connection, company_id, (one, other))
    if kept[one] == kept[other]:
        raise same_already(one, other)
    pair = (max(one, other), min(one, other))
    await connection.execute(_PROPOSED, company_id, *pair)
    await decide(db, company_id, [CustomersJoined(*pair, told, decided_by)], now_ms)
    return min(kept[one], kept[other])


async def part_customers(
    db: AsyncConnection,
    company_id: CompanyId,
    one: CustomerId,
    other: CustomerId,
    reason: str,
    decided_by: str,
    now_ms: int,
) -> None:
    """They are two people, each with what facts say of them: a pair that was joined is undone, one
    that was proposed is dismissed. Raises InvalidField, NotJoined."""
    told = plain_text(reason, "reason")
    await lock_decisions(db)
    connection = await driver_of(db)
    pair = (max(one, other), min(one, other))
    proposed = await connection.fetchval(_PROPOSED, company_id, *pair)
    if not proposed and not await connection.fetchval(_JOINED, company_id, *pair):
        raise NotJoined(
            f"Nobody joined {one} with {other}, and nothing proposes it.",
            field="other",
            remedy="See which pairs there are: `central customers alias list`.",
        )
    await decide(db, company_id, [CustomersParted(*pair, told, decided_by)], now_ms)


async def refuse_unknown(
    connection: Any, company_id: CompanyId, customer_ids: Iterable[CustomerId]
) -> None:
    """Raises NotFound for the first whom head office does not know, or had to forget."""
    wanted = tuple(customer_ids)
    known = {row[0] for row in await connection.fetch(_KNOWN, company_id, list(wanted))}
    for customer_id in wanted:
        if customer_id not in known:
            raise unknown(customer_id, "customer")
