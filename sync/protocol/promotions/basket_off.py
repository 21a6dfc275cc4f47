"""Off the basket, or off what of it is picked, from so much on: 5.00 off 50.00, a tenth off all."""

from collections.abc import Iterator, Sequence
from typing import Annotated

import msgspec

from sync.protocol.bounds import BasisPoints
from sync.protocol.money import BASIS_POINTS, divide_half_up
from sync.protocol.promotions.shape import EVERYTHING, Kind, LineOnOffer, Pick, Price, Reduction

LEVELS_MAX = 10


class Level(msgspec.Struct, frozen=True, array_like=True):
    """From ``from_minor`` on ``off_minor`` comes off and ``rate_bp`` of what is left of it."""

    from_minor: Price
    off_minor: Price = 0
    rate_bp: BasisPoints = 0


class BasketOff(msgspec.Struct, frozen=True, array_like=True):
    """The last of ``levels`` that is reached counts; they rise. Raises ValueError where not."""

    levels: Annotated[tuple[Level, ...], msgspec.Meta(min_length=1, max_length=LEVELS_MAX)]
    of: Pick = EVERYTHING

    def __post_init__(self) -> None:
        starts = [level.from_minor for level in self.levels]
        if starts != sorted(set(starts)):
            raise ValueError("levels must rise")


def _apply(
    asked: BasketOff, lines: Sequence[LineOnOffer], left_minor: Sequence[int]
) -> Iterator[Reduction]:
    taking_part = _taking_part(asked, lines, left_minor)
    whole = sum(taking_part.values())
    for level in reversed(asked.levels):
        if whole > 0 and whole >= level.from_minor:
            off = min(whole, level.off_minor)
            off += divide_half_up((whole - off) * level.rate_bp, BASIS_POINTS)
            yield Reduction(off, taking_part)
            return


def _lacks(asked: BasketOff, lines: Sequence[LineOnOffer], left_minor: Sequence[int]) -> int | None:
    whole = sum(_taking_part(asked, lines, left_minor).values())
    above = [level.from_minor - whole for level in asked.levels if level.from_minor > whole]
    return min(above, default=None) if whole else None


def _taking_part(
    asked: BasketOff, lines: Sequence[LineOnOffer], left_minor: Sequence[int]
) -> dict[int, int]:
    left = {index: minor for index, minor in enumerate(left_minor) if minor}
    if asked.of == EVERYTHING:
        return left
    return {index: minor for index, minor in left.items() if asked.of.takes(lines[index])}


BASKET_OFF = Kind("basket_off", BasketOff, _apply, _lacks)
