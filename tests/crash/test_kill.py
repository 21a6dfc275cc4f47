"""A store server that is killed with SIGKILL, at every named point and at any instant, while
several workstations trade: nothing is lost, nothing is doubled, the chain is whole."""

import random

import pytest

from tests.crash.client import Workstation
from tests.crash.cycles import (
    finish,
    kill_early,
    log_of,
    refuse_faults,
    trade_and_kill,
    trade_until_crash,
)
from tests.crash.forge import Forge, Order
from tests.crash.seed import Seeded

SEED = 20_261_124
POINTS = ("after_unit", "before_commit", "after_commit", "before_answer")
AFTER_THE_FACT = {"after_commit", "before_answer"}
"""Points at which what was asked for is durable and nobody was told."""
RANDOM_TESTS = 2
FRESH_KILLS = 4
NTH_MAX = 20
EARLY_EVERY = 8
EARLY_S_MAX = 0.12
"""About as long as a server takes from its fork to its first answer."""
ANSWERS_MAX = 40
MORE_S_MAX = 0.02
"""A few groups' time."""
LOOK_EVERY = 10


@pytest.fixture
def seed(pytestconfig: pytest.Config, request: pytest.FixtureRequest) -> int:
    """Printed where a test fails; ``--crash-seed`` gives the same baskets and instants again."""
    given = pytestconfig.getoption("--crash-seed", default=None)
    chosen = SEED if given is None else int(given)
    print(f"{request.node.name}: --crash-seed {chosen}")  # noqa: T201  how to do it again
    return chosen


@pytest.fixture
def shares(kills: int) -> int:
    """Kills of each of the tests that share them."""
    return -(-(kills - FRESH_KILLS) // (len(POINTS) + RANDOM_TESTS))


@pytest.mark.parametrize("point", POINTS)
async def test_a_server_killed_at_a_named_point_has_lost_and_doubled_nothing(
    forge: Forge, store: Seeded, seed: int, shares: int, point: str
) -> None:
    workstations = store.workstations(seed)
    chance = random.Random(f"{seed} {point}")
    for life in range(1, shares + 1):
        order = Order(str(store.folder), crash_at=f"{point}:{chance.randint(1, NTH_MAX)}")
        await trade_until_crash(forge, order, workstations)
        if life % LOOK_EVERY == 0:
            refuse_faults(store, workstations, complete=False)
    await hold_to_account(forge, store, workstations)
    if point in AFTER_THE_FACT:
        assert sum(each.found_done for each in workstations) > 0, "no answer was ever lost"
    else:
        assert sum(each.done_again for each in workstations) > 0, "no sale was ever undone"


@pytest.mark.parametrize("number", range(RANDOM_TESTS))
async def test_a_server_killed_at_any_instant_has_lost_and_doubled_nothing(
    forge: Forge, store: Seeded, seed: int, shares: int, number: int
) -> None:
    workstations = store.workstations(seed + number)
    chance = random.Random(f"{seed} {number}")
    for life in range(1, shares + 1):
        order = Order(str(store.folder))
        if life % EARLY_EVERY == 0:
            await kill_early(forge, order, chance.uniform(0, EARLY_S_MAX))
        else:
            answers, more_s = chance.randint(1, ANSWERS_MAX), chance.uniform(0, MORE_S_MAX)
            await trade_and_kill(forge, order, workstations, answers, more_s)
        if life % LOOK_EVERY == 0:
            refuse_faults(store, workstations, complete=False)
    await hold_to_account(forge, store, workstations)


async def test_the_command_itself_killed_from_a_fresh_start_has_lost_and_doubled_nothing(
    forge: Forge, store: Seeded, seed: int
) -> None:
    """``edge serve`` as a program of its own, on one port, killed as the environment says."""
    workstations = store.workstations(seed)
    chance = random.Random(seed)
    async with forge.serving(Order(str(store.folder), fresh=True)) as served:
        port = await served.ready()
    assert port is not None
    for point in POINTS[:FRESH_KILLS]:
        at = f"{point}:{chance.randint(2, NTH_MAX)}"
        order = Order(str(store.folder), port, crash_at=at, fresh=True)
        await trade_until_crash(forge, order, workstations)
    await hold_to_account(forge, store, workstations)


async def hold_to_account(
    forge: Forge, store: Seeded, workstations: tuple[Workstation, ...]
) -> None:
    """Everything that was begun is ended, the server killed once more: now the file must hold
    every promise, and every workstation must have been able to trade."""
    await finish(forge, Order(str(store.folder)), workstations, operations=3)
    refuse_faults(store, workstations, complete=True)
    assert all(each.sales for each in workstations)
    assert '"level": "error"' not in log_of(store.folder)
