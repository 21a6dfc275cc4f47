"""What the rules of a sale may look at: read for the sale itself, and for what a basket would come
to before it is tendered (``quote.py``), so that both are held against the same.

Held against is what was in force when the basket was tendered, whatever has changed by the time it
arrives: prices by their own instants, everything else by the history (``hold_past.py``).
"""

import sqlite3
from collections.abc import Collection, Mapping
from datetime import date
from types import MappingProxyType
from typing import Any
from uuid import UUID

from edge.db import items_on_sale, loyalty, sale_reads
from edge.db.goodwill import goodwill_right
from edge.db.item_rules import rules_of
from edge.db.payment_attempts import attempts_referred
from edge.db.payments import cash_tender, payments_left
from edge.db.price_books import offers_of, packs_of
from edge.db.rights import coupons_here
from edge.db.sale_reads import CounterNow, Published, StoreNow
from edge.db.scale_codes import scale_codes
from edge.db.stated_receipts import lines_stated
from edge.db.tenders import tenders_named, vouchers_taken, worth_of
from edge.db.unverified import given_back_unverified
from edge.db.value import company_of, coupons_used, loaded_by, value_last_day, value_rights
from edge.domain.box import SettingsMissing
from edge.domain.business_day import BUSINESS_DAY, DayEvent, DayState
from edge.domain.sale.basket import SaleRequest
from edge.domain.sale.coupons import numbers_of
from edge.domain.sale.labels import labels_of
from edge.domain.sale.multipliers import NO_EARNING, Earning
from edge.domain.sale.returns import customer_of, originals_of, takes_back
from edge.domain.sale.situation import (
    NO_COUPON_RIGHTS,
    NO_VALUE,
    NO_VOUCHERS_TAKEN,
    NO_WORTH,
    NOTHING_PAID,
    CouponRights,
    PaidBefore,
    Situation,
    SoldLine,
    Value,
    VouchersTaken,
    Worth,
)
from edge.domain.sale.value import account_named
from edge.domain.sale.vouchers import number_of
from edge.domain.till import TILL, TillEvent, TillState
from edge.usecases.right.leaves import LeavesNow, leaves_now
from edge.usecases.sale.hold_past import InForce, hold_past, with_promotions
from sync.engine.journal import Moment, NotEnrolled
from sync.protocol.escrow import RightKind
from sync.protocol.facts import Account, OriginalLine, TenderKind
from sync.protocol.identity import (
    CustomerId,
    ReceiptNumber,
    SaleId,
    WorkstationId,
    receipt_number,
)
from sync.protocol.labels.label import Label
from sync.protocol.loyalty import PointsRule
from sync.protocol.paper.receipt import Names
from sync.protocol.promotions.conditions import Occasion, holds, local_time

_NOBODY = UUID(int=0)
NOT_HELD: Mapping[SaleId, str] = MappingProxyType({})
NO_LEAVES = LeavesNow(MappingProxyType({}), MappingProxyType({}))


def require_store(counter: CounterNow) -> StoreNow:
    """The store, its settings and its epoch. Raises NotEnrolled, SettingsMissing."""
    if counter.store is not None:
        return counter.store
    if counter.settings_missing:
        raise SettingsMissing
    raise NotEnrolled("This box belongs to no store yet.")


def read_situation(
    db: sqlite3.Connection,
    request: SaleRequest,
    workstation_id: WorkstationId,
    counter: CounterNow,
    moment: Moment,
    *,
    with_rights: bool = False,
    elsewhere: Mapping[SaleId, str] = NOT_HELD,
) -> Situation:
    """What ``request`` is held against; a customer's rights where points move, or ``with_rights``.
    ``elsewhere``: shops with leave for a receipt, as head office just said. Raises NotEnrolled,
    SettingsMissing, NoOpenBusinessDay, NoOpenTill, CustomerDiffers."""
    store = require_store(counter)
    business_date = BUSINESS_DAY.require(counter.business_date, DayState.OPEN, DayEvent.TRADED)
    sells = (TillState.OPEN, TillEvent.SOLD, workstation_id)
    till_session_id = TILL.require(counter.till_session_id, *sells)
    originals, paid, leaves = _taken(db, request, moment)
    customer_id = customer_of(request.customer_id, originals, paid.by_points())
    at = (store.changed_ms, request.tendered_at_ms, moment.wall_ms)
    held = _as_tendered(db, request, store, counter, business_date, moment.wall_ms)
    buyer, owed = _buyer(db, request, counter, customer_id)
    beside = _beside(db, request, originals, held, business_date) | _leave(leaves, elsewhere)
    if counter.published.loyalty or store.changed_ms > request.tendered_at_ms:
        beside["earning"] = _earning(db, customer_id, held, business_date, at)
    wanted = originals or owed > 0 or _spends_points(held) or with_rights
    return Situation(
        workstation_id=workstation_id,
        business_date=business_date,
        till_session_id=till_session_id,
        receipt_number=_next_number(store, workstation_id, counter.receipts),
        originals=originals,
        **_spendable(db, customer_id if wanted else None, store, business_date),
        points_owed=owed,
        names=_names(held, buyer, beside.get("earning", NO_EARNING)),
        **held.meaning(),
        paid=paid,
        training=request.training,
        **beside,
    )


def _leave(leaves: LeavesNow, elsewhere: Mapping[SaleId, str]) -> dict[str, Any]:
    if leaves is NO_LEAVES and not elsewhere:
        return {}
    in_doubt = frozenset(leaves.in_doubt)
    return {
        "leaves": leaves.read_under,
        "leaves_in_doubt": in_doubt,
        "held_elsewhere": elsewhere,
    }


def _names(held: InForce, buyer: str | None, earning: Earning) -> Names:
    """What the paper says of people."""
    ends = earning.expiring
    if ends is None:
        return Names(held.operator_name, buyer)
    return Names(held.operator_name, buyer, ends.points, ends.on.isoformat())


def _beside(
    db: sqlite3.Connection,
    request: SaleRequest,
    originals: Mapping[OriginalLine, SoldLine],
    held: InForce,
    day: date,
) -> dict[str, Any]:
    """What only some requests name: payments made elsewhere, value, goods without a receipt,
    vouchers."""
    return {
        "attempts": attempts_referred(db, [each.reference for each in request.tenders]),
        "value": _value(db, request, originals),
        "unverified_minor": _unverified_before(db, request, day),
        "vouchers_taken": _vouchers_taken(db, request, held),
    }


def _taken(
    db: sqlite3.Connection, request: SaleRequest, moment: Moment
) -> tuple[Mapping[OriginalLine, SoldLine], PaidBefore, LeavesNow]:
    """What comes back was sold as, by what money may go back, and the leaves that there are: of
    each receipt the one under which its lines were read."""
    if not takes_back(request.lines):
        return {}, NOTHING_PAID, NO_LEAVES
    named = originals_of(request.lines)
    originals = sale_reads.sold_lines(db, named)
    rest = [line for line in named if line not in originals]
    if rest:
        originals |= lines_stated(db, rest)
    sales = list(dict.fromkeys(one.sale_id for one in originals))
    voided = request.post_void_of
    coupons = () if voided is None else coupons_used(db, voided)
    paid = PaidBefore(payments_left(db, sales), cash_tender(db), voided is not None, coupons)
    return originals, paid, leaves_now(db, sales, moment)


def _vouchers_taken(db: sqlite3.Connection, request: SaleRequest, held: InForce) -> VouchersTaken:
    """Nobody asks where no voucher is given."""
    stated = [(each.tender_id, each.reference) for each in request.vouchers]
    stated += [
        (each.tender_id, each.reference) for each in request.tenders if each.amount_minor > 0
    ]
    named = [
        (tender_id, number_of(reference))
        for tender_id, reference in stated
        if reference is not None
        and tender_id in held.tenders
        and held.tenders[tender_id].kind is TenderKind.VOUCHER
    ]
    return vouchers_taken(db, named) if named else NO_VOUCHERS_TAKEN


def _unverified_before(db: sqlite3.Connection, request: SaleRequest, day: date) -> int:
    """What was given back without a receipt on that day, by the operator or to the customer,
    whichever is more."""
    if not any(line.unverified is not None for line in request.lines):
        return 0
    return given_back_unverified(db, day, request.operator_id, request.customer_id)


def _value(
    db: sqlite3.Connection, request: SaleRequest, originals: Mapping[OriginalLine, SoldLine]
) -> Value:
    """What of value the request names; of what it does not, nothing is asked."""
    named = [each.account for each in request.tenders if each.account is not None]
    loads = any(line.card is not None for line in request.lines)
    loaded = loaded_by(db, [one.sale_id for one in originals]) if originals else {}
    loaded |= _loaded_elsewhere(db, originals)
    company_id = company_of(db) if named or loads or loaded else None
    if company_id is None:
        return NO_VALUE
    found = [account_named(each, company_id, None, "tenders") for each in named]
    accounts = {*loaded.values(), *(one for one in found if one is not None)}
    held = {one: value_rights(db, one) for one in accounts}
    return Value(company_id, held, loaded, {one: value_last_day(db, one) for one in accounts})


def _loaded_elsewhere(
    db: sqlite3.Connection, originals: Mapping[OriginalLine, SoldLine]
) -> dict[OriginalLine, Account]:
    """Loads that another shop sold: which card's is not known here, so none of them comes back."""
    sold = {line: one.item_id for line, one in originals.items() if one.store_id is not None}
    rules = rules_of(db, set(sold.values())) if sold else {}
    return {
        line: Account(kind, _NOBODY)
        for line, item_id in sold.items()
        if item_id in rules and (kind := rules[item_id].loads) is not None
    }


def _next_number(store: StoreNow, workstation_id: WorkstationId, receipts: int) -> ReceiptNumber:
    return receipt_number(store.store_code, workstation_id, store.epoch_on_receipts, receipts + 1)


def _buyer(
    db: sqlite3.Connection,
    request: SaleRequest,
    counter: CounterNow,
    customer_id: CustomerId | None,
) -> tuple[str | None, int]:
    """The name and the debt of who buys: the stated customer, or whose goods come back."""
    if customer_id is None or request.customer_id is not None:
        return counter.names.customer, counter.points_owed
    return sale_reads.read_buyer(db, customer_id)


def _spendable(
    db: sqlite3.Connection, customer_id: CustomerId | None, store: StoreNow, day: date
) -> dict[str, Any]:
    """What the customer may spend, and what the store may let them beyond it."""
    if customer_id is None:
        return {}
    place = (store.store_id, store.tip.head.epoch)
    goodwill = goodwill_right(db, *place, RightKind.POINTS, day)
    return {"rights": sale_reads.rights_left(db, customer_id), "goodwill": goodwill}


def _earning(
    db: sqlite3.Connection,
    customer_id: CustomerId | None,
    held: InForce,
    day: date,
    at: tuple[int, int, int],
) -> Earning:
    """What multiplies the customer's points. ``at``: when something was changed last, when the
    basket was tendered, and now."""
    if customer_id is None:
        return NO_EARNING
    changed_ms, as_of_ms, now_ms = at
    changed_since = changed_ms > as_of_ms
    tiers = loyalty.tiers_before(db, as_of_ms, now_ms) if changed_since else {}
    rules: dict[str, PointsRule | None] = {**loyalty.points_rules(db)}
    if changed_since:
        rules |= loyalty.rules_before(db, as_of_ms, now_ms)
    tier = loyalty.tier_of(db, customer_id, day, tiers)
    expiring = loyalty.expiring_of(db, customer_id, day)
    if not any(rules.values()):
        return Earning(tier, (), expiring)
    settings = held.settings
    local = local_time(as_of_ms, settings.zone)
    now = Occasion(as_of_ms, *local, settings.price_zone, held.customer_group)
    in_force = (rule for rule in rules.values() if rule and holds(rule.condition, now))
    return Earning(tier, tuple(in_force), expiring)


def _spends_points(held: InForce) -> bool:
    return any(tender.rules.spends_points for tender in held.tenders.values())


def _as_tendered(
    db: sqlite3.Connection,
    request: SaleRequest,
    store: StoreNow,
    counter: CounterNow,
    business_date: date,
    now_ms: int,
) -> InForce:
    """What the request's names meant when it was tendered."""
    changed_since = store.changed_ms > request.tendered_at_ms
    held = _in_force(db, request, store, counter, business_date)
    return hold_past(db, held, request, business_date, now_ms) if changed_since else held


def _in_force(
    db: sqlite3.Connection,
    request: SaleRequest,
    store: StoreNow,
    counter: CounterNow,
    business_date: date,
) -> InForce:
    """What the request's names mean now."""
    as_of_ms = request.tendered_at_ms
    codes = {line.scan_code for line in request.lines if line.scan_code is not None}
    ids = {line.item_id for line in request.lines if line.item_id is not None}
    items = items_on_sale.items_by_code(db, codes, as_of_ms) if codes else {}
    labels: dict[str, Label] = {}
    if len(items) < len(codes):
        rest = [code for code in codes if code not in items]
        labels = _labels(db, rest, store, business_date)
        named = {code for label in labels.values() for code in label.codes}
        items |= items_on_sale.items_by_code(db, named, as_of_ms) if named else {}
    held = InForce(
        settings=store.settings,
        texts=store.texts,
        settings_no=store.settings_no,
        operator_active=counter.operator_active,
        operator_name=counter.names.operator,
        role=counter.role,
        customer_active=counter.customer_active,
        items_by_code=items,
        labels=labels,
        customer_group=counter.customer_group,
        items_by_id=items_on_sale.items_by_id(db, ids, as_of_ms) if ids else {},
        rates=sale_reads.rates_in_force(db, business_date),
        tenders=tenders_named(db, request.tender_ids),
        worth=_worth(db, request, store.settings.currency),
        coupon_rights=_coupon_rights(db, request),
    )
    return _with_published(db, held, request, counter.published)


def _with_published(
    db: sqlite3.Connection, held: InForce, request: SaleRequest, published: Published
) -> InForce:
    """And with what else is published of its items, as far as anything is."""
    as_of_ms = request.tendered_at_ms
    if published.item_rules:
        held = _with_rules(db, held, as_of_ms)
    if published.price_books:
        held = held._replace(offers=offers_of(db, held.item_ids(), held.place(as_of_ms)))
    if not published.promotions:
        return held
    return with_promotions(db, held, as_of_ms, request.coupons, {})


def _labels(
    db: sqlite3.Connection, codes: Collection[str], store: StoreNow, business_date: date
) -> dict[str, Label]:
    """What codes say that no item has as they stand."""
    labels = labels_of(codes, scale_codes(db), business_date, store.settings.decimals)
    return labels | packs_of(db, codes)


def _with_rules(db: sqlite3.Connection, held: InForce, as_of_ms: int) -> InForce:
    """And with the items that go along."""
    rules = rules_of(db, held.item_ids())
    along = {rule.linked_item_id for rule in rules.values() if rule.linked_item_id is not None}
    if along - held.items_by_id.keys():
        found = items_on_sale.items_by_id(db, along, as_of_ms)
        held = held._replace(items_by_id={**held.items_by_id, **found})
    return held._replace(rules=rules)


def _coupon_rights(db: sqlite3.Connection, request: SaleRequest) -> CouponRights:
    """Of training, which takes none, every number may be used."""
    if not request.coupons:
        return NO_COUPON_RIGHTS
    numbers = numbers_of(request.coupons)
    if not numbers:
        return NO_COUPON_RIGHTS
    return dict.fromkeys(numbers) if request.training else coupons_here(db, numbers)


def _worth(db: sqlite3.Connection, request: SaleRequest, own_currency: str) -> Mapping[str, Worth]:
    foreign = {each.foreign.currency for each in request.tenders if each.foreign is not None}
    return worth_of(db, foreign, own_currency, request.tendered_at_ms) if foreign else NO_WORTH
