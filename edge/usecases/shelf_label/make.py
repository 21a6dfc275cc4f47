"""Make shelf labels: of each item what everybody pays for one, now or by the end of a day to come.

The price is the one that a till would find: the zone's own or the cheaper one of a book for all,
with its tax; and of promotions that need no group, coupon or hour the best for one piece.
"""

import sqlite3
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Annotated, NamedTuple
from zoneinfo import ZoneInfo

import msgspec
from msgspec import Meta

from edge.db.items import AsOf, ItemFound, find_items, first_unknown
from edge.db.price_books import offers_of
from edge.db.promotions import Held, promotions_about
from edge.db.shelf_labels import contents_of
from edge.db.store import read_settings, today
from edge.domain.fields import Request, ShortItem
from edge.domain.item import UnknownItem
from edge.domain.sale.price_books import Place
from edge.domain.sale.situation import Offers
from edge.domain.shelf_label import PromotionSaid, ShelfLabel, symbology_of, unit_price
from sync.engine.journal import Moment
from sync.protocol.bounds import DATE_MAX, DATE_MIN
from sync.protocol.content import Content
from sync.protocol.errors import InvalidField
from sync.protocol.money import MILLI, added_tax
from sync.protocol.price_books import Plain, choose
from sync.protocol.promotions.reduce import reduce_lines
from sync.protocol.promotions.shape import LineOnOffer
from sync.protocol.reference import StoreSettings

LABELLED_MAX = 1_000
"""Items that are asked for at once."""
COPIES_MAX = 100
LABELS_MAX = 2_000
"""Of all items together."""


class Wanted(Request, frozen=True):
    """An item, and how many labels of it."""

    item_id: ShortItem
    copies: Annotated[int, Meta(ge=1, le=COPIES_MAX)] = 1


class MakeLabels(Request, frozen=True):
    """``on``: with what is in force by the end of that date, None now. ``per_part``: prices for
    100 g and 100 ml instead of for a kilogram and a litre. ``promotions``: they are said."""

    items: Annotated[tuple[Wanted, ...], Meta(min_length=1, max_length=LABELLED_MAX)]
    on: date | None = None
    per_part: bool = False
    promotions: bool = True


class Labelled(msgspec.Struct, frozen=True):
    """A label, and how many of it."""

    label: ShelfLabel
    copies: int


class Labels(msgspec.Struct, frozen=True):
    """In the order in which they were asked for. ``as_of_ms``: prices are of that instant."""

    as_of_ms: int
    currency: str
    decimals: int
    labels: tuple[Labelled, ...]


class _Then(NamedTuple):
    """What is in force at the instant."""

    settings: StoreSettings
    at_ms: int
    day: date
    offers: Offers
    contents: Mapping[str, Content]
    per_part: bool


def make_labels(db: sqlite3.Connection, request: MakeLabels, moment: Moment) -> Labels:
    """Raises UnknownItem, InvalidField (a date that no calendar has, too many), SettingsMissing."""
    settings = read_settings(db)
    ids = [one.item_id for one in request.items]
    unknown = first_unknown(db, ids)
    if unknown is not None:
        raise UnknownItem(ids[unknown], field=f"items[{unknown}].item_id")
    if sum(one.copies for one in request.items) > LABELS_MAX:
        raise InvalidField(
            f"items: at most {LABELS_MAX:,} labels are made at once.",
            field="items",
            remedy="Make them in parts.",
        )
    day = request.on or today(settings, moment.wall_ms)
    at_ms = moment.wall_ms if request.on is None else end_of_day(request.on, settings.zone)
    place = Place(settings.price_zone, None, at_ms)
    then = _Then(
        settings,
        at_ms,
        day,
        offers_of(db, ids, place),
        contents_of(db, ids),
        request.per_part,
    )
    found = {one.item_id: one for one in find_items(db, ids, AsOf(at_ms, day))}
    held = _for_all(db, list(found.values()), then) if request.promotions else ()
    labels = {item_id: _label(item, then, held) for item_id, item in found.items()}
    made = tuple(Labelled(labels[one.item_id], one.copies) for one in request.items)
    return Labels(at_ms, settings.currency, settings.decimals, made)


def end_of_day(day: date, zone: str) -> int:
    """The last instant of a date by the shop's clock. Raises InvalidField."""
    if not DATE_MIN <= day < DATE_MAX:
        raise InvalidField("on: no calendar here has that date.", field="on", remedy="Correct it.")
    midnight = datetime.combine(day + timedelta(days=1), time(), ZoneInfo(zone))
    return round((midnight.astimezone(UTC) - datetime(1970, 1, 1, tzinfo=UTC)) / _MS) - 1


_MS = timedelta(milliseconds=1)


def _label(item: ItemFound, then: _Then, held: Sequence[Held]) -> ShelfLabel:
    rate = item.tax_rate_bp or 0
    plain = item.unit_price_minor
    own = None if plain is None else Plain(plain, then.settings.tax_included)
    offer = choose(own, then.offers.get((item.item_id, ""), ()), MILLI, rate)
    best = own if offer is None else Plain(offer.unit_price_minor, offer.tax_included)
    content = then.contents.get(item.item_id)
    code = item.scan_codes[0] if item.scan_codes else None
    price = None if best is None else _with_tax(best, best.unit_price_minor, rate)
    per = None
    if price is not None:
        per = unit_price(price, item.unit, content, per_part=then.per_part)
    return ShelfLabel(
        item.item_id,
        item.name,
        item.unit,
        None if content is None else str(content),
        price,
        per,
        code,
        None if code is None else symbology_of(code),
        None if best is None else _promotion(item, best, rate, then, held),
    )


def _with_tax(plain: Plain, amount_minor: int, rate_bp: int) -> int:
    return amount_minor if plain.tax_included else amount_minor + added_tax(amount_minor, rate_bp)


def _for_all(db: sqlite3.Connection, items: Sequence[ItemFound], then: _Then) -> list[Held]:
    """Promotions that everybody gets, the whole day."""
    departments = {item.department for item in items}
    ids = [item.item_id for item in items]
    found = promotions_about(db, ids, departments, (), then.at_ms)
    return [one for one in found.values() if _is_for_all(one, then.settings.price_zone)]


def _is_for_all(held: Held, zone: str) -> bool:
    asked = held.condition
    anybody = not (asked.hours or asked.groups or asked.coupons)
    return held.promotion is not None and anybody and (not asked.zones or zone in asked.zones)


def _promotion(
    item: ItemFound, best: Plain, rate_bp: int, then: _Then, held: Sequence[Held]
) -> PromotionSaid | None:
    """Of those about the item what makes one piece cheapest; else one that more pieces get."""
    price = best.unit_price_minor
    line = LineOnOffer(item.item_id, item.unit, MILLI, price, price, item.department)
    said: list[tuple[int, PromotionSaid]] = []
    for one in held:
        if one.promotion is None or not _is_about(one, line):
            continue
        left = reduce_lines([line], [one.promotion]).left_minor[0]
        now = None if left >= price else _with_tax(best, left, rate_bp)
        last = _last_day(one.condition.until_ms, then.settings.zone)
        said.append((left, PromotionSaid(one.promotion.name, now, last)))
    return min(said, key=lambda each: (each[0], each[1].name), default=(0, None))[1]


def _is_about(held: Held, line: LineOnOffer) -> bool:
    promotion = held.promotion
    if promotion is None:
        return False
    if promotion.takes:
        return any(pick.takes(line) for pick, _ in promotion.takes)
    return reduce_lines([line], [promotion]).left_minor[0] < line.left_minor


def _last_day(until_ms: int | None, zone: str) -> date | None:
    """On which it holds as long as anybody shops."""
    if until_ms is None:
        return None
    return datetime.fromtimestamp((until_ms - 1) // MILLI, UTC).astimezone(ZoneInfo(zone)).date()
