"""Who sells in the demo asks what a basket comes to, takes something off now and then, and has that
paid."""

import asyncio
from typing import Any

import httpx

from central.demo.day import shoppers_of
from central.demo.trade import BY_HAND_BP, Article, sell
from central.demo.workstation import Workstation

ASKED_FOR = 1_234


class Till(Workstation):
    """Of a box to which every basket comes to the same."""

    sold: tuple[dict[str, Any], ...] = ()

    async def call(self, method: str, path: str, body: object = None) -> dict[str, Any]:
        assert (method, path) == ("POST", "/quotes")
        assert isinstance(body, dict)
        self.asked = body
        return {"total_minor": ASKED_FOR}

    async def complete(self, path: str, sale: dict[str, Any]) -> dict[str, Any]:
        assert path == "/sales"
        assert {name: sale[name] for name in self.asked} == self.asked
        self.sold += (sale,)
        return {"points_here": None}


async def sell_some(number: int) -> tuple[dict[str, Any], ...]:
    async with httpx.AsyncClient() as nobody:
        till = Till("W1", "S01", nobody)
        shoppers = shoppers_of(1, 1, [Article("8880417000017", weighed=False)], ["c"], ["O01"])
        for _ in range(number):
            await sell(till, shoppers)
        return till.sold


def test_baskets_are_paid_as_the_box_prices_them_and_some_have_a_discount_by_hand() -> None:
    sold = asyncio.run(sell_some(200))
    assert {sale["total_minor"] for sale in sold} == {ASKED_FOR}
    assert all(paid(sale) >= ASKED_FOR - 4 for sale in sold)
    by_hand = [sale["discount"] for sale in sold if "discount" in sale]
    assert 0 < len(by_hand) < len(sold) / 4
    assert {each["rate_bp"] for each in by_hand} == {BY_HAND_BP}


def paid(sale: dict[str, Any]) -> int:
    return sum(tender["amount_minor"] for tender in sale["tenders"])
