"""What was taken out of baskets before anybody paid."""

from datetime import date
from typing import NamedTuple
from uuid import UUID

from central.projections.projection import Projection


class LinesRemoved(NamedTuple):
    """Table ``lines_removed``; ``items``: their descriptions."""

    store_id: UUID
    removal_id: UUID
    at_ms: int
    basket_id: UUID
    operator_id: str
    workstation_id: str | None
    business_date: date | None
    whole: bool
    reason: str
    items: str
    line_count: int
    amount_minor: int


PROJECTIONS = (Projection("lines_removed", LinesRemoved, 2, many=True),)
