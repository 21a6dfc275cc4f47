"""Pair a workstation: a one-time code lets in the token that the workstation drew."""

import hmac
import sqlite3
from typing import Annotated
from uuid import UUID

import msgspec
from msgspec import Meta

from edge.db.requests import forget_answered
from edge.db.sessions import forget_sessions_at
from edge.db.workstations import (
    drop_code,
    find_code,
    find_token_hash,
    token_hash,
    write_workstation,
)
from edge.domain.fields import Request, ShortWorkstation, one_case
from edge.domain.workstation import PairingRefused, WorkstationKind
from edge.usecases.workstation.issue_pairing_code import code_hash
from sync.engine.journal import Moment
from sync.protocol.identity import WorkstationId
from sync.protocol.text import TEXT_PATTERN

Token = Annotated[str, Meta(pattern=r"\A[A-Za-z0-9_-]{43}\Z")]
"""32 random bytes in base64url."""
REQUEST_ID_BYTES = 16


class PairWorkstation(Request, frozen=True):
    """What a person typed at the workstation. ``token``: 256 random bits that the workstation drew
    and kept before it asked, so that the same request can be answered again."""

    workstation_id: ShortWorkstation
    code: Annotated[str, Meta(pattern=TEXT_PATTERN, max_length=40)]
    token: Token

    @property
    def workstation(self) -> WorkstationId:
        """Whose name that is, in whatever case it was typed."""
        return WorkstationId(one_case(self.workstation_id))

    @property
    def request_id(self) -> UUID:
        """The token is what the client made before its first attempt; at rest stands its hash."""
        return _request_id(token_hash(self.token))


class Paired(msgspec.Struct, frozen=True):
    """The token of the request is this workstation's from now on."""

    workstation_id: WorkstationId


def pair_workstation(
    db: sqlite3.Connection,
    request: PairWorkstation,
    moment: Moment,
    kind: WorkstationKind = WorkstationKind.TILL,
) -> Paired:
    """The request's token is valid from now on; an earlier one of this workstation is not, and a
    repeat of the request that brought that one is no longer answered. Raises PairingRefused.
    """
    workstation_id = request.workstation
    check_code(db, request, moment, kind)
    drop_code(db, workstation_id)
    forget_pairing(db, workstation_id)
    write_workstation(db, workstation_id, request.token, moment.wall_ms, kind)
    return Paired(workstation_id)


def check_code(
    db: sqlite3.Connection,
    request: PairWorkstation,
    moment: Moment,
    kind: WorkstationKind = WorkstationKind.TILL,
) -> None:
    """Whether the code pairs the workstation now, as a ``kind``: a look that writes nothing, so
    that whoever guesses keeps no writer from its work. Raises PairingRefused."""
    pending = find_code(db, request.workstation)
    if pending is None or pending.kind is not kind or moment.wall_ms >= pending.expires_at_ms:
        raise PairingRefused
    if not hmac.compare_digest(pending.code_hash, code_hash(request.workstation, request.code)):
        raise PairingRefused


def forget_pairing(db: sqlite3.Connection, workstation_id: WorkstationId) -> None:
    """The workstation's token is about to be worth nothing: so are the answer that let it in, and
    whoever signed in there."""
    forget_sessions_at(db, workstation_id)
    earlier = find_token_hash(db, workstation_id)
    if earlier is not None:
        forget_answered(db, _request_id(earlier))


def _request_id(hashed: bytes) -> UUID:
    return UUID(bytes=hashed[:REQUEST_ID_BYTES])
