"""Receipts by e-mail: where to, how long it is tried, why one is not taken.

The address is typed for each receipt and used for that one alone: nothing in this version says that
a customer agreed to get receipts there, so no address is proposed. It stands in no fact and in no
log, and is gone from the box as soon as the receipt was sent or given up.
"""

from enum import StrEnum
from typing import Annotated, NamedTuple, TypeAlias

import msgspec

from sync.protocol.errors import NotNow

ADDRESS_CHARACTERS_MAX = 254
ADDRESS_FORM = r"^[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9-]{1,63}(\.[A-Za-z0-9-]{1,63})+"
"""ASCII (RFC 5321), with a domain: nothing in it can begin a header of its own. Its end is said by
whoever reads it."""
MAILS_WAITING_MAX = 500

MailAddress: TypeAlias = Annotated[
    str, msgspec.Meta(pattern=ADDRESS_FORM + r"$(?!\n)", max_length=ADDRESS_CHARACTERS_MAX)
]


class MailState(StrEnum):
    """``waiting`` for its next try; the others are ends."""

    WAITING = "waiting"
    SENT = "sent"
    GIVEN_UP = "given_up"


class Answered(NamedTuple):
    """What the server for e-mail said of one letter. ``failure`` None: it took it; else a code, as
    its words may quote an address. ``for_ever``: it never will."""

    failure: str | None
    for_ever: bool = False


class NoMail(NotNow, slug="no-mail", title="Receipts do not go by e-mail here"):
    detail = "No server for e-mail is named at this store."
    remedy = "Print the receipt, or name one under `[mail]` in the store's edge.toml."


class MailsWait(NotNow, slug="mails-wait", title="Too many receipts wait to be sent"):
    waiting: int
    detail = "{waiting} receipts wait to go by e-mail already."
    remedy = "Print this one; `edge doctor` says why they wait."
