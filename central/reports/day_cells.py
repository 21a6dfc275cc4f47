"""The board's cells: each store's business dates side by side, as far as need be looked at.

A day that was counted and found proven, of which nothing arrived since and of which nothing is
claimed, is what it was, and where its figures are still the ones that were signed, it is signed:
neither is read again for a cell. Every other is (``looked_at``), in the same statements as the
board's other days. What a day comes to stands beside that it is proven (``settle_days``): a month
of a hundred stores is one row a store to read. Cells follow from what such a row says and from
nothing else, so whoever read the same a moment ago has them already, whatever happened meanwhile.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache
from types import MappingProxyType
from typing import NamedTuple, TypeAlias
from zoneinfo import ZoneInfo

from sqlalchemy.ext.asyncio import AsyncConnection

from central.db.engine import driver_of
from central.domain.day_state import CALM, DayState, day_state
from central.domain.signing import Correction, Signing, correction
from central.reports.claims import OpenClaim
from central.reports.reconciled_day import ReconciledDay
from central.reports.store_day import StoreDay, columns
from sync.protocol.figures import owed_minor
from sync.protocol.identity import StoreId

LOOKED_AT_MAX = 500
"""Of a page, the latest first; older ones say that they are received, and their own page says why
they are not proven."""
_EPOCH = date(1970, 1, 1)
_KNOWN = """
SELECT store_id, array_agg(business_date - DATE '1970-01-01'),
    array_agg(CASE WHEN settled_at_ms IS NULL THEN 0 WHEN as_signed THEN 2 ELSE 1 END),
    array_agg(owed_minor), array_agg(over_short_minor)
FROM day_standing WHERE store_id = ANY($1) AND business_date BETWEEN $2 AND $3 GROUP BY store_id
"""
AWAY_MS = 15 * 60_000
"""Of a box that calls every few seconds."""
_STOOD = (DayState.RECEIVED, DayState.PROVEN, DayState.SIGNED)
MONTHS_KEPT = 2_000
"""Stores' days that are kept as they were read last; a month of a store takes some 5 KB."""
_RUNNING = """
SELECT store_id, business_date,
    coalesce(sum(CASE d.figure WHEN 'refunds' THEN -d.amount ELSE d.amount END)
        FILTER (WHERE d.figure <> 'over/short'), 0)::bigint,
    coalesce(sum(d.amount) FILTER (WHERE d.figure = 'over/short'), 0)::bigint
FROM day_total AS d JOIN unnest($1::uuid[], $2::date[]) AS asked (store_id, business_date)
    USING (store_id, business_date)
WHERE d.figure IN ('gross', 'tax added', 'refunds', 'over/short')
GROUP BY store_id, business_date
"""
_SIGNED = """
SELECT DISTINCT g.store_id, g.business_date FROM day_signed AS g
JOIN day_standing AS s ON s.store_id = g.store_id AND s.business_date = g.business_date
WHERE g.store_id = ANY($1) AND g.business_date BETWEEN $2 AND $3 AND s.as_signed IS NOT TRUE
"""


class Cell(NamedTuple):
    """A store's business date. ``state`` is None where nothing came and nothing is missed.
    ``total_minor``: what head office counts, None where nothing is here; ``difference_minor``: that
    less what the store says, None while that is not known; ``differing``: figures that differ;
    ``over_short_minor``: cash, on both sides alike."""

    business_date: date
    state: DayState | None
    total_minor: int | None = None
    difference_minor: int | None = None
    differing: int = 0
    over_short_minor: int = 0
    correction: Correction | None = None


@dataclass(frozen=True, eq=False)
class Month:
    """A store's days of which something is here, by their running figures, as cells that nobody
    looked at yet: *signed* or *proven* where nothing came since they were found so, else
    *received*: ``doubted``. ``lacking``: something came since they were added up, their
    ``total_minor`` is None. Of the same rows the very same month, which hashes as what it is."""

    cells: Mapping[date, Cell]
    doubted: tuple[date, ...] = ()
    lacking: tuple[date, ...] = ()


Known: TypeAlias = Mapping[StoreId, Month]
"""Stores by the driver's ids."""
NO_DAYS = Month(MappingProxyType({}))


class StoreRow(NamedTuple):
    """A store with its cells, the latest date first."""

    code: str
    name: str
    heard_ms: int | None
    cells: tuple[Cell, ...]

    @property
    def rank(self) -> int:
        """Of its worst day; stores stand in this order."""
        states = {cell.state for cell in self.cells}
        return min((state.rank for state in states if state is not None), default=len(DayState))


class DateFoot(NamedTuple):
    """What a date adds up to: all that is here, what of it is proven, and what is here of stores
    that are not heard, with how many those are."""

    business_date: date
    total_minor: int
    proven_minor: int
    unheard_minor: int
    unheard: int


async def known_days(
    db: AsyncConnection, store_ids: Sequence[StoreId], first: date, last: date
) -> Known:
    """Of a page of stores between two dates, in one statement."""
    known = dict.fromkeys(store_ids, NO_DAYS)
    rows = await (await driver_of(db)).fetch(_KNOWN, store_ids, first, last)
    for store_id, *said in rows:
        known[store_id] = _month(*map(tuple, said))
    return known


@lru_cache(MONTHS_KEPT)
def _month(
    days: tuple[int, ...],
    stood: tuple[int, ...],
    totals: tuple[int | None, ...],
    cash: tuple[int | None, ...],
) -> Month:
    """``days`` are counted from 1970-01-01."""
    found = {}
    for day, state, total, over_short in zip(days, stood, totals, cash, strict=True):
        on = _EPOCH + timedelta(days=day)
        found[on] = Cell(on, _STOOD[state], total, None, 0, over_short or 0)
    return _month_of(found)


def _month_of(cells: dict[date, Cell]) -> Month:
    doubted_ = tuple([on for on, one in cells.items() if one.state not in CALM])
    lacking = tuple([on for on, one in cells.items() if one.total_minor is None])
    return Month(MappingProxyType(cells), doubted_, lacking)


async def unsure_days(
    db: AsyncConnection, store_ids: Sequence[StoreId], first: date, last: date
) -> frozenset[StoreDay]:
    """Known ones that were signed without that anybody knows whether they still are as they
    were."""
    rows = await (await driver_of(db)).fetch(_SIGNED, store_ids, first, last)
    return frozenset(StoreDay(StoreId(row[0]), row[1]) for row in rows)


async def add_up(db: AsyncConnection, known: Known, seen: Collection[StoreDay]) -> Known:
    """The same with the figures of those that have none; of which those that were ``seen`` need
    none."""
    lacking = [
        day
        for store_id, month in known.items()
        for on in month.lacking
        if (day := StoreDay(store_id, on)) not in seen
    ]
    if not lacking:
        return known
    rows = await (await driver_of(db)).fetch(_RUNNING, *columns(lacking))
    sums = {(row[0], row[1]): (row[2], row[3]) for row in rows}
    summed: dict[StoreId, dict[date, Cell]] = {}
    for day in lacking:
        days = summed.setdefault(day.store_id, dict(known[day.store_id].cells))
        total, cash = sums.get(day, (0, 0))
        one = days[day.business_date]
        days[day.business_date] = one._replace(total_minor=total, over_short_minor=cash)
    return {**known, **{store_id: _month_of(days) for store_id, days in summed.items()}}


def doubted(
    known: Known, claims: Mapping[StoreId, Iterable[OpenClaim]], alarmed: frozenset[StoreId]
) -> frozenset[StoreDay]:
    """Those that are not settled, that something is claimed of or that stand under an alarm."""
    found = [StoreDay(store_id, on) for store_id, month in known.items() for on in month.doubted]
    for store_id in alarmed.intersection(known):
        found += [StoreDay(store_id, on) for on in known[store_id].cells]
    for store_id, told in claims.items():
        days = known[store_id].cells
        found += [StoreDay(store_id, on) for on in days if any(one.touches(on) for one in told)]
    return frozenset(found)


def seen_cell(on: date, day: ReconciledDay, last: Signing | None) -> Cell:
    """Of a day that was looked at; ``last``: its newest signature."""
    total = owed_minor(day.central)
    said = None if day.declared is None else owed_minor(day.declared)
    return Cell(
        business_date=on,
        state=day_state(day.verdict, last, day.central),
        total_minor=total,
        difference_minor=None if said is None else total - said,
        differing=len(day.differences),
        over_short_minor=day.over_short_minor,
        correction=correction(last.counted, day.central) if last else None,
    )


def heard_through(zone: str, heard_ms: int | None, now_ms: int) -> date:
    """The last date on which a store is not missed though nothing came of it: it was heard after
    the date had ended there, or a moment ago, when it has not opened the day."""
    if heard_ms is None:
        return date.min
    if heard_ms >= now_ms - AWAY_MS:
        return date.max
    return datetime.fromtimestamp(heard_ms / 1_000, ZoneInfo(zone)).date() - timedelta(days=1)


@lru_cache(MONTHS_KEPT)
def row_cells(month: Month, dates: tuple[date, ...], through: date) -> tuple[Cell, ...]:
    """A store's cells of these dates, as nobody looked at them yet; ``through``: of
    ``heard_through``."""
    return tuple([month.cells.get(on) or _missing(on, through) for on in dates])


def _missing(on: date, through: date) -> Cell:
    if on <= through:
        return Cell(on, None)
    return Cell(on, DayState.NOT_HEARD)


def feet(dates: Sequence[date], rows: Sequence[StoreRow]) -> tuple[DateFoot, ...]:
    """The sums of each date."""
    return tuple(_foot(on, [row.cells[place] for row in rows]) for place, on in enumerate(dates))


def _foot(on: date, cells: Sequence[Cell]) -> DateFoot:
    states = [cell.state for cell in cells]
    minors = [cell.total_minor or 0 for cell in cells]
    proven = [minor for state, minor in zip(states, minors, strict=True) if state in CALM]
    silent = DayState.NOT_HEARD
    unheard = []
    if silent in states:
        unheard = [minor for state, minor in zip(states, minors, strict=True) if state is silent]
    return DateFoot(on, sum(minors), sum(proven), sum(unheard), len(unheard))
