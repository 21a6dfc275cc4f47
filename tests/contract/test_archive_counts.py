"""Stock that was counted and days that went on, in both archives."""

import msgspec
import pytest

from central.usecases.journal.retry_quarantined import retry_quarantined
from sync.protocol import codec
from sync.protocol.codec import encode
from sync.protocol.facts import (
    BusinessDayReopened,
    KindVersion,
    RetailTransaction,
    StockLine,
    StockMoved,
    StockMovementKind,
)
from sync.protocol.identity import EventId, ItemId, MovementId
from tests.contract.histories import arrive
from tests.contract.office import COFFEE, TEA, Office, counted
from tests.head_office import (
    Rows,
    apply_all,
    deliver,
)
from tests.shop_journal import ANNA, DAY, Shop


def moved(shop: Shop, milli: int) -> StockMoved:
    movement = MovementId(shop.new_id())
    lines = (StockLine(TEA, milli), StockLine(COFFEE, milli))
    return StockMoved(movement, StockMovementKind.RECEIPT, ANNA, DAY, "delivery", lines)


def on_hand(rows: Rows, item: ItemId = TEA) -> int:
    level: int = next(row[2] for row in rows["stock_level"] if row[1] == item)
    counts = [row for row in rows["stock_count"] if row[1] == item]
    beside: int = sum(row[7] - row[8] for row in counts)
    return level + beside


@pytest.mark.parametrize("limit", [1, 2, 2_000])
async def test_a_count_is_what_is_there_and_what_it_has_not_seen_comes_on_top(
    office: Office, limit: int
) -> None:
    """A10: ten received, nine counted are nine, not nineteen; what is sold meanwhile is sold."""
    shop = Shop(1)
    shop.open()
    shop.append(moved(shop, 10_000))
    seen = len(shop.events)
    shop.append(shop.sale(((1, 2_000, 350),)))
    shop.append(counted(shop, 9_000, seen))
    await office.open(shop)
    await deliver(office.archive, shop)
    await apply_all(office.archive, limit)
    rows = await office.rows()
    assert (on_hand(rows), on_hand(rows, COFFEE)) == (7_000, 10_000)
    shop.append(shop.sale(((1, 1_000, 350),)))
    await deliver(office.archive, shop)
    await apply_all(office.archive, limit)
    assert on_hand(await office.rows()) == 6_000
    # A count that has seen less does not take over from one that has seen more.
    shop.append(counted(shop, 1_000, seen - 1))
    # One that has seen everything does.
    await deliver(office.archive, shop)
    await apply_all(office.archive, limit)
    assert on_hand(await office.rows()) == 6_000
    shop.append(counted(shop, 5_000, len(shop.events)))
    await deliver(office.archive, shop)
    await apply_all(office.archive, limit)
    assert on_hand(await office.rows()) == 5_000


async def test_what_a_count_has_seen_counts_no_second_time_when_it_is_applied_late(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A10: a sale that waited in quarantine had left the shelf before it was counted."""
    shop = Shop(1)
    shop.open()
    shop.append(moved(shop, 10_000))
    late = shop.sale(((1, 2_000, 350),))
    shop.append_body("retail_transaction", 99, encode(late), EventId(late.sale_id))
    shop.append(counted(shop, 8_000, len(shop.events)))
    unseen = shop.sale(((1, 3_000, 350),))
    shop.append_body("retail_transaction", 99, encode(unseen), EventId(unseen.sale_id))
    await office.open(shop)
    await deliver(office.archive, shop)
    await apply_all(office.archive)
    assert on_hand(await office.rows()) == 8_000
    newer = KindVersion("retail_transaction", 99)
    monkeypatch.setitem(codec.KINDS, newer, RetailTransaction)
    monkeypatch.setitem(codec._DECODERS, newer, msgspec.msgpack.Decoder(RetailTransaction))
    await retry_quarantined(office.archive, shop.store_id, every=True)
    rows = await office.rows()
    assert (len(rows["sale"]), on_hand(rows)) == (2, 5_000)


async def test_a_count_in_a_new_epoch_has_seen_the_one_before_through_its_watermark(
    office: Office,
) -> None:
    """A10: what the box before it had not said when it was sealed comes on top."""
    old, new = Shop(1), Shop(1, epoch_number=2)
    old.open()
    old.append(moved(old, 10_000))
    through = len(old.events)
    old.append(moved(old, 1_000))
    await office.open(old)
    await deliver(office.archive, old)
    new.append(counted(new, 9_000, 0, parent=through))
    new.append(moved(new, 500))
    await office.open(new)
    await deliver(office.archive, new)
    await apply_all(office.archive)
    assert on_hand(await office.rows()) == 10_500


async def test_a_count_in_an_epoch_that_a_box_opened_itself_has_seen_the_line_that_it_grew_from(
    office: Office,
) -> None:
    """It has its parent's number. What the other branch did after it left nobody saw here."""
    old, side = Shop(1), Shop(1, branch=1)
    old.open()
    old.append(moved(old, 10_000))
    through = len(old.events)
    old.append(moved(old, 1_000))
    side.record = msgspec.structs.replace(side.record, parent=old.epoch, parent_watermark=through)
    side.append(counted(side, 9_000, 0))
    side.append(moved(side, 500))
    await office.open(old, side)
    for shop in (side, old):
        await arrive(office.archive, shop, len(shop.events))
        await apply_all(office.archive)
    assert on_hand(await office.rows()) == 10_500


async def test_a_day_that_was_closed_by_mistake_and_goes_on_is_closed_by_its_next_close(
    office: Office,
) -> None:
    """Reopened in the same set as it was closed, or in a later one."""
    for limit in (1, 2_000):
        shop = Shop(limit)
        shop.open()
        shop.append(shop.sale())
        shop.close()
        shop.append(BusinessDayReopened(DAY, ANNA, "the evening was still to come"))
        await office.open(shop)
        await deliver(office.archive, shop)
        await apply_all(office.archive, limit)
        (day,) = [row for row in (await office.rows())["business_day"] if row[0] == shop.store_id]
        assert (day[5], day[6], day[7]) == (None, None, len(shop.events))
        shop.append(shop.sale())
        shop.new_tills()
        for name in shop.tills:
            shop.append(shop.opening(name))
        shop.close()
        await deliver(office.archive, shop)
        await apply_all(office.archive, limit)
        (day,) = [row for row in (await office.rows())["business_day"] if row[0] == shop.store_id]
        assert day[5] == len(shop.events)
        assert day[6] is not None
