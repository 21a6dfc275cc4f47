"""The one-time code that brings a box into a store: read aloud, typed once.

Twenty letters of base32 in five groups. The first group names the code, so that wrong guesses cost
it its tries; the other four are the secret: 80 bits.
"""

import base64
import hashlib
import hmac
from typing import NamedTuple

from sync.protocol.errors import Declared

SELECTOR_LETTERS = 4
SECRET_LETTERS = 16
RANDOM_BYTES = 13
TYPED_LETTERS_MAX = 64
_TAG = b"holdfast-enrol-code-v1"
_MISREAD = str.maketrans({"0": "O", "1": "I", "8": "B"})


class EnrolCodeParts(NamedTuple):
    """``secret_hash``: SHA-256, all that is kept of the secret."""

    selector: str
    secret_hash: bytes


def write_code(random: bytes) -> str:
    """The code of RANDOM_BYTES random bytes: ``ABCD-EFGH-IJKL-MNOP-QRST``."""
    letters = base64.b32encode(random).decode()[: SELECTOR_LETTERS + SECRET_LETTERS]
    return "-".join(letters[start : start + 4] for start in range(0, len(letters), 4))


def read_code(typed: str) -> EnrolCodeParts | None:
    """The parts of a code as people type it (any case, spaces, 0 for O, 1 for I, 8 for B); None if
    it cannot be one."""
    if len(typed) > TYPED_LETTERS_MAX:
        return None
    letters = "".join(typed.split()).replace("-", "").upper().translate(_MISREAD)
    if len(letters) != SELECTOR_LETTERS + SECRET_LETTERS or not letters.isascii():
        return None
    if not all("A" <= letter <= "Z" or "2" <= letter <= "7" for letter in letters):
        return None
    digest = hashlib.sha256(_TAG + letters.encode()).digest()
    return EnrolCodeParts(letters[:SELECTOR_LETTERS], digest)


def is_same(one: bytes, other: bytes) -> bool:
    """Equal, in constant time."""
    return hmac.compare_digest(one, other)


class EnrolCodeRefused(
    Declared, slug="enrol-code-refused", status=403, title="The enrolment code is not valid"
):
    detail: str
    remedy = (
        "Hold it against what head office showed, or make a new one there: `central enrol-code "
        "STORE`."
    )
    field = "code"
