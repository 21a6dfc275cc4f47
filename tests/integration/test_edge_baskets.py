"""Baskets before they are paid: put aside, gone on with anywhere, given up; lines taken out."""

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any
from uuid import UUID

import msgspec
import pytest

from edge.db.connection.engine import open_connection
from edge.db.journal import read_range
from edge.db.suspended import suspended_baskets
from edge.domain.business_day import NoOpenBusinessDay
from edge.domain.operator import UnknownOperator
from edge.domain.suspended import BasketNotSuspended, BasketSuspendedAlready, TooManySuspended
from edge.usecases.basket import suspend
from edge.usecases.basket.recall import RecallBasket, recall_basket
from edge.usecases.basket.remove import (
    CancelBasket,
    LineTakenOut,
    RemoveLines,
    cancel_basket,
    remove_lines,
)
from edge.usecases.basket.suspend import BasketContent, ShownLine, SuspendBasket, suspend_basket
from edge.usecases.day.close import CloseBusinessDay, close_business_day
from sync.protocol.batch import UNFOLDED_BYTES_MAX
from sync.protocol.codec import decode_fact
from sync.protocol.errors import Refusal
from sync.protocol.facts import LinesRemoved
from sync.protocol.identity import EventId, ItemId, OperatorId
from tests.builders import ANNA, BUSINESS_DATE, NOW_MS, W1, moment, new_store
from tests.faults import contents
from tests.integration.sale_fixtures import db
from tests.sale_builders import line

__all__ = ["db"]

ONE, TWO, REMOVAL = UUID(int=1), UUID(int=2), UUID(int=3)
SHOWN = ShownLine(line("I05", 2, note="gift"), ItemId("I05"), "Tea", "each", 2_000, 760)
CONTENT = BasketContent((SHOWN,), 760)
GONE = (LineTakenOut(ItemId("I05"), "Tea", 2_000, 760),)


def put_aside(db: sqlite3.Connection, basket_id: UUID = ONE, **more: Any) -> None:
    request = SuspendBasket(basket_id, ANNA, CONTENT, **more)
    suspend_basket(db, request, W1, moment())


def removals(db: sqlite3.Connection) -> list[LinesRemoved]:
    facts = [
        decode_fact(entry.envelope.kind, entry.envelope.kind_version, entry.envelope.body)
        for entry in read_range(db, 0, 200, UNFOLDED_BYTES_MAX)
    ]
    return [fact for fact in facts if isinstance(fact, LinesRemoved)]


def test_a_basket_waits_and_is_recalled_once_by_whoever_comes_first(db: sqlite3.Connection) -> None:
    put_aside(db, note="lady in red")
    put_aside(db, TWO)
    (waits, _) = suspended_baskets(db)
    assert (waits.basket_id, waits.operator_id, waits.workstation_id) == (ONE, ANNA, W1)
    assert (waits.note, waits.line_count, waits.total_minor) == ("lady in red", 1, 760)
    assert (waits.business_date, waits.suspended_at_ms) == (BUSINESS_DATE, NOW_MS)
    assert recall_basket(db, RecallBasket(ANNA), ONE).basket == CONTENT
    assert [each.basket_id for each in suspended_baskets(db)] == [TWO]
    with pytest.raises(BasketNotSuspended):
        recall_basket(db, RecallBasket(ANNA), ONE)
    put_aside(db)
    assert len(suspended_baskets(db)) == 2
    assert removals(db) == []


def test_a_suspended_basket_outlives_a_restart(tmp_path: Path) -> None:
    path = new_store(tmp_path / "store.sqlite3")
    for writes in (True, False):
        with closing(open_connection(path, writer=True)) as opened:
            opened.execute("BEGIN")
            if writes:
                put_aside(opened)
            else:
                assert recall_basket(opened, RecallBasket(ANNA), ONE).basket == CONTENT
            opened.execute("COMMIT")


def test_what_is_taken_out_is_a_fact_with_operator_and_value(db: sqlite3.Connection) -> None:
    done = remove_lines(db, RemoveLines(REMOVAL, ONE, ANNA, GONE), W1, moment())
    assert (done.line_count, done.amount_minor) == (1, 760)
    (fact,) = removals(db)
    assert (fact.removal_id, fact.basket_id, fact.operator_id) == (REMOVAL, ONE, ANNA)
    assert (fact.workstation_id, fact.business_date) == (W1, BUSINESS_DATE)
    assert (fact.whole, fact.reason) == (False, "")
    assert [tuple(msgspec.to_builtins(each)) for each in fact.lines] == [("I05", "Tea", 2_000, 760)]


def test_a_suspended_basket_that_is_given_up_is_a_fact_too(db: sqlite3.Connection) -> None:
    put_aside(db)
    cancel_basket(db, CancelBasket(ANNA, "never came back"), ONE, REMOVAL, W1, moment())
    assert suspended_baskets(db) == ()
    (fact,) = removals(db)
    assert (fact.whole, fact.reason, fact.basket_id) == (True, "never came back", ONE)
    assert [each.amount_minor for each in fact.lines] == [760]


def refused(db: sqlite3.Connection, kind: type[Refusal], act: Any) -> None:
    before = contents(db)
    db.execute("SAVEPOINT unit")
    with pytest.raises(kind):
        act()
    db.execute("ROLLBACK TO unit")
    db.execute("RELEASE unit")
    assert contents(db) == before


def test_what_cannot_be_is_refused_and_nothing_remains(
    db: sqlite3.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    nobody = OperatorId("nobody")
    put_aside(db)
    refused(db, BasketSuspendedAlready, lambda: put_aside(db))
    refused(db, BasketNotSuspended, lambda: recall_basket(db, RecallBasket(ANNA), TWO))
    refused(
        db,
        BasketNotSuspended,
        lambda: cancel_basket(db, CancelBasket(ANNA), TWO, REMOVAL, W1, moment()),
    )
    refused(db, UnknownOperator, lambda: recall_basket(db, RecallBasket(nobody), ONE))
    refused(
        db,
        UnknownOperator,
        lambda: remove_lines(db, RemoveLines(REMOVAL, ONE, nobody, GONE), W1, moment()),
    )
    monkeypatch.setattr(suspend, "LISTED_MAX", 1)
    refused(db, TooManySuspended, lambda: put_aside(db, TWO))
    monkeypatch.undo()
    db.execute("UPDATE business_day SET state = 'closed'")
    refused(db, NoOpenBusinessDay, lambda: put_aside(db, TWO))


@pytest.mark.parametrize("cancels", [False, True])
def test_a_day_closes_whatever_waits_and_says_so(db: sqlite3.Connection, cancels: bool) -> None:
    put_aside(db)
    db.execute("UPDATE till_session SET state = 'settled'")
    request = CloseBusinessDay(ANNA, cancel_suspended=cancels)
    closed = close_business_day(db, request, BUSINESS_DATE, EventId(REMOVAL), moment())
    assert [each.basket_id for each in closed.suspended] == [ONE]
    assert closed.cancelled is cancels
    assert len(suspended_baskets(db)) == (0 if cancels else 1)
    assert [(fact.whole, fact.business_date) for fact in removals(db)] == (
        [(True, BUSINESS_DATE)] if cancels else []
    )
