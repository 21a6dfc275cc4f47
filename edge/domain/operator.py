"""Who works at a store: who is signed in where, and what a store refuses about operators."""

from enum import StrEnum
from typing import NamedTuple
from uuid import UUID

from sync.protocol.errors import NotAcceptable, NotNow
from sync.protocol.identity import OperatorId, WorkstationId
from sync.protocol.pin import PIN_DIGITS_MAX, PIN_DIGITS_MIN


class Room(StrEnum):
    """Where in the shop somebody signs in at a workstation: one is at the till while another looks
    into the back office, and neither ends the other's session."""

    TILL = "till"
    OFFICE = "office"


class Session(NamedTuple):
    """Somebody signed in at a workstation. ``own_pin_needed``: with a starting PIN, and nothing is
    done before there is another. ``ended_at_ms``: since when it is locked or taken over; then it
    finishes what was tendered before, and nothing else."""

    session_id: UUID
    operator_id: OperatorId
    workstation_id: WorkstationId
    own_pin_needed: bool = False
    ended_at_ms: int | None = None
    room: Room = Room.TILL


class OperatorRefused(NotAcceptable):
    operator_id: OperatorId
    field = "operator_id"


class UnknownOperator(OperatorRefused, slug="unknown-operator", title="This operator is not known"):
    detail = "No operator has the id {operator_id!r}."
    remedy = "Sign in with an operator that head office has made known."


class InactiveOperator(
    OperatorRefused, slug="inactive-operator", title="This operator is not active"
):
    detail = "The operator {operator_id!r} is not active."
    remedy = "Sign in with another operator."


class NotSignedIn(NotNow, status=403):
    """Nobody, or somebody else, stands at the workstation."""

    remedy = "Sign in with a PIN."
    field = "Holdfast-Session"


class SignInNeeded(NotSignedIn, slug="sign-in-needed", title="Nobody is signed in here"):
    detail = "No session of this workstation came with the request, or it has ended."


class SessionLocked(NotSignedIn, slug="session-locked", title="The session is locked"):
    operator_id: OperatorId
    detail = "The session of {operator_id!r} at this workstation is locked, or taken over."


class OwnPinNeeded(NotSignedIn, slug="own-pin-needed", title="A PIN of one's own comes first"):
    operator_id: OperatorId
    detail = "{operator_id!r} signed in with a starting PIN and has none of their own yet."
    remedy = "Set a PIN of your own: POST /session/pin."


class OtherOperatorSignedIn(
    NotSignedIn, slug="operator-not-signed-in", title="Another operator is signed in"
):
    operator_id: OperatorId
    signed_in: OperatorId
    detail = "The request is {operator_id!r}'s, and {signed_in!r} is signed in here."
    remedy = "Sign in as the operator that the request names."
    field = "operator_id"


class SignInRefused(
    NotAcceptable, slug="sign-in-refused", status=403, title="The PIN does not let in"
):
    """One answer for all reasons, so that nobody learns which."""

    detail = "This operator and this PIN do not belong together."
    remedy = "Choose your name again and type your PIN; a manager can unlock you."
    field = "pin"


class TrivialPin(NotAcceptable, slug="trivial-pin", title="This PIN is too easy to guess"):
    detail = "A PIN whose digits are all alike or a run is the first that anybody tries."
    remedy = f"Choose another of {PIN_DIGITS_MIN} to {PIN_DIGITS_MAX} digits."
    field = "new_pin"


class PinAsBefore(NotAcceptable, slug="pin-as-before", title="The PIN is the one from before"):
    detail = "This is the PIN that you have, and others may know it."
    remedy = "Choose another one."
    field = "new_pin"


class PinNotGivenHere(NotAcceptable, slug="pin-not-given-here", title="This PIN is not given here"):
    """Whoever gives a PIN knows it."""

    operator_id: OperatorId
    detail = "{operator_id!r} gives it themselves, or may do more than who gives it."
    remedy = "Head office gives them one: `central operator pin`."
    field = "operator_id"


class NotLockedOut(NotNow, slug="not-locked-out", title="The operator is not locked out"):
    operator_id: OperatorId
    detail = "{operator_id!r} may try a PIN at once."
    remedy = "Sign in."
    field = "operator_id"


class NoUnlockKey(
    NotNow, slug="no-unlock-key", title="Head office cannot let anybody in here by telephone"
):
    detail = "This store server has not got its unlock key from head office yet."
    remedy = "Ask another manager to unlock, or wait until the lock has passed."


class UnlockRefused(
    NotAcceptable, slug="unlock-refused", status=403, title="The answer does not unlock"
):
    left: int
    detail = "This is not head office's answer to the challenge; {left} more may be tried."
    remedy = "Read the challenge out again; without a try left, a new one comes in 15 minutes."
    field = "answer"
