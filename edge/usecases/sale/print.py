"""What is given of a finished sale, on paper, as PDF or by e-mail: the receipt once, copies after
that. The unit of work that records "given out" decides which of them it is, before anything comes
out: so of a printer and a page that are asked for in one instant one gets the receipt. What nothing
came of (a printer that is out) is taken back; what nobody knows of (the box fell down) was it."""

import sqlite3
from enum import StrEnum
from typing import NamedTuple

from edge.db.receipt_prints import forget_prints, note_given
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


class HandedOver(NamedTuple):
    """The customer's receipt in another form than paper: what stands there, and whether it is a
    copy, so recorded."""

    sale: CompletedSale
    is_copy: bool


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
    """The customer's is recorded as given out; a merchant's is the shop's own. Raises NotFound,
    SaleArchived, SaleDamaged."""
    if paper_for is PaperFor.MERCHANT:
        return Paper([*_MERCHANTS, *finished_sale(db, sale_id).paper], False, False)
    sale, is_copy = hand_over(db, sale_id, now_ms)
    opens = not is_copy and sale.buyer is None and _is_cash_now(sale, workstation_id, now_ms)
    return Paper(list(sale.paper), is_copy, opens)


def hand_over(db: sqlite3.Connection, sale_id: SaleId, now_ms: int) -> HandedOver:
    """It is recorded as given out. Raises NotFound, SaleArchived, SaleDamaged."""
    finished_sale(db, sale_id)
    is_copy = note_given(db, sale_id, now_ms)
    return HandedOver(finished_sale(db, sale_id, copy=is_copy), is_copy)


def take_back_paper(db: sqlite3.Connection, sale_id: SaleId) -> None:
    """Nothing came of the one that was no copy: the next one is the receipt."""
    forget_prints(db, sale_id)


def finished_sale(db: sqlite3.Connection, sale_id: SaleId, *, copy: bool = False) -> CompletedSale:
    """Raises NotFound, SaleArchived, SaleDamaged."""
    sale = look_up_sale(db, sale_id, copy=copy)
    if not isinstance(sale, CompletedSale):
        raise NotFound(
            f"The sale {sale_id} is not finished here.",
            remedy="Finish it first: paper follows the receipt.",
            field="sale_id",
        )
    return sale


def _is_cash_now(sale: CompletedSale, workstation_id: WorkstationId, now_ms: int) -> bool:
    fact, age_ms = sale.fact, now_ms - sale.kept.envelope.occurred_at_ms
    by_cash = any(tender.kind is TenderKind.CASH for tender in fact.tenders)
    own = fact.workstation_id == workstation_id
    return by_cash and own and not fact.training and 0 <= age_ms <= JUST_NOW_MS
