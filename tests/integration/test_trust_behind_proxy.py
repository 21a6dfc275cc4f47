"""A box knows a head office whose TLS a proxy ends: by the proxy's certificate where head office
was told it, else by what the box's own machine trusts."""

import asyncio
import json
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from central.database.embedded import PostgresServer
from sync.engine.transport import HttpTransport, Request, Response, open_client
from sync.engine.trust import carrier_for
from sync.http.door import Door
from sync.http.limits import DoorLimits
from sync.protocol.enrolment import pin_of
from sync.protocol.errors import NotDelivered
from sync.protocol.trust import Trust
from tests.central_fixtures import postgres_template
from tests.middleman import middleman
from tests.own_root import Root
from tests.servers import central_process, new_database

__all__ = ["postgres_template"]

NOW_S = 1_000
ROOT, SOMEBODY = Root(), Root("Somebody else")


def asks(port: int, pin: bytes) -> int:
    """The status that a box with this pin is answered."""
    url = f"https://localhost:{port}"

    async def ask() -> Response:
        async with open_client(url, carrier_for(Trust.PIN, url, pin)) as client:
            return await HttpTransport(client).send(Request("GET", "/health", {}, b""))

    return asyncio.run(ask()).status


def pin_in(folder: Path) -> bytes:
    secret = (folder / "central.key").read_bytes()
    return pin_of(Ed25519PrivateKey.from_private_bytes(secret).public_key().public_bytes_raw())


@pytest.mark.parametrize("told", [True, False])
def test_a_proxy_is_known_by_the_certificate_that_head_office_was_told_or_by_the_system(
    told: bool,
    tmp_path: Path,
    postgres_server: PostgresServer,
    postgres_template: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    shown = ROOT.write(tmp_path / "proxy", "localhost")
    other = SOMEBODY.write(tmp_path / "other", "localhost")
    authorities = tmp_path / "authorities.pem"
    authorities.write_bytes(ROOT.pem)
    settings = {
        "CENTRAL_TRUSTED_PROXY": json.dumps(["127.0.0.1"]),
        "CENTRAL_NAME": json.dumps(["localhost"]),
        **({"CENTRAL_PROXY_CERT": json.dumps([str(shown[0])])} if told else {}),
    }
    url = new_database(postgres_server, postgres_template)
    with (
        central_process(tmp_path / "office", url, CENTRAL_PORT="0", **settings) as server,
        middleman(shown, server.port, onward_by_tls=False) as proxy,
        middleman(other, server.port, onward_by_tls=False) as stranger,
    ):
        pin = pin_in(tmp_path / "office")
        if told:
            assert asks(proxy.port, pin) == 200
            with pytest.raises(NotDelivered, match="somebody stands on the line"):
                asks(stranger.port, pin)
            return
        with pytest.raises(NotDelivered, match="certificate verify failed"):
            asks(proxy.port, pin)
        monkeypatch.setenv("SSL_CERT_FILE", str(authorities))
        assert asks(proxy.port, pin) == 200
        with pytest.raises(NotDelivered, match="certificate verify failed"):
            asks(stranger.port, pin)


def test_a_proxy_s_connections_wait_for_no_turn() -> None:
    door = Door(DoorLimits(opened_at_once=1, opened_per_s=1), lambda address: address == "10.0.0.5")
    assert [door.turn_in_s("10.0.0.5", NOW_S) for _ in range(5)] == [0] * 5
    assert [round(max(0, door.turn_in_s("10.0.0.6", NOW_S))) for _ in range(3)] == [0, 1, 2]
