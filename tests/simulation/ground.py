"""The ground under a shop moves: its box is put back to its past, copied, burnt and replaced, or
its disk spoils what was written."""

from contextlib import closing
from typing import TYPE_CHECKING
from uuid import UUID

from edge.db.connection.engine import open_connection
from sync.protocol.change import Epoch
from tests.simulation import templates
from tests.simulation.box import Copied, PutBack
from tests.simulation.faults import MINUTE_MS

if TYPE_CHECKING:
    from tests.simulation.world import World

AGO_MS_MAX = 2 * MINUTE_MS
"""How old a backup is when it is put back."""
BESIDE_MS_MAX = 4 * MINUTE_MS
"""How long a copy runs beside its box, and is used."""
_SALES = (
    "SELECT j.event_id, j.epoch_number, j.epoch_fingerprint, j.seq, j.hash, j.body FROM journal j"
    " JOIN journal_head h USING (epoch_number, epoch_fingerprint)"
    " WHERE h.current AND j.kind = 'retail_transaction'"
)
_RIGHTS = (
    "SELECT customer_id, points - spent - released FROM points_right"
    " WHERE points > spent + released"
)
_ASKED = "SELECT account_id, amount FROM right_request WHERE state = 'asked'"
"""What is asked for may be granted to both disks."""
_SPOIL = "UPDATE journal SET body = ? WHERE epoch_number = ? AND epoch_fingerprint = ? AND seq = ?"
BACK_MS_MAX = 10 * MINUTE_MS
"""A box that burnt comes back on the network within this time, if it does."""


def put_back(world: "World") -> None:
    """A backup is made now, and put back later."""
    code = world.random.choice(list(world.boxes))
    box = world.boxes[code]
    if not box.alive:
        return
    copied, how = box.copy(), world.random.choice(list(PutBack))

    def act() -> None:
        if world.mended or world.boxes[code] is not box or box.gone:
            return
        world.lives[code].moved += 1
        world.seen[how.value] += 1
        world.seen["box put back"] += 1
        _count_rights(world, copied)
        box.put_back(copied, how, world.random.randrange(world.faults.dead_ms))

    world.scheduler.after(world.random.randrange(AGO_MS_MAX), act)


def switch_on_a_copy(world: "World") -> None:
    """A copy of a running box is switched on, a till goes over to it and comes back; the copy stays
    on the network, or burns with what it has not sent."""
    code, random = world.random.choice(list(world.boxes)), world.random
    box = world.boxes[code]
    if not box.alive:
        return
    copied = box.copy()
    world.seen["copy switched on"] += 1
    world.lives[code].moved += 1
    twin = world.machine(f"{code}-copy{len(world.machines)}", box.shop)
    twin.take_over(copied, mark=True)
    _count_rights(world, copied)
    twin.start()
    till = random.choice([one for one in world.workstations if one.life is world.lives[code]])
    till.server = twin

    def come_back() -> None:
        if till.server is twin:
            till.server = world.boxes[code]
        if random.getrandbits(1) and not twin.gone:
            world.seen["copy burnt"] += 1
            twin.burn()

    world.scheduler.after(random.randrange(BESIDE_MS_MAX), come_back)


def replace(world: "World", code: str | None = None, *, comes_back: bool | None = None) -> None:
    """A box burns; another one is enrolled for its store, once head office answers. Of whichever
    store, and the old one comes back on the network or does not, unless it is said."""
    random = world.random
    code = code or random.choice(list(world.boxes))
    old = world.boxes[code]
    if old.gone or not world.office.alive:
        return
    if comes_back is None:
        comes_back = bool(random.getrandbits(1))
    if comes_back:
        old.stop()
        old.start_in(random.randrange(BACK_MS_MAX))
    else:
        old.burn()
    world.lives[code].moved += 1
    world.seen["box replaced"] += 1
    name = f"{code}-{len(world.machines)}"
    new = world.machine(name, world.office.enrol(old.shop, name))
    templates.begin(new.shop, new.path)
    world.boxes[code] = new
    for person in world.people_of(code):
        person.server = new
    new.start_in(random.randrange(world.faults.dead_ms))
    if comes_back:
        world.seen["old box back on the network"] += 1


def spoil(world: "World") -> None:
    """A row of a running box's journal is not what was written any more: of a receipt that a till
    was told of. What a fault wrote again of it nobody has, and nobody could bring."""
    box = world.random.choice(list(world.boxes.values()))
    if not box.alive:
        return
    with closing(open_connection(box.path, writer=True)) as db:
        told = {one.kept.hash for one in world.lives[box.shop.code].receipts}
        rows = [row[1:] for row in db.execute(_SALES) if row[4] in told]
        if not rows:
            return
        number, fingerprint, seq, own_hash, body = world.random.choice(rows)
        spoilt = body[:-1] + bytes([body[-1] ^ 1])
        db.execute(_SPOIL, (spoilt, number, fingerprint, seq))
    place = (Epoch(number, fingerprint), seq, own_hash)
    world.damaged.setdefault(place, body)
    world.seen["row spoilt"] += 1


def _count_rights(world: "World", copied: Copied) -> None:
    """What a second disk may spend once more."""
    with closing(open_connection(copied.path)) as db:
        for rights in (_RIGHTS, _ASKED):
            for customer, points in db.execute(rights):
                world.copied[UUID(bytes=customer)] += points
