"""Cash that moved without a sale, drawers that were counted, tills that were handed over."""

from datetime import date
from typing import NamedTuple
from uuid import UUID

from central.projections.projection import Projection


class CashMoved(NamedTuple):
    """Table ``cash_moved``. ``kind``: of a movement of a till its own, else ``float``, ``settled``,
    ``carried``, ``safe_count``, ``deposit``. A store's safe holds the sum of ``safe_minor``."""

    store_id: UUID
    event_id: UUID
    kind: str
    business_date: date | None
    till_session_id: UUID | None
    operator_id: str
    till_minor: int
    safe_minor: int
    reason: str
    bag_number: str | None
    at_ms: int
    epoch_number: int
    epoch_fingerprint: bytes
    seq: int


class CashPieces(NamedTuple):
    """Table ``cash_pieces``."""

    store_id: UUID
    event_id: UUID
    face_minor: int
    pieces: int


class TillCount(NamedTuple):
    """Table ``till_count``."""

    store_id: UUID
    count_id: UUID
    till_session_id: UUID
    business_date: date
    operator_id: str
    expected_cash_minor: int
    counted_cash_minor: int
    blind: bool
    at_ms: int


class CountedTender(NamedTuple):
    """Table ``counted_tender``."""

    store_id: UUID
    count_id: UUID
    tender_id: str
    expected_minor: int
    counted_minor: int


class TillTender(NamedTuple):
    """Table ``till_tender``."""

    store_id: UUID
    event_id: UUID
    tender_id: str
    till_session_id: UUID
    workstation_id: str
    business_date: date
    expected_minor: int
    counted_minor: int
    epoch_number: int
    epoch_fingerprint: bytes
    seq: int


class TillHandedOver(NamedTuple):
    """Table ``till_handed_over``."""

    store_id: UUID
    handover_id: UUID
    till_session_id: UUID
    business_date: date
    operator_id: str
    from_operator_id: str
    to_operator_id: str
    reason: str
    count_id: UUID | None
    at_ms: int


PROJECTIONS = (
    Projection("cash_moved", CashMoved, 2),
    Projection("cash_pieces", CashPieces, 3),
    Projection("till_count", TillCount, 2),
    Projection("counted_tender", CountedTender, 3),
    Projection("till_tender", TillTender, 3),
    Projection("till_handed_over", TillHandedOver, 2),
)
