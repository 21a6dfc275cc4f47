"""What is known of the time when the wall clock cannot be trusted."""

from typing import NamedTuple

CLOCK_GAP_S_MAX = 300
"""A clock this far from head office's prints wrong times on receipts, and would fail certificates:
a person is told, and no box is provisioned with it."""


class Steady(NamedTuple):
    """Milliseconds since this machine was started, sleep included, and which start that was: ""
    where the system does not say, and then every start of this program counts as one."""

    machine_boot: str
    ms: int


class Reckoning(NamedTuple):
    """At ``steady`` it was ``at_ms`` (UTC); not ``exact``: or later."""

    at_ms: int
    steady: Steady
    exact: bool
