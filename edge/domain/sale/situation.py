"""What the store knows when a sale arrives: read in the sale's own unit of work, then frozen.

``read_situation`` fills it, the rules read it. Missing keys: the store knows no such thing.
"""

from collections.abc import Mapping
from datetime import date
from types import MappingProxyType
from typing import NamedTuple, TypeAlias
from uuid import UUID

from edge.domain.payment.attempt import Attempt
from edge.domain.sale.multipliers import NO_EARNING, Earning
from edge.domain.sale.tender_kinds import TENDER_RULES, TenderRules
from sync.protocol.escrow import Right
from sync.protocol.facts import Account, OriginalLine, RightTaken, TaxClass, TenderKind
from sync.protocol.identity import (
    CompanyId,
    CustomerId,
    ItemId,
    ReceiptNumber,
    SaleId,
    StoreId,
    TenderId,
    TillSessionId,
    WorkstationId,
)
from sync.protocol.labels.label import Label
from sync.protocol.money import divide_half_up
from sync.protocol.moving_cost import Held
from sync.protocol.paper.receipt import NO_NAMES, NO_TEXTS, Names
from sync.protocol.paying import PaymentWay, VoucherType
from sync.protocol.price_books import Offer
from sync.protocol.promotions.shape import Promotion
from sync.protocol.reference import ItemRule, ReceiptTexts, Role, StoreSettings
from sync.protocol.refunds import Payment


class PriceInForce(NamedTuple):
    """The price of an item when the basket was tendered."""

    unit_price_minor: int
    version: int


class ItemOnSale(NamedTuple):
    """An item with the price in force when the basket was tendered, and its stock: how much, what
    it is worth, what a unit cost last (moving_cost.py)."""

    item_id: ItemId
    name: str
    unit: str
    tax_class: TaxClass
    open_price: bool
    unit_cost_minor: int | None
    active: bool
    price: PriceInForce | None
    on_hand_milli: int
    department: str = ""
    worth_minor: int = 0
    unit_mills: int | None = None

    @property
    def held(self) -> Held:
        """As the moving average sees it."""
        return Held(self.on_hand_milli, self.worth_minor, self.unit_mills)


class RateInForce(NamedTuple):
    """The tax rate of a class on the business date."""

    rate_bp: int
    version: int


class TenderInUse(NamedTuple):
    """A way to pay. ``refundable``: as the store wants it, where its kind may be at all. ``way``:
    who is asked for the payment, where anybody is; ``voucher``: what its vouchers are."""

    name: str
    kind: TenderKind
    refundable: bool
    active: bool
    way: PaymentWay | None = None
    voucher: VoucherType | None = None

    @property
    def rules(self) -> TenderRules:
        """What its kind may do."""
        return TENDER_RULES[self.kind]


class Worth(NamedTuple):
    """What foreign cash was worth when the basket was tendered: ``own_minor`` for
    ``foreign_minor``, by the publication ``version``."""

    own_minor: int
    foreign_minor: int
    decimals: int
    version: int

    def of(self, amount_minor: int) -> int:
        """In the store's own minor units, half up."""
        return divide_half_up(amount_minor * self.own_minor, self.foreign_minor)


Offers: TypeAlias = Mapping[tuple[ItemId, str], tuple[Offer, ...]]
"""By item and pack (empty: none), what price books in force have for it."""
NO_OFFERS: Offers = MappingProxyType({})
NO_ATTEMPTS: Mapping[str, Attempt] = MappingProxyType({})
NO_WORTH: Mapping[str, Worth] = MappingProxyType({})
CouponRights: TypeAlias = Mapping[str, RightTaken | None]
"""Numbers of coupons that are good once and may be used here now, and what that takes: nothing in
training."""
NO_COUPON_RIGHTS: CouponRights = MappingProxyType({})


VouchersTaken: TypeAlias = Mapping[tuple[TenderId, str], ReceiptNumber]
"""By tender and number, in capitals."""
NO_VOUCHERS_TAKEN: VouchersTaken = MappingProxyType({})


class SoldLine(NamedTuple):
    """A sale line that may come back, and how much of it already did (positive). ``store_id``: the
    shop that sold it, if it is another one. ``stated``: this store holds no receipt of it, and has
    it from head office alone. ``cost_minor``: what its goods had cost, all of them.
    ``packs_milli``: as ``Line``'s."""

    sale_id: SaleId
    line_no: int
    customer_id: CustomerId | None
    receipt_number: ReceiptNumber
    item_id: ItemId
    description: str
    unit: str
    scan_code: str | None
    tax_class: TaxClass
    tax_rate_bp: int
    tax_included: bool
    tax_version: int
    price_version: int
    unit_price_minor: int
    unit_cost_minor: int | None
    quantity_milli: int
    extended_minor: int
    amount_minor: int
    tax_minor: int
    points: int
    returned_milli: int
    on_hand_milli: int
    currency: str
    training: bool = False
    store_id: StoreId | None = None
    stated: bool = False
    price_book: str | None = None
    cost_minor: int | None = None
    worth_minor: int = 0
    unit_mills: int | None = None
    packs_milli: int | None = None

    @property
    def held(self) -> Held:
        """Of its item, as the moving average sees it."""
        return Held(self.on_hand_milli, self.worth_minor, self.unit_mills)


class PaidBefore(NamedTuple):
    """``by``: of each receipt of which goods come back, what paid and has not gone back. ``cash``:
    the store's, by which anything may go back. ``whole``: it is one receipt, which is voided;
    ``coupons``: the accounts of those that it used up."""

    by: Mapping[SaleId, tuple[Payment, ...]]
    cash: Payment | None
    whole: bool = False
    coupons: tuple[Account, ...] = ()

    def by_points(self) -> frozenset[SaleId]:
        """Receipts for which points may come back: a void gives them whatever the store says."""
        return frozenset(
            sale_id
            for sale_id, payments in self.by.items()
            for one in payments
            if one.points and one.amount_minor and (one.refundable or self.whole)
        )


NOTHING_PAID = PaidBefore(MappingProxyType({}), None)


class Value(NamedTuple):
    """``held``: what is left of the rights here to the accounts that a request names, oldest first.
    ``loaded``: on which card a line that comes back put value. ``company_id``: whose cards they
    are; None where no rule of this sale needs it. ``last_days``: through which each is good."""

    company_id: CompanyId | None
    held: Mapping[Account, tuple[Right, ...]]
    loaded: Mapping[OriginalLine, Account]
    last_days: Mapping[Account, date | None] = MappingProxyType({})


NO_VALUE = Value(None, MappingProxyType({}), MappingProxyType({}))


class Situation(NamedTuple):
    """Everything that the rules of one sale may look at: as it was when the basket was tendered.

    ``settings_no`` names the settings and the receipt's ``texts``.
    ``operator_active`` and ``customer_active``: None where the store knows no such person (or the
    request names none). ``rights``: what is left of the customer's rights here, oldest first; empty
    where no rule of this sale needs them. ``points_owed``: the customer's debt here.
    ``goodwill``: what the store may let them spend beyond their rights.
    ``labels``: what scan codes say that no item has as they stand.
    ``promotions``: in the order in which they were published; ``coupons``: keys of the codes that
    were shown which one of these in force takes; ``coupon_rights``: to use what is good once.
    ``role``: the operator's. ``paid``: for what comes
    back.
    ``rules``: of the items that have one.
    ``attempts``: payments that were made elsewhere, by the references that the tenders state.
    ``worth``: of foreign cash, by its currency. ``offers``: of price books.
    ``training``: nothing of it will count.
    ``leaves``: to take goods of a receipt back, each the right (its id, 0); ``leaves_in_doubt``:
    of these receipts there is one, and this box does not know what day it is; ``held_elsewhere``:
    by the code of the shop that has it, as head office just said. ``unverified_minor``:
    what the operator, or the customer, was given back without a receipt on this day before.
    ``earning``: what multiplies the customer's points.
    ``value``: on cards and of store credit. ``vouchers_taken``: of the vouchers that the request
    states, those that were taken for a receipt here before, and which.
    """

    settings: StoreSettings
    workstation_id: WorkstationId
    business_date: date
    till_session_id: TillSessionId
    receipt_number: ReceiptNumber
    operator_active: bool | None
    role: Role
    customer_active: bool | None
    items_by_code: Mapping[str, ItemOnSale]
    items_by_id: Mapping[ItemId, ItemOnSale]
    rates: Mapping[TaxClass, RateInForce]
    tenders: Mapping[TenderId, TenderInUse]
    originals: Mapping[OriginalLine, SoldLine]
    settings_no: int = 0
    rights: tuple[Right, ...] = ()
    points_owed: int = 0
    goodwill: Right | None = None
    names: Names = NO_NAMES
    texts: ReceiptTexts = NO_TEXTS
    promotions: tuple[Promotion, ...] = ()
    paid: PaidBefore = NOTHING_PAID
    labels: Mapping[str, Label] = MappingProxyType({})
    coupons: frozenset[str] = frozenset()
    rules: Mapping[ItemId, ItemRule] = MappingProxyType({})
    attempts: Mapping[str, Attempt] = NO_ATTEMPTS
    worth: Mapping[str, Worth] = NO_WORTH
    coupon_rights: CouponRights = NO_COUPON_RIGHTS
    offers: Offers = NO_OFFERS
    training: bool = False
    leaves: Mapping[SaleId, UUID] = MappingProxyType({})
    leaves_in_doubt: frozenset[SaleId] = frozenset()
    held_elsewhere: Mapping[SaleId, str] = MappingProxyType({})
    unverified_minor: int = 0
    earning: Earning = NO_EARNING
    value: Value = NO_VALUE
    vouchers_taken: VouchersTaken = NO_VOUCHERS_TAKEN
