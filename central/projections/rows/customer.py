"""Customers, their points and the rights to spend them."""

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


class PointsSpend(NamedTuple):
    """Table ``points_spend``: what one receipt took from a right to spend, of both its tenders and
    its take-back. The right is (root, line_no): a receipt's line, or a grant and 0."""

    store_id: UUID
    sale_id: UUID
    root: UUID
    line_no: int
    customer_id: UUID
    points: int


class GrantGiven(NamedTuple):
    """Table ``grant_given``: a right that head office decided on."""

    store_id: UUID
    grant_id: UUID
    customer_id: UUID
    points: int


class Points(NamedTuple):
    """Table ``points_account``: to add."""

    company_id: UUID
    customer_id: UUID
    opening: int = 0
    earned: int = 0
    spent: int = 0
    taken_back: int = 0
    granted: int = 0
    entries: int = 1


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
    Projection("points_spend", PointsSpend, 4, many=True),
    Projection("grant_given", GrantGiven, 2),
    Projection("points_account", Points, 2, SUM),
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
