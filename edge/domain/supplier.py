"""What is refused about suppliers."""

from sync.protocol.errors import NotAcceptable


class UnknownSupplier(NotAcceptable, slug="unknown-supplier", title="This supplier is not known"):
    supplier_id: str
    field = "supplier_id"
    detail = "No supplier has the id {supplier_id!r}."
    remedy = "Choose one of the list, or leave it out; head office makes suppliers."
