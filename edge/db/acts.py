"""What operators did, from the journal and the rows of receipts, over a span of days: overrides and
refusals, drawers that were opened, lines that were taken out; and how often, by operator.

The journal keeps what head office has for some weeks (``keep_days``): acts before that stand there.
"""

import sqlite3
from collections import Counter
from collections.abc import Iterator
from datetime import date
from types import MappingProxyType
from typing import NamedTuple
from uuid import UUID

from edge.domain.forgotten_day import NOBODY
from sync.protocol.codec import decode_fact
from sync.protocol.errors import Undecodable
from sync.protocol.facts import LinesRemoved, OperatorActed
from sync.protocol.identity import SaleId, TillSessionId

_ACTS = (
    "SELECT kind, kind_version, body, occurred_at_ms FROM journal"
    " WHERE kind IN ('operator_acted', 'lines_removed') AND occurred_at_ms BETWEEN ? AND ?"
    " ORDER BY occurred_at_ms"
)
_RECEIPTS = """
SELECT s.operator_id, count(*), count(s.post_void_of),
       count(*) FILTER (WHERE s.post_void_of IS NULL AND EXISTS (
           SELECT 1 FROM sale_line l WHERE l.sale_id = s.sale_id AND l.quantity_milli < 0)),
       sum((SELECT count(*) FROM sale_line l WHERE l.sale_id = s.sale_id
           AND l.amount_minor <> l.extended_minor - l.discount_minor))
FROM sale s WHERE NOT s.training AND s.business_date BETWEEN ? AND ? GROUP BY s.operator_id
"""
_TIMES = "SELECT s.sale_id, s.receipt_number, s.tendered_at_ms, s.workstation_id, "
_OF_OPERATOR = (
    " AS times FROM sale s WHERE NOT s.training AND s.operator_id = ?"
    " AND s.business_date BETWEEN ? AND ? AND times > 0 ORDER BY s.tendered_at_ms"
)
_REFUND = (
    "s.post_void_of IS NULL AND EXISTS (SELECT 1 FROM sale_line l"
    " WHERE l.sale_id = s.sale_id AND l.quantity_milli < 0)"
)
_SET_PRICES = (
    "(SELECT count(*) FROM sale_line l WHERE l.sale_id = s.sale_id"
    " AND l.amount_minor <> l.extended_minor - l.discount_minor)"
)
_VOIDS = _TIMES + "s.post_void_of IS NOT NULL" + _OF_OPERATOR
_REFUNDS = _TIMES + _REFUND + _OF_OPERATOR
_PRICES = _TIMES + _SET_PRICES + _OF_OPERATOR
_ROSTER = """
SELECT business_date, till_session_id, till_id, workstation_id, operator_id, min(at_ms), max(at_ms),
       sum(receipts)
FROM (
    SELECT s.business_date, s.till_session_id, t.till_id, s.workstation_id, s.operator_id,
           s.tendered_at_ms AS at_ms, 1 AS receipts
    FROM sale s JOIN till_session t ON t.till_session_id = s.till_session_id
    WHERE NOT s.training AND s.business_date BETWEEN :first AND :last
    UNION ALL
    SELECT business_date, till_session_id, till_id, workstation_id, operator_id, opened_at_ms, 0
    FROM till_session WHERE business_date BETWEEN :first AND :last
    UNION ALL
    SELECT business_date, till_session_id, till_id, workstation_id, settled_by, settled_at_ms, 0
    FROM till_session WHERE business_date BETWEEN :first AND :last AND settled_by IS NOT NULL)
GROUP BY 1, 2, 3, 4, 5 ORDER BY 1 DESC, 6 DESC, 5
"""
OF_RECEIPTS = MappingProxyType({"voids": _VOIDS, "refunds": _REFUNDS, "price_overrides": _PRICES})
"""What an operator is counted for by their receipts: which, by the field of ``Counted``."""
SLACK_MS = 36 * 3_600_000
"""A day's acts happen near its date in UTC, whatever the zone and however late it is closed."""


class Act(NamedTuple):
    """Something that somebody did. ``lines``: how many were taken out of a basket."""

    act: str
    at_ms: int
    operator_id: str
    workstation_id: str | None
    by_operator_id: str | None
    subject: str
    amount_minor: int | None
    reason: str
    lines: int = 0


class Counted(NamedTuple):
    """How often an operator did what is looked at, in a span of business dates."""

    receipts: int = 0
    voids: int = 0
    refunds: int = 0
    price_overrides: int = 0
    no_sales: int = 0
    removed_lines: int = 0


class Deed(NamedTuple):
    """What adds to one of an operator's counts, so many ``times``: a receipt, or (without its id)
    an act and its reason."""

    at_ms: int
    workstation_id: str
    times: int
    sale_id: SaleId | None = None
    receipt_number: str = ""
    reason: str = ""


class AtWork(NamedTuple):
    """Somebody at a till: from what they did there first until what they did last."""

    business_date: date
    till_session_id: TillSessionId
    till_id: str
    workstation_id: str
    operator_id: str
    first_ms: int
    last_ms: int
    receipts: int


def receipts_counted(
    db: sqlite3.Connection, what: str, operator_id: str, first: date, last: date
) -> tuple[Deed, ...]:
    """Of what ``OF_RECEIPTS`` names, in the order of time."""
    values = (operator_id, first.isoformat(), last.isoformat())
    return tuple(
        Deed(at_ms, where, times, SaleId(UUID(bytes=key)), number)
        for key, number, at_ms, where, times in db.execute(OF_RECEIPTS[what], values)
    )


def at_work(db: sqlite3.Connection, first: date, last: date) -> tuple[AtWork, ...]:
    """Who opened, sold at and counted which till, the newest day first; training is no work."""
    values = {"first": first.isoformat(), "last": last.isoformat()}
    return tuple(
        AtWork(date.fromisoformat(day), TillSessionId(UUID(bytes=key)), *rest)
        for day, key, *rest in db.execute(_ROSTER, values)
    )


def acts_between(
    db: sqlite3.Connection, first: date, last: date, first_ms: int, last_ms: int
) -> tuple[Act, ...]:
    """Of these business dates, the newest last. ``first_ms``, ``last_ms``: where those begin and
    end in UTC; an act outside any business day belongs to the date that it happened on."""
    found = []
    for kind, version, body, at_ms in db.execute(_ACTS, (first_ms - SLACK_MS, last_ms + SLACK_MS)):
        for act, on in _decoded(kind, version, body, at_ms):
            if (on is None and first_ms <= at_ms <= last_ms) or (
                on is not None and first <= on <= last
            ):
                found.append(act)
    return tuple(found)


def _decoded(kind: str, version: int, body: bytes, at_ms: int) -> Iterator[tuple[Act, date | None]]:
    """Nothing for one of a newer version."""
    try:
        fact = decode_fact(kind, version, body)
    except (Undecodable, KeyError):
        return
    match fact:
        case OperatorActed():
            who = (fact.operator_id, fact.workstation_id, fact.by_operator_id)
            about = (fact.subject, fact.amount_minor, fact.reason)
            yield Act(fact.act, at_ms, *who, *about), fact.business_date
        case LinesRemoved():
            worth = sum(line.amount_minor for line in fact.lines)
            name = "basket_cancelled" if fact.whole else "lines_removed"
            who = (fact.operator_id, fact.workstation_id, None)
            yield (
                Act(name, at_ms, *who, "", worth, fact.reason, len(fact.lines)),
                (fact.business_date),
            )


def counted_by_operator(
    db: sqlite3.Connection, first: date, last: date, acts: tuple[Act, ...]
) -> dict[str, Counted]:
    """By operator; ``acts``: of the same span."""
    days = (first.isoformat(), last.isoformat())
    found = {row[0]: Counted(*row[1:]) for row in db.execute(_RECEIPTS, days)}
    drawers = Counter(one.operator_id for one in acts if one.act == "no_sale")
    removed: Counter[str] = Counter()
    for one in acts:
        removed[one.operator_id] += one.lines
    for who in {*drawers, *(who for who, lines in removed.items() if lines)} - {NOBODY}:
        before = found.get(who, Counted())
        found[who] = before._replace(no_sales=drawers[who], removed_lines=removed[who])
    return found
