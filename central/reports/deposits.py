"""Bags of cash that left shops' safes for the bank, and what the bank's files say of each."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from central.archive.postgres import plain_uuid
from central.db.engine import driver_of
from central.domain.deposit import EXCEPTIONS, DepositState, days_since, deposit_state
from central.domain.payment import DAY_MS, LineState
from sync.protocol.identity import CompanyId

DEPOSITS_SHOWN_MAX = 2_000
_STORES = (
    "SELECT store_id, code, zone FROM store"
    " WHERE company_id = $1 AND ($2 = '' OR code = $2) ORDER BY code"
)
_DEPOSITS = """
SELECT store_id, event_id, business_date, operator_id, coalesce(bag_number, ''), -safe_minor,
    reason, at_ms
FROM cash_moved WHERE store_id = ANY($1) AND kind = 'deposit' AND at_ms >= $2
ORDER BY at_ms DESC, event_id LIMIT $3
"""
_LINES = """
SELECT taken_id, file_id, line_no, amount_minor, from_ms, state, reason, decided_by, decided_at_ms
FROM payment_line WHERE company_id = $1 AND store_id = ANY($2) AND taken_id = ANY($3)
"""
_DECIDED = """
SELECT deposit_id, state, reason, decided_by, decided_at_ms FROM deposit_decided
WHERE company_id = $1 AND store_id = ANY($2) AND deposit_id = ANY($3)
"""
_LATE = """
SELECT late_after_days, EXISTS (SELECT FROM payment_file AS f
    WHERE f.company_id = $1 AND f.about = 'deposits') FROM company WHERE company_id = $1
"""


class DepositMoved(NamedTuple):
    """As the shop booked it. Instants in UTC ms."""

    store_id: UUID
    deposit_id: UUID
    business_date: date | None
    operator_id: str
    bag_number: str
    amount_minor: int
    note: str
    at_ms: int


class Credit(NamedTuple):
    """The line of the bank's file that is about it."""

    file_id: UUID
    line_no: int
    amount_minor: int
    at_ms: int | None


class Decided(NamedTuple):
    """What a person said of it."""

    reason: str
    by: str
    at_ms: int


class DepositSaid(NamedTuple):
    """``days``: since it left the safe."""

    store_code: str
    zone: str
    moved: DepositMoved
    state: DepositState
    days: int
    credit: Credit | None
    decided: Decided | None

    @property
    def open(self) -> bool:
        """A person must decide on it."""
        return self.state in EXCEPTIONS

    @property
    def undecided_minor(self) -> int:
        """What the bank has not credited of it."""
        return self.moved.amount_minor - (self.credit.amount_minor if self.credit else 0)


async def find_deposits(
    db: AsyncConnection,
    company_id: CompanyId,
    now_ms: int,
    through_days: int,
    code: str = "",
) -> tuple[DepositSaid, ...]:
    """Of all stores, or of the one with this code, of the last ``through_days``: what needs a
    person first, then the newest; at most DEPOSITS_SHOWN_MAX."""
    connection = await driver_of(db)
    stores = {
        plain_uuid(row[0]): row[1:] for row in await connection.fetch(_STORES, company_id, code)
    }
    since_ms = now_ms - through_days * DAY_MS
    rows = await connection.fetch(_DEPOSITS, list(stores), since_ms, DEPOSITS_SHOWN_MAX)
    moved = [DepositMoved(plain_uuid(row[0]), plain_uuid(row[1]), *row[2:]) for row in rows]
    found = await say_deposits(db, company_id, stores, moved, now_ms)
    return tuple(sorted(found, key=lambda one: not one.open))


async def say_deposits(
    db: AsyncConnection,
    company_id: CompanyId,
    stores: Mapping[UUID, Sequence[Any]],
    moved: Sequence[DepositMoved],
    now_ms: int,
) -> tuple[DepositSaid, ...]:
    """What is known of each, in their order. ``stores``: code and zone of each."""
    if not moved:
        return ()
    connection = await driver_of(db)
    asked = (company_id, list(stores), [one.deposit_id for one in moved])
    lines = {plain_uuid(row[0]): row for row in await connection.fetch(_LINES, *asked)}
    decided = {plain_uuid(row[0]): row for row in await connection.fetch(_DECIDED, *asked)}
    after_days, brought = await connection.fetchrow(_LATE, company_id)
    late = after_days if brought else None
    return tuple(
        _said(
            stores[one.store_id],
            one,
            lines.get(one.deposit_id),
            decided.get(one.deposit_id),
            now_ms,
            late,
        )
        for one in moved
    )


def _said(
    store: Sequence[Any],
    moved: DepositMoved,
    line: Any,
    decided: Any,
    now_ms: int,
    late_after_days: int | None,
) -> DepositSaid:
    code, zone = store
    days = days_since(moved.at_ms, now_ms)
    by_line = None if line is None else LineState(line["state"])
    word = None if decided is None else DepositState(decided["state"])
    state = deposit_state(by_line, word, days, late_after_days)
    credit = (
        None
        if line is None
        else Credit(
            plain_uuid(line["file_id"]), line["line_no"], line["amount_minor"], line["from_ms"]
        )
    )
    told = decided if line is None else line
    by = None
    if told is not None and told["reason"] is not None:
        by = Decided(told["reason"], told["decided_by"], told["decided_at_ms"])
    return DepositSaid(code, zone, moved, state, days, credit, by)
