"""A receipt becomes the full tax invoice of a buyer who asks for it: once, and for whoever is named
first. The first paper of it is no copy, also where the receipt was given out before: it has the
same number, and so the same tax. Who that is the journal says sealed, under the key of the
receipt's customer, or under one of this buyer's own that has the sale's id: head office prints it,
and it is forgotten on both sides when whoever has that id is erased. It enters no log.
"""

import secrets
import sqlite3
from typing import NamedTuple

import msgspec

from edge.db.customers import read_keys, write_keys
from edge.db.invoices import is_made_out, keep_buyer
from edge.db.journal import append
from edge.db.receipt_prints import forget_prints
from edge.domain.fields import Request, Sentence, ShortOperator, Word
from edge.domain.printing import InvoiceAlreadyMade, NoTaxInvoice
from edge.domain.sale.completed import CompletedSale
from edge.usecases.sale.print import finished_sale
from sync.engine.journal import Moment
from sync.engine.sealed_buyer import seal_buyer
from sync.engine.sealing import NONCE_BYTES, new_key
from sync.protocol.facts import InvoiceMadeOut
from sync.protocol.identity import CustomerId, EventId, ReceiptNumber, SaleId
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


class DrawnSeal(NamedTuple):
    """What is drawn at random before a unit of work that may run twice: a key, for a buyer who has
    none, and a nonce (12 bytes)."""

    key: bytes
    nonce: bytes


def draw_seal() -> DrawnSeal:
    """Fresh for each request."""
    return DrawnSeal(new_key(), secrets.token_bytes(NONCE_BYTES))


def make_invoice(
    db: sqlite3.Connection,
    request: MakeInvoice,
    sale_id: SaleId,
    drawn: DrawnSeal,
    moment: Moment,
) -> InvoiceMade:
    """Raises NotFound, SaleArchived, SaleDamaged, NoTaxInvoice, InvoiceAlreadyMade."""
    sale = finished_sale(db, sale_id)
    number, why = sale.receipt_number, _why_not(sale)
    if why is not None:
        raise NoTaxInvoice(number, why)
    buyer, before = Buyer(request.name, request.address, request.tax_number), sale.buyer
    if before is None and not is_made_out(db, sale_id):
        customer_id, key = _under(db, sale, drawn)
        sealed = seal_buyer(key, customer_id, sale_id, buyer, drawn.nonce)
        fact = InvoiceMadeOut(sale_id, customer_id, request.operator_id, sealed)
        append(db, fact, request.event_id, moment)
        keep_buyer(db, sale_id, customer_id, buyer, request.operator_id, moment.now_ms)
        forget_prints(db, sale_id)
    elif before != buyer:
        raise InvoiceAlreadyMade(number)
    return InvoiceMade(sale_id, number)


def _under(
    db: sqlite3.Connection, sale: CompletedSale, drawn: DrawnSeal
) -> tuple[CustomerId, bytes]:
    """Whose key seals it: of one who was erased, or whose key is not here, there is none."""
    customer_id = sale.fact.customer_id
    held = {} if customer_id is None else read_keys(db, [customer_id])
    for one, key in held.items():
        return one, key
    own = CustomerId(sale.sale_id)
    write_keys(db, [(own, drawn.key)])
    return own, read_keys(db, [own])[own]


def _why_not(sale: CompletedSale) -> str | None:
    if sale.fact.training:
        return "it is of training, and no sale"
    if not sale.settings.tax_number:
        return "the shop has no tax number"
    return None
