"""How the codes that scales print are built, as published: now, and as of a tender."""

import sqlite3

from edge.db.past import Kind, past_of_kind
from sync.protocol.labels.scale import ScaleCode

_ALL = "SELECT picture, step FROM scale_code"


def scale_codes(db: sqlite3.Connection) -> tuple[ScaleCode, ...]:
    """Those in force."""
    return tuple(ScaleCode(*row) for row in db.execute(_ALL))


def scale_codes_as_of(db: sqlite3.Connection, as_of_ms: int, now_ms: int) -> tuple[ScaleCode, ...]:
    """Those that were in force at ``as_of_ms``."""
    held = {each.picture: each for each in scale_codes(db)}
    for picture, (was, step) in past_of_kind(db, Kind.SCALE_CODE, as_of_ms, now_ms):
        held.pop(picture, None)
        if was is not None:
            held[picture] = ScaleCode(was, step)
    return tuple(held.values())
