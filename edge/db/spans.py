"""What a day's events of an epoch come to, span by span and event by event: counted from the
store's rows, each known by where its event stands in the journal."""

import sqlite3
from collections import defaultdict
from collections.abc import Iterator
from datetime import date
from typing import Any, NamedTuple
from uuid import UUID

from edge.db.totals import FINISHED_HERE, RECEIPT, count_sales
from sync.protocol.change import Epoch
from sync.protocol.checkpoints import Checkpoint, points_between, step_between
from sync.protocol.codec import decode_fact
from sync.protocol.errors import Undecodable
from sync.protocol.facts import TillSessionOpened, TillSessionSettled
from sync.protocol.figures import Tally, TenderCount
from sync.protocol.manifest import Receipt

_SCOPE = f"""s.business_date = :day AND s.epoch_number = :number
    AND s.epoch_fingerprint = :fingerprint AND s.seq > :after AND s.seq <= :through
    AND {FINISHED_HERE}"""
"""What a copy of this box gave in these places stands elsewhere in the journal."""
_SPAN_OF = "(s.seq - :after - 1) / :step"
_NUMBERS = f"SELECT s.sale_id, s.receipt_number FROM sale s WHERE NOT s.training AND {_SCOPE}"  # noqa: S608 - constant
_PLACED = """epoch_number = :number AND epoch_fingerprint = :fingerprint AND seq > :after
    AND seq <= :through"""
_EVENTS = f"""
SELECT seq, event_id, kind, kind_version, body FROM journal WHERE {_PLACED}
UNION ALL SELECT seq, event_id, kind, kind_version, body FROM placed_event WHERE {_PLACED}
"""  # noqa: S608 - constants
"""Of what is pruned only those that are no receipts."""
_TILLS = f"""
SELECT seq, event_id, kind, kind_version, body FROM ({_EVENTS})
WHERE kind IN ('till_session_opened', 'till_session_settled')
"""  # noqa: S608 - constants
_TILL = """
SELECT float_minor, expected_cash_minor, counted_cash_minor FROM till_session
WHERE till_session_id = ? AND business_date = ?
"""
_TENDERS = """
SELECT tender_id, expected_minor, counted_minor FROM till_tender WHERE till_session_id = ?
ORDER BY tender_id
"""
_CASH = f"""
SELECT j.seq, j.event_id, j.kind, c.kind, c.till_minor, c.safe_minor FROM cash_moved c
JOIN ({_EVENTS}) j ON j.event_id = c.event_id
WHERE c.business_date = :day
    AND c.kind IN ('loan', 'pickup', 'paid_in', 'paid_out', 'safe_count', 'deposit')
"""  # noqa: S608 - constants
_STOCK = f"""
SELECT j.seq, j.event_id, j.kind, sum(m.quantity_milli) FROM stock_movement m
JOIN ({_EVENTS}) j ON j.event_id = m.event_id
WHERE m.business_date = :day AND m.kind NOT IN ('sale', 'return')
GROUP BY j.seq, j.event_id, j.kind
"""  # noqa: S608 - constants


class Span(NamedTuple):
    """A day's events of an epoch behind ``after`` and through ``through``."""

    business_date: date
    epoch: Epoch
    after: int
    through: int


class _Other(NamedTuple):
    """An event with figures that is no receipt."""

    seq: int
    event_id: UUID
    kind: str
    sums: dict[str, int]
    counts: tuple[TenderCount, ...] = ()


def read_points(db: sqlite3.Connection, span: Span) -> tuple[Checkpoint, ...]:
    """Running figures of the span at its points."""
    points = points_between(span.after, span.through)
    step = step_between(span.after, span.through)
    values = {**_values(span), "step": step}
    parts = count_sales(db, _SPAN_OF, _SCOPE, values)
    others: defaultdict[int, list[_Other]] = defaultdict(list)
    for other in _others(db, span):
        others[(other.seq - span.after - 1) // step].append(other)
    running, found = Tally(), []
    for place, seq in enumerate(points):
        if place in parts:
            running.add_totals(parts[place].totals())
        for other in others[place]:
            _add(running, other)
        found.append(Checkpoint(seq, running.totals()))
    return tuple(found)


def read_events(db: sqlite3.Connection, span: Span) -> tuple[Receipt, ...]:
    """Each event of the span that has figures of the day."""
    values = _values(span)
    tallies = count_sales(db, RECEIPT, _SCOPE, values)
    sold = [
        Receipt(number, UUID(bytes=sale_id), span.business_date, tallies[sale_id].totals())
        for sale_id, number in db.execute(_NUMBERS, values)
    ]
    return (*sold, *(_receipt(other, span.business_date) for other in _others(db, span)))


def _values(span: Span) -> dict[str, Any]:
    return {
        "day": span.business_date.isoformat(),
        "number": span.epoch.number,
        "fingerprint": span.epoch.fingerprint,
        "after": span.after,
        "through": span.through,
    }


def _others(db: sqlite3.Connection, span: Span) -> Iterator[_Other]:
    values = _values(span)
    for seq, event_id, kind, version, body in db.execute(_TILLS, values).fetchall():
        found = _till(db, kind, version, body, values["day"])
        if found is not None:
            yield _Other(seq, UUID(bytes=event_id), kind, *found)
    for seq, event_id, kind, moved in db.execute(_STOCK, values):
        yield _Other(seq, UUID(bytes=event_id), kind, {"stock_milli": moved})
    for seq, event_id, kind, *moved in db.execute(_CASH, values):
        yield _Other(seq, UUID(bytes=event_id), kind, _cash(*moved))


def _cash(kind: str, till_minor: int, safe_minor: int) -> dict[str, int]:
    match kind:
        case "safe_count":
            return {"safe_over_short_minor": safe_minor}
        case "deposit":
            return {"deposited_minor": -safe_minor}
        case _:
            return {"cash_moved_minor": till_minor}


def _till(
    db: sqlite3.Connection, kind: str, version: int, body: bytes, day: str
) -> tuple[dict[str, int], tuple[TenderCount, ...]] | None:
    """What the session's rows say of its opening, or of its count; None where they say nothing."""
    try:
        fact = decode_fact(kind, version, body)
    except (Undecodable, KeyError):
        return None
    if not isinstance(fact, TillSessionOpened | TillSessionSettled):
        return None
    row = db.execute(_TILL, (fact.till_session_id.bytes, day)).fetchone()
    if row is None:
        return None
    if isinstance(fact, TillSessionOpened):
        return {"float_minor": row[0]}, ()
    expected, counted = row[1] or 0, row[2] or 0
    sums = {
        "expected_cash_minor": expected,
        "counted_cash_minor": counted,
        "over_short_minor": counted - expected,
    }
    tenders = db.execute(_TENDERS, (fact.till_session_id.bytes,))
    return sums, tuple(TenderCount(*one) for one in tenders)


def _add(tally: Tally, other: _Other) -> None:
    for field, amount in other.sums.items():
        tally.sums[field] += amount
    for one in other.counts:
        tally.add_count(one.tender_id, one.expected_minor, one.counted_minor)


def _receipt(other: _Other, business_date: date) -> Receipt:
    tally = Tally()
    _add(tally, other)
    return Receipt(other.kind, other.event_id, business_date, tally.totals())
