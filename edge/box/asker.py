"""Whom the box's API turns to for what only head office can give while somebody waits: whoever
keeps the line open, and nobody where none does."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import NamedTuple, TypeAlias
from uuid import UUID

from sync.protocol.change import Head
from sync.protocol.rights import AccountStated, ReceiptStated


class Outcome(NamedTuple):
    """``granted``: so much more may be spent here; ``away``: head office did not answer in time."""

    granted: int
    away: bool = False


class ReceiptAnswer(NamedTuple):
    """``stated``: None where head office knows no such receipt, which it ``said`` with a
    ``remedy``; ``away``: it did not answer in time."""

    stated: ReceiptStated | None
    said: str = ""
    remedy: str = ""
    away: bool = False


AWAY = Outcome(0, away=True)
NOT_STATED = ReceiptAnswer(None, away=True)
AskForRight: TypeAlias = Callable[[str, UUID, int], Awaitable[Outcome]]
"""A right's kind, its account and how much."""
AskForAccount: TypeAlias = Callable[[str, UUID], Awaitable[AccountStated | None]]
"""A right's kind and its account; None: head office did not answer in time."""
AskForReceipt: TypeAlias = Callable[[str], Awaitable[ReceiptAnswer]]
"""By its code, its number or its sale's id."""
AskLineage: TypeAlias = Callable[[Sequence[Head]], Awaitable[bool]]
"""Of these events; False: head office did not answer in time."""


@dataclass
class Asker:
    """All are set while the line is open."""

    for_right: AskForRight | None = None
    for_account: AskForAccount | None = None
    for_receipt: AskForReceipt | None = None
    for_lineage: AskLineage | None = None

    async def ask_for_right(self, kind: str, account_id: UUID, amount: int) -> Outcome:
        """Raises NothingToAskFor, NotEnrolled."""
        if self.for_right is None:
            return AWAY
        return await self.for_right(kind, account_id, amount)

    async def ask_for_account(self, kind: str, account_id: UUID) -> AccountStated | None:
        """What somebody has in all. Raises NotEnrolled."""
        if self.for_account is None:
            return None
        return await self.for_account(kind, account_id)

    async def ask_for_receipt(self, code: str) -> ReceiptAnswer:
        """A receipt of any shop of the company as it stands. Raises NotEnrolled."""
        if self.for_receipt is None:
            return NOT_STATED
        return await self.for_receipt(code)

    async def ask_lineage(self, events: Sequence[Head]) -> bool:
        """Whether all is known that head office says of the boxes before this one, and of these
        events of theirs. Where nobody keeps a line it goes on with what it knows."""
        return self.for_lineage is None or await self.for_lineage(events)
