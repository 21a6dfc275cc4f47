"""To whom a receipt was made out as a full tax invoice."""

from typing import Annotated

import msgspec

from sync.protocol.facts.base import Fact, KindVersion
from sync.protocol.identity import CustomerId, OperatorId, SaleId

SEALED_BYTES_MAX = 4_096


class InvoiceMadeOut(Fact, frozen=True, array_like=True):
    """A receipt is its buyer's tax invoice from now on, once. ``sealed``: who that is
    (paper/invoice.py), under the key of ``customer_id``: the receipt's customer where the box has
    their key, else of nobody but this buyer, under the sale's own id. Whoever is erased under that
    id is forgotten here as well."""

    KIND = KindVersion("invoice_made_out", 1)
    OWN_ID = "sale_id"

    sale_id: SaleId
    customer_id: CustomerId
    operator_id: OperatorId
    sealed: Annotated[bytes, msgspec.Meta(min_length=1, max_length=SEALED_BYTES_MAX)]
