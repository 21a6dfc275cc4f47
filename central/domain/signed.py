"""What the decision to sign a store's day off holds (``decisions.py``)."""

from datetime import date

import msgspec

from sync.protocol.change import Epoch
from sync.protocol.figures import Totals
from sync.protocol.identity import StoreId


class CountedThrough(msgspec.Struct, frozen=True, array_like=True):
    """How far an epoch was counted."""

    epoch: Epoch
    seq: int


class DaySigned(msgspec.Struct, frozen=True, array_like=True):
    """Somebody signed a store's day off: its figures as they stood, for good. ``signing``: 1, and
    one more each time that it is signed again. ``declared``: what the store says, None where it had
    not closed the day. ``exception``: why a day that is not proven is signed all the same, and
    ``exception_minor`` by how much it is off; empty and None where it was proven."""

    store_id: StoreId
    business_date: date
    signing: int
    counted: Totals
    declared: Totals | None
    through: tuple[CountedThrough, ...]
    exception_minor: int | None
    exception: str
    signed_at_ms: int
    decided_by: str
