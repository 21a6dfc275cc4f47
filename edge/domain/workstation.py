"""What a device is paired as, and what a store refuses while one is paired or sent away."""

from enum import StrEnum

from sync.protocol.errors import NotAcceptable, NotNow
from sync.protocol.identity import WorkstationId


class WorkstationKind(StrEnum):
    """``TILL`` sells, and opens the back office too; ``OFFICE``, somebody's own device, opens that
    alone; ``DISPLAY`` stands before a till's customers and learns nothing but what that till shows.
    A code pairs as what it was made for."""

    TILL = "till"
    OFFICE = "office"
    DISPLAY = "display"


AT_WORK = frozenset({WorkstationKind.TILL, WorkstationKind.OFFICE})
"""Somebody signs in there."""
_DISPLAY_OF = "-DISPLAY"


def paired_under(name: str, kind: WorkstationKind) -> WorkstationId:
    """By which name a device is known: ``W1``; a display by its till's, ``W1-DISPLAY``, so that
    neither takes the other's place. Raises NameOfDisplay where anything else is called so."""
    if kind is WorkstationKind.DISPLAY:
        return WorkstationId(till_before(name) + _DISPLAY_OF)
    if name.endswith(_DISPLAY_OF):
        raise NameOfDisplay(name, till_before(name) or name)
    return WorkstationId(name)


def till_before(display: str) -> WorkstationId:
    """Before which till the display of this name stands."""
    return WorkstationId(display.removesuffix(_DISPLAY_OF))


class PairingRefused(
    NotAcceptable, slug="pairing-refused", status=403, title="The pairing code is not valid"
):
    """One answer for all reasons, so that nobody learns which."""

    detail = "This code does not pair this workstation: it is wrong, used or too old."
    remedy = "Make a new code on the store server: `edge pair` and the workstation's name."
    field = "code"


class NameOfDisplay(
    NotAcceptable, slug="name-of-display", title="This is the name of a customer's display"
):
    workstation_id: str
    till: str
    detail = "{workstation_id!r} is what the display before a till is called, and nothing else."
    remedy = (
        "For the display: `edge pair {till} --display`. For a till or a manager's device: choose "
        "another name."
    )
    field = "workstation_id"


class UnknownWorkstation(
    NotNow, slug="no-such-workstation", status=404, title="This workstation is not paired"
):
    workstation_id: str
    detail = "No workstation {workstation_id} is paired here, and none has a pairing code."
    remedy = "See which there are with `edge workstations`."
    field = "workstation_id"


class NoTillHere(NotNow, slug="no-till-here", title="No till is opened at this device"):
    workstation_id: WorkstationId
    detail = "{workstation_id!r} was paired for the back office, and has no drawer."
    remedy = "Open the till at a workstation; `edge pair` without --office makes this one such."
    field = "till_session_id"
