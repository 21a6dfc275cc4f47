"""Which of a store's events are ready to be folded, and which are set aside, with the reason.

Pure. The rules (protocol.md, Push, stage 2):

- an unknown kind or a newer version is *parked*;
- bytes that are no fact, or that contradict what is held, are an *error*;
- behind an error only its own aggregate waits, within its own stream; a return waits for the sales
  it names, a till's movement and count for the till's opening; sums never wait;
- a sale that is held already with the same content counts nowhere; with another it is an error.

A set-aside row names a root: of an error the aggregate it belongs to, of a waiting event the one
that it waits for.
"""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from enum import StrEnum
from typing import NamedTuple, TypeAlias
from uuid import UUID

from central.projections.fold import Event
from sync.protocol.aggregate import Root, names_of, root_of
from sync.protocol.change import Epoch
from sync.protocol.codec import decode_fact, is_known
from sync.protocol.errors import Undecodable
from sync.protocol.identity import EventId, StoreId
from sync.protocol.poslog import (
    AnyFact,
    RetailTransaction,
    TillMoved,
    TillSessionOpened,
    TillSessionSettled,
)

APPLIER_VERSION = 1
"""Raised with every change of what can be applied: events set aside by an older one are tried
again."""
SALE_KIND = "retail_transaction"
ERROR_CHARACTERS_MAX = 500
NUL = "\0"
"""PostgreSQL keeps no text with it, and is not even to be asked for one."""


class RawEvent(NamedTuple):
    """An event as it is kept, without what only the chain needs."""

    store_id: StoreId
    epoch: Epoch
    seq: int
    event_id: EventId
    kind: str
    kind_version: int
    occurred_at_ms: int
    body: bytes


class AsideState(StrEnum):
    """Why an event is set aside."""

    ERROR = "error"
    WAITING = "waiting"
    PARKED = "parked"


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
    """An event and what its body said: a fact, or why it is none."""

    raw: RawEvent
    fact: AnyFact | Reason


class Wanted(NamedTuple):
    """What must be known about a store before its events can be lined up."""

    sale_ids: frozenset[UUID]
    receipt_numbers: frozenset[str]
    till_session_ids: frozenset[UUID]
    root_ids: frozenset[UUID]


class HeldError(NamedTuple):
    """An event in quarantine as an error."""

    epoch: Epoch
    root: Root
    seq: int


class Held(NamedTuple):
    """What is applied of what was ``Wanted``. ``sales``: SHA-256 of the body that counted;
    ``till_sessions``: whether it is settled; ``errors``: those in quarantine with a wanted root."""

    sales: Mapping[UUID, bytes]
    receipt_numbers: frozenset[str]
    till_sessions: Mapping[UUID, bool]
    errors: tuple[HeldError, ...]


class LinedUp(NamedTuple):
    """``ready``: to be folded together. ``aside``: the others, but for sales counted before."""

    ready: tuple[Event, ...]
    aside: tuple[Aside, ...]


def read_event(raw: RawEvent) -> Read:
    """Decode, once. Undecodable bytes of a sale still name their root: its id is the event's."""
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
    sales: set[UUID] = set()
    numbers: set[str] = set()
    sessions: set[UUID] = set()
    roots: set[UUID] = set()
    for read in reads:
        fact = read.fact
        if isinstance(fact, Reason):
            continue
        if isinstance(fact, RetailTransaction):
            sales.add(read.raw.event_id)
            sales.update(root.id for root in names_of(fact))
            if NUL not in fact.receipt_number:
                numbers.add(fact.receipt_number)
        elif isinstance(fact, TillSessionOpened | TillMoved | TillSessionSettled):
            sessions.add(fact.till_session_id)
        root = root_of(fact)
        if root is not None:
            roots.add(root.id)
    return Wanted(frozenset(sales), frozenset(numbers), frozenset(sessions), frozenset(roots))


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
    """The state between one event and the next. A ready sale's id is its event's."""

    def __init__(self, held: Held, places: set[Place]) -> None:
        self.sales = dict(held.sales)
        self.bodies: dict[UUID, bytes] = {}
        self.numbers = set(held.receipt_numbers)
        self.sessions = dict(held.till_sessions)
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
        if isinstance(fact, Reason):
            self._set_aside(raw, fact)
            return
        reason = self._reason(raw, fact)
        if reason is not None:
            self._set_aside(raw, reason)
        elif self._note(raw, fact):
            self.ready.append(
                Event(raw.store_id, raw.epoch, raw.seq, raw.event_id, raw.occurred_at_ms, fact)
            )

    def _set_aside(self, raw: RawEvent, reason: Reason) -> None:
        if reason.state is AsideState.ERROR and reason.root is not None:
            self.errors.setdefault((raw.epoch, reason.root), raw.seq)
        self.aside.append(Aside(raw.epoch, raw.seq, reason))

    def _reason(self, raw: RawEvent, fact: AnyFact) -> Reason | None:
        root = root_of(fact)
        if root is not None:
            first = self.errors.get((raw.epoch, root))
            if first is not None and first < raw.seq:
                return Reason(AsideState.WAITING, root, f"event {first} of the same {root.kind}")
        if isinstance(fact, RetailTransaction):
            return self._sale_reason(raw, fact)
        if isinstance(fact, TillSessionOpened | TillMoved | TillSessionSettled):
            return self._till_reason(fact, Root("till_session", fact.till_session_id))
        return None

    def _sale_reason(self, raw: RawEvent, sale: RetailTransaction) -> Reason | None:
        own = Root("sale", sale.sale_id)
        if raw.event_id != sale.sale_id:
            return Reason(AsideState.ERROR, own, f"event {raw.event_id} holds another sale's id")
        if raw.event_id in self.sales:
            if self._is_same(raw):
                return None
            return Reason(AsideState.ERROR, own, "the sale is held already with other content")
        if sale.receipt_number in self.numbers:
            said = f"receipt number {sale.receipt_number} is another sale's"
            return reason_for(AsideState.ERROR, own, said)
        for root in names_of(sale):
            if root.id not in self.sales:
                return Reason(AsideState.WAITING, root, f"sale {root.id} is not here yet")
        return None

    def _is_same(self, raw: RawEvent) -> bool:
        body = self.bodies.get(raw.event_id)
        if body is not None:
            return body == raw.body
        return self.sales[raw.event_id] == hashlib.sha256(raw.body).digest()

    def _till_reason(
        self, fact: TillSessionOpened | TillMoved | TillSessionSettled, root: Root
    ) -> Reason | None:
        settled = self.sessions.get(fact.till_session_id)
        if isinstance(fact, TillSessionOpened):
            if settled is not None:
                return Reason(AsideState.ERROR, root, "the till session was opened before")
        elif settled is None:
            return Reason(AsideState.WAITING, root, f"till session {root.id} is not here yet")
        elif settled and isinstance(fact, TillSessionSettled):
            return Reason(AsideState.ERROR, root, "the till session was settled before")
        return None

    def _note(self, raw: RawEvent, fact: AnyFact) -> bool:
        """Remember a ready event; False for a sale that counts already."""
        if isinstance(fact, RetailTransaction):
            if raw.event_id in self.sales:
                return False
            self.sales[raw.event_id] = b""
            self.bodies[raw.event_id] = raw.body
            self.numbers.add(fact.receipt_number)
        elif isinstance(fact, TillSessionOpened):
            self.sessions[fact.till_session_id] = False
        elif isinstance(fact, TillSessionSettled):
            self.sessions[fact.till_session_id] = True
        return True
