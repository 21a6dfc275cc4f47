"""Whatever befalls a store's epochs, in any order: each is in the state that the table says, one at
most is current, and what was decided says the same as what stands."""

from random import Random
from typing import NamedTuple

import pytest

from central.db.engine import open_engine, unit_of_work
from central.domain.epoch import EPOCH, EpochEvent, EpochState
from central.usecases.box.seal_epoch import seal_epoch
from central.usecases.journal.close_tail import close_tail
from central.usecases.proof.verify_head_office import verify_head_office
from sync.protocol.change import Epoch
from sync.protocol.errors import Refusal
from tests.central_fixtures import NOW_MS, Served, TestedBox, postgres_template, serving
from tests.head_office import apply_all

__all__ = ["postgres_template"]

STEPS = 40
ANN = "ann@shop.example"


class Known(NamedTuple):
    """An epoch as its box and the table know it."""

    box: TestedBox
    state: EpochState


class Walk:
    """``known``: by name; ``last``: the end of the store's line."""

    def __init__(self, served: Served, seed: int) -> None:
        self.served, self.random = served, Random(seed)
        self.known: dict[Epoch, Known] = {}
        self.ended: set[Epoch] = set()
        self.last: Epoch | None = None

    def befall(self, epoch: Epoch, event: EpochEvent) -> None:
        box, state = self.known[epoch]
        state = EPOCH.after(state, event, str(epoch))
        if epoch in self.ended:
            state = EPOCH.after(state, EpochEvent.ENDED, str(epoch))
        self.known[epoch] = Known(box, state)

    async def enrol(self) -> None:
        box = await self.served.enrolled(self.store_id)
        if self.last is not None:
            self.befall(self.last, EpochEvent.REPLACED)
        self.known[box.epoch] = Known(box, EpochState.CURRENT)
        self.last = box.epoch

    async def branch(self) -> None:
        parent, (box, state) = self.random.choice(list(self.known.items()))
        branch = box.branched()
        assert (await branch.ratify()).status_code == 200
        if state is EpochState.CURRENT:
            self.befall(parent, EpochEvent.LEFT)
            self.known[branch.epoch], self.last = Known(branch, state), branch.epoch
        else:
            self.known[branch.epoch] = Known(branch, EpochState.SIDE)

    async def push(self) -> None:
        box, _ = self.random.choice(list(self.known.values()))
        first = len(box.events) + 1
        box.record(self.random.randrange(1, 3))
        assert (await box.push_tail(first, len(box.events))).status_code == 200

    async def end(self) -> None:
        epoch, (box, _) = self.random.choice(list(self.known.items()))
        box.end()
        assert (await box.push_tail(len(box.events), len(box.events))).status_code == 200
        await apply_all(self.served.office.archive)
        self.ended.add(epoch)
        self.befall(epoch, EpochEvent.ENDED)

    async def seal(self) -> None:
        epoch = self.random.choice([None, *self.known])
        named = epoch or self.last
        assert named is not None
        async with unit_of_work(self.served.engine) as db:
            try:
                name = None if epoch is None else str(epoch)
                await seal_epoch(db, self.store_id, name, "gone", ANN, NOW_MS)
            except Refusal:
                assert self.known[named].state.is_fenced
                return
        self.befall(named, EpochEvent.SEALED)

    async def write_off(self) -> None:
        epoch, (_, state) = self.random.choice(list(self.known.items()))
        async with unit_of_work(self.served.engine) as db:
            try:
                await close_tail(db, self.store_id, str(epoch), None, "burnt", ANN, NOW_MS)
            except Refusal:
                assert state in (EpochState.CURRENT, EpochState.CLOSED)
                return
        self.befall(epoch, EpochEvent.WRITTEN_OFF)

    async def check(self) -> None:
        rows = await self.served.rows(
            "SELECT epoch_number, epoch_fingerprint, state, sealed_through IS NOT NULL FROM stream"
        )
        found = {Epoch(number, mark): (state, fenced) for number, mark, state, fenced in rows}
        states = {epoch: one.state for epoch, one in self.known.items()}
        assert found == {epoch: (one, one.is_fenced) for epoch, one in states.items()}
        assert list(states.values()).count(EpochState.CURRENT) <= 1

    async def run(self) -> None:
        self.store_id = await self.served.store(await self.served.company(), "S01")
        await self.enrol()
        steps = [self.enrol, self.branch, self.push, self.push, self.end, self.seal, self.write_off]
        for _ in range(STEPS):
            await self.random.choice(steps)()
            await self.check()


@pytest.mark.parametrize("seed", range(3))
async def test_epochs_walk_through_their_table_and_the_decisions_tell_it_again(
    postgres_url: str, seed: int
) -> None:
    async with serving(postgres_url) as served:
        await Walk(served, seed).run()
        engine = open_engine(postgres_url)
        said = [one.what for one in (await verify_head_office(engine)).findings]
        await engine.dispose()
        assert [one for one in said if "head office's key did not sign" not in one] == []
