"""Receive goods: stock goes up by what came, with or without an open day."""

import sqlite3
from collections.abc import Sequence
from datetime import date
from typing import Annotated
from uuid import UUID

import msgspec
from msgspec import Meta

from edge.db.buying import knows_supplier
from edge.db.days import find_open_day
from edge.db.item_rules import rules_of
from edge.db.items import first_unknown
from edge.db.journal import append
from edge.db.operators import require
from edge.db.stock import MovedLine, move_stock, with_costs
from edge.domain.fields import (
    AmountMinor,
    QuantityMilli,
    Request,
    Sentence,
    ShortItem,
    ShortOperator,
    Word,
)
from edge.domain.item import UnknownItem
from edge.domain.rights import Override
from edge.domain.stock import refuse_marks, refuse_size, refuse_unmarked
from edge.domain.supplier import UnknownSupplier
from sync.engine.journal import Moment
from sync.protocol.facts import LINES_MAX, StockLine, StockMoved, StockMovementKind
from sync.protocol.identity import EventId, MovementId, OperatorId
from sync.protocol.permissions import Permission


class GoodsLine(Request, frozen=True):
    """How much of an item came, in thousandths of its unit, and what one unit cost, or all of
    them; lot, last day and serial number as they stand on it."""

    item_id: ShortItem
    quantity_milli: QuantityMilli
    unit_cost_minor: AmountMinor | None = None
    cost_minor: AmountMinor | None = None
    lot: Word | None = None
    expires_on: date | None = None
    serial: Word | None = None


class ReceiveGoods(Request, frozen=True):
    """``movement_id`` is made by the workstation, before the first attempt. ``document``: the
    supplier's delivery note."""

    movement_id: MovementId
    operator_id: ShortOperator
    reason: Sentence
    lines: Annotated[tuple[GoodsLine, ...], Meta(min_length=1, max_length=LINES_MAX)]
    override_id: UUID | None = None
    document: Word | None = None
    supplier_id: Word | None = None


class ReceivedGoods(msgspec.Struct, frozen=True):
    """Each line with the level after it."""

    movement_id: MovementId
    lines: tuple[MovedLine, ...]


def receive_goods(
    db: sqlite3.Connection,
    request: ReceiveGoods,
    moment: Moment,
    override: Override | None = None,
) -> ReceivedGoods:
    """What was booked; its event has the movement's id.

    Raises UnknownOperator, InactiveOperator, PermissionNeeded, OverrideRefused, UnknownItem,
    UnknownSupplier, and what ``book_in`` raises.
    """
    require(db, request.operator_id, Permission.RECEIVE_STOCK, request.movement_id, override)
    if request.supplier_id is not None and not knows_supplier(db, request.supplier_id):
        raise UnknownSupplier(request.supplier_id)
    booked = book_in(
        db,
        request.movement_id,
        request.operator_id,
        request.lines,
        moment,
        reason=request.reason,
        document=request.document,
        supplier_id=request.supplier_id,
    )
    return ReceivedGoods(request.movement_id, booked)


def book_in(
    db: sqlite3.Connection,
    movement_id: MovementId,
    operator_id: OperatorId,
    lines: Sequence[GoodsLine],
    moment: Moment,
    *,
    reason: str,
    document: str | None = None,
    order_id: UUID | None = None,
    supplier_id: str | None = None,
) -> tuple[MovedLine, ...]:
    """A receipt of whoever may: the movement, and the levels after it. Raises UnknownItem,
    TooMuchAtOnce, SerialOfSeveral, GoodsWithoutSerial, GoodsWithoutLot, InvalidField,
    NotEnrolled."""
    _refuse_unknown_items(db, lines)
    refuse_size(line.quantity_milli for line in lines)
    refuse_marks(lines)
    refuse_unmarked(lines, rules_of(db, [line.item_id for line in lines]))
    day, event_id = find_open_day(db), EventId(movement_id)
    fact = StockMoved(
        movement_id,
        StockMovementKind.RECEIPT,
        operator_id,
        None if day is None else day.business_date,
        reason,
        with_costs(db, [_line(line) for line in lines]),
        document,
        order_id,
        supplier_id,
    )
    append(db, fact, event_id, moment)
    return move_stock(db, fact, fact.kind.value, event_id, moment.wall_ms)


def _line(line: GoodsLine) -> StockLine:
    what = (line.item_id, line.quantity_milli, line.unit_cost_minor)
    return StockLine(*what, line.lot, line.cost_minor, line.expires_on, line.serial)


def _refuse_unknown_items(db: sqlite3.Connection, lines: Sequence[GoodsLine]) -> None:
    """Inactive items may still come in."""
    unknown = first_unknown(db, [line.item_id for line in lines])
    if unknown is not None:
        raise UnknownItem(lines[unknown].item_id, field=f"lines[{unknown}].item_id")
