"""What the loyalty programme gave and let run out stays so: over a year, over an erasure, when head
office is put back to its past; and people see it on its pages."""

from uuid import UUID

from central.db.engine import unit_of_work
from central.domain.points_expiry import Expiry
from central.usecases.customer.erase import erase_customer
from central.usecases.loyalty.give import give_by_hand, set_birth_month
from central.usecases.loyalty.program import ProgramChanges
from tests.board_pages import load
from tests.central_fixtures import NOW_MS, Served, postgres_template, serving
from tests.integration.board_fixtures import sign_in, user_of
from tests.integration.test_central_loyalty import DAY_MS, Office, applied, office
from tests.put_back import Chain, chain, reached
from tests.shop_journal import CUSTOMERS

__all__ = ["chain", "postgres_template"]
LI = CUSTOMERS[0]
SEPTEMBER = 9
YEAR_MS = 365 * DAY_MS
KEEP_KEY = "INSERT INTO personal_key VALUES ($1, $2, $3) RETURNING 1"


async def test_a_birthday_is_given_once_a_year_and_never_to_who_was_erased(
    postgres_url: str,
) -> None:
    async with serving(postgres_url) as served:
        head = await office(served)
        await head.knows(LI)
        await served.rows(KEEP_KEY, head.company_id, LI, bytes(range(32)))
        await head.says(ProgramChanges(birthday_points=50))
        async with unit_of_work(head.engine) as db:
            await set_birth_month(db, head.company_id, LI, SEPTEMBER, "Ann", NOW_MS)
        for _ in range(2):
            await head.settles()
        assert await head.account(LI) == (50, 50)
        await head.settles(NOW_MS + 40 * DAY_MS)
        assert await head.account(LI) == (50, 50)
        await head.settles(NOW_MS + YEAR_MS)
        assert await head.account(LI) == (100, 100)
        (sealed,) = (row[0] for row in await served.rows("SELECT sealed FROM birth_month"))
        assert bytes([SEPTEMBER]) != bytes(sealed)
        async with unit_of_work(head.engine) as db:
            await erase_customer(db, head.company_id, LI, "asked", "Ann", NOW_MS)
        await head.settles(NOW_MS + 2 * YEAR_MS)
        assert await head.account(LI) == (100, 100)


async def test_what_was_given_and_what_ran_out_stays_so_when_head_office_is_put_back(
    chain: Chain,
) -> None:
    async with serving(chain.url, mirror=chain.mirror) as served:
        head = await office(served)
        changes = ProgramChanges(None, 100, 0, Expiry.EARNED, 1)
        await head.says(changes, NOW_MS - 400 * DAY_MS)
        (shop,) = head.shops
        sale = shop.earns(10)
        shop.releases(sale, 10)
        answer = await shop.box.push_events(1, len(shop.box.events))
        assert answer.status_code == 200
        await applied(head)
        assert await head.account(LI) == (10, 10)
    copy = await chain.copy()
    async with serving(chain.url, mirror=chain.mirror) as served:
        head = again(head, served)
        await head.settles()
        assert await head.account(LI) == (100, 100)
    chain.put_back(copy)
    async with serving(chain.url, mirror=chain.mirror) as served:
        head = again(head, served)
        assert await head.account(LI) == (100, 100)
        for _ in range(2):
            await head.settles()
        assert await head.account(LI) == (100, 100)
        assert await head.counts("points_given") == await head.counts("points_expired") == 1


async def test_a_statement_names_every_receipt_and_every_gift_as_a_page_and_as_a_file(
    postgres_url: str,
) -> None:
    async with serving(postgres_url) as served:
        head = await office(served)
        await user_of(served, head.company_id, "ann@example.com")
        await sign_in(served)
        await head.knows(LI)
        sale = head.shops[0].earns(10)
        await head.hears()
        async with unit_of_work(head.engine) as db:
            why = ("=1+1 for the milk", "Ann")
            await give_by_hand(db, head.company_id, LI, 50, None, why, NOW_MS)
        await head.has_tier("gold", "2000.00", "1.5", 12)
        await head.says(ProgramChanges(welcome_points=100))
        page = await load(served, f"/customers/{LI}/points")
        assert page.words["summary"] == "60 points after 2 movements."
        rows = [[cell.text for cell in row] for row in page.tables["movements"]][1:]
        assert [row[1:4] for row in rows] == [
            ["Given by head office: by hand, =1+1 for the milk (Ann)", "", "50"],
            [sale.receipt_number, "S01", "10"],
        ]
        assert [row[-1] for row in rows] == ["60", "10"]
        file = await served.client.get(f"/customers/{LI}/points.csv")
        lines = file.text.splitlines()
        assert lines[0] == "date,what,store,receipt,in,out,balance,why,by"
        assert lines[1].endswith(f",receipt,S01,{sale.receipt_number},10,,10,,")
        assert lines[2].endswith(",50,,60,'=1+1 for the milk,Ann")
        nobody = await served.client.get(f"/customers/{UUID(int=5)}/points")
        assert nobody.status_code == 404
        programme = await load(served, "/loyalty")
        assert "100 points are given for a first receipt" in programme.words["program"]
        (tier,) = programme.tables["tiers"][1:]
        assert [cell.text for cell in tier] == ["Gold", "2,000.00", "1.5 ×", "12 months more"]


def again(head: Office, served: Served) -> Office:
    """The same company and stores at a head office that was started anew."""
    for shop in head.shops:
        shop.served = served
        reached(shop.box, served)
    return Office(served, head.shops)
