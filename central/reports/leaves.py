"""Leaves to take goods of a receipt back whose time is over (``sync/protocol/leaves.py``): they
count as out no longer, though no journal gave them back.

Nothing is written when a leave's time is over. So it needs no unit of work at midnight, and no fact
that comes later is counted against it twice: a use or a release of that very leave is looked for
each time, and whoever tells one has it counted as ever.
"""

from collections import Counter
from datetime import UTC, date, datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from central.archive.rows import plain_uuid
from central.db.engine import driver_of
from central.reports.rights import Account
from sync.protocol.change import Epoch
from sync.protocol.escrow import RightKind
from sync.protocol.leaves import last_day_that_is_back

_OVER = """
SELECT a.store_id, a.epoch_number, a.epoch_fingerprint, a.granted FROM grant_answer AS a
WHERE a.kind = $1 AND a.account_id = $2 AND a.granted > 0 AND a.until <= $3
    AND NOT EXISTS (SELECT FROM right_spend AS s
        WHERE s.store_id = a.store_id AND s.root = a.request_id AND s.kind = a.kind)
    AND NOT EXISTS (SELECT FROM right_released AS r
        WHERE r.store_id = a.store_id AND r.root = a.request_id AND r.kind = a.kind)
"""


async def without_over(db: AsyncConnection, account: Account, now_ms: int) -> Account:
    """The account of a receipt, without the leaves that came back by their last day."""
    if not account.rights:
        return account
    connection = await driver_of(db)
    last = last_day_that_is_back(_date_of(now_ms))
    kind = RightKind.REFUND.value
    over: Counter[tuple[object, Epoch]] = Counter()
    for row in await connection.fetch(_OVER, kind, account.account_id, last):
        epoch = Epoch(row["epoch_number"], row["epoch_fingerprint"])
        over[plain_uuid(row["store_id"]), epoch] += row["granted"]
    rights = tuple(
        one._replace(held=one.held._replace(given=one.held.given - over[one.store_id, one.epoch]))
        for one in account.rights
    )
    return account._replace(rights=rights)


def _date_of(now_ms: int) -> date:
    return datetime.fromtimestamp(now_ms // 1_000, UTC).date()
