"""Every statement about a day, held against head office's own rows as of its place.

A manifest totals its own epoch's events of the day through its ``last_seq``, and apart those that
came home in that epoch, but for what its own journal has under the same id: so head office counts
the same of its rows, each known by the place that it was written at. Of one epoch there may be two
journals (a copy of the box ran beside it): what the other one has comes home like that of any
epoch, and stands apart, though its places are the same. What both carried out under one id counts
once, and stands in the account of each (``home_events``). What a day comes to is the union: a row
is *covered* by the statement about its own epoch that reaches it, or by the one of the epoch in
which it came home. So what the store says of the day is what is counted here, with each difference
put right; and rows that nothing covers are what nobody but head office says.

An epoch that its box left. The box went on in another one. Where head office has the same hash as
the box at the event after which it left, both hold the same events through there, byte for byte;
where it has another one, what the box says of its own history is not held here. What the box held
beyond came home in the new epoch, in order, in the unit of work that left the old one; its tills
bring what the box lost. So the left epoch's part of a day is what its box states of it through that
event (``manifest_given``, cause ``left``), and what came home: no person need give anything up.
Where head office holds more of the left epoch than its box does (the box was put back to its past),
those events are covered once they came home from the tills. What did not come home by anybody is
covered by nothing: the day stays *received*, and a person looks.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import count
from typing import NamedTuple
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from central.db.engine import driver_of
from central.reports.evidence import Evidence
from central.reports.home_events import (
    Home,
    HomeEvents,
    Journals,
    came_home,
    counted_elsewhere,
    told_apart,
)
from central.reports.statements import Statement
from central.reports.store_day import StoreDay
from central.reports.totals import NOTHING, Span, StoreAccount, span_accounts
from sync.protocol.account import account_of, is_counted
from sync.protocol.change import Epoch
from sync.protocol.facts import AnyFact
from sync.protocol.figures import Tally
from sync.protocol.identity import StoreId, WorkstationId
from sync.protocol.manifest import (
    ZERO,
    Difference,
    Manifest,
    WorkstationTotals,
    differences,
    is_nothing,
)

LAST_SEQ = (1 << 63) - 1


class HeldStatement(NamedTuple):
    """A statement, and where head office's count of the same differs from it: of the epoch's own
    events, of its workstations', of what came home in it."""

    said: Statement
    own: tuple[Difference, ...]
    workstations: tuple[tuple[WorkstationId, tuple[Difference, ...]], ...]
    recovered: tuple[Difference, ...]

    @property
    def differs(self) -> bool:
        """In any of them."""
        return bool(self.own or self.workstations or self.recovered)


class HeldDay(NamedTuple):
    """``declared``: what the store says of the whole day; ``uncovered``: it says nothing of some
    rows that are here."""

    statements: tuple[HeldStatement, ...]
    declared: StoreAccount
    uncovered: bool

    @property
    def differs(self) -> bool:
        """From any of them."""
        return any(one.differs for one in self.statements)


class _Asked(NamedTuple):
    """The parts of one day: of each statement its own and what came home, and all that is
    covered."""

    own: tuple[int, ...]
    home: tuple[int, ...]
    covered: int


def is_plain(evidence: Evidence) -> bool:
    """One epoch, one account of it: then the day's rows are held against that as they are."""
    if evidence.unopened or len(evidence.epochs) != 1 or len(evidence.statements) != 1:
        return False
    (part,), (said,) = evidence.epochs, evidence.statements
    return part.closing == said and is_nothing(said.manifest.recovered)


async def hold_days(
    db: AsyncConnection, days: Mapping[StoreDay, Evidence], counted: Mapping[StoreDay, StoreAccount]
) -> Mapping[StoreDay, HeldDay]:
    """Days of which the store said something, with what is counted of them. What stands in journals
    and counts elsewhere is looked for only where something differs without it: hardly a store has
    any. Call it within one snapshot."""
    held = {
        day: _hold_plain(evidence, counted[day])
        for day, evidence in days.items()
        if is_plain(evidence)
    }
    others = {day: evidence for day, evidence in days.items() if day not in held}
    if others:
        home = await came_home(await driver_of(db), others)
        held |= await _hold(db, others, counted, home, {})
    unlike = {day: days[day] for day, one in held.items() if one.uncovered or one.differs}
    if unlike:
        connection = await driver_of(db)
        journals = await counted_elsewhere(connection, _reach(unlike))
        home = await told_apart(connection, await came_home(connection, unlike), journals)
        again = {day: one for day, one in unlike.items() if _is_twice(day, one, home, journals)}
        held |= await _hold(db, again, counted, home, journals) if again else {}
    return held


def _reach(days: Mapping[StoreDay, Evidence]) -> Mapping[tuple[StoreId, Epoch], tuple[int, int]]:
    """How far what was said of them reaches, by journals."""
    found: dict[tuple[StoreId, Epoch], tuple[int, int]] = {}
    for day, evidence in days.items():
        for one in evidence.statements:
            first, last = one.manifest.first_seq, one.manifest.last_seq
            before = found.get((day.store_id, one.about), (first, last))
            found[day.store_id, one.about] = min(first, before[0]), max(last, before[1])
    return found


def _is_twice(day: StoreDay, evidence: Evidence, home: HomeEvents, journals: Journals) -> bool:
    """Something of the day counts elsewhere than one of its journals has it."""
    standing = (journals.get((day.store_id, one.about), ()) for one in evidence.statements)
    facts = [event.fact for events in standing for event in events]
    facts += [x.elsewhere for x in home.get(day.store_id, ()) if x.elsewhere is not None]
    return any(is_counted(fact, day.business_date) for fact in facts)


def _hold_plain(evidence: Evidence, counted: StoreAccount) -> HeldDay:
    """Of a plain day: everything that is here must be what its one account says."""
    (said,) = evidence.statements
    account = StoreAccount(said.manifest.store, said.manifest.workstations)
    return HeldDay((_compare(said, counted, NOTHING),), account, False)


async def _hold(
    db: AsyncConnection,
    days: Mapping[StoreDay, Evidence],
    counted: Mapping[StoreDay, StoreAccount],
    home: HomeEvents,
    journals: Journals,
) -> Mapping[StoreDay, HeldDay]:
    parts, asked = _Parts([], defaultdict(list), count()), {}
    for day, evidence in days.items():
        asked[day] = _ask(_Seen(day, evidence, home.get(day.store_id, ()), journals), parts)
    found = dict(await span_accounts(db, parts.spans))
    for day, of_day in asked.items():
        for part in (*of_day.own, *of_day.home):
            if part in parts.facts:
                facts = account_of(parts.facts[part], day.business_date)
                found[part] = _together(found.get(part, NOTHING), StoreAccount(*facts))
    return {
        day: _held_day(evidence, asked[day], found, counted[day]) for day, evidence in days.items()
    }


class _Seen(NamedTuple):
    """A day, what came home at its store, and what stands in journals and counts elsewhere."""

    day: StoreDay
    evidence: Evidence
    home: Sequence[Home]
    journals: Journals


class _Parts(NamedTuple):
    """Of what the parts of days are made: rows that count, and facts that count elsewhere."""

    spans: list[Span]
    facts: defaultdict[int, list[AnyFact]]
    numbers: Iterator[int]


def _ask(seen: _Seen, parts: _Parts) -> _Asked:
    """The parts of a day."""
    own, came = [], []
    for one in seen.evidence.statements:
        own.append(next(parts.numbers))
        came.append(next(parts.numbers))
        _own(seen, one, own[-1], parts)
        _home(seen.day, _within(one, seen.home), came[-1], parts)
    covered = next(parts.numbers)
    parts.spans.extend(_covered(seen, covered))
    return _Asked(tuple(own), tuple(came), covered)


def _within(one: Statement, home: Iterable[Home]) -> list[Home]:
    """What came home in the statement's epoch before it: under an id what did so first."""
    last, found = one.manifest.last_seq, dict[UUID, Home]()
    for x in home:
        if x.inside == one.about and x.seq <= last and not x.is_own:
            found.setdefault(x.event_id, x)
    return list(found.values())


def _own(seen: _Seen, one: Statement, part: int, parts: _Parts) -> None:
    """What stands in its epoch's own stream; of one that was left, with what of it came home that
    its own account reaches: a close that was carried."""
    day, last = seen.day, one.manifest.last_seq
    parts.spans.append(Span(day, one.about, 0, last, part))
    standing = seen.journals.get((day.store_id, one.about), ())
    _add(parts, part, (event.fact for event in standing if event.seq <= last))
    if one.is_home:
        beyond = (x for x in seen.home if x.epoch == one.about and x.was <= last and not x.is_here)
        _home(day, beyond, part, parts)


def _home(day: StoreDay, home: Iterable[Home], part: int, parts: _Parts) -> None:
    """Each of them once, however often it came home."""
    some = {x.hash: x for x in home}.values()
    parts.spans.extend(_places(day, (x for x in some if x.elsewhere is None), part))
    _add(parts, part, (x.elsewhere for x in some if x.elsewhere is not None))


def _add(parts: _Parts, part: int, facts: Iterable[AnyFact]) -> None:
    for fact in facts:
        parts.facts[part].append(fact)


def _places(day: StoreDay, home: Iterable[Home], part: int) -> list[Span]:
    places = {(x.epoch, x.was, x.event_id) for x in home}
    return [
        Span(day, epoch, was, was, part, event_id)
        for epoch, was, event_id in sorted(places, key=str)
    ]


def _covered(seen: _Seen, part: int) -> list[Span]:
    """Everything that somebody but head office says, and what was given up: each row once."""
    day, evidence, home = seen.day, seen.evidence, seen.home
    through: dict[Epoch, int] = {}
    came: list[Home] = []
    for one in evidence.statements:
        if one.is_comparable:
            last = one.manifest.last_seq
            through[one.about] = max(through.get(one.about, 0), last)
            came += [x for x in home if x.inside == one.about and x.seq <= last]
            if one.is_home:
                came += [x for x in home if x.epoch == one.about and x.was <= last]
    given_up = {one.epoch for one in evidence.epochs if one.given_up is not None}
    spans = [Span(day, epoch, 0, LAST_SEQ, part, None, True) for epoch in given_up]
    spans += [
        Span(day, epoch, 0, last, part) for epoch, last in through.items() if epoch not in given_up
    ]
    beyond = (x for x in came if x.counts and x.epoch not in given_up)
    return spans + _places(
        day, (x for x in beyond if not (x.is_here and x.was <= through.get(x.epoch, -1))), part
    )


def _held_day(
    evidence: Evidence, asked: _Asked, found: Mapping[int, StoreAccount], counted: StoreAccount
) -> HeldDay:
    said, declared = [], _Sum()
    declared.add(counted)
    base = _last_of_each(evidence)
    for one, own, home in zip(evidence.statements, asked.own, asked.home, strict=True):
        if not one.is_comparable:
            continue
        ours, came = found.get(own, NOTHING), found.get(home, NOTHING)
        said.append(_compare(one, ours, came))
        if one in base:
            declared.add(StoreAccount(one.manifest.store, one.manifest.workstations))
            declared.take(ours)
            declared.store.add_totals(one.manifest.recovered)
            declared.store.take_totals(came.store)
    covered = found.get(asked.covered, NOTHING).store
    uncovered = bool(differences(covered, counted.store))
    return HeldDay(tuple(said), declared.account(counted), uncovered)


def _last_of_each(evidence: Evidence) -> list[Statement]:
    """Of each epoch the statement that reaches furthest."""
    base: dict[Epoch, Statement] = {}
    for one in evidence.statements:
        held = base.get(one.about)
        if one.is_comparable and (held is None or held.manifest.last_seq <= one.manifest.last_seq):
            base[one.about] = one
    return list(base.values())


def _together(one: StoreAccount, other: StoreAccount) -> StoreAccount:
    both = _Sum()
    both.add(one)
    both.add(other)
    return both.account(one)


class _Sum:
    """An account that others are added to and taken from."""

    def __init__(self) -> None:
        self.store = Tally()
        self.workstations: defaultdict[WorkstationId, Tally] = defaultdict(Tally)

    def add(self, account: StoreAccount) -> None:
        self.store.add_totals(account.store)
        for one in account.workstations:
            self.workstations[one.workstation_id].add_totals(one.totals)

    def take(self, account: StoreAccount) -> None:
        self.store.take_totals(account.store)
        for one in account.workstations:
            self.workstations[one.workstation_id].take_totals(one.totals)

    def account(self, like: StoreAccount) -> StoreAccount:
        """As a store's."""
        names = sorted(self.workstations)
        parts = tuple(WorkstationTotals(name, self.workstations[name].totals()) for name in names)
        return StoreAccount(self.store.totals(), parts, like.epochs)


def _compare(said: Statement, ours: StoreAccount, home: StoreAccount) -> HeldStatement:
    manifest: Manifest = said.manifest
    here = {one.workstation_id: one.totals for one in ours.workstations}
    theirs = {one.workstation_id: one.totals for one in manifest.workstations}
    stations = (
        (name, differences(theirs.get(name, ZERO), here.get(name, ZERO)))
        for name in sorted({*here, *theirs})
    )
    return HeldStatement(
        said,
        differences(manifest.store, ours.store),
        tuple((name, parted) for name, parted in stations if parted),
        differences(manifest.recovered, home.store),
    )
