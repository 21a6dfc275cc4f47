"""A workstation that keeps what it was told: it states the highest head with each request, and
gives receipts back to a box that lacks them, as the till page does (edge/web/till/head.js,
edge/web/till/giving_back.js)."""

from collections.abc import Callable, Coroutine, Iterable
from typing import Any

from edge.domain.kept import Standing
from edge.usecases.kept.give_back import GiveBackKept, KeptGivenBack, Outcome
from edge.usecases.kept.offer import KeptEvent, OfferedKept, OfferKept
from sync.protocol.change import Head, Kept
from sync.protocol.codec import encode
from sync.protocol.commands import Missing
from sync.protocol.errors import NotSent
from sync.protocol.identity import SaleId, WorkstationId
from tests.simulation.answering import Refused, Status, Told
from tests.simulation.box import StoreServer
from tests.simulation.people import Memory, Person, T, Wrong

LOOK_MS = 20_000
GIVEN_MAX = 10


class Keeper(Person):
    """One with a memory."""

    def __init__(self, name: str, workstation_id: WorkstationId, **person: Any) -> None:
        super().__init__(name, **person)
        self.workstation_id = workstation_id
        self.memory = Memory()
        self._offered: Status | None = None
        self._later = False
        """Something of what was offered stands nowhere yet."""
        self._ranged: tuple[tuple[Missing, ...], int] = ((), 0)
        """Of what head office lost: what was offered, and of how many receipts."""

    async def ask(self, answering: Callable[[StoreServer], Coroutine[Any, Any, T]]) -> T:
        """With what was told last. Raises NotSent."""
        seen, workstation_id = self.memory.seen, self.workstation_id

        async def stated(box: StoreServer) -> T:
            await box.hear(workstation_id, seen)
            return await answering(box)

        return await super().ask(stated)

    def keep(self, told: Told) -> None:
        """Before the receipt prints."""
        memory, kept = self.memory, told.kept
        memory.answers[told.sale.sale_id] = told
        memory.owed[told.sale.sale_id] = kept
        memory.fresh.append(told.sale.sale_id)
        memory.seen = higher(memory.seen, Head(kept.epoch, kept.envelope.seq, kept.hash))

    async def keep_giving_back(self) -> None:
        """Now and then: whatever this box lacks."""
        while True:
            await self.scheduler.pause(self.random.randrange(1_000, LOOK_MS))
            try:
                await self._give_back(await self.ask(lambda box: box.status()))
            except NotSent:
                continue

    async def give_all_back(self) -> None:
        """Until this box wants nothing more."""
        while True:
            status = await self.insist(lambda box: box.status())
            try:
                await self._give_back(status)
            except NotSent:
                continue
            return

    async def _give_back(self, status: Status) -> None:
        if status == self._offered:
            return
        self._later = False
        memory, owed = self.memory, self.memory.owed
        if memory.vouched != status.vouched and not await self._offer_everything(status):
            return
        sought = set(status.sought)
        answers = [told.kept for told in memory.answers.values()]
        if not await self._offer([kept for kept in answers if _head(kept) in sought]):
            return
        lacking = [kept for kept in answers if _is_in(kept, status.missing)]
        if (status.missing, len(lacking)) != self._ranged:
            if not await self._offer(lacking):
                return
            self._ranged = (status.missing, len(lacking))
        if await self._offer([kept for kept in owed.values() if not _is_ahead(kept, status)]):
            self._offered = None if self._later else status

    async def _offer_everything(self, status: Status) -> bool:
        """Another epoch, or another past of head office: what was acknowledged may be lacking."""
        answers = [told.kept for told in self.memory.answers.values()]
        for kept in answers:
            if _is_ahead(kept, status):
                self.memory.owed[SaleId(kept.envelope.event_id)] = kept
        if not await self._offer([kept for kept in answers if not _is_ahead(kept, status)]):
            return False
        self.memory.vouched = status.vouched
        return True

    def has_offered(self, status: Status) -> bool:
        """Whether this is what its box had said when it had offered everything last."""
        return self._offered == status

    async def _offer(self, some: list[Kept]) -> bool:
        """Whether all of it was answered."""
        if not some:
            return True
        events = tuple(
            KeptEvent(str(kept.epoch), kept.envelope.seq, kept.hash.hex()) for kept in some
        )
        offered: OfferedKept = await self.ask(lambda box: box.offer(OfferKept(events)))
        pairs = list(zip(some, offered.standings, strict=True))
        for kept, standing in pairs:
            if standing is Standing.ACKNOWLEDGED:
                self.memory.owed.pop(SaleId(kept.envelope.event_id), None)
            else:
                self.memory.owed[SaleId(kept.envelope.event_id)] = kept
        self._later |= Standing.LATER in offered.standings
        wanted = [kept for kept, standing in pairs if standing is Standing.WANTED]
        for first in range(0, len(wanted), GIVEN_MAX):
            piece = wanted[first : first + GIVEN_MAX]
            given = await self._give(GiveBackKept(tuple(encode(kept) for kept in piece)))
            if isinstance(given, Refused):
                return False
            for outcome in given.outcomes:
                if outcome.outcome is Outcome.REFUSED:
                    raise Wrong(f"{self.name} gave back what was refused: {outcome.reason}")
                self._later |= outcome.outcome is Outcome.LATER
                self.seen[f"given back: {outcome.outcome.value}"] += 1
        return True

    async def _give(self, given: GiveBackKept) -> KeptGivenBack | Refused:
        return await self.ask(lambda box: box.give_back(given, self.workstation_id))


def higher(seen: Head | None, told: Head) -> Head:
    """Another epoch of the same number is the newer one."""
    if seen is None:
        return told
    if told.epoch.number != seen.epoch.number:
        return told if told.epoch.number > seen.epoch.number else seen
    return told if told.epoch != seen.epoch or told.seq > seen.seq else seen


def _is_ahead(kept: Kept, status: Status) -> bool:
    """Of the epoch that the box writes in, beyond what head office has of it."""
    return kept.epoch == status.epoch and kept.envelope.seq > status.acknowledged_through


def _is_in(kept: Kept, ranges: Iterable[Missing]) -> bool:
    return any(one.covers(_head(kept)) for one in ranges)


def _head(kept: Kept) -> Head:
    return Head(kept.epoch, kept.envelope.seq, kept.hash)
