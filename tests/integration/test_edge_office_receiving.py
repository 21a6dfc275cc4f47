"""Goods are scanned in at the back office: lines add up, differences of price are shown, what is
booked is one movement with its supplier and delivery note, and a form sent twice is one."""

import re

from edge.db.stock import held_of
from sync.protocol.buying import Supplier, SupplierItem
from sync.protocol.codec import decode_fact
from sync.protocol.facts import StockMoved
from sync.protocol.identity import ItemId
from tests.edge_store import MILK
from tests.integration.office_fixtures import Browser, browser
from tests.integration.test_edge_office_orders import ITEM, says

__all__ = ["browser"]
RECEIVE = "/office/orders/receive"
FIELD = re.compile(r'name="(item|quantity|cost)_(\d+)" value="([^"]*)"')


def lines_in(page: str) -> dict[str, str]:
    """The fields of the lines, as the page holds them."""
    return {f"{name}_{number}": value for name, number, value in FIELD.findall(page)}


async def known(browser: Browser) -> None:
    await browser.do(
        says(Supplier("ACME", "Acme Foods"), SupplierItem("ACME", ITEM, "A-17", 12_000, 3_000))
    )
    await browser.enter()


async def moved(browser: Browser) -> list[StockMoved]:
    def read(db: object) -> list[StockMoved]:
        rows = db.execute(  # type: ignore[attr-defined]  # a connection
            "SELECT kind, kind_version, body FROM journal WHERE kind = 'stock_moved' ORDER BY seq"
        )
        facts = [decode_fact(*row) for row in rows]
        return [fact for fact in facts if isinstance(fact, StockMoved)]

    found: list[StockMoved] = await browser.do(read)
    return found


async def test_a_delivery_is_scanned_compared_and_booked_once(browser: Browser) -> None:
    await known(browser)
    before = len(await moved(browser))
    page = await browser.send_from(RECEIVE, f"{RECEIVE}/lines", scan=MILK, supplier="ACME")
    assert page.status_code == 200, page.text
    again = await browser.send_from(
        RECEIVE, f"{RECEIVE}/lines", scan=f"11*{MILK}", supplier="ACME", **lines_in(page.text)
    )
    held = lines_in(again.text)
    assert held == {"item_1": ITEM, "quantity_1": "12", "cost_1": ""}
    assert "30.00" in again.text
    held |= {"cost_1": "31.50"}
    sent = {"supplier": "ACME", "document": "DN-7", **held}
    compared = await browser.send_from(RECEIVE, f"{RECEIVE}/lines", scan="", **sent)
    assert compared.status_code == 422
    assert "1.50" in compared.text
    once = {**sent, "event_id": "019ab4a8-7c00-7000-8000-0000000000aa"}
    done = await browser.send_from(RECEIVE, RECEIVE, **once)
    assert done.status_code == 303, done.text
    assert "Booked in: 1 lines." in await browser.text(done.headers["location"])
    await browser.send_from(RECEIVE, RECEIVE, **once)
    facts = await moved(browser)
    assert len(facts) == before + 1
    (line,) = facts[-1].lines
    assert (facts[-1].document, facts[-1].supplier_id) == ("DN-7", "ACME")
    assert (line.item_id, line.quantity_milli, line.cost_minor) == (ITEM, 12_000, 3_150)
    held_now = (await browser.do(lambda db: held_of(db, [ITEM])))[ITEM]
    assert held_now.unit_mills is not None


async def test_what_is_wrong_is_said_and_what_was_typed_stays(browser: Browser) -> None:
    await known(browser)
    unknown = await browser.send_from(RECEIVE, f"{RECEIVE}/lines", scan="nothing has this")
    assert unknown.status_code == 422
    line = {"item_1": str(ITEM), "quantity_1": "3", "cost_1": ""}
    for wrong in ({"quantity_1": "x"}, {"cost_1": "1.234"}, {"supplier": "NOBODY"}):
        refused = await browser.send_from(RECEIVE, RECEIVE, **{**line, **wrong})
        assert refused.status_code in (400, 422), wrong
        assert f'value="{ITEM}"' in refused.text
    nothing = await browser.send_from(RECEIVE, RECEIVE, **{**line, "quantity_1": "0"})
    assert nothing.status_code == 400
    gone = await browser.send_from(RECEIVE, RECEIVE, **{**line, "item_1": str(ItemId("no"))})
    assert gone.status_code == 422


async def test_whoever_may_not_receive_is_not_let_in(browser: Browser) -> None:
    await browser.enter("ben")
    assert (await browser.get(RECEIVE)).status_code == 403
