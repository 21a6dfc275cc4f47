"""When promotions are in force, for whom, and what almost applied."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from sync.protocol.identity import PromotionId
from sync.protocol.promotions.almost import Almost, almost
from sync.protocol.promotions.basket_off import BasketOff, Level
from sync.protocol.promotions.by_quantity import ByQuantity, Tier
from sync.protocol.promotions.conditions import Condition, Hours, Occasion, holds, local_time
from sync.protocol.promotions.kinds import KINDS
from sync.protocol.promotions.percent_off import PercentOff
from sync.protocol.promotions.reduce import reduce_lines
from sync.protocol.promotions.several_for import SeveralFor
from sync.protocol.promotions.shape import LineOnOffer, Promotion
from sync.protocol.promotions.together import Group, Together
from tests.unit.sync.test_promotion_kinds import ALL, BUN, TEA, pieces, promotion, weighed

MONDAY, FRIDAY, SATURDAY, SUNDAY = 0, 4, 5, 6
SEVEN, NOON, EIGHT = 7 * 60, 12 * 60, 20 * 60
EVENINGS = (Hours(0b001_1111, EIGHT, 1_440),)
NIGHTS = (Hours(1 << FRIDAY, EIGHT, SEVEN),)


@pytest.mark.parametrize(
    ("asked", "now", "expected"),
    [
        ({}, {}, True),
        ({"from_ms": 100}, {"instant_ms": 99}, False),
        ({"from_ms": 100}, {"instant_ms": 100}, True),
        ({"until_ms": 200}, {"instant_ms": 199}, True),
        ({"until_ms": 200}, {"instant_ms": 200}, False),
        ({"hours": EVENINGS}, {"weekday": MONDAY, "minute": EIGHT}, True),
        ({"hours": EVENINGS}, {"weekday": MONDAY, "minute": EIGHT - 1}, False),
        ({"hours": EVENINGS}, {"weekday": SATURDAY, "minute": EIGHT}, False),
        # after midnight the day is that of the evening before
        ({"hours": NIGHTS}, {"weekday": FRIDAY, "minute": EIGHT}, True),
        ({"hours": NIGHTS}, {"weekday": SATURDAY, "minute": SEVEN - 1}, True),
        ({"hours": NIGHTS}, {"weekday": SATURDAY, "minute": SEVEN}, False),
        ({"hours": NIGHTS}, {"weekday": FRIDAY, "minute": SEVEN - 1}, False),
        ({"hours": (Hours(1 << SUNDAY, EIGHT, 1),)}, {"weekday": MONDAY, "minute": 0}, True),
        ({"groups": ("staff", "gold")}, {"group": "gold"}, True),
        ({"groups": ("staff",)}, {"group": "gold"}, False),
        ({"groups": ("staff",)}, {"group": None}, False),
        ({"coupons": ("SAVE5",)}, {"coupons": ("X", "SAVE5")}, True),
        ({"coupons": ("SAVE5",)}, {}, False),
        ({"zones": ("main",)}, {"zone": "main"}, True),
        ({"zones": ("main",)}, {"zone": "airport"}, False),
    ],
)
def test_the_table_of_conditions(
    asked: dict[str, Any], now: dict[str, Any], expected: bool
) -> None:
    occasion = Occasion(instant_ms=0, weekday=MONDAY, minute=NOON)._replace(**now)
    assert holds(Condition(**asked), occasion) is expected


def test_hours_are_those_of_the_shops_clock() -> None:
    """2026-11-30T16:30Z is half past midnight on a Tuesday in Singapore."""
    assert local_time(1_796_056_200_000, "Asia/Singapore") == (1, 30)
    assert local_time(1_796_056_200_000, "UTC") == (MONDAY, 16 * 60 + 30)


@pytest.mark.parametrize(
    ("end", "zone"),
    [
        (datetime.max.replace(tzinfo=UTC), "Asia/Singapore"),
        (datetime.min.replace(tzinfo=UTC), "America/New_York"),
    ],
)
def test_hours_end_with_no_calendar(end: datetime, zone: str) -> None:
    """A basket may be quoted as of any instant that can be written."""
    since = end - datetime(1970, 1, 1, tzinfo=UTC)
    minute = end.hour * 60 + end.minute
    assert local_time(since // timedelta(milliseconds=1), zone) == (end.weekday(), minute)


def told(lines: list[LineOnOffer], *promotions: Promotion) -> tuple[Almost, ...]:
    return almost(lines, promotions, reduce_lines(lines, promotions))


def one_more(name: str = "p") -> tuple[Almost, ...]:
    return (Almost(PromotionId(name), name, 1, 0),)


THREE = promotion(SeveralFor(ALL, 3, 400))
LUNCH = promotion(Together((Group(BUN, 1), Group(TEA, 1)), price_minor=350))
TIERS = promotion(ByQuantity(ALL, (Tier(3, 500), Tier(5, 1_000))))
TENTH_FROM_10 = promotion(BasketOff((Level(1_000, 0, 1_000),)))


@pytest.mark.parametrize(
    ("lines", "offered", "expected"),
    [
        ([pieces("bun", 160, 2)], THREE, one_more()),
        ([pieces("bun", 160, 5)], THREE, one_more()),
        ([pieces("bun", 160, 1)], THREE, ()),
        ([pieces("bun", 160, 3)], THREE, ()),
        ([pieces("gum", 90, 2)], THREE, ()),  # three of them cost less than 4.00
        ([weighed("cherry", 399, 2_000)], THREE, ()),
        ([pieces("bun", 160, 1)], LUNCH, ()),  # what the other costs is not known
        ([pieces("bun", 360, 1)], LUNCH, one_more()),
        ([pieces("jam", 360, 1)], LUNCH, ()),
        ([pieces("bun", 160, 2)], TIERS, one_more()),
        ([pieces("bun", 160, 4)], TIERS, one_more()),
        ([pieces("bun", 160, 5)], TIERS, ()),
        ([pieces("bun", 160, 1)], promotion(PercentOff(BUN, 1_000)), ()),
        ([pieces("bun", 160, 5)], TENTH_FROM_10, (Almost(PromotionId("p"), "p", 0, 200),)),
        ([pieces("bun", 160, 1)], TENTH_FROM_10, ()),
        ([pieces("bun", 160, 7)], TENTH_FROM_10, ()),
    ],
)
def test_the_table_of_what_almost_applied(
    lines: list[LineOnOffer], offered: Promotion, expected: tuple[Almost, ...]
) -> None:
    assert told(lines, offered) == expected


def test_the_kinds_have_codes_that_are_kept_for_ever() -> None:
    assert [kind.code for kind in KINDS] == [
        "amount_off",
        "basket_off",
        "buy_get",
        "by_quantity",
        "percent_off",
        "several_for",
        "together",
        "unit_price",
    ]
