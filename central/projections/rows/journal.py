"""Of the journals themselves: what counted, and what was given up."""

from typing import NamedTuple
from uuid import UUID

from central.projections.projection import Newest, Projection


class CountedFact(NamedTuple):
    """Table ``counted_fact``: where a fact that is no sale counted, by its own id."""

    store_id: UUID
    kind: str
    fact_id: UUID
    epoch_number: int
    epoch_fingerprint: bytes
    seq: int


class WrittenOff(NamedTuple):
    """Table ``written_off``: the one that reaches furthest holds, of two alike the later."""

    store_id: UUID
    epoch_number: int
    epoch_fingerprint: bytes
    through: int
    reason: str
    decided_by: str


PROJECTIONS = (
    Projection("counted_fact", CountedFact, 3),
    Projection("written_off", WrittenOff, 3, Newest(("through",), ties_to_later=True)),
)
