"""Orders in the back office: made of a proposal, changed, sent, given to the supplier as PDF and
CSV, received by scanner with differences shown, closed; more than the rule lets in takes a word."""

import re
from uuid import uuid4

import pytest

from edge.db.purchase_orders import PurchaseOrder, list_orders
from sync.protocol.buying import ReorderPoint, Supplier, SupplierItem
from sync.protocol.purchase_order import OrderState
from tests.edge_store import MILK
from tests.integration.office_fixtures import Browser, browser
from tests.integration.people_fixtures import PINS
from tests.integration.test_edge_office_orders import ITEM, ORDERS, says
from tests.integration.test_edge_office_receiving import lines_in

__all__ = ["browser"]
NEW = f"{ORDERS}/new"
ORDER_ID = re.compile(r'name="order_id" value="([0-9a-f-]{36})"')


async def known(browser: Browser, operator_id: str = "anna", over_bp: int = 0) -> None:
    await browser.do(
        says(
            Supplier("ACME", "Acme Foods", "buy@acme.example", "1 Mill Road", over_bp=over_bp),
            SupplierItem("ACME", ITEM, "A-17", 12_000, 3_000),
            ReorderPoint(ITEM, 20_000, 36_000),
        )
    )
    await browser.enter(operator_id)


async def orders(browser: Browser) -> tuple[PurchaseOrder, ...]:
    found: tuple[PurchaseOrder, ...] = await browser.do(lambda db: list_orders(db, 10, 0))
    return found


async def drafted(browser: Browser, quantity: str = "36", cost: str = "") -> str:
    """Of the proposal; where the order is."""
    page = await browser.text(f"{NEW}?supplier=ACME")
    form = {"supplier": "ACME", **lines_in(page), "quantity_1": quantity, "cost_1": cost}
    made = ORDER_ID.search(page)
    assert made is not None
    saved = await browser.send_from(NEW, NEW, order_id=made[1], **form)
    assert saved.status_code == 303, saved.text
    assert saved.headers["location"] == f"{ORDERS}/{made[1]}"
    return f"{ORDERS}/{made[1]}"


async def sent(browser: Browser, quantity: str = "36") -> str:
    at = await drafted(browser, quantity)
    answer = await browser.send_from(at, f"{at}/send")
    assert answer.status_code == 303, answer.text
    return at


async def test_a_proposal_becomes_a_draft_and_is_changed_by_scanner(browser: Browser) -> None:
    await known(browser)
    listed = await browser.text(ORDERS)
    assert f'href="{NEW}?supplier=ACME"' in listed
    page = await browser.text(f"{NEW}?supplier=ACME")
    assert lines_in(page) == {"item_1": ITEM, "quantity_1": "36", "cost_1": ""}
    assert "90.00" in page
    at = await drafted(browser)
    changed = await browser.text(f"{at}/change")
    held = lines_in(changed)
    assert held == {"item_1": ITEM, "quantity_1": "36", "cost_1": "90.00"}
    order_id = at.removeprefix(f"{ORDERS}/")
    form = {"supplier": "ACME", "order_id": order_id, "expected_on": "2026-12-24"}
    more = await browser.send_from(f"{at}/change", f"{NEW}/lines", scan=MILK, **form, **held)
    assert lines_in(more.text)["quantity_1"] == "48"
    kept = {**lines_in(more.text), "cost_1": "110.00"}
    assert (await browser.send_from(f"{at}/change", NEW, **form, **kept)).status_code == 303
    (order,) = await orders(browser)
    assert (order.state, order.cost_minor) == (OrderState.DRAFT, 11_000)
    assert [(one.ordered_milli, one.code) for one in order.lines] == [(48_000, "A-17")]
    assert str(order.expected_on) == "2026-12-24"
    empty = await browser.send_from(NEW, NEW, order_id=str(uuid4()), supplier="ACME")
    assert empty.status_code == 400


async def test_what_is_sent_has_a_number_a_paper_and_a_table_and_is_proposed_no_more(
    browser: Browser,
) -> None:
    await known(browser)
    at = await sent(browser)
    (order,) = await orders(browser)
    page = await browser.text(at)
    assert order.number in page
    assert "A-17" in (await browser.get(f"{at}?as=csv")).text
    paper = await browser.get(f"{at}/order.pdf")
    assert (paper.status_code, paper.content[:5]) == (200, b"%PDF-"), paper.text
    assert order.number in paper.headers["content-disposition"]
    listed = await browser.text(ORDERS)
    assert "there is nothing to order" in listed
    assert order.number in listed


async def test_it_is_received_with_its_differences_shown_and_its_rest_is_closed(
    browser: Browser,
) -> None:
    await known(browser)
    at = await sent(browser)
    here = f"{at}/receive"
    assert lines_in(await browser.text(f"{here}?fill=all"))["quantity_1"] == "36"
    scanned = await browser.send_from(here, f"{here}/lines", scan=f"12*{MILK}", document="DN-7")
    held = {**lines_in(scanned.text), "cost_1": "31.50", "document": "DN-7"}
    assert held["quantity_1"] == "12"
    compared = await browser.send_from(here, f"{here}/lines", scan="nothing has this", **held)
    assert compared.status_code == 422
    assert "1.50" in compared.text
    once = {**held, "event_id": str(uuid4())}
    for _ in range(2):
        booked = await browser.send_from(here, here, **once)
        assert (booked.status_code, booked.headers.get("location")) == (303, at), booked.text
    page = await browser.text(at)
    assert "partly received" in page
    assert "1.50" in page
    (order,) = await orders(browser)
    assert [(one.received_milli, one.open_milli) for one in order.lines] == [(12_000, 24_000)]
    closed = await browser.send_from(at, f"{at}/close", cancelled="", reason="no more of it")
    assert closed.status_code == 303, closed.text
    assert "no more of it" in await browser.text(at)
    late = await browser.send_from(here, here, **{**held, "event_id": str(uuid4())})
    assert late.status_code == 409


async def test_more_than_the_rule_lets_in_is_allowed_by_a_manager_in_the_same_form(
    browser: Browser,
) -> None:
    await known(browser, over_bp=500)
    at = await sent(browser, "20")
    await browser.enter("cleo")
    here = f"{at}/receive"
    rule = {"item_1": str(ITEM), "quantity_1": "21.1", "event_id": str(uuid4())}
    asked = await browser.send_from(here, here, **rule)
    assert asked.status_code == 403
    assert "order goods, or take more than was ordered" in asked.text
    allowed = await browser.send_from(
        here,
        here,
        **rule,
        allowed_by="anna",
        allowed_pin=PINS["anna"],
        allowed_why="they sent too many",
    )
    assert allowed.status_code == 303, allowed.text
    (order,) = await orders(browser)
    assert (order.state, order.lines[0].received_milli) == (OrderState.RECEIVED, 21_100)


async def test_a_delivery_of_many_items_fits_into_one_form(browser: Browser) -> None:
    await known(browser)
    rows = {f"item_{n}": f"no {n}" for n in range(1, 101)}
    more = {f"quantity_{n}": "1" for n in range(1, 101)}
    answer = await browser.send_from(f"{ORDERS}/receive", f"{ORDERS}/receive", **rows, **more)
    assert answer.status_code == 422, answer.text
    assert "no 100" in answer.text


@pytest.mark.parametrize("path", ["", "/change", "/receive", "/order.pdf"])
async def test_an_order_that_is_not_known_is_said_to_be_none(browser: Browser, path: str) -> None:
    await known(browser)
    assert (await browser.get(f"{ORDERS}/{uuid4()}{path}")).status_code == 404


async def test_a_draft_is_given_up_and_the_pages_speak_chinese(browser: Browser) -> None:
    await known(browser)
    at = await drafted(browser)
    gone = await browser.send_from(at, f"{at}/close", cancelled="yes", reason="not wanted")
    assert gone.status_code == 303, gone.text
    (order,) = await orders(browser)
    assert order.state is OrderState.CANCELLED
    await browser.send("/office/language", language="zh-Hans", next=at)
    for path in (at, NEW, ORDERS):
        assert "供应商" in await browser.text(path)
