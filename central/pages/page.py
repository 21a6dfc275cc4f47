"""What every page of head office has in common: its template, its headers, its errors in words.

Pages are whole without scripts. Where htmx asks, the same page is sent and htmx takes its part. A
refusal is a page too: signed out leads to /sign-in, all else says what, why and what to do.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any
from urllib.parse import quote, urlencode

import msgspec
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from litestar import Request, Response
from litestar.exceptions import HTTPException, MethodNotAllowedException
from litestar.types import ExceptionHandlersMap

from central.api.guards import SAFE_METHODS
from central.api.problems import EXCEPTION_HANDLERS
from central.domain.access import NotSignedIn, PasswordWanted
from central.pages import words
from central.pages.assets import WEB, asset_address
from central.pages.kept import kept
from central.pages.words.figures import FILTERS
from sync.http.page import HTML, PAGE_HEADERS, asked_by_htmx, load_instead, see_other
from sync.http.problems import Problem
from sync.protocol.errors import Refusal

SIGN_IN = "/sign-in"
ACCOUNT = "/account"
AnyRequest = Request[Any, Any, Any]
_FIELD_OF = {"items": "code"}
"""Fields of forms, where a refusal names what would be published."""

_templates = Environment(
    loader=FileSystemLoader(WEB / "templates"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
_templates.globals["asset"] = asset_address
_templates.globals["kept"] = kept
_templates.globals["say"] = words
_templates.filters.update(FILTERS)


def page(
    template: str,
    *,
    status: int = 200,
    headers: Mapping[str, str] = MappingProxyType({}),
    **context: Any,
) -> Response[str]:
    """A template as a response; what it is not given and asks for is a bug."""
    content = _templates.get_template(template).render(context)
    return Response(
        content, status_code=status, media_type=HTML, headers={**PAGE_HEADERS, **headers}
    )


def wrong_fields(refusal: Refusal | None) -> Mapping[str, str]:
    """Which field of a form a refusal is about, and what it says, to stand beside it."""
    if refusal is None or refusal.field is None:
        return {}
    return {_FIELD_OF.get(refusal.field, refusal.field): refusal.detail}


def _signed_out(request: AnyRequest, error: Exception) -> Response[Any]:
    """To the sign-in, and back here afterwards."""
    assert isinstance(error, NotSignedIn)  # noqa: S101  what it is registered for
    address = SIGN_IN
    if request.method in SAFE_METHODS and not asked_by_htmx(request):
        here = request.url.path + (f"?{request.url.query}" if request.url.query else "")
        if here != "/":
            address = f"{SIGN_IN}?{urlencode({'next': here})}"
    return load_instead(request, address, 401)


def problem_page(
    problem: Problem, headers: Mapping[str, str] = MappingProxyType({})
) -> Response[str]:
    """What, why and what to do."""
    return page("problem.html", status=problem.status, headers=headers, problem=problem)


def _in_words(kind: Any) -> Any:
    """The same problem that an API's caller gets, as a page."""
    answered = EXCEPTION_HANDLERS[kind]

    def told(request: AnyRequest, error: Exception) -> Response[Any]:
        answer = answered(request, error)
        problem = msgspec.json.decode(answer.content, type=Problem)
        return problem_page(problem, dict(answer.headers))

    return told


def _without_password(request: AnyRequest, error: Exception) -> Response[Any]:
    """Where a password is set."""
    assert isinstance(error, PasswordWanted)  # noqa: S101  what it is registered for
    return load_instead(request, ACCOUNT, 403)


PAGE_EXCEPTIONS: ExceptionHandlersMap = {
    **{kind: _in_words(kind) for kind in EXCEPTION_HANDLERS},
    NotSignedIn: _signed_out,
    PasswordWanted: _without_password,
}


def nothing_here(request: AnyRequest, error: Exception) -> Response[Any]:
    """An address that is none: a page for a browser, a problem for everything else. Who loads the
    address of a form anew is led to the page above it, where the form stands."""
    if _wants_page(request) and _is_of_a_form(request, error):
        above = quote(request.url.path.strip("/").rpartition("/")[0])
        return see_other(f"/{above}" + (f"?{request.url.query}" if request.url.query else ""))
    told = PAGE_EXCEPTIONS if _wants_page(request) else EXCEPTION_HANDLERS
    response: Response[Any] = told[HTTPException](request, error)
    return response


def _is_of_a_form(request: AnyRequest, error: Exception) -> bool:
    """It is only sent to, and was asked for."""
    return isinstance(error, MethodNotAllowedException) and request.method in SAFE_METHODS


def _wants_page(request: AnyRequest) -> bool:
    return request.headers.get("Accept", "").startswith("text/html")
