"""Reference data cannot stop a shop: a row that cannot be taken is set aside, and the same rows are
in force whatever the way they came.
"""

from datetime import date

import msgspec
import pytest

from edge.db.reference import count_aside, rows_aside
from sync.protocol.codec import encode
from sync.protocol.errors import PageDiffers
from sync.protocol.facts import TaxClass
from sync.protocol.identity import ItemId, PromotionId
from sync.protocol.price_books import BookPrice, Pack
from sync.protocol.reference import (
    CustomerGroup,
    DataSet,
    Grant,
    ItemRule,
    Operator,
    Price,
    PublishedPromotion,
    ReceiptTexts,
    TaxRate,
)
from sync.protocol.shared import CustomerRecord
from tests.integration.edge_fixtures import (
    ANN,
    COMPANY,
    SETTINGS,
    TEA,
    Shop,
    named,
)
from tests.integration.rows_fixtures import LI, feed_of, item, owner, publish_raw, replace, shop

__all__ = ["shop"]


def test_whose_code_it_is_follows_from_the_items_and_not_from_their_order(shop: Shop) -> None:
    """A16: A [K], B [X]; B with [X, K], then with [X] again: K is A's all the time."""
    feed = feed_of(DataSet.ITEMS)
    after = len(feed.rows)
    for published in (item("a", "K"), item("b", "X"), item("b", "X", "K")):
        feed.publish(published.item_id, published)
    shop.apply(feed.page(after))
    assert (owner(shop, "K"), owner(shop, "X")) == ("a", "b")
    feed.publish("b", item("b", "X"))
    shop.apply(feed.page(after + 3))
    assert (owner(shop, "K"), owner(shop, "X")) == ("a", "b")


def test_an_inactive_item_holds_no_code_of_a_live_one(shop: Shop) -> None:
    """A16: the smaller id is inactive, so the code means the other, and the first again later."""
    feed = feed_of(DataSet.ITEMS)
    after = len(feed.rows)
    feed.publish("b", item("b", "K"))
    feed.publish("a", item("a", "K", active=False))
    shop.apply(feed.page(after))
    assert owner(shop, "K") == "b"
    feed.publish("b", None)
    shop.apply(feed.page(after + 2))
    assert owner(shop, "K") == "a"


WIDE = encode(["jam", "Jam", "d", "luxury", ["777"]])
UNREADABLE: dict[str, tuple[DataSet, str, bytes]] = {
    "an unknown tax class": (DataSet.ITEMS, "jam", WIDE),
    "an unknown unit": (
        DataSet.ITEMS,
        "jam",
        encode(["jam", "Jam", "d", "zero", ["777"], "dozen"]),
    ),
    "a control character in a name": (
        DataSet.ITEMS,
        "jam",
        encode(["jam", "Jam\nTOTAL SGD 0.01", "d", "zero", ["777"]]),
    ),
    "a NUL in a code": (DataSet.ITEMS, "jam", encode(["jam", "Jam", "d", "zero", ["7\x007"]])),
    "a name of 10,000 letters": (
        DataSet.ITEMS,
        "jam",
        encode(["jam", "J" * 10_000, "d", "zero", []]),
    ),
    "another row's key": (DataSet.ITEMS, "milk", encode(item("jam", "777"))),
    "a key with a NUL": (DataSet.ITEMS, "ja\x00m", encode(["ja\x00m", "Jam", "d", "zero", []])),
    "a price of 2^63": (DataSet.PRICES, f"{TEA}@1", encode([TEA, 1, 1 << 63])),
    "a price of -5": (DataSet.PRICES, f"{TEA}@1", encode(Price(TEA, 1, -5))),
    "a price before all time": (DataSet.PRICES, f"{TEA}@-1", encode(Price(TEA, -1, 5))),
    "a rate above 100 %": (
        DataSet.TAXES,
        "zero@2024-01-01",
        encode(TaxRate(TaxClass.ZERO, date(2024, 1, 1), 10_001, "x")),
    ),
    "an unknown tender kind": (DataSet.TENDERS, "cash", encode(["cash", "Cash", "crypto"])),
    "an unknown zone": (
        DataSet.SETTINGS,
        "store",
        encode(replace(SETTINGS, zone="Mars/Olympus_Mons")),
    ),
    "decimals that are not the currency's": (
        DataSet.SETTINGS,
        "store",
        encode(replace(SETTINGS, currency="JPY")),
    ),
    "an unknown rounding": (
        DataSet.SETTINGS,
        "store",
        encode([*msgspec.to_builtins(SETTINGS)[:11], "up"]),
    ),
    "more points than the total has units": (
        DataSet.SETTINGS,
        "store",
        encode(replace(SETTINGS, points_step_minor=1, points_per_step=2)),
    ),
    "an age that refuses every basket": (
        DataSet.SETTINGS,
        "store",
        encode(replace(SETTINGS, tender_age_max_s=0)),
    ),
    "an unknown field of a customer": (
        DataSet.CUSTOMERS,
        str(LI),
        encode([LI, [["birthday", 1, COMPANY, "1.1.", None]]]),
    ),
    "a customer's key that is no id": (
        DataSet.CUSTOMERS,
        "li",
        encode(CustomerRecord(LI, ())),
    ),
    "an operator without a name": (DataSet.OPERATORS, ANN, encode(Operator(ANN, "", "owner"))),
    "a grant of less than nothing": (
        DataSet.GRANTS,
        str(named("g")),
        encode(Grant(named("g"), LI, -1, 1)),
    ),
    "PayNow that pays nobody": (
        DataSet.PAYMENT_WAYS,
        "paynow",
        encode(["paynow", "paynow", False, "201403121X"]),
    ),
    "an unknown meaning of a voucher": (
        DataSet.VOUCHER_TYPES,
        "cdc",
        encode(["cdc", "present"]),
    ),
    "a currency into itself": (
        DataSet.CURRENCIES,
        "SGD>SGD@0",
        encode(["SGD", "SGD", 0, 2, 1, 1]),
    ),
    "a currency for nothing": (
        DataSet.CURRENCIES,
        "USD>SGD@0",
        encode(["USD", "SGD", 0, 2, 0, 1]),
    ),
    "a currency with decimals that it has not": (
        DataSet.CURRENCIES,
        "JPY>SGD@0",
        encode(["JPY", "SGD", 0, 2, 1, 1]),
    ),
    "goodwill below nothing": (
        DataSet.GOODWILL,
        "points@2024-05-01",
        encode(["points", -1, "day", "2024-05-01", "1-aabbccdd"]),
    ),
    "goodwill in an unknown period": (
        DataSet.GOODWILL,
        "points@2024-05-01",
        encode(["points", 5, "eon", "2024-05-01", "1-aabbccdd"]),
    ),
    "a tier that multiplies by less than nothing": (
        DataSet.LOYALTY_TIERS,
        "gold",
        encode(["gold", "Gold", 1, -1, 0]),
    ),
    "a tier under another one's key": (
        DataSet.CUSTOMER_TIERS,
        f"{LI}@silver",
        encode([LI, "gold", "2027-11-30"]),
    ),
    "points that are multiplied for a coupon": (
        DataSet.POINTS_RULES,
        "tue",
        encode(["tue", "Tuesday", 20_000, [], [0, None, [], [], ["SAVE5"], []]]),
    ),
    "nothing that runs out": (
        DataSet.POINTS_EXPIRING,
        str(LI),
        encode([LI, 0, "2026-12-31"]),
    ),
    "a customer in no group": (
        DataSet.CUSTOMER_GROUPS,
        str(LI),
        encode(CustomerGroup(LI, "")),
    ),
    "a line that the paper does not hold": (
        DataSet.RECEIPT_TEXTS,
        "store",
        encode(ReceiptTexts(("Since 1931",), ("x" * 43,))),
    ),
    "more lines than a receipt has room for": (
        DataSet.RECEIPT_TEXTS,
        "store",
        encode(ReceiptTexts(("Since 1931",) * 7)),
    ),
    "a line that turns the letters beside it": (
        DataSet.RECEIPT_TEXTS,
        "store",
        encode(ReceiptTexts(("\u202eTOTAL",))),
    ),
    "a blank line": (DataSet.RECEIPT_TEXTS, "store", encode(ReceiptTexts((" ",)))),
    "a kind of promotion that is not known yet": (
        DataSet.PROMOTIONS,
        "moon",
        encode(PublishedPromotion(PromotionId("moon"), "Full moon", "by_moonlight", b"")),
    ),
    "a promotion whose arguments are another kind's": (
        DataSet.PROMOTIONS,
        "tea",
        encode(PublishedPromotion(PromotionId("tea"), "Tea", "percent_off", encode([[], "x"]))),
    ),
    "hours on no day": (
        DataSet.PROMOTIONS,
        "tea",
        encode(["tea", "Tea", "percent_off", encode([[], 5]), [0, None, [[0, 0, 60]]]]),
    ),
    "a picture of 12 digits": (DataSet.SCALE_CODES, "21IIIIVPPPPC", encode(["21IIIIVPPPPC", 1])),
    "a verifier of three digits": (
        DataSet.SCALE_CODES,
        "21IIIIIIVPPPC",
        encode(["21IIIIIIVPPPC", 1]),
    ),
    "a price under another book's key": (
        DataSet.BOOK_PRICES,
        "b>>0>jam@0",
        encode(BookPrice(ItemId("jam"), "c", "", 0, 0, 90)),
    ),
    "a book whose id could be two parts of a key": (
        DataSet.PRICE_BOOKS,
        "a>b",
        encode(["a>b", "Book"]),
    ),
    "a pack whose code is not written as its key": (
        DataSet.PACKS,
        "4006381333931",
        encode(Pack("4006381333931", ItemId("jam"), 6_000, "Six")),
    ),
    "a pack of nothing": (DataSet.PACKS, "six", encode(["six", "jam", 0, "Six"])),
    "hours without an end": (DataSet.ITEM_RULES, "jam", encode(["jam", 0, 1_350])),
    "a minute beyond the day": (DataSet.ITEM_RULES, "jam", encode(["jam", 0, 1_440, 60])),
    "an item sold along with itself": (
        DataSet.ITEM_RULES,
        "jam",
        encode(ItemRule(ItemId("jam"), linked_item_id=ItemId("jam"))),
    ),
    "a megabyte": (DataSet.ITEMS, "jam", bytes(1 << 20)),
}
SOLD_FROM = ("item", "scan_code", "price", "tax_rate", "tender", "operator", "settings", "customer")


@pytest.mark.parametrize("what", UNREADABLE)
def test_a_row_that_cannot_be_taken_is_set_aside_and_the_last_good_one_stays(
    shop: Shop, what: str
) -> None:
    """A18: nothing published stops a feed; the row's bytes are kept and what it would have changed
    stays as it was, and the next good row is taken."""
    data_set, key, body = UNREADABLE[what]
    feed = feed_of(data_set)
    before = {table: shop.rows(table) for table in SOLD_FROM}
    after = len(feed.rows)
    publish_raw(feed, key, body)
    applied = shop.apply(feed.page(after))
    assert applied.unreadable == (key,)
    assert {table: shop.rows(table) for table in SOLD_FROM} == before
    aside = shop.do(lambda db: rows_aside(db, 10))
    assert [(row.data_set, row.key, row.body) for row in aside] == [(data_set, key, body)]
    publish_raw(feed, key, None)
    shop.apply(feed.page(after + 1))
    assert shop.do(count_aside) == 0


@pytest.mark.parametrize("data_set", DataSet)
@pytest.mark.parametrize(
    "key", ["", "@", "x@", "x@-1", "x@1e3", f"x@{1 << 63}", "li", "a\x00b", "ü" * 5_000, "\n"]
)
def test_a_tombstone_of_any_key_takes_nothing_else_away(
    shop: Shop, data_set: DataSet, key: str
) -> None:
    """A18: what stands under no such key cannot go."""
    feed = feed_of(data_set)
    before = {table: shop.rows(table) for table in SOLD_FROM}
    publish_raw(feed, key, None)
    shop.apply(feed.page(len(feed.rows) - 1))
    assert {table: shop.rows(table) for table in SOLD_FROM} == before


def test_a_data_set_that_this_version_does_not_know_is_no_page(shop: Shop) -> None:
    """A3: nothing of it is kept, so the version that knows it loads it from 0."""
    page = replace(feed_of(DataSet.ITEMS).page(), data_set="wishes")
    with pytest.raises(PageDiffers, match="no such data set"):
        shop.apply(page)
