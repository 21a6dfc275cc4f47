"""A customer's points, movement by movement: of all records of one person together.

What a receipt did stands under its business date, what head office did under its own; what was
brought along when the books began stands first. The balance is what remains after each, and after
the last one the account's.
"""

from collections.abc import Iterable
from datetime import date
from enum import StrEnum
from itertools import accumulate
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from central.archive.rows import plain_uuid
from central.db.engine import driver_of
from central.domain.customer import unknown
from central.reports.customers import Person, read_people
from sync.protocol.identity import CompanyId, CustomerId

_RECEIPTS = """
SELECT s.business_date, o.code, s.receipt_number, m.sale_id, m.earned, m.spent + m.taken_back
FROM points_move AS m JOIN store AS o USING (store_id)
JOIN sale AS s ON s.store_id = m.store_id AND s.sale_id = m.sale_id
WHERE o.company_id = $1 AND m.customer_id = ANY($2)
ORDER BY s.business_date, s.tendered_at_ms, m.sale_id
"""
_GIVEN = """
SELECT given_on, occasion, reason, decided_by, points FROM points_given
WHERE company_id = $1 AND customer_id = ANY($2) ORDER BY given_on, occasion, named
"""
_EXPIRED = """
SELECT expired_on, sum(points)::bigint FROM points_expired
WHERE company_id = $1 AND customer_id = ANY($2) GROUP BY 1 ORDER BY 1
"""
_ACCOUNT = """
SELECT coalesce(sum(opening), 0)::bigint,
    coalesce(sum(opening + earned - spent - taken_back), 0)::bigint
FROM right_account WHERE company_id = $1 AND kind = 'points' AND account_id = ANY($2)
"""


HEADER = ("date", "what", "store", "receipt", "in", "out", "balance", "why", "by")


class What(StrEnum):
    """What moved points."""

    BROUGHT = "brought"
    RECEIPT = "receipt"
    GIVEN = "given"
    EXPIRED = "expired"


class Movement(NamedTuple):
    """``on`` None: before the books began. Of a receipt ``store_code``, ``number`` and ``sale_id``;
    of what was given ``occasion``, why and by whom."""

    on: date | None
    what: What
    points_in: int
    points_out: int
    store_code: str = ""
    number: str = ""
    sale_id: UUID | None = None
    occasion: str = ""
    reason: str = ""
    decided_by: str = ""


class Line(NamedTuple):
    """A movement, and the balance after it."""

    movement: Movement
    balance: int


class Statement(NamedTuple):
    """``lines``: the oldest first."""

    person: Person
    lines: tuple[Line, ...]
    balance: int


async def points_statement(
    db: AsyncConnection, company_id: CompanyId, customer_id: CustomerId
) -> Statement:
    """Everything that moved their points. Call it within one snapshot. Raises NotFound."""
    connection: Any = await driver_of(db)
    people = await read_people(db, company_id, (customer_id,))
    if customer_id not in people:
        raise unknown(customer_id, "customer")
    person = people[customer_id]
    of = (company_id, list(person.same))
    given = await connection.fetch(_GIVEN, *of)
    expired = await connection.fetch(_EXPIRED, *of)
    opening, balance = await connection.fetchrow(_ACCOUNT, *of)
    brought = opening - sum(row["points"] for row in given) + sum(row[1] for row in expired)
    moved = [_receipt(row) for row in await connection.fetch(_RECEIPTS, *of)]
    moved += [
        Movement(row[0], What.GIVEN, row["points"], 0, "", "", None, *tuple(row)[1:4])
        for row in given
    ]
    moved += [Movement(row[0], What.EXPIRED, 0, row[1]) for row in expired]
    first = [Movement(None, What.BROUGHT, brought, 0)] if brought else []
    return Statement(person, _lines([*first, *sorted(moved, key=_day)]), balance)


def _receipt(row: Any) -> Movement:
    on, code, number, sale_id, points_in, points_out = row
    return Movement(on, What.RECEIPT, points_in, points_out, code, number, plain_uuid(sale_id))


def _day(movement: Movement) -> date:
    return movement.on or date.min


def _lines(movements: Iterable[Movement]) -> tuple[Line, ...]:
    moved = tuple(movements)
    balances = accumulate(one.points_in - one.points_out for one in moved)
    return tuple(map(Line, moved, balances))


def row_of(line: Line) -> tuple[str, ...]:
    """For a file, in the order of HEADER; 0 and what there is none of stand as nothing."""
    on, what, points_in, points_out, store, number, _, occasion, reason, by = line.movement
    said = f"{what.value}, {occasion}" if occasion else what.value
    moved = (str(points_in or ""), str(points_out or ""), str(line.balance))
    return (str(on or ""), said, store, number, *moved, reason, by)
