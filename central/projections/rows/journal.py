"""Of the journals themselves: what counted, what was given up, and what was put right."""

from typing import NamedTuple
from uuid import UUID

from central.projections.projection import REPLACE, Newest, Projection

RELEASED = ""
"""In place of a kind: the event was let go, and counts nowhere."""


class RecoveredFact(NamedTuple):
    """Table ``recovered_fact``: how a fact came home that counts by a recovered event. The last
    three: where it arrived."""

    store_id: UUID
    kind: str
    fact_id: UUID
    hash: bytes
    body_digest: bytes
    source: str
    workstation_id: str | None
    epoch_number: int
    epoch_fingerprint: bytes
    seq: int


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


class Correction(NamedTuple):
    """Table ``correction``: what counts in an event's place, or that nothing does (RELEASED); the
    last decision on it holds."""

    store_id: UUID
    epoch_number: int
    epoch_fingerprint: bytes
    seq: int
    kind: str
    kind_version: int
    body: bytes
    reason: str
    decided_by: str


class TailClosed(NamedTuple):
    """Table ``tail_closed``, as ``WrittenOff``; ``unheard``: workstations, by their ids; ``heard``,
    ``home``: through which event it was here then, and which beyond that, in words; ``aside``: what
    of it was set aside then, as PostgreSQL writes an int8multirange; ``unknown``: what it may hold
    that is not known, in words, each a kind and an amount."""

    store_id: UUID
    epoch_number: int
    epoch_fingerprint: bytes
    through: int
    reason: str
    decided_by: str
    unheard: str
    heard: int
    home: str
    aside: str
    unknown: str


PROJECTIONS = (
    Projection("counted_fact", CountedFact, 3),
    Projection("recovered_fact", RecoveredFact, 3),
    Projection("written_off", WrittenOff, 3, Newest(("through",), ties_to_later=True)),
    Projection("correction", Correction, 4, REPLACE),
    Projection("tail_closed", TailClosed, 3, Newest(("through",), ties_to_later=True)),
)
