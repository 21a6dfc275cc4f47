"""Paper: why none came. A sale is finished before anybody prints, and nothing here touches it."""

from sync.protocol.errors import NotNow
from sync.protocol.identity import ReceiptNumber, WorkstationId


class NoPrinter(NotNow, slug="no-printer", title="No printer stands here"):
    workstation_id: WorkstationId
    detail = "No printer is named for the workstation {workstation_id}."
    remedy = (
        "Print it through the browser, or name one under `[printers]` in the store's edge.toml."
    )


class PrinterOut(NotNow, slug="printer-out", title="The printer is out"):
    workstation_id: WorkstationId
    why: str
    detail = "The printer of {workstation_id} printed nothing, or not all of it. {why}"
    remedy = (
        "The sale is safe. See to paper and line, and print again; or print through the browser."
    )


class InvoiceAlreadyMade(NotNow, slug="invoice-made-out", title="The invoice names somebody else"):
    """Two buyers would take back the same tax."""

    receipt_number: ReceiptNumber
    detail = "The receipt {receipt_number} was made out to another buyer already."
    remedy = "Print it as it is; for another buyer take the receipt back and sell again."
    field = "name"


class NoTaxInvoice(NotNow, slug="no-tax-invoice", title="There is no tax invoice of it"):
    receipt_number: ReceiptNumber
    why: str
    detail = "The receipt {receipt_number} cannot be a tax invoice: {why}."
    remedy = "Give the customer the receipt as it is."
