"""Begin a count of shelves, or give it up: nothing of either is a fact."""

import sqlite3
from typing import Annotated
from uuid import UUID

from msgspec import Meta

from edge.db.items import first_unknown
from edge.db.operators import require
from edge.db.shelf_counts import (
    ShelfCount,
    end_shelf_count,
    find_shelf_count,
    insert_shelf_count,
)
from edge.domain.fields import Request, Sentence, ShortItem, ShortOperator, Word
from edge.domain.item import UnknownItem
from edge.domain.rights import Override
from edge.domain.shelf_count import SHELF_COUNT, CountEvent, CountScope, CountState
from sync.engine.journal import Moment
from sync.protocol.facts import LINES_MAX
from sync.protocol.permissions import Permission
from sync.protocol.states import state_of


class BeginShelfCount(Request, frozen=True):
    """``department``: whose items are counted; ``item_ids``: those that are; neither: the whole
    shop. ``count_id`` is made by the workstation, before the first attempt."""

    count_id: UUID
    operator_id: ShortOperator
    name: Sentence
    department: Word | None = None
    item_ids: Annotated[tuple[ShortItem, ...], Meta(max_length=LINES_MAX)] = ()
    override_id: UUID | None = None


class EndShelfCount(Request, frozen=True):
    """Who gives it up. ``event_id`` is made by the workstation."""

    event_id: UUID
    operator_id: ShortOperator
    override_id: UUID | None = None


def begin_shelf_count(
    db: sqlite3.Connection,
    request: BeginShelfCount,
    moment: Moment,
    override: Override | None = None,
) -> ShelfCount:
    """The open count; one that was begun under this id is given again.

    Raises UnknownOperator, InactiveOperator, PermissionNeeded, OverrideRefused, UnknownItem.
    """
    count_id, by = request.count_id, request.operator_id
    require(db, by, Permission.COUNT_STOCK, count_id, override)
    held = find_shelf_count(db, count_id)
    SHELF_COUNT.after(state_of(held), CountEvent.BEGUN, count_id)
    if held is not None:
        return held
    unknown = first_unknown(db, request.item_ids)
    if unknown is not None:
        raise UnknownItem(request.item_ids[unknown], field=f"item_ids[{unknown}]")
    scope, department = CountScope.SHOP, None
    if request.item_ids:
        scope = CountScope.ITEMS
    elif request.department is not None:
        scope, department = CountScope.DEPARTMENT, request.department
    what = (count_id, request.name, scope, department)
    count = ShelfCount(*what, CountState.OPEN, by, moment.wall_ms)
    insert_shelf_count(db, count, request.item_ids)
    return count


def cancel_shelf_count(
    db: sqlite3.Connection,
    count_id: UUID,
    request: EndShelfCount,
    moment: Moment,
    override: Override | None = None,
) -> ShelfCount:
    """What was said of it is booked nowhere.

    Raises UnknownOperator, InactiveOperator, PermissionNeeded, OverrideRefused, UnknownShelfCount,
    ShelfCountBooked.
    """
    require(db, request.operator_id, Permission.ADJUST_STOCK, count_id, override)
    found = find_shelf_count(db, count_id)
    held = SHELF_COUNT.require(found, state_of(found), CountEvent.CANCELLED, count_id)
    if held.state is CountState.OPEN:
        by = request.operator_id
        end_shelf_count(db, CountState.CANCELLED, 0, by, moment.wall_ms, count_id)
    return find_shelf_count(db, count_id) or held
