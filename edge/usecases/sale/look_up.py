"""What became of a sale's id: finished, given up, or not known here (yet).

A look-up changes nothing. ``NotKnown`` proves nothing about a request that is still on its way: to
give an id up, abandon it (protocol.md, Identity).
"""

import sqlite3

import msgspec

from edge.db import sale_reads, sales
from edge.db.invoices import find_buyer
from edge.db.receipts import voided_by
from edge.domain.sale.completed import CompletedSale
from edge.domain.sale.refusals.sale_id import SaleArchived, SaleDamaged
from sync.protocol.change import link
from sync.protocol.codec import decode_fact
from sync.protocol.facts import RetailTransaction
from sync.protocol.identity import ReceiptNumber, SaleId
from sync.protocol.typed import refuse_card_number


class Abandoned(msgspec.Struct, frozen=True):
    """The id was given up; the sale will never be finished. ``abandoned_at_ms``: UTC."""

    sale_id: SaleId
    abandoned_at_ms: int


class NotKnown(msgspec.Struct, frozen=True):
    """Nothing has arrived under this id."""

    sale_id: SaleId


def look_up_sale(
    db: sqlite3.Connection, sale_id: SaleId, *, copy: bool = False
) -> CompletedSale | Abandoned | NotKnown:
    """What the id stands for. ``copy`` marks the receipt as a reprint. Raises SaleArchived,
    SaleDamaged."""
    standing = sale_reads.find_id(db, sale_id)
    if standing.request_digest is not None:
        return recall(db, sale_id, copy=copy)
    if standing.abandoned_at_ms is not None:
        return Abandoned(sale_id, standing.abandoned_at_ms)
    return NotKnown(sale_id)


def look_up_receipt(db: sqlite3.Connection, typed: str) -> CompletedSale | None:
    """The sale with this receipt number, as it is printed or in small letters. Raises
    SaleArchived, SaleDamaged, CardNumberTyped."""
    refuse_card_number(typed, "receipt_number")
    sale_id = sales.sale_numbered(db, typed.strip())
    return None if sale_id is None else recall(db, sale_id, copy=True)


def recall(db: sqlite3.Connection, sale_id: SaleId, *, copy: bool = False) -> CompletedSale:
    """The answer to a finished sale again, from its rows and its journal entry: same number, same
    envelope, same receipt text (or the invoice that was made of it since), whatever the store's
    settings are today. Raises SaleArchived, SaleDamaged."""
    kept = sales.finished_event(db, sale_id)
    if kept is None:
        raise SaleArchived(sale_id, number_of(db, sale_id))
    envelope = kept.envelope
    if link(kept.store_id, kept.epoch, envelope, kept.prev_hash).hash != kept.hash:
        raise SaleDamaged(sale_id, number_of(db, sale_id))
    fact = decode_fact(envelope.kind, envelope.kind_version, envelope.body)
    if not isinstance(fact, RetailTransaction):
        raise SaleArchived(sale_id, number_of(db, sale_id))
    settings, texts, names = sale_reads.shown_by(db, sale_id)
    named = [line.original.sale_id for line in fact.lines if line.original is not None]
    originals = sales.receipts_of(db, named) if named else {}
    here = points_left(db, fact)
    return CompletedSale(
        fact,
        kept,
        settings,
        texts,
        names,
        originals,
        here,
        repeated=True,
        copy=copy,
        voided_by=voided_by(db, sale_id),
        buyer=find_buyer(db, sale_id),
    )


def number_of(db: sqlite3.Connection, sale_id: SaleId) -> ReceiptNumber:
    """The receipt number of a finished sale. Raises KeyError for any other id."""
    return sales.receipts_of(db, [sale_id])[sale_id].number


def points_left(db: sqlite3.Connection, fact: RetailTransaction) -> int | None:
    """What the sale's customer can spend here now, None without a customer."""
    return None if fact.customer_id is None else sale_reads.points_here(db, fact.customer_id)
