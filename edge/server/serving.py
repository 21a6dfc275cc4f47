"""Serves one or several stores in one process, until somebody asks it to stop.

Each store has its own folder, port and database; they share the event loop only. Ports and sockets
are bound before anything else is begun, so that what cannot start says so in one sentence. A stop
(SIGTERM, SIGINT) takes no new request, ends those at work, then the background, then the writers.
"""

import asyncio
import gc
import os
import shutil
import signal
import sqlite3
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import AsyncExitStack, ExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

import uvloop

from edge.box.box import SOFTWARE, Box, open_box, read_zone
from edge.box.links import till_links
from edge.box.people import keep_used_sessions
from edge.box.settings import LOOPBACK, EdgeSettings, read_settings
from edge.db.connection.errors import CannotStart
from edge.db.connection.lock import FolderLock
from edge.exchange.switching import settle_switch
from edge.server.app import build_app
from edge.server.asking import asking_terminals
from edge.server.background import exchanging
from edge.server.lan import answering_lan
from edge.server.listening import Listening, listening
from edge.server.local_socket import build_local_app, open_local_socket
from edge.server.ports import bind
from edge.server.trust import build_trust_app
from edge.server.turn import hold_in_turn
from edge.usecases.box.record_boot import record_boot
from edge.usecases.feed.retry_rows import retry_rows
from sync.http.logs import log_json_to_stderr
from sync.program.private_folder import PRIVATE_UMASK
from sync.program.systemd import telling_systemd

STORES_MAX = 64
GC_OBJECTS = 20_000
"""New objects between two looks of the garbage collector."""


class TooManyStores(CannotStart):
    """More folders than one process serves."""


@asynccontextmanager
async def serving(
    folder: Path, settings: EdgeSettings, *, exchange: bool = True, held: FolderLock | None = None
) -> AsyncIterator[tuple[Box, str]]:
    """One store at work inside the block: the box and its address. ``held``: as for ``open_box``.
    Raises CannotStart."""
    async with AsyncExitStack() as stack:
        bound = stack.enter_context(bind(settings.port))
        port = bound.getsockname()[1]
        settings = settings.model_copy(update={"port": port})
        box = await stack.enter_async_context(open_box(folder, settings, held=held))
        moment, worth_knowing = box.clock.moment(), _worth_knowing(folder)
        await box.writer.run(lambda db: record_boot(db, SOFTWARE, worth_knowing, moment))
        await settle_switch(box)
        await box.writer.run(lambda db: retry_rows(db, moment))
        box.clock.zone = await box.reader.read(read_zone)
        await stack.enter_async_context(asking_terminals(box))
        if exchange:
            await stack.enter_async_context(exchanging(box))
        local = stack.enter_context(open_local_socket(folder))
        app = build_app(box)
        sockets = (Listening(app, bound), Listening(build_local_app(box), local))
        address = f"http://{LOOPBACK}:{port}"
        await stack.enter_async_context(listening(settings.door, *sockets))
        await stack.enter_async_context(answering_lan(box, app, build_trust_app(box)))
        try:
            yield box, address
        finally:
            box.displays.close()
            await keep_used_sessions(box)


def _worth_knowing(folder: Path) -> str:
    free = shutil.disk_usage(folder).free >> 20
    return f"SQLite {sqlite3.sqlite_version}, {free} MiB free"


async def serve_stores(
    holds: Sequence[FolderLock], instead: Mapping[str, Any], say: Callable[[str, str], None]
) -> None:
    """Serve every folder that is held until SIGTERM or SIGINT; ``say`` gets a line for each store
    that answers, and what tills on other machines may expect.

    ``instead`` of a single store's settings. Raises CannotStart.
    """
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    boxes: list[Box] = []
    async with AsyncExitStack() as stack:
        for held in holds:
            settings = read_settings(held.folder).model_copy(update=instead)
            opened = serving(held.folder, settings, held=held)
            box, address = await stack.enter_async_context(opened)
            say(f"ready {box.enrolment.store_code} {address}", _elsewhere(box))
            boxes.append(box)
        _leave_out_of_collection()
        async with telling_systemd(lambda: _writers_work(boxes)):
            await stop.wait()


async def _writers_work(boxes: Sequence[Box]) -> None:
    """Each store's writer has done what waited before this, in its own thread."""
    await asyncio.gather(*(box.writer.run(lambda _: None) for box in boxes))


def _elsewhere(box: Box) -> str:
    """What tills on other machines may expect, in words; empty where none are wanted."""
    links = till_links(box.certificate, box.settings.port)
    if links:
        return f"Tills on other machines: {links[0]}"
    if not box.settings.lan:
        return ""
    return "No certificate yet: only tills on this machine are answered until head office gives it."


def _leave_out_of_collection() -> None:
    """What was loaded so far stays until the end: the collector need not walk all of it again and
    again, while somebody waits for a receipt; and a sale makes no rings worth an early look."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(GC_OBJECTS)


def serve(
    folders: Sequence[Path], instead: Mapping[str, Any], say: Callable[[str, str], None]
) -> None:
    """``serve_stores`` in an event loop of its own, in the main thread. All folders are held before
    the first is opened: a command for a later one asks this process, and is never in its way.
    Raises CannotStart."""
    if len(folders) > STORES_MAX:
        raise TooManyStores(f"One process serves at most {STORES_MAX} stores: start another.")
    os.umask(PRIVATE_UMASK)
    log_json_to_stderr()
    with ExitStack() as stack:
        holds = [stack.enter_context(hold_in_turn(folder)) for folder in folders]
        runner = stack.enter_context(asyncio.Runner(loop_factory=uvloop.new_event_loop))
        runner.run(serve_stores(holds, instead, say))
