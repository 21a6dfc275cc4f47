"""Go on in another epoch because records are missing: the database is whole in itself, and was put
back."""

import sqlite3

from edge.db.epochs import writing
from edge.usecases.box.branch_off import Opening, branch_off
from sync.engine.journal import Moment
from sync.engine.outbox import BranchCause
from sync.protocol.change import Head


def tell_missing(db: sqlite3.Connection, missing: str, moment: Moment, opening: Opening) -> Head:
    """An alarm on both sides, and another epoch: what would be written under the numbers of the
    missing records is another history. ``missing``: in words (edge/db/told_mark.py)."""
    return branch_off(db, writing(db).epoch, BranchCause.REWOUND, missing, moment, opening)
