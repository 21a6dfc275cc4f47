"""What head office wishes of its stores, by command and by page: both are told, the sender's
despatch fulfils it, and the list says what became of it."""

from uuid import UUID

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from central.db.engine import snapshot, unit_of_work
from central.reports.sales import Page
from central.reports.wishes import goods_between_stores
from central.server.serving import now_ms as wall_ms
from central.usecases.feed.publish_reference import publish_items
from central.usecases.feed.sequence_publications import drain_publications
from central.usecases.proof.rebuild_projections import rebuild_projections
from central.usecases.telling.let_go import mark_old
from central.usecases.telling.tell import tell_due
from central.usecases.transfer.typed import wanted_of
from central.usecases.transfer.wish import Wanted, end_wish, wish_transfer
from sync.protocol.between_stores import TOLD_DAYS, Between, GoodsState
from sync.protocol.errors import InvalidField, NotFound
from sync.protocol.facts import TaxClass, TransferDirection, TransferNote, TransferNoted, WishedLine
from sync.protocol.identity import ItemId, MovementId
from sync.protocol.reference import DataSet, Item
from sync.protocol.told import TransferNews
from sync.protocol.transfers import intent_of
from tests.integration.test_central_reports import arrived, engine, postgres_template
from tests.integration.test_central_told import is_known, said, told
from tests.integration.test_central_transfers import NUMBER, end
from tests.shop_journal import ANNA, COMPANY, DAY, NOW_MS, Shop

__all__ = ["engine", "postgres_template"]
WHY = ("they ran out", "Ann")


async def stores(engine: AsyncEngine) -> tuple[Shop, Shop]:
    """Two, and an item."""
    both = Shop(1), Shop(2)
    for shop in both:
        await is_known(engine, shop)
    async with unit_of_work(engine) as db:
        await publish_items(db, COMPANY, [Item(ItemId("I1"), "Bun", "", TaxClass.STANDARD, ())])
    return both


async def wish(engine: AsyncEngine, milli: int = 10_000) -> UUID:
    async with unit_of_work(engine) as db:
        wanted = [Wanted("I1", milli)]
        return await wish_transfer(db, COMPANY, ("S01", "S02"), wanted, WHY, NOW_MS)


async def known(engine: AsyncEngine) -> dict[UUID, Between]:
    await tell_due(engine)
    async with snapshot(engine) as db:
        found = await goods_between_stores(db, COMPANY, Page(100, 0))
    return {one.subject_id: one for one in found}


async def test_a_wish_comes_down_to_both_stores_and_is_fulfilled(engine: AsyncEngine) -> None:
    sender, receiver = await stores(engine)
    wish_id = await wish(engine)
    for shop in (sender, receiver):
        rows = await told(engine, DataSet.TRANSFERS, shop)
        assert [said(row) for row in rows] == [(TransferNews.WISHED, 10_000)]
    assert (await known(engine))[wish_id].state is GoodsState.WISHED
    await arrived(engine, end(sender, TransferDirection.OUT, wish_id, I1=10_000))
    found = await known(engine)
    transfer = found[intent_of(COMPANY, NUMBER)]
    assert (transfer.state, transfer.wish_id) == (GoodsState.IN_TRANSIT, wish_id)
    assert (found[wish_id].state, found[wish_id].is_open) == (GoodsState.IN_TRANSIT, False)
    await arrived(engine, end(receiver, TransferDirection.IN, transfer.subject_id, I1=8_000))
    assert (await known(engine))[wish_id].state is GoodsState.DIFFERS
    rows = await told(engine, DataSet.TRANSFERS, sender)
    assert sorted(said(row) for row in rows) == [
        (TransferNews.CAME, 8_000),
        (TransferNews.SENT, 10_000),
        (TransferNews.WISHED, 10_000),
    ]


async def test_what_is_done_with_since_so_long_is_told_no_more_also_after_a_rebuild(
    engine: AsyncEngine,
) -> None:
    """With the wish that it was for; what differs stays."""
    sender, receiver = await stores(engine)
    wish_id = await wish(engine)
    await arrived(engine, end(sender, TransferDirection.OUT, wish_id, I1=10_000))
    transfer = intent_of(COMPANY, NUMBER)
    later_ms = wall_ms() + (TOLD_DAYS + 1) * 86_400_000

    async def left() -> list[int]:
        await drain_publications(engine)
        await mark_old(engine, later_ms)
        await tell_due(engine, later_ms)
        await drain_publications(engine)
        return [
            len(await told(engine, DataSet.TRANSFERS, shop, later_ms))
            for shop in (sender, receiver)
        ]

    assert await left() == [2, 2]
    await arrived(engine, end(receiver, TransferDirection.IN, transfer, I1=10_000))
    assert await left() == [0, 0]
    await rebuild_projections(engine)
    assert await left() == [0, 0]


async def test_it_is_wished_no_more_once(engine: AsyncEngine) -> None:
    sender, _ = await stores(engine)
    wish_id = await wish(engine)
    for first in (True, False):
        async with unit_of_work(engine) as db:
            assert await end_wish(db, COMPANY, wish_id, WHY, NOW_MS) is first
    assert (await known(engine))[wish_id].state is GoodsState.CANCELLED
    rows = await told(engine, DataSet.TRANSFERS, sender)
    assert {row.news for row in rows} == {TransferNews.WISHED, TransferNews.WISH_ENDED}
    with pytest.raises(NotFound):
        async with unit_of_work(engine) as db:
            await end_wish(db, COMPANY, UUID(int=5), WHY, NOW_MS)


async def test_a_wish_that_cannot_be_is_refused(engine: AsyncEngine) -> None:
    await stores(engine)
    for both, wanted, refused in (
        (("S01", "S01"), [Wanted("I1", 1)], InvalidField),
        (("S01", "S09"), [Wanted("I1", 1)], NotFound),
        (("S01", "S02"), [Wanted("NONE", 1)], InvalidField),
        (("S01", "S02"), [Wanted("I1", 0)], InvalidField),
        (("S01", "S02"), [], InvalidField),
    ):
        with pytest.raises(refused):
            async with unit_of_work(engine) as db:
                await wish_transfer(db, COMPANY, both, wanted, WHY, NOW_MS)
    with pytest.raises(InvalidField):
        wanted_of(["BUN"])


async def test_what_stores_say_of_goods_comes_down_to_the_other(engine: AsyncEngine) -> None:
    """S02 asks S01; S01 will not; and a transfer of which not all came is settled by one end."""
    sender, receiver = await stores(engine)
    receiver.open()
    asked = UUID(int=91)

    def note(shop: Shop, what: TransferNote, subject: UUID, number: str = "") -> None:
        other = "S01" if shop is receiver else "S02"
        lines = (WishedLine(ItemId("I1"), 4_000),) if what is TransferNote.WISHED else ()
        head = (MovementId(shop.new_id()), what, subject, None, other, ANNA, DAY)
        shop.append(TransferNoted(*head, f"{what.value} by {shop.code}", number, lines))

    note(receiver, TransferNote.WISHED, asked)
    await arrived(engine, receiver)
    rows = await told(engine, DataSet.TRANSFERS, sender)
    assert [said(row) for row in rows] == [(TransferNews.WISHED, 4_000)]
    assert (await known(engine))[asked].to_code == "S02"
    transfer = intent_of(COMPANY, NUMBER)
    end(sender, TransferDirection.OUT, transfer, I1=10_000)
    note(sender, TransferNote.WISH_ENDED, asked)
    note(sender, TransferNote.SETTLED, transfer, NUMBER)
    await arrived(engine, sender)
    found = await known(engine)
    assert (found[asked].state, found[transfer].state) == (
        GoodsState.CANCELLED,
        GoodsState.CLOSED,
    )
    rows = await told(engine, DataSet.TRANSFERS, receiver)
    assert {row.news for row in rows} == {
        TransferNews.WISHED,
        TransferNews.WISH_ENDED,
        TransferNews.SENT,
        TransferNews.SETTLED,
    }
