"""Long work on many things, shared out to processes: Python's lock lets one process do no more than
one core's work. Each opens the database itself and takes some things, one after the other; what
they give comes back in the order of the things, however many processes there were.

Ctrl-C ends all of them at once: each of them writes in units of work, or nothing at all.
"""

import asyncio
import os
import signal
from collections.abc import Awaitable, Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from multiprocessing import get_context
from typing import TypeAlias, TypeVar

from sqlalchemy.ext.asyncio import AsyncEngine

from central.db.engine import driver_of, open_engine, unit_of_work
from sync.protocol.errors import Declared

S = TypeVar("S")
T = TypeVar("T")
Work: TypeAlias = Callable[[AsyncEngine, Sequence[S]], Awaitable[T]]
"""A function of a module, for another process finds it by its name."""
Show: TypeAlias = Callable[[int, int], None]
"""How many things are done, of how many."""

PROCESSES_MAX = 8
PIECES_PER_PROCESS = 4
"""So that one with larger stores than another does not end long after it."""

WORTH_IT_EVENTS = 50_000
_SIZE = "SELECT coalesce(sum(watermark), 0)::bigint, count(DISTINCT store_id) FROM stream"


class ProcessEnded(Declared, slug="process-ended", status=503, title="A process ended by itself"):
    """Somebody killed it, or this machine has no memory left."""

    first: str
    detail = "A process that worked on {first} and others after it ended before it was done."
    remedy = "Run the command again, with fewer processes where memory is short: --processes 1."


async def processes_wanted(engine: AsyncEngine) -> int:
    """As many as this machine has processors, but for a chain that one is done with before a second
    one would have begun."""
    async with unit_of_work(engine) as db:
        size = await (await driver_of(db)).fetchrow(_SIZE)
    events, stores = int(size[0]), int(size[1])
    if events < WORTH_IT_EVENTS:
        return 1
    return max(1, min(os.cpu_count() or 1, stores, PROCESSES_MAX))


async def in_processes(
    engine: AsyncEngine,
    work: Work[S, T],
    things: Sequence[S],
    processes: int,
    show: Show | None = None,
) -> list[T]:
    """What ``work`` gives of each piece of ``things``, in their order. One process: this one, and
    one piece. Raises ProcessEnded, and what ``work`` raises."""
    if processes <= 1 or len(things) <= 1:
        return [await work(engine, things)] if things else []
    size = max(1, len(things) // (processes * PIECES_PER_PROCESS))
    pieces = [things[at : at + size] for at in range(0, len(things), size)]
    url = engine.url.render_as_string(hide_password=False)
    pool = ProcessPoolExecutor(processes, get_context("spawn"), initializer=_end_at_ctrl_c)
    loop, done = asyncio.get_running_loop(), 0
    found: list[T] = []
    try:
        running = [loop.run_in_executor(pool, _run, work, url, piece) for piece in pieces]
        for piece, future in zip(pieces, running, strict=True):
            try:
                found.append(await future)
            except BrokenProcessPool as error:
                await asyncio.gather(*running, return_exceptions=True)  # all broke with it
                raise ProcessEnded(_name(piece[0])) from error
            done += len(piece)
            if show is not None:
                show(done, len(things))
    finally:
        pool.shutdown(wait=False, cancel_futures=True)
    return found


def _run(work: Work[S, T], url: str, piece: Sequence[S]) -> T:
    async def in_its_own() -> T:
        engine = open_engine(url)
        try:
            return await work(engine, piece)
        finally:
            await engine.dispose()

    return asyncio.run(in_its_own())


def _end_at_ctrl_c() -> None:
    """Without a word: the command says what there is to say."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def _name(thing: object) -> str:
    return str(getattr(thing, "code", None) or getattr(thing, "store_id", thing))
