"""Answers as head office gives them: signed over the request's nonce."""

from collections.abc import Awaitable, Callable

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from sync.engine.signing import NONCE_HEADER, sign_answer
from sync.engine.transport import Request, Response


def signed_by(key: Ed25519PrivateKey, request: Request, response: Response) -> Response:
    """The answer with its signature, named in lower case as transports give headers; without one
    where the request has no nonce."""
    nonce = request.headers.get(NONCE_HEADER) or request.headers.get(NONCE_HEADER.lower())
    if nonce is None:
        return response
    what = (request.method, request.path, nonce, response.status, response.body)
    signature = {name.lower(): text for name, text in sign_answer(key, *what).items()}
    return response._replace(headers={**response.headers, **signature})


def signing(
    key: Ed25519PrivateKey, answer: Callable[[Request], Awaitable[Response]]
) -> Callable[[Request], Awaitable[Response]]:
    """``answer``, signed."""

    async def signed(request: Request) -> Response:
        return signed_by(key, request, await answer(request))

    return signed
