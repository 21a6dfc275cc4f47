"""Makes a machine a store's server in one command, and can be run again at any point.

Look (SQLite, disk, port, head office, clock), make the device's key, redeem the one-time code,
adopt the enrolment in one unit of work, then load every feed by pages. Each step leaves what it
made; the next run goes on behind it: the same code with the same key gives the same enrolment, and
a feed's cursor stands in the same unit of work as its rows.
"""

import asyncio
import base64
import email.utils
import shutil
import sqlite3
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import httpx
import msgspec
import uuid_utils.compat
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy.exc import DatabaseError

from edge.box.box import SOFTWARE, Box, hold, open_box
from edge.box.clock import StoreClock
from edge.box.folder import KEY_FILE, SETTINGS_FILE, database_of
from edge.box.keys import make_key, read_key
from edge.box.settings import PORT_DEFAULT, EdgeSettings, read_settings, write_settings
from edge.commands.running_box import call_edge
from edge.db.connection.engine import open_connection
from edge.db.connection.errors import CannotStart, FolderHeld
from edge.db.connection.migrate import migrate
from edge.db.connection.sqlite_version import check_sqlite_version
from edge.db.connection.writer import InlineWriter
from edge.db.pushing import read_push_state
from edge.db.store import Enrolment, read_enrolment
from edge.domain.reckoning import CLOCK_GAP_S_MAX
from edge.exchange.rounds import Loading, first_load
from edge.exchange.why_away import why_away
from edge.server.ports import bind
from edge.usecases.box.adopt_enrolment import adopt_enrolment
from sync.engine.transport import open_client
from sync.program.command_line import command
from sync.protocol import codec
from sync.protocol.enrolment import EnrolmentAnswer
from sync.protocol.errors import Undecodable
from sync.protocol.identity import BootId
from sync.protocol.text import shown

DISK_FREE_BYTES_MIN = 512 << 20
FOLDER_MODE = 0o700


class DiskTooSmall(CannotStart):
    """Too little room to begin with."""


class CentralAway(CannotStart):
    """Head office cannot be reached, or something else answers in its place."""


class CodeRefused(CannotStart):
    """Head office did not accept the one-time code."""


class ClockOff(CannotStart):
    """This machine's clock is too far from head office's."""


class BoxRefused(CannotStart):
    """The box in the folder is one that head office no longer takes: a code makes a new one."""

    def __init__(self, folder: Path, store_code: str, detail: str) -> None:
        again = command("edge", "provision", "--central", "URL", "--code", "CODE", "--data", "NEW")
        super().__init__(
            f"{folder} holds a box of {store_code}, and {detail.rstrip('.')}. A code makes a new "
            "box, in a folder of its own, and was not used: stop this one and run "
            f"`{again}`. Keep this folder: what head office does not have yet lies here."
        )


class OtherStore(CannotStart):
    """The folder belongs to another head office already."""


_OK = 200
_FAILING = 500
_STILL_GOOD = "the code is still good"


class _Health(msgspec.Struct, frozen=True):
    """What is used of head office's health."""

    status: str = ""


class _Said(msgspec.Struct):
    """What is used of head office's problem document."""

    detail: str = ""
    remedy: str = ""


def provision_store(
    central_url: str, code: str, folder: Path, port: int | None, say: Callable[[str], None]
) -> None:
    """Enrol ``folder`` with ``code`` and load it; ``say`` gets what is true at the end.

    Raises CannotStart (each kind says what, why, and what to do) and Refusal.
    """
    central_url = central_url.rstrip("/")
    _look_around(folder, central_url)
    try:
        with hold(folder):
            known = _enrolled(central_url, code, folder, port)
    except FolderHeld:
        say(_at_work(folder, central_url))
        return
    asyncio.run(_load(folder, read_settings(folder), known, say))


def _enrolled(central_url: str, code: str, folder: Path, port: int | None) -> bool:
    """Enrol the held folder, unless it is: then True."""
    enrolment = _migrated(folder)
    if enrolment is not None and enrolment.central_url != central_url:
        raise OtherStore(
            f"{folder} belongs to {enrolment.store_code} of {enrolment.central_url} already: "
            "use another folder, or that address."
        )
    if enrolment is not None:
        refused = _refused(folder)
        if refused is not None:
            raise BoxRefused(folder, enrolment.store_code, refused)
    chosen = _free_port(folder, port)
    if enrolment is None:
        asyncio.run(_enrol(central_url, code, folder))
    told = read_settings(folder) if (folder / SETTINGS_FILE).exists() else None
    if told is None or (told.central_url, told.port) != (central_url, chosen):
        write_settings(folder, central_url, chosen)
    return enrolment is not None


def _at_work(folder: Path, central_url: str) -> str:
    """What is true of a folder that somebody holds. Raises FolderHeld where it is no store of this
    head office, at work."""
    if read_settings(folder).central_url != central_url:
        raise OtherStore(
            f"{folder} belongs to a store of {read_settings(folder).central_url} already: use "
            "another folder, or that address."
        )
    told = call_edge(folder, "GET", "/status").document
    if told["refused"] is not None:
        raise BoxRefused(folder, told["store_code"], told["refused"])
    return (
        f"{told['store_code']} is provisioned already and at work; nothing was changed. "
        f"Next: `{command('edge', 'status', '--data', folder)}`."
    )


def _refused(folder: Path) -> str | None:
    with closing(open_connection(database_of(folder), create=False)) as db:
        return read_push_state(db).refused


def _look_around(folder: Path, central_url: str) -> None:
    check_sqlite_version()
    if not central_url.startswith(("http://", "https://")):
        raise CentralAway(
            f"{central_url!r} is no address: head office's begins with http:// or https://."
        )
    try:
        folder.mkdir(mode=FOLDER_MODE, parents=True, exist_ok=True)
        free = shutil.disk_usage(folder).free
    except OSError as error:
        raise CannotStart(
            f"{folder} cannot be made: {error.strerror}. Give this user the right to it, or name "
            "another folder with `--data DIR`."
        ) from error
    if free < DISK_FREE_BYTES_MIN:
        raise DiskTooSmall(
            f"The disk of {folder} has {free >> 20} MiB free; a store begins with at least "
            f"{DISK_FREE_BYTES_MIN >> 20} MiB: free some space, or use another disk."
        )


def _free_port(folder: Path, port: int | None) -> int:
    """The port to serve on, once it is known to be free. Raises PortTaken."""
    if port is None and (folder / SETTINGS_FILE).exists():
        port = read_settings(folder).port
    chosen = PORT_DEFAULT if port is None else port
    bind(chosen).close()
    return chosen


def _migrated(folder: Path) -> Enrolment | None:
    """The database brought up to date, and who this box is so far."""
    try:
        migrate(database_of(folder))
        with closing(open_connection(database_of(folder))) as db:
            return read_enrolment(db)
    except (sqlite3.Error, DatabaseError) as error:
        said = str(error).splitlines()[0]
        raise CannotStart(
            f"The database in {folder} cannot be made: {said}. Free some space, give this user the "
            "right to the folder, or name another with `--data DIR`."
        ) from error


async def _enrol(central_url: str, code: str, folder: Path) -> None:
    """Redeem the code and adopt what it gives, in one unit of work."""
    key = read_key(folder) if (folder / KEY_FILE).exists() else make_key(folder)
    async with open_client(central_url) as client:
        answer = await _redeem(client, central_url, code, key)
    clock = StoreClock(BootId(uuid_utils.compat.uuid7()))
    moment = clock.moment()
    public_key = key.public_key().public_bytes_raw()
    async with InlineWriter.open(database_of(folder)) as writer:
        writer.run_now(
            lambda db: adopt_enrolment(db, answer, central_url, public_key, SOFTWARE, moment)
        )


async def _redeem(
    client: httpx.AsyncClient, central_url: str, code: str, key: Ed25519PrivateKey
) -> EnrolmentAnswer:
    body = {
        "code": code,
        "public_key": base64.b64encode(key.public_key().public_bytes_raw()).decode(),
    }
    try:
        health = await client.get("/health")
        _refuse_stranger(health, central_url)
        _refuse_wrong_clock(health)
        response = await client.post("/v1/enrol", json=body)
    except httpx.HTTPError as error:
        why, remedy = why_away(error)
        raise CentralAway(
            f"Head office does not answer at {central_url}: {why}. {remedy}, then run this again; "
            f"{_STILL_GOOD}."
        ) from error
    _refuse_failing(response, central_url)
    if response.status_code != _OK:
        raise CodeRefused(_sentence(response, central_url))
    try:
        return codec.decode(EnrolmentAnswer, response.content)
    except Undecodable as error:
        raise _not_central(central_url) from error


def _refuse_stranger(response: httpx.Response, central_url: str) -> None:
    """The code is told to head office only: its health says ``status``."""
    _refuse_failing(response, central_url)
    try:
        said = msgspec.json.decode(response.content, type=_Health)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise _not_central(central_url) from error
    if response.status_code != _OK or not said.status:
        raise _not_central(central_url)


def _refuse_failing(response: httpx.Response, central_url: str) -> None:
    if response.status_code >= _FAILING:
        raise CentralAway(
            f"Head office at {central_url} fails ({response.status_code}): "
            f"{_said(response) or 'it does not say why.'} Run this again in a minute; "
            f"{_STILL_GOOD}. If it stays, look at the log of `central serve`."
        )


def _refuse_wrong_clock(response: httpx.Response) -> None:
    """Head office's ``Date`` header against this clock, both in whole seconds."""
    stated_s = _stated_time_s(response)
    if stated_s is None:
        return
    gap_s = int(time.time()) - stated_s
    if abs(gap_s) > CLOCK_GAP_S_MAX:
        way = "ahead of" if gap_s > 0 else "behind"
        raise ClockOff(
            f"This machine's clock is {abs(gap_s):,} s {way} head office's, and receipts would "
            "carry wrong times: set whichever is wrong (or let NTP), then run this again; "
            f"{_STILL_GOOD}."
        )


def _stated_time_s(response: httpx.Response) -> int | None:
    """Seconds since 1970. None where the header is absent, or is no time (something between may
    write what it likes there): each acknowledgement states head office's time again."""
    try:
        return int(email.utils.parsedate_to_datetime(response.headers["date"]).timestamp())
    except (KeyError, ValueError, TypeError, OverflowError):
        return None


def _sentence(response: httpx.Response, central_url: str) -> str:
    return _said(response) or str(_not_central(central_url))


def _said(response: httpx.Response) -> str:
    """Head office's own words, if these are some."""
    try:
        said = msgspec.json.decode(response.content, type=_Said)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return ""
    return shown(f"{said.detail} {said.remedy}".strip())


def _not_central(central_url: str) -> CentralAway:
    return CentralAway(
        f"Something answers at {central_url}, but it is not head office: check the address, and "
        f"that no login page of a network stands between, then run this again; {_STILL_GOOD}."
    )


async def _load(
    folder: Path, settings: EdgeSettings, known: bool, say: Callable[[str], None]
) -> None:
    """Every feed to its head, with a progress bar."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    async with open_box(folder, settings) as box:
        with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
            task = progress.add_task("Loading from head office", total=None)

            def show(loading: Loading) -> None:
                progress.update(task, completed=loading.done, total=loading.whole)

            loaded = await first_load(box, show)
        say(_what_is_true(box, loaded, known))


def _what_is_true(box: Box, loaded: Loading, known: bool) -> str:
    was = " was provisioned already and" if known else ""
    return (
        f"{box.enrolment.store_code}{was} is ready to sell: {loaded.done:,} records from "
        f"{box.enrolment.central_url} are here, epoch {box.epoch}. Next: "
        f"`{command('edge', 'serve', '--data', box.folder)}`."
    )
