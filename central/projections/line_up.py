"""Which of a store's events are ready to be folded, and which are set aside, with the reason.

Pure. The rules (protocol.md, Push, stage 2):

- an unknown kind or a newer version is *parked*;
- bytes that are no fact, or that contradict what is held, are an *error*;
- behind an error only its own aggregate waits, within its own stream; a return waits for the sales
  it names, a till's movement and count for the till's opening; sums never wait;
- a fact that counts already (``fact_id``) with the same content counts nowhere again; of two
  contents the one of the lowest rank counts, whichever came first (``taking_back``), the other is
  an error; nothing waits behind it, for its aggregate is there;
- a receipt number that two sales were printed with is shown to people, and both count: what a shop
  printed and was paid for is set aside for no number;
- one that is not what was written is *damaged*, and like an error until a till brings it whole;
- an event that a person let go counts nowhere, and nothing waits behind it;
- a text that is a key of the database is bounded, and a box changes customers in its own name only.

A set-aside row names a root: of an error the aggregate it belongs to, of a waiting event the one
that it waits for, of other content under an id that counts (``SAME_ID``) that id.
"""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from enum import StrEnum
from typing import NamedTuple, cast
from uuid import UUID

from central.projections.event import (
    OWN_JOURNAL,
    Event,
    Place,
    Rank,
    RawEvent,
    Recovered,
)
from central.projections.fact_id import FactId, fact_id
from central.projections.fold.kinds import FACT_KINDS
from sync.protocol.aggregate import Root, root_of
from sync.protocol.change import Epoch
from sync.protocol.facts import AnyFact, RetailTransaction, TillSessionOpened

APPLIER_VERSION = 1
"""Raised with every change of what can be applied: events set aside by an older one are tried
again."""
FIRST_OF = {
    kind.ROOT[0]: kind.KIND.kind for kind in (RetailTransaction, TillSessionOpened) if kind.ROOT
}
"""The fact with which an aggregate is there that others wait for."""
SAME_ID = "same_id"
"""The kind of root of what lost against other content under its own id: no aggregate's."""
ERROR_CHARACTERS_MAX = 500
KEY_CHARACTERS_MAX = 256
"""Of a text that is part of a key: PostgreSQL keeps none beyond a third of a page, and a database
of several machines says so in a way that cannot be told from a passing fault."""
NUL = "\0"
"""PostgreSQL keeps no text with it, and is not even to be asked for one."""


class AsideState(StrEnum):
    """Why an event is set aside."""

    ERROR = "error"
    WAITING = "waiting"
    PARKED = "parked"
    DAMAGED = "damaged"


BLOCKING = (AsideState.ERROR, AsideState.DAMAGED)
"""Behind these the rest of their aggregate waits."""


class Reason(NamedTuple):
    """Why, with the root that it concerns."""

    state: AsideState
    root: Root | None
    error: str


class Aside(NamedTuple):
    """An event that is not applied for now."""

    epoch: Epoch
    seq: int
    reason: Reason


class Read(NamedTuple):
    """An event as it was written, what its body said (a fact, or why it is none; None: it was let
    go), and how it came home if it did so by a recovered event."""

    raw: RawEvent
    fact: AnyFact | Reason | None
    recovered: Recovered | None = None

    @property
    def arrived(self) -> Place:
        """Where it stands among what arrived: there it is set aside."""
        if self.recovered is None:
            return self.raw.epoch, self.raw.seq
        return self.recovered.epoch, self.recovered.seq

    @property
    def rank(self) -> Rank:
        """See Rank."""
        epoch = self.raw.epoch
        place = (epoch.number, epoch.fingerprint, self.raw.seq)
        return place if self.recovered is None else recovered_rank(place, self.recovered)

    @property
    def digest(self) -> bytes:
        """SHA-256 of the body."""
        if self.recovered is not None:
            return self.recovered.body_digest
        return hashlib.sha256(self.raw.body).digest()

    @property
    def own(self) -> FactId | None:
        """Under what the fact counts; None where there is none."""
        if self.fact is None or isinstance(self.fact, Reason):
            return None
        return fact_id(self.fact, self.raw.event_id)


class Wanted(NamedTuple):
    """What must be known about a store before its events can be lined up."""

    facts: frozenset[FactId]
    receipt_numbers: frozenset[str]
    root_ids: frozenset[UUID]


class HeldError(NamedTuple):
    """An event in quarantine as an error."""

    epoch: Epoch
    root: Root
    seq: int


class Counted(NamedTuple):
    """What counts under a fact's own id: its rank, and SHA-256 of its body."""

    rank: Rank
    digest: bytes

    @property
    def arrived(self) -> Place:
        """Where it stands among what arrived."""
        return _epoch(self.rank[-3:-1]), cast("int", self.rank[-1])


class Held(NamedTuple):
    """What is applied of what was ``Wanted``. ``receipt_numbers``: whose sales' they are, but for
    recovered ones: where a journal forked, both branches gave the same. ``errors``: those in
    quarantine with a wanted root."""

    facts: Mapping[FactId, Counted]
    receipt_numbers: Mapping[str, UUID]
    errors: tuple[HeldError, ...]


class Twice(NamedTuple):
    """Two contents under one own id: people are told. ``counts``, ``lost``: where each stands in
    the order; ``noticed_at_ms``: when the later one arrived."""

    own: FactId
    counts: Rank
    lost: Rank
    noticed_at_ms: int


class NumberTwice(NamedTuple):
    """Two sales under one receipt number, neither of which came home from another epoch: people are
    told. ``noticed_at_ms``: when the later one arrived."""

    number: str
    sale_ids: frozenset[UUID]
    noticed_at_ms: int


class GivenUp(NamedTuple):
    """A sale's id that its till gave up, and that was finished all the same: people are told."""

    sale_id: UUID
    noticed_at_ms: int


class LinedUp(NamedTuple):
    """``ready``: to be folded together. ``aside``: the others, but for facts counted before.
    ``overruled``: what counted until now and counts no more, for the one of its own id in ``ready``
    does; ``asides_before``: those of them that had other content."""

    ready: tuple[Event, ...]
    aside: tuple[Aside, ...]
    overruled: tuple[FactId, ...] = ()
    asides_before: tuple[Aside, ...] = ()
    twice: tuple[Twice, ...] = ()
    numbers_twice: tuple[NumberTwice, ...] = ()
    given_up: tuple[GivenUp, ...] = ()


def recovered_rank(place: tuple[int, bytes, int], came: Recovered) -> Rank:
    """Behind every direct arrival of its place."""
    arrived = (came.epoch.number, came.epoch.fingerprint, came.seq)
    return (*place, came.hash, came.source != OWN_JOURNAL, *arrived)


def wanted(reads: Iterable[Read]) -> Wanted:
    """What to look up for these events."""
    facts: set[FactId] = set()
    numbers: set[str] = set()
    roots: set[UUID] = set()
    for read in reads:
        fact = read.fact
        if fact is None or isinstance(fact, Reason):
            continue
        kind = FACT_KINDS[type(fact)]
        facts.add(fact_id(fact, read.raw.event_id))
        facts.update([_first_of(root) for root in kind.after(fact)])
        against = kind.against(fact)
        if against is not None:
            facts.add(against)
        number = kind.number(fact)
        if number is not None and NUL not in number:
            numbers.add(number)
        root = root_of(fact)
        if root is not None:
            roots.add(root.id)
    return Wanted(frozenset(facts), frozenset(numbers), frozenset(roots))


def _first_of(root: Root) -> FactId:
    return FactId(FIRST_OF[root.kind], root.id)


def reason_for(state: AsideState, root: Root | None, error: str) -> Reason:
    """A reason whose text may quote an event: cut, and without control characters."""
    legible = "".join(letter if letter.isprintable() else "?" for letter in error)
    return Reason(state, root, legible[:ERROR_CHARACTERS_MAX])


def applied_roots(lined_up: LinedUp) -> frozenset[UUID]:
    """Roots that moved: events that waited for them can be tried again; and own ids under which
    other content counts now: what lost against the one before may say the same."""
    roots = (root_of(event.fact) for event in lined_up.ready)
    other = (twice.own.id for twice in lined_up.twice)
    return frozenset(root.id for root in roots if root is not None).union(other)


def line_up(reads: Sequence[Read], held: Held) -> LinedUp:
    """The events in their order, ready or set aside; each sees what stands before it."""
    queue = _Queue(held, {read.arrived for read in reads})
    for read in reads:
        queue.take(read)
    return queue.lined_up()


class _Queue:
    """The state between one event and the next. ``reads``: of this set, by own id, in the order in
    which they became ready."""

    def __init__(self, held: Held, places: set[Place]) -> None:
        self.held = held.facts
        self.reads: dict[FactId, Read] = {}
        self.numbers = dict(held.receipt_numbers)
        # An error that is tried again in this very set blocks only if it fails again.
        self.errors: dict[tuple[Epoch, Root], int] = {}
        for error in sorted(held.errors, key=lambda error: error.seq):
            if (error.epoch, error.seq) not in places:
                self.errors.setdefault((error.epoch, error.root), error.seq)
        self.aside: list[Aside] = []
        self.asides_before: dict[FactId, Aside] = {}
        self.twice: list[Twice] = []
        self.numbers_twice: list[NumberTwice] = []
        self.given_up: list[GivenUp] = []

    def take(self, read: Read) -> None:
        """Decide on one event."""
        fact = read.fact
        if fact is None:
            return
        if isinstance(fact, Reason):
            self._set_aside(read, fact)
            return
        own = fact_id(fact, read.raw.event_id)
        reason = self._reason(read, fact)
        if reason is not None:
            self._set_aside(read, reason)
            return
        counted = self._counted(own)
        if counted is None or read.rank < counted.rank:
            if counted is not None:
                self._overrule(own, counted, read)
            self._note(own, read, fact)
        elif counted.digest != read.digest:
            self._set_aside(read, _lost(own))
            self._tell(own, counted.rank, read.rank, read)

    def lined_up(self) -> LinedUp:
        """After the last one."""
        ready = tuple(event_of(read) for read in self.reads.values())
        overruled = tuple(own for own in self.reads if own in self.held)
        before = tuple(self.asides_before.values())
        told = (tuple(self.twice), tuple(self.numbers_twice), tuple(self.given_up))
        return LinedUp(ready, tuple(self.aside), overruled, before, *told)

    def _counted(self, own: FactId) -> Counted | None:
        read = self.reads.get(own)
        return self.held.get(own) if read is None else Counted(read.rank, read.digest)

    def _overrule(self, own: FactId, counted: Counted, read: Read) -> None:
        """What counts until now is of a higher rank."""
        before = self.reads.pop(own, None)
        if counted.digest == read.digest:
            return
        self._tell(own, read.rank, counted.rank, read)
        if before is None:
            self.asides_before[own] = Aside(*counted.arrived, _lost(own))
        else:
            self._set_aside(before, _lost(own))

    def _tell(self, own: FactId, counts: Rank, lost: Rank, read: Read) -> None:
        self.twice.append(Twice(own, counts, lost, read.raw.received_at_ms))

    def _set_aside(self, read: Read, reason: Reason) -> None:
        if reason.state in BLOCKING and reason.root is not None:
            self.errors.setdefault((read.raw.epoch, reason.root), read.raw.seq)
        self.aside.append(Aside(*read.arrived, reason))

    def _reason(self, read: Read, fact: AnyFact) -> Reason | None:
        raw, root = read.raw, root_of(fact)
        if self.errors and root is not None and read.recovered is None:
            first = self.errors.get((raw.epoch, root))
            if first is not None and first < raw.seq:
                return Reason(AsideState.WAITING, root, f"event {first} of the same {root.kind}")
        said = _unfit(raw, fact)
        if said is not None:
            # What came home stands in no stream of its own: nothing waits behind it there.
            return reason_for(AsideState.ERROR, root if read.recovered is None else None, said)
        return self._not_yet(fact)

    def _not_yet(self, fact: AnyFact) -> Reason | None:
        for root in FACT_KINDS[type(fact)].after(fact):
            first = _first_of(root)
            if first not in self.held and first not in self.reads:
                said = f"{root.kind.replace('_', ' ')} {root.id} is not here yet"
                return Reason(AsideState.WAITING, root, said)
        return None

    def _note(self, own: FactId, read: Read, fact: AnyFact) -> None:
        """It is ready, and what comes after it sees it."""
        self.reads[own] = read
        against = FACT_KINDS[type(fact)].against(fact)
        if against is not None and (against in self.held or against in self.reads):
            self.given_up.append(GivenUp(own.id, read.raw.received_at_ms))
        number = FACT_KINDS[type(fact)].number(fact)
        if number is None or read.recovered is not None:
            return
        other = self.numbers.setdefault(number, own.id)
        if other != own.id:
            both = frozenset({other, own.id})
            self.numbers_twice.append(NumberTwice(number, both, read.raw.received_at_ms))


def event_of(read: Read) -> Event:
    """As folds read it: of what is ready, or counted."""
    raw = read.raw
    place = (raw.store_id, raw.epoch, raw.seq, raw.event_id)
    fact = cast("AnyFact", read.fact)  # what is ready is one
    return Event(*place, raw.occurred_at_ms, raw.received_at_ms, fact, raw.hlc, read.recovered)


def _lost(own: FactId) -> Reason:
    """The same words whichever came first."""
    kind = own.kind.replace("_", " ")
    said = f"under the id of this {kind}, {own.id}, other content counts: that of the lowest place"
    return reason_for(AsideState.ERROR, Root(SAME_ID, own.id), said)


def place_in_words(rank: Rank) -> str:
    """Where it was written."""
    return f"event {cast('int', rank[2])} of epoch {_epoch(rank[:2])}"


def _epoch(name: Rank) -> Epoch:
    number, fingerprint = name
    return Epoch(cast("int", number), cast("bytes", fingerprint))


def _unfit(raw: RawEvent, fact: AnyFact) -> str | None:
    """What no store may say, whatever is held; None: nothing of that kind."""
    kind = FACT_KINDS[type(fact)]
    said = kind.refused(raw, fact)
    longest = max(map(len, kind.keys(fact)), default=0)
    if said is None and longest > KEY_CHARACTERS_MAX:
        said = f"an id has {longest:,} characters, at most {KEY_CHARACTERS_MAX} are kept"
    return said
