"""However many rows of whatever data set a switch puts in force, or a store leaves behind with its
zone: no unit of work touches more of them than a sale can wait for."""

import sqlite3
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any
from uuid import UUID

import msgspec
import pytest

import edge.db.reference
import edge.usecases.feed.sweep
from edge.db.past import Kind, past_of_kind
from edge.db.ready import LAID_READY, TABLES
from edge.db.reference import Feed as FeedName
from edge.exchange import switching
from edge.usecases.feed import lay_ready
from edge.usecases.feed.sweep import forget_others, mark_left
from sync.protocol.buying import ReorderPoint, Supplier, SupplierItem
from sync.protocol.codec import encode
from sync.protocol.facts import TaxClass, TenderKind
from sync.protocol.feeds import ROWS
from sync.protocol.identity import CustomerId, ItemId, OperatorId, PromotionId, TenderId
from sync.protocol.labels.scale import ScaleCode
from sync.protocol.loyalty import LoyaltyTier, PointsRule
from sync.protocol.paying import ForeignCurrency, PaymentWay, VoucherMeaning, VoucherType
from sync.protocol.price_books import BookPrice, Pack, PriceBook
from sync.protocol.promotions.conditions import Condition
from sync.protocol.promotions.percent_off import PercentOff
from sync.protocol.promotions.shape import Pick, Terms
from sync.protocol.reference import (
    Credential,
    CustomerGroup,
    DataSet,
    ItemRule,
    Operator,
    Price,
    PublishedPromotion,
    Role,
    TaxRate,
    Tender,
)
from tests.fake_central import DAY_ONE
from tests.integration.edge_fixtures import NOON_MS, SETTINGS, Feed
from tests.integration.exchange_fixtures import Shop, shop
from tests.integration.rows_fixtures import publish_raw
from tests.integration.test_edge_rows_together import DAY_MS, ELSEWHERE, RESTORED, Edge, edge_of

__all__ = ["shop"]

PIECE = 4
MANY = 30


@pytest.fixture(autouse=True)
def small_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of so few rows that some dozens are many."""
    monkeypatch.setattr(lay_ready, "SWITCH_ROWS_MAX", PIECE)
    for module in (lay_ready, switching):
        monkeypatch.setattr(module, "READY_ROWS_MAX", PIECE)
    for module in (edge.db.reference, edge.usecases.feed.sweep):
        monkeypatch.setattr(module, "STALE_PAGE_ROWS", PIECE)


def _promotion(number: int) -> PublishedPromotion:
    arguments = encode(PercentOff(Pick(items=(ItemId(f"item-{number}"),)), 1_000))
    named = (PromotionId(f"p-{number}"), f"Deal {number}", "percent_off")
    return PublishedPromotion(*named, arguments, Condition(), Terms())


ROW: dict[DataSet, Callable[[int], Any]] = {
    DataSet.TAXES: lambda n: TaxRate(TaxClass.REDUCED, DAY_ONE + timedelta(n), 100 + n, "GST"),
    DataSet.TENDERS: lambda n: Tender(TenderId(f"card-{n}"), f"Card {n}", TenderKind.CARD),
    DataSet.OPERATORS: lambda n: Operator(OperatorId(f"o-{n}"), f"Person {n}", "cashier"),
    DataSet.ROLES: lambda n: Role(f"role-{n}", f"Role {n}", ("sell",), ()),
    DataSet.CREDENTIALS: lambda n: Credential(OperatorId(f"o-{n}"), "x" * 20, False, n),
    DataSet.PROMOTIONS: _promotion,
    DataSet.PAYMENT_WAYS: lambda n: PaymentWay(TenderId(f"card-{n}"), "terminal"),
    DataSet.VOUCHER_TYPES: lambda n: VoucherType(TenderId(f"card-{n}"), VoucherMeaning.TENDER),
    DataSet.CURRENCIES: lambda n: ForeignCurrency("USD", "SGD", n, 2, 13_456, 10_000),
    DataSet.PRICE_BOOKS: lambda n: PriceBook(f"b{n}", f"Book {n}"),
    DataSet.BOOK_PRICES: lambda n: BookPrice(ItemId(f"item-{n}"), "b", "", 0, 0, n),
    DataSet.PACKS: lambda n: Pack(f"pack-{n}", ItemId(f"item-{n}"), 6_000, f"Six of {n}"),
    DataSet.SUPPLIERS: lambda n: Supplier(f"s{n}", f"Supplier {n}"),
    DataSet.SUPPLIER_ITEMS: lambda n: SupplierItem("s", ItemId(f"item-{n}")),
    DataSet.REORDER_POINTS: lambda n: ReorderPoint(ItemId(f"item-{n}"), n, n + 1),
    DataSet.SCALE_CODES: lambda n: ScaleCode(f"2{n:02d}IIIIWWWWWC"),
    DataSet.ITEM_RULES: lambda n: ItemRule(ItemId(f"item-{n}"), 18),
    DataSet.CUSTOMER_GROUPS: lambda n: CustomerGroup(CustomerId(UUID(int=n)), "gold"),
    DataSet.LOYALTY_TIERS: lambda n: LoyaltyTier(f"tier-{n}", f"Tier {n}", n),
    DataSet.POINTS_RULES: lambda n: PointsRule(f"rule-{n}", f"Rule {n}", 20_000),
}


def test_every_set_that_may_be_large_is_tried_here() -> None:
    alone = {data_set for data_set in DataSet if ROWS[data_set].alone}
    single = {DataSet.SETTINGS, DataSet.RECEIPT_TEXTS}
    booked = {DataSet.OPENING_STOCK}
    assert set(DataSet) - alone - single - booked == set(LAID_READY)
    assert ROW.keys() | {DataSet.ITEMS, DataSet.PRICES} == LAID_READY


@pytest.mark.parametrize("data_set", ROW)
async def test_thousands_of_rows_of_any_set_switch_whole_and_in_no_large_unit_of_work(
    shop: Shop, data_set: DataSet, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop.central.publish_shop()
    shop.central.publish(DataSet.ITEMS, "apart", None)
    await heartbeat(shop)
    table = next(iter(TABLES[data_set]))
    before = await count(shop, table)
    for number in range(MANY):
        row = ROW[data_set](number)
        shop.central.publish(data_set, ROWS[data_set].key_of(row), row)
    seen, worst = [before], [0]
    run = shop.till.box.writer.run

    async def watched(unit: Any) -> Any:
        def measured(db: Any) -> Any:
            began = db.total_changes
            found = unit(db)
            worst.append(db.total_changes - began)
            return found

        found = await run(measured)
        seen.append(await count(shop, table))
        return found

    monkeypatch.setattr(shop.till.box.writer, "run", watched)
    await heartbeat(shop)
    assert await count(shop, table) == before + MANY
    assert set(seen) == {before, before + MANY}
    assert sorted(seen) == seen
    assert max(worst) < MANY


@pytest.mark.parametrize("prices", [1, 0], ids=["for another", "for an empty one"])
def test_a_zone_of_many_prices_is_left_in_pieces(prices: int) -> None:
    last = {DataSet.PRICES: Feed(DataSet.PRICES, SETTINGS.price_zone, RESTORED)}
    elsewhere = Feed(DataSet.PRICES, ELSEWHERE, RESTORED)
    for feed, count_ in ((elsewhere, MANY), (last[DataSet.PRICES], prices)):
        for days in range(count_):
            price = Price(ItemId("a"), NOON_MS - days * DAY_MS, 100)
            publish_raw(feed, ROWS[DataSet.PRICES].key_of(price), encode(price))
    with edge_of({DataSet.PRICES: elsewhere}, laid=bool(prices)) as made:
        made.to_the_heads(1_000)
        assert len(made.shop.rows("price", "*")) == MANY
        worst = changes_of_units(made)
        made.feeds = last
        made.to_the_heads(1_000)
        assert made.shop.rows("price", "effective_from_ms") == [(NOON_MS,)] * prices
        assert made.shop.rows("reference_row", "scope") == [(SETTINGS.price_zone,)] * prices
    assert 0 < max(worst) < MANY


def test_a_store_that_returns_to_a_zone_which_it_half_left_sells_at_its_prices() -> None:
    """Rows of it that are stale are asked for again; those that count are in force."""
    here = Feed(DataSet.PRICES, SETTINGS.price_zone, RESTORED)
    elsewhere = Feed(DataSet.PRICES, ELSEWHERE, RESTORED)
    for days in range(MANY):
        price = Price(ItemId("a"), NOON_MS - days * DAY_MS, 100 + days)
        publish_raw(elsewhere, ROWS[DataSet.PRICES].key_of(price), encode(price))
    with edge_of({DataSet.PRICES: elsewhere}) as made:
        made.to_the_heads(1_000)
        made.feeds = {DataSet.PRICES: here}
        made.switch_where_it_stands(1_000)
        left, followed = FeedName(DataSet.PRICES, ELSEWHERE), [FeedName(DataSet.PRICES, here.scope)]
        made.shop.do(lambda db: forget_others(db, followed))
        key: str | None = ""
        for _ in range(3):
            key = made.shop.do(partial(mark_left, old=left, behind=key or ""))
        assert key is not None
        made.feeds = {DataSet.PRICES: elsewhere}
        made.to_the_heads(7)
        held = made.shop.rows("price", "effective_from_ms, unit_price_minor")
        assert held == [(NOON_MS - n * DAY_MS, 100 + n) for n in reversed(range(MANY))]
        counted = made.shop.rows("reference_row", "scope, pub_seq")
        assert sorted(counted) == [(ELSEWHERE, n + 1) for n in range(MANY)]


def changes_of_units(made: Edge) -> list[int]:
    """Grows with each unit of work from here on: how many rows it changed."""
    worst: list[int] = []
    do = made.shop.do

    def measured(unit: Callable[[sqlite3.Connection], Any]) -> Any:
        def inside(db: sqlite3.Connection) -> Any:
            began = db.total_changes
            found = unit(db)
            worst.append(db.total_changes - began)
            return found

        return do(inside)

    made.shop.do = measured  # type: ignore[method-assign]  # this shop's alone
    return worst


async def test_promotions_that_settle_are_known_as_they_were_before(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A basket of before the switch, while what it took the place of still stands where it was
    laid."""
    shop.central.publish_shop()
    for number in range(MANY):
        row = _promotion(number)
        shop.central.publish(DataSet.PROMOTIONS, row.promotion_id, row)
    await heartbeat(shop)
    began = shop.till.box.clock.moment().wall_ms
    for number in range(MANY):
        row = msgspec.structs.replace(_promotion(number), name=f"Other {number}")
        shop.central.publish(DataSet.PROMOTIONS, row.promotion_id, row)
    monkeypatch.setattr(switching, "settle_some", broken)
    await heartbeat(shop)
    now_ms = shop.till.box.clock.moment().wall_ms + 1
    before = await shop.till.box.reader.read(
        lambda db: past_of_kind(db, Kind.PROMOTION, began, now_ms)
    )
    assert {value[1] for _, value in before} == {f"Deal {number}" for number in range(MANY)}


def broken(_db: sqlite3.Connection) -> None:
    """The round ends here, and the next one would go on."""
    raise ZeroDivisionError


async def heartbeat(shop: Shop) -> None:
    shop.exchange.beat_due = True
    await shop.exchange.round()


async def count(shop: Shop, table: str) -> int:
    counted = f"SELECT count(*) FROM {table}"
    found: int = await shop.till.box.reader.read(lambda db: db.execute(counted).fetchone()[0])
    return found
