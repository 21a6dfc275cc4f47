"""Shelves that are counted while the shop sells, and what was counted of each item last."""

from sqlmodel import Field

from edge.db.tables.base import EdgeTable


class StockCount(EdgeTable, table=True):
    """Of each item the count that has seen most (``sync/protocol/count_seen.py``). ``event_id`` and
    ``line_no``: its difference among the movements. ``recount``: something of before the count was
    heard of after it, which it had not seen."""

    __tablename__ = "stock_count"
    item_id: str = Field(primary_key=True)
    epoch_number: int
    epoch_fingerprint: bytes
    seen_through: int
    seq: int
    parent_through: int
    counted_milli: int
    event_id: bytes
    line_no: int
    counted_at_ms: int
    recount: bool


class StockLot(EdgeTable, table=True):
    """What moved under a lot's name (``sync/protocol/lots.py``), and its last day as ISO text."""

    __tablename__ = "stock_lot"
    item_id: str = Field(primary_key=True)
    lot: str = Field(primary_key=True)
    expires_on: str | None
    quantity_milli: int


class LotCount(EdgeTable, table=True):
    """Of each item whose lots were ever counted by name the count that holds for them."""

    __tablename__ = "lot_count"
    item_id: str = Field(primary_key=True)
    epoch_number: int
    epoch_fingerprint: bytes
    seen_through: int
    seq: int
    parent_through: int
    counted_milli: int


class ShelfCount(EdgeTable, table=True):
    """A count from its beginning to its booking (edge/domain/shelf_count.py); until then nothing of
    it is a fact. ``scope``: of the whole shop, a ``department``, or chosen items;
    ``facts``: by how many it is booked."""

    __tablename__ = "shelf_count"
    count_id: bytes = Field(primary_key=True)
    name: str
    scope: str
    department: str | None
    state: str
    begun_by: str
    begun_at_ms: int
    ended_by: str | None = None
    ended_at_ms: int | None = None
    facts: int


class ShelfCountItem(EdgeTable, table=True):
    """An item that was chosen for a count, or that is to be counted again: what counts is lines of
    its ``round``."""

    __tablename__ = "shelf_count_item"
    count_id: bytes = Field(primary_key=True)
    item_id: str = Field(primary_key=True)
    round: int


class ShelfCountLine(EdgeTable, table=True):
    """What somebody counted at one place. ``seen_through``: the last event of the epoch when it was
    said; ``after_row``: the last movement then."""

    __tablename__ = "shelf_count_line"
    line_id: bytes = Field(primary_key=True)
    count_id: bytes = Field(index=True)
    item_id: str
    round: int
    counted_milli: int
    lot: str | None
    operator_id: str
    workstation_id: str
    epoch_number: int
    epoch_fingerprint: bytes
    seen_through: int
    after_row: int
    counted_at_ms: int
    expires_on: str | None


class Transfer(EdgeTable, table=True):
    """One end of a transfer, as this store reported it; its lines are movements of its event."""

    __tablename__ = "transfer"
    transfer_id: bytes = Field(primary_key=True)
    direction: str
    number: str
    intent_id: bytes = Field(index=True)
    other_store: str
    operator_id: str
    reason: str
    at_ms: int
    wish_id: bytes | None = Field(default=None, index=True)


class ShopRow(EdgeTable, table=True):
    """The company's shops as published (``sync/protocol/shop.py``), this one among them.
    ``store_id``: as text."""

    __tablename__ = "shop"
    code: str = Field(primary_key=True)
    store_id: str
    name: str


class TransferNoteRow(EdgeTable, table=True):
    """What this store said of goods between stores without moving any (``facts/transfer.py``).
    ``lines``: JSON lists of number, item, quantity."""

    __tablename__ = "transfer_note"
    note_id: bytes = Field(primary_key=True)
    note: str
    subject_id: bytes = Field(index=True)
    other_store: str
    number: str
    operator_id: str
    reason: str
    at_ms: int
    lines: str


class TransferToldRow(EdgeTable, table=True):
    """What head office tells of goods between this store and others, fact by fact
    (``sync/protocol/told.py``). ``lines``: JSON lists of number, item, quantity, cost, code and
    lot."""

    __tablename__ = "transfer_told"
    subject_id: bytes = Field(primary_key=True)
    event_id: bytes = Field(primary_key=True)
    part: int = Field(primary_key=True)
    news: str
    wish_id: bytes | None = Field(index=True)
    from_store_id: bytes | None
    from_code: str
    to_store_id: bytes | None
    to_code: str
    store_id: bytes | None
    number: str
    said_by: str
    reason: str
    at_ms: int
    lines: str
