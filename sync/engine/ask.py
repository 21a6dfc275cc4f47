"""One question of a box to head office: signed on the way out, and its answer held against head
office's own key on the way in.

Trust of the line. Whatever carries the exchange (plain HTTP, a proxy, a hotel), an answer counts
only if the key that the box was enrolled with signed it over the question's nonce: no row, no
verdict and no acknowledgement is taken from anybody else, and no old answer passes for a new one.
"""

from typing import NamedTuple

from sync.engine.signing import NONCE_HEADER, Signer, verify_answer
from sync.engine.transport import Request, Response, Transport
from sync.protocol.change import Head


class Answer(NamedTuple):
    """``signed``: it is head office's own word. What is not decides nothing."""

    response: Response
    signed: bool


async def ask(
    transport: Transport,
    signer: Signer,
    method: str,
    path: str,
    head: Head,
    body: bytes = b"",
    from_seq: int = 0,
    content_type: str | None = None,
) -> Answer:
    """Send one signed request; ``path`` with its query. Raises NotDelivered, OutcomeUnknown."""
    headers = signer.headers(method, path, body, head, from_seq)
    typed = headers if content_type is None else {**headers, "Content-Type": content_type}
    response = await transport.send(Request(method, path, typed, body))
    signed = verify_answer(
        signer.central_key,
        method,
        path,
        headers[NONCE_HEADER],
        response.status,
        response.body,
        response.headers,
    )
    return Answer(response, signed)
