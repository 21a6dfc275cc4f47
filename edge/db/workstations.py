"""Paired workstations and the codes that pair them; both are known by their hashes only."""

import sqlite3
from hashlib import sha256
from typing import NamedTuple

import msgspec

from edge.domain.workstation import WorkstationKind
from sync.protocol.identity import WorkstationId

_LIST = "SELECT workstation_id, paired_at_ms, kind FROM workstation ORDER BY workstation_id LIMIT ?"
_HASHES = "SELECT token_hash, workstation_id, kind FROM workstation ORDER BY 2 LIMIT ?"
_HASH = "SELECT token_hash FROM workstation WHERE workstation_id = ?"
_KIND = "SELECT kind FROM workstation WHERE workstation_id = ?"
_PAIR = (
    "INSERT INTO workstation (workstation_id, token_hash, paired_at_ms, kind) VALUES (?, ?, ?, ?)"
    " ON CONFLICT (workstation_id) DO UPDATE SET token_hash = excluded.token_hash,"
    " paired_at_ms = excluded.paired_at_ms, kind = excluded.kind"
)
_CODE = "SELECT code_hash, expires_at_ms, kind FROM pairing_code WHERE workstation_id = ?"
_PUT_CODE = (
    "INSERT INTO pairing_code (workstation_id, code_hash, expires_at_ms, kind) VALUES (?, ?, ?, ?)"
    " ON CONFLICT (workstation_id) DO UPDATE SET code_hash = excluded.code_hash,"
    " expires_at_ms = excluded.expires_at_ms, kind = excluded.kind"
)
_PENDING = (
    "SELECT workstation_id, expires_at_ms FROM pairing_code WHERE expires_at_ms > ?"
    " ORDER BY 1 LIMIT ?"
)
_UNPAIR = "DELETE FROM workstation WHERE workstation_id = ?"
_DROP_CODE = "DELETE FROM pairing_code WHERE workstation_id = ?"
WORKSTATIONS_LISTED_MAX = 500
WORKSTATIONS_MAX = 10_000
"""Whose tokens are known at a time; a store has some dozens."""


class Device(NamedTuple):
    """Who a token's bearer is, and what it was paired as."""

    workstation_id: WorkstationId
    kind: WorkstationKind


class PairedWorkstation(msgspec.Struct, frozen=True):
    """A device that may call this store server."""

    workstation_id: WorkstationId
    paired_at_ms: int
    kind: WorkstationKind = WorkstationKind.TILL


class PendingCode(msgspec.Struct, frozen=True):
    """A code that was issued and not used yet."""

    code_hash: bytes
    expires_at_ms: int
    kind: WorkstationKind = WorkstationKind.TILL


def token_hash(token: str) -> bytes:
    """A bearer token at rest: 32 bytes. Tokens have 256 random bits, so a plain hash is enough."""
    return sha256(token.encode()).digest()


def token_hashes(db: sqlite3.Connection) -> dict[bytes, Device]:
    """Whose token has which hash: of all that are paired."""
    rows = db.execute(_HASHES, (WORKSTATIONS_MAX,)).fetchall()
    return {row[0]: Device(WorkstationId(row[1]), WorkstationKind(row[2])) for row in rows}


def find_token_hash(db: sqlite3.Connection, workstation_id: WorkstationId) -> bytes | None:
    """Of the workstation's token; None where it is not paired."""
    row = db.execute(_HASH, (workstation_id,)).fetchone()
    return None if row is None else row[0]


def list_workstations(db: sqlite3.Connection) -> tuple[PairedWorkstation, ...]:
    """All that are paired, by name."""
    rows = db.execute(_LIST, (WORKSTATIONS_LISTED_MAX,)).fetchall()
    return tuple(
        PairedWorkstation(WorkstationId(row[0]), row[1], WorkstationKind(row[2])) for row in rows
    )


def kind_of(db: sqlite3.Connection, workstation_id: WorkstationId) -> WorkstationKind | None:
    """What it was paired as; None where it is not paired."""
    row = db.execute(_KIND, (workstation_id,)).fetchone()
    return None if row is None else WorkstationKind(row[0])


def write_workstation(
    db: sqlite3.Connection,
    workstation_id: WorkstationId,
    token: str,
    at_ms: int,
    kind: WorkstationKind = WorkstationKind.TILL,
) -> None:
    """Its earlier token, if it had one, is worth nothing from now on."""
    db.execute(_PAIR, (workstation_id, token_hash(token), at_ms, kind))


def list_codes(db: sqlite3.Connection, now_ms: int) -> dict[WorkstationId, int]:
    """When each code that may still be used is over (UTC ms), by workstation."""
    rows = db.execute(_PENDING, (now_ms, WORKSTATIONS_LISTED_MAX)).fetchall()
    return {WorkstationId(row[0]): row[1] for row in rows}


def drop_workstation(db: sqlite3.Connection, workstation_id: WorkstationId) -> bool:
    """Its token is worth nothing from now on. False: it had none."""
    return db.execute(_UNPAIR, (workstation_id,)).rowcount > 0


def find_code(db: sqlite3.Connection, workstation_id: WorkstationId) -> PendingCode | None:
    """The workstation's pending code."""
    row = db.execute(_CODE, (workstation_id,)).fetchone()
    return None if row is None else PendingCode(row[0], row[1], WorkstationKind(row[2]))


def write_code(db: sqlite3.Connection, workstation_id: WorkstationId, code: PendingCode) -> None:
    """In place of the workstation's earlier one."""
    db.execute(_PUT_CODE, (workstation_id, code.code_hash, code.expires_at_ms, code.kind))


def drop_code(db: sqlite3.Connection, workstation_id: WorkstationId) -> None:
    """It was used, or is too old."""
    db.execute(_DROP_CODE, (workstation_id,))
