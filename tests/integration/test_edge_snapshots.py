"""A box that is too far behind for pages loads a snapshot; a set that does not come out is mended
where it differs. The shop sells from the old set until the new one is whole.
"""

from typing import Any
from uuid import UUID

import pytest

from edge.exchange.rounds import pull_page
from sync.engine.load import refuse_snapshot
from sync.engine.outcome import Heard
from sync.engine.pull import UpToDate
from sync.engine.push import beat_once
from sync.engine.transport import Request, Response
from sync.protocol.facts import TaxClass
from sync.protocol.identity import Incarnation, ItemId
from sync.protocol.reference import PAGE_ROWS_MAX, DataSet, FeedHead, Item, Price
from sync.protocol.snapshot import Part, Snapshot, part_name
from tests.fake_central import FakeCentral
from tests.integration.exchange_fixtures import Shop, away, open_exchange, shop

__all__ = ["shop"]

PART = 100
MANY = PAGE_ROWS_MAX + 250


def publish_many(central: FakeCentral, price: int = 100) -> None:
    """More than a page: pages of two rows would take long."""
    central.publish_shop()
    for number in range(MANY):
        key = f"n{number:05}"
        item = Item(ItemId(key), f"Thing {number}", "d", TaxClass.STANDARD, ())
        central.publish(DataSet.ITEMS, key, item)
        central.publish(DataSet.PRICES, f"{key}@0", Price(ItemId(key), 0, price))


async def heartbeat(shop: Shop) -> None:
    shop.exchange.beat_due = True
    await shop.exchange.round()


async def count(shop: Shop, sql: str) -> Any:
    return await shop.till.box.reader.read(lambda db: db.execute(sql).fetchone()[0])


async def do(shop: Shop, sql: str) -> None:
    await shop.till.box.writer.run(lambda db: db.execute(sql) and None)


def taken(central: FakeCentral, data_set: DataSet) -> int:
    return sum(one.startswith(f"{data_set.value} ") for one in central.parts_asked)


PRICED = "SELECT count(*) FROM price WHERE item_id LIKE 'n%' AND unit_price_minor = {}"
PARTS = (MANY + 5 + PART - 1) // PART


async def test_a_long_feed_is_loaded_by_a_snapshot_and_goes_on_by_pages(shop: Shop) -> None:
    shop.central.snapshots = PART
    publish_many(shop.central)
    await heartbeat(shop)
    assert await count(shop, "SELECT count(*) FROM item WHERE item_id LIKE 'n%'") == MANY
    assert taken(shop.central, DataSet.PRICES) == PARTS
    assert not any(one.startswith("prices") for one in shop.central.pulled)
    shop.central.publish(DataSet.PRICES, "n00001@0", Price(ItemId("n00001"), 0, 777))
    await heartbeat(shop)
    assert shop.central.pulled[-1] == f"prices after {MANY + 5}"
    assert await count(shop, PRICED.format(777)) == 1


async def test_a_head_office_without_snapshots_is_read_by_pages(shop: Shop) -> None:
    """Version skew: an older one knows no such question."""
    shop.central.publish_shop()
    for number in range(PAGE_ROWS_MAX + 1):
        rate = Price(ItemId("item-1"), 10 + number, 5)
        shop.central.publish(DataSet.PRICES, f"item-1@{10 + number}", rate)
    await heartbeat(shop)
    assert "prices after 0" in shop.central.pulled
    assert await count(shop, "SELECT count(*) FROM price WHERE unit_price_minor = 5") == (
        PAGE_ROWS_MAX + 1
    )


async def test_a_load_goes_on_after_a_cut_and_a_restart_with_the_part_it_had_come_to(
    shop: Shop,
) -> None:
    shop.central.snapshots = PART
    publish_many(shop.central)

    def cut_after_five(request: Request) -> Response | None:
        late = taken(shop.central, DataSet.ITEMS) >= 5 and "part=" in request.path
        return away(request) if late else None

    shop.central.instead = cut_after_five
    await heartbeat(shop)
    assert taken(shop.central, DataSet.ITEMS) == 5
    shop.central.instead = lambda _request: None
    again = open_exchange(shop.till, shop.central)
    await heartbeat(again)
    assert taken(shop.central, DataSet.ITEMS) == PARTS
    assert len(set(shop.central.parts_asked)) == len(shop.central.parts_asked)


async def test_a_cursor_below_the_floor_loads_a_snapshot_while_the_shop_sells_from_the_old_set(
    shop: Shop,
) -> None:
    """The old prices hold until all of the new ones are there; then all of them do."""
    shop.central.snapshots = PART
    publish_many(shop.central)
    await heartbeat(shop)
    for number in range(MANY):
        row = Price(ItemId(f"n{number:05}"), 0, 200)
        shop.central.publish(DataSet.PRICES, f"n{number:05}@0", row)
    shop.central.publish(DataSet.PRICES, "n00000@0", None)
    shop.central.forget(DataSet.PRICES)
    before = len(shop.central.parts_asked)
    shop.central.instead = lambda request: (
        away(request)
        if "part=" in request.path and len(shop.central.parts_asked) == before + PARTS - 1
        else None
    )
    await heartbeat(shop)
    assert len(shop.central.parts_asked) == before + PARTS - 1
    assert await count(shop, PRICED.format(100)) == MANY
    await shop.sell()
    shop.central.instead = lambda _request: None
    await heartbeat(shop)
    assert await count(shop, PRICED.format(100)) == 0
    assert await count(shop, PRICED.format(200)) == MANY - 1


async def test_a_set_that_does_not_come_out_is_mended_where_it_differs(shop: Shop) -> None:
    """Of all ranges of keys only the one with the lost row is asked for."""
    shop.central.snapshots = PART
    publish_many(shop.central)
    await heartbeat(shop)
    await do(shop, "DELETE FROM reference_row WHERE data_set = 'prices' AND key = 'n00500@0'")
    await do(shop, "DELETE FROM price WHERE item_id = 'n00500'")
    shop.central.parts_asked.clear()
    shop.central.publish(DataSet.PRICES, "n00500@0", Price(ItemId("n00500"), 0, 300))
    for _ in range(2):
        await heartbeat(shop)
    assert taken(shop.central, DataSet.PRICES) == 1
    assert await count(shop, PRICED.format(300)) == 1
    assert await count(shop, PRICED.format(100)) == MANY - 1


async def test_a_snapshot_that_does_not_come_out_is_loaded_whole_next_time(shop: Shop) -> None:
    """A head office that states another set than its parts are: the shop sells on, people are told
    by the log, and nothing counts as held."""
    shop.central.snapshots = PART
    publish_many(shop.central)
    await heartbeat(shop)
    await do(shop, "DELETE FROM feed_cursor WHERE data_set = 'prices'")
    shop = open_exchange(shop.till, shop.central)
    honest = shop.central._set_hash
    shop.central._set_hash = lambda data_set, through: (  # type: ignore[method-assign] # a defect
        bytes(32) if data_set is DataSet.PRICES else honest(data_set, through)
    )
    shop.central.parts_asked.clear()
    await heartbeat(shop)
    assert taken(shop.central, DataSet.PRICES) == 0
    assert await count(shop, PRICED.format(100)) == MANY
    shop.central._set_hash = honest  # type: ignore[method-assign] # mended
    await heartbeat(shop)
    assert taken(shop.central, DataSet.PRICES) == PARTS
    assert await count(shop, PRICED.format(100)) == MANY


async def test_a_part_that_is_kept_no_more_begins_a_newer_snapshot(shop: Shop) -> None:
    shop.central.snapshots = PART
    publish_many(shop.central)
    shop.central.instead = lambda request: (
        away(request) if len(shop.central.parts_asked) > 2 else None
    )
    await heartbeat(shop)
    shop.central.kept_parts.clear()
    shop.central.instead = lambda _request: None
    shop.central.publish(DataSet.ITEMS, "n00000", None)
    for _ in range(2):
        await heartbeat(shop)
    assert await count(shop, "SELECT count(*) FROM item WHERE item_id LIKE 'n%'") == MANY - 1


async def test_a_snapshot_newer_than_the_heads_that_were_named_waits_for_later_ones(
    shop: Shop,
) -> None:
    """It comes without its history, so nothing of it holds before its own head is reached."""
    shop.central.snapshots = PART
    publish_many(shop.central)
    await heartbeat(shop)
    heard = await beat_once(shop.line.journal, shop.line.transport, shop.line.signer)
    assert isinstance(heard, Heard)
    shop.central.publish(DataSet.PRICES, "n00001@0", Price(ItemId("n00001"), 0, 900))
    await do(shop, "DELETE FROM feed_cursor WHERE data_set = 'prices'")
    again = open_exchange(shop.till, shop.central)
    while not isinstance(
        await pull_page(again.till.box, again.line, heard.acknowledgement), UpToDate
    ):
        assert await count(shop, PRICED.format(900)) == 0
    assert await count(shop, PRICED.format(900)) == 0
    await heartbeat(again)
    assert await count(shop, PRICED.format(900)) == 1
    assert await count(shop, "SELECT count(*) FROM snapshot_load") == 0


NOW = Incarnation(UUID(int=9))
NAMED = FeedHead("items", "", 3, bytes(32))


def made(*parts: Part, **more: Any) -> Snapshot:
    fields = {"data_set": "items", "scope": "", "rows": sum(part.rows for part in parts), **more}
    return Snapshot(NOW, fields["data_set"], fields["scope"], 3, bytes(32), fields["rows"], parts)


A, B = Part(part_name(b"a"), "a", 1), Part(part_name(b"b"), "b", 2)


@pytest.mark.parametrize(
    ("snapshot", "why"),
    [
        (made(A, B), None),
        (made(B, A), "no order"),
        (made(A, A), "no order"),
        (made(A, B, rows=4), "not all of it"),
        (made(A, data_set="prices"), "head office sent prices"),
    ],
)
def test_a_snapshot_that_is_not_what_was_asked_for_is_refused(
    snapshot: Snapshot, why: str | None
) -> None:
    said = refuse_snapshot(snapshot, NAMED, NOW)
    assert (said is None) == (why is None)
    assert why is None or why in str(said)
