"""Notes that customers are to be looked at again for the loyalty programme, in the unit of work
that is the cause."""

from collections.abc import Collection

from sqlalchemy.ext.asyncio import AsyncConnection

from central.db.engine import driver_of
from central.projections.write import OWE_LOYALTY
from sync.protocol.identity import CompanyId, CustomerId

_EVERYBODY = """
INSERT INTO loyalty_due (company_id, customer_id)
SELECT $1, customer_id FROM (
    SELECT customer_id FROM customer_day WHERE company_id = $1
    UNION SELECT account_id FROM right_account WHERE company_id = $1 AND kind = 'points'
    UNION SELECT customer_id FROM birth_month WHERE company_id = $1
    UNION SELECT customer_id FROM birth_month_told WHERE company_id = $1
    UNION SELECT customer_id FROM customer_field WHERE company_id = $1 AND made
    UNION SELECT customer_id FROM tier_by_hand WHERE company_id = $1
) AS known ORDER BY customer_id
ON CONFLICT DO NOTHING
"""


async def owe_loyalty(
    db: AsyncConnection, company_id: CompanyId, customer_ids: Collection[CustomerId]
) -> None:
    """Whoever looks next (``settle.py``) looks at these."""
    ids = sorted(customer_ids)
    if ids:
        await (await driver_of(db)).execute(OWE_LOYALTY, [company_id] * len(ids), ids)


async def owe_everybody(db: AsyncConnection, company_id: CompanyId) -> None:
    """The programme is another one, or a month began."""
    await (await driver_of(db)).execute(_EVERYBODY, company_id)
