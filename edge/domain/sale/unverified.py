"""Goods that come back and nobody can show a receipt for: at the price that is typed, else at the
one in force, with today's tax, and with the reason why they are taken.

Nothing is known of what was paid, so nothing is promised about it: no modifier comes back, no
points are taken, and money goes back by what carries any value (sync/protocol/refunds.py). How far
an operator may go alone is ``return_without_receipt``; head office counts and shows each.
"""

from collections.abc import Sequence

from edge.domain.sale import tax
from edge.domain.sale.basket import LineRequest
from edge.domain.sale.pricing import OPEN_PRICE_VERSION, find_item, refuse_part
from edge.domain.sale.refusals.prices import AmountIsNothing, AmountTooLarge, PriceMissing
from edge.domain.sale.refusals.returns import NotUnverified
from edge.domain.sale.situation import ItemOnSale, PriceInForce, RateInForce, Situation
from sync.protocol.facts import Line
from sync.protocol.money import MINOR_MAX, extend


def take_unverified(lines: Sequence[LineRequest], known: Situation) -> dict[int, Line]:
    """The return lines without an original, by line number. Also what is no longer sold comes back.

    Raises NotUnverified, ItemMissing, UnknownItem, UnknownScanCode, ItemDiffers, QuantityNotWhole,
    PriceMissing, AmountIsNothing, AmountTooLarge, TaxRateMissing.
    """
    asked, items, prices, rates, amounts = [], [], [], [], []
    for index, line in enumerate(lines):
        if line.unverified is None:
            continue
        path = f"lines[{index}]"
        if line.original is not None:
            raise NotUnverified(field=f"{path}.unverified")
        item = find_item(line, known, path)
        refuse_part(line.quantity_milli, item.name, item.unit, path)
        price = _price(line, item, path)
        asked.append(line)
        items.append(item)
        prices.append(price)
        rates.append(tax.rate_of(item.tax_class, known.rates, path))
        amounts.append(_amount(line, item, price, known, path))
    included = known.settings.tax_included
    classes = [(item.tax_class, rate.rate_bp) for item, rate in zip(items, rates, strict=True)]
    taxes = tax.cut_tax(amounts, classes, included=included)
    each = zip(asked, items, prices, rates, amounts, taxes, strict=True)
    return {one[0].line_no: _line(*one, included=included) for one in each}


def _price(line: LineRequest, item: ItemOnSale, path: str) -> PriceInForce:
    if line.unit_price_minor is not None:
        return PriceInForce(line.unit_price_minor, OPEN_PRICE_VERSION)
    if item.price is None:
        field = f"{path}.unit_price_minor"
        raise PriceMissing(item.item_id, item.name, open_price=True, field=field)
    return item.price


def _amount(
    line: LineRequest, item: ItemOnSale, price: PriceInForce, known: Situation, path: str
) -> int:
    amount = extend(price.unit_price_minor, line.quantity_milli)
    if amount == 0 and price.unit_price_minor > 0:
        raise AmountIsNothing(item.name, line.quantity_milli, field=f"{path}.quantity_milli")
    if amount > MINOR_MAX:
        raise AmountTooLarge(amount, known.settings.decimals, field=path)
    return amount


def _line(
    asked: LineRequest,
    item: ItemOnSale,
    price: PriceInForce,
    rate: RateInForce,
    amount_minor: int,
    tax_minor: int,
    *,
    included: bool,
) -> Line:
    return Line(
        item_id=item.item_id,
        description=item.name,
        unit=item.unit,
        scan_code=asked.scan_code,
        tax_class=item.tax_class,
        tax_rate_bp=rate.rate_bp,
        tax_included=included,
        tax_version=rate.version,
        price_version=price.version,
        unit_price_minor=price.unit_price_minor,
        unit_cost_minor=item.unit_cost_minor,
        line_no=asked.line_no,
        quantity_milli=-asked.quantity_milli,
        extended_minor=-amount_minor,
        amount_minor=-amount_minor,
        tax_minor=-tax_minor,
        points=0,
        serial=asked.serial,
        lot=asked.lot,
        unverified=asked.unverified,
    )
