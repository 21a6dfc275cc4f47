"""How long groups took to be written, as counts that only rise: two looks at a clock a group."""

from bisect import bisect_left

BOUNDS_S = (0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 1.0)


class Took:
    """``counts``: of groups up to each of BOUNDS_S, not counting those before, and of all beyond;
    ``sum_s``: all of them together."""

    def __init__(self) -> None:
        self.counts = [0] * (len(BOUNDS_S) + 1)
        self.sum_s = 0.0

    def add(self, took_s: float) -> None:
        """One group more."""
        self.counts[bisect_left(BOUNDS_S, took_s)] += 1
        self.sum_s += took_s
