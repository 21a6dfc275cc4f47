"""No answer of either server carries anything raw in a header."""

from collections.abc import Mapping
from typing import Any

import httpx
import pytest
from litestar import Litestar, Response, get
from litestar.types import ExceptionHandlersMap
from structlog.testing import capture_logs

from central.api.problems import EXCEPTION_HANDLERS as AT_CENTRAL
from edge.api.problems import EXCEPTION_HANDLERS as AT_THE_EDGE
from sync.http.headers import HEADERS, harden


async def ask(handlers: ExceptionHandlersMap, headers: Mapping[str, str]) -> httpx.Response:
    @get("/")
    async def route() -> Response[None]:
        return Response(None, status_code=303, headers=dict(headers))

    app: Any = Litestar(
        [route],
        exception_handlers=handlers,
        before_send=[harden],
        openapi_config=None,
        logging_config=None,
    )
    transport = httpx.ASGITransport(app=app)
    async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as client:
        return await client.get("/")


@pytest.mark.parametrize("handlers", [AT_THE_EDGE, AT_CENTRAL], ids=["edge", "central"])
@pytest.mark.parametrize("value", ["/x\n", "/x\r\nSet-Cookie: a=b", "/\x00", "/\x7f", "/\x1b[0m"])
async def test_a_header_with_a_control_character_is_an_error_that_is_told(
    handlers: ExceptionHandlersMap, value: str
) -> None:
    """A24: whatever a header was made of, nothing of it goes out raw, and an answer comes."""
    with capture_logs() as logged:
        answer = await ask(handlers, {"Location": value})
    assert [(one["event"], one["name"]) for one in logged] == [("unfit header", "location")]
    assert "/x" not in str(logged)
    assert answer.status_code == 500
    assert answer.json()["type"] == "urn:holdfast:problem:internal"
    assert "set-cookie" not in answer.headers
    assert "location" not in answer.headers


async def test_what_an_answer_states_itself_stays() -> None:
    answer = await ask(AT_CENTRAL, {"Referrer-Policy": "same-origin", "Location": "/é?a=b"})
    assert answer.status_code == 303
    assert answer.headers["referrer-policy"] == "same-origin"
    for name in HEADERS.keys() - {"Referrer-Policy"}:
        assert answer.headers[name] == HEADERS[name]
