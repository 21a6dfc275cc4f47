"""What the API's own description says of bodies and errors.

Bodies are read by ``body.py``, not by Litestar, so each route names its type here; every error is
declared as what is sent, ``application/problem+json``.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

import msgspec
from litestar.openapi.spec import (
    OpenAPIMediaType,
    OpenAPIResponse,
    Operation,
    RequestBody,
    Schema,
)

from sync.http.describing import without_references
from sync.http.problems import Problem
from sync.protocol.answers import PROBLEM_TYPE


def _schema(kind: type[msgspec.Struct]) -> "_Inline":
    """A type's JSON schema, with everything it refers to inside."""
    return _Inline(document=msgspec.json.schema(kind))


@dataclass
class _Inline(Schema):
    """A schema that is written out as msgspec made it."""

    document: Mapping[str, Any] | None = None

    def to_schema(self) -> dict[str, Any]:
        """As JSON."""
        document = self.document or {}
        inlined: dict[str, Any] = without_references(document, document)
        return inlined


@dataclass
class Described(Operation):
    """An operation whose errors are problem documents."""

    def __post_init__(self) -> None:
        self.responses = dict(self.responses or {})
        self.responses = {
            status: response for status, response in self.responses.items() if int(status) < 400
        }
        self.responses["default"] = OpenAPIResponse(
            description="What went wrong, and what to do (RFC 9457)",
            content={PROBLEM_TYPE: OpenAPIMediaType(schema=_schema(Problem))},
        )


@cache
def accepts(kind: type[msgspec.Struct]) -> type[Operation]:
    """An operation class for a route that takes a ``kind`` as its JSON body."""

    @dataclass
    class Accepting(Described):
        def __post_init__(self) -> None:
            super().__post_init__()
            self.request_body = RequestBody(
                content={"application/json": OpenAPIMediaType(schema=_schema(kind))},
                required=True,
            )

    return Accepting
