"""Every error that leaves head office over HTTP, as an RFC 9457 problem document.

A Refusal's status stands on its class. Bad input never gives a 500; what nobody expected does,
without internals, and is logged. This is the HTTP border: with the background loop the only place
that catches everything.
"""

import re
from typing import Any

import msgspec
import structlog
from asyncpg import (
    CannotConnectNowError,
    DeadlockDetectedError,
    PostgresConnectionError,
    SerializationError,
    TooManyConnectionsError,
)
from litestar import Request, Response
from litestar.exceptions import HTTPException, InternalServerException, ValidationException
from litestar.types import ExceptionHandlersMap
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from central.archive.port import Contended
from sync.http.body import in_words
from sync.http.later import Later
from sync.http.logs import route_of
from sync.protocol.answers import PROBLEM_PREFIX
from sync.protocol.errors import (
    InvalidField,
    Refusal,
)

MEDIA_TYPE = "application/problem+json"
RETRY_AFTER_S = 5

log = structlog.get_logger()

_BY_STATUS: dict[int, tuple[str, str, str]] = {
    400: ("bad-request", "The request cannot be understood", "Correct the request."),
    401: ("not-signed-in", "Nobody is signed in", "Sign in, or send a token."),
    404: ("not-found", "There is nothing at this address", "Check the address."),
    405: ("method-not-allowed", "The address does not take this method", "See the Allow header."),
    413: ("too-large", "The body is too large", "Send less at once."),
}

_DETAIL = {
    404: "No route of head office has this path, or the id in it is malformed.",
    405: "This path exists, but not with this method.",
    413: "The body is larger than this route takes; nothing of it was kept.",
}


_SENT_AS = {"scope_name": "scope"}
"""Parameters that Litestar does not let a route name as they are sent."""
_MISSING = re.compile(r"Missing required \w+ parameter '(\w+)'")


class Problem(msgspec.Struct, frozen=True, omit_defaults=True):
    """RFC 9457, with ``field`` (the member of the request) and ``remedy`` (what to do next).
    ``expected_seq``, ``sealed_watermark`` and ``seq`` belong to verdicts on a batch."""

    type: str
    title: str
    status: int
    detail: str
    remedy: str
    field: str | None = None
    expected_seq: int | None = None
    sealed_watermark: int | None = None
    seq: int | None = None


def problem_of(error: Refusal) -> Problem:
    """A refusal as a document."""
    return Problem(
        type=PROBLEM_PREFIX + error.slug,
        title=error.title,
        status=error.status,
        detail=error.detail,
        remedy=error.remedy,
        field=error.field,
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
    assert isinstance(error, Refusal)  # noqa: S101  what it is registered for
    problem = problem_of(error)
    headers = {}
    if problem.status == 401:
        headers["WWW-Authenticate"] = "Bearer"
    if isinstance(error, Later):
        headers["Retry-After"] = str(error.retry_after_s)
    return answer(problem, headers)


def _http(request: Request[Any, Any, Any], error: Exception) -> Response[bytes]:
    """What Litestar itself refuses: no such address, wrong method, too large, bad parameter."""
    assert isinstance(error, HTTPException)  # noqa: S101  what it is registered for
    if isinstance(error, ValidationException):
        return answer(_parameter(error))
    if isinstance(error, InternalServerException):
        if error.detail == "client disconnected prematurely":
            return answer(_standard(400, "The connection ended before the body did."))
        return _unexpected(request, error)
    allowed = (error.headers or {}).get("allow")
    headers = None if allowed is None else {"Allow": allowed}
    return answer(_standard(error.status_code, _DETAIL.get(error.status_code)), headers)


def _standard(status: int, detail: str | None) -> Problem:
    slug, title, remedy = _BY_STATUS.get(status, _BY_STATUS[400])
    return Problem(PROBLEM_PREFIX + slug, title, status, detail or title + ".", remedy)


def _parameter(error: ValidationException) -> Problem:
    """A parameter of the path, query or headers that is missing or not valid."""
    found = error.extra if isinstance(error.extra, list) else []
    first = found[0] if found and isinstance(found[0], dict) else {}
    missing = _MISSING.match(error.detail)
    key = missing.group(1) if missing else first.get("key")
    key = _SENT_AS.get(key, key) if isinstance(key, str) else key
    message = "it is missing" if missing else first.get("message", "it is not valid")
    invalid = InvalidField(
        f"{key or 'a parameter'}: {in_words(str(message))}",
        remedy="Correct the parameter and send the request again.",
        field=str(key) if key else None,
    )
    return problem_of(invalid)


_PASSING = (
    PostgresConnectionError,
    CannotConnectNowError,
    TooManyConnectionsError,
    DeadlockDetectedError,
    SerializationError,
)


def _database(request: Request[Any, Any, Any], error: Exception) -> Response[bytes]:
    """The database is away, restarting or full of connections, or the unit of work had to give way
    to another: the same request will do later."""
    if isinstance(error, DBAPIError) and not error.connection_invalidated:
        cause = error.orig.__cause__ if error.orig is not None else None
        if not isinstance(cause, _PASSING):
            return _unexpected(request, error)
    log.error("database away", route=route_of(request.scope), exc_info=error)
    away = Problem(
        PROBLEM_PREFIX + "database-away",
        "Head office's database does not answer",
        503,
        "Nothing is known to have changed.",
        "Send the same request again, later.",
    )
    return answer(away, {"Retry-After": str(RETRY_AFTER_S)})


def _unexpected(request: Request[Any, Any, Any], error: Exception) -> Response[bytes]:
    log.error(
        "unexpected",
        method=request.method,
        route=route_of(request.scope),
        exc_info=error,
    )
    internal = Problem(
        PROBLEM_PREFIX + "internal",
        "Something went wrong at head office",
        500,
        "It was written down at head office.",
        "Send the same request again; tell support if it stays.",
    )
    return answer(internal)


EXCEPTION_HANDLERS: ExceptionHandlersMap = {
    Refusal: _refusal,
    HTTPException: _http,
    PoolTimeout: _database,
    DBAPIError: _database,
    **dict.fromkeys(_PASSING, _database),
    Contended: _database,
    OSError: _database,
    Exception: _unexpected,
}
