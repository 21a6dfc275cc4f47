"""A receipt, its lines, taxes and tenders, vouchers that lowered its price, its invoice's buyer."""

from datetime import date
from typing import NamedTuple
from uuid import UUID

from central.projections.projection import Projection


class Sale(NamedTuple):
    """Table ``sale``."""

    store_id: UUID
    sale_id: UUID
    epoch_number: int
    epoch_fingerprint: bytes
    seq: int
    receipt_number: str
    workstation_id: str
    till_session_id: UUID
    operator_id: str
    business_date: date
    tendered_at_ms: int
    customer_id: UUID | None
    currency: str
    total_minor: int
    rounding_minor: int
    change_minor: int
    points_earned: int
    points_taken_back: int
    points_debt: int
    training: bool
    post_void_of: UUID | None
    points_given_back: int


class SaleLine(NamedTuple):
    """Table ``sale_line``."""

    store_id: UUID
    sale_id: UUID
    line_no: int
    business_date: date
    item_id: str
    description: str
    unit: str
    scan_code: str | None
    tax_class: str
    tax_rate_bp: int
    tax_included: bool
    tax_version: int
    price_version: int
    unit_price_minor: int
    unit_cost_minor: int | None
    quantity_milli: int
    extended_minor: int
    discount_minor: int
    amount_minor: int
    tax_minor: int
    points: int
    original_sale_id: UUID | None
    original_line_no: int | None
    original_store_id: UUID | None
    unverified: str | None
    price_book: str | None
    cost_minor: int | None
    packs_milli: int | None


class SaleTax(NamedTuple):
    """Table ``sale_tax``."""

    store_id: UUID
    sale_id: UUID
    is_return: bool
    tax_class: str
    tax_rate_bp: int
    tax_included: bool
    business_date: date
    net_minor: int
    tax_minor: int


class SaleTender(NamedTuple):
    """Table ``sale_tender``; numbered from 1 in the fact's order."""

    store_id: UUID
    sale_id: UUID
    tender_no: int
    business_date: date
    tender_id: str
    name: str
    kind: str
    amount_minor: int
    reference: str | None
    points: int
    outcome: str | None
    tip_minor: int
    foreign_currency: str | None
    foreign_milli: int | None


class SaleModifier(NamedTuple):
    """Table ``sale_modifier``: what changed a line's price, numbered from 1 in its order. Of
    training receipts there is none."""

    store_id: UUID
    sale_id: UUID
    line_no: int
    modifier_no: int
    business_date: date
    kind: str
    promotion_id: str | None
    promotion_version: int | None
    operator_id: str | None
    coupon: str | None
    reason: str
    amount_minor: int


class SaleVoucher(NamedTuple):
    """Table ``sale_voucher``: vouchers that lowered a price, numbered from 1 in the fact's order.
    Of training receipts there is none."""

    store_id: UUID
    sale_id: UUID
    voucher_no: int
    business_date: date
    tender_id: str
    reference: str | None
    amount_minor: int


class Invoice(NamedTuple):
    """Table ``invoice``."""

    store_id: UUID
    sale_id: UUID
    customer_id: UUID
    operator_id: str
    made_at_ms: int
    sealed: bytes


PROJECTIONS = (
    Projection("sale", Sale, 2, many=True),
    Projection("sale_line", SaleLine, 3, many=True),
    Projection("sale_tax", SaleTax, 6, many=True),
    Projection("sale_tender", SaleTender, 3, many=True),
    Projection("sale_modifier", SaleModifier, 4, many=True),
    Projection("sale_voucher", SaleVoucher, 3, many=True),
    Projection("invoice", Invoice, 2),
)
