"""What a store does: its box, journal, sales, stock, days and tills. With the tables beside it this
is the one definition of the schema: migrations start here, and the statements, which are plain
SQL, are held against it by a test.

Tables hold ids as 16 bytes, instants as integer UTC milliseconds (``_ms``), dates as ISO text: what
is bound is what is stored. Money in ``_minor``, quantities in ``_milli``.
A row of ``sale`` and below is never updated, but for ``sale_line.returned_milli`` and what
``points_right.spent`` counts: running sums of later facts, kept so that a rule reads one row; and
an erasure takes a customer's name away.
"""

from sqlalchemy import Index, text
from sqlmodel import Field

from edge.db.tables.base import EdgeTable


class Box(EdgeTable, table=True):
    """Who this box is: one row, written by ``edge provision``."""

    __tablename__ = "box"
    one: int = Field(primary_key=True, default=1)
    store_id: bytes
    company_id: bytes
    store_code: str
    device_id: bytes
    central_url: str
    central_key: bytes
    genesis: bytes
    genesis_signature: bytes
    incarnation: bytes


class JournalHead(EdgeTable, table=True):
    """An epoch that this box holds: the chain's end and the only send state, which roll back with a
    refused unit of work, and the record that the chain grows from.

    ``opened_no``: which of this box's epochs it is, 1 the first. ``current``: it writes in it.
    ``provisional``: it opened it itself; then ``ratified``: head office knows it. ``ended``: its
    last event says so, and what waits is its late tail. Neither current nor ended: the box left it
    (edge/domain/epoch.py). ``learnt``: the head that a workstation stated and for which it was
    opened. Events through ``pruned_through``, whose hash there is ``pruned_hash``, are not kept any
    more (0: all are). ``left_at``: what head office had of it when the box left it. ``began_row``:
    the last movement of stock before it."""

    __tablename__ = "journal_head"
    epoch_number: int = Field(primary_key=True)
    epoch_fingerprint: bytes = Field(primary_key=True)
    store_id: bytes
    genesis_hash: bytes
    seq: int
    hash: bytes
    hlc: int
    acknowledged_through: int
    acknowledged_hash: bytes
    current: bool
    opened_no: int = Field(unique=True)
    genesis: bytes
    genesis_signature: bytes
    provisional: bool
    ratified: bool
    ended: bool
    learnt: str | None
    pruned_through: int
    pruned_hash: bytes | None
    left_at: int | None
    began_row: int


class AcknowledgedMark(EdgeTable, table=True):
    """How far head office had an epoch at a moment, one a day: what was acknowledged long enough
    need not be kept."""

    __tablename__ = "acknowledged_mark"
    epoch_number: int = Field(primary_key=True)
    epoch_fingerprint: bytes = Field(primary_key=True)
    at_ms: int = Field(primary_key=True)
    through: int


class PlacedEvent(EdgeTable, table=True):
    """Where in the journal events with figures of a day stood that are no receipts, once its rows
    are gone: those of tills and of stock. A receipt's own row says that of itself."""

    __tablename__ = "placed_event"
    epoch_number: int = Field(primary_key=True)
    epoch_fingerprint: bytes = Field(primary_key=True)
    seq: int = Field(primary_key=True)
    event_id: bytes
    kind: str
    kind_version: int
    body: bytes


class Journal(EdgeTable, table=True):
    """Journal = outbox: append-only, in the unit of work of the fact itself; only its oldest
    acknowledged rows ever go (edge/db/pruning.py). The small indexes find what came home from other
    epochs, and what people did."""

    __tablename__ = "journal"
    __table_args__ = (
        Index(
            "ix_journal_recovered",
            "epoch_number",
            "epoch_fingerprint",
            "seq",
            sqlite_where=text("kind = 'event_recovered'"),
        ),
        Index(
            "ix_journal_acts",
            "occurred_at_ms",
            sqlite_where=text("kind IN ('operator_acted', 'lines_removed')"),
        ),
    )
    epoch_number: int = Field(primary_key=True)
    epoch_fingerprint: bytes = Field(primary_key=True)
    seq: int = Field(primary_key=True)
    event_id: bytes = Field(index=True)
    kind: str
    kind_version: int
    occurred_at_ms: int
    utc_offset_s: int
    boot_id: bytes
    hlc: int
    clock_state: str
    hash: bytes
    body: bytes


class Recovered(EdgeTable, table=True):
    """An event of another epoch that came home: where it stood, and where in this journal the event
    stands that wraps it. ``sale_id``: of the sale that stands in the rows below by it."""

    __tablename__ = "recovered"
    epoch_number: int = Field(primary_key=True)
    epoch_fingerprint: bytes = Field(primary_key=True)
    seq: int = Field(primary_key=True)
    hash: bytes = Field(primary_key=True)
    sale_id: bytes | None = Field(default=None, index=True)
    in_epoch_number: int
    in_epoch_fingerprint: bytes
    in_seq: int


class Sought(EdgeTable, table=True):
    """An event that head office keeps as damaged: the tills are asked for the one of this hash."""

    __tablename__ = "sought"
    epoch_number: int = Field(primary_key=True)
    epoch_fingerprint: bytes = Field(primary_key=True)
    seq: int = Field(primary_key=True)
    hash: bytes = Field(primary_key=True)


class MissingRange(EdgeTable, table=True):
    """Events that are at no box any more and that head office lost: the tills are asked for all
    that they kept of them."""

    __tablename__ = "missing_range"
    epoch_number: int = Field(primary_key=True)
    epoch_fingerprint: bytes = Field(primary_key=True)
    first: int = Field(primary_key=True)
    through: int = Field(primary_key=True)


class EpochKey(EdgeTable, table=True):
    """Whose key signed in an epoch of the store, as head office said: of the boxes before this one,
    too."""

    __tablename__ = "epoch_key"
    epoch_number: int = Field(primary_key=True)
    epoch_fingerprint: bytes = Field(primary_key=True)
    device_key: bytes


class TailEvent(EdgeTable, table=True):
    """An event that a till was told by the box before this one: whether head office holds it, as it
    said under this incarnation."""

    __tablename__ = "tail_event"
    epoch_number: int = Field(primary_key=True)
    epoch_fingerprint: bytes = Field(primary_key=True)
    seq: int = Field(primary_key=True)
    hash: bytes = Field(primary_key=True)
    held: bool
    incarnation: bytes | None


class ReceiptSeries(EdgeTable, table=True):
    """The last number of a workstation in an epoch: gapless, never continued elsewhere."""

    __tablename__ = "receipt_series"
    workstation_id: str = Field(primary_key=True)
    epoch_number: int = Field(primary_key=True)
    epoch_fingerprint: bytes = Field(primary_key=True)
    last: int


class Sale(EdgeTable, table=True):
    """A finished receipt's head; the whole fact stands in the journal at (epoch, seq), or came home
    from there (``recovered``), and then has no request. The names, and what it said of points that
    run out, are what its paper showed, so
    that a reprint shows the same. Of an epoch that was copied, two receipts may have one number.
    The small indexes find it by the code on its paper, and the receipt that took it back whole."""

    __tablename__ = "sale"
    __table_args__ = (
        Index("ix_sale_place", "epoch_number", "epoch_fingerprint", "seq"),
        Index(
            "ix_sale_post_void_of",
            "post_void_of",
            sqlite_where=text("post_void_of IS NOT NULL"),
        ),
    )
    sale_id: bytes = Field(primary_key=True)
    request_digest: bytes
    epoch_number: int
    epoch_fingerprint: bytes
    seq: int
    receipt_number: str = Field(index=True)
    workstation_id: str
    till_session_id: bytes = Field(index=True)
    operator_id: str
    business_date: str = Field(index=True)
    tendered_at_ms: int
    customer_id: bytes | None
    total_minor: int
    rounding_minor: int
    change_minor: int
    points_earned: int
    points_taken_back: int
    points_debt: int
    training: bool
    settings_no: int
    operator_name: str | None
    customer_name: str | None
    points_expiring: int | None
    points_expire_on: str | None
    post_void_of: bytes | None


class AbandonedId(EdgeTable, table=True):
    """A sale's id that was given up: a later arrival of that sale is refused."""

    __tablename__ = "abandoned_id"
    sale_id: bytes = Field(primary_key=True)
    workstation_id: str
    abandoned_at_ms: int


class StockLevel(EdgeTable, table=True):
    """On hand = the sum of the item's movements; below zero is allowed and means oversold. What it
    is worth, and what a unit cost on average: moving_cost.py."""

    __tablename__ = "stock_level"
    item_id: str = Field(primary_key=True)
    on_hand_milli: int
    worth_minor: int
    unit_mills: int | None


class StockMovement(EdgeTable, table=True):
    """Every unit that moved, with its cause: (event, line). ``kind`` is ``sale``, ``return`` or a
    StockMovementKind. ``oversold``: the level was below zero after it. ``lot``: its name
    (sync/protocol/lots.py). The small indexes find a day's movements without a sale (those of sales
    are found by their event), and serial numbers."""

    __tablename__ = "stock_movement"
    __table_args__ = (
        Index(
            "ix_stock_movement_day",
            "business_date",
            sqlite_where=text("kind NOT IN ('sale', 'return')"),
        ),
        Index(
            "ix_stock_movement_serial",
            *("item_id", "serial"),
            sqlite_where=text("serial IS NOT NULL"),
        ),
    )
    event_id: bytes = Field(primary_key=True)
    line_no: int = Field(primary_key=True)
    item_id: str = Field(index=True)
    kind: str
    quantity_milli: int
    on_hand_after_milli: int
    oversold: bool
    business_date: str | None
    moved_at_ms: int
    lot: str | None
    cost_minor: int | None
    difference_minor: int
    serial: str | None


class BusinessDay(EdgeTable, table=True):
    """At most one day is open at a time. ``first_seq`` and ``closed_seq``: of its opening and its
    closing event, each in the epoch of this box that has that ``opened_no``."""

    __tablename__ = "business_day"
    business_date: str = Field(primary_key=True)
    state: str
    opened_by: str
    opened_at_ms: int
    first_seq: int
    first_opened_no: int
    closed_by: str | None = None
    closed_at_ms: int | None = None
    closed_seq: int | None = None
    closed_opened_no: int | None = None
    reopened_at_ms: int | None = None


class TillSession(EdgeTable, table=True):
    """A till's period from float to count; at most one open per till. ``carried_id``: the session
    of a box that is gone which goes on as this one. ``held_by``: who has it now. ``counted``:
    not where it was settled without anybody counting."""

    __tablename__ = "till_session"
    till_session_id: bytes = Field(primary_key=True)
    till_id: str = Field(index=True)
    workstation_id: str
    operator_id: str
    business_date: str = Field(index=True)
    state: str
    float_minor: int
    opened_at_ms: int
    expected_cash_minor: int | None = None
    counted_cash_minor: int | None = None
    settled_by: str | None = None
    settled_at_ms: int | None = None
    carried_id: bytes | None = None
    held_by: str
    counted: bool
