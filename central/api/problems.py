"""What head office's border says of its own: its mistakes, and its database's absence."""

from collections.abc import Sequence
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
from litestar.types import ExceptionHandlersMap, Send
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from central.archive.port import Contended
from sync.http.headers import RAW_HEADERS
from sync.http.later import Later
from sync.http.logs import route_of
from sync.http.problems import Border, Words, problem_of, said
from sync.protocol.answers import PROBLEM_TYPE
from sync.protocol.errors import Refusal

RETRY_AFTER_S = 5

log = structlog.get_logger()

BORDER = Border(
    "head office",
    Words(
        "internal",
        "Something went wrong at head office",
        "It was written down at head office.",
        "Send the same request again; tell support if it stays.",
    ),
    sent_as={"scope_name": "scope"},
)
AWAY = Words(
    "database-away",
    "Head office's database does not answer",
    "Nothing is known to have changed.",
    "Send the same request again, later.",
)

_PASSING = (
    PostgresConnectionError,
    CannotConnectNowError,
    TooManyConnectionsError,
    DeadlockDetectedError,
    SerializationError,
)


async def send_problem(
    refusal: Refusal | Later, send: Send, headers: Sequence[tuple[bytes, bytes]] = ()
) -> None:
    """A refusal from outside the router, where no route is known yet."""
    problem = problem_of(refusal)
    body = msgspec.json.encode(problem)
    typed = (b"content-type", PROBLEM_TYPE.encode())
    length = (b"content-length", str(len(body)).encode())
    whole = [typed, length, *headers, *RAW_HEADERS]
    await send({"type": "http.response.start", "status": problem.status, "headers": whole})
    await send({"type": "http.response.body", "body": body, "more_body": False})


def _database(request: Request[Any, Any, Any], error: Exception) -> Response[bytes]:
    """The database is away, restarting or full of connections, or the unit of work had to give way
    to another: the same request will do later."""
    if isinstance(error, DBAPIError) and not error.connection_invalidated:
        cause = error.orig.__cause__ if error.orig is not None else None
        if not isinstance(cause, _PASSING):
            return BORDER.unexpected(request, error)
    log.error("database away", route=route_of(request.scope), exc_info=error)
    return said(503, AWAY, {"Retry-After": str(RETRY_AFTER_S)})


EXCEPTION_HANDLERS: ExceptionHandlersMap = {
    **BORDER.handled(),
    **dict.fromkeys((PoolTimeout, DBAPIError, *_PASSING, Contended, OSError), _database),
}
