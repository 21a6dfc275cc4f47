"""An epoch that a person wrote off, and a disk that has a twin: what may come of them beside what
is counted, at its worst (``tests/escrow_world.py``)."""

from datetime import timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.escrow_epochs import Disk
from tests.escrow_office import OPENING
from tests.escrow_world import World

SEEDS = st.integers(0, 1 << 32)
PERIODS = 4
A_MONTH = timedelta(31)


def heard(world: World, disk: Disk) -> None:
    """All that it wrote is at head office, and all that head office gave is with it."""
    while world.epochs[disk.epoch].journal != disk.journal:
        world.push(disk)
    world.cut()
    world.pull(disk)


def given_and_spent(world: World, disk: Disk) -> None:
    """Whatever is free goes to it, and is spent at once."""
    world.give()
    world.ask(disk)
    for _ in range(4):
        world.hear()
        world.answer()
    world.pull(disk)
    for _ in range(3):
        world.spend(disk)


@settings(max_examples=60, deadline=None, derandomize=True)
@given(seed=SEEDS)
def test_what_arrives_of_an_epoch_after_its_write_off_is_spent_once(seed: int) -> None:
    world = World(seed, "write_off")
    gone, other = world.disks
    for _ in range(3):
        world.sell(gone)
    heard(world, gone)
    world.enrol(gone.store)
    world.write_off()
    for _ in range(6):
        world.sell(gone)
        world.spend(gone)
    world.push(gone)  # it hears that it is fenced, and ends its epoch: a late tail, in pieces
    for _ in range(8):
        world.push(world.lost[0])
        given_and_spent(world, other)
        assert world.overdraw() <= world.bound
    world.settle()
    assert world.overdraw() <= world.bound


@settings(max_examples=60, deadline=None, derandomize=True)
@given(seed=SEEDS)
def test_what_head_office_forgot_that_it_gave_is_given_up_with_its_epoch(seed: int) -> None:
    """It gives to two shops, is put back without its mirror, a box of one is replaced before it
    said what it holds, and is written off: nobody knows what it holds, and it is alive."""
    world = World(seed, "rewind", "write_off")
    gone, other = world.disks
    world.give()
    heard(world, gone)
    held = sum(gone.rights.values())
    world.rewind(mirrored=False)
    world.enrol(gone.store)
    for disk in world.disks[1:]:
        world.state(disk)
    given_and_spent(world, other)
    assert world.overdraw() == -OPENING, "nothing is given before it is written off"
    world.write_off()
    assert world.bound == held > 0
    for disk in (*world.disks, *world.disks):
        given_and_spent(world, disk)
    assert 0 < world.overdraw() <= world.bound


@settings(max_examples=60, deadline=None, derandomize=True)
@given(seed=SEEDS)
def test_what_was_spent_before_a_write_off_is_not_given_again_by_a_head_office_put_back(
    seed: int,
) -> None:
    """A box spends all that it was given, sends that, burns and is written off; then head office
    is put back to before, with its mirror, and has the write-off without the spends."""
    world = World(seed, "rewind", "write_off")
    gone = world.disks[0]
    world.give()
    heard(world, gone)
    world.remember()
    for _ in range(8):
        world.spend(gone)
    heard(world, gone)
    world.enrol(gone.store)
    world.write_off()
    given_up = world.bound
    world.rewind(mirrored=True)
    for disk in world.disks[1:] * 2:
        given_and_spent(world, disk)
    assert world.overdraw() <= world.bound == given_up
    world.settle()
    assert world.overdraw() <= world.bound


@settings(max_examples=60, deadline=None, derandomize=True)
@given(seed=SEEDS)
def test_what_is_born_in_an_event_that_is_set_aside_is_given_up_with_its_epoch(seed: int) -> None:
    """It is counted after the write-off, and given to others, while its box is alive."""
    world = World(seed, "aside", "write_off")
    gone = world.disks[0]
    world.sell(gone)
    known = world.epochs[gone.epoch]
    known.journal, known.aside = list(gone.journal), {0}
    world.enrol(gone.store)
    world.write_off()
    assert world.bound == sum(gone.rights.values())
    world.look()
    for disk in world.disks * 3:
        given_and_spent(world, disk)
    assert world.overdraw() <= world.bound


@settings(max_examples=60, deadline=None, derandomize=True)
@given(seed=SEEDS)
def test_an_epoch_that_is_known_by_name_alone_holds_every_grant_back(seed: int) -> None:
    """A box is enrolled, given everything and replaced, all after the copy was made that head
    office is put back to: what the box after it shows names it."""
    world = World(seed, "burn", "rewind")
    first, other = world.disks
    world.enrol(first.store)
    between = world.disks[-1]
    world.give()
    heard(world, between)
    held = sum(between.rights.values())
    world.enrol(first.store)
    world.rewind(mirrored=False)
    for disk in (world.disks[-1], first, other):
        world.state(disk)
    for disk in world.disks * 2:
        given_and_spent(world, disk)
    assert world.overdraw() == held - OPENING, "what it held was spent, and nothing else"
    assert world.bound == 0
    world.settle()
    assert world.overdraw() <= world.bound


@settings(max_examples=60, deadline=None, derandomize=True)
@given(seed=SEEDS)
def test_what_was_counted_at_a_write_off_and_comes_again_set_aside_is_not_given_again(
    seed: int,
) -> None:
    """Head office has the write-off by its mirror, and the spends again, but counts them not."""
    world = World(seed, "rewind", "write_off", "aside")
    gone = world.disks[0]
    world.give()
    heard(world, gone)
    world.remember()
    for _ in range(8):
        world.spend(gone)
    known = world.epochs[gone.epoch]
    known.journal = list(gone.journal)
    world.enrol(gone.store)
    world.write_off()
    given_up = world.bound
    world.rewind(mirrored=True)
    known.journal, known.aside = list(gone.journal), set(range(len(gone.journal)))
    for disk in world.disks[1:] * 2:
        given_and_spent(world, disk)
    assert world.overdraw() <= world.bound == given_up
    world.look()
    world.settle()
    assert world.overdraw() <= world.bound


def goes_on(world: World, alone: Disk, present: Disk) -> None:
    """Day for day both lend what they can; one of them has no line."""
    for _ in range(PERIODS):
        for disk in (alone, present) * 3:
            world.spend(disk)
        world.today += A_MONTH
        heard(world, present)
        assert world.lent_beyond() == []


@settings(max_examples=60, deadline=None, derandomize=True)
@given(seed=SEEDS)
def test_a_box_that_was_written_off_lends_one_budget_more_however_long_it_lives(seed: int) -> None:
    world = World(seed, "write_off")
    gone = world.disks[0]
    for _ in range(4):
        world.say()
    heard(world, gone)
    world.enrol(gone.store)
    world.write_off()
    heard(world, world.disks[-1])
    goes_on(world, gone, world.disks[-1])


@settings(max_examples=60, deadline=None, derandomize=True)
@given(seed=SEEDS)
def test_a_disk_with_a_twin_lends_one_budget_more_however_long_it_lives(seed: int) -> None:
    world = World(seed, "copy")
    first = world.disks[0]
    for _ in range(4):
        world.say()
    heard(world, first)
    world.copy(first)
    goes_on(world, world.disks[-1], first)


@settings(max_examples=60, deadline=None, derandomize=True)
@given(seed=SEEDS)
def test_goodwill_that_head_office_forgot_is_not_given_twice(seed: int) -> None:
    """Its database is put back without its mirror, while a box that was replaced is alive."""
    world = World(seed, "rewind")
    gone = world.disks[0]
    for _ in range(4):
        world.say()
    heard(world, gone)
    world.enrol(gone.store)
    world.rewind(mirrored=False)
    for disk in world.disks:
        world.state(disk)
    heard(world, world.disks[-1])
    for disk in (gone, world.disks[-1]) * 3:
        world.spend(disk)
    assert world.lent_beyond() == []
