"""What lies in the store's folder: its settings and key, its database, and what that says."""

import sqlite3

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from edge.box.folder import KEY_FILE, SETTINGS_FILE, database_of
from edge.box.keys import read_key
from edge.db.alarms import list_alarms
from edge.db.connection.errors import CannotStart
from edge.db.connection.migrate import NEWEST, step_of
from edge.db.epochs import count_waiting, sending
from edge.db.journal import occurred_at, verify_chain
from edge.db.pushing import read_push_state
from edge.db.soundness import TooSlow, broken_references, damaged_pages
from edge.db.told_mark import missing_after, read_mark
from edge.doctor.scene import Scene
from sync.program.command_line import command, shell
from sync.program.findings import Found, attention, fine, stop, unknown
from sync.program.frame import instant
from sync.protocol.change import Genesis
from sync.protocol.codec import decode
from sync.protocol.text import shown

PAGES_WITHIN_S = 60
CHAIN_EVENTS = 20_000
"""The newest of a journal, at some 30,000 a second."""
OLD_MS = 24 * 3_600 * 1_000
"""Records that wait longer than a day are worth a call."""
ALARMS_NAMED_MAX = 5


def settings(scene: Scene) -> Found:
    """``edge.toml`` and the environment."""
    try:
        own = scene.settings
    except CannotStart as error:
        file = scene.folder / SETTINGS_FILE
        return stop(str(error), "Correct the file:", shell("ls", "-l", file))
    return fine(f"Head office is at {own.central_url}; the box's port is {own.port or 'any'}.")


def key(scene: Scene) -> Found:
    """The box's own key, which nobody else may read."""
    path = scene.folder / KEY_FILE
    if not path.exists():
        return stop(
            f"{path} is gone: head office takes nothing from a box without its key.",
            "Put it back from a copy of this folder, or make another box in a folder of its own:",
            command("edge", "provision", "--help"),
        )
    if path.stat().st_mode & 0o077:
        says = f"Others on this machine may read {path}."
        return stop(says, "Take that from them:", shell("chmod", "600", path))
    own = read_key(scene.folder)
    if not _is_enrolled(own, scene):
        return stop(
            f"{path} is another key than the one that this box was enrolled with.",
            "Put the right one back from a copy of this folder:",
            shell("ls", "-l", scene.folder),
        )
    return fine("The box has the key that it was enrolled with, and nobody else may read it.")


def _is_enrolled(own: Ed25519PrivateKey, scene: Scene) -> bool:
    genesis = decode(Genesis, scene.enrolment.genesis)
    return own.public_key().public_bytes_raw() == genesis.device_key


def schema(scene: Scene) -> Found:
    """The database is there, and of this version."""
    path = database_of(scene.folder)
    if not path.exists():
        return stop(
            f"{path} is gone: what this box sold and head office does not have is lost with it.",
            "Look for it before anything else is done:",
            shell("ls", "-la", scene.folder),
        )
    with scene.reading() as db:
        step = step_of(db)
    if step == NEWEST:
        return fine(f"The database has the newest schema ({step}).")
    if step is None or step < NEWEST:
        says = f"The database's schema is {step or 'none'}, this version's is {NEWEST}."
        return attention(says, "Starting the box brings it up to date:", scene.command("serve"))
    says = f"The database was changed by a newer version (schema {step}, this one knows {NEWEST})."
    return stop(says, "Install that version again:", shell("pip", "list"))


def database(scene: Scene) -> Found:
    """SQLite's own look at every page, and whether each row that is named is there."""
    try:
        with scene.reading() as db:
            faults = damaged_pages(db, PAGES_WITHIN_S)
            torn = () if faults else broken_references(db, PAGES_WITHIN_S)
    except TooSlow:
        return unknown(
            f"It is too large to be looked at whole in {PAGES_WITHIN_S} s.",
            "Stop the box when the shop is closed, and look again:",
            scene.command("doctor"),
        )
    except sqlite3.DatabaseError as error:
        if isinstance(error, sqlite3.OperationalError):
            raise
        faults, torn = (str(error),), ()
    if faults:
        return _damaged(scene, f"The database is damaged: {shown(faults[0])}.")
    if torn:
        return _damaged(scene, f"Rows that others name are gone, in {', '.join(torn)}.")
    return fine("Every page of the database is whole.")


def _damaged(scene: Scene, says: str) -> Found:
    """What is kept first is what a person can still read."""
    return stop(
        says,
        "Stop the box, call head office, and keep a copy of everything before it is changed:",
        shell("cp", "-a", scene.folder, scene.folder.with_name(f"{scene.folder.name}.damaged")),
    )


def chain(scene: Scene) -> Found:
    """The newest events are what was written, and nothing that was told is missing."""
    with scene.reading() as db:
        db.execute("BEGIN")
        outcome = verify_chain(db, CHAIN_EVENTS)
        missing = missing_after(db, read_mark(scene.folder))
    if outcome.first_bad_seq is not None:
        bad = f"Record {outcome.first_bad_seq:,} of epoch {outcome.head.epoch} is missing or not"
        return _damaged(scene, f"{bad} what was written.")
    if missing is not None:
        return _damaged(scene, f"What is here is whole, but not all that was: {missing}.")
    seq = outcome.head.seq
    if seq <= CHAIN_EVENTS:
        return fine(f"All {seq:,} records are what was written.")
    newest = f"The newest {CHAIN_EVENTS:,} of {seq:,} records are what was written"
    return fine(f"{newest}; `{scene.command('verify')}` walks all of them.")


def journal(scene: Scene) -> Found:
    """What waits for head office, and since when."""
    with scene.reading() as db:
        state, waiting, oldest = read_push_state(db), count_waiting(db), sending(db)
        first = oldest.acknowledged_through + 1
        oldest_ms = occurred_at(db, first, oldest.epoch) if waiting else None
    if state.stopped is not None:
        says = f"Sending to head office is stopped ({state.stopped}); {waiting:,} records wait."
        return stop(says, "Settle the alarm that says why:", scene.command("alarm", "list"))
    if state.refused is not None:
        says = f"{state.refused}; {waiting:,} records wait."
        remedy = "Call head office, who sees this box with:"
        return stop(says, remedy, command("central", "box", "list"))
    if not waiting:
        return fine("Head office has every record.")
    since = "" if oldest_ms is None else f", the oldest since {instant(oldest_ms)}"
    says = f"{waiting:,} records are not at head office yet{since}."
    if oldest_ms is not None and scene.now_ms - oldest_ms > OLD_MS:
        remedy = "They are safe here. Bring the line back: see the way to head office below, then:"
        return attention(says, remedy, scene.command("status"))
    return fine(says)


def alarms(scene: Scene) -> Found:
    """What nobody has cleared."""
    with scene.reading() as db:
        standing = list_alarms(db)
    if not standing:
        return fine("No alarm stands.")
    kinds = list(dict.fromkeys(alarm.kind for alarm in standing))[:ALARMS_NAMED_MAX]
    says = f"{len(standing)} stand: {', '.join(kinds)}."
    remedy = "Read them, and clear each when it is settled:"
    return attention(says, remedy, scene.command("alarm", "list"))
