"""What head office publishes: rows of data sets, in feeds with a dense ``pub_seq``.

A feed is (data set, scope): the scope is ``""`` where all stores of a company share it, a price
zone's name for prices, a store's id for its private rows. Each row has a key and a body; a row
without a body is a tombstone. The version that a sale's line names is the row's ``pub_seq``.

Set hash: the sum modulo 2^256 of SHA-256(key, body) over the live rows (an incremental hash after
Bellare and Micciancio's AdHash). It does not depend on order, so both sides keep it row by row.
"""

import hashlib
from datetime import date
from enum import StrEnum
from typing import Annotated, TypeAlias
from uuid import UUID

import msgspec

from sync.protocol.bounds import DATE_MAX, FIGURE_MAX, INTEGER_MAX, BasisPoints, Count, Milli, Text
from sync.protocol.change import INSTANT_MS_MAX, Hash, Kind
from sync.protocol.content import Content
from sync.protocol.currency import DECIMALS_MAX
from sync.protocol.facts import TaxClass, TenderKind
from sync.protocol.identity import (
    CustomerId,
    Incarnation,
    ItemId,
    OperatorId,
    PromotionId,
    TenderId,
)
from sync.protocol.money import MINOR_MAX, CashRounding
from sync.protocol.periods import Period
from sync.protocol.promotions.conditions import ALWAYS, DAY_MINUTES, Condition
from sync.protocol.promotions.shape import PLAIN_TERMS, Terms
from sync.protocol.shared import PersonalKey
from sync.protocol.text import PLAIN, TEXT_PATTERN, TOLD_PATTERN
from sync.protocol.units import Unit

PAGE_ROWS_MAX = 1_000
NAME_CHARACTERS_MAX = 200
WORD_CHARACTERS_MAX = 64
SCAN_CODES_MAX = 100
PERMISSIONS_MAX = 64
PIN_HASH_CHARACTERS_MAX = 200
OPENING_LINES_MAX = 250
RECEIPT_LINES_MAX = 6
ARGUMENT_BYTES_MAX = 60_000
RECEIPT_LINE_CHARACTERS_MAX = 42
"""What the narrowest paper holds in a row."""
CASH_STEP_MAX = 100_000
VALUE_MONTHS_MAX = 600
POINTS_RATE_MAX = 1_000_000
EPOCH_NUMBER_MAX = (1 << 32) - 1
TENDER_AGE_S_MIN = 3_600
"""Less would refuse baskets of a till whose clock is a little off."""
SET_HASH_BITS = 256
EMPTY_SET_HASH = bytes(SET_HASH_BITS // 8)

Name: TypeAlias = Annotated[
    str, msgspec.Meta(min_length=1, max_length=NAME_CHARACTERS_MAX, pattern=TEXT_PATTERN)
]
_OPTIONAL = msgspec.Meta(max_length=NAME_CHARACTERS_MAX, pattern=TEXT_PATTERN)
OptionalName: TypeAlias = Annotated[str, _OPTIONAL]
Word: TypeAlias = Annotated[
    str, msgspec.Meta(min_length=1, max_length=WORD_CHARACTERS_MAX, pattern=TEXT_PATTERN)
]
ScanCode: TypeAlias = Word
AGE_YEARS_MAX = 120
Minute: TypeAlias = Annotated[int, msgspec.Meta(ge=0, lt=DAY_MINUTES)]
"""Of the day, by the shop's clock."""
PriceMinor: TypeAlias = Annotated[int, msgspec.Meta(ge=0, le=MINOR_MAX)]
_TOLD = msgspec.Meta(max_length=RECEIPT_LINE_CHARACTERS_MAX, pattern=TOLD_PATTERN)
ReceiptLine: TypeAlias = Annotated[str, _TOLD]
_FEW = msgspec.Meta(max_length=RECEIPT_LINES_MAX)
ReceiptLines: TypeAlias = Annotated[tuple[ReceiptLine, ...], _FEW]


class DataSet(StrEnum):
    """In the order in which a store pulls them: a price never arrives before its item, and before
    all else it learns whom to forget, also a box that was put back to a day before."""

    ERASED_CUSTOMERS = "erased_customers"
    SETTINGS = "settings"
    TAXES = "taxes"
    TENDERS = "tenders"
    OPERATORS = "operators"
    ITEMS = "items"
    PRICES = "prices"
    CUSTOMERS = "customers"
    CUSTOMER_ALIASES = "customer_aliases"
    GRANTS = "grants"
    ROLES = "roles"
    CREDENTIALS = "credentials"
    OPENING_STOCK = "opening_stock"
    RECEIPT_TEXTS = "receipt_texts"
    GOODWILL = "goodwill"
    PROMOTIONS = "promotions"
    SCALE_CODES = "scale_codes"
    ITEM_RULES = "item_rules"
    CUSTOMER_GROUPS = "customer_groups"
    PAYMENT_WAYS = "payment_ways"
    VOUCHER_TYPES = "voucher_types"
    CURRENCIES = "currencies"
    LOYALTY_TIERS = "loyalty_tiers"
    CUSTOMER_TIERS = "customer_tiers"
    POINTS_RULES = "points_rules"
    POINTS_EXPIRING = "points_expiring"
    PRICE_BOOKS = "price_books"
    BOOK_PRICES = "book_prices"
    PACKS = "packs"
    SUPPLIERS = "suppliers"
    SUPPLIER_ITEMS = "supplier_items"
    REORDER_POINTS = "reorder_points"
    PURCHASE_ORDERS = "purchase_orders"
    TRANSFERS = "transfers"
    SHOPS = "shops"


class Item(msgspec.Struct, frozen=True, array_like=True):
    """What is sold. Key: its id. ``scan_codes``: the first is the one shown. A code that several
    items have means the active one, of several active ones that of the smallest id: head office
    publishes none such. ``content``: by it labels say a unit's price; None: not known."""

    item_id: ItemId
    name: Name
    department: OptionalName
    tax_class: TaxClass
    scan_codes: Annotated[tuple[ScanCode, ...], msgspec.Meta(max_length=SCAN_CODES_MAX)]
    unit: Unit = Unit.EACH
    open_price: bool = False
    unit_cost_minor: PriceMinor | None = None
    active: bool = True
    content: Content | None = None


class Price(msgspec.Struct, frozen=True, array_like=True):
    """In force from an instant until a later one begins. Key: item id and instant."""

    item_id: ItemId
    effective_from_ms: Annotated[int, msgspec.Meta(ge=0, le=INSTANT_MS_MAX)]
    unit_price_minor: PriceMinor


class TaxRate(msgspec.Struct, frozen=True, array_like=True):
    """In force from a date (of the receipt) until a later one. Key: class and date."""

    tax_class: TaxClass
    effective_from: date
    rate_bp: BasisPoints
    label: OptionalName


class Tender(msgspec.Struct, frozen=True, array_like=True):
    """A way to pay. Key: its id."""

    tender_id: TenderId
    name: Name
    kind: TenderKind
    refundable: bool = True
    active: bool = True


class Operator(msgspec.Struct, frozen=True, array_like=True):
    """Somebody who works at a store. Key: its id."""

    operator_id: OperatorId
    name: Name
    role: Word
    active: bool = True


class StoreSettings(msgspec.Struct, frozen=True, array_like=True):
    """One row per store, key ``store``, in the store's own scope.

    ``points_per_step`` points for each whole ``points_step_minor`` of the total (0: none are
    earned), at most one for each minor unit; a points tender is worth ``points_value_minor`` for
    each ``points_value_points``. ``tender_age_max_s``: how long before its arrival a basket may
    have been priced; None sets no limit. ``decimals`` are the currency's (``currency.py``).
    ``tips``: a till takes them. ``…_months``: so long such value is good (0: for ever).
    """

    store_code: Word
    store_name: Name
    supplier_name: OptionalName
    supplier_address: OptionalName
    tax_number: OptionalName
    currency: Annotated[str, msgspec.Meta(pattern=r"\A[A-Z]{3}\Z")]
    decimals: Annotated[int, msgspec.Meta(ge=0, le=DECIMALS_MAX)]
    zone: Word
    price_zone: Word
    tax_included: bool = True
    cash_rounding_step_minor: Annotated[int, msgspec.Meta(ge=0, le=CASH_STEP_MAX)] = 5
    cash_rounding: CashRounding = CashRounding.NEAREST
    points_step_minor: PriceMinor = 1_000
    points_per_step: Annotated[int, msgspec.Meta(ge=0, le=POINTS_RATE_MAX)] = 1
    points_value_points: Annotated[int, msgspec.Meta(ge=1, le=POINTS_RATE_MAX)] = 100
    points_value_minor: Annotated[int, msgspec.Meta(ge=0, le=POINTS_RATE_MAX)] = 100
    tender_age_max_s: Annotated[int, msgspec.Meta(ge=TENDER_AGE_S_MIN, le=INTEGER_MAX)] | None = (
        172_800
    )
    tips: bool = False
    gift_value_months: Annotated[int, msgspec.Meta(ge=0, le=VALUE_MONTHS_MAX)] = 0
    store_credit_months: Annotated[int, msgspec.Meta(ge=0, le=VALUE_MONTHS_MAX)] = 0


class Grant(msgspec.Struct, frozen=True, array_like=True):
    """A right that central gives to one store and epoch. Key: its id (line is always 0)."""

    grant_id: UUID
    customer_id: CustomerId
    points: Annotated[int, msgspec.Meta(ge=0, le=MINOR_MAX)]
    epoch_number: Annotated[int, msgspec.Meta(ge=0, le=EPOCH_NUMBER_MAX)]


class CustomerAlias(msgspec.Struct, frozen=True, array_like=True):
    """Two records are one person: whoever looks for ``customer_id`` means ``kept_id``, which is
    nobody's alias. What either earned or may spend is that person's. Key: the first id."""

    customer_id: CustomerId
    kept_id: CustomerId


class ErasedCustomer(msgspec.Struct, frozen=True, array_like=True):
    """Nothing may say any more who this was: key, fields and all that was made of them go, and the
    id is barred for ever. Facts go on naming it. Key: the id."""

    customer_id: CustomerId


class RoleLimit(msgspec.Struct, frozen=True, array_like=True):
    """How far a permission reaches without an override: up to an amount, up to a share of the
    price; None: this one sets no limit. Of goods without a receipt the amount is a day's."""

    permission: Word
    amount_minor: PriceMinor | None = None
    rate_bp: BasisPoints | None = None


class Role(msgspec.Struct, frozen=True, array_like=True):
    """What operators of this role may do. Key: its word. Permissions are open text, those of
    ``permissions.Permission`` and later ones; a box skips what it does not know."""

    role: Word
    name: Name
    permissions: Annotated[tuple[Word, ...], msgspec.Meta(max_length=PERMISSIONS_MAX)]
    limits: Annotated[tuple[RoleLimit, ...], msgspec.Meta(max_length=PERMISSIONS_MAX)] = ()


class Credential(msgspec.Struct, frozen=True, array_like=True):
    """An operator's PIN as its argon2id text (PHC). Key: the operator's id. ``starting``: the first
    sign-in asks for a PIN of the operator's own."""

    operator_id: OperatorId
    pin_hash: Annotated[str, msgspec.Meta(max_length=PIN_HASH_CHARACTERS_MAX, pattern=TEXT_PATTERN)]
    starting: bool
    set_at_ms: Annotated[int, msgspec.Meta(ge=0, le=INSTANT_MS_MAX)]


class OpeningLine(msgspec.Struct, frozen=True, array_like=True):
    """One item's part of an opening: signed, never 0 (``feeds.py``)."""

    item_id: Annotated[ItemId, PLAIN]
    quantity_milli: Milli
    unit_cost_minor: PriceMinor | None = None


class OpeningStock(msgspec.Struct, frozen=True, array_like=True):
    """What a store had of some items before it began to count. Key: its id. The box books it once,
    as the movement with this id, whatever way and how often the row comes: a row never changes."""

    intent_id: UUID
    lines: Annotated[
        tuple[OpeningLine, ...], msgspec.Meta(min_length=1, max_length=OPENING_LINES_MAX)
    ]


class ReceiptTexts(msgspec.Struct, frozen=True, array_like=True):
    """What a store prints of its own above and below each receipt: at most one row per store, key
    ``store``. Without a row there is nothing."""

    header: ReceiptLines = ()
    footer: ReceiptLines = ()


class Goodwill(msgspec.Struct, frozen=True, array_like=True):
    """What one epoch of a store may let customers spend beyond their rights (``escrow.py``): up to
    ``amount`` of a ``kind``, an open word, in each ``period`` of business dates, from the business
    date ``from_date`` on until a later row of that epoch and kind begins. ``until``: of the dates
    behind it no period begins anew; what is left of the last one may be lent there, once. Key: kind
    and date. Without a row it is nothing."""

    kind: Kind
    amount: Annotated[int, msgspec.Meta(ge=0, le=FIGURE_MAX)]
    period: Period
    from_date: date
    epoch: Word
    until: date = DATE_MAX


class PublishedPromotion(msgspec.Struct, frozen=True, array_like=True):
    """What lowers prices under a condition. Key: its id. ``name`` stands on receipts; ``kind`` is
    the code of one of ``promotions/kinds.py``, ``arguments`` the msgpack of what that kind takes.
    The version that a line's modifier names is the row's ``pub_seq``."""

    promotion_id: PromotionId
    name: Name
    kind: Word
    arguments: Annotated[bytes, msgspec.Meta(max_length=ARGUMENT_BYTES_MAX)]
    condition: Condition = ALWAYS
    terms: Terms = PLAIN_TERMS


class ItemRule(msgspec.Struct, frozen=True, array_like=True):
    """What is asked, or must not be, where an item is sold. Key: its id.

    ``age_years``: proof of that age is asked for (0: of none). From ``barred_from`` until before
    ``barred_until``, minutes of the day by the shop's clock, it is not sold; an end that is no
    later than the beginning is of the next day. ``linked_item_id`` is sold along with it (a
    deposit, a bag), ``linked_milli`` of it for each whole one, unless it ``may_be_left_out``; what
    is sold along brings nothing along itself. ``loads``: what is paid for it is not for goods, but
    becomes value of that kind on a card (``escrow.RightKind``, an open word): it bears no tax,
    earns nothing, and no promotion lowers it."""

    item_id: ItemId
    age_years: Annotated[int, msgspec.Meta(ge=0, le=AGE_YEARS_MAX)] = 0
    barred_from: Minute | None = None
    barred_until: Minute | None = None
    asks_serial: bool = False
    asks_lot: bool = False
    linked_item_id: ItemId | None = None
    linked_milli: Annotated[int, msgspec.Meta(ge=1, le=MINOR_MAX)] = 1_000
    may_be_left_out: bool = False
    loads: Kind | None = None


class CustomerGroup(msgspec.Struct, frozen=True, array_like=True):
    """In which group a customer is: in one, for which promotions may be in force. Key: the
    customer's id. Who is joined to another is in that one's group. Without a row they are in
    none."""

    customer_id: CustomerId
    group: Word


class FeedRow(msgspec.Struct, frozen=True, array_like=True):
    """One publication: the msgpack of the data set's struct, or None for a tombstone. Key and body
    are whatever they are: what a reader cannot take is set aside by the row (``feeds.py``)."""

    pub_seq: Count
    key: str
    body: bytes | None


class FeedPage(msgspec.Struct, frozen=True, array_like=True):
    """Rows after a cursor, ascending; ``set_hash`` is the set's as of the last row's pub_seq
    (the cursor's, if there is no row). ``head`` is the feed's newest pub_seq; ``keys`` belong to
    personal fields in the rows."""

    incarnation: Incarnation
    data_set: Text
    scope: Text
    rows: Annotated[tuple[FeedRow, ...], msgspec.Meta(max_length=PAGE_ROWS_MAX)]
    head: Count
    set_hash: Hash
    keys: tuple[PersonalKey, ...] = ()


class FeedHead(msgspec.Struct, frozen=True, array_like=True):
    """A feed that a store follows, its newest pub_seq and its set's hash there. A data set that a
    reader does not know is skipped: it is pulled from 0 by the version that knows it."""

    data_set: Text
    scope: Text
    head: Count
    set_hash: Hash


def row_hash(key: str, body: bytes) -> int:
    """A row's part in its set's hash."""
    name = key.encode()
    digest = hashlib.sha256(len(name).to_bytes(4, "big") + name + body).digest()
    return int.from_bytes(digest, "big")


def replace_in_set_hash(
    set_hash: bytes, key: str, before: bytes | None, after: bytes | None
) -> bytes:
    """The hash after row ``key`` changed from ``before`` to ``after`` (None: not there)."""
    total = int.from_bytes(set_hash, "big")
    if before is not None:
        total -= row_hash(key, before)
    if after is not None:
        total += row_hash(key, after)
    return (total % (1 << SET_HASH_BITS)).to_bytes(SET_HASH_BITS // 8, "big")
