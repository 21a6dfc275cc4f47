"""Each kind of promotion as a table of worked examples, and how they stand among others."""

from collections.abc import Sequence
from typing import Any

import msgspec
import pytest

from sync.protocol.codec import decode, encode
from sync.protocol.errors import Undecodable
from sync.protocol.identity import ItemId, PromotionId
from sync.protocol.promotions.amount_off import AmountOff
from sync.protocol.promotions.basket_off import BasketOff, Level
from sync.protocol.promotions.buy_get import BuyGet
from sync.protocol.promotions.by_quantity import ByQuantity, Tier
from sync.protocol.promotions.kinds import KINDS
from sync.protocol.promotions.percent_off import PercentOff
from sync.protocol.promotions.reduce import reduce_lines
from sync.protocol.promotions.several_for import SeveralFor
from sync.protocol.promotions.shape import LineOnOffer, Pick, Promotion, Terms
from sync.protocol.promotions.together import Group, Together
from sync.protocol.promotions.unit_price import UnitPrice

ALL = Pick()
BREAD = Pick(departments=("bread",))
TEA, BUN, JAM = (Pick(items=(item,)) for item in ("tea", "bun", "jam"))
BY_ARGUMENTS = {kind.arguments: kind for kind in KINDS}


def promotion(arguments: msgspec.Struct, name: str = "p", **terms: Any) -> Promotion:
    kind = BY_ARGUMENTS[type(arguments)]
    return Promotion(PromotionId(name), 1, name, kind, arguments, Terms(**terms))


def pieces(item: str, price_minor: int, many: int = 1, department: str = "") -> LineOnOffer:
    whole = price_minor * many
    return LineOnOffer(ItemId(item), "each", many * 1_000, price_minor, whole, department)


def weighed(item: str, price_minor: int, milli: int) -> LineOnOffer:
    left = (price_minor * milli + 500) // 1_000
    return LineOnOffer(ItemId(item), "kg", milli, price_minor, left)


def off(lines: Sequence[LineOnOffer], *promotions: Promotion) -> list[int]:
    return [
        sum(-m.amount_minor for m in of_line)
        for of_line in reduce_lines(lines, promotions).modifiers
    ]


CHERRIES = weighed("cherry", 399, 755)
BUNS = pieces("bun", 160, 3, "bread")
LOAF = pieces("loaf", 380, 1, "bread")
HALF = 5_000


EXAMPLES: list[tuple[msgspec.Struct, list[LineOnOffer], list[int]]] = [
    # percent off: rounded once for what the receipt gets, shared by largest remainder
    (PercentOff(ALL, 1_000), [pieces("tea", 385)], [39]),
    (PercentOff(ALL, 1_000), [pieces("tea", 385), pieces("bun", 385)], [39, 38]),
    (PercentOff(ALL, 1_000), [CHERRIES], [30]),
    (PercentOff(BREAD, HALF), [BUNS, LOAF, CHERRIES], [240, 190, 0]),
    (PercentOff(Pick(but=("bun",)), HALF), [BUNS, LOAF], [0, 190]),
    (PercentOff(ALL, 10_000), [BUNS, pieces("free", 0)], [480, 0]),
    # amount off: of each piece, of each unit of what is weighed, never below zero
    (AmountOff(ALL, 50), [BUNS, LOAF], [150, 50]),
    (AmountOff(ALL, 200), [BUNS, CHERRIES], [480, 151]),
    # another price, where it is less
    (UnitPrice(ALL, 150), [BUNS, LOAF, pieces("gum", 90)], [30, 230, 0]),
    (UnitPrice(ALL, 299), [CHERRIES], [75]),
    # several for: the dearest first, no more often than it pays
    (SeveralFor(ALL, 3, 400), [BUNS], [80]),
    (SeveralFor(ALL, 3, 400), [pieces("bun", 160, 2)], [0]),
    (SeveralFor(ALL, 3, 400), [pieces("bun", 160, 7)], [160]),
    (SeveralFor(ALL, 3, 400), [pieces("gum", 90, 3)], [0]),
    (SeveralFor(ALL, 2, 300), [LOAF, pieces("bun", 160, 2)], [169, 71]),
    (SeveralFor(ALL, 2, 100), [weighed("cherry", 399, 2_000)], [0]),
    # buy and get: the cheapest of the same, shared by all that take part
    (BuyGet(ALL, 2, ALL, 1), [BUNS], [160]),
    (BuyGet(ALL, 1, ALL, 1), [LOAF, pieces("tea", 200), pieces("bun", 160, 2)], [131, 69, 160]),
    (BuyGet(ALL, 1, ALL, 1, HALF), [pieces("bun", 160, 2)], [80]),
    (BuyGet(BUN, 2, JAM, 1), [BUNS, pieces("jam", 410)], [180, 230]),
    (BuyGet(BUN, 2, JAM, 1), [BUNS], [0]),
    # by quantity: all of them at the tier that they reach
    (ByQuantity(ALL, (Tier(3, 500), Tier(6, 1_000))), [pieces("bun", 160, 2)], [0]),
    (ByQuantity(ALL, (Tier(3, 500), Tier(6, 1_000))), [pieces("bun", 160, 5)], [40]),
    (ByQuantity(ALL, (Tier(3, 500), Tier(6, 1_000))), [pieces("bun", 160, 7)], [112]),
    # together: one of each group
    (
        Together((Group(BUN, 2), Group(TEA, 1)), price_minor=500),
        [BUNS, pieces("tea", 240)],
        [34, 26],
    ),
    (
        Together((Group(BUN, 1), Group(TEA, 1)), rate_bp=HALF),
        [BUNS, pieces("tea", 240, 2)],
        [160, 240],
    ),
    # off the basket, the last level that is reached
    (BasketOff((Level(500, 100),)), [BUNS], [0]),
    (BasketOff((Level(480, 100),)), [BUNS], [100]),
    (BasketOff((Level(100, 0, 1_000), Level(800, 0, 2_000))), [BUNS, LOAF], [96, 76]),
    (BasketOff((Level(0, 9_999),)), [BUNS, LOAF], [480, 380]),
    (BasketOff((Level(0, 0, 1_000),), BREAD), [BUNS, CHERRIES], [48, 0]),
]


@pytest.mark.parametrize(("arguments", "lines", "expected"), EXAMPLES)
def test_the_table_of_each_kind(
    arguments: msgspec.Struct, lines: list[LineOnOffer], expected: list[int]
) -> None:
    assert off(lines, promotion(arguments)) == expected


def test_every_kind_stands_in_the_table_above() -> None:
    assert {type(arguments) for arguments, *_ in EXAMPLES} == set(BY_ARGUMENTS)


@pytest.mark.parametrize(
    ("promotions", "lines", "expected"),
    [
        # each piece takes part once, and the better is found where they compete
        (
            [promotion(SeveralFor(ALL, 3, 400)), promotion(PercentOff(ALL, 1_000), "q")],
            [pieces("bun", 160, 4)],
            [80 + 16],
        ),
        (
            [promotion(PercentOff(ALL, HALF)), promotion(SeveralFor(ALL, 3, 400), "q")],
            [BUNS],
            [240],
        ),
        # 3 for 4.00 of the buns leaves none for jam and bun; together they would be worth more
        (
            [
                promotion(SeveralFor(BUN, 3, 400)),
                promotion(Together((Group(BUN, 1), Group(JAM, 1)), price_minor=450), "q"),
            ],
            [BUNS, pieces("jam", 410)],
            [34, 86],
        ),
        # a higher priority has the goods, even where that is worth less
        (
            [
                promotion(SeveralFor(BUN, 3, 400), priority=1),
                promotion(PercentOff(ALL, HALF), "q"),
            ],
            [pieces("bun", 160, 4)],
            [80 + 80],
        ),
        # as often as the receipt may have it
        ([promotion(SeveralFor(ALL, 3, 400), times_max=2)], [pieces("bun", 160, 9)], [160]),
        ([promotion(PercentOff(ALL, HALF), times_max=2)], [pieces("bun", 160, 9)], [160]),
        # over the basket comes what the deals left
        (
            [promotion(BasketOff((Level(0, 0, 1_000),))), promotion(SeveralFor(ALL, 3, 400), "q")],
            [BUNS],
            [80 + 40],
        ),
        # what takes part in a deal that stands alone takes part in nothing else
        (
            [
                promotion(BasketOff((Level(0, 0, 1_000),))),
                promotion(SeveralFor(ALL, 3, 400), "q", alone=True),
            ],
            [pieces("bun", 160, 4)],
            [80 + 16],
        ),
        # over the basket and alone: what nothing touched, or first of all, whichever is better
        (
            [
                promotion(BasketOff((Level(0, 0, 1_000),), BUN)),
                promotion(BasketOff((Level(0, 0, HALF),)), "q", alone=True),
            ],
            [BUNS, LOAF],
            [240, 190],
        ),
        (
            [
                promotion(BasketOff((Level(0, 0, HALF),), BUN)),
                promotion(BasketOff((Level(0, 0, 1_000),)), "q", alone=True),
            ],
            [BUNS, LOAF],
            [240, 38],
        ),
    ],
)
def test_how_promotions_stand_among_others(
    promotions: list[Promotion], lines: list[LineOnOffer], expected: list[int]
) -> None:
    assert off(lines, *promotions) == expected
    assert sum(off(lines, *reversed(promotions))) == sum(expected)


@pytest.mark.parametrize(
    ("kind", "arguments"),
    [
        (ByQuantity, [[[], [], []], [[3, 500], [2, 900]]]),
        (ByQuantity, [[[], [], []], [[3, 500], [4, 500]]]),
        (ByQuantity, [[[], [], []], []]),
        (Together, [[[[], 1], [[], 1]], None, None]),
        (Together, [[[[], 1], [[], 1]], 500, 500]),
        (Together, [[[[], 1]], 500]),
        (BasketOff, [[[500, 1], [500, 2]]]),
        (SeveralFor, [[], 0, 100]),
        (PercentOff, [[], 10_001]),
        (AmountOff, [[], -1]),
    ],
)
def test_arguments_that_mean_nothing_are_not_taken(kind: type, arguments: list[Any]) -> None:
    with pytest.raises(Undecodable):
        decode(kind, encode(arguments))
