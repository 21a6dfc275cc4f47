"""What a till page asks when it starts: the store, this workstation, who may sell, what is open."""

from typing import Any

import litestar
from litestar import get

from edge.api.described import Described
from edge.api.guard import workstation_of
from edge.api.parameters import Limit, Offset, TheBox
from edge.db.operators import OPERATORS_LISTED_MAX, ActiveOperator, list_operators
from edge.db.tenders import TENDERS_LISTED_MAX, ActiveTender, list_tenders
from edge.usecases.till.look_up import Counter, TillAnswer, look_up_till


@get("/till", operation_class=Described)
async def till(request: litestar.Request[Any, Any, Any], box: TheBox) -> TillAnswer:
    """Everything at once, of one commit."""
    workstation_id, moment = workstation_of(request), box.clock.moment()
    counter = Counter(
        has_terminal=box.terminals.has(workstation_id),
        has_printer=box.printers.has(workstation_id),
        sends_mail=box.settings.mail is not None,
        invoice_above_minor=box.settings.invoice_above_minor,
    )
    store_id = box.enrolment.store_id
    return await box.reader.read(
        lambda db: look_up_till(db, store_id, workstation_id, moment, counter)
    )


@get("/till/operators", operation_class=Described)
async def till_operators(
    box: TheBox, limit: Limit = OPERATORS_LISTED_MAX, offset: Offset = 0
) -> tuple[ActiveOperator, ...]:
    """Who may sell, by name, page by page; past the end there is nobody."""
    return await box.reader.read(lambda db: list_operators(db, limit, offset))


@get("/till/tenders", operation_class=Described)
async def till_tenders(
    box: TheBox, limit: Limit = TENDERS_LISTED_MAX, offset: Offset = 0
) -> tuple[ActiveTender, ...]:
    """Ways to pay, in head office's order, page by page; past the end there is none."""
    return await box.reader.read(lambda db: list_tenders(db, limit, offset))


ROUTES = (till, till_operators, till_tenders)
