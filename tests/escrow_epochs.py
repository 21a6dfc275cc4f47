"""What an epoch is at its box and at head office, for schedules of what can befall both
(``tests/escrow_world.py``)."""

from collections import Counter
from collections.abc import Container, Iterable
from dataclasses import dataclass, field, replace
from datetime import date
from uuid import UUID

from central.domain.epoch import EpochState
from central.domain.goodwill import Budget, OtherEpoch
from central.domain.incarnation import EpochSince, Named
from sync.protocol.change import Epoch
from sync.protocol.escrow import HeldRights, Right, RightId, outstanding
from sync.protocol.identity import StoreId


@dataclass(eq=False)
class Event:
    """Of a journal: what was born, spent, given back and lent by it, and the requests it gives
    up; ``seq``: its place there."""

    born: dict[RightId, int] = field(default_factory=dict)
    spent: dict[RightId, int] = field(default_factory=dict)
    released: dict[RightId, int] = field(default_factory=dict)
    given_up: tuple[UUID, ...] = ()
    ends: bool = False
    lent: dict[date, int] = field(default_factory=dict)
    seq: int = 0


@dataclass(eq=False)
class Disk:
    """A box: what it may spend in its epoch, and what it wrote there. ``issued``: the epoch that
    head office issued to it."""

    epoch: int
    store: int
    provisional: bool = False
    rights: dict[RightId, int] = field(default_factory=dict)
    asked: dict[UUID, int] = field(default_factory=dict)
    taken: set[UUID] = field(default_factory=set)
    journal: list[Event] = field(default_factory=list)
    budget: tuple[Budget, ...] = ()
    issued: int = 0

    def held(self) -> tuple[Right, ...]:
        return tuple(Right(*right, left) for right, left in self.rights.items() if left)


@dataclass(eq=False)
class Known:
    """What head office knows of an epoch: how much of which journal, and what it decided. ``taken``
    and ``told``: what its box ever had of that, goodwill the second. ``forgotten``: it was lost
    with head office's database, and nobody has shown it since; ``charged``: what it may cost that
    nobody knows of it is counted."""

    store: int
    provisional: bool = False
    journal: list[Event] = field(default_factory=list)
    home: list[Event] = field(default_factory=list)
    aside: set[int] = field(default_factory=set)
    granted: dict[UUID, int] = field(default_factory=dict)
    answers: dict[UUID, int] = field(default_factory=dict)
    returned: dict[UUID, int] = field(default_factory=dict)
    stated: bool = True
    sealed: bool = False
    written_off: bool = False
    heard: set[int] = field(default_factory=set)
    aside_then: set[int] = field(default_factory=set)
    budget: tuple[Budget, ...] = ()
    most: int = 0
    number: int = 0
    parent: int | None = None
    taken: set[UUID] = field(default_factory=set)
    told: int = 0
    forgotten: bool = False
    charged: bool = False

    @property
    def name(self) -> Named:
        """As head office names it."""
        return named(self.store, self.number)

    def counted(self) -> list[Event]:
        return self._own() + self.home

    def _own(self) -> list[Event]:
        return [one for at, one in enumerate(self.journal) if at not in self.aside]

    def set_aside(self) -> set[int]:
        """The places of what is set aside of it."""
        return {one.seq for at, one in enumerate(self.journal) if at in self.aside}

    def since(self) -> EpochSince:
        """What is waited for of it, once decisions are lost."""
        state = EpochState.SEALED if self.sealed else EpochState.CURRENT
        state = EpochState.WRITTEN_OFF if self.written_off else state
        state = EpochState.CLOSED if any(one.ends for one in self._own()) else state
        stated_ms = 1 if self.stated else None
        return EpochSince(
            *self.name, state, 0, 0, 1, stated_ms, self.provisional, whole=not self.aside
        )

    def later(self, events: Iterable[Event]) -> dict[RightId, int]:
        """What was born in these of the epoch beyond what was heard when it was written off."""
        fresh = [one for one in events if self.written_off and one.seq not in self.heard]
        return {right: points for one in fresh for right, points in one.born.items()}

    def rights(self) -> HeldRights:
        own, every = self._own(), self.counted()
        given_ = sum(sum(one.born.values()) for one in every)
        if self.stated:
            given_ += sum(self.granted.values()) + sum(self.answers.values())
        used = sum(sum(one.spent.values()) for one in every)
        back = sum(sum(one.released.values()) for one in own) + sum(self.returned.values())
        ended, whole = any(one.ends for one in own), not self.aside
        later = self.later(every)
        left = sum(later.values()) - _of(later, (one.spent for one in every))
        left -= _of(later, (one.released for one in own)) if whole else 0
        off = self.written_off and not ended and self.is_here()
        return HeldRights(
            given_, used, back, whole=whole, ended=ended, written_off=off, later=max(0, left)
        )

    def is_here(self) -> bool:
        """All that was counted of it when it was written off is."""
        here = {one.seq for one in (*self.journal, *self.home)}
        return self.heard <= here and self.set_aside() & self.heard <= self.aside_then

    def given_up(self) -> int:
        """What whoever writes it off gives up, also of what head office forgot that it gave, and of
        what is set aside and was not given up before."""
        unread = [one for at, one in enumerate(self.journal) if at in self.aside]
        born = sum(sum(one.born.values()) for one in unread if one.seq not in self.heard)
        return outstanding(replace(self, stated=True).rights()) + born

    def write_off(self) -> None:
        """By what is here of it now."""
        self.written_off = True
        self.heard = {one.seq for one in (*self.journal, *self.home)}
        self.aside_then = self.set_aside()

    def put_back(self, before: "Known | None", *, mirrored: bool) -> None:
        """To what head office knew of it; what it decided since stays with its mirror alone.
        Without, what it gave and no box took is as if it never was; the rest a box will say."""
        del self.journal[len(before.journal) if before else 0 :]
        self.aside = set(before.aside) if before else set()
        if mirrored:
            return
        was = before or Known(self.store, self.provisional)
        self.forgotten = before is None
        self.sealed, self.written_off = was.sealed, was.written_off
        self.heard, self.aside_then = set(was.heard), set(was.aside_then)
        self.stated = was.stated and (was.sealed or was.written_off)
        self.most, self.budget = (was.most if self.stated else 0), ()
        if self.stated:
            self.granted, self.answers = dict(was.granted), dict(was.answers)
            self.returned = dict(was.returned)
            return
        self.granted = {one: n for one, n in self.granted.items() if one in self.taken}
        self.answers = {one: n for one, n in self.answers.items() if one in self.taken}
        self.returned = {}

    def show(self) -> None:
        """Its box says what it was given, and what it may lend."""
        self.stated, self.forgotten, self.charged = True, False, False
        self.most = max(self.most, self.told)

    def lending(self) -> OtherEpoch:
        """Of its store's goodwill."""
        held = self.rights()
        used: Counter[date] = Counter()
        for one in self.counted():
            used.update(one.lent)
        return OtherEpoch(self.most, used, self.written_off or (held.ended and held.whole))


def _of(rights: Container[RightId], moved: Iterable[dict[RightId, int]]) -> int:
    return sum(points for one in moved for right, points in one.items() if right in rights)


def lent_within(event: Event, span: tuple[date, date]) -> int:
    """Points lent on the days of a span."""
    return sum(points for day, points in event.lent.items() if span[0] <= day <= span[1])


def as_it_is(known: Known) -> Known:
    """What head office has of an epoch, for later."""
    copied = replace(known, journal=list(known.journal), aside=set(known.aside))
    copied.granted, copied.answers = dict(known.granted), dict(known.answers)
    copied.returned = dict(known.returned)
    return copied


def named(store: int, number: int) -> Named:
    """An epoch as head office names it."""
    return Named(StoreId(UUID(int=store + 1)), Epoch(number + 1, bytes(4)))


class Purse:
    """What head office put into the account by decisions of its own, and what of the account ran
    out. ``ever``: what was put in, also what it forgot since: stores may have been given it."""

    def __init__(self) -> None:
        self.given = self.expired = self.ever = 0
        self._before = (0, 0)

    def give(self, points: int) -> None:
        self.given += points
        self.ever += points

    def expire(self, points: int) -> None:
        self.expired += points

    def remember(self) -> None:
        self._before = (self.given, self.expired)

    def forget(self) -> None:
        """Put back to its past without a mirror."""
        self.given, self.expired = self._before
