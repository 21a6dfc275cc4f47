"""Note what was taken out of a basket before anybody paid: lines of it, or all of it.

It is a fact with operator and value. Nothing here decides whether it may be: a cashier who takes a
line out must not be kept from it, and head office sees who does it how often.
"""

import sqlite3
from collections.abc import Iterable
from typing import Annotated
from uuid import UUID, uuid5

import msgspec
from msgspec import Meta

from edge.db.days import find_open_day
from edge.db.journal import append
from edge.db.operators import require
from edge.db.suspended import suspended_baskets
from edge.domain.fields import Request, Sentence, ShortItem, ShortOperator
from edge.usecases.basket.recall import take_suspended
from edge.usecases.basket.suspend import BasketContent
from sync.engine.journal import Moment
from sync.protocol.bounds import FIGURE_MAX
from sync.protocol.facts import LINES_MAX, LinesRemoved, RemovedLine
from sync.protocol.identity import EventId, OperatorId, WorkstationId
from sync.protocol.permissions import Permission

AT_CLOSE = "the day was closed"


class LineTakenOut(Request, frozen=True):
    """A line as it was shown; below zero for goods that were to come back."""

    item_id: ShortItem
    description: Sentence
    quantity_milli: Annotated[int, Meta(ge=-FIGURE_MAX, le=FIGURE_MAX)]
    amount_minor: Annotated[int, Meta(ge=-FIGURE_MAX, le=FIGURE_MAX)]


class RemoveLines(Request, frozen=True):
    """``removal_id`` is made by the workstation. ``whole``: nothing is left of the basket."""

    removal_id: UUID
    basket_id: UUID
    operator_id: ShortOperator
    lines: Annotated[tuple[LineTakenOut, ...], Meta(min_length=1, max_length=LINES_MAX)]
    whole: bool = False
    reason: Sentence | None = None


class CancelBasket(Request, frozen=True):
    """Who gives a suspended basket up, and why."""

    operator_id: ShortOperator
    reason: Sentence | None = None


class Removed(msgspec.Struct, frozen=True):
    """What was noted: how many lines, and their value."""

    removal_id: UUID
    line_count: int
    amount_minor: int


def remove_lines(
    db: sqlite3.Connection, request: RemoveLines, workstation_id: WorkstationId, moment: Moment
) -> Removed:
    """Raises UnknownOperator, InactiveOperator, PermissionNeeded, NotEnrolled."""
    require(db, request.operator_id, Permission.SELL)
    lines = [
        RemovedLine(one.item_id, one.description, one.quantity_milli, one.amount_minor)
        for one in request.lines
    ]
    return _note(db, request, lines, workstation_id, moment, whole=request.whole)


def cancel_basket(
    db: sqlite3.Connection,
    request: CancelBasket,
    basket_id: UUID,
    removal_id: UUID,
    workstation_id: WorkstationId,
    moment: Moment,
) -> Removed:
    """A suspended basket is given up. Raises UnknownOperator, InactiveOperator, PermissionNeeded,
    BasketNotSuspended, NotEnrolled."""
    require(db, request.operator_id, Permission.SELL)
    lines = _lines(take_suspended(db, basket_id))
    whole = RemoveLines(removal_id, basket_id, request.operator_id, (), reason=request.reason)
    return _note(db, whole, lines, workstation_id, moment, whole=True)


def cancel_all(
    db: sqlite3.Connection, operator_id: OperatorId, event_id: UUID, moment: Moment
) -> None:
    """Every basket that waits is given up with the day that ``event_id`` closes. Raises
    NotEnrolled."""
    for waits in suspended_baskets(db):
        lines = _lines(take_suspended(db, waits.basket_id))
        removal_id = uuid5(event_id, str(waits.basket_id))
        whole = RemoveLines(removal_id, waits.basket_id, operator_id, (), reason=AT_CLOSE)
        _note(db, whole, lines, waits.workstation_id, moment, whole=True)


def _lines(basket: BasketContent) -> list[RemovedLine]:
    return [
        RemovedLine(one.item_id, one.name, one.quantity_milli, one.amount_minor)
        for one in basket.lines
    ]


def _note(
    db: sqlite3.Connection,
    request: RemoveLines,
    lines: Iterable[RemovedLine],
    workstation_id: WorkstationId | None,
    moment: Moment,
    *,
    whole: bool,
) -> Removed:
    day = find_open_day(db)
    fact = LinesRemoved(
        request.removal_id,
        request.basket_id,
        request.operator_id,
        workstation_id or None,
        None if day is None else day.business_date,
        whole,
        request.reason or "",
        tuple(lines),
    )
    append(db, fact, EventId(request.removal_id), moment)
    return Removed(
        request.removal_id, len(fact.lines), sum(line.amount_minor for line in fact.lines)
    )
