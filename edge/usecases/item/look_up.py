"""Look items up as they would be sold now: today's prices, tax of the open business day."""

import sqlite3

import msgspec

from edge.db.days import find_open_day
from edge.db.item_search import search_items
from edge.db.items import AsOf, ItemFound, find_item_by_code
from edge.db.store import read_settings, today
from edge.domain.item import UnknownScanCode
from edge.domain.scan import readings_of
from sync.engine.journal import Moment


class Scanned(msgspec.Struct, frozen=True):
    """What a text in the scan field means. ``scan_code``: as a sale's line is to state it.
    ``quantity_milli`` is None where the text is a code alone."""

    scan_code: str
    quantity_milli: int | None
    item: ItemFound


def look_up_item(db: sqlite3.Connection, scan_code: str, moment: Moment) -> ItemFound | None:
    """By code or id. Raises SettingsMissing."""
    return find_item_by_code(db, scan_code, _now(db, moment))


def look_up_scan(db: sqlite3.Connection, text: str, moment: Moment) -> Scanned:
    """What a scanner read, or a person typed as quantity and code. Raises SettingsMissing,
    UnknownScanCode."""
    as_of = _now(db, moment)
    for code, quantity_milli in readings_of(text):
        item = find_item_by_code(db, code, as_of)
        if item is not None:
            return Scanned(code, quantity_milli, item)
    raise UnknownScanCode(text.strip(), field="text")


def look_up_items(
    db: sqlite3.Connection, words: str, limit: int, offset: int, moment: Moment
) -> tuple[ItemFound, ...]:
    """By words, best first. Raises SettingsMissing."""
    return search_items(db, words, _now(db, moment), limit, offset)


def _now(db: sqlite3.Connection, moment: Moment) -> AsOf:
    day = find_open_day(db)
    if day is not None:
        return AsOf(moment.wall_ms, day.business_date)
    return AsOf(moment.wall_ms, today(read_settings(db), moment.wall_ms))
