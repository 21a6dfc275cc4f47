"""What a company owes in value that it holds for customers (gift cards, store credit): how much was
put in and spent, by kind and by shop, where the rest may be spent, and one card's history."""

from datetime import date
from typing import NamedTuple
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from central.db.engine import driver_of
from central.reports.grants import StoreGrants
from sync.protocol.escrow import RightKind
from sync.protocol.identity import CompanyId

VALUE_KINDS = (RightKind.GIFT_VALUE.value, RightKind.STORE_CREDIT.value)
MOVES_MAX = 1_000
"""Of one card that are shown, the latest."""

_LIABILITY = """
SELECT a.kind, sum(a.opening + a.earned)::bigint, sum(a.spent + a.taken_back)::bigint,
    count(*) FILTER (WHERE a.opening + a.earned > a.spent + a.taken_back),
    coalesce(sum(greatest(0, a.opening + a.earned - a.spent - a.taken_back))
        FILTER (WHERE t.last_day < $3), 0)::bigint
FROM right_account AS a LEFT JOIN (
    SELECT b.kind, b.account_id, CASE WHEN count(*) = count(b.last_day) THEN max(b.last_day) END
        AS last_day
    FROM right_born AS b JOIN store AS o USING (store_id)
    WHERE o.company_id = $1 AND b.kind = ANY($2) GROUP BY 1, 2
) AS t ON t.kind = a.kind AND t.account_id = a.account_id
WHERE a.company_id = $1 AND a.kind = ANY($2) GROUP BY a.kind ORDER BY a.kind
"""
_LAST_DAY = """
SELECT CASE WHEN count(*) = count(b.last_day) THEN max(b.last_day) END
FROM right_born AS b JOIN store AS o USING (store_id)
WHERE o.company_id = $1 AND b.kind = $2 AND b.account_id = $3
"""
_MOVED = """
SELECT o.code, h.kind, sum(h.earned)::bigint, sum(h.used)::bigint
FROM right_held AS h JOIN store AS o ON o.store_id = h.store_id
WHERE o.company_id = $1 AND h.kind = ANY($2) GROUP BY 1, 2 ORDER BY 1, 2
"""
_HISTORY = f"""
SELECT o.code, s.receipt_number, s.business_date, m.amount
FROM (
    SELECT store_id, sale_id, amount FROM right_born WHERE kind = $2 AND account_id = $3
    UNION ALL
    SELECT store_id, sale_id, -sum(amount)::bigint FROM right_spend
    WHERE kind = $2 AND account_id = $3 GROUP BY 1, 2
) AS m
JOIN store AS o ON o.store_id = m.store_id
JOIN sale AS s ON s.store_id = m.store_id AND s.sale_id = m.sale_id
WHERE o.company_id = $1
ORDER BY s.tendered_at_ms DESC, s.sale_id DESC, m.amount DESC LIMIT {MOVES_MAX}
"""  # noqa: S608 - a constant


class Liability(NamedTuple):
    """Of one kind, in minor units: put in, and spent or taken off again; ``accounts`` have the
    rest, of which ``expired_minor`` is on those whose last day is over (``last_days.py``)."""

    kind: str
    issued_minor: int
    spent_minor: int
    accounts: int
    expired_minor: int

    @property
    def outstanding_minor(self) -> int:
        """What is owed."""
        return self.issued_minor - self.spent_minor


class StoreValue(NamedTuple):
    """Of one kind at one store: put in and spent there; ``held_minor`` may be spent there without
    asking."""

    store_code: str
    kind: str
    issued_minor: int
    spent_minor: int
    held_minor: int


class Value(NamedTuple):
    """What is owed by kind, and where it came and went."""

    kinds: tuple[Liability, ...]
    stores: tuple[StoreValue, ...]


class Move(NamedTuple):
    """What one receipt put onto a card (above zero) or took off it."""

    store_code: str
    receipt_number: str
    business_date: date
    amount_minor: int


async def value_last_day(
    db: AsyncConnection, company_id: CompanyId, kind: str, account_id: UUID
) -> date | None:
    """Through which day an account is good, as far as head office heard; None: for ever."""
    found: date | None = await (await driver_of(db)).fetchval(
        _LAST_DAY, company_id, kind, account_id
    )
    return found


async def value_owed(
    db: AsyncConnection, company_id: CompanyId, grants: tuple[StoreGrants, ...], today: date
) -> Value:
    """``grants``: what stores may spend (``outstanding_grants``), of the same snapshot; ``today``:
    before which a last day is over."""
    connection = await driver_of(db)
    kinds = await connection.fetch(_LIABILITY, company_id, VALUE_KINDS, today)
    held = {(one.store_code, one.kind): one.outstanding for one in grants}
    moved = {
        (row[0], row[1]): (row[2], row[3])
        for row in await connection.fetch(_MOVED, company_id, VALUE_KINDS)
    }
    places = sorted(moved.keys() | {key for key in held if key[1] in VALUE_KINDS})
    stores = (
        StoreValue(code, kind, *moved.get((code, kind), (0, 0)), held.get((code, kind), 0))
        for code, kind in places
    )
    return Value(tuple(Liability(*row) for row in kinds), tuple(stores))


async def value_history(
    db: AsyncConnection, company_id: CompanyId, kind: str, account_id: UUID
) -> tuple[Move, ...]:
    """Of one account, the latest first."""
    rows = await (await driver_of(db)).fetch(_HISTORY, company_id, kind, account_id)
    return tuple(Move(*row) for row in rows)
