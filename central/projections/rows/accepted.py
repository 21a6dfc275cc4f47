"""Exceptions that somebody accepted as they are."""

from typing import NamedTuple
from uuid import UUID

from central.projections.projection import REPLACE, Projection


class AcceptedException(NamedTuple):
    """Table ``exception_accepted``: as it was said last of each."""

    company_id: UUID
    kind: str
    case_key: str
    amount: int
    reason: str
    decided_by: str


PROJECTIONS = (Projection("exception_accepted", AcceptedException, 3, REPLACE),)
