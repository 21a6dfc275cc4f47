"""A store with a head office that a test can take away."""

import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from edge.exchange.rounds import Line, journal_of
from edge.server.background import Exchange
from sync.engine.outbox import SendState
from sync.engine.signing import Signer
from sync.engine.transport import Request, Response
from sync.protocol.enrolment import EnrolmentAnswer
from sync.protocol.errors import NotDelivered
from tests.doubles.transport import MemoryTransport
from tests.edge_store import Till, open_store, sale
from tests.fake_central import FakeCentral


@dataclass
class Shop:
    """A store that trades, and its head office at the other end of a line in memory."""

    till: Till
    central: FakeCentral
    line: Line
    exchange: Exchange

    async def sell(self) -> None:
        answer = await self.till.call("POST", "/sales", sale())
        assert answer.status_code == 201, answer.text

    async def send_state(self) -> SendState:
        return await self.line.journal.state()

    async def status(self) -> dict[str, object]:
        answer: dict[str, object] = (await self.till.call("GET", "/sync")).json()
        return answer


@asynccontextmanager
async def shop_in(folder: Path) -> AsyncIterator[Shop]:
    """A store that is open, in a folder, and its head office."""
    async with open_store(folder / "S01") as till:
        await till.open_shop()
        central, told = FakeCentral(), till.box.enrolment
        answer = EnrolmentAnswer(
            told.genesis,
            told.genesis_signature,
            told.central_key,
            told.incarnation,
            told.company_id,
            told.store_id,
            told.store_code,
            told.device_id,
        )
        central.know(answer)
        yield open_exchange(till, central)


def open_exchange(till: Till, central: FakeCentral) -> Shop:
    """A line of its own: what an earlier one held in memory is gone."""
    box = till.box
    signer = Signer(
        box.enrolment.store_id,
        box.enrolment.device_id,
        box.device_key,
        box.enrolment.central_key,
        lambda: secrets.token_bytes(16),
    )
    line = Line(MemoryTransport(central.answer), signer, journal_of(box), {})
    return Shop(till, central, line, Exchange(box, line))


def shop_of(till: Till, central: FakeCentral) -> Shop:
    """The store at the other end of a line in memory from ``central``, which gave it its
    enrolment."""
    box, told = till.box, till.box.enrolment
    answer = EnrolmentAnswer(
        told.genesis,
        told.genesis_signature,
        told.central_key,
        told.incarnation,
        told.company_id,
        told.store_id,
        told.store_code,
        told.device_id,
    )
    if central.enrolled is None:
        central.know(answer)
    signer = Signer(
        told.store_id,
        told.device_id,
        box.device_key,
        told.central_key,
        lambda: secrets.token_bytes(16),
    )
    line = Line(MemoryTransport(central.answer), signer, journal_of(box), {})
    return Shop(till, central, line, Exchange(box, line))


@pytest.fixture
async def shop(tmp_path: Path) -> AsyncIterator[Shop]:
    async with open_store(tmp_path / "S01") as till:
        await till.open_shop()
        yield shop_of(till, FakeCentral())


def away(_request: Request) -> Response:
    raise NotDelivered("head office cannot be reached: the line is cut")
