"""A close's manifest goes ahead of the events that wait before it, once."""

from dataclasses import replace
from uuid import uuid4

import pytest

from edge.server.background import Exchange
from sync.engine.transport import Request, Response
from sync.protocol.batch import BatchLimits
from sync.protocol.codec import decode
from sync.protocol.manifest import Manifest
from tests.doubles.transport import MemoryTransport
from tests.integration.exchange_fixtures import Shop, shop

__all__ = ["shop"]


async def close(shop: Shop) -> str:
    """Settle and close; the day."""
    till, who = shop.till, {"operator_id": "anna"}
    session = (await till.call("GET", "/till-sessions/current")).json()["till_session_id"]
    counted = {**who, "event_id": str(uuid4()), "counted_cash_minor": 0}
    settled = await till.call("POST", f"/till-sessions/{session}/settle", counted)
    assert settled.status_code == 200, settled.text
    day = str((await till.call("GET", "/business-days/current")).json()["business_date"])
    closing = {**who, "event_id": str(uuid4())}
    closed = await till.call("POST", f"/business-days/{day}/close", closing)
    assert closed.status_code == 200, closed.text
    return day


@pytest.mark.parametrize("events", [2, 200])
async def test_a_close_that_waits_behind_others_is_declared_ahead_and_once(
    shop: Shop, events: int
) -> None:
    for _ in range(4):
        await shop.sell()
    day = await close(shop)
    sent: list[str] = []
    said: list[Manifest] = []

    async def watched(request: Request) -> Response:
        sent.append(request.path.rpartition("/")[2].partition("?")[0])
        if sent[-1] == "declared":
            said.append(decode(Manifest, request.body))
        return await shop.central.answer(request)

    exchange = Exchange(shop.till.box, replace(shop.line, transport=MemoryTransport(watched)))
    exchange._limits = BatchLimits(events=events)
    assert await exchange.round() == 0
    journals = sent.count("journal")
    if events == 200:
        assert (journals, said) == (1, [])
        return
    assert sent[:3] == ["journal", "declared", "journal"]
    assert (len(said), journals > 2) == (1, True)
    assert (str(said[0].business_date), said[0].store.transactions) == (day, 4)
