"""Whether the journal is pushed, and when head office was heard of last: one row."""

import sqlite3
from collections.abc import Sequence
from uuid import UUID

import msgspec

from edge.domain.reckoning import Steady

_READ = (
    "SELECT stopped, stop_alarm_id, last_contact_ms, server_time_ms, machine_boot, steady_ms,"
    " events_set_aside, refused, protocols"
    " FROM push_state WHERE one = 1"
)
_STOP = (
    "INSERT INTO push_state (one, stopped, stop_alarm_id) VALUES (1, ?, ?)"
    " ON CONFLICT (one) DO UPDATE SET stopped = excluded.stopped,"
    " stop_alarm_id = excluded.stop_alarm_id"
)
_REFUSED = (
    "INSERT INTO push_state (one, refused) VALUES (1, ?)"
    " ON CONFLICT (one) DO UPDATE SET refused = excluded.refused"
)
_CONTACT = (
    "INSERT INTO push_state (one, last_contact_ms, server_time_ms, machine_boot, steady_ms,"
    " events_set_aside, protocols) VALUES (1, ?, ?, ?, ?, ?, ?)"
    " ON CONFLICT (one) DO UPDATE SET last_contact_ms = excluded.last_contact_ms,"
    " server_time_ms = excluded.server_time_ms, machine_boot = excluded.machine_boot,"
    " steady_ms = excluded.steady_ms, events_set_aside = excluded.events_set_aside,"
    " protocols = excluded.protocols, refused = NULL"
)


class PushState(msgspec.Struct, frozen=True):
    """``stopped``: why nothing is pushed any more (fork, rewind, fence), in plain words;
    ``stop_alarm_id``: the alarm that said so.
    ``last_contact_ms`` by this box's clock, ``server_time_ms`` what head office's said then, and
    ``steady`` what this machine's steady clock did. ``events_set_aside``: of this store's, that
    head office keeps and does not count for now. ``refused``: what head office says of a box whose
    key or version it does not take, until it does again. ``protocols``: which it said it speaks."""

    stopped: str | None = None
    stop_alarm_id: UUID | None = None
    last_contact_ms: int | None = None
    server_time_ms: int | None = None
    steady: Steady | None = None
    events_set_aside: int = 0
    refused: str | None = None
    protocols: tuple[int, ...] = ()


def read_push_state(db: sqlite3.Connection) -> PushState:
    """All None before the first contact."""
    row = db.execute(_READ).fetchone()
    if row is None:
        return PushState()
    stopped, alarm_id, contact_ms, server_ms, machine_boot, steady_ms, set_aside, *words = row
    steady = None if machine_boot is None else Steady(machine_boot, steady_ms)
    alarm = None if alarm_id is None else UUID(bytes=alarm_id)
    refused, protocols = words[0], tuple(map(int, (words[1] or "").split()))
    at = (contact_ms, server_ms, steady)
    return PushState(stopped, alarm, *at, set_aside or 0, refused, protocols)


def write_stopped(db: sqlite3.Connection, reason: str | None, alarm_id: UUID | None = None) -> None:
    """None: pushing goes on. ``alarm_id``: of the alarm that says so."""
    db.execute(_STOP, (reason, None if alarm_id is None else alarm_id.bytes))


def write_refused(db: sqlite3.Connection, detail: str | None) -> None:
    """None: head office takes this box."""
    db.execute(_REFUSED, (detail,))


def write_contact(
    db: sqlite3.Connection,
    wall_ms: int,
    server_time_ms: int,
    steady: Steady,
    set_aside: int,
    protocols: Sequence[int] = (),
) -> None:
    """Head office answered at ``wall_ms``, keeps so many events without counting them, and speaks
    these versions of the protocol."""
    spoken = " ".join(map(str, protocols))
    told = (wall_ms, server_time_ms, steady.machine_boot, steady.ms, set_aside, spoken)
    db.execute(_CONTACT, told)
