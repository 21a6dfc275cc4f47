"""Goods between two stores as head office hears of them: each end by itself, in any order, and what
the two come to."""

from uuid import UUID

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from central.db.engine import unit_of_work
from central.reports.sales import Page
from central.reports.transfers import transfers_between_stores
from sync.protocol.facts import StockLine, StockTransferred, TransferDirection
from sync.protocol.identity import ItemId, MovementId
from sync.protocol.transfers import TransferState, intent_of
from tests.integration.test_central_reports import arrived, engine, postgres_template
from tests.shop_journal import ANNA, COMPANY, DAY, Shop

__all__ = ["engine", "postgres_template"]
NUMBER = "S01-S02-1AABBCCDD-3"
MILK, TEA = ItemId("I1"), ItemId("I2")


def end(shop: Shop, direction: TransferDirection, intent: UUID, **milli: int) -> Shop:
    sign = -1 if direction is TransferDirection.OUT else 1
    lines = tuple(StockLine(ItemId(item), sign * many) for item, many in milli.items())
    transfer = MovementId(shop.new_id())
    why = "they ran out" if sign < 0 else "one was broken"
    what = (intent, None, ANNA, DAY, why, lines, NUMBER)
    shop.open()
    shop.append(StockTransferred(transfer, direction, *what))
    return shop


@pytest.mark.parametrize("first", [0, 1])
async def test_both_ends_are_one_transfer_whichever_is_heard_first(
    engine: AsyncEngine, first: int
) -> None:
    intent = intent_of(COMPANY, NUMBER)
    ends = [
        end(Shop(1), TransferDirection.OUT, intent, I1=10_000, I2=3_000),
        end(Shop(2), TransferDirection.IN, intent, I1=8_000, I2=3_000),
    ]
    await arrived(engine, ends[first])
    async with unit_of_work(engine) as db:
        alone = await transfers_between_stores(db, COMPANY, Page(10, 0))
    said = [(one.item_id, one.in_transit_milli, one.state) for one in alone]
    assert (
        said
        == [
            [(MILK, 10_000, TransferState.IN_TRANSIT), (TEA, 3_000, TransferState.IN_TRANSIT)],
            [(MILK, -8_000, TransferState.UNHEARD), (TEA, -3_000, TransferState.UNHEARD)],
        ][first]
    )
    await arrived(engine, ends[1 - first])
    async with unit_of_work(engine) as db:
        milk, tea = await transfers_between_stores(db, COMPANY, Page(10, 0))
    assert (milk.number, milk.from_stores, milk.to_stores) == (NUMBER, "S01", "S02")
    assert (milk.sent_milli, milk.received_milli, milk.in_transit_milli) == (10_000, 8_000, 2_000)
    assert milk.state is TransferState.PARTLY
    assert milk.reasons == "one was broken; they ran out"
    assert (tea.in_transit_milli, tea.state) == (0, TransferState.ARRIVED)
