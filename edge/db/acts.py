"""What operators did, from the journal and the rows of receipts, over a span of days: overrides and
refusals, drawers that were opened, lines that were taken out; and how often, by operator.

The journal keeps what head office has for some weeks (``keep_days``): acts before that stand there.
"""

import sqlite3
from collections import Counter
from collections.abc import Iterator
from datetime import date
from typing import NamedTuple

from sync.protocol.codec import decode_fact
from sync.protocol.errors import Undecodable
from sync.protocol.facts import LinesRemoved, OperatorActed

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
    for who in {*drawers, *(who for who, lines in removed.items() if lines)}:
        before = found.get(who, Counted())
        found[who] = before._replace(no_sales=drawers[who], removed_lines=removed[who])
    return found
