"""Child processes of the demo: started with a log each, awaited until they say ``ready``, ended.

Promises: a child dies with the demo however that ends (PR_SET_PDEATHSIG), its output stands in a
log in the demo's folder, and ``stop`` leaves no process behind.
"""

import asyncio
import contextlib
import os
import signal
import socket
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from central.demo.errors import DemoCannotRun
from central.demo.stillness import Stillness

READY_STILL_S = 60
"""A child that neither prints nor works for so long will not start."""
READY_WITHIN_S_MAX = 3_600
LOOK_EVERY_S = 0.2
STOP_GRACE_S = 10
LINE_BYTES_MAX = 65_536
TAIL_LINES = 5
_OF_CHILDREN = {"PYTHONUNBUFFERED": "1", "EDGE_LAN": "false"}
"""The demo's boxes answer on this machine only."""
_CHILD = Path(__file__).parents[1] / "database" / "child.py"


@dataclass
class Child:
    """A process that was started here. ``addresses``: name to URL, from its ``ready`` lines."""

    name: str
    process: asyncio.subprocess.Process
    log: Path
    wanted: frozenset[str]
    addresses: dict[str, str] = field(default_factory=dict)
    ready: asyncio.Event = field(default_factory=asyncio.Event)
    reader: asyncio.Task[None] | None = None

    async def await_ready(self) -> None:
        """Until every wanted name said ``ready``, for as long as it prints or works: how long many
        stores take to start depends on the machine. Raises DemoCannotRun with its last words."""
        waiting = asyncio.ensure_future(self.ready.wait())
        ended = asyncio.ensure_future(self.process.wait())
        done = await self._first_of({waiting, ended})
        for future in (waiting, ended):
            if not future.done():
                future.cancel()
        if waiting in done:
            return
        if self.reader is not None and ended in done:
            await self.reader
        raise DemoCannotRun(f"{self.name} did not start: {self.last_words()}")

    async def _first_of(self, futures: set[asyncio.Future[Any]]) -> set[asyncio.Future[Any]]:
        """Those that are done; none, if the child stood still before."""
        loop = asyncio.get_running_loop()
        ends_at = loop.time() + READY_WITHIN_S_MAX
        stillness = Stillness(READY_STILL_S, self.progress(), loop.time())
        done: set[asyncio.Future[Any]] = set()
        while not done and loop.time() < ends_at:
            done, _ = await asyncio.wait(
                futures, timeout=LOOK_EVERY_S, return_when=asyncio.FIRST_COMPLETED
            )
            if stillness.too_long(self.progress(), loop.time()):
                break
        return done

    def progress(self) -> tuple[int, str]:
        """What it has printed, in bytes, and how long it has worked (proc(5), utime and stime)."""
        printed = self.log.stat().st_size if self.log.exists() else 0
        try:
            told = Path(f"/proc/{self.process.pid}/stat").read_text(errors="replace")
        except OSError:
            return printed, ""
        return printed, " ".join(told.rpartition(")")[2].split()[11:13])

    def last_words(self) -> str:
        """The end of its log, on one line."""
        lines = self.log.read_text(errors="replace").strip().splitlines()
        return " / ".join(line.strip() for line in lines[-TAIL_LINES:]) or "it said nothing"

    async def stop(self, sign: signal.Signals = signal.SIGTERM) -> None:
        """End it (SIGKILL after a grace) and reap it. Ending an ended child does nothing."""
        if self.process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                self.process.send_signal(sign)
            try:
                await asyncio.wait_for(self.process.wait(), STOP_GRACE_S)
            except TimeoutError:
                with contextlib.suppress(ProcessLookupError):
                    self.process.kill()
                await self.process.wait()
        if self.reader is not None:
            await self.reader


async def start_child(
    name: str,
    arguments: list[str],
    log: Path,
    *,
    wanted: frozenset[str] = frozenset(),
    environment: Mapping[str, str] | None = None,
) -> Child:
    """Start ``python -m …arguments`` in a session of its own; it ends when the demo does."""
    command = [sys.executable, "-I", "-S", str(_CHILD), str(os.getpid()), "-"]
    process = await asyncio.create_subprocess_exec(
        *command,
        sys.executable,
        "-m",
        *arguments,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
        start_new_session=True,
        limit=LINE_BYTES_MAX,
        env={**os.environ, **_OF_CHILDREN, **(environment or {})},
    )
    child = Child(name, process, log, wanted)
    child.reader = asyncio.create_task(_copy_output(child))
    return child


async def run_child(name: str, arguments: list[str], log: Path) -> None:
    """Run a command to its end. Raises DemoCannotRun with its last words if it fails."""
    child = await start_child(name, arguments, log)
    code = await child.process.wait()
    await child.stop()
    if code != 0:
        raise DemoCannotRun(f"{name} ended with {code}: {child.last_words()}")


async def _copy_output(child: Child) -> None:
    if child.process.stdout is None:
        raise DemoCannotRun(f"{child.name} was started without a pipe to read")
    with child.log.open("ab") as log:
        async for line in child.process.stdout:
            log.write(line)
            log.flush()
            words = line.decode(errors="replace").split()
            if len(words) == 3 and words[0] == "ready":
                child.addresses[words[1]] = words[2]
                if child.wanted <= child.addresses.keys():
                    child.ready.set()


def free_port() -> int:
    """A port on 127.0.0.1 that nobody holds at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def one_sentence(error: OSError) -> str:
    """What the system refused, and where."""
    where = f" ({error.filename})" if error.filename else ""
    return f"the system refused{where}: {error.strerror or error}. Make room or choose another."
