"""What a world insists on: one rare thing, by its seed's number, so that so many worlds in a row
meet every one of them, whatever is drawn besides.

It is tried from the first minute on, again and again until ``World.seen`` has it, and the shops
trade until then. Two need that somebody sells meanwhile: for these nobody waits, and what they
try hardly ever fails. What follows from nothing but races is not here: ``test_seeds.py``.
"""

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

from central.domain.decisions import CustomerDecided, PointsOpened
from edge.exchange.rights import ASKS_MAX
from sync.engine.sealing import KEY_BYTES
from sync.protocol.clock import Hlc
from sync.protocol.facts import CustomerChanged
from sync.protocol.identity import CustomerId, OperatorId
from sync.protocol.shared import CustomerField, FieldChange
from tests.simulation import ground, lending
from tests.simulation.catalog import COMPANY, named_uuid
from tests.simulation.changes import publish_hostile
from tests.simulation.faults import MINUTE_MS, LineFaults
from tests.simulation.office import run_now
from tests.simulation.poison import repeat
from tests.simulation.telling import wish_something
from tests.simulation.turn_writer import Doom

if TYPE_CHECKING:
    from tests.simulation.world import World

FIRST_MS = MINUTE_MS
AGAIN_MS = MINUTE_MS // 3
AFTER_A_COPY_MS = ground.AGO_MS_MAX + AGAIN_MS
DEAD_MS_MAX = 20_000
CUT_MS = 5 * MINUTE_MS
UNANSWERED_MS = (ASKS_MAX + 1) * LineFaults().timeout_ms
"""A box asks so often before it gives up."""
SAVER = CustomerId(named_uuid("customer whose points are at head office"))
SAVED = 500


class Insisted(NamedTuple):
    """``act`` tries to bring ``word`` about; ``waits``: the shops go on until it is there."""

    word: str
    act: Callable[["World"], None]
    again_ms: int = AGAIN_MS
    waits: bool = True


def insist(world: "World") -> None:
    """See that it comes."""
    one = world.insists
    if one is None:
        return

    def act() -> None:
        if not world.mended and not world.seen[one.word]:
            one.act(world)
            world.scheduler.after(one.again_ms, act)

    world.scheduler.after(world.random.randrange(FIRST_MS), act)


# --- processes and disks


def _tear_log(world: "World") -> None:
    box = world.random.choice(list(world.boxes.values()))
    box.kill(torn=True, dead_ms=world.random.randrange(DEAD_MS_MAX))


def _kill_in_a_group(world: "World") -> None:
    """Two units that change nothing wait for the same commit."""
    box = world.random.choice(list(world.boxes.values()))
    if box.alive:
        doom = Doom("after_unit", world.random.randint(1, 2), torn=False)
        box.doom(doom, world.random.randrange(DEAD_MS_MAX))
        for _ in range(2):
            box.spawn(box.writer.run(lambda _: None))


def _carry_a_till_on(world: "World") -> None:
    """A box burns while one of its tills is open."""
    open_ = [one for one in world.workstations if one.memory.is_open]
    if open_:
        till = world.random.choice(open_)
        ground.replace(world, till.server.shop.code)


def _burn_with_receipts(world: "World") -> None:
    """A box burns whose tills hold what it has not sent, as its line is cut."""
    for code, box in world.boxes.items():
        line = world.uplinks[box.name]
        tills = [one for one in world.workstations if one.server is box]
        owed = [kept for one in tills for kept in one.memory.owed.values()]
        if not line.up and not all(world.office.holds(kept) for kept in owed):
            ground.replace(world, code, comes_back=False)
            return
        if line.up and any(one.memory.answers for one in tills):
            line.up = False
            world.scheduler.after(CUT_MS, partial(setattr, line, "up", True))
            return


def _write_off(world: "World") -> None:
    """Of an epoch that is over, if there is one."""
    lending.write_off(world)
    if not world.seen["epoch written off"]:
        ground.replace(world, comes_back=False)


# --- points


def _lose_what_was_granted(world: "World") -> None:
    """Somebody asks for points, of which head office has some, while no answer comes down the
    line."""
    if (COMPANY, SAVER) not in world.office.archive.keys:
        _welcome_saver(world)
    till = world.random.choice(world.workstations)
    line = world.uplinks[till.server.name]
    line.down = False
    world.scheduler.after(UNANSWERED_MS, partial(setattr, line, "down", True))
    till.spawn(till.ask_for_points(SAVER))


def _welcome_saver(world: "World") -> None:
    """A customer of whose points no shop has a share."""
    if not world.office.alive:
        return
    stamp = Hlc(world.scheduler.now_ms << 16)
    fields = ((CustomerField.ACTIVE, "true"), (CustomerField.CODE, "SAVER"))
    changed = tuple(FieldChange(name, stamp, COMPANY, value, None) for name, value in fields)
    world.office.archive.keys[COMPANY, SAVER] = bytes(KEY_BYTES)
    decided = CustomerDecided(CustomerChanged(SAVER, OperatorId(""), changed))
    run_now(world.office.decide([decided, PointsOpened(SAVER, SAVED)]))


# --- goods


def _send_back(world: "World") -> None:
    keeper = world.random.choice(world.storekeepers)
    keeper.bid(keeper.send_back)


def _order(world: "World") -> None:
    keeper = world.random.choice(world.storekeepers)
    keeper.bid(keeper.order)


def _settle(world: "World") -> None:
    """Something is sent, and somebody says what they think of what is on its way."""
    for keeper in world.storekeepers:
        keeper.bid(keeper.send)
        keeper.bid(keeper.say_of)


def _send_for_a_wish(world: "World") -> None:
    wish_something(world)
    for keeper in world.storekeepers:
        keeper.bid(keeper.send)


def _count_after_a_replacement(world: "World") -> None:
    there = [one for one in world.storekeepers if one.is_at_another_box]
    for keeper in there:
        keeper.bid(keeper.count)
    if not there:
        ground.replace(world)


INSISTED = (
    Insisted("hostile row published", publish_hostile),
    Insisted("box replaced", ground.replace),
    Insisted("goods: SendBack", _send_back),
    Insisted("torn log", _tear_log),
    Insisted("box put back", ground.put_back, AFTER_A_COPY_MS),
    Insisted("again, same bytes", partial(repeat, other=False)),
    Insisted("given back: taken", _burn_with_receipts, waits=False),
    Insisted("head office wishes no more", wish_something),
    Insisted("row spoilt", ground.spoil),
    Insisted("goods: CloseOrder", _order),
    Insisted("copy switched on", ground.switch_on_a_copy),
    Insisted("goods: counted after a replacement", _count_after_a_replacement, MINUTE_MS),
    Insisted("killed in the middle of a group", _kill_in_a_group),
    Insisted("epoch written off", _write_off),
    Insisted("goods: sent for a wish", _send_for_a_wish),
    Insisted("points of a request given up came back", _lose_what_was_granted, MINUTE_MS),
    Insisted("goods: transfer settled", _settle),
    Insisted("again, other bytes", partial(repeat, other=True)),
    Insisted("till carried on", _carry_a_till_on, waits=False),
)
"""Fewer than a chunk of seeds has, so that each chunk has each of them."""


def insisted_by(seed: int) -> Insisted:
    """What this seed insists on."""
    return INSISTED[seed % len(INSISTED)]
