"""Receipts that were made out as full tax invoices: to whom is opened where it is asked for."""

from central.projections.event import Event
from central.projections.fold.collect import Fold
from central.projections.fold.kinds import folds
from central.projections.rows.sale import Invoice
from sync.protocol.facts import InvoiceMadeOut


@folds(InvoiceMadeOut)
def _made_out(into: Fold, event: Event, made: InvoiceMadeOut) -> None:
    who = (made.customer_id, made.operator_id, event.occurred_at_ms, made.sealed)
    into.put(Invoice(event.store_id, made.sale_id, *who))
