"""Look items up as they would be sold now: today's prices, tax of the open business day."""

import sqlite3

from edge.db.days import find_open_day
from edge.db.items import AsOf, ItemFound, find_item_by_code, search_items
from edge.db.store import read_settings, today
from sync.engine.journal import Moment


def look_up_item(db: sqlite3.Connection, scan_code: str, moment: Moment) -> ItemFound | None:
    """What a scanner read. Raises SettingsMissing."""
    return find_item_by_code(db, scan_code, _now(db, moment))


def look_up_items(
    db: sqlite3.Connection, words: str, limit: int, offset: int, moment: Moment
) -> tuple[ItemFound, ...]:
    """By the beginnings of words. Raises SettingsMissing."""
    return search_items(db, words, _now(db, moment), limit, offset)


def _now(db: sqlite3.Connection, moment: Moment) -> AsOf:
    day = find_open_day(db)
    if day is not None:
        return AsOf(moment.wall_ms, day.business_date)
    return AsOf(moment.wall_ms, today(read_settings(db), moment.wall_ms))
