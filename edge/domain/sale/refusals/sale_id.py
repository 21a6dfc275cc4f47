"""What is refused about a sale's id: it stands for one sale, finished or given up, for ever."""

from collections.abc import Callable
from typing import Any

from sync.protocol.errors import NotNow
from sync.protocol.identity import ReceiptNumber, SaleId


class SaleIdRefused(NotNow):
    sale_id: SaleId
    field = "sale_id"


class SaleIdReused(
    SaleIdRefused, slug="sale-id-reused", title="This sale's id was used for another sale"
):
    """An alarm of it is kept."""

    receipt_number: ReceiptNumber
    keep: Callable[[Any], None]
    detail = "The sale {sale_id} is finished with another content, as receipt {receipt_number}."
    remedy = "Look the id up; sell this basket under a new id."


class SaleIdTaken(SaleIdRefused, slug="sale-id-taken", title="This id belongs to something else"):
    kind: str
    detail = "The id {sale_id} belongs to a {kind} of this store."
    remedy = "Sell this basket under a new id."


class SaleIdAbandoned(SaleIdRefused, slug="sale-id-abandoned", title="This sale's id was given up"):
    detail = "The sale {sale_id} was abandoned; it will never be finished."
    remedy = "Sell the basket under a new id."


class SaleFinished(SaleIdRefused, slug="sale-finished", title="The sale is finished already"):
    receipt_number: ReceiptNumber
    detail = "The sale {sale_id} is finished, as receipt {receipt_number}."
    remedy = "Look the id up, print its receipt; take goods back as a return."


class SaleDamaged(
    SaleIdRefused,
    slug="sale-damaged",
    status=410,
    title="The sale's record is not what was written",
):
    """The disk spoilt its journal entry: no receipt is printed from it that says something else."""

    receipt_number: ReceiptNumber
    detail = (
        "The sale {sale_id} is finished, as receipt {receipt_number}; its record in this store's "
        "journal is not what was written."
    )
    remedy = "Head office and the till that sold have it; look at the store server's disk."


class SaleArchived(
    SaleIdRefused,
    slug="sale-archived",
    status=410,
    title="The sale's record is no longer at the store",
):
    """So old that its journal entry has left the store."""

    receipt_number: ReceiptNumber
    detail = (
        "The sale {sale_id} is finished, as receipt {receipt_number}; its record has left "
        "this store's journal."
    )
    remedy = "Head office has it, under this id."
