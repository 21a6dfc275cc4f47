"""Central's own decisions become row changes: pure, beside the fold of the stores' facts."""

from collections.abc import Iterable
from typing import assert_never

from central.domain import decisions as decided
from central.domain.accepted import ExceptionAccepted
from central.domain.coupons import CouponsMade
from central.domain.day_root import log_end
from central.domain.decisions import (
    AlarmCleared,
    AnyDecision,
    BoxRevoked,
    CustomerDecided,
    CustomerErased,
    CustomersJoined,
    CustomersParted,
    EpochIssued,
    EpochRatified,
    EpochReadmitted,
    EpochSealed,
    EventReleased,
    EventRepaired,
    GoodwillGiven,
    GoodwillSet,
    GrantAnswered,
    GrantIssued,
    GrantReturned,
    IncarnationBegun,
    PointsOpened,
    ShareRuleSet,
    StreamPruned,
    TailWrittenOff,
)
from central.domain.loyalty_decided import LoyaltyDecision
from central.domain.rooted import DayRooted
from central.domain.signed import DaySigned
from central.projections.fold.collect import Fold
from central.projections.fold.customer import put_erased, put_fields
from central.projections.fold.grants import fold_grant, fold_rule
from central.projections.fold.loyalty import fold_loyalty
from central.projections.row_changes import RowChanges
from central.projections.rows.accepted import AcceptedException
from central.projections.rows.box import AlarmClearing
from central.projections.rows.customer import CustomerAlias, CustomerErasure
from central.projections.rows.day import RootOfDay, SignedDay
from central.projections.rows.journal import RELEASED, Correction, TailClosed, WrittenOff
from sync.protocol.codec import encode
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
        case EpochIssued() | EpochRatified() | EpochReadmitted() | EpochSealed():
            return
        case BoxRevoked() | IncarnationBegun() | StreamPruned():
            return
        case DayRooted():
            _fold_root(into, decision)
        case PointsOpened() | GrantIssued() | GrantAnswered() | GrantReturned() | CouponsMade():
            fold_grant(into, decision)
        case GoodwillSet() | GoodwillGiven() | ShareRuleSet():
            fold_rule(into, decision)
        case LoyaltyDecision():
            fold_loyalty(into, decision)
        case CustomerDecided() | CustomersJoined() | CustomersParted() | CustomerErased():
            _fold_customer(into, decision)
        case TailWrittenOff(store_id, epoch, through, reason, decided_by):
            place = (epoch.number, epoch.fingerprint, through)
            into.put(WrittenOff(store_id, *place, reason, decided_by))
        case EventRepaired(store_id, epoch, seq, kind, version, body, reason, decided_by):
            place = (epoch.number, epoch.fingerprint, seq)
            into.put(Correction(store_id, *place, kind, version, body, reason, decided_by))
        case EventReleased(store_id, epoch, seq, reason, decided_by):
            place = (epoch.number, epoch.fingerprint, seq)
            into.put(Correction(store_id, *place, RELEASED, 0, b"", reason, decided_by))
        case decided.TailClosed(store_id, epoch, through, reason, decided_by, unheard):
            place = (epoch.number, epoch.fingerprint, through)
            into.put(WrittenOff(store_id, *place, reason, decided_by))
            here = (" ".join(unheard), decision.heard, " ".join(map(str, decision.home)))
            aside = "{" + ",".join(f"[{first},{last}]" for first, last in decision.aside) + "}"
            unknown = " ".join(f"{kind} {amount}" for kind, amount in decision.unknown)
            into.put(TailClosed(store_id, *place, reason, decided_by, *here, aside, unknown))
        case AlarmCleared() | ExceptionAccepted():
            _fold_looked_into(into, decision)
        case DaySigned():
            _fold_signed(into, decision)
        case _ as never:
            assert_never(never)


def _fold_signed(into: Fold, signed: DaySigned) -> None:
    declared = None if signed.declared is None else encode(signed.declared)
    figures = (encode(signed.counted), declared, encode(signed.through))
    why = (signed.exception_minor, signed.exception)
    who = (signed.signed_at_ms, signed.decided_by)
    day = (signed.store_id, signed.business_date, signed.signing)
    into.put(SignedDay(*day, *figures, *why, *who))


def _fold_looked_into(into: Fold, decision: AlarmCleared | ExceptionAccepted) -> None:
    if isinstance(decision, AlarmCleared):
        place = (0, b"", 0)  # head office's word comes before every event
        by, why = decision.decided_by, decision.reason
        into.put(AlarmClearing(decision.store_id, decision.alarm_id, by, why, *place))
    else:
        what = (decision.kind, decision.case, decision.amount)
        why = decision.reason
        into.put(AcceptedException(into.company_id, *what, why, decision.decided_by))


def _fold_root(into: Fold, decision: DayRooted) -> None:
    end = log_end(decision)
    of = (into.company_id, end.business_date, end.incarnation)
    signed = (decision.key, decision.signature)
    made = (decision.made_at_ms, decision.decided_by)
    into.put(RootOfDay(*of, end.size, end.root, *signed, *made))


def _fold_customer(
    into: Fold, decision: CustomerDecided | CustomersJoined | CustomersParted | CustomerErased
) -> None:
    match decision:
        case CustomerDecided(change, created):
            put_fields(into, change, created=created)
        case CustomersJoined(alias_id, kept_id):
            into.put(CustomerAlias(into.company_id, alias_id, kept_id, joins=1))
        case CustomersParted(alias_id, kept_id):
            into.put(CustomerAlias(into.company_id, alias_id, kept_id, parts=1))
        case CustomerErased(customer_id, reason, decided_by):
            put_erased(into, customer_id)
            into.put(CustomerErasure(into.company_id, customer_id, reason, decided_by))
        case _ as never:
            assert_never(never)
