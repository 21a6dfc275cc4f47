"""A store server that is put back to an earlier copy of its own file is found out (16).

It goes on in another epoch, people are told, nobody deletes anything, the shop goes on selling and
pushing: head office comes to have every receipt that anybody was given and counts each of them
once, no series of numbers is two epochs', and the projections made anew are the same.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from msgspec.structs import replace

from central.archive.port import StreamKey
from edge.db.alarms import list_alarms
from edge.db.connection.engine import open_connection
from edge.db.epochs import held_epochs
from edge.db.journal import verify_chain
from edge.db.pushing import read_push_state
from edge.domain.epoch import EpochState
from sync.protocol.change import Epoch
from sync.protocol.codec import decode_fact
from sync.protocol.facts import AlarmKind, EventRecovered, RetailTransaction
from sync.protocol.figures import figures
from sync.protocol.identity import SaleId
from tests.shop_sales import tally
from tests.simulation.checks import check_18_rebuild_is_identical
from tests.simulation.evidence import Evidence
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
    before = {seq: own for seq, (_, own) in world.raw().items()}
    assert before == world.held, "what head office had it has, and nothing is under its numbers"
    with closing(open_connection(world.boxes["S01"].path)) as db:
        assert read_push_state(db).stopped is None
        kinds = {alarm.kind for alarm in list_alarms(db)}
        assert kinds & {AlarmKind.FORK, AlarmKind.REWOUND}
        left, *opened = held_epochs(db)
        assert left.state is EpochState.LEFT
        assert [one.state for one in opened][-1] is EpochState.WRITING
        for one in (left, *opened):
            assert verify_chain(db, epoch=one.epoch).first_bad_seq is None
    given = {told.sale.fact.sale_id: told for told in world.lives["S01"].receipts}
    assert given.keys() <= sales_held(world).keys(), "a receipt that was given is not there"
    for told in given.values():
        assert sales_held(world)[told.sale.fact.sale_id] == {told.sale.fact}
    counts_each_once(world, [told.sale.fact for told in given.values()])
    check_18_rebuild_is_identical(Evidence(world, ()))


def counts_each_once(world: Restored, given: Sequence[RetailTransaction]) -> None:
    """Head office's receipts are those that were given, whatever brought them, and so its sums."""
    store_id, tables = world.boxes["S01"].shop.store_id, world.office.archive.tables
    rows = {row.sale_id: row for (store, _), row in tables["sale"].items() if store == store_id}
    numbers = {fact.sale_id: fact.receipt_number for fact in given}
    assert {sale_id: row.receipt_number for sale_id, row in rows.items()} == numbers
    # What it sold before it was told is on paper under numbers that were taken, and came home.
    home = {own for store, _, own in tables["recovered_fact"] if store == store_id}
    plain = [number for sale_id, number in numbers.items() if sale_id not in home]
    assert len(set(plain)) == len(plain), "a receipt number was given twice"
    of_epochs = defaultdict(set)
    for row in rows.values():
        series = row.receipt_number.rpartition("-")[0]
        of_epochs[series].add(Epoch(row.epoch_number, row.epoch_fingerprint))
    assert all(len(epochs) == 1 for epochs in of_epochs.values()), "a series of two epochs"
    for day in {fact.business_date for fact in given}:
        sums = {
            figure: row.amount
            for (store, of_day, figure), row in tables["day_total"].items()
            if (store, of_day) == (store_id, day)
        }
        # Stock moves by other acts as well, and the drawers' cash is not the receipts'.
        sold = replace(tally(given, day).totals(), stock_milli=0)
        of_sales = {one.name: one.amount for one in figures(sold) if one.amount}
        assert {name: sums.get(name) for name in of_sales} == of_sales


def sales_held(world: Restored) -> dict[SaleId, set[RetailTransaction]]:
    """Every content of every sale of the store at head office, those that came home as well."""
    found: defaultdict[SaleId, set[RetailTransaction]] = defaultdict(set)
    for key, events in world.office.archive.raw.items():
        if key.store_id != world.boxes["S01"].shop.store_id:
            continue
        for event, _ in events.values():
            fact = decode_fact(event.kind, event.kind_version, event.body)
            if isinstance(fact, EventRecovered):
                inner = fact.envelope
                fact = decode_fact(inner.kind, inner.kind_version, inner.body)
            if isinstance(fact, RetailTransaction):
                found[fact.sale_id].add(fact)
    return found
