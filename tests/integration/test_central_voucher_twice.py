"""Head office sees a voucher that two shops took: one that pays and one that lowers the price
alike, as a case that a person may accept, and none once the receipt of one was voided."""

import msgspec

from sync.protocol.facts import PriceModifier, RetailTransaction, TenderKind, VoucherTaken
from sync.protocol.facts.sale import BY_VOUCHER
from sync.protocol.identity import TenderId
from tests.board_pages import load
from tests.central_fixtures import postgres_template
from tests.integration.board_fixtures import acme, arrive
from tests.integration.test_central_attention import accept
from tests.shop_journal import Shop

__all__ = ["postgres_template"]
FIVE = TenderId("five")


def lowered(shop: Shop, number: str) -> RetailTransaction:
    """A receipt of one line, from which a voucher took 5.00."""
    dear = shop.sale(((1, 1_000, 1_500),))
    (line,) = dear.lines
    cheap = shop.sale(((1, 1_000, 1_000),))
    (paid,) = cheap.lines
    modifier = PriceModifier(BY_VOUCHER, -500, f"Five off {number}")
    less = msgspec.structs.replace(
        paid, unit_price_minor=1_500, extended_minor=line.extended_minor, modifiers=(modifier,)
    )
    taken = (VoucherTaken(FIVE, number, 500),)
    return msgspec.structs.replace(cheap, lines=(less,), vouchers=taken)


def paid_by(shop: Shop, number: str) -> RetailTransaction:
    """A receipt that a voucher paid."""
    sale = shop.sale(((1, 1_000, 500),))
    (tender,) = sale.tenders
    voucher = msgspec.structs.replace(
        tender,
        tender_id=FIVE,
        name="Five",
        kind=TenderKind.VOUCHER,
        amount_minor=500,
        reference=number,
    )
    return msgspec.structs.replace(sale, tenders=(voucher,), change_minor=0)


async def test_a_voucher_that_lowered_a_price_at_two_shops_is_shown(postgres_url: str) -> None:
    async with acme(postgres_url) as served:
        first, second = Shop(1), Shop(2)
        first.open()
        second.open()
        first.append(lowered(first, "n17"))
        first.append(lowered(first, "N18"))
        await arrive(served, first)
        assert "voucher-twice" not in (await load(served, "/attention")).words
        second.append(lowered(second, "N17 "))
        await arrive(served, second)
        page = await load(served, "/attention")
        said = page.words["voucher-twice"]
        assert "The voucher N17 was taken for 2 receipts, at S01, S02." in said
        assert "N18" not in said
        await accept(served, page.html, "There are two of that number.")
        assert "voucher-twice" not in (await load(served, "/attention")).words


async def test_one_that_paid_here_and_lowered_a_price_there_is_shown(postgres_url: str) -> None:
    async with acme(postgres_url) as served:
        first, second = Shop(1), Shop(2)
        first.open()
        second.open()
        first.append(paid_by(first, "N20"))
        second.append(lowered(second, "N20"))
        await arrive(served, first)
        await arrive(served, second)
        assert "The voucher N20" in (await load(served, "/attention")).words["voucher-twice"]


async def test_a_voided_receipt_gives_its_voucher_again(postgres_url: str) -> None:
    async with acme(postgres_url) as served:
        first, second = Shop(1), Shop(2)
        first.open()
        second.open()
        sale = lowered(first, "N21")
        first.append(sale)
        (line,) = sale.lines
        bare = msgspec.structs.replace(line, modifiers=(), extended_minor=1_000)
        plain = msgspec.structs.replace(sale, lines=(bare,), vouchers=())
        gone = first.sale((), None, [(plain, 1)])
        first.append(msgspec.structs.replace(gone, post_void_of=sale.sale_id))
        second.append(lowered(second, "N21"))
        await arrive(served, first)
        await arrive(served, second)
        assert "voucher-twice" not in (await load(served, "/attention")).words
