"""Customers, and what receipts did to their points."""

from typing import NamedTuple
from uuid import UUID

from central.projections.projection import REPLACE, SUM, Newest, Projection


class PointsMove(NamedTuple):
    """Table ``points_move``."""

    store_id: UUID
    sale_id: UUID
    customer_id: UUID
    earned: int
    spent: int
    taken_back: int
    debt: int


class CustomerField(NamedTuple):
    """Table ``customer_field``: the newest change of each (sync.protocol.conflict)."""

    company_id: UUID
    customer_id: UUID
    field: str
    hlc: int
    source: UUID
    value: str | None
    sealed: bytes | None
    made: bool
    """The customer was created with it."""


class CustomerAlias(NamedTuple):
    """Table ``customer_alias``, to add: joined while ``joins`` are more than ``parts``."""

    company_id: UUID
    alias_id: UUID
    kept_id: UUID
    joins: int = 0
    parts: int = 0
    entries: int = 1


class CustomerErasure(NamedTuple):
    """Table ``customer_erasure``."""

    company_id: UUID
    customer_id: UUID
    reason: str
    decided_by: str


PROJECTIONS = (
    Projection("points_move", PointsMove, 2, many=True),
    Projection(
        "customer_field",
        CustomerField,
        3,
        Newest(("hlc", "source", "sealed", "value", "made")),
        kinds=("customer_changed", "customer_erased"),
    ),
    Projection("customer_alias", CustomerAlias, 3, SUM),
    Projection("customer_erasure", CustomerErasure, 2, REPLACE),
)
