"""Quote a basket: what the store knows, the rules of a sale over it, and nothing written."""

import sqlite3
from datetime import UTC, datetime, timedelta
from typing import Annotated
from uuid import UUID

from msgspec import Meta

from edge.db import sale_reads
from edge.domain.fields import Request, ShortOperator, Word
from edge.domain.sale.basket import (
    COUPONS_MAX,
    PARSED_MAX,
    VOUCHERS_MAX,
    DiscountRequest,
    LineNumber,
    LineRequest,
    SaleRequest,
    TenderRequest,
    VoucherRequest,
    refuse_wrong_shape,
)
from edge.domain.sale.quote import Quote, quote
from edge.usecases.sale.read_situation import read_situation
from edge.usecases.sale.void import void_whole
from sync.engine.journal import Moment
from sync.protocol.identity import CustomerId, SaleId, WorkstationId

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_NO_SALE = SaleId(UUID(int=0))


class QuoteSale(Request, frozen=True):
    """A basket that is not tendered yet, with the tenders given so far. ``tendered_at``: priced as
    of then, or as of now by the store's clock if it is not stated.
    ``left_out``: lines with which the customer wants nothing that may be left out (a bag)."""

    operator_id: ShortOperator
    lines: Annotated[tuple[LineRequest, ...], Meta(max_length=PARSED_MAX)]
    tenders: Annotated[tuple[TenderRequest, ...], Meta(max_length=PARSED_MAX)] = ()
    customer_id: CustomerId | None = None
    tendered_at: Annotated[datetime, Meta(tz=True)] | None = None
    discount: DiscountRequest | None = None
    coupons: Annotated[tuple[Word, ...], Meta(max_length=COUPONS_MAX)] = ()
    left_out: Annotated[tuple[LineNumber, ...], Meta(max_length=PARSED_MAX)] = ()
    post_void_of: SaleId | None = None
    training: bool = False
    vouchers: Annotated[tuple[VoucherRequest, ...], Meta(max_length=VOUCHERS_MAX)] = ()


def quote_sale(
    db: sqlite3.Connection, request: QuoteSale, workstation_id: WorkstationId, moment: Moment
) -> Quote:
    """What ``request`` would come to. Raises the refusals of a sale, except those of its id, its
    instant and its total, and except that too little was given."""
    asked = void_whole(db, _as_sale(request, moment))
    refuse_wrong_shape(asked, require_return=False)
    counter = sale_reads.read_counter(
        db, asked.sale_id, workstation_id, asked.operator_id, asked.customer_id
    )
    known = read_situation(db, asked, workstation_id, counter, moment, with_rights=True)
    return quote(asked, known, request.left_out)


def _as_sale(request: QuoteSale, moment: Moment) -> SaleRequest:
    now = _EPOCH + timedelta(milliseconds=moment.wall_ms)
    return SaleRequest(
        _NO_SALE,
        request.operator_id,
        request.tendered_at or now,
        0,
        request.lines,
        request.tenders,
        request.customer_id,
        discount=request.discount,
        coupons=request.coupons,
        post_void_of=request.post_void_of,
        training=request.training,
        vouchers=request.vouchers,
    )
