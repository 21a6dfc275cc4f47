"""Let in again who was locked out: by somebody who may unlock, or by head office's answer over the
telephone where nobody else is there. Both also end the wait of the workstation at which it is
asked, or a shop with one till would stay shut."""

import sqlite3
from uuid import UUID

import msgspec

from edge.db.lockouts import (
    Challenge,
    find_challenge,
    forget_tries,
    of_operator,
    of_workstation,
    write_challenge,
)
from edge.db.operators import find_role, require
from edge.domain.fields import Request, Sentence, ShortOperator, Word
from edge.domain.operator import NotLockedOut, NoUnlockKey, UnlockRefused
from edge.domain.rights import Override
from edge.usecases.operator.note_act import note_act
from edge.usecases.operator.prove import read_standing
from sync.engine.journal import Moment
from sync.protocol.facts import OperatorAct
from sync.protocol.identity import EventId, OperatorId, WorkstationId
from sync.protocol.permissions import Permission
from sync.protocol.telephone import (
    CHALLENGE_AGE_MAX_S,
    WRONG_ANSWERS_MAX,
    challenge_text,
    is_unlock_answer,
)

_MS = 1_000


class UnlockOperator(Request, frozen=True):
    """Who unlocks, and why."""

    operator_id: ShortOperator
    reason: Sentence
    override_id: UUID | None = None


class Unlocked(msgspec.Struct, frozen=True):
    """May try a PIN at once."""

    operator_id: OperatorId


class TelephoneChallenge(msgspec.Struct, frozen=True):
    """What is read to head office; ``left_s``: for how long its answer is taken, ``left``: how
    often."""

    operator_id: OperatorId
    challenge: str
    left_s: int
    left: int


class TelephoneAnswer(Request, frozen=True):
    """What head office read out."""

    request_id: UUID
    answer: Word


def unlock_operator(
    db: sqlite3.Connection,
    locked: OperatorId,
    request: UnlockOperator,
    workstation_id: WorkstationId,
    event_id: EventId,
    moment: Moment,
    override: Override | None,
) -> Unlocked:
    """Raises UnknownOperator, InactiveOperator, PermissionNeeded, OverrideRefused, NotEnrolled."""
    by, permission = request.operator_id, Permission.UNLOCK_OPERATORS
    used = require(db, by, permission, locked, override)
    find_role(db, locked)
    _forget(db, locked, workstation_id)
    note_act(
        db,
        OperatorAct.UNLOCKED,
        locked,
        workstation_id,
        moment,
        act_id=event_id,
        by=by if used is None else used.by,
        reason=request.reason,
    )
    return Unlocked(locked)


def draw_challenge(
    db: sqlite3.Connection,
    operator_id: OperatorId,
    workstation_id: WorkstationId,
    number: int,
    unlock_key: bytes | None,
    moment: Moment,
) -> TelephoneChallenge:
    """The operator's challenge: the one that was drawn, for 15 minutes, whatever became of it; then
    another, of ``number``. Raises UnknownOperator, InactiveOperator, NotLockedOut, NoUnlockKey."""
    find_role(db, operator_id)
    if unlock_key is None:
        raise NoUnlockKey
    if read_standing(db, operator_id, workstation_id, moment).wait_ms == 0:
        raise NotLockedOut(operator_id)
    drawn = _fresh(db, operator_id, moment)
    if drawn is None:
        drawn = Challenge(challenge_text(number), moment.steady_ms)
        write_challenge(db, operator_id, drawn)
    left_ms = drawn.at_ms + CHALLENGE_AGE_MAX_S * _MS - moment.steady_ms
    left = 0 if drawn.used else WRONG_ANSWERS_MAX - drawn.wrong
    return TelephoneChallenge(operator_id, drawn.challenge, left_ms // _MS, left)


def unlock_by_telephone(
    db: sqlite3.Connection,
    operator_id: OperatorId,
    answer: str,
    unlock_key: bytes | None,
    workstation_id: WorkstationId,
    moment: Moment,
    *,
    act_id: UUID,
) -> Unlocked:
    """Taken once, and never after three wrong ones. Raises NoUnlockKey, UnlockRefused (which keeps
    the count), NotEnrolled."""
    if unlock_key is None:
        raise NoUnlockKey
    drawn = _fresh(db, operator_id, moment)
    if drawn is None or drawn.used or drawn.wrong >= WRONG_ANSWERS_MAX:
        raise UnlockRefused(0)
    if not is_unlock_answer(unlock_key, operator_id, drawn.challenge, answer):
        counted = drawn._replace(wrong=drawn.wrong + 1)
        refused = UnlockRefused(WRONG_ANSWERS_MAX - counted.wrong)
        refused.keep = lambda db: write_challenge(db, operator_id, counted)
        raise refused
    write_challenge(db, operator_id, drawn._replace(used=True))
    _forget(db, operator_id, workstation_id)
    act = OperatorAct.UNLOCKED_BY_HEAD_OFFICE
    note_act(db, act, operator_id, workstation_id, moment, act_id=act_id)
    return Unlocked(operator_id)


def _fresh(db: sqlite3.Connection, operator_id: OperatorId, moment: Moment) -> Challenge | None:
    """The operator's challenge, while it is young enough; one from the future is none."""
    drawn = find_challenge(db, operator_id)
    if drawn is None:
        return None
    age_ms = moment.steady_ms - drawn.at_ms
    return drawn if 0 <= age_ms < CHALLENGE_AGE_MAX_S * _MS else None


def _forget(db: sqlite3.Connection, operator_id: OperatorId, workstation_id: WorkstationId) -> None:
    forget_tries(db, of_operator(operator_id))
    forget_tries(db, of_workstation(workstation_id))
