"""What the store's own rows add up to, to be held against head office's.

``totals`` and each receipt's are the msgspec JSON of ``sync.protocol.manifest.Totals`` (an array in
the order of its fields), ``figures`` the same by name, for people.
"""

import sqlite3
from datetime import date
from typing import Annotated
from uuid import UUID

import msgspec
from litestar import get
from litestar.params import QueryParameter

from edge.api.parameters import DateInQuery, IdInQuery, TheBox
from edge.api.written import Described
from edge.box import Box
from edge.db.store import read_settings
from edge.db.totals import RECEIPTS_MAX, read_receipts, read_totals
from edge.domain.errors import SettingsMissing
from sync.engine.journal import acknowledged, read_head
from sync.protocol.identity import SaleId
from sync.protocol.manifest import Receipt, Totals, figures


class NamedFigure(msgspec.Struct, frozen=True):
    """One figure by its name; ``unit`` is minor, milli, count or points."""

    name: str
    amount: int
    unit: str


class TotalsAnswer(msgspec.Struct, frozen=True):
    """A day, or (``business_date`` null) everything; where the journal stood in the same
    snapshot. ``decimals`` of the amounts, null until the store's settings have arrived."""

    store_code: str
    business_date: date | None
    epoch: str
    last_seq: int
    head_hash: str
    acknowledged_through: int
    totals: Totals
    figures: tuple[NamedFigure, ...]
    decimals: int | None


class ReceiptsAnswer(msgspec.Struct, frozen=True):
    """A page in the order of sale ids; ``after`` names the next one, null at the end."""

    receipts: tuple[Receipt, ...]
    after: UUID | None


@get("/totals", operation_class=Described)
async def totals(box: TheBox, business_date: DateInQuery = None) -> TotalsAnswer:
    """Of one business date, or of everything."""
    return await box.reports.read(lambda db: _totals(db, box, business_date))


def _totals(db: sqlite3.Connection, box: Box, business_date: date | None) -> TotalsAnswer:
    head, counted = read_head(db), read_totals(db, business_date)
    return TotalsAnswer(
        box.enrolment.store_code,
        business_date,
        str(head.epoch),
        head.seq,
        head.hash.hex(),
        acknowledged(db),
        counted,
        tuple(NamedFigure(*figure) for figure in figures(counted)),
        _decimals(db),
    )


def _decimals(db: sqlite3.Connection) -> int | None:
    try:
        return read_settings(db).decimals
    except SettingsMissing:
        return None


@get("/totals/receipts", operation_class=Described)
async def receipts(
    box: TheBox,
    business_date: DateInQuery = None,
    after: IdInQuery = None,
    limit: Annotated[int, QueryParameter(ge=1, le=RECEIPTS_MAX)] = RECEIPTS_MAX,
) -> ReceiptsAnswer:
    """Each receipt's figures, page by page."""
    last = None if after is None else SaleId(after)
    page = await box.reports.read(lambda db: read_receipts(db, business_date, limit, last))
    return ReceiptsAnswer(page, page[-1].sale_id if len(page) == limit else None)


ROUTES = (totals, receipts)
