"""Says how the company's loyalty programme goes: what is left out stays as it was."""

from typing import NamedTuple

from sqlalchemy.ext.asyncio import AsyncConnection

from central.db.decisions import lock_decisions
from central.domain.fields import plain_text
from central.domain.loyalty_decided import LoyaltyProgramSet
from central.domain.points_expiry import Expiry, ExpiryRule
from central.reports.loyalty_program import (
    NO_PROGRAM,
    Program,
    loyalty_program,
    today_everywhere,
)
from central.usecases.decision.decide import decide
from central.usecases.loyalty.owe import owe_everybody
from sync.protocol.bounds import FIGURE_MAX
from sync.protocol.errors import InvalidField
from sync.protocol.identity import CompanyId

MONTHS_MAX = 120


class ProgramChanges(NamedTuple):
    """What shall be; None: as it is."""

    window_months: int | None = None
    welcome_points: int | None = None
    birthday_points: int | None = None
    expiry: Expiry | None = None
    expiry_months: int | None = None
    entered_points: int | None = None


async def set_program(
    db: AsyncConnection,
    company_id: CompanyId,
    changes: ProgramChanges,
    why: tuple[str, str],
    now_ms: int,
) -> tuple[Program, bool]:
    """The programme, and whether it was another one before. ``why``: a reason, and who says so.
    What is given, and what runs out, begins to count on the day on which a programme first says so.
    Raises InvalidField."""
    reason = plain_text(why[0], "reason")
    await lock_decisions(db)
    before = await loyalty_program(db, company_id)
    today = await today_everywhere(db, company_id, now_ms)
    expiry = changes.expiry or before.expiry.expiry
    months = before.expiry.months if changes.expiry_months is None else changes.expiry_months
    counts = (
        _or(changes.window_months, before.window_months),
        _or(changes.welcome_points, before.welcome_points),
        _or(changes.birthday_points, before.birthday_points),
        _or(changes.entered_points, before.entered_points),
    )
    _refuse_wrong(*counts, expiry, months)
    begins = before == NO_PROGRAM or _begins(before, *counts[1:], expiry)
    since = today if begins else before.since
    wanted = Program(*counts, ExpiryRule(expiry, months, since), since, reason, why[1])
    if wanted[:6] == before[:6] and not begins:
        return before, False
    said = LoyaltyProgramSet(*counts[:3], expiry.value, months, since, *wanted[6:], counts[3])
    await decide(db, company_id, [said], now_ms)
    await owe_everybody(db, company_id)
    return wanted, True


def _or(changed: int | None, before: int) -> int:
    return before if changed is None else changed


def _begins(before: Program, welcome: int, birthday: int, entered: int, expiry: Expiry) -> bool:
    """Whether something is given, or runs out, that was not before."""
    return (
        (welcome > 0 and before.welcome_points == 0)
        or (birthday > 0 and before.birthday_points == 0)
        or (entered > 0 and before.entered_points == 0)
        or (expiry is not Expiry.NEVER and expiry is not before.expiry.expiry)
    )


def _refuse_wrong(
    window: int, welcome: int, birthday: int, entered: int, expiry: Expiry, months: int
) -> None:
    least = 0 if expiry is Expiry.NEVER else 1
    for field, value, low, high in (
        ("window", window, 1, MONTHS_MAX),
        ("welcome", welcome, 0, FIGURE_MAX),
        ("birthday", birthday, 0, FIGURE_MAX),
        ("entered", entered, 0, FIGURE_MAX),
        ("months", months, least, MONTHS_MAX),
    ):
        if not low <= value <= high:
            raise InvalidField(
                f"{field}: it must be from {low:,} to {high:,}.", field=field, remedy="Correct it."
            )
