"""Kill cycles: serve a store, let its workstations trade, end the server with SIGKILL, look.

One cycle is one server's life. Workstations go on through all of them; what they were told is held
against the file, cheaply after each start, wholly at the end.
"""

import asyncio
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from edge.db.engine import address
from edge.folder import database_of
from tests.crash.checks import faults, promises_of
from tests.crash.client import Workstation
from tests.crash.forge import LOG_FILE, Forge, Order, Served
from tests.crash.seed import Seeded

LIFE_TIMEOUT_S = 30
"""A server that passes its crash point never must not keep the test waiting."""


class NeverCrashed(Exception):
    """The named point was not passed as often as the order says."""


async def trade_until_crash(
    forge: Forge, order: Order, workstations: tuple[Workstation, ...]
) -> None:
    """A life that ends at the crash point in ``order``; it may end before the server answers.
    Raises NeverCrashed."""
    async with forge.serving(order) as served:
        port = await served.ready()
        if port is None:
            return
        trading = [asyncio.create_task(each.trade(port)) for each in workstations]
        _, late = await asyncio.wait(
            [*trading, asyncio.create_task(served.gone())], timeout=LIFE_TIMEOUT_S
        )
        if late:
            raise NeverCrashed(order.crash_at)
    for each in trading:
        each.result()


async def trade_and_kill(
    forge: Forge, order: Order, workstations: tuple[Workstation, ...], after_s: float
) -> None:
    """A life that is ended ``after_s`` seconds after it began, wherever the server is then."""
    trading: list[asyncio.Task[None]] = []
    async with forge.serving(order) as served:
        life = asyncio.create_task(_live(served, workstations, trading))
        await asyncio.wait([life], timeout=after_s)
    life.cancel()
    await asyncio.wait([life])
    for each in trading:
        await asyncio.wait_for(each, LIFE_TIMEOUT_S)


async def _live(
    served: Served, workstations: tuple[Workstation, ...], trading: list[asyncio.Task[None]]
) -> None:
    """Trade from when the server answers."""
    port = await served.ready()
    assert port is not None, "it died before anybody killed it"
    trading += [asyncio.create_task(each.trade(port)) for each in workstations]
    await asyncio.shield(asyncio.gather(*trading))


async def finish(
    forge: Forge, order: Order, workstations: tuple[Workstation, ...], operations: int = 0
) -> None:
    """A last life: everything that was begun is ended, then so many operations are done."""
    async with forge.serving(order) as served:
        port = await served.ready()
        assert port is not None, log_of(Path(order.folder))
        async with asyncio.timeout(LIFE_TIMEOUT_S), asyncio.TaskGroup() as group:
            for each in workstations:
                group.create_task(each.trade(port, operations))
    assert [each.name for each in workstations if each.pending is not None] == []


def log_of(folder: Path) -> str:
    """What the servers of this folder wrote to stderr."""
    return (folder / LOG_FILE).read_text()


@contextmanager
def looking_at(folder: Path) -> Iterator[sqlite3.Connection]:
    """A connection that only reads, to a file that nobody or somebody else owns."""
    with closing(sqlite3.connect(address(database_of(folder), "ro"), uri=True)) as db:
        db.isolation_level = None
        yield db


def refuse_faults(store: Seeded, workstations: tuple[Workstation, ...], *, complete: bool) -> None:
    """Hold the file against every promise. A half-written log is read as it stands."""
    with looking_at(store.folder) as db:
        found = faults(db, promises_of(workstations, store.device_key, complete=complete))
    assert found == []
