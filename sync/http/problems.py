"""Every error that leaves a server over HTTP, as an RFC 9457 problem document.

What is ``Explained`` brings its words and its status. What Litestar refuses has its words here;
each side adds what only it knows, such as its database's errors. Bad input never gives a 500; what
nobody expected does, without internals, and is logged. This is the HTTP border: with the background
loop the only place that catches everything.
"""

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, NamedTuple

import msgspec
import structlog
from litestar import Request, Response
from litestar.exceptions import HTTPException, InternalServerException, ValidationException
from litestar.types import ExceptionHandlersMap

from sync.http.body import in_words
from sync.http.later import Later
from sync.http.logs import route_of
from sync.protocol.answers import PROBLEM_PREFIX, PROBLEM_TYPE
from sync.protocol.errors import BadRequest, Explained, InvalidField, NotFound

_MISSING = re.compile(r"Missing required \w+ parameter '(\w+)'")

log = structlog.get_logger()

AnyRequest = Request[Any, Any, Any]


class Problem(msgspec.Struct, frozen=True, omit_defaults=True):
    """RFC 9457, with ``field`` (the member of the request), ``remedy`` (what to do next) and
    ``asks`` (what the request that would lift it has to say)."""

    type: str
    title: str
    status: int
    detail: str
    remedy: str
    field: str | None = None
    asks: Mapping[str, str | int] | None = None


class Words(NamedTuple):
    """What a problem says that is no refusal of ours. ``{here}`` is the server."""

    slug: str
    title: str
    detail: str
    remedy: str


OF_STATUS: Mapping[int, Words] = MappingProxyType(
    {
        400: Words(
            BadRequest.slug, BadRequest.title, f"{BadRequest.title}.", "Correct the request."
        ),
        404: Words(
            NotFound.slug,
            "There is nothing at this address",
            "No route of {here} has this path, or the id in it is malformed.",
            "Check the address.",
        ),
        405: Words(
            "method-not-allowed",
            "The address does not take this method",
            "This path exists, but not with this method.",
            "See the Allow header.",
        ),
        413: Words(
            "too-large",
            "The body is too large",
            "The body is larger than this route takes; nothing of it was kept.",
            "Send less at once.",
        ),
    }
)
"""Of what Litestar itself refuses; other statuses have the words of 400."""


def problem_of(error: Explained) -> Problem:
    """An error that says itself what it is, as a document."""
    return Problem(
        type=PROBLEM_PREFIX + error.slug,
        title=error.title,
        status=error.status,
        detail=error.detail,
        remedy=error.remedy,
        field=error.field,
        asks=error.asks,
    )


def answer(problem: Problem, headers: Mapping[str, str] | None = None) -> Response[bytes]:
    """The document as a response."""
    return Response(
        msgspec.json.encode(problem),
        status_code=problem.status,
        media_type=PROBLEM_TYPE,
        headers=headers,
    )


def said(status: int, words: Words, headers: Mapping[str, str] | None = None) -> Response[bytes]:
    """The same of what has no class of its own."""
    problem = Problem(PROBLEM_PREFIX + words.slug, words.title, status, words.detail, words.remedy)
    return answer(problem, headers)


refused: Counter[str] = Counter()
"""How often this process answered with each problem, by its slug: those are the classes' own."""


def explained(_request: AnyRequest, error: Exception) -> Response[bytes]:
    """A refusal, with the headers that its status asks for."""
    assert isinstance(error, Explained)  # noqa: S101 - what it is registered for
    refused[error.slug] += 1
    headers = {}
    if error.status == 401:
        headers["WWW-Authenticate"] = "Bearer"
    if isinstance(error, Later):
        headers["Retry-After"] = str(error.retry_after_s)
    elif error.status >= 500:
        log.error("refused", type=PROBLEM_PREFIX + error.slug, detail=error.detail)
    return answer(problem_of(error), headers)


@dataclass(frozen=True)
class Border:
    """One server's. ``here`` is what it calls itself, ``unexpected`` what it says of its own
    mistakes, ``sends_less`` how to send a body that fits, ``sent_as`` the names of parameters that
    Litestar does not let a route name as they are sent."""

    here: str
    unexpected_words: Words
    sends_less: str = OF_STATUS[413].remedy
    sent_as: Mapping[str, str] = field(default_factory=dict)

    def handled(self) -> ExceptionHandlersMap:
        """What every server answers alike."""
        return {Explained: explained, HTTPException: self.http, Exception: self.unexpected}

    def http(self, request: AnyRequest, error: Exception) -> Response[bytes]:
        """What Litestar refuses: no such address, wrong method, too large, bad parameter."""
        assert isinstance(error, HTTPException)  # noqa: S101 - what it is registered for
        if isinstance(error, ValidationException):
            return answer(problem_of(self._parameter(error)))
        status, words = error.status_code, OF_STATUS.get(error.status_code, OF_STATUS[400])
        if isinstance(error, InternalServerException):
            if error.detail != "client disconnected prematurely":
                return self.unexpected(request, error)
            gone = OF_STATUS[400]._replace(detail="The connection ended before the body did.")
            return said(400, gone)
        if status == 413:
            words = words._replace(remedy=self.sends_less)
        allowed = (error.headers or {}).get("allow")
        headers = None if allowed is None else {"Allow": allowed}
        return said(status, words._replace(detail=words.detail.format(here=self.here)), headers)

    def _parameter(self, error: ValidationException) -> InvalidField:
        """A parameter of the path, query or headers that is missing or not valid."""
        found = error.extra if isinstance(error.extra, list) else []
        first = found[0] if found and isinstance(found[0], dict) else {}
        missing = _MISSING.match(error.detail)
        key = missing.group(1) if missing else first.get("key")
        key = self.sent_as.get(key, key) if isinstance(key, str) else key
        message = "it is missing" if missing else first.get("message", "it is not valid")
        return InvalidField(
            f"{key or 'a parameter'}: {in_words(str(message))}",
            remedy="Correct the parameter and send the request again.",
            field=str(key) if key else None,
        )

    def unexpected(self, request: AnyRequest, error: Exception) -> Response[bytes]:
        """A mistake of the server, whatever it is."""
        log.error(
            "unexpected", method=request.method, route=route_of(request.scope), exc_info=error
        )
        return said(500, self.unexpected_words)
