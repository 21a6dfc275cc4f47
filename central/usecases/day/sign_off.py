"""Signs a store's day off: its figures stand as they are counted now, for good.

The day is counted anew from its rows while nothing of the store is being applied, so that what is
signed is what is there. It must be proven, or an exception with its amount and reason is named; and
whoever decided something in it does not sign it, nor, without an exception, who may have done so.
"""

from datetime import date
from typing import Any, NamedTuple

from sqlalchemy.ext.asyncio import AsyncConnection

from central.archive.applying import LOCK_TURN
from central.db.decisions import lock_decisions
from central.db.engine import driver_of
from central.domain.day_verdict import DayVerdict
from central.domain.fields import plain_text
from central.domain.signed import CountedThrough, DaySigned
from central.domain.signing import (
    DayNotProven,
    DecidedByNobody,
    DecidedInDay,
    NothingToSign,
    SignedAlready,
    is_reopened,
)
from central.domain.typed import minor_of
from central.reports.company import StoreOfCompany
from central.reports.deeds import deeds_in_day, deeds_of_nobody
from central.reports.reconciliation import reconcile_day
from central.reports.signings import day_signings
from central.usecases.decision.decide import decide
from sync.protocol.change import Epoch
from sync.protocol.errors import InvalidField
from sync.protocol.identity import CompanyId, StoreId

_THROUGH = """
SELECT s.epoch_number, s.epoch_fingerprint, s.applied_through FROM stream AS s
WHERE s.store_id = $1 AND s.applied_through > 0 AND (EXISTS (
    SELECT FROM business_day AS d WHERE d.store_id = s.store_id AND d.business_date = $2
        AND d.epoch_number = s.epoch_number AND d.epoch_fingerprint = s.epoch_fingerprint
) OR EXISTS (
    SELECT FROM sale AS r WHERE r.store_id = s.store_id AND r.business_date = $2
        AND r.epoch_number = s.epoch_number AND r.epoch_fingerprint = s.epoch_fingerprint
)) ORDER BY 1, 2
"""

_AS_SIGNED = """
UPDATE day_standing SET as_signed = true WHERE store_id = $1 AND business_date = $2
"""


class Accepted(NamedTuple):
    """An exception that a person names: by how much the day is off, and why that is accepted."""

    amount_minor: int
    reason: str


def accepted(amount: str, reason: str, decimals: int) -> Accepted | None:
    """An exception as people type it, ``-12.00`` and why; None where neither was typed. Raises
    InvalidField where one of them is missing."""
    if not amount.strip() and not reason.strip():
        return None
    if not amount.strip():
        raise InvalidField(
            "exception: by how much is the day off?",
            field="exception",
            remedy="Type the amount, 0.00 where nothing is off by money, and the reason.",
        )
    typed = amount.strip().replace("\N{MINUS SIGN}", "-")
    minor = minor_of(typed.removeprefix("-"), decimals, "exception")
    return Accepted(-minor if typed.startswith("-") else minor, plain_text(reason, "reason"))


async def sign_off(
    db: AsyncConnection,
    company_id: CompanyId,
    store: StoreOfCompany,
    business_date: date,
    exception: Accepted | None,
    who: str,
    now_ms: int,
) -> DaySigned:
    """Raises DayNotProven, DecidedInDay, DecidedByNobody, SignedAlready, NothingToSign."""
    await lock_decisions(db)  # before the store's turn: the order of every unit that decides
    connection = await driver_of(db)
    await connection.fetch(LOCK_TURN, store.store_id)
    day = await reconcile_day(db, store.store_id, business_date)
    through = await _through(connection, store.store_id, business_date)
    if not through:
        raise NothingToSign(store.code, business_date)
    before = await day_signings(db, store.store_id, business_date)
    differs = day.verdict is DayVerdict.DIFFERS
    if before and not is_reopened(before[0], day.central, differs=differs):
        raise SignedAlready(store.code, business_date, before[0].signed_by)
    did = await deeds_in_day(db, store.store_id, business_date, who)
    if did:
        raise DecidedInDay(who, did[0])
    by_nobody = await deeds_of_nobody(db, store.store_id, business_date, who)
    if by_nobody and exception is None:
        raise DecidedByNobody(who, by_nobody[0])
    if exception is None and day.verdict is not DayVerdict.PROVEN:
        raise DayNotProven(store.code, business_date, " ".join(day.sentences))
    signed = DaySigned(
        *(store.store_id, business_date, before[0].number + 1 if before else 1),
        *(day.central, day.declared, through),
        exception_minor=exception.amount_minor if exception else None,
        exception=exception.reason if exception else "",
        signed_at_ms=now_ms,
        decided_by=who,
    )
    await decide(db, company_id, (signed,), now_ms)
    await connection.execute(_AS_SIGNED, store.store_id, business_date)
    return signed


async def _through(
    connection: Any, store_id: StoreId, business_date: date
) -> tuple[CountedThrough, ...]:
    rows = await connection.fetch(_THROUGH, store_id, business_date)
    return tuple(CountedThrough(Epoch(number, mark), seq) for number, mark, seq in rows)
