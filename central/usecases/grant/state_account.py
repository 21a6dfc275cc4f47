"""Says what somebody has in all, so that a till can say what there is to ask for."""

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncEngine

from central.db.engine import unit_of_work
from central.domain.grant import KindNotIssued
from central.reports.rights import is_issued, read_account
from central.reports.value import value_last_day
from central.usecases.box.find_device import EnrolledDevice
from central.usecases.grant.answer import may_be_granted
from central.usecases.grant.leave import with_leave
from sync.protocol.change import Epoch
from sync.protocol.rights import AccountStated


async def state_account(
    engine: AsyncEngine,
    device: EnrolledDevice,
    epoch: Epoch,
    kind: str,
    account_id: UUID,
    now_ms: int,
) -> AccountStated:
    """``epoch``: the one that its box writes in. It promises nothing: another store may be granted
    it first. Raises KindNotIssued."""
    async with unit_of_work(engine) as db:
        if not await is_issued(db, device.company_id, kind):
            raise KindNotIssued(kind)
        account = await read_account(db, device.company_id, kind, account_id)
        account = await with_leave(db, device.company_id, kind, account, now_ms)
        may = await may_be_granted(db, device, epoch)
        last_day = await value_last_day(db, device.company_id, kind, account_id)
    return AccountStated(account.balance, max(0, account.free) if may else 0, last_day)
