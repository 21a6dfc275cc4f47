"""One store server at work: everything a request or a round needs, in one frozen value.

A ``Box`` is opened once per data folder (``open_box``) and passed on explicitly: the API gets it as
a dependency, the background loop as an argument. Closing it closes the writer, whose thread would
keep the process alive.
"""

import asyncio
import os
import secrets
import sqlite3
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, closing
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple
from uuid import UUID

import uuid_utils.compat
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from edge.box.asker import Asker
from edge.box.certificate import Certificate
from edge.box.clock import ZONE_UNTIL_TOLD, StoreClock, steady_clock, wall_clock_ms
from edge.box.displays import Displays
from edge.box.folder import KEY_FILE, NotProvisioned, database_of
from edge.box.keys import read_key
from edge.box.label_printers import LabelPrinters
from edge.box.overrides import Overrides
from edge.box.pins import Pins
from edge.box.printers import Printers, page_logo
from edge.box.sessions import Sessions
from edge.box.settings import EdgeSettings
from edge.box.terminals import Terminals
from edge.box.workstations import Workstations
from edge.db.connection.engine import open_connection
from edge.db.connection.errors import CannotStart
from edge.db.connection.lock import FolderLock, hold_folder
from edge.db.connection.migrate import migrate
from edge.db.connection.reader import Reader, open_reports
from edge.db.connection.writer import AioWriter, Writer
from edge.db.hybrid_clock import read_reckoning
from edge.db.store import Enrolment, read_enrolment, read_settings
from edge.db.told_mark import ToldMark, missing_after, read_mark
from edge.devices.at import device_at
from edge.domain.box import SettingsMissing
from edge.domain.fields import one_case
from edge.domain.payment.attempt import Attempt
from edge.domain.reckoning import Reckoning
from edge.usecases.box.branch_off import Opening
from edge.usecases.box.tell_missing import tell_missing
from edge.usecases.payment.settle import Told, settle_payment
from sync.http.shared import Shared
from sync.program.pages import Pages
from sync.program.private_folder import FILE_MODE, keep_private
from sync.protocol.change import Head
from sync.protocol.identity import BootId, WorkstationId

SOFTWARE = "holdfast-edge 0.1.0"
NONCE_BYTES = 16


@dataclass(frozen=True)
class Box:
    """A store server's parts. ``nudge`` is set when there is something to push; ``told`` is the
    head that each workstation was last told (see ``edge/api/stated_head.py``); ``unreached`` is set
    while the last try to reach head office failed, ``busy`` while it was there and asked to
    wait. ``begun_ms``: when this program took the store up, by this machine's clock; ``examining``:
    whoever asks how the box is while somebody did gets the same; ``asker``: asks head office while
    somebody waits; ``terminals`` and ``printers``: those of the counter; ``displays``: what
    customers are shown; ``pages``: sets receipts as PDF."""

    folder: Path
    settings: EdgeSettings
    enrolment: Enrolment
    device_key: Ed25519PrivateKey
    writer: Writer
    reader: Reader
    reports: Reader
    clock: StoreClock
    workstations: Workstations
    certificate: Certificate
    sessions: Sessions
    pins: Pins
    overrides: Overrides
    terminals: Terminals
    printers: Printers
    label_printers: LabelPrinters
    nudge: asyncio.Event = field(default_factory=asyncio.Event)
    told: dict[WorkstationId, Head] = field(default_factory=dict)
    unreached: asyncio.Event = field(default_factory=asyncio.Event)
    busy: asyncio.Event = field(default_factory=asyncio.Event)
    begun_ms: int = field(default_factory=wall_clock_ms)
    examining: Shared[Any] = field(default_factory=Shared)
    asker: Asker = field(default_factory=Asker)
    pages: Pages = field(default_factory=Pages)
    displays: Displays = field(default_factory=Displays)

    def opening(self) -> Opening:
        """With what another epoch would be opened."""
        return draw_opening(self.device_key)

    def forget_workstations(self) -> None:
        """One was paired or taken away, and with it whoever was signed in there."""
        self.workstations.forget()
        self.displays.wake()
        self.sessions.forget()


def draw_opening(key: Ed25519PrivateKey) -> Opening:
    """Another one at each call."""
    return Opening(key, uuid_utils.compat.uuid7(), secrets.token_bytes(NONCE_BYTES))


def read_zone(db: sqlite3.Connection) -> str:
    """The store's zone; UTC before its settings have arrived."""
    try:
        return read_settings(db).zone
    except SettingsMissing:
        return ZONE_UNTIL_TOLD


def hold(folder: Path) -> FolderLock:
    """The exclusive hold on a store's folder. Raises NotProvisioned, FolderHeld."""
    if not folder.is_dir():
        raise NotProvisioned(folder)
    return hold_folder(folder)


@asynccontextmanager
async def open_box(
    folder: Path, settings: EdgeSettings, *, held: FolderLock | None = None
) -> AsyncIterator[Box]:
    """The store in ``folder``, held, migrated and open; close it to let it go. ``held``: the hold
    of who has it already. Raises NotProvisioned, FolderHeld, CannotStart."""
    with held or hold(folder):
        device_key = read_key(folder)
        _shut(folder)
        found = _bring_up_to_date(folder)
        clock = StoreClock(BootId(uuid_utils.compat.uuid7()), found.zone, found.reckoning)
        async with AsyncExitStack() as stack:
            mark = ToldMark(folder)
            stack.callback(mark.close)
            opening = AioWriter.open(database_of(folder), committed=mark.keep)
            writer = await stack.enter_async_context(await opening)
            missing = found.missing
            if missing is not None:
                now, begun = clock.moment(), draw_opening(device_key)
                await writer.run(lambda db: tell_missing(db, missing, now, begun))
            reader = await stack.enter_async_context(Reader(database_of(folder)))
            reports = await stack.enter_async_context(open_reports(database_of(folder)))
            yield Box(
                folder,
                settings,
                found.enrolment,
                device_key,
                writer,
                reader,
                reports,
                clock,
                Workstations(reader),
                Certificate(folder, settings),
                Sessions(reader, clock.steady, settings.lock_after_s),
                Pins(reader, writer, clock),
                Overrides(clock.steady),
                _terminals(settings, writer, clock),
                _printers(folder, settings),
                LabelPrinters.named(settings.label_printers, settings.label_dots_per_mm),
                pages=_pages(folder, settings),
            )


def _pages(folder: Path, settings: EdgeSettings) -> Pages:
    if settings.logo is None:
        return Pages()
    return Pages(partial(page_logo, folder / settings.logo))


def _printers(folder: Path, settings: EdgeSettings) -> Printers:
    logo = None if settings.logo is None else folder / settings.logo
    return Printers.named(settings.printers, chinese=settings.printers_know_chinese, logo=logo)


def _terminals(settings: EdgeSettings, writer: Writer, clock: StoreClock) -> Terminals:
    at = {
        WorkstationId(one_case(workstation_id)): device_at(address)
        for workstation_id, address in settings.terminals.items()
    }

    async def settle(attempt_id: UUID, told: Told) -> Attempt:
        moment = clock.moment()
        return await writer.run(lambda db: settle_payment(db, attempt_id, told, moment))

    return Terminals(at, settings.card_offline_max_minor, settle)


class _Found(NamedTuple):
    """What the store's own file says when it is opened. ``missing``: in words, what somebody was
    told of and is no longer there."""

    enrolment: Enrolment
    zone: str
    reckoning: Reckoning | None
    missing: str | None


def _bring_up_to_date(folder: Path) -> _Found:
    """The database at the newest schema, and what it says. Raises CannotStart, NotProvisioned."""
    try:
        migrate(database_of(folder))
        with closing(open_connection(database_of(folder))) as db:
            enrolment = read_enrolment(db)
            if enrolment is None:
                raise NotProvisioned(folder)
            return _Found(
                enrolment,
                read_zone(db),
                read_reckoning(db, steady_clock()),
                missing_after(db, read_mark(folder)),
            )
    except sqlite3.Error as error:
        raise _disk(folder, error) from error


def _shut(folder: Path) -> None:
    """The folder and its files are this user's alone, also one that was made otherwise. The
    database is there before SQLite makes it, for its log takes its mode from it."""
    try:
        os.close(os.open(database_of(folder), os.O_RDWR | os.O_CREAT, FILE_MODE))
        keep_private(folder, leave={KEY_FILE})
    except OSError as error:
        raise CannotStart(
            f"{error.filename or folder} cannot be kept from other users ({error.strerror}): give "
            "the folder and all that lies in it to the user that runs `edge`."
        ) from error


def _disk(folder: Path, error: Exception) -> CannotStart:
    """One sentence for a database that cannot be opened or brought up to date."""
    said = str(error).splitlines()[0]
    return CannotStart(
        f"The store's database in {folder} cannot be opened ({said}): free some space on its disk, "
        "or put the spare store server into service."
    )
