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

from sync.protocol import poslog
from sync.protocol.codec import kind_of
from sync.protocol.poslog import AnyFact

SALE_KIND = "retail_transaction"


class FactId(NamedTuple):
    """The kind, and its id within a store."""

    kind: str
    id: UUID


OWN_ID: Mapping[type[AnyFact], str | None] = MappingProxyType(
    {
        poslog.RetailTransaction: "sale_id",
        poslog.TillSessionOpened: "till_session_id",
        poslog.TillMoved: "movement_id",
        poslog.TillSessionSettled: "till_session_id",
        poslog.BusinessDayOpened: None,
        poslog.BusinessDayClosed: None,
        poslog.BusinessDayReopened: None,
        poslog.StockTransferred: "transfer_id",
        poslog.StockCounted: "count_id",
        poslog.AlarmCleared: None,
        poslog.StockMoved: "movement_id",
        poslog.CustomerChanged: None,
        poslog.AlarmRaised: "alarm_id",
        poslog.IdAbandoned: "sale_id",
        poslog.DeviceRecorded: None,
    }
)
"""Each kind's own id; None: the event's."""


def fact_id(fact: AnyFact, event_id: UUID) -> FactId:
    """Under what a fact counts once."""
    name = OWN_ID[type(fact)]
    found: UUID = event_id if name is None else getattr(fact, name)
    return FactId(kind_of(fact).kind, found)
