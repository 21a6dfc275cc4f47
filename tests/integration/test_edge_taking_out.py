"""Waste, own use and adjustments: taken out of the books with a reason, each a fact."""

from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest

from edge.domain.item import UnknownItem
from edge.domain.stock import TooMuchAtOnce, WrongSign
from edge.usecases.stock.take_out import TakenFor, TakenLine, TakeOut, take_out
from sync.protocol.bounds import FIGURE_MAX
from sync.protocol.facts import StockMoved, StockMovementKind
from sync.protocol.identity import ItemId, MovementId
from tests.builders import ANNA, moment
from tests.integration.count_fixtures import Counting
from tests.integration.office_fixtures import Browser, browser
from tests.integration.test_edge_office_stock import STOCK, receive

__all__ = ["browser"]
ITEM = ItemId("I01")
WASTE = f"{STOCK}/waste"


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Counting]:
    made = Counting(tmp_path / "store.sqlite3")
    yield made
    made.close()


def out(kind: TakenFor, milli: int, item: ItemId = ITEM) -> TakeOut:
    lines = (TakenLine(item, milli, "L7"),)
    return TakeOut(MovementId(uuid4()), ANNA, kind, "expired", lines)


@pytest.mark.parametrize(
    ("kind", "milli"),
    [(TakenFor.WASTE, -2_000), (TakenFor.OWN_USE, -500), (TakenFor.ADJUSTMENT, 3_000)],
)
def test_it_leaves_the_books_as_a_fact_with_its_reason(
    shop: Counting, kind: TakenFor, milli: int
) -> None:
    shop.receive("I01", 10_000)
    take_out(shop.db, out(kind, milli), moment())
    assert shop.on_hand("I01") == 10_000 + milli
    fact = shop.events()[-1].fact
    assert isinstance(fact, StockMoved)
    assert (fact.kind, fact.reason) == (StockMovementKind(kind.value), "expired")
    assert [(line.quantity_milli, line.lot) for line in fact.lines] == [(milli, "L7")]


def test_what_goes_out_says_what_it_had_cost(shop: Counting) -> None:
    shop.receive("I01", 10_000, unit_cost_minor=150)
    take_out(shop.db, out(TakenFor.WASTE, -2_000), moment())
    fact = shop.events()[-1].fact
    assert isinstance(fact, StockMoved)
    assert fact.lines[0].cost_minor == -300


@pytest.mark.parametrize(("kind", "milli"), [(TakenFor.WASTE, 1), (TakenFor.ADJUSTMENT, 0)])
def test_waste_brings_nothing_and_nothing_moves_nothing(
    shop: Counting, kind: TakenFor, milli: int
) -> None:
    with pytest.raises(WrongSign):
        take_out(shop.db, out(kind, milli), moment())
    with pytest.raises(UnknownItem):
        take_out(shop.db, out(TakenFor.WASTE, -1, ItemId("no such")), moment())


def test_more_than_a_fact_can_say_is_refused_and_leaves_nothing(shop: Counting) -> None:
    before = len(shop.events())
    with pytest.raises(TooMuchAtOnce):
        take_out(shop.db, out(TakenFor.WASTE, -FIGURE_MAX - 1), moment())
    assert (len(shop.events()), shop.on_hand("I01")) == (before, 0)


async def test_the_page_books_it_by_scanner_and_lists_it(browser: Browser) -> None:
    await browser.enter()
    await receive(browser, "item-1", 10_000)
    form = {"kind": "waste", "text": "item-1", "quantity": "2", "reason": "damaged"}
    done = await browser.send_from(WASTE, WASTE, event_id=str(uuid4()), **form)
    assert done.status_code == 303, done.text
    page = await browser.text(done.headers["location"])
    assert "Booked:" in page
    row = page.split('id="taken-table"')[1].split("<tbody>")[1]
    assert "-2 each" in row
    assert "-4.00" in row
    assert "damaged" in row
    more = {**form, "kind": "adjustment", "direction": "more"}
    await browser.send_from(WASTE, WASTE, event_id=str(uuid4()), **more)
    assert (await browser.till.call("GET", "/stock/item-1")).json()["on_hand_milli"] == 10_000
    wrong = await browser.send_from(
        WASTE, WASTE, event_id=str(uuid4()), **{**form, "quantity": "two"}
    )
    assert wrong.status_code == 400
    assert 'value="two"' in wrong.text
