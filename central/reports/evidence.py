"""What verdicts on days are made of, asked for all of them in one set of statements.

How many statements there are does not depend on how many days are asked about, or stores. Nothing
here is counted: that is ``totals``.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any, NamedTuple

import msgspec
from sqlalchemy.ext.asyncio import AsyncConnection

from central.archive.postgres import plain_uuid
from central.db.engine import driver_of
from sync.protocol.change import Epoch
from sync.protocol.codec import decode
from sync.protocol.identity import StoreId
from sync.protocol.manifest import Manifest

QUARANTINED_NAMED_MAX = 100
"""Of a day."""

_ASKED = """JOIN unnest($1::uuid[], $2::date[]) AS asked (store_id, business_date)
    USING (store_id"""
_STREAMS = """
SELECT store_id, epoch_number, epoch_fingerprint, s.alarm, s.state = 'written_off' AS is_off,
    c.reason, c.decided_by, c.unheard, s.watermark, s.last_contact_ms
FROM stream AS s LEFT JOIN tail_closed AS c USING (store_id, epoch_number, epoch_fingerprint)
WHERE store_id = ANY($1) ORDER BY 1, 2, 3
"""
_DAYS = f"""
SELECT store_id, business_date, d.epoch_number, d.epoch_fingerprint, d.manifest
FROM business_day AS d {_ASKED}, business_date)
ORDER BY 1, 2, 3, 4
"""  # noqa: S608  texts of ours
_HASHES = """
SELECT store_id, epoch_number, epoch_fingerprint, seq, r.hash
FROM raw_event AS r JOIN unnest($1::uuid[], $2::int[], $3::bytea[], $4::bigint[])
    AS closed (store_id, epoch_number, epoch_fingerprint, seq)
    USING (store_id, epoch_number, epoch_fingerprint, seq)
"""
_WITH_RECEIPTS = """
SELECT DISTINCT store_id, business_date, epoch_number, epoch_fingerprint
FROM sale AS s JOIN unnest($1::uuid[], $2::date[], $3::int[], $4::bytea[])
    AS unknown (store_id, business_date, epoch_number, epoch_fingerprint)
    USING (store_id, business_date, epoch_number, epoch_fingerprint)
"""
# Within a day's own events, or between days: then of the one that was closed last before it, of
# the one that was opened next after it, or of one in between that nobody knows of. Each event is
# held against its epoch's days by a join, for a subquery that runs again for each row stays within
# one machine.
_WITHIN = "q.seq >= d.opened_seq AND q.seq <= coalesce(d.closed_seq, q.seq)"
_SET_ASIDE = f"""
SELECT store_id, business_date, epoch_number, epoch_fingerprint, seq, state, error, kind FROM (
    SELECT store_id, asked.business_date, epoch_number, epoch_fingerprint, q.seq, q.state, q.error,
        row_number() OVER (PARTITION BY store_id, asked.business_date
            ORDER BY epoch_number, epoch_fingerprint, q.seq) AS place
    FROM quarantine AS q {_ASKED})
    LEFT JOIN business_day AS d USING (store_id, epoch_number, epoch_fingerprint)
    GROUP BY store_id, asked.business_date, epoch_number, epoch_fingerprint, q.seq, q.state, q.error
    HAVING CASE WHEN coalesce(bool_or({_WITHIN}), false)
        THEN bool_or({_WITHIN} AND d.business_date = asked.business_date)
        ELSE coalesce(bool_and(
            (d.closed_seq < q.seq AND d.business_date > asked.business_date
            OR d.opened_seq > q.seq AND d.business_date < asked.business_date) IS NOT TRUE
        ), true) END
) AS named JOIN raw_event USING (store_id, epoch_number, epoch_fingerprint, seq)
WHERE place <= $3 ORDER BY 1, 2, 3, 4, 5
"""  # noqa: S608  texts of ours
_SETTLED = f"""
SELECT store_id, business_date, s.settled_at_ms FROM day_standing AS s {_ASKED}, business_date)
WHERE s.settled_at_ms IS NOT NULL
"""  # noqa: S608  texts of ours


class StoreDay(NamedTuple):
    """A store's business date."""

    store_id: StoreId
    business_date: date


class SetAside(msgspec.Struct, frozen=True):
    """An event of the day that is in quarantine."""

    epoch: str
    seq: int
    kind: str
    state: str
    error: str


class GivenUp(msgspec.Struct, frozen=True):
    """An epoch that a person closed without its box's word; ``unheard``: workstations that may hold
    something of it still, by their ids."""

    epoch: str
    reason: str
    decided_by: str
    unheard: str


class LastHeard(msgspec.Struct, frozen=True):
    """When a box of the store was last heard, in milliseconds UTC, and through which event of its
    epoch everything is here."""

    at_ms: int
    epoch: str
    through: int


class EpochDay(NamedTuple):
    """An epoch's part of a day. ``manifest``: None while it is not closed; ``is_held``: head office
    holds the very event that it was closed with. ``alarm``: what the stream stands under.
    ``given_up``: nothing more of it is waited for, and what is here of it counts as it is."""

    epoch: Epoch
    alarm: str | None
    manifest: Manifest | None
    is_held: bool
    given_up: GivenUp | None = None


class Evidence(NamedTuple):
    """``unopened``: epochs that brought receipts of the day, and nothing else of it. ``heard``: the
    newest contact with the store."""

    epochs: tuple[EpochDay, ...] = ()
    unopened: tuple[Epoch, ...] = ()
    set_aside: tuple[SetAside, ...] = ()
    heard: LastHeard | None = None

    @property
    def given_up(self) -> tuple[EpochDay, ...]:
        """Parts that no manifest stands for, and none is waited for."""
        return tuple(one for one in self.epochs if one.manifest is None and one.given_up)


class _Standing(NamedTuple):
    """What is known of an epoch beside its days."""

    alarm: str | None
    given_up: GivenUp | None


async def gather_evidence(
    db: AsyncConnection, asked: Sequence[StoreDay]
) -> Mapping[StoreDay, Evidence]:
    """Of every day that is asked about. Call it within one snapshot."""
    connection = await driver_of(db)
    days = columns(asked)
    streams = await connection.fetch(_STREAMS, list(set(days[0])))
    known, heard = {_place(row): _standing(row) for row in streams}, _heard(streams)
    closed = [row for row in await connection.fetch(_DAYS, *days) if _epoch_of(row) in known]
    epochs = await _epochs(connection, closed, known)
    unopened = await _unopened(connection, asked, epochs, known)
    for day, names in unopened.items():
        for epoch in names:
            alarm, given_up = known[day.store_id, epoch]
            if given_up is not None:
                part = EpochDay(epoch, alarm, None, False, given_up)
                epochs.setdefault(day, []).append(part)
        unopened[day] = [one for one in names if known[day.store_id, one].given_up is None]
    set_aside = await _set_aside(connection, days)
    return {
        day: Evidence(
            tuple(epochs.get(day, ())),
            tuple(unopened.get(day, ())),
            tuple(set_aside.get(day, ())),
            heard.get(day.store_id),
        )
        for day in asked
    }


async def settled_days(db: AsyncConnection, asked: Sequence[StoreDay]) -> Mapping[StoreDay, int]:
    """Those that were counted and found proven, and of which nothing arrived since: when that was,
    in milliseconds UTC."""
    rows = await (await driver_of(db)).fetch(_SETTLED, *columns(asked))
    return {_day_of(row): row[2] for row in rows}


def columns(rows: Iterable[Sequence[Any]]) -> tuple[list[Any], list[Any]]:
    """Of stores and dates, as statements take them."""
    return [row[0] for row in rows], [row[1] for row in rows]


async def _epochs(
    connection: Any, closed: Sequence[Any], known: Mapping[tuple[StoreId, Epoch], _Standing]
) -> dict[StoreDay, list[EpochDay]]:
    manifests = [decode(Manifest, row[4]) if row[4] is not None else None for row in closed]
    wanted = [
        (row[0], row[2], row[3], manifest.last_seq)
        for row, manifest in zip(closed, manifests, strict=True)
        if manifest is not None
    ]
    found = await connection.fetch(_HASHES, *_transposed(wanted, 4)) if wanted else ()
    hashes = {tuple(row)[:4]: row[4] for row in found}
    epochs: dict[StoreDay, list[EpochDay]] = {}
    for row, manifest in zip(closed, manifests, strict=True):
        place = _epoch_of(row)
        is_held = (
            manifest is not None
            and hashes.get((row[0], row[2], row[3], manifest.last_seq)) == manifest.head_hash
        )
        alarm, given_up = known[place]
        part = EpochDay(place[1], alarm, manifest, is_held, given_up)
        epochs.setdefault(_day_of(row), []).append(part)
    return epochs


async def _unopened(
    connection: Any,
    asked: Iterable[StoreDay],
    epochs: Mapping[StoreDay, Sequence[EpochDay]],
    streams: Iterable[tuple[StoreId, Epoch]],
) -> dict[StoreDay, list[Epoch]]:
    """Looked for among the epochs that no day is known of: a store has few."""
    of_stores: dict[StoreId, list[Epoch]] = {}
    for store_id, epoch in streams:
        of_stores.setdefault(store_id, []).append(epoch)
    unknown = [
        (*day, epoch.number, epoch.fingerprint)
        for day in asked
        for epoch in of_stores.get(day.store_id, ())
        if all(epoch != one.epoch for one in epochs.get(day, ()))
    ]
    found = await connection.fetch(_WITH_RECEIPTS, *_transposed(unknown, 4)) if unknown else ()
    by_day: dict[StoreDay, list[Epoch]] = {}
    for row in sorted(map(tuple, found), key=lambda row: row[2:]):
        by_day.setdefault(_day_of(row), []).append(Epoch(row[2], row[3]))
    return by_day


async def _set_aside(
    connection: Any, days: tuple[list[Any], list[Any]]
) -> Mapping[StoreDay, list[SetAside]]:
    by_day: dict[StoreDay, list[SetAside]] = {}
    for row in await connection.fetch(_SET_ASIDE, *days, QUARANTINED_NAMED_MAX):
        event = (row["seq"], row["kind"], row["state"], row["error"])
        named = SetAside(str(_epoch_of(row)[1]), *event)
        by_day.setdefault(_day_of(row), []).append(named)
    return by_day


def _heard(streams: Iterable[Any]) -> Mapping[StoreId, LastHeard]:
    """Of each store the newest contact."""
    newest: dict[StoreId, LastHeard] = {}
    for row in streams:
        (store_id, epoch), at_ms = _place(row), row["last_contact_ms"]
        known = newest.get(store_id)
        if at_ms is not None and (known is None or known.at_ms <= at_ms):
            newest[store_id] = LastHeard(at_ms, str(epoch), row["watermark"])
    return newest


def _standing(row: Any) -> _Standing:
    if not row["is_off"]:
        return _Standing(row["alarm"], None)
    said = (row["reason"] or "", row["decided_by"] or "", row["unheard"] or "")
    return _Standing(row["alarm"], GivenUp(str(Epoch(row[1], row[2])), *said))


def _transposed(rows: Sequence[Sequence[Any]], width: int) -> list[list[Any]]:
    return [[row[at] for row in rows] for at in range(width)]


def _day_of(row: Any) -> StoreDay:
    """Of a row that begins with it."""
    return StoreDay(StoreId(plain_uuid(row[0])), row[1])


def _epoch_of(row: Any) -> tuple[StoreId, Epoch]:
    """Of a row that begins with a day, and goes on with its epoch."""
    return StoreId(plain_uuid(row[0])), Epoch(row[2], row[3])


def _place(row: Any) -> tuple[StoreId, Epoch]:
    return StoreId(plain_uuid(row[0])), Epoch(row[1], row[2])
