"""Orders at suppliers. What came of one is stock that moved (``stock.py``): no order waits for
another fact, nor they for it."""

from central.projections.event import Event
from central.projections.fold.collect import Fold
from central.projections.fold.kinds import folds
from central.projections.rows import purchase as rows
from sync.protocol.facts import PurchaseOrderClosed, PurchaseOrderSent, SupplierCredited


@folds(PurchaseOrderSent)
def _sent(into: Fold, event: Event, sent: PurchaseOrderSent) -> None:
    who = (sent.supplier_id, sent.operator_id, sent.business_date, sent.expected_on, sent.document)
    into.put(rows.PurchaseOrder(event.store_id, sent.order_id, *who, event.occurred_at_ms))
    for number, line in enumerate(sent.lines, start=1):
        what = (line.item_id, line.quantity_milli, line.asked_minor, line.code)
        into.put(rows.PurchaseOrderLine(event.store_id, sent.order_id, number, *what))


@folds(PurchaseOrderClosed)
def _closed(into: Fold, event: Event, closed: PurchaseOrderClosed) -> None:
    who = (event.store_id, closed.closing_id, closed.order_id, closed.operator_id)
    why = (closed.business_date, closed.cancelled, closed.reason, event.occurred_at_ms)
    into.put(rows.PurchaseOrderEnd(*who, *why))


@folds(SupplierCredited)
def _credited(into: Fold, event: Event, fact: SupplierCredited) -> None:
    ids = (event.store_id, fact.credit_id, fact.movement_id, fact.supplier_id, fact.operator_id)
    what = (fact.business_date, fact.number, fact.amount_minor, event.occurred_at_ms)
    into.put(rows.SupplierCredit(*ids, *what))
