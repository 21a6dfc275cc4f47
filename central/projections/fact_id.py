"""A fact's own id: under which it counts once at a store, whatever event, batch or epoch brings it.

Theory. A fact that arrives twice (a repeated act, a recovered envelope, a box that was copied) must
count once. Each kind has one id that its maker drew for it; where the fact itself holds none, it is
its event's. (store, kind, id) is then the one key of idempotence, held against what counted
(``line_up``): the same content counts nowhere again, other content is set aside and shown.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple
from uuid import UUID

from sync.protocol import facts
from sync.protocol.codec import kind_of
from sync.protocol.facts import AnyFact

SALE_KIND = "retail_transaction"


class FactId(NamedTuple):
    """The kind, and its id within a store."""

    kind: str
    id: UUID


OWN_ID: Mapping[type[AnyFact], str | None] = MappingProxyType(
    {
        facts.RetailTransaction: "sale_id",
        facts.TillSessionOpened: "till_session_id",
        facts.TillMoved: "movement_id",
        facts.TillSessionSettled: "till_session_id",
        facts.BusinessDayOpened: None,
        facts.BusinessDayClosed: None,
        facts.BusinessDayReopened: None,
        facts.StockTransferred: "transfer_id",
        facts.StockCounted: "count_id",
        facts.AlarmCleared: None,
        facts.StockMoved: "movement_id",
        facts.CustomerChanged: None,
        facts.AlarmRaised: "alarm_id",
        facts.IdAbandoned: "sale_id",
        facts.DeviceRecorded: None,
    }
)
"""Each kind's own id; None: the event's."""


def fact_id(fact: AnyFact, event_id: UUID) -> FactId:
    """Under what a fact counts once."""
    name = OWN_ID[type(fact)]
    found: UUID = event_id if name is None else getattr(fact, name)
    return FactId(kind_of(fact).kind, found)
