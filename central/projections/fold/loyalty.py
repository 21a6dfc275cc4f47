"""What a receipt is to the loyalty programme, and what head office decided about it."""

from typing import assert_never

from central.domain.loyalty_decided import (
    AnyLoyalty,
    BirthMonthSet,
    CustomerTierSet,
    LoyaltyProgramSet,
    PointsExpired,
    PointsGiven,
)
from central.projections.fold.collect import Fold
from central.projections.rows.escrow import RightAccount
from central.projections.rows.loyalty import (
    BirthMonth,
    CustomerDay,
    ExpiredPoints,
    GivenPoints,
    LoyaltyProgram,
    TierByHand,
)
from sync.protocol.escrow import RightKind
from sync.protocol.facts import RetailTransaction, TaxClass
from sync.protocol.identity import CustomerId

_OUT_OF_SCOPE = TaxClass.OUT_OF_SCOPE


def put_customer_day(into: Fold, sale: RetailTransaction, customer_id: CustomerId) -> None:
    """What the receipt adds to the customer's day."""
    spent = sum(
        line.amount_minor + (0 if line.tax_included else line.tax_minor)
        for line in sale.lines
        if line.tax_class is not _OUT_OF_SCOPE
    )
    out = sum(tender.points for tender in sale.tenders)
    out += sale.take_back.points if sale.take_back else 0
    day = (into.company_id, customer_id, sale.currency, sale.business_date)
    into.put(CustomerDay(*day, spent, sale.points_earned, out))


def fold_loyalty(into: Fold, decision: AnyLoyalty) -> None:
    """One more decision. Points that head office gives are put into the account as balance, and
    what runs out is taken out of it: nothing of either is any store's right."""
    of = into.company_id
    match decision:
        case LoyaltyProgramSet() as said:
            counts = (said.welcome_points, said.birthday_points, said.entered_points)
            into.put(
                LoyaltyProgram(
                    of,
                    said.window_months,
                    *counts,
                    said.expiry,
                    said.expiry_months,
                    said.since,
                    said.reason,
                    said.decided_by,
                )
            )
        case CustomerTierSet(customer_id, tier, reason, decided_by, until):
            into.put(TierByHand(of, customer_id, tier, until, reason, decided_by))
        case PointsGiven(customer_id, points, occasion, named, on, reason, decided_by):
            key = (of, customer_id, occasion, named)
            into.put(GivenPoints(*key, points, on, reason, decided_by))
            into.put(RightAccount(of, RightKind.POINTS.value, customer_id, points))
        case PointsExpired(customer_id, points, on):
            into.put(ExpiredPoints(of, customer_id, on, points))
            into.put(RightAccount(of, RightKind.POINTS.value, customer_id, -points))
        case BirthMonthSet(customer_id, sealed, decided_by):
            into.put(BirthMonth(of, customer_id, sealed, decided_by))
        case _ as never:
            assert_never(never)
