"""What head office decided about rights to spend (sync/protocol/escrow.py)."""

from typing import TypeAlias, assert_never
from uuid import UUID

from central.domain.decisions import GrantAnswered, GrantIssued, GrantReturned, PointsOpened
from central.projections.fold.collect import Fold
from central.projections.rows.escrow import (
    GrantAnswer,
    GrantGiven,
    RightAccount,
    RightHeld,
    RightReleased,
)
from sync.protocol.change import Epoch
from sync.protocol.escrow import RightKind
from sync.protocol.identity import StoreId

AnyGrant: TypeAlias = PointsOpened | GrantIssued | GrantAnswered | GrantReturned


def fold_grant(into: Fold, decision: AnyGrant) -> None:
    """One more of them."""
    match decision:
        case PointsOpened(customer_id, points):
            into.put(RightAccount(into.company_id, RightKind.POINTS.value, customer_id, points))
        case GrantIssued(store_id, number, grant, fingerprint):
            right = (RightKind.POINTS.value, grant.customer_id, grant.points)
            _give(into, store_id, Epoch(number, fingerprint), grant.grant_id, *right)
        case GrantAnswered(store_id, epoch, request_id, kind, account_id, asked, granted):
            told = (request_id, kind, account_id, asked, granted)
            into.put(GrantAnswer(store_id, *told, epoch.number, epoch.fingerprint))
            if granted:
                _give(into, store_id, epoch, request_id, kind, account_id, granted)
        case GrantReturned(store_id, epoch, request_id, kind, account_id, amount):
            account = (kind, account_id)
            held = (store_id, epoch.number, epoch.fingerprint, *account)
            into.put(RightReleased(store_id, request_id, request_id, 0, *account, amount))
            into.put(RightAccount(into.company_id, *account, granted=-amount))
            into.put(RightHeld(*held, released=amount))
        case _ as never:
            assert_never(never)


def _give(
    into: Fold,
    store_id: StoreId,
    epoch: Epoch,
    grant_id: UUID,
    kind: str,
    account_id: UUID,
    amount: int,
) -> None:
    """A right that an epoch has from now on."""
    place, account = (epoch.number, epoch.fingerprint), (kind, account_id)
    into.put(GrantGiven(store_id, grant_id, *account, amount, *place))
    into.put(RightAccount(into.company_id, *account, granted=amount))
    into.put(RightHeld(store_id, *place, *account, granted=amount))
