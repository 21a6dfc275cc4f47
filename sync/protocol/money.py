"""Integer minor units, and the only place that rounds.

Theory. An amount is an integer of minor units (cents), a quantity an integer of thousandths, a
rate an integer of basis points. Every rounding is *half up in magnitude* (half away from zero),
so that a return mirrors its sale exactly. Where a total and its parts must agree, the total is
rounded once and its parts are cut from it by largest remainder (Hamilton's method): the parts
always add up, no part is off by more than one minor unit, and ties go to the first.

IRAS (e-Tax guide "GST: General Guide for Businesses", rounding) accepts tax per line or on the
receipt's sum, applied consistently: here it is the sum per rate, cut to lines.
"""

from collections.abc import Sequence
from enum import StrEnum

from sync.protocol.bounds import FIGURE_MAX

MINOR_MAX = FIGURE_MAX
"""No amount that enters may be larger (a billion in a currency of two decimals)."""
QUANTITY_MILLI_MAX = 10**9
"""No quantity that enters may be larger (a million pieces)."""
BASIS_POINTS = 10_000
MILLI = 1_000
MILLI_OF_BP = 10
"""Thousandths of a percent in one of them."""


class CashRounding(StrEnum):
    """How a cash remainder meets the smallest coin (MAS: retailers may round to 5 cents)."""

    NEAREST = "nearest"
    DOWN = "down"


def divide_half_up(numerator: int, denominator: int) -> int:
    """numerator / denominator, half away from zero. Raises ZeroDivisionError."""
    if denominator < 0:
        numerator, denominator = -numerator, -denominator
    magnitude = (2 * abs(numerator) + denominator) // (2 * denominator)
    return magnitude if numerator >= 0 else -magnitude


def extend(unit_price_minor: int, quantity_milli: int) -> int:
    """Price of a quantity in minor units: 3.99 a kilogram x 0.755 kg = 3.01."""
    return divide_half_up(unit_price_minor * quantity_milli, MILLI)


def included_tax(amount_minor: int, rate_bp: int) -> int:
    """The tax inside an amount that includes it: amount x rate / (100 % + rate)."""
    return divide_half_up(amount_minor * rate_bp, BASIS_POINTS + rate_bp)


def added_tax(amount_minor: int, rate_bp: int) -> int:
    """The tax on an amount that does not include it."""
    return divide_half_up(amount_minor * rate_bp, BASIS_POINTS)


def split(total: int, weights: Sequence[int]) -> tuple[int, ...]:
    """Cut ``total`` into parts in proportion to ``weights`` (each >= 0) that add up to it.

    Largest remainder; ties go to the first. All weights 0: everything goes to the first part.
    Raises ValueError for a negative weight, or for a total other than 0 without parts.
    """
    if not weights:
        if total:
            raise ValueError("a total other than zero cannot be cut into no parts")
        return ()
    if min(weights) < 0:
        raise ValueError("a weight is negative")
    whole = sum(weights)
    if whole == 0:
        return (total, *(0 for _ in weights[1:]))
    magnitude = abs(total)
    floors = [magnitude * weight // whole for weight in weights]
    rest = magnitude - sum(floors)
    if rest:
        remainders = [magnitude * weight % whole for weight in weights]
        by_remainder = sorted(range(len(weights)), key=remainders.__getitem__, reverse=True)
        for index in by_remainder[:rest]:
            floors[index] += 1
    return tuple(floors) if total >= 0 else tuple(-part for part in floors)


def share_through(whole: int, part_milli: int, of_milli: int) -> int:
    """What the first ``part_milli`` of ``of_milli`` units take of ``whole``, half up.

    A part that comes back in several returns takes share_through(after) - share_through(before):
    however it is cut, the pieces add up to the whole and never beyond it.
    """
    return divide_half_up(whole * part_milli, of_milli)


def round_cash(amount_minor: int, step_minor: int, mode: CashRounding) -> int:
    """The difference to add so that ``amount_minor`` is a multiple of ``step_minor``.

    Half of a step goes up in magnitude; DOWN goes towards zero. A step of 1 or less rounds nothing.
    """
    if step_minor <= 1:
        return 0
    magnitude = abs(amount_minor)
    if mode is CashRounding.DOWN:
        rounded = magnitude // step_minor * step_minor
    else:
        rounded = divide_half_up(magnitude, step_minor) * step_minor
    return (rounded if amount_minor >= 0 else -rounded) - amount_minor


def format_minor(amount_minor: int, decimals: int = 2) -> str:
    """For people: 120435 -> ``1,204.35``."""
    digits = str(abs(amount_minor)).rjust(decimals + 1, "0")
    whole, part = (digits[:-decimals], f".{digits[-decimals:]}") if decimals else (digits, "")
    sign = "-" if amount_minor < 0 else ""
    return f"{sign}{in_thousands(whole)}{part}"


def in_thousands(digits: str) -> str:
    """``1204`` -> ``1,204``. A figure that needs no comma costs no formatting: most need none."""
    return digits if len(digits) <= 3 else f"{int(digits):,}"
