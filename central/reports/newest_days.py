"""Which days of its stores a board is about: each one's newest, and the others that are not
settled."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

from central.reports.claims import OpenClaim
from central.reports.store_day import StoreDay
from sync.protocol.identity import StoreId

NEWEST_WITHIN = (timedelta(days=4), timedelta(days=31))
"""Where a store's newest day is looked for first, then, and at last among all."""
FURTHEST_ZONE = timedelta(hours=14)
"""No zone is further ahead of UTC."""

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


async def newest_and_open(
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


async def _newest(connection: Any, ids: Sequence[StoreId], latest: date) -> dict[StoreId, date]:
    """Of each store the newest day with receipts."""
    found: dict[StoreId, date] = {}
    for first in (*(latest - within for within in NEWEST_WITHIN), date.min):
        missing = [store_id for store_id in ids if store_id not in found]
        rows = await connection.fetch(_NEWEST, missing, first, latest) if missing else ()
        found |= {StoreId(store_id): newest for store_id, newest in rows}
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
    days = {StoreDay(StoreId(store_id), day) for store_id, day in rows}
    return sorted(days, key=lambda day: (day.business_date, day.store_id), reverse=True)


def latest_date(now_ms: int) -> date:
    """The latest business date that any shop can have now: tomorrow where it is latest."""
    now = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=now_ms)
    return (now + FURTHEST_ZONE).date() + timedelta(days=1)
