"""Head office signs what it answers a box, so that a box takes nothing from whoever else stands on
the line (sync/engine/ask.py). Refusals too: a verdict stops a box.

A layer around the whole application, because an address that is none is answered before there is a
route: it holds an answer until it is whole (at most a page of a feed) and puts the signature into
its head. Requests without a box's nonce (people's, enrolments) pass untouched.
"""

from collections.abc import Callable

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from litestar.enums import ScopeType
from litestar.types import ASGIApp, Message, Receive, Scope, Send

from sync.engine.signing import HEADER_CHARACTERS_MAX, NONCE_HEADER, sign_answer

_NONCE = NONCE_HEADER.lower().encode()


def signed_answers(key: Ed25519PrivateKey) -> Callable[[ASGIApp], ASGIApp]:
    """The layer, for ``key``: what boxes learnt when they were enrolled."""

    def around(app: ASGIApp) -> ASGIApp:
        async def signing(scope: Scope, receive: Receive, send: Send) -> None:
            nonce = _nonce(scope)
            if nonce is None:
                await app(scope, receive, send)
                return
            held: list[Message] = []

            async def hold(message: Message) -> None:
                held.append(message)
                if message["type"] == "http.response.body" and not message.get("more_body"):
                    for whole in _signed(key, scope, nonce, held):
                        await send(whole)

            await app(scope, receive, hold)

        return signing

    return around


def path_as_sent(scope: Scope) -> str:
    """The path with its query as it was sent, which is what was signed."""
    raw: bytes = scope.get("raw_path") or scope["path"].encode()
    query: bytes = scope.get("query_string", b"")
    path = raw.split(b"?", 1)[0].decode("latin-1")
    return f"{path}?{query.decode('latin-1')}" if query else path


def _nonce(scope: Scope) -> str | None:
    """The request's own, as it was written."""
    if scope["type"] != ScopeType.HTTP:
        return None
    value = next((value for name, value in scope["headers"] if name.lower() == _NONCE), b"")
    fits = value.isascii() and 0 < len(value) <= HEADER_CHARACTERS_MAX
    return value.decode() if fits else None


def _signed(
    key: Ed25519PrivateKey, scope: Scope, nonce: str, held: list[Message]
) -> tuple[Message, Message]:
    """Head and body of the held answer, signed."""
    start = next(message for message in held if message["type"] == "http.response.start")
    body = b"".join(m.get("body", b"") for m in held if m["type"] == "http.response.body")
    method = str(scope.get("method"))
    signature = sign_answer(key, method, path_as_sent(scope), nonce, start["status"], body)
    headers = [(name.lower().encode(), value.encode()) for name, value in signature.items()]
    start["headers"] = [*start["headers"], *headers]
    whole: Message = {"type": "http.response.body", "body": body, "more_body": False}
    return start, whole
