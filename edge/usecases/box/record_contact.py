"""Record that head office was reached."""

import sqlite3
from collections.abc import Sequence

from edge.db.pushing import write_contact
from edge.db.sought import keep_missing, keep_sought
from edge.domain.reckoning import Steady
from edge.usecases.day.give_manifest import give_asked_manifest
from sync.engine.journal import Moment
from sync.protocol.commands import GiveManifest, Missing, Seek, read_commands


def record_contact(
    db: sqlite3.Connection,
    moment: Moment,
    server_time_ms: int,
    steady: Steady,
    set_aside: int = 0,
    commands: Sequence[str] = (),
    protocols: Sequence[int] = (),
) -> None:
    """Keep when, what head office's clock and this machine's steady one said then, how many of this
    store's events head office does not count for now, which it seeks, and which versions of the
    protocol it speaks; give the manifests that it asks for. Raises NotEnrolled where it does."""
    asked = read_commands(commands)
    keep_sought(db, [one.event for one in asked if isinstance(one, Seek)])
    keep_missing(db, [one for one in asked if isinstance(one, Missing)])
    for business_date in sorted(
        {one.business_date for one in asked if isinstance(one, GiveManifest)}
    ):
        give_asked_manifest(db, business_date, moment)
    write_contact(db, moment.wall_ms, server_time_ms, steady, set_aside, protocols)
