"""Work in common: one for all who ask at once, kept for nobody who asks later."""

import asyncio
from contextlib import suppress

import pytest

from sync.http.shared import Shared


class Work:
    """Counts how often it is done; ends when it is let go."""

    def __init__(self) -> None:
        self.done, self.may_end = 0, asyncio.Event()
        self.error: Exception | None = None

    async def __call__(self) -> int:
        self.done += 1
        await self.may_end.wait()
        if self.error:
            raise self.error
        return self.done


async def test_who_asks_while_it_is_done_gets_that_one_and_who_asks_later_another() -> None:
    shared, work = Shared[int](), Work()
    asking = [asyncio.ensure_future(shared.of("a", work)) for _ in range(3)]
    await asyncio.wait(asking, timeout=0)
    work.may_end.set()
    assert await asyncio.gather(*asking) == [1, 1, 1]
    assert await shared.of("a", work) == 2


async def test_other_work_is_done_beside_it() -> None:
    """What is one company's is never another's."""
    shared, mine, theirs = Shared[int](), Work(), Work()
    mine.may_end.set()
    theirs.done = 40
    theirs.may_end.set()
    asking = (shared.of(("one", None), mine), shared.of(("other", None), theirs))
    assert list(await asyncio.gather(*asking)) == [1, 41]


async def test_who_goes_away_ends_it_for_nobody_and_a_failure_is_told_to_all() -> None:
    shared, work = Shared[int](), Work()
    first, second = (asyncio.ensure_future(shared.of("a", work)) for _ in range(2))
    await asyncio.wait((first, second), timeout=0)
    first.cancel()
    with suppress(asyncio.CancelledError):
        await first
    work.error = ValueError("no")
    work.may_end.set()
    with pytest.raises(ValueError, match="no"):
        await second
    assert work.done == 1
    work.error = None
    assert await shared.of("a", work) == 2
