"""Receipts and orders by e-mail: where to, how long it is tried, why one is not taken. An order
goes to the address that head office has of its supplier.

The address of a receipt is typed for each one and used for that one alone: nothing in this version
says that a customer agreed to get receipts there, so no address is proposed. It stands in no fact
and in no log, and is gone from the box as soon as the receipt was sent or given up.
"""

import re
from collections.abc import Mapping
from enum import StrEnum
from typing import Annotated, NamedTuple, TypeAlias

import msgspec

from sync.protocol.counted import counted
from sync.protocol.errors import NotNow

ADDRESS_CHARACTERS_MAX = 254
ADDRESS_FORM = r"^[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9-]{1,63}(\.[A-Za-z0-9-]{1,63})+"
"""ASCII (RFC 5321), with a domain: nothing in it can begin a header of its own. Its end is said by
whoever reads it."""
MAILS_WAITING_MAX = 500

MailAddress: TypeAlias = Annotated[
    str, msgspec.Meta(pattern=ADDRESS_FORM + r"$(?!\n)", max_length=ADDRESS_CHARACTERS_MAX)
]


_ADDRESS = re.compile(ADDRESS_FORM + r"\Z")


def is_mail_address(text: str) -> bool:
    """Whether letters go there; of a receipt's the decoder asks the same."""
    return len(text) <= ADDRESS_CHARACTERS_MAX and _ADDRESS.match(text) is not None


class MailKind(StrEnum):
    """What a letter is about."""

    RECEIPT = "receipt"
    ORDER = "order"


def letters(many: Mapping[MailKind, int]) -> str:
    """So many of each kind; nothing for none.

    >>> letters({MailKind.RECEIPT: 1, MailKind.ORDER: 2})
    '1 receipt and 2 orders'
    """
    return " and ".join(counted(many[kind], kind.value) for kind in MailKind if many.get(kind))


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


class NoMail(NotNow, slug="no-mail", title="Nothing goes by e-mail here"):
    detail = "No server for e-mail is named at this store."
    remedy = "Give it on paper, or name one under `[mail]` in the store's edge.toml."


class MailsWait(NotNow, slug="mails-wait", title="Too many letters wait to be sent"):
    waiting: int
    detail = "{waiting} letters wait to go by e-mail already."
    remedy = "Give this one on paper; `edge doctor` says why they wait."


class NoSupplierAddress(
    NotNow, slug="no-supplier-address", title="The supplier has no e-mail address here"
):
    supplier_id: str
    detail = "Of {supplier_id} no e-mail address is known, or it is none that letters go to."
    remedy = "Give the order on paper, or have head office enter the supplier's address."
