"""What the store's own rows add up to, to be held against head office's.

Whoever counts a drawer does so ``blind``: while a till that belongs to the figures is open, no
amount is shown from which its expected cash could be worked out.
"""

import sqlite3
from datetime import date
from uuid import UUID

import msgspec

from edge.db.journal import acknowledged, read_head
from edge.db.store import read_settings
from edge.db.tills import any_till_open
from edge.db.totals import read_receipts, read_recovered, read_totals
from edge.domain.box import SettingsMissing
from edge.domain.till import CountedBlind
from sync.protocol.figures import Totals, figures
from sync.protocol.identity import SaleId
from sync.protocol.manifest import Receipt

AMOUNT = "minor"
"""The unit of figures from which expected cash could be worked out."""


class NamedFigure(msgspec.Struct, frozen=True):
    """One figure by its name; ``unit`` is minor, milli, count or points."""

    name: str
    amount: int
    unit: str


class TotalsAnswer(msgspec.Struct, frozen=True):
    """A day, or (``business_date`` null) everything; where the journal stood in the same snapshot.
    ``totals`` is null, and no amount is among ``figures``, while a till that belongs to them is
    open and a workstation asks: whoever counts a drawer does so without knowing what is expected.
    ``decimals`` of the amounts, null until the store's settings have arrived. ``recovered``: of the
    same figures, those of receipts that came home from another epoch; null as ``totals`` is.
    """

    store_code: str
    business_date: date | None
    epoch: str
    last_seq: int
    head_hash: str
    acknowledged_through: int
    totals: Totals | None
    figures: tuple[NamedFigure, ...]
    decimals: int | None
    recovered: Totals | None


class ReceiptsAnswer(msgspec.Struct, frozen=True):
    """A page in the order of sale ids; ``after`` names the next one, null at the end."""

    receipts: tuple[Receipt, ...]
    after: UUID | None


def add_up(
    db: sqlite3.Connection, store_code: str, business_date: date | None, *, blind: bool
) -> TotalsAnswer:
    """Of one business date, or of everything."""
    head, counted = read_head(db), read_totals(db, business_date)
    hidden = blind and any_till_open(db, business_date)
    return TotalsAnswer(
        store_code,
        business_date,
        str(head.epoch),
        head.seq,
        head.hash.hex(),
        acknowledged(db),
        None if hidden else counted,
        tuple(
            NamedFigure(*figure)
            for figure in figures(counted)
            if not (hidden and figure.unit == AMOUNT)
        ),
        _decimals(db),
        None if hidden else read_recovered(db, business_date),
    )


def add_up_receipts(
    db: sqlite3.Connection,
    business_date: date | None,
    after: UUID | None,
    limit: int,
    *,
    blind: bool,
) -> ReceiptsAnswer:
    """Each receipt's figures, ``limit`` of them behind ``after``. Raises CountedBlind."""
    if blind and any_till_open(db, business_date):
        raise CountedBlind
    page = read_receipts(db, business_date, limit, None if after is None else SaleId(after))
    return ReceiptsAnswer(page, page[-1].sale_id if len(page) == limit else None)


def _decimals(db: sqlite3.Connection) -> int | None:
    try:
        return read_settings(db).decimals
    except SettingsMissing:
        return None
