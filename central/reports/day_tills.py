"""The tills of a store's day: what was counted in each drawer, and what should have been there.

A session whose box is gone is *carried*: it was counted where it went on as another one, and what
should have been there is added up from its own receipts and movements.
"""

from datetime import date
from typing import NamedTuple
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from central.archive.postgres import plain_uuid
from central.db.engine import driver_of
from sync.protocol.identity import StoreId

TILLS_MAX = 200
_TILLS = """
SELECT t.till_session_id, t.till_id, t.workstation_id, t.operator_id, t.float_minor,
    coalesce(t.expected_cash_minor, t.float_minor + t.moved_minor + coalesce(c.cash, 0)
        - coalesce(g.change, 0))::bigint,
    CASE WHEN t.counted IS NOT FALSE THEN coalesce(t.counted_cash_minor, v.counted_cash_minor) END,
    v.till_session_id, t.counted IS FALSE
FROM till_session AS t
LEFT JOIN till_carried AS v ON v.store_id = t.store_id AND v.carried_id = t.till_session_id
LEFT JOIN (
    SELECT s.store_id, s.till_session_id, sum(p.amount_minor) AS cash FROM sale AS s
    JOIN sale_tender AS p USING (store_id, business_date, sale_id)
    WHERE s.store_id = $1 AND s.business_date = $2 AND NOT s.training AND p.kind = 'cash'
    GROUP BY 1, 2
) AS c ON c.store_id = t.store_id AND c.till_session_id = t.till_session_id
LEFT JOIN (
    SELECT s.store_id, s.till_session_id, sum(s.change_minor) AS change FROM sale AS s
    WHERE s.store_id = $1 AND s.business_date = $2 AND NOT s.training GROUP BY 1, 2
) AS g ON g.store_id = t.store_id AND g.till_session_id = t.till_session_id
WHERE t.store_id = $1 AND t.business_date = $2
ORDER BY t.workstation_id, t.till_id, t.till_session_id LIMIT $3
"""


class DayTill(NamedTuple):
    """``counted_minor``: None while nobody counted. ``went_on_as``: the session that this one was
    carried into, where its box was gone. ``left_uncounted``: it was settled, and nobody counted."""

    till_session_id: UUID
    till_id: str
    workstation_id: str
    operator_id: str
    float_minor: int
    expected_minor: int
    counted_minor: int | None
    went_on_as: UUID | None
    left_uncounted: bool

    @property
    def over_short_minor(self) -> int | None:
        """Counted less expected."""
        return None if self.counted_minor is None else self.counted_minor - self.expected_minor


async def day_tills(
    db: AsyncConnection, store_id: StoreId, business_date: date
) -> tuple[DayTill, ...]:
    """By workstation; TILLS_MAX at most."""
    rows = await (await driver_of(db)).fetch(_TILLS, store_id, business_date, TILLS_MAX)
    return tuple(
        DayTill._make((plain_uuid(row[0]), *row[1:7], row[7] and plain_uuid(row[7]), row[8]))
        for row in rows
    )
