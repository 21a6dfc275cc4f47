"""The board: every store of a company with where it stands and the verdict on one business date.

A page of at most STORES_MAX stores, by code. Each store's day is its newest one with receipts,
unless a date is asked for. Both sides' totals are counted anew each time (``reconcile_day``).
"""

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from central.archive_postgres import own
from central.db.engine import raw
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
SELECT o.store_id, (SELECT max(d.business_date) FROM day_total AS d
    WHERE d.store_id = o.store_id AND d.figure = 'transactions' AND d.amount > 0)
FROM unnest($1::uuid[]) AS o (store_id)
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
    which receipts differ, where that was looked for."""

    code: str
    name: str
    zone: str
    standing: Standing
    day: DayVerdict | None
    found: DifferingReceipts | None = None

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


class Board(NamedTuple):
    """``after``: the code of the last store where more follow. A sum is None where one of its
    parts is not known."""

    lines: tuple[BoardLine, ...]
    after: str | None

    @property
    def store_minor(self) -> int | None:
        """Sum of the stores' totals."""
        known = [line.store_minor for line in self.lines]
        return None if None in known else sum(one for one in known if one is not None)

    @property
    def central_minor(self) -> int:
        """Sum of head office's totals."""
        return sum(line.central_minor for line in self.lines)

    @property
    def difference_minor(self) -> int | None:
        """Head office less stores."""
        said = self.store_minor
        return None if said is None else self.central_minor - said


def declared_total(day: DayVerdict | None) -> int | None:
    """What the store says of a day that it has closed."""
    return None if day is None or day.declared is None else total_of(day.declared)


async def board(
    db: AsyncConnection, company_id: CompanyId, business_date: date | None, after: str = ""
) -> Board:
    """One page of the board, after a store's code. Call it within one snapshot."""
    connection = await raw(db)
    stores = await connection.fetch(_STORES, company_id, after, STORES_MAX + 1)
    shown = stores[:STORES_MAX]
    ids = [row["store_id"] for row in shown]
    standings = {own(row[0]): Standing(*row[1:]) for row in await connection.fetch(_STANDINGS, ids)}
    dates = await _dates(db, ids, business_date)
    lines: list[BoardLine] = []
    traced = 0
    for store_id, code, name, zone in shown:
        here = StoreId(own(store_id))
        asked = dates.get(here)
        day = await reconcile_day(db, here, asked) if asked else None
        found = None
        if day and _is_traced(day, traced):
            traced += 1
            found = await differing_receipts(db, here, day.business_date)
        standing = standings.get(here, Standing())
        lines.append(BoardLine(code, name, zone, standing, day, found))
    return Board(tuple(lines), shown[-1]["code"] if stores[STORES_MAX:] else None)


def _is_traced(day: DayVerdict, traced: int) -> bool:
    return (
        day.colour is Colour.RED
        and traced < TRACED_STORES_MAX
        and day.central.transactions <= TRACED_RECEIPTS_MAX
    )


async def _dates(
    db: AsyncConnection, ids: Sequence[UUID], business_date: date | None
) -> dict[UUID, date | None]:
    if business_date is not None:
        return {own(store_id): business_date for store_id in ids}
    rows = await (await raw(db)).fetch(_NEWEST, ids)
    return {own(store_id): newest for store_id, newest in rows}


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
