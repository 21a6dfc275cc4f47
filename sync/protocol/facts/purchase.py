"""Orders at suppliers: sent, and ended without all of it having come; what is credited for goods
that went back. What was received, and what went back, is stock that moved (``stock.py``); a draft
is no fact."""

from datetime import date
from typing import Annotated
from uuid import UUID

import msgspec

from sync.protocol.bounds import FIGURE_MAX, Text
from sync.protocol.errors import Unbalanced
from sync.protocol.facts.base import LINES_MAX, Fact, KindVersion, Part, refuse_date, refuse_size
from sync.protocol.identity import ItemId, MovementId, OperatorId
from sync.protocol.moving_cost import line_cost
from sync.protocol.text import PLAIN

Cost = Annotated[int, msgspec.Meta(ge=0, le=FIGURE_MAX)]


class OrderLine(Part, frozen=True, array_like=True):
    """So much of an item. ``unit_cost_minor``: what the supplier asks for one, ``cost_minor`` for
    all of them, where that is known better; nil: not known. ``code``: the supplier's own."""

    item_id: Annotated[ItemId, PLAIN]
    quantity_milli: Annotated[int, msgspec.Meta(ge=1, le=FIGURE_MAX)]
    unit_cost_minor: Cost | None = None
    code: Text | None = None
    cost_minor: Cost | None = None

    @property
    def asked_minor(self) -> int | None:
        """What all of it is to cost; None: not known."""
        if self.cost_minor is not None:
            return self.cost_minor
        return line_cost(self.unit_cost_minor, self.quantity_milli)


class PurchaseOrderSent(Fact, frozen=True, array_like=True):
    """An order went to a supplier. Each item stands in one line. ``document``: the order's number,
    as it stands on its paper; ``business_date``: None while no day was open."""

    KIND = KindVersion("purchase_order_sent", 1)
    OWN_ID = "order_id"

    order_id: UUID
    supplier_id: Text
    operator_id: OperatorId
    business_date: date | None
    lines: tuple[OrderLine, ...]
    expected_on: date | None
    document: Text

    def __post_init__(self) -> None:
        refuse_date(self.business_date)
        refuse_date(self.expected_on)
        if not 1 <= len(self.lines) <= LINES_MAX:
            raise Unbalanced(f"an order has at least one line and at most {LINES_MAX:,}")
        if len({line.item_id for line in self.lines}) != len(self.lines):
            raise Unbalanced("an item stands in more than one line of an order")
        refuse_size([line.quantity_milli for line in self.lines], "quantity")
        refuse_size([line.asked_minor or 0 for line in self.lines], "cost")


class PurchaseOrderClosed(Fact, frozen=True, array_like=True):
    """Nothing more is awaited of an order: ``cancelled`` before anything came, or the rest of it is
    given up."""

    KIND = KindVersion("purchase_order_closed", 1)
    OWN_ID = "closing_id"

    closing_id: MovementId
    order_id: UUID
    operator_id: OperatorId
    business_date: date | None
    cancelled: bool
    reason: Text

    def __post_init__(self) -> None:
        refuse_date(self.business_date)


class SupplierCredited(Fact, frozen=True, array_like=True):
    """A supplier's credit note for goods that went back (``movement_id``: a ``stock_moved`` of kind
    ``supplier_return``). Several of one return add up."""

    KIND = KindVersion("supplier_credited", 1)
    OWN_ID = "credit_id"

    credit_id: MovementId
    movement_id: MovementId
    supplier_id: Text
    operator_id: OperatorId
    business_date: date | None
    number: Text
    amount_minor: Cost

    def __post_init__(self) -> None:
        refuse_date(self.business_date)
