"""What a terminal may be asked, and what it may answer: one line of JSON each way, one question a
connection.

    pay     take this amount under this reference. The same reference again is no second payment:
            the answer is what became of the first.
    refund  give this amount back, of the payment ``refunds``, under a reference of its own. The
            same reference again is no second refund: the answer is what became of the first.
    state   what became of this reference? One that the terminal never heard of is *barred* by the
            question: it answers ``never``, and what would move money and arrives later is
            declined.
    cancel  undo it, whatever became of it; an unknown reference is barred. ``kept``: it cannot be
            undone any more; money that went back never can.

Nobody who is asked again charges again, or gives back again. No card's number goes this way, in
either direction: a driver for a real terminal keeps it on its side, and says what the bank
answered.
"""

from enum import StrEnum
from typing import Annotated

import msgspec

from sync.protocol.money import MINOR_MAX
from sync.protocol.text import TEXT_PATTERN

LINE_BYTES_MAX = 1_024

Reference = Annotated[str, msgspec.Meta(pattern=r"\A[0-9A-Z]{12}\Z")]
Approval = Annotated[str, msgspec.Meta(pattern=r"\A[0-9A-Z]{1,12}\Z")]
Why = Annotated[str, msgspec.Meta(pattern=TEXT_PATTERN, max_length=100)]


class Ask(StrEnum):
    """What it may be asked."""

    PAY = "pay"
    REFUND = "refund"
    STATE = "state"
    CANCEL = "cancel"


BEGINS = frozenset({Ask.PAY, Ask.REFUND})
"""What moves money; all else asks after it."""


class Said(StrEnum):
    """What it may answer. ``offline``: approved within the terminal's limits, the bank was not
    asked. ``waiting``: the customer is still at it. ``unknown``: it does not know itself."""

    APPROVED = "approved"
    OFFLINE = "offline"
    DECLINED = "declined"
    UNKNOWN = "unknown"
    WAITING = "waiting"
    CANCELLED = "cancelled"
    KEPT = "kept"
    NEVER = "never"


class Question(msgspec.Struct, frozen=True, omit_defaults=True):
    """``amount_minor`` of ``currency`` where it is to pay or to give back, of the payment
    ``refunds``; ``offline_max_minor``: up to so much it
    may be taken without asking the bank, 0 never."""

    ask: Ask
    reference: Reference
    amount_minor: Annotated[int, msgspec.Meta(ge=0, le=MINOR_MAX)] = 0
    currency: str = ""
    offline_max_minor: Annotated[int, msgspec.Meta(ge=0, le=MINOR_MAX)] = 0
    refunds: Reference | None = None


class Answer(msgspec.Struct, frozen=True, omit_defaults=True):
    """``approval``: the code of whoever approved it; ``why`` in words, for the cashier."""

    said: Said
    approval: Approval | None = None
    why: Why = ""
