"""A box speaks to head office and to nobody who stands between: with a real head office that shows
a certificate of its own making, and a real middleman with another."""

import asyncio
import ssl
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import httpx
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from central.database.embedded import PostgresServer
from sync.engine.transport import HttpTransport, Request, Response, open_client
from sync.engine.trust import NotHeadOffice, Trust, carrier_for, say_hello
from sync.protocol.enrolment import pin_of, read_invitation, write_invitation
from sync.protocol.errors import NotDelivered, Undecodable
from tests.central_fixtures import postgres_template
from tests.middleman import middleman
from tests.own_root import Root
from tests.servers import Server, central_process, new_database

__all__ = ["postgres_template"]

ROOT, SOMEBODY = Root(), Root("Somebody else")
SECRET = b"what only head office may read"
ENROLS = Request("POST", "/v1/enrol", {"Content-Type": "application/json"}, SECRET)


class Office(NamedTuple):
    """A head office at work, the pin of its key, and where its certificate lies."""

    server: Server
    pin: bytes
    tls: Path


@pytest.fixture(scope="module")
def office(
    tmp_path_factory: pytest.TempPathFactory,
    postgres_server: PostgresServer,
    postgres_template: str,
) -> Iterator[Office]:
    folder = tmp_path_factory.mktemp("trust")
    chain, key = ROOT.write(folder / "tls", "localhost")
    url = new_database(postgres_server, postgres_template)
    tls = {"CENTRAL_TLS_CERT": str(chain), "CENTRAL_TLS_KEY": str(key)}
    with central_process(folder / "office", url, **tls) as server:
        secret = (folder / "office" / "central.key").read_bytes()
        public = Ed25519PrivateKey.from_private_bytes(secret).public_key().public_bytes_raw()
        yield Office(server, pin_of(public), folder / "tls")


async def sends(port: int, trust: Trust, pin: bytes | None = None) -> Response:
    """What a box that trusts so is answered when it sends its secret."""
    url = f"https://localhost:{port}"
    async with open_client(url, carrier_for(trust, url, pin)) as client:
        return await HttpTransport(client).send(ENROLS)


async def leaf(port: int) -> str:
    """The certificate that is shown now."""
    return await asyncio.to_thread(ssl.get_server_certificate, ("localhost", port))


async def test_a_certificate_of_any_issuer_is_head_office_s_where_its_key_says_so(
    office: Office,
) -> None:
    assert (await sends(office.server.port, Trust.PIN, office.pin)).status == 400
    with pytest.raises(NotDelivered, match="certificate verify failed"):
        await sends(office.server.port, Trust.SYSTEM)


async def test_whoever_stands_between_with_another_certificate_reads_nothing(
    office: Office, tmp_path: Path
) -> None:
    """They pass on the very question that head office answers with its signature."""
    shown = SOMEBODY.write(tmp_path, "localhost")
    with middleman(shown, office.server.port) as between:
        with pytest.raises(
            NotDelivered, match="somebody stands on the line"
        ):
            await sends(between.port, Trust.PIN, office.pin)
        assert b"GET /v1/hello" in between.read
        assert SECRET not in between.read


async def test_a_key_that_is_not_the_pinned_one_proves_nothing(office: Office) -> None:
    with pytest.raises(NotDelivered, match="another one than the enrolment string names"):
        await sends(office.server.port, Trust.PIN, bytes(32))


async def test_the_system_s_trust_takes_what_its_authorities_signed(
    office: Office, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = tmp_path / "authorities.pem"
    store.write_bytes(ROOT.pem)
    monkeypatch.setenv("SSL_CERT_FILE", str(store))
    assert (await sends(office.server.port, Trust.SYSTEM)).status == 400
    shown = SOMEBODY.write(tmp_path, "localhost")
    with middleman(shown, office.server.port) as between:
        with pytest.raises(NotDelivered, match="certificate verify failed"):
            await sends(between.port, Trust.SYSTEM)
        assert between.read == b""


async def test_a_renewed_certificate_is_known_at_the_next_connection(office: Office) -> None:
    url = f"https://localhost:{office.server.port}"
    async with open_client(url, carrier_for(Trust.PIN, url, office.pin)) as client:
        transport = HttpTransport(client)
        before = await transport.send(ENROLS)
        shown = await leaf(office.server.port)
        ROOT.write(office.tls, "localhost")
        while await leaf(office.server.port) == shown:
            assert (await transport.send(ENROLS)).status == before.status
        assert (await sends(office.server.port, Trust.PIN, office.pin)).status == before.status


async def test_only_an_answer_that_the_key_signed_over_our_own_question_counts(
    office: Office,
) -> None:
    url = f"https://localhost:{office.server.port}"
    async with open_client(url, carrier_for(Trust.PIN, url, office.pin)) as client:
        hello = await say_hello(client, office.pin)
        assert pin_of(hello.central_key) == office.pin
        assert len(hello.tls_keys) == 1
        real = HttpTransport(client)
        old = await real.send(Request("GET", "/v1/hello", {"Holdfast-Nonce": "00" * 8}, b""))
    replayed = httpx.MockTransport(lambda _request: _sent(old))
    unsigned = httpx.MockTransport(lambda _request: _sent(old._replace(headers={})))
    for carrier in (replayed, unsigned):
        async with open_client("https://localhost", carrier) as client:
            with pytest.raises(NotHeadOffice, match="not signed by head office's key"):
                await say_hello(client, office.pin)


def _sent(answer: Response) -> httpx.Response:
    body = httpx.ByteStream(answer.body)
    return httpx.Response(answer.status, headers=dict(answer.headers), stream=body)


def test_an_invitation_survives_its_way_and_nothing_else_passes_for_one() -> None:
    text = write_invitation("https://head.example", "ABCD-EFGH-IJKL-MNOP-QRST", bytes(32))
    for typed in (text, f"{text[:40]}\n  {text[40:]}\n"):
        invitation = read_invitation(typed)
        assert invitation.url == "https://head.example"
        assert invitation.code == "ABCD-EFGH-IJKL-MNOP-QRST"
        assert invitation.pin == pin_of(bytes(32))
    for wrong in ("", "HF1:", text[:-1], text[4:], f"{text}ü", f"HF2:{text[4:]}", text * 40):
        with pytest.raises(Undecodable):
            read_invitation(wrong)
    with pytest.raises(Undecodable):
        read_invitation(write_invitation("ftp://head.example", "A", bytes(32)))
