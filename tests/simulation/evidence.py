"""What a simulated run left behind: the books of each store and head office's, read once."""

import sqlite3
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, closing, contextmanager
from typing import TYPE_CHECKING, Any, NamedTuple
from uuid import UUID

import msgspec

from central.archive.port import StreamKey
from central.projections.fact_id import FactId, fact_id
from edge.db.connection.engine import open_connection
from edge.db.epochs import HeldEpoch, held_epochs
from edge.db.journal import envelope_of
from sync.protocol.change import Envelope, Epoch, Head
from sync.protocol.codec import decode_fact, is_known
from sync.protocol.errors import Undecodable
from sync.protocol.facts import AnyFact, CustomerChanged, EventRecovered, RetailTransaction
from sync.protocol.identity import StoreId
from tests.doubles.archive_memory import MemoryArchive
from tests.simulation.actors import Workstation
from tests.simulation.box import StoreServer
from tests.simulation.catalog import Shop

if TYPE_CHECKING:
    from tests.simulation.world import World

_EVENTS = (
    "SELECT seq, event_id, kind, kind_version, occurred_at_ms, utc_offset_s, boot_id, hlc,"
    " clock_state, body, hash FROM journal"
    " WHERE epoch_number = ? AND epoch_fingerprint = ? ORDER BY seq"
)
_CHANGES = "SELECT customer_id, hlc, source FROM customer_field"
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


class Stood(NamedTuple):
    """An event as it was written, and what it says; None: poison, or bytes that are no fact.
    ``home``: it came home in a recovered event."""

    place: Head
    envelope: Envelope
    fact: AnyFact | None
    home: bool = False


class Journal(NamedTuple):
    """One epoch as one file holds it. ``repeated``: where an event stands that stood before, with
    the same bytes; ``changed``: with other bytes; ``damaged``: what the disk spoilt."""

    held: HeldEpoch
    events: tuple[Stood, ...]
    repeated: frozenset[int]
    changed: frozenset[int]
    damaged: frozenset[int]

    @property
    def epoch(self) -> Epoch:
        """Its name."""
        return self.held.epoch


class Books(NamedTuple):
    """What one box has: its file and its journals, one an epoch. ``stood``: everything that
    happened by its rows, each fact once, in the order in which it came here, without poison;
    ``workstations``: its store's, with what they remember; ``moved``: the store's box was put back,
    copied or replaced; ``main``: the store's people use it."""

    name: str
    shop: Shop
    db: sqlite3.Connection
    journals: tuple[Journal, ...]
    stood: tuple[Stood, ...]
    sales: tuple[RetailTransaction, ...]
    workstations: tuple[Workstation, ...]
    moved: bool
    main: bool

    @property
    def writing(self) -> Journal:
        """The epoch that it writes in."""
        return next(one for one in self.journals if one.held.current)

    @property
    def key(self) -> StreamKey:
        """The stream of that epoch."""
        return StreamKey(self.shop.store_id, self.writing.epoch)

    def of(self, kind: type[Any]) -> Iterator[Any]:
        """The facts of one kind, in order."""
        return (one.fact for one in self.stood if isinstance(one.fact, kind))

    def rows(self, query: str, *values: Any) -> list[tuple[Any, ...]]:
        """Of the store's file."""
        return self.db.execute(query, values).fetchall()


class Evidence(NamedTuple):
    """A world at rest. ``boxes``: those at work; ``left``: journals of files that nobody has any
    more, by store."""

    world: "World"
    boxes: tuple[Books, ...]
    left: Mapping[StoreId, tuple[Journal, ...]]

    @property
    def archive(self) -> MemoryArchive:
        """Head office's."""
        return self.world.office.archive

    @property
    def stores(self) -> tuple[Books, ...]:
        """What the stores' people use, one box a store."""
        return tuple(books for books in self.boxes if books.main)

    def streams(self, store_id: StoreId) -> Iterator[StreamKey]:
        """A store's at head office."""
        return (key for key in self.archive.raw if key.store_id == store_id)

    def branches(self, store_id: StoreId) -> Iterator[Journal]:
        """Everything that any box of a store ever wrote."""
        for books in self.boxes:
            if books.shop.store_id == store_id:
                yield from books.journals
        yield from self.left.get(store_id, ())


@contextmanager
def evidence(world: "World") -> Iterator[Evidence]:
    """Open every box's file beside its server."""
    with ExitStack() as stack:
        opened = [
            (box, stack.enter_context(closing(open_connection(box.path))))
            for box in world.machines
            if not box.gone
        ]
        books = tuple(_books(world, box, db) for box, db in opened)
        yield Evidence(world, books, _left_behind(world))


def _left_behind(world: "World") -> Mapping[StoreId, tuple[Journal, ...]]:
    found: defaultdict[StoreId, list[Journal]] = defaultdict(list)
    for box in world.machines:
        for path in box.left_behind:
            with closing(open_connection(path)) as db:
                found[box.shop.store_id] += _journals(world, db)
    return {store_id: tuple(journals) for store_id, journals in found.items()}


def _books(world: "World", box: StoreServer, db: sqlite3.Connection) -> Books:
    journals = _journals(world, db)
    stood = _each_once(world, journals)
    code = box.shop.code
    return Books(
        box.name,
        box.shop,
        db,
        journals,
        stood,
        tuple(one.fact for one in stood if isinstance(one.fact, RetailTransaction)),
        tuple(one for one in world.workstations if one.life is world.lives[code]),
        world.lives[code].moved > 0,
        world.boxes[code] is box,
    )


def _journals(world: "World", db: sqlite3.Connection) -> tuple[Journal, ...]:
    return tuple(_journal(world, db, held) for held in held_epochs(db))


def _journal(world: "World", db: sqlite3.Connection, held: HeldEpoch) -> Journal:
    found, damaged = [], set()
    for *event, own_hash in db.execute(_EVENTS, (held.epoch.number, held.epoch.fingerprint)):
        envelope, place = envelope_of(event), Head(held.epoch, event[0], own_hash)
        written = world.damaged.get((place.epoch, place.seq, place.hash), envelope.body)
        if written != envelope.body:
            damaged.add(place.seq)
            envelope = msgspec.structs.replace(envelope, body=written)
        found.append(Stood(place, envelope, _fact(world, envelope)))
    repeated, changed = _again(one.envelope for one in found)
    again = repeated | changed
    events = tuple(one._replace(fact=None) if one.place.seq in again else one for one in found)
    return Journal(held, events, repeated, changed, frozenset(damaged))


def _again(envelopes: Iterable[Envelope]) -> tuple[frozenset[int], frozenset[int]]:
    stood: defaultdict[UUID, set[bytes]] = defaultdict(set)
    repeated: set[int] = set()
    changed: set[int] = set()
    for envelope in envelopes:
        before = stood[envelope.event_id]
        merges = envelope.kind == CustomerChanged.KIND.kind
        if before and (envelope.body in before or not merges):
            (repeated if envelope.body in before else changed).add(envelope.seq)
        before.add(envelope.body)
    return frozenset(repeated), frozenset(changed)


def _each_once(world: "World", journals: Sequence[Journal]) -> tuple[Stood, ...]:
    """A fact that was carried into another epoch stands in two."""
    found: dict[FactId, Stood] = {}
    for journal in journals:
        for one in journal.events:
            inner = wrapped(world, one)
            if inner is not None and inner.fact is not None:
                found.setdefault(fact_id(inner.fact, inner.envelope.event_id), inner)
    return tuple(found.values())


def wrapped(world: "World", one: Stood) -> Stood | None:
    """What happened: of a recovered event what it wraps; None where nothing can be read."""
    if not isinstance(one.fact, EventRecovered):
        return one
    inner = one.fact.envelope
    place = Head(one.fact.epoch, inner.seq, one.fact.hash)
    return Stood(place, inner, _fact(world, inner), home=True)


def _fact(world: "World", envelope: Envelope) -> AnyFact | None:
    """None for poison, and for bytes that are no fact: their hash says the rest."""
    if envelope.event_id in world.poisons or not is_known(envelope.kind, envelope.kind_version):
        return None
    try:
        return decode_fact(envelope.kind, envelope.kind_version, envelope.body)
    except Undecodable:
        return None


def check_at_any_time(world: "World") -> None:
    """What a store believes to be acknowledged is durable at head office, byte for byte (6); the
    ends of both chains agree (5), unless its box was put back or copied and does not know it yet. A
    restored head office lacks it until it was sent again."""
    for code, box in world.boxes.items():
        if not box.alive:
            continue
        archive = world.office.archive
        for held in box.epochs():
            key = StreamKey(box.shop.store_id, held.epoch)
            through, standing = held.acknowledged_through, archive.standings.get(key)
            if standing is None:
                equal(through, 0, f"{box.name}: acknowledged in an epoch that is not known")
                continue
            if not world.restored:
                expect(
                    through <= standing.watermark,
                    f"{box.name}: acknowledged what head office does not hold",
                )
            if through and through <= standing.watermark:
                own = archive.raw[key][through][1]
                equal(own, held.acknowledged_hash, f"{box.name}: acknowledged another event")
            if not world.lives[code].moved:
                expect(standing.watermark <= held.head.seq, f"{box.name}: head office has more")
                equal(box.hash_at(standing.watermark), standing.head_hash, f"{box.name}: chains")


def written_nowhere(found: Evidence) -> set[bytes]:
    """Customers of whom a change stands in no journal any more: head office went back to before it
    after its box had burnt, or had been put back; shops that took it from the feed keep it."""
    if not found.world.restored:
        return set()
    boxes = found.boxes
    stores = {books.shop.store_id.bytes for books in boxes}
    written = {
        (fact.customer_id.bytes, change.hlc)
        for books in boxes
        for fact in books.of(CustomerChanged)
        for change in fact.fields
    }
    rows = {row for books in boxes for row in books.rows(_CHANGES)}
    return {who for who, hlc, source in rows if source in stores and (who, hlc) not in written}
