"""A server shows its certificate, takes a new one into use without a restart, and lets nobody hold
its door by a handshake that does not end."""

import asyncio
import socket
import ssl
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import uvicorn
import uvloop
from cryptography import x509

from sync.http.limits import DoorLimits
from sync.http.serving import uvicorn_config
from sync.http.tls import BadCertificate, ServedCertificate, names_of
from tests.own_root import Root
from tests.patience import PATIENCE_S
from tests.servers import read_answer, request

ROOT = Root()
PLACES = 4


async def _says_its_scheme(scope: Any, receive: Any, send: Any) -> None:
    body = scope["scheme"].encode()
    headers = [(b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": body})


@contextmanager
def listening(certificate: ServedCertificate, limits: DoorLimits) -> Iterator[int]:
    """A server in a thread of its own; its port."""
    bound = socket.create_server(("127.0.0.1", 0))
    config = uvicorn_config(_says_its_scheme, limits, certificate=certificate)
    server = uvicorn.Server(config)

    def run() -> None:
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            runner.run(server.serve(sockets=[bound]))

    thread = threading.Thread(target=run)
    thread.start()
    try:
        yield bound.getsockname()[1]
    finally:
        server.should_exit = True
        thread.join(PATIENCE_S)
        bound.close()


def connect(port: int, context: ssl.SSLContext | None = None) -> ssl.SSLSocket:
    plain = socket.create_connection(("127.0.0.1", port), PATIENCE_S)
    return (context or ROOT.trusted()).wrap_socket(plain, server_hostname="head.example")


def leaf_of(connection: ssl.SSLSocket) -> x509.Certificate:
    der = connection.getpeercert(binary_form=True)
    assert der is not None
    return x509.load_der_x509_certificate(der)


def asks(connection: ssl.SSLSocket) -> bytes:
    connection.sendall(request("GET", "/"))
    return read_answer(connection).body


@pytest.fixture
def served(tmp_path: Path) -> ServedCertificate:
    return ServedCertificate(*ROOT.write(tmp_path, "head.example", "127.0.0.1"))


def test_a_changed_certificate_is_shown_to_the_next_connection_and_ends_none(
    served: ServedCertificate, tmp_path: Path
) -> None:
    with listening(served, DoorLimits()) as port:
        first = connect(port)
        assert (asks(first), leaf_of(first)) == (b"https", served.leaf)
        before = served.leaf
        assert served.take_changed() is False
        ROOT.write(tmp_path, "head.example")
        assert served.take_changed() is True
        second = connect(port)
        assert leaf_of(second) == served.leaf != before
        assert asks(second) == asks(first) == b"https"
        first.close()
        second.close()


def test_a_pair_that_does_not_fit_leaves_the_earlier_one_in_use(
    served: ServedCertificate, tmp_path: Path
) -> None:
    chain, key = tmp_path / "server.crt", tmp_path / "server.key"
    other_chain, other_key = ROOT.write(tmp_path / "other", "head.example")
    before = served.leaf
    chain.write_bytes(other_chain.read_bytes())
    with pytest.raises(BadCertificate, match="no certificate with its key"):
        served.take_changed()
    assert served.take_changed() is False, "said once"
    with listening(served, DoorLimits()) as port, connect(port) as shown:
        assert leaf_of(shown) == served.leaf == before
    key.write_bytes(other_key.read_bytes())
    assert served.take_changed() is True
    assert served.leaf != before


def test_files_that_are_none_are_refused_in_a_sentence(tmp_path: Path) -> None:
    chain, key = ROOT.write(tmp_path, "head.example")
    with pytest.raises(BadCertificate, match=r"nothing\.key: No such file"):
        ServedCertificate(chain, tmp_path / "nothing.key")
    with pytest.raises(BadCertificate, match="no certificate with its key in PEM"):
        ServedCertificate(key, key)


def test_it_tells_its_names(served: ServedCertificate) -> None:
    assert names_of(served.leaf) == ("head.example", "127.0.0.1")


def test_nothing_older_than_tls_1_2_is_spoken(served: ServedCertificate) -> None:
    with listening(served, DoorLimits()) as port:
        for version in (ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3):
            context = ROOT.trusted()
            context.minimum_version = context.maximum_version = version
            with connect(port, context) as connection:
                assert asks(connection) == b"https"
        old = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        old.check_hostname, old.verify_mode = False, ssl.CERT_NONE
        old.set_ciphers("ALL:@SECLEVEL=0")
        with pytest.warns(DeprecationWarning, match="TLSv1_1"):
            old.minimum_version = old.maximum_version = ssl.TLSVersion.TLSv1_1
        with pytest.raises((ssl.SSLError, ConnectionError)):
            connect(port, old)


def test_whoever_connects_and_shakes_no_hand_makes_room_for_others(
    served: ServedCertificate,
) -> None:
    with listening(served, DoorLimits(connections=PLACES)) as port:
        silent = [socket.create_connection(("127.0.0.1", port)) for _ in range(3 * PLACES)]
        with connect(port) as connection:
            assert asks(connection) == b"https"
        for one in silent:
            one.close()


def test_a_handshake_has_its_turn(served: ServedCertificate) -> None:
    limits = DoorLimits(opened_at_once=1, opened_per_s=2)
    with listening(served, limits) as port:
        begun = time.monotonic()
        for _ in range(3):
            with connect(port) as connection:
                assert asks(connection) == b"https"
        assert time.monotonic() - begun >= 1


def test_a_handshake_that_does_not_end_is_ended(served: ServedCertificate) -> None:
    with (
        listening(served, DoorLimits(head_s=0.2)) as port,
        socket.create_connection(("127.0.0.1", port), PATIENCE_S) as silent,
    ):
        assert silent.recv(1) == b""


def test_plain_http_is_told_nothing_where_https_is_spoken(served: ServedCertificate) -> None:
    with (
        listening(served, DoorLimits()) as port,
        socket.create_connection(("127.0.0.1", port), PATIENCE_S) as plain,
    ):
        plain.sendall(request("GET", "/"))
        got = b""
        try:
            while piece := plain.recv(1_024):
                got += piece
        except ConnectionResetError:
            pass
        assert b"HTTP" not in got


def test_a_request_that_comes_with_the_last_of_the_handshake_is_answered(
    served: ServedCertificate,
) -> None:
    with listening(served, DoorLimits()) as port:
        incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        client = ROOT.trusted().wrap_bio(incoming, outgoing, server_hostname="head.example")
        with socket.create_connection(("127.0.0.1", port), PATIENCE_S) as plain:
            while True:
                try:
                    client.do_handshake()
                    break
                except ssl.SSLWantReadError:
                    plain.sendall(outgoing.read())
                    incoming.write(plain.recv(65_536))
            client.write(request("GET", "/"))
            plain.sendall(outgoing.read())
            got = b""
            while b"https" not in got:
                try:
                    got += client.read(4_096)
                except ssl.SSLWantReadError:
                    incoming.write(plain.recv(65_536))
        assert got.endswith(b"https")
