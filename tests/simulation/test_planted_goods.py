"""Planted bugs of goods: of stock, of what is between stores, of what stores are told, of what
goods are worth. Each is found by the check that is there for it (21 to 24); see
``test_planted.py``."""

import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from unittest.mock import patch
from uuid import uuid5

import msgspec
import pytest

from central.domain import valuing
from central.reports import told_transfers
from edge.db import lots, stock
from edge.domain import shelf_count
from edge.domain.sale import returns
from edge.usecases.shelf_count import standing
from edge.usecases.transfer import book
from sync.protocol.moving_cost import move_cost
from sync.protocol.reference import DataSet
from tests.simulation import goods_checks
from tests.simulation.evidence import Broken, Evidence, evidence
from tests.simulation.test_planted import (
    Plant,
    at_rest,
    breaks,
    changed,
    in_projection,
    lost_from,
    world,
)
from tests.simulation.world import World
from tests.simulation.worth_checks import check_24_goods_are_worth_what_was_paid as check_24

__all__ = ["world"]
SEED = 7


@pytest.fixture(scope="module")
def rested() -> Iterator[World]:
    """A world at rest in which goods went every way."""
    yield from at_rest(SEED)


def in_some_store(statement: str) -> Plant:
    """Change the file of the first store of which there is something to change."""

    def plant(world: World) -> None:
        assert any(changed(box, statement) for box in world.boxes.values())

    return plant


def lots_forgotten(world: World) -> None:
    """Head office knows of no lot and no serial number that moved."""
    world.office.archive.tables["lot_movement"].clear()


def told_otherwise(world: World) -> None:
    """A row that follows from no fact."""
    feed, log = next(
        (feed, log)
        for feed, log in world.office.feeds.log.items()
        if feed.data_set is DataSet.TRANSFERS and log
    )
    world.office.feeds.log[feed] = log[:-1]


def came_for_more(world: World) -> None:
    """What came in had cost a cent more, by head office."""
    rows = world.office.archive.tables["stock_movement"]
    came = (key for key, row in rows.items() if row.quantity_milli > 0 and row.cost_minor)
    key = next(came)
    rows[key] = rows[key]._replace(cost_minor=rows[key].cost_minor + 1)


PLANTED: tuple[tuple[Callable[[Evidence], None], Plant], ...] = (
    (goods_checks.check_21_stock_agrees, in_some_store("UPDATE stock_lot SET quantity_milli = 7")),
    (
        goods_checks.check_21_stock_agrees,
        in_some_store("UPDATE stock_lot SET expires_on = '2027-01-01'"),
    ),
    (goods_checks.check_21_stock_agrees, in_projection("stock_level", "on_hand_milli")),
    (goods_checks.check_21_stock_agrees, in_projection("stock_count", "counted_milli")),
    (goods_checks.check_21_stock_agrees, lots_forgotten),
    (goods_checks.check_22_goods_between_stores, in_some_store("UPDATE transfer SET number = 'X'")),
    (goods_checks.check_22_goods_between_stores, lost_from("transfer_note_line")),
    (goods_checks.check_22_goods_between_stores, lost_from("stock_transfer")),
    (goods_checks.check_23_told_is_what_stands, in_some_store("DELETE FROM transfer_told")),
    (goods_checks.check_23_told_is_what_stands, in_projection("purchase_order", "sent_at_ms")),
    (goods_checks.check_23_told_is_what_stands, told_otherwise),
    (check_24, in_some_store("UPDATE stock_level SET worth_minor = worth_minor + 1")),
    (check_24, in_some_store("UPDATE sale_line SET cost_minor = cost_minor + 1")),
    (check_24, in_projection("sale_line", "cost_minor")),
    (check_24, came_for_more),
)


@pytest.mark.parametrize(("check", "plant"), PLANTED, ids=lambda part: part.__name__)
def test_a_planted_bug_is_found(
    world: World,
    check: Callable[[Evidence], None],
    plant: Plant,
) -> None:
    plant(world)
    with pytest.raises(Broken), evidence(world) as found:
        check(found)


def test_every_check_has_a_planted_bug() -> None:
    assert {check for check, _ in PLANTED} == {*goods_checks.OF_GOODS, check_24}


def test_a_count_that_forgets_what_moved_since_is_found(folder: Path) -> None:
    """21, in the code: what was sold while somebody counted is there again."""
    with patch("edge.usecases.shelf_count.book.unseen_of", lambda *_: {}):
        assert breaks(folder, goods_checks.check_21_stock_agrees)


def test_a_count_that_has_seen_too_much_is_found(folder: Path) -> None:
    """21, in the code: what moved between its lines counts as seen."""
    count: Any = shelf_count.counted

    def late(*told: Any) -> Any:
        one = count(*told)
        seen = max(line.seen_through for line in one.lines) + 1
        lines = tuple(line._replace(seen_through=seen) for line in one.lines)
        return one._replace(seen_through=seen, lines=lines)

    with patch.object(standing, "counted", late):
        assert breaks(folder, goods_checks.check_21_stock_agrees)


def test_goods_that_are_taken_in_twice_are_found(folder: Path) -> None:
    """21, in the code: a transfer's receipt is booked once more."""
    move: Any = stock.move_stock

    def twice(db: sqlite3.Connection, fact: Any, kind: str, event_id: Any, at_ms: int) -> Any:
        if kind == "transfer_in":
            move(db, fact, "adjustment", uuid5(event_id, "again"), at_ms)
        return move(db, fact, kind, event_id, at_ms)

    with patch.object(book, "move_stock", twice):
        assert breaks(folder, goods_checks.check_21_stock_agrees)


def test_a_lot_that_is_dropped_from_what_came_is_found(folder: Path) -> None:
    """21, in the code: of several lots in one delivery the first is forgotten."""
    move: Any = lots.move_lots
    with patch.object(stock, "move_lots", lambda db, moved: move(db, list(moved)[1:])):
        assert breaks(folder, goods_checks.check_21_stock_agrees)


def test_a_last_day_that_does_not_come_back_with_the_goods_is_found(folder: Path) -> None:
    """21, in the code: what stands on goods that come back is not said of them."""
    mirror = returns.mirror

    def without(*told: Any) -> Any:
        return msgspec.structs.replace(mirror(*told), expires_on=None)

    with patch.object(returns, "mirror", without):
        assert breaks(folder, goods_checks.check_21_stock_agrees)


def test_a_wish_that_goods_do_not_name_is_found(folder: Path) -> None:
    """22, in the code: what is sent for a wish is not told to be."""
    sent = told_transfers._rows

    def without(*told: Any) -> Any:
        return [msgspec.structs.replace(row, wish_id=None) for row in sent(*told)]

    with patch.object(told_transfers, "_rows", without):
        assert breaks(folder, goods_checks.check_22_goods_between_stores)


def test_what_stores_are_never_told_is_found(folder: Path) -> None:
    """23, in the code: nothing is marked."""
    with patch("tests.doubles.archive_memory.due_of", lambda *_: []):
        assert breaks(folder, goods_checks.check_23_told_is_what_stands)


def test_a_count_that_is_worth_nothing_is_found(folder: Path) -> None:
    """24, in the code: head office takes what a count missed from what was sold."""
    with patch.object(
        valuing, "_after_count", lambda was, move, _: valuing._met(was, move, was.held, 0)
    ):
        assert breaks(folder, check_24)


def test_goods_whose_own_cost_nobody_asks_for_are_found(folder: Path) -> None:
    """24, in the code: head office takes what comes in at the average."""
    cost: Any = move_cost

    def at_average(held: Any, milli: int, _stated: Any = None, unit: Any = None) -> Any:
        return cost(held, milli, None, unit)

    with patch.object(valuing, "move_cost", at_average):
        assert breaks(folder, check_24)
