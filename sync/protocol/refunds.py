"""By what money goes back for goods that come back: to the tenders that paid, up to what each paid.

Theory. A receipt's tenders come to its total exactly once the cash is told without its change and
its rounding (``settled``). What goes back of a receipt is held against that, tender by tender: each
takes back at most what it paid and has not given back yet. So whoever takes a receipt back in
whatever parts and order has in the end given back by every tender what it paid, and the rounding of
cash, which each refund has for itself, is the only thing beside it.

The order is: what is no cash, as it paid; then cash; then what took nothing back. Cards come first
because a card's money belongs to its account (the schemes ask for it, and cash for a stolen card is
the commonest fraud there is), and cash comes last because it is what is gone when it is wrong, and
because it is rounded: the fewer refunds touch it, the less is rounded. What was paid by something
that takes nothing back (a voucher) goes back by what may carry any value: cash, or value that the
store holds for the customer; never by a card beyond what the card paid. What value paid (a gift
card, store credit) goes back into that value, and anything may go into store credit, where the
customer wants it so.

What points paid goes back as points: of the first n minor units of a payment that come back, its
points × n / what they paid, rounded down (``points_through``). A return gives what its units add to
that, so all of them together give every point, and never one more.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from sync.protocol.facts import Account, TenderKind
from sync.protocol.facts.tender import CARRIES_ANY, KEPT_HERE
from sync.protocol.identity import SaleId, TenderId


class Payment(NamedTuple):
    """One tender of a receipt. ``amount_minor``: what it settled, or what is left of that.
    ``refundable``: money may go back by it now. ``reference``: of the payment, for whoever made
    it. ``account``: of the value that paid. ``points``: how many paid. Of what is left of it,
    ``paid_minor`` is what it settled, and ``back_minor`` what of that went back by itself.
    ``tip_minor``: what it gave beside; only a void gives that back."""

    tender_id: TenderId
    name: str
    kind: TenderKind
    amount_minor: int
    refundable: bool = True
    reference: str | None = None
    account: Account | None = None
    points: int = 0
    paid_minor: int = 0
    back_minor: int = 0
    tip_minor: int = 0


class Back(NamedTuple):
    """What goes back by one tender, above zero. ``tender_id`` None: by any that carries any
    value."""

    tender_id: TenderId | None
    amount_minor: int
    reference: str | None = None
    account: Account | None = None


class GaveBack(NamedTuple):
    """A receipt that took goods back: of which receipts, what their goods came to, and by what
    money went back; both above zero, in its own order. Below zero is what an exchange was paid:
    nothing went back by that."""

    goods: tuple[tuple[SaleId, int], ...]
    by: tuple[tuple[TenderId, int], ...]


def settled(payments: Sequence[Payment], change_minor: int, rounding_minor: int) -> list[Payment]:
    """What each tender settled of the total: the last cash one without change and rounding.

    >>> cash = Payment(TenderId("cash"), "Cash", TenderKind.CASH, 500)
    >>> [one.amount_minor for one in settled([cash], 100, 1)]
    [399]
    """
    exact = list(payments)
    for index in reversed(range(len(exact))):
        if exact[index].kind is TenderKind.CASH:
            amount = exact[index].amount_minor - change_minor - rounding_minor
            exact[index] = exact[index]._replace(amount_minor=amount)
            break
    return exact


def gone_by(
    receipts: Sequence[GaveBack], paid: Mapping[SaleId, Sequence[Payment]]
) -> dict[tuple[SaleId, TenderId], int]:
    """What went back of each receipt by each tender. One refund for goods of several receipts is
    told to the one that the tender paid, and what is left to the others in their order."""
    gone: dict[tuple[SaleId, TenderId], int] = {}
    for one in receipts:
        open_minor = dict(one.goods)
        for tender_id, amount in one.by:
            _tell(tender_id, max(0, amount), open_minor, gone, paid)
    return gone


def _tell(
    tender_id: TenderId,
    left: int,
    open_minor: dict[SaleId, int],
    gone: dict[tuple[SaleId, TenderId], int],
    paid: Mapping[SaleId, Sequence[Payment]],
) -> None:
    """``left`` minor units of one refund, to the receipts whose goods are still ``open_minor``."""
    for only_payers in (True, False):
        for sale_id in open_minor:
            most = min(left, open_minor[sale_id])
            name = (sale_id, tender_id)
            if only_payers:
                by_it = _paid_by(paid.get(sale_id, ()), tender_id)
                most = min(most, max(0, by_it - gone.get(name, 0)))
            open_minor[sale_id] -= most
            left -= most
            gone[name] = gone.get(name, 0) + most


def _paid_by(payments: Sequence[Payment], tender_id: TenderId) -> int:
    return sum(one.amount_minor for one in payments if one.tender_id == tender_id)


def left_of(payments: Sequence[Payment], gone: Mapping[TenderId, int]) -> tuple[Payment, ...]:
    """What each payment of a receipt has not given back, the payments of one tender in their order.
    What went back by something that did not pay it, or beyond it, is taken from what takes nothing
    back and then from the others, the last first."""
    rest, left = dict(gone), []
    for one in payments:
        taken = min(max(0, one.amount_minor), rest.get(one.tender_id, 0))
        rest[one.tender_id] = rest.get(one.tender_id, 0) - taken
        rest_minor, paid_minor = max(0, one.amount_minor) - taken, one.amount_minor
        told = one._replace(amount_minor=rest_minor, paid_minor=paid_minor, back_minor=taken)
        left.append(told)
    beyond = sum(rest.values())
    last_first = sorted(range(len(left)), key=lambda index: (left[index].refundable, -index))
    for index in last_first:
        taken = min(left[index].amount_minor, beyond)
        left[index] = left[index]._replace(amount_minor=left[index].amount_minor - taken)
        beyond -= taken
    return tuple(left)


def points_through(payments: Sequence[Payment], tender_id: TenderId, back_minor: int) -> int:
    """How many points the first ``back_minor`` that come back by a tender give, of payments as
    ``left_of`` has them.

    >>> by_points = Payment(TenderId("points"), "Points", TenderKind.POINTS, 100, points=7)
    >>> left = left_of([by_points], {})
    >>> [points_through(left, TenderId("points"), minor) for minor in (20, 50, 100)]
    [1, 3, 7]
    """
    points = 0
    for one in payments:
        if one.tender_id == tender_id and one.paid_minor > 0:
            taken = min(back_minor, one.paid_minor)
            points += one.points * taken // one.paid_minor
            back_minor -= taken
    return points


def points_again(
    goods: Sequence[tuple[SaleId, int]],
    by: Sequence[tuple[TenderId, TenderKind, int]],
    left: Mapping[SaleId, Sequence[Payment]],
) -> tuple[int | None, ...]:
    """How many points each refund of one receipt gives back, 0 for what is no points; None where
    points did not pay so much of the goods, or it is not known how many did. ``goods`` as in
    GaveBack, ``by``: the refunds in their order, above zero; ``left``: of the payments of those
    receipts. Told to the receipts as ``gone_by`` will tell it."""
    paid = {
        sale_id: [one._replace(amount_minor=one.paid_minor) for one in payments]
        for sale_id, payments in left.items()
    }
    gone: dict[tuple[SaleId, TenderId], int] = {}
    for sale_id, payments in left.items():
        for one in payments:
            name = (sale_id, one.tender_id)
            gone[name] = gone.get(name, 0) + one.back_minor
    open_minor, given = dict(goods), list[int | None]()
    for tender_id, kind, amount in by:
        before = dict(gone)
        _tell(tender_id, max(0, amount), open_minor, gone, paid)
        if kind is not TenderKind.POINTS:
            given.append(0)
            continue
        points, covered = 0, 0
        for sale_id, payments in left.items():
            name = (sale_id, tender_id)
            was, now = before.get(name, 0), gone.get(name, 0)
            if now - was <= _points_left(payments, tender_id):
                covered += now - was
                points += points_through(payments, tender_id, now)
                points -= points_through(payments, tender_id, was)
        given.append(points if covered == amount else None)
    return tuple(given)


def _points_left(payments: Sequence[Payment], tender_id: TenderId) -> int:
    return sum(one.amount_minor for one in payments if one.points and one.tender_id == tender_id)


def proposed(goods: Sequence[tuple[int, Sequence[Payment]]], due_minor: int) -> tuple[Back, ...]:
    """How ``due_minor`` (above zero) goes back. ``goods``: of each receipt what its goods come to,
    and what is left of its payments; of goods without a receipt, with none.

    >>> card = Payment(TenderId("card"), "Card", TenderKind.CARD, 700)
    >>> cash = Payment(TenderId("cash"), "Cash", TenderKind.CASH, 300)
    >>> [(one.tender_id, one.amount_minor) for one in proposed([(800, [cash, card])], 800)]
    [('card', 700), ('cash', 100)]
    """
    backs: list[Back] = []
    for value, payments in goods:
        of_these = min(value, due_minor)
        due_minor -= of_these
        takers = [one for one in payments if one.refundable]
        for one in sorted(takers, key=lambda each: each.kind is TenderKind.CASH):
            amount = min(one.amount_minor, of_these)
            of_these -= amount
            _add(backs, Back(one.tender_id, amount, one.reference, one.account))
        _add(backs, Back(None, of_these))
    _add(backs, Back(None, due_minor))
    return tuple(backs)


def _add(backs: list[Back], new: Back) -> None:
    """Behind the others; to the one of the same payment."""
    if not new.amount_minor:
        return
    for index, one in enumerate(backs):
        if one._replace(amount_minor=new.amount_minor) == new:
            backs[index] = one._replace(amount_minor=one.amount_minor + new.amount_minor)
            return
    backs.append(new)


def elsewhere_minor(
    goods: Sequence[tuple[int, Sequence[Payment]]],
    refunds: Sequence[tuple[TenderId, TenderKind, int]],
) -> int:
    """How much of ``refunds`` (above zero, cash without its rounding) goes back by what did not pay
    it: beyond what each tender paid and has left, and beyond what took nothing back where the
    tender carries any value. Into store credit anything may go."""
    takes, free = Counter[TenderId](), 0
    for value, payments in goods:
        of_these = Counter[TenderId]()
        for one in payments:
            if one.refundable:
                of_these[one.tender_id] += one.amount_minor
        takes += Counter({name: min(amount, value) for name, amount in of_these.items()})
        free += max(0, value - of_these.total())
    beyond = 0
    for tender_id, kind, amount in refunds:
        over = max(0, amount - takes[tender_id])
        takes[tender_id] = max(0, takes[tender_id] - amount)
        covered = over if kind in KEPT_HERE else min(over, free) if kind in CARRIES_ANY else 0
        free = max(0, free - covered)
        beyond += over - covered
    return beyond
