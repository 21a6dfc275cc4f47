"""What promotions and discounts by hand cost, over a span of business dates."""

from datetime import date
from typing import NamedTuple

from sqlalchemy.ext.asyncio import AsyncConnection

from central.db.engine import driver_of
from sync.protocol.facts.sale import PRICE_OVERRIDE
from sync.protocol.identity import CompanyId

ROWS_MAX = 1_000
GIVEN_BACK = "returned"
"""The kind of a return line's share of its original's discounts."""
NO_DISCOUNT = f"'{GIVEN_BACK}', '{PRICE_OVERRIDE}'"
"""Kinds that take nothing off: a price that was set by hand is the line's price."""

_COSTS = f"""
SELECT m.promotion_id, min(m.kind) AS kind, min(m.reason) AS reason,
    count(DISTINCT (m.store_id, m.sale_id)), -sum(m.amount_minor)::bigint
FROM sale_modifier AS m JOIN store AS s USING (store_id)
WHERE s.company_id = $1 AND m.business_date BETWEEN $2 AND $3 AND m.kind NOT IN ({NO_DISCOUNT})
GROUP BY m.promotion_id, CASE WHEN m.promotion_id IS NULL THEN m.kind || ' ' || m.reason END
ORDER BY 5 DESC, 1, 2, 3 LIMIT {ROWS_MAX}
"""  # noqa: S608 - constants
_GIVEN_BACK = f"""
SELECT coalesce(sum(m.amount_minor), 0)::bigint
FROM sale_modifier AS m JOIN store AS s USING (store_id)
WHERE s.company_id = $1 AND m.business_date BETWEEN $2 AND $3 AND m.kind = '{GIVEN_BACK}'
"""  # noqa: S608 - constants


class Cost(NamedTuple):
    """Of a promotion, or (``promotion_id`` None) of what people took off by hand for a reason:
    ``kind`` says whether off lines or baskets."""

    promotion_id: str | None
    kind: str
    reason: str
    receipts: int
    off_minor: int


class Costs(NamedTuple):
    """``given_back_minor``: of what was taken off goods that came back, whenever they were sold."""

    rows: tuple[Cost, ...]
    given_back_minor: int

    @property
    def off_minor(self) -> int:
        """All of it, before what came back."""
        return sum(row.off_minor for row in self.rows)


async def promotion_costs(
    db: AsyncConnection, company_id: CompanyId, first: date, last: date
) -> Costs:
    """The dearest first. Training receipts are not in it."""
    connection = await driver_of(db)
    span = (company_id, first, last)
    rows = [Cost(*row) for row in await connection.fetch(_COSTS, *span)]
    return Costs(tuple(rows), await connection.fetchval(_GIVEN_BACK, *span))


_STORES = """
SELECT s.code, s.name, coalesce(h.through >= l.pub_seq, false), h.at_ms
FROM feed_latest AS l JOIN store AS s ON s.company_id = l.company_id AND NOT s.retired
LEFT JOIN handed_out AS h ON h.store_id = s.store_id AND h.data_set = l.data_set
    AND h.scope = l.scope
WHERE l.company_id = $1 AND l.data_set = 'promotions' AND l.scope = '' AND l.key = $2
ORDER BY s.code
"""


class StoreHas(NamedTuple):
    """``has_it``: the store was handed out what is published now; ``at_ms``: when it was handed out
    promotions last, None: never."""

    code: str
    name: str
    has_it: bool
    at_ms: int | None


async def stores_that_have(
    db: AsyncConnection, company_id: CompanyId, promotion_id: str
) -> tuple[StoreHas, ...]:
    """Every store that is not given up, by code; none for what was never published."""
    rows = await (await driver_of(db)).fetch(_STORES, company_id, promotion_id)
    return tuple(StoreHas(*row) for row in rows)
