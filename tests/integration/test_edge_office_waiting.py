"""The People page says what waits for somebody's word: a draft that is not sent, a count that is
not booked, and leads to where it is done."""

from uuid import UUID, uuid4

from edge.usecases.shelf_count.begin import BeginShelfCount, begin_shelf_count
from edge.usecases.shelf_count.say import SayCounted, say_counted
from sync.protocol.identity import OperatorId, WorkstationId
from tests.edge_store import MILK
from tests.integration.office_fixtures import Browser, browser
from tests.integration.test_edge_office_purchase_orders import drafted, known

__all__ = ["browser"]
PEOPLE, ANNA, COUNT = "/office/people", OperatorId("anna"), UUID(int=5)


async def test_what_waits_for_somebodys_word_leads_to_where_it_is_given(browser: Browser) -> None:
    await known(browser)
    assert 'id="waiting-table"' not in await browser.text(PEOPLE)
    draft = await drafted(browser)
    at = browser.till.box.clock.moment()
    begun = BeginShelfCount(COUNT, ANNA, "the fridge")
    await browser.do(lambda db: begin_shelf_count(db, begun, at))
    page = await browser.text(PEOPLE)
    assert f'<a href="{draft}">Draft of an order to be sent: Acme Foods</a>' in page
    assert "the fridge" not in page, "nothing was counted yet"
    said = SayCounted(uuid4(), ANNA, MILK, 3_000)
    await browser.do(lambda db: say_counted(db, COUNT, said, WorkstationId("W1"), at))
    page = await browser.text(PEOPLE)
    assert f'<a href="/office/stock/counts/{COUNT}">Count to be booked: the fridge</a>' in page
    await browser.send_from(draft, f"{draft}/send")
    assert "Draft of an order" not in await browser.text(PEOPLE)
