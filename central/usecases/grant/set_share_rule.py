"""Says how a company cuts what is available of an account between stores."""

from collections.abc import Sequence

from sqlalchemy.ext.asyncio import AsyncConnection

from central.db.decisions import lock_decisions
from central.domain.decisions import ShareRuleSet
from central.domain.fields import plain_text
from central.reports.share_rule import share_rule
from central.usecases.decision.decide import decide
from sync.protocol.bounds import FIGURE_MAX
from sync.protocol.errors import InvalidField
from sync.protocol.escrow import PERCENT, STORES_AHEAD_MAX, ShareRule
from sync.protocol.identity import CompanyId


async def set_share_rule(
    db: AsyncConnection,
    company_id: CompanyId,
    percents: Sequence[int],
    cap: int,
    why: tuple[str, str],
    now_ms: int,
) -> tuple[ShareRule, bool]:
    """The rule, and whether it was another one before. ``why``: a reason, and who says so. Raises
    InvalidField."""
    wanted = ShareRule(tuple(percents), cap)
    parts_are_some = 1 <= len(percents) <= STORES_AHEAD_MAX and min(percents) >= 1
    if not parts_are_some or sum(percents) > PERCENT:
        raise InvalidField(
            f"percents: they must be one to {STORES_AHEAD_MAX} whole parts of a hundred, from 1 on,"
            " and 100 together at most.",
            field="percents",
            remedy="Say them as in 60 25 15.",
        )
    if not 1 <= cap <= FIGURE_MAX:
        raise InvalidField(
            f"cap: it must be from 1 to {FIGURE_MAX:,}.", field="cap", remedy="Correct it."
        )
    reason = plain_text(why[0], "reason")
    await lock_decisions(db)
    if await share_rule(db, company_id) == wanted:
        return wanted, False
    await decide(db, company_id, [ShareRuleSet(wanted.percents, cap, reason, why[1])], now_ms)
    return wanted, True
