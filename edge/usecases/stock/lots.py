"""Stock by lot: what an item has, what expires first, where serial numbers were met."""

import sqlite3
from collections.abc import Iterable
from datetime import date

import msgspec

from edge.db.lots import SerialMet, items_with_last_days, named_lots, serials_of
from edge.db.stock import held_of
from edge.db.stock_look import Level, levels_of
from edge.db.store import read_settings, today
from sync.engine.journal import Moment
from sync.protocol.identity import ItemId
from sync.protocol.lots import Lot, lots_held
from sync.protocol.moving_cost import NOTHING_HELD, Held, share_of


class LotHeld(msgspec.Struct, frozen=True):
    """``lot`` is empty for what has none. ``days_left``: until its last day is over, below zero
    since then; None where it has no last day. ``worth_minor``: its share of the item's, None where
    that is not known."""

    lot: str
    expires_on: date | None
    quantity_milli: int
    days_left: int | None
    worth_minor: int | None


class ItemLots(msgspec.Struct, frozen=True):
    """What expires first first. Together the lots are the item's level."""

    item_id: ItemId
    lots: tuple[LotHeld, ...]
    serials: tuple[SerialMet, ...] = ()


class Expiring(msgspec.Struct, frozen=True):
    """A lot with a last day, of which something is there."""

    item_id: ItemId
    name: str
    department: str
    unit: str
    lot: LotHeld


class ExpiringLook(msgspec.Struct, frozen=True):
    """The first day first. ``over_minor``: what of these is worth whose day is over."""

    lots: tuple[Expiring, ...]
    over: int
    over_minor: int


def lots_of_item(db: sqlite3.Connection, item_id: ItemId, moment: Moment) -> ItemLots:
    """Of an item without named lots all is of no lot. Raises SettingsMissing."""
    day = today(read_settings(db), moment.wall_ms)
    lots = _held(db, [item_id], day).get(item_id, ())
    return ItemLots(item_id, lots, serials_of(db, item_id))


def expiring(db: sqlite3.Connection, within_days: int, moment: Moment) -> ExpiringLook:
    """Lots whose last day is over, or is at most so many days away. Raises SettingsMissing."""
    day = today(read_settings(db), moment.wall_ms)
    items = items_with_last_days(db)
    named = {one.item_id: one for one in levels_of(db, items)}
    found = [
        _expiring(named[item], lot)
        for item, lots in _held(db, items, day).items()
        for lot in lots
        if item in named and lot.quantity_milli > 0
        if lot.days_left is not None and lot.days_left <= within_days
    ]
    found.sort(key=lambda one: (one.lot.days_left or 0, one.name, one.lot.lot))
    over = [one.lot for one in found if (one.lot.days_left or 0) < 0]
    return ExpiringLook(tuple(found), len(over), sum(lot.worth_minor or 0 for lot in over))


def _expiring(level: Level, lot: LotHeld) -> Expiring:
    return Expiring(level.item_id, level.name, level.department, level.unit, lot)


def _held(
    db: sqlite3.Connection, items: Iterable[ItemId], day: date
) -> dict[ItemId, tuple[LotHeld, ...]]:
    asked = list(items)
    levels, named = held_of(db, asked), named_lots(db, asked)
    found = {}
    for item in asked:
        held = levels.get(item, NOTHING_HELD)
        lots = lots_held(held.on_hand_milli, named.get(item, ()))
        found[item] = tuple(_lot(lot, day, held) for lot in lots)
    return found


def _lot(lot: Lot, day: date, held: Held) -> LotHeld:
    left = None if lot.expires_on is None else (lot.expires_on - day).days
    worth = share_of(held, lot.quantity_milli)
    return LotHeld(lot.lot, lot.expires_on, lot.quantity_milli, left, worth)
