"""What a store says of goods between stores without moving any: it asks another for some, says that
nobody need wait for what was asked, settles a transfer of which not all came."""

import sqlite3
from typing import Annotated
from uuid import UUID, uuid5

from msgspec import Meta, Struct

from edge.db.between_stores import Here, Note, add_note, find_between, store_of
from edge.db.days import find_open_day
from edge.db.items import first_unknown
from edge.db.journal import append
from edge.db.operators import require
from edge.db.store import read_enrolment
from edge.domain.fields import Request, Sentence, ShortOperator, Word
from edge.domain.item import UnknownItem
from edge.domain.rights import Override
from edge.domain.stock import refuse_size
from edge.domain.transfer import (
    NothingToSettle,
    TransferToItself,
    UnknownTransfer,
    WishedTwice,
    WishEnded,
)
from edge.usecases.transfer.book import SentLine
from sync.engine.journal import Moment, NotEnrolled
from sync.protocol.between_stores import Between, GoodsState
from sync.protocol.facts import LINES_MAX, TransferNote, TransferNoted, WishedLine
from sync.protocol.identity import EventId, MovementId
from sync.protocol.permissions import Permission
from sync.protocol.told import ToldLine


class AskForGoods(Request, frozen=True):
    """``other_store``: the code of the store that is to send them. ``note_id`` is made by the
    workstation, before the first attempt; the wish has an id that follows from it."""

    note_id: MovementId
    operator_id: ShortOperator
    other_store: Word
    reason: Sentence
    lines: Annotated[tuple[SentLine, ...], Meta(min_length=1, max_length=LINES_MAX)]
    override_id: UUID | None = None


class SayOfTransfer(Request, frozen=True):
    """``subject_id``: the wish, or the transfer."""

    note_id: MovementId
    operator_id: ShortOperator
    subject_id: UUID
    reason: Sentence
    override_id: UUID | None = None


class Noted(Struct, frozen=True):
    """What was said of which wish or transfer."""

    note_id: MovementId
    note: TransferNote
    subject_id: UUID


def ask_for_goods(
    db: sqlite3.Connection, request: AskForGoods, moment: Moment, override: Override | None = None
) -> Noted:
    """The other store sees it once both have spoken to head office.

    Raises UnknownOperator, InactiveOperator, PermissionNeeded, OverrideRefused, UnknownItem,
    WishedTwice, TransferToItself, TooMuchAtOnce, NotEnrolled.
    """
    require(db, request.operator_id, Permission.ORDER_STOCK, request.note_id, override)
    here = store_here(db)
    other = request.other_store.strip().upper()
    if other == here.code.upper():
        raise TransferToItself(here.code)
    items = [line.item_id for line in request.lines]
    unknown = first_unknown(db, items)
    if unknown is not None:
        raise UnknownItem(items[unknown], field=f"lines[{unknown}].item_id")
    if len(set(items)) != len(items):
        raise WishedTwice
    refuse_size([line.quantity_milli for line in request.lines])
    lines = tuple(WishedLine(one.item_id, one.quantity_milli) for one in request.lines)
    wish_id = uuid5(request.note_id, "wish")
    return _note(db, here, TransferNote.WISHED, wish_id, (other, ""), request, moment, lines)


def end_wish(
    db: sqlite3.Connection, request: SayOfTransfer, moment: Moment, override: Override | None = None
) -> Noted:
    """Whoever asked waits no more, or whoever was asked will not send it.

    Raises UnknownOperator, InactiveOperator, PermissionNeeded, OverrideRefused, UnknownTransfer,
    WishEnded, NotEnrolled.
    """
    require(db, request.operator_id, Permission.ADJUST_STOCK, request.note_id, override)
    here = store_here(db)
    wish = _known(db, here, request.subject_id, moment)
    if not wish.is_wish:
        raise UnknownTransfer(request.subject_id)
    if not wish.is_open:
        raise WishEnded
    other = _other(here, wish)
    return _note(db, here, TransferNote.WISH_ENDED, wish.subject_id, (other, ""), request, moment)


def settle_transfer(
    db: sqlite3.Connection, request: SayOfTransfer, moment: Moment, override: Override | None = None
) -> Noted:
    """By either end: what did not come is not looked for any more. Moves nothing.

    Raises UnknownOperator, InactiveOperator, PermissionNeeded, OverrideRefused, UnknownTransfer,
    NothingToSettle, NotEnrolled.
    """
    require(db, request.operator_id, Permission.ADJUST_STOCK, request.note_id, override)
    here = store_here(db)
    found = _known(db, here, request.subject_id, moment)
    if found.is_wish:
        raise UnknownTransfer(request.subject_id)
    if found.state in (GoodsState.ARRIVED, GoodsState.CLOSED):
        raise NothingToSettle
    about = (_other(here, found), found.number)
    return _note(db, here, TransferNote.SETTLED, found.subject_id, about, request, moment)


def store_here(db: sqlite3.Connection) -> Here:
    """Raises NotEnrolled."""
    box = read_enrolment(db)
    if box is None:
        raise NotEnrolled("there is no epoch to write in")
    return Here(box.store_id, box.store_code)


def _known(db: sqlite3.Connection, here: Here, subject_id: UUID, moment: Moment) -> Between:
    """Raises UnknownTransfer."""
    found = find_between(db, here, subject_id, moment.wall_ms)
    if found is None:
        raise UnknownTransfer(subject_id)
    return found


def _other(here: Here, one: Between) -> str:
    return one.to_code if one.from_code == here.code else one.from_code


def _note(
    db: sqlite3.Connection,
    here: Here,
    note: TransferNote,
    subject_id: UUID,
    about: tuple[str, str],
    request: AskForGoods | SayOfTransfer,
    moment: Moment,
    lines: tuple[WishedLine, ...] = (),
) -> Noted:
    """``about``: the other store's code, and the transfer's number."""
    day, (other, number) = find_open_day(db), about
    fact = TransferNoted(
        request.note_id,
        note,
        subject_id,
        store_of(db, other),
        other,
        request.operator_id,
        None if day is None else day.business_date,
        request.reason,
        number,
        lines,
    )
    append(db, fact, EventId(request.note_id), moment)
    told = tuple(
        ToldLine(at, line.item_id, line.quantity_milli) for at, line in enumerate(lines, start=1)
    )
    who = (request.operator_id, request.reason, moment.wall_ms, told)
    add_note(db, Note(request.note_id, note.value, subject_id, other, number, *who))
    return Noted(request.note_id, note, subject_id)
