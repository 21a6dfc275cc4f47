"""The board: every store of a company with where it stands and the verdict on one business date.

A page of at most STORES_MAX stores, by code, in a number of statements that does not depend on how
many they are. Each store's day is its newest one with receipts, unless a date is asked for. A day
that was found proven and of which nothing arrived since is not counted again for it, nor one that
is still open (``stand_of_days``); every other is. Every other day that is not settled
(``settle_days``), or that a claim took its proof from, stays beside it until it is. A day dated
further ahead than any zone's tomorrow is no store's newest.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy.ext.asyncio import AsyncConnection

from central.archive.postgres import plain_uuid
from central.db.engine import driver_of
from central.domain.day_state import DayState, day_state
from central.domain.day_verdict import Colour
from central.domain.signing import Signing
from central.reports.claims import OpenClaim, open_claims
from central.reports.day_cells import (
    LOOKED_AT_MAX,
    Cell,
    DateFoot,
    Known,
    StoreRow,
    add_up,
    doubted,
    feet,
    known_days,
    missing_cell,
    seen_cell,
    unsure_days,
)
from central.reports.differing_receipts import (
    DifferingReceipts,
    differing_receipts,
)
from central.reports.reconciled_day import ReconciledDay
from central.reports.reconciliation import stand_of_days
from central.reports.signings import last_signings
from central.reports.store_day import StoreDay
from sync.protocol.figures import owed_minor
from sync.protocol.identity import CompanyId, StoreId

STORES_MAX = 100
DAYS_MAX = 14
DAYS_SHOWN = 7
DAYS_SHOWN_MAX = 31
"""Business dates side by side."""
TRACED_STORES_MAX = 3
TRACED_RECEIPTS_MAX = 2_000
"""Of so many stores that differ the receipts are looked for, where the day has no more receipts: a
board is asked for every few seconds. A day's own page looks for all."""
UNRESOLVED_MAX = 30
"""Days beside the newest ones that a page counts anew; of more it says how many."""
NEWEST_WITHIN = (timedelta(days=4), timedelta(days=31))
"""Where a store's newest day is looked for first, then, and at last among all."""
FURTHEST_ZONE = timedelta(hours=14)
"""No zone is further ahead of UTC."""

_STORES = """
SELECT store_id, code, name, zone FROM store WHERE company_id = $1 AND code > $2 AND NOT retired
ORDER BY code LIMIT $3
"""
_STANDINGS = """
SELECT store_id, max(last_contact_ms), sum(greatest(sender_seq - watermark, 0))::bigint,
    sum(watermark - applied_through)::bigint, count(alarm), true
FROM stream WHERE store_id = ANY($1) GROUP BY 1
"""
_NEWEST = """
SELECT store_id, max(business_date) FROM day_total
WHERE store_id = ANY($1) AND figure = 'transactions' AND amount > 0
    AND business_date BETWEEN $2 AND $3
GROUP BY store_id
"""
_UNSETTLED = """
SELECT store_id, business_date FROM day_standing
WHERE store_id = ANY($1) AND settled_at_ms IS NULL
ORDER BY business_date DESC, store_id LIMIT $2
"""
UNSETTLED_READ_MAX = 10_000
_DAYS_FROM = """
SELECT d.store_id, d.business_date FROM day_standing AS d
JOIN unnest($1::uuid[], $2::date[]) AS claimed (store_id, first_day)
    ON d.store_id = claimed.store_id AND d.business_date >= claimed.first_day
ORDER BY d.business_date DESC, d.store_id LIMIT $3
"""

_DAYS = """
SELECT DISTINCT business_date FROM day_total
WHERE store_id = $1 AND ($2::date IS NULL OR business_date < $2)
ORDER BY business_date DESC LIMIT $3
"""


class Standing(NamedTuple):
    """``behind``: events that the box holds and head office does not; ``unapplied``: here, but not
    yet in the figures; ``alarms``: epochs under one. ``enrolled``: a box speaks for the store."""

    last_contact_ms: int | None = None
    behind: int = 0
    unapplied: int = 0
    alarms: int = 0
    enrolled: bool = False


class BoardLine(NamedTuple):
    """A store. ``day`` is None where no receipt ever came and no date was asked for. ``found``:
    which receipts differ, where that was looked for. ``ahead``: the day lies in the future.
    ``state``: how the day stands, with what was signed."""

    code: str
    name: str
    zone: str
    standing: Standing
    day: ReconciledDay | None
    found: DifferingReceipts | None = None
    ahead: bool = False
    state: DayState | None = None

    @property
    def is_open(self) -> bool:
        """It is still to be settled: nobody has proven it, or it was never to be."""
        return self.ahead or self.state is None or not self.state.is_proven

    @property
    def store_minor(self) -> int | None:
        """The store's total, None where it is not known."""
        return declared_total(self.day)

    @property
    def central_minor(self) -> int:
        """Head office's total."""
        return owed_minor(self.day.central) if self.day else 0

    @property
    def difference_minor(self) -> int | None:
        """Head office less store."""
        said = self.store_minor
        return None if said is None else self.central_minor - said


class DateSum(NamedTuple):
    """What the stores of one business date add up to; None where one of them is not known."""

    business_date: date
    stores: int
    store_minor: int | None
    central_minor: int

    @property
    def difference_minor(self) -> int | None:
        """Head office less stores."""
        return None if self.store_minor is None else self.central_minor - self.store_minor


class Board(NamedTuple):
    """``after``: the code of the last store where more follow. ``unresolved``: days beside those of
    ``lines`` that are not proven, the latest first; ``more_unresolved`` were not looked at.
    ``dates``: of ``rows``, whose stores stand with the worst first; ``feet``: their sums."""

    lines: tuple[BoardLine, ...]
    after: str | None
    unresolved: tuple[BoardLine, ...] = ()
    more_unresolved: int = 0
    dates: tuple[date, ...] = ()
    rows: tuple[StoreRow, ...] = ()
    feet: tuple[DateFoot, ...] = ()

    @property
    def sums(self) -> tuple[DateSum, ...]:
        """Of each date that a line is of, the latest first: two dates add up to nothing."""
        dates = sorted({line.day.business_date for line in self.lines if line.day}, reverse=True)
        return tuple(self._sum(each) for each in dates)

    def _sum(self, business_date: date) -> DateSum:
        lines = [
            line for line in self.lines if line.day and line.day.business_date == business_date
        ]
        known = [line.store_minor for line in lines if line.store_minor is not None]
        said = sum(known) if len(known) == len(lines) else None
        return DateSum(business_date, len(lines), said, sum(line.central_minor for line in lines))


class _Store(NamedTuple):
    """A store on the page. Its id is the driver's: thousands of days are looked up by it, and that
    one is quicker to hash."""

    store_id: StoreId
    code: str
    name: str
    zone: str


def declared_total(day: ReconciledDay | None) -> int | None:
    """What the store says of a day that it has closed."""
    return None if day is None or day.declared is None else owed_minor(day.declared)


async def board(
    db: AsyncConnection,
    company_id: CompanyId,
    business_date: date | None,
    after: str = "",
    *,
    now_ms: int,
    days: int = DAYS_SHOWN,
) -> Board:
    """One page of the board, after a store's code; ``days``: how many dates stand side by side.
    Call it within one snapshot."""
    connection = await driver_of(db)
    rows = await connection.fetch(_STORES, company_id, after, STORES_MAX + 1)
    stores = {StoreId(row[0]): _Store(*row) for row in rows[:STORES_MAX]}
    ids, latest = list(stores), latest_date(now_ms)
    claims = await open_claims(db, ids)
    newest, others = await _newest_and_open(connection, ids, business_date, latest, claims)
    beside = others[:UNRESOLVED_MAX]
    standings, listed = await _standings(connection, ids), (*newest, *beside)
    last = business_date or max((day.business_date for day in newest), default=latest)
    dates = tuple(last - timedelta(days=back) for back in range(days))
    known = await known_days(db, ids, dates[-1], last)
    alarmed = frozenset(store_id for store_id, one in standings.items() if one.alarms)
    doubts = doubted(known, claims, alarmed)
    unsure = await unsure_days(db, ids, dates[-1], last)
    seen = await _look(db, listed, doubts | unsure, claims, now_ms)
    known = await add_up(db, known, seen.days)
    traced = await _traced(db, {day: seen.days[day] for day in listed})
    dated = {day.store_id: day for day in newest}

    def line(store_id: StoreId, asked: StoreDay | None) -> BoardLine:
        standing = standings.get(store_id, Standing())
        return _line(stores[store_id], standing, asked, latest, seen, traced)

    lines = tuple(line(store_id, dated.get(store_id)) for store_id in ids)
    unresolved = tuple(one for one in (line(day.store_id, day) for day in beside) if one.is_open)
    after_last = lines[-1].code if rows[STORES_MAX:] else None
    in_rows = _store_rows(stores.values(), dates, known, doubts, seen, standings)
    more = len(others) - len(beside)
    return Board(lines, after_last, unresolved, more, dates, in_rows, feet(dates, in_rows))


class _Seen(NamedTuple):
    """Days that were looked at, with the newest signatures."""

    days: Mapping[StoreDay, ReconciledDay]
    signings: Mapping[StoreDay, Signing]

    def cells(self) -> Mapping[StoreId, Mapping[date, Cell]]:
        """As they stand on the board."""
        found: defaultdict[StoreId, dict[date, Cell]] = defaultdict(dict)
        for (store_id, on), day in self.days.items():
            found[store_id][on] = seen_cell(on, day, self.signings.get(StoreDay(store_id, on)))
        return found


def _line(
    store: _Store,
    standing: Standing,
    asked: StoreDay | None,
    latest: date,
    seen: _Seen,
    traced: Mapping[StoreDay, DifferingReceipts],
) -> BoardLine:
    """A store's day, with the receipts that differ where they were looked for."""
    if asked is None:
        return BoardLine(*store[1:], standing, None)
    ahead, day = asked.business_date > latest, seen.days[asked]
    state = day_state(day.verdict, seen.signings.get(asked), day.central)
    return BoardLine(*store[1:], standing, day, traced.get(asked), ahead, state)


async def _look(
    db: AsyncConnection,
    listed: Sequence[StoreDay],
    wanted: Iterable[StoreDay],
    claims: Mapping[StoreId, Sequence[OpenClaim]],
    now_ms: int,
) -> _Seen:
    """At those that are ``listed``, and at the latest of those that are ``wanted``."""
    more = sorted(wanted, key=lambda day: (-day.business_date.toordinal(), day.store_id))
    looked_at = list(dict.fromkeys([*listed, *more[:LOOKED_AT_MAX]]))
    signings = await last_signings(db, looked_at)
    stands = await stand_of_days(db, looked_at, claims)
    days = {StoreDay(day.store_id, day.business_date): day.as_of(now_ms) for day in stands}
    return _Seen(days, signings)


def _store_rows(
    stores: Collection[_Store],
    dates: Sequence[date],
    known: Known,
    doubts: frozenset[StoreDay],
    seen: _Seen,
    standings: Mapping[StoreId, Standing],
) -> tuple[StoreRow, ...]:
    """The worst first."""
    rows, looked_at, unseen = [], seen.cells(), doubts.difference(seen.days)
    for store_id, code, name, _ in stores:
        standing = standings.get(store_id, Standing())
        heard_ms, enrolled = standing.last_contact_ms, standing.enrolled
        days, found = known[store_id], looked_at.get(store_id, {})
        cells = []
        for on in dates:
            one = days.get(on)
            if one is None:
                one = missing_cell(on, heard_ms, enrolled=enrolled)
            elif on in found:
                one = found[on]
            elif unseen and StoreDay(store_id, on) in unseen:
                one = one._replace(state=DayState.RECEIVED)
            cells.append(one)
        rows.append(StoreRow(code, name, heard_ms, tuple(cells)))
    return tuple(sorted(rows, key=lambda row: (row.rank, row.code)))


async def _newest_and_open(
    connection: Any,
    ids: Sequence[StoreId],
    business_date: date | None,
    latest: date,
    claims: Mapping[StoreId, Iterable[OpenClaim]],
) -> tuple[list[StoreDay], list[StoreDay]]:
    """Each store's newest day, and the others that are not settled, the latest first; of one date
    that date's days alone."""
    if business_date is not None:
        return [StoreDay(store_id, business_date) for store_id in ids], []
    newest_of = await _newest(connection, ids, latest)
    open_days = await _open_days(connection, ids, claims)
    others = [day for day in open_days if newest_of.get(day.store_id) != day.business_date]
    return [StoreDay(*found) for found in newest_of.items()], others


async def _standings(connection: Any, ids: Sequence[StoreId]) -> dict[StoreId, "Standing"]:
    rows = await connection.fetch(_STANDINGS, ids)
    return {StoreId(plain_uuid(row[0])): Standing(*row[1:]) for row in rows}


async def _traced(
    db: AsyncConnection, found: Mapping[StoreDay, ReconciledDay]
) -> Mapping[StoreDay, DifferingReceipts]:
    """Of the first days that differ which receipts do, where that is soon found."""
    red = [
        asked
        for asked, day in found.items()
        if day.colour is Colour.RED and day.central.transactions <= TRACED_RECEIPTS_MAX
    ]
    return {day: await differing_receipts(db, *day) for day in red[:TRACED_STORES_MAX]}


def latest_date(now_ms: int) -> date:
    """The latest business date that any shop can have now: tomorrow where it is latest."""
    now = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=now_ms)
    return (now + FURTHEST_ZONE).date() + timedelta(days=1)


async def _newest(connection: Any, ids: Sequence[StoreId], latest: date) -> dict[StoreId, date]:
    """Of each store the newest day with receipts."""
    found: dict[StoreId, date] = {}
    for first in (*(latest - within for within in NEWEST_WITHIN), date.min):
        missing = [store_id for store_id in ids if store_id not in found]
        rows = await connection.fetch(_NEWEST, missing, first, latest) if missing else ()
        found |= {StoreId(plain_uuid(store_id)): newest for store_id, newest in rows}
    return found


async def _open_days(
    connection: Any, ids: Sequence[StoreId], claims: Mapping[StoreId, Iterable[OpenClaim]]
) -> list[StoreDay]:
    """Days that were not found proven yet, and those that a claim took the proof from; the latest
    first."""
    rows = list(await connection.fetch(_UNSETTLED, ids, UNSETTLED_READ_MAX))
    if claims:
        first = [min(claim.first_day or date.min for claim in told) for told in claims.values()]
        rows += await connection.fetch(_DAYS_FROM, list(claims), first, UNSETTLED_READ_MAX)
    days = {StoreDay(StoreId(plain_uuid(store_id)), day) for store_id, day in rows}
    return sorted(days, key=lambda day: (day.business_date, day.store_id), reverse=True)


async def store_days(
    db: AsyncConnection, store_id: StoreId, before: date | None
) -> tuple[tuple[ReconciledDay, ...], date | None]:
    """A store's newest DAYS_MAX days before a date, newest first; and the date to ask for the days
    before these with, None where there are none. Call it within one snapshot."""
    rows = await (await driver_of(db)).fetch(_DAYS, store_id, before, DAYS_MAX + 1)
    days = [StoreDay(store_id, row[0]) for row in rows[:DAYS_MAX]]
    older = days[-1].business_date if rows[DAYS_MAX:] else None
    return await stand_of_days(db, days), older


async def store_standing(db: AsyncConnection, store_id: StoreId) -> Standing:
    """Where one store stands."""
    row = await (await driver_of(db)).fetchrow(_STANDINGS, [store_id])
    return Standing() if row is None else Standing(*row[1:])
