"""Tell people that records are missing: the database is whole in itself, and was put back."""

import sqlite3
from uuid import UUID

from edge.usecases.box.stop_pushing import stop_pushing
from sync.engine.journal import Moment
from sync.engine.outbox import StopReason
from sync.protocol.facts import AlarmKind


def tell_missing(db: sqlite3.Connection, missing: str, moment: Moment, *, alarm_id: UUID) -> None:
    """An alarm on both sides, and nothing is pushed: what would be written under the numbers of the
    missing records is another branch, which people must know before head office gets it. The shop
    goes on selling. ``missing``: in words (edge/db/told_mark.py)."""
    stop_pushing(
        db,
        f"{StopReason.REWOUND.value}: {missing}",
        moment,
        alarm=AlarmKind.REWOUND,
        alarm_id=alarm_id,
    )
