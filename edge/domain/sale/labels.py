"""Codes that say more than which item it is: which of their readings the catalogue knows, and what
a line is by them.

The quantity of a line whose code is a label counts labels: two packs that weigh the same are two of
one code. What the line sells is what the label says, so many times.
"""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import NamedTuple

from edge.domain.sale.basket import LineRequest
from edge.domain.sale.refusals.labels import LabelDiffers, LotExpired
from edge.domain.sale.situation import ItemOnSale
from sync.protocol.labels.label import Label
from sync.protocol.labels.read import read_label
from sync.protocol.labels.scale import ScaleCode
from sync.protocol.money import MILLI, divide_half_up
from sync.protocol.units import WHOLE_MILLI, Unit, divides

PLAIN = Label(())
"""Of a code that says nothing beyond its item."""


class Named(NamedTuple):
    """What codes mean, by the code as it was scanned: an item, and, of those that are one, the
    label, also where no item is known for it."""

    items_by_code: Mapping[str, ItemOnSale]
    labels: Mapping[str, Label]


def labels_of(
    codes: Iterable[str], patterns: Iterable[ScaleCode], today: date, decimals: int
) -> dict[str, Label]:
    """What each of ``codes`` says, of those that say something."""
    known = tuple(patterns)
    read = ((code, read_label(code.strip(), known, today, decimals)) for code in codes)
    return {code: label for code, label in read if label is not None}


def resolve(found: Mapping[str, ItemOnSale], labels: Mapping[str, Label]) -> Named:
    """``found``: items by codes, by those that labels name as well. A code that an item has is that
    item's, and no label."""
    used = {code: label for code, label in labels.items() if code not in found}
    items = {
        code: next(found[each] for each in label.codes if each in found)
        for code, label in used.items()
        if any(each in found for each in label.codes)
    }
    return Named({**found, **items}, used)


def refuse_differing(line: LineRequest, label: Label, path: str) -> None:
    """What is said of the goods twice agrees. Raises LabelDiffers."""
    for field in ("lot", "serial", "expires_on"):
        stated, printed = getattr(line, field), getattr(label, field)
        if stated is not None and printed is not None and stated != printed:
            raise LabelDiffers(field, str(stated), str(printed), field=f"{path}.{field}")


def refuse_expired(until: date | None, lot: str | None, today: date, name: str, path: str) -> None:
    """``until``: the last day on which it may be sold. Raises LotExpired."""
    if until is not None and until < today:
        raise LotExpired(name, lot or "", until, field=path)


def quantity_of(label: Label, unit: str, unit_price_minor: int) -> int:
    """What one label sells, in thousandths of ``unit``: as it says, or what its price buys (half
    up, at least 0.001); a piece of what does not divide."""
    if label.quantity_milli is not None:
        if not label.in_kilograms:
            return label.quantity_milli
        if unit == Unit.KILOGRAM:
            return label.quantity_milli
        if unit == Unit.GRAM:
            return label.quantity_milli * MILLI
    if label.amount_minor is None or divides(unit) == WHOLE_MILLI or unit_price_minor == 0:
        return WHOLE_MILLI
    return max(1, divide_half_up(label.amount_minor * MILLI, unit_price_minor))
