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
from typing import Annotated
from uuid import UUID

import msgspec

from sync.protocol.bounds import NO_NUL, Count, Text
from sync.protocol.change import Hash
from sync.protocol.identity import (
    CustomerId,
    Incarnation,
    ItemId,
    OperatorId,
    TenderId,
)
from sync.protocol.money import CashRounding
from sync.protocol.poslog import TaxClass, TenderKind
from sync.protocol.shared import PersonalKey

PAGE_ROWS_MAX = 1_000
SET_HASH_BITS = 256
EMPTY_SET_HASH = bytes(SET_HASH_BITS // 8)


class DataSet(StrEnum):
    """In the order in which a store pulls them: a price never arrives before its item."""

    SETTINGS = "settings"
    TAXES = "taxes"
    TENDERS = "tenders"
    OPERATORS = "operators"
    ITEMS = "items"
    PRICES = "prices"
    CUSTOMERS = "customers"
    GRANTS = "grants"


class Item(msgspec.Struct, frozen=True, array_like=True):
    """What is sold. Key: its id. ``scan_codes``: the first is the one shown."""

    item_id: Annotated[ItemId, NO_NUL]
    name: str
    department: str
    tax_class: TaxClass
    scan_codes: tuple[str, ...]
    unit: str = "each"
    open_price: bool = False
    unit_cost_minor: int | None = None
    active: bool = True


class Price(msgspec.Struct, frozen=True, array_like=True):
    """In force from an instant until a later one begins. Key: item id and instant."""

    item_id: Annotated[ItemId, NO_NUL]
    effective_from_ms: int
    unit_price_minor: int


class TaxRate(msgspec.Struct, frozen=True, array_like=True):
    """In force from a date (of the receipt) until a later one. Key: class and date."""

    tax_class: TaxClass
    effective_from: date
    rate_bp: int
    label: str


class Tender(msgspec.Struct, frozen=True, array_like=True):
    """A way to pay. Key: its id."""

    tender_id: TenderId
    name: str
    kind: TenderKind
    refundable: bool = True
    active: bool = True


class Operator(msgspec.Struct, frozen=True, array_like=True):
    """Somebody who works at a store. Key: its id."""

    operator_id: OperatorId
    name: str
    role: str
    active: bool = True


class StoreSettings(msgspec.Struct, frozen=True, array_like=True):
    """One row per store, key ``store``, in the store's own scope.

    ``points_per_step`` points for each whole ``points_step_minor`` of the total; a points tender
    is worth ``points_value_minor`` for each ``points_value_points``. ``tender_age_max_s``: how long
    before its arrival a basket may have been priced; None sets no limit.
    """

    store_code: str
    store_name: str
    supplier_name: str
    supplier_address: str
    tax_number: str
    currency: str
    decimals: int
    zone: str
    price_zone: str
    tax_included: bool = True
    cash_rounding_step_minor: int = 5
    cash_rounding: CashRounding = CashRounding.NEAREST
    points_step_minor: int = 1_000
    points_per_step: int = 1
    points_value_points: int = 100
    points_value_minor: int = 100
    tender_age_max_s: int | None = 172_800


class Grant(msgspec.Struct, frozen=True, array_like=True):
    """A right that central gives to one store and epoch. Key: its id (line is always 0)."""

    grant_id: UUID
    customer_id: CustomerId
    points: int
    epoch_number: int


class FeedRow(msgspec.Struct, frozen=True, array_like=True):
    """One publication: the msgpack of the data set's struct, or None for a tombstone."""

    pub_seq: Count
    key: Text
    body: bytes | None


class FeedPage(msgspec.Struct, frozen=True, array_like=True):
    """Rows after a cursor, ascending; ``set_hash`` is the set's as of the last row's pub_seq
    (the cursor's, if there is no row). ``head`` is the feed's newest pub_seq; ``keys`` belong to
    personal fields in the rows."""

    incarnation: Incarnation
    data_set: DataSet
    scope: Text
    rows: Annotated[tuple[FeedRow, ...], msgspec.Meta(max_length=PAGE_ROWS_MAX)]
    head: Count
    set_hash: Hash
    keys: tuple[PersonalKey, ...] = ()


class FeedHead(msgspec.Struct, frozen=True, array_like=True):
    """A feed that a store follows, and its newest pub_seq."""

    data_set: DataSet
    scope: Text
    head: Count


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
