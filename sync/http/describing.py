"""What a server's own description of its API (OpenAPI) says, made true where Litestar guesses.

Answers are what msgspec writes, so their schemas are msgspec's: a struct that is written as an
array is an array. Patterns are as clients write them (ECMA-262). Every error is a problem document.
A route whose body is read by ``body.py`` names its type as ``opt={"body": …}``.
"""

import copy
from collections.abc import Iterator, Mapping
from typing import Any, get_args, get_origin

import msgspec
from litestar import Litestar, Request
from litestar.handlers import HTTPRouteHandler
from litestar.openapi.plugins import JsonRenderPlugin
from litestar.routes import HTTPRoute

from sync.protocol.answers import PROBLEM_TYPE

BODY = "body"
NO_CONTENT = "204"
OWN = "/schema"
"""Where the description itself is: it describes everything else."""
_DOCUMENT = "described"


class DescribedAsJson(JsonRenderPlugin):
    """The document at ``path``, made at the first request."""

    def __init__(self, path: str, problem: type[msgspec.Struct]) -> None:
        super().__init__(path=path)
        self._problem = problem

    def render(self, request: Request[Any, Any, Any], openapi_schema: dict[str, Any]) -> bytes:
        """See litestar."""
        state = request.app.state
        if _DOCUMENT not in state:
            made = describe(request.app, openapi_schema, self._problem)
            state[_DOCUMENT] = self.render_json(request, made)
        document: bytes = state[_DOCUMENT]
        return document


def describe(
    app: Litestar, guessed: dict[str, Any], problem: type[msgspec.Struct]
) -> dict[str, Any]:
    """Litestar's description of ``app``, mended."""
    document = copy.deepcopy(guessed)
    own = [path for path in document["paths"] if path.startswith(OWN)]
    for path in own:
        del document["paths"][path]
    for path, method, route in described_routes(app):
        operation = document["paths"].get(path, {}).get(method)
        if operation is None:
            continue
        answers = operation["responses"]
        operation["responses"] = {name: one for name, one in answers.items() if name < "400"}
        operation["responses"]["default"] = {
            "description": "What went wrong, and what to do (RFC 9457)",
            "content": {PROBLEM_TYPE: {"schema": schema_of(problem)}},
        }
        kind = answer_type(route)
        for status, answered in operation["responses"].items():
            if status == NO_CONTENT:
                answered.pop("content", None)
            for media, content in answered.get("content", {}).items():
                if media == "application/json" and kind is not None:
                    content["schema"] = schema_of(kind)
        if BODY in route.opt:
            body = {"application/json": {"schema": schema_of(route.opt[BODY])}}
            operation["requestBody"] = {"content": body, "required": True}
    mended: dict[str, Any] = _readable(document)
    return mended


def described_routes(app: Litestar) -> Iterator[tuple[str, str, HTTPRouteHandler]]:
    """Path, method in small letters, and what answers there."""
    for route in app.routes:
        if isinstance(route, HTTPRoute):
            for handler in route.route_handlers:
                for method in handler.http_methods:
                    yield route.path_format, method.lower(), handler


def answer_type(route: HTTPRouteHandler) -> Any | None:
    """The struct that a route answers with, or the list of such, also inside a Response."""
    returned = route.parsed_fn_signature.return_type.annotation
    for one in (returned, *get_args(returned)):
        if _is_struct(one) or (get_origin(one) in (tuple, list) and _is_struct(get_args(one)[0])):
            return one
    return None


def _is_struct(kind: Any) -> bool:
    return isinstance(kind, type) and issubclass(kind, msgspec.Struct)


def schema_of(kind: Any) -> dict[str, Any]:
    """A type's JSON schema, with everything it refers to inside."""
    document = msgspec.json.schema(kind)
    written: dict[str, Any] = without_references(document, document)
    return written


def without_references(node: Any, root: Mapping[str, Any]) -> Any:
    """Put each definition in the place of its reference: a document has one root only."""
    if isinstance(node, Mapping):
        if "$ref" in node:
            name = str(node["$ref"]).rpartition("/")[2]
            return without_references(root["$defs"][name], root)
        return {
            key: without_references(value, root) for key, value in node.items() if key != "$defs"
        }
    if isinstance(node, list | tuple):
        return [without_references(value, root) for value in node]
    return node


def _readable(node: Any) -> Any:
    """Patterns as ECMA-262 writes them: it has neither ``\\A`` nor ``\\Z``."""
    if isinstance(node, dict):
        return {
            key: pattern_for_clients(value)
            if key == "pattern" and isinstance(value, str)
            else _readable(value)
            for key, value in node.items()
        }
    return [_readable(value) for value in node] if isinstance(node, list) else node


def pattern_for_clients(pattern: str) -> str:
    """The same language in ECMA-262, where ``$`` without a flag is the very end."""
    if pattern.startswith(r"\A"):
        pattern = f"^{pattern[2:]}"
    if pattern.endswith((r"\Z", r"\z")):
        pattern = f"{pattern[:-2]}$"
    return pattern
