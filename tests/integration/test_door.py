"""What both servers take at their door: nothing that anybody sends, or does not send, costs them
more memory or time than was set aside for it."""

import json
import re
import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from central.database.embedded import PostgresServer
from tests.central_fixtures import postgres_template
from tests.edge_store import make_store
from tests.servers import (
    Server,
    central_process,
    edge_process,
    new_database,
    read_answer,
    read_to_end,
    request,
    send_all,
)

__all__ = ["postgres_template"]

LINE_BYTES, HEADERS, HEADER_BYTES = 8 * 1024, 64, 16 * 1024
CONNECTIONS, OF_ONE_ADDRESS = 60, 40
GROWTH_KIB_MAX = 24 * 1024
SMALL = json.dumps(
    {
        "connections": CONNECTIONS,
        "connections_per_address": OF_ONE_ADDRESS,
        "head_s": 1,
        "body_s": 1,
        "idle_s": 2,
        "linger_s": 1,
        "opened_at_once": 10_000,
    }
)
ASK = request("GET", "/health")


@pytest.fixture(scope="module", params=["edge", "central"])
def server(
    request: pytest.FixtureRequest,
    tmp_path_factory: pytest.TempPathFactory,
    postgres_server: PostgresServer,
    postgres_template: str,
) -> Iterator[Server]:
    """A real process of either."""
    folder = tmp_path_factory.mktemp("door") / "S01"
    if request.param == "edge":
        make_store(folder)
        with edge_process(folder, EDGE_DOOR=SMALL) as one:
            yield one
        return
    url = new_database(postgres_server, postgres_template)
    with central_process(folder, url, CENTRAL_DOOR=SMALL) as one:
        yield one


def test_an_address_longer_than_is_read_is_answered_at_once(server: Server) -> None:
    """A30: 100 MB of address were answered after 23 s, others waited meanwhile."""
    before_kib, before_s = server.memory_kib("VmRSS"), server.cpu_s()
    answer = server.ask(b"GET /" + b"x" * (100 << 20))
    assert answer.problem["type"] == "urn:holdfast:problem:address-too-long"
    assert (answer.status, answer.headers["connection"]) == (414, "close")
    assert server.cpu_s() - before_s < 2
    assert server.memory_kib() - before_kib < GROWTH_KIB_MAX
    assert server.get("/health?" + "x" * (LINE_BYTES - 20)).status == 200
    assert server.get("/health?" + "x" * LINE_BYTES).status == 414


def test_headers_are_bounded_in_number_and_in_bytes(server: Server) -> None:
    """A30: 198 MiB of headers were taken."""
    before_kib = server.memory_kib("VmRSS")
    head = b"GET /health HTTP/1.1\r\nHost: 127.0.0.1\r\n"
    for raw in (
        head + b"X: y\r\n" * HEADERS + b"\r\n",
        head + b"X: " + b"y" * HEADER_BYTES + b"\r\n\r\n",
        head + b"X: " + b"y" * (64 << 20),
        head + b"X" * (64 << 20),
        head + b"".join(b"X%d: %s\r\n" % (n, b"y" * 1_000) for n in range(60_000)),
        head + b"Transfer-Encoding: chunked\r\n\r\n0\r\nX: " + b"y" * (64 << 20),
    ):
        answer = server.ask(raw)
        assert (answer.status, answer.problem["type"]) == (
            431,
            "urn:holdfast:problem:headers-too-large",
        ), raw[:80]
    assert server.memory_kib() - before_kib < GROWTH_KIB_MAX
    assert server.ask(head + b"X: y\r\n" * (HEADERS - 2) + b"\r\n").status == 200


def test_what_is_no_request_is_told_so(server: Server) -> None:
    """A30: a problem document, as for everything else."""
    for raw in (b"\x16\x03\x01\x02\x00\x01\x00", b"GET\r\n\r\n", b"GET /\xff HTTP/1.1\r\n\r\n"):
        answer = server.ask(raw)
        assert answer.problem["type"] == "urn:holdfast:problem:bad-request", raw
        assert answer.headers["x-content-type-options"] == "nosniff"


def test_requests_in_a_row_are_answered_up_to_a_few(server: Server) -> None:
    """A30: ten connections of tiny requests in a row took 600 MiB."""
    before_kib = server.memory_kib("VmRSS")
    with ExitStack() as stack:
        flooding = [stack.enter_context(server.connect()) for _ in range(10)]
        for connection in flooding:
            send_all(connection, ASK * 100_000)
        for connection in flooding:
            answers = read_to_end(connection).count(b"HTTP/1.1 200")
            assert 1 <= answers <= 10
    assert server.memory_kib() - before_kib < GROWTH_KIB_MAX
    with server.connect() as connection:
        connection.sendall(ASK * 3)
        assert read_to_end(connection).count(b"HTTP/1.1 200") == 3


def test_silence_ends_a_connection(server: Server) -> None:
    """A30: 5,000 idle connections were never timed out."""
    with server.connect() as silent, server.connect() as idle:
        idle.sendall(ASK)
        assert read_answer(idle).status == 200
        assert read_to_end(silent) == b""
        assert read_to_end(idle) == b""


def test_half_a_request_is_not_waited_for(server: Server) -> None:
    """A30: 300 half-sent bodies were never timed out; a byte now and then changes nothing."""
    path = {"edge": b"/pair", "central": b"/session"}[server.kind]
    post = b"POST %s HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n" % path
    for raw in (
        b"GET /heal",
        b"GET /health HTTP/1.1\r\nHost: 127.0.0.1\r\nX: ",
        post + b"Content-Length: 1000\r\n\r\n{",
    ):
        with server.connect() as connection:
            connection.sendall(raw)
            connection.settimeout(0.2)
            answer = b""
            while b"too-slow" not in answer:
                try:
                    answer += connection.recv(65_536)
                    assert answer
                except TimeoutError:
                    send_all(connection, b"x")
            assert answer.startswith(b"HTTP/1.1 408 "), raw
            assert b"urn:holdfast:problem:too-slow" in answer


def test_who_is_silent_makes_room_for_who_asks(server: Server) -> None:
    """A30: as many connections as there are places are held, and shut nobody out."""
    with ExitStack() as stack:
        held = [stack.enter_context(server.connect()) for _ in range(CONNECTIONS * 3)]
        for connection in held[::2]:
            send_all(connection, b"POST /pair HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 9")
        assert server.get("/health").status == 200
        assert server.get("/health", source="127.0.0.2").status == 200
        ended = sum(_is_ended(connection) for connection in held)
        assert ended >= CONNECTIONS * 3 - OF_ONE_ADDRESS


def _is_ended(connection: socket.socket) -> bool:
    connection.settimeout(0)
    try:
        return connection.recv(1) == b""
    except BlockingIOError:
        return False
    except ConnectionResetError:
        return True


def test_somebody_who_opens_without_end_waits_for_a_turn(
    tmp_path: Path, postgres_server: PostgresServer
) -> None:
    """A30: connections of one address come in at a pace; another address does not wait for it."""
    make_store(tmp_path / "S01")
    pace = json.dumps({"opened_at_once": 5, "opened_per_s": 2, "turn_s": 2, "linger_s": 1})
    with edge_process(tmp_path / "S01", EDGE_DOOR=pace) as server, ExitStack() as stack:
        begun = time.monotonic()
        opened = [stack.enter_context(server.connect()) for _ in range(12)]
        for connection in opened:
            send_all(connection, ASK)
        assert server.get("/health", source="127.0.0.2").status == 200
        statuses = [read_answer(connection).status for connection in opened]
        assert statuses == sorted(statuses)
        assert {200, 503} == set(statuses)
        assert statuses.count(200) in range(8, 11)
        assert time.monotonic() - begun >= (8 - 5) / 2, "the last of them had its turn"


def test_what_was_turned_away_is_logged_by_number_not_by_line(server: Server) -> None:
    """A30, A38: a flood of what is turned away writes a line a minute, and nothing that was
    sent."""
    for _ in range(30):
        assert server.get("/health?secret" + "x" * LINE_BYTES, Cookie="secret").status == 414
    lines = [line for line in server.log.read_text().splitlines() if "address-too-long" in line]
    assert len(lines) <= 2
    assert not re.search("secret", server.log.read_text())
