"""Rows of reference data: the same in force whatever way they came, whatever bytes they have."""

from collections.abc import Callable
from datetime import date
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edge.db.reference import Feed as FeedName
from edge.db.reference import begin_anew
from sync.protocol.buying import ReorderPoint, Supplier, SupplierItem
from sync.protocol.clock import Hlc
from sync.protocol.codec import encode
from sync.protocol.facts import TaxClass, TenderKind
from sync.protocol.feeds import ROWS
from sync.protocol.identity import CustomerId, ItemId, OperatorId, PromotionId, TenderId
from sync.protocol.labels.scale import ScaleCode
from sync.protocol.loyalty import CustomerTier, LoyaltyTier, PointsExpiring, PointsRule
from sync.protocol.paying import ForeignCurrency, PaymentWay, VoucherMeaning, VoucherType
from sync.protocol.periods import Period
from sync.protocol.price_books import BookPrice, Pack, PriceBook
from sync.protocol.promotions.percent_off import PercentOff
from sync.protocol.promotions.shape import Pick
from sync.protocol.reference import (
    Credential,
    CustomerAlias,
    CustomerGroup,
    DataSet,
    ErasedCustomer,
    Goodwill,
    Grant,
    ItemRule,
    OpeningLine,
    OpeningStock,
    Operator,
    Price,
    PublishedPromotion,
    ReceiptTexts,
    Role,
    RoleLimit,
    TaxRate,
    Tender,
)
from sync.protocol.shared import CustomerField, CustomerRecord, FieldChange
from sync.protocol.shop import Shop as ShopTold
from tests.integration.edge_fixtures import (
    COMPANY,
    MILK,
    NOON_MS,
    SETTINGS,
    TEA,
    Feed,
    Shop,
    named,
    new_shop,
    scope_here,
)
from tests.integration.rows_fixtures import LI, feed_of, item, owner, publish_raw, replace, shop
from tests.integration.told_fixtures import ORDERS_TOLD, TRANSFERS_TOLD

__all__ = ["shop"]

WAYS_TRIED = 25
"""Histories of each data set."""

TEXTS = st.text(max_size=8) | st.sampled_from(
    ["tea", "a\x00b", "\u202e", "x" * 300, "zero", "cash"]
)
VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(1 << 63), (1 << 64) - 1)
    | st.floats(allow_nan=True)
    | TEXTS
    | st.binary(max_size=20)
    | st.uuids().map(lambda one: one.bytes),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXTS, inner, max_size=2),
    max_leaves=8,
)
GOOD: dict[DataSet, list[Any]] = {
    DataSet.SETTINGS: [
        SETTINGS,
        replace(SETTINGS, store_name="New"),
        replace(SETTINGS, zone="UTC"),
    ],
    DataSet.TAXES: [TaxRate(TaxClass.ZERO, date(2024, 5, 1), bp, "z") for bp in (0, 1, 10_000)],
    DataSet.TENDERS: [
        Tender(TenderId(name), "T", TenderKind.CARD, active=active)
        for name in ("t1", "t2")
        for active in (True, False)
    ],
    DataSet.OPERATORS: [Operator(OperatorId(name), "O", "cashier") for name in ("o1", "o2")],
    DataSet.ITEMS: [
        item(name, *codes, active=active)
        for name in ("a", "b", "c")
        for codes in ((), ("K",), ("X", "K"), ("036000291452", "0036000291452"))
        for active in (True, False)
    ],
    DataSet.PRICES: [Price(ItemId(name), at, 5) for name in ("a", "b") for at in (0, NOON_MS)],
    DataSet.CUSTOMERS: [
        CustomerRecord(
            CustomerId(named(name)),
            (FieldChange(CustomerField.CODE, Hlc(stamp), COMPANY, f"{name}{stamp}", None),),
        )
        for name in ("li", "bo")
        for stamp in (1, 2, 3)
    ],
    DataSet.ERASED_CUSTOMERS: [ErasedCustomer(CustomerId(named(name))) for name in ("li", "bo")],
    DataSet.CUSTOMER_ALIASES: [
        CustomerAlias(CustomerId(named(name)), CustomerId(named(kept)))
        for name, kept in (("li", "bo"), ("li", "al"), ("cy", "bo"))
    ],
    DataSet.GRANTS: [
        Grant(named(name), LI, points, epoch)
        for name in ("g1", "g2")
        for points in (0, 70)
        for epoch in (1, 2)
    ],
    DataSet.ROLES: [
        Role(name, "R", ("sell", "sing")[:count], (RoleLimit("sell", 5),) * count)
        for name in ("cashier", "r2")
        for count in (0, 1, 2)
    ],
    DataSet.OPENING_STOCK: [
        OpeningStock(
            UUID(int=number), (OpeningLine(ItemId("A"), milli), OpeningLine(ItemId("B"), 5))
        )
        for number in (1, 2)
        for milli in (-1_000, 7)
    ],
    DataSet.CREDENTIALS: [
        Credential(OperatorId(name), "$argon2id$", starting=starting, set_at_ms=at)
        for name in ("o1", "o2")
        for starting, at in ((True, 0), (False, NOON_MS))
    ],
    DataSet.RECEIPT_TEXTS: [ReceiptTexts(), ReceiptTexts(("Since 1931",), ("Thank you",) * 6)],
    DataSet.GOODWILL: [
        Goodwill(kind, amount, period, date(2024, 5, 1), "1-aabbccdd")
        for kind in ("points", "hugs")
        for amount, period in ((0, Period.DAY), (50, Period.WEEK))
    ],
    DataSet.CUSTOMER_GROUPS: [
        CustomerGroup(CustomerId(named(name)), word)
        for name in ("li", "bo")
        for word in ("gold", "staff")
    ],
    DataSet.PROMOTIONS: [
        PublishedPromotion(PromotionId(name), name, "percent_off", encode(PercentOff(of, 500)))
        for name in ("p1", "p2")
        for of in (Pick(), Pick(items=("A",)), Pick(departments=("Tea",)))
    ],
    DataSet.SCALE_CODES: [
        ScaleCode(picture, step)
        for picture in ("21IIIIIVPPPPC", "02IIIIIWWWWWC")
        for step in (1, 5)
    ],
    DataSet.ITEM_RULES: [
        ItemRule(ItemId(name), 18, begin, end, linked_item_id=ItemId("C"))
        for name in ("A", "B")
        for begin, end in ((None, None), (1_350, 420))
    ],
    DataSet.PAYMENT_WAYS: [
        PaymentWay(TenderId(name), *way)
        for name in ("t1", "t2")
        for way in (("terminal", True), ("paynow", False, "201403121W"), ("pigeon",))
    ],
    DataSet.VOUCHER_TYPES: [
        VoucherType(TenderId(name), meaning, not_for)
        for name in ("t1", "t2")
        for meaning in VoucherMeaning
        for not_for in ((), ("Tea", "Wine"))
    ],
    DataSet.CURRENCIES: [
        ForeignCurrency(currency, "SGD", at, 2, 13_456, 10_000)
        for currency in ("USD", "EUR")
        for at in (0, NOON_MS)
    ],
    DataSet.LOYALTY_TIERS: [
        LoyaltyTier(word, word, from_minor, times)
        for word in ("gold", "silver")
        for from_minor, times in ((0, 10_000), (50_000, 15_000))
    ],
    DataSet.CUSTOMER_TIERS: [
        CustomerTier(CustomerId(named(name)), word, until)
        for name in ("li", "bo")
        for word in ("gold", "silver")
        for until in (date(2026, 5, 1), date(2027, 5, 1))
    ],
    DataSet.POINTS_RULES: [
        PointsRule(word, word, times, of)
        for word in ("tue", "tea")
        for times in (0, 20_000)
        for of in (Pick(), Pick(departments=("Tea",)))
    ],
    DataSet.POINTS_EXPIRING: [
        PointsExpiring(CustomerId(named(name)), points, date(2026, 12, 31))
        for name in ("li", "bo")
        for points in (1, 120)
    ],
    DataSet.PRICE_BOOKS: [
        PriceBook(book, "Book", zone, group, fixed=fixed)
        for book in ("b1", "b2")
        for zone, group, fixed in ((None, None, False), ("main", "gold", True))
    ],
    DataSet.BOOK_PRICES: [
        BookPrice(ItemId(item), "b1", pack, quantity, at, minor)
        for item in ("A", "B>@1")
        for pack, quantity in (("", 0), ("six", 2_000))
        for at, minor in ((0, 90), (NOON_MS, None))
    ],
    DataSet.PACKS: [
        Pack(code, ItemId(item), 6_000, "Six") for code in ("six", "C1") for item in ("A", "B")
    ],
    DataSet.SUPPLIERS: [
        Supplier(supplier, name, active=name == "A")
        for supplier in ("acme", "b")
        for name in ("A", "B")
    ],
    DataSet.SUPPLIER_ITEMS: [
        SupplierItem("acme", ItemId(item), code, 12_000, cost)
        for item in ("A", "B>@1")
        for code, cost in (("A-1", 90), (None, None))
    ],
    DataSet.REORDER_POINTS: [
        ReorderPoint(ItemId(item), at, 5_000) for item in ("A", "B>@1") for at in (0, 5_000)
    ],
    DataSet.PURCHASE_ORDERS: ORDERS_TOLD,
    DataSet.TRANSFERS: TRANSFERS_TOLD,
    DataSet.SHOPS: [ShopTold(code, UUID(int=2), name) for code in ("S01", "S02") for name in "AB"],
}


@st.composite
def bodies(draw: st.DrawFn, data_set: DataSet) -> tuple[str, bytes | None]:
    """A row: good, a tombstone, a good one with a field spoilt, or any bytes under any key."""
    value = draw(st.sampled_from(GOOD[data_set]))
    key = ROWS[data_set].key_of(value)
    kind = draw(st.sampled_from(["good", "good", "good", "good", "gone", "spoilt", "bytes", "any"]))
    if kind == "good":
        return key, encode(value)
    if kind == "gone":
        return draw(st.sampled_from([key, key, key, "x@1e3", "a\x00b", ""])), None
    if kind == "bytes":
        return draw(st.just(key) | TEXTS), draw(st.binary(max_size=60))
    fields = [getattr(value, name) for name in value.__struct_fields__]
    if kind == "spoilt":
        fields[draw(st.integers(0, len(fields) - 1))] = draw(VALUES)
        return key, encode(fields)
    return draw(TEXTS), encode(draw(VALUES))


@st.composite
def histories(draw: st.DrawFn, data_set: DataSet) -> Feed:
    """What head office might ever have published of one data set."""
    feed = Feed(data_set, scope_here(data_set))
    for key, body in draw(st.lists(bodies(data_set), min_size=2, max_size=10)):
        publish_raw(feed, key, body)
    return feed


ALL_TABLES: dict[str, str] = {
    "reference_row": "*",
    "feed_cursor": "*",
    "item": "*",
    "item_name": "*",
    "scan_code": "code_key, item_id, scan_code, holds",
    "price": "*",
    "price_book": "*",
    "book_price": "*",
    "pack": "*",
    "supplier": "*",
    "supplier_item": "*",
    "reorder_point": "*",
    "shop": "*",
    "tax_rate": "*",
    "tender": "*",
    "payment_way": "*",
    "voucher_type": "*",
    "foreign_currency": "*",
    "loyalty_tier": "*",
    "customer_tier": "*",
    "points_rule": "*",
    "points_expiring": "*",
    "operator": "*",
    "role": "*",
    "credential": "*",
    "receipt_texts": "*",
    "goodwill": "*",
    "promotion": "*",
    "promotion_pick": "*",
    "scale_code": "*",
    "item_rule": "*",
    "points_right": "*",
    "stock_level": "*",
    "stock_count": "*",
    "shelf_count": "*",
    "shelf_count_item": "*",
    "shelf_count_line": "*",
    "transfer": "*",
    "purchase_order": "*",
    "purchase_order_line": "*",
    "purchase_order_receipt": "*",
    "order_told": "*",
    "transfer_told": "*",
    "transfer_note": "*",
    "supplier_return": "*",
    "supplier_credit": "*",
    "stock_movement": "event_id, line_no, item_id, kind, quantity_milli, business_date",
    "customer": "*",
    "customer_field": "*",
    "customer_alias": "*",
    "erased_customer": "*",
    "item_words": "*",
}


def in_force(shop: Shop) -> dict[str, list[tuple[Any, ...]]]:
    """All that sales read of what was published."""
    told = {table: shop.rows(table, columns) for table, columns in ALL_TABLES.items()}
    return {**told, "settings": shop.rows("settings WHERE current", "body, texts")}


def taken(feed: Feed, way: Callable[[Shop], None]) -> dict[str, list[tuple[Any, ...]]]:
    with TemporaryDirectory() as folder:
        made = new_shop(Path(folder) / "s.sqlite3", published=False)
        way(made)
        found = in_force(made)
        made.writer.close_now()
    return found


def in_pages(feed: Feed, sizes: list[int], shop: Shop) -> None:
    """In pieces, some of which overlap or come twice."""
    after = 0
    for size in sizes:
        shop.apply(feed.page(max(0, after - size % 3), size + size % 3))
        after = min(len(feed.rows), after + size)
    shop.apply(feed.page(after))


def loaded_anew(feed: Feed, sizes: list[int], shop: Shop) -> None:
    in_pages(feed, sizes, shop)
    shop.do(lambda db: begin_anew(db, FeedName(feed.data_set, feed.scope)))
    shop.apply(feed.page())


@pytest.mark.parametrize("data_set", DataSet)
@settings(max_examples=WAYS_TRIED)
@given(st.data())
def test_the_same_rows_are_in_force_whatever_the_way_they_came(
    data_set: DataSet, data: st.DataObject
) -> None:
    """A16: row by row, in pages of any size, at once, or loaded anew: all tables that sales read
    are the same. Codes move, items retire and return, rows go and come, some cannot be read."""
    feed = data.draw(histories(data_set))
    sizes = data.draw(st.lists(st.integers(1, 3), max_size=6))
    at_once = taken(feed, lambda shop: shop.load(feed))
    assert taken(feed, partial(in_pages, feed, sizes)) == at_once
    assert taken(feed, lambda shop: shop.load(feed, rows_max=1)) == at_once
    assert taken(feed, partial(loaded_anew, feed, sizes)) == at_once


@pytest.mark.parametrize("data_set", DataSet)
@settings(max_examples=WAYS_TRIED)
@given(st.data())
def test_whatever_bytes_a_row_has_the_shop_sells_on_and_takes_the_next(
    data_set: DataSet, data: st.DataObject
) -> None:
    """A18: taking rows raises nothing, what the shop knew is still sold, the repair is taken."""
    feed = data.draw(histories(data_set))
    with TemporaryDirectory() as folder:
        made = new_shop(Path(folder) / "s.sqlite3")
        known = feed_of(feed.data_set)
        rows = [(row.key, row.body) for row in feed.rows]
        for key, body in rows:
            publish_raw(known, key, body)
            made.apply(known.page(len(known.rows) - 1))
        assert (owner(made, "8880001"), owner(made, "8880002")) == (TEA, MILK)
        for row in feed_of(feed.data_set).rows:
            publish_raw(known, row.key, row.body)
        applied = made.apply(known.page(len(known.rows) - len(feed_of(feed.data_set).rows)))
        assert applied.unreadable == ()
        made.writer.close_now()


def test_every_data_set_has_good_rows_here() -> None:
    """The properties above reach every data set, and its good rows pass."""
    assert set(GOOD) == set(ROWS) == set(DataSet)
    assert all(isinstance(ROWS[one].key_of(row), str) for one in GOOD for row in GOOD[one])
    assert UUID(ROWS[DataSet.GRANTS].key_of(GOOD[DataSet.GRANTS][0]))
