"""Ids, nonces and keys of one world, drawn from its seed."""

from random import Random
from uuid import UUID

from tests.simulation.scheduler import Scheduler

NONCE_BYTES = 16


class Ids:
    """Stands in for whatever production draws by chance."""

    def __init__(self, random: Random, scheduler: Scheduler) -> None:
        self._random = random
        self._scheduler = scheduler

    def uuid(self) -> UUID:
        """A UUID of version 7: true time, then chance."""
        value = self._scheduler.now_ms << 80 | self._random.getrandbits(80)
        return UUID(int=value & ~(0xF << 76) & ~(0x3 << 62) | 7 << 76 | 2 << 62)

    def nonce(self) -> bytes:
        """Of a signed request."""
        return self._random.randbytes(NONCE_BYTES)
