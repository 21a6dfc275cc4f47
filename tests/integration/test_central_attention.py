"""What was taken as it came and should not have happened stands on a page of its own."""

from uuid import UUID

import msgspec

from central.usecases.box.record_stated_head import record_stated_head
from central.usecases.journal.ingest_batch import Acknowledged, ingest_batch
from sync.engine.sealing import seal
from sync.protocol.batch import Batch
from sync.protocol.clock import Hlc
from sync.protocol.facts import CustomerChanged, Spend
from sync.protocol.identity import CustomerId
from sync.protocol.shared import CustomerField, FieldChange, PersonalKey
from tests.board_pages import load, send_form
from tests.central_fixtures import Served, postgres_template
from tests.head_office import apply_all, open_stream
from tests.integration.board_fixtures import acme, arrive
from tests.shop_journal import ANNA, COMPANY, CUSTOMERS, DAY, NOW_MS, Shop

__all__ = ["postgres_template"]

KEY = b"k" * 32


async def test_nothing_to_look_at_is_said(postgres_url: str) -> None:
    async with acme(postgres_url) as served:
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
        text = (await load(served, "/attention")).html
        assert "nobody knows of more" in text
        assert "every event counts" not in text


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


async def two_of_one_address(served: Served) -> tuple[CustomerId, CustomerId]:
    """Made at two shops while neither knew of the other."""
    ids = (CustomerId(UUID(int=0xE1)), CustomerId(UUID(int=0xE2)))
    for number, customer_id in enumerate(ids, start=1):
        shop = Shop(number)
        address = "Tan@Example.com" if number == 1 else "tan@example.com"
        sealed = seal(KEY, customer_id, CustomerField.EMAIL, address, bytes([number]) * 12)
        stamp = Hlc(NOW_MS << 16)
        fields = (
            FieldChange(CustomerField.CODE, stamp, shop.store_id, "C-7", None),
            FieldChange(CustomerField.EMAIL, stamp, shop.store_id, None, sealed),
        )
        shop.append(CustomerChanged(customer_id, ANNA, fields))
        await open_stream(served.office.archive, served.engine, shop)
        for batch in shop.batches():
            await push(served, shop, batch, PersonalKey(customer_id, KEY))
    await apply_all(served.office.archive)
    return ids


async def push(served: Served, shop: Shop, batch: Batch, key: PersonalKey) -> None:
    sent = msgspec.structs.replace(batch, keys=(key,))
    archive = served.office.archive
    answer = await ingest_batch(archive, shop.store_id, shop.device_id, sent, NOW_MS)
    assert isinstance(answer, Acknowledged)


async def test_one_code_and_address_given_at_two_shops_are_both_kept_and_people_see_it(
    postgres_url: str,
) -> None:
    """A51: neither is refused or lost, until somebody makes one of them inactive."""
    async with acme(postgres_url) as served:
        ids = await two_of_one_address(served)
        page = await load(served, "/attention")
        said = page.words["twins"]
        assert said.count("The same") == 2
        assert "The same code C-7" in said
        assert "The same e-mail address" in said
        assert "tan@example.com" not in page.html.lower()
        assert all(f"{one} (from S0{number})" in said for number, one in enumerate(ids, start=1))
        await served.rows(
            "INSERT INTO customer_field VALUES ($1, $2, 'active', 1, $2, 'false', NULL, false)"
            " RETURNING 1",
            COMPANY,
            ids[1],
        )
        assert "twins" not in (await load(served, "/attention")).words


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
        assert "Two boxes write as this store" in page.words["noticed"]
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
