"""Ask a label printer how it is, by ZPL's host status (*~HS*): some answer, some never do. It
prints nothing, and blocks for some seconds at most."""

from pathlib import Path

from edge.devices.at import DeviceAt
from edge.devices.printer.ask import Asked, Condition, ask_device

QUESTION = b"~HS"
ANSWER_BYTES_MAX = 512
_STRINGS = 3
"""Of an answer, each between STX and ETX; the first two say how it is."""
_STX, _ETX = "\x02", "\x03"


def ask_label_printer(at: DeviceAt | Path) -> Asked:
    """How it is now. A device can be opened, and says no more."""
    return ask_device(
        at, QUESTION, _lacks, lambda said: condition_of(said.decode("ascii", "replace"))
    )


def _lacks(said: bytes) -> int:
    """Of three strings."""
    whole = said.count(_ETX.encode()) >= _STRINGS
    return 0 if whole else max(0, ANSWER_BYTES_MAX - len(said))


def condition_of(said: str) -> Asked:
    """What its answer means; none, or what is no status, means nothing. Of the first string the
    second field is 1 without paper, the third while it is paused, the eleventh and twelfth where it
    is too cold or too hot; of the second the third where its head is open, the fourth without
    ribbon.

    >>> condition_of("\x02030,0,0,1245,000,0,0,0,000,0,0,0\x03\x02000,0,1,0\x03").condition.value
    'cover_open'
    """
    strings = [one.partition(_ETX)[0].split(",") for one in said.split(_STX)[1:]]
    if len(strings) < 2 or len(strings[0]) < 12 or len(strings[1]) < 4:
        return Asked(Condition.SILENT)
    first, second = strings[0], strings[1]
    if second[2] == "1":
        return Asked(Condition.COVER_OPEN)
    if first[1] == "1":
        return Asked(Condition.PAPER_OUT)
    for says, on in (
        ("it has no ribbon", second[3]),
        ("it is paused", first[2]),
        ("it is too cold", first[10]),
        ("it is too hot", first[11]),
    ):
        if on == "1":
            return Asked(Condition.FAULT, says)
    return Asked(Condition.READY)
