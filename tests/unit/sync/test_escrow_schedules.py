"""Two offline stores that spend the same points end within rights: random schedules of what can
befall them (``tests/escrow_world.py``), goodwill among it. Ten thousand of them:
``ESCROW_SCHEDULES=10000 uv run pytest tests/unit/sync/test_escrow_schedules.py``.
"""

import os

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.escrow_world import World

SCHEDULES = int(os.environ.get("ESCROW_SCHEDULES", "300"))
STEPS = 80


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
