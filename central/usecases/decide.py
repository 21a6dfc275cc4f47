"""Records what head office decides and folds it into the projections, in one unit of work."""

from collections.abc import Sequence

from sqlalchemy.ext.asyncio import AsyncConnection

from central.decisions import AnyDecision, record_decisions
from sync.protocol.identity import CompanyId


async def decide(
    db: AsyncConnection, company_id: CompanyId, decisions: Sequence[AnyDecision], now_ms: int
) -> range:
    """The decisions' numbers; the projections stand as of the last of them."""
    return await record_decisions(db, company_id, decisions, now_ms)
