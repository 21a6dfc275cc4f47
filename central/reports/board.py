"""The board: every store of a company with where it stands and the verdict on one business date.

A page of at most STORES_MAX stores, by code. Each store's day is its newest one with receipts,
unless a date is asked for. Both sides' totals are counted anew each time (``reconcile_day``). Every
other day that is not settled (``settle_days``), or that a claim took its proof from, stays beside
it until it is. A day dated further ahead than any zone's tomorrow is no store's newest.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from central.archive.postgres import own
from central.db.engine import raw
from central.reports.claims import OpenClaim, open_claims
from central.reports.differing_receipts import (
    DifferingReceipts,
    differing_receipts,
    total_of,
)
from central.reports.reconciliation import Colour, DayVerdict, reconcile_day
from sync.protocol.identity import CompanyId, StoreId

STORES_MAX = 100
DAYS_MAX = 14
TRACED_STORES_MAX = 3
TRACED_RECEIPTS_MAX = 2_000
"""Of so many stores that differ the receipts are looked for, where the day has no more receipts: a
board is asked for every few seconds. A day's own page looks for all."""
UNRESOLVED_MAX = 30
"""Days beside the newest ones that a page counts anew; of more it says how many."""
NEWEST_WITHIN = timedelta(days=31)
FURTHEST_ZONE = timedelta(hours=14)
"""No zone is further ahead of UTC."""

_STORES = """
SELECT store_id, code, name, zone FROM store WHERE company_id = $1 AND code > $2
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
    which receipts differ, where that was looked for. ``ahead``: the day lies in the future."""

    code: str
    name: str
    zone: str
    standing: Standing
    day: DayVerdict | None
    found: DifferingReceipts | None = None
    ahead: bool = False

    @property
    def store_minor(self) -> int | None:
        """The store's total, None where it is not known."""
        return declared_total(self.day)

    @property
    def central_minor(self) -> int:
        """Head office's total."""
        return total_of(self.day.central) if self.day else 0

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
    ``lines`` that are not proven, the latest first; ``more_unresolved`` were not looked at."""

    lines: tuple[BoardLine, ...]
    after: str | None
    unresolved: tuple[BoardLine, ...] = ()
    more_unresolved: int = 0

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
    """A store on the page."""

    store_id: StoreId
    code: str
    name: str
    zone: str


def declared_total(day: DayVerdict | None) -> int | None:
    """What the store says of a day that it has closed."""
    return None if day is None or day.declared is None else total_of(day.declared)


async def board(
    db: AsyncConnection,
    company_id: CompanyId,
    business_date: date | None,
    after: str = "",
    *,
    now_ms: int,
) -> Board:
    """One page of the board, after a store's code. Call it within one snapshot."""
    connection = await raw(db)
    rows = await connection.fetch(_STORES, company_id, after, STORES_MAX + 1)
    stores = [_Store(StoreId(own(row[0])), *row[1:]) for row in rows[:STORES_MAX]]
    ids = [store.store_id for store in stores]
    page = _Page(db, await open_claims(db, ids), latest_date(now_ms))
    found = await connection.fetch(_STANDINGS, ids)
    page.standings.update({own(row[0]): Standing(*row[1:]) for row in found})
    if business_date is None:
        dates = await _newest(connection, ids, page.latest)
    else:
        dates = dict.fromkeys(ids, business_date)
    lines = [await page.line(store, dates.get(store.store_id)) for store in stores]
    unresolved, more = [], 0
    if business_date is None:
        open_days = await _open_days(connection, ids, page.claims)
        others = [(day, store_id) for day, store_id in open_days if dates.get(store_id) != day]
        more = max(0, len(others) - UNRESOLVED_MAX)
        by_id = {store.store_id: store for store in stores}
        for day, store_id in others[:UNRESOLVED_MAX]:
            line = await page.line(by_id[store_id], day)
            if line.ahead or line.day is None or line.day.colour is not Colour.GREEN:
                unresolved.append(line)
    last = stores[-1].code if rows[STORES_MAX:] else None
    return Board(tuple(lines), last, tuple(unresolved), more)


class _Page:
    """What the lines of one page share."""

    def __init__(
        self, db: AsyncConnection, claims: Mapping[StoreId, tuple[OpenClaim, ...]], latest: date
    ) -> None:
        self.db = db
        self.claims = claims
        self.latest = latest
        self.standings: dict[UUID, Standing] = {}
        self.traced = 0

    async def line(self, store: _Store, business_date: date | None) -> BoardLine:
        """A store's day, with the receipts that differ where there is room to look for them."""
        here, day, found = store.store_id, None, None
        if business_date is not None:
            claims = self.claims.get(here, ())
            day = await reconcile_day(self.db, here, business_date, claims)
        if day and _is_traced(day, self.traced):
            self.traced += 1
            found = await differing_receipts(self.db, here, day.business_date)
        standing = self.standings.get(here, Standing())
        ahead = business_date is not None and business_date > self.latest
        return BoardLine(store.code, store.name, store.zone, standing, day, found, ahead)


def latest_date(now_ms: int) -> date:
    """The latest business date that any shop can have now: tomorrow where it is latest."""
    now = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=now_ms)
    return (now + FURTHEST_ZONE).date() + timedelta(days=1)


def _is_traced(day: DayVerdict, traced: int) -> bool:
    return (
        day.colour is Colour.RED
        and traced < TRACED_STORES_MAX
        and day.central.transactions <= TRACED_RECEIPTS_MAX
    )


async def _newest(connection: Any, ids: Sequence[UUID], latest: date) -> dict[StoreId, date]:
    """Of each store the newest day with receipts: of this month, or of all before."""
    found: dict[StoreId, date] = {}
    for first in (latest - NEWEST_WITHIN, date.min):
        missing = [store_id for store_id in ids if store_id not in found]
        rows = await connection.fetch(_NEWEST, missing, first, latest) if missing else ()
        found |= {StoreId(own(store_id)): newest for store_id, newest in rows}
    return found


async def _open_days(
    connection: Any, ids: Sequence[UUID], claims: Mapping[StoreId, Iterable[OpenClaim]]
) -> list[tuple[date, StoreId]]:
    """Days that were not found proven yet, and those that a claim took the proof from."""
    rows = list(await connection.fetch(_UNSETTLED, ids, UNSETTLED_READ_MAX))
    first = [min(claim.first_day or date.min for claim in told) for told in claims.values()]
    rows += await connection.fetch(_DAYS_FROM, list(claims), first, UNSETTLED_READ_MAX)
    return sorted({(day, StoreId(own(store_id))) for store_id, day in rows}, reverse=True)


async def store_days(
    db: AsyncConnection, store_id: StoreId, before: date | None
) -> tuple[tuple[DayVerdict, ...], date | None]:
    """A store's newest DAYS_MAX days before a date, newest first; and the date to ask for the days
    before these with, None where there are none. Call it within one snapshot."""
    rows = await (await raw(db)).fetch(_DAYS, store_id, before, DAYS_MAX + 1)
    dates = [row[0] for row in rows[:DAYS_MAX]]
    days = [await reconcile_day(db, store_id, each) for each in dates]
    return tuple(days), dates[-1] if rows[DAYS_MAX:] else None


async def store_standing(db: AsyncConnection, store_id: StoreId) -> Standing:
    """Where one store stands."""
    row = await (await raw(db)).fetchrow(_STANDINGS, [store_id])
    return Standing() if row is None else Standing(*row[1:])
