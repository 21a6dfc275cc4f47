"""Stock: what moved, what it adds up to, what was counted."""

from datetime import date
from typing import NamedTuple
from uuid import UUID

from central.projections.projection import SUM, Newest, Projection


class StockMovement(NamedTuple):
    """Table ``stock_movement``; lines from 1. ``cost_minor``: what came in cost, all of it, or what
    the store says that went out had cost, signed; ``unit_cost_minor`` as the fact has it."""

    store_id: UUID
    event_id: UUID
    line_no: int
    business_date: date | None
    item_id: str
    kind: str
    quantity_milli: int
    epoch_number: int
    epoch_fingerprint: bytes
    seq: int
    lot: str | None
    unit_cost_minor: int | None
    cost_minor: int | None
    order_id: UUID | None
    supplier_id: str | None


class LotMovement(NamedTuple):
    """Table ``lot_movement``: a line of a receipt or of goods that moved otherwise which says lot,
    last day or serial number. ``lot``: its name (``sync/protocol/lots.py``); ``kind`` as a
    movement's, or ``sale``, ``return``; the quantity is signed."""

    store_id: UUID
    event_id: UUID
    line_no: int
    item_id: str
    kind: str
    lot: str | None
    expires_on: date | None
    serial: str | None
    quantity_milli: int
    epoch_number: int
    epoch_fingerprint: bytes
    seq: int


class LotCount(NamedTuple):
    """Table ``lot_count``: a line of a count of an item whose lots it says; the place is that of
    the item's count (``StockCount``)."""

    store_id: UUID
    event_id: UUID
    line_no: int
    item_id: str
    lot: str | None
    expires_on: date | None
    counted_milli: int
    epoch_number: int
    epoch_fingerprint: bytes
    seen_through: int
    seq: int
    parent_through: int


class StockTransfer(NamedTuple):
    """Table ``stock_transfer``: one end of a transfer; its lines are movements of its event.
    ``intent_id``: of the number on its paper, where it has one, and so of both ends;
    ``wish_id``: what its fact names, where that is another."""

    store_id: UUID
    event_id: UUID
    intent_id: UUID | None
    direction: str
    number: str | None
    reason: str
    moved_at_ms: int
    operator_id: str
    other_store_id: UUID | None
    wish_id: UUID | None


class OnHand(NamedTuple):
    """Table ``stock_level``: to add."""

    store_id: UUID
    item_id: str
    on_hand_milli: int
    entries: int = 1


class CountedItem(NamedTuple):
    """Table ``stock_counted``: an item of a count, its lots together. Every count is kept: what the
    goods were worth follows from all of them."""

    store_id: UUID
    event_id: UUID
    item_id: str
    epoch_number: int
    epoch_fingerprint: bytes
    seen_through: int
    seq: int
    parent_through: int
    counted_milli: int


class StockCount(NamedTuple):
    """Table ``stock_count``: the count of an item that has seen most; ``sum_seen`` fills in what of
    its movements it has seen."""

    store_id: UUID
    item_id: str
    epoch_number: int
    epoch_fingerprint: bytes
    seen_through: int
    seq: int
    parent_through: int
    counted_milli: int
    seen_milli: int = 0


PROJECTIONS = (
    Projection("stock_movement", StockMovement, 3, many=True),
    Projection("lot_movement", LotMovement, 3, many=True),
    Projection("lot_count", LotCount, 3),
    Projection("stock_transfer", StockTransfer, 2),
    Projection("stock_level", OnHand, 2, SUM),
    Projection("stock_counted", CountedItem, 3, many=True),
    Projection(
        "stock_count",
        StockCount,
        2,
        Newest(
            (
                *("epoch_number", "epoch_fingerprint", "seen_through", "seq"),
                *("parent_through", "counted_milli"),
            )
        ),
        unverified={"seen_milli": "which is summed from other rows"},
        kinds=("stock_counted",),
    ),
)
