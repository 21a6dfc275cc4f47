"""What a store refuses about alarms."""

from uuid import UUID

from edge.domain.errors import NotNow


class UnknownAlarm(NotNow):
    """No alarm has this id."""

    slug = "unknown-alarm"
    title = "This alarm is not known"

    def __init__(self, alarm_id: UUID) -> None:
        super().__init__(
            f"This store knows no alarm {alarm_id}.",
            field="alarm_id",
            remedy="See which stand: `edge alarm list`.",
        )
        self.alarm_id = alarm_id


class AlarmClearedAlready(NotNow):
    """An alarm is cleared once; what happens later is a new one."""

    slug = "alarm-cleared-already"
    title = "The alarm was cleared already"

    def __init__(self, alarm_id: UUID, by: str) -> None:
        super().__init__(
            f"The alarm {alarm_id} was cleared by {by}.",
            field="alarm_id",
            remedy="Nothing is to be done; see which stand: `edge alarm list`.",
        )
        self.alarm_id = alarm_id
