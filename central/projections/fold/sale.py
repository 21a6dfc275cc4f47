"""A receipt. Training receipts leave their rows and count nowhere: no figure, no stock, no points.

Points (sync/protocol/escrow.py): what a receipt earned is at once balance and a grant to its store;
a spend, also that of a take-back, lowers what is granted; a debt of a take-back lowers only the
balance, and what pays a debt off (a debt below zero) lowers only what is granted. So does a spend
of goodwill, which was never granted to anybody: it lowers the balance alone.
"""

from collections import defaultdict
from datetime import date
from uuid import UUID

from central.projections.event import Event, RawEvent
from central.projections.fact_id import FactId
from central.projections.fold.collect import Fold
from central.projections.fold.kinds import folds
from central.projections.fold.loyalty import put_customer_day
from central.projections.fold.stock import put_lot
from central.projections.rows.customer import PointsMove
from central.projections.rows.escrow import RightAccount, RightBorn, RightHeld, RightSpend
from central.projections.rows.sale import (
    Sale,
    SaleLine,
    SaleModifier,
    SaleTax,
    SaleTender,
    SaleVoucher,
)
from sync.protocol.aggregate import names_of
from sync.protocol.escrow import RightKind, goodwill_of
from sync.protocol.facts import IdAbandoned, Line, RetailTransaction, RightGiven, RightTaken
from sync.protocol.identity import CustomerId
from sync.protocol.lots import Mark

_POINTS, _REFUND = RightKind.POINTS.value, RightKind.REFUND.value


def _keys(sale: RetailTransaction) -> list[str]:
    items = [line.item_id for line in sale.lines]
    return [sale.receipt_number, *items, *(tender.tender_id for tender in sale.tenders)]


def _number(sale: RetailTransaction) -> str:
    return sale.receipt_number


def _refused(raw: RawEvent, sale: RetailTransaction) -> str | None:
    return None if raw.event_id == sale.sale_id else f"event {raw.event_id} holds another sale's id"


def _given_up(sale: RetailTransaction) -> FactId:
    return FactId(IdAbandoned.KIND.kind, sale.sale_id)


@folds(
    RetailTransaction,
    keys=_keys,
    number=_number,
    after=names_of,
    against=_given_up,
    refused=_refused,
)
def _sale(into: Fold, event: Event, sale: RetailTransaction) -> None:
    taken, epoch = sale.take_back, event.epoch
    into.put(
        Sale(
            event.store_id,
            event.event_id,
            *(epoch.number, epoch.fingerprint, event.seq),
            sale.receipt_number,
            sale.workstation_id,
            sale.till_session_id,
            sale.operator_id,
            sale.business_date,
            sale.tendered_at_ms,
            sale.customer_id,
            sale.currency,
            sale.total_minor,
            sale.rounding_minor,
            sale.change_minor,
            sale.points_earned,
            taken.points if taken else 0,
            taken.debt if taken else 0,
            sale.training,
            sale.post_void_of,
            sale.points_given_back,
        )
    )
    _parts(into, event, sale)
    if sale.training:
        return
    into.tallies[event.store_id, sale.business_date].add(sale)
    _goods(into, event, sale)
    if sale.customer_id is not None:
        _points(into, event, sale.customer_id, sale)
        put_customer_day(into, sale, sale.customer_id)
    _rights(into, event, sale)
    _modifiers(into, event, sale)


def _goods(into: Fold, event: Event, sale: RetailTransaction) -> None:
    for line in sale.lines:
        moved = into.on_hand[event.store_id, line.item_id]
        moved[0] -= line.quantity_milli
        moved[1] += 1
        if line.lot or line.expires_on or line.serial:
            _lot(into, event, line)


def _lot(into: Fold, event: Event, line: Line) -> None:
    kind = "sale" if line.quantity_milli > 0 else "return"
    what = (line.item_id, kind, -line.quantity_milli)
    put_lot(into, event, line.line_no, what, Mark(line.lot, line.expires_on, line.serial))


def _modifiers(into: Fold, event: Event, sale: RetailTransaction) -> None:
    for line in sale.lines:
        for number, one in enumerate(line.modifiers, start=1):
            named = (one.promotion_id, one.promotion_version, one.operator_id, one.coupon)
            key = (event.store_id, event.event_id, line.line_no, number, sale.business_date)
            into.put(SaleModifier(*key, one.kind, *named, one.reason, one.amount_minor))
    for number, voucher in enumerate(sale.vouchers, start=1):
        key_of_it = (event.store_id, event.event_id, number, sale.business_date)
        what = (voucher.tender_id, voucher.reference, voucher.amount_minor)
        into.put(SaleVoucher(*key_of_it, *what))


def _parts(into: Fold, event: Event, sale: RetailTransaction) -> None:
    store_id, sale_id, day = event.store_id, event.event_id, sale.business_date
    for line in sale.lines:
        into.put(
            SaleLine(
                store_id,
                sale_id,
                line.line_no,
                day,
                line.item_id,
                line.description,
                line.unit,
                line.scan_code,
                line.tax_class,
                line.tax_rate_bp,
                line.tax_included,
                line.tax_version,
                line.price_version,
                line.unit_price_minor,
                line.unit_cost_minor,
                line.quantity_milli,
                line.extended_minor,
                line.discount_minor,
                line.amount_minor,
                line.tax_minor,
                line.points,
                *_original(line),
                line.unverified,
                line.price_book,
                line.cost_minor,
                line.packs_milli,
            )
        )
    for tax in sale.taxes:
        group = (tax.is_return, tax.tax_class, tax.tax_rate_bp, tax.tax_included)
        into.put(SaleTax(store_id, sale_id, *group, day, tax.net_minor, tax.tax_minor))
    for number, tender in enumerate(sale.tenders, start=1):
        what = (tender.tender_id, tender.name, tender.kind, tender.amount_minor, tender.reference)
        more = (tender.points, tender.outcome, tender.tip_minor, *tender.foreign_taken)
        into.put(SaleTender(store_id, sale_id, number, day, *what, *more))


def _original(line: Line) -> tuple[UUID | None, int | None, UUID | None]:
    if line.original is None:
        return None, None, None
    return line.original.sale_id, line.original.line_no, line.original.store_id


def _points(into: Fold, event: Event, customer_id: CustomerId, sale: RetailTransaction) -> None:
    earned = sale.points_earned
    spent = sum(tender.points for tender in sale.tenders)
    taken_back = sale.take_back.points if sale.take_back else 0
    debt = sale.take_back.debt if sale.take_back else 0
    again = sale.points_given_back
    if not (earned or spent or taken_back or debt or again):
        return
    used = _spends(into, event, customer_id, sale)
    account = (_POINTS, customer_id)
    sums = (0, earned, spent, taken_back, earned - used)
    into.put(RightAccount(into.company_id, *account, *sums))
    epoch = (event.epoch.number, event.epoch.fingerprint)
    into.put(RightHeld(event.store_id, *epoch, *account, earned, used=used))
    moved = (customer_id, earned + again, spent, taken_back, debt)
    into.put(PointsMove(event.store_id, event.event_id, *moved))


def _spends(into: Fold, event: Event, customer_id: CustomerId, sale: RetailTransaction) -> int:
    """What the receipt took from each right, whether anybody ever gave it or not; how much in all
    of what the store held: goodwill is no right of the customer's."""
    taken: defaultdict[tuple[UUID, int], int] = defaultdict(int)
    in_take_back = sale.take_back.spends if sale.take_back else ()
    by_points = (one for tender in sale.tenders if tender.account is None for one in tender.spends)
    for spend in (*by_points, *in_take_back):
        taken[spend.root, spend.line] += spend.points
    for (root, line_no), points in taken.items():
        row = (event.store_id, event.event_id, root, line_no, _POINTS, customer_id, points)
        into.put(RightSpend(*row))
    return sum(points for right, points in taken.items() if right != goodwill_of(event.store_id))


def _rights(into: Fold, event: Event, sale: RetailTransaction) -> None:
    """Rights of every other kind, and points that a void gives again: those born in a line or a
    refund, those that paid or were used up. Nobody puts leave to bring goods back into an account:
    what is used was made for it."""
    moved: defaultdict[tuple[str, UUID], list[int]] = defaultdict(lambda: [0, 0])
    for given in sale.rights_given:
        moved[given.kind, given.account_id][0] += given.amount
        into.put(RightBorn(event.store_id, event.event_id, given.line, *_born(given)))
    for taken in _taken(sale):
        moved[taken.kind, taken.account_id][1] += taken.amount
        right = (taken.root, taken.line, taken.kind, taken.account_id)
        into.put(RightSpend(event.store_id, event.event_id, *right, taken.amount))
    epoch = (event.epoch.number, event.epoch.fingerprint)
    for account, (born, used) in moved.items():
        made = used if account[0] == _REFUND else 0
        into.put(RightAccount(into.company_id, *account, 0, born + made, used, 0, born - used))
        into.put(RightHeld(event.store_id, *epoch, *account, born, used=used))


def _born(given: RightGiven) -> tuple[str, UUID, int, date | None]:
    return given.kind, given.account_id, given.amount, given.last_day


def _taken(sale: RetailTransaction) -> list[RightTaken]:
    """By tenders that hold value and without a tender: each right once, with all that it gave."""
    found: defaultdict[tuple[str, UUID, UUID, int], int] = defaultdict(int)
    for tender in sale.tenders:
        if tender.account is None:
            continue
        for spend in tender.spends:
            named = (tender.account.kind, tender.account.account_id, spend.root, spend.line)
            found[named] += spend.points
    for one in sale.rights_taken:
        found[one.kind, one.account_id, one.root, one.line] += one.amount
    return [RightTaken(*named, amount) for named, amount in found.items()]
