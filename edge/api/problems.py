"""Every error that leaves the store server over HTTP, as an RFC 9457 problem document.

A Refusal's status stands on its class; whatever else can go wrong is mapped here. Bad input never
gives a 500; what nobody expected does, without internals, and is logged. This is the HTTP border:
with the background loop the only place that catches everything.
"""

from typing import Any

import msgspec
import structlog
from litestar import Request, Response
from litestar.exceptions import (
    HTTPException,
    InternalServerException,
    ValidationException,
)
from litestar.types import ExceptionHandlersMap

from edge.db.connection.errors import (
    CommitUnknown,
)
from sync.http.body import in_words
from sync.http.later import Later
from sync.http.logs import route_of
from sync.protocol.errors import (
    InvalidField,
    Refusal,
)

MEDIA_TYPE = "application/problem+json"
TYPE_PREFIX = "urn:holdfast:problem:"

log = structlog.get_logger()


class NotPaired(Refusal, slug="not-paired", status=401, title="The workstation is not paired"):
    """No token of a paired workstation came with the request."""


class WrongHost(Refusal, slug="wrong-host", status=421, title="The request is for another host"):
    """The request names another host: a page from elsewhere may have sent it (DNS rebinding)."""


_BY_STATUS: dict[int, tuple[str, str, str]] = {
    400: ("bad-request", "The request cannot be understood", "Correct the request."),
    401: ("not-paired", "The workstation is not paired", "Pair it: `edge pair`."),
    404: ("not-found", "There is nothing at this address", "Check the address."),
    405: ("method-not-allowed", "The address does not take this method", "See the Allow header."),
    413: ("too-large", "The body is too large", "Send less at once: see the route's limit."),
}


class Problem(msgspec.Struct, frozen=True, omit_defaults=True):
    """RFC 9457, with ``field`` (the member of the request) and ``remedy`` (what to do next)."""

    type: str
    title: str
    status: int
    detail: str
    remedy: str
    field: str | None = None


def problem_of(error: Refusal | CommitUnknown) -> Problem:
    """A refusal as a document."""
    return Problem(
        type=TYPE_PREFIX + error.slug,
        title=error.title,
        status=error.status,
        detail=error.detail,
        remedy=error.remedy,
        field=error.field if isinstance(error, Refusal) else None,
    )


def answer(problem: Problem, headers: dict[str, str] | None = None) -> Response[bytes]:
    """The document as a response."""
    return Response(
        msgspec.json.encode(problem),
        status_code=problem.status,
        media_type=MEDIA_TYPE,
        headers=headers,
    )


def _refusal(_request: Request[Any, Any, Any], error: Exception) -> Response[bytes]:
    assert isinstance(error, Refusal | CommitUnknown)  # noqa: S101 - what it is registered for
    problem = problem_of(error)
    if isinstance(error, Later):
        return answer(problem, {"Retry-After": str(error.retry_after_s)})
    if problem.status >= 500:
        log.error("refused", type=problem.type, detail=problem.detail)
    headers = {"WWW-Authenticate": "Bearer"} if problem.status == 401 else None
    return answer(problem, headers)


def _http(request: Request[Any, Any, Any], error: Exception) -> Response[bytes]:
    """What Litestar itself refuses: no such address, wrong method, too large, bad parameter."""
    assert isinstance(error, HTTPException)  # noqa: S101 - what it is registered for
    if isinstance(error, ValidationException):
        return answer(_parameter(error))
    if isinstance(error, InternalServerException):
        if error.detail == "client disconnected prematurely":
            return answer(_standard(400, "The connection ended before the body did."))
        return _unexpected(request, error)
    allowed = (error.headers or {}).get("allow")
    headers = None if allowed is None else {"Allow": allowed}
    return answer(_standard(error.status_code, _DETAIL.get(error.status_code)), headers)


_DETAIL = {
    404: "No route of this store server has this path, or the id in it is malformed.",
    405: "This path exists, but not with this method.",
    413: "The body is larger than this route takes; nothing of it was kept.",
}


def _standard(status: int, detail: str | None) -> Problem:
    slug, title, remedy = _BY_STATUS.get(status, _BY_STATUS[400])
    return Problem(TYPE_PREFIX + slug, title, status, detail or title + ".", remedy)


def _parameter(error: ValidationException) -> Problem:
    """A parameter of the path, query or headers that is missing or not valid."""
    found = error.extra if isinstance(error.extra, list) else []
    first = found[0] if found and isinstance(found[0], dict) else {}
    key, message = first.get("key"), first.get("message", "a parameter is not valid")
    invalid = InvalidField(
        f"{key or 'a parameter'}: {in_words(str(message))}",
        remedy="Correct the parameter and send the request again.",
        field=str(key) if key else None,
    )
    return problem_of(invalid)


def _unexpected(request: Request[Any, Any, Any], error: Exception) -> Response[bytes]:
    log.error(
        "unexpected",
        method=request.method,
        route=route_of(request.scope),
        exc_info=error,
    )
    return answer(
        Problem(
            TYPE_PREFIX + "internal",
            "Something went wrong in the store server",
            500,
            "It was written down on the store server. If this was a sale, look its id up.",
            "Look the id up, then send the same request again; tell support if it stays.",
        )
    )


EXCEPTION_HANDLERS: ExceptionHandlersMap = {
    Refusal: _refusal,
    CommitUnknown: _refusal,
    HTTPException: _http,
    Exception: _unexpected,
}
