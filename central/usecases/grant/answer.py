"""Answers a store that asks for a right to spend while somebody waits at its till: up to what is
available, or nothing, and the same for ever.

Under the decisions' end and the account's lock, so that two stores that ask for one balance are
answered one after the other. Nothing is granted to a request that its store gave up before it was
ever known, to an epoch that is not the store's current issued one, and while a head office that
was put back to its past may have forgotten what it gave. A kind of which the company has not one
account is refused and not answered with nothing: no shop of it issues that.
"""

from datetime import date
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from central.db.decisions import lock_decisions
from central.db.engine import driver_of, unit_of_work
from central.domain.decisions import GrantAnswered
from central.domain.epoch import EpochState
from central.domain.grant import KindNotIssued, RequestReused
from central.reports.incarnation import may_grant_now
from central.reports.rights import is_issued, lock_accounts, nothing_in
from central.reports.value import value_last_day
from central.usecases.box.find_device import EnrolledDevice
from central.usecases.decision.decide import decide
from central.usecases.grant.leave import with_leave
from sync.protocol.change import Epoch
from sync.protocol.escrow import granted_of
from sync.protocol.rights import RightAnswered, RightAsked

_ANSWERED = """
SELECT kind, account_id, asked, granted, until FROM grant_answer
WHERE store_id = $1 AND request_id = $2
"""
_GIVEN_UP = "SELECT FROM request_given_up WHERE store_id = $1 AND request_id = $2"
_EPOCH = """
SELECT state, provisional FROM stream
WHERE store_id = $1 AND epoch_number = $2 AND epoch_fingerprint = $3 AND device_id = $4
"""


async def answer_request(
    engine: AsyncEngine, device: EnrolledDevice, epoch: Epoch, asked: RightAsked, now_ms: int
) -> RightAnswered:
    """``epoch``: the one that its box writes in. Raises RequestReused, KindNotIssued."""
    async with unit_of_work(engine) as db:
        await lock_decisions(db)
        connection = await driver_of(db)
        before = await connection.fetchrow(_ANSWERED, device.store_id, asked.request_id)
        last_day = await value_last_day(db, device.company_id, asked.kind, asked.account_id)
        if before is not None:
            return _again(asked, before, last_day)
        if not await is_issued(db, device.company_id, asked.kind):
            raise KindNotIssued(asked.kind)
        granted = 0
        given_up = await connection.fetchrow(_GIVEN_UP, device.store_id, asked.request_id)
        if given_up is None and await may_be_granted(db, device, epoch):
            named = (device.company_id, asked.kind, [asked.account_id])
            found = await lock_accounts(db, *named)
            account = found[0] if found else nothing_in(asked.account_id)
            account = await with_leave(db, device.company_id, asked.kind, account, now_ms)
            granted = granted_of(asked.amount, account.free)
        of = (asked.request_id, asked.kind, asked.account_id)
        said = (*of, asked.amount, granted, asked.until)
        answered = GrantAnswered(device.store_id, epoch, *said)
        await decide(db, device.company_id, [answered], now_ms)
    return RightAnswered(asked.request_id, granted, last_day)


def _again(asked: RightAsked, before: Any, last_day: date | None) -> RightAnswered:
    same = (before["kind"], before["account_id"], before["asked"], before["until"])
    if same != (asked.kind, asked.account_id, asked.amount, asked.until):
        raise RequestReused(asked.request_id)
    return RightAnswered(asked.request_id, before["granted"], last_day)


async def may_be_granted(db: AsyncConnection, device: EnrolledDevice, epoch: Epoch) -> bool:
    """Whether anything at all may be given to that epoch now."""
    if not await may_grant_now(db, device.company_id):
        return False
    connection = await driver_of(db)
    place = (device.store_id, epoch.number, epoch.fingerprint, device.device_id)
    found = await connection.fetchrow(_EPOCH, *place)
    return found is not None and found["state"] == EpochState.CURRENT and not found["provisional"]
