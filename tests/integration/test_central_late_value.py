"""Head office lists what gift cards and credit paid after their last day, with the receipt and who
took it, as a case that a person may accept; and nothing that was in time, or was voided."""

from datetime import date
from uuid import UUID

import msgspec

from sync.protocol.escrow import RightKind
from sync.protocol.facts import Account, RetailTransaction, RightGiven, Spend, TenderKind
from sync.protocol.identity import TenderId
from tests.board_pages import load
from tests.central_fixtures import postgres_template
from tests.integration.board_fixtures import acme, arrive
from tests.integration.test_central_attention import accept
from tests.shop_journal import DAY, NOW_MS, Shop

__all__ = ["postgres_template"]
GIFT = RightKind.GIFT_VALUE.value
OLD, NEW = UUID(int=71), UUID(int=72)


def loads(shop: Shop, card: UUID, last_day: date | None) -> RetailTransaction:
    """A receipt that puts 30.00 on a card."""
    sale = shop.sale(((1, 1_000, 3_000),))
    given = (RightGiven(GIFT, card, 1, 3_000, last_day),)
    return msgspec.structs.replace(sale, rights_given=given)


def pays(shop: Shop, card: UUID, load: RetailTransaction, minor: int) -> RetailTransaction:
    sale = shop.sale(((1, 1_000, minor),))
    (tender,) = sale.tenders
    by_card = msgspec.structs.replace(
        tender,
        tender_id=TenderId("gift"),
        name="Gift card",
        kind=TenderKind.STORED_VALUE,
        amount_minor=minor,
        reference=None,
        account=Account(GIFT, card),
        spends=(Spend(load.sale_id, 1, minor),),
    )
    return msgspec.structs.replace(sale, tenders=(by_card,), change_minor=0)


async def test_what_was_taken_after_the_last_day_is_listed_until_somebody_accepts_it(
    postgres_url: str,
) -> None:
    async with acme(postgres_url) as served:
        first, second = Shop(1), Shop(2)
        first.open()
        second.open()
        old, new = loads(first, OLD, date(2020, 1, 1)), loads(first, NEW, DAY)
        for fact in (old, new, pays(first, NEW, new, 500)):
            first.append(fact)
        await arrive(served, first)
        assert "late-value" not in (await load(served, "/attention")).words
        late = pays(second, OLD, old, 700)
        second.append(late)
        await arrive(served, second)
        page = await load(served, "/attention")
        said = page.words["late-value"]
        assert f"Receipt {late.receipt_number}" in said
        assert "took SGD 7.00 of a card or credit that was good until 2020-01-01" in said
        await accept(served, page.html, "She had asked in time.")
        assert "late-value" not in (await load(served, "/attention")).words


async def test_what_is_put_in_on_a_later_day_makes_good_nothing_that_was_taken_and_a_void_does(
    postgres_url: str,
) -> None:
    async with acme(postgres_url) as served:
        shop = Shop(1)
        shop.open()
        old = loads(shop, OLD, date(2020, 1, 1))
        late = pays(shop, OLD, old, 700)
        again = msgspec.structs.replace(
            loads(shop, OLD, date(2100, 1, 1)), business_date=date(DAY.year + 1, 1, 1)
        )
        voided = pays(shop, OLD, old, 800)
        gone = shop.sale((), None, [(voided, 1)])
        void = msgspec.structs.replace(gone, post_void_of=voided.sale_id)
        for fact in (old, late, again, voided, void):
            shop.append(fact)
        await arrive(served, shop)
        said = (await load(served, "/attention")).words["late-value"]
        assert f"Receipt {late.receipt_number}" in said
        assert "SGD 8.00" not in said


async def test_what_is_put_in_on_that_very_day_makes_good_what_is_taken_behind_it_alone(
    postgres_url: str,
) -> None:
    """At one shop by their places in its journal, between two by their instants."""
    async with acme(postgres_url) as served:
        first, second = Shop(1), Shop(2)
        first.open()
        second.open()
        old, elsewhere = (loads(first, card, date(2020, 1, 1)) for card in (OLD, NEW))
        late, in_time = pays(first, OLD, old, 700), pays(first, OLD, old, 800)
        for fact in (old, late, loads(first, OLD, date(2100, 1, 1)), in_time, elsewhere):
            first.append(fact)
        again = at(loads(first, NEW, date(2100, 1, 1)), 10)
        before, after = at(pays(second, NEW, again, 500), 9), at(pays(second, NEW, again, 600), 11)
        first.append(again)
        second.append(before)
        second.append(after)
        for shop in (first, second):
            await arrive(served, shop)
        said = (await load(served, "/attention")).words["late-value"]
        for taken, listed in ((late, True), (in_time, False), (before, True), (after, False)):
            assert (f"Receipt {taken.receipt_number}" in said) is listed, said


def at(sale: RetailTransaction, minutes: int) -> RetailTransaction:
    """So long after the day's first receipts."""
    return msgspec.structs.replace(sale, tendered_at_ms=NOW_MS + minutes * 60_000)
