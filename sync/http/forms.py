"""A page's form: bytes first, then its fields by name, or a refusal."""

import re
from collections.abc import Collection, Mapping
from typing import Any
from urllib.parse import parse_qsl

from litestar import Request

from sync.protocol.errors import InvalidField, WrongContentType
from sync.protocol.text import shown

FORM_TYPE = "application/x-www-form-urlencoded"
FIELDS_MAX = 40
FORM_FIELDS = "form_fields"
"""In ``opt`` of a route whose form has a row for each of many things: so many fields at most."""
_LINE_END = re.compile(r"\r?\n")


async def read_form(
    request: Request[Any, Any, Any], of_lines: Collection[str] = (), between: str = ""
) -> Mapping[str, str]:
    """Fields by name; of a repeated one the last. A character that may not stand in text arrives as
    U+FFFD, which no name, address, token or path of ours holds. ``of_lines``: fields of several
    lines, which stand in one here, ``between`` them. Raises WrongContentType, InvalidField; too
    large is refused by the route's cap."""
    declared, _ = request.content_type
    route = request.scope.get("route_handler")
    most = FIELDS_MAX if route is None else route.opt.get(FORM_FIELDS, FIELDS_MAX)
    if declared != FORM_TYPE:
        raise WrongContentType(
            f"The body is declared as {declared or 'nothing'}.",
            remedy="Send the form from its page.",
            field="Content-Type",
        )
    try:
        fields = parse_qsl(
            (await request.body()).decode("utf-8", "replace"),
            keep_blank_values=True,
            errors="replace",
            max_num_fields=most,
        )
    except ValueError as error:
        raise InvalidField(
            "The form has too many fields.", remedy="Load the page anew and try again."
        ) from error
    return {
        shown(name): shown(_LINE_END.sub(between, text) if name in of_lines else text)
        for name, text in fields
    }
