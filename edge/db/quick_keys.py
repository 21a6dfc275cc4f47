"""The shop's arrangement of its quick keys: one row, whole."""

import sqlite3

import msgspec

from edge.domain.quick_keys import QuickTab
from sync.protocol.identity import OperatorId

_READ = "SELECT version, body FROM arrangement WHERE one = 1"
_WRITE = (
    "INSERT INTO arrangement (one, version, body, arranged_by, arranged_at_ms)"
    " VALUES (1, ?, ?, ?, ?) ON CONFLICT (one) DO UPDATE SET version = excluded.version,"
    " body = excluded.body, arranged_by = excluded.arranged_by,"
    " arranged_at_ms = excluded.arranged_at_ms"
)
_decoder = msgspec.msgpack.Decoder(tuple[QuickTab, ...])


def read_arrangement(db: sqlite3.Connection) -> tuple[int, tuple[QuickTab, ...]]:
    """Its version, 0 where nobody arranged anything yet, and its tabs."""
    row = db.execute(_READ).fetchone()
    return (0, ()) if row is None else (row[0], _decoder.decode(row[1]))


def write_arrangement(
    db: sqlite3.Connection,
    version: int,
    tabs: tuple[QuickTab, ...],
    by: OperatorId,
    at_ms: int,
) -> None:
    """In the place of the one before."""
    db.execute(_WRITE, (version, msgspec.msgpack.encode(tabs), by, at_ms))
