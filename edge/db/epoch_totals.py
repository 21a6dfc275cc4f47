"""What one epoch's own events of a day add up to, where the day has events of several, and what
came home in it: counted from the facts, for the store's rows say nothing of epochs. What its own
journal has under an id is its own, also where a till brought it back whole, or brought what a copy
of this box made of the same sale."""

import sqlite3
from collections.abc import Iterable, Iterator
from datetime import date
from uuid import UUID

from edge.db.totals import StoreAccount
from sync.protocol.account import KINDS, account_of
from sync.protocol.change import Envelope, Epoch
from sync.protocol.codec import decode_fact
from sync.protocol.errors import Undecodable
from sync.protocol.facts import AnyFact, EventRecovered
from sync.protocol.figures import SALE, Totals

WITHOUT_RECEIPT = ", ".join(f"'{kind}'" for kind in KINDS if kind != SALE)
"""Kinds of events with figures of a day that are no receipts, as SQL lists them."""
_OWN = (
    "SELECT kind, kind_version, body FROM journal"  # noqa: S608 - constants
    " WHERE epoch_number = ? AND epoch_fingerprint = ? AND seq <= ?"
    f" AND kind IN ('{SALE}', {WITHOUT_RECEIPT})"
)
_RECOVERED = (
    "SELECT kind, kind_version, body FROM journal WHERE epoch_number = ? AND epoch_fingerprint = ?"
    " AND seq <= ? AND kind = 'event_recovered' ORDER BY seq"
)
_IS_OWN = (
    "SELECT EXISTS (SELECT 1 FROM journal"
    " WHERE event_id = ? AND kind = ? AND epoch_number = ? AND epoch_fingerprint = ?)"
)


def read_epoch_account(
    db: sqlite3.Connection, epoch: Epoch, business_date: date, through: int
) -> StoreAccount:
    """The epoch's own part of a day through one of its events, for the store and its workstations,
    and apart what came home in it of that day from others."""
    own = account_of(_facts(db, _OWN, epoch, through), business_date)
    return StoreAccount(*own, _came_home(db, epoch, business_date, through))


def _came_home(db: sqlite3.Connection, epoch: Epoch, business_date: date, through: int) -> Totals:
    """Each event once, however often it came home: under an id the content that did so first."""
    wrapped: dict[tuple[str, UUID], Envelope] = {}
    for fact in _facts(db, _RECOVERED, epoch, through):
        if isinstance(fact, EventRecovered) and not _is_own(db, fact.envelope, epoch):
            wrapped.setdefault((fact.envelope.kind, fact.envelope.event_id), fact.envelope)
    rows = ((one.kind, one.kind_version, one.body) for one in wrapped.values())
    return account_of(_decoded(rows), business_date).store


def _is_own(db: sqlite3.Connection, sent: Envelope, epoch: Epoch) -> bool:
    place = (sent.event_id.bytes, sent.kind, epoch.number, epoch.fingerprint)
    return bool(db.execute(_IS_OWN, place).fetchone()[0])


def _facts(db: sqlite3.Connection, query: str, epoch: Epoch, through: int) -> Iterator[AnyFact]:
    return _decoded(db.execute(query, (epoch.number, epoch.fingerprint, through)))


def _decoded(rows: Iterable[tuple[str, int, bytes]]) -> Iterator[AnyFact]:
    """What can be read: the rest is head office's to set aside."""
    for kind, version, body in rows:
        try:
            yield decode_fact(kind, version, body)
        except (Undecodable, KeyError):
            continue
