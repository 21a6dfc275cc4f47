"""The store's ways to pay, for people to choose from."""

import sqlite3

import msgspec

from sync.protocol.facts import TenderKind
from sync.protocol.identity import TenderId

TENDERS_LISTED_MAX = 50
_COUNT = "SELECT count(*) FROM tender WHERE active"
_ACTIVE = "SELECT tender_id, name, kind FROM tender WHERE active ORDER BY rowid LIMIT ? OFFSET ?"


class ActiveTender(msgspec.Struct, frozen=True):
    """A way to pay that may be used."""

    tender_id: TenderId
    name: str
    kind: TenderKind


def list_tenders(
    db: sqlite3.Connection, limit: int = TENDERS_LISTED_MAX, offset: int = 0
) -> tuple[ActiveTender, ...]:
    """Those in use, in the order in which head office published them, a page of them."""
    rows = db.execute(_ACTIVE, (limit, offset))
    return tuple(ActiveTender(TenderId(row[0]), row[1], TenderKind(row[2])) for row in rows)


def count_tenders(db: sqlite3.Connection) -> int:
    """How many are in use."""
    count: int = db.execute(_COUNT).fetchone()[0]
    return count
