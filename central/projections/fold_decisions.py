"""Central's own decisions become row changes: pure, beside the fold of the stores' facts."""

from collections.abc import Iterable
from typing import assert_never

from central.db.decisions import (
    AnyDecision,
    BoxRevoked,
    CustomerDecided,
    EpochIssued,
    GrantIssued,
    PointsOpened,
    TailWrittenOff,
)
from central.projections.fold import Fold
from central.projections.rows import GrantGiven, RowChanges, WrittenOff
from sync.protocol.identity import CompanyId


def fold_decisions(company_id: CompanyId, decisions: Iterable[AnyDecision]) -> RowChanges:
    """What these decisions of one company change, all together."""
    into = Fold(company_id)
    for decision in decisions:
        fold_decision(into, decision)
    return into.changes()


def fold_decision(into: Fold, decision: AnyDecision) -> None:
    """One more decision."""
    match decision:
        case EpochIssued() | BoxRevoked():
            return
        case PointsOpened(customer_id, points):
            into.add_points(customer_id, opening=points)
        case GrantIssued(store_id, _, grant):
            into.add_points(grant.customer_id, granted=grant.points)
            row = GrantGiven(store_id, grant.grant_id, grant.customer_id, grant.points)
            into.grants.append(row)
        case CustomerDecided(change):
            into.add_customer(change)
        case TailWrittenOff() as tail:
            key = (tail.store_id, tail.epoch)
            held = into.written_off.get(key)
            if held is None or tail.through >= held.through:
                into.written_off[key] = WrittenOff(
                    tail.store_id,
                    tail.epoch.number,
                    tail.epoch.fingerprint,
                    tail.through,
                    tail.reason,
                    tail.decided_by,
                )
        case _ as never:
            assert_never(never)
