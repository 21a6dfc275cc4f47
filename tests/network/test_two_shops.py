"""A company as it is wired: head office and two shops, each with its box and a till, in networks of
their own. Tills reach their box by name over HTTPS and trust the company as a tablet does; boxes
know head office by the enrolment string alone; one line is cut while people sell, the other one is
slow and breaks."""

import asyncio
import subprocess
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import cast

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from playwright.async_api import Browser, Page, Playwright, async_playwright, expect

from central.database.embedded import PostgresServer
from central.db.engine import open_engine
from central.demo.children import Child
from sync.protocol.enrolment import write_invitation
from sync.protocol.money import format_minor
from tests.browser.chain import Box, Company, Office
from tests.browser.till_page import (
    items,
    open_shop,
    pair,
    pay_exactly,
    receipt_number,
    scan,
    sees_total,
)
from tests.central_fixtures import postgres_template
from tests.crash.forge import Forge
from tests.needed import Need, program_of
from tests.network.namespaces import CERTUTIL, Network, networks
from tests.own_root import Root
from tests.patience import PATIENCE_MS, PATIENCE_S, STEP_PATIENCE_MS
from tests.pins import give_pins
from tests.servers import new_database

__all__ = ["postgres_template"]

HEAD, PORT, BOX_PORT, TRUST_PORT = "head.example", 8100, 8101, 9101
OFTEN = {"EDGE_PUSH_EVERY_S": "1", "EDGE_PULL_EVERY_S": "1"}
SEED = 7
NOT_TRUSTED = 60
"""What curl ends with where it does not know who signed a certificate."""
FLAGS = ("--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run")


@dataclass
class Shop(Box):
    """A box in a namespace ``sN`` with its till in ``tN``, on a cable between them."""

    number: int = 0

    @property
    def host(self) -> str:
        return f"s0{self.number}.shop.internal"

    @property
    def url(self) -> str:
        return f"https://{self.host}:{BOX_PORT}"

    @property
    def address(self) -> str:
        return f"192.168.{self.number}.1"


def wire(network: Network) -> str:
    """hq ═ s1 ═ t1, and hq ═ slow ═ s2 ═ t2; the card of head office's cable to the first shop."""
    network.add("hq", {HEAD: "127.0.0.1"})
    network.add("slow", {})
    for number, head in ((1, "10.77.1.1"), (2, "10.77.2.1")):
        box = f"192.168.{number}.1"
        network.add(f"s{number}", {HEAD: head})
        network.add(f"t{number}", {f"s0{number}.shop.internal": box})
        network.join(f"s{number}", f"{box}/24", f"t{number}", f"192.168.{number}.2/24")
    network.join("slow", "10.77.2.1/30", "s2", "10.77.2.2/30")
    network.join("hq", "10.77.3.1/30", "slow", "10.77.3.2/30")
    return network.join("hq", "10.77.1.1/30", "s1", "10.77.1.2/30")


def serve_head_office(network: Network, folder: Path, url: str, root: Root) -> bytes:
    """By HTTPS on every address; its public key."""
    chain, key = root.write(folder / "tls", HEAD)
    words = ("central", "serve", "--data", folder / "office", "--database-url", url)
    tls = ("--host", "0.0.0.0", "--tls-cert", chain, "--tls-key", key)  # noqa: S104  of a namespace
    said = network.serve("hq", folder / "central.log", *words, *tls, "--port", str(PORT))
    assert said == f"ready central https://{HEAD}:{PORT}\n"
    secret = (folder / "office" / "central.key").read_bytes()
    return Ed25519PrivateKey.from_private_bytes(secret).public_key().public_bytes_raw()


def open_store(network: Network, folder: Path, number: int, invitation: str) -> Shop:
    """Provisioned by the string, and serving."""
    shop = Shop(f"S0{number}", folder / f"S0{number}", BOX_PORT, cast("Forge", None), number=number)
    place = ("--data", shop.folder, "--name", shop.host, "--address", shop.address)
    provisioning = ("edge", "provision", "--enrol", invitation, *place)
    said = network.python(f"s{number}", *provisioning, **OFTEN)
    assert f"{shop.code} is ready to sell" in said
    give_pins(shop.folder)
    serving = ("edge", "serve", "--data", shop.folder)
    network.serve(f"s{number}", folder / f"{shop.code}.log", *serving, **OFTEN)
    return shop


def make_home(home: Path, trusted: tuple[Path, ...]) -> Path:
    """A user's home whose store of authorities has these."""
    store = home / ".pki" / "nssdb"
    store.mkdir(parents=True)
    subprocess.run([CERTUTIL, "-d", f"sql:{store}", "-N", "--empty-password"], check=True)
    for place, authority in enumerate(trusted):
        told = ("-A", "-t", "C,,", "-n", f"trusted {place}", "-i", str(authority))
        subprocess.run([CERTUTIL, "-d", f"sql:{store}", *told], check=True)
    return home


@asynccontextmanager
async def browser_in(
    playwright: Playwright, network: Network, name: str, folder: Path, *trusted: Path
) -> AsyncIterator[Browser]:
    """Chromium in a namespace, with a home of its own whose store of authorities has ``trusted``:
    where a person puts a company's certificate, and nothing else is switched off."""
    home = await asyncio.to_thread(make_home, folder / f"home-{name}", trusted)
    program = home / "chromium"
    inside = " ".join(network.inside(name, program_of(Need.BROWSER)))
    program.write_text(f'#!/bin/sh\nexec {inside} "$@"\n')
    program.chmod(0o755)
    browser = await playwright.chromium.launch(
        executable_path=program, args=list(FLAGS), env={"HOME": str(home), "PATH": "/usr/bin:/bin"}
    )
    try:
        yield browser
    finally:
        await browser.close()


def companys_certificate(network: Network, shop: Shop, folder: Path) -> Path:
    """As a tablet gets it: from the plain page of the shop's network. Before it has that, it takes
    the box for nobody."""
    there = folder / f"company-{shop.code}.crt"
    address = f"http://{shop.address}:{TRUST_PORT}/company.crt"

    def asking(*words: str | Path) -> int:
        patient = ("curl", "--silent", "--retry", "60", "--retry-connrefused", *words)
        inside = network.inside(f"t{shop.number}", *patient)
        return subprocess.run(inside, check=False, capture_output=True).returncode

    assert asking("--fail", "--output", there, address) == 0
    assert asking("--fail", f"{shop.url}/health") == NOT_TRUSTED
    return there


async def sell(page: Page, shop: Shop, at: int) -> tuple[str, int]:
    """One item, in cash: the receipt's number and its total."""
    sold = items(shop)[at]
    await scan(page, sold.scan_code)
    await sees_total(page, sold.price_minor)
    await pay_exactly(page)
    number = await receipt_number(page)
    await page.get_by_role("button", name="New sale").click()
    return number, sold.price_minor


async def arrived(office: Office, number: str) -> bool:
    """Whether head office counts the receipt."""
    found = await office.rows("SELECT total_minor FROM sale WHERE receipt_number = $1", number)
    return bool(found)


async def until_arrived(office: Office, number: str) -> None:
    async with asyncio.timeout(PATIENCE_S):
        while True:
            if await arrived(office, number):
                return
            await asyncio.sleep(0)


async def trade(
    stack: AsyncExitStack,
    playwright: Playwright,
    network: Network,
    folder: Path,
    shops: tuple[Shop, Shop],
    office: Office,
    card: str,
) -> dict[str, int]:
    """A sale in each shop while the first one's line is cut; what each took."""
    pages = []
    for shop in shops:
        certificate = await asyncio.to_thread(companys_certificate, network, shop, folder)
        opening = browser_in(playwright, network, f"t{shop.number}", folder, certificate)
        page = await (await stack.enter_async_context(opening)).new_page()
        await pair(page, shop)
        await open_shop(page)
        pages.append(page)
    network.cut("hq", card)
    (offline, taken), (slow, taken_slowly) = [
        await sell(page, shop, at) for at, (page, shop) in enumerate(zip(pages, shops, strict=True))
    ]
    await until_arrived(office, slow)
    assert not await arrived(office, offline)
    assert (await shops[0].ask("GET", "/status"))["waiting"] > 0
    network.mend("hq", card)
    await until_arrived(office, offline)
    return {shops[0].code: taken, shops[1].code: taken_slowly}


async def sees_on_the_board(page: Page, company: Company, totals: dict[str, int]) -> None:
    await page.goto(await company.sign_in_link())
    await page.get_by_role("button", name=f"Sign in as {company.email}").click()
    for code, total in totals.items():
        counted = page.locator(f"#rows-{code}")
        await expect(counted).to_have_text(format_minor(total), timeout=PATIENCE_MS)


async def test_two_shops_sell_on_networks_of_their_own_while_one_line_is_cut_and_one_is_slow(
    tmp_path: Path, postgres_server: PostgresServer, postgres_template: str
) -> None:
    expect.set_options(timeout=STEP_PATIENCE_MS)
    root, folder = Root(), tmp_path
    database = await asyncio.to_thread(new_database, postgres_server, postgres_template)
    with networks() as network:
        card = wire(network)
        key = await asyncio.to_thread(serve_head_office, network, folder, database, root)
        network.serve(
            *("slow", folder / "slow.log", "tests.network.slow_line"),
            *("10.77.2.1", str(PORT), "10.77.3.1", str(SEED)),
        )
        engine = open_engine(database)
        url = f"https://{HEAD}:{PORT}"
        office = Office(engine, cast("Child", None), url, cast("Forge", None))
        company = await office.company()
        strings = [write_invitation(url, await company.add_store(c), key) for c in ("S01", "S02")]
        first, second = await asyncio.gather(
            *(
                asyncio.to_thread(open_store, network, folder, number, string)
                for number, string in enumerate(strings, 1)
            )
        )
        async with AsyncExitStack() as stack:
            playwright = await stack.enter_async_context(async_playwright())
            shops = (first, second)
            taken = await trade(stack, playwright, network, folder, shops, office, card)
            trusted = folder / "head.pem"
            trusted.write_bytes(root.pem)
            async with browser_in(playwright, network, "hq", folder, trusted) as browser:
                await sees_on_the_board(await browser.new_page(), company, taken)
        await engine.dispose()
