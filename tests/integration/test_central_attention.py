"""What was taken as it came and should not have happened stands on a page of its own."""

import re
from uuid import UUID

import msgspec

from central.reports.exceptions import KINDS
from central.usecases.box.record_stated_head import record_stated_head
from central.usecases.journal.ingest_batch import ingest_batch
from central.usecases.proof.rebuild_projections import rebuild_projections
from sync.protocol.facts import (
    OriginalLine,
    RetailTransaction,
    Spend,
    TenderKind,
    TenderLine,
)
from sync.protocol.identity import TenderId
from tests.board_pages import PageText, load, send_form
from tests.central_fixtures import Served, postgres_template
from tests.integration.board_fixtures import acme, arrive
from tests.integration.customer_fixtures import FIRST, SECOND, brought, sets
from tests.shop_journal import CUSTOMERS, DAY, NOW_MS, Shop

__all__ = ["postgres_template"]


async def test_nothing_to_look_at_is_said(postgres_url: str) -> None:
    async with acme(postgres_url) as served:
        text = (await load(served, "/attention")).html
        assert "nobody knows of more" in text
        assert "every event counts" not in text
        shop = Shop(1)
        shop.open()
        shop.append(shop.sale(((1, 1_000, 5_000),), CUSTOMERS[0]))
        sold = shop.facts[-1]
        assert getattr(sold, "points_earned", 0) == 5
        spent = shop.sale(((1, 1_000, 500),), CUSTOMERS[0], spend=5)
        (points, *others) = spent.tenders
        right = Spend(getattr(sold, "sale_id", UUID(int=0)), 1, 5)
        tenders = (msgspec.structs.replace(points, spends=(right,)), *others)
        shop.append(msgspec.structs.replace(spent, tenders=tenders))
        await arrive(served, shop)
        page = await load(served, "/attention")
        assert page.words.keys() & {kind.name for kind in KINDS} == {"oversold"}
        assert page.words["summary"].startswith("Nobody is needed")


async def test_many_of_one_kind_leave_room_for_the_others_and_have_a_page_of_their_own(
    postgres_url: str,
) -> None:
    async with acme(postgres_url) as served:
        shop = Shop(1)
        shop.open()
        shop.append(shop.sale(tuple((number, 1_000, 350) for number in range(1, 13))))
        await arrive(served, shop)
        together = await load(served, "/attention")
        assert len(together.tables[""][1:]) == 10
        assert (
            "2 more things not named here. All: Sold more than was there"
            in (together.words["oversold"])
        )
        assert 'href="/attention?kind=oversold&amp;store="' in together.html
        alone = await load(served, "/attention?kind=oversold&store=")
        assert len(alone.tables[""][1:]) == 12
        assert "not named here" not in alone.words["oversold"]


async def test_points_that_nobody_granted_are_taken_and_shown(postgres_url: str) -> None:
    """A46: the receipt is a fact; that nobody gave the right is said."""
    async with acme(postgres_url) as served:
        shop = Shop(1)
        shop.open()
        sale = shop.sale(((1, 1_000, 500),), CUSTOMERS[0], spend=400)
        shop.append(sale)
        await arrive(served, shop)
        (balance,) = await served.rows("SELECT earned - spent FROM right_account")
        assert balance == (-400,)
        page = await load(served, "/attention")
        said = page.words["overspent"]
        assert f"Receipt {sale.receipt_number}" in said
        assert "400 points were spent under a right that nobody gave" in said
        await accept(served, page.html, "The box was put back.")
        assert "overspent" not in (await load(served, "/attention")).words


async def test_goods_that_came_back_twice_are_taken_and_shown(postgres_url: str) -> None:
    """A box that was put back took them back again, before its tills brought the first one home."""
    async with acme(postgres_url) as served:
        shop, other = Shop(1), Shop(1, epoch_number=2)
        shop.open()
        sale = shop.sale(((1, 1_000, 500),))
        shop.append(sale)
        once = shop.sale((), None, [(sale, 1)])
        shop.append(once)
        await arrive(served, shop)
        assert "returned-twice" not in (await load(served, "/attention")).words
        again = other.sale((), None, [(sale, 1)])
        other.append(again)
        await arrive(served, other)
        said = (await load(served, "/attention")).words["returned-twice"]
        assert f"more came back than receipt {sale.receipt_number} sold" in said
        assert once.receipt_number in said or again.receipt_number in said


async def test_goods_that_came_back_at_two_shops_are_taken_and_shown(postgres_url: str) -> None:
    """Each took back the same, and neither could know of the other."""
    async with acme(postgres_url) as served:
        first, second = Shop(1), Shop(2)
        first.open()
        second.open()
        sale = first.sale(((1, 1_000, 500),))
        first.append(sale)
        first.append(first.sale((), None, [(sale, 1)]))
        there = second.sale((), None, [(sale, 1)])
        (line,) = there.lines
        original = OriginalLine(sale.sale_id, 1, first.store_id)
        moved = msgspec.structs.replace(line, original=original)
        second.append(msgspec.structs.replace(there, lines=(moved,)))
        await brought(served, first, second)
        page = await load(served, "/attention")
        assert (
            f"more came back than receipt {sale.receipt_number} sold"
            in (page.words["returned-twice"])
        )
        assert page.words["summary"].startswith("1 thing for a person")
        await accept(served, page.html, "The customer kept both; asked, paid nothing.")
        after = (await load(served, "/attention")).words
        assert "returned-twice" not in after
        assert after["summary"].startswith("Nobody is needed")
        assert "The customer kept both; asked, paid nothing." in after["accepted"]
        assert "More came back than was sold" in after["accepted"]
        rows = await served.rows("SELECT act FROM audit ORDER BY audit_no DESC LIMIT 1")
        assert [row[0] for row in rows] == ["exception_accepted"]
        await rebuild_projections(served.engine)
        assert "returned-twice" not in (await load(served, "/attention")).words
        third = second.sale((), None, [(sale, 1)])
        second.append(msgspec.structs.replace(third, lines=(moved,)))
        await brought(served, second)
        again = (await load(served, "/attention")).words["returned-twice"]
        assert "2 more came back" in again


async def accept(served: Served, html: str, reason: str) -> None:
    """The first form of that kind on the page, as a browser sends it; once, for then the case is
    none any more, and with a reason."""
    (form, *_) = re.findall(r'<form method="post" action="/attention/accept".*?</form>', html, re.S)
    fields = dict(re.findall(r'name="(\w+)" value="([^"]*)"', form))
    assert (await send_form(served, "/attention/accept", fields)).status_code == 400
    told = fields | {"reason": reason}
    wrong = told | {"amount": "7"}
    assert (await send_form(served, "/attention/accept", wrong)).status_code == 404
    assert (await send_form(served, "/attention/accept", told)).status_code == 303
    assert (await send_form(served, "/attention/accept", told)).status_code == 404


async def test_a_voucher_that_two_shops_took_is_shown(postgres_url: str) -> None:
    """Neither could know of the other; one that went back and was taken anew is none."""
    async with acme(postgres_url) as served:
        first, second = Shop(1), Shop(2)
        first.open()
        second.open()
        by_voucher(first, "gv-1")
        by_voucher(first, "GV-2", of=by_voucher(first, "GV-2"))
        by_voucher(second, "GV-2")
        await brought(served, first, second)
        assert "voucher-twice" not in (await load(served, "/attention")).words
        last = by_voucher(second, "GV-1 ")
        await brought(served, second)
        said = (await load(served, "/attention")).words["voucher-twice"]
        assert "The voucher GV-1 was taken for 2 receipts, at S01, S02." in said
        assert f"Receipt {last.receipt_number}" in said
        await accept(served, (await load(served, "/attention")).html, "Both were ours.")
        assert "voucher-twice" not in (await load(served, "/attention")).words
        by_voucher(first, "GV-1")
        await brought(served, first)
        said = (await load(served, "/attention")).words["voucher-twice"]
        assert "The voucher GV-1 was taken for 3 receipts" in said


def by_voucher(shop: Shop, number: str, of: RetailTransaction | None = None) -> RetailTransaction:
    """A sale, or the goods ``of`` one that come back."""
    sale = shop.sale(((1, 1_000, 500),)) if of is None else shop.sale((), None, [(of, 1)])
    tender = TenderLine(TenderId("mall"), "Mall", TenderKind.VOUCHER, sale.total_minor, number)
    paid = msgspec.structs.replace(sale, tenders=(tender,), change_minor=0)
    shop.append(paid)
    return paid


async def test_money_that_went_back_without_a_receipt_is_counted_and_shown(
    postgres_url: str,
) -> None:
    async with acme(postgres_url) as served:
        shop = Shop(1)
        shop.open()
        sale = shop.sale(((1, 1_000, 500),))
        shop.append(sale)
        back = shop.sale((), None, [(sale, 1)])
        (line,) = back.lines
        unknown = msgspec.structs.replace(line, original=None, unverified="a gift", points=0)
        shop.append(msgspec.structs.replace(back, lines=(unknown,)))
        await arrive(served, shop)
        said = (await load(served, "/attention")).words["unverified"]
        assert f"Receipt {back.receipt_number}" in said
        assert f"{back.operator_id} gave back SGD 5.00 for 1 line without a receipt: a gift" in said
        await accept(served, (await load(served, "/attention")).html, "A regular, known to us.")
        assert "unverified" not in (await load(served, "/attention")).words


async def test_one_code_created_at_two_shops_is_shown_and_can_be_parted(
    postgres_url: str,
) -> None:
    """A51: neither is refused or lost; head office joined them, and a person knows better."""
    async with acme(postgres_url) as served:
        one, other = Shop(1), Shop(2)
        sets(one, FIRST, created=True, email="Tan@Example.com", name="Mei Tan")
        sets(other, SECOND, created=True, email="tan@example.com", name="Ah Tan")
        await brought(served, one, other, keys=(FIRST, SECOND))
        page = await load(served, "/attention")
        assert f"Ah Tan : is found as Mei Tan ({SECOND} as {FIRST})." in page.words["joined"]
        assert "tan@example.com" not in page.html.lower()
        form = {**hidden(page, "one", "other"), "act": "part", "reason": "a family's address"}
        assert (await send_form(served, "/attention/settle", form)).status_code == 303
        assert "joined" not in (await load(served, "/attention")).words
        assert (await send_form(served, "/attention/settle", form)).status_code == 404
        acts = await served.rows("SELECT act, who, detail FROM audit WHERE act LIKE 'customers%'")
        assert acts == [("customers_parted", "ann@example.com", "a family's address")]


async def test_an_edit_that_collides_is_proposed_and_counted_in_the_bar(postgres_url: str) -> None:
    async with acme(postgres_url) as served:
        one, other = Shop(1), Shop(2)
        sets(one, FIRST, created=True, code="C-7", name="Mei Tan")
        sets(other, SECOND, created=True, code="C-8", name="Ah Tan")
        sets(other, SECOND, code="C-7", at=5)
        await brought(served, one, other, keys=(FIRST, SECOND))
        page = await load(served, "/attention")
        assert "Ah Tan : has the same code as Mei Tan." in page.words["proposed"]
        assert "1 thing for a person to look into" in page.words["summary"]
        assert bar_of(page) == "1"
        form = {**hidden(page, "one", "other"), "act": "join", "reason": "she said so"}
        assert (await send_form(served, "/attention/settle", form)).status_code == 303
        page = await load(served, "/attention")
        assert "joined" in page.words
        assert bar_of(page) == ""


async def test_the_page_shows_one_kind_or_one_store(postgres_url: str) -> None:
    async with acme(postgres_url) as served:
        for number in (1, 2):
            shop, copy = Shop(number), Shop(number, seed=2)
            for one in (shop, copy):
                one.open()
            await arrive(served, shop)
            sent = (served.office.archive, shop.store_id, shop.device_id)
            await ingest_batch(*sent, copy.chain.batch(0, 3), NOW_MS)
        page = await load(served, "/attention")
        assert bar_of(page) == "2"
        assert page.words["forks"].count("Two boxes write as this store") == 2
        page = await load(served, "/attention?store=S02")
        assert page.words["forks"].count("Two boxes write as this store") == 1
        page = await load(served, "/attention?kind=oversold")
        assert "forks" not in page.words
        assert "Nothing of this kind and store." in page.html


def hidden(page: PageText, *names: str) -> dict[str, str]:
    """What the first form that names all of these says with them, and who sends it."""
    found: dict[str, str] = {}
    for tag, attributes in page.elements:
        if tag == "input" and attributes.get("name") in (*names, "csrf"):
            found.setdefault(str(attributes["name"]), attributes["value"] or "")
    assert found.keys() == {*names, "csrf"}
    return found


def bar_of(page: PageText) -> str:
    """How many wait, as the bar of places says; empty for none."""
    found = re.search(r'<span class="count">(\d+)</span>', page.html)
    return found[1] if found else ""


async def test_somebody_gives_up_what_will_not_come_and_says_why(postgres_url: str) -> None:
    """A5: the claim, its days, and the act that settles them."""
    async with acme(postgres_url) as served:
        shop = Shop(1)
        shop.open()
        shop.append(shop.sale())
        shop.close()
        await arrive(served, shop)
        shop.trade(8)
        sent = (served.office.archive, shop.store_id, shop.device_id)
        await record_stated_head(*sent, shop.chain.head, NOW_MS)
        page = await load(served, "/attention")
        assert "A box of epoch 1 says it holds 8 more events." in page.words["claims"]
        assert f"Days from {DAY} on" in page.words["claims"]
        assert (await load(served, "/")).tables[""][1][7].text.startswith("not heard")
        csrf = next(
            attributes["value"]
            for tag, attributes in page.elements
            if tag == "input" and attributes.get("name") == "csrf"
        )
        form = {"csrf": csrf or "", "store": "S01", "epoch": str(shop.epoch), "reason": ""}
        for refused in ("", "card 4111 1111 1111 1111", "x" * 201):
            form["reason"] = refused
            assert (await send_form(served, "/attention/write-off", form)).status_code == 400
        form["reason"] = "the shop burnt down"
        assert (await send_form(served, "/attention/write-off", form)).status_code == 303
        assert (await send_form(served, "/attention/write-off", form)).status_code == 400
        assert (await load(served, "/")).tables[""][1][7].text.startswith("proven")
        given_up = (await load(served, "/attention")).words["write-offs"]
        assert "by ann@example.com: the shop burnt down" in given_up
        assert await served.rows("SELECT reason, decided_by FROM written_off") == [
            ("the shop burnt down", "ann@example.com")
        ]


async def test_an_alarm_stands_until_somebody_says_what_it_was(postgres_url: str) -> None:
    """And its epoch's days stand under it no longer."""
    async with acme(postgres_url) as served:
        shop, copy = Shop(1), Shop(1, seed=2)
        shop.open()
        shop.append(shop.sale())
        shop.close()
        await arrive(served, shop)
        copy.open()
        sent = (served.office.archive, shop.store_id, shop.device_id)
        await ingest_batch(*sent, copy.chain.batch(0, 3), NOW_MS)
        page = await load(served, "/attention")
        assert "Two boxes write as this store" in page.words["forks"]
        assert (await load(served, "/")).tables[""][1][7].text.startswith("differs")
        fields = {
            str(attributes["name"]): attributes["value"] or ""
            for tag, attributes in page.elements
            if tag == "input" and attributes.get("name") in ("csrf", "alarm")
        }
        assert fields.keys() == {"csrf", "alarm"}
        form = {**fields, "store": "S01", "reason": ""}
        assert (await send_form(served, "/attention/clear", form)).status_code == 400
        form["reason"] = "a copy of the disk, taken out"
        assert (await send_form(served, "/attention/clear", form)).status_code == 303
        assert (await send_form(served, "/attention/clear", form)).status_code == 409
        assert "Two boxes write" not in (await load(served, "/attention")).html
        assert await served.rows("SELECT alarm FROM stream") == [(None,)]
        assert await served.rows("SELECT reason, cleared_by FROM alarm_clearing") == [
            ("a copy of the disk, taken out", "ann@example.com")
        ]
