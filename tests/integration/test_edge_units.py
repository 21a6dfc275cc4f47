"""Every use case of the store but the sale: whole or nothing, and once when it runs twice.

The writer runs a unit again after a lost group (``group.py``), and a disk can fail at any
statement: each use case is held to both here.
"""

import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar
from uuid import UUID

import msgspec
import pytest

from edge.db.alarms import Alarm
from edge.db.customers import Customer
from edge.db.tills import TillSession
from edge.usecases.box.adopt_enrolment import adopt_enrolment
from edge.usecases.box.clear_alarm import ClearAlarm, clear_alarm
from edge.usecases.box.raise_alarm import raise_alarm
from edge.usecases.box.record_boot import record_boot
from edge.usecases.customer.create import CreateCustomer, create_customer, draw
from edge.usecases.customer.update import UpdateCustomer, update_customer
from edge.usecases.day.close import CloseBusinessDay, close_business_day
from edge.usecases.day.open import OpenBusinessDay, open_business_day
from edge.usecases.day.reopen import ReopenBusinessDay, reopen_business_day
from edge.usecases.feed.apply_reference import apply_reference
from edge.usecases.request.answer_once import Asked, answer_once
from edge.usecases.stock.receive_goods import GoodsLine, ReceivedGoods, ReceiveGoods, receive_goods
from edge.usecases.till.open import OpenTill, open_till
from edge.usecases.till.settle import SettleTill, settle_till
from edge.usecases.workstation.issue_pairing_code import issue_pairing_code
from edge.usecases.workstation.pair import Paired, PairWorkstation, pair_workstation
from sync.protocol.facts import AlarmKind, TaxClass
from sync.protocol.identity import BootId, CustomerId, EventId, ItemId, MovementId, TillSessionId
from sync.protocol.reference import DataSet, Item
from tests.faults import FailingAt, InjectedFailure
from tests.integration.edge_fixtures import (
    ANN,
    DAY,
    ITEMS,
    MILK,
    TEA,
    W1,
    Feed,
    Shop,
    enrolment,
    moment,
    named,
    new_shop,
)

STATEMENTS_MAX = 200
LI = CustomerId(named("li"))
SESSION = TillSessionId(named("till W1"))
CODE = "7Q4-M0K-XV2"
DRAWN = draw()

A = TypeVar("A", bound=msgspec.Struct)
Act = Callable[[sqlite3.Connection], Any]


def event(name: str) -> EventId:
    return EventId(named(name))


def next_page() -> Feed:
    feed = Feed(DataSet.ITEMS)
    for item in ITEMS:
        feed.publish(item.item_id, item)
    feed.publish(TEA, None)
    feed.publish("jam", Item(ItemId("jam"), "Jam", "d", TaxClass.STANDARD, ("777",)))
    return feed


def once(db: sqlite3.Connection, request_id: UUID, kind: type[A], carry_out: Callable[[], A]) -> A:
    """As the routes do it."""
    return answer_once(db, Asked(request_id, b"what was asked"), kind, carry_out).answer


def open_day(db: sqlite3.Connection) -> Any:
    return open_business_day(db, OpenBusinessDay(ANN, DAY), event("day"), moment())


def open_drawer(db: sqlite3.Connection) -> Any:
    request = OpenTill(SESSION, ANN, 10_000)
    return once(db, SESSION, TillSession, lambda: open_till(db, request, W1, moment()))


def settle(db: sqlite3.Connection) -> Any:
    return settle_till(db, SettleTill(ANN, 9_990), SESSION, W1, event("settle"), moment())


def close_day(db: sqlite3.Connection) -> Any:
    return close_business_day(db, CloseBusinessDay(ANN), DAY, event("close"), moment())


def reopen_day(db: sqlite3.Connection) -> Any:
    request = ReopenBusinessDay(ANN, "a mistake")
    return reopen_business_day(db, request, DAY, event("reopen"), moment())


def clear(db: sqlite3.Connection) -> Any:
    asked, event_id = ClearAlarm("Ann", "settled"), event("clear")
    return once(
        db, event_id, Alarm, lambda: clear_alarm(db, asked, UUID(int=1), event_id, moment())
    )


def receive(db: sqlite3.Connection) -> Any:
    lines = (GoodsLine(TEA, 500), GoodsLine(MILK, 1_000, 90))
    request = ReceiveGoods(MovementId(named("goods")), ANN, "delivery", lines)
    return once(
        db, request.movement_id, ReceivedGoods, lambda: receive_goods(db, request, moment())
    )


def create(db: sqlite3.Connection) -> Any:
    request = CreateCustomer(ANN, "Li Wei", LI, "C1", "li@example.com", "91234567")
    return once(db, LI, Customer, lambda: create_customer(db, request, DRAWN, moment()))


def update(db: sqlite3.Connection) -> Any:
    request = UpdateCustomer(ANN, name="Li W.", email=None, active=False)
    event_id = event("update")
    return once(
        db,
        event_id,
        Customer,
        lambda: update_customer(db, LI, request, event_id, DRAWN, moment()),
    )


def issue(db: sqlite3.Connection) -> Any:
    return issue_pairing_code(db, W1, CODE, moment())


def pair(db: sqlite3.Connection) -> Any:
    request = PairWorkstation(W1, CODE, "t" * 43)
    return once(db, request.request_id, Paired, lambda: pair_workstation(db, request, moment()))


def alarm(db: sqlite3.Connection) -> Any:
    return raise_alarm(db, AlarmKind.FORK, "x", "y", moment(), alarm_id=UUID(int=1))


def boot(db: sqlite3.Connection) -> Any:
    return record_boot(db, "t", "", moment()._replace(boot_id=BootId(named("another boot"))))


def apply(db: sqlite3.Connection) -> Any:
    return apply_reference(db, next_page().page(3), moment()).pub_seq


def adopt(db: sqlite3.Connection) -> Any:
    return adopt_enrolment(db, enrolment(), "http://127.0.0.1:1", bytes(32), "t", moment())


USE_CASES: dict[str, tuple[Act, tuple[Act, ...]]] = {
    "open_business_day": (open_day, ()),
    "close_business_day": (close_day, (open_day, open_drawer, settle)),
    "reopen_business_day": (reopen_day, (open_day, close_day)),
    "clear_alarm": (clear, (alarm,)),
    "open_till": (open_drawer, (open_day,)),
    "settle_till": (settle, (open_day, open_drawer)),
    "receive_goods": (receive, (open_day,)),
    "create_customer": (create, ()),
    "update_customer": (update, (create,)),
    "issue_pairing_code": (issue, ()),
    "pair_workstation": (pair, (issue,)),
    "raise_alarm": (alarm, ()),
    "record_boot": (boot, ()),
    "apply_reference": (apply, ()),
    "adopt_enrolment": (adopt, ()),
}
"""Each with what must have happened before it."""


@pytest.fixture(params=USE_CASES)
def ready(request: pytest.FixtureRequest, tmp_path: Path) -> Any:
    """A store in which the use case can run, and the use case."""
    act, before = USE_CASES[request.param]
    path = tmp_path / "store.sqlite3"
    shop = Shop(path) if act is adopt else new_shop(path)
    for earlier in before:
        shop.do(earlier)
    yield shop, act
    shop.writer.close_now()


def test_a_failure_at_any_statement_leaves_nothing(ready: tuple[Shop, Act]) -> None:
    shop, act = ready
    before = shop.contents()
    for nth in range(1, STATEMENTS_MAX):
        failing = FailingAt(nth)
        try:
            shop.do(failing.unit(act))
        except InjectedFailure:
            assert shop.contents() == before
        else:
            assert failing.failed is None
            break
    assert nth > 1
    assert shop.contents() != before


def test_what_runs_twice_happens_once_and_answers_the_same(ready: tuple[Shop, Act]) -> None:
    shop, act = ready
    first = shop.do(act)
    after = shop.contents()
    assert shop.do(act) == first
    assert shop.contents() == after
