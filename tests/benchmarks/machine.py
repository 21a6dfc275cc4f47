"""How much of the machine a part had to itself: what else runs makes every figure worse, and the
spread between runs says by how much.
"""

import os
from pathlib import Path
from typing import NamedTuple

import msgspec

_STEAL = 8
"""Its column in ``/proc/stat``: time that the host gave to another guest (proc(5))."""


class Load(msgspec.Struct, frozen=True):
    """``before`` and ``after``: of the last minute, processes that ran or wanted to;
    ``steal_percent``: of this machine's time between the two, what the host gave to others."""

    before: float
    after: float
    steal_percent: float

    def __str__(self) -> str:
        stolen = f", {self.steal_percent:.0f} % stolen" if self.steal_percent >= 1 else ""
        return f"{self.before:.1f} → {self.after:.1f}{stolen}"


class Moment(NamedTuple):
    """A look at the machine; two of them make a Load."""

    load: float
    ticks: int
    stolen: int

    def until(self, later: "Moment") -> Load:
        """What lies between."""
        ticks = later.ticks - self.ticks
        stolen = 100 * (later.stolen - self.stolen) / ticks if ticks else 0.0
        return Load(round(self.load, 2), round(later.load, 2), round(stolen, 2))


def look() -> Moment:
    """The machine now; where it does not count its time, nothing was stolen."""
    return moment_of(os.getloadavg()[0], _stat())


def moment_of(load: float, stat: str) -> Moment:
    """``stat``: the text of ``/proc/stat``, or nothing."""
    fields = [int(word) for word in stat.split("\n", 1)[0].split()[1 : _STEAL + 1]]
    stolen = fields[_STEAL - 1] if len(fields) == _STEAL else 0
    return Moment(load, sum(fields), stolen)


def _stat() -> str:
    try:
        return Path("/proc/stat").read_text(encoding="utf-8")
    except OSError:
        return ""
