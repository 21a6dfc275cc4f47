"""Goods that come back and nobody can show a receipt for: at the price that is typed, else at the
lowest in force for this customer (``price_books.py``), with today's tax, and with the reason why
they are taken.

Nothing is known of what was paid, so nothing is promised about it: no modifier comes back, no
points are taken, and money goes back by what carries any value (sync/protocol/refunds.py). How far
an operator may go alone is ``return_without_receipt``; head office counts and shows each.
"""

from collections.abc import Sequence

from edge.domain.sale import tax
from edge.domain.sale.basket import LineRequest
from edge.domain.sale.labels import PLAIN
from edge.domain.sale.price_books import lowest_prices
from edge.domain.sale.pricing import (
    OPEN_PRICE_VERSION,
    Chosen,
    Priced,
    at_price,
    by_book,
    find_item,
    price_label,
    refuse_part,
)
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
    if all(line.unverified is None for line in lines):
        return {}
    asked, found, rates = [], [], []
    chosen = lowest_prices(lines, known) if known.offers else {}
    for index, line in enumerate(lines):
        if line.unverified is None:
            continue
        path = f"lines[{index}]"
        if line.original is not None:
            raise NotUnverified(field=f"{path}.unverified")
        asked.append(line)
        found.append(_priced(line, known, path, chosen.get(line.line_no)))
        rates.append(tax.rate_of(found[-1].item.tax_class, known.rates, path))
    of_store = known.settings.tax_included
    modes = [of_store if one.chosen is None else one.chosen.offer.tax_included for one in found]
    amounts = [each.extended_minor for each in found]
    classes = [(each.item.tax_class, rate.rate_bp) for each, rate in zip(found, rates, strict=True)]
    taxes = tax.cut_by_mode(amounts, classes, modes)
    each = zip(asked, found, rates, taxes, modes, strict=True)
    return {one[0].line_no: _line(*one) for one in each}


def _priced(line: LineRequest, known: Situation, path: str, chosen: Chosen | None) -> Priced:
    item = find_item(line, known, path)
    label = known.labels.get(line.scan_code or "", PLAIN)
    item = at_price(item, label, chosen)
    if label.codes:
        priced = price_label(line, label, item, path)
    else:
        refuse_part(line.quantity_milli, item.name, item.unit, path)
        price = _price(line, item, path)
        extended = extend(price.unit_price_minor, line.quantity_milli)
        priced = Priced(item, *price, extended, line.quantity_milli)
    priced = by_book(line, priced, chosen)
    if priced.extended_minor == 0 and priced.unit_price_minor > 0:
        raise AmountIsNothing(item.name, priced.quantity_milli, field=f"{path}.quantity_milli")
    if priced.extended_minor > MINOR_MAX:
        raise AmountTooLarge(priced.extended_minor, known.settings.decimals, field=path)
    return priced


def _price(line: LineRequest, item: ItemOnSale, path: str) -> PriceInForce:
    if line.unit_price_minor is not None:
        return PriceInForce(line.unit_price_minor, OPEN_PRICE_VERSION)
    if item.price is None:
        field = f"{path}.unit_price_minor"
        raise PriceMissing(item.item_id, item.name, open_price=True, field=field)
    return item.price


def _line(
    asked: LineRequest, priced: Priced, rate: RateInForce, tax_minor: int, included: bool
) -> Line:
    item = priced.item
    return Line(
        item_id=item.item_id,
        description=priced.label.name or item.name,
        unit=item.unit,
        scan_code=asked.scan_code,
        tax_class=item.tax_class,
        tax_rate_bp=rate.rate_bp,
        tax_included=included,
        tax_version=rate.version,
        price_version=priced.price_version,
        unit_price_minor=priced.unit_price_minor,
        unit_cost_minor=item.unit_cost_minor,
        line_no=asked.line_no,
        quantity_milli=-priced.quantity_milli,
        extended_minor=-priced.extended_minor,
        amount_minor=-priced.extended_minor,
        tax_minor=-tax_minor,
        points=0,
        serial=asked.serial,
        lot=asked.lot,
        expires_on=asked.expires_on,
        note=asked.note,
        unverified=asked.unverified,
        price_book=None if priced.chosen is None else priced.chosen.offer.book,
        packs_milli=-asked.quantity_milli if priced.chosen and priced.chosen.of_pack else None,
    )
