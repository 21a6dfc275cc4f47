"""What head office published, each row as it came and as it is read: tables of reference data."""

from sqlalchemy import Index, UniqueConstraint, text
from sqlmodel import Field

from edge.db.tables.base import EdgeTable


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


class ReadyPastRow(EdgeTable, table=True):
    """What rows that are being laid ready will take the place of (edge/db/ready.py): the past of
    the switch to come, and of one that settles. Its ``until_ms`` is no instant yet."""

    __tablename__ = "ready_past_row"
    kind: str = Field(primary_key=True)
    name: str = Field(primary_key=True)
    until_ms: int = Field(primary_key=True)
    value: str


class FeedCursor(EdgeTable, table=True):
    """How far each feed was taken: (incarnation, pub_seq), and the set's hash there."""

    __tablename__ = "feed_cursor"
    data_set: str = Field(primary_key=True)
    scope: str = Field(primary_key=True)
    incarnation: bytes
    pub_seq: int
    set_hash: bytes


class WaitingRow(EdgeTable, table=True):
    """Publications that were taken and wait for the others of theirs (edge/db/waiting.py). They
    stand in the set's hash of the cursor, not among the rows of ``reference_row``."""

    __tablename__ = "waiting_row"
    __table_args__ = (Index("ix_waiting_row_key", "data_set", "scope", "key", "pub_seq"),)
    data_set: str = Field(primary_key=True)
    scope: str = Field(primary_key=True)
    pub_seq: int = Field(primary_key=True)
    key: str
    body: bytes | None = None


class SnapshotLoad(EdgeTable, table=True):
    """A snapshot that is being loaded: the msgpack of what it is, its parts that were taken, their
    rows and set hash. ``snapshot`` is NULL once all were taken, until it is in force."""

    __tablename__ = "snapshot_load"
    data_set: str = Field(primary_key=True)
    scope: str = Field(primary_key=True)
    head: int
    snapshot: bytes | None = None
    done: int
    rows: int
    set_hash: bytes


class FeedSwitch(EdgeTable, table=True):
    """When everything that was published together came into force together last; no row before the
    first load was complete. ``settling``: through which heads rows that were laid ready are in
    force and still stand among those that wait (edge/db/waiting.py), as msgpack; NULL: none."""

    __tablename__ = "feed_switch"
    one: int = Field(primary_key=True)
    at_ms: int
    settling: bytes | None = None


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
    content_milli: int | None
    content_unit: str | None


class ItemName(EdgeTable, table=True):
    """What search knows of an active item; its words stand in ``item_words`` (FTS5, made by
    migration) at rowid = ``number``. ``name_key``: the name as ``sync/protocol/search.py`` has
    it."""

    __tablename__ = "item_name"
    __table_args__ = (UniqueConstraint("name_key", "item_id"),)
    number: int = Field(primary_key=True)
    item_id: str = Field(unique=True)
    name_key: str


class ScanCode(EdgeTable, table=True):
    """What a scanner reads, to the items that have it: by ``scan_code.code_key``, one key for all
    spellings of a GTIN. ``scan_code``: as published. ``holds``: it means this one of the items with
    this code: an active one before others, then the smallest id. Its indexes are constraints, as
    are those of every table that a second one takes the place of (edge/db/ready.py)."""

    __tablename__ = "scan_code"
    __table_args__ = (
        UniqueConstraint("item_id", "code_key"),
        UniqueConstraint("scan_code", "code_key", "item_id"),
    )
    code_key: str = Field(primary_key=True)
    item_id: str = Field(primary_key=True)
    scan_code: str
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


class PaymentWayRow(EdgeTable, table=True):
    """Who is asked for what a tender pays, where anybody is."""

    __tablename__ = "payment_way"
    tender_id: str = Field(primary_key=True)
    through: str
    online_only: bool
    proxy: str
    payee: str
    expires_s: int


class VoucherTypeRow(EdgeTable, table=True):
    """What a tender's vouchers are; ``not_for``: departments, a JSON list."""

    __tablename__ = "voucher_type"
    tender_id: str = Field(primary_key=True)
    meaning: str
    not_for: str


class ForeignCurrencyRow(EdgeTable, table=True):
    """What foreign cash is worth, by the instant from which it is; ``version`` is the row's
    pub_seq."""

    __tablename__ = "foreign_currency"
    currency: str = Field(primary_key=True)
    own_currency: str = Field(primary_key=True)
    effective_from_ms: int = Field(primary_key=True)
    decimals: int
    own_minor: int
    foreign_minor: int
    version: int


class OperatorRow(EdgeTable, table=True):
    """Who may stand in a body as operator."""

    __tablename__ = "operator"
    operator_id: str = Field(primary_key=True)
    name: str
    role: str
    active: bool


class RoleRow(EdgeTable, table=True):
    """What operators of a role may do. ``body``: the msgpack of Role."""

    __tablename__ = "role"
    role: str = Field(primary_key=True)
    body: bytes


class CredentialRow(EdgeTable, table=True):
    """Operators' PINs as head office published them last."""

    __tablename__ = "credential"
    operator_id: str = Field(primary_key=True)
    pin_hash: str
    starting: bool
    set_at_ms: int


class GoodwillRow(EdgeTable, table=True):
    """What an epoch may let customers spend beyond their rights, from business dates on."""

    __tablename__ = "goodwill"
    kind: str = Field(primary_key=True)
    amount: int
    period: str
    from_date: str = Field(primary_key=True)
    epoch: str
    until: str


class ReceiptTextsRow(EdgeTable, table=True):
    """The receipt texts that hold: they may come before the settings do. ``body``: the msgpack of
    ReceiptTexts."""

    __tablename__ = "receipt_texts"
    key: str = Field(primary_key=True)
    body: bytes


class PromotionRow(EdgeTable, table=True):
    """Promotions as published; ``arguments``, ``condition`` and ``terms`` as msgpack. From
    ``from_ms`` until ``until_ms`` the condition may hold at all."""

    __tablename__ = "promotion"
    promotion_id: str = Field(primary_key=True)
    version: int
    name: str
    kind: str
    arguments: bytes
    condition: bytes
    terms: bytes
    from_ms: int
    until_ms: int | None


class PromotionPick(EdgeTable, table=True):
    """Which promotions may be about an item, a department, or anything (``promotions.py``)."""

    __tablename__ = "promotion_pick"
    __table_args__ = (UniqueConstraint("promotion_id", "pick"),)
    pick: str = Field(primary_key=True)
    promotion_id: str = Field(primary_key=True)


class ScaleCodeRow(EdgeTable, table=True):
    """How the codes that scales print are built (``sync/protocol/labels/scale.py``)."""

    __tablename__ = "scale_code"
    picture: str = Field(primary_key=True)
    step: int


class ItemRuleRow(EdgeTable, table=True):
    """What is asked where an item is sold, as published."""

    __tablename__ = "item_rule"
    item_id: str = Field(primary_key=True)
    age_years: int
    barred_from: int | None
    barred_until: int | None
    asks_serial: bool
    asks_lot: bool
    linked_item_id: str | None
    linked_milli: int
    may_be_left_out: bool
    loads: str | None


class LoyaltyTierRow(EdgeTable, table=True):
    """Tiers, as published."""

    __tablename__ = "loyalty_tier"
    tier: str = Field(primary_key=True)
    name: str
    from_minor: int
    multiplier: int
    kept_months: int


class PointsRuleRow(EdgeTable, table=True):
    """What multiplies points. ``body``: the msgpack of PointsRule."""

    __tablename__ = "points_rule"
    rule_id: str = Field(primary_key=True)
    body: bytes


class PriceBookRow(EdgeTable, table=True):
    """Price books as published (``sync/protocol/price_books.py``)."""

    __tablename__ = "price_book"
    book: str = Field(primary_key=True)
    name: str
    zone: str | None
    customer_group: str | None
    tax_included: bool
    priority: int
    fixed: bool
    from_ms: int
    until_ms: int | None


class BookPriceRow(EdgeTable, table=True):
    """What items and packs cost by a book, by the quantity and the instant from which they do;
    ``version`` is the row's pub_seq."""

    __tablename__ = "book_price"
    item_id: str = Field(primary_key=True)
    book: str = Field(primary_key=True)
    pack: str = Field(primary_key=True)
    from_milli: int = Field(primary_key=True)
    effective_from_ms: int = Field(primary_key=True)
    unit_price_minor: int | None
    version: int


class PackRow(EdgeTable, table=True):
    """Scan codes, by their keys, that sell so much of an item."""

    __tablename__ = "pack"
    scan_code: str = Field(primary_key=True)
    item_id: str
    quantity_milli: int
    name: str


class Settings(EdgeTable, table=True):
    """Every settings that the store had; one row is ``current``. Receipts name theirs, so that a
    replay prints what the customer saw. ``body`` is the msgpack of StoreSettings, ``texts`` that of
    ReceiptTexts."""

    __tablename__ = "settings"
    __table_args__ = (UniqueConstraint("body", "texts"),)
    settings_no: int | None = Field(primary_key=True, default=None)
    body: bytes
    texts: bytes
    current: bool
