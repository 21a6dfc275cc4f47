"""What may be missing of a store: events that somebody says exist and that no figure counts yet.

A stated head is a claim (``ingest_batch.remember_head``), also of a box that was replaced, also in
a request that was refused; so is a workstation that was told more than its box has. A claim makes
no day red and none green: the days that its events may belong to are not proven while it stands.
It stands until those very events are counted, or a person writes them off (``TailWrittenOff``).

Which days. A store's days follow each other in its journal, and only the day that is open, or the
last one that was closed (it can be opened again), takes another event. So what follows a place
belongs to a day that is open there, to the last one that was opened or closed before it, or to a
later one. Where another journal than the one that is here is claimed (another event at a place that
is here; more than a box of the same epoch has), nobody knows where the two part: then it is the
whole epoch's days. An epoch's days begin two days before its box was enrolled, or with the first
that is known of it; where its enrolment is not known, any day. A provisional epoch goes on where it
branched off: its days begin with those of its parent there, and its box's clock counts for nothing.
A last day beyond the claim's own first arrival says nothing: a clock was wrong, and the claim's day
counts instead.

What a box keeps no more and head office has not either (a *hole*) is missing for sure: its days are
red until it came home whole, or a person gives it up.

What a box carried from an epoch that it left (recovered, from its own journal) it carried in order,
in the unit of work that left it: its last event came home here, and with it all before, be it that
other content counts under its own id.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from central.db.engine import driver_of
from central.domain.hole import hole_at, read_holes
from central.reports.streams import CARRIED, streams_of
from sync.protocol.change import Epoch, Genesis
from sync.protocol.codec import decode
from sync.protocol.facts import AlarmKind
from sync.protocol.identity import StoreId

BEFORE_ENROLMENT = timedelta(days=2)
CLAIMS_READ_MAX = 10_000
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_EVENT_TOLD = re.compile(
    r"\bevent (\d{1,18}) of epoch (\d{1,9})-([0-9a-f]{8})\b(?: \(([0-9a-f]{16})\))?"
)
"""As an edge says it in a workstation's alarm (edge/usecases/workstation/compare_head.py)."""
_WHO_WAS_TOLD = re.compile(r"^(?!it )(\S{1,64}) was told ")
"""The workstation, where the alarm is about an epoch that was left for it (branch_off.py)."""

_CLAIMS = f"""
SELECT c.store_id, c.epoch_number, c.epoch_fingerprint, max(c.seq) AS seq,
    min(c.seq) AS lowest, min(c.heard_at_ms) AS heard_at_ms
FROM claim AS c LEFT JOIN written_off AS w USING (store_id, epoch_number, epoch_fingerprint)
LEFT JOIN ({CARRIED}) AS f USING (store_id, epoch_number, epoch_fingerprint, seq, hash)
WHERE c.store_id = ANY($1) AND c.seq > coalesce(w.through, 0) AND f.store_id IS NULL
GROUP BY 1, 2, 3 ORDER BY 1, 2, 3 LIMIT $2
"""  # noqa: S608 - constants
_TOLD_MORE = """
SELECT a.store_id, a.epoch_number, a.epoch_fingerprint, a.seq, a.subject, a.detail,
    coalesce(w.through, 0) AS given_up
FROM store_alarm AS a LEFT JOIN written_off AS w USING (store_id, epoch_number, epoch_fingerprint)
LEFT JOIN alarm_clearing AS x ON x.store_id = a.store_id AND x.alarm_id = a.alarm_id
WHERE a.store_id = ANY($1) AND a.kind = $3 AND x.alarm_id IS NULL
ORDER BY 1, 2, 3, 4 LIMIT $2
"""
_HASHES = """
SELECT r.store_id, r.epoch_number, r.epoch_fingerprint, r.seq, r.hash
FROM raw_event AS r JOIN unnest($1::uuid[], $2::int[], $3::bytea[], $4::bigint[])
    AS told (store_id, epoch_number, epoch_fingerprint, seq)
    USING (store_id, epoch_number, epoch_fingerprint, seq)
JOIN stream AS s USING (store_id, epoch_number, epoch_fingerprint)
WHERE r.seq <= s.watermark
"""
_COME_HOME = """
SELECT count(*) FROM raw_event
WHERE store_id = $1 AND epoch_number = $2 AND epoch_fingerprint = $3 AND seq > $4 AND seq <= $5
"""
_DAYS = """
SELECT d.store_id, d.epoch_number, d.epoch_fingerprint, d.business_date, d.opened_seq,
    d.closed_seq, d.reopened_seq
FROM business_day AS d
JOIN unnest($1::uuid[], $2::int[], $3::bytea[]) AS wanted (store_id, number, fingerprint)
    ON d.store_id = wanted.store_id AND d.epoch_number = wanted.number
    AND d.epoch_fingerprint = wanted.fingerprint
"""


class OpenClaim(NamedTuple):
    """``first_day``: the first one that it may touch, None for every day. ``through``: what a
    person would write off. ``said``: in words. ``arrived``: it is here, and not counted yet.
    ``pruned``: its box keeps it no more; it touches no day from ``before`` on."""

    epoch: Epoch
    through: int
    first_day: date | None
    said: str
    arrived: bool = False
    pruned: bool = False
    before: date | None = None

    def touches(self, business_date: date) -> bool:
        """An event of this day may be missing."""
        if self.before is not None and business_date >= self.before:
            return False
        return self.first_day is None or business_date >= self.first_day


class DayPlaces(NamedTuple):
    """Where a day was opened, closed and opened again in its epoch."""

    business_date: date
    opened_seq: int | None
    closed_seq: int | None
    reopened_seq: int | None = None


class _Found(NamedTuple):
    """A claim before its days are known: its events come after the place ``after`` of the epoch
    ``days_of``; a person would write off ``through`` of ``epoch``."""

    store_id: StoreId
    epoch: Epoch
    after: int
    through: int
    heard_at_ms: int | None
    said: str
    days_of: Epoch
    arrived: bool = False
    pruned: bool = False


def first_day_after(days: Iterable[DayPlaces], after: int) -> date | None:
    """The earliest day that events beyond a place can belong to; None: no day is known there."""
    known = [day for day in days if _last_place(day, after)]
    if not known:
        return None
    unclosed = [day.business_date for day in known if (day.closed_seq or after + 1) > after]
    newest = max(known, key=lambda day: _last_place(day, after))
    return min([newest.business_date, *unclosed])


def _last_place(day: DayPlaces, after: int) -> int:
    """Of the day's own events at or before a place, the last; 0: none."""
    places = (day.opened_seq, day.closed_seq, day.reopened_seq)
    return max((place for place in places if place is not None and place <= after), default=0)


async def open_claims(
    db: AsyncConnection, store_ids: Sequence[UUID], streams: Sequence[Any] | None = None
) -> Mapping[StoreId, tuple[OpenClaim, ...]]:
    """Of each store what may be missing; stores without a claim are absent. ``streams``: the
    stores' (``streams_of``), where they were read."""
    connection = await driver_of(db)
    arguments = (list(store_ids), CLAIMS_READ_MAX)
    if streams is None:
        streams = await streams_of(db, store_ids)
    claims = await connection.fetch(_CLAIMS, *arguments)
    told = await connection.fetch(_TOLD_MORE, *arguments, AlarmKind.WORKSTATION_AHEAD.value)
    known = {_name(row): row for row in streams}
    here = await _told_and_here(connection, told)
    of_tills = (_of_a_workstation(row, known) for row in told if row["detail"] not in here)
    found = [*_of_boxes(streams, claims), *(one for one in of_tills if one is not None)]
    found += await _of_holes(connection, streams)
    if not found:
        return {}
    lines = {one: tuple(_line(one, known)) for one in found}
    days = await _days(connection, lines)
    by_store: dict[StoreId, tuple[OpenClaim, ...]] = {}
    for one in found:
        first = _first_day(one, lines[one], days, known)
        before = _opened_behind(days.get((one.store_id, one.epoch), ()), one)
        sort = (one.arrived, one.pruned, before)
        claim = OpenClaim(one.epoch, one.through, first, one.said, *sort)
        by_store[one.store_id] = (*by_store.get(one.store_id, ()), claim)
    return by_store


def _of_boxes(streams: Sequence[Any], claims: Sequence[Any]) -> Iterable[_Found]:
    stated = {_name(row): row for row in claims}
    for row in streams:
        yield from _of_a_stream(row, stated.pop(_name(row), None))
    for (store_id, epoch), claim in stated.items():
        seq, heard = claim["seq"], claim["heard_at_ms"]
        said = (
            f"A box says that it holds {_events(seq)} of epoch {epoch}, which head office never"
            " issued."
        )
        yield _Found(store_id, epoch, 0, seq, heard, said, epoch)


def _of_a_stream(row: Any, claim: Any) -> Iterable[_Found]:
    """What is claimed beyond what is here; other events at places that are here; what is here and
    not counted yet."""
    store_id, epoch = _name(row)
    held, applied = row["watermark"], row["applied_through"]
    heard_ms = claim["heard_at_ms"] if claim else row["last_contact_ms"]

    def found(after: int, through: int, said: str) -> _Found:
        return _Found(store_id, epoch, after, through, heard_ms, said, epoch)

    name = str(epoch) if row["provisional"] else str(epoch.number)

    highest = max(row["sender_seq"], claim["seq"] if claim else 0)
    if highest > max(held, row["through"]):
        more = _events(highest - held, more=True)
        yield found(held, highest, f"A box of epoch {name} says it holds {more}.")
    in_hole = claim and hole_at(read_holes(row["holes"]), claim["lowest"])
    if claim and claim["lowest"] <= held and not in_hole:
        seq = claim["lowest"]
        said = f"A box of epoch {name} says it holds another event {seq} than the one that is here."
        yield found(0, max(seq, min(claim["seq"], held)), said)
    if applied < held:
        said = f"{_events(held - applied)} of epoch {name} arrived and are not counted yet."
        yield found(applied, held, said)._replace(arrived=True)


async def _of_holes(connection: Any, streams: Sequence[Any]) -> list[_Found]:
    """What a box keeps no more, and nobody has brought whole or given up."""
    holes = [
        (*_name(row), hole)
        for row in streams
        for hole in read_holes(row["holes"])
        if not hole.filled and hole.through > row["given_up"]
    ]
    found = []
    for store_id, epoch, hole in holes:
        place = (store_id, epoch.number, epoch.fingerprint, hole.after, hole.through)
        lacking = hole.size - await connection.fetchval(_COME_HOME, *place)
        said = (
            f"Events {hole.after + 1} to {hole.through} of epoch {epoch} are at no box any more:"
            f" {_events(lacking)} of them are not here."
        )
        where = (hole.after, hole.through, None, said, epoch)
        found.append(_Found(store_id, epoch, *where, pruned=True))
    return found


def _opened_behind(days: Iterable[DayPlaces], one: _Found) -> date | None:
    """Where a hole's end is known, so is the first day that was opened behind it; days follow each
    other."""
    if not one.pruned:
        return None
    opened = (day for day in days if day.opened_seq is not None and day.opened_seq > one.through)
    return min((day.business_date for day in opened), default=None)


async def _told_and_here(connection: Any, told: Sequence[Any]) -> frozenset[str]:
    """Of what alarms say that workstations were told, the details whose event, by its hash, is
    here: in its chain through the watermark, and so with all before it."""
    wanted: dict[tuple[Any, ...], tuple[str, str]] = {}
    for row in told:
        found = _EVENT_TOLD.search(row["detail"])
        if found and found[4]:
            place = (row["store_id"], int(found[2]), bytes.fromhex(found[3]), int(found[1]))
            wanted[place] = (found[4], row["detail"])
    if not wanted:
        return frozenset()
    held = await connection.fetch(_HASHES, *map(list, zip(*wanted, strict=True)))
    said = ((wanted[tuple(row)[:4]], row["hash"]) for row in held)
    return frozenset(detail for (begins, detail), hash_ in said if hash_.hex().startswith(begins))


def _of_a_workstation(row: Any, known: Mapping[tuple[StoreId, Epoch], Any]) -> _Found | None:
    """What it was told may be of the box before this one: then it is claimed of that epoch, and
    follows what is held of it, unless it stands where another event is held. None where that was
    given up: a tail that is written off takes no alarm with it that tells of more than the tail."""
    store_id, epoch = _name(row)
    told = _EVENT_TOLD.search(row["detail"])
    days_of = Epoch(int(told[2]), bytes.fromhex(told[3])) if told else epoch
    through = max(row["seq"], int(told[1]) if told and days_of == epoch else 0)
    if through <= row["given_up"]:
        return None
    stream = known.get((store_id, days_of))
    if told and days_of != epoch and stream is not None:
        epoch, through = days_of, int(told[1])
        if through <= stream["given_up"]:
            return None
    held = stream["watermark"] if stream else 0
    named = _WHO_WAS_TOLD.match(row["detail"])
    who = named[1] if named else row["subject"]
    after = held if told and days_of != _name(row)[1] and int(told[1]) > held else 0
    said = f"Workstation {who} knows of more than its box: {row['detail']}."
    if told and int(told[1]) > held:
        more = _events(int(told[1]) - held, more=True)
        said = f"Workstation {who} knows of {more} of epoch {days_of} than are here."
    elif told:
        seq = int(told[1])
        said = (
            f"Workstation {who} knows another event {seq} of epoch {days_of} than the"
            " one that is here."
        )
    return _Found(store_id, epoch, after, through, None, said, days_of)


def _line(one: _Found, known: Mapping[tuple[StoreId, Epoch], Any]) -> Iterable[tuple[Epoch, int]]:
    """The place that a claim follows, and those before it, back to an epoch that was issued."""
    epoch, after = one.days_of, one.after
    yield epoch, after
    for _ in known:
        stream = known.get((one.store_id, epoch))
        if stream is None or not stream["provisional"]:
            return
        genesis = decode(Genesis, stream["genesis"])
        if genesis.parent is None:
            return
        epoch, after = genesis.parent, genesis.parent_watermark
        yield epoch, after


def _events(count: int, *, more: bool = False) -> str:
    word = "more event" if more else "event"
    return f"1 {word}" if count == 1 else f"{count:,} {word}s"


async def _days(
    connection: Any, lines: Mapping[_Found, Iterable[tuple[Epoch, int]]]
) -> Mapping[tuple[StoreId, Epoch], list[DayPlaces]]:
    epochs = {(one.store_id, epoch) for one, line in lines.items() for epoch, _ in line}
    places = [(store_id, epoch.number, epoch.fingerprint) for store_id, epoch in epochs]
    by_epoch: dict[tuple[StoreId, Epoch], list[DayPlaces]] = {}
    for row in await connection.fetch(_DAYS, *map(list, zip(*places, strict=True))):
        by_epoch.setdefault(_name(row), []).append(DayPlaces(*row[3:]))
    return by_epoch


def _first_day(
    one: _Found,
    line: Sequence[tuple[Epoch, int]],
    days: Mapping[tuple[StoreId, Epoch], Sequence[DayPlaces]],
    known: Mapping[tuple[StoreId, Epoch], Any],
) -> date | None:
    places = [(days.get((one.store_id, epoch), ()), after) for epoch, after in line]
    firsts = (first_day_after(of_epoch, after) for of_epoch, after in places)
    first = next((day for day in firsts if day is not None), None)
    if first is None:
        root = known.get((one.store_id, line[-1][0]))
        if root is None or not root["genesis"] or root["provisional"]:
            return None
        begun = _day_of(decode(Genesis, root["genesis"]).issued_at_ms) - BEFORE_ENROLMENT
        return min([begun, *(day.business_date for of_epoch, _ in places for day in of_epoch)])
    if one.heard_at_ms is None:
        return first
    heard = _day_of(one.heard_at_ms)
    return first if first <= heard + timedelta(days=1) else heard - timedelta(days=1)


def _day_of(instant_ms: int) -> date:
    return (_EPOCH + timedelta(milliseconds=instant_ms)).date()


def _name(row: Any) -> tuple[StoreId, Epoch]:
    """Whose epoch a row is about: its first three columns."""
    return StoreId(row[0]), Epoch(row[1], row[2])
