"""Paper: why none came. A sale is finished before anybody prints, and nothing here touches it."""

from sync.protocol.errors import NotNow
from sync.protocol.identity import WorkstationId


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
