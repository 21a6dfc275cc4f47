"""One suite for every transport: HTTP against a real little server, and the one in memory.

What the sync loop builds on: an answer comes back whole, whatever its status; NotDelivered is only
raised where the other side surely saw nothing; everything else that breaks is OutcomeUnknown.
"""

import asyncio
from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import httpx
import pytest

from sync.engine.transport import (
    ANSWER_BYTES_MAX,
    HttpTransport,
    Request,
    Response,
    Transport,
    open_client,
)
from sync.protocol.errors import NotDelivered, NotSent, OutcomeUnknown
from tests.benchmarks.herd_line import Line
from tests.doubles.transport import Fate, MemoryTransport

HEAD_BYTES_MAX = 64 * 1024
REQUEST = Request("POST", "/v1/x?a=b%20c", {"Holdfast-Nonce": "00", "X-Y": "z"}, b"\x00body\xff")
Answer = Callable[[Request], Response]


def plain(_request: Request) -> Response:
    return Response(200, {"Content-Type": "text/plain"}, b"hello")


class Network(ABC):
    """The other side and the line to it: ``seen`` is what arrived there."""

    def __init__(self) -> None:
        self.seen: list[Request] = []
        self.answer: Answer = plain
        self.fate = Fate.DELIVERED

    @abstractmethod
    def transport(self) -> Transport: ...


class MemoryNetwork(Network):
    def transport(self) -> Transport:
        async def answer(request: Request) -> Response:
            self.seen.append(request)
            return self.answer(request)

        return MemoryTransport(answer, lambda request: self.fate)


class HttpNetwork(Network):
    """A server on 127.0.0.1 that reads requests by hand, so that it can break off anywhere.

    ``raw``, if set, is written in place of an answer; ``mute`` answers nothing at all.
    """

    def __init__(self) -> None:
        super().__init__()
        self.raw: bytes | None = None
        self.mute = False
        self.timeout_s = 10
        self.port = self.closed_port = 0
        self._clients: list[httpx.AsyncClient] = []

    def transport(self) -> Transport:
        if self.fate is Fate.LOST:
            client = open_client(f"http://127.0.0.1:{self.closed_port}")
            self._clients.append(client)
            return HttpTransport(client, self.timeout_s)
        return HttpTransport(self._clients[0], self.timeout_s)

    @asynccontextmanager
    async def running(self) -> AsyncIterator["HttpNetwork"]:
        server = await asyncio.start_server(self._serve, "127.0.0.1", 0, limit=HEAD_BYTES_MAX)
        other = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.closed_port = other.sockets[0].getsockname()[1]
        other.close()
        await other.wait_closed()
        self.port = server.sockets[0].getsockname()[1]
        self._clients = [open_client(f"http://127.0.0.1:{self.port}")]
        try:
            yield self
        finally:
            for client in self._clients:
                await client.aclose()
            server.close()
            await server.wait_closed()

    def within(self, timeout_s: int) -> Transport:
        return HttpTransport(self._clients[0], timeout_s)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while True:
                head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
                method, path, _ = head[0].split(" ")
                headers = dict(line.split(": ", 1) for line in head[1:] if line)
                length = int({k.lower(): v for k, v in headers.items()}.get("content-length", "0"))
                request = Request(method, path, headers, await reader.readexactly(length))
                self.seen.append(request)
                if self.mute:
                    await reader.read()  # until the client hangs up
                    return
                if self.fate is Fate.ANSWER_LOST:
                    return
                writer.write(self.raw if self.raw is not None else self._written(request))
                await writer.drain()
                if self.raw is not None:
                    return
        except (asyncio.IncompleteReadError, ConnectionError):
            return
        finally:
            writer.close()

    def _written(self, request: Request) -> bytes:
        said = self.answer(request)
        headers = {**said.headers, "Content-Length": str(len(said.body))}
        lines = [f"{name}: {value}" for name, value in headers.items()]
        return "\r\n".join([f"HTTP/1.1 {said.status} X", *lines, "", ""]).encode() + said.body


class LineNetwork(HttpNetwork):
    """The herd's (tests/benchmarks)."""

    def __init__(self) -> None:
        super().__init__()
        self._lines: list[Line] = []

    def transport(self) -> Transport:
        lost = self.fate is Fate.LOST
        self._lines.append(Line("127.0.0.1", self.closed_port if lost else self.port))
        return self._lines[-1]

    @asynccontextmanager
    async def running(self) -> AsyncIterator["LineNetwork"]:
        async with super().running():
            yield self
            for line in self._lines:
                line.close()


@pytest.fixture
async def http() -> AsyncIterator[HttpNetwork]:
    async with HttpNetwork().running() as network:
        yield network


@pytest.fixture
async def line() -> AsyncIterator[LineNetwork]:
    async with LineNetwork().running() as network:
        yield network


@pytest.fixture(params=["http", "line", "memory"])
def network(request: pytest.FixtureRequest) -> Network:
    if request.param != "memory":
        made: HttpNetwork = request.getfixturevalue(request.param)
        return made
    return MemoryNetwork()


async def test_a_request_arrives_as_it_was_signed(network: Network) -> None:
    await network.transport().send(REQUEST)
    (seen,) = network.seen
    assert (seen.method, seen.path, seen.body) == (REQUEST.method, REQUEST.path, REQUEST.body)
    assert seen.headers.items() >= REQUEST.headers.items()


@pytest.mark.parametrize("status", [200, 302, 403, 409, 413, 500, 503])
async def test_an_answer_comes_back_whole_whatever_its_status(
    network: Network, status: int
) -> None:
    body = bytes(range(256)) * 100
    network.answer = lambda request: Response(status, {"Retry-After": "7", "Location": "/x"}, body)
    said = await network.transport().send(REQUEST)
    assert (said.status, said.body, said.headers["retry-after"]) == (status, body, "7")
    assert len(network.seen) == 1


async def test_requests_follow_one_another_on_one_transport(network: Network) -> None:
    transport = network.transport()
    for count in range(5):
        said = await transport.send(REQUEST._replace(body=b"x" * count))
        assert said.body == b"hello"
    assert [len(seen.body) for seen in network.seen] == [0, 1, 2, 3, 4]


async def test_a_cut_line_delivers_nothing_and_says_so(network: Network) -> None:
    network.fate = Fate.LOST
    with pytest.raises(NotDelivered):
        await network.transport().send(REQUEST)
    assert network.seen == []


async def test_a_lost_answer_leaves_the_outcome_unknown(network: Network) -> None:
    network.fate = Fate.ANSWER_LOST
    with pytest.raises(OutcomeUnknown):
        await network.transport().send(REQUEST)
    assert len(network.seen) == 1


async def test_an_answer_beyond_every_bound_is_not_read(network: Network) -> None:
    network.answer = lambda request: Response(200, {}, b"x" * (ANSWER_BYTES_MAX + 1))
    with pytest.raises(OutcomeUnknown, match="larger"):
        await network.transport().send(REQUEST)


async def test_the_largest_answer_is_read(network: Network) -> None:
    network.answer = lambda request: Response(200, {}, b"x" * ANSWER_BYTES_MAX)
    assert len((await network.transport().send(REQUEST)).body) == ANSWER_BYTES_MAX


async def test_a_broken_line_heals(network: Network) -> None:
    network.fate = Fate.ANSWER_LOST
    with pytest.raises(NotSent):
        await network.transport().send(REQUEST)
    network.fate = Fate.DELIVERED
    assert (await network.transport().send(REQUEST)).body == b"hello"


# What only a real network can do.


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"HTTP/1.1 200 OK\r\nContent-Len",
        b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhal",
        b"not HTTP at all\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
    ],
    ids=["nothing", "half a head", "half a body", "another protocol", "broken chunks"],
)
async def test_an_answer_that_breaks_off_leaves_the_outcome_unknown(
    http: HttpNetwork, raw: bytes
) -> None:
    http.raw = raw
    with pytest.raises(OutcomeUnknown):
        await http.transport().send(REQUEST)
    assert len(http.seen) == 1


async def test_a_server_that_never_answers_is_not_waited_for(http: HttpNetwork) -> None:
    http.mute = True
    with pytest.raises(OutcomeUnknown, match="no whole answer in 1 s"):
        await http.within(1).send(REQUEST)


async def test_a_compressed_answer_is_handed_on_as_it_came(http: HttpNetwork) -> None:
    """A bomb in a hotel's login page must not be unfolded by the client library."""
    http.answer = lambda request: Response(200, {"Content-Encoding": "gzip"}, b"\x1f\x8b no gzip")
    assert (await http.transport().send(REQUEST)).body == b"\x1f\x8b no gzip"


async def test_a_redirect_is_not_followed(http: HttpNetwork) -> None:
    http.answer = lambda request: Response(307, {"Location": "/elsewhere"}, b"")
    assert (await http.transport().send(REQUEST)).status == 307
    assert len(http.seen) == 1


@pytest.mark.parametrize("address", ["http://", "ftp://127.0.0.1"])
async def test_an_address_that_is_none_delivers_nothing(address: str) -> None:
    async with open_client(address) as client:
        with pytest.raises(NotDelivered):
            await HttpTransport(client).send(REQUEST)
