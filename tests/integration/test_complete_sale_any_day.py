"""Any day of sales, returns, exchanges, replays and refusals leaves books that add up."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import NamedTuple

import pytest
from hypothesis import event, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from edge.db.connection.engine import open_connection
from edge.domain.sale.basket import LineRequest, OriginalRequest, SaleRequest, TenderRequest
from edge.domain.sale.completed import CompletedSale
from edge.domain.sale.refusals.prices import TotalDiffers
from edge.domain.sale.refusals.sale_id import SaleIdReused
from sync.protocol.errors import Refusal
from sync.protocol.identity import CustomerId
from sync.protocol.money import CashRounding, round_cash
from tests.books import faults_of
from tests.builders import CARD, CASH, MEMBER, NEWCOMER, POINTS, STOCK_MILLI, W1, W2, new_store
from tests.sale_builders import fitting, line, sale_request, sell, tender

ITEM_IDS = ["I01", "I06", "I07", "I15", "WEIGHED", "ZERO", "GIFT", "OPEN"]


class Step(NamedTuple):
    """What one receipt asks for; ``back``: (an earlier receipt, its line, per cent of it)."""

    sold: list[tuple[str, int]]
    back: list[tuple[int, int, int]]
    customer: CustomerId | None
    points: int
    cash: bool
    again: bool


STEPS = st.lists(
    st.builds(
        Step,
        st.lists(st.tuples(st.sampled_from(ITEM_IDS), st.integers(1, 5_000)), max_size=4),
        st.lists(st.tuples(st.integers(0, 9), st.integers(0, 3), st.integers(1, 110)), max_size=2),
        st.sampled_from([None, MEMBER, NEWCOMER]),
        st.sampled_from([0, 0, 1, 120, 300]),
        st.booleans(),
        st.booleans(),
    ),
    min_size=1,
    max_size=8,
)


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return new_store(tmp_path_factory.mktemp("any-day") / "store.sqlite3")


@contextmanager
def undone(store: Path) -> Iterator[sqlite3.Connection]:
    """The seeded store; what is done to it is rolled back."""
    with closing(open_connection(store, writer=True)) as db:
        db.execute("BEGIN")
        yield db
        db.execute("ROLLBACK")


def attempt(db: sqlite3.Connection, request: SaleRequest, number: int) -> CompletedSale | Refusal:
    """As the writer does it: a savepoint, rolled back by what is raised."""
    db.execute("SAVEPOINT unit")
    try:
        return sell(db, request, W2 if number % 3 else W1)
    except Refusal as refusal:
        db.execute("ROLLBACK TO unit")
        return refusal
    finally:
        db.execute("RELEASE unit")


def paid(total: int, points: int, *, cash: bool) -> list[TenderRequest]:
    """Tenders for a total that the store computed: points first, the rest in cash or by card."""
    by_points = min(points, max(0, total))
    rest = total - by_points
    tenders: list[TenderRequest] = [tender(POINTS, by_points)] if by_points else []
    if rest and cash:
        rounding = round_cash(rest, 5, CashRounding.NEAREST)
        tenders.append(tender(CASH, rest + rounding + (5_000 if rest > 0 else 0)))
    elif rest:
        tenders.append(tender(CARD, rest))
    return tenders


@settings(max_examples=100)
@given(steps=STEPS)
def test_any_day_leaves_books_that_add_up(store: Path, steps: list[Step]) -> None:
    with undone(store) as db:
        finished: list[CompletedSale] = []
        for number, step in enumerate(steps):
            lines = lines_of(step, finished)
            if not lines:
                continue
            guess = attempt(db, request_of(number, lines, step, 1 << 50), number)
            total = guess.computed_minor if isinstance(guess, TotalDiffers) else 0
            request = request_of(number, lines, step, total)
            done = attempt(db, request, number)
            event(f"takes back: {len(lines) > len(step.sold)}, {type(done).__name__}")
            if isinstance(done, CompletedSale):
                finished.append(done)
                if step.again:
                    repeat(db, request, done, number)
        assert faults_of(db, STOCK_MILLI) == []
        assert db.execute("SELECT count(*) FROM sale").fetchone() == (len(finished),)


def repeat(db: sqlite3.Connection, request: SaleRequest, done: CompletedSale, number: int) -> None:
    """The same again is the same answer; another content under the id is refused."""
    again = attempt(db, request, number)
    assert isinstance(again, CompletedSale)
    assert (again.receipt, again.kept) == (done.receipt, done.kept)
    assert isinstance(attempt(db, replace(request, note="other"), number), SaleIdReused)


def lines_of(step: Step, finished: list[CompletedSale]) -> list[LineRequest]:
    lines = [
        line(
            item,
            quantity_milli=fitting(item, quantity),
            price_minor=777 if item == "OPEN" else None,
        )
        for item, quantity in step.sold
    ]
    for receipt, line_index, per_cent in step.back if finished else []:
        sale = finished[receipt % len(finished)].fact
        sold = sale.lines[line_index % len(sale.lines)]
        quantity = fitting(sold.item_id, abs(sold.quantity_milli) * per_cent // 100)
        original = OriginalRequest(sale.sale_id, sold.line_no)
        lines.append(LineRequest(0, quantity, original=original))
    return lines


def request_of(number: int, lines: list[LineRequest], step: Step, total: int) -> SaleRequest:
    """``total`` is what the store computes, or a guess that makes it say so."""
    takes_back = any(each.original is not None for each in lines)
    customer = None if takes_back else step.customer
    tenders = paid(total, 0 if customer is None else step.points, cash=step.cash)
    return sale_request(f"day {number}", lines, tenders, total_minor=total, customer_id=customer)
