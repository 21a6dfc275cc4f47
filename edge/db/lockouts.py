"""Wrong PINs, counted by operator and by workstation, and what was read to head office, as rows."""

import sqlite3
from typing import NamedTuple

from edge.domain.lockout import NO_TRIES, Tries
from sync.protocol.identity import OperatorId, WorkstationId

_READ = "SELECT wrong, at_ms FROM wrong_pin WHERE who = ?"
_WRITE = "INSERT OR REPLACE INTO wrong_pin (who, wrong, at_ms) VALUES (?, ?, ?)"
_FORGET = "DELETE FROM wrong_pin WHERE who = ?"
_CHALLENGE = "SELECT challenge, at_ms, wrong, used FROM unlock_challenge WHERE operator_id = ?"
_PUT_CHALLENGE = (
    "INSERT OR REPLACE INTO unlock_challenge (operator_id, challenge, at_ms, wrong, used)"
    " VALUES (?, ?, ?, ?, ?)"
)


class Challenge(NamedTuple):
    """Drawn at ``at_ms``; ``used``: it let somebody in."""

    challenge: str
    at_ms: int
    wrong: int = 0
    used: bool = False


def of_operator(operator_id: OperatorId) -> str:
    """Under what an operator's are counted."""
    return f"operator {operator_id}"


def of_workstation(workstation_id: WorkstationId) -> str:
    """Under what a workstation's are counted."""
    return f"workstation {workstation_id}"


def read_tries(db: sqlite3.Connection, who: str) -> Tries:
    """So far."""
    row = db.execute(_READ, (who,)).fetchone()
    return NO_TRIES if row is None else Tries(*row)


def write_tries(db: sqlite3.Connection, who: str, tries: Tries) -> None:
    """From now on."""
    db.execute(_WRITE, (who, *tries))


def forget_tries(db: sqlite3.Connection, who: str) -> None:
    """They were right, or somebody let them in."""
    db.execute(_FORGET, (who,))


def find_challenge(db: sqlite3.Connection, operator_id: OperatorId) -> Challenge | None:
    """The operator's last one."""
    row = db.execute(_CHALLENGE, (operator_id,)).fetchone()
    return None if row is None else Challenge(row[0], row[1], row[2], bool(row[3]))


def write_challenge(db: sqlite3.Connection, operator_id: OperatorId, drawn: Challenge) -> None:
    """In the place of an earlier one."""
    db.execute(_PUT_CHALLENGE, (operator_id, *drawn))
