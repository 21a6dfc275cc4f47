"""Reference data cannot stop a shop: a row that cannot be taken is set aside, and the same rows are
in force whatever the way they came.
"""

from collections.abc import Callable, Iterator
from datetime import date
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from uuid import UUID

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edge.db.reference import count_aside, rows_aside
from edge.usecases.feed.apply_reference import reset_feed
from edge.usecases.item.look_up import look_up_item
from sync.protocol.clock import Hlc
from sync.protocol.codec import encode
from sync.protocol.errors import PageDiffers
from sync.protocol.facts import TaxClass, TenderKind
from sync.protocol.feeds import ROWS
from sync.protocol.identity import CustomerId, ItemId, OperatorId, TenderId
from sync.protocol.reference import (
    DataSet,
    FeedRow,
    Grant,
    Item,
    Operator,
    Price,
    TaxRate,
    Tender,
)
from sync.protocol.shared import CustomerField, CustomerRecord, FieldChange
from tests.integration.edge_fixtures import (
    ANN,
    COMPANY,
    MILK,
    NOON_MS,
    SETTINGS,
    STORE,
    TEA,
    Feed,
    Shop,
    catalogue,
    moment,
    named,
    new_shop,
)

replace = msgspec.structs.replace
LI = CustomerId(named("customer li"))
WAYS_TRIED = 25
"""Histories of each data set."""


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    made = new_shop(tmp_path / "store.sqlite3")
    yield made
    made.writer.close_now()


def feed_of(data_set: DataSet) -> Feed:
    """The catalogue's feed, to go on with."""
    return next(feed for feed in catalogue() if feed.data_set is data_set)


def publish_raw(feed: Feed, key: str, body: bytes | None) -> None:
    feed.rows.append(FeedRow(len(feed.rows) + 1, key, body))


def owner(shop: Shop, code: str) -> str | None:
    found = shop.do(lambda db: look_up_item(db, code, moment()))
    return None if found is None else found.item_id


def item(name: str, *codes: str, active: bool = True) -> Item:
    return Item(ItemId(name), f"Item {name}", "d", TaxClass.ZERO, codes, active=active)


# --- whose scan code it is


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


# --- rows that cannot be taken

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


# --- whatever bytes a row has

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
    DataSet.GRANTS: [
        Grant(named(name), LI, points, epoch)
        for name in ("g1", "g2")
        for points in (0, 70)
        for epoch in (1, 2)
    ],
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
    private = data_set in (DataSet.SETTINGS, DataSet.GRANTS)
    scope = str(STORE) if private else SETTINGS.price_zone if data_set is DataSet.PRICES else ""
    feed = Feed(data_set, scope)
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
    "tax_rate": "*",
    "tender": "*",
    "operator": "*",
    "points_right": "*",
    "customer": "*",
    "customer_field": "*",
    "item_words": "*",
}


def in_force(shop: Shop) -> dict[str, list[tuple[Any, ...]]]:
    """All that sales read of what was published."""
    told = {table: shop.rows(table, columns) for table, columns in ALL_TABLES.items()}
    return {**told, "settings": shop.rows("settings WHERE current", "body")}


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
    shop.do(lambda db: reset_feed(db, feed.data_set, feed.scope))
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
