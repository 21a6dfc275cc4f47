"""From a line of a request to an item at a price.

The price is the one in force when the basket was tendered, so a retry after midnight or after a
price change gives the receipt that the customer saw (protocol.md, Identity): the zone's plain one,
or that of a price book where one wins (``price_books.py``). A price entered by hand is for
open-price items only, names its reason and has version 0.
"""

from typing import NamedTuple

from edge.domain.item import InactiveItem, UnknownItem, UnknownScanCode
from edge.domain.sale.basket import LineRequest
from edge.domain.sale.labels import PLAIN, quantity_of, refuse_differing, refuse_expired
from edge.domain.sale.refusals.labels import MisreadCode, MisreadValue
from edge.domain.sale.refusals.lines import (
    ItemDiffers,
    ItemMissing,
    QuantityNotWhole,
    WrongQuantity,
)
from edge.domain.sale.refusals.prices import (
    AmountIsNothing,
    AmountTooLarge,
    OpenPriceNotAllowed,
    OpenPriceReasonMissing,
    OpenPriceReasonSuperfluous,
    PriceMissing,
)
from edge.domain.sale.situation import ItemOnSale, PriceInForce, Situation
from sync.protocol.labels.label import MISREAD, MISREAD_VALUE, Label
from sync.protocol.money import MILLI, MINOR_MAX, QUANTITY_MILLI_MAX, divide_half_up, extend
from sync.protocol.price_books import Offer
from sync.protocol.units import WHOLE_MILLI, divides

OPEN_PRICE_VERSION = 0
LABEL = "label"
"""What the quantity of a labelled line counts."""


class Chosen(NamedTuple):
    """A book's price that holds for a line: of a unit, or (``of_pack``) of the pack that was
    scanned."""

    offer: Offer
    of_pack: bool


class Priced(NamedTuple):
    """A sale line before tax and points. ``quantity_milli``: what is sold; ``label``: what the
    scanned code says of it; ``chosen``: by which book it is priced, None by none. Of a pack with a
    price of its own that price x packs is the extended one, and the unit's what one unit of it
    comes to, half up."""

    item: ItemOnSale
    unit_price_minor: int
    price_version: int
    extended_minor: int
    quantity_milli: int
    label: Label = PLAIN
    chosen: Chosen | None = None


def price_line(
    line: LineRequest, known: Situation, path: str, chosen: Chosen | None = None
) -> Priced:
    """The item, its price, and price x quantity. ``path`` is the line's in the request; ``chosen``:
    the price that holds in place of the plain one.

    Raises ItemMissing, UnknownScanCode, MisreadCode, MisreadValue, UnknownItem, ItemDiffers,
    InactiveItem, LabelDiffers, LotExpired, QuantityNotWhole, WrongQuantity, PriceMissing,
    OpenPriceNotAllowed, OpenPriceReasonMissing, OpenPriceReasonSuperfluous, AmountIsNothing,
    AmountTooLarge.
    """
    item = find_item(line, known, path)
    if not item.active:
        raise InactiveItem(item.item_id, item.name, field=path)
    label = known.labels.get(line.scan_code or "", PLAIN) if known.labels else PLAIN
    if label is not PLAIN:
        refuse_differing(line, label, path)
    until, lot = line.expires_on or label.expires_on, line.lot or label.lot
    if until is not None:
        refuse_expired(until, lot, known.business_date, item.name, path)
    if chosen is not None:
        item = at_price(item, label, chosen)
    priced = price_label(line, label, item, path) if label.codes else _price_plain(line, item, path)
    if chosen is not None:
        priced = by_book(line, priced, chosen)
    if priced.extended_minor == 0 and priced.unit_price_minor > 0:
        raise AmountIsNothing(item.name, priced.quantity_milli, field=f"{path}.quantity_milli")
    if priced.extended_minor > MINOR_MAX:
        raise AmountTooLarge(priced.extended_minor, known.settings.decimals, field=path)
    return priced


def at_price(item: ItemOnSale, label: Label, chosen: Chosen | None) -> ItemOnSale:
    """The item at a book's price of one unit; None: at its own."""
    if chosen is None:
        return item
    minor = chosen.offer.unit_price_minor
    if chosen.of_pack and label.quantity_milli:
        minor = divide_half_up(minor * MILLI, label.quantity_milli)
    return item._replace(price=PriceInForce(minor, chosen.offer.version))


def by_book(line: LineRequest, priced: Priced, chosen: Chosen | None) -> Priced:
    """What is priced ``at_price``, with what its packs come to."""
    if chosen is None:
        return priced
    extended = priced.extended_minor
    if chosen.of_pack:
        extended = extend(chosen.offer.unit_price_minor, line.quantity_milli)
    return priced._replace(extended_minor=extended, chosen=chosen)


def _price_plain(line: LineRequest, item: ItemOnSale, path: str) -> Priced:
    refuse_part(line.quantity_milli, item.name, item.unit, path)
    unit_price, version = _price(line, item, path)
    extended = extend(unit_price, line.quantity_milli)
    return Priced(item, unit_price, version, extended, line.quantity_milli)


def price_label(line: LineRequest, label: Label, item: ItemOnSale, path: str) -> Priced:
    """So many labels as the line counts. A price that a scale printed is what the customer saw: it
    is taken as it stands, for pieces as their price, for weighed goods with what it buys today."""
    if line.quantity_milli % MILLI:
        raise QuantityNotWhole(
            item.name, LABEL, line.quantity_milli, field=f"{path}.quantity_milli"
        )
    labels, printed = line.quantity_milli // MILLI, label.amount_minor
    if printed is not None and divides(item.unit) == WHOLE_MILLI:
        if line.unit_price_minor is not None:
            raise OpenPriceNotAllowed(item.item_id, item.name, field=f"{path}.unit_price_minor")
        extended = printed * labels
        return Priced(item, printed, OPEN_PRICE_VERSION, extended, line.quantity_milli, label)
    unit_price, version = _price(line, item, path)
    quantity = labels * quantity_of(label, item.unit, unit_price)
    refuse_part(quantity, item.name, item.unit, path)
    if quantity > QUANTITY_MILLI_MAX:
        raise WrongQuantity(quantity, field=f"{path}.quantity_milli")
    extended = extend(unit_price, quantity) if printed is None else printed * labels
    return Priced(item, unit_price, version, extended, quantity, label)


def refuse_part(quantity_milli: int, name: str, unit: str, path: str) -> None:
    """How far a unit divides, sold and taken back alike (units.py). Raises QuantityNotWhole."""
    if quantity_milli % divides(unit):
        raise QuantityNotWhole(name, unit, quantity_milli, field=f"{path}.quantity_milli")


def find_item(line: LineRequest, known: Situation, path: str) -> ItemOnSale:
    """Raises ItemMissing, UnknownScanCode, MisreadCode, MisreadValue, UnknownItem, ItemDiffers."""
    if line.scan_code is None:
        if line.item_id is None:
            raise ItemMissing(line.line_no, field=f"{path}.scan_code")
        item = known.items_by_id.get(line.item_id)
        if item is None:
            raise UnknownItem(line.item_id, field=f"{path}.item_id")
        return item
    item = known.items_by_code.get(line.scan_code)
    if item is None:
        if known.labels.get(line.scan_code) == MISREAD_VALUE:
            raise MisreadValue(line.scan_code, field=f"{path}.scan_code")
        if known.labels.get(line.scan_code) == MISREAD:
            raise MisreadCode(line.scan_code, field=f"{path}.scan_code")
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
