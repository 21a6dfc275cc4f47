"""Issue a one-time code that pairs a workstation: whoever stands at the store server reads it out.

45 random bits in three groups that people can type (Crockford's base 32: no I, L, O, U). It lives
15 minutes, in which the door (``sync/http/tries.py``) lets in fewer than a million guesses, and
only its hash is kept.
"""

import secrets
import sqlite3
from hashlib import sha256

import msgspec

from edge.db.workstations import PendingCode, write_code
from edge.domain.fields import one_case
from edge.domain.workstation import WorkstationKind, paired_under
from sync.engine.journal import Moment
from sync.protocol.identity import WorkstationId

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
GROUPS = 3
GROUP_CHARACTERS = 3
LIFETIME_MS = 15 * 60 * 1_000
_READ_AS = str.maketrans("OIL", "011", "- ")


class IssuedCode(msgspec.Struct, frozen=True):
    """The only time that the code can be read."""

    workstation_id: WorkstationId
    code: str
    expires_at_ms: int


def new_code() -> str:
    """Such as ``7Q4-M0K-XV2``. Draw it before the unit of work, which may run twice."""
    groups = [
        "".join(secrets.choice(ALPHABET) for _ in range(GROUP_CHARACTERS)) for _ in range(GROUPS)
    ]
    return "-".join(groups)


def code_hash(workstation_id: WorkstationId, code: str) -> bytes:
    """Of the code as it is meant: any case, with or without dashes, O for 0 and I or L for 1."""
    meant = code.upper().translate(_READ_AS)
    return sha256(f"{workstation_id}\0{meant}".encode()).digest()


def issue_pairing_code(
    db: sqlite3.Connection,
    workstation_id: WorkstationId,
    code: str,
    moment: Moment,
    kind: WorkstationKind = WorkstationKind.TILL,
) -> IssuedCode:
    """``code`` from ``new_code``, valid from now on for this workstation (in any case) as a
    ``kind``, a display's before it, in place of an earlier one. A workstation that is paired
    already stays so until the code is used. Raises NameOfDisplay."""
    workstation_id = paired_under(one_case(workstation_id), kind)
    expires_at_ms = moment.wall_ms + LIFETIME_MS
    pending = PendingCode(code_hash(workstation_id, code), expires_at_ms, kind)
    write_code(db, workstation_id, pending)
    return IssuedCode(workstation_id, code, expires_at_ms)
