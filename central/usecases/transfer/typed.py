"""Goods of a wish as people type them: each item with how many."""

from collections.abc import Iterable

from central.domain.typed import minor_of
from central.usecases.transfer.wish import Wanted
from sync.protocol.errors import InvalidField

QUANTITY_DECIMALS = 3


def wanted_of(typed: Iterable[str]) -> list[Wanted]:
    """``BUN=12`` is 12,000 thousandths of BUN. Raises InvalidField.

    >>> wanted_of(["BUN=12", "TEA=0.5"])[1].quantity_milli
    500
    """
    found = []
    for one in typed:
        item, mark, many = one.rpartition("=")
        if not mark or not item.strip():
            raise InvalidField(
                f"items: {one!r} names no item and how many.",
                field="items",
                remedy="Write each as its id, =, how many: BUN=12.",
            )
        found.append(Wanted(item.strip(), minor_of(many, QUANTITY_DECIMALS, "items")))
    return found
