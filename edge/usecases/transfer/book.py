"""Book one end of a transfer: goods that leave for another store, or that came from one. Each end
is a fact of its own store, and neither waits for the other."""

import sqlite3
from datetime import date
from typing import Annotated, NamedTuple
from uuid import UUID

from msgspec import Meta

from edge.db.between_stores import Here, find_between, store_of
from edge.db.days import find_open_day
from edge.db.item_rules import rules_of
from edge.db.items import first_unknown
from edge.db.journal import append, read_head
from edge.db.operators import require
from edge.db.stock import move_stock, with_costs
from edge.db.store import read_enrolment
from edge.db.transfers import TransferEnd, TransferLine, insert_transfer
from edge.domain.fields import QuantityMilli, Request, Sentence, ShortItem, ShortOperator, Word
from edge.domain.item import UnknownItem
from edge.domain.rights import Override
from edge.domain.stock import refuse_marks, refuse_size, refuse_unmarked
from edge.domain.transfer import TransferToItself
from sync.engine.journal import Moment, NotEnrolled
from sync.protocol.between_stores import Between
from sync.protocol.facts import LINES_MAX, StockLine, StockTransferred, TransferDirection
from sync.protocol.identity import EventId, MovementId
from sync.protocol.permissions import Permission
from sync.protocol.transfers import intent_of, transfer_number


class SentLine(Request, frozen=True):
    """How much of an item, in thousandths of its unit."""

    item_id: ShortItem
    quantity_milli: QuantityMilli
    lot: Word | None = None
    expires_on: date | None = None
    serial: Word | None = None


class SendGoods(Request, frozen=True):
    """``other_store``: the code of the store that they go to; ``wish_id``: what somebody asked for
    that they are sent for. ``transfer_id`` is made by the workstation, before the first attempt."""

    transfer_id: MovementId
    operator_id: ShortOperator
    other_store: Word
    reason: Sentence
    lines: Annotated[tuple[SentLine, ...], Meta(min_length=1, max_length=LINES_MAX)]
    override_id: UUID | None = None
    wish_id: UUID | None = None


class TakeIn(Request, frozen=True):
    """``number``: as it stands on the paper of the goods; ``reason``: also why it is not what the
    paper says, where it is not."""

    transfer_id: MovementId
    operator_id: ShortOperator
    number: Word
    reason: Sentence
    lines: Annotated[tuple[SentLine, ...], Meta(min_length=1, max_length=LINES_MAX)]
    other_store: Word | None = None
    override_id: UUID | None = None


def send_goods(
    db: sqlite3.Connection, request: SendGoods, moment: Moment, override: Override | None = None
) -> TransferEnd:
    """With the number that goes onto the paper of the goods; its event has the transfer's id.

    Raises UnknownOperator, InactiveOperator, PermissionNeeded, OverrideRefused, UnknownItem,
    TransferToItself, TooMuchAtOnce, SerialOfSeveral, GoodsWithoutSerial, GoodsWithoutLot,
    InvalidField, NotEnrolled.
    """
    require(db, request.operator_id, Permission.ADJUST_STOCK, request.transfer_id, override)
    box, head = read_enrolment(db), read_head(db)
    if box is None:
        raise NotEnrolled("there is no epoch to write in")
    other = request.other_store.strip().upper()
    if other == box.store_code.upper():
        raise TransferToItself(box.store_code)
    number = transfer_number(box.store_code, other, head.epoch, head.seq + 1)
    refuse_marks(request.lines)
    lines = [_line(one, -one.quantity_milli) for one in request.lines]
    what = _Ends(request.transfer_id, TransferDirection.OUT, number, other, request.wish_id)
    return _book(db, request, what, lines, moment)


def take_in(
    db: sqlite3.Connection, request: TakeIn, moment: Moment, override: Override | None = None
) -> TransferEnd:
    """Whether its despatch was heard of or not; its event has the transfer's id.

    Raises UnknownOperator, InactiveOperator, PermissionNeeded, OverrideRefused, UnknownItem,
    TooMuchAtOnce, SerialOfSeveral, GoodsWithoutSerial, GoodsWithoutLot, InvalidField,
    NotEnrolled.
    """
    require(db, request.operator_id, Permission.RECEIVE_STOCK, request.transfer_id, override)
    refuse_marks(request.lines)
    number, other = request.number.strip().upper(), (request.other_store or "").strip().upper()
    box = read_enrolment(db)
    if box is None:
        raise NotEnrolled("there is no epoch to write in")
    here = Here(box.store_id, box.store_code)
    sent = find_between(db, here, intent_of(box.company_id, number), moment.wall_ms)
    if sent is not None and not other:
        other = sent.to_code if sent.from_code == box.store_code else sent.from_code
    lines = [_as_it_cost(sent, one) for one in request.lines]
    what = _Ends(request.transfer_id, TransferDirection.IN, number, other)
    return _book(db, request, what, lines, moment)


class _Ends(NamedTuple):
    transfer_id: MovementId
    direction: TransferDirection
    number: str
    other: str
    wish_id: UUID | None = None


def _line(line: SentLine, quantity_milli: int, cost_minor: int | None = None) -> StockLine:
    marks = (line.lot, cost_minor, line.expires_on, line.serial)
    return StockLine(line.item_id, quantity_milli, None, *marks)


def _as_it_cost(sent: Between | None, one: SentLine) -> StockLine:
    """What came is worth what its sender gave it away for, where that was heard."""
    of_item = () if sent is None else (line for line in sent.lines if line.item_id == one.item_id)
    found = next(iter(of_item), None)
    cost = None if found is None else found.share_of(one.quantity_milli)
    return _line(one, one.quantity_milli, cost)


def _book(
    db: sqlite3.Connection,
    request: SendGoods | TakeIn,
    what: _Ends,
    lines: list[StockLine],
    moment: Moment,
) -> TransferEnd:
    transfer_id, direction, number, other, wish_id = what
    unknown = first_unknown(db, [line.item_id for line in lines])
    if unknown is not None:
        raise UnknownItem(lines[unknown].item_id, field=f"lines[{unknown}].item_id")
    refuse_size([line.quantity_milli for line in lines])
    refuse_unmarked(lines, rules_of(db, [line.item_id for line in lines]))
    box, day = read_enrolment(db), find_open_day(db)
    if box is None:
        raise NotEnrolled("there is no epoch to write in")
    intent_id, event_id = intent_of(box.company_id, number), EventId(transfer_id)
    fact = StockTransferred(
        transfer_id,
        direction,
        wish_id or intent_id,
        store_of(db, other),
        request.operator_id,
        None if day is None else day.business_date,
        request.reason,
        with_costs(db, lines),
        number,
    )
    append(db, fact, event_id, moment)
    move_stock(db, fact, f"transfer_{direction.value}", event_id, moment.wall_ms)
    said = tuple(
        TransferLine(line.item_id, line.item_id, "", abs(line.quantity_milli)) for line in lines
    )
    who = (request.operator_id, request.reason, moment.wall_ms)
    end = TransferEnd(transfer_id, direction, number, intent_id, other, *who, said)
    insert_transfer(db, end, wish_id)
    return end
