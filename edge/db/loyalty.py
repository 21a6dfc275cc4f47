"""The loyalty programme in the store's database: who is in which tier, what multiplies points, and
which run out next. Read where a basket has a customer, and nowhere else.

Who is in a tier is what head office says now, as the customer's rights are; what a tier and a rule
say is as it was when the basket was tendered (``past.py``).
"""

import sqlite3
from collections.abc import Mapping, Sequence
from datetime import date
from functools import lru_cache
from typing import Any

import msgspec

from edge.db.customers import SAME_PERSON
from edge.db.past import Kind, past_of_kind
from edge.domain.sale.multipliers import Expiring, Tier
from sync.protocol.codec import decode, encode
from sync.protocol.feeds import tier_of_key, uuid_of_key
from sync.protocol.identity import CustomerId
from sync.protocol.loyalty import CustomerTier, PointsExpiring, PointsRule

MOVEMENT_DAYS = 90
MOVEMENTS_MAX = 100
RULES_READ_MAX = 1_000
"""Rules that are kept as they were read."""

_TIER = (
    "INSERT OR REPLACE INTO customer_tier (customer_id, tier, until) VALUES (?, ?, ?)",
    "DELETE FROM customer_tier WHERE customer_id = ? AND tier = ?",
)
_RULE = (
    "INSERT OR REPLACE INTO points_rule (rule_id, body) VALUES (?, ?)",
    "DELETE FROM points_rule WHERE rule_id = ?",
)
_EXPIRING = (
    "INSERT OR REPLACE INTO points_expiring (customer_id, points, until) VALUES (?, ?, ?)",
    "DELETE FROM points_expiring WHERE customer_id = ?",
)
_PERSON = "coalesce((SELECT kept_id FROM customer_alias WHERE customer_id = :id), :id)"
_TIERS_OF = f"""
SELECT h.tier, h.until, t.name, t.from_minor, t.multiplier
FROM customer_tier h LEFT JOIN loyalty_tier t ON t.tier = h.tier
WHERE h.customer_id = {_PERSON} AND h.until >= :day
"""  # noqa: S608 - constant
_EXPIRING_OF = f"""
SELECT points, until FROM points_expiring WHERE customer_id = {_PERSON} AND until >= :day
"""  # noqa: S608 - constant
_MOVEMENTS = f"""
SELECT s.receipt_number, s.business_date, s.points_earned
    + coalesce((SELECT sum(v.amount) FROM value_move v
        WHERE v.sale_id = s.sale_id AND v.kind = 'points'), 0),
    s.points_taken_back
    + coalesce((SELECT sum(t.points) FROM sale_tender t WHERE t.sale_id = s.sale_id), 0)
FROM sale s
WHERE s.business_date >= (SELECT date(max(business_date), '-{MOVEMENT_DAYS} days') FROM sale)
    AND s.customer_id IN ({SAME_PERSON}) AND NOT s.training
ORDER BY s.business_date DESC, s.tendered_at_ms DESC, s.sale_id LIMIT {MOVEMENTS_MAX}
"""  # noqa: S608 - constants
_RULES = "SELECT rule_id, body FROM points_rule ORDER BY rule_id"


class PointsMovement(msgspec.Struct, frozen=True):
    """What a receipt did to its customer's points: earned or given back, and spent or taken
    back."""

    receipt_number: str
    business_date: str
    points_in: int
    points_out: int


@lru_cache(maxsize=RULES_READ_MAX)
def _rule(body: bytes) -> PointsRule:
    return decode(PointsRule, body)


def tier_of(
    db: sqlite3.Connection,
    customer_id: CustomerId,
    day: date,
    before: Mapping[str, Sequence[Any]],
) -> Tier | None:
    """The highest that the person is in on a business date. ``before``: what tiers said that were
    changed since (``tiers_before``)."""
    found: list[tuple[int, str, Tier]] = []
    for word, until, *now in db.execute(_TIERS_OF, {"id": customer_id.bytes, "day": str(day)}):
        name, from_minor, multiplier = before.get(word, now)
        if name is not None:
            tier = Tier(word, name, multiplier, date.fromisoformat(until))
            found.append((from_minor, word, tier))
    return max(found)[-1] if found else None


def tiers_before(db: sqlite3.Connection, as_of_ms: int, now_ms: int) -> Mapping[str, Sequence[Any]]:
    """Name, threshold and multiplier of tiers that were changed between the two instants, as they
    were at the first; a name of None: there was none."""
    return dict(past_of_kind(db, Kind.LOYALTY_TIER, as_of_ms, now_ms))


def points_rules(db: sqlite3.Connection) -> dict[str, PointsRule]:
    """All of them, by id."""
    return {rule_id: _rule(body) for rule_id, body in db.execute(_RULES)}


def rules_before(
    db: sqlite3.Connection, as_of_ms: int, now_ms: int
) -> dict[str, PointsRule | None]:
    """Rules that were changed between the two instants, as they were at the first; None: there was
    none."""
    return {
        rule_id: _rule(bytes.fromhex(body)) if body else None
        for rule_id, (body,) in past_of_kind(db, Kind.POINTS_RULE, as_of_ms, now_ms)
    }


def expiring_of(db: sqlite3.Connection, customer_id: CustomerId, day: date) -> Expiring | None:
    """Which of the person's points run out next."""
    row = db.execute(_EXPIRING_OF, {"id": customer_id.bytes, "day": str(day)}).fetchone()
    return None if row is None else Expiring(row[0], date.fromisoformat(row[1]))


def movements_of(db: sqlite3.Connection, customer_id: CustomerId) -> tuple[PointsMovement, ...]:
    """What the person's receipts of the last MOVEMENT_DAYS here did to their points, the newest
    first; what other stores and head office did, head office's statement says."""
    rows = db.execute(_MOVEMENTS, (customer_id.bytes,))
    return tuple(PointsMovement(*row) for row in rows if row[2] or row[3])


def take_customer_tiers(db: sqlite3.Connection, rows: Sequence[CustomerTier]) -> None:
    """As published."""
    put = [(row.customer_id.bytes, row.tier, row.until.isoformat()) for row in rows]
    db.executemany(_TIER[0], put)


def drop_customer_tiers(db: sqlite3.Connection, keys: Sequence[str]) -> None:
    """They are in them no more."""
    found = (tier_of_key(key) for key in keys)
    db.executemany(_TIER[1], [(one[0].bytes, one[1]) for one in found if one is not None])


def take_points_rules(db: sqlite3.Connection, rows: Sequence[PointsRule]) -> None:
    """As published."""
    db.executemany(_RULE[0], [(row.rule_id, encode(row)) for row in rows])


def drop_points_rules(db: sqlite3.Connection, keys: Sequence[str]) -> None:
    """They are no more."""
    db.executemany(_RULE[1], [(key,) for key in keys])


def take_expiring(db: sqlite3.Connection, rows: Sequence[PointsExpiring]) -> None:
    """As published."""
    put = [(row.customer_id.bytes, row.points, row.on.isoformat()) for row in rows]
    db.executemany(_EXPIRING[0], put)


def drop_expiring(db: sqlite3.Connection, keys: Sequence[str]) -> None:
    """Nothing of theirs runs out."""
    found = (uuid_of_key(key) for key in keys)
    db.executemany(_EXPIRING[1], [(one.bytes,) for one in found if one is not None])
