"""Facts become row changes: a pure fold, the same for every archive, for rebuild and for verify.

Whoever calls has already decided which events count (``line_up``): a fold refuses nothing. A sale's
id is its event's; rows take it from there, in the type that the archive hands out. Training
receipts leave their rows and count nowhere: no figure, no stock, no points.

Points (sync/protocol/escrow.py): what a receipt earned is at once balance and a grant to its store;
a spend, also that of a take-back, lowers what is granted; a debt of a take-back lowers only the
balance, and what pays a debt off (a debt below zero) lowers only what is granted.
"""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from typing import NamedTuple, assert_never
from uuid import UUID

from msgspec import structs

from central.projections.fact_id import SALE_KIND, fact_id
from central.projections.rows import (
    AlarmClearing,
    CountedFact,
    CustomerField,
    Day,
    DayFigure,
    GrantGiven,
    OnHand,
    Points,
    PointsMove,
    PointsSpend,
    RowChanges,
    Sale,
    SaleLine,
    SaleTax,
    SaleTender,
    StockCount,
    StockMovement,
    StoreAlarm,
    TillMoved,
    TillOpened,
    TillSettled,
    WrittenOff,
)
from central.projections.stock_counts import counts_of, newer_count
from sync.protocol.change import Epoch
from sync.protocol.clock import COUNTER_BITS, COUNTER_MAX, WALL_MS_MAX, Hlc, wall_ms
from sync.protocol.codec import encode
from sync.protocol.conflict import newer
from sync.protocol.facts import (
    AlarmCleared,
    AlarmRaised,
    AnyFact,
    BusinessDayClosed,
    BusinessDayOpened,
    BusinessDayReopened,
    CustomerChanged,
    DeviceRecorded,
    IdAbandoned,
    RetailTransaction,
    StockCounted,
    StockLine,
    StockMoved,
    StockTransferred,
    TillSessionOpened,
    TillSessionSettled,
)
from sync.protocol.facts import TillMoved as TillMovedFact
from sync.protocol.figures import Tally, figures
from sync.protocol.identity import CompanyId, CustomerId, EventId, StoreId
from sync.protocol.shared import CustomerField as FieldName
from sync.protocol.shared import FieldChange

CLOCK_TOLERANCE_MS = 5 * 60 * 1_000
"""How far a box's right clock may be ahead of head office's: the box bounds itself as tightly."""


class Event(NamedTuple):
    """A fact with its place: what a fold reads."""

    store_id: StoreId
    epoch: Epoch
    seq: int
    event_id: EventId
    occurred_at_ms: int
    received_at_ms: int
    fact: AnyFact


class Fold:
    """Collects changes; ``changes`` gives them. Sums are held per key."""

    def __init__(self, company_id: CompanyId) -> None:
        self.company_id = company_id
        self.sales: list[Sale] = []
        self.lines: list[SaleLine] = []
        self.taxes: list[SaleTax] = []
        self.tenders: list[SaleTender] = []
        self.tallies: defaultdict[tuple[StoreId, date], Tally] = defaultdict(Tally)
        self.days: dict[tuple[StoreId, date, int, bytes], Day] = {}
        self.tills_opened: list[TillOpened] = []
        self.moved: defaultdict[tuple[UUID, UUID], int] = defaultdict(int)
        self.tills_settled: list[TillSettled] = []
        self.on_hand: defaultdict[tuple[StoreId, str], int] = defaultdict(int)
        self.stock_movements: list[StockMovement] = []
        self.points: dict[CustomerId, Points] = {}
        self.points_moves: list[PointsMove] = []
        self.fields: dict[tuple[CustomerId, FieldName], FieldChange] = {}
        self.alarms: list[StoreAlarm] = []
        self.points_spends: list[PointsSpend] = []
        self.grants: list[GrantGiven] = []
        self.facts: list[CountedFact] = []
        self.counts: dict[tuple[UUID, str], StockCount] = {}
        self.clearings: list[AlarmClearing] = []
        self.written_off: dict[tuple[StoreId, Epoch], WrittenOff] = {}

    def changes(self) -> RowChanges:
        """Everything collected, sums and fields in the order of their keys."""
        return RowChanges(
            sales=tuple(self.sales),
            lines=tuple(self.lines),
            taxes=tuple(self.taxes),
            tenders=tuple(self.tenders),
            day_figures=_day_figures(self.tallies),
            days=tuple(self.days[key] for key in sorted(self.days)),
            tills_opened=tuple(self.tills_opened),
            tills_moved=tuple(
                TillMoved(*key, amount) for key, amount in sorted(self.moved.items())
            ),
            tills_settled=tuple(self.tills_settled),
            on_hand=tuple(OnHand(*key, amount) for key, amount in sorted(self.on_hand.items())),
            stock_movements=tuple(self.stock_movements),
            points=tuple(self.points[customer_id] for customer_id in sorted(self.points)),
            points_moves=tuple(self.points_moves),
            customer_fields=tuple(
                _field_row(self.company_id, customer_id, self.fields[customer_id, field])
                for customer_id, field in sorted(self.fields)
            ),
            alarms=tuple(self.alarms),
            written_off=tuple(self.written_off.values()),
            points_spends=tuple(self.points_spends),
            grants=tuple(self.grants),
            facts=tuple(self.facts),
            stock_counts=tuple(self.counts[key] for key in sorted(self.counts)),
            clearings=tuple(self.clearings),
        )

    def take_rows(self) -> RowChanges:
        """The rows that belong to single receipts and movements, and forget them; sums stay."""
        taken = RowChanges(
            sales=tuple(self.sales),
            lines=tuple(self.lines),
            taxes=tuple(self.taxes),
            tenders=tuple(self.tenders),
            stock_movements=tuple(self.stock_movements),
            points_moves=tuple(self.points_moves),
            points_spends=tuple(self.points_spends),
        )
        for rows in (self.sales, self.lines, self.taxes, self.tenders, self.stock_movements):
            rows.clear()
        self.points_moves.clear()
        self.points_spends.clear()
        return taken

    def add_points(
        self,
        customer_id: CustomerId,
        *,
        opening: int = 0,
        earned: int = 0,
        spent: int = 0,
        taken_back: int = 0,
        granted: int = 0,
    ) -> None:
        """To a customer's account."""
        held = self.points.get(customer_id) or Points(self.company_id, customer_id)
        self.points[customer_id] = Points(
            self.company_id,
            customer_id,
            held.opening + opening,
            held.earned + earned,
            held.spent + spent,
            held.taken_back + taken_back,
            held.granted + granted,
        )

    def add_count(self, count: StockCount) -> None:
        """The count that has seen most stays. What is counted has a sum of movements, be it 0."""
        key = (count.store_id, count.item_id)
        held = self.counts.get(key)
        self.counts[key] = count if held is None else newer_count(held, count)
        self.on_hand[StoreId(count.store_id), count.item_id] += 0

    def add_customer(self, changed: CustomerChanged) -> None:
        """Fields meet what was collected before: the newer one stays (sync.protocol.conflict)."""
        for change in changed.fields:
            key = (changed.customer_id, change.field)
            held = self.fields.get(key)
            self.fields[key] = change if held is None else newer(held, change)


def fold_events(company_id: CompanyId, events: Iterable[Event]) -> RowChanges:
    """What these events of stores of one company change, all together."""
    into = Fold(company_id)
    for event in events:
        fold_event(into, event)
    return into.changes()


def fold_event(into: Fold, event: Event) -> None:
    """One more event."""
    own = fact_id(event.fact, event.event_id)
    if own.kind != SALE_KIND:
        epoch, seq = event.epoch, event.seq
        row = CountedFact(event.store_id, own.kind, own.id, epoch.number, epoch.fingerprint, seq)
        into.facts.append(row)
    match event.fact:
        case RetailTransaction() as sale:
            _sale(into, event, sale)
        case TillSessionOpened() as opened:
            _till_opened(into, event, opened)
        case TillMovedFact() as moved:
            into.moved[event.store_id, moved.till_session_id] += moved.amount_minor
        case TillSessionSettled() as settled:
            _till_settled(into, event, settled)
        case BusinessDayOpened() as day:
            _day(into, event, day.business_date, opened_seq=event.seq)
        case BusinessDayClosed() as day:
            manifest = encode(day.manifest)
            _day(into, event, day.business_date, closed_seq=event.seq, manifest=manifest)
        case StockMoved() as stock:
            _stock(into, event, stock.business_date, stock.kind.value, stock.lines)
        case CustomerChanged() as changed:
            into.add_customer(_believed(event, changed))
        case AlarmRaised() as alarm:
            raised = (alarm.alarm_id, alarm.kind, alarm.subject, alarm.detail, event.occurred_at_ms)
            place = (event.epoch.number, event.epoch.fingerprint, event.seq)
            into.alarms.append(StoreAlarm(event.store_id, *raised, *place))
        case StockTransferred() as transferred:
            kind = f"transfer_{transferred.direction.value}"
            _stock(into, event, transferred.business_date, kind, transferred.lines)
        case BusinessDayReopened() as day:
            _day(into, event, day.business_date, reopened_seq=event.seq)
        case StockCounted() as counted:
            for count in counts_of(event.store_id, event.epoch, event.seq, counted):
                into.add_count(count)
        case AlarmCleared() as cleared:
            told = (cleared.alarm_id, cleared.cleared_by, cleared.reason)
            into.clearings.append(AlarmClearing(event.store_id, *told))
        case IdAbandoned() | DeviceRecorded():
            return
        case _ as never:
            assert_never(never)


def _sale(into: Fold, event: Event, sale: RetailTransaction) -> None:
    taken = sale.take_back
    into.sales.append(
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
    _sale_parts(into, event, sale)
    if sale.training:
        return
    into.tallies[event.store_id, sale.business_date].add(sale)
    for line in sale.lines:
        into.on_hand[event.store_id, line.item_id] -= line.quantity_milli
    if sale.customer_id is not None:
        _sale_points(into, event, sale.customer_id, sale)


def _sale_parts(into: Fold, event: Event, sale: RetailTransaction) -> None:
    store_id, sale_id, day = event.store_id, event.event_id, sale.business_date
    for line in sale.lines:
        into.lines.append(
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
        into.taxes.append(SaleTax(store_id, sale_id, *group, day, tax.net_minor, tax.tax_minor))
    for number, tender in enumerate(sale.tenders, start=1):
        named = (tender.tender_id, tender.name, tender.kind)
        what = (*named, tender.amount_minor, tender.reference, tender.points)
        into.tenders.append(SaleTender(store_id, sale_id, number, day, *what))


def _sale_points(
    into: Fold, event: Event, customer_id: CustomerId, sale: RetailTransaction
) -> None:
    earned = sale.points_earned
    spent = sum(tender.points for tender in sale.tenders)
    taken_back = sale.take_back.points if sale.take_back else 0
    debt = sale.take_back.debt if sale.take_back else 0
    if not (earned or spent or taken_back or debt):
        return
    _spends(into, event, customer_id, sale)
    into.add_points(
        customer_id,
        earned=earned,
        spent=spent,
        taken_back=taken_back,
        granted=earned - spent - (taken_back - debt),
    )
    moved = (customer_id, earned, spent, taken_back, debt)
    into.points_moves.append(PointsMove(event.store_id, event.event_id, *moved))


def _spends(into: Fold, event: Event, customer_id: CustomerId, sale: RetailTransaction) -> None:
    """What the receipt took from each right, whether anybody ever gave it or not."""
    taken: defaultdict[tuple[UUID, int], int] = defaultdict(int)
    in_take_back = sale.take_back.spends if sale.take_back else ()
    for spend in (*(one for tender in sale.tenders for one in tender.spends), *in_take_back):
        taken[spend.root, spend.line] += spend.points
    for (root, line_no), points in taken.items():
        row = (event.store_id, event.event_id, root, line_no, customer_id, points)
        into.points_spends.append(PointsSpend(*row))


def _believed(event: Event, changed: CustomerChanged) -> CustomerChanged:
    """A stamp counts as no later than its arrival, and a clock's tolerance: a wild clock wins
    nothing for longer than it is wild. Of several stamps beyond it the later event's is newer. The
    arrival is head office's own and is kept, so every fold says the same."""
    latest_ms = min(event.received_at_ms + CLOCK_TOLERANCE_MS, WALL_MS_MAX)
    latest = Hlc(latest_ms << COUNTER_BITS | event.seq & COUNTER_MAX)
    fields = tuple(
        structs.replace(change, hlc=latest) if wall_ms(change.hlc) > latest_ms else change
        for change in changed.fields
    )
    return structs.replace(changed, fields=fields)


def _till_opened(into: Fold, event: Event, opened: TillSessionOpened) -> None:
    into.tills_opened.append(
        TillOpened(
            event.store_id,
            opened.till_session_id,
            opened.till_id,
            opened.workstation_id,
            opened.operator_id,
            opened.business_date,
            opened.float_minor,
        )
    )
    into.tallies[event.store_id, opened.business_date].add(opened)


def _till_settled(into: Fold, event: Event, settled: TillSessionSettled) -> None:
    counts = (settled.expected_cash_minor, settled.counted_cash_minor)
    into.tills_settled.append(TillSettled(event.store_id, settled.till_session_id, *counts))
    into.tallies[event.store_id, settled.business_date].add(settled)


def _day(
    into: Fold,
    event: Event,
    business_date: date,
    opened_seq: int | None = None,
    closed_seq: int | None = None,
    manifest: bytes | None = None,
    reopened_seq: int | None = None,
) -> None:
    """The first opening and the last closing and reopening of a date hold: events come in the order
    of seq. A closing before a reopening is none."""
    key = (event.store_id, business_date, event.epoch.number, event.epoch.fingerprint)
    day = into.days.get(key) or Day(*key, None, None, None, None)
    if opened_seq is not None and day.opened_seq is None:
        day = day._replace(opened_seq=opened_seq)
    if closed_seq is not None:
        day = day._replace(closed_seq=closed_seq, manifest=manifest)
    if reopened_seq is not None:
        day = day._replace(closed_seq=None, manifest=None, reopened_seq=reopened_seq)
    into.days[key] = day


def _stock(
    into: Fold,
    event: Event,
    business_date: date | None,
    kind: str,
    lines: tuple[StockLine, ...],
) -> None:
    """Stock that came or went without a sale."""
    for number, line in enumerate(lines, start=1):
        into.on_hand[event.store_id, line.item_id] += line.quantity_milli
        what = (business_date, line.item_id, kind, line.quantity_milli)
        place = (event.epoch.number, event.epoch.fingerprint, event.seq)
        row = StockMovement(event.store_id, event.event_id, number, *what, *place)
        into.stock_movements.append(row)
    if business_date is not None:
        into.tallies[event.store_id, business_date].add(event.fact)


def _day_figures(tallies: dict[tuple[StoreId, date], Tally]) -> tuple[DayFigure, ...]:
    """Zeros too: which rows exist must not depend on how the events were cut into sets."""
    rows = [
        DayFigure(store_id, business_date, figure.name, figure.amount)
        for (store_id, business_date), tally in tallies.items()
        for figure in figures(tally.totals())
    ]
    return tuple(sorted(rows))


def _field_row(company_id: UUID, customer_id: UUID, change: FieldChange) -> CustomerField:
    what = (change.field, change.hlc, change.source, change.value, change.sealed)
    return CustomerField(company_id, customer_id, *what)
