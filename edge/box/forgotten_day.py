"""Looks now and then for a business day that nobody closed, which then closes itself."""

import structlog
import uuid_utils.compat

from edge.box.box import Box
from edge.domain.suspended import SuspendedAtClose
from edge.usecases.day.close import ClosedDay
from edge.usecases.day.close_forgotten import close_forgotten_day, forgotten_day
from sync.protocol.identity import EventId

log = structlog.get_logger()


async def close_forgotten(box: Box) -> ClosedDay | None:
    """The day that closed itself just now. The writer is asked for nothing where none is
    forgotten."""
    moment, after_h = box.clock.moment(), box.settings.day_forgotten_after_h
    if await box.reader.read(lambda db: forgotten_day(db, after_h, moment)) is None:
        return None
    event_id = EventId(uuid_utils.compat.uuid7())
    cancel = box.settings.suspended_at_close is SuspendedAtClose.CANCEL
    closed = await box.writer.run(
        lambda db: close_forgotten_day(db, after_h, event_id, moment, cancel_suspended=cancel)
    )
    if closed is not None:
        where, day = box.enrolment.store_code, closed.business_date.isoformat()
        log.warning("day closed itself", store=where, business_date=day)
        box.nudge.set()
    return closed
