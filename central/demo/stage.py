"""What the demo stands on: a folder of its own, PostgreSQL, central, each store's line and box.

Built in the order database, central, lines, edges; taken down in the reverse order, whatever
happened in between. With ``--database-url`` the database is somebody else's and stays.
"""

import asyncio
import contextlib
import shutil
import signal
import tempfile
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy.ext.asyncio import AsyncEngine

from central.database.chosen import Database, engine_of
from central.database.embedded import running_postgres
from central.database.failures import LOG_NAME as POSTGRES_LOG
from central.db.engine import database_url
from central.db.key_file import KEY_FILE, load_or_make_key
from central.demo.certificate import CERTIFICATE, KEY, make_certificate
from central.demo.children import Child, free_port, run_child, start_child
from central.demo.line import Line
from central.office.settings import CentralSettings
from central.server.serving import now_ms
from central.usecases.company.own_key import central_key
from sync.program.private_folder import OWNER_ONLY
from sync.protocol.enrolment import write_invitation
from sync.protocol.identity import CompanyId

FOLDER_MODE = 0o711
CENTRAL = "central"
PLAIN = "plain"
TLS = "tls"
MIRROR = "mirror"
EDGE_SOCKET = "edge.sock"
EDGE_SETTINGS = "edge.toml"
TERMINAL = "terminal"


@dataclass
class StoreBox:
    """One store's box: its folder, its port and its line to head office."""

    code: str
    folder: Path
    port: int
    line: Line
    child: Child | None = None

    @property
    def url(self) -> str:
        """Where its API answers."""
        return f"http://127.0.0.1:{self.port}"


@dataclass
class Stage:
    """Everything that runs. ``url`` is central's address for this machine's browsers, in plain:
    boxes talk to it by TLS. ``company_id``: the demo's company once it is there, by its name,
    ``pins`` those that its operators sign in with at a till. ``terminals``: for cards, by the tills
    of every store that stand at one."""

    folder: Path
    database: Database
    engine: AsyncEngine
    central: Child
    url: str
    boxes: list[StoreBox] = field(default_factory=list)
    edges: list[Child] = field(default_factory=list)
    company_id: CompanyId | None = None
    company_name: str = ""
    pins: dict[str, str] = field(default_factory=dict)
    terminals: dict[str, Child] = field(default_factory=dict)

    @property
    def data(self) -> Path:
        """Head office's own folder."""
        return self.folder / CENTRAL

    def log(self, name: str) -> Path:
        """Where a child's output stands."""
        return self.folder / f"{name}.log"

    def socket(self, box: StoreBox) -> Path:
        """Where the technician's commands reach the box."""
        return box.folder / EDGE_SOCKET

    async def provision(self, code: str, enrol_code: str) -> StoreBox:
        """Enrol a new box over a line of its own, by the technician's command: it knows head
        office by the pin from then on, whatever stands on the line."""
        line = Line(_port_of(self.central.addresses[CENTRAL]))
        await line.start()
        box = StoreBox(code, self.folder / code, free_port(), line)
        self.boxes.append(box)
        await self._enrol("provision", box, enrol_code)
        return box

    async def replace(self, box: StoreBox, enrol_code: str) -> None:
        """Put a new box in a dead one's place, in its folder and at its port: whoever looks for it
        finds it where it was."""
        await self._enrol("replace", box, enrol_code)

    async def _enrol(self, verb: str, box: StoreBox, enrol_code: str) -> None:
        key = await central_key(self.engine, self.data, now_ms())
        invitation = write_invitation(box.line.url, enrol_code, key)
        where = ("--data", str(box.folder), "--port", str(box.port))
        await run_child(
            f"edge {verb} for {box.code}",
            ["edge", verb, "--enrol", invitation, *where],
            self.log(f"{box.code}-{verb}"),
        )
        if not self.terminals:
            return
        lines = ["[terminals]"]
        for till, child in self.terminals.items():
            await child.await_ready()
            lines.append(f'{till} = "{child.addresses[TERMINAL]}"')
        with (box.folder / EDGE_SETTINGS).open("a") as file:
            file.write("\n".join(lines) + "\n")

    async def stand_terminals(self, tills: Mapping[str, tuple[str, ...]]) -> None:
        """A simulated one for each of these tills, played with such options: before boxes are
        provisioned, which are told where they are."""
        for till, options in tills.items():
            name = f"{TERMINAL}-{till}"
            journal = ("--port", "0", "--journal", str(self.folder / f"{name}.jsonl"))
            self.terminals[till] = await start_child(
                name,
                ["edge", TERMINAL, *journal, *options],
                self.log(name),
                wanted=frozenset({TERMINAL}),
            )

    async def serve(self, boxes: list[StoreBox], name: str) -> Child:
        """Start one edge process for these boxes and wait until each answers."""
        child = await self.begin(boxes, name)
        await child.await_ready()
        return child

    async def begin(self, boxes: list[StoreBox], name: str, port: int | None = None) -> Child:
        """The same, not waited for. ``port``: another one than its folder says."""
        folders = [word for box in boxes for word in ("--data", str(box.folder))]
        there = () if port is None else ("--port", str(port))
        child = await start_child(
            name,
            ["edge", "serve", *folders, *there],
            self.log(name),
            wanted=frozenset(box.code for box in boxes),
        )
        self.edges.append(child)
        for box in boxes:
            box.child = child
        return child

    async def stop(self, box: StoreBox, sign: signal.Signals = signal.SIGKILL) -> None:
        """End a box that is served by a process of its own. One that is down stays so."""
        if box.child is not None:
            await box.child.stop(sign)
            self.edges.remove(box.child)
            box.child = None

    async def stop_central(self) -> None:
        """Head office, and what this process holds of its database."""
        await self.central.stop()
        await self.engine.dispose()

    async def start_central(self) -> None:
        """Again, at the same ports."""
        ports = (_port_of(self.central.addresses[name]) for name in (CENTRAL, PLAIN))
        self.central = await _start_central(self.folder, self.database, *ports)
        await self.central.await_ready()

    async def take_down(self) -> None:
        """Edges first, then central; the database is ended by whoever started it."""
        children = (*self.edges, *self.terminals.values())
        await asyncio.gather(*(child.stop() for child in children))
        await asyncio.gather(*(box.line.stop() for box in self.boxes))
        await self.central.stop()


@contextlib.asynccontextmanager
async def standing(named: str | None) -> AsyncIterator[Stage]:
    """A folder, a database and central, migrated and answering; all gone afterwards, but for the
    logs of a demo that failed: a note on what was raised says where they are.

    ``named``: the URL of an existing database, or None for an embedded one. Raises DemoCannotRun,
    CannotRun, BadDatabaseUrl and PostgresCannotStart, having removed what it made.
    """
    folder = _new_folder()
    try:
        async with (
            _database(folder, named) as database,
            engine_of(database, migrating=True) as engine,
        ):
            if named is not None:
                _bring_key(folder / CENTRAL)
            make_certificate(folder / TLS)
            central = await _start_central(folder, database)
            stage = Stage(folder, database, engine, central, "")
            try:
                await central.await_ready()
                stage.url = central.addresses[PLAIN]
                yield stage
            finally:
                await stage.take_down()
    except BaseException as error:
        if not isinstance(error, asyncio.CancelledError | KeyboardInterrupt | GeneratorExit):
            _keep_logs(folder, error)
        raise
    finally:
        shutil.rmtree(folder, ignore_errors=True)


async def _start_central(
    folder: Path, database: Database, port: int = 0, plain_port: int = 0
) -> Child:
    """By TLS for boxes, and plain on the loopback address, so that no browser warns."""
    mirror = () if database.mirror is None else ("--mirror", str(database.mirror))
    return await start_child(
        CENTRAL,
        [
            *("central", "serve", "--data", str(folder / CENTRAL), *mirror),
            *("--tls-cert", str(folder / TLS / CERTIFICATE), "--tls-key", str(folder / TLS / KEY)),
            *("--port", str(port), "--plain-port", str(plain_port)),
        ],
        folder / "central.log",
        wanted=frozenset({CENTRAL, PLAIN}),
        environment={"CENTRAL_DATABASE_URL": database.url},
    )


def _port_of(address: str) -> int:
    return int(address.rsplit(":", 1)[1])


def _keep_logs(folder: Path, error: BaseException) -> None:
    logs = [*sorted(folder.glob("*.log")), folder / "pg" / POSTGRES_LOG]
    there = [log for log in logs if log.exists()]
    if not there:
        return
    kept = Path(tempfile.mkdtemp(prefix="holdfast-logs-"))
    for log in there:
        shutil.copy(log, kept / ("postgres.log" if log.name == POSTGRES_LOG else log.name))
    error.add_note(f"The logs are kept in {kept}.")


def _bring_key(folder: Path) -> None:
    """A database that stays knows its head office's key, and the next demo must have it again: it
    is the one of the user's own head office, made there if there is none."""
    data = CentralSettings().data
    load_or_make_key(data)
    folder.mkdir(mode=0o711)
    shutil.copy(data / KEY_FILE, folder / KEY_FILE)


def _new_folder() -> Path:
    """Short (a socket's path ends at 107 bytes) and passable (PostgreSQL does not run as root)."""
    folder = Path(tempfile.mkdtemp(prefix="holdfast-"))
    folder.chmod(FOLDER_MODE)
    return folder


@contextlib.asynccontextmanager
async def _database(folder: Path, named: str | None) -> AsyncIterator[Database]:
    if named is not None:
        yield Database(database_url(named), embedded=False)
        return
    data, mirror = folder / CENTRAL, folder / MIRROR
    data.mkdir(mode=FOLDER_MODE)
    mirror.mkdir(mode=OWNER_ONLY)
    with running_postgres(folder / "pg") as server:
        yield Database(server.url, embedded=True, mirror=mirror, data=data)
