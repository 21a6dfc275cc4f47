"""Check 24: what goods are worth, and what is left of what was sold.

What was bought is what was sold, what went otherwise, what counts missed and what is there: at head
office of every store, at a box of what it wrote itself. Where one epoch has the whole history of a
store, both say the same, item by item, and so do cost of sales and margin of every day. A box that
was put back, copied or replaced does not know what goods had cost before its time, and values them
by what it hears of; nobody can know which of two averages is the true one, and so they are not
compared.
"""

from datetime import date
from typing import Any

from central.reports import stock_value as report
from central.reports.stock_value import StockWorth, cost_of_sales, stock_value
from edge.db.costs import cost_of_sales_by_item
from sync.protocol.identity import StoreId
from tests.books import OTHER_COST, OTHER_WORTH
from tests.simulation.evidence import Books, Evidence, equal
from tests.simulation.goods_checks import EVERY, asked
from tests.simulation.worth_answers import WorthAnswers

EVER = (date(1900, 1, 1), date(2200, 1, 1))
_HELD = "SELECT item_id, on_hand_milli, worth_minor, unit_mills FROM stock_level"
_DAYS = "SELECT business_date FROM business_day"


def check_24_goods_are_worth_what_was_paid(found: Evidence) -> None:
    """Value and margin: see above."""
    for books in found.boxes:
        wrong = books.rows(OTHER_WORTH)
        equal(wrong, [], f"{books.name}: worth, and what was bought less what went")
    for books in found.stores:
        worth = _worth(found, books.shop.store_id)
        for one in worth:
            gone = one.went_minor + one.cost_of_sales_minor + one.counted_minor
            equal(gone + one.worth_minor, one.came_minor, f"{books.shop.code} {one.item_id}")
        if not books.moved:
            _says_the_same(found, books, worth)


def _worth(found: Evidence, store_id: StoreId) -> tuple[StockWorth, ...]:
    told: tuple[StockWorth, ...] = asked(
        WorthAnswers(found.archive), report, stock_value, store_id, EVERY
    )
    return told


def _says_the_same(found: Evidence, books: Books, worth: tuple[StockWorth, ...]) -> None:
    code = books.shop.code
    here = {row[0]: row[1:] for row in books.rows(_HELD)}
    there = {one.item_id: (one.on_hand_milli, one.worth_minor, one.unit_mills) for one in worth}
    equal(books.rows(OTHER_COST), [], f"{code}: costs of lines and of movements")
    equal(_met(here), _met(there), f"{code}: held and its worth, here and at head office")
    days = sorted(date.fromisoformat(row[0]) for row in books.rows(_DAYS))
    for span in (EVER, *((day, day) for day in days)):
        costs = {
            one.key: (one.quantity_milli, one.net_minor, one.cost_minor, one.difference_minor)
            for one in cost_of_sales_by_item(books.db, *span)
        }
        told: Any = asked(
            WorthAnswers(found.archive), report, cost_of_sales, books.shop.store_id, *span, EVERY
        )
        said = {
            one.item_id: (one.quantity_milli, one.net_minor, one.cost_minor, one.put_right_minor)
            for one in told
        }
        equal(_met(costs), _met(said), f"{code} {span[0]}: cost of sales, here and at head office")


def _met(rows: dict[Any, tuple[Any, ...]]) -> dict[Any, tuple[Any, ...]]:
    """Without what nothing is known of: nothing there, worth nothing, or nothing sold."""
    return {key: row for key, row in rows.items() if any(one for one in row)}
