"""Days that are not settled stay on the board, whatever is sold on the next; dates do not mix."""

from datetime import date, timedelta

from central.usecases.journal.settle_days import settle_days
from tests.board_pages import PageText, load, number_of
from tests.central_fixtures import Served, postgres_template
from tests.head_office import apply_all, deliver
from tests.integration.board_fixtures import acme, arrive, sales_of
from tests.shop_journal import DAY, Shop

__all__ = ["postgres_template"]

NEXT_DAY = DAY + timedelta(days=1)
FAR = date(2199, 12, 31)


def closed(number: int = 1) -> Shop:
    """A store's closed day, and a receipt of the next one."""
    shop = Shop(number)
    shop.open()
    shop.trade(12)
    shop.append(shop.sale())
    shop.close()
    shop.new_tills()
    shop.open(NEXT_DAY)
    shop.append(shop.sale(day=NEXT_DAY))
    return shop


async def tamper(served: Served, shop: Shop) -> None:
    """A cent behind head office's back."""
    await served.rows(
        "UPDATE sale_line SET amount_minor = amount_minor + 1"
        " WHERE sale_id = $1 AND line_no = 1 RETURNING 1",
        sales_of(shop)[0].sale_id,
    )


def others(page: PageText) -> list[list[str]]:
    """Store, date, difference and verdict of the days beside the newest."""
    rows = page.tables.get("unresolved-table", [[]])[1:]
    return [[row[0].text.split()[0], row[1].text, row[4].text, row[5].text] for row in rows]


async def test_a_day_that_differs_stays_on_the_board_when_the_next_one_sells(
    postgres_url: str,
) -> None:
    """B19: and goes when it is settled, not before."""
    async with acme(postgres_url) as served:
        shop = closed()
        await arrive(served, shop)
        await tamper(served, shop)
        for _ in range(2):
            page = await load(served, "/")
            assert page.tables[""][1][3].text == str(NEXT_DAY)
            ((store, day, difference, verdict),) = others(page)
            assert (store, day, difference) == ("S01", str(DAY), "0.01")
            assert verdict.startswith("differs")
            assert "1 other day not settled" in page.words["summary"]
            await settle_days(served.engine, served.clock.now_ms)
        await served.rows(
            "UPDATE sale_line SET amount_minor = amount_minor - 1"
            " WHERE sale_id = $1 AND line_no = 1 RETURNING 1",
            sales_of(shop)[0].sale_id,
        )
        assert others(await load(served, "/")) == []


async def test_a_settled_day_that_is_changed_afterwards_comes_back_to_the_board(
    postgres_url: str,
) -> None:
    """B19: by what arrives of it, by a claim, and by counting it again in turn."""
    async with acme(postgres_url) as served:
        shop = closed()
        await arrive(served, shop)
        served.clock.now_ms = 1_772_600_000_000
        first = await settle_days(served.engine, served.clock.now_ms)
        assert (first.counted, first.proven) == (2, 1)
        settled = "SELECT business_date FROM day_standing WHERE settled_at_ms IS NOT NULL"
        assert await served.rows(settled) == [(DAY,)]
        assert others(await load(served, "/")) == []
        await tamper(served, shop)
        await settle_days(served.engine, served.clock.now_ms + 1)
        assert [row[1] for row in others(await load(served, "/"))] == [str(DAY)]
        # Something more of a settled day.
        await served.rows("UPDATE day_standing SET settled_at_ms = 1 RETURNING 1")
        shop.append(shop.sale(day=DAY))
        await deliver(served.office.archive, shop)
        await apply_all(served.office.archive)
        assert await served.rows(settled) == [(NEXT_DAY,)]


async def test_sums_are_of_one_date(postgres_url: str) -> None:
    """B19: stores whose newest days differ have a sum each."""
    async with acme(postgres_url) as served:
        behind = Shop(2)
        behind.open()
        behind.append(behind.sale())
        behind.close()
        for shop in (closed(1), behind, closed(3)):
            await arrive(served, shop)
        rows = (await load(served, "/")).tables[""]
        feet = [row for row in rows if row[0].text.startswith("Sum")]
        assert [row[0].text for row in feet] == [
            f"Sum of 2 stores on {NEXT_DAY}",
            f"Sum of 1 store on {DAY}",
        ]
        for foot, codes in zip(feet, (("S01", "S03"), ("S02",)), strict=True):
            counted = [number_of(row[5].text) for row in rows if row[0].text.startswith(codes)]
            assert number_of(foot[2].text) == sum(counted)


async def test_one_receipt_dated_ahead_does_not_take_over_its_stores_line(
    postgres_url: str,
) -> None:
    """A49: it is shown apart, and says that its date is still to come."""
    async with acme(postgres_url) as served:
        shop = closed()
        shop.append(shop.sale(day=FAR))
        await arrive(served, shop)
        page = await load(served, "/")
        assert page.tables[""][1][3].text == str(NEXT_DAY)
        assert [row[:2] for row in others(page)] == [["S01", f"{FAR} still to come"]]


async def test_a_settled_day_of_which_an_event_is_set_aside_comes_back_to_the_board(
    postgres_url: str,
) -> None:
    """B19: what counts nowhere arrived all the same, and may be of the day."""
    async with acme(postgres_url) as served:
        shop = Shop(1)
        shop.open()
        shop.append(shop.sale())
        shop.close()
        await arrive(served, shop)
        served.clock.now_ms = 1_772_600_000_000
        assert (await settle_days(served.engine, served.clock.now_ms)).proven == 1
        settled = "SELECT business_date FROM day_standing WHERE settled_at_ms IS NOT NULL"
        assert await served.rows(settled) == [(DAY,)]
        shop.new_tills()
        shop.append(shop.move_till())
        await deliver(served.office.archive, shop)
        await apply_all(served.office.archive)
        assert await served.rows("SELECT state FROM quarantine") == [("waiting",)]
        assert await served.rows(settled) == []
