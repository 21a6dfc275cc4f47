"""The board's cells: each store's business dates side by side, as far as need be looked at.

A day that was counted and found proven, of which nothing arrived since and of which nothing is
claimed, is what it was, and where its figures are still the ones that were signed, it is signed:
neither is read again for a cell. Every other is (``looked_at``), in the same statements as the
board's other days.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import NamedTuple

from sqlalchemy.ext.asyncio import AsyncConnection

from central.db.engine import driver_of
from central.domain.day_state import DayState, day_state
from central.domain.signing import Correction, Signing, correction, owed_minor
from central.reports.claims import OpenClaim
from central.reports.reconciled_day import ReconciledDay
from central.reports.store_day import StoreDay
from sync.protocol.identity import StoreId

LOOKED_AT_MAX = 500
"""Of a page, the latest first; older ones say that they are received, and their own page says why
they are not proven."""
_EPOCH = date(1970, 1, 1)
_DAY_MS = 86_400_000
_KNOWN = """
SELECT s.store_id, s.business_date, s.settled_at_ms IS NOT NULL, s.as_signed IS TRUE,
    coalesce(sum(CASE d.figure WHEN 'refunds' THEN -d.amount ELSE d.amount END)
        FILTER (WHERE d.figure <> 'over/short'), 0)::bigint,
    coalesce(sum(d.amount) FILTER (WHERE d.figure = 'over/short'), 0)::bigint
FROM day_standing AS s LEFT JOIN day_total AS d ON d.store_id = s.store_id
    AND d.business_date = s.business_date
    AND d.figure IN ('gross', 'tax added', 'refunds', 'over/short')
WHERE s.store_id = ANY($1) AND s.business_date BETWEEN $2 AND $3
GROUP BY s.store_id, s.business_date, s.settled_at_ms, s.as_signed
ORDER BY s.business_date DESC, s.store_id
"""
_SIGNED = """
SELECT DISTINCT g.store_id, g.business_date FROM day_signed AS g
JOIN day_standing AS s ON s.store_id = g.store_id AND s.business_date = g.business_date
WHERE g.store_id = ANY($1) AND g.business_date BETWEEN $2 AND $3 AND s.as_signed IS NOT TRUE
"""


class KnownDay(NamedTuple):
    """A day of which something is here, by its running figures. ``settled``: found proven, and
    nothing came since; ``as_signed``: its figures are those that were signed last."""

    day: StoreDay
    settled: bool
    as_signed: bool
    total_minor: int
    over_short_minor: int


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


class StoreRow(NamedTuple):
    """A store with its cells, the latest date first."""

    code: str
    name: str
    heard_ms: int | None
    cells: tuple[Cell, ...]

    @property
    def rank(self) -> int:
        """Of its worst day; stores stand in this order."""
        ranks = [cell.state.rank for cell in self.cells if cell.state is not None]
        return min(ranks, default=len(DayState))


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
) -> Sequence[KnownDay]:
    """Of a page of stores between two dates, in one statement; the latest first. Their ids are the
    driver's."""
    rows = await (await driver_of(db)).fetch(_KNOWN, store_ids, first, last)
    return [KnownDay(StoreDay(StoreId(row[0]), row[1]), *row[2:]) for row in rows]


async def unsure_days(db: AsyncConnection, known: Sequence[KnownDay]) -> frozenset[StoreDay]:
    """Those of them, the latest first, that were signed without that anybody knows whether they
    still are as they were."""
    if not known:
        return frozenset()
    span = (known[-1].day.business_date, known[0].day.business_date)
    ids = list({one.day.store_id for one in known})
    rows = await (await driver_of(db)).fetch(_SIGNED, ids, *span)
    return frozenset(StoreDay(StoreId(row[0]), row[1]) for row in rows)


def doubted(
    known: Iterable[KnownDay],
    claims: Mapping[StoreId, Iterable[OpenClaim]],
    alarmed: frozenset[StoreId],
) -> Sequence[KnownDay]:
    """Those that are not settled, that something is claimed of or that stand under an alarm."""

    named = alarmed | claims.keys()

    def is_doubted(store_id: StoreId, on: date) -> bool:
        return store_id in alarmed or any(each.touches(on) for each in claims[store_id])

    return [
        one
        for one in known
        if not one.settled or (one.day.store_id in named and is_doubted(*one.day))
    ]


def cell_of(
    known: KnownDay, day: ReconciledDay | None, last: Signing | None, *, doubted: bool
) -> Cell:
    """``day``: where it was looked at; ``last``: its newest signature, where that was asked for."""
    on = known.day.business_date
    if day is None:
        calm = DayState.SIGNED if known.as_signed else DayState.PROVEN
        state = DayState.RECEIVED if doubted else calm
        return Cell(on, state, known.total_minor, over_short_minor=known.over_short_minor)
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


def missing_cell(on: date, heard_ms: int | None, *, enrolled: bool) -> Cell:
    """A date of which nothing came: its store is not heard, unless it was heard afterwards."""
    ended_ms = (on - _EPOCH).days * _DAY_MS + _DAY_MS
    if not enrolled or (heard_ms is not None and heard_ms >= ended_ms):
        return Cell(on, None)
    return Cell(on, DayState.NOT_HEARD)


def feet(dates: Sequence[date], rows: Sequence[StoreRow]) -> tuple[DateFoot, ...]:
    """The sums of each date."""
    found = []
    for place, on in enumerate(dates):
        cells = [row.cells[place] for row in rows]
        proven = [cell for cell in cells if cell.state is not None and cell.state.is_proven]
        unheard = [cell for cell in cells if cell.state is DayState.NOT_HEARD]
        found.append(DateFoot(on, _sum(cells), _sum(proven), _sum(unheard), len(unheard)))
    return tuple(found)


def _sum(cells: Iterable[Cell]) -> int:
    return sum(cell.total_minor or 0 for cell in cells)
