"""The units in which items are sold, and how far each divides: one table for both sides.

An item of a unit that is not in the table cannot be published, and is set aside when it is taken:
whether half of something unknown may be sold is not for a till to guess.
"""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType

from sync.protocol.money import MILLI, in_thousands

WHOLE_MILLI = 1_000
FINEST_MILLI = 1


class Unit(StrEnum):
    """What one of an item is; the text is what stands on the line and on the receipt."""

    EACH = "each"
    PACK = "pack"
    KILOGRAM = "kg"
    GRAM = "g"
    LITRE = "l"
    MILLILITRE = "ml"
    METRE = "m"


STEPS_MILLI: Mapping[str, int] = MappingProxyType(
    {
        Unit.EACH: WHOLE_MILLI,
        Unit.PACK: WHOLE_MILLI,
        Unit.KILOGRAM: FINEST_MILLI,
        Unit.GRAM: FINEST_MILLI,
        Unit.LITRE: FINEST_MILLI,
        Unit.MILLILITRE: FINEST_MILLI,
        Unit.METRE: FINEST_MILLI,
    }
)
"""The smallest quantity of each unit, in thousandths; every quantity is a multiple of it."""


def divides(unit: str) -> int:
    """The step of a quantity of ``unit`` in thousandths: 1,000 where it does not divide, 1 where it
    divides to 0.001. A unit that only a finished receipt names (of a newer version) is taken to
    divide: what was sold must be able to come back.

    >>> divides("each"), divides("kg")
    (1000, 1)
    """
    return STEPS_MILLI.get(unit, FINEST_MILLI)


def format_milli(milli: int) -> str:
    """A quantity as people write it.

    >>> format_milli(1_000), format_milli(-1_000_755), format_milli(1_500)
    ('1', '-1,000.755', '1.5')
    """
    sign = "-" if milli < 0 else ""
    whole, part = divmod(abs(milli), MILLI)
    number = f"{sign}{in_thousands(str(whole))}"
    return f"{number}.{part:03d}".rstrip("0") if part else number
