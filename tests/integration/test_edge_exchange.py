"""A store and its head office: rounds, nudges, back-off, stops. Selling goes on through it all."""

import asyncio
from dataclasses import replace

import pytest

from edge.db.journal import read_head
from edge.db.sought import list_missing
from edge.server.background import Exchange, exchanging_over
from sync.engine.transport import Request, Response
from sync.protocol.batch import BatchLimits
from sync.protocol.commands import Missing
from sync.protocol.reference import DataSet
from tests.doubles.transport import MemoryTransport
from tests.edge_store import settings
from tests.integration.exchange_fixtures import Shop, away, shop
from tests.patience import PATIENCE_S

__all__ = ["shop"]


async def test_a_round_sends_everything_and_says_when_head_office_was_heard(shop: Shop) -> None:
    for _ in range(3):
        await shop.sell()
    assert (await shop.status())["summary"] == (
        "Head office was not reached yet; 7 records wait. Selling goes on."
    )
    assert await shop.exchange.round() == 0
    assert shop.central.kinds.count("retail_transaction") == 3
    state = await shop.send_state()
    assert state.acknowledged_through == state.head.seq == 7
    status = await shop.status()
    assert status["summary"] == "Head office has everything."
    assert status["last_contact_ms"] is not None


async def test_a_box_hears_that_events_of_it_were_set_aside_and_says_so(shop: Shop) -> None:
    """A51: for as long as they are; what is to be done is head office's."""
    await shop.sell()
    shop.central.set_aside = 2
    await shop.exchange.round()
    status = await shop.status()
    assert status["summary"] == (
        "Head office has everything. It keeps 2 records that do not count yet."
    )
    assert status["events_set_aside"] == 2
    shop.central.set_aside = 0
    shop.exchange.beat_due = True
    await shop.exchange.round()
    assert (await shop.status())["summary"] == "Head office has everything."


async def test_what_head_office_seeks_is_heard_with_every_answer_also_without_a_heartbeat(
    shop: Shop,
) -> None:
    """A till brought home what its box had sent by then: it was asked for until a heartbeat."""
    await shop.exchange.round()
    epoch = (await shop.till.box.reader.read(read_head)).epoch
    for asked in (1, 0):
        shop.central.commands = (str(Missing(epoch, 9, 9)),) * asked
        await shop.sell()
        assert shop.exchange.beat_due is False
        await shop.exchange.round()
        assert len(await shop.till.box.reader.read(list_missing)) == asked


async def test_head_office_is_away_as_soon_as_it_does_not_answer_and_back_when_it_does(
    shop: Shop,
) -> None:
    """B21: the status stayed green for 107 seconds."""
    await shop.exchange.round()
    assert (await shop.status())["head_office_away"] is False

    async def cut_off(request: Request) -> Response:
        return away(request)

    cut = Exchange(shop.till.box, replace(shop.line, transport=MemoryTransport(cut_off)))
    await shop.sell()
    await cut.round()
    status = await shop.status()
    assert status["head_office_away"] is True
    assert status["summary"] == (
        "1 records wait for head office, which does not answer just now. Selling goes on."
    )
    await shop.exchange.round()
    status = await shop.status()
    assert status["head_office_away"] is False
    assert status["summary"] == "Head office has everything."


async def test_every_request_states_the_boxs_head(shop: Shop) -> None:
    await shop.exchange.round()
    await shop.sell()
    await shop.exchange.round()
    head = await shop.till.box.reader.read(read_head)
    assert shop.central.heads[-1] == head


async def test_a_sale_is_sent_at_once_without_waiting_for_the_timer(shop: Shop) -> None:
    """One sale: a second one that travels with the first brings no second request to wait for."""
    arrived = asyncio.Event()

    async def answer(request: Request) -> Response:
        answered = await shop.central.answer(request)
        if "retail_transaction" in shop.central.kinds:
            arrived.set()
        return answered

    hour = {"push_every_s": 3_600, "pull_every_s": 3_600}
    box = replace(shop.till.box, settings=shop.till.box.settings.model_copy(update=hour))
    async with exchanging_over(box, replace(shop.line, transport=MemoryTransport(answer))):
        await shop.sell()
        async with asyncio.timeout(PATIENCE_S):
            await arrived.wait()


async def test_what_a_push_only_reads_never_waits_for_the_writer(shop: Shop) -> None:
    """C4: a push writes what was acknowledged, and nothing else goes through the writer."""
    await shop.sell()
    journal, writer = shop.line.journal, shop.till.box.writer
    before = writer.units
    outbox = await journal.outbox(BatchLimits())
    state = await journal.state()
    assert (
        await journal.hash_at(state.head.epoch, state.head.seq)
        == state.head.hash
        == outbox.entries[-1].link.hash
    )
    assert writer.units == before


async def test_what_is_sold_during_a_round_calls_for_the_next_one(shop: Shop) -> None:
    sold: list[asyncio.Task[None]] = []

    async def answer(request: Request) -> Response:
        if not sold:
            sold.append(asyncio.ensure_future(shop.sell()))
            await sold[0]
        return await shop.central.answer(request)

    exchange = Exchange(shop.till.box, replace(shop.line, transport=MemoryTransport(answer)))
    shop.till.box.nudge.clear()
    await exchange.round()
    assert shop.till.box.nudge.is_set()
    await exchange.round()
    state = await shop.send_state()
    assert "retail_transaction" in shop.central.kinds
    assert state.acknowledged_through == state.head.seq


async def test_a_cut_line_loses_nothing_backs_off_and_arms_itself_again(shop: Shop) -> None:
    shop.central.instead = away
    box = shop.till.box
    waits = []
    for _ in range(8):
        await shop.sell()
        box.nudge.clear()
        waits.append(await shop.exchange.round())
        assert box.nudge.is_set()
    assert max(waits) > 2_000
    assert max(waits) <= 300_000
    assert (await shop.send_state()).acknowledged_through == 0
    shop.central.instead = lambda _request: None
    assert await shop.exchange.round() == 0
    assert shop.central.kinds.count("retail_transaction") == 8


async def test_a_line_that_lets_something_through_is_not_backed_off_from(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("edge.server.background.secrets.randbelow", lambda below: below - 1)
    busy = Response(503, {}, b"")
    shop.central.publish(DataSet.SETTINGS, "store", settings())
    shop.central.instead = lambda request: busy if "/feed?" in request.path else None
    waits = []
    for _ in range(5):
        await shop.sell()
        waits.append(await shop.exchange.round())
    assert shop.central.kinds.count("retail_transaction") == 5
    assert max(waits) <= 2_000
    shop.central.instead = away
    await shop.sell()
    assert max([await shop.exchange.round() for _ in range(5)]) > 2_000
