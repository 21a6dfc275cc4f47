"""One way from a code that no item has as it stands to what it says."""

from collections.abc import Iterable
from datetime import date

from sync.protocol.labels.elements import is_gtin, read_elements
from sync.protocol.labels.label import MISREAD, Label
from sync.protocol.labels.link import read_link
from sync.protocol.labels.scale import ScaleCode, read_scale
from sync.protocol.scan_code import GTIN_LENGTHS


def read_label(
    code: str, patterns: Iterable[ScaleCode], today: date, decimals: int
) -> Label | None:
    """None: it says nothing beyond itself. A text of a GTIN's length whose check digit differs was
    not read right. ``today``: the business date; ``decimals``: of the shop's currency."""
    found = (
        read_scale(code, patterns)
        or read_link(code, today, decimals)
        or read_elements(code, today, decimals)
    )
    if found is not None:
        return found
    digits = len(code) in GTIN_LENGTHS and code.isascii() and code.isdecimal()
    return MISREAD if digits and not is_gtin(code) else None
