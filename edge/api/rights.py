"""More points than this store may spend: head office is asked while the customer waits."""

from typing import Annotated, Any, Literal
from uuid import UUID

import litestar
import msgspec
from litestar import get, post

from edge.api.described import Described, accepts
from edge.api.limits import SALE_BYTES_MAX
from edge.api.parameters import IdInPath, TheBox
from edge.db.sale_reads import points_here
from edge.domain.fields import Request
from sync.http.body import read_body
from sync.protocol.bounds import FIGURE_MAX
from sync.protocol.escrow import RightKind
from sync.protocol.identity import CustomerId


class AskForPoints(Request, frozen=True):
    """``points``: how many more are wanted than can be spent here."""

    customer_id: CustomerId
    points: Annotated[int, msgspec.Meta(ge=1, le=FIGURE_MAX)]


class PointsAsked(msgspec.Struct, frozen=True):
    """``granted``: so many more can be spent here now, ``points_here`` in all. ``outcome``:
    ``granted``, ``refused`` (there are no more anywhere to give), or ``away``: head office did not
    answer in time."""

    customer_id: UUID
    granted: int
    points_here: int
    outcome: Literal["granted", "refused", "away"]


@post(
    "/points/asks",
    status_code=200,
    request_max_body_size=SALE_BYTES_MAX,
    operation_class=accepts(AskForPoints),
)
async def ask_for_points(request: litestar.Request[Any, Any, Any], box: TheBox) -> PointsAsked:
    """Ask head office for points of a customer, before they are tendered. It takes a few seconds at
    most, and the sale goes on whatever comes of it."""
    asked = await read_body(request, AskForPoints)
    kind = RightKind.POINTS.value
    outcome = await box.asker.ask_for_right(kind, asked.customer_id, asked.points)
    here = await box.reader.read(lambda db: points_here(db, asked.customer_id))
    word: Literal["granted", "refused", "away"] = "granted" if outcome.granted else "refused"
    if outcome.away:
        word = "away"
    return PointsAsked(asked.customer_id, outcome.granted, here, word)


class PointsInAll(msgspec.Struct, frozen=True):
    """``points_in_all``: what the customer has, wherever it may be spent, as far as head office
    heard; ``points_to_ask_for``: so many of them head office could give this store now. Both None:
    it did not say in time."""

    customer_id: UUID
    points_in_all: int | None
    points_to_ask_for: int | None


@get("/points/{customer_id:uuid}", operation_class=Described)
async def read_points(customer_id: IdInPath, box: TheBox) -> PointsInAll:
    """Ask head office what a customer has in all; it takes a few seconds at most."""
    stated = await box.asker.ask_for_account(RightKind.POINTS.value, customer_id)
    if stated is None:
        return PointsInAll(customer_id, None, None)
    return PointsInAll(customer_id, stated.balance, stated.free)


ROUTES = (ask_for_points, read_points)
