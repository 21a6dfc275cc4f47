"""The one seam to the network: a request goes out, an answer comes back, or NotSent is raised.

Who calls must know only two failures apart: NotDelivered (surely not carried out) and
OutcomeUnknown (perhaps carried out). Whatever stands in for the network passes
tests/contract/test_transport.py.
"""

import asyncio
import ssl
from collections.abc import Mapping
from typing import NamedTuple, Protocol

import httpx

from sync.protocol.errors import NotDelivered, OutcomeUnknown

CONNECT_TIMEOUT_S = 10
IDLE_TIMEOUT_S = 30
"""Without a byte read or written."""
REQUEST_TIMEOUT_S = 120
"""From the first byte out to the last byte in, however it trickles."""
ANSWER_BYTES_MAX = 4 * 1024 * 1024
NO_TLS = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
"""For who speaks in the clear, and trusts nobody: httpx reads the world's issuers unless it is told
whom to trust, 24 ms for each client."""


class Request(NamedTuple):
    """``path`` begins with a slash and has its query, exactly as it was signed."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes


class Response(NamedTuple):
    """``headers`` by lower-case names; ``body`` at most ANSWER_BYTES_MAX."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class Transport(Protocol):
    """Sends one request."""

    async def send(self, request: Request) -> Response:
        """The answer, whatever its status. Raises NotDelivered, OutcomeUnknown."""
        ...


def open_client(
    base_url: str, carrier: httpx.AsyncBaseTransport | None = None
) -> httpx.AsyncClient:
    """A client for HttpTransport: no redirects, no proxies from the environment, every wait
    bounded. ``async with`` it, or ``aclose`` it. ``carrier``: httpx's own, unless given."""
    return httpx.AsyncClient(
        base_url=base_url,
        transport=carrier,
        timeout=httpx.Timeout(IDLE_TIMEOUT_S, connect=CONNECT_TIMEOUT_S),
        follow_redirects=False,
        trust_env=False,
        headers={"Accept-Encoding": "identity"},
    )


class HttpTransport:
    """HTTP by httpx. ``request_timeout_s`` bounds a whole exchange."""

    def __init__(
        self, client: httpx.AsyncClient, request_timeout_s: int = REQUEST_TIMEOUT_S
    ) -> None:
        self._client = client
        self._request_timeout_s = request_timeout_s

    async def send(self, request: Request) -> Response:
        """See Transport."""
        try:
            async with asyncio.timeout(self._request_timeout_s):
                return await self._exchange(request)
        except TimeoutError as error:
            raise OutcomeUnknown(f"no whole answer in {self._request_timeout_s} s") from error
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout) as error:
            raise NotDelivered(f"head office cannot be reached: {error}") from error
        except (httpx.UnsupportedProtocol, httpx.LocalProtocolError, httpx.InvalidURL) as error:
            raise NotDelivered(f"the request could not be sent: {error}") from error
        except httpx.HTTPError as error:
            raise OutcomeUnknown(f"the line broke ({type(error).__name__})") from error

    async def _exchange(self, request: Request) -> Response:
        async with self._client.stream(
            request.method, request.path, headers=dict(request.headers), content=request.body
        ) as answer:
            body = bytearray()
            async for chunk in answer.aiter_raw():
                body += chunk
                if len(body) > ANSWER_BYTES_MAX:
                    raise OutcomeUnknown(f"the answer is larger than {ANSWER_BYTES_MAX:,} bytes")
            headers = {name.lower(): value for name, value in answer.headers.items()}
            return Response(answer.status_code, headers, bytes(body))
