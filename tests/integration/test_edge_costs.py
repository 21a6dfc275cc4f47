"""What goods cost is frozen on each line, comes back with them, and adds up to what was bought."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from uuid import UUID

import pytest

from edge.db.connection.engine import open_connection
from edge.db.costs import (
    CostOfSales,
    cost_of_sales_by_day,
    cost_of_sales_by_item,
    stock_value,
    worth_by_department,
    worth_of_items,
)
from edge.db.stock import held_of, with_costs
from edge.usecases.stock.receive_goods import GoodsLine, ReceiveGoods, receive_goods
from sync.protocol.facts import StockLine
from sync.protocol.identity import ItemId, MovementId
from sync.protocol.moving_cost import Held
from tests.builders import ANNA, BUSINESS_DATE, CARD, ITEMS, STOCK_MILLI, moment, new_store
from tests.sale_builders import line, return_line, sale_request, sell, tender

TEA = ItemId("I15")
PRICE = ITEMS[TEA].price_minor or 0
CATALOGUE = PRICE // 2


@pytest.fixture
def db(tmp_path: Path) -> Iterator[sqlite3.Connection]:
    """A seeded store, inside one unit of work."""
    with closing(open_connection(new_store(tmp_path / "store.sqlite3"), writer=True)) as opened:
        opened.execute("BEGIN")
        yield opened
        opened.execute("ROLLBACK")


def receive(db: sqlite3.Connection, pieces: int, unit_cost_minor: int | None, number: int) -> None:
    goods = (GoodsLine(TEA, pieces * 1_000, unit_cost_minor),)
    request = ReceiveGoods(MovementId(UUID(int=number)), ANNA, "delivery", goods)
    receive_goods(db, request, moment())


def costs_of(db: sqlite3.Connection) -> list[int | None]:
    """Of each line that was sold, in their order."""
    return [row[0] for row in db.execute("SELECT cost_minor FROM sale_line ORDER BY rowid")]


def held(db: sqlite3.Connection) -> Held:
    return held_of(db, [TEA])[TEA]


def test_a_line_s_cost_is_the_average_of_what_came_in_and_its_return_comes_in_at_that(
    db: sqlite3.Connection,
) -> None:
    db.execute("UPDATE stock_level SET on_hand_milli = 0 WHERE item_id = ?", (TEA,))
    receive(db, 10, 300, 1)
    receive(db, 10, 500, 2)
    sold = sell(db, sale_request("a", [line("I15", 4)]))
    assert sold.fact.lines[0].cost_minor == 1_600
    receive(db, 4, 1_000, 3)
    assert held(db)[:2] == (20_000, 10_400)
    back = [return_line("a", quantity_milli=1_000)]
    done = sell(
        db,
        sale_request("b", back, [tender(CARD, -PRICE)], total_minor=-PRICE),
        require_return=True,
    )
    assert done.fact.lines[0].cost_minor == -400
    assert held(db)[:2] == (21_000, 10_800)
    assert costs_of(db) == [1_600, -400]


def test_below_zero_the_next_receipt_puts_the_cost_of_sales_right(db: sqlite3.Connection) -> None:
    db.execute("UPDATE stock_level SET on_hand_milli = 0 WHERE item_id = ?", (TEA,))
    receive(db, 1, 300, 1)
    sell(db, sale_request("a", [line("I15", 3)]))
    assert held(db)[:2] == (-2_000, -600)
    receive(db, 10, 350, 2)
    assert held(db)[:2] == (8_000, 2_800)
    told = cost_of_sales_by_item(db, BUSINESS_DATE, BUSINESS_DATE)
    assert told == (CostOfSales(TEA, 3_000, 3 * PRICE - sum(_tax(db)), 900, 100, 0),)
    assert (told[0].cost_minor + told[0].difference_minor) + held(db).worth_minor == 300 + 3_500


def _tax(db: sqlite3.Connection) -> list[int]:
    return [row[0] for row in db.execute("SELECT tax_minor FROM sale_line WHERE tax_included")]


def test_what_never_came_in_at_a_cost_costs_what_the_catalogue_says(
    db: sqlite3.Connection,
) -> None:
    sell(db, sale_request("a", [line("I15", 2)]))
    assert costs_of(db) == [2 * CATALOGUE]
    worth = CATALOGUE * (STOCK_MILLI - 2_000) // 1_000
    assert held(db)[:2] == (STOCK_MILLI - 2_000, worth)
    rows = worth_of_items(db, 10, 0)
    assert [(one.item_id, one.worth_minor) for one in rows][:1] == [(TEA, worth)]
    assert stock_value(db).worth_minor == worth
    assert worth_by_department(db)[0].worth_minor == worth
    assert stock_value(db).unknown == len(ITEMS) - 1


def test_a_sale_of_what_has_no_cost_anywhere_has_none_and_is_told_as_that(
    db: sqlite3.Connection,
) -> None:
    db.execute("UPDATE item SET unit_cost_minor = NULL")
    sell(db, sale_request("a", [line("I15", 2)]))
    assert costs_of(db) == [None]
    (told,) = cost_of_sales_by_day(db, BUSINESS_DATE, BUSINESS_DATE)
    assert (told.cost_minor, told.unknown_milli) == (0, 2_000)


def test_what_goes_out_states_its_cost_and_what_comes_in_unknown_the_catalogue_s(
    db: sqlite3.Connection,
) -> None:
    out = StockLine(TEA, -1_000, lot="L1")
    (told,) = with_costs(db, [out])
    assert (told.cost_minor, told.unit_cost_minor, told.lot) == (-CATALOGUE, CATALOGUE, "L1")
    (told,) = with_costs(db, [StockLine(TEA, 1_000)])
    assert (told.cost_minor, told.unit_cost_minor) == (None, CATALOGUE)
    receive(db, 10, 300, 1)
    (told,) = with_costs(db, [StockLine(TEA, 1_000)])
    assert (told.cost_minor, told.unit_cost_minor) == (None, None)


def test_training_costs_nothing(db: sqlite3.Connection) -> None:
    before = held(db)
    sell(db, sale_request("a", [line("I15", 2)], training=True))
    assert held(db) == before
    assert cost_of_sales_by_day(db, BUSINESS_DATE, BUSINESS_DATE) == ()
