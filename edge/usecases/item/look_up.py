"""Look items up as they would be sold now: today's prices, tax of the open business day."""

import sqlite3
from collections.abc import Sequence
from datetime import date

import msgspec

from edge.db.days import find_open_day
from edge.db.item_search import search_items
from edge.db.items import AsOf, ItemFound, find_item_by_code
from edge.db.price_books import packs_of
from edge.db.scale_codes import scale_codes
from edge.db.store import read_settings, today
from edge.domain.item import UnknownScanCode
from edge.domain.sale.labels import PLAIN, labels_of, quantity_of, refuse_expired
from edge.domain.sale.refusals.labels import MisreadCode, MisreadValue
from edge.domain.scan import readings_of
from sync.engine.journal import Moment
from sync.protocol.labels.label import MISREAD, MISREAD_VALUE, Label


class LabelFound(msgspec.Struct, frozen=True):
    """``quantity_milli``: what one label sells, in thousandths of the item's unit, at today's
    price; ``amount_minor``: what it costs, where the label says so. ``name``: what a pack is
    called."""

    quantity_milli: int
    amount_minor: int | None
    lot: str | None
    expires_on: date | None
    serial: str | None
    name: str | None = None


class Scanned(msgspec.Struct, frozen=True):
    """What a text in the scan field means. ``scan_code``: as a sale's line is to state it.
    ``quantity_milli`` is None where the text is a code alone. ``label``: what the code says beside
    its item; a line with such a code counts labels."""

    scan_code: str
    quantity_milli: int | None
    item: ItemFound
    label: LabelFound | None = None


def look_up_item(db: sqlite3.Connection, scan_code: str, moment: Moment) -> ItemFound | None:
    """By code or id. Raises SettingsMissing."""
    return find_item_by_code(db, scan_code, as_of_now(db, moment))


def look_up_scan(
    db: sqlite3.Connection, text: str, moment: Moment, *, also_expired: bool = False
) -> Scanned:
    """What a scanner read, or a person typed as quantity and code. ``also_expired``: goods that may
    not be sold any more are meant as well. Raises SettingsMissing, UnknownScanCode, MisreadCode,
    MisreadValue, LotExpired."""
    as_of = as_of_now(db, moment)
    readings = readings_of(text)
    for code, quantity_milli in readings:
        item = find_item_by_code(db, code, as_of)
        if item is not None:
            return Scanned(code, quantity_milli, item)
    labels = _labels(db, [reading.code for reading in readings], as_of.day)
    for code, quantity_milli in readings:
        label = labels.get(code, PLAIN)
        found = (find_item_by_code(db, each, as_of) for each in label.codes)
        item = next((each for each in found if each is not None), None)
        if item is not None:
            if not also_expired:
                refuse_expired(label.expires_on, label.lot, as_of.day, item.name, "text")
            return Scanned(code, quantity_milli, item, _found(label, item))
    wrong = next((one.code for one in readings if labels.get(one.code) == MISREAD_VALUE), None)
    if wrong is not None:
        raise MisreadValue(wrong, field="text")
    if labels.get(readings[0].code) == MISREAD:
        raise MisreadCode(text.strip(), field="text")
    raise UnknownScanCode(text.strip(), field="text")


def _labels(db: sqlite3.Connection, codes: Sequence[str], today: date) -> dict[str, Label]:
    labels = labels_of(codes, scale_codes(db), today, read_settings(db).decimals)
    return labels | packs_of(db, codes)


def _found(label: Label, item: ItemFound) -> LabelFound:
    quantity = quantity_of(label, item.unit, item.unit_price_minor or 0)
    of_goods = (label.lot, label.expires_on, label.serial)
    return LabelFound(quantity, label.amount_minor, *of_goods, label.name)


def look_up_items(
    db: sqlite3.Connection, words: str, limit: int, offset: int, moment: Moment
) -> tuple[ItemFound, ...]:
    """By words, best first. Raises SettingsMissing."""
    return search_items(db, words, as_of_now(db, moment), limit, offset)


def as_of_now(db: sqlite3.Connection, moment: Moment) -> AsOf:
    """Prices of this moment, tax of the open business day or today. Raises SettingsMissing."""
    day = find_open_day(db)
    if day is not None:
        return AsOf(moment.wall_ms, day.business_date)
    return AsOf(moment.wall_ms, today(read_settings(db), moment.wall_ms))
