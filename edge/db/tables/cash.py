"""Cash that moved without a sale, drawers as they were counted."""

from sqlmodel import Field

from edge.db.tables.base import EdgeTable


class CashMovedRow(EdgeTable, table=True):
    """What a fact did to a drawer and to the safe, each in minor units, into it above zero.
    ``kind``: a TillMovementKind, ``float``, ``settled``, ``carried``, ``safe_count`` or ``deposit``
    (``edge/db/cash.py``). ``pieces``: msgpack of the notes and coins where they were told."""

    __tablename__ = "cash_moved"
    event_id: bytes = Field(primary_key=True)
    kind: str
    till_session_id: bytes | None = Field(default=None, index=True)
    business_date: str | None = Field(default=None, index=True)
    operator_id: str
    till_minor: int
    safe_minor: int
    reason: str
    bag_number: str | None
    pieces: bytes
    moved_at_ms: int


class TillCountRow(EdgeTable, table=True):
    """A count of an open till, and each recount. ``body``: the fact's."""

    __tablename__ = "till_count"
    count_id: bytes = Field(primary_key=True)
    till_session_id: bytes = Field(index=True)
    counted_at_ms: int
    body: bytes


class TillTenderRow(EdgeTable, table=True):
    """Of a settled till: every tender that is no cash and was counted."""

    __tablename__ = "till_tender"
    till_session_id: bytes = Field(primary_key=True)
    tender_id: str = Field(primary_key=True)
    expected_minor: int
    counted_minor: int
