"""One question of a pull, and what its answer is: the body, or why there is none."""

from typing import NamedTuple, TypeAlias

from sync.engine.ask import ask
from sync.engine.signing import Signer
from sync.engine.transport import Transport
from sync.protocol.answers import (
    CALLS_A_PERSON,
    NOT_SIGNED,
    Ruled,
    Slug,
    TryLater,
    is_unknown_there,
    read_refusal,
)
from sync.protocol.change import Head
from sync.protocol.errors import NotSent


class PullLater(NamedTuple):
    """Nothing was applied: see ``push.Later``."""

    detail: str
    wait_ms: int | None
    person: bool = False
    busy: bool = False


class NotThere(NamedTuple):
    """Head office, of an older version, knows no such question."""

    detail: str


Fetched: TypeAlias = bytes | Ruled | NotThere | PullLater


async def fetch(transport: Transport, signer: Signer, path: str, head: Head) -> Fetched:
    """The body that head office signed; Ruled where what was asked for is gone (410). A feed that
    the store left (403 ``not-allowed``) calls nobody: the next heads name others. Never raises for
    what the network or head office does."""
    try:
        (status, headers, body), signed = await ask(transport, signer, "GET", path, head)
    except NotSent as error:
        return PullLater(str(error), None)
    if status == 200:
        return body if signed else PullLater(NOT_SIGNED, None)
    refusal = read_refusal(status, headers, body, signed=signed)
    match refusal:
        case Ruled(slug=Slug.CURSOR_GONE):
            return refusal
        case TryLater(detail=detail) if signed and status == 404:
            return NotThere(detail)
        case TryLater(detail=detail, wait_ms=wait_ms):
            busy = signed and wait_ms is not None
            left = status == 403 and is_unknown_there(status, headers, body, signed=signed)
            person = signed and status in CALLS_A_PERSON and not left
            return PullLater(detail, wait_ms, person, busy)
        case _:
            return PullLater(refusal.detail, None)
