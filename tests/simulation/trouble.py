"""What goes wrong in a world, and when: lines, processes, clocks, and head office's past."""

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from sync.protocol.identity import Incarnation
from tests.simulation import ground, lending
from tests.simulation.changes import change
from tests.simulation.faults import DAY_MS, MINUTE_MS
from tests.simulation.insisted import insist
from tests.simulation.network import chance
from tests.simulation.poison import poison, repeat
from tests.simulation.turn_writer import POINTS, Doom

if TYPE_CHECKING:
    from tests.simulation.world import World

TROUBLED_MS = 8 * MINUTE_MS
"""Faults begin within this time."""
JUMPS_MS = (5 * MINUTE_MS, DAY_MS, 3_650 * DAY_MS)


def plan_trouble(world: "World") -> None:
    """Everything that ``world.faults`` counts happens once each, at some time; and what the world
    insists on."""
    insist(world)
    faults, random = world.faults, world.random
    for count, act in (
        (faults.cuts, _cut),
        (faults.box_kills, _kill),
        (faults.office_restarts, _restart_office),
    ):
        for _ in range(count):
            _at_some_time(world, partial(act, world))
    if faults.office_restores:
        _in(world, random.randrange(TROUBLED_MS // 2), world.office.remember)
        wait_ms = TROUBLED_MS // 2 + random.randrange(TROUBLED_MS)
        _in(world, wait_ms, partial(_restore_office, world))
    for count, act in (
        (faults.workstation_restarts, _restart_workstation),
        (faults.put_backs, ground.put_back),
        (faults.twins, ground.switch_on_a_copy),
        (faults.replacements, ground.replace),
        (faults.damages, ground.spoil),
        (faults.clock_jumps, _set_clock),
        (faults.poisons, poison),
        (faults.repeats, repeat),
        (faults.renewals, lending.renew),
        (faults.write_offs, lending.write_off),
        (faults.changes, change),
    ):
        for _ in range(count):
            _at_some_time(world, partial(act, world))


def _at_some_time(world: "World", act: Callable[[], None]) -> None:
    _in(world, world.random.randrange(TROUBLED_MS), act)


def _in(world: "World", wait_ms: int, act: Callable[[], None]) -> None:
    """Do ``act`` then, unless everything was mended before."""
    world.scheduler.after(wait_ms, lambda: None if world.mended else act())


def _cut(world: "World") -> None:
    line = world.random.choice(list(world.uplinks.values()))
    one_way = chance(world.random, world.faults.cut_one_way_bp)
    line.up = one_way and bool(world.random.getrandbits(1))
    line.down = one_way and not line.up
    world.seen["line cut"] += 1

    def mend() -> None:
        line.up = line.down = True

    world.scheduler.after(world.random.randrange(world.faults.cut_ms), mend)


def _kill(world: "World") -> None:
    random, faults = world.random, world.faults
    box = random.choice(list(world.boxes.values()))
    torn, dead_ms = chance(random, faults.torn_bp), random.randrange(faults.dead_ms)
    if random.getrandbits(1):
        box.kill(torn=torn, dead_ms=dead_ms)
    else:
        point = POINTS[0] if random.getrandbits(1) else random.choice(POINTS)
        box.doom(Doom(point, random.randint(1, 3), torn), dead_ms)


def _restart_office(world: "World") -> None:
    world.office.restart(world.random.randrange(world.faults.dead_ms))


def _restore_office(world: "World") -> None:
    new = Incarnation(world.ids.uuid()) if world.random.getrandbits(1) else None
    world.restored = True
    world.seen["head office restored"] += 1
    world.office.restore(world.random.randrange(world.faults.dead_ms), new)


def _restart_workstation(world: "World") -> None:
    one = world.random.choice(world.workstations)
    one.restart(world.random.randrange(world.faults.dead_ms))


def _set_clock(world: "World") -> None:
    box = world.random.choice(list(world.boxes.values()))
    box.set_clock(world.random.choice((-1, 1)) * world.random.choice(JUMPS_MS))
    world.seen["clock set"] += 1
