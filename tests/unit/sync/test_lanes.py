"""A lane serves so many at once; whom it turns away it asks to come again as fast as it serves."""

import asyncio
from collections import Counter
from random import Random

import pytest

from sync.http.lanes import AGAIN_S_MAX, BLUR, EAGER, Appointments, Lane, Place
from sync.http.later import Busy


class Clock:
    """Seconds, set by the test."""

    def __init__(self) -> None:
        self.now_s = 1_000.0

    def __call__(self) -> float:
        return self.now_s


def appointments(per_s: float, clock: Clock) -> Appointments:
    return Appointments(per_s, clock, Random(7).random)


def test_a_thousand_that_come_together_are_asked_to_come_again_over_as_long_as_they_take() -> None:
    """Asked to come after one second each, they came together again and again."""
    given = [appointments(40, Clock()).give() for _ in range(3)]
    assert given == [1, 1, 1]
    line = appointments(40, Clock())
    given = [line.give() for _ in range(1_000)]
    all_s = 1_000 / 40 / EAGER
    assert all_s * 0.9 < max(given) <= all_s * (1 + BLUR) + 1
    assert max(Counter(given).values()) < 3 * 40 * EAGER
    assert sorted(given[-100:]) != given[-100:]


def test_the_line_moves_on_with_the_clock_and_is_bounded() -> None:
    clock = Clock()
    line = appointments(0.01, clock)
    given = [line.give() for _ in range(50)]
    assert max(given) == AGAIN_S_MAX
    clock.now_s += 2 * AGAIN_S_MAX
    assert line.give() <= 100 / EAGER * (1 + BLUR) + 1


def test_how_long_one_takes_is_measured_while_others_wait() -> None:
    clock = Clock()
    line = appointments(100, clock)
    for _ in range(200):
        line.served(others_wait=True)
        clock.now_s += 0.5
    assert line.each_s == pytest.approx(0.5, rel=0.01)
    line.served(others_wait=False)
    clock.now_s += 3_600
    line.served(others_wait=True)
    assert line.each_s == pytest.approx(0.5, rel=0.01)


async def entered(place: Place) -> Place:
    await place.turn()
    return place


def test_a_lane_in_which_nobody_waits_learns_from_what_a_turn_takes() -> None:
    """Or who come one by one, as they were asked to, would be asked so for ever."""
    clock = Clock()
    line = appointments(2, clock)
    for _ in range(200):
        clock.now_s += 0.4
        line.served(others_wait=False, took_s=0.01)
    assert line.each_s == pytest.approx(0.01, rel=0.01)
    line.served(others_wait=False, took_s=3)
    assert line.each_s == pytest.approx(0.01, rel=0.01)


async def test_nobody_waits_in_a_lane_longer_than_it_lets_them() -> None:
    line = appointments(2, Clock())
    lane = Lane("journals", places=2, waiting=100, wait_s=1, appointments=line)
    inside = [lane.place() for _ in range(4)]
    for place in inside:
        place.enter()
    with pytest.raises(Busy):
        lane.place().enter()
    inside.pop().leave()
    lane.place().enter()


async def test_whoever_still_sends_takes_no_turn_and_waits_for_it_again() -> None:
    lane = Lane("journals", places=1, waiting=2)
    slow = await entered(lane.place())
    slow.step_aside()
    other = await entered(lane.place())
    again = asyncio.ensure_future(slow.turn())
    await asyncio.sleep(0)
    assert not again.done()
    other.leave()
    await again
    slow.leave()
    slow.leave()
    await entered(lane.place())


async def test_whoever_has_sent_it_goes_before_those_who_had_no_turn_yet() -> None:
    """Behind them it waited twice as long as a lane lets anybody wait."""
    lane, order = Lane("journals", places=1, waiting=9), list[str]()

    async def go(name: str, place: Place) -> None:
        await place.turn()
        order.append(name)
        place.leave()

    slow, at_work = await entered(lane.place()), lane.place()
    slow.step_aside()
    await at_work.turn()
    others = [asyncio.ensure_future(go(name, lane.place())) for name in ("first", "second")]
    await asyncio.sleep(0)
    sent = asyncio.ensure_future(go("sent", slow))
    await asyncio.sleep(0)
    at_work.leave()
    await asyncio.gather(sent, *others)
    assert order == ["sent", "first", "second"]


@pytest.mark.parametrize("turn_came", [False, True], ids=["before", "with its turn"])
async def test_the_turn_of_whoever_is_ended_meanwhile_is_the_next_ones(turn_came: bool) -> None:
    lane = Lane("journals", places=1, waiting=9)
    at_work, ended = await entered(lane.place()), lane.place()
    ending, other = asyncio.ensure_future(ended.turn()), asyncio.ensure_future(lane.place().turn())
    await asyncio.sleep(0)
    if turn_came:
        at_work.leave()
    ending.cancel()
    with pytest.raises(asyncio.CancelledError):
        await ending
    ended.leave()
    at_work.leave()
    await other


async def test_so_many_may_still_send() -> None:
    lane = Lane("journals", places=1, waiting=2)
    for _ in range(3):
        (await entered(lane.place())).step_aside()
    with pytest.raises(Busy):
        lane.place().enter()


async def test_nothing_is_begun_for_whoever_has_left_meanwhile() -> None:
    lane, gone = Lane("journals", places=1, waiting=1), False
    first, left = await entered(lane.place()), lane.place(lambda: gone)
    waiting = asyncio.ensure_future(left.turn())
    await asyncio.sleep(0)
    gone = True
    first.leave()
    with pytest.raises(Busy):
        await waiting
    left.leave()
    await entered(lane.place())
