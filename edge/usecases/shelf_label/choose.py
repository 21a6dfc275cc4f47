"""Choose what gets a label: a department, or what has another price since a day."""

import sqlite3
from datetime import date

from edge.db.shelf_labels import items_changed, items_of_department
from edge.db.store import read_settings
from edge.usecases.shelf_label.make import end_of_day
from sync.engine.journal import Moment
from sync.protocol.identity import ItemId


def items_to_label(
    db: sqlite3.Connection,
    department: str,
    since: date | None,
    on: date | None,
    most: int,
    moment: Moment,
) -> list[ItemId]:
    """Of a department, of all where it is empty and a day is named. ``since``: those alone whose
    price changed on that day or later, through ``on``, or through today. Raises SettingsMissing,
    InvalidField."""
    if since is None:
        return items_of_department(db, department, most)
    zone = read_settings(db).zone
    after_ms = end_of_day(since, zone) - DAY_MS
    at_ms = moment.wall_ms if on is None else end_of_day(on, zone)
    return items_changed(db, department, after_ms, at_ms, most)


DAY_MS = 86_400_000
