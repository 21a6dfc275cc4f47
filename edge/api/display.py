"""The customer's display on a device of its own: its till tells the box what to show, and the box
tells the display, which learns nothing else.

The display asks for what is other than it knows, and is answered when there is such (edge/box/
displays.py): so a line is there as soon as the till has it, and nobody asks in vain. The one thing
that it says is what the customer answers to the till's question after a tip; the till asks for it
the same way, and decides itself what becomes of it.
"""

from typing import Annotated, Any

import litestar
from litestar import get, post
from litestar.params import QueryParameter

from edge.api.described import Described, accepts
from edge.api.guard import workstation_of
from edge.api.limits import SALE_BYTES_MAX
from edge.api.pairing import PairedAnswer, pair_as
from edge.api.parameters import QUERY_CHARACTERS_MAX, TheBox
from edge.domain.display import Answered, Showing, Shown, TipSaid
from edge.domain.workstation import WorkstationKind, till_before
from edge.usecases.workstation.pair import PairWorkstation
from sync.http.body import read_body
from sync.protocol.text import TEXT_PATTERN

NUMBER_MAX = 1 << 53
"""What JavaScript counts exactly."""
Request = litestar.Request[Any, Any, Any]


@post("/display/pair", status_code=200, operation_class=accepts(PairWorkstation))
async def pair(request: Request, box: TheBox) -> PairedAnswer:
    """Open to whoever has a code that was made for a display."""
    return await pair_as(request, box, WorkstationKind.DISPLAY)


@post(
    "/display/tell",
    status_code=204,
    request_max_body_size=SALE_BYTES_MAX,
    operation_class=accepts(Shown),
)
async def tell(request: Request, box: TheBox) -> None:
    """What the calling till shows its customers from now on; nothing of it is kept."""
    box.displays.tell(workstation_of(request), await read_body(request, Shown))


@get("/display/shown", operation_class=Described)
async def shown(
    request: Request,
    box: TheBox,
    after: Annotated[int, QueryParameter(ge=0, le=NUMBER_MAX)] = 0,
) -> Showing:
    """What is shown before the till of the calling display, as soon as it is other than
    ``after``."""
    return await box.displays.after(till_before(workstation_of(request)), after)


@post("/display/answer", status_code=204, operation_class=accepts(TipSaid))
async def answer(request: Request, box: TheBox) -> None:
    """What the customer touched at the calling display. 409 ``tip-not-asked`` where its till does
    not ask that now."""
    box.displays.say(till_before(workstation_of(request)), await read_body(request, TipSaid))


@get("/display/answered", operation_class=Described)
async def answered(
    request: Request,
    box: TheBox,
    question: Annotated[str, QueryParameter(max_length=QUERY_CHARACTERS_MAX, pattern=TEXT_PATTERN)],
    after: Annotated[int, QueryParameter(ge=0, le=NUMBER_MAX)] = 0,
) -> Answered:
    """What was said at the calling till's display to a question of it, as soon as it is other than
    ``after``."""
    return await box.displays.answered(workstation_of(request), question, after)


OPEN_ROUTES = (pair,)
DISPLAY_ROUTES = (shown, answer)
ROUTES = (tell, answered)
