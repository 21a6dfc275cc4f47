"""By what a receipt gives money back: what a till is told that it would be, and how much of what it
sends goes back by something that did not pay (the rule: ``sync/protocol/refunds.py``)."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from uuid import UUID

import msgspec

from edge.domain.sale.refusals.points import PointsDidNotPay
from edge.domain.sale.situation import Situation
from sync.protocol.facts import Account, Line, TenderKind, TenderLine
from sync.protocol.identity import SaleId, TenderId
from sync.protocol.money import round_cash
from sync.protocol.refunds import Payment, elsewhere_minor, points_again, proposed, settled

Goods = list[tuple[int, Sequence[Payment]]]
Refunds = list[tuple[TenderId, TenderKind, int]]


class QuotedAccount(msgspec.Struct, frozen=True):
    """As a tender's request names it."""

    kind: str
    account_id: UUID


class QuotedRefund(msgspec.Struct, frozen=True):
    """What goes back by one tender, below zero, cash rounded: as the sale's request would state it.
    ``reference``: of the payment that it goes back to; ``account``: of the value that it goes back
    into; ``points``: so many go back; ``tip_minor``: so much of the amount is a tip that a void
    gives back."""

    tender_id: TenderId
    name: str
    kind: TenderKind
    amount_minor: int
    reference: str | None = None
    account: QuotedAccount | None = None
    points: int = 0
    tip_minor: int = 0


def propose(
    taken: Collection[Line], total_minor: int, known: Situation
) -> tuple[QuotedRefund, ...]:
    """How what a basket comes to goes back; nothing where it is to be paid. What may go back by
    anything goes back in cash, if the store has any."""
    if total_minor >= 0 and not known.paid.whole:
        return ()
    backs = proposed(_goods(taken, known.paid.by), -total_minor)
    found = {one.tender_id: one for each in known.paid.by.values() for one in each}
    if known.paid.cash is not None:
        found.setdefault(known.paid.cash.tender_id, known.paid.cash)
    named = []
    for back in backs:
        by = known.paid.cash if back.tender_id is None else found[back.tender_id]
        if by is not None:
            amount = -back.amount_minor
            what = (by.tender_id, by.name, by.kind, amount, back.reference)
            named.append(QuotedRefund(*what, _into(back.account)))
    by_them: Refunds = [(one.tender_id, one.kind, -one.amount_minor) for one in named]
    points = points_again(_named_goods(taken), by_them, known.paid.by)
    replace = msgspec.structs.replace
    named = [replace(one, points=each or 0) for one, each in zip(named, points, strict=True)]
    return _with_tips(_rounded(named, known), known)


def _with_tips(refunds: Sequence[QuotedRefund], known: Situation) -> tuple[QuotedRefund, ...]:
    """A void gives tips back too, each by the payment that bore it."""
    if not known.paid.whole:
        return tuple(refunds)
    found = list(refunds)
    for one in (each for paid in known.paid.by.values() for each in paid if each.tip_minor):
        names = [(each.tender_id, each.reference) for each in found]
        cash = one.kind is TenderKind.CASH
        name = (one.tender_id, None if cash else one.reference)
        if name not in names:
            names.append(name)
            found.append(QuotedRefund(one.tender_id, one.name, one.kind, 0, name[1]))
        at = names.index(name)
        amount, tip = found[at].amount_minor - one.tip_minor, found[at].tip_minor - one.tip_minor
        found[at] = msgspec.structs.replace(found[at], amount_minor=amount, tip_minor=tip)
    return tuple(found)


def _into(account: Account | None) -> QuotedAccount | None:
    return None if account is None else QuotedAccount(account.kind, account.account_id)


def _rounded(refunds: Sequence[QuotedRefund], known: Situation) -> tuple[QuotedRefund, ...]:
    """What goes back in cash as one sum, last, rounded as the store rounds it."""
    cash = [one for one in refunds if one.kind is TenderKind.CASH]
    if not cash:
        return tuple(refunds)
    exact = sum(one.amount_minor for one in cash)
    settings = known.settings
    exact += round_cash(exact, settings.cash_rounding_step_minor, settings.cash_rounding)
    last = msgspec.structs.replace(cash[0], amount_minor=exact, reference=None)
    others = [one for one in refunds if one.kind is not TenderKind.CASH]
    return (*others, last)


def refunded_elsewhere(
    lines: Sequence[Line], tenders: Sequence[TenderLine], rounding_minor: int, known: Situation
) -> int:
    """How much of a receipt's refund goes back by what did not pay it."""
    if all(one.goods_minor >= max(0, rounding_minor) for one in tenders):
        return 0  # nothing goes back
    refunds = [one for one in _exact(tenders, rounding_minor) if one[2] > 0]
    taken = [line for line in lines if line.is_return]
    return elsewhere_minor(_goods(taken, known.paid.by), refunds)


def points_given(
    lines: Sequence[Line], tenders: Sequence[TenderLine], rounding_minor: int, known: Situation
) -> tuple[int, ...]:
    """How many points each tender of a receipt gives back. Raises PointsDidNotPay."""
    by_points = (one.kind is TenderKind.POINTS and one.amount_minor < 0 for one in tenders)
    if not any(by_points):
        return (0,) * len(tenders)
    taken = [line for line in lines if line.is_return]
    again = points_again(_named_goods(taken), _exact(tenders, rounding_minor), known.paid.by)
    given = []
    for index, points in enumerate(again):
        if points is None:
            amount, decimals = -tenders[index].amount_minor, known.settings.decimals
            raise PointsDidNotPay(amount, decimals, field=f"tenders[{index}].amount_minor")
        given.append(points)
    return tuple(given)


def _exact(tenders: Sequence[TenderLine], rounding_minor: int) -> Refunds:
    """What goes back for goods by each tender, cash without its rounding; below zero is what it
    paid."""
    payments = [Payment(one.tender_id, one.name, one.kind, one.goods_minor) for one in tenders]
    exact = settled(payments, 0, rounding_minor)
    return [(one.tender_id, one.kind, -one.amount_minor) for one in exact]


def _named_goods(taken: Iterable[Line]) -> list[tuple[SaleId, int]]:
    """What the goods of each receipt come to, in the order of the lines."""
    return [(of, value) for of, value in _values(taken).items() if of is not None]


def _goods(taken: Iterable[Line], paid_by: Mapping[SaleId, Sequence[Payment]]) -> Goods:
    """The same with what paid; of goods without a receipt nothing is known to have paid."""
    return [
        (value, () if named is None else paid_by.get(named, ()))
        for named, value in _values(taken).items()
    ]


def _values(taken: Iterable[Line]) -> dict[SaleId | None, int]:
    values: dict[SaleId | None, int] = {}
    for line in taken:
        named = None if line.original is None else line.original.sale_id
        on_top = 0 if line.tax_included else line.tax_minor
        values[named] = values.get(named, 0) - line.amount_minor - on_top
    return values
