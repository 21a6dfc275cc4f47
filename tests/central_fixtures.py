"""A running head office for tests: a migrated database, real HTTP on a port of its own, and boxes
that sign what they send.

A test module imports ``postgres_template`` (so that its databases are migrated copies) and opens
``serving`` around its work.
"""

import asyncio
import base64
import contextlib
import secrets
from collections.abc import AsyncIterator, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import cache, partial
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import httpx
import msgspec
import pytest
import uvicorn
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from litestar import Litestar
from sqlalchemy.ext.asyncio import AsyncEngine

from central.database.embedded import PostgresServer
from central.db.engine import open_engine, unit_of_work
from central.db.migrate import migrate
from central.db.mirror_files import MirrorFiles
from central.db.mirrored import OPTION, Mirror
from central.office.head_office import HeadOffice, open_office
from central.office.settings import CentralSettings
from central.server.app import build_app
from central.server.background import background
from central.server.serving import bind
from central.usecases.box.create_enrol_code import LIFETIME_S, create_enrol_code
from central.usecases.company.add import add_company
from central.usecases.decision.look_back import look_back
from central.usecases.store.add import add_store, default_settings
from sync.engine.push import BATCH_TYPE
from sync.engine.signing import PROVISIONAL_SIGNED, sign_bytes, sign_request
from sync.engine.transport import NO_TLS
from sync.protocol.batch import Batch, Health
from sync.protocol.change import (
    Envelope,
    Epoch,
    Genesis,
    Head,
    ProvisionalGenesis,
    epoch_of,
    genesis_hash,
    link,
)
from sync.protocol.clock import ClockState, Hlc
from sync.protocol.codec import decode, encode, pack_batch
from sync.protocol.enrolment import EnrolmentAnswer, ProvisionalEpoch
from sync.protocol.facts import DeviceRecorded, EpochEnded
from sync.protocol.identity import BootId, CompanyId, EventId, StoreId
from sync.protocol.manifest import Manifest
from sync.protocol.reference import StoreSettings
from tests.patience import PATIENCE_S

NOW_MS = 1_790_000_000_000
DAY_MS = 86_400_000
BEHIND_A_PROXY: Any = {"trusted_proxy": ("127.0.0.1",), "name": ("head.example",)}
BY_HTTPS = {"X-Forwarded-For": "203.0.113.7", "X-Forwarded-Proto": "https"}
"""What a proxy on the same machine says of a request that came to it by HTTPS."""
CENTRAL_KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))


@cache
def migrated_template(server: PostgresServer) -> str:
    """The name of a migrated database, made once per server."""
    name = f"migrated_{uuid4().hex}"
    with ThreadPoolExecutor(1) as apart:  # a test's own loop may be running here
        apart.submit(lambda: asyncio.run(_make_template(server, name))).result()
    return name


async def _make_template(server: PostgresServer, name: str) -> None:
    admin = await asyncpg.connect(server.dsn_for("postgres"))
    await admin.execute(f"CREATE DATABASE {name}")
    await admin.close()
    await migrate(server.url_for(name))


@pytest.fixture(scope="session")
def postgres_template(postgres_server: PostgresServer) -> str:
    return migrated_template(postgres_server)


@dataclass
class Clock:
    """Head office's clock, set by the test."""

    now_ms: int = NOW_MS

    def __call__(self) -> int:
        return self.now_ms


@dataclass
class Served:
    """A head office that answers. ``client`` has no cookies but its own."""

    office: HeadOffice
    clock: Clock
    client: httpx.AsyncClient
    app: Litestar

    @property
    def engine(self) -> AsyncEngine:
        return self.office.engine

    async def company(self, name: str = "Acme") -> CompanyId:
        async with unit_of_work(self.engine) as db:
            return await add_company(db, name, "SGD")

    async def store(self, company_id: CompanyId, code: str, **changes: Any) -> StoreId:
        async with unit_of_work(self.engine) as db:
            settings: StoreSettings = await default_settings(db, company_id, code)
            return await add_store(db, company_id, msgspec.structs.replace(settings, **changes))

    async def code(self, store_id: StoreId, lifetime_s: int = LIFETIME_S) -> str:
        async with unit_of_work(self.engine) as db:
            return (await create_enrol_code(db, store_id, self.clock.now_ms, lifetime_s)).code

    async def enrolled(self, store_id: StoreId) -> "TestedBox":
        """A new box of the store."""
        box = TestedBox(self.client)
        answer = await box.enrol(await self.code(store_id))
        assert answer.status_code == 200, answer.text
        return box

    async def rows(self, statement: str, *values: Any) -> list[tuple[Any, ...]]:
        """What a plain SQL statement gives."""
        async with unit_of_work(self.engine) as db:
            raw = (await db.get_raw_connection()).driver_connection
            assert raw is not None
            return [tuple(row) for row in await raw.fetch(statement, *values)]


class _Server(uvicorn.Server):
    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.answering = asyncio.Event()

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield

    async def startup(self, sockets: Any = None) -> None:
        await super().startup(sockets=sockets)
        self.answering.set()


@contextlib.asynccontextmanager
async def serving(
    url: str,
    *,
    with_background: bool = False,
    key: Ed25519PrivateKey = CENTRAL_KEY,
    mirror: Path | None = None,
    now_ms: int = NOW_MS,
    **settings: Any,
) -> AsyncIterator[Served]:
    """A head office on ``url``'s database, over real HTTP; with a mirror as it starts with one."""
    engine, clock = open_engine(url), Clock(now_ms)
    if mirror is not None:
        files = MirrorFiles(mirror)
        engine = engine.execution_options(**{OPTION: Mirror(files, key)})
        await look_back(engine, clock.now_ms)
    office = open_office(engine, key, CentralSettings(**settings), clock)
    app = build_app(office)
    beside = background(office) if with_background else contextlib.nullcontext()
    client = partial(httpx.AsyncClient, trust_env=False, timeout=PATIENCE_S, verify=NO_TLS)
    try:
        async with beside, _answering(app) as base, client(base_url=base) as asking:
            yield Served(office, clock, asking, app)
    finally:
        await engine.dispose()
        if mirror is not None:
            files.close()


@contextlib.asynccontextmanager
async def _answering(app: Litestar) -> AsyncIterator[str]:
    """Real HTTP inside the block: its address."""
    with bind(0) as bound:
        config = uvicorn.Config(
            app, log_config=None, access_log=False, lifespan="off", ws="none", proxy_headers=False
        )
        server = _Server(config)
        running = asyncio.create_task(server.serve(sockets=[bound]))
        await server.answering.wait()
        try:
            yield f"http://127.0.0.1:{bound.getsockname()[1]}"
        finally:
            server.should_exit = True
            await running


@dataclass
class TestedBox:
    """A box with its key and a journal of device records."""

    __test__ = False

    client: httpx.AsyncClient
    key: Ed25519PrivateKey = field(default_factory=Ed25519PrivateKey.generate)
    enrolment: EnrolmentAnswer | None = None
    events: list[Envelope] = field(default_factory=list)
    hashes: list[bytes] = field(default_factory=list)

    @property
    def public_key(self) -> str:
        return base64.b64encode(self.key.public_key().public_bytes_raw()).decode()

    @property
    def me(self) -> EnrolmentAnswer:
        assert self.enrolment is not None
        return self.enrolment

    @property
    def genesis(self) -> Genesis:
        return decode(Genesis, self.me.genesis)

    @property
    def epoch(self) -> Epoch:
        return epoch_of(self.genesis, self.me.genesis)

    @property
    def head(self) -> Head:
        return Head(self.epoch, len(self.events), self.hash_at(len(self.events)))

    def hash_at(self, seq: int) -> bytes:
        return self.hashes[seq - 1] if seq else genesis_hash(self.me.genesis)

    async def enrol(self, code: str) -> httpx.Response:
        answer = await self.client.post(
            "/v1/enrol", json={"code": code, "public_key": self.public_key}
        )
        if answer.status_code == 200:
            self.enrolment = decode(EnrolmentAnswer, answer.content)
        return answer

    def record(self, count: int = 1) -> None:
        """Append events."""
        for _ in range(count):
            said = DeviceRecorded("boot", f"number {len(self.events) + 1}", "test")
            self.append("device_recorded", encode(said))

    def append(self, kind: str, body: bytes) -> None:
        """One event more."""
        seq, when = len(self.events) + 1, (NOW_MS, 28_800, BootId(UUID(int=1)))
        stamp = (Hlc(NOW_MS << 16), ClockState.CHECKED)
        self.keep(Envelope(seq, EventId(uuid4()), kind, 1, *when, *stamp, body))

    def keep(self, envelope: Envelope) -> None:
        """The next event, as it is."""
        prev = self.hash_at(envelope.seq - 1)
        self.events.append(envelope)
        self.hashes.append(link(self.me.store_id, self.epoch, envelope, prev).hash)

    def batch(self, first: int, last: int, **changes: Any) -> Batch:
        batch = Batch(
            1,
            self.epoch,
            first,
            self.hash_at(first - 1),
            self.hash_at(last),
            self.head,
            tuple(self.events[first - 1 : last]),
            (),
            Health("test", 0, 1, NOW_MS),
        )
        return msgspec.structs.replace(batch, **changes)

    def headers(self, method: str, path: str, body: bytes = b"") -> dict[str, str]:
        return sign_request(
            self.key,
            self.me.device_id,
            method,
            path,
            body,
            self.head,
            1 if body else 0,
            secrets.token_bytes(12),
        )

    async def get(self, path: str) -> httpx.Response:
        return await self.client.get(path, headers=self.headers("GET", path))

    async def push(
        self, body: bytes, content_type: str = BATCH_TYPE, query: str = ""
    ) -> httpx.Response:
        path = f"/v1/stores/{self.me.store_id}/journal{query}"
        headers = {**self.headers("POST", path, body), "Content-Type": content_type}
        return await self.client.post(path, content=body, headers=headers)

    async def push_events(self, first: int, last: int) -> httpx.Response:
        return await self.push(pack_batch(self.batch(first, last)))

    def branched(self, after: int | None = None, **changes: Any) -> "TestedBox":
        """The same box in a provisional epoch, after an event of this one (None: its last)."""
        seq = len(self.events) if after is None else after
        mine = self.genesis
        fields = {name: getattr(mine, name) for name in mine.__struct_fields__}
        fields |= {"parent": self.epoch, "parent_watermark": seq, "parent_hash": self.hash_at(seq)}
        record = encode(
            ProvisionalGenesis(**{**fields, "nonce": secrets.token_bytes(16), **changes})
        )
        signature = sign_bytes(self.key, PROVISIONAL_SIGNED, record)
        enrolment = msgspec.structs.replace(self.me, genesis=record, signature=signature)
        return TestedBox(self.client, self.key, enrolment)

    async def ratify(self, asked: ProvisionalEpoch | None = None) -> httpx.Response:
        """Tell head office of the provisional epoch that this box is in."""
        path = f"/v1/stores/{self.me.store_id}/epochs"
        body = encode(asked or ProvisionalEpoch(self.me.genesis, self.me.signature))
        headers = {**self.headers("POST", path, body), "Content-Type": "application/msgpack"}
        return await self.client.post(path, content=body, headers=headers)

    async def push_tail(self, first: int, last: int) -> httpx.Response:
        """As a sealed epoch's late tail."""
        return await self.push(pack_batch(self.batch(first, last)), query="?tail=late")

    def end(self, manifest: Manifest | None = None) -> None:
        """The epoch's last record."""
        seq = len(self.events) + 1
        self.append("epoch_ended", encode(EpochEnded("fenced", seq, manifest)))

    async def feed(self, data_set: str, after: int = 0, **query: Any) -> httpx.Response:
        parts = {"data_set": data_set, "after": after, **query}
        asked = httpx.QueryParams({key: str(value) for key, value in parts.items()})
        return await self.get(f"/v1/stores/{self.me.store_id}/feed?{asked}")


def problem(answer: httpx.Response) -> tuple[int, str]:
    """Status and slug of a problem document; fails for anything that is none."""
    assert answer.headers["content-type"] == "application/problem+json", answer.text
    document = answer.json()
    assert document["status"] == answer.status_code
    assert all(document[member] for member in ("title", "detail", "remedy"))
    return answer.status_code, document["type"].removeprefix("urn:holdfast:problem:")


def shuffled(items: Sequence[Any], seed: int) -> list[Any]:
    """A repeatable disorder."""
    from random import Random

    return Random(seed).sample(list(items), len(items))
