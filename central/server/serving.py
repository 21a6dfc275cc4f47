"""Serves head office until somebody asks it to stop: port, key, database, application, in that
order, so that what cannot start says so in one sentence before anything was begun.

Where it listens, and by what, is ``reach.py``'s to say. A stop (SIGTERM, SIGINT) takes no new
request, ends those at work, then the background.
"""

import asyncio
import contextlib
import errno
import gc
import os
import resource
import signal
import socket
import time
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import NamedTuple

import structlog
import uvicorn
import uvloop

from central.database.chosen import CannotRun, Database, engine_of
from central.database.embedded import PostgresCannotStart
from central.database.kept import KeepsEnding, KeptPostgres
from central.office.head_office import open_office
from central.office.reach import Reach
from central.office.settings import LOOPBACK, CentralSettings
from central.server.app import build_app
from central.server.background import background
from central.usecases.company.own_key import own_key
from sync.http.logs import log_json_to_stderr
from sync.http.serving import uvicorn_config
from sync.program.private_folder import PRIVATE_UMASK
from sync.program.systemd import telling_systemd

log = structlog.get_logger()

CONNECTIONS_WAITING_MAX = 2_048
TAKEN_AT_ONCE = 32
"""Connections that come in within one turn of the event loop."""
FILES_SPARE = 256
"""Beside connections: the database's, logs, the program's own."""
STOPPING = (signal.SIGTERM, signal.SIGINT)
WATCH_EVERY_S = 0.5
GC_OBJECTS = 50_000
"""New objects between two looks of the garbage collector: about what one set of events makes."""


class Sockets(NamedTuple):
    """Where head office listens. ``plain``: beside HTTPS, for this machine itself."""

    main: socket.socket
    plain: socket.socket | None = None


class _Server(uvicorn.Server):
    """A uvicorn server that leaves signals to us, and says when it answers. ``beside``: the same
    application at one more socket, by a configuration of its own."""

    def __init__(
        self,
        config: uvicorn.Config,
        say_ready: Callable[[], None],
        beside: tuple[uvicorn.Config, socket.socket] | None,
    ) -> None:
        super().__init__(config)
        self._say_ready = say_ready
        self._beside = beside

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """uvicorn raises a signal anew when it has stopped: the database would be left behind."""
        loop = asyncio.get_running_loop()
        for number in STOPPING:
            loop.add_signal_handler(number, setattr, self, "should_exit", True)
        try:
            yield
        finally:
            for number in STOPPING:
                loop.remove_signal_handler(number)

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """As uvicorn does, then the line."""
        await super().startup(sockets=sockets)
        if self.started and self._beside is not None:
            await self._listen_beside(*self._beside)
        if self.started:
            self._say_ready()

    async def _listen_beside(self, config: uvicorn.Config, bound: socket.socket) -> None:
        """Its connections stop with all others."""
        config.load()
        protocol = partial(  # type: ignore[call-arg]  # what uvicorn gives its protocols
            config.http_protocol_class,
            config=config,
            server_state=self.server_state,
            app_state=self.lifespan.state,
        )
        loop = asyncio.get_running_loop()
        self.servers.append(await loop.create_server(protocol, sock=bound))

    async def main_loop(self) -> None:
        """As uvicorn does, and systemd is told. The loop's own turns are the sign of life: starting
        this program anew brings no database back that is away."""
        async with telling_systemd(lambda: asyncio.sleep(0)):
            await super().main_loop()


@contextlib.contextmanager
def bind_sockets(settings: CentralSettings) -> Iterator[Sockets]:
    """The sockets that the settings ask for, closed after the block. Raises CannotRun."""
    with contextlib.ExitStack() as opened:
        main = opened.enter_context(bind(settings.port, settings.host))
        plain = None
        if settings.plain_port is not None:
            plain = opened.enter_context(bind(settings.plain_port, option="--plain-port"))
        yield Sockets(main, plain)


def bind(port: int, host: str = LOOPBACK, option: str = "--port") -> socket.socket:
    """A listening socket on an address of this machine. Raises CannotRun."""
    bound = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET, socket.SOCK_STREAM)
    try:
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        bound.bind((host, port))
        bound.listen(CONNECTIONS_WAITING_MAX)
    except OSError as error:
        bound.close()
        if error.errno == errno.EADDRINUSE:
            raise CannotRun(
                f"Port {port} on {host} is taken: stop what listens there, or choose another "
                f"with `{option} N` (0 takes any free one)."
            ) from error
        if error.errno == errno.EADDRNOTAVAIL:
            raise CannotRun(
                f"{host} is no address of this machine: choose one that `ip address` shows, or"
                " 0.0.0.0 for all of them."
            ) from error
        raise CannotRun(f"Port {port} on {host} cannot be opened: {error.strerror}.") from error
    bound.setblocking(False)
    return bound


def handles_of(bound: socket.socket) -> list[socket.socket]:
    """``bound``, and it again under other numbers. In each turn of its loop uvloop takes one
    connection in from each: where a turn takes five milliseconds and two thousand boxes come at
    once, the last one waited ten seconds before anybody knew of it."""
    return [bound, *(bound.dup() for _ in range(TAKEN_AT_ONCE - 1))]


def serve(
    settings: CentralSettings,
    reach: Reach,
    database: Database,
    say: Callable[[Mapping[str, str], str], None],
    sockets: Sockets,
) -> None:
    """Serve in an event loop of its own, in the main thread. ``say`` gets where it listens and
    where people find it, once it answers. Raises CannotRun, BadKeyFile."""
    os.umask(PRIVATE_UMASK)
    _allow_files(settings.door.connections + FILES_SPARE)
    log_json_to_stderr()
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(_serve(settings, reach, database, say, sockets))


async def _serve(
    settings: CentralSettings,
    reach: Reach,
    database: Database,
    say: Callable[[Mapping[str, str], str], None],
    sockets: Sockets,
) -> None:
    async with engine_of(database, migrating=True) as engine:
        key = await own_key(engine, settings.data, now_ms())
        office = open_office(engine, key, settings, now_ms, reach)
        app, beside = build_app(office), None
        config = uvicorn_config(
            app,
            settings.door,
            certificate=reach.certificate,
            is_proxy=reach.is_proxy,
        )
        _leave_out_of_collection()
        host, port = sockets.main.getsockname()[:2]
        listening = {"central": reach.listening(host, port)}
        if sockets.plain is not None:
            beside = uvicorn_config(app, settings.door), sockets.plain
            listening["plain"] = f"http://{LOOPBACK}:{sockets.plain.getsockname()[1]}"
        server = _Server(config, lambda: say(listening, reach.address(host, port)), beside)
        watching = asyncio.create_task(_watch(database.kept, server))
        following = asyncio.create_task(_follow_files(reach))
        try:
            async with background(office):
                await server.serve(sockets=handles_of(sockets.main))
        finally:
            watching.cancel()
            following.cancel()
            await asyncio.gather(watching, following, return_exceptions=True)
        if not watching.cancelled() and (failure := watching.exception()) is not None:
            raise failure


async def _watch(kept: KeptPostgres | None, server: uvicorn.Server) -> None:
    """Start the embedded PostgreSQL again where it ended; where that is no use, stop serving.
    Raises CannotRun. Nothing can be answered meanwhile: so this may block the loop."""
    while kept is not None:
        await asyncio.sleep(WATCH_EVERY_S)
        if not kept.has_ended():
            continue
        log.error("PostgreSQL has ended: it is started again", folder=str(kept.server.folder))
        try:
            kept.start_again()
        except (PostgresCannotStart, KeepsEnding) as error:
            server.should_exit = True
            raise CannotRun(str(error)) from error
        log.error("PostgreSQL runs again", folder=str(kept.server.folder))


async def _follow_files(reach: Reach) -> None:
    """A certificate that is renewed is shown without a restart."""
    if reach.certificate is not None:
        await reach.certificate.follow_files()


def _allow_files(wanted: int) -> None:
    """Each connection is an open file, of which systems grant 1,024 unless a program asks."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    most = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
    if soft != resource.RLIM_INFINITY and soft < most:
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))


def _leave_out_of_collection() -> None:
    """What was loaded so far stays until the end: the collector need not walk it again and again;
    and rows on their way to the database make no rings worth an early look."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(GC_OBJECTS)


def now_ms() -> int:
    """UTC milliseconds by this machine's clock."""
    return time.time_ns() // 1_000_000
