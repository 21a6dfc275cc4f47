"""What the store server's border says of its own: who may not come in, and its own mistakes.

Whoever asks in Chinese (``Accept-Language``, as a till page that speaks it does) is told in it:
title, detail and remedy; slug, status and field are the same.
"""

from typing import Any

import msgspec
from litestar import Request, Response
from litestar.types import ExceptionHandlersMap

from edge.api.spoken import language_of
from edge.domain.in_chinese import REFUSALS, TITLE, in_chinese
from edge.domain.state_words import ENGLISH
from sync.http.problems import Border, Problem, Words, answer
from sync.protocol.answers import PROBLEM_PREFIX
from sync.protocol.errors import Declared, Explained


class NotPaired(Declared, slug="not-paired", status=401, title="The workstation is not paired"):
    detail = "No token of a paired workstation came with the request."
    remedy = "Run `edge pair W1` on the store server and pair this workstation."
    field = "Authorization"


class NoMetricsToken(
    Declared, slug="no-metrics-token", status=401, title="The token of the figures is missing"
):
    detail = "No token that opens this box's figures came with the request."
    remedy = "Make one on the store server: `edge metrics-token`."
    field = "Authorization"


class WrongHost(Declared, slug="wrong-host", status=421, title="The request is for another host"):
    """A page from elsewhere may have sent it (DNS rebinding)."""

    detail = "This store server answers to its own names and addresses only."
    remedy = "Open the address that `edge serve` printed."
    field = "Host"


class NotOurForm(
    Declared, slug="not-our-form", status=403, title="The form is not one of this session"
):
    """A page from elsewhere can make a browser send a form, but cannot know its token."""

    detail = "The form did not come from a page that this session has open."
    remedy = "Load the page anew and send its form again."
    field = "csrf"


BORDER = Border(
    "this store server",
    Words(
        "internal",
        "Something went wrong in the store server",
        "It was written down on the store server. If this was a sale, look its id up.",
        "Look the id up, then send the same request again; tell support if it stays.",
    ),
    sends_less="Send less at once: see the route's limit.",
)


def _as_asked(kind: Any) -> Any:
    answered = BORDER.handled()[kind]

    def told(request: Request[Any, Any, Any], error: Exception) -> Response[bytes]:
        in_english: Response[bytes] = answered(request, error)
        if language_of(request) == ENGLISH:
            return in_english
        return _translated(in_english, error)

    return told


def _translated(said: Response[bytes], error: Exception) -> Response[bytes]:
    """The same problem in Chinese, where its words are known."""
    problem = msgspec.json.decode(said.content, type=Problem)
    slug = problem.type.removeprefix(PROBLEM_PREFIX)
    known = in_chinese(error) if isinstance(error, Explained) else REFUSALS.get(slug)
    if known is None:
        return said
    spoken = msgspec.structs.replace(problem, title=TITLE, detail=known.detail, remedy=known.remedy)
    return answer(spoken, {**said.headers, "Content-Language": "zh-Hans"})


EXCEPTION_HANDLERS: ExceptionHandlersMap = {kind: _as_asked(kind) for kind in BORDER.handled()}
