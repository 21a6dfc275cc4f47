"""The page of promotions: what is published by its dates, and what all of it cost."""

from datetime import timedelta

import msgspec

from central.db.engine import unit_of_work
from central.reports.promotions import Cost, Costs, promotion_costs
from central.usecases.promotion.set import PromotionChanges, set_promotion
from sync.protocol.facts import PriceModifier
from sync.protocol.identity import OperatorId, PromotionId
from tests.board_pages import load
from tests.central_fixtures import postgres_template
from tests.integration.board_fixtures import acme, arrive
from tests.shop_journal import COMPANY, DAY, NOW_MS, Shop
from tests.shop_sales import lowered

__all__ = ["postgres_template"]
BEN = OperatorId("ben")
THREE = PriceModifier("several_for", -140, "3 for 10.00", PromotionId("T3"), 7)
OF_LINE = PriceModifier("discount", -50, "dented", operator_id=BEN)
OF_BASKET = PriceModifier("basket_discount", -25, "dented", operator_id=BEN)


def shop_that_gave(number: int = 1) -> Shop:
    shop = Shop(number)
    shop.open()
    for modifiers in ((THREE, OF_LINE), (THREE,), (OF_LINE, OF_BASKET), ()):
        shop.append(lowered(shop.sale(((1, 1_000, 1_000),)), *modifiers))
    trained = lowered(shop.sale(((1, 1_000, 1_000),)), THREE)
    shop.append(msgspec.structs.replace(trained, training=True))
    return shop


async def test_what_each_promotion_and_each_reason_cost_adds_up(postgres_url: str) -> None:
    async with acme(postgres_url) as served:
        await arrive(served, shop_that_gave())
        await arrive(served, shop_that_gave(2))
        async with unit_of_work(served.engine) as db:
            found = await promotion_costs(db, COMPANY, DAY, DAY)
            none = await promotion_costs(db, COMPANY, DAY + timedelta(1), DAY + timedelta(9))
        assert found == Costs(
            (
                Cost("T3", "several_for", "3 for 10.00", 4, 560),
                Cost(None, "discount", "dented", 4, 200),
                Cost(None, "basket_discount", "dented", 2, 50),
            ),
            0,
        )
        assert found.off_minor == 810
        assert none == Costs((), 0)


async def test_the_page_shows_what_is_published_and_what_it_cost(postgres_url: str) -> None:
    async with acme(postgres_url) as served:
        await arrive(served, shop_that_gave())
        empty = await load(served, f"/promotions?first={DAY}&last={DAY}")
        assert "No promotion is published yet" in empty.html
        tenth = PromotionChanges("Tenth off", "percent_off", {"of": "all", "rate": "10%"})
        later = tenth._replace(name="Later", since="2030-01-01T00:00+00:00")
        async with unit_of_work(served.engine) as db:
            await set_promotion(db, COMPANY, "TENTH", tenth, NOW_MS)
            await set_promotion(db, COMPANY, "LATER", later, NOW_MS)
        shown = (await load(served, f"/promotions?first={DAY}&last={DAY}")).html
        for said in (
            *("1 promotion is in force", "SGD 4.05 came off", "Tenth off", "of all; rate 10.00%"),
            *("scheduled", "by hand, off lines", "3 for 10.00", "2.80", "4.05"),
        ):
            assert said in shown
        assert "Promotions" in (await load(served, "/items")).html
