"""What is printed of a finished sale: the receipt once, copies after that."""

import sqlite3
from enum import StrEnum
from typing import NamedTuple

from edge.db.receipt_prints import was_printed
from edge.domain.sale.completed import CompletedSale
from edge.usecases.sale.look_up import look_up_sale
from sync.protocol.errors import NotFound
from sync.protocol.facts import TenderKind
from sync.protocol.identity import SaleId, WorkstationId
from sync.protocol.paper.blocks import RULE, Align, Block, Words


class PaperFor(StrEnum):
    """Who gets it."""

    CUSTOMER = "customer"
    MERCHANT = "merchant"


class Paper(NamedTuple):
    """``opens_drawer``: cash of a sale that was finished there just now is put in or taken out. At
    any other time a paper would be a way to open it that nobody hears of."""

    blocks: list[Block]
    is_copy: bool
    opens_drawer: bool


JUST_NOW_MS = 120_000
_MERCHANTS = (Words("MERCHANT'S COPY", Align.CENTER, strong=True), RULE)


def print_sale(
    db: sqlite3.Connection,
    sale_id: SaleId,
    paper_for: PaperFor,
    workstation_id: WorkstationId,
    now_ms: int,
) -> Paper:
    """Raises NotFound, SaleArchived, SaleDamaged."""
    customers = paper_for is PaperFor.CUSTOMER
    before = was_printed(db, sale_id)
    is_copy = before and customers
    sale = look_up_sale(db, sale_id, copy=is_copy)
    if not isinstance(sale, CompletedSale):
        raise NotFound(
            f"The sale {sale_id} is not finished here.",
            remedy="Finish it first: paper follows the receipt.",
            field="sale_id",
        )
    head = () if customers else _MERCHANTS
    opens = customers and not before and _is_cash_now(sale, workstation_id, now_ms)
    return Paper([*head, *sale.paper], is_copy, opens)


def _is_cash_now(sale: CompletedSale, workstation_id: WorkstationId, now_ms: int) -> bool:
    fact, age_ms = sale.fact, now_ms - sale.kept.envelope.occurred_at_ms
    by_cash = any(tender.kind is TenderKind.CASH for tender in fact.tenders)
    own = fact.workstation_id == workstation_id
    return by_cash and own and not fact.training and 0 <= age_ms <= JUST_NOW_MS
