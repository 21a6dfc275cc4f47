"""Look into the stock: levels by words or department, an item unit by unit, how old it is."""

import sqlite3

import msgspec

from edge.db.item_search import search_items
from edge.db.items import ItemFound, find_item, find_item_by_code
from edge.db.stock_look import (
    Age,
    Level,
    LevelSums,
    Unit,
    ages,
    level_sums,
    levels_of,
    list_levels,
    uncovered_units,
    units_of,
)
from edge.domain.item import UnknownItem
from edge.domain.stock import Only
from edge.usecases.item.look_up import as_of_now
from sync.engine.journal import Moment
from sync.protocol.errors import NotFound
from sync.protocol.identity import ItemId

UNCOVERED_MAX = 50
"""Movements that explain a level below zero."""


class LevelsLook(msgspec.Struct, frozen=True):
    """A page of levels, and what all of them come to."""

    levels: tuple[Level, ...]
    sums: LevelSums


class ItemLook(msgspec.Struct, frozen=True):
    """``item``: as it is sold now, None where it is no more. ``level`` is None where it never
    moved. ``units``: a page of the history, the newest first; ``uncovered``: what moved since the
    books last had it, where they are below zero."""

    item_id: ItemId
    item: ItemFound | None
    level: Level | None
    units: tuple[Unit, ...]
    uncovered: tuple[Unit, ...]


class Ageing(msgspec.Struct, frozen=True):
    """The longest there first, as far as it is known."""

    items: tuple[Age, ...]


def look_at_levels(
    db: sqlite3.Connection,
    words: str,
    department: str | None,
    only: Only | None,
    limit: int,
    offset: int,
    moment: Moment,
) -> LevelsLook:
    """With ``words``: of the items that they find, best first, also one that is not sold any more
    by its code; else by name. Raises SettingsMissing."""
    if words.strip():
        as_of = as_of_now(db, moment)
        exact = find_item_by_code(db, words.strip(), as_of)
        found = [one.item_id for one in search_items(db, words, as_of, limit, offset)]
        first = [] if exact is None or offset else [exact.item_id]
        levels = levels_of(db, list(dict.fromkeys([*first, *found])))
    else:
        levels = list_levels(db, department, only, limit, offset)
    return LevelsLook(levels, level_sums(db))


def look_at_item(
    db: sqlite3.Connection, item_id: ItemId, limit: int, offset: int, moment: Moment
) -> ItemLook:
    """Raises NotFound where it is neither known nor ever moved, SettingsMissing."""
    as_of = as_of_now(db, moment)
    item = find_item(db, item_id, as_of)
    level = next(iter(levels_of(db, [item_id])), None)
    if item is None and level is None:
        unknown = UnknownItem(item_id, field="item_id")
        raise NotFound(unknown.detail, remedy=unknown.remedy, field=unknown.field)
    below = level is not None and level.on_hand_milli < 0
    uncovered = uncovered_units(db, item_id, UNCOVERED_MAX) if below else ()
    return ItemLook(item_id, item, level, units_of(db, item_id, limit, offset), uncovered)


def look_at_ageing(db: sqlite3.Connection, moment: Moment) -> Ageing:
    """Of every item that is there."""
    found = sorted(
        ages(db, moment.wall_ms),
        key=lambda one: (tuple(-milli for milli in reversed(one.by_age_milli)), one.item_id),
    )
    return Ageing(tuple(found))
