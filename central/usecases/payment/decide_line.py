"""Says of an exception why it is right as it is, or that it is disputed; and takes that back."""

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from central.db.engine import driver_of
from central.domain.fields import plain_text
from central.domain.payment import OPEN, LineState
from sync.protocol.errors import InvalidField, NotFound
from sync.protocol.identity import CompanyId

DECISIONS = {"accept": LineState.ACCEPTED, "dispute": LineState.DISPUTED}
_DECIDE = """
UPDATE payment_line SET state = $4, reason = $5, decided_by = $6, decided_at_ms = $7
WHERE company_id = $1 AND file_id = $2 AND line_no = $3 AND state = ANY($8)
RETURNING line_no
"""


async def decide_line(
    db: AsyncConnection,
    company_id: CompanyId,
    file_id: UUID,
    line_no: int,
    decision: str,
    reason: str,
    who: str,
    now_ms: int,
) -> LineState:
    """``decision``: accept or dispute; a disputed line may be accepted later. Raises InvalidField,
    NotFound."""
    state = DECISIONS.get(decision)
    if state is None:
        raise InvalidField(
            "decision: it must be accept or dispute.", field="decision", remedy="Choose one."
        )
    said = plain_text(reason, "reason")
    before = sorted(one.value for one in (*OPEN, LineState.DISPUTED) if one is not state)
    done = await (await driver_of(db)).fetchval(
        _DECIDE, company_id, file_id, line_no, state.value, said, who, now_ms, before
    )
    if done is None:
        raise NotFound(
            f"Line {line_no} is no exception to decide on any more.",
            field="line_no",
            remedy="Load the page anew.",
        )
    return state
