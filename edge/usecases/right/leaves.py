"""Which leaves to take goods back may be used here now (``sync/protocol/leaves.py``)."""

import sqlite3
from collections.abc import Iterable, Mapping
from typing import NamedTuple
from uuid import UUID

from edge.db.days import find_open_day
from edge.db.stated_receipts import Leave, leaves_here
from edge.db.store import read_settings, today
from sync.engine.journal import Moment
from sync.protocol.identity import SaleId
from sync.protocol.leaves import is_in_time


class LeavesNow(NamedTuple):
    """``in_time``: may be used. ``in_doubt``: are here, and this box does not know what day it is.
    One whose last day is over is in neither."""

    in_time: Mapping[SaleId, Leave]
    in_doubt: Mapping[SaleId, Leave]

    @property
    def read_under(self) -> dict[SaleId, UUID]:
        """Of those that may be used, the right under which the receipt's lines were read."""
        return {of: one.request_id for of, one in self.in_time.items() if one.read_under_it}


def leaves_now(db: sqlite3.Connection, sale_ids: Iterable[SaleId], moment: Moment) -> LeavesNow:
    """Of these receipts. Raises SettingsMissing where one has an end."""
    here = list(leaves_here(db, sale_ids))
    if all(leave.until is None for _, leave in here):
        return LeavesNow(dict(here), {})
    now_ms = moment.sure_ms
    if now_ms is None:
        without = {of: leave for of, leave in here if leave.until is None}
        return LeavesNow(without, {of: leave for of, leave in here if of not in without})
    date = today(read_settings(db), now_ms)
    day = find_open_day(db)
    business_date = date if day is None else day.business_date
    in_time = {of: leave for of, leave in here if is_in_time(leave.until, business_date, date)}
    return LeavesNow(in_time, {})
