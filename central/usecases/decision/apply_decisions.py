"""Folds central's own decisions into the projections, in the unit of work that records them."""

from collections.abc import Sequence

from sqlalchemy.ext.asyncio import AsyncConnection

from central.archive.rows import read_customers
from central.db.engine import driver_of
from central.domain.decisions import AnyDecision
from central.projections.fold.decisions import fold_decisions
from central.projections.write import write_changes
from sync.protocol.identity import CompanyId
from sync.protocol.shared import CustomerRecord


async def apply_decisions(
    db: AsyncConnection, company_id: CompanyId, decisions: Sequence[AnyDecision]
) -> tuple[CustomerRecord, ...]:
    """Write what the decisions of one company change; whole records of customers that changed, for
    whoever publishes them. Raises Unwritable (a value that cannot be kept): decide nothing then."""
    changes = fold_decisions(company_id, decisions)
    if not changes:
        return ()
    connection = await driver_of(db)
    changed = await write_changes(connection, changes)
    return await read_customers(connection, company_id, changed)
