"""Which of a store's events are ready to be folded, and which are set aside, with the reason.

Pure. The rules (protocol.md, Push, stage 2):

- an unknown kind or a newer version is *parked*;
- bytes that are no fact, or that contradict what is held, are an *error*;
- behind an error only its own aggregate waits, within its own stream; a return waits for the sales
  it names, a till's movement and count for the till's opening; sums never wait;
- a fact that counts already (``fact_id``) with the same content counts nowhere again; with another
  it is an error;
- one that is not what was written is *damaged*, and like an error until a till brings it whole;
- an event that a person let go counts nowhere, and nothing waits behind it;
- a text that is a key of the database is bounded, and a box changes customers in its own name only.

A set-aside row names a root: of an error the aggregate it belongs to, of a waiting event the one
that it waits for.
"""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from enum import StrEnum
from typing import NamedTuple, TypeAlias
from uuid import UUID

from central.projections.event import Event, RawEvent
from central.projections.fact_id import SALE_KIND, FactId, fact_id
from central.projections.fold.kinds import FACT_KINDS
from central.projections.rows.journal import RELEASED
from sync.protocol.aggregate import Root, root_of
from sync.protocol.change import Epoch
from sync.protocol.codec import decode_fact, is_known
from sync.protocol.errors import Undecodable
from sync.protocol.facts import AnyFact, RetailTransaction, TillSessionOpened

APPLIER_VERSION = 1
"""Raised with every change of what can be applied: events set aside by an older one are tried
again."""
FIRST_OF = {
    kind.ROOT[0]: kind.KIND.kind for kind in (RetailTransaction, TillSessionOpened) if kind.ROOT
}
"""The fact with which an aggregate is there that others wait for."""
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


Place: TypeAlias = tuple[Epoch, int]


class Read(NamedTuple):
    """An event and what its body said: a fact, or why it is none; None: it was let go."""

    raw: RawEvent
    fact: AnyFact | Reason | None


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


class Held(NamedTuple):
    """What is applied of what was ``Wanted``. ``facts``: SHA-256 of the body that counted;
    ``errors``: those in quarantine with a wanted root."""

    facts: Mapping[FactId, bytes]
    receipt_numbers: frozenset[str]
    errors: tuple[HeldError, ...]


class LinedUp(NamedTuple):
    """``ready``: to be folded together. ``aside``: the others, but for facts counted before."""

    ready: tuple[Event, ...]
    aside: tuple[Aside, ...]


def read_event(raw: RawEvent) -> Read:
    """Decode, once. Undecodable bytes of a sale still name their root: its id is the event's."""
    if raw.kind == RELEASED:
        return Read(raw, None)
    if raw.damaged:
        said = "what arrived is not what was written: the tills are asked for it"
        root = Root("sale", raw.event_id) if raw.kind == SALE_KIND else None
        return Read(raw, reason_for(AsideState.DAMAGED, root, said))
    if not is_known(raw.kind, raw.kind_version):
        said = f"{raw.kind} version {raw.kind_version} is not known to this head office"
        return Read(raw, reason_for(AsideState.PARKED, None, said))
    try:
        fact = decode_fact(raw.kind, raw.kind_version, raw.body)
    except Undecodable as error:
        root = Root("sale", raw.event_id) if raw.kind == SALE_KIND else None
        return Read(raw, reason_for(AsideState.ERROR, root, str(error)))
    return Read(raw, fact)


def wanted(reads: Iterable[Read]) -> Wanted:
    """What to look up for these events."""
    facts: set[FactId] = set()
    numbers: set[str] = set()
    roots: set[UUID] = set()
    for read in reads:
        fact = read.fact
        if fact is None or isinstance(fact, Reason):
            continue
        facts.add(fact_id(fact, read.raw.event_id))
        facts.update(_first_of(root) for root in FACT_KINDS[type(fact)].after(fact))
        number = FACT_KINDS[type(fact)].number(fact)
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
    """Roots that moved: events that waited for them can be tried again."""
    roots = (root_of(event.fact) for event in lined_up.ready)
    return frozenset(root.id for root in roots if root is not None)


def line_up(reads: Sequence[Read], held: Held) -> LinedUp:
    """The events in their order, ready or set aside; each sees what stands before it."""
    queue = _Queue(held, {(read.raw.epoch, read.raw.seq) for read in reads})
    for read in reads:
        queue.take(read)
    return LinedUp(tuple(queue.ready), tuple(queue.aside))


class _Queue:
    """The state between one event and the next."""

    def __init__(self, held: Held, places: set[Place]) -> None:
        self.facts = dict(held.facts)
        self.bodies: dict[FactId, bytes] = {}
        self.numbers = set(held.receipt_numbers)
        # An error that is tried again in this very set blocks only if it fails again.
        self.errors: dict[tuple[Epoch, Root], int] = {}
        for error in sorted(held.errors, key=lambda error: error.seq):
            if (error.epoch, error.seq) not in places:
                self.errors.setdefault((error.epoch, error.root), error.seq)
        self.ready: list[Event] = []
        self.aside: list[Aside] = []

    def take(self, read: Read) -> None:
        """Decide on one event."""
        raw, fact = read
        if fact is None:
            return
        if isinstance(fact, Reason):
            self._set_aside(raw, fact)
            return
        reason = self._reason(raw, fact)
        if reason is not None:
            self._set_aside(raw, reason)
            return
        own = fact_id(fact, raw.event_id)
        if own not in self.facts:
            self._note(own, raw, fact)

    def _set_aside(self, raw: RawEvent, reason: Reason) -> None:
        if reason.state in BLOCKING and reason.root is not None:
            self.errors.setdefault((raw.epoch, reason.root), raw.seq)
        self.aside.append(Aside(raw.epoch, raw.seq, reason))

    def _reason(self, raw: RawEvent, fact: AnyFact) -> Reason | None:
        root = root_of(fact)
        if root is not None:
            first = self.errors.get((raw.epoch, root))
            if first is not None and first < raw.seq:
                return Reason(AsideState.WAITING, root, f"event {first} of the same {root.kind}")
        said = _unfit(raw, fact) or self._counted_otherwise(raw, fact)
        if said is not None:
            return reason_for(AsideState.ERROR, root, said)
        if fact_id(fact, raw.event_id) in self.facts:
            return None
        return self._not_yet(root, fact)

    def _counted_otherwise(self, raw: RawEvent, fact: AnyFact) -> str | None:
        """A fact of this id counts already, and says something else."""
        own = fact_id(fact, raw.event_id)
        if own not in self.facts or self._is_same(own, raw):
            return None
        return f"the {own.kind.replace('_', ' ')} {own.id} is held already with other content"

    def _is_same(self, own: FactId, raw: RawEvent) -> bool:
        body = self.bodies.get(own)
        if body is not None:
            return body == raw.body
        return self.facts[own] == hashlib.sha256(raw.body).digest()

    def _not_yet(self, own: Root | None, fact: AnyFact) -> Reason | None:
        kind = FACT_KINDS[type(fact)]
        number = kind.number(fact)
        if number in self.numbers:
            said = f"receipt number {number} is another sale's"
            return reason_for(AsideState.ERROR, own, said)
        for root in kind.after(fact):
            if _first_of(root) not in self.facts:
                said = f"{root.kind.replace('_', ' ')} {root.id} is not here yet"
                return Reason(AsideState.WAITING, root, said)
        return None

    def _note(self, own: FactId, raw: RawEvent, fact: AnyFact) -> None:
        """It is ready, and what comes after it sees it."""
        self.facts[own] = b""
        self.bodies[own] = raw.body
        number = FACT_KINDS[type(fact)].number(fact)
        if number is not None:
            self.numbers.add(number)
        place = (raw.store_id, raw.epoch, raw.seq, raw.event_id)
        self.ready.append(Event(*place, raw.occurred_at_ms, raw.received_at_ms, fact, raw.hlc))


def _unfit(raw: RawEvent, fact: AnyFact) -> str | None:
    """What no store may say, whatever is held; None: nothing of that kind."""
    kind = FACT_KINDS[type(fact)]
    said = kind.refused(raw, fact)
    longest = max(map(len, kind.keys(fact)), default=0)
    if said is None and longest > KEY_CHARACTERS_MAX:
        said = f"an id has {longest:,} characters, at most {KEY_CHARACTERS_MAX} are kept"
    return said
