"""What lowers prices in the demo: promotions that its head office publishes, in force from the
first sale on, and what whoever sells takes off by hand. Both sides count it as a figure of the
day."""

from typing import Any

from sync.protocol.codec import encode
from sync.protocol.identity import PromotionId
from sync.protocol.promotions.basket_off import BASKET_OFF, BasketOff, Level
from sync.protocol.promotions.percent_off import PERCENT_OFF, PercentOff
from sync.protocol.promotions.several_for import SEVERAL_FOR, SeveralFor
from sync.protocol.promotions.shape import Pick
from sync.protocol.reference import PublishedPromotion

OF_THE_SAMPLE = (
    PublishedPromotion(
        PromotionId("BAKERY"),
        "Bakery 10 % off",
        PERCENT_OFF.code,
        encode(PercentOff(Pick(departments=("Bakery",)), 1_000)),
    ),
    PublishedPromotion(
        PromotionId("FROM60"),
        "2.00 off from 60.00",
        BASKET_OFF.code,
        encode(BasketOff((Level(6_000, 200),))),
    ),
)
OF_THE_FILE = (
    PublishedPromotion(
        PromotionId("HOLDERS"),
        "6 holders for 12.00",
        SEVERAL_FOR.code,
        encode(SeveralFor(Pick(items=("85123A",)), 6, 1_200)),
    ),
    PublishedPromotion(
        PromotionId("FROM100"),
        "5 % off from 100.00",
        BASKET_OFF.code,
        encode(BasketOff((Level(10_000, 0, 500),))),
    ),
)


def by_hand(rate_bp: int) -> dict[str, Any]:
    """As a sale asks for it, off its basket or one of its lines."""
    return {"reason": "box damaged", "rate_bp": rate_bp}
