"""A receipt becomes the full tax invoice of a buyer who asks for it: once, and for whoever is named
first. The first paper of it is no copy, also where the receipt was given out before: it has the
same number, and so the same tax. Who that is stays at the box, beside the receipt: it enters
neither journal nor logs.
"""

import sqlite3

import msgspec

from edge.db.invoices import keep_buyer
from edge.db.receipt_prints import forget_prints
from edge.domain.fields import Request, Sentence, ShortOperator, Word
from edge.domain.printing import InvoiceMadeOut, NoTaxInvoice
from edge.domain.sale.completed import CompletedSale
from edge.usecases.sale.print import finished_sale
from sync.engine.journal import Moment
from sync.protocol.identity import EventId, ReceiptNumber, SaleId
from sync.protocol.paper.invoice import Buyer


class MakeInvoice(Request, frozen=True):
    """``event_id`` is made by the workstation, before the first attempt. ``tax_number``: the
    buyer's, where they are registered."""

    event_id: EventId
    operator_id: ShortOperator
    name: Sentence
    address: Sentence
    tax_number: Word | None = None


class InvoiceMade(msgspec.Struct, frozen=True):
    """Which receipt is an invoice from now on, whatever form it is given in."""

    sale_id: SaleId
    receipt_number: ReceiptNumber


def make_invoice(
    db: sqlite3.Connection, request: MakeInvoice, sale_id: SaleId, moment: Moment
) -> InvoiceMade:
    """Raises NotFound, SaleArchived, SaleDamaged, NoTaxInvoice, InvoiceMadeOut."""
    sale = finished_sale(db, sale_id)
    number, why = sale.receipt_number, _why_not(sale)
    if why is not None:
        raise NoTaxInvoice(number, why)
    buyer, before = Buyer(request.name, request.address, request.tax_number), sale.buyer
    if before is None:
        keep_buyer(db, sale_id, buyer, request.operator_id, moment.now_ms)
        forget_prints(db, sale_id)
    elif before != buyer:
        raise InvoiceMadeOut(number)
    return InvoiceMade(sale_id, number)


def _why_not(sale: CompletedSale) -> str | None:
    if sale.fact.training:
        return "it is of training, and no sale"
    if not sale.settings.tax_number:
        return "the shop has no tax number"
    return None
