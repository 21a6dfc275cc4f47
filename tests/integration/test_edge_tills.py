"""Tills and the close of a day, over a real store."""

from datetime import date

from edge.db.days import find_open_day
from edge.db.journal import hash_at, verify_chain
from edge.db.tills import find_open_till
from edge.domain.business_day import (
    NoOpenBusinessDay,
    TillsOpen,
    UnknownBusinessDay,
)
from edge.domain.request import RequestIdReused, RequestIdTaken
from edge.domain.rights import PermissionNeeded
from edge.domain.till import (
    AnotherWorkstationsTill,
    TillOpenAlready,
    TillSettledAlready,
    TillState,
    UnknownTillSession,
)
from edge.usecases.till.open import OpenTill, open_till
from sync.protocol.facts import (
    BusinessDayClosed,
    BusinessDayOpened,
    DeviceRecorded,
    TillSessionOpened,
    TillSessionSettled,
)
from sync.protocol.identity import TillId, TillSessionId
from tests.integration.day_fixtures import close, refused, settle, shop
from tests.integration.edge_fixtures import (
    ANN,
    DAY,
    W1,
    W2,
    Shop,
    moment,
    named,
)

__all__ = ["shop"]


def test_a_till_needs_an_open_day(shop: Shop) -> None:
    refused(shop, NoOpenBusinessDay, shop.open_till)


def test_a_till_opens_with_its_float_under_the_days_name(shop: Shop) -> None:
    shop.open_day(date(2025, 3, 13))
    session = shop.open_till(W1, 12_345)
    found = shop.do(lambda db: find_open_till(db, W1))
    assert found is not None
    assert (found.till_session_id, found.till_id, found.float_minor) == (session, "W1", 12_345)
    fact = shop.facts()[-1]
    assert fact == TillSessionOpened(
        session, TillId("W1"), W1, ANN, date(2025, 3, 13), "SGD", 12_345
    )
    assert shop.do(lambda db: find_open_till(db, W2)) is None


def test_opening_a_till_twice_is_once(shop: Shop) -> None:
    shop.open_day()
    session = shop.open_till()
    before = shop.contents()
    assert shop.open_till() == session
    assert shop.contents() == before
    settle(shop, session, 10_000)
    assert shop.open_till() == session
    assert shop.do(lambda db: find_open_till(db, W1)) is None


def test_a_till_session_id_means_one_till(shop: Shop) -> None:
    shop.open_day()
    shop.open_till()
    refused(shop, RequestIdReused, lambda: shop.open_till(float_minor=5_000))
    shop.do(lambda db: db.execute("DELETE FROM answered_request") and None)
    refused(shop, RequestIdTaken, shop.open_till)


def test_neither_a_till_nor_a_workstation_has_two_open_sessions(shop: Shop) -> None:
    shop.open_day()
    shop.open_till(W1)
    second = OpenTill(TillSessionId(named("x")), ANN, 0, TillId("drawer-2"))
    refused(shop, TillOpenAlready, lambda: shop.do(lambda db: open_till(db, second, W1, moment())))
    shared = OpenTill(TillSessionId(named("y")), ANN, 0, TillId("W1"))
    refused(shop, TillOpenAlready, lambda: shop.do(lambda db: open_till(db, shared, W2, moment())))
    shop.open_till(W2)


def test_w1_and_w_one_in_small_letters_are_one_till(shop: Shop) -> None:
    """B27: people read these names aloud."""
    shop.open_day()
    shop.open_till(W1)
    small = OpenTill(TillSessionId(named("s")), ANN, 0, TillId("w1"))
    refused(shop, TillOpenAlready, lambda: shop.do(lambda db: open_till(db, small, W2, moment())))
    drawer = OpenTill(TillSessionId(named("d")), ANN, 0, TillId("drawer-2"))
    opened = shop.do(lambda db: open_till(db, drawer, W2, moment()))
    assert opened.till_id == "DRAWER-2"


def test_a_settled_till_says_over_and_short(shop: Shop) -> None:
    shop.open_day()
    session = shop.open_till(W1, 10_000)
    settled = settle(shop, session, 9_950)
    assert (settled.expected_cash_minor, settled.over_short_minor) == (10_000, -50)
    assert settled.session.state is TillState.SETTLED
    fact = shop.facts()[-1]
    assert isinstance(fact, TillSessionSettled)
    assert (fact.expected_cash_minor, fact.counted_cash_minor) == (10_000, 9_950)


def test_settling_twice_with_one_count_is_once(shop: Shop) -> None:
    shop.open_day()
    session = shop.open_till()
    first = settle(shop, session, 10_010)
    before = shop.contents()
    assert settle(shop, session, 10_010) == first
    assert shop.contents() == before
    refusal = refused(shop, TillSettledAlready, lambda: settle(shop, session, 10_000))
    assert "100.10" in refusal.detail


def test_a_till_is_settled_where_it_stands_or_by_a_managers_word(shop: Shop) -> None:
    """A27: any paired till settled another's drawer with a count of 0.01."""
    shop.open_day()
    session = shop.open_till(W1, 10_000)
    refusal = refused(shop, AnotherWorkstationsTill, lambda: settle(shop, session, 1, at=W2))
    assert "W1" in refusal.remedy
    shop.do(lambda db: db.execute("UPDATE operator SET role = 'cashier'") and None)
    refused(shop, PermissionNeeded, lambda: settle(shop, session, 1, at=W2, why="W1 broke"))
    shop.do(lambda db: db.execute("UPDATE operator SET role = 'manager'") and None)
    settled = settle(shop, session, 10_000, at=W2, why="W1 broke")
    assert (settled.over_short_minor, settled.session.workstation_id) == (0, W1)
    recorded = shop.facts()[-2]
    assert isinstance(recorded, DeviceRecorded)
    assert "settles W1 of W1 at W2: W1 broke" in recorded.detail


def test_an_unknown_till_session_is_not_settled(shop: Shop) -> None:
    refused(shop, UnknownTillSession, lambda: settle(shop, TillSessionId(named("none")), 0))


def test_a_day_does_not_close_over_open_tills_and_names_them(shop: Shop) -> None:
    shop.open_day()
    shop.open_till(W1)
    settle(shop, shop.open_till(W2), 10_000)
    refusal = refused(shop, TillsOpen, lambda: close(shop))
    assert "W1 (at W1)" in refusal.detail
    assert "W2" not in refusal.detail


def test_a_day_that_was_never_opened_does_not_close(shop: Shop) -> None:
    refused(shop, UnknownBusinessDay, lambda: close(shop))


def test_a_closed_day_carries_its_manifest(shop: Shop) -> None:
    shop.open_day()
    settle(shop, shop.open_till(W1, 10_000), 10_020)
    settle(shop, shop.open_till(W2, 5_000), 4_990)
    closed = close(shop)
    manifest = closed.manifest
    assert manifest == BusinessDayClosed(DAY, ANN, manifest).manifest
    assert shop.facts()[manifest.first_seq - 1] == BusinessDayOpened(DAY, ANN, "Asia/Singapore")
    assert (manifest.last_seq, closed.closed_seq) == (len(shop.facts()) - 1, len(shop.facts()))
    assert manifest.head_hash == shop.do(lambda db: hash_at(db, manifest.last_seq))
    assert (manifest.store.float_minor, manifest.store.over_short_minor) == (15_000, 10)
    assert [(w.workstation_id, w.totals.over_short_minor) for w in manifest.workstations] == [
        (W1, 20),
        (W2, -10),
    ]
    assert shop.do(find_open_day) is None
    assert shop.do(verify_chain).first_bad_seq is None


def test_closing_twice_gives_the_same_manifest_again(shop: Shop) -> None:
    shop.open_day()
    settle(shop, shop.open_till(), 10_000)
    first = close(shop)
    shop.open_day(date(2025, 3, 15))
    before = shop.contents()
    assert close(shop) == first
    assert shop.contents() == before


def test_an_empty_day_closes_with_nothing_in_it(shop: Shop) -> None:
    shop.open_day()
    manifest = close(shop).manifest
    assert manifest.store.transactions == 0
    assert manifest.workstations == ()
