"""Which facts stores are told of by rows of reference data (``sync/protocol/told.py``): what of a
set of changes is about an order or a transfer is marked in the same unit of work, and told from
what then stands (``usecases/telling``)."""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, NamedTuple
from uuid import UUID

from central.projections.row_changes import RowChanges
from central.projections.rows.purchase import PurchaseOrder, PurchaseOrderEnd
from central.projections.rows.stock import StockMovement, StockTransfer
from central.projections.rows.transfer import TransferNote
from sync.protocol.reference import DataSet

OWE_TELLING = """
INSERT INTO telling_due (company_id, data_set, subject_id)
SELECT DISTINCT s.company_id, d.data_set, d.subject_id
FROM unnest($1::uuid[], $2::text[], $3::uuid[]) AS d (store_id, data_set, subject_id)
JOIN store AS s ON s.store_id = d.store_id
ORDER BY 1, 2, 3
ON CONFLICT (company_id, data_set, subject_id) DO UPDATE SET subject_id = excluded.subject_id
"""
"""A mark that is there is held, too: whoever takes it away waits for what caused this one."""


class Due(NamedTuple):
    """A store's fact is about ``subject_id`` of a data set."""

    store_id: UUID
    data_set: str
    subject_id: UUID


_ABOUT: Mapping[type[Any], tuple[DataSet, Callable[[Any], UUID | None]]] = MappingProxyType(
    {
        PurchaseOrder: (DataSet.PURCHASE_ORDERS, lambda row: row.order_id),
        PurchaseOrderEnd: (DataSet.PURCHASE_ORDERS, lambda row: row.order_id),
        StockMovement: (DataSet.PURCHASE_ORDERS, lambda row: row.order_id),
        StockTransfer: (DataSet.TRANSFERS, lambda row: row.intent_id or row.event_id),
        TransferNote: (DataSet.TRANSFERS, lambda row: row.subject_id),
    }
)
"""By the class of a row: of which data set, and what it is about; None: nothing that is told."""


def due_of(*changes: RowChanges) -> list[Due]:
    """What these changes are about, in order, each once."""
    found = {
        Due(row.store_id, data_set.value, subject)
        for some in changes
        for kind, (data_set, about) in _ABOUT.items()
        for row in some[kind]
        if (subject := about(row)) is not None
    }
    return sorted(found)
