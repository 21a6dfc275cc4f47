"""What verdicts on days are made of, asked for all of them in one set of statements.

How many statements there are does not depend on how many days are asked about, or stores. Nothing
here is counted: that is ``totals``.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import msgspec
from sqlalchemy.ext.asyncio import AsyncConnection

from central.db.engine import driver_of
from central.reports.statements import DAYS, Known, Statement, statements_of, streams_known
from central.reports.store_day import StoreDay, columns, day_of, epoch_of_day
from sync.protocol.change import Epoch
from sync.protocol.identity import StoreId

QUARANTINED_NAMED_MAX = 100
"""Of a day."""

_ASKED = """JOIN unnest($1::uuid[], $2::date[]) AS asked (store_id, business_date)
    USING (store_id"""
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
    """An epoch's part of a day. ``closing``: what its close or its end says, None while it has
    none. ``alarm``: what the stream stands under. ``given_up``: nothing more of it is waited for,
    and what is here of it counts as it is. ``goes_on``: the epochs that its own box went on in, one
    after the other: they say what they hold of this one, and close its day."""

    epoch: Epoch
    alarm: str | None
    closing: Statement | None
    given_up: GivenUp | None = None
    goes_on: tuple[Epoch, ...] = ()


class Evidence(NamedTuple):
    """``epochs``: those that a day is known of, and those that were given up or left and brought
    receipts of it; ``unopened``: others that brought receipts of the day. ``statements``: what the
    store said of it. ``heard``: the newest contact with the store."""

    epochs: tuple[EpochDay, ...] = ()
    unopened: tuple[Epoch, ...] = ()
    statements: tuple[Statement, ...] = ()
    set_aside: tuple[SetAside, ...] = ()
    heard: LastHeard | None = None

    @property
    def is_said(self) -> bool:
        """The store gave an account at no close, and nothing of the day is set aside: its rows are
        held against that, also while the day is open."""
        return not self.set_aside and any(not one.is_close for one in self.statements)

    @property
    def given_up(self) -> tuple[EpochDay, ...]:
        """Parts that no manifest stands for, and none is waited for."""
        return tuple(one for one in self.epochs if one.closing is None and one.given_up)


class _Standing(NamedTuple):
    """What is known of an epoch beside its days."""

    alarm: str | None
    given_up: GivenUp | None
    goes_on: tuple[Epoch, ...]


async def gather_evidence(
    db: AsyncConnection, asked: Sequence[StoreDay], streams: Sequence[Any]
) -> Mapping[StoreDay, Evidence]:
    """Of every day that is asked about; ``streams``: of their stores (``streams_of``). Call it
    within one snapshot."""
    connection = await driver_of(db)
    days = columns(asked)
    known, heard = streams_known(streams), _heard(streams)
    stands = {_place(row): _standing(row, known) for row in streams}
    closed = [row for row in await connection.fetch(DAYS, *days) if epoch_of_day(row) in known]
    said = await statements_of(connection, closed, days, known)
    epochs = _epochs(closed, said, stands)
    unopened = await _unopened(connection, asked, epochs, known)
    for day, names in unopened.items():
        for epoch in names:
            alarm, given_up, goes_on = stands[day.store_id, epoch]
            if given_up is not None or goes_on:
                part = EpochDay(epoch, alarm, None, given_up, goes_on)
                epochs.setdefault(day, []).append(part)
        parts = {part.epoch for part in epochs.get(day, ())}
        unopened[day] = [one for one in names if one not in parts]
    set_aside = await _set_aside(connection, days)
    return {
        day: Evidence(
            tuple(epochs.get(day, ())),
            tuple(unopened.get(day, ())),
            tuple(said.get(day, ())),
            tuple(set_aside.get(day, ())),
            heard.get(day.store_id),
        )
        for day in asked
    }


def _epochs(
    closed: Sequence[Any],
    said: Mapping[StoreDay, Sequence[Statement]],
    stands: Mapping[tuple[StoreId, Epoch], _Standing],
) -> dict[StoreDay, list[EpochDay]]:
    epochs: dict[StoreDay, list[EpochDay]] = {}
    for row in closed:
        day, (store_id, epoch) = day_of(row), epoch_of_day(row)
        of_epoch = (one for one in said.get(day, ()) if one.is_close and one.about == epoch)
        alarm, given_up, goes_on = stands[store_id, epoch]
        part = EpochDay(epoch, alarm, next(of_epoch, None), given_up, goes_on)
        epochs.setdefault(day, []).append(part)
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
        by_day.setdefault(day_of(row), []).append(Epoch(row[2], row[3]))
    return by_day


async def _set_aside(
    connection: Any, days: tuple[list[Any], list[Any]]
) -> Mapping[StoreDay, list[SetAside]]:
    by_day: dict[StoreDay, list[SetAside]] = {}
    for row in await connection.fetch(_SET_ASIDE, *days, QUARANTINED_NAMED_MAX):
        event = (row["seq"], row["kind"], row["state"], row["error"])
        named = SetAside(str(epoch_of_day(row)[1]), *event)
        by_day.setdefault(day_of(row), []).append(named)
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


def _standing(row: Any, known: Mapping[tuple[StoreId, Epoch], Known]) -> _Standing:
    store_id, epoch = _place(row)
    after = tuple(_after(store_id, epoch, known))
    if not row["is_off"]:
        return _Standing(row["alarm"], None, after)
    said = (row["reason"] or "", row["decided_by"] or "", row["unheard"] or "")
    return _Standing(row["alarm"], GivenUp(str(epoch), *said), after)


def _after(
    store_id: StoreId, epoch: Epoch, known: Mapping[tuple[StoreId, Epoch], Known]
) -> Iterator[Epoch]:
    """The epochs that were opened where it was left, and where these were."""
    left = [one.by for one in known[store_id, epoch].left]
    for _ in known:
        if not left:
            return
        found = left.pop(0)
        yield found
        left += [one.by for one in known[store_id, found].left]


def _transposed(rows: Sequence[Sequence[Any]], width: int) -> list[list[Any]]:
    return [[row[at] for row in rows] for at in range(width)]


def _place(row: Any) -> tuple[StoreId, Epoch]:
    return StoreId(row[0]), Epoch(row[1], row[2])
