"""A lane: work of one kind that may not take the whole server. So many go at once, so many wait,
and whoever comes then is told to come again."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from sync.http.later import Busy


class Lane:
    """``what`` it is, in words for people, such as "reports"."""

    def __init__(self, what: str, *, at_once: int, waiting: int, retry_after_s: int = 2) -> None:
        self._what = what
        self._turns = asyncio.Semaphore(at_once)
        self._room = at_once + waiting
        self._retry_after_s = retry_after_s
        self._inside = 0

    @asynccontextmanager
    async def turn(self) -> AsyncIterator[None]:
        """The block runs when its turn has come. Raises Busy at once where too many wait."""
        if self._inside >= self._room:
            raise Busy(
                f"As many {self._what} are at work and waiting as this server takes at a time.",
                remedy="Try again in a moment.",
                retry_after_s=self._retry_after_s,
            )
        self._inside += 1
        try:
            async with self._turns:
                yield
        finally:
            self._inside -= 1
