"""When all boxes come at once: who is admitted, who is asked to come again, and who is not kept."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from central.database.embedded import PostgresServer
from central.db.engine import CONNECTIONS_MAX
from central.office.lanes import Lanes
from central.server.background import STREAMS_AT_ONCE_MAX
from sync.engine.signing import NONCE_HEADER, verify_answer
from sync.http.lanes import Lane
from sync.http.later import Busy
from tests.central_fixtures import Served, TestedBox, postgres_template, problem, serving
from tests.patience import PATIENCE_S
from tests.servers import new_database

__all__ = ["postgres_template"]

OTHER_LOOPS = 3


@pytest.fixture
def url(postgres_server: PostgresServer, postgres_template: str) -> str:
    return new_database(postgres_server, postgres_template)


@asynccontextmanager
async def served_box(url: str) -> AsyncIterator[tuple[Served, TestedBox]]:
    async with serving(url) as served:
        box = await served.enrolled(await served.store(await served.company(), "S01"))
        box.record(2)
        yield served, box


def fill(lane: Lane) -> None:
    """Until nobody else finds a place."""
    while True:
        place = lane.place()
        try:
            place.enter()
        except Busy:
            return


async def test_a_box_is_asked_to_wait_by_head_office_itself_and_others_are_served(url: str) -> None:
    async with served_box(url) as (served, box):
        fill(served.office.lanes.journals)
        refused = await box.push_events(1, 2)
        assert problem(refused) == (503, "busy")
        assert 1 <= int(refused.headers["retry-after"]) <= 300
        asked = refused.request
        nonce = asked.headers[NONCE_HEADER]
        told = (asked.method, asked.url.raw_path.decode(), nonce, 503, refused.content)
        assert verify_answer(box.me.central_key, *told, dict(refused.headers))
        assert (await box.get(f"/v1/stores/{box.me.store_id}/feeds")).status_code == 200
        assert (await box.client.get("/health")).status_code == 200
        assert (await box.client.get("/session")).status_code == 401


async def test_who_is_not_admitted_is_not_read(url: str) -> None:
    """Before its signature is looked up and before its body has come."""
    async with serving(url) as served, asyncio.timeout(PATIENCE_S):
        fill(served.office.lanes.journals)
        path = "/v1/stores/0199aaaa-0000-7000-8000-000000000001/journal"
        head = f"POST {path} HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100000\r\n\r\n".encode()
        port = served.client.base_url.port
        assert port is not None
        assert (await _first_line(port, head)).startswith(b"HTTP/1.1 503 ")


async def _first_line(port: int, head: bytes) -> bytes:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        writer.write(head)
        return await reader.readline()
    finally:
        writer.close()


async def test_who_has_no_key_takes_nobodys_turn_while_it_is_held_back(url: str) -> None:
    """Turns that end only when a wrong answer may be said would be anybody's to take."""
    async with served_box(url) as (served, box):
        released, lane = asyncio.Event(), served.office.lanes.journals
        vars(served.office.tries)["wrong"] = lambda _address: released.wait()
        known = (box.enrolment, box.events, box.hashes)
        strangers = [
            TestedBox(served.client, Ed25519PrivateKey.generate(), *known)
            for _ in range(4 * lane.places)
        ]
        held = [asyncio.ensure_future(stranger.push_events(1, 2)) for stranger in strangers]
        assert (await box.push_events(1, 2)).status_code == 200
        assert not any(one.done() for one in held)
        released.set()
        assert {problem(one) for one in await asyncio.gather(*held)} == {(401, "bad-signature")}


def test_turns_leave_the_background_its_connections() -> None:
    """Thirty seconds were waited for one, which is as long as a box waits for its answer."""
    turns = sum(lane.places for name, lane in vars(Lanes()).items() if name != "unfolding")
    assert turns + STREAMS_AT_ONCE_MAX + OTHER_LOOPS <= CONNECTIONS_MAX
