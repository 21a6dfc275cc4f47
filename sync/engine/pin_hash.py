"""PINs as argon2id texts (RFC 9106, PHC form): 19 MiB, two passes, one lane, as OWASP recommends.

A PIN of few digits does not withstand its hash; what makes guessing slow is the lock at the till
(``edge/domain/lockout.py``). Each takes tens of milliseconds of a processor and releases Python's
lock meanwhile, so it runs in a thread of its own, few at a time.
"""

import secrets

from argon2 import PasswordHasher, Type, extract_parameters
from argon2.exceptions import InvalidHashError, VerificationError

from sync.protocol.pin import is_trivial

DRAWN_DIGITS = 6
MEMORY_KIB = 19 * 1024
PASSES = 2
LANES = 1
MEMORY_KIB_MAX = 4 * MEMORY_KIB
PASSES_MAX = 8
LANES_MAX = 4
"""A published hash that asks for more fits nobody: it would stop the box that tries it."""

_HASHER = PasswordHasher(time_cost=PASSES, memory_cost=MEMORY_KIB, parallelism=LANES, type=Type.ID)
OF_NOBODY = (
    "$argon2id$v=19$m=19456,t=2,p=1$AAECAwQFBgcICQoLDA0ODw$"
    "u6Jg0c2DZTSIhvrBhBLhAVfg7p0S2m8nKLCHFzm2vNs"
)
"""Fits no PIN: compared where there is none, so that an answer takes as long for everybody."""


def hash_pin(pin: str) -> str:
    """The text that is kept; another one each time."""
    return _HASHER.hash(pin)


def pin_fits(pin_hash: str, pin: str) -> bool:
    """Whether this PIN made ``pin_hash``; no text that is none does, nor one that asks too much."""
    try:
        asked = extract_parameters(pin_hash)
        if (
            asked.memory_cost > MEMORY_KIB_MAX
            or asked.time_cost > PASSES_MAX
            or asked.parallelism > LANES_MAX
        ):
            return False
        return _HASHER.verify(pin_hash, pin)
    except (VerificationError, InvalidHashError):
        return False


def draw_pin() -> str:
    """One to begin with, none that everybody tries first."""
    while True:
        drawn = f"{secrets.randbelow(10**DRAWN_DIGITS):0{DRAWN_DIGITS}d}"
        if not is_trivial(drawn):
            return drawn
