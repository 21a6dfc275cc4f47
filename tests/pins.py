"""PINs of the tests' operators, with hashes that were made once: hashing takes 30 ms each; and
sessions that no PIN began."""

import sqlite3
from contextlib import closing
from pathlib import Path

import uuid_utils.compat

from edge.box.clock import steady_clock
from edge.box.folder import SETTINGS_FILE, database_of
from edge.box.settings import LOCK_AFTER_S_MAX
from edge.db.sessions import insert_session
from edge.domain.operator import Session
from sync.protocol.identity import OperatorId, WorkstationId

PIN = "4711"
MADE = {
    "4711": "$argon2id$v=19$m=19456,t=2,p=1$JAItsApF9GD8X5lby1lYGQ"
    "$DUcCYKBRYa+qHhf0aQhcIfokftjTSk1cQ2KmisrEo1o",
    "2580": "$argon2id$v=19$m=19456,t=2,p=1$5oHmPWZML+JHEYpMOBNQOg"
    "$gZSqS7iifeYludkHpRYvSzykGtoOS8vy0drZlMJ4u8w",
    "7391": "$argon2id$v=19$m=19456,t=2,p=1$9FOJ/fHUw4TiUgIyDH4kbQ"
    "$qWTz5LkwMY/ImdfxZ1nBzuQ+PcWdIW6SObY8wxP1/ow",
    "8264": "$argon2id$v=19$m=19456,t=2,p=1$xqk5sSSvfHbzJ4jCkK1E0A"
    "$oP3rKWwv1VCAXzbGMu5inMGYMG6bu0BBYWTcbvrTsek",
}


def publish_person(
    db: sqlite3.Connection, operator_id: str, role: str, pin: str, *, starting: bool = False
) -> None:
    """An operator with a PIN of ``MADE``, as head office would publish both."""
    name = operator_id.title()
    db.execute("INSERT OR REPLACE INTO operator VALUES (?, ?, ?, 1)", (operator_id, name, role))
    credential = (operator_id, MADE[pin], starting, 1_000)
    db.execute("INSERT OR REPLACE INTO credential VALUES (?, ?, ?, ?)", credential)


def give_pins(folder: Path) -> None:
    """Every operator of the store's folder gets ``PIN``."""
    with closing(sqlite3.connect(database_of(folder))) as db, db:
        for (operator_id,) in db.execute("SELECT operator_id FROM operator").fetchall():
            row = (operator_id, MADE[PIN], False, 1_000)
            db.execute("INSERT OR REPLACE INTO credential VALUES (?, ?, ?, ?)", row)


def begin_session_at(
    db: sqlite3.Connection, workstation_id: WorkstationId, operator_id: OperatorId, token: str
) -> None:
    """The operator is signed in there: signing in has tests of its own, writes a fact and takes
    30 ms."""
    session = Session(uuid_utils.compat.uuid7(), operator_id, workstation_id)
    insert_session(db, session, token, 0, steady_clock())


def never_lock(folder: Path) -> None:
    """As long as a test or a benchmark takes: a setting of the store in ``folder``."""
    with (folder / SETTINGS_FILE).open("a", encoding="utf-8") as file:
        file.write(f"lock_after_s = {LOCK_AFTER_S_MAX}\n")
