"""What is in one of an item: by it labels say what a kilogram or a litre costs."""

from typing import Annotated

import msgspec

from sync.protocol.money import MILLI, QUANTITY_MILLI_MAX
from sync.protocol.units import Unit


class Content(msgspec.Struct, frozen=True, array_like=True):
    """What is in one of an item's unit, in thousandths of a ``unit`` of its own: 330 ml in a can.

    >>> str(Content(330_000, Unit.MILLILITRE))
    '330 ml'
    """

    quantity_milli: Annotated[int, msgspec.Meta(ge=1, le=QUANTITY_MILLI_MAX)]
    unit: Unit

    def __str__(self) -> str:
        whole, part = divmod(self.quantity_milli, MILLI)
        fine = f".{part:03}".rstrip("0") if part else ""
        return f"{whole}{fine} {self.unit.value}"
