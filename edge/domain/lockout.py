"""How long somebody waits who was wrong: growing, for an operator and for a workstation.

Ten thousand PINs of four digits take weeks this way, and nobody waits longer than WAIT_S_MAX: a
lock cannot close a shop. The time is the steady one that nobody can set (``Moment.known``). What is
counted is the time since the last wrong one; one that lies in the future, because a clock was set
back, is counted from now (``brought_back``): that prolongs by one wait and shortens nothing.
"""

from typing import NamedTuple

WAITS_S = (10, 30, 60, 300, 900)
"""After the wrong ones that are free, one after the other; the last for all that follow."""
WAIT_S_MAX = WAITS_S[-1]
TOLD_S = 60
"""A wait of so long is a lockout, of which head office is told."""
_S = 1_000


class Tries(NamedTuple):
    """So many wrong ones, the last at ``at_ms``."""

    wrong: int
    at_ms: int


class TryRules(NamedTuple):
    """``free``: wrong ones after which nobody waits; ``forgiven_each_s``: one is forgotten each
    time that so much has passed, None: only a right one forgets them."""

    free: int
    forgiven_each_s: int | None


OF_OPERATOR = TryRules(free=2, forgiven_each_s=None)
OF_WORKSTATION = TryRules(free=9, forgiven_each_s=300)
"""Whoever tries one PIN with everybody. A right one forgets nothing here: the guesser may have one
of their own."""
NO_TRIES = Tries(0, 0)


def wait_ms(tries: Tries, rules: TryRules, now_ms: int) -> int:
    """How long until somebody may try again; 0: now."""
    over = tries.wrong - rules.free
    if over <= 0:
        return 0
    wait = WAITS_S[min(over, len(WAITS_S)) - 1] * _S
    return max(0, wait - max(0, now_ms - tries.at_ms))


def one_more(tries: Tries, rules: TryRules, now_ms: int) -> Tries:
    """After another wrong one."""
    forgiven = 0
    if rules.forgiven_each_s is not None:
        forgiven = max(0, now_ms - tries.at_ms) // (rules.forgiven_each_s * _S)
    return Tries(max(0, tries.wrong - forgiven) + 1, now_ms)


def brought_back(tries: Tries, now_ms: int) -> Tries:
    """The same where the last one seems to lie in the future: it was just now."""
    return tries if tries.at_ms <= now_ms else Tries(tries.wrong, now_ms)


def is_lockout(tries: Tries, rules: TryRules) -> bool:
    """Whether this wrong one brought the first long wait."""
    longs = [n for n, wait in enumerate(WAITS_S, start=1) if wait >= TOLD_S]
    return tries.wrong == rules.free + longs[0]
