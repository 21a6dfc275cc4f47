"""A till's period."""

from datetime import date
from typing import NamedTuple
from uuid import UUID

from central.projections.projection import REPLACE, SUM, Projection


class TillSession(NamedTuple):
    """Table ``till_session``: as it was opened, and where; what follows are its parts."""

    store_id: UUID
    till_session_id: UUID
    till_id: str
    workstation_id: str
    operator_id: str
    business_date: date
    float_minor: int
    epoch_number: int
    epoch_fingerprint: bytes
    seq: int
    moved_minor: int = 0
    expected_cash_minor: int | None = None
    counted_cash_minor: int | None = None
    settled_epoch_number: int | None = None
    settled_epoch_fingerprint: bytes | None = None
    settled_seq: int | None = None
    settled_id: UUID | None = None
    counted: bool | None = None


class TillMoved(NamedTuple):
    """To add to ``till_session.moved_minor``."""

    store_id: UUID
    till_session_id: UUID
    moved_minor: int


class TillSettled(NamedTuple):
    """To set in ``till_session``, which is counted once; ``settled_id``: the event's. ``counted``:
    False where nobody did, and what was expected stands for it."""

    store_id: UUID
    till_session_id: UUID
    expected_cash_minor: int
    counted_cash_minor: int
    settled_epoch_number: int
    settled_epoch_fingerprint: bytes
    settled_seq: int
    settled_id: UUID
    counted: bool


class TillCarried(NamedTuple):
    """Table ``till_carried``: what was counted in the drawer of a session whose box is gone, and as
    which session it went on. What should have been there is a sum over the old one's rows."""

    store_id: UUID
    till_session_id: UUID
    carried_id: UUID
    counted_cash_minor: int


PROJECTIONS = (
    Projection("till_session", TillSession, 2, kinds=("till_session_opened",)),
    Projection("till_session", TillMoved, 2, SUM, part=True, kinds=("till_moved",)),
    Projection("till_session", TillSettled, 2, REPLACE, part=True, kinds=("till_session_settled",)),
    Projection("till_carried", TillCarried, 2),
)
