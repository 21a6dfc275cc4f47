"""Who may call: every route but health and pairing asks for a paired workstation's token.

The token stands in ``Authorization: Bearer``, known here by its SHA-256 only. Every route at all
asks for one of this box's own names as its host: a page from elsewhere, made to resolve to
127.0.0.1, names another (DNS rebinding).
"""

from typing import Any, cast

import msgspec
from litestar import Litestar, Request
from litestar.connection import ASGIConnection
from litestar.handlers import BaseRouteHandler, HTTPRouteHandler
from litestar.types import ASGIApp, Receive, Scope, Send

from edge.box import Box
from edge.problems import NotPaired, WrongHost
from sync.protocol.identity import WorkstationId

Connection = ASGIConnection[Any, Any, Any, Any]

HOSTS = frozenset({"127.0.0.1", "localhost"})
TOKEN_CHARACTERS_MAX = 128
_STATE = "workstation_id"


def box_of(connection: Connection) -> Box:
    """The box that this application was built for."""
    return cast("Box", connection.app.state["box"])


def workstation_of(connection: Connection) -> WorkstationId:
    """The workstation that ``require_workstation`` let in."""
    return cast("WorkstationId", connection.scope["state"][_STATE])


async def require_own_host(connection: Connection, _route: BaseRouteHandler) -> None:
    """Raises WrongHost."""
    host = connection.headers.get("host", "").rpartition(":")
    name = host[0] if host[2].isdigit() and host[0] else "".join(host)
    if name.lower() not in HOSTS:
        raise WrongHost(
            "This store server answers to 127.0.0.1 and localhost only.",
            remedy="Open the address that `edge serve` printed.",
            field="Host",
        )


async def require_workstation(connection: Connection, _route: BaseRouteHandler) -> None:
    """Raises NotPaired; else notes which workstation calls."""
    scheme, _, token = connection.headers.get("authorization", "").partition(" ")
    known = None
    if scheme.lower() == "bearer" and 0 < len(token) <= TOKEN_CHARACTERS_MAX and token.isascii():
        known = await box_of(connection).workstations.named_by(token)
    if known is None:
        raise NotPaired(
            "No token of a paired workstation came with the request.",
            remedy="Run `edge pair W1` on the store server and pair this workstation.",
            field="Authorization",
        )
    connection.scope["state"][_STATE] = known


class TillRoute(HTTPRouteHandler):
    """A route that a customer waits for; it returns a Response of JSON without headers of its own.
    Litestar gives each guard of each request a copy of the route, in case it writes there, and
    makes a response in four steps, each for more than is needed here."""

    async def authorize_connection(self, connection: Connection) -> None:
        """As Litestar does, without the copies."""
        for guard in self.resolve_guards():
            await guard(connection, self)  # type: ignore[misc]

    async def to_response(
        self, app: Litestar, data: Any, request: Request[Any, Any, Any]
    ) -> ASGIApp:
        """The answer's bytes, and the two headers that they need."""
        return _Sent(data.status_code, msgspec.json.encode(data.content))


class _Sent:
    """An answer that is ready to leave."""

    def __init__(self, status: int, body: bytes) -> None:
        self._status = status
        self._body = body

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        length = (b"content-length", str(len(self._body)).encode())
        headers = [(b"content-type", b"application/json"), length]
        await send({"type": "http.response.start", "status": self._status, "headers": headers})
        await send({"type": "http.response.body", "body": self._body, "more_body": False})


async def provide_box(request: Request[Any, Any, Any]) -> Box:
    """The box, as a dependency of every route."""
    return box_of(request)
