"""Looks now and then for goods that are on their way for too long."""

import structlog
import uuid_utils.compat

from edge.box.box import Box
from edge.usecases.transfer.overdue import is_told, overdue_now, tell_overdue
from sync.protocol.identity import EventId

log = structlog.get_logger()


async def look_for_overdue(box: Box) -> tuple[str, ...]:
    """The numbers of what is overdue. The writer is asked for nothing where people were told
    already."""
    moment = box.clock.moment()
    numbers = await box.reports.read(lambda db: overdue_now(db, moment))
    if await box.reports.read(lambda db: is_told(db, numbers)):
        return numbers
    event_id = EventId(uuid_utils.compat.uuid7())
    numbers = await box.writer.run(lambda db: tell_overdue(db, event_id, moment))
    log.warning("goods overdue", store=box.enrolment.store_code, transfers=list(numbers))
    box.nudge.set()
    return numbers
