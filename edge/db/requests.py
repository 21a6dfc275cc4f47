"""Requests that were answered, as rows: by the id that the client made, what was asked and what was
answered."""

import sqlite3
from typing import NamedTuple
from uuid import UUID

_FIND = "SELECT digest, answer FROM answered_request WHERE request_id = ?"
_FORGET = "DELETE FROM answered_request WHERE request_id = ?"
_INSERT = (
    "INSERT INTO answered_request (request_id, digest, answer, customer_id) VALUES (?, ?, ?, ?)"
)


class AnsweredRequest(NamedTuple):
    """``digest``: SHA-256 over what was asked; ``answer``: msgpack of what was answered."""

    digest: bytes
    answer: bytes


def find_answered(db: sqlite3.Connection, request_id: UUID) -> AnsweredRequest | None:
    """What was answered under this id."""
    row = db.execute(_FIND, (request_id.bytes,)).fetchone()
    return None if row is None else AnsweredRequest(*row)


def insert_answered(
    db: sqlite3.Connection,
    request_id: UUID,
    answered: AnsweredRequest,
    customer_id: UUID | None,
) -> None:
    """``customer_id``: whose personal fields the answer holds; erasure takes it away with them."""
    customer = None if customer_id is None else customer_id.bytes
    db.execute(_INSERT, (request_id.bytes, answered.digest, answered.answer, customer))


def forget_answered(db: sqlite3.Connection, request_id: UUID) -> None:
    """The answer holds no more: a repeat is a request of its own."""
    db.execute(_FORGET, (request_id.bytes,))
