"""What a business day comes to, for whoever looks after the shop: its figures as the store counts
them, of the whole, of each workstation and of each till, and the rows under each figure.

Whoever may not see expected cash counts ``blind`` (``add_up.py``): while a till of the day is open
no amount is shown from which its expected cash could be worked out.
"""

import sqlite3
from collections.abc import Iterator, Sequence
from datetime import date
from typing import NamedTuple

from edge.db.cash import day_cash
from edge.db.day_rows import DayReceipt, Whose, day_movements, day_receipts
from edge.db.days import BusinessDay, can_reopen, dates_beside, find_day
from edge.db.suspended import SuspendedBasket, suspended_baskets
from edge.db.tills import TillSession, any_till_open, sessions_of_day
from edge.db.totals import TILL, WORKSTATION, Part, read_parts, read_totals
from edge.domain.business_day import DayState, UnknownBusinessDay
from edge.domain.forgotten_day import NOBODY
from edge.domain.till import CountedBlind, TillState, UnknownTillSession
from edge.domain.workstation import UnknownWorkstation
from edge.usecases.day.add_up import AMOUNT
from sync.protocol.figures import (
    DEPOSITED,
    FIGURES,
    MOVED,
    OPENED,
    SAFE_COUNTED,
    SETTLED,
    DayFigure,
    Per,
    Reading,
    Totals,
    owed_minor,
    readings,
)
from sync.protocol.identity import SaleId

NOTHING = Totals()
TOTAL = DayFigure("total", "Total", AMOUNT, "owed_minor", word="owed")
"""What customers owed: it stands above the table of figures, and adds up like one."""


class DayPart(NamedTuple):
    """A workstation's or a till session's part: ``session`` of a till."""

    name: str
    totals: Totals
    session: TillSession | None = None


class DayLook(NamedTuple):
    """``totals``: of whom was asked for. ``hidden``: no amount is among the figures. ``beside``:
    the days before and after."""

    day: BusinessDay
    totals: Totals
    figures: tuple[Reading, ...]
    hidden: bool
    workstations: tuple[DayPart, ...]
    tills: tuple[DayPart, ...]
    beside: tuple[date | None, date | None]
    suspended: tuple[SuspendedBasket, ...]
    reopenable: bool

    @property
    def open_tills(self) -> tuple[TillSession, ...]:
        """Those that keep the day from being closed."""
        sessions = (one.session for one in self.tills if one.session is not None)
        return tuple(one for one in sessions if one.state is TillState.OPEN)

    @property
    def uncounted(self) -> tuple[TillSession, ...]:
        """Those that were settled and nobody counted."""
        sessions = (one.session for one in self.tills if one.session is not None)
        return tuple(one for one in sessions if not one.counted)

    @property
    def closed_itself(self) -> bool:
        """Whether nobody closed it."""
        return self.day.closed_by == NOBODY


class FigureRow(NamedTuple):
    """What adds to a figure: a receipt (``sale_id``), a till, or goods that moved without either.
    ``what``: a till's or an item's name, or the word of a movement."""

    number: str
    sale_id: SaleId | None
    workstation_id: str
    operator_id: str
    at_ms: int
    what: str
    amount: int


def look_into(db: sqlite3.Connection, business_date: date, whose: Whose, *, blind: bool) -> DayLook:
    """Raises UnknownBusinessDay, UnknownWorkstation, UnknownTillSession (who did nothing then)."""
    day = _day(db, business_date)
    hidden = blind and any_till_open(db, business_date)
    sessions = {one.till_session_id.bytes: one for one in sessions_of_day(db, business_date)}
    stations = read_parts(db, business_date, WORKSTATION)
    tills = read_parts(db, business_date, TILL)
    totals = _totals_of(db, business_date, whose, (stations, tills))
    closed = day.state is DayState.CLOSED
    return DayLook(
        day,
        totals,
        tuple(_shown(totals, hidden=hidden)),
        hidden,
        tuple(DayPart(str(name), each) for name, each in stations.items()),
        tuple(DayPart(one.till_id, tills.get(key, NOTHING), one) for key, one in sessions.items()),
        dates_beside(db, business_date),
        () if closed else suspended_baskets(db),
        closed and can_reopen(db, business_date),
    )


def _day(db: sqlite3.Connection, business_date: date) -> BusinessDay:
    found = find_day(db, business_date)
    if found is None:
        raise UnknownBusinessDay(business_date)
    return found


def _totals_of(
    db: sqlite3.Connection,
    business_date: date,
    whose: Whose,
    parts: tuple[dict[Part, Totals], dict[Part, Totals]],
) -> Totals:
    stations, tills = parts
    if whose.till_session_id is not None:
        found = tills.get(whose.till_session_id.bytes)
        if found is None:
            raise UnknownTillSession(whose.till_session_id)
        return found
    if whose.workstation_id is not None:
        found = stations.get(whose.workstation_id)
        if found is None:
            raise UnknownWorkstation(whose.workstation_id)
        return found
    return read_totals(db, business_date)


def _shown(totals: Totals, *, hidden: bool) -> Iterator[Reading]:
    """The total first, then every figure; while drawers are counted blind no amount."""
    for one in (Reading(TOTAL, None, None, owed_minor(totals)), *readings(totals)):
        if not (hidden and one.figure.unit == AMOUNT):
            yield one


def rows_of(
    db: sqlite3.Connection, business_date: date, whose: Whose, asked: Reading, *, blind: bool
) -> tuple[FigureRow, ...]:
    """Everything that adds to a figure (``asked``, whose amount is not looked at), in the order of
    time: the amounts add up to it. Raises UnknownBusinessDay, CountedBlind."""
    _day(db, business_date)
    figure = asked.figure
    if blind and figure.unit == AMOUNT and any_till_open(db, business_date):
        raise CountedBlind
    if {OPENED, SETTLED} & set(figure.kinds) or figure.per is Per.COUNT:
        return tuple(_till_rows(db, business_date, whose, asked))
    if {MOVED, SAFE_COUNTED, DEPOSITED} & set(figure.kinds):
        return tuple(_cash_rows(db, business_date, whose, asked))
    rows = [
        row
        for receipt in day_receipts(db, business_date, whose)
        for row in _receipt_rows(receipt, asked)
    ]
    if figure.unit == "milli" and whose == Whose():
        rows += [
            FigureRow("", None, "", "", one.moved_at_ms, f"{one.kind} {one.item_id}", one[2])
            for one in day_movements(db, business_date)
        ]
    return tuple(sorted(rows, key=lambda row: row.at_ms))


def _receipt_rows(receipt: DayReceipt, asked: Reading) -> Iterator[FigureRow]:
    amount = _amount(receipt.totals, asked)
    if amount:
        head = (receipt.receipt_number, *receipt[:1], *receipt[2:5])
        yield FigureRow(*head, "void" if receipt.is_void else "", amount)


def _till_rows(
    db: sqlite3.Connection, business_date: date, whose: Whose, asked: Reading
) -> Iterator[FigureRow]:
    parts = read_parts(db, business_date, TILL)
    for one in sessions_of_day(db, business_date):
        if whose.workstation_id not in (None, one.workstation_id):
            continue
        if whose.till_session_id not in (None, one.till_session_id):
            continue
        settled = SETTLED in asked.figure.kinds or asked.figure.per is Per.COUNT
        if settled and one.state is TillState.OPEN:
            continue
        at_ms = (one.settled_at_ms if settled else one.opened_at_ms) or 0
        amount = _amount(parts.get(one.till_session_id.bytes, NOTHING), asked)
        who = one.settled_by if settled and one.settled_by else one.operator_id
        yield FigureRow("", None, one.workstation_id, who, at_ms, one.till_id, amount)


def _cash_rows(
    db: sqlite3.Connection, business_date: date, whose: Whose, asked: Reading
) -> Iterator[FigureRow]:
    """These figures are the store's, and no workstation's."""
    if whose != Whose():
        return
    for one in day_cash(db, business_date):
        match one.kind:
            case "safe_count":
                kind, amount = SAFE_COUNTED, one.safe_minor
            case "deposit":
                kind, amount = DEPOSITED, -one.safe_minor
            case "float" | "settled" | "carried":
                continue
            case _:
                kind, amount = MOVED, one.till_minor
        if kind in asked.figure.kinds:
            what = " ".join(word for word in (one.kind, one.bag_number, one.reason) if word)
            yield FigureRow("", None, "", one.operator_id, one.moved_at_ms, what, amount)


def _amount(totals: Totals, asked: Reading) -> int:
    if asked.figure is TOTAL:
        return owed_minor(totals)
    same: Sequence[int] = [one.amount for one in readings(totals) if one[:3] == asked[:3]]
    return sum(same)


def figure_named(slug: str, part: str | None, rate_bp: int | None) -> Reading | None:
    """The figure of an address, with no amount; None for one that is none."""
    for figure in (TOTAL, *FIGURES):
        if figure.slug == slug and (figure.per is Per.ACCOUNT) == (part is None):
            return Reading(figure, part, rate_bp, 0)
    return None
