"""How a company cuts what is available of an account between the stores where its owner shops."""

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from central.db.projected_rights import ShareRuleRow
from central.db.tables import table
from sync.protocol.escrow import ShareRule
from sync.protocol.identity import CompanyId

_RULES = table(ShareRuleRow)
USUAL = ShareRule((60, 25, 15), 10_000)
"""Where a company said nothing."""


async def share_rule(db: AsyncConnection, company_id: CompanyId) -> ShareRule:
    """The company's."""
    found = await db.execute(select(_RULES).where(_RULES.c.company_id == company_id))
    row = found.one_or_none()
    if row is None:
        return USUAL
    return ShareRule(tuple(map(int, row.percents.split())), row.cap)
