"""How a request that writes is answered: once for each id that its client made.

What is compared are the body's bytes, with the address and the calling workstation; the first
answer has the route's own status, a repeated one 200 (``edge/usecases/answer_once.py``).
"""

import sqlite3
from collections.abc import Callable
from typing import Any, TypeVar
from uuid import UUID

import litestar
import msgspec
from litestar import Response
from litestar.status_codes import HTTP_200_OK, HTTP_201_CREATED

from edge.api.guard import caller_of
from edge.box.box import Box
from edge.usecases.answer_once import Asked, answer_once, digest_of
from sync.engine.journal import Moment
from sync.http.body import decode_body, raw_body

R = TypeVar("R", bound=msgspec.Struct)
T = TypeVar("T", bound=msgspec.Struct)


async def once(
    request: litestar.Request[Any, Any, Any],
    box: Box,
    kind: type[R],
    answer_kind: type[T],
    id_of: Callable[[R], UUID],
    carry_out: Callable[[sqlite3.Connection, R, Moment], T],
    *,
    customer_of: Callable[[R], UUID] | None = None,
) -> Response[T]:
    """Read the body as a ``kind`` and carry it out in one unit of work, unless it was already.

    Raises WrongContentType, NotJson, InvalidField, RequestIdReused, RequestIdTaken, and what
    ``carry_out`` raises.
    """
    raw = await raw_body(request)
    body = decode_body(raw, kind)
    digest = digest_of(request.method, request.url.path, caller_of(request) or "", raw)
    asked, moment = Asked(id_of(body), digest), box.clock.moment()
    customer_id = None if customer_of is None else customer_of(body)
    answered = await box.writer.run(
        lambda db: answer_once(
            db,
            asked,
            answer_kind,
            lambda: carry_out(db, body, moment),
            customer_id=customer_id,
        )
    )
    box.nudge.set()
    made = request.route_handler.status_code or HTTP_201_CREATED
    return Response(answered.answer, status_code=HTTP_200_OK if answered.repeated else made)
