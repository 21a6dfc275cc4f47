"""What an epoch is at its box and at head office, for schedules of what can befall both
(``tests/escrow_world.py``)."""

from collections import Counter
from collections.abc import Container, Iterable
from dataclasses import dataclass, field, replace
from datetime import date
from uuid import UUID

from central.domain.goodwill import Budget, OtherEpoch
from sync.protocol.escrow import HeldRights, Right, RightId, outstanding


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
    """A box: what it may spend in its epoch, and what it wrote there."""

    epoch: int
    store: int
    provisional: bool = False
    rights: dict[RightId, int] = field(default_factory=dict)
    asked: dict[UUID, int] = field(default_factory=dict)
    taken: set[UUID] = field(default_factory=set)
    journal: list[Event] = field(default_factory=list)
    budget: tuple[Budget, ...] = ()

    def held(self) -> tuple[Right, ...]:
        return tuple(Right(*right, left) for right, left in self.rights.items() if left)


@dataclass(eq=False)
class Known:
    """What head office knows of an epoch: how much of which journal, and what it decided."""

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
    budget: tuple[Budget, ...] = ()
    most: int = 0

    def counted(self) -> list[Event]:
        return [one for at, one in enumerate(self.journal) if at not in self.aside] + self.home

    def later(self, events: Iterable[Event]) -> dict[RightId, int]:
        """What was born in these of the epoch beyond what was heard when it was written off."""
        fresh = [one for one in events if self.written_off and one.seq not in self.heard]
        return {right: points for one in fresh for right, points in one.born.items()}

    def rights(self) -> HeldRights:
        own = [one for at, one in enumerate(self.journal) if at not in self.aside]
        every = self.counted()
        given_ = sum(sum(one.born.values()) for one in every)
        if self.stated:
            given_ += sum(self.granted.values()) + sum(self.answers.values())
        used = sum(sum(one.spent.values()) for one in every)
        back = sum(sum(one.released.values()) for one in own) + sum(self.returned.values())
        ended, whole = any(one.ends for one in own), not self.aside
        later = self.later(every)
        left = sum(later.values()) - _of(later, (one.spent for one in every))
        left -= _of(later, (one.released for one in own)) if whole else 0
        off = self.written_off and self.heard <= {one.seq for one in (*self.journal, *self.home)}
        return HeldRights(
            given_, used, back, whole=whole, ended=ended, written_off=off, later=max(0, left)
        )

    def given_up(self) -> int:
        """What whoever writes it off gives up, also of what head office forgot that it gave, and of
        what is set aside and was not given up before."""
        unread = [one for at, one in enumerate(self.journal) if at in self.aside]
        born = sum(sum(one.born.values()) for one in unread if one.seq not in self.heard)
        return outstanding(replace(self, stated=True).rights()) + born

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
    """What head office has of an epoch's journal, for later."""
    return Known(known.store, known.provisional, list(known.journal), aside=set(known.aside))


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
