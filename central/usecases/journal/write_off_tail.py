"""Gives up what is missing of an epoch: its box burnt, and what it had not sent is nowhere else.

A decision of a person, with a reason: from then on no day waits for those events. What is claimed
beyond them later is a new claim; what arrives after all is taken as ever.
"""

from sqlalchemy.ext.asyncio import AsyncConnection

from central.domain.decisions import TailWrittenOff
from central.domain.fields import plain_text
from central.reports.claims import OpenClaim, open_claims
from central.usecases.decision.decide import decide
from sync.protocol.errors import InvalidField
from sync.protocol.identity import CompanyId, StoreId


async def write_off_tail(
    db: AsyncConnection,
    company_id: CompanyId,
    store_id: StoreId,
    epoch: str,
    reason: str,
    decided_by: str,
    now_ms: int,
) -> OpenClaim:
    """Write off everything that is claimed of the epoch now; the claim that reached furthest.
    ``epoch``: its name. Raises InvalidField."""
    told = plain_text(reason, "reason")
    claims = (await open_claims(db, [store_id])).get(store_id, ())
    found = [claim for claim in claims if str(claim.epoch) == epoch]
    if not found:
        raise InvalidField(
            f"Nothing is missing of epoch {epoch}.",
            field="epoch",
            remedy="Load the page anew: what was missing may have arrived.",
        )
    furthest = max(found, key=lambda claim: claim.through)
    off = TailWrittenOff(store_id, furthest.epoch, furthest.through, told, decided_by)
    await decide(db, company_id, [off], now_ms)
    return furthest
