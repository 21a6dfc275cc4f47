"""How a request came: straight, or by a proxy that is trusted, under one of head office's names.

A layer around the whole application. Behind it a request has the address of whoever asks, the
scheme that they used and the host that they named, whoever passed it on. What no trusted proxy
wrote is not read. Over HTTPS a browser is told to come by HTTPS alone from then on.
"""

from collections.abc import Callable

from litestar.enums import ScopeType
from litestar.types import ASGIApp, Message, Receive, Scope, Send

from central.api.problems import send_problem
from central.domain.forwarded import client_address, host_name, is_loopback, last_stated
from central.office.reach import Reach
from sync.http.door import address_of
from sync.protocol.errors import Declared, Refusal

HEALTH = "/health"
"""Asked by proxies themselves, under any name."""
_STRICT = (b"strict-transport-security", b"max-age=31536000")


class WrongHost(Declared, slug="wrong-host", status=421, title="The request is for another host"):
    """A page from elsewhere may have sent it (DNS rebinding)."""

    detail = "Head office does not answer under this name."
    remedy = "Open the address that `central serve` printed, or start it with this name: `--name`."
    field = "Host"


class NotByHttps(
    Declared, slug="not-by-https", status=403, title="The request did not come by HTTPS"
):
    """Passwords and sessions are taken only where nobody on the way reads them."""

    detail = "Head office is reached through its proxy, by HTTPS alone."
    remedy = "Open https:// at head office's own name; let the proxy send `X-Forwarded-Proto`."
    field = "X-Forwarded-Proto"


def reached(reach: Reach) -> Callable[[ASGIApp], ASGIApp]:
    """The layer, for what the settings say."""

    def around(app: ASGIApp) -> ASGIApp:
        async def coming(scope: Scope, receive: Receive, send: Send) -> None:
            if scope["type"] != ScopeType.HTTP:
                await app(scope, receive, send)
                return
            answering = send
            try:
                _settle(reach, scope)
                if scope["scheme"] == "https":
                    answering = _strictly(send)
                _refuse_strangers(reach, scope)
            except Refusal as refusal:
                await send_problem(refusal, answering)
                return
            await app(scope, receive, answering)

        return coming

    return around


def _settle(reach: Reach, scope: Scope) -> None:
    """What a trusted proxy says of the request stands where the connection's own words stood."""
    peer = address_of(scope)
    if not reach.is_proxy(peer):
        return
    stated = _stated(scope, b"x-forwarded-for"), _stated(scope, b"x-forwarded-proto")
    host = last_stated(_stated(scope, b"x-forwarded-host"))
    scope["client"] = (client_address(peer, stated[0], reach.proxies), 0)
    if last_stated(stated[1]).lower() == "https":
        scope["scheme"] = "https"
    if host:
        others = [pair for pair in scope["headers"] if pair[0] != b"host"]
        scope["headers"] = [(b"host", host.encode("latin-1")), *others]


def _refuse_strangers(reach: Reach, scope: Scope) -> None:
    """Raises WrongHost, NotByHttps. On the machine itself plain HTTP is nobody's to read."""
    if scope["path"] == HEALTH:
        return
    if scope["scheme"] != "https" and not is_loopback(address_of(scope)):
        raise NotByHttps
    if not reach.is_own_name(host_name(last_stated(_stated(scope, b"host")))):
        raise WrongHost


def _stated(scope: Scope, header: bytes) -> list[str]:
    return [value.decode("latin-1") for name, value in scope["headers"] if name == header]


def _strictly(send: Send) -> Send:
    async def sending(message: Message) -> None:
        if message["type"] == "http.response.start":
            message["headers"] = [*message["headers"], _STRICT]
        await send(message)

    return sending
