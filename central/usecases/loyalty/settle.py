"""Brings the loyalty programme up to what the receipts say, customer by customer: who is in which
tier, what is given for being entered, a first receipt and a birthday, which points ran out and
which will next.

Looked at is who had a receipt, was entered at a till, got something back from a store, or was
spoken of by a person (``loyalty_due``); when a month begins, everybody. All of it follows from what
is here, so to look again changes nothing; points are given and run out by decisions, under the
decisions' end and the account's lock, and nothing is while a head office that was put back to its
past may have forgotten what it gave (``domain/incarnation.py``).

A mark is taken away after the account is held and before the person is read: a receipt that is
counted meanwhile waits for the account or for the mark, and marks them anew.
"""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any, NamedTuple

from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from central.archive.rows import plain_uuid
from central.db.decisions import lock_decisions
from central.db.engine import driver_of, unit_of_work
from central.domain.decisions import AnyDecision
from central.domain.loyalty_decided import PointsExpired, PointsGiven
from central.domain.points_expiry import due
from central.domain.tiers import earned_tiers, end_of_month, tiers_held
from central.reports.company import company_money
from central.reports.incarnation import may_grant_now
from central.reports.loyalty_people import PersonLoyalty, read_people_loyalty
from central.reports.loyalty_program import (
    NO_PROGRAM,
    Program,
    loyalty_program,
    today_everywhere,
)
from central.reports.rights import lock_accounts
from central.usecases.decision.decide import decide
from central.usecases.feed.publish import PublishedRow, publish
from central.usecases.feed.read_published import published_rows
from central.usecases.loyalty.owe import owe_everybody
from sync.protocol.codec import encode
from sync.protocol.escrow import RightKind, granted_of
from sync.protocol.feeds import ROWS, SHARED
from sync.protocol.identity import CompanyId, CustomerId
from sync.protocol.last_days import months_after
from sync.protocol.loyalty import CustomerTier, LoyaltyTier, PointsExpiring
from sync.protocol.reference import DataSet

CUSTOMERS_AT_ONCE = 500
PORTIONS_MAX = 100_000
TOLD_MONTHS_AHEAD = 1
"""Of points that run out this month or so many months on, customers are told."""
WELCOME, BIRTHDAY, ENTERED = "welcome", "birthday", "entered"

_OWED = "SELECT DISTINCT company_id FROM loyalty_due ORDER BY 1"
_DUE = "SELECT customer_id FROM loyalty_due WHERE company_id = $1 ORDER BY customer_id LIMIT $2"
_HOLD = """
SELECT FROM loyalty_due WHERE company_id = $1 AND customer_id = ANY($2)
ORDER BY customer_id FOR UPDATE
"""
_DONE = "DELETE FROM loyalty_due WHERE company_id = $1 AND customer_id = ANY($2)"
_COMPANIES = """
SELECT company_id FROM loyalty_program
UNION SELECT company_id FROM feed_latest WHERE data_set = 'loyalty_tiers' ORDER BY 1
"""
_SWEPT = """
INSERT INTO loyalty_swept AS held (company_id, month) VALUES ($1, $2)
ON CONFLICT (company_id) DO UPDATE SET month = excluded.month WHERE held.month < excluded.month
RETURNING true
"""


class Now(NamedTuple):
    """What a company's customers are held against."""

    company_id: CompanyId
    program: Program
    tiers: tuple[LoyaltyTier, ...]
    today: date


async def drain_due_loyalty(engine: AsyncEngine, now_ms: int) -> None:
    """Portion by portion; a company that may not grant yet holds up no other."""
    await _begin_month(engine, now_ms)
    async with unit_of_work(engine) as db:
        owed = [
            CompanyId(plain_uuid(found)) for (found,) in await (await driver_of(db)).fetch(_OWED)
        ]
    for company_id in owed:
        for _ in range(PORTIONS_MAX):
            if not await _settle_portion(engine, company_id, now_ms):
                break


async def _settle_portion(engine: AsyncEngine, company_id: CompanyId, now_ms: int) -> bool:
    """False: nothing is due, or nothing may be granted yet."""
    async with unit_of_work(engine) as db:
        connection = await driver_of(db)
        rows = await connection.fetch(_DUE, company_id, CUSTOMERS_AT_ONCE)
        if not rows:
            return False
        ids = [CustomerId(plain_uuid(found)) for (found,) in rows]
        tiers = (await published_rows(db, company_id, DataSet.LOYALTY_TIERS)).values()
        program = await loyalty_program(db, company_id)
        if program is NO_PROGRAM and not tiers:
            await connection.execute(_HOLD, company_id, ids)
            await connection.execute(_DONE, company_id, ids)
            return True
        if not await may_grant_now(db, company_id):
            return False
        today = await today_everywhere(db, company_id, now_ms)
        await _settle(db, Now(company_id, program, tuple(tiers), today), ids, now_ms)
    return True


async def _begin_month(engine: AsyncEngine, now_ms: int) -> None:
    """Everybody of a company for which a month began is looked at."""
    async with unit_of_work(engine) as db:
        connection = await driver_of(db)
        for (found,) in await connection.fetch(_COMPANIES):
            company_id = CompanyId(plain_uuid(found))
            today = await today_everywhere(db, company_id, now_ms)
            if await connection.fetchval(_SWEPT, company_id, today.replace(day=1)):
                await owe_everybody(db, company_id)


async def _settle(db: AsyncConnection, now: Now, ids: Sequence[CustomerId], now_ms: int) -> None:
    await lock_decisions(db)
    connection: Any = await driver_of(db)
    of = (now.company_id, RightKind.POINTS.value)
    accounts = {one.account_id: one.free for one in await lock_accounts(db, *of, ids)}
    await connection.execute(_HOLD, now.company_id, list(ids))
    await connection.execute(_DONE, now.company_id, list(ids))
    currency = (await company_money(db, now.company_id)).currency
    people = await read_people_loyalty(db, now.company_id, ids, currency)
    decided: list[AnyDecision] = []
    expiring: dict[CustomerId, PointsExpiring] = {}
    for person in people:
        decided += [] if person.erased else _given(person, now)
        expired, ahead = _expiry(person, now, accounts.get(person.kept_id, 0))
        decided += expired
        if ahead is not None and not person.erased:
            expiring[person.kept_id] = ahead
    await decide(db, now.company_id, decided, now_ms)
    await _publish_expiring(db, now, people, expiring)
    await _publish_tiers(db, now, people)


def _given(person: PersonLoyalty, now: Now) -> Iterable[PointsGiven]:
    """What the programme owes them, once for each occasion."""
    program, year = now.program, str(now.today.year)
    first = person.first_receipt
    is_new = first is not None and first >= program.since
    is_entered = person.entered is not None and person.entered >= program.since
    is_month = person.birth_month == now.today.month and now.today >= program.since
    for occasion, named, points, holds, reason in (
        (ENTERED, "", program.entered_points, is_entered, "entered at a till"),
        (WELCOME, "", program.welcome_points, is_new, "the first receipt"),
        (BIRTHDAY, year, program.birthday_points, is_month, "the month of birth"),
    ):
        if points and holds and (occasion, named) not in person.given:
            what = (occasion, named, now.today, reason, "")
            yield PointsGiven(person.kept_id, points, *what)


def _expiry(
    person: PersonLoyalty, now: Now, free: int
) -> tuple[list[PointsExpired], PointsExpiring | None]:
    """What runs out now, of each record as much as it has; and what will next, where it is to be
    told."""
    rule = now.program.expiry
    found = due(rule, person.came, person.left, person.last_receipt, now.today)
    left, expired = granted_of(found.points, free), []
    for customer_id in person.ids:
        points = granted_of(left, person.balances.get(customer_id, 0))
        if points:
            expired.append(PointsExpired(customer_id, points, now.today))
            left -= points
    on, told = found.next_on, end_of_month(months_after(now.today, TOLD_MONTHS_AHEAD))
    if on is None or on > told:
        return expired, None
    return expired, PointsExpiring(person.kept_id, found.next_points, on)


async def _publish_expiring(
    db: AsyncConnection,
    now: Now,
    people: Iterable[PersonLoyalty],
    wanted: dict[CustomerId, PointsExpiring],
) -> None:
    keys = {str(one): wanted.get(one) for person in people for one in person.ids}
    await _publish(db, now, DataSet.POINTS_EXPIRING, keys)


async def _publish_tiers(db: AsyncConnection, now: Now, people: Iterable[PersonLoyalty]) -> None:
    keys: dict[str, Any] = {}
    key_of = ROWS[DataSet.CUSTOMER_TIERS].key_of
    for person in people:
        for one in person.ids:
            keys |= {f"{one}@{tier.tier}": None for tier in now.tiers}
        earned = earned_tiers(person.spent, now.tiers, now.program.window_months)
        held = tiers_held(now.tiers, earned, person.by_hand, now.today)
        rows = [CustomerTier(person.kept_id, tier, until) for tier, until in held]
        keys |= {} if person.erased else {key_of(row): row for row in rows}
    await _publish(db, now, DataSet.CUSTOMER_TIERS, keys)


async def _publish(
    db: AsyncConnection, now: Now, data_set: DataSet, wanted: dict[str, Any]
) -> None:
    """What differs from what is published under these keys."""
    said = await published_rows(db, now.company_id, data_set, keys=list(wanted))
    rows = [
        PublishedRow(key, None if row is None else encode(row))
        for key, row in wanted.items()
        if said.get(key) != row
    ]
    await publish(db, now.company_id, data_set, SHARED, rows)
