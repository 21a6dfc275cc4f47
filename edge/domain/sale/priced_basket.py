"""What a basket comes to: the one way from a request to its total, for the quote and for the sale.

    price → prices by hand → promotions over single goods and groups → discounts of lines by hand →
    promotions over the basket → the basket's discount by hand → vouchers that lower the price →
    goods taken back → tax → total → what earns, and what points go back

What lowers a price, each over what those before it left, stands in
``sync/protocol/promotions/reduce.py``; what is done by hand in ``price_override.py`` and
``discounts.py``, what vouchers take off in ``voucher_discounts.py``.
``extended`` is price x quantity, ``amount`` is what is left of it after the modifiers. Tax, points,
total and whatever comes back later are figured on the amount; the extended price is only shown.
How it is paid (tenders.py) is looked at after this, and changes nothing here.
"""

from collections.abc import Collection, Mapping, Sequence
from types import MappingProxyType
from typing import NamedTuple

import msgspec

from edge.domain.customer import InactiveCustomer, UnknownCustomer
from edge.domain.operator import InactiveOperator, UnknownOperator
from edge.domain.sale import discounts, loyalty, pricing, returns, tax
from edge.domain.sale.basket import LineRequest, SaleRequest, refuse_many
from edge.domain.sale.multipliers import NO_EARNING, Earning, times_of
from edge.domain.sale.price_books import choose_prices
from edge.domain.sale.price_override import price_overrides
from edge.domain.sale.pricing import Priced
from edge.domain.sale.refusals.prices import AmountTooLarge
from edge.domain.sale.situation import RateInForce, Situation
from edge.domain.sale.unverified import take_unverified
from edge.domain.sale.voucher_discounts import lowering, refuse_useless
from edge.domain.stock import Movement
from sync.protocol.bounds import FIGURE_MAX
from sync.protocol.cards import last_of
from sync.protocol.escrow import Right
from sync.protocol.facts import Line, TaxClass
from sync.protocol.identity import CustomerId
from sync.protocol.promotions.reduce import Modifiers, Reduced, reduce_lines
from sync.protocol.promotions.shape import LineOnOffer
from sync.protocol.reference import StoreSettings

NO_COSTS: Mapping[int, int | None] = MappingProxyType({})


class PricedLine(NamedTuple):
    """A sale line that lacks its points."""

    request: LineRequest
    priced: Priced
    modifiers: Modifiers
    amount_minor: int
    rate: RateInForce
    tax_included: bool
    tax_minor: int


class Lowered(NamedTuple):
    """The sale lines as promotions saw them, and what came of it."""

    lines: tuple[LineOnOffer, ...]
    reduced: Reduced


class PricedBasket(NamedTuple):
    """``taken``: the return lines, by line number. ``total_minor``: tax included, before rounding.
    ``account``: the customer's points after what is taken back. ``customer_id``: whose points
    move. ``goodwill``: what the store lets them spend beyond their rights, who owe nothing.
    ``lowered``: None where nothing could lower a price. ``earning``: what multiplies points."""

    settings: StoreSettings
    customer_id: CustomerId | None
    sold: tuple[PricedLine, ...]
    taken: Mapping[int, Line]
    total_minor: int
    account: loyalty.Settling
    goodwill: tuple[Right, ...] = ()
    lowered: Lowered | None = None
    earning: Earning = NO_EARNING

    def earning_minor(self) -> list[int]:
        """What each sale line earns points on: its amount with tax, nothing of what is out of tax's
        scope (stored value that is sold)."""
        return [
            0
            if line.priced.item.tax_class is TaxClass.OUT_OF_SCOPE
            else line.amount_minor + (0 if line.tax_included else line.tax_minor)
            for line in self.sold
        ]

    def on_offer(self) -> tuple[LineOnOffer, ...]:
        """The sale lines as a rule sees them."""
        return tuple([_on_offer(line.priced) for line in self.sold])

    def earning_times(self) -> tuple[int, ...]:
        """How many times each sale line earns (``multipliers.py``); nothing: all once."""
        if self.earning.tier is None and not self.earning.rules:
            return ()
        return times_of(self.on_offer(), self.earning)

    def lines(
        self, points: Sequence[int], costs: Mapping[int, int | None] = NO_COSTS
    ) -> tuple[Line, ...]:
        """All lines in the order of the request; ``points``: each sale line's; ``costs``: each
        line's cost of sales, by its number. What comes back for its own cost keeps that."""
        both = dict(self.taken)
        for number, line in self.taken.items():
            if line.cost_minor is None and costs.get(number) is not None:
                both[number] = msgspec.structs.replace(line, cost_minor=costs[number])
        for sold, earned in zip(self.sold, points, strict=True):
            number = sold.request.line_no
            both[number] = _sale_line(sold, earned, costs.get(number))
        return tuple([both[line_no] for line_no in sorted(both)])

    def movements(self) -> list[Movement]:
        """What leaves the shelves and comes back to them, in the order of the request."""
        moves = [
            Movement(one.line_no, one.item_id, -one.quantity_milli, _came_for(one))
            for one in self.taken.values()
        ]
        for line in self.sold:
            item, out = line.priced.item, -line.priced.quantity_milli
            number = line.request.line_no
            moves.append(Movement(number, item.item_id, out, None, item.unit_cost_minor))
        return sorted(moves)


def price_basket(asked: SaleRequest, known: Situation) -> PricedBasket:
    """``asked``'s shape was looked at before (basket.py); its id, its total and its tenders are not
    looked at.

    Raises UnknownOperator, InactiveOperator, UnknownCustomer, InactiveCustomer, CustomerDiffers,
    and the refusals of lines and prices.
    """
    _refuse_unknown_people(asked, known)
    by_points = known.paid.by_points()
    customer_id = returns.customer_of(asked.customer_id, known.originals, by_points)
    taken = take_unverified(asked.lines, known)
    taken |= returns.take_back_lines(asked.lines, known)
    sold, lowered = _price_lines(asked, known)
    account = loyalty.take_back(tuple(taken.values()), known.rights, known.points_owed)
    return PricedBasket(
        settings=known.settings,
        customer_id=customer_id,
        sold=sold,
        taken=taken,
        total_minor=_total(sold, taken.values(), known.settings.decimals),
        account=account,
        goodwill=() if account.owed or known.goodwill is None else (known.goodwill,),
        lowered=lowered,
        earning=known.earning,
    )


def _refuse_unknown_people(request: SaleRequest, known: Situation) -> None:
    if known.operator_active is None:
        raise UnknownOperator(request.operator_id)
    if not known.operator_active:
        raise InactiveOperator(request.operator_id)
    if request.customer_id is not None:
        if known.customer_active is None:
            raise UnknownCustomer(request.customer_id)
        if not known.customer_active:
            raise InactiveCustomer(request.customer_id)


def _price_lines(
    asked: SaleRequest, known: Situation
) -> tuple[tuple[PricedLine, ...], Lowered | None]:
    """The sale lines with price, modifiers and tax."""
    lines, priced, rates = [], [], []
    chosen = choose_prices(asked.lines, known) if known.offers else {}
    for index, line in enumerate(asked.lines):
        if not line.is_return:
            path = f"lines[{index}]"
            lines.append(line)
            found = pricing.price_line(line, known, path, chosen.get(line.line_no))
            priced.append(_untaxed_load(found, known))
            rates.append(tax.rate_of(priced[-1].item.tax_class, known.rates, path))
    refuse_many(sum([each.quantity_milli for each in priced]))
    lowered = _lowered(asked, lines, priced, known)
    none: Sequence[Modifiers] = [()] * len(lines)
    modifiers = none if lowered is None else lowered.reduced.modifiers
    amounts = [
        each.extended_minor + sum([modifier.amount_minor for modifier in of_line])
        for each, of_line in zip(priced, modifiers, strict=True)
    ]
    classes = [
        (each.item.tax_class, rate.rate_bp) for each, rate in zip(priced, rates, strict=True)
    ]
    of_store = known.settings.tax_included
    modes = [of_store if one.chosen is None else one.chosen.offer.tax_included for one in priced]
    taxes = tax.cut_by_mode(amounts, classes, modes)
    return tuple(map(PricedLine, lines, priced, modifiers, amounts, rates, modes, taxes)), lowered


def _untaxed_load(priced: Priced, known: Situation) -> Priced:
    """What puts value on a card is no supply of goods, whatever class its item has."""
    rule = known.rules.get(priced.item.item_id)
    if rule is None or rule.loads is None:
        return priced
    return priced._replace(item=priced.item._replace(tax_class=TaxClass.OUT_OF_SCOPE))


def _lowered(
    asked: SaleRequest,
    lines: Sequence[LineRequest],
    priced: Sequence[Priced],
    known: Situation,
) -> Lowered | None:
    by_hand = discounts.by_hand(asked, lines, priced)
    if prices := price_overrides(asked, lines, priced, known.settings.decimals):
        by_hand = by_hand._replace(prices=prices)
    if asked.vouchers:
        taken_off = lowering(asked.vouchers, priced, by_hand.bears_none, known)
        by_hand = by_hand._replace(vouchers=taken_off)
    nothing_by_hand = not (by_hand.lines or by_hand.basket or by_hand.prices or by_hand.vouchers)
    if nothing_by_hand and not known.promotions:
        return None
    offered = tuple([_offered(each, known) for each in priced])
    reduced = reduce_lines(offered, known.promotions, by_hand)
    discounts.refuse_too_much(by_hand, lines, reduced.modifiers, known.settings.decimals)
    refuse_useless(asked.vouchers, reduced.vouchers)
    return Lowered(offered, reduced)


def _on_offer(priced: Priced) -> LineOnOffer:
    item = priced.item
    what = (priced.quantity_milli, priced.unit_price_minor, priced.extended_minor)
    return LineOnOffer(item.item_id, item.unit, *what, item.department)


def _offered(priced: Priced, known: Situation) -> LineOnOffer:
    """A line as promotions see it: one that loads a card is nothing of which anything comes off."""
    rule, line = known.rules.get(priced.item.item_id), _on_offer(priced)
    if rule is None or rule.loads is None:
        return line
    return LineOnOffer(line.item_id, line.unit, 0, 0, 0)


def _total(sold: Collection[PricedLine], taken: Collection[Line], decimals: int) -> int:
    """What the receipt comes to with tax, before rounding. Raises AmountTooLarge for what is sold
    and for what is taken back, before modifiers and after: a day counts each of them apart."""
    amount = sum([line.amount_minor for line in sold])
    amount += sum([line.tax_minor for line in sold if not line.tax_included])
    back = sum([line.amount_minor for line in taken])
    back += sum([line.tax_minor for line in taken if not line.tax_included])
    extended = sum([line.priced.extended_minor for line in sold])
    extended_back = sum([line.extended_minor for line in taken])
    largest = max(amount, extended, -back, -extended_back)
    if largest > FIGURE_MAX:
        raise AmountTooLarge(largest, decimals, field="lines")
    return amount + back


def _came_for(line: Line) -> int | None:
    return None if line.cost_minor is None else -line.cost_minor


def _sale_line(line: PricedLine, points: int, cost_minor: int | None) -> Line:
    asked, priced, modifiers, amount_minor, rate, included, tax_minor = line
    return Line(
        item_id=priced.item.item_id,
        description=priced.label.name or priced.item.name,
        unit=priced.item.unit,
        scan_code=asked.scan_code,
        tax_class=priced.item.tax_class,
        tax_rate_bp=rate.rate_bp,
        tax_included=included,
        tax_version=rate.version,
        price_version=priced.price_version,
        unit_price_minor=priced.unit_price_minor,
        unit_cost_minor=priced.item.unit_cost_minor,
        line_no=asked.line_no,
        quantity_milli=priced.quantity_milli,
        extended_minor=priced.extended_minor,
        amount_minor=amount_minor,
        tax_minor=tax_minor,
        points=points,
        modifiers=modifiers,
        open_price_reason=asked.open_price_reason,
        serial=asked.serial or priced.label.serial,
        lot=asked.lot or priced.label.lot,
        expires_on=asked.expires_on or priced.label.expires_on,
        note=_note(asked),
        linked_to=asked.linked_to,
        age_checked=asked.age_checked,
        price_book=None if priced.chosen is None else priced.chosen.offer.book,
        cost_minor=cost_minor,
        book_name=None if priced.chosen is None else priced.chosen.offer.book_name,
        packs_milli=asked.quantity_milli if priced.chosen and priced.chosen.of_pack else None,
    )


def _note(asked: LineRequest) -> str | None:
    """With the last digits of the card that the line loads, and no more of them."""
    if asked.card is None:
        return asked.note
    card = last_of(asked.card)
    return card if asked.note is None else f"{card} {asked.note}"
