"""A fact of every kind, and another content under its own id."""

from typing import Any

import msgspec

from sync.protocol.codec import kind_of
from sync.protocol.facts import (
    AlarmCleared,
    AlarmKind,
    AlarmRaised,
    AnyFact,
    BirthMonthTold,
    BusinessDayOpened,
    BusinessDayReopened,
    CashDeposited,
    DeviceRecorded,
    EpochEnded,
    GrantAsked,
    GrantReleased,
    IdAbandoned,
    InvoiceMadeOut,
    LinesRemoved,
    ManifestGiven,
    PinSet,
    PurchaseOrderClosed,
    PurchaseOrderSent,
    Released,
    SafeCounted,
    StockLine,
    StockTransferred,
    SupplierCredited,
    TillCounted,
    TillHandedOver,
    TransferDirection,
    TransferNoted,
)
from sync.protocol.identity import MovementId, SaleId
from tests.contract.office import TEA, counted
from tests.golden.examples import EXAMPLES
from tests.shop_journal import ANNA, CUSTOMERS, DAY, NOW_MS, WORKSTATIONS, Shop


def each_kind(shop: Shop) -> dict[str, AnyFact]:
    """A fact of every kind, in an order in which they can be applied."""
    sale = shop.sale(((1, 1_000, 2_000),), CUSTOMERS[0])
    told: list[AnyFact] = [
        BusinessDayOpened(DAY, ANNA, "Asia/Singapore"),
        shop.opening(),
        shop.move_till(777),
        sale,
        IdAbandoned(SaleId(shop.new_id()), WORKSTATIONS[0]),
        shop.stock(),
        shop.customer(CUSTOMERS[0], NOW_MS << 16),
        AlarmRaised(shop.new_id(), AlarmKind.SALE_ID_REUSED, "S", "the same id twice"),
        AlarmCleared(shop.new_id(), "Ann", "it was a double tap"),
        DeviceRecorded("boot", "started", "test"),
        counted(shop, 4_000, 2),
        _transferred(shop),
        BusinessDayReopened(DAY, ANNA, "closed too early"),
        shop.settling(),
        shop.signed_in(),
        PinSet(ANNA, bytes(60)),
        shop.carrying(),
        EXAMPLES[ManifestGiven.KIND],
        GrantAsked(shop.new_id(), "points", CUSTOMERS[0], 50),
        GrantReleased((Released("points", CUSTOMERS[0], shop.new_id(), 0, 7),), (shop.new_id(),)),
        EXAMPLES[LinesRemoved.KIND],
        msgspec.structs.replace(EXAMPLES[InvoiceMadeOut.KIND], sale_id=sale.sale_id),
        EXAMPLES[BirthMonthTold.KIND],
        *_cash(shop),
        msgspec.structs.replace(EXAMPLES[PurchaseOrderSent.KIND], order_id=shop.new_id()),
        msgspec.structs.replace(EXAMPLES[PurchaseOrderClosed.KIND], closing_id=shop.new_id()),
        msgspec.structs.replace(EXAMPLES[SupplierCredited.KIND], credit_id=shop.new_id()),
        msgspec.structs.replace(EXAMPLES[TransferNoted.KIND], note_id=shop.new_id()),
        EpochEnded("fenced", len(shop.events) + 1, None),
    ]
    return {kind_of(fact).kind: fact for fact in told}


def _cash(shop: Shop) -> list[AnyFact]:
    till = {"till_session_id": shop.till}
    return [
        msgspec.structs.replace(EXAMPLES[TillCounted.KIND], count_id=shop.new_id(), **till),
        msgspec.structs.replace(EXAMPLES[TillHandedOver.KIND], handover_id=shop.new_id(), **till),
        msgspec.structs.replace(EXAMPLES[SafeCounted.KIND], count_id=shop.new_id()),
        msgspec.structs.replace(EXAMPLES[CashDeposited.KIND], deposit_id=shop.new_id()),
    ]


def _transferred(shop: Shop) -> StockTransferred:
    movement, direction = MovementId(shop.new_id()), TransferDirection.IN
    lines = (StockLine(TEA, 2_000),)
    return StockTransferred(movement, direction, None, None, ANNA, DAY, "from S02", lines)


def otherwise(new: AnyFact, old: AnyFact, own: str | None) -> AnyFact:
    """Another fact of the old one's id and aggregate."""
    kept = [name for name in (own, "till_session_id") if name and hasattr(old, name)]
    new = msgspec.structs.replace(new, **{name: getattr(old, name) for name in kept})
    if new == old:
        other: dict[str, Any] = {
            "zone": "UTC",
            "float_minor": 1,
            "reason": "?",
            "detail": "?",
            "operator_id": "bert",
            "cause": "?",
            "amount": 1,
            "request_ids": (),
        }
        field = next(name for name in other if hasattr(new, name))
        new = msgspec.structs.replace(new, **{field: other[field]})
    return new
