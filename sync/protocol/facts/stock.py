"""Stock that comes or goes without a sale, and what was counted. Each refuses to exist unbalanced.

Movements are signed and add up; absolute figures stand only in a count, which says what it has seen
(protocol.md, stock).
"""

from datetime import date
from enum import StrEnum
from typing import Annotated
from uuid import UUID

import msgspec

from sync.protocol.bounds import FIGURE_MAX, Milli, Minor, Text
from sync.protocol.change import Sequence
from sync.protocol.errors import Unbalanced
from sync.protocol.facts.base import LINES_MAX, Fact, KindVersion, Part, refuse_date, refuse_size
from sync.protocol.identity import ItemId, MovementId, OperatorId, StoreId
from sync.protocol.money import MILLI
from sync.protocol.moving_cost import line_cost
from sync.protocol.text import PLAIN


class StockMovementKind(StrEnum):
    """Why stock came or went at this store without a sale."""

    RECEIPT = "receipt"
    ADJUSTMENT = "adjustment"
    WASTE = "waste"
    OWN_USE = "own_use"
    SUPPLIER_RETURN = "supplier_return"


class StockLine(Part, frozen=True, array_like=True):
    """One item's part of a movement; ``quantity_milli`` is signed and never 0.

    ``cost_minor``: what all of the line cost, signed as its quantity: of what comes in as it was
    bought (without it ``unit_cost_minor`` times the quantity, without either the average), of what
    goes out as the store's average had it. ``unit_cost_minor`` of what goes out is the catalogue's.
    ``lot``, ``expires_on`` (the last day), ``serial``: as they stand on the goods (lots.py); what
    has a serial number is one piece.
    """

    item_id: Annotated[ItemId, PLAIN]
    quantity_milli: Milli
    unit_cost_minor: Minor | None = None
    lot: Text | None = None
    cost_minor: Minor | None = None
    expires_on: date | None = None
    serial: Text | None = None

    def __post_init__(self) -> None:
        if self.quantity_milli == 0:
            raise Unbalanced(f"{self.item_id}: a line of a movement moves nothing")
        if self.serial is not None and abs(self.quantity_milli) != MILLI:
            raise Unbalanced(f"{self.item_id}: what has a serial number is one piece")
        refuse_date(self.expires_on)
        if (self.cost_minor or 0) * self.quantity_milli < 0:
            raise Unbalanced(f"{self.item_id}: a cost has the wrong sign")

    @property
    def came_for_minor(self) -> int | None:
        """What comes in cost, all of it; None where the line states no cost, or goes out."""
        if self.quantity_milli < 0:
            return None
        if self.cost_minor is not None:
            return self.cost_minor
        return line_cost(self.unit_cost_minor, self.quantity_milli)


def _refuse_lines(lines: "tuple[StockLine, ...] | tuple[CountLine, ...]") -> None:
    if not 1 <= len(lines) <= LINES_MAX:
        raise Unbalanced(f"a movement has at least one line and at most {LINES_MAX:,}")


class StockMoved(Fact, frozen=True, array_like=True):
    """Stock came or went without a sale. Absolute figures stand only in a count. ``order_id`` and
    ``supplier_id``: of a receipt, the order that it is (a part of) and who brought it; of goods
    that go back, to whom.

    Version 2 has these two, the kinds ``own_use`` and ``supplier_return`` and a line's
    ``cost_minor``, version 3 a line's ``expires_on`` and ``serial``.
    """

    KIND = KindVersion("stock_moved", 3)
    EARLIER = (1, 2)
    OWN_ID = "movement_id"

    movement_id: MovementId
    kind: StockMovementKind
    operator_id: OperatorId
    business_date: date | None
    reason: Text
    lines: tuple[StockLine, ...]
    document: Text | None = None
    order_id: UUID | None = None
    supplier_id: Text | None = None

    def __post_init__(self) -> None:
        _refuse_lines(self.lines)
        refuse_date(self.business_date)
        refuse_size([abs(line.quantity_milli) for line in self.lines], "quantity")


class TransferDirection(StrEnum):
    """Which end of a transfer a store reports."""

    OUT = "out"
    IN = "in"


class StockTransferred(Fact, frozen=True, array_like=True):
    """One end of a transfer between stores: what left here, or what came here. Each end is a fact
    of its own store; what one sent and the other did not get is in transit or a discrepancy.
    ``intent_id``: the wish that both name; ``other_store_id``: None where it is not known.
    Version 2 has a line's ``cost_minor``, version 3 its ``expires_on`` and ``serial``."""

    KIND = KindVersion("stock_transferred", 3)
    EARLIER = (1, 2)
    OWN_ID = "transfer_id"

    transfer_id: MovementId
    direction: TransferDirection
    intent_id: UUID | None
    other_store_id: StoreId | None
    operator_id: OperatorId
    business_date: date | None
    reason: Text
    lines: tuple[StockLine, ...]
    document: Text | None = None

    def __post_init__(self) -> None:
        _refuse_lines(self.lines)
        refuse_date(self.business_date)
        refuse_size([abs(line.quantity_milli) for line in self.lines], "quantity")
        comes_in = self.direction is TransferDirection.IN
        if any((line.quantity_milli > 0) != comes_in for line in self.lines):
            raise Unbalanced(f"a line of a transfer {self.direction.value} has the wrong sign")


class CountLine(Part, frozen=True, array_like=True):
    """One item as it was counted: an absolute figure, and what it has seen (protocol.md, stock):
    this epoch's events through ``seen_through``. Movements that it has not seen come on top.
    Where a line of an item says its lot or last day, the count says of all its lots what is there
    (lots.py)."""

    item_id: Annotated[ItemId, PLAIN]
    counted_milli: Annotated[int, msgspec.Meta(ge=0, le=FIGURE_MAX)]
    seen_through: Sequence
    lot: Text | None = None
    expires_on: date | None = None

    def __post_init__(self) -> None:
        refuse_date(self.expires_on)


class StockCounted(Fact, frozen=True, array_like=True):
    """Shelves were counted, while selling went on or not. ``parent_through``: of the epoch before,
    what it had when it was sealed; None where this epoch has no parent. Version 2 has a line's
    ``expires_on``."""

    KIND = KindVersion("stock_counted", 2)
    EARLIER = (1,)
    OWN_ID = "count_id"

    count_id: MovementId
    operator_id: OperatorId
    business_date: date | None
    reason: Text
    parent_through: Sequence | None
    lines: tuple[CountLine, ...]
    document: Text | None = None

    def __post_init__(self) -> None:
        _refuse_lines(self.lines)
        refuse_date(self.business_date)
