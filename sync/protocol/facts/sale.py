"""A finished sale, return or exchange, its lines, taxes and tenders, each balanced or not there.

Within a line stand first the fields that are the same for every sale of an item, then those that
repeat with the quantity: zstd folds that best.
"""

from datetime import date
from enum import StrEnum

from sync.protocol.bounds import (
    FIGURE_MAX,
    BasisPoints,
    Count,
    LineNo,
    Milli,
    Minor,
    OwnText,
    Points,
    Text,
)
from sync.protocol.change import Instant
from sync.protocol.errors import Unbalanced
from sync.protocol.facts.base import LINES_MAX, Fact, KindVersion, Part, refuse_date, refuse_size
from sync.protocol.facts.escrow import OF_POINTS
from sync.protocol.facts.tender import (
    TENDERS_MAX,
    RightGiven,
    RightTaken,
    TakeBack,
    TenderLine,
    VoucherTaken,
)
from sync.protocol.identity import (
    CustomerId,
    ItemId,
    OperatorId,
    PromotionId,
    ReceiptNumber,
    SaleId,
    StoreId,
    TillSessionId,
    WorkstationId,
)
from sync.protocol.money import BASIS_POINTS, added_tax, included_tax
from sync.protocol.text import is_plain


class TaxClass(StrEnum):
    """How an item stands to tax. Out of scope enters no tax figure and earns no points."""

    STANDARD = "standard"
    REDUCED = "reduced"
    ZERO = "zero"
    EXEMPT = "exempt"
    OUT_OF_SCOPE = "out_of_scope"


_OUT_OF_SCOPE = TaxClass.OUT_OF_SCOPE
"""Asked for by each line of each receipt: to look a member up by its name takes ten times as
long."""
PRICE_OVERRIDE = "price_override"
"""Kind of the modifier of a line whose price was set by hand: its first, and no discount."""
BY_VOUCHER = "voucher"
"""Kind of the modifier for a voucher that lowers the price: it takes nobody's word."""


class PriceModifier(Part, frozen=True, array_like=True):
    """What changed a line's price, in minor units (negative lowers it). ``coupon``: the code that
    was shown for it."""

    kind: Text
    amount_minor: Minor
    reason: Text
    promotion_id: PromotionId | None = None
    promotion_version: Count | None = None
    operator_id: OperatorId | None = None
    coupon: Text | None = None


class OriginalLine(Part, frozen=True, array_like=True):
    """The sale line that a return line takes back. ``store_id``: where it was sold, if not here."""

    sale_id: SaleId
    line_no: LineNo
    store_id: StoreId | None = None


class Override(Part, frozen=True, array_like=True):
    """Somebody with the permission allowed what the operator may not do alone."""

    act: Text
    operator_id: OperatorId
    reason: Text
    line_no: LineNo | None = None


class Line(Part, frozen=True, array_like=True):
    """A SaleLine (quantity above zero) or a ReturnLine (below zero): with its original, or, where
    nobody can show one, with the reason why it is taken back ``unverified``.

    ``extended_minor`` is price x quantity; ``amount_minor`` adds the modifiers: it is what the
    customer owes for the line, with its tax where ``tax_included``, else before it. The mode stands
    on the line: a return keeps the mode of its sale, whatever the store does today, and one receipt
    may hold both. ``unit`` is what a quantity of 1,000 is one of. ``points`` is the line's share of
    what the receipt earned, or (negative) what a return takes back. ``linked_to``: the line that
    brought this one along (a deposit, a bag). ``age_checked``: the years that the operator saw
    proof of. ``price_book``: out of which the price is, where it is not the zone's plain one.
    ``cost_minor``: what the goods had cost the shop on average (moving_cost.py), as the quantity
    signed and frozen; None: it was not known. ``unit_cost_minor`` is the catalogue's word.
    ``book_name``: the price book's, as the paper says it. ``packs_milli``: so many of a pack that
    has a price of its own were sold, or (negative) came back whole: one of them cost the extended
    amount / their number.
    """

    item_id: ItemId
    description: OwnText
    unit: OwnText
    scan_code: OwnText | None
    tax_class: TaxClass
    tax_rate_bp: BasisPoints
    tax_included: bool
    tax_version: Count
    price_version: Count
    unit_cost_minor: Minor | None
    quantity_milli: Milli
    unit_price_minor: Minor
    extended_minor: Minor
    amount_minor: Minor
    tax_minor: Minor
    points: Points
    line_no: LineNo
    modifiers: tuple[PriceModifier, ...] = ()
    original: OriginalLine | None = None
    open_price_reason: Text | None = None
    serial: Text | None = None
    lot: Text | None = None
    expires_on: date | None = None
    note: Text | None = None
    linked_to: LineNo | None = None
    age_checked: Count | None = None
    price_book: Text | None = None
    unverified: Text | None = None
    cost_minor: Minor | None = None
    book_name: Text | None = None
    packs_milli: Milli | None = None

    def __post_init__(self) -> None:
        if not is_plain(f"{self.item_id}{self.description}{self.unit}{self.scan_code or ''}"):
            raise Unbalanced(f"line {self.line_no}: a text holds what may not enter (text.py)")
        if self.quantity_milli == 0:
            raise Unbalanced(f"line {self.line_no}: quantity is zero")
        if not 0 <= self.tax_rate_bp <= BASIS_POINTS:
            raise Unbalanced(f"line {self.line_no}: tax rate is not between 0 and 100 %")
        if self.tax_class is _OUT_OF_SCOPE and (self.tax_rate_bp or self.tax_minor):
            raise Unbalanced(f"line {self.line_no}: what is out of scope bears no tax")
        modified = self.extended_minor
        for modifier in self.modifiers:
            modified += modifier.amount_minor
        if self.amount_minor != modified:
            raise Unbalanced(f"line {self.line_no}: amount is not price x quantity and modifiers")
        is_return = self.quantity_milli < 0
        if is_return != (self.original is not None or self.unverified is not None):
            raise Unbalanced(f"line {self.line_no}: only a return line names its original")
        if self.original is not None and self.unverified is not None:
            raise Unbalanced(f"line {self.line_no}: what has an original is not unverified")
        if self.packs_milli is not None and self.packs_milli * self.quantity_milli <= 0:
            raise Unbalanced(f"line {self.line_no}: packs go the way of what is in them")
        cost = self.cost_minor or 0
        figures = (self.extended_minor, self.amount_minor, self.tax_minor, self.points, cost)
        if max(figures) > 0 if is_return else min(figures) < 0:
            raise Unbalanced(f"line {self.line_no}: a figure has the wrong sign")

    @property
    def is_return(self) -> bool:
        """Goods come back."""
        return self.quantity_milli < 0

    @property
    def discount_minor(self) -> int:
        """What promotions and people took off what is sold, as a positive number; of what comes
        back 0: there a modifier is its share of what was taken off once."""
        if not self.modifiers or self.quantity_milli < 0:
            return 0
        return -sum([one.amount_minor for one in self.modifiers if one.kind != PRICE_OVERRIDE])


class TaxLine(Part, frozen=True, array_like=True):
    """Tax of one class, rate and mode, over the sale lines or over the return lines of a receipt.

    ``net_minor`` is the base: the lines' amounts without their tax, in either mode, so that bases
    of both add up (GST F5, boxes 1 to 3). What is out of scope is in no tax line.
    """

    tax_class: TaxClass
    tax_rate_bp: BasisPoints
    tax_included: bool
    net_minor: Minor
    tax_minor: Minor
    is_return: bool = False


class RetailTransaction(Fact, frozen=True, array_like=True):
    """A finished sale, return or exchange: balanced to the minor unit, or it does not exist.

    Sum of line amounts (+ tax of the lines whose mode adds it) + rounding = tenders - tips -
    change.
    ``tendered_at_ms`` is the instant as of which the basket was priced (UTC). ``post_void_of``: the
    receipt of this store that this one takes back whole, because it should not have been.

    Version 2 has the fields behind ``note``, behind a line's ``lot`` and at the end of its parts,
    version 3 a line's ``cost_minor``, version 4 a tender's ``tip_minor`` and the ``last_day`` of
    what is born, version 5 ``vouchers``, a line's ``book_name`` and ``packs_milli``.
    """

    KIND = KindVersion("retail_transaction", 5)
    EARLIER = (1, 2, 3, 4)
    OWN_ID = "sale_id"
    ROOT = ("sale", "sale_id")

    sale_id: SaleId
    receipt_number: ReceiptNumber
    workstation_id: WorkstationId
    till_session_id: TillSessionId
    operator_id: OperatorId
    business_date: date
    tendered_at_ms: Instant
    currency: Text
    customer_id: CustomerId | None
    lines: tuple[Line, ...]
    taxes: tuple[TaxLine, ...]
    tenders: tuple[TenderLine, ...]
    rounding_minor: Minor = 0
    change_minor: Minor = 0
    points_earned: Points = 0
    take_back: TakeBack | None = None
    training: bool = False
    overrides: tuple[Override, ...] = ()
    note: Text | None = None
    rights_taken: tuple[RightTaken, ...] = ()
    rights_given: tuple[RightGiven, ...] = ()
    post_void_of: SaleId | None = None
    vouchers: tuple[VoucherTaken, ...] = ()

    def __post_init__(self) -> None:
        if not 1 <= len(self.lines) <= LINES_MAX:
            raise Unbalanced(f"a receipt has at least one line and at most {LINES_MAX:,}")
        if len(self.tenders) > TENDERS_MAX:
            raise Unbalanced(f"a receipt has at most {TENDERS_MAX} tenders")
        if [line.line_no for line in self.lines] != list(range(1, len(self.lines) + 1)):
            raise Unbalanced("line numbers are not 1, 2, 3, …")
        given = sum([t.amount_minor - t.tip_minor for t in self.tenders])
        if self.due_minor != given - self.change_minor:
            raise Unbalanced("tenders less tips and change are not the amount due")
        if self.change_minor < 0:
            raise Unbalanced("change is never negative")
        if self.taxes != tax_lines(self.lines):
            raise Unbalanced("tax lines are not the sums of the lines")
        refuse_date(self.business_date)
        _refuse_wrong_tax(self.taxes)
        _refuse_wrong_points(self)
        _refuse_wrong_rights(self)
        if self.vouchers:
            _refuse_wrong_vouchers(self)
        _refuse_too_much(self)

    @property
    def total_minor(self) -> int:
        """Before rounding, tax included."""
        amount = sum([line.amount_minor for line in self.lines])
        return amount + sum([t.tax_minor for t in self.taxes if not t.tax_included])

    @property
    def due_minor(self) -> int:
        """What is paid (or, negative, refunded): the total with the cash rounding."""
        return self.total_minor + self.rounding_minor

    @property
    def tips_minor(self) -> int:
        """For who serves, beside what is due."""
        return sum([tender.tip_minor for tender in self.tenders])

    @property
    def points_given_back(self) -> int:
        """What points paid, and comes back as points."""
        return sum([one.amount for one in self.rights_given if one.kind == OF_POINTS])


def tax_lines(lines: tuple[Line, ...]) -> tuple[TaxLine, ...]:
    """Sums per (is_return, class, rate, mode), in that order: the only way to make tax lines."""
    sums: dict[tuple[bool, TaxClass, int, bool], tuple[int, int]] = {}
    for line in lines:
        if line.tax_class is _OUT_OF_SCOPE:
            continue
        group = (line.quantity_milli < 0, line.tax_class, line.tax_rate_bp, line.tax_included)
        net, tax = sums.get(group, (0, 0))
        of_line = line.tax_minor
        base = line.amount_minor - of_line if line.tax_included else line.amount_minor
        sums[group] = (net + base, tax + of_line)
    groups = sorted(sums) if len(sums) > 1 else sums
    return tuple(
        [
            TaxLine(tax_class, rate_bp, included, *sums[group], is_return=is_return)
            for group in groups
            for is_return, tax_class, rate_bp, included in (group,)
        ]
    )


def _refuse_wrong_tax(taxes: tuple[TaxLine, ...]) -> None:
    """Tax of the sale lines is the rate on their sum; return lines mirror their originals' lines,
    whose shares were cut by largest remainder, so their sum has no closed form to hold against."""
    for line in taxes:
        if line.is_return:
            continue
        if line.tax_included:
            expected = included_tax(line.net_minor + line.tax_minor, line.tax_rate_bp)
        else:
            expected = added_tax(line.net_minor, line.tax_rate_bp)
        if line.tax_minor != expected:
            raise Unbalanced(f"tax at {line.tax_rate_bp} bp is not the rate on the receipt's sum")


def _refuse_wrong_points(sale: RetailTransaction) -> None:
    points = [line.points for line in sale.lines]
    given = sum([each for each in points if each > 0])
    taken = given - sum(points)
    if given != sale.points_earned:
        raise Unbalanced("points of the lines are not what the receipt earned")
    if taken != (sale.take_back.points if sale.take_back else 0):
        raise Unbalanced("points of the return lines are not what was taken back")
    if sale.customer_id is None and (given or taken or any(t.points for t in sale.tenders)):
        raise Unbalanced("points move without a customer")


def _refuse_wrong_rights(sale: RetailTransaction) -> None:
    """What stands at a line is of a line: a link leads to an earlier one, a right was born once."""
    for line in sale.lines:
        if line.linked_to is not None and not 1 <= line.linked_to < line.line_no:
            raise Unbalanced(f"line {line.line_no}: it is linked to no line before it")
    if not (sale.rights_taken or sale.rights_given):
        return
    taken = {(one.root, one.line) for one in sale.rights_taken}
    if len(taken) != len(sale.rights_taken):
        raise Unbalanced("one right is taken twice")
    places = {one.line for one in sale.rights_given}
    if len(places) != len(sale.rights_given):
        raise Unbalanced("two rights are born in one place")
    again = len(places) if sale.post_void_of is not None else 0
    last = min(len(sale.lines) + len(sale.tenders) + again, LINES_MAX)
    if places and not 1 <= min(places) <= max(places) <= last:
        raise Unbalanced("a right is born in a line or a tender of its receipt")
    refuse_size([one.amount for one in sale.rights_taken], "rights")
    refuse_size([one.amount for one in sale.rights_given], "rights")


def _refuse_wrong_vouchers(sale: RetailTransaction) -> None:
    """They are what the lines say of them, and each stands once with all that it took off."""
    off = [
        modifier.amount_minor
        for line in sale.lines
        if line.quantity_milli > 0
        for modifier in line.modifiers
        if modifier.kind == BY_VOUCHER
    ]
    if sum([one.amount_minor for one in sale.vouchers]) != -sum(off):
        raise Unbalanced("vouchers are not what they took off the lines")


def _refuse_too_much(sale: RetailTransaction) -> None:
    """Sale lines and return lines each: a day counts them apart, as gross and as refunds. A line's
    figures have one sign, so where all of them together keep the bound each sum of some does."""
    figures = [abs(x.quantity_milli + x.extended_minor) for x in sale.lines]
    figures += [abs(x.amount_minor + x.tax_minor + x.points) for x in sale.lines]
    paid = sum([abs(tender.points) + max(0, tender.amount_minor) for tender in sale.tenders])
    if sum(figures) <= FIGURE_MAX and paid <= FIGURE_MAX:
        return
    for is_return in (False, True):
        lines = [line for line in sale.lines if (line.quantity_milli < 0) is is_return]
        if not lines:
            continue
        amounts = [line.amount_minor for line in lines]
        refuse_size(amounts + [x.tax_minor for x in lines if not x.tax_included], "amount")
        refuse_size([line.extended_minor for line in lines], "price")
        refuse_size([line.quantity_milli for line in lines], "quantity")
        refuse_size([line.points for line in lines], "points")
    refuse_size([tender.points for tender in sale.tenders], "points")
    refuse_size([max(0, tender.amount_minor) for tender in sale.tenders], "tenders")
