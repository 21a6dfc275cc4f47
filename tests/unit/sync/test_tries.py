"""Wrong tries cost little and lock nobody out; lanes bound what waits."""

import asyncio

import pytest

from sync.http.lanes import Lane
from sync.http.later import Busy, TooManyTries
from sync.http.tries import Allowance, TryLimits, WrongTries

LIMITS = TryLimits(
    free=3, again_per_s=1, free_of_all=5, of_all_per_s=1, hold_s=3_600, held_per_address=2, held=3
)


async def at_once(tries: WrongTries, address: str) -> bool:
    """Whether a wrong try is answered now; one that is held stays held."""
    waiting = asyncio.ensure_future(tries.wrong(address))
    _HELD.append(waiting)
    for _ in range(3):
        await asyncio.sleep(0)
    return waiting.done()


_HELD: list["asyncio.Future[None]"] = []


def test_an_allowance_fills_up_again_and_never_beyond_its_size() -> None:
    allowance = Allowance(2, 0.5)
    assert [allowance.take("a", 0) for _ in range(3)] == [0, 0, 2]
    assert allowance.take("b", 0) == 0
    assert allowance.take("a", 1) == 1
    assert allowance.take("a", 2) == 0
    assert [allowance.take("a", 1_000) for _ in range(3)] == [0, 0, 2]


def test_an_allowance_forgets_who_came_longest_ago() -> None:
    allowance = Allowance(1, 0.001, most=2)
    for key in ("a", "b", "c"):
        assert allowance.take(key, 0) == 0
    assert allowance.take("c", 0) > 0
    assert allowance.take("a", 0) == 0


async def test_an_address_that_errs_often_is_held_and_others_are_not() -> None:
    """A26: what is wrong is answered ever more slowly; what is right passes at any time."""
    now = [0.0]
    tries = WrongTries(LIMITS, lambda: now[0])
    assert [await at_once(tries, "a") for _ in range(4)] == [True, True, True, False]
    tries.let_in("a")
    assert await at_once(tries, "b") is True
    now[0] = 1
    assert await at_once(tries, "a") is True
    assert await at_once(tries, "a") is False
    with pytest.raises(TooManyTries) as refused:
        tries.let_in("a")
    assert refused.value.retry_after_s == 3_600
    tries.let_in("b")
    tries.right("a box that was right")
    tries.let_in("a", "a box that was right")


async def test_all_together_are_held_too() -> None:
    """A26: a thousand addresses with a try each are as slow as one."""
    tries = WrongTries(LIMITS, lambda: 0)
    answered = [await at_once(tries, f"address {number}") for number in range(8)]
    assert answered == [True] * 5 + [False] * 3
    with pytest.raises(TooManyTries):
        tries.let_in("somebody else")


async def test_a_lane_takes_so_many_at_once_and_lets_so_many_wait() -> None:
    """A31: whoever comes then is told to come again, and those that wait have their turn."""
    lane, going_on, done = Lane("reports", places=1, waiting=2), asyncio.Event(), []

    async def work(number: int) -> None:
        async with lane.turn():
            await going_on.wait()
            done.append(number)

    inside = [asyncio.ensure_future(work(number)) for number in range(3)]
    await asyncio.sleep(0)
    with pytest.raises(Busy) as refused:
        await work(3)
    assert "reports" in refused.value.detail
    going_on.set()
    await asyncio.gather(*inside)
    assert done == [0, 1, 2]
    await work(4)
