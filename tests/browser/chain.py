"""A head office and stores' boxes for browser tests: real processes on real databases.

``Office`` is one ``central serve``; each test has a company of its own there, so that none sees
another's stores. ``Box`` is a store's server, forked ready (`tests.crash.forge`) or started as the
command, always on the same folder and port, so that a page's storage outlives it.
"""

import asyncio
import contextlib
import os
import re
import shutil
import signal
import sqlite3
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any

from sqlalchemy.ext.asyncio import AsyncEngine

from central.db.engine import open_engine, unit_of_work
from central.demo.children import Child, free_port, run_child, start_child
from central.demo.workstation import Workstation, pair
from central.domain.access import UserRole
from central.server.serving import now_ms
from central.usecases.box.create_enrol_code import create_enrol_code
from central.usecases.company.add import add_company
from central.usecases.company.load_sample import Sample, load_sample
from central.usecases.feed.sequence_publications import drain_publications
from central.usecases.people.add_user import add_user
from central.usecases.people.sign_in_link import create_sign_in_link, link_address
from central.usecases.store.add import add_store, default_settings
from edge.commands.running_box import call_edge
from sync.protocol.identity import CompanyId
from tests.crash.forge import LOG_FILE, Forge, Order, Served
from tests.pins import PIN, give_pins

PASSWORD = "correct horse battery staple"
NOBODY_LISTENS = "http://127.0.0.1:9"
EVERY_S = 1
"""How often a box pushes and pulls of itself."""


@dataclass
class Box:
    """A store's server. ``start`` and ``kill`` may alternate as often as a test likes. ``fresh``:
    each life is the command ``edge serve``, started as a technician does; it takes seconds."""

    code: str
    folder: Path
    port: int
    forge: Forge
    fresh: bool = False
    served: Served | Child | None = None
    _running: contextlib.AsyncExitStack = field(default_factory=contextlib.AsyncExitStack)

    @property
    def url(self) -> str:
        """The till page's address; the same for all of its lives."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def central_url(self) -> str:
        """Where it looks for head office."""
        found = re.search(r'central_url = "([^"]+)"', (self.folder / "edge.toml").read_text())
        assert found is not None
        return found[1]

    async def start(self, crash_at: str = "") -> None:
        """Serve, and wait until it answers. ``crash_at``: as HOLDFAST_CRASH_AT."""
        if self.fresh:
            self.served = await self._start_command(crash_at)
            return
        order = Order(str(self.folder), self.port, crash_at=crash_at)
        self.served = await self._running.enter_async_context(self.forge.serving(order))
        assert await self.served.ready() == self.port, self.log()

    async def _start_command(self, crash_at: str) -> Child:
        child = await start_child(
            f"edge of {self.code}",
            ["edge", "serve", "--data", str(self.folder), "--port", str(self.port)],
            self.folder / LOG_FILE,
            wanted=frozenset({self.code}),
            environment={"HOLDFAST_CRASH_AT": crash_at} if crash_at else {},
        )
        self._running.push_async_callback(child.stop, signal.SIGKILL)
        await child.await_ready()
        return child

    async def kill(self) -> None:
        """SIGKILL, and wait for its end. Of a dead one: nothing."""
        await self._running.aclose()
        self.served = None

    @contextlib.contextmanager
    def frozen(self) -> Iterator[None]:
        """Inside the block it hangs: it takes connections and answers none."""
        assert isinstance(self.served, Served)
        os.kill(self.served.pid, signal.SIGSTOP)
        try:
            yield
        finally:
            os.kill(self.served.pid, signal.SIGCONT)

    def move_central(self, url: str) -> None:
        """From its next start it looks for head office there."""
        lines = [f'central_url = "{url}"', f"port = {self.port}"]
        lines += [f"push_every_s = {EVERY_S}", f"pull_every_s = {EVERY_S}"]
        (self.folder / "edge.toml").write_text("\n".join([*lines, ""]))

    async def ask(self, method: str, path: str, body: object = None) -> Any:
        """What the technician's commands ask, over the folder's socket."""
        answer = await asyncio.to_thread(call_edge, self.folder, method, path, body)
        assert answer.status < 400, answer.document
        return answer.document

    async def pairing_code(self, workstation_id: str) -> str:
        """As ``edge pair`` makes it."""
        made = await self.ask("POST", "/pairing-codes", {"workstation_id": workstation_id})
        return str(made["code"])

    async def pairing_link(self, workstation_id: str) -> str:
        """The address that pairs a till page."""
        return f"{self.url}/#pair={workstation_id}:{await self.pairing_code(workstation_id)}"

    @contextlib.asynccontextmanager
    async def workstation(self, workstation_id: str) -> AsyncIterator[Workstation]:
        """A paired workstation without a page: it sells over HTTP."""
        code = await self.pairing_code(workstation_id)
        pins = {operator: PIN for (operator,) in self.rows("SELECT operator_id FROM operator")}
        paired = await pair(self.url, self.code, workstation_id, code, pins)
        async with contextlib.aclosing(paired.client):
            yield paired

    def rows(self, statement: str, *values: Any) -> list[tuple[Any, ...]]:
        """What a plain SQL statement reads in the store's own database."""
        uri = f"file:{self.folder / 'store.sqlite3'}?mode=ro"
        with contextlib.closing(sqlite3.connect(uri, uri=True)) as db:
            return db.execute(statement, values).fetchall()

    def log(self) -> str:
        """What it said on stderr in all its lives."""
        path = self.folder / LOG_FILE
        return path.read_text(errors="replace") if path.exists() else ""


@dataclass
class Company:
    """A company with the sample chain's items, and one user."""

    office: "Office"
    company_id: CompanyId
    name: str
    email: str
    sample: Sample

    async def add_store(self, code: str) -> str:
        """A store, and the code that enrols its box."""
        async with unit_of_work(self.office.engine) as db:
            settings = await default_settings(db, self.company_id, code)
            store_id = await add_store(db, self.company_id, settings)
            made = await create_enrol_code(db, store_id, now_ms())
        await drain_publications(self.office.engine)
        return made.code

    async def provision(self, code: str, folder: Path, *, fresh: bool = False) -> Box:
        """A store with a new box, enrolled by the technician's command; not started."""
        box = Box(code, folder, free_port(), self.office.forge, fresh)
        await self._enrol(box, await self.add_store(code))
        return box

    async def replace(self, box: Box) -> None:
        """The box is burnt, and another takes its place, at the same address; not started."""
        await box.kill()
        shutil.rmtree(box.folder)
        stores = "SELECT store_id FROM store WHERE company_id = $1 AND code = $2"
        ((store_id,),) = await self.office.rows(stores, self.company_id, box.code)
        async with unit_of_work(self.office.engine) as db:
            made = await create_enrol_code(db, store_id, now_ms())
        await self._enrol(box, made.code)

    async def _enrol(self, box: Box, enrol_code: str) -> None:
        """By the technician's command."""
        await run_child(
            f"edge provision for {box.code}",
            [
                *("edge", "provision", "--central", self.office.url, "--code", enrol_code),
                *("--data", str(box.folder), "--port", str(box.port)),
            ],
            box.folder.with_name(f"{box.folder.name}-provision.log"),
        )
        give_pins(box.folder)
        box.move_central(self.office.url)

    async def sign_in_link(self) -> str:
        """An address that signs the user in on the board, once."""
        async with unit_of_work(self.office.engine) as db:
            token = await create_sign_in_link(db, self.company_id, self.email, now_ms())
        return link_address(self.office.url, token)


@dataclass
class Office:
    """A head office that answers at ``url``."""

    engine: AsyncEngine
    child: Child
    url: str
    forge: Forge
    _numbers: "count[int]" = field(default_factory=lambda: count(1))

    async def company(self) -> Company:
        """A new one: its user signs in with PASSWORD or by a link."""
        number = next(self._numbers)
        name, email = f"Chain {number}", f"ann{number}@example.com"
        async with unit_of_work(self.engine) as db:
            company_id = await add_company(db, name, "SGD")
            sample = await load_sample(db, company_id, now_ms())
            await add_user(db, company_id, email, "Ann Lee", PASSWORD, UserRole.ADMINISTER)
        await drain_publications(self.engine)
        return Company(self, company_id, name, email, sample)

    async def rows(self, statement: str, *values: Any) -> list[tuple[Any, ...]]:
        """What a plain SQL statement ($1, $2 …) reads in head office's database."""
        async with unit_of_work(self.engine) as db:
            raw = (await db.get_raw_connection()).driver_connection
            assert raw is not None
            return [tuple(row) for row in await raw.fetch(statement, *values)]


@contextlib.asynccontextmanager
async def office_on(database_url: str, folder: Path, forge: Forge) -> AsyncIterator[Office]:
    """``central serve`` on a migrated database until the block ends."""
    engine = open_engine(database_url)
    command = ["central", "serve", "--data", str(folder / "central"), "--port", "0"]
    child = await start_child(
        "central",
        command,
        folder / "central.log",
        wanted=frozenset({"central"}),
        environment={"CENTRAL_DATABASE_URL": database_url},
    )
    try:
        await child.await_ready()
        yield Office(engine, child, child.addresses["central"], forge)
    finally:
        await child.stop()
        await engine.dispose()
