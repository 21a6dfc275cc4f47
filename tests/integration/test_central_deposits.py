"""Cash that shops took to the bank is held against the bank's file, and a day's cash has a page."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

from sync.protocol.denominations import Pieces
from sync.protocol.facts import (
    SAFE,
    CashDeposited,
    SafeCounted,
    TillCounted,
    TillMoved,
    TillMovementKind,
    TillSessionOpened,
    TillSessionSettled,
)
from sync.protocol.figures import TenderCount
from sync.protocol.identity import MovementId, OperatorId, TenderId
from tests.board_pages import PageText, load, row_of, send_form
from tests.central_fixtures import Served, postgres_template
from tests.integration.board_fixtures import acme, arrive
from tests.integration.test_central_board_cells import sheet_of
from tests.integration.test_central_cli import central
from tests.shop_journal import ANNA, DAY, NOW_MS, WORKSTATIONS, Shop

__all__ = ["postgres_template"]

BRING = ("import", "deposits")
DAY_MS = 86_400_000
BOB = OperatorId("bob")


def deposit(shop: Shop, bag: str, minor: int) -> CashDeposited:
    about = (MovementId(shop.new_id()), ANNA, DAY, "SGD", minor)
    fact = CashDeposited(*about, bag, (), "")
    shop.append(fact)
    return fact


def on(at_ms: int, days: int) -> str:
    """The date that a bank says, so many days after."""
    return f"{datetime.fromtimestamp(at_ms // 1_000 + days * 86_400, UTC):%Y-%m-%d}"


def now_is(served: Served, days: int) -> None:
    """So many days after the shop's trade, and a half."""
    served.clock.now_ms = NOW_MS + days * DAY_MS + DAY_MS // 2


async def sent(served: Served, shown: PageText, path: str, **form: str) -> int:
    [csrf, *_] = [named["value"] for _, named in shown.elements if named.get("name") == "csrf"]
    return (await send_form(served, path, {"csrf": csrf or "", **form})).status_code


BANK = """Date;Narrative;Credit
{two};CASH DEP bag-0417 ORCHARD;850.00
{two};CASH DEP BAG-0418;419.00
{three};CASH DEP;630.50
{three};SALARY;77.77
"""


@asynccontextmanager
async def two_shops(url: str, folder: Path) -> AsyncIterator[tuple[Served, str, tuple[Shop, Shop]]]:
    """Four bags of two shops, and the bank's file about three of them; the file's page."""
    first, second = Shop(1), Shop(2)
    for shop in (first, second):
        shop.open()
    deposit(first, "BAG-0417", 85_000)
    deposit(first, "BAG-0418", 42_000)
    deposit(second, "BAG-9001", 63_050)
    deposit(second, "BAG-9002", 10_000)
    at_ms = first.events[-1].occurred_at_ms
    async with acme(url) as served:
        for shop in (first, second):
            await arrive(served, shop)
        now_is(served, 0)
        page = await load(served, "/deposits")
        assert page.words["summary"] == "No bag needs a decision; 4 bags in transit, 2,000.50."
        assert {row[8].text for row in page.tables["deposits"][1:]} == {"in transit since today"}
        path = folder / "bank.csv"
        path.write_text(BANK.format(two=on(at_ms, 2), three=on(at_ms, 3)))
        brought = await central(*BRING, str(path), "--source", "Bank", url=url)
        assert brought.code == 1, brought.shown + brought.complaint
        assert "4 deposits; 2 more are matched, 2 exceptions need a decision" in brought.shown
        again = await central(*BRING, str(path), "--source", "Bank", url=url)
        assert "brought in before; 0 more are matched, 2 exceptions" in again.shown
        now_is(served, 9)
        file = f"/payments/{brought.shown.split()[-1].partition('/payments/')[2]}"
        yield served, file, (first, second)


async def test_a_banks_file_credits_bags_by_number_then_by_amount_and_date(
    postgres_url: str, tmp_path: Path
) -> None:
    async with two_shops(postgres_url, tmp_path) as (served, address, _):
        page = await load(served, "/deposits")
        rows = page.tables["deposits"]
        assert page.words["summary"].startswith("2 bags need a decision, 101.00 not credited;")
        assert {row[0].text for row in rows[1:3]} == {"BAG-0418", "BAG-9002"}
        found = {row[0].text: (row[5].text, row[6].text) for row in rows[1:]}
        assert found == {
            "BAG-0417": ("850.00", "850.00"),
            "BAG-0418": ("420.00", "419.00"),
            "BAG-9001": ("630.50", "630.50"),
            "BAG-9002": ("100.00", "0.00"),
        }
        assert "credited another amount" in row_of(rows, "BAG-0418")[8].text
        assert row_of(rows, "BAG-9002")[8].text.startswith("not credited for 9 days")
        xlsx = next(link for link in page.links if "as=xlsx" in link)
        written = sheet_of((await served.client.get(xlsx)).content, 1)
        assert {row[0] for row in written[1:]} == set(found)
        assert "BAG-9002" in (await served.client.get("/deposits?as=csv")).text
        only = await load(served, "/deposits?store=S02&known=late")
        assert [row[0].text for row in only.tables["deposits"][1:]] == ["BAG-9002"]
        file = await load(served, address)
        whats = {row[1].text: row[5].text for row in file.tables["exceptions"][1:]}
        assert "another amount than the shop's bag" in whats["CASH DEP BAG-0418"]
        assert "no bag is known" in whats["SALARY"]


async def test_what_the_bank_did_not_credit_is_an_exception_until_it_is_accepted(
    postgres_url: str, tmp_path: Path
) -> None:
    async with two_shops(postgres_url, tmp_path) as (served, _, (first, second)):
        shown = await load(served, "/attention?kind=deposits")
        told = " ".join(cell.text for row in shown.tables[""][1:] for cell in row)
        assert "Bag BAG-0418 : SGD 420.00 was in it, and the bank credited SGD 419.00." in told
        assert "Bag BAG-9002 : SGD 100.00 was in it, and no file of the bank names it." in told
        page = await load(served, "/deposits")
        which = {"store": "S02", "deposit_id": id_of(second, "BAG-9002")}

        async def decide(decision: str, reason: str, **of: str) -> int:
            return await sent(
                served, page, "/deposits/decide", decision=decision, reason=reason, **of
            )

        async def said() -> str:
            rows = (await load(served, "/deposits")).tables["deposits"]
            return row_of(rows, "BAG-9002")[8].text

        assert await decide("dispute", "", **which) == 400
        assert await decide("lose", "x", **which) == 400
        assert await decide("accept", "x", store="S01", deposit_id="7") == 400
        assert await decide("dispute", "Asked the bank", **which) == 303
        assert await decide("dispute", "Asked the bank", **which) == 404
        assert "disputed Asked the bank (ann@" in await said()
        assert await decide("accept", "Insured", **which) == 303
        assert "accepted Insured" in await said()
        of_line = {"store": "S01", "deposit_id": id_of(first, "BAG-0418")}
        assert await decide("accept", "x", **of_line) == 404
        shown = await load(served, "/attention?kind=deposits")
        assert [row[0].text for row in shown.tables[""][1:]] == ["S01"]


def id_of(shop: Shop, bag: str) -> str:
    """Of the event that says it."""
    return next(
        str(event.event_id)
        for event, fact in zip(shop.events, shop.facts, strict=True)
        if isinstance(fact, CashDeposited) and fact.bag_number == bag
    )


async def test_nothing_is_late_before_a_banks_file_was_brought_in(postgres_url: str) -> None:
    shop = Shop(1)
    shop.open()
    deposit(shop, "BAG-0417", 85_000)
    async with acme(postgres_url) as served:
        await arrive(served, shop)
        now_is(served, 60)
        page = await load(served, "/deposits")
        assert row_of(page.tables["deposits"], "BAG-0417")[8].text == "in transit for 60 days"
        assert (await load(served, "/attention?kind=deposits")).tables == {}


def with_cash() -> Shop:
    """A loan by notes, milk paid for, a count and a recount, the safe counted, a bag."""
    shop = Shop(1)
    shop.open()
    till = shop.till
    two_tens = (Pieces(1_000, 2),)
    shop.append(
        TillMoved(
            *(MovementId(shop.new_id()), till, TillMovementKind.LOAN, ANNA, DAY, 2_000),
            *("small change", SAFE, two_tens),
        )
    )
    shop.append(
        TillMoved(
            *(MovementId(shop.new_id()), till, TillMovementKind.PAID_OUT, ANNA, DAY, -700),
            *("milk for the kitchen", ""),
        )
    )
    for counted in (1_300, 1_250):
        card = TenderCount(TenderId("card"), 500, 400)
        shop.append(
            TillCounted(
                *(MovementId(shop.new_id()), till, BOB, DAY, "SGD", 1_300, counted),
                *((), (card,), True),
            )
        )
    shop.append(
        SafeCounted(MovementId(shop.new_id()), ANNA, None, "SGD", -2_000, 50_000, (), "counted")
    )
    deposit(shop, "BAG-0417", 30_000)
    return shop


async def test_a_days_cash_is_told_by_movement_count_and_bag(postgres_url: str) -> None:
    """The safe is a sum of the movements, and what was counted stands beside what was expected."""
    shop = with_cash()
    before = sum(one.float_minor for one in shop.facts if isinstance(one, TillSessionOpened))
    async with acme(postgres_url) as served:
        await arrive(served, shop)
        now_is(served, 0)
        day = await load(served, f"/stores/S01/{DAY}")
        address = f"/stores/S01/{DAY}/cash"
        assert address in day.links
        page = await load(served, address)
        sums = {row[0].text: [cell.text for cell in row[1:]] for row in page.tables["sums-table"]}
        assert sums["Loan, from the safe"] == ["1", "20.00", "-20.00"]
        assert sums["Paid out"] == ["1", "-7.00", "0.00"]
        assert sums["Safe counted"] == ["1", "0.00", "520.00"]
        assert sums["To the bank"] == ["1", "0.00", "-300.00"]
        moves = page.tables["moves-table"]
        [loan] = [row for row in moves if row[1].text == "Loan, from the safe"]
        assert loan[5].text == "2 × 10.00"
        held = 52_000 - 2_000 - 30_000 - before
        assert moves[-1][8].text.replace(",", "") == f"{held / 100:.2f}"
        assert f"should hold {moves[-1][8].text} at the end of the day" in page.words["summary"]
        counts = [[cell.text for cell in row] for row in page.tables["counts-table"][1:]]
        assert [row[1] for row in counts] == ["Count, blind"] * 2 + ["Recount 2, blind"] * 2
        assert [row[4:] for row in counts[2:]] == [
            ["cash", "13.00", "12.50", "-0.50"],
            ["card", "5.00", "4.00", "-1.00"],
        ]
        assert row_of(page.tables["bags-table"], "BAG-0417")[5].text == "in transit since today"
        csv = (await served.client.get(f"{address}?as=csv")).text
        assert "milk for the kitchen" in csv
        assert (await served.client.get(f"/stores/S09/{DAY}/cash")).status_code == 404
        empty = await load(served, "/stores/S01/2026-01-01/cash")
        assert "moves-table" not in empty.tables


async def test_what_a_till_was_settled_by_stands_under_its_counts(postgres_url: str) -> None:
    shop = Shop(1)
    shop.open()
    settled = shop.settling()
    shop.append(settled)
    assert isinstance(settled, TillSessionSettled)
    async with acme(postgres_url) as served:
        await arrive(served, shop)
        page = await load(served, f"/stores/S01/{DAY}/cash")
        row = row_of(page.tables["counts-table"], WORKSTATIONS[0])
        assert (row[1].text, row[4].text) == ("Settled", "cash")
        assert "1 till settled" in page.words["summary"]


async def test_a_company_says_after_how_many_days_a_bag_is_late(
    postgres_url: str, tmp_path: Path
) -> None:
    async with two_shops(postgres_url, tmp_path) as (served, _, _):
        page = await load(served, "/deposits")
        assert row_of(page.tables["deposits"], "BAG-9002")[8].text.startswith("not credited")
        for wrong in ("0", "366", "-1", "soon", "1.5", "9" * 40, ""):
            assert await sent(served, page, "/deposits/late", days=wrong) == 400
        assert await sent(served, page, "/deposits/late", days="10") == 303
        page = await load(served, "/deposits")
        said = row_of(page.tables["deposits"], "BAG-9002")[8].text
        assert said == "in transit for 9 days"
        assert "BAG-9002" not in (await load(served, "/attention?kind=deposits")).html
        assert await sent(served, page, "/deposits/late", days="9") == 303
        assert "BAG-9002" in (await load(served, "/attention?kind=deposits")).html
