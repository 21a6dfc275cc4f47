"""Load feeds anew that are not head office's: it was restored to an earlier state and published
since, or rows here were damaged. Until the load is complete the shop sells from what it has.
"""

import sqlite3
from collections.abc import Sequence
from uuid import UUID

from edge.db.reference import Feed, forget_cursor
from edge.db.showing import note_show_due
from edge.usecases.box.raise_alarm import raise_alarm
from sync.engine.journal import Moment
from sync.protocol.facts import AlarmKind


def load_anew(
    db: sqlite3.Connection, feeds: Sequence[Feed], moment: Moment, *, alarm_id: UUID
) -> None:
    """Forget how far each was taken, and tell people once."""
    note_show_due(db)
    for feed in feeds:
        forget_cursor(db, feed)
    names = ", ".join(feed.data_set.value for feed in feeds)
    raise_alarm(
        db,
        AlarmKind.CENTRAL_REWOUND,
        names,
        f"What this box had taken of head office's {names} is not what head office has: it was "
        "restored to an earlier state, or this box's rows were damaged. They are loaded anew; "
        "the shop sells on meanwhile. Look at what was sold at prices that are not head office's.",
        moment,
        alarm_id=alarm_id,
    )
