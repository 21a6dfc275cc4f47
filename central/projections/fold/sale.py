"""A receipt. Training receipts leave their rows and count nowhere: no figure, no stock, no points.

Points (sync/protocol/escrow.py): what a receipt earned is at once balance and a grant to its store;
a spend, also that of a take-back, lowers what is granted; a debt of a take-back lowers only the
balance, and what pays a debt off (a debt below zero) lowers only what is granted.
"""

from collections import defaultdict
from uuid import UUID

from central.projections.event import Event, RawEvent
from central.projections.fold.collect import Fold
from central.projections.fold.kinds import folds
from central.projections.rows.customer import Points, PointsMove, PointsSpend
from central.projections.rows.sale import Sale, SaleLine, SaleTax, SaleTender
from sync.protocol.aggregate import names_of
from sync.protocol.facts import RetailTransaction
from sync.protocol.identity import CustomerId


def _keys(sale: RetailTransaction) -> list[str]:
    items = [line.item_id for line in sale.lines]
    return [sale.receipt_number, *items, *(tender.tender_id for tender in sale.tenders)]


def _number(sale: RetailTransaction) -> str:
    return sale.receipt_number


def _refused(raw: RawEvent, sale: RetailTransaction) -> str | None:
    return None if raw.event_id == sale.sale_id else f"event {raw.event_id} holds another sale's id"


@folds(RetailTransaction, keys=_keys, number=_number, after=names_of, refused=_refused)
def _sale(into: Fold, event: Event, sale: RetailTransaction) -> None:
    taken = sale.take_back
    into.put(
        Sale(
            event.store_id,
            event.event_id,
            event.epoch.number,
            event.epoch.fingerprint,
            event.seq,
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
        )
    )
    _parts(into, event, sale)
    if sale.training:
        return
    into.tallies[event.store_id, sale.business_date].add(sale)
    for line in sale.lines:
        moved = into.on_hand[event.store_id, line.item_id]
        moved[0] -= line.quantity_milli
        moved[1] += 1
    if sale.customer_id is not None:
        _points(into, event, sale.customer_id, sale)


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
                line.amount_minor,
                line.tax_minor,
                line.points,
                line.original.sale_id if line.original else None,
                line.original.line_no if line.original else None,
            )
        )
    for tax in sale.taxes:
        group = (tax.is_return, tax.tax_class, tax.tax_rate_bp, tax.tax_included)
        into.put(SaleTax(store_id, sale_id, *group, day, tax.net_minor, tax.tax_minor))
    for number, tender in enumerate(sale.tenders, start=1):
        named = (tender.tender_id, tender.name, tender.kind)
        what = (*named, tender.amount_minor, tender.reference, tender.points)
        into.put(SaleTender(store_id, sale_id, number, day, *what))


def _points(into: Fold, event: Event, customer_id: CustomerId, sale: RetailTransaction) -> None:
    earned = sale.points_earned
    spent = sum(tender.points for tender in sale.tenders)
    taken_back = sale.take_back.points if sale.take_back else 0
    debt = sale.take_back.debt if sale.take_back else 0
    if not (earned or spent or taken_back or debt):
        return
    _spends(into, event, customer_id, sale)
    granted = earned - spent - (taken_back - debt)
    into.put(Points(into.company_id, customer_id, 0, earned, spent, taken_back, granted))
    moved = (customer_id, earned, spent, taken_back, debt)
    into.put(PointsMove(event.store_id, event.event_id, *moved))


def _spends(into: Fold, event: Event, customer_id: CustomerId, sale: RetailTransaction) -> None:
    """What the receipt took from each right, whether anybody ever gave it or not."""
    taken: defaultdict[tuple[UUID, int], int] = defaultdict(int)
    in_take_back = sale.take_back.spends if sale.take_back else ()
    for spend in (*(one for tender in sale.tenders for one in tender.spends), *in_take_back):
        taken[spend.root, spend.line] += spend.points
    for (root, line_no), points in taken.items():
        row = (event.store_id, event.event_id, root, line_no, customer_id, points)
        into.put(PointsSpend(*row))
