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
from datetime import date, timedelta
from typing import Any, NamedTuple

from sqlalchemy.ext.asyncio import AsyncConnection

from central.db.engine import driver_of
from central.domain.day_state import DayState, day_state
from central.domain.day_verdict import Colour
from central.domain.signing import Signing
from central.reports.board_lines import BoardLine, DateSum
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
    heard_through,
    known_days,
    row_cells,
    seen_cell,
    unsure_days,
)
from central.reports.differing_receipts import DifferingReceipts, differing_receipts
from central.reports.newest_days import latest_date, newest_and_open
from central.reports.reconciled_day import ReconciledDay
from central.reports.reconciliation import stand_of_days
from central.reports.signings import last_signings
from central.reports.store_day import StoreDay
from central.reports.streams import Standing, standings_of, streams_of
from sync.protocol.identity import CompanyId, StoreId

STORES_MAX = 100
DAYS_SHOWN = 7
DAYS_SHOWN_MAX = 31
"""Business dates side by side."""
TRACED_STORES_MAX = 3
TRACED_RECEIPTS_MAX = 2_000
"""Of so many stores that differ the receipts are looked for, where the day has no more receipts: a
board is asked for every few seconds. A day's own page looks for all."""
UNRESOLVED_MAX = 30
"""Days beside the newest ones that a page counts anew; of more it says how many."""
_STORES = """
SELECT store_id, code, name, zone FROM store WHERE company_id = $1 AND code > $2 AND NOT retired
ORDER BY code LIMIT $3
"""


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
    streams = await streams_of(db, ids)
    standings, claims = standings_of(streams), await open_claims(db, ids, streams)
    newest, others = await newest_and_open(connection, ids, business_date, latest, claims)
    listed = (*newest, *(beside := others[:UNRESOLVED_MAX]))
    last = business_date or max((day.business_date for day in newest), default=latest)
    dates = tuple(last - timedelta(days=back) for back in range(days))
    known = await known_days(db, ids, dates[-1], last)
    alarmed = frozenset(store_id for store_id, one in standings.items() if one.alarms)
    doubts = doubted(known, claims, alarmed)
    wanted = doubts | await unsure_days(db, ids, dates[-1], last)
    seen = await _look(db, listed, wanted, _Told(streams, claims), now_ms)
    known = await add_up(db, known, seen.days)
    traced = await _traced(db, {day: seen.days[day] for day in listed})
    dated = {day.store_id: day for day in newest}

    def line(store_id: StoreId, asked: StoreDay | None) -> BoardLine:
        standing = standings.get(store_id, Standing())
        return _line(stores[store_id], standing, asked, latest, seen, traced)

    lines = tuple(line(store_id, dated.get(store_id)) for store_id in ids)
    unresolved = tuple(one for one in (line(day.store_id, day) for day in beside) if one.is_open)
    after_last = lines[-1].code if rows[STORES_MAX:] else None
    in_rows = _store_rows(stores.values(), dates, known, doubts, seen, standings, now_ms)
    more = len(others) - len(beside)
    return Board(lines, after_last, unresolved, more, dates, in_rows, feet(dates, in_rows))


class _Told(NamedTuple):
    """What is known of the stores' journals."""

    streams: Sequence[Any]
    claims: Mapping[StoreId, Sequence[OpenClaim]]


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
    told: _Told,
    now_ms: int,
) -> _Seen:
    """At those that are ``listed``, and at the latest of those that are ``wanted``."""
    more = sorted(wanted, key=lambda day: (-day.business_date.toordinal(), day.store_id))
    looked_at = list(dict.fromkeys([*listed, *more[:LOOKED_AT_MAX]]))
    signings = await last_signings(db, looked_at)
    stands = await stand_of_days(db, looked_at, told.claims, told.streams)
    days = {StoreDay(day.store_id, day.business_date): day.as_of(now_ms) for day in stands}
    return _Seen(days, signings)


def _store_rows(
    stores: Collection[_Store],
    dates: Sequence[date],
    known: Known,
    doubts: frozenset[StoreDay],
    seen: _Seen,
    standings: Mapping[StoreId, Standing],
    now_ms: int,
) -> tuple[StoreRow, ...]:
    """The worst first."""
    rows, looked_at = [], seen.cells()
    unseen: defaultdict[StoreId, list[date]] = defaultdict(list)
    for store_id, on in doubts.difference(seen.days):
        unseen[store_id].append(on)
    place_of = {on: place for place, on in enumerate(dates)}
    for store_id, code, name, zone in stores:
        standing, month = standings.get(store_id), known[store_id]
        heard_ms = standing.last_contact_ms if standing else None
        through = heard_through(zone, heard_ms, now_ms) if standing else date.max
        if standing and standing.behind:  # what is still to come may be of any later date
            through = min(through, max(month.cells, default=date.min))
        cells = row_cells(month, tuple(dates), through)
        of_others = {
            on: month.cells[on]._replace(state=DayState.RECEIVED) for on in unseen.get(store_id, ())
        }
        looked_into = {
            on: one for on, one in looked_at.get(store_id, {}).items() if on in month.cells
        }
        if of_others or looked_into:
            changed = list(cells)
            for on, one in {**of_others, **looked_into}.items():
                changed[place_of[on]] = one
            cells = tuple(changed)
        rows.append(StoreRow(code, name, heard_ms, cells))
    return tuple(sorted(rows, key=lambda row: (row.rank, row.code)))


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
