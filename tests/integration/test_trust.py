"""A box speaks to head office and to nobody who stands between: with a real head office that shows
a certificate of its own making, and a real middleman with another."""

import asyncio
import ssl
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import httpx
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from typer.testing import CliRunner, Result

from central.database.embedded import PostgresServer
from edge.commands.cli import app
from sync.engine.transport import HttpTransport, Request, Response, open_client
from sync.engine.trust import NotHeadOffice, carrier_for, say_hello
from sync.protocol.enrolment import pin_of, read_invitation, write_invitation
from sync.protocol.errors import NotDelivered, Undecodable
from sync.protocol.trust import Trust
from tests.central_fixtures import postgres_template
from tests.integration.test_central_cli import central
from tests.middleman import middleman
from tests.own_root import Root
from tests.servers import Server, central_process, new_database

__all__ = ["postgres_template"]

ROOT, SOMEBODY = Root(), Root("Somebody else")
SECRET = b"what only head office may read"
ENROLS = Request("POST", "/v1/enrol", {"Content-Type": "application/json"}, SECRET)


CODE = "ABCD-EFGH-IJKL-MNOP-QRST"
IN_THE_CLEAR = write_invitation("http://head.example:8100", CODE, bytes(32))


class Office(NamedTuple):
    """A head office at work with a store S01: its public key, where its certificate lies, and how
    commands name it."""

    server: Server
    key: bytes
    tls: Path
    named: dict[str, Any]

    @property
    def pin(self) -> bytes:
        return pin_of(self.key)


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
        named: dict[str, Any] = {"url": url, "data": folder / "office"}
        setup = ("setup", "Corner Shops", "--store", "S01", "--user", "you@shop.example")
        assert asyncio.run(central(*setup, **named)).code == 0
        yield Office(server, public, folder / "tls", named)


async def edge(*words: str) -> Result:
    """A command of the box, in a thread of its own."""
    return await asyncio.to_thread(CliRunner().invoke, app, list(words))


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
        with pytest.raises(NotDelivered, match="somebody stands on the line"):
            await sends(between.port, Trust.PIN, office.pin)
        assert b"GET /v1/hello" in between.read
        assert SECRET not in between.read


async def test_a_box_is_enrolled_with_the_string_and_tells_the_code_to_head_office_alone(
    office: Office, tmp_path: Path
) -> None:
    made = await central("enrol-code", "S01", **office.named)
    code, string = made.shown.split()[0], made.shown.splitlines()[1].split()[-1]
    invitation = read_invitation(string)
    here = f"https://localhost:{office.server.port}"
    assert (invitation.url, invitation.code, invitation.pin) == (here, code, office.pin)
    assert made.shown.strip().endswith(f"edge provision --enrol {string} --data S01`.")
    place = (str(tmp_path / "S01"), "--port", "0")
    with middleman(SOMEBODY.write(tmp_path / "tls", "localhost"), office.server.port) as between:
        there = write_invitation(f"https://localhost:{between.port}", code, office.key)
        refused = await edge("provision", "--enrol", there, "--data", *place)
        assert refused.exit_code == 2
        assert "somebody stands on the line" in refused.stderr
        assert "the code is still good" in refused.stderr
        assert code.encode() not in between.read
    done = await edge("provision", "--code", string, "--data", *place)
    assert (done.exit_code, "S01 is ready to sell" in done.stdout) == (0, True), done.stderr
    settings = (tmp_path / "S01" / "edge.toml").read_text()
    assert f'central_url = "{here}"' in settings
    assert 'trust = "pin"' in settings
    again = await edge("provision", "--enrol", string, "--data", *place)
    assert (again.exit_code, "already" in again.stdout) == (0, True), again.stderr


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ((), "Give `--enrol HF1:…`"),
        (("--code", "ABCD-EFGH-IJKL-MNOP-QRST"), "Give `--enrol HF1:…`"),
        (("--enrol", "HF1:abc"), "no whole enrolment string"),
        (("--code", CODE, "--central", "https://localhost", "--trust", "pin"), "has no pin"),
        (("--enrol", IN_THE_CLEAR), "everybody on the way could read the code"),
        (("--enrol", IN_THE_CLEAR, "--code", CODE), "leave `--central` and `--code` out"),
    ],
)
async def test_what_says_too_little_or_would_be_read_is_refused_in_a_sentence(
    words: tuple[str, ...], said: str, tmp_path: Path
) -> None:
    refused = await edge("provision", *words, "--data", str(tmp_path / "S01"))
    assert (refused.exit_code, refused.stderr.count("\n")) == (2, 1), refused.stderr
    assert said in refused.stderr


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
