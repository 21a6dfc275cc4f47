"""What a workstation sends to finish a sale: the request as it is decoded, and its plain checks.

Bounds here keep out what no rule should ever see (text that is no text, integers beyond 64 bits,
bodies of a million lines); what a person can get wrong is refused by a rule, which says what to do.
A line with ``original``, or that is ``unverified``, takes goods back: its quantity is positive here
and negative in the fact.
"""

from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from typing import Annotated, TypeAlias
from uuid import UUID

import msgspec

from edge.domain.fields import Code, Sentence, ShortItem, ShortOperator, ShortTender, Word
from edge.domain.sale.refusals.lines import (
    QuantityTooLarge,
    TooManyLines,
    WrongLineNumber,
    WrongQuantity,
)
from edge.domain.sale.refusals.prices import TenderedInTheFuture, TenderedTooLongAgo
from edge.domain.sale.refusals.returns import NothingReturned
from edge.domain.sale.refusals.tenders import TooManyTenders
from sync.protocol.bounds import FIGURE_MAX
from sync.protocol.clock import ClockState
from sync.protocol.facts import LINES_MAX, TENDERS_MAX, Outcome
from sync.protocol.identity import CustomerId, SaleId, TenderId
from sync.protocol.money import BASIS_POINTS, MINOR_MAX, QUANTITY_MILLI_MAX
from sync.protocol.paying import CurrencyCode
from sync.protocol.reference import AGE_YEARS_MAX
from sync.protocol.typed import not_typed

OVERRIDES_MAX = 8
COUPONS_MAX = 20
VOUCHERS_MAX = 20
PARSED_MAX = 10_000
"""Lines or tenders that are looked at at all."""
JSON_INTEGER_MAX = 1 << 53
"""Integers that every JSON reader holds exactly (RFC 8259, 6)."""
TENDERED_AHEAD_MAX_S = 86_400
"""A workstation's clock may be a day ahead of the store server's."""
UNCHECKED_AHEAD_MAX_S = 100 * 366 * 86_400
"""A box whose own clock fell back to the beginning of its count still sells to a right one."""
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)

LineNumber: TypeAlias = Annotated[int, msgspec.Meta(ge=1, le=LINES_MAX)]
Figure: TypeAlias = Annotated[int, msgspec.Meta(ge=-JSON_INTEGER_MAX, le=JSON_INTEGER_MAX)]


class OriginalRequest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The sale line that a line takes back."""

    sale_id: SaleId
    line_no: Figure


class DiscountRequest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What the operator takes off: ``rate_bp`` of it or ``amount_minor``, one of the two. Raises
    ValueError where it is not so."""

    reason: Sentence
    rate_bp: Annotated[int, msgspec.Meta(ge=1, le=BASIS_POINTS)] | None = None
    amount_minor: Annotated[int, msgspec.Meta(ge=1, le=MINOR_MAX)] | None = None

    def __post_init__(self) -> None:
        if (self.rate_bp is None) == (self.amount_minor is None):
            raise ValueError("a discount states a rate or an amount, one of the two")


class PriceOverrideRequest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The price that the operator sets for one of the line's item, whatever it costs, and why."""

    unit_price_minor: Annotated[int, msgspec.Meta(ge=0, le=MINOR_MAX)]
    reason: Sentence


class LineRequest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One line: an item by scan code or id, or the original to take back. Where the scan code is
    a label (labels.py) the quantity counts labels. ``discount``: off this line, by hand.
    ``age_checked``: the years that proof was seen of. ``linked_to``: the line that this one goes
    along with.
    ``unverified``: why it is taken back without a receipt; then the price that is stated holds,
    else the one in force. ``price_override``: by hand, in place of the price in force.
    ``card``: the number of the card that it loads."""

    line_no: Figure
    quantity_milli: Figure
    scan_code: Annotated[Code, not_typed("the catalogue must hold it")] | None = None
    item_id: ShortItem | None = None
    unit_price_minor: Annotated[int, msgspec.Meta(ge=0, le=MINOR_MAX)] | None = None
    open_price_reason: Sentence | None = None
    original: OriginalRequest | None = None
    serial: Word | None = None
    lot: Word | None = None
    discount: DiscountRequest | None = None
    expires_on: date | None = None
    note: Sentence | None = None
    age_checked: Annotated[int, msgspec.Meta(ge=1, le=AGE_YEARS_MAX)] | None = None
    linked_to: LineNumber | None = None
    unverified: Sentence | None = None
    price_override: PriceOverrideRequest | None = None
    card: Word | None = None

    @property
    def is_return(self) -> bool:
        """It takes goods back."""
        return self.original is not None or self.unverified is not None


class ValueKind(StrEnum):
    """What holds value (``escrow.RightKind``)."""

    GIFT_VALUE = "gift_value"
    STORE_CREDIT = "store_credit"


class AccountRequest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Whose value pays, or gets it back: of the ``card`` or note with that number, as it was
    scanned; of a customer's credit; or (only what goes back to what paid, as the quote says it) of
    the account. Store credit that names none of the three is a note, which the receipt prints.
    Raises ValueError where it names more than one."""

    kind: ValueKind
    card: Word | None = None
    customer_id: CustomerId | None = None
    account_id: UUID | None = None

    def __post_init__(self) -> None:
        if sum(each is not None for each in (self.card, self.customer_id, self.account_id)) > 1:
            raise ValueError("an account is a card's, a customer's or one that paid, one of them")


class ForeignRequest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Cash of another currency, in its minor units."""

    currency: CurrencyCode
    amount_minor: Annotated[int, msgspec.Meta(ge=1, le=MINOR_MAX)]


class TenderRequest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What the customer gives (positive) or gets back (negative) by one tender. ``reference``: the
    payment's, where it was made elsewhere; then ``outcome`` and ``approval`` are what is known of
    it. ``foreign``: what was handed over, if it is not the store's money: then the amount is what
    it is worth. ``account``: where the tender holds value, whose. ``tip_minor``: so much of the
    amount is for who serves."""

    tender_id: ShortTender
    amount_minor: Figure
    reference: Word | None = None
    outcome: Outcome | None = None
    approval: Word | None = None
    foreign: ForeignRequest | None = None
    account: AccountRequest | None = None
    tip_minor: Figure = 0

    @property
    def goods_minor(self) -> int:
        """What it gives for goods, or gives back of them."""
        return self.amount_minor - self.tip_minor


class VoucherRequest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A voucher that lowers the price: of the tender whose vouchers do, by its amount.
    ``reference``: what stands on it."""

    tender_id: ShortTender
    amount_minor: Annotated[int, msgspec.Meta(ge=1, le=MINOR_MAX)]
    reference: Word | None = None


class SaleRequest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A basket that was tendered. ``total_minor`` is what the customer saw: tax included, before
    cash rounding. ``tendered_at`` is when; prices are those in force then. ``override_ids``: of
    what somebody else allowed for it. ``discount``: off the basket, by hand. ``coupons``: codes
    that were shown. ``post_void_of``: the receipt that it takes back whole; then it has no lines of
    its own, ``note`` says why, and tenders may be left out. ``training``: everything as in a
    sale, and nothing of it counts. ``vouchers``: those that lower the price, as they were given."""

    sale_id: SaleId
    operator_id: ShortOperator
    tendered_at: Annotated[datetime, msgspec.Meta(tz=True)]
    total_minor: Figure
    lines: Annotated[tuple[LineRequest, ...], msgspec.Meta(max_length=PARSED_MAX)]
    tenders: Annotated[tuple[TenderRequest, ...], msgspec.Meta(max_length=PARSED_MAX)]
    customer_id: CustomerId | None = None
    note: Sentence | None = None
    override_ids: Annotated[tuple[UUID, ...], msgspec.Meta(max_length=OVERRIDES_MAX)] = ()
    discount: DiscountRequest | None = None
    coupons: Annotated[tuple[Word, ...], msgspec.Meta(max_length=COUPONS_MAX)] = ()
    post_void_of: SaleId | None = None
    training: bool = False
    vouchers: Annotated[tuple[VoucherRequest, ...], msgspec.Meta(max_length=VOUCHERS_MAX)] = ()

    @property
    def tendered_at_ms(self) -> int:
        """UTC milliseconds, the rest cut off."""
        return (self.tendered_at - _EPOCH) // _MILLISECOND

    @property
    def tender_ids(self) -> set[TenderId]:
        """Of everything that was given."""
        paid = {each.tender_id for each in self.tenders}
        return paid | {each.tender_id for each in self.vouchers}


def refuse_wrong_shape(request: SaleRequest, *, require_return: bool) -> None:
    """What can be told from the request alone. Raises TooManyLines, TooManyTenders,
    WrongLineNumber, WrongQuantity, QuantityTooLarge, NothingReturned."""
    if not 1 <= len(request.lines) <= LINES_MAX:
        raise TooManyLines(len(request.lines))
    if len(request.tenders) > TENDERS_MAX:
        raise TooManyTenders(len(request.tenders))
    for expected, line in enumerate(request.lines, start=1):
        if line.line_no != expected:
            raise WrongLineNumber(line.line_no, expected)
        if not 1 <= line.quantity_milli <= QUANTITY_MILLI_MAX:
            raise WrongQuantity(line.quantity_milli, field=f"lines[{expected - 1}].quantity_milli")
    back = sum(line.quantity_milli for line in request.lines if line.is_return)
    sold = sum(line.quantity_milli for line in request.lines) - back
    refuse_many(max(sold, back))
    if require_return and not any(line.is_return for line in request.lines):
        raise NothingReturned


def refuse_many(quantity_milli: int) -> None:
    """What a receipt sells, or takes back. Raises QuantityTooLarge."""
    if quantity_milli > FIGURE_MAX:
        raise QuantityTooLarge(quantity_milli)


def refuse_wrong_instant(
    tendered_at_ms: int, now_ms: int, clock_state: ClockState, age_max_s: int | None
) -> None:
    """Raises TenderedTooLongAgo, TenderedInTheFuture. Only a clock that head office has confirmed
    may judge closely: nothing in a clock can stop a shop from selling (protocol.md, P5). Without
    one an instant lies between the beginning of the clocks' own count and what any wrong clock of
    this box could make of now."""
    age_s = (now_ms - tendered_at_ms) // 1_000
    if tendered_at_ms < 0:
        raise TenderedTooLongAgo(age_s, age_max_s or age_s + tendered_at_ms // 1_000)
    if -age_s > UNCHECKED_AHEAD_MAX_S:
        raise TenderedInTheFuture(-age_s, UNCHECKED_AHEAD_MAX_S)
    if clock_state is not ClockState.CHECKED:
        return
    if age_max_s is not None and age_s > age_max_s:
        raise TenderedTooLongAgo(age_s, age_max_s)
    if -age_s > TENDERED_AHEAD_MAX_S:
        raise TenderedInTheFuture(-age_s, TENDERED_AHEAD_MAX_S)
