"""What a till page asks when it starts: the store, this workstation, who may sell, what is open."""

import sqlite3
from datetime import date
from typing import NamedTuple

import msgspec

from edge.db.days import BusinessDay, count_receipts, find_open_day
from edge.db.journal import read_head
from edge.db.operators import ActiveOperator, count_operators, list_operators
from edge.db.store import read_settings, today
from edge.db.tenders import ActiveTender, count_tenders, list_tenders
from edge.db.tills import LeftOpen, TillSession, find_left_open, find_open_till, open_sessions
from sync.engine.journal import Moment
from sync.protocol.denominations import denominations_of
from sync.protocol.identity import StoreId, TillId, WorkstationId


class OpenSession(msgspec.Struct, frozen=True):
    """A till that was not settled; nothing of its cash, which is counted blind."""

    till_id: TillId
    workstation_id: WorkstationId


class Counter(NamedTuple):
    """What the box is set to have where the till stands."""

    has_terminal: bool
    has_printer: bool
    sends_mail: bool
    invoice_above_minor: int


class TillAnswer(msgspec.Struct, frozen=True):
    """``today`` is the date in the store's zone. ``business_day`` and ``till_session``: what is
    open, the session this workstation's; null where nothing is. ``day_receipts``: how many the open
    day has so far, ``open_tills``: all of its tills that were not settled. ``operators_left`` and
    ``tenders_left``: how many more there are, by GET /till/operators and /till/tenders.
    ``epoch``: in which this box writes. ``left_open``: the session that this workstation sold in
    last at a box that is gone, as receipts say that came home. ``has_terminal``: a card terminal
    stands here; ``has_printer``: a receipt printer of the store server's does; ``sends_mail``:
    receipts go by e-mail. A receipt above ``invoice_above_minor`` is to be a full tax invoice for a
    registered buyer; null where the shop makes none, having no tax number. ``tips``: customers may
    give one. ``denominations``: the faces of the currency's notes and coins in minor units, the
    largest first."""

    workstation_id: WorkstationId
    store_id: StoreId
    store_code: str
    store_name: str
    currency: str
    decimals: int
    tax_included: bool
    cash_rounding_step_minor: int
    today: date
    operators: tuple[ActiveOperator, ...]
    tenders: tuple[ActiveTender, ...]
    business_day: BusinessDay | None
    till_session: TillSession | None
    day_receipts: int
    open_tills: tuple[OpenSession, ...]
    operators_left: int
    tenders_left: int
    epoch: str
    left_open: LeftOpen | None
    has_terminal: bool
    has_printer: bool
    sends_mail: bool
    invoice_above_minor: int | None
    tips: bool
    denominations: tuple[int, ...] = ()


def look_up_till(
    db: sqlite3.Connection,
    store_id: StoreId,
    workstation_id: WorkstationId,
    moment: Moment,
    counter: Counter,
) -> TillAnswer:
    """All of it as of one commit. Raises SettingsMissing, NotEnrolled."""
    session = find_open_till(db, workstation_id)
    settings, day = read_settings(db), find_open_day(db)
    operators, tenders = list_operators(db), list_tenders(db)
    open_tills = () if day is None else open_sessions(db, day.business_date)
    return TillAnswer(
        workstation_id=workstation_id,
        store_id=store_id,
        store_code=settings.store_code,
        store_name=settings.store_name,
        currency=settings.currency,
        decimals=settings.decimals,
        tax_included=settings.tax_included,
        cash_rounding_step_minor=settings.cash_rounding_step_minor,
        today=today(settings, moment.now_ms),
        operators=operators,
        tenders=tenders,
        business_day=day,
        till_session=session,
        day_receipts=0 if day is None else count_receipts(db, day.business_date),
        open_tills=tuple(OpenSession(each.till_id, each.workstation_id) for each in open_tills),
        operators_left=count_operators(db) - len(operators),
        tenders_left=count_tenders(db) - len(tenders),
        epoch=str(read_head(db).epoch),
        left_open=None if session is not None else find_left_open(db, workstation_id),
        has_terminal=counter.has_terminal,
        has_printer=counter.has_printer,
        sends_mail=counter.sends_mail,
        invoice_above_minor=counter.invoice_above_minor if settings.tax_number else None,
        tips=settings.tips,
        denominations=denominations_of(settings.currency),
    )
