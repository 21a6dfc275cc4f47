"""Rows of the projections as plain values, by subject, each beside what its projection is.

Each class has the columns of its table in ``central.db.projected``, in their order. Folds make
them, an archive writes them; nothing here knows a database.
"""

from central.projections.projection import Projection
from central.projections.rows import (
    accepted,
    basket,
    box,
    cash,
    customer,
    day,
    escrow,
    journal,
    loyalty,
    operator,
    purchase,
    sale,
    stock,
    till,
    transfer,
)

PROJECTIONS: tuple[Projection, ...] = (
    *sale.PROJECTIONS,
    *basket.PROJECTIONS,
    *till.PROJECTIONS,
    *cash.PROJECTIONS,
    *day.PROJECTIONS,
    *stock.PROJECTIONS,
    *purchase.PROJECTIONS,
    *transfer.PROJECTIONS,
    *customer.PROJECTIONS,
    *escrow.PROJECTIONS,
    *loyalty.PROJECTIONS,
    *box.PROJECTIONS,
    *operator.PROJECTIONS,
    *journal.PROJECTIONS,
    *accepted.PROJECTIONS,
)
"""Every projection and part of one, in the order in which a set's rows are written."""

BY_ROW = {projection.row: projection for projection in PROJECTIONS}
OF_COMPANIES = tuple(one for one in PROJECTIONS if one.owner == "company_id")
WHOLE = tuple(projection for projection in PROJECTIONS if not projection.part)
PARTS = {
    whole.table: tuple(one for one in PROJECTIONS if one.part and one.table == whole.table)
    for whole in WHOLE
}
TABLES = ("quarantine", *(projection.table for projection in WHOLE))
"""Every table that is emptied and made anew together."""
