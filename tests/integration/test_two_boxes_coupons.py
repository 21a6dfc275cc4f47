"""A coupon that is good once at two boxes and a head office: servers of stores, `central serve` and
PostgreSQL, each a process of its own, over HTTP (sync/protocol/promotions/once.py)."""

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from central.demo.workstation import SaleRefused, new_id
from tests.central_fixtures import postgres_template
from tests.integration.test_central_background import until
from tests.integration.test_central_cli import central
from tests.integration.test_two_boxes_points import BUN_MINOR, Chain, Shop, chain, office

__all__ = ["chain", "office", "postgres_template"]
pytestmark = pytest.mark.asyncio(loop_scope="module")

TAKEN = """
SELECT count(*) FROM right_spend AS s JOIN store AS o USING (store_id)
WHERE o.company_id = $1 AND s.kind = 'coupon'
"""


async def made(chain: Chain, folder: Path, pieces: int) -> Sequence[str]:
    """Coupons for half of the price of everything, known at both shops."""
    url = chain.company.office.engine.url.render_as_string(hide_password=False)
    url, words = url.replace("+asyncpg", ""), ("--company", chain.company.name)
    half = ("HALF", "of=all", "rate=50%", "--kind", "percent_off", "--name", "Half")
    done = await central("promotion", "set", *half, *words, url=url)
    assert done.code == 0, done.complaint
    file = folder / "coupons.csv"
    done = await central("coupon", "make", "HALF", str(pieces), str(file), *words, url=url)
    assert done.code == 0, done.complaint
    numbers = [row.split(",")[0] for row in file.read_text("utf-8-sig").splitlines()[1:]]

    async def are_known() -> bool:
        return all([await known(shop, numbers[0]) for shop in (chain.first, chain.second)])

    await until(are_known)
    return numbers


async def known(shop: Shop, number: str) -> bool:
    lines = [{"line_no": 1, "quantity_milli": 1_000, "item_id": "BAK-011"}]
    asked = {"operator_id": "O01", "lines": lines, "coupons": [number]}
    answer = await shop.till.call("POST", "/quotes", asked)
    (said,) = answer["saved"]["coupons"]
    return bool(said["known"])


async def asks(shop: Shop, number: str) -> tuple[str, bool]:
    asked = {"account": {"kind": "coupon", "card": number}, "amount": 1}
    answer = await shop.till.call("POST", "/rights/asks", asked)
    return answer["outcome"], answer["here"] > 0


async def half_a_bun(shop: Shop, number: str) -> str:
    """Sold for half of its price by the coupon: its id. Raises SaleRefused."""
    total = BUN_MINOR - BUN_MINOR // 2
    sale: dict[str, Any] = {
        "sale_id": new_id(),
        "operator_id": "O01",
        "tendered_at": datetime.now(UTC).isoformat(),
        "total_minor": total,
        "lines": [{"line_no": 1, "quantity_milli": 1_000, "item_id": "BAK-011"}],
        "tenders": [{"tender_id": "card", "amount_minor": total, "reference": "A1"}],
        "coupons": [number],
    }
    await shop.till.complete("/sales", sale)
    return str(sale["sale_id"])


async def voided(shop: Shop, sale_id: str) -> None:
    void: dict[str, Any] = {
        "sale_id": new_id(),
        "operator_id": "O01",
        "tendered_at": datetime.now(UTC).isoformat(),
        "total_minor": BUN_MINOR // 2 - BUN_MINOR,
        "lines": [],
        "tenders": [],
        "post_void_of": sale_id,
        "note": "a mistake",
    }
    await shop.till.complete("/sales", void)


async def test_two_shops_never_take_one_coupon_twice_with_a_line_or_without(
    chain: Chain, tmp_path: Path
) -> None:
    numbers = await made(chain, tmp_path, 3)
    first, second = chain.first, chain.second
    with pytest.raises(SaleRefused, match="coupon"):
        await half_a_bun(first, numbers[0])
    assert await asks(first, numbers[0]) == ("granted", True)
    assert await asks(second, numbers[0]) == ("refused", False)
    assert await asks(second, numbers[1]) == ("granted", True)
    for shop in (first, second):
        shop.line.break_off()
    assert await asks(second, numbers[2]) == ("away", False)
    await half_a_bun(first, numbers[0])
    await half_a_bun(second, numbers[1])
    for shop in (first, second):
        for number in numbers:
            with pytest.raises(SaleRefused, match="coupon"):
                await half_a_bun(shop, number)
    for shop in (first, second):
        shop.line.cut = False

    async def both_are_counted() -> bool:
        return await chain.company.office.rows(TAKEN, chain.company.company_id) == [(2,)]

    await until(both_are_counted)
    assert await asks(first, numbers[1]) == ("refused", False)


async def test_a_coupon_whose_receipt_one_shop_voids_is_good_again_at_the_other(
    chain: Chain, tmp_path: Path
) -> None:
    (number,) = await made(chain, tmp_path, 1)
    first, second = chain.first, chain.second
    assert await asks(first, number) == ("granted", True)
    sale_id = await half_a_bun(first, number)
    assert await asks(second, number) == ("refused", False)
    await voided(first, sale_id)

    async def is_given() -> bool:
        return await asks(second, number) == ("granted", True)

    await until(is_given)
    await half_a_bun(second, number)
    with pytest.raises(SaleRefused, match="coupon"):
        await half_a_bun(first, number)
