"""A till's states: a drawer at a workstation, from its float to its count.

A session is opened with a float, sold on, and settled once with what was counted; its state is the
till's until the next session. A till, and a workstation, has one open session at a time. What is
counted afterwards is another session's.

How a second settling is answered is a matter of its amount: the same count is given again, another
one is refused (``TillSettledAlready``). Who may count a drawer is asked beside the table as well.
"""

from enum import StrEnum
from types import MappingProxyType

from edge.domain.day_errors import TillOpenAlready, UnknownTillSession
from edge.domain.errors import NoOpenTill
from edge.domain.states import States


class TillState(StrEnum):
    """What a till is; one that never had a session has no state."""

    OPEN = "open"
    SETTLED = "settled"


class TillEvent(StrEnum):
    """What can befall a till. Its refusals are about: the session that is open (till, workstation,
    session); the session that is to be settled; the workstation that sells."""

    OPENED = "opened"
    SETTLED = "settled"
    SOLD = "sold"


TILL: States[TillState, TillEvent] = States(
    MappingProxyType(
        {
            None: {
                TillEvent.OPENED: TillState.OPEN,
                TillEvent.SETTLED: UnknownTillSession,
                TillEvent.SOLD: NoOpenTill,
            },
            TillState.OPEN: {
                TillEvent.OPENED: TillOpenAlready,
                TillEvent.SETTLED: TillState.SETTLED,
                TillEvent.SOLD: TillState.OPEN,
            },
            TillState.SETTLED: {
                TillEvent.OPENED: TillState.OPEN,
                TillEvent.SETTLED: TillState.SETTLED,
                TillEvent.SOLD: NoOpenTill,
            },
        }
    )
)
