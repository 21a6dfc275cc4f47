"""What days add up to by their running figures (``day_total``): read, not counted.

A projection like any other: `central verify` holds it against the journals. What proves a day is
never this, but its rows (``totals``).
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import NamedTuple

from sqlalchemy.ext.asyncio import AsyncConnection

from central.db.engine import driver_of
from central.reports.store_day import StoreDay, columns, day_of
from sync.protocol.figures import FIGURES, Per, Tally, Totals

_ASKED = """JOIN unnest($1::uuid[], $2::date[]) AS asked (store_id, business_date)
    USING (store_id, business_date)"""
_RUNNING = f"""
SELECT store_id, business_date, array_agg(d.figure), array_agg(d.amount)
FROM day_total AS d {_ASKED} GROUP BY 1, 2
UNION ALL
SELECT store_id, business_date, NULL, ARRAY[s.settled_at_ms]
FROM day_standing AS s {_ASKED} WHERE s.settled_at_ms IS NOT NULL
"""  # noqa: S608  texts of ours
_PLAIN = {one.name: one.field for one in FIGURES if one.per is Per.ACCOUNT}
_OF_PARTS = {one.name: one for one in FIGURES if one.per is not Per.ACCOUNT}
DAYS_KEPT = 2_000
_RATED = re.compile(r"(.+) (\d+)\.(\d\d) %")


class RunningDays(NamedTuple):
    """``figures``: zeros where nothing arrived. ``settled``: of the days that were counted and
    found proven, and of which nothing arrived since, when that was, in milliseconds UTC."""

    figures: Mapping[StoreDay, Totals]
    settled: Mapping[StoreDay, int]


async def running_days(db: AsyncConnection, asked: Sequence[StoreDay]) -> RunningDays:
    """In one statement."""
    figures: dict[StoreDay, Totals] = {}
    settled: dict[StoreDay, int] = {}
    for row in await (await driver_of(db)).fetch(_RUNNING, *columns(asked)):
        if row[2] is None:
            (settled[day_of(row)],) = row[3]
        else:
            figures[day_of(row)] = _put_together(tuple(row[2]), tuple(row[3]))
    nothing = _put_together((), ())
    return RunningDays({day: figures.get(day, nothing) for day in asked}, settled)


@lru_cache(DAYS_KEPT)
def _put_together(names: tuple[str, ...], amounts: tuple[int, ...]) -> Totals:
    """Kept: a board asks for the same days every few seconds."""
    return totals_of_figures(zip(names, amounts, strict=True))


async def day_figures(db: AsyncConnection, asked: Sequence[StoreDay]) -> Mapping[StoreDay, Totals]:
    """Days of which nothing arrived are zeros."""
    return (await running_days(db, asked)).figures


def totals_of_figures(named: Iterable[tuple[str, int]]) -> Totals:
    """What ``sync.protocol.figures.figures`` took apart, put together again; names that no figure
    has are passed over."""
    tally = Tally()
    for name, amount in named:
        if name in _PLAIN:
            tally.sums[_PLAIN[name]] = amount
            continue
        word, _, part = name.partition(" ")
        figure, rated = _OF_PARTS.get(word), _RATED.fullmatch(part)
        if figure is None or not part:
            continue
        if figure.per is Per.TENDER:
            tally.add_tender(part, amount)
        elif figure.per is Per.COUNT:
            is_expected = figure.field == "expected_minor"
            tally.add_count(part, *((amount, 0) if is_expected else (0, amount)))
        elif rated:
            net, tax = (amount, 0) if figure.field == "net_minor" else (0, amount)
            tally.add_tax(rated[1], int(rated[2] + rated[3]), net, tax)
    return tally.totals()
