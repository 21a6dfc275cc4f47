"""Wrong tokens, codes and signatures: counted by who brings them, and answered ever more slowly.

Nothing that is guessed here has fewer than 45 random bits, so nobody is locked out and no code is
used up by guesses: a right one passes at any time. What a wrong one costs the server is bounded
instead. An address may err some times at once; beyond that, or when all together err too often, its
wrong answers are held back for a moment, which ends the speed of whoever asks again only when
answered; and as many as are held already are refused before anything is looked up.
"""

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass

from sync.http.later import TooManyTries
from sync.http.logs import Tally

ADDRESSES_MAX = 4_096


@dataclass(frozen=True)
class TryLimits:
    """``free``: wrong ones of an address that are answered at once, and ``again_per_s`` more each
    second; ``free_of_all`` and ``of_all_per_s``: of all addresses together. ``hold_s``: how long
    others are held, at most ``held_per_address`` of an address and ``held`` altogether."""

    free: int = 100
    again_per_s: int = 2
    free_of_all: int = 1_000
    of_all_per_s: int = 20
    hold_s: float = 3
    held_per_address: int = 256
    held: int = 512


class Allowance:
    """So many at once, and so many more each second, for each of many keys. Of more than ``most``
    keys those that were used longest ago begin anew."""

    def __init__(self, burst: float, per_s: float, most: int = ADDRESSES_MAX) -> None:
        self._burst = burst
        self._per_s = per_s
        self._most = most
        self._left: dict[str, tuple[float, float]] = {}

    def take(self, key: str, now_s: float) -> float:
        """Take one; how many seconds until there is one to take, 0 where it was taken."""
        left, at_s = self._left.pop(key, (self._burst, now_s))
        left = min(self._burst, left + max(0, now_s - at_s) * self._per_s)
        if len(self._left) >= self._most:
            self._left.pop(next(iter(self._left)))
        wait_s = 0.0 if left >= 1 else (1 - left) / self._per_s
        self._left[key] = (left if wait_s else left - 1, now_s)
        return wait_s


class WrongTries:
    """Of one server. ``clock``: seconds that only ever rise."""

    def __init__(self, limits: TryLimits, clock: Callable[[], float] = time.monotonic) -> None:
        self._limits = limits
        self._clock = clock
        self._of_address = Allowance(limits.free, limits.again_per_s)
        self._of_all = Allowance(limits.free_of_all, limits.of_all_per_s)
        self._held: dict[str, int] = {}
        self._right: dict[str, None] = {}
        self._told = Tally("wrong token, code or signature")

    def let_in(self, address: str, who: str = "") -> None:
        """Before anything is looked up for somebody who is not known yet; ``who`` was right a while
        ago, and passes whoever errs beside. Raises TooManyTries."""
        if who and who in self._right:
            return
        held = self._held.get(address, 0)
        full = sum(self._held.values()) >= self._limits.held
        if full or held >= self._limits.held_per_address:
            raise TooManyTries(
                "Too many wrong tokens, codes or signatures came from this address.",
                remedy="Wait, then try again with the right one.",
                retry_after_s=max(1, round(self._limits.hold_s)),
            )

    def right(self, who: str) -> None:
        """``who``, a name that only its owner knows or may use, was known."""
        self._right.pop(who, None)
        if len(self._right) >= ADDRESSES_MAX:
            self._right.pop(next(iter(self._right)))
        self._right[who] = None

    async def wrong(self, address: str) -> None:
        """It was wrong: return when that may be said."""
        self._told.count(address=address)
        now_s = self._clock()
        free = self._of_address.take(address, now_s) == 0
        if self._of_all.take("", now_s) == 0 and free:
            return
        self._held[address] = self._held.get(address, 0) + 1
        try:
            await asyncio.sleep(self._limits.hold_s)
        finally:
            self._held[address] -= 1
            if not self._held[address]:
                del self._held[address]
