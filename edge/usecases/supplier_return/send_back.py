"""Send goods back to a supplier: out of the stock at what they had cost, with a reason."""

import sqlite3
from datetime import date
from typing import Annotated
from uuid import UUID

from msgspec import Meta

from edge.db.buying import knows_supplier
from edge.db.days import find_open_day
from edge.db.item_rules import rules_of
from edge.db.items import first_unknown
from edge.db.journal import append
from edge.db.operators import require
from edge.db.stock import move_stock, with_costs
from edge.db.supplier_returns import SupplierReturn, insert_return
from edge.domain.fields import QuantityMilli, Request, Sentence, ShortItem, ShortOperator, Word
from edge.domain.item import UnknownItem
from edge.domain.rights import Override
from edge.domain.stock import refuse_marks, refuse_size, refuse_unmarked
from edge.domain.supplier import UnknownSupplier
from edge.usecases.supplier_return.look_up import look_up_return
from sync.engine.journal import Moment
from sync.protocol.facts import LINES_MAX, StockLine, StockMoved, StockMovementKind
from sync.protocol.identity import EventId, MovementId
from sync.protocol.permissions import Permission


class GoodsBack(Request, frozen=True):
    """How much of an item goes back, in thousandths of its unit."""

    item_id: ShortItem
    quantity_milli: QuantityMilli
    lot: Word | None = None
    expires_on: date | None = None
    serial: Word | None = None


class SendBack(Request, frozen=True):
    """``movement_id`` is made by the workstation, before the first attempt. ``document``: the
    number on the paper that goes along, or the supplier's leave for it."""

    movement_id: MovementId
    operator_id: ShortOperator
    supplier_id: Word
    reason: Sentence
    lines: Annotated[tuple[GoodsBack, ...], Meta(min_length=1, max_length=LINES_MAX)]
    document: Word | None = None
    override_id: UUID | None = None


def send_back(
    db: sqlite3.Connection, request: SendBack, moment: Moment, override: Override | None = None
) -> SupplierReturn:
    """What went, with what it had cost; its event has the movement's id.

    Raises UnknownOperator, InactiveOperator, PermissionNeeded, OverrideRefused, UnknownSupplier,
    UnknownItem, TooMuchAtOnce, SerialOfSeveral, GoodsWithoutSerial, GoodsWithoutLot,
    InvalidField, NotEnrolled.
    """
    movement_id = request.movement_id
    require(db, request.operator_id, Permission.ADJUST_STOCK, movement_id, override)
    if not knows_supplier(db, request.supplier_id):
        raise UnknownSupplier(request.supplier_id)
    unknown = first_unknown(db, [line.item_id for line in request.lines])
    if unknown is not None:
        raise UnknownItem(request.lines[unknown].item_id, field=f"lines[{unknown}].item_id")
    refuse_size(line.quantity_milli for line in request.lines)
    refuse_marks(request.lines)
    refuse_unmarked(request.lines, rules_of(db, [line.item_id for line in request.lines]))
    day, event_id = find_open_day(db), EventId(movement_id)
    fact = StockMoved(
        movement_id,
        StockMovementKind.SUPPLIER_RETURN,
        request.operator_id,
        None if day is None else day.business_date,
        request.reason,
        with_costs(db, [_line(one) for one in request.lines]),
        request.document,
        None,
        request.supplier_id,
    )
    append(db, fact, event_id, moment)
    move_stock(db, fact, fact.kind.value, event_id, moment.wall_ms)
    who = (request.supplier_id, request.operator_id, request.reason, request.document or "")
    insert_return(db, movement_id, *who, moment.wall_ms)
    return look_up_return(db, movement_id)


def _line(line: GoodsBack) -> StockLine:
    marks = (line.lot, None, line.expires_on, line.serial)
    return StockLine(line.item_id, -line.quantity_milli, None, *marks)
