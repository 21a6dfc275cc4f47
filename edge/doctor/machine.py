"""The machine under the store: its disk, clock and ports, SQLite. Those that are called
``look_at_…`` need no store: `edge provision` asks them before there is one."""

import contextlib
import errno
import http.client
import socket
import sqlite3
import time
from urllib.parse import urlsplit

from edge.box.addresses import known_address
from edge.box.settings import LOOPBACK
from edge.db.connection.errors import SqliteTooOld
from edge.db.connection.sqlite_version import check_sqlite_version
from edge.db.journal import latest_stamp_ms
from edge.db.pushing import read_push_state
from edge.doctor.scene import COULD_NOT_LOOK, Health, Scene
from edge.domain.reckoning import CLOCK_GAP_S_MAX
from edge.domain.sync_state import DISK_LOW_BYTES
from sync.program.command_line import shell
from sync.program.disk import look_at_disk
from sync.program.findings import Found, attention, fine, stop, unknown
from sync.program.frame import instant

SECOND_MS = 1_000
ANSWER_WITHIN_S = 10
SET_CLOCK = shell("sudo", "timedatectl", "set-ntp", "true")


def disk(scene: Scene) -> Found:
    """Room, and whether it takes what is written."""
    return look_at_disk(scene.folder, DISK_LOW_BYTES)


def sqlite(_scene: Scene) -> Found:
    """Whether this SQLite may hold sales."""
    return look_at_sqlite()


def look_at_sqlite() -> Found:
    """The version that this program runs on."""
    try:
        check_sqlite_version()
    except SqliteTooOld as error:
        return stop(str(error), "Install one that is sound:", shell("pip", "install", "pysqlite3"))
    return fine(f"SQLite {sqlite3.sqlite_version} keeps what is committed.")


def clock(scene: Scene) -> Found:
    """Against head office's, and against the latest time that this box has seen."""
    try:
        with scene.reading() as db:
            state = read_push_state(db)
            seen_ms = max(latest_stamp_ms(db), state.server_time_ms or 0)
    except COULD_NOT_LOOK:
        seen_ms = 0
    return look_at_clock(_stated_s(scene), seen_ms)


def _stated_s(scene: Scene) -> int | None:
    """Head office's time, as it signed it, or as its address says."""
    said = scene.acknowledged
    if said is not None:
        return said.server_time_ms // SECOND_MS
    health = scene.health
    return health.stated_s if isinstance(health, Health) and health.is_head_office else None


def look_at_clock(stated_s: int | None, seen_ms: int = 0) -> Found:
    """``stated_s``: head office's time, seconds since 1970; None where it does not answer.
    ``seen_ms``: the latest that was seen, UTC ms."""
    now_s = int(time.time())
    if stated_s is not None and abs(now_s - stated_s) > CLOCK_GAP_S_MAX:
        way = "ahead of" if now_s > stated_s else "behind"
        says = f"This machine's clock is {abs(now_s - stated_s):,} s {way} head office's."
        return attention(f"{says} Receipts carry its time.", "Let the network set it:", SET_CLOCK)
    shown = instant(now_s * SECOND_MS)
    behind_s = seen_ms // SECOND_MS - now_s
    if stated_s is None and behind_s > CLOCK_GAP_S_MAX:
        says = f"This machine's clock shows {shown}, and it was {instant(seen_ms)} before."
        return attention(f"{says} Receipts carry its time.", "Let the network set it:", SET_CLOCK)
    if stated_s is None:
        return unknown(f"It shows {shown}; head office does not answer to hold it against.")
    return fine(f"It shows {shown}, as head office's does.")


def port(scene: Scene) -> Found:
    """The port answers where the box runs, and is free where it does not."""
    if scene.at_work is None:
        return look_at_port(scene.settings.port)
    if scene.at_work.address is None:
        return unknown("The box serves on a port that it took by itself and told nobody.")
    return _answers(scene, scene.at_work.address)


def _answers(scene: Scene, address: str) -> Found:
    at = urlsplit(address)
    with contextlib.closing(
        http.client.HTTPConnection(at.hostname or LOOPBACK, at.port, timeout=ANSWER_WITHIN_S)
    ) as connection:
        try:
            connection.request("GET", "/health")
            status = connection.getresponse().status
        except (OSError, http.client.HTTPException) as error:
            says = f"The box runs, but {address} does not answer ({error})."
            again = scene.command("serve")
            return stop(says, "Stop `edge serve`, then start it again:", again)
    if status != http.client.OK:
        says = f"{address} answers with status {status} in the box's place."
        return stop(says, "See what else listens there:", shell("ss", "-ltnp"))
    return fine(f"{address} answers.")


def look_at_port(number: int) -> Found:
    """Whether a store could listen there; 0: at any free one."""
    with socket.socket() as tried:
        tried.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            tried.bind((LOOPBACK, number))
        except OSError as error:
            taken = error.errno == errno.EADDRINUSE
            why = "another program listens there" if taken else error.strerror
            says = f"The box's port {number} cannot be opened: {why}."
            return stop(says, "See what listens, or choose another port:", shell("ss", "-ltnp"))
    return fine(f"{number or 'Any free port'} is free for the box.")


def serving(scene: Scene) -> Found:
    """Whether the box runs."""
    if scene.at_work is not None:
        return fine(f"The box serves since {instant(scene.at_work.since_ms)}.")
    address = known_address(scene.folder)
    if scene.silence is not None:
        remedy = "Stop that `edge serve`, then start it again:"
        return stop(scene.silence, remedy, scene.command("serve"))
    says = "The box does not run: no till can sell."
    if address is not None:
        says = f"The box does not run, and ended without a word: it served {address}."
    return stop(says, "Start it:", scene.command("serve"))
