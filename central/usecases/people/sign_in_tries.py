"""How often somebody may try to sign in, before any password is looked at.

Each try is counted before it is looked at, so tries sent at once are counted like tries in turn;
known and unknown addresses alike, by what was typed. A browser that signed in here before carries a
cookie that says so (OWASP, device cookies) and is counted for itself: strangers who guess at an
account, or keep everybody busy, do not lock its owner out. All others are limited by account, by
where they come from, and altogether. A sign-in link needs none of this: nobody can guess it.

The counts live in this process: each of several head-office processes counts for itself.
"""

import hashlib
import hmac
import secrets
from collections.abc import Iterable
from typing import NamedTuple

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from sync.http.lanes import Lane
from sync.http.later import TooManyTries
from sync.http.tries import Allowance

FREE_TRIES = 5
FIRST_WAIT_S = 2
LONGEST_WAIT_S = 900
OF_ADDRESS, OF_ADDRESS_PER_S = 20, 1 / 15
OF_ALL, OF_ALL_PER_S = 100, 1.0
ACCOUNTS_MAX = 10_000
BROWSER_LETTERS_MAX = 128
WAITING_MAX = 16
_DOUBLINGS_MAX = 10
_NONCE_BYTES = 16
_TAG = b"holdfast-known-browser-v1"
_REMEDY = (
    "Wait, or sign in from a browser that signed in here before, or by a link: at head office's"
    " machine `central user link EMAIL` makes one."
)


class Asking(NamedTuple):
    """Who wants to sign in, as it was typed; from which address; the cookie of its browser, and how
    that names itself."""

    company: str
    email: str
    password: str
    address: str = ""
    browser: str = ""
    agent: str = ""


class _Failures(NamedTuple):
    in_a_row: int
    until_ms: int


class SignInTries:
    """Of one head-office process. ``strangers`` and ``known``: how many passwords are looked at
    at a time, each of which takes 19 MiB and a core for a moment."""

    def __init__(self, key: Ed25519PrivateKey) -> None:
        self._secret = hashlib.sha256(_TAG + key.private_bytes_raw()).digest()
        self._failures: dict[str, _Failures] = {}
        self._of_address = Allowance(OF_ADDRESS, OF_ADDRESS_PER_S)
        self._of_all = Allowance(OF_ALL, OF_ALL_PER_S)
        self._strangers = Lane("sign-ins", places=1, waiting=WAITING_MAX)
        self._known = Lane("sign-ins", places=1, waiting=WAITING_MAX)

    def lane(self, asking: Asking) -> Lane:
        """Where its password waits to be looked at."""
        return self._known if self._nonce(asking) else self._strangers

    def count(self, asking: Asking, now_ms: int) -> None:
        """One try more. Raises TooManyTries."""
        who, nonce = _account(asking), self._nonce(asking)
        if nonce is None:
            self._count_stranger(asking.address, now_ms / 1_000)
        key = who if nonce is None else f"{who} {nonce}"
        failed = self._failures.get(key, _Failures(0, 0))
        if failed.until_ms > now_ms:
            raise _too_many(-(-(failed.until_ms - now_ms) // 1_000))
        in_a_row = failed.in_a_row + 1
        self._failures.pop(key, None)
        if len(self._failures) >= ACCOUNTS_MAX:
            self._failures.pop(next(iter(self._failures)))
        self._failures[key] = _Failures(in_a_row, now_ms + wait_s(in_a_row) * 1_000)

    def _count_stranger(self, address: str, now_s: float) -> None:
        wait = self._of_address.take(address, now_s) or self._of_all.take("", now_s)
        if wait:
            raise _too_many(-int(-wait // 1))

    def forgive(self, asking: Asking) -> None:
        """It was the right password."""
        who, nonce = _account(asking), self._nonce(asking)
        self._failures.pop(who if nonce is None else f"{who} {nonce}", None)

    def new_browser(self, email: str) -> str:
        """The cookie of a browser in which ``email`` has signed in. It opens nothing."""
        nonce = secrets.token_urlsafe(_NONCE_BYTES)
        return f"{nonce}.{self._mark(nonce, email)}"

    def _nonce(self, asking: Asking) -> str | None:
        if not asking.browser.isascii() or len(asking.browser) > BROWSER_LETTERS_MAX:
            return None
        nonce, _, mark = asking.browser.partition(".")
        return nonce if hmac.compare_digest(mark, self._mark(nonce, asking.email)) else None

    def _mark(self, nonce: str, email: str) -> str:
        message = _joined((nonce, email.strip().lower()))
        return hmac.new(self._secret, message, hashlib.sha256).hexdigest()


def wait_s(failures: int) -> int:
    """How long after so many failures in a row the next try waits."""
    if failures < FREE_TRIES:
        return 0
    return min(LONGEST_WAIT_S, FIRST_WAIT_S << min(failures - FREE_TRIES, _DOUBLINGS_MAX))


def _account(asking: Asking) -> str:
    """What was typed, as a key of one size."""
    typed = _joined((asking.company, asking.email.strip().lower()))
    return hashlib.sha256(typed).hexdigest()


def _joined(parts: Iterable[str]) -> bytes:
    return "\0".join(parts).encode("utf-8", "surrogatepass")


def _too_many(retry_after_s: int) -> TooManyTries:
    return TooManyTries(
        "There were too many tries.", remedy=_REMEDY, retry_after_s=max(1, retry_after_s)
    )
