"""How a company's loyalty programme goes, and what day it is for it."""

from datetime import date
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from central.db.engine import driver_of
from central.db.projected_loyalty import LoyaltyProgramRow
from central.db.tables import table
from central.domain.points_expiry import Expiry, ExpiryRule
from central.domain.typed import local_date
from sync.protocol.bounds import DATE_MIN
from sync.protocol.identity import CompanyId

WINDOW_MONTHS = 12
_PROGRAMS = table(LoyaltyProgramRow)
_ZONES = "SELECT DISTINCT zone FROM store WHERE company_id = $1 AND NOT retired"


class Program(NamedTuple):
    """``window_months``: what somebody spent in so many counts for their tier. ``since``: nothing
    is given for what was before it."""

    window_months: int
    welcome_points: int
    birthday_points: int
    entered_points: int
    expiry: ExpiryRule
    since: date
    reason: str
    decided_by: str


_NEVER = ExpiryRule(Expiry.NEVER, 0, DATE_MIN)
NO_PROGRAM = Program(WINDOW_MONTHS, 0, 0, 0, _NEVER, DATE_MIN, "", "")
"""Where a company said nothing: points are earned and spent, and nothing else."""


async def loyalty_program(db: AsyncConnection, company_id: CompanyId) -> Program:
    """The company's."""
    found = await db.execute(select(_PROGRAMS).where(_PROGRAMS.c.company_id == company_id))
    row = found.one_or_none()
    if row is None:
        return NO_PROGRAM
    expiry = ExpiryRule(Expiry(row.expiry), row.expiry_months, row.since)
    points = (row.welcome_points, row.birthday_points, row.entered_points)
    return Program(row.window_months, *points, expiry, row.since, row.reason, row.decided_by)


async def today_everywhere(db: AsyncConnection, company_id: CompanyId, now_ms: int) -> date:
    """The date that has begun at every store: nothing runs out while it is yesterday somewhere."""
    zones = [row[0] for row in await (await driver_of(db)).fetch(_ZONES, company_id)]
    return min(local_date(now_ms, zone) for zone in zones or ["UTC"])
