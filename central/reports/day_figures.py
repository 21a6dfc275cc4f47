"""What days add up to by their running figures (``day_total``): read, not counted.

A projection like any other: `central verify` holds it against the journals. What proves a day is
never this, but its rows (``totals``).
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from central.archive.postgres import plain_uuid
from central.db.engine import driver_of
from central.reports.store_day import StoreDay, columns
from sync.protocol.figures import FIGURES, Per, Tally, Totals
from sync.protocol.identity import StoreId

_FIGURES = """
SELECT store_id, business_date, d.figure, d.amount FROM day_total AS d
JOIN unnest($1::uuid[], $2::date[]) AS asked (store_id, business_date)
    USING (store_id, business_date)
"""
_PLAIN = {one.name: one.field for one in FIGURES if one.per is Per.ACCOUNT}
_OF_PARTS = {one.name: one for one in FIGURES if one.per is not Per.ACCOUNT}
_RATED = re.compile(r"(.+) (\d+)\.(\d\d) %")


async def day_figures(db: AsyncConnection, asked: Sequence[StoreDay]) -> Mapping[StoreDay, Totals]:
    """Days of which nothing arrived are zeros."""
    by_day: defaultdict[tuple[UUID, object], list[tuple[str, int]]] = defaultdict(list)
    for store_id, day, figure, amount in await (await driver_of(db)).fetch(
        _FIGURES, *columns(asked)
    ):
        by_day[store_id, day].append((figure, amount))
    return {
        StoreDay(StoreId(plain_uuid(day[0])), day[1]): totals_of_figures(by_day.get((*day,), ()))
        for day in asked
    }


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
        elif rated:
            net, tax = (amount, 0) if figure.field == "net_minor" else (0, amount)
            tally.add_tax(rated[1], int(rated[2] + rated[3]), net, tax)
    return tally.totals()
