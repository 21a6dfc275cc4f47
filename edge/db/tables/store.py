"""The one definition of the store's schema: migrations, reads and writes all start here.

Hot tables hold ids as 16 bytes, instants as integer UTC milliseconds (``_ms``), dates as ISO text:
the writer's compiled statements bind plain values. Money in ``_minor``, quantities in ``_milli``.
A row of ``sale`` and below is never updated, but for ``sale_line.returned_milli`` and what
``points_right.spent`` counts: running sums of later facts, kept so that a rule reads one row; and
an erasure takes a customer's name away.
"""

from sqlalchemy import Index, MetaData, String, text
from sqlalchemy.orm import registry
from sqlmodel import Field, SQLModel

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


class EdgeTable(SQLModel, registry=registry(metadata=MetaData(naming_convention=NAMING))):
    """Base of the edge's tables, with a registry of its own: central has another."""


metadata = EdgeTable.metadata


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
    """The chain's end and the only send state; rolls back with a refused unit of work."""

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


class Journal(EdgeTable, table=True):
    """Journal = outbox: append-only, in the unit of work of the fact itself."""

    __tablename__ = "journal"
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


class ReceiptSeries(EdgeTable, table=True):
    """The last number of a workstation in an epoch: gapless, never continued elsewhere."""

    __tablename__ = "receipt_series"
    workstation_id: str = Field(primary_key=True)
    epoch_number: int = Field(primary_key=True)
    epoch_fingerprint: bytes = Field(primary_key=True)
    last: int


class Sale(EdgeTable, table=True):
    """A finished receipt's head; the whole fact stands in the journal at (epoch, seq). The names
    are what its paper showed, so that a reprint shows the same."""

    __tablename__ = "sale"
    sale_id: bytes = Field(primary_key=True)
    request_digest: bytes
    epoch_number: int
    epoch_fingerprint: bytes
    seq: int
    receipt_number: str = Field(unique=True)
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


class AbandonedId(EdgeTable, table=True):
    """A sale's id that was given up: a later arrival of that sale is refused."""

    __tablename__ = "abandoned_id"
    sale_id: bytes = Field(primary_key=True)
    workstation_id: str
    abandoned_at_ms: int


class SaleLine(EdgeTable, table=True):
    """Sale and return lines, signed as in the fact. ``returned_milli``: of a sale line, how much
    came back so far (positive)."""

    __tablename__ = "sale_line"
    sale_id: bytes = Field(primary_key=True, foreign_key="sale.sale_id")
    line_no: int = Field(primary_key=True)
    item_id: str
    description: str
    unit: str
    scan_code: str | None
    tax_class: str
    tax_rate_bp: int
    tax_included: bool
    tax_version: int
    price_version: int
    unit_price_minor: int
    unit_cost_minor: int | None
    quantity_milli: int
    extended_minor: int
    amount_minor: int
    tax_minor: int
    points: int
    original_sale_id: bytes | None
    original_line_no: int | None
    returned_milli: int = 0


class SaleTax(EdgeTable, table=True):
    """A receipt's tax lines."""

    __tablename__ = "sale_tax"
    sale_id: bytes = Field(primary_key=True, foreign_key="sale.sale_id")
    is_return: bool = Field(primary_key=True)
    tax_class: str = Field(primary_key=True)
    tax_rate_bp: int = Field(primary_key=True)
    tax_included: bool = Field(primary_key=True)
    net_minor: int
    tax_minor: int


class SaleTender(EdgeTable, table=True):
    """A receipt's tenders, in the order of the fact, from 1."""

    __tablename__ = "sale_tender"
    sale_id: bytes = Field(primary_key=True, foreign_key="sale.sale_id")
    tender_no: int = Field(primary_key=True)
    tender_id: str
    name: str
    kind: str
    amount_minor: int
    reference: str | None
    points: int


class StockLevel(EdgeTable, table=True):
    """On hand = the sum of the item's movements; below zero is allowed and means oversold."""

    __tablename__ = "stock_level"
    item_id: str = Field(primary_key=True)
    on_hand_milli: int


class StockMovement(EdgeTable, table=True):
    """Every unit that moved, with its cause: (event, line). ``kind`` is ``sale``, ``return`` or a
    StockMovementKind. ``oversold``: the level was below zero after it. The small index finds a
    day's movements without a sale; those of sales are found by their event."""

    __tablename__ = "stock_movement"
    __table_args__ = (
        Index(
            "ix_stock_movement_day",
            "business_date",
            sqlite_where=text("kind NOT IN ('sale', 'return')"),
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


class Customer(EdgeTable, table=True):
    """A customer as this store knows it, readable. Code and e-mail may stand twice:
    two stores may have created them offline (protocol.md, customer)."""

    __tablename__ = "customer"
    __table_args__ = (Index("ix_customer_name", "name", "customer_id"),)
    customer_id: bytes = Field(primary_key=True)
    code: str | None = Field(index=True)
    active: bool
    name: str | None = Field(sa_type=String(collation="NOCASE"))
    email: str | None = Field(index=True)
    phone: str | None


class CustomerName(EdgeTable, table=True):
    """What search knows of a customer, beside ``customer_words`` and ``customer_parts`` (FTS5, made
    by migration) at rowid = ``number``: folded texts (``edge/domain/search.py``) and the phone's
    key (``edge/domain/phone.py``), from the front and from the back."""

    __tablename__ = "customer_name"
    number: int = Field(primary_key=True)
    customer_id: bytes = Field(unique=True)
    name_key: str = Field(index=True)
    code_key: str | None = Field(index=True)
    email_key: str | None = Field(index=True)
    phone_key: str | None = Field(index=True)
    phone_back: str | None = Field(index=True)


class CustomerFieldState(EdgeTable, table=True):
    """Each field's newest change, as it travels: a pulled record is merged, never put over it."""

    __tablename__ = "customer_field"
    customer_id: bytes = Field(primary_key=True)
    field: str = Field(primary_key=True)
    hlc: int
    source: bytes
    value: str | None
    sealed: bytes | None


class CustomerKey(EdgeTable, table=True):
    """The key of a customer's personal fields. Erasure deletes it."""

    __tablename__ = "customer_key"
    customer_id: bytes = Field(primary_key=True)
    key: bytes


class ReferenceRow(EdgeTable, table=True):
    """A data set as it was published, row by row: what set hashes are kept over. The typed tables
    below are made from it in the same unit of work. A feed that is loaded anew leaves its old rows
    in use with ``pub_seq`` -1 until the load is complete: the first small index finds what is left.
    ``aside``: why this version cannot take the row; then what sales read is the last publication
    that it could take. The second small index finds those rows for a later version."""

    __tablename__ = "reference_row"
    __table_args__ = (
        Index(
            "ix_reference_row_stale", "data_set", "scope", "key", sqlite_where=text("pub_seq < 0")
        ),
        Index(
            "ix_reference_row_aside",
            "data_set",
            "scope",
            "key",
            sqlite_where=text("aside IS NOT NULL"),
        ),
    )
    data_set: str = Field(primary_key=True)
    scope: str = Field(primary_key=True)
    key: str = Field(primary_key=True)
    pub_seq: int
    body: bytes
    aside: str | None = None


class PastRow(EdgeTable, table=True):
    """What a sale read until it changed: one row for each thing that a request may name (``kind``,
    ``name``), as JSON. A basket that was tendered before ``until_ms`` is held against it. Kept as
    long as a basket may take to arrive (edge/db/past.py)."""

    __tablename__ = "past_row"
    kind: str = Field(primary_key=True)
    name: str = Field(primary_key=True)
    until_ms: int = Field(primary_key=True, index=True)
    value: str


class FeedCursor(EdgeTable, table=True):
    """How far each feed was taken: (incarnation, pub_seq), and the set's hash there."""

    __tablename__ = "feed_cursor"
    data_set: str = Field(primary_key=True)
    scope: str = Field(primary_key=True)
    incarnation: bytes
    pub_seq: int
    set_hash: bytes


class ItemRow(EdgeTable, table=True):
    """Items as published."""

    __tablename__ = "item"
    item_id: str = Field(primary_key=True)
    name: str
    department: str
    tax_class: str
    unit: str
    open_price: bool
    unit_cost_minor: int | None
    active: bool
    version: int


class ItemName(EdgeTable, table=True):
    """What search knows of an active item; its words stand in ``item_words`` (FTS5, made by
    migration) at rowid = ``number``. ``name_key``: the name as ``edge/domain/search.py`` folds."""

    __tablename__ = "item_name"
    __table_args__ = (Index("ix_item_name_name_key", "name_key", "item_id"),)
    number: int = Field(primary_key=True)
    item_id: str = Field(unique=True)
    name_key: str


class ScanCode(EdgeTable, table=True):
    """What a scanner reads, to the items that have it: by ``scan_code.code_key``, one key for all
    spellings of a GTIN. ``scan_code``: as published. ``holds``: it means this one of the items with
    this code: an active one before others, then the smallest id."""

    __tablename__ = "scan_code"
    code_key: str = Field(primary_key=True)
    item_id: str = Field(primary_key=True, index=True)
    scan_code: str = Field(index=True)
    holds: bool


class PriceRow(EdgeTable, table=True):
    """Prices by item and the instant from which they hold; ``version`` is the row's pub_seq."""

    __tablename__ = "price"
    item_id: str = Field(primary_key=True)
    effective_from_ms: int = Field(primary_key=True)
    unit_price_minor: int
    version: int


class TaxRateRow(EdgeTable, table=True):
    """Rates by class and the date from which they hold."""

    __tablename__ = "tax_rate"
    tax_class: str = Field(primary_key=True)
    effective_from: str = Field(primary_key=True)
    rate_bp: int
    label: str
    version: int


class TenderRow(EdgeTable, table=True):
    """Ways to pay."""

    __tablename__ = "tender"
    tender_id: str = Field(primary_key=True)
    name: str
    kind: str
    refundable: bool
    active: bool


class OperatorRow(EdgeTable, table=True):
    """Who may stand in a body as operator."""

    __tablename__ = "operator"
    operator_id: str = Field(primary_key=True)
    name: str
    role: str
    active: bool


class Settings(EdgeTable, table=True):
    """Every settings that the store had; one row is ``current``. Receipts name theirs, so that a
    replay prints what the customer saw. ``body`` is the msgpack of StoreSettings."""

    __tablename__ = "settings"
    settings_no: int | None = Field(primary_key=True, default=None)
    body: bytes = Field(unique=True)
    current: bool


class BusinessDay(EdgeTable, table=True):
    """At most one day is open at a time. ``first_seq``: the opening event's."""

    __tablename__ = "business_day"
    business_date: str = Field(primary_key=True)
    state: str
    opened_by: str
    opened_at_ms: int
    first_seq: int
    closed_by: str | None = None
    closed_at_ms: int | None = None
    closed_seq: int | None = None


class TillSession(EdgeTable, table=True):
    """A till's period from float to count; at most one open per till."""

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
