"""Says of a bag that the bank has not credited why that is right, or that it is disputed."""

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from central.db.engine import driver_of
from central.domain.deposit import DepositState
from central.domain.fields import plain_text
from sync.protocol.errors import InvalidField, NotFound
from sync.protocol.identity import CompanyId, StoreId

DECISIONS = {"accept": DepositState.ACCEPTED, "dispute": DepositState.DISPUTED}
_THERE = """
SELECT count(*) FROM cash_moved WHERE store_id = $1 AND event_id = $2 AND kind = 'deposit'
"""
_HAS_LINE = """
SELECT count(*) FROM payment_line WHERE company_id = $1 AND store_id = $2 AND taken_id = $3
"""
_DECIDE = """
INSERT INTO deposit_decided (company_id, store_id, deposit_id, state, reason, decided_by,
    decided_at_ms)
VALUES ($1, $2, $3, $4, $5, $6, $7)
ON CONFLICT (company_id, store_id, deposit_id) DO UPDATE SET state = excluded.state,
    reason = excluded.reason, decided_by = excluded.decided_by,
    decided_at_ms = excluded.decided_at_ms
WHERE deposit_decided.state = 'disputed' AND excluded.state = 'accepted'
RETURNING 1
"""


async def decide_deposit(
    db: AsyncConnection,
    company_id: CompanyId,
    store_id: StoreId,
    deposit_id: UUID,
    decision: str,
    reason: str,
    who: str,
    now_ms: int,
) -> DepositState:
    """``decision``: accept or dispute; a disputed one may be accepted later. What the bank has a
    line about is decided on there. Raises InvalidField, NotFound."""
    state = DECISIONS.get(decision)
    if state is None:
        raise InvalidField(
            "decision: it must be accept or dispute.", field="decision", remedy="Choose one."
        )
    said = plain_text(reason, "reason")
    connection = await driver_of(db)
    there = await connection.fetchval(_THERE, store_id, deposit_id)
    has_line = await connection.fetchval(_HAS_LINE, company_id, store_id, deposit_id)
    done = None
    if there and not has_line:
        whose = (company_id, store_id, deposit_id)
        done = await connection.fetchval(_DECIDE, *whose, state.value, said, who, now_ms)
    if done is None:
        raise NotFound(
            "This deposit is no exception to decide on any more.",
            field="deposit_id",
            remedy="Load the page anew.",
        )
    return state
