"""Tills on other machines: HTTPS with the company's certificate as soon as there is one, renewed
and swapped while people sell, and on no address without."""

import asyncio
import contextlib
import secrets
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from edge.api.sync_status import status_of
from edge.box.box import Box
from edge.box.clock import wall_clock_ms
from edge.box.folder import BOX_KEYS_FILE, TLS_KEY_FILE
from edge.box.settings import read_settings
from edge.exchange.certificate import Certifying, NotCertified, get_certified
from edge.exchange.rounds import Line, journal_of
from edge.server.background import exchanging_over
from edge.server.serving import serving
from sync.engine.signing import Signer
from sync.http.tls import names_of
from sync.protocol.enrolment import EnrolmentAnswer
from sync.protocol.errors import NotDelivered
from tests.certificates import trusting
from tests.doubles.transport import MemoryTransport
from tests.edge_store import make_store
from tests.fake_authority import AUTHORITY
from tests.fake_central import FakeCentral, problem
from tests.own_root import Root
from tests.patience import PATIENCE_S

NAME = "s01.shop.internal"
HERE = "127.0.0.2"
DAY_MS = 86_400_000
BOX_DAYS = 397


@dataclass
class Shop:
    """A store at work, and its head office."""

    box: Box
    url: str
    central: FakeCentral
    line: Line

    @property
    def port(self) -> int:
        return int(self.url.rpartition(":")[2])

    async def certify(self) -> None:
        await get_certified(self.box, self.line)
        await self.listening()

    async def listening(self, host: str = HERE) -> None:
        """Until tills on other machines are answered."""
        async with asyncio.timeout(PATIENCE_S):
            while True:
                try:
                    _, writer = await asyncio.open_connection(host, self.port)
                except ConnectionRefusedError:
                    await asyncio.sleep(0)
                else:
                    writer.close()
                    return


def line_of(box: Box, central: FakeCentral) -> Line:
    told = box.enrolment
    central.know(
        EnrolmentAnswer(
            told.genesis,
            told.genesis_signature,
            told.central_key,
            told.incarnation,
            told.company_id,
            told.store_id,
            told.store_code,
            told.device_id,
        )
    )
    signer = Signer(
        told.store_id,
        told.device_id,
        box.device_key,
        told.central_key,
        lambda: secrets.token_bytes(16),
    )
    return Line(MemoryTransport(central.answer), signer, journal_of(box), {})


@asynccontextmanager
async def shop_in(folder: Path, **settings: Any) -> AsyncIterator[Shop]:
    with contextlib.suppress(FileExistsError):
        folder.mkdir()  # noqa: ASYNC240 - a test's own folder
        make_store(folder)
    wanted = {"lan": True, "names": (NAME,), "addresses": (HERE,), "trust_port": 0, **settings}
    changed = read_settings(folder).model_copy(update=wanted)
    async with serving(folder, changed, exchange=False) as (box, url):
        central = FakeCentral()
        yield Shop(box, url, central, line_of(box, central))


@pytest.fixture
async def shop(tmp_path: Path) -> AsyncIterator[Shop]:
    async with shop_in(tmp_path / "S01") as one:
        yield one


def client_of_company() -> ssl.SSLContext:
    return trusting(AUTHORITY.public_bytes(Encoding.PEM))


async def ask(shop: Shop, host: str, path: str = "/health", **more: Any) -> httpx.Response:
    """Over HTTPS by one of the box's names, which leads to HERE."""
    async with httpx.AsyncClient(verify=client_of_company(), trust_env=False) as client:
        return await client.get(
            f"https://{HERE}:{shop.port}{path}",
            headers={"Host": f"{host}:{shop.port}", **more},
            extensions={"sni_hostname": host},
        )


async def test_without_a_certificate_only_this_machine_is_answered(shop: Shop) -> None:
    async with httpx.AsyncClient(trust_env=False) as client:
        assert (await client.get(f"{shop.url}/health")).status_code == 200
    with pytest.raises(ConnectionRefusedError):
        await asyncio.open_connection(HERE, shop.port)
    assert (await status_of(shop.box)).tills_at == ()


async def test_with_one_tills_are_answered_by_name_and_by_address(shop: Shop) -> None:
    await shop.certify()
    for host in (NAME, HERE):
        answer = await ask(shop, host)
        assert answer.status_code == 200
        assert "strict-transport-security" not in answer.headers  # see edge/server/lan.py
    assert (await ask(shop, NAME, "/")).headers["content-type"].startswith("text/html")
    assert (await status_of(shop.box)).tills_at == (
        f"https://{NAME}:{shop.port}/",
        f"https://{HERE}:{shop.port}/",
    )


async def test_who_does_not_trust_the_company_or_means_another_box_is_not_taken_in(
    shop: Shop,
) -> None:
    await shop.certify()
    for context, name in (
        (client_of_company(), "s02.shop.internal"),
        (ssl.create_default_context(), NAME),
        (Root().trusted(), NAME),
    ):
        with pytest.raises(ssl.SSLCertVerificationError):
            await asyncio.open_connection(HERE, shop.port, ssl=context, server_hostname=name)


@pytest.mark.parametrize("host", ["evil.example", "s02.shop.internal", "192.168.77.1", "internal"])
async def test_another_host_than_its_own_is_refused_on_both_ways_in(shop: Shop, host: str) -> None:
    await shop.certify()
    async with httpx.AsyncClient(verify=client_of_company(), trust_env=False) as client:
        for base in (shop.url, f"https://{HERE}:{shop.port}"):
            more = {} if base == shop.url else {"extensions": {"sni_hostname": NAME}}
            answer = await client.get(f"{base}/health", headers={"Host": host}, **more)  # type: ignore[arg-type]  # of two kinds
            assert (answer.status_code, answer.json()["type"]) == (
                421,
                "urn:holdfast:problem:wrong-host",
            )


async def test_a_renewed_certificate_is_shown_to_the_next_one_and_ends_no_connection(
    shop: Shop,
) -> None:
    await shop.certify()
    async with httpx.AsyncClient(verify=client_of_company(), trust_env=False) as inside:
        url = f"https://{HERE}:{shop.port}/health"
        first = await inside.get(url)
        served = shop.box.certificate.served
        assert served is not None
        before = served.leaf.serial_number
        await get_certified(shop.box, shop.line)
        assert served.leaf.serial_number != before
        assert await shown_serial(shop) == served.leaf.serial_number
        again = await inside.get(url)
        stream = first.extensions["network_stream"]
        assert again.extensions["network_stream"] is stream


async def shown_serial(shop: Shop) -> int:
    """Of the certificate that a new connection is shown."""
    async with asyncio.timeout(PATIENCE_S):
        _, writer = await asyncio.open_connection(
            HERE, shop.port, ssl=client_of_company(), server_hostname=NAME
        )
    der = writer.get_extra_info("ssl_object").getpeercert(binary_form=True)
    writer.close()
    return x509.load_der_x509_certificate(der).serial_number


async def test_it_is_asked_for_when_it_is_missing_and_at_two_thirds_of_its_life(
    shop: Shop, tmp_path: Path
) -> None:
    now_ms, third = wall_clock_ms(), BOX_DAYS * DAY_MS // 3
    shown = shop.box.certificate
    assert shown.is_due(now_ms)
    await shop.certify()
    assert not shown.is_due(now_ms)
    assert not shown.is_due(now_ms + 2 * third - 3 * DAY_MS)
    assert shown.is_due(now_ms + 2 * third)


async def test_another_name_or_address_is_asked_for_and_one_that_is_gone_is_given_back(
    tmp_path: Path,
) -> None:
    folder, now_ms = tmp_path / "S01", wall_clock_ms()
    async with shop_in(folder) as shop:
        await shop.certify()
    for changes in (
        {"names": ("s01.other.internal",)},
        {"names": ()},
        {"addresses": ("127.0.0.3",)},
    ):
        async with shop_in(folder, **changes) as shop:
            assert shop.box.certificate.is_due(now_ms)
            await get_certified(shop.box, shop.line)
            assert not shop.box.certificate.is_due(now_ms)
            served = shop.box.certificate.served
            assert served is not None
            wanted = {"names": (NAME,), "addresses": (HERE,), **changes}
            assert set(names_of(served.leaf)) == {*wanted["names"], *wanted["addresses"]}


async def test_a_start_shows_what_was_given_before_and_asks_for_nothing(tmp_path: Path) -> None:
    folder = tmp_path / "S01"
    async with shop_in(folder) as shop:
        await shop.certify()
        before = await shown_serial(shop)
    async with shop_in(folder) as shop:
        await shop.listening()
        assert await shown_serial(shop) == before
        assert not shop.box.certificate.is_due(wall_clock_ms())
    assert (folder / TLS_KEY_FILE).stat().st_mode & 0o777 == 0o600
    assert (folder / BOX_KEYS_FILE).stat().st_mode & 0o777 == 0o600


async def test_a_key_that_is_gone_makes_another_one_due(tmp_path: Path) -> None:
    folder = tmp_path / "S01"
    async with shop_in(folder) as shop:
        await shop.certify()
    (folder / TLS_KEY_FILE).unlink()
    async with shop_in(folder) as shop:
        assert shop.box.certificate.served is None
        assert shop.box.certificate.is_due(wall_clock_ms())
        await shop.certify()
        assert (await ask(shop, NAME)).status_code == 200


async def test_an_expired_one_is_shown_on_and_said(tmp_path: Path) -> None:
    """A shop whose line is away for more than a year goes on selling."""
    async with shop_in(tmp_path / "S01") as shop:
        shop.central.certified_at_ms = wall_clock_ms() - (BOX_DAYS + 10) * DAY_MS
        await shop.certify()
        with pytest.raises(ssl.SSLCertVerificationError, match="expired"):
            await asyncio.open_connection(
                HERE, shop.port, ssl=client_of_company(), server_hostname=NAME
            )
        lenient = client_of_company()
        lenient.check_hostname = False
        lenient.verify_mode = ssl.CERT_NONE  # somebody at the till goes on all the same
        async with httpx.AsyncClient(verify=lenient, trust_env=False) as client:
            answer = await client.get(f"https://{HERE}:{shop.port}/health")
            assert answer.status_code == 200
        status = await status_of(shop.box)
        assert status.needs_a_person
        assert "has expired" in str(status.certificate)
        assert shop.box.certificate.is_due(wall_clock_ms())


async def test_a_refusal_is_told_and_does_not_come_every_few_seconds(shop: Shop) -> None:
    said = f"{NAME} is another store's."
    shop.central.instead = lambda request: (
        problem(409, "name-taken", said) if request.path.endswith("/certificate") else None
    )
    with pytest.raises(NotCertified, match="another store"):
        await get_certified(shop.box, shop.line)
    status = await status_of(shop.box)
    assert said in str(status.certificate)
    assert status.needs_a_person
    certifying = Certifying(shop.box, shop.line)
    asked: list[str] = []
    shop.central.instead = lambda request: asked.append(request.path) or problem(404, "not-found")  # type: ignore[func-returns-value]  # it notes, and goes on
    await certifying.look()
    await certifying.look()
    assert len(asked) == 1


async def test_the_ordinary_exchange_asks_for_it_and_tills_are_answered(shop: Shop) -> None:
    shop.central.publish_shop()
    async with exchanging_over(shop.box, shop.line):
        await shop.listening()
    assert shop.central.certificates_asked == 1
    assert (await ask(shop, NAME)).status_code == 200


async def test_while_head_office_is_away_nothing_is_asked_for_and_the_shop_sells(
    shop: Shop,
) -> None:
    def away(_request: Any) -> Any:
        raise NotDelivered("the line is cut")

    shop.central.instead = away
    async with exchanging_over(shop.box, shop.line):
        async with asyncio.timeout(PATIENCE_S):
            await shop.box.unreached.wait()
    assert shop.box.certificate.refused is None
    assert (await status_of(shop.box)).certificate is None
    async with httpx.AsyncClient(trust_env=False) as client:
        assert (await client.get(f"{shop.url}/health")).status_code == 200


async def test_what_head_office_did_not_sign_or_is_for_another_key_is_not_taken(
    shop: Shop, tmp_path: Path
) -> None:
    shop.central.signs = False
    with pytest.raises(NotCertified):
        await get_certified(shop.box, shop.line)
    assert shop.box.certificate.keys is None
    shop.central.signs = True
    async with shop_in(tmp_path / "other") as other:
        request = other.box.certificate.request()
        shop.box.certificate.request = lambda: request  # type: ignore[method-assign]  # another box's
        with pytest.raises(NotCertified, match="another key"):
            await get_certified(shop.box, shop.line)
    assert shop.box.certificate.keys is None
    assert shop.box.certificate.served is None


async def test_the_shops_own_files_are_shown_in_its_place_and_taken_anew_when_they_change(
    tmp_path: Path,
) -> None:
    root = Root("A public authority")
    chain, key = root.write(tmp_path / "own", "s01.shop.example", HERE)
    own = {"tls_cert": chain, "tls_key": key, "names": ("s01.shop.example",)}
    async with shop_in(tmp_path / "S01", **own) as shop:
        await shop.listening()
        await takes(shop, root)
        before = chain.read_bytes()
        chain.write_bytes(b"half of it")
        shop.box.certificate.look()
        await takes(shop, root)
        status = await status_of(shop.box)
        assert str(chain) in str(status.certificate)
        root.write(tmp_path / "own", "s01.shop.example", HERE)
        shop.box.certificate.look()
        assert chain.read_bytes() != before
        await takes(shop, root)
        assert (await status_of(shop.box)).certificate is None


async def takes(shop: Shop, root: Root) -> None:
    """Who trusts this root is answered."""
    async with httpx.AsyncClient(verify=root.trusted(), trust_env=False) as client:
        answer = await client.get(
            f"https://{HERE}:{shop.port}/health", extensions={"sni_hostname": "s01.shop.example"}
        )
        assert answer.status_code == 200


async def test_own_files_that_are_broken_from_the_start_leave_the_companys(tmp_path: Path) -> None:
    folder = tmp_path / "S01"
    async with shop_in(folder) as shop:
        await shop.certify()
    nothing = {"tls_cert": tmp_path / "none.crt", "tls_key": tmp_path / "none.key"}
    async with shop_in(folder, **nothing) as shop:
        await shop.listening()
        assert (await ask(shop, NAME)).status_code == 200
        assert "none.crt" in str((await status_of(shop.box)).certificate)


async def test_an_address_that_is_not_here_stops_no_other(tmp_path: Path) -> None:
    addresses = ("198.51.100.7", HERE)
    async with shop_in(tmp_path / "S01", addresses=addresses, names=()) as shop:
        root = Root()
        chain, key = root.write(tmp_path / "own", "s01.shop.example", HERE)
    async with shop_in(
        tmp_path / "S01", addresses=addresses, names=(), tls_cert=chain, tls_key=key
    ) as shop:
        await shop.listening()
        await takes(shop, root)
