"""What a simulated run left behind: the books of each store and head office's, read once."""

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, NamedTuple
from uuid import UUID

from central.archive.port import StreamKey
from edge.db.connection.engine import open_connection
from edge.db.journal import read_range
from sync.engine.journal import Entry
from sync.protocol.batch import UNFOLDED_BYTES_MAX
from sync.protocol.codec import decode_fact, is_known
from sync.protocol.errors import Undecodable
from sync.protocol.facts import (
    AnyFact,
    RetailTransaction,
)
from tests.doubles.archive_memory import MemoryArchive
from tests.simulation.actors import Workstation
from tests.simulation.catalog import Shop

if TYPE_CHECKING:
    from tests.simulation.world import World

EVENTS_MAX = 10_000
STAMP_AHEAD_MS_MAX = 10 * 60_000


class Broken(AssertionError):
    """An invariant does not hold."""


def expect(holds: bool, said: str) -> None:
    """Raises Broken."""
    if not holds:
        raise Broken(said)


def equal(left: object, right: object, said: str) -> None:
    """Raises Broken, with both sides where they part."""
    if left != right:
        raise Broken(f"{said}: {_parted(left, right)}")


def _parted(left: object, right: object) -> str:
    if isinstance(left, dict) and isinstance(right, dict):
        keys = [key for key in {**left, **right} if left.get(key) != right.get(key)]
        left = {key: left.get(key) for key in keys[:5]}
        right = {key: right.get(key) for key in keys[:5]}
    return f"{left!r} is not {right!r}"[:2_000]


class Books(NamedTuple):
    """One store's side: its file, its journal, and what its workstations remember. ``sales`` are
    the receipts in the journal, in its order, without poison."""

    shop: Shop
    db: sqlite3.Connection
    entries: tuple[Entry, ...]
    facts: tuple[AnyFact | None, ...]
    sales: tuple[RetailTransaction, ...]
    workstations: tuple[Workstation, ...]
    repeated: frozenset[int]
    """Where an event stands that stood before, with the same bytes."""
    changed: frozenset[int]
    """Where one stands with other bytes."""

    @property
    def key(self) -> StreamKey:
        """Its stream at head office."""
        return StreamKey(self.shop.store_id, self.shop.epoch)

    def of(self, kind: type[Any]) -> Iterator[Any]:
        """The journal's facts of one kind, in order."""
        return (fact for fact in self.facts if isinstance(fact, kind))

    def rows(self, query: str, *values: Any) -> list[tuple[Any, ...]]:
        """Of the store's file."""
        return self.db.execute(query, values).fetchall()


class Evidence(NamedTuple):
    """A world at rest."""

    world: "World"
    stores: tuple[Books, ...]

    @property
    def archive(self) -> MemoryArchive:
        """Head office's."""
        return self.world.office.archive


@contextmanager
def evidence(world: "World") -> Iterator[Evidence]:
    """Open every store's file beside its server."""
    dbs = [open_connection(box.path) for box in world.boxes.values()]
    try:
        books = [
            _books(world, box.shop, db) for box, db in zip(world.boxes.values(), dbs, strict=True)
        ]
        yield Evidence(world, tuple(books))
    finally:
        for db in dbs:
            db.close()


def _books(world: "World", shop: Shop, db: sqlite3.Connection) -> Books:
    entries = read_range(db, 0, EVENTS_MAX, UNFOLDED_BYTES_MAX * EVENTS_MAX)
    repeated, changed = _again(entries)
    facts = tuple(
        None if entry.envelope.seq in repeated | changed else _fact(world, entry)
        for entry in entries
    )
    return Books(
        shop,
        db,
        entries,
        facts,
        tuple(fact for fact in facts if isinstance(fact, RetailTransaction)),
        tuple(one for one in world.workstations if one.server.shop.code == shop.code),
        repeated,
        changed,
    )


def _again(entries: Sequence[Entry]) -> tuple[frozenset[int], frozenset[int]]:
    first: dict[UUID, bytes] = {}
    repeated: set[int] = set()
    changed: set[int] = set()
    for envelope in (entry.envelope for entry in entries):
        if envelope.event_id not in first:
            first[envelope.event_id] = envelope.body
        else:
            same = first[envelope.event_id] == envelope.body
            (repeated if same else changed).add(envelope.seq)
    return frozenset(repeated), frozenset(changed)


def _fact(world: "World", entry: Entry) -> AnyFact | None:
    """None for poison, and for bytes that are no fact: their hash says the rest."""
    envelope = entry.envelope
    if envelope.event_id in world.poisons or not is_known(envelope.kind, envelope.kind_version):
        return None
    try:
        return decode_fact(envelope.kind, envelope.kind_version, envelope.body)
    except Undecodable:
        return None


def check_at_any_time(world: "World") -> None:
    """What a store believes to be acknowledged is durable at head office, byte for byte (6); the
    ends of both chains agree (5). A restored head office lacks it until it was sent again."""
    for box in world.boxes.values():
        standing = world.office.archive.standings[StreamKey(box.shop.store_id, box.shop.epoch)]
        if not box.alive:
            continue
        expect(standing.watermark <= box.head().seq, f"{box.name}: head office has more")
        equal(box.hash_at(standing.watermark), standing.head_hash, f"{box.name}: chains part")
        if not world.restored:
            expect(
                box.acknowledged() <= standing.watermark,
                f"{box.name}: acknowledged what head office does not hold",
            )
