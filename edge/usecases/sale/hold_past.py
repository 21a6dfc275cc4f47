"""What was in force when a basket was tendered, put in the place of what has changed since.

``read_situation`` reads what holds now and calls this only where something was changed after the
basket was tendered: the history (edge/db/past.py) says what the request's names meant then.
"""

import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from types import MappingProxyType
from typing import Any, NamedTuple

import msgspec

from edge.db import items_on_sale, sale_reads
from edge.db.item_rules import rules_as_of
from edge.db.operators import role_of
from edge.db.past import STORE, Kind, Named, past_as_of
from edge.db.price_books import offers_as_of, packs_as_of
from edge.db.promotions import Held, promotions_about, promotions_before
from edge.db.scale_codes import scale_codes_as_of
from edge.db.tenders import tender_in_use
from edge.domain.sale.basket import SaleRequest
from edge.domain.sale.coupons import may_use
from edge.domain.sale.labels import labels_of, resolve
from edge.domain.sale.price_books import Place
from edge.domain.sale.situation import (
    NO_COUPON_RIGHTS,
    NO_OFFERS,
    NO_WORTH,
    CouponRights,
    ItemOnSale,
    Offers,
    PriceInForce,
    RateInForce,
    TenderInUse,
    Worth,
)
from sync.protocol.facts import TaxClass
from sync.protocol.identity import ItemId, PromotionId, TenderId
from sync.protocol.labels.label import Label
from sync.protocol.promotions.conditions import Condition, Occasion, coupon_key, holds, local_time
from sync.protocol.promotions.once import shown_codes
from sync.protocol.promotions.shape import Promotion
from sync.protocol.reference import ItemRule, ReceiptTexts, Role, StoreSettings
from sync.protocol.scan_code import code_key


class InForce(NamedTuple):
    """What a request's names mean to the store: now, or as of its tender."""

    settings: StoreSettings
    texts: ReceiptTexts
    settings_no: int
    operator_active: bool | None
    operator_name: str | None
    role: Role
    customer_active: bool | None
    items_by_code: Mapping[str, ItemOnSale]
    items_by_id: Mapping[ItemId, ItemOnSale]
    rates: Mapping[TaxClass, RateInForce]
    tenders: Mapping[TenderId, TenderInUse]
    customer_group: str | None = None
    promotions: tuple[Promotion, ...] = ()
    labels: Mapping[str, Label] = MappingProxyType({})
    coupons: frozenset[str] = frozenset()
    rules: Mapping[ItemId, ItemRule] = MappingProxyType({})
    worth: Mapping[str, Worth] = NO_WORTH
    coupon_rights: CouponRights = NO_COUPON_RIGHTS
    offers: Offers = NO_OFFERS

    def meaning(self) -> dict[str, Any]:
        """What the rules of a sale are told of it."""
        told = self._asdict()
        del told["operator_name"], told["customer_group"]
        return told | resolve(self.items_by_code, self.labels)._asdict() if self.labels else told

    def place(self, as_of_ms: int) -> Place:
        """Where and for whom prices are looked for."""
        return Place(self.settings.price_zone, self.customer_group, as_of_ms)

    def item_ids(self) -> set[ItemId]:
        """Of everything that may be meant."""
        return {each.item_id for each in (*self.items_by_id.values(), *self.items_by_code.values())}


def hold_past(
    db: sqlite3.Connection, now: InForce, request: SaleRequest, business_date: date, now_ms: int
) -> InForce:
    """``now``, with what has changed since the tender as it was then."""
    as_of_ms = request.tendered_at_ms
    codes = {line.scan_code for line in request.lines if line.scan_code is not None}
    patterns = scale_codes_as_of(db, as_of_ms, now_ms)
    labels = labels_of(codes, patterns, business_date, now.settings.decimals)
    labels |= packs_as_of(db, codes, as_of_ms, now_ms)
    codes = codes.union(*[label.codes for label in labels.values()])
    named = _named(request, codes, now.settings.currency)
    past = _Past(past_as_of(db, named, as_of_ms, now_ms))
    now = now._replace(
        labels=labels, items_by_code=items_on_sale.items_by_code(db, codes, as_of_ms)
    )
    held = now._replace(
        operator_active=past.active(Kind.OPERATOR, now.operator_active),
        operator_name=next((value[0] for _, value in past.of(Kind.OPERATOR)), now.operator_name),
        role=past.role(now.role),
        customer_active=past.active(Kind.CUSTOMER, now.customer_active),
        customer_group=next((v[0] for _, v in past.of(Kind.CUSTOMER)), now.customer_group),
        rates=past.rates(now.rates, business_date),
        tenders={**now.tenders, **past.tenders()},
        worth=_worth(now.worth, past.worth(as_of_ms)),
        **_settings(db, now, past),
        **_items(db, now, past, codes, (as_of_ms, now_ms)),
    )
    items = held.item_ids()
    held = held._replace(
        rules=rules_as_of(db, items, as_of_ms, now_ms),
        offers=offers_as_of(db, items, held.place(as_of_ms), now_ms),
    )
    before = promotions_before(db, as_of_ms, now_ms)
    return with_promotions(db, held, as_of_ms, request.coupons, before)


def with_promotions(
    db: sqlite3.Connection,
    held: InForce,
    as_of_ms: int,
    coupons: Iterable[str],
    before: Mapping[PromotionId, Held | None],
) -> InForce:
    """``held`` with what may lower the price of its items at ``as_of_ms``, when the basket was
    tendered, in the order in which it was published. ``coupons``: as they were typed. ``before``:
    what was changed since, as it was. Of a coupon that is good once this shop needs the right."""
    goods = (*held.items_by_id.values(), *held.items_by_code.values())
    items = {each.item_id: each for each in goods}
    departments = {each.department for each in items.values()}
    shown = shown_codes(coupons)
    about = {**promotions_about(db, items, departments, shown, as_of_ms), **before}
    if not about:
        return held._replace(promotions=(), coupons=frozenset())
    settings = held.settings
    now = Occasion(
        as_of_ms,
        *local_time(as_of_ms, settings.zone),
        settings.price_zone,
        held.customer_group,
        shown,
    )
    found = [each for each in about.values() if each and holds(each.condition, now)]
    taken = {coupon_key(code) for each in found for code in each.condition.coupons}
    usable = {key: code for key, code in shown.items() if may_use(code, held.coupon_rights)}
    promotions = [
        promotion for each in found if (promotion := _of_basket(each, usable)) is not None
    ]
    promotions.sort(key=lambda each: (each.version, each.promotion_id))
    return held._replace(promotions=tuple(promotions), coupons=frozenset(taken & set(shown)))


def _of_basket(held: Held, usable: Mapping[str, str]) -> Promotion | None:
    """With the code that was shown for it; None: without it the basket gets nothing, or this
    version cannot read it."""
    if held.promotion is None or not held.condition.coupons:
        return held.promotion
    coupon = _coupon(held.condition, usable)
    return msgspec.structs.replace(held.promotion, coupon=coupon) if coupon else None


def _coupon(asked: Condition, shown: Mapping[str, str]) -> str | None:
    """The code for which a promotion holds."""
    keys = (coupon_key(code) for code in asked.coupons)
    return next((shown[key] for key in keys if key in shown), None)


class _Past:
    """Values of the history, read as what the rules of a sale know."""

    def __init__(self, values: Mapping[Named, str]) -> None:
        self._values = values

    def of(self, kind: Kind) -> Iterator[tuple[str, Any]]:
        """Name and value of each that has changed."""
        for named, value in self._values.items():
            if named.kind is kind:
                yield named.name, msgspec.json.decode(value)

    def active(self, kind: Kind, now: bool | None) -> bool | None:
        """Of the one operator or customer that a request names."""
        return next((bool(value[-1]) for _, value in self.of(kind)), now)

    def role(self, now: Role) -> Role:
        """Of the one operator that a request names."""
        for _, (_, role, body, _) in self.of(Kind.OPERATOR):
            return role_of(role, bytes.fromhex(body) or None)
        return now

    def tenders(self) -> dict[TenderId, TenderInUse]:
        """Those that have changed."""
        return {
            TenderId(name): tender_in_use(TenderId(name), read)
            for name, read in self.of(Kind.TENDER)
        }

    def worth(self, as_of_ms: int) -> dict[str, Worth | None]:
        """Of the foreign cash whose rates have changed; newest first in the history."""
        held: dict[str, Worth | None] = {}
        for name, values in self.of(Kind.WORTH):
            known = (Worth(*rate) for from_ms, *rate in values if from_ms <= as_of_ms)
            held[name.partition(">")[0]] = next(known, None)
        return held

    def rates(
        self, now: Mapping[TaxClass, RateInForce], business_date: date
    ) -> dict[TaxClass, RateInForce]:
        """The rates on a date as they were known; newest first in the history."""
        held = dict(now)
        for name, values in self.of(Kind.RATES):
            held.pop(TaxClass(name), None)
            for effective_from, rate_bp, version in values:
                if date.fromisoformat(effective_from) <= business_date:
                    held[TaxClass(name)] = RateInForce(rate_bp, version)
                    break
        return held

    def items(self, kind: Kind) -> dict[str, ItemOnSale]:
        """Those that have changed, without price and stock."""
        return {
            name: ItemOnSale(
                ItemId(item_id),
                text,
                unit,
                TaxClass(tax_class),
                bool(open_price),
                cost,
                bool(active),
                None,
                0,
                department,
            )
            for name, values in self.of(kind)
            for item_id, text, unit, tax_class, open_price, cost, active, department in (values,)
        }


def _named(request: SaleRequest, codes: Iterable[str], currency: str) -> list[Named]:
    """Everything whose meaning may have changed since, but for prices: they are the items'.
    ``codes``: those of the request and those that its labels name; ``currency``: the store's."""
    named = {Named(Kind.SETTINGS, STORE), Named(Kind.OPERATOR, request.operator_id)}
    if request.customer_id is not None:
        named.add(Named(Kind.CUSTOMER, request.customer_id.hex))
    for line in request.lines:
        if line.item_id is not None:
            named.add(Named(Kind.ITEM, line.item_id))
    for code in codes:
        named.update((Named(Kind.CODE, code_key(code)), Named(Kind.ITEM, code)))
    named.update(Named(Kind.TENDER, tender_id) for tender_id in request.tender_ids)
    named.update(
        Named(Kind.WORTH, f"{tender.foreign.currency}>{currency}")
        for tender in request.tenders
        if tender.foreign is not None
    )
    named.update(Named(Kind.RATES, tax_class.value) for tax_class in TaxClass)
    return sorted(named)


def _worth(now: Mapping[str, Worth], then: Mapping[str, Worth | None]) -> dict[str, Worth]:
    """What foreign cash was worth: what had no rate then is not taken."""
    return {name: rate for name, rate in {**now, **then}.items() if rate is not None}


def _by_code(
    now: InForce,
    codes: Mapping[str, ItemOnSale],
    ids: Mapping[ItemId, ItemOnSale],
    asked_for: Iterable[str],
) -> dict[str, ItemOnSale]:
    """What scan codes meant: a code, or else an item's id."""
    found = {}
    for asked in asked_for:
        key, item_id = code_key(asked), ItemId(asked)
        is_code = asked in now.items_by_code and now.items_by_code[asked].item_id != item_id
        if key in codes:
            found[asked] = codes[key]
        elif item_id in ids and not is_code:
            found[asked] = ids[item_id]
    return found


def _settings(db: sqlite3.Connection, now: InForce, past: _Past) -> dict[str, Any]:
    number: int = next((value[0] for _, value in past.of(Kind.SETTINGS)), now.settings_no)
    if number == now.settings_no:
        return {}
    settings, texts = sale_reads.settings_numbered(db, number)
    return {"settings_no": number, "settings": settings, "texts": texts}


def _items(
    db: sqlite3.Connection,
    now: InForce,
    past: _Past,
    codes: Iterable[str],
    instants: tuple[int, int],
) -> dict[str, Any]:
    """Items by what the request calls them, each with the price that was known at the tender.
    ``instants``: of the tender, and now."""
    as_of_ms, now_ms = instants
    by_id = {item.item_id: item for item in past.items(Kind.ITEM).values()}
    by_code = {**now.items_by_code, **_by_code(now, past.items(Kind.CODE), by_id, codes)}
    by_id = {**now.items_by_id, **by_id}
    ids = {item.item_id for item in (*by_code.values(), *by_id.values())}
    found = items_on_sale.priced(db, ids, as_of_ms)
    named = [Named(Kind.PRICES, item_id) for item_id in sorted(ids)]
    prices: dict[ItemId, PriceInForce | None] = {key: price for key, (price, _) in found.items()}
    for name, values in _Past(past_as_of(db, named, as_of_ms, now_ms)).of(Kind.PRICES):
        known = (PriceInForce(minor, version) for at, minor, version in values if at <= as_of_ms)
        prices[ItemId(name)] = next(known, None)

    def whole(item: ItemOnSale) -> ItemOnSale:
        on_hand, worth, unit = found[item.item_id][1]
        return item._replace(
            price=prices[item.item_id],
            on_hand_milli=on_hand,
            worth_minor=worth,
            unit_mills=unit,
        )

    return {
        "items_by_code": {code: whole(item) for code, item in by_code.items()},
        "items_by_id": {item_id: whole(item) for item_id, item in by_id.items()},
    }
