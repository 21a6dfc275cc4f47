"""What a store's rows add up to is what its facts say, by day, workstation and receipt."""

import random
from collections.abc import Iterator
from datetime import date
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edge.db.connection.writer import InlineWriter
from edge.db.totals import read_account, read_receipts, read_totals
from edge.domain.sale.refusals.prices import TotalDiffers
from edge.usecases.day.close import CloseBusinessDay, close_business_day
from edge.usecases.stock.receive_goods import GoodsLine, ReceiveGoods, receive_goods
from edge.usecases.till.settle import SettleTill, settle_till
from sync.protocol.codec import decode_fact
from sync.protocol.facts import (
    AnyFact,
    RetailTransaction,
)
from sync.protocol.figures import Tally, TenderTotal, Totals
from sync.protocol.identity import (
    EventId,
    ItemId,
    MovementId,
    SaleId,
    TillSessionId,
    WorkstationId,
)
from sync.protocol.manifest import ZERO, Receipt, differences
from tests import builders, sale_builders
from tests.builders import ANNA, BUSINESS_DATE, CARD, CASH, MEMBER, POINTS, W1, W2
from tests.integration.edge_fixtures import hurry

NEXT_DATE = date(2026, 3, 3)


class Traded:
    """A seeded store in which something is sold."""

    def __init__(self, path: Path) -> None:
        self.writer = InlineWriter.open(builders.new_store(path), tune=hurry)

    def sell(self, name: str, workstation: WorkstationId = W1, **asked: object) -> None:
        """Sell, at the total that the store computes."""
        try:
            self._sell(name, workstation, **asked)
        except TotalDiffers as differs:
            total = differs.computed_minor
            self._sell(name, workstation, **(asked | {"total_minor": total}))

    def _sell(self, name: str, workstation: WorkstationId, **asked: object) -> None:
        request = sale_builders.sale_request(name, **asked)  # type: ignore[arg-type]  # named by the test
        self.writer.run_now(lambda db: sale_builders.sell(db, request, workstation))

    def receive(self, number: int, pieces: int) -> None:
        lines = (GoodsLine(ItemId("I01"), pieces * 1_000), GoodsLine(ItemId("I02"), 500))
        request = ReceiveGoods(MovementId(UUID(int=number)), ANNA, "delivery", lines)
        self.writer.run_now(lambda db: receive_goods(db, request, builders.moment()))

    def settle(self) -> None:
        """Settle every open till, each a little off."""
        sessions = self.writer.run_now(
            lambda db: db.execute(
                "SELECT till_session_id, workstation_id FROM till_session WHERE state = 'open'"
            ).fetchall()
        )
        for number, (session, workstation) in enumerate(sorted(sessions)):
            request = SettleTill(ANNA, 10_000 + number * 7)
            event = EventId(UUID(bytes=session[::-1]))
            key, now = TillSessionId(UUID(bytes=session)), builders.moment()
            self.writer.run_now(
                partial(
                    settle_till,
                    request=request,
                    till_session_id=key,
                    workstation_id=workstation,
                    event_id=event,
                    moment=now,
                )
            )

    def totals(self, day: date | None = None) -> Totals:
        return self.writer.run_now(lambda db: read_totals(db, day))

    def receipts(
        self, day: date | None = None, limit: int = 1_000, after: SaleId | None = None
    ) -> tuple[Receipt, ...]:
        return self.writer.run_now(lambda db: read_receipts(db, day, limit, after))

    def facts(self) -> list[AnyFact]:
        rows = self.writer.run_now(
            lambda db: db.execute(
                "SELECT kind, kind_version, body FROM journal ORDER BY seq"
            ).fetchall()
        )
        return [decode_fact(*row) for row in rows]


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Traded]:
    made = Traded(tmp_path / "store.sqlite3")
    yield made
    made.writer.close_now()


def told(facts: list[AnyFact], workstation: WorkstationId | None = None) -> Totals:
    """The facts added up as head office does it."""
    tally = Tally()
    for fact in facts:
        if workstation is not None and getattr(fact, "workstation_id", None) != workstation:
            continue
        tally.add(fact)
    return tally.totals()


def trade(store: Traded, dice: random.Random, sales: int) -> None:
    """Sales with points, several tenders and pieces that come back."""
    for number in range(sales):
        items = dice.sample([f"I{n:02d}" for n in range(1, 16)] + ["ZERO", "GIFT"], 3)
        lines = [sale_builders.line(item, dice.randint(1, 4)) for item in items]
        total = sale_builders.total_of(lines)
        cash = [sale_builders.tender(CASH, total + 1_000)]
        split = [sale_builders.tender(CARD, total // 3), sale_builders.tender(CASH, total)]
        store.sell(
            f"{number}",
            dice.choice([W1, W2]),
            lines=lines,
            tenders=dice.choice([None, cash, split]),
            customer_id=dice.choice([None, MEMBER]),
        )
        if dice.random() < 0.3:
            back = [sale_builders.return_line(f"{number}", dice.randint(1, 3))]
            store.sell(f"back {number}", W2, lines=back, total_minor=-1, tenders=None)


def sell_exact(store: Traded) -> None:
    """Two sales and a return that are easy to add up by hand: 1.50 each, 9 % within."""
    store.sell("a", lines=[sale_builders.line("I01", 2)], tenders=[sale_builders.tender(CASH, 500)])
    store.sell("b", W2, lines=[sale_builders.line("I01", 1), sale_builders.line("ZERO", 1)])


def test_a_day_adds_up_as_one_would_by_hand(store: Traded) -> None:
    sell_exact(store)
    totals = store.totals(BUSINESS_DATE)
    assert (totals.transactions, totals.lines) == (2, 3)
    assert (totals.gross_minor, totals.refunds_minor) == (3 * 150 + 1_000, 0)
    assert totals.tenders == (TenderTotal(CARD, 1_150), TenderTotal(CASH, 500))
    assert totals.change_minor == 200
    assert [(t.tax_class, t.net_minor, t.tax_minor) for t in totals.taxes] == [
        ("standard", 450 - 37, 25 + 12),
        ("zero", 1_000, 0),
    ]
    assert totals.float_minor == 20_000
    assert (totals.expected_cash_minor, totals.counted_cash_minor) == (0, 0)
    assert totals.stock_milli == -4_000


def test_change_and_rounding_balance_with_tenders(store: Traded) -> None:
    given = [sale_builders.tender(CASH, 1_000)]
    store.sell("a", lines=[sale_builders.line("I02", 1)], tenders=given)
    totals = store.totals()
    paid = sum(tender.amount_minor for tender in totals.tenders)
    owed = totals.gross_minor - totals.refunds_minor + totals.tax_added_minor
    assert totals.rounding_minor == 1
    assert paid - totals.change_minor == owed + totals.rounding_minor


def test_points_earned_spent_and_taken_back_are_told_apart(store: Traded) -> None:
    pieces = [sale_builders.line("I15", 1), sale_builders.line("I01", 1)]
    paid = [sale_builders.tender(POINTS, 100), sale_builders.tender(CARD, 9_990 + 150 - 100)]
    store.sell("a", lines=pieces, tenders=paid, customer_id=MEMBER)
    earned = store.totals().points_earned
    store.sell("b", lines=[sale_builders.return_line("a", 1)], total_minor=-9_990)
    totals = store.totals()
    assert earned > 0
    assert (totals.points_earned, totals.points_spent) == (earned, 100)
    assert 0 < totals.points_taken_back <= earned
    assert totals.refunds_minor == 9_990


def test_settled_tills_count_and_open_ones_only_their_float(store: Traded) -> None:
    sell_exact(store)
    store.settle()
    totals = store.totals(BUSINESS_DATE)
    assert totals.expected_cash_minor == 20_000 + 300
    assert totals.counted_cash_minor == 20_007
    assert totals.over_short_minor == 20_007 - 20_300


def test_goods_that_came_in_count_for_the_store_and_for_no_workstation(store: Traded) -> None:
    store.receive(1, 40)
    sell_exact(store)
    assert store.totals(BUSINESS_DATE).stock_milli == 40_500 - 4_000
    parts = store.writer.run_now(lambda db: read_account(db, BUSINESS_DATE).workstations)
    assert [part.totals.stock_milli for part in parts] == [-2_000, -2_000]


def test_another_day_has_nothing_of_this_one(store: Traded) -> None:
    sell_exact(store)
    assert store.totals(NEXT_DATE) == ZERO
    assert store.receipts(NEXT_DATE) == ()


def test_training_counts_nowhere(store: Traded) -> None:
    sell_exact(store)
    store.writer.run_now(lambda db: db.execute("UPDATE sale SET training = 1") and None)
    totals = store.totals(BUSINESS_DATE)
    assert (totals.transactions, totals.lines, totals.tenders, totals.stock_milli) == (0, 0, (), 0)
    assert store.receipts() == ()


def test_a_store_without_trade_adds_up_to_nothing(store: Traded) -> None:
    assert store.totals(NEXT_DATE) == ZERO


@settings(max_examples=12)
@given(st.integers(0, 2**32), st.integers(1, 12))
def test_rows_say_what_the_facts_say(seed: int, sales: int) -> None:
    with TemporaryDirectory() as folder:
        store = Traded(Path(folder) / "store.sqlite3")
        dice = random.Random(seed)
        store.receive(1, 10)
        trade(store, dice, sales)
        if dice.random() < 0.5:
            store.settle()
        facts = store.facts()
        assert differences(store.totals(BUSINESS_DATE), told(facts)) == ()
        assert store.totals(BUSINESS_DATE) == store.totals(None) == told(facts)
        parts = store.writer.run_now(lambda db: read_account(db, BUSINESS_DATE).workstations)
        assert {part.workstation_id: part.totals for part in parts} == {
            name: told(facts, name) for name in (W1, W2)
        }
        of_sales = {
            fact.sale_id: (fact.receipt_number, told([fact]))
            for fact in facts
            if isinstance(fact, RetailTransaction)
        }
        assert {r.sale_id: (r.number, r.totals) for r in store.receipts(BUSINESS_DATE)} == of_sales
        store.writer.close_now()


@pytest.mark.parametrize("day", [None, BUSINESS_DATE])
def test_receipts_come_page_by_page_each_once(store: Traded, day: date | None) -> None:
    trade(store, random.Random(5), 7)
    whole = store.receipts(day)
    pages: list[Receipt] = []
    after = None
    while page := store.receipts(day, 2, after):
        pages.extend(page)
        after = SaleId(page[-1].sale_id)
    assert tuple(pages) == whole
    assert len({receipt.number for receipt in whole}) == len(whole) >= 7


def test_a_closed_day_declares_its_totals(store: Traded) -> None:
    sell_exact(store)
    store.settle()
    expected = store.totals(BUSINESS_DATE)
    closed = store.writer.run_now(
        lambda db: close_business_day(
            db, CloseBusinessDay(ANNA), BUSINESS_DATE, EventId(UUID(int=9)), builders.moment()
        )
    )
    assert closed.manifest.store == expected
    assert [part.workstation_id for part in closed.manifest.workstations] == [W1, W2]
