"""The sale's rule for every other request that writes: a client's id means one request.

    look the id up → carry the request out → keep what was asked and answered → answer

all in one unit of work. The same id with the same bytes gives the same answer again and writes
nothing, whatever has happened since; with other bytes it is refused. So a request whose answer was
lost may be sent again, and a second act can never hide behind the id of a first. What a refusal or
a failed statement leaves behind is rolled back with the id: then the id still means nothing.
"""

import sqlite3
from collections.abc import Callable
from hashlib import sha256
from typing import Generic, NamedTuple, TypeVar
from uuid import UUID

import msgspec

from edge.db import sale_reads
from edge.db.requests import AnsweredRequest, find_answered, insert_answered
from edge.domain.request import RequestIdReused, RequestIdTaken
from sync.protocol.codec import decode, encode
from sync.protocol.identity import SaleId

T = TypeVar("T", bound=msgspec.Struct)


class Asked(NamedTuple):
    """Which request it is; ``digest`` from ``digest_of``."""

    request_id: UUID
    digest: bytes


class Answered(NamedTuple, Generic[T]):
    """``repeated``: it was answered before, and nothing was written now."""

    answer: T
    repeated: bool


def digest_of(method: str, path: str, workstation_id: str, body: bytes) -> bytes:
    """SHA-256 (32 bytes) over all that a request means: what is asked of what, by whom, its bytes.
    Credentials do not belong to it: a workstation that was paired anew may ask again."""
    return sha256(f"{method} {path} {workstation_id}\n".encode() + body).digest()


def answer_once(
    db: sqlite3.Connection,
    asked: Asked,
    kind: type[T],
    carry_out: Callable[[], T],
    *,
    customer_id: UUID | None = None,
) -> Answered[T]:
    """What ``carry_out`` answers, a ``kind``; or what it answered when it was asked before.

    ``customer_id``: whose personal fields the answer holds. Raises RequestIdReused, RequestIdTaken
    (the id is a sale's, or an event's whose answer was erased), and what ``carry_out`` raises.
    """
    known = find_answered(db, asked.request_id)
    if known is not None:
        if known.digest != asked.digest:
            raise RequestIdReused(asked.request_id)
        return Answered(decode(kind, known.answer), repeated=True)
    standing = sale_reads.find_id(db, SaleId(asked.request_id))
    if any(meaning is not None for meaning in standing):
        raise RequestIdTaken(asked.request_id, standing.kind or "sale")
    answer = carry_out()
    insert_answered(
        db, asked.request_id, AnsweredRequest(asked.digest, encode(answer)), customer_id
    )
    return Answered(answer, repeated=False)
