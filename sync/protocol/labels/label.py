"""What any of these codes comes to."""

from datetime import date
from typing import NamedTuple


class Label(NamedTuple):
    """``codes``: under which the catalogue may have the item, best first; none where the code was
    not read right (a check digit differs). ``quantity_milli``: thousandths of the item's own unit,
    or, ``in_kilograms``, of a kilogram. ``amount_minor``: what the labelled goods cost, with tax or
    without as the shop's prices are. ``expires_on``: the last day on which it may be sold.
    ``wrong_value``: what it says of a price or a measure contradicts itself.
    ``pack``, ``name``: of a code that head office published as a pack (``price_books.py``), its key
    and what the receipt calls it."""

    codes: tuple[str, ...]
    quantity_milli: int | None = None
    in_kilograms: bool = False
    amount_minor: int | None = None
    lot: str | None = None
    expires_on: date | None = None
    serial: str | None = None
    pack: str | None = None
    name: str | None = None
    wrong_value: bool = False


MISREAD = Label(())
MISREAD_VALUE = Label((), wrong_value=True)
"""Of a scale's code whose check digit is right and whose verifier of price or measure is not."""
