"""What a box asks head office for while somebody waits at the till, and what it is told."""

from typing import Annotated
from uuid import UUID

import msgspec

from sync.protocol.bounds import FIGURE_MAX, Count, Sum
from sync.protocol.change import Kind
from sync.protocol.facts.escrow import Amount


class RightAsked(msgspec.Struct, frozen=True, array_like=True):
    """For a right to spend ``amount`` of an account (``escrow.py``). The same as the fact
    ``grant_asked`` of the box's journal, which may arrive later."""

    request_id: UUID
    kind: Kind
    account_id: UUID
    amount: Amount


class RightAnswered(msgspec.Struct, frozen=True, array_like=True):
    """So much the epoch may spend, under the request's id; 0: nothing. The same for ever."""

    request_id: UUID
    granted: Annotated[int, msgspec.Meta(ge=0, le=FIGURE_MAX)]


class AccountStated(msgspec.Struct, frozen=True, array_like=True):
    """``balance``: what somebody has in all, as far as head office heard; below 0 they owe it.
    ``free``: so much of it whoever asks next is granted at most; the rest may be spent where it
    is."""

    balance: Sum
    free: Count
