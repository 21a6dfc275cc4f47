"""Folds are pure and add up: how events are cut into sets changes no sum."""

from collections import Counter
from datetime import date
from random import Random
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from central.domain.decisions import CustomerDecided, EpochIssued, GrantIssued, PointsOpened
from central.projections.compare import compare_rows
from central.projections.event import Event
from central.projections.fold import fold_events
from central.projections.fold.decisions import fold_decisions
from central.projections.row_changes import RowChanges
from central.projections.rows.customer import CustomerField as FieldRow
from central.projections.rows.customer import PointsMove
from central.projections.rows.day import Day, DayFigure
from central.projections.rows.escrow import GrantGiven, RightAccount, RightHeld
from central.projections.rows.sale import Sale, SaleLine
from central.projections.rows.stock import OnHand
from central.projections.rows.till import TillMoved
from sync.protocol.conflict import merge
from sync.protocol.facts import CustomerChanged, RetailTransaction, Spend, TakeBack
from sync.protocol.figures import figures
from sync.protocol.identity import DeviceId, EventId, SaleId
from sync.protocol.reference import Grant
from sync.protocol.shared import CustomerField, FieldChange
from tests.shop_journal import COMPANY, CUSTOMERS, DAY, NOW_MS, Shop
from tests.shop_sales import tally

ACCOUNT = (COMPANY, "points", CUSTOMERS[0])
SUMS: tuple[type[Any], ...] = (DayFigure, OnHand, RightAccount, RightHeld, TillMoved)
WIDTHS = (3, 2, 3, 5, 2)
"""Of their keys."""


def events_of(shop: Shop) -> list[Event]:
    return [
        Event(
            shop.store_id,
            shop.epoch,
            seq,
            EventId(event.event_id),
            event.occurred_at_ms,
            NOW_MS,
            fact,
        )
        for seq, (event, fact) in enumerate(zip(shop.events, shop.facts, strict=True), 1)
    ]


def traded(seed: int, count: int = 30) -> Shop:
    shop = Shop(1, seed=seed)
    shop.open()
    shop.trade(count)
    shop.close()
    return shop


def sums(*parts: RowChanges) -> dict[type[Any], Counter[tuple[Any, ...]]]:
    """Added up per key; a row's numbers are its last columns."""
    widths = dict(zip(SUMS, WIDTHS, strict=True))
    found: dict[type[Any], Counter[tuple[Any, ...]]] = {}
    for name, width in widths.items():
        total = found.setdefault(name, Counter())
        for part in parts:
            for row in part[name]:
                for place, amount in enumerate(row[width:]):
                    total[(*row[:width], place)] += amount
    return found


@given(seed=st.integers(0, 1_000), cut=st.integers(0, 30))
def test_how_events_are_cut_into_sets_changes_no_sum(seed: int, cut: int) -> None:
    events = events_of(traded(seed))
    whole = fold_events(COMPANY, events)
    parts = (fold_events(COMPANY, events[:cut]), fold_events(COMPANY, events[cut:]))
    assert sums(*parts) == sums(whole)
    # The same rows exist, zeros too.
    for name, width in zip(SUMS, WIDTHS, strict=True):
        keys = {row[:width] for part in parts for row in part[name]}
        assert keys == {row[:width] for row in whole[name]}


@given(seed=st.integers(0, 1_000))
def test_a_days_figures_are_the_stores_own_account(seed: int) -> None:
    shop = traded(seed)
    found = {
        row.figure: row.amount
        for row in fold_events(COMPANY, events_of(shop))[DayFigure]
        if row.business_date == DAY
    }
    assert found == {one.name: one.amount for one in figures(tally(shop.facts, DAY).totals())}


@given(salt=st.integers(0, 1_000))
def test_sums_and_fields_stand_in_the_order_of_their_keys(salt: int) -> None:
    events = events_of(traded(1))
    Random(salt).shuffle(events)
    changes = fold_events(COMPANY, events)
    assert list(changes[RightAccount]) == sorted(changes[RightAccount])
    assert list(changes[OnHand]) == sorted(changes[OnHand])
    keys = [row[:3] for row in changes[FieldRow]]
    assert keys == sorted(set(keys))


@given(salt=st.integers(0, 1_000))
def test_customers_are_merged_by_the_one_rule(salt: int) -> None:
    shop = Shop(1, seed=salt)
    changed = [shop.customer(CUSTOMERS[0], shop.rng.randrange(1, 4)) for _ in range(6)]
    for fact in changed:
        shop.append(fact)
    merged = merge(CUSTOMERS[0], (), [one for fact in changed for one in fact.fields])
    rows = fold_events(COMPANY, events_of(shop))[FieldRow]
    assert [
        FieldChange(CustomerField(row.field), row.hlc, row.source, row.value, row.sealed)  # type: ignore[arg-type]  # rows are plainer
        for row in rows
    ] == list(merged.fields)


def test_training_leaves_its_rows_and_counts_nowhere() -> None:
    shop = Shop(1)
    shop.append(shop.sale(((1, 1_000, 5_000),), CUSTOMERS[0], training=True))
    changes = fold_events(COMPANY, events_of(shop))
    assert (len(changes[Sale]), len(changes[SaleLine])) == (1, 1)
    counted = (changes[DayFigure], changes[OnHand], changes[RightAccount], changes[PointsMove])
    assert not any(counted)


def test_a_take_backs_debt_lowers_the_balance_but_no_right() -> None:
    shop = Shop(1)
    sold = shop.sale(((1, 1_000, 9_000),), CUSTOMERS[0])
    back = shop.sale((), CUSTOMERS[0], [(sold, 1)])
    assert isinstance(back, RetailTransaction)
    shop.append(back)
    changes = fold_events(COMPANY, events_of(shop))
    assert changes[RightAccount] == (RightAccount(*ACCOUNT, taken_back=9, granted=-6),)
    assert changes[PointsMove][0][3:] == (0, 0, 9, 3)


def test_what_pays_a_debt_off_lowers_what_is_granted_but_no_balance() -> None:
    """A12: a right that pays a debt off can be spent nowhere any more."""
    shop = Shop(1)
    sold = shop.sale(((1, 1_000, 9_000),), CUSTOMERS[0])
    assert isinstance(sold, RetailTransaction)
    paid = TakeBack(0, (Spend(UUID(int=5), 0, 3),), -3)
    shop.append(replace(sold, take_back=paid))
    shop.append(replace(_unpointed(sold), take_back=paid))
    changes = fold_events(COMPANY, events_of(shop))
    paid_twice = RightAccount(*ACCOUNT, earned=9, granted=9 - 3 - 3, entries=2)
    assert changes[RightAccount] == (paid_twice,)


def _unpointed(sale: RetailTransaction) -> RetailTransaction:
    """The same basket, earning nothing."""
    lines = tuple(replace(line, points=0) for line in sale.lines)
    return replace(sale, sale_id=SaleId(UUID(int=77)), lines=lines, points_earned=0)


def test_decisions_open_points_grant_them_and_set_fields() -> None:
    shop = Shop(1)
    change = shop.customer(CUSTOMERS[1], 7)
    grant = Grant(UUID(int=5), CUSTOMERS[0], 30, 1)
    changes = fold_decisions(
        COMPANY,
        [
            EpochIssued(shop.store_id, DeviceId(UUID(int=1)), b"", b""),
            PointsOpened(CUSTOMERS[0], 100),
            GrantIssued(shop.store_id, 1, grant, shop.epoch.fingerprint),
            CustomerDecided(change),
            CustomerDecided(CustomerChanged(CUSTOMERS[1], change.operator_id, ())),
        ],
    )
    assert changes[RightAccount] == (RightAccount(*ACCOUNT, opening=100, granted=30, entries=2),)
    assert [row.field for row in changes[FieldRow]] == ["code", "name"]
    place = (shop.epoch.number, shop.epoch.fingerprint)
    given = GrantGiven(shop.store_id, UUID(int=5), *ACCOUNT[1:], 30, *place)
    assert changes[GrantGiven] == (given,)
    assert changes[RightHeld] == (RightHeld(shop.store_id, *place, *ACCOUNT[1:], granted=30),)
    assert set(changes) == {RightAccount, RightHeld, FieldRow, GrantGiven}


@pytest.mark.parametrize(
    ("here", "journal", "said"),
    [
        ([], [], []),
        ([("s", 1, 5)], [("s", 1, 5)], []),
        ([("s", 1, 6)], [("s", 1, 5)], ["t 1: n is 6, by the journal 5"]),
        ([], [("s", 1, 5)], ["t has no row 1"]),
        ([("s", 1, 5)], [], ["t has a row 1 too many"]),
        ([("s", b"\x01", 5)], [], ["t has a row 01 too many"]),
    ],
)
def test_rows_that_part_are_named(
    here: list[tuple[Any, ...]], journal: list[tuple[Any, ...]], said: list[str]
) -> None:
    found = compare_rows("t", ("s", "k", "n"), 2, here, journal)
    assert [one.said for one in found] == said


def test_a_day_opened_twice_keeps_its_first_opening_and_its_last_closing() -> None:
    shop = Shop(1)
    shop.open()
    shop.close()
    shop.open()
    shop.close()
    (day,) = fold_events(COMPANY, events_of(shop))[Day]
    assert (day.business_date, day.opened_seq, day.closed_seq) == (DAY, 1, len(shop.events))
    assert day.business_date == date(2026, 3, 2)
