"""What a store refuses about alarms."""

from uuid import UUID

from sync.protocol.errors import NotNow


class AlarmRefused(NotNow):
    alarm_id: UUID
    field = "alarm_id"


class UnknownAlarm(AlarmRefused, slug="unknown-alarm", status=404, title="This alarm is not known"):
    detail = "This store knows no alarm {alarm_id}."
    remedy = "See which stand: `edge alarm list`."


class AlarmClearedAlready(
    AlarmRefused, slug="alarm-cleared-already", title="The alarm was cleared already"
):
    """What happens later is a new one."""

    by: str
    detail = "The alarm {alarm_id} was cleared by {by}."
    remedy = "Nothing is to be done; see which stand: `edge alarm list`."
