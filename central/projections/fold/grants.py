"""What head office decided about rights to spend (sync/protocol/escrow.py)."""

from typing import TypeAlias, assert_never
from uuid import UUID

from central.domain import decisions as decided
from central.domain.coupons import CouponsMade
from central.domain.decisions import (
    GoodwillSet,
    GrantAnswered,
    GrantIssued,
    GrantReturned,
    PointsOpened,
    ShareRuleSet,
)
from central.projections.fold.collect import Fold
from central.projections.rows.escrow import (
    Coupon,
    GoodwillBudget,
    GoodwillGiven,
    GrantAnswer,
    GrantGiven,
    RightAccount,
    RightHeld,
    RightReleased,
    ShareRuleSaid,
)
from sync.protocol.change import Epoch
from sync.protocol.escrow import RightKind
from sync.protocol.identity import StoreId

AnyGrant: TypeAlias = PointsOpened | GrantIssued | GrantAnswered | GrantReturned | CouponsMade
AnyRule: TypeAlias = GoodwillSet | decided.GoodwillGiven | ShareRuleSet


def fold_grant(into: Fold, decision: AnyGrant) -> None:
    """One more of them."""
    match decision:
        case PointsOpened(customer_id, points):
            into.put(RightAccount(into.company_id, RightKind.POINTS.value, customer_id, points))
        case CouponsMade():
            _coupons(into, decision)
        case GrantIssued(store_id, number, grant, fingerprint):
            right = (RightKind.POINTS.value, grant.customer_id, grant.points)
            _give(into, store_id, Epoch(number, fingerprint), grant.grant_id, *right)
        case GrantAnswered(store_id, epoch, request_id, kind, account_id, asked, granted, until):
            told = (request_id, kind, account_id, asked, granted)
            into.put(GrantAnswer(store_id, *told, epoch.number, epoch.fingerprint, until))
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


def _coupons(into: Fold, made: CouponsMade) -> None:
    """Each is good once, wherever it is shown first."""
    for account_id in made.account_ids:
        what = (made.batch, made.promotion_id, made.decided_by)
        into.put(Coupon(into.company_id, account_id, *what))
        into.put(RightAccount(into.company_id, RightKind.COUPON.value, account_id, 1))


def fold_rule(into: Fold, decision: AnyRule) -> None:
    """What may be given, and to whom goodwill was."""
    match decision:
        case GoodwillSet(store_id, kind, amount, period, since, reason, decided_by):
            held = (amount, period, reason, decided_by)
            into.put(GoodwillBudget(store_id, kind, since, *held))
        case decided.GoodwillGiven(store_id, epoch, kind, amount, period, since, until):
            place = (epoch.number, epoch.fingerprint)
            into.put(GoodwillGiven(store_id, *place, kind, since, amount, period, until))
        case ShareRuleSet(percents, cap, _, decided_by):
            said = " ".join(map(str, percents))
            into.put(ShareRuleSaid(into.company_id, said, cap, decided_by))
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
