"""Whatever fails inside a sale's unit of work, nothing of it remains: each statement in turn."""

import sqlite3
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from edge.db.connection.crash import arm, disarm
from edge.db.connection.group import Unit
from edge.db.connection.writer import InlineWriter
from edge.domain.sale.refusals.sale_id import SaleIdReused
from edge.usecases.sale.abandon import abandon_sale
from tests.books import faults_of
from tests.builders import ANNA, CARD, CASH, MEMBER, POINTS, STOCK_MILLI, W1, moment, new_store
from tests.faults import FailingAt, InjectedFailure, contents, failing_at
from tests.sale_builders import line, return_line, sale_id, sale_request, sell, tender

SOLD = sale_request("old", [line("I15", 2)], customer_id=MEMBER)
SALE = sale_request(
    "new",
    [line("I01", 2), line("I02"), line("ZERO")],
    [tender(POINTS, 100), tender(CASH, 2_000)],
    customer_id=MEMBER,
)
EXCHANGE = sale_request(
    "new",
    [return_line("old"), line("I15"), line("I01", 20)],
    [tender(POINTS, 10), tender(CARD, 2_990)],
    total_minor=3_000,
)


def sold(request: object, db: sqlite3.Connection) -> object:
    return sell(db, request)  # type: ignore[arg-type]  # as the fault asks


def given_up(db: sqlite3.Connection) -> object:
    return abandon_sale(db, sale_id("new"), W1, ANNA, moment())


@pytest.fixture
def writer(tmp_path: Path) -> InlineWriter:
    return InlineWriter.open(new_store(tmp_path / "store.sqlite3"))


def everything(writer: InlineWriter) -> dict[str, list[tuple[object, ...]]]:
    return writer.run_now(contents)


def statements_of(writer: InlineWriter, wrap: Callable[[FailingAt], Unit[object]]) -> int:
    """How many statements a unit has; the unit itself is undone."""
    counted = failing_at(0)
    wrapped = wrap(counted)

    def undone(db: sqlite3.Connection) -> None:
        wrapped(db)
        raise InjectedFailure

    with pytest.raises(InjectedFailure):
        writer.run_now(undone)
    return counted.seen


@pytest.mark.parametrize(
    "unit",
    [partial(sold, SALE), partial(sold, EXCHANGE), given_up],
    ids=["sale", "exchange", "abandoned"],
)
def test_a_failure_at_any_statement_leaves_nothing_behind(
    writer: InlineWriter, unit: Unit[object]
) -> None:
    writer.run_now(lambda db: sell(db, SOLD))
    before = everything(writer)
    count = statements_of(writer, lambda faults: faults.unit(unit))
    assert count >= 5
    for nth in range(1, count + 1):
        faults = failing_at(nth)
        with pytest.raises(InjectedFailure):
            writer.run_now(faults.unit(unit))
        assert faults.failed is not None
        assert everything(writer) == before, faults.failed
    writer.run_now(unit)
    assert everything(writer) != before
    assert writer.run_now(lambda db: faults_of(db, STOCK_MILLI)) == []
    writer.close_now()


def test_a_failure_while_the_alarm_is_kept_leaves_no_half_alarm(
    writer: InlineWriter, tmp_path: Path
) -> None:
    writer.run_now(lambda db: sell(db, SOLD))
    before = everything(writer)

    def reusing(faults: FailingAt) -> Unit[object]:
        def unit(db: sqlite3.Connection) -> object:
            try:
                return sell(db, sale_request("old", [line("I02")]))
            except SaleIdReused as refusal:
                keep = refusal.keep
                assert keep is not None
                refusal.keep = lambda connection: keep(faults.connection(connection))
                raise

        return unit

    counted = failing_at(0)
    with pytest.raises(SaleIdReused):
        writer.run_now(reusing(counted))
    after = everything(writer)
    assert {name for name in before if before[name] != after[name]} == {
        "alarm",
        "journal",
        "journal_head",
    }
    other = InlineWriter.open(new_store(tmp_path / "other.sqlite3"))
    other.run_now(lambda db: sell(db, SOLD))
    for nth in range(1, counted.seen + 1):
        with pytest.raises(InjectedFailure):
            other.run_now(reusing(failing_at(nth)))
        assert everything(other) == before
    other.close_now()
    writer.close_now()


def test_a_process_that_dies_after_the_journal_entry_leaves_nothing(tmp_path: Path) -> None:
    class Died(BaseException):
        """Not an Exception: nothing in the process may clean up after it."""

    def die() -> None:
        raise Died

    path = new_store(tmp_path / "store.sqlite3")
    writer = InlineWriter.open(path)
    before = everything(writer)
    arm("after_append", act=die)
    try:
        with pytest.raises(Died):
            writer.run_now(lambda db: sell(db, SALE))
    finally:
        disarm()
    writer.close_now()
    again = InlineWriter.open(path)
    assert everything(again) == before
    done = again.run_now(lambda db: sell(db, SALE))
    assert done.receipt_number == "S01-W1-E1-000001"
    assert again.run_now(lambda db: faults_of(db, STOCK_MILLI)) == []
    again.close_now()
