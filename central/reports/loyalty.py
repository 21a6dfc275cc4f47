"""What customers have in points, where it may be spent, and how far that may be overdrawn.

A right to spend is given ahead, so that a store without a line can honour it. What all rights come
to never exceeds the balances; what can go wrong is bounded before it does: the rights of epochs
that somebody wrote off, which their box may spend after all (sync/protocol/escrow.py).
"""

from typing import NamedTuple

from sqlalchemy.ext.asyncio import AsyncConnection

from central.db.engine import driver_of
from central.domain.epoch import EpochState
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
_HELD = """
SELECT o.code, o.name,
    coalesce(sum(h.rest) FILTER (WHERE s.state NOT IN ($3, $4)), 0)::bigint AS outstanding,
    coalesce(sum(h.rest) FILTER (WHERE s.state = $4), 0)::bigint AS written_off
FROM store AS o LEFT JOIN (
    SELECT store_id, epoch_number, epoch_fingerprint,
        greatest(earned + granted - used - released, 0) AS rest
    FROM right_held WHERE kind = $2
) AS h ON h.store_id = o.store_id
LEFT JOIN stream AS s ON s.store_id = h.store_id AND s.epoch_number = h.epoch_number
    AND s.epoch_fingerprint = h.epoch_fingerprint
WHERE o.company_id = $1 AND NOT o.retired GROUP BY o.code, o.name
ORDER BY outstanding DESC, o.code LIMIT $5
"""
_SETTINGS = (
    "SELECT settings FROM store WHERE company_id = $1 AND NOT retired ORDER BY code LIMIT $2"
)


class StorePoints(NamedTuple):
    """What a store may spend still; ``written_off``: of epochs that were given up."""

    code: str
    name: str
    outstanding: int
    written_off: int


class Loyalty(NamedTuple):
    """``liability``: points of customers who have any, and what they are worth where all stores
    give the same for a point; ``debts``: of customers who had points taken back that were spent."""

    holders: int
    liability: int
    worth_minor: int | None
    debtors: int
    debts: int
    stores: tuple[StorePoints, ...]

    @property
    def outstanding(self) -> int:
        """What may be spent at stores without asking."""
        return sum(store.outstanding for store in self.stores)

    @property
    def overdraw(self) -> int:
        """The most that may be spent beyond what customers have."""
        return sum(store.written_off for store in self.stores)


async def loyalty(db: AsyncConnection, company_id: CompanyId) -> Loyalty:
    """Of a company. Call it within one snapshot."""
    connection = await driver_of(db)
    kind = RightKind.POINTS.value
    row = await connection.fetchrow(_BALANCES, company_id, kind)
    ended = (EpochState.CLOSED.value, EpochState.WRITTEN_OFF.value)
    held = await connection.fetch(_HELD, company_id, kind, *ended, STORES_MAX)
    rates = set()
    for (body,) in await connection.fetch(_SETTINGS, company_id, STORES_MAX):
        settings = decode(StoreSettings, body)
        rates.add((settings.points_value_minor, settings.points_value_points))
    worth = None
    if len(rates) == 1:
        minor, points = rates.pop()
        worth = row["liability"] * minor // points
    stores = tuple(StorePoints(*tuple(found)) for found in held)
    return Loyalty(row[0], row[1], worth, row[2], row[3], stores)
