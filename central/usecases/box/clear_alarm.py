"""Clears an alarm about a store: somebody looked into it, and says what it was."""

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from central.db.engine import driver_of
from central.domain.decisions import AlarmCleared
from central.domain.fields import plain_text
from central.reports.alarms import OneAlarm, list_alarms
from central.usecases.box.epochs import lock_store
from central.usecases.decision.decide import decide
from sync.protocol.errors import AlreadyThere, InvalidField, NotFound
from sync.protocol.identity import CompanyId, StoreId

# The last alarm of its kind takes the epoch out from under it.
_LIFT = """
UPDATE stream AS s SET alarm = NULL FROM alarm AS a
WHERE a.store_id = $1 AND a.alarm_id = $2 AND s.store_id = a.store_id
    AND s.epoch_number = a.epoch_number AND s.epoch_fingerprint = a.epoch_fingerprint
    AND s.alarm = a.kind AND NOT EXISTS (
        SELECT FROM alarm AS o LEFT JOIN alarm_clearing AS c
            ON c.store_id = o.store_id AND c.alarm_id = o.alarm_id
        WHERE o.store_id = a.store_id AND o.epoch_number = a.epoch_number
            AND o.epoch_fingerprint = a.epoch_fingerprint AND o.kind = a.kind
            AND c.alarm_id IS NULL)
"""


async def clear_alarm(
    db: AsyncConnection,
    company_id: CompanyId,
    store_id: StoreId,
    alarm: str,
    reason: str,
    decided_by: str,
    now_ms: int,
) -> OneAlarm:
    """``alarm``: its id, or the last letters of it. Raises NotFound, AlreadyThere, InvalidField."""
    told = plain_text(reason, "reason")
    await lock_store(db, store_id)
    wanted = alarm.strip().lower().replace("-", "")
    raised = await list_alarms(db, company_id, store_id, cleared=True)
    found = [one for one in raised if wanted and one.alarm_id.hex.endswith(wanted)]
    if not found:
        raise NotFound(
            f"The store has no alarm {alarm}.",
            field="alarm",
            remedy="See which there are: `central alarm list`.",
        )
    if len(found) > 1:
        raise InvalidField(
            f"{len(found)} alarms end with {alarm}.", field="alarm", remedy="Type more of its id."
        )
    one = found[0]
    if one.cleared_by is not None:
        raise AlreadyThere(
            f"{one.cleared_by} cleared it already: {one.reason}.", remedy="Nothing is to be done."
        )
    await decide(db, company_id, (AlarmCleared(store_id, one.alarm_id, told, decided_by),), now_ms)
    await lift_alarm(db, store_id, one.alarm_id)
    return one


async def lift_alarm(db: AsyncConnection, store_id: StoreId, alarm_id: UUID) -> None:
    """The epoch that stands under the alarm does not any more."""
    await (await driver_of(db)).execute(_LIFT, store_id, alarm_id)
