"""Put a basket aside: any workstation of the shop may go on with it."""

import sqlite3
from typing import Annotated
from uuid import UUID

from msgspec import Meta

from edge.db.days import find_open_day
from edge.db.operators import require
from edge.db.suspended import (
    LISTED_MAX,
    SuspendedBasket,
    count_suspended,
    find_body,
    put_suspended,
)
from edge.domain.business_day import BUSINESS_DAY, DayEvent
from edge.domain.fields import Request, Sentence, ShortItem, ShortOperator, Word
from edge.domain.sale.basket import (
    COUPONS_MAX,
    VOUCHERS_MAX,
    DiscountRequest,
    Figure,
    LineNumber,
    LineRequest,
    VoucherRequest,
)
from edge.domain.suspended import BasketSuspendedAlready, TooManySuspended
from sync.engine.journal import Moment
from sync.protocol.bounds import FIGURE_MAX
from sync.protocol.codec import encode
from sync.protocol.facts import LINES_MAX
from sync.protocol.identity import CustomerId, WorkstationId
from sync.protocol.permissions import Permission
from sync.protocol.states import state_of


class ShownLine(Request, frozen=True):
    """A line as the sale's request will state it, and as it was shown. ``quantity_milli`` and
    ``amount_minor`` are below zero for goods that come back."""

    line: LineRequest
    item_id: ShortItem
    name: Sentence
    unit: Word
    quantity_milli: Annotated[int, Meta(ge=-FIGURE_MAX, le=FIGURE_MAX)]
    amount_minor: Annotated[int, Meta(ge=-FIGURE_MAX, le=FIGURE_MAX)]


class BasketContent(Request, frozen=True):
    """What is in a basket that nothing was paid of yet. ``total_minor``: as it was shown."""

    lines: Annotated[tuple[ShownLine, ...], Meta(min_length=1, max_length=LINES_MAX)]
    total_minor: Figure = 0
    customer_id: CustomerId | None = None
    discount: DiscountRequest | None = None
    coupons: Annotated[tuple[Word, ...], Meta(max_length=COUPONS_MAX)] = ()
    left_out: Annotated[tuple[LineNumber, ...], Meta(max_length=LINES_MAX)] = ()
    vouchers: Annotated[tuple[VoucherRequest, ...], Meta(max_length=VOUCHERS_MAX)] = ()


class SuspendBasket(Request, frozen=True):
    """``basket_id`` is made by the workstation when the basket begins; ``note``: by what people
    find it again."""

    basket_id: UUID
    operator_id: ShortOperator
    basket: BasketContent
    note: Sentence | None = None


def suspend_basket(
    db: sqlite3.Connection, request: SuspendBasket, workstation_id: WorkstationId, moment: Moment
) -> SuspendedBasket:
    """The basket as it waits from now on. Raises UnknownOperator, InactiveOperator,
    PermissionNeeded, NoOpenBusinessDay, BasketSuspendedAlready, TooManySuspended."""
    require(db, request.operator_id, Permission.SELL)
    found = find_open_day(db)
    day = BUSINESS_DAY.require(found, state_of(found), DayEvent.TRADED)
    if find_body(db, request.basket_id) is not None:
        raise BasketSuspendedAlready(request.basket_id)
    if count_suspended(db) >= LISTED_MAX:
        raise TooManySuspended(LISTED_MAX)
    basket = SuspendedBasket(
        request.basket_id,
        workstation_id,
        request.operator_id,
        moment.wall_ms,
        day.business_date,
        request.note,
        len(request.basket.lines),
        request.basket.total_minor,
    )
    put_suspended(db, basket, encode(request.basket))
    return basket
