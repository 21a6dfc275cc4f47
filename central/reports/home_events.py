"""What came home in a store's epochs, and what stands in one journal and counts by another arrival.

Theory. Two boxes of one disk may carry out one act, and each writes it under the act's own id: a
drawer that was open when the disk was copied is counted at both, a sale whose answer got lost is
finished at both. In the day one of the two counts, that of the lowest place; the other is set aside
and shown (``line_up``), or is the same word for word. But a journal says what stands in it, whoever
counts: its box has counted that drawer, and its manifest says so; it cannot know of the other. So
head office holds a manifest against what counts by that journal *and* what stands there and counts
*elsewhere*, the latter added up from its own bytes. Whether a person let it go since changes
nothing: it stands there still. What counts nowhere, under no arrival, is in neither.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple, TypeAlias
from uuid import UUID

from central.archive.postgres import plain_uuid
from central.projections.fact_id import FactId, fact_id
from central.reports.evidence import Evidence
from central.reports.statements import HASHES
from central.reports.store_day import StoreDay, name_of
from sync.protocol.account import WITH_FIGURES
from sync.protocol.change import Envelope, Epoch
from sync.protocol.codec import decode, decode_fact, is_known
from sync.protocol.errors import Undecodable
from sync.protocol.facts import AnyFact, EventRecovered
from sync.protocol.identity import StoreId

RECOVERED_READ_MAX = 10_000
"""Of all days that are looked at; of more nothing is covered by having come home."""
STANDING_READ_MAX = 10_000
"""Of all journals that are looked at."""

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
STANDING = """
SELECT r.store_id, r.epoch_number, r.epoch_fingerprint, r.seq, r.event_id, r.kind,
    r.kind_version, r.body
FROM raw_event AS r JOIN unnest($1::uuid[], $2::int[], $3::bytea[], $4::bigint[], $5::bigint[])
    AS asked (store_id, epoch_number, epoch_fingerprint, first_seq, last_seq)
    USING (store_id, epoch_number, epoch_fingerprint)
LEFT JOIN sale AS s ON s.store_id = r.store_id AND s.sale_id = r.event_id
    AND s.epoch_number = r.epoch_number AND s.epoch_fingerprint = r.epoch_fingerprint
    AND s.seq = r.seq
LEFT JOIN recovered_fact AS v ON v.store_id = s.store_id AND v.kind = 'retail_transaction'
    AND v.fact_id = s.sale_id
WHERE r.seq BETWEEN asked.first_seq AND asked.last_seq AND r.kind = ANY($6) AND NOT r.damaged
    AND (s.sale_id IS NULL OR v.fact_id IS NOT NULL)
ORDER BY 1, 2, 3, 4 LIMIT $7
"""
"""Events with figures that stand in these journals, but for sales that count there."""
COUNTS = """
SELECT store_id, kind, fact_id, f.epoch_number, f.epoch_fingerprint, f.seq, v.hash
FROM (
    SELECT store_id, 'retail_transaction' AS kind, sale_id AS fact_id, epoch_number,
        epoch_fingerprint, seq FROM sale
    UNION ALL
    SELECT store_id, kind, fact_id, epoch_number, epoch_fingerprint, seq FROM counted_fact
) AS f JOIN unnest($1::uuid[], $2::text[], $3::uuid[]) AS own (store_id, kind, fact_id)
    USING (store_id, kind, fact_id)
LEFT JOIN recovered_fact AS v USING (store_id, kind, fact_id)
"""
"""By which arrival these facts count: where it was written, and its hash where it came home."""
KINDS = [kind.KIND.kind for kind in WITH_FIGURES]


class Elsewhere(NamedTuple):
    """An event of a journal whose own id counts by another arrival."""

    seq: int
    event_id: UUID
    fact: AnyFact


Journals: TypeAlias = Mapping[tuple[StoreId, Epoch], Sequence[Elsewhere]]


class Home(NamedTuple):
    """An event that came home: where, what it was; ``is_here``: it stands in its own stream too;
    ``is_own``: the journal in which it came home has it as its own, this one or another of its
    id; ``counts``: it is what counts under its own id. ``elsewhere``: what it says, where another
    arrival counts under that."""

    inside: Epoch
    seq: int
    epoch: Epoch
    sent: Envelope
    hash: bytes
    is_here: bool = False
    is_own: bool = False
    counts: bool = True
    elsewhere: AnyFact | None = None

    @property
    def was(self) -> int:
        """Its sequence in the epoch that wrote it."""
        return self.sent.seq

    @property
    def event_id(self) -> UUID:
        """As it was written."""
        return self.sent.event_id


HomeEvents: TypeAlias = Mapping[StoreId, Sequence[Home]]


class _Standing(NamedTuple):
    """An event that stands in a journal's own stream, with the id that it counts under."""

    store_id: StoreId
    epoch: Epoch
    event: Elsewhere
    own: FactId


class _Counts(NamedTuple):
    """Where the arrival was written by which a fact counts; ``hash`` of what came home."""

    epoch: Epoch
    seq: int
    hash: bytes | None


async def came_home(connection: Any, days: Mapping[StoreDay, Evidence]) -> HomeEvents:
    """What came home in the epochs that say something of these days, in the order in which it
    did."""
    found: defaultdict[StoreId, list[Home]] = defaultdict(list)
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
        fact, inside = decode(EventRecovered, body), Epoch(number, fingerprint)
        home = Home(inside, seq, fact.epoch, fact.envelope, fact.hash)
        found[StoreId(plain_uuid(store))].append(home)
    held, finished = await _held(connection, found), await _finished(connection, found)
    for store_id, some in found.items():
        for at, one in enumerate(some):
            is_here = held.get((store_id, one.epoch, one.was)) == one.hash
            is_own = finished.get((store_id, one.event_id)) == one.inside
            is_own = is_own or (is_here and one.epoch == one.inside)
            some[at] = one._replace(is_here=is_here, is_own=is_own, counts=not is_own)
    return found


async def counted_elsewhere(
    connection: Any, reach: Mapping[tuple[StoreId, Epoch], tuple[int, int]]
) -> Journals:
    """What stands in journals, each from one sequence through another, and counts by another
    arrival. Journals without any are absent."""
    if not reach:
        return {}
    asked = ((place[0], *name_of(place[1]), *within) for place, within in reach.items())
    columns = [list(column) for column in zip(*asked, strict=True)]
    rows = await connection.fetch(STANDING, *columns, KINDS, STANDING_READ_MAX)
    standing = [one for one in map(_standing, rows) if one is not None]
    counts = await _counts(connection, {(one.store_id, one.own) for one in standing})
    found: defaultdict[tuple[StoreId, Epoch], list[Elsewhere]] = defaultdict(list)
    for store_id, epoch, event, own in standing:
        counted = counts.get((store_id, own))
        if counted not in (None, _Counts(epoch, event.seq, None)):
            found[store_id, epoch].append(event)
    return found


async def told_apart(connection: Any, home: HomeEvents, journals: Journals) -> HomeEvents:
    """The same that came home, knowing what stands in the journals themselves and counts elsewhere,
    and of each whether it is what counts under its own id."""
    facts = [(store_id, one, _fact_in(one.sent)) for store_id, some in home.items() for one in some]
    ids = [
        None if fact is None else (place, fact_id(fact, one.event_id)) for place, one, fact in facts
    ]
    counts = await _counts(connection, {own for own in ids if own is not None})
    own_there = {
        (*journal, event.event_id) for journal, events in journals.items() for event in events
    }
    found: defaultdict[StoreId, list[Home]] = defaultdict(list)
    for (store_id, one, fact), own in zip(facts, ids, strict=True):
        counted = None if own is None else counts.get(own)
        is_own = one.is_own or (store_id, one.inside, one.event_id) in own_there
        is_it = counted is not None and _is_counted(one, counted)
        elsewhere = None if counted is None or is_it else fact
        told = one._replace(is_own=is_own, counts=is_it, elsewhere=elsewhere)
        found[store_id].append(told)
    return found


def _is_counted(one: Home, counted: _Counts) -> bool:
    """By its own arrival, or by another of the same event."""
    if counted.hash is not None:
        return counted.hash == one.hash
    return one.is_here and (counted.epoch, counted.seq) == (one.epoch, one.was)


def _standing(row: Any) -> _Standing | None:
    """None: it says nothing that can be read."""
    store, number, fingerprint, seq, event, kind, version, body = row
    fact, event_id = _fact(kind, version, body), plain_uuid(event)
    if fact is None:
        return None
    place, own = (StoreId(plain_uuid(store)), Epoch(number, fingerprint)), fact_id(fact, event_id)
    return _Standing(*place, Elsewhere(seq, event_id, fact), own)


def _fact_in(sent: Envelope) -> AnyFact | None:
    return _fact(sent.kind, sent.kind_version, sent.body)


def _fact(kind: str, version: int, body: bytes) -> AnyFact | None:
    if kind not in KINDS or not is_known(kind, version):
        return None
    try:
        return decode_fact(kind, version, body)
    except Undecodable:
        return None


async def _counts(
    connection: Any, ids: Iterable[tuple[StoreId, FactId]]
) -> Mapping[tuple[StoreId, FactId], _Counts]:
    asked = [(store_id, *own) for store_id, own in ids]
    if not asked:
        return {}
    columns = [list(column) for column in zip(*asked, strict=True)]
    return {
        (StoreId(plain_uuid(row[0])), FactId(row[1], plain_uuid(row[2]))): _Counts(
            Epoch(row[3], row[4]), row[5], row[6]
        )
        for row in await connection.fetch(COUNTS, *columns)
    }


async def _held(connection: Any, home: HomeEvents) -> Mapping[tuple[StoreId, Epoch, int], bytes]:
    """The hashes of what stands where it came from, in the streams themselves."""
    places = {
        (store_id, *name_of(one.epoch), one.was) for store_id, some in home.items() for one in some
    }
    rows = await connection.fetch(HASHES, *(list(column) for column in zip(*places, strict=True)))
    return {(StoreId(plain_uuid(row[0])), Epoch(row[1], row[2]), row[3]): row[4] for row in rows}


async def _finished(connection: Any, home: HomeEvents) -> Mapping[tuple[StoreId, UUID], Epoch]:
    """In whose own journal what came home counts as well, under its id."""
    ids = {(store_id, one.event_id) for store_id, some in home.items() for one in some}
    rows = await connection.fetch(FINISHED, *(list(column) for column in zip(*ids, strict=True)))
    return {
        (StoreId(plain_uuid(row[0])), plain_uuid(row[1])): Epoch(row[2], row[3]) for row in rows
    }
