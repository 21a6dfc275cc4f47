"""What boxes said of themselves."""

from typing import NamedTuple
from uuid import UUID

from central.projections.projection import Oldest, Projection


class StoreAlarm(NamedTuple):
    """Table ``store_alarm``. The last three: the event's place."""

    store_id: UUID
    alarm_id: UUID
    kind: str
    subject: str
    detail: str
    occurred_at_ms: int
    epoch_number: int
    epoch_fingerprint: bytes
    seq: int


class AlarmClearing(NamedTuple):
    """Table ``alarm_clearing``; the first of an alarm, by its place, holds."""

    store_id: UUID
    alarm_id: UUID
    cleared_by: str
    reason: str
    epoch_number: int
    epoch_fingerprint: bytes
    seq: int


PROJECTIONS = (
    Projection("store_alarm", StoreAlarm, 2),
    Projection(
        "alarm_clearing",
        AlarmClearing,
        2,
        Oldest(("epoch_number", "epoch_fingerprint", "seq", "cleared_by", "reason")),
        kinds=("alarm_cleared",),
    ),
)
