"""Let in over the telephone, with no line: a person whom a box has locked out reads a challenge of
eight digits to head office, and is read an answer of eight digits.

The answer is HMAC-SHA256 under the box's unlock key, which head office and that box alone hold,
over ``holdfast-unlock-v1``, the operator's id and the challenge, each after a 4-byte length; its
first eight bytes as a number, the last eight digits of that. Eight digits withstand guessing
because a challenge is good for 15 minutes and three answers, and opens one lock once.
"""

import hashlib
import hmac

from sync.protocol.identity import OperatorId

UNLOCK_TAG = b"holdfast-unlock-v1"
DIGITS = 8
CHALLENGES = 10**DIGITS
"""A challenge is one of so many numbers, drawn at random."""
CHALLENGE_AGE_MAX_S = 900
WRONG_ANSWERS_MAX = 3


def challenge_text(number: int) -> str:
    """The challenge with all of its digits."""
    return f"{number % CHALLENGES:0{DIGITS}d}"


def unlock_answer(unlock_key: bytes, operator_id: OperatorId, challenge: str) -> str:
    """What head office reads out for this box, operator and challenge."""
    said = (UNLOCK_TAG, operator_id.encode(), challenge.encode())
    framed = b"".join(len(part).to_bytes(4, "big") + part for part in said)
    digest = hmac.new(unlock_key, framed, hashlib.sha256).digest()
    return f"{int.from_bytes(digest[:8], 'big') % CHALLENGES:0{DIGITS}d}"


def is_unlock_answer(
    unlock_key: bytes, operator_id: OperatorId, challenge: str, answer: str
) -> bool:
    """Whether ``answer`` is the one, blanks between its digits aside."""
    right = unlock_answer(unlock_key, operator_id, challenge)
    return hmac.compare_digest("".join(answer.split()).encode(), right.encode())
