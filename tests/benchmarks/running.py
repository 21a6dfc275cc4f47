"""Server processes that a benchmark starts, looks at and stops; each dies with the benchmark."""

import asyncio
import os
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from central.demo.children import Child, start_child

_TICK_S = 1 / os.sysconf("SC_CLK_TCK")
_KIBI = 1 << 10
_MEBI = 1 << 20
_PAGE_BYTES = os.sysconf("SC_PAGE_SIZE")


@dataclass(frozen=True)
class Running:
    """A server that answers. ``ready_s``: from the command to its ``ready`` line."""

    child: Child
    address: str
    ready_s: float

    @property
    def port(self) -> int:
        return int(self.address.rsplit(":", 1)[1])

    def cpu_s(self) -> float:
        """CPU time of the whole process so far, of all its threads, user and system."""
        fields = self._stat("stat").rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) * _TICK_S

    def memory_mib(self) -> float:
        """Resident memory now."""
        return int(self._stat("statm").split()[1]) * _PAGE_BYTES / _MEBI

    def peak_mib(self) -> float:
        """The most resident memory so far (VmHWM, proc(5))."""
        told = self._stat("status").partition("VmHWM:")[2].split()
        return int(told[0]) / _KIBI

    def _stat(self, name: str) -> str:
        return Path(f"/proc/{self.child.process.pid}/{name}").read_text(encoding="utf-8")


@asynccontextmanager
async def edge_serving(
    folder: Path, environment: Mapping[str, str] | None = None, code: str = "S01"
) -> AsyncIterator[Running]:
    """``edge serve`` of the store in ``folder``, on any free port, until the block ends."""
    command = ["edge", "serve", "--data", str(folder), "--port", "0"]
    log = folder.with_name(f"{folder.name}.log")
    started = time.perf_counter()
    child = await start_child(
        f"edge of {code}", command, log, wanted=frozenset({code}), environment=environment
    )
    try:
        await child.await_ready()
        took_s = time.perf_counter() - started
        yield Running(child, child.addresses[code], took_s)
    finally:
        await child.stop()


async def run_to_end(*command: str, given: bytes = b"") -> bytes:
    """What a command prints, fed with ``given``. Raises RuntimeError if it fails."""
    process = await asyncio.create_subprocess_exec(
        *command,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        said, complained = await process.communicate(given)
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    if process.returncode != 0:
        raise RuntimeError(f"{command} failed: {complained.decode(errors='replace').strip()}")
    return said
