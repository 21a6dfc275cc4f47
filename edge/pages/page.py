"""What every page of the back office has in common: its template, its headers, its errors in words.

Pages are whole without scripts. Where htmx asks, the same page is sent and htmx takes its part. A
refusal is a page too: a device that is not known leads to /office/pair, somebody who is signed out
to /office/sign-in, all else says what, why and what to do.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any
from urllib.parse import urlencode

import msgspec
import uuid_utils.compat
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from litestar import Request, Response
from litestar.types import ExceptionHandlersMap

from edge.api.cookies import LANGUAGE, own_cookie
from edge.api.guard import box_of
from edge.api.problems import BORDER, NotPaired
from edge.domain.operator import OwnPinNeeded, SessionLocked, SignInNeeded
from edge.pages.allowing import allowing_of
from edge.pages.assets import ROOM, asset_address
from edge.pages.coming_in import SAFE_METHODS, visitor_of
from edge.pages.labels import with_labels
from edge.pages.places import DAY, HOME, OWN_PIN, PAIR, SIGN_IN, is_below, open_to
from edge.pages.words import language_of, say_in
from sync.http.page import HTML, PAGE_HEADERS, asked_by_htmx, load_instead, packed
from sync.http.problems import Problem
from sync.http.tables import CSV, WORKBOOK, file_address, page_or_file
from sync.http.written import local_time, quantity, time_on, written
from sync.protocol.errors import Explained
from sync.protocol.figures import owed_minor
from sync.protocol.money import format_minor

AnyRequest = Request[Any, Any, Any]
_templates = Environment(
    loader=FileSystemLoader(ROOM / "templates"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
_templates.globals["asset"] = asset_address
_templates.globals["is_below"] = is_below
_templates.globals["owed"] = owed_minor
_templates.globals["new_id"] = uuid_utils.compat.uuid7
_templates.filters.update(
    amount=format_minor,
    figure=written,
    quantity=quantity,
    local_time=local_time,
    time_on=time_on,
)


def language_here(request: AnyRequest) -> str:
    """In which language the pages speak to whoever asks."""
    chosen = own_cookie(request, LANGUAGE)
    return language_of(chosen, request.headers.get("Accept-Language", ""))


def page(
    request: AnyRequest,
    template: str,
    *,
    status: int = 200,
    headers: Mapping[str, str] = MappingProxyType({}),
    **context: Any,
) -> Response[Any]:
    """A template as a response; what it is not given and asks for is a bug."""
    return packed(request, _rendered(request, template, status, headers, context))


def tables_page(
    request: AnyRequest, template: str, *, status: int = 200, **context: Any
) -> Response[Any]:
    """A page whose tables are given as a file too: exactly what is shown."""
    files = {"as_csv": file_address(request, CSV), "as_workbook": file_address(request, WORKBOOK)}
    made = _rendered(request, template, status, {}, {**context, **files})
    return page_or_file(request, made, untitled="office")


def _rendered(
    request: AnyRequest,
    template: str,
    status: int,
    headers: Mapping[str, str],
    context: Mapping[str, Any],
) -> Response[str]:
    language, visitor = language_here(request), visitor_of(request)
    frame = {
        "say": say_in(language),
        "language": language,
        "visitor": visitor,
        "places": open_to(visitor.may) if visitor else (),
        "allowing": allowing_of(request),
        "store_code": box_of(request).enrolment.store_code,
        "here": request.url.path,
        "here_whole": _here(request),
    }
    content = with_labels(_templates.get_template(template).render({**frame, **context}))
    return Response(
        content, status_code=status, media_type=HTML, headers={**PAGE_HEADERS, **headers}
    )


def _here(request: AnyRequest) -> str:
    return request.url.path + (f"?{request.url.query}" if request.url.query else "")


def _signed_out(request: AnyRequest, _error: Exception) -> Response[Any]:
    """To the sign-in, and back here afterwards."""
    address = SIGN_IN
    is_first = _here(request) in (HOME, DAY)
    if request.method in SAFE_METHODS and not asked_by_htmx(request) and not is_first:
        address = f"{SIGN_IN}?{urlencode({'next': _here(request)})}"
    return load_instead(request, address, 401)


def _not_known(request: AnyRequest, _error: Exception) -> Response[Any]:
    """Where a device is let in."""
    return load_instead(request, PAIR, 401)


def _without_own_pin(request: AnyRequest, _error: Exception) -> Response[Any]:
    """Where a PIN is chosen."""
    return load_instead(request, OWN_PIN, 403)


def _in_words(kind: Any) -> Any:
    """The same problem that an API's caller gets, as a page."""
    answered = _ANSWERED[kind]

    def told(request: AnyRequest, error: Exception) -> Response[Any]:
        answer = answered(request, error)
        problem = msgspec.json.decode(answer.content, type=Problem)
        slug = problem.type.rpartition(":")[2]
        refusal = error if isinstance(error, Explained) and error.slug == slug else None
        said = {"problem": problem, "slug": slug, "home": HOME, "refusal": refusal}
        headers = dict(answer.headers)
        headers.pop("WWW-Authenticate", None)
        return page(request, "problem.html", status=problem.status, headers=headers, **said)

    return told


_ANSWERED = BORDER.handled()
PAGE_EXCEPTIONS: ExceptionHandlersMap = {
    **{kind: _in_words(kind) for kind in _ANSWERED},
    NotPaired: _not_known,
    SignInNeeded: _signed_out,
    SessionLocked: _signed_out,
    OwnPinNeeded: _without_own_pin,
}
