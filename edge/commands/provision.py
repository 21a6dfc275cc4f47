"""Makes a machine a store's server in one command, and can be run again at any point.

Look (SQLite, disk, port, head office, clock), make the device's key, redeem the one-time code,
adopt the enrolment in one unit of work, then load every feed by pages. Each step leaves what it
made; the next run goes on behind it: the same code with the same key gives the same enrolment, and
a feed's cursor stands in the same unit of work as its rows.
"""

import asyncio
import socket
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit

import uuid_utils.compat

from edge.box.box import SOFTWARE, Box, hold, open_box
from edge.box.clock import StoreClock
from edge.box.folder import KEY_FILE, SETTINGS_FILE, database_of
from edge.box.keys import make_key, read_key
from edge.box.settings import (
    LOOPBACK,
    PORT_DEFAULT,
    EdgeSettings,
    check_settings,
    read_settings,
    write_settings,
)
from edge.commands.command import PROBLEM_STATUS_MIN
from edge.commands.loading import showing
from edge.commands.running_box import call_edge
from edge.db.connection.crash import crash_point
from edge.db.connection.engine import open_connection
from edge.db.connection.errors import CannotStart, FolderHeld
from edge.db.connection.migrate import migrate
from edge.db.connection.sqlite_version import check_sqlite_version
from edge.db.connection.writer import InlineWriter
from edge.db.pushing import read_push_state
from edge.db.store import Enrolment, read_enrolment
from edge.exchange.certificate import NotCertified, get_certified
from edge.exchange.lineage import ask_lineage
from edge.exchange.redeem import CentralAway, Invited, redeem
from edge.exchange.rounds import Loading, first_load, line_to_central
from edge.server.ports import bind
from edge.usecases.box.adopt_enrolment import adopt_enrolment
from sync.program.command_line import command
from sync.program.disk import look_at_disk
from sync.program.findings import State
from sync.protocol.errors import NotSent
from sync.protocol.identity import BootId
from sync.protocol.trust import Trust

DISK_FREE_BYTES_MIN = 512 << 20
FOLDER_MODE = 0o700


class DiskUnfit(CannotStart):
    """Too little room to begin with, or it cannot be written."""


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


class Place(NamedTuple):
    """Where the store answers: ``port`` and, for tills on other machines, ``names`` and
    ``addresses``. What is left out stays as it was, or takes its default."""

    port: int | None
    names: Sequence[str] = ()
    addresses: Sequence[str] = ()


def provision_store(
    invited: Invited, folder: Path, place: Place, say: Callable[[str], None]
) -> None:
    """Enrol ``folder`` with the code and load it; ``say`` gets what is true at the end.

    Raises CannotStart (each kind says what, why, and what to do) and Refusal.
    """
    invited = invited._replace(url=invited.url.rstrip("/"))
    look_around(folder, invited)
    try:
        with hold(folder):
            known = enrol_folder(invited, folder, place)
    except FolderHeld:
        for line in _at_work(folder, invited.url, place):
            say(line)
        return
    asyncio.run(load_store(folder, read_settings(folder), known, say))


def enrol_folder(invited: Invited, folder: Path, place: Place) -> bool:
    """Enrol the held folder, unless it is: then True. Its settings are written. Raises
    CannotStart."""
    central_url = invited.url
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
    told = read_settings(folder) if (folder / SETTINGS_FILE).exists() else None
    chosen = _free_port(told, place.port)
    names = place.names or (told.names if told is not None else ())
    addresses = place.addresses or (told.addresses if told is not None else ())
    wanted = check_settings(central_url, chosen, names, addresses)
    if enrolment is None:
        asyncio.run(_enrol(invited, folder))
    trust = invited.trust or (Trust.SYSTEM if told is None else told.trust)
    if told is None or (told.trust, *_written(told)) != (trust, *_written(wanted)):
        write_settings(folder, central_url, chosen, wanted.names, wanted.addresses, trust)
        crash_point("settings_written")
    return enrolment is not None


def _written(settings: EdgeSettings) -> tuple[object, ...]:
    return settings.central_url, settings.port, settings.names, settings.addresses


def _at_work(folder: Path, central_url: str, place: Place) -> Iterator[str]:
    """What is true of a folder that somebody holds, which takes other names and addresses at once.
    Raises FolderHeld where it is no store of this head office, at work."""
    settings = read_settings(folder)
    if settings.central_url != central_url:
        raise OtherStore(
            f"{folder} belongs to a store of {settings.central_url} already: use another folder, or"
            " that address."
        )
    told = call_edge(folder, "GET", "/status").document
    if told["refused"] is not None:
        raise BoxRefused(folder, told["store_code"], told["refused"])
    if place.port not in (None, settings.port):
        yield f"It serves at port {settings.port} until it is stopped and this is run again."
    names, addresses = place.names or settings.names, place.addresses or settings.addresses
    wanted = check_settings(central_url, settings.port, names, addresses)
    done = "nothing was changed"
    if _written(settings) != _written(wanted):
        asked = {"names": wanted.names, "addresses": [*map(str, wanted.addresses)]}
        answered = call_edge(folder, "POST", "/place", asked)
        if answered.status >= PROBLEM_STATUS_MIN:
            raise CannotStart(f"{answered.document['detail']} {answered.document['remedy']}")
        now = answered.document
        elsewhere = _names_elsewhere(now["names"], set(now["addresses"]))
        if elsewhere is not None:
            yield elsewhere
        done = "asks head office for a certificate of this place at once, with no restart"
    yield (
        f"{told['store_code']} is provisioned already and at work; {done}. "
        f"Next: `{command('edge', 'status', '--data', folder)}`."
    )


def _refused(folder: Path) -> str | None:
    with closing(open_connection(database_of(folder), create=False)) as db:
        return read_push_state(db).refused


def look_around(folder: Path, invited: Invited) -> None:
    """Raises CannotStart, before the code is used, where this machine cannot become a store's."""
    check_sqlite_version()
    if not invited.url.startswith(("http://", "https://")):
        raise CentralAway(
            f"{invited.url!r} is no address: head office's begins with http:// or https://."
        )
    if invited.pin is not None and _readable_on_the_way(invited.url):
        raise CentralAway(
            f"Over {invited.url} everybody on the way could read the code: serve head office by "
            "HTTPS, or reach it through `ssh -L`, and make a new enrolment string there."
        )
    try:
        folder.mkdir(mode=FOLDER_MODE, parents=True, exist_ok=True)
    except OSError as error:
        raise CannotStart(
            f"{folder} cannot be made: {error.strerror}. Give this user the right to it, or name "
            "another folder with `--data DIR`."
        ) from error
    disk = look_at_disk(folder, DISK_FREE_BYTES_MIN)
    if disk.state is not State.FINE:
        raise DiskUnfit(
            f"{disk.says} {disk.remedy} `{disk.command}`, or name another folder with `--data DIR`."
        )


def _readable_on_the_way(url: str) -> bool:
    parts = urlsplit(url)
    return parts.scheme == "http" and parts.hostname not in ("localhost", LOOPBACK, "::1")


def _free_port(told: EdgeSettings | None, port: int | None) -> int:
    """The port to serve on, once it is known to be free. Raises PortTaken."""
    if port is None and told is not None:
        port = told.port
    chosen = PORT_DEFAULT if port is None else port
    bind(chosen).close()
    return chosen


def _migrated(folder: Path) -> Enrolment | None:
    """The database brought up to date, and who this box is so far."""
    try:
        migrate(database_of(folder))
        with closing(open_connection(database_of(folder))) as db:
            return read_enrolment(db)
    except sqlite3.Error as error:
        said = str(error).splitlines()[0]
        raise CannotStart(
            f"The database in {folder} cannot be made: {said}. Free some space, give this user the "
            "right to the folder, or name another with `--data DIR`."
        ) from error


async def _enrol(invited: Invited, folder: Path) -> None:
    """Redeem the code and adopt what it gives, in one unit of work."""
    key = read_key(folder) if (folder / KEY_FILE).exists() else make_key(folder)
    crash_point("key_made")
    answer = await redeem(invited, key)
    crash_point("redeemed")
    clock = StoreClock(BootId(uuid_utils.compat.uuid7()))
    moment = clock.moment()
    public_key = key.public_key().public_bytes_raw()
    async with InlineWriter.open(database_of(folder)) as writer:
        writer.run_now(
            lambda db: adopt_enrolment(db, answer, invited.url, public_key, SOFTWARE, moment)
        )


async def load_store(
    folder: Path, settings: EdgeSettings, known: bool, say: Callable[[str], None]
) -> None:
    """Every feed to its head, with a progress bar, and the box's certificate. ``known``: the folder
    was enrolled before. Raises CannotStart."""
    async with open_box(folder, settings) as box:
        with showing() as show:
            loaded = await first_load(box, show)
        async with line_to_central(box) as to_central:
            await ask_lineage(box, to_central, ())
        crash_point("loaded")
        uncertified = await _certify(box)
        crash_point("certified")
        own = set(map(str, box.certificate.addresses()))
        for line in (uncertified, _names_elsewhere(settings.names, own)):
            if line is not None:
                say(line)
        say(_what_is_true(box, loaded, known))


async def _certify(box: Box) -> str | None:
    """Why tills on other machines must wait, in words; None where they need not."""
    if not box.certificate.is_due(box.clock.moment().wall_ms):
        return None
    async with line_to_central(box) as line:
        try:
            await get_certified(box, line)
        except (NotCertified, NotSent) as error:
            return (
                f"Only this machine's own tills can be answered, for there is no certificate yet: "
                f"{str(error).rstrip('.')}. The box asks again while it serves; other names: run "
                "this again with `--name`."
            )
    return None


def _names_elsewhere(called: Sequence[str], own: set[str]) -> str | None:
    """Which of the box's names do not lead to it, in words; None where all do."""
    names = [name for name in called if not own & _addresses_of(name)]
    if not names or not own:
        return None
    return (
        f"This network's DNS does not lead {', '.join(names)} to this box yet: make it "
        f"{' or '.join(sorted(own))} there (often in the router), or tills cannot find it by name."
    )


def _addresses_of(name: str) -> set[str]:
    try:
        return {str(each[4][0]) for each in socket.getaddrinfo(name, None)}
    except (socket.gaierror, UnicodeError):
        return set()


def _what_is_true(box: Box, loaded: Loading, known: bool) -> str:
    was = " was provisioned already and" if known else ""
    return (
        f"{box.enrolment.store_code}{was} is ready to sell: {loaded.done:,} records from "
        f"{box.enrolment.central_url} are here. Next: "
        f"`{command('edge', 'serve', '--data', box.folder)}`."
    )
