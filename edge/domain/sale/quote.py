"""What a basket would come to if it were tendered now: the rules of a sale, ahead of the sale.

Price, tax, rounding and points are those of ``sale.py``; a workstation shows these amounts and
computes none. With tenders the quote also says what is left to pay, in cash and otherwise, and the
change. Nothing here is kept: the sale is priced anew when it is finished.
"""

from collections.abc import Collection, Sequence
from math import gcd

import msgspec

from edge.domain.sale import returns
from edge.domain.sale import tenders as tender
from edge.domain.sale.basket import SaleRequest
from edge.domain.sale.compose import (
    Draft,
    points_earned,
    price_lines,
    refuse_unknown_people,
    take_back_points,
    tender_lines,
    total_of,
)
from edge.domain.sale.situation import Situation
from edge.domain.sale.tender_errors import TooManyTenders
from sync.protocol.facts import TENDERS_MAX, Line, TenderKind
from sync.protocol.identity import ItemId
from sync.protocol.reference import StoreSettings

QUICK_CASH_UNITS = (5, 10, 50, 100)
"""Notes that a customer is likely to give, in units of the currency; in tens of units from
100 units on, in hundreds from 1,000 on: where 25,000 is due 50,000 is a note, 25,005 is none."""


class QuotedLine(msgspec.Struct, frozen=True):
    """A line as its receipt would show it; ``amount_minor`` is negative for goods taken back."""

    line_no: int
    item_id: ItemId
    description: str
    quantity_milli: int
    unit_price_minor: int
    amount_minor: int
    tax_minor: int
    tax_rate_bp: int


class QuotedTax(msgspec.Struct, frozen=True):
    """Tax of one rate over the basket."""

    tax_rate_bp: int
    tax_minor: int


class Due(msgspec.Struct, frozen=True):
    """What is left after the tenders so far: ``left_minor`` otherwise than in cash, or
    ``cash_left_minor`` in cash, where ``rounding_minor`` was added. ``covered``: nothing is left.
    ``points_left_minor``: how much of it points can pay. ``quick_cash_minor``: the exact amount,
    then round ones above it."""

    left_minor: int
    cash_left_minor: int
    rounding_minor: int
    change_minor: int
    covered: bool
    points_left_minor: int
    quick_cash_minor: tuple[int, ...]


class Quote(msgspec.Struct, frozen=True):
    """Amounts in minor units. ``total_minor`` and ``tendered_at_ms`` (UTC) are what the sale's
    request states. ``points_here``: what the customer can spend on this basket, after what is owed
    and what it takes back; None without a customer."""

    tendered_at_ms: int
    total_minor: int
    lines: tuple[QuotedLine, ...]
    taxes: tuple[QuotedTax, ...]
    due: Due
    points_earned: int
    points_here: int | None


def quote(asked: SaleRequest, known: Situation) -> Quote:
    """The amounts of ``asked``, whose shape was looked at before (basket.py); its id and total are
    not looked at.

    Raises the refusals of line_errors.py, and of tender_errors.py for each tender by itself; too
    little is no refusal here.
    """
    refuse_unknown_people(asked, known)
    if len(asked.tenders) > TENDERS_MAX:
        raise TooManyTenders(len(asked.tenders))
    customer_id = returns.customer_of(asked.customer_id, known.originals)
    taken = returns.take_back_lines(asked.lines, known)
    drafts = price_lines(asked.lines, known)
    total = total_of(drafts, taken.values(), known)
    tenders = tender.tenders_of(asked.tenders, total, known)
    balance = tender.balance(total, asked.tenders, tenders, known.settings)
    account = take_back_points(taken.values(), known)
    tendered = tender_lines(asked, tenders, customer_id, account.rights, known)
    by_points = sum(each.amount_minor for each in tendered if each.kind is TenderKind.POINTS)
    spendable = sum(each.points_left for each in account.rights)
    points_here = None if customer_id is None else spendable
    due = _due(balance, by_points, points_here or 0, known.settings, is_refund=total < 0)
    return Quote(
        tendered_at_ms=asked.tendered_at_ms,
        total_minor=total,
        lines=_lines(drafts, taken.values()),
        taxes=_taxes(drafts, taken.values()),
        due=due,
        points_earned=sum(points_earned(drafts, by_points, customer_id, known)),
        points_here=points_here,
    )


def _lines(drafts: Sequence[Draft], taken: Collection[Line]) -> tuple[QuotedLine, ...]:
    sold = [
        QuotedLine(
            line.line_no,
            priced.item.item_id,
            priced.item.name,
            line.quantity_milli,
            priced.unit_price_minor,
            priced.extended_minor,
            tax_minor,
            rate.rate_bp,
        )
        for line, priced, rate, tax_minor in drafts
    ]
    back = [
        QuotedLine(
            line.line_no,
            line.item_id,
            line.description,
            line.quantity_milli,
            line.unit_price_minor,
            line.amount_minor,
            line.tax_minor,
            line.tax_rate_bp,
        )
        for line in taken
    ]
    return tuple(sorted(sold + back, key=lambda line: line.line_no))


def _taxes(drafts: Sequence[Draft], taken: Collection[Line]) -> tuple[QuotedTax, ...]:
    """Per rate, the rates that are 0 left out."""
    sums: dict[int, int] = {}
    for draft in drafts:
        sums[draft.rate.rate_bp] = sums.get(draft.rate.rate_bp, 0) + draft.tax_minor
    for line in taken:
        sums[line.tax_rate_bp] = sums.get(line.tax_rate_bp, 0) + line.tax_minor
    return tuple(QuotedTax(rate_bp, sums[rate_bp]) for rate_bp in sorted(sums) if rate_bp)


def _due(
    balance: tender.Balance,
    by_points_minor: int,
    points_here: int,
    settings: StoreSettings,
    *,
    is_refund: bool,
) -> Due:
    """What is left of ``balance``. A refund is told as what is to be given back, negative."""
    given = balance.cash_minor or 0
    left = balance.remainder_minor - given
    cash_left = left + balance.rounding_minor
    if balance.cash_minor is None:
        covered = left == 0
    else:
        covered = cash_left == 0 if is_refund else cash_left <= 0
    change = max(0, -cash_left) if covered and balance.cash_minor is not None else 0
    if covered:
        left = cash_left = 0
    rounds_to_nothing = left > 0 and cash_left == 0
    quick = (0,) if rounds_to_nothing else quick_cash(cash_left, settings.decimals)
    return Due(
        left_minor=left,
        cash_left_minor=cash_left,
        rounding_minor=balance.rounding_minor,
        change_minor=change,
        covered=covered,
        points_left_minor=_by_points(left, by_points_minor, points_here, settings),
        quick_cash_minor=quick,
    )


def _by_points(left: int, paid: int, points_here: int, settings: StoreSettings) -> int:
    """The most that whole points pay of ``left`` when ``paid`` was paid by points already."""
    value, points = settings.points_value_minor, settings.points_value_points
    if value <= 0 or points <= 0 or left <= 0:
        return 0
    step = value // gcd(points, value)
    most = min(left, points_here * value // points - paid)
    return max(0, most // step * step)


def quick_cash(due_minor: int, decimals: int) -> tuple[int, ...]:
    """The exact amount, then the next multiples of QUICK_CASH_UNITS above it, each once.

    >>> quick_cash(25_000, 0)
    (25000, 30000, 50000, 100000)
    """
    if due_minor <= 0:
        return ()
    largest = max(QUICK_CASH_UNITS)
    scale = 10**decimals
    while due_minor >= largest * scale:
        scale *= 10
    steps = (unit * scale for unit in QUICK_CASH_UNITS)
    above = {(due_minor // step + 1) * step for step in steps}
    return (due_minor, *sorted(above))
