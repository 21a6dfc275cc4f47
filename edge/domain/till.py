"""A till's states: a drawer at a workstation, from its float to its count.

A session is opened with a float, sold on, and settled once with what was counted; its state is the
till's until the next session. A till, and a workstation, has one open session at a time. What is
counted afterwards is another session's. One that was open at a box that is gone goes on as another
session, whose float is what was counted in the drawer.

How a second settling is answered is a matter of its amount: the same count is given again, another
one is refused (``TillSettledAlready``). Who may count a drawer is asked beside the table as well.
"""

from enum import StrEnum
from types import MappingProxyType

from sync.protocol.errors import NotNow
from sync.protocol.identity import TillId, TillSessionId, WorkstationId
from sync.protocol.states import States


class NoOpenTill(NotNow, slug="no-open-till", title="The workstation has no open till"):
    workstation_id: WorkstationId
    detail = "No till session is open at the workstation {workstation_id!r}."
    remedy = "Open one: POST /till-sessions with its id, the operator_id and the float."


class TillOpenAlready(NotNow, slug="till-open-already", title="A till session is open already"):
    """A till, and a workstation, has one open session at a time."""

    till_id: TillId
    workstation_id: WorkstationId
    till_session_id: TillSessionId
    detail = (
        "The till {till_id} is open at the workstation {workstation_id} (session "
        "{till_session_id})."
    )
    remedy = "Go on with it, or settle it: POST /till-sessions/{till_session_id}/settle."
    field = "till_id"


class UnknownTillSession(
    NotNow, slug="unknown-till-session", status=404, title="This till session is not known"
):
    till_session_id: TillSessionId
    detail = "This store knows no till session {till_session_id}."
    remedy = "See which one is open: GET /till-sessions/current."
    field = "till_session_id"


class AnotherWorkstationsTill(
    NotNow, slug="another-workstations-till", title="The till belongs to another workstation"
):
    """A drawer is counted where it stands."""

    till_id: TillId
    holder: WorkstationId
    asking: WorkstationId
    detail = "The till {till_id} is open at the workstation {holder}, and {asking} asks."
    remedy = "Count it at {holder}; if {holder} is gone, a manager says so in override_reason."
    field = "till_session_id"


class TillSettledAlready(
    NotNow, slug="till-settled-already", title="The till session was settled with another count"
):
    """A till is settled once; another count afterwards is another matter."""

    till_session_id: TillSessionId
    counted: str
    detail = "The till session {till_session_id} was settled already, with {counted} counted."
    remedy = "Open a new session for what is counted now."
    field = "counted_cash_minor"


class TillSessionNotCarried(
    NotNow, slug="till-session-not-carried", title="This till session is no earlier box's"
):
    """Carried on is what was open at a box that is gone, and once."""

    till_session_id: TillSessionId
    detail = "The till session {till_session_id} is known here, or goes on as another one already."
    remedy = "Open the till without carried_id: it begins with its float."
    field = "carried_id"


class CountedBlind(
    NotNow, slug="counted-blind", title="Amounts are shown when every till was counted"
):
    """Whoever counts a drawer does not know what is expected in it."""

    detail = "A till is open, and drawers are counted without knowing what is expected in them."
    remedy = "Settle the tills first; on the store server `edge totals` shows them always."


class TillState(StrEnum):
    """Of a till and its session: open, then settled. A till that never had one has no state."""

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
