"""Gives a customer points by hand, and says in which month somebody was born."""

import secrets
from uuid import uuid4

from sqlalchemy.ext.asyncio import AsyncConnection

from central.db.decisions import lock_decisions
from central.db.engine import driver_of
from central.domain.birth_month import NONCE_BYTES, month_of, seal_month
from central.domain.fields import plain_text
from central.domain.loyalty_decided import BirthMonthSet, PointsGiven
from central.domain.store_settings import whole_number
from central.reports.loyalty_program import today_everywhere
from central.usecases.customer.join import refuse_unknown
from central.usecases.decision.decide import decide
from sync.protocol.bounds import FIGURE_MAX
from sync.protocol.errors import NotFound
from sync.protocol.identity import CompanyId, CustomerId

BY_HAND = "by_hand"
NAME_LETTERS_MAX = 64
_GIVEN = """
SELECT points FROM points_given
WHERE company_id = $1 AND customer_id = $2 AND occasion = $3 AND named = $4
"""
_KEY = "SELECT key FROM personal_key WHERE company_id = $1 AND customer_id = $2"


async def give_by_hand(
    db: AsyncConnection,
    company_id: CompanyId,
    customer_id: CustomerId,
    points: int,
    named: str | None,
    why: tuple[str, str],
    now_ms: int,
) -> bool:
    """False: the customer was given something under this name before, and nothing is given again:
    whoever does not know whether it was done says it once more. Without a name each call gives.
    ``why``: a reason, and who says so. Raises InvalidField, NotFound."""
    reason = plain_text(why[0], "reason")
    whole_number(str(points), "points", 1, FIGURE_MAX)
    name = str(uuid4()) if named is None else plain_text(named, "once", NAME_LETTERS_MAX)
    await lock_decisions(db)
    connection = await driver_of(db)
    await refuse_unknown(connection, company_id, (customer_id,))
    key = (company_id, customer_id, BY_HAND, name)
    if await connection.fetchval(_GIVEN, *key) is not None:
        return False
    today = await today_everywhere(db, company_id, now_ms)
    given = PointsGiven(customer_id, points, BY_HAND, name, today, reason, why[1])
    await decide(db, company_id, [given], now_ms)
    return True


async def set_birth_month(
    db: AsyncConnection,
    company_id: CompanyId,
    customer_id: CustomerId,
    month: int,
    decided_by: str,
    now_ms: int,
) -> None:
    """Raises InvalidField, NotFound."""
    month_of(month)
    await lock_decisions(db)
    connection = await driver_of(db)
    await refuse_unknown(connection, company_id, (customer_id,))
    key = await connection.fetchval(_KEY, company_id, customer_id)
    if key is None:
        raise NotFound(
            f"The key of customer {customer_id} is not here yet.",
            field="customer",
            remedy="Say it again once the store that made the customer has sent its journal.",
        )
    sealed = seal_month(key, customer_id, month, secrets.token_bytes(NONCE_BYTES))
    await decide(db, company_id, [BirthMonthSet(customer_id, sealed, decided_by)], now_ms)
