"""Pair a workstation: a one-time code for a bearer token."""

import hmac
import secrets
import sqlite3
from functools import partial
from typing import Annotated

import msgspec
from msgspec import Meta

from edge.db.workstations import (
    count_try,
    drop_code,
    find_code,
    find_workstation,
    write_workstation,
)
from edge.domain.pairing_errors import PairingRefused
from edge.domain.text import ShortWorkstation
from edge.usecases.fields import Request
from edge.usecases.issue_pairing_code import code_hash
from sync.engine.journal import Moment
from sync.protocol.identity import WorkstationId
from sync.protocol.text import TEXT_PATTERN

TOKEN_BYTES = 32
Token = Annotated[str, Meta(pattern=r"\A[A-Za-z0-9_-]{43}\Z")]
"""TOKEN_BYTES in base64url, as ``new_token`` writes them."""


class PairWorkstation(Request, frozen=True):
    """What a person typed at the workstation. ``token``: 256 random bits that the workstation drew
    and kept before it asked, so that the same request can be answered again."""

    workstation_id: ShortWorkstation
    code: Annotated[str, Meta(pattern=TEXT_PATTERN, max_length=40)]
    token: Token | None = None


class PairedWith(msgspec.Struct, frozen=True):
    """The token, told this once."""

    workstation_id: WorkstationId
    token: str


def new_token() -> str:
    """256 random bits. Draw it before the unit of work, which may run twice."""
    return secrets.token_urlsafe(TOKEN_BYTES)


def pair_workstation(
    db: sqlite3.Connection, request: PairWorkstation, token: str, moment: Moment
) -> PairedWith:
    """``token``, the request's own or from ``new_token``, is valid from now on; an earlier one of
    this workstation is not. A token that is valid already is answered again, whatever the code.

    Raises PairingRefused, and counts the try all the same.
    """
    workstation_id = request.workstation_id
    paired = PairedWith(workstation_id, token)
    holder = find_workstation(db, token)
    if holder is not None:
        if holder != workstation_id:
            raise PairingRefused
        return paired
    pending = find_code(db, workstation_id)
    if pending is None:
        raise PairingRefused
    if moment.wall_ms >= pending.expires_at_ms:
        raise PairingRefused(keep=partial(drop_code, workstation_id=workstation_id))
    if not hmac.compare_digest(pending.code_hash, code_hash(workstation_id, request.code)):
        raise PairingRefused(keep=partial(count_try, workstation_id=workstation_id))
    drop_code(db, workstation_id)
    write_workstation(db, workstation_id, token, moment.wall_ms)
    return paired
