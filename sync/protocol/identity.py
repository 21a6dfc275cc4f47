"""Distinct id types, so that the type checker refuses a mix-up.

Ids that a device makes are UUIDs (version 7 where they are made in order); ids that head office
gives are short words of letters, digits and ``-_.`` that people read aloud.
"""

from typing import NewType
from uuid import UUID

from sync.protocol.bounds import OwnText, Text

CompanyId = NewType("CompanyId", UUID)
StoreId = NewType("StoreId", UUID)
DeviceId = NewType("DeviceId", UUID)
SaleId = NewType("SaleId", UUID)
EventId = NewType("EventId", UUID)
TillSessionId = NewType("TillSessionId", UUID)
CustomerId = NewType("CustomerId", UUID)
MovementId = NewType("MovementId", UUID)
BootId = NewType("BootId", UUID)
Incarnation = NewType("Incarnation", UUID)

ItemId = NewType("ItemId", OwnText)
OperatorId = NewType("OperatorId", Text)
WorkstationId = NewType("WorkstationId", Text)
TillId = NewType("TillId", Text)
TenderId = NewType("TenderId", Text)
PromotionId = NewType("PromotionId", Text)
ReceiptNumber = NewType("ReceiptNumber", Text)


def receipt_number(
    store_code: str, workstation: WorkstationId, epoch: str, count: int
) -> ReceiptNumber:
    """``S042-W3-E2-000123``: gapless per workstation and epoch (protocol.md, Identity). ``epoch``:
    its number; of a provisional one, which has its parent's, the whole name."""
    return ReceiptNumber(f"{store_code}-{workstation}-E{epoch}-{count:06d}")
