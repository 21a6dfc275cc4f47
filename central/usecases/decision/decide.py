"""Records what head office decides, folds it into the projections and publishes what changed."""

from collections.abc import Sequence

from sqlalchemy.ext.asyncio import AsyncConnection

from central.db.decisions import record_decisions
from central.domain.decisions import AnyDecision
from central.usecases.decision.apply_decisions import apply_decisions
from central.usecases.feed.publish_reference import publish_customers
from sync.protocol.identity import CompanyId


async def decide(
    db: AsyncConnection, company_id: CompanyId, decisions: Sequence[AnyDecision], now_ms: int
) -> range:
    """The decisions' numbers. All of it in the caller's unit of work: to be decided, counted and
    published is one thing."""
    if not decisions:
        return range(0)
    numbers = await record_decisions(db, company_id, decisions, now_ms)
    await publish_customers(db, company_id, await apply_decisions(db, company_id, decisions))
    return numbers
