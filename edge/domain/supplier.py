"""What is refused about suppliers."""

from uuid import UUID

from sync.protocol.errors import NotAcceptable, NotNow


class UnknownSupplier(NotAcceptable, slug="unknown-supplier", title="This supplier is not known"):
    supplier_id: str
    field = "supplier_id"
    detail = "No supplier has the id {supplier_id!r}."
    remedy = "Choose one of the list, or leave it out; head office makes suppliers."


class UnknownSupplierReturn(
    NotNow, slug="unknown-supplier-return", status=404, title="Nothing went back under this id"
):
    movement_id: UUID
    field = "movement_id"
    detail = "Nothing went back to a supplier under {movement_id}."
    remedy = "See what did: GET /supplier-returns."
