"""What is printed of a finished sale: the receipt once, copies after that."""

import sqlite3
from enum import StrEnum
from typing import NamedTuple

from edge.db.receipt_prints import was_printed
from edge.domain.sale.completed import CompletedSale
from edge.usecases.sale.look_up import look_up_sale
from sync.protocol.errors import NotFound
from sync.protocol.facts import TenderKind
from sync.protocol.identity import SaleId
from sync.protocol.paper.blocks import RULE, Align, Block, Words


class PaperFor(StrEnum):
    """Who gets it."""

    CUSTOMER = "customer"
    MERCHANT = "merchant"


class Paper(NamedTuple):
    """``opens_drawer``: cash is put in or taken out, and nobody did so before."""

    blocks: list[Block]
    is_copy: bool
    opens_drawer: bool


_MERCHANTS = (Words("MERCHANT'S COPY", Align.CENTER, strong=True), RULE)


def print_sale(db: sqlite3.Connection, sale_id: SaleId, paper_for: PaperFor) -> Paper:
    """Raises NotFound, SaleArchived, SaleDamaged."""
    before = was_printed(db, sale_id)
    is_copy = before and paper_for is PaperFor.CUSTOMER
    sale = look_up_sale(db, sale_id, copy=is_copy)
    if not isinstance(sale, CompletedSale):
        raise NotFound(
            f"The sale {sale_id} is not finished here.",
            remedy="Finish it first: paper follows the receipt.",
            field="sale_id",
        )
    by_cash = any(tender.kind is TenderKind.CASH for tender in sale.fact.tenders)
    head = _MERCHANTS if paper_for is PaperFor.MERCHANT else ()
    opens = by_cash and not before and not sale.fact.training
    return Paper([*head, *sale.paper], is_copy, opens)
