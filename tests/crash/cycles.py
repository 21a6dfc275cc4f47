"""Kill cycles: serve a store, let its workstations trade, end the server with SIGKILL, look.

One cycle is one server's life. Workstations go on through all of them; what they were told is held
against the file, cheaply after each start, wholly at the end.
"""

import asyncio
import itertools
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from edge.box.folder import database_of
from edge.db.connection.engine import address
from tests.crash.checks import faults, promises_of
from tests.crash.client import Workstation
from tests.crash.forge import LOG_FILE, Forge, Order
from tests.crash.seed import Seeded
from tests.patience import PATIENCE_S


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
            [*trading, asyncio.create_task(served.gone())], timeout=PATIENCE_S
        )
        if late:
            raise NeverCrashed(order.crash_at)
    for each in trading:
        each.result()


async def kill_early(forge: Forge, order: Order, after_s: float) -> None:
    """A life that ends ``after_s`` seconds after it began, mostly before the server answers."""
    async with forge.serving(order) as served:
        await asyncio.wait([asyncio.create_task(served.gone())], timeout=after_s)


async def trade_and_kill(
    forge: Forge,
    order: Order,
    workstations: tuple[Workstation, ...],
    answers: int,
    after_s: float,
) -> None:
    """A life that ends ``after_s`` seconds after so many answers, whatever the server does then:
    counted in answers, a busy machine does not turn it into one without trade."""
    enough = asyncio.Event()
    left = itertools.count(answers - 1, -1)
    for each in workstations:
        each.on_answer = lambda: enough.set() if next(left) == 0 else None
    async with forge.serving(order) as served:
        port = await served.ready()
        assert port is not None, log_of(Path(order.folder))
        trading = [asyncio.create_task(each.trade(port)) for each in workstations]
        ends = asyncio.create_task(enough.wait())
        await asyncio.wait(
            [ends, *trading], timeout=PATIENCE_S, return_when=asyncio.FIRST_COMPLETED
        )
        await asyncio.wait(trading, timeout=after_s, return_when=asyncio.FIRST_EXCEPTION)
        answered = enough.is_set()
        ends.cancel()
    await asyncio.wait(trading, timeout=PATIENCE_S)
    for task in trading:
        task.result()
    for each in workstations:
        each.on_answer = None
    assert answered, "the server gave too few answers"


async def finish(
    forge: Forge, order: Order, workstations: tuple[Workstation, ...], operations: int = 0
) -> None:
    """A last life: everything that was begun is ended, then so many operations are done."""
    async with forge.serving(order) as served:
        port = await served.ready()
        assert port is not None, log_of(Path(order.folder))
        async with asyncio.timeout(PATIENCE_S), asyncio.TaskGroup() as group:
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
