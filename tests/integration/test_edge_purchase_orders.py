"""Orders at suppliers: a draft is a row, what is sent a fact; what came is the sum of deliveries,
in parts, with differences of price, and more than was ordered by rule or by somebody's word."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest

from edge.db.purchase_orders import PurchaseOrder, list_orders
from edge.db.stock import held_of
from edge.domain.item import UnknownItem
from edge.domain.purchase_order import (
    OrderCancelled,
    OrderClosed,
    OrderedTwice,
    OrderNotSent,
    OrderPartlyReceived,
    OrderReceived,
    OrderSentAlready,
    UnknownOrder,
    order_number,
)
from edge.domain.rights import Override, PermissionNeeded
from edge.domain.stock import TooMuchAtOnce
from edge.domain.supplier import UnknownSupplier
from edge.usecases.purchase_order.close import CloseOrder, close_order
from edge.usecases.purchase_order.look_up import look_up_order
from edge.usecases.purchase_order.receive import ReceiveOrder, receive_order
from edge.usecases.purchase_order.save_draft import SaveDraft, WantedLine, save_draft
from edge.usecases.purchase_order.send import SendOrder, send_order
from edge.usecases.stock.receive_goods import GoodsLine
from sync.protocol.buying import Supplier
from sync.protocol.facts import PurchaseOrderClosed, PurchaseOrderSent, StockMoved
from sync.protocol.identity import ItemId, MovementId, OperatorId
from sync.protocol.money import MINOR_MAX
from sync.protocol.permissions import Permission
from sync.protocol.purchase_order import OrderState
from tests.builders import ANNA, W1, moment
from tests.integration.count_fixtures import Counting
from tests.integration.office_fixtures import Browser, browser
from tests.integration.test_edge_office_orders import says
from tests.pins import publish_person

__all__ = ["browser"]
BUN, TEA, MILK = ItemId("I01"), ItemId("I02"), ItemId("I03")
CLEO = OperatorId("cleo")
CAME, REST = "delivery", "they have no more"


class Buying(Counting):
    """A store with a supplier who may bring a tenth more than was ordered."""

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        says(Supplier("ACME", "Acme Foods", over_bp=1_000))(self.db)  # type: ignore[operator]  # a unit of work
        publish_person(self.db, "cleo", "supervisor", "7391")
        self.order_id = uuid4()

    def save(self, *lines: WantedLine, supplier: str = "ACME") -> PurchaseOrder:
        asked = SaveDraft(uuid4(), self.order_id, ANNA, supplier, lines or LINES)
        return save_draft(self.db, asked, moment())

    def send(self) -> PurchaseOrder:
        return send_order(self.db, self.order_id, SendOrder(uuid4(), ANNA), moment())

    def come(
        self,
        *lines: GoodsLine,
        by: OperatorId = ANNA,
        movement_id: UUID | None = None,
        override: Override | None = None,
    ) -> PurchaseOrder:
        movement = MovementId(movement_id or uuid4())
        asked = ReceiveOrder(movement, by, lines, CAME, "DN-7")
        return receive_order(self.db, self.order_id, asked, moment(), override)

    def end(self, *, cancelled: bool = False) -> PurchaseOrder:
        asked = CloseOrder(MovementId(uuid4()), ANNA, cancelled, REST)
        return close_order(self.db, self.order_id, asked, moment())

    def facts(self, kind: type[Any]) -> list[Any]:
        return [event.fact for event in self.events() if isinstance(event.fact, kind)]


LINES = (
    WantedLine(BUN, 12_000, None, "A-17", 3_000),
    WantedLine(TEA, 5_000, 200),
)


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Buying]:
    made = Buying(tmp_path / "store.sqlite3")
    yield made
    made.close()


def test_a_draft_is_saved_as_often_as_somebody_likes_and_is_no_fact(shop: Buying) -> None:
    before = len(shop.events())
    assert shop.save().state is OrderState.DRAFT
    again = shop.save(WantedLine(TEA, 7_000, 200))
    assert [(one.item_id, one.ordered_milli, one.cost_minor) for one in again.lines] == [
        (TEA, 7_000, 1_400)
    ]
    assert again.cost_minor == 1_400
    assert len(shop.events()) == before
    with pytest.raises(OrderNotSent):
        shop.come(GoodsLine(TEA, 1_000))
    assert shop.end(cancelled=True).state is OrderState.CANCELLED
    assert len(shop.events()) == before
    with pytest.raises(OrderCancelled):
        shop.send()


def test_what_is_wrong_with_a_draft_is_said(shop: Buying) -> None:
    with pytest.raises(UnknownSupplier):
        shop.save(supplier="NOBODY")
    with pytest.raises(UnknownItem):
        shop.save(WantedLine(ItemId("no such"), 1_000))
    with pytest.raises(OrderedTwice):
        shop.save(WantedLine(TEA, 1_000), WantedLine(TEA, 2_000))
    with pytest.raises(TooMuchAtOnce):
        shop.save(*(WantedLine(item, 1_000, cost_minor=MINOR_MAX) for item in (BUN, TEA)))
    with pytest.raises(UnknownOrder):
        shop.send()
    assert list_orders(shop.db, 10, 0) == ()


def test_what_is_sent_is_a_fact_under_the_number_on_its_paper(shop: Buying) -> None:
    shop.save()
    sent = shop.send()
    assert sent.state is OrderState.SENT
    (epoch,) = shop.records
    assert sent.number == order_number("S01", epoch, shop.events()[-1].seq)
    (fact,) = shop.facts(PurchaseOrderSent)
    assert (fact.order_id, fact.supplier_id, fact.document) == (sent.order_id, "ACME", sent.number)
    assert [(one.quantity_milli, one.unit_cost_minor, one.cost_minor) for one in fact.lines] == [
        (12_000, None, 3_000),
        (5_000, 200, None),
    ]
    assert shop.send().number == sent.number
    assert len(shop.facts(PurchaseOrderSent)) == 1
    with pytest.raises(OrderSentAlready):
        shop.save()


def test_it_comes_in_parts_and_each_says_what_it_cost(shop: Buying) -> None:
    shop.save()
    shop.send()
    part = shop.come(GoodsLine(BUN, 6_000, None, 1_575), GoodsLine(TEA, 5_000))
    assert part.state is OrderState.PARTLY
    bun, tea = part.lines
    assert (bun.received_milli, bun.open_milli, bun.difference_minor) == (6_000, 6_000, 75)
    assert (tea.received_minor, tea.open_milli, tea.difference_minor) == (1_000, 0, 0)
    fact = shop.facts(StockMoved)[-1]
    assert (fact.order_id, fact.supplier_id, fact.document) == (shop.order_id, "ACME", "DN-7")
    assert held_of(shop.db, [BUN])[BUN].worth_minor == 1_575
    whole = shop.come(GoodsLine(BUN, 6_000))
    assert whole.state is OrderState.RECEIVED
    assert whole.lines[0].difference_minor == 75
    assert shop.on_hand("I01") == 12_000
    with pytest.raises(OrderReceived):
        shop.end()
    assert list_orders(shop.db, 10, 0) == (look_up_order(shop.db, shop.order_id),)


def test_more_than_the_suppliers_rule_lets_in_takes_the_word_of_who_may_order(
    shop: Buying,
) -> None:
    shop.save()
    shop.send()
    assert shop.come(GoodsLine(BUN, 13_200), by=CLEO).lines[0].open_milli == 0
    beyond, movement = GoodsLine(TEA, 5_501), uuid4()
    with pytest.raises(PermissionNeeded) as refused:
        shop.come(beyond, by=CLEO, movement_id=movement)
    assert refused.value.asks is not None
    assert refused.value.asks["permission"] == Permission.ORDER_STOCK
    with pytest.raises(PermissionNeeded):
        shop.come(GoodsLine(MILK, 1_000), by=CLEO)
    word = Override(
        *(uuid4(), "act", Permission.ORDER_STOCK, str(movement), None, ANNA, CLEO, W1, "fine")
    )
    over = shop.come(beyond, by=CLEO, movement_id=movement, override=word)
    assert over.state is OrderState.RECEIVED
    also = shop.come(GoodsLine(MILK, 1_000, 300))
    assert also.lines[-1].item_id == MILK
    assert (also.lines[-1].ordered_milli, also.lines[-1].received_milli) == (0, 1_000)


def test_the_rest_is_closed_and_what_came_cannot_be_cancelled(shop: Buying) -> None:
    shop.save()
    shop.send()
    shop.come(GoodsLine(TEA, 1_000))
    with pytest.raises(OrderPartlyReceived):
        shop.end(cancelled=True)
    closed = shop.end()
    assert (closed.state, closed.reason) == (OrderState.CLOSED, REST)
    assert shop.end().state is OrderState.CLOSED
    (fact,) = shop.facts(PurchaseOrderClosed)
    assert (fact.order_id, fact.cancelled, fact.reason) == (shop.order_id, False, REST)
    with pytest.raises(OrderClosed):
        shop.come(GoodsLine(TEA, 1_000))


def test_an_order_of_which_nothing_came_is_cancelled_as_a_fact(shop: Buying) -> None:
    shop.save()
    shop.send()
    assert shop.end(cancelled=True).state is OrderState.CANCELLED
    (fact,) = shop.facts(PurchaseOrderClosed)
    assert fact.cancelled


async def test_the_api_drafts_sends_receives_and_answers_again(browser: Browser) -> None:
    await browser.do(says(Supplier("ACME", "Acme Foods")))
    call, order_id = browser.till.call, str(uuid4())
    lines = [{"item_id": "item-1", "quantity_milli": 3_000, "cost_minor": 900}]
    draft = {"event_id": str(uuid4()), "order_id": order_id, "operator_id": "anna"}
    saved = await call("POST", "/purchase-orders", draft | {"supplier_id": "ACME", "lines": lines})
    assert (saved.status_code, saved.json()["state"]) == (201, "draft"), saved.text
    at = f"/purchase-orders/{order_id}"
    send = {"event_id": str(uuid4()), "operator_id": "anna"}
    sent = await call("POST", f"{at}/send", send)
    assert sent.json()["number"].startswith("PO-S01-")
    again = await call("POST", f"{at}/send", send)
    assert (again.status_code, again.json()) == (200, sent.json())
    came = [{"item_id": "item-1", "quantity_milli": 2_000, "cost_minor": 640}]
    goods = {"movement_id": str(uuid4()), "operator_id": "anna", "lines": came}
    got = await call("POST", f"{at}/receipts", goods)
    assert got.json()["state"] == "partly", got.text
    assert got.json()["lines"][0]["difference_minor"] == 40
    closing = {"closing_id": str(uuid4()), "operator_id": "anna", "cancelled": False, "reason": "r"}
    assert (await call("POST", f"{at}/close", closing)).json()["state"] == "closed"
    listed = (await call("GET", "/purchase-orders")).json()["orders"]
    assert [one["order_id"] for one in listed] == [order_id]
    assert (await call("GET", f"/purchase-orders/{uuid4()}")).status_code == 404
