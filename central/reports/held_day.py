"""Every statement about a day, held against head office's own rows as of its place.

A manifest totals its own epoch's events of the day through its ``last_seq``, and apart those that
came home in that epoch, but for what its own journal has under the same id: so head office counts
the same of its rows, each known by the place that it was written at. Of one epoch there may be two
journals (a copy of the box ran beside it): what the other one has comes home like that of any
epoch, and stands apart, though its places are the same. What a day comes to is the union: a row is
*covered* by the statement about its own epoch that reaches it, or by the one of the epoch in which
it came home. So what the store says of the day is what is counted here, with each difference put
right; and rows that nothing covers are what nobody but head office says.

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
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from central.archive.postgres import plain_uuid
from central.db.engine import driver_of
from central.reports.evidence import Evidence
from central.reports.statements import HASHES, Statement
from central.reports.store_day import StoreDay, name_of
from central.reports.totals import NOTHING, Span, StoreAccount, span_accounts
from sync.protocol.change import Epoch
from sync.protocol.codec import decode
from sync.protocol.facts import EventRecovered
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

RECOVERED_READ_MAX = 10_000
"""Of all days that are looked at; of more nothing is covered by having come home."""
LAST_SEQ = (1 << 63) - 1

RECOVERED = """
SELECT store_id, epoch_number, epoch_fingerprint, seq, r.body
FROM raw_event AS r JOIN unnest($1::uuid[], $2::int[], $3::bytea[])
    AS asked (store_id, epoch_number, epoch_fingerprint)
    USING (store_id, epoch_number, epoch_fingerprint)
WHERE r.kind = 'event_recovered' AND NOT r.damaged ORDER BY 1, 2, 3, 4 LIMIT $4
"""


FINISHED = """
SELECT s.store_id, s.sale_id, s.epoch_number, s.epoch_fingerprint
FROM sale AS s JOIN unnest($1::uuid[], $2::uuid[]) AS home (store_id, sale_id)
    USING (store_id, sale_id)
LEFT JOIN recovered_fact AS v ON v.store_id = s.store_id AND v.kind = 'retail_transaction'
    AND v.fact_id = s.sale_id
WHERE v.fact_id IS NULL
"""
"""Which of these sales count by a journal's own event."""


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


class _Home(NamedTuple):
    """An event that came home: where, what it was; ``is_here``: it stands in its own stream too;
    ``is_own``: the journal in which it came home has it as its own, this one or another of its
    id."""

    inside: Epoch
    seq: int
    epoch: Epoch
    was: int
    hash: bytes
    event_id: UUID
    is_here: bool = False
    is_own: bool = False


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


def hold_plain(evidence: Evidence, counted: StoreAccount) -> HeldDay:
    """Of a plain day: everything that is here must be what its one account says."""
    (said,) = evidence.statements
    account = StoreAccount(said.manifest.store, said.manifest.workstations)
    return HeldDay((_compare(said, counted, NOTHING),), account, False)


async def hold_days(
    db: AsyncConnection, days: Mapping[StoreDay, Evidence], counted: Mapping[StoreDay, StoreAccount]
) -> Mapping[StoreDay, HeldDay]:
    """Days that are not plain, with what is counted of them. Call it within one snapshot."""
    if not days:
        return {}
    home = await _came_home(await driver_of(db), days)
    spans: list[Span] = []
    asked = {day: _ask(day, evidence, home[day.store_id], spans) for day, evidence in days.items()}
    found = await span_accounts(db, spans)
    return {
        day: _held_day(evidence, asked[day], found, counted[day]) for day, evidence in days.items()
    }


async def _came_home(
    connection: Any, days: Mapping[StoreDay, Evidence]
) -> Mapping[StoreId, list[_Home]]:
    """What came home in the epochs that say something of these days."""
    found: defaultdict[StoreId, list[_Home]] = defaultdict(list)
    epochs = {
        (day.store_id, *name_of(one.stated_in))
        for day, evidence in days.items()
        for one in evidence.statements
    }
    if not epochs:
        return found
    names = [list(column) for column in zip(*epochs, strict=True)]
    rows = await connection.fetch(RECOVERED, *names, RECOVERED_READ_MAX + 1)
    if not rows or len(rows) > RECOVERED_READ_MAX:
        return found
    for store, number, fingerprint, seq, body in rows:
        fact, store_id = decode(EventRecovered, body), StoreId(plain_uuid(store))
        was = (fact.epoch, fact.envelope.seq, fact.hash, fact.envelope.event_id)
        found[store_id].append(_Home(Epoch(number, fingerprint), seq, *was))
    held, finished = await _held(connection, found), await _finished(connection, found)
    for store_id, some in found.items():
        for at, one in enumerate(some):
            is_here = held.get((store_id, one.epoch, one.was)) == one.hash
            is_own = finished.get((store_id, one.event_id)) == one.inside
            is_own = is_own or (is_here and one.epoch == one.inside)
            some[at] = one._replace(is_here=is_here, is_own=is_own)
    return found


async def _held(
    connection: Any, home: Mapping[StoreId, Sequence[_Home]]
) -> Mapping[tuple[StoreId, Epoch, int], bytes]:
    """The hashes of what stands where it came from, in the streams themselves."""
    places = {
        (store_id, *name_of(one.epoch), one.was) for store_id, some in home.items() for one in some
    }
    rows = await connection.fetch(HASHES, *(list(column) for column in zip(*places, strict=True)))
    return {(StoreId(plain_uuid(row[0])), Epoch(row[1], row[2]), row[3]): row[4] for row in rows}


async def _finished(
    connection: Any, home: Mapping[StoreId, Sequence[_Home]]
) -> Mapping[tuple[StoreId, UUID], Epoch]:
    """In whose own journal what came home counts as well, under its id."""
    ids = {(store_id, one.event_id) for store_id, some in home.items() for one in some}
    rows = await connection.fetch(FINISHED, *(list(column) for column in zip(*ids, strict=True)))
    return {
        (StoreId(plain_uuid(row[0])), plain_uuid(row[1])): Epoch(row[2], row[3]) for row in rows
    }


def _ask(day: StoreDay, evidence: Evidence, home: Sequence[_Home], spans: list[Span]) -> _Asked:
    """The spans of a day's parts, each part numbered by what is there before."""
    first = spans[-1].part + 1 if spans else 0
    own, came = [], []
    for place, one in enumerate(evidence.statements):
        own.append(first + 2 * place)
        came.append(first + 2 * place + 1)
        spans += _own(day, one, home, own[-1])
        spans += _home(day, _within(one, home), came[-1])
    covered = first + 2 * len(evidence.statements)
    spans += _covered(day, evidence, home, covered)
    return _Asked(tuple(own), tuple(came), covered)


def _within(one: Statement, home: Iterable[_Home]) -> list[_Home]:
    """What came home in the statement's epoch before it."""
    last = one.manifest.last_seq
    return [x for x in home if x.inside == one.about and x.seq <= last and not x.is_own]


def _own(day: StoreDay, one: Statement, home: Iterable[_Home], part: int) -> list[Span]:
    """What stands in its epoch's own stream; of one that was left, with what of it came home that
    its own account reaches: a close that was carried."""
    last = one.manifest.last_seq
    beyond = [x for x in home if x.epoch == one.about and x.was <= last and not x.is_here]
    carried = _home(day, beyond, part) if one.is_home else []
    return [Span(day, one.about, 0, last, part), *carried]


def _home(day: StoreDay, home: Iterable[_Home], part: int) -> list[Span]:
    """Each of them once, however often it came home."""
    places = {(x.epoch, x.was, x.event_id) for x in home}
    return [
        Span(day, epoch, was, was, part, event_id)
        for epoch, was, event_id in sorted(places, key=str)
    ]


def _covered(day: StoreDay, evidence: Evidence, home: Sequence[_Home], part: int) -> list[Span]:
    """Everything that somebody but head office says, and what was given up: each row once."""
    through: dict[Epoch, int] = {}
    came: list[_Home] = []
    for one in evidence.statements:
        if one.is_comparable:
            through[one.about] = max(through.get(one.about, 0), one.manifest.last_seq)
            came += _within(one, home)
            if one.is_home:
                last = one.manifest.last_seq
                came += [x for x in home if x.epoch == one.about and x.was <= last]
    given_up = {one.epoch for one in evidence.epochs if one.given_up is not None}
    spans = [Span(day, epoch, 0, LAST_SEQ, part, None, True) for epoch in given_up]
    spans += [
        Span(day, epoch, 0, last, part) for epoch, last in through.items() if epoch not in given_up
    ]
    beyond = (x for x in came if x.epoch not in given_up)
    return spans + _home(
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
