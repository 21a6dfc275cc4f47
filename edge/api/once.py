"""A route that writes, described by one function: what is read, what it is carried out by, what it
answers. Each is answered once for each id that its client made.

What is compared are the body's bytes, with the address and the calling workstation; the first
answer has the route's own status, a repeated one 200 (``edge/usecases/request/answer_once.py``).
"""

import inspect
import sqlite3
from collections.abc import Callable
from typing import Any, NamedTuple, TypeVar, get_type_hints
from uuid import UUID

import litestar
import msgspec
from litestar import Response
from litestar.handlers import HTTPRouteHandler
from litestar.status_codes import HTTP_200_OK, HTTP_201_CREATED

from edge.api.described import accepts
from edge.api.guard import caller_of, refuse_other_operator, session_of
from edge.api.parameters import TheBox
from edge.box.box import Box
from edge.domain.rights import Override
from edge.domain.suspended import SuspendedAtClose
from edge.usecases.request.answer_once import Asked, answer_once, digest_of
from sync.engine.journal import Moment
from sync.http.body import decode_body, raw_body
from sync.protocol.identity import WorkstationId

R = TypeVar("R", bound=msgspec.Struct)
T = TypeVar("T", bound=msgspec.Struct)
_NOT_IN_PATH = frozenset({"db", "asked", "at", "drawn"})
_PERSON = "customer_id"
_OPERATOR = "operator_id"
_OVERRIDE = "override_id"
Request = litestar.Request[Any, Any, Any]


class At(NamedTuple):
    """When it is asked, at which workstation (none where the folder's owner asks), and with whose
    word, where the body names an ``override_id`` that stands. ``suspended_at_close``: as the box is
    set."""

    moment: Moment
    workstation_id: WorkstationId
    override: Override | None = None
    suspended_at_close: SuspendedAtClose = SuspendedAtClose.CARRY


def writes(
    verb: Callable[..., Callable[[Any], HTTPRouteHandler]],
    path: str,
    *,
    request_id: str = "event_id",
    drawing: Callable[[], object] | None = None,
    **options: Any,
) -> Callable[[Callable[..., msgspec.Struct]], HTTPRouteHandler]:
    """The route of a function ``(db, asked, at, …) → answer``: its body is what ``asked`` is
    annotated as, which has the member ``request_id``; what follows ``at`` stands in the path.

    ``drawing``: randomness for it (``drawn``), outside the unit of work that may run twice. An
    answer to somebody who names a ``customer_id`` holds personal fields, and goes with them.
    """

    def described(carry_out: Callable[..., msgspec.Struct]) -> HTTPRouteHandler:
        hints = get_type_hints(carry_out, include_extras=True)
        kind, answer_kind = hints["asked"], hints.pop("return")
        in_path = {name: hints[name] for name in hints if name not in _NOT_IN_PATH}

        async def answer(request: Request, box: Box, **named: Any) -> Response[Any]:
            drawn = {} if drawing is None else {"drawn": drawing()}
            return await once(
                request,
                box,
                kind,
                answer_kind,
                lambda asked: getattr(asked, request_id),
                lambda db, asked, at: carry_out(db, asked, at, **named, **drawn),
                customer_of=lambda asked: named.get(_PERSON) or getattr(asked, _PERSON, None),
            )

        _present(answer, carry_out, {"request": Request, "box": TheBox, **in_path}, answer_kind)
        return verb(path, operation_class=accepts(kind), **options)(answer)

    return described


def _present(
    answer: Any, carry_out: Callable[..., Any], takes: dict[str, Any], answer_kind: type
) -> None:
    """``answer`` under the name and words of ``carry_out``, with what it takes from a request."""
    returns = Response[answer_kind]  # type: ignore[valid-type]  # known when it is described
    answer.__name__ = answer.__qualname__ = carry_out.__name__
    answer.__doc__, answer.__module__ = carry_out.__doc__, carry_out.__module__
    answer.__annotations__ = {**takes, "return": returns}
    keyword = inspect.Parameter.KEYWORD_ONLY
    parameters = [inspect.Parameter(name, keyword, annotation=of) for name, of in takes.items()]
    answer.__signature__ = inspect.Signature(parameters, return_annotation=returns)


async def once(
    request: Request,
    box: Box,
    kind: type[R],
    answer_kind: type[T],
    id_of: Callable[[R], UUID],
    carry_out: Callable[[sqlite3.Connection, R, At], T],
    *,
    customer_of: Callable[[R], UUID | None] = lambda _: None,
) -> Response[T]:
    """Read the body as a ``kind`` and carry it out in one unit of work, unless it was already.

    Raises WrongContentType, NotJson, InvalidField, RequestIdReused, RequestIdTaken, and what
    ``carry_out`` raises.
    """
    raw, caller = await raw_body(request), WorkstationId(caller_of(request) or "")
    body = decode_body(raw, kind)
    asked = Asked(id_of(body), digest_of(request.method, request.url.path, caller, raw))
    moment, customer_id = box.clock.moment(), customer_of(body)
    named: UUID | None = getattr(body, _OVERRIDE, None)
    with box.overrides.using(named, session_of(request)) as override:
        at = At(moment, caller, override, box.settings.suspended_at_close)

        def carry_out_now(db: sqlite3.Connection) -> T:
            operator_id = getattr(body, _OPERATOR, None)
            if operator_id is not None:  # whoever is signed in may ask for an answer again
                refuse_other_operator(request, operator_id)
            return carry_out(db, body, at)

        answered = await box.writer.run(
            lambda db: answer_once(
                db, asked, answer_kind, lambda: carry_out_now(db), customer_id=customer_id
            )
        )
    box.nudge.set()
    made = request.route_handler.status_code or HTTP_201_CREATED
    return Response(answered.answer, status_code=HTTP_200_OK if answered.repeated else made)
