"""A fact as the next event of a store's journal, and what a use case knows about now.

Pure: the rows, and the reads and writes of them, are the edge's (``edge/db/journal.py``); what a
push wants of a journal is the port in ``outbox.py``.
"""

from typing import NamedTuple

from sync.protocol.change import (
    EVENT_BODY_BYTES_MAX,
    FACT_BODY_BYTES_MAX,
    INSTANT_MS_MAX,
    Envelope,
    Epoch,
    Head,
    Link,
    link,
)
from sync.protocol.clock import ClockState, Hlc, tick
from sync.protocol.codec import encode, hold_to_bounds, kind_of
from sync.protocol.errors import Declared, Undecodable
from sync.protocol.facts import AnyFact, EventRecovered, KindVersion
from sync.protocol.identity import BootId, EventId, StoreId

STAMP_TOLERANCE_MS = 5 * 60 * 1_000
"""A wall clock may be this far ahead of what is known of the time."""


class NotEnrolled(
    Declared, slug="not-enrolled", status=409, title="This box belongs to no store yet"
):
    """The box has no epoch to write in."""

    detail: str
    remedy = "Run `edge provision` with a code of head office."


class EventTooLarge(
    Declared,
    slug="event-too-large",
    status=413,
    title="The request makes a record that is too large",
):
    """A fact whose body would not fit every limit on its way."""

    length: int
    detail = f"the record would have {{length:,}} bytes; at most {FACT_BODY_BYTES_MAX:,} travel"
    remedy = "Split the request into smaller ones."


class FactBeyondBounds(
    Declared,
    slug="fact-beyond-bounds",
    title="The request makes a record that nobody could read again",
):
    """A fact that head office could not read: what is committed must decode, fold and add up on
    both sides, so it is refused while nothing is written yet."""

    why: str
    detail = "head office could not read the record: {why}"
    remedy = "Correct what the sentence names: a figure, date or text beyond every bound."


class JournalDamaged(Exception):
    """A row of the journal has values that no version of this software writes: somebody or
    something changed the file. Nothing is sent from there on; selling goes on."""


class NotAcknowledgeable(ValueError):
    """Somebody wants to acknowledge what is not in this journal, or backward: a bug, because
    ``push_once`` looks first."""


class KnownTime(NamedTuple):
    """What is known of the time without the wall clock: head office's last time and what has passed
    since by a clock that nobody can set, in UTC milliseconds. ``exact``: the machine was not
    started anew in between; else it was off for nobody knows how long, and ``ms`` is a lower bound.
    """

    ms: int
    exact: bool


class Moment(NamedTuple):
    """What a use case knows about now; built at the API's border or in the background loop.
    ``wall_ms``: UTC milliseconds; ``utc_offset_s``: of the store's zone, at that instant;
    ``known``: None before head office's time was ever told."""

    wall_ms: int
    utc_offset_s: int
    boot_id: BootId
    clock_state: ClockState
    known: KnownTime | None = None

    @property
    def stamp_ms_max(self) -> int:
        """No stamp of a hybrid clock lies beyond it: a wild wall clock wins no edit against what is
        known of the time, not even while it is wild (protocol.md, customer)."""
        return self.steady_ms + STAMP_TOLERANCE_MS

    @property
    def steady_ms(self) -> int:
        """The time for what must not depend on a clock that somebody can set, such as a lock: what
        is known of it; the wall clock's before head office's was ever told."""
        return self.wall_ms if self.known is None else self.known.ms

    @property
    def now_ms(self) -> int:
        """The best guess at the time: the wall clock's, where nothing that is known contradicts it;
        else what is known."""
        if self.known is None:
            return self.wall_ms
        off_ms = self.wall_ms - self.known.ms
        contradicted = off_ms < -STAMP_TOLERANCE_MS or (
            self.known.exact and off_ms > STAMP_TOLERANCE_MS
        )
        return self.known.ms if contradicted else self.wall_ms

    @property
    def sure_ms(self) -> int | None:
        """The time where it is in no doubt: what is known of it, where the machine was not started
        anew since; else the wall clock's, if head office confirmed that. None: nobody knows."""
        if self.known is not None and self.known.exact:
            return self.known.ms
        return self.wall_ms if self.clock_state is ClockState.CHECKED else None


class Tip(NamedTuple):
    """Where a store's journal goes on: after ``head``, with a clock beyond ``last_hlc``."""

    store_id: StoreId
    head: Head
    last_hlc: Hlc


class Entry(NamedTuple):
    """An event in its place: everything that a workstation keeps of it but the signature."""

    epoch: Epoch
    envelope: Envelope
    link: Link

    @property
    def head(self) -> Head:
        """The chain's end, were this its last event."""
        return Head(self.epoch, self.envelope.seq, self.link.hash)


def next_entry(
    store_id: StoreId, head: Head, last_hlc: Hlc, fact: AnyFact, event_id: EventId, moment: Moment
) -> Entry:
    """``fact`` as the event after ``head``. Raises EventTooLarge, FactBeyondBounds.

    A wall clock beyond every calendar is cut to the bounds of an Instant: nothing in a clock can
    stop a shop from selling. The stamp is bounded by what is known of the time.
    """
    body = encode(fact)
    wraps = isinstance(fact, EventRecovered)
    if len(body) > (EVENT_BODY_BYTES_MAX if wraps else FACT_BODY_BYTES_MAX):
        raise EventTooLarge(len(body))
    kind = kind_of(fact)
    _refuse_unreadable(kind, body)
    envelope = Envelope(
        head.seq + 1,
        event_id,
        kind.kind,
        kind.version,
        max(-INSTANT_MS_MAX, min(moment.wall_ms, INSTANT_MS_MAX)),
        moment.utc_offset_s,
        moment.boot_id,
        tick(last_hlc, min(moment.wall_ms, moment.stamp_ms_max)),
        moment.clock_state,
        body,
    )
    return Entry(head.epoch, envelope, link(store_id, head.epoch, envelope, head.hash))


def _refuse_unreadable(kind: KindVersion, body: bytes) -> None:
    """Holds the body against what head office will read (a fifth of reading the fact itself)."""
    try:
        hold_to_bounds(kind, body)
    except Undecodable as error:
        raise FactBeyondBounds(str(error)) from error
