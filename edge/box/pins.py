"""PINs are compared here: one at a time, in a thread, outside every unit of work, so that whoever
guesses takes nothing from a sale but a share of one processor, a while after each wrong one.

    turn → how long must they wait → compare → wrong: count it and tell head office, then refuse

A turn is one comparison, from its look at the lock to what is written of it: guesses that come
together are counted one after the other.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import uuid_utils.compat

from edge.box.clock import StoreClock
from edge.db.connection.reader import Reader
from edge.db.connection.writer import Writer
from edge.db.credentials import PinInForce
from edge.domain.operator import SignInRefused
from edge.usecases.operator.prove import bring_back, note_wrong_pin, read_standing
from sync.engine.pin_hash import OF_NOBODY, hash_pin, pin_fits
from sync.http.later import Later, TooManyTries
from sync.protocol.identity import OperatorId, WorkstationId

WAITING_MAX = 32
"""Who may wait for a turn; of one workstation one alone."""
_S = 1_000


class LockedOut(Later, slug="locked-out", status=429, title="Too many wrong PINs"):
    """An operator, or a workstation, waits after wrong PINs; which of the two is not said."""


class Pins:
    """Of one box."""

    def __init__(self, reader: Reader, writer: Writer, clock: StoreClock) -> None:
        self._reader = reader
        self._writer = writer
        self._clock = clock
        self._turn = asyncio.Lock()
        self._waiting: set[WorkstationId] = set()

    async def prove(
        self, operator_id: OperatorId, pin: str, workstation_id: WorkstationId
    ) -> PinInForce:
        """What the PIN was held against, if it is the operator's. Raises SignInRefused, LockedOut,
        TooManyTries; what is written of a wrong one stays."""
        async with self._turn_of(workstation_id):
            moment = self._clock.moment()
            standing = await self._reader.read(
                lambda db: read_standing(db, operator_id, workstation_id, moment)
            )
            if standing.behind:
                await self._writer.run(
                    lambda db: bring_back(db, operator_id, workstation_id, moment)
                )
            if standing.wait_ms > 0:
                raise LockedOut(
                    "Too many wrong PINs were typed: nothing is compared for a while.",
                    remedy="Wait, or let a manager unlock you; head office can do it by telephone.",
                    retry_after_s=max(1, -(-standing.wait_ms // _S)),
                )
            known = standing.pin
            kept = OF_NOBODY if known is None else known.pin_hash
            fits = await asyncio.to_thread(pin_fits, kept, pin)
            if known is not None and fits:
                return known
            act_id = uuid_utils.compat.uuid7()
            await self._writer.run(
                lambda db: note_wrong_pin(db, operator_id, workstation_id, moment, act_id=act_id)
            )
            raise SignInRefused

    async def is_same(self, known: PinInForce, pin: str, workstation_id: WorkstationId) -> bool:
        """Whether ``pin`` is the one in force: asked by whoever has proven that one."""
        async with self._turn_of(workstation_id):
            return await asyncio.to_thread(pin_fits, known.pin_hash, pin)

    async def hash_of(self, pin: str, workstation_id: WorkstationId) -> str:
        """The text that is kept of a new PIN."""
        async with self._turn_of(workstation_id):
            return await asyncio.to_thread(hash_pin, pin)

    @asynccontextmanager
    async def _turn_of(self, workstation_id: WorkstationId) -> AsyncIterator[None]:
        if workstation_id in self._waiting or len(self._waiting) >= WAITING_MAX:
            raise TooManyTries(
                "Another PIN is being compared for this workstation, or too many wait.",
                remedy="Wait a moment, then type it again.",
                retry_after_s=1,
            )
        self._waiting.add(workstation_id)
        try:
            async with self._turn:
                yield
        finally:
            self._waiting.discard(workstation_id)
