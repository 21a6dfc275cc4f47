"""The answer to a finished sale: the same for the first arrival, a replay and a look-up."""

from datetime import date

import msgspec

from sync.protocol.change import Head, Kept
from sync.protocol.identity import ReceiptNumber, SaleId
from sync.protocol.poslog import RetailTransaction


class CompletedSale(msgspec.Struct, frozen=True):
    """``kept`` has an empty signature: the API signs its hash with the device's key after the
    commit. ``points_here``: what the customer can spend at this store now, None without one; the
    only figure that a later answer may tell differently. ``repeated``: it was finished before."""

    fact: RetailTransaction
    kept: Kept
    receipt: str
    points_here: int | None
    repeated: bool = False

    @property
    def sale_id(self) -> SaleId:
        """The id that the workstation gave it."""
        return self.fact.sale_id

    @property
    def receipt_number(self) -> ReceiptNumber:
        """The number that people read."""
        return self.fact.receipt_number

    @property
    def business_date(self) -> date:
        """The open day's name when it was finished."""
        return self.fact.business_date

    @property
    def total_minor(self) -> int:
        """Tax included, before rounding."""
        return self.fact.total_minor

    @property
    def rounding_minor(self) -> int:
        """What cash rounding added."""
        return self.fact.rounding_minor

    @property
    def due_minor(self) -> int:
        """Total and rounding."""
        return self.fact.due_minor

    @property
    def change_minor(self) -> int:
        """Given back from cash."""
        return self.fact.change_minor

    @property
    def points_earned(self) -> int:
        """By the sale lines."""
        return self.fact.points_earned

    @property
    def points_spent(self) -> int:
        """By points tenders."""
        return sum(tender.points for tender in self.fact.tenders)

    @property
    def points_taken_back(self) -> int:
        """By the return lines, debt included."""
        return self.fact.take_back.points if self.fact.take_back is not None else 0

    @property
    def head(self) -> Head:
        """The sale's place in the journal: what a workstation remembers of it."""
        return Head(self.kept.epoch, self.kept.envelope.seq, self.kept.hash)
