"""Reference data enters a store whole or not at all, in any split, and ends in the same set."""

from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from uuid import UUID

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edge.db.reference import Feed as FeedName
from edge.db.reference import begin_anew, read_cursor
from edge.usecases.item.look_up import look_up_item, look_up_items
from sync.engine.journal import STAMP_TOLERANCE_MS
from sync.engine.sealing import seal
from sync.protocol.clock import Hlc, wall_ms
from sync.protocol.codec import encode
from sync.protocol.errors import PageDiffers
from sync.protocol.facts import TaxClass
from sync.protocol.identity import CustomerId, Incarnation, ItemId
from sync.protocol.reference import DataSet, FeedPage, Grant, Item, Price
from sync.protocol.shared import CustomerField, CustomerRecord, FieldChange, PersonalKey
from tests.integration.edge_fixtures import (
    COMPANY,
    HOUR_MS,
    INCARNATION,
    ITEMS,
    MILK,
    NOON_MS,
    STORE,
    TEA,
    Feed,
    Shop,
    catalogue,
    moment,
    named,
    new_shop,
)

REFERENCE = ("reference_row", "feed_cursor", "item", "scan_code", "price", "item_words")
REINCARNATED = Incarnation(named("another incarnation"))
LI = CustomerId(named("customer li"))
KEY = b"k" * 32


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    made = new_shop(tmp_path / "store.sqlite3")
    yield made
    made.writer.close_now()


def reference(shop: Shop) -> dict[str, list[tuple[Any, ...]]]:
    return {table: shop.rows(table) for table in REFERENCE}


def item_feed(incarnation: Incarnation = INCARNATION) -> Feed:
    feed = Feed(DataSet.ITEMS, incarnation=incarnation)
    for item in ITEMS:
        feed.publish(item.item_id, item)
    return feed


def found(shop: Shop, words: str) -> list[str]:
    return [i.item_id for i in shop.do(lambda db: look_up_items(db, words, 50, 0, moment()))]


def record(*changes: FieldChange) -> CustomerRecord:
    return CustomerRecord(LI, changes)


def change(
    field: CustomerField, text: str, hlc: int = NOON_MS << 16, source: UUID = COMPANY
) -> FieldChange:
    """Personal fields are sealed under KEY."""
    if field in (CustomerField.CODE, CustomerField.ACTIVE):
        return FieldChange(field, Hlc(hlc), source, text, None)
    sealed = seal(KEY, LI, field, text, hlc.to_bytes(12, "big"))
    return FieldChange(field, Hlc(hlc), source, None, sealed)


def test_what_was_published_can_be_sold(shop: Shop) -> None:
    tea = shop.do(lambda db: look_up_item(db, "TEA1", moment()))
    assert tea is not None
    assert (tea.item_id, tea.unit_price_minor, tea.tax_rate_bp) == (TEA, 500, 900)
    assert tea.scan_codes == ("8880001", "TEA1")


def test_a_price_switches_at_its_instant_and_a_tax_at_its_date(shop: Shop) -> None:
    before = shop.do(lambda db: look_up_item(db, "8880001", moment(NOON_MS - 1)))
    assert before is not None
    assert before.unit_price_minor == 450
    new_year_ms = 1_704_038_400_000  # 2024-01-01 00:00 in Singapore
    rates = [
        shop.do(lambda db, at=at: look_up_item(db, "8880001", moment(at)))  # type: ignore[misc]  # mypy cannot infer it
        for at in (new_year_ms - 1_000, new_year_ms)
    ]
    assert [rate.tax_rate_bp for rate in rates if rate is not None] == [800, 900]


def test_an_unknown_scan_code_is_no_item(shop: Shop) -> None:
    assert shop.do(lambda db: look_up_item(db, "nothing", moment())) is None


def test_items_are_found_by_the_beginnings_of_their_words(shop: Shop) -> None:
    assert found(shop, "GRE t") == [TEA]
    assert found(shop, "888") == [MILK, TEA]
    assert found(shop, "een") == []
    assert found(shop, "---") == []
    assert found(shop, "") == [MILK, TEA]
    assert found(shop, 'tea" OR "milk') == []


def test_an_inactive_item_is_found_by_its_code_alone(shop: Shop) -> None:
    assert found(shop, "creme") == []
    book = shop.do(lambda db: look_up_item(db, "9780003", moment()))
    assert book is not None
    assert not book.active


def test_a_tombstone_takes_an_item_its_codes_and_its_words_away(shop: Shop) -> None:
    feed = item_feed()
    feed.publish(TEA, None)
    shop.apply(feed.page(3))
    assert shop.do(lambda db: look_up_item(db, "8880001", moment())) is None
    assert found(shop, "green") == []
    assert [row[2] for row in shop.rows("reference_row") if row[0] == "items"] == ["book", "milk"]


def test_a_code_that_an_item_no_longer_has_is_free(shop: Shop) -> None:
    feed = item_feed()
    feed.publish(TEA, Item(TEA, "Green tea", "grocery", TaxClass.STANDARD, ("TEA1",)))
    feed.publish(MILK, Item(MILK, "Milk", "dairy", TaxClass.STANDARD, ("8880001",)))
    shop.apply(feed.page(3))
    owner = shop.do(lambda db: look_up_item(db, "8880001", moment()))
    assert owner is not None
    assert owner.item_id == MILK
    assert found(shop, "loose") == []


def test_a_page_applied_twice_changes_nothing(shop: Shop) -> None:
    before = shop.contents()
    for feed in catalogue():
        shop.apply(feed.page())
    assert shop.contents() == before


def test_a_page_whose_hash_does_not_come_out_is_left_and_its_feed_loaded_anew(shop: Shop) -> None:
    feed = item_feed()
    feed.publish("new", Item(ItemId("new"), "New", "d", TaxClass.STANDARD, ()))
    page = msgspec.structs.replace(feed.page(3), set_hash=bytes(32))
    items, prices = shop.rows("item"), shop.rows("price")
    with pytest.raises(PageDiffers, match="hash"):
        shop.apply(page)
    assert shop.do(lambda db: read_cursor(db, FeedName(DataSet.ITEMS, ""))) is None
    assert (shop.rows("item"), shop.rows("price")) == (items, prices)
    shop.load(feed, rows_max=1)
    assert found(shop, "new") == ["new"]


def test_a_set_that_was_damaged_here_is_mended_by_loading_it_anew(shop: Shop) -> None:
    shop.do(lambda db: db.execute("DELETE FROM reference_row WHERE key = 'tea'") and None)
    shop.do(lambda db: db.execute("DELETE FROM item WHERE item_id = 'tea'") and None)
    feed = item_feed()
    feed.publish(TEA, ITEMS[0])
    with pytest.raises(PageDiffers):
        shop.apply(feed.page(3))
    shop.load(feed)
    assert found(shop, "green") == [TEA]


def test_an_empty_page_with_another_hash_is_noticed(shop: Shop) -> None:
    page = msgspec.structs.replace(item_feed().page(3), set_hash=bytes(32))
    with pytest.raises(PageDiffers):
        shop.apply(page)


def test_a_hole_between_cursor_and_page_is_refused(shop: Shop) -> None:
    feed = item_feed()
    for name in ("a", "b"):
        feed.publish(name, Item(ItemId(name), name, "d", TaxClass.STANDARD, ()))
    with pytest.raises(PageDiffers, match="5 follows 3"):
        shop.apply(feed.page(4))


def test_a_row_of_a_later_version_is_kept_and_named(shop: Shop) -> None:
    feed = item_feed()
    feed.publish("odd", Item(ItemId("odd"), "Odd", "d", TaxClass.STANDARD, ()))
    feed.rows[3] = msgspec.structs.replace(feed.rows[3], body=encode(["odd", 7]))
    feed.publish("even", Item(ItemId("even"), "Even", "d", TaxClass.STANDARD, ()))
    applied = shop.apply(feed.page(3))
    assert applied.unreadable == ("odd",)
    assert found(shop, "even") == ["even"]
    assert "odd" in {row[2] for row in shop.rows("reference_row")}


def test_the_shop_sells_from_the_old_rows_until_the_new_load_is_complete(shop: Shop) -> None:
    shop.do(lambda db: begin_anew(db, FeedName(DataSet.ITEMS, "")))
    feed = Feed(DataSet.ITEMS)
    feed.publish(MILK, ITEMS[1])
    feed.publish("jam", Item(ItemId("jam"), "Jam", "grocery", TaxClass.STANDARD, ("777",)))
    shop.apply(feed.page(0, 1))
    assert found(shop, "green") == [TEA]
    shop.apply(feed.page(1, 1))
    assert found(shop, "") == ["jam", MILK]
    assert shop.do(lambda db: look_up_item(db, "8880001", moment())) is None
    assert len([row for row in shop.rows("reference_row") if row[0] == "items"]) == 2


def test_a_page_of_another_incarnation_begins_the_feed_anew(shop: Shop) -> None:
    feed = item_feed(REINCARNATED)
    feed.publish(TEA, None)
    with pytest.raises(PageDiffers):
        shop.apply(feed.page(3))
    shop.apply(feed.page(0))
    assert found(shop, "") == [MILK]
    cursor = shop.do(lambda db: read_cursor(db, FeedName(DataSet.ITEMS, "")))
    assert cursor == (REINCARNATED, 4, feed.set_hash(4))


def test_prices_of_an_earlier_zone_go_when_the_new_ones_are_complete(shop: Shop) -> None:
    feed = Feed(DataSet.PRICES, scope="east")
    feed.publish(f"{MILK}@0", Price(MILK, 0, 999))
    feed.publish("jam@0", Price(ItemId("jam"), 0, 100))
    shop.apply(feed.page(0, 1))
    assert len(shop.rows("price")) == 3
    shop.apply(feed.page(1, 1))
    assert [row[:3] for row in shop.rows("price")] == [("jam", 0, 100), (MILK, 0, 999)]
    assert {row[1] for row in shop.rows("feed_cursor") if row[0] == "prices"} == {"east"}


def test_a_grant_keeps_what_the_store_spent_of_it(shop: Shop) -> None:
    grant = Grant(named("grant"), LI, 100, 1)
    feed = Feed(DataSet.GRANTS, scope=str(STORE))
    feed.publish(str(grant.grant_id), grant)
    shop.apply(feed.page())
    shop.do(lambda db: db.execute("UPDATE points_right SET spent = 70") and None)
    shop.do(lambda db: begin_anew(db, FeedName(DataSet.GRANTS, str(STORE))))
    shop.apply(feed.page())
    assert shop.rows("points_right") == [
        (grant.grant_id.bytes, 0, LI.bytes, 100, 70, "points", 0, None)
    ]
    feed.publish(str(grant.grant_id), Grant(grant.grant_id, LI, 50, 1))
    feed.publish(str(grant.grant_id), None)
    shop.apply(feed.page(1, 1))
    shop.apply(feed.page(2, 1))
    assert shop.rows("points_right") == [
        (grant.grant_id.bytes, 0, LI.bytes, 70, 70, "points", 0, None)
    ]


def test_a_right_of_another_epoch_cannot_be_spent_here(shop: Shop) -> None:
    feed = Feed(DataSet.GRANTS, scope=str(STORE))
    feed.publish("g", Grant(named("grant"), LI, 100, 2))
    shop.apply(feed.page())
    assert shop.rows("points_right") == []


def test_a_customer_arrives_readable_and_is_merged_field_by_field(shop: Shop) -> None:
    feed = Feed(DataSet.CUSTOMERS, keys=[PersonalKey(LI, KEY)])
    feed.publish(
        str(LI),
        record(
            change(CustomerField.ACTIVE, "true"),
            change(CustomerField.CODE, "C1"),
            change(CustomerField.EMAIL, "li@example.com"),
            change(CustomerField.NAME, "Li Wei"),
        ),
    )
    feed.publish(str(LI), record(change(CustomerField.NAME, "Li W.", (NOON_MS << 16) - 1)))
    feed.publish(str(LI), record(change(CustomerField.ACTIVE, "false", (NOON_MS << 16) + 1)))
    shop.load(feed, rows_max=1)
    assert shop.rows("customer") == [(LI.bytes, "C1", 0, "Li Wei", "li@example.com", None)]
    shop.do(lambda db: begin_anew(db, FeedName(DataSet.CUSTOMERS, "")))
    shop.load(feed)
    assert shop.rows("customer") == [(LI.bytes, "C1", 0, "Li Wei", "li@example.com", None)]


def test_personal_fields_open_when_their_key_arrives(shop: Shop) -> None:
    feed = Feed(DataSet.CUSTOMERS)
    feed.publish(
        str(LI), record(change(CustomerField.NAME, "Li Wei"), change(CustomerField.CODE, "C1"))
    )
    shop.apply(feed.page())
    assert shop.rows("customer") == [(LI.bytes, "C1", 1, None, None, None)]
    feed.keys.append(PersonalKey(LI, KEY))
    feed.publish(str(LI), record(change(CustomerField.CODE, "C2", (NOON_MS << 16) + 1)))
    shop.apply(feed.page(1))
    assert shop.rows("customer") == [(LI.bytes, "C2", 1, "Li Wei", None, None)]


def test_an_erased_customer_leaves_nothing_but_the_id_in_facts(shop: Shop) -> None:
    feed = Feed(DataSet.CUSTOMERS, keys=[PersonalKey(LI, KEY)])
    feed.publish(str(LI), record(change(CustomerField.NAME, "Li Wei")))
    shop.apply(feed.page())
    feed.keys.clear()
    feed.publish(str(LI), None)
    shop.apply(feed.page(1))
    for table in ("customer", "customer_field", "customer_key"):
        assert shop.rows(table) == []


def test_the_store_never_stamps_before_an_edit_that_it_has_seen(shop: Shop) -> None:
    seen = (NOON_MS + HOUR_MS // 60) << 16
    feed = Feed(DataSet.CUSTOMERS, keys=[PersonalKey(LI, KEY)])
    feed.publish(str(LI), record(change(CustomerField.CODE, "C1", seen)))
    shop.apply(feed.page())
    assert shop.rows("journal_head", "hlc") == [(seen + 1,)]


def test_a_wild_clock_elsewhere_is_not_followed(shop: Shop) -> None:
    feed = Feed(DataSet.CUSTOMERS, keys=[PersonalKey(LI, KEY)])
    feed.publish(str(LI), record(change(CustomerField.CODE, "C1", (NOON_MS + 48 * HOUR_MS) << 16)))
    shop.apply(feed.page())
    assert wall_ms(Hlc(shop.rows("journal_head", "hlc")[0][0])) <= NOON_MS + STAMP_TOLERANCE_MS


KEYS = st.sampled_from(["a", "b", "c", "d", "e"])


@st.composite
def publications(draw: st.DrawFn) -> Feed:
    """Items come, change and go; each has a code of its own that changes with it."""
    feed = Feed(DataSet.ITEMS)
    for number in range(draw(st.integers(1, 25))):
        key = draw(KEYS)
        gone = draw(st.booleans())
        item = Item(ItemId(key), f"Item {number}", "d", TaxClass.ZERO, (key, f"{key}{number}"))
        feed.publish(key, None if gone else item)
    return feed


def pages(feed: Feed, sizes: list[int]) -> Iterator[FeedPage]:
    """The feed in pieces, some of which overlap."""
    after = 0
    for size in sizes:
        yield feed.page(max(0, after - size % 3), size + size % 3)
        after = min(len(feed.rows), after + size)
    yield feed.page(after)


@settings(max_examples=40)
@given(publications(), st.lists(st.integers(1, 7), max_size=12))
def test_pages_in_any_split_end_in_the_same_set(feed: Feed, sizes: list[int]) -> None:
    with TemporaryDirectory() as folder:
        whole = new_shop(Path(folder) / "whole.sqlite3", published=False)
        split = new_shop(Path(folder) / "split.sqlite3", published=False)
        whole.apply(feed.page())
        for page in pages(feed, sizes):
            split.apply(page)
        assert reference(split) == reference(whole)
        newest = {row.key: row.body for row in feed.rows}
        assert {row[0] for row in whole.rows("item")} == {
            key for key, body in newest.items() if body is not None
        }
        whole.writer.close_now()
        split.writer.close_now()
