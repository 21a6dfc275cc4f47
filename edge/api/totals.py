"""What the store's own rows add up to, to be held against head office's.

``totals`` and each receipt's are the msgspec JSON of ``sync.protocol.figures.Totals`` (an array in
the order of its fields), ``figures`` the same by name, for people.
"""

import sqlite3
from datetime import date
from typing import Annotated, Any
from uuid import UUID

import litestar
import msgspec
from litestar import get
from litestar.params import QueryParameter

from edge.api.guard import caller_of
from edge.api.parameters import DateInQuery, IdInQuery, TheBox
from edge.api.written import Described
from edge.box.box import Box
from edge.db.store import read_settings
from edge.db.tills import any_till_open
from edge.db.totals import RECEIPTS_MAX, read_receipts, read_totals
from edge.domain.box import SettingsMissing
from edge.domain.till import CountedBlind
from sync.engine.journal import acknowledged, read_head
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
    ``decimals`` of the amounts, null until the store's settings have arrived.
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


class ReceiptsAnswer(msgspec.Struct, frozen=True):
    """A page in the order of sale ids; ``after`` names the next one, null at the end."""

    receipts: tuple[Receipt, ...]
    after: UUID | None


@get("/totals", operation_class=Described)
async def totals(
    request: litestar.Request[Any, Any, Any], box: TheBox, business_date: DateInQuery = None
) -> TotalsAnswer:
    """Of one business date, or of everything."""
    blind = _counts_blind(request)
    return await box.reports.read(lambda db: _totals(db, box, business_date, blind=blind))


def _totals(
    db: sqlite3.Connection, box: Box, business_date: date | None, *, blind: bool
) -> TotalsAnswer:
    head, counted = read_head(db), read_totals(db, business_date)
    hidden = blind and any_till_open(db, business_date)
    return TotalsAnswer(
        box.enrolment.store_code,
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
    )


def _decimals(db: sqlite3.Connection) -> int | None:
    try:
        return read_settings(db).decimals
    except SettingsMissing:
        return None


def _counts_blind(request: litestar.Request[Any, Any, Any]) -> bool:
    """A workstation does; whoever opens the folder's socket owns the box and may see everything."""
    return caller_of(request) is not None


@get("/totals/receipts", operation_class=Described)
async def receipts(
    request: litestar.Request[Any, Any, Any],
    box: TheBox,
    business_date: DateInQuery = None,
    after: IdInQuery = None,
    limit: Annotated[int, QueryParameter(ge=1, le=RECEIPTS_MAX)] = RECEIPTS_MAX,
) -> ReceiptsAnswer:
    """Each receipt's figures, page by page."""
    blind, last = _counts_blind(request), None if after is None else SaleId(after)

    def look(db: sqlite3.Connection) -> tuple[Receipt, ...]:
        if blind and any_till_open(db, business_date):
            raise CountedBlind
        return read_receipts(db, business_date, limit, last)

    page = await box.reports.read(look)
    return ReceiptsAnswer(page, page[-1].sale_id if len(page) == limit else None)


ROUTES = (totals, receipts)
