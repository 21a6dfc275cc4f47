"""What a basket would come to if it were tendered now: the rules of a sale, ahead of the sale.

Price, modifiers, tax, total and points are the sale's own (``priced_basket.py``); a workstation
shows these amounts and computes none. With tenders the quote also says what is left to pay, in cash
and otherwise, and the change. Nothing here is kept: the sale is priced anew when it is finished.
"""

from collections.abc import Collection, Sequence
from datetime import date
from math import gcd

import msgspec

from edge.domain.sale import item_rules, value
from edge.domain.sale import tenders as tender
from edge.domain.sale.basket import LineRequest, SaleRequest, refuse_wrong_shape
from edge.domain.sale.multipliers import rules_met
from edge.domain.sale.priced_basket import PricedBasket, price_basket
from edge.domain.sale.pricing import Chosen
from edge.domain.sale.refunds import QuotedRefund, propose
from edge.domain.sale.saved import NOTHING_SAVED, Saved, saved
from edge.domain.sale.situation import Situation
from edge.domain.sale.tips import often_given
from sync.protocol.facts import Line, TaxLine, tax_lines
from sync.protocol.identity import ItemId
from sync.protocol.loyalty import ONCE
from sync.protocol.reference import StoreSettings

QUICK_CASH_UNITS = (5, 10, 50, 100)
"""Notes that a customer is likely to give, in units of the currency; in tens of units from
100 units on, in hundreds from 1,000 on: where 25,000 is due 50,000 is a note, 25,005 is none."""


class QuotedModifier(msgspec.Struct, frozen=True):
    """What lowers a line's price, below zero."""

    reason: str
    amount_minor: int


class QuotedBook(msgspec.Struct, frozen=True):
    """The price book that a line is priced by: its name, from which quantity on the price holds (0:
    any), and, of a pack with a price of its own, how many of it and what one costs."""

    name: str
    from_milli: int
    packs_milli: int | None
    pack_price_minor: int | None


class QuotedLine(msgspec.Struct, frozen=True):
    """A line as its receipt would show it: ``extended_minor`` is price x quantity, ``amount_minor``
    adds the modifiers. Quantity and amounts are negative for goods taken back. ``book``: where it
    is not priced plainly."""

    line_no: int
    item_id: ItemId
    description: str
    quantity_milli: int
    unit_price_minor: int
    extended_minor: int
    modifiers: tuple[QuotedModifier, ...]
    amount_minor: int
    tax_minor: int
    tax_rate_bp: int
    book: QuotedBook | None = None


class QuotedTax(msgspec.Struct, frozen=True):
    """Tax of one rate over the basket."""

    tax_rate_bp: int
    tax_minor: int


class Due(msgspec.Struct, frozen=True):
    """What is left after the tenders so far: ``left_minor`` otherwise than in cash, or
    ``cash_left_minor`` in cash, where ``rounding_minor`` was added. ``covered``: nothing is left.
    ``points_left_minor``: how much of it points can pay; ``points_missing``: with so many more than
    the customer's own here they could pay all of it. ``quick_cash_minor``: the exact amount, then
    round ones above it. ``quick_tips_minor``: what the customer may be asked for beside it; none
    where no tip is taken."""

    left_minor: int
    cash_left_minor: int
    rounding_minor: int
    change_minor: int
    covered: bool
    points_left_minor: int
    points_missing: int
    quick_cash_minor: tuple[int, ...]
    quick_tips_minor: tuple[int, ...] = ()


class Prompt(msgspec.Struct, frozen=True):
    """What must be asked of the customer, or found on the goods, before the sale: proof of
    ``age_years``, the serial number, the lot, the card that it loads."""

    line_no: int
    asks: item_rules.Asks
    age_years: int | None


class QuotedEarning(msgspec.Struct, frozen=True):
    """What bears on the customer's points: the tier that they are in, by its name, and its
    ``multiplier`` in hundredths of a percent; names of the rules that multiply points of goods of
    this basket; so many points run out after the day ``expire_on``."""

    tier: str | None
    multiplier: int
    rules: tuple[str, ...]
    expiring: int
    expire_on: date | None


class Quote(msgspec.Struct, frozen=True):
    """Amounts in minor units. ``total_minor`` and ``tendered_at_ms`` (UTC) are what the sale's
    request states. ``points_here``: what the customer can spend on this basket, after what is owed
    and what it takes back; None without a customer. ``goodwill_here``: so much of it is not theirs,
    but what the store lets them have. ``refunds``: by what it goes back, where something does.
    ``saved``: by what prices were lowered, and what almost was.
    ``along``: lines that the request lacks and the sale must have; they stand in ``lines`` too.
    ``bring_optional``: numbers of the lines that bring along what may be left out.
    ``prompts``: what a sale is refused without. ``earning``: None without a customer."""

    tendered_at_ms: int
    total_minor: int
    lines: tuple[QuotedLine, ...]
    taxes: tuple[QuotedTax, ...]
    due: Due
    points_earned: int
    points_here: int | None
    goodwill_here: int = 0
    refunds: tuple[QuotedRefund, ...] = ()
    saved: Saved = NOTHING_SAVED
    along: tuple[LineRequest, ...] = ()
    bring_optional: tuple[int, ...] = ()
    prompts: tuple[Prompt, ...] = ()
    earning: QuotedEarning | None = None


def quote(asked: SaleRequest, known: Situation, left_out: Collection[int] = ()) -> Quote:
    """The amounts of ``asked``, whose shape was looked at before (basket.py), with what goes along;
    its id and total are not looked at. ``left_out``: line numbers with which the customer wants
    nothing that may be left out.

    Raises the refusals of lines, prices and returns, and of tenders for each by itself; too
    little is no refusal here.
    """
    along, basket = _with_along(asked, known, left_out)
    total, settings = basket.total_minor, known.settings
    tenders = tender.tenders_of(asked.tenders, total, known)
    balance = tender.balance(total, asked.tenders, tenders, settings)
    payment = tender.pay(asked.tenders, tenders, basket, known, asked.sale_id)
    goodwill = sum(each.points_left for each in basket.goodwill)
    spendable = sum(each.points_left for each in basket.account.rights) + goodwill
    paid = payment.by_points_minor
    lines = basket.lines(payment.points)
    return Quote(
        tendered_at_ms=asked.tendered_at_ms,
        total_minor=total,
        lines=_lines(lines, basket),
        taxes=_taxes(tax_lines(lines)),
        due=_due(
            *(balance, paid, spendable, settings),
            own_points=spendable - goodwill,
            quick_tips=often_given(total, settings),
            is_refund=total < 0,
        ),
        points_earned=sum(payment.points),
        points_here=None if basket.customer_id is None else spendable,
        goodwill_here=goodwill,
        refunds=propose(basket.taken.values(), total, known),
        saved=saved(asked.coupons, basket, known),
        along=along,
        bring_optional=item_rules.bring_optional(basket.sold, known),
        prompts=_prompts(basket, known),
        earning=_earning(basket),
    )


def _with_along(
    asked: SaleRequest, known: Situation, left_out: Collection[int]
) -> tuple[tuple[LineRequest, ...], PricedBasket]:
    """What goes along and is not there, and the basket with it."""
    basket = price_basket(asked, known)
    along = item_rules.lines_along(basket.sold, len(asked.lines), left_out, known)
    if along:
        whole = msgspec.structs.replace(asked, lines=asked.lines + along)
        refuse_wrong_shape(whole, require_return=False)
        basket = price_basket(whole, known)
    item_rules.refuse_unsellable(basket.sold, asked.tendered_at_ms, known)
    value.born_of(basket.sold, known)
    return along, basket


def _prompts(basket: PricedBasket, known: Situation) -> tuple[Prompt, ...]:
    asked = item_rules.questions(basket.sold, known)
    return tuple(Prompt(each.line_no, each.asks, each.age_years) for each in asked)


def _earning(basket: PricedBasket) -> QuotedEarning | None:
    if basket.customer_id is None:
        return None
    tier, expiring = basket.earning.tier, basket.earning.expiring
    return QuotedEarning(
        tier=None if tier is None else tier.name,
        multiplier=ONCE if tier is None else tier.multiplier,
        rules=tuple(rule.name for rule in rules_met(basket.on_offer(), basket.earning)),
        expiring=0 if expiring is None else expiring.points,
        expire_on=None if expiring is None else expiring.on,
    )


def _lines(lines: Sequence[Line], basket: PricedBasket) -> tuple[QuotedLine, ...]:
    books = {
        each.request.line_no: _book(each.request, each.priced.chosen)
        for each in basket.sold
        if each.priced.chosen is not None
    }
    return tuple(_line(line, books.get(line.line_no)) for line in lines)


def _book(asked: LineRequest, chosen: Chosen) -> QuotedBook:
    offer, of_pack = chosen
    packs = (asked.quantity_milli, offer.unit_price_minor) if of_pack else (None, None)
    return QuotedBook(offer.book_name, offer.from_milli, *packs)


def _line(line: Line, book: QuotedBook | None) -> QuotedLine:
    return QuotedLine(
        line_no=line.line_no,
        item_id=line.item_id,
        description=line.description,
        quantity_milli=line.quantity_milli,
        unit_price_minor=line.unit_price_minor,
        extended_minor=line.extended_minor,
        modifiers=tuple([QuotedModifier(one.reason, one.amount_minor) for one in line.modifiers]),
        amount_minor=line.amount_minor,
        tax_minor=line.tax_minor,
        tax_rate_bp=line.tax_rate_bp,
        book=book,
    )


def _taxes(taxes: Sequence[TaxLine]) -> tuple[QuotedTax, ...]:
    """Per rate, the rates that are 0 left out."""
    sums: dict[int, int] = {}
    for each in taxes:
        sums[each.tax_rate_bp] = sums.get(each.tax_rate_bp, 0) + each.tax_minor
    return tuple(QuotedTax(rate_bp, sums[rate_bp]) for rate_bp in sorted(sums) if rate_bp)


def _due(
    balance: tender.Balance,
    by_points_minor: int,
    points_here: int,
    settings: StoreSettings,
    *,
    own_points: int,
    quick_tips: tuple[int, ...],
    is_refund: bool,
) -> Due:
    """What is left of ``balance``. A refund is told as what is to be given back, negative.
    ``own_points``: of ``points_here``, without what the store lends."""
    left = balance.remainder_minor - (balance.cash_minor or 0)
    cash_left = left + balance.rounding_minor
    to_pay = cash_left if balance.rounds else left
    gives_change = balance.cash_minor is not None and not is_refund
    covered = to_pay <= 0 if gives_change else to_pay == 0
    change = -to_pay if covered else 0
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
        points_missing=_missing(left, by_points_minor, own_points, settings),
        quick_cash_minor=quick,
        quick_tips_minor=quick_tips,
    )


def _by_points(left: int, paid: int, points_here: int, settings: StoreSettings) -> int:
    """The most that whole points pay of ``left`` when ``paid`` was paid by points already."""
    value, points = settings.points_value_minor, settings.points_value_points
    if value <= 0 or points <= 0 or left <= 0:
        return 0
    step = value // gcd(points, value)
    most = min(left, points_here * value // points - paid)
    return max(0, most // step * step)


def _missing(left: int, paid: int, points_here: int, settings: StoreSettings) -> int:
    """How many points the rest lacks, as far as whole points pay it."""
    value, points = settings.points_value_minor, settings.points_value_points
    if value <= 0 or points <= 0 or left <= 0:
        return 0
    step = value // gcd(points, value)
    return max(0, (left // step * step + paid) * points // value - points_here)


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
