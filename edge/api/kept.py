"""What tills kept comes home: offered, then given back in pieces. Nobody need be signed in for it,
and it may be repeated at will: nothing is taken twice."""

from typing import Any

import litestar
from litestar import post

from edge.api.described import accepts
from edge.api.guard import workstation_of
from edge.api.limits import KEPT_BYTES_MAX, OFFERS_BYTES_MAX
from edge.api.parameters import TheBox
from edge.db.lineage import epoch_keys
from edge.usecases.kept.give_back import (
    GiveBackKept,
    KeptGivenBack,
    Outcome,
    all_later,
    give_back_kept,
)
from edge.usecases.kept.offer import OfferedKept, OfferKept, offer_kept, unproven
from sync.http.body import read_body

Request = litestar.Request[Any, Any, Any]


@post(
    "/kept/offers",
    status_code=200,
    request_max_body_size=OFFERS_BYTES_MAX,
    operation_class=accepts(OfferKept),
)
async def offer(request: Request, box: TheBox) -> OfferedKept:
    """How it stands here with events that a till kept: which are wanted, and which head office has,
    so that the till may forget them in time."""
    asked = await read_body(request, OfferKept)
    unknown = await box.reader.read(lambda db: unproven(db, asked))
    if unknown:
        await box.asker.ask_lineage(unknown)
    return await box.reader.read(lambda db: offer_kept(db, asked))


@post(
    "/kept",
    status_code=200,
    request_max_body_size=KEPT_BYTES_MAX,
    operation_class=accepts(GiveBackKept),
)
async def give_back(request: Request, box: TheBox) -> KeptGivenBack:
    """Give envelopes back that are wanted. What is refused is no better when it is sent again."""
    asked, workstation_id = await read_body(request, GiveBackKept), workstation_of(request)
    if not await box.reader.read(epoch_keys) and not await box.asker.ask_lineage(()):
        return all_later(asked)
    moment = box.clock.moment()
    given = await box.writer.run(lambda db: give_back_kept(db, asked, workstation_id, moment))
    box.nudge.set()
    if any(one.outcome is Outcome.LATER for one in given.outcomes):
        await box.asker.ask_lineage(())  # head office may have heard of that epoch since
    return given


ROUTES = (offer, give_back)
