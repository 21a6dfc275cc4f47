"""What the store's own rows add up to.

``totals`` and each receipt's are the msgspec JSON of ``sync.protocol.figures.Totals`` (an array in
the order of its fields), ``figures`` the same by name, for people.
"""

from typing import Annotated, Any

import litestar
from litestar import get
from litestar.params import QueryParameter

from edge.api.allowed import allow, may
from edge.api.described import Described
from edge.api.guard import caller_of
from edge.api.parameters import DateInQuery, IdInQuery, TheBox
from edge.box.box import Box
from edge.db.totals import RECEIPTS_MAX
from edge.usecases.day.add_up import ReceiptsAnswer, TotalsAnswer, add_up, add_up_receipts
from sync.protocol.permissions import Permission


@get("/totals", operation_class=Described)
async def totals(
    request: litestar.Request[Any, Any, Any], box: TheBox, business_date: DateInQuery = None
) -> TotalsAnswer:
    """Of one business date, or of everything."""
    blind, code = await _counts_blind(request, box), box.enrolment.store_code
    return await box.reports.read(lambda db: add_up(db, code, business_date, blind=blind))


@get("/totals/receipts", operation_class=Described)
async def receipts(
    request: litestar.Request[Any, Any, Any],
    box: TheBox,
    business_date: DateInQuery = None,
    after: IdInQuery = None,
    limit: Annotated[int, QueryParameter(ge=1, le=RECEIPTS_MAX)] = RECEIPTS_MAX,
) -> ReceiptsAnswer:
    """Each receipt's figures, page by page."""
    blind = await _counts_blind(request, box)
    return await box.reports.read(
        lambda db: add_up_receipts(db, business_date, after, limit, blind=blind)
    )


async def _counts_blind(request: litestar.Request[Any, Any, Any], box: Box) -> bool:
    """A workstation does, but for who may see expected cash; whoever opens the folder's socket owns
    the box and may see everything. Raises PermissionNeeded."""
    await allow(request, box, Permission.SEE_REPORTS)
    sees = await may(request, box, Permission.SEE_EXPECTED_CASH)
    return caller_of(request) is not None and not sees


ROUTES = (totals, receipts)
