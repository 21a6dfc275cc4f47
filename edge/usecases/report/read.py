"""A report of the shop over a span of business dates, beside the days that it is compared with; and
the receipts under each of its figures.

Whoever may not see expected cash reads ``blind`` (``edge/usecases/day/add_up.py``): while a till of
these dates is open, no amount is shown from which its expected cash could be worked out.
"""

import sqlite3
from collections.abc import Mapping
from datetime import date, timedelta
from typing import NamedTuple

from edge.db.costs import put_right_on
from edge.db.days import newest_date
from edge.db.reports import (
    BY_NAME,
    RECEIPTS,
    TOTAL,
    Column,
    Group,
    ReceiptUnder,
    Report,
    is_any_till_open,
    read_groups,
    read_taken,
    read_whole,
    receipts_under,
)
from edge.db.store import read_settings, today
from edge.domain.span import Against, Span, days_between
from edge.domain.till import CountedBlind
from edge.usecases.day.add_up import AMOUNT
from sync.engine.journal import Moment
from sync.protocol.errors import NotFound
from sync.protocol.money import divide_half_up
from sync.protocol.reference import StoreSettings

SPAN_DAYS_MAX = 400
BY_DAY = "day"
"""The report whose keys are dates."""
_TENTHS = 1_000


class Beside(NamedTuple):
    """The main figure of the days that a row is compared with, and by how many tenths of a percent
    this one is above (None: there was nothing)."""

    amount: int
    change_tenths: int | None


class Row(NamedTuple):
    """``amounts`` as the look's columns; ``average``: what a receipt comes to."""

    key: str | None
    label: str
    amounts: tuple[int, ...]
    average: int | None
    beside: Beside | None


class ReportLook(NamedTuple):
    """``columns``: those that are shown. ``against``: the span that it is compared with.
    ``hidden``: amounts are not. ``archived``: receipts whose own words this box keeps no more.
    ``put_right``: what costs that were heard of later added to the cost of sales (None: the report
    does not ask)."""

    report: Report
    settings: StoreSettings
    span: Span
    against: Span | None
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    whole: Row
    hidden: bool
    archived: int
    put_right: int | None = None


def report_named(name: str) -> Report:
    """Raises NotFound."""
    found = BY_NAME.get(name)
    if found is None:
        raise NotFound(f"There is no report {name}.", remedy="Choose one on the page of reports.")
    return found


def last_day(db: sqlite3.Connection, moment: Moment) -> date:
    """The newest business day, else today on the shop's wall. Raises SettingsMissing."""
    return newest_date(db) or today(read_settings(db), moment.now_ms)


def read_report(
    db: sqlite3.Connection,
    name: str,
    span: Span,
    against: Against | None,
    *,
    blind: bool,
) -> ReportLook:
    """Beside the days that it is compared with, if any. Raises NotFound, SettingsMissing,
    SpanTooLong."""
    report, settings = report_named(name), read_settings(db)
    days = 0 if against is None else days_between(span, against)
    other = span.moved(-days) if days else None
    hidden = blind and any(is_any_till_open(db, each) for each in (span, other) if each is not None)
    columns = tuple(one for one in report.columns if not (hidden and one.unit == AMOUNT))
    now, archived = _counted(db, report, span, settings)
    then = None if other is None else _counted(db, report, other, settings)[0]
    reading = _Reading(report, columns, now, then, days)
    return ReportLook(
        *(report, settings, span, other, columns, reading.rows(), reading.whole(), hidden),
        archived,
        _put_right(db, span) if report.costs and not hidden else None,
    )


def _put_right(db: sqlite3.Connection, span: Span) -> int:
    return sum(one.difference_minor for one in put_right_on(db, span.first, span.last))


class _Counted(NamedTuple):
    """A span's groups by their keys, and all of it."""

    groups: Mapping[str, Group]
    whole: tuple[int, ...]


def _counted(
    db: sqlite3.Connection, report: Report, span: Span, settings: StoreSettings
) -> tuple[_Counted, int]:
    taken = read_taken(db, report, span)
    where = (db, report, span, settings.zone, taken)
    groups = {one.key: one for one in read_groups(*where)}
    return _Counted(groups, read_whole(*where)), taken.archived


class _Reading(NamedTuple):
    """What is counted, and how it is read: ``then``: of so many ``days`` before."""

    report: Report
    columns: tuple[Column, ...]
    now: _Counted
    then: _Counted | None
    days: int

    def rows(self) -> tuple[Row, ...]:
        """Each key of either span: what is sold no more shows as nothing."""
        groups = dict(self.now.groups)
        before = {} if self.then is None else {self._later(one): one for one in self.then.groups}
        nothing = (0,) * len(self.report.columns)
        if self.then is not None:
            for key, was in before.items():
                groups.setdefault(key, Group(key, self.then.groups[was].label, nothing))
        made = [self._row(one, self._was(before.get(one.key))) for one in groups.values()]
        place = self._place(self.report.main)
        if self.report.by_key or place is None:
            return tuple(sorted(made, key=lambda row: row.key or ""))
        return tuple(sorted(made, key=lambda row: (-row.amounts[place], row.key or "")))

    def whole(self) -> Row:
        """All of it together."""
        was = None if self.then is None else self.then.whole
        return self._row(Group("", "", self.now.whole), was)._replace(key=None)

    def _place(self, name: str) -> int | None:
        """Where a column stands among those that are shown."""
        names = [one.name for one in self.columns]
        return names.index(name) if name in names else None

    def _later(self, key: str) -> str:
        """A day's counterpart; everything else is its own."""
        if self.report.name != BY_DAY:
            return key
        return (date.fromisoformat(key) + timedelta(days=self.days)).isoformat()

    def _was(self, key: str | None) -> tuple[int, ...] | None:
        if self.then is None:
            return None
        group = None if key is None else self.then.groups.get(key)
        return (0,) * len(self.report.columns) if group is None else group.amounts

    def _row(self, group: Group, was: tuple[int, ...] | None) -> Row:
        names = [one.name for one in self.report.columns]
        of = dict(zip(names, group.amounts, strict=True))
        average = beside = None
        if self.report.average and self._place(TOTAL.name) is not None:
            receipts = of[RECEIPTS.name]
            average = divide_half_up(of[TOTAL.name], receipts) if receipts else 0
        if was is not None and self._place(self.report.main) is not None:
            there = was[self.report.columns.index(self.report.compared)]
            beside = Beside(there, _change(of[self.report.main], there))
        amounts = tuple(of[one.name] for one in self.columns)
        return Row(group.key, group.label, amounts, average, beside)


def _change(now: int, then: int) -> int | None:
    return divide_half_up((now - then) * _TENTHS, then) if then > 0 else None


def receipts_of(
    db: sqlite3.Connection,
    name: str,
    column: str,
    key: str | None,
    span: Span,
    *,
    blind: bool,
) -> tuple[ReceiptUnder, ...]:
    """What adds up to a figure. Raises NotFound, CountedBlind, SettingsMissing."""
    report, settings = report_named(name), read_settings(db)
    asked = report.column(column)
    if asked is None:
        raise NotFound(f"There is no figure {column}.", remedy="Choose one on the report's page.")
    if blind and asked.unit == AMOUNT and is_any_till_open(db, span):
        raise CountedBlind
    taken = read_taken(db, report, span)
    return receipts_under(db, report, asked, key, span, settings.zone, taken)
