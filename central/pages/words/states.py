"""How a day stands, in a word each: the board's whole catalogue. Colour and icon are the page's."""

from central.domain.day_state import DayState

WORDS = {
    DayState.DIFFERS: "differs",
    DayState.REOPENED: "reopened",
    DayState.NOT_HEARD: "not heard",
    DayState.RECEIVED: "received",
    DayState.NOT_CLOSED: "not closed",
    DayState.PROVEN: "proven",
    DayState.SIGNED: "signed",
}


def word(state: DayState | None) -> str:
    """As it stands in a cell; None: nothing ever came."""
    return "no receipts yet" if state is None else WORDS[state]
