"""The people of the shop, for whoever looks after it: who works here, is signed in where, or is
locked out; what was overridden, and how often each did what deserves a look, beside the shop's
average."""

import sqlite3
from collections.abc import Collection, Mapping
from datetime import date, datetime, time, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from edge.db.acts import (
    OF_RECEIPTS,
    Act,
    AtWork,
    Counted,
    Deed,
    acts_between,
    at_work,
    counted_by_operator,
    receipts_counted,
)
from edge.db.approvals import Waiting, list_waiting
from edge.db.lockouts import of_operator, read_tries
from edge.db.operators import ActiveOperator, find_role, list_operators
from edge.db.sessions import SignedInAt, signed_in_now
from edge.db.store import read_settings, today
from edge.domain.lockout import OF_OPERATOR, wait_ms
from edge.domain.span import Span, span_of
from sync.engine.journal import Moment
from sync.protocol.errors import NotFound
from sync.protocol.money import MILLI, divide_half_up

SPAN_DAYS = 7
"""That are looked at unless somebody asks for others."""
SPAN_DAYS_MAX = 92
_HUNDRED, _TENTHS, _MILLI_OF_TENTH = 100, 10, 100
LOOKED_AT = ("voids", "refunds", "no_sales", "removed_lines", "price_overrides")
"""Fields of ``Counted``, in the order of the report."""
OVERRIDES = frozenset({"override_given", "override_refused"})
FEW = 3
"""Fewer of anything say nothing about anybody."""
OFTEN = 2
"""Times the shop's average: worth a look."""


class Person(NamedTuple):
    """Somebody who works here. ``locked_ms``: for so long no PIN of theirs is looked at."""

    operator: ActiveOperator
    role_name: str
    signed_in: tuple[SignedInAt, ...]
    locked_ms: int


class Rate(NamedTuple):
    """How often, and how often in a hundred receipts (``milli``); ``stands_out``: well above the
    shop's average."""

    times: int
    per_100_milli: int | None
    stands_out: bool = False


class ReportLine(NamedTuple):
    """One operator, or (no name) all of them together."""

    operator_id: str | None
    receipts: int
    rates: tuple[Rate, ...]


class PeopleLook(NamedTuple):
    """``report``: the worst first; ``shop``: all together. ``roster``: who worked at which till.
    ``waiting``: what waits for somebody's word now, whatever the span."""

    span: Span
    people: tuple[Person, ...]
    overrides: tuple[Act, ...]
    report: tuple[ReportLine, ...]
    shop: ReportLine
    roster: tuple[AtWork, ...]
    waiting: tuple[Waiting, ...]


def look_over(
    db: sqlite3.Connection, first: date | None, last: date | None, moment: Moment
) -> PeopleLook:
    """The last SPAN_DAYS days unless ``first`` or ``last`` are said. Raises SettingsMissing,
    SpanTooLong."""
    settings = read_settings(db)
    span = _span(first, last, today(settings, moment.now_ms))
    acts = acts_between(db, *span, *_edges(span, settings.zone))
    counted = counted_by_operator(db, *span, acts)
    overrides = tuple(one for one in reversed(acts) if one.act in OVERRIDES)
    roster = at_work(db, *span)
    rest = (roster, list_waiting(db))
    return PeopleLook(span, _people(db, moment), overrides, *report_of(counted), *rest)


def deeds_of(
    db: sqlite3.Connection, operator_id: str, what: str, first: date, last: date
) -> tuple[Deed, ...]:
    """What one of LOOKED_AT counts of somebody: their ``times`` add up to it. Raises NotFound,
    SettingsMissing, SpanTooLong."""
    if what not in LOOKED_AT:
        raise NotFound(f"Nothing is counted as {what}.", remedy="Choose a figure on the page.")
    span = span_of(first, last, SPAN_DAYS_MAX)
    if what in OF_RECEIPTS:
        return receipts_counted(db, what, operator_id, *span)
    acts = acts_between(db, *span, *_edges(span, read_settings(db).zone))
    return tuple(
        Deed(one.at_ms, one.workstation_id or "", one.lines or 1, reason=one.reason)
        for one in acts
        if one.operator_id == operator_id and _is_counted(one, what)
    )


def _is_counted(act: Act, what: str) -> bool:
    return act.act == "no_sale" if what == "no_sales" else act.lines > 0


def report_of(counted: Mapping[str, Counted]) -> tuple[tuple[ReportLine, ...], ReportLine]:
    """By operator, the worst first; and all of them together."""
    shop = _line(None, _added(counted.values()), None)
    lines = [_line(who, each, shop) for who, each in counted.items()]
    return tuple(sorted(lines, key=_worst_first)), shop


def _span(first: date | None, last: date | None, today_here: date) -> Span:
    until = last or today_here
    since = first or until - timedelta(days=SPAN_DAYS - 1)
    return span_of(since, until, SPAN_DAYS_MAX)


def _edges(span: Span, zone: str) -> tuple[int, int]:
    """UTC ms of its first and last moments on the shop's wall."""
    at = [
        datetime.combine(day, time.min, ZoneInfo(zone))
        for day in (span.first, span.last + timedelta(days=1))
    ]
    begin, end = (int(one.timestamp()) * MILLI for one in at)
    return begin, end - 1


def _people(db: sqlite3.Connection, moment: Moment) -> tuple[Person, ...]:
    signed_in = signed_in_now(db)
    return tuple(
        Person(
            one,
            find_role(db, one.operator_id)[1].name,
            tuple(each for each in signed_in if each.operator_id == one.operator_id),
            wait_ms(read_tries(db, of_operator(one.operator_id)), OF_OPERATOR, moment.steady_ms),
        )
        for one in list_operators(db)
    )


def _added(all_of_them: Collection[Counted]) -> Counted:
    return Counted(*map(sum, zip(*all_of_them, strict=True))) if all_of_them else Counted()


def _line(who: str | None, counted: Counted, shop: ReportLine | None) -> ReportLine:
    rates = []
    for place, name in enumerate(LOOKED_AT):
        count: int = getattr(counted, name)
        per_100 = _per_100_milli(count, counted.receipts)
        usual = None if shop is None else shop.rates[place].per_100_milli
        rates.append(Rate(count, per_100, _stands_out(count, per_100, usual)))
    return ReportLine(who, counted.receipts, tuple(rates))


def _per_100_milli(count: int, receipts: int) -> int | None:
    """To a tenth: ``2.3`` of a hundred."""
    return (
        divide_half_up(count * _HUNDRED * _TENTHS, receipts) * _MILLI_OF_TENTH if receipts else None
    )


def _stands_out(count: int, per_100_milli: int | None, usual_milli: int | None) -> bool:
    """Without receipts of their own whoever did something stands out by that."""
    if usual_milli is None or count < FEW:
        return False
    return per_100_milli is None or per_100_milli > OFTEN * usual_milli


def _worst_first(line: ReportLine) -> tuple[int, str]:
    return -sum(rate.stands_out for rate in line.rates), line.operator_id or ""
