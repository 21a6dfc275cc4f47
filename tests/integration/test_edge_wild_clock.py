"""A clock is never believed further than head office's time and the steady clock bear it out."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from edge.box.clock import StoreClock, steady_clock
from edge.db.hybrid_clock import read_reckoning, tick_clock
from edge.db.journal import append
from edge.domain.reckoning import Steady
from edge.usecases.box.record_contact import record_contact
from sync.engine.journal import STAMP_TOLERANCE_MS
from sync.protocol.clock import Hlc, wall_ms
from sync.protocol.facts import DeviceRecorded
from sync.protocol.identity import BootId, EventId
from tests.integration.edge_fixtures import NOON_MS, Shop, new_shop

HOUR_MS = 3_600_000
DAY_MS, YEAR_MS = 24 * HOUR_MS, 365 * 24 * HOUR_MS


@dataclass
class Machine:
    """A box as time passes over it: true time, how far its wall clock is off, its starts."""

    shop: Shop
    true_ms: int = NOON_MS
    off_ms: int = 0
    booted_ms: int = NOON_MS - HOUR_MS
    boots: int = 1
    stamps: list[tuple[int, Hlc]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.restart()

    def steady(self) -> Steady:
        return Steady(f"boot {self.boots}", self.true_ms - self.booted_ms)

    def restart(self) -> None:
        """The program starts anew."""
        reckoning = self.shop.do(lambda db: read_reckoning(db, self.steady()))
        self.clock = StoreClock(
            BootId(uuid4()),
            reckoning=reckoning,
            wall=lambda: self.true_ms + self.off_ms,
            steady=self.steady,
        )

    def reboot(self, off_for_ms: int) -> None:
        """The machine is off for a while, and starts anew."""
        self.true_ms += off_for_ms
        self.booted_ms, self.boots = self.true_ms, self.boots + 1
        self.restart()

    def contact(self) -> None:
        """Head office answers."""
        said = self.true_ms
        self.clock.server_said(said)
        moment, steady = self.clock.moment(), self.clock.steady()
        self.shop.do(lambda db: record_contact(db, moment, said, steady))

    def edit(self) -> None:
        """A customer is changed here."""
        moment = self.clock.moment()
        self.stamps.append((self.true_ms, self.shop.do(lambda db: tick_clock(db, moment))))

    def sell(self) -> None:
        """Something is journalled that is no edit."""
        moment, event = self.clock.moment(), EventId(uuid4())

        def unit(db: sqlite3.Connection) -> Hlc:
            return append(db, DeviceRecorded("news", "", ""), event, moment).envelope.hlc

        self.stamps.append((self.true_ms, self.shop.do(unit)))


@pytest.fixture
def machine(tmp_path: Path) -> Iterator[Machine]:
    shop = new_shop(tmp_path / "store.sqlite3")
    yield Machine(shop)
    shop.writer.close_now()


def ahead_ms(machine: Machine) -> int:
    """How far the last stamp lies ahead of true time."""
    at_ms, stamp = machine.stamps[-1]
    return wall_ms(stamp) - at_ms


@pytest.mark.parametrize("off_ms", [DAY_MS, YEAR_MS, 100 * YEAR_MS])
def test_a_clock_that_is_ahead_wins_no_edit_and_leaves_nothing_behind(
    machine: Machine, off_ms: int
) -> None:
    """A20: neither while it is wild, nor over a restart, nor after it was put right."""
    machine.contact()
    machine.off_ms = off_ms
    machine.true_ms += HOUR_MS
    for act in (machine.sell, machine.edit, machine.restart, machine.edit, machine.sell):
        act()
        assert ahead_ms(machine) <= STAMP_TOLERANCE_MS if machine.stamps else True
    machine.reboot(8 * HOUR_MS)
    machine.edit()
    assert ahead_ms(machine) <= STAMP_TOLERANCE_MS
    machine.off_ms = 0
    machine.true_ms += HOUR_MS
    machine.contact()
    machine.edit()
    assert abs(ahead_ms(machine)) <= 1_000


def test_a_right_clock_stamps_its_own_time(machine: Machine) -> None:
    """A20: the bound costs a sound box nothing."""
    machine.contact()
    for _ in range(3):
        machine.true_ms += HOUR_MS
        machine.edit()
        assert ahead_ms(machine) == 0
        machine.restart()


@contextmanager
def closed(shop: Shop) -> Iterator[Shop]:
    """Close the writer at the end."""
    try:
        yield shop
    finally:
        shop.writer.close_now()


ACTS = st.one_of(
    st.tuples(st.just("pass"), st.integers(0, 3 * DAY_MS)),
    st.tuples(st.just("set"), st.integers(-2 * YEAR_MS, 2 * YEAR_MS)),
    st.tuples(st.just("reboot"), st.integers(0, 30 * DAY_MS)),
    st.tuples(st.sampled_from(["right", "restart", "contact", "edit", "sell"]), st.just(0)),
)


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(ACTS, max_size=25))
def test_no_stamp_is_ahead_whatever_befalls_the_clock(
    tmp_path_factory: pytest.TempPathFactory, acts: list[tuple[str, int]]
) -> None:
    """A20: true time and a tolerance bound every stamp, they only grow, and after the clock is
    right and head office was reached they are true again."""
    with closed(new_shop(tmp_path_factory.mktemp("box") / "store.sqlite3")) as shop:
        machine = Machine(shop)
        for act, by_ms in acts:
            if act == "pass":
                machine.true_ms += by_ms
            elif act == "set":
                machine.off_ms = by_ms
            elif act == "right":
                machine.off_ms = 0
            elif act == "reboot":
                machine.reboot(by_ms)
            else:
                getattr(machine, act)()
        machine.off_ms = 0
        machine.true_ms += STAMP_TOLERANCE_MS + 1
        machine.contact()
        machine.edit()
        assert ahead_ms(machine) == 0
        for at_ms, stamp in machine.stamps:
            assert wall_ms(stamp) <= at_ms + STAMP_TOLERANCE_MS
        only = [stamp for _, stamp in machine.stamps]
        assert only == sorted(set(only))


def test_this_machine_has_a_steady_clock_that_outlives_the_program() -> None:
    """A20: on Linux the kernel says which start of the machine it is."""
    first, second = steady_clock(), steady_clock()
    assert first.machine_boot == second.machine_boot != ""
    assert first.ms <= second.ms
