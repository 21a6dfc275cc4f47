"""In which order a run of several workers goes through the files: longest first, so that none ends
with a test of a minute when the others have nothing left."""

from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path
from typing import Protocol, TypeVar

LONGEST = (
    "integration/test_demo_keys.py",
    "integration/test_demo.py",
    "benchmarks/test_benchmarks.py",
    "benchmarks/test_fleet.py",
    "journeys/test_first_hour.py",
    "simulation/test_ground.py",
    "network/test_two_shops.py",
    "integration/test_wheel.py",
    "simulation/test_seeds.py",
    "integration/test_provision_cut.py",
    "integration/test_by_hand.py",
    "integration/test_hostile_text.py",
    "browser/test_office_put_back_box_burnt.py",
    "integration/test_central_roles.py",
    "integration/test_edge_lockout.py",
    "integration/test_pin_between_stores.py",
    "integration/test_whole_commands.py",
    "integration/test_points_from_nothing.py",
    "integration/test_first_load.py",
    "browser/test_cash_to_bank.py",
)
"""Files whose longest test takes ten seconds or more on a quiet machine, the longest first."""
HERE = Path(__file__).parent


class Timed(Protocol):
    """What pytest collects."""

    @property
    def path(self) -> Path:
        """The file that it stands in."""
        ...


T = TypeVar("T", bound=Timed)


def dealt(items: Sequence[T], workers: int) -> list[T]:
    """The same ones. Workers begin with as many each, one after the other (xdist, worksteal), and
    who is done takes from another's end: so each share begins with its part of the longest."""
    by_file = defaultdict(list)
    for item in items:
        by_file[item.path].append(item)
    shares: list[list[T]] = [[] for _ in range(workers)]
    long = [by_file.pop(HERE / name, []) for name in LONGEST]
    for number, file in enumerate(filter(None, long)):
        shares[number % workers] += file
    rest = [item for file in by_file.values() for item in file]
    for share in shares[:-1]:
        wanted = max(0, len(items) // workers - len(share))
        share += rest[:wanted]
        del rest[:wanted]
    return [item for share in (*shares, rest) for item in share]
