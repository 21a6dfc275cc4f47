"""Both servers answer errors by one mechanism, and each with its own words."""

from typing import Any

import msgspec
import pytest
from litestar import Litestar, get
from litestar.exceptions import (
    HTTPException,
    InternalServerException,
    MethodNotAllowedException,
    NotFoundException,
    ValidationException,
)
from litestar.status_codes import HTTP_413_REQUEST_ENTITY_TOO_LARGE
from litestar.testing import RequestFactory
from structlog.testing import capture_logs

from central.api.problems import BORDER as HEAD_OFFICE
from edge.api.problems import BORDER as SHOP
from edge.api.problems import NotPaired
from edge.db.connection.errors import CommitUnknown, DiskRefused
from sync.http.later import Busy
from sync.http.problems import Border, explained
from sync.protocol.errors import Explained

TOO_LARGE = HTTPException("too large", status_code=HTTP_413_REQUEST_ENTITY_TOO_LARGE)


@get("/")
async def nothing() -> None:
    """So that a request has an application."""


def answered(border: Border, error: Exception) -> tuple[dict[str, Any], dict[str, str]]:
    """The document without the type's prefix, and the headers."""
    request = RequestFactory(app=Litestar([nothing])).get("/")
    handled = explained if isinstance(error, Explained) else border.http
    response = handled(request, error)
    document = msgspec.json.decode(response.content)
    assert (response.status_code, response.media_type) == (
        document["status"],
        "application/problem+json",
    )
    return document | {"type": document["type"].removeprefix("urn:holdfast:problem:")}, dict(
        response.headers
    )


@pytest.mark.parametrize(
    ("border", "error", "status", "slug", "detail", "remedy"),
    [
        (
            SHOP, NotFoundException(), 404, "not-found",
            "No route of this store server has this path, or the id in it is malformed.",
            "Check the address.",
        ),
        (
            HEAD_OFFICE, NotFoundException(), 404, "not-found",
            "No route of head office has this path, or the id in it is malformed.",
            "Check the address.",
        ),
        (
            SHOP, TOO_LARGE, 413, "too-large",
            "The body is larger than this route takes; nothing of it was kept.",
            "Send less at once: see the route's limit.",
        ),
        (
            HEAD_OFFICE, TOO_LARGE, 413, "too-large",
            "The body is larger than this route takes; nothing of it was kept.",
            "Send less at once.",
        ),
        (
            SHOP, HTTPException("no", status_code=400), 400, "bad-request",
            "The request cannot be understood.", "Correct the request.",
        ),
        (
            SHOP, InternalServerException("client disconnected prematurely"), 400, "bad-request",
            "The connection ended before the body did.", "Correct the request.",
        ),
        (
            SHOP, InternalServerException("the secret is 42"), 500, "internal",
            "It was written down on the store server. If this was a sale, look its id up.",
            "Look the id up, then send the same request again; tell support if it stays.",
        ),
        (
            HEAD_OFFICE, InternalServerException("the secret is 42"), 500, "internal",
            "It was written down at head office.",
            "Send the same request again; tell support if it stays.",
        ),
    ],
)  # fmt: skip
def test_what_litestar_refuses_is_said_in_the_server_s_words(
    border: Border, error: Exception, status: int, slug: str, detail: str, remedy: str
) -> None:
    with capture_logs() as logged:
        document, _ = answered(border, error)
    assert (document["status"], document["type"]) == (status, slug)
    assert (document["detail"], document["remedy"]) == (detail, remedy)
    assert [entry["event"] for entry in logged] == (["unexpected"] if status == 500 else [])


def test_a_method_that_is_not_taken_brings_those_that_are() -> None:
    refused = MethodNotAllowedException(headers={"allow": "GET, POST"})
    document, headers = answered(SHOP, refused)
    assert (document["type"], headers["Allow"]) == ("method-not-allowed", "GET, POST")


def test_a_parameter_is_named_as_it_is_sent() -> None:
    missing = ValidationException("Missing required query parameter 'scope_name' for path /feed")
    document, _ = answered(HEAD_OFFICE, missing)
    assert (document["type"], document["field"]) == ("invalid-field", "scope")
    assert document["detail"] == "scope: it is missing"
    wrong = ValidationException(extra=[{"key": "after", "message": "Expected `int`, got `str`"}])
    document, _ = answered(SHOP, wrong)
    assert document["field"] == "after"
    assert document["detail"].startswith("after: ")


@pytest.mark.parametrize(
    ("error", "headers", "logged"),
    [
        (NotPaired(), {"WWW-Authenticate": "Bearer"}, []),
        (Busy("Enough is done.", remedy="Wait.", retry_after_s=7), {"Retry-After": "7"}, []),
        (DiskRefused(full=True, cause="full"), {}, ["refused"]),
        (CommitUnknown("it broke"), {}, ["refused"]),
    ],
)
def test_a_refusal_brings_the_headers_of_its_status(
    error: Explained, headers: dict[str, str], logged: list[str]
) -> None:
    with capture_logs() as log:
        document, sent = answered(SHOP, error)
    assert (document["status"], document["type"]) == (error.status, error.slug)
    assert (document["detail"], document["remedy"]) == (error.detail, error.remedy)
    assert {name: sent[name] for name in headers} == headers == sent
    assert [entry["event"] for entry in log] == logged
