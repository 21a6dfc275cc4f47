"""What head office and its stores raised for people, and who cleared it."""

from typing import NamedTuple
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from central.archive.postgres import plain_uuid
from central.db.engine import driver_of
from sync.protocol.identity import CompanyId, StoreId

ALARMS_MAX = 10_000

_ALARMS = """
SELECT s.store_id, s.code, a.alarm_id, a.kind, a.detail, a.at_ms, a.by_store, c.cleared_by,
    c.reason
FROM store AS s JOIN (
    SELECT store_id, alarm_id, kind, detail, raised_at_ms AS at_ms, false AS by_store FROM alarm
    UNION ALL
    SELECT store_id, alarm_id, kind, detail, occurred_at_ms, true FROM store_alarm
) AS a ON a.store_id = s.store_id
LEFT JOIN alarm_clearing AS c ON c.store_id = a.store_id AND c.alarm_id = a.alarm_id
WHERE s.company_id = $1 AND ($2::uuid IS NULL OR s.store_id = $2)
    AND ($3 OR c.alarm_id IS NULL)
ORDER BY a.at_ms DESC, s.code, a.alarm_id LIMIT $4
"""


class OneAlarm(NamedTuple):
    """``by_store``: its box raised it, in its journal; else head office did. ``cleared_by``: None
    while it stands."""

    store_id: StoreId
    store_code: str
    alarm_id: UUID
    kind: str
    detail: str
    at_ms: int
    by_store: bool
    cleared_by: str | None
    reason: str | None

    @property
    def short(self) -> str:
        """As people type it."""
        return self.alarm_id.hex[-8:]


async def list_alarms(
    db: AsyncConnection,
    company_id: CompanyId,
    store_id: StoreId | None = None,
    *,
    cleared: bool = False,
) -> tuple[OneAlarm, ...]:
    """The newest first, at most ALARMS_MAX; with ``cleared`` those that were, too."""
    rows = await (await driver_of(db)).fetch(_ALARMS, company_id, store_id, cleared, ALARMS_MAX)
    return tuple(
        OneAlarm(StoreId(plain_uuid(row[0])), row[1], plain_uuid(row[2]), *tuple(row)[3:])
        for row in rows
    )
