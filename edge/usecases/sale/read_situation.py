"""What the rules of a sale may look at: read for the sale itself, and for what a basket would come
to before it is tendered (``quote_sale.py``), so that both are held against the same.

Held against is what was in force when the basket was tendered, whatever has changed by the time it
arrives: prices by their own instants, everything else by the history (``hold_past.py``).
"""

import sqlite3
from datetime import date

from edge.db import sale_reads
from edge.domain.business_day import BUSINESS_DAY, DayEvent, DayState
from edge.domain.sale.basket import SaleRequest
from edge.domain.sale.returns import customer_of, original_of
from edge.domain.sale.situation import Names, Situation
from edge.domain.till import TILL, TillEvent, TillState
from edge.usecases.sale.hold_past import InForce, hold_past
from sync.protocol.identity import WorkstationId, receipt_number


def read_situation(
    db: sqlite3.Connection,
    request: SaleRequest,
    workstation_id: WorkstationId,
    store: sale_reads.StoreNow,
    counter: sale_reads.CounterNow,
    now_ms: int,
    *,
    with_rights: bool = False,
) -> Situation:
    """What ``request`` is held against. A customer's rights are read where points move, and always
    ``with_rights``. Raises NoOpenBusinessDay, NoOpenTill, CustomerDiffers."""
    business_date = BUSINESS_DAY.require(counter.business_date, DayState.OPEN, DayEvent.TRADED)
    till_session_id = TILL.require(
        counter.till_session_id, TillState.OPEN, TillEvent.SOLD, workstation_id
    )
    held = _in_force(db, request, store, counter, business_date)
    if store.changed_ms > request.tendered_at_ms:
        held = hold_past(db, held, request, business_date, now_ms)
    named = {original for line in request.lines if (original := original_of(line)) is not None}
    originals = sale_reads.sold_lines(db, named) if named else {}
    customer_id = customer_of(request.customer_id, originals)
    buyer, owed = counter.names.customer, counter.points_owed
    if customer_id is not None and request.customer_id is None:
        buyer, owed = sale_reads.read_buyer(db, customer_id)
    wants_rights = (
        with_rights
        or bool(named)
        or owed > 0
        or any(tender.rules.spends_points for tender in held.tenders.values())
    )
    return Situation(
        workstation_id=workstation_id,
        business_date=business_date,
        till_session_id=till_session_id,
        receipt_number=receipt_number(
            store.store_code, workstation_id, store.epoch.number, counter.receipts + 1
        ),
        originals=originals,
        rights=sale_reads.rights_left(db, customer_id) if wants_rights and customer_id else (),
        points_owed=owed,
        names=Names(held.operator_name, buyer),
        settings=held.settings,
        settings_no=held.settings_no,
        operator_active=held.operator_active,
        customer_active=held.customer_active,
        items_by_code=held.items_by_code,
        items_by_id=held.items_by_id,
        rates=held.rates,
        tenders=held.tenders,
    )


def _in_force(
    db: sqlite3.Connection,
    request: SaleRequest,
    store: sale_reads.StoreNow,
    counter: sale_reads.CounterNow,
    business_date: date,
) -> InForce:
    """What the request's names mean now."""
    as_of_ms = request.tendered_at_ms
    codes = {line.scan_code for line in request.lines if line.scan_code is not None}
    ids = {line.item_id for line in request.lines if line.item_id is not None}
    return InForce(
        settings=store.settings,
        settings_no=store.settings_no,
        operator_active=counter.operator_active,
        operator_name=counter.names.operator,
        customer_active=counter.customer_active,
        items_by_code=sale_reads.items_by_code(db, codes, as_of_ms) if codes else {},
        items_by_id=sale_reads.items_by_id(db, ids, as_of_ms) if ids else {},
        rates=sale_reads.rates_in_force(db, business_date),
        tenders=sale_reads.tenders_named(db, {tender.tender_id for tender in request.tenders}),
    )
