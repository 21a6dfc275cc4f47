"""A run of several workers begins with what takes longest, and runs all that it was asked for."""

from pathlib import Path
from typing import NamedTuple

from tests.longest_first import HERE, LONGEST, dealt


class Item(NamedTuple):
    path: Path
    name: str


def two_of(*files: str) -> list[Item]:
    return [Item(HERE / file, name) for file in files for name in "ab"]


def test_each_worker_begins_with_its_part_of_the_longest() -> None:
    asked = two_of("a.py", "b.py", LONGEST[2], "c.py", LONGEST[1], LONGEST[0])
    found = dealt(asked, 2)
    assert found[:6] == two_of(LONGEST[0], LONGEST[2], "a.py")
    assert found[6:] == two_of(LONGEST[1], "b.py", "c.py")


def test_nothing_is_lost_or_doubled_whatever_is_asked_for() -> None:
    for asked in ([], two_of("a.py"), two_of(*LONGEST), two_of("a.py", *LONGEST[:3], "b.py")):
        for workers in (1, 2, 3, 8):
            assert sorted(dealt(asked, workers)) == sorted(asked)


def test_what_is_named_as_long_is_there() -> None:
    assert [name for name in LONGEST if not (HERE / name).is_file()] == []
