"""Arrange the quick keys of this shop's tills, all of them at once; and look at them."""

import sqlite3
from uuid import UUID

import msgspec

from edge.db.items import ItemFound, find_items, first_unknown
from edge.db.operators import require
from edge.db.quick_keys import read_arrangement, write_arrangement
from edge.domain.fields import Request, ShortOperator
from edge.domain.item import UnknownItem
from edge.domain.quick_keys import Colour, QuickKeysChanged, QuickTab, QuickTabs
from edge.domain.rights import Override
from edge.usecases.item.look_up import as_of_now
from sync.engine.journal import Moment
from sync.protocol.identity import EventId, ItemId
from sync.protocol.permissions import Permission

SUBJECT = "quick keys"
"""What an override is given for."""


class ArrangeQuickKeys(Request, frozen=True):
    """``version``: of the arrangement that this one was made from."""

    event_id: EventId
    operator_id: ShortOperator
    version: int
    tabs: QuickTabs
    override_id: UUID | None = None


class KeyShown(msgspec.Struct, frozen=True):
    """A key with its item, as it would be sold now."""

    item: ItemFound
    short_name: str | None
    colour: Colour
    sign: str | None


class TabShown(msgspec.Struct, frozen=True):
    """A tab of the grid."""

    name: str
    keys: tuple[KeyShown, ...]


class QuickKeysShown(msgspec.Struct, frozen=True):
    """The whole grid. ``version``: 0 before anybody arranged it."""

    version: int
    tabs: tuple[TabShown, ...]


def look_up_quick_keys(db: sqlite3.Connection, moment: Moment) -> QuickKeysShown:
    """What is no item any more is left out. Raises SettingsMissing."""
    version, tabs = read_arrangement(db)
    ids = [key.item_id for tab in tabs for key in tab.keys]
    items = {item.item_id: item for item in find_items(db, ids, as_of_now(db, moment))}
    return QuickKeysShown(version, tuple(_shown(tab, items) for tab in tabs))


def _shown(tab: QuickTab, items: dict[ItemId, ItemFound]) -> TabShown:
    keys = (
        KeyShown(items[key.item_id], key.short_name, key.colour, key.sign)
        for key in tab.keys
        if key.item_id in items
    )
    return TabShown(tab.name, tuple(keys))


def arrange_quick_keys(
    db: sqlite3.Connection,
    request: ArrangeQuickKeys,
    moment: Moment,
    override: Override | None = None,
) -> QuickKeysShown:
    """The grid as it is then. Raises UnknownOperator, InactiveOperator, PermissionNeeded,
    OverrideRefused, QuickKeysChanged, UnknownItem, SettingsMissing."""
    require(db, request.operator_id, Permission.ARRANGE_TILL, SUBJECT, override)
    version, _ = read_arrangement(db)
    if request.version != version:
        raise QuickKeysChanged(request.version, version)
    placed = [
        (key.item_id, f"tabs[{at}].keys[{number}].item_id")
        for at, tab in enumerate(request.tabs)
        for number, key in enumerate(tab.keys)
    ]
    unknown = first_unknown(db, [item_id for item_id, _ in placed])
    if unknown is not None:
        item_id, field = placed[unknown]
        raise UnknownItem(item_id, field=field)
    write_arrangement(db, version + 1, request.tabs, request.operator_id, moment.wall_ms)
    return look_up_quick_keys(db, moment)
