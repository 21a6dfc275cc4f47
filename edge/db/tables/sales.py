"""The parts of a receipt: lines, taxes, tenders, and vouchers that lowered its price."""

from sqlalchemy import Index, text
from sqlmodel import Field

from edge.db.tables.base import EdgeTable


class SaleLine(EdgeTable, table=True):
    """Sale and return lines, signed as in the fact. ``returned_milli``: of a sale line, how much
    came back so far (positive). The small index finds returns of a receipt that came home later."""

    __tablename__ = "sale_line"
    __table_args__ = (
        Index(
            "ix_sale_line_original",
            "original_sale_id",
            "original_line_no",
            sqlite_where=text("original_sale_id IS NOT NULL"),
        ),
    )
    sale_id: bytes = Field(primary_key=True, foreign_key="sale.sale_id")
    line_no: int = Field(primary_key=True)
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
    original_sale_id: bytes | None
    original_line_no: int | None
    returned_milli: int = 0
    price_book: str | None = None
    cost_minor: int | None = None
    packs_milli: int | None = None


class SaleTax(EdgeTable, table=True):
    """A receipt's tax lines."""

    __tablename__ = "sale_tax"
    sale_id: bytes = Field(primary_key=True, foreign_key="sale.sale_id")
    is_return: bool = Field(primary_key=True)
    tax_class: str = Field(primary_key=True)
    tax_rate_bp: int = Field(primary_key=True)
    tax_included: bool = Field(primary_key=True)
    net_minor: int
    tax_minor: int


class SaleTender(EdgeTable, table=True):
    """A receipt's tenders, in the order of the fact, from 1. ``foreign_milli``: what was handed
    over in ``foreign_currency``, in thousandths of it. The small index finds a voucher that was
    taken before."""

    __tablename__ = "sale_tender"
    __table_args__ = (
        Index("ix_sale_tender_voucher", "reference", sqlite_where=text("kind = 'voucher'")),
    )
    sale_id: bytes = Field(primary_key=True, foreign_key="sale.sale_id")
    tender_no: int = Field(primary_key=True)
    tender_id: str
    name: str
    kind: str
    amount_minor: int
    reference: str | None
    points: int
    tip_minor: int
    foreign_currency: str | None
    foreign_milli: int | None


class SaleVoucher(EdgeTable, table=True):
    """Vouchers that lowered a receipt's price, in the order in which they were given, from 1;
    ``number``: however it was typed (``number_of``)."""

    __tablename__ = "sale_voucher"
    sale_id: bytes = Field(primary_key=True, foreign_key="sale.sale_id")
    voucher_no: int = Field(primary_key=True)
    tender_id: str
    number: str | None = Field(index=True)
    amount_minor: int
