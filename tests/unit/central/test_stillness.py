"""A wait lasts as long as something moves, and no longer than it may stand still."""

from central.demo.stillness import Stillness


def test_what_moves_is_waited_for_however_long_it_takes() -> None:
    """B13, B25: whole waits were bounded, and ended while things went on."""
    stillness = Stillness(2, 0, 0)
    assert not any(stillness.too_long(step, step * 2) for step in range(1, 1_000))


def test_what_stands_still_is_given_up_just_after_its_limit() -> None:
    stillness = Stillness(2, "began", 10)
    assert [stillness.too_long("began", now) for now in (11, 12, 13)] == [False, False, True]


def test_what_moves_again_has_its_whole_limit_again() -> None:
    stillness = Stillness(2, 1, 0)
    looks = [(1, 2), (2, 3), (2, 5), (2, 6)]
    assert [stillness.too_long(*look) for look in looks] == [False, False, False, True]
