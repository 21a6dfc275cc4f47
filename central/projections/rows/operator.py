"""What the people of a shop did that is no sale, and the PINs that they chose."""

from datetime import date
from typing import NamedTuple
from uuid import UUID

from central.projections.projection import Newest, Projection


class OperatorAct(NamedTuple):
    """Table ``operator_act``."""

    store_id: UUID
    act_id: UUID
    at_ms: int
    act: str
    operator_id: str
    workstation_id: str | None
    by_operator_id: str | None
    subject: str
    amount_minor: int | None
    reason: str
    business_date: date | None


class OperatorPin(NamedTuple):
    """Table ``operator_pin``: the newest PIN that an operator chose at any store, sealed."""

    company_id: UUID
    operator_id: str
    hlc: int
    store_id: UUID
    sealed: bytes


PROJECTIONS = (
    Projection("operator_act", OperatorAct, 2, many=True),
    Projection(
        "operator_pin", OperatorPin, 2, Newest(("hlc", "store_id", "sealed")), kinds=("pin_set",)
    ),
)
