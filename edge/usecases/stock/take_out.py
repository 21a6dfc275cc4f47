"""Take goods out of the books, or put the books right, without a sale and without a count: waste,
own use, adjustments, each with a reason."""

import sqlite3
from datetime import date
from enum import StrEnum
from typing import Annotated
from uuid import UUID

import msgspec
from msgspec import Meta

from edge.db.days import find_open_day
from edge.db.items import first_unknown
from edge.db.journal import append
from edge.db.operators import require
from edge.db.stock import MovedLine, move_stock, with_costs
from edge.domain.fields import Request, Sentence, ShortItem, ShortOperator, Word
from edge.domain.item import UnknownItem
from edge.domain.rights import Override
from edge.domain.stock import WrongSign, refuse_marks, refuse_size
from sync.engine.journal import Moment
from sync.protocol.facts import LINES_MAX, StockLine, StockMoved, StockMovementKind
from sync.protocol.identity import EventId, MovementId
from sync.protocol.money import QUANTITY_MILLI_MAX
from sync.protocol.permissions import Permission


class TakenFor(StrEnum):
    """What goods are taken out for. ``ADJUSTMENT``: the books are put right, in either direction;
    of the others something goes, never comes."""

    WASTE = "waste"
    OWN_USE = "own_use"
    ADJUSTMENT = "adjustment"


class TakenLine(Request, frozen=True):
    """Signed thousandths of an item: what goes out is below zero. Lot, last day, serial number: as
    they stand on it."""

    item_id: ShortItem
    quantity_milli: Annotated[int, Meta(ge=-QUANTITY_MILLI_MAX, le=QUANTITY_MILLI_MAX)]
    lot: Word | None = None
    expires_on: date | None = None
    serial: Word | None = None


class TakeOut(Request, frozen=True):
    """``movement_id`` is made by the workstation, before the first attempt."""

    movement_id: MovementId
    operator_id: ShortOperator
    kind: TakenFor
    reason: Sentence
    lines: Annotated[tuple[TakenLine, ...], Meta(min_length=1, max_length=LINES_MAX)]
    document: Sentence | None = None
    override_id: UUID | None = None


class TakenOut(msgspec.Struct, frozen=True):
    """Each line with the level after it."""

    movement_id: MovementId
    lines: tuple[MovedLine, ...]


def take_out(
    db: sqlite3.Connection, request: TakeOut, moment: Moment, override: Override | None = None
) -> TakenOut:
    """What was booked; its event has the movement's id.

    Raises UnknownOperator, InactiveOperator, PermissionNeeded, OverrideRefused, UnknownItem,
    WrongSign, TooMuchAtOnce, SerialOfSeveral, InvalidField, NotEnrolled.
    """
    event_id = EventId(request.movement_id)
    require(db, request.operator_id, Permission.ADJUST_STOCK, event_id, override)
    _refuse(db, request)
    day = find_open_day(db)
    lines = [
        StockLine(
            one.item_id,
            one.quantity_milli,
            lot=one.lot,
            expires_on=one.expires_on,
            serial=one.serial,
        )
        for one in request.lines
    ]
    fact = StockMoved(
        request.movement_id,
        StockMovementKind(request.kind.value),
        request.operator_id,
        None if day is None else day.business_date,
        request.reason,
        with_costs(db, lines),
        request.document,
    )
    append(db, fact, event_id, moment)
    booked = move_stock(db, fact, fact.kind.value, event_id, moment.wall_ms)
    return TakenOut(request.movement_id, booked)


def _refuse(db: sqlite3.Connection, request: TakeOut) -> None:
    """Of items that are not sold any more, too."""
    unknown = first_unknown(db, [line.item_id for line in request.lines])
    if unknown is not None:
        raise UnknownItem(request.lines[unknown].item_id, field=f"lines[{unknown}].item_id")
    refuse_marks(request.lines)
    for number, line in enumerate(request.lines):
        goes = line.quantity_milli < 0
        if line.quantity_milli == 0 or (request.kind is not TakenFor.ADJUSTMENT and not goes):
            raise WrongSign(field=f"lines[{number}].quantity_milli")
    refuse_size([line.quantity_milli for line in request.lines])
