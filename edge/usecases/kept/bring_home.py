"""Bring an event of another epoch home: into this journal, and a sale into the store's rows, so
that it is looked up, taken back and printed here like any other.

What it moved (stock, what came back of other receipts, what a customer owes) is counted once,
whoever brings it how often. The rights that were born in it are not this epoch's to
spend, and those that it spent were dropped with theirs (protocol.md, Epochs). Its request is not
known: under its id nothing else can be finished.
"""

import sqlite3

from edge.db import sale_reads, sales
from edge.db.journal import append, read_head
from edge.db.recovered import note_recovered, was_written
from edge.db.stated_receipts import mark_returned_elsewhere
from edge.db.stock import held_of
from edge.db.stock_counts import note_late
from edge.db.store import settings_number
from edge.db.value import move_value
from edge.domain.stock import Movement, move
from sync.engine.journal import Moment
from sync.protocol.change import Envelope, Head
from sync.protocol.codec import decode_fact, is_known
from sync.protocol.errors import Undecodable
from sync.protocol.facts import EventRecovered, Line, RetailTransaction
from sync.protocol.identity import EventId, SaleId

NO_REQUEST = b""


def bring_home(db: sqlite3.Connection, fact: EventRecovered, moment: Moment) -> Head:
    """Where the event stands that wraps it. Once for each event: ask for its standing first.
    Raises NotEnrolled, SettingsMissing, EventTooLarge, FactBeyondBounds."""
    entry = append(db, fact, fact.event_id_in(read_head(db).epoch), moment)
    was = Head(fact.epoch, fact.envelope.seq, fact.hash)
    note_recovered(db, was, entry.head, _book(db, was, fact.envelope))
    return entry.head


def _book(db: sqlite3.Connection, was: Head, envelope: Envelope) -> SaleId | None:
    """The sale that stands in the store's rows by this event. Under an id that another content has
    here nothing is changed: head office says which one counts."""
    sale = _sale_in(envelope)
    if sale is None:
        return None
    if sale_reads.find_id(db, sale.sale_id).request_digest is None:
        _insert(db, was, envelope, sale)
    elif not _is_written(db, was, sale.sale_id):
        return None
    return sale.sale_id


def _is_written(db: sqlite3.Connection, was: Head, sale_id: SaleId) -> bool:
    """Whether the sale's own event in this journal is this very one, which its disk spoilt."""
    return sales.stands_at(db, sale_id) == (was.epoch, was.seq) and was_written(db, was)


def _sale_in(envelope: Envelope) -> RetailTransaction | None:
    """None where it is none, or none that this version can read: it comes home all the same."""
    if not is_known(envelope.kind, envelope.kind_version):
        return None
    try:
        fact = decode_fact(envelope.kind, envelope.kind_version, envelope.body)
    except Undecodable:
        return None
    if isinstance(fact, RetailTransaction) and fact.sale_id == envelope.event_id:
        return fact
    return None


def _insert(db: sqlite3.Connection, was: Head, envelope: Envelope, sale: RetailTransaction) -> None:
    names = sales.names_now(db, sale.operator_id, sale.customer_id)
    sales.insert_sale(db, sale, NO_REQUEST, was, settings_number(db), names)
    sales.mark_returned_before(db, sale.sale_id)
    mark_returned_elsewhere(db, sale.sale_id)
    if sale.training:
        return
    held = held_of(db, [line.item_id for line in sale.lines])
    moved = move([_movement(line) for line in sale.lines], held)
    sales.insert_movements(db, sale, moved, envelope.occurred_at_ms)
    note_late(db, (was.epoch, was.seq), EventId(sale.sale_id), moved)
    sales.move_points(db, sale, (), born=False)
    move_value(db, sale, born=False)
    sales.mark_returned(db, sale)


def _movement(line: Line) -> Movement:
    """What comes back came for the cost that its line states; what was sold takes its share of what
    is here now."""
    came_for = -line.cost_minor if line.is_return and line.cost_minor is not None else None
    quantity = -line.quantity_milli
    return Movement(line.line_no, line.item_id, quantity, came_for, line.unit_cost_minor)
