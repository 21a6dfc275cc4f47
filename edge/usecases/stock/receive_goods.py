"""Receive goods: stock goes up by what came, with or without an open day."""

import sqlite3
from typing import Annotated
from uuid import UUID

import msgspec
from msgspec import Meta

from edge.db.buying import knows_supplier
from edge.db.days import find_open_day
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
from edge.domain.supplier import UnknownSupplier
from sync.engine.journal import Moment
from sync.protocol.facts import LINES_MAX, StockLine, StockMoved, StockMovementKind
from sync.protocol.identity import EventId, MovementId
from sync.protocol.permissions import Permission


class GoodsLine(Request, frozen=True):
    """How much of an item came, in thousandths of its unit, and what one unit cost, or all of
    them."""

    item_id: ShortItem
    quantity_milli: QuantityMilli
    unit_cost_minor: AmountMinor | None = None
    cost_minor: AmountMinor | None = None


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
    UnknownSupplier, NotEnrolled.
    """
    event_id = EventId(request.movement_id)
    require(db, request.operator_id, Permission.RECEIVE_STOCK, event_id, override)
    _refuse_unknown_items(db, request)
    if request.supplier_id is not None and not knows_supplier(db, request.supplier_id):
        raise UnknownSupplier(request.supplier_id)
    day = find_open_day(db)
    business_date = None if day is None else day.business_date
    fact = StockMoved(
        request.movement_id,
        StockMovementKind.RECEIPT,
        request.operator_id,
        business_date,
        request.reason,
        with_costs(db, [_line(line) for line in request.lines]),
        request.document,
        None,
        request.supplier_id,
    )
    append(db, fact, event_id, moment)
    booked = move_stock(db, fact, fact.kind.value, event_id, moment.wall_ms)
    return ReceivedGoods(request.movement_id, booked)


def _line(line: GoodsLine) -> StockLine:
    what = (line.item_id, line.quantity_milli, line.unit_cost_minor)
    return StockLine(*what, None, line.cost_minor)


def _refuse_unknown_items(db: sqlite3.Connection, request: ReceiveGoods) -> None:
    """Inactive items may still come in."""
    unknown = first_unknown(db, [line.item_id for line in request.lines])
    if unknown is not None:
        raise UnknownItem(request.lines[unknown].item_id, field=f"lines[{unknown}].item_id")
