"""Work in common: whoever asks for the same while it is being done gets that one."""

import asyncio
from collections.abc import Callable, Coroutine, Hashable
from contextlib import suppress
from typing import Any, Generic, TypeVar

T = TypeVar("T")


class Shared(Generic[T]):
    """Nothing is kept: who asks after it was done has it done again."""

    def __init__(self) -> None:
        self._running: dict[Hashable, asyncio.Task[T]] = {}

    async def of(self, key: Hashable, work: Callable[[], Coroutine[Any, Any, T]]) -> T:
        """What ``work`` gives, begun by whoever asked first; who goes away ends it for nobody."""
        task = self._running.get(key)
        if task is None:
            task = self._running[key] = asyncio.create_task(work())
            task.add_done_callback(lambda done: self._end(key, done))
        return await asyncio.shield(task)

    def _end(self, key: Hashable, done: "asyncio.Task[T]") -> None:
        del self._running[key]
        with suppress(asyncio.CancelledError):
            done.exception()  # looked at, though nobody may be waiting for it any more
