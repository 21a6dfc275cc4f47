"""Goods that another shop sent, or that this one did, and that nobody received for days: people are
told once, by an alarm that ends by itself when the goods come, or somebody settles the transfer.

Both ends look, each by what it knows: the one that has a line tells head office."""

import sqlite3
from uuid import uuid5

from edge.db.alarms import find_standing, subjects_cleared
from edge.db.between_stores import known_between
from edge.usecases.box.clear_alarm import ClearAlarm, clear_alarm
from edge.usecases.box.raise_alarm import raise_alarm
from edge.usecases.transfer.note import store_here
from sync.engine.journal import Moment
from sync.protocol.between_stores import OVERDUE_DAYS
from sync.protocol.counted import counted
from sync.protocol.facts import AlarmKind
from sync.protocol.identity import EventId

THE_BOX = "the box itself"
NAMED_MAX = 20
"""Transfers; of more the oldest."""


def overdue_now(db: sqlite3.Connection, moment: Moment) -> tuple[str, ...]:
    """The numbers of transfers that are on their way for too long, the oldest first, but those of
    which somebody has cleared the alarm. Raises NotEnrolled."""
    known = known_between(db, store_here(db), moment.wall_ms)
    looked_into = subjects_cleared(db, AlarmKind.GOODS_OVERDUE.value, THE_BOX)
    numbers = [one.number for one in reversed(known) if one.is_overdue(moment.wall_ms)]
    return tuple(one for one in numbers if one and one not in looked_into)[:NAMED_MAX]


def is_told(db: sqlite3.Connection, numbers: tuple[str, ...]) -> bool:
    """Whether the alarm that stands names these, or none stands and there are none."""
    standing = find_standing(db, AlarmKind.GOODS_OVERDUE.value, "")
    return (() if standing is None else tuple(standing.subject.split())) == numbers


def tell_overdue(db: sqlite3.Connection, event_id: EventId, moment: Moment) -> tuple[str, ...]:
    """One alarm stands, which names all of them: where they are others than it says, it ends, here
    and at head office, and where there are any another begins. Raises NotEnrolled."""
    numbers = overdue_now(db, moment)
    if is_told(db, numbers):
        return numbers
    kind = AlarmKind.GOODS_OVERDUE
    standing = find_standing(db, kind.value, "")
    if standing is not None:
        why = (
            "a newer alarm names those that still are" if numbers else "they came, or were settled"
        )
        ended = EventId(uuid5(event_id, "ended"))
        clear_alarm(db, ClearAlarm(THE_BOX, why), standing.alarm_id, ended, moment)
    if numbers:
        many = counted(len(numbers), "transfer")
        word = "is" if len(numbers) == 1 else "are"
        said = f"{many} {word} on the way for more than {OVERDUE_DAYS} days: {', '.join(numbers)}."
        alarm_id = uuid5(event_id, "alarm")
        raise_alarm(db, kind, " ".join(numbers), said, moment, alarm_id=alarm_id)
    return numbers
