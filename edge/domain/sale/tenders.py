"""How a receipt is paid, or paid back: cash rounding, change, points.

What each kind of tender may do is a table (``tender_kinds.py``). Non-cash tenders settle to the
cent; what remains for cash is rounded to the smallest coin (MAS: cash totals may be rounded to 5
cents), and only cash gives change. A refund mirrors a sale: exact amounts, cash rounded alike, no
change. The rounding is a figure of its own on the receipt. A tip (``tips.py``) is a part of what a
tender gives that settles nothing.
"""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from edge.domain.sale import loyalty, value
from edge.domain.sale.basket import TenderRequest
from edge.domain.sale.paid_elsewhere import refuse_wrong_foreign, refuse_wrong_payment
from edge.domain.sale.priced_basket import PricedBasket
from edge.domain.sale.refusals.points import PointsWithoutCustomer
from edge.domain.sale.refusals.tenders import (
    ChangeFromOtherThanCash,
    InactiveTender,
    RefundDiffers,
    TenderMissing,
    TenderNotRefundable,
    TendersBelowTotal,
    TendersTooLarge,
    UnknownTender,
    WrongTenderAmount,
)
from edge.domain.sale.situation import Situation, TenderInUse, Worth
from edge.domain.sale.tips import refuse_wrong_tip
from edge.domain.sale.vouchers import refuse_wrong_vouchers
from sync.protocol.facts import ForeignMoney, RightTaken, Spend, TenderLine
from sync.protocol.identity import SaleId
from sync.protocol.money import MINOR_MAX, round_cash
from sync.protocol.reference import StoreSettings


class Settlement(NamedTuple):
    """``rounding_minor`` is added to the total; ``change_minor`` goes back from cash."""

    rounding_minor: int
    change_minor: int


def tenders_of(
    requests: Sequence[TenderRequest], total_minor: int, known: Situation
) -> tuple[TenderInUse, ...]:
    """What each stated tender is. Raises UnknownTender, InactiveTender, WrongTenderAmount,
    TenderNotRefundable, TendersTooLarge, the refusals of tips (tips.py), and of payments made
    elsewhere."""
    found = []
    for index, request in enumerate(requests):
        path = f"tenders[{index}]"
        tender = known.tenders.get(request.tender_id)
        if tender is None:
            raise UnknownTender(request.tender_id, field=f"{path}.tender_id")
        if not tender.active:
            raise InactiveTender(request.tender_id, field=f"{path}.tender_id")
        _refuse_wrong_amount(request, tender, total_minor, f"{path}.amount_minor", known.settings)
        takes_back = tender.refundable or _gives_again(tender, known)
        if request.amount_minor < 0 and not (takes_back and tender.rules.refundable):
            raise TenderNotRefundable(request.tender_id, field=f"{path}.tender_id")
        before = [each.reference for each in requests[:index]]
        refuse_wrong_payment(request, tender, known, before, path)
        refuse_wrong_foreign(request, tender, known, path)
        refuse_wrong_tip(request, tender, known, f"{path}.tip_minor")
        found.append(tender)
    given = sum(max(0, request.amount_minor) for request in requests)
    if given > MINOR_MAX:
        raise TendersTooLarge(given, known.settings.decimals)
    return tuple(found)


def _gives_again(tender: TenderInUse, known: Situation) -> bool:
    """A void gives back the points that paid, also where the store gives none back otherwise."""
    return tender.rules.spends_points and known.paid.whole


def _refuse_wrong_amount(
    request: TenderRequest,
    tender: TenderInUse,
    total_minor: int,
    field: str,
    settings: StoreSettings,
) -> None:
    """Its sign is that of the goods: a void of what cost nothing still gives a tip back."""
    amount, goods = request.amount_minor, request.goods_minor
    against = goods < 0 if total_minor >= 0 else goods > 0
    nothing = amount == 0 and not tender.rules.rounds
    if against or nothing or abs(amount) > MINOR_MAX:
        raise WrongTenderAmount(amount, settings.decimals, field=field)


class Balance(NamedTuple):
    """What was given so far for goods: ``cash_minor`` by tenders that give change, or None without.
    ``remainder_minor`` is left for these after all others, ``rounding_minor`` what rounding that to
    the smallest coin adds; ``rounds``: it counts, for something that rounds was given."""

    cash_minor: int | None
    remainder_minor: int
    rounding_minor: int
    rounds: bool


def balance(
    total_minor: int,
    requests: Sequence[TenderRequest],
    tenders: Sequence[TenderInUse],
    settings: StoreSettings,
) -> Balance:
    """``tenders`` are those of ``requests``, with the total's sign.

    Raises ChangeFromOtherThanCash.
    """
    cash = [
        request.goods_minor
        for request, found in zip(requests, tenders, strict=True)
        if found.rules.gives_change
    ]
    other = sum(request.goods_minor for request in requests) - sum(cash)
    remainder = total_minor - other
    if total_minor >= 0 and remainder < 0:
        raise ChangeFromOtherThanCash(other, total_minor, settings.decimals)
    rounding = round_cash(remainder, settings.cash_rounding_step_minor, settings.cash_rounding)
    rounds = any(found.rules.rounds for found in tenders)
    return Balance(sum(cash) if cash else None, remainder, rounding, rounds)


def settle(
    total_minor: int,
    requests: Sequence[TenderRequest],
    tenders: Sequence[TenderInUse],
    settings: StoreSettings,
) -> Settlement:
    """Rounding and change. ``tenders`` are those of ``requests``, with the total's sign.

    Raises TenderMissing, TendersBelowTotal, ChangeFromOtherThanCash, RefundDiffers.
    """
    decimals = settings.decimals
    if not requests and total_minor != 0:
        raise TenderMissing(total_minor, decimals)
    cash, remainder, rounding, rounds = balance(total_minor, requests, tenders, settings)
    if not rounds:
        rounding = 0
    over = (cash or 0) - (remainder + rounding)
    given = total_minor + rounding + over
    if total_minor < 0 and over != 0:
        raise RefundDiffers(given, total_minor + rounding, decimals)
    if over < 0:
        raise TendersBelowTotal(given, total_minor + rounding, decimals)
    return Settlement(rounding, over)


class Payment(NamedTuple):
    """The tenders of a receipt, and the points that each of its sale lines earns.
    ``by_points_minor``: what was paid with points. ``taken``: off cards, for loads that come
    back."""

    lines: tuple[TenderLine, ...]
    by_points_minor: int
    points: tuple[int, ...]
    taken: tuple[RightTaken, ...] = ()


def pay(
    requests: Sequence[TenderRequest],
    tenders: Sequence[TenderInUse],
    basket: PricedBasket,
    known: Situation,
    sale_id: SaleId,
) -> Payment:
    """``tenders`` are those of ``requests``. Raises PointsWithoutCustomer, NotWholePoints,
    MorePointsThanRights, PointsTooMany, VoucherLowersPrice, VoucherNotForGoods, LoadSpent,
    AccountNotForTender, AccountNotNamed, WrongCardNumber, CardDidNotPay, ValueNotHere,
    ValueBuysNoValue, OneNoteEach."""
    refuse_wrong_vouchers(requests, tenders, basket)
    value.refuse_wrong_value(requests, tenders, basket, known)
    purse = value.open_purse(basket, known)
    lines = _tender_lines(requests, tenders, basket, known, purse, sale_id)
    paid = list(zip([line.amount_minor for line in lines], tenders, strict=True))
    earned: tuple[int, ...] = (0,) * len(basket.sold)
    if basket.customer_id is not None:
        earns_none = sum([max(0, minor) for minor, found in paid if not found.rules.earns])
        earning, times = basket.earning_minor(), basket.earning_times()
        earned = loyalty.earn(earning, earns_none, basket.settings, times)
    by_points = sum([minor for minor, found in paid if found.rules.spends_points])
    return Payment(lines, by_points, earned, purse.taken)


def _tender_lines(
    requests: Sequence[TenderRequest],
    tenders: Sequence[TenderInUse],
    basket: PricedBasket,
    known: Situation,
    purse: value.Purse,
    sale_id: SaleId,
) -> tuple[TenderLine, ...]:
    """What each tender gives, and the rights that it takes: of points the store's goodwill last."""
    rights, spent = basket.account.rights + basket.goodwill, 0
    lines = []
    for index, (stated, found) in enumerate(zip(requests, tenders, strict=True)):
        points, account = 0, None
        spends: tuple[Spend, ...] = ()
        if found.rules.has_account:
            path = f"tenders[{index}]"
            account, spends, purse = value.spend(stated, sale_id, purse, known, path)
        if found.rules.spends_points and stated.amount_minor >= 0:
            field = f"tenders[{index}].amount_minor"
            points = _points_of(stated, basket, spent, field)
            spent += points
            spends, rights = loyalty.spend(points, rights, field)
        lines.append(
            TenderLine(
                stated.tender_id,
                found.name,
                found.kind,
                stated.amount_minor,
                stated.reference,
                points,
                spends,
                account,
                stated.outcome,
                stated.approval,
                _foreign(stated, known.worth),
                stated.tip_minor,
            )
        )
    return tuple(lines)


def _points_of(stated: TenderRequest, basket: PricedBasket, spent: int, field: str) -> int:
    """``spent``: by the tenders before it."""
    if basket.customer_id is None:
        raise PointsWithoutCustomer(field=field)
    points = loyalty.points_for(stated.amount_minor, basket.settings, field)
    loyalty.refuse_many(spent + points, field)
    return points


def _foreign(stated: TenderRequest, worth: Mapping[str, Worth]) -> ForeignMoney | None:
    if stated.foreign is None:
        return None
    currency, amount_minor = stated.foreign.currency, stated.foreign.amount_minor
    return ForeignMoney(currency, amount_minor, worth[currency].version)
