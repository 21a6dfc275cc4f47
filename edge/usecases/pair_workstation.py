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
from edge.domain.text import PLAIN_TEXT_PATTERN, ShortWorkstation
from edge.usecases.fields import Request
from edge.usecases.issue_pairing_code import code_hash
from sync.engine.journal import Moment
from sync.protocol.identity import WorkstationId

TOKEN_BYTES = 32


class PairWorkstation(Request, frozen=True):
    """What a person typed at the workstation."""

    workstation_id: ShortWorkstation
    code: Annotated[str, Meta(pattern=PLAIN_TEXT_PATTERN, max_length=40)]


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
    """``token`` from ``new_token``, valid from now on; an earlier one of this workstation is not.

    Raises PairingRefused, and counts the try all the same.
    """
    workstation_id = request.workstation_id
    paired = PairedWith(workstation_id, token)
    if find_workstation(db, token) == workstation_id:
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
