"""What customers have in points, where it may be spent, and how far that may be overdrawn.

A right to spend is given ahead, so that a store without a line can honour it. What all rights come
to never exceeds the balances; what can go wrong is bounded before it does (``grants.py``).
"""

from typing import NamedTuple

from sqlalchemy.ext.asyncio import AsyncConnection

from central.db.engine import driver_of
from central.reports.grants import StoreGrants, outstanding_grants
from central.reports.loyalty_program import today_everywhere
from central.reports.value import Value, value_owed
from sync.protocol.codec import decode
from sync.protocol.escrow import RightKind
from sync.protocol.identity import CompanyId
from sync.protocol.reference import StoreSettings

STORES_MAX = 10_000

_BALANCES = """
SELECT count(*) FILTER (WHERE balance > 0) AS holders,
    coalesce(sum(balance) FILTER (WHERE balance > 0), 0)::bigint AS liability,
    count(*) FILTER (WHERE balance < 0) AS debtors,
    coalesce(-sum(balance) FILTER (WHERE balance < 0), 0)::bigint AS debts
FROM (SELECT opening + earned - spent - taken_back AS balance FROM right_account
    WHERE company_id = $1 AND kind = $2) AS account
"""
_NAMES = """
SELECT code, name FROM store WHERE company_id = $1 AND NOT retired ORDER BY code LIMIT $2
"""
_SETTINGS = (
    "SELECT settings FROM store WHERE company_id = $1 AND NOT retired ORDER BY code LIMIT $2"
)


class StorePoints(NamedTuple):
    """A store and what it may spend still."""

    name: str
    grants: StoreGrants


class Loyalty(NamedTuple):
    """``liability``: points of customers who have any, and what they are worth where all stores
    give the same for a point; ``debts``: of customers who had points taken back that were spent;
    ``overdraw``: the most that may be spent beyond what customers have; ``value``: what is owed in
    value."""

    holders: int
    liability: int
    worth_minor: int | None
    debtors: int
    debts: int
    stores: tuple[StorePoints, ...]
    overdraw: int
    value: Value

    @property
    def outstanding(self) -> int:
        """What may be spent at stores without asking."""
        return sum(store.grants.outstanding for store in self.stores)

    @property
    def at_risk(self) -> int:
        """Of stores' copies and of epochs that were given up."""
        return sum(store.grants.at_risk for store in self.stores)

    @property
    def goodwill_used(self) -> int:
        """What stores lent in those periods."""
        return sum(store.grants.goodwill_used for store in self.stores)

    @property
    def goodwill_left(self) -> int:
        """What stores may lend yet in the periods of their budgets that run."""
        return sum(store.grants.goodwill_left for store in self.stores)


async def loyalty(db: AsyncConnection, company_id: CompanyId, now_ms: int) -> Loyalty:
    """Of a company. Call it within one snapshot."""
    connection = await driver_of(db)
    kind = RightKind.POINTS.value
    row = await connection.fetchrow(_BALANCES, company_id, kind)
    rates = set()
    for (body,) in await connection.fetch(_SETTINGS, company_id, STORES_MAX):
        settings = decode(StoreSettings, body)
        rates.add((settings.points_value_minor, settings.points_value_points))
    worth = None
    if len(rates) == 1:
        minor, points = rates.pop()
        worth = row["liability"] * minor // points
    found = await outstanding_grants(db, company_id, now_ms)
    held = {one.store_code: one for one in found.stores if one.kind == kind}
    stores = [
        StorePoints(name, held.get(code) or StoreGrants(code, kind))
        for code, name in await connection.fetch(_NAMES, company_id, STORES_MAX)
    ]
    stores.sort(key=lambda store: -store.grants.outstanding)
    overdraw = sum(one.worst_overdraw for one in found.kinds if one.kind == kind)
    today = await today_everywhere(db, company_id, now_ms)
    value = await value_owed(db, company_id, found.stores, today)
    return Loyalty(row[0], row[1], worth, row[2], row[3], tuple(stores), overdraw, value)
