"""Says after how many days a bag of cash that the bank has not credited is late, at a company."""

from sqlalchemy.ext.asyncio import AsyncConnection

from central.db.engine import driver_of
from central.db.mirrored import note_own
from central.domain.deposit import LATE_DAYS_MAX
from sync.protocol.errors import InvalidField
from sync.protocol.identity import CompanyId

_READ = "SELECT late_after_days FROM company WHERE company_id = $1"
_SAY = "UPDATE company SET late_after_days = $2 WHERE company_id = $1"


async def late_after_days(db: AsyncConnection, company_id: CompanyId) -> int:
    """Whole days since it left the safe."""
    days: int = await (await driver_of(db)).fetchval(_READ, company_id)
    return days


async def say_late_after(db: AsyncConnection, company_id: CompanyId, days: str) -> bool:
    """Whether it was otherwise before. ``days``: as typed, 1 to LATE_DAYS_MAX. Raises
    InvalidField."""
    typed = days.strip()
    right = typed.isascii() and typed.isdigit() and 1 <= int(typed[:9]) <= LATE_DAYS_MAX
    if not right:
        raise InvalidField(
            f"days: it must be a number of days, 1 to {LATE_DAYS_MAX}.",
            field="days",
            remedy="Type digits alone, such as 5.",
        )
    before = await late_after_days(db, company_id)
    note_own(db)
    await (await driver_of(db)).execute(_SAY, company_id, int(typed))
    return before != int(typed)
