"""The page in plain that tells a device how to trust the company: all it says is public, and there
is nothing else."""

import hashlib
import plistlib
import re
import socket
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from edge.api.pairing_codes import to_trust
from edge.server.trust import build_trust_app
from tests.fake_authority import AUTHORITY
from tests.integration.test_edge_lan import HERE, NAME, Shop, ask, shop_in
from tests.own_root import Root

DER = AUTHORITY.public_bytes(Encoding.DER)


@pytest.fixture
async def shop(tmp_path: Path) -> AsyncIterator[Shop]:
    async with shop_in(tmp_path / "S01") as one:
        await one.certify()
        yield one


def client_of(shop: Shop) -> httpx.AsyncClient:
    transport = httpx.ASGITransport(app=build_trust_app(shop.box))
    return httpx.AsyncClient(transport=transport, base_url=f"http://{HERE}")


async def test_it_shows_the_fingerprint_that_the_box_prints(shop: Shop) -> None:
    told = to_trust(shop.box)
    assert told is not None
    letters = hashlib.sha256(DER).hexdigest().upper()
    assert told.fingerprint == " ".join(re.findall("....", letters))
    async with client_of(shop) as client:
        page = (await client.get("/")).text
    assert re.findall(r"<span>(\w{4})</span>", page) == told.fingerprint.split()
    assert told.authority in page


async def test_it_sends_on_to_https(shop: Shop) -> None:
    async with client_of(shop) as client:
        page = (await client.get("/")).text
        drawn = await client.get("/link.svg")
    links = re.findall(r'href="(https://[^"]+)"', page)
    assert links == [f"https://{NAME}:{shop.port}/", f"https://{HERE}:{shop.port}/"]
    assert (drawn.status_code, drawn.headers["content-type"]) == (200, "image/svg+xml")


async def test_it_loads_nothing_from_elsewhere_and_runs_nothing(shop: Shop) -> None:
    async with client_of(shop) as client:
        answer = await client.get("/")
    policy = answer.headers["content-security-policy"]
    assert policy.startswith("default-src 'none'; style-src 'self'; img-src 'self';")
    assert "script" not in policy
    loaded = re.findall(r'(?:src|<link[^>]* href)="([^"]+)"', answer.text)
    assert all(address.startswith("/") for address in loaded)
    assert "<script" not in answer.text
    assert "style=" not in answer.text


async def test_the_certificate_comes_as_every_system_takes_it(shop: Shop) -> None:
    async with client_of(shop) as client:
        plain = await client.get("/company.crt")
        apple = await client.get("/company.mobileconfig")
    assert plain.headers["content-type"] == "application/x-x509-ca-cert"
    assert x509.load_der_x509_certificate(plain.content) == AUTHORITY
    assert apple.headers["content-type"] == "application/x-apple-aspen-config"
    profile = plistlib.loads(apple.content)
    [inside] = profile["PayloadContent"]
    assert (inside["PayloadType"], inside["PayloadContent"]) == ("com.apple.security.root", DER)
    assert profile["PayloadType"] == "Configuration"


@pytest.mark.parametrize(
    "path", ["/health", "/pair", "/sales", "/web", "/tls.key", "/../box.keys", "/index.html"]
)
async def test_nothing_else_answers_there(shop: Shop, path: str) -> None:
    async with client_of(shop) as client:
        assert (await client.get(path)).status_code == 404


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH", "OPTIONS"])
async def test_it_takes_nothing_in(shop: Shop, method: str) -> None:
    async with client_of(shop) as client:
        answer = await client.request(method, "/", content=b"x")
        assert (answer.status_code, answer.headers["allow"]) == (405, "GET, HEAD")
        assert (await client.head("/")).content == b""


async def test_with_a_certificate_of_the_shops_own_there_is_nothing_to_trust(
    tmp_path: Path,
) -> None:
    chain, key = Root().write(tmp_path / "own", "s01.shop.example")
    async with shop_in(tmp_path / "S01", names=(), tls_cert=chain, tls_key=key) as shop:
        async with client_of(shop) as client:
            page = (await client.get("/")).text
            assert "nothing to install" in page
            assert f"https://s01.shop.example:{shop.port}/" in page
            assert (await client.get("/company.crt")).status_code == 404
        assert to_trust(shop.box) is None


async def test_it_is_there_on_a_port_of_its_own_behind_the_same_door(tmp_path: Path) -> None:
    from central.demo.children import free_port

    port = free_port()
    async with shop_in(tmp_path / "S01", trust_port=port) as shop:
        await shop.certify()
        async with httpx.AsyncClient(trust_env=False) as client:
            answer = await client.get(f"http://{HERE}:{port}/")
            assert answer.status_code == 200
            assert (await client.get(f"http://{HERE}:{port}/{'x' * 9_000}")).status_code == 414
        told = to_trust(shop.box)
        assert told is not None
        assert told.told_at == f"http://{HERE}:{port}/"


async def test_where_its_port_is_taken_tills_are_answered_all_the_same(tmp_path: Path) -> None:
    with socket.create_server((HERE, 0)) as taken:
        async with shop_in(tmp_path / "S01", trust_port=taken.getsockname()[1]) as shop:
            await shop.certify()
            assert (await ask(shop, NAME)).status_code == 200
