"""Collects the rows that facts and decisions make, merged as their projections say."""

from collections import defaultdict
from collections.abc import Callable
from datetime import date
from functools import partial
from typing import Any

from central.projections.projection import New, Projection, Row
from central.projections.row_changes import RowChanges
from central.projections.rows import PROJECTIONS
from central.projections.rows.day import DayFigure
from central.projections.rows.stock import OnHand
from sync.protocol.figures import Tally, readings
from sync.protocol.identity import CompanyId, StoreId

_MERGED = tuple(one for one in PROJECTIONS if not isinstance(one.merge, New))


class Fold:
    """``put`` rows, ``changes`` gives them. What nearly every receipt adds to is added up here and
    made rows of at the end: days' figures (``tallies``), and ``on_hand``: how much moved of an
    item, and how often."""

    def __init__(self, company_id: CompanyId) -> None:
        self.company_id = company_id
        self.tallies: defaultdict[tuple[StoreId, date], Tally] = defaultdict(Tally)
        self.on_hand: defaultdict[tuple[StoreId, str], list[int]] = defaultdict(lambda: [0, 0])
        self._new: dict[type[Row], list[Row]]
        self._new = {one.row: [] for one in PROJECTIONS if isinstance(one.merge, New)}
        self._merged: dict[type[Row], dict[tuple[Any, ...], Row]]
        self._merged = {one.row: {} for one in _MERGED}
        self._put: dict[type[Row], Callable[[Row], None]]
        self._put = {kind: rows.append for kind, rows in self._new.items()}
        self._put |= {one.row: partial(_meet, one, self._merged[one.row]) for one in _MERGED}

    def put(self, row: Row) -> None:
        """One more row; it meets those that were put before."""
        self._put[type(row)](row)

    def changes(self) -> RowChanges:
        """Everything collected; rows that merge in the order of their keys."""
        for (store_id, item_id), (milli, entries) in self.on_hand.items():
            self.put(OnHand(store_id, item_id, milli, entries))
        for (store_id, business_date), tally in self.tallies.items():
            # Zeros too: which rows exist must not depend on how the events were cut into sets.
            for one in readings(tally.totals()):
                row = (store_id, business_date, one.name, one.amount, tally.entries(one))
                self.put(DayFigure(*row))
        self.on_hand.clear()
        self.tallies.clear()
        merged = {kind: [rows[key] for key in sorted(rows)] for kind, rows in self._merged.items()}
        return RowChanges(self._new | merged)

    def take_many(self) -> RowChanges:
        """The rows of projections that have many, and forget them; the others stay."""
        taken = RowChanges({one.row: self._new[one.row] for one in PROJECTIONS if one.many})
        for kind in taken:
            self._new[kind].clear()
        return taken


def _meet(projection: Projection, rows: dict[tuple[Any, ...], Row], row: Row) -> None:
    key = row[: projection.key]
    rows[key] = projection.merged(rows[key], row) if key in rows else row
