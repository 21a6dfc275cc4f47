"""A head office to measure: real ``central serve`` processes on one database, and boxes that push
what they made beforehand, signed and packed, so that hardly anything is measured but head office.
"""

import asyncio
import base64
import contextlib
import secrets
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit
from uuid import UUID, uuid4

import asyncpg
import httpx
import uuid_utils.compat
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from central.db.engine import database_url, open_engine, unit_of_work
from central.db.migrate import migrate
from central.demo.children import start_child
from central.server.serving import now_ms
from central.usecases.box.create_enrol_code import create_enrol_code
from central.usecases.company.add import add_company
from central.usecases.store.add import add_store, default_settings
from sync.engine.push import BATCH_TYPE
from sync.engine.signing import sign_request
from sync.protocol.change import Genesis
from sync.protocol.codec import decode, pack_batch
from sync.protocol.enrolment import EnrolmentAnswer
from sync.protocol.facts import RetailTransaction
from sync.protocol.identity import CustomerId, SaleId
from tests.benchmarks.running import Running
from tests.shop_journal import Shop

ITEMS = 300
LINES = 5
CUSTOMERS = 1_000
CUSTOMER_EVERY = 4
SPEND_EVERY = 8
ANSWER_BYTES_MAX = 1 << 16


@asynccontextmanager
async def fresh_database(url: str) -> AsyncIterator[str]:
    """A migrated database beside that of ``url``, dropped when the block ends."""
    name = f"bench_{uuid4().hex}"
    admin = await asyncpg.connect(dsn_of(url))
    try:
        await admin.execute(f"CREATE DATABASE {name}")
        own = with_database(url, name)
        await migrate(own)
        yield own
    finally:
        await admin.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
        await admin.close()


def dsn_of(url: str) -> str:
    """For a plain ``asyncpg.connect``."""
    return database_url(url).replace("postgresql+asyncpg:", "postgresql:", 1)


def with_database(url: str, name: str) -> str:
    """The same server's other database."""
    parts = urlsplit(database_url(url))
    return f"{parts.scheme}://{parts.netloc}/{name}" + (f"?{parts.query}" if parts.query else "")


@asynccontextmanager
async def offices(url: str, folder: Path, processes: int) -> AsyncIterator[list[Running]]:
    """``central serve`` as often as asked for, all on one database, until the block ends."""
    async with contextlib.AsyncExitStack() as stack:
        found = []
        for number in range(processes):
            log = folder / f"central-{number}.log"
            found.append(await stack.enter_async_context(_office(url, folder / "central", log)))
        yield found


@asynccontextmanager
async def _office(url: str, folder: Path, log: Path) -> AsyncIterator[Running]:
    command = ["central", "serve", "--data", str(folder), "--port", "0", "--database-url", url]
    child = await start_child("central", command, log, wanted=frozenset({"central"}))
    try:
        await child.await_ready()
        yield Running(child, child.addresses["central"], 0.0)
    finally:
        await child.stop()


@dataclass
class Pusher:
    """One store's box: its enrolment, its journal, and the requests that deliver it."""

    shop: Shop
    address: str
    key: Ed25519PrivateKey
    me: EnrolmentAnswer
    requests: list[bytes] = field(default_factory=list)

    def trade(self, sales: int, batch: int) -> None:
        """``sales`` more five-line sales, as requests of ``batch`` events."""
        before = len(self.shop.events)
        if not before:
            self.shop.open()
        for number in range(sales):
            self.shop.append(bench_sale(self.shop, number))
        chain = self.shop.chain
        for start in range(before, len(self.shop.events), batch):
            ready = chain.batch(start, min(start + batch, len(self.shop.events)))
            self.requests.append(self._request(pack_batch(ready), start + 1))

    def _request(self, body: bytes, from_seq: int) -> bytes:
        path = f"/v1/stores/{self.me.store_id}/journal"
        device, nonce = self.me.device_id, secrets.token_bytes(12)
        head = self.shop.chain.head
        signed = sign_request(self.key, device, "POST", path, body, head, from_seq, nonce)
        headers = {**signed, "Content-Type": BATCH_TYPE, "Content-Length": str(len(body))}
        lines = (f"{name}: {value}\r\n" for name, value in headers.items())
        head_of_request = f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n{''.join(lines)}\r\n"
        return head_of_request.encode() + body

    async def push(self) -> None:
        """Send every request, one after the other. Raises RuntimeError at any answer but 200."""
        where = urlsplit(self.address)
        reader, writer = await asyncio.open_connection(where.hostname, where.port)
        try:
            while self.requests:
                writer.write(self.requests.pop(0))
                await _taken(reader)
        finally:
            writer.close()
            await writer.wait_closed()


async def _taken(reader: asyncio.StreamReader) -> None:
    said = await reader.readuntil(b"\r\n\r\n")
    length = int(said.lower().partition(b"content-length:")[2].split(b"\r\n")[0])
    body = await reader.readexactly(min(length, ANSWER_BYTES_MAX))
    if not said.startswith(b"HTTP/1.1 200"):
        raise RuntimeError(f"head office refused a batch: {said!r} {body!r}")


async def enrol_stores(url: str, addresses: Sequence[str], stores: int) -> list[Pusher]:
    """A company with ``stores`` stores, each with a box enrolled over HTTP; their boxes turn to the
    processes in turn."""
    engine = open_engine(url)
    found = []
    async with unit_of_work(engine) as db:
        company_id = await add_company(db, "Bench", "SGD")
    for number in range(1, stores + 1):
        async with unit_of_work(engine) as db:
            settings = await default_settings(db, company_id, f"S{number:02d}")
            store_id = await add_store(db, company_id, settings)
            code = await create_enrol_code(db, store_id, now_ms())
        found.append(await _enrolled(addresses[number % len(addresses)], code.code, number))
    await engine.dispose()
    return found


async def _enrolled(address: str, code: str, number: int) -> Pusher:
    key = Ed25519PrivateKey.generate()
    public = base64.b64encode(key.public_key().public_bytes_raw()).decode()
    async with httpx.AsyncClient(base_url=address, trust_env=False) as client:
        answer = await client.post("/v1/enrol", json={"code": code, "public_key": public})
    answer.raise_for_status()
    me = decode(EnrolmentAnswer, answer.content)
    return Pusher(shop_of(me, number), address, key, me)


def shop_of(me: EnrolmentAnswer, number: int) -> Shop:
    """The journal of a box that was enrolled so."""
    shop = Shop(number)
    vars(shop).update(genesis=me.genesis, record=decode(Genesis, me.genesis))
    shop.store_id, shop.device_id = me.store_id, me.device_id
    return shop


def bench_sale(shop: Shop, number: int) -> RetailTransaction:
    """Five lines. Every fourth customer is known, half of those pay a part with points."""
    rng = shop.rng
    basket = [
        (rng.randrange(ITEMS), rng.choice((1_000, 1_000, 2_000)), rng.randrange(100, 2_000))
        for _ in range(LINES)
    ]
    known = number % CUSTOMER_EVERY == 0
    customer = CustomerId(UUID(int=0xC000 + rng.randrange(CUSTOMERS))) if known else None
    spend = 3 if number % SPEND_EVERY == 0 else 0
    sale_id = SaleId(uuid_utils.compat.uuid7())
    return shop.sale(basket, customer, spend=spend, sale_id=sale_id)
