"""Say what was counted at one place: by scanner or by id, again and again, by several people."""

import sqlite3
from datetime import date
from typing import Annotated
from uuid import UUID

import msgspec
from msgspec import Meta

from edge.db.journal import read_head
from edge.db.operators import require
from edge.db.shelf_counts import ask_again, find_shelf_count, has_line, insert_line
from edge.db.stock_counts import last_row
from edge.domain.fields import Code, Request, ShortItem, ShortOperator, Word
from edge.domain.rights import Override
from edge.domain.shelf_count import SHELF_COUNT, CountEvent, ShelfLine
from edge.usecases.stock.goods import named_goods
from sync.engine.journal import Moment
from sync.protocol.facts import LINES_MAX
from sync.protocol.identity import ItemId, WorkstationId
from sync.protocol.money import QUANTITY_MILLI_MAX
from sync.protocol.permissions import Permission
from sync.protocol.states import state_of
from sync.protocol.typed import not_typed


class SayCounted(Request, frozen=True):
    """``text``: what a scanner read or a person typed of the item, a pack's code for packs.
    ``counted_milli``: how many of that; without it, one. ``line_id`` is made by the workstation,
    before the first attempt."""

    line_id: UUID
    operator_id: ShortOperator
    text: Annotated[Code, not_typed("it is looked up and not kept")]
    counted_milli: Annotated[int, Meta(ge=0, le=QUANTITY_MILLI_MAX)] | None = None
    lot: Word | None = None
    override_id: UUID | None = None
    expires_on: date | None = None


class CountAgain(Request, frozen=True):
    """Items that somebody shall count again. ``event_id`` is made by the workstation."""

    event_id: UUID
    operator_id: ShortOperator
    item_ids: Annotated[tuple[ShortItem, ...], Meta(min_length=1, max_length=LINES_MAX)]
    override_id: UUID | None = None


class Said(msgspec.Struct, frozen=True):
    """A line as it was taken; never what the books say: who counts does not know that."""

    line_id: UUID
    item_id: ItemId
    name: str
    unit: str
    counted_milli: int
    lot: str | None


class AskedAgain(msgspec.Struct, frozen=True):
    """Which items are."""

    count_id: UUID
    item_ids: tuple[ItemId, ...]


def say_counted(
    db: sqlite3.Connection,
    count_id: UUID,
    request: SayCounted,
    workstation_id: WorkstationId,
    moment: Moment,
    override: Override | None = None,
) -> Said:
    """The line, which has seen all that is in the journal now. Said twice under one id, once.

    Raises UnknownOperator, InactiveOperator, PermissionNeeded, OverrideRefused, UnknownShelfCount,
    ShelfCountBooked, ShelfCountCancelled, SettingsMissing, UnknownScanCode, MisreadCode,
    MisreadValue, QuantityNotWhole, NotEnrolled.
    """
    require(db, request.operator_id, Permission.COUNT_STOCK, count_id, override)
    held = find_shelf_count(db, count_id)
    SHELF_COUNT.require(held, state_of(held), CountEvent.COUNTED, count_id)
    goods = named_goods(db, request.text, request.counted_milli, moment)
    lot = request.lot or goods.lot
    said = Said(request.line_id, goods.item_id, goods.name, goods.unit, goods.quantity_milli, lot)
    if has_line(db, request.line_id):
        return said
    head = read_head(db)
    line = ShelfLine(
        request.line_id,
        goods.item_id,
        1,
        goods.quantity_milli,
        lot,
        request.operator_id,
        workstation_id,
        head.epoch,
        head.seq,
        last_row(db),
        moment.wall_ms,
        request.expires_on or goods.expires_on,
    )
    insert_line(db, count_id, line)
    return said


def count_again(
    db: sqlite3.Connection,
    count_id: UUID,
    request: CountAgain,
    override: Override | None = None,
) -> AskedAgain:
    """What was said of these items counts no more; they wait until somebody counts them again.

    Raises UnknownOperator, InactiveOperator, PermissionNeeded, OverrideRefused, UnknownShelfCount,
    ShelfCountBooked, ShelfCountCancelled.
    """
    require(db, request.operator_id, Permission.ADJUST_STOCK, count_id, override)
    held = find_shelf_count(db, count_id)
    SHELF_COUNT.require(held, state_of(held), CountEvent.COUNTED, count_id)
    ask_again(db, count_id, request.item_ids)
    return AskedAgain(count_id, request.item_ids)
