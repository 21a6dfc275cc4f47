"""What boxes ask and are told in msgpack, beside their journal."""

from typing import Any, TypeVar

import msgspec
from litestar import Request, Response

from sync.protocol.codec import decode, encode
from sync.protocol.errors import InvalidField, Undecodable, WrongContentType

MSGPACK = "application/msgpack"
T = TypeVar("T", bound=msgspec.Struct)


def packed(value: object) -> Response[bytes]:
    """A protocol struct as msgpack."""
    return Response(encode(value), media_type=MSGPACK)


async def read_packed(request: Request[Any, Any, Any], kind: type[T], field: str, remedy: str) -> T:
    """The body as a protocol struct whose first field is ``field``. Raises WrongContentType,
    InvalidField."""
    declared = request.content_type[0]
    if declared != MSGPACK:
        raise WrongContentType(
            f"The body is declared as {declared or 'nothing'}.",
            field="Content-Type",
            remedy=f"Send the request as {MSGPACK}.",
        )
    try:
        return decode(kind, await request.body())
    except Undecodable as error:
        raise InvalidField(f"The body: {error}.", field=field, remedy=remedy) from error
