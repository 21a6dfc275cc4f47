"""From a line of a request to an item at a price.

The price is the one in force when the basket was tendered, so a retry after midnight or after a
price change gives the receipt that the customer saw (protocol.md, Identity). A price entered by
hand is for open-price items only, names its reason and has version 0.
"""

from typing import NamedTuple

from edge.domain.item import InactiveItem, UnknownItem, UnknownScanCode
from edge.domain.sale.basket import LineRequest
from edge.domain.sale.refusals.lines import ItemDiffers, ItemMissing, QuantityNotWhole
from edge.domain.sale.refusals.prices import (
    AmountIsNothing,
    AmountTooLarge,
    OpenPriceNotAllowed,
    OpenPriceReasonMissing,
    OpenPriceReasonSuperfluous,
    PriceMissing,
)
from edge.domain.sale.situation import ItemOnSale, PriceInForce, Situation
from sync.protocol.money import MINOR_MAX, extend
from sync.protocol.units import divides

OPEN_PRICE_VERSION = 0


class Priced(NamedTuple):
    """A sale line before tax and points."""

    item: ItemOnSale
    unit_price_minor: int
    price_version: int
    extended_minor: int


def price_line(line: LineRequest, known: Situation, path: str) -> Priced:
    """The item, its price, and price x quantity. ``path`` is the line's in the request.

    Raises ItemMissing, UnknownScanCode, UnknownItem, ItemDiffers, InactiveItem, QuantityNotWhole,
    PriceMissing, OpenPriceNotAllowed, OpenPriceReasonMissing, OpenPriceReasonSuperfluous,
    AmountIsNothing, AmountTooLarge.
    """
    item = find_item(line, known, path)
    if not item.active:
        raise InactiveItem(item.item_id, item.name, field=path)
    refuse_part(line.quantity_milli, item.name, item.unit, path)
    unit_price, version = _price(line, item, path)
    extended = extend(unit_price, line.quantity_milli)
    if extended == 0 and unit_price > 0:
        raise AmountIsNothing(item.name, line.quantity_milli, field=f"{path}.quantity_milli")
    if extended > MINOR_MAX:
        raise AmountTooLarge(extended, known.settings.decimals, field=path)
    return Priced(item, unit_price, version, extended)


def refuse_part(quantity_milli: int, name: str, unit: str, path: str) -> None:
    """How far a unit divides, sold and taken back alike (units.py). Raises QuantityNotWhole."""
    if quantity_milli % divides(unit):
        raise QuantityNotWhole(name, unit, quantity_milli, field=f"{path}.quantity_milli")


def find_item(line: LineRequest, known: Situation, path: str) -> ItemOnSale:
    """Raises ItemMissing, UnknownScanCode, UnknownItem, ItemDiffers."""
    if line.scan_code is None:
        if line.item_id is None:
            raise ItemMissing(line.line_no, field=f"{path}.scan_code")
        item = known.items_by_id.get(line.item_id)
        if item is None:
            raise UnknownItem(line.item_id, field=f"{path}.item_id")
        return item
    item = known.items_by_code.get(line.scan_code)
    if item is None:
        raise UnknownScanCode(line.scan_code, field=f"{path}.scan_code")
    if line.item_id is not None and line.item_id != item.item_id:
        raise ItemDiffers(line.item_id, item.item_id, field=f"{path}.item_id")
    return item


def _price(line: LineRequest, item: ItemOnSale, path: str) -> PriceInForce:
    """The published price or the one entered by hand, whose reason must stand beside it."""
    if line.unit_price_minor is not None:
        if not item.open_price:
            raise OpenPriceNotAllowed(item.item_id, item.name, field=f"{path}.unit_price_minor")
        if line.open_price_reason is None:
            raise OpenPriceReasonMissing(item.item_id, field=f"{path}.open_price_reason")
        return PriceInForce(line.unit_price_minor, OPEN_PRICE_VERSION)
    if item.price is None:
        field = f"{path}.unit_price_minor"
        raise PriceMissing(item.item_id, item.name, open_price=item.open_price, field=field)
    if line.open_price_reason is not None:
        raise OpenPriceReasonSuperfluous(item.item_id, item.name, field=f"{path}.open_price_reason")
    return item.price
