"""What stands on a shelf label: name, price with its tax, what that is for a kilogram or a litre, a
bar code, and until when a promotion holds. Pure."""

from collections.abc import Mapping
from datetime import date
from enum import StrEnum
from types import MappingProxyType
from typing import NamedTuple

import msgspec

from sync.protocol.content import Content
from sync.protocol.errors import NotNow
from sync.protocol.identity import ItemId
from sync.protocol.labels.elements import is_gtin
from sync.protocol.money import MILLI, divide_half_up
from sync.protocol.units import Unit

CODE_128_CHARACTERS_MAX = 32
"""What is longer is wider than any shelf label."""


class NoLabelPrinter(NotNow, slug="no-label-printer", title="No such label printer"):
    name: str
    detail = "No label printer is called {name}."
    remedy = "Name it under `[label_printers]` in the store's edge.toml, and start the box again."
    field = "printer"


class LabelPrinterOut(NotNow, slug="label-printer-out", title="The label printer is out"):
    name: str
    why: str
    detail = "The label printer {name} took nothing, or not all of it. {why}"
    remedy = "See to labels, ribbon and line, and print again; or print sheets."


class Symbology(StrEnum):
    """How a code is drawn so that scanners read it."""

    EAN_13 = "ean13"
    EAN_8 = "ean8"
    UPC_A = "upca"
    CODE_128 = "code128"


_OF_GTIN = MappingProxyType({8: Symbology.EAN_8, 12: Symbology.UPC_A, 13: Symbology.EAN_13})


class UnitPrice(msgspec.Struct, frozen=True):
    """``amount_minor`` for ``per``: ``kg``, ``l``, ``100 g``."""

    amount_minor: int
    per: str


class PromotionSaid(msgspec.Struct, frozen=True):
    """``price_minor``: of one, with its tax; None where one alone is no cheaper. ``last_day``: None
    where it has no end."""

    name: str
    price_minor: int | None
    last_day: date | None


class ShelfLabel(msgspec.Struct, frozen=True):
    """Of one item, at the price of everybody, with its tax. ``price_minor`` is None where none is
    in force. ``symbology`` is None where the code cannot be drawn, or there is none."""

    item_id: ItemId
    name: str
    unit: str
    content: str | None
    price_minor: int | None
    unit_price: UnitPrice | None
    code: str | None
    symbology: Symbology | None
    promotion: PromotionSaid | None = None


class _Measure(NamedTuple):
    """A price is said for so many thousandths of a unit: of ``whole``, or of a ``part`` of it."""

    whole: str
    whole_milli: int
    part: str
    part_milli: int


_MEASURES: Mapping[str, _Measure] = MappingProxyType(
    {
        Unit.KILOGRAM: _Measure("kg", MILLI, "100 g", MILLI // 10),
        Unit.GRAM: _Measure("kg", MILLI * MILLI, "100 g", 100 * MILLI),
        Unit.LITRE: _Measure("l", MILLI, "100 ml", MILLI // 10),
        Unit.MILLILITRE: _Measure("l", MILLI * MILLI, "100 ml", 100 * MILLI),
        Unit.METRE: _Measure("m", MILLI, "m", MILLI),
        Unit.EACH: _Measure("each", MILLI, "each", MILLI),
    }
)


def symbology_of(code: str) -> Symbology | None:
    """A GTIN is drawn as what it is, any other code that letters allow as Code 128.

    >>> symbology_of("8880417000017").value, symbology_of("8880417000018").value
    ('ean13', 'code128')
    """
    if is_gtin(code) and len(code) in _OF_GTIN:
        return _OF_GTIN[len(code)]
    drawn = code.isascii() and code.isprintable() and len(code) <= CODE_128_CHARACTERS_MAX
    return Symbology.CODE_128 if drawn and code else None


def unit_price(
    price_minor: int, unit: str, content: Content | None, *, per_part: bool
) -> UnitPrice | None:
    """What a price is for a kilogram, a litre, a metre, or one of several in a pack, half up;
    ``per_part``: for 100 g or 100 ml. None where nobody knows what is in one, or where it would
    say the price again.

    >>> unit_price(165, "each", Content(330_000, Unit.MILLILITRE), per_part=False)
    UnitPrice(amount_minor=500, per='l')
    """
    if content is not None:
        of, milli = content.unit.value, content.quantity_milli
    elif unit in (Unit.EACH, Unit.PACK):
        return None
    else:
        of, milli = unit, MILLI
    measure = _MEASURES.get(of)
    if measure is None:
        return None
    per, of_milli = (measure.part, measure.part_milli) if per_part else measure[:2]
    if of_milli == milli:
        return None
    return UnitPrice(divide_half_up(price_minor * of_milli, milli), per)
