"""A fact's own id: under which it counts once at a store, whatever event, batch or epoch brings it.

Theory. A fact that arrives twice (a repeated act, a recovered envelope, a box that was copied) must
count once. Each kind has one id that its maker drew for it; where the fact itself holds none, it is
its event's. (store, kind, id) is then the one key of idempotence, held against what counted
(``line_up``): the same content counts nowhere again, other content is set aside and shown.

What merges has no other content to set aside: a box and its copy that carried out one request each
stamped it, and each holds its own stamp for ever. Only if both count do they meet again. So its id
is its event's and what it says.
"""

from typing import NamedTuple
from uuid import UUID, uuid5

from sync.protocol.codec import encode
from sync.protocol.facts import AnyFact, RetailTransaction

SALE_KIND = RetailTransaction.KIND.kind


class FactId(NamedTuple):
    """The kind, and its id within a store."""

    kind: str
    id: UUID


def fact_id(fact: AnyFact, event_id: UUID) -> FactId:
    """Under what a fact counts once."""
    if fact.MERGES:
        return FactId(fact.KIND.kind, uuid5(event_id, encode(fact).hex()))
    found: UUID = event_id if fact.OWN_ID is None else getattr(fact, fact.OWN_ID)
    return FactId(fact.KIND.kind, found)
