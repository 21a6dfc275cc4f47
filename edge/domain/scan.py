"""What a scanner read or a person typed into the scan field: a code, or a quantity and a code."""

import re
from typing import NamedTuple

from sync.protocol.money import MILLI

_QUANTITY_AND_CODE = re.compile(r"([0-9]{1,3})\s*[*x×]\s*(\S.*)", re.DOTALL)


class Scan(NamedTuple):
    """A code, and how many of it were asked for: None where the text does not say."""

    code: str
    quantity_milli: int | None


def readings_of(text: str) -> tuple[Scan, ...]:
    """What ``text`` may mean, best first: a code as it stands, then "3*CODE" (``x`` and ``×`` too).
    A code that looks like quantity × code is a code, so whoever looks up asks in this order.

    >>> readings_of("12x330")
    (Scan(code='12x330', quantity_milli=None), Scan(code='330', quantity_milli=12000))
    """
    whole = Scan(text.strip(), None)
    match = _QUANTITY_AND_CODE.fullmatch(whole.code)
    if match is None or int(match[1]) == 0:
        return (whole,)
    return whole, Scan(match[2], int(match[1]) * MILLI)
