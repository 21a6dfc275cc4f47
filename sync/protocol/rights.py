"""What a box asks head office for while somebody waits at the till, and what it is told."""

from datetime import date
from typing import Annotated
from uuid import UUID

import msgspec

from sync.protocol.bounds import (
    FIGURE_MAX,
    BasisPoints,
    Count,
    LineNo,
    Milli,
    Minor,
    OwnText,
    Points,
    Sum,
    Text,
)
from sync.protocol.change import Instant, Kind
from sync.protocol.facts import TaxClass, TenderKind
from sync.protocol.facts.escrow import Amount
from sync.protocol.identity import (
    CustomerId,
    ItemId,
    ReceiptNumber,
    SaleId,
    StoreId,
    TenderId,
)


class RightAsked(msgspec.Struct, frozen=True, array_like=True):
    """For a right to spend ``amount`` of an account (``escrow.py``): what the fact ``grant_asked``
    of the box's journal says, which may arrive later. ``until``: of a leave (kind ``refund``) the
    last business date on which its box will use it (``leaves.py``)."""

    request_id: UUID
    kind: Kind
    account_id: UUID
    amount: Amount
    until: date | None = None


class RightAnswered(msgspec.Struct, frozen=True, array_like=True):
    """So much the epoch may spend, under the request's id; 0: nothing. The same for ever.
    ``last_day``: through which the account is good as of the answer (``last_days.py``)."""

    request_id: UUID
    granted: Annotated[int, msgspec.Meta(ge=0, le=FIGURE_MAX)]
    last_day: date | None = None


class AccountStated(msgspec.Struct, frozen=True, array_like=True):
    """``balance``: what somebody has in all, as far as head office heard; below 0 they owe it.
    ``free``: so much of it whoever asks next is granted at most; the rest may be spent where it
    is. ``last_day``: through which it is good (``last_days.py``); None: for ever."""

    balance: Sum
    free: Count
    last_day: date | None = None


class LineStated(msgspec.Struct, frozen=True, array_like=True):
    """A sale line as it was sold. ``back_milli``: so much of it came back anywhere, of it
    ``back_here_milli`` at the store that asks, as far as head office heard. ``price_book`` and
    ``packs_milli``: as ``Line``'s."""

    line_no: LineNo
    item_id: ItemId
    description: OwnText
    unit: OwnText
    scan_code: OwnText | None
    tax_class: TaxClass
    tax_rate_bp: BasisPoints
    tax_included: bool
    tax_version: Count
    price_version: Count
    unit_price_minor: Minor
    unit_cost_minor: Minor | None
    quantity_milli: Milli
    extended_minor: Minor
    amount_minor: Minor
    tax_minor: Minor
    points: Points
    back_milli: Sum
    back_here_milli: Sum
    price_book: Text | None = None
    packs_milli: Milli | None = None

    @property
    def back_elsewhere_milli(self) -> int:
        """At other stores than the one that asks, which counts its own."""
        return self.back_milli - self.back_here_milli


class PaymentStated(msgspec.Struct, frozen=True, array_like=True):
    """What a tender settled of the receipt: cash without change and rounding. ``points``: how many
    paid, where it is points; 0 of a head office that does not say."""

    tender_id: TenderId
    name: Text
    kind: TenderKind
    amount_minor: Minor
    reference: Text | None
    points: Points = 0


class GoneBack(msgspec.Struct, frozen=True, array_like=True):
    """What went back of the receipt by a tender anywhere; of it ``here_minor`` at the store that
    asks."""

    tender_id: TenderId
    amount_minor: Sum
    here_minor: Sum

    @property
    def elsewhere_minor(self) -> int:
        """At other stores than the one that asks."""
        return self.amount_minor - self.here_minor


class ReceiptStated(msgspec.Struct, frozen=True, array_like=True):
    """A receipt of the company as it stands: its sale lines, what came back of them, what paid.
    ``held_by``: the code of another store that has leave to take goods of it back now."""

    sale_id: SaleId
    store_id: StoreId
    store_code: Text
    receipt_number: ReceiptNumber
    business_date: date
    tendered_at_ms: Instant
    total_minor: Minor
    currency: Text
    customer_id: CustomerId | None
    lines: tuple[LineStated, ...]
    payments: tuple[PaymentStated, ...]
    gone: tuple[GoneBack, ...]
    held_by: Text | None = None
