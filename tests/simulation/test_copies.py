"""A store server that is put back to an earlier copy of its own file is found out (16).

Pushing stops, both sides raise an alarm, nobody deletes anything, and the shop goes on selling.
"""

from collections.abc import Mapping
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from central.archive.port import StreamKey
from edge.db.alarms import list_alarms
from edge.db.connection.engine import open_connection
from edge.db.journal import verify_chain
from edge.db.pushing import read_push_state
from sync.protocol.facts import AlarmKind
from tests.simulation.faults import CALM
from tests.simulation.world import World

SOLD_BEFORE = 4
"""Receipts of the store when the copy is made: its day and its tills are open."""
SALES = 9
"""Of each workstation in a shift: no till is settled before the copy is back."""


class Restored(World):
    """A world whose first store is put back to a copy; ``held``: what head office had of it."""

    def plan(self) -> None:
        """Copy while selling, go back after some more sales."""
        self.held: dict[int, bytes] = {}
        self.later = self._random().randrange(2, 4)
        self._watch()

    def _watch(self) -> None:
        if len(self.lives["S01"].receipts) < SOLD_BEFORE:
            self.scheduler.after(500, self._watch)
            return
        copied = self.boxes["S01"].copy()
        self._await(copied, len(self.lives["S01"].receipts) + self.later)

    def _await(self, copied: Path, sold: int) -> None:
        if len(self.lives["S01"].receipts) < sold or self._is_unsent():
            self.scheduler.after(500, lambda: self._await(copied, sold))
            return
        self.held = {seq: own for seq, (_, own) in self.raw().items()}
        self.boxes["S01"].put_back(copied)

    def _is_unsent(self) -> bool:
        box = self.boxes["S01"]
        return box.acknowledged() < box.head().seq

    def raw(self) -> Mapping[int, tuple[object, bytes]]:
        """The first store's events at head office."""
        shop = self.boxes["S01"].shop
        return self.office.archive.raw[StreamKey(shop.store_id, shop.epoch)]

    def what_waits(self) -> list[str]:
        """The others come to rest; the copy stays unsent."""
        return [what for what in super().what_waits() if not what.startswith("S01 written")]


@pytest.mark.parametrize("chunk", range(2))
def test_a_store_server_put_back_to_a_copy_is_found_and_sells_on(chunk: int, folder: Path) -> None:
    for seed in range(chunk * 6, chunk * 6 + 6):
        with TemporaryDirectory(dir=folder) as own:
            world = Restored(seed, Path(own), CALM)
            for workstation in world.workstations:
                workstation.trusting, workstation.sales = True, SALES
            world.looks_in = False
            try:
                world.plan()
                world.run()
            finally:
                world.shut()
            look(world)


def look(world: Restored) -> None:
    """At both sides, at rest."""
    assert world.held, "the copy was never put back"
    assert {seq: own for seq, (_, own) in world.raw().items()} == world.held
    shop = world.boxes["S01"].shop
    alarms = world.office.archive.alarms.items()
    assert {alarm.kind for (store, _), alarm in alarms if store == shop.store_id} == {"fork"}
    with closing(open_connection(world.boxes["S01"].path)) as db:
        assert (read_push_state(db).stopped or "").startswith(("fork", "rewound"))
        kinds = {alarm.kind for alarm in list_alarms(db)}
        assert kinds & {AlarmKind.FORK, AlarmKind.REWOUND}
        outcome = verify_chain(db)
        assert outcome.first_bad_seq is None
        assert outcome.head.seq > max(world.held)
