"""Give a sale's id up: the refusal of that id is committed through the same writer as sales.

After this answer the sale will never be finished, wherever its request still is; only then may a
workstation give the basket another id (protocol.md, Identity).
"""

import sqlite3

from edge.db import sale_reads, sales
from edge.db.journal import append
from edge.db.operators import require
from edge.domain.sale.refusals.sale_id import SaleFinished, SaleIdTaken
from edge.usecases.sale.look_up import Abandoned, number_of
from sync.engine.journal import Moment
from sync.protocol.facts import IdAbandoned
from sync.protocol.identity import EventId, OperatorId, SaleId, WorkstationId
from sync.protocol.permissions import Permission


def abandon_sale(
    db: sqlite3.Connection,
    sale_id: SaleId,
    workstation_id: WorkstationId,
    operator_id: OperatorId,
    moment: Moment,
) -> Abandoned:
    """Give ``sale_id`` up; twice is once. Raises SaleFinished, SaleIdTaken, UnknownOperator,
    InactiveOperator, PermissionNeeded, NotEnrolled."""
    standing = sale_reads.find_id(db, sale_id)
    if standing.request_digest is not None:
        raise SaleFinished(sale_id, number_of(db, sale_id))
    if standing.abandoned_at_ms is not None:
        return Abandoned(sale_id, standing.abandoned_at_ms)
    if standing.kind is not None:
        raise SaleIdTaken(sale_id, standing.kind)
    require(db, operator_id, Permission.SELL)
    sales.insert_abandoned(db, sale_id, workstation_id, moment.wall_ms)
    append(db, IdAbandoned(sale_id, workstation_id, operator_id), EventId(sale_id), moment)
    return Abandoned(sale_id, moment.wall_ms)
