"""The answer to a finished sale: the same for the first arrival, a replay and a look-up."""

from collections.abc import Mapping
from datetime import date

import msgspec

from sync.protocol.change import Head, Kept
from sync.protocol.facts import RetailTransaction
from sync.protocol.identity import ReceiptNumber, SaleId
from sync.protocol.paper.blocks import Block
from sync.protocol.paper.invoice import Buyer
from sync.protocol.paper.receipt import Names, Original, Place, receipt_blocks
from sync.protocol.paper.text import render_text
from sync.protocol.reference import ReceiptTexts, StoreSettings


class CompletedSale(msgspec.Struct, frozen=True):
    """``kept`` has an empty signature: the API signs its hash with the device's key after the
    commit. ``points_here``: what the customer can spend at this store now, None without one; the
    only figure that a later answer may tell differently. ``originals``: receipts of the
    sales that return lines name. ``repeated``: it was finished before. ``copy``: its receipt is a
    reprint. ``voided_by``: the receipt that took this one back whole since. ``buyer``: to whom it
    was made out as a tax invoice since."""

    fact: RetailTransaction
    kept: Kept
    settings: StoreSettings
    texts: ReceiptTexts
    names: Names
    originals: Mapping[SaleId, Original]
    points_here: int | None
    repeated: bool = False
    copy: bool = False
    voided_by: ReceiptNumber | None = None
    buyer: Buyer | None = None

    @property
    def paper(self) -> list[Block]:
        """The receipt, made when it is asked for: after the commit, out of the writer's way."""
        place = Place(self.kept.epoch, self.kept.envelope.seq, self.kept.hash)
        return receipt_blocks(
            self.fact,
            self.settings,
            place,
            self.originals,
            self.names,
            self.texts,
            copy=self.copy,
            voided_by=self.voided_by,
            buyer=self.buyer,
        )

    @property
    def receipt(self) -> str:
        """The same as text."""
        return render_text(self.paper)

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
    def tips_minor(self) -> int:
        """Given beside what is due."""
        return self.fact.tips_minor

    @property
    def points_earned(self) -> int:
        """By the sale lines."""
        return self.fact.points_earned

    @property
    def points_spent(self) -> int:
        """By points tenders."""
        return sum(tender.points for tender in self.fact.tenders)

    @property
    def points_given_back(self) -> int:
        """By points tenders of a refund."""
        return self.fact.points_given_back

    @property
    def points_taken_back(self) -> int:
        """By the return lines, debt included."""
        return self.fact.take_back.points if self.fact.take_back is not None else 0

    @property
    def head(self) -> Head:
        """The sale's place in the journal: what a workstation remembers of it."""
        return Head(self.kept.epoch, self.kept.envelope.seq, self.kept.hash)
