"""A till's states: a drawer at a workstation, from its float to its count.

A session is opened with a float, sold on, and settled once with what was counted; meanwhile cash
goes between it and the safe, it is counted, and it may go to somebody else. Its state is the till's
until the next session. A till, and a workstation, has one open session at a time. What is
counted afterwards is another session's. One that was open at a box that is gone goes on as another
session, whose float is what was counted in the drawer.

How a second settling is answered is a matter of its amount: the same count is given again, another
one is refused (``TillSettledAlready``). Who may count a drawer is asked beside the table as well.
"""

from enum import StrEnum
from types import MappingProxyType

from sync.protocol.errors import NotAcceptable, NotNow
from sync.protocol.identity import (
    MovementId,
    OperatorId,
    TenderId,
    TillId,
    TillSessionId,
    WorkstationId,
)
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


class TillNotOpen(NotNow, slug="till-not-open", title="The till session was settled"):
    """Nothing moves in a drawer that was counted for good."""

    till_session_id: TillSessionId
    detail = "The till session {till_session_id} was settled."
    remedy = "Open the till anew; what moves then belongs to that session."
    field = "till_session_id"


class TillNotCounted(NotNow, slug="till-not-counted", title="The till was not counted"):
    till_session_id: TillSessionId
    detail = "The till session {till_session_id} was not counted since it was opened."
    remedy = "Count it: POST /till-sessions/{till_session_id}/counts, or state counted_cash_minor."
    field = "count_id"


class CountOutdated(
    NotNow, slug="count-outdated", title="Something happened in the till since it was counted"
):
    """A count is held against what was expected when it was made."""

    till_session_id: TillSessionId
    detail = "Since the till session {till_session_id} was counted, money came or went in it."
    remedy = "Count it again, then settle it."
    field = "count_id"


class UnknownCount(NotNow, slug="unknown-count", status=404, title="No such count of the till"):
    count_id: MovementId
    detail = "There is no count {count_id} of this till session."
    remedy = "Settle by one of its counts, or count it first."
    field = "count_id"


class CountedTwice(NotAcceptable, slug="counted-twice", title="A tender is counted twice"):
    tender_id: TenderId
    detail = "The tender {tender_id!r} stands in the count more than once."
    remedy = "State each tender once, with all of its slips."
    field = "tenders"


class NotItsPieces(
    NotAcceptable, slug="not-its-pieces", title="Notes and coins do not come to the amount"
):
    detail = "The notes and coins that were told do not come to the amount that was stated."
    remedy = "Count them again, or state the amount alone."
    field = "pieces"


class TooMuchCounted(
    NotAcceptable, slug="too-much-counted", title="Notes and coins come to more than can be"
):
    """What is counted has the bound of an amount, so that a day's tills add up."""

    detail = "The notes and coins that were told come to more than any amount of money may."
    remedy = "Look at how many of each were typed, and count them again."
    field = "pieces"


class HandedToHolder(NotNow, slug="handed-to-holder", title="The till is theirs already"):
    operator_id: OperatorId
    detail = "The till is held by {operator_id!r} already."
    remedy = "Choose who takes it over."
    field = "to_operator_id"


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
    """What can befall a till; TOUCHED: cash moved, it was counted or handed over. Its refusals are
    about: the session that is open (till, workstation, session); the session that is to be settled
    or touched; the workstation that sells."""

    OPENED = "opened"
    SETTLED = "settled"
    SOLD = "sold"
    TOUCHED = "touched"


TILL: States[TillState, TillEvent] = States(
    MappingProxyType(
        {
            None: {
                TillEvent.OPENED: TillState.OPEN,
                TillEvent.SETTLED: UnknownTillSession,
                TillEvent.SOLD: NoOpenTill,
                TillEvent.TOUCHED: UnknownTillSession,
            },
            TillState.OPEN: {
                TillEvent.OPENED: TillOpenAlready,
                TillEvent.SETTLED: TillState.SETTLED,
                TillEvent.SOLD: TillState.OPEN,
                TillEvent.TOUCHED: TillState.OPEN,
            },
            TillState.SETTLED: {
                TillEvent.OPENED: TillState.OPEN,
                TillEvent.SETTLED: TillState.SETTLED,
                TillEvent.SOLD: NoOpenTill,
                TillEvent.TOUCHED: TillNotOpen,
            },
        }
    )
)
