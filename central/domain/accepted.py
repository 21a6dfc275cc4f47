"""The decision to accept an exception as it is (``decisions.py``)."""

from uuid import UUID

import msgspec

from sync.protocol.identity import StoreId


class ExceptionAccepted(msgspec.Struct, frozen=True, array_like=True):
    """Somebody looked into an exception, and the company bears what it cost: the receipt stays a
    fact, and nobody is asked about it again. ``kind``: the exception's; ``case``: which of them;
    ``amount``: how much of it there was then, thousandths, minor units or points. If it becomes
    more, it is an exception again. ``store_id``, ``sale_id``, ``receipt_number``: where it was
    seen last."""

    kind: str
    case: str
    amount: int
    store_id: StoreId
    sale_id: UUID
    receipt_number: str
    reason: str
    decided_by: str
