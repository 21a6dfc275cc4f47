"""What somebody allows another: an override with their PIN, letting in who was locked out."""

import secrets
import sqlite3
from typing import Any

import litestar
import uuid_utils.compat
from litestar import get, post

from edge.api.described import Described, accepts
from edge.api.guard import session_of, workstation_of
from edge.api.once import At, writes
from edge.api.parameters import TextInPath, TheBox
from edge.box.box import Box
from edge.domain.operator import SignInNeeded
from edge.domain.rights import OVERRIDE_AGE_MAX_S
from edge.usecases.operator.give_override import GiveOverride, OverrideAnswer, give_override
from edge.usecases.operator.unlock import (
    TelephoneAnswer,
    TelephoneChallenge,
    Unlocked,
    UnlockOperator,
    draw_challenge,
    unlock_by_telephone,
    unlock_operator,
)
from sync.http.body import read_body
from sync.protocol.identity import EventId, OperatorId
from sync.protocol.telephone import CHALLENGES

Request = litestar.Request[Any, Any, Any]


@post("/overrides", status_code=201, operation_class=accepts(GiveOverride))
async def override(request: Request, box: TheBox) -> OverrideAnswer:
    """Somebody else's word, with their PIN, for what is beyond who is signed in: for this act,
    subject and amount, once, within a minute. 403 ``sign-in-refused`` for a wrong PIN."""
    asked, session = await read_body(request, GiveOverride), session_of(request)
    if session is None:
        raise SignInNeeded
    await box.pins.prove(asked.operator_id, asked.pin, session.workstation_id)
    moment, act_id = box.clock.moment(), uuid_utils.compat.uuid7()
    given = await box.writer.run(
        lambda db: give_override(db, asked, session, moment, act_id=act_id)
    )
    box.overrides.keep(given)
    box.nudge.set()
    return OverrideAnswer(given.override_id, OVERRIDE_AGE_MAX_S)


class Unlocking(UnlockOperator, frozen=True, kw_only=True):
    """``event_id`` is made by the workstation, before the first attempt."""

    event_id: EventId


@writes(post, "/operators/{operator_id:str}/unlock", status_code=200)
def unlock(db: sqlite3.Connection, asked: Unlocking, at: At, operator_id: TextInPath) -> Unlocked:
    """Who was locked out after wrong PINs may try again; so may this workstation."""
    locked, workstation_id = OperatorId(operator_id), at.workstation_id
    return unlock_operator(
        db, locked, asked, workstation_id, asked.event_id, at.moment, at.override
    )


@get("/operators/{operator_id:str}/telephone", operation_class=Described)
async def challenge(request: Request, box: TheBox, operator_id: TextInPath) -> TelephoneChallenge:
    """What is read to head office for somebody who is locked out: the same for 15 minutes."""
    workstation_id, number = workstation_of(request), secrets.randbelow(CHALLENGES)
    locked, moment, key = OperatorId(operator_id), box.clock.moment(), _unlock_key(box)
    return await box.writer.run(
        lambda db: draw_challenge(db, locked, workstation_id, number, key, moment)
    )


@post(
    "/operators/{operator_id:str}/telephone",
    status_code=200,
    operation_class=accepts(TelephoneAnswer),
)
async def telephone(request: Request, box: TheBox, operator_id: TextInPath) -> Unlocked:
    """Head office's answer lets in once, at most three are looked at. 403 ``unlock-refused``."""
    asked, workstation_id = await read_body(request, TelephoneAnswer), workstation_of(request)
    key = _unlock_key(box)
    locked, moment, act_id = OperatorId(operator_id), box.clock.moment(), uuid_utils.compat.uuid7()
    unlocked = await box.writer.run(
        lambda db: unlock_by_telephone(
            db, locked, asked.answer, key, workstation_id, moment, act_id=act_id
        )
    )
    box.nudge.set()
    return unlocked


def _unlock_key(box: Box) -> bytes | None:
    """Head office's and this box's; None until it was given."""
    return None if box.certificate.keys is None else box.certificate.keys.unlock_key


ROUTES = (override, unlock)
OPEN_ROUTES = (challenge, telephone)
"""Asked by whom nobody is signed in for: by a paired workstation alone."""
