"""Faults as named parameters, and how a seed draws them.

Rates are basis points (of a message, a unit of work), spans milliseconds of virtual time, the rest
counts within one run. ``draw`` leaves out about half of the faults in each seed: where everything
fails at once, much that needs a calm stretch never happens (swarm testing, Groce et al. 2012).
"""

from dataclasses import dataclass, replace
from random import Random

MINUTE_MS = 60_000
HOUR_MS = 60 * MINUTE_MS
DAY_MS = 24 * HOUR_MS


@dataclass(frozen=True)
class LineFaults:
    """What a line does to messages. ``slow``: a message is held up by up to ``slow_ms``, so that
    later ones overtake it. ``trouble``: something on the way answers in the other side's place, or
    cuts its answer."""

    delay_ms: int = 40
    drop_request_bp: int = 0
    drop_answer_bp: int = 0
    duplicate_bp: int = 0
    slow_bp: int = 0
    slow_ms: int = 0
    trouble_bp: int = 0
    timeout_ms: int = 10_000


@dataclass(frozen=True)
class DiskFaults:
    """How long a store server's commits take: ``slow_bp`` of them up to ``slow_ms``, while units
    pile up behind and become one group."""

    slow_bp: int = 0
    slow_ms: int = 1


@dataclass(frozen=True)
class Faults:
    """Everything that goes wrong in one run."""

    uplink: LineFaults = LineFaults()
    """Between a store and head office."""
    counter: LineFaults = LineFaults(delay_ms=3, timeout_ms=5_000)
    """Between a workstation and its store server."""
    disk: DiskFaults = DiskFaults()
    cuts: int = 0
    """How often a store's line to head office is cut, for up to ``cut_ms``; of these, so many
    ``cut_one_way_bp`` let messages pass in one direction."""
    cut_ms: int = 0
    cut_one_way_bp: int = 0
    box_kills: int = 0
    """Store servers that die, at a moment or in the middle of a group, and start again."""
    torn_bp: int = 0
    """Of these, how many leave half a frame at the end of the write-ahead log."""
    dead_ms: int = 20_000
    office_restarts: int = 0
    office_restores: int = 0
    """Head office goes back to a backup of its journals and projections; half of the times it
    begins a new incarnation."""
    workstation_restarts: int = 0
    put_backs: int = 0
    """Store servers whose database or folder is put back to an earlier copy, by hand or by
    `edge restore`."""
    twins: int = 0
    """Copies of a store server that are switched on beside it, for a while; a till goes over."""
    replacements: int = 0
    """Store servers that burn; another box is enrolled in their place, half of the times the old
    one comes back on the network."""
    damages: int = 0
    """Rows of a store server's journal that its disk spoils."""
    clock_jumps: int = 0
    """Store servers whose clock is set, by minutes, a day or ten years, either way."""
    poisons: int = 0
    """Events in a store's journal that head office cannot apply."""
    repeats: int = 0
    """Events that stand in a journal once more, with their bytes or with others."""
    renewals: int = 0
    """How often a store's goodwill is said anew, and its box told of the day that it is."""
    write_offs: int = 0
    """Epochs that a person gives up while their boxes may be alive."""
    changes: int = 0
    """Publications and decisions of head office while the shops sell: no fault, but as bad."""
    cold: bool = False
    """Stores begin enrolled and empty: everything is pulled through the faults."""
    impatience_bp: int = 0
    """Of sales that got no answer: how many are given up instead of tried again."""


CALM = Faults()


def draw(random: Random) -> Faults:
    """The faults of one seed."""

    def some(most: int, least: int = 1) -> int:
        return random.randint(least, most) if random.getrandbits(1) else 0

    # A first load through the worst line takes longer than two days of trade.
    cold = random.randrange(4) == 0
    worst_bp = 1_000 if cold else 3_000
    uplink = LineFaults(
        delay_ms=random.choice((20, 80, 400)),
        drop_request_bp=some(worst_bp),
        drop_answer_bp=some(worst_bp),
        duplicate_bp=some(2_500),
        slow_bp=some(1_500),
        slow_ms=random.choice((2_000, 20_000, 5 * MINUTE_MS)),
        trouble_bp=some(worst_bp // 2),
    )
    counter = replace(
        CALM.counter,
        drop_request_bp=some(800),
        drop_answer_bp=some(800),
        duplicate_bp=some(1_500),
        slow_bp=some(500),
        slow_ms=random.choice((2_000, 30_000)),
    )
    moves = bool(random.getrandbits(1))
    return Faults(
        uplink=uplink,
        counter=counter,
        disk=DiskFaults(some(6_000), random.choice((50, 2_000, 8_000))),
        cuts=some(4),
        cut_ms=random.choice((20_000, 2 * MINUTE_MS, 15 * MINUTE_MS)),
        cut_one_way_bp=random.choice((0, 5_000)),
        box_kills=some(5),
        torn_bp=random.choice((0, 5_000)),
        dead_ms=random.choice((1_000, 20_000, 2 * MINUTE_MS)),
        office_restarts=some(3),
        office_restores=random.choice((0, 0, 1)),
        workstation_restarts=some(3),
        put_backs=random.randrange(3) if moves else 0,
        twins=some(1) if moves else 0,
        replacements=some(1) if moves else 0,
        damages=some(2) if random.randrange(3) == 0 else 0,
        clock_jumps=some(2),
        poisons=some(2),
        repeats=some(3),
        renewals=some(4),
        write_offs=some(2) if moves else 0,
        changes=some(8),
        cold=cold,
        impatience_bp=some(5_000),
    )
