"""Store servers to be killed: one process that has imported everything, and forks them.

Importing takes a second, forking a few milliseconds: so hundreds of kill cycles fit into a minute.
The forge is a program of its own (``python -m tests.crash.forge``) with one thread, because forking
a process with threads may deadlock. Each child runs ``server.serving.serve`` just as the command
does, or, ``fresh``, becomes ``python -m edge serve`` by exec. Nothing outlives the test: each child
dies with the forge, the forge with the test's process.

A child says that it is ready on a pipe whose other end only it holds: the end of the pipe is the
end of the child.
"""

import edge  # noqa: F401, I001  must come before whatever imports sqlite3: see edge/__init__.py

import asyncio
import contextlib
import ctypes
import gc
import importlib
import os
import signal
import socket
import sqlite3
import subprocess
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from typing import Self

import msgspec

from tests.faults import full_at
from tests.patience import PATIENCE_S

ORDER_BYTES_MAX = 64 * 1024
LOG_FILE = "edge.log"
IMPORTED_LATE = (
    "apscheduler.executors.asyncio",
    "apscheduler.triggers.interval",
    "edge.api.local",
    "httpcore",
    "litestar._kwargs",
    "litestar.middleware._internal.exceptions",
    "litestar.middleware.response_cache",
    "litestar.plugins.pydantic",
    "uvicorn.lifespan.off",
    "uvicorn.protocols.http.httptools_impl",
)
"""What a server imports when it starts; more than half of a start would be spent on it."""
_PR_SET_PDEATHSIG = 1


class Order(msgspec.Struct, frozen=True):
    """What the forge is asked for: a server of ``folder``, or the end of the child ``end``.

    ``crash_at``: as HOLDFAST_CRASH_AT. ``pages_file``: a file with the number of pages that the
    database may grow to, read for each of the writer's connections.
    """

    folder: str = ""
    port: int = 0
    crash_at: str = ""
    pages_file: str = ""
    fresh: bool = False
    end: int = 0


def die_with_parent(parent: int) -> None:
    """Ask Linux for SIGKILL when the parent's thread that made this process ends."""
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, int(signal.SIGKILL), 0, 0, 0)
    if os.getppid() != parent:  # it died before we asked
        os._exit(1)


class Served:
    """A child at work, or dead. ``port`` is None until it answers."""

    def __init__(self, pid: int, told: asyncio.StreamReader) -> None:
        self.pid = pid
        self.port: int | None = None
        self._told = told

    async def ready(self) -> int | None:
        """The port, once the child answers there; None if it died before."""
        line = await asyncio.wait_for(self._told.readline(), PATIENCE_S)
        if line:
            assert line.startswith(b"ready "), line
            self.port = int(line.rpartition(b":")[2])
        return self.port

    async def gone(self) -> None:
        """Wait for its end."""
        while await self._told.read(4_096):
            pass


class Forge:
    """The test's end of the forge. Use ``running_forge``."""

    def __init__(self, line: socket.socket) -> None:
        self._line = line

    @contextlib.asynccontextmanager
    async def serving(self, order: Order) -> AsyncIterator[Served]:
        """A new server inside the block; SIGKILL at its end, if it was not dead before."""
        reading, writing = os.pipe()
        try:
            socket.send_fds(self._line, [msgspec.msgpack.encode(order)], [writing])
        finally:
            os.close(writing)
        pid = self._answer()
        told = asyncio.StreamReader()
        transport, _ = await asyncio.get_running_loop().connect_read_pipe(
            lambda: asyncio.StreamReaderProtocol(told), os.fdopen(reading, "rb")
        )
        try:
            yield Served(pid, told)
        finally:
            self._line.send(msgspec.msgpack.encode(Order(end=pid)))
            status = self._answer()
            transport.close()
        assert os.WIFSIGNALED(status), f"the server ended by itself: {status}"
        assert os.WTERMSIG(status) == signal.SIGKILL

    def _answer(self) -> int:
        raw = self._line.recv(ORDER_BYTES_MAX)
        return msgspec.msgpack.decode(raw, type=int)


@contextlib.contextmanager
def running_forge() -> Iterator[Forge]:
    """A forge; started in the main thread, with whose end it would die."""
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    with ours, theirs:
        command = [sys.executable, "-m", "tests.crash.forge", str(theirs.fileno())]
        with subprocess.Popen(
            [*command, str(os.getpid())],
            pass_fds=[theirs.fileno()],
            stdin=subprocess.DEVNULL,
            cwd=Path(__file__).parents[2],
        ) as forge:
            theirs.close()
            ours.settimeout(PATIENCE_S)
            try:
                yield Forge(ours)
            finally:
                ours.close()
                forge.wait(PATIENCE_S)


def main() -> None:
    """Fork and end children as ordered, until the test's end of the line closes."""
    line, parent = socket.socket(fileno=int(sys.argv[1])), int(sys.argv[2])
    die_with_parent(parent)
    for name in ("edge.commands.cli", "edge.server.serving", *IMPORTED_LATE):
        importlib.import_module(name)
    gc.collect()
    gc.freeze()  # so that a child's first collection does not copy what was imported
    while True:
        raw, received, _, _ = socket.recv_fds(line, ORDER_BYTES_MAX, 1)
        if not raw:
            return
        order = msgspec.msgpack.decode(raw, type=Order)
        line.send(msgspec.msgpack.encode(_end(order.end) if order.end else _fork(order, received)))


def _end(pid: int) -> int:
    os.kill(pid, signal.SIGKILL)
    return os.waitpid(pid, 0)[1]


def _fork(order: Order, received: list[int]) -> int:
    [told] = received
    forge = os.getpid()
    pid = os.fork()
    if pid == 0:
        try:
            die_with_parent(forge)
            _serve(order, told)
        finally:
            os._exit(1)
    os.close(told)
    return pid


def _serve(order: Order, told: int) -> None:
    """The child: never returns but by an error, which stands in the folder's log."""
    log = os.open(Path(order.folder) / LOG_FILE, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    os.dup2(log, sys.stderr.fileno())
    if order.fresh:
        os.dup2(told, sys.stdout.fileno())
        _become_the_command(order)
    from edge.db.connection.crash import arm_from
    from edge.server.serving import serve

    if order.crash_at:
        arm_from(order.crash_at)
    if order.pages_file:
        _limit_pages(Path(order.pages_file))
    serve([Path(order.folder)], {"port": order.port}, lambda said, _elsewhere: _say(told, said))


def _become_the_command(order: Order) -> None:
    """``edge serve`` as a program of its own."""
    variables = dict(os.environ)
    if order.crash_at:
        variables["HOLDFAST_CRASH_AT"] = order.crash_at
    command = [sys.executable, "-m", "edge", "serve", "--data", order.folder]
    os.execve(  # noqa: S606  no shell is wanted
        sys.executable, [*command, "--port", str(order.port)], variables
    )


def _say(told: int, line: str) -> None:
    os.write(told, f"{line}\n".encode())


def _limit_pages(pages_file: Path) -> None:
    """Let the disk be full at so many pages: through the seam that the writer has for it."""
    import edge.box.box
    from edge.db.connection.writer import AioWriter

    def limit(db: sqlite3.Connection) -> None:
        full_at(int(pages_file.read_text()))(db)

    class Limited(AioWriter):
        """A writer whose every connection is limited."""

        @classmethod
        async def open(
            cls,
            path: Path,
            tune: Callable[[sqlite3.Connection], None] | None = limit,
            committed: Callable[[sqlite3.Connection], None] | None = None,
        ) -> Self:
            return await super().open(path, tune, committed)

    vars(edge.box.box)["AioWriter"] = Limited


if __name__ == "__main__":
    main()
