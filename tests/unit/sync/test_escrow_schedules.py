"""Two offline stores that spend the same points end within rights: random schedules of what can
befall them (``tests/escrow_world.py``), goodwill among it. Ten thousand of them:
``ESCROW_SCHEDULES=10000 uv run pytest tests/unit/sync/test_escrow_schedules.py``.
"""

import os

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from central.domain.epoch import EpochState
from central.domain.incarnation import EpochSince
from tests.escrow_epochs import Known
from tests.escrow_world import World

SCHEDULES = int(os.environ.get("ESCROW_SCHEDULES", "300"))
STEPS = 80
HOLES_MET_WITHIN = 120
"""So many schedules of the faults that it takes meet each hole that is closed, if it is open."""


@settings(max_examples=SCHEDULES, deadline=None, derandomize=True)
@given(seed=st.integers(0, 1 << 32))
def test_whatever_befalls_them_stores_spend_within_rights(seed: int) -> None:
    world = World(seed)
    for _ in range(STEPS):
        world.step()
        assert world.overdraw() <= world.bound
        assert world.lent_beyond() == []
    world.settle()
    assert world.overdraw() <= world.bound
    assert world.lent_beyond() == []


def test_most_schedules_lend_something() -> None:
    worlds = [World(seed) for seed in range(60)]
    for world in worlds:
        for _ in range(STEPS):
            world.step()
        world.settle()
    lending = [one for one in worlds if any(event.lent for _, event in one.every.values())]
    assert len(lending) > len(worlds) // 2


def test_in_most_schedules_points_are_given_and_run_out() -> None:
    worlds = [World(seed) for seed in range(60)]
    for world in worlds:
        for _ in range(STEPS):
            world.step()
    moving = [one for one in worlds if one.purse.ever and one.purse.expired]
    assert len(moving) > len(worlds) // 4


OVER_THEY_ARE_FORGOTTEN = ("burn", "write_off", "rewind")
SET_ASIDE_AGAIN = ("aside", "burn", "write_off", "rewind")


def overdraws(*faults: str) -> bool:
    """Whether any of these schedules spends more than can come of what befell it."""
    for seed in range(HOLES_MET_WITHIN):
        world = World(seed, *faults)
        for _ in range(STEPS):
            world.step()
            if world.overdraw() > world.bound:
                return True
        world.settle()
        if world.overdraw() > world.bound:
            return True
    return False


def test_schedules_meet_a_head_office_that_waits_for_no_epoch_that_is_over(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """As it was before it waited for them."""
    assert not overdraws(*OVER_THEY_ARE_FORGOTTEN)

    def speaking_alone(one: Known) -> EpochSince:
        since = as_it_was(one)
        is_over = since.state.is_fenced
        return since._replace(state=EpochState.WRITTEN_OFF) if is_over else since

    as_it_was = Known.since
    monkeypatch.setattr(Known, "since", speaking_alone)
    assert overdraws(*OVER_THEY_ARE_FORGOTTEN)


def test_schedules_meet_a_write_off_that_does_not_say_what_was_set_aside(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """As it was before it said so."""
    assert not overdraws(*SET_ASIDE_AGAIN)

    def whatever_is_aside(one: Known) -> bool:
        return one.heard <= {event.seq for event in (*one.journal, *one.home)}

    monkeypatch.setattr(Known, "is_here", whatever_is_aside)
    assert overdraws(*SET_ASIDE_AGAIN)
