"""Rows of the projections as plain values, and what a set of facts changes in them.

Each class has the columns of its table in ``central.db.projected``, in their order (a test holds
them together). Folds make them, an archive writes them; nothing here knows a database.
"""

from datetime import date
from typing import NamedTuple, TypeAlias
from uuid import UUID


class Sale(NamedTuple):
    """Table ``sale``."""

    store_id: UUID
    sale_id: UUID
    epoch_number: int
    epoch_fingerprint: bytes
    seq: int
    receipt_number: str
    workstation_id: str
    till_session_id: UUID
    operator_id: str
    business_date: date
    tendered_at_ms: int
    customer_id: UUID | None
    currency: str
    total_minor: int
    rounding_minor: int
    change_minor: int
    points_earned: int
    points_taken_back: int
    points_debt: int
    training: bool


class SaleLine(NamedTuple):
    """Table ``sale_line``."""

    store_id: UUID
    sale_id: UUID
    line_no: int
    business_date: date
    item_id: str
    description: str
    unit: str
    scan_code: str | None
    tax_class: str
    tax_rate_bp: int
    tax_included: bool
    tax_version: int
    price_version: int
    unit_price_minor: int
    unit_cost_minor: int | None
    quantity_milli: int
    extended_minor: int
    amount_minor: int
    tax_minor: int
    points: int
    original_sale_id: UUID | None
    original_line_no: int | None


class SaleTax(NamedTuple):
    """Table ``sale_tax``."""

    store_id: UUID
    sale_id: UUID
    is_return: bool
    tax_class: str
    tax_rate_bp: int
    tax_included: bool
    business_date: date
    net_minor: int
    tax_minor: int


class SaleTender(NamedTuple):
    """Table ``sale_tender``; numbered from 1 in the fact's order."""

    store_id: UUID
    sale_id: UUID
    tender_no: int
    business_date: date
    tender_id: str
    name: str
    kind: str
    amount_minor: int
    reference: str | None
    points: int


class DayFigure(NamedTuple):
    """Table ``day_total``: to add to the figure."""

    store_id: UUID
    business_date: date
    figure: str
    amount: int


class Day(NamedTuple):
    """Table ``business_day``: the parts that are not None take effect; the first opening and the
    last closing and reopening of a date hold, and a closing that was followed by a reopening is
    none."""

    store_id: UUID
    business_date: date
    epoch_number: int
    epoch_fingerprint: bytes
    opened_seq: int | None
    closed_seq: int | None
    manifest: bytes | None
    reopened_seq: int | None


class TillOpened(NamedTuple):
    """A new row of ``till_session``."""

    store_id: UUID
    till_session_id: UUID
    till_id: str
    workstation_id: str
    operator_id: str
    business_date: date
    float_minor: int


class TillMoved(NamedTuple):
    """To add to ``till_session.moved_minor``."""

    store_id: UUID
    till_session_id: UUID
    moved_minor: int


class TillSettled(NamedTuple):
    """To set in ``till_session``."""

    store_id: UUID
    till_session_id: UUID
    expected_cash_minor: int
    counted_cash_minor: int


class TillSession(NamedTuple):
    """Table ``till_session``: what the three above add up to."""

    store_id: UUID
    till_session_id: UUID
    till_id: str
    workstation_id: str
    operator_id: str
    business_date: date
    float_minor: int
    moved_minor: int
    expected_cash_minor: int | None
    counted_cash_minor: int | None


class OnHand(NamedTuple):
    """Table ``stock_level``: to add."""

    store_id: UUID
    item_id: str
    on_hand_milli: int


class StockMovement(NamedTuple):
    """Table ``stock_movement``; lines from 1."""

    store_id: UUID
    event_id: UUID
    line_no: int
    business_date: date | None
    item_id: str
    kind: str
    quantity_milli: int
    epoch_number: int
    epoch_fingerprint: bytes
    seq: int


class StockCount(NamedTuple):
    """Table ``stock_count`` without what it works out itself: the count of an item that has seen
    most, and what it has seen."""

    store_id: UUID
    item_id: str
    epoch_number: int
    epoch_fingerprint: bytes
    seen_through: int
    seq: int
    parent_through: int
    counted_milli: int


class AlarmClearing(NamedTuple):
    """Table ``alarm_clearing``; the first of an alarm holds."""

    store_id: UUID
    alarm_id: UUID
    cleared_by: str
    reason: str


class Points(NamedTuple):
    """Table ``points_account``: to add."""

    company_id: UUID
    customer_id: UUID
    opening: int = 0
    earned: int = 0
    spent: int = 0
    taken_back: int = 0
    granted: int = 0

    def sums(self) -> dict[str, int]:
        """Without whose they are."""
        return dict(zip(self._fields[2:], self[2:], strict=True))


class PointsMove(NamedTuple):
    """Table ``points_move``."""

    store_id: UUID
    sale_id: UUID
    customer_id: UUID
    earned: int
    spent: int
    taken_back: int
    debt: int


class PointsSpend(NamedTuple):
    """Table ``points_spend``: what one receipt took from a right to spend, of both its tenders and
    its take-back. The right is (root, line_no): a receipt's line, or a grant and 0."""

    store_id: UUID
    sale_id: UUID
    root: UUID
    line_no: int
    customer_id: UUID
    points: int


class GrantGiven(NamedTuple):
    """Table ``grant_given``: a right that head office decided on."""

    store_id: UUID
    grant_id: UUID
    customer_id: UUID
    points: int


class CountedFact(NamedTuple):
    """Table ``counted_fact``: where a fact that is no sale counted, by its own id."""

    store_id: UUID
    kind: str
    fact_id: UUID
    epoch_number: int
    epoch_fingerprint: bytes
    seq: int


class CustomerField(NamedTuple):
    """Table ``customer_field``: holds if it is newer than what is there (sync.protocol.conflict).
    A field occurs once in a RowChanges."""

    company_id: UUID
    customer_id: UUID
    field: str
    hlc: int
    source: UUID
    value: str | None
    sealed: bytes | None


class StoreAlarm(NamedTuple):
    """Table ``store_alarm``. The last three: the event's place."""

    store_id: UUID
    alarm_id: UUID
    kind: str
    subject: str
    detail: str
    occurred_at_ms: int
    epoch_number: int
    epoch_fingerprint: bytes
    seq: int


class WrittenOff(NamedTuple):
    """Table ``written_off``: the one that reaches furthest holds, of two alike the later."""

    store_id: UUID
    epoch_number: int
    epoch_fingerprint: bytes
    through: int
    reason: str
    decided_by: str


class RowChanges(NamedTuple):
    """What a set of events or decisions changes. Sums are added up per key; sums and fields stand
    in the order of their keys, so that writers meet company-wide rows in one order."""

    sales: tuple[Sale, ...] = ()
    lines: tuple[SaleLine, ...] = ()
    taxes: tuple[SaleTax, ...] = ()
    tenders: tuple[SaleTender, ...] = ()
    day_figures: tuple[DayFigure, ...] = ()
    days: tuple[Day, ...] = ()
    tills_opened: tuple[TillOpened, ...] = ()
    tills_moved: tuple[TillMoved, ...] = ()
    tills_settled: tuple[TillSettled, ...] = ()
    on_hand: tuple[OnHand, ...] = ()
    stock_movements: tuple[StockMovement, ...] = ()
    points: tuple[Points, ...] = ()
    points_moves: tuple[PointsMove, ...] = ()
    customer_fields: tuple[CustomerField, ...] = ()
    alarms: tuple[StoreAlarm, ...] = ()
    written_off: tuple[WrittenOff, ...] = ()
    points_spends: tuple[PointsSpend, ...] = ()
    grants: tuple[GrantGiven, ...] = ()
    facts: tuple[CountedFact, ...] = ()
    stock_counts: tuple[StockCount, ...] = ()
    clearings: tuple[AlarmClearing, ...] = ()


TABLES = (
    "quarantine",
    "sale",
    "sale_line",
    "sale_tax",
    "sale_tender",
    "day_total",
    "business_day",
    "till_session",
    "stock_level",
    "stock_movement",
    "points_account",
    "points_move",
    "customer_field",
    "store_alarm",
    "written_off",
    "points_spend",
    "grant_given",
    "counted_fact",
    "stock_count",
    "alarm_clearing",
)
"""Every projection: emptied and made anew together."""

AnyRow: TypeAlias = (
    Sale
    | SaleLine
    | SaleTax
    | SaleTender
    | DayFigure
    | Day
    | TillOpened
    | TillMoved
    | TillSettled
    | OnHand
    | StockMovement
    | Points
    | PointsMove
    | CustomerField
    | StoreAlarm
    | WrittenOff
    | PointsSpend
    | GrantGiven
    | CountedFact
    | StockCount
    | AlarmClearing
)
