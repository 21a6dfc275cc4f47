"""Quote a basket: what the store knows, the rules of a sale over it, and nothing written."""

import sqlite3
from datetime import UTC, datetime, timedelta
from typing import Annotated
from uuid import UUID

from msgspec import Meta

from edge.db import hot_reads
from edge.domain.basket import (
    PARSED_MAX,
    LineRequest,
    SaleRequest,
    TenderRequest,
    refuse_wrong_shape,
)
from edge.domain.errors import NoOpenBusinessDay, NoOpenTill
from edge.domain.quote import Quote, quote
from edge.domain.returns import customer_of, original_of
from edge.domain.situation import Situation
from edge.usecases.fields import Operator, Request
from edge.usecases.look_up_sale import require_store
from sync.engine.journal import Moment
from sync.protocol.identity import CustomerId, ReceiptNumber, SaleId, WorkstationId

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_NO_SALE = SaleId(UUID(int=0))
_NO_NUMBER = ReceiptNumber("")


class QuoteSale(Request, frozen=True):
    """A basket that is not tendered yet, with the tenders given so far. ``tendered_at``: priced as
    of then, or as of now by the store's clock if it is not stated."""

    operator_id: Operator
    lines: Annotated[tuple[LineRequest, ...], Meta(max_length=PARSED_MAX)]
    tenders: Annotated[tuple[TenderRequest, ...], Meta(max_length=PARSED_MAX)] = ()
    customer_id: CustomerId | None = None
    tendered_at: Annotated[datetime, Meta(tz=True)] | None = None


def quote_sale(
    db: sqlite3.Connection, request: QuoteSale, workstation_id: WorkstationId, moment: Moment
) -> Quote:
    """What ``request`` would come to. Raises the refusals of a sale, except those of its id, its
    instant and its total, and except that too little was given."""
    asked = _as_sale(request, moment)
    refuse_wrong_shape(asked, require_return=False)
    return quote(asked, _read(db, asked, workstation_id))


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
    )


def _read(db: sqlite3.Connection, asked: SaleRequest, workstation_id: WorkstationId) -> Situation:
    """What the rules may look at. Raises NotEnrolled, SettingsMissing, NoOpenBusinessDay,
    NoOpenTill, CustomerDiffers."""
    store = require_store(db)
    counter = hot_reads.read_counter(
        db, workstation_id, asked.operator_id, asked.customer_id, store.epoch
    )
    if counter.business_date is None:
        raise NoOpenBusinessDay
    if counter.till_session_id is None:
        raise NoOpenTill(workstation_id)
    as_of_ms = asked.tendered_at_ms
    codes = {line.scan_code for line in asked.lines if line.scan_code is not None}
    ids = {line.item_id for line in asked.lines if line.item_id is not None}
    named = {original for line in asked.lines if (original := original_of(line)) is not None}
    originals = hot_reads.sold_lines(db, named) if named else {}
    customer_id = customer_of(asked.customer_id, originals)
    return Situation(
        settings=store.settings,
        workstation_id=workstation_id,
        business_date=counter.business_date,
        till_session_id=counter.till_session_id,
        receipt_number=_NO_NUMBER,
        operator_active=counter.operator_active,
        customer_active=counter.customer_active,
        items_by_code=hot_reads.items_by_code(db, codes, as_of_ms) if codes else {},
        items_by_id=hot_reads.items_by_id(db, ids, as_of_ms) if ids else {},
        rates=hot_reads.rates_in_force(db, counter.business_date),
        tenders=hot_reads.tenders_named(db, {tender.tender_id for tender in asked.tenders}),
        originals=originals,
        rights=hot_reads.rights_left(db, customer_id) if customer_id is not None else (),
    )
