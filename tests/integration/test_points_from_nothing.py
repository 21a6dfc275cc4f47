"""Points come from purchases that are kept, and from nothing else: whatever is sold, returned and
exchanged at a store, in whatever order, what a customer can spend is what was earned by it, less
what was taken back and spent; and head office counts the same."""

import sqlite3
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule
from msgspec.structs import replace

from central.projections.event import Event
from central.projections.fold import fold_events
from central.projections.rows.escrow import RightAccount
from edge.db import sale_reads
from edge.db.connection.engine import open_connection
from edge.domain.sale.basket import LineRequest, OriginalRequest, SaleRequest
from edge.domain.sale.completed import CompletedSale
from edge.domain.sale.refusals.prices import TotalDiffers
from sync.protocol.change import Epoch
from sync.protocol.facts import Spend, TakeBack
from sync.protocol.identity import EventId
from tests.books import faults_of, sales_in_journal
from tests.builders import CARD, COMPANY, NEWCOMER, POINTS, STOCK_MILLI, STORE, new_store
from tests.sale_builders import line, return_line, sale_id, sale_request, sell, tender

EPOCH = Epoch(1, bytes(8))
OPEN_PRICES = [999, 1_000, 2_000, 100_000]
PIECES_MAX = 4


@pytest.fixture
def db(tmp_path: Path) -> Iterator[sqlite3.Connection]:
    with closing(open_connection(new_store(tmp_path / "store.sqlite3"), writer=True)) as opened:
        opened.execute("BEGIN")
        yield opened
        assert faults_of(opened, STOCK_MILLI) == []


def bought(db: sqlite3.Connection, name: str, price_minor: int, points: int = 0) -> CompletedSale:
    """The newcomer buys one open item, partly with points."""
    paid = [tender(POINTS, points)] if points else []
    paid += [tender(CARD, price_minor - points)]
    lines = [line("OPEN", price_minor=price_minor)]
    return sell(db, sale_request(name, lines, paid, customer_id=NEWCOMER))


def test_points_of_a_purchase_that_came_back_are_not_earned_by_buying_it_again(
    db: sqlite3.Connection,
) -> None:
    """A12: 100 points earned and spent, the purchase returned and bought again: one point."""
    assert bought(db, "a", 100_000).points_here == 100
    assert bought(db, "b", 2_000, points=100).points_here == 1
    back = sale_request("c", [return_line("a")], [tender(CARD, -100_000)], total_minor=-100_000)
    returned = sell(db, back)
    assert (returned.points_here, returned.fact.take_back) == (
        0,
        TakeBack(100, (Spend(sale_id("b"), 1, 1),), 99),
    )
    again = bought(db, "d", 100_000)
    assert again.fact.take_back == TakeBack(0, (Spend(sale_id("d"), 1, 99),), -99)
    assert (again.points_earned, again.points_here) == (100, 1)
    assert "Points owed, paid off now" in again.receipt
    account = at_head_office(db)
    assert (account["balance"], account["granted"]) == (1, 1)


def test_round_after_round_gives_nothing_away(db: sqlite3.Connection) -> None:
    """A12: repeated, the account at head office sank by 99 a round and gave 1.00 away each."""
    bought(db, "kept", 100_000)
    for number in range(5):
        spendable = bought(db, f"spend {number}", 100_000).points_here or 0
        spendable -= 100
        if spendable >= 100:
            bought(db, f"use {number}", 2_000, points=100)
        lines = [return_line(f"spend {number}")]
        back = [tender(CARD, -100_000)]
        sell(db, sale_request(f"back {number}", lines, back, total_minor=-100_000))
    account = at_head_office(db)
    assert 0 <= account["balance"] == account["granted"] <= 100


def test_a_grant_that_comes_while_points_are_owed_pays_first(db: sqlite3.Connection) -> None:
    """A12: head office gave it before it knew of the debt, so spending it would overdraw."""
    bought(db, "a", 100_000)
    bought(db, "b", 2_000, points=100)
    back = sale_request("c", [return_line("a")], [tender(CARD, -100_000)], total_minor=-100_000)
    sell(db, back)
    grant = (sale_id("grant").bytes, 0, NEWCOMER.bytes, 120, 0)
    db.execute("INSERT INTO points_right VALUES (?, ?, ?, ?, ?, 'points', 0, NULL)", grant)
    done = bought(db, "d", 500, points=21)
    assert done.fact.take_back == TakeBack(0, (Spend(sale_id("grant"), 0, 99),), -99)
    assert done.points_here == 0


def at_head_office(db: sqlite3.Connection) -> Counter[str]:
    """The newcomer's account by head office's own fold of this journal."""
    facts = sales_in_journal(db)
    events = [
        Event(STORE, EPOCH, seq, EventId(sold), 0, 0, fact)
        for seq, (sold, fact) in enumerate(facts.items(), start=1)
    ]
    found: Counter[str] = Counter()
    for row in fold_events(COMPANY, events)[RightAccount]:
        if row.account_id == NEWCOMER:
            found["balance"] = row.opening + row.earned - row.spent - row.taken_back
            found["granted"] = row.granted
    return found


class Shopping(RuleBasedStateMachine):
    """One customer at one store who buys, returns in parts, exchanges and pays with points."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = TemporaryDirectory()
        self.db = open_connection(new_store(Path(self.folder.name) / "s.sqlite3"), writer=True)
        self.db.execute("BEGIN")
        self.left: dict[tuple[Any, int], int] = {}
        """Pieces of each bought line that have not come back."""
        self.bought = self.spent = self.count = 0

    def teardown(self) -> None:
        self.db.close()
        self.folder.cleanup()

    def finish(self, lines: list[LineRequest], points: int) -> None:
        """Tender what the store computes: as many of ``points`` as there are, the rest by card."""
        self.count += 1
        name = f"step {self.count}"
        guess = self.attempt(sale_request(name, lines, [], total_minor=1 << 50))
        assert isinstance(guess, TotalDiffers)
        total = guess.computed_minor
        here = sale_reads.points_here(self.db, NEWCOMER)
        takes_back = any(each.original for each in lines)
        by_points = 0 if takes_back else max(0, min(points, total, here))
        paid = [tender(POINTS, by_points)] if by_points else []
        paid += [tender(CARD, total - by_points)] if total - by_points else []
        request = sale_request(name, lines, paid, total_minor=total)
        done = self.attempt(request)
        assert isinstance(done, CompletedSale), done
        self.spent += done.points_spent
        self.bought += 1
        for each in done.fact.lines:
            if each.original is None:
                self.left[done.sale_id, each.line_no] = each.quantity_milli // 1_000
            else:
                key = (each.original.sale_id, each.original.line_no)
                self.left[key] += each.quantity_milli // 1_000

    def attempt(self, request: SaleRequest) -> CompletedSale | TotalDiffers:
        self.db.execute("SAVEPOINT unit")
        try:
            return sell(self.db, replace(request, customer_id=NEWCOMER))
        except TotalDiffers as differs:
            self.db.execute("ROLLBACK TO unit")
            return differs
        finally:
            self.db.execute("RELEASE unit")

    def some_back(self, data: Any) -> list[LineRequest]:
        keys = [key for key, pieces in self.left.items() if pieces]
        chosen = data.draw(st.lists(st.sampled_from(keys), min_size=1, max_size=2, unique=True))
        return [
            LineRequest(
                0,
                data.draw(st.integers(1, self.left[key])) * 1_000,
                original=OriginalRequest(*key),
            )
            for key in chosen
        ]

    @rule(
        prices=st.lists(st.sampled_from(OPEN_PRICES), min_size=1, max_size=2),
        pieces=st.integers(1, PIECES_MAX),
        points=st.integers(0, 500),
    )
    def buy(self, prices: list[int], pieces: int, points: int) -> None:
        self.finish([line("OPEN", pieces, price_minor=price) for price in prices], points)

    @precondition(lambda self: any(self.left.values()))
    @rule(data=st.data())
    def bring_back(self, data: Any) -> None:
        self.finish(self.some_back(data), 0)

    @precondition(lambda self: any(self.left.values()))
    @rule(data=st.data(), price=st.sampled_from(OPEN_PRICES))
    def exchange(self, data: Any, price: int) -> None:
        self.finish([*self.some_back(data), line("OPEN", price_minor=price)], 0)

    @rule()
    def bring_all_back(self) -> None:
        for key, pieces in list(self.left.items()):
            if pieces:
                original = OriginalRequest(*key)
                self.finish([LineRequest(0, pieces * 1_000, original=original)], 0)

    @invariant()
    def spendable_is_earned_by_what_is_kept(self) -> None:
        facts = sales_in_journal(self.db).values()
        worth = sum(each.points for fact in facts for each in fact.lines) - self.spent
        here = sale_reads.points_here(self.db, NEWCOMER)
        assert here == max(0, worth)
        assert sale_reads.read_buyer(self.db, NEWCOMER)[1] == max(0, -worth)
        if not any(self.left.values()):
            assert here == 0
        account = at_head_office(self.db)
        assert (account["balance"], account["granted"]) == (worth, here)

    @invariant()
    def the_books_add_up(self) -> None:
        assert faults_of(self.db, STOCK_MILLI) == []


TestNoSequenceMakesPointsFromNothing = Shopping.TestCase
