"""A request's body: bytes first, then one typed value, or a problem that names the field.

The route's ``request_max_body_size`` caps what is read, while it is read. A body must be declared
as JSON: a page from elsewhere can send a form or plain text without asking, but not that.
"""

import json
import re
from typing import Any, NoReturn, TypeVar

import msgspec
from litestar import Request

from sync.http.stated import header_in
from sync.protocol.errors import InvalidField, NotJson, WrongContentType
from sync.protocol.typed import refuse_card_numbers

JSON_TYPES = frozenset({"application/json"})
_AT = re.compile(r" - at `\$\.?(.*)`\Z")
_UNKNOWN = re.compile(r"unknown field `(.*)`")
_MISSING = re.compile(r"missing required field `(.*)`")

T = TypeVar("T", bound=msgspec.Struct)


async def read_body(request: Request[Any, Any, Any], kind: type[T]) -> T:
    """The body as a ``kind``. Raises WrongContentType, NotJson, InvalidField."""
    return decode_body(await raw_body(request), kind)


async def raw_body(request: Request[Any, Any, Any]) -> bytes:
    """The body's bytes. Raises WrongContentType; too large is refused by the route's cap."""
    declared = header_in(request.scope, b"content-type")
    if declared not in JSON_TYPES:
        declared, _ = request.content_type
    if declared not in JSON_TYPES:
        raise WrongContentType(
            f"The body is declared as {declared or 'nothing'}.",
            remedy="Send JSON with `Content-Type: application/json`.",
            field="Content-Type",
        )
    return await request.body()


def decode_body(raw: bytes, kind: type[T]) -> T:
    """JSON bytes to a ``kind``. Raises NotJson, InvalidField (with the path of the field), and
    CardNumberTyped."""
    try:
        text = raw.decode()
        value = msgspec.json.decode(raw, type=kind)
        _UNIQUE.decode(text)
    except msgspec.ValidationError as error:
        raise _invalid(str(error)) from error
    except UnicodeDecodeError as error:
        raise NotJson(f"The body is not UTF-8: {error.reason}.", remedy=_SEND_JSON) from error
    except (msgspec.DecodeError, RecursionError, json.JSONDecodeError) as error:
        raise NotJson(f"The body is not JSON: {error}.", remedy=_SEND_JSON) from error
    refuse_card_numbers(value)
    return value


_SEND_JSON = "Send one JSON object, in UTF-8, and nothing after it."


def _invalid(message: str) -> InvalidField:
    """From msgspec's text, such as ``Expected `int`, got `str` - at `$.lines[0].line_no```."""
    at = _AT.search(message)
    path = at.group(1) if at else ""
    said = _AT.sub("", message)
    named = _UNKNOWN.search(said) or _MISSING.search(said)
    if named:
        path = f"{path}.{named.group(1)}" if path else named.group(1)
    return InvalidField(
        f"{path or 'the body'}: {in_words(said)}.",
        remedy="Correct this field and send the request again.",
        field=path or None,
    )


def in_words(said: str) -> str:
    """What msgspec says of a value, without the pattern, which says nothing to people."""
    if "matching regex" in said:
        return "holds a character that may not stand there, such as a control character"
    return said


def _unique(pairs: list[tuple[str, Any]]) -> None:
    """Two members of one name: which one counts would depend on who reads them (RFC 8259, 4)."""
    if len(dict(pairs)) != len(pairs):
        _refuse_repeated(pairs)


_UNIQUE = json.JSONDecoder(object_pairs_hook=_unique)
"""Reads a text for the sake of its repeated names only."""


def _refuse_repeated(pairs: list[tuple[str, Any]]) -> NoReturn:
    names = [name for name, _ in pairs]
    repeated = next(name for name in names if names.count(name) > 1)
    raise InvalidField(
        f"{repeated}: stands there twice.",
        remedy="Name each member of an object once.",
        field=repeated,
    )
