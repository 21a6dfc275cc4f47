"""Cash of other currencies at head office: on the day's page of cash, by currency, and on the
receipt that took it."""

import msgspec

from sync.protocol.facts import RetailTransaction, TenderKind
from sync.protocol.facts.tender import ForeignMoney
from sync.protocol.identity import TenderId
from tests.board_pages import load
from tests.central_fixtures import postgres_template
from tests.integration.board_fixtures import acme, arrive
from tests.shop_journal import DAY, Shop

__all__ = ["postgres_template"]


def in_currency(sale: RetailTransaction, currency: str, minor: int) -> RetailTransaction:
    """The same, paid by what was handed over of another currency."""
    (tender,) = sale.tenders
    taken = msgspec.structs.replace(
        tender,
        tender_id=TenderId("cash"),
        name="Cash",
        kind=TenderKind.CASH,
        amount_minor=sale.total_minor,
        reference=None,
        foreign=ForeignMoney(currency, minor, 4),
    )
    return msgspec.structs.replace(sale, tenders=(taken,), change_minor=0)


async def test_the_day_s_cash_says_what_of_it_is_in_which_currency(postgres_url: str) -> None:
    async with acme(postgres_url) as served:
        shop = Shop(1)
        shop.open()
        first = in_currency(shop.sale(((1, 1_000, 1_346),)), "USD", 1_000)
        second = in_currency(shop.sale(((1, 1_000, 673),)), "USD", 500)
        yen = in_currency(shop.sale(((1, 1_000, 445),)), "JPY", 500)
        taught = in_currency(shop.sale(((1, 1_000, 445),), training=True), "JPY", 500)
        for fact in (first, second, yen, taught, shop.sale()):
            shop.append(fact)
        await arrive(served, shop)
        page = await load(served, f"/stores/{shop.code}/{DAY}/cash")
        told = [[cell.text for cell in row] for row in page.tables["foreign-table"]]
        assert told[1:] == [["JPY", "1", "500", "4.45"], ["USD", "2", "15", "20.19"]]
        receipt = await load(served, f"/stores/{shop.code}/receipts/{first.sale_id}")
        assert "USD 10" in receipt.html
