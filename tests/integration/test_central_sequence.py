"""A day's receipts in sequence, with a row for each number that is not here; and its tills."""

from datetime import date, timedelta

import pytest
from msgspec.structs import replace

from sync.protocol.facts import RetailTransaction, TillSessionCarried
from sync.protocol.identity import EventId, ReceiptNumber, TillId
from sync.protocol.money import format_minor
from tests.board_pages import load
from tests.central_fixtures import postgres_template
from tests.head_office import apply_all, deliver, open_stream
from tests.integration.board_fixtures import acme, arrive, day_path
from tests.shop_journal import ANNA, DAY, NOW_MS, WORKSTATIONS, Shop

__all__ = ["postgres_template"]
NEXT_DAY = DAY + timedelta(days=1)


def numbered(shop: Shop, count: int, day: date = DAY) -> RetailTransaction:
    """A sale of W1 with this number: a shop of the tests counts all its workstations together."""
    number = ReceiptNumber(f"{shop.code}-W1-E1-{count:06d}")
    name = WORKSTATIONS[0]
    sale = replace(shop.sale(day=day), receipt_number=number, workstation_id=name)
    return replace(sale, till_session_id=shop.tills[name])


def opened() -> Shop:
    shop = Shop(1)
    shop.open()
    return shop


async def test_a_number_that_did_not_come_is_a_row(postgres_url: str) -> None:
    async with acme(postgres_url) as served:
        shop = opened()
        first, third = numbered(shop, 1), numbered(shop, 3)
        for sale in (first, third):
            shop.append(sale)
        await arrive(served, shop)
        served.clock.now_ms = NOW_MS
        page = await load(served, f"{day_path(shop)}/sequence")
        rows = page.tables["sequence-table"][1:]
        numbers = [row[0].text for row in rows]
        assert numbers == [f"S01-W1-E1-00000{count}" for count in (1, 2, 3)]
        said = "not received; workstation W1 holds it"
        assert [cell.text for cell in rows[1][1:]] == [said, "not known"]
        assert rows[0][0].href == f"/stores/S01/receipts/{first.sale_id}"
        assert rows[0][4].text == f"{shop.epoch}, {len(shop.events) - 1}"
        assert page.words["gaps"] == "1 number is missing; each is a row of its own."


async def test_numbers_before_the_first_are_missing_too_and_many_are_one_row(
    postgres_url: str,
) -> None:
    async with acme(postgres_url) as served:
        shop = opened()
        for count in (3, 40):
            shop.append(numbered(shop, count))
        await arrive(served, shop)
        served.clock.now_ms = NOW_MS
        page = await load(served, f"{day_path(shop)}/sequence")
        rows = [row for row in page.tables["sequence-table"][1:] if len(row) == 3]
        assert [row[0].text[-6:] for row in rows[:3]] == ["000001", "000002", "000004"]
        assert rows[-1][0].text.endswith("000024")
        said = "and 15 numbers after it: not received; workstation W1 holds them"
        assert rows[-1][1].text == said
        served.clock.now_ms = NOW_MS + 36 * 86_400_000
        late = (await load(served, f"{day_path(shop)}/sequence")).tables["sequence-table"]
        assert late[1][1].text == "not received; workstation W1 made it"
        assert page.words["gaps"].startswith("38 numbers are missing")


async def test_a_number_whose_event_is_set_aside_leads_there(postgres_url: str) -> None:
    async with acme(postgres_url) as served:
        shop = opened()
        shop.append(numbered(shop, 1))
        shop.append_body("retail_transaction", 1, b"\xc1", EventId(shop.new_id()))
        seq = len(shop.events)
        shop.append(numbered(shop, 3))
        await arrive(served, shop)
        rows = (await load(served, f"{day_path(shop)}/sequence")).tables["sequence-table"][1:]
        assert rows[1][1].text == (
            f"not counted: event {seq} of epoch {shop.epoch} stands here and is set aside"
        )
        assert rows[1][1].href == f"/stores/S01/journal/{shop.epoch}/{seq}"


async def test_a_day_s_numbers_follow_those_of_the_one_before(postgres_url: str) -> None:
    async with acme(postgres_url) as served:
        shop = opened()
        for count in (1, 2):
            shop.append(numbered(shop, count))
        shop.close()
        shop.new_tills()
        shop.open(NEXT_DAY)
        for count in (3, 4):
            shop.append(numbered(shop, count, NEXT_DAY))
        await arrive(served, shop)
        for path in (day_path(shop), f"/stores/S01/{NEXT_DAY}"):
            page = await load(served, f"{path}/sequence")
            assert page.words["gaps"].startswith("Every number")
            assert len(page.tables["sequence-table"][1:]) == 2
        part = await load(served, f"{day_path(shop)}/sequence?workstation=W9")
        assert "sequence-table" not in part.tables


async def test_a_number_that_counts_on_another_day_says_so(postgres_url: str) -> None:
    async with acme(postgres_url) as served:
        shop = opened()
        for count, day in ((1, DAY), (2, NEXT_DAY), (3, DAY)):
            shop.append(numbered(shop, count, day))
        await arrive(served, shop)
        page = await load(served, f"{day_path(shop)}/sequence")
        rows = page.tables["sequence-table"][1:]
        assert rows[1][1].text == f"counts on {NEXT_DAY}"
        assert (rows[1][1].href or "").startswith("/stores/S01/receipts/")
        assert page.words["gaps"].startswith("Every number")


async def test_pages_of_a_long_day_hang_together(
    postgres_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("central.reports.receipt_sequence.PAGE_RECEIPTS", 3)
    async with acme(postgres_url) as served:
        shop = opened()
        for count in (1, 2, 3, 5, 6, 7, 8):
            shop.append(numbered(shop, count))
        await arrive(served, shop)
        path, seen = f"{day_path(shop)}/sequence", list[str]()
        for _ in range(3):
            page = await load(served, path)
            seen += [row[0].text[-1] for row in page.tables["sequence-table"][1:]]
            path = next((link for link in page.links if "after=" in link and "as=" not in link), "")
        assert (seen, path) == (list("12345678"), "")


async def test_a_till_that_was_carried_says_by_how_much_it_was_off(postgres_url: str) -> None:
    """What should have been in it is added up from its own receipts."""
    async with acme(postgres_url) as served:
        shop = Shop(1)
        shop.open()
        shop.append(shop.sale())
        await arrive(served, shop)
        page = await load(served, day_path(shop))
        expected = {row[1].text: row[3].text for row in page.tables["tills-table"][1:]}
        assert page.tables["tills-table"][1][4].text == "not known"
        heir = Shop(1, epoch_number=2)
        old = shop.tills[next(iter(shop.tills))]
        carried = TillSessionCarried(
            carried_id=old,
            till_session_id=heir.tills[next(iter(heir.tills))],
            till_id=TillId("T1"),
            workstation_id=next(iter(heir.tills)),
            operator_id=ANNA,
            business_date=DAY,
            currency="SGD",
            counted_cash_minor=12_345,
        )
        heir.append(carried)
        await open_stream(served.office.archive, served.engine, heir)
        await deliver(served.office.archive, heir)
        await apply_all(served.office.archive)
        rows = (await load(served, day_path(shop))).tables["tills-table"][1:]
        found = next(row for row in rows if row[0].text.endswith("counted where it went on"))
        assert found[4].text == "123.45"
        minor = int(expected[found[1].text].replace(",", "").replace(".", ""))
        assert found[5].text == format_minor(12_345 - minor)
